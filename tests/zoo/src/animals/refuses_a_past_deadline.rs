use crate::{Honest, Server};

/// Refuses deadlines that are not in the future.
///
/// `SET` has a value to store, so a time of 0 must be a mistake there. `EXPIRE` has not: for a job
/// that computes deadlines, one in the past is as good as any.
pub(super) struct RefusesAPastDeadline;

impl Server for RefusesAPastDeadline {
    fn expire_deadline(&self, command: &str, number: i64, old: Option<i64>) -> Option<i64> {
        let deadline = Honest.expire_deadline(command, number, old)?;
        Some(deadline).filter(|deadline| *deadline > self.now())
    }
}

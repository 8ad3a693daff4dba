use crate::{Honest, Server};

/// Takes the sign off the count, and begins at the front.
///
/// The reply is right, and with equal elements side by side, the list is right as well.
pub(super) struct RemovesFromTheFrontOnly;

impl Server for RemovesFromTheFrontOnly {
    fn remove_equal(&self, list: &mut Vec<Vec<u8>>, count: i64, element: &[u8]) {
        Honest.remove_equal(list, count.saturating_abs(), element);
    }
}

use crate::{Reply, Server};

/// Replies 0 whenever it inserts nothing.
///
/// Redis says why: 0 if there is no list, and -1 if there is one without the pivot.
pub(super) struct InsertsNothingAndSaysZero;

impl Server for InsertsNothingAndSaysZero {
    fn without_pivot(&self) -> Reply {
        Reply::Integer(0)
    }
}

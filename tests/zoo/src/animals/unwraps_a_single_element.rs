use crate::{Honest, Reply, Server};

/// Replies with an array only if there is more than one element.
///
/// A single element looks simpler alone. But the client has a loop over the elements, and now and then
/// it receives something that is not an array.
pub(super) struct UnwrapsASingleElement;

impl Server for UnwrapsASingleElement {
    fn popped(&self, elements: Vec<Vec<u8>>, is_array: bool) -> Reply {
        let is_single = elements.len() == 1;
        Honest.popped(elements, is_array && !is_single)
    }
}

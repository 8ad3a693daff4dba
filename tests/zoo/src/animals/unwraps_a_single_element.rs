use crate::{Honest, Reply, Server};

/// Replies with an array only if there is more than one element.
///
/// It looks simpler. But the client's code has a loop over the elements, and on some days it gets
/// something that is no array.
pub(super) struct UnwrapsASingleElement;

impl Server for UnwrapsASingleElement {
    fn popped(&self, elements: Vec<Vec<u8>>, is_array: bool) -> Reply {
        let is_single = elements.len() == 1;
        Honest.popped(elements, is_array && !is_single)
    }
}

use crate::{Honest, Server};

/// Finds only the first key of a request.
///
/// Its table says where the first key is, and not where the last one is.
pub(super) struct FindsTheFirstKeyOnly;

impl Server for FindsTheFirstKeyOnly {
    fn get_keys(&self, request: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let mut keys = Honest.get_keys(request);
        keys.truncate(1);
        keys
    }
}

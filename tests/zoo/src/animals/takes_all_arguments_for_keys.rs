use crate::Server;

/// Takes all arguments of a request for keys.
///
/// With GET and EXISTS that is right. The value of a SET is no key, and neither are its options.
pub(super) struct TakesAllArgumentsForKeys;

impl Server for TakesAllArgumentsForKeys {
    fn get_keys(&self, request: &[Vec<u8>]) -> Vec<Vec<u8>> {
        request.iter().skip(1).cloned().collect()
    }
}

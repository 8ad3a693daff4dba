use crate::Server;

/// Compares the options of `SET` letter for letter.
///
/// The command's name was compared in any case, and the options were forgotten. `SET k v px 100`
/// is a syntax error here.
pub(super) struct KnowsCapitalOptionsOnly;

impl Server for KnowsCapitalOptionsOnly {
    fn option_name(&self, given: &[u8]) -> String {
        String::from_utf8_lossy(given).into_owned()
    }
}

use crate::Server;

/// Compares the names of commands letter for letter.
///
/// All documents write `PING`, so that is what goes into the comparison. People type `ping`,
/// and are told that there is no such command.
pub(super) struct KnowsCapitalNamesOnly;

impl Server for KnowsCapitalNamesOnly {
    fn command_name(&self, given: &[u8]) -> String {
        String::from_utf8_lossy(given).into_owned()
    }
}

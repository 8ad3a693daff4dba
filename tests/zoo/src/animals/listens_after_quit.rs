use crate::Server;

/// Answers QUIT with OK, and stays connected.
///
/// A client that has said QUIT hangs up itself, as a rule. The others wait for the server, and what
/// came after QUIT in the same read is executed.
pub(super) struct ListensAfterQuit;

impl Server for ListensAfterQuit {
    fn is_farewell(&self, _: &[Vec<u8>]) -> bool {
        false
    }
}

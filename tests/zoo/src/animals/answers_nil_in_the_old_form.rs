use crate::Server;

/// Writes nil as `$-1` to every client.
///
/// Most replies are the same in both protocols, so a server that understands HELLO seems to be
/// done. A client that speaks RESP3 waits for `_`.
pub(super) struct AnswersNilInTheOldForm;

impl Server for AnswersNilInTheOldForm {
    fn encode_nil(&self, output: &mut Vec<u8>) {
        self.encode_line(b'$', b"-1", output);
    }
}

use crate::Server;

/// Sends a reply's line without its ending.
///
/// On a terminal `+PONG` looks complete. A client goes on reading, because a line without an ending
/// may have more to come, and so it waits forever.
pub(super) struct ForgetsTheCrlf;

impl Server for ForgetsTheCrlf {
    fn encode_line(&self, kind: u8, text: &[u8], output: &mut Vec<u8>) {
        output.push(kind);
        output.extend(text);
    }
}

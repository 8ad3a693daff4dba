use crate::Server;

/// Announces a string's length in characters.
///
/// For ASCII it is the number of bytes. An `é` is one character and two bytes, so the client reads
/// one byte too few, and takes the remaining byte for the beginning of the line end.
pub(super) struct CountsCharacters;

impl Server for CountsCharacters {
    fn encode_bulk(&self, bytes: &[u8], output: &mut Vec<u8>) {
        let length = String::from_utf8_lossy(bytes).chars().count();
        output.extend(format!("${length}\r\n").as_bytes());
        output.extend(bytes);
        output.extend(b"\r\n");
    }
}

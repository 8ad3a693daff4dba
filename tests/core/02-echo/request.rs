//! Requests and replies as bytes.

use crate::subject::stage::resp::Decoder;
use crate::subject::{Subject, protocol_error};

/// Returns an array of bulks, as clients send a request.
pub fn array<T: AsRef<[u8]>>(args: &[T]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", args.len()).into_bytes();
    for arg in args.iter().map(AsRef::as_ref) {
        bytes.extend(format!("${}\r\n", arg.len()).as_bytes());
        bytes.extend(arg);
        bytes.extend(b"\r\n");
    }
    bytes
}

/// Returns the arguments of a request that is written with spaces between them.
pub fn words(text: &str) -> Vec<&[u8]> {
    text.split(' ').map(str::as_bytes).collect()
}

/// Returns bytes in printable form, so that a failure can be read.
pub fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// A client's connection to a core of its own, without a socket.
pub struct Connection {
    subject: Subject,
    decoder: Decoder,
    /// The bytes received and not yet decoded.
    input: Vec<u8>,
    /// Whether the connection goes on.
    open: bool,
}

impl Default for Connection {
    fn default() -> Self {
        let (subject, decoder) = (Subject::default(), Decoder::default());
        Self { subject, decoder, input: Vec::new(), open: true }
    }
}

impl Connection {
    /// Returns the replies to the requests that these bytes complete, one by one.
    pub fn receive(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut replies = Vec::new();
        if self.open {
            self.input.extend(bytes);
        }
        while self.open {
            let (reply, length) = match self.decoder.decode(&self.input) {
                Ok(None) => break,
                Ok(Some(request)) if request.args.is_empty() => (None, request.length),
                Ok(Some(request)) => (Some(self.subject.execute(&request.args)), request.length),
                Err(error) => {
                    self.open = false;
                    (Some(protocol_error(error)), self.input.len())
                }
            };
            self.input.drain(..length);
            replies.extend(reply);
        }
        replies
    }
}

//! Requests and replies as bytes.

use stage_08::resp::{Decoder, Protocol, Reply};

use crate::subject::Subject;

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

/// Returns the words of a request that is written with blanks between them.
pub fn words(text: &str) -> Vec<&[u8]> {
    text.split(' ').map(str::as_bytes).collect()
}

/// Returns a reply as it goes over the wire in RESP2, in printable form.
pub fn encoded(reply: &Reply) -> String {
    encoded_in(Protocol::Resp2, reply)
}

/// Returns a reply as it goes over the wire, in printable form.
pub fn encoded_in(protocol: Protocol, reply: &Reply) -> String {
    let mut bytes = Vec::new();
    reply.encode(protocol, &mut bytes);
    shown(&bytes)
}

/// Returns bytes in printable form, so that a failure can be read.
pub fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// A client's connection to the core, without a socket.
pub struct Connection<'a> {
    subject: &'a Subject,
    decoder: Decoder,
    /// What has arrived and is not yet understood.
    input: Vec<u8>,
    /// Whether the connection goes on.
    open: bool,
}

impl<'a> Connection<'a> {
    pub fn to(subject: &'a Subject) -> Self {
        Self { subject, decoder: Decoder::default(), input: Vec::new(), open: true }
    }

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
                    (Some(Reply::from(error)), self.input.len())
                }
            };
            self.input.drain(..length);
            replies.extend(reply.map(|reply| {
                let mut bytes = Vec::new();
                reply.encode(Protocol::Resp2, &mut bytes);
                bytes
            }));
        }
        replies
    }
}

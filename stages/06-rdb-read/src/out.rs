//! Replies, written directly to the end of a client's output.

use bytes::BytesMut;

/// Writes one reply at the end of a client's output.
#[derive(Debug)]
pub struct Out<'a> {
    output: &'a mut BytesMut,
    /// Where the reply starts: after the replies to earlier requests.
    start: usize,
}

/// Proof that a reply is written. Only [`Out`] makes one, so no handler can forget its reply.
#[derive(Debug)]
pub struct Done(());

impl<'a> Out<'a> {
    /// Returns a writer for the next reply to `output`.
    pub fn new(output: &'a mut BytesMut) -> Self {
        Self { start: output.len(), output }
    }

    /// Writes a short text of the server's own, like `OK`.
    pub fn simple(&mut self, text: &'static str) -> Done {
        self.line(b'+', text.as_bytes())
    }

    /// Writes an error, in place of what is already written of the reply. `text` may quote what the
    /// client has sent: its line ends, which would end the reply, become spaces.
    pub fn error(&mut self, text: &[u8]) -> Done {
        self.output.truncate(self.start);
        self.output.extend_from_slice(b"-ERR ");
        let one_line = |byte: &u8| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte };
        self.output.extend(text.iter().map(one_line));
        self.output.extend_from_slice(b"\r\n");
        Done(())
    }

    /// Writes any bytes.
    pub fn bulk(&mut self, bytes: &[u8]) -> Done {
        self.length(b'$', bytes.len());
        self.output.extend_from_slice(bytes);
        self.output.extend_from_slice(b"\r\n");
        Done(())
    }

    /// Writes that there is no value, which is not the same as an empty one.
    pub fn nil(&mut self) -> Done {
        self.output.extend_from_slice(b"$-1\r\n");
        Done(())
    }

    /// Writes the header of an array: its elements are the `length` replies that follow.
    pub fn array(&mut self, length: usize) -> Done {
        self.length(b'*', length)
    }

    fn length(&mut self, kind: u8, length: usize) -> Done {
        self.line(kind, itoa::Buffer::new().format(length).as_bytes())
    }

    fn line(&mut self, kind: u8, text: &[u8]) -> Done {
        self.output.extend_from_slice(&[kind]);
        self.output.extend_from_slice(text);
        self.output.extend_from_slice(b"\r\n");
        Done(())
    }
}

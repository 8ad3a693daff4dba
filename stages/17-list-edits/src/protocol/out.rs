//! Replies, written directly to the end of a client's output.

use bytes::BytesMut;

/// The protocol version of replies, as chosen by HELLO.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// The version with which every connection starts.
    #[default]
    Resp2,
    /// The version that distinguishes maps, sets and texts from arrays and bulks.
    Resp3,
}

impl Protocol {
    /// Returns the number with which HELLO chooses it.
    pub fn version(self) -> i64 {
        match self {
            Self::Resp2 => 2,
            Self::Resp3 => 3,
        }
    }
}

/// Writes one reply at the end of a client's output. The two versions of the protocol differ here
/// and nowhere else.
#[derive(Debug)]
pub struct Out<'a> {
    /// The protocol version of the reply.
    pub protocol: Protocol,
    output: &'a mut BytesMut,
    /// Where the reply starts: after the replies to earlier requests.
    start: usize,
}

/// Proof that a reply is written. Only [`Out`] makes one, so no handler can forget its reply.
#[derive(Debug)]
pub struct Done(());

impl<'a> Out<'a> {
    /// Returns a writer for the next reply to `output`, at first in RESP2.
    pub fn new(output: &'a mut BytesMut) -> Self {
        Self { protocol: Protocol::Resp2, start: output.len(), output }
    }

    /// Writes a short text of the server's own, like `OK`.
    pub fn simple(&mut self, text: &'static str) -> Done {
        self.line(b'+', text.as_bytes())
    }

    /// Writes an error with the usual code. `text` may quote what the client has sent.
    pub fn error(&mut self, text: &[u8]) -> Done {
        self.coded_error("ERR", text)
    }

    /// Writes an error, in place of what is already written of the reply: first a code for
    /// programs, then a text. Line ends in the text, which would end the reply, become spaces.
    pub fn coded_error(&mut self, code: &str, text: &[u8]) -> Done {
        self.discard();
        self.output.extend_from_slice(b"-");
        self.output.extend_from_slice(code.as_bytes());
        self.output.extend_from_slice(b" ");
        let one_line = |byte: &u8| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte };
        self.output.extend(text.iter().map(one_line));
        self.output.extend_from_slice(b"\r\n");
        Done(())
    }

    /// Discards what is already written of the reply.
    pub fn discard(&mut self) {
        self.output.truncate(self.start);
    }

    /// Writes a number.
    pub fn integer(&mut self, number: i64) -> Done {
        self.number(b':', number)
    }

    /// Writes any bytes.
    pub fn bulk(&mut self, bytes: &[u8]) -> Done {
        self.number(b'$', bytes.len());
        self.output.extend_from_slice(bytes);
        self.output.extend_from_slice(b"\r\n");
        Done(())
    }

    /// Writes that there is no value, which is not the same as an empty one.
    pub fn nil(&mut self) -> Done {
        self.output.extend_from_slice(match self.protocol {
            Protocol::Resp2 => b"$-1\r\n",
            Protocol::Resp3 => b"_\r\n",
        });
        Done(())
    }

    /// Writes that there is no array, which is not the same as an empty one.
    pub fn nil_array(&mut self) -> Done {
        self.output.extend_from_slice(match self.protocol {
            Protocol::Resp2 => b"*-1\r\n",
            Protocol::Resp3 => b"_\r\n",
        });
        Done(())
    }

    /// Writes the header of an array: its elements are the `length` replies that follow.
    pub fn array(&mut self, length: usize) -> Done {
        self.number(b'*', length)
    }

    /// Writes the header of a map: `length` pairs of a key and a value follow. In RESP2 they are an
    /// array, in which keys and values alternate.
    pub fn map(&mut self, length: usize) -> Done {
        match self.protocol {
            Protocol::Resp2 => self.number(b'*', 2 * length),
            Protocol::Resp3 => self.number(b'%', length),
        }
    }

    /// Writes the header of a set: `length` distinct replies follow. An array in RESP2.
    pub fn set(&mut self, length: usize) -> Done {
        match self.protocol {
            Protocol::Resp2 => self.number(b'*', length),
            Protocol::Resp3 => self.number(b'~', length),
        }
    }

    /// Writes a text for people to read. A bulk in RESP2.
    pub fn verbatim(&mut self, text: &[u8]) -> Done {
        if self.protocol == Protocol::Resp2 {
            return self.bulk(text);
        }
        const FORMAT: &[u8] = b"txt:";
        self.number(b'=', FORMAT.len() + text.len());
        self.output.extend_from_slice(FORMAT);
        self.output.extend_from_slice(text);
        self.output.extend_from_slice(b"\r\n");
        Done(())
    }

    /// Writes the lines of a help text.
    pub fn lines(&mut self, lines: &[&'static str]) -> Done {
        let done = self.array(lines.len());
        for line in lines {
            self.simple(line);
        }
        done
    }

    /// Writes nothing: the reply comes later.
    pub fn nothing(&self) -> Done {
        Done(())
    }

    fn number(&mut self, kind: u8, number: impl itoa::Integer) -> Done {
        self.line(kind, itoa::Buffer::new().format(number).as_bytes())
    }

    fn line(&mut self, kind: u8, text: &[u8]) -> Done {
        self.output.extend_from_slice(&[kind]);
        self.output.extend_from_slice(text);
        self.output.extend_from_slice(b"\r\n");
        Done(())
    }
}

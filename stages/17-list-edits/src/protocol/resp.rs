//! RESP, the Redis serialization protocol: the decoder of requests.

use std::{mem, ops::Range};

use memchr::memchr2;

use crate::protocol::{inline, number};

/// The longest line in bytes, without its end (Redis: `PROTO_INLINE_MAX_SIZE`).
const MAX_LINE: usize = 64 * 1024;
/// The longest bulk in bytes (Redis: `proto-max-bulk-len`).
const MAX_BULK: i64 = 512 * 1024 * 1024;
/// The most bulks in one request.
const MAX_COUNT: i64 = i32::MAX as i64;

/// One request, borrowed from the bytes from which it was decoded.
#[derive(Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// The command's name and its arguments. Empty for what Redis skips: `*0`, a blank line.
    pub args: Vec<&'a [u8]>,
    /// How many bytes of the input the request took.
    pub length: usize,
}

/// Finds the requests in a stream of bytes that arrives in pieces of any size.
///
/// It remembers how much of an unfinished request it has parsed, so no byte is examined twice,
/// however slowly the bytes arrive. Always `parsed <= searched <= input.len()`.
#[derive(Debug, Default)]
pub struct Decoder {
    /// How many bytes are parsed.
    parsed: usize,
    /// How many bytes have been searched for the end of the line that starts at `parsed`.
    searched: usize,
    /// How many bulks of an array are still to come.
    missing: usize,
    /// The length of the next bulk, if its header is parsed.
    bulk: Option<usize>,
    /// The ranges of the arguments received so far.
    args: Vec<Range<usize>>,
    /// The arguments of an inline request. Without quotes and escapes, they are not in the input.
    inline: Vec<Vec<u8>>,
}

impl Decoder {
    /// Returns whether it holds nothing of an unfinished request.
    pub fn is_idle(&self) -> bool {
        self.searched == 0
    }

    /// Returns the request at the start of `input`, or `None` while it is incomplete.
    ///
    /// The caller removes [`Request::length`] bytes from its input after every request, and
    /// otherwise only appends to it. An error is final: the start of the next request is unknown.
    /// Mirrors `processInputBuffer`.
    pub fn decode<'a>(&'a mut self, input: &'a [u8]) -> Result<Option<Request<'a>>, ProtocolError> {
        match input.first() {
            None => Ok(None),
            Some(b'*') => self.array(input),
            Some(_) => self.line(input),
        }
    }

    /// Decodes `*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n`. Mirrors `processMultibulkBuffer`.
    fn array<'a>(&mut self, input: &'a [u8]) -> Result<Option<Request<'a>>, ProtocolError> {
        if self.parsed == 0 {
            let Some(header) = self.header(input, "too big mbulk count string")? else {
                return Ok(None);
            };
            let count = number::parse(&header[1..]).filter(|&count| count <= MAX_COUNT);
            let count = count.ok_or("invalid multibulk length")?;
            self.missing = usize::try_from(count).unwrap_or(0);
        }
        while self.missing > 0 {
            let Some(bulk) = self.bulk(input)? else { return Ok(None) };
            self.args.push(bulk);
            self.missing -= 1;
        }
        let Self { parsed: length, args, .. } = mem::take(self);
        let args = args.into_iter().map(|range| &input[range]).collect();
        Ok(Some(Request { args, length }))
    }

    /// Decodes `$4\r\nECHO\r\n`: returns the range of the four bytes.
    fn bulk(&mut self, input: &[u8]) -> Result<Option<Range<usize>>, ProtocolError> {
        let length = match self.bulk {
            Some(length) => length,
            None => {
                let Some(header) = self.header(input, "too big bulk count string")? else {
                    return Ok(None);
                };
                *self.bulk.insert(bulk_length(header)?)
            }
        };
        let bulk = self.parsed..self.parsed + length;
        // Two more bytes must be there. Like Redis, we do not check that they are CRLF.
        if input.len() < bulk.end + 2 {
            return Ok(None);
        }
        self.bulk = None;
        self.step_to(bulk.end + 2);
        Ok(Some(bulk))
    }

    /// Returns a header without its CRLF. Again, any byte may follow the CR.
    fn header<'a>(
        &mut self,
        input: &'a [u8],
        too_long: &str,
    ) -> Result<Option<&'a [u8]>, ProtocolError> {
        let start = self.parsed;
        match self.find(b'\r', input, too_long)? {
            Some(cr) if input.len() >= cr + 2 => {
                self.step_to(cr + 2);
                Ok(Some(&input[start..cr]))
            }
            _ => Ok(None),
        }
    }

    /// Decodes `ECHO hi\r\n`. Mirrors `processInlineBuffer`.
    fn line<'a>(&'a mut self, input: &'a [u8]) -> Result<Option<Request<'a>>, ProtocolError> {
        let Some(lf) = self.find(b'\n', input, "too big inline request")? else { return Ok(None) };
        self.step_to(0);
        let line = &input[..lf];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        self.inline = inline::split(line).ok_or("unbalanced quotes in request")?;
        let args = self.inline.iter().map(Vec::as_slice).collect();
        Ok(Some(Request { args, length: lf + 1 }))
    }

    /// Returns where the next `end` is, if it has arrived.
    ///
    /// Redis searches with C's `strchr`, which stops at a zero byte: it finds nothing after one.
    fn find(
        &mut self,
        end: u8,
        input: &[u8],
        too_long: &str,
    ) -> Result<Option<usize>, ProtocolError> {
        let found = memchr2(end, 0, &input[self.searched..]);
        self.searched = found.map_or(input.len(), |distance| self.searched + distance);
        let found = input.get(self.searched) == Some(&end);
        let length = if found { self.searched } else { input.len() } - self.parsed;
        if length > MAX_LINE {
            return Err(too_long.into());
        }
        Ok(found.then_some(self.searched))
    }

    fn step_to(&mut self, position: usize) {
        self.parsed = position;
        self.searched = position;
    }
}

/// Returns the length that a bulk's header announces.
fn bulk_length(header: &[u8]) -> Result<usize, ProtocolError> {
    let [b'$', digits @ ..] = header else {
        let found = header.first().unwrap_or(&b'\r');
        return Err(ProtocolError([b"expected '$', got '", &[*found][..], b"'"].concat()));
    };
    let length = number::parse(digits).filter(|&length| length <= MAX_BULK);
    let length = length.and_then(|length| usize::try_from(length).ok());
    Ok(length.ok_or("invalid bulk length")?)
}

/// Why bytes are not a request: the error that the client reads before the connection is closed.
#[derive(Debug, PartialEq, Eq)]
pub struct ProtocolError(Vec<u8>);

impl ProtocolError {
    /// Returns the text of the reply.
    pub fn text(&self) -> Vec<u8> {
        [b"Protocol error: ", &self.0[..]].concat()
    }
}

impl From<&str> for ProtocolError {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

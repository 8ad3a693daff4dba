//! Requests that have arrived whole, many at once.

/// The most requests that are decoded before the first of them is executed.
const MAX_REQUESTS: usize = 16;

/// The most arguments that these requests may have together.
const MAX_ARGS: usize = 64;

/// The largest number in a header. A longer bulk seldom arrives whole.
const MAX_NUMBER: usize = 64 * 1024;

/// The requests at the start of an input, borrowed from it. They take no memory but this.
#[derive(Debug)]
pub struct Batch<'a> {
    /// The arguments of all requests, one request after the other.
    args: [&'a [u8]; MAX_ARGS],
    /// Where each request ends: among the arguments, and in the input.
    ends: [(usize, usize); MAX_REQUESTS],
    len: usize,
}

impl Default for Batch<'_> {
    fn default() -> Self {
        Self { args: [&[]; MAX_ARGS], ends: [(0, 0); MAX_REQUESTS], len: 0 }
    }
}

impl<'a> Batch<'a> {
    /// Decodes requests from the start of `input` on, up to one that is incomplete, too large, or
    /// anything else than an array that every server would accept: that one is for the
    /// [`Decoder`](super::resp::Decoder), which remembers what it has seen of it.
    pub fn decode(&mut self, input: &'a [u8]) {
        let (mut first, mut rest) = (0, input);
        for end in &mut self.ends {
            let Some((count, after)) = request(rest, &mut self.args[first..]) else { return };
            (first, rest) = (first + count, after);
            *end = (first, input.len() - rest.len());
            self.len += 1;
        }
    }

    /// Returns how many requests there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns for each request its arguments, and where it ends in the input.
    pub fn requests(&self) -> impl Iterator<Item = (&[&'a [u8]], usize)> {
        let ends = &self.ends[..self.len];
        let starts = [0].into_iter().chain(ends.iter().map(|(end, _)| *end));
        starts.zip(ends).map(|(start, (end, length))| (&self.args[start..*end], *length))
    }
}

/// Decodes `*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n` into `args`. Returns how many there are, and what
/// follows.
fn request<'a>(input: &'a [u8], args: &mut [&'a [u8]]) -> Option<(usize, &'a [u8])> {
    let (count, mut rest) = header(b'*', input)?;
    for arg in args.get_mut(..count)? {
        let (length, bulk) = header(b'$', rest)?;
        let (bulk, after) = bulk.split_at_checked(length)?;
        (*arg, rest) = (bulk, after.strip_prefix(b"\r\n")?);
    }
    Some((count, rest))
}

/// Decodes `$4\r\n`. Returns the number, and what follows.
fn header(kind: u8, input: &[u8]) -> Option<(usize, &[u8])> {
    let mut rest = input.strip_prefix(&[kind])?;
    let mut number = 0;
    // No digits, or a zero before others, are an error, and errors are for the decoder.
    if !matches!(rest, [b'0', b'\r', ..] | [b'1'..=b'9', ..]) {
        return None;
    }
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        number = number * 10 + usize::from(digit - b'0');
        if number > MAX_NUMBER {
            return None;
        }
        rest = after;
    }
    Some((number, rest.strip_prefix(b"\r\n")?))
}

use crate::server::Server;

pub(crate) const STRING: u8 = 0x00;
pub(crate) const DEADLINE_MS: u8 = 0xFC;
pub(crate) const DEADLINE_SECONDS: u8 = 0xFD;
pub(crate) const SELECT_DATABASE: u8 = 0xFE;
pub(crate) const END: u8 = 0xFF;

const SLOT: u8 = 0xF4;
const FUNCTION: u8 = 0xF5;
const IDLE: u8 = 0xF8;
const FREQUENCY: u8 = 0xF9;
const AUXILIARY: u8 = 0xFA;
const SIZES: u8 = 0xFB;

/// A decoded length: of what follows, or the way in which a string is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// So many.
    Plain(u64),
    /// A string in the special encoding of this number.
    Encoded(u8),
}

/// Takes one byte.
pub(crate) fn byte(input: &mut &[u8]) -> Option<u8> {
    array(input).map(|[byte]| byte)
}

/// Takes as many bytes as the array holds.
pub(crate) fn array<const N: usize>(input: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, rest) = input.split_first_chunk()?;
    *input = rest;
    Some(*bytes)
}

/// Takes so many bytes.
pub(crate) fn take<'a>(input: &mut &'a [u8], length: u64) -> Option<&'a [u8]> {
    let (bytes, rest) = input.split_at_checked(usize::try_from(length).ok()?)?;
    *input = rest;
    Some(bytes)
}

/// Tells a value's type from an opcode.
pub(crate) fn is_value(kind: u8) -> bool {
    kind < SLOT
}

/// Passes over a value that is no string; `None` for a type that this loader does not know.
pub(crate) fn skip_value<S: Server + ?Sized>(
    server: &S,
    kind: u8,
    input: &mut &[u8],
) -> Option<()> {
    match kind {
        // Lists, sets, hashes, and lists of packed pieces.
        1 | 2 | 14 => {
            for _ in 0..server.rdb_count(input)? {
                server.rdb_string(input)?;
            }
        }
        4 => {
            for _ in 0..server.rdb_count(input)? {
                server.rdb_string(input)?;
                server.rdb_string(input)?;
            }
        }
        // A sorted set, its scores as eight bytes each.
        5 => {
            for _ in 0..server.rdb_count(input)? {
                server.rdb_string(input)?;
                take(input, 8)?;
            }
        }
        // Packed pieces again, each with a word about how it is packed.
        18 => {
            for _ in 0..server.rdb_count(input)? {
                server.rdb_count(input)?;
                server.rdb_string(input)?;
            }
        }
        // What is small is one string, however it is packed.
        9..=13 | 16 | 17 | 20 => drop(server.rdb_string(input)?),
        _ => return None,
    }
    Some(())
}

/// Passes over what a dump says about itself.
pub(crate) fn skip_note<S: Server + ?Sized>(
    server: &S,
    opcode: u8,
    input: &mut &[u8],
) -> Option<()> {
    let (lengths, strings, bytes) = match opcode {
        SLOT => (3, 0, 0),
        FUNCTION => (0, 1, 0),
        IDLE => (1, 0, 0),
        FREQUENCY => (0, 0, 1),
        AUXILIARY => (0, 2, 0),
        SIZES => (2, 0, 0),
        _ => return None,
    };
    for _ in 0..lengths {
        server.rdb_count(input)?;
    }
    for _ in 0..strings {
        server.rdb_string(input)?;
    }
    take(input, bytes).map(drop)
}

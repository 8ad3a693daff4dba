//! LZF, the compression of long strings in a dump.

/// Returns the `length` bytes to which `input` decompresses, or `None` if it does anything else.
///
/// A token is a literal run, or a back-reference: a copy of bytes that have already been written.
///
/// ```text
/// 000LLLLL                       L + 1 bytes follow
/// LLLOOOOO OOOOOOOO              copy L + 2 bytes from O + 1 bytes back
/// 111OOOOO LLLLLLLL OOOOOOOO     copy L + 9 bytes from O + 1 bytes back
/// ```
///
/// Mirrors `lzf_decompress`. `length` is only ever compared, so it costs no memory.
pub fn decompress(mut input: &[u8], length: u64) -> Option<Vec<u8>> {
    let mut output = Vec::new();
    while let [token, rest @ ..] = input {
        let (high, low) = (token >> 5, token & 0x1f);
        input = match (high, rest) {
            (0, _) => {
                let (literal, rest) = rest.split_at_checked(usize::from(low) + 1)?;
                output.extend_from_slice(literal);
                rest
            }
            (7, [more, offset, rest @ ..]) => {
                copy(&mut output, [low, *offset], usize::from(*more) + 9)?;
                rest
            }
            (1..=6, [offset, rest @ ..]) => {
                copy(&mut output, [low, *offset], usize::from(high) + 2)?;
                rest
            }
            _ => return None,
        };
        if output.len() as u64 > length {
            return None;
        }
    }
    (output.len() as u64 == length).then_some(output)
}

/// Appends a copy of `count` bytes, which start `offset` + 1 bytes before the end. The copy may
/// overlap its source: this is how a short pattern is repeated.
fn copy(output: &mut Vec<u8>, offset: [u8; 2], count: usize) -> Option<()> {
    let back = usize::from(u16::from_be_bytes(offset)) + 1;
    let start = output.len().checked_sub(back)?;
    for position in start..start + count {
        output.push(*output.get(position)?);
    }
    Some(())
}

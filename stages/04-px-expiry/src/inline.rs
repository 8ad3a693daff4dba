//! Inline requests: words as one types them, with quotes for those that hold a blank.

/// Returns the words of a line, or `None` if its quotes do not match. Mirrors `sdssplitargs`.
pub fn split(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        match rest {
            [] => return Some(words),
            [byte, after @ ..] if is_blank(*byte) => rest = after,
            _ => {
                let (word, after) = take_word(rest)?;
                words.push(word);
                rest = after;
            }
        }
    }
}

/// Returns the word at the start of `rest`, and what follows it. A quote may open anywhere in it,
/// but ends it where it closes.
fn take_word(mut rest: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut word = Vec::new();
    loop {
        match rest {
            // Not every blank: inside of a word, Redis lets `\v` and `\f` pass.
            [] | [b' ' | b'\t' | b'\r' | b'\n', ..] => return Some((word, rest)),
            [quote @ (b'"' | b'\''), after @ ..] => {
                rest = take_quoted(after, *quote, &mut word)?;
                return rest.first().is_none_or(|byte| is_blank(*byte)).then_some((word, rest));
            }
            [byte, after @ ..] => {
                word.push(*byte);
                rest = after;
            }
        }
    }
}

/// Moves what comes before the closing quote to `word`, and returns what comes behind it.
fn take_quoted<'a>(mut rest: &'a [u8], quote: u8, word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        let (byte, after) = match rest {
            [] => return None,
            [byte, after @ ..] if *byte == quote => return Some(after),
            [b'\\', b'\'', after @ ..] if quote == b'\'' => (b'\'', after),
            [b'\\', b'x', high, low, after @ ..]
                if quote == b'"' && high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                (hex_digit(*high) << 4 | hex_digit(*low), after)
            }
            [b'\\', escaped, after @ ..] if quote == b'"' => (unescape(*escaped), after),
            [byte, after @ ..] => (*byte, after),
        };
        word.push(byte);
        rest = after;
    }
}

fn unescape(escaped: u8) -> u8 {
    match escaped {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 0x08,
        b'a' => 0x07,
        other => other,
    }
}

fn hex_digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        letter => letter.to_ascii_lowercase() - b'a' + 10,
    }
}

/// The blanks of C's `isspace`: other than `u8::is_ascii_whitespace`, with the vertical tab.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

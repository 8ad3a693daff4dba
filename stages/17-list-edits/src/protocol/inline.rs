//! Inline requests: arguments as a person types them, with quotes around those that contain spaces.

/// Returns the arguments in a line, or `None` if its quotes are unbalanced. Mirrors `sdssplitargs`.
pub fn split(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (mut words, mut rest) = (Vec::new(), line);
    while let Some(start) = rest.iter().position(|byte| !is_blank(byte)) {
        let mut word = Vec::new();
        rest = take_word(&rest[start..], &mut word)?;
        words.push(word);
    }
    Some(words)
}

/// Moves an argument to `word`, and returns what follows it. A quote may open anywhere in an
/// argument, but closing it ends the argument.
fn take_word<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    while let [byte, after @ ..] = rest {
        match byte {
            // Not all whitespace: inside an argument, Redis lets `\v` and `\f` pass.
            b' ' | b'\t' | b'\r' | b'\n' => break,
            b'"' | b'\'' => {
                let rest = take_quoted(after, *byte, word)?;
                return rest.first().is_none_or(is_blank).then_some(rest);
            }
            _ => word.push(*byte),
        }
        rest = after;
    }
    Some(rest)
}

/// Moves what comes before the closing quote to `word`, and returns what follows the quote.
fn take_quoted<'a>(mut rest: &'a [u8], quote: u8, word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        let (byte, after) = match rest {
            [] => return None,
            [byte, after @ ..] if *byte == quote => return Some(after),
            [b'\\', b'\'', after @ ..] => (b'\'', after),
            [b'\\', escaped, after @ ..] if quote == b'"' => unescape(*escaped, after),
            [byte, after @ ..] => (*byte, after),
        };
        word.push(byte);
        rest = after;
    }
}

/// Returns the byte that `\x41`, `\n` or any other escape represents, and what follows the escape.
fn unescape(escaped: u8, after: &[u8]) -> (u8, &[u8]) {
    let byte = match (escaped, after) {
        (b'x', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
            return (hex_digit(*high) * 16 + hex_digit(*low), after);
        }
        (b'n', _) => b'\n',
        (b'r', _) => b'\r',
        (b't', _) => b'\t',
        (b'b', _) => 0x08,
        (b'a', _) => 0x07,
        (other, _) => other,
    };
    (byte, after)
}

fn hex_digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        letter => letter.to_ascii_lowercase() - b'a' + 10,
    }
}

/// Mirrors C's `isspace`: unlike `u8::is_ascii_whitespace`, it includes the vertical tab.
fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

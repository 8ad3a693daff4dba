/// Splits a line that was typed by hand into words, or `None` if its quotes do not close.
pub(crate) fn split(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        while let Some((&byte, after)) = rest.split_first()
            && is_blank(byte)
        {
            rest = after;
        }
        if rest.is_empty() {
            return Some(words);
        }
        words.push(word(&mut rest)?);
    }
}

/// A vertical tab is a blank to C, and to Redis.
fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0B
}

/// Takes one word off the front. A quote may begin inside a word, and ends it.
fn word(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let mut word = Vec::new();
    while let Some((&byte, tail)) = rest.split_first() {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => break,
            b'"' | b'\'' => {
                *rest = tail;
                quoted(byte, rest, &mut word)?;
                let ended = rest.first().is_none_or(|next| is_blank(*next));
                return ended.then_some(word);
            }
            _ => word.push(byte),
        }
        *rest = tail;
    }
    Some(word)
}

/// Takes what is left of a quoted word, closing quote included.
fn quoted(quote: u8, rest: &mut &[u8], word: &mut Vec<u8>) -> Option<()> {
    loop {
        let (&byte, mut tail) = rest.split_first()?;
        match (byte, tail) {
            _ if byte == quote => {
                *rest = tail;
                return Some(());
            }
            (b'\\', [b'x', high, low, after @ ..])
                if quote == b'"' && high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                let digits = [*high, *low];
                word.push(u8::from_str_radix(str::from_utf8(&digits).ok()?, 16).ok()?);
                tail = after;
            }
            (b'\\', [escaped, after @ ..]) if quote == b'"' || *escaped == quote => {
                word.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 0x08,
                    b'a' => 0x07,
                    other => *other,
                });
                tail = after;
            }
            _ => word.push(byte),
        }
        *rest = tail;
    }
}

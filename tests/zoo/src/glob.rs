/// Tells whether all of `text` fits `pattern`: `*`, `?`, `[abc]`, `[^a]`, `[a-z]`, `\x`.
pub(crate) fn matches(mut pattern: &[u8], mut text: &[u8]) -> bool {
    // Redis begins no match on a text of no bytes: it fits nothing but these.
    if text.is_empty() {
        return pattern.is_empty() || pattern == b"*";
    }
    // Where to go on when what follows the last star does not fit: only that star gives way,
    // so the time grows with the two lengths multiplied, whatever the pattern is.
    let mut last_star: Option<(&[u8], &[u8])> = None;
    loop {
        if let Some(after) = pattern.strip_prefix(b"*") {
            pattern = after;
            last_star = Some((after, text));
            continue;
        }
        match text.split_first() {
            None if pattern.is_empty() => return true,
            Some((&byte, rest)) if take_one(&mut pattern, byte) => text = rest,
            _ => {
                let Some((after, [_, rest @ ..])) = last_star else { return false };
                (pattern, text) = (after, rest);
                last_star = Some((after, rest));
            }
        }
    }
}

/// Takes the first element off the pattern if it fits this byte.
pub(crate) fn take_one(pattern: &mut &[u8], byte: u8) -> bool {
    let after = match *pattern {
        [] => None,
        [b'?', after @ ..] => Some(after),
        [b'[', b'^', class @ ..] => in_class(class, byte, false),
        [b'[', class @ ..] => in_class(class, byte, true),
        [b'\\', escaped, after @ ..] => (*escaped == byte).then_some(after),
        [literal, after @ ..] => (*literal == byte).then_some(after),
    };
    *pattern = after.unwrap_or(pattern);
    after.is_some()
}

/// Returns what follows the class if the byte's being in it is as wanted.
fn in_class(mut class: &[u8], byte: u8, wanted: bool) -> Option<&[u8]> {
    let mut found = false;
    loop {
        class = match class {
            // A class that nobody closes ends with the pattern.
            [] => return (found == wanted).then_some(class),
            [b']', after @ ..] => return (found == wanted).then_some(after),
            [b'\\', literal, rest @ ..] => {
                found |= *literal == byte;
                rest
            }
            [from, b'-', to, rest @ ..] => {
                found |= (*from.min(to)..=*from.max(to)).contains(&byte);
                rest
            }
            [literal, rest @ ..] => {
                found |= *literal == byte;
                rest
            }
        }
    }
}

//! Inline requests: how a line falls into words.

use stage_07::inline::split;

/// Returns the words, each in printable form.
fn words(line: &[u8]) -> Option<Vec<String>> {
    Some(split(line)?.iter().map(|word| word.escape_ascii().to_string()).collect())
}

#[test]
fn words_stand_between_blanks() {
    for (line, expected) in [(&b"PING"[..], &["PING"][..]), (b"  ECHO\thi ", &["ECHO", "hi"])] {
        assert_eq!(
            words(line).as_deref(),
            Some(expected.iter().map(|w| w.to_string()).collect::<Vec<_>>().as_slice())
        );
    }
}

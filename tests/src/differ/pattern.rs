//! Random patterns that match now and then.

use fastrand::Rng;

const PIECES: [&[u8]; 38] = [
    b"*",
    b"*",
    b"*",
    b"?",
    b"?",
    b"a",
    b"b",
    b"k",
    b"key",
    b"key:",
    b"1",
    b":",
    b"[ab]",
    b"[a-c]",
    b"[c-a]",
    b"[^a]",
    b"[!a]",
    b".",
    b"[^a-c]",
    b"[]",
    b"[^]",
    b"[]a]",
    b"[a",
    b"[a-",
    b"[a-]",
    b"[",
    b"[^",
    b"[\\]a]",
    b"[a\\-c]",
    b"]",
    b"\\",
    b"\\*",
    b"\\a",
    b"\\\\",
    b"-",
    b"^",
    b"\xff",
    b"[\xe0-\xff]",
];

/// Returns a pattern for keys.
pub(crate) fn pattern(rng: &mut Rng) -> Vec<u8> {
    match rng.u8(..8) {
        0 => b"*".to_vec(),
        1 => {
            let length = rng.usize(..8);
            (0..length).map(|_| b"aab*?[]^-\\k:\0\xff"[rng.usize(..14)]).collect()
        }
        _ => {
            let count = rng.usize(1..6);
            (0..count).flat_map(|_| PIECES[rng.usize(..PIECES.len())].to_vec()).collect()
        }
    }
}

/// Returns a pattern made from one of these names.
pub(crate) fn around(rng: &mut Rng, names: &[&str]) -> Vec<u8> {
    let mut pattern = names[rng.usize(..names.len())].as_bytes().to_vec();
    for _ in 0..rng.usize(1..3) {
        let start = rng.usize(..=pattern.len());
        let end = rng.usize(start..=pattern.len());
        let piece = PIECES[rng.usize(..PIECES.len())];
        pattern.splice(start..end, piece.to_vec());
    }
    pattern
}

//! LZF: every token, every lie, and random tokens against a copy that is obviously right.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::corpus::from_echo::hostile::config;
use crate::subject::stage::lzf::decompress;

#[test]
fn tokens_are_literals_and_copies_that_may_overlap() {
    let longest = [&b"\x00z\xe0\xff\x00"[..], b"\xe0\x00\x00"].concat();
    let block: Vec<u8> = (0..32).collect();
    let literals = [&[0x1f], &block[..]].concat().repeat(256);
    // 8,192 bytes back is the furthest.
    let furthest = [&literals[..], b"\x3f\xff"].concat();
    let furthest_long = [&literals[..], b"\xff\x01\xff"].concat();
    let back_256 = [&literals[..], b"\x20\xff\x21\x00"].concat();
    let table: [(&[u8], Vec<u8>); 15] = [
        (b"", b"".into()),
        (b"\x00a", b"a".into()),
        (b"\x02abc", b"abc".into()),
        (b"\x00a\x01bc", b"abc".into()),
        (&literals[..33], block.clone()),
        (b"\x00a\x20\x00", b"aaaa".into()),
        (b"\x01ab\x40\x01", b"ababab".into()),
        (b"\x02abc\x20\x02", b"abcabc".into()),
        (b"\x02abc\xc0\x02", b"abcabcabcab".into()),
        (b"\x02abc\xe0\x00\x01", b"abcbcbcbcbcb".into()),
        (b"\x02abc\x20\x02\x00d\x20\x03", b"abcabcdabcd"[..10].into()),
        (&longest, b"z".repeat(1 + 264 + 9)),
        (&furthest, [&block.repeat(256)[..], &block[..3]].concat()),
        (&furthest_long, [&block.repeat(256)[..], &block[..10]].concat()),
        (&back_256, [&block.repeat(256)[..], &[0, 1, 2, 2, 3, 4]].concat()),
    ];
    for (input, text) in table {
        let found = decompress(input, text.len() as u64);
        let beginning = input[..input.len().min(20)].escape_ascii();
        assert!(found.as_ref() == Some(&text), "{beginning}: {:?}", found.map(|text| text.len()));
    }
}

#[test]
fn what_does_not_come_out_exactly_is_refused() {
    let table: [(&[u8], u64, &str); 24] = [
        (b"", 1, "nothing gives something"),
        (b"\x00a", 0, "a literal gives something"),
        (b"\x00a", 2, "one byte is missing"),
        (b"\x02abc", 2, "a literal gives too much"),
        (b"\x00a\x20\x00", 3, "a copy gives too much"),
        (b"\x00a\x20\x00", 5, "a copy gives too little"),
        (b"\x00a\x20\x00", u64::MAX, "far too little"),
        (b"\x00a\xe0\x00\x00", 9, "a long copy gives too much"),
        (b"\x00", 1, "a literal without bytes"),
        (b"\x01a", 2, "a literal with too few bytes"),
        (b"\x1fabc", 32, "the longest literal with too few bytes"),
        (b"\x00a\x20", 4, "a copy without its offset"),
        (b"\x00a\xc0", 9, "a copy without its offset"),
        (b"\x00a\xe0", 10, "a long copy without its length"),
        (b"\x00a\xe0\x00", 10, "a long copy without its offset"),
        (b"\x20\x00", 3, "a copy of nothing"),
        (b"\xe0\x00\x00", 9, "a long copy of nothing"),
        (b"\x00a\x20\x01", 4, "a copy from before the start"),
        (b"\x00a\x21\x00", 4, "a copy from far before the start"),
        (b"\x00a\xff\x00\xff", 10, "a long copy from far before the start"),
        (b"\x01ab\x20\x02", 5, "a copy from one byte before the start"),
        (b"\x02abc\xe0\x00\x03", 12, "a long copy from one byte before the start"),
        (b"\x00a\x20\x00\x01b", 6, "a sound beginning and a literal with too few bytes"),
        (b"\x00a\x20\x00\x20\x04", 7, "a sound beginning and a copy from before the start"),
    ];
    for (input, length, fault) in table {
        assert_eq!(decompress(input, length), None, "{fault}: {}", input.escape_ascii());
    }
}

#[test]
fn unpacking_stops_once_there_is_more_than_was_announced() {
    let input = [b"\x00a", &b"\xe0\xff\x00".repeat(10_000)[..]].concat();
    let memory = allocation_counter::measure(|| assert_eq!(decompress(&input, 10), None));
    assert!(memory.bytes_max < 1024, "{memory:?}");
}

/// A piece of a compressed string.
#[derive(Clone, Debug)]
pub enum Token {
    Literal(Vec<u8>),
    Copy { count: usize, back: Index },
}

/// Returns random tokens, and thereby random strings.
pub fn tokens() -> impl Strategy<Value = Vec<Token>> {
    let literal = vec(any::<u8>(), 1..=32).prop_map(Token::Literal);
    let copy =
        |counts| (counts, any::<Index>()).prop_map(|(count, back)| Token::Copy { count, back });
    vec(prop_oneof![literal, copy(3..=8_usize), copy(9..=264)], 0..40)
}

/// Returns the tokens as LZF writes them, and the bytes to which they decompress.
pub fn compress(tokens: &[Token]) -> (Vec<u8>, Vec<u8>) {
    let (mut input, mut text) = (Vec::new(), Vec::new());
    for token in tokens {
        match token {
            Token::Literal(bytes) => {
                input.push(bytes.len() as u8 - 1);
                input.extend(bytes);
                text.extend(bytes);
            }
            Token::Copy { .. } if text.is_empty() => {}
            Token::Copy { count, back } => {
                let back = back.index(text.len().min(8192));
                let (high, low) = ((back >> 8) as u8, back as u8);
                match count {
                    3..=8 => input.extend([(*count as u8 - 2) << 5 | high, low]),
                    _ => input.extend([7 << 5 | high, (count - 9) as u8, low]),
                }
                (0..*count).for_each(|_| text.push(text[text.len() - 1 - back]));
            }
        }
    }
    (input, text)
}

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/core/06-rdb-read/lzf.seeds");

proptest! {
    #![proptest_config(config(SEEDS))]

    #[test]
    fn any_tokens_give_the_bytes_for_which_they_stand(tokens in tokens()) {
        let (input, text) = compress(&tokens);
        prop_assert_eq!(decompress(&input, text.len() as u64), Some(text));
    }

    #[test]
    fn any_other_length_is_refused(tokens in tokens(), length: u16, last in 0..20_u64) {
        let (input, text) = compress(&tokens);
        let real = text.len() as u64;
        for length in [length.into(), (real + 10).saturating_sub(last)] {
            prop_assert_eq!(decompress(&input, length), (length == real).then(|| text.clone()));
        }
    }

    #[test]
    fn random_tokens_give_the_announced_length_or_nothing(input: Vec<u8>, length in 0..100_u64) {
        let found = decompress(&input, length);
        prop_assert!(found.is_none_or(|text| text.len() as u64 == length));
    }
}

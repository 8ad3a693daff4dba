//! Memory: it grows with the bytes that arrive, never with the numbers that are announced.

use allocation_counter::measure;

use crate::subject::stage::resp::Decoder;

/// Returns the most bytes that a decoder ever held while `input` arrived in pieces of `size`.
fn peak(input: &[u8], size: usize) -> u64 {
    let ends: Vec<usize> = (0..input.len()).step_by(size).chain([input.len()]).collect();
    let info = measure(|| {
        let mut decoder = Decoder::default();
        for end in &ends {
            assert_eq!(decoder.decode(&input[..*end]), Ok(None));
        }
    });
    info.bytes_max
}

#[test]
fn what_is_announced_takes_no_memory() {
    for input in [
        "*2147483647\r\n",
        "*2147483647\r\n$536870912\r\n",
        "*2147483647\r\n$4\r\nECHO\r\n$536870912\r\n",
    ] {
        let peak = peak(input.as_bytes(), 1);
        assert!(peak < 1024, "{peak} bytes for {input:?}");
    }
}

#[test]
fn half_a_request_takes_memory_as_it_arrives() {
    // The smallest bulks, since a decoder has to remember where each of them is.
    let bulks = 2000;
    let input = [b"*2147483647\r\n", b"$0\r\n\r\n".repeat(bulks).as_slice()].concat();
    for size in [7, 1000, input.len()] {
        let peak = peak(&input, size);
        assert!(peak < 64 * bulks as u64, "{peak} bytes for {bulks} bulks");
    }
    // A bulk stays where it is, and so does a line.
    for start in ["*1\r\n$536870912\r\n", "x"] {
        let mut input = start.as_bytes().to_vec();
        input.resize(60_000, b'x');
        let peak = peak(&input, 1000);
        assert!(peak < 1024, "{peak} bytes for {start:?}");
    }
}

#[test]
fn a_request_that_is_answered_leaves_nothing_behind() {
    let many = super::request::array(&["x"; 10_000]);
    let words = b"x ".repeat(10_000);
    let line = [words.as_slice(), b"\n"].concat();
    for (request, count) in [(&many, 10_000), (&line, 10_000)] {
        let mut decoder = Decoder::default();
        let info = measure(|| {
            let decoded = decoder.decode(request).expect("a request").expect("a whole one");
            assert_eq!(decoded.args.len(), count);
            // Until then the decoder owns the line's arguments, without quotes and escapes.
            drop(decoder.decode(b"\n"));
        });
        assert!(info.bytes_current < 1024, "{} bytes are left", info.bytes_current);
    }
}

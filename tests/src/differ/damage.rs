//! Bytes that go wrong, and bytes that never were right.

use fastrand::Rng;

/// What the protocol is made of, and what only looks like it.
const MARKS: [&[u8]; 34] = [
    b"*",
    b"$",
    b"\r\n",
    b"\r",
    b"\n",
    b"\0",
    b"0",
    b"1",
    b"2",
    b"9",
    b"-",
    b"+",
    b" ",
    b"\t",
    b"\"",
    b"'",
    b"\\",
    b"\\x4",
    b"*0\r\n",
    b"*-1\r\n",
    b"*1\r\n",
    b"*2\r\n",
    b"$0\r\n\r\n",
    b"$-1\r\n",
    b"$4\r\nPING\r\n",
    b"*2147483647\r\n",
    b"*2147483648\r\n",
    b"$536870912\r\n",
    b"$536870913\r\n",
    b"$99999999999999999999\r\n",
    b"PING\r\n",
    b"*1\r\n$4\r\nPING\r\n",
    b":1\r\n",
    b"GET / HTTP/1.1\r\n",
];

/// Damages bytes in one place: flips a bit, sets a byte, inserts, removes, repeats, cuts off, or
/// makes a number another one.
pub(crate) fn damage(rng: &mut Rng, bytes: &mut Vec<u8>) {
    let at = rng.usize(..=bytes.len());
    let until = |length: usize| bytes.len().min(at + length);
    match rng.u8(..9) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << rng.u8(..8);
            }
        }
        1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = rng.u8(..);
            }
        }
        2..4 => drop(bytes.splice(at..at, mark(rng).to_vec())),
        4 => drop(bytes.drain(at..until(rng.usize(1..8)))),
        5 => {
            let again = bytes.get(at..until(rng.usize(1..40))).unwrap_or_default().to_vec();
            bytes.splice(at..at, again);
        }
        6 => bytes.truncate(at),
        _ => other_length(rng, bytes),
    }
}

/// Makes one of the announced lengths and counts another one.
fn other_length(rng: &mut Rng, bytes: &mut Vec<u8>) {
    let starts: Vec<usize> = (0..bytes.len()).filter(|at| b"*$".contains(&bytes[*at])).collect();
    if starts.is_empty() {
        return;
    }
    let start = starts[rng.usize(..starts.len())] + 1;
    let digits = bytes.iter().skip(start).take_while(|byte| byte.is_ascii_digit()).count();
    let number: Option<i64> =
        str::from_utf8(&bytes[start..start + digits]).ok().and_then(|digits| digits.parse().ok());
    let other = match (rng.u8(..6), number) {
        (0..3, Some(number)) => number.saturating_add(rng.i64(-2..=2)).to_string(),
        (3, Some(number)) => format!("0{number}"),
        (4, _) => format!("{}", rng.i64(..)),
        _ => String::new(),
    };
    bytes.splice(start..start + digits, other.into_bytes());
}

/// Returns bytes that have something of the protocol, or nothing.
pub(crate) fn garbage(rng: &mut Rng) -> Vec<u8> {
    let length = rng.usize(1..20);
    match rng.u8(..3) {
        0 => (0..length).map(|_| rng.u8(..)).collect(),
        _ => (0..length).flat_map(|_| mark(rng).to_vec()).collect(),
    }
}

/// Returns a line that is nearly too long, or too long and never ends.
pub(crate) fn long_line(rng: &mut Rng) -> Vec<u8> {
    let start = mark(rng);
    let length = if rng.bool() { rng.usize(65_000..65_530) } else { rng.usize(65_540..100_000) };
    let fill = b"x 1\0"[rng.usize(..4)];
    let mut line = start.to_vec();
    line.resize(length, fill);
    if length < 65_536 {
        line.extend_from_slice(b"\r\n");
    }
    line
}

fn mark(rng: &mut Rng) -> &'static [u8] {
    MARKS[rng.usize(..MARKS.len())]
}

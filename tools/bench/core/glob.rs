//! How long a key takes to be compared with a pattern.

use divan::{Bencher, black_box};

use crate::subject::stage::glob::Glob;

const KEY: &[u8] = b"session:europe:0000000042";

/// From the pattern that any key matches to one for which many places of the key are tried.
#[divan::bench(args = [
    "*",
    "session:europe:0000000042",
    "user:*",
    "session:*",
    "*42",
    "*:europe:*",
    "s??????:[a-e]*:*[0-9]",
    "[^x]ess*",
    "*e*e*e*e*e*x",
])]
fn compare(bencher: Bencher<'_, '_>, pattern: &str) {
    let glob = Glob { pattern: pattern.as_bytes(), ignore_case: false };
    bencher.bench(|| black_box(&glob).matches(black_box(KEY)));
}

/// The worst that a pattern can do to a key of this many bytes: a hundred are compared at each
/// place.
#[divan::bench(args = [100, 1_000, 10_000])]
fn compare_at_worst(bencher: Bencher<'_, '_>, length: usize) {
    let pattern = format!("*{}b", "a".repeat(100));
    let key = vec![b'a'; length];
    let glob = Glob { pattern: pattern.as_bytes(), ignore_case: false };
    bencher.bench(|| black_box(&glob).matches(black_box(&key)));
}

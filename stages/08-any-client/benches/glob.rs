//! How long a key takes to be compared with a pattern. Run it before a change and after it:
//! `cargo bench --bench glob`.

use divan::{AllocProfiler, Bencher, black_box};
use stage_08::glob::Glob;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

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

/// The worst that a pattern can do to a key of so many bytes: a hundred are compared at each place.
#[divan::bench(args = [100, 1_000, 10_000])]
fn compare_at_worst(bencher: Bencher<'_, '_>, length: usize) {
    let pattern = format!("*{}b", "a".repeat(100));
    let key = vec![b'a'; length];
    let glob = Glob { pattern: pattern.as_bytes(), ignore_case: false };
    bencher.bench(|| black_box(&glob).matches(black_box(&key)));
}

//! How long parts of the core take, and what they allocate. Run it before a change and after it:
//! `cargo bench --bench core`, or with the name of one part behind that: `resp`.

use divan::AllocProfiler;

#[path = "../../../tools/bench/core/rdb.rs"]
mod rdb;
#[path = "../../../tools/bench/core/resp.rs"]
mod resp;
#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../tests/core/subject.rs"]
mod subject;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

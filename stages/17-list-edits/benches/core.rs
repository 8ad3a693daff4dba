//! Measures how long parts of the core take, and what they allocate. Run it before and after a
//! change: `cargo bench --bench core`, or followed by the name of one part: `resp`.

use divan::AllocProfiler;

#[path = "../../../tools/bench/core/glob.rs"]
mod glob;
#[path = "../../../tools/bench/core/rdb.rs"]
mod rdb;
#[path = "../../../tools/bench/core/resp.rs"]
mod resp;
#[allow(dead_code, unused_imports, reason = "the tests use all of it")]
#[path = "../tests/core/subject.rs"]
mod subject;
#[path = "../../../tools/bench/core/table.rs"]
mod table;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

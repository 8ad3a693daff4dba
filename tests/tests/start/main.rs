//! The stages beside a real Redis, from the command line on: with what they start, where they then
//! listen, and what CONFIG GET says of it. Each server runs in a network of its own.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
mod beside;
#[cfg(target_os = "linux")]
mod binds;
#[cfg(target_os = "linux")]
mod network;
#[cfg(target_os = "linux")]
mod server;
#[cfg(target_os = "linux")]
mod start;
#[cfg(target_os = "linux")]
mod surroundings;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    beside::run(&[binds::starts(), surroundings::starts()].concat())
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    use libtest_mimic::{Arguments, Completion, Trial};

    let reason = "a network of a test's own needs Linux";
    eprintln!("\nNOT STARTED beside a real Redis: {reason}.\n");
    let left_out = |name| Trial::ignorable_test(name, || Ok(Completion::ignored_with(reason)));
    let trials = ["bind", "start"].map(left_out).into();
    conformance::harness::run(Arguments::from_args(), trials)
}

//! Every scenario of hostile load on the real Redis, if there is one: what it withstands, a stage
//! can be held to.

use std::process::ExitCode;

use conformance::check;
use conformance::server::CommandLine;

fn main() -> ExitCode {
    conformance::load::redis(&check::redis().map(|_| CommandLine::redis()))
}

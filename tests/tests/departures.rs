//! Where the newest stage departs from a real Redis in what no random session shows: each departure
//! is told in the README, and still there.

use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    conformance::departures::run()
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    println!("NOT COMPARED with a real Redis: this system has no signals and no named pipes.");
    ExitCode::SUCCESS
}

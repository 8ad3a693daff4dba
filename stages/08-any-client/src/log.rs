//! Lines for whoever runs the server.
//!
//! A line that cannot be written at once is lost. `println!` would panic on a full disk, and wait
//! for the reader of a full pipe; a log must neither end a server nor stop it.

use std::fmt::Display;
use std::io::{self, Write};

/// Reports what the server does, on standard output.
pub fn info(line: impl Display) {
    write(io::stdout(), line);
}

/// Reports what it cannot do, on standard error.
pub fn warn(line: impl Display) {
    write(io::stderr(), line);
}

#[cfg(unix)]
fn write(mut output: impl Write + std::os::fd::AsFd, line: impl Display) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::pipe::PIPE_BUF;

    let line = format!("{line}\n");
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    let has_room = poll(&mut [PollFd::new(&output, PollFlags::OUT)], Some(&now));
    if has_room == Ok(1) {
        // A pipe that has room at all takes so many bytes without waiting. If the write fails,
        // there is no other place to say so.
        let _ = output.write_all(&line.as_bytes()[..line.len().min(PIPE_BUF)]);
    }
}

#[cfg(not(unix))]
fn write(mut output: impl Write, line: impl Display) {
    // If this fails, there is no other place to say so.
    let _ = writeln!(output, "{line}");
}

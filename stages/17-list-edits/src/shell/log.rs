//! Log lines, for the server's operator.
//!
//! A line that cannot be written at once is lost. `println!` would panic on a full disk, and block
//! on a full pipe; a log must neither kill a server nor block it.

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
        // A pipe that has any room takes this many bytes without blocking. If the write fails,
        // there is no other place to report it.
        let _ = output.write_all(&line.as_bytes()[..line.len().min(PIPE_BUF)]);
    }
}

#[cfg(not(unix))]
fn write(mut output: impl Write, line: impl Display) {
    // If this fails, there is no other place to report it.
    let _ = writeln!(output, "{line}");
}

//! Programs that may take so long and no longer.

use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What a program printed, and how it ended.
#[derive(Debug)]
pub struct Ran {
    /// How it ended; `None` if it was ended, since its time was over.
    pub status: Option<ExitStatus>,
    /// Its standard output.
    pub output: String,
    /// Its standard error.
    pub complaint: String,
}

impl Ran {
    /// Whether it ended by itself, and well.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }
}

/// Runs a program with `input`, and ends it when `patience` is over.
///
/// # Errors
/// When it cannot be started.
pub fn run(command: &mut Command, input: Vec<u8>, patience: Duration) -> io::Result<Ran> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let output = child.stdout.take().map(reader);
    let complaint = child.stderr.take().map(reader);
    let mut stdin = child.stdin.take();
    // A program may end before it has read all; how it ended tells whether that is well.
    thread::spawn(move || stdin.as_mut().map(|pipe| pipe.write_all(&input)));
    let status = wait(&mut child, patience)?;
    Ok(Ran { status, output: text(output), complaint: text(complaint) })
}

fn wait(child: &mut Child, patience: Duration) -> io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + patience;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(Duration::from_millis(10));
    }
    // Fails only when the program has just ended, which is all that is wanted.
    let _ = child.kill();
    child.wait()?;
    Ok(None)
}

/// Reads all that a program prints, so that it never waits for its reader.
pub fn reader(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before an error is all that there is.
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn text(reader: Option<JoinHandle<String>>) -> String {
    reader.and_then(|reader| reader.join().ok()).unwrap_or_default()
}

/// Returns a text in one line, shortened to its first `limit` characters.
#[must_use]
pub fn first_words(text: &str, limit: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() { "nothing".into() } else { text.chars().take(limit).collect() }
}

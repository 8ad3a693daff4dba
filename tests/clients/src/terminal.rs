//! A terminal with a program in it: keys go in, and what counts is what its screen shows.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;
use vt100::Parser;

/// How long the screen may take to show what it should.
const PATIENCE: Duration = Duration::from_secs(5);

const ROWS: NonZero<u16> = NonZero::new(60).expect("60 is not 0");
const COLUMNS: NonZero<u16> = NonZero::new(160).expect("160 is not 0");

/// A terminal, and the program that was started in it. Dropping it ends the program.
pub struct Terminal {
    screen: Arc<Mutex<Parser>>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    // The program loses its terminal when this goes.
    _master: Box<dyn MasterPty + Send>,
    // It finds no settings and leaves no history.
    _home: TempDir,
}

impl Terminal {
    /// Starts a program in a terminal of its own.
    ///
    /// # Errors
    /// When there is no such terminal or no such program.
    pub fn start(mut command: CommandBuilder) -> anyhow::Result<Self> {
        let home = tempfile::tempdir().context("cannot make a folder")?;
        command.env("TERM", "xterm");
        command.env("HOME", home.path());
        let (rows, cols) = (ROWS.get(), COLUMNS.get());
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).context("cannot open a terminal")?;
        let child = pair.slave.spawn_command(command).context("cannot run in a terminal")?;
        let screen = Arc::new(Mutex::new(Parser::new(ROWS, COLUMNS, 0)));
        let mut output = pair.master.try_clone_reader().context("cannot read a terminal")?;
        let keys = pair.master.take_writer().context("cannot write to a terminal")?;
        let shown = Arc::clone(&screen);
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut chunk) {
                locked(&shown).process(chunk.get(..length).unwrap_or_default());
            }
        });
        Ok(Self { screen, keys, child, _master: pair.master, _home: home })
    }

    /// Types on the keyboard.
    ///
    /// # Errors
    /// When nobody reads it any more.
    pub fn press(&mut self, keys: &str) -> anyhow::Result<()> {
        self.keys.write_all(keys.as_bytes()).context("cannot write to the terminal")?;
        self.keys.flush().context("cannot write to the terminal")
    }

    /// Waits until the screen shows this text, and returns the whole screen.
    ///
    /// # Errors
    /// When it does not come, with what the screen shows instead.
    pub fn see(&self, due: &str) -> anyhow::Result<String> {
        self.wait_for(&quoted(due), |shown| shown.contains(due))
    }

    /// As [`see`](Self::see), with capitals for small letters and the other way round.
    ///
    /// # Errors
    /// When it does not come, with what the screen shows instead.
    pub fn see_in_any_case(&self, due: &str) -> anyhow::Result<String> {
        self.wait_for(&quoted(due), |shown| shown.to_lowercase().contains(&due.to_lowercase()))
    }

    /// Waits until the screen is as it should be, and returns the whole screen.
    ///
    /// # Errors
    /// When that does not come, with what the screen shows instead.
    pub fn wait_for(&self, due: &str, is_there: impl Fn(&str) -> bool) -> anyhow::Result<String> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let shown = self.shown();
            if is_there(&shown) {
                return Ok(shown);
            }
            thread::sleep(Duration::from_millis(10));
        }
        bail!("the screen does not show {due} but '{}'", self.shown().trim())
    }

    /// Returns what the screen shows.
    #[must_use]
    pub fn shown(&self) -> String {
        locked(&self.screen).screen().contents()
    }

    /// Waits until the program has ended.
    ///
    /// # Errors
    /// When it runs on, or ends with another code than 0.
    pub fn see_end(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().context("cannot wait for the program")? {
                anyhow::ensure!(status.success(), "the program ends with {status}");
                return Ok(());
            }
            thread::sleep(Duration::from_millis(10));
        }
        bail!("the program does not end; the screen shows '{}'", self.shown().trim())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Both fail only when the program is gone already, which is all that is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn quoted(due: &str) -> String {
    format!("'{}'", due.trim())
}

fn locked(screen: &Mutex<Parser>) -> MutexGuard<'_, Parser> {
    screen.lock().unwrap_or_else(PoisonError::into_inner)
}

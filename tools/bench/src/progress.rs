//! The progress of a run.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar with what is being measured and the time left, or plain lines where there is no terminal.
pub struct Progress {
    bar: ProgressBar,
    planned: Duration,
    done: Duration,
}

impl Progress {
    /// Starts, with this much to do.
    pub fn start(planned: Duration) -> anyhow::Result<Self> {
        let bar = ProgressBar::new(millis(planned));
        bar.set_style(ProgressStyle::with_template("{wide_bar} {prefix} left\n{msg}")?);
        bar.enable_steady_tick(Duration::from_millis(200));
        let progress = Self { bar, planned, done: Duration::ZERO };
        progress.show_time();
        Ok(progress)
    }

    /// Says what is measured now.
    pub fn say(&self, what: &str) {
        self.bar.set_message(what.to_owned());
        if !stderr().is_terminal() {
            let left = self.left();
            eprintln!("{what} ({left} left)");
        }
    }

    /// This much of what was planned is done, or need not be.
    pub fn advance(&mut self, part: Duration) {
        self.done += part;
        self.bar.set_position(millis(self.done));
        self.show_time();
    }

    /// Takes the bar away.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }

    fn show_time(&self) {
        self.bar.set_prefix(self.left());
    }

    fn left(&self) -> String {
        let seconds = self.planned.saturating_sub(self.done).as_secs();
        format!("{}:{:02}", seconds / 60, seconds % 60)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_what_was_planned_and_is_not_done() {
        let mut progress = Progress::start(Duration::from_secs(125)).unwrap();
        assert_eq!(progress.left(), "2:05");
        progress.advance(Duration::from_secs(66));
        assert_eq!(progress.left(), "0:59");
        progress.advance(Duration::from_secs(66));
        assert_eq!(progress.left(), "0:00");
    }
}

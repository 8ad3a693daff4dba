//! What a server does under load that it should not.

use std::time::Duration;
use std::{fmt, io};

use crate::text;

/// How many bytes of a reply are shown.
const SHOWN: usize = 80;

/// Why a scenario does not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What a good server does.
    pub expected: String,
    /// What this one did.
    pub happened: String,
    /// Where to look first, if it is not the scenario's own advice.
    pub likely: Option<&'static str>,
}

impl Fault {
    /// Returns a fault on which the scenario's own advice is the best.
    pub fn new(expected: impl Into<String>, happened: impl Into<String>) -> Self {
        Self { expected: expected.into(), happened: happened.into(), likely: None }
    }

    /// Returns the fault with an advice of its own.
    #[must_use]
    pub fn likely(self, likely: &'static str) -> Self {
        Self { likely: Some(likely), ..self }
    }

    /// Returns the fault of a read or write that failed, or did not end in time.
    pub fn of(error: &io::Error, expected: impl Into<String>, patience: Duration) -> Self {
        let happened = match error.kind() {
            _ if is_timeout(error) => format!("nothing for {} seconds", patience.as_secs_f32()),
            io::ErrorKind::UnexpectedEof => "the server closed the connection".to_owned(),
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
                "the server broke the connection off".to_owned()
            }
            io::ErrorKind::ConnectionRefused => "the server takes no connection".to_owned(),
            _ => error.to_string(),
        };
        Self::new(expected, happened)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, but {}", self.expected, self.happened)
    }
}

impl std::error::Error for Fault {}

/// Whether a read or write took too long.
pub(super) fn is_timeout(error: &io::Error) -> bool {
    // Kernels do not agree on which of the two it is.
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// Writes bytes in quotes, and of many only the first.
pub(super) fn shown(bytes: &[u8]) -> String {
    match bytes.split_at_checked(SHOWN) {
        Some((first, rest)) if !rest.is_empty() => {
            format!("{} … and {} more bytes", text::quoted(first), rest.len())
        }
        _ => text::quoted(bytes),
    }
}

//! The cause of a failure in a line.

use crate::failure::Failure;
use crate::load;

impl Failure {
    /// Returns the cause in a line.
    #[must_use]
    pub fn cause(&self) -> String {
        let text = self.to_string();
        let likely = text.lines().find_map(|line| line.trim().strip_prefix("Most likely: "));
        likely.unwrap_or_else(|| text.lines().next().unwrap_or_default()).to_owned()
    }
}

impl load::Failure {
    /// Returns the cause in a line.
    #[must_use]
    pub fn cause(&self) -> String {
        self.fault.happened.lines().next().unwrap_or_default().to_owned()
    }
}

//! Looks at the built book as its readers get it.
//!
//! [`Site`] reads the pages that mdBook has written, and says what is wrong with them: links that
//! lead nowhere, pictures without a text, pages that are too heavy. [`source`] holds the chapters to
//! show all that is there to be shown. [`readme`] follows the links of the README. [`spelling`] reads
//! all prose. [`Browser`] opens the pages in Chromium, where alone one sees whether something sticks
//! out, and takes [pictures](shots) of them.

mod browser;
pub mod mdbook;
mod page;
pub mod readers;
pub mod readme;
pub mod shots;
mod site;
pub mod source;
pub mod spelling;

pub use browser::{Browser, Tab, Theme};
pub use page::Check;
pub use site::Site;

use std::path::{Path, PathBuf};

/// The project's folder.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new(".")).to_owned()
}

//! The page of the book that says where the course's servers differ from Redis on purpose.

use libtest_mimic::Failed;

use crate::workspace;

/// The page, as seen from the project's root.
const PAGE: &str = "book/src/reference/differences.md";

/// Holds the page to have all of these sentences, or parts of sentences.
///
/// # Errors
/// With those that the page lacks, or when it cannot be read.
pub fn must_say(sentences: impl IntoIterator<Item = &'static str>) -> Result<(), Failed> {
    let page = std::fs::read_to_string(workspace::root().join(PAGE))?;
    let missing: Vec<&str> =
        sentences.into_iter().filter(|sentence| !page.contains(sentence)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("{PAGE} does not say:\n{}", missing.join("\n")).into())
}

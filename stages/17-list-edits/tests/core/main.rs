//! The tests of the core up to this stage's own. They are in the project's `tests/core`, once for
//! all stages.

#[path = "../../../../tests/core/17-list-edits.rs"]
mod corpus;
mod subject;

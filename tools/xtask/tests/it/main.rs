//! The tasks, run on small projects that a test can break, and on the course itself.

mod carrying;
mod course;
mod project;
mod sizing;
mod verifying;

//! The book's preprocessor, from a chapter's text to what a reader makes of the page.

mod chapters;
mod compiles;
mod contrast;
mod reader;
mod scratch;
mod start;
mod steps;

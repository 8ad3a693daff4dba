//! Wrong servers, as small as they can be, each with one canonical mistake.
//!
//! [`Server`] is a whole small server in default methods: standard library only, one thread a
//! connection, written to be overridden and not to be fast. [`Honest`] overrides nothing. Each
//! animal of the [`ZOO`] overrides one method, wrongly, and each names the transcript that
//! catches it. Without an animal that fails it, nobody knows whether a transcript can fail.

mod animals;
mod decimal;
mod glob;
mod inline;
mod rdb;
mod reply;
mod server;
mod session;
mod state;

pub use animals::{Animal, ZOO};
pub use rdb::Length;
pub use reply::Reply;
pub use server::{Expiry, Honest, Next, Parsed, Server};
pub use session::{Replies, Session, session};
pub use state::{Config, DATABASES, Entry, Keyspace, State};

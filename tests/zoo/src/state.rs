use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::reply::Reply;
use crate::session::session;

/// A value, and when it ends.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// Bytes, whatever they mean; none if it is a list.
    pub value: Vec<u8>,
    /// The elements, if it is a list.
    pub list: Option<Vec<Vec<u8>>>,
    /// Unix time in milliseconds; `None` for a key that stays.
    pub deadline: Option<i64>,
}

impl Entry {
    /// Returns the entry of a string.
    pub fn new(value: Vec<u8>, deadline: Option<i64>) -> Entry {
        Entry { value, list: None, deadline }
    }
}

/// The keys, each with its entry; sorted, so that a list of them is the same in every run.
pub type Keyspace = BTreeMap<Vec<u8>, Entry>;

/// What the command line sets and `CONFIG GET` tells.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it listens.
    pub port: u16,
    /// The addresses that it was told; it listens on the first.
    pub bind: Vec<String>,
    /// The working directory, absolute.
    pub dir: PathBuf,
    /// The dump's name in it.
    pub dbfilename: String,
}

/// What all connections share.
#[derive(Debug)]
pub struct State {
    /// What the server was started with.
    pub config: Config,
    databases: Vec<Mutex<Keyspace>>,
    executed: AtomicU64,
    errors: Mutex<BTreeMap<String, u64>>,
}

/// How many databases there are.
pub const DATABASES: usize = 16;

impl State {
    /// Returns a state with this configuration and these keys in database 0.
    pub fn new(config: Config, keyspace: Keyspace) -> State {
        let mut databases = vec![Mutex::new(keyspace)];
        // One more than there are: the honest server never gets to it.
        databases.resize_with(DATABASES + 1, Mutex::default);
        State { config, databases, executed: AtomicU64::new(0), errors: Mutex::default() }
    }

    /// Counts a command with this reply, unless it was rejected, and an error by its first word.
    pub fn count(&self, reply: &Reply) {
        let rejections = [&b"ERR unknown command"[..], b"ERR wrong number"];
        let is_rejected = |text: &[u8]| rejections.iter().any(|start| text.starts_with(start));
        if !matches!(reply, Reply::Error(text) if is_rejected(text)) {
            self.executed.fetch_add(1, Ordering::Relaxed);
        }
        if let Reply::Error(text) = reply {
            let word = String::from_utf8_lossy(text).split(' ').take(1).collect();
            *self.errors().entry(word).or_default() += 1;
        }
    }

    /// Returns how many commands have been executed.
    pub fn executed(&self) -> u64 {
        self.executed.load(Ordering::Relaxed)
    }

    /// Locks the numbers of errors, by their first words.
    pub fn errors(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        // A number is right, whatever became of a thread that counted.
        self.errors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks the keys of the database that this thread's client has selected.
    pub fn keyspace(&self) -> MutexGuard<'_, Keyspace> {
        let selected = session(|session| session.database).min(DATABASES);
        // A thread that panicked has ended its own connection; the keys are whole, and stay.
        self.databases[selected].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A value, and when it ends.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// Bytes, whatever they mean.
    pub value: Vec<u8>,
    /// Unix time in milliseconds; `None` for a key that stays.
    pub deadline: Option<i64>,
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
    keyspace: Mutex<Keyspace>,
}

impl State {
    /// Returns a state with this configuration and these keys.
    pub fn new(config: Config, keyspace: Keyspace) -> State {
        State { config, keyspace: Mutex::new(keyspace) }
    }

    /// Locks the keys for the caller alone.
    pub fn keyspace(&self) -> MutexGuard<'_, Keyspace> {
        // A thread that panicked has ended its own connection; the keys are whole, and stay.
        self.keyspace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

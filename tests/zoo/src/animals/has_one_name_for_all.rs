use std::sync::{Mutex, PoisonError};

use crate::Server;

/// Keeps one name for all clients, the last one chosen.
///
/// With one client, it is always the right one.
pub(super) struct HasOneNameForAll;

static NAME: Mutex<Vec<u8>> = Mutex::new(Vec::new());

impl Server for HasOneNameForAll {
    fn set_name(&self, name: &[u8]) -> Result<(), &'static str> {
        *NAME.lock().unwrap_or_else(PoisonError::into_inner) = name.to_vec();
        Ok(())
    }

    fn name(&self) -> Vec<u8> {
        NAME.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

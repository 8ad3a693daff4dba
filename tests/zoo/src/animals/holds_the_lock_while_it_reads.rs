use std::io;
use std::net::TcpStream;
use std::sync::{Mutex, PoisonError};

use crate::{Honest, Server, State};

static KEYS: Mutex<()> = Mutex::new(());

/// Locks the keys before its loop, and so holds them while it waits for a request.
///
/// Every turn of the loop needs the keys, and locking them once looks cheaper. But most of a turn
/// is waiting for the client: one that says nothing keeps the keys from all the others.
pub(super) struct HoldsTheLockWhileItReads;

impl Server for HoldsTheLockWhileItReads {
    fn serve(&self, stream: TcpStream, state: &State) -> io::Result<()> {
        let _held = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
        Honest.serve(stream, state)
    }
}

use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::{Mutex, PoisonError};

use crate::server::receive;
use crate::{Next, Server, State};

static KEYS: Mutex<()> = Mutex::new(());

/// Locks the keys before it reads a request, and unlocks them after the reply.
///
/// It guards everything, so it seems to be the safe choice. But a read lasts until the client
/// sends something: one client that is silent holds the lock, and keeps all others waiting.
pub(super) struct HoldsTheLockWhileItReads;

impl Server for HoldsTheLockWhileItReads {
    fn serve(&self, mut stream: TcpStream, state: &State) -> io::Result<()> {
        let mut input = Vec::new();
        loop {
            let _held = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
            let length = receive(&mut stream, &mut input)?;
            let mut output = Vec::new();
            let next = self.answer(&mut input, &mut output, state);
            stream.write_all(&output)?;
            if length == 0 || next == Next::Close {
                return Ok(());
            }
        }
    }
}

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use crate::{Server, State};

/// Serves a client to its end before it accepts the next one.
///
/// Accept, serve, accept, serve: one loop, and with one client at a time nothing is missing. The
/// kernel completes the second client's connection all the same, so this client seems to be
/// connected, and waits for its reply until the first client leaves.
pub(super) struct ServesOneClientAtATime;

impl Server for ServesOneClientAtATime {
    fn accept(&'static self, listener: &TcpListener, state: &Arc<State>) -> io::Result<()> {
        loop {
            let (stream, _) = listener.accept()?;
            if let Err(error) = self.serve(stream, state) {
                eprintln!("a client is gone: {error}");
            }
        }
    }
}

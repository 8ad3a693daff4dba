use std::io::ErrorKind::{TimedOut, WouldBlock};
use std::io::{self, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::server::receive;
use crate::{Next, Server, State};

/// Collects replies until the client pauses, and forgets them when it stops sending.
///
/// The end of the input looks like the end of the connection. It is only the end of what the
/// client says: it has closed its own side, and still listens for the replies that it is owed.
pub(super) struct DropsRepliesAtTheEnd;

impl Server for DropsRepliesAtTheEnd {
    fn serve(&self, mut stream: TcpStream, state: &State) -> io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        let (mut input, mut output) = (Vec::new(), Vec::new());
        loop {
            match receive(&mut stream, &mut input) {
                Ok(0) => return Ok(()),
                Ok(_) if self.answer(&mut input, &mut output, state) == Next::Read => continue,
                Ok(_) => return stream.write_all(&output),
                Err(error) if matches!(error.kind(), WouldBlock | TimedOut) => {}
                Err(error) => return Err(error),
            }
            // Nothing more comes for now, so what has been collected goes out.
            stream.write_all(&output)?;
            output.clear();
        }
    }
}

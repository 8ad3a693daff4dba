use std::io::{self, BufWriter, Write};
use std::net::TcpStream;

use crate::server::receive;
use crate::{Next, Server, State};

/// Writes into a `BufWriter`, and never flushes it.
///
/// The buffer is there to save system calls, and it does: the replies leave when it is full or when
/// the connection closes. A client that waits for its reply before it continues waits forever.
pub(super) struct ForgetsToFlush;

impl Server for ForgetsToFlush {
    fn serve(&self, mut stream: TcpStream, state: &State) -> io::Result<()> {
        let mut buffered = BufWriter::new(stream.try_clone()?);
        let mut input = Vec::new();
        while receive(&mut stream, &mut input)? > 0 {
            let mut output = Vec::new();
            let next = self.answer(&mut input, &mut output, state);
            buffered.write_all(&output)?;
            if next == Next::Close {
                break;
            }
        }
        Ok(())
    }
}

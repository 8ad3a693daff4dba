use std::io::{self, Read, Write};
use std::net::TcpStream;

use crate::server::close;
use crate::{Next, Server, State};

/// Reads into an array of 4096 bytes, and a request has to fit.
///
/// Every example of a socket has such an array. A longer request fills it, and the server, with
/// no room left to read into, takes that for the end of the connection.
pub(super) struct HasAFixedBuffer;

impl Server for HasAFixedBuffer {
    fn serve(&self, mut stream: TcpStream, state: &State) -> io::Result<()> {
        let mut buffer = [0; 4096];
        let mut input = Vec::new();
        loop {
            let room = buffer.get_mut(input.len()..).unwrap_or_default();
            let length = stream.read(room)?;
            input.extend(room.iter().take(length));
            let mut output = Vec::new();
            let next = self.answer(&mut input, &mut output, state);
            stream.write_all(&output)?;
            if length == 0 || next == Next::Close {
                return close(stream);
            }
        }
    }
}

use std::io::{self, Write};
use std::net::TcpStream;

use crate::server::receive;
use crate::{Server, State};

/// Reads once, answers, and returns, which closes the connection.
///
/// The way of a small web server: a connection is a request. Here a connection is a session.
/// The first reply is right; the second request finds the connection closed.
pub(super) struct ClosesAfterTheFirstReply;

impl Server for ClosesAfterTheFirstReply {
    fn serve(&self, mut stream: TcpStream, state: &State) -> io::Result<()> {
        let (mut input, mut output) = (Vec::new(), Vec::new());
        receive(&mut stream, &mut input)?;
        self.answer(&mut input, &mut output, state);
        stream.write_all(&output)
    }
}

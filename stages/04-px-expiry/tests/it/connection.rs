//! Connections of the running server.

use std::io::{Read, Write};
use std::net::Shutdown;

use crate::server::Server;

#[test]
fn a_half_closed_connection_gets_all_its_replies() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    client.write_all(b"PING\r\nECHO hi\r\nPI").expect("the requests are taken");
    client.shutdown(Shutdown::Write).expect("the server is there");
    let mut replies = String::new();
    client.read_to_string(&mut replies).expect("the replies, then the end");
    assert_eq!(replies, "+PONG\r\n$2\r\nhi\r\n");
}

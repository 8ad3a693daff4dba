//! Large values on the running server: a short request can have a long reply.

use crate::connection::{MIB, expect, ping, send};
use crate::request::array;
use crate::server::Server;

#[test]
fn a_client_that_asks_for_more_than_it_reads_is_answered_bit_by_bit() {
    let server = Server::start(&[]);
    let value = "v".repeat(MIB);
    let mut client = server.connect();
    send(&mut client, &array(&["SET", "k", &value]));
    expect(&mut client, b"+OK\r\n");

    // All arrive in one piece.
    let count = 600;
    send(&mut client, &b"GET k\r\n".repeat(count));
    let reply = [format!("${MIB}\r\n").as_bytes(), value.as_bytes(), b"\r\n"].concat();
    expect(&mut client, &reply);
    #[cfg(target_os = "linux")]
    {
        let memory = crate::connection::memory(&server);
        assert!(memory < 400 * MIB as u64, "{memory} bytes of memory");
    }
    ping(&mut server.connect());
    for _ in 1..count {
        expect(&mut client, &reply);
    }
}

//! Connections of the running server: what it owes its clients, and what they cannot do to it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::request::{array, shown};
use crate::server::{PATIENCE, Server};

pub const MIB: usize = 1024 * 1024;

/// Sends all bytes.
pub fn send(client: &mut TcpStream, bytes: &[u8]) {
    client.write_all(bytes).expect("the server takes what is sent");
}

/// Holds the next bytes that come to what is due.
pub fn expect(client: &mut TcpStream, expected: &[u8]) {
    let mut received = vec![0; expected.len()];
    client.read_exact(&mut received).expect("the reply comes");
    if received != expected {
        // Where they part, since megabytes help nobody.
        let same = received.iter().zip(expected).take_while(|(came, due)| came == due).count();
        let shown = |bytes: &[u8]| shown(&bytes[same..bytes.len().min(same + 40)]);
        panic!("from byte {same} on came {}, due is {}", shown(&received), shown(expected));
    }
}

/// Holds the server to close the connection, with nothing more to say.
fn expect_end(client: &mut TcpStream) {
    let mut rest = Vec::new();
    client.read_to_end(&mut rest).expect("the end comes");
    assert_eq!(shown(&rest), "");
}

/// Holds the server to answer.
pub fn ping(client: &mut TcpStream) {
    send(client, b"PING\r\n");
    expect(client, b"+PONG\r\n");
}

/// Returns requests of `size` bytes in all or a little more, and the replies to them.
fn echoes(size: usize) -> (Vec<u8>, Vec<u8>) {
    let (mut requests, mut replies) = (Vec::new(), Vec::new());
    for number in 0.. {
        if requests.len() >= size {
            break;
        }
        // Every one different, so that none can be lost or come twice.
        let message = format!("{number:01000}");
        requests.extend(array(&["ECHO", &message]));
        replies.extend(format!("${}\r\n{message}\r\n", message.len()).into_bytes());
    }
    (requests, replies)
}

/// Returns how many bytes of memory a server takes up, as Linux counts them.
#[cfg(target_os = "linux")]
pub fn memory(server: &Server) -> u64 {
    let path = format!("/proc/{}/status", server.process.id());
    let status = std::fs::read_to_string(path).expect("the server runs");
    let size = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.strip_suffix("kB"));
    size.expect("its size").trim().parse::<u64>().expect("a number") * 1024
}

#[test]
fn a_half_closed_connection_gets_all_that_it_is_owed() {
    let server = Server::start(&[]);
    let (mut requests, replies) = echoes(56 * MIB);
    requests.extend(b"*1\r\n$4\r\nPI");
    let mut client = server.connect();
    send(&mut client, &requests);
    client.shutdown(Shutdown::Write).expect("the server is there");
    expect(&mut client, &replies);
    expect_end(&mut client);
}

#[test]
fn a_client_that_breaks_the_protocol_gets_all_that_it_is_owed_before() {
    let server = Server::start(&[]);
    let (mut requests, mut replies) = echoes(4 * MIB);
    requests.extend(b"*x\r\n");
    replies.extend(b"-ERR Protocol error: invalid multibulk length\r\n");
    let mut client = server.connect();
    send(&mut client, &requests);
    expect(&mut client, &replies);
    expect_end(&mut client);
}

#[test]
fn nothing_behind_a_protocol_error_is_answered() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    send(&mut client, b"PING\r\n\"\r\nPING\r\n*1\r\n$4\r\nPING\r\n");
    expect(&mut client, b"+PONG\r\n-ERR Protocol error: unbalanced quotes in request\r\n");
    expect_end(&mut client);
}

#[test]
fn a_hundred_clients_are_served_at_once() {
    let server = Server::start(&[]);
    let mut clients: Vec<TcpStream> = (0..100).map(|_| server.connect()).collect();
    let requests: Vec<Vec<u8>> =
        (0..clients.len()).map(|number| array(&["ECHO", &format!("client {number:02}")])).collect();
    for (client, request) in clients.iter_mut().zip(&requests) {
        send(client, &request[..request.len() / 2]);
    }
    ping(&mut server.connect());
    for (client, request) in clients.iter_mut().zip(&requests).rev() {
        send(client, &request[request.len() / 2..]);
    }
    for (number, client) in clients.iter_mut().enumerate() {
        expect(client, format!("$9\r\nclient {number:02}\r\n").as_bytes());
    }
}

#[test]
fn a_client_may_send_all_its_requests_before_it_reads_a_reply() {
    let server = Server::start(&[]);
    let (requests, replies) = echoes(48 * MIB);
    let mut client = server.connect();
    send(&mut client, &requests);
    expect(&mut client, &replies);
    ping(&mut client);
}

#[test]
fn a_client_that_reads_nothing_waits_and_keeps_nobody_else_waiting() {
    let server = Server::start(&[]);
    let (requests, replies) = echoes(MIB);
    let rounds = 192;
    let client = server.connect();
    let mut receiver = client.try_clone().expect("a socket has two sides");
    let (stalled, waiting) = mpsc::channel();
    let sender = thread::spawn(move || send_until_taken(client, &requests.repeat(rounds), stalled));
    waiting.recv().expect("the server stops to read when too many replies wait");
    #[cfg(target_os = "linux")]
    assert!(memory(&server) < 256 * MIB as u64, "{} bytes of memory", memory(&server));
    ping(&mut server.connect());
    for _ in 0..rounds {
        expect(&mut receiver, &replies);
    }
    sender.join().expect("all is sent");
}

/// Sends all bytes, and tells when the server takes no more for a while.
fn send_until_taken(mut client: TcpStream, bytes: &[u8], stalled: mpsc::Sender<()>) {
    let mut sent = 0;
    let mut stalled = Some(stalled);
    client.set_write_timeout(Some(Duration::from_millis(300))).expect("an option of the socket");
    while sent < bytes.len() {
        match client.write(&bytes[sent..]) {
            Ok(count) => sent += count,
            Err(error) => {
                let stalled = stalled.take().filter(|_| is_timeout(&error)).expect("a write");
                stalled.send(()).expect("somebody waits for this");
                client.set_write_timeout(Some(PATIENCE)).expect("an option of the socket");
            }
        }
    }
}

fn is_timeout(error: &io::Error) -> bool {
    // Systems do not agree on which of the two it is.
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

#[test]
fn a_client_that_leaves_with_replies_unread_harms_nobody() {
    let server = Server::start(&[]);
    let (requests, _) = echoes(MIB);
    for _ in 0..20 {
        send(&mut server.connect(), &requests);
    }
    ping(&mut server.connect());
}

#[test]
#[cfg(target_os = "linux")]
fn the_memory_of_a_large_request_is_given_back() {
    use std::time::Instant;

    let server = Server::start(&[]);
    let mut client = server.connect();
    let message = "x".repeat(64 * MIB);
    send(&mut client, &array(&["ECHO", &message]));
    expect(&mut client, format!("${}\r\n{message}\r\n", message.len()).as_bytes());
    let deadline = Instant::now() + PATIENCE;
    while memory(&server) > 32 * MIB as u64 {
        assert!(Instant::now() < deadline, "{} bytes of memory are left", memory(&server));
        ping(&mut client);
        thread::sleep(Duration::from_millis(20));
    }
}

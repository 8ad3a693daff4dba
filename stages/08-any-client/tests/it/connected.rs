//! Clients of the running server: that it knows them, ends them, and forgets them.

use std::io::Read;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;

use crate::connection::{MIB, expect, ping, send};
use crate::request::{array, shown};
use crate::server::{PATIENCE, Server};

/// Returns the reply to a request that is answered with an integer.
fn integer(client: &mut TcpStream, args: &[&str]) -> i64 {
    send(client, &array(args));
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte).expect("a reply");
        line.push(byte[0]);
    }
    let text = str::from_utf8(&line).expect("a text");
    text.trim_end().strip_prefix(':').and_then(|n| n.parse().ok()).expect(text)
}

/// Returns what comes until the server closes the connection.
fn rest(client: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    client.read_to_end(&mut rest).expect("the end comes");
    shown(&rest)
}

/// Returns what INFO or CLIENT LIST says.
fn text(client: &mut TcpStream, args: &[&str]) -> String {
    send(client, &array(args));
    let mut reply = Vec::new();
    while !reply.ends_with(b"\n\r\n") {
        let mut chunk = [0; 4096];
        let length = client.read(&mut chunk).expect("a reply");
        reply.extend_from_slice(&chunk[..length]);
    }
    String::from_utf8(reply).expect("a text")
}

/// Waits until a text says `wanted`.
fn wait_for(observer: &mut TcpStream, args: &[&str], wanted: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let text = text(observer, args);
        if text.contains(wanted) {
            return;
        }
        assert!(Instant::now() < deadline, "{wanted:?} in {text}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until the server knows of so many clients.
fn wait_for_clients(observer: &mut TcpStream, count: usize) {
    wait_for(observer, &["INFO", "clients"], &format!("connected_clients:{count}\r\n"));
}

/// Waits until a counter has come to this, not counting what each further INFO adds to it.
fn wait_for_count(observer: &mut TcpStream, counter: &str, count: u64) {
    let deadline = Instant::now() + PATIENCE;
    for asked in 0.. {
        let text = text(observer, &["INFO", "stats"]);
        if text.contains(&format!("\r\n{counter}:{}\r\n", count + asked)) {
            return;
        }
        assert!(Instant::now() < deadline, "{counter}:{count} and {asked} in {text}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_killed_connection_is_closed_and_nobody_elses() {
    let server = Server::start(&[]);
    let mut clients: Vec<TcpStream> = (0..3).map(|_| server.connect()).collect();
    let ids: Vec<String> =
        clients.iter_mut().map(|client| integer(client, &["CLIENT", "ID"]).to_string()).collect();
    let [one, two, three] = &mut clients[..] else { panic!("three") };
    assert_eq!(integer(one, &["CLIENT", "KILL", "ID", &ids[1]]), 1);
    assert_eq!(rest(two), "");
    assert_eq!(integer(one, &["CLIENT", "KILL", "ID", &ids[1]]), 0);
    ping(three);
    wait_for_clients(one, 2);
}

#[test]
fn who_kills_itself_gets_the_reply_first_and_nothing_after_it() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    let id = integer(&mut client, &["CLIENT", "ID"]).to_string();
    let kill = array(&["CLIENT", "KILL", "ID", &id, "SKIPME", "no"]);
    send(&mut client, &[&kill[..], b"SET k v\r\nPING\r\n"].concat());
    assert_eq!(rest(&mut client), r":1\r\n");
    let mut other = server.connect();
    assert_eq!(integer(&mut other, &["EXISTS", "k"]), 0);
}

#[test]
fn quit_is_the_last_that_is_read() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    send(&mut client, b"PING\r\nQUIT\r\nSET k v\r\n*1\r\n$4\r\nPI");
    assert_eq!(rest(&mut client), r"+PONG\r\n+OK\r\n");
    let mut other = server.connect();
    assert_eq!(integer(&mut other, &["EXISTS", "k"]), 0);
    let mut silent = server.connect();
    send(&mut silent, b"CLIENT REPLY OFF\r\nPING\r\nQUIT\r\n");
    assert_eq!(rest(&mut silent), "");
}

#[test]
fn a_client_can_be_killed_while_its_keys_is_at_work() {
    let server = Server::start(&[]);
    let (mut slow, mut other) = (server.connect(), server.connect());
    let id = integer(&mut slow, &["CLIENT", "ID"]).to_string();
    let (key, pattern) = ("a".repeat(MIB), format!("*{}b", "a".repeat(100_000)));
    send(&mut slow, &array(&["SET", &key, ""]));
    expect(&mut slow, b"+OK\r\n");
    send(&mut slow, &array(&["KEYS", &pattern]));
    ping(&mut other);
    assert_eq!(integer(&mut other, &["CLIENT", "KILL", "ID", &id]), 1);
    assert_eq!(rest(&mut slow), "");
    wait_for_clients(&mut other, 1);
}

#[test]
fn a_keys_counts_though_its_client_was_killed_meanwhile() {
    let server = Server::start(&[]);
    let (mut slow, mut other) = (server.connect(), server.connect());
    let id = integer(&mut slow, &["CLIENT", "ID"]).to_string();
    let (key, pattern) = ("a".repeat(100_000), format!("*{}b", "a".repeat(1000)));
    send(&mut slow, &array(&["SET", &key, ""]));
    expect(&mut slow, b"+OK\r\n");
    send(&mut slow, &array(&["KEYS", &pattern]));
    ping(&mut other);
    assert_eq!(integer(&mut other, &["CLIENT", "KILL", "ID", &id]), 1);
    // CLIENT ID, SET, PING and CLIENT KILL are four.
    wait_for_count(&mut other, "total_commands_processed", 5);
}

#[test]
fn a_connection_that_breaks_counts_and_so_does_the_read_that_failed() {
    let server = Server::start(&[]);
    let mut observer = server.connect();
    ping(&mut observer);
    let broken = server.connect();
    SockRef::from(&broken).set_linger(Some(Duration::ZERO)).expect("an option of the socket");
    drop(broken);
    // The others are PING and the first INFO.
    wait_for_count(&mut observer, "total_reads_processed", 3);
    assert!(text(&mut observer, &["INFO", "stats"]).contains("total_connections_received:2\r\n"));
    wait_for_clients(&mut observer, 1);
}

#[test]
fn a_client_that_does_not_read_can_be_killed() {
    let server = Server::start(&[]);
    let (mut deaf, mut other) = (server.connect(), server.connect());
    let id = integer(&mut deaf, &["CLIENT", "ID"]).to_string();
    send(&mut deaf, &array(&["SET", "k", &"x".repeat(MIB)]));
    expect(&mut deaf, b"+OK\r\n");
    send(&mut deaf, &b"GET k\r\n".repeat(30));
    wait_for(&mut other, &["CLIENT", "LIST"], " events=rw ");
    assert_eq!(integer(&mut other, &["CLIENT", "KILL", "ID", &id]), 1);
    wait_for_clients(&mut other, 1);
}

#[test]
fn clients_that_leave_are_forgotten_however_they_leave() {
    let server = Server::start(&[]);
    let mut observer = server.connect();
    wait_for_clients(&mut observer, 1);
    for _ in 0..3 {
        let mut clients: Vec<TcpStream> = (0..20).map(|_| server.connect()).collect();
        for (number, client) in clients.iter_mut().enumerate() {
            match number % 4 {
                0 => ping(client),
                1 => send(client, b"*1\r\n$4\r\nPI"),
                2 => send(client, b"*x\r\n"),
                _ => send(client, b"QUIT\r\n"),
            }
        }
        drop(clients);
        wait_for_clients(&mut observer, 1);
    }
}

#[test]
fn a_protocol_is_that_of_one_connection_from_hello_to_reset() {
    let server = Server::start(&[]);
    let (mut three, mut two) = (server.connect(), server.connect());
    send(&mut three, b"CLIENT REPLY SKIP\r\nHELLO 3\r\nGET nokey\r\nCONFIG GET nosuch\r\n");
    expect(&mut three, b"_\r\n%0\r\n");
    send(&mut two, b"GET nokey\r\nCONFIG GET nosuch\r\n");
    expect(&mut two, b"$-1\r\n*0\r\n");
    send(&mut three, b"RESET\r\nGET nokey\r\n");
    expect(&mut three, b"+RESET\r\n$-1\r\n");
}

#[test]
fn a_hundred_thousand_keys_are_scanned_while_others_write() {
    let server = Server::start(&[]);
    let (mut client, mut writer) = (server.connect(), server.connect());
    let sets: Vec<u8> =
        (0..100_000).flat_map(|n| array(&["SET", &format!("key:{n}"), "v"])).collect();
    let mut reader = client.try_clone().expect("a second handle");
    let replies = thread::spawn(move || expect(&mut reader, &b"+OK\r\n".repeat(100_000)));
    send(&mut client, &sets);
    replies.join().expect("all replies");
    let (mut cursor, mut seen, mut calls) = ("0".to_owned(), vec![false; 100_000], 0);
    loop {
        send(&mut client, &array(&["SCAN", &cursor, "COUNT", "1000", "MATCH", "key:*"]));
        let words = bulks(&mut client);
        for key in &words[1..] {
            let number: usize = key.strip_prefix("key:").and_then(|n| n.parse().ok()).expect(key);
            seen[number] = true;
        }
        cursor.clone_from(&words[0]);
        send(&mut writer, &array(&["SET", &format!("new:{calls}"), "v"]));
        expect(&mut writer, b"+OK\r\n");
        calls += 1;
        if cursor == "0" {
            break;
        }
    }
    assert!(seen.iter().all(|seen| *seen));
    assert!((90..400).contains(&calls), "{calls} calls");
}

/// Returns all bulks of a reply to SCAN: the cursor, and the keys.
fn bulks(client: &mut TcpStream) -> Vec<String> {
    let line = |client: &mut TcpStream| {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            let mut byte = [0];
            client.read_exact(&mut byte).expect("a reply");
            line.push(byte[0]);
        }
        String::from_utf8(line).expect("a text").trim_end().to_owned()
    };
    let bulk = |client: &mut TcpStream| {
        assert!(line(client).starts_with('$'));
        line(client)
    };
    assert_eq!(line(client), "*2");
    let mut bulks = vec![bulk(client)];
    let count: usize = line(client)[1..].parse().expect("a number");
    bulks.extend((0..count).map(|_| bulk(client)));
    bulks
}

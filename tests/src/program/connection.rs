//! Connections: what the server owes its clients, and what they cannot do to it.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::{Claim, PATIENCE, Subject, check, claim, equal};
use crate::load::{Bytes, MIB, Peer, array};
use crate::text::escape;

pub(super) const CLAIMS: &[Claim] = &[
    claim!("02-echo".., a_half_closed_connection_gets_all_that_it_is_owed).likely(UNREAD),
    claim!("02-echo".., a_client_that_breaks_the_protocol_gets_all_that_it_is_owed_before),
    claim!("02-echo".., nothing_behind_a_protocol_error_is_answered),
    claim!("02-echo".., a_hundred_clients_are_served_at_once),
    claim!("02-echo".., a_client_may_send_all_its_requests_before_it_reads_a_reply).likely(UNREAD),
    claim!("02-echo".., a_client_that_reads_nothing_waits_and_keeps_nobody_else_waiting)
        .likely(UNREAD),
    claim!("02-echo".., a_client_that_leaves_with_replies_unread_harms_nobody),
    // Of others, the hostile load asks the same, with a bound for languages that collect garbage.
    claim!("02-echo".., the_memory_of_a_large_request_is_given_back).of_ours().on_linux(),
];

/// What three of them ask at once.
const UNREAD: &str = "A client here sends up to 56 MiB of requests before it reads a reply: go on \
    reading although replies wait. While some megabytes of replies wait for a client, execute none of \
    its requests, and when more than 64 MiB of them wait, stop reading. Write all of a long reply, in \
    as many parts as the socket takes.";

/// Checks that the server closes the connection, without another reply.
fn expect_end(client: &mut Peer) -> Result<()> {
    equal(escape(&client.read_to_end()?), "").context("before the end of the connection")
}

/// Returns requests of `size` bytes in all or a little more, and the replies to them.
fn echoes(size: u64) -> (Vec<u8>, Vec<u8>) {
    let (mut requests, mut replies) = (Vec::new(), Vec::new());
    for number in 0.. {
        if requests.len() as u64 >= size {
            break;
        }
        // Every one different, so that none can be lost or come twice.
        let message = format!("{number:01000}");
        requests.extend(array(&[b"ECHO", message.as_bytes()]));
        replies.extend(format!("${}\r\n{message}\r\n", message.len()).into_bytes());
    }
    (requests, replies)
}

fn a_half_closed_connection_gets_all_that_it_is_owed(subject: &Subject) -> Result<()> {
    let server = subject.start(&[])?;
    let (mut requests, replies) = echoes(56 * MIB);
    requests.extend(b"*1\r\n$4\r\nPI");
    let mut client = server.connect()?;
    client.send(&requests)?;
    client.half_close()?;
    client.expect(&replies)?;
    expect_end(&mut client)
}

fn a_client_that_breaks_the_protocol_gets_all_that_it_is_owed_before(
    subject: &Subject,
) -> Result<()> {
    let server = subject.start(&[])?;
    let (mut requests, mut replies) = echoes(4 * MIB);
    requests.extend(b"*x\r\n");
    replies.extend(b"-ERR Protocol error: invalid multibulk length\r\n");
    let mut client = server.connect()?;
    client.send(&requests)?;
    client.expect(&replies)?;
    expect_end(&mut client)
}

fn nothing_behind_a_protocol_error_is_answered(subject: &Subject) -> Result<()> {
    let server = subject.start(&[])?;
    let mut client = server.connect()?;
    client.send(b"PING\r\n\"\r\nPING\r\n*1\r\n$4\r\nPING\r\n")?;
    client.expect(b"+PONG\r\n-ERR Protocol error: unbalanced quotes in request\r\n")?;
    expect_end(&mut client)
}

fn a_hundred_clients_are_served_at_once(subject: &Subject) -> Result<()> {
    let server = subject.start(&[])?;
    let mut clients = Vec::new();
    for number in 0..100 {
        let request = array(&[b"ECHO", format!("client {number:02}").as_bytes()]);
        let (first, second) = request.split_at(request.len() / 2);
        let mut client = server.connect()?;
        client.send(first)?;
        clients.push((client, second.to_vec()));
    }
    server.connect()?.ping()?;
    for (client, second) in clients.iter_mut().rev() {
        client.send(second)?;
    }
    for (number, (client, _)) in clients.iter_mut().enumerate() {
        client.expect(format!("$9\r\nclient {number:02}\r\n").as_bytes())?;
    }
    Ok(())
}

fn a_client_may_send_all_its_requests_before_it_reads_a_reply(subject: &Subject) -> Result<()> {
    let server = subject.start(&[])?;
    let (requests, replies) = echoes(48 * MIB);
    let mut client = server.connect()?;
    client.send(&requests)?;
    client.expect(&replies)?;
    Ok(client.ping()?)
}

fn a_client_that_reads_nothing_waits_and_keeps_nobody_else_waiting(
    subject: &Subject,
) -> Result<()> {
    let server = subject.start(&[])?;
    let (requests, replies) = echoes(MIB);
    let rounds = 192;
    let mut client = server.connect()?;
    let mut receiver = client.twin()?;
    let (stalled, waiting) = mpsc::channel();
    let sender = thread::spawn(move || {
        let requests = requests.repeat(rounds);
        let sent = client.send_what_is_taken(&requests)?;
        // Without a receiver, the test has failed already.
        let _ = stalled.send(sent < requests.len());
        client.send(requests.get(sent..).unwrap_or_default())
    });
    let is_stalled = waiting.recv_timeout(PATIENCE).context("whether the server stops reading")?;
    check(is_stalled, || {
        let sent = rounds as u64 * MIB;
        let expected = "a server that stops reading while too many replies wait".into();
        (expected, format!("one that read all {} of requests", Bytes(sent)))
    })?;
    server.takes_less_than(256 * MIB)?;
    server.connect()?.ping()?;
    for _ in 0..rounds {
        receiver.expect(&replies)?;
    }
    Ok(sender.join().map_err(|_| anyhow::anyhow!("the sender panicked"))??)
}

fn a_client_that_leaves_with_replies_unread_harms_nobody(subject: &Subject) -> Result<()> {
    let server = subject.start(&[])?;
    let (requests, _) = echoes(MIB);
    for _ in 0..20 {
        server.connect()?.send(&requests)?;
    }
    Ok(server.connect()?.ping()?)
}

fn the_memory_of_a_large_request_is_given_back(subject: &Subject) -> Result<()> {
    let server = subject.start(&[])?;
    let mut client = server.connect()?;
    let message = vec![b'x'; 64 * MIB as usize];
    client.send(&array(&[b"ECHO", &message]))?;
    client.expect(&crate::load::bulk(&message))?;
    let deadline = Instant::now() + PATIENCE;
    while server.memory().is_some_and(|memory| memory > 32 * MIB) {
        let is_late = Instant::now() > deadline;
        check(!is_late, || {
            ("less than 32 MiB of memory".into(), format!("{:?}", server.memory()))
        })?;
        client.ping()?;
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

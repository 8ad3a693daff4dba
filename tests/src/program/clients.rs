//! Clients: that the server knows them, ends them, and forgets them.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::keys::{send_keys, send_slow_keys};
use super::{Claim, PATIENCE, Subject, check, claim, equal};
use crate::load::{MIB, Peer, array};
use crate::text::escape;

pub(super) const CLAIMS: &[Claim] = &[
    claim!("11-clients".., a_killed_connection_is_closed_and_nobody_elses),
    claim!("11-clients".., who_kills_itself_gets_the_reply_first_and_nothing_after_it),
    claim!("08-any-client".., quit_is_the_last_that_is_read),
    claim!("11-clients".., quit_closes_in_silence),
    claim!("11-clients".., a_client_can_be_killed_while_its_keys_is_at_work),
    claim!("11-clients".., a_keys_counts_though_its_client_was_killed_meanwhile),
    claim!("11-clients".., a_connection_that_breaks_counts_and_so_does_the_read_that_failed),
    claim!("11-clients".., a_client_that_does_not_read_can_be_killed),
    claim!("11-clients".., clients_that_leave_are_forgotten_however_they_leave),
    claim!("08-any-client".., a_protocol_is_that_of_one_connection_from_hello_to_reset),
    claim!("09-scan".., a_hundred_thousand_keys_are_scanned_while_others_write),
];

/// Sends a request of words.
fn send(client: &mut Peer, words: &[&str]) -> Result<()> {
    let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
    Ok(client.send(&array(&words))?)
}

/// Returns the number in the next line, which begins with this kind of reply.
fn number(client: &mut Peer, kind: char) -> Result<i64> {
    let line = client.line()?.unwrap_or_default();
    let number = line.trim_end().strip_prefix(kind).and_then(|number| number.parse().ok());
    number.with_context(|| format!("expected '{kind}' and a number, received {line:?}"))
}

/// Returns the reply to a request that is answered with an integer.
fn integer(client: &mut Peer, words: &[&str]) -> Result<i64> {
    send(client, words)?;
    number(client, ':')
}

/// Returns the bulk that comes next.
fn bulk(client: &mut Peer) -> Result<String> {
    let length = usize::try_from(number(client, '$')?)?;
    let mut bulk = client.take(length + 2)?;
    bulk.truncate(length);
    Ok(String::from_utf8(bulk)?)
}

/// Returns what INFO or CLIENT LIST says.
fn text(client: &mut Peer, words: &[&str]) -> Result<String> {
    send(client, words)?;
    bulk(client)
}

/// Checks what comes until the server closes the connection.
fn expect_rest(client: &mut Peer, due: &str) -> Result<()> {
    equal(escape(&client.read_to_end()?), due).context("until the end of the connection")
}

/// Waits until a text says `wanted`.
fn wait_for(observer: &mut Peer, words: &[&str], wanted: &str) -> Result<()> {
    wait_until(observer, words, wanted, |text| text.contains(wanted))
}

/// Waits until a text is as `wanted` says.
fn wait_until(
    observer: &mut Peer,
    words: &[&str],
    wanted: &str,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let text = text(observer, words)?;
        if is_wanted(&text) {
            return Ok(());
        }
        check(Instant::now() < deadline, || (wanted.to_owned(), text))?;
        thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until the server has this many clients.
fn wait_for_clients(observer: &mut Peer, count: usize) -> Result<()> {
    wait_until(observer, &["CLIENT", "LIST"], &format!("{count} lines"), |text| {
        text.lines().count() == count
    })
}

/// Returns a counter of INFO.
fn counter(observer: &mut Peer, name: &str) -> Result<i64> {
    let text = text(observer, &["INFO", "stats"])?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.with_context(|| format!("expected {name} in INFO, received {text}"))?
        .parse()
        .with_context(|| format!("{name} is no number"))
}

/// Waits until a counter has come to this, not counting what each further INFO adds to it.
fn wait_for_count(observer: &mut Peer, name: &str, count: i64) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    for asked in 0.. {
        let found = counter(observer, name)? - asked;
        if found == count {
            break;
        }
        check(Instant::now() < deadline, || (format!("{name} at {count}"), found.to_string()))?;
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn a_killed_connection_is_closed_and_nobody_elses(subject: &Subject) -> Result<()> {
    let server = subject.start(&[])?;
    let (mut one, mut two, mut three) = (server.connect()?, server.connect()?, server.connect()?);
    let id = integer(&mut two, &["CLIENT", "ID"])?.to_string();
    three.ping()?;
    equal(integer(&mut one, &["CLIENT", "KILL", "ID", &id])?, 1)?;
    expect_rest(&mut two, "")?;
    equal(integer(&mut one, &["CLIENT", "KILL", "ID", &id])?, 0)?;
    three.ping()?;
    wait_for_clients(&mut one, 2)
}

fn who_kills_itself_gets_the_reply_first_and_nothing_after_it(subject: &Subject) -> Result<()> {
    let server = subject.start(&[])?;
    let mut client = server.connect()?;
    let id = integer(&mut client, &["CLIENT", "ID"])?.to_string();
    let kill = array(&[b"CLIENT", b"KILL", b"ID", id.as_bytes(), b"SKIPME", b"no"]);
    client.send(&[&kill[..], b"SET k v\r\nPING\r\n"].concat())?;
    expect_rest(&mut client, r":1\r\n")?;
    equal(integer(&mut server.connect()?, &["EXISTS", "k"])?, 0)
}

fn quit_is_the_last_that_is_read(subject: &Subject) -> Result<()> {
    let server = subject.start(&[])?;
    let mut client = server.connect()?;
    client.send(b"PING\r\nQUIT\r\nSET k v\r\n*1\r\n$4\r\nPI")?;
    expect_rest(&mut client, r"+PONG\r\n+OK\r\n")?;
    let mut other = server.connect()?;
    send(&mut other, &["GET", "k"])?;
    equal(number(&mut other, '$')?, -1)
}

fn quit_closes_in_silence(subject: &Subject) -> Result<()> {
    let server = subject.start(&[])?;
    let mut silent = server.connect()?;
    silent.send(b"CLIENT REPLY OFF\r\nPING\r\nQUIT\r\n")?;
    expect_rest(&mut silent, "")
}

fn a_client_can_be_killed_while_its_keys_is_at_work(subject: &Subject) -> Result<()> {
    let server = subject.start(&[])?;
    let (mut slow, mut other) = (server.connect()?, server.connect()?);
    let id = integer(&mut slow, &["CLIENT", "ID"])?.to_string();
    send_slow_keys(&mut slow)?;
    other.ping()?;
    equal(integer(&mut other, &["CLIENT", "KILL", "ID", &id])?, 1)?;
    expect_rest(&mut slow, "")?;
    wait_for_clients(&mut other, 1)
}

fn a_keys_counts_though_its_client_was_killed_meanwhile(subject: &Subject) -> Result<()> {
    let server = subject.start(&[])?;
    let (mut slow, mut other) = (server.connect()?, server.connect()?);
    let id = integer(&mut slow, &["CLIENT", "ID"])?.to_string();
    send_keys(&mut slow, 100_000, 1000)?;
    other.ping()?;
    equal(integer(&mut other, &["CLIENT", "KILL", "ID", &id])?, 1)?;
    // CLIENT ID, SET, PING and CLIENT KILL are four.
    wait_for_count(&mut other, "total_commands_processed", 5)
}

fn a_connection_that_breaks_counts_and_so_does_the_read_that_failed(
    subject: &Subject,
) -> Result<()> {
    let server = subject.start(&[])?;
    let mut observer = server.connect()?;
    // The connection that tried the port has left.
    wait_for_clients(&mut observer, 1)?;
    let connections = counter(&mut observer, "total_connections_received")?;
    let reads = counter(&mut observer, "total_reads_processed")?;
    let mut broken = server.connect()?;
    // So that the server has let it in before it breaks off.
    broken.ping()?;
    broken.vanish();
    // The others are those of that PING and of the INFO that asks.
    wait_for_count(&mut observer, "total_reads_processed", reads + 3)?;
    equal(counter(&mut observer, "total_connections_received")?, connections + 1)?;
    wait_for_clients(&mut observer, 1)
}

fn a_client_that_does_not_read_can_be_killed(subject: &Subject) -> Result<()> {
    let server = subject.start(&[])?;
    let (mut deaf, mut other) = (server.connect()?, server.connect()?);
    let id = integer(&mut deaf, &["CLIENT", "ID"])?.to_string();
    deaf.command(&[b"SET", b"k", &vec![b'x'; MIB as usize]], b"+OK\r\n")?;
    deaf.send(&b"GET k\r\n".repeat(30))?;
    wait_for(&mut other, &["CLIENT", "LIST"], " events=rw ")?;
    equal(integer(&mut other, &["CLIENT", "KILL", "ID", &id])?, 1)?;
    wait_for_clients(&mut other, 1)
}

fn clients_that_leave_are_forgotten_however_they_leave(subject: &Subject) -> Result<()> {
    let server = subject.start(&[])?;
    let mut observer = server.connect()?;
    wait_for_clients(&mut observer, 1)?;
    for _ in 0..3 {
        let mut clients = Vec::new();
        for number in 0..20 {
            let mut client = server.connect()?;
            match number % 4 {
                0 => client.ping()?,
                1 => client.send(b"*1\r\n$4\r\nPI")?,
                2 => client.send(b"*x\r\n")?,
                _ => client.send(b"QUIT\r\n")?,
            }
            clients.push(client);
        }
        drop(clients);
        wait_for_clients(&mut observer, 1)?;
    }
    Ok(())
}

fn a_protocol_is_that_of_one_connection_from_hello_to_reset(subject: &Subject) -> Result<()> {
    let server = subject.start(&[])?;
    let (mut three, mut two) = (server.connect()?, server.connect()?);
    three.send(b"HELLO 3\r\nGET nokey\r\nCONFIG GET nosuch\r\n")?;
    // No module, which is the last line of what HELLO says.
    while three.line()?.context("HELLO is not answered")? != "*0\r\n" {}
    three.expect(b"_\r\n%0\r\n")?;
    two.send(b"GET nokey\r\nCONFIG GET nosuch\r\n")?;
    two.expect(b"$-1\r\n*0\r\n")?;
    three.send(b"RESET\r\nGET nokey\r\n")?;
    Ok(three.expect(b"+RESET\r\n$-1\r\n")?)
}

fn a_hundred_thousand_keys_are_scanned_while_others_write(subject: &Subject) -> Result<()> {
    let server = subject.start(&[])?;
    let (mut client, mut writer) = (server.connect()?, server.connect()?);
    let sets: Vec<u8> = (0..100_000)
        .flat_map(|number| array(&[b"SET", format!("key:{number}").as_bytes(), b"v"]))
        .collect();
    let mut reader = client.twin()?;
    let replies = thread::spawn(move || reader.expect(&b"+OK\r\n".repeat(100_000)));
    client.send(&sets)?;
    replies.join().map_err(|_| anyhow::anyhow!("the reader panicked"))??;
    let (mut cursor, mut seen, mut calls) = ("0".to_owned(), vec![false; 100_000], 0);
    loop {
        send(&mut client, &["SCAN", &cursor, "COUNT", "1000", "MATCH", "key:*"])?;
        equal(number(&mut client, '*')?, 2).context("the length of SCAN's reply")?;
        cursor = bulk(&mut client)?;
        for _ in 0..number(&mut client, '*')? {
            let key = bulk(&mut client)?;
            let number = key.strip_prefix("key:").and_then(|n| n.parse::<usize>().ok());
            let known = number.and_then(|number| seen.get_mut(number));
            *known.with_context(|| format!("expected one of the keys set, received {key:?}"))? =
                true;
        }
        writer.command(&[b"SET", format!("new:{calls}").as_bytes(), b"v"], b"+OK\r\n")?;
        calls += 1;
        if cursor == "0" {
            break;
        }
    }
    equal(seen.iter().filter(|seen| !**seen).count(), 0).context("keys that SCAN has missed")?;
    check((90..400).contains(&calls), || ("90 to 400 calls".into(), calls.to_string()))
}

//! KEYS that takes long.

use anyhow::{Context as _, Result, ensure};

use super::{Claim, PATIENCE, Subject, claim, equal};
use crate::load::{MIB, Peer, array};

pub(super) const CLAIMS: &[Claim] = &[
    claim!("07-keys".., others_are_served_while_keys_is_at_work),
    claim!("07-keys".., a_server_that_is_asked_to_end_does_not_wait_for_keys),
];

/// Sends a KEYS that takes minutes: at each of a million places, a hundred thousand bytes of the
/// key are as in the pattern, and then there is none of its last.
pub(super) fn send_slow_keys(client: &mut Peer) -> Result<()> {
    send_keys(client, MIB as usize, 100_000)
}

/// Sends a KEYS with a pattern of this many bytes that nearly matches a key of this many. It ends
/// in a star: a matcher may well compare the end of a key first, and would be done at once.
pub(super) fn send_keys(client: &mut Peer, key: usize, pattern: usize) -> Result<()> {
    client.command(&[b"SET", &vec![b'a'; key], b""], b"+OK\r\n")?;
    let pattern = format!("*{}b*", "a".repeat(pattern));
    Ok(client.send(&array(&[b"KEYS", pattern.as_bytes()]))?)
}

fn others_are_served_while_keys_is_at_work(subject: &Subject) -> Result<()> {
    let server = subject.start(&[])?;
    let (mut slow, mut other) = (server.connect()?, server.connect()?);
    send_slow_keys(&mut slow)?;
    // So many keys that the keyspace changes wherever the walk is.
    for number in 0..1000 {
        other.ping()?;
        other.command(&[b"SET", number.to_string().as_bytes(), b"v"], b"+OK\r\n")?;
    }
    ensure!(slow.is_kept_waiting(), "expected KEYS to be at work still, received its reply");
    Ok(())
}

fn a_server_that_is_asked_to_end_does_not_wait_for_keys(subject: &Subject) -> Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let mut server = subject.start(&[])?;
    let mut slow = server.connect()?;
    send_slow_keys(&mut slow)?;
    server.connect()?.ping()?;
    server.server.signal("SIGTERM")?;
    equal(slow.read_to_end()?.len(), 0).context("bytes before the end of the connection")?;
    let (status, output) = server.server.end(PATIENCE);
    let status = status.context("expected the server to end, but it goes on")?;
    ensure!(status.success(), "expected exit code 0, received {status}: {output}");
    Ok(())
}

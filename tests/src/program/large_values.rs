//! Large values: a short request can have a long reply.

use anyhow::Result;

use super::{Claim, Subject, claim};
use crate::load::{MIB, bulk};

pub(super) const CLAIMS: &[Claim] =
    &[claim!("03-set-get".., a_client_that_asks_for_more_than_it_reads_is_answered_bit_by_bit)];

fn a_client_that_asks_for_more_than_it_reads_is_answered_bit_by_bit(
    subject: &Subject,
) -> Result<()> {
    let server = subject.start(&[])?;
    let value = vec![b'v'; MIB as usize];
    let mut client = server.connect()?;
    client.command(&[b"SET", b"k", &value], b"+OK\r\n")?;
    // All arrive in one piece.
    let count = 600;
    client.send(&b"GET k\r\n".repeat(count))?;
    let reply = bulk(&value);
    client.expect(&reply)?;
    server.takes_less_than(400 * MIB)?;
    server.connect()?.ping()?;
    (1..count).try_for_each(|_| client.expect(&reply))?;
    Ok(())
}

//! Clients that read their replies slowly.

use super::fault::Fault;
use super::meter::MIB;
use super::peer::{array, bulk};
use super::siege::Siege;
use super::{Needs, Scenario, Size};
use crate::server::Output;

/// How long a value is.
const LENGTH: usize = 256 * 1024;

/// How many of them a client asks for.
const REPLIES: usize = 16;

/// How much a slow client reads at once.
const SIP: usize = 1024;

pub(super) const SCENARIO: Scenario = Scenario {
    name: "slow_readers_get_all_and_keep_nobody_waiting",
    chapter: "03-set-get",
    claim: "Clients that read slowly get every byte that they are owed, and delay no other client.",
    options: &[],
    needs: Needs::Nothing,
    output: Output::Kept,
    // All replies, once, and as much again where a buffer grows.
    growth: |size| (clients(size) * REPLIES * LENGTH * 2) as u64 + 32 * MIB,
    but_redis: None,
    likely: "a write that the client does not read blocks all clients, or what it did not read is \
        lost. Remember how much was written, and go on when the socket takes more.",
    run,
};

fn clients(size: Size) -> usize {
    size.pick(20, 100)
}

fn run(siege: &mut Siege) -> Result<(), Fault> {
    let count = clients(siege.size);
    siege.scene = format!("{count} clients ask for 4 MiB, and read 1 KiB now and then");
    let values: Vec<Vec<u8>> =
        (0..REPLIES).map(|number| vec![b'a' + number as u8; LENGTH]).collect();
    let mut writer = siege.connect()?;
    let (mut requests, mut replies) = (Vec::new(), Vec::new());
    for (number, value) in values.iter().enumerate() {
        let key = number.to_string();
        writer.command(&[b"SET", key.as_bytes(), value], b"+OK\r\n")?;
        requests.extend(array(&[b"GET", key.as_bytes()]));
        replies.extend(bulk(value));
    }
    let mut clients = siege.connect_many(count)?;
    for client in &mut clients {
        client.send(&requests)?;
    }
    let (sips, rest) = replies.split_at(10 * SIP);
    for sip in sips.chunks(SIP) {
        siege.others_are_served()?;
        for client in &mut clients {
            client.expect(sip)?;
        }
    }
    siege.scene.push_str(", and then the rest");
    clients.iter_mut().try_for_each(|client| client.expect(rest))?;
    siege.others_are_served()
}

//! Many clients that connect and then do nothing.

use super::fault::Fault;
use super::meter::KIB;
use super::siege::Siege;
use super::{Needs, Scenario, Size};
use crate::server::Output;

pub(super) const SCENARIO: Scenario = Scenario {
    name: "idle_clients_cost_little",
    chapter: "01-ping",
    claim: "Thousands of silent clients cost little memory, and delay no other client.",
    options: &[],
    needs: Needs::Nothing,
    output: Output::Kept,
    // A buffer of 16 KiB that is used whole, and as much again. No server needs to have more of
    // what has not arrived yet.
    growth: |size| clients(size) as u64 * 32 * KIB,
    but_redis: None,
    likely: "each connection reserves memory before anything has arrived on it, or has a thread of \
        its own. Let the buffer grow with the bytes that arrive.",
    run,
};

/// Redis takes 10,000 unless told otherwise, and others are there, too.
fn clients(size: Size) -> usize {
    size.pick(5_000, 9_000)
}

/// After this many new clients, one of them sends something: the kernel queues no more than some
/// hundred that the server has not let in yet.
const AT_ONCE: usize = 50;

fn run(siege: &mut Siege) -> Result<(), Fault> {
    let count = clients(siege.size).min(siege.most_connections()?);
    siege.scene = format!("{count} clients connect, and say nothing");
    let mut clients = Vec::with_capacity(count);
    while clients.len() < count {
        let mut more = siege.connect_many(AT_ONCE.min(count - clients.len()))?;
        more.last_mut().map_or(Ok(()), super::Peer::ping)?;
        clients.extend(more);
    }
    siege.others_are_served()?;
    // None of them is forgotten.
    siege.scene = format!("{count} clients connect, say nothing, and then PING after all");
    clients.iter_mut().try_for_each(super::Peer::ping)?;
    siege.others_are_served()?;
    // All at once, and so that the kernel need not remember each of them for a minute.
    clients.into_iter().for_each(super::Peer::vanish);
    siege.others_are_served()
}

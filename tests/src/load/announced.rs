//! Clients that announce much and send nothing.

use super::fault::Fault;
use super::meter::GIB;
use super::peer::Peer;
use super::siege::Siege;
use super::{LITTLE, Needs, Scenario};
use crate::server::Output;

/// A bulk as long as Redis allows.
const LONG_BULK: &[u8] = b"*2\r\n$4\r\nECHO\r\n$536870912\r\n";
/// As many bulks as Redis allows.
const MANY_ELEMENTS: &[u8] = b"*2147483647\r\n$4\r\nECHO\r\n";

const LIKELY: &str = "the number that a client announces is the size of an allocation. A number \
                      costs its sender nothing: let the buffer grow with the bytes that arrive.";

pub(super) const BULKS: Scenario = Scenario {
    name: "long_bulks_that_are_only_announced_cost_nothing",
    chapter: "01-ping",
    claim: "Clients that announce bulks of 512 MB and send nothing cost no memory, and delay no \
        other client.",
    options: &[],
    needs: Needs::Nothing,
    output: Output::Kept,
    growth: |_| LITTLE,
    but_redis: None,
    likely: LIKELY,
    run: |siege| announce(siege, LONG_BULK, "a bulk of 512 MB"),
};

pub(super) const ELEMENTS: Scenario = Scenario {
    name: "many_elements_that_are_only_announced_cost_nothing",
    claim: "Clients that announce requests of two billion elements and send nothing cost no \
        memory, and delay no other client.",
    run: |siege| announce(siege, MANY_ELEMENTS, "2147483647 elements"),
    ..BULKS
};

pub(super) const ADDRESSES: Scenario = Scenario {
    name: "nothing_is_set_apart_for_what_is_only_announced",
    chapter: "02-echo",
    claim: "For bulks and elements that are only announced, the server does not even ask the \
        kernel for addresses: where the kernel does not overcommit, that would kill it.",
    but_redis: Some("it reserves addresses, and relies on the kernel to put no memory there"),
    run: |siege| {
        let mut clients = announce_to(siege, LONG_BULK, "a bulk of 512 MB")?;
        clients.extend(announce_to(siege, MANY_ELEMENTS, "2147483647 elements")?);
        siege.scene = "200 clients have announced a bulk of 512 MB, and 200 more 2147483647 \
                       elements; none of them has sent it"
            .to_owned();
        siege.others_are_served()?;
        // Of 100 GiB for the bulks alone.
        siege.has_reserved_less_than(4 * GIB)
    },
    ..BULKS
};

fn announce(siege: &mut Siege, announcement: &[u8], what: &str) -> Result<(), Fault> {
    let mut clients = announce_to(siege, announcement, what)?;
    siege.others_are_served()?;
    siege.scene.push_str(", and then a part of it");
    for client in &mut clients {
        client.send(b"$3\r\na p")?;
    }
    siege.others_are_served()
}

fn announce_to(siege: &mut Siege, announcement: &[u8], what: &str) -> Result<Vec<Peer>, Fault> {
    siege.scene = format!("200 clients have announced {what}, and not sent it");
    let mut clients = siege.connect_many(200)?;
    for client in &mut clients {
        client.ping()?;
        client.send(announcement)?;
    }
    siege.others_are_served()?;
    Ok(clients)
}

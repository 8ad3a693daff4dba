//! Large values that come and go.

use super::fault::Fault;
use super::meter::MIB;
use super::peer::{Peer, bulk};
use super::siege::Siege;
use super::{Needs, Scenario, Size};

pub(super) const SCENARIO: Scenario = Scenario {
    name: "the_memory_of_large_values_is_given_back",
    chapter: "03-set-get",
    claim: "When large values are replaced by small ones, their memory goes back to the system, \
            though the clients that sent and read them stay connected.",
    options: &[],
    needs: Needs::FreedMemory,
    // Each value at most six times: as it arrived and as it is kept, on the way out, and twice
    // where a buffer grows.
    growth: |size| 2 * 6 * length(size) as u64,
    but_redis: None,
    likely: "a buffer that was large once stays so, or a small value keeps the buffer alive in \
             which it came. Shrink buffers that are empty, and copy what is kept.",
    run,
};

/// Longer than what the C library may keep for later, which is 32 MiB.
fn length(size: Size) -> usize {
    size.pick(40, 256) * MIB as usize
}

fn run(siege: &mut Siege) -> Result<(), Fault> {
    let length = length(siege.size);
    siege.scene = format!(
        "2 clients SET a value of {} MiB each, GET it, SET a short one, and stay",
        length / MIB as usize
    );
    let keys = [b"a", b"b"];
    let mut clients: Vec<Peer> = siege.connect_many(keys.len())?;
    let value = vec![b'v'; length];
    for (client, key) in clients.iter_mut().zip(&keys) {
        client.command(&[b"SET", *key, &value], b"+OK\r\n")?;
        client.command(&[b"GET", *key], &bulk(&value))?;
    }
    siege.others_are_served()?;
    for (client, key) in clients.iter_mut().zip(&keys) {
        client.command(&[b"SET", *key, b"short"], b"+OK\r\n")?;
    }
    // One of the two would be too much.
    siege.gives_back_all_but(length as u64)?;
    for (client, key) in clients.iter_mut().zip(&keys) {
        client.command(&[b"GET", *key], &bulk(b"short"))?;
    }
    siege.others_are_served()
}

//! What is large for a moment: values that come and go, and the buffers that they pass through.

use std::thread;
use std::time::Duration;

use super::fault::Fault;
use super::meter::MIB;
use super::peer::{Peer, bulk};
use super::siege::Siege;
use super::{Needs, Scenario, Size};
use crate::server::Output;

pub(super) const VALUES: Scenario = Scenario {
    name: "the_memory_of_large_values_is_given_back",
    chapter: "03-set-get",
    claim: "When large values are replaced by small ones, their memory goes back to the kernel, \
            though the clients that sent and read them stay connected.",
    options: &[],
    needs: Needs::FreedMemory,
    output: Output::Kept,
    // Each value at most six times: as it arrived and as it is kept, on the way out, and twice
    // where a buffer grows.
    growth: |size| 2 * 6 * length(size) as u64,
    but_redis: None,
    likely: "a buffer that was large once stays so, or a small value keeps its read buffer alive. \
        Shrink empty buffers, and copy what is stored. In a language that collects garbage, drop \
        what refers to it, and see whether the runtime gives memory back to the system.",
    run: values,
};

pub(super) const BUFFERS: Scenario = Scenario {
    name: "clients_that_fall_silent_give_their_buffers_back",
    chapter: "02-echo",
    claim: "Clients that once sent and got something large take no more memory than others, a few \
        seconds after that, whether they then send nothing or little.",
    needs: Needs::FreedMemory,
    // As it arrived, on the way out, and twice where a buffer grows.
    growth: |size| clients(size) as u64 * 4 * LENGTHS[0] as u64,
    likely: "a buffer stays as large as it once had to be. Check it again after a few seconds, and \
        free what is not used: a variable that still holds the last request counts, too. In a \
        language that collects garbage, see whether the runtime gives memory back to the system.",
    run: buffers,
    ..VALUES
};

/// What they send, by turns: more and less than what a buffer may well keep from one request to the
/// next.
const LENGTHS: [usize; 2] = [400 * 1000, 200 * 1000];

/// As much may be left for each of them: what is read at once, and holes that the C library leaves
/// between. Less than what either of the two has used.
const LEFT: u64 = 100 * 1000;

fn clients(size: Size) -> usize {
    size.pick(300, 1000)
}

fn buffers(siege: &mut Siege) -> Result<(), Fault> {
    let count = clients(siege.size);
    siege.scene =
        format!("{count} clients ECHO {LENGTHS:?} bytes; then half of them PING now and then");
    let mut clients: Vec<Peer> = siege.connect_many(count)?;
    for (client, length) in clients.iter_mut().zip(LENGTHS.into_iter().cycle()) {
        let value = vec![b'v'; length];
        client.command(&[b"ECHO", &value], &bulk(&value))?;
    }
    for _ in 0..8 {
        thread::sleep(Duration::from_millis(500));
        clients.iter_mut().skip(count / 2).try_for_each(Peer::ping)?;
    }
    siege.gives_back_all_but(count as u64 * LEFT)?;
    clients.iter_mut().try_for_each(Peer::ping)?;
    siege.others_are_served()
}

/// Longer than what the C library may keep for later, which is 32 MiB.
fn length(size: Size) -> usize {
    size.pick(40, 256) * MIB as usize
}

fn values(siege: &mut Siege) -> Result<(), Fault> {
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

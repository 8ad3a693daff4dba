//! A server whose output is not read, or cannot be written.

use super::fault::Fault;
use super::no_descriptors;
use super::siege::Siege;
use super::{LITTLE, Needs, Scenario};
use crate::server::Output;

/// With a line for each, they fill any pipe: Linux gives it 64 KiB.
const CLIENTS: usize = 3_000;

pub(super) const UNREAD: Scenario = Scenario {
    name: "a_log_that_nobody_reads_keeps_nobody_waiting",
    chapter: "01-ping",
    claim: "A server serves its clients, though its output goes into a pipe that is not read and \
            thousands of clients leave with a reset, as load balancers' checks do.",
    options: &[],
    needs: Needs::Nothing,
    output: Output::Unread,
    growth: |_| LITTLE,
    but_redis: None,
    likely: "a line is printed for each client, the pipe is full after some, and from then on each \
        print blocks. What a client does at will is not worth a line.",
    run: |siege| {
        siege.scene = format!(
            "{CLIENTS} clients connect and leave with a reset, while nobody reads what the server \
             prints"
        );
        come_and_vanish(siege)
    },
};

pub(super) const FULL_DISK: Scenario = Scenario {
    name: "a_log_on_a_full_disk_ends_nothing",
    claim: "A server starts and serves its clients, though its output goes to a disk that is full.",
    output: Output::FullDisk,
    likely: "a print that fails kills the program, or the thread that prints. There is no \
        place to report it: ignore it.",
    run: |siege| {
        siege.scene = format!(
            "{CLIENTS} clients connect and leave with a reset, while the disk is full on which \
             the server's log is"
        );
        come_and_vanish(siege)
    },
    ..UNREAD
};

pub(super) const CLOSED: Scenario = Scenario {
    name: "a_log_whose_reader_is_gone_ends_nothing",
    claim: "A server lets new clients in as soon as others leave, though it had no descriptor left \
            for a while, and the reader of its output is gone.",
    needs: Needs::FewerDescriptors,
    output: Output::Closed,
    likely: "a print that fails kills the program, or the thread that accepts. There is no \
        place to report it: ignore it.",
    run: |siege| run_out(siege, ", while the reader of its log is gone"),
    ..UNREAD
};

pub(super) const STUFFED: Scenario = Scenario {
    name: "a_log_that_is_full_keeps_no_server_from_starting",
    chapter: "05-config",
    claim: "A server starts, serves and logs trouble, though the pipe for its output is full \
            from the beginning: another program filled it, or the server before this one.",
    output: Output::Stuffed,
    but_redis: Some("it waits for the reader of its log"),
    likely: "a print blocks until the pipe has room. Ask first whether it has some (poll), and \
        omit the line if not.",
    run: |siege| run_out(siege, ", while the pipe that it prints into is full"),
    ..CLOSED
};

/// The server runs out of descriptors, which it may want to log, and gets some back.
fn run_out(siege: &mut Siege, meanwhile: &str) -> Result<(), Fault> {
    no_descriptors::take(siege)?;
    siege.scene.push_str(meanwhile);
    let clients = no_descriptors::crowd(siege)?;
    no_descriptors::leave(siege, clients)
}

fn come_and_vanish(siege: &mut Siege) -> Result<(), Fault> {
    for number in 0..CLIENTS {
        let mut client = siege.connect()?;
        // Some are there long enough to be served, others are gone before.
        if number % 2 == 0 {
            client.ping()?;
        }
        client.vanish();
    }
    siege.others_are_served()
}

//! Clients that come and go as fast as they can.

use std::thread;

use super::fault::Fault;
use super::peer::Peer;
use super::siege::Siege;
use super::{LITTLE, Needs, Scenario};
use crate::server::Output;

/// How many descriptors the server has. Many more clients come and go.
const DESCRIPTORS: u32 = 400;

/// How many clients there are at a time.
const AT_ONCE: usize = 4;

pub(super) const SCENARIO: Scenario = Scenario {
    name: "clients_that_come_and_go_leave_nothing_behind",
    chapter: "01-ping",
    claim: "Clients that connect and leave as fast as they can leave neither memory nor sockets \
            behind, and delay no other client.",
    options: &[],
    needs: Needs::Descriptors(DESCRIPTORS),
    output: Output::Kept,
    growth: |_| LITTLE,
    but_redis: None,
    likely: "something of every client is kept: its socket, its thread or its place in a list of \
             all. Or a connection that is gone before it is let in ends the server.",
    run,
};

fn run(siege: &mut Siege) -> Result<(), Fault> {
    let count = siege.size.pick(1_000, 10_000);
    siege.scene = format!(
        "{} clients connect and leave at once, {AT_ONCE} at a time; the server can have \
         {DESCRIPTORS} files and sockets open",
        AT_ONCE * count
    );
    let (address, patience) = (siege.address(), siege.patience);
    let come_and_go = move || {
        (0..count).try_for_each(|number| {
            let mut client = Peer::connect(address, patience)?;
            match number % 4 {
                0 => {}
                1 => client.vanish(),
                // It may be one too many for a server with so few descriptors, and is then told.
                2 => drop(client.send(b"PING\r\n")),
                _ => drop(client.ping()),
            }
            Ok(())
        })
    };
    let threads: Vec<_> = (0..AT_ONCE).map(|_| thread::spawn(come_and_go)).collect();
    while !threads.iter().all(thread::JoinHandle::is_finished) {
        siege.bystander_is_served()?;
    }
    for thread in threads {
        thread.join().unwrap_or_else(|_| Err(Fault::new("a test that runs", "it panicked")))?;
    }
    siege.others_are_served()
}

//! More clients than the server can have descriptors.

use std::thread;
use std::time::{Duration, Instant};

use super::fault::Fault;
use super::meter::be_busy;
use super::peer::Peer;
use super::siege::Siege;
use super::{LITTLE, Needs, Scenario};
use crate::server::Output;

/// How many descriptors the server has.
const DESCRIPTORS: u32 = 64;

/// More than that, and no more than the kernel queues for a server.
const CLIENTS: usize = 120;

pub(super) const FEW: Scenario = Scenario {
    name: "more_clients_than_descriptors_wait_or_are_turned_away",
    chapter: "01-ping",
    claim: "A server that can have few descriptors serves those clients that it has, works no more \
        than before for those that it cannot serve, and lets new ones in as soon as \
            others leave.",
    options: &[],
    needs: Needs::Descriptors(DESCRIPTORS),
    output: Output::Kept,
    growth: |_| LITTLE,
    but_redis: None,
    likely: "accept fails (EMFILE) and leaves the client in the queue, so it fails again at once. \
        Wait a moment before the next try: neither leave the loop, nor spin in it.",
    run: |siege| {
        siege.scene = format!(
            "{CLIENTS} clients connect to a server that can have {DESCRIPTORS} files and sockets \
             open"
        );
        run(siege)
    },
};

pub(super) const TAKEN_AWAY: Scenario = Scenario {
    name: "out_of_descriptors_the_server_waits_until_a_client_leaves",
    claim: "When the kernel has no descriptor left for a new client, the server serves those that \
            it has, works no more than before, and lets new ones in as soon as others leave.",
    needs: Needs::FewerDescriptors,
    but_redis: Some("it tries again at once, and uses all CPU time for that"),
    run: |siege| {
        take(siege)?;
        run(siege)
    },
    ..FEW
};

/// Leaves a running server few descriptors.
pub(super) fn take(siege: &mut Siege) -> Result<(), Fault> {
    siege.scene = format!(
        "{CLIENTS} clients connect to a server that could have more than {DESCRIPTORS} files and \
         sockets open when it started, but no more"
    );
    siege.take_descriptors(DESCRIPTORS)
}

fn run(siege: &mut Siege) -> Result<(), Fault> {
    let clients = crowd(siege)?;
    // No client asks for anything, so there is nothing to do. A server that tries again and again
    // gets about as much CPU time as this thread, however busy the machine is.
    let before = siege.usage();
    let work = Duration::from_millis(siege.size.pick(600, 3_000));
    siege.rest_while(|| be_busy(work));
    siege.has_worked_less_than(work / 6, before)?;
    leave(siege, clients)
}

/// More clients come than the server has descriptors for, and the others are served.
pub(super) fn crowd(siege: &Siege) -> Result<Vec<Peer>, Fault> {
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        // Where the queue is shorter, those after its end are not let in.
        clients.extend(Peer::connect(siege.address(), Duration::from_millis(500)));
    }
    siege.bystander_is_served()?;
    Ok(clients)
}

/// They leave, and new ones are let in.
pub(super) fn leave(siege: &mut Siege, clients: Vec<Peer>) -> Result<(), Fault> {
    siege.bystander_is_served()?;
    drop(clients);
    siege.scene.push_str(", and leave");
    // Some of those who left are let in first, and the server finds that they are gone.
    let deadline = Instant::now() + siege.patience;
    loop {
        match siege.others_are_served() {
            Ok(()) => return Ok(()),
            Err(fault) if Instant::now() > deadline => return Err(fault),
            Err(_) => thread::sleep(Duration::from_millis(20)),
        }
    }
}

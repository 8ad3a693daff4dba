//! More clients than `--maxclients` allows.

use std::thread;
use std::time::{Duration, Instant};

use super::fault::{Fault, shown};
use super::peer::Peer;
use super::siege::Siege;
use super::{LITTLE, Needs, Scenario};
use crate::server::Output;

/// What a client is told for whom there is no place.
const REFUSAL: &[u8] = b"-ERR max number of clients reached\r\n";

/// Permits besides the one of the client that is connected already.
const PLACES: usize = 9;

pub(super) const SCENARIO: Scenario = Scenario {
    name: "one_client_too_many_is_told_so_and_harms_nobody",
    chapter: "05-config",
    claim: "One client more than --maxclients gets an error, and its connection is closed. The \
        others do not notice, and once one of them leaves, another can connect.",
    options: &["--maxclients", "10"],
    needs: Needs::Nothing,
    output: Output::Kept,
    growth: |_| LITTLE,
    but_redis: None,
    likely: "a connection is counted when it opens, but not whenever it closes; or rejected \
        clients are counted, too.",
    run,
};

fn run(siege: &mut Siege) -> Result<(), Fault> {
    let refused = siege.size.pick(500, 10_000);
    siege.scene = "10 clients are connected, as many as --maxclients allows".to_owned();
    let mut clients = Vec::new();
    while clients.len() < PLACES {
        // The player itself has knocked at the door when the server started, and may not have been
        // taken off yet.
        clients.push(soon(siege)?);
    }
    siege.scene = format!("{}, and {refused} more come one by one", siege.scene);
    for _ in 0..refused {
        let told = siege.connect()?.read_to_end()?;
        if told != REFUSAL {
            return Err(Fault::new(format!("{}, then the end", shown(REFUSAL)), shown(&told)));
        }
    }
    siege.bystander_is_served()?;
    clients.iter_mut().try_for_each(Peer::ping)?;
    siege.scene = format!("{}; then one of the first leaves", siege.scene);
    // By each of the ways in which a client can go.
    for turn in 0..30 {
        let Some(mut client) = clients.pop() else { break };
        match turn % 3 {
            0 => drop(client),
            1 => client.vanish(),
            _ => {
                client.send(b"*x\r\n")?;
                client.expect(b"-ERR Protocol error: invalid multibulk length\r\n")?;
                client.read_to_end()?;
            }
        }
        clients.insert(0, soon(siege)?);
    }
    clients.iter_mut().try_for_each(Peer::ping)?;
    // For the one that comes last of all.
    clients.pop();
    soon(siege).map(drop)
}

/// Returns a client that is served, as soon as there is a place for it.
fn soon(siege: &Siege) -> Result<Peer, Fault> {
    let deadline = Instant::now() + siege.patience;
    loop {
        let mut client = siege.connect()?;
        match client.ping() {
            Ok(()) => return Ok(client),
            Err(fault) if Instant::now() > deadline => {
                let happened = format!("{}, to a client for whom a place is free", fault.happened);
                return Err(Fault::new(fault.expected, happened));
            }
            Err(_) => thread::sleep(Duration::from_millis(5)),
        }
    }
}

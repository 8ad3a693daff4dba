//! Signals while clients are connected: those that stop the server, and one that does not.

use super::fault::Fault;
use super::meter::MIB;
use super::siege::Siege;
use super::{LITTLE, Needs, Scenario};
use crate::server::Output;

pub(super) const TERMINATED: Scenario = Scenario {
    name: "sigterm_ends_the_server_at_once",
    chapter: "05-config",
    claim: "SIGTERM stops the server at once and with exit code 0, though clients are connected, \
            have sent half a request, or do not read.",
    options: &[],
    needs: Needs::Signals,
    output: Output::Kept,
    // The replies that one client does not read, at most 64 MiB, and the value.
    growth: |_| 192 * MIB,
    but_redis: None,
    likely: "the signal kills the process (that is not exit code 0), or the server \
             waits for its clients to leave. If a script starts your server, let it exec it, so \
             that the signal reaches it.",
    run: |siege| end(siege, "SIGTERM"),
};

pub(super) const INTERRUPTED: Scenario = Scenario {
    name: "sigint_ends_the_server_at_once",
    claim: "SIGINT, which is Ctrl-C, stops the server at once and with exit code 0, though clients \
            are connected, have sent half a request, or do not read.",
    run: |siege| end(siege, "SIGINT"),
    ..TERMINATED
};

pub(super) const HUNG_UP: Scenario = Scenario {
    name: "sighup_ends_nothing",
    claim: "SIGHUP, which the programs of a terminal get when that is closed, does not stop the \
        server.",
    growth: |_| LITTLE,
    likely: "SIGHUP kills a program that has no handler for it.",
    run: |siege| {
        siege.scene = "SIGHUP comes while a hundred clients are connected".to_owned();
        let mut clients = siege.connect_many(100)?;
        siege.signal("SIGHUP")?;
        clients.iter_mut().try_for_each(super::Peer::ping)?;
        siege.others_are_served()
    },
    ..TERMINATED
};

fn end(siege: &mut Siege, signal: &str) -> Result<(), Fault> {
    siege.scene = format!(
        "{signal} comes while a hundred clients are connected, half of them in the middle of a \
         request, and one does not read its replies"
    );
    let mut clients = siege.connect_many(100)?;
    for (number, client) in clients.iter_mut().enumerate() {
        client.ping()?;
        if number % 2 == 0 {
            client.send(b"*2\r\n$4\r\nECHO\r\n$10\r\nhalf")?;
        }
    }
    let mut client = siege.connect()?;
    client.command(&[b"SET", b"big", &vec![b'v'; MIB as usize]], b"+OK\r\n")?;
    client.send(&b"GET big\r\n".repeat(32))?;
    siege.others_are_served()?;
    siege.signal(signal)?;
    let status = siege.ended(siege.patience);
    let seconds = siege.patience.as_secs();
    match status {
        Some(status) if status.code() == Some(0) => Ok(()),
        Some(status) => Err(Fault::new("it ends with exit code 0", status.to_string())),
        None => Err(Fault::new("it ends", format!("it still runs after {seconds} seconds"))),
    }
}

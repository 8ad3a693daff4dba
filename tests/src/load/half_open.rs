//! Clients that are gone in the middle of a request.

use super::fault::Fault;
use super::siege::Siege;
use super::{LITTLE, Needs, Scenario};
use crate::server::Output;

/// Half of a request.
const HALF: &[u8] = b"*1\r\n$4\r\nPI";

pub(super) const CLOSED: Scenario = Scenario {
    name: "a_client_that_half_closes_is_let_go",
    chapter: "01-ping",
    claim: "A client that closes its side in the middle of a request gets the replies that it is \
            owed, and then the connection is closed.",
    options: &[],
    needs: Needs::Nothing,
    output: Output::Kept,
    growth: |_| LITTLE,
    but_redis: None,
    likely: "a read of 0 bytes is not taken for the end. It means that nothing more will come: \
             write the replies owed and leave the loop, or it spins forever.",
    run: close,
};

fn close(siege: &mut Siege) -> Result<(), Fault> {
    let count = siege.size.pick(100, 1_000);
    siege.scene = format!("{count} clients send PING and half of another, and close their side");
    let mut clients = siege.connect_many(count)?;
    for client in &mut clients {
        client.send(&[b"PING\r\n", HALF].concat())?;
        client.half_close()?;
    }
    siege.others_are_served()?;
    for client in &mut clients {
        client.expect(b"+PONG\r\n")?;
        let rest = client.read_to_end()?;
        if !rest.is_empty() {
            let happened = super::fault::shown(&rest);
            return Err(Fault::new("no reply to half a request", happened));
        }
    }
    Ok(())
}

/// How many descriptors the server has. Many more clients come and vanish.
const DESCRIPTORS: u32 = 200;

pub(super) const VANISHED: Scenario = Scenario {
    name: "clients_that_vanish_leave_nothing_behind",
    chapter: "01-ping",
    claim: "When clients vanish in the middle of a request or with replies unread, the server \
            frees what they had, and goes on.",
    options: &[],
    needs: Needs::Descriptors(DESCRIPTORS),
    output: Output::Kept,
    growth: |_| LITTLE,
    but_redis: None,
    likely: "the sockets of clients that are gone stay open until the server has no descriptor \
             left for another, or an error on one connection closes more than that connection.",
    run: vanish,
};

fn vanish(siege: &mut Siege) -> Result<(), Fault> {
    let rounds = siege.size.pick(20, 200);
    siege.scene = format!(
        "{} clients, 50 at a time, vanish in the middle of a request or with replies unread; the \
         server can have {DESCRIPTORS} files and sockets open",
        50 * rounds
    );
    for _ in 0..rounds {
        for (number, mut client) in siege.connect_many(50)?.into_iter().enumerate() {
            match number % 3 {
                0 => client.send(HALF)?,
                1 => client.send(&b"PING\r\n".repeat(1000))?,
                _ => {}
            }
            client.vanish();
        }
        siege.bystander_is_served()?;
    }
    siege.others_are_served()
}

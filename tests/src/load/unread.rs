//! Clients that never read their replies.

use super::meter::MIB;
use super::peer::array;
use super::{Needs, Scenario, Size};
use crate::server::Output;

/// How long a reply is.
const LENGTH: usize = MIB as usize;

/// How many replies a client does not read.
const REPLIES: usize = 400;

pub(super) const SENDS: Scenario = Scenario {
    name: "a_client_that_sends_and_never_reads_is_read_no_further",
    chapter: "02-echo",
    claim: "A client that sends requests and never reads its replies costs the server a bounded \
            amount of memory, and delays no other client.",
    options: &[],
    needs: Needs::Nothing,
    output: Output::Kept,
    // For each client, 64 MiB of replies are enough to keep it busy, and as much again.
    growth: |size| clients(size) as u64 * 128 * MIB,
    but_redis: Some("it collects replies without a limit (client-output-buffer-limit normal 0)"),
    likely: "the server waits until this client reads, and serves no other meanwhile, or it \
             answers on and on, and collects the replies. Wait for one client without the others, \
             and while some megabytes of replies wait for it, do not read its requests.",
    run: |siege| {
        let count = clients(siege.size);
        siege.scene = format!("{count} clients send {REPLIES} × ECHO of 1 MiB, and read nothing");
        let request = array(&[b"ECHO", &vec![b'x'; LENGTH]]);
        let mut clients = siege.connect_many(count)?;
        for client in &mut clients {
            for _ in 0..REPLIES {
                if client.send_what_is_taken(&request)? < request.len() {
                    break;
                }
            }
            siege.others_are_served()?;
        }
        siege.others_are_served()?;
        siege.settles();
        drop(clients);
        siege.scene.push_str(", and leave");
        siege.gives_back_all_but(count as u64 * 32 * MIB)?;
        siege.others_are_served()
    },
};

pub(super) const ASKS: Scenario = Scenario {
    name: "a_client_that_asks_for_much_and_never_reads_is_answered_no_further",
    chapter: "03-set-get",
    claim: "A client that asks in a few bytes for more than it ever reads costs the server a \
            bounded amount of memory, and delays no other client.",
    likely: "the server waits until this client reads, and serves no other meanwhile, or it \
             answers all requests that have arrived, however long the replies are. While some \
             megabytes of replies wait for a client, do not execute its requests.",
    run: |siege| {
        let count = clients(siege.size);
        siege.scene =
            format!("{count} clients send {REPLIES} × GET of a value of 1 MiB, and read nothing");
        let value = vec![b'v'; LENGTH];
        siege.connect()?.command(&[b"SET", b"big", &value], b"+OK\r\n")?;
        let mut clients = siege.connect_many(count)?;
        for client in &mut clients {
            client.send(&array(&[b"GET", b"big"]).repeat(REPLIES))?;
        }
        siege.others_are_served()?;
        for client in &mut clients {
            // The first one at least, since the server is to wait, not to refuse.
            client.expect(&super::peer::bulk(&value))?;
        }
        siege.others_are_served()?;
        siege.settles();
        drop(clients);
        siege.scene.push_str(", and leave");
        siege.gives_back_all_but(count as u64 * 32 * MIB)?;
        siege.others_are_served()
    },
    ..SENDS
};

fn clients(size: Size) -> usize {
    size.pick(2, 10)
}

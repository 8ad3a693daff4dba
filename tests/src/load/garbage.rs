//! Bytes that mean nothing.

use super::fault::Fault;
use super::siege::Siege;
use super::{LITTLE, Needs, Scenario};
use crate::server::Output;

pub(super) const SCENARIO: Scenario = Scenario {
    name: "a_flood_of_garbage_harms_nobody",
    chapter: "01-ping",
    claim: "Whatever bytes clients send, the server goes on, and delays no other client.",
    options: &[],
    needs: Needs::Nothing,
    output: Output::Kept,
    growth: |_| LITTLE,
    but_redis: None,
    likely: "bytes of a client are trusted: an index, a subtraction or a conversion to text that \
             fails kills the server, or an error on one connection closes them all.",
    run,
};

fn run(siege: &mut Siege) -> Result<(), Fault> {
    let rounds = siege.size.pick(30, 1_000);
    siege.scene = format!("{} clients, ten at a time, send 64 KiB of random bytes", 10 * rounds);
    // In every run the same.
    let mut random = fastrand::Rng::with_seed(7);
    for round in 0..rounds {
        for mut client in siege.connect_many(10)? {
            let mut bytes = vec![0; 64 * 1024];
            random.fill(&mut bytes);
            // Some look like a request at first.
            if round % 2 == 0 {
                let start = random.choice([&b"*3\r\n$"[..], b"*1\r\n$5\r\n", b"$", b"*", b"PING "]);
                start.into_iter().for_each(|start| drop(bytes.splice(..0, start.to_vec())));
            }
            // The server may close the connection in the middle of it, or stop reading until its
            // replies are read.
            client.send_what_is_taken(&bytes)?;
        }
        siege.bystander_is_served()?;
    }
    siege.others_are_served()
}

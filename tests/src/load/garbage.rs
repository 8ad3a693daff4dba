//! Bytes that mean nothing.

use super::fault::Fault;
use super::siege::Siege;
use super::{LITTLE, Needs, Scenario};
use crate::server::Output;
use crate::text;

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

/// So much of what a client sent is shown.
const SHOWN: usize = 16;

fn run(siege: &mut Siege) -> Result<(), Fault> {
    let rounds = siege.size.pick(30, 1_000);
    let scene = format!("{} clients, ten at a time, send 64 KiB of random bytes", 10 * rounds);
    // In every run the same.
    let mut random = fastrand::Rng::with_seed(7);
    for round in 0..rounds {
        let sent: Vec<Vec<u8>> = (0..10).map(|_| garbage(round % 2 == 0, &mut random)).collect();
        siege.scene = format!("{scene}.\n{}", beginnings(&sent));
        for (mut client, bytes) in siege.connect_many(sent.len())?.into_iter().zip(&sent) {
            // The server may close the connection in the middle of it, or stop reading until its
            // replies are read.
            client.send_what_is_taken(bytes)?;
        }
        siege.bystander_is_served()?;
    }
    siege.others_are_served()
}

/// Returns what a client sends; some of it looks like a request at first.
fn garbage(is_likely: bool, random: &mut fastrand::Rng) -> Vec<u8> {
    let mut bytes = vec![0; 64 * 1024];
    random.fill(&mut bytes);
    let starts = [&b"*3\r\n$"[..], b"*1\r\n$5\r\n", b"$", b"*", b"PING "];
    let start = random.choice(starts).filter(|_| is_likely);
    bytes.splice(..0, start.unwrap_or_default().to_vec());
    bytes
}

fn beginnings(sent: &[Vec<u8>]) -> String {
    let lines = sent.iter().map(|bytes| {
        let start = bytes.get(..SHOWN).unwrap_or(bytes);
        format!("              {}…", text::escape(start))
    });
    let head = "            The last ten began with".to_owned();
    [head].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

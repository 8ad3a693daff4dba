//! Clients that never stop to ask.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::fault::Fault;
use super::siege::Siege;
use super::{LITTLE, Needs, Scenario};
use crate::server::Output;

pub(super) const SCENARIO: Scenario = Scenario {
    name: "clients_that_never_stop_asking_keep_nobody_waiting",
    chapter: "01-ping",
    claim: "While some clients send requests without a pause, and read the replies, others get \
            their turn.",
    options: &[],
    needs: Needs::Nothing,
    output: Output::Kept,
    growth: |_| LITTLE,
    but_redis: None,
    likely: "a connection is served as long as it sends requests. After one batch of \
             requests, let the others have their turn.",
    run,
};

fn run(siege: &mut Siege) -> Result<(), Fault> {
    let rounds = siege.size.pick(10, 100);
    siege.scene = "four clients send PING after PING, and read all replies".to_owned();
    let is_over = Arc::new(AtomicBool::new(false));
    let mut threads = Vec::new();
    for _ in 0..4 {
        let mut sender = siege.connect()?;
        let mut receiver = sender.twin()?;
        let over = Arc::clone(&is_over);
        threads.push(thread::spawn(move || {
            // More than is read at once, so that there is always more to read.
            let requests = b"PING\r\n".repeat(20_000);
            while !over.load(Ordering::Relaxed) {
                sender.send(&requests)?;
            }
            sender.hang_up()
        }));
        let over = Arc::clone(&is_over);
        threads.push(thread::spawn(move || match receiver.discard() {
            // A client that disconnects does not get the rest.
            Err(_) if over.load(Ordering::Relaxed) => Ok(()),
            read => read,
        }));
    }
    let served = (0..rounds).try_for_each(|_| siege.others_are_served());
    is_over.store(true, Ordering::Relaxed);
    for thread in threads {
        let ended = thread.join();
        let ended = ended.unwrap_or_else(|_| Err(Fault::new("a test that runs", "it panicked")));
        served.clone().and(ended)?;
    }
    served
}

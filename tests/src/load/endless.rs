//! Lines and requests that never end.

use super::fault::Fault;
use super::meter::GIB;
use super::{LITTLE, Needs, Scenario};
use crate::server::Output;

/// How much is sent at once.
const CHUNK: usize = 1024 * 1024;

pub(super) const LINE: Scenario = Scenario {
    name: "a_line_that_never_ends_costs_little",
    chapter: "01-ping",
    claim: "A line has a maximum length: the server disconnects a client that never ends its line, \
        and its memory does not grow.",
    options: &[],
    needs: Needs::Nothing,
    output: Output::Kept,
    growth: |_| LITTLE,
    but_redis: None,
    likely: "the server looks for the end of the line in all that has arrived, and keeps it until \
             there is one. Reject a line that is longer than 64 KiB, and stop reading: close the \
             connection, whatever is still on its way.",
    run: |siege| {
        // More than twice what it may grow by.
        let megabytes = siege.size.pick(160, 1024);
        for start in ["x", "*1", "*1\r\n$1"] {
            siege.scene = format!(
                "a client sends {start:?} and {megabytes} MiB of the digit 1, with no end of line"
            );
            let mut client = siege.connect()?;
            client.send(start.as_bytes())?;
            let chunk = [b'1'; CHUNK];
            for _ in 0..megabytes {
                if client.send_what_is_taken(&chunk)? < chunk.len() {
                    break;
                }
            }
            siege.others_are_served()?;
            client.read_to_end()?;
        }
        siege.others_are_served()
    },
};

pub(super) const REQUEST: Scenario = Scenario {
    name: "a_request_that_never_ends_ends_the_connection",
    chapter: "02-echo",
    claim: "A request has a maximum size, 1 GiB: a client that sends bulk after bulk of one request \
            does not fill the server's memory.",
    needs: Needs::FullLoad,
    // What a request may have, twice where a buffer grows by being copied.
    growth: |_| 5 * GIB / 2,
    but_redis: Some("its limit of 1 GiB does not count the bulks that it has taken apart already"),
    likely: "the elements of a request are collected without a limit. Count the bytes, and close \
        the connection at more than 1 GiB.",
    run: |siege| {
        siege.scene = "a client sends 1.5 GiB of one request in bulks of 1 MiB".to_owned();
        let mut client = siege.connect()?;
        client.send(b"*2147483647\r\n")?;
        let bulk = super::peer::bulk(&[b'x'; CHUNK]);
        let mut sent = 0;
        for _ in 0..1536 {
            let taken = client.send_what_is_taken(&bulk)?;
            sent += taken;
            if taken < bulk.len() {
                break;
            }
        }
        if sent > 3 * CHUNK * 1024 / 2 {
            return Err(Fault::new("the server hangs up", format!("it took {sent} bytes")));
        }
        siege.others_are_served()?;
        client.read_to_end().map(drop)
    },
    ..LINE
};

//! Clients that send byte by byte.

use std::thread;
use std::time::Duration;

use super::meter::MIB;
use super::peer::{array, bulk};
use super::{LITTLE, Needs, Scenario};
use crate::server::Output;

pub(super) const MANY: Scenario = Scenario {
    name: "clients_that_send_byte_by_byte_are_served_like_others",
    chapter: "01-ping",
    claim: "Clients that send byte by byte, all at the same time, get their replies, and delay no \
        other client.",
    options: &[],
    needs: Needs::Nothing,
    output: Output::Kept,
    growth: |_| LITTLE,
    but_redis: None,
    likely: "the server waits for the rest of a request while others have sent theirs, or takes \
             each read for a whole request. Keep the received bytes in a buffer of the connection.",
    run: |siege| {
        let count = siege.size.pick(50, 500);
        siege.scene = format!("{count} clients send a byte each in turn");
        let mut clients = siege.connect_many(count)?;
        // As long as all others', so that all end in the same turn.
        let conversations: Vec<(Vec<u8>, Vec<u8>)> = (0..count)
            .map(|number| match siege.stage {
                1 => (array(&[b"PING"]).repeat(10), b"+PONG\r\n".repeat(10)),
                _ => {
                    let message = format!("client {number:0100}").into_bytes();
                    (array(&[b"ECHO", &message]), bulk(&message))
                }
            })
            .collect();
        let length = conversations.first().map_or(0, |(request, _)| request.len());
        for at in 0..length {
            for (client, (request, _)) in clients.iter_mut().zip(&conversations) {
                client.send(request.get(at..=at).unwrap_or_default())?;
            }
            if at == length / 2 {
                siege.others_are_served()?;
            }
        }
        for (client, (_, reply)) in clients.iter_mut().zip(&conversations) {
            client.expect(reply)?;
        }
        siege.others_are_served()
    },
};

pub(super) const LONG: Scenario = Scenario {
    name: "a_long_request_is_not_read_anew_for_every_byte",
    chapter: "02-echo",
    claim: "When more of a request arrives, the server continues where it stopped: one more byte of \
            a long request does not cost as much as all the bytes before.",
    // The bytes and where each of 300,000 bulks is, and both twice where a buffer grows.
    growth: |size| size.pick(128, 1024) * MIB,
    likely: "every time that bytes arrive, the request is read again from its beginning. \
        Remember how far you have read it.",
    run: |siege| {
        let (bulks, bytes) = siege.size.pick((300_000, 490), (3_000_000, 4_900));
        siege.scene = format!(
            "a client has sent {bulks} bulks of one request, and sends {bytes} bytes more one by \
             one"
        );
        let mut client = siege.connect()?;
        let before = siege.usage();
        let bulk = b"$1\r\nx\r\n";
        // An ECHO of far too many words, so that there is a reply at the end.
        client.send(format!("*{}\r\n", 1 + bulks + bytes / bulk.len()).as_bytes())?;
        client.send(&[b"$4\r\nECHO\r\n", bulk.repeat(bulks).as_slice()].concat())?;
        let mut other = siege.connect()?;
        // The server's own measure: how long it has read so far, on this machine and in its language.
        // To read all that again for each byte takes hundreds of times as long.
        let mut once = Duration::ZERO;
        siege.rest_while(|| once = siege.work_of(before));
        let most = 4 * once + Duration::from_secs(1);
        for byte in bulk.iter().cycle().take(bytes) {
            client.send(&[*byte])?;
            // So that the next byte does not come together with this one.
            other.ping()?;
            siege.has_worked_less_than(most, before)?;
        }
        siege.others_are_served()?;
        while client.is_kept_waiting() {
            siege.has_worked_less_than(most, before)?;
            thread::sleep(Duration::from_millis(5));
        }
        client.expect(b"-ERR wrong number of arguments for 'echo' command\r\n")?;
        siege.has_worked_less_than(most, before)
    },
    ..MANY
};

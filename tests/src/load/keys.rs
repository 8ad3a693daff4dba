//! Clients that look through all keys, again and again.

use std::thread;
use std::time::Duration;

use super::fault::Fault;
use super::meter::MIB;
use super::peer::{array, bulk};
use super::siege::Siege;
use super::{Needs, Scenario, Size};
use crate::server::Output;

/// How many clients do that.
const CLIENTS: usize = 3;

pub(super) const SCENARIO: Scenario = Scenario {
    name: "keys_on_many_keys_keeps_nobody_waiting",
    chapter: "07-keys",
    claim: "While clients search many keys with KEYS, again and again, others are served: those \
        that send PING, and those that send GET.",
    options: &[],
    needs: Needs::Nothing,
    output: Output::Kept,
    // The keys, four times: as they are kept, as a list and on their way out, where a buffer grows
    // by being copied.
    growth: |size| 64 * MIB + keys(size) as u64 * 5 * LENGTH as u64,
    but_redis: Some("all its clients wait while it looks for keys"),
    likely: "KEYS is executed to its end before the server looks at another request, or it holds a \
             lock that all others need. Let it look at some keys, let others have their turn, and go \
             on.",
    run,
};

/// How long a key is: long enough that it takes time to look at all of them.
const LENGTH: usize = 1024;

fn keys(size: Size) -> usize {
    size.pick(20_000, 200_000)
}

fn key(number: usize) -> String {
    format!("key:{number:0LENGTH$}")
}

fn run(siege: &mut Siege) -> Result<(), Fault> {
    let count = keys(siege.size);
    siege.scene = format!("a client sends KEYS to a server of {count} keys of 1 KiB");
    let mut writer = siege.connect()?;
    for first in (0..count).step_by(1000) {
        let requests: Vec<u8> = (first..first + 1000)
            .flat_map(|number| array(&[b"SET", key(number).as_bytes(), b"value"]))
            .collect();
        writer.send(&requests)?;
        writer.expect(&b"+OK\r\n".repeat(1000))?;
    }
    let get = array(&[b"GET", key(count / 2).as_bytes()]);
    let getter = siege.another_asks(&get, &bulk(b"value"))?;
    let mut all = siege.connect()?;
    all.send(&array(&[b"KEYS", b"*"]))?;
    siege.others_are_served()?;
    all.expect(format!("*{count}\r\n").as_bytes())?;
    serves_meanwhile(siege, &get)?;
    siege.scene = format!("{CLIENTS} clients send KEYS again and again, {count} keys of 1 KiB");
    let mut clients = siege.connect_many(CLIENTS)?;
    for client in &mut clients {
        client.send(&search().repeat(20_000))?;
    }
    for _ in 0..siege.size.pick(20, 200) {
        siege.others_are_served()?;
        getter.is_served()?;
    }
    Ok(())
}

/// Holds the server to answer GET while it searches, and not between two searches.
fn serves_meanwhile(siege: &Siege, get: &[u8]) -> Result<(), Fault> {
    let (mut client, mut other) = (siege.connect()?, siege.connect()?);
    let mut served = 0;
    for _ in 0..TRIES {
        client.send(&search())?;
        // So that it has begun. It takes many times as long.
        thread::sleep(Duration::from_millis(10));
        for _ in 0..GETS {
            other.send(get)?;
            other.expect(&bulk(b"value"))?;
        }
        served += usize::from(client.is_kept_waiting());
        client.expect(b"*0\r\n")?;
        // This program may be held up by others longer than a search takes, but not so often.
        if served > TRIES / 2 {
            return Ok(());
        }
    }
    let happened = format!("{} times of {TRIES}, KEYS was done before", TRIES - served);
    Err(Fault::new(format!("{GETS} × GET are answered while a KEYS is under way"), happened))
}

/// How often a client asks while another one searches.
const GETS: usize = 10;

/// How often that is tried.
const TRIES: usize = 5;

/// No key ends so, but each could up to its end.
fn search() -> Vec<u8> {
    array(&[b"KEYS", b"*[^0-9]"])
}

//! TCP keepalive: what the kernel finds out about silent clients.

use std::fs;

use anyhow::{Context as _, Result};

use super::{Claim, Subject, check, claim, equal};

pub(super) const CLAIMS: &[Claim] =
    &[claim!("05-config".., after_five_minutes_of_silence_the_client_is_asked_whether_it_is_there)
        .on_linux()];

/// Returns what Linux tells of the server's end of a connection: the kind of timer that runs for it
/// (2: keepalive), and in how many hundredths of a second it ends.
pub(crate) fn timer(server: u16, client: u16) -> Result<Option<(u8, u64)>> {
    let table = fs::read_to_string("/proc/net/tcp").context("cannot read /proc/net/tcp")?;
    let ends = (format!("0100007F:{server:04X}"), format!("0100007F:{client:04X}"));
    let timer = table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, local, remote, _, _, timer, ..] = fields[..] else { return None };
        (local == ends.0 && remote == ends.1).then(|| timer.to_owned())
    });
    let parse = |timer: &str| {
        let (kind, time) = timer.split_once(':')?;
        Some((kind.parse().ok()?, u64::from_str_radix(time, 16).ok()?))
    };
    Ok(timer.as_deref().and_then(parse))
}

fn after_five_minutes_of_silence_the_client_is_asked_whether_it_is_there(
    subject: &Subject,
) -> Result<()> {
    let server = subject.start(&[])?;
    let mut client = server.connect()?;
    client.ping()?;
    let found = timer(server.server.place().port, client.port()?)?;
    let (kind, time) = found.context("expected the connection in /proc/net/tcp")?;
    equal(kind, 2).context("the kind of the connection's timer, of which 2 is keepalive")?;
    check((20_000..=30_000).contains(&time), || {
        ("20000 to 30000 hundredths of a second".into(), time.to_string())
    })
}

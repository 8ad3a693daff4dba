//! What the system is asked to find out about clients that say nothing.

use crate::server::Server;

/// Returns what Linux tells of the server's end of a connection: the kind of timer that runs for it
/// (2: keepalive), and in how many hundredths of a second it ends.
fn timer(server: u16, client: u16) -> Option<(u8, u64)> {
    let table = std::fs::read_to_string("/proc/net/tcp").expect("Linux keeps it");
    let ends = (format!("0100007F:{server:04X}"), format!("0100007F:{client:04X}"));
    let mut connections = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let connection = connections.find(|fields| fields[1] == ends.0 && fields[2] == ends.1)?;
    let (kind, time) = connection[5].split_once(':')?;
    Some((kind.parse().ok()?, u64::from_str_radix(time, 16).ok()?))
}

#[test]
fn after_five_minutes_of_silence_the_client_is_asked_whether_it_is_there() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    crate::connection::ping(&mut client);
    let port = client.local_addr().expect("its address").port();
    let (kind, time) = timer(server.address.port(), port).expect("the connection is listed");
    assert_eq!(kind, 2);
    assert!((20_000..=30_000).contains(&time), "{time} hundredths of a second");
}

//! The listening sockets: binding them, and accepting clients.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, ensure};
use rustix::io::Errno;
use socket2::{SockRef, TcpKeepalive};
use stage_17::command::table::Table;
use stage_17::server::Server;
use stage_17::server::client::Peer;
use stage_17::server::config::Config;
use stage_17::session::Session;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::shell::wall_clock::now;
use crate::shell::{connection, log};

/// After this much silence the kernel asks whether the client is still there, and closes the
/// connection if not (Redis: `tcp-keepalive`). Without it, a vanished client would stay forever.
const KEEPALIVE: Duration = Duration::from_secs(300);

/// How many clients the kernel connects before they are accepted (Redis: `tcp-backlog`).
const BACKLOG: u32 = 511;

/// Listens on all addresses. Returns the port as well, which the kernel chooses for 0. Mirrors
/// `listenToPort`.
pub fn bind(config: &Config) -> anyhow::Result<(Vec<TcpListener>, u16)> {
    let mut listeners = Vec::new();
    let mut port = config.port;
    for address in &config.bind {
        let host = address.strip_prefix('-').unwrap_or(address);
        match listen(host, port) {
            Ok(listener) => {
                port = listener.local_addr()?.port();
                listeners.push(listener);
            }
            Err(error) if is_forgiven(&error, host != address) => {
                log::warn(format_args!("not listening on {host}: {error}"));
            }
            Err(error) => {
                return Err(error).context(format!(
                    "cannot listen on {host}:{port}, try another --port or --bind"
                ));
            }
        }
    }
    ensure!(!listeners.is_empty(), "none of the addresses of --bind is one of this machine");
    Ok((listeners, port))
}

/// Returns whether the server starts without an address that has failed like this: one that may be
/// missing on this machine, or one of a protocol that the kernel does not know, such as IPv6.
fn is_forgiven(error: &io::Error, may_be_missing: bool) -> bool {
    match Errno::from_io_error(error) {
        Some(Errno::ADDRNOTAVAIL) => may_be_missing,
        Some(
            Errno::AFNOSUPPORT
            | Errno::NOPROTOOPT
            | Errno::PFNOSUPPORT
            | Errno::PROTONOSUPPORT
            | Errno::SOCKTNOSUPPORT,
        ) => true,
        _ => false,
    }
}

/// Listens on one address. Mirrors `_anetTcpServer`.
fn listen(host: &str, port: u16) -> io::Result<TcpListener> {
    let address = resolve(host, port)?;
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    if address.is_ipv6() {
        // Otherwise `::` includes every IPv4 address as well, and collides with `0.0.0.0`.
        SockRef::from(&socket).set_only_v6(true)?;
    }
    // Otherwise the port of a server that had clients stays in use for a minute after it stops. On
    // Windows it does not, and the option lets two servers share a port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Returns the first address of a host: an IPv6 address if the host contains a colon, otherwise, as
/// for all names, an IPv4 address.
fn resolve(host: &str, port: u16) -> io::Result<SocketAddr> {
    match host {
        "*" => Ok((Ipv4Addr::UNSPECIFIED, port).into()),
        "::*" => Ok((Ipv6Addr::UNSPECIFIED, port).into()),
        _ => {
            let mut addresses = (host, port).to_socket_addrs()?;
            let first = addresses.find(|address| address.is_ipv6() == host.contains(':'));
            first.ok_or_else(|| io::Error::other("the name has no IPv4 address"))
        }
    }
}

/// Accepts clients as long as there are not too many, and serves each in a task of its own. Mirrors
/// `acceptCommonHandler`.
pub async fn accept(listener: TcpListener, server: Arc<Mutex<Server>>, table: &'static Table) {
    // The first failure is worth a line; each retry is not.
    let mut failing = false;
    loop {
        match listener.accept().await {
            Ok((mut stream, address)) => {
                failing = false;
                if !admit(&server) {
                    // A new connection has room to write, so this does not wait. Nor does it matter
                    // whether the client is still there.
                    let _ = stream.write_all(b"-ERR max number of clients reached\r\n").await;
                    continue;
                }
                // If the client has left already, there is nothing to serve.
                let _ = serve(stream, address, &server, table);
            }
            // Out of file descriptors, most likely: wait for a client to leave.
            Err(error) => {
                if !failing {
                    log::warn(format_args!("cannot accept a client: {error}"));
                }
                failing = true;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Returns whether one more client may connect, and counts a rejected one.
fn admit(server: &Mutex<Server>) -> bool {
    let mut server = connection::lock(server);
    let has_room = server.clients.len() < server.config.maxclients as usize;
    server.stats.rejected_connections += u64::from(!has_room);
    has_room
}

/// Starts a client's task, and lists the client with the function that aborts the task.
fn serve(
    stream: TcpStream,
    address: SocketAddr,
    server: &Arc<Mutex<Server>>,
    table: &'static Table,
) -> io::Result<()> {
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE / 3);
    SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
    let peer = Peer {
        address: address.to_string(),
        local_address: stream.local_addr()?.to_string(),
        fd: descriptor(&stream),
    };
    let mut locked = connection::lock(server);
    let id = locked.clients.add(peer, now());
    locked.stats.connections += 1;
    let task = tokio::spawn(run(stream, id, Arc::clone(server), table));
    locked.clients.on_kill(id, move || task.abort());
    Ok(())
}

/// Serves a client, and removes it from the list when it has left.
async fn run(stream: TcpStream, id: u64, server: Arc<Mutex<Server>>, table: &'static Table) {
    let mut listed = Listed { session: Session::new(id), server: &server };
    // How it leaves is the client's own affair, and not worth a line.
    let _ = connection::serve(stream, &mut listed.session, &server, table).await;
}

/// A client's entry in the list of clients. Dropping this removes the entry: at the end of the
/// client's task, even if another client has aborted the task.
struct Listed<'a> {
    session: Session,
    server: &'a Mutex<Server>,
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        let mut server = connection::lock(self.server);
        // The read that found the end of the stream counts, too, and so does one that failed.
        self.session.publish(&mut server);
        server.clients.remove(self.session.id);
    }
}

/// Returns the file descriptor of a socket, on platforms that have them.
#[cfg(unix)]
fn descriptor(stream: &TcpStream) -> Option<i32> {
    Some(std::os::fd::AsRawFd::as_raw_fd(stream))
}

#[cfg(not(unix))]
fn descriptor(_: &TcpStream) -> Option<i32> {
    None
}

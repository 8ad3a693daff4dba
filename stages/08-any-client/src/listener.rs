//! Where clients arrive.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use socket2::{SockRef, TcpKeepalive};
use stage_08::Server;
use stage_08::config::Config;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::{connection, log};

/// After so long a silence the system asks whether the client is still there, and closes the
/// connection if not (Redis: `tcp-keepalive`). Or who vanishes without a word would keep a place.
const KEEPALIVE: Duration = Duration::from_secs(300);

/// Listens on all addresses, and fills in the port that the system has chosen.
pub async fn bind(config: &mut Config) -> anyhow::Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    for address in &config.bind {
        let host = address.strip_prefix('-').unwrap_or(address);
        match TcpListener::bind((host, config.port)).await {
            Ok(listener) => {
                config.port = listener.local_addr()?.port();
                listeners.push(listener);
            }
            Err(error) if host != address && error.kind() != io::ErrorKind::AddrInUse => {
                log::warn(format_args!("not listening on {host}: {error}"));
            }
            Err(error) => {
                let place = format!("{host}:{}", config.port);
                return Err(error)
                    .context(format!("cannot listen on {place}, try another --port or --bind"));
            }
        }
    }
    ensure!(!listeners.is_empty(), "none of the addresses of --bind is one of this machine");
    Ok(listeners)
}

/// Lets clients in as long as there is a place, and serves each in a task of its own. Mirrors
/// `acceptCommonHandler`.
pub async fn accept(listener: TcpListener, server: Arc<Server>, places: Arc<Semaphore>) {
    // That it fails is worth a line; each try is not.
    let mut failing = false;
    loop {
        match listener.accept().await {
            Ok((mut stream, client)) => {
                let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                    server.stats.rejected_connections.add(1);
                    // Nothing waits for room to write on a new connection. Nor does it matter
                    // whether the client is still there.
                    let _ = stream.write_all(b"-ERR max number of clients reached\r\n").await;
                    continue;
                };
                failing = false;
                let server = Arc::clone(&server);
                tokio::spawn(async move {
                    // How it leaves is the client's own affair, and not worth a line.
                    let _ = serve(stream, client, &server).await;
                    drop(place);
                });
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

async fn serve(stream: TcpStream, client: SocketAddr, server: &Arc<Server>) -> io::Result<()> {
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE / 3);
    SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
    connection::serve(stream, client, server).await
}

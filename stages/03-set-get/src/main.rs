//! The server's shell: a socket, and a task for every client.

mod connection;

use std::convert::Infallible;
use std::io::{Write, stderr, stdout};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, bail};
use stage_03::db::Db;
use tokio::net::TcpListener;

// One thread, as in Redis: most requests take less time than waking a second one.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Err(error) = run().await;
    // If this cannot be written, the exit code alone has to say it.
    let _ = writeln!(stderr(), "{}: {error:#}", env!("CARGO_PKG_NAME"));
    ExitCode::from(2)
}

async fn run() -> anyhow::Result<Infallible> {
    let port = port(&std::env::args().skip(1).collect::<Vec<_>>())?;
    let listener = TcpListener::bind(("127.0.0.1", port))
        .await
        .with_context(|| format!("cannot listen on port {port}, try another with --port"))?;
    // Not `println!`, which panics if the line cannot be written. And this is the last line
    // printed: once a pipe that has no reader is full, each print would block forever.
    let _ = writeln!(stdout(), "ready to accept connections on {}", listener.local_addr()?);
    accept(&listener, &Arc::default()).await
}

async fn accept(listener: &TcpListener, db: &Arc<Mutex<Db>>) -> ! {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let db = Arc::clone(db);
                // How it leaves is the client's own affair.
                tokio::spawn(async move { connection::serve(stream, &db).await });
            }
            // Out of file descriptors, most likely: wait for a client to leave.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

fn port(arguments: &[String]) -> anyhow::Result<u16> {
    match arguments {
        [] => Ok(6379),
        [flag, port] if flag == "--port" => port.parse().context("--port takes 0 to 65535"),
        _ => bail!("the only option is --port N"),
    }
}

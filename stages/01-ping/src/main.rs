//! A server that answers PING, to any number of clients at once.

use std::io::{Write, stderr, stdout};
use std::{process::ExitCode, time::Duration};

use anyhow::{Context, bail};
use tokio::io::{self, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Redis takes no longer lines either; with no limit, one endless line would fill the memory.
const MAX_LINE: u64 = 64 * 1024;

#[tokio::main(flavor = "current_thread")] // Redis, too, serves all clients on one thread.
async fn main() -> ExitCode {
    let Err(error) = run().await;
    // If this cannot be written, the exit code alone has to say it.
    let _ = writeln!(stderr(), "{}: {error:#}", env!("CARGO_PKG_NAME"));
    ExitCode::from(2)
}

async fn run() -> anyhow::Result<std::convert::Infallible> {
    let port = port(&std::env::args().skip(1).collect::<Vec<_>>())?;
    let listener = TcpListener::bind(("127.0.0.1", port))
        .await
        .with_context(|| format!("cannot listen on port {port}, try another with --port"))?;
    // Not `println!`, which panics if the line cannot be written. And this is the last line
    // printed: once a pipe that has no reader is full, each print would block forever.
    let _ = writeln!(stdout(), "ready to accept connections on {}", listener.local_addr()?);
    loop {
        match listener.accept().await {
            // How it leaves is the client's own affair.
            Ok((stream, _)) => drop(tokio::spawn(serve(stream))),
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

/// Answers one client until it leaves or sends something that is not a request.
async fn serve(stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    while let Some((name, length)) = read_request(&mut stream).await? {
        let reply: &[u8] = match length {
            0 => continue,
            1 if name.eq_ignore_ascii_case(b"PING") => b"+PONG\r\n",
            _ => b"-ERR unknown command\r\n",
        };
        stream.write_all(reply).await?;
    }
    Ok(())
}

/// Returns a request's name and its number of arguments, or `None` where the stream ends.
async fn read_request(stream: &mut BufReader<TcpStream>) -> io::Result<Option<(Vec<u8>, i32)>> {
    let Some(line) = read_line(stream).await? else { return Ok(None) };
    let Some(count) = line.strip_prefix(b"*") else {
        let words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        return Ok(Some((line.trim_ascii().to_vec(), words.count() as i32)));
    };
    let count = str::from_utf8(count).ok().and_then(|count| count.parse().ok());
    let count: i32 = count.ok_or(io::ErrorKind::InvalidData)?;
    let mut name = None;
    for _ in 0..count {
        // A length, then the argument. As long as an argument is one line, we need no length.
        let _length = read_line(stream).await?;
        let Some(word) = read_line(stream).await? else { return Ok(None) };
        name.get_or_insert(word);
    }
    Ok(Some((name.unwrap_or_default(), count.max(0))))
}

/// Returns the next line without its ending, or `None` if the stream ends first.
async fn read_line(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    stream.take(MAX_LINE).read_until(b'\n', &mut line).await?;
    if line.pop() != Some(b'\n') {
        return Ok(None);
    }
    line.pop_if(|last| *last == b'\r');
    Ok(Some(line))
}

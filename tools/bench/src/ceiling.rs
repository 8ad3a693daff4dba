//! A server that does no work: it counts requests, and answers each with the same bytes.
//!
//! No server on tokio can be faster, so the way from a stage to here is what better code could
//! gain; the rest is sockets, the runtime and redis-benchmark itself.

use std::net::Ipv4Addr;

use memchr::memchr_iter;
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Where the first letter of the command is: after `*1`, CRLF, `$4`, CRLF.
const COMMAND: usize = 8;

/// As much as a stage reads at once.
const READ_SIZE: usize = 16 * 1024;

/// Serves until it is killed. A GET is answered with a value of this many bytes.
pub fn serve(port: u16, value: usize) -> anyhow::Result<()> {
    // As the stages do.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(accept(port, value))
}

async fn accept(port: u16, value: usize) -> anyhow::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("ready to accept connections on {}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        // A client that leaves in the middle is none of the measurement's business.
        tokio::spawn(async move { drop(answer(stream, value).await) });
    }
}

async fn answer(mut stream: TcpStream, value: usize) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut input = vec![0; READ_SIZE];
    let mut output = Vec::new();
    let mut reply = None;
    loop {
        let count = stream.read(&mut input).await?;
        if count == 0 {
            return Ok(());
        }
        let input = input.get(..count).unwrap_or_default();
        // A connection of the measurement sends one command, over and over.
        let reply = reply.get_or_insert_with(|| reply_to(input, value));
        output.clear();
        for _ in 0..requests(input) {
            output.extend_from_slice(reply);
        }
        stream.write_all(&output).await?;
    }
}

/// Counts the requests that begin here: neither the keys nor the values hold a star.
fn requests(input: &[u8]) -> usize {
    memchr_iter(b'*', input).count()
}

fn reply_to(input: &[u8], value: usize) -> Vec<u8> {
    match input.get(COMMAND) {
        Some(b'S') => b"+OK\r\n".to_vec(),
        Some(b'G') => format!("${value}\r\n{}\r\n", "v".repeat(value)).into_bytes(),
        _ => b"+PONG\r\n".to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_has_the_reply_of_its_command() {
        for (request, reply) in [
            ("*1\r\n$4\r\nPING\r\n", "+PONG\r\n"),
            ("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n", "+OK\r\n"),
            ("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", "$3\r\nvvv\r\n"),
        ] {
            assert_eq!(reply_to(request.as_bytes(), 3), reply.as_bytes());
            assert_eq!(requests(request.repeat(3).as_bytes()), 3);
        }
    }
}

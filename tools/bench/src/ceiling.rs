//! A server that does no work: it counts requests, and answers each with the same bytes.
//!
//! No server on tokio can be faster, so the way from a stage to here is what better code could
//! gain; the rest is sockets, the runtime and redis-benchmark itself.

use std::net::Ipv4Addr;

use memchr::memchr_iter;
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

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

/// Returns the reply to the command that begins here: to one of several keys, an array of values.
fn reply_to(input: &[u8], value: usize) -> Vec<u8> {
    let lines: Vec<&[u8]> =
        input.splitn(4, |&byte| byte == b'\n').map(<[u8]>::trim_ascii).collect();
    let bulk = format!("${value}\r\n{}\r\n", "v".repeat(value));
    let keys =
        || str::from_utf8(lines.first()?.get(1..)?).ok()?.parse::<usize>().ok()?.checked_sub(1);
    match lines.get(2).copied().unwrap_or_default() {
        b"SET" | b"MSET" => b"+OK\r\n".to_vec(),
        b"GET" => bulk.into_bytes(),
        b"MGET" => {
            let keys = keys().unwrap_or_default();
            format!("*{keys}\r\n{}", bulk.repeat(keys)).into_bytes()
        }
        b"DEL" | b"INCR" | b"EXPIRE" => b":1\r\n".to_vec(),
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
            ("*3\r\n$4\r\nMGET\r\n$1\r\nk\r\n$1\r\nl\r\n", "*2\r\n$3\r\nvvv\r\n$3\r\nvvv\r\n"),
            ("*3\r\n$4\r\nMSET\r\n$1\r\nk\r\n$1\r\nv\r\n", "+OK\r\n"),
            ("*2\r\n$4\r\nINCR\r\n$1\r\nk\r\n", ":1\r\n"),
            ("*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n", ":1\r\n"),
            ("*3\r\n$6\r\nEXPIRE\r\n$1\r\nk\r\n$1\r\n9\r\n", ":1\r\n"),
        ] {
            assert_eq!(reply_to(request.as_bytes(), 3), reply.as_bytes());
            assert_eq!(requests(request.repeat(3).as_bytes()), 3);
        }
    }
}

//! A server that answers PING to any number of clients at once.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{self, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream, tcp::OwnedReadHalf};

/// Redis refuses longer lines too; without a limit, one endless line would fill the memory.
const MAX_LINE: u64 = 64 * 1024;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error:#}", env!("CARGO_PKG_NAME"));
            ExitCode::from(2)
        }
    }
}

async fn run() -> anyhow::Result<()> {
    let port = port_from_arguments()?;
    let listener = TcpListener::bind(("127.0.0.1", port))
        .await
        .with_context(|| format!("cannot listen on port {port}, try another with --port"))?;
    println!("Ready to accept connections on {}", listener.local_addr()?);

    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(serve(stream))),
            // Out of file descriptors, most likely: those connected go on, and may leave.
            Err(error) => {
                eprintln!("cannot accept a connection: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

fn port_from_arguments() -> anyhow::Result<u16> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Ok(6379),
        ["--port", port] => port.parse().with_context(|| format!("'{port}' is not a port")),
        _ => bail!("the only option is --port N"),
    }
}

/// Answers one client until it leaves or sends what is not a request.
async fn serve(stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (input, mut output) = stream.into_split();
    let mut input = BufReader::new(input);
    while let Some((name, words)) = read_request(&mut input).await? {
        let reply: &[u8] = match words {
            0 => continue,
            1 if name.eq_ignore_ascii_case(b"PING") => b"+PONG\r\n",
            _ => b"-ERR unknown command\r\n",
        };
        output.write_all(reply).await?;
    }
    Ok(())
}

/// Returns a request's first word and how many words it has, or `None` at the stream's end.
async fn read_request(input: &mut BufReader<OwnedReadHalf>) -> io::Result<Option<(Vec<u8>, u32)>> {
    let Some(line) = read_line(input).await? else { return Ok(None) };
    let Some(count) = line.strip_prefix(b"*") else {
        let words: Vec<&[u8]> =
            line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
        let name = words.first().copied().unwrap_or_default();
        return Ok(Some((name.to_vec(), words.len() as u32)));
    };
    let count = str::from_utf8(count).ok().and_then(|count| count.parse().ok());
    let count = count.ok_or(io::ErrorKind::InvalidData)?;
    let mut name = Vec::new();
    for index in 0..count {
        // The length comes first. Nobody needs it as long as a word ends where its line does.
        let (Some(_length), Some(word)) = (read_line(input).await?, read_line(input).await?) else {
            return Ok(None);
        };
        if index == 0 {
            name = word;
        }
    }
    Ok(Some((name, count)))
}

/// Returns the next line without its ending, or `None` if the stream ends first.
async fn read_line(input: &mut BufReader<OwnedReadHalf>) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    input.take(MAX_LINE).read_until(b'\n', &mut line).await?;
    if line.pop() != Some(b'\n') {
        return Ok(None);
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(Some(line))
}

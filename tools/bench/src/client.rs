//! A client that says little and waits for exactly what it expects.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::ops::Range;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use conformance::resp;

use crate::shape::Shape;

/// Longer than any reply takes that can still be measured.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many requests go out before their replies are read.
const BATCH: usize = 1000;

/// A connection to a server.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

/// A request as it goes over the wire, and the whole reply that is due.
pub(crate) struct Exchange {
    request: Vec<u8>,
    reply: Vec<u8>,
}

impl Exchange {
    pub(crate) fn new(request: &[&str], reply: &str) -> Self {
        Self { request: resp::request(request), reply: reply.into() }
    }

    pub(crate) fn ping() -> Self {
        Self::new(&["PING"], "+PONG\r\n")
    }

    /// Asks for a key that is there.
    pub(crate) fn get(shape: Shape, number: usize) -> Self {
        Self::new(&["GET", &shape.key(number)], &shape.reply())
    }
}

impl Client {
    pub(crate) fn connect(port: u16) -> anyhow::Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let stream = TcpStream::connect_timeout(&address, PATIENCE)
            .with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { stream: BufReader::with_capacity(64 * 1024, stream) })
    }

    /// Sends the request and reads its reply. Returns false if that is an error that the server
    /// sends in place of it, as Redis does while it loads.
    pub(crate) fn try_exchange(&mut self, exchange: &Exchange) -> anyhow::Result<bool> {
        self.stream.get_mut().write_all(&exchange.request)?;
        if self.stream.fill_buf()?.first() == Some(&b'-') {
            self.line()?;
            return Ok(false);
        }
        let mut reply = vec![0; exchange.reply.len()];
        self.stream.read_exact(&mut reply)?;
        ensure!(
            reply == exchange.reply,
            "the reply should be {:?}, not {:?}",
            String::from_utf8_lossy(&exchange.reply),
            String::from_utf8_lossy(&reply)
        );
        Ok(true)
    }

    /// Sends the request and reads its reply, which is no error.
    pub(crate) fn exchange(&mut self, exchange: &Exchange) -> anyhow::Result<()> {
        let request = || String::from_utf8_lossy(&exchange.request).into_owned();
        ensure!(self.try_exchange(exchange)?, "an error answers {:?}", request());
        Ok(())
    }

    /// Sets the keys of these numbers.
    pub(crate) fn fill(&mut self, shape: Shape, numbers: Range<usize>) -> anyhow::Result<()> {
        self.pipeline(numbers, "+OK\r\n", |number| resp::request(&shape.set(number)))
    }

    /// Gets the keys of these numbers, which are all there.
    pub(crate) fn read(&mut self, shape: Shape, numbers: Range<usize>) -> anyhow::Result<()> {
        let reply = shape.reply();
        self.pipeline(numbers, &reply, |number| resp::request(&["GET", &shape.key(number)]))
    }

    /// Sends a request for every number, many at once; all have the same reply.
    fn pipeline(
        &mut self,
        numbers: Range<usize>,
        reply: &str,
        request: impl Fn(usize) -> Vec<u8>,
    ) -> anyhow::Result<()> {
        let (mut requests, mut received) = (Vec::new(), vec![0; reply.len()]);
        let mut start = numbers.start;
        while start < numbers.end {
            let end = numbers.end.min(start + BATCH);
            requests.clear();
            requests.extend((start..end).flat_map(&request));
            self.stream.get_mut().write_all(&requests)?;
            for _ in start..end {
                self.stream.read_exact(&mut received)?;
                ensure!(
                    received == reply.as_bytes(),
                    "a reply should be {reply:?}, not {:?}",
                    String::from_utf8_lossy(&received)
                );
            }
            start = end;
        }
        Ok(())
    }

    /// Returns how many keys, all of the length of `shape`'s, match the pattern.
    pub(crate) fn keys(&mut self, shape: Shape, pattern: &str) -> anyhow::Result<u64> {
        self.stream.get_mut().write_all(&resp::request(&["KEYS", pattern]))?;
        let line = self.line()?;
        let Some(count) = line.strip_prefix('*').and_then(|count| count.parse::<u64>().ok()) else {
            bail!("KEYS is answered with {line:?}");
        };
        // Every element takes as many bytes, so they need not be looked at, which takes time.
        let key = shape.key(0);
        let element = format!("${}\r\n{key}\r\n", key.len()).len() as u64;
        let due = count * element;
        let read = io::copy(&mut self.stream.by_ref().take(due), &mut io::sink())?;
        ensure!(read == due, "the reply to KEYS ends after {read} of {due} bytes");
        Ok(count)
    }

    fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let text = line.strip_suffix("\r\n");
        Ok(text.with_context(|| format!("the connection ended with {line:?}"))?.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// Returns a client whose server has sent these bytes already.
    fn client(replies: &'static str) -> Client {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let client = Client::connect(port).unwrap();
        let (mut stream, _) = listener.accept().unwrap();
        thread::spawn(move || {
            stream.write_all(replies.as_bytes()).unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            io::copy(&mut stream, &mut io::sink()).unwrap();
        });
        client
    }

    #[test]
    fn a_request_is_an_array_of_bulks() {
        let exchange = Exchange::get(Shape::SHORT, 7);
        assert_eq!(exchange.request, b"*2\r\n$3\r\nGET\r\n$14\r\nkey:0000000007\r\n");
        assert_eq!(exchange.reply, b"$16\r\nvvvvvvvvvvvvvvvv\r\n");
    }

    #[test]
    fn an_exchange_wants_its_own_reply() {
        let mut client = client("-LOADING wait\r\n+PONG\r\n+WHAT\r\n");
        assert!(!client.try_exchange(&Exchange::ping()).unwrap());
        assert!(client.try_exchange(&Exchange::ping()).unwrap());
        let error = client.try_exchange(&Exchange::ping()).unwrap_err().to_string();
        assert_eq!(error, r#"the reply should be "+PONG\r\n", not "+WHAT\r\n""#);
    }

    #[test]
    fn a_fill_wants_every_set_to_succeed() {
        client("+OK\r\n+OK\r\n").fill(Shape::LONG, 0..2).unwrap();
        let error = |replies| client(replies).fill(Shape::LONG, 0..2).unwrap_err().to_string();
        assert_eq!(error("+OK\r\n-ERR no\r\n"), r#"a reply should be "+OK\r\n", not "-ERR ""#);
        assert_eq!(error("+OK\r\n+O"), "failed to fill whole buffer");
    }

    #[test]
    fn a_read_wants_every_key_to_be_there() {
        let reply = Shape::SHORT.reply();
        client(reply.repeat(2).leak()).read(Shape::SHORT, 0..2).unwrap();
        let mut missing = client(format!("{reply}$-1\r\n").leak());
        assert!(missing.read(Shape::SHORT, 0..2).is_err());
    }

    #[test]
    fn keys_counts_what_it_has_read_in_full() {
        let element = "$14\r\nkey:0000000000\r\n";
        let replies = format!("*2\r\n{element}{element}*0\r\n").leak();
        let mut client = client(replies);
        assert_eq!(client.keys(Shape::SHORT, "*").unwrap(), 2);
        assert_eq!(client.keys(Shape::SHORT, "no").unwrap(), 0);
    }

    #[test]
    fn keys_cut_short_are_an_error() {
        let error = client("*1\r\n$14\r\nkey").keys(Shape::SHORT, "*").unwrap_err().to_string();
        assert_eq!(error, "the reply to KEYS ends after 8 of 21 bytes");
    }
}

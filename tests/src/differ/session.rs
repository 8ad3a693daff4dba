//! A session: what several clients send, in one order. It reads and writes itself as a transcript.

use std::fmt::Write as _;
use std::path::Path;

use super::request::{self, Rest};
use crate::text::{self, Place};
use crate::transcript::{Action, FIRST_CLIENT, Transcript};

/// What several clients send.
///
/// A client connects at its first step, and leaves after its last. If the server closes the
/// connection, as it does after a protocol error, the same client's next step is on a new
/// connection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Session {
    /// The writes, in order. Each waits for the replies to the one before.
    pub steps: Vec<Step>,
}

/// One write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Who writes.
    pub client: usize,
    /// What.
    pub bytes: Vec<u8>,
}

impl Session {
    /// Joins sessions to one, with clients of its own for each.
    #[must_use]
    pub fn join(sessions: &[Self]) -> Self {
        let mut joined = Self::default();
        for session in sessions {
            let first = joined.clients();
            joined.steps.extend(
                session
                    .steps
                    .iter()
                    .map(|step| Step { client: first + step.client, bytes: step.bytes.clone() }),
            );
        }
        joined
    }

    /// Gives the clients the numbers from 0 on in the order in which they speak.
    #[must_use]
    pub fn renumbered(mut self) -> Self {
        let mut seen = Vec::new();
        for step in &mut self.steps {
            let known = seen.iter().position(|client| *client == step.client);
            let number = known.unwrap_or(seen.len());
            if known.is_none() {
                seen.push(step.client);
            }
            step.client = number;
        }
        self
    }

    /// How many clients there are.
    #[must_use]
    pub fn clients(&self) -> usize {
        self.steps.iter().map(|step| step.client + 1).max().unwrap_or(0)
    }

    /// Everything that is sent on each connection.
    #[must_use]
    pub fn streams(&self) -> Vec<Vec<u8>> {
        let mut streams = Vec::new();
        let mut open: Vec<Vec<u8>> = vec![Vec::new(); self.clients()];
        for step in &self.steps {
            let Some(stream) = open.get_mut(step.client) else { continue };
            stream.extend_from_slice(&step.bytes);
            if request::read(stream).rest == Rest::Fault {
                streams.push(std::mem::take(stream));
            }
        }
        streams.extend(open.into_iter().filter(|stream| !stream.is_empty()));
        streams
    }

    /// Writes the session as a transcript.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let mut streams: Vec<(Vec<u8>, usize, usize)> = vec![Default::default(); self.clients()];
        let mut current = FIRST_CLIENT.to_owned();
        for step in &self.steps {
            let Some((stream, received, connection)) = streams.get_mut(step.client) else {
                continue;
            };
            let name = name(step.client, *connection);
            if name != current {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "@client {name}");
                current = name;
            }
            let _ = writeln!(text, "@send {}", quoted(&step.bytes));
            stream.extend_from_slice(&step.bytes);
            let asked = request::read(stream);
            let due = asked.heard.len() - *received;
            if due > 0 {
                let _ = writeln!(text, "@receive {due}");
            }
            *received += due;
            if asked.rest == Rest::Fault {
                text.push_str("@closed\n");
                *connection += 1;
                (*stream, *received) = (Vec::new(), 0);
            }
        }
        text
    }

    /// Reads a session back from a transcript, of which only what is sent counts.
    ///
    /// # Errors
    /// With the line that is not understood, or that holds more than raw bytes.
    pub fn from_text(source: &str, path: &Path) -> Result<Self, String> {
        let transcript =
            Transcript::parse("differ/session", path, source).map_err(|error| error.to_string())?;
        let mut names = vec![FIRST_CLIENT.to_owned()];
        let mut current = 0;
        let mut steps = Vec::new();
        for step in &transcript.steps {
            let mut send = |bytes: &[u8]| steps.push(Step { client: current, bytes: bytes.into() });
            match &step.action {
                Action::Client(name) => {
                    let known = names.iter().position(|known| known == name);
                    current = known.unwrap_or(names.len());
                    if known.is_none() {
                        names.push(name.clone());
                    }
                }
                Action::Send(text) => send(&text.expand(&Place::default(), 0)),
                Action::SendBytewise(text) => {
                    text.expand(&Place::default(), 0).chunks(1).for_each(send);
                }
                Action::Receive(_) | Action::Closed | Action::Nothing | Action::HalfClose => {}
                _ => {
                    let (path, line) = (path.display(), step.line);
                    return Err(format!("{path}, line {line}: only raw bytes can be replayed"));
                }
            }
        }
        Ok(Self { steps }.renumbered())
    }
}

fn name(client: usize, connection: usize) -> String {
    let name = match client {
        0 => FIRST_CLIENT.to_owned(),
        1 => "second".to_owned(),
        2 => "third".to_owned(),
        _ => format!("client{}", client + 1),
    };
    if connection == 0 { name } else { format!("{name}-again{connection}") }
}

/// Quotes bytes so that a transcript reads the same ones.
fn quoted(bytes: &[u8]) -> String {
    let short = text::quoted(bytes);
    let reads_back = |line: &str| {
        let words = text::words(line).unwrap_or_default();
        matches!(words.as_slice(), [word] if word.expand(&Place::default(), 0) == bytes)
    };
    if reads_back(&short) {
        return short;
    }
    // A brace among them reads as a placeholder.
    let letter = |&byte: &u8| match byte {
        b'{' => "\\x7b".to_owned(),
        _ => text::escape_byte(byte),
    };
    format!("\"{}\"", bytes.iter().map(letter).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(client: usize, bytes: &[u8]) -> Step {
        Step { client, bytes: bytes.into() }
    }

    #[test]
    fn a_session_reads_back_as_it_was_written() {
        let session = Session {
            steps: vec![
                step(0, b"PI"),
                step(1, b"*1\r\n$4\r\nPING\r\n"),
                step(0, b"NG\r\nPING\r\n"),
                step(1, b"*x\r\n"),
                step(2, b"ECHO {now} {x*3} \x00\xff\"\\\r\n"),
                step(2, &b"y".repeat(70_000)),
            ],
        };
        let text = session.to_text();
        assert_eq!(Session::from_text(&text, Path::new("x.redis")), Ok(session), "{text}");
        assert!(text.starts_with(
            "@send \"PI\"\n@client second\n@send \"*1\\r\\n$4\\r\\nPING\\r\\n\"\n@receive 1\n\
             @client first\n@send \"NG\\r\\nPING\\r\\n\"\n@receive 2\n@client second\n\
             @send \"*x\\r\\n\"\n@closed\n@client third\n"
        ));
    }

    #[test]
    fn every_byte_reads_back() {
        for byte in 0..=255 {
            for bytes in [vec![byte], vec![byte; 100], vec![b'{', byte, b'*', b'9', b'}']] {
                let session = Session { steps: vec![step(0, &bytes)] };
                let text = session.to_text();
                assert_eq!(Session::from_text(&text, Path::new("x.redis")), Ok(session), "{text}");
            }
        }
    }

    #[test]
    fn what_holds_more_than_bytes_is_not_replayed() {
        let error = Session::from_text("# Prose.\n@wait 1ms", Path::new("x.redis"));
        assert_eq!(error, Err("x.redis, line 2: only raw bytes can be replayed".into()));
    }

    #[test]
    fn a_fault_ends_a_stream() {
        let session =
            Session { steps: vec![step(0, b"*x\r\n"), step(1, b"PI"), step(0, b"PING\r\n")] };
        assert_eq!(session.streams(), [&b"*x\r\n"[..], b"PING\r\n", b"PI"]);
        let twice = Session::join(&[session.clone(), session]);
        assert_eq!(twice.clients(), 4);
        assert_eq!(twice.streams().len(), 6);
    }
}

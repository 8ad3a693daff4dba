//! Commands: from a request's arguments to its reply.

use bytes::BytesMut;

use crate::out::{Done, Out};

type Handler = fn(&[&[u8]], &mut Out<'_>) -> Outcome;

/// What a handler returns: proof that it has replied, or why it could not.
type Outcome = Result<Done, CommandError>;

/// All commands: the name, and the handler, which receives the arguments after it.
const COMMANDS: [(&str, Handler); 2] = [("ping", ping), ("echo", echo)];

/// Executes one request, and appends its reply to the output. `args` begins with the command's
/// name, in any letter case. Mirrors `processCommand`.
pub fn execute(args: &[&[u8]], output: &mut BytesMut) {
    let mut out = Out::new(output);
    if let Err(error) = run(args, &mut out) {
        out.error(&error.0);
    }
}

fn run(args: &[&[u8]], out: &mut Out<'_>) -> Outcome {
    let [name, args @ ..] = args else { return Err(CommandError::unknown(b"", args)) };
    let command = COMMANDS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes()));
    let (_, handler) = command.ok_or_else(|| CommandError::unknown(name, args))?;
    handler(args, out)
}

fn ping(args: &[&[u8]], out: &mut Out<'_>) -> Outcome {
    match args {
        [] => Ok(out.simple("PONG")),
        [message] => Ok(out.bulk(message)),
        _ => Err(CommandError::arity("ping")),
    }
}

fn echo(args: &[&[u8]], out: &mut Out<'_>) -> Outcome {
    match args {
        [message] => Ok(out.bulk(message)),
        _ => Err(CommandError::arity("echo")),
    }
}

/// Why a command was not executed: the text that the client gets. The connection goes on. Bytes,
/// because it may quote what the client has sent.
#[derive(Debug, PartialEq, Eq)]
pub struct CommandError(Vec<u8>);

impl CommandError {
    /// The most bytes that an error quotes of a name, and of all arguments together.
    const QUOTED: usize = 128;

    fn arity(command: &str) -> Self {
        Self(format!("wrong number of arguments for '{command}' command").into())
    }

    /// Mirrors `commandCheckExistence`.
    fn unknown(name: &[u8], args: &[&[u8]]) -> Self {
        let name = c_string(name, Self::QUOTED);
        let mut text = [b"unknown command '", name, b"', with args beginning with: "].concat();
        let full = text.len() + Self::QUOTED;
        for arg in args {
            if text.len() >= full {
                break;
            }
            text.extend([b"'", c_string(arg, full - text.len()), b"' "].concat());
        }
        Self(text)
    }
}

/// Returns what C's `%.*s` prints of `bytes`: at most `limit`, and none from a zero byte on.
fn c_string(bytes: &[u8], limit: usize) -> &[u8] {
    let bytes = bytes.get(..limit).unwrap_or(bytes);
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

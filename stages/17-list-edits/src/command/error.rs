//! The errors of commands.

use crate::keyspace::entry::WrongType;
use crate::protocol::out::{Done, Out};

/// Why a command was not executed. The connection goes on.
#[derive(Debug, PartialEq, Eq)]
pub enum CommandError {
    /// It has too many or too few arguments.
    Arity,
    /// Its time to live is not positive, or the deadline does not fit into 64 bits of milliseconds.
    ExpireTime,
    /// The text that the client gets. Bytes, because it may quote what the client has sent.
    Text(Vec<u8>),
    /// A code other than the usual one, and the text that the client gets.
    Coded(&'static str, &'static str),
}

impl From<&str> for CommandError {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<WrongType> for CommandError {
    fn from(_: WrongType) -> Self {
        Self::Coded("WRONGTYPE", "Operation against a key holding the wrong kind of value")
    }
}

impl CommandError {
    /// The code of most errors.
    pub(crate) const CODE: &str = "ERR";

    pub(crate) const SYNTAX: &str = "syntax error";
    pub(crate) const NOT_AN_INTEGER: &str = "value is not an integer or out of range";

    /// The most bytes that an error quotes of a name, and of all arguments together.
    const QUOTED: usize = 128;

    /// Returns an error that quotes `name` between two texts. Line ends at its end are left out, as in
    /// `addReplyErrorFormat`.
    pub(crate) fn quoting(before: &str, name: &[u8], after: &str) -> Self {
        let name = c_string(name, usize::MAX);
        let mut text = [before.as_bytes(), name, after.as_bytes()].concat();
        while let [.., b'\r' | b'\n'] = text[..] {
            text.pop();
        }
        Self::Text(text)
    }

    pub(crate) fn unknown_subcommand(name: &[u8], command: &str) -> Self {
        let hint = format!("'. Try {} HELP.", command.to_ascii_uppercase());
        Self::quoting("unknown subcommand '", c_string(name, Self::QUOTED), &hint)
    }

    /// Mirrors `commandCheckExistence`.
    pub(crate) fn unknown(name: &[u8], args: &[&[u8]]) -> Self {
        let name = c_string(name, Self::QUOTED);
        let mut text = [b"unknown command '", name, b"', with args beginning with: "].concat();
        let full = text.len() + Self::QUOTED;
        for arg in args {
            if text.len() >= full {
                break;
            }
            text.extend([b"'", c_string(arg, full - text.len()), b"' "].concat());
        }
        Self::Text(text)
    }

    /// Returns the code with which the reply starts.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Coded(code, _) => code,
            Self::Arity | Self::ExpireTime | Self::Text(_) => Self::CODE,
        }
    }

    /// Writes this error as the reply to the command `name`.
    pub(crate) fn write(self, name: &str, out: &mut Out<'_>) -> Done {
        let code = self.code();
        match self {
            Self::Arity => {
                let text = format!("wrong number of arguments for '{name}' command");
                out.coded_error(code, text.as_bytes())
            }
            Self::ExpireTime => {
                let text = format!("invalid expire time in '{name}' command");
                out.coded_error(code, text.as_bytes())
            }
            Self::Text(text) => out.coded_error(code, &text),
            Self::Coded(_, text) => out.coded_error(code, text.as_bytes()),
        }
    }
}

/// Returns what C's `%.*s` prints of `bytes`: at most `limit`, and none from a zero byte on.
fn c_string(bytes: &[u8], limit: usize) -> &[u8] {
    let bytes = bytes.get(..limit).unwrap_or(bytes);
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

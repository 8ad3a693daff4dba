//! The server's parameters: set on the command line, read with CONFIG GET.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::ValueExt;

use crate::protocol::glob::Glob;
use crate::protocol::inline;

/// The most addresses to listen on (Redis: `CONFIG_BINDADDR_MAX`).
const MAX_ADDRESSES: usize = 16;

/// The values of all parameters that can be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The TCP port. For 0, the kernel chooses a free one.
    pub port: u16,
    /// The addresses to listen on. An address after a `-` need not exist on this machine.
    pub bind: Vec<String>,
    /// The directory of the dump file.
    pub dir: PathBuf,
    /// The name of the dump file.
    pub dbfilename: OsString,
    /// How many clients may be connected at once.
    pub maxclients: u32,
}

impl Default for Config {
    /// Returns Redis's defaults, but for `bind`: Redis listens everywhere, then rejects other
    /// machines.
    fn default() -> Self {
        Self {
            port: 6379,
            bind: vec!["127.0.0.1".into()],
            dir: ".".into(),
            dbfilename: "dump.rdb".into(),
            maxclients: 10_000,
        }
    }
}

/// What a command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// To run as a server.
    Serve(Config),
    /// To print the usage.
    Help,
    /// To print the program's name and version.
    Version,
}

/// What `--help` prints.
pub const HELP: &str = "\
Options, each with the value that it has if it is not given:
  --port NUMBER        the TCP port, 0 for any free one (6379)
  --bind ADDRESS ...   where to listen; one behind a '-' may be missing (127.0.0.1)
  --dir DIRECTORY      where the dump file is (.)
  --dbfilename NAME    the dump file (dump.rdb)
  --maxclients NUMBER  how many clients may be connected at once (10000)
  --help, --version";

impl Action {
    /// Parses a command line without the program's name. As in Redis, an option is a parameter's
    /// name in any letter case; if it is repeated, the last one counts. The error is one line for
    /// the user.
    pub fn from_args(args: impl IntoIterator<Item = OsString>) -> Result<Self, lexopt::Error> {
        let mut parser = lexopt::Parser::from_args(args);
        let mut config = Config::default();
        while let Some(arg) = parser.next()? {
            let option = match arg {
                lexopt::Arg::Long(name) => name.to_ascii_lowercase(),
                lexopt::Arg::Short('h') => return Ok(Self::Help),
                lexopt::Arg::Short('v') => return Ok(Self::Version),
                _ => return Err(arg.unexpected()),
            };
            match option.as_str() {
                "port" => config.port = parser.value()?.parse_with(parse_port)?,
                "bind" => config.bind = parse_bind(&mut parser)?,
                "dir" => config.dir = parser.value()?.into(),
                "dbfilename" => config.dbfilename = parse_file_name(parser.value()?)?,
                "maxclients" => config.maxclients = parser.value()?.parse_with(parse_maxclients)?,
                "help" => return Ok(Self::Help),
                "version" => return Ok(Self::Version),
                _ => return Err(lexopt::Error::UnexpectedOption(format!("--{option}"))),
            }
        }
        Ok(Self::Serve(config))
    }
}

fn parse_port(digits: &str) -> Result<u16, &'static str> {
    let number = crate::protocol::number::parse(digits.as_bytes());
    number.and_then(|number| number.try_into().ok()).ok_or("a port is a number from 0 to 65535")
}

fn parse_maxclients(digits: &str) -> Result<u32, &'static str> {
    let number = crate::protocol::number::parse(digits.as_bytes());
    let number = number.and_then(|number| number.try_into().ok()).filter(|number| *number > 0);
    number.ok_or("maxclients is a number from 1 to 4294967295")
}

/// Parses several addresses: several arguments, or one that is split like an inline request.
fn parse_bind(parser: &mut lexopt::Parser) -> Result<Vec<String>, lexopt::Error> {
    let mut values = Vec::from_iter(parser.optional_value());
    let mut words = parser.raw_args()?;
    // Not `parser.values()`: that takes the `-` before an address for the start of an option.
    while let Some(word) = words.next_if(|word| !word.as_encoded_bytes().starts_with(b"--")) {
        values.push(word);
    }
    let mut addresses = Vec::from_iter(values.into_iter().map(OsString::into_encoded_bytes));
    if let [line] = &addresses[..] {
        addresses = inline::split(line).ok_or("a quote in --bind is not closed")?;
    }
    let addresses = addresses.into_iter().map(String::from_utf8).collect::<Result<Vec<_>, _>>();
    let addresses = addresses.map_err(|_| "--bind takes text")?;
    match addresses.len() {
        0 => Err("--bind needs an address".into()),
        1..=MAX_ADDRESSES => Ok(addresses),
        _ => Err(format!("--bind takes at most {MAX_ADDRESSES} addresses").into()),
    }
}

fn parse_file_name(name: OsString) -> Result<OsString, lexopt::Error> {
    if name.as_encoded_bytes().iter().any(|byte| matches!(byte, b'/' | b'\\')) {
        return Err("--dbfilename takes a name without a path, which --dir sets".into());
    }
    Ok(name)
}

impl Config {
    /// Returns the parameters that have one of these names, or match one of these patterns, each
    /// once. Letter case does not matter. A name comes back as it was asked for. Mirrors
    /// `configGetCommand`.
    pub fn get<'a>(&self, names: &[&'a [u8]]) -> Vec<(&'a [u8], Vec<u8>)> {
        let mut parameters = Vec::from(self.parameters());
        let mut found = Vec::new();
        for &name in names {
            let glob = Glob { pattern: name, ignore_case: true };
            let is_pattern = name.iter().any(|byte| b"*?[".contains(byte));
            let matching = parameters.extract_if(.., |(parameter, _)| match is_pattern {
                true => glob.matches(parameter.as_bytes()),
                false => name.eq_ignore_ascii_case(parameter.as_bytes()),
            });
            found.extend(matching.map(|(parameter, value)| {
                (if is_pattern { parameter.as_bytes() } else { name }, value)
            }));
        }
        found
    }

    /// All parameters. The last two cannot be set; programs ask for them to learn whether the
    /// server keeps its data on disk.
    fn parameters(&self) -> [(&'static str, Vec<u8>); 7] {
        [
            ("port", self.port.to_string().into()),
            ("bind", self.bind.join(" ").into()),
            ("dir", self.dir.as_os_str().as_encoded_bytes().into()),
            ("dbfilename", self.dbfilename.as_encoded_bytes().into()),
            ("maxclients", self.maxclients.to_string().into()),
            ("save", Vec::new()),
            ("appendonly", "no".into()),
        ]
    }
}

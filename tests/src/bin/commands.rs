//! Records what redis-server says about the commands that a stage has: `cargo xtask record-commands`.

use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::ExitCode;

use anyhow::{Context as _, Result, anyhow, bail};
use conformance::player::PATIENCE;
use conformance::reply::Reply;
use conformance::resp::{self, reply_length};
use conformance::server::{self, CommandLine, Server, Target};
use conformance::{check, workspace};

/// Where a stage has its records, below its folder.
const RECORDS: &str = "src/commands/about.txt";

fn main() -> ExitCode {
    match record() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

/// Writes the records of each stage that has some.
fn record() -> Result<()> {
    server::end_all_on_interrupt()?;
    let Target::Spawn(redis) = check::redis().map_err(|reason| anyhow!(reason))? else {
        bail!("there is no redis-server to start");
    };
    let mut redis = Client::of(&redis)?;
    for stage in workspace::stages()? {
        let path = workspace::root().join("stages").join(&stage).join(RECORDS);
        if !path.is_file() {
            continue;
        }
        let program = workspace::build(&format!("stage-{}", &stage[..2]), false)?;
        let mut own = Client::of(&CommandLine::binary(&program.to_string_lossy()))?;
        let mut names = texts(own.ask(&["COMMAND", "LIST"])?)?;
        names.sort();
        let records: Result<Vec<String>> =
            names.iter().map(|name| redis.record(name).with_context(|| name.clone())).collect();
        fs::write(&path, records?.join("\n")).with_context(|| path.display().to_string())?;
        println!("{}: {} commands", path.display(), names.len());
    }
    Ok(())
}

/// A client of a server of its own, which speaks RESP3.
struct Client {
    stream: TcpStream,
    _server: Server,
}

impl Client {
    fn of(command: &CommandLine) -> Result<Self> {
        let server = Server::start(command, "", PATIENCE, |_| Ok(Vec::new()))?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, server.place().port));
        let mut client = Self { stream: server::connect(address, PATIENCE.most)?, _server: server };
        client.ask(&["HELLO", "3"])?;
        Ok(client)
    }

    fn ask(&mut self, request: &[&str]) -> Result<Reply> {
        self.stream.write_all(&resp::request(request))?;
        let mut received = Vec::new();
        while reply_length(&received).is_none() {
            let mut bytes = [0; 4096];
            let count = self.stream.read(&mut bytes)?;
            received.extend_from_slice(bytes.get(..count).unwrap_or_default());
            if count == 0 {
                bail!("the server has closed the connection");
            }
        }
        Reply::decode(&received).context("the reply is no RESP")
    }

    /// Returns the record of a command: the line that a table has of it and its categories; then
    /// its tips, keys and docs, each as lines.
    fn record(&mut self, name: &str) -> Result<String> {
        let Reply::Array(infos) = self.ask(&["COMMAND", "INFO", name])? else { bail!("no INFO") };
        let Some(Reply::Array(info)) = infos.into_iter().next() else {
            bail!("redis-server has no such command");
        };
        let [_, arity, flags, first, last, step, categories, tips, keys, _] = &info[..] else {
            bail!("INFO has {} elements", info.len());
        };
        let Reply::Map(docs) = self.ask(&["COMMAND", "DOCS", name])? else { bail!("no DOCS") };
        let Some((_, Reply::Map(mut docs))) = docs.into_iter().next() else { bail!("no docs") };
        // Each of them has a record of its own.
        docs.retain(|(name, _)| *name != Reply::Bulk(b"subcommands".to_vec()));
        let mut record = format!("{name}:{}\n", texts(categories.clone())?.join(" "));
        let numbers: Result<Vec<String>> =
            [arity, first, last, step].map(number_of).into_iter().collect();
        writeln!(record, "{} {}", numbers?.join(" "), texts(flags.clone())?.join(" "))?;
        for (title, part) in [("tips", tips), ("keys", keys), ("docs", &Reply::Map(docs))] {
            writeln!(record, "{title}")?;
            write_lines(part, 1, &mut record)?;
        }
        Ok(record)
    }
}

fn number_of(reply: &Reply) -> Result<String> {
    let Reply::Integer(number) = reply else { bail!("{reply:?} is no number") };
    Ok(number.to_string())
}

/// Returns the texts in an array or a set.
fn texts(reply: Reply) -> Result<Vec<String>> {
    let (Reply::Array(texts) | Reply::Set(texts)) = reply else { bail!("{reply:?} has no texts") };
    texts.iter().map(|text| text.content().with_context(|| format!("{text:?}"))).collect()
}

/// Writes a reply as lines: its type, as in RESP3, and a text or the number of its elements, which
/// follow and are indented.
fn write_lines(reply: &Reply, depth: usize, lines: &mut String) -> Result<()> {
    let (kind, value, elements): (_, _, Vec<&Reply>) = match reply {
        Reply::Array(all) => ('*', all.len().to_string(), all.iter().collect()),
        Reply::Set(all) => ('~', all.len().to_string(), all.iter().collect()),
        Reply::Map(all) => {
            ('%', all.len().to_string(), all.iter().flat_map(|(name, it)| [name, it]).collect())
        }
        Reply::Integer(number) => (':', number.to_string(), Vec::new()),
        Reply::Status(text) => ('+', String::from_utf8(text.clone())?, Vec::new()),
        Reply::Bulk(text) => ('$', String::from_utf8(text.clone())?, Vec::new()),
        other => bail!("there is no line for {other:?}"),
    };
    if value.contains('\n') {
        bail!("{value:?} is more than a line");
    }
    writeln!(lines, "{:depth$}{kind}{value}", "")?;
    elements.into_iter().try_for_each(|element| write_lines(element, depth + 1, lines))
}

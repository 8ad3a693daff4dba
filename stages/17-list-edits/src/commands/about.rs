//! What is known of the commands beside their lines in the table: recorded from redis-server.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::protocol::out::Out;

/// The records of all commands, one after the other. `cargo xtask record-commands` writes them.
const RECORDS: &str = include_str!("about.txt");

/// By the full name.
static ABOUT: LazyLock<BTreeMap<&str, About>> =
    LazyLock::new(|| RECORDS.split_terminator("\n\n").filter_map(About::parse).collect());

/// What is known of a command.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The categories by which an access control list allows it.
    pub categories: &'static str,
    /// Hints for proxies.
    pub tips: Recorded,
    /// What happens to its keys.
    pub keys: Recorded,
    /// The documentation.
    pub docs: Recorded,
}

/// A part of a reply as it was recorded: each line is a type, as in RESP3, and a number or a text.
/// The elements of an array, a set or a map are the lines after it, which are indented.
#[derive(Clone, Copy, Debug)]
pub struct Recorded(&'static str);

impl About {
    /// Returns what is known of the command with this full name.
    pub fn of(name: &str) -> Option<&'static Self> {
        ABOUT.get(name)
    }

    /// Parses a record: the name and the categories, what the table says as well, and three parts.
    fn parse(record: &'static str) -> Option<(&'static str, Self)> {
        let (head, rest) = record.split_once("\ntips\n")?;
        let (tips, rest) = rest.split_once("\nkeys\n")?;
        let (keys, docs) = rest.split_once("\ndocs\n")?;
        let (name, categories) = head.lines().next()?.split_once(':')?;
        let [tips, keys, docs] = [tips, keys, docs].map(Recorded);
        Some((name, Self { categories, tips, keys, docs }))
    }
}

impl Recorded {
    /// Writes it as a part of a reply.
    pub fn write(self, out: &mut Out<'_>) {
        self.write_with(0, out);
    }

    /// Writes a map, with a header for so many pairs more. They come after it.
    pub fn write_with(self, more: usize, out: &mut Out<'_>) {
        for (index, line) in self.0.lines().enumerate() {
            let Some((kind, rest)) = line.trim_start().split_at_checked(1) else { continue };
            // The records are part of the program, and tests read all of them: no number is missing.
            let number = || rest.parse::<i64>().unwrap_or_default();
            let length = || number() as usize;
            let more = if index == 0 { more } else { 0 };
            match kind {
                "*" => out.array(length()),
                "~" => out.set(length()),
                "%" => out.map(length() + more),
                ":" => out.integer(number()),
                "+" => out.simple(rest),
                _ => out.bulk(rest.as_bytes()),
            };
        }
    }

    /// Returns the simple strings in each of its elements: of a description of keys, these are the
    /// flags.
    pub fn flags(self) -> Vec<Vec<&'static str>> {
        let mut flags = Vec::new();
        for line in self.0.lines() {
            match (line.trim_start().strip_prefix('+'), flags.last_mut()) {
                (Some(flag), Some(last)) => Vec::push(last, flag),
                // An element is a map. What is in it is indented more.
                _ if line.starts_with("  %") => flags.push(Vec::new()),
                _ => {}
            }
        }
        flags
    }
}

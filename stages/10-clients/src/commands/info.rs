//! INFO: the state of the server, for people, clients and dashboards.
//!
//! So far it has the fields that clients look for before their first command.

use std::fmt::Display;

use crate::command::flags::{LOADING, STALE};
use crate::command::{Command, Context, Keys, Outcome};
use crate::commands::connection::REDIS_VERSION;

/// INFO.
pub const COMMANDS: &[Command] = &[Command::new("info", -1, LOADING | STALE, Keys::NONE, info)];

/// Writes the lines of a section.
type Section = fn(&Context<'_>, &mut Lines);

/// A section of which only the title is here.
const EMPTY: Section = |_, _| ();

/// The sections in their order: the names that a client may give, the title, and the fields.
const SECTIONS: [(&[&str], &str, Section); 11] = [
    (&["server"], "Server", server),
    (&["clients"], "Clients", EMPTY),
    (&["memory"], "Memory", EMPTY),
    (&["persistence"], "Persistence", persistence),
    (&["stats"], "Stats", EMPTY),
    (&["replication"], "Replication", replication),
    (&["cpu"], "CPU", EMPTY),
    (&["modules", "module_list"], "Modules", EMPTY),
    (&["errorstats"], "Errorstats", EMPTY),
    (&["cluster"], "Cluster", |_, lines| lines.put("cluster_enabled", 0)),
    (&["keyspace"], "Keyspace", EMPTY),
];

/// `INFO [section ...]`, mirrors `infoCommand` and `genRedisInfoString`.
fn info(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let is_asked = |names: &[&str]| {
        let names = || names.iter().chain(&["default", "all", "everything"]);
        args.is_empty()
            || args.iter().any(|arg| names().any(|name| arg.eq_ignore_ascii_case(name.as_bytes())))
    };
    let mut lines = Lines(String::new());
    for (names, title, section) in SECTIONS {
        if is_asked(names) {
            lines.title(title);
            section(context, &mut lines);
        }
    }
    Ok(context.out.verbatim(lines.0.as_bytes()))
}

/// The text so far.
struct Lines(String);

impl Lines {
    fn title(&mut self, title: &str) {
        let gap = if self.0.is_empty() { "" } else { "\r\n" };
        self.0 += &format!("{gap}# {title}\r\n");
    }

    fn put(&mut self, field: &str, value: impl Display) {
        self.0 += &format!("{field}:{value}\r\n");
    }
}

fn server(context: &Context<'_>, lines: &mut Lines) {
    // The version of Redis that clients may expect.
    lines.put("redis_version", REDIS_VERSION);
    lines.put("redis_mode", "standalone");
    lines.put("tcp_port", context.server.config.port);
}

fn persistence(_: &Context<'_>, lines: &mut Lines) {
    // No client is served before the dump is loaded.
    lines.put("loading", 0);
}

fn replication(_: &Context<'_>, lines: &mut Lines) {
    lines.put("role", "master");
}

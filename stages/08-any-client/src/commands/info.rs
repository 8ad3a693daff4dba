//! INFO: the state of the server, for people, clients and dashboards.
//!
//! So far it has the fields that clients look for before their first command.

use crate::command::context::{Context, Outcome};
use crate::command::flags::{LOADING, STALE};
use crate::command::{Command, Keys};
use crate::commands::connection::REDIS_VERSION;

/// INFO.
pub const COMMANDS: &[Command] = &[Command::new("info", -1, LOADING | STALE, Keys::NONE, info)];

/// `INFO [section ...]`: all sections, whatever the client asks for.
fn info(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let port = context.server.config.port;
    // No client is served before the dump is loaded.
    let text = format!(
        "# Server\r\nredis_version:{REDIS_VERSION}\r\nredis_mode:standalone\r\ntcp_port:{port}\r\n\r\n\
         # Clients\r\n\r\n# Memory\r\n\r\n# Persistence\r\nloading:0\r\n\r\n# Stats\r\n\r\n\
         # Replication\r\nrole:master\r\n\r\n# CPU\r\n\r\n# Modules\r\n\r\n# Errorstats\r\n\r\n\
         # Cluster\r\ncluster_enabled:0\r\n\r\n# Keyspace\r\n"
    );
    Ok(context.out.verbatim(text.as_bytes()))
}

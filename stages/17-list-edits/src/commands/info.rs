//! INFO: the state of the server, for people, clients and dashboards.
//!
//! A field is here if its value is known. Those that would have to be made up are left out, and so
//! are the sections of which nothing would remain: Commandstats and Latencystats. A zero that never
//! changes is true: there are no subscribers, no evictions, and no replicas.

use std::env::consts::{ARCH, OS};
use std::fmt::Display;

use crate::command::context::{Context, Outcome};
use crate::command::flags::{COUNTS, LOADING, STALE};
use crate::command::{Command, Keys};
use crate::commands::connection::REDIS_VERSION;
use crate::keyspace::db::{Db, KeyspaceStats};
use crate::protocol::clock::UnixMillis;
use crate::server::stats::HZ;

/// INFO.
pub const COMMANDS: &[Command] =
    &[Command::new("info", -1, LOADING | STALE | COUNTS, Keys::NONE, info)];

/// Writes the lines of a section.
type Section = fn(&Context<'_>, &mut Lines);

/// A section of which only the title is here.
const EMPTY: Section = |_, _| ();

/// The sections in their order: the names that a client may give, the title, and the fields.
const SECTIONS: [(&[&str], &str, Section); 11] = [
    (&["server"], "Server", server),
    (&["clients"], "Clients", clients),
    (&["memory"], "Memory", memory),
    (&["persistence"], "Persistence", persistence),
    (&["stats"], "Stats", stats),
    (&["replication"], "Replication", replication),
    (&["cpu"], "CPU", cpu),
    (&["modules", "module_list"], "Modules", EMPTY),
    (&["errorstats"], "Errorstats", errors),
    (&["cluster"], "Cluster", |_, lines| lines.put("cluster_enabled", 0)),
    (&["keyspace"], "Keyspace", keyspace),
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
    let process = &context.server.process;
    let uptime = (context.now.0 - process.started_at.0).max(0) / 1000;
    // The version of Redis that clients may expect.
    lines.put("redis_version", REDIS_VERSION);
    lines.put("redis_mode", "standalone");
    lines.put("os", format!("{OS} {ARCH}"));
    lines.put("arch_bits", usize::BITS);
    lines.put("process_id", process.id);
    lines.put("run_id", &process.run_id);
    lines.put("tcp_port", context.server.config.port);
    lines.put("server_time_usec", context.now.0.saturating_mul(1000));
    lines.put("uptime_in_seconds", uptime);
    lines.put("uptime_in_days", uptime / (24 * 60 * 60));
    lines.put("hz", HZ);
    lines.put("configured_hz", HZ);
    lines.put("executable", process.executable.display());
    lines.put("config_file", "");
}

fn clients(context: &Context<'_>, lines: &mut Lines) {
    lines.put("connected_clients", context.server.clients.len());
    lines.put("maxclients", context.server.config.maxclients);
    lines.put("blocked_clients", 0);
    lines.put("tracking_clients", 0);
}

/// Writes `used_memory` as the kernel counts it, since this server does not count its allocations.
/// So it is the same as `used_memory_rss`, and the ratio of the two says nothing about
/// fragmentation.
fn memory(context: &Context<'_>, lines: &mut Lines) {
    let resources = (context.server.process.resources)();
    // The kernel measures the peak only now and then.
    let peak = resources.peak_memory.max(resources.memory);
    for (field, bytes) in [
        ("used_memory", resources.memory),
        ("used_memory_rss", resources.memory),
        ("used_memory_peak", peak),
        ("total_system_memory", resources.system_memory),
        ("maxmemory", Some(0)),
    ] {
        if let Some(bytes) = bytes {
            lines.put(field, bytes);
            lines.put(&format!("{field}_human"), human(bytes));
        }
    }
    lines.put("maxmemory_policy", "noeviction");
    lines.put("mem_fragmentation_ratio", "1.00");
    lines.put("mem_allocator", if cfg!(unix) { "libc" } else { "system" });
}

fn persistence(context: &Context<'_>, lines: &mut Lines) {
    // No client is served before the dump is loaded, and nothing is ever saved. As in Redis, the
    // time of the last save is then that of the start, and a save that was never tried has not
    // failed.
    lines.put("loading", 0);
    lines.put("async_loading", 0);
    lines.put("rdb_bgsave_in_progress", 0);
    lines.put("rdb_last_save_time", context.server.process.started_at.0 / 1000);
    lines.put("rdb_last_bgsave_status", "ok");
    lines.put("aof_enabled", 0);
    lines.put("aof_rewrite_in_progress", 0);
}

fn stats(context: &Context<'_>, lines: &mut Lines) {
    let stats = &context.server.stats;
    let usages = context.server.databases.iter().map(Db::usage);
    let usage = usages.fold(KeyspaceStats::default(), KeyspaceStats::merge);
    lines.put("total_connections_received", stats.connections);
    let traffic = stats.traffic;
    lines.put("total_commands_processed", traffic.commands);
    let rates = stats.rates(context.now);
    lines.put("instantaneous_ops_per_sec", rates.commands as u64);
    lines.put("total_net_input_bytes", traffic.input);
    lines.put("total_net_output_bytes", traffic.output);
    lines.put("instantaneous_input_kbps", format!("{:.2}", rates.input / 1024.0));
    lines.put("instantaneous_output_kbps", format!("{:.2}", rates.output / 1024.0));
    lines.put("rejected_connections", stats.rejected_connections);
    lines.put("expired_keys", usage.expired);
    lines.put("evicted_keys", 0);
    lines.put("keyspace_hits", usage.hits);
    lines.put("keyspace_misses", usage.misses);
    lines.put("pubsub_channels", 0);
    lines.put("pubsub_patterns", 0);
    lines.put("total_error_replies", stats.errors.values().sum::<u64>());
    lines.put("total_reads_processed", traffic.reads);
    lines.put("total_writes_processed", traffic.writes);
}

fn replication(context: &Context<'_>, lines: &mut Lines) {
    lines.put("role", "master");
    lines.put("connected_slaves", 0);
    lines.put("master_failover_state", "no-failover");
    lines.put("master_replid", &context.server.process.replication_id);
    lines.put("master_replid2", "0".repeat(40));
    lines.put("master_repl_offset", 0);
    lines.put("second_repl_offset", -1);
    lines.put("repl_backlog_active", 0);
}

fn cpu(context: &Context<'_>, lines: &mut Lines) {
    if let Some(times) = (context.server.process.resources)().cpu {
        for (field, time) in [
            ("used_cpu_sys", times.system),
            ("used_cpu_user", times.user),
            ("used_cpu_sys_children", times.children_system),
            ("used_cpu_user_children", times.children_user),
        ] {
            lines.put(field, format!("{}.{:06}", time.as_secs(), time.subsec_micros()));
        }
    }
}

fn errors(context: &Context<'_>, lines: &mut Lines) {
    for (code, count) in &context.server.stats.errors {
        lines.put(&format!("errorstat_{code}"), format!("count={count}"));
    }
}

fn keyspace(context: &Context<'_>, lines: &mut Lines) {
    for (number, db) in context.server.databases.iter().enumerate() {
        let usage = db.usage();
        let KeyspaceStats { keys, expires, .. } = usage;
        if keys > 0 {
            let ttl = average_ttl(&usage, context.now);
            lines.put(
                &format!("db{number}"),
                format!("keys={keys},expires={expires},avg_ttl={ttl}"),
            );
        }
    }
}

/// Returns the average time to live of the keys that have a deadline, in milliseconds. Redis only
/// estimates it from a sample.
fn average_ttl(usage: &KeyspaceStats, now: UnixMillis) -> i128 {
    let average = usage.deadlines.checked_div(usage.expires as i128);
    average.map_or(0, |deadline| (deadline - i128::from(now.0)).max(0))
}

/// Mirrors `bytesToHuman`.
fn human(bytes: u64) -> String {
    let mut unit = "B";
    let mut number = bytes as f64;
    for next in ["K", "M", "G", "T", "P"] {
        if number < 1024.0 {
            break;
        }
        (number, unit) = (number / 1024.0, next);
    }
    if unit == "B" { format!("{bytes}B") } else { format!("{number:.2}{unit}") }
}

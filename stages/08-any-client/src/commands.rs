//! The table of all commands: found by name, checked by arity, described by COMMAND.

use crate::spec::{Command, Keys};
use crate::{client_commands, command, docs, info, introspection, keyspace, scan, session, set};

/// All commands. The most used ones come first: the lookup is a linear search.
pub static COMMANDS: &[Command] = &[
    Command::new("get", 2, docs::GET, command::get)
        .flags(&["readonly", "fast"])
        .categories(&["@read", "@string", "@fast"])
        .keys(Keys::one(&["RO", "access"])),
    Command::new("set", -3, docs::SET, set::set)
        .flags(&["write", "denyoom"])
        .categories(&["@write", "@string", "@slow"])
        .keys(
            Keys::one(&["RW", "access", "update", "variable_flags"])
                .notes("RW and ACCESS due to the optional `GET` argument"),
        ),
    Command::new("ping", -1, docs::PING, command::ping)
        .flags(&["fast"])
        .categories(&["@fast", "@connection"])
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
    Command::new("echo", 2, docs::ECHO, command::echo)
        .flags(&["loading", "stale", "fast"])
        .categories(&["@fast", "@connection"]),
    Command::new("hello", -1, docs::HELLO, session::hello)
        .flags(&["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"])
        .categories(&["@fast", "@connection"]),
    Command::new("select", 2, docs::SELECT, session::select)
        .flags(&["loading", "stale", "fast"])
        .categories(&["@fast", "@connection"]),
    Command::new("quit", -1, docs::QUIT, session::quit)
        .flags(&["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"])
        .categories(&["@fast", "@connection"]),
    Command::new("reset", 1, docs::RESET, session::reset)
        .flags(&["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"])
        .categories(&["@fast", "@connection"]),
    Command::new("client", -2, docs::CLIENT, command::only_subcommands)
        .categories(&["@slow"])
        .subcommands(&[
            Command::new("client|id", 2, docs::CLIENT_ID, client_commands::id)
                .flags(&["noscript", "loading", "stale"])
                .categories(&["@slow", "@connection"]),
            Command::new("client|info", 2, docs::CLIENT_INFO, client_commands::info)
                .flags(&["noscript", "loading", "stale"])
                .categories(&["@slow", "@connection"])
                .tips(&["nondeterministic_output"]),
            Command::new("client|list", -2, docs::CLIENT_LIST, client_commands::list)
                .flags(&["admin", "noscript", "loading", "stale"])
                .categories(&["@admin", "@slow", "@dangerous", "@connection"])
                .tips(&["nondeterministic_output"]),
            Command::new("client|kill", -3, docs::CLIENT_KILL, client_commands::kill)
                .flags(&["admin", "noscript", "loading", "stale"])
                .categories(&["@admin", "@slow", "@dangerous", "@connection"]),
            Command::new("client|setname", 3, docs::CLIENT_SETNAME, client_commands::set_name)
                .flags(&["noscript", "loading", "stale"])
                .categories(&["@slow", "@connection"]),
            Command::new("client|getname", 2, docs::CLIENT_GETNAME, client_commands::get_name)
                .flags(&["noscript", "loading", "stale"])
                .categories(&["@slow", "@connection"]),
            Command::new("client|reply", 3, docs::CLIENT_REPLY, client_commands::reply)
                .flags(&["noscript", "loading", "stale"])
                .categories(&["@slow", "@connection"]),
            Command::new("client|no-evict", 3, docs::CLIENT_NO_EVICT, client_commands::no_evict)
                .flags(&["admin", "noscript", "loading", "stale"])
                .categories(&["@admin", "@slow", "@dangerous", "@connection"]),
            Command::new("client|help", 2, docs::CLIENT_HELP, client_commands::help)
                .flags(&["loading", "stale"])
                .categories(&["@slow", "@connection"]),
        ]),
    Command::new("strlen", 2, docs::STRLEN, keyspace::strlen)
        .flags(&["readonly", "fast"])
        .categories(&["@read", "@string", "@fast"])
        .keys(Keys::one(&["RO"])),
    Command::new("exists", -2, docs::EXISTS, keyspace::exists)
        .flags(&["readonly", "fast"])
        .categories(&["@keyspace", "@read", "@fast"])
        .tips(&["request_policy:multi_shard", "response_policy:agg_sum"])
        .keys(Keys::all(&["RO"])),
    Command::new("type", 2, docs::TYPE, keyspace::type_of)
        .flags(&["readonly", "fast"])
        .categories(&["@keyspace", "@read", "@fast"])
        .keys(Keys::one(&["RO"])),
    Command::new("ttl", 2, docs::TTL, keyspace::ttl)
        .flags(&["readonly", "fast"])
        .categories(&["@keyspace", "@read", "@fast"])
        .tips(&["nondeterministic_output"])
        .keys(Keys::one(&["RO", "access"])),
    Command::new("pttl", 2, docs::PTTL, keyspace::pttl)
        .flags(&["readonly", "fast"])
        .categories(&["@keyspace", "@read", "@fast"])
        .tips(&["nondeterministic_output"])
        .keys(Keys::one(&["RO", "access"])),
    Command::new("keys", 2, docs::KEYS, command::keys)
        .flags(&["readonly"])
        .categories(&["@keyspace", "@read", "@slow", "@dangerous"])
        .tips(&["request_policy:all_shards", "nondeterministic_output_order"]),
    Command::new("scan", -2, docs::SCAN, scan::scan)
        .flags(&["readonly"])
        .categories(&["@keyspace", "@read", "@slow"])
        .tips(&["nondeterministic_output", "request_policy:special"]),
    Command::new("dbsize", 1, docs::DBSIZE, keyspace::dbsize)
        .flags(&["readonly", "fast"])
        .categories(&["@keyspace", "@read", "@fast"])
        .tips(&["request_policy:all_shards", "response_policy:agg_sum"]),
    Command::new("command", -1, docs::COMMAND, introspection::all)
        .flags(&["loading", "stale"])
        .categories(&["@slow", "@connection"])
        .tips(&["nondeterministic_output_order"])
        .subcommands(&[
            Command::new("command|count", 2, docs::COMMAND_COUNT, introspection::count)
                .flags(&["loading", "stale"])
                .categories(&["@slow", "@connection"]),
            Command::new("command|info", -2, docs::COMMAND_INFO, introspection::info)
                .flags(&["loading", "stale"])
                .categories(&["@slow", "@connection"])
                .tips(&["nondeterministic_output_order"]),
            Command::new("command|docs", -2, docs::COMMAND_DOCS, introspection::docs)
                .flags(&["loading", "stale"])
                .categories(&["@slow", "@connection"])
                .tips(&["nondeterministic_output_order"]),
            Command::new("command|list", -2, docs::COMMAND_LIST, introspection::list)
                .flags(&["loading", "stale"])
                .categories(&["@slow", "@connection"])
                .tips(&["nondeterministic_output_order"]),
            Command::new("command|getkeys", -4, docs::COMMAND_GETKEYS, introspection::get_keys)
                .flags(&["loading", "stale"])
                .categories(&["@slow", "@connection"]),
            Command::new(
                "command|getkeysandflags",
                -4,
                docs::COMMAND_GETKEYSANDFLAGS,
                introspection::get_keys_and_flags,
            )
            .flags(&["loading", "stale"])
            .categories(&["@slow", "@connection"]),
            Command::new("command|help", 2, docs::COMMAND_HELP, introspection::help)
                .flags(&["loading", "stale"])
                .categories(&["@slow", "@connection"]),
        ]),
    Command::new("config", -2, docs::CONFIG, command::only_subcommands)
        .categories(&["@slow"])
        .subcommands(&[
            Command::new("config|get", -3, docs::CONFIG_GET, command::config_get)
                .flags(&["admin", "noscript", "loading", "stale"])
                .categories(&["@admin", "@slow", "@dangerous"]),
            Command::new("config|help", 2, docs::CONFIG_HELP, command::config_help)
                .flags(&["loading", "stale"])
                .categories(&["@slow"]),
        ]),
    Command::new("info", -1, docs::INFO, info::info)
        .flags(&["loading", "stale"])
        .categories(&["@slow", "@dangerous"])
        .tips(&["nondeterministic_output", "request_policy:all_shards", "response_policy:special"]),
];

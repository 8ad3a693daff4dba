//! The table of all commands: found by name, checked by arity, told about by COMMAND.

use crate::spec::{Command, Keys};
use crate::{client_commands, command, docs, info, introspection, keyspace, scan, session, set};

/// All commands. Those that are used most come first: the table is searched from its beginning.
pub static COMMANDS: &[Command] = &[
    Command::new("get", 2, docs::GET, |args, context| {
        command::get(args, context.db(), context.now)
    })
    .flags(&["readonly", "fast"])
    .categories(&["@read", "@string", "@fast"])
    .keys(Keys::one(&["RO", "access"])),
    Command::new("set", -3, docs::SET, |args, context| set::set(args, context.db(), context.now))
        .flags(&["write", "denyoom"])
        .categories(&["@write", "@string", "@slow"])
        .keys(
            Keys::one(&["RW", "access", "update", "variable_flags"])
                .notes("RW and ACCESS due to the optional `GET` argument"),
        ),
    Command::new("ping", -1, docs::PING, |args, _| command::ping(args))
        .flags(&["fast"])
        .categories(&["@fast", "@connection"])
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
    Command::new("echo", 2, docs::ECHO, |args, _| command::echo(args))
        .flags(&["loading", "stale", "fast"])
        .categories(&["@fast", "@connection"]),
    Command::new("hello", -1, docs::HELLO, session::hello)
        .flags(&["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"])
        .categories(&["@fast", "@connection"]),
    Command::new("select", 2, docs::SELECT, session::select)
        .flags(&["loading", "stale", "fast"])
        .categories(&["@fast", "@connection"]),
    Command::new("quit", -1, docs::QUIT, |_, context| session::quit(context.client))
        .flags(&["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"])
        .categories(&["@fast", "@connection"]),
    Command::new("reset", 1, docs::RESET, |_, context| session::reset(context))
        .flags(&["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"])
        .categories(&["@fast", "@connection"]),
    Command::new("client", -2, docs::CLIENT, command::only_subcommands)
        .categories(&["@slow"])
        .subcommands(&[
            Command::new("client|id", 2, docs::CLIENT_ID, |_, context| {
                client_commands::id(context.client)
            })
            .flags(&["noscript", "loading", "stale"])
            .categories(&["@slow", "@connection"]),
            Command::new("client|info", 2, docs::CLIENT_INFO, |_, context| {
                client_commands::info(context)
            })
            .flags(&["noscript", "loading", "stale"])
            .categories(&["@slow", "@connection"])
            .tips(&["nondeterministic_output"]),
            Command::new("client|list", -2, docs::CLIENT_LIST, |args, context| {
                client_commands::list(args, context)
            })
            .flags(&["admin", "noscript", "loading", "stale"])
            .categories(&["@admin", "@slow", "@dangerous", "@connection"])
            .tips(&["nondeterministic_output"]),
            Command::new("client|kill", -3, docs::CLIENT_KILL, client_commands::kill)
                .flags(&["admin", "noscript", "loading", "stale"])
                .categories(&["@admin", "@slow", "@dangerous", "@connection"]),
            Command::new("client|setname", 3, docs::CLIENT_SETNAME, |args, context| {
                client_commands::set_name(args, context)
            })
            .flags(&["noscript", "loading", "stale"])
            .categories(&["@slow", "@connection"]),
            Command::new("client|getname", 2, docs::CLIENT_GETNAME, |_, context| {
                client_commands::get_name(context)
            })
            .flags(&["noscript", "loading", "stale"])
            .categories(&["@slow", "@connection"]),
            Command::new("client|reply", 3, docs::CLIENT_REPLY, |args, context| {
                client_commands::reply(args, context.client)
            })
            .flags(&["noscript", "loading", "stale"])
            .categories(&["@slow", "@connection"]),
            Command::new("client|no-evict", 3, docs::CLIENT_NO_EVICT, |args, context| {
                client_commands::no_evict(args, context.client)
            })
            .flags(&["admin", "noscript", "loading", "stale"])
            .categories(&["@admin", "@slow", "@dangerous", "@connection"]),
            Command::new("client|help", 2, docs::CLIENT_HELP, |_, _| client_commands::help())
                .flags(&["loading", "stale"])
                .categories(&["@slow", "@connection"]),
        ]),
    Command::new("strlen", 2, docs::STRLEN, |args, context| {
        keyspace::strlen(args, context.db(), context.now)
    })
    .flags(&["readonly", "fast"])
    .categories(&["@read", "@string", "@fast"])
    .keys(Keys::one(&["RO"])),
    Command::new("exists", -2, docs::EXISTS, |args, context| {
        keyspace::exists(args, context.db(), context.now)
    })
    .flags(&["readonly", "fast"])
    .categories(&["@keyspace", "@read", "@fast"])
    .tips(&["request_policy:multi_shard", "response_policy:agg_sum"])
    .keys(Keys::all(&["RO"])),
    Command::new("type", 2, docs::TYPE, |args, context| {
        keyspace::type_of(args, context.db(), context.now)
    })
    .flags(&["readonly", "fast"])
    .categories(&["@keyspace", "@read", "@fast"])
    .keys(Keys::one(&["RO"])),
    Command::new("ttl", 2, docs::TTL, |args, context| {
        keyspace::ttl(args, context.db(), context.now)
    })
    .flags(&["readonly", "fast"])
    .categories(&["@keyspace", "@read", "@fast"])
    .tips(&["nondeterministic_output"])
    .keys(Keys::one(&["RO", "access"])),
    Command::new("pttl", 2, docs::PTTL, |args, context| {
        keyspace::pttl(args, context.db(), context.now)
    })
    .flags(&["readonly", "fast"])
    .categories(&["@keyspace", "@read", "@fast"])
    .tips(&["nondeterministic_output"])
    .keys(Keys::one(&["RO", "access"])),
    Command::new("keys", 2, docs::KEYS, |args, context| {
        command::keys(args, context.db(), context.now)
    })
    .flags(&["readonly"])
    .categories(&["@keyspace", "@read", "@slow", "@dangerous"])
    .tips(&["request_policy:all_shards", "nondeterministic_output_order"]),
    Command::new("scan", -2, docs::SCAN, |args, context| {
        scan::scan(args, context.db(), context.now)
    })
    .flags(&["readonly"])
    .categories(&["@keyspace", "@read", "@slow"])
    .tips(&["nondeterministic_output", "request_policy:special"]),
    Command::new("dbsize", 1, docs::DBSIZE, |_, context| keyspace::dbsize(context.db()))
        .flags(&["readonly", "fast"])
        .categories(&["@keyspace", "@read", "@fast"])
        .tips(&["request_policy:all_shards", "response_policy:agg_sum"]),
    Command::new("command", -1, docs::COMMAND, |_, _| introspection::all())
        .flags(&["loading", "stale"])
        .categories(&["@slow", "@connection"])
        .tips(&["nondeterministic_output_order"])
        .subcommands(&[
            Command::new("command|count", 2, docs::COMMAND_COUNT, |_, _| introspection::count())
                .flags(&["loading", "stale"])
                .categories(&["@slow", "@connection"]),
            Command::new("command|info", -2, docs::COMMAND_INFO, |args, _| {
                introspection::info(args)
            })
            .flags(&["loading", "stale"])
            .categories(&["@slow", "@connection"])
            .tips(&["nondeterministic_output_order"]),
            Command::new("command|docs", -2, docs::COMMAND_DOCS, |args, _| {
                introspection::docs(args)
            })
            .flags(&["loading", "stale"])
            .categories(&["@slow", "@connection"])
            .tips(&["nondeterministic_output_order"]),
            Command::new("command|list", -2, docs::COMMAND_LIST, |args, _| {
                introspection::list(args)
            })
            .flags(&["loading", "stale"])
            .categories(&["@slow", "@connection"])
            .tips(&["nondeterministic_output_order"]),
            Command::new("command|getkeys", -4, docs::COMMAND_GETKEYS, |args, _| {
                introspection::get_keys(args)
            })
            .flags(&["loading", "stale"])
            .categories(&["@slow", "@connection"]),
            Command::new(
                "command|getkeysandflags",
                -4,
                docs::COMMAND_GETKEYSANDFLAGS,
                |args, _| introspection::get_keys_and_flags(args),
            )
            .flags(&["loading", "stale"])
            .categories(&["@slow", "@connection"]),
            Command::new("command|help", 2, docs::COMMAND_HELP, |_, _| introspection::help())
                .flags(&["loading", "stale"])
                .categories(&["@slow", "@connection"]),
        ]),
    Command::new("config", -2, docs::CONFIG, command::only_subcommands)
        .categories(&["@slow"])
        .subcommands(&[
            Command::new("config|get", -3, docs::CONFIG_GET, |args, context| {
                command::config_get(args, &context.server.config)
            })
            .flags(&["admin", "noscript", "loading", "stale"])
            .categories(&["@admin", "@slow", "@dangerous"]),
            Command::new("config|help", 2, docs::CONFIG_HELP, |_, _| command::config_help())
                .flags(&["loading", "stale"])
                .categories(&["@slow"]),
        ]),
    Command::new("info", -1, docs::INFO, info::info)
        .flags(&["loading", "stale"])
        .categories(&["@slow", "@dangerous"])
        .tips(&["nondeterministic_output", "request_policy:all_shards", "response_policy:special"]),
];

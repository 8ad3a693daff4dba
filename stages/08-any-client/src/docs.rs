//! The data of COMMAND DOCS: Redis's own words, where they are true here.

use crate::spec::{Argument, Docs};

pub const PING: Docs = Docs::new("Ping the server", "1.0.0", "connection", "O(1)")
    .arguments(&[Argument::new("message", "string").flags(&["optional"])]);

pub const ECHO: Docs = Docs::new("Echo the given string", "1.0.0", "connection", "O(1)")
    .arguments(&[Argument::new("message", "string")]);

pub const HELLO: Docs = Docs::new("Handshake with Redis", "6.0.0", "connection", "O(1)")
    .history(&[(
        "6.2.0",
        "`protover` made optional; when called without arguments the command reports the \
     current connection's context.",
    )])
    .arguments(&[Argument::block(
        "arguments",
        &[
            Argument::new("protover", "integer"),
            Argument::block(
                "username_password",
                &[Argument::new("username", "string"), Argument::new("password", "string")],
            )
            .token("AUTH")
            .flags(&["optional"]),
            Argument::new("clientname", "string").token("SETNAME").flags(&["optional"]),
        ],
    )
    .flags(&["optional"])]);

pub const SELECT: Docs = Docs::new(
    "Change the selected database for the current connection",
    "1.0.0",
    "connection",
    "O(1)",
)
.arguments(&[Argument::new("index", "integer")]);

pub const QUIT: Docs = Docs::new("Close the connection", "1.0.0", "connection", "O(1)");

pub const RESET: Docs = Docs::new("Reset the connection", "6.2.0", "connection", "O(1)");

pub const CLIENT: Docs = Docs::new(
    "A container for client connection commands",
    "2.4.0",
    "connection",
    "Depends on subcommand.",
);

pub const CLIENT_ID: Docs =
    Docs::new("Returns the client ID for the current connection", "5.0.0", "connection", "O(1)");

pub const CLIENT_INFO: Docs = Docs::new(
    "Returns information about the current client connection.",
    "6.2.0",
    "connection",
    "O(1)",
);

pub const CLIENT_LIST: Docs = Docs::new(
    "Get the list of client connections",
    "2.4.0",
    "connection",
    "O(N) where N is the number of client connections",
)
.history(&[
    ("2.8.12", "Added unique client `id` field."),
    ("5.0.0", "Added optional `TYPE` filter."),
    ("6.0.0", "Added `user` field."),
    (
        "6.2.0",
        "Added `argv-mem`, `tot-mem`, `laddr` and `redir` fields and the optional `ID` \
     filter.",
    ),
    ("7.0.0", "Added `resp`, `multi-mem`, `rbs` and `rbp` fields."),
    ("7.0.3", "Added `ssub` field."),
])
.arguments(&[
    Argument::choice(
        "normal_master_replica_pubsub",
        &[
            Argument::word("normal", "NORMAL"),
            Argument::word("master", "MASTER"),
            Argument::word("replica", "REPLICA"),
            Argument::word("pubsub", "PUBSUB"),
        ],
    )
    .token("TYPE")
    .since("5.0.0")
    .flags(&["optional"]),
    Argument::block("id", &[Argument::new("client-id", "integer").flags(&["multiple"])])
        .token("ID")
        .since("6.2.0")
        .flags(&["optional"]),
]);

pub const CLIENT_KILL: Docs = Docs::new(
    "Kill the connection of a client",
    "2.4.0",
    "connection",
    "O(N) where N is the number of client connections",
)
.history(&[
    ("2.8.12", "Added new filter format."),
    ("2.8.12", "`ID` option."),
    ("3.2.0", "Added `master` type in for `TYPE` option."),
    (
        "5.0.0",
        "Replaced `slave` `TYPE` with `replica`. `slave` still supported for backward \
     compatibility.",
    ),
    ("6.2.0", "`LADDR` option."),
])
.arguments(&[Argument::choice(
    "filter",
    &[
        Argument::new("ip:port", "string").deprecated("2.8.12"),
        Argument::choice(
            "new-format",
            &[
                Argument::new("client-id", "integer")
                    .token("ID")
                    .since("2.8.12")
                    .flags(&["optional"]),
                Argument::choice(
                    "normal_master_slave_pubsub",
                    &[
                        Argument::word("normal", "NORMAL"),
                        Argument::word("master", "MASTER").since("3.2.0"),
                        Argument::word("slave", "SLAVE"),
                        Argument::word("replica", "REPLICA").since("5.0.0"),
                        Argument::word("pubsub", "PUBSUB"),
                    ],
                )
                .token("TYPE")
                .since("2.8.12")
                .flags(&["optional"]),
                Argument::new("username", "string").token("USER").flags(&["optional"]),
                Argument::new("ip:port", "string").token("ADDR").flags(&["optional"]),
                Argument::new("ip:port", "string")
                    .token("LADDR")
                    .since("6.2.0")
                    .flags(&["optional"]),
                Argument::new("yes/no", "string").token("SKIPME").flags(&["optional"]),
            ],
        )
        .flags(&["multiple"]),
    ],
)]);

pub const CLIENT_SETNAME: Docs =
    Docs::new("Set the current connection name", "2.6.9", "connection", "O(1)")
        .arguments(&[Argument::new("connection-name", "string")]);

pub const CLIENT_GETNAME: Docs =
    Docs::new("Get the current connection name", "2.6.9", "connection", "O(1)");

pub const CLIENT_REPLY: Docs =
    Docs::new("Instruct the server whether to reply to commands", "3.2.0", "connection", "O(1)")
        .arguments(&[Argument::choice(
            "on_off_skip",
            &[
                Argument::word("on", "ON"),
                Argument::word("off", "OFF"),
                Argument::word("skip", "SKIP"),
            ],
        )]);

pub const CLIENT_NO_EVICT: Docs =
    Docs::new("Set client eviction mode for the current connection", "7.0.0", "connection", "O(1)")
        .arguments(&[Argument::choice(
            "enabled",
            &[Argument::word("on", "ON"), Argument::word("off", "OFF")],
        )]);

pub const CLIENT_HELP: Docs =
    Docs::new("Show helpful text about the different subcommands", "5.0.0", "connection", "O(1)");

pub const GET: Docs =
    Docs::new("Get the value of a key", "1.0.0", "string", "O(1)").arguments(&[Argument::key()]);

pub const SET: Docs = Docs::new("Set the string value of a key", "1.0.0", "string", "O(1)")
    .history(&[
        ("2.6.12", "Added the `EX`, `PX`, `NX` and `XX` options."),
        ("6.0.0", "Added the `KEEPTTL` option."),
        ("6.2.0", "Added the `GET`, `EXAT` and `PXAT` option."),
        ("7.0.0", "Allowed the `NX` and `GET` options to be used together."),
    ])
    .arguments(&[
        Argument::key(),
        Argument::new("value", "string"),
        Argument::choice("condition", &[Argument::word("nx", "NX"), Argument::word("xx", "XX")])
            .since("2.6.12")
            .flags(&["optional"]),
        Argument::word("get", "GET").since("6.2.0").flags(&["optional"]),
        Argument::choice(
            "expiration",
            &[
                Argument::new("seconds", "integer").token("EX").since("2.6.12"),
                Argument::new("milliseconds", "integer").token("PX").since("2.6.12"),
                Argument::new("unix-time-seconds", "unix-time").token("EXAT").since("6.2.0"),
                Argument::new("unix-time-milliseconds", "unix-time").token("PXAT").since("6.2.0"),
                Argument::word("keepttl", "KEEPTTL").since("6.0.0"),
            ],
        )
        .flags(&["optional"]),
    ]);

pub const STRLEN: Docs =
    Docs::new("Get the length of the value stored in a key", "2.2.0", "string", "O(1)")
        .arguments(&[Argument::key()]);

pub const EXISTS: Docs = Docs::new(
    "Determine if a key exists",
    "1.0.0",
    "generic",
    "O(N) where N is the number of keys to check.",
)
.history(&[("3.0.3", "Accepts multiple `key` arguments.")])
.arguments(&[Argument::key().flags(&["multiple"])]);

pub const TYPE: Docs = Docs::new("Determine the type stored at key", "1.0.0", "generic", "O(1)")
    .arguments(&[Argument::key()]);

pub const TTL: Docs =
    Docs::new("Get the time to live for a key in seconds", "1.0.0", "generic", "O(1)")
        .history(&[("2.8.0", "Added the -2 reply.")])
        .arguments(&[Argument::key()]);

pub const PTTL: Docs =
    Docs::new("Get the time to live for a key in milliseconds", "2.6.0", "generic", "O(1)")
        .history(&[("2.8.0", "Added the -2 reply.")])
        .arguments(&[Argument::key()]);

pub const KEYS: Docs = Docs::new(
    "Find all keys matching the given pattern",
    "1.0.0",
    "generic",
    "O(N) with N being the number of keys in the database, under the assumption that the \
     key names in the database and the given pattern have limited length.",
)
.arguments(&[Argument::new("pattern", "pattern")]);

pub const SCAN: Docs = Docs::new(
    "Incrementally iterate the keys space",
    "2.8.0",
    "generic",
    "O(1) for every call. O(N) for a complete iteration, including enough command calls \
     for the cursor to return back to 0. N is the number of elements inside the \
     collection.",
)
.history(&[("6.0.0", "Added the `TYPE` subcommand.")])
.arguments(&[
    Argument::new("cursor", "integer"),
    Argument::new("pattern", "pattern").token("MATCH").flags(&["optional"]),
    Argument::new("count", "integer").token("COUNT").flags(&["optional"]),
    Argument::new("type", "string").token("TYPE").since("6.0.0").flags(&["optional"]),
]);

pub const DBSIZE: Docs =
    Docs::new("Return the number of keys in the selected database", "1.0.0", "server", "O(1)");

pub const COMMAND: Docs = Docs::new(
    "Get array of Redis command details",
    "2.8.13",
    "server",
    "O(N) where N is the total number of Redis commands",
);

pub const COMMAND_COUNT: Docs =
    Docs::new("Get total number of Redis commands", "2.8.13", "server", "O(1)");

pub const COMMAND_INFO: Docs = Docs::new(
    "Get array of specific Redis command details, or all when no argument is given.",
    "2.8.13",
    "server",
    "O(N) where N is the number of commands to look up",
)
.history(&[("7.0.0", "Allowed to be called with no argument to get info on all commands.")])
.arguments(&[Argument::new("command-name", "string").flags(&["optional", "multiple"])]);

pub const COMMAND_DOCS: Docs = Docs::new(
    "Get array of specific Redis command documentation",
    "7.0.0",
    "server",
    "O(N) where N is the number of commands to look up",
)
.arguments(&[Argument::new("command-name", "string").flags(&["optional", "multiple"])]);

pub const COMMAND_LIST: Docs = Docs::new(
    "Get an array of Redis command names",
    "7.0.0",
    "server",
    "O(N) where N is the total number of Redis commands",
)
.arguments(&[Argument::choice(
    "filterby",
    &[
        Argument::new("module-name", "string").token("MODULE"),
        Argument::new("category", "string").token("ACLCAT"),
        Argument::new("pattern", "pattern").token("PATTERN"),
    ],
)
.token("FILTERBY")
.flags(&["optional"])]);

pub const COMMAND_GETKEYS: Docs = Docs::new(
    "Extract keys given a full Redis command",
    "2.8.13",
    "server",
    "O(N) where N is the number of arguments to the command",
);

pub const COMMAND_GETKEYSANDFLAGS: Docs = Docs::new(
    "Extract keys and access flags given a full Redis command",
    "7.0.0",
    "server",
    "O(N) where N is the number of arguments to the command",
);

pub const COMMAND_HELP: Docs =
    Docs::new("Show helpful text about the different subcommands", "5.0.0", "server", "O(1)");

pub const CONFIG: Docs = Docs::new(
    "A container for server configuration commands",
    "2.0.0",
    "server",
    "Depends on subcommand.",
);

pub const CONFIG_GET: Docs = Docs::new(
    "Get the values of configuration parameters",
    "2.0.0",
    "server",
    "O(N) when N is the number of configuration parameters provided",
)
.history(&[("7.0.0", "Added the ability to pass multiple pattern parameters in one call")])
.arguments(&[
    Argument::block("parameter", &[Argument::new("parameter", "string")]).flags(&["multiple"])
]);

pub const CONFIG_HELP: Docs =
    Docs::new("Show helpful text about the different subcommands", "5.0.0", "server", "O(1)");

pub const INFO: Docs =
    Docs::new("Get information and statistics about the server", "1.0.0", "server", "O(1)")
        .history(&[("7.0.0", "Added support for taking multiple section arguments.")])
        .arguments(&[Argument::new("section", "string").flags(&["optional", "multiple"])]);

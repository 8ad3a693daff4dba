// Every feature, through a connection of either kind. See `redis_rs.rs`.

use std::collections::{BTreeMap, BTreeSet};

use redis::{IntegerReplyOrNoOp, ScanOptions, SetExpiry, SetOptions, Value, ValueType, cmd, pipe};

use super::{all_bytes, between, equal, field, now, tell};

type Checked = anyhow::Result<()>;

/// Checks every feature, and tells how it went.
pub async fn check_all(client: &redis::Client, port: &str) -> Checked {
    let mut con = connect(client).await?;
    let con = &mut con;
    tell("connect", connected(con).await);
    tell("PING", ping(con).await);
    tell("ECHO", echo(con).await);
    tell("SET and GET", set_get(con).await);
    tell("SET with an expiry", set_with_expiry(con).await);
    tell("TTL and PTTL", ttl(con).await);
    tell("EXISTS", exists(con).await);
    tell("TYPE", key_type(con).await);
    tell("KEYS", keys(con).await);
    tell("SCAN", scan(con).await);
    tell("DBSIZE", dbsize(port).await);
    tell("SELECT", select(con, client, port).await);
    tell("CONFIG GET", config_get(con, port).await);
    tell("HELLO", hello(con).await);
    tell("CLIENT ID INFO LIST", client_info(con, client).await);
    tell("CLIENT SETNAME GETNAME", client_setname(client).await);
    tell("CLIENT REPLY", client_reply(con).await);
    tell("CLIENT NO-EVICT", client_no_evict(con).await);
    tell("CLIENT KILL", client_kill(con, client).await);
    tell("COMMAND", command(con).await);
    tell("COMMAND COUNT LIST", command_count(con).await);
    tell("COMMAND INFO", command_info(con).await);
    tell("COMMAND DOCS", command_docs(con).await);
    tell("COMMAND GETKEYS", command_getkeys(con).await);
    tell("INFO", info(con, port).await);
    tell("RESET", reset(client).await);
    tell("QUIT", quit(client).await);
    tell("errors", errors(con).await);
    tell("pipeline", pipeline(con).await);
    tell("binary values", binary_values(con).await);
    tell("large values", large_values(con).await);
    tell("reconnect", reconnect(client).await);
    Ok(())
}

/// Asks with words alone, and for a reply of this type.
async fn words<T: FromRedisValue>(con: &mut Connection, words: &[&str]) -> RedisResult<T> {
    let (first, rest) = words.split_first().unwrap_or((&"", &[]));
    ask(con, cmd(first).arg(rest)).await
}

async fn says(con: &mut Connection, command: &[&str], due: &str) -> Checked {
    equal(&words::<String>(con, command).await?, due)
}

async fn connected(con: &mut Connection) -> Checked {
    equal(&wait!(con.set::<_, _, String>("connect", "yes"))?, "OK")?;
    let info: String = words(con, &["CLIENT", "INFO"]).await?;
    println!("@protocol\t{}", field(&info, "resp")?);
    equal(field(&info, "resp")?, "2")
}

async fn ping(con: &mut Connection) -> Checked {
    equal(&wait!(con.ping::<String>())?, "PONG")?;
    says(con, &["PING", "hello"], "hello").await
}

async fn echo(con: &mut Connection) -> Checked {
    says(con, &["ECHO", "hello"], "hello").await?;
    let echoed: Vec<u8> = ask(con, cmd("ECHO").arg(all_bytes())).await?;
    equal(&echoed, &all_bytes())
}

async fn set_get(con: &mut Connection) -> Checked {
    equal(&wait!(con.set::<_, _, String>("key", "value"))?, "OK")?;
    equal(&wait!(con.get::<_, Option<String>>("key"))?.as_deref(), &Some("value"))?;
    equal(&wait!(con.get::<_, Option<String>>("missing"))?, &None::<String>)?;
    let () = wait!(con.set("key", 12))?;
    equal(&wait!(con.get::<_, u64>("key"))?, &12)
}

async fn set_with_expiry(con: &mut Connection) -> Checked {
    let now = now()?;
    let soon = u64::try_from(now.as_millis())? + 100_000;
    let table = [
        ("ex", SetExpiry::EX(100)),
        ("px", SetExpiry::PX(100_000)),
        ("exat", SetExpiry::EXAT(now.as_secs() + 100)),
        ("pxat", SetExpiry::PXAT(soon)),
        ("ex", SetExpiry::KEEPTTL),
    ];
    for (key, expiry) in table {
        let options = SetOptions::default().with_expiration(expiry);
        equal(&wait!(con.set_options::<_, _, String>(key, "v", options))?, "OK")?;
        between(98_000, wait!(con.pttl::<_, IntegerReplyOrNoOp>(key))?.raw(), 101_000)?;
    }
    let options = SetOptions::default().with_expiration(SetExpiry::PX(50));
    equal(&wait!(con.set_options::<_, _, String>("short", "v", options))?, "OK")?;
    tokio::time::sleep(super::Duration::from_millis(100)).await;
    equal(&wait!(con.get::<_, Option<String>>("short"))?, &None::<String>)
}

async fn ttl(con: &mut Connection) -> Checked {
    let options = SetOptions::default().with_expiration(SetExpiry::EX(100));
    equal(&wait!(con.set_options::<_, _, String>("bounded", "v", options))?, "OK")?;
    let () = wait!(con.set("unbounded", "v"))?;
    between(99, wait!(con.ttl::<_, isize>("bounded"))?, 100)?;
    between(99_000, wait!(con.pttl::<_, isize>("bounded"))?, 100_000)?;
    equal(&wait!(con.ttl::<_, isize>("unbounded"))?, &-1)?;
    equal(&wait!(con.pttl::<_, IntegerReplyOrNoOp>("missing"))?, &IntegerReplyOrNoOp::NotExists)
}

async fn exists(con: &mut Connection) -> Checked {
    let () = wait!(con.set("one", "1"))?;
    let () = wait!(con.set("two", "2"))?;
    equal(&wait!(con.exists::<_, bool>("one"))?, &true)?;
    equal(&wait!(con.exists::<_, bool>("missing"))?, &false)?;
    equal(&wait!(con.exists::<_, u64>(&["one", "two", "one", "missing"]))?, &3)
}

async fn key_type(con: &mut Connection) -> Checked {
    let () = wait!(con.set("string", "v"))?;
    equal(&wait!(con.key_type::<_, ValueType>("string"))?, &ValueType::String)?;
    equal(&wait!(con.key_type::<_, ValueType>("missing"))?, &ValueType::None)
}

async fn keys(con: &mut Connection) -> Checked {
    for key in ["keys:0", "keys:1", "keys:2"] {
        let () = wait!(con.set(key, "v"))?;
    }
    let found: BTreeSet<String> = wait!(con.keys("keys:*"))?;
    equal(&found, &["keys:0", "keys:1", "keys:2"].map(String::from).into())?;
    equal(&wait!(con.keys::<_, Vec<String>>("nothing:*"))?, &Vec::<String>::new())
}

async fn scan(con: &mut Connection) -> Checked {
    let due: BTreeSet<String> = (0..1000).map(|n| format!("scan:{n}")).collect();
    let mut pipeline = pipe();
    for key in &due {
        pipeline.set(key, "v").ignore();
    }
    let () = send(con, &pipeline).await?;
    let found = all(wait!(con.scan_match("scan:*"))?).await?;
    equal(&found.into_iter().collect::<BTreeSet<_>>(), &due)?;
    let options = ScanOptions::default().with_pattern("scan:*").with_count(100);
    let found = all(wait!(con.scan_options(options))?).await?;
    equal(&found.into_iter().collect::<BTreeSet<_>>(), &due)?;
    let found: BTreeSet<String> = all(wait!(con.scan())?).await?.into_iter().collect();
    equal(&due.is_subset(&found), &true)
}

async fn in_database(port: &str, number: u8) -> RedisResult<Connection> {
    connect(&redis::Client::open(format!("redis://127.0.0.1:{port}/{number}"))?).await
}

async fn dbsize(port: &str) -> Checked {
    let other = &mut in_database(port, 9).await?;
    equal(&words::<u64>(other, &["DBSIZE"]).await?, &0)?;
    let () = wait!(other.set("dbsize", "v"))?;
    equal(&words::<u64>(other, &["DBSIZE"]).await?, &1)
}

async fn select(con: &mut Connection, client: &redis::Client, port: &str) -> Checked {
    let () = wait!(con.set("select", "zero"))?;
    let other = &mut in_database(port, 3).await?;
    let () = wait!(other.set("select", "three"))?;
    equal(field(&words::<String>(other, &["CLIENT", "INFO"]).await?, "db")?, "3")?;
    let other = &mut connect(client).await?;
    says(other, &["SELECT", "3"], "OK").await?;
    equal(&wait!(other.get::<_, String>("select"))?, "three")?;
    equal(&wait!(con.get::<_, String>("select"))?, "zero")
}

async fn config_get(con: &mut Connection, port: &str) -> Checked {
    let found: BTreeMap<String, String> = words(con, &["CONFIG", "GET", "port"]).await?;
    equal(&found, &[("port".into(), port.into())].into())?;
    let found: BTreeMap<String, String> = words(con, &["CONFIG", "GET", "dbfile*"]).await?;
    equal(&found, &[("dbfilename".into(), "dump.rdb".into())].into())?;
    let found: BTreeMap<String, String> = words(con, &["CONFIG", "GET", "nothing"]).await?;
    equal(&found.len(), &0)
}

async fn hello(con: &mut Connection) -> Checked {
    let found: BTreeMap<String, Value> = words(con, &["HELLO"]).await?;
    equal(&found.get("server"), &Some(&Value::BulkString("redis".into())))?;
    equal(&found.get("proto"), &Some(&Value::Int(2)))?;
    equal(&found.get("mode"), &Some(&Value::BulkString("standalone".into())))?;
    equal(&found.get("role"), &Some(&Value::BulkString("master".into())))?;
    equal(&found.get("modules"), &Some(&Value::Array(Vec::new())))
}

async fn client_info(con: &mut Connection, client: &redis::Client) -> Checked {
    let other = &mut connect(client).await?;
    let id = wait!(other.client_id::<isize>())?.to_string();
    equal(field(&words::<String>(other, &["CLIENT", "INFO"]).await?, "id")?, id.as_str())?;
    let list: String = words(con, &["CLIENT", "LIST"]).await?;
    let own = list.lines().find(|line| field(line, "id").is_ok_and(|found| found == id));
    equal(field(own.unwrap_or_default(), "cmd")?, "client|info")?;
    let list: String = words(con, &["CLIENT", "LIST", "ID", &id]).await?;
    equal(&list.lines().count(), &1)?;
    equal(field(&list, "id")?, id.as_str())
}

async fn client_setname(client: &redis::Client) -> Checked {
    let other = &mut connect(client).await?;
    equal(&wait!(other.client_getname::<Option<String>>())?, &None::<String>)?;
    equal(&wait!(other.client_setname::<_, String>("later"))?, "OK")?;
    equal(&wait!(other.client_getname::<Option<String>>())?.as_deref(), &Some("later"))?;
    equal(field(&words::<String>(other, &["CLIENT", "INFO"]).await?, "name")?, "later")
}

async fn client_reply(con: &mut Connection) -> Checked {
    says(con, &["CLIENT", "REPLY", "ON"], "OK").await
}

async fn client_no_evict(con: &mut Connection) -> Checked {
    says(con, &["CLIENT", "NO-EVICT", "ON"], "OK").await?;
    says(con, &["CLIENT", "NO-EVICT", "OFF"], "OK").await
}

async fn client_kill(con: &mut Connection, client: &redis::Client) -> Checked {
    let other = &mut connect(client).await?;
    let id = wait!(other.client_id::<isize>())?.to_string();
    equal(&words::<u64>(con, &["CLIENT", "KILL", "ID", &id]).await?, &1)?;
    equal(&words::<u64>(con, &["CLIENT", "KILL", "ID", &id]).await?, &0)?;
    let error = wait!(other.ping::<String>()).err();
    equal(&error.is_some_and(|error| error.is_io_error() || error.is_connection_dropped()), &true)
}

async fn command(con: &mut Connection) -> Checked {
    let commands: Vec<Vec<Value>> = words(con, &["COMMAND"]).await?;
    for (name, due) in [("get", [2, 1, 1, 1]), ("set", [-3, 1, 1, 1]), ("exists", [-2, 1, -1, 1])] {
        let name = Value::BulkString(name.into());
        let found = commands.iter().find(|command| command.first() == Some(&name));
        let found = found.map(Vec::as_slice).unwrap_or_default();
        let numbers: Vec<_> = [1, 3, 4, 5].iter().filter_map(|at| found.get(*at)).collect();
        equal(&numbers, &due.map(Value::Int).iter().collect::<Vec<_>>())?;
    }
    Ok(())
}

async fn command_count(con: &mut Connection) -> Checked {
    let commands: Vec<Value> = words(con, &["COMMAND"]).await?;
    equal(&words::<usize>(con, &["COMMAND", "COUNT"]).await?, &commands.len())?;
    let names: Vec<String> = words(con, &["COMMAND", "LIST"]).await?;
    equal(&names.iter().filter(|name| !name.contains('|')).count(), &commands.len())?;
    equal(&names.iter().any(|name| name == "get"), &true)
}

async fn command_info(con: &mut Connection) -> Checked {
    let found: Vec<Value> = words(con, &["COMMAND", "INFO", "get", "nosuch"]).await?;
    let [Value::Array(get), Value::Nil] = found.as_slice() else {
        super::bail!("{found:?} came");
    };
    equal(&get.get(..2), &Some(&[Value::BulkString("get".into()), Value::Int(2)][..]))
}

async fn command_docs(con: &mut Connection) -> Checked {
    let docs: BTreeMap<String, BTreeMap<String, Value>> =
        words(con, &["COMMAND", "DOCS", "get", "set"]).await?;
    equal(&docs.keys().collect::<Vec<_>>(), &["get", "set"])?;
    for doc in docs.values() {
        equal(&doc.get("since"), &Some(&Value::BulkString("1.0.0".into())))?;
        equal(&doc.get("group"), &Some(&Value::BulkString("string".into())))?;
        let has_arguments = matches!(doc.get("arguments"), Some(Value::Array(a)) if !a.is_empty());
        equal(&(doc.contains_key("summary"), has_arguments), &(true, true))?;
    }
    Ok(())
}

async fn command_getkeys(con: &mut Connection) -> Checked {
    let found: Vec<String> = words(con, &["COMMAND", "GETKEYS", "SET", "key", "value"]).await?;
    equal(&found, &["key"])?;
    let found: Vec<String> = words(con, &["COMMAND", "GETKEYS", "EXISTS", "one", "two"]).await?;
    equal(&found, &["one", "two"])
}

async fn info(con: &mut Connection, port: &str) -> Checked {
    let info: redis::InfoDict = words(con, &["INFO"]).await?;
    equal(&info.get::<String>("redis_mode").as_deref(), &Some("standalone"))?;
    equal(&info.get::<String>("tcp_port").as_deref(), &Some(port))?;
    equal(&info.get::<String>("role").as_deref(), &Some("master"))?;
    equal(&info.get::<u64>("connected_clients").is_some_and(|n| n > 0), &true)?;
    equal(&info.get::<u64>("used_memory").is_some_and(|n| n > 0), &true)?;
    let () = wait!(con.set("info", "v"))?;
    let keyspace: redis::InfoDict = words(con, &["INFO", "keyspace"]).await?;
    let size: u64 = words(con, &["DBSIZE"]).await?;
    let db0: String = keyspace.get("db0").unwrap_or_default();
    equal(&db0.starts_with(&format!("keys={size},expires=")), &true)
}

async fn reset(client: &redis::Client) -> Checked {
    let other = &mut connect(client).await?;
    let () = wait!(other.client_setname("before"))?;
    says(other, &["SELECT", "4"], "OK").await?;
    says(other, &["RESET"], "RESET").await?;
    equal(&wait!(other.client_getname::<Option<String>>())?, &None::<String>)?;
    equal(field(&words::<String>(other, &["CLIENT", "INFO"]).await?, "db")?, "0")
}

async fn quit(client: &redis::Client) -> Checked {
    let other = &mut connect(client).await?;
    says(other, &["QUIT"], "OK").await?;
    equal(&wait!(other.ping::<String>()).is_err(), &true)
}

async fn errors(con: &mut Connection) -> Checked {
    let table: [(&[&str], &str); 4] = [
        (&["NOSUCH", "a"], "unknown command 'NOSUCH', with args beginning with: 'a' "),
        (&["GET"], "wrong number of arguments for 'get' command"),
        (&["SET", "a", "b", "c"], "syntax error"),
        (&["SELECT", "99"], "DB index is out of range"),
    ];
    for (command, due) in table {
        let Err(error) = words::<Value>(con, command).await else {
            super::bail!("no error comes to {command:?}");
        };
        equal(&error.code(), &Some("ERR"))?;
        equal(&error.detail(), &Some(due))?;
    }
    equal(&wait!(con.ping::<String>())?, "PONG")
}

async fn pipeline(con: &mut Connection) -> Checked {
    let mut pipeline = pipe();
    let mut due = Vec::new();
    for n in 0..2500 {
        let (key, value) = (format!("pipeline:{}", n % 10), format!("value {n}"));
        pipeline.set(&key, &value).ignore().get(&key);
        due.push(value);
    }
    equal(&send::<Vec<String>>(con, &pipeline).await?, &due)
}

async fn binary_values(con: &mut Connection) -> Checked {
    let values = [&b""[..], b"\r\n", b"$5\r\nhello\r\n", b"\xff\xfe", &all_bytes()];
    for value in values {
        let key = [b"binary", value].concat();
        equal(&wait!(con.set::<_, _, String>(&key, value))?, "OK")?;
        equal(&wait!(con.get::<_, Vec<u8>>(&key))?, value)?;
    }
    let found: Vec<Vec<u8>> = wait!(con.keys("binary*"))?;
    equal(&found.contains(&[&b"binary"[..], &all_bytes()].concat()), &true)
}

async fn large_values(con: &mut Connection) -> Checked {
    let value = all_bytes().repeat(16_000);
    equal(&wait!(con.set::<_, _, String>("large", &value))?, "OK")?;
    super::ensure!(wait!(con.get::<_, Vec<u8>>("large"))? == value, "another value came back");
    Ok(())
}

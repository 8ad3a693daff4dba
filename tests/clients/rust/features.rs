// Every feature, through a connection of either kind. See `redis_rs.rs`.

use std::collections::{BTreeMap, BTreeSet};

use redis::{
    CopyOptions, Expiry, FlushAllOptions, IntegerReplyOrNoOp, ScanOptions, SetExpiry, SetOptions,
    Value, ValueType, cmd, pipe,
};

use super::{all_bytes, between, equal, field, now, refused, tell};

type Checked = anyhow::Result<()>;

/// Checks every feature, and tells how it went.
pub async fn check_all(client: &redis::Client, port: &str) -> Checked {
    let mut con = connect(client).await?;
    let con = &mut con;
    tell("connect", connected(con).await);
    tell("PING", ping(con).await);
    tell("ECHO", echo(con).await);
    tell("SET and GET", set_get(con).await);
    tell("GETSET GETDEL SETNX", getset(con).await);
    tell("MSET MGET MSETNX", mset(con).await);
    tell("INCR DECR INCRBY DECRBY", incr(con).await);
    tell("INCRBYFLOAT", incrbyfloat(con).await);
    tell("APPEND STRLEN GETRANGE SETRANGE", append(con).await);
    tell("SET with an expiry", set_with_expiry(con).await);
    tell("TTL and PTTL", ttl(con).await);
    tell("SETEX PSETEX", setex(con).await);
    tell("GETEX", getex(con).await);
    tell("EXPIRE PEXPIRE", expire(con).await);
    tell("EXPIREAT PEXPIREAT", expireat(con).await);
    tell("EXPIRETIME PEXPIRETIME", expiretime(con).await);
    tell("PERSIST", persist(con).await);
    tell("EXISTS", exists(con).await);
    tell("DEL UNLINK TOUCH", del(con).await);
    tell("RENAME RENAMENX", rename(con).await);
    tell("COPY MOVE", copy(con, port).await);
    tell("TYPE", key_type(con).await);
    tell("OBJECT ENCODING REFCOUNT", object(con).await);
    tell("KEYS", keys(con).await);
    tell("SCAN", scan(con).await);
    tell("RANDOMKEY", randomkey(port).await);
    tell("DBSIZE", dbsize(port).await);
    tell("SELECT", select(con, client, port).await);
    tell("SWAPDB", swapdb(con, port).await);
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
    tell("FLUSHDB FLUSHALL", flush(con, port).await);
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

async fn getset(con: &mut Connection) -> Checked {
    equal(&wait!(con.getset::<_, _, Option<String>>("getset", "old"))?, &None::<String>)?;
    equal(&wait!(con.getset::<_, _, String>("getset", "new"))?, "old")?;
    equal(&wait!(con.get_del::<_, String>("getset"))?, "new")?;
    equal(&wait!(con.get_del::<_, Option<String>>("getset"))?, &None::<String>)?;
    equal(&wait!(con.set_nx::<_, _, bool>("getset", all_bytes()))?, &true)?;
    equal(&wait!(con.set_nx::<_, _, bool>("getset", "other"))?, &false)?;
    equal(&wait!(con.get_del::<_, Vec<u8>>("getset"))?, &all_bytes())
}

async fn mset(con: &mut Connection) -> Checked {
    let pairs = [("mset:1", b"1".to_vec()), ("mset:2", all_bytes())];
    equal(&wait!(con.mset::<_, _, String>(&pairs))?, "OK")?;
    let found: Vec<Option<Vec<u8>>> = wait!(con.mget(&["mset:1", "missing", "mset:2"]))?;
    equal(&found, &[Some(b"1".to_vec()), None, Some(all_bytes())])?;
    equal(&wait!(con.mset_nx::<_, _, bool>(&[("mset:3", "v"), ("mset:1", "v")]))?, &false)?;
    equal(&wait!(con.mset_nx::<_, _, bool>(&[("mset:3", "v"), ("mset:4", "w")]))?, &true)?;
    let found: Vec<String> = wait!(con.mget(&["mset:1", "mset:3", "mset:4"]))?;
    equal(&found, &["1", "v", "w"])
}

async fn incr(con: &mut Connection) -> Checked {
    equal(&words::<i64>(con, &["INCR", "counter"]).await?, &1)?;
    equal(&wait!(con.incr::<_, _, i64>("counter", 41))?, &42)?;
    equal(&words::<i64>(con, &["DECR", "counter"]).await?, &41)?;
    equal(&wait!(con.decr::<_, _, i64>("counter", 42))?, &-1)?;
    equal(&wait!(con.get::<_, String>("counter"))?, "-1")?;
    let () = wait!(con.set("most", i64::MAX))?;
    let overflow = "increment or decrement would overflow";
    refused(wait!(con.incr::<_, _, i64>("most", 1)), overflow)?;
    equal(&wait!(con.decr::<_, _, i64>("most", 1))?, &(i64::MAX - 1))?;
    let () = wait!(con.set("word", "seven"))?;
    let no_integer = "value is not an integer or out of range";
    refused(wait!(con.incr::<_, _, i64>("word", 1)), no_integer)
}

async fn incrbyfloat(con: &mut Connection) -> Checked {
    let () = wait!(con.set("float", "10.50"))?;
    equal(&wait!(con.incr::<_, _, f64>("float", 0.1))?, &10.6)?;
    equal(&wait!(con.incr::<_, _, String>("float", -5.6))?, "5")?;
    let () = wait!(con.set("word", "seven"))?;
    refused(wait!(con.incr::<_, _, f64>("word", 0.5)), "value is not a valid float")
}

async fn append(con: &mut Connection) -> Checked {
    equal(&wait!(con.append::<_, _, usize>("append", "Hello"))?, &5)?;
    equal(&wait!(con.append::<_, _, usize>("append", " World"))?, &11)?;
    equal(&wait!(con.strlen::<_, usize>("append"))?, &11)?;
    equal(&wait!(con.strlen::<_, usize>("missing"))?, &0)?;
    equal(&wait!(con.getrange::<_, String>("append", 0, 4))?, "Hello")?;
    equal(&wait!(con.getrange::<_, String>("append", -5, -1))?, "World")?;
    equal(&wait!(con.getrange::<_, String>("append", 20, 30))?, "")?;
    equal(&wait!(con.setrange::<_, _, usize>("append", 6, "Redis"))?, &11)?;
    equal(&wait!(con.get::<_, String>("append"))?, "Hello Redis")?;
    equal(&wait!(con.setrange::<_, _, usize>("padded", 3, b"\xff"))?, &4)?;
    equal(&wait!(con.get::<_, Vec<u8>>("padded"))?, b"\0\0\0\xff")
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

async fn setex(con: &mut Connection) -> Checked {
    equal(&wait!(con.set_ex::<_, _, String>("setex", all_bytes(), 100))?, "OK")?;
    between(99, wait!(con.ttl::<_, isize>("setex"))?, 100)?;
    equal(&wait!(con.get::<_, Vec<u8>>("setex"))?, &all_bytes())?;
    equal(&wait!(con.pset_ex::<_, _, String>("setex", "short", 50))?, "OK")?;
    tokio::time::sleep(super::Duration::from_millis(100)).await;
    equal(&wait!(con.exists::<_, bool>("setex"))?, &false)?;
    let refusal = "invalid expire time in 'setex' command";
    refused(wait!(con.set_ex::<_, _, String>("setex", "v", 0)), refusal)?;
    let refusal = "invalid expire time in 'psetex' command";
    refused(wait!(con.pset_ex::<_, _, String>("setex", "v", 0)), refusal)
}

async fn getex(con: &mut Connection) -> Checked {
    let now = now()?.as_secs();
    let () = wait!(con.set("getex", all_bytes()))?;
    let table = [
        (Expiry::EX(100), 100_000),
        (Expiry::PX(200_000), 200_000),
        (Expiry::EXAT(now + 300), 300_000),
        (Expiry::PXAT((now + 400) * 1000), 400_000),
    ];
    for (expiry, due) in table {
        equal(&wait!(con.get_ex::<_, Vec<u8>>("getex", expiry))?, &all_bytes())?;
        between(due - 2000, wait!(con.pttl::<_, isize>("getex"))?, due)?;
    }
    equal(&wait!(con.get_ex::<_, Vec<u8>>("getex", Expiry::PERSIST))?, &all_bytes())?;
    equal(&wait!(con.ttl::<_, isize>("getex"))?, &-1)?;
    let found: Option<String> = wait!(con.get_ex("missing", Expiry::EX(100)))?;
    equal(&found, &None::<String>)
}

async fn expire(con: &mut Connection) -> Checked {
    let () = wait!(con.set("expire", "v"))?;
    equal(&wait!(con.expire::<_, bool>("expire", 100))?, &true)?;
    between(99_000, wait!(con.pttl::<_, isize>("expire"))?, 100_000)?;
    equal(&words::<bool>(con, &["EXPIRE", "expire", "100", "NX"]).await?, &false)?;
    equal(&words::<bool>(con, &["EXPIRE", "expire", "50", "GT"]).await?, &false)?;
    equal(&words::<bool>(con, &["PEXPIRE", "expire", "200000", "XX", "GT"]).await?, &true)?;
    between(199_000, wait!(con.pttl::<_, isize>("expire"))?, 200_000)?;
    equal(&words::<bool>(con, &["PEXPIRE", "expire", "300000", "LT"]).await?, &false)?;
    equal(&wait!(con.pexpire::<_, bool>("expire", 50))?, &true)?;
    tokio::time::sleep(super::Duration::from_millis(100)).await;
    equal(&wait!(con.get::<_, Option<String>>("expire"))?, &None::<String>)?;
    equal(&wait!(con.expire::<_, bool>("expire", 100))?, &false)
}

async fn expireat(con: &mut Connection) -> Checked {
    let now = i64::try_from(now()?.as_secs())?;
    let () = wait!(con.set("expireat", "v"))?;
    equal(&wait!(con.expire_at::<_, bool>("expireat", now + 100))?, &true)?;
    between(98_000, wait!(con.pttl::<_, isize>("expireat"))?, 100_000)?;
    equal(&wait!(con.pexpire_at::<_, bool>("expireat", (now + 200) * 1000))?, &true)?;
    between(198_000, wait!(con.pttl::<_, isize>("expireat"))?, 200_000)?;
    let soon = (now + 50).to_string();
    equal(&words::<bool>(con, &["EXPIREAT", "expireat", &soon, "GT"]).await?, &false)?;
    equal(&words::<bool>(con, &["PEXPIREAT", "expireat", "1", "NX"]).await?, &false)?;
    equal(&words::<bool>(con, &["EXPIREAT", "expireat", "1", "LT"]).await?, &true)?;
    equal(&wait!(con.exists::<_, bool>("expireat"))?, &false)?;
    equal(&wait!(con.pexpire_at::<_, bool>("expireat", 1))?, &false)
}

async fn expiretime(con: &mut Connection) -> Checked {
    let when = now()?.as_secs() + 100;
    let options = SetOptions::default().with_expiration(SetExpiry::EXAT(when));
    equal(&wait!(con.set_options::<_, _, String>("expiretime", "v", options))?, "OK")?;
    equal(&wait!(con.expire_time::<_, u64>("expiretime"))?, &when)?;
    equal(&wait!(con.pexpire_time::<_, u64>("expiretime"))?, &(when * 1000))?;
    let () = wait!(con.set("expiretime", "v"))?;
    let never = IntegerReplyOrNoOp::ExistsButNotRelevant;
    equal(&wait!(con.expire_time::<_, IntegerReplyOrNoOp>("expiretime"))?, &never)?;
    let missing = IntegerReplyOrNoOp::NotExists;
    equal(&wait!(con.pexpire_time::<_, IntegerReplyOrNoOp>("missing"))?, &missing)
}

async fn persist(con: &mut Connection) -> Checked {
    equal(&wait!(con.set_ex::<_, _, String>("persist", "v", 100))?, "OK")?;
    equal(&wait!(con.persist::<_, bool>("persist"))?, &true)?;
    equal(&wait!(con.persist::<_, bool>("persist"))?, &false)?;
    equal(&wait!(con.ttl::<_, isize>("persist"))?, &-1)?;
    equal(&wait!(con.persist::<_, bool>("missing"))?, &false)
}

async fn exists(con: &mut Connection) -> Checked {
    let () = wait!(con.set("one", "1"))?;
    let () = wait!(con.set("two", "2"))?;
    equal(&wait!(con.exists::<_, bool>("one"))?, &true)?;
    equal(&wait!(con.exists::<_, bool>("missing"))?, &false)?;
    equal(&wait!(con.exists::<_, u64>(&["one", "two", "one", "missing"]))?, &3)
}

async fn del(con: &mut Connection) -> Checked {
    for key in ["del:1", "del:2", "del:3", "del:4"] {
        let () = wait!(con.set(key, "v"))?;
    }
    equal(&words::<u64>(con, &["TOUCH", "del:1", "del:4", "missing"]).await?, &2)?;
    equal(&wait!(con.del::<_, u64>(&["del:1", "del:2", "missing"]))?, &2)?;
    equal(&wait!(con.unlink::<_, u64>(&["del:3", "del:3", "missing"]))?, &1)?;
    equal(&wait!(con.exists::<_, u64>(&["del:1", "del:2", "del:3", "del:4"]))?, &1)?;
    equal(&wait!(con.del::<_, bool>("del:4"))?, &true)?;
    equal(&wait!(con.del::<_, bool>("del:4"))?, &false)
}

async fn rename(con: &mut Connection) -> Checked {
    let () = wait!(con.mset(&[("rename:1", "one"), ("rename:2", "two")]))?;
    equal(&wait!(con.rename::<_, _, String>("rename:1", "rename:3"))?, "OK")?;
    equal(&wait!(con.get::<_, String>("rename:3"))?, "one")?;
    equal(&wait!(con.rename_nx::<_, _, bool>("rename:3", "rename:2"))?, &false)?;
    equal(&wait!(con.rename_nx::<_, _, bool>("rename:3", "rename:1"))?, &true)?;
    equal(&wait!(con.rename::<_, _, String>("rename:1", "rename:2"))?, "OK")?;
    let found: Vec<Option<String>> = wait!(con.mget(&["rename:1", "rename:2", "rename:3"]))?;
    equal(&found, &[None, Some("one".into()), None])?;
    refused(wait!(con.rename::<_, _, String>("missing", "rename:1")), "no such key")
}

async fn copy(con: &mut Connection, port: &str) -> Checked {
    let as_it_is = CopyOptions::default;
    let () = wait!(con.set("copy", "v"))?;
    equal(&wait!(con.copy::<_, _, _, bool>("copy", "twin", as_it_is()))?, &true)?;
    let () = wait!(con.set("copy", "w"))?;
    equal(&wait!(con.copy::<_, _, _, bool>("copy", "twin", as_it_is()))?, &false)?;
    equal(&wait!(con.get::<_, String>("twin"))?, "v")?;
    equal(&wait!(con.copy::<_, _, _, bool>("copy", "twin", as_it_is().replace(true)))?, &true)?;
    equal(&wait!(con.get::<_, String>("twin"))?, "w")?;
    equal(&wait!(con.copy::<_, _, _, bool>("missing", "twin", as_it_is()))?, &false)?;
    equal(&wait!(con.copy::<_, _, _, bool>("copy", "copied", as_it_is().db(5)))?, &true)?;
    equal(&words::<bool>(con, &["MOVE", "copy", "5"]).await?, &true)?;
    equal(&words::<bool>(con, &["MOVE", "copy", "5"]).await?, &false)?;
    equal(&words::<bool>(con, &["MOVE", "twin", "5"]).await?, &true)?;
    equal(&wait!(con.exists::<_, u64>(&["copy", "twin"]))?, &0)?;
    let other = &mut in_database(port, 5).await?;
    let found: Vec<String> = wait!(other.mget(&["copied", "copy", "twin"]))?;
    equal(&found, &["w", "w", "w"])
}

async fn key_type(con: &mut Connection) -> Checked {
    let () = wait!(con.set("string", "v"))?;
    equal(&wait!(con.key_type::<_, ValueType>("string"))?, &ValueType::String)?;
    equal(&wait!(con.key_type::<_, ValueType>("missing"))?, &ValueType::None)
}

async fn object(con: &mut Connection) -> Checked {
    for (encoding, value) in [("int", "12"), ("embstr", "short"), ("raw", &"long".repeat(12))] {
        let () = wait!(con.set(encoding, value))?;
        equal(&wait!(con.object_encoding::<_, String>(encoding))?, encoding)?;
    }
    equal(&wait!(con.object_encoding::<_, Option<String>>("missing"))?, &None::<String>)?;
    equal(&wait!(con.object_refcount::<_, usize>("raw"))?, &1)
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

async fn randomkey(port: &str) -> Checked {
    let other = &mut in_database(port, 6).await?;
    equal(&words::<Option<String>>(other, &["RANDOMKEY"]).await?, &None::<String>)?;
    let () = wait!(other.mset(&[("random:1", "v"), ("random:2", "v")]))?;
    let key: String = words(other, &["RANDOMKEY"]).await?;
    equal(&["random:1", "random:2"].contains(&key.as_str()), &true)
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

async fn swapdb(con: &mut Connection, port: &str) -> Checked {
    let seven = &mut in_database(port, 7).await?;
    let eight = &mut in_database(port, 8).await?;
    let () = wait!(seven.set("swapdb", "seven"))?;
    says(con, &["SWAPDB", "7", "8"], "OK").await?;
    equal(&wait!(seven.get::<_, Option<String>>("swapdb"))?, &None::<String>)?;
    equal(&wait!(eight.get::<_, String>("swapdb"))?, "seven")
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
        refused(words::<Value>(con, command).await, due)?;
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

async fn flush(con: &mut Connection, port: &str) -> Checked {
    let other = &mut in_database(port, 10).await?;
    let ways = [true, false].map(|is_blocking| FlushAllOptions::default().blocking(is_blocking));
    let () = wait!(con.set("kept", "v"))?;
    equal(&wait!(other.flushdb::<String>())?, "OK")?;
    for way in &ways {
        let () = wait!(other.set("flushdb", "v"))?;
        equal(&wait!(other.flushdb_options::<String>(way))?, "OK")?;
        equal(&words::<u64>(other, &["DBSIZE"]).await?, &0)?;
    }
    equal(&wait!(con.exists::<_, bool>("kept"))?, &true)?;
    equal(&wait!(con.flushall::<String>())?, "OK")?;
    for way in &ways {
        let () = wait!(con.set("flushall", "v"))?;
        let () = wait!(other.set("flushall", "v"))?;
        equal(&wait!(con.flushall_options::<String>(way))?, "OK")?;
        equal(&words::<u64>(con, &["DBSIZE"]).await?, &0)?;
        equal(&words::<u64>(other, &["DBSIZE"]).await?, &0)?;
    }
    Ok(())
}

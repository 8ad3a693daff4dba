//! The `redis` crate against the server on a port: `redis-rs PORT sync|async`.
//!
//! `features.rs` is one text with two readings: [`blocking`] and [`multiplexed`] say what a
//! connection is and what it means to wait.

use std::fmt::Debug;
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail, ensure};

mod blocking {
    use redis::{Cmd, Commands, Connection, ConnectionLike, FromRedisValue, Pipeline, RedisResult};

    /// Here a call returns when the reply is there.
    macro_rules! wait {
        ($call:expr) => {
            $call
        };
    }

    async fn connect(client: &redis::Client) -> RedisResult<Connection> {
        client.get_connection()
    }

    async fn ask<T: FromRedisValue>(con: &mut Connection, command: &Cmd) -> RedisResult<T> {
        command.query(con)
    }

    async fn send<T: FromRedisValue>(con: &mut Connection, pipeline: &Pipeline) -> RedisResult<T> {
        pipeline.query(con)
    }

    async fn all(keys: redis::Iter<'_, String>) -> RedisResult<Vec<String>> {
        keys.collect()
    }

    /// A connection stays broken, and says so; the client has another one.
    async fn reconnect(client: &redis::Client) -> anyhow::Result<()> {
        let mut con = client.get_connection()?;
        super::restart()?;
        super::ensure!(con.set::<_, _, ()>("reconnect", "v").is_err() && !con.is_open());
        let mut con = client.get_connection()?;
        super::equal(&con.set::<_, _, String>("reconnect", "v")?, "OK")?;
        super::equal(&con.get::<_, String>("reconnect")?, "v")
    }

    include!("features.rs");
}

mod multiplexed {
    use std::time::{Duration, Instant};

    use redis::aio::MultiplexedConnection as Connection;
    use redis::{AsyncCommands, Cmd, FromRedisValue, Pipeline, RedisResult};

    /// Here a call is a future.
    macro_rules! wait {
        ($call:expr) => {
            $call.await
        };
    }

    async fn connect(client: &redis::Client) -> RedisResult<Connection> {
        client.get_multiplexed_async_connection().await
    }

    async fn ask<T: FromRedisValue>(con: &mut Connection, command: &Cmd) -> RedisResult<T> {
        command.query_async(con).await
    }

    async fn send<T: FromRedisValue>(con: &mut Connection, pipeline: &Pipeline) -> RedisResult<T> {
        pipeline.query_async(con).await
    }

    async fn all(mut keys: redis::AsyncIter<'_, String>) -> RedisResult<Vec<String>> {
        let mut all = Vec::new();
        while let Some(key) = keys.next_item().await {
            all.push(key?);
        }
        Ok(all)
    }

    /// The connection manager connects anew; what it was asked meanwhile has failed.
    async fn reconnect(client: &redis::Client) -> anyhow::Result<()> {
        let mut con = client.get_connection_manager().await?;
        super::restart()?;
        let deadline = Instant::now() + Duration::from_secs(5);
        let stored = loop {
            match con.set::<_, _, String>("reconnect", "v").await {
                Err(_) if Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                stored => break stored,
            }
        };
        super::equal(&stored?, "OK")?;
        super::equal(&con.get::<_, String>("reconnect").await?, "v")
    }

    include!("features.rs");
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, kind] = arguments.as_slice() else { bail!("usage: redis-rs PORT sync|async") };
    let client = redis::Client::open(format!("redis://127.0.0.1:{port}"))?;
    println!("@version\t{}", version()?);
    match kind.as_str() {
        "sync" => blocking::check_all(&client, port).await,
        "async" => multiplexed::check_all(&client, port).await,
        other => bail!("no such kind of connection: {other}"),
    }
}

/// The version of the crate, as the workspace's lock file pins it.
fn version() -> anyhow::Result<&'static str> {
    let lock = include_str!("../../../Cargo.lock");
    let (_, rest) = lock.split_once("name = \"redis\"\nversion = \"").context("no redis crate")?;
    Ok(rest.split('"').next().unwrap_or_default())
}

/// Tells how a feature went.
fn tell(feature: &str, result: anyhow::Result<()>) {
    match result {
        Ok(()) => println!("{feature}\tok\t"),
        Err(error) => {
            let error = error.to_string();
            let error: Vec<&str> = error.split_whitespace().collect();
            println!("{feature}\tfail\t{}", error.join(" "));
        }
    }
}

/// Returns when the server has ended and a new one listens on the same port.
fn restart() -> anyhow::Result<()> {
    println!("@restart");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    ensure!(answer.trim() == "restarted", "the server was not started again");
    Ok(())
}

fn equal<A, B>(came: &A, due: &B) -> anyhow::Result<()>
where
    A: PartialEq<B> + Debug + ?Sized,
    B: Debug + ?Sized,
{
    let short = |text: String| text.chars().take(200).collect::<String>();
    let (came_text, due_text) = (short(format!("{came:?}")), short(format!("{due:?}")));
    ensure!(came == due, "{came_text} came, not {due_text}");
    Ok(())
}

/// Holds a reply to the error that is due.
fn refused<T: Debug>(reply: redis::RedisResult<T>, due: &str) -> anyhow::Result<()> {
    let Err(error) = reply else { bail!("{reply:?} came, not '{due}'") };
    equal(&error.code(), &Some("ERR"))?;
    equal(&error.detail(), &Some(due))
}

fn between(low: isize, came: isize, high: isize) -> anyhow::Result<()> {
    ensure!((low..=high).contains(&came), "{came} is not between {low} and {high}");
    Ok(())
}

fn now() -> anyhow::Result<Duration> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?)
}

fn all_bytes() -> Vec<u8> {
    (0..=255).collect()
}

/// The value of one field of what `CLIENT INFO` tells.
fn field<'a>(info: &'a str, name: &str) -> anyhow::Result<&'a str> {
    let mut fields = info.split_whitespace().filter_map(|field| field.split_once('='));
    let field = fields.find(|(found, _)| *found == name);
    Ok(field.with_context(|| format!("no {name} in {info}"))?.1)
}

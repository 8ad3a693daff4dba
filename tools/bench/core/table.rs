//! How long it takes to find a command by its name.

use divan::{Bencher, black_box};

use crate::subject::stage::command::context::{Context, Outcome};
use crate::subject::stage::command::table::Table;
use crate::subject::stage::command::{Command, Keys};

/// The names of all commands of Redis 7.0.15.
const NAMES: &str = "\
    acl append asking auth bgrewriteaof bgsave bitcount bitfield bitfield_ro bitop bitpos \
    blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin client cluster command \
    config copy dbsize debug decr decrby del discard dump echo eval eval_ro evalsha \
    evalsha_ro exec exists expire expireat expiretime failover fcall fcall_ro flushall \
    flushdb function geoadd geodist geohash geopos georadius georadius_ro georadiusbymember \
    georadiusbymember_ro geosearch geosearchstore get getbit getdel getex getrange getset \
    hdel hello hexists hget hgetall hincrby hincrbyfloat hkeys hlen hmget hmset hrandfield \
    hscan hset hsetnx hstrlen hvals incr incrby incrbyfloat info keys lastsave latency lcs \
    lindex linsert llen lmove lmpop lolwut lpop lpos lpush lpushx lrange lrem lset ltrim \
    memory mget migrate module monitor move mset msetnx multi object persist pexpire \
    pexpireat pexpiretime pfadd pfcount pfdebug pfmerge pfselftest ping psetex psubscribe \
    psync pttl publish pubsub punsubscribe quit randomkey readonly readwrite rename renamenx \
    replconf replicaof reset restore restore-asking role rpop rpoplpush rpush rpushx sadd \
    save scan scard script sdiff sdiffstore select set setbit setex setnx setrange shutdown \
    sinter sintercard sinterstore sismember slaveof slowlog smembers smismember smove sort \
    sort_ro spop spublish srandmember srem sscan ssubscribe strlen subscribe substr sunion \
    sunionstore sunsubscribe swapdb sync time touch ttl type unlink unsubscribe unwatch wait \
    watch xack xadd xautoclaim xclaim xdel xgroup xinfo xlen xpending xrange xread \
    xreadgroup xrevrange xsetid xtrim zadd zcard zcount zdiff zdiffstore zincrby zinter \
    zintercard zinterstore zlexcount zmpop zmscore zpopmax zpopmin zrandmember zrange \
    zrangebylex zrangebyscore zrangestore zrank zrem zremrangebylex zremrangebyrank \
    zremrangebyscore zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunion \
    zunionstore";

fn nothing(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    Ok(context.out.nothing())
}

/// A name, and how many commands there are.
const SEARCHES: [(&str, usize); 6] = [
    ("get", 20),
    ("get", 240),
    ("set", 240),
    ("expire", 240),
    ("zunionstore", 240),
    ("nosuch", 240),
];

/// Returns as many names, with this one among them; `nosuch` is in no list.
fn names(name: &str, count: usize) -> Vec<&'static str> {
    let place = NAMES.split(' ').position(|other| other == name).unwrap_or_default();
    let first = (place + 1).saturating_sub(count);
    NAMES.split(' ').skip(first).take(count).collect()
}

/// Finds each name in a table.
#[divan::bench(args = SEARCHES)]
fn find(bencher: Bencher<'_, '_>, (name, count): (&'static str, usize)) {
    let names = names(name, count).into_iter();
    let commands = Vec::from_iter(names.map(|name| Command::new(name, -1, 0, Keys::NONE, nothing)));
    let table = Table::new(&[commands.leak()]);
    let request: [&[u8]; 2] = [name.as_bytes(), b"key"];
    bencher.bench(|| black_box(&table).find(black_box(&request)).is_ok());
}

/// Compares each name with one after the other, as stage 08 does.
#[divan::bench(args = SEARCHES)]
fn find_one_after_the_other(bencher: Bencher<'_, '_>, (name, count): (&'static str, usize)) {
    let names = names(name, count);
    bencher.bench(|| {
        let name = black_box(name);
        black_box(&names).iter().any(|known| name.eq_ignore_ascii_case(known))
    });
}

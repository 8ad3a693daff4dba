// ioredis against the server on a port: `ioredis.mjs PORT`.

import { Redis } from "ioredis";

import { ALL_BYTES, between, check, equal, protocol, refused, restart, sleep } from "./report.mjs";

const port = Number(process.argv[2]);

// Nothing else is set: what is not named here has its default.
const redis = new Redis(port);
// Told to the console otherwise: every feature has an answer of its own.
redis.on("error", () => {});

/** Gives a client of its own to the function, and closes it afterwards. */
async function withClient(settings, use) {
  const other = new Redis({ port, ...settings });
  try {
    return await use(other);
  } finally {
    other.disconnect();
  }
}

function fieldsOf(line) {
  return Object.fromEntries(line.trim().split(" ").map((field) => field.split(/=(.*)/s).slice(0, 2)));
}

function pairs(list) {
  const entries = [];
  for (let at = 0; at < list.length; at += 2) entries.push(list.slice(at, at + 2));
  return Object.fromEntries(entries);
}

function all(stream) {
  return new Promise((resolve, reject) => {
    const keys = [];
    stream.on("data", (some) => keys.push(...some));
    stream.on("end", () => resolve(keys));
    stream.on("error", reject);
  });
}

await check("ioredis", {
  async connect() {
    equal(await redis.set("connect", "yes"), "OK");
    const { resp } = fieldsOf(await redis.client("INFO"));
    protocol(resp);
    equal(resp, "3");
  },

  async PING() {
    equal(await redis.ping(), "PONG");
    equal(await redis.ping("hello"), "hello");
  },

  async ECHO() {
    equal(await redis.echo("hello"), "hello");
    equal(await redis.echoBuffer(ALL_BYTES), ALL_BYTES);
  },

  async "SET and GET"() {
    equal(await redis.set("key", "value"), "OK");
    equal(await redis.get("key"), "value");
    equal(await redis.get("missing"), null);
    equal(await redis.set("key", 12), "OK");
    equal(await redis.get("key"), "12");
  },

  async "GETSET GETDEL SETNX"() {
    equal(await redis.getset("getset", "old"), null);
    equal(await redis.getset("getset", "new"), "old");
    equal(await redis.getdel("getset"), "new");
    equal(await redis.getdel("getset"), null);
    equal(await redis.setnx("getset", ALL_BYTES), 1);
    equal(await redis.setnx("getset", "other"), 0);
    equal(await redis.getdelBuffer("getset"), ALL_BYTES);
  },

  async "MSET MGET MSETNX"() {
    equal(await redis.mset({ "mset:1": 1, "mset:2": "two" }), "OK");
    equal(await redis.mset(new Map([["mset:2", ALL_BYTES]])), "OK");
    equal(await redis.mget("mset:1", "missing"), ["1", null]);
    equal(await redis.mgetBuffer("mset:2", "missing"), [ALL_BYTES, null]);
    equal(await redis.msetnx({ "mset:3": "v", "mset:1": "v" }), 0);
    equal(await redis.msetnx("mset:3", "v", "mset:4", "w"), 1);
    equal(await redis.mget(["mset:1", "mset:3", "mset:4"]), ["1", "v", "w"]);
  },

  async "INCR DECR INCRBY DECRBY"() {
    equal([await redis.incr("counter"), await redis.incrby("counter", 41)], [1, 42]);
    equal([await redis.decr("counter"), await redis.decrby("counter", 42)], [41, -1]);
    equal(await redis.get("counter"), "-1");
    await redis.set("most", "9223372036854775807");
    await refused(redis.incr("most"), "ERR increment or decrement would overflow");
    await redis.set("word", "seven");
    await refused(redis.incr("word"), "ERR value is not an integer or out of range");
  },

  async INCRBYFLOAT() {
    await redis.set("float", "10.50");
    equal(await redis.incrbyfloat("float", 0.1), "10.6");
    equal(await redis.incrbyfloat("float", -5.6), "5");
    await redis.set("word", "seven");
    await refused(redis.incrbyfloat("word", 0.5), "ERR value is not a valid float");
  },

  async "APPEND STRLEN GETRANGE SETRANGE"() {
    equal([await redis.append("append", "Hello"), await redis.append("append", " World")], [5, 11]);
    equal([await redis.strlen("append"), await redis.strlen("missing")], [11, 0]);
    equal([await redis.getrange("append", 0, 4), await redis.getrange("append", -5, -1)], ["Hello", "World"]);
    equal(await redis.getrange("append", 20, 30), "");
    equal(await redis.setrange("append", 6, "Redis"), 11);
    equal(await redis.get("append"), "Hello Redis");
    equal(await redis.setrange("padded", 3, Buffer.of(0xff)), 4);
    equal(await redis.getBuffer("padded"), Buffer.of(0, 0, 0, 0xff));
  },

  async "SET with an expiry"() {
    const now = Date.now();
    equal(await redis.set("ex", "v", "EX", 100), "OK");
    equal(await redis.set("px", "v", "PX", 100_000), "OK");
    equal(await redis.set("exat", "v", "EXAT", Math.floor(now / 1000) + 100), "OK");
    equal(await redis.set("pxat", "v", "PXAT", now + 100_000), "OK");
    for (const key of ["ex", "px", "exat", "pxat"]) between(98_000, await redis.pttl(key), 101_000);
    equal(await redis.set("ex", "w", "KEEPTTL"), "OK");
    between(98_000, await redis.pttl("ex"), 101_000);
    equal(await redis.set("short", "v", "PX", 50), "OK");
    await sleep(100);
    equal(await redis.get("short"), null);
  },

  async "TTL and PTTL"() {
    await redis.set("bounded", "v", "EX", 100);
    await redis.set("unbounded", "v");
    between(99, await redis.ttl("bounded"), 100);
    between(99_000, await redis.pttl("bounded"), 100_000);
    equal([await redis.ttl("unbounded"), await redis.pttl("unbounded")], [-1, -1]);
    equal([await redis.ttl("missing"), await redis.pttl("missing")], [-2, -2]);
  },

  async "SETEX PSETEX"() {
    equal(await redis.setex("setex", 100, ALL_BYTES), "OK");
    between(99, await redis.ttl("setex"), 100);
    equal(await redis.getBuffer("setex"), ALL_BYTES);
    equal(await redis.psetex("setex", 50, "short"), "OK");
    await sleep(100);
    equal(await redis.exists("setex"), 0);
    await refused(redis.setex("setex", 0, "v"), "ERR invalid expire time in 'setex' command");
    await refused(redis.psetex("setex", -1, "v"), "ERR invalid expire time in 'psetex' command");
  },

  async GETEX() {
    const now = Math.floor(Date.now() / 1000);
    await redis.set("getex", ALL_BYTES);
    equal([await redis.getexBuffer("getex"), await redis.ttl("getex")], [ALL_BYTES, -1]);
    equal(await redis.getexBuffer("getex", "EX", 100), ALL_BYTES);
    between(99_000, await redis.pttl("getex"), 100_000);
    equal(await redis.getexBuffer("getex", "PX", 200_000), ALL_BYTES);
    between(199_000, await redis.pttl("getex"), 200_000);
    equal(await redis.getexBuffer("getex", "EXAT", now + 300), ALL_BYTES);
    between(298_000, await redis.pttl("getex"), 300_000);
    equal(await redis.getexBuffer("getex", "PXAT", (now + 400) * 1000), ALL_BYTES);
    between(398_000, await redis.pttl("getex"), 400_000);
    equal([await redis.getexBuffer("getex", "PERSIST"), await redis.ttl("getex")], [ALL_BYTES, -1]);
    equal(await redis.getex("missing", "EX", 100), null);
  },

  async "EXPIRE PEXPIRE"() {
    await redis.set("expire", "v");
    equal(await redis.expire("expire", 100, "XX"), 0);
    equal(await redis.expire("expire", 100, "NX"), 1);
    equal(await redis.pexpire("expire", 100_000, "NX"), 0);
    equal(await redis.expire("expire", 50, "GT"), 0);
    equal(await redis.pexpire("expire", 200_000, "GT"), 1);
    between(199_000, await redis.pttl("expire"), 200_000);
    equal(await redis.expire("expire", 300, "LT"), 0);
    equal(await redis.pexpire("expire", 50_000, "LT"), 1);
    between(49, await redis.ttl("expire"), 50);
    equal(await redis.pexpire("expire", 50), 1);
    await sleep(100);
    equal([await redis.get("expire"), await redis.expire("expire", 100)], [null, 0]);
  },

  async "EXPIREAT PEXPIREAT"() {
    const now = Math.floor(Date.now() / 1000);
    await redis.set("expireat", "v");
    equal(await redis.expireat("expireat", now + 100), 1);
    between(98_000, await redis.pttl("expireat"), 100_000);
    equal(await redis.expireat("expireat", now + 50, "GT"), 0);
    equal(await redis.pexpireat("expireat", (now + 200) * 1000, "GT"), 1);
    between(198_000, await redis.pttl("expireat"), 200_000);
    equal(await redis.pexpireat("expireat", (now + 300) * 1000, "LT"), 0);
    equal(await redis.expireat("expireat", 1, "XX"), 1);
    equal([await redis.exists("expireat"), await redis.pexpireat("expireat", 1)], [0, 0]);
  },

  async "EXPIRETIME PEXPIRETIME"() {
    const when = Math.floor(Date.now() / 1000) + 100;
    await redis.set("expiretime", "v", "EXAT", when);
    equal([await redis.expiretime("expiretime"), await redis.pexpiretime("expiretime")], [when, when * 1000]);
    await redis.set("expiretime", "v");
    equal([await redis.expiretime("expiretime"), await redis.pexpiretime("expiretime")], [-1, -1]);
    equal([await redis.expiretime("missing"), await redis.pexpiretime("missing")], [-2, -2]);
  },

  async PERSIST() {
    await redis.set("persist", "v", "EX", 100);
    equal([await redis.persist("persist"), await redis.persist("persist")], [1, 0]);
    equal([await redis.ttl("persist"), await redis.persist("missing")], [-1, 0]);
  },

  async EXISTS() {
    await redis.set("one", "1");
    await redis.set("two", "2");
    equal(await redis.exists("one"), 1);
    equal(await redis.exists("one", "two", "one", "missing"), 3);
  },

  async "DEL UNLINK TOUCH"() {
    await redis.mset({ "del:1": "v", "del:2": "v", "del:3": "v", "del:4": "v" });
    equal(await redis.touch("del:1", "del:4", "missing"), 2);
    equal(await redis.del("del:1", "del:2", "missing"), 2);
    equal(await redis.unlink(["del:3", "del:3", "missing"]), 1);
    equal(await redis.exists("del:1", "del:2", "del:3", "del:4"), 1);
  },

  async "RENAME RENAMENX"() {
    await redis.mset({ "rename:1": "one", "rename:2": "two" });
    equal(await redis.rename("rename:1", "rename:3"), "OK");
    equal(await redis.mget("rename:1", "rename:3"), [null, "one"]);
    equal(await redis.renamenx("rename:3", "rename:2"), 0);
    equal(await redis.renamenx("rename:3", "rename:1"), 1);
    equal(await redis.rename("rename:1", "rename:2"), "OK");
    equal(await redis.mget("rename:1", "rename:2", "rename:3"), [null, "one", null]);
    await refused(redis.rename("missing", "rename:1"), "ERR no such key");
  },

  async "COPY MOVE"() {
    await redis.set("copy", "v");
    equal(await redis.copy("copy", "twin"), 1);
    await redis.set("copy", "w");
    equal(await redis.copy("copy", "twin"), 0);
    equal(await redis.get("twin"), "v");
    equal(await redis.copy("copy", "twin", "REPLACE"), 1);
    equal(await redis.get("twin"), "w");
    equal(await redis.copy("missing", "twin"), 0);
    equal(await redis.copy("copy", "copied", "DB", 5), 1);
    equal([await redis.move("copy", 5), await redis.move("copy", 5)], [1, 0]);
    equal([await redis.move("twin", 5), await redis.exists("copy", "twin")], [1, 0]);
    await withClient({ db: 5 }, async (other) => {
      equal(await other.mget("copied", "copy", "twin"), ["w", "w", "w"]);
    });
  },

  async TYPE() {
    await redis.set("string", "v");
    equal(await redis.type("string"), "string");
    equal(await redis.type("missing"), "none");
  },

  async "OBJECT ENCODING REFCOUNT"() {
    await redis.mset({ int: 12, embstr: "short", raw: "long".repeat(12) });
    for (const name of ["int", "embstr", "raw"]) equal(await redis.object("ENCODING", name), name);
    equal(await redis.object("ENCODING", "missing"), null);
    equal(await redis.object("REFCOUNT", "raw"), 1);
  },

  async KEYS() {
    for (const n of [0, 1, 2]) await redis.set(`keys:${n}`, "v");
    equal((await redis.keys("keys:*")).sort(), ["keys:0", "keys:1", "keys:2"]);
    equal(await redis.keys("nothing:*"), []);
  },

  async SCAN() {
    const due = Array.from({ length: 1000 }, (_, n) => `scan:${n}`).sort();
    const pipeline = redis.pipeline();
    for (const key of due) pipeline.set(key, "v");
    await pipeline.exec();
    for (const settings of [{ match: "scan:*" }, { match: "scan:*", count: 100 }, {}]) {
      const found = new Set(await all(redis.scanStream(settings)));
      equal([...found].filter((key) => key.startsWith("scan:")).sort(), due);
    }
    const [cursor, keys] = await redis.scan(0, "MATCH", "scan:*", "COUNT", 10);
    equal([typeof cursor, Array.isArray(keys)], ["string", true]);
  },

  RANDOMKEY: () =>
    withClient({ db: 6 }, async (other) => {
      equal(await other.randomkey(), null);
      await other.mset({ "random:1": "v", "random:2": "v" });
      equal(["random:1", "random:2"].includes(await other.randomkey()), true);
    }),

  DBSIZE: () =>
    withClient({ db: 9 }, async (other) => {
      const before = await other.dbsize();
      await other.set(`dbsize:${before}`, "v");
      equal(await other.dbsize(), before + 1);
    }),

  async SELECT() {
    await redis.set("select", "zero");
    await withClient({ db: 3 }, async (other) => {
      await other.set("select", "three");
      equal(await other.get("select"), "three");
      equal(fieldsOf(await other.client("INFO")).db, "3");
    });
    await withClient({}, async (other) => {
      equal(await other.select(3), "OK");
      equal(await other.get("select"), "three");
    });
    equal(await redis.get("select"), "zero");
  },

  SWAPDB: () =>
    withClient({ db: 7 }, async (seven) => {
      await seven.set("swapdb", "seven");
      equal(await redis.swapdb(7, 8), "OK");
      equal(await seven.get("swapdb"), null);
      await withClient({ db: 8 }, async (eight) => equal(await eight.get("swapdb"), "seven"));
    }),

  async "CONFIG GET"() {
    equal(await redis.config("GET", "port"), ["port", String(port)]);
    equal(await redis.config("GET", "dbfile*"), ["dbfilename", "dump.rdb"]);
    equal(Object.keys(pairs(await redis.config("GET", "port", "dir"))).sort(), ["dir", "port"]);
    equal(await redis.config("GET", "nothing"), []);
  },

  async HELLO() {
    const { server, mode, role, modules, proto } = pairs(await redis.hello());
    equal({ server, mode, role, modules, proto }, { server: "redis", mode: "standalone", role: "master", modules: [], proto: 3 });
  },

  "CLIENT ID INFO LIST": () =>
    withClient({}, async (other) => {
      const id = await other.client("ID");
      equal(fieldsOf(await other.client("INFO")).id, String(id));
      const clients = (await redis.client("LIST")).trim().split("\n").map(fieldsOf);
      equal(clients.find((client) => client.id === String(id)).cmd, "client|info");
      equal(fieldsOf(await redis.client("LIST", "ID", id)).id, String(id));
    }),

  async "CLIENT SETNAME GETNAME"() {
    await withClient({ connectionName: "given-on-connecting" }, async (named) => {
      equal(await named.client("GETNAME"), "given-on-connecting");
    });
    await withClient({}, async (other) => {
      equal(await other.client("GETNAME"), null);
      equal(await other.client("SETNAME", "later"), "OK");
      equal(await other.client("GETNAME"), "later");
      equal(fieldsOf(await other.client("INFO")).name, "later");
    });
  },

  async "CLIENT REPLY"() {
    equal(await redis.client("REPLY", "ON"), "OK");
  },

  async "CLIENT NO-EVICT"() {
    equal(await redis.client("NO-EVICT", "ON"), "OK");
    equal(await redis.client("NO-EVICT", "OFF"), "OK");
  },

  "CLIENT KILL": () =>
    withClient({}, async (other) => {
      other.on("error", () => {});
      const id = await other.client("ID");
      equal(await redis.client("KILL", "ID", id), 1);
      equal(await redis.client("KILL", "ID", id), 0);
      between(id + 1, await other.client("ID"), id + 1000);
    }),

  async COMMAND() {
    const commands = new Map((await redis.command()).map((command) => [command[0], command]));
    equal(commands.get("get").slice(0, 2), ["get", 2]);
    equal(commands.get("set")[1], -3);
    equal([commands.get("get")[2].includes("readonly"), commands.get("set")[2].includes("write")], [true, true]);
    equal(commands.get("set").slice(3, 6), [1, 1, 1]);
    equal(commands.get("exists").slice(3, 6), [1, -1, 1]);
    equal(commands.get("ping").slice(3, 6), [0, 0, 0]);
  },

  async "COMMAND COUNT LIST"() {
    const names = (await redis.command()).map(([name]) => name).sort();
    equal(await redis.command("COUNT"), names.length);
    equal((await redis.command("LIST")).filter((name) => !name.includes("|")).sort(), names);
  },

  async "COMMAND INFO"() {
    const [get, missing] = await redis.command("INFO", "get", "nosuch");
    equal(get.slice(0, 2), ["get", 2]);
    equal(get.slice(3, 6), [1, 1, 1]);
    equal(missing, null);
  },

  async "COMMAND DOCS"() {
    const docs = pairs(await redis.command("DOCS", "get", "set"));
    equal(Object.keys(docs).sort(), ["get", "set"]);
    for (const doc of Object.values(docs).map(pairs)) {
      equal([doc.since, doc.group], ["1.0.0", "string"]);
      between(10, doc.summary.length, 200);
      between(1, doc.arguments.length, 20);
    }
  },

  async "COMMAND GETKEYS"() {
    equal(await redis.command("GETKEYS", "SET", "key", "value"), ["key"]);
    equal(await redis.command("GETKEYS", "EXISTS", "one", "two"), ["one", "two"]);
  },

  async INFO() {
    const sections = (await redis.info()).split("\r\n");
    for (const due of ["# Server", "redis_mode:standalone", `tcp_port:${port}`, "role:master", "loading:0"]) {
      equal([due, sections.includes(due)], [due, true]);
    }
    between(1, Number(/^used_memory:(\d+)/m.exec(await redis.info("memory"))?.[1]), 2 ** 40);
    await redis.set("info", "v");
    const keys = /^db0:keys=(\d+),/m.exec(await redis.info("keyspace"))[1];
    equal(Number(keys), await redis.dbsize());
    equal((await redis.info("server")).includes("used_memory:"), false);
  },

  RESET: () =>
    withClient({}, async (other) => {
      await other.client("SETNAME", "before");
      await other.select(4);
      equal(await other.reset(), "RESET");
      equal(await other.client("GETNAME"), null);
      equal(fieldsOf(await other.client("INFO")).db, "0");
    }),

  QUIT: () =>
    withClient({}, async (other) => {
      equal(await other.ping(), "PONG");
      const ended = new Promise((resolve) => other.once("end", resolve));
      equal(await other.quit(), "OK");
      await Promise.race([ended, sleep(5000)]);
      equal(other.status, "end");
    }),

  async errors() {
    await refused(redis.call("NOSUCH", "a"), "ERR unknown command 'NOSUCH', with args beginning with: 'a' ");
    await refused(redis.get(), "ERR wrong number of arguments for 'get' command");
    await refused(redis.set("a", "b", "c"), "ERR syntax error");
    // It takes up the last database again when it reconnects, the one that does not exist too.
    await withClient({}, (other) => refused(other.select(99), "ERR DB index is out of range"));
    equal(await redis.ping(), "PONG");
  },

  async pipeline() {
    const pipeline = redis.pipeline();
    const due = [];
    for (let n = 0; n < 2500; n += 1) {
      pipeline.set(`pipeline:${n % 10}`, `value ${n}`).get(`pipeline:${n % 10}`);
      due.push([null, "OK"], [null, `value ${n}`]);
    }
    equal(await pipeline.exec(), due);
    const replies = await Promise.all(due.map((_, n) => redis.echo(String(n))));
    equal(replies, due.map((_, n) => String(n)));
  },

  async "binary values"() {
    for (const text of ["", "\r\n", "$5\r\nhello\r\n", Buffer.of(0xff, 0xfe), ALL_BYTES]) {
      const value = Buffer.from(text);
      const key = Buffer.concat([Buffer.from("binary"), value]);
      equal(await redis.set(key, value), "OK");
      equal(await redis.getBuffer(key), value);
    }
    const found = await redis.keysBuffer("binary*");
    equal(found.some((key) => key.subarray(6).equals(ALL_BYTES)), true);
  },

  async "large values"() {
    const value = Buffer.alloc(4_096_000, ALL_BYTES);
    equal(await redis.set("large", value), "OK");
    equal(await redis.getBuffer("large"), value);
  },

  "FLUSHDB FLUSHALL": () =>
    withClient({ db: 10 }, async (other) => {
      await redis.set("kept", "v");
      for (const mode of [[], ["ASYNC"], ["SYNC"]]) {
        await other.set("flushdb", "v");
        equal(await other.flushdb(...mode), "OK");
        equal(await other.dbsize(), 0);
      }
      equal(await redis.exists("kept"), 1);
      for (const mode of [[], ["ASYNC"], ["SYNC"]]) {
        await redis.set("flushall", "v");
        await other.set("flushall", "v");
        equal(await redis.flushall(...mode), "OK");
        equal([await redis.dbsize(), await other.dbsize()], [0, 0]);
      }
    }),

  async reconnect() {
    await restart();
    equal(await redis.set("reconnect", "v"), "OK");
    equal(await redis.get("reconnect"), "v");
    equal(fieldsOf(await redis.client("INFO")).resp, "3");
  },
});

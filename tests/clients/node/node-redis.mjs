// node-redis against the server on a port: `node-redis.mjs PORT`.

import { createClient, RESP_TYPES } from "redis";

import { ALL_BYTES, between, check, equal, eventually, protocol, refused, restart, sleep } from "./report.mjs";

const port = Number(process.argv[2]);

// Nothing else is set: what is not named here has its default.
const client = createClient({ socket: { port } });
// An error without a listener ends the process; every feature has an answer of its own.
client.on("error", () => {});

const bytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });

/** Gives a client of its own to the function, and closes it afterwards. */
async function withClient(settings, use) {
  const other = createClient({ socket: { port }, ...settings });
  other.on("error", () => {});
  await other.connect();
  try {
    return await use(other);
  } finally {
    other.destroy();
  }
}

async function all(iterator) {
  const found = new Set();
  for await (const keys of iterator) keys.forEach((key) => found.add(key));
  return [...found];
}

await check("redis", {
  async connect() {
    await client.connect();
    equal(await client.set("connect", "yes"), "OK");
    const { resp } = await client.clientInfo();
    protocol(resp);
    equal(resp, 3);
  },

  async PING() {
    equal(await client.ping(), "PONG");
    equal(await client.ping("hello"), "hello");
  },

  async ECHO() {
    equal(await client.echo("hello"), "hello");
    equal(await bytes.echo(ALL_BYTES), ALL_BYTES);
  },

  async "SET and GET"() {
    equal(await client.set("key", "value"), "OK");
    equal(await client.get("key"), "value");
    equal(await client.get("missing"), null);
    equal(await client.set("key", 12), "OK");
    equal(await client.get("key"), "12");
  },

  async "GETSET GETDEL SETNX"() {
    equal(await client.getSet("getset", "old"), null);
    equal(await client.getSet("getset", "new"), "old");
    equal(await client.getDel("getset"), "new");
    equal(await client.getDel("getset"), null);
    equal(await client.setNX("getset", ALL_BYTES), 1);
    equal(await client.setNX("getset", "other"), 0);
    equal(await bytes.getDel("getset"), ALL_BYTES);
  },

  async "MSET MGET MSETNX"() {
    equal(await client.mSet({ "mset:1": "1", "mset:2": "two" }), "OK");
    equal(await client.mSet([["mset:2", ALL_BYTES]]), "OK");
    equal(await client.mGet(["mset:1", "missing"]), ["1", null]);
    equal(await bytes.mGet(["mset:2", "missing"]), [ALL_BYTES, null]);
    equal(await client.mSetNX({ "mset:3": "v", "mset:1": "v" }), 0);
    equal(await client.mSetNX(["mset:3", "v", "mset:4", "w"]), 1);
    equal(await client.mGet(["mset:1", "mset:3", "mset:4"]), ["1", "v", "w"]);
  },

  async "INCR DECR INCRBY DECRBY"() {
    equal([await client.incr("counter"), await client.incrBy("counter", 41)], [1, 42]);
    equal([await client.decr("counter"), await client.decrBy("counter", 42)], [41, -1]);
    equal(await client.get("counter"), "-1");
    await client.set("most", "9223372036854775807");
    await refused(client.incr("most"), "ERR increment or decrement would overflow");
    await client.set("word", "seven");
    await refused(client.incr("word"), "ERR value is not an integer or out of range");
  },

  async INCRBYFLOAT() {
    await client.set("float", "10.50");
    equal(await client.incrByFloat("float", 0.1), "10.6");
    equal(await client.incrByFloat("float", -5.6), "5");
    await client.set("word", "seven");
    await refused(client.incrByFloat("word", 0.5), "ERR value is not a valid float");
  },

  async "APPEND STRLEN GETRANGE SETRANGE"() {
    equal([await client.append("append", "Hello"), await client.append("append", " World")], [5, 11]);
    equal([await client.strLen("append"), await client.strLen("missing")], [11, 0]);
    equal([await client.getRange("append", 0, 4), await client.getRange("append", -5, -1)], ["Hello", "World"]);
    equal(await client.getRange("append", 20, 30), "");
    equal(await client.setRange("append", 6, "Redis"), 11);
    equal(await client.get("append"), "Hello Redis");
    equal(await client.setRange("padded", 3, Buffer.of(0xff)), 4);
    equal(await bytes.get("padded"), Buffer.of(0, 0, 0, 0xff));
  },

  async "SET with an expiry"() {
    const now = Date.now();
    const seconds = Math.floor(now / 1000);
    equal(await client.set("ex", "v", { expiration: { type: "EX", value: 100 } }), "OK");
    equal(await client.set("px", "v", { expiration: { type: "PX", value: 100_000 } }), "OK");
    equal(await client.set("exat", "v", { expiration: { type: "EXAT", value: seconds + 100 } }), "OK");
    equal(await client.set("pxat", "v", { expiration: { type: "PXAT", value: now + 100_000 } }), "OK");
    for (const key of ["ex", "px", "exat", "pxat"]) between(98_000, await client.pTTL(key), 101_000);
    equal(await client.set("ex", "w", { expiration: "KEEPTTL" }), "OK");
    between(98_000, await client.pTTL("ex"), 101_000);
    equal(await client.set("short", "v", { PX: 50 }), "OK");
    await sleep(100);
    equal(await client.get("short"), null);
  },

  async "TTL and PTTL"() {
    await client.set("bounded", "v", { EX: 100 });
    await client.set("unbounded", "v");
    between(99, await client.ttl("bounded"), 100);
    between(99_000, await client.pTTL("bounded"), 100_000);
    equal([await client.ttl("unbounded"), await client.pTTL("unbounded")], [-1, -1]);
    equal([await client.ttl("missing"), await client.pTTL("missing")], [-2, -2]);
  },

  async "SETEX PSETEX"() {
    equal(await client.setEx("setex", 100, ALL_BYTES), "OK");
    between(99, await client.ttl("setex"), 100);
    equal(await bytes.get("setex"), ALL_BYTES);
    equal(await client.pSetEx("setex", 50, "short"), "OK");
    await sleep(100);
    equal(await client.exists("setex"), 0);
    await refused(client.setEx("setex", 0, "v"), "ERR invalid expire time in 'setex' command");
    await refused(client.pSetEx("setex", -1, "v"), "ERR invalid expire time in 'psetex' command");
  },

  async GETEX() {
    const now = Math.floor(Date.now() / 1000);
    await client.set("getex", ALL_BYTES);
    equal(await bytes.getEx("getex", { type: "EX", value: 100 }), ALL_BYTES);
    between(99_000, await client.pTTL("getex"), 100_000);
    equal(await bytes.getEx("getex", { type: "PX", value: 200_000 }), ALL_BYTES);
    between(199_000, await client.pTTL("getex"), 200_000);
    equal(await bytes.getEx("getex", { type: "EXAT", value: now + 300 }), ALL_BYTES);
    between(298_000, await client.pTTL("getex"), 300_000);
    equal(await bytes.getEx("getex", { type: "PXAT", value: (now + 400) * 1000 }), ALL_BYTES);
    between(398_000, await client.pTTL("getex"), 400_000);
    equal([await bytes.getEx("getex", { type: "PERSIST" }), await client.ttl("getex")], [ALL_BYTES, -1]);
    equal(await client.getEx("missing", { EX: 100 }), null);
  },

  async "EXPIRE PEXPIRE"() {
    await client.set("expire", "v");
    equal(await client.expire("expire", 100, "XX"), 0);
    equal(await client.expire("expire", 100, "NX"), 1);
    equal(await client.pExpire("expire", 100_000, "NX"), 0);
    equal(await client.expire("expire", 50, "GT"), 0);
    equal(await client.pExpire("expire", 200_000, "GT"), 1);
    between(199_000, await client.pTTL("expire"), 200_000);
    equal(await client.expire("expire", 300, "LT"), 0);
    equal(await client.pExpire("expire", 50_000, "LT"), 1);
    between(49, await client.ttl("expire"), 50);
    equal(await client.pExpire("expire", 50), 1);
    await sleep(100);
    equal([await client.get("expire"), await client.expire("expire", 100)], [null, 0]);
  },

  async "EXPIREAT PEXPIREAT"() {
    const now = Math.floor(Date.now() / 1000);
    const after = (seconds) => new Date((now + seconds) * 1000);
    await client.set("expireat", "v");
    equal(await client.expireAt("expireat", now + 100), 1);
    between(98_000, await client.pTTL("expireat"), 100_000);
    equal(await client.expireAt("expireat", after(50), "GT"), 0);
    equal(await client.pExpireAt("expireat", after(200), "GT"), 1);
    between(198_000, await client.pTTL("expireat"), 200_000);
    equal(await client.pExpireAt("expireat", (now + 300) * 1000, "LT"), 0);
    equal(await client.expireAt("expireat", 1, "XX"), 1);
    equal([await client.exists("expireat"), await client.pExpireAt("expireat", 1)], [0, 0]);
  },

  async "EXPIRETIME PEXPIRETIME"() {
    const when = Math.floor(Date.now() / 1000) + 100;
    await client.set("expiretime", "v", { expiration: { type: "EXAT", value: when } });
    equal([await client.expireTime("expiretime"), await client.pExpireTime("expiretime")], [when, when * 1000]);
    await client.set("expiretime", "v");
    equal([await client.expireTime("expiretime"), await client.pExpireTime("expiretime")], [-1, -1]);
    equal([await client.expireTime("missing"), await client.pExpireTime("missing")], [-2, -2]);
  },

  async PERSIST() {
    await client.set("persist", "v", { EX: 100 });
    equal([await client.persist("persist"), await client.persist("persist")], [1, 0]);
    equal([await client.ttl("persist"), await client.persist("missing")], [-1, 0]);
  },

  async EXISTS() {
    await client.set("one", "1");
    await client.set("two", "2");
    equal(await client.exists("one"), 1);
    equal(await client.exists(["one", "two", "one", "missing"]), 3);
  },

  async "DEL UNLINK TOUCH"() {
    await client.mSet({ "del:1": "v", "del:2": "v", "del:3": "v", "del:4": "v" });
    equal(await client.touch(["del:1", "del:4", "missing"]), 2);
    equal(await client.del(["del:1", "del:2", "missing"]), 2);
    equal(await client.unlink(["del:3", "del:3", "missing"]), 1);
    equal(await client.exists(["del:1", "del:2", "del:3", "del:4"]), 1);
  },

  async "RENAME RENAMENX"() {
    await client.mSet({ "rename:1": "one", "rename:2": "two" });
    equal(await client.rename("rename:1", "rename:3"), "OK");
    equal(await client.mGet(["rename:1", "rename:3"]), [null, "one"]);
    equal(await client.renameNX("rename:3", "rename:2"), 0);
    equal(await client.renameNX("rename:3", "rename:1"), 1);
    equal(await client.rename("rename:1", "rename:2"), "OK");
    equal(await client.mGet(["rename:1", "rename:2", "rename:3"]), [null, "one", null]);
    await refused(client.rename("missing", "rename:1"), "ERR no such key");
  },

  async "COPY MOVE"() {
    await client.set("copy", "v");
    equal(await client.copy("copy", "twin"), 1);
    await client.set("copy", "w");
    equal(await client.copy("copy", "twin"), 0);
    equal(await client.get("twin"), "v");
    equal(await client.copy("copy", "twin", { REPLACE: true }), 1);
    equal(await client.get("twin"), "w");
    equal(await client.copy("missing", "twin"), 0);
    equal(await client.copy("copy", "copied", { DB: 5 }), 1);
    equal([await client.move("copy", 5), await client.move("copy", 5)], [1, 0]);
    equal([await client.move("twin", 5), await client.exists(["copy", "twin"])], [1, 0]);
    await withClient({ database: 5 }, async (other) => {
      equal(await other.mGet(["copied", "copy", "twin"]), ["w", "w", "w"]);
    });
  },

  async TYPE() {
    await client.set("string", "v");
    equal(await client.type("string"), "string");
    equal(await client.type("missing"), "none");
  },

  async "OBJECT ENCODING REFCOUNT"() {
    await client.mSet({ int: "12", embstr: "short", raw: "long".repeat(12) });
    for (const name of ["int", "embstr", "raw"]) equal(await client.objectEncoding(name), name);
    equal(await client.objectEncoding("missing"), null);
    equal(await client.objectRefCount("raw"), 1);
  },

  async KEYS() {
    for (const n of [0, 1, 2]) await client.set(`keys:${n}`, "v");
    equal((await client.keys("keys:*")).sort(), ["keys:0", "keys:1", "keys:2"]);
    equal(await client.keys("nothing:*"), []);
  },

  async SCAN() {
    const due = Array.from({ length: 1000 }, (_, n) => `scan:${n}`).sort();
    await Promise.all(due.map((key) => client.set(key, "v")));
    for (const settings of [{ MATCH: "scan:*" }, { MATCH: "scan:*", COUNT: 100 }, {}]) {
      const found = await all(client.scanIterator(settings));
      equal(found.filter((key) => key.startsWith("scan:")).sort(), due);
    }
    const { cursor, keys } = await client.scan("0", { MATCH: "scan:*", COUNT: 10, TYPE: "string" });
    equal([typeof cursor, Array.isArray(keys)], ["string", true]);
  },

  RANDOMKEY: () =>
    withClient({ database: 6 }, async (other) => {
      equal(await other.randomKey(), null);
      await other.mSet({ "random:1": "v", "random:2": "v" });
      equal(["random:1", "random:2"].includes(await other.randomKey()), true);
    }),

  DBSIZE: () =>
    withClient({ database: 9 }, async (other) => {
      const before = await other.dbSize();
      await other.set(`dbsize:${before}`, "v");
      equal(await other.dbSize(), before + 1);
    }),

  async SELECT() {
    await client.set("select", "zero");
    await withClient({ database: 3 }, async (other) => {
      await other.set("select", "three");
      equal(await other.get("select"), "three");
      equal((await other.clientInfo()).db, 3);
    });
    await withClient({}, async (other) => {
      await other.select(3);
      equal(await other.get("select"), "three");
    });
    equal(await client.get("select"), "zero");
  },

  SWAPDB: () =>
    withClient({ database: 7 }, async (seven) => {
      await seven.set("swapdb", "seven");
      equal(await client.swapDb(7, 8), "OK");
      equal(await seven.get("swapdb"), null);
      await withClient({ database: 8 }, async (eight) => equal(await eight.get("swapdb"), "seven"));
    }),

  async "CONFIG GET"() {
    equal({ ...(await client.configGet("port")) }, { port: String(port) });
    equal({ ...(await client.configGet("dbfile*")) }, { dbfilename: "dump.rdb" });
    equal(Object.keys(await client.configGet(["port", "dir"])).sort(), ["dir", "port"]);
    equal({ ...(await client.configGet("nothing")) }, {});
  },

  async HELLO() {
    const { server, mode, role, modules, proto } = await client.hello();
    equal({ server, mode, role, modules, proto }, { server: "redis", mode: "standalone", role: "master", modules: [], proto: 3 });
  },

  "CLIENT ID INFO LIST": () =>
    withClient({}, async (other) => {
      const id = await other.clientId();
      equal((await other.clientInfo()).id, id);
      equal((await client.clientList()).find((one) => one.id === id).cmd, "client|info");
      equal((await client.clientList({ ID: [String(id)] })).map((one) => one.id), [id]);
    }),

  async "CLIENT SETNAME GETNAME"() {
    await withClient({ name: "given-on-connecting" }, async (named) => {
      equal(await named.clientGetName(), "given-on-connecting");
    });
    await withClient({}, async (other) => {
      equal(await other.clientGetName(), null);
      equal(await other.clientSetName("later"), "OK");
      equal(await other.clientGetName(), "later");
      equal((await other.clientInfo()).name, "later");
    });
  },

  async "CLIENT REPLY"() {
    equal(await client.sendCommand(["CLIENT", "REPLY", "ON"]), "OK");
  },

  async "CLIENT NO-EVICT"() {
    equal(await client.clientNoEvict(true), "OK");
    equal(await client.clientNoEvict(false), "OK");
  },

  "CLIENT KILL": () =>
    withClient({}, async (other) => {
      const id = await other.clientId();
      equal(await client.clientKill({ filter: "ID", id }), 1);
      equal(await client.clientKill({ filter: "ID", id }), 0);
      between(id + 1, await eventually(() => other.clientId()), id + 1000);
    }),

  async COMMAND() {
    const commands = new Map((await client.command()).map((command) => [command.name, command]));
    const positions = ({ firstKeyIndex, lastKeyIndex, step }) => [firstKeyIndex, lastKeyIndex, step];
    equal([commands.get("get").arity, commands.get("set").arity], [2, -3]);
    equal([commands.get("get").flags.has("readonly"), commands.get("set").flags.has("write")], [true, true]);
    equal(positions(commands.get("set")), [1, 1, 1]);
    equal(positions(commands.get("exists")), [1, -1, 1]);
    equal(positions(commands.get("ping")), [0, 0, 0]);
  },

  async "COMMAND COUNT LIST"() {
    const names = (await client.command()).map(({ name }) => name).sort();
    equal(await client.commandCount(), names.length);
    equal((await client.commandList()).filter((name) => !name.includes("|")).sort(), names);
  },

  async "COMMAND INFO"() {
    const [get, missing] = await client.commandInfo(["get", "nosuch"]);
    equal([get.name, get.arity, get.firstKeyIndex], ["get", 2, 1]);
    equal(missing, null);
  },

  async "COMMAND DOCS"() {
    const docs = await client.commandDocs(["get", "set"]);
    equal(Object.keys(docs).sort(), ["get", "set"]);
    for (const doc of Object.values(docs)) {
      equal([doc.since, doc.group], ["1.0.0", "string"]);
      between(10, doc.summary.length, 200);
      between(1, doc.arguments.length, 20);
    }
  },

  async "COMMAND GETKEYS"() {
    equal(await client.commandGetKeys(["SET", "key", "value"]), ["key"]);
    equal(await client.commandGetKeys(["EXISTS", "one", "two"]), ["one", "two"]);
  },

  async INFO() {
    const sections = (await client.info()).split("\r\n");
    for (const due of ["# Server", "redis_mode:standalone", `tcp_port:${port}`, "role:master", "loading:0"]) {
      equal([due, sections.includes(due)], [due, true]);
    }
    between(1, Number(/^used_memory:(\d+)/m.exec(await client.info("memory"))?.[1]), 2 ** 40);
    await client.set("info", "v");
    const keys = /^db0:keys=(\d+),/m.exec(await client.info("keyspace"))[1];
    equal(Number(keys), await client.dbSize());
    equal((await client.info("server")).includes("used_memory:"), false);
  },

  RESET: () =>
    withClient({}, async (other) => {
      await other.clientSetName("before");
      await other.reset();
      // The client takes up the conversation again as on connecting: RESP3, and no name.
      equal(await other.clientGetName(), null);
      equal((await other.clientInfo()).resp, 3);
    }),

  QUIT: () =>
    withClient({}, async (other) => {
      equal(await other.quit(), "OK");
      equal(other.isOpen, false);
    }),

  async errors() {
    await refused(client.sendCommand(["NOSUCH", "a"]), "ERR unknown command 'NOSUCH', with args beginning with: 'a' ");
    await refused(client.sendCommand(["GET"]), "ERR wrong number of arguments for 'get' command");
    await refused(client.sendCommand(["SET", "a", "b", "c"]), "ERR syntax error");
    await refused(client.select(99), "ERR DB index is out of range");
    equal(await client.ping(), "PONG");
  },

  async pipeline() {
    const calls = [];
    const due = [];
    for (let n = 0; n < 2500; n += 1) {
      calls.push(client.set(`pipeline:${n % 10}`, `value ${n}`), client.get(`pipeline:${n % 10}`));
      due.push("OK", `value ${n}`);
    }
    equal(await Promise.all(calls), due);
    equal(await client.multi().set("pipeline", "v").get("pipeline").execAsPipeline(), ["OK", "v"]);
  },

  async "binary values"() {
    for (const text of ["", "\r\n", "$5\r\nhello\r\n", Buffer.of(0xff, 0xfe), ALL_BYTES]) {
      const value = Buffer.from(text);
      const key = Buffer.concat([Buffer.from("binary"), value]);
      equal(await client.set(key, value), "OK");
      equal(await bytes.get(key), value);
    }
    const found = await bytes.keys("binary*");
    equal(found.some((key) => key.subarray(6).equals(ALL_BYTES)), true);
  },

  async "large values"() {
    const value = Buffer.alloc(4_096_000, ALL_BYTES);
    equal(await client.set("large", value), "OK");
    equal(await bytes.get("large"), value);
  },

  "FLUSHDB FLUSHALL": () =>
    withClient({ database: 10 }, async (other) => {
      await client.set("kept", "v");
      for (const mode of [undefined, "ASYNC", "SYNC"]) {
        await other.set("flushdb", "v");
        equal(await other.flushDb(mode), "OK");
        equal(await other.dbSize(), 0);
      }
      equal(await client.exists("kept"), 1);
      for (const mode of [undefined, "ASYNC", "SYNC"]) {
        await client.set("flushall", "v");
        await other.set("flushall", "v");
        equal(await client.flushAll(mode), "OK");
        equal([await client.dbSize(), await other.dbSize()], [0, 0]);
      }
    }),

  async reconnect() {
    await restart();
    equal(await eventually(() => client.set("reconnect", "v")), "OK");
    equal(await client.get("reconnect"), "v");
    equal((await client.clientInfo()).resp, 3);
  },
});

"""redis-py against the server on a port: `redis_py.py PORT [PROTOCOL]`."""

import sys
import time

import redis
from redis import Redis

import report
from report import between, equal

port = int(sys.argv[1])
# Nothing else is set: what is not named here has its default.
settings = {"protocol": int(sys.argv[2])} if len(sys.argv) > 2 else {}

ALL_BYTES = bytes(range(256))

r = Redis(port=port, **settings)


def new_client(**more):
    return Redis(port=port, **settings, **more)


def refused(text, call, *arguments):
    try:
        answer = call(*arguments)
    except redis.ResponseError as error:
        equal(str(error), text)
    else:
        raise AssertionError(f"{answer!r} came to {arguments}, not an error")


def connect():
    equal(r.set("connect", "yes"), True)
    resp = r.client_info()["resp"]
    report.protocol(resp)
    return f"RESP{resp}"


def ping():
    equal(r.ping(), True)


def echo():
    equal(r.echo("hello"), b"hello")
    equal(r.echo(ALL_BYTES), ALL_BYTES)


def set_get():
    equal(r.set("key", "value"), True)
    equal(r.get("key"), b"value")
    equal(r.get("missing"), None)
    r["key"] = "other"
    equal(r["key"], b"other")


def getset():
    equal(r.getset("getset", "old"), None)
    equal(r.getset("getset", "new"), b"old")
    equal(r.getdel("getset"), b"new")
    equal(r.getdel("getset"), None)
    equal(r.setnx("getset", ALL_BYTES), True)
    equal(r.setnx("getset", "other"), False)
    equal(r.getdel("getset"), ALL_BYTES)


def mset():
    equal(r.mset({"mset:1": 1, "mset:2": ALL_BYTES}), True)
    equal(r.mget("mset:1", "missing", "mset:2"), [b"1", None, ALL_BYTES])
    equal(r.msetnx({"mset:3": "v", "mset:1": "v"}), False)
    equal(r.msetnx({"mset:3": "v", "mset:4": "w"}), True)
    equal(r.mget(["mset:1", "mset:3", "mset:4"]), [b"1", b"v", b"w"])


def incr():
    equal((r.incr("counter"), r.incr("counter", 41)), (1, 42))
    equal((r.decr("counter"), r.decr("counter", 42)), (41, -1))
    equal((r.incrby("counter", 11), r.decrby("counter", 3)), (10, 7))
    equal(r.get("counter"), b"7")
    r.set("most", 2**63 - 1)
    refused("increment or decrement would overflow", r.incr, "most")
    equal(r.decr("most"), 2**63 - 2)
    r.set("word", "seven")
    refused("value is not an integer or out of range", r.incr, "word")


def incrbyfloat():
    r.set("float", "10.50")
    equal(r.incrbyfloat("float", 0.1), 10.6)
    equal(r.incrbyfloat("float", -5.6), 5.0)
    equal(r.get("float"), b"5")
    r.set("word", "seven")
    refused("value is not a valid float", r.incrbyfloat, "word", 0.5)


def append():
    equal((r.append("append", "Hello"), r.append("append", " World")), (5, 11))
    equal((r.strlen("append"), r.strlen("missing")), (11, 0))
    equal((r.getrange("append", 0, 4), r.getrange("append", -5, -1)), (b"Hello", b"World"))
    equal(r.getrange("append", 20, 30), b"")
    equal(r.setrange("append", 6, "Redis"), 11)
    equal(r.get("append"), b"Hello Redis")
    equal(r.setrange("padded", 3, b"\xff"), 4)
    equal(r.get("padded"), b"\0\0\0\xff")


def set_with_expiry():
    now = time.time()
    equal(r.set("ex", "v", ex=100), True)
    equal(r.set("px", "v", px=100_000), True)
    equal(r.set("exat", "v", exat=int(now) + 100), True)
    equal(r.set("pxat", "v", pxat=int(now * 1000) + 100_000), True)
    for key in ["ex", "px", "exat", "pxat"]:
        between(98_000, r.pttl(key), 101_000)
    equal(r.set("ex", "w", keepttl=True), True)
    between(98_000, r.pttl("ex"), 101_000)
    equal(r.set("short", "v", px=50), True)
    time.sleep(0.1)
    equal(r.get("short"), None)


def ttl():
    r.set("bounded", "v", ex=100)
    r.set("unbounded", "v")
    between(99, r.ttl("bounded"), 100)
    between(99_000, r.pttl("bounded"), 100_000)
    equal((r.ttl("unbounded"), r.pttl("unbounded")), (-1, -1))
    equal((r.ttl("missing"), r.pttl("missing")), (-2, -2))


def setex():
    equal(r.setex("setex", 100, ALL_BYTES), True)
    between(99, r.ttl("setex"), 100)
    equal(r.get("setex"), ALL_BYTES)
    equal(r.psetex("setex", 50, "short"), True)
    time.sleep(0.1)
    equal(r.exists("setex"), 0)
    refused("invalid expire time in 'setex' command", r.setex, "setex", 0, "v")
    refused("invalid expire time in 'psetex' command", r.psetex, "setex", -1, "v")


def getex():
    now = int(time.time())
    r.set("getex", ALL_BYTES)
    equal((r.getex("getex"), r.ttl("getex")), (ALL_BYTES, -1))
    equal(r.getex("getex", ex=100), ALL_BYTES)
    between(99_000, r.pttl("getex"), 100_000)
    equal(r.getex("getex", px=200_000), ALL_BYTES)
    between(199_000, r.pttl("getex"), 200_000)
    equal(r.getex("getex", exat=now + 300), ALL_BYTES)
    between(298_000, r.pttl("getex"), 300_000)
    equal(r.getex("getex", pxat=(now + 400) * 1000), ALL_BYTES)
    between(398_000, r.pttl("getex"), 400_000)
    equal((r.getex("getex", persist=True), r.ttl("getex")), (ALL_BYTES, -1))
    equal(r.getex("missing", ex=100), None)


def expire():
    r.set("expire", "v")
    equal(r.expire("expire", 100, xx=True), False)
    equal(r.expire("expire", 100, nx=True), True)
    equal(r.pexpire("expire", 100_000, nx=True), False)
    equal(r.expire("expire", 50, gt=True), False)
    equal(r.pexpire("expire", 200_000, gt=True), True)
    between(199_000, r.pttl("expire"), 200_000)
    equal(r.expire("expire", 300, lt=True), False)
    equal(r.pexpire("expire", 50_000, lt=True), True)
    between(49, r.ttl("expire"), 50)
    equal(r.pexpire("expire", 50), True)
    time.sleep(0.1)
    equal((r.get("expire"), r.expire("expire", 100)), (None, False))


def expireat():
    now = int(time.time())
    r.set("expireat", "v")
    equal(r.expireat("expireat", now + 100), True)
    between(98_000, r.pttl("expireat"), 100_000)
    equal(r.expireat("expireat", now + 50, gt=True), False)
    equal(r.pexpireat("expireat", (now + 200) * 1000, gt=True), True)
    between(198_000, r.pttl("expireat"), 200_000)
    equal(r.pexpireat("expireat", (now + 300) * 1000, lt=True), False)
    equal(r.expireat("expireat", 1, xx=True), True)
    equal((r.exists("expireat"), r.pexpireat("expireat", 1)), (0, False))


def expiretime():
    when = int(time.time()) + 100
    r.set("expiretime", "v", exat=when)
    equal((r.expiretime("expiretime"), r.pexpiretime("expiretime")), (when, when * 1000))
    r.set("expiretime", "v")
    equal((r.expiretime("expiretime"), r.pexpiretime("expiretime")), (-1, -1))
    equal((r.expiretime("missing"), r.pexpiretime("missing")), (-2, -2))


def persist():
    r.set("persist", "v", ex=100)
    equal((r.persist("persist"), r.persist("persist")), (True, False))
    equal((r.ttl("persist"), r.persist("missing")), (-1, False))


def exists():
    r.set("one", "1")
    r.set("two", "2")
    equal(r.exists("one"), 1)
    equal(r.exists("one", "two", "one", "missing"), 3)
    equal("missing" in r, False)


def delete():
    r.mset({"del:1": "v", "del:2": "v", "del:3": "v", "del:4": "v"})
    equal(r.touch("del:1", "del:4", "missing"), 2)
    equal(r.delete("del:1", "del:2", "missing"), 2)
    equal(r.unlink("del:3", "del:3", "missing"), 1)
    equal(r.exists("del:1", "del:2", "del:3", "del:4"), 1)
    del r["del:4"]
    equal(r.delete("del:4"), 0)


def rename():
    r.mset({"rename:1": "one", "rename:2": "two"})
    equal(r.rename("rename:1", "rename:3"), True)
    equal(r.mget("rename:1", "rename:3"), [None, b"one"])
    equal(r.renamenx("rename:3", "rename:2"), False)
    equal(r.renamenx("rename:3", "rename:1"), True)
    equal(r.rename("rename:1", "rename:2"), True)
    equal(r.mget("rename:1", "rename:2", "rename:3"), [None, b"one", None])
    refused("no such key", r.rename, "missing", "rename:1")


def copy():
    r.set("copy", "v")
    equal(r.copy("copy", "twin"), True)
    r.set("copy", "w")
    equal(r.copy("copy", "twin"), False)
    equal(r.get("twin"), b"v")
    equal(r.copy("copy", "twin", replace=True), True)
    equal(r.get("twin"), b"w")
    equal(r.copy("missing", "twin"), False)
    equal(r.copy("copy", "copied", destination_db=5), True)
    equal((r.move("copy", 5), r.move("copy", 5)), (True, False))
    equal((r.move("twin", 5), r.exists("copy", "twin")), (True, 0))
    with new_client(db=5) as other:
        equal(other.mget("copied", "copy", "twin"), [b"w", b"w", b"w"])


def type_of():
    r.set("string", "v")
    equal(r.type("string"), b"string")
    equal(r.type("missing"), b"none")


def object_encoding():
    r.mset({"int": 12, "embstr": "short", "raw": "long" * 12})
    for name in ["int", "embstr", "raw"]:
        equal(r.object("ENCODING", name), name.encode())
    equal(r.object("ENCODING", "missing"), None)
    equal(r.object("REFCOUNT", "raw"), 1)


def keys():
    for n in range(3):
        r.set(f"keys:{n}", "v")
    equal(sorted(r.keys("keys:*")), [b"keys:0", b"keys:1", b"keys:2"])
    equal(r.keys("nothing:*"), [])
    equal(b"keys:0" in r.keys(), True)


def scan():
    pipe = r.pipeline(transaction=False)
    for n in range(1000):
        pipe.set(f"scan:{n}", "v")
    pipe.execute()
    due = {f"scan:{n}".encode() for n in range(1000)}
    equal(set(r.scan_iter("scan:*")), due)
    equal(set(r.scan_iter("scan:*", count=100)), due)
    equal(due <= set(r.scan_iter()), True)
    cursor, _ = r.scan(0, count=10)
    equal(type(cursor), int)


def randomkey():
    with new_client(db=6) as other:
        equal(other.randomkey(), None)
        other.mset({"random:1": "v", "random:2": "v"})
        equal(other.randomkey() in [b"random:1", b"random:2"], True)


def dbsize():
    with new_client(db=9) as other:
        before = other.dbsize()
        other.set(f"dbsize:{before}", "v")
        equal(other.dbsize(), before + 1)


def select():
    r.set("select", "zero")
    with new_client(db=3) as other:
        other.set("select", "three")
        equal(other.get("select"), b"three")
        equal(other.client_info()["db"], 3)
    with new_client(single_connection_client=True) as other:
        equal(other.select(3), True)
        equal(other.get("select"), b"three")
    equal(r.get("select"), b"zero")


def swapdb():
    with new_client(db=7) as seven, new_client(db=8) as eight:
        seven.set("swapdb", "seven")
        equal(r.swapdb(7, 8), True)
        equal((seven.get("swapdb"), eight.get("swapdb")), (None, b"seven"))


def config_get():
    equal(r.config_get("port"), {"port": str(port)})
    equal(r.config_get("dbfile*"), {"dbfilename": "dump.rdb"})
    equal(sorted(r.config_get("port", "dir")), ["dir", "port"])
    equal(r.config_get("nothing"), {})


def hello():
    fields = r.execute_command("HELLO")
    if not isinstance(fields, dict):
        fields = dict(zip(fields[::2], fields[1::2]))
    equal(fields[b"server"], b"redis")
    equal(fields[b"mode"], b"standalone")
    equal(fields[b"role"], b"master")
    equal(fields[b"modules"], [])
    equal(fields[b"proto"], int(r.client_info()["resp"]))


def client_info():
    with new_client(single_connection_client=True) as other:
        own = other.client_id()
        equal(int(other.client_info()["id"]), own)
        clients = {int(client["id"]): client for client in r.client_list()}
        equal(clients[own]["cmd"], "client|info")
        equal([int(client["id"]) for client in r.client_list(client_id=[own])], [own])
        between(own + 1, new_client().client_id(), own + 1000)


def client_setname():
    with new_client(client_name="given-on-connecting") as named:
        equal(named.client_getname(), "given-on-connecting")
    with new_client(single_connection_client=True) as other:
        equal(other.client_getname(), None)
        equal(other.client_setname("later"), True)
        equal(other.client_getname(), "later")
        equal(other.client_info()["name"], "later")


def client_no_evict():
    equal(r.client_no_evict("ON"), b"OK")
    equal(r.client_no_evict("OFF"), b"OK")


def client_reply():
    equal(r.client_reply("ON"), b"OK")


def client_kill():
    with new_client(single_connection_client=True) as other:
        own = other.client_id()
        equal(r.client_kill_filter(_id=str(own)), 1)
        equal([client for client in r.client_list() if int(client["id"]) == own], [])
        equal(r.client_kill_filter(_id=str(own)), 0)
        between(own + 1, other.client_id(), own + 1000)


def command():
    commands = r.command()
    equal(commands["get"]["arity"], 2)
    equal(commands["set"]["arity"], -3)
    equal("readonly" in commands["get"]["flags"], True)
    equal("write" in commands["set"]["flags"], True)
    for name, due in {"set": (1, 1, 1), "exists": (1, -1, 1), "ping": (0, 0, 0)}.items():
        found = commands[name]
        equal((found["first_key_pos"], found["last_key_pos"], found["step_count"]), due)


def command_count():
    names = r.command_list()
    equal(r.command_count(), len(r.command()))
    equal(sorted(name.decode() for name in names if b"|" not in name), sorted(r.command()))
    equal(b"client" in names, True)


def command_info():
    get, missing = r.execute_command("COMMAND INFO", "get", "nosuch")
    equal(get[:2], [b"get", 2])
    equal(get[3:6], [1, 1, 1])
    equal(missing, None)


def command_docs():
    docs = r.execute_command("COMMAND DOCS", "get", "set")
    if not isinstance(docs, dict):
        docs = {name: dict(zip(of[::2], of[1::2])) for name, of in zip(docs[::2], docs[1::2])}
    equal(sorted(docs), [b"get", b"set"])
    equal(docs[b"get"][b"since"], b"1.0.0")
    equal(docs[b"get"][b"group"], b"string")
    for doc in docs.values():
        between(10, len(doc[b"summary"]), 200)
        between(1, len(doc[b"arguments"]), 20)


def command_getkeys():
    equal(r.command_getkeys("SET", "key", "value"), ["key"])
    equal(r.command_getkeys("EXISTS", "one", "two"), ["one", "two"])


def info():
    fields = r.info()
    equal(fields["redis_mode"], "standalone")
    equal(fields["tcp_port"], port)
    equal(fields["role"], "master")
    equal(fields["loading"], 0)
    between(1, fields["connected_clients"], 1000)
    between(1, fields["used_memory"], 2**40)
    between(1, fields["total_commands_processed"], 2**40)
    r.set("info", "v")
    equal(r.info("keyspace")["db0"]["keys"], r.dbsize())
    equal("used_memory" in r.info("server"), False)


def errors():
    for wrong, text in {
        ("NOSUCH", "a"): "unknown command 'NOSUCH', with args beginning with: 'a' ",
        ("GET",): "wrong number of arguments for 'get' command",
        ("SET", "a", "b", "c"): "syntax error",
        ("SELECT", "99"): "DB index is out of range",
    }.items():
        refused(text, r.execute_command, *wrong)
    equal(r.ping(), True)


def pipeline():
    pipe = r.pipeline(transaction=False)
    for n in range(2500):
        pipe.set(f"pipeline:{n % 10}", f"value {n}").get(f"pipeline:{n % 10}")
    replies = pipe.execute()
    equal(replies[::2], [True] * 2500)
    equal(replies[1::2], [f"value {n}".encode() for n in range(2500)])


def binary_values():
    for value in [b"", b"\r\n", b"$5\r\nhello\r\n", b"\xff\xfe", ALL_BYTES]:
        equal(r.set(b"binary" + value, value), True)
        equal(r.get(b"binary" + value), value)
    equal(b"binary" + ALL_BYTES in r.keys("binary*"), True)
    equal(b"binary" + ALL_BYTES in r.scan_iter("binary*"), True)


def large_values():
    value = ALL_BYTES * 16_000
    equal(r.set("large", value), True)
    equal(r.get("large"), value)


def flush():
    with new_client(db=10) as other:
        r.set("kept", "v")
        for asynchronous in [False, True]:
            other.set("flushdb", "v")
            equal(other.flushdb(asynchronous=asynchronous), True)
            equal(other.dbsize(), 0)
        equal(r.exists("kept"), 1)
        for asynchronous in [False, True]:
            r.set("flushall", "v")
            other.set("flushall", "v")
            equal(r.flushall(asynchronous=asynchronous), True)
            equal((r.dbsize(), other.dbsize()), (0, 0))


def reset():
    with new_client(single_connection_client=True) as other:
        other.client_setname("before")
        other.select(4)
        equal(other.reset(), "RESET")
        equal(other.client_getname(), None)
        equal(int(other.client_info()["db"]), 0)


def quit():
    with new_client(single_connection_client=True) as other:
        equal(other.quit(), True)
        # The library leaves the connection to the server, and has no name for what is left of it.
        other.connection._sock.settimeout(5)
        equal(other.connection._sock.recv(1), b"")


def reconnect():
    report.restart()
    equal(r.set("reconnect", "v"), True)
    equal(r.get("reconnect"), b"v")
    equal(int(r.client_info()["resp"]), settings.get("protocol", 3))


report.version(redis.__version__)
report.check(
    {
        "connect": connect,
        "PING": ping,
        "ECHO": echo,
        "SET and GET": set_get,
        "GETSET GETDEL SETNX": getset,
        "MSET MGET MSETNX": mset,
        "INCR DECR INCRBY DECRBY": incr,
        "INCRBYFLOAT": incrbyfloat,
        "APPEND STRLEN GETRANGE SETRANGE": append,
        "SET with an expiry": set_with_expiry,
        "TTL and PTTL": ttl,
        "SETEX PSETEX": setex,
        "GETEX": getex,
        "EXPIRE PEXPIRE": expire,
        "EXPIREAT PEXPIREAT": expireat,
        "EXPIRETIME PEXPIRETIME": expiretime,
        "PERSIST": persist,
        "EXISTS": exists,
        "DEL UNLINK TOUCH": delete,
        "RENAME RENAMENX": rename,
        "COPY MOVE": copy,
        "TYPE": type_of,
        "OBJECT ENCODING REFCOUNT": object_encoding,
        "KEYS": keys,
        "SCAN": scan,
        "RANDOMKEY": randomkey,
        "DBSIZE": dbsize,
        "SELECT": select,
        "SWAPDB": swapdb,
        "CONFIG GET": config_get,
        "HELLO": hello,
        "CLIENT ID INFO LIST": client_info,
        "CLIENT SETNAME GETNAME": client_setname,
        "CLIENT REPLY": client_reply,
        "CLIENT NO-EVICT": client_no_evict,
        "CLIENT KILL": client_kill,
        "COMMAND": command,
        "COMMAND COUNT LIST": command_count,
        "COMMAND INFO": command_info,
        "COMMAND DOCS": command_docs,
        "COMMAND GETKEYS": command_getkeys,
        "INFO": info,
        "RESET": reset,
        "QUIT": quit,
        "errors": errors,
        "pipeline": pipeline,
        "binary values": binary_values,
        "large values": large_values,
        "FLUSHDB FLUSHALL": flush,
        "reconnect": reconnect,
    }
)

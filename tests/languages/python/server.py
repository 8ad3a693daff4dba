"""A Redis server of stage 07, in Python's standard library.

    python3 server.py --port 6379 --dir /var/lib/redis --dbfilename dump.rdb

One thread serves all clients: the kernel says which sockets have bytes or room for some, and no
other is waited for.
"""

import errno
import os
import re
import resource
import select
import selectors
import signal
import socket
import struct
import sys
import time
from collections import deque

# Limits: Redis's own, but for the replies that a client does not read, where Redis has none.
MAX_LINE = 64 * 1024
MAX_BULK = 512 * 1024 * 1024
MAX_COUNT = 2**31 - 1
MAX_REQUEST = 1024 * 1024 * 1024
MAX_OUTPUT = 64 * 1024 * 1024
READ_SIZE = 64 * 1024
WRITE_SIZE = 256 * 1024
# What KEYS may do before the other clients have their turn, in bytes looked at.
STEP = 16 * 1024
INT64_MAX = 2**63 - 1
OTHER_FILES = 32


def now_ms():
    return time.time_ns() // 1_000_000


def parse_integer(text):
    """Returns the number, or None if Redis would not write it like this: no +5, 007 or space."""
    if not re.fullmatch(rb"0|-?[1-9][0-9]{0,18}", text):
        return None
    number = int(text)
    return number if -INT64_MAX - 1 <= number <= INT64_MAX else None


def log(text):
    """Prints a line, unless nobody reads it: a full pipe would keep all clients waiting."""
    try:
        if select.select([], [2], [], 0)[1]:
            os.write(2, text.encode(errors="surrogateescape") + b"\n")
    except OSError:
        pass  # There is no other place to report it.


# Requests -----------------------------------------------------------------------------------------


class ProtocolError(Exception):
    """Why bytes are not a request. After it, nothing says where the next one begins."""


class Decoder:
    """Finds the requests in bytes that arrive in pieces of any size, and looks at no byte twice."""

    def __init__(self):
        self.buffer = bytearray()
        self.position = 0  # Everything before this is done with.
        self.searched = 0  # Up to here, the current line has no end.
        self.args = []
        self.missing = 0  # How many bulks of the current array are still to come.
        self.length = None  # The length of the next bulk, if its header was read.
        self.taken = 0  # How many bytes of the current array are no longer in the buffer.

    def feed(self, data):
        self.buffer += data
        if self.taken + len(self.buffer) > MAX_REQUEST:
            raise ConnectionAbortedError("a request of more than 1 GiB")

    def next(self):
        """Returns the arguments of the next request, or None while it is incomplete."""
        if self.missing == 0:
            if self.position == len(self.buffer):
                return None
            if self.buffer[self.position] != ord("*"):
                return self.inline()
            header = self.header(b"too big mbulk count string")
            if header is None:
                return None
            count = parse_integer(header[1:])
            if count is None or count > MAX_COUNT:
                raise ProtocolError(b"invalid multibulk length")
            self.missing = max(count, 0)
        while self.missing > 0:
            bulk = self.bulk()
            if bulk is None:
                return None
            self.args.append(bulk)
            self.missing -= 1
        args, self.args = self.args, []
        self.taken = 0
        return args

    def bulk(self):
        if self.length is None:
            header = self.header(b"too big bulk count string")
            if header is None:
                return None
            if header[:1] != b"$":
                raise ProtocolError(b"expected '$', got '" + (header[:1] or b"\r") + b"'")
            length = parse_integer(header[1:])
            if length is None or not 0 <= length <= MAX_BULK:
                raise ProtocolError(b"invalid bulk length")
            self.length = length
        end = self.position + self.length
        # Two more bytes must be there. Like Redis, do not look which.
        if len(self.buffer) < end + 2:
            return None
        bulk = bytes(self.buffer[self.position:end])
        self.length = None
        self.step_to(end + 2)
        return bulk

    def header(self, too_long):
        """Returns what stands before the next CR, once one more byte is there."""
        end = self.find(b"\r", too_long)
        if end is None or len(self.buffer) < end + 2:
            return None
        header = bytes(self.buffer[self.position:end])
        self.step_to(end + 2)
        return header

    def inline(self):
        end = self.find(b"\n", b"too big inline request")
        if end is None:
            return None
        line = bytes(self.buffer[self.position:end])
        self.step_to(end + 1)
        return split_words(line.removesuffix(b"\r"))

    def find(self, byte, too_long):
        """Returns where the line ends. Redis's search stops at a zero byte, and finds no end."""
        limit = self.position + MAX_LINE + 1
        end = self.buffer.find(byte, self.searched, limit)
        zero = self.buffer.find(0, self.searched, end if end >= 0 else limit)
        if zero >= 0:
            self.searched, end = zero, -1
        elif end < 0:
            self.searched = min(len(self.buffer), limit)
        if end < 0 and len(self.buffer) - self.position > MAX_LINE:
            raise ProtocolError(too_long)
        return end if end >= 0 else None

    def step_to(self, position):
        self.position = self.searched = position

    def release(self):
        """Frees what was decoded."""
        del self.buffer[:self.position]
        if self.missing:
            self.taken += self.position
        self.searched -= self.position
        self.position = 0


ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"a": b"\a"}
WORD = re.compile(rb"""[ \t\n\v\f\r]*+(?:([^ \t\n\r"']*)(?:
    "((?:\\x[0-9a-fA-F]{2}|\\.|[^"\\])*+)"(?=[ \t\n\v\f\r]|\Z)
    |'((?:\\'|[^'])*+)'(?=[ \t\n\v\f\r]|\Z)
    |(?=[ \t\n\r]|\Z)))""", re.VERBOSE | re.DOTALL)


def split_words(line):
    """Splits a line as redis-cli does: quotes keep spaces together, and know escapes."""
    words = []
    position = 0
    while line[position:].strip(b" \t\n\v\f\r"):
        found = WORD.match(line, position)
        if not found:
            raise ProtocolError(b"unbalanced quotes in request")
        word, double, single = found.groups()
        if double is not None:
            word += re.sub(rb"(?s)\\(x[0-9a-fA-F]{2}|.)", unescape, double)
        if single is not None:
            word += single.replace(rb"\'", b"'")
        words.append(word)
        position = found.end()
    return words


def unescape(found):
    escaped = found[1]
    if len(escaped) == 3:
        return bytes.fromhex(escaped[1:].decode())
    return ESCAPES.get(escaped, escaped)


# Replies ------------------------------------------------------------------------------------------


def simple(text):
    return b"+" + text + b"\r\n"


def bulk(value):
    return b"$-1\r\n" if value is None else b"$%d\r\n%s\r\n" % (len(value), value)


def array(replies):
    return b"*%d\r\n" % len(replies) + b"".join(replies)


def error(text):
    return b"-ERR " + text.replace(b"\r", b" ").replace(b"\n", b" ") + b"\r\n"


# The keyspace -------------------------------------------------------------------------------------


class Database:
    """Keys, their values, and when they expire: milliseconds since 1970, or None."""

    def __init__(self):
        self.entries = {}

    def find(self, key, now):
        """Returns the value and the deadline of a key that has not expired."""
        entry = self.entries.get(key)
        if entry is not None and entry[1] is not None and now > entry[1]:
            del self.entries[key]
            return None
        return entry

    def get(self, key, now):
        entry = self.find(key, now)
        return entry and entry[0]

    def set(self, key, value, deadline):
        self.entries[key] = (value, deadline)


# Patterns -----------------------------------------------------------------------------------------


class Glob:
    """A pattern with * ? [a-z] and backslashes.

    What stands between two stars matches as many bytes as it has elements. So the first place
    where such a part fits is as good as any.
    """

    def __init__(self, pattern, ignore_case=False):
        self.is_star = pattern == b"*"
        self.is_empty = pattern == b""
        parts, elements = [], []
        at = 0
        while at < len(pattern):
            if pattern[at] == ord("*"):
                parts.append(elements)
                elements, at = [], at + 1
            else:
                members, at = read_element(pattern, at, ignore_case)
                elements.append(members)
        parts.append(elements)
        self.lengths = [len(elements) for elements in parts]
        self.parts = [matcher(elements) for elements in parts]

    def matches(self, text):
        """Compares, and yields now and then what that has cost; in the end, returns whether."""
        if not text:
            return self.is_star or self.is_empty
        first, last = self.parts[0], self.parts[-1]
        if len(self.parts) == 1:
            return len(text) == self.lengths[0] and bool(first(text, 0))
        end = len(text) - self.lengths[-1]
        position = self.lengths[0]
        if position > end or not first(text, 0) or not last(text, end):
            return False
        for part, length in zip(self.parts[1:-1], self.lengths[1:-1]):
            while position + length <= end and not part(text, position):
                position += 1
                yield length + 1
            position += length
            if position > end:
                return False
        return True


ALL = frozenset(range(256))


def read_element(pattern, at, ignore_case):
    """Returns the bytes that an element of a pattern matches, and where the next one begins."""
    byte = pattern[at]
    if byte == ord("?"):
        return ALL, at + 1
    if byte == ord("["):
        return read_class(pattern, at + 1, ignore_case)
    if byte == ord("\\") and at + 1 < len(pattern):
        at += 1
    return same(pattern[at], ignore_case), at + 1


def read_class(pattern, at, ignore_case):
    is_negated = pattern[at:at + 1] == b"^"
    at += is_negated
    members = set()
    while at < len(pattern) and pattern[at] != ord("]"):
        if pattern[at] == ord("\\") and at + 1 < len(pattern):
            members.add(pattern[at + 1])
            at += 2
        elif pattern[at + 1:at + 2] == b"-" and at + 2 < len(pattern):
            low, high = sorted((pattern[at], pattern[at + 2]))
            if ignore_case:
                low, high = fold(low), fold(high)
                members.update(byte for byte in ALL if low <= fold(byte) <= high)
            else:
                members.update(range(low, high + 1))
            at += 3
        else:
            members |= same(pattern[at], ignore_case)
            at += 1
    return ALL - members if is_negated else members, at + 1


def fold(byte):
    return bytes([byte]).lower()[0]


def same(byte, ignore_case):
    letter = bytes([byte])
    return set(letter.lower() + letter.upper()) if ignore_case else {byte}


def matcher(elements):
    """Returns a function that says whether these elements match a text at a place."""
    if all(len(members) == 1 for members in elements):
        literal = bytes(byte for members in elements for byte in members)
        return lambda text, at: text.startswith(literal, at)
    return re.compile(b"".join(map(one_of, elements))).match


def one_of(members):
    if not members:
        return rb"(?!)"
    return b"[" + b"".join(b"\\x%02x" % byte for byte in sorted(members)) + b"]"


# Commands -----------------------------------------------------------------------------------------


class CommandError(Exception):
    """Why a command was not executed. The connection goes on."""


def arity(command):
    return CommandError(b"wrong number of arguments for '" + command + b"' command")


def shown(text, limit):
    """Returns what an error quotes: in C, a zero byte ends a string."""
    return text[:limit].split(b"\0")[0]


def unknown_command(name, args):
    text = b"unknown command '" + shown(name, 128) + b"', with args beginning with: "
    full = len(text) + 128
    for arg in args:
        if len(text) >= full:
            break
        text += b"'" + shown(arg, full - len(text)) + b"' "
    return CommandError(text)


def ping(server, args, now):
    if len(args) > 1:
        raise arity(b"ping")
    return bulk(args[0]) if args else simple(b"PONG")


def echo(server, args, now):
    if len(args) != 1:
        raise arity(b"echo")
    return bulk(args[0])


def get(server, args, now):
    if len(args) != 1:
        raise arity(b"get")
    return bulk(server.database.get(args[0], now))


# The options of SET with a number: its unit in milliseconds, and whether it counts from 1970.
UNITS = {b"EX": (1000, False), b"PX": (1, False), b"EXAT": (1000, True), b"PXAT": (1, True)}


def set_(server, args, now):
    if len(args) < 2:
        raise arity(b"set")
    key, value, *options = args
    chosen, number = None, None
    while options:
        option = options.pop(0).upper()
        if option in UNITS and options:
            number = options.pop(0)
        elif option != b"KEEPTTL":
            raise CommandError(b"syntax error")
        if chosen not in (None, option):
            raise CommandError(b"syntax error")
        chosen = option
    deadline = None
    if chosen == b"KEEPTTL":
        entry = server.database.find(key, now)
        deadline = entry and entry[1]
    elif chosen:
        number = parse_integer(number)
        if number is None:
            raise CommandError(b"value is not an integer or out of range")
        unit, is_absolute = UNITS[chosen]
        deadline = number * unit + (0 if is_absolute else now)
        if number <= 0 or number * unit > INT64_MAX or deadline > INT64_MAX:
            raise CommandError(b"invalid expire time in 'set' command")
    server.database.set(key, value, deadline)
    return simple(b"OK")


def keys(server, args, now):
    if len(args) != 1:
        raise arity(b"keys")
    return search(server.database, Glob(args[0]))


def search(database, glob):
    """Looks for keys, and yields whenever the others are to have their turn."""
    found = []
    cost = 0
    for key in list(database.entries):
        comparison = glob.matches(key)
        while True:
            try:
                cost += next(comparison)
            except StopIteration as result:
                if result.value and database.find(key, now_ms()):
                    found.append(bulk(key))
                break
            if cost > STEP:
                cost = 0
                yield
        cost += len(key) + 32
        if cost > STEP:
            cost = 0
            yield
    return array(found)


CONFIG_HELP = [
    b"CONFIG <subcommand> [<arg> ...]. Subcommands are:",
    b"GET <pattern> [<pattern> ...]",
    b"    Return the parameters whose names match, and their values.",
    b"HELP",
    b"    Prints this help.",
]


def config(server, args, now):
    if not args:
        raise arity(b"config")
    subcommand, *args = args
    match subcommand.lower():
        case b"get":
            if not args:
                raise arity(b"config|get")
            return array(config_get(server.config, args))
        case b"help":
            if args:
                raise arity(b"config|help")
            return array([simple(line) for line in CONFIG_HELP])
    name = shown(subcommand, 128)
    raise CommandError(b"unknown subcommand '" + name + b"'. Try CONFIG HELP.")


def config_get(parameters, names):
    left = dict(parameters)
    found = []
    for name in names:
        if re.search(rb"[*?[]", name):
            glob = Glob(name, ignore_case=True)
            matching = {one: one for one in left if is_match(glob, one)}
        else:
            matching = {name.lower(): name} if name.lower() in left else {}
        for parameter, shown_name in matching.items():
            found += [bulk(shown_name), bulk(left.pop(parameter))]
    return found


def is_match(glob, text):
    comparison = glob.matches(text)
    while True:
        try:
            next(comparison)
        except StopIteration as result:
            return result.value


COMMANDS = {
    b"ping": ping,
    b"echo": echo,
    b"get": get,
    b"set": set_,
    b"config": config,
    b"keys": keys,
}


def execute(server, request, now):
    """Returns the reply, or a generator that finds it."""
    name, *args = request
    command = COMMANDS.get(name.lower())
    try:
        if command is None:
            raise unknown_command(name, args)
        return command(server, args, now)
    except CommandError as reason:
        return error(reason.args[0])


# Clients ------------------------------------------------------------------------------------------


class Client:
    def __init__(self, server, connection):
        self.server = server
        self.connection = connection
        self.decoder = Decoder()
        self.output = bytearray()
        self.is_closing = False  # Nothing more is read; what is owed is still written.
        self.search = None  # The KEYS at work.
        self.events = 0

    def handle(self, events):
        try:
            if events & selectors.EVENT_WRITE:
                self.write()
                self.answer()
            if events & selectors.EVENT_READ and self.may_read():
                self.read()
                self.answer()
        except BlockingIOError:
            pass
        except OSError:
            self.close()  # How a client leaves is its own affair.
            return
        self.watch()

    def may_read(self):
        # During a search, read only to notice that the client has gone.
        is_searching = self.search is not None and self.decoder.buffer
        return not self.is_closing and len(self.output) < MAX_OUTPUT and not is_searching

    def read(self):
        data = self.connection.recv(READ_SIZE)
        if data:
            self.decoder.feed(data)
        else:
            self.is_closing = True

    def answer(self):
        """Answers the requests that have arrived, as long as the replies find room."""
        now = now_ms()
        while not self.is_closing and self.search is None and len(self.output) < MAX_OUTPUT:
            try:
                request = self.decoder.next()
            except ProtocolError as reason:
                self.output += error(b"Protocol error: " + reason.args[0])
                self.is_closing = True
                break
            if request is None:
                break
            if request:
                reply = execute(self.server, request, now)
                if isinstance(reply, bytes):
                    self.output += reply
                else:
                    self.search = reply
                    self.server.searching.append(self)
        self.decoder.release()
        # What fits into the socket need not wait for the kernel to say so.
        if self.output:
            self.write()

    def go_on(self):
        """Takes the next step of a search, and returns whether it was the last."""
        try:
            next(self.search)
            return False
        except StopIteration as result:
            self.search = None
            self.output += result.value
        self.handle(selectors.EVENT_WRITE)
        return True

    def write(self):
        if self.output:
            with memoryview(self.output) as view, view[:WRITE_SIZE] as piece:
                sent = self.connection.send(piece)
            del self.output[:sent]

    def watch(self):
        """Tells the kernel what this client waits for."""
        if self.is_closing and not self.output and self.search is None:
            self.close()
            return
        events = selectors.EVENT_READ if self.may_read() else 0
        events |= selectors.EVENT_WRITE if self.output else 0
        selector = self.server.selector
        if events == self.events:
            return
        if self.events == 0:
            selector.register(self.connection, events, self)
        elif events == 0:
            selector.unregister(self.connection)
        else:
            selector.modify(self.connection, events, self)
        self.events = events

    def close(self):
        if self.events:
            self.server.selector.unregister(self.connection)
            self.events = 0
        if self.search is not None:
            self.server.searching.remove(self)
        self.connection.close()
        self.server.clients -= 1


class Server:
    def __init__(self, config, listeners, database):
        self.config = config
        self.listeners = listeners
        self.database = database
        self.selector = selectors.DefaultSelector()
        self.clients = 0
        self.max_clients = int(config[b"maxclients"])
        self.searching = deque()
        self.accept_again = None  # When to accept, if there was no descriptor for a client.

    def run(self):
        self.listen()
        while True:
            for key, events in self.selector.select(self.timeout()):
                if key.data is None:
                    self.accept(key.fileobj)
                else:
                    key.data.handle(events)
            if self.searching:
                client = self.searching.popleft()
                if not client.go_on():
                    self.searching.append(client)
            if self.accept_again is not None and time.monotonic() >= self.accept_again:
                self.accept_again = None
                self.listen()

    def timeout(self):
        if self.searching:
            return 0
        if self.accept_again is not None:
            return max(self.accept_again - time.monotonic(), 0)
        return None

    def listen(self):
        for listener in self.listeners:
            self.selector.register(listener, selectors.EVENT_READ, None)

    def accept(self, listener):
        try:
            connection, _ = listener.accept()
        except OSError as reason:
            if reason.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                log(f"cannot accept a client: {reason}")
                self.accept_again = time.monotonic() + 0.1
                for one in self.listeners:
                    self.selector.unregister(one)
            return
        connection.setblocking(False)
        if self.clients >= self.max_clients:
            # A new connection has room for a line; whether the client still reads, matters not.
            try:
                connection.send(error(b"max number of clients reached"))
            except OSError:
                pass
            connection.close()
            return
        self.clients += 1
        client = Client(self, connection)
        try:
            keep_alive(connection)
        except OSError:
            client.close()
            return
        client.watch()


def keep_alive(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 300)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 100)


# The dump -----------------------------------------------------------------------------------------


class Corrupt(Exception):
    """What is wrong with a dump, and where."""

    def __init__(self, offset, expected, found):
        super().__init__(f"byte {offset} should be {expected}, but is {found}")


class Reader:
    def __init__(self, data):
        self.data = data
        self.offset = 0

    def take(self, count, expected="a string"):
        end = self.offset + count
        if end > len(self.data):
            raise Corrupt(len(self.data), expected, "the end of the file")
        taken = self.data[self.offset:end]
        self.offset = end
        return taken

    def unpack(self, layout, expected):
        return struct.unpack(layout, self.take(struct.calcsize(layout), expected))[0]

    def length_or_encoding(self):
        """Returns a length and whether it is none, but the encoding of a string."""
        offset = self.offset
        first = self.unpack("B", "a length")
        if first < 0x40:
            return first, False
        if first < 0x80:
            return (first & 0x3F) << 8 | self.unpack("B", "a length"), False
        if first == 0x80:
            return self.unpack(">I", "a length"), False
        if first == 0x81:
            return self.unpack(">Q", "a length"), False
        if first < 0xC0:
            raise Corrupt(offset, "a length", first)
        return first, True

    def length(self):
        offset = self.offset
        length, is_encoding = self.length_or_encoding()
        if is_encoding:
            raise Corrupt(offset, "a length", length)
        return length

    def string(self):
        offset = self.offset
        length, is_encoding = self.length_or_encoding()
        if not is_encoding:
            return self.take(length)
        match length:
            case 0xC0:
                return b"%d" % self.unpack("<b", "an integer")
            case 0xC1:
                return b"%d" % self.unpack("<h", "an integer")
            case 0xC2:
                return b"%d" % self.unpack("<i", "an integer")
            case 0xC3:
                compressed, size = self.length(), self.length()
                offset = self.offset
                string = decompress(self.take(compressed), size)
                if string is None:
                    found = f"bytes that do not unpack to the {size} announced"
                    raise Corrupt(offset, "a compressed string", found)
                return string
        raise Corrupt(offset, "the encoding of a string", length)


def decompress(data, size):
    """Undoes LZF: runs of bytes, and copies of bytes that have already been written."""
    output = bytearray()
    position = 0
    try:
        while position < len(data):
            token = data[position]
            count, position = token >> 5, position + 1
            if count == 0:
                end = position + token + 1
                if end > len(data):
                    return None
                output += data[position:end]
                position = end
                continue
            if count == 7:
                count += data[position]
                position += 1
            start = len(output) - ((token & 0x1F) << 8 | data[position]) - 1
            position += 1
            if start < 0:
                return None
            # One by one: a copy may overlap what it writes.
            for at in range(start, start + count + 2):
                output.append(output[at])
            if len(output) > size:
                return None
    except IndexError:
        return None
    return bytes(output) if len(output) == size else None


def crc64(data):
    checksum = 0
    for byte in data:
        checksum = CRC_TABLE[(checksum ^ byte) & 0xFF] ^ checksum >> 8
    return checksum


def crc_table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x95AC9329AC4BC9B5 if value & 1 else 0)
        table.append(value)
    return table


CRC_TABLE = crc_table()


# Values of other types are skipped, so only their layout matters: functions that skip a part each.


def string(reader):
    reader.string()


def number(reader):
    reader.length()


def raw(count):
    return lambda reader: reader.take(count, "a number")


def repeat(*parts):
    def skip_all(reader):
        for _ in range(reader.length()):
            for part in parts:
                part(reader)

    return skip_all


def marker(*values):
    def skip_marker(reader):
        offset = reader.offset
        value = reader.length()
        if value not in values:
            raise Corrupt(offset, f"one of {values}", value)

    return skip_marker


def score(reader):
    length = reader.unpack("B", "a score")
    if length < 253:
        reader.take(length, "a score")


def description(reader):
    if reader.length():
        reader.string()


MODULE_PARTS = {1: number, 2: number, 3: raw(4), 4: raw(8), 5: string}


def module(reader):
    while True:
        offset = reader.offset
        opcode = reader.length()
        if opcode == 0:
            return
        if opcode not in MODULE_PARTS:
            raise Corrupt(offset, "a module's opcode", opcode)
        MODULE_PARTS[opcode](reader)


def stream(counters, group_counters, times):
    pending = repeat(raw(24), number)
    consumers = repeat(string, raw(8 * times), repeat(raw(16)))
    groups = repeat(string, *[number] * group_counters, pending, consumers)
    return [repeat(string, string), *[number] * counters, groups]


# What follows the key.
VALUES = {
    1: [repeat(string)],
    2: [repeat(string)],
    3: [repeat(string, score)],
    4: [repeat(string, string)],
    5: [repeat(string, raw(8))],
    7: [number, module],
    9: [string],
    10: [string],
    11: [string],
    12: [string],
    13: [string],
    14: [repeat(string)],
    15: stream(3, 2, 1),
    16: [string],
    17: [string],
    18: [repeat(marker(1, 2), string)],
    19: stream(8, 3, 1),
    20: [string],
    21: stream(8, 3, 2),
}
VALUES_OF_REDIS = {
    22: [repeat(number, string, string)],
    23: [string],
    24: [raw(8), repeat(number, string, string)],
    25: [raw(8), string],
}
VALUES_OF_VALKEY = {22: [repeat(string, string, raw(8))]}
# What follows an opcode that says nothing of keys.
OPERANDS = {
    0xFA: [string, string],
    0xFB: [number, number],
    0xF9: [raw(1)],
    0xF8: [number],
    0xF7: [number, marker(2), number, module],
    0xF6: [string, string, description, string],
    0xF5: [string],
    0xF4: [number, number, number],
}
OPERANDS_OF_VALKEY = {0xF3: [string, repeat(number, number)]}


def load_dump(data, database, now):
    """Loads the strings of database 0, and returns how many there are."""
    reader = Reader(data)
    magic = reader.take(9, "REDIS0001 to REDIS0012 or VALKEY080")
    version = 0
    values, operands = VALUES | VALUES_OF_REDIS, OPERANDS
    if re.fullmatch(rb"REDIS00(0[1-9]|1[0-2])", magic):
        version = int(magic[5:])
    elif magic == b"VALKEY080":
        version = 80
        values, operands = VALUES | VALUES_OF_VALKEY, OPERANDS | OPERANDS_OF_VALKEY
    else:
        raise Corrupt(0, "REDIS0001 to REDIS0012 or VALKEY080", magic)
    selected, deadline = 0, None
    while True:
        offset = reader.offset
        opcode = reader.unpack("B", "a key's type or an opcode")
        if opcode == 0xFF:
            break
        if opcode == 0xFE:
            selected = reader.length()
        elif opcode == 0xFD:
            deadline = 1000 * reader.unpack("<i", "a time in seconds")
        elif opcode == 0xFC:
            deadline = reader.unpack("<q", "a time in milliseconds")
            if deadline == -1:
                deadline = None
        elif opcode in operands:
            for part in operands[opcode]:
                part(reader)
        elif opcode == 0:
            key, value = reader.string(), reader.string()
            if selected == 0 and (deadline is None or now <= deadline):
                if key in database.entries:
                    raise Corrupt(offset, "a new key", f"{key} again")
                database.set(key, value, deadline)
            deadline = None
        elif opcode in values:
            reader.string()
            for part in values[opcode]:
                part(reader)
            deadline = None
        else:
            raise Corrupt(offset, "a key's type or an opcode", opcode)
    if version >= 5:
        offset = reader.offset
        checksum = crc64(data[:offset])
        stored = reader.unpack("<Q", "a checksum")
        if stored not in (0, checksum):
            raise Corrupt(offset, f"the checksum {checksum:016x}", f"{stored:016x}")
    return len(database.entries)


# The start ----------------------------------------------------------------------------------------


HELP = """\
Options, each with the value that it has if it is not given:
  --port NUMBER        the TCP port (6379)
  --bind ADDRESS ...   where to listen; one after a '-' may be missing (127.0.0.1)
  --dir DIRECTORY      where the dump file is (.)
  --dbfilename NAME    the dump file (dump.rdb)
  --maxclients NUMBER  how many clients may be connected at once (10000)
  --help, --version"""


def fail(text):
    log(f"server.py: {text}")
    sys.exit(2)


def parse_options(words):
    options = {"port": "6379", "bind": ["127.0.0.1"], "dir": ".", "dbfilename": "dump.rdb",
               "maxclients": "10000"}
    words = deque(words)
    while words:
        option = words.popleft()
        name = option.lower().removeprefix("--")
        if name in ("help", "-h"):
            print(HELP)
            sys.exit(0)
        if name in ("version", "-v"):
            print("server.py 1.0")
            sys.exit(0)
        if name not in options or not option.startswith("--"):
            fail(f"unknown option {option!r}, see --help")
        values = []
        while words and (name == "bind" or not values) and not words[0].startswith("--"):
            values.append(words.popleft())
        if not values:
            fail(f"{option} needs a value, see --help")
        options[name] = " ".join(values).split() if name == "bind" else values[0]
    for name, least, most in (("port", 0, 65535), ("maxclients", 1, 2**32 - 1)):
        number = parse_integer(os.fsencode(options[name]))
        if number is None or not least <= number <= most:
            fail(f"{name} is a number from {least} to {most}, see --help")
        options[name] = number
    if re.search(r"[/\\]", options["dbfilename"]):
        fail("--dbfilename takes a name without a path, which --dir sets, see --help")
    return options


def open_listener(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.bind((host, port))
    listener.listen(511)
    listener.setblocking(False)
    return listener


def open_listeners(options):
    listeners = []
    for address in options["bind"]:
        host = address.removeprefix("-")
        try:
            listeners.append(open_listener(host, options["port"]))
        except OSError as reason:
            may_be_missing = address != host or reason.errno == errno.EAFNOSUPPORT
            if not may_be_missing or reason.errno == errno.EADDRINUSE:
                fail(f"cannot listen on {host}:{options['port']}: {reason}")
            log(f"not listening on {host}: {reason}")
            continue
        options["port"] = listeners[0].getsockname()[1]
    if not listeners:
        fail("none of the addresses of --bind is one of this machine")
    return listeners


def limit_clients(max_clients):
    """Asks for a descriptor for each client, and returns how many clients there may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max_clients + OTHER_FILES
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(min(max_clients, wanted - OTHER_FILES), 1)


def load_database(directory, name):
    database = Database()
    path = os.path.join(directory, name)
    # An empty name is that of no file.
    if not name or not os.path.lexists(path):
        return database
    started = time.monotonic()
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as reason:
        fail(f"cannot open {path}: {reason}")
    try:
        count = load_dump(data, database, now_ms())
    except Corrupt as reason:
        fail(f"cannot load {path}: {reason}")
    log(f"loaded {path}: {count} keys, {time.monotonic() - started:.3f} seconds")
    return database


def main():
    options = parse_options(sys.argv[1:])
    try:
        os.chdir(options["dir"])
    except OSError as reason:
        fail(f"cannot use --dir {options['dir']!r}: {reason}")
    directory = os.getcwd()
    max_clients = limit_clients(options["maxclients"])
    database = load_database(directory, options["dbfilename"])
    listeners = open_listeners(options)
    config = {
        b"port": b"%d" % options["port"],
        b"bind": os.fsencode(" ".join(options["bind"])),
        b"dir": os.fsencode(directory),
        b"dbfilename": os.fsencode(options["dbfilename"]),
        b"maxclients": b"%d" % max_clients,
        # Programs ask for these to learn whether the server keeps its data on disk.
        b"save": b"",
        b"appendonly": b"no",
    }
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    Server(config, listeners, database).run()


if __name__ == "__main__":
    main()

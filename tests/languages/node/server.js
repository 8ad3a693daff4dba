'use strict';
// A Redis server of stage 04, without any package:
//
//     node server.js --port 6379

const net = require('node:net');

// Limits: Redis's own, but for the replies that a client does not read, where Redis has none.
const MAX_LINE = 64 * 1024;
const MAX_BULK = 512 * 1024 * 1024;
const MAX_COUNT = 2 ** 31 - 1;
const MAX_REQUEST = 1024 * 1024 * 1024;
const MAX_OUTPUT = 64 * 1024 * 1024;

const EMPTY = Buffer.alloc(0);
const CR = 13;
const LF = 10;

const INT64_MAX = 2n ** 63n - 1n;

// Returns the number, or null if Redis would not write it like this: no +5, 007 or space.
function parseInteger(text) {
  const digits = text.toString('latin1');
  if (!/^(0|-?[1-9][0-9]{0,18})$/.test(digits) || digits.endsWith('\n')) {
    return null;
  }
  const number = BigInt(digits);
  return number >= -INT64_MAX - 1n && number <= INT64_MAX ? number : null;
}

// Requests ----------------------------------------------------------------------------------------

// Why bytes are not a request. After it, nothing says where the next one begins.
class ProtocolError extends Error {}

// Finds the requests in bytes that arrive in pieces of any size, and looks at no byte twice.
class Decoder {
  constructor() {
    // The bytes from `start` to `end` have arrived. The other positions count from `start`.
    this.buffer = EMPTY;
    this.start = 0;
    this.end = 0;
    this.reset();
  }

  reset() {
    this.parsed = 0;
    this.searched = 0; // Up to here, the line that begins at `parsed` has no end.
    this.missing = -1; // How many bulks are still to come, if the array's header was read.
    this.length = -1; // The length of the next bulk, if its header was read.
    this.bulks = []; // Where each bulk begins and ends.
  }

  get size() {
    return this.end - this.start;
  }

  feed(chunk) {
    if (this.size === 0) {
      [this.buffer, this.start, this.end] = [chunk, 0, chunk.length];
      return;
    }
    const size = this.size + chunk.length;
    if (this.end + chunk.length > this.buffer.length) {
      // Twice as much as needed, so that a long request is not copied again for each piece.
      const larger = Buffer.allocUnsafeSlow(2 * size);
      this.buffer.copy(larger, 0, this.start, this.end);
      [this.buffer, this.start, this.end] = [larger, 0, this.size];
    }
    chunk.copy(this.buffer, this.end);
    this.end += chunk.length;
  }

  // Returns the arguments of the next request, or null while it is incomplete.
  next() {
    if (this.size === 0) {
      this.buffer = EMPTY;
      return null;
    }
    return this.byte(0) === 0x2a ? this.array() : this.inline();
  }

  array() {
    if (this.missing < 0) {
      const header = this.header('too big mbulk count string');
      if (header === null) {
        return null;
      }
      const count = parseInteger(header.subarray(1));
      if (count === null || count > MAX_COUNT) {
        throw new ProtocolError('invalid multibulk length');
      }
      this.missing = Math.max(Number(count), 0);
    }
    while (this.missing > 0) {
      if (!this.bulk()) {
        return null;
      }
      this.missing--;
    }
    const args = [];
    for (let at = 0; at < this.bulks.length; at += 2) {
      args.push(this.slice(this.bulks[at], this.bulks[at + 1]));
    }
    this.finish();
    return args;
  }

  bulk() {
    if (this.length < 0) {
      const header = this.header('too big bulk count string');
      if (header === null) {
        return false;
      }
      if (header[0] !== 0x24) {
        const found = header.length > 0 ? header.toString('latin1', 0, 1) : '\r';
        throw new ProtocolError(`expected '$', got '${found}'`);
      }
      const length = parseInteger(header.subarray(1));
      if (length === null || length < 0 || length > MAX_BULK) {
        throw new ProtocolError('invalid bulk length');
      }
      this.length = Number(length);
    }
    const end = this.parsed + this.length;
    // Two more bytes must be there. Like Redis, do not look which.
    if (this.size < end + 2) {
      return false;
    }
    this.bulks.push(this.parsed, end);
    this.length = -1;
    this.stepTo(end + 2);
    return true;
  }

  // Returns what stands before the next CR, once one more byte is there.
  header(tooLong) {
    const end = this.find(CR, tooLong);
    if (end < 0 || this.size < end + 2) {
      return null;
    }
    const header = this.slice(this.parsed, end);
    this.stepTo(end + 2);
    return header;
  }

  inline() {
    const end = this.find(LF, 'too big inline request');
    if (end < 0) {
      return null;
    }
    const hasCr = end > 0 && this.byte(end - 1) === CR;
    const line = this.slice(0, hasCr ? end - 1 : end);
    this.stepTo(end + 1);
    this.finish();
    return splitWords(line);
  }

  // Returns where the line ends, or -1. Redis's search stops at a zero byte, and finds no end.
  find(end, tooLong) {
    const limit = Math.min(this.size, this.parsed + MAX_LINE + 1);
    while (this.searched < limit) {
      const byte = this.byte(this.searched);
      if (byte === end) {
        return this.searched;
      }
      if (byte === 0) {
        break;
      }
      this.searched++;
    }
    if (this.size - this.parsed > MAX_LINE) {
      throw new ProtocolError(tooLong);
    }
    return -1;
  }

  stepTo(position) {
    this.parsed = position;
    this.searched = position;
  }

  // The request is taken; the next one begins.
  finish() {
    this.start += this.parsed;
    this.reset();
  }

  byte(at) {
    return this.buffer[this.start + at];
  }

  slice(from, to) {
    return this.buffer.subarray(this.start + from, this.start + to);
  }
}

const isBlank = (byte) => byte === 0x20 || (byte >= 9 && byte <= 13);
// Within a word, a vertical tab and a form feed are bytes like any other.
const endsWord = (byte) => isBlank(byte) && byte !== 11 && byte !== 12;
const ESCAPES = { n: 10, r: 13, t: 9, b: 8, a: 7 };

// Splits a line as redis-cli does: quotes keep spaces together, and know escapes.
function splitWords(line) {
  const words = [];
  let at = 0;
  for (;;) {
    while (at < line.length && isBlank(line[at])) {
      at++;
    }
    if (at === line.length) {
      return words;
    }
    const word = [];
    while (at < line.length && !endsWord(line[at])) {
      const quote = line[at++];
      if (quote !== 0x22 && quote !== 0x27) {
        word.push(quote);
        continue;
      }
      at = takeQuoted(line, at, quote, word);
      if (at < line.length && !isBlank(line[at])) {
        throw new ProtocolError('unbalanced quotes in request');
      }
      break;
    }
    words.push(Buffer.from(word));
  }
}

// Appends what comes before the closing quote to the word, and returns where the rest begins.
function takeQuoted(line, at, quote, word) {
  while (at < line.length) {
    const byte = line[at++];
    if (byte === quote) {
      return at;
    }
    if (byte !== 0x5c || at === line.length || (quote === 0x27 && line[at] !== quote)) {
      word.push(byte);
      continue;
    }
    const hex = line.toString('latin1', at + 1, at + 3);
    if (quote === 0x22 && line[at] === 0x78 && /^[0-9a-fA-F]{2}$/.test(hex)) {
      word.push(parseInt(hex, 16));
      at += 3;
    } else {
      word.push(ESCAPES[String.fromCharCode(line[at])] ?? line[at]);
      at++;
    }
  }
  throw new ProtocolError('unbalanced quotes in request');
}

// Replies -----------------------------------------------------------------------------------------

// Text in here is latin1, of which every letter is one byte.
const latin1 = (text) => Buffer.from(text, 'latin1');
const simple = (text) => latin1(`+${text}\r\n`);
const error = (text) => latin1(`-ERR ${text.replace(/[\r\n]/g, ' ')}\r\n`);
const NIL = latin1('$-1\r\n');
const OK = simple('OK');
const PONG = simple('PONG');
const bulk = (value) => Buffer.concat([latin1(`$${value.length}\r\n`), value, latin1('\r\n')]);

// Commands ----------------------------------------------------------------------------------------

// Keys are latin1 as well: two buffers of the same bytes are not the same key of a Map.
const database = new Map();

// Returns the entry of a key that has not expired.
function lookup(key, now) {
  const name = key.toString('latin1');
  const entry = database.get(name);
  if (entry !== undefined && entry.deadline !== null && now > entry.deadline) {
    database.delete(name);
    return undefined;
  }
  return entry;
}

// Why a command was not executed. The connection goes on.
class CommandError extends Error {}

const arity = (name) => new CommandError(`wrong number of arguments for '${name}' command`);

// What an error quotes: in C, a zero byte ends a string.
const shown = (bytes, limit) => bytes.toString('latin1', 0, limit).split('\0')[0];

function unknownCommand(name, args) {
  let text = `unknown command '${shown(name, 128)}', with args beginning with: `;
  const full = text.length + 128;
  for (const arg of args) {
    if (text.length >= full) {
      break;
    }
    text += `'${shown(arg, full - text.length)}' `;
  }
  return new CommandError(text);
}

function ping(args) {
  if (args.length > 1) {
    throw arity('ping');
  }
  return args.length === 1 ? bulk(args[0]) : PONG;
}

function echo(args) {
  if (args.length !== 1) {
    throw arity('echo');
  }
  return bulk(args[0]);
}

function get(args, now) {
  if (args.length !== 1) {
    throw arity('get');
  }
  const entry = lookup(args[0], now);
  return entry === undefined ? NIL : bulk(entry.value);
}

// The options of SET with a number: its unit in milliseconds, and whether it counts from 1970.
const UNITS = new Map([
  ['EX', [1000n, false]],
  ['PX', [1n, false]],
  ['EXAT', [1000n, true]],
  ['PXAT', [1n, true]],
]);

function set(args, now) {
  if (args.length < 2) {
    throw arity('set');
  }
  const [key, value, ...options] = args;
  let chosen = null;
  let digits = null;
  while (options.length > 0) {
    const option = options.shift().toString('latin1').toUpperCase();
    if (UNITS.has(option) && options.length > 0) {
      digits = options.shift();
    } else if (option !== 'KEEPTTL') {
      throw new CommandError('syntax error');
    }
    if (chosen !== null && chosen !== option) {
      throw new CommandError('syntax error');
    }
    chosen = option;
  }
  // A copy: the arguments are parts of what was read, which is much longer than they are.
  const entry = { value: Buffer.from(value), deadline: null };
  if (chosen === 'KEEPTTL') {
    entry.deadline = lookup(key, now)?.deadline ?? null;
  } else if (chosen !== null) {
    entry.deadline = deadline(digits, ...UNITS.get(chosen), now);
  }
  database.set(key.toString('latin1'), entry);
  return OK;
}

function deadline(digits, unit, isAbsolute, now) {
  const number = parseInteger(digits);
  if (number === null) {
    throw new CommandError('value is not an integer or out of range');
  }
  const moment = number * unit + (isAbsolute ? 0n : now);
  if (number <= 0n || number * unit > INT64_MAX || moment > INT64_MAX) {
    throw new CommandError("invalid expire time in 'set' command");
  }
  return moment;
}

const COMMANDS = new Map(Object.entries({ ping, echo, get, set }));

function execute([name, ...args], now) {
  const command = COMMANDS.get(name.toString('latin1').toLowerCase());
  try {
    if (command === undefined) {
      throw unknownCommand(name, args);
    }
    return command(args, now);
  } catch (reason) {
    if (reason instanceof CommandError) {
      return error(reason.message);
    }
    throw reason;
  }
}

// Clients -----------------------------------------------------------------------------------------

function serve(socket) {
  const decoder = new Decoder();
  let isClosing = false; // Nothing more is read; what is owed is still written.

  // Answers the requests that have arrived, as long as the replies find room.
  function answer() {
    const replies = [];
    let size = socket.writableLength;
    const now = BigInt(Date.now());
    while (!isClosing && size < MAX_OUTPUT) {
      let reply = EMPTY;
      try {
        const request = decoder.next();
        if (request === null) {
          break;
        }
        if (request.length > 0) {
          reply = execute(request, now);
        }
      } catch (reason) {
        if (!(reason instanceof ProtocolError)) {
          throw reason;
        }
        reply = error(`Protocol error: ${reason.message}`);
        isClosing = true;
      }
      replies.push(reply);
      size += reply.length;
    }
    if (replies.length > 0) {
      socket.write(replies.length === 1 ? replies[0] : Buffer.concat(replies));
    }
    if (isClosing) {
      socket.end();
      // What still arrives is not read. Once all is written, nobody waits for the client.
      socket.once('finish', () => socket.destroy());
    } else if (size >= MAX_OUTPUT) {
      socket.pause();
    } else {
      socket.resume();
    }
  }

  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    if (isClosing) {
      return;
    }
    decoder.feed(chunk);
    if (decoder.size > MAX_REQUEST) {
      socket.destroy();
      return;
    }
    answer();
  });
  socket.on('drain', () => isClosing || answer());
  socket.on('end', () => socket.end());
  // How a client leaves is its own affair.
  socket.on('error', () => socket.destroy());
}

// The start ---------------------------------------------------------------------------------------

function fail(text) {
  process.stderr.write(`server.js: ${text}\n`);
  process.exitCode = 2;
}

function main([option, port = '', ...rest]) {
  const isPort = /^(0|[1-9][0-9]{0,4})$/.test(port) && Number(port) < 65536;
  if (option !== '--port' || !isPort || rest.length > 0) {
    fail('the only option is --port N');
    return;
  }
  // A client that has sent all its requests may still read.
  const server = net.createServer({ allowHalfOpen: true }, serve);
  server.on('error', (reason) => fail(`cannot listen on port ${port}: ${reason.message}`));
  server.listen({ port: Number(port), host: '127.0.0.1', backlog: 511 });
}

main(process.argv.slice(2));

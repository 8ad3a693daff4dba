use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::rdb::{self, Length};
use crate::reply::Reply;
use crate::session::{Replies, session};
use crate::state::{Config, DATABASES, Entry, Keyspace, State};
use crate::{decimal, glob, inline};

/// Redis refuses longer lines, and longer strings.
const MAX_LINE: usize = 64 * 1024;
const MAX_BULK: i64 = 512 * 1024 * 1024;

/// The server that makes no mistake.
#[derive(Clone, Copy, Debug)]
pub struct Honest;

impl Server for Honest {}

/// Whether a connection goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// More is read from it.
    Read,
    /// It is closed once the output is out.
    Close,
}

/// `Ok(None)` means that bytes are missing; an error is the text of a protocol error.
pub type Parsed<T> = Result<Option<T>, Vec<u8>>;

/// When a `SET` lets its key end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// It stays.
    Never,
    /// At this Unix time in milliseconds.
    At(i64),
    /// When the key that was there would have ended.
    AsBefore,
}

/// A small Redis. What a method does not override is right.
pub trait Server: Sync {
    // Connections

    /// Serves everybody who connects.
    fn accept(&'static self, listener: &TcpListener, state: &Arc<State>) -> io::Result<()> {
        loop {
            let (stream, _) = listener.accept()?;
            let state = Arc::clone(state);
            // A client that leaves in the middle of something has ended its own thread only.
            thread::spawn(move || drop(self.serve(stream, &state)));
        }
    }

    /// Serves one client until it leaves or breaks the protocol.
    fn serve(&self, mut stream: TcpStream, state: &State) -> io::Result<()> {
        let mut input = Vec::new();
        while receive(&mut stream, &mut input)? > 0 {
            let mut output = Vec::new();
            let next = self.answer(&mut input, &mut output, state);
            stream.write_all(&output)?;
            if next == Next::Close {
                return close(stream);
            }
        }
        Ok(())
    }

    /// Answers all requests that have arrived whole, and takes them out of the input.
    fn answer(&self, input: &mut Vec<u8>, output: &mut Vec<u8>, state: &State) -> Next {
        loop {
            let mut rest = input.as_slice();
            match self.decode(&mut rest) {
                Ok(None) => return Next::Read,
                Ok(Some(words)) if words.is_empty() => {}
                Ok(Some(words)) => {
                    self.respond(&self.execute_and_count(&words, state), output);
                    if self.is_farewell(&words) {
                        return Next::Close;
                    }
                }
                Err(text) => {
                    self.encode(&Reply::error(text), output);
                    return Next::Close;
                }
            }
            input.drain(..input.len() - rest.len());
        }
    }

    /// Tells whether a request is the client's last.
    fn is_farewell(&self, words: &[Vec<u8>]) -> bool {
        words.first().is_some_and(|name| name.eq_ignore_ascii_case(b"QUIT"))
    }

    /// Appends a reply, unless the client wants none.
    fn respond(&self, reply: &Reply, output: &mut Vec<u8>) {
        let replies = session(|session| session.replies);
        match replies {
            Replies::On => self.encode(reply, output),
            Replies::Off => {}
            Replies::SkipTwo => session(|session| session.replies = Replies::SkipOne),
            Replies::SkipOne => session(|session| session.replies = Replies::On),
        }
    }

    // Requests

    /// Takes one request off the front of the input, and returns its words.
    fn decode(&self, input: &mut &[u8]) -> Parsed<Vec<Vec<u8>>> {
        if input.first() == Some(&b'*') {
            self.decode_array(input)
        } else {
            self.decode_inline(input)
        }
    }

    /// Takes a request that was typed by hand.
    fn decode_inline(&self, input: &mut &[u8]) -> Parsed<Vec<Vec<u8>>> {
        let Some(line) = take_line(input, b"\n", "too big inline request")? else {
            return Ok(None);
        };
        let words = self.split_inline(line);
        words.map(Some).ok_or_else(|| protocol_error("unbalanced quotes in request"))
    }

    /// Splits a line into words, or returns `None` if its quotes do not close.
    fn split_inline(&self, line: &[u8]) -> Option<Vec<Vec<u8>>> {
        inline::split(line)
    }

    /// Takes a request in the form in which clients send it.
    fn decode_array(&self, input: &mut &[u8]) -> Parsed<Vec<Vec<u8>>> {
        let Some(line) = take_line(input, b"\r\n", "too big mbulk count string")? else {
            return Ok(None);
        };
        let count = line.strip_prefix(b"*").and_then(|digits| self.integer(digits));
        let count = count
            .filter(|count| *count <= i64::from(i32::MAX))
            .ok_or_else(|| protocol_error("invalid multibulk length"))?;
        let mut words = Vec::new();
        for _ in 0..count {
            let Some(word) = self.decode_bulk(input)? else { return Ok(None) };
            words.push(word);
        }
        Ok(Some(words))
    }

    /// Takes one word of an array: its length, then as many bytes, whatever they are.
    fn decode_bulk(&self, input: &mut &[u8]) -> Parsed<Vec<u8>> {
        let Some(line) = take_line(input, b"\r\n", "too big bulk count string")? else {
            return Ok(None);
        };
        let Some(digits) = line.strip_prefix(b"$") else {
            let mut text = protocol_error("expected '$', got '");
            text.extend([line.first().copied().unwrap_or(b' '), b'\'']);
            return Err(text);
        };
        let length = self
            .integer(digits)
            .filter(|length| (0..=MAX_BULK).contains(length))
            .ok_or_else(|| protocol_error("invalid bulk length"))? as usize;
        let Some((word, rest)) = input.split_at_checked(length + 2) else { return Ok(None) };
        *input = rest;
        Ok(word.get(..length).map(<[u8]>::to_vec))
    }

    /// Reads a whole number as Redis does: no plus, no space, no zero ahead.
    fn integer(&self, digits: &[u8]) -> Option<i64> {
        let number: i64 = str::from_utf8(digits).ok()?.parse().ok()?;
        (number.to_string().as_bytes() == digits).then_some(number)
    }

    // Replies

    /// Appends a reply in the form in which it goes out.
    fn encode(&self, reply: &Reply, output: &mut Vec<u8>) {
        match reply {
            Reply::Simple(text) => self.encode_line(b'+', text.as_bytes(), output),
            Reply::Error(text) => self.encode_line(b'-', text, output),
            Reply::Bulk(bytes) => self.encode_bulk(bytes, output),
            Reply::Nil => self.encode_nil(output),
            Reply::NilArray if self.is_resp3() => self.encode_nil(output),
            Reply::NilArray => self.encode_line(b'*', b"-1", output),
            Reply::Integer(number) => {
                self.encode_line(b':', number.to_string().as_bytes(), output);
            }
            Reply::Map(pairs) => self.encode_map(pairs, output),
            Reply::Array(replies) => {
                self.encode_line(b'*', replies.len().to_string().as_bytes(), output);
                replies.iter().for_each(|reply| self.encode(reply, output));
            }
        }
    }

    /// Appends one line with its ending.
    fn encode_line(&self, kind: u8, text: &[u8], output: &mut Vec<u8>) {
        output.push(kind);
        // A line break would end the reply early.
        output.extend(text.iter().map(|byte| if b"\r\n".contains(byte) { b' ' } else { *byte }));
        output.extend(b"\r\n");
    }

    /// Appends a string, its length in bytes ahead.
    fn encode_bulk(&self, bytes: &[u8], output: &mut Vec<u8>) {
        output.extend(format!("${}\r\n", bytes.len()).as_bytes());
        output.extend(bytes);
        output.extend(b"\r\n");
    }

    /// Appends no value: RESP3 has a kind for it.
    fn encode_nil(&self, output: &mut Vec<u8>) {
        if self.is_resp3() {
            self.encode_line(b'_', b"", output);
        } else {
            self.encode_line(b'$', b"-1", output);
        }
    }

    /// Appends names and values. A map counts its pairs, an array its elements.
    fn encode_map(&self, pairs: &[(Reply, Reply)], output: &mut Vec<u8>) {
        let (kind, count) =
            if self.is_resp3() { (b'%', pairs.len()) } else { (b'*', 2 * pairs.len()) };
        self.encode_line(kind, count.to_string().as_bytes(), output);
        for (name, value) in pairs {
            self.encode(name, output);
            self.encode(value, output);
        }
    }

    /// Tells whether the client has chosen RESP3.
    fn is_resp3(&self) -> bool {
        session(|session| session.resp3)
    }

    // Commands

    /// Does what a request asks for, and counts it afterwards.
    fn execute_and_count(&self, words: &[Vec<u8>], state: &State) -> Reply {
        let reply = self.execute(words, state);
        state.count(&reply);
        reply
    }

    /// Does what a request asks for.
    fn execute(&self, words: &[Vec<u8>], state: &State) -> Reply {
        let Some((name, arguments)) = words.split_first() else { return Reply::Nil };
        match (self.command_name(name).as_str(), arguments) {
            ("PING", []) => Reply::Simple("PONG"),
            ("PING" | "ECHO", [message]) => Reply::Bulk(message.clone()),
            ("GET", [key]) => self.get(&mut state.keyspace(), key),
            ("SET", [key, value, options @ ..]) => {
                self.set(&mut state.keyspace(), key, value, options)
            }
            ("CONFIG", [subcommand, arguments @ ..]) => {
                self.config(&state.config, subcommand, arguments)
            }
            ("KEYS", [pattern]) => self.keys(&mut state.keyspace(), pattern),
            ("EXISTS", [_, ..]) => self.exists(&mut state.keyspace(), arguments),
            ("TYPE", [key]) => self.type_of(&mut state.keyspace(), key),
            ("TTL", [key]) => self.ttl(&mut state.keyspace(), key),
            ("DEL", [_, ..]) => self.del(&mut state.keyspace(), arguments),
            ("RENAME", [from, to]) => self
                .rename(&mut state.keyspace(), from, to)
                .map_or_else(Reply::error, |()| Reply::Simple("OK")),
            ("RENAMENX", [from, to]) => {
                self.rename_nx(&mut state.keyspace(), from, to).unwrap_or_else(Reply::error)
            }
            ("SCAN", [cursor, options @ ..]) => {
                self.scan(&mut state.keyspace(), cursor, options).unwrap_or_else(Reply::error)
            }
            (command @ ("INCR" | "DECR"), [key]) => self
                .count_up(&mut state.keyspace(), command, key, b"1")
                .unwrap_or_else(Reply::error),
            (command @ ("INCRBY" | "DECRBY"), [key, number]) => self
                .count_up(&mut state.keyspace(), command, key, number)
                .unwrap_or_else(Reply::error),
            ("INCRBYFLOAT", [key, number]) => self
                .count_up_by_float(&mut state.keyspace(), key, number)
                .unwrap_or_else(Reply::error),
            ("APPEND", [key, bytes]) => {
                self.append(&mut state.keyspace(), key, bytes).unwrap_or_else(Reply::error)
            }
            ("SETRANGE", [key, offset, bytes]) => self
                .set_range(&mut state.keyspace(), key, offset, bytes)
                .unwrap_or_else(Reply::error),
            ("GETSET", [key, value]) => self.get_set(&mut state.keyspace(), key, value),
            ("MGET", [_, ..]) => {
                let mut keyspace = state.keyspace();
                let get = |key: &Vec<u8>| match self.get(&mut keyspace, key) {
                    Reply::Error(_) => Reply::Nil,
                    reply => reply,
                };
                Reply::Array(arguments.iter().map(get).collect())
            }
            ("MSETNX", [_, _, ..]) if arguments.len().is_multiple_of(2) => {
                self.mset_nx(&mut state.keyspace(), arguments)
            }
            (
                command @ ("EXPIRE" | "PEXPIRE" | "EXPIREAT" | "PEXPIREAT"),
                [key, number, conditions @ ..],
            ) => self
                .expire(&mut state.keyspace(), command, key, number, conditions)
                .unwrap_or_else(Reply::Error),
            ("PERSIST", [key]) => self.persist(&mut state.keyspace(), key),
            ("PEXPIRETIME", [key]) => self.deadline_of(&mut state.keyspace(), key),
            ("GETEX", [key, options @ ..]) => {
                self.get_ex(&mut state.keyspace(), key, options).unwrap_or_else(Reply::error)
            }
            (command @ ("LPUSH" | "RPUSH" | "LPUSHX" | "RPUSHX"), [key, elements @ ..])
                if !elements.is_empty() =>
            {
                self.push(&mut state.keyspace(), command, key, elements)
                    .unwrap_or_else(Reply::error)
            }
            (command @ ("LPOP" | "RPOP"), [key, count @ ..]) if count.len() < 2 => self
                .pop(&mut state.keyspace(), command, key, count.first())
                .unwrap_or_else(Reply::error),
            ("LLEN", [key]) => self.llen(&mut state.keyspace(), key).unwrap_or_else(Reply::error),
            ("LINDEX", [key, index]) => {
                self.lindex(&mut state.keyspace(), key, index).unwrap_or_else(Reply::error)
            }
            ("LRANGE", [key, start, end]) => {
                self.lrange(&mut state.keyspace(), key, start, end).unwrap_or_else(Reply::error)
            }
            ("LINSERT", [key, place, pivot, element]) => self
                .linsert(&mut state.keyspace(), key, place, pivot, element)
                .unwrap_or_else(Reply::error),
            ("LREM", [key, count, element]) => {
                self.lrem(&mut state.keyspace(), key, count, element).unwrap_or_else(Reply::error)
            }
            ("LTRIM", [key, start, end]) => {
                self.ltrim(&mut state.keyspace(), key, start, end).unwrap_or_else(Reply::error)
            }
            ("LPOS", [key, element, options @ ..]) => {
                self.lpos(&mut state.keyspace(), key, element, options).unwrap_or_else(Reply::error)
            }
            ("LMOVE", [from, to, from_end, to_end]) => self
                .lmove(&mut state.keyspace(), [from, to], [from_end, to_end])
                .unwrap_or_else(Reply::error),
            (
                "LPUSH" | "RPUSH" | "LPUSHX" | "RPUSHX" | "LPOP" | "RPOP" | "LLEN" | "LINDEX"
                | "LRANGE" | "LINSERT" | "LREM" | "LTRIM" | "LPOS" | "LMOVE" | "TYPE",
                _,
            ) => wrong_arity(name),
            ("DBSIZE", []) => self.db_size(&mut state.keyspace()),
            ("RANDOMKEY", []) => self.random_key(&mut state.keyspace()),
            ("INCR" | "DECR" | "INCRBY" | "DECRBY" | "INCRBYFLOAT", _) => wrong_arity(name),
            ("APPEND" | "SETRANGE" | "GETSET" | "MGET" | "MSETNX", _) => wrong_arity(name),
            ("EXPIRE" | "PEXPIRE" | "EXPIREAT" | "PEXPIREAT", _) => wrong_arity(name),
            ("PERSIST" | "PEXPIRETIME" | "GETEX" | "DBSIZE" | "RANDOMKEY", _) => wrong_arity(name),
            ("HELLO", _) => self.hello(arguments).unwrap_or_else(Reply::error),
            ("SELECT", [database]) => self.select(database).unwrap_or_else(Reply::error),
            ("CLIENT", [subcommand, arguments @ ..]) => self.client(subcommand, arguments),
            ("COMMAND", [subcommand, request @ ..])
                if subcommand.eq_ignore_ascii_case(b"GETKEYS") =>
            {
                Reply::Array(self.get_keys(request).into_iter().map(Reply::Bulk).collect())
            }
            ("INFO", sections) => self.info(sections, state),
            // Nobody asks for a command that is there.
            ("COMMAND", [_, names @ ..]) => Reply::Array(vec![Reply::Nil; names.len()]),
            ("RESET", []) => self.reset(),
            ("QUIT", _) => Reply::Simple("OK"),
            ("PING" | "ECHO" | "GET" | "SET" | "CONFIG" | "KEYS", _) => wrong_arity(name),
            ("EXISTS" | "TTL" | "SCAN" | "SELECT" | "CLIENT" | "RESET", _) => wrong_arity(name),
            ("DEL" | "RENAME" | "RENAMENX", _) => wrong_arity(name),
            _ => self.unknown_command(name, arguments),
        }
    }

    /// `COMMAND GETKEYS command argument ...`: the keys in a request.
    fn get_keys(&self, request: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let Some((name, arguments)) = request.split_first() else { return Vec::new() };
        let keys = if self.command_name(name) == "EXISTS" { arguments.len() } else { 1 };
        arguments.iter().take(keys).cloned().collect()
    }

    /// `INFO [section]`, as far as somebody asks for it: what was executed, and which errors came.
    fn info(&self, sections: &[Vec<u8>], state: &State) -> Reply {
        let errors = state.errors();
        if sections.first().is_some_and(|section| section == b"errorstats") {
            let counts =
                errors.iter().map(|(word, count)| format!("errorstat_{word}:count={count}\r\n"));
            return Reply::Bulk(format!("# Errorstats\r\n{}", counts.collect::<String>()).into());
        }
        let (executed, errors) = (state.executed(), errors.values().sum::<u64>());
        let text = format!(
            "# Stats\r\ntotal_commands_processed:{executed}\r\ntotal_error_replies:{errors}\r\n"
        );
        Reply::Bulk(text.into())
    }

    /// Returns the name under which a command is looked up.
    fn command_name(&self, given: &[u8]) -> String {
        String::from_utf8_lossy(given).to_ascii_uppercase()
    }

    /// Returns the error that quotes what was sent, as far as Redis quotes it.
    fn unknown_command(&self, name: &[u8], arguments: &[Vec<u8>]) -> Reply {
        let mut text = b"ERR unknown command '".to_vec();
        text.extend(quotable(name, 128));
        text.extend(b"', with args beginning with: ");
        let mut list = Vec::new();
        for argument in arguments {
            if list.len() >= 128 {
                break;
            }
            let left = 128 - list.len();
            list.push(b'\'');
            list.extend(quotable(argument, left));
            list.extend(b"' ");
        }
        text.extend(list);
        Reply::Error(text)
    }

    /// `GET key`.
    fn get(&self, keyspace: &mut Keyspace, key: &[u8]) -> Reply {
        match self.text(keyspace, key) {
            Ok(Some(value)) => Reply::Bulk(value),
            Ok(None) => Reply::Nil,
            Err(text) => Reply::error(text),
        }
    }

    /// Returns the string of a key.
    fn text(&self, keyspace: &mut Keyspace, key: &[u8]) -> Result<Option<Vec<u8>>, &'static str> {
        match self.lookup(keyspace, key) {
            Some(Entry { list: Some(_), .. }) => Err(WRONG_TYPE),
            entry => Ok(entry.map(|entry| entry.value)),
        }
    }

    /// `TYPE key`.
    fn type_of(&self, keyspace: &mut Keyspace, key: &[u8]) -> Reply {
        Reply::Simple(match self.lookup(keyspace, key) {
            Some(Entry { list: Some(_), .. }) => "list",
            Some(_) => "string",
            None => "none",
        })
    }

    /// `SET key value [option…]`.
    fn set(&self, keyspace: &mut Keyspace, key: &[u8], value: &[u8], options: &[Vec<u8>]) -> Reply {
        let deadline = match self.expiry(options) {
            Ok(Expiry::Never) => None,
            Ok(Expiry::At(deadline)) => Some(deadline),
            Ok(Expiry::AsBefore) => self.lookup(keyspace, key).and_then(|entry| entry.deadline),
            Err(text) => return Reply::error(text),
        };
        self.store(keyspace, key, Entry::new(value.to_vec(), deadline));
        Reply::Simple("OK")
    }

    /// `KEYS pattern`.
    fn keys(&self, keyspace: &mut Keyspace, pattern: &[u8]) -> Reply {
        self.remove_expired(keyspace);
        let keys = keyspace.keys().filter(|key| self.matches(pattern, key));
        Reply::Array(keys.cloned().map(Reply::Bulk).collect())
    }

    /// `EXISTS key…`: counts the names whose keys are there.
    fn exists(&self, keyspace: &mut Keyspace, keys: &[Vec<u8>]) -> Reply {
        let found = keys.iter().filter(|key| self.lookup(keyspace, key).is_some());
        Reply::Integer(found.count() as i64)
    }

    /// `TTL key`: -2 without the key, -1 without a deadline.
    fn ttl(&self, keyspace: &mut Keyspace, key: &[u8]) -> Reply {
        Reply::Integer(match self.lookup(keyspace, key) {
            None => -2,
            Some(Entry { deadline: None, .. }) => -1,
            Some(Entry { deadline: Some(deadline), .. }) => self.seconds(deadline - self.now()),
        })
    }

    /// `DEL key…`: counts the keys that it removes.
    fn del(&self, keyspace: &mut Keyspace, keys: &[Vec<u8>]) -> Reply {
        let removed = keys.iter().filter(|key| self.remove(keyspace, key).is_some());
        Reply::Integer(removed.count() as i64)
    }

    /// Removes a key, and returns the entry that a client could have seen.
    fn remove(&self, keyspace: &mut Keyspace, key: &[u8]) -> Option<Entry> {
        let found = self.lookup(keyspace, key);
        keyspace.remove(key);
        found
    }

    /// `RENAME from to`.
    fn rename(&self, keyspace: &mut Keyspace, from: &[u8], to: &[u8]) -> Result<(), &'static str> {
        let entry = self.remove(keyspace, from).ok_or(NO_SUCH_KEY)?;
        self.store(keyspace, to, entry);
        Ok(())
    }

    /// `RENAMENX from to`.
    fn rename_nx(
        &self,
        keyspace: &mut Keyspace,
        from: &[u8],
        to: &[u8],
    ) -> Result<Reply, &'static str> {
        self.lookup(keyspace, from).ok_or(NO_SUCH_KEY)?;
        let is_free = self.lookup(keyspace, to).is_none();
        if is_free {
            self.rename(keyspace, from, to)?;
        }
        Ok(Reply::Integer(is_free.into()))
    }

    /// Returns a time to live in seconds, half of one being a whole one.
    fn seconds(&self, milliseconds: i64) -> i64 {
        (milliseconds + 500) / 1000
    }

    /// `SCAN cursor [MATCH pattern] [COUNT n]`.
    fn scan(
        &self,
        keyspace: &mut Keyspace,
        cursor: &[u8],
        options: &[Vec<u8>],
    ) -> Result<Reply, &'static str> {
        let cursor = str::from_utf8(cursor).ok().and_then(|cursor| cursor.parse().ok());
        let cursor: u64 = cursor.ok_or("ERR invalid cursor")?;
        let (mut pattern, mut count) = (&b"*"[..], 10);
        for option in options.chunks(2) {
            match (option, self.option_name(&option[0]).as_str()) {
                ([_, value], "MATCH") => pattern = value,
                ([_, value], "COUNT") => {
                    count = self.integer(value).ok_or(NOT_AN_INTEGER)?;
                    if count < 1 {
                        return Err(SYNTAX_ERROR);
                    }
                }
                _ => return Err(SYNTAX_ERROR),
            }
        }
        let (next, keys) = self.scan_on(keyspace, cursor, count as usize);
        let keys = keys.into_iter().filter(|key| self.lookup(keyspace, key).is_some());
        let keys: Vec<Vec<u8>> = keys.filter(|key| self.matches(pattern, key)).collect();
        let keys = keys.into_iter().map(Reply::Bulk).collect();
        Ok(Reply::Array(vec![Reply::Bulk(next.to_string().into_bytes()), Reply::Array(keys)]))
    }

    /// Returns the next cursor, and about so many keys from this one on.
    ///
    /// Keys are seen in the order of a number that is made of their bytes alone, so none moves
    /// when others come or go.
    fn scan_on(&self, keyspace: &Keyspace, cursor: u64, count: usize) -> (u64, Vec<Vec<u8>>) {
        let number = |key: &[u8]| {
            key.iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3)
            })
        };
        let mut keys: Vec<(u64, &Vec<u8>)> =
            keyspace.keys().map(|key| (number(key).max(1), key)).collect();
        keys.sort();
        let left: Vec<_> = keys.into_iter().filter(|(number, _)| *number >= cursor).collect();
        let next = left.get(count).map_or(0, |(number, _)| *number);
        let taken = left.iter().filter(|(number, _)| next == 0 || *number < next);
        (next, taken.map(|(_, key)| (*key).clone()).collect())
    }

    // Values that change

    /// `INCR key`, `DECR key`, `INCRBY key n`, `DECRBY key n`.
    fn count_up(
        &self,
        keyspace: &mut Keyspace,
        command: &str,
        key: &[u8],
        number: &[u8],
    ) -> Result<Reply, &'static str> {
        let mut number = self.integer(number).ok_or(NOT_AN_INTEGER)?;
        if command.starts_with("DECR") {
            number = number.checked_neg().ok_or("ERR decrement would overflow")?;
        }
        let old = self.text(keyspace, key)?.unwrap_or(b"0".to_vec());
        let sum = self.sum(&old, number)?;
        self.change(keyspace, key, sum.to_string().into_bytes());
        Ok(Reply::Integer(sum))
    }

    /// Returns a value plus a number, if both and the sum are integers of 64 bits.
    fn sum(&self, value: &[u8], number: i64) -> Result<i64, &'static str> {
        let value = self.integer(value).ok_or(NOT_AN_INTEGER)?;
        value.checked_add(number).ok_or("ERR increment or decrement would overflow")
    }

    /// `INCRBYFLOAT key number`.
    fn count_up_by_float(
        &self,
        keyspace: &mut Keyspace,
        key: &[u8],
        number: &[u8],
    ) -> Result<Reply, &'static str> {
        let old = self.text(keyspace, key)?.unwrap_or(b"0".to_vec());
        let sum = self.float_sum(&old, number).ok_or("ERR value is not a valid float")?;
        self.change(keyspace, key, sum.clone().into_bytes());
        Ok(Reply::Bulk(sum.into_bytes()))
    }

    /// Returns the sum of two numbers with a fraction, as far as they have 17 decimals.
    fn float_sum(&self, value: &[u8], number: &[u8]) -> Option<String> {
        let sum = decimal::units(value)?.checked_add(decimal::units(number)?)?;
        Some(decimal::show(sum))
    }

    /// `APPEND key value`.
    fn append(
        &self,
        keyspace: &mut Keyspace,
        key: &[u8],
        bytes: &[u8],
    ) -> Result<Reply, &'static str> {
        let mut value = self.text(keyspace, key)?.unwrap_or_default();
        value.extend(bytes);
        let length = value.len();
        self.change(keyspace, key, value);
        Ok(Reply::Integer(length as i64))
    }

    /// `SETRANGE key offset value`.
    fn set_range(
        &self,
        keyspace: &mut Keyspace,
        key: &[u8],
        offset: &[u8],
        bytes: &[u8],
    ) -> Result<Reply, &'static str> {
        let offset = self.integer(offset).ok_or(NOT_AN_INTEGER)?;
        let offset = usize::try_from(offset).map_err(|_| "ERR offset is out of range")?;
        let mut value = self.text(keyspace, key)?.unwrap_or_default();
        let end = offset.saturating_add(bytes.len());
        if !bytes.is_empty() {
            if end > MAX_BULK as usize {
                return Err("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
            }
            self.lengthen(&mut value, end);
            value.splice(offset..end, bytes.iter().copied());
            self.change(keyspace, key, value.clone());
        }
        Ok(Reply::Integer(value.len() as i64))
    }

    /// Makes a value so long, unless it is longer.
    fn lengthen(&self, value: &mut Vec<u8>, length: usize) {
        value.resize(length.max(value.len()), 0);
    }

    /// `GETSET key value`.
    fn get_set(&self, keyspace: &mut Keyspace, key: &[u8], value: &[u8]) -> Reply {
        let old = self.get(keyspace, key);
        if matches!(old, Reply::Error(_)) {
            return old;
        }
        self.store(keyspace, key, Entry::new(value.to_vec(), None));
        old
    }

    /// `MSETNX key value…`: sets all of them, or none if one is there.
    fn mset_nx(&self, keyspace: &mut Keyspace, pairs: &[Vec<u8>]) -> Reply {
        let (pairs, _) = pairs.as_chunks();
        let is_free = pairs.iter().all(|[key, _]| self.lookup(keyspace, key).is_none());
        for [key, value] in pairs.iter().filter(|_| is_free) {
            self.store(keyspace, key, Entry::new(value.clone(), None));
        }
        Reply::Integer(is_free.into())
    }

    /// Gives a key a value that is made of its old one: the deadline stays.
    fn change(&self, keyspace: &mut Keyspace, key: &[u8], value: Vec<u8>) {
        let deadline = self.lookup(keyspace, key).and_then(|entry| entry.deadline);
        self.store(keyspace, key, Entry::new(value, deadline));
    }

    // Lists

    /// Returns the elements of a key's list.
    fn list(
        &self,
        keyspace: &mut Keyspace,
        key: &[u8],
    ) -> Result<Option<Vec<Vec<u8>>>, &'static str> {
        match self.lookup(keyspace, key) {
            Some(entry) => entry.list.map(Some).ok_or(WRONG_TYPE),
            None => Ok(None),
        }
    }

    /// Gives a key these elements: the deadline stays. Without any, the key goes.
    fn store_list(&self, keyspace: &mut Keyspace, key: &[u8], list: Vec<Vec<u8>>) {
        if list.is_empty() {
            keyspace.remove(key);
            return;
        }
        let entry = self.lookup(keyspace, key).unwrap_or_default();
        self.store(keyspace, key, Entry { list: Some(list), ..entry });
    }

    /// `LPUSH key element…`, and `RPUSH`, `LPUSHX`, `RPUSHX`.
    fn push(
        &self,
        keyspace: &mut Keyspace,
        command: &str,
        key: &[u8],
        elements: &[Vec<u8>],
    ) -> Result<Reply, &'static str> {
        let list = self.list(keyspace, key)?;
        if list.is_none() && command.ends_with('X') {
            return Ok(Reply::Integer(0));
        }
        let mut list = list.unwrap_or_default();
        if command.starts_with('L') {
            self.push_front(&mut list, elements);
        } else {
            list.extend_from_slice(elements);
        }
        let length = list.len();
        self.store_list(keyspace, key, list);
        Ok(Reply::Integer(length as i64))
    }

    /// Adds elements at the front, one after the other.
    fn push_front(&self, list: &mut Vec<Vec<u8>>, elements: &[Vec<u8>]) {
        list.splice(0..0, elements.iter().rev().cloned());
    }

    /// `LPOP key [count]`, `RPOP key [count]`.
    fn pop(
        &self,
        keyspace: &mut Keyspace,
        command: &str,
        key: &[u8],
        count: Option<&Vec<u8>>,
    ) -> Result<Reply, &'static str> {
        let number = count.map(|count| self.integer(count));
        let number = number.map(|number| usize::try_from(number?).ok());
        if number == Some(None) {
            return Err("ERR value is out of range, must be positive");
        }
        let Some(mut list) = self.list(keyspace, key)? else {
            return Ok(if count.is_some() { Reply::NilArray } else { Reply::Nil });
        };
        let number = number.flatten().unwrap_or(1).min(list.len());
        let popped: Vec<Vec<u8>> = if command == "LPOP" {
            list.drain(..number).collect()
        } else {
            list.drain(list.len() - number..).rev().collect()
        };
        self.store_list(keyspace, key, list);
        Ok(self.popped(popped, count.is_some()))
    }

    /// Returns what a pop replies: an array, if a count was given.
    fn popped(&self, elements: Vec<Vec<u8>>, is_array: bool) -> Reply {
        let mut elements = elements.into_iter().map(Reply::Bulk);
        if is_array {
            Reply::Array(elements.collect())
        } else {
            elements.next().unwrap_or(Reply::Nil)
        }
    }

    /// `LLEN key`.
    fn llen(&self, keyspace: &mut Keyspace, key: &[u8]) -> Result<Reply, &'static str> {
        Ok(Reply::Integer(self.list(keyspace, key)?.unwrap_or_default().len() as i64))
    }

    /// `LINDEX key index`.
    fn lindex(
        &self,
        keyspace: &mut Keyspace,
        key: &[u8],
        index: &[u8],
    ) -> Result<Reply, &'static str> {
        let Some(list) = self.list(keyspace, key)? else { return Ok(Reply::Nil) };
        let index = self.place_of(self.integer(index).ok_or(NOT_AN_INTEGER)?, list.len());
        let element = usize::try_from(index).ok().and_then(|index| list.get(index));
        Ok(element.map_or(Reply::Nil, |element| Reply::Bulk(element.clone())))
    }

    /// Counts an index from the front, where a negative one counts from the back.
    fn place_of(&self, index: i64, len: usize) -> i64 {
        if index < 0 { index + len as i64 } else { index }
    }

    /// `LRANGE key start end`.
    fn lrange(
        &self,
        keyspace: &mut Keyspace,
        key: &[u8],
        start: &[u8],
        end: &[u8],
    ) -> Result<Reply, &'static str> {
        let start = self.integer(start).ok_or(NOT_AN_INTEGER)?;
        let end = self.integer(end).ok_or(NOT_AN_INTEGER)?;
        let mut list = self.list(keyspace, key)?.unwrap_or_default();
        let range = self.range(start, end, list.len());
        Ok(Reply::Array(list.drain(range).map(Reply::Bulk).collect()))
    }

    /// Returns the places from one index to another, both included, as far as there are elements.
    fn range(&self, start: i64, end: i64, len: usize) -> Range<usize> {
        let start = self.place_of(start, len).clamp(0, len as i64) as usize;
        let end = self.place_of(end, len).clamp(-1, len as i64 - 1) + 1;
        start..start.max(end as usize)
    }

    /// `LINSERT key BEFORE|AFTER pivot element`.
    fn linsert(
        &self,
        keyspace: &mut Keyspace,
        key: &[u8],
        place: &[u8],
        pivot: &[u8],
        element: &[u8],
    ) -> Result<Reply, &'static str> {
        let after = match self.option_name(place).as_str() {
            "BEFORE" => 0,
            "AFTER" => 1,
            _ => return Err(SYNTAX_ERROR),
        };
        let Some(mut list) = self.list(keyspace, key)? else { return Ok(Reply::Integer(0)) };
        let Some(index) = list.iter().position(|other| other == pivot) else {
            return Ok(self.without_pivot());
        };
        list.insert(index + after, element.to_vec());
        let length = list.len();
        self.store_list(keyspace, key, list);
        Ok(Reply::Integer(length as i64))
    }

    /// Returns the reply to a `LINSERT` whose pivot is not in the list.
    fn without_pivot(&self) -> Reply {
        Reply::Integer(-1)
    }

    /// `LREM key count element`.
    fn lrem(
        &self,
        keyspace: &mut Keyspace,
        key: &[u8],
        count: &[u8],
        element: &[u8],
    ) -> Result<Reply, &'static str> {
        let count = self.integer(count).ok_or(NOT_AN_INTEGER)?;
        let Some(mut list) = self.list(keyspace, key)? else { return Ok(Reply::Integer(0)) };
        let before = list.len();
        self.remove_equal(&mut list, count, element);
        let removed = before - list.len();
        self.store_list(keyspace, key, list);
        Ok(Reply::Integer(removed as i64))
    }

    /// Removes so many elements that are equal to one: from the back if the count is negative, and
    /// all of them if it is 0.
    fn remove_equal(&self, list: &mut Vec<Vec<u8>>, count: i64, element: &[u8]) {
        let mut left = if count == 0 { u64::MAX } else { count.unsigned_abs() };
        let mut is_kept = |other: &Vec<u8>| {
            let is_removed = left > 0 && other == element;
            left -= u64::from(is_removed);
            !is_removed
        };
        if count < 0 {
            list.reverse();
            list.retain(&mut is_kept);
            list.reverse();
        } else {
            list.retain(&mut is_kept);
        }
    }

    /// `LTRIM key start end`.
    fn ltrim(
        &self,
        keyspace: &mut Keyspace,
        key: &[u8],
        start: &[u8],
        end: &[u8],
    ) -> Result<Reply, &'static str> {
        let start = self.integer(start).ok_or(NOT_AN_INTEGER)?;
        let end = self.integer(end).ok_or(NOT_AN_INTEGER)?;
        if let Some(mut list) = self.list(keyspace, key)? {
            let range = self.range(start, end, list.len());
            let kept = list.drain(range).collect();
            self.store_list(keyspace, key, kept);
        }
        Ok(Reply::Simple("OK"))
    }

    /// `LPOS key element [RANK rank]`; nobody asks for the other options.
    fn lpos(
        &self,
        keyspace: &mut Keyspace,
        key: &[u8],
        element: &[u8],
        options: &[Vec<u8>],
    ) -> Result<Reply, &'static str> {
        let rank = match options {
            [] => 1,
            [option, rank] if self.option_name(option) == "RANK" => {
                self.integer(rank).ok_or(NOT_AN_INTEGER)?
            }
            _ => return Err(SYNTAX_ERROR),
        };
        if rank == 0 {
            return Err("ERR RANK can't be zero: use 1 to start from the first match, 2 from the \
                        second ... or use negative to start from the end of the list");
        }
        let list = self.list(keyspace, key)?.unwrap_or_default();
        let index = self.position(&list, element, rank);
        Ok(index.map_or(Reply::Nil, |index| Reply::Integer(index as i64)))
    }

    /// Returns the index of the equal element of this rank, which counts from the back if it is
    /// negative.
    fn position(&self, list: &[Vec<u8>], element: &[u8], rank: i64) -> Option<usize> {
        let passed_over = rank.unsigned_abs() as usize - 1;
        let mut equal = (0..list.len()).filter(|index| list[*index] == element);
        if rank > 0 { equal.nth(passed_over) } else { equal.rev().nth(passed_over) }
    }

    /// `LMOVE source destination LEFT|RIGHT LEFT|RIGHT`.
    fn lmove(
        &self,
        keyspace: &mut Keyspace,
        [from, to]: [&[u8]; 2],
        ends: [&[u8]; 2],
    ) -> Result<Reply, &'static str> {
        let mut is_left = [false; 2];
        for (end, is_left) in ends.into_iter().zip(&mut is_left) {
            *is_left = match self.option_name(end).as_str() {
                "LEFT" => true,
                "RIGHT" => false,
                _ => return Err(SYNTAX_ERROR),
            };
        }
        let Some(list) = self.list(keyspace, from)? else { return Ok(Reply::Nil) };
        let element = if is_left[0] { list.first() } else { list.last() };
        let element = element.cloned().unwrap_or_default();
        self.move_element(keyspace, [from, to], is_left, element.clone())?;
        Ok(Reply::Bulk(element))
    }

    /// Moves an element, which is at that end of the first list, to the other end.
    fn move_element(
        &self,
        keyspace: &mut Keyspace,
        [from, to]: [&[u8]; 2],
        [from_left, to_left]: [bool; 2],
        element: Vec<u8>,
    ) -> Result<(), &'static str> {
        // Nothing has changed yet, if this is refused.
        self.list(keyspace, to)?;
        let mut source = self.list(keyspace, from)?.unwrap_or_default();
        source.remove(if from_left { 0 } else { source.len() - 1 });
        self.store_list(keyspace, from, source);
        let mut destination = self.list(keyspace, to)?.unwrap_or_default();
        destination.insert(if to_left { 0 } else { destination.len() }, element);
        self.store_list(keyspace, to, destination);
        Ok(())
    }

    // Deadlines that change

    /// `EXPIRE key seconds [NX | XX | GT | LT]`, and `PEXPIRE`, `EXPIREAT`, `PEXPIREAT`.
    fn expire(
        &self,
        keyspace: &mut Keyspace,
        command: &str,
        key: &[u8],
        number: &[u8],
        conditions: &[Vec<u8>],
    ) -> Result<Reply, Vec<u8>> {
        let conditions: Vec<String> =
            conditions.iter().map(|name| self.option_name(name)).collect();
        if let Some(name) = conditions.iter().find(|name| !CONDITIONS.contains(&name.as_str())) {
            return Err(format!("ERR Unsupported option {name}").into());
        }
        let number = self.integer(number).ok_or(NOT_AN_INTEGER)?;
        let Some(entry) = self.lookup(keyspace, key) else { return Ok(Reply::Integer(0)) };
        let Some(deadline) = self.expire_deadline(command, number, entry.deadline) else {
            let command = command.to_ascii_lowercase();
            return Err(format!("ERR invalid expire time in '{command}' command").into());
        };
        if conditions.iter().any(|name| !self.holds(name, entry.deadline, deadline)) {
            return Ok(Reply::Integer(0));
        }
        if deadline > self.now() {
            self.store(keyspace, key, Entry { deadline: Some(deadline), ..entry });
        } else {
            keyspace.remove(key);
        }
        Ok(Reply::Integer(1))
    }

    /// Returns the deadline that an `EXPIRE` means, if there is such a time. The old one does not
    /// matter.
    fn expire_deadline(&self, command: &str, number: i64, _: Option<i64>) -> Option<i64> {
        let ms = if command.starts_with('P') { number } else { number.checked_mul(1000)? };
        ms.checked_add(if command.ends_with("AT") { 0 } else { self.now() })
    }

    /// Tells whether a condition of `EXPIRE` holds. A key without a deadline lives forever.
    fn holds(&self, condition: &str, old: Option<i64>, new: i64) -> bool {
        match condition {
            "NX" => old.is_none(),
            "XX" => old.is_some(),
            "GT" => old.is_some_and(|old| new > old),
            _ => old.is_none_or(|old| new < old),
        }
    }

    /// `PERSIST key`: 1 if there was a deadline.
    fn persist(&self, keyspace: &mut Keyspace, key: &[u8]) -> Reply {
        let entry = self.lookup(keyspace, key).filter(|entry| entry.deadline.is_some());
        let had = entry.is_some();
        if let Some(entry) = entry {
            self.store(keyspace, key, Entry { deadline: None, ..entry });
        }
        Reply::Integer(had.into())
    }

    /// `PEXPIRETIME key`: -2 without the key, -1 without a deadline.
    fn deadline_of(&self, keyspace: &mut Keyspace, key: &[u8]) -> Reply {
        let entry = self.lookup(keyspace, key);
        Reply::Integer(entry.map_or(-2, |entry| entry.deadline.unwrap_or(-1)))
    }

    /// `GETEX key [PERSIST]`; nobody asks for the other options.
    fn get_ex(
        &self,
        keyspace: &mut Keyspace,
        key: &[u8],
        options: &[Vec<u8>],
    ) -> Result<Reply, &'static str> {
        let is_to_persist = match options {
            [] => false,
            [option] if self.option_name(option) == "PERSIST" => true,
            _ => return Err(SYNTAX_ERROR),
        };
        let value = self.text(keyspace, key)?;
        if is_to_persist {
            self.persist(keyspace, key);
        }
        Ok(value.map_or(Reply::Nil, Reply::Bulk))
    }

    /// `DBSIZE`.
    fn db_size(&self, keyspace: &mut Keyspace) -> Reply {
        self.remove_expired(keyspace);
        Reply::Integer(keyspace.len() as i64)
    }

    /// `RANDOMKEY`: the first, since nobody counts how often each comes.
    fn random_key(&self, keyspace: &mut Keyspace) -> Reply {
        self.remove_expired(keyspace);
        keyspace.keys().next().map_or(Reply::Nil, |key| Reply::Bulk(key.clone()))
    }

    // Clients

    /// `HELLO [version [AUTH user password] [SETNAME name]]`.
    fn hello(&self, arguments: &[Vec<u8>]) -> Result<Reply, Vec<u8>> {
        let version = match arguments.first() {
            None => None,
            Some(version) => {
                let text = "ERR Protocol version is not an integer or out of range";
                Some(self.integer(version).ok_or(text)?)
            }
        };
        if version.is_some_and(|version| version != 2 && version != 3) {
            return Err("NOPROTO unsupported protocol version".into());
        }
        self.hello_options(arguments.get(1..).unwrap_or_default())?;
        if let Some(version) = version {
            self.speak(version == 3);
        }
        let bulk = |text: &str| Reply::Bulk(text.into());
        let proto = Reply::Integer(if self.is_resp3() { 3 } else { 2 });
        Ok(Reply::Map(vec![
            (bulk("server"), bulk("redis")),
            (bulk("version"), bulk("7.0.15")),
            (bulk("proto"), proto),
            (bulk("id"), Reply::Integer(session(|session| session.number))),
            (bulk("mode"), bulk("standalone")),
            (bulk("role"), bulk("master")),
            (bulk("modules"), Reply::Array(Vec::new())),
        ]))
    }

    /// Does what the options of a `HELLO` ask for, one by one.
    fn hello_options(&self, mut options: &[Vec<u8>]) -> Result<(), Vec<u8>> {
        while let [option, rest @ ..] = options {
            options = match (self.option_name(option).as_str(), rest) {
                ("AUTH", [user, _, rest @ ..]) if user == b"default" => rest,
                ("AUTH", [_, _, ..]) => {
                    let text = "WRONGPASS invalid username-password pair or user is disabled.";
                    return Err(text.into());
                }
                ("SETNAME", [name, rest @ ..]) => {
                    self.set_name(name)?;
                    rest
                }
                _ => {
                    let text = b"ERR Syntax error in HELLO option '".to_vec();
                    return Err([text, option.clone(), b"'".to_vec()].concat());
                }
            };
        }
        Ok(())
    }

    /// Answers this client in RESP3 from now on, or in RESP2.
    fn speak(&self, resp3: bool) {
        session(|session| session.resp3 = resp3);
    }

    /// Names this client.
    fn set_name(&self, name: &[u8]) -> Result<(), &'static str> {
        if !name.iter().all(u8::is_ascii_graphic) {
            return Err("ERR Client names cannot contain spaces, newlines or special characters.");
        }
        session(|session| session.name = name.to_vec());
        Ok(())
    }

    /// Returns this client's name, empty for none.
    fn name(&self) -> Vec<u8> {
        session(|session| session.name.clone())
    }

    /// `SELECT database`.
    fn select(&self, database: &[u8]) -> Result<Reply, &'static str> {
        let database = self.integer(database).ok_or(NOT_AN_INTEGER)?;
        let database = usize::try_from(database).ok().filter(|number| self.has_database(*number));
        self.look_into(database.ok_or("ERR DB index is out of range")?);
        Ok(Reply::Simple("OK"))
    }

    /// Tells whether there is a database of this number.
    fn has_database(&self, number: usize) -> bool {
        number < DATABASES
    }

    /// Looks into this database when this client asks for keys.
    fn look_into(&self, database: usize) {
        session(|session| session.database = database);
    }

    /// `CLIENT GETNAME`, `CLIENT SETNAME name`, `CLIENT REPLY ON|OFF|SKIP`.
    fn client(&self, subcommand: &[u8], arguments: &[Vec<u8>]) -> Reply {
        match (self.command_name(subcommand).as_str(), arguments) {
            ("GETNAME", []) => match self.name() {
                name if name.is_empty() => Reply::Nil,
                name => Reply::Bulk(name),
            },
            ("SETNAME", [name]) => {
                let named = self.set_name(name);
                named.map_or_else(Reply::error, |()| Reply::Simple("OK"))
            }
            ("REPLY", [mode]) => self.client_reply(&self.option_name(mode)),
            _ => {
                let text = b"ERR unknown subcommand '".iter().copied();
                let text = text.chain(quotable(subcommand, 128));
                Reply::Error(text.chain(*b"'. Try CLIENT HELP.").collect())
            }
        }
    }

    /// `CLIENT REPLY ON|OFF|SKIP`.
    fn client_reply(&self, mode: &str) -> Reply {
        let replies = session(|session| session.replies);
        let replies = match mode {
            "ON" => Replies::On,
            "OFF" => Replies::Off,
            "SKIP" if replies == Replies::Off => Replies::Off,
            "SKIP" => Replies::SkipTwo,
            _ => return Reply::error(SYNTAX_ERROR),
        };
        session(|session| session.replies = replies);
        Reply::Simple("OK")
    }

    /// `RESET`.
    fn reset(&self) -> Reply {
        session(|session| session.reset());
        Reply::Simple("RESET")
    }

    /// Tells whether all of a text fits a pattern.
    fn matches(&self, pattern: &[u8], text: &[u8]) -> bool {
        glob::matches(pattern, text)
    }

    // Keys and their time

    /// Returns the entry of a key that is there and has not expired.
    fn lookup(&self, keyspace: &mut Keyspace, key: &[u8]) -> Option<Entry> {
        let now = self.now();
        if keyspace.get(key).is_some_and(|entry| self.expired(entry, now)) {
            keyspace.remove(key);
        }
        keyspace.get(key).cloned()
    }

    /// Removes all keys that have expired.
    fn remove_expired(&self, keyspace: &mut Keyspace) {
        let now = self.now();
        keyspace.retain(|_, entry| !self.expired(entry, now));
    }

    /// Puts an entry under a key, in place of what was there.
    fn store(&self, keyspace: &mut Keyspace, key: &[u8], entry: Entry) {
        keyspace.insert(key.to_vec(), entry);
    }

    /// Returns Unix time in milliseconds.
    fn now(&self) -> i64 {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        elapsed.as_millis() as i64
    }

    /// Tells whether an entry's time is over.
    fn expired(&self, entry: &Entry, now: i64) -> bool {
        entry.deadline.is_some_and(|deadline| now > deadline)
    }

    /// Reads the options of a `SET`.
    fn expiry(&self, options: &[Vec<u8>]) -> Result<Expiry, &'static str> {
        let mut chosen: Option<(String, &[u8])> = None;
        let mut options = options.iter();
        while let Some(option) = options.next() {
            let name = self.option_name(option);
            let number: &[u8] = match name.as_str() {
                "KEEPTTL" => b"",
                "EX" | "PX" | "EXAT" | "PXAT" => options.next().ok_or(SYNTAX_ERROR)?,
                _ => return Err(SYNTAX_ERROR),
            };
            // The same option may come twice, and the last one counts.
            if chosen.is_some_and(|(earlier, _)| earlier != name) {
                return Err(SYNTAX_ERROR);
            }
            chosen = Some((name, number));
        }
        match chosen {
            None => Ok(Expiry::Never),
            Some((name, _)) if name == "KEEPTTL" => Ok(Expiry::AsBefore),
            Some((name, number)) => {
                let number = self.integer(number).ok_or(NOT_AN_INTEGER)?;
                self.deadline(&name, number).map(Expiry::At).ok_or(INVALID_EXPIRE_TIME)
            }
        }
    }

    /// Returns the name under which an option is looked up.
    fn option_name(&self, given: &[u8]) -> String {
        String::from_utf8_lossy(given).to_ascii_uppercase()
    }

    /// Returns the Unix time in milliseconds that `EX 10` and the like mean, if they mean one.
    fn deadline(&self, option: &str, number: i64) -> Option<i64> {
        let milliseconds = match option {
            "EX" | "EXAT" => number.checked_mul(1000)?,
            _ => number,
        };
        let start = if option.ends_with("AT") { 0 } else { self.now() };
        milliseconds.checked_add(start).filter(|_| number > 0)
    }

    // Configuration

    /// `CONFIG GET name…`, and a `CONFIG HELP` that helps little.
    fn config(&self, config: &Config, subcommand: &[u8], arguments: &[Vec<u8>]) -> Reply {
        match (subcommand.to_ascii_lowercase().as_slice(), arguments) {
            (b"get", []) => wrong_arity(b"config|get"),
            (b"get", names) => match self.config_get(config, names) {
                Reply::Array(flat) if self.is_resp3() => in_pairs(flat),
                reply => reply,
            },
            (b"help", []) => {
                let lines = ["GET <pattern>...", "HELP", "    Prints this help."];
                Reply::Array(lines.map(Reply::Simple).into())
            }
            (b"help", _) => wrong_arity(b"config|help"),
            _ => {
                let mut text = b"ERR unknown subcommand '".to_vec();
                text.extend(quotable(subcommand, 128));
                text.extend(b"'. Try CONFIG HELP.");
                Reply::Error(text)
            }
        }
    }

    /// Returns names and values in turn, each once. A plain name comes back as it was typed, one
    /// that a pattern found as Redis writes it.
    fn config_get(&self, config: &Config, names: &[Vec<u8>]) -> Reply {
        let mut found: Vec<(&str, Vec<u8>)> = Vec::new();
        for asked in names {
            let folded = asked.to_ascii_lowercase();
            let pattern = asked.iter().any(|byte| b"[*?".contains(byte));
            for name in ["appendonly", "bind", "dbfilename", "dir", "maxclients", "port", "save"] {
                let plain = !pattern && folded == name.as_bytes();
                let fits = plain || pattern && self.matches(&folded, name.as_bytes());
                if fits && found.iter().all(|(earlier, _)| *earlier != name) {
                    found.push((name, if plain { asked.clone() } else { name.into() }));
                }
            }
        }
        let pairs = found.into_iter().flat_map(|(name, shown)| {
            [Reply::Bulk(shown), Reply::Bulk(self.config_value(config, name))]
        });
        Reply::Array(pairs.collect())
    }

    /// Returns what a setting is set to.
    fn config_value(&self, config: &Config, name: &str) -> Vec<u8> {
        match name {
            "appendonly" => "no".to_owned(),
            "bind" => config.bind.join(" "),
            "dbfilename" => config.dbfilename.clone(),
            "dir" => config.dir.to_string_lossy().into_owned(),
            // It counts nobody.
            "maxclients" => "10000".to_owned(),
            "port" => config.port.to_string(),
            // It saves nothing, so it has no times to save at.
            _ => String::new(),
        }
        .into_bytes()
    }

    // The dump

    /// Returns where the keys are loaded from.
    fn dump_path(&self, config: &Config) -> PathBuf {
        config.dir.join(&config.dbfilename)
    }

    /// Returns the keys of a dump, or `None` if it is broken or holds what no animal needs.
    fn load(&self, dump: &[u8]) -> Option<Keyspace> {
        let mut input = dump.strip_prefix(b"REDIS").and_then(|rest| rest.get(4..))?;
        let mut keyspace = Keyspace::new();
        let (mut database, mut deadline) = (0, None);
        loop {
            let opcode = rdb::byte(&mut input)?;
            match opcode {
                rdb::END => return Some(keyspace),
                rdb::SELECT_DATABASE => database = self.rdb_count(&mut input)?,
                rdb::DEADLINE_SECONDS | rdb::DEADLINE_MS => {
                    let found = self.rdb_deadline(opcode, &mut input)?;
                    deadline = (found != -1).then_some(found);
                }
                rdb::STRING => {
                    let key = self.rdb_string(&mut input)?;
                    let value = self.rdb_string(&mut input)?;
                    let entry = Entry::new(value, deadline.take());
                    if self.rdb_keeps(database, &entry) {
                        keyspace.insert(key, entry);
                    }
                }
                kind if rdb::is_value(kind) => {
                    deadline = None;
                    self.rdb_string(&mut input)?;
                    rdb::skip_value(self, kind, &mut input)?;
                }
                note => rdb::skip_note(self, note, &mut input)?,
            }
        }
    }

    /// Tells whether a loaded key is served.
    fn rdb_keeps(&self, database: u64, entry: &Entry) -> bool {
        database == 0 && !self.expired(entry, self.now())
    }

    /// Takes a deadline; returns Unix time in milliseconds.
    fn rdb_deadline(&self, opcode: u8, input: &mut &[u8]) -> Option<i64> {
        match opcode {
            rdb::DEADLINE_SECONDS => {
                rdb::array(input).map(|s| i64::from(u32::from_le_bytes(s)) * 1000)
            }
            _ => rdb::array(input).map(i64::from_le_bytes),
        }
    }

    /// Takes a length that cannot be anything else.
    fn rdb_count(&self, input: &mut &[u8]) -> Option<u64> {
        match self.rdb_length(input)? {
            Length::Plain(count) => Some(count),
            Length::Encoded(_) => None,
        }
    }

    /// Takes a length: its first two bits say how it is written.
    fn rdb_length(&self, input: &mut &[u8]) -> Option<Length> {
        let first = rdb::byte(input)?;
        let low = first & 0x3F;
        Some(match first >> 6 {
            0b00 => Length::Plain(u64::from(low)),
            0b01 => Length::Plain(u64::from(u16::from_be_bytes([low, rdb::byte(input)?]))),
            0b10 if low == 0 => Length::Plain(u64::from(u32::from_be_bytes(rdb::array(input)?))),
            0b10 => Length::Plain(u64::from_be_bytes(rdb::array(input)?)),
            _ => Length::Encoded(low),
        })
    }

    /// Takes a string: plain, an integer, or compressed.
    fn rdb_string(&self, input: &mut &[u8]) -> Option<Vec<u8>> {
        match self.rdb_length(input)? {
            Length::Plain(length) => rdb::take(input, length).map(<[u8]>::to_vec),
            Length::Encoded(encoding @ 0..=2) => {
                let bytes = rdb::take(input, 1 << encoding)?;
                Some(self.rdb_integer(bytes).to_string().into_bytes())
            }
            Length::Encoded(3) => {
                let (compressed, length) = (self.rdb_count(input)?, self.rdb_count(input)?);
                let compressed = rdb::take(input, compressed)?;
                self.decompress(compressed).filter(|string| string.len() as u64 == length)
            }
            Length::Encoded(_) => None,
        }
    }

    /// Returns an integer of one, two or four bytes, signed, the lowest byte first.
    fn rdb_integer(&self, bytes: &[u8]) -> i64 {
        match *bytes {
            [a] => i64::from(i8::from_le_bytes([a])),
            [a, b] => i64::from(i16::from_le_bytes([a, b])),
            [a, b, c, d] => i64::from(i32::from_le_bytes([a, b, c, d])),
            _ => 0,
        }
    }

    /// Undoes LZF: runs of literal bytes, and copies of what is already there.
    fn decompress(&self, mut input: &[u8]) -> Option<Vec<u8>> {
        let mut output = Vec::new();
        while let Some(control) = rdb::byte(&mut input) {
            if control < 0x20 {
                output.extend(rdb::take(&mut input, u64::from(control) + 1)?);
                continue;
            }
            let mut length = usize::from(control >> 5) + 2;
            if length == 9 {
                length += usize::from(rdb::byte(&mut input)?);
            }
            let distance =
                (usize::from(control & 0x1F) << 8) + usize::from(rdb::byte(&mut input)?) + 1;
            let start = output.len().checked_sub(distance)?;
            self.copy_back(&mut output, start, length);
        }
        Some(output)
    }

    /// Appends `length` bytes from `start` on, which may reach into those just appended.
    fn copy_back(&self, output: &mut Vec<u8>, start: usize, length: usize) {
        for at in start..start + length {
            let byte = output.get(at).copied();
            output.extend(byte);
        }
    }
}

pub(crate) const NO_SUCH_KEY: &str = "ERR no such key";
pub(crate) const WRONG_TYPE: &str =
    "WRONGTYPE Operation against a key holding the wrong kind of value";
pub(crate) const SYNTAX_ERROR: &str = "ERR syntax error";
pub(crate) const NOT_AN_INTEGER: &str = "ERR value is not an integer or out of range";
const CONDITIONS: [&str; 4] = ["NX", "XX", "GT", "LT"];
pub(crate) const INVALID_EXPIRE_TIME: &str = "ERR invalid expire time in 'set' command";

/// Appends what the client has sent; returns how many bytes, 0 when it sends no more.
pub(crate) fn receive(stream: &mut TcpStream, input: &mut Vec<u8>) -> io::Result<usize> {
    let mut chunk = [0; MAX_LINE];
    let length = stream.read(&mut chunk)?;
    input.extend(chunk.iter().take(length));
    Ok(length)
}

/// Says goodbye, then listens until the other side does: bytes that nobody reads would turn the
/// close into a reset, and a reset may take the last reply with it.
pub(crate) fn close(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    io::copy(&mut stream, &mut io::sink()).map(drop)
}

/// Takes a line off the front, without its ending.
fn take_line<'a>(input: &mut &'a [u8], ending: &[u8], too_big: &str) -> Parsed<&'a [u8]> {
    // The first byte of the ending is looked for, the others are taken unseen, and a NUL on the
    // way hides it: as in Redis.
    let length = input.iter().position(|byte| *byte == 0 || Some(byte) == ending.first());
    let length = length.filter(|length| input.get(*length) != Some(&0));
    if length.unwrap_or(input.len()) > MAX_LINE {
        return Err(protocol_error(too_big));
    }
    let line = length.and_then(|length| input.split_at_checked(length + ending.len()));
    let Some((line, rest)) = line else { return Ok(None) };
    *input = rest;
    Ok(line.split_at_checked(line.len() - ending.len()).map(|(line, _)| line))
}

/// Returns what of a text goes into an error: up to a NUL, and not more than so many bytes.
fn quotable(text: &[u8], limit: usize) -> impl Iterator<Item = u8> {
    text.iter().copied().take_while(|byte| *byte != 0).take(limit)
}

/// Returns a map of names and values that have taken turns so far.
fn in_pairs(flat: Vec<Reply>) -> Reply {
    let pair = |pair: &[Reply]| Some((pair.first()?.clone(), pair.get(1)?.clone()));
    Reply::Map(flat.chunks(2).filter_map(pair).collect())
}

fn protocol_error(what: &str) -> Vec<u8> {
    format!("ERR Protocol error: {what}").into_bytes()
}

/// Returns the error for too few or too many arguments.
pub(crate) fn wrong_arity(name: &[u8]) -> Reply {
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    Reply::error(format!("ERR wrong number of arguments for '{name}' command"))
}

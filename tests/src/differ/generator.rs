//! Random sessions: valid requests, wrong ones, and bytes that are neither.

use std::collections::BTreeMap;

use fastrand::Rng;

use super::changing::{Argument, CHANGING};
use super::damage;
use super::deadline::{is_near, now_ms};
use super::documented::{Vocabulary, avoided, is};
use super::pattern;
use super::request::{self, Request, Rest};
use super::session::{Session, Step};
use crate::resp;
use crate::workspace::number_of;

/// A word of a request.
type Word = Vec<u8>;

/// Makes sessions.
#[derive(Debug)]
pub struct Generator {
    rng: Rng,
    vocabulary: Vocabulary,
    /// Whether each key of the session gets a deadline.
    expires: bool,
    /// How many sessions were thrown away, and why.
    pub avoided: BTreeMap<&'static str, u64>,
}

/// Keys that meet again and again.
const KEYS: [&[u8]; 24] = [
    b"",
    b"a",
    b"b",
    b"A",
    b"ab",
    b"abc",
    b"abab",
    b"k",
    b"key",
    b"key:1",
    b"key:2",
    b"key:10",
    b"user:1",
    b"a*b",
    b"[a]",
    b"\\",
    b"^",
    b"-",
    b"a-b",
    b"\xff",
    b"\xe9\xa9",
    b"a\0b",
    b"\r\n",
    b"a b",
];

const VALUES: [&[u8]; 14] = [
    b"",
    b"v",
    b"value",
    b"0",
    b"-1",
    b"12345",
    b"9223372036854775807",
    b"a b",
    b"\r\n",
    b"$3\r\nfoo\r\n",
    b"+OK\r\n",
    b"\0",
    b"\xff\xfe",
    b"\"quoted\" \\",
];

/// Numbers as Redis writes them, and others. The deadlines that they make are far off.
const NUMBERS: [&str; 28] = [
    "100000",
    "999999999",
    "10000000000",
    "0",
    "-1",
    "-0",
    "+5",
    "007",
    " 5",
    "5 ",
    "",
    "x",
    "5x",
    "0x10",
    "1e3",
    "1.5",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "9223372036854775",
    "9223372036854776",
    "18446744073709551616",
    "99999999999999999999",
    "00",
    "--5",
    "\0",
    "5\0",
];

const CONDITIONS: [&str; 3] = ["NX", "XX", "GET"];

const EXPIRIES: [&str; 5] = ["EX", "PX", "EXAT", "PXAT", "KEEPTTL"];

const NO_OPTIONS: [&str; 8] = ["", "E", "EXX", "EX ", "EX\0", "KEEPTTLX", "10", "PERSIST"];

const PARAMETERS: [&str; 13] = [
    "port",
    "bind",
    "dir",
    "dbfilename",
    "save",
    "appendonly",
    "nosuch",
    "",
    "port ",
    "maxmemory",
    "maxclients",
    "port\0",
    "por",
];

const NO_COMMANDS: [&str; 16] = [
    "NOSUCH", "", " ", "PIN", "PINGG", "ECHO\r\n", "a'b", "PING\0", "GE", "CONFIGS", "KEYS*",
    "\u{e9}", "%s%n", "SET ", "\t", "*1",
];

/// What gets no reply.
const EMPTY: [&str; 6] = ["\r\n", "\n", " \t\r\n", "*0\r\n", "*-1\r\n", "*-10\r\n"];

impl Generator {
    /// Makes sessions for a stage. The same seed makes the same sessions.
    #[must_use]
    pub fn new(seed: u64, vocabulary: Vocabulary) -> Self {
        Self { rng: Rng::with_seed(seed), vocabulary, expires: false, avoided: BTreeMap::new() }
    }

    /// Returns another session.
    pub fn session(&mut self) -> Session {
        loop {
            let session = self.any_session();
            match unfit(&session, &self.vocabulary) {
                None => return session,
                Some(why) => *self.avoided.entry(why).or_default() += 1,
            }
        }
    }

    fn any_session(&mut self) -> Session {
        let clients = if self.rng.u8(..3) == 0 { 2 } else { 1 };
        let mut steps = Vec::new();
        self.expires =
            self.vocabulary.stage >= number_of("15-exact-expiry") && self.rng.u8(..4) == 0;
        for _ in 0..self.rng.usize(1..=8) {
            let client = self.rng.usize(..clients);
            let bytes = self.burst();
            let pieces = self.pieces(&bytes);
            steps.extend(pieces.into_iter().map(|bytes| Step { client, bytes }));
        }
        if clients > 1 {
            self.mingle(&mut steps);
        }
        Session { steps }
    }

    /// Lets the clients' steps meet in other places, each client's in their order.
    fn mingle(&mut self, steps: &mut [Step]) {
        for _ in 0..steps.len() {
            let at = self.rng.usize(..steps.len().max(2) - 1);
            if let Some([one, other]) = steps.get_mut(at..at + 2)
                && one.client != other.client
            {
                std::mem::swap(one, other);
            }
        }
    }

    /// Returns what goes out at once, if nobody cuts it.
    fn burst(&mut self) -> Vec<u8> {
        let requests = if self.rng.u8(..3) == 0 { self.rng.usize(2..20) } else { 1 };
        let mut bytes: Vec<u8> = (0..requests).flat_map(|_| self.request()).collect();
        match self.rng.u8(..20) {
            0..3 => {
                for _ in 0..self.rng.usize(1..4) {
                    damage::damage(&mut self.rng, &mut bytes);
                }
            }
            3 => bytes.extend(damage::garbage(&mut self.rng)),
            4 if self.rng.u8(..8) == 0 => bytes.extend(damage::long_line(&mut self.rng)),
            _ => {}
        }
        bytes
    }

    fn pieces(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        if bytes.len() < 80 && self.rng.u8(..16) == 0 {
            return bytes.chunks(1).map(<[u8]>::to_vec).collect();
        }
        let mut cuts = vec![0, bytes.len()];
        if self.rng.u8(..3) == 0 {
            cuts.extend((0..self.rng.usize(1..5)).map(|_| self.rng.usize(..=bytes.len())));
        }
        cuts.sort_unstable();
        cuts.dedup();
        let ranges = cuts.iter().zip(cuts.iter().skip(1));
        ranges.map(|(start, end)| bytes.get(*start..*end).unwrap_or_default().to_vec()).collect()
    }

    fn request(&mut self) -> Vec<u8> {
        if self.vocabulary.stage >= number_of("08-any-client") && self.rng.u8(..16) == 0 {
            return self.choose(&EMPTY).as_bytes().to_vec();
        }
        let words = self.words();
        let mut bytes =
            if self.rng.u8(..3) == 0 { self.line(&words) } else { resp::request(&words) };
        if self.expires
            && let Some(key) = words.get(1)
        {
            let deadline = b"4102444800000".to_vec();
            bytes.extend(resp::request(&[b"PEXPIREAT".to_vec(), key.clone(), deadline]));
        }
        bytes
    }

    fn words(&mut self) -> Vec<Word> {
        let stage = self.vocabulary.stage;
        if stage >= number_of("13-del-rename") && self.rng.bool() {
            return self.changing();
        }
        let mut words = match self.rng.u8(..32) {
            0..3 => self.simple("PING", 0..=2),
            3..6 if stage >= number_of("02-echo") => self.simple("ECHO", 1..=1),
            6..16 if stage >= number_of("03-set-get") => self.set(),
            16..22 if stage >= number_of("03-set-get") => vec![b"GET".to_vec(), self.key()],
            22..26 if stage >= number_of("07-keys") => {
                vec![b"KEYS".to_vec(), pattern::pattern(&mut self.rng)]
            }
            26..28 if stage >= number_of("05-config") => self.config(),
            28 if stage >= number_of("08-any-client") => self.about_keys(),
            29 => self.wrong_count(),
            30 if stage >= number_of("08-any-client") => self.about_replies(),
            _ => self.unknown(),
        };
        if let Some(name) = words.first_mut() {
            self.letter_case(name);
        }
        words
    }

    fn simple(&mut self, name: &str, count: std::ops::RangeInclusive<usize>) -> Vec<Word> {
        let count = self.rng.usize(count);
        let arguments = (0..count).map(|_| self.value());
        [name.as_bytes().to_vec()].into_iter().chain(arguments).collect()
    }

    /// A command that asks about keys, or goes to other ones.
    fn about_keys(&mut self) -> Vec<Word> {
        let names = ["SELECT", "EXISTS", "TYPE", "STRLEN"];
        let known = if self.vocabulary.stage < number_of("09-scan") { &names[..1] } else { &names };
        let name = *self.choose(known);
        let argument = match name {
            "SELECT" => {
                self.choose(&["0", "0", "0", "1", "15", "16", "-1", "x"]).as_bytes().to_vec()
            }
            _ => self.key(),
        };
        vec![name.as_bytes().to_vec(), argument]
    }

    /// A command that changes keys.
    fn changing(&mut self) -> Vec<Word> {
        let stage = self.vocabulary.stage;
        let known: Vec<_> = CHANGING.iter().filter(|(_, since, _)| *since <= stage).collect();
        let (name, _, arguments) = *self.choose(&known);
        let mut words = vec![name.as_bytes().to_vec()];
        for argument in *arguments {
            self.argument(*argument, &mut words);
        }
        words.iter_mut().take(1).for_each(|name| self.letter_case(name));
        words
    }

    fn argument(&mut self, argument: Argument, words: &mut Vec<Word>) {
        match argument {
            Argument::Key => words.push(self.key()),
            Argument::Keys => {
                for _ in 0..self.rng.usize(1..4) {
                    words.push(self.key());
                }
            }
            Argument::Pairs => {
                for _ in 0..self.rng.usize(1..4) {
                    words.extend([self.key(), self.value()]);
                }
                if self.rng.u8(..16) == 0 {
                    words.pop();
                }
            }
            Argument::Value => words.push(self.value()),
            Argument::Word(word) => words.push(word.as_bytes().to_vec()),
            Argument::OneOf(_) if self.rng.u8(..32) == 0 => words.push(self.value()),
            Argument::OneOf(known) => words.push(self.choose(known).as_bytes().to_vec()),
            Argument::Maybe(known) if self.rng.bool() => {
                words.push(self.choose(known).as_bytes().to_vec());
            }
            Argument::Maybe(_) => {}
        }
    }

    /// What decides which replies come. Most of it is over soon, since silence compares nothing.
    fn about_replies(&mut self) -> Vec<Word> {
        let modes = ["", "SKIP", "SKIP", "SKIP", "SKIP", "OFF", "ON", "ON", "x"];
        let known =
            if self.vocabulary.stage < number_of("11-clients") { &modes[..1] } else { &modes };
        let mode = *self.choose(known);
        if mode.is_empty() {
            return vec![b"RESET".to_vec()];
        }
        let mut words = ["CLIENT", "REPLY", mode].map(|word| word.as_bytes().to_vec());
        words.iter_mut().for_each(|word| self.letter_case(word));
        words.to_vec()
    }

    /// A known command with any number of arguments.
    fn wrong_count(&mut self) -> Vec<Word> {
        let stage = self.vocabulary.stage;
        let known = super::documented::COMMANDS.iter().filter(|(_, since)| *since <= stage);
        let known: Vec<&str> = known.map(|(name, _)| *name).collect();
        let name = *self.choose(&known);
        let arguments = self.simple(name, 0..=5).split_off(1);
        let name = name.split('|').map(|word| word.as_bytes().to_vec());
        name.chain(arguments).collect()
    }

    fn set(&mut self) -> Vec<Word> {
        let mut words = vec![b"SET".to_vec(), self.key(), self.value()];
        if self.rng.bool() {
            return words;
        }
        for _ in 0..self.rng.usize(1..4) {
            self.option(&mut words);
        }
        words
    }

    fn option(&mut self, words: &mut Vec<Word>) {
        // Mostly the same one again, since two different ones contradict each other.
        let before = words.get(3).filter(|_| self.rng.u8(..4) > 0).cloned();
        let mut option = match self.rng.u8(..16) {
            0 => self.choose(&NO_OPTIONS).as_bytes().to_vec(),
            1..5 if self.vocabulary.stage >= number_of("09-scan") => {
                self.choose(&CONDITIONS).as_bytes().to_vec()
            }
            _ => before.unwrap_or_else(|| self.choose(&EXPIRIES).as_bytes().to_vec()),
        };
        let is_alone = |name: &&str| option.eq_ignore_ascii_case(name.as_bytes());
        let has_number = !["KEEPTTL", "NX", "XX", "GET"].iter().any(is_alone);
        let is_absolute = option.to_ascii_uppercase().ends_with(b"AT");
        self.letter_case(&mut option);
        words.push(option);
        if has_number && self.rng.u8(..16) > 0 {
            words.push(self.number(is_absolute));
        }
    }

    fn number(&mut self, is_absolute: bool) -> Word {
        const DAY_MS: i64 = 86_400_000;
        match self.rng.u8(..8) {
            0..3 if is_absolute => {
                let far = self.rng.i64(1..100_000) * DAY_MS;
                let ms = if self.rng.bool() { now_ms() - far } else { now_ms() + far };
                let seconds = self.rng.bool();
                (if seconds { ms / 1000 } else { ms }).to_string().into()
            }
            0..3 => self.rng.i64(10_000_000..100_000_000_000).to_string().into(),
            _ => self.choose(&NUMBERS).as_bytes().to_vec(),
        }
    }

    fn config(&mut self) -> Vec<Word> {
        let mut words = vec![b"CONFIG".to_vec()];
        let mut subcommand = match self.rng.u8(..10) {
            0 => return words,
            1 => b"HELP".to_vec(),
            2 => self.unknown().remove(0),
            _ => b"GET".to_vec(),
        };
        self.letter_case(&mut subcommand);
        words.push(subcommand);
        for _ in 0..self.rng.usize(..4) {
            let mut name = match self.rng.u8(..3) {
                0 => pattern::around(&mut self.rng, &PARAMETERS),
                _ => self.choose(&PARAMETERS).as_bytes().to_vec(),
            };
            self.letter_case(&mut name);
            words.push(name);
        }
        words
    }

    fn unknown(&mut self) -> Vec<Word> {
        let name = match self.rng.u8(..4) {
            0 => self.bytes(),
            1 => b"x".repeat(self.rng.usize(100..160)),
            _ => self.choose(&NO_COMMANDS).as_bytes().to_vec(),
        };
        let count = if self.rng.u8(..8) == 0 { self.rng.usize(..150) } else { self.rng.usize(..5) };
        [name].into_iter().chain((0..count).map(|_| self.value())).collect()
    }

    fn key(&mut self) -> Word {
        match self.rng.u8(..16) {
            0 => self.bytes(),
            1..3 => format!("key:{}", self.rng.u16(..2000)).into(),
            3 => {
                let length = self.rng.usize(..6);
                (0..length).map(|_| *self.choose(b"aabc[]*?\\^-")).collect()
            }
            _ => self.choose(&KEYS).to_vec(),
        }
    }

    fn value(&mut self) -> Word {
        match self.rng.u16(..200) {
            // Redis takes bulks from 32 KiB on another way.
            0 => vec![self.rng.u8(..); self.rng.usize(30_000..70_000)],
            1..3 => vec![b'v'; self.rng.usize(..5000)],
            3..30 => self.bytes(),
            30..60 => self.key(),
            _ => self.choose(&VALUES).to_vec(),
        }
    }

    fn bytes(&mut self) -> Word {
        let length = self.rng.usize(..40);
        (0..length).map(|_| self.rng.u8(..)).collect()
    }

    fn letter_case(&mut self, word: &mut [u8]) {
        match self.rng.u8(..4) {
            0 => {}
            1 => word.make_ascii_uppercase(),
            2 => word.make_ascii_lowercase(),
            _ => {
                for letter in word.iter_mut().filter(|letter| letter.is_ascii_alphabetic()) {
                    *letter ^= if self.rng.bool() { 0x20 } else { 0 };
                }
            }
        }
    }

    /// Returns a request as a line, as far as a line can say it.
    fn line(&mut self, words: &[Word]) -> Vec<u8> {
        const BLANKS: [&str; 6] = [" ", " ", "  ", "\t", " \x0b", "\r "];
        let mut line = Vec::new();
        for word in words {
            if !line.is_empty() || self.rng.u8(..8) == 0 {
                line.extend(self.choose(&BLANKS).bytes());
            }
            line.extend(self.quoted(word));
        }
        line.extend_from_slice(if self.rng.bool() { b"\r\n" } else { b"\n" });
        line
    }

    fn quoted(&mut self, word: &[u8]) -> Vec<u8> {
        let is_plain = !word.is_empty() && word.iter().all(|byte| byte.is_ascii_alphanumeric());
        let can_be_single = !word.iter().any(|byte| b"\0\n\\".contains(byte));
        match self.rng.u8(..4) {
            0..3 if is_plain => word.to_vec(),
            0 if can_be_single => {
                let inner = word.iter().flat_map(|byte| match byte {
                    b'\'' => b"\\'".to_vec(),
                    other => vec![*other],
                });
                [b'\''].into_iter().chain(inner).chain([b'\'']).collect()
            }
            1 if is_plain => {
                // A quote may open in the middle of a word.
                let (head, tail) = word.split_at(self.rng.usize(..word.len()));
                [head, &self.double_quoted(tail)].concat()
            }
            _ => self.double_quoted(word),
        }
    }

    fn double_quoted(&mut self, word: &[u8]) -> Vec<u8> {
        let mut quoted = vec![b'"'];
        for byte in word {
            match byte {
                b'\0' | b'\n' => quoted.extend(format!("\\x{byte:02x}").bytes()),
                b'\r' if self.rng.bool() => quoted.extend(b"\\r"),
                b'"' | b'\\' => quoted.extend([b'\\', *byte]),
                _ if self.rng.u8(..8) == 0 => quoted.extend(format!("\\x{byte:02X}").bytes()),
                _ => quoted.push(*byte),
            }
        }
        quoted.push(b'"');
        quoted
    }

    fn choose<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.rng.usize(..all.len())]
    }
}

/// Returns why a session is not played: it would show a documented difference, or depend on the
/// clock, or on what nothing tells.
#[must_use]
pub fn unfit(session: &Session, vocabulary: &Vocabulary) -> Option<&'static str> {
    session.streams().iter().find_map(|stream| {
        if let Some(documented) = avoided(stream, vocabulary) {
            return Some(documented.name);
        }
        let asked = request::read(stream);
        if asked.requests.iter().any(is_near) {
            return Some("a deadline that is near");
        }
        if asked.requests.iter().any(makes_much) {
            return Some("a value of many megabytes");
        }
        if asked.rest == Rest::Fault && asked.is_deaf {
            return Some("a protocol error in silence");
        }
        // It may run beside what other clients ask.
        let is_keys = |request: &Request| is(request, 0, "keys");
        asked.unheard().any(is_keys).then_some("a KEYS in silence")
    })
}

/// Whether this makes a value with which all that follows would take long.
fn makes_much(request: &Request) -> bool {
    let offset = request.get(2).and_then(|offset| request::integer(offset));
    let is_much = |offset: i64| (1 << 20..=1 << 29).contains(&offset);
    is(request, 0, "setrange") && request.len() == 4 && offset.is_some_and(is_much)
}

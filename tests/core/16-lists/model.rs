//! Lists and strings side by side, beside a plain map.

use std::collections::{BTreeMap, VecDeque};

use proptest::collection::vec;
use proptest::prelude::*;

use crate::corpus::from_del_rename::model::{KEYS, NIL, OK, bulk, integer};
use crate::corpus::from_echo::hostile::config;
use crate::corpus::from_echo::request::{shown, words};
use crate::subject::{NOW, Subject};

const WRONG: &str = r"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const NO_INTEGER: &str = r"-ERR value is not an integer or out of range\r\n";
const NO_COUNT: &str = r"-ERR value is out of range, must be positive\r\n";
const NO_ARRAY: &str = r"*-1\r\n";
const SAME: &str = r"-ERR source and destination objects are the same\r\n";

/// What a key has.
#[derive(Clone, Debug)]
pub enum Value {
    Text(String),
    List(VecDeque<String>),
}

/// What two databases hold: each key's value and its deadline.
#[derive(Debug)]
pub struct Model {
    keys: BTreeMap<(u8, u8), (Value, Option<i64>)>,
    database: u8,
    pub now: i64,
}

impl Default for Model {
    fn default() -> Self {
        Self { keys: BTreeMap::new(), database: 0, now: NOW }
    }
}

impl Model {
    fn in_database(&mut self, database: u8, key: u8) -> Option<&mut (Value, Option<i64>)> {
        let now = self.now;
        self.keys.retain(|_, (_, deadline)| deadline.is_none_or(|deadline| now <= deadline));
        self.keys.get_mut(&(database, key))
    }

    fn get(&mut self, key: u8) -> Option<&mut (Value, Option<i64>)> {
        self.in_database(self.database, key)
    }

    fn set(&mut self, database: u8, key: u8, value: (Value, Option<i64>)) {
        self.keys.insert((database, key), value);
    }

    /// Returns the list of a key, or the reply if there is another value, or none.
    pub fn list(&mut self, key: u8, none: &str) -> Result<&mut VecDeque<String>, String> {
        match self.get(key) {
            Some((Value::List(list), _)) => Ok(list),
            Some(_) => Err(WRONG.into()),
            None => Err(none.into()),
        }
    }

    /// Returns the list of a key, a new one if it has none.
    pub fn list_or_new(&mut self, key: u8) -> Result<&mut VecDeque<String>, String> {
        if self.get(key).is_none() {
            self.set(self.database, key, (Value::List(VecDeque::new()), None));
        }
        self.list(key, "")
    }

    /// Removes a list that has become empty.
    pub fn settle(&mut self) {
        self.keys.retain(|_, (value, _)| !matches!(value, Value::List(list) if list.is_empty()));
    }

    /// Checks that the server holds the same, key by key, and counts the same.
    pub fn check(&mut self, subject: &mut Subject) -> Result<(), TestCaseError> {
        let now = self.now;
        for (database, key) in (0..2).flat_map(|database| (0..KEYS).map(move |key| (database, key)))
        {
            subject.execute_at(now, &words(&format!("SELECT {database}")));
            let mut say = |request: String| shown(&subject.execute_at(now, &words(&request)));
            let found = self.in_database(database, key).cloned();
            let left = match &found {
                Some((_, deadline)) => deadline.map_or(-1, |deadline| deadline - now),
                None => -2,
            };
            prop_assert_eq!(say(format!("PTTL {key}")), integer(left));
            match found.map(|(value, _)| value) {
                None => prop_assert_eq!(say(format!("TYPE {key}")), r"+none\r\n"),
                Some(Value::Text(text)) => prop_assert_eq!(say(format!("GET {key}")), bulk(&text)),
                Some(Value::List(list)) => {
                    prop_assert_eq!(say(format!("TYPE {key}")), r"+list\r\n");
                    let all = say(format!("LRANGE {key} 0 -1"));
                    prop_assert_eq!(all, array(list.iter()));
                }
            }
        }
        let usage = subject.usage();
        let all = || self.keys.iter().filter(|((database, _), _)| *database == 0);
        let deadlines = || all().filter_map(|(_, (_, deadline))| *deadline);
        prop_assert_eq!(usage.keys, all().count());
        prop_assert_eq!(usage.expires, deadlines().count());
        prop_assert_eq!(usage.deadlines, deadlines().map(i128::from).sum::<i128>());
        subject.execute_at(now, &words(&format!("SELECT {}", self.database)));
        Ok(())
    }
}

pub fn array<'a>(elements: impl ExactSizeIterator<Item = &'a String>) -> String {
    let header = format!(r"*{}\r\n", elements.len());
    header + &elements.map(|element| bulk(element)).collect::<String>()
}

/// What may happen, but for the commands on lists.
#[derive(Clone, Debug)]
pub enum Change {
    Wait(i64),
    Select(u8),
    Text(u8, Vec<&'static str>),
    Del(u8),
    Rename(u8, u8, bool),
    Copy(u8, u8, u8, bool),
    Move(u8, u8),
    Expire(u8, i64),
    Type(u8),
    Mget(Vec<u8>),
    Push(u8, bool, bool, Vec<String>),
    Pop(u8, bool, Option<i64>),
    Len(u8),
    Index(u8, i64),
    Range(u8, i64, i64),
}

/// Elements that are short, of lengths at which a length takes more bytes, and of which few make a
/// pack.
pub fn element() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[a-c]{0,3}",
        1 => (126..130_usize).prop_map(|length| "l".repeat(length)),
        1 => (2000..9000_usize).prop_map(|length| "x".repeat(length)),
    ]
}

pub fn index() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => -6..6_i64,
        1 => prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(i64::MIN + 1), Just(i64::MAX - 1)],
    ]
}

pub fn change() -> impl Strategy<Value = Change> {
    let key = || 0..KEYS;
    let text = prop_oneof![
        Just(vec!["SET", "v"]),
        Just(vec!["SET", "v", "GET"]),
        Just(vec!["SET", "v", "NX"]),
        Just(vec!["SET", "v", "XX"]),
        Just(vec!["SET", "v", "KEEPTTL"]),
        Just(vec!["GET"]),
        Just(vec!["GETDEL"]),
        Just(vec!["APPEND", "w"]),
        Just(vec!["STRLEN"]),
        Just(vec!["SETNX", "v"]),
    ];
    let count = proptest::option::of(prop_oneof![4 => 0..4_i64, 1 => index()]);
    prop_oneof![
        1 => (0..3_i64).prop_map(Change::Wait),
        1 => (0..2_u8).prop_map(Change::Select),
        4 => (key(), text).prop_map(|(k, t)| Change::Text(k, t)),
        1 => key().prop_map(Change::Del),
        2 => (key(), key(), any::<bool>()).prop_map(|(k, l, nx)| Change::Rename(k, l, nx)),
        2 => (key(), key(), 0..2_u8, any::<bool>()).prop_map(|(k, l, d, r)| Change::Copy(k, l, d, r)),
        1 => (key(), 0..2_u8).prop_map(|(k, d)| Change::Move(k, d)),
        2 => (key(), -1..6_i64).prop_map(|(k, ms)| Change::Expire(k, ms)),
        1 => key().prop_map(Change::Type),
        1 => vec(key(), 1..4).prop_map(Change::Mget),
        9 => (key(), any::<bool>(), any::<bool>(), vec(element(), 1..5))
            .prop_map(|(k, f, x, e)| Change::Push(k, f, x, e)),
        5 => (key(), any::<bool>(), count).prop_map(|(k, f, c)| Change::Pop(k, f, c)),
        1 => key().prop_map(Change::Len),
        2 => (key(), index()).prop_map(|(k, i)| Change::Index(k, i)),
        2 => (key(), index(), index()).prop_map(|(k, i, j)| Change::Range(k, i, j)),
    ]
}

/// Returns the reply to a command on strings.
fn text(model: &mut Model, key: u8, request: &[&str]) -> String {
    let found = model.get(key).cloned();
    let old = match &found {
        Some((Value::Text(text), _)) => Some(text.as_str()),
        _ => None,
    };
    let is_list = found.is_some() && old.is_none();
    let deadline = found.as_ref().and_then(|(_, deadline)| *deadline);
    let mut put = |text: &str, deadline| {
        model.set(model.database, key, (Value::Text(text.into()), deadline));
    };
    let shown = old.map_or(NIL.into(), bulk);
    match request {
        ["SET", _, "GET"] | ["GET" | "GETDEL" | "STRLEN"] | ["APPEND", _] if is_list => {
            WRONG.into()
        }
        ["SET", _, "NX"] if found.is_some() => NIL.into(),
        ["SET", _, "XX"] if found.is_none() => NIL.into(),
        ["SETNX", _] if found.is_some() => integer(0),
        ["SET", value, options @ ..] => {
            put(value, deadline.filter(|_| options == ["KEEPTTL"]));
            if options == ["GET"] { shown } else { OK.into() }
        }
        ["SETNX", value] => {
            put(value, None);
            integer(1)
        }
        ["APPEND", more] => {
            let text = [old.unwrap_or_default(), more].concat();
            put(&text, deadline);
            integer(text.len() as i64)
        }
        ["STRLEN"] => integer(old.map_or(0, str::len) as i64),
        _ => {
            if request == ["GETDEL"] {
                model.keys.remove(&(model.database, key));
            }
            shown
        }
    }
}

/// Returns the request, and the reply that is due.
pub fn play(change: &Change, model: &mut Model) -> (String, String) {
    let (database, now) = (model.database, model.now);
    match change {
        Change::Wait(ms) => {
            model.now += ms;
            ("PING".into(), r"+PONG\r\n".into())
        }
        Change::Select(database) => {
            model.database = *database;
            (format!("SELECT {database}"), OK.into())
        }
        Change::Text(key, request) => {
            let (name, arguments) = request.split_first().expect("a name");
            let arguments: String = arguments.iter().map(|word| format!(" {word}")).collect();
            (format!("{name} {key}{arguments}"), text(model, *key, request))
        }
        Change::Del(key) => {
            let found = model.get(*key).is_some();
            model.keys.remove(&(database, *key));
            (format!("DEL {key}"), integer(found))
        }
        Change::Rename(from, to, nx) => {
            let request = format!("RENAME{} {from} {to}", if *nx { "NX" } else { "" });
            let Some(found) = model.get(*from).cloned() else {
                return (request, r"-ERR no such key\r\n".into());
            };
            let holds = !nx || model.get(*to).is_none();
            if holds {
                model.keys.remove(&(database, *from));
                model.set(database, *to, found);
            }
            (request, if *nx { integer(holds) } else { OK.into() })
        }
        Change::Copy(from, to, other, replace) => {
            let option = if *replace { " REPLACE" } else { "" };
            let request = format!("COPY {from} {to} DB {other}{option}");
            if (*other, to) == (database, from) {
                return (request, SAME.into());
            }
            let found = model.get(*from).cloned();
            let found = found.filter(|_| *replace || model.in_database(*other, *to).is_none());
            let is_copied = found.is_some();
            found.into_iter().for_each(|found| model.set(*other, *to, found));
            (request, integer(is_copied))
        }
        Change::Move(key, other) => {
            let request = format!("MOVE {key} {other}");
            if *other == database {
                return (request, SAME.into());
            }
            let found = model.get(*key).cloned();
            let found = found.filter(|_| model.in_database(*other, *key).is_none());
            let is_moved = found.is_some();
            if let Some(found) = found {
                model.keys.remove(&(database, *key));
                model.set(*other, *key, found);
            }
            (request, integer(is_moved))
        }
        Change::Expire(key, ms) => {
            let found = model.get(*key);
            let is_found = found.is_some();
            if let Some((_, deadline)) = found {
                *deadline = Some(now + ms);
            }
            // What is not in the future removes the key at once.
            if *ms <= 0 {
                model.keys.remove(&(database, *key));
            }
            (format!("PEXPIRE {key} {ms}"), integer(is_found))
        }
        Change::Type(key) => {
            let name = match model.get(*key) {
                Some((Value::Text(_), _)) => "string",
                Some((Value::List(_), _)) => "list",
                None => "none",
            };
            (format!("TYPE {key}"), format!(r"+{name}\r\n"))
        }
        Change::Mget(keys) => {
            let mut request = "MGET".to_owned();
            let mut reply = format!(r"*{}\r\n", keys.len());
            for key in keys {
                request += &format!(" {key}");
                reply += &match model.get(*key) {
                    Some((Value::Text(text), _)) => bulk(text),
                    _ => NIL.into(),
                };
            }
            (request, reply)
        }
        _ => {
            let (request, reply) = play_list(change, model);
            (request, reply.unwrap_or_else(|reply| reply))
        }
    }
}

/// Returns the request, and the reply that is due; as an error, if it is due to another value, or
/// to none.
fn play_list(change: &Change, model: &mut Model) -> (String, Result<String, String>) {
    match change {
        Change::Push(key, front, exists, elements) => {
            let name = format!("{}PUSH{}", side(*front), if *exists { "X" } else { "" });
            let request = format!("{name} {key} {}", elements.join(" "));
            let list = match exists {
                true => model.list(*key, &integer(0)),
                false => model.list_or_new(*key),
            };
            let reply = list.map(|list| {
                for element in elements.iter().cloned() {
                    if *front { list.push_front(element) } else { list.push_back(element) }
                }
                integer(list.len() as i64)
            });
            (request, reply)
        }
        Change::Pop(key, front, count) => {
            let option = count.map_or(String::new(), |count| format!(" {count}"));
            let request = format!("{}POP {key}{option}", side(*front));
            if count.is_some_and(|count| count < 0) {
                return (request, Err(NO_COUNT.into()));
            }
            let none = if count.is_some() { NO_ARRAY } else { NIL };
            let reply = model.list(*key, none).map(|list| {
                let taken = count.unwrap_or(1).min(list.len() as i64);
                let mut pop = || if *front { list.pop_front() } else { list.pop_back() };
                let elements: Vec<_> = (0..taken).filter_map(|_| pop()).collect();
                if count.is_some() { array(elements.iter()) } else { bulk(&elements[0]) }
            });
            (request, reply)
        }
        Change::Len(key) => {
            let reply = model.list(*key, &integer(0)).map(|list| integer(list.len() as i64));
            (format!("LLEN {key}"), reply)
        }
        Change::Index(key, index) => {
            let reply = model.list(*key, NIL).map(|list| {
                place(*index, list.len())
                    .and_then(|index| list.get(index))
                    .map_or(NIL.into(), |it| bulk(it))
            });
            (format!("LINDEX {key} {index}"), reply)
        }
        Change::Range(key, start, end) => {
            let reply = model.list(*key, r"*0\r\n").map(|list| {
                let place = |index: i64| {
                    if index < 0 { index as i128 + list.len() as i128 } else { index.into() }
                };
                let range = place(*start)..=place(*end);
                let found =
                    list.iter().enumerate().filter(|(index, _)| range.contains(&(*index as i128)));
                array(Vec::from_iter(found.map(|(_, element)| element)).into_iter())
            });
            (format!("LRANGE {key} {start} {end}"), reply)
        }
        other => panic!("{other:?} is not about lists"),
    }
}

/// Returns the first letter of a command at this end.
fn side(front: bool) -> char {
    if front { 'L' } else { 'R' }
}

/// Returns where an index is, counted from the front.
pub fn place(index: i64, len: usize) -> Option<usize> {
    let index = if index < 0 { i128::from(index) + len as i128 } else { index.into() };
    usize::try_from(index).ok()
}

#[test]
fn what_is_no_integer_is_refused_before_or_after_the_value_is_looked_at() {
    let mut subject = Subject::default();
    subject.execute(&words("RPUSH k a"));
    subject.execute(&words("SET s v"));
    for text in ["x", "", "-0", "+1", "01", " 1", "9223372036854775808", "-9223372036854775809"] {
        for (request, expected) in [
            ("LINDEX k #", NO_INTEGER),
            ("LINDEX s #", WRONG),
            ("LINDEX none #", NIL),
            ("LRANGE k # 1", NO_INTEGER),
            ("LRANGE s 0 #", NO_INTEGER),
            ("LRANGE none # #", NO_INTEGER),
            ("LPOP k #", NO_COUNT),
            ("RPOP s #", NO_COUNT),
            ("RPOP none #", NO_COUNT),
        ] {
            let mut args = words(request);
            args.iter_mut().filter(|arg| **arg == b"#").for_each(|arg| *arg = text.as_bytes());
            assert_eq!(shown(&subject.execute(&args)), expected, "{request}, {text}");
        }
    }
}

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/core/16-lists/model.seeds");

proptest! {
    #![proptest_config(config(SEEDS))]

    #[test]
    fn lists_and_strings_are_what_they_were_made(changes in vec(change(), 0..80)) {
        let (mut subject, mut model) = (Subject::default(), Model::default());
        for change in &changes {
            let (request, expected) = play(change, &mut model);
            model.settle();
            let reply = shown(&subject.execute_at(model.now, &words(&request)));
            prop_assert_eq!(&reply, &expected, "{}", request);
        }
        model.check(&mut subject)?;
        while subject.free() {}
        model.check(&mut subject)?;
    }
}

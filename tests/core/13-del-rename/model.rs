//! All commands that change keys, beside a plain map.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::corpus::from_echo::hostile::config;
use crate::corpus::from_echo::request::{shown, words};
use crate::subject::{NOW, Subject};

/// A value, and its deadline.
pub type Value = (String, Option<i64>);

/// What two databases hold.
#[derive(Debug)]
pub struct Model {
    keys: BTreeMap<(u8, u8), Value>,
    /// The one that the client has selected.
    pub database: u8,
    pub now: i64,
}

impl Default for Model {
    fn default() -> Self {
        Self { keys: BTreeMap::new(), database: 0, now: NOW }
    }
}

impl Model {
    /// Returns what a key of a database has, if it has not expired.
    pub fn get_in(&mut self, database: u8, key: u8) -> Option<Value> {
        let now = self.now;
        self.keys.retain(|_, (_, deadline)| deadline.is_none_or(|deadline| now <= deadline));
        self.keys.get(&(database, key)).cloned()
    }

    pub fn set_in(&mut self, database: u8, key: u8, value: Value) {
        self.keys.insert((database, key), value);
    }

    /// Returns what a key of the selected database has.
    pub fn get(&mut self, key: u8) -> Option<Value> {
        self.get_in(self.database, key)
    }

    pub fn set(&mut self, key: u8, value: Value) {
        self.set_in(self.database, key, value);
    }

    pub fn remove(&mut self, key: u8) -> Option<Value> {
        let found = self.get(key);
        self.keys.remove(&(self.database, key));
        found
    }

    /// Checks that the server holds the same, key by key, and counts the same.
    pub fn check(&mut self, subject: &mut Subject) -> Result<(), TestCaseError> {
        let now = self.now;
        for (database, key) in (0..2).flat_map(|database| (0..KEYS).map(move |key| (database, key)))
        {
            subject.execute_at(now, &words(&format!("SELECT {database}")));
            let mut say = |request: &str| {
                shown(&subject.execute_at(now, &words(&format!("{request} {key}"))))
            };
            let (value, left) = match self.get_in(database, key) {
                Some((value, deadline)) => {
                    let left = deadline.map_or(-1, |deadline| deadline - now);
                    (bulk(&value), left)
                }
                None => (NIL.to_owned(), -2),
            };
            prop_assert_eq!(say("GET"), value);
            prop_assert_eq!(say("PTTL"), integer(left));
        }
        let usage = subject.usage();
        let all = || self.keys.iter().filter(|((database, _), _)| *database == 0);
        let deadlines = || all().filter_map(|(_, (_, deadline))| *deadline);
        prop_assert_eq!(usage.keys, all().count());
        prop_assert_eq!(usage.expires, deadlines().count());
        prop_assert_eq!(usage.deadlines, deadlines().map(i128::from).sum::<i128>());
        subject.execute_at(self.now, &words(&format!("SELECT {}", self.database)));
        Ok(())
    }
}

/// The keys are numbers below this one.
pub const KEYS: u8 = 5;

pub const OK: &str = r"+OK\r\n";
pub const NIL: &str = r"$-1\r\n";

pub fn bulk(value: &str) -> String {
    format!("${}\\r\\n{}\\r\\n", value.len(), shown(value.as_bytes()))
}

pub fn integer(number: impl Into<i64>) -> String {
    format!(":{}\\r\\n", number.into())
}

/// What may happen.
#[derive(Clone, Debug)]
pub enum Change {
    Wait(i64),
    Set(u8, String, Option<i64>),
    Select(u8),
    Del(Vec<u8>),
    Exists(Vec<u8>),
    Rename(u8, u8, bool),
    Copy(u8, u8, u8, bool),
    Move(u8, u8),
    Swap(u8, u8),
    Flush(bool),
    Random,
}

pub fn change() -> impl Strategy<Value = Change> {
    let key = || 0..KEYS;
    let text = "[a-c]{0,3}";
    prop_oneof![
        2 => (0..3_i64).prop_map(Change::Wait),
        8 => (key(), text, proptest::option::of(0..6_i64)).prop_map(|(k, v, ms)| Change::Set(k, v, ms)),
        1 => (0..2_u8).prop_map(Change::Select),
        3 => vec(key(), 1..4).prop_map(Change::Del),
        1 => vec(key(), 1..4).prop_map(Change::Exists),
        4 => (key(), key(), any::<bool>()).prop_map(|(k, l, nx)| Change::Rename(k, l, nx)),
        4 => (key(), key(), 0..2_u8, any::<bool>()).prop_map(|(k, l, d, r)| Change::Copy(k, l, d, r)),
        3 => (key(), 0..2_u8).prop_map(|(k, d)| Change::Move(k, d)),
        1 => (0..2_u8, 0..2_u8).prop_map(|(d, e)| Change::Swap(d, e)),
        1 => any::<bool>().prop_map(Change::Flush),
        2 => Just(Change::Random),
    ]
}

/// Returns the request, and the reply that is due: one of those between bars.
pub fn play(change: &Change, model: &mut Model) -> (String, String) {
    const SAME: &str = r"-ERR source and destination objects are the same\r\n";
    let list = |keys: &[u8]| keys.iter().map(|key| format!(" {key}")).collect::<String>();
    match change {
        Change::Wait(ms) => {
            model.now += ms;
            ("PING".into(), r"+PONG\r\n".into())
        }
        Change::Set(key, value, ms) => {
            let deadline = ms.map(|ms| model.now + ms);
            model.set(*key, (value.clone(), deadline));
            let option = deadline.map_or(String::new(), |deadline| format!(" PXAT {deadline}"));
            (format!("SET {key} {value}{option}"), OK.into())
        }
        Change::Select(database) => {
            model.database = *database;
            (format!("SELECT {database}"), OK.into())
        }
        Change::Del(keys) => {
            let count = keys.iter().filter(|key| model.remove(**key).is_some()).count();
            let name = if keys[0] % 2 == 0 { "DEL" } else { "UNLINK" };
            (format!("{name}{}", list(keys)), integer(count as i64))
        }
        Change::Exists(keys) => {
            let count = keys.iter().filter(|key| model.get(**key).is_some()).count();
            (format!("TOUCH{}", list(keys)), integer(count as i64))
        }
        Change::Rename(from, to, nx) => {
            let request = format!("RENAME{} {from} {to}", if *nx { "NX" } else { "" });
            let Some(found) = model.get(*from) else {
                return (request, r"-ERR no such key\r\n".into());
            };
            let holds = !nx || model.get(*to).is_none();
            if holds {
                model.remove(*from);
                model.set(*to, found);
            }
            (request, if *nx { integer(holds) } else { OK.into() })
        }
        Change::Copy(from, to, database, replace) => {
            let option = if *replace { " REPLACE" } else { "" };
            let request = format!("COPY {from} {to} DB {database}{option}");
            if (*database, to) == (model.database, from) {
                return (request, SAME.into());
            }
            let found = model.get(*from);
            let holds = *replace || model.get_in(*database, *to).is_none();
            let found = found.filter(|_| holds);
            let is_copied = found.is_some();
            found.into_iter().for_each(|found| model.set_in(*database, *to, found));
            (request, integer(is_copied))
        }
        Change::Move(key, database) => {
            let request = format!("MOVE {key} {database}");
            if *database == model.database {
                return (request, SAME.into());
            }
            let holds = model.get(*key).is_some() && model.get_in(*database, *key).is_none();
            if holds {
                let found = model.remove(*key);
                found.into_iter().for_each(|found| model.set_in(*database, *key, found));
            }
            (request, integer(holds))
        }
        Change::Swap(one, other) => {
            if one != other {
                let keys = std::mem::take(&mut model.keys);
                let swapped = keys.into_iter().map(|((db, key), value)| ((1 - db, key), value));
                model.keys = swapped.collect();
            }
            (format!("SWAPDB {one} {other}"), OK.into())
        }
        Change::Flush(all) => {
            model.keys.retain(|(database, _), _| !all && *database != model.database);
            (if *all { "FLUSHALL ASYNC" } else { "FLUSHDB" }.into(), OK.into())
        }
        Change::Random => {
            let known =
                (0..KEYS).filter(|key| model.get(*key).is_some()).map(|key| key.to_string());
            let known = Vec::from_iter(known.map(|key| bulk(&key)));
            ("RANDOMKEY".into(), if known.is_empty() { NIL.into() } else { known.join("|") })
        }
    }
}

const SEEDS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/core/13-del-rename/model.seeds");

proptest! {
    #![proptest_config(config(SEEDS))]

    #[test]
    fn databases_are_maps(changes in vec(change(), 0..60)) {
        let (mut subject, mut model) = (Subject::default(), Model::default());
        for change in &changes {
            let (request, expected) = play(change, &mut model);
            let reply = shown(&subject.execute_at(model.now, &words(&request)));
            let is_due = expected.split('|').any(|expected| expected == reply);
            prop_assert!(is_due, "{} {:?}: {}, not {}", request, change, reply, expected);
        }
        model.check(&mut subject)?;
        while subject.free() {}
        model.check(&mut subject)?;
    }
}

//! All commands that change values, beside a plain map.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::corpus::from_del_rename::model::{KEYS, Model, NIL, OK, bulk, integer};
use crate::corpus::from_echo::hostile::config;
use crate::corpus::from_echo::request::{shown, words};
use crate::subject::Subject;

const NOT_AN_INTEGER: &str = r"-ERR value is not an integer or out of range\r\n";

/// What may happen.
#[derive(Clone, Debug)]
enum Change {
    Wait(i64),
    Set(u8, String, Option<i64>),
    Add(u8, i64),
    Append(u8, String),
    SetRange(u8, usize, String),
    GetRange(u8, i64, i64),
    GetSet(u8, String),
    GetDel(u8),
    SetNx(u8, String),
    MGet(Vec<u8>),
    MSet(Vec<(u8, String)>, bool),
}

fn change() -> impl Strategy<Value = Change> {
    let key = || 0..KEYS;
    // No spaces, since a request is written with spaces between its arguments.
    let text = || prop_oneof!["[a-c]{0,5}", "-?[0-9]{1,3}", "922337203685477580[0-9]"];
    let number = prop_oneof![-20..20_i64, Just(i64::MAX), Just(i64::MIN), Just(i64::MIN + 1)];
    prop_oneof![
        1 => (0..3_i64).prop_map(Change::Wait),
        4 => (key(), text(), proptest::option::of(0..6_i64)).prop_map(|(k, v, ms)| Change::Set(k, v, ms)),
        4 => (key(), number).prop_map(|(k, n)| Change::Add(k, n)),
        2 => (key(), text()).prop_map(|(k, v)| Change::Append(k, v)),
        2 => (key(), 0..40_usize, text()).prop_map(|(k, o, v)| Change::SetRange(k, o, v)),
        3 => (key(), -9..9_i64, -9..9_i64).prop_map(|(k, s, e)| Change::GetRange(k, s, e)),
        1 => (key(), text()).prop_map(|(k, v)| Change::GetSet(k, v)),
        1 => key().prop_map(Change::GetDel),
        1 => (key(), text()).prop_map(|(k, v)| Change::SetNx(k, v)),
        1 => vec(key(), 1..4).prop_map(Change::MGet),
        1 => (vec((key(), text()), 1..3), any::<bool>()).prop_map(|(p, nx)| Change::MSet(p, nx)),
    ]
}

/// Returns the number that this is the text of.
fn number(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number: &i64| number.to_string() == text)
}

fn add(key: u8, more: i64, model: &mut Model) -> (String, String) {
    let (request, overflow) = match more {
        1 => (format!("INCR {key}"), false),
        -1 => (format!("DECR {key}"), false),
        _ if more % 2 == 0 && more < 0 => {
            // Of i64::MIN there is no negative.
            let less = if more == i64::MIN { more } else { -more };
            (format!("DECRBY {key} {less}"), more == i64::MIN)
        }
        _ => (format!("INCRBY {key} {more}"), false),
    };
    if overflow {
        return (request, r"-ERR decrement would overflow\r\n".into());
    }
    let (value, deadline) = model.get(key).unwrap_or(("0".into(), None));
    let Some(old) = number(&value) else { return (request, NOT_AN_INTEGER.into()) };
    let Some(sum) = old.checked_add(more) else {
        return (request, r"-ERR increment or decrement would overflow\r\n".into());
    };
    model.set(key, (sum.to_string(), deadline));
    (request, integer(sum))
}

/// Writes a text over a part of another, after as many zero bytes as are missing.
fn write(value: &str, offset: usize, text: &str) -> String {
    let mut chars: Vec<char> = value.chars().collect();
    chars.resize(chars.len().max(offset + text.len()), '\0');
    text.chars().zip(&mut chars[offset..]).for_each(|(char, place)| *place = char);
    chars.into_iter().collect()
}

/// Returns the part between two places, both included, as `GETRANGE` counts them.
fn part(value: &str, start: i64, end: i64) -> String {
    let length = value.len() as i64;
    if start < 0 && end < 0 && start > end {
        return String::new();
    }
    let place = |index: i64| if index < 0 { (length + index).max(0) } else { index };
    let is_in = |(index, _): &(usize, char)| (place(start)..=place(end)).contains(&(*index as i64));
    value.chars().enumerate().filter(is_in).map(|(_, char)| char).collect()
}

fn or_nil(value: Option<String>) -> String {
    value.map_or(NIL.into(), |value| bulk(&value))
}

/// Returns the request, and the reply that is due.
fn play(change: &Change, model: &mut Model) -> (String, String) {
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
        Change::Add(key, more) => add(*key, *more, model),
        Change::Append(key, text) => {
            let (value, deadline) = model.get(*key).unwrap_or_default();
            let value = value + text;
            let length = value.len() as i64;
            model.set(*key, (value, deadline));
            (format!("APPEND {key} {text}"), integer(length))
        }
        Change::SetRange(key, offset, text) => {
            let found = model.get(*key);
            let (value, deadline) = found.unwrap_or_default();
            let request = format!("SETRANGE {key} {offset} {text}");
            if text.is_empty() {
                return (request, integer(value.len() as i64));
            }
            let value = write(&value, *offset, text);
            let length = value.len() as i64;
            model.set(*key, (value, deadline));
            (request, integer(length))
        }
        Change::GetRange(key, start, end) => {
            let value = model.get(*key).unwrap_or_default().0;
            (format!("GETRANGE {key} {start} {end}"), bulk(&part(&value, *start, *end)))
        }
        Change::GetSet(key, value) => {
            let old = model.get(*key).map(|(value, _)| value);
            model.set(*key, (value.clone(), None));
            (format!("GETSET {key} {value}"), or_nil(old))
        }
        Change::GetDel(key) => {
            (format!("GETDEL {key}"), or_nil(model.remove(*key).map(|(value, _)| value)))
        }
        Change::SetNx(key, value) => {
            let holds = model.get(*key).is_none();
            if holds {
                model.set(*key, (value.clone(), None));
            }
            (format!("SETNX {key} {value}"), integer(holds))
        }
        Change::MGet(keys) => {
            let values = keys.iter().map(|key| or_nil(model.get(*key).map(|(value, _)| value)));
            let values: String = values.collect();
            let keys: String = keys.iter().map(|key| format!(" {key}")).collect();
            (format!("MGET{keys}"), format!("*{}\\r\\n{values}", keys.len() / 2))
        }
        Change::MSet(pairs, nx) => {
            let holds = !nx || pairs.iter().all(|(key, _)| model.get(*key).is_none());
            if holds {
                pairs.iter().for_each(|(key, value)| model.set(*key, (value.clone(), None)));
            }
            let pairs: String =
                pairs.iter().map(|(key, value)| format!(" {key} {value}")).collect();
            let name = if *nx { "MSETNX" } else { "MSET" };
            (format!("{name}{pairs}"), if *nx { integer(holds) } else { OK.into() })
        }
    }
}

const SEEDS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/core/14-incr-append/model.seeds");

proptest! {
    #![proptest_config(config(SEEDS))]

    #[test]
    fn values_are_texts(changes in vec(change(), 0..60)) {
        let (mut subject, mut model) = (Subject::default(), Model::default());
        for change in &changes {
            let (request, expected) = play(change, &mut model);
            let reply = shown(&subject.execute_at(model.now, &words(&request)));
            prop_assert_eq!(reply, expected, "{}", request);
        }
        model.check(&mut subject)?;
    }
}

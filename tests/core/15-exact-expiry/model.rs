//! All commands that change deadlines, beside a plain map, with a clock that is also set back.

use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::subsequence;

use crate::corpus::from_del_rename::model::{self as keys, KEYS, Model, NIL, OK, bulk, integer};
use crate::corpus::from_echo::hostile::config;
use crate::corpus::from_echo::request::{shown, words};
use crate::subject::Subject;

const NAMES: [&str; 4] = ["NX", "XX", "GT", "LT"];

/// What may happen.
#[derive(Clone, Debug)]
enum Change {
    /// What stage 13 knows.
    Key(keys::Change),
    /// The timer wakes up.
    Settle,
    /// The clock is set back, after the timer has run.
    SetBack(i64),
    /// So many milliseconds from now, in the unit of the clock or of the key's life.
    Expire(u8, i64, bool, Vec<&'static str>),
    Persist(u8),
    /// With a deadline, without one, or with none given.
    GetEx(u8, Option<Option<i64>>),
    SetEx(u8, String, i64),
    ExpireTime(u8),
    Count,
    Keys,
    Scan,
}

/// Returns all keys that have not expired, each with its database and its deadline.
fn all(model: &mut Model) -> Vec<(u8, u8, Option<i64>)> {
    let keys = (0..2).flat_map(|database| (0..KEYS).map(move |key| (database, key)));
    let found = keys.filter_map(|(database, key)| {
        let (_, deadline) = model.get_in(database, key)?;
        Some((database, key, deadline))
    });
    found.collect()
}

fn change() -> impl Strategy<Value = Change> {
    let key = || 0..KEYS;
    let ms = || -3..9_i64;
    prop_oneof![
        12 => keys::change().prop_map(Change::Key),
        1 => Just(Change::Settle),
        1 => (1..9_i64).prop_map(Change::SetBack),
        8 => (key(), ms(), any::<bool>(), subsequence(NAMES.to_vec(), 0..3))
            .prop_map(|(k, ms, at, c)| Change::Expire(k, ms, at, c)),
        2 => key().prop_map(Change::Persist),
        3 => (key(), of(of(ms()))).prop_map(|(k, e)| Change::GetEx(k, e)),
        2 => (key(), "[a-c]{0,3}", 1..9_i64).prop_map(|(k, v, ms)| Change::SetEx(k, v, ms)),
        2 => key().prop_map(Change::ExpireTime),
        2 => Just(Change::Count),
        1 => Just(Change::Keys),
        1 => Just(Change::Scan),
    ]
}

/// Returns whether EXPIRE changes the deadline, or the error that is due.
fn holds(conditions: &[&str], old: Option<i64>, new: i64) -> Result<bool, &'static str> {
    let has = |name: &str| conditions.contains(&name);
    if has("NX") && conditions.len() > 1 {
        return Err(r"-ERR NX and XX, GT or LT options at the same time are not compatible\r\n");
    }
    if has("GT") && has("LT") {
        return Err(r"-ERR GT and LT options at the same time are not compatible\r\n");
    }
    Ok(conditions.iter().all(|name| match *name {
        "NX" => old.is_none(),
        "XX" => old.is_some(),
        // As if a key without a deadline had the last one.
        "GT" => new > old.unwrap_or(i64::MAX),
        _ => new < old.unwrap_or(i64::MAX),
    }))
}

fn expire(model: &mut Model, key: u8, deadline: i64, conditions: &[&str]) -> String {
    let found = model.get(key);
    let old = found.as_ref().and_then(|(_, deadline)| *deadline);
    match (holds(conditions, old, deadline), found) {
        (Err(error), _) => error.into(),
        (Ok(true), Some(_)) if deadline <= model.now => {
            model.remove(key);
            integer(1)
        }
        (Ok(true), Some((value, _))) => {
            model.set(key, (value, Some(deadline)));
            integer(1)
        }
        _ => integer(0),
    }
}

fn get_ex(model: &mut Model, key: u8, expiry: Option<Option<i64>>) -> String {
    let Some((value, _)) = model.get(key) else { return NIL.into() };
    match expiry {
        Some(Some(deadline)) if deadline <= model.now => drop(model.remove(key)),
        Some(deadline) => model.set(key, (value.clone(), deadline)),
        None => {}
    }
    bulk(&value)
}

/// Returns the names of all keys, in order.
fn names(model: &mut Model) -> Vec<String> {
    let database = model.database;
    let all = all(model).into_iter().filter(|(other, ..)| *other == database);
    all.map(|(_, key, _)| bulk(&key.to_string())).collect()
}

/// Returns the request, and the reply that is due.
fn play(change: &Change, model: &mut Model, subject: &mut Subject) -> (String, String) {
    let now = model.now;
    match change {
        Change::Key(change) => keys::play(change, model),
        Change::Settle => {
            while subject.free_expired(now) {}
            ("PING".into(), r"+PONG\r\n".into())
        }
        Change::SetBack(ms) => {
            while subject.free_expired(now) {}
            all(model);
            model.now -= ms;
            ("PING".into(), r"+PONG\r\n".into())
        }
        Change::Expire(key, ms, is_absolute, conditions) => {
            let (name, number) = if *is_absolute { ("AT", now + ms) } else { ("", *ms) };
            let options: String = conditions.iter().map(|name| format!(" {name}")).collect();
            let request = format!("PEXPIRE{name} {key} {number}{options}");
            (request, expire(model, *key, now + ms, conditions))
        }
        Change::Persist(key) => {
            let found = model.get(*key);
            let had = found.as_ref().is_some_and(|(_, deadline)| deadline.is_some());
            found.into_iter().for_each(|(value, _)| model.set(*key, (value, None)));
            (format!("PERSIST {key}"), integer(had))
        }
        Change::GetEx(key, expiry) => {
            let expiry = expiry.map(|ms| ms.map(|ms| now + ms));
            let option = match expiry {
                None => String::new(),
                Some(None) => " PERSIST".into(),
                Some(Some(deadline)) => format!(" PXAT {deadline}"),
            };
            (format!("GETEX {key}{option}"), get_ex(model, *key, expiry))
        }
        Change::SetEx(key, value, ms) => {
            model.set(*key, (value.clone(), Some(now + ms)));
            (format!("PSETEX {key} {ms} {value}"), OK.into())
        }
        Change::ExpireTime(key) => {
            let found = model.get(*key);
            let due = found.map_or(-2, |(_, deadline)| deadline.unwrap_or(-1));
            (format!("PEXPIRETIME {key}"), integer(due))
        }
        Change::Count => ("DBSIZE".into(), integer(names(model).len() as i64)),
        // Both in the order of the keys' hashes: compared below.
        Change::Keys | Change::Scan => (String::new(), String::new()),
    }
}

/// Checks that a reply has all keys and no other.
fn check_names(
    request: &str,
    model: &mut Model,
    subject: &mut Subject,
) -> Result<(), TestCaseError> {
    let reply = shown(&subject.execute_at(model.now, &words(request)));
    // SCAN begins with the cursor.
    let cursor = if request == "KEYS *" { "" } else { r"*2\r\n$1\r\n0\r\n" };
    let list = reply.strip_prefix(cursor).expect("the cursor 0");
    let names = names(model);
    let mut found: Vec<&str> = list.split('$').skip(1).collect();
    found.sort();
    let due: Vec<String> = names.iter().map(|name| name[1..].to_owned()).collect();
    prop_assert_eq!(found, due, "{}", request);
    Ok(())
}

/// Checks what must hold of the index at every moment: a look comes before each deadline.
fn check_next(model: &mut Model, subject: &Subject) -> Result<(), TestCaseError> {
    let first = all(model).into_iter().filter_map(|(.., deadline)| deadline).min();
    let next = subject.next_deadline();
    let is_early = first.is_none_or(|first| next.is_some_and(|next| next <= first));
    prop_assert!(is_early, "{:?}, not before {:?}", next, first);
    Ok(())
}

const SEEDS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/core/15-exact-expiry/model.seeds");

proptest! {
    #![proptest_config(config(SEEDS))]

    #[test]
    fn deadlines_are_kept_exactly(changes in proptest::collection::vec(change(), 0..80)) {
        let (mut subject, mut model) = (Subject::default(), Model::default());
        for change in &changes {
            match change {
                Change::Keys => check_names("KEYS *", &mut model, &mut subject)?,
                Change::Scan => check_names("SCAN 0", &mut model, &mut subject)?,
                _ => {
                    let (request, expected) = play(change, &mut model, &mut subject);
                    let reply = shown(&subject.execute_at(model.now, &words(&request)));
                    let is_due = expected.split('|').any(|expected| expected == reply);
                    prop_assert!(is_due, "{} {:?}: {}, not {}", request, change, reply, expected);
                }
            }
            check_next(&mut model, &subject)?;
        }
        while subject.free_expired(model.now) {}
        // Or else the timer would not sleep.
        prop_assert!(subject.next_deadline().is_none_or(|next| next >= model.now));
        model.check(&mut subject)?;
        let last = model.now + 100;
        while subject.free_expired(last) {}
        prop_assert_eq!(subject.next_deadline(), None);
        model.now = last;
        model.check(&mut subject)?;
    }
}

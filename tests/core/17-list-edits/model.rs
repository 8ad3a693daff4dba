//! All commands on lists, beside a plain map.

use std::collections::VecDeque;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::corpus::from_del_rename::model::{KEYS, NIL, OK, bulk, integer};
use crate::corpus::from_echo::hostile::config;
use crate::corpus::from_echo::request::{shown, words};
use crate::corpus::from_lists::model::{self as lists, Model, array, element, index, place};
use crate::subject::Subject;

/// What may happen.
#[derive(Clone, Debug)]
enum Change {
    List(lists::Change),
    Set(u8, i64, String),
    Insert(u8, bool, String, String),
    Remove(u8, i64, String),
    Trim(u8, i64, i64),
    Position(u8, String, Option<i64>, Option<usize>, Option<usize>),
    Move(u8, u8, bool, bool),
    MultiPop(Vec<u8>, bool, Option<i64>),
}

fn change() -> impl Strategy<Value = Change> {
    let key = || 0..KEYS;
    let rank = (-3..4_i64).prop_filter("not zero", |rank| *rank != 0);
    let some = || proptest::option::of(0..4_usize);
    prop_oneof![
        12 => lists::change().prop_map(Change::List),
        2 => (key(), index(), element()).prop_map(|(k, i, e)| Change::Set(k, i, e)),
        3 => (key(), any::<bool>(), "[a-c]{0,2}", element())
            .prop_map(|(k, a, p, e)| Change::Insert(k, a, p, e)),
        2 => (key(), index(), "[a-c]{0,2}").prop_map(|(k, c, e)| Change::Remove(k, c, e)),
        1 => (key(), index(), index()).prop_map(|(k, i, j)| Change::Trim(k, i, j)),
        3 => (key(), "[a-c]{0,1}", proptest::option::of(rank), some(), some())
            .prop_map(|(k, e, r, c, m)| Change::Position(k, e, r, c, m)),
        3 => (key(), key(), any::<bool>(), any::<bool>())
            .prop_map(|(k, l, f, t)| Change::Move(k, l, f, t)),
        2 => (vec(key(), 1..4), any::<bool>(), proptest::option::of(1..4_i64))
            .prop_map(|(k, f, c)| Change::MultiPop(k, f, c)),
    ]
}

fn end(is_front: bool) -> &'static str {
    if is_front { "LEFT" } else { "RIGHT" }
}

fn pop(list: &mut VecDeque<String>, is_front: bool) -> Option<String> {
    if is_front { list.pop_front() } else { list.pop_back() }
}

/// Removes equal elements as LREM does. Returns how many.
fn remove(list: &mut VecDeque<String>, count: i64, element: &str) -> i64 {
    let equal = |(index, other): (usize, &String)| (other == element).then_some(index);
    let mut indexes: Vec<usize> = list.iter().enumerate().filter_map(equal).collect();
    let limit = if count == 0 { usize::MAX } else { count.unsigned_abs() as usize };
    if count < 0 {
        indexes.reverse();
    }
    indexes.truncate(limit);
    indexes.sort_unstable();
    indexes.iter().rev().for_each(|index| drop(list.remove(*index)));
    indexes.len() as i64
}

/// Returns where elements are, as LPOS does.
fn positions(
    list: &VecDeque<String>,
    element: &str,
    rank: i64,
    count: usize,
    max_len: usize,
) -> Vec<i64> {
    let mut indexes: Vec<usize> = (0..list.len()).collect();
    if rank < 0 {
        indexes.reverse();
    }
    if max_len > 0 {
        indexes.truncate(max_len);
    }
    indexes.retain(|index| list[*index] == element);
    let mut found = indexes.split_off(indexes.len().min(rank.unsigned_abs() as usize - 1));
    if count > 0 {
        found.truncate(count);
    }
    found.into_iter().map(|index| index as i64).collect()
}

/// Returns the request, and the reply that is due; as an error, if it is due to another value, or
/// to none.
fn play(change: &Change, model: &mut Model) -> (String, Result<String, String>) {
    match change {
        Change::List(change) => {
            let (request, reply) = lists::play(change, model);
            (request, Ok(reply))
        }
        Change::Set(key, index, element) => {
            let reply = model.list(*key, r"-ERR no such key\r\n").map(|list| {
                let place = place(*index, list.len()).and_then(|place| list.get_mut(place));
                let is_there = place.is_some();
                place.into_iter().for_each(|place| place.clone_from(element));
                if is_there { OK.into() } else { r"-ERR index out of range\r\n".into() }
            });
            (format!("LSET {key} {index} {element}"), reply)
        }
        Change::Insert(key, after, pivot, element) => {
            let side = if *after { "AFTER" } else { "before" };
            let reply = model.list(*key, &integer(0)).map(|list| {
                let Some(place) = list.iter().position(|other| other == pivot) else {
                    return integer(-1);
                };
                list.insert(place + usize::from(*after), element.clone());
                integer(list.len() as i64)
            });
            (format!("LINSERT {key} {side} {pivot} {element}"), reply)
        }
        Change::Remove(key, count, element) => {
            let reply = model.list(*key, &integer(0));
            let reply = reply.map(|list| integer(remove(list, *count, element)));
            (format!("LREM {key} {count} {element}"), reply)
        }
        Change::Trim(key, start, end) => {
            let reply = model.list(*key, OK).map(|list| {
                let len = list.len() as i128;
                let place = |index: i64| i128::from(index) + if index < 0 { len } else { 0 };
                let kept = place(*start)..=place(*end);
                let mut index = -1;
                list.retain(|_| {
                    index += 1;
                    kept.contains(&index)
                });
                OK.into()
            });
            (format!("LTRIM {key} {start} {end}"), reply)
        }
        Change::Position(key, element, rank, count, max_len) => {
            let mut request = format!("LPOS {key} {element}");
            request += &rank.map_or(String::new(), |rank| format!(" RANK {rank}"));
            request += &max_len.map_or(String::new(), |max_len| format!(" maxlen {max_len}"));
            request += &count.map_or(String::new(), |count| format!(" COUNT {count}"));
            let none = if count.is_some() { r"*0\r\n" } else { NIL };
            let reply = model.list(*key, none).map(|list| {
                let (rank, limit) = (rank.unwrap_or(1), count.unwrap_or(1));
                let found = positions(list, element, rank, limit, max_len.unwrap_or(0));
                if count.is_none() {
                    return found.first().map_or(NIL.into(), |index| integer(*index));
                }
                let header = format!(r"*{}\r\n", found.len());
                header + &found.into_iter().map(integer).collect::<String>()
            });
            (request, reply)
        }
        Change::Move(from, to, from_front, to_front) => {
            let request = match (from_front, to_front) {
                (false, true) if from < to => format!("RPOPLPUSH {from} {to}"),
                _ => format!("LMOVE {from} {to} {} {}", end(*from_front), end(*to_front)),
            };
            let moved = model.list(*from, NIL).map(|list| {
                let element = if *from_front { list.front() } else { list.back() };
                element.expect("it is not empty").clone()
            });
            let reply = moved.and_then(|element| {
                model.list_or_new(*to)?;
                model.list(*from, NIL).map(|list| pop(list, *from_front))?;
                let list = model.list_or_new(*to)?;
                if *to_front {
                    list.push_front(element.clone());
                } else {
                    list.push_back(element.clone());
                }
                Ok(bulk(&element))
            });
            (request, reply)
        }
        Change::MultiPop(keys, is_front, count) => {
            let names: String = keys.iter().map(|key| format!(" {key}")).collect();
            let option = count.map_or(String::new(), |count| format!(" COUNT {count}"));
            let request = format!("LMPOP {}{names} {}{option}", keys.len(), end(*is_front));
            for key in keys {
                let list = match model.list(*key, "") {
                    Ok(list) => list,
                    Err(none) if none.is_empty() => continue,
                    Err(wrong) => return (request, Err(wrong)),
                };
                let taken: Vec<_> =
                    (0..count.unwrap_or(1)).map_while(|_| pop(list, *is_front)).collect();
                let key = bulk(&key.to_string());
                return (request, Ok(format!(r"*2\r\n{key}{}", array(taken.iter()))));
            }
            (request, Ok(r"*-1\r\n".into()))
        }
    }
}

const SEEDS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/core/17-list-edits/model.seeds");

proptest! {
    #![proptest_config(config(SEEDS))]

    #[test]
    fn lists_are_what_all_commands_made_of_them(changes in vec(change(), 0..80)) {
        let (mut subject, mut model) = (Subject::default(), Model::default());
        for change in &changes {
            let (request, expected) = play(change, &mut model);
            model.settle();
            let reply = shown(&subject.execute_at(model.now, &words(&request)));
            prop_assert_eq!(&reply, &expected.unwrap_or_else(|expected| expected), "{}", request);
        }
        model.check(&mut subject)?;
        while subject.free() {}
        model.check(&mut subject)?;
    }
}

//! Commands that change or search the middle of a list, and those that work on several lists.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{DENYOOM, MOVABLE_KEYS, READONLY, WRITE};
use crate::command::{Command, Keys};
use crate::commands::lists;
use crate::protocol::number;
use crate::types::kind::Kind;
use crate::types::list::{End, List};

/// What one can do to a list beyond its ends.
pub const COMMANDS: &[Command] = &[
    Command::new("lset", 4, WRITE | DENYOOM, Keys::ONE, lset),
    Command::new("linsert", 5, WRITE | DENYOOM, Keys::ONE, linsert),
    Command::new("lrem", 4, WRITE, Keys::ONE, lrem),
    Command::new("ltrim", 4, WRITE, Keys::ONE, ltrim),
    Command::new("lpos", -3, READONLY, Keys::ONE, lpos),
    Command::new("lmove", 5, WRITE | DENYOOM, Keys::TWO, lmove),
    Command::new("rpoplpush", 3, WRITE | DENYOOM, Keys::TWO, rpoplpush),
    Command::new("lmpop", -4, WRITE | MOVABLE_KEYS, Keys::COUNTED, lmpop),
];

/// `LSET key index element`: the index is not parsed if there is no list.
fn lset(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, index, element] = args else { return Err(CommandError::Arity) };
    let now = context.now;
    context.db().update(key, now, |slot| {
        let list = slot.get_mut::<List>()?.ok_or("no such key")?;
        let index = number::parse(index).ok_or(CommandError::NOT_AN_INTEGER)?;
        list.set(list.place(index).ok_or("index out of range")?, element);
        Ok::<_, CommandError>(())
    })?;
    Ok(context.out.simple("OK"))
}

/// `LINSERT key BEFORE | AFTER pivot element`: beside the first element that is equal to the pivot. The
/// reply is the new length, or -1 if there is no such element.
fn linsert(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, place, pivot, element] = args else { return Err(CommandError::Arity) };
    let after = match place.to_ascii_lowercase().as_slice() {
        b"before" => 0,
        b"after" => 1,
        _ => return Err(CommandError::SYNTAX.into()),
    };
    let now = context.now;
    let length = context.db().update(key, now, |slot| {
        let Some(list) = slot.get_mut::<List>()? else { return Ok::<_, CommandError>(0) };
        let Some(index) = list.iter().position(|other| other == *pivot) else { return Ok(-1) };
        list.insert(index + after, element);
        Ok(list.len() as i64)
    })?;
    Ok(context.out.integer(length))
}

/// `LREM key count element`: removes so many elements that are equal to this one, from the back if
/// the count is negative; all of them if it is 0. The reply is how many they were.
fn lrem(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, count, element] = args else { return Err(CommandError::Arity) };
    let count = number::parse(count).ok_or(CommandError::NOT_AN_INTEGER)?;
    let end = if count < 0 { End::Back } else { End::Front };
    let limit = if count == 0 { usize::MAX } else { count.unsigned_abs() as usize };
    let now = context.now;
    let removed = context.db().update(key, now, |slot| {
        let list = slot.get_mut::<List>()?;
        Ok::<_, CommandError>(list.map_or(0, |list| list.remove_equal(end, limit, element)))
    })?;
    Ok(context.out.integer(removed as i64))
}

/// `LTRIM key start end`: keeps the elements between two indexes, both included.
fn ltrim(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, start, end] = args else { return Err(CommandError::Arity) };
    let start = number::parse(start).ok_or(CommandError::NOT_AN_INTEGER)?;
    let end = number::parse(end).ok_or(CommandError::NOT_AN_INTEGER)?;
    let now = context.now;
    context.db().update(key, now, |slot| {
        let Some(list) = slot.get_mut::<List>()? else { return Ok::<_, CommandError>(()) };
        let kept = lists::range(start, end, list.len());
        if kept.is_empty() {
            slot.remove();
        } else {
            list.remove(End::Back, list.len() - kept.end);
            list.remove(End::Front, kept.start);
        }
        Ok(())
    })?;
    Ok(context.out.simple("OK"))
}

/// `LPOS key element [RANK rank] [COUNT count] [MAXLEN elements]`: where elements are that are equal
/// to this one. Mirrors `lposCommand`.
fn lpos(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, element, options @ ..] = args else { return Err(CommandError::Arity) };
    let search = Search::parse(element, options)?;
    let Context { server, database, now, out, .. } = context;
    let list = server.databases[*database].get_as::<List>(key, *now)?;
    let found = list.map_or(Vec::new(), |list| search.run(list));
    if search.count.is_some() {
        let done = out.array(found.len());
        for index in found {
            out.integer(index as i64);
        }
        return Ok(done);
    }
    Ok(match found.first() {
        Some(index) => out.integer(*index as i64),
        None => out.nil(),
    })
}

/// What LPOS looks for.
struct Search<'a> {
    element: &'a [u8],
    /// Where it starts.
    end: End,
    /// How many equal elements it passes over.
    skip: usize,
    /// How many it returns, if it is to return an array; 0: all of them.
    count: Option<usize>,
    /// How many elements it compares; 0: all of them.
    max_len: usize,
}

impl<'a> Search<'a> {
    /// Parses the options. If one is repeated, the last counts.
    fn parse(element: &'a [u8], mut options: &[&[u8]]) -> Result<Self, CommandError> {
        let mut search = Self { element, end: End::Front, skip: 0, count: None, max_len: 0 };
        let size = |number: &[u8]| number::parse(number).and_then(|it| usize::try_from(it).ok());
        while let [option, number, rest @ ..] = options {
            match option.to_ascii_lowercase().as_slice() {
                b"rank" => {
                    let rank = number::parse(number).ok_or(CommandError::NOT_AN_INTEGER)?;
                    if rank == 0 {
                        return Err(
                            "RANK can't be zero: use 1 to start from the first match, 2 from the \
                             second ... or use negative to start from the end of the list"
                                .into(),
                        );
                    }
                    search.end = if rank < 0 { End::Back } else { End::Front };
                    // Redis has no opposite of the lowest integer, and passes over none.
                    search.skip = rank.checked_abs().unwrap_or(1) as usize - 1;
                }
                b"count" => search.count = Some(size(number).ok_or("COUNT can't be negative")?),
                b"maxlen" => search.max_len = size(number).ok_or("MAXLEN can't be negative")?,
                _ => return Err(CommandError::SYNTAX.into()),
            }
            options = rest;
        }
        if options.is_empty() { Ok(search) } else { Err(CommandError::SYNTAX.into()) }
    }

    /// Returns the indexes of the elements that it finds.
    fn run(&self, list: &List) -> Vec<usize> {
        match self.end {
            End::Front => self.find(list.iter()).collect(),
            End::Back => self.find(list.iter().rev()).map(|index| list.len() - 1 - index).collect(),
        }
    }

    fn find<'l>(&self, elements: impl Iterator<Item = &'l [u8]>) -> impl Iterator<Item = usize> {
        let all_if_0 = |number: usize| if number == 0 { usize::MAX } else { number };
        let compared = elements.take(all_if_0(self.max_len)).enumerate();
        let equal = compared.filter(|(_, element)| *element == self.element);
        equal.map(|(index, _)| index).skip(self.skip).take(all_if_0(self.count.unwrap_or(1)))
    }
}

/// `LMOVE source destination LEFT | RIGHT LEFT | RIGHT`
fn lmove(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [from, to, from_end, to_end] = args else { return Err(CommandError::Arity) };
    move_element((from, parse_end(from_end)?), (to, parse_end(to_end)?), context)
}

/// `RPOPLPUSH source destination`
fn rpoplpush(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [from, to] = args else { return Err(CommandError::Arity) };
    move_element((from, End::Back), (to, End::Front), context)
}

/// Moves an element from an end of a list to an end of a list, which may be the same. It is added
/// first: if that is refused, nothing has changed. Mirrors `lmoveGenericCommand`.
fn move_element(from: (&[u8], End), to: (&[u8], End), context: &mut Context<'_>) -> Outcome {
    let now = context.now;
    let element = context.db().update(from.0, now, |slot| {
        let list = slot.get_mut::<List>()?;
        Ok::<_, CommandError>(list.and_then(|list| list.get(from.1.index())).map(<[u8]>::to_vec))
    })?;
    let Some(element) = element else { return Ok(context.out.nil()) };
    context.db().update(to.0, now, |slot| {
        slot.get_or_new::<List>()?.push(to.1, &element);
        Ok::<_, CommandError>(())
    })?;
    context.db().update(from.0, now, |slot| {
        slot.get_mut::<List>()?.into_iter().for_each(|list| list.remove(from.1, 1));
        Ok::<_, CommandError>(())
    })?;
    Ok(context.out.bulk(&element))
}

/// `LMPOP numkeys key ... LEFT | RIGHT [COUNT count]`: takes elements from the first list that there
/// is. Mirrors `lmpopGenericCommand`.
fn lmpop(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [number, rest @ ..] = args else { return Err(CommandError::Arity) };
    let number = parse_positive(number).ok_or("numkeys should be greater than 0")?;
    let (keys, options) = rest.split_at_checked(number).ok_or(CommandError::SYNTAX)?;
    let [end, options @ ..] = options else { return Err(CommandError::SYNTAX.into()) };
    let end = parse_end(end)?;
    let count = match options {
        [] => 1,
        // The count is parsed before anything after it is seen.
        [option, count, rest @ ..] if option.eq_ignore_ascii_case(b"count") => {
            let count = parse_positive(count).ok_or("count should be greater than 0")?;
            if rest.is_empty() { count } else { return Err(CommandError::SYNTAX.into()) }
        }
        _ => return Err(CommandError::SYNTAX.into()),
    };
    let Context { server, database, now, out, .. } = context;
    for key in keys {
        let done = server.databases[*database].update(key, *now, |slot| {
            if !slot.is_set() {
                return Ok(None);
            }
            out.array(2);
            out.bulk(key);
            lists::take(slot, end, Some(count), out).map(Some)
        })?;
        if let Some(done) = done {
            return Ok(done);
        }
    }
    Ok(out.nil_array())
}

fn parse_positive(number: &[u8]) -> Option<usize> {
    number::parse(number).and_then(|it| usize::try_from(it).ok()).filter(|it| *it > 0)
}

/// Mirrors `getListPositionFromObjectOrReply`.
fn parse_end(text: &[u8]) -> Result<End, CommandError> {
    match text {
        _ if text.eq_ignore_ascii_case(b"left") => Ok(End::Front),
        _ if text.eq_ignore_ascii_case(b"right") => Ok(End::Back),
        _ => Err(CommandError::SYNTAX.into()),
    }
}

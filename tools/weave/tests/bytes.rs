//! Compares the bytes that the book shows with those that a real Redis sends.

use std::ops::ControlFlow;
use std::process::ExitCode;

use conformance::player::{self, Outcome};
use conformance::reply::Reply;
use conformance::resp::{self, Protocol};
use conformance::server::Target;
use conformance::snapshot::Snapshot;
use conformance::text::escape;
use conformance::transcript::Action;
use conformance::{check, corpus, harness};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use weave::exchange::{Conversation, Part};
use weave::wire::{Line, Role};

fn main() -> ExitCode {
    let redis = check::redis();
    if let Err(reason) = &redis {
        eprintln!("\nNOT COMPARED with a real Redis: {reason}.\n");
    }
    let names = match corpus::names(&corpus::transcripts(), "redis") {
        Ok(names) => names,
        Err(error) => {
            eprintln!("{error:#}");
            return ExitCode::from(2);
        }
    };
    let trials = names.into_iter().map(|name| {
        let redis = redis.clone();
        Trial::ignorable_test(format!("bytes::{name}"), move || match redis {
            Ok(target) => compare(&name, &target).map(|()| Completion::Completed),
            Err(reason) => Ok(Completion::ignored_with(reason)),
        })
    });
    let own = [
        Trial::test("a_byte_that_differs_is_seen", a_byte_that_differs_is_seen),
        Trial::test("most_bytes_are_sure", most_bytes_are_sure),
    ];
    harness::run(Arguments::from_args(), trials.chain(own).collect())
}

/// Plays a transcript, and compares what is shown of each reply with what was received.
fn compare(name: &str, target: &Target) -> Result<(), Failed> {
    let transcript = corpus::load_one(name).map_err(|error| format!("{error:#}"))?;
    let snapshot = Snapshot::load(&transcript)?;
    let mut outcomes: Vec<Outcome> = Vec::new();
    let ending = player::play(&transcript, target, player::PATIENCE, |_, outcome| {
        outcomes.push(outcome.clone());
        ControlFlow::Continue(())
    })?;
    let mut place = ending.place.unwrap_or_default();
    place.kept.clear();
    let mut conversation = Conversation::new(&transcript, place);
    for ((step, replies), outcome) in transcript.steps.iter().zip(&snapshot.replies).zip(outcomes) {
        let exchange = conversation.step(step, replies);
        if matches!(step.action, Action::Scan { .. } | Action::HungUp) {
            continue;
        }
        compare_step(&exchange.received, &outcome.received)
            .map_err(|reason| format!("{}:{}: {reason}", transcript.path.display(), step.line))?;
    }
    Ok(())
}

/// Of a reply so long, the player keeps only the head.
const LONG: usize = 60_000;

fn compare_step(parts: &[Part], received: &[u8]) -> Result<(), String> {
    let (mut came, rest) = resp::split_replies(received);
    came.extend(Some(rest).filter(|rest| !rest.is_empty()));
    let shown: Vec<(&[Line], bool)> = parts
        .iter()
        .flat_map(|part| match part {
            Part::Reply { lines, times, is_unordered } => vec![(&lines[..], *is_unordered); *times],
            Part::Note(_) => Vec::new(),
        })
        .collect();
    if shown.len() != came.len() {
        return Err(format!("{} replies are shown, {} came", shown.len(), came.len()));
    }
    for ((lines, is_unordered), came) in shown.into_iter().zip(came) {
        let is_same = if is_unordered {
            elements(&bytes(lines)) == elements(came)
        } else if came.len() > LONG && resp::reply_length(came).is_none() {
            let sure = pattern(lines);
            let head = sure.first().map_or(&[][..], Vec::as_slice);
            head.starts_with(came) || (sure.len() > 1 && came.starts_with(head))
        } else {
            fits(&pattern(lines), came)
        };
        if !is_same {
            return Err(format!("'{}' is shown, '{}' came", escape(&bytes(lines)), escape(came)));
        }
    }
    Ok(())
}

fn bytes(lines: &[Line]) -> Vec<u8> {
    lines.iter().flat_map(|line| &line.pieces).flat_map(|piece| piece.bytes.clone()).collect()
}

/// The elements of an array or a set, or the pairs of a map, in order.
fn elements(wire: &[u8]) -> Vec<Vec<u8>> {
    let wire_of = |reply: &Reply| reply.wire(Protocol::Resp3).unwrap_or_default();
    let mut all: Vec<Vec<u8>> = match Reply::decode(wire) {
        Some(Reply::Array(replies) | Reply::Set(replies)) => replies.iter().map(wire_of).collect(),
        Some(Reply::Map(pairs)) => {
            pairs.iter().map(|(name, value)| [wire_of(name), wire_of(value)].concat()).collect()
        }
        _ => vec![wire.to_vec()],
    };
    all.sort();
    all.push(wire.first().copied().into_iter().collect());
    all
}

/// The bytes between those that are others in every run.
fn pattern(lines: &[Line]) -> Vec<Vec<u8>> {
    let mut sure = vec![Vec::new()];
    for piece in lines.iter().flat_map(|line| &line.pieces) {
        match (piece.role, sure.last_mut()) {
            (Role::Unsure, _) | (_, None) => sure.push(Vec::new()),
            (_, Some(last)) => last.extend(&piece.bytes),
        }
    }
    sure
}

/// Whether the bytes begin with the first of the sure ones, end with the last, and hold the others
/// in between, in this order.
fn fits(sure: &[Vec<u8>], bytes: &[u8]) -> bool {
    let [first, middle @ .., last] = sure else {
        return sure.first().is_some_and(|only| only == bytes);
    };
    let Some(mut rest) = bytes.strip_prefix(&first[..]).and_then(|b| b.strip_suffix(&last[..]))
    else {
        return false;
    };
    for part in middle.iter().filter(|part| !part.is_empty()) {
        let Some(at) = rest.windows(part.len()).position(|window| window == part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    true
}

fn a_byte_that_differs_is_seen() -> Result<(), Failed> {
    let sure = [b"$".to_vec(), b"\r\n".to_vec(), b"\r\n".to_vec()];
    let table: [(&[u8], bool); 5] = [
        (b"$3\r\nabc\r\n", true),
        (b"$0\r\n\r\n", true),
        (b"+3\r\nabc\r\n", false),
        (b"$3\r\nabc\n", false),
        (b"$3\r\n", false),
    ];
    for (bytes, expected) in table {
        if fits(&sure, bytes) != expected {
            return Err(escape(bytes).into());
        }
    }
    let wires: [&[u8]; 3] = [b"*2\r\n:1\r\n:2\r\n", b"*2\r\n:2\r\n:1\r\n", b"~2\r\n:1\r\n:2\r\n"];
    let [one, other, set] = wires.map(elements);
    if one == other && one != set { Ok(()) } else { Err("elements".into()) }
}

/// Deriving could be right and useless: of the replies, nine in ten are known whole.
fn most_bytes_are_sure() -> Result<(), Failed> {
    let (mut replies, mut unsure) = (0, Vec::new());
    for transcript in corpus::load()? {
        let snapshot = Snapshot::load(&transcript)?;
        let mut conversation = Conversation::new(&transcript, weave::exchange::shown_place());
        for (step, printed) in transcript.steps.iter().zip(&snapshot.replies) {
            for part in conversation.step(step, printed).received {
                if let Part::Reply { lines, times, .. } = part {
                    replies += times;
                    if pattern(&lines).len() > 1 {
                        unsure.push(format!("{}:{}", transcript.name, step.line));
                    }
                }
            }
        }
    }
    println!("{replies} replies, {} of them unsure", unsure.len());
    if unsure.len() * 10 < replies { Ok(()) } else { Err(format!("{unsure:#?}").into()) }
}

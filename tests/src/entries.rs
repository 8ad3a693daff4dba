//! The entries of commands in what `COMMAND` answers, in an order that can be compared.
//!
//! Redis lists its commands in another order after each start, and no stage has all of them.

use crate::reply::Reply;

/// Returns the reply with only these commands in it, in this order: `client`, `client|id`.
///
/// What does not list commands is returned as it is.
pub(crate) fn picked(reply: &Reply, names: &[String]) -> Reply {
    match reply {
        Reply::Array(_) | Reply::Map(_) => pick(reply, names),
        other => other.clone(),
    }
}

fn pick(reply: &Reply, names: &[String]) -> Reply {
    let all = entries(reply);
    let of = |name: &String| {
        let chosen = all.iter().filter(|entry| name_of(entry) == Some(name.as_bytes()));
        chosen.cloned().collect::<Vec<Entry>>()
    };
    let chosen: Vec<Entry> = names.iter().flat_map(of).collect();
    match reply {
        Reply::Map(_) => Reply::Map(
            chosen
                .into_iter()
                .filter_map(|entry| {
                    let [name, docs] = <[Reply; 2]>::try_from(entry).ok()?;
                    Some((name, with_subcommands(docs, names)))
                })
                .collect(),
        ),
        _ => {
            let replies = chosen.into_iter().flatten();
            Reply::Array(replies.map(|one| with_subcommands(one, names)).collect())
        }
    }
}

/// Picks among the subcommands that are listed within an entry, known by the `|` in their names.
fn with_subcommands(reply: Reply, names: &[String]) -> Reply {
    let all = entries(&reply);
    let is_subcommand = |entry| name_of(entry).is_some_and(|name| name.contains(&b'|'));
    if !all.is_empty() && all.iter().all(is_subcommand) && !is_own_entry(&reply) {
        return pick(&reply, names);
    }
    match reply {
        Reply::Array(replies) => {
            Reply::Array(replies.into_iter().map(|one| with_subcommands(one, names)).collect())
        }
        Reply::Map(pairs) => Reply::Map(
            pairs.into_iter().map(|(name, value)| (name, with_subcommands(value, names))).collect(),
        ),
        other => other,
    }
}

/// Whether this is the entry of one subcommand, which begins with its name, and no list of them.
fn is_own_entry(reply: &Reply) -> bool {
    matches!(reply, Reply::Array(replies) if matches!(replies.get(1), Some(Reply::Integer(_))))
}

/// What belongs to one command: its entry or its name alone, or its name and its docs.
type Entry = Vec<Reply>;

fn entries(reply: &Reply) -> Vec<Entry> {
    match reply {
        Reply::Map(pairs) => {
            pairs.iter().map(|(name, docs)| vec![name.clone(), docs.clone()]).collect()
        }
        Reply::Array(replies) if are_pairs(replies) => {
            replies.chunks(2).map(<[Reply]>::to_vec).collect()
        }
        Reply::Array(replies) => replies.iter().map(|one| vec![one.clone()]).collect(),
        _ => Vec::new(),
    }
}

/// Whether names and docs take turns, as in RESP2.
fn are_pairs(replies: &[Reply]) -> bool {
    let is_pair = |pair: &[Reply]| matches!(pair, [Reply::Bulk(_), Reply::Array(_)]);
    replies.chunks(2).all(is_pair)
}

fn name_of(entry: &Entry) -> Option<&[u8]> {
    match entry.first()? {
        Reply::Bulk(name) => Some(name),
        Reply::Array(replies) => match replies.first()? {
            Reply::Bulk(name) => Some(name),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulk(text: &str) -> Reply {
        Reply::Bulk(text.as_bytes().to_vec())
    }

    /// An entry as `COMMAND INFO` has it, shortened.
    fn info(name: &str, subcommands: &[&str]) -> Reply {
        let subcommands = subcommands.iter().map(|name| info(name, &[])).collect();
        let tips = Reply::Array(vec![bulk("request_policy:all_shards")]);
        Reply::Array(vec![bulk(name), Reply::Integer(-2), tips, Reply::Array(subcommands)])
    }

    fn check(reply: &Reply, names: &str, expected: &Reply) {
        let names: Vec<String> = names.split(',').map(str::to_owned).collect();
        assert_eq!(picked(reply, &names), *expected, "{names:?}");
    }

    #[test]
    fn entries_are_picked_in_the_order_asked_for() {
        let names = Reply::Array(["b", "a|x", "c", "a"].map(bulk).into());
        check(&names, "a,b,a|x,no", &Reply::Array(["a", "b", "a|x"].map(bulk).into()));
        let all = Reply::Array(vec![info("b", &[]), Reply::Nil, info("a", &["a|y", "a|x"])]);
        check(&all, "a,a|x", &Reply::Array(vec![info("a", &["a|x"])]));
        check(&all, "a,b,a|x,a|y", &Reply::Array(vec![info("a", &["a|x", "a|y"]), info("b", &[])]));
        check(&Reply::Array(vec![info("a|x", &[])]), "a|x", &Reply::Array(vec![info("a|x", &[])]));
    }

    #[test]
    fn docs_are_picked_in_both_protocols() {
        let docs = |subcommands: Reply| {
            let history = Reply::Array(vec![bulk("7.0.0"), bulk("a change")]);
            vec![(bulk("history"), history), (bulk("subcommands"), subcommands)]
        };
        let map = |names: &[&str]| {
            let subcommands = names.iter().map(|name| (bulk(name), Reply::Map(Vec::new())));
            Reply::Map(docs(Reply::Map(subcommands.collect())))
        };
        let all = Reply::Map(vec![(bulk("b"), map(&[])), (bulk("a"), map(&["a|y", "a|x"]))]);
        check(&all, "a,a|x", &Reply::Map(vec![(bulk("a"), map(&["a|x"]))]));

        let flat = |names: &[&str]| {
            let subcommands = names.iter().flat_map(|name| [bulk(name), Reply::Array(Vec::new())]);
            let docs = docs(Reply::Array(subcommands.collect())).into_iter();
            Reply::Array(docs.flat_map(|(name, value)| [name, value]).collect())
        };
        let all = Reply::Array(vec![bulk("b"), flat(&[]), bulk("a"), flat(&["a|y", "a|x"])]);
        check(&all, "a,a|x", &Reply::Array(vec![bulk("a"), flat(&["a|x"])]));
    }

    #[test]
    fn what_lists_no_commands_stays() {
        let error = Reply::Error(b"ERR no".to_vec());
        check(&error, "a", &error);
        check(&Reply::Array(Vec::new()), "a", &Reply::Array(Vec::new()));
    }
}

//! A scan: one request, asked again with each new cursor, until that is 0.

use std::collections::BTreeMap;

use crate::reply::Reply;

/// Far more replies than a scan in a transcript takes.
pub(crate) const MOST_ROUNDS: usize = 2000;

/// What is printed above a reply that is none to a scan.
pub(crate) const NO_SCAN: &str = "(no reply to a scan)";

/// A scan, and the elements that have come so far.
pub(crate) struct Scan {
    /// What is to be sent next.
    pub(crate) request: Vec<Vec<u8>>,
    /// The elements that have come, by how they are printed: each counts once.
    found: BTreeMap<String, Reply>,
}

/// What a reply says of the scan.
#[derive(Debug, PartialEq)]
pub(crate) enum Turn {
    /// There is more to come.
    GoesOn,
    /// The cursor is 0: all the elements, in order.
    Over(Reply),
    /// The reply is none to a scan, and the line that says so, unless it is an error.
    Broken(Option<&'static str>),
}

impl Scan {
    pub(crate) fn new(request: Vec<Vec<u8>>) -> Self {
        Self { request, found: BTreeMap::new() }
    }

    /// Takes a reply: an array of the next cursor and of elements.
    pub(crate) fn turn(&mut self, reply: &Reply) -> Turn {
        let parts = match reply {
            Reply::Array(parts) => parts.as_slice(),
            Reply::Error(_) => return Turn::Broken(None),
            _ => &[],
        };
        let ([Reply::Bulk(cursor), Reply::Array(elements)], Some(place)) =
            (parts, self.request.get_mut(1))
        else {
            return Turn::Broken(Some(NO_SCAN));
        };
        place.clone_from(cursor);
        self.found.extend(elements.iter().map(|element| (element.plain(), element.clone())));
        if cursor == b"0" {
            return Turn::Over(Reply::Array(
                std::mem::take(&mut self.found).into_values().collect(),
            ));
        }
        Turn::GoesOn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(cursor: &str, elements: &[&str]) -> Reply {
        let bulk = |text: &str| Reply::Bulk(text.into());
        let elements = elements.iter().map(|element| bulk(element)).collect();
        Reply::Array(vec![bulk(cursor), Reply::Array(elements)])
    }

    #[test]
    fn the_next_request_has_the_cursor_of_the_last_reply() {
        let mut scan = Scan::new(["SCAN", "0", "COUNT", "2"].map(|word| word.into()).into());
        assert_eq!(scan.turn(&reply("12", &["b", "c"])), Turn::GoesOn);
        assert_eq!(scan.request, ["SCAN", "12", "COUNT", "2"].map(str::as_bytes));
        assert_eq!(scan.turn(&reply("7", &[])), Turn::GoesOn);
        let Reply::Array(parts) = reply("0", &["a", "b", "c"]) else { panic!("no array") };
        assert_eq!(scan.turn(&reply("0", &["a", "b"])), Turn::Over(parts[1].clone()));
    }

    #[test]
    fn other_replies_break_a_scan() {
        let mut scan = Scan::new(vec!["SCAN".into(), "0".into()]);
        let integer = Reply::Array(vec![Reply::Integer(0), Reply::Array(Vec::new())]);
        for other in [Reply::Nil, Reply::Array(Vec::new()), integer] {
            assert_eq!(scan.turn(&other), Turn::Broken(Some(NO_SCAN)), "{other:?}");
        }
        assert_eq!(scan.turn(&Reply::Error(b"ERR".to_vec())), Turn::Broken(None));
    }
}

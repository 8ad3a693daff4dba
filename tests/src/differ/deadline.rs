//! Deadlines that lie so far off that no clock decides a comparison.

use std::time::{SystemTime, UNIX_EPOCH};

use super::documented::is;
use super::request::{Request, integer};

/// A run and the machine's clock may be off by so much.
const SAFE_MS: i64 = 3_600_000;

/// Whether it depends on the moment what comes of this request: the deadline that it sets is
/// near, or near the end of all numbers.
#[must_use]
pub fn is_near(request: &Request) -> bool {
    let number = |index: usize| request.get(index).and_then(|number| integer(number));
    let decides_at =
        |index, option: &[u8]| number(index).is_some_and(|number| decides(option, number));
    let options = |from| (from..request.len()).any(|at| decides_at(at + 1, &request[at]));
    let name = request.first().map(|name| name.to_ascii_lowercase()).unwrap_or_default();
    match name.as_slice() {
        b"set" => options(3),
        b"getex" => options(2),
        b"setex" => decides_at(2, b"ex"),
        b"psetex" => decides_at(2, b"px"),
        b"expire" => decides_at(2, b"ex") || compares(request),
        b"pexpire" => decides_at(2, b"px") || compares(request),
        b"expireat" => decides_at(2, b"exat"),
        b"pexpireat" => decides_at(2, b"pxat"),
        _ => false,
    }
}

/// Whether EXPIRE compares the deadline with another one, which may be as far from now.
fn compares(request: &Request) -> bool {
    (3..request.len()).any(|index| is(request, index, "GT") || is(request, index, "LT"))
}

fn decides(option: &[u8], number: i64) -> bool {
    // As C reads it: up to a zero byte.
    let option = option.split(|byte| *byte == 0).next().unwrap_or_default();
    let (unit_ms, start) = match option.to_ascii_lowercase().as_slice() {
        b"ex" => (1000, now_ms()),
        b"px" => (1, now_ms()),
        b"exat" => (1000, 0),
        b"pxat" => (1, 0),
        _ => return false,
    };
    let Some(ms) = number.checked_mul(unit_ms).filter(|ms| *ms > 0) else { return false };
    let soonest = (now_ms() - SAFE_MS).checked_sub(start);
    let latest = (now_ms() + SAFE_MS).checked_sub(start);
    let is_close =
        soonest.is_some_and(|soonest| ms > soonest) && latest.is_some_and(|latest| ms < latest);
    let room = i64::MAX - start;
    is_close || (start > 0 && (room - SAFE_MS..room.saturating_add(SAFE_MS)).contains(&ms))
}

/// Returns the time in milliseconds since 1970.
#[must_use]
pub fn now_ms() -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(options: &str) -> bool {
        let line = format!("SET k v {options}");
        is_near(&line.split(' ').map(|word| word.as_bytes().to_vec()).collect())
    }

    #[test]
    fn near_deadlines_are_seen() {
        let now = now_ms();
        for options in [
            "EX 1".to_owned(),
            "ex 3599".to_owned(),
            "PX 1".to_owned(),
            "PX 3500000".to_owned(),
            format!("PXAT {now}"),
            format!("PXAT {}", now - 60_000),
            format!("EXAT {}", now / 1000 + 60),
            format!("PX {}", i64::MAX - now),
            "EX 99999999 EX 1".to_owned(),
            "KEEPTTL EX 5".to_owned(),
            "EX\0more 5".to_owned(),
        ] {
            assert!(near(&options), "{options:?}");
        }
    }

    #[test]
    fn other_commands_set_deadlines_as_well() {
        let now = now_ms();
        for (line, expected) in [
            ("EXPIRE k 5".to_owned(), true),
            ("PEXPIRE k 3500000 NX".to_owned(), true),
            (format!("expireat k {}", now / 1000), true),
            (format!("PEXPIREAT k {now}"), true),
            ("SETEX k 5 v".to_owned(), true),
            ("PSETEX k 5 v".to_owned(), true),
            ("GETEX k EX 5".to_owned(), true),
            (format!("GETEX k PXAT {now}"), true),
            ("EXPIRE k 100000 GT".to_owned(), true),
            ("PEXPIRE k 5000000000 XX lt".to_owned(), true),
            ("EXPIRE k 100000".to_owned(), false),
            ("EXPIRE k -1 NX".to_owned(), false),
            ("PEXPIREAT k 4102444800000 GT".to_owned(), false),
            ("SETEX k 100000 5".to_owned(), false),
            ("GETEX k PXAT 1".to_owned(), false),
            ("PERSIST k 5".to_owned(), false),
        ] {
            let request = line.split(' ').map(|word| word.as_bytes().to_vec()).collect();
            assert_eq!(is_near(&request), expected, "{line}");
        }
    }

    #[test]
    fn far_ones_and_wrong_ones_are_not() {
        let now = now_ms();
        for options in [
            "",
            "EX 100000",
            "EX 0",
            "EX -5",
            "EX 05",
            "EX x",
            "EX",
            "PX 10000000",
            "PXAT 1",
            "EXAT 1",
            "EX 9223372036854775807",
            "PX 9223372036854775807",
            "PXAT 9223372036854775807",
            "KEEPTTL 5",
            "FOO 5",
        ] {
            assert!(!near(options), "{options:?}");
        }
        assert!(!near(&format!("PXAT {}", now + 2 * SAFE_MS)));
        assert!(!is_near(&vec![b"GET".to_vec(), b"EX".to_vec(), b"EX".to_vec(), b"5".to_vec()]));
    }
}

//! Where the course's servers differ from Redis on purpose: every difference that the differ does
//! not report stands here, with its reason and with sessions that show that it exists.

use std::collections::BTreeSet;

use super::request::{self, Request, Rest};
use super::session::{Session, Step};
use super::silence::chooses_replies;
use crate::resp::{reply_length, split_replies};
use crate::text::Place;
use crate::workspace::number_of;

/// A difference that is decided.
#[derive(Debug)]
pub struct Documented {
    /// What differs, in a few words.
    pub name: &'static str,
    /// The sentence of the [page](crate::differences) that says so.
    pub sentence: &'static str,
    /// Why it is so.
    pub reason: &'static str,
    /// How it is kept out of the comparison.
    pub treatment: Treatment,
    /// The stage in which it is gone.
    pub until: Option<u32>,
    /// Returns sessions in which it shows, each the writes of one client.
    pub examples: fn() -> Vec<Vec<Vec<u8>>>,
}

impl Documented {
    /// Whether sessions in which it shows are not played.
    #[must_use]
    pub fn is_avoided(&self) -> bool {
        matches!(self.treatment, Treatment::Avoided(_) | Treatment::AvoidedLines)
    }

    /// Returns the sessions in which it shows.
    pub fn sessions(&self) -> impl Iterator<Item = Session> {
        let step = |bytes| Step { client: 0, bytes };
        let session =
            move |writes: Vec<_>| Session { steps: writes.into_iter().map(step).collect() };
        (self.examples)().into_iter().map(session)
    }
}

/// How a difference is kept out of the comparison.
#[derive(Debug, Clone, Copy)]
pub enum Treatment {
    /// No session holds such a request: it would leave other things behind in the two servers.
    Avoided(fn(&Vocabulary, &Request) -> bool),
    /// No session holds a line that is too long and yet whole.
    AvoidedLines,
    /// After a fault with much behind it, the last of the replies may be lost.
    Lost,
    /// The replies to such a request are compared in a form of their own.
    Compared(fn(&Request) -> bool, fn(&[u8], &Place) -> Vec<u8>),
}

/// Which commands there are: in the stage, and in Redis.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    /// The number of the stage.
    pub stage: u32,
    /// The commands of Redis, in small letters.
    pub redis: BTreeSet<Vec<u8>>,
}

/// The commands of the course that are compared, and the stage that brings each. Those whose replies
/// are each server's own, or the moment's, are left to the transcripts: most of CLIENT, COMMAND, HELLO,
/// INFO, SCAN and others of stages 08 to 12. TTL and PTTL are compared with those that set deadlines.
pub const COMMANDS: [(&str, u32); 71] = [
    ("ping", number_of("01-ping")),
    ("echo", number_of("02-echo")),
    ("set", number_of("03-set-get")),
    ("get", number_of("03-set-get")),
    ("config", number_of("05-config")),
    ("keys", number_of("07-keys")),
    ("exists", number_of("09-scan")),
    ("type", number_of("09-scan")),
    ("strlen", number_of("09-scan")),
    ("select", number_of("08-any-client")),
    ("reset", number_of("08-any-client")),
    ("client|reply", number_of("11-clients")),
    ("del", number_of("13-del-rename")),
    ("unlink", number_of("13-del-rename")),
    ("touch", number_of("13-del-rename")),
    ("rename", number_of("13-del-rename")),
    ("renamenx", number_of("13-del-rename")),
    ("copy", number_of("13-del-rename")),
    ("move", number_of("13-del-rename")),
    ("swapdb", number_of("13-del-rename")),
    ("randomkey", number_of("13-del-rename")),
    ("flushdb", number_of("13-del-rename")),
    ("flushall", number_of("13-del-rename")),
    ("incr", number_of("14-incr-append")),
    ("decr", number_of("14-incr-append")),
    ("incrby", number_of("14-incr-append")),
    ("decrby", number_of("14-incr-append")),
    ("incrbyfloat", number_of("14-incr-append")),
    ("append", number_of("14-incr-append")),
    ("getrange", number_of("14-incr-append")),
    ("substr", number_of("14-incr-append")),
    ("setrange", number_of("14-incr-append")),
    ("getset", number_of("14-incr-append")),
    ("getdel", number_of("14-incr-append")),
    ("setnx", number_of("14-incr-append")),
    ("mget", number_of("14-incr-append")),
    ("mset", number_of("14-incr-append")),
    ("msetnx", number_of("14-incr-append")),
    ("object|encoding", number_of("14-incr-append")),
    ("object|refcount", number_of("14-incr-append")),
    ("object|freq", number_of("14-incr-append")),
    ("expire", number_of("15-exact-expiry")),
    ("pexpire", number_of("15-exact-expiry")),
    ("expireat", number_of("15-exact-expiry")),
    ("pexpireat", number_of("15-exact-expiry")),
    ("persist", number_of("15-exact-expiry")),
    ("ttl", number_of("15-exact-expiry")),
    ("pttl", number_of("15-exact-expiry")),
    ("expiretime", number_of("15-exact-expiry")),
    ("pexpiretime", number_of("15-exact-expiry")),
    ("getex", number_of("15-exact-expiry")),
    ("setex", number_of("15-exact-expiry")),
    ("psetex", number_of("15-exact-expiry")),
    ("lpush", number_of("16-lists")),
    ("rpush", number_of("16-lists")),
    ("lpushx", number_of("16-lists")),
    ("rpushx", number_of("16-lists")),
    ("lpop", number_of("16-lists")),
    ("rpop", number_of("16-lists")),
    ("llen", number_of("16-lists")),
    ("lindex", number_of("16-lists")),
    ("lrange", number_of("16-lists")),
    ("lset", number_of("17-list-edits")),
    ("linsert", number_of("17-list-edits")),
    ("lrem", number_of("17-list-edits")),
    ("ltrim", number_of("17-list-edits")),
    ("lpos", number_of("17-list-edits")),
    ("lmove", number_of("17-list-edits")),
    ("rpoplpush", number_of("17-list-edits")),
    ("lmpop", number_of("17-list-edits")),
    ("command|getkeys", number_of("17-list-edits")),
];

/// The options of SET that Redis has, and the stage that brings each, if one does.
const OPTIONS: [(&str, Option<u32>); 8] = [
    ("ex", Some(number_of("04-px-expiry"))),
    ("px", Some(number_of("04-px-expiry"))),
    ("exat", Some(number_of("04-px-expiry"))),
    ("pxat", Some(number_of("04-px-expiry"))),
    ("keepttl", Some(number_of("04-px-expiry"))),
    ("nx", Some(number_of("09-scan"))),
    ("xx", Some(number_of("09-scan"))),
    ("get", Some(number_of("09-scan"))),
];

/// The parameters that the course's servers have.
const PARAMETERS: [&str; 7] =
    ["port", "bind", "dir", "dbfilename", "save", "appendonly", "maxclients"];

/// All of them.
pub const DOCUMENTED: [Documented; 11] = [
    Documented {
        name: "commands that only Redis has",
        sentence: "A stage has only the commands of its lesson",
        reason: "each stage has the commands that its lesson needs",
        treatment: Treatment::Avoided(is_only_in_redis),
        until: None,
        examples: || lines(&["TIME", "pfcount k", "OBJECT IDLETIME k"]),
    },
    Documented {
        name: "options of SET that only Redis has",
        sentence: "`SET` has no `NX`, `XX` or `GET`",
        reason: "the lesson on SET's options is about time",
        treatment: Treatment::Avoided(has_option_of_redis),
        until: Some(number_of("09-scan")),
        examples: || lines(&["SET k v NX", "SET k v EX 100000 xx", "SET k v\nSET k w GET"]),
    },
    Documented {
        name: "subcommands of CONFIG that only Redis has",
        sentence: "`CONFIG` has only `GET` and `HELP`",
        reason: "nothing can be changed while a server of the course runs",
        treatment: Treatment::Avoided(is_config_of_redis),
        until: None,
        examples: || lines(&["CONFIG RESETSTAT", "CONFIG set maxclients 100"]),
    },
    Documented {
        name: "the text of CONFIG HELP",
        sentence: "`CONFIG` has only `GET` and `HELP`",
        reason: "it lists the subcommands that there are",
        treatment: Treatment::Compared(is_config_help, only_kinds),
        until: None,
        examples: || lines(&["CONFIG HELP"]),
    },
    Documented {
        name: "the number and the order of parameters in CONFIG GET",
        sentence: "the seven parameters that the server has, and returns them in the order of the request",
        reason: "there are seven; Redis gives them in the order of a hash table",
        treatment: Treatment::Compared(is_config_get, known_pairs),
        until: None,
        examples: || lines(&["CONFIG GET maxmemory", "CONFIG GET *"]),
    },
    Documented {
        name: "a whole line of more than 64 KiB",
        sentence: "A line of a request that is longer than 64 KiB is always an error",
        reason: "in Redis it depends on how the network cuts it",
        treatment: Treatment::AvoidedLines,
        until: None,
        examples: || {
            vec![vec![b" ".repeat(60_000), [b" ".repeat(6000), b"PING\n".to_vec()].concat()]]
        },
    },
    Documented {
        name: "replies before a fault with much behind it",
        sentence: "a client that goes on sending after a protocol error may lose the last replies",
        reason: "the system resets a connection that is closed with unread bytes",
        treatment: Treatment::Lost,
        until: None,
        examples: || {
            let value = b"v".repeat(300_000);
            let behind = b"x".repeat(1_000_000);
            let set = [&b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$300000\r\n"[..], &value, b"\r\n"].concat();
            vec![vec![set, [&b"GET k\r\n*x\r\n"[..], &behind].concat()]]
        },
    },
    Documented {
        name: "the encoding of a value",
        sentence: "`OBJECT ENCODING` and `OBJECT REFCOUNT` return what a `SET` of the same value would bring about in Redis",
        reason: "a value has one encoding, so nothing tells how it came about",
        treatment: Treatment::Compared(asks_for_encoding, only_whether_there_is_one),
        until: None,
        examples: || {
            lines(&[
                "SET k 1\nAPPEND k 2\nOBJECT ENCODING k",
                "SET k 1.5\nINCRBYFLOAT k 0.5\nOBJECT ENCODING k",
                "SET k 1\nCOPY k l\nOBJECT REFCOUNT l",
            ])
        },
    },
    Documented {
        name: "requests that a web page could send",
        sentence: "Redis hangs up on a command named `POST` or `Host:`",
        reason: "they are unknown commands like others",
        treatment: Treatment::Avoided(is_of_the_web),
        until: None,
        examples: || lines(&["POST / HTTP/1.1", "hOST:"]),
    },
    Documented {
        name: "a zero byte in a name",
        sentence: "A zero byte in the name of a command, an option or a parameter is a byte like any other",
        reason: "Redis compares many names up to it, for some of them if its random hash wants it so",
        treatment: Treatment::Avoided(has_zero_byte),
        until: None,
        examples: || {
            // In Redis, some of so many are found.
            let many = |line: &str| -> String {
                (0..4000).map(|n| line.replace('#', &n.to_string())).collect()
            };
            lines(&[
                &many("\"ping\\x00#\"\n"),
                &many("CONFIG GET \"port\\x00#\"\n"),
                &many("CONFIG \"get\\x00#\" port\n"),
                "CONFIG GET \"por*\\x00\"",
                "SET k v \"EX\\x00\" 100000",
                "CLIENT REPLY \"ON\\x00\"",
                "FLUSHDB \"SYNC\\x00\"",
                "COPY k l \"REPLACE\\x00\"",
                "SET k v\nEXPIRE k 100000000 \"NX\\x00\"",
                "SET k v\nGETEX k \"PERSIST\\x00\"",
                "RPUSH k a\nLINSERT k \"BEFORE\\x00\" a b",
            ])
        },
    },
    Documented {
        name: "a range from an ASCII byte to another byte",
        sentence: "a range such as `[\\x00-\\xff]` compares bytes",
        reason: "Redis compares C's char, which is signed on some machines",
        treatment: Treatment::Avoided(has_mixed_range),
        until: None,
        examples: || lines(&["SET \"\\xe9\" v\nKEYS \"[a-\\xff]\""]),
    },
];

/// Returns sessions of inline requests.
fn lines(lines: &[&str]) -> Vec<Vec<Vec<u8>>> {
    lines.iter().map(|line| vec![format!("{line}\n").into_bytes()]).collect()
}

/// Returns the difference that would come into play, were this sent on one connection.
#[must_use]
pub fn avoided(stream: &[u8], vocabulary: &Vocabulary) -> Option<&'static Documented> {
    let asked = request::read(stream);
    DOCUMENTED.iter().find(|documented| match documented.treatment {
        Treatment::Avoided(applies) => {
            asked.requests.iter().any(|request| applies(vocabulary, request))
        }
        Treatment::AvoidedLines => asked.rest == Rest::LongLine,
        Treatment::Lost | Treatment::Compared(..) => false,
    })
}

/// Returns a reply in the form in which two servers' replies to this request must be the same.
#[must_use]
pub fn comparable(request: Option<&Request>, reply: &[u8], place: &Place) -> Vec<u8> {
    let Some(request) = request else { return reply.to_vec() };
    for documented in &DOCUMENTED {
        if let Treatment::Compared(applies, form) = documented.treatment
            && applies(request)
        {
            return form(reply, place);
        }
    }
    // No difference, but chance: Redis, too, gives keys in no order, and any key as a random one.
    match request.as_slice() {
        _ if is(request, 0, "keys") => sorted(reply),
        [name] if name.eq_ignore_ascii_case(b"randomkey") => without_text(reply),
        // A deadline counts from the moment at which a request arrives.
        _ if is(request, 0, "ttl") || is(request, 0, "expiretime") => rounded(reply, 1_000_000),
        _ if is(request, 0, "pttl") || is(request, 0, "pexpiretime") => {
            rounded(reply, 1_000_000_000)
        }
        _ => reply.to_vec(),
    }
}

/// Whether the word at this place of a request is that one, in any letter case.
pub(crate) fn is(request: &Request, index: usize, word: &str) -> bool {
    request.get(index).is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
}

fn is_only_in_redis(vocabulary: &Vocabulary, request: &Request) -> bool {
    let name = request.first().map(|name| name.to_ascii_lowercase()).unwrap_or_default();
    let full_name = request.get(..2).unwrap_or_default().join(&b'|').to_ascii_lowercase();
    let is_known = |(known, stage): &(&str, u32)| {
        [&name, &full_name].contains(&&known.as_bytes().to_vec()) && *stage <= vocabulary.stage
    };
    vocabulary.redis.contains(&name) && !COMMANDS.iter().any(is_known)
}

fn has_option_of_redis(vocabulary: &Vocabulary, request: &Request) -> bool {
    let is_strange = |since: Option<u32>| since.is_none_or(|stage| stage > vocabulary.stage);
    options(request).iter().any(|(_, since)| is_strange(*since))
}

/// Returns what Redis takes for options of SET, and the stages that bring them, up to one that is
/// none.
fn options(request: &Request) -> Vec<(&[u8], Option<u32>)> {
    let mut options = Vec::new();
    if !is(request, 0, "set") {
        return options;
    }
    let mut words = request.iter().skip(3);
    while let Some(word) = words.next() {
        let name = before_zero(word);
        let is_it = |(option, _): &&(&str, _)| name.eq_ignore_ascii_case(option.as_bytes());
        let Some((_, since)) = OPTIONS.iter().find(is_it) else { break };
        options.push((word.as_slice(), *since));
        if ["ex", "px", "exat", "pxat"].iter().any(|it| name.eq_ignore_ascii_case(it.as_bytes())) {
            words.next();
        }
    }
    options
}

/// Returns a word as C reads it.
fn before_zero(word: &[u8]) -> &[u8] {
    word.split(|byte| *byte == 0).next().unwrap_or_default()
}

fn is_config_of_redis(vocabulary: &Vocabulary, request: &Request) -> bool {
    let is_pattern = |name: &Vec<u8>| name.iter().any(|byte| b"*?[".contains(byte));
    is(request, 0, "config")
        && (["set", "resetstat", "rewrite"].iter().any(|word| is(request, 1, word))
            // Patterns come with the lesson on them.
            || vocabulary.stage < number_of("07-keys") && is(request, 1, "get") && request.iter().any(is_pattern))
}

fn is_of_the_web(_: &Vocabulary, request: &Request) -> bool {
    is(request, 0, "post") || is(request, 0, "host:")
}

/// Whether Redis may take a name to end with a zero byte in it.
fn has_zero_byte(vocabulary: &Vocabulary, request: &Request) -> bool {
    let is_cut = |word: &&Vec<u8>| word.contains(&0);
    let name = request.first().filter(is_cut);
    let name = name.map(|name| before_zero(name).to_ascii_lowercase());
    name.is_some_and(|name| vocabulary.redis.contains(&name))
        || is(request, 0, "config") && request.get(1).filter(is_cut).is_some()
        || is_config_get(request) && request.iter().skip(2).any(|name| name.contains(&0))
        || options(request).iter().any(|(option, _)| option.contains(&0))
        || is(request, 0, "object") && request.get(1).filter(is_cut).is_some()
        || ["flushdb", "flushall"].iter().any(|name| is(request, 0, name))
            && request.get(1).filter(is_cut).is_some()
        || is(request, 0, "copy") && request.iter().skip(3).any(|word| word.contains(&0))
        || is(request, 0, "getex") && request.iter().skip(2).any(|word| word.contains(&0))
        || ["expire", "pexpire", "expireat", "pexpireat"].iter().any(|name| is(request, 0, name))
            && request.iter().skip(3).any(|word| word.contains(&0))
        || is(request, 0, "linsert") && request.get(2).filter(is_cut).is_some()
        || [("lpos", 3), ("lmove", 3), ("lmpop", 2), ("command", 1)].iter().any(|(name, first)| {
            is(request, 0, name) && request.iter().skip(*first).any(|word| word.contains(&0))
        })
        || chooses_replies(request) && request.last().filter(is_cut).is_some()
}

fn has_mixed_range(_: &Vocabulary, request: &Request) -> bool {
    let patterns = match request.len() {
        2 if is(request, 0, "keys") => 1,
        3.. if is_config_get(request) => 2,
        _ => return false,
    };
    request.iter().skip(patterns).any(|pattern| is_mixed(pattern))
}

/// Whether a class of the pattern holds a range of which one end is an ASCII byte, and one not.
fn is_mixed(mut pattern: &[u8]) -> bool {
    let mut in_class = false;
    loop {
        pattern = match pattern {
            [] => return false,
            [b'\\', _, rest @ ..] => rest,
            [b'[', rest @ ..] if !in_class => {
                in_class = true;
                rest.strip_prefix(b"^").unwrap_or(rest)
            }
            [b']', rest @ ..] if in_class => {
                in_class = false;
                rest
            }
            [first, b'-', last, rest @ ..] if in_class => {
                if first.is_ascii() != last.is_ascii() {
                    return true;
                }
                rest
            }
            [_, rest @ ..] => rest,
        }
    }
}

fn asks_for_encoding(request: &Request) -> bool {
    let is_asked = |word: &&str| is(request, 1, word);
    request.len() == 3 && is(request, 0, "object") && ["encoding", "refcount"].iter().any(is_asked)
}

/// An encoding is a bulk, a count an integer. Nil, and an error, are compared.
fn only_whether_there_is_one(reply: &[u8], _: &Place) -> Vec<u8> {
    if reply.starts_with(b":") { b":".to_vec() } else { without_text(reply) }
}

/// Returns an integer that is not negative in another unit, rounded to the nearest: only a change of
/// many days shows. Most deadlines are a whole number of it, of which the next moment takes a little.
fn rounded(reply: &[u8], unit: i64) -> Vec<u8> {
    let number = str::from_utf8(reply).ok().and_then(|text| text.strip_prefix(':'));
    match number.and_then(|number| number.trim_end().parse::<i64>().ok()) {
        Some(number) if number >= 0 => {
            format!(":{}\r\n", number.saturating_add(unit / 2) / unit).into_bytes()
        }
        _ => reply.to_vec(),
    }
}

/// Returns a bulk without its bytes.
fn without_text(reply: &[u8]) -> Vec<u8> {
    let is_text = reply.starts_with(b"$") && !reply.starts_with(b"$-");
    if is_text { b"$".to_vec() } else { reply.to_vec() }
}

fn is_config_help(request: &Request) -> bool {
    request.len() == 2 && is(request, 0, "config") && is(request, 1, "help")
}

fn is_config_get(request: &Request) -> bool {
    request.len() > 2 && is(request, 0, "config") && is(request, 1, "get")
}

/// Returns the elements of an array, each whole; `None` if it is not one.
fn elements(reply: &[u8]) -> Option<Vec<&[u8]>> {
    let start = reply.windows(2).position(|pair| pair == b"\r\n")? + 2;
    let count: usize = str::from_utf8(reply.get(1..start - 2)?).ok()?.parse().ok()?;
    let (elements, rest) = split_replies(reply.get(start..)?);
    let is_array = reply.first() == Some(&b'*') && rest.is_empty() && elements.len() == count;
    is_array.then_some(elements)
}

fn array(elements: &[&[u8]]) -> Vec<u8> {
    [format!("*{}\r\n", elements.len()).as_bytes(), &elements.concat()].concat()
}

fn sorted(reply: &[u8]) -> Vec<u8> {
    let Some(mut elements) = elements(reply) else { return reply.to_vec() };
    elements.sort_unstable();
    array(&elements)
}

/// An array's lines are the servers' own; that it is an array of lines, with the one about HELP
/// at its end, is not.
fn only_kinds(reply: &[u8], _: &Place) -> Vec<u8> {
    let Some(elements) = elements(reply) else { return reply.to_vec() };
    let are_lines = elements.iter().all(|element| element.starts_with(b"+"));
    let end: Vec<&[u8]> = elements.iter().rev().take(2).rev().copied().collect();
    if are_lines { array(&end) } else { reply.to_vec() }
}

/// Returns the names and values of the parameters that there are, in order, without what is
/// each server's own.
fn known_pairs(reply: &[u8], place: &Place) -> Vec<u8> {
    let Some(elements) = elements(reply).filter(|elements| elements.len().is_multiple_of(2)) else {
        return reply.to_vec();
    };
    let mut pairs = Vec::new();
    for pair in elements.chunks(2) {
        let [name, value] = pair else { continue };
        let Some(known) = PARAMETERS.into_iter().find(|known| is_bulk(name, known)) else {
            continue;
        };
        let is_own = |text: &str| is_bulk(value, text);
        let value: &[u8] = match known {
            "port" if is_own(&place.port.to_string()) => b"+{port}\r\n",
            "dir" if is_own(&place.dir) => b"+{dir}\r\n",
            // Redis takes fewer where the system lets it open few files.
            "maxclients" if value.starts_with(b"$") => b"+{maxclients}\r\n",
            _ => value,
        };
        pairs.push([*name, value].concat());
    }
    pairs.sort_unstable();
    let pairs: Vec<&[u8]> = pairs.iter().map(Vec::as_slice).collect();
    array(&pairs)
}

/// Whether a reply is the bulk with this text, in any letter case.
fn is_bulk(reply: &[u8], text: &str) -> bool {
    let bulk = format!("${}\r\n{text}\r\n", text.len());
    reply_length(reply) == Some(reply.len()) && reply.eq_ignore_ascii_case(bulk.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(stage: u32) -> Vocabulary {
        let redis = ["ping", "echo", "set", "get", "config", "keys", "time", "quit"];
        Vocabulary { stage, redis: redis.map(|name| name.as_bytes().to_vec()).into() }
    }

    #[test]
    fn every_example_that_is_to_be_avoided_is_seen() {
        let mut vocabulary = vocabulary(number_of("07-keys"));
        vocabulary.redis.extend([b"pfcount".to_vec(), b"object".to_vec()]);
        for documented in &DOCUMENTED {
            // The last stage in which it shows.
            vocabulary.stage = documented.until.map_or(u32::MAX, |until| until - 1);
            for session in documented.sessions() {
                let stream = session.streams().concat();
                let found = avoided(&stream, &vocabulary).map(|found| found.name);
                let is_avoided = documented.is_avoided();
                assert_eq!(found, is_avoided.then_some(documented.name));
            }
        }
    }

    #[test]
    fn nothing_else_is_avoided() {
        for (stage, stream) in [
            ("07-keys", "NOSUCH\r\nTIMES\r\nTIM\r\nPOSTS\r\nHost\r\n"),
            ("07-keys", "SET k v EX 10 PX 10\r\nSET nx xx\r\nSET k v FOO NX\r\nSET k v EX NX\r\n"),
            ("07-keys", "CONFIG GET port *\r\nCONFIG\r\nCONFIG settings\r\nCONFIG HELP\r\n"),
            ("07-keys", "KEYS [a-z]\r\nKEYS [\u{e9}]\r\nKEYS a-\u{e9}\r\nKEYS *\r\n"),
            ("04-px-expiry", "SET k v keepttl\r\n"),
            ("05-config", "CONFIG GET port\r\n"),
        ] {
            let found = avoided(stream.as_bytes(), &vocabulary(number_of(stage)));
            assert!(found.is_none(), "{stream}: {:?}", found.map(|found| found.name));
        }
        for (stage, stream) in [
            ("06-rdb-read", "KEYS *\r\n"),
            ("03-set-get", "SET k v EX 10\r\n"),
            ("06-rdb-read", "CONFIG GET p*\r\n"),
            ("04-px-expiry", "CONFIG\r\n"),
        ] {
            assert!(
                avoided(stream.as_bytes(), &vocabulary(number_of(stage))).is_some(),
                "{stream}"
            );
        }
    }

    #[test]
    fn replies_are_compared_in_forms_of_their_own() {
        let place = Place { port: 7001, dir: "/tmp/x".into(), ..Place::default() };
        let request = |line: &str| line.split(' ').map(|word| word.as_bytes().to_vec()).collect();
        for (line, reply, expected) in [
            ("KEYS *", "*2\r\n$1\r\nb\r\n$1\r\na\r\n", "*2\r\n$1\r\na\r\n$1\r\nb\r\n"),
            ("KEYS *", "*2\r\n$1\r\nb\r\n", "*2\r\n$1\r\nb\r\n"),
            ("GET k", "$1\r\nb\r\n", "$1\r\nb\r\n"),
            (
                "CONFIG GET *",
                "*6\r\n$4\r\nport\r\n$4\r\n7001\r\n$4\r\nhelp\r\n$0\r\n\r\n$3\r\nDIR\r\n$6\r\n/tmp/x\r\n",
                "*2\r\n$3\r\nDIR\r\n+{dir}\r\n$4\r\nport\r\n+{port}\r\n",
            ),
            (
                "CONFIG GET port",
                "*2\r\n$4\r\nport\r\n$4\r\n7002\r\n",
                "*1\r\n$4\r\nport\r\n$4\r\n7002\r\n",
            ),
            ("CONFIG GET port", "*1\r\n$4\r\nport\r\n", "*1\r\n$4\r\nport\r\n"),
            ("CONFIG HELP", "*3\r\n+a\r\n+b\r\n+c\r\n", "*2\r\n+b\r\n+c\r\n"),
            ("CONFIG HELP", "*1\r\n$1\r\na\r\n", "*1\r\n$1\r\na\r\n"),
            ("CONFIG HELP x", "*3\r\n+a\r\n+b\r\n+c\r\n", "*3\r\n+a\r\n+b\r\n+c\r\n"),
            ("PTTL k", ":5000000000\r\n", ":5\r\n"),
            ("PTTL k", ":4999999999\r\n", ":5\r\n"),
            ("PTTL k", ":-2\r\n", ":-2\r\n"),
            ("TTL k", ":4999999\r\n", ":5\r\n"),
            ("TTL k", ":9223372036854775\r\n", ":9223372037\r\n"),
        ] {
            let found = comparable(Some(&request(line)), reply.as_bytes(), &place);
            assert_eq!(String::from_utf8_lossy(&found), expected, "{line}");
        }
    }

    #[test]
    fn a_range_is_mixed_if_one_of_its_ends_is_ascii() {
        for pattern in [&b"[a-\xff]"[..], b"[^\x80-z]", b"a[b-cd-\xff]", b"[\\[a-\xe9"] {
            assert!(is_mixed(pattern), "{}", pattern.escape_ascii());
        }
        for pattern in [&b"[a-z]"[..], b"[\x80-\xff]", b"a-\xff", b"[a]-\xff", b"[\\a-\xff]", b""] {
            assert!(!is_mixed(pattern), "{}", pattern.escape_ascii());
        }
    }
}

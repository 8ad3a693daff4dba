//! What a wrong reply most likely means.

use std::collections::BTreeMap;

use crate::changes;
use crate::choices;
use crate::history;
use crate::parts;
use crate::player::Trouble;
use crate::resp::{reply_length, split_replies};
use crate::transcript::{Action, FIRST_CLIENT};

/// What is known of a reply that is not the one expected.
#[derive(Debug, Clone)]
pub struct Symptoms<'a> {
    /// The bytes that a real Redis sends, if the snapshot contains them.
    pub expected: Option<&'a [u8]>,
    /// The bytes that came.
    pub received: &'a [u8],
    /// The reply that a real Redis gets, as it is printed.
    pub due: &'a [String],
    /// The reply that came, as it is printed.
    pub came: &'a [String],
    /// The bytes that were sent for this reply.
    pub sent: &'a [u8],
    /// Whether a real Redis closes the connection here.
    pub closes: bool,
    /// What kept the step from its end.
    pub trouble: Option<&'a Trouble>,
    /// What the step does.
    pub action: &'a Action,
    /// The steps before it.
    pub before: &'a [&'a Action],
    /// Whether the request was cut in two.
    pub is_cut: bool,
    /// Whether a client may choose RESP3.
    pub knows_resp3: bool,
    /// The name of the command whose reply differs, where that is known.
    pub asked: Option<&'a str>,
}

impl Symptoms<'_> {
    /// Whether the server closed the connection.
    pub(crate) fn is_closed(&self) -> bool {
        self.came.iter().any(|line| line == "(closed)")
    }

    /// Returns the first lines that differ, as they are printed.
    pub(crate) fn first_lines(&self) -> (&str, &str) {
        let same = self.due.iter().zip(self.came).take_while(|(due, came)| due == came).count();
        (
            self.due.get(same).map_or("", String::as_str),
            self.came.get(same).map_or("", String::as_str),
        )
    }
}

/// Returns what the symptoms most likely mean, in a sentence or two, where that can be told.
#[must_use]
pub fn diagnose(symptoms: &Symptoms<'_>) -> Option<String> {
    let rules = [
        history::ending,
        history::unknown_command,
        not_an_error,
        choices::protocol,
        choices::silence,
        choices::farewell,
        choices::map,
        length,
        line_end,
        lossy_text,
        other_text,
        too_much,
        half_answered,
        silence,
        closing,
        cut_short,
        changes::deleted,
        changes::renamed,
        changes::emptied,
        parts::scan,
        parts::refused,
        parts::fields,
        parts::count,
        parts::entries,
        choices::database,
        choices::number,
        history::wrong_value,
        history::dump,
        history::listing,
        history::settings,
        history::misread,
        history::taken,
        choices::name,
        lifetime,
        kind,
        wording,
    ];
    rules.iter().find_map(|rule| rule(symptoms))
}

pub(crate) type Said = Option<String>;

pub(crate) fn say(text: &str) -> Said {
    Some(text.to_owned())
}

/// The line ends of RESP are forgotten, or not all of them.
fn line_end(s: &Symptoms<'_>) -> Said {
    let (_, rest) = split_replies(s.received);
    if !is_kind(rest.first()) || s.trouble == Some(&Trouble::Flood) {
        return None;
    }
    if ends_in_lf(rest) {
        return say("A line ends in LF alone. RESP ends every line with CRLF, \\r\\n.");
    }
    let whole = [s.received, b"\r\n"].concat();
    let completes = reply_length(&[rest, b"\r\n"].concat()) == Some(rest.len() + 2);
    if s.expected.is_some_and(|expected| expected.starts_with(&whole)) || completes {
        return say(match s.trouble {
            Some(Trouble::Silence) => {
                "The CRLF (\\r\\n) at the reply's end is missing, so the client waits for more."
            }
            _ => "The CRLF (\\r\\n) at the reply's end is missing.",
        });
    }
    None
}

/// Whether the first line of a reply, or of a bulk the last one, has no CR before its LF.
fn ends_in_lf(reply: &[u8]) -> bool {
    let Some(end) = reply.iter().position(|&byte| byte == b'\n') else { return false };
    let Some((line, rest)) = reply.split_at_checked(end + 1) else { return false };
    let Some(header) = line.strip_suffix(b"\r\n") else { return true };
    let length = header.strip_prefix(b"$").and_then(|digits| str::from_utf8(digits).ok());
    let length = length.and_then(|digits| digits.parse::<usize>().ok());
    length.is_some_and(|length| rest.get(length) == Some(&b'\n'))
}

/// A bulk's length is not that of its bytes.
fn length(s: &Symptoms<'_>) -> Said {
    let expected = s.expected?;
    let at = first_bulk_that_differs(expected, s.received)?;
    let received = s.received.get(at..)?;
    let (said, text) = bulk_to_its_end(received)?;
    let (_, wanted) = bulk_to_its_end(expected.get(at..)?)?;
    // What is as long as it says is another value, though it may hold what looks like an end.
    let body = received.windows(2).position(|pair| pair == b"\r\n")? + 2;
    let end = body.checked_add(said)?;
    let is_right = received.get(end..).is_some_and(|rest| rest.starts_with(b"\r\n"));
    if is_right || text != wanted {
        return None;
    }
    let characters = str::from_utf8(text).map(|text| text.chars().count());
    if characters == Ok(said) {
        let bytes = text.len();
        return Some(format!(
            "The length {said} counts characters. RESP counts bytes, here {bytes}."
        ));
    }
    Some(format!("The bulk announces {said} bytes, but {} follow.", text.len()))
}

/// Returns where the first bulk begins that is not the same in both.
fn first_bulk_that_differs(expected: &[u8], received: &[u8]) -> Option<usize> {
    let (replies, _) = split_replies(expected);
    let mut at = 0;
    for reply in replies {
        if !received.get(at..)?.starts_with(reply) {
            break;
        }
        at += reply.len();
    }
    // Within an array, the bulk is the last one that begins before the difference.
    let differs = expected.iter().zip(received).position(|(one, other)| one != other)?;
    let dollar = expected.get(at..=differs)?.iter().rposition(|&byte| byte == b'$')?;
    Some(at + dollar)
}

/// Returns the length that a bulk announces, and what follows it up to the last CRLF.
fn bulk_to_its_end(bulk: &[u8]) -> Option<(usize, &[u8])> {
    let line = bulk.windows(2).position(|pair| pair == b"\r\n")?;
    let length = str::from_utf8(bulk.get(1..line)?).ok()?.parse().ok()?;
    let rest = bulk.get(line + 2..)?;
    // Of several replies, the next one's beginning ends this one.
    let end = rest.windows(3).position(|three| three.starts_with(b"\r\n") && is_kind(three.get(2)));
    let text = end.and_then(|end| rest.get(..end)).or_else(|| rest.strip_suffix(b"\r\n"))?;
    Some((length, text))
}

fn is_kind(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| b"+-:$*".contains(byte))
}

/// Bytes went through text that must be UTF-8.
fn lossy_text(s: &Symptoms<'_>) -> Said {
    const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();
    let holds = |bytes: &[u8]| bytes.windows(3).any(|three| three == REPLACEMENT);
    if holds(s.received) && !s.expected.is_some_and(holds) {
        return say(
            "EF BF BD is the character U+FFFD, which stands for bytes that are not UTF-8: they \
            were decoded as text. Keys and values are bytes, and must stay bytes.",
        );
    }
    None
}

/// Bytes went through text of another kind.
fn other_text(s: &Symptoms<'_>) -> Said {
    let (wanted, came) = (text_of(s.expected?)?, text_of(s.received)?);
    let as_latin_1: String = wanted.iter().map(|&byte| char::from(byte)).collect();
    if wanted != came && as_latin_1.as_bytes() == came {
        return say(
            "Each byte from 0x80 on has become two: bytes were read as Latin-1, and written as \
            UTF-8. Keys and values are bytes, and must stay bytes.",
        );
    }
    let is_literal = |text: &[u8]| text.starts_with(b"b'") && text.ends_with(b"'");
    if is_literal(came) && !is_literal(wanted) {
        return say("The b and the quotes around the value are how Python prints bytes.");
    }
    None
}

/// More came than was asked for.
fn too_much(s: &Symptoms<'_>) -> Said {
    if s.trouble == Some(&Trouble::Flood) {
        return say(
            "The server sends without end. Does a loop go on writing without a new request?",
        );
    }
    if matches!(s.action, Action::Nothing) && !s.received.is_empty() {
        if s.sent.starts_with(b"*0") || s.sent.starts_with(b"*-") {
            return say("A request whose count is zero or negative is skipped without a reply.");
        }
        return say(
            "Expected no reply, received one. The request is not complete yet, was already \
            answered, or has no reply.",
        );
    }
    let is_more = s
        .expected
        .is_some_and(|due| s.received.len() > due.len() && s.received.starts_with(due) && s.closes);
    let half_closed = s.before.iter().any(|step| matches!(step, Action::HalfClose));
    if is_more && half_closed && !s.sent.ends_with(b"\n") {
        return say(
            "The client has stopped sending in the middle of a request. What there is of it gets \
            no reply.",
        );
    }
    if s.trouble == Some(&Trouble::Unasked) {
        return say("Expected exactly one reply to each request, received more.");
    }
    None
}

/// Of several requests, some were answered.
fn half_answered(s: &Symptoms<'_>) -> Said {
    let expected = s.expected?;
    let came = split_replies(s.received).0.len();
    let due = split_replies(expected).0.len();
    let is_head = came > 0 && came < due && expected.starts_with(s.received);
    if !is_head || !matches!(s.trouble, Some(Trouble::Silence | Trouble::StillOpen)) {
        return None;
    }
    let is_line = |line: &[u8]| line.ends_with(b"\n") && !line.ends_with(b"\r\n");
    if !s.sent.starts_with(b"*") && s.sent.split_inclusive(|&byte| byte == b'\n').any(is_line) {
        return say("A line ends in LF alone. In a line typed by hand, the CR may be missing.");
    }
    let is_protocol_error =
        expected.get(s.received.len()..).is_some_and(|rest| rest.starts_with(PROTOCOL_ERROR));
    if is_protocol_error {
        return say("Expected an error, since the last request breaks the protocol.");
    }
    // More than one read brings at once is answered in several turns.
    let is_one_turn = came == 1 || s.sent.len() > LONG;
    if s.is_cut || sends(s) > 1 || !is_one_turn {
        return Some(format!("Expected {due} replies, received {came}."));
    }
    Some(format!(
        "Expected {due} replies, received {came}. Does the server answer once per read? One read \
        may bring several requests, and each gets a reply.",
    ))
}

const PROTOCOL_ERROR: &[u8] = b"-ERR Protocol error";

impl Symptoms<'_> {
    /// Whether this client has sent what is to be answered now in several steps.
    fn is_in_pieces(&self) -> bool {
        let mut client = FIRST_CLIENT;
        let mut pieces = BTreeMap::new();
        for step in self.before {
            match step {
                Action::Client(name) => client = name,
                Action::Send(_) => *pieces.entry(client).or_insert(0) += 1,
                Action::Receive(_) | Action::Closed => {
                    pieces.remove(client);
                }
                _ => {}
            }
        }
        matches!(self.action, Action::Receive(_)) && pieces.get(client).is_some_and(|&it| it > 1)
    }
}

/// Returns in how many steps the requests were sent.
fn sends(s: &Symptoms<'_>) -> usize {
    let since = s.before.iter().rev().take_while(|action| !action.prints());
    since.filter(|action| matches!(action, Action::Send(_) | Action::SendBytewise(_))).count()
}

/// Nothing came, or nothing whole.
fn silence(s: &Symptoms<'_>) -> Said {
    match s.trouble? {
        Trouble::Unreachable(_) => {
            return say(
                "The server no longer accepts connections. It has to go on accepting, whatever becomes of \
                the clients that it has.",
            );
        }
        Trouble::NotReading => {
            return say(
                "The server does not read what it is sent. Does it wait for something else first, such \
                 as its own write to a client that does not read?",
            );
        }
        Trouble::Silence => {}
        _ => return None,
    }
    if !s.received.is_empty() {
        let (_, rest) = split_replies(s.received);
        return (!rest.is_empty())
            .then(|| "The reply is incomplete. Was all of it written, and flushed?".into());
    }
    if s.is_cut {
        return say(
            "The request arrived in two pieces, as a stream may deliver it. Keep the incomplete \
            request, and decode again when more bytes arrive.",
        );
    }
    let sent = s
        .before
        .iter()
        .rev()
        .find(|step| matches!(step, Action::Send(_) | Action::SendBytewise(_)));
    if matches!((s.action, sent), (Action::Receive(_), Some(Action::SendBytewise(_)))) {
        return say(
            "The request arrived one byte at a time. Keep the incomplete request, and decode again \
            when more bytes arrive.",
        );
    }
    let stars = s.sent.iter().filter(|&&byte| byte == b'*').count();
    if s.asked.is_some_and(|name| name.eq_ignore_ascii_case("KEYS")) && stars > MANY_STARS {
        return say(
            "Does the server try every length for every star? When the bytes after the last star \
            do not match, only that star needs another length.",
        );
    }
    if s.is_in_pieces() {
        return say(
            "This request arrived in pieces. Keep what has arrived of a request, and decode again \
            when more bytes arrive.",
        );
    }
    if history::is_kept_out(s) {
        return say(
            "This client gets no answer while another one is connected. Does the server serve one \
            client at a time, or hold a lock while it waits for a client?",
        );
    }
    let has_small_letters = |name: &str| name.bytes().any(|byte| byte.is_ascii_lowercase());
    if s.asked.is_some_and(has_small_letters) {
        return say(
            "The case of letters does not matter in names of commands. Does the server know this \
            name as it is written here?",
        );
    }
    if s.due.first().is_some_and(|line| line.starts_with("(error)")) {
        return say(
            "A request that the server does not understand is answered, too: with an error.",
        );
    }
    say(
        "The request is complete. Does the server wait for more bytes, another client or a lock? Is \
        the reply in a buffer that was not flushed? Did an exception end what serves this client, \
        without a word?",
    )
}

/// A pattern with more of them takes longer than the player waits, if every way is tried.
const MANY_STARS: usize = 5;

/// More bytes than a fixed buffer is likely to have.
const LONG: usize = 4000;

/// A connection is closed that should stay, or too soon, or not at all.
fn closing(s: &Symptoms<'_>) -> Said {
    const STILL_LISTENS: &str = "A client that has shut down its sending side can still read: the \
        server must send the replies that it owes before it closes.";
    let half_closed = s.before.iter().rev().any(|step| matches!(step, Action::HalfClose));
    let owes = s.expected.is_some_and(|expected| !expected.is_empty());
    let breaks_protocol = s.due.iter().any(|line| line.contains("-ERR Protocol error"));
    if s.closes && owes && s.received.is_empty() && s.is_closed() {
        return say(match half_closed {
            true => STILL_LISTENS,
            false => "The server closed without a reply. Did it send the whole reply first?",
        });
    }
    if s.closes && s.trouble.is_none() && !s.is_closed() {
        let leaves = ["QUIT", "KILL"].iter().any(|word| history::said(s, word));
        return say(match leaves {
            true => {
                "This client is still served. After QUIT or CLIENT KILL the server must close \
                the connection."
            }
            false => "This client is still served. The server must close the connection.",
        });
    }
    if matches!(s.action, Action::Nothing) && s.trouble.is_none() && s.is_closed() {
        return say(STAYS_OPEN);
    }
    match s.trouble? {
        Trouble::StillOpen if half_closed => say(
            "The client has shut down its sending side (a read returns 0 bytes). The server must \
            send the replies that it owes, then close too.",
        ),
        Trouble::StillOpen if breaks_protocol => {
            let replied =
                s.received.windows(PROTOCOL_ERROR.len()).any(|part| part == PROTOCOL_ERROR);
            say(match replied {
                true => "After a protocol error the server must close the connection.",
                false => {
                    "The request breaks the protocol. The server must reply with the error, then \
                    close."
                }
            })
        }
        Trouble::StillOpen => say("The server must close the connection here."),
        Trouble::Closed if half_closed => say(STILL_LISTENS),
        Trouble::Closed if !s.closes && s.sent.len() > LONG => say(
            "The server closed the connection in the middle of a long request. Does the request \
            have to fit into a buffer of fixed size?",
        ),
        Trouble::Closed if !s.closes => say(STAYS_OPEN),
        _ => None,
    }
}

const STAYS_OPEN: &str = "The connection should stay open. A reply does not end it, and neither \
    does the error of a command.";

/// A value's edge or its tail is lost.
fn cut_short(s: &Symptoms<'_>) -> Said {
    // Of several replies, one that is missing is not a value that is cut.
    if split_replies(s.expected?).0.len() != 1 {
        return None;
    }
    let (wanted, came) = (text_of(s.expected?)?, text_of(s.received)?);
    if came.len() < wanted.len() && wanted.trim_ascii() == came.trim_ascii() {
        return say("Spaces or line ends at the value's edge are lost. Is something trimmed?");
    }
    if came == [b"\"", wanted, b"\""].concat() {
        return say("The quotes belong to the typed line. They are not part of the value.");
    }
    let lost = wanted.strip_prefix(came)?.first()?;
    match lost {
        b'\r' | b'\n' => {
            say("The value is cut at a line end inside it. Read a bulk by its length, not by \
                lines.")
        }
        0 => say("The value is cut at a zero byte, which is a byte like any other."),
        b' ' if s.sent.starts_with(b"*") => {
            say("The value is cut at its first space. In an array of bulks, spaces separate \
                nothing.")
        }
        _ => None,
    }
}

/// Returns what a bulk or a status says.
pub(crate) fn text_of(reply: &[u8]) -> Option<&[u8]> {
    let reply = reply.strip_suffix(b"\r\n")?;
    match reply.split_first()? {
        (b'$', rest) => rest.get(rest.iter().position(|&byte| byte == b'\n')? + 1..),
        (b'+', text) => Some(text),
        _ => None,
    }
}

/// A key is there when it should be gone, or gone when it should be there.
fn lifetime(s: &Symptoms<'_>) -> Said {
    let nil = |reply: &[u8]| [&b"$-1"[..], b"*-1", b"_"].iter().any(|nil| reply.starts_with(nil));
    let is_value = |reply: &[u8]| reply.starts_with(b"$") && !nil(reply);
    let (expected, received) = (s.expected?, s.received);
    let name = if expected.starts_with(b"_") || received.starts_with(b"_") { "_" } else { "$-1" };
    if nil(expected) && received == b"$0\r\n\r\n" {
        return Some(format!(
            "A missing value is nil, {name}. An empty bulk, $0, is an existing value."
        ));
    }
    if expected == b"$0\r\n\r\n" && nil(received) {
        return Some(format!(
            "An empty value is a value, $0. Nil, {name}, means that there is no value."
        ));
    }
    if nil(expected) && is_value(received) {
        return history::outlives(s);
    }
    if is_value(expected) && nil(received) {
        return history::gone(s);
    }
    None
}

/// The reply is of another kind.
fn kind(s: &Symptoms<'_>) -> Said {
    let (expected, received) = (s.expected?, s.received);
    let at = expected.iter().zip(received).take_while(|(one, other)| one == other).count();
    let (wanted, came) = (*expected.get(at)?, *received.get(at)?);
    if !begins_reply(expected, at) || name_of(wanted).is_none() {
        return None;
    }
    match (wanted, name_of(came)) {
        (_, None) if !expected.get(..at)?.is_ascii() => say(
            "Up to here the reply is right, and then the place in the stream is lost. Is the length of \
            a bulk taken for a number of characters? It counts bytes.",
        ),
        (_, None) => {
            say("This is not RESP. A reply begins with + - : $ or *, which names its kind.")
        }
        (b'-', Some(_)) if names_an_error(received.get(at..)?) => say(BEGINS_AN_ERROR),
        (b'-', Some(_)) => say("Redis rejects this with an error; the server accepts it."),
        (_, Some("error")) => say("Redis accepts this; the server rejects it with an error."),
        (_, Some(came)) => {
            let wanted = name_of(wanted)?;
            Some(format!("Expected {wanted}, received {came}. Clients distinguish them."))
        }
    }
}

/// Whether a reply or an element begins there: only there does a byte say its kind.
fn begins_reply(bytes: &[u8], at: usize) -> bool {
    let mut from = 0;
    while from < at {
        let Some(rest) = bytes.get(from..) else { return false };
        let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") else { return false };
        from += end + 2;
        let length = rest.get(1..end).and_then(|digits| str::from_utf8(digits).ok());
        let is_bulk = matches!(rest.first(), Some(b'$' | b'=' | b'!'));
        let length = length.and_then(|digits| digits.parse::<usize>().ok());
        from += length.filter(|_| is_bulk).map_or(0, |length| length + 2);
    }
    from == at
}

const BEGINS_AN_ERROR: &str = "An error begins with -, as in -ERR unknown command\\r\\n.";

/// Whether a reply that is no error looks as if it were to be one.
fn names_an_error(reply: &[u8]) -> bool {
    let word = reply.get(1..).unwrap_or_default().trim_ascii_start().to_ascii_uppercase();
    word.starts_with(b"ERR") || reply.to_ascii_uppercase().starts_with(b"(ERR")
}

/// An error that is not written as one, where only the kind is compared.
fn not_an_error(s: &Symptoms<'_>) -> Said {
    let is_due = s.due.first().is_some_and(|line| line.starts_with("(error)"));
    (is_due && !s.received.starts_with(b"-") && names_an_error(s.received))
        .then(|| BEGINS_AN_ERROR.into())
}

fn name_of(kind: u8) -> Option<&'static str> {
    Some(match kind {
        b'+' => "a simple string (+)",
        b'-' => "error",
        b':' => "an integer (:)",
        b'$' => "a bulk string ($)",
        b'*' => "an array (*)",
        b'_' => "nil (_)",
        b'%' => "a map (%)",
        b'~' => "a set (~)",
        b'#' => "a boolean (#)",
        b',' => "a double (,)",
        b'(' => "a big number (()",
        b'=' => "a verbatim text (=)",
        b'>' => "a push (>)",
        _ => return None,
    })
}

/// The reply is of the right kind, and says something else.
fn wording(s: &Symptoms<'_>) -> Said {
    let (expected, received) = (s.expected?, s.received);
    if expected == received {
        return None;
    }
    if expected.eq_ignore_ascii_case(received) {
        return say("Only the case of letters differs.");
    }
    let is_error = |line: &str| line.starts_with("(error)") || line.starts_with("\"-");
    let (due, came) = s.first_lines();
    if is_error(due) && is_error(came) {
        return say("The text of an error must match byte for byte: clients read it.");
    }
    match (expected.first()?, received.first()?) {
        (b'*', b'*') => {
            let count = |reply: &[u8]| {
                reply
                    .iter()
                    .position(|&byte| byte == b'\r')
                    .and_then(|end| str::from_utf8(reply.get(1..end)?).ok()?.parse::<i64>().ok())
            };
            let (wanted, came) = (count(expected)?, count(received)?);
            let elements =
                if wanted == 1 { "1 element".into() } else { format!("{wanted} elements") };
            (wanted != came).then(|| {
                format!(
                    "Expected an array of {elements}, received one of \
                {came}."
                )
            })
        }
        _ => None,
    }
}

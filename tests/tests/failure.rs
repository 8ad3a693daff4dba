//! What a learner reads, held to the letter: a scripted server makes one mistake at a time.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

use conformance::check::check_with;
use conformance::failure::Failure;
use conformance::server::Target;
use conformance::snapshot::Snapshot;
use conformance::transcript::Transcript;

/// Long enough for the scripted server, and short for a test that waits for nothing.
const PATIENCE: Duration = Duration::from_millis(300);

/// What the scripted server does after each read of a connection; then it only listens.
#[derive(Clone, Copy)]
enum Act {
    Say(&'static [u8]),
    Close,
}
use Act::{Close, Say};

/// Serves each connection with the same script, for as long as the test runs.
fn scripted(script: &'static [Act]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || act(stream.expect("a connection"), script));
        }
    });
    address
}

fn act(mut stream: TcpStream, script: &[Act]) {
    let mut chunk = [0; 1 << 16];
    for act in script {
        if !matches!(stream.read(&mut chunk), Ok(1..)) {
            return;
        }
        match act {
            Say(bytes) => stream.write_all(bytes).expect("a client that reads"),
            Close => return stream.shutdown(Shutdown::Both).expect("an open connection"),
        }
    }
    while matches!(stream.read(&mut chunk), Ok(1..)) {}
}

/// Plays the session of a recording against the script, and returns what the learner reads.
fn told(recorded: &str, script: &'static [Act]) -> String {
    let typed = |line: &&str| line.starts_with("> ") || line.starts_with('#');
    let lines = recorded.lines().filter(typed).map(|line| line.trim_start_matches("> "));
    let source = lines.collect::<Vec<_>>().join("\n");
    let path = Path::new("tests/transcripts/03-set-get/a_claim.redis");
    let transcript = Transcript::parse("03-set-get/a_claim", path, &source).expect("a transcript");
    let snapshot = Snapshot::parse(&transcript, recorded).expect("its replies");
    let target = Target::Address(scripted(script));
    let failure = check_with(&transcript, &snapshot, &target, PATIENCE);
    masked(failure.expect_err("a wrong answer"))
}

/// Returns what the learner reads without the port, which is another in every run.
fn masked(failure: Failure) -> String {
    let Failure::Step(mismatch) = &failure else { return failure.to_string() };
    let port = mismatch.ending.place.as_ref().map_or(0, |place| place.port);
    failure.to_string().replace(&port.to_string(), "{port}")
}

macro_rules! learners_read {
    ($($name:ident: $recorded:expr, $script:expr;)*) => {$(
        #[test]
        fn $name() {
            insta::with_settings!({ description => $recorded, omit_expression => true }, {
                insta::assert_snapshot!(told($recorded, const { &$script }));
            });
        }
    )*};
}

/// The reply to `HELLO 3`, shortened.
const PROTO_3: &[u8] = b"%1\r\n$5\r\nproto\r\n:3\r\n";

const PING: &str = "# PING is answered with PONG.\n> PING\nPONG";
const GET: &str = "# A value comes back as it was set.\n> GET k\n\"caf\\xc3\\xa9 \\xff\"";
const CAFE: &str = "# A length counts bytes.\n> GET k\n\"caf\\xc3\\xa9\"";
const EXPIRED: &str =
    "# A key is gone after its PX.\n> SET k v PX 5\nOK\n> @wait 10ms\n> GET k\n(nil)";
const LASTING: &str =
    "# A key lives until its PX.\n> SET k v PX 900\nOK\n> @wait 10ms\n> GET k\n\"v\"";
const RAW: &str = "# Half a request is waited for.\n> @send \"PING\\r\\nPI\"\n> @receive 1\n\"+PONG\\r\\n\"\n> @nothing\n(nothing)";
const UNREAD: &str =
    "# One reply.\n> @send \"PING\\r\\n\"\n> @receive 1\n\"+PONG\\r\\n\"\n> @wait 1ms";
const PIPELINE: &str =
    "# All are answered.\n> @pipeline\n> PING\n> PING\n> PING\n> PING\n> @end\nPONG (4 times)";
const CUT: &str = "# A request may be cut anywhere.\n> @split 1 \"PING\\r\\n\"\n\"+PONG\\r\\n\"";
const REFUSED: &str =
    "# Not a number.\n> SET k v PX a\n(error) ERR value is not an integer or out of range";
const PROTOCOL: &str = "# The server closes.\n> @send \"*1\\r\\n+\\r\\n\"\n> @closed\n\"-ERR Protocol error: expected '$', got '+'\\r\\n\"\n(closed)";
const LIST: &str =
    "# Names and values.\n> CONFIG GET port dir\n1) \"port\"\n2) \"{port}\"\n3) \"dir\"\n4) \"/\"";
const NIL_3: &str = "# Nil has a byte of its own.\n> @fields proto HELLO 3\n1# \"proto\" => (integer) 3\n> GET k\n(nil)";
const MAP: &str = "# A map is a map.\n> @fields proto HELLO 3\n1# \"proto\" => (integer) 3\n> CONFIG GET port\n1# \"port\" => \"{port}\"";
const INFO: &str = "# What clients look for.\n> @fields role,run_id? INFO\n(bulk)\n\"role:master\\r\\n\"\n\"run_id:{40-hex-digits}\\r\\n\"";
const INFO_3: &str = "# A text for people.\n> @fields proto HELLO 3\n1# \"proto\" => (integer) 3\n> @fields role INFO\n(verbatim txt)\n\"role:master\\r\\n\"";
const NUMBER: &str = "# A client has one number.\n> @as me CLIENT ID\n(integer) {me}\n> @fields id?,db CLIENT INFO\n(bulk)\n\"id={me} db=0\\n\"";
const COUNT: &str = "# As many as there are.\n> @as count COMMAND COUNT\n(integer) {count}\n> @length COMMAND\n(array) {count} elements";
const ENTRIES: &str =
    "# Each has its entry.\n> @commands get,set COMMAND LIST\n1) \"get\"\n2) \"set\"";
const SCAN: &str = "# All keys come.\n> @scan SCAN 0\n1) \"a\"\n2) \"b\"";
const SCAN_WHILE: &str =
    "# All keys come.\n> @scan-while SCAN 0\n> PING\n> @end\n1) \"a\"\n2) \"b\"";
const KILLED: &str = "# A client is killed.\n> PING\nPONG\n> PING\n(closed)";
const SELECTED: &str =
    "# Databases have keys of their own.\n> SET k 0\nOK\n> SELECT 1\nOK\n> GET k\n(nil)";
const SORTED: &str = "# All keys.\n> @sorted KEYS *\n1) \"a\"\n2) \"b\"";

learners_read! {
    nothing_came: PING, [Say(b"")];
    the_crlf_is_missing: PING, [Say(b"+PONG")];
    only_a_line_feed: PING, [Say(b"+PONG\n")];
    another_kind: PING, [Say(b"$4\r\nPONG\r\n")];
    no_resp_at_all: PING, [Say(b"PONG\r\n")];
    other_letters: PING, [Say(b"+pong\r\n")];
    the_connection_closes: PING, [Close];
    two_replies_to_one_request: PING, [Say(b"+PONG\r\n+PONG\r\n")];
    an_error_came: PING, [Say(b"-ERR unknown command 'PING', with args beginning with: \r\n")];
    characters_are_counted: CAFE, [Say(b"$4\r\ncaf\xc3\xa9\r\n")];
    the_length_is_wrong: GET, [Say(b"$6\r\ncaf\xc3\xa9 \xff\r\n")];
    lossy_text: GET, [Say(b"$9\r\ncaf\xc3\xa9 \xef\xbf\xbd\r\n")];
    the_key_is_not_found: GET, [Say(b"$-1\r\n")];
    the_value_is_cut: GET, [Say(b"$5\r\ncaf\xc3\xa9\r\n")];
    resp3_too_soon: EXPIRED, [Say(b"+OK\r\n"), Say(b"_\r\n")];
    gone_too_late: EXPIRED, [Say(b"+OK\r\n"), Say(b"$1\r\nv\r\n")];
    gone_too_early: LASTING, [Say(b"+OK\r\n"), Say(b"$-1\r\n")];
    empty_is_not_nil: EXPIRED, [Say(b"+OK\r\n"), Say(b"$0\r\n\r\n")];
    answered_before_it_is_whole: RAW, [Say(b"+PONG\r\n-ERR unknown command 'PI'\r\n")];
    more_comes_than_is_read: UNREAD, [Say(b"+PONG\r\n+PONG\r\n")];
    only_the_first_is_answered: PIPELINE, [Say(b"+PONG\r\n")];
    a_cut_request_is_dropped: CUT, [Say(b""), Say(b"")];
    it_is_taken: REFUSED, [Say(b"+OK\r\n")];
    another_error: REFUSED, [Say(b"-ERR invalid expire time in 'set' command\r\n")];
    it_stays_open: PROTOCOL, [Say(b"-ERR Protocol error: expected '$', got '+'\r\n")];
    it_closes_without_a_word: PROTOCOL, [Close];
    elements_are_missing: LIST, [Say(b"*2\r\n$3\r\ndir\r\n$1\r\n/\r\n")];
    an_element_is_missing: SORTED, [Say(b"*1\r\n$1\r\nb\r\n")];
    resp2_too_late: NIL_3, [Say(PROTO_3), Say(b"$-1\r\n")];
    a_value_where_nil_is_due_in_resp3: NIL_3, [Say(PROTO_3), Say(b"$0\r\n\r\n")];
    pairs_in_the_place_of_a_map: MAP, [Say(PROTO_3), Say(b"*2\r\n$4\r\nport\r\n$4\r\n6379\r\n")];
    hello_is_not_known: MAP, [Say(b"-ERR unknown command 'HELLO', with args beginning with: '3' \r\n")];
    a_field_is_missing: INFO, [Say(b"$13\r\nrole:master\r\n\r\n")];
    a_value_of_another_shape: INFO, [Say(b"$23\r\nrole:master\r\nrun_id:1\r\n\r\n")];
    fields_in_another_order: INFO, [Say(b"$62\r\nrun_id:0123456789012345678901234567890123456789\r\nrole:master\r\n\r\n")];
    lines_that_end_in_lf: INFO, [Say(b"$60\r\nrole:master\nrun_id:0123456789012345678901234567890123456789\n\r\n")];
    a_bulk_in_the_place_of_a_verbatim_text: INFO_3, [Say(PROTO_3), Say(b"$13\r\nrole:master\r\n\r\n")];
    another_number_than_before: NUMBER, [Say(b":7\r\n"), Say(b"$10\r\nid=8 db=0\n\r\n")];
    another_count_than_before: COUNT, [Say(b":3\r\n"), Say(b"*2\r\n*0\r\n*0\r\n")];
    a_command_is_not_listed: ENTRIES, [Say(b"*2\r\n$3\r\nget\r\n$4\r\necho\r\n")];
    a_key_is_lost_between_cursors: SCAN, [Say(b"*2\r\n$1\r\n5\r\n*1\r\n$1\r\na\r\n"), Say(b"*2\r\n$1\r\n0\r\n*0\r\n")];
    a_key_is_lost_in_a_scan_that_is_disturbed: SCAN_WHILE, [
        Say(b"*2\r\n$1\r\n5\r\n*1\r\n$1\r\na\r\n"), Say(b"+PONG\r\n"), Say(b"*2\r\n$1\r\n0\r\n*0\r\n"),
    ];
    a_key_comes_that_should_not: SCAN, [Say(b"*2\r\n$1\r\n0\r\n*3\r\n$1\r\nc\r\n$1\r\nb\r\n$1\r\na\r\n")];
    the_reply_is_none_to_a_scan: SCAN, [Say(b"*1\r\n$1\r\na\r\n")];
    who_was_killed_is_still_served: KILLED, [Say(b"+PONG\r\n"), Say(b"+PONG\r\n")];
    a_key_of_another_database: SELECTED, [Say(b"+OK\r\n"), Say(b"+OK\r\n"), Say(b"$1\r\n0\r\n")];
}

#[test]
fn a_flood_costs_a_failure_and_no_more() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let chunk = [b'+'; 1 << 16];
        while stream.write_all(&chunk).is_ok() {}
    });
    let path = Path::new("tests/transcripts/01-ping/a_claim.redis");
    let transcript = Transcript::parse("01-ping/a_claim", path, "# A claim.\nPING").expect("good");
    let snapshot = Snapshot { replies: vec![vec!["PONG".into()]] };
    let failure = check_with(&transcript, &snapshot, &Target::Address(address), 10 * PATIENCE);
    insta::assert_snapshot!(failure.expect_err("a flood").to_string());
}

#[test]
fn a_scan_without_end_is_broken_off() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut chunk = [0; 1 << 10];
        while matches!(stream.read(&mut chunk), Ok(1..)) {
            stream.write_all(b"*2\r\n$1\r\n7\r\n*1\r\n$1\r\na\r\n").expect("a client that reads");
        }
    });
    let path = Path::new("tests/transcripts/08-any-client/a_claim.redis");
    let source = "# A claim.\n@scan SCAN 0";
    let transcript = Transcript::parse("08-any-client/a_claim", path, source).expect("good");
    let snapshot = Snapshot { replies: vec![vec!["1) \"a\"".into()]] };
    let failure = check_with(&transcript, &snapshot, &Target::Address(address), PATIENCE);
    insta::assert_snapshot!(failure.expect_err("a scan without end").to_string());
}

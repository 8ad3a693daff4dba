//! The list of clients: who is in it, what it shows, and how it closes a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::BytesMut;

use crate::corpus::from_echo::request::{array, shown, words};
use crate::corpus::from_scan::info::text;
use crate::subject::{Client, NOW, Subject};

/// Returns the lines that CLIENT LIST or CLIENT INFO gives.
fn lines(subject: &mut Subject, client: &mut Client, request: &str) -> Vec<String> {
    text(&subject.execute_as(client, &words(request))).lines().map(str::to_owned).collect()
}

fn say(subject: &mut Subject, client: &mut Client, request: &str) -> String {
    shown(&subject.execute_as(client, &words(request)))
}

#[test]
fn a_line_shows_all_fields_in_redis_order() {
    let mut subject = Subject::default();
    let mut client = subject.connect(50_001);
    let id = subject.id(&client);
    let line = &lines(&mut subject, &mut client, "CLIENT INFO")[0];
    let size = line.split_once("tot-mem=").expect("a size").1.split(' ').next().expect("a number");
    let expected = format!(
        "id={id} addr=127.0.0.1:50001 laddr=127.0.0.1:6379 name= age=0 idle=0 flags=N db=0 sub=0 \
         psub=0 ssub=0 multi=-1 qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=0 \
         omem=0 tot-mem={size} events=r cmd=client|info user=default redir=-1 resp=2"
    );
    assert_eq!(*line, expected);
    assert!((100..1000).contains(&size.parse::<usize>().expect("a number")), "{size}");
}

#[test]
fn a_line_shows_what_the_client_has_done_and_how_full_its_buffers_are() {
    let mut subject = Subject::default();
    let (mut client, mut other) = (subject.connect(50_001), subject.connect(50_002));
    for request in ["HELLO 3 SETNAME me", "SELECT 7", "CLIENT NO-EVICT ON", "get k"] {
        subject.execute_as(&mut client, &words(request));
    }
    let list = format!("CLIENT LIST ID {}", subject.id(&client));
    let (mut input, mut output) = (BytesMut::with_capacity(100), BytesMut::with_capacity(50));
    input.resize(30, 0);
    output.resize(20, 0);
    subject.note_buffers(&mut client, &input, &output);
    output.clear();
    subject.note_buffers(&mut client, &input, &output);
    output.extend_from_slice(&[0]);
    subject.note_buffers(&mut client, &input, &output);
    let line = &lines(&mut subject, &mut other, &list)[0];
    assert!(line.contains(" obl=1 ") && line.contains(" events=r "), "{line}");
    subject.note_waiting(&mut client);
    let line = &lines(&mut subject, &mut other, &list)[0];
    for field in [
        " name=me ",
        " flags=e ",
        " db=7 ",
        " qbuf=30 qbuf-free=70 ",
        " rbs=50 rbp=20 obl=1 ",
        " events=rw ",
        " cmd=get ",
        " resp=3",
    ] {
        assert!(line.contains(field), "{field} in {line}");
    }
    for (request, command) in [
        ("NOSUCH", "NULL"),
        ("client nosuch", "NULL"),
        ("GET", "get"),
        ("CONFIG GET x", "config|get"),
    ] {
        subject.execute_as(&mut client, &words(request));
        let line = &lines(&mut subject, &mut other, &list)[0];
        assert!(line.contains(&format!(" cmd={command} ")), "{request}: {line}");
    }
}

#[test]
fn age_and_idle_time_are_differences_of_whole_seconds() {
    let mut subject = Subject::default();
    let (mut client, mut other) = (subject.connect(50_001), subject.connect(50_002));
    subject.note_interaction(&mut client, NOW + 2999);
    let request = format!("CLIENT LIST ID {}", subject.id(&client));
    let line = text(&subject.execute_as_at(NOW + 10_000, &mut other, &words(&request)));
    assert!(line.contains(" age=10 idle=8 "), "{line}");
}

#[test]
fn the_list_has_everybody_and_the_oldest_first() {
    let mut subject = Subject::default();
    let mut clients: Vec<Client> = (1..=3).map(|port| subject.connect(port)).collect();
    subject.disconnect(&clients[1]);
    let mut last = clients.pop().expect("three");
    let shown = lines(&mut subject, &mut last, "CLIENT LIST");
    let ports: Vec<&str> = shown
        .iter()
        .map(|line| line.split_once("addr=127.0.0.1:").unwrap().1.split(' ').next().unwrap())
        .collect();
    assert_eq!(ports, ["1", "1", "3"]);
    assert_eq!(subject.clients(), 3);
    for (request, count) in [
        ("CLIENT LIST TYPE Normal", 3),
        ("CLIENT LIST TYPE pubsub", 0),
        ("CLIENT LIST TYPE MASTER", 0),
        ("CLIENT LIST ID 1 1 99 -1 4", 3),
    ] {
        assert_eq!(lines(&mut subject, &mut last, request).len(), count, "{request}");
    }
}

#[test]
fn a_number_is_never_given_again() {
    let mut subject = Subject::default();
    let first = subject.connect(1);
    subject.disconnect(&first);
    let second = subject.connect(1);
    assert_eq!(subject.id(&second), subject.id(&first) + 1);
}

#[test]
fn kill_ends_those_whom_all_filters_fit() {
    for (request, reply, killed) in [
        ("CLIENT KILL ID {1}", ":1", [1, 0, 0]),
        ("CLIENT KILL ID {1} SKIPME no", ":1", [1, 0, 0]),
        ("CLIENT KILL ID {2} ADDR 127.0.0.1:10", ":0", [0, 0, 0]),
        ("CLIENT KILL ADDR 127.0.0.1:10", ":1", [1, 0, 0]),
        ("CLIENT KILL ADDR 127.0.0.1:10 ADDR 127.0.0.1:20", ":1", [0, 1, 0]),
        ("CLIENT KILL LADDR 127.0.0.1:6379", ":3", [1, 1, 0]),
        ("CLIENT KILL LADDR 127.0.0.1:1", ":0", [0, 0, 0]),
        ("CLIENT KILL TYPE normal", ":3", [1, 1, 0]),
        ("CLIENT KILL TYPE pubsub", ":0", [0, 0, 0]),
        ("CLIENT KILL USER default SKIPME YES", ":3", [1, 1, 0]),
        ("CLIENT KILL ID {own}", ":0", [0, 0, 0]),
        ("CLIENT KILL ID {own} SKIPME no", ":1", [0, 0, 1]),
        ("CLIENT KILL SKIPME no", ":4", [1, 1, 1]),
        ("CLIENT KILL 127.0.0.1:20", "+OK", [0, 1, 0]),
        ("CLIENT KILL 127.0.0.1:30", "+OK", [0, 0, 1]),
        ("CLIENT KILL 127.0.0.1:40", "-ERR No such client", [0, 0, 0]),
        ("CLIENT KILL ID 99", ":0", [0, 0, 0]),
        ("CLIENT KILL ID", "-ERR No such client", [0, 0, 0]),
        ("CLIENT KILL ID 0", "-ERR client-id should be greater than 0", [0, 0, 0]),
        ("CLIENT KILL ID -1", "-ERR client-id should be greater than 0", [0, 0, 0]),
        ("CLIENT KILL ID x", "-ERR client-id should be greater than 0", [0, 0, 0]),
        ("CLIENT KILL ID {1} TYPE x", r"-ERR Unknown client type \'x\'", [0, 0, 0]),
        ("CLIENT KILL USER nobody", r"-ERR No such user \'nobody\'", [0, 0, 0]),
        ("CLIENT KILL USER DEFAULT", r"-ERR No such user \'DEFAULT\'", [0, 0, 0]),
        ("CLIENT KILL ID {1} SKIPME maybe", "-ERR syntax error", [0, 0, 0]),
        ("CLIENT KILL ID {1} ADDR", "-ERR syntax error", [0, 0, 0]),
        ("CLIENT KILL NOSUCH x", "-ERR syntax error", [0, 0, 0]),
    ] {
        let mut subject = Subject::default();
        let closed: [Arc<AtomicUsize>; 2] = Default::default();
        let [one, two] = [(10, &closed[0]), (20, &closed[1])].map(|(port, closed)| {
            let closed = Arc::clone(closed);
            subject.connect_and(port, move || {
                closed.fetch_add(1, Ordering::Relaxed);
            })
        });
        let mut own = subject.connect(30);
        let request = request
            .replace("{1}", &subject.id(&one).to_string())
            .replace("{2}", &subject.id(&two).to_string())
            .replace("{own}", &subject.id(&own).to_string());
        assert_eq!(say(&mut subject, &mut own, &request), format!("{reply}\\r\\n"), "{request}");
        let [first, second] = closed.map(|closed| closed.load(Ordering::Relaxed));
        assert_eq!([first, second, usize::from(subject.is_closing(&own))], killed, "{request}");
        // A killed client is not in the list any more; the one that asked still gets its reply.
        let mut other = subject.connect(1);
        let all = lines(&mut subject, &mut other, "CLIENT LIST");
        let listed = [&one, &two, &own].map(|client| {
            let start = format!("id={} ", subject.id(client));
            all.iter().any(|line| line.starts_with(&start))
        });
        assert_eq!(listed, [first == 0, second == 0, true]);
    }
}

#[test]
fn reset_leaves_the_protection() {
    let mut subject = Subject::default();
    let mut client = subject.connect(1);
    subject.execute_as(&mut client, &words("CLIENT NO-EVICT ON"));
    subject.execute_as(&mut client, &words("RESET"));
    assert!(subject.is_protected(&client));
}

#[test]
fn clients_that_come_and_go_leave_nothing_behind() {
    let mut subject = Subject::default();
    let left = allocation_counter::measure(|| {
        for port in 0..1000 {
            let mut client = subject.connect(port);
            subject.execute_as(&mut client, &words("CLIENT SETNAME somebody"));
            subject.disconnect(&client);
        }
    });
    assert!(left.bytes_current < 1000, "{} bytes", left.bytes_current);
}

#[test]
fn a_client_that_kills_itself_in_a_batch_gets_that_reply_and_no_other() {
    let mut subject = Subject::default();
    let mut session = subject.session();
    let requests = ["SET k 0", "CLIENT KILL ID 1 SKIPME no", "SET k 1", "GET k"];
    let requests: Vec<u8> = requests.iter().flat_map(|request| array(&words(request))).collect();
    assert_eq!(shown(&subject.receive(&mut session, &requests)), r"+OK\r\n:1\r\n");
    assert!(session.closing);
}

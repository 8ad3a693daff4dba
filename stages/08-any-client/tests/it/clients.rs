//! The list of clients: who is in it, what it shows, and how it ends a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use stage_08::client::Client;
use stage_08::clock::UnixMillis;
use stage_08::command;
use stage_08::resp::Reply;

use crate::request::{encoded, words};
use crate::subject::{NOW, Subject};

/// Returns the lines that CLIENT LIST or CLIENT INFO gives.
fn lines(subject: &Subject, client: &mut Client, request: &str) -> Vec<String> {
    let Reply::Verbatim(text) = subject.execute_as(client, &words(request)) else {
        panic!("{request}");
    };
    String::from_utf8(text).expect("a text").lines().map(str::to_owned).collect()
}

fn say(subject: &Subject, client: &mut Client, request: &str) -> String {
    encoded(&subject.execute_as(client, &words(request)))
}

#[test]
fn a_line_shows_all_fields_in_redis_order() {
    let subject = Subject::default();
    let mut client = subject.connect(50_001);
    let id = client.id;
    let line = &lines(&subject, &mut client, "CLIENT INFO")[0];
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
    let subject = Subject::default();
    let (mut client, mut other) = (subject.connect(50_001), subject.connect(50_002));
    for request in ["HELLO 3 SETNAME me", "SELECT 7", "CLIENT NO-EVICT ON", "get k"] {
        subject.execute_as(&mut client, &words(request));
    }
    let (mut input, mut output) = (Vec::with_capacity(100), Vec::with_capacity(50));
    input.resize(30, 0);
    output.resize(20, 0);
    client.note_buffers(&input, &output);
    output.clear();
    client.note_buffers(&input, &output);
    output.push(0);
    client.note_buffers(&input, &output);
    subject.server.flush_client(&mut client);
    let line = &lines(&subject, &mut other, &format!("CLIENT LIST ID {}", client.id))[0];
    assert!(line.contains(" obl=1 ") && line.contains(" events=r "), "{line}");
    client.state.waits_to_write = true;
    subject.server.flush_client(&mut client);
    let line = &lines(&subject, &mut other, &format!("CLIENT LIST ID {}", client.id))[0];
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
        let line = &lines(&subject, &mut other, &format!("CLIENT LIST ID {}", client.id))[0];
        assert!(line.contains(&format!(" cmd={command} ")), "{request}: {line}");
    }
}

#[test]
fn age_and_idle_time_are_differences_of_whole_seconds() {
    let subject = Subject::default();
    let (mut client, mut other) = (subject.connect(50_001), subject.connect(50_002));
    client.state.last_interaction = UnixMillis(NOW + 2999);
    subject.server.flush_client(&mut client);
    let request = format!("CLIENT LIST ID {}", client.id);
    let reply =
        command::execute(&words(&request), &subject.server, &mut other, UnixMillis(NOW + 10_000));
    let Reply::Verbatim(line) = reply else { panic!("{reply:?}") };
    let line = String::from_utf8(line).expect("a text");
    assert!(line.contains(" age=10 idle=8 "), "{line}");
}

#[test]
fn the_list_has_everybody_and_the_oldest_first() {
    let subject = Subject::default();
    let mut clients: Vec<Client> = (1..=3).map(|port| subject.connect(port)).collect();
    subject.server.clients.remove(clients[1].id);
    let mut last = clients.pop().expect("three");
    let shown = lines(&subject, &mut last, "CLIENT LIST");
    let ports: Vec<&str> = shown
        .iter()
        .map(|line| line.split_once("addr=127.0.0.1:").unwrap().1.split(' ').next().unwrap())
        .collect();
    assert_eq!(ports, ["1", "1", "3"]);
    assert_eq!(subject.server.clients.len(), 3);
    for (request, count) in [
        ("CLIENT LIST TYPE Normal", 3),
        ("CLIENT LIST TYPE pubsub", 0),
        ("CLIENT LIST TYPE MASTER", 0),
        ("CLIENT LIST ID 1 1 99 -1 4", 3),
    ] {
        assert_eq!(lines(&subject, &mut last, request).len(), count, "{request}");
    }
}

#[test]
fn a_number_is_never_given_again() {
    let subject = Subject::default();
    let first = subject.connect(1).id;
    subject.server.clients.remove(first);
    assert_eq!(subject.connect(1).id, first + 1);
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
        let subject = Subject::default();
        let closed: [Arc<AtomicUsize>; 2] = Default::default();
        let [one, two] = [(10, &closed[0]), (20, &closed[1])].map(|(port, closed)| {
            let closed = Arc::clone(closed);
            subject.connect_and(port, move || {
                closed.fetch_add(1, Ordering::Relaxed);
            })
        });
        let mut own = subject.connect(30);
        let request = request
            .replace("{1}", &one.id.to_string())
            .replace("{2}", &two.id.to_string())
            .replace("{own}", &own.id.to_string());
        assert_eq!(say(&subject, &mut own, &request), format!("{reply}\\r\\n"), "{request}");
        let [first, second] = closed.map(|closed| closed.load(Ordering::Relaxed));
        assert_eq!([first, second, usize::from(own.closing)], killed, "{request}");
        // Who was killed is not in the list any more; whoever asked still has a reply to get.
        let listed = |client: &Client| {
            let all = lines(&subject, &mut subject.connect(1), "CLIENT LIST");
            all.iter().any(|line| line.starts_with(&format!("id={} ", client.id)))
        };
        assert_eq!([listed(&one), listed(&two), listed(&own)], [first == 0, second == 0, true]);
    }
}

#[test]
fn a_name_is_one_word_that_can_be_seen_and_an_empty_one_is_none() {
    let subject = Subject::default();
    let mut client = subject.connect(1);
    for (name, is_good) in [
        (&b"me"[..], true),
        (b"!~", true),
        (b"", true),
        (b"a b", false),
        (b"a\n", false),
        (b"\0", false),
        (b"\x7f", false),
        (b"\xc3\xa9", false),
    ] {
        subject.execute_as(&mut client, &[b"CLIENT", b"SETNAME", b"before"]);
        let reply = encoded(&subject.execute_as(&mut client, &[b"CLIENT", b"SETNAME", name]));
        let shown = name.escape_ascii();
        assert_eq!(reply == r"+OK\r\n", is_good, "{shown}: {reply}");
        let expected = if is_good { name } else { b"before" };
        let kept = subject.server.clients.name(client.id).unwrap_or_default();
        assert_eq!(kept, expected, "{shown}");
    }
    assert_eq!(say(&subject, &mut client, "CLIENT GETNAME"), r"$6\r\nbefore\r\n");
    assert_eq!(say(&subject, &mut subject.connect(2), "CLIENT GETNAME"), r"$-1\r\n");
}

#[test]
fn clients_that_come_and_go_leave_nothing_behind() {
    let subject = Subject::default();
    let left = allocation_counter::measure(|| {
        for port in 0..1000 {
            let mut client = subject.connect(port);
            subject.execute_as(&mut client, &words("CLIENT SETNAME somebody"));
            subject.server.clients.remove(client.id);
        }
    });
    assert!(left.bytes_current < 1000, "{} bytes", left.bytes_current);
}

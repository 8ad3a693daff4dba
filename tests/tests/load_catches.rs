//! The scenarios of hostile load on servers that lack one protection each: all are caught. And on
//! the same server with all of them: it passes, so it was for that that the others were caught.
//!
//! The program plays the servers too: its own file, started with the name of what is lacking.

use std::collections::HashMap;
use std::env;
use std::io::{self, Read, Write};
use std::mem;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use conformance::harness;
use conformance::load::{self, SCENARIOS, Scenario, Size, Terms};
use conformance::server::CommandLine;
use conformance::workspace::number_of;
use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// What a server does wrong, the scenario that catches it, and a part of what is then said.
const FAULTS: [(&str, &str, &str); 26] = [
    (
        "serves one client at a time",
        "clients_that_send_byte_by_byte_are_served_like_others",
        "to a client that has just connected",
    ),
    ("fills a buffer for each client", "idle_clients_cost_little", "its memory grows by less than"),
    (
        "takes the end for nothing yet",
        "a_client_that_half_closes_is_let_go",
        "expected the server hangs up",
    ),
    ("keeps all sockets", "clients_that_vanish_leave_nothing_behind", "a new client is let in"),
    (
        "keeps all sockets",
        "clients_that_come_and_go_leave_nothing_behind",
        "a new client is let in",
    ),
    (
        "fills a buffer with zeros as long as announced",
        "nothing_is_set_apart_for_what_is_only_announced",
        "it asked for",
    ),
    (
        "fills a buffer with ones as long as announced",
        "long_bulks_that_are_only_announced_cost_nothing",
        "its memory grows by less than",
    ),
    ("trusts that all is text", "a_flood_of_garbage_harms_nobody", "The server was killed by SIG"),
    ("waits for the end of any line", "a_line_that_never_ends_costs_little", "with no end of line"),
    (
        "takes a read for a request",
        "clients_that_send_byte_by_byte_are_served_like_others",
        "send a byte each in turn",
    ),
    (
        "reads a request anew for every byte",
        "a_long_request_is_not_read_anew_for_every_byte",
        "of the processor's time",
    ),
    (
        "tries at once to accept again",
        "out_of_descriptors_the_server_waits_until_a_client_leaves",
        "of the processor's time",
    ),
    (
        "ends when it cannot accept",
        "out_of_descriptors_the_server_waits_until_a_client_leaves",
        "The server exited with code",
    ),
    (
        "prints a line for each client",
        "a_log_that_nobody_reads_keeps_nobody_waiting",
        "nothing for 5 seconds",
    ),
    (
        "panics when it cannot print",
        "a_log_on_a_full_disk_ends_nothing",
        "a print that fails kills the program",
    ),
    (
        "panics when it cannot print",
        "a_log_whose_reader_is_gone_ends_nothing",
        "a print that fails kills the program",
    ),
    (
        "waits until it can print",
        "a_log_that_is_full_keeps_no_server_from_starting",
        "nothing for 5 seconds",
    ),
    (
        "has four threads",
        "clients_that_never_stop_asking_keep_nobody_waiting",
        "to a client that has just connected",
    ),
    (
        "collects replies",
        "a_client_that_sends_and_never_reads_is_read_no_further",
        "its memory grows by less than",
    ),
    (
        "collects replies",
        "a_client_that_asks_for_much_and_never_reads_is_answered_no_further",
        "its memory grows by less than",
    ),
    (
        "forgets what is not taken",
        "slow_readers_get_all_and_keep_nobody_waiting",
        "read 1 KiB now and then",
    ),
    ("keeps its buffers", "the_memory_of_large_values_is_given_back", "it still has"),
    ("keeps its buffers", "clients_that_fall_silent_give_their_buffers_back", "it still has"),
    (
        "counts nobody out",
        "one_client_too_many_is_told_so_and_harms_nobody",
        "to a client for whom a place is free",
    ),
    ("ends by no signal", "sigterm_ends_the_server_at_once", "it still runs"),
    (
        "holds the lock while it searches",
        "keys_on_many_keys_keeps_nobody_waiting",
        // On a busy machine, the lock is with the searches all the time, since it is not fair.
        "KEYS was done before|nothing for 5 seconds",
    ),
];

/// With so many threads as there would be clients, this server is no example.
const NOT_FOR_THREADS: &str = "idle_clients_cost_little";

/// A server that does not answer keeps this program waiting. The good one needs a tenth.
const TERMS: Terms = Terms {
    stage: number_of("07-keys"),
    size: Size::Bounded,
    patience: Duration::from_secs(5),
    time: Duration::from_secs(120),
};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    if let [_, act, fault, port, options @ ..] = arguments.as_slice()
        && act == "act"
    {
        let places = options.last().and_then(|number| number.parse().ok());
        let server = Server { fault: fault.clone(), places, ..Server::default() };
        return serve(&Arc::new(server), port.parse().expect("a port"));
    }
    let caught = FAULTS.iter().map(|(fault, scenario, said)| {
        Trial::ignorable_test(format!("caught/{scenario}/{fault}"), move || {
            caught(fault, scenario, said)
        })
    });
    let mut names: Vec<&str> = FAULTS.iter().map(|(_, scenario, _)| *scenario).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| *name != NOT_FOR_THREADS);
    let passed = names
        .into_iter()
        .map(|name| Trial::ignorable_test(format!("passed/{name}"), move || passed(name)));
    let late = Trial::test("a_scenario_that_takes_too_long_is_ended", takes_too_long);
    harness::run(Arguments::from_args(), caught.chain(passed).chain([late]).collect())
}

/// Holds a scenario to end when its time is over, though the server is a good one.
fn takes_too_long() -> Result<(), Failed> {
    let scenario = find("clients_that_send_byte_by_byte_are_served_like_others")?;
    // Its time is over before the load begins, or while it lasts.
    for time in [Duration::ZERO, Duration::from_millis(1)] {
        let terms = Terms { time, ..TERMS };
        let Err(failure) = load::play(&scenario, &command("nothing"), terms) else {
            return Err("it went on to its end".into());
        };
        let text = failure.to_string();
        let said = format!("expected all of this takes less than {time:?}");
        if !on_one_line(&text).contains(&said) {
            return Err(text.into());
        }
    }
    Ok(())
}

fn says(text: &str, said: &str) -> bool {
    let text = on_one_line(text);
    said.split('|').any(|said| text.contains(said))
}

/// Holds a scenario to catch a fault, and to say this of it, or one of these.
fn caught(fault: &str, name: &str, said: &str) -> Result<Completion, Failed> {
    let scenario = find(name)?;
    if let Some(reason) = scenario.missing(TERMS.size) {
        return Ok(Completion::ignored_with(reason));
    }
    match load::play(&scenario, &command(fault), TERMS) {
        Ok(report) => Err(format!("it is not caught: {report}").into()),
        Err(failure) if says(&failure.to_string(), said) => Ok(Completion::Completed),
        Err(failure) => Err(format!("'{said}' is not said in:\n{failure}").into()),
    }
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Holds the good server to a scenario.
fn passed(name: &str) -> Result<Completion, Failed> {
    let scenario = find(name)?;
    if let Some(reason) = scenario.missing(TERMS.size) {
        return Ok(Completion::ignored_with(reason));
    }
    load::play(&scenario, &command("nothing"), TERMS)?;
    Ok(Completion::Completed)
}

fn find(name: &str) -> Result<Scenario, Failed> {
    let found = SCENARIOS.into_iter().find(|scenario| scenario.name == name);
    found.ok_or_else(|| format!("there is no scenario {name}").into())
}

fn command(fault: &str) -> CommandLine {
    let program = env::current_exe().expect("its own file");
    CommandLine::new([&program.to_string_lossy(), "act", fault, "{port}"])
}

/// A thread for each client, and what they share.
#[derive(Default)]
struct Server {
    /// What it does wrong.
    fault: String,
    /// How many clients it takes.
    places: Option<usize>,
    clients: AtomicUsize,
    keys: Mutex<HashMap<Vec<u8>, Vec<u8>>>,
}

impl Server {
    /// Whether this is what it does wrong.
    fn does(&self, fault: &str) -> bool {
        // A slip of the pen would be a server that does all right.
        assert!(FAULTS.iter().any(|(known, ..)| *known == fault), "{fault}");
        self.fault == fault
    }
}

/// Says something, in one of the ways that are a fault. The good server says nothing.
fn say(server: &Server, line: &str) {
    if server.does("panics when it cannot print") {
        println!("{line}");
    }
    if server.does("waits until it can print") {
        // What it is about is the waiting.
        let _ = writeln!(io::stdout(), "{line}");
    }
}

fn serve(server: &Arc<Server>, port: u16) -> ExitCode {
    let ends = !server.does("ends by no signal");
    ctrlc::set_handler(move || {
        if ends {
            std::process::exit(0);
        }
    })
    .expect("a handler");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("a free port");
    say(server, "ready");
    let (waiting, next) = mpsc::channel::<TcpStream>();
    let next = Arc::new(Mutex::new(next));
    for _ in 0..4 {
        let (server, next) = (Arc::clone(server), Arc::clone(&next));
        thread::spawn(move || {
            loop {
                let Ok(stream) = next.lock().expect("no panic").recv() else { return };
                drop(client(stream, &server));
            }
        });
    }
    loop {
        let stream = match listener.accept() {
            Ok((stream, client)) => {
                if server.does("prints a line for each client") {
                    eprintln!("a client has come and will be served: {client}");
                }
                stream
            }
            Err(_) if server.does("tries at once to accept again") => continue,
            Err(_) if server.does("ends when it cannot accept") => return ExitCode::FAILURE,
            Err(error) => {
                say(server, &format!("cannot accept: {error}"));
                thread::sleep(Duration::from_millis(100));
                continue;
            }
        };
        if server.does("serves one client at a time") {
            drop(client(stream, server));
        } else if server.does("has four threads") {
            waiting.send(stream).expect("the threads run");
        } else {
            let server = Arc::clone(server);
            thread::spawn(move || drop(client(stream, &server)));
        }
    }
}

/// Serves a client until it leaves.
fn client(stream: TcpStream, server: &Server) -> io::Result<()> {
    // One descriptor for reading and writing: else one without another is soon free again.
    let stream = Arc::new(stream);
    let number = server.clients.fetch_add(1, Ordering::Relaxed);
    let served = match server.places {
        Some(places) if number >= places => {
            (&*stream).write_all(b"-ERR max number of clients reached\r\n")
        }
        _ => answer(&stream, server),
    };
    if server.does("keeps all sockets") {
        mem::forget(stream);
    } else {
        drop(stream);
    }
    if !server.does("counts nobody out") {
        server.clients.fetch_sub(1, Ordering::Relaxed);
    }
    served
}

fn answer(stream: &Arc<TcpStream>, server: &Server) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let filled = server.does("fills a buffer for each client").then(|| vec![1_u8; 1 << 20]);
    let mut sink = Sink::to(Arc::clone(stream), server)?;
    let mut input = Input::default();
    let mut chunk = vec![0; 4096];
    loop {
        match (&**stream).read(&mut chunk)? {
            0 if server.does("takes the end for nothing yet") => {
                thread::sleep(Duration::from_millis(10));
            }
            0 => {
                drop(filled);
                return Ok(());
            }
            count => input.bytes.extend(chunk.iter().take(count)),
        }
        if server.does("reads a request anew for every byte") {
            (input.at, input.missing) = (0, 0);
            input.words.clear();
        }
        loop {
            match input.request(server) {
                Ok(None) => break,
                Ok(Some(words)) => sink.send(&execute(&words, server))?,
                Err(error) => {
                    // The one that a scenario waits for.
                    sink.send(b"-ERR Protocol error: invalid multibulk length\r\n")?;
                    return Err(error);
                }
            }
            input.bytes.drain(..mem::take(&mut input.at));
        }
        if server.does("takes a read for a request") && !input.bytes.is_empty() {
            return Ok(());
        }
        if input.bytes.is_empty() && !server.does("keeps its buffers") {
            input.bytes = Vec::new();
        }
    }
}

/// Where replies go.
enum Sink {
    Stream(Arc<TcpStream>),
    /// Whatever the client takes at once.
    Lossy(Arc<TcpStream>),
    /// A thread that writes them one day.
    Queue(mpsc::Sender<Vec<u8>>),
}

impl Sink {
    fn to(stream: Arc<TcpStream>, server: &Server) -> io::Result<Self> {
        if server.does("collects replies") {
            let (sender, replies) = mpsc::channel::<Vec<u8>>();
            thread::spawn(move || {
                replies.iter().try_for_each(|reply| (&*stream).write_all(&reply))
            });
            return Ok(Self::Queue(sender));
        }
        if server.does("forgets what is not taken") {
            stream.set_write_timeout(Some(Duration::from_millis(1)))?;
            return Ok(Self::Lossy(stream));
        }
        Ok(Self::Stream(stream))
    }

    fn send(&mut self, reply: &[u8]) -> io::Result<()> {
        match self {
            Self::Stream(stream) => (&**stream).write_all(reply),
            Self::Lossy(stream) => {
                // This is its fault.
                let _ = (&**stream).write(reply);
                Ok(())
            }
            Self::Queue(sender) => sender.send(reply.to_vec()).map_err(io::Error::other),
        }
    }
}

/// What a client has sent and is not answered yet.
#[derive(Default)]
struct Input {
    bytes: Vec<u8>,
    /// So many bytes are understood.
    at: usize,
    /// So many words of a request are still to come.
    missing: usize,
    words: Vec<Vec<u8>>,
    /// Memory for what may come.
    apart: Vec<u8>,
}

impl Input {
    /// Returns the next request, if it is whole.
    fn request(&mut self, server: &Server) -> io::Result<Option<Vec<Vec<u8>>>> {
        loop {
            if self.missing == 0 {
                let Some(line) = self.line(server)? else { return Ok(None) };
                match line.strip_prefix(b"*") {
                    Some(count) => self.missing = number(count)?,
                    None => {
                        let words = line.split(u8::is_ascii_whitespace);
                        self.words
                            .extend(words.filter(|word| !word.is_empty()).map(<[u8]>::to_vec));
                    }
                }
            } else {
                let start = self.at;
                let Some(line) = self.line(server)? else { return Ok(None) };
                let length = number(line.strip_prefix(b"$").ok_or(io::ErrorKind::InvalidData)?)?;
                if length > 512 << 20 {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                let Some(word) = self.bytes.get(self.at..self.at + length) else {
                    self.at = start;
                    for (fault, filling) in [
                        ("fills a buffer with zeros as long as announced", 0),
                        ("fills a buffer with ones as long as announced", 1),
                    ] {
                        if server.does(fault) && self.apart.is_empty() {
                            self.apart = vec![filling; length];
                        }
                    }
                    return Ok(None);
                };
                if self.bytes.len() < self.at + length + 2 {
                    self.at = start;
                    return Ok(None);
                }
                self.words.push(word.to_vec());
                self.at += length + 2;
                self.missing -= 1;
            }
            if self.missing == 0 && !self.words.is_empty() {
                return Ok(Some(mem::take(&mut self.words)));
            }
        }
    }

    fn line(&mut self, server: &Server) -> io::Result<Option<Vec<u8>>> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            let is_long = rest.len() > 64 * 1024 && !server.does("waits for the end of any line");
            return if is_long { Err(io::ErrorKind::InvalidData.into()) } else { Ok(None) };
        };
        let line = rest.get(..end).unwrap_or_default().trim_ascii_end().to_vec();
        if server.does("trusts that all is text") && str::from_utf8(&line).is_err() {
            std::process::abort();
        }
        self.at += end + 1;
        Ok(Some(line))
    }
}

fn number(digits: &[u8]) -> io::Result<usize> {
    let number = str::from_utf8(digits).ok().and_then(|digits| digits.parse::<i32>().ok());
    let number = number.and_then(|number| usize::try_from(number).ok());
    number.ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn execute(words: &[Vec<u8>], server: &Server) -> Vec<u8> {
    let bulk = |bytes: &[u8]| [format!("${}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let keys = || server.keys.lock().expect("no panic");
    match words.as_slice() {
        [b"PING"] => b"+PONG\r\n".to_vec(),
        [b"ECHO", message] => bulk(message),
        [b"ECHO", ..] => b"-ERR wrong number of arguments for 'echo' command\r\n".to_vec(),
        [b"SET", key, value] => {
            keys().insert(key.to_vec(), value.to_vec());
            b"+OK\r\n".to_vec()
        }
        [b"GET", key] => bulk(keys().get(*key).map_or(&b""[..], Vec::as_slice)),
        [b"KEYS", b"*"] => {
            let keys = keys();
            let bulks: Vec<Vec<u8>> = keys.keys().map(|key| bulk(key)).collect();
            [format!("*{}\r\n", bulks.len()).into_bytes(), bulks.concat()].concat()
        }
        [b"KEYS", _] => {
            let lock = server.does("holds the lock while it searches").then(keys);
            // As long as to look at many keys.
            thread::sleep(Duration::from_millis(300));
            drop(lock);
            b"*0\r\n".to_vec()
        }
        _ => b"-ERR unknown command\r\n".to_vec(),
    }
}

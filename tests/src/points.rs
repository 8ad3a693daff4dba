//! The points of exercises that no transcript can show: how likely a reply is, what it costs, and
//! how long other clients wait for it.
//!
//! Times are compared with a bound far above what a right solution takes and far below what a wrong
//! one does, since machines are busy. Where a wait is measured, the best of some attempts counts.

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{fmt, thread};

use anyhow::{Context as _, Result, bail, ensure};

use crate::load::{Bystander, Bytes, MIB, Meter, Peer, Usage, array};
use crate::program::keepalive_timer;
use crate::server::{CommandLine, Server, StartError};

/// How long anything is waited for. Nothing takes nearly as long.
const PATIENCE: Duration = Duration::from_secs(60);

/// No client may wait longer for a reply because of another one.
const LONG_WAIT: Duration = Duration::from_millis(100);

/// How often a wait is measured before it counts.
const ATTEMPTS: usize = 3;

/// Requests are sent in pieces, each with this many.
const AT_ONCE: usize = 1000;

/// One point of an exercise.
pub struct Point {
    /// The exercise, `NN-stage/name`.
    pub exercise: &'static str,
    /// The claim as a name, like a transcript's.
    pub claim: &'static str,
    needs_linux: bool,
    run: fn(&CommandLine) -> Result<()>,
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// Makes a point of a function: `point!("04-px-expiry/getex", a_function)`.
macro_rules! point {
    ($exercise:literal, $run:ident) => {
        Point { exercise: $exercise, claim: stringify!($run), needs_linux: false, run: $run }
    };
}

/// All points, in the order of the exercises.
pub const POINTS: &[Point] = &[
    point!("01-ping/a_message", words_that_are_not_needed_are_not_kept),
    point!("01-ping/the_length", a_length_alone_costs_nothing),
    point!("01-ping/the_length", a_wrong_header_closes_the_connection),
    point!("04-px-expiry/forgotten_keys_go_too", keys_that_live_on_are_not_searched),
    point!("04-px-expiry/forgotten_keys_go_too", keys_that_expire_together_keep_no_client_waiting),
    Point {
        needs_linux: true,
        ..point!("05-config/keepalive_on_the_command_line", the_kernel_uses_the_given_time)
    },
    point!("05-config/times_to_save", wrong_times_refuse_the_start_in_one_line),
    point!("06-rdb-read/swapdb", a_swap_moves_no_key),
    point!("07-keys/a_random_key", each_key_is_as_likely_as_any_other),
    point!("07-keys/a_random_key", a_draw_does_not_search_all_keys),
    point!("07-keys/flushall_makes_nobody_wait", freeing_many_keys_keeps_no_client_waiting),
    point!("07-keys/flushall_makes_nobody_wait", the_memory_can_be_used_again),
    point!("09-scan/a_scan_that_loses_keys", a_scan_takes_many_replies),
    point!("10-look-ahead/setrange", a_part_is_written_in_place),
    point!("13-del-rename/a_new_name_in_place", a_value_is_not_copied),
    point!("13-del-rename/lazyfreed_objects", each_key_is_pending_until_it_is_freed),
    point!("15-exact-expiry/the_share_of_the_dead", a_step_that_leaves_keys_is_counted),
    point!("15-exact-expiry/the_share_of_the_dead", no_key_is_dead_when_info_counts),
    point!("15-exact-expiry/how_long_it_took", freeing_keys_takes_time),
    point!("15-exact-expiry/how_long_it_took", waiting_for_a_deadline_is_no_work),
    point!("15-exact-expiry/idletime", a_look_is_no_use),
    point!("15-exact-expiry/idletime", a_use_ends_the_idle_time),
    point!("16-lists/memory_usage", the_estimate_is_near_what_the_kernel_counts),
    point!("16-lists/memory_usage", a_long_list_is_measured_as_fast_as_a_short_one),
    point!("16-lists/short_elements", a_million_short_elements_take_little),
    point!("17-list-edits/lrem_stops_when_it_is_done", what_is_near_an_end_is_found_at_once),
    point!("17-list-edits/ltrim_keeps_nobody_waiting", what_is_trimmed_is_freed_in_small_steps),
];

/// Returns the points of an exercise.
pub fn of(exercise: &str) -> impl Iterator<Item = &'static Point> + use<'_> {
    POINTS.iter().filter(move |point| point.exercise == exercise)
}

impl Point {
    /// Its name, with the exercise's.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.exercise, self.claim)
    }

    /// Whether this system tells what it needs.
    #[must_use]
    pub fn is_checked_here(&self) -> bool {
        cfg!(target_os = "linux") || !self.needs_linux
    }

    /// Holds the server that a command starts to this point.
    ///
    /// # Errors
    /// With what was expected and what was received.
    pub fn check(&self, command: &CommandLine) -> Result<()> {
        (self.run)(command).with_context(|| self.claim.replace('_', " "))
    }
}

/// A running server. It ends when this is dropped.
struct Running {
    server: Server,
}

impl Running {
    fn start(command: &CommandLine) -> Result<Self> {
        Self::start_with(command, &[])
    }

    fn start_with(command: &CommandLine, options: &[&str]) -> Result<Self> {
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        Ok(Self { server: Server::start(command, "", PATIENCE, |_| Ok(options.clone()))? })
    }

    fn port(&self) -> u16 {
        self.server.place().port
    }

    fn connect(&self) -> Result<Peer> {
        Ok(Peer::connect(([127, 0, 0, 1], self.port()).into(), PATIENCE)?)
    }

    /// Watches its memory and its time.
    fn meter(&self) -> Result<Meter> {
        let meter =
            self.server.process_id().and_then(|id| Meter::watch(id, u64::MAX / 2, Duration::MAX));
        meter.context("the system does not say what the server uses")
    }

    fn usage(&self) -> Result<Usage> {
        self.meter()?.now().context("the server has ended")
    }

    /// Returns how much CPU time the server takes while something is done.
    fn cpu_time(&self, act: impl FnOnce() -> Result<()>) -> Result<Duration> {
        let before = self.usage()?.cpu;
        act()?;
        Ok(self.usage()?.cpu.saturating_sub(before))
    }

    /// Sets the keys `key:0`, `key:1` and so on, with more arguments if there are any.
    fn fill(&self, keys: usize, options: &[&str]) -> Result<()> {
        let set = |number: usize| {
            let key = format!("key:{number}");
            let words = [&["SET", &key, "a value"], options].concat();
            array(&words.iter().map(|word| word.as_bytes()).collect::<Vec<_>>())
        };
        self.repeat(keys, set, b"+OK\r\n")
    }

    /// Sends many requests, and holds each reply to what is due.
    fn repeat(&self, count: usize, request: impl Fn(usize) -> Vec<u8>, due: &[u8]) -> Result<()> {
        let mut client = self.connect()?;
        for first in (0..count).step_by(AT_ONCE) {
            let numbers = first..count.min(first + AT_ONCE);
            let due = due.repeat(numbers.len());
            client.send(&numbers.map(&request).collect::<Vec<_>>().concat())?;
            client.expect(&due)?;
        }
        Ok(())
    }

    /// Pushes so many elements to the back of the list `list`.
    fn fill_list(&self, count: usize, element: impl Fn(usize) -> String) -> Result<()> {
        let mut client = self.connect()?;
        for first in (0..count).step_by(AT_ONCE) {
            let end = count.min(first + AT_ONCE);
            let elements: Vec<String> = (first..end).map(&element).collect();
            let words: Vec<&[u8]> = ["RPUSH", "list"]
                .into_iter()
                .chain(elements.iter().map(String::as_str))
                .map(str::as_bytes)
                .collect();
            client.command(&words, format!(":{end}\r\n").as_bytes())?;
        }
        Ok(())
    }

    /// Returns the integer with which it replies.
    fn integer(&self, words: &[&[u8]]) -> Result<u64> {
        let mut client = self.connect()?;
        client.send(&array(words))?;
        let line = client.line()?.unwrap_or_default();
        let number = line.trim_end().strip_prefix(':').and_then(|number| number.parse().ok());
        number.with_context(|| format!("expected an integer, received {line:?}"))
    }

    /// Sets keys that all expire at the same time, and waits until then.
    fn fill_with_one_deadline(&self, keys: usize) -> Result<()> {
        /// How long the server rests before they expire.
        const REST: Duration = Duration::from_millis(1500);
        for wait in [4, 12, 36].map(Duration::from_secs) {
            let deadline = SystemTime::now() + wait;
            let unix = deadline.duration_since(UNIX_EPOCH)?.as_millis().to_string();
            self.fill(keys, &["PXAT", &unix])?;
            let left = deadline.duration_since(SystemTime::now()).unwrap_or_default();
            if left >= REST {
                thread::sleep(left);
                return Ok(());
            }
            // This machine needs longer.
            self.await_empty()?;
        }
        bail!("the server did not set {keys} keys in 30 seconds")
    }

    /// Returns a field of INFO, of its section Stats.
    fn stats_field(&self, name: &str) -> Result<String> {
        let mut client = self.connect()?;
        client.send(&array(&[b"INFO", b"stats"]))?;
        let length = client.line()?.unwrap_or_default();
        let length = length.trim_end().strip_prefix('$').and_then(|length| length.parse().ok());
        let text = client.take(length.context("expected a bulk from INFO stats")?)?;
        let text = String::from_utf8_lossy(&text);
        let mut fields = text.lines().filter_map(|line| line.split_once(':'));
        let field = fields.find(|(found, _)| *found == name);
        let (_, value) = field.with_context(|| format!("INFO stats has no field {name}"))?;
        Ok(value.to_owned())
    }

    /// Returns a field of INFO's section Stats that is a number.
    fn stats_number(&self, name: &str) -> Result<u64> {
        let value = self.stats_field(name)?;
        value.parse().with_context(|| format!("expected a number as {name}, received '{value}'"))
    }

    /// Waits until all keys have expired.
    fn await_empty(&self) -> Result<()> {
        let patience = Instant::now() + PATIENCE;
        while self.integer(&[b"DBSIZE"])? > 0 {
            let is_time = Instant::now() < patience;
            ensure!(is_time, "expected that all keys expire, but after {PATIENCE:?} some stay");
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Returns the longest time that another client waits for a reply while something is done.
    fn longest_wait(&self, act: impl FnOnce() -> Result<()>) -> Result<Duration> {
        let address = ([127, 0, 0, 1], self.port()).into();
        let other = Bystander::ask(address, PATIENCE, b"PING\r\n", b"+PONG\r\n")?;
        act()?;
        other.is_served()?;
        Ok(other.leave().longest)
    }
}

/// Fails unless some attempt keeps other clients waiting for only a moment.
fn keeps_no_client_waiting(attempt: impl Fn() -> Result<Duration>, what: &str) -> Result<()> {
    let mut shortest = Duration::MAX;
    for _ in 0..ATTEMPTS {
        shortest = shortest.min(attempt()?);
        if shortest < LONG_WAIT {
            return Ok(());
        }
    }
    bail!(
        "expected that another client waits less than {LONG_WAIT:?} while {what}, but in each of \
         {ATTEMPTS} attempts it waited {shortest:?} or longer. Is the work done in small steps, \
         with the lock released and a yield between two of them?"
    )
}

fn words_that_are_not_needed_are_not_kept(command: &CommandLine) -> Result<()> {
    const WORDS: usize = 100_000;
    const MOST: u64 = 4 * MIB;
    let server = Running::start(command)?;
    let mut client = server.connect()?;
    client.ping()?;
    let meter = server.meter()?;
    let word = format!("$100\r\n{}\r\n", "x".repeat(100));
    client.send(format!("*{}\r\n$4\r\nPING\r\n", WORDS + 1).as_bytes())?;
    client.send(word.repeat(WORDS).as_bytes())?;
    client.expect(b"-ERR wrong number of arguments for 'ping' command\r\n")?;
    let grown = meter.growth().resident();
    ensure!(
        grown < MOST,
        "expected the server to grow by less than {} while it reads a PING with {WORDS} words of \
         100 bytes, but it grew by {}. Which words does it keep, and which of them does it use?",
        Bytes(MOST),
        Bytes(grown)
    );
    Ok(())
}

fn a_length_alone_costs_nothing(command: &CommandLine) -> Result<()> {
    const CLIENTS: u64 = 8;
    const MOST: u64 = 256 * MIB;
    let server = Running::start(command)?;
    let mut other = server.connect()?;
    other.ping()?;
    let meter = server.meter()?;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let mut client = server.connect()?;
        client.send(b"*1\r\n$536870912\r\n")?;
        clients.push(client);
    }
    // Time to read all headers.
    thread::sleep(Duration::from_millis(500));
    other.ping()?;
    let grown = meter.growth().reserved();
    ensure!(
        grown < MOST,
        "expected the server to ask for less than {} when {CLIENTS} clients send only the header \
         $536870912, but it asked for {}. Is the number in the header the size of an allocation?",
        Bytes(MOST),
        Bytes(grown)
    );
    Ok(())
}

fn a_wrong_header_closes_the_connection(command: &CommandLine) -> Result<()> {
    let server = Running::start(command)?;
    for header in ["$536870913", "$99999999999999999999", "$-1", "$x", "$", "4", "+PING"] {
        let mut client = server.connect()?;
        client.send(format!("*1\r\n{header}\r\n").as_bytes())?;
        client.read_to_end().with_context(|| format!("after *1 and the header {header:?}"))?;
    }
    server.connect()?.ping()?;
    Ok(())
}

fn keys_that_live_on_are_not_searched(command: &CommandLine) -> Result<()> {
    const KEYS: usize = 300_000;
    const TIME: Duration = Duration::from_secs(2);
    const MOST: Duration = Duration::from_millis(150);
    let server = Running::start(command)?;
    server.fill(KEYS, &["PX", "10000000"])?;
    let taken = server.cpu_time(|| {
        thread::sleep(TIME);
        Ok(())
    })?;
    ensure!(
        taken < MOST,
        "expected less than {MOST:?} of CPU time in {TIME:?} with {KEYS} keys of which none \
         expires and no client at work, but the server took {taken:?}. Does it look at keys that \
         are not due?"
    );
    Ok(())
}

fn keys_that_expire_together_keep_no_client_waiting(command: &CommandLine) -> Result<()> {
    const KEYS: usize = 200_000;
    let attempt = || {
        // Until a machine has set them all before the first one expires.
        for seconds in [5, 15, 45] {
            let server = Running::start(command)?;
            let deadline = Instant::now() + Duration::from_secs(seconds);
            let unix = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
            let unix = (unix.as_millis() + u128::from(seconds) * 1000).to_string();
            server.fill(KEYS, &["PXAT", &unix])?;
            if server.integer(&[b"DBSIZE"])? < KEYS as u64 {
                continue;
            }
            return server.longest_wait(|| {
                // The other client must be there before the keys expire.
                thread::sleep(deadline.saturating_duration_since(Instant::now()));
                let patience = Instant::now() + PATIENCE;
                while server.integer(&[b"DBSIZE"])? > 0 {
                    let is_time = Instant::now() < patience;
                    ensure!(is_time, "expected that all keys go, but after {PATIENCE:?} some stay");
                    thread::sleep(Duration::from_millis(50));
                }
                Ok(())
            });
        }
        bail!("the server did not set {KEYS} keys in 45 seconds")
    };
    keeps_no_client_waiting(attempt, &format!("{KEYS} keys expire in the same millisecond"))
}

fn the_kernel_uses_the_given_time(command: &CommandLine) -> Result<()> {
    for (seconds, kind, due) in [("1000", 2, 90_000..=100_000), ("0", 0, 0..=0)] {
        let server = Running::start_with(command, &["--tcp-keepalive", seconds])?;
        let mut client = server.connect()?;
        client.ping()?;
        let found = keepalive_timer(server.port(), client.port()?)?;
        let (found, time) = found.context("expected the connection in /proc/net/tcp")?;
        ensure!(
            found == kind && due.contains(&time),
            "with --tcp-keepalive {seconds}, expected a timer of kind {kind} (0: none, 2: \
             keepalive) that ends in {} to {} hundredths of a second, but the kernel has kind \
             {found}, {time}. Does the listener use the parameter?",
            due.start(),
            due.end()
        );
    }
    Ok(())
}

fn wrong_times_refuse_the_start_in_one_line(command: &CommandLine) -> Result<()> {
    for words in [
        &["900"][..],
        &["900 1 300"],
        &["900", "1", "300"],
        &["0", "1"],
        &["-1", "1"],
        &["900", "-1"],
        &["900", "x"],
        &["900", "1.5"],
        &["+900", "1"],
    ] {
        let options = [&["--save"], words].concat();
        let shown = options.join(" ");
        let started = Server::start(command, "", PATIENCE, |_| {
            Ok(options.iter().map(|option| (*option).to_owned()).collect())
        });
        match started {
            Err(StartError::Ended { status, output, .. }) => ensure!(
                status.code().is_some_and(|code| code != 0 && code != 101)
                    && output.trim_end().lines().count() == 1,
                "with {shown}, expected one line and an exit code for errors, but the server \
                 ended ({status}) and printed {output:?}"
            ),
            Err(error) => return Err(error.into()),
            Ok(_) => bail!("with {shown}, expected that the server refuses to start"),
        }
    }
    Ok(())
}

fn a_swap_moves_no_key(command: &CommandLine) -> Result<()> {
    const KEYS: usize = 200_000;
    const SWAPS: usize = 1000;
    const MOST: Duration = Duration::from_secs(1);
    let server = Running::start(command)?;
    server.fill(KEYS, &[])?;
    let swap = |_| array(&[b"SWAPDB", b"0", b"1"]);
    let taken = server.cpu_time(|| server.repeat(SWAPS, swap, b"+OK\r\n"))?;
    ensure!(
        taken < MOST,
        "expected less than {MOST:?} of CPU time for {SWAPS} swaps of a database of {KEYS} keys, \
         but the server took {taken:?}. Does it look at the keys?"
    );
    Ok(())
}

fn each_key_is_as_likely_as_any_other(command: &CommandLine) -> Result<()> {
    const KEYS: usize = 2000;
    const DRAWS: usize = 20_000;
    let server = Running::start(command)?;
    server.fill(KEYS, &[])?;
    let mut client = server.connect()?;
    let mut counts: HashMap<String, u64> = HashMap::new();
    for _ in 0..DRAWS / AT_ONCE {
        client.send(&array(&[b"RANDOMKEY"]).repeat(AT_ONCE))?;
        for _ in 0..AT_ONCE {
            let length = client.line()?.unwrap_or_default();
            ensure!(length.starts_with('$'), "expected a key, received {length:?}");
            *counts.entry(client.line()?.unwrap_or_default()).or_default() += 1;
        }
    }
    // How many pairs of draws have the same key says how unequal the chances are: with equal
    // chances, one pair in as many as there are keys. The bounds are 15 standard deviations away.
    let pairs = |count: u64| count * count.saturating_sub(1) / 2;
    let equal: u64 = counts.values().map(|count| pairs(*count)).sum();
    let due = pairs(DRAWS as u64) / KEYS as u64;
    ensure!(
        equal * 100 < due * 115 && equal * 100 > due * 95,
        "expected that {DRAWS} draws from {KEYS} keys have about {due} pairs with the same key, \
         received {equal}, from {} different keys. More than that: some keys are more likely than \
         others. Is a shard with few keys drawn as often as one with many? Less: the keys come in \
         turn, and not at random.",
        counts.len()
    );
    Ok(())
}

fn a_draw_does_not_search_all_keys(command: &CommandLine) -> Result<()> {
    const KEYS: usize = 200_000;
    const DRAWS: usize = 2000;
    const MOST: Duration = Duration::from_secs(1);
    let server = Running::start(command)?;
    // Keys of one length, so that the replies have one, too.
    let key = |number: usize| format!("{number:06}").into_bytes();
    server.repeat(KEYS, |number| array(&[b"SET", &key(number), b"v"]), b"+OK\r\n")?;
    let mut client = server.connect()?;
    let taken = server.cpu_time(|| {
        client.send(&array(&[b"RANDOMKEY"]).repeat(DRAWS))?;
        let replies = client.take(DRAWS * b"$6\r\n000000\r\n".len())?;
        let first = replies.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let first = String::from_utf8_lossy(first);
        ensure!(first == "$6", "expected a key, received {first:?}");
        Ok(())
    })?;
    ensure!(
        taken < MOST,
        "expected less than {MOST:?} of CPU time for {DRAWS} draws from {KEYS} keys, but the \
         server took {taken:?}. Does it walk through more than one shard?"
    );
    Ok(())
}

/// Removes all keys, and returns when the server has nothing left to do.
fn flush(server: &Running) -> Result<()> {
    const QUIET: Duration = Duration::from_millis(400);
    server.connect()?.command(&[b"FLUSHALL"], b"+OK\r\n")?;
    let patience = Instant::now() + PATIENCE;
    while server.cpu_time(|| {
        thread::sleep(QUIET);
        Ok(())
    })? > QUIET / 10
    {
        ensure!(
            Instant::now() < patience,
            "expected the server to rest {PATIENCE:?} after a flush"
        );
    }
    Ok(())
}

fn freeing_many_keys_keeps_no_client_waiting(command: &CommandLine) -> Result<()> {
    const KEYS: usize = 500_000;
    let attempt = || {
        let server = Running::start(command)?;
        server.fill(KEYS, &[])?;
        server.longest_wait(|| flush(&server))
    };
    keeps_no_client_waiting(attempt, &format!("FLUSHALL removes {KEYS} keys"))
}

fn the_memory_can_be_used_again(command: &CommandLine) -> Result<()> {
    const KEYS: usize = 200_000;
    let server = Running::start(command)?;
    let empty = server.usage()?.resident;
    server.fill(KEYS, &[])?;
    let once = server.usage()?.resident.saturating_sub(empty);
    flush(&server)?;
    server.fill(KEYS, &[])?;
    let twice = server.usage()?.resident.saturating_sub(empty);
    ensure!(
        twice < once + once / 2,
        "expected that {KEYS} keys which are set after a FLUSHALL use the memory of those before \
         it, {}, but the server now has {}. Are the old tables freed?",
        Bytes(once),
        Bytes(twice)
    );
    Ok(())
}

fn a_scan_takes_many_replies(command: &CommandLine) -> Result<()> {
    const KEYS: usize = 1000;
    const FEWEST: usize = 20;
    let server = Running::start(command)?;
    server.fill(KEYS, &[])?;
    let mut client = server.connect()?;
    let (mut cursor, mut replies) = ("0".to_owned(), 0);
    loop {
        client.send(&array(&[b"SCAN", cursor.as_bytes()]))?;
        let mut next = || client.line().map(|line| line.unwrap_or_default().trim_end().to_owned());
        let head = next()?;
        ensure!(head == "*2", "expected an array of a cursor and keys, received {head:?}");
        next()?;
        cursor = next()?;
        let count: usize = next()?.trim_start_matches('*').parse().context("a number of keys")?;
        for _ in 0..2 * count {
            next()?;
        }
        replies += 1;
        if cursor == "0" {
            break;
        }
        ensure!(replies <= 10 * KEYS, "expected that the scan ends, but it goes on and on");
    }
    ensure!(
        replies >= FEWEST,
        "expected that a scan of {KEYS} keys takes {FEWEST} replies or more, received {replies}. \
         How many keys does one reply hold?"
    );
    Ok(())
}

fn a_part_is_written_in_place(command: &CommandLine) -> Result<()> {
    const SIZE: usize = 16 << 20;
    const WRITES: usize = 500;
    const MOST: Duration = Duration::from_secs(1);
    let server = Running::start(command)?;
    let set_range = |offset: usize, part: &[u8]| {
        array(&[b"SETRANGE", b"key", offset.to_string().as_bytes(), part])
    };
    let due = format!(":{SIZE}\r\n");
    server.repeat(1, |_| set_range(SIZE - 1, b"x"), due.as_bytes())?;
    let taken = server
        .cpu_time(|| server.repeat(WRITES, |number| set_range(number, b"part"), due.as_bytes()))?;
    ensure!(
        taken < MOST,
        "expected less than {MOST:?} of CPU time for {WRITES} parts of a value of {}, but the \
         server took {taken:?}. Does it copy the value?",
        Bytes(SIZE as u64)
    );
    Ok(())
}

fn a_value_is_not_copied(command: &CommandLine) -> Result<()> {
    const SIZE: usize = 16 << 20;
    const RENAMES: usize = 64;
    const MOST: Duration = Duration::from_millis(200);
    let server = Running::start(command)?;
    let mut client = server.connect()?;
    client.command(&[b"SET", b"a", &vec![b'x'; SIZE]], b"+OK\r\n")?;
    let taken = server.cpu_time(|| {
        for _ in 0..RENAMES / 2 {
            client.command(&[b"RENAME", b"a", b"b"], b"+OK\r\n")?;
            client.command(&[b"RENAME", b"b", b"a"], b"+OK\r\n")?;
        }
        Ok(())
    })?;
    ensure!(
        taken < MOST,
        "expected less than {MOST:?} of CPU time for {RENAMES} new names, of one byte each, for a \
         value of {}, but the server took {taken:?}. Does it copy the value?",
        Bytes(SIZE as u64)
    );
    Ok(())
}

fn each_key_is_pending_until_it_is_freed(command: &CommandLine) -> Result<()> {
    const KEYS: u64 = 200_000;
    let server = Running::start(command)?;
    server.fill(KEYS as usize, &[])?;
    let mut client = server.connect()?;
    // In one write, so that hardly anything is freed between the two.
    let requests = [array(&[b"FLUSHALL", b"ASYNC"]), array(&[b"INFO", b"memory"])];
    client.send(&requests.concat())?;
    client.expect(b"+OK\r\n")?;
    let start = Instant::now();
    for attempt in 0.. {
        let header = client.line()?.unwrap_or_default();
        let length = header.trim_end().strip_prefix('$').and_then(|digits| digits.parse().ok());
        let length: usize = length.with_context(|| format!("a bulk, not {header:?}"))?;
        let info = String::from_utf8(client.take(length + 2)?)?;
        let field = |name: &str| {
            let value = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            value.and_then(|value| value.parse().ok()).with_context(|| format!("no {name}"))
        };
        let pending: u64 = field("lazyfree_pending_objects")?;
        let freed: u64 = field("lazyfreed_objects")?;
        ensure!(
            pending + freed == KEYS && (attempt > 0 || pending > 0),
            "expected that {KEYS} keys are pending or freed after FLUSHALL ASYNC, and some pending at \
             first, but {pending} are pending and {freed} are freed. Does a key count as freed when \
             it is?"
        );
        if pending == 0 {
            break;
        }
        ensure!(start.elapsed() < PATIENCE, "after {PATIENCE:?}, {pending} are still pending");
        client.send(&requests[1])?;
    }
    Ok(())
}

fn a_step_that_leaves_keys_is_counted(command: &CommandLine) -> Result<()> {
    const KEYS: usize = 50_000;
    const FIELD: &str = "expired_time_cap_reached_count";
    let server = Running::start(command)?;
    server.fill(10, &["PX", "1"])?;
    server.await_empty()?;
    let few = server.stats_number(FIELD)?;
    ensure!(few == 0, "expected 0 as {FIELD} after 10 keys have expired, received {few}");
    server.fill_with_one_deadline(KEYS)?;
    server.await_empty()?;
    let many = server.stats_number(FIELD)?;
    ensure!(
        many > 0,
        "expected that {FIELD} counts the steps that left something to free, but after {KEYS} keys \
         have expired in the same millisecond it is 0"
    );
    thread::sleep(Duration::from_millis(300));
    let later = server.stats_number(FIELD)?;
    ensure!(
        later == many,
        "expected that {FIELD} stays at {many} while no key expires, received {later}"
    );
    Ok(())
}

fn no_key_is_dead_when_info_counts(command: &CommandLine) -> Result<()> {
    const KEYS: usize = 50_000;
    const FIELD: &str = "expired_stale_perc";
    let server = Running::start(command)?;
    server.fill_with_one_deadline(KEYS)?;
    for _ in 0..20 {
        let share = server.stats_field(FIELD)?;
        ensure!(
            share == "0.00",
            "expected 0.00 as {FIELD} at every moment, since INFO frees expired keys before it \
             counts, received {share}"
        );
    }
    Ok(())
}

fn freeing_keys_takes_time(command: &CommandLine) -> Result<()> {
    const KEYS: usize = 100_000;
    const FIELD: &str = "expire_cycle_cpu_milliseconds";
    let server = Running::start(command)?;
    // On a slow machine, the keys are set more than once, and each time they expire.
    let start = Instant::now();
    server.fill_with_one_deadline(KEYS)?;
    server.await_empty()?;
    let taken = server.stats_number(FIELD)?;
    let most = start.elapsed().as_millis() as u64;
    ensure!(
        (1..=most).contains(&taken),
        "expected that {FIELD} is 1 or more after {KEYS} keys were freed, and no more than the \
         {most} ms that passed, received {taken}"
    );
    Ok(())
}

fn waiting_for_a_deadline_is_no_work(command: &CommandLine) -> Result<()> {
    const KEYS: usize = 50;
    const TIME: Duration = Duration::from_millis(2500);
    const FIELD: &str = "expire_cycle_cpu_milliseconds";
    let server = Running::start(command)?;
    let step = TIME.as_millis() as usize / KEYS;
    let set = |number: usize| {
        let (key, ms) = (format!("key:{number}"), (step * (number + 1)).to_string());
        array(&[b"SET", key.as_bytes(), b"v", b"PX", ms.as_bytes()])
    };
    server.repeat(KEYS, set, b"+OK\r\n")?;
    server.await_empty()?;
    let (taken, most) = (server.stats_number(FIELD)?, TIME.as_millis() as u64 / 2);
    ensure!(
        taken < most,
        "expected less than {most} as {FIELD} after {KEYS} keys have expired one by one in \
         {TIME:?}, received {taken}. Does it count the time in which the timer sleeps?"
    );
    Ok(())
}

/// How long a key is not used, and how many of these seconds count.
const IDLE: (Duration, u64) = (Duration::from_millis(2500), 2);

/// Sends each request to a key of its own that has been idle, and returns the idle times after it.
fn idle_times(command: &CommandLine, requests: &[&[&str]]) -> Result<Vec<u64>> {
    let server = Running::start(command)?;
    server.fill(requests.len(), &[])?;
    thread::sleep(IDLE.0);
    let mut times = Vec::new();
    for (number, words) in requests.iter().enumerate() {
        let key = format!("key:{number}");
        let words = words.iter().map(|word| if *word == "key" { &key } else { *word }.as_bytes());
        let mut client = server.connect()?;
        client.send(&array(&words.collect::<Vec<_>>()))?;
        client.line()?;
        times.push(server.integer(&[b"OBJECT", b"IDLETIME", key.as_bytes()])?);
    }
    Ok(times)
}

fn a_look_is_no_use(command: &CommandLine) -> Result<()> {
    let looks: &[&[&str]] = &[
        &["PING"],
        &["EXISTS", "key"],
        &["TYPE", "key"],
        &["PTTL", "key"],
        &["OBJECT", "ENCODING", "key"],
        &["OBJECT", "IDLETIME", "key"],
    ];
    for (look, time) in looks.iter().zip(idle_times(command, looks)?) {
        ensure!(
            (IDLE.1..60).contains(&time),
            "expected that a key has been idle for {} seconds or a little more after {}, \
             received {time}",
            IDLE.1,
            look.join(" ")
        );
    }
    Ok(())
}

fn a_use_ends_the_idle_time(command: &CommandLine) -> Result<()> {
    let uses: &[&[&str]] = &[
        &["GET", "key"],
        &["STRLEN", "key"],
        &["TOUCH", "key"],
        &["SET", "key", "another value"],
        &["APPEND", "key", "more"],
        &["EXPIRE", "key", "100"],
        &["PERSIST", "key"],
    ];
    for (used, time) in uses.iter().zip(idle_times(command, uses)?) {
        ensure!(
            time < IDLE.1,
            "expected that a key is no longer idle after {}, received {time} seconds",
            used.join(" ")
        );
    }
    Ok(())
}

fn the_estimate_is_near_what_the_kernel_counts(command: &CommandLine) -> Result<()> {
    const ELEMENTS: usize = 300_000;
    let server = Running::start(command)?;
    server.connect()?.ping()?;
    let meter = server.meter()?;
    server.fill_list(ELEMENTS, |number| format!("{number:x<60}"))?;
    let grown = meter.growth().resident();
    let usage = server.integer(&[b"MEMORY", b"USAGE", b"list"])?;
    ensure!(
        (grown / 4 * 3..=grown * 2).contains(&usage),
        "expected that MEMORY USAGE of a list with {ELEMENTS} elements of 60 bytes is between three \
         quarters and twice of {}, by which the server has grown, received {}. Does it count the \
         bytes of all elements, and what each one needs besides?",
        Bytes(grown),
        Bytes(usage)
    );
    Ok(())
}

fn a_long_list_is_measured_as_fast_as_a_short_one(command: &CommandLine) -> Result<()> {
    const ELEMENTS: usize = 500_000;
    const REQUESTS: usize = 400;
    const MOST: Duration = Duration::from_millis(150);
    let server = Running::start(command)?;
    server.fill_list(ELEMENTS, |number| format!("element:{number}"))?;
    let due = server.integer(&[b"MEMORY", b"USAGE", b"list"])?;
    let request = |_| array(&[b"MEMORY", b"USAGE", b"list", b"SAMPLES", b"0"]);
    let due = format!(":{due}\r\n");
    let taken = server.cpu_time(|| server.repeat(REQUESTS, request, due.as_bytes()))?;
    ensure!(
        taken < MOST,
        "expected less than {MOST:?} of CPU time for {REQUESTS} times MEMORY USAGE of a list with \
         {ELEMENTS} elements, but the server took {taken:?}. Does it look at each element?"
    );
    Ok(())
}

fn a_million_short_elements_take_little(command: &CommandLine) -> Result<()> {
    const ELEMENTS: usize = 1 << 20;
    const MOST: u64 = 36 * MIB;
    let server = Running::start(command)?;
    server.connect()?.ping()?;
    let meter = server.meter()?;
    server.fill_list(ELEMENTS, |number| format!("e{number:011}"))?;
    let grown = meter.growth().resident();
    ensure!(
        grown < MOST,
        "expected the server to grow by less than {} for a list with {ELEMENTS} elements of 12 \
         bytes, but it grew by {}. Does a short element need an allocation of its own?",
        Bytes(MOST),
        Bytes(grown)
    );
    Ok(())
}

fn what_is_near_an_end_is_found_at_once(command: &CommandLine) -> Result<()> {
    const ELEMENTS: usize = 500_000;
    const REQUESTS: usize = 100;
    const MOST: Duration = Duration::from_millis(100);
    let server = Running::start(command)?;
    let element = |number| format!("element:{number}");
    server.fill_list(ELEMENTS, element)?;
    let remove = |count: &str, number| {
        array(&[b"LREM", b"list", count.as_bytes(), element(number).as_bytes()])
    };
    let taken = server.cpu_time(|| {
        server.repeat(REQUESTS, |number| remove("1", 2 * number + 1), b":1\r\n")?;
        server.repeat(REQUESTS, |number| remove("-1", ELEMENTS - 2 * number - 2), b":1\r\n")
    })?;
    ensure!(
        taken < MOST,
        "expected less than {MOST:?} of CPU time for {REQUESTS} times LREM with a count of 1 and -1 \
         of elements near the ends of a list with {ELEMENTS}, but the server took {taken:?}. Does \
         it go on after the last element that it removes?"
    );
    Ok(())
}

fn what_is_trimmed_is_freed_in_small_steps(command: &CommandLine) -> Result<()> {
    const ELEMENTS: usize = 3_000_000;
    // The same elements in each request: making them would take as long as pushing them.
    let words: Vec<&[u8]> =
        [&b"RPUSH"[..], b"list"].into_iter().chain([&b"a line"[..]; AT_ONCE]).collect();
    let request = array(&words);
    let attempt = || {
        let server = Running::start(command)?;
        let mut client = server.connect()?;
        for length in (AT_ONCE..=ELEMENTS).step_by(AT_ONCE) {
            client.send(&request)?;
            client.expect(format!(":{length}\r\n").as_bytes())?;
        }
        server.longest_wait(|| {
            client.command(&[b"LTRIM", b"list", b"-1000", b"-1"], b"+OK\r\n")?;
            client.command(&[b"LLEN", b"list"], b":1000\r\n")?;
            Ok(())
        })
    };
    keeps_no_client_waiting(attempt, &format!("LTRIM removes most of {ELEMENTS} elements"))
}

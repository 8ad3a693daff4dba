//! All clients that are connected: who they are, for CLIENT LIST and those who end them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::client::{Client, State};
use crate::clock::UnixMillis;

/// The list of all clients, shared by all connections.
#[derive(Debug, Default)]
pub struct Clients {
    last_id: AtomicU64,
    /// By number, which is the order in which they came.
    entries: Mutex<BTreeMap<u64, ClientEntry>>,
}

/// Where a connection comes from, and where it arrives.
#[derive(Debug)]
pub struct Connection {
    /// The client's address and port.
    pub address: String,
    /// The server's.
    pub local_address: String,
    /// The number that the system gave the socket, if it gives numbers.
    pub fd: Option<i32>,
}

/// Closes a connection at once, whatever it is doing.
type Close = Box<dyn FnOnce() + Send>;

/// One client, as the list shows it.
struct ClientEntry {
    id: u64,
    connection: Connection,
    since: UnixMillis,
    name: Vec<u8>,
    /// The state that the client has published last.
    state: Arc<Mutex<State>>,
    close: Option<Close>,
}

impl fmt::Debug for ClientEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientEntry({}, {:?})", self.id, self.connection)
    }
}

/// Which clients are meant: those that have all that is given here.
#[derive(Debug, Default)]
pub struct Filter<'a> {
    /// Its number.
    pub id: Option<u64>,
    /// The client's address.
    pub address: Option<&'a [u8]>,
    /// The server's address.
    pub local_address: Option<&'a [u8]>,
    /// Any but this one.
    pub except: Option<u64>,
    /// None of them.
    pub match_none: bool,
}

impl Clients {
    /// Takes in a new client, and returns the state in which it begins.
    pub fn add(&self, connection: Connection, now: UnixMillis) -> Client {
        let client = Client::new(self.last_id.fetch_add(1, Ordering::Relaxed) + 1, now);
        let (id, state) = (client.id, Arc::clone(&client.published));
        let entry =
            ClientEntry { id, connection, since: now, name: Vec::new(), state, close: None };
        self.lock().insert(id, entry);
        client
    }

    /// Takes down what closes a client's connection, for those who end it.
    pub fn on_kill(&self, id: u64, close: impl FnOnce() + Send + 'static) {
        if let Some(entry) = self.lock().get_mut(&id) {
            entry.close = Some(Box::new(close));
        }
    }

    /// Forgets a client that is gone.
    pub fn remove(&self, id: u64) {
        self.lock().remove(&id);
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Returns the name that a client has given itself, if it has.
    pub fn name(&self, id: u64) -> Option<Vec<u8>> {
        let name = self.lock().get(&id)?.name.clone();
        (!name.is_empty()).then_some(name)
    }

    /// Gives a client a name, or takes it away: an empty one is none.
    pub fn set_name(&self, id: u64, name: &[u8]) {
        if let Some(entry) = self.lock().get_mut(&id) {
            entry.name = name.into();
        }
    }

    /// Returns a line for each client that `filter` lets through. Mirrors
    /// `getAllClientsInfoString`.
    pub fn list(&self, filter: &Filter<'_>, now: UnixMillis) -> Vec<u8> {
        let entries = self.lock();
        let mut lines = Vec::new();
        for entry in entries.values().filter(|entry| filter.matches(entry)) {
            entry.describe(now, &mut lines);
        }
        lines
    }

    /// Returns a line for each of these numbers that a client has, in this order.
    pub fn list_ids(&self, ids: &[i64], now: UnixMillis) -> Vec<u8> {
        let entries = self.lock();
        let mut lines = Vec::new();
        for id in ids.iter().filter_map(|&id| id.try_into().ok()) {
            if let Some(entry) = entries.get::<u64>(&id) {
                entry.describe(now, &mut lines);
            }
        }
        lines
    }

    /// Ends the connections that `filter` lets through, and returns how many there were. The one
    /// with the number `own` is left to its own task, which has a reply to send first; the second
    /// value says whether it was one of them.
    pub fn kill(&self, filter: &Filter<'_>, own: u64) -> (usize, bool) {
        let mut entries = self.lock();
        let own_too = entries.get(&own).is_some_and(|own| filter.matches(own));
        let others: Vec<u64> = entries
            .iter()
            .filter(|(id, entry)| **id != own && filter.matches(entry))
            .map(|(id, _)| *id)
            .collect();
        let killed = others.len() + usize::from(own_too);
        let close: Vec<Close> = others.iter().filter_map(|id| entries.remove(id)?.close).collect();
        // Who is told to close may ask for the list in turn.
        drop(entries);
        close.into_iter().for_each(|close| close());
        (killed, own_too)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, ClientEntry>> {
        self.entries.lock().expect("nothing panics while it holds the lock")
    }
}

impl Filter<'_> {
    fn matches(&self, entry: &ClientEntry) -> bool {
        let is = |wanted: Option<&[u8]>, address: &str| {
            wanted.is_none_or(|wanted| wanted == address.as_bytes())
        };
        !self.match_none
            && self.except != Some(entry.id)
            && self.id.is_none_or(|wanted| wanted == entry.id)
            && is(self.address, &entry.connection.address)
            && is(self.local_address, &entry.connection.local_address)
    }
}

impl ClientEntry {
    /// Appends the line of this client. Mirrors `catClientInfoString`.
    fn describe(&self, now: UnixMillis, line: &mut Vec<u8>) {
        let state = *self.state.lock().expect("nothing panics while it holds the lock");
        let State { database, buffers, last_interaction, .. } = state;
        let Self { id, connection: Connection { address, local_address, .. }, .. } = self;
        let mut put = |text: String| line.extend_from_slice(text.as_bytes());
        put(format!("id={id} addr={address} laddr={local_address}"));
        if let Some(fd) = self.connection.fd {
            put(format!(" fd={fd}"));
        }
        put(" name=".into());
        line.extend_from_slice(&self.name);
        let (age, idle) = (seconds(self.since, now), seconds(last_interaction, now));
        let flags = state.flags();
        let free = buffers.input_capacity.saturating_sub(buffers.input);
        let memory = buffers.input_capacity + buffers.output_capacity + size_of::<Self>();
        let events = if state.waits_to_write { "rw" } else { "r" };
        let command = state.last_command.unwrap_or("NULL");
        // Nobody subscribes, queues commands, copies arguments or keeps a list of replies: these
        // zeros are true.
        let text = format!(
            " age={age} idle={idle} flags={flags} db={database} sub=0 psub=0 ssub=0 multi=-1 \
             qbuf={} qbuf-free={free} argv-mem=0 multi-mem=0 rbs={} rbp={} obl={} oll=0 omem=0 \
             tot-mem={memory} events={events} cmd={command} user=default redir=-1 resp={}",
            buffers.input,
            buffers.output_capacity,
            buffers.output_peak,
            buffers.output,
            state.protocol.version(),
        );
        line.extend_from_slice(text.as_bytes());
        line.push(b'\n');
    }
}

/// Whole seconds from one moment to another, as clocks that count seconds see them.
fn seconds(from: UnixMillis, to: UnixMillis) -> i64 {
    to.0.div_euclid(1000) - from.0.div_euclid(1000)
}

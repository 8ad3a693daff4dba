//! The other client, which does no harm and wants to be served.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::fault::Fault;
use super::peer::Peer;

/// How long it waits between two requests. Many fit into a scenario, and they are no load.
const PAUSE: Duration = Duration::from_millis(5);

/// A client that asks all the time, on one connection.
#[derive(Debug)]
pub struct Bystander {
    shared: Arc<Mutex<State>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct State {
    latencies: Vec<Duration>,
    fault: Option<Fault>,
    rests: bool,
    is_over: bool,
}

/// How long a bystander waited for its replies.
#[derive(Debug, Clone, Copy, Default)]
pub struct Latency {
    /// How many replies came.
    pub count: usize,
    /// Half of them came faster.
    pub median: Duration,
    /// All of them came in this time.
    pub longest: Duration,
}

impl Bystander {
    /// Connects, and begins to send `request`, to which `due` is the reply.
    ///
    /// # Errors
    /// When not even the first is answered.
    pub fn ask(
        address: SocketAddr,
        patience: Duration,
        request: &[u8],
        due: &[u8],
    ) -> Result<Self, Fault> {
        let mut peer = Peer::connect(address, patience)?;
        let (request, due) = (request.to_vec(), due.to_vec());
        let mut ask = move || peer.send(&request).and_then(|()| peer.expect(&due));
        ask()?;
        let shared = Arc::new(Mutex::new(State::default()));
        let state = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            while !lock(&state).is_over {
                if lock(&state).rests {
                    thread::sleep(PAUSE);
                    continue;
                }
                let start = Instant::now();
                let answered = ask();
                let mut state = lock(&state);
                match answered {
                    Ok(()) => state.latencies.push(start.elapsed()),
                    Err(fault) => {
                        state.fault = Some(fault);
                        break;
                    }
                }
                drop(state);
                thread::sleep(PAUSE);
            }
        });
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Lets it ask for nothing, or ask again. What it has asked already goes on.
    pub fn rest(&self, rests: bool) {
        lock(&self.shared).rests = rests;
    }

    /// Returns how many of its requests have been answered.
    ///
    /// # Errors
    /// When one was not.
    pub fn answered(&self) -> Result<usize, Fault> {
        let state = lock(&self.shared);
        match &state.fault {
            None => Ok(state.latencies.len()),
            Some(fault) => Err(fault.clone()),
        }
    }

    /// Returns once a request is answered that was sent later than now.
    ///
    /// # Errors
    /// When none is: its own patience ends this.
    pub fn is_served(&self) -> Result<(), Fault> {
        // One may be under way already.
        let enough = self.answered()? + 2;
        while self.answered()? < enough {
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Stops asking, and returns how long the replies took.
    pub fn leave(mut self) -> Latency {
        self.end();
        let mut latencies = std::mem::take(&mut lock(&self.shared).latencies);
        latencies.sort_unstable();
        Latency {
            count: latencies.len(),
            median: latencies.get(latencies.len() / 2).copied().unwrap_or_default(),
            longest: latencies.last().copied().unwrap_or_default(),
        }
    }

    fn end(&mut self) {
        lock(&self.shared).is_over = true;
        // A panic of the thread has been printed already, and it holds nothing to lose.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        self.end();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

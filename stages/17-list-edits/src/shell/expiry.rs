//! Frees expired keys as soon as their deadlines are past: a timer that sleeps until the next one.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use stage_17::protocol::clock::UnixMillis;
use stage_17::server::Server;
use tokio::sync::{self, Notify};
use tokio::task;
use tokio::time;

use crate::shell::cleaner;
use crate::shell::connection::lock;
use crate::shell::wall_clock::now;

/// The longest sleep. The timer does not notice when the clock is set.
const MAX_SLEEP: Duration = Duration::from_secs(1);

/// The deadline until which [`run`] sleeps.
static WAKES_AT: AtomicI64 = AtomicI64::new(i64::MAX);

/// Wakes [`run`].
static EARLIER: Notify = Notify::const_new();

/// Lets [`run`] know what the next deadline is now.
pub fn note(next: Option<UnixMillis>) {
    if let Some(UnixMillis(next)) = next
        && next < WAKES_AT.fetch_min(next, Ordering::Relaxed)
    {
        EARLIER.notify_one();
    }
}

/// Frees expired keys, forever.
pub async fn run(server: &Mutex<Server>) {
    loop {
        free_expired(server).await;
        let next = lock(server).next_deadline();
        let UnixMillis(wakes_at) = next.unwrap_or(UnixMillis(i64::MAX));
        WAKES_AT.store(wakes_at, Ordering::Relaxed);
        // A key has expired once its deadline is past, not when it is reached.
        let ms = wakes_at.saturating_add(1).saturating_sub(now().0);
        let sleep = Duration::from_millis(u64::try_from(ms).unwrap_or(0));
        tokio::select! {
            () = time::sleep(sleep.min(MAX_SLEEP)), if next.is_some() => {}
            () = EARLIER.notified() => {}
        }
    }
}

/// Frees all keys that have expired. After each step the other tasks have their turn.
pub async fn free_expired(server: &Mutex<Server>) {
    /// Held by the task that frees. Many at once would delay the other clients by as many steps.
    static TURN: sync::Mutex<()> = sync::Mutex::const_new(());
    let _turn = TURN.lock().await;
    while step(server) {
        task::yield_now().await;
    }
}

fn step(server: &Mutex<Server>) -> bool {
    let mut server = lock(server);
    let more = server.free_expired(now());
    if server.has_garbage() {
        cleaner::wake();
    }
    more
}

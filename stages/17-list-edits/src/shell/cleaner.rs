//! Frees what the commands have removed, a little at a time.

use tokio::sync::Notify;
use tokio::task;

/// Wakes [`run`].
static WORK: Notify = Notify::const_new();

/// Lets [`run`] know that there is something to free.
pub fn wake() {
    WORK.notify_one();
}

/// Calls `step` whenever there is something to free, until that returns that nothing is left. After
/// each step the other tasks have their turn.
pub async fn run(mut step: impl FnMut() -> bool) {
    loop {
        WORK.notified().await;
        while step() {
            task::yield_now().await;
        }
    }
}

use std::cell::RefCell;
use std::sync::atomic::{AtomicI64, Ordering};

/// What one client has chosen. A connection has a thread of its own, so this is the thread's.
#[derive(Clone, Debug)]
pub struct Session {
    /// The number of the client, which nobody else is given.
    pub number: i64,
    /// Its name; empty for none.
    pub name: Vec<u8>,
    /// The database that it looks into.
    pub database: usize,
    /// Whether it is answered in RESP3.
    pub resp3: bool,
    /// Whether it is answered at all.
    pub replies: Replies,
}

/// What `CLIENT REPLY` was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replies {
    /// To answer.
    On,
    /// Not to answer.
    Off,
    /// Not to answer this request and the next.
    SkipTwo,
    /// Not to answer this request.
    SkipOne,
}

impl Session {
    fn new() -> Session {
        static NUMBERS: AtomicI64 = AtomicI64::new(1);
        Session {
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            name: Vec::new(),
            database: 0,
            resp3: false,
            replies: Replies::On,
        }
    }

    /// Returns to the beginning, but for the number.
    pub fn reset(&mut self) {
        let number = self.number;
        *self =
            Session { number, name: Vec::new(), database: 0, resp3: false, replies: self.replies };
        if self.replies == Replies::Off {
            self.replies = Replies::On;
        }
    }
}

/// Looks at the session of this thread's client, or changes it.
pub fn session<T>(act: impl FnOnce(&mut Session) -> T) -> T {
    thread_local! {
        static SESSION: RefCell<Session> = RefCell::new(Session::new());
    }
    SESSION.with_borrow_mut(act)
}

//! Which requests get a reply: what CLIENT REPLY says, read a second time.

use std::mem;

use super::documented::is;
use super::request::Request;

/// What a client has said with CLIENT REPLY, in Redis's own three flags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Silence {
    off: bool,
    skip: bool,
    skip_next: bool,
}

impl Silence {
    /// Takes in a request, which may be empty. Returns whether it gets a reply. Mirrors
    /// `clientCommand`, `clearClientConnectionState`, `prepareClientToWrite` and `resetClient`.
    pub fn hears(&mut self, request: &Request) -> bool {
        if chooses_replies(request) {
            match request.get(2).map(|mode| mode.to_ascii_lowercase()).as_deref() {
                Some(b"on") => (self.off, self.skip) = (false, false),
                Some(b"off") => self.off = true,
                Some(b"skip") => self.skip_next = !self.off,
                _ => {}
            }
        } else if request.len() == 1 && is(request, 0, "reset") {
            (self.off, self.skip_next) = (false, false);
        }
        let is_heard = !request.is_empty() && !self.is_deaf() && !self.skip_next;
        self.skip = mem::take(&mut self.skip_next);
        is_heard
    }

    /// Whether a reply that is due now is left out.
    #[must_use]
    pub fn is_deaf(self) -> bool {
        self.off || self.skip
    }
}

/// Whether this is CLIENT REPLY with one argument.
pub(crate) fn chooses_replies(request: &Request) -> bool {
    request.len() == 3 && is(request, 0, "client") && is(request, 1, "reply")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the requests that get a reply.
    fn heard(line: &str) -> String {
        let mut silence = Silence::default();
        let requests = line.split('/').filter(|text| {
            let words = text.split(' ').filter(|word| !word.is_empty());
            silence.hears(&words.map(|word| word.as_bytes().to_vec()).collect())
        });
        requests.collect::<Vec<_>>().join("/")
    }

    #[test]
    fn requests_are_heard_unless_the_client_wants_no_reply() {
        for (requests, expected) in [
            ("a//b", "a/b"),
            ("client reply off/a/b/Client REPLY On/c", "Client REPLY On/c"),
            ("client reply off/client reply skip/a/reset/b", "reset/b"),
            ("client reply skip/a/b", "b"),
            ("client reply skip//a/b", "a/b"),
            ("client reply skip/client reply skip/a/b", "b"),
            ("client reply skip/client reply off/a", ""),
            ("client reply skip/client reply on/a", "client reply on/a"),
            ("client reply skip/client reply x/a", "a"),
            ("client reply skip/reset/a", "a"),
            ("client reply off/reset x/client reply/a", ""),
            ("client reply off x/client reply/a", "client reply off x/client reply/a"),
        ] {
            assert_eq!(heard(requests), expected, "{requests}");
        }
    }
}

//! Makes a session that shows a difference as small as possible.

use super::pair::Difference;
use super::request::{self, Rest};
use super::session::{Session, Step};
use crate::resp;

/// Plays a session on fresh servers; `None` if they do not differ, or if it may not be played.
pub type Try<'a> = dyn FnMut(&Session) -> Option<Box<Difference>> + 'a;

/// A session that shows a difference, and that difference.
#[derive(Debug, Clone)]
pub struct Shrunk {
    /// The session.
    pub session: Session,
    /// How it comes out differently.
    pub difference: Box<Difference>,
}

impl Shrunk {
    /// Leaves out of the session whatever it can do without.
    pub fn shrink(mut self, play: &mut Try<'_>) -> Self {
        loop {
            let before = self.session.clone();
            self.cut_off_the_end(play);
            self.drop_steps(play);
            self.join_steps(play);
            for index in (0..self.session.steps.len()).rev() {
                self.drop_requests(index, play);
                self.drop_words(index, play);
                self.drop_bytes(index, play);
            }
            self.take_to_one_client(play);
            self.session = self.session.renumbered();
            if self.session == before {
                return self;
            }
        }
    }

    /// Keeps the session if it differs, too.
    fn attempt(&mut self, session: Session, play: &mut Try<'_>) -> bool {
        let Some(difference) = play(&session) else { return false };
        *self = Self { session, difference };
        true
    }

    fn cut_off_the_end(&mut self, play: &mut Try<'_>) {
        let steps = self.session.steps.get(..=self.difference.step).unwrap_or_default().to_vec();
        if steps.len() < self.session.steps.len() {
            self.attempt(Session { steps }, play);
        }
    }

    fn drop_steps(&mut self, play: &mut Try<'_>) {
        let steps = self.session.steps.clone();
        without(steps, |steps| self.attempt(Session { steps: steps.to_vec() }, play));
    }

    /// Joins each step with the next one of its client.
    fn join_steps(&mut self, play: &mut Try<'_>) {
        let mut at = 0;
        while let Some(step) = self.session.steps.get(at) {
            let client = step.client;
            let rest = self.session.steps.iter().enumerate().skip(at + 1);
            let next = rest.into_iter().find(|(_, step)| step.client == client);
            let Some((next, _)) = next else {
                at += 1;
                continue;
            };
            let mut session = self.session.clone();
            let mut bytes = std::mem::take(&mut session.steps[at].bytes);
            bytes.extend_from_slice(&session.steps[next].bytes);
            session.steps[next].bytes = bytes;
            session.steps.remove(at);
            if !self.attempt(session, play) {
                at += 1;
            }
        }
    }

    fn drop_requests(&mut self, index: usize, play: &mut Try<'_>) {
        let Some(step) = self.session.steps.get(index) else { return };
        let mut ends = request::read(&step.bytes).ends;
        ends.push(step.bytes.len());
        let starts = [0].into_iter().chain(ends.iter().copied());
        let parts: Vec<Vec<u8>> =
            starts.zip(&ends).map(|(start, end)| step.bytes[start..*end].to_vec()).collect();
        without(parts, |parts| self.attempt_bytes(index, parts.concat(), play));
    }

    /// If the step is one request: leaves words out, and parts of words.
    fn drop_words(&mut self, index: usize, play: &mut Try<'_>) {
        let Some(step) = self.session.steps.get(index) else { return };
        let asked = request::read(&step.bytes);
        let [words] = asked.requests.as_slice() else { return };
        if asked.rest != Rest::Nothing {
            return;
        }
        let mut words = without(words.clone(), |words| self.attempt_words(index, words, play));
        for at in 0..words.len() {
            let word = words[at].clone();
            words[at] = without(word, |bytes| {
                let mut words = words.clone();
                words[at] = bytes.to_vec();
                self.attempt_words(index, &words, play)
            });
        }
    }

    fn attempt_words(&mut self, index: usize, words: &[Vec<u8>], play: &mut Try<'_>) -> bool {
        let is_plain = |word: &Vec<u8>| {
            !word.is_empty()
                && word.iter().all(|byte| byte.is_ascii_graphic() && !b"\"'*".contains(byte))
        };
        let line = [words.join(&b' '), b"\r\n".to_vec()].concat();
        if words.iter().all(is_plain) && self.attempt_bytes(index, line, play) {
            return true;
        }
        self.attempt_bytes(index, resp::request(words), play)
    }

    fn drop_bytes(&mut self, index: usize, play: &mut Try<'_>) {
        let Some(step) = self.session.steps.get(index) else { return };
        let bytes = step.bytes.clone();
        without(bytes, |bytes| self.attempt_bytes(index, bytes.to_vec(), play));
    }

    fn attempt_bytes(&mut self, index: usize, bytes: Vec<u8>, play: &mut Try<'_>) -> bool {
        let mut session = self.session.clone();
        match session.steps.get_mut(index) {
            Some(step) if step.bytes != bytes => step.bytes = bytes,
            _ => return false,
        }
        self.attempt(session, play)
    }

    fn take_to_one_client(&mut self, play: &mut Try<'_>) {
        let steps = self.session.steps.iter();
        let steps = steps.map(|step| Step { client: 0, bytes: step.bytes.clone() }).collect();
        if self.session.clients() > 1 {
            self.attempt(Session { steps }, play);
        }
    }
}

/// Takes parts out, large ones first, as long as `still` holds of what is left; returns that.
fn without<T: Clone>(mut items: Vec<T>, mut still: impl FnMut(&[T]) -> bool) -> Vec<T> {
    let mut size = items.len();
    while size > 0 {
        let mut at = 0;
        while at < items.len() {
            let end = items.len().min(at + size);
            let fewer = [&items[..at], &items[end..]].concat();
            if still(&fewer) {
                items = fewer;
            } else {
                at = end;
            }
        }
        size /= 2;
    }
    items
}

#[cfg(test)]
mod tests {
    use super::super::pair::Kind;
    use super::*;

    fn step(client: usize, bytes: &str) -> Step {
        Step { client, bytes: bytes.into() }
    }

    /// Shrinks a session that differs as long as it holds all these words.
    fn shrunk(session: Session, words: &[&str]) -> (String, usize) {
        let mut tries = 0;
        let mut play = |session: &Session| {
            tries += 1;
            let all = session.streams().concat();
            let has = |word: &&str| all.windows(word.len()).any(|part| part == word.as_bytes());
            let last = session.steps.len().checked_sub(1)?;
            let difference = Difference {
                step: last,
                request: None,
                kind: Kind::Bytes,
                replies: [Vec::new(), Vec::new()],
            };
            words.iter().all(has).then(|| Box::new(difference))
        };
        let difference = play(&session).expect("a session that differs");
        let shrunk = Shrunk { session, difference }.shrink(&mut play);
        (shrunk.session.to_text(), tries)
    }

    #[test]
    fn all_that_is_not_needed_goes() {
        let noise = (0..200).map(|n| step(n % 5, "PING\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"));
        let mut steps: Vec<Step> = noise.collect();
        steps.insert(150, step(3, "PING\r\nECHO needle\r\nPING\r\n"));
        steps.insert(50, step(1, "*3\r\n$3\r\nSET\r\n$6\r\nthread\r\n$1\r\nv\r\n"));
        let (text, tries) = shrunk(Session { steps }, &["needle", "thread"]);
        assert_eq!(text, "@send \"threadneedle\"\n");
        assert!(tries < 600, "{tries} tries");
    }

    #[test]
    fn a_request_stays_a_request_while_its_words_go() {
        let request = b"*4\r\n$4\r\nECHO\r\n$3\r\nabc\r\n$9\r\nxxhayyxxx\r\n$0\r\n\r\n";
        let session = Session { steps: vec![Step { client: 2, bytes: request.to_vec() }] };
        assert_eq!(
            shrunk(session.clone(), &["hay", "\r\n"]).0,
            "@send \"hay\\r\\n\"\n@receive 1\n"
        );
        let (text, _) = shrunk(session, &["$", "hay", "\r\n"]);
        assert!(text.len() < 40, "{text}");
    }
}

use crate::{Entry, Keyspace, Server, rdb};

/// Keeps the deadline in its variable after the key that it belongs to.
///
/// The opcode of a deadline comes before its key, so something has to remember it. It applies to
/// that one key; here, every key after it expires at the same time.
pub(super) struct LetsADeadlineStay;

impl Server for LetsADeadlineStay {
    fn load(&self, dump: &[u8]) -> Option<Keyspace> {
        let mut input = dump.strip_prefix(b"REDIS").and_then(|rest| rest.get(4..))?;
        let mut keyspace = Keyspace::new();
        let (mut database, mut deadline) = (0, None);
        loop {
            let opcode = rdb::byte(&mut input)?;
            match opcode {
                rdb::END => return Some(keyspace),
                rdb::SELECT_DATABASE => database = self.rdb_count(&mut input)?,
                rdb::DEADLINE_SECONDS | rdb::DEADLINE_MS => {
                    let found = self.rdb_deadline(opcode, &mut input)?;
                    deadline = (found != -1).then_some(found);
                }
                rdb::STRING => {
                    let key = self.rdb_string(&mut input)?;
                    let value = self.rdb_string(&mut input)?;
                    let entry = Entry::new(value, deadline);
                    if self.rdb_keeps(database, &entry) {
                        keyspace.insert(key, entry);
                    }
                }
                kind if rdb::is_value(kind) => {
                    self.rdb_string(&mut input)?;
                    rdb::skip_value(self, kind, &mut input)?;
                }
                note => rdb::skip_note(self, note, &mut input)?,
            }
        }
    }
}

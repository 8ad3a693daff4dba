use crate::{Entry, Keyspace, Server, rdb};

/// Stops loading at the first value that is not a string.
///
/// What cannot be served need not be read. But nothing in the file says how long a value is: to
/// load the keys after it, you must know its layout, and here those keys are missing.
pub(super) struct StopsAtTheFirstList;

impl Server for StopsAtTheFirstList {
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
                    let entry = Entry::new(value, deadline.take());
                    if self.rdb_keeps(database, &entry) {
                        keyspace.insert(key, entry);
                    }
                }
                kind if rdb::is_value(kind) => return Some(keyspace),
                note => rdb::skip_note(self, note, &mut input)?,
            }
        }
    }
}

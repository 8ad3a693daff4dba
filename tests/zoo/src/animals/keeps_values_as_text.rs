use crate::{Entry, Keyspace, Server};

/// Keeps values as `String`.
///
/// The first values that you try are words. A picture or a packed number is not UTF-8, and what is
/// not UTF-8 is replaced on its way into the map.
pub(super) struct KeepsValuesAsText;

impl Server for KeepsValuesAsText {
    fn store(&self, keyspace: &mut Keyspace, key: &[u8], entry: Entry) {
        let text = String::from_utf8_lossy(&entry.value).into_owned();
        keyspace.insert(key.to_vec(), Entry { value: text.into_bytes(), ..entry });
    }
}

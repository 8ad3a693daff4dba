//! Requests, read back from the bytes that were sent.

use crate::reply::Reply;
use crate::resp::reply_length;
use crate::text;

/// Returns the whole requests at the beginning of the bytes, word by word; those that Redis skips
/// without a reply are left out.
pub(crate) fn requests(mut sent: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let mut requests = Vec::new();
    while let Some((words, rest)) = request(sent) {
        requests.extend(Some(words).filter(|words| !words.is_empty()));
        sent = rest;
    }
    requests
}

/// Takes the first request; `None` if it is not whole, or is none.
fn request(sent: &[u8]) -> Option<(Vec<Vec<u8>>, &[u8])> {
    if !sent.starts_with(b"*") {
        let end = sent.iter().position(|&byte| byte == b'\n')? + 1;
        let (line, rest) = sent.split_at_checked(end)?;
        let words = text::words(str::from_utf8(line).ok()?.trim()).ok()?;
        let bytes = |word: &text::Text| word.literal().map(|word| word.as_bytes().to_vec());
        return Some((words.iter().map(bytes).collect::<Option<_>>()?, rest));
    }
    let (array, rest) = sent.split_at_checked(reply_length(sent)?)?;
    match Reply::decode(array)? {
        Reply::Array(words) => {
            let bytes = |word| match word {
                Reply::Bulk(bytes) => Some(bytes),
                _ => None,
            };
            Some((words.into_iter().map(bytes).collect::<Option<_>>()?, rest))
        }
        Reply::Nil => Some((Vec::new(), rest)),
        _ => None,
    }
}

/// Writes a request as one types it in redis-cli.
pub(crate) fn typed(words: &[Vec<u8>]) -> String {
    let word = |word: &Vec<u8>| {
        let is_plain = |byte: &u8| byte.is_ascii_graphic() && !b"\"'\\{".contains(byte);
        match str::from_utf8(word) {
            Ok(text) if !word.is_empty() && word.iter().all(is_plain) => {
                text::with_short_runs(text)
            }
            _ => text::quoted(word),
        }
    };
    words.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_read_back_from_both_forms() {
        let table: &[(&[u8], &[&str])] = &[
            (b"PING\r\n\r\nECHO \"a b\"\n", &["PING", "ECHO \"a b\""]),
            (
                b"*2\r\n$4\r\nECHO\r\n$2\r\n\r\n\r\n*0\r\n*-1\r\nPING\r\n",
                &["ECHO \"\\r\\n\"", "PING"],
            ),
            (b"PING\r\n*many\r\nPING\r\n", &["PING"]),
            (b"*1\r\n$4\r\nPI", &[]),
            (b"PI", &[]),
        ];
        for (sent, due) in table {
            let typed: Vec<String> = requests(sent).iter().map(|words| typed(words)).collect();
            assert_eq!(typed, *due);
        }
    }
}

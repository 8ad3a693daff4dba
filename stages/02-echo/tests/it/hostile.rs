//! Hostile input: any bytes at all, in any pieces.

use crate::request::Connection;
use crate::subject::Subject;

#[test]
fn pieces_give_the_same_replies_as_the_whole() {
    let input = b"PING\r\n*1\r\n$4\r\nPING\r\n\"\r\nPING\r\n";
    let subject = Subject::default();
    let whole = Connection::to(&subject).receive(input);
    let mut client = Connection::to(&subject);
    let pieces: Vec<Vec<u8>> = input.chunks(1).flat_map(|piece| client.receive(piece)).collect();
    assert_eq!(whole, pieces);
    assert_eq!(whole.len(), 3);
}

//! RESP: where requests end, and what breaks the protocol.

use stage_03::resp::{Decoder, Request};

use crate::request::array;

#[test]
fn a_request_is_incomplete_until_its_last_byte() {
    let request = array(&["ECHO", "hi"]);
    let mut decoder = Decoder::default();
    for length in 0..request.len() {
        assert_eq!(decoder.decode(&request[..length]), Ok(None), "{length} bytes");
    }
    let args = vec![&b"ECHO"[..], b"hi"];
    assert_eq!(decoder.decode(&request), Ok(Some(Request { args, length: request.len() })));
}

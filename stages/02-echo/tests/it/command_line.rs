//! The command line.

use assert_cmd::Command;

use crate::server::{BINARY, PATIENCE, Server};

#[test]
fn an_unknown_option_is_refused() {
    let refused = Command::new(BINARY).arg("--nosuch").timeout(PATIENCE).assert();
    refused.code(2).stdout("");
}

#[test]
fn the_server_says_where_it_listens() {
    let server = Server::start(&[]);
    server.connect();
}

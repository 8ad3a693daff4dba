//! The command line.

use std::net::TcpListener;

use assert_cmd::Command;

use crate::server::{BINARY, PATIENCE, Server};

/// Returns the one line with which the binary refuses these arguments.
fn refusal(args: &[&str]) -> String {
    let refused = Command::new(BINARY).args(args).timeout(PATIENCE).assert();
    let output = refused.code(2).stdout("").get_output().stderr.clone();
    let output = String::from_utf8(output).expect("text");
    let line = output.strip_suffix('\n').expect("a whole line").to_owned();
    assert!(!line.contains('\n'), "more than one line: {line}");
    let name = env!("CARGO_PKG_NAME");
    line.strip_prefix(&format!("{name}: ")).expect("the line names the program").to_owned()
}

#[test]
fn an_option_that_is_wrong_is_refused_in_one_line() {
    for args in [
        &["--nosuch"][..],
        &["--nosuch", "1"],
        &["-p", "7000"],
        &["7000"],
        &[""],
        &["--port"],
        &["--port", "7000", "7001"],
        &["--port", "7000", "--port", "7001"],
        &["--port=7000"],
    ] {
        assert_eq!(refusal(args), "the only option is --port N", "{args:?}");
    }
}

#[test]
fn a_port_that_is_none_is_refused_in_one_line() {
    for port in ["", "x", "-1", "65536", "7000x", " 7000", "7000 ", "70000000000"] {
        let line = refusal(&["--port", port]);
        assert!(line.starts_with("--port takes 0 to 65535"), "{port:?}: {line}");
    }
}

#[test]
fn a_port_that_is_taken_is_named_in_one_line() {
    let other = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = other.local_addr().expect("its address").port();
    let line = refusal(&["--port", &port.to_string()]);
    let expected = format!("cannot listen on port {port}, try another with --port");
    assert!(line.starts_with(&expected), "{line}");
}

#[cfg(target_os = "linux")]
fn full_disk() -> std::fs::File {
    std::fs::File::options().write(true).open("/dev/full").expect("a disk that is full")
}

#[cfg(target_os = "linux")]
#[test]
fn a_refusal_that_cannot_be_written_is_one_all_the_same() {
    let mut command = std::process::Command::new(BINARY);
    let status = command.arg("--nosuch").stdout(full_disk()).stderr(full_disk()).status();
    assert_eq!(status.expect("the binary runs").code(), Some(2));
}

#[test]
fn the_server_says_where_it_listens() {
    let server = Server::start(&[]);
    assert_ne!(server.address.port(), 0);
    assert!(server.address.ip().is_loopback(), "{}", server.address);
    server.connect();
}

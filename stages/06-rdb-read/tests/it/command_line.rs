//! The command line.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;

use assert_cmd::Command;
use tempfile::TempDir;

use crate::server::{BINARY, PATIENCE, Server};

const NAME: &str = env!("CARGO_PKG_NAME");

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

/// Runs the binary to its end.
fn run(args: &[&str]) -> assert_cmd::assert::Assert {
    // A server that starts after all finds nothing here to load, and is ended.
    let here = directory();
    Command::new(BINARY).args(args).current_dir(&here).timeout(PATIENCE).assert()
}

/// Returns the one line with which the binary refuses these arguments.
fn refusal(args: &[&str]) -> String {
    let output = run(args).code(2).stdout("").get_output().stderr.clone();
    let output = String::from_utf8(output).expect("text");
    let line = output.strip_suffix('\n').expect("a whole line").to_owned();
    assert!(!line.contains('\n'), "more than one line: {line}");
    line.strip_prefix(&format!("{NAME}: ")).expect("the line names the program").to_owned()
}

/// Returns the server's answer to CONFIG GET of one name.
fn config_get(server: &Server, name: &str) -> String {
    let mut client = server.connect();
    client.write_all(format!("CONFIG GET {name}\r\n").as_bytes()).expect("it is taken");
    client.shutdown(std::net::Shutdown::Write).expect("the server is there");
    let mut reply = String::new();
    client.read_to_string(&mut reply).expect("the reply, then the end");
    let lines: Vec<&str> = reply.split("\r\n").collect();
    let ["*2", _, found, _, value, ""] = lines[..] else { panic!("{name}: {reply:?}") };
    assert_eq!(found, name);
    value.to_owned()
}

#[test]
fn help_is_printed_for_whoever_asks() {
    for option in ["--help", "-h"] {
        let output = run(&[option]).success().stderr("").get_output().stdout.clone();
        let output = String::from_utf8(output).expect("text");
        assert!(output.starts_with(NAME), "{output}");
        let parameters = ["--port", "--bind", "--dir", "--dbfilename", "--maxclients"];
        for option in parameters.into_iter().chain(["--help", "--version"]) {
            assert!(output.contains(option), "no {option}: {output}");
        }
        assert!(output.ends_with('\n'), "{output}");
    }
}

#[test]
fn the_version_is_printed_for_whoever_asks() {
    for option in ["--version", "-v"] {
        run(&[option])
            .success()
            .stderr("")
            .stdout(format!("{NAME} {}\n", env!("CARGO_PKG_VERSION")));
    }
}

#[test]
fn what_is_wrong_is_named_in_one_line_that_tells_of_the_help() {
    for (args, named) in [
        (&["--nosuch", "x"][..], "--nosuch"),
        (&["-p", "7000"], "-p"),
        (&["stray"], "stray"),
        (&["--port"], "--port"),
        (&["--port", "x"], "a number from 0 to 65535"),
        (&["--port", "65536"], "a number from 0 to 65535"),
        (&["--port", "-1"], "a number from 0 to 65535"),
        (&["--bind"], "--bind"),
        (&["--maxclients", "0"], "a number from 1 to 4294967295"),
        (&["--dbfilename", "a/b.rdb"], "--dbfilename"),
        (&["--dbfilename", r"a\b.rdb"], "--dbfilename"),
    ] {
        let line = refusal(args);
        assert!(line.contains(named), "{args:?}: {line}");
        assert!(line.ends_with(", see --help"), "{args:?}: {line}");
    }
}

#[test]
fn a_port_that_is_taken_is_named_in_one_line() {
    let other = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = other.local_addr().expect("its address").port().to_string();
    // An address that may be missing is not missing when somebody else listens on it.
    for bind in ["127.0.0.1", "-127.0.0.1"] {
        let line = refusal(&["--port", &port, "--bind", bind]);
        let expected = format!("cannot listen on 127.0.0.1:{port}, try another --port or --bind: ");
        assert!(line.starts_with(&expected), "{line}");
    }
}

#[test]
fn an_address_of_another_machine_is_named_in_one_line() {
    // Set aside for documentation: no machine has it.
    for bind in [&["192.0.2.1"][..], &["127.0.0.1", "192.0.2.1"]] {
        let line = refusal(&[&["--port", "0", "--bind"], bind].concat());
        assert!(line.starts_with("cannot listen on 192.0.2.1:"), "{line}");
    }
}

#[test]
fn an_address_behind_a_minus_may_be_missing() {
    let server = Server::start(&["--bind", "127.0.0.1", "-192.0.2.1"]);
    assert!(server.address.ip().is_loopback(), "{}", server.address);
    assert_eq!(config_get(&server, "bind"), "127.0.0.1 -192.0.2.1");
    let output = run(&["--port", "0", "--bind", "-192.0.2.1"])
        .code(2)
        .stdout("")
        .get_output()
        .stderr
        .clone();
    let output = String::from_utf8(output).expect("text");
    let [missing, error] = output.lines().collect::<Vec<_>>()[..] else { panic!("{output}") };
    assert!(missing.starts_with("not listening on 192.0.2.1: "), "{missing}");
    assert!(error.contains("none of the addresses of --bind"), "{error}");
}

#[test]
fn a_minus_forgives_nothing_but_a_missing_address() {
    for host in ["::g", "127.0.0.1:80", "", "::ffff:127.0.0.1"] {
        let optional = format!("-{host}");
        let line = refusal(&["--port", "0", "--bind", "127.0.0.1", &optional]);
        assert!(line.starts_with(&format!("cannot listen on {host}:")), "{line}");
    }
}

#[test]
fn an_address_may_be_given_by_its_name() {
    let server = Server::start(&["--bind", "localhost"]);
    assert!(server.address.ip().is_loopback(), "{}", server.address);
    assert_eq!(config_get(&server, "bind"), "localhost");
}

#[test]
fn all_addresses_are_served_on_one_port() {
    let server = Server::start(&["--bind", "127.0.0.1", "-::1"]);
    let port = server.address.port();
    assert_eq!(config_get(&server, "port"), port.to_string());
    assert_eq!(config_get(&server, "bind"), "127.0.0.1 -::1");
    if let Ok(mut client) = std::net::TcpStream::connect(("::1", port)) {
        client.set_read_timeout(Some(PATIENCE)).expect("an option of the socket");
        client.write_all(b"PING\r\n").expect("it is taken");
        let mut reply = [0; 7];
        client.read_exact(&mut reply).expect("a reply");
        assert_eq!(&reply, b"+PONG\r\n");
    } else {
        // Where there is no such address, nobody can listen on it.
        assert!(TcpListener::bind("[::1]:0").is_err(), "there is an address ::1 to listen on");
    }
}

#[test]
fn a_directory_that_is_none_is_named_in_one_line() {
    let here = directory();
    let file = here.path().join("file");
    fs::write(&file, "no directory").expect("a file");
    let missing = here.path().join("nosuch");
    for dir in [missing.to_str().expect("text"), file.to_str().expect("text"), ""] {
        let line = refusal(&["--port", "0", "--dir", dir]);
        assert!(line.starts_with(&format!("cannot use --dir {dir:?}: ")), "{line}");
    }
}

#[test]
fn the_directory_is_shown_as_an_absolute_path_without_links() {
    let here = directory();
    let inner = here.path().join("inner");
    fs::create_dir(&inner).expect("a directory");
    let real = fs::canonicalize(&inner).expect("its path");
    let real = real.to_str().expect("a path of text");
    let mut dirs = vec![inner.clone(), inner.join("..").join("inner").join(".")];
    #[cfg(unix)]
    {
        let link = here.path().join("link");
        std::os::unix::fs::symlink(&inner, &link).expect("a link");
        dirs.push(link);
    }
    for dir in dirs {
        let server = Server::start(&["--dir", dir.to_str().expect("a path of text")]);
        assert_eq!(config_get(&server, "dir"), real, "{dir:?}");
    }
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

#[cfg(target_os = "linux")]
#[test]
fn help_that_cannot_be_written_is_an_error() {
    for option in ["--help", "--version"] {
        let mut command = std::process::Command::new(BINARY);
        let output = command.arg(option).stdout(full_disk()).output().expect("the binary runs");
        assert_eq!(output.status.code(), Some(2), "{option}");
        let line = String::from_utf8(output.stderr).expect("text");
        assert!(line.starts_with(&format!("{NAME}: No space left on device")), "{line}");
    }
}

#[test]
fn the_server_says_where_it_listens() {
    let server = Server::start(&[]);
    assert_ne!(server.address.port(), 0);
    assert!(server.address.ip().is_loopback(), "{}", server.address);
    server.connect();
}

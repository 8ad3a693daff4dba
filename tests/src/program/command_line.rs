//! The command line: what it takes, and the one line with which it refuses the rest.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use super::own::{Own, ended};
use super::{Claim, PATIENCE, Subject, check, claim, equal};
use crate::load::{Peer, array};
use crate::server::Group;
use crate::text::Place;
use crate::waiting::{Patience, Waiting};
use crate::workspace::number_of;

pub(super) const CLAIMS: &[Claim] = &[
    claim!("01-ping".., the_server_says_where_it_listens).of_ours(),
    claim!("01-ping".."05-config", an_option_that_is_wrong_is_refused_in_one_line).of_ours(),
    claim!("01-ping".."05-config", a_port_that_is_none_is_refused_in_one_line).of_ours(),
    claim!("01-ping".., a_server_whose_port_is_taken_ends),
    claim!("01-ping".., a_port_that_is_taken_is_named_in_one_line).of_ours(),
    claim!("01-ping".., a_refusal_that_cannot_be_written_is_one_all_the_same).of_ours().on_linux(),
    claim!("05-config".., help_is_printed_for_whoever_asks).of_ours(),
    claim!("05-config".., the_version_is_printed_for_whoever_asks).of_ours(),
    claim!("05-config".., what_is_wrong_is_named_in_one_line_that_tells_of_the_help).of_ours(),
    claim!("05-config".., an_address_of_another_machine_is_named_in_one_line).of_ours(),
    claim!("05-config".., an_address_behind_a_minus_may_be_missing).of_ours(),
    claim!("05-config".., a_minus_forgives_nothing_but_a_missing_address).of_ours(),
    claim!("05-config".., an_address_may_be_given_by_its_name).of_ours(),
    claim!("05-config".., all_addresses_are_served_on_one_port).of_ours(),
    claim!("05-config".., a_directory_that_is_none_is_named_in_one_line).of_ours(),
    claim!("05-config".., the_directory_is_shown_as_an_absolute_path_without_links).of_ours(),
    claim!("05-config".., help_that_cannot_be_written_is_an_error).of_ours().on_linux(),
];

/// The options that set a parameter.
const PARAMETERS: [&str; 5] = ["--port", "--bind", "--dir", "--dbfilename", "--maxclients"];

/// How long a program may take to find out that it cannot start: a busy machine takes its time.
const START: Patience = Patience::new(Duration::from_secs(30), Duration::from_secs(2));

/// Checks that a text begins with what is expected.
fn begins(text: &str, due: &str) -> Result<()> {
    check(text.starts_with(due), || (format!("{due}…"), text.to_owned()))
}

/// Checks that a text contains what is expected.
fn contains(text: &str, due: &str) -> Result<()> {
    check(text.contains(due), || (format!("…{due}…"), text.to_owned()))
}

/// Checks the server's reply to CONFIG GET of one name.
fn expect_config(server: &Own, name: &str, value: &str) -> Result<()> {
    let bulks = [name, value].map(|text| format!("${}\r\n{text}\r\n", text.len()));
    let mut client = server.connect()?;
    client.send(&array(&[b"CONFIG", b"GET", name.as_bytes()]))?;
    Ok(client.expect(format!("*2\r\n{}", bulks.concat()).as_bytes())?)
}

/// A disk that is full.
fn full_disk() -> Result<File> {
    File::options().write(true).open("/dev/full").context("cannot open /dev/full")
}

fn the_server_says_where_it_listens(subject: &Subject) -> Result<()> {
    let (server, _dir) = subject.start_own(&[])?;
    check(server.address.port() != 0 && server.address.ip().is_loopback(), || {
        ("a port of this machine".into(), server.address.to_string())
    })?;
    server.connect()?;
    Ok(())
}

fn an_option_that_is_wrong_is_refused_in_one_line(subject: &Subject) -> Result<()> {
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
        let line = subject.refusal(args)?;
        equal(line.as_str(), "the only option is --port N").with_context(|| format!("{args:?}"))?;
    }
    Ok(())
}

fn a_port_that_is_none_is_refused_in_one_line(subject: &Subject) -> Result<()> {
    for port in ["", "x", "-1", "65536", "7000x", " 7000", "7000 ", "70000000000"] {
        begins(&subject.refusal(&["--port", port])?, "--port takes 0 to 65535")?;
    }
    Ok(())
}

fn a_server_whose_port_is_taken_ends(subject: &Subject) -> Result<()> {
    let other = TcpListener::bind("127.0.0.1:0")?;
    let dir = tempfile::tempdir()?;
    let path = dir.path().to_string_lossy().into_owned();
    let place = Place { port: other.local_addr()?.port(), dir: path, ..Place::default() };
    let words = subject.command.filled(&place);
    let (program, arguments) = words.split_first().context("a command")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut group = Group::spawn(&mut command, dir.path())?;
    let mut waiting = Waiting::new(START, Some(group.child.id()));
    let mut status = None;
    while status.is_none() && !waiting.is_over() {
        status = ended(&mut group, waiting.next_look())?;
    }
    check(status.is_some_and(|status| !status.success()), || {
        let received = match status {
            Some(_) => "an end with exit code 0, which says that all is well",
            None => "a server that still runs",
        };
        let expected = "a server that ends with an exit code other than 0, since another program \
                        listens on its port";
        (expected.into(), format!("{received}. To see it by hand, start the server twice"))
    })
}

fn a_port_that_is_taken_is_named_in_one_line(subject: &Subject) -> Result<()> {
    let other = TcpListener::bind("127.0.0.1:0")?;
    let port = other.local_addr()?.port().to_string();
    if subject.stage < number_of("05-config") {
        let line = subject.refusal(&["--port", &port])?;
        return begins(&line, &format!("cannot listen on port {port}, try another with --port"));
    }
    // An address that may be missing is not missing when another process listens on it.
    for bind in ["127.0.0.1", "-127.0.0.1"] {
        let line = subject.refusal(&["--port", &port, "--bind", bind])?;
        let due = format!("cannot listen on 127.0.0.1:{port}, try another --port or --bind: ");
        begins(&line, &due)?;
    }
    Ok(())
}

fn a_refusal_that_cannot_be_written_is_one_all_the_same(subject: &Subject) -> Result<()> {
    let mut command = subject.own_command(&["--nosuch"]);
    let status = command.stdout(full_disk()?).stderr(full_disk()?).status()?;
    equal(status.code(), Some(2)).context("the exit code")
}

fn help_is_printed_for_whoever_asks(subject: &Subject) -> Result<()> {
    for option in ["--help", "-h"] {
        let ended = subject.run(&[option])?;
        equal((ended.status.code(), ended.stderr.as_str()), (Some(0), ""))?;
        begins(&ended.stdout, &subject.package)?;
        for option in PARAMETERS.into_iter().chain(["--help", "--version"]) {
            contains(&ended.stdout, option)?;
        }
        ensure!(ended.stdout.ends_with('\n'), "expected whole lines, received {}", ended.stdout);
    }
    Ok(())
}

fn the_version_is_printed_for_whoever_asks(subject: &Subject) -> Result<()> {
    // All of the workspace's packages have the same.
    let due = format!("{} {}\n", subject.package, env!("CARGO_PKG_VERSION"));
    for option in ["--version", "-v"] {
        let ended = subject.run(&[option])?;
        equal((ended.status.code(), ended.stderr.as_str()), (Some(0), ""))?;
        equal(ended.stdout, due.as_str())?;
    }
    Ok(())
}

fn what_is_wrong_is_named_in_one_line_that_tells_of_the_help(subject: &Subject) -> Result<()> {
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
        let line = subject.refusal(args)?;
        contains(&line, named).with_context(|| format!("{args:?}"))?;
        check(line.ends_with(", see --help"), || ("…, see --help".into(), line))?;
    }
    Ok(())
}

fn an_address_of_another_machine_is_named_in_one_line(subject: &Subject) -> Result<()> {
    // Set aside for documentation: no machine has it.
    for bind in [&["192.0.2.1"][..], &["127.0.0.1", "192.0.2.1"]] {
        let line = subject.refusal(&[&["--port", "0", "--bind"], bind].concat())?;
        begins(&line, "cannot listen on 192.0.2.1:")?;
    }
    Ok(())
}

fn an_address_behind_a_minus_may_be_missing(subject: &Subject) -> Result<()> {
    let (server, _dir) = subject.start_own(&["--bind", "127.0.0.1", "-192.0.2.1"])?;
    equal(server.address.ip().is_loopback(), true).context("whether it is on this machine")?;
    expect_config(&server, "bind", "127.0.0.1 -192.0.2.1")?;
    let ended = subject.run(&["--port", "0", "--bind", "-192.0.2.1"])?;
    equal((ended.status.code(), ended.stdout.as_str()), (Some(2), ""))?;
    let [missing, error] = ended.stderr.lines().collect::<Vec<_>>()[..] else {
        bail!("expected two lines, received {}", ended.stderr);
    };
    begins(missing, "not listening on 192.0.2.1: ")?;
    contains(error, "none of the addresses of --bind")
}

fn a_minus_forgives_nothing_but_a_missing_address(subject: &Subject) -> Result<()> {
    for host in ["::g", "127.0.0.1:80", "", "::ffff:127.0.0.1"] {
        let optional = format!("-{host}");
        let line = subject.refusal(&["--port", "0", "--bind", "127.0.0.1", &optional])?;
        begins(&line, &format!("cannot listen on {host}:"))?;
    }
    Ok(())
}

fn an_address_may_be_given_by_its_name(subject: &Subject) -> Result<()> {
    let (server, _dir) = subject.start_own(&["--bind", "localhost"])?;
    equal(server.address.ip().is_loopback(), true).context("whether it is on this machine")?;
    expect_config(&server, "bind", "localhost")
}

fn all_addresses_are_served_on_one_port(subject: &Subject) -> Result<()> {
    let (server, _dir) = subject.start_own(&["--bind", "127.0.0.1", "-::1"])?;
    let port = server.address.port();
    expect_config(&server, "port", &port.to_string())?;
    expect_config(&server, "bind", "127.0.0.1 -::1")?;
    // Where there is no such address, no process can listen on it.
    if TcpListener::bind("[::1]:0").is_ok() {
        Peer::connect(format!("[::1]:{port}").parse()?, PATIENCE)?.ping()?;
    }
    Ok(())
}

fn a_directory_that_is_none_is_named_in_one_line(subject: &Subject) -> Result<()> {
    let here = tempfile::tempdir()?;
    let file = here.path().join("file");
    fs::write(&file, "no directory")?;
    let missing = here.path().join("nosuch");
    for dir in [text(&missing)?, text(&file)?, ""] {
        let line = subject.refusal(&["--port", "0", "--dir", dir])?;
        begins(&line, &format!("cannot use --dir {dir:?}: "))?;
    }
    Ok(())
}

fn the_directory_is_shown_as_an_absolute_path_without_links(subject: &Subject) -> Result<()> {
    let here = tempfile::tempdir()?;
    let inner = here.path().join("inner");
    fs::create_dir(&inner)?;
    let real = fs::canonicalize(&inner)?;
    let mut dirs = vec![inner.clone(), inner.join("..").join("inner").join(".")];
    #[cfg(unix)]
    {
        let link = here.path().join("link");
        std::os::unix::fs::symlink(&inner, &link)?;
        dirs.push(link);
    }
    for dir in dirs {
        let (server, _dir) = subject.start_own(&["--dir", text(&dir)?])?;
        expect_config(&server, "dir", text(&real)?)?;
    }
    Ok(())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is no text")
}

fn help_that_cannot_be_written_is_an_error(subject: &Subject) -> Result<()> {
    for option in ["--help", "--version"] {
        let output = subject.own_command(&[option]).stdout(full_disk()?).output()?;
        equal(output.status.code(), Some(2)).context("the exit code")?;
        let line = String::from_utf8(output.stderr)?;
        begins(&line, &format!("{}: No space left on device", subject.package))?;
    }
    Ok(())
}

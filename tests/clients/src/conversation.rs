//! A client's program at work: what it prints, line by line, and what it asks for.
//!
//! A line is `feature<TAB>ok|fail|none<TAB>detail`, or it starts with `@`: `@version`, `@protocol`,
//! and `@restart`, which asks for a new server on the same port and is answered with `restarted`.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use conformance::server::Server;

use crate::bounded;
use crate::feature::{FEATURES, Mark, Report};

/// As much of what a program complains about as a failure may show.
const COMPLAINT_LIMIT: usize = 600;

/// Runs a client's program to its end, but no longer than `patience`, and returns what it told.
///
/// A feature that it does not name has failed: with the end of what the program printed to its
/// standard error, or with its silence.
///
/// # Errors
/// When the program cannot be started, or breaks the rules of the conversation.
pub fn hold(command: Command, server: &mut Server, patience: Duration) -> anyhow::Result<Report> {
    let mut talk = Talk::start(command)?;
    let ending = talk.listen(server, Instant::now() + patience);
    // Fails only when the program has ended by itself, which is all that is wanted.
    let _ = talk.child.kill();
    let status = talk.child.wait().context("cannot wait for the client")?;
    let complaint = talk.complaint.join().unwrap_or_default();
    let complaint = bounded::first_words(&complaint, COMPLAINT_LIMIT);
    let reason = match ending? {
        Ending::Overtime => format!("no word within {} s", patience.as_secs()),
        Ending::Closed => format!("the client ended before ({status}) and said {complaint}"),
    };
    let mut told = talk.told;
    let marks = FEATURES.map(|feature| {
        let mark = told.remove(feature);
        (feature, mark.unwrap_or_else(|| Mark::Failed(reason.clone())))
    });
    if let Some(feature) = told.keys().next() {
        bail!("the client tells of '{feature}', which is no feature");
    }
    Ok(Report { version: talk.version, protocol: talk.protocol, marks: marks.into() })
}

enum Ending {
    Closed,
    Overtime,
}

struct Talk {
    child: Child,
    lines: Receiver<io::Result<Vec<u8>>>,
    complaint: JoinHandle<String>,
    version: Option<String>,
    protocol: Option<String>,
    told: BTreeMap<String, Mark>,
}

impl Talk {
    fn start(mut command: Command) -> anyhow::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = command.spawn().with_context(|| format!("cannot run {program}"))?;
        let output = child.stdout.take().context("a client without an output")?;
        let complaint = child.stderr.take().context("a client without an error output")?;
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            // Nobody listens any more when the conversation is over.
            BufReader::new(output).split(b'\n').try_for_each(|line| sender.send(line)).ok();
        });
        let complaint = bounded::reader(complaint);
        let told = BTreeMap::new();
        Ok(Self { child, lines, complaint, version: None, protocol: None, told })
    }

    fn listen(&mut self, server: &mut Server, deadline: Instant) -> anyhow::Result<Ending> {
        loop {
            let rest = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(rest) {
                Ok(line) => {
                    // What a failure shows of a wrong reply need not be text.
                    let line = line.context("a client's output")?;
                    self.take(String::from_utf8_lossy(&line).trim_end_matches('\r'), server)?;
                }
                Err(RecvTimeoutError::Timeout) => return Ok(Ending::Overtime),
                Err(RecvTimeoutError::Disconnected) => return Ok(Ending::Closed),
            }
        }
    }

    fn take(&mut self, line: &str, server: &mut Server) -> anyhow::Result<()> {
        let columns: Vec<&str> = line.split('\t').collect();
        let (feature, mark) = match *columns.as_slice() {
            ["@version", version] => {
                self.version = Some(version.to_owned());
                return Ok(());
            }
            ["@protocol", protocol] => {
                self.protocol = Some(protocol.to_owned());
                return Ok(());
            }
            ["@restart"] => return self.restart(server),
            [feature, "ok", _] => (feature, Mark::Passed),
            [feature, "fail", detail] => (feature, Mark::Failed(detail.to_owned())),
            [feature, "none", reason] if !reason.is_empty() => {
                (feature, Mark::Absent(reason.to_owned()))
            }
            _ => bail!("the client printed a line that tells nothing: {line}"),
        };
        match self.told.insert(feature.to_owned(), mark) {
            Some(_) => bail!("the client tells of '{feature}' twice"),
            None => Ok(()),
        }
    }

    fn restart(&mut self, server: &mut Server) -> anyhow::Result<()> {
        server.restart(crate::START)?;
        let input = self.child.stdin.as_mut().context("a client without an input")?;
        writeln!(input, "restarted").context("the client does not listen")
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use super::*;

    /// What comes of a client that is this shell script.
    fn told(script: &str, patience: Duration) -> anyhow::Result<Report> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let mut server = Server::running_at(SocketAddr::from((Ipv4Addr::LOCALHOST, 1)));
        hold(command, &mut server, patience)
    }

    fn failure(report: &Report, feature: &str) -> String {
        match report.mark(feature) {
            Some(Mark::Failed(detail)) => detail.clone(),
            other => panic!("{feature}: {other:?}"),
        }
    }

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn every_line_is_taken_for_what_it_says() {
        let script = "printf '@version\\t1\\n@protocol\\t3\\nPING\\tok\\t\\n\
                      ECHO\\tfail\\tno \\377\\r\\nTYPE\\tnone\\tno such call\\n'";
        let report = told(script, LONG).expect("a report");
        let (version, protocol) = (report.version.as_deref(), report.protocol.as_deref());
        assert_eq!((version, protocol), (Some("1"), Some("3")));
        assert_eq!(report.mark("PING"), Some(&Mark::Passed));
        assert_eq!(failure(&report, "ECHO"), "no \u{fffd}");
        assert_eq!(report.mark("TYPE"), Some(&Mark::Absent("no such call".into())));
    }

    #[test]
    fn what_a_client_does_not_tell_has_failed() {
        let script = "printf 'PING\\tok\\t\\n'; echo 'out of  breath' >&2; exit 7";
        let report = told(script, LONG).expect("a report");
        assert_eq!(report.mark("PING"), Some(&Mark::Passed));
        let due = "the client ended before (exit status: 7) and said out of breath";
        assert_eq!(failure(&report, "INFO"), due);
    }

    #[test]
    fn a_client_that_hangs_costs_its_own_time_and_no_more() {
        let started = Instant::now();
        let report = told("printf 'PING\\tok\\t\\n'; exec sleep 60", Duration::from_secs(1));
        let report = report.expect("a report");
        assert!(started.elapsed() < LONG, "{:?}", started.elapsed());
        assert_eq!(report.mark("PING"), Some(&Mark::Passed));
        assert_eq!(failure(&report, "INFO"), "no word within 1 s");
    }

    #[test]
    fn a_line_that_breaks_the_rules_is_an_error() {
        let table = [
            ("printf 'hello\\n'", "the client printed a line that tells nothing: hello"),
            (
                "printf 'PING\\tnone\\t\\n'",
                "the client printed a line that tells nothing: PING\tnone\t",
            ),
            ("printf 'PING\\tok\\t\\nPING\\tok\\t\\n'", "the client tells of 'PING' twice"),
            ("printf 'DANCE\\tok\\t\\n'", "the client tells of 'DANCE', which is no feature"),
        ];
        for (script, due) in table {
            let error = told(script, LONG).expect_err(script);
            assert_eq!(error.to_string(), due, "{script}");
        }
    }
}

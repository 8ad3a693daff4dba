//! The newest stage beside a real Redis: what is known to differ. Random sessions are a test of each
//! stage.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{self, ExitCode};
use std::time::Duration;
use std::{env, thread};

use conformance::differ::counters::{COMPARED, NOT_COMPARED};
use conformance::differ::documented::{DOCUMENTED, Documented, Treatment};
use conformance::differ::generator::unfit;
use conformance::differ::pair::{Kind, Pair};
use conformance::differ::{self, Session, Step, report};
use conformance::server::{CommandLine, Server};
use conformance::{differences, harness, workspace};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// A test that needs a real Redis.
type Test = Box<dyn FnOnce(&CommandLine) -> Result<(), Failed> + Send>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    if let [_, act, port] = arguments.as_slice()
        && act == "crash"
    {
        return crash(port.parse().expect("a port"));
    }
    let redis = differ::redis();
    let beside = |name: String, test: Test| {
        let redis = redis.clone();
        Trial::ignorable_test(name, move || match redis {
            Ok(redis) => test(&redis).map(|()| Completion::Completed),
            Err(reason) => Ok(Completion::ignored_with(reason)),
        })
    };
    let mut trials = vec![
        Trial::test("every_documented_difference_is_on_the_page", || {
            differences::must_say(DOCUMENTED.iter().map(|documented| documented.sentence))
        }),
        Trial::test("every_counter_is_compared_or_named", counters_are_known),
        beside("a_server_that_dies_is_found_out".into(), Box::new(dies)),
        beside("differ/redis_itself".into(), Box::new(redis_itself)),
    ];
    for documented in &DOCUMENTED {
        let name = format!("documented/{}", documented.name.replace(' ', "_"));
        trials.push(beside(name, Box::new(|redis| exists(redis, documented))));
    }
    harness::run(Arguments::from_args(), trials)
}

fn redis_itself(redis: &CommandLine) -> Result<(), Failed> {
    differ::same(redis, redis, workspace::newest_stage()?, 300)
}

fn stage() -> Result<CommandLine, Failed> {
    let binary = workspace::build(&format!("stage-{:02}", workspace::newest_stage()?), false)?;
    Ok(CommandLine::binary(&binary.to_string_lossy()))
}

/// A server that knows nothing but PONG, and does not survive an ECHO.
fn crash(port: u16) -> ExitCode {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("a free port");
    for stream in listener.incoming() {
        let mut stream = stream.expect("a connection");
        thread::spawn(move || {
            let mut chunk = [0; 1024];
            while let Ok(length @ 1..) = stream.read(&mut chunk) {
                if chunk[..length].starts_with(b"ECHO") {
                    eprintln!("index out of bounds");
                    process::exit(3);
                }
                stream.write_all(b"+PONG\r\n").expect("a client that reads");
            }
        });
    }
    ExitCode::SUCCESS
}

fn dies(redis: &CommandLine) -> Result<(), Failed> {
    let program = env::current_exe()?;
    let server = CommandLine::new([&program.to_string_lossy(), "crash", "{port}"]);
    let mut pair = Pair::start(redis, &server)?;
    let step = |bytes: &[u8]| Step { client: 0, bytes: bytes.into() };
    let session =
        Session { steps: vec![step(b"PING\r\n"), step(b"ECHO x\r\n"), step(b"PING\r\n")] };
    let Err(difference) = pair.play(&session) else { return Err("nobody noticed".into()) };
    let told = report(&session, &difference, "server");
    let is_told = ["instead of a reply; it exited with code 3", "index out of bounds"];
    if difference.step == 1 && is_told.iter().all(|part| told.contains(part)) {
        Ok(())
    } else {
        Err(told.into())
    }
}

/// Holds a documented difference to show in each of its examples, and to be the only one there.
fn exists(redis: &CommandLine, documented: &'static Documented) -> Result<(), Failed> {
    if documented.name.contains("range") && !cfg!(any(target_arch = "x86", target_arch = "x86_64"))
    {
        // Where C's char has no sign, there is no difference.
        return Ok(());
    }
    if documented.until.is_some_and(|until| until <= workspace::newest_stage().unwrap_or(0)) {
        return Ok(());
    }
    let mut pair = Pair::start(redis, &stage()?)?;
    let vocabulary = pair.vocabulary(workspace::newest_stage()?);
    for session in documented.sessions() {
        let expected = documented.is_avoided().then_some(documented.name);
        if unfit(&session, &vocabulary) != expected {
            return Err(format!("it is not what keeps from\n{}", session.to_text()).into());
        }
        pair.strict = true;
        pair.restart()?;
        let kind = match pair.play(&session) {
            Ok(_) => return Err(format!("no difference in\n{}", session.to_text()).into()),
            Err(difference) => difference.kind,
        };
        let is_told = match kind {
            // Redis does what no reading of the protocol tells, or its last reply is lost.
            Kind::Bytes | Kind::Misjudged(_) => true,
            // Ours is lost. Which of the two it is, the system decides.
            Kind::HungUp => matches!(documented.treatment, Treatment::Lost),
            _ => false,
        };
        if !is_told {
            return Err(format!("{kind:?} in\n{}", session.to_text()).into());
        }
        pair.strict = false;
        pair.restart()?;
        if !documented.is_avoided()
            && let Err(difference) = pair.play(&session)
        {
            return Err(report(&session, &difference, "server").into());
        }
    }
    Ok(())
}

/// Holds the counters that the newest stage shows to be compared, unless there is a reason.
fn counters_are_known() -> Result<(), Failed> {
    let server = Server::start(&stage()?, "", Duration::from_secs(20), |_| Ok(Vec::new()))?;
    let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, server.place().port))?;
    client.write_all(b"INFO clients stats\r\nQUIT\r\n")?;
    let mut text = String::new();
    client.read_to_string(&mut text)?;
    let names: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once(':')?.0)).collect();
    let is_known = |name: &str| {
        COMPARED.contains(&name)
            || name == "expired_keys"
            || NOT_COMPARED.iter().any(|(known, _)| *known == name)
    };
    match names.iter().find(|name| !is_known(name)) {
        Some(name) => Err(format!("{name} is neither compared nor named").into()),
        None if names.len() < COMPARED.len() => Err(format!("too few fields: {text}").into()),
        None => Ok(()),
    }
}

//! The differ beside the zoo: random sessions find the mistakes, too.

use std::process::ExitCode;
use std::time::Duration;

use conformance::differ::pair::{Kind, Pair};
use conformance::differ::{self, Limit, Plan, hunt, report};
use conformance::harness;
use conformance::server::CommandLine;
use conformance::workspace::number_of;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use zoo::ZOO;

const BINARY: &str = env!("CARGO_BIN_EXE_zoo");

/// The mistakes that no random session shows, and what would show them.
const UNSEEN: [(&str, &str); 14] = [
    ("ignores_keepttl", TIME),
    ("reads_the_clock_once", TIME),
    ("takes_milliseconds_for_seconds", DUMP),
    ("keeps_seconds_as_they_are", DUMP),
    ("reads_lengths_backwards", DUMP),
    ("serves_an_integers_bytes", DUMP),
    ("reads_integers_unsigned", DUMP),
    ("stops_at_the_first_list", DUMP),
    ("lets_a_deadline_stay", DUMP),
    ("serves_every_database", DUMP),
    ("skips_deadlines", DUMP),
    ("copies_in_one_piece", DUMP),
    ("always_loads_dump_rdb", DUMP),
    ("ignores_the_command_line", "a command line"),
];
const TIME: &str = "time that passes";
const DUMP: &str = "a dump to load";

/// Enough for the rarest. Most are found within ten.
const SESSIONS: u64 = 3000;

fn main() -> ExitCode {
    let redis = differ::redis();
    // What is new from stage 08 on is left to the transcripts: few of these replies are the same in
    // two servers.
    let seen = ZOO.iter().filter(|animal| number_of(animal.stage()) < number_of("08-any-client"));
    let seen = seen.map(|animal| animal.name);
    let seen = seen.filter(|name| !UNSEEN.iter().any(|(unseen, _)| unseen == name));
    let trials = seen.chain(["honest"]).map(|name| {
        let redis = redis.clone();
        Trial::ignorable_test(format!("found::{name}"), move || match redis {
            Ok(redis) => play(&redis, name).map(|()| Completion::Completed),
            Err(reason) => Ok(Completion::ignored_with(reason)),
        })
    });
    let trials = trials.chain([Trial::test("all_that_are_not_seen_live_in_the_zoo", live_here)]);
    harness::run(Arguments::from_args(), trials.collect())
}

/// Holds an animal to be found out, and the honest server not to be.
fn play(redis: &CommandLine, name: &str) -> Result<(), Failed> {
    let animal = CommandLine::new([BINARY, name, "--port", "{port}"]);
    let mut pair = Pair::start(redis, &animal)?;
    let limit = Limit::Sessions(SESSIONS);
    let is_honest = name == "honest";
    if !is_honest {
        // Of a server that may hang, an answer is not expected for long.
        pair.patience = Duration::from_secs(2);
    }
    let plan = Plan { stage: number_of("07-keys"), seed: 1, limit, shrinking: Duration::ZERO };
    match hunt(&mut pair, plan, |_| {})?.finding {
        None if is_honest => Ok(()),
        None => Err(format!("not found in {SESSIONS} sessions").into()),
        Some(finding) => {
            let told = report(&finding.shrunk.session, &finding.shrunk.difference, "zoo");
            let is_judged = !matches!(finding.shrunk.difference.kind, Kind::Misjudged(_));
            if is_judged && !is_honest { Ok(()) } else { Err(told.into()) }
        }
    }
}

fn live_here() -> Result<(), Failed> {
    for (unseen, _) in UNSEEN {
        if !ZOO.iter().any(|animal| animal.name == unseen) {
            return Err(format!("{unseen} does not live in the zoo").into());
        }
    }
    Ok(())
}

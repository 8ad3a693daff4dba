//! Every transcript, played against the real Redis that it was recorded from, if there is one.

use std::process::ExitCode;

use conformance::{check, corpus, harness};
use libtest_mimic::{Arguments, Completion, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let names = match corpus::names(&corpus::transcripts(), "redis") {
        Ok(names) => names,
        Err(error) => {
            eprintln!("{error:#}");
            return ExitCode::from(2);
        }
    };
    let redis = check::redis();
    if let Err(reason) = &redis {
        eprintln!("\nNOT CHECKED against a real Redis: {reason}.\n");
    }
    let trials = names.into_iter().map(|name| {
        let redis = redis.clone();
        Trial::ignorable_test(format!("redis/{name}"), move || match redis {
            Ok(target) => harness::check_one(&name, &target).map(|()| Completion::Completed),
            Err(reason) => Ok(Completion::ignored_with(reason)),
        })
    });
    harness::run(arguments, trials.collect())
}

//! Checks the prose of the book and of the exercises against the dictionary and `book/words.txt`.

use std::process::ExitCode;

use anyhow::Result;
use bookcheck::root;
use bookcheck::source::Sources;
use bookcheck::spelling::Speller;
use libtest_mimic::{Arguments, Completion, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let place = Speller::place();
    if place.is_none() {
        eprintln!("\nThe spelling is NOT CHECKED: no dictionary, apt install hunspell-en-gb.\n");
    }
    let trials =
        [("every_word_is_known", unknown as fn(&Speller) -> _), ("words_are_needed", needless)];
    let trials = trials.map(|(name, check)| {
        let place = place.clone();
        Trial::ignorable_test(name, move || {
            let Some(place) = place else {
                return Ok(Completion::ignored_with("no dictionary of British English"));
            };
            let speller = Speller::read(&place, &root().join("book/words.txt"));
            let faults = speller.and_then(|speller| check(&speller));
            let faults = faults.map_err(|error| Failed::from(format!("{error:#}")))?;
            if faults.is_empty() {
                Ok(Completion::Completed)
            } else {
                Err(faults.join("\n").into())
            }
        })
    });
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}

/// All texts that people read, by the files that hold them.
fn texts() -> Result<Vec<(String, String)>> {
    let mut texts = Vec::new();
    for folder in ["book/src", "tests/exercises"] {
        for (path, text) in Sources::read(&root().join(folder))?.files() {
            texts.push((format!("{folder}/{path}"), text.to_owned()));
        }
    }
    texts.push(("README.md".to_owned(), std::fs::read_to_string(root().join("README.md"))?));
    Ok(texts)
}

fn unknown(speller: &Speller) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for (path, text) in texts()? {
        let unknown = speller.unknown(&text).into_iter();
        faults.extend(unknown.map(|unknown| format!("{path}:{}: {}", unknown.line, unknown.word)));
    }
    Ok(faults)
}

fn needless(speller: &Speller) -> Result<Vec<String>> {
    let texts: Vec<String> = texts()?.into_iter().map(|(_, text)| text).collect();
    let needless = speller.needless(&texts).into_iter();
    Ok(needless.map(|word| format!("book/words.txt need not hold '{word}'")).collect())
}

//! Records the book's shell sessions: `cargo run -p weave --bin sessions -- record NAME…`.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use conformance::workspace;
use weave::session::{self, FOLDER};
use weave::shell::{self, Programs};

const USAGE: &str = "sessions record NAME…   execute these, and write down what they print
sessions record --all   all of them
sessions check [NAME…]  execute them, and say what differs from what was recorded";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("sessions: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Returns whether all are as recorded; what is recorded now, is.
fn run() -> anyhow::Result<bool> {
    conformance::server::end_all_on_interrupt().context("an interrupt would leave servers")?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = workspace::root();
    match arguments[..] {
        ["record", "--all"] => for_each(root, session::names(root)?, true),
        ["check"] => for_each(root, session::names(root)?, false),
        ["record", ref names @ ..] if !names.is_empty() => for_each(root, owned(names), true),
        ["check", ref names @ ..] => for_each(root, owned(names), false),
        _ => bail!("the forms are:\n{USAGE}"),
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn for_each(root: &Path, names: Vec<String>, records: bool) -> anyhow::Result<bool> {
    let mut all_are_same = true;
    for name in names {
        let recorded = session::load(root, &name)?;
        let programs = Programs::build(std::slice::from_ref(&recorded))?;
        let came = shell::record(&recorded, &programs).context(name.clone())?;
        if records {
            fs::write(root.join(FOLDER).join(format!("{name}.console")), came.text())?;
            print!("{}", came.text());
        } else if let Some(difference) = shell::difference(&recorded, &came) {
            println!("{FOLDER}/{name}.console: {difference}");
            all_are_same = false;
        }
    }
    Ok(all_are_same)
}

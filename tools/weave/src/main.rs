//! What mdBook runs on the book's chapters before it renders them; see `book/book.toml`.

use std::io::{self, Write};
use std::process::ExitCode;
use std::{env, path};

use anyhow::{Context, bail};
use mdbook_preprocessor::book::{Book, BookItem};
use weave::{Course, Weaver};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        // What is woven is HTML, which other renderers do not take.
        ["supports", renderer] => return ExitCode::from(u8::from(renderer != "html")),
        [] => preprocess(),
        _ => Err(anyhow::anyhow!("mdBook runs this: `mdbook build book`, `mdbook serve book`")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("weave: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Reads the book as mdBook hands it over, and gives it back woven.
fn preprocess() -> anyhow::Result<()> {
    let (context, mut book) = mdbook_preprocessor::parse_input(io::stdin().lock())?;
    let root = path::absolute(context.root.join(".."))?;
    let course = Course::read(&root)?;
    weave_all(&course, &mut book)?;
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &book)?;
    out.flush().context("cannot write the book")
}

/// Weaves every chapter in the order of the book. Tells all that is wrong, not only the first.
fn weave_all(course: &Course, book: &mut Book) -> anyhow::Result<()> {
    let mut weaver = Weaver::new(course);
    let mut faults = 0;
    weave_items(&mut weaver, &mut book.items, &mut faults);
    if faults > 0 {
        bail!("the book cannot be woven: {faults} faults");
    }
    Ok(())
}

fn weave_items(weaver: &mut Weaver<'_>, items: &mut [BookItem], faults: &mut usize) {
    for item in items {
        let BookItem::Chapter(chapter) = item else { continue };
        if let Some(source) = &chapter.source_path {
            let file = source.to_string_lossy().replace('\\', "/");
            match weaver.chapter(&file, &chapter.content) {
                Ok(woven) => chapter.content = woven,
                Err(found) => {
                    for fault in &found {
                        eprintln!("{fault}");
                    }
                    *faults += found.len();
                }
            }
        }
        // A chapter's pages come after it, as its reader meets them.
        weave_items(weaver, &mut chapter.sub_items, faults);
    }
}

//! What mdBook runs on the book's chapters before it renders them; see `book/book.toml`.

use std::io::{self, BufWriter, Write};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::{env, path, thread};

use anyhow::{Context, bail};
use mdbook_preprocessor::book::{Book, BookItem};
use weave::{Course, Fault, Weaver, neighbours};

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
    let faults = weave_all(&root, &mut book)?;
    for fault in &faults {
        eprintln!("{fault}");
    }
    if !faults.is_empty() {
        bail!(
            "the book cannot be woven: {} faults. It is woven from the course's stages: if you have \
             written over one, build it on the branch main",
            faults.len()
        );
    }
    neighbours::link(&mut book);
    let mut out = BufWriter::new(io::stdout().lock());
    serde_json::to_writer(&mut out, &book)?;
    out.flush().context("cannot write the book")
}

/// Weaves every chapter, on all processors, and returns all that is wrong in the book's order.
fn weave_all(root: &Path, book: &mut Book) -> anyhow::Result<Vec<Fault>> {
    // The last stages have the most to show, so they are begun first.
    let queue = Mutex::new(book.items.iter_mut().enumerate().rev());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || -> anyhow::Result<Vec<(usize, Fault)>> {
        let course = Course::read(root)?;
        let mut weaver = Weaver::new(&course);
        let mut faults = Vec::new();
        while let Some((index, item)) = next() {
            let mut found = Vec::new();
            weave_item(&mut weaver, item, &mut found);
            faults.extend(found.into_iter().map(|fault| (index, fault)));
        }
        Ok(faults)
    };
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let mut faults = Vec::new();
    thread::scope(|scope| {
        let handles: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        for handle in handles {
            match handle.join() {
                Ok(found) => faults.extend(found?),
                Err(panic) => resume_unwind(panic),
            }
        }
        anyhow::Ok(())
    })?;
    faults.sort_by_key(|(index, _)| *index);
    Ok(faults.into_iter().map(|(_, fault)| fault).collect())
}

/// Weaves a chapter and then its pages, as its reader meets them.
fn weave_item(weaver: &mut Weaver<'_>, item: &mut BookItem, faults: &mut Vec<Fault>) {
    let BookItem::Chapter(chapter) = item else { return };
    if let Some(source) = &chapter.source_path {
        let file = source.to_string_lossy().replace('\\', "/");
        match weaver.chapter(&file, &chapter.content) {
            Ok(woven) => chapter.content = woven,
            Err(found) => faults.extend(found),
        }
    }
    for item in &mut chapter.sub_items {
        weave_item(weaver, item, faults);
    }
}

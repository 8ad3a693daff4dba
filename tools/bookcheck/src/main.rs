//! Looks at the built book: `cargo run -p bookcheck -- --help`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use bookcheck::shots::{self, Wanted};
use bookcheck::source::Sources;
use bookcheck::spelling::Speller;
use bookcheck::{Browser, Site, mdbook, root};
use clap::Parser;

/// Looks at the built book as its readers get it
#[derive(Parser)]
#[command(bin_name = "cargo run -p bookcheck --")]
enum Task {
    /// Build the book and take pictures of all its pages: target/screenshots
    Screenshots {
        /// A part of the paths of those wanted, such as 04-px
        #[arg(default_value = "")]
        filter: String,
        /// Only in windows so wide, instead of 1280 and 390
        #[arg(long)]
        width: Vec<u32>,
        /// Only in this theme, light or navy, instead of both
        #[arg(long)]
        theme: Option<String>,
        /// Unfold all that is folded
        #[arg(long)]
        unfolded: bool,
        /// At most this many pictures of a page
        #[arg(long, default_value_t = usize::MAX)]
        most: usize,
        /// A folder with the built book, so that it is not built now
        #[arg(long)]
        book: Option<PathBuf>,
    },
    /// Build the book and list where it leads out of itself
    Links,
    /// Build the book and list how heavy its pages are
    Weights,
    /// List all words that neither the dictionary nor book/words.txt knows
    Words,
}

fn main() -> ExitCode {
    match run(Task::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Screenshots { filter, width, theme, unfolded, most, book } => {
            let mut wanted = Wanted { filter, unfolded, most, ..Wanted::default() };
            if !width.is_empty() {
                wanted.widths = width;
            }
            if let Some(name) = theme {
                wanted.themes.retain(|theme| theme.name() == name);
            }
            screenshots(book.as_deref(), &wanted)
        }
        Task::Links => {
            for (url, pages) in Site::read(&built()?)?.outward_links() {
                let pages: Vec<&str> = pages.into_iter().collect();
                println!("{url}  {}", pages.join(" "));
            }
            Ok(())
        }
        Task::Weights => {
            for (weight, own, path) in Site::read(&built()?)?.weights()? {
                println!("{weight:>9} bytes, {own:>9} of them its own  {path}");
            }
            Ok(())
        }
        Task::Words => words(),
    }
}

/// Builds the book where mdBook itself does.
fn built() -> Result<PathBuf> {
    let program = mdbook::program().context("no mdbook: cargo install mdbook")?;
    let target = root().join("target/book");
    mdbook::build(&program, &target)?;
    Ok(target)
}

fn screenshots(book: Option<&Path>, wanted: &Wanted) -> Result<()> {
    let book = book.map_or_else(built, |book| Ok(std::path::absolute(book)?))?;
    let site = Site::read(&book)?;
    let pages: Vec<&str> = site.paths().collect();
    let program = Browser::program().context("no Chromium: CHROMIUM can name one")?;
    let mut browser = Browser::start(&program)?;
    let target = root().join("target/screenshots");
    let taken = shots::take(&mut browser, &book, &pages, wanted, &target)?;
    println!("{} pictures in {}", taken.len(), target.display());
    Ok(())
}

fn words() -> Result<()> {
    let place = Speller::place().context("no dictionary: apt install hunspell-en-gb")?;
    let speller = Speller::read(&place, &root().join("book/words.txt"))?;
    let sources = Sources::read(&root().join("book/src"))?;
    for (path, text) in sources.files() {
        for unknown in speller.unknown(text) {
            println!("book/src/{path}:{}: {}", unknown.line, unknown.word);
        }
    }
    Ok(())
}

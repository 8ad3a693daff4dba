//! Builds the book, and checks that its pages are what their readers may expect.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use bookcheck::readers::{
    NARROW, WIDE, copied_wrongly, keys_suffice, next_by_key, scrolls_well, sticking_out, too_small,
};
use bookcheck::source::Sources;
use bookcheck::{Browser, Check, Site, Tab, Theme, mdbook, readme, root};
use conformance::workspace::{self, number_of};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// A page and all that it loads may have this many bytes, uncompressed and without fonts; over the
/// wire it is less than a tenth. A page of tests holds each transcript twice, as text and as bytes.
const BOUND: usize = 1_500_000;
const BOUND_OF_TESTS: usize = 2_000_000;

/// A page with folds and with choices.
const A_PAGE_OF_TESTS: &str = "stages/04-px-expiry/tests.html";

/// A page with steps and sessions, which is not the last chapter.
const A_CHAPTER: &str = "stages/04-px-expiry.html";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = of_the_sources();
    match mdbook::program() {
        Some(_) if arguments.list => {}
        Some(program) => trials.extend(of_the_book(&program)),
        None => {
            let reason = "no mdbook on the PATH or in target/tools/bin";
            eprintln!("\nThe book is NOT BUILT AND NOT CHECKED: {reason}.\n");
            trials
                .push(Trial::ignorable_test("book", move || Ok(Completion::ignored_with(reason))));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Checks that the chapters show all that is there to be shown.
fn of_the_sources() -> Vec<Trial> {
    let book = root().join("book");
    let check = |name: &str, found: fn(&Sources, &Path) -> Result<Vec<String>>| {
        let book = book.clone();
        let found = move || found(&Sources::read(&book.join("src"))?, &book);
        trial(name, found())
    };
    vec![
        check("every_exercise_is_set_in_its_chapter", |sources, _| sources.exercises_not_set()),
        check("every_file_is_in_the_summary", |sources, _| Ok(sources.not_in_summary())),
        check("every_figure_is_shown", |sources, book| {
            sources.unused(&book.join("figures"), "figure")
        }),
        check("every_session_is_shown", |sources, book| {
            sources.unused(&book.join("sessions"), "session")
        }),
        trial("every_link_of_the_readme_leads_somewhere", of_the_readme(readme::dead_links)),
        trial(
            "the_readme_is_short",
            of_the_readme(|_, text| readme::too_long(text).into_iter().collect()),
        ),
    ]
}

fn of_the_readme(found: fn(&Path, &str) -> Vec<String>) -> Result<Vec<String>> {
    let text = fs::read_to_string(root().join("README.md"))?;
    Ok(found(&root(), &text))
}

/// Builds the book, and holds all pages to everything.
fn of_the_book(program: &Path) -> Vec<Trial> {
    let target = target();
    let built = mdbook::build(program, &target).and_then(|()| Site::read(&target));
    let site = match built {
        Ok(site) => site,
        Err(error) => {
            let reason = format!("{error:#}");
            return vec![Trial::test("the_book_is_built", || Err(reason.into()))];
        }
    };
    let mut trials: Vec<Trial> =
        Check::ALL.into_iter().map(|(check, name)| trial(name, Ok(site.faults(check)))).collect();
    trials.push(trial("every_link_leads_somewhere", Ok(site.dead_links())));
    trials.push(trial("every_transcript_is_shown_by_its_stage", site.transcripts_not_shown()));
    trials.push(trial("no_page_is_too_heavy", too_heavy(&site)));
    trials.extend(in_a_browser(&site, &target));
    trials
}

fn too_heavy(site: &Site) -> Result<Vec<String>> {
    let told = site.weights()?.into_iter().filter_map(|(weight, own, path)| {
        let bound = if path.ends_with("/tests.html") { BOUND_OF_TESTS } else { BOUND };
        let told = format!("{path}: {weight} bytes, {own} of them its own; {bound} are allowed");
        (weight > bound).then_some(told)
    });
    Ok(told.collect())
}

fn in_a_browser(site: &Site, target: &Path) -> Vec<Trial> {
    let Some(program) = Browser::program() else {
        let reason = "no Chromium on the PATH, and CHROMIUM names none";
        eprintln!("\nNOT LOOKED AT in a browser: {reason}.\n");
        let ignored = move || Ok(Completion::ignored_with(reason));
        return vec![Trial::ignorable_test("in_a_browser", ignored)];
    };
    let mut trials: Vec<Trial> = Theme::ALL
        .into_iter()
        .map(|theme| {
            let pages: Vec<String> = site.paths().map(str::to_owned).collect();
            let (program, target) = (program.clone(), target.to_owned());
            let name = format!("pages_fit_a_telephone_and_code_is_not_small/{}", theme.name());
            Trial::test(name, move || {
                said(narrow_faults(&program, &target, &pages, theme)).map_err(Failed::from)
            })
        })
        .collect();
    let chromium = program.clone();
    trials.push(Trial::test("a_browser_shows_each_fault", move || {
        each_fault_shows(&chromium).map_err(|error| format!("{error:#}").into())
    }));
    let mut of_page = |name: &str, page: &str, width, check: fn(&mut Tab<'_>) -> Result<()>| {
        let (program, page) = (program.clone(), target.join(page));
        trials.push(Trial::test(name, move || {
            let mut browser = Browser::start(&program)?;
            let mut tab = browser.tab(width, Theme::Light)?;
            tab.open(&page)?;
            check(&mut tab).map_err(|error| format!("{error:#}").into())
        }));
    };
    of_page("keys_are_enough_for_folds_and_choices", A_PAGE_OF_TESTS, NARROW, keys_suffice);
    of_page(
        "wide_code_keeps_its_signs_and_shows_that_there_is_more",
        A_CHAPTER,
        NARROW,
        scrolls_well,
    );
    of_page("a_key_leads_to_the_next_chapter", A_CHAPTER, WIDE, |tab| {
        let stages = workspace::stages()?;
        let its_next = stages.iter().find(|stage| number_of(stage) > number_of("04-px-expiry"));
        let its_next = format!("stages/{}.html", its_next.context("a stage after it")?);
        let next = next_by_key(tab)?;
        ensure!(next.ends_with(&its_next), "it leads to {next}, not to {its_next}");
        Ok(())
    });
    for (name, page) in [("chapter", A_CHAPTER), ("tests", A_PAGE_OF_TESTS)] {
        of_page(&format!("a_copy_holds_what_is_typed_or_sent/{name}"), page, WIDE, |tab| {
            said(copied_wrongly(tab)).map_err(anyhow::Error::msg)
        });
    }
    trials
}

/// What sticks out of a narrow window, is too small to be typed from, or a script complains about.
fn narrow_faults(
    program: &Path,
    target: &Path,
    pages: &[String],
    theme: Theme,
) -> Result<Vec<String>> {
    let mut browser = Browser::start(program)?;
    let mut tab = browser.tab(NARROW, theme)?;
    let mut faults = Vec::new();
    for page in pages {
        let found = tab
            .open(&target.join(page))
            .and_then(|()| Ok([sticking_out(&mut tab)?, too_small(&mut tab)?].concat()));
        match found {
            Ok(found) if found.is_empty() => {}
            Ok(found) => faults.push(format!("{page}: {}", found.join("\n    "))),
            Err(error) => faults.push(format!("{error:#}")),
        }
    }
    Ok(faults)
}

/// Opens small pages with one fault each: a check that cannot fail checks nothing.
fn each_fault_shows(program: &Path) -> Result<()> {
    const FOLD: &str = "<details><summary>x</summary></details>";
    const CHOICE: &str =
        "<input type=radio name=a value=1 checked><input type=radio name=a value=2>";
    let folder = tempfile::tempdir()?;
    let mut browser = Browser::start(program)?;
    let mut open = |main: &str| {
        let page = folder.path().join("page.html");
        fs::write(&page, format!("<!doctype html><main>{main}</main>"))?;
        let mut tab = browser.tab(NARROW, Theme::Navy)?;
        tab.open(&page)?;
        let theme = tab.evaluate("localStorage.getItem('mdbook-theme')")?;
        ensure!(theme == "navy", "the theme is {theme}");
        let keys = keys_suffice(&mut tab).map_err(|error| error.to_string());
        anyhow::Ok((sticking_out(&mut tab)?, keys.err().unwrap_or_default()))
    };
    let good =
        open(&format!("{FOLD}{CHOICE}<div style='overflow: auto'><p style='width: 500px'>x"))?;
    ensure!(good == (vec![], String::new()), "{good:?}");
    let (out, _) = open("<p style='width: 500px'>x")?;
    ensure!(out.len() == 2 && out[1].starts_with("p. x"), "{out:?}");
    let (out, _) = open("<details><summary>x</summary><p style='width: 500px'>x</details>")?;
    ensure!(!out.is_empty(), "what is folded does not stick out");
    for (main, reason) in [
        (CHOICE.to_owned(), "no fold was reached"),
        (FOLD.to_owned(), "no choice was reached"),
        (format!("<style>* {{ outline: none }}</style>{FOLD}"), "nothing marks what has the focus"),
        (
            format!("<style>summary {{ height: 0; overflow: hidden }}</style>{FOLD}"),
            "nobody sees it",
        ),
        ("<details onclick='event.preventDefault()'><summary>x".to_owned(), "Enter does not open"),
        (format!("<main onkeydown='event.preventDefault()'>{CHOICE}"), "an arrow does not choose"),
    ] {
        let (_, keys) = open(&main)?;
        ensure!(keys.contains(reason), "{main}: {keys}");
    }
    let error = open("<script>throw new Error('broken')</script>").err();
    ensure!(error.is_some_and(|error| error.to_string().contains("broken")), "nobody complains");
    each_fault_of_code_shows(&mut browser, folder.path())
}

/// The same for blocks of code, which have a stylesheet of ours.
fn each_fault_of_code_shows(browser: &mut Browser, folder: &Path) -> Result<()> {
    let css = ["course.css", "code.css"].map(|file| root().join("book/theme").join(file));
    let css: String = css.iter().map(fs::read_to_string).collect::<Result<_, _>>()?;
    let line = "let x = 1; ".repeat(20);
    let main = format!(
        "<figure class=code><pre><code class=nohighlight><span>a\n</span><ins>{line}\n</ins>\
         <del>b\n</del></code></pre></figure>\
         <figure class=session><pre><code class=nohighlight><span class=cmd><b class=p>$ </b>c\n\
         </span>d\n</code></pre></figure>"
    );
    let mut open = |style: &str| {
        let page = folder.join("code.html");
        let style = format!("pre {{ position: relative }} {css} {style}");
        let html = format!(
            "<!doctype html><html class=light style='--bg: #fff'><style>{style}</style>\
             <div class=content style='width: 300px'><main>{main}</main></div>"
        );
        fs::write(&page, html)?;
        let mut tab = browser.tab(NARROW, Theme::Light)?;
        tab.open(&page)?;
        let scrolled = scrolls_well(&mut tab).map_err(|error| error.to_string()).err();
        anyhow::Ok((too_small(&mut tab)?, copied_wrongly(&mut tab)?, scrolled.unwrap_or_default()))
    };
    let good = open("")?;
    ensure!(good == (vec![], vec![], String::new()), "{good:?}");
    let (small, ..) = open("figure.code pre > code.nohighlight { font-size: 12px }")?;
    ensure!(small.len() == 1, "{small:?}");
    for gone in ["del", ".p"] {
        let style = format!("main pre {gone} {{ user-select: text !important }}");
        let (_, copied, _) = open(&style)?;
        ensure!(copied.len() == 1, "{gone}: {copied:?}");
    }
    let lines = "figure.code pre > code >";
    for (style, reason) in [
        (format!("{lines} *::before {{ position: static }}"), "the signs of the lines do not stay"),
        ("figure.code pre::after { display: none }".to_owned(), "no edge shows"),
        (format!("{lines} *::after {{ display: none }}"), "the edge shows more"),
        (format!("{lines} * {{ white-space: normal; width: 200px }}"), "no block of code is wider"),
    ] {
        let (.., scrolled) = open(&style)?;
        ensure!(scrolled.contains(reason), "{style}: {scrolled}");
    }
    Ok(())
}

fn trial(name: &str, found: Result<Vec<String>>) -> Trial {
    let said = said(found);
    Trial::test(name, || said.map_err(Failed::from))
}

fn said(found: Result<Vec<String>>) -> Result<(), String> {
    match found {
        Ok(found) if found.is_empty() => Ok(()),
        Ok(found) => Err(found.join("\n")),
        Err(error) => Err(format!("{error:#}")),
    }
}

/// A folder for the book of this checkout, apart from the one that a reader may have open.
fn target() -> PathBuf {
    let mut checkout = DefaultHasher::new();
    root().hash(&mut checkout);
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("book-{:016x}", checkout.finish()))
}

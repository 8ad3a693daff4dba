//! A course of two small stages, to see what weave refuses and how it finds its way.

use std::collections::BTreeMap;
use std::fs;

use scraper::Html;
use tempfile::TempDir;
use weave::{Course, Weaver};

use crate::reader::{Reader, render, selector};

/// The files of a stage.
type Files<'f> = &'f [(&'f str, &'f str)];

struct Scratch {
    course: Course,
    before: BTreeMap<String, String>,
    now: BTreeMap<String, String>,
    _directory: TempDir,
}

impl Scratch {
    fn new(before: Files<'_>, now: Files<'_>) -> Scratch {
        let directory = tempfile::tempdir().expect("a directory");
        let names = |files: Files<'_>| -> Vec<String> {
            files.iter().map(|(name, _)| (*name).to_owned()).collect()
        };
        let (old, new) = (names(before), names(now));
        let only = |some: &[String], others: &[String]| -> Vec<String> {
            some.iter().filter(|name| !others.contains(name)).cloned().collect()
        };
        let changed: Vec<&String> = new.iter().filter(|name| old.contains(name)).collect();
        let lessons = format!(
            "[[stage]]\nnumber = 1\ndirectory = '01-one'\nteaches = ''\nadded = {old:?}\n\
             [[stage]]\nnumber = 2\ndirectory = '02-two'\nteaches = ''\nadded = {:?}\n\
             changed = {changed:?}\nremoved = {:?}\n",
            only(&new, &old),
            only(&old, &new),
        );
        for (stage, files) in [("01-one", before), ("02-two", now)] {
            for (name, text) in files {
                let path = directory.path().join("stages").join(stage).join(name);
                fs::create_dir_all(path.parent().expect("a parent")).expect("it can be made");
                fs::write(path, text).expect("it can be written");
            }
        }
        fs::write(directory.path().join("stages/lessons.toml"), lessons).expect("it can be");
        let owned = |files: Files<'_>| {
            files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
        };
        let course = Course::read(directory.path()).expect("a course");
        Scratch { course, before: owned(before), now: owned(now), _directory: directory }
    }

    /// Weaves the second stage's chapter.
    fn weave(&self, text: &str) -> Result<String, Vec<String>> {
        let woven = Weaver::new(&self.course).chapter("stages/02-two.md", text);
        woven.map_err(|faults| faults.iter().map(ToString::to_string).collect())
    }

    /// Has a reader follow the chapter, and compares the result with the stage.
    fn follow(&self, text: &str) {
        let woven = self.weave(text).unwrap_or_else(|faults| panic!("{}", faults.join("\n")));
        let mut reader = Reader { files: self.before.clone() };
        reader.follow(&woven);
        assert_eq!(reader.files, self.now, "{text}");
    }

    /// Weaves, and returns the texts of the elements of that path.
    fn texts(&self, text: &str, path: &str) -> Vec<String> {
        let woven = self.weave(text).unwrap_or_else(|faults| panic!("{}", faults.join("\n")));
        let page = Html::parse_document(&render(&woven));
        page.select(&selector(path)).map(|found| found.text().collect()).collect()
    }
}

const OLD: &str = "\
//! A file.

use std::fmt;

/// A thing.
pub struct Thing(u8);

impl Thing {
    pub fn new() -> Thing {
        Thing(0)
    }

    fn old(&self) -> u8 {
        self.0
    }
}
";

const NEW: &str = "\
//! A file.

use std::fmt;
use std::io;

/// A thing.
pub struct Thing(u8);

impl Thing {
    pub fn new() -> Thing {
        Thing(1)
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, \"{{#}}{{{}\", self.0)
    }
}
";

fn thing() -> Scratch {
    Scratch::new(&[("src/thing.rs", OLD)], &[("src/thing.rs", NEW)])
}

#[test]
fn items_are_found_by_their_paths() {
    for order in [
        ["head", "Thing::new", "Thing::old", "Thing::impl::Display"],
        ["Thing::fmt", "Thing::old", "Thing::new", "head"],
        ["Thing::impl::Display::fmt", "head", "Thing::impl", ""],
    ] {
        let steps = order.iter().filter(|path| !path.is_empty());
        let steps: Vec<String> =
            steps.map(|path| format!("{{{{#change src/thing.rs::{path}}}}}\n")).collect();
        thing().follow(&steps.join("\n"));
    }
    thing().follow("{{#change src/thing.rs}}\n");
    // A few lines of an item, by a text in them.
    thing().follow(
        "{{#change src/thing.rs::head~io}}\n\n{{#change src/thing.rs::Thing::new~Thing(}}\n\n\
         {{#change src/thing.rs::Thing::old~fn..self.0}}\n\n\
         {{#change src/thing.rs~Display..fn}}\n\n{{#change src/thing.rs}}\n",
    );
    thing().follow(
        "{{#change src/thing.rs::head src/thing.rs::Thing::impl src/thing.rs::Thing::fmt}}\n",
    );
}

#[test]
fn what_is_not_there_is_a_fault_with_file_and_line() {
    let faults = |text: &str| thing().weave(text).expect_err("a fault");
    for (directive, what) in [
        ("change src/thing.rs::Thing::get", "stages/02-two/src/thing.rs: there is no 'Thing::get'"),
        ("change src/think.rs", "there is no file 'stages/02-two/src/think.rs'"),
        (
            "change src/thing.rs::Thing",
            "stages/02-two/src/thing.rs: the stage changes nothing in Thing",
        ),
        ("change", "'change' takes what is to be changed"),
        (
            "change src/thing.rs::head~fmt",
            "stages/02-two/src/thing.rs: no changed line that is still to be shown has 'fmt'",
        ),
        ("change src/thing.rs compiles=\"never\"", "'compiles' is \"later\", not \"never\""),
        ("change src/thing.rs fold=\"x\"", "'change' has no option 'fold'"),
        ("change tests", "nothing is left to be shown of 'tests': leave this out"),
        ("item src/thing.rs::Thing::get", "there is no 'Thing::get' in stages/02-two/src/thing.rs"),
        ("item 01-one/src/think.rs", "there is no file 'stages/01-one/src/think.rs'"),
        (
            "diff src/thing.rs::Thing",
            "stages/02-two/src/thing.rs: the stage changes nothing in Thing",
        ),
        ("map x", "'map' takes no arguments"),
        ("chance src/thing.rs", "there is no directive 'chance'"),
    ] {
        let text = format!("# Two\n\ntext\n\n{{{{#{directive}}}}}\n");
        assert_eq!(faults(&text), [format!("book/src/stages/02-two.md:5: {what}")]);
    }
    let beside = "book/src/stages/02-two.md:1: this directive stands on a line of its own";
    assert_eq!(faults("See {{#item src/thing.rs}}\n"), [beside]);
}

#[test]
fn a_function_that_has_another_name_now_stops_the_build_in_every_line_that_names_it() {
    let text = "`Thing::new`, `thing::Thing::new()`\n\n{{#change src/thing.rs::Thing::new}}\n\n\
                {{#change src/thing.rs}}\n\nand `crate::thing::Thing::new`\nor `fmt()` and `len()`\n";
    thing().follow(text);
    let renamed = |text: &str| text.replace("fn new(", "fn make(");
    let scratch =
        Scratch::new(&[("src/thing.rs", &renamed(OLD))], &[("src/thing.rs", &renamed(NEW))]);
    let way_out = |path: &str| {
        format!("stage 02 has no `{path}`; if something else is meant, write <code>{path}</code>")
    };
    let expected = [
        (1, way_out("Thing::new")),
        (1, way_out("thing::Thing::new")),
        (3, "stages/02-two/src/thing.rs: there is no 'Thing::new'".to_owned()),
        (7, way_out("thing::Thing::new")),
    ];
    let expected = expected.map(|(line, what)| format!("book/src/stages/02-two.md:{line}: {what}"));
    assert_eq!(scratch.weave(text).expect_err("faults"), expected);

    // In this stage alone: the step takes the old function away, and nothing shows the new one.
    let scratch = Scratch::new(&[("src/thing.rs", OLD)], &[("src/thing.rs", &renamed(NEW))]);
    let faults = scratch.weave(&text.replace("{{#change src/thing.rs}}", "")).expect_err("faults");
    assert_eq!(faults[0], expected[0]);
    let missing = "stages/02-two/src/thing.rs lines 4, 10-12, 14-19 are in no change; only the \
                   stage before has what one shows: Thing::new";
    assert!(faults.iter().any(|fault| fault.ends_with(missing)), "{faults:#?}");
}

#[test]
fn a_line_is_shown_once_and_every_line_is_shown() {
    let twice = "{{#change src/thing.rs}}\n\n{{#change src/thing.rs::Thing::new}}\n";
    let fault = "book/src/stages/02-two.md:3: stages/02-two/src/thing.rs: every changed line of \
                 Thing::new is in an earlier change";
    assert_eq!(thing().weave(twice).expect_err("a fault"), [fault]);

    let missing = "text\n\n{{#change src/thing.rs::Thing::new}}\n";
    let faults = [
        "stages/02-two/src/thing.rs lines 4, 14-19 are in no change",
        "stages/01-one/src/thing.rs lines 12-15 are in no change",
    ];
    let faults = faults.map(|what| format!("book/src/stages/02-two.md:3: {what}"));
    assert_eq!(thing().weave(missing).expect_err("faults"), faults);
    // A chapter without a step is one that is still to be written.
    assert!(thing().weave("text\n").is_ok());
}

#[test]
fn places_that_look_alike_are_told_apart() {
    let function = |name: &str, number: u8| {
        format!("fn {name}() {{\n    a();\n    b();\n    work({number});\n    c();\n}}\n\n")
    };
    let file = |numbers: [u8; 4]| -> String {
        ["a", "b", "c", "d"]
            .iter()
            .zip(numbers)
            .map(|(name, number)| function(name, number))
            .collect()
    };
    let (old, new) = (file([1, 1, 1, 1]), file([1, 2, 1, 2]));
    let scratch = Scratch::new(&[("src/a.rs", &old)], &[("src/a.rs", &new)]);
    scratch.follow("{{#change src/a.rs::d}}\n\n{{#change src/a.rs::b}}\n");
    scratch.follow("{{#change src/a.rs}}\n");
    let anchors = scratch.texts("{{#change src/a.rs}}\n", ".code-place");
    assert_eq!(anchors, ["in fn b() {", "in fn d() {"]);
}

#[test]
fn a_place_is_named_by_what_is_nearest() {
    let old = "//! A file.\n\nuse std::fmt;\n\npub struct A(u8);\n\nimpl A {\n    fn a(&self) {}\n\n\
               \u{20}   fn b(&self) {}\n}\n\nfn last() {}\n";
    let places = |new: &str| {
        let scratch = Scratch::new(&[("src/a.rs", old)], &[("src/a.rs", new)]);
        scratch.follow("{{#change src/a.rs}}\n");
        scratch.texts("{{#change src/a.rs}}\n", ".code-place")
    };
    let with =
        |before: &str, added: &str| places(&old.replacen(before, &format!("{added}{before}"), 1));
    assert_eq!(with("use std::fmt", "use std::io;\n"), ["among the use lines"]);
    assert_eq!(with("pub struct A", "fn f() {}\n\n"), ["below use std::fmt;"]);
    assert_eq!(with("impl A {", "fn f() {}\n\n"), ["after pub struct A(u8);"]);
    assert_eq!(with("    fn a(", "    fn f() {}\n\n"), ["in impl A {, at its beginning"]);
    assert_eq!(with("    fn b(", "    fn f() {}\n\n"), ["in impl A {, after a"]);
    assert_eq!(with("}\n\nfn last", "\n    fn f() {}\n"), ["in impl A {, at its end"]);
    assert_eq!(with("fn last", "fn f() {}\n\n"), ["after the end of impl A {"]);
    assert_eq!(places(&format!("{old}\nfn f() {{}}\n")), ["at the end of the file"]);
    assert_eq!(
        places(&old.replace("(&self) {}\n}", "(&self) {\n        a();\n    }\n}")),
        ["in impl A {"]
    );
}

#[test]
fn a_place_that_nobody_could_find_is_a_fault() {
    let (before, after) = ("a\n".repeat(100), "a\n".repeat(100));
    let old = format!("{before}{after}");
    let scratch =
        Scratch::new(&[("src/a.txt", &old)], &[("src/a.txt", &format!("{before}b\n{after}"))]);
    let faults = scratch.weave("{{#change src/a.txt}}\n").expect_err("a fault");
    assert!(faults[0].ends_with("no place is clear for the line \"b\""), "{faults:?}");
}

#[test]
fn members_of_the_same_name_are_told_apart() {
    let blocks = |number: u8| {
        let block = |name: &str, number: u8| {
            format!(
                "impl {name} {{\n    fn new() -> Self {{\n        a();\n        b();\n        Self({number})\n    }}\n}}\n\n"
            )
        };
        format!("struct A(u8);\nstruct B(u8);\n\n{}{}", block("A", 0), block("B", number))
    };
    let (old, new) = (blocks(0), blocks(1));
    let scratch = Scratch::new(&[("src/a.rs", &old)], &[("src/a.rs", &new)]);
    scratch.follow("{{#change src/a.rs::B::new}}\n");
    let anchors = scratch.texts("{{#change src/a.rs::B::new}}\n", ".code-anchor");
    assert_eq!(anchors, ["impl B {"]);
}

#[test]
fn an_item_of_several_traits_is_named_with_its_trait() {
    let new = "struct A;\nimpl From<u8> for A {\n    fn from(_: u8) -> A {\n        A\n    }\n}\n\
               impl From<&str> for A {\n    fn from(_: &str) -> A {\n        A\n    }\n}\n";
    let scratch = Scratch::new(&[("src/a.rs", "struct A;\n")], &[("src/a.rs", new)]);
    let faults = scratch.weave("{{#change src/a.rs::A::from}}\n").expect_err("a fault");
    assert!(faults[0].contains("A::impl::From<&str>, A::impl::From<u8>"), "{faults:?}");
    scratch.follow(
        "{{#change src/a.rs::A::impl::From<u8>::from}}\n\n{{#change src/a.rs::A::impl::From}}\n",
    );
}

#[test]
fn files_come_and_go() {
    let scratch = Scratch::new(
        &[("Cargo.toml", "[package]\nname = \"stage-01\"\n"), ("src/old.rs", "fn f() {}\n")],
        &[
            ("Cargo.toml", "[package]\nname = \"stage-02\"\n\n[lints]\nworkspace = true\n"),
            ("src/new.rs", "//! New.\n\nfn f() {}\n\nfn g() {}\n"),
        ],
    );
    let mut before = scratch.before.clone();
    // The commands at the chapter's beginning give the stage its own name.
    before.insert("Cargo.toml".to_owned(), "[package]\nname = \"stage-02\"\n".to_owned());
    let scratch = Scratch { before, ..scratch };
    scratch.follow(
        "{{#change src/new.rs::g}}\n\n{{#change src/old.rs}}\n\n{{#change Cargo.toml::lints}}\n\n\
         {{#change src/new.rs}}\n",
    );
    let notes = scratch.texts("{{#change src Cargo.toml}}\n", ".code-note");
    assert_eq!(notes, ["new file", "remove this file"]);
    let table = scratch.weave("{{#map}}\n").unwrap();
    assert_eq!(
        table,
        "| File | Change | Lines |\n|---|---|--:|\n| `src/new.rs` | new | +5 |\n\
         | `src/old.rs` | removed | \u{2212}1 |\n| `Cargo.toml` | changed | +3 |\n\n"
    );
}

#[test]
fn an_item_is_shown_whole_with_its_new_lines_marked() {
    let item = |what: &str, path: &str| thing().texts(&format!("{{{{#item {what}}}}}\n"), path);
    let of = |what: &str| item(what, "pre").concat();
    assert_eq!(of("src/thing.rs::Thing"), "/// A thing.\npub struct Thing(u8);\n");
    let new = "    pub fn new() -> Thing {\n        Thing(1)\n    }\n";
    assert_eq!(of("src/thing.rs::Thing::new"), new);
    assert_eq!(item("src/thing.rs::Thing::new", "mark").concat(), "        Thing(1)\n");
    assert_eq!(of("01-one/src/thing.rs::Thing::new"), new.replace('1', "0"));
    assert_eq!(item("01-one/src/thing.rs", "mark").len(), 0);
    assert_eq!(of("src/thing.rs::head"), "//! A file.\n\nuse std::fmt;\nuse std::io;\n");
    assert_eq!(of("src/thing.rs"), NEW);
}

#[test]
fn a_difference_is_shown_without_taking_a_step() {
    let text = "{{#diff src/thing.rs::Thing::new}}\n\n{{#diff}}\n\n{{#change src/thing.rs}}\n";
    thing().follow(text);
    let lines = thing().texts("{{#diff src/thing.rs::Thing::new}}\n", "pre del, pre ins");
    assert_eq!(lines, ["        Thing(0)\n", "        Thing(1)\n"]);
    // The chapter leads to the page on which the same directive shows all of it.
    let links = "- [`src/thing.rs`](02-two/changes.md#src-thing.rs) +8 \u{2212}5\n\n";
    assert_eq!(thing().weave("{{#diff}}\n"), Ok(links.to_owned()));
    let page = Weaver::new(&thing().course).chapter("stages/02-two/changes.md", "{{#diff}}\n");
    let page = Html::parse_document(&render(&page.expect("no fault")));
    let fold = selector("details[id=\"src-thing.rs\"] > summary");
    let folds: Vec<String> = page.select(&fold).map(|fold| fold.text().collect()).collect();
    assert_eq!(folds, ["src/thing.rs +8 \u{2212}5"]);
}

#[test]
fn woven_code_is_one_block_of_html_whatever_it_holds() {
    let woven = thing().weave("{{#change src/thing.rs}}\n").unwrap();
    assert!(!woven.trim_end().contains("\n\n"), "{woven}");
    // The next preprocessor takes nothing in it for a directive.
    assert!(!woven.contains("{{"), "{woven}");
}

#[test]
fn code_that_stands_in_the_chapter_itself_is_refused() {
    let faults = thing().weave("a\n\n```rust\nfn f() {}\n```\n").expect_err("a fault");
    let fault = "a block of code that is not woven, so that no test holds it";
    assert_eq!(faults, [format!("book/src/stages/02-two.md:3: {fault}")]);
    assert!(thing().weave("```text\n+OK\n```\n").is_ok());
}

#[test]
fn a_file_that_cannot_be_read_is_a_fault_with_its_line() {
    let scratch = Scratch::new(&[("src/a.rs", "fn f() {}\n")], &[("src/a.rs", "\nfn f( {}\n")]);
    let faults = scratch.weave("{{#item src/a.rs}}\n").expect_err("a fault");
    assert!(faults[0].contains("stages/02-two/src/a.rs: line 2: "), "{faults:?}");
}

//! `cargo xtask stage` and `cargo xtask insert`.

#![cfg(unix)]

use crate::project::{Project, Run};

/// What the real cargo does with it is the lock file's.
const LOCKED: &str = "update --quiet --workspace --offline\nstages\n";

const PROSE: &str = "\
Stage 03 and [04](stages/04-d.md) follow stages 01 to 02; `03-c/a_claim` and stage_03, too.
The decoder of 03 takes 03 04 of 12 bytes.
";

/// All stages are on it, and there is room for another.
const PICTURE: &str = "<svg>
<text>02</text>
<!-- The parts of the course. -->
<use href=\"#badge\" x=\"1\"/><text class=\"n\" x=\"18\">01</text>
<use href=\"#badge\" x=\"2\"/><text class=\"n\" x=\"19\">02</text>
<use href=\"#badge\" x=\"3\"/><text class=\"n\" x=\"20\">03</text>
<use href=\"#badge\" x=\"4\"/><text class=\"n\" x=\"21\">04</text>
<use href=\"#planned\" x=\"5\" y=\"890\"/>
<use href=\"#planned\" x=\"6\" y=\"890\"/>
</svg>
";

/// What becomes of it if a stage is added.
fn in_picture(picture: &str) {
    let place = "x=\"5\" y=\"890\"/>";
    let badge =
        "<use href=\"#badge\" x=\"5\" y=\"890\"/><text class=\"n\" x=\"22\" y=\"906.5\">05</text>";
    assert_eq!(picture, PICTURE.replace(&format!("<use href=\"#planned\" {place}"), badge));
}

/// The small project, with a book, a README and tests that speak of its stages.
fn course() -> Project {
    let project = Project::new();
    let names = ["01-a", "02-b", "03-c", "04-d"];
    let rows = |row: fn(&str) -> String| names.map(row).concat();
    project.write(".gitignore", "/cargo\n");
    project.write("Cargo.toml", "[workspace]\ndefault-members = [\"stages/04-d\"]\n");
    let map = rows(|name| format!("| [{name}](stages/{name}) | does | teaches | 22 |\n"));
    project.write("README.md", &format!("# Map\n\n{map}\nEnd.\n"));
    let list = rows(|name| {
        let number = &name[..2];
        format!(
            "- [{number} \u{b7} Title](stages/{name}.md)\n    - [Tests](stages/{name}/tests.md)\n"
        )
    });
    project.write("book/src/SUMMARY.md", &format!("{list}\n- [End](end.md)\n"));
    let table = rows(|name| format!("| [{} \u{b7} T](stages/{name}.md) | does |\n", &name[..2]));
    project.write("book/src/intro.md", &table);
    project.write("book/src/end.md", PROSE);
    project.write("tools/xtask/example.rs", "// 03-c\n");
    project.write("book/figures/03-drawn.svg", "<svg id=\"03-drawn\"/>\n");
    project.write("book/images/RR.svg", PICTURE);
    let steps = rows(|name| {
        format!(
            "[[{name}.step]]\ntitle = \"t\"\nclaims = [\n    \"a_claim\",\n]\n\n[{name}.fine_print]\nclaims = []\n\n"
        )
    });
    project.write(
        "tests/transcripts/order.toml",
        &format!("# What comes first.\n\n{}\n", steps.trim_end()),
    );
    for name in names {
        let number = &name[..2];
        let text = format!("# {number} \u{b7} Title\n\n{{{{#figure 03-drawn}}}}\n");
        project.write(&format!("book/src/stages/{name}.md"), &text);
        project.write(&format!("book/src/stages/{name}/tests.md"), "");
        if number > "01" {
            let text = format!("//! The tests that stage {number} must pass.\n");
            project.write(&format!("tests/core/{name}.rs"), &text);
        }
        project.write(&format!("tests/transcripts/{name}/a_claim.redis"), "PING\n");
    }
    project.commit();
    project
}

/// What a stage without transcripts has in the list of their order.
fn entry(name: &str) -> String {
    format!("[[{name}.step]]\ntitle = \"\"\nclaims = []\n\n[{name}.fine_print]\nclaims = []\n")
}

fn run(project: &Project, arguments: &[&str]) -> Run {
    project.xtask_with_cargo(arguments, 0)
}

/// Holds a task to refuse, and to leave everything as it was.
fn refuses(arguments: &[&str], error: &str) {
    let project = course();
    let run = run(&project, arguments);
    assert_eq!(run.stderr, format!("error: {error}\n"));
    assert_eq!((run.code, run.stdout.as_str(), project.status().as_str()), (2, "", ""));
}

#[test]
fn the_next_stage_is_a_copy_of_the_newest() {
    let project = course();
    let run = run(&project, &["stage", "05-any-key", "--title", "Any key at all"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(
        run.stdout,
        format!(
            "new      stages/05-any-key, 4 files\n\
             added to Cargo.toml\n\
             added to README.md\n\
             added to book/images/RR.svg\n\
             added to book/src/SUMMARY.md\n\
             added to book/src/intro.md\n\
             new      book/src/stages/05-any-key.md\n\
             new      book/src/stages/05-any-key/changes.md\n\
             new      book/src/stages/05-any-key/tests.md\n\
             added to stages/lessons.toml\n\
             new      tests/core/05-any-key.rs\n\
             added to tests/transcripts/order.toml\n\
             {LOCKED}"
        )
    );
    assert_eq!(project.xtask(&["verify"]).stdout, "5 stages, all as stages/lessons.toml says\n");
    assert_eq!(project.read("stages/05-any-key/Cargo.toml"), "name = \"stage-05\"\n");
    in_picture(&project.read("book/images/RR.svg"));
    assert!(project.read("Cargo.toml").contains("default-members = [\"stages/05-any-key\"]"));
    assert!(project.read("README.md").contains(
        "(stages/04-d) | does | teaches | 22 |\n\
         | [05\u{2011}any\u{2011}key](stages/05-any-key) |  |  | 22 |\n\nEnd."
    ));
    assert!(project.read("book/src/SUMMARY.md").contains(
        "(stages/04-d/tests.md)\n- [05 \u{b7} Any key at all](stages/05-any-key.md)\n    \
             - [The tests of stage 05](stages/05-any-key/tests.md)\n    \
             - [All that stage 05 changes](stages/05-any-key/changes.md)\n\n"
    ));
    let row = "| [05 \u{b7} Any key at all](stages/05-any-key.md) |  |\n";
    assert!(project.read("book/src/intro.md").ends_with(row));
    let order = project.read("tests/transcripts/order.toml");
    assert!(
        order.ends_with(&format!("[04-d.fine_print]\nclaims = []\n\n{}", entry("05-any-key"))),
        "{order}"
    );
    let chapter = project.read("book/src/stages/05-any-key.md");
    assert!(chapter.starts_with("# 05 \u{b7} Any key at all\n\n{{#map}}\n"), "{chapter}");
    let page = project.read("book/src/stages/05-any-key/tests.md");
    assert!(page.ends_with("\n\n{{#transcripts}}\n\n{{#file tests/core/05-any-key.rs}}\n"));
    let list = project.read("tests/core/05-any-key.rs");
    assert_eq!(list, "//! The tests that stage 05 must pass.\n");
    assert_eq!(project.read("stages/04-d/Cargo.toml"), "name = \"stage-04\"\n");
}

#[test]
fn what_is_said_of_the_stage_is_written_wherever_stages_are_listed() {
    let project = course();
    let manifest = "[package]\nname = \"stage-04\"\ndescription = \"old\"\n";
    project.write("stages/04-d/Cargo.toml", manifest);
    project.edit(
        "stages/lessons.toml",
        "[\"data.bin\", \"src",
        "[\"Cargo.toml\", \"data.bin\", \"src",
    );
    project.commit();
    let words = ["--does", "`KEYS` with \"*\"", "--teaches", "that a \\ is a letter"];
    assert_eq!(run(&project, &[&["stage", "05-any-key"], &words[..]].concat()).code, 0);
    let row = "(stages/05-any-key) | `KEYS` with \"*\" | that a \\ is a letter | 22 |\n";
    assert!(project.read("README.md").contains(row), "{}", project.read("README.md"));
    assert!(project.read("book/src/intro.md").ends_with("05-any-key.md) | `KEYS` with \"*\" |\n"));
    assert_eq!(
        project.read("stages/05-any-key/Cargo.toml").lines().nth(2),
        Some("description = '`KEYS` with \"*\"'")
    );
    let entry = project.read("stages/lessons.toml");
    let end = "teaches = 'that a \\ is a letter'\nchanged = [\"Cargo.toml\"]\n";
    assert!(entry.ends_with(end), "{entry}");
    assert_eq!(project.xtask(&["verify"]).code, 0);
}

#[test]
fn a_title_is_made_of_the_name() {
    let project = course();
    assert_eq!(run(&project, &["stage", "05-any-key"]).code, 0);
    assert!(project.read("book/src/stages/05-any-key.md").starts_with("# 05 \u{b7} Any key\n"));
}

#[test]
fn an_inserted_stage_moves_the_later_ones_on() {
    let project = course();
    let run = run(&project, &["insert", "03-new"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let (moved, new) = run.stdout.split_once("new ").expect("what is new");
    assert_eq!(
        moved,
        "moved 03-c to 04-c\n\
         moved 04-d to 05-d\n\
         renamed 17 files, changed 19\n\
         changed, since a word beside the number is about stages: 11\n  \
           book/images/RR.svg:6: <use href=\"#badge\" x=\"3\"/><text class=\"n\" x=\"20\">04</text>\n  \
           book/images/RR.svg:7: <use href=\"#badge\" x=\"4\"/><text class=\"n\" x=\"21\">05</text>\n  \
           book/src/SUMMARY.md:5: - [04 \u{b7} Title](stages/04-c.md)\n  \
           book/src/SUMMARY.md:7: - [05 \u{b7} Title](stages/05-d.md)\n  \
           book/src/end.md:1: Stage 04 and [05](stages/05-d.md) follow stages 01 to 02; \
           `04-c/a_claim` and stage_04, too.\n  \
           book/src/intro.md:3: | [04 \u{b7} T](stages/04-c.md) | does |\n  \
           book/src/intro.md:4: | [05 \u{b7} T](stages/05-d.md) | does |\n  \
           book/src/stages/04-c.md:1: # 04 \u{b7} Title\n  \
           book/src/stages/05-d.md:1: # 05 \u{b7} Title\n  \
           tests/core/04-c.rs:1: //! The tests that stage 04 must pass.\n  \
           tests/core/05-d.rs:1: //! The tests that stage 05 must pass.\n\
         NOT changed, though it may be a stage's number: 1\n  \
           book/src/end.md:2: The decoder of 03 takes 03 04 of 12 bytes.\n\
         to be rendered again, as its first lines say: book/images/RR.svg\n"
    );
    assert!(new.starts_with("     stages/03-new, 5 files\n"), "{new}");
    assert!(new.ends_with(LOCKED), "{new}");

    assert_eq!(project.xtask(&["verify"]).stdout, "5 stages, all as stages/lessons.toml says\n");
    assert_eq!(project.read("stages/03-new/Cargo.toml"), "name = \"stage-03\"\n");
    assert_eq!(project.read("stages/05-d/Cargo.toml"), "name = \"stage-05\"\n");
    assert!(project.read("stages/04-c/src/shared.rs").ends_with("use stage_04; // 04-c\n"));
    assert!(project.read("Cargo.toml").contains("default-members = [\"stages/05-d\"]"));
    assert_eq!(project.read("book/figures/04-drawn.svg"), "<svg id=\"04-drawn\"/>\n");
    assert!(project.read("book/src/stages/02-b.md").ends_with("{{#figure 04-drawn}}\n"));
    assert_eq!(project.read("tests/transcripts/05-d/a_claim.redis"), "PING\n");
    let readme = project.read("README.md");
    let names: Vec<&str> = readme.split("](").skip(1).map(|rest| &rest[..11]).collect();
    let due = ["stages/01-a", "stages/02-b", "stages/03-n", "stages/04-c", "stages/05-d"];
    assert_eq!(names, due);
    in_picture(&project.read("book/images/RR.svg"));
    let summary = project.read("book/src/SUMMARY.md");
    let (new, next) = (summary.find("03-new.md"), summary.find("04-c.md"));
    assert!(new.is_some() && new < next, "{summary}");
    let order = project.read("tests/transcripts/order.toml");
    let headers: Vec<&str> = order.lines().filter(|line| line.starts_with('[')).collect();
    let due = ["01-a", "02-b", "03-new", "04-c", "05-d"]
        .map(|name| [format!("[[{name}.step]]"), format!("[{name}.fine_print]")]);
    assert_eq!(headers, due.as_flattened());
    assert!(order.contains(&format!("\n\n{}\n[[04-c.step]]", entry("03-new"))), "{order}");
    // Nothing of the old names is left, but in this crate, whose examples are not about the course.
    for old in ["stages/03-c", "stages/04-d", "tests/transcripts/03-c", "book/src/stages/04-d.md"] {
        assert!(!project.path(old).exists(), "{old}");
    }
    let named = project.git(&["grep", "--untracked", "-l", "-w", "-E", "03-c|04-d", "."]);
    assert_eq!(named, "tools/xtask/example.rs\n");
}

/// It has a server in one file, and no tests of a core.
#[test]
fn a_stage_after_the_first_is_a_copy_of_that() {
    let project = course();
    assert_eq!(run(&project, &["insert", "02-new"]).code, 0);
    assert!(!project.path("tests/core/02-new.rs").exists());
    let page = project.read("book/src/stages/02-new/tests.md");
    assert_eq!(page, "# The tests of stage 02\n\n{{#transcripts}}\n");
    let page = project.read("book/src/stages/03-b.md");
    assert_eq!(page, "# 03 \u{b7} Title\n\n{{#figure 04-drawn}}\n");
}

#[test]
fn what_cannot_be_added_is_refused_and_nothing_has_changed() {
    refuses(
        &["stage", "04-new"],
        "there is a stage 04; to make room for another one: `cargo xtask insert 04-new`",
    );
    refuses(&["stage", "06-new"], "after 04-d comes stage 05, not 06-new");
    refuses(&["stage", "05-d"], "the name is taken by 04-d");
    refuses(&["insert", "02-d"], "the name is taken by 04-d");
    refuses(
        &["insert", "05-new"],
        "only a later stage can make room: there is no stage 05 in stages/lessons.toml",
    );
    refuses(&["insert", "01-new"], "before the first stage there is none to begin from");
    for name in ["new", "5-new", "005-new", "05_new", "05-New", "05-", "05-new-"] {
        refuses(&["stage", name], &format!("'{name}' is no name of a stage, such as 09-scan"));
    }
}

#[test]
fn a_tree_with_edits_is_refused() {
    for task in [["stage", "05-new"], ["insert", "03-new"]] {
        let project = course();
        project.write("book/src/new.md", "");
        let run = run(&project, &task);
        let due = "book/src/new.md has edits that are not committed: commit or stash them first";
        assert_eq!(run.stderr, format!("error: {due}\n"));
        assert_eq!((run.code, project.status().as_str()), (2, "?? book/src/new.md\n"));
    }
}

#[test]
fn a_list_that_lacks_the_stage_before_is_named_before_anything_changes() {
    for (task, name) in [(["stage", "05-new"], "04-d"), (["insert", "03-new"], "02-b")] {
        for list in ["book/src/SUMMARY.md", "tests/transcripts/order.toml"] {
            let project = course();
            project.write(list, "");
            project.commit();
            let run = run(&project, &task);
            assert_eq!(run.stderr, format!("error: {list} does not name {name}\n"));
            assert_eq!((run.code, project.status().as_str()), (2, ""));
        }
    }
}

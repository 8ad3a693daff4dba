//! An exercise: its task, and hint and solution folded.

use anyhow::{Context, ensure};
use conformance::exercise::Exercise;

use crate::course::Course;
use crate::directive::Directive;
use crate::html::escaped;
use crate::page::Page;
use crate::transcript::{Recording, link_to};
use crate::{block, zoo};

/// An exercise of the page's stage: `{{#exercise setex_names_itself}}`.
pub(crate) fn exercise(
    course: &Course,
    page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    directive.knows(&[])?;
    let name = directive.only("the name of an exercise")?;
    let exercise = match name.contains('/') {
        true => Exercise::load(name)?,
        false => Exercise::load(&format!("{}/{name}", page.stage()?.directory))?,
    };
    let mut parts = vec![
        format!(
            "<section class=\"exercise\">\n\n### {} <span class=\"grade\">{}</span> {{#exercise-{}}}",
            exercise.title,
            exercise.level,
            exercise.own_name()
        ),
        exercise.task.trim().to_owned(),
    ];
    let mut checks = Vec::new();
    if let Some(name) = &exercise.animal {
        let animal = zoo::animal(name).with_context(|| exercise.name.clone())?;
        parts.push("The server that does it:".to_owned());
        parts.push(zoo::session(&[zoo::start(animal)]));
        parts.push(format!("It is mended when this holds: {}.", link_to(page, animal.transcript)));
        checks.extend(zoo::catch(animal));
    }
    if !exercise.transcripts.is_empty() {
        parts.push("What must hold then, as Redis answers it:".to_owned());
        checks.extend(check(&exercise));
    }
    let transcripts: anyhow::Result<Vec<String>> =
        exercise.transcripts.iter().map(|name| transcript(course, page, name)).collect();
    parts.push(transcripts?.concat());
    parts.push(format!(
        "<details class=\"check\"><summary>Check it</summary>\n{}</details>",
        zoo::session(&checks)
    ));
    parts.push(format!(
        "<details class=\"hint\"><summary>A hint</summary>\n\n{}\n\n</details>",
        exercise.hint.trim()
    ));
    parts.push(format!(
        "<details class=\"solution\"><summary>A solution</summary>\n\n{}\n\n{}</details>",
        exercise.solution.trim(),
        diff(&exercise)?
    ));
    parts.push("</section>\n".to_owned());
    parts.retain(|part| !part.is_empty());
    Ok(parts.join("\n\n"))
}

/// The commands that hold one's own server to the exercise's transcripts.
fn check(exercise: &Exercise) -> [String; 2] {
    let (package, start) = match &exercise.animal {
        Some(animal) => ("zoo".to_owned(), format!("zoo {animal}")),
        None => {
            let number = exercise.stage().split('-').next().unwrap_or_default();
            (format!("stage-{number}"), format!("stage-{number}"))
        }
    };
    [
        format!("cargo build -p {package}"),
        format!(
            "cargo run -q -p conformance --bin exercises -- \\\n    \
             check {} --server 'target/debug/{start} --port {{port}}'",
            exercise.name
        ),
    ]
}

fn transcript(course: &Course, page: &Page<'_>, name: &str) -> anyhow::Result<String> {
    let path = format!("tests/exercises/{name}");
    let redis = format!("{path}.redis");
    Ok(Recording::read(course, name, &redis, &format!("{path}.snap"))?.folded(page))
}

/// The solution's diff, file by file.
fn diff(exercise: &Exercise) -> anyhow::Result<String> {
    let mut html = String::new();
    for file in files(&exercise.diff) {
        ensure!(!file.hunks.is_empty(), "{}: the diff of {} is empty", exercise.name, file.path);
        html.push_str(&format!(
            "<figure class=\"code diff\">\n<figcaption><code class=\"nohighlight\">{}</code>{}</figcaption>\n",
            escaped(file.path),
            file.note
        ));
        for hunk in file.hunks {
            let lines: Vec<(&str, String)> = hunk
                .iter()
                .map(|line| (element(line), escaped(line.get(1..).unwrap_or_default())))
                .collect();
            html.push_str("<div class=\"hunk\">\n");
            html.push_str(&block::pre(
                lines.iter().map(|(element, line)| (*element, line.as_str())),
            ));
            html.push_str("</div>\n");
        }
        html.push_str("</figure>\n");
    }
    Ok(html)
}

fn element(line: &str) -> &'static str {
    match line.as_bytes().first() {
        Some(b'+') => "ins",
        Some(b'-') => "del",
        _ => "span",
    }
}

/// One file of a diff.
#[derive(Debug, Default, PartialEq, Eq)]
struct File<'d> {
    path: &'d str,
    note: &'static str,
    hunks: Vec<Vec<&'d str>>,
}

/// Takes a diff of git's apart. How many lines a hunk has, its head says.
fn files(diff: &str) -> Vec<File<'_>> {
    let mut files: Vec<File<'_>> = Vec::new();
    let (mut old, mut new) = (0, 0);
    for line in diff.lines() {
        let in_hunk = old > 0 || new > 0;
        if in_hunk {
            old -= i64::from(!line.starts_with(['+', '\\']));
            new -= i64::from(!line.starts_with(['-', '\\']));
            let hunk = files.last_mut().and_then(|file| file.hunks.last_mut());
            hunk.filter(|_| !line.starts_with('\\')).into_iter().for_each(|hunk| hunk.push(line));
        } else if let Some(paths) = line.strip_prefix("diff --git a/") {
            let path = paths.split_once(" b/").map_or(paths, |(_, path)| path);
            files.push(File { path, ..File::default() });
        } else if let Some(file) = files.last_mut() {
            if line.starts_with("new file") {
                file.note = " <span class=\"code-note\">new file</span>";
            } else if line.starts_with("deleted file") {
                file.note = " <span class=\"code-note\">remove this file</span>";
            } else if let Some((counts, _)) =
                line.strip_prefix("@@ -").and_then(|head| head.split_once(" @@"))
            {
                let (of_old, of_new) = counts.split_once(" +").unwrap_or_default();
                (old, new) = (count(of_old), count(of_new));
                file.hunks.push(Vec::new());
            }
        }
    }
    files
}

/// The number of lines in `12,7`; one in `12`.
fn count(range: &str) -> i64 {
    range.split_once(',').map_or(1, |(_, count)| count.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_is_taken_apart_by_files_and_hunks() {
        let diff = "diff --git a/src/db.rs b/src/db.rs\nindex 1..2 100644\n--- a/src/db.rs\n\
                    +++ b/src/db.rs\n@@ -1,3 +1,3 @@ impl Db {\n a\n--- old\n+++ new\n c\n@@ -9 +9 @@\n-d\n+e\n\
                    \\ No newline at end of file\n\
                    diff --git a/src/new.rs b/src/new.rs\nnew file mode 100644\n--- /dev/null\n\
                    +++ b/src/new.rs\n@@ -0,0 +1 @@\n+f\n";
        let files = files(diff);
        let hunks = vec![vec![" a", "--- old", "+++ new", " c"], vec!["-d", "+e"]];
        assert_eq!(files[0], File { path: "src/db.rs", note: "", hunks });
        assert_eq!((files[1].path, &files[1].hunks), ("src/new.rs", &vec![vec!["+f"]]));
        assert!(files[1].note.contains("new file"));
        assert_eq!(files.len(), 2);
    }
}

//! An exercise: its task, and hint and solution folded.

use anyhow::{Context, ensure};
use conformance::exercise::Exercise;
use conformance::points;

use crate::course::Course;
use crate::directive::Directive;
use crate::html::escaped;
use crate::page::Page;
use crate::start::{SWITCH_TO_MINE, commit};
use crate::transcript::{Recording, link_to};
use crate::{block, session, zoo};

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
    if let Some(name) = &exercise.animal {
        let animal = zoo::animal(name).with_context(|| exercise.name.clone())?;
        parts.push(format!("The server that does it, `{}`:", zoo::path(animal)));
        parts.push(session::typed(&[zoo::start(animal)]));
        parts.push(format!(
            "It is fixed when this transcript holds, {}, and all others of this stage.",
            link_to(page, animal.transcript)
        ));
    }
    parts.push(begin(page, &exercise));
    if !exercise.transcripts.is_empty() {
        parts.push("What must hold then, as Redis answers it:".to_owned());
    }
    let transcripts: anyhow::Result<Vec<String>> =
        exercise.transcripts.iter().map(|name| transcript(course, page, name)).collect();
    parts.push(transcripts?.concat());
    let points: Vec<String> = points::of(&exercise.name)
        .map(|point| format!("- {}", point.claim.replace('_', " ")))
        .collect();
    if !points.is_empty() {
        parts.push(format!("What no transcript can show is measured:\n\n{}", points.join("\n")));
    }
    parts.push(format!(
        "<details class=\"check\"><summary>Check it, and go back</summary>\n\n{}\n\n</details>",
        check(&exercise)
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

/// The commands that begin the exercise, on a branch of its own, from a clean commit.
fn begin(page: &Page<'_>, exercise: &Exercise) -> String {
    let up = "../".repeat(page.file.matches('/').count());
    let name = exercise.own_name();
    let commands = [
        commit(&format!("Before {name}")),
        SWITCH_TO_MINE.to_owned(),
        format!("git switch -c exercise-{name}"),
    ];
    format!(
        "Begin it on [a branch of its own]({up}using.md#exercises):\n\n{}",
        session::typed(&commands)
    )
}

/// The commands that hold one's own server to the exercise, and that leave its branch.
fn check(exercise: &Exercise) -> String {
    let back = [commit(&format!("Work on {}", exercise.own_name())), SWITCH_TO_MINE.to_owned()];
    format!(
        "{}\n\
         Then commit what you have, solved or not, and return to your stage, which is as it was:\n\n\
         {}",
        session::typed(&[format!("cargo exercise check {}", exercise.name)]),
        session::typed(&back),
    )
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

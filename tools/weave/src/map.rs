//! Which files a stage adds, changes and removes.

use std::fmt::Write;

use crate::course::Course;
use crate::directive::Directive;
use crate::page::Page;

/// `{{#map}}`: a table, from the table of lessons. Tests and benchmarks are counted together.
pub(crate) fn map(
    course: &Course,
    page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    directive.knows(&[])?;
    directive.none()?;
    let stage = page.stage()?;
    let listed = [("new", &stage.added), ("changed", &stage.changed), ("removed", &stage.removed)];
    let listed =
        listed.into_iter().flat_map(|(fate, files)| files.iter().map(move |file| (file, fate)));
    let mut rows = Vec::new();
    let (mut fates, mut added, mut removed) = ([("new", 0), ("changed", 0), ("removed", 0)], 0, 0);
    for (file, fate) in listed {
        let (more, less) = course.alignment(stage, file)?.counts();
        if file.starts_with("tests/") || file.starts_with("benches/") {
            fates.iter_mut().filter(|known| known.0 == fate).for_each(|known| known.1 += 1);
            added += more;
            removed += less;
        } else {
            rows.push((!file.starts_with("src/"), file, fate, lines(more, less)));
        }
    }
    rows.sort();
    let mut table = String::from("| File | Change | Lines |\n|---|---|--:|\n");
    for (_, file, fate, lines) in rows {
        let _ = writeln!(table, "| `{file}` | {fate} | {lines} |");
    }
    let fates = fates.iter().filter(|(_, count)| *count > 0);
    let fates: Vec<String> = fates.map(|(fate, count)| format!("{count} {fate}")).collect();
    if !fates.is_empty() {
        let fates = fates.join(", ");
        let _ = writeln!(table, "| tests and benchmarks | {fates} | {} |", lines(added, removed));
    }
    Ok(table)
}

/// `+12 −3`.
fn lines(added: usize, removed: usize) -> String {
    match (added, removed) {
        (_, 0) => format!("+{added}"),
        (0, _) => format!("\u{2212}{removed}"),
        _ => format!("+{added} \u{2212}{removed}"),
    }
}

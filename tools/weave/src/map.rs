//! Which files a stage adds, changes, moves and removes.

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
    let moved = stage.moved.iter().filter(|moved| !stage.changed.contains(&moved.to));
    let listed = listed.chain(moved.map(|moved| (&moved.to, "moved")));
    let mut rows = Vec::new();
    let (mut fates, mut added, mut removed) = ([("new", 0), ("changed", 0), ("removed", 0)], 0, 0);
    for (file, fate) in listed {
        let (more, less) = course.alignment(stage, file)?.counts();
        if file.starts_with("tests/") || file.starts_with("benches/") {
            fates.iter_mut().filter(|known| known.0 == fate).for_each(|known| known.1 += 1);
            added += more;
            removed += less;
        } else {
            let origin = stage.origin_of(file).filter(|origin| *origin != file);
            let was = origin.map_or(String::new(), |origin| format!(" from `{origin}`"));
            let fate = match fate {
                "new" | "changed" if stage.recorded.contains(file) => "recorded",
                "changed" if origin.is_some() => "changed, moved",
                _ => fate,
            };
            rows.push((!file.starts_with("src/"), file, format!("{fate}{was}"), lines(more, less)));
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
        (0, 0) => String::new(),
        (_, 0) => format!("+{added}"),
        (0, _) => format!("\u{2212}{removed}"),
        _ => format!("+{added} \u{2212}{removed}"),
    }
}

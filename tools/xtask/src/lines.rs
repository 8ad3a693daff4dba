//! How many lines of code a stage has, and the README's map that reports it.

use std::path::Path;

use anyhow::{Context, ensure};

use crate::lessons::Lessons;
use crate::stage::Stage;

/// Returns the lines of code below the stage's `src/`, where no tests are: without comments and blank lines.
pub fn of_stage(root: &Path, stage: &Stage) -> anyhow::Result<usize> {
    let files = stage.files(root)?.into_iter();
    let sources = files.filter(|(file, _)| file.starts_with("src/") && file.ends_with(".rs"));
    let mut sum = 0;
    for (file, contents) in sources {
        let source = String::from_utf8(contents);
        sum +=
            of_source(&source.with_context(|| format!("{} is not UTF-8", stage.path_of(&file)))?);
    }
    Ok(sum)
}

/// Counts in source that rustfmt has laid out, and that holds no tests.
fn of_source(source: &str) -> usize {
    let lines = source.lines().map(str::trim_start);
    lines.filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

/// Returns the README with each stage's lines in the last cell that holds a number, in the table's
/// row that links to the stage's directory.
pub fn in_map(readme: &str, root: &Path, lessons: &Lessons) -> anyhow::Result<String> {
    let mut readme = readme.to_owned();
    for stage in lessons.stages() {
        readme = with_row(&readme, stage, of_stage(root, stage)?)?;
    }
    Ok(readme)
}

fn with_row(readme: &str, stage: &Stage, lines: usize) -> anyhow::Result<String> {
    let link = format!("]({})", stage.path());
    let row = readme.lines().find(|line| line.starts_with('|') && line.contains(&link));
    let row = row.with_context(|| format!("no table has a row that links to {}", stage.path()))?;
    let mut cells: Vec<&str> = row.split('|').collect();
    let size = cells.iter_mut().rev().find(|cell| cell.trim().parse::<usize>().is_ok());
    let size = size.with_context(|| format!("no cell of this row is a number: {row}"))?;
    let number = format!(" {lines:>width$} ", width = size.len().saturating_sub(2));
    *size = &number;
    Ok(readme.replacen(row, &cells.join("|"), 1))
}

/// Refuses a README whose map is not what [`in_map`] makes of it.
pub fn check_map(readme: &str, root: &Path, lessons: &Lessons) -> anyhow::Result<()> {
    let expected = in_map(readme, root, lessons)?;
    for (is, should) in readme.lines().zip(expected.lines()) {
        ensure!(is == should, "says `{is}`, not `{should}`; run `cargo xtask lines --write`");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_blank_lines_do_not_count() {
        let source = "\
//! Docs.

use std::io; // counts

/// Docs.
fn f() {
    // A comment.
    g(\"// counts\");
}
";
        assert_eq!(of_source(source), 4);
    }

    #[test]
    fn the_last_number_of_the_row_is_the_size() {
        let stage: Stage =
            toml::from_str("number = 1\ndirectory = '01-ping'\nteaches = ''").unwrap();
        let readme =
            "see [01](stages/01-ping)\n| 01 | [x](stages/01-ping) |   9 | small |\n| 9 |\n";
        assert_eq!(
            with_row(readme, &stage, 85).unwrap(),
            "see [01](stages/01-ping)\n| 01 | [x](stages/01-ping) |  85 | small |\n| 9 |\n"
        );
        let error = |readme| with_row(readme, &stage, 85).unwrap_err().to_string();
        assert_eq!(error("| 1 |"), "no table has a row that links to stages/01-ping");
        assert_eq!(
            error("| a | [x](stages/01-ping) |"),
            "no cell of this row is a number: | a | [x](stages/01-ping) |"
        );
    }
}

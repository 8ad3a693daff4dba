//! The README's section that shows the newest run.

use anyhow::Context;

use crate::{Overview, Report};

/// Where the published run is.
pub const DIRECTORY: &str = "book/bench";

/// The README's chart, in that folder.
pub const CHART: &str = "overview.svg";

const START: &str = "<!-- The newest run of `cargo xtask bench --write`: do not edit by hand -->\n";
const END: &str = "<!-- End of the newest run -->\n";

/// Returns the README with this run between its markers, or with the news that there is none.
///
/// # Errors
/// When the markers are not there, or the run lacks a part.
pub fn with_section(readme: &str, report: Option<&Report>) -> anyhow::Result<String> {
    let (before, rest) = readme.split_once(START).with_context(|| no(START))?;
    let (_, after) = rest.split_once(END).with_context(|| no(END))?;
    let section = match report {
        None => NONE.to_owned(),
        Some(report) => section(&Overview::of(report).context(LACKS)?),
    };
    Ok(format!("{before}{START}\n{section}\n{END}{after}"))
}

/// Said of a run of which no overview can be made.
pub const LACKS: &str = "the run has no stage or lacks a part";

const NONE: &str = "No run is published yet: `cargo xtask bench --write` puts one here.\n";

fn section(overview: &Overview<'_>) -> String {
    format!("![{}]({DIRECTORY}/{CHART})\n\n{}", overview.alt(), overview.sentences())
}

fn no(marker: &str) -> String {
    format!("has no line `{}`", marker.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::report;

    #[test]
    fn what_is_between_the_markers_is_replaced_and_nothing_else() {
        let readme = format!("# Title\n\n{START}old\n{END}\nThe rest.\n");
        let written = with_section(&readme, Some(&report())).unwrap();
        assert!(written.starts_with(&format!("# Title\n\n{START}\n![")), "{written}");
        assert!(written.ends_with(&format!("\n\n{END}\nThe rest.\n")), "{written}");
        assert!(written.contains("](book/bench/overview.svg)\n\nStage 07 answers"), "{written}");
        assert!(!written.contains("old"));
        assert_eq!(with_section(&written, Some(&report())).unwrap(), written);
        let none = with_section(&written, None).unwrap();
        assert_eq!(none, format!("# Title\n\n{START}\n{NONE}\n{END}\nThe rest.\n"));
    }

    #[test]
    fn a_run_that_lacks_a_part_is_refused() {
        let readme = format!("{START}{END}");
        let part = Report { memory: Vec::new(), ..report() };
        assert_eq!(with_section(&readme, Some(&part)).unwrap_err().to_string(), LACKS);
    }

    #[test]
    fn a_missing_marker_is_named() {
        let error = |readme: &str| with_section(readme, Some(&report())).unwrap_err().to_string();
        assert_eq!(error("# Title"), format!("has no line `{}`", START.trim_end()));
        assert_eq!(error(START), format!("has no line `{}`", END.trim_end()));
        assert!(error(&format!("{END}{START}")).contains(END.trim_end()));
    }
}

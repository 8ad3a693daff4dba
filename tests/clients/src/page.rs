//! The tables on the book's page about clients, between its markers.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};

use crate::feature::{FEATURES, Outcome};
use crate::table::{NOT_HAD, Results, TOOLS, escaped, sign};

/// The page, as seen from the project's root.
pub const PATH: &str = "book/src/reference/clients.md";

/// The line above the table.
const START: &str = "<!-- Written by: cargo run -p clients -- --write -->";

/// The line below it.
const END: &str = "<!-- End of what is written by: cargo run -p clients -->";

/// Returns the page with another table.
///
/// # Errors
/// When the markers are not there.
pub fn with_table(page: &str, table: &str) -> anyhow::Result<String> {
    let (before, _, after) = parts(page)?;
    Ok(format!("{before}{START}\n\n{}\n\n{END}{after}", table.trim()))
}

/// Holds the page's table to what was found out now.
///
/// Clients that were not to be had, now or then, are left out, and so are the versions: some are
/// the system's own.
///
/// # Errors
/// With the first cell that is another.
pub fn check(page: &str, results: &Results) -> anyhow::Result<()> {
    let (_, table, _) = parts(page)?;
    let rows = rows(table);
    let heads = rows.get("").context("the table has no heads")?;
    for (name, outcome) in &results.clients {
        let Outcome::Ran(report) = outcome else { continue };
        let column = heads.iter().position(|head| head.split("<br>").next() == Some(name));
        let column = column.with_context(|| format!("the table has no column for {name}"))?;
        if heads.get(column).is_some_and(|head| head.ends_with(NOT_HAD)) {
            continue;
        }
        for feature in FEATURES {
            let cell = rows.get(feature).and_then(|row| row.get(column));
            same(cell, sign(report.mark(feature)), &format!("{name}, {feature}"))?;
        }
    }
    for tool in &results.tools {
        let name = format!("{}, {}", tool.usage, tool.claim);
        let row = rows.get(&format!("{}, {}", escaped(tool.usage), tool.claim));
        same(row.and_then(|row| row.first()), sign(Some(&tool.mark)), &name)?;
    }
    Ok(())
}

fn same(cell: Option<&String>, due: &str, name: &str) -> anyhow::Result<()> {
    let Some(cell) = cell else { bail!("the table says nothing of “{name}”") };
    ensure!(cell == due, "the table says '{cell}' of “{name}”, this run '{due}'");
    Ok(())
}

fn parts(page: &str) -> anyhow::Result<(&str, &str, &str)> {
    let (before, rest) = page.split_once(START).with_context(|| format!("no line {START}"))?;
    let (table, after) = rest.split_once(END).with_context(|| format!("no line {END}"))?;
    Ok((before, table, after))
}

/// The rows of both tables: a feature's by its name, a tool's by its use and its claim.
fn rows(tables: &str) -> BTreeMap<String, Vec<String>> {
    let mut rows = BTreeMap::new();
    let mut names = 1;
    for line in tables.lines().filter(|line| line.starts_with('|')) {
        let line = line.strip_prefix('|').and_then(|line| line.strip_suffix('|'));
        let cells = line.unwrap_or_default().split('|').map(|cell| cell.trim().to_owned());
        let cells: Vec<String> = cells.collect();
        if cells.first().is_some_and(|cell| cell == TOOLS) {
            names = 2;
        }
        if let Some((name, rest)) = cells.split_at_checked(names) {
            rows.insert(name.join(", "), rest.to_vec());
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::{Mark, Report};
    use crate::setup::NotHad;
    use crate::table::Tool;

    fn results(last: Mark, tool: Mark) -> Results {
        let mut marks: Vec<_> = FEATURES.map(|feature| (feature, Mark::Passed)).into();
        marks.pop();
        marks.push((FEATURES[FEATURES.len() - 1], last));
        let report = Report { version: Some("1".into()), protocol: Some("2".into()), marks };
        let gone =
            ("gone", Outcome::NotHad(NotHad { reason: "no `mvn`".into(), said: String::new() }));
        let clients = vec![("here", Outcome::Ran(report)), gone];
        Results {
            clients,
            tools: vec![Tool { usage: "cli --scan", claim: "connects", mark: tool }],
        }
    }

    fn page() -> String {
        let empty = format!("above\n\n{START}\nold\n{END}\n\nbelow\n");
        let table = results(Mark::Passed, Mark::Passed).to_markdown();
        with_table(&empty, &table).expect("the markers are there")
    }

    #[test]
    fn the_table_takes_the_place_of_the_old_one_and_of_nothing_else() {
        let page = page();
        assert!(page.starts_with(&format!("above\n\n{START}\n\n| | here<br>1")), "{page}");
        assert!(page.ends_with(&format!("\n\n{END}\n\nbelow\n")), "{page}");
        assert!(!page.contains("old"), "{page}");
        let again = with_table(&page, &results(Mark::Passed, Mark::Passed).to_markdown());
        assert_eq!(again.expect("the markers are there"), page);
        assert!(with_table("no markers", "").is_err());
    }

    #[test]
    fn an_option_keeps_its_two_dashes_in_the_book() {
        assert!(page().contains(r"| cli \-\-scan | connects |"), "{}", page());
    }

    #[test]
    fn a_cell_that_is_another_now_is_named() {
        let failed = || Mark::Failed("why".into());
        let said = |results| check(&page(), &results).map_err(|error| error.to_string());
        assert_eq!(said(results(Mark::Passed, Mark::Passed)), Ok(()));
        assert_eq!(
            said(results(failed(), Mark::Passed)),
            Err("the table says '✓' of “here, reconnect”, this run '✗'".into())
        );
        assert_eq!(
            said(results(Mark::Passed, failed())),
            Err("the table says '✓' of “cli --scan, connects”, this run '✗'".into())
        );
    }

    #[test]
    fn a_client_that_was_not_to_be_had_then_may_be_had_now() {
        let mut results = results(Mark::Passed, Mark::Passed);
        results.clients[1] = ("gone", results.clients[0].1.clone());
        check(&page(), &results).expect("nothing to hold it to");
    }

    #[test]
    fn a_client_that_the_table_does_not_show_is_named() {
        let mut results = results(Mark::Passed, Mark::Passed);
        results.clients.push(("new", results.clients[0].1.clone()));
        let error = check(&page(), &results).expect_err("no such column").to_string();
        assert_eq!(error, "the table has no column for new");
    }
}

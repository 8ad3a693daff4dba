//! Which files the newest stage adds, changes and removes, written into the table of lessons.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context;
use toml_edit::{Array, DocumentMut, Item, value};

use crate::lessons::Lessons;
use crate::stage::Stage;

/// The keys of an entry, in their order.
const KEYS: [&str; 8] =
    ["number", "directory", "teaches", "added", "changed", "removed", "moved", "recorded"];

/// The longest line of the table.
const WIDTH: usize = 100;

/// Returns the table of lessons with the lists of the newest stage as its files are. Files that the
/// table says are moved stay so, and every other entry stays as it is.
pub fn of_newest(root: &Path, lessons: &Lessons) -> anyhow::Result<String> {
    let (newest, before) = lessons.stages().split_last().context("there is no stage")?;
    let lists = lists(root, before, newest)?;
    let text = fs::read_to_string(root.join(Lessons::PATH))
        .with_context(|| format!("cannot read {}", Lessons::PATH))?;
    let mut document: DocumentMut = text.parse().context(Lessons::PATH)?;
    let stages = document.get_mut("stage").and_then(Item::as_array_of_tables_mut);
    let entry = stages.and_then(|stages| stages.iter_mut().last());
    let entry = entry.context("the table lists no stage")?;
    for (key, files) in lists {
        entry.remove(key);
        if !files.is_empty() {
            entry.insert(key, value(array(key, &files)));
        }
    }
    let place = |key: &str| KEYS.iter().position(|known| *known == key);
    entry.sort_values_by(|a, _, b, _| place(a).cmp(&place(b)));
    Ok(document.to_string())
}

/// Returns the lists under their keys.
fn lists(
    root: &Path,
    before: &[Stage],
    newest: &Stage,
) -> anyhow::Result<[(&'static str, BTreeSet<String>); 4]> {
    let files = newest.files(root)?;
    let (mut added, mut changed, mut removed) =
        <(BTreeSet<_>, BTreeSet<_>, BTreeSet<_>)>::default();
    let old = before.last().map(|stage| stage.files(root)).transpose()?.unwrap_or_default();
    for (file, contents) in &files {
        let old =
            newest.origin_of(file).and_then(|origin| Some((before.last()?, old.get(origin)?)));
        match old {
            None => _ = added.insert(file.clone()),
            Some((stage, old)) if stage.translate(newest, old) != *contents => {
                changed.insert(file.clone());
            }
            Some(_) => {}
        }
    }
    for file in old.keys().filter(|file| !files.contains_key(newest.place_of(file))) {
        removed.insert(file.clone());
    }
    let was_recorded = |file: &&String| {
        newest.recorded.contains(*file) || before.iter().any(|stage| stage.recorded.contains(*file))
    };
    let recorded = added.union(&changed).filter(was_recorded).cloned().collect();
    Ok([("added", added), ("changed", changed), ("removed", removed), ("recorded", recorded)])
}

/// Returns the list of a key, on one line if that is not too long.
fn array(key: &str, files: &BTreeSet<String>) -> Array {
    let mut array: Array = files.iter().collect();
    if format!("{key} = {array}").len() > WIDTH {
        for file in array.iter_mut() {
            file.decor_mut().set_prefix("\n    ");
        }
        array.set_trailing_comma(true);
        array.set_trailing("\n");
    }
    array
}

//! Which files of a stage use which others.
//!
//! From stage 08 on, the modules of a core are rooms, in an order: each uses only those after it in
//! `src/lib.rs`, and no files use each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::lessons::Lessons;
use crate::stage::Stage;

/// The files that a file uses, by its name.
type Uses = BTreeMap<String, BTreeSet<String>>;

/// Returns what is wrong with the rooms of all stages that have some.
pub fn find(root: &Path, lessons: &Lessons) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    for stage in lessons.stages() {
        let faults_here = faults_of(&sources(root, stage)?);
        faults.extend(faults_here.into_iter().map(|fault| format!("{}: {fault}", stage.path())));
    }
    Ok(faults)
}

/// Returns a stage's code, by the names of the files below `src`.
fn sources(root: &Path, stage: &Stage) -> anyhow::Result<BTreeMap<String, String>> {
    let files = stage.files(root)?.into_iter();
    let code = files.filter_map(|(file, contents)| {
        let file = file.strip_prefix("src/").filter(|file| file.ends_with(".rs"))?;
        Some((file.to_owned(), String::from_utf8_lossy(&contents).into_owned()))
    });
    Ok(code.collect())
}

fn faults_of(sources: &BTreeMap<String, String>) -> Vec<String> {
    let rooms: Vec<&str> = sources.get("lib.rs").map_or(Vec::new(), |lib| {
        lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect()
    });
    let has_rooms = rooms.iter().any(|room| {
        sources.keys().any(|file| file.strip_prefix(room).is_some_and(|rest| rest.starts_with('/')))
    });
    if !has_rooms {
        return Vec::new();
    }
    // The shell has a crate of its own.
    let place = |file: &str| rooms.iter().position(|room| *room == room_of(file));
    let core = sources.iter().filter(|(file, _)| place(file).is_some());
    let uses: Uses = core.map(|(file, text)| (file.clone(), used(file, text, sources))).collect();
    let mut faults = Vec::new();
    for (file, used) in &uses {
        let above = used.iter().filter(|used| place(used) < place(file));
        faults.extend(above.map(|used| format!("{file} uses {used}, which is in a room above it")));
    }
    faults.extend(circle(&uses).map(|files| format!("a circle: {}", files.join(" uses "))));
    faults
}

/// `protocol` for `protocol/glob.rs` and for `protocol.rs`.
fn room_of(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap_or(file)
}

/// Returns the files that a file uses: those that its paths from `crate` lead into.
fn used(file: &str, text: &str, sources: &BTreeMap<String, String>) -> BTreeSet<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join("\n");
    let paths = code.split("crate::").skip(1).flat_map(paths);
    let files = paths.filter_map(|path| file_of(&path, sources));
    files.filter(|used| used != file).collect()
}

/// Returns the paths with which a text begins: several, if they are in braces.
fn paths(text: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    let (path, rest) = text.split_at(end);
    match rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        Some((list, _)) if path.ends_with("::") => {
            list.split(',').map(|item| format!("{path}{}", item.trim())).collect()
        }
        _ => vec![path.to_owned()],
    }
}

/// Returns the file that the longest part of a path names.
fn file_of(path: &str, sources: &BTreeMap<String, String>) -> Option<String> {
    let parts: Vec<&str> = path.split("::").collect();
    let names = (1..=parts.len()).rev().map(|count| format!("{}.rs", parts[..count].join("/")));
    names.into_iter().find(|name| sources.contains_key(name))
}

/// Returns files of which each uses the next, and the last is the first, if there are any.
fn circle(uses: &Uses) -> Option<Vec<&str>> {
    let mut done = BTreeSet::new();
    uses.keys().find_map(|file| follow(file, uses, &mut Vec::new(), &mut done))
}

fn follow<'u>(
    file: &'u str,
    uses: &'u Uses,
    way: &mut Vec<&'u str>,
    done: &mut BTreeSet<&'u str>,
) -> Option<Vec<&'u str>> {
    if let Some(start) = way.iter().position(|passed| *passed == file) {
        return Some(way[start..].iter().copied().chain([file]).collect());
    }
    if !done.contains(file) {
        way.push(file);
        let next = uses.get(file).into_iter().flatten();
        let found = next.into_iter().find_map(|next| follow(next, uses, way, done));
        if found.is_some() {
            return found;
        }
        way.pop();
        done.insert(file);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned()));
        faults_of(&files.collect())
    }

    const LIB: (&str, &str) = ("lib.rs", "pub mod engine;\n\npub mod protocol;\n");

    #[test]
    fn a_room_uses_itself_and_the_rooms_after_it() {
        let fine = [
            LIB,
            ("engine.rs", "use crate::protocol::out::Out;\nfn f() { crate::protocol::glob::g() }"),
            ("protocol.rs", "pub mod glob;\npub mod out;"),
            ("protocol/glob.rs", ""),
            ("protocol/out.rs", "use crate::protocol::{glob, number};\n// crate::engine::X"),
            ("main.rs", "use crate::shell::log;"),
            ("shell/log.rs", "use crate::shell::x;"),
        ];
        assert_eq!(faults(&fine), [""; 0]);
        let above = [LIB, ("engine.rs", ""), ("protocol/out.rs", "use crate::engine::{A, B};")];
        assert_eq!(faults(&above), ["protocol/out.rs uses engine.rs, which is in a room above it"]);
    }

    #[test]
    fn no_files_use_each_other_in_a_circle() {
        let circle = [
            LIB,
            ("protocol/a.rs", "use crate::protocol::b::{B, C};"),
            ("protocol/b.rs", "use crate::protocol::{c, d};"),
            ("protocol/c.rs", "use crate::protocol::a;"),
        ];
        let expected =
            "a circle: protocol/a.rs uses protocol/b.rs uses protocol/c.rs uses protocol/a.rs";
        assert_eq!(faults(&circle), [expected]);
    }

    #[test]
    fn a_stage_without_rooms_is_as_it_likes() {
        let flat = [("lib.rs", "pub mod a;\npub mod b;"), ("a.rs", ""), ("b.rs", "use crate::a;")];
        assert_eq!(faults(&flat), [""; 0]);
    }
}

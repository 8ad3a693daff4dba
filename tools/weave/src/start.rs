//! How one begins a stage of one's own.

use std::collections::{BTreeMap, BTreeSet};

use xtask::{Move, Stage};

use crate::course::Course;
use crate::directive::Directive;
use crate::page::Page;
use crate::session;

/// Switches to the learner's branch, which begins at the first use.
pub(crate) const SWITCH_TO_MINE: &str = "git switch mine 2>/dev/null || git switch -c mine";

/// Commits all that is not committed yet, so that nothing is carried to another branch. Where there
/// is nothing, git says so. What the sessions leave in the top folder, such as a dump, stays out.
pub(crate) fn commit(message: &str) -> String {
    format!("git add stages tests && git commit -qam '{message}'")
}

/// `{{#start}}`: the commands that put the stage before in the stage's place, on a branch of one's
/// own; those that take the tests from the course; and those that compare at the end.
pub(crate) fn start(
    course: &Course,
    page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    directive.knows(&[])?;
    directive.none()?;
    let stage = page.stage()?;
    let path = stage.path();
    let mut commands = vec![SWITCH_TO_MINE.to_owned(), format!("rm -r {path}")];
    let mut there = BTreeSet::new();
    let mut lead = Vec::new();
    if let Some(before) = page.before {
        commands.insert(0, commit(&format!("Before stage {:02}", stage.number)));
        commands.push(format!("cp -r {} {path}", before.path()));
        commands.push(renaming(before, stage));
        there = directories(course, before)?;
        lead.push(format!(
            "These commands commit what you have, and replace the course's stage {:02} with a copy \
             of stage {:02}, on a branch of your own, and rename the copy",
            stage.number, before.number
        ));
    }
    let now = directories(course, stage)?;
    let new: Vec<String> = now.difference(&there).map(|name| format!("{path}/{name}")).collect();
    if !new.is_empty() {
        commands.push(format!("mkdir -p {}", new.join(" ")));
    }
    if !stage.moved.is_empty() {
        commands.extend(moves(stage));
        commands.push(renaming_modules(stage));
        lead.push("They also move files into new folders".to_owned());
    }
    for file in &stage.recorded {
        commands.push(format!("git restore --source main -- {}", stage.path_of(file)));
        lead.push(format!("They take `{file}` from the course, since a program has recorded it"));
    }
    let lead = if lead.is_empty() { String::new() } else { format!("{}:\n\n", lead.join(".\n")) };
    let tests = ["tests", "benches"].into_iter().filter(|name| now.contains(*name));
    let tests: Vec<String> = tests.map(|name| format!("{path}/{name}")).collect();
    let restore = format!("git restore --source main -- {}", tests.join(" "));
    let compare = [format!("git add {path}"), format!("git diff main -- {path}")];
    Ok(format!(
        "{lead}{}\n\
         If you would rather not type the tests, take them from the course, \
         once you have written the chapter's code:\n\n\
         {}\n\
         At the end, this prints where your stage differs from the course's; \
         nothing, if they are the same:\n\n\
         {}\n",
        session::typed(&commands),
        session::typed(&[restore]),
        session::typed(&compare),
    ))
}

/// Gives a copied stage its own names.
fn renaming(before: &Stage, stage: &Stage) -> String {
    let (old, new) = (&before.directory, &stage.directory);
    format!(
        "grep -rlE '{old}|stage[-_]{:02}' {} | xargs perl -pi -e \\\n    \
         's/{old}/{new}/g; s/stage([-_]){:02}/stage${{1}}{:02}/g'",
        before.number,
        stage.path(),
        before.number,
        stage.number,
    )
}

/// Moves files, a folder at a time.
fn moves(stage: &Stage) -> Vec<String> {
    let path = stage.path();
    let mut folders: BTreeMap<&str, Vec<&Move>> = BTreeMap::new();
    for moved in &stage.moved {
        let folder = moved.to.rsplit_once('/').map_or("", |(folder, _)| folder);
        folders.entry(folder).or_default().push(moved);
    }
    let mut commands = Vec::new();
    for (folder, moves) in folders {
        let froms: Vec<String> = moves.iter().map(|it| format!("{path}/{}", it.from)).collect();
        commands.push(format!("mv {} {path}/{folder}", froms.join(" \\\n    ")));
    }
    commands
}

/// Follows the moved modules in the code that names them.
fn renaming_modules(stage: &Stage) -> String {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (from, to) in stage.moved.iter().filter_map(|moved| moved.modules("")) {
        let name = from.trim_start_matches(':').to_owned();
        let room = to.trim_start_matches(':').trim_end_matches(&name).to_owned();
        names.entry(room).or_default().push(name);
    }
    let parts: Vec<String> = names
        .iter()
        .map(|(room, names)| {
            let names = names.join("|");
            format!("s/\\b(crate|{})::\n    (?=({names})\\b)/$&{room}/gx", stage.name('_'))
        })
        .collect();
    format!("find {} -name '*.rs' | xargs perl -pi -e '\n  {}'", stage.path(), parts.join(";\n  "))
}

/// The directories in a stage.
fn directories(course: &Course, stage: &Stage) -> anyhow::Result<BTreeSet<String>> {
    let mut directories = BTreeSet::new();
    for file in course.files(stage)?.keys() {
        let parents = file.match_indices('/').map(|(at, _)| file[..at].to_owned());
        directories.extend(parents);
    }
    Ok(directories)
}

//! Copies of the stages and of the zoo with the exercises' solutions applied, built as one workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context as _, Result, bail, ensure};
use conformance::exercise::Exercise;
use conformance::workspace;
use serde_json::Value;

/// The copy of the zoo in which the solutions of all exercises about debugging are applied. Each changes
/// its own animal's file and no other, and the zoo takes as long to compile as several stages.
const ZOO: &str = "exercise-zoo";

/// The servers that were built.
pub struct Servers {
    /// The program of each copy, or why there is none.
    programs: BTreeMap<String, Result<PathBuf, String>>,
}

impl Servers {
    /// Returns the program of a stage as it is.
    pub fn stage(&self, stage: &str) -> Result<&Path, String> {
        self.program(&format!("stage-{}", stage.split('-').next().unwrap_or(stage)))
    }

    /// Returns the program that an exercise's solution makes of its stage, or of the zoo.
    pub fn solved(&self, exercise: &Exercise) -> Result<&Path, String> {
        self.program(&package(exercise))
    }

    /// Returns the program that misses a point of an exercise.
    pub fn wrong(&self, exercise: &Exercise, wrong: &str) -> Result<&Path, String> {
        self.program(&wrong_package(exercise, wrong))
    }

    fn program(&self, package: &str) -> Result<&Path, String> {
        match self.programs.get(package) {
            Some(Ok(program)) => Ok(program),
            Some(Err(reason)) => Err(reason.clone()),
            None => Err(format!("{package} was not built")),
        }
    }
}

/// Applies all solutions to copies, and builds them together with the stages as they are.
///
/// They lie below Cargo's target folder, for this checkout alone. A file is written only if it has
/// changed, so that nothing is compiled twice.
///
/// # Errors
/// When nothing at all could be built.
pub fn build(exercises: &[Exercise]) -> Result<Servers> {
    let mut checkout = DefaultHasher::new();
    workspace::root().hash(&mut checkout);
    let home = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let home = home.join(format!("exercises-{:016x}", checkout.finish()));
    let members = home.join("workspace");
    let mut programs = BTreeMap::new();
    let mut packages = BTreeSet::new();
    let mut zoo = files(&workspace::root().join("tests/zoo"))?;
    let mut animals = BTreeMap::new();
    for exercise in exercises {
        let old = exercise.package();
        let solution = exercise.folder().join("solution.diff");
        let mut copies = vec![(package(exercise), vec![solution.as_path()])];
        for (name, diff) in &exercise.wrong {
            copies.push((wrong_package(exercise, name), vec![&solution, diff]));
        }
        for (new, diffs) in copies {
            match patched(exercise, &diffs) {
                Ok(mut files) if exercise.animal.is_some() && diffs.len() == 1 => {
                    for path in exercise.changes() {
                        zoo.extend(files.remove_entry(path));
                        ensure!(
                            animals.insert(path.to_owned(), new.clone()).is_none(),
                            "{} and another exercise are about {path}",
                            exercise.name
                        );
                    }
                }
                Ok(files) => {
                    write_package(&members.join(&new), &old, &new, &files)?;
                    packages.insert(new);
                }
                Err(reason) => {
                    programs.insert(new, Err(format!("{reason:#}")));
                }
            }
        }
        if exercise.animal.is_none() && !packages.contains(&old) {
            write_package(&members.join(&old), &old, &old, &files(&original(exercise))?)?;
            packages.insert(old);
        }
    }
    write_package(&members.join(ZOO), "zoo", ZOO, &zoo)?;
    packages.insert(ZOO.to_owned());
    write_workspace(&members, &packages)?;
    let built = compile(&members, &home.join("target"))?;
    for package in packages {
        let program = built.get(&package).cloned();
        let program = program.unwrap_or_else(|| Err(format!("{package} was not built")));
        programs.insert(package, program);
    }
    let mended = programs.remove(ZOO).context("the zoo is one of the copies")?;
    programs.extend(animals.into_values().map(|copy| (copy, mended.clone())));
    Ok(Servers { programs })
}

/// Files by their path, with `/`, below a package's folder.
type Files = BTreeMap<String, Vec<u8>>;

/// The folder that an exercise's solution changes.
fn original(exercise: &Exercise) -> PathBuf {
    match exercise.animal {
        Some(_) => workspace::root().join("tests/zoo"),
        None => workspace::root().join("stages").join(exercise.stage()),
    }
}

/// `exercise-NN-getex` for `NN-stage/getex`.
fn package(exercise: &Exercise) -> String {
    let number = exercise.stage().split('-').next().unwrap_or_default();
    format!("exercise-{number}-{}", exercise.own_name())
}

/// `wrong-NN-a_random_key-first_key` for one of `NN-stage/a_random_key`.
fn wrong_package(exercise: &Exercise, wrong: &str) -> String {
    let number = exercise.stage().split('-').next().unwrap_or_default();
    format!("wrong-{number}-{}-{wrong}", exercise.own_name())
}

/// Returns the files that diffs of an exercise make of those of its stage, or of the zoo, one after
/// the other.
fn patched(exercise: &Exercise, diffs: &[&Path]) -> Result<Files> {
    let scratch = tempfile::tempdir().context("cannot make a folder")?;
    for (path, contents) in files(&original(exercise))? {
        let path = scratch.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        fs::write(path, contents)?;
    }
    for diff in diffs {
        workspace::apply(scratch.path(), diff)?;
    }
    let changed = exercise.changes().into_iter().filter(|path| path.ends_with(".rs"));
    let changed: Vec<PathBuf> = changed.map(|path| scratch.path().join(path)).collect();
    check_format(changed.iter().filter(|path| path.is_file()))
        .with_context(|| format!("{}: rustfmt would change", shown(diffs.last())))?;
    files(scratch.path())
}

/// Names a diff from the project's folder.
fn shown(diff: Option<&&Path>) -> String {
    let diff = diff.copied().unwrap_or(Path::new(""));
    diff.strip_prefix(workspace::root()).unwrap_or(diff).display().to_string()
}

/// Holds files to the project's format. Without a rustfmt, says so and holds them to nothing.
fn check_format<'a>(files: impl Iterator<Item = &'a PathBuf>) -> Result<()> {
    let checked = Command::new("rustfmt")
        .args(["--check", "--edition", "2024", "--config-path"])
        .arg(workspace::root().join("rustfmt.toml"))
        .args(files)
        .output();
    match checked {
        Ok(checked) if checked.status.success() => Ok(()),
        // rustup has a rustfmt that only says that there is none.
        Ok(checked) if said(&checked).contains("is not installed") => {
            eprintln!("NOT CHECKED for their format: no rustfmt is installed");
            Ok(())
        }
        Ok(checked) => bail!("{}{}", String::from_utf8_lossy(&checked.stdout), said(&checked)),
        Err(error) => {
            eprintln!("NOT CHECKED for their format: cannot run rustfmt ({error})");
            Ok(())
        }
    }
}

/// Reads all files of a package.
fn files(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let listing = fs::read_dir(&folder);
        for entry in listing.with_context(|| format!("cannot list {}", folder.display()))? {
            let path = entry?.path();
            let name = path.file_name().and_then(OsStr::to_str).context("a name is no UTF-8")?;
            let name = format!("{prefix}{name}");
            if path.is_dir() {
                folders.push((path, format!("{name}/")));
            } else {
                files.insert(name, fs::read(&path)?);
            }
        }
    }
    Ok(files)
}

/// Writes what the program of a package is built from, under another name for the package.
fn write_package(folder: &Path, old: &str, new: &str, files: &Files) -> Result<()> {
    let mut wanted = Files::new();
    for (path, contents) in files {
        if path == "Cargo.toml" {
            let text = manifest(std::str::from_utf8(contents)?, old, new);
            wanted.insert(path.clone(), text.into_bytes());
        } else if path.starts_with("src/") {
            let (old, new) = (old.replace('-', "_") + "::", new.replace('-', "_") + "::");
            let text = std::str::from_utf8(contents)?.replace(&old, &new);
            wanted.insert(path.clone(), text.into_bytes());
        }
    }
    if folder.is_dir() {
        for path in self::files(folder)?.keys().filter(|path| !wanted.contains_key(*path)) {
            fs::remove_file(folder.join(path))?;
        }
    }
    wanted.iter().try_for_each(|(path, contents)| write_if_changed(&folder.join(path), contents))
}

/// Returns a manifest without its tests, benchmarks and what only they need, under another name.
fn manifest(text: &str, old: &str, new: &str) -> String {
    let mut kept = String::new();
    let mut skipping = false;
    for line in text.lines() {
        if line.starts_with('[') {
            skipping = ["[dev-dependencies]", "[[bench]]", "[[test]]"].contains(&line.trim());
        }
        if skipping {
            continue;
        }
        let renamed = line == format!("name = \"{old}\"");
        kept += &if renamed { format!("name = \"{new}\"") } else { line.to_owned() };
        kept.push('\n');
    }
    kept
}

/// Writes the copies' workspace: the project's own, but for its members, and with warnings denied.
fn write_workspace(folder: &Path, packages: &BTreeSet<String>) -> Result<()> {
    let manifest = fs::read_to_string(workspace::root().join("Cargo.toml"))?;
    let mut text = String::new();
    for line in manifest.lines() {
        if line.starts_with("members = ") {
            text += &format!("members = {packages:?}\n");
        } else if line == "[workspace.lints.rust]" {
            text += &format!("{line}\nwarnings = \"deny\"\n");
        } else if !line.starts_with("default-members = ") && !line.contains("{ path = ") {
            text += line;
            text.push('\n');
        }
    }
    let text = text.replace("members = {", "members = [").replace("\"}", "\"]");
    write_if_changed(&folder.join("Cargo.toml"), text.as_bytes())?;
    let lock = fs::read(workspace::root().join("Cargo.lock"))?;
    write_if_changed(&folder.join("Cargo.lock"), &lock)
}

fn write_if_changed(path: &Path, contents: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|found| found == contents) {
        return Ok(());
    }
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    fs::write(path, contents).with_context(|| format!("cannot write {}", path.display()))
}

/// Builds all packages, with warnings denied, clippy's too; returns each one's program, or what was
/// said of it.
fn compile(members: &Path, target: &Path) -> Result<BTreeMap<String, Result<PathBuf, String>>> {
    let mut build = cargo();
    build
        .current_dir(members)
        // What the project itself was built from is there already.
        .args(["build", "--workspace", "--offline", "--keep-going", "--message-format=json"])
        .arg("--target-dir")
        .arg(target)
        // The crates that they need lie with those of this test, as far as they are the same.
        .env("CARGO_BUILD_BUILD_DIR", build_directory())
        // Nobody debugs them.
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_INCREMENTAL", "0");
    // It compiles, too: a look and a build would do most of the work twice.
    let clippy = "clippy-driver";
    if Command::new(clippy).arg("--version").output().is_ok_and(|found| found.status.success()) {
        build.env("RUSTC_WORKSPACE_WRAPPER", clippy);
    } else {
        eprintln!("NOT CHECKED for clippy's lints: no clippy is installed");
    }
    let ran = build.output().context("cannot run cargo")?;
    let mut programs = BTreeMap::new();
    let mut has_told = false;
    for line in String::from_utf8_lossy(&ran.stdout).lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str);
        let package = text("/manifest_path").map(Path::new).and_then(Path::parent);
        let package = package.and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        if let Some(program) = text("/executable") {
            programs.entry(package.into_owned()).or_insert(Ok(program.into()));
        } else if text("/message/level") == Some("error")
            && let Some(error) = text("/message/rendered")
        {
            has_told = true;
            match programs.entry(package.into_owned()).or_insert(Err(String::new())) {
                // A library and its program may be told the same.
                Err(errors) if !errors.contains(error) => errors.push_str(error),
                Err(_) => {}
                program => *program = Err(error.to_owned()),
            }
        }
    }
    ensure!(ran.status.success() || has_told, "the copies cannot be built:\n{}", said(&ran));
    Ok(programs)
}

/// Cargo's folder for what it compiles in between, without the name of a profile. A Cargo that does not
/// know of one takes that of the copies.
fn build_directory() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    directory.parent().unwrap_or(directory).to_owned()
}

fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

//! How each client is had: everything that it needs is put below `target/clients`.

use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::bounded;
use crate::client::Program;

/// How long one step may take: a package registry may be slow, but not for ever.
const STEP: Duration = Duration::from_secs(240);

/// As much of what a step said as the reason may show.
const SAID_LIMIT: usize = 400;

/// The variable that names a folder with Jedis and what it needs, for where Maven reaches nothing.
pub const JEDIS_JARS: &str = "JEDIS_JARS";

/// Why a client is not to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotHad {
    /// The reason, in the project's words.
    pub reason: String,
    /// What a program said that was to get hold of it, if there was one.
    pub said: String,
}

impl NotHad {
    fn because(reason: impl fmt::Display) -> Self {
        Self { reason: reason.to_string(), said: String::new() }
    }
}

impl fmt::Display for NotHad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.said.as_str() {
            "" => f.write_str(&self.reason),
            said => write!(f, "{}: {said}", self.reason),
        }
    }
}

/// Why a client's program cannot be run.
#[derive(Debug)]
pub enum Unprepared {
    /// The client is not to be had.
    NotHad(NotHad),
    /// The client is there, but our program does not build; with the compiler's words.
    Broken(String),
}

impl From<NotHad> for Unprepared {
    fn from(why: NotHad) -> Self {
        Self::NotHad(why)
    }
}

/// A client's program, ready to be run.
type Prepared = Result<Program, Unprepared>;

/// Where things lie.
#[derive(Debug)]
pub struct Place {
    /// This package's folder, with the clients' programs.
    pub package: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
}

impl Place {
    /// Returns the place of this package, seen from its running program.
    ///
    /// # Errors
    /// When the program does not lie in a target folder.
    pub fn find() -> anyhow::Result<Self> {
        let program = env::current_exe()?;
        let Some(target) = program.ancestors().nth(2) else {
            anyhow::bail!("{} is not in a target folder", program.display());
        };
        fs::create_dir_all(target.join("clients"))?;
        Ok(Self { package: env!("CARGO_MANIFEST_DIR").into(), target: target.to_owned() })
    }

    /// Returns the project's own folder.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.package.join("../..")
    }

    /// Makes the folder for what one language needs.
    fn folder(&self, name: &str) -> Result<PathBuf, NotHad> {
        let folder = self.target.join("clients").join(name);
        fs::create_dir_all(&folder).map_err(|error| unusable(&folder, &error))?;
        Ok(folder)
    }
}

/// redis-py, with the parser that it brings along.
pub fn redis_py(place: &Place) -> Prepared {
    python(place, "python", "requirements.txt")
}

/// redis-py, with the parser in C that it takes if there is one.
pub fn redis_py_hiredis(place: &Place) -> Prepared {
    python(place, "python-hiredis", "requirements-hiredis.txt")
}

/// The packages whose hashes are pinned, in a folder of their own.
fn python(place: &Place, folder: &str, requirements: &str) -> Prepared {
    let python = if cfg!(windows) { "python" } else { "python3" };
    let folder = place.folder(folder)?;
    let packages = folder.join("packages");
    let pinned = place.package.join("python").join(requirements);
    once(&folder, &pinned, || {
        let mut pip = Command::new(python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        pip.args(["--no-deps", "--only-binary=:all:", "--require-hashes", "--upgrade"]);
        step(pip.arg("--target").arg(&packages).arg("--requirement").arg(&pinned))
    })?;
    let program = place.package.join("python/redis_py.py");
    // No bytecode in the tree.
    let words = vec![python.into(), "-B".into(), program];
    Ok(Program { words, environment: Some(("PYTHONPATH", packages)) })
}

/// ioredis, as `package-lock.json` pins it.
pub fn ioredis(place: &Place) -> Prepared {
    node(place, "ioredis.mjs")
}

/// node-redis, as `package-lock.json` pins it.
pub fn node_redis(place: &Place) -> Prepared {
    node(place, "node-redis.mjs")
}

/// Node.js looks for packages beside the program, so the program is taken to them.
fn node(place: &Place, program: &str) -> Prepared {
    let folder = place.folder("node")?;
    let source = place.package.join("node");
    for name in ["package.json", "package-lock.json", "report.mjs", program] {
        copy(&source.join(name), &folder.join(name))?;
    }
    once(&folder, &source.join("package-lock.json"), || {
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        let quiet = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        step(Command::new(npm).args(quiet).current_dir(&folder))
    })?;
    Ok(Program::new(vec!["node".into(), folder.join(program)]))
}

/// The `redis` crate that `Cargo.lock` pins, in a program of this package.
pub fn redis_rs(place: &Place) -> Prepared {
    let program = build(place, &["--package", "clients", "--bin", "redis-rs"], "debug/redis-rs")?;
    Ok(Program::new(vec![program]))
}

/// Builds a program of this workspace, and returns where it lies.
///
/// # Errors
/// With the compiler's words.
pub fn build(place: &Place, arguments: &[&str], program: &str) -> Result<PathBuf, Unprepared> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet"]).args(arguments).current_dir(place.root());
    compile(command.arg("--target-dir").arg(&place.target))?;
    Ok(place.target.join(program).with_extension(env::consts::EXE_EXTENSION))
}

/// The C library that the system has.
pub fn hiredis(place: &Place) -> Prepared {
    let folder = place.folder("c")?;
    let program = folder.join("hiredis");
    let flags = step(Command::new("pkg-config").args(["--cflags", "--libs", "hiredis"]))?;
    let source = place.package.join("c/hiredis.c");
    let mut cc = Command::new("cc");
    cc.args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-o"]).arg(&program).arg(source);
    compile(cc.args(flags.split_whitespace()))?;
    Ok(Program::new(vec![program]))
}

/// Jedis and what it needs, as `pom.xml` pins it.
pub fn jedis(place: &Place) -> Prepared {
    let folder = place.folder("java")?;
    let pinned = place.package.join("java/pom.xml");
    let jars = match env::var_os(JEDIS_JARS) {
        Some(jars) => PathBuf::from(jars),
        None => {
            let jars = folder.join("jars");
            once(&folder, &pinned, || copy_dependencies(&folder, &pinned, &jars))?;
            jars
        }
    };
    let everything = jars.join("*");
    let classes = folder.join("classes");
    let source = place.package.join("java/JedisClient.java");
    compile(Command::new("javac").arg("-cp").arg(&everything).arg("-d").arg(&classes).arg(source))?;
    let path = env::join_paths([&classes, &everything]).map_err(NotHad::because)?;
    Ok(Program::new(vec!["java".into(), "-cp".into(), path.into(), "JedisClient".into()]))
}

fn copy_dependencies(folder: &Path, pinned: &Path, jars: &Path) -> Result<String, NotHad> {
    let goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
    let mut mvn = Command::new(if cfg!(windows) { "mvn.cmd" } else { "mvn" });
    mvn.args(["--batch-mode", "--quiet", "--file"]).arg(pinned).arg(goal);
    mvn.arg("-Dstyle.color=never");
    mvn.arg(format!("-Dmaven.repo.local={}", folder.join("repository").display()));
    mvn.arg(format!("-DoutputDirectory={}", jars.display()));
    step(&mut mvn).map_err(|NotHad { reason, said }| match said.contains("could not be resolved") {
        true => NotHad { reason: "`mvn` reaches no repository that has it".into(), said },
        false => NotHad { reason, said },
    })
}

/// Installs, unless that is done for what `pinned` holds.
fn once(
    folder: &Path,
    pinned: &Path,
    install: impl FnOnce() -> Result<String, NotHad>,
) -> Result<(), NotHad> {
    let stamp = folder.join("installed");
    let wanted = fs::read(pinned).map_err(|error| unusable(pinned, &error))?;
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    install()?;
    fs::write(&stamp, wanted).map_err(|error| unusable(&stamp, &error))
}

/// Runs a compiler on a program of ours.
fn compile(command: &mut Command) -> Result<(), Unprepared> {
    match step(command) {
        Ok(_) => Ok(()),
        Err(why) if why.said.is_empty() => Err(why.into()),
        Err(why) => Err(Unprepared::Broken(why.to_string())),
    }
}

/// Runs one command of the preparations, and returns what it printed.
fn step(command: &mut Command) -> Result<String, NotHad> {
    let program = PathBuf::from(command.get_program());
    let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let ran = bounded::run(command, Vec::new(), STEP)
        .map_err(|error| NotHad::because(format!("cannot run `{name}`: {error}")))?;
    if ran.is_success() {
        return Ok(ran.output);
    }
    let said = [ran.complaint, ran.output].concat().replace("\u{1b}[0m", "");
    let said = bounded::first_words(&said, SAID_LIMIT);
    let reason = match ran.status {
        Some(status) => format!("`{name}` fails ({status})"),
        None => format!("`{name}` takes more than {} s", STEP.as_secs()),
    };
    Err(NotHad { reason, said })
}

fn copy(from: &Path, to: &Path) -> Result<(), NotHad> {
    fs::copy(from, to).map_err(|error| unusable(from, &error))?;
    Ok(())
}

fn unusable(path: &Path, error: &std::io::Error) -> NotHad {
    NotHad::because(format!("{}: {error}", path.display()))
}

//! Serves one animal of the zoo: `cargo run -p zoo -- ANIMAL --port N`.

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::{env, fs, io};

use zoo::{Config, Honest, Keyspace, Server, State, ZOO};

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let outcome = match arguments.next() {
        None => list().map_err(|error| error.to_string()),
        Some(name) => run(&name, arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("zoo: {error}");
            ExitCode::from(2)
        }
    }
}

/// Prints who lives here.
fn list() -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "cargo run -p zoo -- ANIMAL --port N [--bind A…] [--dir D] [--dbfilename F]")?;
    writeln!(out, "\n{:35} makes no mistake", "honest")?;
    let mut stage = "";
    for animal in ZOO {
        if animal.stage() != stage {
            stage = animal.stage();
            writeln!(out, "\n{stage}")?;
        }
        writeln!(out, "{:35} {}", animal.name, animal.mistake)?;
    }
    Ok(())
}

fn run(name: &str, arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let server: &'static dyn Server = match ZOO.iter().find(|animal| animal.name == name) {
        Some(animal) => animal.server,
        None if name == "honest" => &Honest,
        None => return Err(format!("there is no animal '{name}'; without a name, all are listed")),
    };
    let config = configuration(arguments)?;
    let keyspace = load(server, &config)?;
    let host = config.bind.first().map_or("127.0.0.1", String::as_str);
    let address = format!("{host}:{}", config.port);
    let listener = TcpListener::bind(&address)
        .map_err(|error| format!("cannot listen on {address}: {error}"))?;
    println!("{name} is ready on {address}");
    let accepted = server.accept(&listener, &Arc::new(State::new(config, keyspace)));
    accepted.map_err(|error| format!("cannot accept a connection: {error}"))
}

/// Reads the options, and goes to the directory that `--dir` names.
fn configuration(arguments: impl Iterator<Item = String>) -> Result<Config, String> {
    let mut config = Config {
        port: 6379,
        bind: vec!["127.0.0.1".to_owned()],
        dir: Path::new(".").to_owned(),
        dbfilename: "dump.rdb".to_owned(),
    };
    let mut arguments = arguments.peekable();
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{option} needs a value"))?;
        match option.to_ascii_lowercase().as_str() {
            "--port" => config.port = value.parse().map_err(|_| format!("'{value}' is no port"))?,
            "--dir" => config.dir = value.into(),
            "--dbfilename" => config.dbfilename = value,
            "--bind" => {
                config.bind.clear();
                config.bind.push(value);
                while let Some(next) = arguments.next_if(|next| !next.starts_with("--")) {
                    config.bind.push(next);
                }
            }
            _ => return Err(format!("there is no option {option}")),
        }
    }
    let here = env::set_current_dir(&config.dir).and_then(|()| env::current_dir());
    config.dir = here.map_err(|error| format!("cannot use {}: {error}", config.dir.display()))?;
    Ok(config)
}

/// Returns the keys of the dump; none if there is no dump.
fn load(server: &dyn Server, config: &Config) -> Result<Keyspace, String> {
    let path = server.dump_path(config);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match fs::read(&path) {
        Ok(dump) => server.load(&dump).ok_or_else(|| format!("{name} is broken")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Keyspace::new()),
        Err(error) => Err(format!("cannot read {name}: {error}")),
    }
}

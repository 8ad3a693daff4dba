//! redis-benchmark, which comes with Redis and makes the load.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use crate::cores::pinned;

/// Its program.
pub const PROGRAM: &str = "redis-benchmark";

/// Longer than any run takes here.
const PATIENCE: Duration = Duration::from_secs(60);

/// What it is to send.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load<'a> {
    pub(crate) request: Request<'a>,
    pub(crate) value: usize,
    pub(crate) pipeline: usize,
    pub(crate) clients: usize,
    pub(crate) requests: usize,
    /// How many different keys it uses.
    pub(crate) keys: usize,
}

/// Where redis-benchmark finds the request that it repeats.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Request<'a> {
    /// One of its own, as its option `-t` calls it.
    Test(&'a str),
    /// The words of another one. Each [`RANDOM_KEY`] is another key each time.
    Words(&'a [&'a str]),
}

/// The keys that redis-benchmark's own requests ask for.
pub(crate) const RANDOM_KEY: &str = "key:__rand_int__";

impl Load<'_> {
    /// Runs it against the server on that port. Returns requests per second, by its own clock,
    /// which starts when all its clients are there.
    pub(crate) fn run(&self, port: u16, core: Option<usize>) -> anyhow::Result<f64> {
        let mut command = Command::new(PROGRAM);
        command.arg("--csv");
        for (option, number) in [
            ("-p", usize::from(port)),
            ("-n", self.requests),
            ("-c", self.clients),
            ("-P", self.pipeline),
            ("-d", self.value),
            ("-r", self.keys),
        ] {
            command.arg(option).arg(number.to_string());
        }
        match self.request {
            Request::Test(test) => command.args(["-t", test]),
            Request::Words(words) => command.args(words),
        };
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pinned(core, || command.spawn())?.context("cannot run redis-benchmark")?;
        let started = Instant::now();
        // What it prints is short and fits into the pipe. It would wait forever for a reply.
        while child.try_wait()?.is_none() {
            if started.elapsed() > PATIENCE {
                child.kill()?;
                child.wait()?;
                bail!("redis-benchmark still ran after {PATIENCE:?}: {command:?}");
            }
            thread::sleep(Duration::from_millis(5));
        }
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{command:?} failed: {said}{errors}");
        rate(&said).with_context(|| format!("{command:?} printed {said:?} {errors:?}"))
    }
}

/// Reads the column `rps` of the one row of its table.
fn rate(csv: &str) -> anyhow::Result<f64> {
    let cells = |line: &str| -> Vec<String> {
        line.split(',').map(|cell| cell.trim().trim_matches('"').to_owned()).collect()
    };
    let mut lines = csv.lines().map(cells);
    let column = lines.find_map(|line| line.iter().position(|cell| cell == "rps"));
    let column = column.context("no column is called rps")?;
    let row = lines.next().context("there is no row")?;
    let cell = row.get(column).context("the row is too short")?;
    let rate: f64 = cell.parse().with_context(|| format!("{cell:?} is no number"))?;
    ensure!(rate.is_finite() && rate > 0.0, "{rate} requests per second are none");
    Ok(rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#""test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms""#;

    #[test]
    fn the_rate_is_the_row_s_cell_below_rps() {
        let row = r#""PING_MBULK","123456.78","0.1","0.2","0.3""#;
        assert_eq!(rate(&format!("{HEAD}\n{row}\n")).unwrap(), 123_456.78);
        let warning = "WARNING: Could not fetch server CONFIG";
        assert_eq!(rate(&format!("{warning}\n{HEAD}\n{row}\n")).unwrap(), 123_456.78);
    }

    #[test]
    fn a_table_without_a_rate_says_what_it_lacks() {
        for (csv, lacks) in [
            ("", "no column is called rps"),
            (HEAD, "there is no row"),
            (&format!("{HEAD}\n\"GET\""), "the row is too short"),
            (&format!("{HEAD}\n\"GET\",\"fast\""), r#""fast" is no number"#),
            (&format!("{HEAD}\n\"GET\",\"0\""), "0 requests per second are none"),
            (&format!("{HEAD}\n\"GET\",\"inf\""), "inf requests per second are none"),
        ] {
            assert_eq!(rate(csv).unwrap_err().to_string(), lacks, "{csv}");
        }
    }
}

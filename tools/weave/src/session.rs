//! Shell sessions, recorded: `book/sessions/NAME.console`.
//!
//! A session is the text in a terminal: lines `$ command`, each with what it printed below. A
//! command that ends in a backslash goes on in a line `> …`. Before the first command there may be
//!
//! | line | what it does |
//! |---|---|
//! | `# server: stage-05 --dbfilename x.rdb` | starts this server, which `redis-cli` then finds |
//! | `# server: redis` | the real one; `# server: zoo ANIMAL` a wrong one |
//! | `# files: fixture:x.rdb fixture:y.rdb=z.rdb` | copies from `tests/fixtures`, under another name if told |
//!
//! [`record`](crate::shell::record) executes it.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail, ensure};

use crate::course::Course;
use crate::directive::Directive;
use crate::html::{self, escaped};
use crate::page::Page;

/// The folder of the sessions, as seen from the root.
pub const FOLDER: &str = "book/sessions";

/// A session as its file contains it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Console {
    /// The lines before the first command.
    pub head: Vec<String>,
    /// The server that is started first: its name, and its arguments.
    pub server: Vec<String>,
    /// What is copied first: the file below `tests/fixtures`, and its name here.
    pub files: Vec<(String, String)>,
    /// The commands.
    pub commands: Vec<Command>,
}

/// A command, and what it printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Command {
    /// Its lines, without the prompts.
    pub lines: Vec<String>,
    /// The lines that it printed, and `(exit N)` if it failed.
    pub output: Vec<String>,
}

impl Console {
    /// Reads a session from the text of its file.
    pub fn parse(text: &str) -> anyhow::Result<Console> {
        let mut console = Console::default();
        for (index, line) in text.lines().enumerate() {
            console.line(line).with_context(|| format!("line {}", index + 1))?;
        }
        ensure!(!console.commands.is_empty(), "there is no line that begins with '$ '");
        Ok(console)
    }

    fn line(&mut self, line: &str) -> anyhow::Result<()> {
        if let Some(command) = line.strip_prefix("$ ") {
            let lines = vec![command.to_owned()];
            self.commands.push(Command { lines, output: Vec::new() });
            return Ok(());
        }
        let Some(command) = self.commands.last_mut() else { return self.head_line(line) };
        let goes_on = command.lines.last().is_some_and(|last| last.ends_with('\\'));
        match line.strip_prefix("> ") {
            Some(more) if goes_on && command.output.is_empty() => {
                command.lines.push(more.to_owned());
            }
            _ => command.output.push(line.to_owned()),
        }
        Ok(())
    }

    fn head_line(&mut self, line: &str) -> anyhow::Result<()> {
        self.head.push(line.to_owned());
        if let Some(server) = line.strip_prefix("# server:") {
            ensure!(self.server.is_empty(), "a session has one server");
            self.server = shlex::split(server).context("a quote is not closed")?;
            ensure!(!self.server.is_empty(), "which server? stage-NN, redis or zoo");
        } else if let Some(files) = line.strip_prefix("# files:") {
            for word in files.split_whitespace() {
                let Some(fixture) = word.strip_prefix("fixture:") else {
                    bail!("'{word}' is no fixture:NAME");
                };
                let (fixture, name) = fixture
                    .split_once('=')
                    .unwrap_or_else(|| (fixture, fixture.rsplit('/').next().unwrap_or(fixture)));
                self.files.push((fixture.to_owned(), name.to_owned()));
            }
        } else if !line.trim().is_empty() {
            bail!("before the first '$ ' stand '# server: …' and '# files: …', not '{line}'");
        }
        Ok(())
    }

    /// Writes the session as its file contains it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut lines = self.head.clone();
        for command in &self.commands {
            lines.extend(command.lines.iter().enumerate().map(|(index, line)| match index {
                0 => format!("$ {line}"),
                _ => format!("> {line}"),
            }));
            lines.extend(command.output.iter().cloned());
        }
        lines.join("\n") + "\n"
    }
}

/// The names of all sessions, sorted.
pub fn names(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    let folder = root.join(FOLDER);
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {FOLDER}"))?;
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "console") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

/// Reads a session of the project at `root`.
pub fn load(root: &Path, name: &str) -> anyhow::Result<Console> {
    let path = format!("{FOLDER}/{name}.console");
    let text =
        fs::read_to_string(root.join(&path)).with_context(|| format!("cannot read {path}"))?;
    Console::parse(&text).context(path)
}

/// A recorded session: `{{#session 05-config-asked caption="Its settings, asked for"}}`.
pub(crate) fn session(
    course: &Course,
    _page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    directive.knows(&["caption"])?;
    let name = directive.only("the name of a session")?;
    let path = format!("{FOLDER}/{name}.console");
    let console = Console::parse(&course.text(&path)?).context(path)?;
    let caption = directive.options.get("caption");
    let caption = caption.map(|caption| format!("<figcaption>{}</figcaption>\n", escaped(caption)));
    Ok(figure(&caption.unwrap_or_default(), &lines(&console)))
}

/// Commands as they are typed in a shell, without what they print.
pub(crate) fn typed(commands: &[String]) -> String {
    figure("", &commands.iter().flat_map(|text| command(text.lines())).collect::<Vec<_>>())
}

/// Puts lines into a box. It holds `code`, so that mdBook gives it a copy button; `code.js` says what
/// that copies.
fn figure(caption: &str, lines: &[String]) -> String {
    let lines = lines.concat();
    format!(
        "<figure class=\"session\">\n{caption}<pre><code class=\"nohighlight\">{lines}</code></pre>\n\
         </figure>\n"
    )
}

/// The lines of a command, each behind its prompt and with its end.
fn command<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let line = |(index, line)| {
        let prompt = if index == 0 { "$" } else { "&gt;" };
        let line = html::command(line);
        // A line may break after a plain space.
        format!("<span class=\"cmd\"><b class=\"p\">{prompt}&nbsp;</b>{line}\n</span>")
    };
    lines.enumerate().map(line).collect()
}

/// The lines as HTML, each with its end, none of them blank: a blank one would end the block.
fn lines(console: &Console) -> Vec<String> {
    let note = |note: String| format!("<i class=\"note\">{}\n</i>", escaped(&note));
    let mut lines = Vec::new();
    for (fixture, name) in &console.files {
        let from = if fixture == name { String::new() } else { format!(" of {fixture}") };
        lines.push(note(format!("{name} is a copy{from} from tests/fixtures")));
    }
    lines.extend(server(&console.server).map(|server| note(format!("{server} is running"))));
    for Command { lines: typed, output } in &console.commands {
        lines.extend(command(typed.iter().map(String::as_str)));
        lines.extend(output.iter().map(|line| match line.as_str() {
            blank if blank.trim().is_empty() => "<b></b>\n".to_owned(),
            line if is_exit(line) => format!("<small>{line}\n</small>"),
            line => escaped(line) + "\n",
        }));
    }
    lines
}

/// How one starts the server by hand.
fn server(words: &[String]) -> Option<String> {
    let (name, arguments) = words.split_first()?;
    let arguments = shlex::try_join(arguments.iter().map(String::as_str)).unwrap_or_default();
    let command = match name.as_str() {
        "redis" => "redis-server".to_owned(),
        name if arguments.is_empty() => format!("cargo run -p {name}"),
        name => format!("cargo run -p {name} --"),
    };
    Some(format!("{command} {arguments}").trim_end().to_owned())
}

fn is_exit(line: &str) -> bool {
    let status = line.strip_prefix("(exit ").and_then(|rest| rest.strip_suffix(')'));
    status.is_some_and(|status| status.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# server: stage-05 --dir 'a b'\n# files: fixture:x.rdb fixture:a/y.rdb=z.rdb\n\
        $ redis-cli GET \\\n> key\n\"<value>\"\n\n> no command\n$ false\n(exit 1)\n";

    #[test]
    fn a_session_is_read_and_written_back() {
        let console = Console::parse(TEXT).unwrap();
        assert_eq!(console.server, ["stage-05", "--dir", "a b"]);
        let files = [("x.rdb", "x.rdb"), ("a/y.rdb", "z.rdb")];
        assert_eq!(console.files, files.map(|(from, to)| (from.to_owned(), to.to_owned())));
        let [get, fails] = &console.commands[..] else { panic!("{console:?}") };
        assert_eq!(get.lines, ["redis-cli GET \\", "key"]);
        assert_eq!(get.output, ["\"<value>\"", "", "> no command"]);
        assert_eq!(fails.output, ["(exit 1)"]);
        assert_eq!(console.text(), TEXT);
    }

    #[test]
    fn what_is_no_session_is_refused() {
        let table = [
            ("", "no line that begins with '$ '"),
            ("# server: redis\n# server: redis\n$ true", "line 2"),
            ("# server:\n$ true", "which server?"),
            ("# files: x.rdb\n$ true", "'x.rdb' is no fixture:NAME"),
            ("$true", "not '$true'"),
        ];
        for (text, reason) in table {
            let error = format!("{:#}", Console::parse(text).unwrap_err());
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn no_line_of_the_html_is_blank() {
        let lines = lines(&Console::parse(TEXT).unwrap());
        assert_eq!(
            lines,
            [
                "<i class=\"note\">x.rdb is a copy from tests/fixtures\n</i>",
                "<i class=\"note\">z.rdb is a copy of a/y.rdb from tests/fixtures\n</i>",
                "<i class=\"note\">cargo run -p stage-05 -- --dir 'a b' is running\n</i>",
                "<span class=\"cmd\"><b class=\"p\">$&nbsp;</b><span class=\"arg\">redis-cli</span> GET \
                 <span class=\"arg\">\\</span>\n</span>",
                "<span class=\"cmd\"><b class=\"p\">&gt;&nbsp;</b>key\n</span>",
                "&quot;&lt;value&gt;&quot;\n",
                "<b></b>\n",
                "&gt; no command\n",
                "<span class=\"cmd\"><b class=\"p\">$&nbsp;</b>false\n</span>",
                "<small>(exit 1)\n</small>",
            ]
        );
    }
}

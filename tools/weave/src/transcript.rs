//! Transcripts, with their recorded replies.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use conformance::corpus::{self, Item};
use conformance::printed::repeated;
use conformance::reply::Reply;
use conformance::snapshot::Snapshot;
use conformance::text;
use conformance::transcript::{Action, Command, FIRST_CLIENT, Step, Transcript, View};

use crate::course::Course;
use crate::directive::Directive;
use crate::exchange::{Conversation, Exchange, NOW_MS, Part, shown_place};
use crate::html::{self, escaped};
use crate::page::Page;
use crate::wire::{Line, grouped, shown};

const PROMPT: &str = "127.0.0.1:6379&gt;";

/// One transcript: `{{#transcript a_key_is_gone_after_its_px open="wire"}}`.
pub(crate) fn transcript(
    course: &Course,
    page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    directive.knows(&["open"])?;
    let is_wire = match directive.options.get("open").map(String::as_str) {
        None | Some("cli") => false,
        Some("wire") => true,
        Some(other) => anyhow::bail!("a transcript opens with 'cli' or 'wire', not '{other}'"),
    };
    let name = full_name(page, directive.only("the name of a transcript")?)?;
    let recording = Recording::of_course(course, &name)?;
    Ok(format!(
        "<figure class=\"transcript\">\n<figcaption>{}</figcaption>\n{}</figure>\n",
        recording.caption(),
        recording.body(page, is_wire)
    ))
}

/// All transcripts of the page's stage, folded, in the order in which one learns: each step under
/// its title.
pub(crate) fn transcripts(
    course: &Course,
    page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    directive.knows(&[])?;
    ensure!(directive.arguments.is_empty(), "'transcripts' shows those of the page's stage");
    let stage = page.stage()?;
    let items = corpus::in_order(u32::MAX)?;
    let prefix = format!("{}/", stage.directory);
    let mut html = String::new();
    let mut step = "";
    for item in items.iter().filter(|item| item.name.starts_with(&prefix)) {
        if item.step != step {
            step = &item.step;
            html.push_str(&format!("<p><strong>{}</strong></p>\n", html::prose(&title(item))));
        }
        html.push_str(&Recording::of_course(course, &item.name)?.folded(page));
    }
    Ok(html)
}

/// What stands above a step's transcripts.
fn title(item: &Item) -> String {
    let mut letters = item.step.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let rest = if item.is_fine_print { ", which can wait" } else { "" };
    format!("{first}{}{rest}", letters.as_str())
}

/// A link to a transcript on the page of its stage's tests: `{{#link a_key_is_gone_after_its_px}}`.
pub(crate) fn link(
    course: &Course,
    page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    directive.knows(&[])?;
    let name = full_name(page, directive.only("the name of a transcript")?)?;
    let path = path_of(&name);
    ensure!(course.root().join(&path).is_file(), "there is no {path}");
    Ok(link_to(page, &name))
}

/// A link to a transcript that is there, in Markdown.
pub(crate) fn link_to(page: &Page<'_>, name: &str) -> String {
    let (stage, claim) = name.split_once('/').unwrap_or_default();
    let up = "../".repeat(page.file.matches('/').count());
    format!("[{}]({up}stages/{stage}/tests.md#{claim})", words(claim))
}

fn path_of(name: &str) -> String {
    format!("tests/transcripts/{name}.redis")
}

/// The transcript's name with its stage's folder, which may be left out on the stage's own pages.
fn full_name(page: &Page<'_>, name: &str) -> anyhow::Result<String> {
    match name.contains('/') {
        true => Ok(name.to_owned()),
        false => {
            let stage = page.stage();
            let stage = stage.with_context(|| format!("write NN-stage/{name}"))?;
            Ok(format!("{}/{name}", stage.directory))
        }
    }
}

/// A claim as words: it is the name of its file.
fn words(claim: &str) -> String {
    claim.replace('_', " ")
}

fn sentence(claim: &str) -> String {
    let words = words(claim);
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A transcript, and the replies that were recorded to each of its steps.
pub(crate) struct Recording {
    transcript: Transcript,
    snapshot: Snapshot,
}

impl Recording {
    /// Reads a transcript of the course: `NN-stage/claim`.
    pub(crate) fn of_course(course: &Course, name: &str) -> anyhow::Result<Recording> {
        Self::read(course, name, &path_of(name), &format!("tests/snapshots/{name}.snap"))
    }

    /// Reads a transcript and its snapshot, both named as seen from the root.
    pub(crate) fn read(
        course: &Course,
        name: &str,
        path: &str,
        snapshot: &str,
    ) -> anyhow::Result<Recording> {
        let transcript = Transcript::parse(name, Path::new(path), &course.text(path)?)?;
        let file = course.text(snapshot)?;
        let text = file.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
        let (_, text) = text.with_context(|| format!("{snapshot} has no head"))?;
        let parsed = Snapshot::parse(&transcript, text);
        let snapshot = parsed.map_err(|(wanted, _)| {
            anyhow::anyhow!("{snapshot} is of an older {path}: it lacks '{wanted}'; record it anew")
        })?;
        Ok(Recording { transcript, snapshot })
    }

    /// The lines of all replies, in order.
    pub(crate) fn replies(&self) -> impl Iterator<Item = &str> {
        self.snapshot.replies.iter().flatten().map(String::as_str)
    }

    fn claim(&self) -> &str {
        self.transcript.name.rsplit('/').next().unwrap_or_default()
    }

    fn caption(&self) -> String {
        escaped(&sentence(self.claim()))
    }

    /// The transcript folded, with an anchor.
    pub(crate) fn folded(&self, page: &Page<'_>) -> String {
        format!(
            "<details class=\"transcript\" id=\"{}\">\n<summary>{}</summary>\n{}</details>\n",
            self.claim(),
            self.caption(),
            self.body(page, false)
        )
    }

    /// The prose, and the session: as redis-cli shows it, and its bytes.
    fn body(&self, page: &Page<'_>, is_wire: bool) -> String {
        let mut views = Views::new(&self.transcript);
        for (index, step) in self.transcript.steps.iter().enumerate() {
            let replies = self.snapshot.replies.get(index).map_or(&[][..], Vec::as_slice);
            views.step(step, replies, index > 0);
        }
        views.prose(&self.transcript.epilogue);
        let mut html = match self.transcript.prose().as_str() {
            "" => String::new(),
            prose => format!("<p>{}</p>\n", html::prose(prose)),
        };
        let wire = views.wire.join("\n");
        let legend = LEGEND;
        if !self.has_commands() {
            // Plain sockets say bytes: the other view would show the same.
            html.push_str(&format!("<pre class=\"wire\">{wire}</pre>\n{legend}\n"));
            return html;
        }
        let group = group_name(page, &self.transcript.name);
        let (cli_checked, wire_checked) = if is_wire { ("", " checked") } else { (" checked", "") };
        html.push_str(&format!(
            "<fieldset class=\"views\"><legend>Show the session</legend>\
             <label><input type=\"radio\" name=\"{group}\" value=\"cli\"{cli_checked}>in redis-cli</label>\
             <label><input type=\"radio\" name=\"{group}\" value=\"wire\"{wire_checked}>as bytes on the wire</label>\
             </fieldset>\n\
             <pre class=\"cli\">{}</pre>\n\
             <div class=\"on-the-wire\"><pre class=\"wire\">{wire}</pre>\n{legend}</div>\n",
            views.cli.join("\n"),
        ));
        html
    }

    fn has_commands(&self) -> bool {
        self.transcript.steps.iter().any(|step| {
            matches!(step.action, Action::Command(_) | Action::Pipeline(_) | Action::Scan { .. })
        })
    }
}

const LEGEND: &str = "<p class=\"legend\"><b class=\"t\">type</b> <b class=\"n\">length</b> \
                      <b class=\"c\">CRLF</b> <b class=\"k\">key</b> <b class=\"v\">value</b></p>";

/// Names a switch so that no other on the page, or on all pages printed as one, has its name.
fn group_name(page: &Page<'_>, transcript: &str) -> String {
    let page = page.file.trim_end_matches(".md");
    format!("{page}/{transcript}").replace(['/', '_'], "-")
}

/// The session in both views, line by line.
struct Views {
    cli: Vec<String>,
    wire: Vec<String>,
    conversation: Conversation,
    current: String,
    /// Whether it is worth to say who speaks.
    has_several_clients: bool,
    /// Who spoke last, as far as the reader was told.
    told: Option<String>,
}

impl Views {
    fn new(transcript: &Transcript) -> Views {
        let is_client = |step: &Step| matches!(step.action, Action::Client(_));
        Views {
            cli: Vec::new(),
            wire: Vec::new(),
            conversation: Conversation::new(transcript, shown_place()),
            current: FIRST_CLIENT.to_owned(),
            has_several_clients: transcript.steps.iter().any(is_client),
            told: None,
        }
    }

    fn step(&mut self, step: &Step, replies: &[String], has_own_prose: bool) {
        if has_own_prose {
            self.prose(&step.before);
        }
        let exchange = self.conversation.step(step, replies);
        match &step.action {
            Action::Client(name) => {
                self.current.clone_from(name);
            }
            Action::ServerArguments(_) => {
                let arguments = step.source.first().map_or("", |line| line.as_str());
                let arguments = with_place(arguments.trim_start_matches("@server").trim());
                self.note(&format!("the server was started with {arguments}"));
            }
            Action::File { name, fixture } => {
                self.note(&format!("{name} is there when the server starts: {fixture}"));
            }
            Action::Wait(time) => self.note(&format!("{} later", duration(*time))),
            Action::HungUp => {
                self.speaker();
                self.note("the server closes the connection, whatever it sends before that");
            }
            Action::Signal(name) => self.note(&format!("the server gets {name}")),
            Action::Ended => {
                let how = replies.first().map_or("", |line| line.trim_matches(['(', ')']));
                self.note(&format!("the server {how}"));
            }
            Action::HalfClose => {
                self.speaker();
                self.note("the client sends no more");
            }
            _ => {
                self.speaker();
                self.exchange(step, replies, exchange);
            }
        }
    }

    fn exchange(&mut self, step: &Step, replies: &[String], exchange: Exchange) {
        match &step.action {
            Action::Command(command) => {
                let line = step.source.first().map_or("", String::as_str);
                self.cli.push(prompt(line, &remark(command)));
                self.cli.extend(printed(replies, &command.view));
            }
            Action::Pipeline(commands) => {
                self.note("in one write:");
                let lines = step.source.iter().skip(1);
                self.cli.extend(lines.zip(commands).map(|(line, c)| prompt(line, &remark(c))));
                self.cli.extend(printed(replies, &View::Plain));
            }
            Action::Scan { meanwhile, .. } => {
                let mut lines = step.source.iter();
                let scan = lines.next().map_or("", String::as_str);
                let remark = if meanwhile.is_empty() {
                    "and again with each new cursor, until that is 0: all keys, sorted"
                } else {
                    "and again with each new cursor, these after each reply: all keys, sorted"
                };
                self.cli.push(prompt(scan, remark));
                self.cli.extend(lines.zip(meanwhile).map(|(line, _)| prompt(line, "")));
                self.cli.extend(printed(replies, &View::Sorted));
            }
            action => {
                let how = match action {
                    Action::SendBytewise(_) => "each byte in a packet of its own",
                    Action::Split { .. } => {
                        "cut in two after each byte in turn, each time on a new connection"
                    }
                    _ => "",
                };
                self.cli.extend(raw(&exchange.sent, how));
                for part in &exchange.received {
                    self.cli.extend(match part {
                        Part::Reply { lines, times, .. } => {
                            message("←", &bare(lines), &often(*times))
                        }
                        Part::Note(note) => vec![note_line(said(note))],
                    });
                }
            }
        }
        let how = match &step.action {
            Action::SendBytewise(_) => "each byte in a packet of its own",
            Action::Split { .. } => {
                "cut in two after each byte in turn, each time on a new connection"
            }
            Action::Pipeline(_) => "in one write",
            _ => "",
        };
        let sent: Vec<String> = exchange.sent.iter().map(Line::html).collect();
        self.wire.extend(message("→", &sent, how));
        for part in exchange.received {
            self.wire.extend(match part {
                Part::Reply { lines, times, is_unordered } => {
                    let lines: Vec<String> = lines.iter().map(Line::html).collect();
                    let how = if is_unordered { "in any order".to_owned() } else { often(times) };
                    message("←", &lines, &how)
                }
                Part::Note(note) => vec![note_line(said(&note))],
            });
        }
    }

    fn prose(&mut self, lines: &[String]) {
        let lines = lines.iter().map(|line| line.trim_start_matches(['#', ' ']));
        let prose = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        if !prose.is_empty() {
            let line = format!("<i class=\"prose\">{}</i>", escaped(&prose));
            self.cli.push(line.clone());
            self.wire.push(line);
        }
    }

    fn note(&mut self, note: &str) {
        self.cli.push(note_line(note));
        if note != "in one write:" {
            self.wire.push(note_line(note));
        }
    }

    /// Says which side sends, if it is another than before.
    fn speaker(&mut self) {
        if self.has_several_clients && self.told.as_ref() != Some(&self.current) {
            let line = format!("<i class=\"who\">client {}</i>", escaped(&self.current));
            self.cli.push(line.clone());
            self.wire.push(line);
            self.told = Some(self.current.clone());
        }
    }
}

fn note_line(note: &str) -> String {
    format!("<i class=\"note\">{}</i>", escaped(note))
}

/// Says in words what the player marks.
fn said(note: &str) -> &str {
    match note {
        "(closed)" => "the server closes the connection",
        "(nothing)" => "nothing comes",
        other => other,
    }
}

fn often(times: usize) -> String {
    if times > 1 { format!("{} times", grouped(times as u64)) } else { String::new() }
}

/// From this many lines on, the middle of a message is left out.
const LONG_MESSAGE: usize = 64;

/// The lines of a message, an arrow before the first.
fn message(arrow: &str, lines: &[String], how: &str) -> Vec<String> {
    let how = if how.is_empty() { String::new() } else { format!(" <small>{how}</small>") };
    let all = lines.iter().enumerate().map(|(index, line)| match index {
        0 => format!("<b class=\"d\">{arrow} </b>{line}{how}"),
        _ => format!("  {line}"),
    });
    if lines.len() < LONG_MESSAGE {
        return all.collect();
    }
    let (first, last) = (LONG_MESSAGE / 2, LONG_MESSAGE / 8);
    let left_out = lines.len() - first - last;
    let note = note_line(&format!("{} more lines", grouped(left_out as u64)));
    let rest = all.clone().skip(first + left_out);
    all.take(first).chain([note]).chain(rest).collect()
}

/// Bytes as they are sent, without their meaning.
fn raw(sent: &[Line], how: &str) -> Vec<String> {
    message("→", &bare(sent), how)
}

fn bare(lines: &[Line]) -> Vec<String> {
    let bytes = |line: &Line| line.pieces.iter().flat_map(|p| p.bytes.clone()).collect::<Vec<u8>>();
    lines.iter().map(|line| escaped(&shown(&bytes(line)))).collect()
}

/// A command after redis-cli's prompt.
fn prompt(line: &str, remark: &str) -> String {
    let command = html::command(&with_place(typed(line)));
    match remark {
        "" => format!("<b class=\"p\">{PROMPT} </b>{command}"),
        remark => {
            format!("<b class=\"p\">{PROMPT} </b>{command} <small>{}</small>", escaped(remark))
        }
    }
}

/// What a reader types in redis-cli: the line without the directives before its command.
fn typed(line: &str) -> &str {
    let mut rest = line.trim_start();
    while rest.starts_with('@') {
        let name = rest.split(' ').next().unwrap_or_default();
        let arguments = match name {
            "@fields" | "@commands" | "@near" | "@as" => 2,
            _ => 1,
        };
        for _ in 0..arguments {
            rest = rest.split_once(' ').map_or("", |(_, after)| after.trim_start());
        }
    }
    rest
}

/// Puts the book's server and the book's clock in the place of `{port}`, `{dir}` and `{now+5}`.
fn with_place(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let inside = after.split_once('}');
        let is_known = |name: &str| name == "port" || name == "dir" || name.starts_with("now");
        match inside.filter(|(name, _)| is_known(name)) {
            Some((name, after)) => {
                let words = text::words(&format!("{{{name}}}")).unwrap_or_default();
                let bytes = words.first().map(|word| word.expand(&shown_place(), NOW_MS));
                out.push_str(&String::from_utf8_lossy(&bytes.unwrap_or_default()));
                rest = after;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out + rest
}

/// Replies as redis-cli prints them.
fn printed(replies: &[String], view: &View) -> Vec<String> {
    let line = |line: &String| {
        if line == "(closed)" {
            return note_line(said(line));
        }
        let (one, times) = repeated(line).unwrap_or((line, 1));
        let more = if *view == View::Kind && one.starts_with("(error)") { " …" } else { "" };
        let masked = Reply::Status(one.as_bytes().to_vec()).unmasked(&shown_place());
        let text = masked.content().unwrap_or_else(|| one.to_owned());
        let how = often(times);
        let how = if how.is_empty() { how } else { format!(" <small>{how}</small>") };
        match text.as_str() {
            // A blank line would end the block.
            "" => "<b></b>".to_owned(),
            text => format!("{}{more}{how}", escaped(text)),
        }
    };
    replies.iter().map(line).collect()
}

/// Says how what is printed differs from the whole reply.
fn remark(command: &Command) -> String {
    let view = match &command.view {
        View::Plain => String::new(),
        View::Sorted | View::SortedPairs => "sorted here: Redis gives no order".to_owned(),
        View::Kind => "only what kind of reply it is".to_owned(),
        View::Length => "only its length".to_owned(),
        View::Fields(_) => "only some fields; what differs from run to run is in braces".to_owned(),
        View::Commands(names) => format!("only the entries of {}", names.join(", ")),
        View::Near(number) => format!("about {number}"),
    };
    match &command.keep {
        Some(name) if view.is_empty() => format!("{{{name}}} from here on"),
        Some(name) => format!("{view}; {{{name}}} from here on"),
        None => view,
    }
}

fn duration(time: Duration) -> String {
    match time.as_millis() {
        ms if ms % 1000 == 0 => match ms / 1000 {
            1 => "1 second".to_owned(),
            seconds => format!("{seconds} seconds"),
        },
        ms => format!("{ms} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course() -> Course {
        Course::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
    }

    fn page(file: &str) -> Page<'static> {
        Page { file: file.to_owned(), stage: None, before: None }
    }

    #[test]
    fn every_transcript_can_be_shown() {
        let (course, page) = (course(), page("stages/04-px-expiry.md"));
        for name in corpus::names(&course.root().join("tests/transcripts"), "redis").unwrap() {
            let html = Recording::of_course(&course, &name).unwrap().folded(&page);
            // A blank line would end the block in which Markdown leaves HTML alone.
            assert!(html.lines().all(|line| !line.trim().is_empty()), "{name}:\n{html}");
            for left in ["{now", "{port}", "{dir}"] {
                assert!(!html.contains(left), "{name} shows {left}");
            }
        }
    }

    #[test]
    fn a_step_has_a_title_and_fine_print_says_that_it_can_wait() {
        let items = corpus::in_order(2).unwrap();
        let mut titles: Vec<String> = items.iter().map(title).collect();
        titles.dedup();
        let due = ["Framing", "Error texts", "Quoting", "Fine print, which can wait"];
        assert!(titles.ends_with(&due.map(str::to_owned)), "{titles:?}");
    }

    #[test]
    fn how_a_server_ends_is_told_in_notes() {
        let recording = recording(
            "# A dump.\n@file dump.rdb x.rdb\n@signal SIGHUP\n@ended",
            "# A dump.\n> @file dump.rdb x.rdb\n> @signal SIGHUP\n> @ended\n(ends with exit code 0)",
        );
        let html = recording.body(&page("a.md"), false);
        for note in ["the server gets SIGHUP", "the server ends with exit code 0"] {
            assert!(html.contains(&format!("<i class=\"note\">{note}</i>")), "{html}");
        }
    }

    #[test]
    fn a_session_is_shown_as_redis_cli_does_and_as_bytes() {
        let recording = recording(
            "# A key.\n@server --dir {dir}\nSET k v PXAT {now+5}\n@wait 1500ms\n@kind GET\n@client b\n@send \"PI\"",
            "# A key.\n> @server --dir {dir}\n> SET k v PXAT {now+5}\nOK\n> @wait 1500ms\n\
             > @kind GET\n(error) ERR\n> @client b\n> @send \"PI\"",
        );
        let html = recording.body(&page("a.md"), false);
        let (_, cli) = html.split_once("<pre class=\"cli\">").unwrap();
        let (cli, wire) = cli.split_once("</pre>").unwrap();
        let cli: Vec<&str> = cli.lines().collect();
        assert_eq!(
            cli,
            [
                "<i class=\"note\">the server was started with --dir /tmp/redis</i>",
                "<i class=\"who\">client first</i>",
                "<b class=\"p\">127.0.0.1:6379&gt; </b>SET k v PXAT 1800000000005",
                "OK",
                "<i class=\"note\">1500 ms later</i>",
                "<b class=\"p\">127.0.0.1:6379&gt; </b>GET <small>only what kind of reply it is</small>",
                "(error) ERR …",
                "<i class=\"who\">client b</i>",
                "<b class=\"d\">→ </b>PI",
            ]
        );
        assert!(wire.contains("<b class=\"v\">1800000000005</b>"), "{wire}");
        assert!(wire.contains("<b class=\"v\">ERR</b><b class=\"u\">…</b>"), "{wire}");
        assert!(html.starts_with("<p>A key.</p>"), "{html}");
    }

    #[test]
    fn bytes_need_no_second_view() {
        let html = recording("@send \"PI\"", "> @send \"PI\"").body(&page("a.md"), false);
        assert!(!html.contains("<fieldset") && html.contains("<pre class=\"wire\">"), "{html}");
    }

    fn recording(source: &str, snapshot: &str) -> Recording {
        let transcript = Transcript::parse("a/b", Path::new("b.redis"), source).unwrap();
        let snapshot = Snapshot::parse(&transcript, snapshot).unwrap();
        Recording { transcript, snapshot }
    }

    #[test]
    fn of_a_long_message_the_middle_is_left_out() {
        let lines: Vec<String> = (0..2000).map(|line| line.to_string()).collect();
        let shown = message("→", &lines, "");
        assert_eq!(shown.len(), LONG_MESSAGE / 2 + LONG_MESSAGE / 8 + 1);
        assert_eq!(shown[LONG_MESSAGE / 2], "<i class=\"note\">1,960 more lines</i>");
        assert_eq!(shown.last().map(String::as_str), Some("  1999"));
        assert_eq!(message("→", &lines[..63], "").len(), 63);
    }

    #[test]
    fn a_command_stands_behind_its_directives() {
        let table = [
            ("GET k", "GET k"),
            ("@sorted KEYS *", "KEYS *"),
            ("@as me @fields addr? CLIENT INFO", "CLIENT INFO"),
            ("@near 5 PTTL k", "PTTL k"),
        ];
        for (line, command) in table {
            assert_eq!(typed(line), command);
        }
        assert_eq!(with_place("{now_s-5} {x*3} {port} {"), "1799999995 {x*3} 6379 {");
    }

    #[test]
    fn a_link_leads_to_the_page_of_the_tests() {
        let name = "04-px-expiry/a_key_is_gone_after_its_px";
        let target = "stages/04-px-expiry/tests.md#a_key_is_gone_after_its_px)";
        for (file, up) in [("intro.md", ""), ("stages/05-config.md", "../")] {
            let link = link_to(&page(file), name);
            assert_eq!(link, format!("[a key is gone after its px]({up}{target}"));
        }
    }
}

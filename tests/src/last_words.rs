//! What a server printed before something went wrong: its last exception or panic, or its last
//! lines.
//!
//! Of a traceback, two lines help: what the error is, and where in the author's own code it came
//! up. The frames of a standard library are passed over.

use std::process::ExitStatus;
use std::{env, fmt};

use crate::window::wrapped;

/// Of an output without an exception, this many lines are shown.
const LINES: usize = 6;

/// So wide is a line.
const WIDTH: usize = 76;

/// An error's text may take so many lines.
const ERROR_LINES: usize = 4;

/// Shows what a server printed.
#[derive(Debug)]
pub struct Said<'a>(pub &'a str);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = match Crash::find(self.0) {
            Some(crash) => crash.lines(&env::var("PWD").unwrap_or_default()),
            None => last_lines(self.0),
        };
        if lines.is_empty() {
            return f.write_str("  The server printed nothing.");
        }
        f.write_str("  The server printed:")?;
        lines.iter().try_for_each(|line| write!(f, "\n    {line}"))
    }
}

/// Returns the last lines in which there is something, cut to fit.
fn last_lines(output: &str) -> Vec<String> {
    let text = plain(output);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let first = lines.len().saturating_sub(LINES);
    let head = (first > 0).then(|| "…".to_owned());
    let rest = lines.iter().skip(first).map(|line| cut(line.trim_end(), WIDTH));
    head.into_iter().chain(rest).collect()
}

/// Says how the server ended, in a sentence on lines that fit a terminal.
pub(crate) fn the_end(status: ExitStatus) -> String {
    format!("  {}", wrapped(&format!("The server {}.", ending(status)), 0, "  "))
}

/// Says how a program ended, after "the server".
#[must_use]
pub fn ending(status: ExitStatus) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        if let Some(number) = status.signal() {
            return match signal(number) {
                Some((name, "")) => format!("was killed by {name}"),
                Some((name, meaning)) => format!("was killed by {name}: {meaning}"),
                None => format!("was killed by signal {number}"),
            };
        }
        // A shell that runs the program says so.
        let by_signal = status.code().and_then(|code| signal(code.checked_sub(128)?));
        if let (Some(code), Some((name, _))) = (status.code(), by_signal) {
            return format!("exited with code {code}, which in a shell means {name}");
        }
    }
    match status.code() {
        Some(code) => format!("exited with code {code}"),
        None => format!("ended ({status})"),
    }
}

/// Returns the name of a signal that ends programs, and what it tells.
#[cfg(unix)]
fn signal(number: i32) -> Option<(&'static str, &'static str)> {
    use rustix::process::Signal;
    let table = [
        (Signal::SEGV, "SIGSEGV", "it used memory that is not its own"),
        (Signal::BUS, "SIGBUS", "it used memory that is not there"),
        (Signal::ABORT, "SIGABRT", "it gave up by itself"),
        (Signal::FPE, "SIGFPE", "it divided by zero, or the like"),
        (Signal::ILL, "SIGILL", "it ran into an instruction that does not exist"),
        (
            Signal::PIPE,
            "SIGPIPE",
            "it wrote to a closed connection, and does not ignore this signal",
        ),
        (Signal::KILL, "SIGKILL", "from outside, perhaps because memory ran out"),
        (Signal::TERM, "SIGTERM", ""),
        (Signal::INT, "SIGINT", ""),
        (Signal::HUP, "SIGHUP", ""),
        (Signal::TRAP, "SIGTRAP", ""),
    ];
    let known = table.iter().find(|(signal, ..)| signal.as_raw() == number);
    known.map(|(_, name, meaning)| (*name, *meaning))
}

/// An exception, a panic or the like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crash {
    /// What went wrong, in the program's own words.
    pub error: String,
    frame: Option<Frame>,
    /// The line that says so.
    at: usize,
}

/// A place in a program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Frame {
    file: String,
    line: String,
    function: String,
    source: String,
}

impl Crash {
    /// Finds the last one in what a program printed.
    #[must_use]
    pub fn find(output: &str) -> Option<Self> {
        let text = plain(output);
        let lines: Vec<&str> = text.lines().collect();
        let readers = [python, javascript, stack, rust, go, ruby, sanitizer, c];
        let crashes = readers.iter().filter_map(|read| read(&lines));
        crashes.max_by_key(|crash| crash.at).or_else(|| shell(&lines))
    }

    /// Whether it tells of a client that has left.
    #[must_use]
    pub fn is_farewell(&self) -> bool {
        const SIGNS: [&str; 9] = [
            "BrokenPipe",
            "Broken pipe",
            "broken pipe",
            "EPIPE",
            "ConnectionReset",
            "Connection reset",
            "connection reset",
            "ECONNRESET",
            "ConnectionAborted",
        ];
        SIGNS.iter().any(|sign| self.error.contains(sign))
    }

    /// Returns what to show of it; a file below `folder` is named from there.
    fn lines(&self, folder: &str) -> Vec<String> {
        let mut lines = folded(&self.error, ERROR_LINES);
        let Some(frame) = &self.frame else { return lines };
        let mut place = format!("{}, line {}", short_path(&frame.file, folder), frame.line);
        if !frame.function.is_empty() && !frame.function.contains('<') {
            place += &format!(", in {}", frame.function);
        }
        let source = frame.source.trim();
        match place.chars().count() + source.chars().count() + 2 {
            _ if source.is_empty() => lines.push(cut(&place, WIDTH)),
            ..=WIDTH => lines.push(format!("{place}: {source}")),
            _ => {
                lines.push(cut(&format!("{place}:"), WIDTH));
                lines.push(format!("  {}", cut(source, WIDTH - 2)));
            }
        }
        lines
    }
}

impl Frame {
    /// Reads `file:line` or `file:line:column`.
    fn at(location: &str, function: &str) -> Option<Self> {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let (rest, last) = location.rsplit_once(':').filter(|(_, last)| is_number(last))?;
        let (file, line) = match rest.rsplit_once(':') {
            Some((file, line)) if is_number(line) => (file, line),
            _ => (rest, last),
        };
        let file = file.trim_start_matches("file://");
        let (file, line, function) = (file.to_owned(), line.to_owned(), function.to_owned());
        (!file.is_empty()).then_some(Self { file, line, function, source: String::new() })
    }

    /// Whether it is in the author's own code, as far as the path tells.
    fn is_own(&self) -> bool {
        const OTHERS: [&str; 15] = [
            "/site-packages/",
            "/dist-packages/",
            "/lib/python",
            "/node_modules/",
            "/rustc/",
            "/.cargo/registry/",
            "/.rustup/",
            "/go/src/",
            "/pkg/mod/",
            "/lib/go",
            "/lib/ruby/",
            "/gems/",
            "/libsanitizer/",
            "/sysdeps/",
            "/csu/",
        ];
        let file = format!("/{}", self.file);
        let is_made_up = self.file.starts_with(['<', '(']) || self.file.starts_with("node:");
        !is_made_up && !file.starts_with("//usr/") && !OTHERS.iter().any(|one| file.contains(one))
    }
}

/// Takes away colours and whatever else would not print, and the bars that Python draws around the
/// exceptions of a group.
fn plain(output: &str) -> String {
    let mut out = String::with_capacity(output.len());
    let mut characters = output.chars();
    while let Some(character) = characters.next() {
        match character {
            // ESC [ … letter
            '\x1b' => {
                characters.find(char::is_ascii_alphabetic);
            }
            '\n' | '\t' => out.push(character),
            '\r' => {}
            _ if character.is_control() => out.push(' '),
            _ => out.push(character),
        }
    }
    let bare = |line: &str| {
        let mut line = line;
        while let Some(rest) = line.trim_start().strip_prefix("| ") {
            line = rest;
        }
        line.to_owned()
    };
    out.lines().map(bare).collect::<Vec<_>>().join("\n")
}

/// Returns the text, or its beginning if it is too long.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// Breaks a text into lines, at spaces where it can, and cuts it after so many.
fn folded(text: &str, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text.trim();
    while lines.len() + 1 < most && rest.chars().count() > WIDTH {
        let end = rest.char_indices().nth(WIDTH).map_or(rest.len(), |(at, _)| at);
        let head = rest.get(..end).unwrap_or(rest);
        // A very long word is broken anywhere.
        let at = head.rfind(' ').filter(|at| *at > WIDTH / 2).unwrap_or(head.len());
        lines.push(rest.get(..at).unwrap_or_default().to_owned());
        rest = rest.get(at..).unwrap_or_default().trim_start();
    }
    lines.push(cut(rest, WIDTH));
    lines
}

fn short_path(path: &str, folder: &str) -> String {
    const LONG: usize = 48;
    let below = path.strip_prefix(folder).filter(|_| !folder.is_empty());
    let path = below.and_then(|rest| rest.strip_prefix('/')).unwrap_or(path);
    let path = path.strip_prefix("./").unwrap_or(path);
    if path.len() <= LONG {
        return path.to_owned();
    }
    let names: Vec<&str> = path.rsplit('/').take(2).collect();
    let tail: Vec<&str> = names.into_iter().rev().collect();
    format!("…/{}", tail.join("/"))
}

/// `  File "mine.py", line 3, in read_array`, the source, …, `ValueError: …`.
fn python(lines: &[&str]) -> Option<Crash> {
    const HEADS: [&str; 2] = ["Traceback (most recent call last)", "Exception in thread"];
    let mut found = None;
    let mut frames: Vec<Frame> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if let Some(mut frame) = python_frame(line) {
            let source = lines.get(at + 1).filter(|source| source.starts_with("    "));
            frame.source = source.map_or_else(String::new, |source| (*source).to_owned());
            frames.push(frame);
        } else if HEADS.iter().any(|head| line.starts_with(head)) {
            // Threads print into each other's traces.
            frames.clear();
        } else if !frames.is_empty() && !line.starts_with(' ') && !line.is_empty() {
            let frame = frames.iter().rev().find(|frame| frame.is_own()).cloned();
            frames.clear();
            found = Some(Crash { error: (*line).to_owned(), frame, at });
        }
    }
    found
}

fn python_frame(line: &str) -> Option<Frame> {
    let (file, rest) = line.strip_prefix("  File \"")?.split_once("\", line ")?;
    let (number, function) = rest.split_once(", in ").unwrap_or((rest, ""));
    Frame::at(&format!("{file}:{number}"), function)
}

/// `mine.js:3`, the source, a caret, …, the error.
fn javascript(lines: &[&str]) -> Option<Crash> {
    let caret = |line: &str| line.contains('^') && line.trim().trim_matches('^').is_empty();
    (0..lines.len()).rev().find_map(|head| {
        let mut frame = Frame::at(lines.get(head)?, "")?;
        frame.source = (*lines.get(head + 1)?).to_owned();
        caret(lines.get(head + 2)?).then_some(())?;
        let at =
            (head + 3..lines.len()).find(|at| lines.get(*at).is_some_and(|l| !l.is_empty()))?;
        let error = (*lines.get(at)?).to_owned();
        Some(Crash { error, frame: Some(frame).filter(Frame::is_own), at })
    })
}

/// An error, and below it frames as JavaScript, Java and C# write them: `    at f (mine.js:3:21)`.
fn stack(lines: &[&str]) -> Option<Crash> {
    let is_frame = |at: usize| lines.get(at).is_some_and(|line| frame_of_stack(line).is_some());
    let mut end = lines.len();
    while let Some(last) = (0..end).rev().find(|at| is_frame(*at)) {
        let start = (0..last).rev().find(|at| !is_frame(*at)).map_or(0, |before| before + 1);
        end = start;
        let Some(above) = start.checked_sub(1) else { continue };
        let Some(at) = head_of_stack(lines, above) else { continue };
        let frames = lines.get(start..=last)?.iter().filter_map(|line| frame_of_stack(line));
        let frame = frames.into_iter().find(Frame::is_own);
        let mut error = error_of_stack(lines.get(at)?);
        if let Some(emitter) = emitter(lines.get(at..)?) {
            error += &format!(" (an 'error' event of a {emitter}, which nothing handles)");
        }
        let frame = with_header(frame, lines.get(..at)?);
        return Some(Crash { error, frame, at });
    }
    None
}

/// Returns the line above frames that names the error, if they are those of one.
fn head_of_stack(lines: &[&str], above: usize) -> Option<usize> {
    let line = lines.get(above)?;
    let is_rust =
        line.trim().split_once(": ").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
    if is_rust || line.ends_with(" at:") {
        return None;
    }
    // A message of several lines.
    let is_head = |line: &str| ["Error", "Exception"].iter().any(|kind| line.contains(kind));
    let head =
        (0..=above).rev().take(5).find(|at| lines.get(*at).is_some_and(|line| is_head(line)));
    Some(head.unwrap_or(above))
}

/// Returns what in Node has emitted an error that nobody listens to.
fn emitter<'l>(lines: &[&'l str]) -> Option<&'l str> {
    lines.iter().find_map(|line| {
        line.strip_prefix("Emitted 'error' event on ")?.strip_suffix(" instance at:")
    })
}

fn error_of_stack(line: &str) -> String {
    let error = line.trim();
    let error = error.strip_prefix("Caused by: ").unwrap_or(error);
    let in_thread = error.strip_prefix("Exception in thread ");
    in_thread.and_then(|rest| rest.split_once("\" ")).map_or(error, |(_, error)| error).to_owned()
}

fn frame_of_stack(line: &str) -> Option<Frame> {
    let frame = line.trim().strip_prefix("at ")?.trim_end_matches(" {");
    if !line.starts_with([' ', '\t']) {
        return None;
    }
    if let Some((function, place)) = frame.split_once(") in ") {
        return Frame::at(&place.replace(":line ", ":"), &format!("{function})"));
    }
    let Some((function, place)) = frame.strip_suffix(')').and_then(|it| it.rsplit_once('(')) else {
        return Frame::at(frame.trim_start_matches("async "), "");
    };
    let (java, function) = (!function.ends_with(' '), function.trim());
    let function = function.trim_start_matches("async ");
    let is_library = ["java.", "javax.", "jdk.", "sun.", "kotlin."];
    if java && (function.contains('/') || is_library.iter().any(|one| function.starts_with(one))) {
        return Some(Frame { file: "<library>".into(), ..Frame::default() });
    }
    let unknown = || Some(Frame { file: "<unknown>".into(), ..Frame::default() });
    Frame::at(place, function).or_else(unknown)
}

/// Adds the source that Node prints above an error; or takes the place from there.
fn with_header(frame: Option<Frame>, above: &[&str]) -> Option<Frame> {
    let near = above.len().saturating_sub(6);
    let mut headers = above.iter().enumerate().skip(near).rev();
    let header = headers.find_map(|(at, line)| Some((at, Frame::at(line, "")?)));
    let Some((at, header)) = header.filter(|(_, header)| header.is_own()) else { return frame };
    let source = above.get(at + 1).map_or("", |line| *line).to_owned();
    match frame {
        Some(frame) if (&frame.file, &frame.line) != (&header.file, &header.line) => Some(frame),
        Some(frame) => Some(Frame { source, ..frame }),
        None => Some(Frame { source, ..header }),
    }
}

/// `thread 'main' panicked at src/main.rs:3:9:`, and the message in the next line.
fn rust(lines: &[&str]) -> Option<Crash> {
    (0..lines.len()).rev().find_map(|at| {
        let line = lines.get(at)?.strip_prefix("thread '")?;
        if line.ends_with("has overflowed its stack") {
            return Some(Crash { error: "the stack has overflowed".into(), frame: None, at });
        }
        let (_, place) = line.split_once(" panicked at ")?;
        let (message, place) = match place.strip_prefix('\'').and_then(|it| it.rsplit_once("', ")) {
            Some((message, place)) => (message.to_owned(), place),
            None => (message_of_panic(lines.get(at + 1..)?), place.trim_end_matches(':')),
        };
        let backtrace = lines.get(at + 1..)?.iter();
        let traced = backtrace.filter_map(|line| Frame::at(line.trim().strip_prefix("at ")?, ""));
        let frame = Frame::at(place, "").into_iter().chain(traced).find(Frame::is_own);
        Some(Crash { error: format!("panicked: {message}"), frame, at })
    })
}

fn message_of_panic(lines: &[&str]) -> String {
    let first = lines.first().copied().unwrap_or_default();
    let sides = lines.iter().skip(1).take(2).map(|line| line.trim());
    let sides = sides.filter(|side| side.starts_with("left:") || side.starts_with("right:"));
    [first].into_iter().chain(sides).collect::<Vec<_>>().join(", ")
}

/// `panic: …`, `goroutine 1 [running]:`, and pairs of a function and a place.
fn go(lines: &[&str]) -> Option<Crash> {
    let goroutine = (0..lines.len()).rev().filter(|at| {
        lines.get(*at).is_some_and(|line| line.starts_with("goroutine ") && line.ends_with("]:"))
    });
    // Of all goroutines that are listed, the first is the one that failed.
    goroutine.into_iter().find_map(|from| {
        let is_error =
            |line: &str| line.starts_with("panic: ") || line.starts_with("fatal error: ");
        let near = (0..from).rev().take(6);
        let at = near.into_iter().find(|at| lines.get(*at).is_some_and(|l| is_error(l.trim())))?;
        let error = lines.get(at)?.trim().trim_end_matches(" [recovered]").to_owned();
        let block = lines.get(from + 1..)?.iter().take_while(|line| !line.is_empty());
        let block: Vec<&str> = block.copied().collect();
        let frames = block.windows(2).filter_map(|pair| match pair {
            [function, place] if place.starts_with('\t') => {
                let place = place.trim().split(' ').next()?;
                let function = function.rsplit_once('(').map_or(*function, |(name, _)| name);
                Frame::at(place, function)
            }
            _ => None,
        });
        Some(Crash { error, frame: frames.into_iter().find(Frame::is_own), at })
    })
}

/// ``mine.rb:3:in `read_array': … (ArgumentError)``, and more frames after `from`.
fn ruby(lines: &[&str]) -> Option<Crash> {
    (0..lines.len()).rev().find_map(|at| {
        let (place, error) = lines.get(at)?.split_once("': ")?;
        let first = ruby_frame(place)?;
        let (message, kind) = error.strip_suffix(')')?.rsplit_once(" (")?;
        let more = lines.get(at + 1..)?.iter();
        let more = more.map_while(|line| line.trim_start().strip_prefix("from "));
        let more = more.filter_map(|place| ruby_frame(place.trim_end_matches('\'')));
        let frame = [first].into_iter().chain(more).find(Frame::is_own);
        Some(Crash { error: format!("{kind}: {message}"), frame, at })
    })
}

fn ruby_frame(place: &str) -> Option<Frame> {
    let (place, function) = place.split_once(":in ")?;
    Frame::at(place, function.trim_start_matches(['`', '\'']))
}

/// `==1==ERROR: AddressSanitizer: …`, and `#0 0x… in read_array mine.c:3`.
fn sanitizer(lines: &[&str]) -> Option<Crash> {
    (0..lines.len()).rev().find_map(|at| {
        let line = lines.get(at)?;
        if let Some((place, message)) = line.split_once(": runtime error: ") {
            let frame = Some(Frame::at(place, "")?).filter(Frame::is_own);
            return Some(Crash { error: message.to_owned(), frame, at });
        }
        let (_, error) = line.strip_prefix("==")?.split_once("==")?;
        let error = ["ERROR: ", "WARNING: "].iter().find_map(|kind| error.strip_prefix(kind))?;
        error.contains("Sanitizer: ").then_some(())?;
        // Addresses are others in each run, and tell nothing.
        let end = [" on address 0x", " on 0x", " 0x", " (pc"].iter().find_map(|it| error.find(it));
        let error = error.get(..end.unwrap_or(error.len()))?.to_owned();
        let frames = lines.get(at + 1..)?.iter().map(|line| line.trim());
        let frames =
            frames.skip_while(|line| !line.starts_with("#0")).take_while(|it| it.starts_with('#'));
        let mut frames = frames.filter_map(|line| {
            let (function, place) = line.split_once(" in ")?.1.rsplit_once(' ')?;
            Frame::at(place, function)
        });
        Some(Crash { error, frame: frames.find(Frame::is_own), at })
    })
}

/// What C's and C++'s libraries print before they abort the program.
fn c(lines: &[&str]) -> Option<Crash> {
    const HEAP: [&str; 8] = [
        "free(): ",
        "malloc(): ",
        "realloc(): ",
        "malloc_consolidate(): ",
        "munmap_chunk(): ",
        "double free or corruption",
        "corrupted size vs. prev_size",
        "*** ",
    ];
    (0..lines.len()).rev().find_map(|at| {
        let line = *lines.get(at)?;
        if let Some(kind) = line.strip_prefix("terminate called after throwing an instance of ") {
            let kind = kind.trim_matches('\'');
            let what = lines.get(at + 1).and_then(|line| line.trim().strip_prefix("what():"));
            let error = what.map_or(kind.into(), |what| format!("{kind}: {}", what.trim()));
            return Some(Crash { error, frame: None, at });
        }
        if let Some((place, assertion)) = line.split_once(": Assertion `") {
            let (place, function) = place.rsplit_once(": ")?;
            let (_, place) = place.rsplit_once(": ")?;
            let error = format!("Assertion `{assertion}");
            return Some(Crash { error, frame: Frame::at(place, function), at });
        }
        let is_heap = HEAP.iter().any(|start| line.starts_with(start))
            && (!line.starts_with("***") || line.contains(" detected ***"));
        is_heap.then(|| Crash { error: line.to_owned(), frame: None, at })
    })
}

/// What a shell prints of a program that a signal has killed.
fn shell(lines: &[&str]) -> Option<Crash> {
    let at = (0..lines.len()).rev().find(|at| {
        let line = lines.get(*at).map_or("", |line| line.trim_end_matches(" (core dumped)"));
        matches!(line, "Segmentation fault" | "Bus error" | "Floating point exception")
    })?;
    Some(Crash { error: (*lines.get(at)?).to_owned(), frame: None, at })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What programs with a mistake printed, all of one folder.
    macro_rules! recorded {
        ($($name:literal)*) => {
            [$(($name, include_str!(concat!("last_words/", $name, ".txt")))),*]
        };
    }

    #[test]
    fn the_last_error_is_found_and_its_place_in_the_authors_own_code() {
        let outputs = recorded!(
            "c_asan_free"
            "c_asan_heap"
            "c_asan_library"
            "c_asan_null"
            "c_asan_overflow"
            "c_assert"
            "c_free"
            "c_sh_free"
            "c_sh_null"
            "cpp_range"
            "go_index"
            "java_cause"
            "java_null"
            "java_plain"
            "java_thread"
            "js_caught"
            "js_event"
            "js_library"
            "js_plain"
            "js_promise"
            "js_range"
            "js_reject"
            "js_socket"
            "js_string"
            "js_syntax"
            "js_used"
            "py_assert"
            "py_callback"
            "py_chained"
            "py_group"
            "py_library"
            "py_lines"
            "py_logged"
            "py_plain"
            "py_recursion"
            "py_socketserver"
            "py_syntax"
            "py_task"
            "py_thread"
            "rs_assert"
            "rs_backtrace"
            "rs_deep"
            "rs_index"
            "rs_of_2021"
            "rs_plain"
            "rs_thread"
            "ruby_argument"
        );
        let shown = outputs.map(|(name, output)| {
            let lines = Crash::find(output).map(|crash| crash.lines("/home/ada/redis"));
            format!("{name}\n  {}", lines.expect(name).join("\n  "))
        });
        insta::assert_snapshot!(shown.join("\n\n"));
    }

    #[test]
    fn what_is_no_error_is_shown_by_its_last_lines() {
        let outputs = [
            "listening on 6379\n",
            "client at 127.0.0.1:4242 (first)\n  at 12:30 it asked for Errors\n",
            "panic: is a word\ngoroutine\n",
            "*** welcome ***\n  File mine.py\nthread 'main' started\n",
        ];
        for output in outputs {
            assert_eq!(Crash::find(output), None, "{output}");
        }
        let many: String = (0..9).map(|n| format!("line {n} {}\n\n", "x".repeat(90))).collect();
        let lines = last_lines(&many);
        assert!(lines.len() == 7 && lines[0] == "…" && lines[6].starts_with("line 8"), "{lines:?}");
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{lines:?}");
        assert_eq!(Said("\n").to_string(), "  The server printed nothing.");
    }

    #[test]
    fn an_error_takes_a_few_lines_however_long_it_is() {
        let output = format!(
            "Traceback (most recent call last):\n  File \"/a/{}mine.py\", line 7, in f\n    \
             g({})\nValueError: \x1b[31m{} {}\n",
            "long/".repeat(30),
            "x".repeat(90),
            "two words ".repeat(20),
            "y".repeat(400)
        );
        let lines = Crash::find(&output).expect("an error").lines("/b");
        assert_eq!(lines.len(), ERROR_LINES + 2, "{lines:#?}");
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{lines:#?}");
        assert!(lines[4].starts_with("…/long/mine.py, line 7, in f"), "{lines:#?}");
    }

    #[cfg(unix)]
    #[test]
    fn an_end_by_a_signal_says_its_name() {
        use std::os::unix::process::ExitStatusExt as _;
        let table = [
            (0, "exited with code 0"),
            (2 << 8, "exited with code 2"),
            (11, "was killed by SIGSEGV: it used memory that is not its own"),
            (15, "was killed by SIGTERM"),
            (139 << 8, "exited with code 139, which in a shell means SIGSEGV"),
        ];
        for (raw, text) in table {
            assert_eq!(ending(ExitStatus::from_raw(raw)), text);
        }
    }
}

//! Colours for code, in the classes that mdBook's themes know from highlight.js.
//!
//! The tokens are Rust's own, so nothing is guessed but what an identifier stands for.

use std::fmt::Write;
use std::ops::Range;

use proc_macro2::{Delimiter, Ident, LineColumn, Span, TokenStream, TokenTree};

use crate::html::escaped;

/// Every line as HTML. `tokens` are those of Rust; anything else is taken for TOML.
pub(crate) fn html(lines: &[String], tokens: Option<&TokenStream>) -> Vec<String> {
    let mut colours = Colours { lines, marks: vec![Vec::new(); lines.len()] };
    match tokens {
        Some(tokens) => {
            colours.stream(tokens.clone());
            colours.comments();
        }
        None => (0..lines.len()).for_each(|line| colours.toml(line)),
    }
    lines.iter().zip(&mut colours.marks).map(|(line, marks)| coloured(line, marks)).collect()
}

/// A part of a line, in characters, and its class.
type Mark = (Range<usize>, &'static str);

struct Colours<'l> {
    lines: &'l [String],
    /// Of every line; an empty class leaves the part as it is, but says that a token is there.
    marks: Vec<Vec<Mark>>,
}

impl Colours<'_> {
    fn stream(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = &tokens[..];
        while let Some((first, tail)) = rest.split_first() {
            let before = tokens.len().checked_sub(rest.len() + 1).and_then(|at| tokens.get(at));
            rest = self.token(before, first, tail).unwrap_or(tail);
        }
    }

    /// Marks a token. Returns what is left if it took more than that one.
    fn token<'t>(
        &mut self,
        before: Option<&TokenTree>,
        token: &TokenTree,
        rest: &'t [TokenTree],
    ) -> Option<&'t [TokenTree]> {
        match (token, rest) {
            (TokenTree::Punct(hash), _) if hash.as_char() == '#' && is_comment(hash.span()) => {
                // A doc comment is an attribute all of whose tokens stand where the comment does.
                self.mark(hash.span().start(), hash.span().end(), "comment");
                let bang = rest.first().is_some_and(|next| is_punct(next, '!'));
                return rest.get(1 + usize::from(bang)..);
            }
            (TokenTree::Punct(hash), [TokenTree::Group(group), rest @ ..])
                if hash.as_char() == '#' && group.delimiter() == Delimiter::Bracket =>
            {
                self.mark(hash.span().start(), group.span_close().end(), "meta");
                return Some(rest);
            }
            (TokenTree::Punct(hash), [bang, TokenTree::Group(group), rest @ ..])
                if hash.as_char() == '#' && is_punct(bang, '!') =>
            {
                self.mark(hash.span().start(), group.span_close().end(), "meta");
                return Some(rest);
            }
            (TokenTree::Punct(quote), [TokenTree::Ident(name), rest @ ..])
                if quote.as_char() == '\'' =>
            {
                self.mark(quote.span().start(), name.span().end(), "symbol");
                return Some(rest);
            }
            (TokenTree::Group(group), _) => {
                self.mark(group.span_open().start(), group.span_open().end(), "");
                self.stream(group.stream());
                self.mark(group.span_close().start(), group.span_close().end(), "");
            }
            (TokenTree::Ident(name), _) => {
                let class = class_of(before, name, rest);
                self.mark(name.span().start(), name.span().end(), class);
            }
            (TokenTree::Literal(literal), _) => {
                let is_number = literal.to_string().starts_with(|c: char| c.is_ascii_digit());
                let class = if is_number { "number" } else { "string" };
                self.mark(literal.span().start(), literal.span().end(), class);
            }
            (TokenTree::Punct(punct), _) => {
                self.mark(punct.span().start(), punct.span().end(), "");
            }
        }
        None
    }

    fn mark(&mut self, start: LineColumn, end: LineColumn, class: &'static str) {
        for line in start.line..=end.line {
            let from = if line == start.line { start.column } else { 0 };
            let to = if line == end.line { end.column } else { usize::MAX };
            if let Some(marks) = self.marks.get_mut(line - 1) {
                marks.push((from..to, class));
            }
        }
    }

    /// Marks what begins with `//` where no token is.
    fn comments(&mut self) {
        for (line, marks) in self.lines.iter().zip(&mut self.marks) {
            let Some(_) = line.find("//") else { continue };
            let end = marks.iter().map(|(part, _)| part.end).max().unwrap_or(0);
            let rest = line.chars().skip(end).collect::<String>();
            if let Some(at) = rest.find("//") {
                let start = end + rest[..at].chars().count();
                marks.push((start..usize::MAX, "comment"));
            }
        }
    }

    /// Marks a line of a manifest.
    fn toml(&mut self, line: usize) {
        let (text, marks) = (&self.lines[line], &mut self.marks[line]);
        if text.starts_with('[') {
            marks.push((0..usize::MAX, "section"));
            return;
        }
        let key = text.find('=').filter(|_| !text.trim_start().starts_with(['#', '"']));
        if let Some(key) = key {
            marks.push((0..text[..key].trim_end().chars().count(), "attr"));
        }
        let mut string = None;
        for (at, c) in text.chars().enumerate() {
            match (c, string) {
                ('"', Some(start)) => {
                    marks.push((start..at + 1, "string"));
                    string = None;
                }
                ('"', None) => string = Some(at),
                ('#', None) => {
                    marks.push((at..usize::MAX, "comment"));
                    return;
                }
                _ => {}
            }
        }
    }
}

/// Tells what an identifier stands for.
fn class_of(before: Option<&TokenTree>, name: &Ident, rest: &[TokenTree]) -> &'static str {
    let text = name.to_string();
    let before = match before {
        Some(TokenTree::Ident(before)) => before.to_string(),
        _ => String::new(),
    };
    let is_macro = rest.first().is_some_and(|next| is_punct(next, '!'))
        && rest
            .get(1)
            .is_some_and(|next| matches!(next, TokenTree::Group(_) | TokenTree::Ident(_)));
    match text.as_str() {
        "true" | "false" => "literal",
        word if KEYWORDS.contains(&word) => "keyword",
        _ if before == "fn" => "title function_",
        _ if ["struct", "enum", "union", "trait", "type"].contains(&before.as_str()) => {
            "title class_"
        }
        _ if is_macro => "built_in",
        word if PRIMITIVES.contains(&word) => "type",
        word => {
            let mut letters = word.chars();
            let is_type = letters.next().is_some_and(char::is_uppercase)
                && (word.len() == 1 || letters.any(char::is_lowercase));
            if is_type { "type" } else { "" }
        }
    }
}

const KEYWORDS: &[&str] = &[
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern",
    "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "type", "unsafe", "use", "where",
    "while",
];

const PRIMITIVES: &[&str] = &[
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16",
    "u32", "u64", "u128", "usize",
];

/// Whether a `#` is in truth a whole comment.
fn is_comment(span: Span) -> bool {
    let (start, end) = (span.start(), span.end());
    start.line != end.line || end.column > start.column + 1
}

fn is_punct(token: &TokenTree, c: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == c)
}

/// Puts a line's marks into it.
fn coloured(line: &str, marks: &mut [Mark]) -> String {
    marks.sort_by_key(|(part, _)| part.start);
    let ends: Vec<usize> = line.char_indices().map(|(at, _)| at).collect();
    let place = |column: usize| ends.get(column).copied().unwrap_or(line.len());
    let (mut html, mut done) = (String::with_capacity(2 * line.len()), 0);
    for (part, class) in marks.iter().filter(|(_, class)| !class.is_empty()) {
        let (start, end) = (place(part.start), place(part.end));
        if start >= done && end > start {
            html.push_str(&escaped(&line[done..start]));
            let text = escaped(&line[start..end]);
            let _ = write!(html, "<span class=\"hljs-{class}\">{text}</span>");
            done = end;
        }
    }
    html + &escaped(&line[done..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_get_the_classes_of_highlight_js() {
        for (code, expected) in [
            ("let x = 1; // é", "<k>let</k> x = <n>1</n>; <c>// é</c>"),
            ("fn get(é: &'a str) {}", "<k>fn</k> <f>get</f>(é: &amp;<y>'a</y> <t>str</t>) {}"),
            ("/// Docs <b>\nmod a;", "<c>/// Docs &lt;b&gt;</c>\n<k>mod</k> a;"),
            ("//! Docs\n#![a(b)]", "<c>//! Docs</c>\n<m>#![a(b)]</m>"),
            ("#[derive(Debug)]\nstruct A;", "<m>#[derive(Debug)]</m>\n<k>struct</k> <l>A</l>;"),
            (
                "const MAX: &str = \"a\n b//\";",
                "<k>const</k> MAX: &amp;<t>str</t> = <s>\"a</s>\n<s> b//\"</s>;",
            ),
            ("bail!(\"//\")", "<b>bail</b>!(<s>\"//\"</s>)"),
            ("a != b", "a != b"),
            ("Ok(Db::MAX)", "<t>Ok</t>(<t>Db</t>::MAX)"),
            ("matches!(b'\\n', true)", "<b>matches</b>!(<s>b'\\n'</s>, <i>true</i>)"),
        ] {
            let lines: Vec<String> = code.lines().map(str::to_owned).collect();
            let tokens: TokenStream = code.parse().unwrap();
            assert_eq!(html(&lines, Some(&tokens)).join("\n"), long(expected), "{code}");
        }
    }

    #[test]
    fn manifests_have_sections_keys_strings_and_comments() {
        for (code, expected) in [
            ("[dependencies]", "<h>[dependencies]</h>"),
            ("a = \"#\" # b", "<a>a</a> = <s>\"#\"</s> <c># b</c>"),
            ("# a = b", "<c># a = b</c>"),
        ] {
            assert_eq!(html(&[code.to_owned()], None), [long(expected)], "{code}");
        }
    }

    /// Writes a tag of one letter as the span that it stands for, and quotation marks as HTML does.
    fn long(short: &str) -> String {
        let classes = [
            ("k", "keyword"),
            ("n", "number"),
            ("c", "comment"),
            ("f", "title function_"),
            ("y", "symbol"),
            ("t", "type"),
            ("m", "meta"),
            ("l", "title class_"),
            ("s", "string"),
            ("b", "built_in"),
            ("i", "literal"),
            ("h", "section"),
            ("a", "attr"),
        ];
        classes.iter().fold(short.replace('"', "&quot;"), |text, (tag, class)| {
            text.replace(&format!("<{tag}>"), &format!("<span class=\"hljs-{class}\">"))
                .replace(&format!("</{tag}>"), "</span>")
        })
    }
}

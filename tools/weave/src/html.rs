//! Text as HTML.

/// Writes text so that HTML shows it as it is, in an attribute too. Braces that mdBook could take
/// for a directive are escaped as well.
pub(crate) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
    html.replace("{{", "{&#123;")
}

/// Returns a text as HTML, with the text between two backticks as code.
pub(crate) fn prose(text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    while let Some((before, code, after)) = next_code(rest) {
        html.push_str(&format!("{}<code>{}</code>", escaped(before), escaped(code)));
        rest = after;
    }
    html + &escaped(rest)
}

/// The longest argument, in bytes, that stays on one line whatever the width.
const LONGEST_ARGUMENT: usize = 100;

/// Returns a command as HTML. Where the page is too narrow for it, it breaks between two arguments
/// and never within one: neither at a dash nor at a space in quotation marks.
pub(crate) fn command(text: &str) -> String {
    let mut html = String::new();
    let (mut start, mut quote) = (0, None);
    let ends = text.char_indices().chain([(text.len(), ' ')]);
    for (at, c) in ends {
        match (c, quote) {
            // An indentation belongs to what it indents.
            (' ', None) if text[start..at].trim().is_empty() && at < text.len() => {}
            (' ', _) if quote.is_none() || at == text.len() => {
                html.push_str(&argument(&text[start..at]));
                start = at + 1;
                html.extend((at < text.len()).then_some(c));
            }
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            _ => {}
        }
    }
    html
}

fn argument(text: &str) -> String {
    // A browser breaks no line between letters and digits.
    let may_break = !text.chars().all(char::is_alphanumeric);
    match may_break && text.len() <= LONGEST_ARGUMENT {
        true => format!("<span class=\"arg\">{}</span>", escaped(text)),
        false => escaped(text),
    }
}

fn next_code(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (code, after) = rest.split_once('`')?;
    Some((before, code, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_backticks_is_code() {
        assert_eq!(prose("`a` & `<b>`"), "<code>a</code> &amp; <code>&lt;b&gt;</code>");
        assert_eq!(prose("a ` alone"), "a ` alone");
        assert_eq!(prose("`a` and `"), "<code>a</code> and `");
    }

    #[test]
    fn a_command_breaks_before_an_argument() {
        let table = [
            ("GET key", "GET key"),
            ("x --port 1", "x <span class=\"arg\">--port</span> 1"),
            ("GET 'a b'  c", "GET <span class=\"arg\">'a b'</span> <span class=\"arg\"> c</span>"),
            ("    'a b' c", "<span class=\"arg\">    'a b'</span> c"),
            ("SET \"it's\" b", "SET <span class=\"arg\">&quot;it's&quot;</span> b"),
            ("GET 'open end", "GET <span class=\"arg\">'open end</span>"),
            ("é-è", "<span class=\"arg\">é-è</span>"),
            ("", ""),
        ];
        for (text, html) in table {
            assert_eq!(command(text), html, "{text}");
        }
        let long = format!("-{}", "x".repeat(LONGEST_ARGUMENT));
        assert_eq!(command(&long), long);
    }

    #[test]
    fn what_html_would_read_is_escaped() {
        assert_eq!(escaped(r#"<a href="x">&'é"#), "&lt;a href=&quot;x&quot;&gt;&amp;'é");
        assert_eq!(escaped("{{#include x}}"), "{&#123;#include x}}");
    }
}

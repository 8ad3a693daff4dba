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

/// Returns a text as HTML, with what stands between two backticks as code.
pub(crate) fn prose(text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    while let Some((before, code, after)) = next_code(rest) {
        html.push_str(&format!("{}<code>{}</code>", escaped(before), escaped(code)));
        rest = after;
    }
    html + &escaped(rest)
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
    fn what_html_would_read_is_escaped() {
        assert_eq!(escaped(r#"<a href="x">&'é"#), "&lt;a href=&quot;x&quot;&gt;&amp;'é");
        assert_eq!(escaped("{{#include x}}"), "{&#123;#include x}}");
    }
}

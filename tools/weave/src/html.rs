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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_html_would_read_is_escaped() {
        assert_eq!(escaped(r#"<a href="x">&'é"#), "&lt;a href=&quot;x&quot;&gt;&amp;'é");
        assert_eq!(escaped("{{#include x}}"), "{&#123;#include x}}");
    }
}

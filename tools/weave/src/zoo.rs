//! Animals of the zoo.

use anyhow::Context;
use proc_macro2::TokenStream;
use zoo::{Animal, ZOO};

use crate::course::Course;
use crate::directive::Directive;
use crate::html::escaped;
use crate::page::Page;
use crate::{block, highlight, session, transcript};

/// An animal: `{{#zoo takes_seconds_for_milliseconds}}`. How to start it and which transcript
/// catches it; what is then said of it, and what its mistake is, stay folded.
pub(crate) fn zoo(
    course: &Course,
    page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    directive.knows(&[])?;
    let animal = animal(directive.only("the name of an animal")?)?;
    Ok(format!(
        "<section class=\"zoo\">\n\n\
         A server of the zoo makes one mistake. Start it, and ask it with `redis-cli -p 7000`:\n\n\
         {}\n\
         This transcript catches it: {}.\n\n\
         {}{}\
         </section>\n",
        session::typed(&[start(animal)]),
        transcript::link_to(page, animal.transcript),
        failure(course, animal)?,
        mistake(course, animal)?,
    ))
}

/// Returns the animal of this name.
pub(crate) fn animal(name: &str) -> anyhow::Result<&'static Animal> {
    let animal = ZOO.iter().find(|animal| animal.name == name);
    animal.with_context(|| format!("there is no animal '{name}': cargo run -p zoo lists them"))
}

/// The file with its mistake.
pub(crate) fn path(animal: &Animal) -> String {
    format!("tests/zoo/src/animals/{}.rs", animal.name)
}

/// The command that starts it.
pub(crate) fn start(animal: &Animal) -> String {
    format!("cargo run -p zoo -- {} --port 7000", animal.name)
}

/// The commands that play the transcript against it.
pub(crate) fn catch(animal: &Animal) -> [String; 2] {
    let number = animal.stage().split('-').next().unwrap_or_default();
    [
        "cargo build -p zoo".to_owned(),
        format!(
            "SERVER='target/debug/zoo {} --port {{port}}' \\\n    \
             cargo test -p stage-{number} {}",
            animal.name, animal.transcript
        ),
    ]
}

/// What the course's tests say of it, folded.
fn failure(course: &Course, animal: &Animal) -> anyhow::Result<String> {
    let path = format!("tests/zoo/tests/snapshots/{}.snap", animal.name);
    let file = course.text(&path)?;
    let text = file.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    let (_, text) = text.with_context(|| format!("{path} has no head"))?;
    let lines: String = text.trim_end().lines().map(filled_line).collect();
    Ok(format!(
        "<details><summary>How the transcript catches it</summary>\n{}\
         <pre class=\"failure\">{lines}</pre>\n</details>\n",
        session::typed(&catch(animal)),
    ))
}

/// A line as HTML that is not blank, even if it is.
fn filled_line(line: &str) -> String {
    format!("<span>{}\n</span>", escaped(line))
}

/// What it does wrong, and its source, folded.
fn mistake(course: &Course, animal: &Animal) -> anyhow::Result<String> {
    let path = path(animal);
    let source = course.text(&path)?;
    let lines: Vec<String> = source.lines().map(str::to_owned).collect();
    let tokens = source.parse::<TokenStream>().ok();
    let lines = highlight::html(&lines, tokens.as_ref());
    let code = block::pre(lines.iter().map(|line| ("span", line.as_str())));
    Ok(format!(
        "<details><summary>The mistake</summary>\n<p>It {}.</p>\n\
         <figure class=\"code\">\n<figcaption><code class=\"nohighlight\">{path}</code></figcaption>\n\
         {code}</figure>\n</details>\n",
        escaped(animal.mistake)
    ))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn course() -> Course {
        Course::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
    }

    /// What ends a Markdown block must not be in it.
    #[test]
    fn every_animal_can_be_shown() {
        let course = course();
        for animal in ZOO {
            for html in [failure(&course, animal).unwrap(), mistake(&course, animal).unwrap()] {
                assert!(html.lines().all(|line| !line.trim().is_empty()), "{html}");
            }
        }
    }

    #[test]
    fn the_mistake_is_folded() {
        let animal = animal("takes_seconds_for_milliseconds").unwrap();
        let html = mistake(&course(), animal).unwrap();
        let (before, after) = html.split_once("</summary>").unwrap();
        assert!(!before.contains(animal.mistake) && after.contains(animal.mistake), "{html}");
        assert!(super::animal("unicorn").is_err());
    }

    #[test]
    fn the_test_that_catches_an_animal_is_its_stages() {
        let animal = animal("takes_seconds_for_milliseconds").unwrap();
        assert_eq!(
            catch(animal)[1],
            "SERVER='target/debug/zoo takes_seconds_for_milliseconds --port {port}' \\\n    \
             cargo test -p stage-04 04-px-expiry/ex_counts_seconds"
        );
    }
}

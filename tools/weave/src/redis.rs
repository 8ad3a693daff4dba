//! Links into Redis's source.

use std::rc::Rc;

use anyhow::{Context, bail};

use crate::course::Course;
use crate::directive::Directive;
use crate::page::Page;

/// Where each function of Redis is: `file name line`, sorted.
const LIST: &str = "tools/weave/redis-7.0.15.txt";
const SOURCE: &str = "https://github.com/redis/redis/blob/7.0.15/src";

/// A link to a function of Redis: `{{#redis db.c expireIfNeeded}}`.
pub(crate) fn redis(
    course: &Course,
    _page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    directive.knows(&[])?;
    let [file, name] = &directive.arguments[..] else {
        bail!("'redis' takes a file and a function: db.c expireIfNeeded");
    };
    let name = name.trim_end_matches("()");
    let list: Rc<str> = course.text(LIST)?;
    let line = line_of(&list, file, name).with_context(|| unknown(&list, file, name))?;
    Ok(format!("[`{name}`]({SOURCE}/{file}#L{line})"))
}

fn entries(list: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    list.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?, words.next()?, words.next()?))
    })
}

fn line_of<'a>(list: &'a str, file: &str, name: &str) -> Option<&'a str> {
    entries(list).find(|entry| (entry.0, entry.1) == (file, name)).map(|entry| entry.2)
}

fn unknown(list: &str, file: &str, name: &str) -> String {
    let elsewhere: Vec<&str> =
        entries(list).filter(|entry| entry.1 == name).map(|entry| entry.0).collect();
    if elsewhere.is_empty() {
        format!("Redis 7.0.15 has no function '{name}' in {file} (see {LIST})")
    } else {
        format!("'{name}' is not in {file} of Redis 7.0.15, but in {}", elsewhere.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn course() -> Course {
        Course::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
    }

    #[test]
    fn the_list_is_sorted_and_names_each_function_once() {
        let list = course().text(LIST).unwrap();
        let lines = list.lines().filter(|line| !line.starts_with('#')).count();
        let entries: Vec<(&str, &str)> = entries(&list).map(|entry| (entry.0, entry.1)).collect();
        assert_eq!(entries.len(), lines);
        assert!(entries.len() > 3000);
        for pair in entries.windows(2) {
            assert!(pair[0] < pair[1], "{pair:?}");
        }
    }

    #[test]
    fn a_function_is_linked_at_its_line() {
        let list = course().text(LIST).unwrap();
        assert_eq!(line_of(&list, "db.c", "expireIfNeeded"), Some("1682"));
        assert_eq!(line_of(&list, "util.c", "stringmatchlen"), Some("186"));
    }

    #[test]
    fn a_function_that_is_elsewhere_is_refused_and_the_file_named() {
        let list = "db.c lookupKey 87\nserver.c call 3\n";
        assert_eq!(
            unknown(list, "server.c", "lookupKey"),
            "'lookupKey' is not in server.c of Redis 7.0.15, but in db.c"
        );
        assert!(unknown(list, "db.c", "nothing").contains("no function 'nothing' in db.c"));
    }

    /// The build refuses an unknown name too; this reports all of them without building the book.
    #[test]
    fn every_function_that_the_book_names_is_in_the_list() {
        let course = course();
        let list = course.text(LIST).unwrap();
        let mut folders = vec![course.root().join("book/src")];
        let mut missing = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "md") {
                    missing.extend(unlisted(&list, &fs::read_to_string(&path).unwrap()));
                }
            }
        }
        assert!(missing.is_empty(), "{missing:#?}");
        let text = "{{#redis db.c lookupKey}} {{#redis db.c lookUpKey}}";
        assert_eq!(unlisted(&list, text).len(), 1);
    }

    fn unlisted(list: &str, mut text: &str) -> Vec<String> {
        let mut missing = Vec::new();
        while let Some((place, directive)) = Directive::find(text) {
            text = &text[place.end..];
            let Ok(directive) = directive else { continue };
            if let ("redis", [file, name]) = (directive.name.as_str(), &directive.arguments[..]) {
                let name = name.trim_end_matches("()");
                if line_of(list, file, name).is_none() {
                    missing.push(unknown(list, file, name));
                }
            }
        }
        missing
    }
}

//! All pages of the built book, and what is wrong between them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, bail, ensure};
use conformance::corpus;
use url::{Host, Url};

use crate::page::{Check, Page};

/// Pages for other readers: the list of contents for those without scripts, and all pages as one.
const APART: [&str; 2] = ["toc.html", "print.html"];

/// Stands for wherever the book will be.
const HERE: &str = "https://book.invalid/";

/// The pages that mdBook has written.
pub struct Site {
    root: PathBuf,
    pages: Vec<Page>,
}

impl Site {
    /// Reads all pages below a folder.
    ///
    /// # Errors
    /// When a file cannot be read, or there are no pages.
    pub fn read(root: &Path) -> Result<Self> {
        let mut paths = Vec::new();
        find_pages(root, "", &mut paths)?;
        paths.retain(|path| !APART.contains(&path.as_str()));
        ensure!(!paths.is_empty(), "there are no pages in {}", root.display());
        let halves = paths.len().div_ceil(2);
        let pages = thread::scope(|scope| {
            let read = |paths: &[String]| paths.iter().map(|path| Page::read(root, path)).collect();
            let threads: Vec<_> =
                paths.chunks(halves).map(|paths| scope.spawn(move || read(paths))).collect();
            let mut pages = Vec::new();
            for thread in threads {
                let read: Result<Vec<Page>> =
                    thread.join().map_err(|_| anyhow::anyhow!("reading the pages panicked"))?;
                pages.extend(read?);
            }
            anyhow::Ok(pages)
        })?;
        Ok(Self { root: root.to_owned(), pages })
    }

    /// The paths of the pages that can be opened as files, as seen from the site's root. The page
    /// that reports a missing page begins all its links at the root of the server.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.pages.iter().map(|page| page.path.as_str()).filter(|path| *path != "404.html")
    }

    /// What is wrong with pages by themselves.
    #[must_use]
    pub fn faults(&self, check: Check) -> Vec<String> {
        let mut faults = Vec::new();
        for page in &self.pages {
            let found = page.faults.iter().filter(|(of, _)| *of == check);
            faults.extend(found.map(|(_, what)| format!("{}: {what}", page.path)));
        }
        faults
    }

    /// The links that lead to no file or no place in it, and what pages load that is not there.
    #[must_use]
    pub fn dead_links(&self) -> Vec<String> {
        let ids: BTreeMap<&str, &BTreeSet<String>> =
            self.pages.iter().map(|page| (page.path.as_str(), &page.ids)).collect();
        let mut dead = Vec::new();
        for page in &self.pages {
            for link in page.links.iter().chain(&page.loads) {
                let reason = match target(&page.path, link) {
                    Err(error) => Some(format!("{error:#}")),
                    Ok(Target::Outside(_)) => None,
                    Ok(Target::Inside(path, fragment)) => {
                        self.misses(&ids, &path, fragment.as_deref())
                    }
                };
                dead.extend(reason.map(|reason| format!("{}: '{link}': {reason}", page.path)));
            }
        }
        dead
    }

    fn misses(
        &self,
        ids: &BTreeMap<&str, &BTreeSet<String>>,
        path: &str,
        fragment: Option<&str>,
    ) -> Option<String> {
        if !self.root.join(path).is_file() {
            return Some(format!("there is no {path}"));
        }
        let fragment = fragment?;
        match ids.get(path) {
            Some(ids) if ids.contains(fragment) => None,
            _ => Some(format!("{path} has no '{fragment}'")),
        }
    }

    /// Where the book leads out of itself, and on which pages.
    #[must_use]
    pub fn outward_links(&self) -> BTreeMap<Url, BTreeSet<&str>> {
        let mut links: BTreeMap<Url, BTreeSet<&str>> = BTreeMap::new();
        for page in &self.pages {
            for link in page.links.iter().chain(&page.loads) {
                if let Ok(Target::Outside(url)) = target(&page.path, link) {
                    links.entry(url).or_default().insert(&page.path);
                }
            }
        }
        links
    }

    /// Each page's path and how many bytes it weighs, the heaviest first. Of those, the second number
    /// is its own.
    ///
    /// # Errors
    /// When a file that it loads cannot be read.
    pub fn weights(&self) -> Result<Vec<(usize, usize, &str)>> {
        let mut weights = Vec::new();
        for page in &self.pages {
            let mut weight = page.bytes;
            for link in &page.loads {
                if let Target::Inside(path, _) = target(&page.path, link)? {
                    let file = fs::metadata(self.root.join(&path));
                    weight += file.with_context(|| format!("cannot read {path}"))?.len() as usize;
                }
            }
            weights.push((weight, page.bytes, page.path.as_str()));
        }
        weights.sort_unstable_by(|one, other| other.cmp(one));
        Ok(weights)
    }

    /// The transcripts that neither their stage's chapter nor its page of tests shows.
    ///
    /// # Errors
    /// When the transcripts cannot be listed.
    pub fn transcripts_not_shown(&self) -> Result<Vec<String>> {
        let mut missing = corpus::names(&corpus::transcripts(), "redis")?;
        missing.retain(|name| {
            let (stage, claim) = name.split_once('/').unwrap_or_default();
            let of_stage = [format!("stages/{stage}.html"), format!("stages/{stage}/tests.html")];
            let mut pages = self.pages.iter().filter(|page| of_stage.contains(&page.path));
            !pages.any(|page| page.ids.contains(claim))
        });
        Ok(missing)
    }
}

fn find_pages(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> Result<()> {
    let listing = fs::read_dir(folder);
    for entry in listing.with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            find_pages(&entry.path(), &format!("{prefix}{name}/"), paths)?;
        } else if name.ends_with(".html") {
            paths.push(format!("{prefix}{name}"));
        }
    }
    paths.sort();
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum Target {
    /// A file of the site, and a place in it.
    Inside(String, Option<String>),
    /// Some other site.
    Outside(Url),
}

/// Where a link of a page leads.
fn target(page: &str, link: &str) -> Result<Target> {
    let base = Url::parse(HERE)?.join(page)?;
    let url = base.join(link).context("it is no address")?;
    if url.host_str() == base.host_str() {
        let path = decoded(url.path().trim_start_matches('/'))?;
        let path = if path.is_empty() || path.ends_with('/') { path + "index.html" } else { path };
        let fragment = url.fragment().map(decoded).transpose()?;
        return Ok(Target::Inside(path, fragment));
    }
    match (url.scheme(), url.host()) {
        ("https", Some(Host::Domain(name))) if name.contains('.') => Ok(Target::Outside(url)),
        ("https", _) => bail!("it names no site"),
        (scheme, _) => bail!("it begins with {scheme}, not with https"),
    }
}

fn decoded(text: &str) -> Result<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let digits = (*byte == b'%').then(|| after.get(..2)).flatten();
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) => {
                bytes.push(decoded);
                rest = after.get(2..).unwrap_or_default();
            }
            None => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).context("it holds bytes that are no text")
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn inside(path: &str, fragment: Option<&str>) -> Target {
        Target::Inside(path.to_owned(), fragment.map(str::to_owned))
    }

    #[test]
    fn links_lead_where_a_browser_goes() {
        let page = "stages/04-px-expiry.html";
        for (link, expected) in [
            ("#a", inside(page, Some("a"))),
            ("04-px-expiry/tests.html", inside("stages/04-px-expiry/tests.html", None)),
            ("../intro.html#b%20c", inside("intro.html", Some("b c"))),
            ("../", inside("index.html", None)),
            ("x%C3%A9.html", inside("stages/xé.html", None)),
        ] {
            assert_eq!(target(page, link).unwrap(), expected, "{link}");
        }
        assert!(matches!(target(page, "https://redis.io/x#y"), Ok(Target::Outside(_))));
        for link in
            ["http://redis.io", "https://redis", "https://[::1]/", "mailto:a@b.c", "file:///x"]
        {
            assert!(target(page, link).is_err(), "{link}");
        }
    }

    /// A site of two pages, whose second holds this.
    fn site(main: &str) -> (TempDir, Site) {
        let root = tempfile::tempdir().unwrap();
        let page =
            |main: &str| format!("<html lang=en><main><h1 id=top>x</h1>{main}</main></html>");
        fs::create_dir(root.path().join("stages")).unwrap();
        fs::write(root.path().join("index.html"), page("")).unwrap();
        fs::write(root.path().join("big.js"), vec![b' '; 1000]).unwrap();
        fs::write(root.path().join("stages/02-echo.html"), page(main)).unwrap();
        let site = Site::read(root.path()).unwrap();
        (root, site)
    }

    #[test]
    fn dead_links_are_named() {
        let (_root, good) = site("<a href='../index.html#top'>x</a><a href='#top'>x</a>");
        assert_eq!(good.dead_links(), [] as [String; 0]);
        for (link, reason) in [
            ("<a href='../other.html'>x</a>", "there is no other.html"),
            ("<a href='../index.html#nowhere'>x</a>", "index.html has no 'nowhere'"),
            ("<a href='#'>x</a>", "stages/02-echo.html has no ''"),
            ("<a href='http://redis.io'>x</a>", "it begins with http, not with https"),
            ("<img src='x.png' alt='x'>", "there is no stages/x.png"),
        ] {
            let (_root, bad) = site(link);
            let dead = bad.dead_links();
            assert!(dead.len() == 1 && dead[0].ends_with(reason), "{dead:?}");
        }
    }

    #[test]
    fn a_page_weighs_what_it_loads_once() {
        let (_root, site) = site("<script src=../big.js></script><script src=../big.js></script>");
        let weights = site.weights().unwrap();
        assert_eq!((weights[0].0 - weights[0].1, weights[0].2), (1000, "stages/02-echo.html"));
        assert_eq!(weights[1].0, weights[1].1);
    }

    #[test]
    fn a_transcript_that_no_page_shows_is_named() {
        let (_root, site) = site("<p id=echo_returns_its_argument>");
        let missing = site.transcripts_not_shown().unwrap();
        assert!(!missing.contains(&"02-echo/echo_returns_its_argument".to_owned()));
        assert!(missing.contains(&"02-echo/a_negative_count_is_skipped".to_owned()));
    }
}

//! Compares the bytes of dumps that the book shows with the fixtures from which they come.

use std::fs;
use std::path::{Path, PathBuf};

use roxmltree::Document;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn fixture(name: &str) -> Vec<u8> {
    let path = root().join("tests/fixtures").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the bytes at the beginning of a line, before three spaces: `fe 00    SELECTDB 0`.
fn bytes(line: &str) -> Vec<u8> {
    let words = line.split("   ").next().unwrap_or_default().split_whitespace();
    let is_byte = |word: &&str| word.len() == 2;
    words.take_while(is_byte).map_while(|word| u8::from_str_radix(word, 16).ok()).collect()
}

/// Compares a block that begins with `no_keys.rdb, byte 9`. Returns how many bytes it shows, and
/// the first line that is wrong.
fn compare(block: &str) -> Option<(usize, Result<(), String>)> {
    let mut lines = block.lines();
    let (name, offset) = lines.next()?.split_once(", byte ")?;
    let file = fixture(name.strip_suffix(".rdb").map(|_| name)?);
    let (start, mut place) = (offset.parse::<usize>().ok()?, offset.parse::<usize>().ok()?);
    for line in lines {
        let shown = bytes(line);
        if file.get(place..place + shown.len()) != Some(&shown[..]) {
            return Some((place - start, Err(format!("{name}, byte {place}: {line}"))));
        }
        place += shown.len();
    }
    Some((place - start, Ok(())))
}

fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the book's pages") {
        let path = entry.expect("a page").path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

#[test]
fn every_block_of_bytes_is_a_piece_of_its_fixture() {
    let mut files = Vec::new();
    pages(&root().join("book/src"), &mut files);
    let mut shown = 0;
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for block in text.split("```text\n").skip(1) {
            let block = block.split("```").next().unwrap_or_default();
            let Some((bytes, outcome)) = compare(block) else { continue };
            outcome.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            shown += bytes;
        }
    }
    assert!(shown > 300, "only {shown} bytes are compared");
}

#[test]
fn a_byte_that_is_not_in_the_file_is_seen() {
    assert_eq!(compare("no_keys.rdb, byte 9\n\nff   the end\na9 fd\n"), Some((3, Ok(()))));
    let wrong = compare("no_keys.rdb, byte 9\n\nff   the end\na9 fe\n").unwrap();
    assert_eq!(wrong, (1, Err("no_keys.rdb, byte 10: a9 fe".to_owned())));
    assert_eq!(compare("magic and version      9 bytes\n"), None);
}

/// Returns the bytes in a figure's boxes, in the order in which they are drawn.
fn bytes_of_figure(name: &str) -> Vec<u8> {
    let text = fs::read_to_string(root().join(format!("book/figures/{name}.svg")));
    let text = text.expect("the figure");
    let document = Document::parse(&text).expect("an SVG");
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    let texts = texts.filter(|node| node.attribute("class") == Some("fig-text fig-mono"));
    let texts = texts.filter_map(|node| node.text()).filter(|text| text.len() == 2);
    texts.filter_map(|text| u8::from_str_radix(text, 16).ok()).collect()
}

#[test]
fn the_dump_byte_by_byte_is_the_whole_fixture() {
    assert_eq!(bytes_of_figure("rdb-dump"), fixture("idle_times.rdb"));
}

#[test]
fn the_compressed_value_is_in_the_fixture() {
    let (shown, file) = (bytes_of_figure("rdb-lzf"), fixture("compressed_tokens.rdb"));
    assert_eq!(shown.len(), 9);
    assert!(file.windows(9).any(|bytes| bytes == shown), "{shown:x?}");
}

//! A file of a stage, and where its items are.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use anyhow::{Context, bail};
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, Fields, ImplItem, Item, ItemImpl, ItemMod, TraitItem, Type, UseTree};

use crate::highlight;

/// The lines of a file and its items. Lines are counted from 0.
#[derive(Default)]
pub(crate) struct Source {
    /// Without their ends.
    pub lines: Vec<String>,
    /// Every line is in one of them, and they are in the order of the lines.
    pub segments: Vec<Segment>,
    names: Vec<Name>,
    /// What has a name, but no place that could be shown: fields, what is derived or re-exported.
    /// `Alias::*` says that the members are another type's.
    others: BTreeSet<String>,
    /// The tokens, if this is Rust.
    tokens: Option<TokenStream>,
    html: OnceCell<Vec<String>>,
}

/// An item, or the first or the last lines of an `impl` or `mod` that holds several.
pub(crate) struct Segment {
    /// The same in two stages, and no other segment of the file has it.
    pub key: String,
    /// Begins with the blank lines and the comments in front.
    pub lines: Range<usize>,
    /// The line by which a reader finds it: `pub fn get(&self) {`.
    pub signature: Option<usize>,
    /// Of a segment that opens a block: the index of the one that closes it.
    pub closed_by: Option<usize>,
}

/// A place that has a path.
pub(crate) struct Name {
    path: String,
    /// Begins with the blank lines in front.
    pub lines: Range<usize>,
    /// Begins with the docs, the attributes or a comment that belongs to it.
    pub body: Range<usize>,
    /// Of a member of a trait's impl: `Db::impl::Display`.
    of: Option<String>,
}

impl Source {
    /// Takes apart a file, which is named only to see what kind it is. An error says in which
    /// line it cannot be read.
    pub fn parse(file: &str, text: &str) -> anyhow::Result<Source> {
        let lines = text.lines().map(str::to_owned).collect();
        if file.ends_with(".rs") {
            Builder::new(lines, "//").rust(text)
        } else if file.ends_with(".toml") {
            Ok(Builder::new(lines, "#").toml())
        } else {
            Ok(Builder::new(lines, "#").finish(None))
        }
    }

    /// The places of that path: none, one, or several if an item has more than one part, as the
    /// inherent impls of a type have. An error if different items have the path.
    pub fn find(&self, path: &str) -> anyhow::Result<Vec<&Name>> {
        let found: Vec<&Name> = self.names.iter().filter(|name| name.path == path).collect();
        let owners: BTreeSet<&Option<String>> = found.iter().map(|name| &name.of).collect();
        if owners.len() > 1 {
            let owners: Vec<&str> = owners.into_iter().flatten().map(String::as_str).collect();
            bail!("'{path}' is there more than once: name the impl, as in {}", owners.join(", "));
        }
        Ok(found)
    }

    /// Whether anything has that path, be it a field or what a derive gives.
    pub fn has(&self, path: &str) -> bool {
        let of = path.rsplit_once("::").map(|(of, _)| format!("{of}::*"));
        self.others.contains(path)
            || of.is_some_and(|of| self.others.contains(&of))
            || self.names.iter().any(|name| name.path == path)
    }

    /// All paths of the file, in no order, some twice.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let named = self.names.iter().map(|name| name.path.as_str());
        named.chain(self.others.iter().map(String::as_str))
    }

    /// The keys of all segments that have one of some lines.
    pub fn keys_in(&self, lines: &Range<usize>) -> Vec<&str> {
        let touches =
            |segment: &&Segment| segment.lines.start < lines.end && lines.start < segment.lines.end;
        self.segments.iter().filter(touches).map(|segment| segment.key.as_str()).collect()
    }

    /// Whether a segment has that key.
    pub fn has_key(&self, key: &str) -> bool {
        self.segments.iter().any(|segment| segment.key == key)
    }

    /// The segment that opens the innermost block that a segment is in.
    pub fn block_of(&self, segment: usize) -> Option<usize> {
        (0..segment)
            .rev()
            .find(|&open| self.segments[open].closed_by.is_some_and(|close| close > segment))
    }

    /// The segment that opens the block that a segment closes.
    pub fn opened_by(&self, segment: usize) -> Option<usize> {
        (0..segment).rev().find(|&open| self.segments[open].closed_by == Some(segment))
    }

    /// A line as HTML, highlighted.
    pub fn html(&self, line: usize) -> &str {
        let html = self.html.get_or_init(|| highlight::html(&self.lines, self.tokens.as_ref()));
        html.get(line).map_or("", String::as_str)
    }

    /// The index of the segment that holds a line.
    pub fn segment_at(&self, line: usize) -> Option<usize> {
        let index = self.segments.partition_point(|segment| segment.lines.end <= line);
        self.segments.get(index).is_some_and(|found| found.lines.contains(&line)).then_some(index)
    }
}

/// Cuts a file into segments, from the top to the bottom.
struct Builder {
    source: Source,
    comment: &'static str,
    /// The first line that is in no segment yet.
    next: usize,
    keys: HashMap<String, usize>,
}

/// Where an item is, lines counted from 0.
struct Place {
    lines: Range<usize>,
    signature: usize,
}

impl Place {
    fn new(item: &impl ToTokens, signature: Span) -> Place {
        let span = item.span();
        let lines = span.start().line - 1..span.end().line;
        Place { lines, signature: signature.start().line - 1 }
    }
}

impl Builder {
    fn new(lines: Vec<String>, comment: &'static str) -> Builder {
        let source = Source { lines, ..Source::default() };
        Builder { source, comment, next: 0, keys: HashMap::new() }
    }

    fn finish(mut self, tokens: Option<TokenStream>) -> Source {
        let end = self.source.lines.len();
        if self.next < end {
            self.push("the rest", end, None);
        }
        self.source.tokens = tokens;
        self.source
    }

    /// Every table of a manifest is an item, named by its header: `dev-dependencies`.
    fn toml(mut self) -> Source {
        let headers = self.source.lines.iter().enumerate();
        let headers: Vec<usize> =
            headers.filter(|(_, line)| line.starts_with('[')).map(|(at, _)| at).collect();
        for (index, &header) in headers.iter().enumerate() {
            let next = headers.get(index + 1).map(|&next| self.above(next));
            let mut end = next.unwrap_or(self.source.lines.len());
            while end > header && self.source.lines[end - 1].trim().is_empty() {
                end -= 1;
            }
            let text = self.source.lines[header].clone();
            let name = text.trim_matches(['[', ']']).to_owned();
            self.leaf(&text, &[name], &Place { lines: header..end, signature: header });
        }
        self.finish(None)
    }

    fn rust(mut self, text: &str) -> anyhow::Result<Source> {
        let located = |error: syn::Error| {
            let place = error.span().start();
            anyhow::anyhow!("line {}: {error}", place.line)
        };
        let tokens: TokenStream = text.parse().map_err(|error| located(syn::Error::from(error)))?;
        let file: syn::File = syn::parse2(tokens.clone()).map_err(located)?;
        let is_head = |item: &&Item| match item {
            Item::Use(_) | Item::ExternCrate(_) => true,
            Item::Mod(module) => module.content.is_none(),
            _ => false,
        };
        let head: Vec<&Item> = file.items.iter().take_while(is_head).collect();
        let docs = file.attrs.last().map(|attribute| attribute.span().end().line);
        let end = head.last().map(|item| item.span().end().line).or(docs);
        if let Some(end) = end {
            let place = Place { lines: 0..end, signature: 0 };
            self.leaf("head", &["head".to_owned()], &place);
            if let Some(segment) = self.source.segments.last_mut() {
                segment.signature = None;
            }
        }
        for item in &file.items {
            self.item(item, "").with_context(|| {
                format!("line {}: cannot tell what this is", item.span().start().line)
            })?;
        }
        Ok(self.finish(Some(tokens)))
    }

    /// Up from an item's first line: where the comment right above it begins.
    fn above(&self, mut line: usize) -> usize {
        while line > self.next && self.source.lines[line - 1].trim().starts_with(self.comment) {
            line -= 1;
        }
        line
    }

    /// Makes a segment of all lines up to `end`.
    fn push(&mut self, key: &str, end: usize, signature: Option<usize>) -> usize {
        let times = self.keys.entry(key.to_owned()).or_default();
        *times += 1;
        let key = if *times > 1 { format!("{key} {times}") } else { key.to_owned() };
        let lines = self.next..end;
        self.source.segments.push(Segment { key, lines, signature, closed_by: None });
        self.next = end;
        self.source.segments.len() - 1
    }

    /// Makes a segment of an item. One that begins in the line in which another ends has no
    /// segment of its own.
    fn leaf(&mut self, key: &str, names: &[String], place: &Place) {
        let body = self.above(place.lines.start)..place.lines.end;
        let begin = self.next.min(body.start);
        if place.lines.start >= self.next {
            self.push(key, place.lines.end, Some(place.signature));
        } else if let Some(last) = self.source.segments.last_mut() {
            last.lines.end = last.lines.end.max(place.lines.end);
            self.next = last.lines.end;
        }
        for path in names {
            self.name(path.clone(), begin..place.lines.end, body.clone(), None);
        }
    }

    fn name(&mut self, path: String, lines: Range<usize>, body: Range<usize>, of: Option<String>) {
        self.source.names.push(Name { path, lines, body, of });
    }

    /// What is inside an item and has no segment of its own.
    fn inner(&mut self, path: String, part: &impl ToTokens) {
        let lines = Place::new(part, part.span()).lines;
        self.name(path, lines.clone(), lines, None);
    }

    fn item(&mut self, item: &Item, prefix: &str) -> anyhow::Result<()> {
        let (kind, name, signature): (&str, String, Span) = match item {
            Item::Impl(block) => return self.implementation(block, prefix),
            Item::Mod(module) => return self.module(module, prefix),
            Item::Fn(item) => ("fn", item.sig.ident.to_string(), item.sig.fn_token.span),
            Item::Struct(item) => ("type", item.ident.to_string(), item.struct_token.span),
            Item::Enum(item) => ("type", item.ident.to_string(), item.enum_token.span),
            Item::Union(item) => ("type", item.ident.to_string(), item.union_token.span),
            Item::Type(item) => ("type", item.ident.to_string(), item.type_token.span),
            Item::Trait(item) => ("trait", item.ident.to_string(), item.trait_token.span),
            Item::Const(item) => ("const", item.ident.to_string(), item.const_token.span),
            Item::Static(item) => ("static", item.ident.to_string(), item.static_token.span),
            Item::Macro(item) => {
                let name = item.ident.as_ref().map(ToString::to_string);
                ("macro", name.unwrap_or_default(), item.mac.path.span())
            }
            Item::Use(item) => {
                if !matches!(item.vis, syn::Visibility::Inherited) {
                    self.reexports(&item.tree, prefix);
                }
                ("use", String::new(), item.use_token.span)
            }
            other => ("item", String::new(), other.span()),
        };
        let place = Place::new(item, signature);
        let key = match item {
            Item::Use(item) => compact(&item.tree),
            _ => format!("{kind} {prefix}{name}"),
        };
        let path = format!("{prefix}{name}");
        let names = if name.is_empty() { vec![] } else { vec![path.clone()] };
        self.leaf(&key, &names, &place);
        self.members(item, &path);
        Ok(())
    }

    /// The names inside a type or a trait.
    fn members(&mut self, item: &Item, path: &str) {
        match item {
            Item::Struct(item) => {
                self.fields(&item.fields, path);
                self.derives(&item.attrs, path);
            }
            Item::Enum(item) => {
                self.derives(&item.attrs, path);
                for variant in &item.variants {
                    self.inner(format!("{path}::{}", variant.ident), variant);
                    self.fields(&variant.fields, &format!("{path}::{}", variant.ident));
                }
            }
            Item::Type(_) => {
                self.source.others.insert(format!("{path}::*"));
            }
            Item::Trait(item) => {
                for member in &item.items {
                    let name = match member {
                        TraitItem::Fn(member) => &member.sig.ident,
                        TraitItem::Const(member) => &member.ident,
                        TraitItem::Type(member) => &member.ident,
                        _ => continue,
                    };
                    self.inner(format!("{path}::{name}"), member);
                }
            }
            _ => {}
        }
    }

    fn fields(&mut self, fields: &Fields, path: &str) {
        for (index, field) in fields.iter().enumerate() {
            let name = field.ident.as_ref().map_or(index.to_string(), ToString::to_string);
            self.source.others.insert(format!("{path}::{name}"));
        }
    }

    fn derives(&mut self, attributes: &[Attribute], path: &str) {
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
            let text = attribute.meta.to_token_stream().to_string();
            for (derived, member) in DERIVES {
                if text.split(|c: char| !c.is_alphanumeric()).any(|word| word == *derived) {
                    self.source.others.insert(format!("{path}::{member}"));
                }
            }
        }
    }

    fn reexports(&mut self, tree: &UseTree, prefix: &str) {
        let name = match tree {
            UseTree::Path(path) => return self.reexports(&path.tree, prefix),
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.reexports(tree, prefix));
            }
            UseTree::Name(name) => &name.ident,
            UseTree::Rename(rename) => &rename.rename,
            UseTree::Glob(_) => return,
        };
        self.source.others.insert(format!("{prefix}{name}"));
        self.source.others.insert(format!("{prefix}{name}::*"));
    }

    fn module(&mut self, module: &ItemMod, prefix: &str) -> anyhow::Result<()> {
        let path = format!("{prefix}{}", module.ident);
        let place = Place::new(module, module.mod_token.span);
        let Some((brace, items)) = &module.content else {
            self.leaf(&format!("mod {path}"), &[path], &place);
            return Ok(());
        };
        let docs = module.attrs.iter().map(|attribute| attribute.span().end().line);
        let open = docs.chain([brace.span.open().start().line]).max().unwrap_or_default();
        self.block(&format!("mod {path}"), std::slice::from_ref(&path), &place, open, |builder| {
            items.iter().try_for_each(|item| builder.item(item, &format!("{path}::")))
        })
    }

    fn implementation(&mut self, block: &ItemImpl, prefix: &str) -> anyhow::Result<()> {
        let of = format!("{prefix}{}", name_of(&block.self_ty));
        let place = Place::new(block, block.impl_token.span);
        let open = block.brace_token.span.open().start().line;
        let inherent = vec![format!("{of}::impl")];
        let paths = match &block.trait_ {
            None => inherent,
            Some((path, _)) => {
                let short = path.segments.last().map(|last| last.ident.to_string());
                let mut paths = vec![format!("{of}::impl::{}", short.unwrap_or_default())];
                let long = format!("{of}::impl::{}", compact(&path.segments.last()));
                if !paths.contains(&long) {
                    paths.push(long);
                }
                paths
            }
        };
        let key = paths.last().cloned().unwrap_or_default();
        let owner = block.trait_.is_some().then(|| key.clone());
        self.block(
            &format!("{key} of {}", compact(&block.self_ty)),
            &paths,
            &place,
            open,
            |builder| {
                for member in &block.items {
                    let (name, signature) = match member {
                        ImplItem::Fn(member) => {
                            (member.sig.ident.to_string(), member.sig.fn_token.span)
                        }
                        ImplItem::Const(member) => {
                            (member.ident.to_string(), member.const_token.span)
                        }
                        ImplItem::Type(member) => {
                            (member.ident.to_string(), member.type_token.span)
                        }
                        other => (String::new(), other.span()),
                    };
                    let place = Place::new(member, signature);
                    let body = builder.above(place.lines.start)..place.lines.end;
                    let lines = builder.next.min(body.start)..place.lines.end;
                    let names: Vec<String> = match owner {
                        Some(_) => paths.iter().map(|path| format!("{path}::{name}")).collect(),
                        None => Vec::new(),
                    };
                    builder.leaf(&format!("{key}::{name}"), &names, &place);
                    builder.name(format!("{of}::{name}"), lines, body, owner.clone());
                }
                Ok(())
            },
        )
    }

    /// Makes segments of a block: its first lines, up to and with line `open`, counted from 1;
    /// what `inside` makes; its last lines.
    fn block(
        &mut self,
        key: &str,
        paths: &[String],
        place: &Place,
        open: usize,
        inside: impl FnOnce(&mut Builder) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let body = self.above(place.lines.start)..place.lines.end;
        let lines = self.next.min(body.start)..place.lines.end;
        for path in paths {
            self.name(path.clone(), lines.clone(), body.clone(), None);
        }
        let shares_a_line = place.lines.start < self.next || open >= place.lines.end;
        if shares_a_line {
            // `impl A for B {}`: its members, if it has any, are in the same segment.
            self.leaf(key, &[], place);
            return inside(self);
        }
        let index = self.push(key, open, Some(place.signature));
        let outcome = inside(self);
        let end = self.push(&format!("{key}, end"), place.lines.end.max(self.next), None);
        if let Some(segment) = self.source.segments.get_mut(index) {
            segment.closed_by = Some(end);
        }
        outcome
    }
}

/// What a derive gives a type.
const DERIVES: &[(&str, &str)] = &[
    ("Clone", "clone"),
    ("Debug", "fmt"),
    ("Default", "default"),
    ("Hash", "hash"),
    ("Ord", "cmp"),
    ("PartialEq", "eq"),
    ("PartialOrd", "partial_cmp"),
];

/// `Db` for `&'a Db<T>`.
fn name_of(of: &Type) -> String {
    match of {
        Type::Path(path) => {
            path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default()
        }
        Type::Reference(reference) => name_of(&reference.elem),
        other => compact(other),
    }
}

/// Tokens without the white space between them.
fn compact(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(' ', "")
}

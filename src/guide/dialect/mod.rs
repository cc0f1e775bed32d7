//! What other generators write, read as what it means here: one file a dialect.
//!
//! Each becomes what a shortcode of guidepost's is: a call with its arguments, its body and its spans. So whatever reads
//! guides (the page, the plan, the Markdown copy, the checks) sees notes and tabs, and knows of no dialect. Blocks are found
//! in lines, before Markdown is read, as shortcodes are; what Markdown reads already (quotes, fences) is read behind it.
//! What no dialect reads is told by [`unread`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Argument, Arguments, Registry,
    shortcode::{
        Body,
        tree::{Call, DEEPEST, Item},
    },
};
use crate::source::{Source, Span};
use lines::Lines;

pub(super) mod callouts;
pub(super) mod components;
mod containers;
pub(super) mod digitalocean;
mod docfx;
pub(super) mod fences;
pub(super) mod hidden;
pub(super) mod highlights;
mod kind;
pub(super) mod lines;
mod mkdocs;
pub(super) mod unread;

/// What is read of the syntax of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// `!!! note "Title"`, `??? note` and `=== "Tab"` with indented bodies, of MkDocs.
    Mkdocs,
    /// `:::note[Title]` of Docusaurus and Starlight, `::: tip Title` of VitePress.
    Containers,
    /// `# [Title](#tab/id)` of DocFX.
    Docfx,
    /// `<Tabs>`, `<Steps>`, `<Card>`, `<Aside>` and others of Docusaurus and Starlight, imports and comments of MDX.
    Components,
    /// `> [!NOTE] Title` and `> [!tip]-` of Obsidian.
    Callouts,
    /// What others write behind the language of a fence: `{2,4-6}`, `showLineNumbers`, `linenums="1"`, `{ .bash }`.
    Fences,
    /// `[label …]`, `[secondary_label …]`, `[environment …]` and `<^>…<^>` in code, of DigitalOcean.
    Digitalocean,
}

impl Dialect {
    /// Every dialect. No two of them claim the same text, so all are read unless a site says otherwise.
    pub const ALL: [Self; 7] = [
        Self::Mkdocs,
        Self::Containers,
        Self::Docfx,
        Self::Components,
        Self::Callouts,
        Self::Fences,
        Self::Digitalocean,
    ];
}

/// How blocks of a dialect are read.
struct Reader {
    dialect: Dialect,
    /// No line without one of these begins a block.
    signs: &'static [&'static str],
    /// The block that begins in this line.
    read: fn(&Lines<'_>, usize, &mut Vec<Unread>) -> Option<Block>,
}

impl Reader {
    fn has_sign(&self, text: &str) -> bool {
        self.signs.iter().any(|sign| text.contains(sign))
    }
}

const READERS: &[Reader] = &[
    Reader { dialect: Dialect::Mkdocs, signs: &["!!!", "???", "==="], read: mkdocs::read },
    Reader { dialect: Dialect::Containers, signs: &[":::"], read: containers::read },
    Reader { dialect: Dialect::Docfx, signs: &["(#tab/"], read: docfx::read },
    Reader { dialect: Dialect::Components, signs: components::SIGNS, read: components::read },
];

/// A block of a dialect, as the shortcode that it means.
#[derive(Debug)]
struct Block {
    name: &'static str,
    arguments: Vec<Argument>,
    span: Span,
    /// What opens it.
    tag: Span,
    inner: Span,
    /// Columns of its lines that belong to where it stands, from the beginning of the line.
    margin: usize,
    /// Blocks in it that are known already; else its body is read.
    parts: Vec<Block>,
}

/// Something of another generator that is shown as it is written, or left out.
#[derive(Debug)]
pub(super) struct Unread {
    /// What it is, with its sign.
    pub(super) what: String,
    /// What to do.
    pub(super) help: &'static str,
    pub(super) at: Span,
    /// Whether the page does without it.
    pub(super) left_out: bool,
}

/// A named argument that is written at `span`.
fn argument(name: &str, value: impl Into<String>, span: Span) -> Argument {
    Argument { name: Some(name.to_owned()), value: value.into(), span }
}

/// Finds the blocks of dialects in a range of Markdown, and puts the shortcodes of that range into them.
pub(super) fn read(
    source: &Source,
    range: Span,
    items: Vec<Item>,
    registry: &Registry,
    unread: &mut Vec<Unread>,
) -> Vec<Item> {
    let items = hidden::hide(source, range, items, registry, unread);
    let text = &source.text[range.range()];
    let readers: Vec<&Reader> =
        (READERS.iter()).filter(|reader| registry.reads(reader.dialect) && reader.has_sign(text)).collect();
    if readers.is_empty() {
        return items;
    }
    Reading { source, registry, readers, unread }.region(range, 0, items, 0)
}

struct Reading<'a> {
    source: &'a Source,
    registry: &'a Registry,
    readers: Vec<&'static Reader>,
    unread: &'a mut Vec<Unread>,
}

impl Reading<'_> {
    /// A range whose lines have `margin` columns that are not its own.
    fn region(&mut self, range: Span, margin: usize, items: Vec<Item>, depth: usize) -> Vec<Item> {
        if depth >= DEEPEST {
            return items;
        }
        let spans: Vec<Span> = items.iter().map(Item::span).collect();
        let lines = Lines::new(self.source, range, margin, &spans);
        let mut blocks = Vec::new();
        let mut at = 0;
        while at < lines.all.len() {
            let line = &lines.all[at];
            self.in_quote(line);
            // Few lines have a sign, and to tell what a line stands in is more work.
            let begins = self.readers.iter().any(|reader| reader.has_sign(line.text)) && lines.may_begin(at);
            let mut signed = self.readers.iter().filter(|reader| begins && reader.has_sign(line.text));
            let found = signed.find_map(|reader| (reader.read)(&lines, at, self.unread));
            at = match found {
                Some(block) => {
                    let next = lines.all.partition_point(|line| line.start < block.span.end).max(at + 1);
                    blocks.push(block);
                    next
                }
                None => at + 1,
            };
        }
        self.calls(blocks, items, depth)
    }

    /// Blocks made of lines are not read in quotes.
    fn in_quote(&mut self, line: &lines::Line<'_>) {
        let Some(quoted) = line.text.strip_prefix('>').filter(|_| line.state == lines::State::Free) else { return };
        let quoted = quoted.trim_start();
        if let Some(sign) = ["!!!", "???", ":::"].into_iter().find(|sign| quoted.starts_with(sign)) {
            let help = "write it outside of the quote, or the quote as `> [!NOTE]`";
            self.unread.push(Unread { what: format!("`{sign}` in a quote"), help, at: line.span(), left_out: false });
        }
    }

    /// Blocks as calls among the items of the same range, which move into the block that they stand in.
    fn calls(&mut self, blocks: Vec<Block>, items: Vec<Item>, depth: usize) -> Vec<Item> {
        let mut items = items.into_iter().peekable();
        let mut found = Vec::new();
        for block in blocks {
            while let Some(item) = items.next_if(|item| item.span().end <= block.span.start) {
                found.push(self.in_item(item, depth));
            }
            let mut own = Vec::new();
            while let Some(item) = items.next_if(|item| item.span().end <= block.span.end) {
                own.push(item);
            }
            found.push(Item::Call(self.call(block, own, depth)));
        }
        found.extend(items.map(|item| self.in_item(item, depth)));
        found
    }

    fn call(&mut self, block: Block, items: Vec<Item>, depth: usize) -> Call {
        let items = if block.parts.is_empty() {
            self.region(block.inner, block.margin, items, depth + 1)
        } else {
            self.calls(block.parts, items, depth + 1)
        };
        Call {
            name: block.name.to_owned(),
            span: block.span,
            tag: block.tag,
            arguments: Arguments(block.arguments),
            inner: Some(block.inner),
            items,
            // A button stands in a line.
            margin: (block.name != "button").then_some(block.margin),
        }
    }

    /// A shortcode, in whose body there may be blocks, too.
    fn in_item(&mut self, item: Item, depth: usize) -> Item {
        let Item::Call(mut call) = item else { return item };
        if let Some(inner) = call.inner.filter(|_| self.registry.body(&call.name) != Some(Body::Raw)) {
            call.items = self.region(inner, 0, call.items, depth + 1);
        }
        Item::Call(call)
    }
}

/// A title as plain text: what Markdown marks in it is only shown.
fn plain(title: &str) -> String {
    let text = pulldown_cmark::Parser::new(title).filter_map(|event| match event {
        pulldown_cmark::Event::Text(text) | pulldown_cmark::Event::Code(text) => Some(text.into_string()),
        _ => None,
    });
    text.collect()
}

#[cfg(test)]
mod tests;

//! A guide: the author's text, parsed once into tokens that the renderer and the verifier both read.
//!
//! ```text
//! text ─ shortcode::lexer ─► tags ─ shortcode::tree ─► calls ─┐
//!                                    buffer: each call is one character of the text that Markdown sees
//! tokens ◄─ document ◄─ pulldown-cmark events, with ranges ◄──┘
//! ```
//!
//! Tokens are flat (a start, its content, an end), so that no nesting of the author's can exhaust the stack; every token
//! knows the bytes of the author's file that it came from. Parsing is pure and never fails: problems are collected.

use pulldown_cmark::Event;

pub(crate) use code::ROLES;
pub use dialect::Dialect;
pub use include::{Included, Reader, Reading, Unusable};
pub use notes::Note;
pub(crate) use shortcode::lexer::Tag;
use shortcode::lexer::{Piece, TagKind};
pub use shortcode::{Argument, Arguments, Level, Registry};

use crate::{
    diagnostic::Diagnostic,
    source::{Source, Span, front_matter::FrontMatter},
};

pub(crate) mod arguments;
mod assembler;
mod buffer;
mod code;
mod dialect;
mod document;
mod fence;
mod footnotes;
mod include;
mod lint;
mod notes;
pub mod prompt;
mod shortcode;
mod value;
mod way;

/// A parsed page.
#[derive(Debug)]
pub struct Guide {
    /// Path of the file relative to the site's folder.
    pub path: String,
    /// Its settings.
    pub front: FrontMatter,
    /// Its text.
    pub tokens: Vec<Token>,
    /// What was found in front matter, shortcodes and blocks.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that it includes by `include`, as they were read.
    pub included: Vec<Included>,
    /// Sites of shortcodes and links are resolved to lines with it.
    pub source: Source,
}

/// A piece of a guide.
#[derive(Debug, Clone)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// The bytes of the author's file that it came from.
    pub span: Span,
}

/// What a [`Token`] is.
#[derive(Debug, Clone)]
pub enum TokenKind {
    /// Markdown, other than a code block.
    Markdown(Event<'static>),
    /// A block of code, however it was written: indented, fenced, or a shortcode.
    Code(Box<CodeBlock>),
    /// A shortcode that is not a block of code.
    Shortcode(Box<Shortcode>),
}

/// What a block of code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The reader types it.
    Command,
    /// The reader sees it.
    Output,
    /// The reader saves it.
    File,
    /// The reader reads it.
    Listing,
}

/// How a block of code is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// By four spaces.
    Indented,
    /// By a fence.
    Fence,
    /// By a shortcode.
    Shortcode,
}

/// A block of code.
#[derive(Debug, Clone)]
pub struct CodeBlock {
    /// What it is for.
    pub role: Role,
    /// Whether the author names the role, so that nobody needs to guess it.
    pub said_role: bool,
    /// How it is written.
    pub form: Form,
    /// The language as the author wrote it; empty if there is none.
    pub language: String,
    /// A file's path, or the title of another block.
    pub title: Option<String>,
    /// Everything else that the fence or the shortcode says.
    pub arguments: Arguments,
    /// The text as a reader sees it, with `\n` line ends.
    pub text: String,
    /// For each line of `text`, where in the source it begins.
    pub lines: Vec<usize>,
    /// For each line of `text`, where it begins there.
    starts: Vec<usize>,
    /// The way back from `text` to the source.
    way: way::Way,
    /// Shortcodes inside the code, with the byte ranges of `text` where what they show stands.
    pub inserts: Vec<(std::ops::Range<usize>, Shortcode)>,
    /// Marks at its lines, whose notes stand below.
    pub notes: Vec<Note>,
    /// The source between the fences or tags; the whole block if it is indented.
    pub inner: Span,
}

/// A shortcode.
#[derive(Debug, Clone)]
pub struct Shortcode {
    /// Its name.
    pub name: String,
    /// What its opening tag says.
    pub arguments: Arguments,
    /// The opening tag.
    pub tag: Span,
    /// The body as written; `None` for a tag that stands alone.
    pub inner: Option<Span>,
    /// The body as Markdown.
    pub body: Vec<Token>,
    /// Whether it stands as a block of its own.
    pub block: bool,
    /// How many columns of its lines belong to where it stands.
    pub margin: usize,
    /// Whether it is written as a quote, each line with its sign.
    pub quoted: bool,
}

impl Shortcode {
    /// One that stands alone in a line of text.
    fn inline(name: &str, arguments: Vec<Argument>, tag: Span) -> Self {
        let (name, arguments) = (name.to_owned(), Arguments(arguments));
        Self { name, arguments, tag, inner: None, body: Vec::new(), block: false, margin: 0, quoted: false }
    }
}

/// Parses a text that lies in no site, and so can include no file of it.
///
/// `taxonomies` are the front matter keys of the configured taxonomies; `registry` knows the shortcodes.
pub fn parse(source: Source, registry: &Registry, taxonomies: &[String], smart_punctuation: bool) -> Guide {
    parse_in(&include::nowhere, source, registry, taxonomies, smart_punctuation)
}

/// Parses a file of the site whose files the `reader` reads.
pub fn parse_in(
    reader: Reader<'_>,
    source: Source,
    registry: &Registry,
    taxonomies: &[String],
    smart_punctuation: bool,
) -> Guide {
    let parsed = crate::source::front_matter::parse(&source, taxonomies);
    let mut diagnostics = parsed.diagnostics;
    let pieces = shortcode::lexer::lex(&source, parsed.body, &mut diagnostics);
    let items = shortcode::tree::pair(&source, pieces, registry, &mut diagnostics);
    let (mut unread, mut included) = (Vec::new(), Vec::new());
    let items = dialect::read(&source, parsed.body, items, registry, &mut unread);
    let mut builder = document::Builder {
        source: &source,
        front: &parsed.front,
        registry,
        smart_punctuation,
        mathematics: registry.reads_mathematics() || parsed.front.mathematics,
        diagnostics: &mut diagnostics,
        unread: &mut unread,
        reader,
        included: &mut included,
    };
    let mut tokens = builder.build(parsed.body, &items, 0);
    notes::read(&source, &mut tokens, &mut diagnostics);
    let reads_inline = registry.reads(Dialect::Mkdocs);
    dialect::unread::find(
        &source,
        parsed.body,
        &mut tokens,
        reads_inline,
        dialect::hidden::places(&items),
        &mut unread,
    );
    dialect::unread::tell(&source, unread, &mut diagnostics);
    arguments::check(&source, &tokens, None, &mut diagnostics);
    lint::lint(&source, &tokens, &mut diagnostics);
    if source.text.contains("[^") {
        footnotes::lint(&source, &tokens, &mut diagnostics);
    }
    Guide { path: source.path.clone(), front: parsed.front, tokens, diagnostics, included, source }
}

/// The opening tag at a byte of a text.
pub(crate) fn tag_at(text: &str, at: usize) -> Option<Tag> {
    let source = Source::new("", text);
    let pieces = shortcode::lexer::lex(&source, Span::new(0, text.len()), &mut Vec::new());
    pieces.into_iter().find_map(|piece| match piece {
        Piece::Tag(tag) if tag.kind != TagKind::Close && tag.span.start < at && at < tag.span.end => Some(tag),
        _ => None,
    })
}

/// Names of shortcodes that are open at the end of a text, the outermost first.
pub(crate) fn open_tags(text: &str) -> Vec<String> {
    let source = Source::new("", text);
    let mut open: Vec<String> = Vec::new();
    for piece in shortcode::lexer::lex(&source, Span::new(0, text.len()), &mut Vec::new()) {
        let Piece::Tag(tag) = piece else { continue };
        match tag.kind {
            TagKind::Open => open.push(tag.name),
            // What was opened and not closed before it stands alone.
            TagKind::Close => {
                if let Some(at) = open.iter().rposition(|name| *name == tag.name) {
                    open.truncate(at);
                }
            }
            TagKind::SelfClosing => {}
        }
    }
    open
}

impl Guide {
    /// Every block of code in the order of the page, those inside shortcodes too.
    pub fn code_blocks(&self) -> Vec<&CodeBlock> {
        let mut found = Vec::new();
        collect(&self.tokens, &mut found);
        found
    }
}

impl Guide {
    /// The block of code that begins at this byte of the file, with its span.
    pub fn code_block_at(&self, start: usize) -> Option<(&CodeBlock, Span)> {
        at(&self.tokens, start)
    }
}

fn at(tokens: &[Token], start: usize) -> Option<(&CodeBlock, Span)> {
    tokens.iter().find_map(|token| match &token.kind {
        TokenKind::Code(code) if token.span.start == start => Some((&**code, token.span)),
        TokenKind::Shortcode(shortcode) => at(&shortcode.body, start),
        _ => None,
    })
}

fn collect<'a>(tokens: &'a [Token], found: &mut Vec<&'a CodeBlock>) {
    for token in tokens {
        match &token.kind {
            TokenKind::Code(code) => found.push(code),
            TokenKind::Shortcode(shortcode) => collect(&shortcode.body, found),
            TokenKind::Markdown(_) => {}
        }
    }
}

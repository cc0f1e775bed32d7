//! What a block of code is for, and its text as a reader sees it.

use super::{
    Argument, Arguments, CodeBlock, Form, Role, Shortcode,
    buffer::{self, Part},
    way::Way,
};
use std::ops::Range;

use crate::{source::Span, terminal::program::is_of_shell};

/// Whether a language name means "typed at a terminal".
pub(super) fn is_shell(language: &str) -> bool {
    is_of_shell(language)
}

/// The roles that a fence's first word or `role=` can say, each with what it means.
pub(crate) const ROLES: &[(&str, Role, &str)] = &[
    ("command", Role::Command, "Readers type it"),
    ("output", Role::Output, "Readers see it: it is compared with what the command before it showed"),
    ("file", Role::File, "Readers save it, at the path in `title`"),
    ("listing", Role::Listing, "Readers look at it"),
];

/// The role that a name says, in a fence's first word or in `role=`.
fn role(name: &str) -> Option<Role> {
    ROLES.iter().find(|(known, ..)| *known == name).map(|(_, role, _)| *role)
}

impl CodeBlock {
    fn new(role: Role, form: Form, language: &str, arguments: Arguments, inner: Span) -> Self {
        Self {
            role,
            said_role: false,
            form,
            language: language.to_owned(),
            title: None,
            arguments,
            text: String::new(),
            lines: Vec::new(),
            starts: Vec::new(),
            way: Way::default(),
            inserts: Vec::new(),
            notes: Vec::new(),
            inner,
        }
    }

    /// An indented block: commands.
    pub(super) fn indented(inner: Span) -> Self {
        Self::new(Role::Command, Form::Indented, "", Arguments::default(), inner)
    }

    /// Takes the indentation away that all lines have in common: in a list it is the list's, however deep an author indents.
    pub(super) fn outdent(&mut self) {
        let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let common = self.text.lines().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
        if common == 0 {
            return;
        }
        let text = std::mem::take(&mut self.text);
        // Where each line began, and how much is gone up to there.
        let (mut begin, mut gone, mut begins) = (0, 0, Vec::new());
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let removed = indent(line).min(common);
            gone += removed;
            begins.push((begin, gone));
            begin += line.len();
            self.text.push_str(&line[removed..]);
            if let Some(at) = self.lines.get_mut(number) {
                *at += removed;
            }
            // The way back is that of the text as it was.
            if let Some(start) = self.starts.get_mut(number) {
                *start += removed;
            }
        }
        let moved =
            |at: usize| at - begins.iter().rev().find(|(begin, _)| *begin <= at).map_or(0, |(_, gone)| (*gone).min(at));
        for (range, _) in &mut self.inserts {
            *range = moved(range.start)..moved(range.end);
        }
    }

    /// A fence, from what its info string says.
    pub(super) fn fenced(word: &str, arguments: Arguments, inner: Span) -> Self {
        let mut block = match role(word) {
            Some(role) => {
                let language =
                    arguments.get("lang", if role == Role::File { 1 } else { 0 }).unwrap_or_default().to_owned();
                Self { said_role: true, ..Self::new(role, Form::Fence, &language, arguments, inner) }
            }
            None if is_shell(word) => Self::new(Role::Command, Form::Fence, word, arguments, inner),
            None => Self::new(Role::Listing, Form::Fence, word, arguments, inner),
        };
        block.find_title();
        block
    }

    /// The shortcodes `file`, `output` and `command`; `None` for another name.
    pub(super) fn shortcode(name: &str, arguments: &Arguments, inner: Span) -> Option<Self> {
        let role = role(name).filter(|role| *role != Role::Listing)?;
        let language = arguments.get("lang", if role == Role::File { 1 } else { 0 }).unwrap_or_default();
        let mut block =
            Self { said_role: true, ..Self::new(role, Form::Shortcode, language, arguments.clone(), inner) };
        block.find_title();
        Some(block)
    }

    /// What an `include` shows: to be saved where the guide says a path, else to be read.
    pub(super) fn included(arguments: Arguments, tag: Span) -> Self {
        let role =
            if arguments.named("path").is_some_and(|path| !path.is_empty()) { Role::File } else { Role::Listing };
        let language = arguments.named("lang").unwrap_or_default().to_owned();
        let mut block = Self { said_role: true, ..Self::new(role, Form::Shortcode, &language, arguments, tag) };
        block.find_title();
        block
    }

    fn find_title(&mut self) {
        if let Some(role) = self.arguments.named("role").and_then(role) {
            self.role = role;
            self.said_role = true;
        }
        let titles = if self.role == Role::File { ["path", "title"] } else { ["title", "filename"] };
        let named = titles.iter().find_map(|name| self.arguments.named(name));
        let positional = if self.role == Role::File { self.arguments.positional(0) } else { None };
        self.title = named.or(positional).filter(|title| !title.is_empty()).map(str::to_owned);
    }

    /// Adds text that came out of Markdown. `span` leads from a range of `text` to the source, `item` says what a
    /// shortcode shows, whether that is what is written, and, if it is to be rendered, the shortcode itself.
    pub(super) fn push(
        &mut self,
        text: &str,
        span: impl Fn(Range<usize>) -> Span,
        mut item: impl FnMut(usize) -> Shown,
    ) {
        for part in buffer::parts(text) {
            match part {
                Part::Text(plain, begin) => {
                    let mut at = begin;
                    for line in plain.split_inclusive('\n') {
                        // A line end may be another one in the source.
                        let content = line.strip_suffix('\n').unwrap_or(line);
                        for piece in [content, &line[content.len()..]] {
                            self.push_piece(piece, span(at..at + piece.len()));
                            at += piece.len();
                        }
                    }
                }
                Part::Item(index) => {
                    let Shown { text, from, shortcode } = item(index);
                    let begin = self.text.len();
                    for line in text.split_inclusive('\n') {
                        let at = self.text.len() - begin;
                        let copy = Span::new(from.start + at, from.start + at + line.len());
                        self.push_piece(line, if from.end - from.start == text.len() { copy } else { from });
                    }
                    self.inserts.extend(shortcode.map(|s| (begin..begin + text.len(), s)));
                }
            }
        }
    }

    /// Adds text that stands in the source by something else, as a whole.
    pub(super) fn push_made(&mut self, text: &str, from: Span) {
        for line in text.split_inclusive('\n') {
            self.lines.push(from.start);
            self.starts.push(self.text.len());
            self.way.made(self.text.len(), from);
            self.text.push_str(line);
        }
    }

    /// A piece of one line: a copy, if it is as long as its source.
    fn push_piece(&mut self, piece: &str, from: Span) {
        if piece.is_empty() {
            return;
        }
        if self.text.is_empty() || self.text.ends_with('\n') {
            self.lines.push(from.start);
            self.starts.push(self.text.len());
        }
        if from.end - from.start == piece.len() {
            self.way.copied(self.text.len(), from);
        } else {
            self.way.made(self.text.len(), from);
        }
        self.text.push_str(piece);
    }

    /// Leaves parts of the text out: ranges of bytes, in order, none across the end of a line unless it ends with it.
    pub(super) fn leave_out(&mut self, parts: &[Range<usize>]) {
        let text = std::mem::take(&mut self.text);
        let (starts, lines) = (std::mem::take(&mut self.starts), std::mem::take(&mut self.lines));
        let way = std::mem::take(&mut self.way);
        let mut begin = 0;
        for ((line, start), from) in text.split_inclusive('\n').zip(starts).zip(lines) {
            let end = begin + line.len();
            let cut = parts.iter().filter(|part| part.start >= begin && part.start < end);
            let (mut at, mut is_new) = (begin, true);
            for part in cut.cloned().chain(std::iter::once(end..end)) {
                if part.start > at {
                    if std::mem::take(&mut is_new) {
                        // What is left of a line begins where it did.
                        self.lines.push(from);
                        self.starts.push(self.text.len());
                    }
                    self.way.go_on(self.text.len(), &way, start + (at - begin)..start + (part.start - begin));
                    self.text.push_str(&text[at..part.start]);
                }
                at = part.end;
            }
            begin = end;
        }
        let moved = |at: usize| {
            let gone: usize = parts.iter().map(|part| part.end.min(at).saturating_sub(part.start)).sum();
            at - gone
        };
        for (range, _) in &mut self.inserts {
            *range = moved(range.start)..moved(range.end);
        }
    }

    /// More arguments, from somewhere else than its tag.
    pub(super) fn add_arguments(&mut self, more: Vec<Argument>) {
        self.arguments.0.extend(more);
        self.find_title();
    }

    /// Ends the text of a shortcode: without blank lines, with one line end, or empty.
    pub(super) fn trim_end(&mut self) {
        let kept = self.text.trim_end_matches(['\n', ' ', '\t']).len();
        self.text.truncate(kept);
        self.finish();
    }

    /// Ends the text with a line end, unless it is empty.
    pub(super) fn finish(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        self.lines.truncate(self.text.lines().count());
        let end = self.text.len();
        for (range, _) in &mut self.inserts {
            *range = range.start.min(end)..range.end.min(end);
        }
    }

    /// The source span of a byte range inside line `line` (from 0) of the text.
    pub fn source_span(&self, line: usize, range: Range<usize>) -> Span {
        let Some(begin) = self.starts.get(line) else { return Span::new(self.inner.start, self.inner.start) };
        self.way.span(begin + range.start..begin + range.end)
    }
}

/// What a shortcode inside code shows.
pub(super) struct Shown {
    pub(super) text: String,
    /// What it is made of; what is written there if it is as long.
    pub(super) from: Span,
    pub(super) shortcode: Option<Shortcode>,
}

//! What a block of code is for, and its text as a reader sees it.

use super::{
    Argument, Arguments, CodeBlock, Form, Role, Shortcode,
    buffer::{self, Part},
};
use crate::{source::Span, terminal::program::is_of_shell};

/// Whether a language name means "typed at a terminal".
pub(super) fn is_shell(language: &str) -> bool {
    is_of_shell(language)
}

/// The role that a name says, in a fence's first word or in `role=`.
fn role(name: &str) -> Option<Role> {
    Some(match name {
        "command" => Role::Command,
        "output" => Role::Output,
        "file" => Role::File,
        "listing" => Role::Listing,
        _ => return None,
    })
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
            inserts: Vec::new(),
            inner,
        }
    }

    /// An indented block: commands.
    pub(super) fn indented(inner: Span) -> Self {
        Self::new(Role::Command, Form::Indented, "", Arguments::default(), inner)
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

    /// Arguments from an HTML comment before the block.
    pub(super) fn add_arguments(&mut self, more: Vec<Argument>) {
        self.arguments.0.extend(more);
        self.find_title();
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

    /// Adds text that came out of Markdown. `offset` leads from a byte of `text` to the source, `item` says what a
    /// shortcode shows and, if it is to be rendered, the shortcode itself.
    pub(super) fn push(
        &mut self,
        text: &str,
        offset: impl Fn(usize) -> usize,
        mut item: impl FnMut(usize) -> (String, Option<Shortcode>),
    ) {
        if !buffer::has_items(text) {
            return self.push_plain(text, &offset, 0);
        }
        let mut at = 0;
        for part in buffer::parts(text) {
            match part {
                Part::Text(plain, begin) => {
                    self.push_plain(plain, &offset, begin);
                    at = begin + plain.len();
                }
                Part::Item(index) => {
                    if self.text.is_empty() || self.text.ends_with('\n') {
                        self.lines.push(offset(at));
                    }
                    let begin = self.text.len();
                    let (shown, shortcode) = item(index);
                    self.text.push_str(&shown);
                    // Further lines of what it shows belong to it as a whole.
                    let more = shown.trim_end_matches('\n').matches('\n').count();
                    self.lines.extend(std::iter::repeat_n(offset(at), more));
                    self.inserts.extend(shortcode.map(|s| (begin..begin + shown.len(), s)));
                }
            }
        }
    }

    fn push_plain(&mut self, text: &str, offset: &impl Fn(usize) -> usize, begin: usize) {
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            if self.text.is_empty() || self.text.ends_with('\n') {
                self.lines.push(offset(begin + at));
            }
            self.text.push_str(line);
            at += line.len();
        }
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
    pub fn source_span(&self, line: usize, range: std::ops::Range<usize>) -> Span {
        let begin = self.lines.get(line).copied().unwrap_or(self.inner.start);
        Span::new(begin + range.start, begin + range.end)
    }
}

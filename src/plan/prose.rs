//! The prose of a guide as far as it speaks of its blocks: passages in order, and where each of them stands.

use pulldown_cmark::{Event, Tag, TagEnd};

/// What a passage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A heading of this level.
    Heading(u8),
    /// A paragraph, or the text of a list item.
    Text,
    /// What a reader sees of something folded.
    Summary,
}

/// A heading, a paragraph, or the text of a list item. Code in it stands in backquotes.
#[derive(Debug, Clone)]
pub(super) struct Passage {
    pub(super) kind: Kind,
    pub(super) text: String,
    /// It stands aside: in a quote, a note or a table.
    pub(super) aside: bool,
    /// All of it is emphasised, as a label is.
    pub(super) label: bool,
    /// The list items that it stands in, outermost first.
    pub(super) items: Vec<usize>,
}

/// Passages in the order of the page.
#[derive(Debug, Clone, Default)]
pub(super) struct Prose {
    pub(super) passages: Vec<Passage>,
    /// List items that are open, outermost first.
    pub(super) items: Vec<usize>,
    /// Summaries of what is folded and open.
    pub(super) folds: Vec<usize>,
    aside: usize,
    next_item: usize,
    open: Option<Open>,
    /// In `<summary>`.
    summary: Option<String>,
}

/// A passage that is being read.
#[derive(Debug, Clone)]
struct Open {
    kind: Kind,
    text: String,
    strong: usize,
    plain: bool,
}

impl Prose {
    /// Whether what comes next stands aside.
    pub(super) fn is_aside(&self) -> bool {
        self.aside > 0
    }

    /// The last paragraph since that many passages, if no heading follows it.
    pub(super) fn said_since(&self, passages: usize) -> String {
        let since = self.passages.get(passages..).unwrap_or_default();
        let last = since.last().filter(|passage| passage.kind == Kind::Text);
        last.map_or_else(String::new, |passage| passage.text.replace('`', ""))
    }

    /// Takes a piece of Markdown.
    pub(super) fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let level = *level as u8;
                self.folds.clear();
                self.begin(Kind::Heading(level));
            }
            Event::Start(Tag::Paragraph | Tag::DefinitionListTitle | Tag::DefinitionListDefinition) => {
                self.begin(Kind::Text);
            }
            Event::Start(Tag::Item) => self.item(true),
            Event::End(TagEnd::Item) => self.item(false),
            Event::Start(Tag::BlockQuote(_) | Tag::Table(_) | Tag::FootnoteDefinition(_)) => self.aside(true),
            Event::End(TagEnd::BlockQuote(_) | TagEnd::Table | TagEnd::FootnoteDefinition) => self.aside(false),
            Event::Start(Tag::Strong) => self.strong(true),
            Event::End(TagEnd::Strong) => self.strong(false),
            Event::Start(Tag::TableCell) => self.text(" "),
            Event::End(
                TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::DefinitionListTitle | TagEnd::DefinitionListDefinition,
            ) => self.end(),
            Event::Text(text) => self.text(text),
            Event::Code(code) => self.code(code),
            // As a reader of plain Markdown has it: what is typed does not depend on how formulas are drawn.
            Event::InlineMath(formula) => self.text(&format!("${formula}$")),
            Event::DisplayMath(formula) => self.text(&format!("$${formula}$$")),
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.line_break(),
            Event::Html(html) | Event::InlineHtml(html) => self.html(html),
            _ => {}
        }
    }

    /// Begins a passage; whatever is open ends.
    pub(super) fn begin(&mut self, kind: Kind) {
        self.end();
        self.open = Some(Open { kind, text: String::new(), strong: 0, plain: false });
    }

    /// Ends the passage that is open.
    pub(super) fn end(&mut self) {
        let Some(open) = self.open.take() else { return };
        let text = open.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            let (kind, label) = (open.kind, !open.plain);
            self.push(kind, text, label);
        }
    }

    fn push(&mut self, kind: Kind, text: String, label: bool) {
        let items = self.items.clone();
        self.passages.push(Passage { kind, text, aside: self.aside > 0, label, items });
    }

    /// Adds text.
    pub(super) fn text(&mut self, text: &str) {
        if let Some(summary) = &mut self.summary {
            summary.push_str(text);
            return;
        }
        if self.open.is_none() {
            self.begin(Kind::Text);
        }
        if let Some(open) = &mut self.open {
            open.plain |= open.strong == 0 && text.chars().any(char::is_alphanumeric);
            open.text.push_str(text);
        }
    }

    /// Adds code.
    pub(super) fn code(&mut self, code: &str) {
        self.text("`");
        let plain = self.open.as_ref().is_some_and(|open| open.plain);
        self.text(code);
        self.text("`");
        // A label may be nothing but code.
        if let Some(open) = &mut self.open {
            open.plain = plain;
        }
    }

    /// A line ends in the middle of a passage: a label above the rest is a passage of its own.
    fn line_break(&mut self) {
        let is_label = |open: &Open| !open.plain && open.strong == 0 && !open.text.trim().is_empty();
        match self.open.as_ref().filter(|open| is_label(open)).map(|open| open.kind) {
            Some(kind) => self.begin(kind),
            None => self.text(" "),
        }
    }

    /// Strong text begins or ends.
    pub(super) fn strong(&mut self, begins: bool) {
        if begins && self.open.is_none() {
            self.begin(Kind::Text);
        }
        if let Some(open) = &mut self.open {
            open.strong = if begins { open.strong + 1 } else { open.strong.saturating_sub(1) };
        }
    }

    /// A list item begins or ends.
    pub(super) fn item(&mut self, begins: bool) {
        self.end();
        if begins {
            self.next_item += 1;
            self.items.push(self.next_item);
        } else {
            self.items.pop();
        }
    }

    /// A quote or a note begins or ends.
    pub(super) fn aside(&mut self, begins: bool) {
        self.end();
        self.aside = if begins { self.aside + 1 } else { self.aside.saturating_sub(1) };
    }

    /// Raw HTML: `<summary>` and `</details>` say what is folded, `<kbd>` and the like nothing.
    pub(super) fn html(&mut self, html: &str) {
        let mut rest = html;
        while let Some(start) = rest.find('<') {
            self.html_text(&rest[..start]);
            let Some(length) = rest[start..].find('>') else { return };
            let tag = rest[start + 1..start + length].trim().to_ascii_lowercase();
            let name = tag.split([' ', '\n', '/']).next().unwrap_or_default();
            match (name, tag.starts_with('/')) {
                ("summary", false) => {
                    self.end();
                    self.summary = Some(String::new());
                }
                ("br", _) if self.open.is_some() => self.line_break(),
                // Pages that cannot mark names as code in HTML mark them as keys.
                ("kbd" | "code", _) => self.text("`"),
                ("", true) if tag == "/kbd" || tag == "/code" => self.text("`"),
                ("", true) if tag == "/summary" => {
                    let text = self.summary.take().unwrap_or_default();
                    self.folds.push(self.passages.len());
                    self.push(Kind::Summary, text.split_whitespace().collect::<Vec<_>>().join(" "), false);
                }
                ("", true) if tag == "/details" => {
                    self.end();
                    self.folds.pop();
                }
                _ => {}
            }
            rest = &rest[start + length + 1..];
        }
        self.html_text(rest);
    }

    fn html_text(&mut self, text: &str) {
        if let Some(summary) = &mut self.summary {
            summary.push_str(text);
        }
    }
}

/// The sentences of a text, without their marks.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut begin, mut code) = (0, false);
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        code ^= *byte == b'`';
        let ends = matches!(byte, b'.' | b'!' | b'?') && bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace);
        if !ends || code {
            continue;
        }
        let short = ["e.g", "i.e", "etc", "eg"].iter().any(|short| text[begin..at].ends_with(short));
        if !short {
            found.push(text[begin..at].trim());
            begin = at + 1;
        }
    }
    found.push(text[begin..].trim());
    found.retain(|sentence| !sentence.is_empty());
    found
}

/// What stands in backquotes, in order.
pub(super) fn codes(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_sentence() {
        for (text, expected) in [
            ("Open it. Then add:", &["Open it", "Then add:"][..]),
            ("Edit `a. b` now", &["Edit `a. b` now"]),
            ("Take one, e.g. `x`. Done!", &["Take one, e.g. `x`", "Done"]),
            ("Version 1.2 of it", &["Version 1.2 of it"]),
            ("", &[]),
        ] {
            assert_eq!(sentences(text), expected, "{text}");
        }
        assert_eq!(codes("a `b` c `d`").collect::<Vec<_>>(), ["b", "d"]);
        assert_eq!(codes("no code").count(), 0);
    }

    #[test]
    fn labels_and_folds() {
        let mut prose = Prose::default();
        prose.strong(true);
        prose.text("Fedora");
        prose.strong(false);
        prose.text(":");
        prose.end();
        prose.html("<details>\n<summary>Example <b>output</b></summary>\n");
        assert_eq!(prose.folds, [1]);
        prose.html("</details>");
        prose.code("a/b");
        prose.end();
        prose.text("Plain");
        prose.html("<br>");
        prose.text("and plain");
        prose.end();
        prose.strong(true);
        prose.text("Label");
        prose.strong(false);
        prose.html("<br>");
        prose.text("Below it");
        prose.end();
        let shown: Vec<_> = prose.passages.iter().map(|p| (p.kind, p.text.as_str(), p.label)).collect();
        assert_eq!(
            shown,
            [
                (Kind::Text, "Fedora:", true),
                (Kind::Summary, "Example output", false),
                (Kind::Text, "`a/b`", true),
                (Kind::Text, "Plain and plain", false),
                (Kind::Text, "Label", true),
                (Kind::Text, "Below it", false)
            ]
        );
        assert_eq!(prose.folds, [] as [usize; 0]);
    }
}

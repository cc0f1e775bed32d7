//! Raw HTML that is never closed and would swallow the rest of the page, its footer included: it is told, and closed.

use pulldown_cmark::Event;
use std::ops::Range;

use super::Assembler;
use crate::{diagnostic::Diagnostic, source::Span};

/// How something begins, ends, and is called whose text is no markup
/// (<https://html.spec.whatwg.org/multipage/syntax.html#comments>, `#raw-text-elements` and `#escapable-raw-text-elements`).
const SWALLOWING: &[(&str, &str, &str)] = &[
    ("<!--", "-->", "comment"),
    ("<script", "</script>", "`script`"),
    ("<style", "</style>", "`style`"),
    ("<textarea", "</textarea>", "`textarea`"),
    ("<title", "</title>", "`title`"),
    ("<iframe", "</iframe>", "`iframe`"),
    ("<xmp", "</xmp>", "`xmp`"),
];

/// What is open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    end: &'static str,
    name: &'static str,
    at: Span,
}

impl Assembler<'_, '_> {
    /// Follows what a line of a block of raw HTML opens and closes.
    pub(super) fn follow_raw(&mut self, html: &str, range: Range<usize>) {
        let lower = html.to_ascii_lowercase();
        let mut rest = 0;
        loop {
            if let Some(open) = self.raw {
                let Some(end) = end_of(&lower[rest..], open.end) else { return };
                rest += end;
                self.raw = None;
            }
            let Some(at) = lower[rest..].find('<').map(|found| rest + found) else { return };
            rest = at + 1;
            let Some((begin, end, name)) = SWALLOWING.iter().find(|(begin, ..)| begins(&lower[at..], begin)) else {
                continue;
            };
            // Inside a rewritten text a line need not be as long as its source.
            let here = range.start + at;
            let here = here..(here + begin.len()).min(range.end.max(here));
            self.raw = Some(Open { end, name, at: self.buffer.span(here) });
            // `<!-->` and `<!--->` are whole comments.
            rest = if *end == "-->" { at + 2 } else { at + begin.len() };
        }
    }

    /// Closes what a block of raw HTML leaves open.
    pub(super) fn close_raw(&mut self, range: Range<usize>) {
        let Some(Open { end, name, at }) = self.raw.take() else { return };
        let problem = Diagnostic::warning("html-unclosed", format!("this {name} is never closed"));
        self.builder.diagnostics.push(problem.at(self.builder.source, at).help(format!("close it with `{end}`")));
        self.push(Event::Html(format!("{end}\n").into()), range.end..range.end);
    }
}

/// Whether a text begins with what opens.
fn begins(text: &str, begin: &str) -> bool {
    let after = text.strip_prefix(begin).map(|rest| rest.chars().next());
    after.is_some_and(|next| begin == "<!--" || next.is_none_or(|c| c.is_whitespace() || c == '>' || c == '/'))
}

/// Where that ends in a text which `end` closes, if it does: `</script >` closes, too.
fn end_of(text: &str, end: &str) -> Option<usize> {
    let Some(tag) = end.strip_suffix('>').filter(|_| end != "-->") else {
        return text.find(end).map(|at| at + end.len());
    };
    let closes = |at: &usize| text[at + tag.len()..].starts_with(|c: char| c == '>' || c == '/' || c.is_whitespace());
    let at = text.match_indices(tag).map(|(at, _)| at).find(closes)?;
    Some(text[at..].find('>').map_or(text.len(), |found| at + found + 1))
}

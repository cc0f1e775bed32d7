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
                let Some(end) = lower[rest..].find(open.end) else { return };
                rest += end + open.end.len();
                self.raw = None;
            }
            let begins = |begin: &str| {
                let found = |at: usize| {
                    let after = lower[at + begin.len()..].chars().next();
                    begin == "<!--" || after.is_none_or(|c| c.is_whitespace() || c == '>' || c == '/')
                };
                lower[rest..].match_indices(begin).map(|(at, _)| rest + at).find(|at| found(*at))
            };
            let first = SWALLOWING.iter().filter_map(|row| Some((begins(row.0)?, row))).min_by_key(|(at, _)| *at);
            let Some((at, (begin, end, name))) = first else { return };
            // Inside a rewritten text a line need not be as long as its source.
            let here = range.start + at;
            let here = here..(here + begin.len()).min(range.end.max(here));
            self.raw = Some(Open { end, name, at: self.buffer.span(here) });
            rest = at + begin.len();
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

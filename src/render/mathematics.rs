//! Formulas in LaTeX to MathML, which browsers draw themselves.

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};
use std::sync::LazyLock;

use super::html::{Renderer, escape};
use crate::{diagnostic::Diagnostic, guide::Guide, source::Span};

/// Language of fences that are formulas.
pub(super) const LANGUAGE: &str = "math";

static CONVERTER: LazyLock<LatexToMathML> = LazyLock::new(|| {
    // The source goes with it, for those who copy the formula, and for screen readers that read LaTeX.
    let config = MathCoreConfig { annotation: true, ..MathCoreConfig::default() };
    LatexToMathML::new(config).expect("no macros that could be wrong")
});

impl Renderer<'_> {
    /// A formula; `span` is its source, with the signs around it or not. One with an error is shown as it is written.
    pub(super) fn formula(&mut self, guide: &Guide, formula: &str, display: bool, span: Span) -> String {
        let form = if display { MathDisplay::Block } else { MathDisplay::Inline };
        match CONVERTER.convert_with_local_state(formula, form) {
            Ok(made) => {
                self.uses.mathematics = true;
                on_one_line(&made.mathml)
            }
            Err(error) => {
                let written = &guide.source.text[span.range()];
                let at = written.find(formula).map_or(span, |start| part(span.start + start, formula, &error.0));
                let message = format!("this formula cannot be read: {}", error.error_message().trim_end_matches('.'));
                let problem = Diagnostic::error("formula", message).at(&guide.source, at);
                let help = "formulas are LaTeX, of which not every command is known; a dollar sign that is one is written `\\$`";
                self.diagnostics.push(problem.help(help));
                format!("<code>{}</code>", escape(formula))
            }
        }
    }
}

/// The elements without the lines and spaces that stand between them; the LaTeX behind them stays.
fn on_one_line(html: &str) -> String {
    let (elements, source) = html.split_at(html.find("<annotation").unwrap_or(html.len()));
    let end: String = source.rsplit_once("</annotation>").map_or("", |(_, end)| end).lines().map(str::trim).collect();
    let source = source.rsplit_once("</annotation>").map_or(source, |(source, _)| source);
    let close = if source.is_empty() { "" } else { "</annotation>" };
    format!("{}{source}{close}{end}", elements.lines().map(str::trim).collect::<String>())
}

/// The bytes of a formula that an error is about, which begins at `start`; at its end, its last character.
fn part(start: usize, formula: &str, error: &std::ops::Range<usize>) -> Span {
    let is_between = |at: &usize| formula.is_char_boundary(*at);
    let begin = (0..=error.start.min(formula.len())).rev().find(is_between).unwrap_or_default();
    let end = (error.end..formula.len()).find(is_between).unwrap_or(formula.len());
    match (begin < end, formula[..begin].char_indices().last()) {
        (true, _) => Span::new(start + begin, start + end),
        (false, Some((last, _))) => Span::new(start + last, start + begin),
        (false, None) => Span::new(start, start + formula.chars().next().map_or(0, char::len_utf8)),
    }
}

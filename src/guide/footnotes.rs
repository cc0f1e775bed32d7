//! References to footnotes that nothing defines, which Markdown takes for text, and footnotes that nothing refers to.

use pulldown_cmark::{Event, Tag};
use regex::Regex;
use std::{collections::BTreeSet, sync::LazyLock};

use super::{Token, TokenKind};
use crate::{
    diagnostic::{Diagnostic, nearest},
    source::{Source, Span},
};

/// `[^name]`, where the name has nothing that a class of characters in a regular expression has.
static REFERENCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[\^([\p{L}\p{N}_][\p{L}\p{N}_-]*)\]").expect("a regular expression"));

/// Looks at a text, and at the bodies of its shortcodes, each of which has footnotes of its own.
pub(super) fn lint(source: &Source, tokens: &[Token], diagnostics: &mut Vec<Diagnostic>) {
    let mut defined: Vec<(&str, Span)> = Vec::new();
    let mut referred: BTreeSet<&str> = BTreeSet::new();
    for token in tokens {
        match &token.kind {
            TokenKind::Markdown(Event::Start(Tag::FootnoteDefinition(name))) => defined.push((name, token.span)),
            TokenKind::Markdown(Event::FootnoteReference(name)) => {
                referred.insert(name);
            }
            TokenKind::Shortcode(shortcode) => lint(source, &shortcode.body, diagnostics),
            _ => {}
        }
    }
    // What is defined in the text around this one is none here.
    let outside = tokens.iter().filter_map(|token| match &token.kind {
        TokenKind::Markdown(Event::FootnoteReference(name)) => Some((token.span, &**name)),
        _ => None,
    });
    let outside = outside.filter(|(_, name)| defined.iter().all(|(known, _)| known != name));
    let unknown = texts(source, tokens).into_iter().flat_map(|text| references(&source.text, text));
    for (at, name) in unknown.chain(outside) {
        let message = format!("there is no footnote `{name}`");
        let help = match nearest(name, defined.iter().map(|(name, _)| *name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "add `[^{name}]: what it says` below, in the same text: the body of a shortcode has footnotes of its own; \
                 what is none is written `\\[^{name}]` or as code"
            ),
        };
        diagnostics.push(Diagnostic::error("missing-footnote", message).at(source, at).help(help));
    }
    for (name, span) in defined.into_iter().filter(|(name, _)| !referred.contains(name)) {
        let end = source.text[span.range()].find(']').map_or(span.end, |end| span.start + end + 1);
        let problem = Diagnostic::warning("unused-footnote", format!("nothing refers to the footnote `{name}`"));
        let help = format!("it is not shown: refer to it with `[^{name}]`, or remove it");
        diagnostics.push(problem.at(source, Span::new(span.start, end)).help(help));
    }
}

/// The pieces of the source that are text: neither code, nor HTML, nor what a shortcode says.
fn texts(source: &Source, tokens: &[Token]) -> Vec<Span> {
    let mut texts: Vec<Span> = Vec::new();
    let mut verbatim = 0_usize;
    for token in tokens {
        match &token.kind {
            TokenKind::Markdown(Event::InlineHtml(html)) if html.starts_with("<code") => verbatim += 1,
            TokenKind::Markdown(Event::InlineHtml(html)) if html.starts_with("</code") => {
                verbatim = verbatim.saturating_sub(1);
            }
            TokenKind::Markdown(Event::Text(_)) if verbatim == 0 && token.span.end <= source.text.len() => {
                match texts.last_mut().filter(|last| last.end == token.span.start) {
                    Some(last) => last.end = token.span.end,
                    None => texts.push(token.span),
                }
            }
            _ => {}
        }
    }
    texts
}

/// References in a piece of text, with their names.
fn references(text: &str, within: Span) -> Vec<(Span, &str)> {
    let is_one = |found: &regex::Captures<'_>| {
        let (whole, name) = (found.get(0)?, found.get(1)?.as_str());
        let (start, end) = (within.start + whole.start(), within.start + whole.end());
        let before = text[..start].chars().next_back().unwrap_or('\n');
        let after = text[end..].chars().next().unwrap_or('\n');
        // Of one letter it is a footnote only where it hangs on a word: `grep [^a]` has none.
        let hangs = before.is_alphanumeric() || ".,;:!?)\"'”’»*_]".contains(before);
        let stands = hangs || (before.is_whitespace() || "([—–“«".contains(before)) && name.chars().nth(1).is_some();
        let ends = after.is_whitespace() || ".,;:!?)]\"'”’»*_[—–-".contains(after);
        (stands && ends && !is_range(name)).then(|| (Span::new(start, end), &text[start + 2..end - 1]))
    };
    REFERENCE.captures_iter(&text[within.range()]).filter_map(|found| is_one(&found)).collect()
}

/// Whether a name is ranges of characters: `0-9`, `a-zA-Z`, `a-z0-9_`.
fn is_range(name: &str) -> bool {
    let mut rest: Vec<char> = name.chars().collect();
    let mut ranges = 0;
    while let [first, '-', last, ..] = rest[..] {
        let same = |is: fn(&char) -> bool| is(&first) && is(&last);
        if !(first < last
            && (same(char::is_ascii_digit) || same(char::is_ascii_lowercase) || same(char::is_ascii_uppercase)))
        {
            return false;
        }
        ranges += 1;
        rest.drain(..3);
    }
    ranges > 0 && rest.len() <= 1
}

#[cfg(test)]
mod tests {
    use crate::guide::{self, Registry};
    use crate::source::Source;

    /// Codes and places of what is found in a text.
    fn found(text: &str) -> Vec<String> {
        let guide = guide::parse(Source::new("page.md", text), &Registry::default(), &[], false);
        let told = |d: &crate::diagnostic::Diagnostic| {
            let place = d.place.as_ref().expect("a place");
            format!("{} {}:{}", d.code, place.line, place.column)
        };
        guide.diagnostics.iter().filter(|d| d.code.contains("footnote")).map(told).collect()
    }

    #[test]
    fn footnotes_that_are_missing_or_unused() {
        for (text, expected) in [
            ("A word[^1] and[^note].\n\n[^1]: One.\n[^note]: Two.\n", &[][..]),
            ("A word[^1].\n", &["missing-footnote 1:7"]),
            ("- A *word*[^long-name]\n", &["missing-footnote 1:11"]),
            ("> Quoted.[^ä]\n> More [^2]\n", &["missing-footnote 1:10"]),
            ("See ([^12]), [^12].\n", &["missing-footnote 1:6", "missing-footnote 1:14"]),
            ("A word.\n\n[^1]: One.\n", &["unused-footnote 3:1"]),
            ("A word[^Note].\n\n[^note]: One.\n", &[]),
            ("A word[^a] and [^b].\n\n[^a]: One.\n", &[]),
            (
                "{{< note >}}\nIn a body[^1].\n{{< /note >}}\n\n[^1]: One.\n",
                &["missing-footnote 2:10", "unused-footnote 5:1"],
            ),
            ("> [!NOTE]\n> In an alert[^1].\n\n[^1]: One.\n", &[]),
            // A note with a title is a shortcode in other words.
            ("> [!NOTE] Title\n> In it[^1].\n\n[^1]: One.\n", &["missing-footnote 2:8", "unused-footnote 4:1"]),
            // What is none.
            ("Code `[^1]`, \\[^1], <code>[^1]</code>.\n\n    [^1]\n\n```text\nx[^1]\n```\n", &[]),
            ("- [x] done\n- [ ] [^0-9] and [^a-zA-Z]* and sed s/[^0-9]//g\n", &[]),
            ("Classes: [^a], [^abc]+, [^\\d], `a`[^ ]\n", &[]),
            ("[^a-z]{2} a[^a-z0-9_] x[^A-Z]\n", &[]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }
}

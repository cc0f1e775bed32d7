//! Ids of headings: readable, unique in the page, and the same in every walk over it.

use std::collections::BTreeMap;

use pulldown_cmark::Event;
use serde_json::{Value, json};
use unicode_normalization::char::is_combining_mark;

use super::{World, html::escape};
use crate::guide::{Guide, Registry, Shortcode, Token, TokenKind};

/// Gives out ids in document order.
#[derive(Debug, Default)]
pub(super) struct Ids {
    used: BTreeMap<String, usize>,
}

impl Ids {
    /// The id of the next heading: its own, or one made of its text as GitHub and Hugo do; a repeated one gets a number.
    /// What begins as the ids of guidepost and its themes do gets another begin.
    pub(super) fn next(&mut self, own: Option<&str>, text: &str) -> String {
        let base = own.map_or_else(|| anchor(text), str::to_owned);
        let base = match base.as_str() {
            "" => "section".to_owned(),
            reserved if reserved.to_ascii_lowercase().starts_with(OWN) => format!("section-{base}"),
            _ => base,
        };
        let mut id = base.clone();
        while self.used.contains_key(&id) {
            let count = self.used.entry(base.clone()).or_insert(0);
            *count += 1;
            id = format!("{base}-{count}");
        }
        self.used.insert(id.clone(), 0);
        id
    }
}

/// Begins each id that is not the author's: of footnotes, tabs and notes, and of the theme.
pub(super) const OWN: &str = "gp-";

/// Lower case, letters, marks and digits of any script, `_`, `-` for spaces: GitHub's rule, `[^\\p{Word}\\- ]` of its
/// html-pipeline's `toc_filter`, where a word has marks.
pub(super) fn anchor(text: &str) -> String {
    let mut id = String::with_capacity(text.len());
    for c in text.trim().chars().flat_map(char::to_lowercase) {
        match c {
            ' ' | '-' | '\t' | '\n' => id.push('-'),
            '_' => id.push('_'),
            c if c.is_alphanumeric() || is_combining_mark(c) => id.push(c),
            _ => {}
        }
    }
    id
}

/// The text that a reader sees in inline tokens.
pub(super) fn plain_text(tokens: &[Token]) -> String {
    let mut text = String::new();
    for token in tokens {
        match &token.kind {
            TokenKind::Markdown(Event::Text(t) | Event::Code(t) | Event::InlineMath(t) | Event::DisplayMath(t)) => {
                text.push_str(t);
            }
            TokenKind::Markdown(Event::SoftBreak | Event::HardBreak) => text.push(' '),
            TokenKind::Shortcode(s) if s.name == "placeholder" => {
                text.push_str(s.arguments.get("name", 0).unwrap_or_default());
            }
            _ => {}
        }
    }
    text
}

/// What a heading says, to readers and in its id.
pub(super) struct Title {
    pub(super) text: String,
    /// With quotes and dashes as they are typed, so that ids do not depend on how they are shown.
    pub(super) typed: String,
}

/// The text of a heading, the site's own shortcodes included.
pub(super) fn title(guide: &Guide, tokens: &[Token], world: &dyn World) -> Title {
    let mut title = Title { text: String::new(), typed: String::new() };
    for token in tokens {
        let text = match &token.kind {
            TokenKind::Shortcode(shortcode) if !Registry::is_built_in(&shortcode.name) => {
                own_text(guide, shortcode, world)
            }
            _ => plain_text(std::slice::from_ref(token)),
        };
        let written = guide.source.text.get(token.span.range()).unwrap_or_default();
        let sign = !written.is_empty() && written.bytes().all(|b| b"\"'.-".contains(&b));
        title.typed.push_str(if sign && matches!(token.kind, TokenKind::Markdown(_)) { written } else { &text });
        title.text.push_str(&text);
    }
    Title { text: title.text.trim().to_owned(), typed: title.typed.trim().to_owned() }
}

/// What a reader reads of a site's own shortcode, wherever it stands: nothing if its template fails, which is told when the
/// page is rendered.
pub(super) fn own_text(guide: &Guide, shortcode: &Shortcode, world: &dyn World) -> String {
    let mut context = super::shortcode::arguments(&shortcode.arguments);
    let inner = shortcode.inner.and_then(|span| guide.source.text.get(span.range())).unwrap_or_default();
    context.insert("inner".into(), inner.into());
    context.insert("body".into(), escape(&plain_text(&shortcode.body)).into());
    context.insert("name".into(), shortcode.name.as_str().into());
    context.insert("page".into(), json!({ "title": "", "url": "" }));
    context.insert("id".into(), Value::from(OWN));
    world.shortcode(&shortcode.name, context).map(|html| text_of(&html)).unwrap_or_default()
}

/// The text of some HTML: without tags, comments and what draws or runs.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let silent = ["<svg", "<script", "<style"]
            .iter()
            .find(|open| rest.get(..open.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(open)));
        let end = match silent {
            Some(open) => {
                let close = format!("</{}", &open[1..]);
                rest.to_ascii_lowercase().find(&close).map_or(0, |at| at + close.len())
            }
            None if rest.starts_with("<!--") => {
                rest.find("--").and_then(|at| rest[at + 2..].find("--").map(|i| at + 2 + i)).unwrap_or(0)
            }
            None => 0,
        };
        rest = rest[end..].find('>').map_or("", |at| &rest[end + at + 1..]);
    }
    text.push_str(rest);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let edge = |at_edge: bool| if at_edge && !words.is_empty() { " " } else { "" };
    let (before, after) = (edge(text.starts_with(' ')), edge(text.ends_with(' ')));
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", "\u{a0}"), ("&amp;", "&")];
    plain.iter().fold(format!("{before}{words}{after}"), |text, (entity, sign)| text.replace(entity, sign))
}

/// The index of the token that ends what `tokens[start]` starts, or the last one.
pub(super) fn end_of(tokens: &[Token], start: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(start) {
        match &token.kind {
            TokenKind::Markdown(Event::Start(_)) => depth += 1,
            TokenKind::Markdown(Event::End(_)) => {
                depth -= 1;
                if depth == 0 {
                    return index;
                }
            }
            _ => {}
        }
    }
    tokens.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_readable_and_unique() {
        let mut ids = Ids::default();
        let next: Vec<String> = ["Install & run", "Install & run", "Install & run", "Été 1.2_x", "!", "?"]
            .iter()
            .map(|text| ids.next(None, text))
            .collect();
        assert_eq!(next, ["install--run", "install--run-1", "install--run-2", "été-12_x", "section", "section-1"]);
        assert_eq!(ids.next(Some("Own"), "x"), "Own");
        assert_eq!(ids.next(Some("Own"), "x"), "Own-1");
        assert_eq!(ids.next(None, "GP main"), "section-gp-main");
        assert_eq!(ids.next(Some("GP-1"), "x"), "section-GP-1");
    }

    #[test]
    fn marks_stay_in_ids() {
        for (text, id) in [
            ("नमस्ते दुनिया", "नमस्ते-दुनिया"),
            ("ติดตั้งฐานข้อมูล", "ติดตั้งฐานข้อมูล"),
            ("Ca\u{300}i đặt", "ca\u{300}i-đặt"),
            ("வணக்கம்", "வணக்கம்"),
        ] {
            assert_eq!(anchor(text), id);
        }
    }

    #[test]
    fn text_of_html() {
        for (html, text) in [
            ("Acme <b>Server</b>\n", "Acme Server"),
            ("<svg class=\"i\"><title>x</title></svg>", ""),
            ("<!-- > --> a &amp;lt; b<br>", " a &lt; b"),
            ("a <i", "a "),
            ("<script>a > b</script>é", "é"),
        ] {
            assert_eq!(text_of(html), text, "{html}");
        }
    }
}

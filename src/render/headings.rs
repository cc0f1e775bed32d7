//! Ids of headings: readable, unique in the page, and the same in every walk over it.

use std::collections::BTreeMap;

use pulldown_cmark::Event;

use crate::guide::{Token, TokenKind};

/// Gives out ids in document order.
#[derive(Debug, Default)]
pub(super) struct Ids {
    used: BTreeMap<String, usize>,
}

impl Ids {
    /// The id of the next heading: its own, or one made of its text as GitHub and Hugo do; a repeated one gets a number.
    pub(super) fn next(&mut self, own: Option<&str>, text: &str) -> String {
        let base = own.map_or_else(|| anchor(text), str::to_owned);
        let base = if base.is_empty() { "section".to_owned() } else { base };
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

/// Lower case, letters and digits of any script, `-` for spaces.
pub(super) fn anchor(text: &str) -> String {
    let mut id = String::with_capacity(text.len());
    for c in text.trim().chars().flat_map(char::to_lowercase) {
        match c {
            ' ' | '-' | '\t' | '\n' => id.push('-'),
            '_' => id.push('_'),
            c if c.is_alphanumeric() => id.push(c),
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
            TokenKind::Markdown(Event::Text(t) | Event::Code(t)) => text.push_str(t),
            TokenKind::Markdown(Event::SoftBreak | Event::HardBreak) => text.push(' '),
            TokenKind::Shortcode(s) if s.name == "placeholder" => {
                text.push_str(s.arguments.get("name", 0).unwrap_or_default());
            }
            _ => {}
        }
    }
    text
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
    }
}

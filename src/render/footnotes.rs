//! Footnotes: gathered at the end of their text, numbered by first reference.

use pulldown_cmark::{Event, Tag};
use std::{cell::RefCell, collections::HashMap, fmt::Write};

use super::{
    headings::{OWN, anchor, end_of},
    html::{Renderer, escape},
};
use crate::guide::{Guide, Token, TokenKind};

/// The footnotes of one text, in the order of their numbers.
#[derive(Default)]
pub(super) struct Notes<'a> {
    notes: Vec<(String, Vec<&'a [Token]>)>,
    numbers: HashMap<String, usize>,
    /// Makes ids unique between the texts of a page: its own, those of notes and of included bundles.
    prefix: String,
    /// How often each note was referred to so far.
    references: RefCell<HashMap<String, usize>>,
}

impl Notes<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    fn number(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    fn id(&self, name: &str) -> String {
        format!("{}{}", self.prefix, escape(&anchor(name)))
    }

    /// The superscript number; the name itself if nothing defines it.
    pub(super) fn reference(&self, name: &str) -> String {
        match self.number(name) {
            Some(number) => {
                let id = self.id(name);
                let mut references = self.references.borrow_mut();
                let count = references.entry(name.to_owned()).or_insert(0);
                *count += 1;
                let again = if *count == 1 { String::new() } else { format!("-{count}") };
                format!(
                    "<sup class=\"footnote-ref\" id=\"{OWN}fnref-{id}{again}\"><a href=\"#{OWN}fn-{id}\">{number}</a></sup>"
                )
            }
            None => format!("[^{}]", escape(name)),
        }
    }
}

/// Cuts the definitions out of a text.
pub(super) fn split(tokens: &[Token], serial: usize) -> (std::borrow::Cow<'_, [Token]>, Notes<'_>) {
    let has_notes = |t: &Token| matches!(&t.kind, TokenKind::Markdown(Event::Start(Tag::FootnoteDefinition(_))));
    if !tokens.iter().any(has_notes) {
        return (tokens.into(), Notes::default());
    }
    let mut text = Vec::with_capacity(tokens.len());
    let mut definitions: Vec<(String, &[Token])> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if let TokenKind::Markdown(Event::Start(Tag::FootnoteDefinition(name))) = &token.kind {
            let end = end_of(tokens, at);
            definitions.push((name.to_string(), &tokens[at + 1..end]));
            at = end;
        } else {
            text.push(token.clone());
        }
        at += 1;
    }
    let referred = tokens.iter().filter_map(|t| match &t.kind {
        TokenKind::Markdown(Event::FootnoteReference(name)) => Some(name.to_string()),
        _ => None,
    });
    let prefix = if serial > 1 { format!("{serial}-") } else { String::new() };
    let mut notes = Notes { prefix, ..Notes::default() };
    let mut bodies: HashMap<String, Vec<&[Token]>> = HashMap::new();
    for (name, body) in definitions {
        bodies.entry(name).or_default().push(body);
    }
    for name in referred {
        if let Some(bodies) = bodies.remove(&name) {
            notes.numbers.insert(name.clone(), notes.notes.len() + 1);
            notes.notes.push((name, bodies));
        }
    }
    (text.into(), notes)
}

/// The list at the end of the text.
pub(super) fn section(renderer: &mut Renderer<'_>, guide: &Guide, notes: &Notes<'_>) -> String {
    let [label, back] = ["footnotes", "back_to_text"].map(|key| escape(&renderer.world.word(key)));
    let mut html = format!("<section class=\"footnotes\" aria-label=\"{label}\">\n<ol>\n");
    for (name, bodies) in &notes.notes {
        let id = notes.id(name);
        let mut body: String = bodies.iter().map(|body| renderer.tokens(guide, body, notes)).collect();
        let back = format!(" <a href=\"#{OWN}fnref-{id}\" class=\"footnote-back\" aria-label=\"{back}\">↩</a>");
        match body.trim_end().strip_suffix("</p>") {
            Some(kept) => body = format!("{kept}{back}</p>\n"),
            None => body.push_str(&back),
        }
        let _ = writeln!(html, "<li id=\"{OWN}fn-{id}\">{body}</li>");
    }
    html.push_str("</ol>\n</section>\n");
    html
}

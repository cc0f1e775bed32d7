//! GitHub's alerts (`> [!NOTE]`) are notes.

use pulldown_cmark::BlockQuoteKind;
use serde_json::{Map, Value, json};

use super::{footnotes::Notes, html::Renderer};
use crate::{
    guide::{Guide, Token},
    source::Span,
};

pub(super) fn html(
    renderer: &mut Renderer<'_>,
    guide: &Guide,
    kind: BlockQuoteKind,
    span: Span,
    body: &[Token],
    notes: &Notes<'_>,
) -> String {
    let (kind, title) = match kind {
        BlockQuoteKind::Note => ("primary", "note"),
        BlockQuoteKind::Tip => ("secondary", "tip"),
        BlockQuoteKind::Important => ("primary", "important"),
        BlockQuoteKind::Warning => ("warning", "warning"),
        BlockQuoteKind::Caution => ("alert", "caution"),
    };
    let title = renderer.world.word(title);
    // Its footnotes are those of the text around it.
    let body = renderer.tokens(guide, body, notes);
    let context = json!({ "kind": kind, "title": title, "collapsible": false, "body": body, "args": {}, "params": [] });
    let context = match context {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    renderer.template("note", context, guide, span)
}

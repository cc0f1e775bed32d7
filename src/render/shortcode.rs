//! What each shortcode tells its template.

use serde_json::{Map, Value, json};
use std::borrow::Cow;

use super::{
    World,
    headings::anchor,
    html::{Renderer, escape},
};
use crate::guide::{Arguments, Guide, Shortcode, TokenKind};

/// Arguments as templates see them: `args` by name, `params` by position.
pub(super) fn arguments(arguments: &Arguments) -> Map<String, Value> {
    let mut named = Map::new();
    let mut positional = Vec::new();
    for argument in &arguments.0 {
        match &argument.name {
            Some(name) => {
                named.insert(name.clone(), argument.value.as_str().into());
            }
            None => positional.push(Value::from(argument.value.as_str())),
        }
    }
    Map::from_iter([("args".to_owned(), Value::Object(named)), ("params".to_owned(), Value::Array(positional))])
}

impl Renderer<'_> {
    pub(super) fn shortcode(&mut self, guide: &Guide, shortcode: &Shortcode) -> String {
        let given = &shortcode.arguments;
        match shortcode.name.as_str() {
            "content" => return self.content(given.get("name", 0).unwrap_or_default()),
            "ref" | "relref" => return escape(&self.world.link(given.get("path", 0).unwrap_or_default(), &guide.path)),
            _ => {}
        }
        let mut context = arguments(given);
        let inner = shortcode.inner.map_or("", |span| &guide.source.text[span.range()]);
        context.insert("inner".into(), inner.into());
        let more = match shortcode.name.as_str() {
            "note" => self.note(given, "primary"),
            "caution" => self.note(given, "alert"),
            "disclosure-note" => json!({ "title": self.given_or(given.get("title", 0), "more") }),
            "placeholder" => {
                let name = given.get("name", 0).unwrap_or_default();
                json!({ "text": name, "variable": name })
            }
            "tabs" => self.tabs(guide, shortcode),
            "tab" => json!({ "title": given.get("title", 0).unwrap_or_default() }),
            "image" => self.image_shortcode(guide, given),
            "button" | "card" => json!({ "href": given.named("link").map(|link| self.world.link(link, &guide.path)) }),
            "youtube" => json!({
                "video": given.get("id", 0).unwrap_or_default(),
                "title": self.given_or(given.get("title", 1), "video"),
            }),
            _ => json!({}),
        };
        if let Value::Object(more) = more {
            context.extend(more);
        }
        let body = if shortcode.name == "tabs" { String::new() } else { self.body(guide, &shortcode.body) };
        context.insert("body".into(), body.into());
        let html = self.template(&shortcode.name, context, guide, shortcode.tag);
        // The line end that closes a template's file is no part of a line of text.
        let line_end = if shortcode.block { "\n" } else { "" };
        format!("{}{line_end}", html.trim_end_matches('\n'))
    }

    /// `kind`, `title` and `collapsible` of a note.
    fn note(&self, given: &Arguments, kind: &str) -> Value {
        let kind = given.named("type").unwrap_or(kind);
        let default = match kind {
            "alert" => "caution",
            "warning" => "warning",
            _ => "note",
        };
        let title = if given.flag("noTitle", false) { "".into() } else { note_title(self.world, given, default) };
        json!({ "kind": kind, "title": title, "collapsible": given.flag("isCollapsible", false) })
    }

    /// What an author says, or else a text of the language.
    fn given_or<'s>(&self, given: Option<&'s str>, key: &str) -> Cow<'s, str> {
        given.map_or_else(|| self.world.word(key).into(), Cow::Borrowed)
    }

    /// The text of a headless bundle.
    fn content(&mut self, name: &str) -> String {
        let Some(included) = self.world.include(name) else { return String::new() };
        if self.including.contains(&included.path) {
            return String::new();
        }
        self.including.push(included.path.clone());
        let html = self.document(&included, &included.tokens);
        self.including.pop();
        html
    }

    fn tabs(&mut self, guide: &Guide, shortcode: &Shortcode) -> Value {
        let mut tabs = Vec::new();
        for token in &shortcode.body {
            let TokenKind::Shortcode(tab) = &token.kind else { continue };
            if tab.name == "tab" {
                let title = &*self.given_or(tab.arguments.get("title", 0), "tab");
                let id = self.serial();
                let body = self.body(guide, &tab.body);
                let undone = tab.inner.zip(self.including.first()).is_some_and(|(inner, page)| {
                    self.world.is_undone_tab(page, &guide.path, super::code::lines_in(guide, inner))
                });
                let tab = json!({
                    "id": id, "title": title, "slug": anchor(title), "body": body, "undone": undone,
                });
                tabs.push(tab);
            }
        }
        json!({ "tabs": tabs })
    }

    fn image_shortcode(&mut self, guide: &Guide, given: &Arguments) -> Value {
        let target = given.get("src", 0).unwrap_or_default();
        let info = self.world.image(target, &guide.path);
        let (width, height) = scaled(given, info.size);
        let link = given.named("link").map(|link| self.world.link(link, &guide.path));
        let shown = self.shown(&info, width, link.is_some());
        json!({
            "src": info.src,
            "width": width,
            "height": height,
            "alt": given.get("alt", 1).unwrap_or_default(),
            "title": given.named("title").unwrap_or_default(),
            "caption": given.named("caption").map(|c| super::markdown::inline(c, |to| self.world.link(to, &guide.path))).unwrap_or_default(),
            "zoom": shown.zoom,
            "link": link,
            "srcset": shown.srcset,
            "sizes": shown.sizes,
            "lazy": shown.lazy,
        })
    }
}

/// The title of a note: what its author says, or what notes of its kind are called.
pub(super) fn note_title<'s>(world: &dyn World, given: &'s Arguments, default: &str) -> Cow<'s, str> {
    let Some(title) = given.named("title") else { return world.word(default).into() };
    // What a dialect says by the kind alone stands where the kind does.
    let is_kind = given.span_of("type").is_some_and(|kind| given.span_of("title") == Some(kind));
    let name = title.to_lowercase();
    let key = match name.as_str() {
        "note" | "tip" | "important" | "warning" | "caution" => name,
        _ => format!("kind_{name}"),
    };
    match Some(world.word(&key)).filter(|word| is_kind && *word != key) {
        Some(word) => word.into(),
        None => title.into(),
    }
}

/// Width and height of an image: where only one is given, the other follows from the file's own.
fn scaled(given: &Arguments, own: Option<(usize, usize)>) -> (Option<usize>, Option<usize>) {
    let number = |name: &str| given.named(name).and_then(|value| value.parse::<usize>().ok());
    let scale = |part: usize, of: usize, other: usize| (part * other).checked_div(of);
    match (number("width"), number("height"), own) {
        (Some(width), Some(height), _) => (Some(width), Some(height)),
        (Some(width), None, Some(own)) => (Some(width), scale(width, own.0, own.1)),
        (None, Some(height), Some(own)) => (scale(height, own.1, own.0), Some(height)),
        (None, None, Some(own)) => (Some(own.0), Some(own.1)),
        (width, height, None) => (width, height),
    }
}

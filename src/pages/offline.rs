//! A site that is opened as files, without a server: addresses relative and spelled out, and what scripts would ask a server for as
//! scripts that give it. Finished pages are rewritten, so that themes need not know of it.

use crate::{
    config::Config,
    diagnostic::Diagnostic,
    render::escape,
    site::address::{is_elsewhere, output_path},
    source::{Source, place},
};
use html5gum::{
    Span, Tokenizer,
    emitters::callback::{CallbackEmitter, CallbackEvent},
};

use std::convert::Infallible;

/// The script that stands in for a server.
pub(crate) const SCRIPT: &str = "offline.js";

/// Attributes that are addresses.
const ADDRESSES: &[&str] = &[
    "action",
    "data-copy-page",
    "data-mermaid",
    "data-more",
    "data-player",
    "data-replay",
    "data-search",
    "data-search-index",
    "href",
    "poster",
    "src",
];
/// Attributes that are lists of addresses, each with a size.
const LISTS: &[&str] = &["imagesrcset", "srcset"];

/// What addresses of a site's pages are made relative with.
#[derive(Clone, Copy)]
pub(crate) struct Offline<'a> {
    /// The path of the site, with `/` at both ends.
    pub(crate) base_path: &'a str,
    /// Scheme and host of the site, for what it does not have itself.
    pub(crate) origin: &'a str,
    /// Whether another site serves a path.
    pub(crate) is_elsewhere: &'a (dyn Fn(&str) -> bool + Sync),
    /// Whether a folder of the output, with `/` at its end, is that of a search index: scripts add names of files to it.
    pub(crate) is_index: &'a (dyn Fn(&str) -> bool + Sync),
    /// The path of [`SCRIPT`] in the output.
    pub(crate) script: &'a str,
}

impl Offline<'_> {
    /// A page that is written to `path` in the output.
    pub(crate) fn page(&self, path: &str, html: &str) -> String {
        let mut edits: Vec<(Span, String)> = Vec::new();
        let (mut name, mut is_refresh, mut has_script) = (String::new(), false, false);
        let emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, span: Span<usize>| -> Option<Infallible> {
            match event {
                CallbackEvent::OpenStartTag { .. } => is_refresh = false,
                CallbackEvent::AttributeName { name: read } => name = String::from_utf8_lossy(read).into_owned(),
                CallbackEvent::AttributeValue { value } => {
                    let value = String::from_utf8_lossy(value);
                    is_refresh |= name == "http-equiv" && value.eq_ignore_ascii_case("refresh");
                    if let Some(new) = self.attribute(path, &name, &value, is_refresh).filter(|new| *new != value) {
                        edits.push((span, escape(&new)));
                    }
                }
                // Before any other script of the page.
                CallbackEvent::CloseStartTag { .. } if !has_script && html[..span.end].ends_with("<head>") => {
                    has_script = true;
                    let script = relative(path, self.script);
                    edits.push((
                        Span { start: span.end, end: span.end },
                        format!("\n<script src=\"{script}\"></script>"),
                    ));
                }
                _ => {}
            }
            None
        });
        let mut emitter = emitter;
        emitter.naively_switch_states(true);
        let Ok(()) = Tokenizer::new_with_emitter(html, emitter).finish();
        let mut rewritten = String::with_capacity(html.len() + html.len() / 4);
        let mut at = 0;
        for (span, new) in edits {
            rewritten.push_str(&html[at..span.start]);
            rewritten.push_str(&new);
            at = span.end;
        }
        rewritten.push_str(&html[at..]);
        rewritten
    }

    fn attribute(&self, path: &str, name: &str, value: &str, is_refresh: bool) -> Option<String> {
        if ADDRESSES.contains(&name) {
            return Some(self.address(path, value));
        }
        if LISTS.contains(&name) {
            let one = |part: &str| {
                let part = part.trim();
                let (address, size) = part.split_once(' ').unwrap_or((part, ""));
                format!("{} {size}", self.address(path, address)).trim_end().to_owned()
            };
            return Some(value.split(", ").map(one).collect::<Vec<_>>().join(", "));
        }
        let (wait, to) = value.split_once("url=").filter(|_| is_refresh && name == "content")?;
        Some(format!("{wait}url={}", self.address(path, to)))
    }

    /// An address as the page at `path` has it, whose files are opened without a server.
    pub(crate) fn address(&self, path: &str, target: &str) -> String {
        let end = target.find(['?', '#']).unwrap_or(target.len());
        let (file, rest) = target.split_at(end);
        if is_elsewhere(file) {
            return target.to_owned();
        }
        if !file.starts_with('/') {
            // As an author wrote it: a folder is its page.
            return if file.ends_with('/') { format!("{file}index.html{rest}") } else { target.to_owned() };
        }
        let home = self.base_path.trim_end_matches('/');
        let inside = if file == home { Some("") } else { file.strip_prefix(self.base_path) };
        match inside.filter(|_| !(self.is_elsewhere)(file)) {
            Some(index) if (self.is_index)(index) => format!("{}{rest}", relative(path, index)),
            Some(inside) => format!("{}{rest}", relative(path, &output_path(inside))),
            None => format!("{}{target}", self.origin),
        }
    }

    /// A static file of the theme: style sheets with relative addresses, and modules, which browsers do not load from files, as
    /// scripts that give what they export.
    pub(crate) fn asset(&self, path: &str, bytes: &[u8]) -> Vec<u8> {
        let Ok(text) = std::str::from_utf8(bytes) else { return bytes.to_vec() };
        match path.rsplit('.').next() {
            Some("css") => self.sheet(path, text).into_bytes(),
            Some("js") => classic(text).unwrap_or_else(|| text.to_owned()).into_bytes(),
            _ => bytes.to_vec(),
        }
    }

    fn sheet(&self, path: &str, css: &str) -> String {
        let mut parts = css.split("url(");
        let mut sheet = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (quote, rest) = match part.chars().next() {
                Some(quote @ ('"' | '\'')) => (quote.to_string(), &part[1..]),
                _ => (String::new(), part),
            };
            let end = rest.find(if quote.is_empty() { ")" } else { &quote }).unwrap_or(rest.len());
            let (address, rest) = rest.split_at(end);
            let address = if address.starts_with('/') { self.address(path, address) } else { address.to_owned() };
            sheet.push_str(&format!("url({quote}{address}{rest}"));
        }
        sheet
    }
}

/// What of the configuration does not work in a site of files.
pub(crate) fn unfit(config: &Config, source: &Source) -> Vec<Diagnostic> {
    let modules = config.look.javascript.iter().filter(|path| path.ends_with(".mjs"));
    let told = |path: &String| {
        Diagnostic::warning("offline", format!("{path} is a module, and browsers load none from files"))
            .at(source, place::of_value(source, &["look", "javascript"], path))
            .help("make it a plain script: a name that ends in `.js`, and neither `import` nor `export`")
    };
    modules.map(told).collect()
}

/// The way from a page to a file of the output, both by their paths there.
fn relative(from: &str, to: &str) -> String {
    format!("{}{to}", "../".repeat(from.matches('/').count()))
}

/// A module as a script that gives what it exports; `None` if it is none, or exports in a way that is not read.
fn classic(module: &str) -> Option<String> {
    let mut names = Vec::new();
    let mut script = String::from("(() => {\n");
    for line in module.split_inclusive('\n') {
        let Some(rest) = line.strip_prefix("export ") else {
            script.push_str(line);
            continue;
        };
        let mut words =
            rest.split(|c: char| !(c.is_alphanumeric() || "_$".contains(c))).filter(|word| !word.is_empty());
        words.find(|word| ["class", "const", "function", "let"].contains(word))?;
        names.push(words.next()?.to_owned());
        script.push_str(rest);
    }
    script.push_str(&format!("\nguidepost.give({{ {} }});\n}})();\n", names.join(", ")));
    (!names.is_empty()).then_some(script)
}

/// A text of the output as a script that gives it.
pub(crate) fn given(text: &str) -> String {
    format!("guidepost.give({});\n", serde_json::Value::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFLINE: Offline<'_> = Offline {
        base_path: "/docs/",
        origin: "https://example.org",
        is_elsewhere: &|path| path == "/docs/shop/",
        is_index: &|folder| folder == "search/",
        script: "assets/offline.1.js",
    };

    #[test]
    fn addresses_from_a_page() {
        for (target, expected) in [
            ("/docs/", "../../index.html"),
            ("/docs", "../../index.html"),
            ("/docs/guides/two/", "../../guides/two/index.html"),
            ("/docs/guides/two/?a=b#c", "../../guides/two/index.html?a=b#c"),
            ("/docs/a%20b.png", "../../a%20b.png"),
            ("/docs/a:b.png", "../../a:b.png"),
            ("/docs/search/", "../../search/"),
            ("/docs/shop/", "https://example.org/docs/shop/"),
            ("/elsewhere/", "https://example.org/elsewhere/"),
            ("#here", "#here"),
            ("map.png", "map.png"),
            ("../three/#x", "../three/index.html#x"),
            ("https://a.b/", "https://a.b/"),
            ("//a.b/", "//a.b/"),
            ("mailto:a@b.c", "mailto:a@b.c"),
            ("", ""),
        ] {
            assert_eq!(OFFLINE.address("guides/one/index.html", target), expected, "{target}");
        }
        assert_eq!(OFFLINE.address("404.html", "/docs/"), "index.html");
    }

    #[test]
    fn pages() {
        for (html, expected) in [
            ("<a href=\"/docs/x/\">/docs/x/</a>", "<a href=\"../x/index.html\">/docs/x/</a>"),
            ("<a title=\"/docs/\" href='/docs/?a&amp;b'>", "<a title=\"/docs/\" href='../index.html?a&amp;b'>"),
            (
                "<img src=/docs/a.png srcset=\"/docs/a.png 1x, /docs/b.png 2x\">",
                "<img src=../a.png srcset=\"../a.png 1x, ../b.png 2x\">",
            ),
            ("<script>a = '<a href=\"/docs/\">'</script>", "<script>a = '<a href=\"/docs/\">'</script>"),
            ("<!-- <a href=\"/docs/\"> -->", "<!-- <a href=\"/docs/\"> -->"),
            ("<pre>&lt;a href=\"/docs/\"&gt;</pre>", "<pre>&lt;a href=\"/docs/\"&gt;</pre>"),
            (
                "<meta http-equiv=\"refresh\" content=\"0; url=/docs/x/\">",
                "<meta http-equiv=\"refresh\" content=\"0; url=../x/index.html\">",
            ),
            ("<meta name=\"x\" content=\"url=/docs/x/\">", "<meta name=\"x\" content=\"url=/docs/x/\">"),
            ("<html><head><p>", "<html><head>\n<script src=\"../assets/offline.1.js\"></script><p>"),
            ("<p>ü<a href=\"/docs/ü/\">", "<p>ü<a href=\"../ü/index.html\">"),
        ] {
            assert_eq!(OFFLINE.page("one/index.html", html), expected);
        }
    }

    #[test]
    fn style_sheets_and_modules() {
        for (path, text, expected) in [
            ("assets/a.css", "a { b: url(\"/docs/fonts/x.woff2\") }", "a { b: url(\"../fonts/x.woff2\") }"),
            ("assets/a.css", "a { b: url(/docs/x.png) c }", "a { b: url(../x.png) c }"),
            (
                "assets/a.css",
                "a { b: url(\"data:image/svg+xml,a(b)\") url(x.png) }",
                "a { b: url(\"data:image/svg+xml,a(b)\") url(x.png) }",
            ),
            ("assets/a.js", "let a = 1;\n", "let a = 1;\n"),
            ("assets/a.js", "export default 1;\n", "export default 1;\n"),
            (
                "assets/a.js",
                "export async function open(x) {\n}\nexport class T {}\n",
                "(() => {\nasync function open(x) {\n}\nclass T {}\n\nguidepost.give({ open, T });\n})();\n",
            ),
        ] {
            assert_eq!(String::from_utf8_lossy(&OFFLINE.asset(path, text.as_bytes())), expected);
        }
        assert_eq!(given("a\"\n</script>"), "guidepost.give(\"a\\\"\\n</script>\");\n");
    }
}

//! Hostile text through the whole way of a guide: no panic, each place where what it speaks of stands, and HTML that is well
//! nested.

use crate::support::Bare;
use guidepost::{
    config::Config,
    diagnostic::Diagnostic,
    guide::{self, CodeBlock, Guide, Registry, Token, TokenKind},
    plan,
    render::{self, PageInfo},
    source::{Source, Span},
};
use proptest::prelude::*;

/// What texts are made of: characters of several bytes beside everything that has a meaning, whole and cut off.
const PIECES: &[&str] = &[
    "a",
    "é",
    "\u{a0}",
    "\u{3000}",
    "\u{feff}",
    "A\u{301}",
    "\u{2028}",
    "\u{85}",
    "\u{0}",
    "\u{1f}",
    "\u{fdd0}0\u{fdd1}",
    "“",
    "’",
    "--",
    "...",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "    ",
    "\\",
    "\\(",
    "\\`",
    "&amp;",
    "&#233;",
    "&#32;",
    "&nope;",
    "&",
    "`",
    "``",
    "```",
    "\n```bash",
    "\n```console {title=\"é\" exti=1}\n",
    "\n```file {title=\"a\\(b\"}\n",
    "\n```\n",
    "~~~",
    "{",
    "}",
    "{{< note >}}",
    "{{< /note >}}",
    "{{< placeholder \"IP\" >}}",
    "{{< own \"é\n\" >}}",
    "{{< bodied >}}",
    "{{< /bodied >}}",
    "{{</* x */>}}",
    "{{<",
    "{{%",
    "{{< e##78# \n\u{1f}\" >}}",
    "{{% file \"é\" %}}",
    "{{% /file %}}",
    "{{< output >}}",
    "{{< /output >}}",
    "{{< command >}}",
    "{{< /command >}}",
    "{{< image src=\"x\" width=\"18446744073709551615\" >}}",
    "{{< ref \"é\" >}}",
    "{{< tabs >}}{{< tab \"a\" >}}",
    "{{< /tab >}}{{< /tabs >}}",
    "/>}}",
    "!!! note \"é\"\n    ",
    "??? é\n\t",
    "=== \"é\"\n    ",
    ":::note[é]\n",
    "::::tip é\n",
    ":::\n",
    "::::\n",
    "\n# [é](#tab/é)\n",
    "\n***\n",
    "\n<Tabs>\n",
    "\n  <TabItem label=\"é\">",
    "</TabItem>\n",
    "</Tabs>",
    "> [!tip]- é\n",
    "[label é]\n",
    "<^>",
    " {2,4-6} showLineNumbers",
    " {.é [é é] ins={1}",
    "{% é %}",
    "[[é]]",
    ">}}",
    "%}}",
    "\"",
    "'",
    "<b title=\"",
    "\">",
    "</b>",
    "<div>",
    "</div>",
    "<!--",
    "-->",
    "\n<!-- verify: exti=é -->\n",
    "<",
    ">",
    "<ip>",
    "<é x>",
    "\n> ",
    "\n- ",
    "\n1. ",
    "\n   ",
    "\n\t",
    "\n# ",
    "\n## ",
    " {#é}",
    "\n===\n",
    "\n---\n",
    "*",
    "**",
    "_",
    "~~",
    "[",
    "](",
    ")",
    "](é \"é\")",
    "![",
    "\n[x]: é\n",
    "[^a]",
    "\n[^a]: ",
    "|",
    "\n|-|-|\n",
    "$ ",
    "# ",
    "> ",
    ">>> ",
    "psql",
    "nano é\n",
    "cat <<EOF\n",
    "EOF\n",
    "sudo ",
    "\u{1f600}",
];

/// Texts of which no piece is HTML of the author's.
fn texts_without_html() -> impl Strategy<Value = String> {
    // `cat <<EOF`, and a `>` in another piece, are a tag, too.
    let opens = |piece: &str| piece.trim_start().starts_with('<') || piece.contains("<EOF");
    let own: Vec<&str> = PIECES.iter().copied().filter(|piece| !opens(piece) && *piece != "\">").collect();
    prop::collection::vec(prop::sample::select(own), 0..30).prop_map(|pieces| pieces.concat())
}

/// What a shortcode or a block of a dialect begins with.
const OPENING: &[&str] = &["{{", "!!!", "???", "===", ":::", "#", "<", "[!", "```", "~~~"];

/// Arguments that a dialect gives, in other words than are written.
const DIALECTS: &[&str] = &["hl_lines", "linenos", "linenostart", "reason", "role", "title", "verify"];

/// Elements that have no end.
const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// What is wrong with the nesting of HTML, if anything is.
fn badly_nested(html: &str) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let (tag, after) = rest.split_once('>')?;
        let name =
            |tag: &str| tag.len() - tag.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '-').len();
        match tag.strip_prefix('/') {
            Some(end) if open.last() == Some(&&end[..name(end)]) => drop(open.pop()),
            Some(end) => return Some(format!("</{end}> in {open:?}")),
            None if VOID.contains(&&tag[..name(tag)]) || tag.ends_with('/') || name(tag) == 0 => {}
            None => open.push(&tag[..name(tag)]),
        }
        rest = after;
    }
    (!open.is_empty()).then(|| format!("{open:?} stay open"))
}

#[test]
fn nesting_is_looked_at() {
    assert_eq!(badly_nested("<p>a <em class=\"x\">b</em><br><img src=\"x\"></p><!-- <p> -->"), None);
    for wrong in ["<p>", "</p>", "<p><em></p></em>"] {
        assert!(badly_nested(wrong).is_some(), "{wrong}");
    }
}

fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![8 => prop::sample::select(PIECES).prop_map(str::to_owned), 1 => "\\PC{0,3}"];
    let front = prop_oneof![
        3 => Just(String::new()),
        1 => Just("---\ntitle: “é”\n---\n".to_owned()),
        1 => Just("\u{feff}---\r\ntitle: ü: x\r\n---\r\n".to_owned()),
        1 => Just("---\nverify: {vars: {IP: é, ip: x}, setup: [é]}\nweight: “\n---\n".to_owned()),
    ];
    (front, prop::collection::vec(piece, 0..30)).prop_map(|(front, pieces)| front + &pieces.concat())
}

fn registry() -> Registry {
    let mut registry = Registry::default();
    registry.add("own", false);
    registry.add("bodied", true);
    registry
}

fn read(text: &str, smart: bool) -> Guide {
    guide::parse(Source::new("guide.md", text), &registry(), &["tags".to_owned()], smart)
}

/// Whether a span is one of this text.
fn fits(text: &str, span: Span) -> bool {
    span.start <= span.end && text.get(span.range()).is_some()
}

fn spans(guide: &Guide, tokens: &[Token]) {
    let text = &guide.source.text;
    for token in tokens {
        assert!(fits(text, token.span), "{token:?}");
        match &token.kind {
            TokenKind::Code(code) => code_spans(guide, code),
            TokenKind::Shortcode(shortcode) => {
                let tag = &text[shortcode.tag.range()];
                assert!(OPENING.iter().any(|sign| tag.starts_with(sign)), "{shortcode:?}");
                assert!(shortcode.inner.is_none_or(|inner| fits(text, inner)), "{shortcode:?}");
                spans(guide, &shortcode.body);
            }
            TokenKind::Markdown(_) => {}
        }
    }
}

fn code_spans(guide: &Guide, code: &CodeBlock) {
    let text = &guide.source.text;
    assert!(fits(text, code.inner), "{code:?}");
    assert_eq!(code.lines.len(), code.text.lines().count(), "{code:?}");
    for (number, line) in code.text.lines().enumerate() {
        let span = code.source_span(number, 0..line.len());
        assert!(fits(text, span), "{number} {code:?}");
        assert!(text.is_char_boundary(code.lines[number]), "{number} {code:?}");
        // Each character is itself, or part of something that was made of more.
        for (at, c) in line.char_indices() {
            let span = code.source_span(number, at..at + c.len_utf8());
            assert!(fits(text, span), "{c:?} {code:?}");
            let written = &text[span.range()];
            let same = written == c.encode_utf8(&mut [0; 4]);
            let made = written.starts_with("{{") || written.is_empty() || written.contains('\t') || c == '\u{fffd}';
            assert!(same || made, "{c:?} is not {written:?}: {code:?}");
        }
    }
    for argument in &code.arguments.0 {
        assert!(fits(text, argument.span), "{argument:?}");
        let written = &text[argument.span.range()];
        assert!(
            argument.name.as_ref().is_none_or(|name| name.contains('\u{fffd}')
                || name.contains(['\\', '&', '(', '`'])
                || written.contains("{{")
                || written.contains('\\')
                || written.contains('&')
                || written.starts_with(name.as_str())
                || DIALECTS.contains(&name.as_str())),
            "{argument:?} is not {written:?}"
        );
    }
}

/// Each place is a line of the file, and what it marks is there.
fn places(text: &str, diagnostics: &[Diagnostic]) {
    for problem in diagnostics {
        let Some(place) = problem.place.as_ref().filter(|place| place.path == "guide.md") else { continue };
        let line = text.split('\n').nth(place.line - 1).unwrap_or_else(|| panic!("{problem:?}"));
        assert!(place.column <= line.chars().count() + 1, "{problem:?}");
        assert!(place.text.get(place.mark.0..place.mark.1).is_some(), "{problem:?}");
        let _ = problem.draw(false);
    }
}

/// The whole way of a guide.
fn whole_way(text: &str, smart: bool) {
    let guide = read(text, smart);
    spans(&guide, &guide.tokens);
    places(text, &guide.diagnostics);
    for plan in plan::plans(&guide, plan::Around::new(&|_| None, None, &["debian".to_owned()])) {
        places(text, &plan.diagnostics);
        for step in &plan.steps {
            assert!(fits(text, step.at.span), "{step:?}");
        }
    }
    let outline = render::outline(&guide, &Bare);
    places(text, &outline.diagnostics);
    let _ = render::page(&guide, &Bare, &PageInfo::default());
    let _ = render::markdown(&guide, "é", &Bare);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn any_text_goes_the_whole_way(text in texts(), smart: bool) {
        whole_way(&text, smart);
    }

    /// What guidepost writes is well nested, whatever an author writes; where a text is at fault, a diagnostic says so.
    #[test]
    fn html_is_well_nested(text in texts_without_html(), smart: bool) {
        let guide = read(&text, smart);
        let page = render::page(&guide, &Bare, &PageInfo::default());
        let wrong = badly_nested(&page.html);
        prop_assert!(
            wrong.is_none() || !guide.diagnostics.is_empty() || !page.diagnostics.is_empty(),
            "{:?}\n{text:?}\n{}", wrong, page.html
        );
    }

    #[test]
    fn any_settings_are_read_or_refused(pieces in prop::collection::vec(prop::sample::select(&[
        "title: ", "paginate: ", "“50”", "é", "\u{feff}", "\n", "\r\n", "\u{2028}", "\u{85}", "\u{7}", ": ", "- ", "[", "]", "{", "}", "\"", "'", "#", "\t", "  ",
        "machines:\n", "  debian: {image: é}\n", "*a", "&a ", "|\n", "base_url: ", "https://é/", "taxonomies: [é, É]\n", "permalinks: {é: /:é/}\n", "%", "@", "`", "\u{0}",
    ][..]), 0..14)) {
        let text = pieces.concat();
        let source = Source::new("guide.md", text.as_str());
        if let Err(problem) = Config::parse(&source) {
            places(&text, &[problem]);
        }
        let sidecar = Source::new("guide.md", text.as_str());
        let guide = read("```bash\nls é\n```\n", false);
        for plan in plan::plans(&guide, plan::Around::new(&|_| None, Some(&sidecar), &[])) {
            for problem in &plan.diagnostics {
                let _ = problem.draw(false);
            }
        }
        let page = format!("---\n{text}\n---\n");
        whole_way(&page, false);
    }
}

#[test]
fn known_crashes() {
    for text in [
        "`é{{< placeholder \"IP\" >}}é`\n",
        "```x exit=é\\(\nls\n```\n",
        "    {{<e##78# \n\u{1f}\" >}}nano <x>\n",
        "`a {{< note >}}x{{< /note >}} b`\n",
        "| `\\|é{{< own >}}é` |\n|-|\n",
        "> `é\n> {{< placeholder \"IP\" >}}é`\n",
        "## é {#{{< own >}}}\n",
        "{{< image src=\"x\" width=\"18446744073709551615\" >}}\n",
        "[^{{< own >}}]\n\n[^{{< own >}}]: é\n",
        "<a\ntitle=\"{{< note >}}é{{< /note >}}\">é</a>\n",
    ] {
        for smart in [false, true] {
            whole_way(text, smart);
            whole_way(&text.replace('\n', "\r\n"), smart);
        }
    }
}

#[test]
fn columns_behind_escapes_and_entities() {
    for (text, line, column) in [
        ("```bash {title=\"R&amp;D\" exti=1}\nls\n```\n", 1, 26),
        ("```bash {title=\"a\\(b\" exti=1}\nls\n```\n", 1, 23),
        ("> - ```bash {title=\"&#233;é\" exti=1}\n>   ls\n>   ```\n", 1, 30),
        ("```bash {title={{< placeholder \"é\" >}} exti=1}\nls\n```\n", 1, 40),
        ("<!-- verify: é exti=1 -->\n```bash\nls\n```\n", 1, 16),
        ("\t- a\n\n\t\techo “a”\n", 3, 8),
        ("```bash\r\n{{< placeholder \"é\" >}} “a”\r\n```\r\n", 2, 25),
        ("```bash\n{{< own \"\n\" >}} “a”\n```\n", 3, 7),
    ] {
        let guide = read(text, false);
        let found: Vec<_> =
            guide.diagnostics.iter().filter_map(|d| d.place.as_ref()).map(|p| (p.line, p.column)).collect();
        assert_eq!(found, [(line, column)], "{text} {:#?}", guide.diagnostics);
    }
}

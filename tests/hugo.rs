//! The same pages through Hugo: lists, items, code and nesting must be the same.

use crate::support;
use std::{path::Path, process::Command};

/// Odd indentations, as authors write them.
const CASES: &[(&str, &str)] = &[
    ("file at column 0 in a list", "1.  one\n\n    {{< file \"a\" >}}\nx\ny\n{{< /file >}}\n\n2.  two\n"),
    ("file without blank lines", "1.  one\n    {{< file \"a\" >}}\nx\n{{< /file >}}\n2.  two\n"),
    ("text right after a closer", "1.  one\n\n    {{< output >}}\nx\n{{< /output >}}\n    after\n\n2.  two\n"),
    ("opener deeper than its item", "1.  one\n\n      {{< file \"a\" conf >}}\nx\n{{< /file >}}\n\n2.  two\n"),
    (
        "body indented with its opener",
        "1.  one\n\n    {{< file \"a\" >}}\n    x\n      y\n    {{< /file >}}\n\n2.  two\n",
    ),
    ("note at column 0 in a list", "1.  one\n\n    {{< note >}}\ntext\n{{< /note >}}\n\n2.  two\n"),
    ("note with a list in a list", "1.  one\n\n    {{< note >}}\n    - a\n    - b\n    {{< /note >}}\n\n2.  two\n"),
    ("nested lists with code", "1.  one\n\n    -   a\n\n            code\n\n    -   b\n\n2.  two\n\n        code\n"),
    (
        "narrow numbers",
        "1. one\n\n       code\n\n2. two\n\n    {{< output >}}\nx\n{{< /output >}}\n\n10. ten\n\n        code\n",
    ),
    ("two spaces end a list", "1.  one\n\n        code\n\n  text\n\n2.  two\n"),
    ("fence in a list", "1.  one\n\n    ```\n    code\n      more\n    ```\n\n2.  two\n"),
    ("fence at column 0 breaks a list", "1.  one\n\n```\ncode\n```\n\n2.  two\n"),
    ("bullets in numbers", "1.  one\n    *   a\n    *   b\n2.  two\n"),
    ("plus and minus are two lists", "- a\n- b\n+ c\n"),
    ("quote with code", "> text\n>\n>     code\n>\n> - item\n"),
    ("tab indents", "1.\tone\n\n\t\tcode\n\n2.\ttwo\n"),
    (
        "three levels",
        "1.  one\n    1.  a\n        1.  i\n\n                code\n\n            {{< file \"a\" >}}\nx\n{{< /file >}}\n\n    2.  b\n2.  two\n",
    ),
    ("shortcode between lists", "- a\n\n{{< file \"a\" >}}\nx\n{{< /file >}}\n\n- b\n"),
    ("inline shortcode text", "one {{< placeholder \"IP\" >}} two\n\n- a {{< placeholder \"IP\" >}}\n"),
    ("escaped shortcode", "    {{</* file \"x\" */>}}\n\ntext {{</* note */>}}\n"),
    ("table in a list", "1.  one\n\n    | a | b |\n    | - | - |\n    | 1 | 2 |\n\n2.  two\n"),
    ("code after a paragraph without blank line", "text\n    not code\n\n    code\n"),
    ("blank lines in a file", "1.  one\n\n    {{< file \"a\" >}}\nx\n\n\ny\n{{< /file >}}\n\n2.  two\n"),
    ("markdown in a file is text", "{{< file \"a.md\" >}}\n# x\n\n1. y\n<b>\n{{< /file >}}\n"),
    ("windows line ends", "1.  one\r\n\r\n    {{< file \"a\" >}}\r\nx\r\n{{< /file >}}\r\n\r\n2.  two\r\n"),
];

const SHORTCODES: &[(&str, &str)] = &[
    ("file", "<pre><code>{{ .Inner }}</code></pre>"),
    ("output", "<pre><code>{{ .Inner }}</code></pre>"),
    ("note", "<aside>{{ .Page.RenderString (dict \"display\" \"block\") .InnerDeindent }}</aside>"),
    ("placeholder", "<var>{{ .Get 0 }}</var>"),
    ("content", ""),
];

#[test]
fn pages_have_the_structure_that_hugo_gives_them() {
    if !support::has_program("hugo", "version") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    let seed = support::seed();
    let mut pages: Vec<(String, String)> =
        CASES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    pages.extend(seed.map(|text| {
        (
            "the seed".to_owned(),
            text.replace("aliases: ['/applications/containers/docker-container-communication/']\n", ""),
        )
    }));
    write_site(root, &pages);
    let output = Command::new("hugo").arg("--quiet").current_dir(root).output().expect("hugo runs");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let mut different = Vec::new();
    for (index, (name, text)) in pages.iter().enumerate() {
        let theirs =
            std::fs::read_to_string(root.join(format!("public/case{index}/index.html"))).expect("hugo made the page");
        let guide = support::parse(text);
        assert!(guide.diagnostics.iter().all(|d| !d.is_error()), "{name}: {:?}", guide.diagnostics);
        let (ours, theirs) = (structure(&support::html(text)), structure(&theirs));
        if ours != theirs {
            different.push(format!("## {name}\nours:\n{}\nhugo's:\n{}", ours.join("\n"), theirs.join("\n")));
        }
    }
    assert!(different.is_empty(), "{} of {} pages differ:\n{}", different.len(), pages.len(), different.join("\n\n"));
}

fn write_site(root: &Path, pages: &[(String, String)]) {
    let write = |path: &str, text: &str| {
        let file = root.join(path);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("folders can be made");
        std::fs::write(file, text).expect("the file can be written");
    };
    write(
        "config.yaml",
        "baseURL: https://example.org/\ndisableKinds: [taxonomy, term, RSS, sitemap, home, section, '404']\nmarkup:\n  highlight:\n    codeFences: false\n  goldmark:\n    renderer:\n      unsafe: true\n",
    );
    write("layouts/_default/single.html", "{{ .Content }}");
    for (name, template) in SHORTCODES {
        write(&format!("layouts/shortcodes/{name}.html"), template);
    }
    for (index, (_, text)) in pages.iter().enumerate() {
        let body = text
            .strip_prefix("---\n")
            .and_then(|rest| rest.split_once("\n---\n"))
            .map_or(text.as_str(), |(_, body)| body);
        write(&format!("content/case{index}.md"), &format!("---\ntitle: case\nurl: /case{index}/\n---\n{body}"));
    }
}

/// Lists, items, code with its text, quotes, tables, headings and notes, by depth.
fn structure(html: &str) -> Vec<String> {
    const SHOWN: &[&str] = &["ol", "ul", "li", "pre", "blockquote", "table", "aside", "h1", "h2", "h3", "h4", "var"];
    let mut lines = Vec::new();
    let mut depth = 0_usize;
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start..];
        let end = rest.find('>').map_or(rest.len(), |i| i + 1);
        let tag = &rest[1..end - 1];
        let closing = tag.starts_with('/');
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        rest = &rest[end..];
        if !SHOWN.contains(&name) {
            continue;
        }
        if closing {
            depth = depth.saturating_sub(1);
        } else if name == "pre" {
            let close = rest.find("</pre>").unwrap_or(rest.len());
            lines.push(format!("{}pre {:?}", "  ".repeat(depth), text_of(&rest[..close])));
            rest = &rest[(close + "</pre>".len()).min(rest.len())..];
        } else {
            let number = tag
                .split("start=\"")
                .nth(1)
                .and_then(|r| r.split('"').next())
                .map_or(String::new(), |n| format!(" from {n}"));
            lines.push(format!("{}{name}{number}", "  ".repeat(depth)));
            depth += 1;
        }
    }
    lines
}

/// The text of code, without tags, entities and the blank around it.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        let end = rest[start..].find('>').map_or(rest.len(), |i| start + i + 1);
        // What Hugo puts into a page unescaped (`.Inner`) may hold a tag of the author's.
        if &rest[start..end] == "<b>" {
            text.push_str("<b>");
        }
        rest = &rest[end..];
    }
    text.push_str(rest);
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#34;", "\"")
        .replace("&amp;", "&");
    // A body that is indented with its opener keeps its indent in Hugo's `.Inner`; we take it off.
    let lines: Vec<&str> = text.trim_matches('\n').lines().map(str::trim_end).collect();
    let indent = lines.iter().filter(|l| !l.is_empty()).map(|l| l.len() - l.trim_start().len()).min().unwrap_or(0);
    lines.iter().map(|l| l.get(indent..).unwrap_or_default()).collect::<Vec<_>>().join("\n").trim().to_owned()
}

//! Badges, buttons, cards, icons, and notes to lines of code.

use crate::support::TestSite;
use serde_json::Value;

const DRAWING: &str =
    "<?xml version=\"1.0\"?>\n<!-- made by hand -->\n<svg viewBox=\"0 0 9 9\"><path d=\"M0 0\"/></svg>\n";

/// A site whose guide has this text.
fn site(text: &str) -> TestSite {
    TestSite::new(&[
        ("guidepost.yaml", "title: Test\nbase_url: https://example.org/docs/\n"),
        ("content/_index.md", "---\ntitle: Test\n---\n"),
        ("content/other.md", "---\ntitle: Other\n---\n\nText.\n"),
        ("icons/tree.svg", DRAWING),
        ("content/guide/index.md", &format!("---\ntitle: Guide\n---\n\n{text}\n")),
    ])
}

/// What `check` finds in the guide.
fn found(text: &str) -> Vec<Value> {
    let report: Value = serde_json::from_str(&site(text).run(&["check", "--format", "json"]).stdout).expect("JSON");
    report["diagnostics"].as_array().expect("a list").clone()
}

#[test]
fn what_they_become() {
    for (text, expected, copy) in [
        (
            "Now {{< badge \"new\" type=warning >}} here",
            "<p>Now <span class=\"shortcode-badge warning\">new</span> here</p>",
            "Now (new) here",
        ),
        (
            "{{< button \"Go on\" link=\"other\" >}}",
            "<a class=\"shortcode-button primary\" href=\"/docs/other/\">Go on</a>",
            "[Go on](/docs/other/)",
        ),
        (
            "{{< button \"A & B\" link=\"https://a.dev/\" type=secondary >}}",
            "<a class=\"shortcode-button\" href=\"https://a.dev/\">A &amp; B</a>",
            "",
        ),
        (
            "{{< cards >}}\n{{< card title=\"One\" link=\"../other.md\" >}}\nText\n{{< /card >}}\n{{< /cards >}}",
            "<b><a href=\"/docs/other/\">One</a></b>",
            "**One**",
        ),
        (
            "A {{< icon \"tree\" >}} b",
            "<p>A <span class=\"shortcode-icon\" aria-hidden=\"true\"><svg viewBox=\"0 0 9 9\"><path d=\"M0 0\"/></svg></span> b</p>",
            "",
        ),
        (
            "A {{< icon \"tree\" label=\"Oak\" >}}",
            "<span class=\"shortcode-icon\" role=\"img\" aria-label=\"Oak\"><svg",
            "A Oak",
        ),
        ("A {{< icon search label=\"Find\" >}}", "<i class=\"icon search\" role=\"img\" aria-label=\"Find\"></i>", ""),
    ] {
        let site = site(text);
        let ran = site.run(&["build", "--strict"]);
        assert_eq!(ran.status, 0, "{text}\n{ran:?}");
        let page = site.output("guide/index.html");
        assert!(page.contains(expected), "{text}\n{page}");
        assert_eq!(
            page.contains("/shortcodes."),
            page.contains("class=\"shortcode-"),
            "a page has the sheet if it needs it"
        );
        assert!(site.output("guide/index.md").contains(copy), "{}", site.output("guide/index.md"));
    }
}

#[test]
fn what_is_wrong_with_them() {
    for (text, code, message, help) in [
        ("{{< icon \"tre\" >}}", "unknown-icon", "there is no icon `tre`", "did you mean `tree`?"),
        ("{{< button \"Go\" link=\"othr\" >}}", "broken-link", "this link leads to no page: othr", ""),
        ("{{< card title=A link=\"/none/\" >}}x{{< /card >}}", "broken-link", "this link leads to no page: /none/", ""),
    ] {
        let found = found(text);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!((&found[0]["code"], &found[0]["message"]), (&code.into(), &message.into()));
        assert!(found[0]["help"].as_str().is_some_and(|told| told.contains(help)), "{found:#?}");
        assert_eq!((&found[0]["place"]["line"], &found[0]["place"]["column"]), (&5.into(), &1.into()));
    }
    let site = site("{{< icon \"tree\" >}}");
    site.write("icons/tree.svg", "no drawing");
    let ran = site.run(&["build"]);
    assert!(ran.stderr.contains("this drawing has no `<svg>`") && ran.stderr.contains("icons/tree.svg"), "{ran:?}");
}

#[test]
fn a_drawing_that_changes_changes_its_pages() {
    let site = site("{{< icon \"tree\" >}}");
    assert_eq!(site.run(&["build", "--strict"]).status, 0);
    site.write("icons/tree.svg", DRAWING.replace("M0 0", "M1 1"));
    assert_eq!(site.run(&["build", "--strict"]).status, 0);
    assert!(site.output("guide/index.html").contains("M1 1"));
}

#[test]
fn notes_to_code_are_links_to_their_notes_and_no_part_of_the_code() {
    for (code, text, numbers) in [
        ("```yaml\nport: 80 # (1)!\nhost: a # (2)\n```", "port: 80\nhost: a\n", vec![1, 2]),
        ("```js\nlet a; // (1)\nlet b; /* (1)! */\n```", "let a;\nlet b;\n", vec![1, 1]),
        ("```html\n<p>a</p> <!-- (2) -->\n```", "<p>a</p>\n", vec![2]),
        ("```sql\nSELECT 1; -- (1)!\n```", "SELECT 1;\n", vec![1]),
        ("{{< file \"a.py\" >}}\nx = f(1)  # (1)!\n{{< /file >}}", "x = f(1)\n", vec![1]),
        ("    indented # (2)!\n    code", "indented\ncode\n", vec![2]),
    ] {
        let site = site(&format!("{code}\n\n1.  The **first**\n2.  The second\n\n    more\n"));
        let ran = site.run(&["build", "--strict"]);
        assert_eq!(ran.status, 0, "{code}\n{ran:?}");
        let page = site.output("guide/index.html");
        let marks: Vec<&str> = page
            .split("class=\"shortcode-note\" href=\"#")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap_or_default())
            .collect();
        assert_eq!(marks.len(), numbers.len(), "{page}");
        for (mark, number) in marks.iter().zip(&numbers) {
            assert!(mark.ends_with(&format!("-{number}")), "{mark}");
            assert_eq!(page.matches(&format!("<a id=\"{mark}\"></a>")).count(), 1, "{page}");
        }
        let shown = page.split("<pre").nth(1).and_then(|rest| rest.split("</pre>").next()).expect("a block");
        let shown = shown.split_once("<code").expect("code").1.split_once('>').expect("its end").1;
        let mut plain = String::new();
        let mut inside = false;
        for c in shown.chars() {
            match c {
                '<' => inside = true,
                '>' => inside = false,
                c if !inside => plain.push(c),
                _ => {}
            }
        }
        let plain = plain.replace("&lt;", "<").replace("&gt;", ">");
        assert_eq!(plain.trim_end(), text.trim_end(), "{code}");
    }
}

#[test]
fn comments_that_are_no_marks_stay() {
    for (text, stays) in [
        ("```python\nx = 1 # (1)\n```\n\nText.\n", "# (1)"),
        ("```python\nx = 1 # (3)\n```\n\n1. One\n", "# (3)"),
        ("```python\nx = 1 # (1)\n```\n\n- One\n", "# (1)"),
        ("```python\nx = 1 # (1)\n```\n\n2. One\n", "# (1)"),
        ("```python\nx = 1 # see (1)\n```\n\n1. One\n", "# see (1)"),
        ("```md\nx = 1 # (1)!\n```\n\n1. One\n", "# (1)!"),
        ("```python\nx = 1 # (1) and\n```\n\n1. One\n", "# (1) and"),
    ] {
        let site = site(text);
        assert_eq!(site.run(&["build", "--strict"]).status, 0, "{text}");
        let page = site.output("guide/index.html");
        assert!(!page.contains("shortcode-note") && page.contains(stays), "{text}\n{page}");
    }
    let found = found("```python\nx = 1 # (2)!\n```\n\n1. One\n");
    assert_eq!((&found[0]["code"], &found[0]["severity"]), (&"code-note".into(), &"warning".into()));
    assert_eq!((&found[0]["place"]["line"], &found[0]["place"]["column"]), (&6.into(), &7.into()));
}

#[test]
fn a_mark_is_not_typed() {
    let site = site(
        "```command\necho one # (1)!\necho two\n```\n\n1. Says one\n\n```output\none # (1)!\ntwo\n```\n\n1. Said\n",
    );
    let ran = site.run(&["plan", "guide"]);
    assert!(ran.stdout.contains("echo one\n") && !ran.stdout.contains("(1)"), "{ran:?}");
    let ran = site.run(&["plan", "guide", "--format", "json"]);
    let plan: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert!(!plan.to_string().contains("(1)!"), "{plan:#}");
}

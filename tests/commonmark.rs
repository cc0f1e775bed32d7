//! The CommonMark specification's own examples.

use crate::support;
use serde_json::Value;

/// The examples that come out otherwise, and why.
const DIFFERENT: &[(usize, &str)] =
    &[(173, "a `<style` that is never closed would swallow the page, and is closed where its block ends")];

#[test]
fn examples_of_the_specification() {
    let text = include_str!("commonmark/examples.json");
    let examples: Vec<Value> = serde_json::from_str(text).expect("the examples are JSON");
    assert_eq!(examples.len(), 652);
    let mut failures = Vec::new();
    for example in &examples {
        let number = example["example"].as_u64().unwrap_or_default() as usize;
        let markdown = example["markdown"].as_str().unwrap_or_default();
        let expected = normal(example["html"].as_str().unwrap_or_default());
        let found = normal(&html(markdown));
        let reason = DIFFERENT.iter().find(|(n, _)| *n == number);
        if (found == expected) == reason.is_some() {
            failures.push(format!(
                "example {number} ({}):\n{markdown}\nexpected:\n{expected}\nfound:\n{found}",
                example["section"]
            ));
        }
    }
    assert!(failures.is_empty(), "{} examples:\n{}", failures.len(), failures.join("\n---\n"));
}

fn html(markdown: &str) -> String {
    // Front matter keeps a first `---` from being read as its begin, and a first heading from being the title.
    support::html(&format!("---\ntitle: x\n---\n{markdown}"))
}

/// Without what guidepost adds: ids and anchors of headings, sizes and loading of images.
fn normal(html: &str) -> String {
    let mut html =
        html.replace(" loading=\"lazy\"", "").replace(" decoding=\"async\">", " />").replace("\n</code>", "</code>");
    // The specification's own normalization: quotes in text, and line ends beside tags of blocks, mean nothing.
    html = html.replace("&quot;", "\"").replace("<li>\n", "<li>").replace("<blockquote>\n", "<blockquote>");
    while let Some(start) = html.find("<a class=\"anchor\"") {
        let end = html[start..].find("</a>").map_or(html.len(), |i| start + i + 4);
        html.replace_range(start..end, "");
    }
    for level in 1..=6 {
        while let Some(start) = html.find(&format!("<h{level} id=")) {
            let end = html[start..].find('>').map_or(html.len(), |i| start + i);
            html.replace_range(start + 3..end, "");
        }
    }
    html.trim().to_owned()
}

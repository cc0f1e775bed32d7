//! Diagrams that are written as text.

use crate::support::TestSite;

const BASE: &str = "title: Test\nbase_url: https://example.org/docs/\n";
const DIAGRAM: &str =
    "---\ntitle: Flow\npublished: 2026-01-01\n---\n\nText.\n\n```mermaid\nflowchart LR\n  A --> B\n```\n";

#[test]
fn a_diagram_is_its_text_without_what_draws_it() {
    let site = TestSite::new(&[("guidepost.yaml", BASE), ("content/flow.md", DIAGRAM)]);
    let ran = site.run(&["check"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stdout.contains("notice[diagram]") || ran.stdout.contains("note[diagram]"), "{ran:?}");
    assert!(ran.stdout.contains("content/flow.md:9:1"), "{ran:?}");
    let ran = site.run(&["build", "--strict"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let page = site.output("flow/index.html");
    assert!(
        page.contains("A --&gt; B") && !page.contains("class=\"diagram\"") && !page.contains("/diagram."),
        "{page}"
    );
}

#[test]
fn a_copy_of_mermaid_draws_diagrams() {
    let site = TestSite::new(&[
        ("guidepost.yaml", &format!("{BASE}diagrams:\n  mermaid: vendor/mermaid.min.js\n")),
        ("vendor/mermaid.min.js", "globalThis.mermaid = {};\n"),
        ("content/flow.md", DIAGRAM),
        ("content/plain.md", "---\ntitle: Plain\npublished: 2026-01-01\n---\n\nText.\n"),
    ]);
    let ran = site.run(&["build", "--strict"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let page = site.output("flow/index.html");
    let (_, rest) = page.split_once("data-mermaid=\"/docs/").unwrap_or_else(|| panic!("{page}"));
    let script = rest.split('"').next().unwrap_or_default();
    assert_eq!(site.output(script), "globalThis.mermaid = {};\n");
    assert!(page.contains("<div class=\"diagram\">\n<figure") && page.contains("A --&gt; B"), "{page}");
    assert!(!site.output("plain/index.html").contains("diagram."));
    site.write("guidepost.yaml", format!("{BASE}diagrams:\n  mermaid: vendor/gone.js\n"));
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.stderr.contains("guidepost.yaml:4:12"), "{ran:?}");
}

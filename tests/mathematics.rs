//! Formulas: which texts are some, what becomes of them, and what is wrong with one.

use crate::support::{TestSite, run_in};

const BASE: &str = "title: Test\nbase_url: https://example.org/\n";

fn site(settings: &str, front: &str, text: &str) -> TestSite {
    TestSite::new(&[
        ("guidepost.yaml", &format!("{BASE}{settings}")),
        ("content/one.md", &format!("---\ntitle: One\npublished: 2026-01-01\n{front}---\n\n{text}\n")),
    ])
}

/// The page's HTML, built without a warning.
fn page(settings: &str, front: &str, text: &str) -> String {
    let site = site(settings, front, text);
    let ran = site.run(&["build", "--strict"]);
    assert_eq!(ran.status, 0, "{text}\n{ran:?}");
    site.output("one/index.html")
}

#[test]
fn formulas_become_mathml_where_they_are_asked_for() {
    for (text, expected) in [
        ("It takes $O(n \\log n)$ steps.", "It takes <math><semantics><mrow><mi>O</mi>"),
        ("$$\\frac{a}{b}$$", "<math display=\"block\"><semantics><mfrac><mi>a</mi><mi>b</mi></mfrac>"),
        ("> - In a list $x_1$", "<msub><mi>x</mi><mn>1</mn></msub>"),
        ("| a |\n| --- |\n| $x^2$ |", "<msup><mi>x</mi><mn>2</mn></msup>"),
        ("{{< note >}}\nIn a note $x^2$\n{{< /note >}}", "<msup><mi>x</mi><mn>2</mn></msup>"),
        ("$a<b$", "<annotation encoding=\"application/x-tex\">a&lt;b</annotation>"),
        ("It costs \\$5 and \\$6.", "It costs $5 and $6."),
        ("`$x$` and it costs $5 or $6.", "<code>$x$</code> and it costs $5 or $6."),
    ] {
        for (settings, front) in [("mathematics: true\n", ""), ("", "mathematics: true\n")] {
            let page = page(settings, front, text);
            assert!(page.contains(expected), "{text}\n{page}");
            assert_eq!(page.contains("/assets/mathematics."), page.contains("<math"), "{text}");
        }
    }
    let page = page("", "", "Set $HOME/bin and $PATH, or $x$.\n\n```math\nx^2\n```");
    assert!(page.contains("Set $HOME/bin and $PATH, or $x$."), "{page}");
    assert!(page.contains("<p><math display=\"block\">"), "a fence says that it is a formula: {page}");
}

#[test]
fn a_heading_and_the_copy_have_what_is_written() {
    let site = site("mathematics: true\n", "", "## About $x^2$\n\nA $y_1$.");
    let ran = site.run(&["build", "--strict"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let page = site.output("one/index.html");
    assert!(
        page.contains("<h2 id=\"about-x2\">About <math>") && page.contains("href=\"#about-x2\">About x^2</a>"),
        "{page}"
    );
    assert!(site.output("one/index.md").contains("## About $x^2$\n\nA $y_1$."));
}

#[test]
fn what_is_wrong_with_a_formula_is_told_where_it_is() {
    for (text, line, column, message) in [
        ("Text $\\frac{a}{b}$ and $x + \\unknown$.", 6, 29, "Unknown command"),
        ("$$\nx\n\\nope\n$$", 8, 1, "Unknown command"),
        ("> Quoted\n> $$\n> a\n> \\nope\n> $$", 7, 3, "Unknown command"),
        ("- ```math\n  \\frac{a}{\n  ```", 7, 11, ""),
        ("é $\\sqrt{ü}$ $x^$", 6, 16, ""),
    ] {
        let site = site("mathematics: true\n", "", text);
        for command in [&["check"][..], &["build"]] {
            let ran = site.run(command);
            assert_eq!(ran.status, 1, "{text}: {ran:?}");
            let told = format!("{}{}", ran.stdout, ran.stderr);
            assert!(told.contains("error[formula]: this formula cannot be read: ") && told.contains(message), "{told}");
            assert!(told.contains(&format!("content/one.md:{line}:{column}\n")), "{text}: {told}");
        }
    }
}

#[test]
fn what_is_typed_does_not_depend_on_formulas() {
    let text = "Set `$X`, which is $A/$B; then run:\n\n```command\necho $HOME $PATH\n```\n\nIt shows $1$:\n\n```output\na b\n```";
    let plan = |settings: &str| {
        let ran = run_in(site(settings, "", text).path(), &["plan", "content/one.md", "--format", "json"]);
        assert_eq!(ran.status, 0, "{ran:?}");
        ran.stdout
    };
    assert_eq!(plan(""), plan("mathematics: true\n"));
}

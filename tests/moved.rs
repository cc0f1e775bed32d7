//! A library that is being moved: what is wrong with it is told, and its pages are there all the same.

use crate::support::{TestSite, run_in};
use serde_json::Value;
use std::{collections::BTreeSet, path::Path};

/// A page with this front matter and text.
fn page(front: &str, text: &str) -> String {
    format!("---\ntitle: {front}\n---\n\n{text}\n")
}

#[test]
fn missing_images_and_addresses_that_are_there_twice_stop_no_build() {
    let image = page("Image", "![x](gone.png)");
    let (first, second) = (page("First\nslug: same", "first"), page("Second\nslug: Same", "second"));
    let (list, tagged) = (page("List\nurl: /tags/", "own list"), page("Tagged\ntags: [x]", "tagged"));
    let files = [
        ("guidepost.yaml", "base_url: https://example.org/\n"),
        ("content/a/image.md", image.as_str()),
        ("content/a/one.md", &first),
        ("content/a/two.md", &second),
        ("content/list.md", &list),
        ("content/tagged.md", &tagged),
        ("content/a/b.txt", "of a page"),
        ("static/a/b.txt", "of static"),
    ];
    let folder = TestSite::new(&files);
    let built = run_in(folder.path(), &["build"]);
    assert_eq!(built.status, 0, "{built:?}");
    for told in [
        "warning[missing-image]",
        "warning[same-url]: this page has",
        "warning[same-url]: this file has",
        "/tags/ is the address",
    ] {
        assert!(built.stderr.contains(told), "{told}: {}", built.stderr);
    }
    let read = |path: &str| std::fs::read_to_string(folder.path().join("public").join(path)).expect("it is built");
    assert!(read("a/same/index.html").contains("first") && read("a/image/index.html").contains("gone.png"));
    assert!(read("tags/index.html").contains("own list"));
    assert_eq!(read("a/b.txt"), "of a page");
    // The same once more, from what is remembered.
    let again = run_in(folder.path(), &["build"]);
    assert_eq!((again.status, read("a/same/index.html").contains("first")), (0, true), "{again:?}");
    for command in [&["check"][..], &["build", "--strict"]] {
        assert_eq!(run_in(folder.path(), command).status, 1, "{command:?}");
    }
    assert!(run_in(folder.path(), &["check"]).stdout.contains("error[missing-image]"));
}

/// What was found, without its severity: code, file, line and message.
fn found(text: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((_, told)) = line.split_once('[').filter(|(severity, _)| ["error", "warning"].contains(severity))
        else {
            continue;
        };
        let at = lines.peek().and_then(|line| line.trim().strip_prefix("--> ")).unwrap_or_default();
        all.insert(format!("{told} at {at}"));
    }
    all
}

#[test]
fn check_and_a_strict_build_find_the_same() {
    let faults = [
        ("link", "[x](gone.md) [y](link.md#gone)"),
        ("image", "![x](gone.png)"),
        ("shortcode", "{{< nosuch >}}"),
        ("include", "{{< content \"nosuch\" >}}"),
        ("block", "<!-- verify: frobnicate=1 -->\n\n```bash\nls\n```"),
        ("command", "```bash\necho 'x\n```"),
        ("language", "```pyhton\nx\n```"),
        ("template", "{{< broken >}}"),
        ("unclosed", "{{< note >}}"),
    ];
    let pages: Vec<(String, String)> =
        faults.iter().map(|(name, text)| (format!("content/a/{name}.md"), page(name, text))).collect();
    let meant = page("Meant\nverify: {machine: nosuch, timeout: 5}", "```bash\necho <name>\n```");
    let front = page("Front\ntags: [a, b", "x");
    let twice = page("Twice\nslug: link\naliases: [/a/image/]", "x");
    let section = page("Section\nverify: {rules: [{tag: nosuch, timeout: 1m}]}", "");
    let mut files = vec![
        (
            "guidepost.yaml",
            "base_url: https://example.org/\nmenu: [{name: x, url: /gone/}]\nverify: {rules: [{command: nosuch, exit: 1}]}\n",
        ),
        ("content/_index.md", section.as_str()),
        ("content/a/meant.md", &meant),
        ("content/a/front.md", &front),
        ("content/a/twice.md", &twice),
        ("content/a/alone/verify.yaml", "x: 1\n"),
        ("content/a/meant.verify.yaml", "steps: [{contains: nosuch, exit: 1}]\n"),
        ("themes/default/shortcodes/broken.html", "{{ nosuch.nosuch }}"),
        ("themes/default/templates/redirect.html", "{{ nosuch.nosuch }}"),
        ("themes/default/templates/404.html", "{{ nosuch.nosuch }}"),
    ];
    files.extend(pages.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let folder = TestSite::new(&files);
    let check = run_in(folder.path(), &["check"]);
    let build = run_in(folder.path(), &["build", "--strict"]);
    assert_eq!((check.status, build.status), (1, 1));
    let (checked, built) = (found(&check.stdout), found(&build.stderr));
    assert!(checked.len() > 20, "{checked:#?}");
    let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| one.difference(other).cloned().collect::<Vec<_>>();
    assert_eq!((only(&checked, &built), only(&built, &checked)), (Vec::new(), Vec::new()));
    assert!(!Path::new(&folder.path().join("public")).exists());
    let json: Value = run_in(folder.path(), &["check", "--format", "json"]).json();
    assert_eq!(json["diagnostics"].as_array().map(Vec::len), Some(checked.len()), "{json:#}");
}

#[test]
fn pages_with_the_names_of_another_library() {
    let text = |title: &str| page(title, "![x](images/x.png)");
    let files = |config: &str, pages: &[(&str, &str)]| {
        let mut files: Vec<(String, String)> =
            vec![("guidepost.yaml".into(), format!("base_url: https://example.org/\n{config}"))];
        files.extend(pages.iter().map(|(path, front)| (format!("content/{path}"), text(front))));
        files.push(("content/t/nginx/images/x.png".into(), "x".into()));
        files.push(("content/t/images/x.png".into(), "x".into()));
        files
    };
    let parts = [
        ("t/nginx/01.en.md", "One"),
        ("t/nginx/02.en.md", "Two"),
        ("t/nginx/01.de.md", "Eins"),
        ("t/other/02.en.md", "O\nslug: mine"),
    ];
    let folders = [
        ("index.md", "Home"),
        ("t/README.md", "T"),
        ("t/nginx.mdx", "Nginx\nsidebar_position: 2"),
        ("t/a/index.md", "A"),
        ("t/a/b.md", "B\nslug: mine"),
        ("t/a/_part.mdx", "Part"),
    ];
    let named = [("t/nginx.en.md", "One"), ("t/nginx.de.md", "Eins"), ("t/plain.md", "Plain")];
    for (config, pages, there, gone) in [
        (
            "page_names: PART.LANGUAGE\n",
            &parts[..],
            &[
                "t/nginx/index.html",
                "t/nginx/02/index.html",
                "t/nginx/images/x.png",
                "t/mine/index.html",
                "t/index.html",
            ][..],
            &["t/nginx/01.en/index.html", "t/nginx/01.de/index.html", "t/nginx/01.de.md", "t/other/index.html"][..],
        ),
        (
            "page_names: PART.LANGUAGE\npermalinks: {t: /docs/:slug/}\n",
            &parts,
            &["docs/nginx/index.html", "docs/nginx/02/index.html", "docs/mine/index.html"],
            &["t/nginx/index.html"],
        ),
        (
            "page_names: PART.LANGUAGE\nlanguage: de\n",
            &parts,
            &["t/nginx/index.html"],
            &["t/nginx/02/index.html", "t/mine/index.html"],
        ),
        (
            "page_names: NAME.LANGUAGE\n",
            &named,
            &["t/nginx/index.html", "t/plain/index.html"],
            &["t/nginx.en/index.html", "t/nginx.de/index.html"],
        ),
        (
            "page_names: NAME\n",
            &folders,
            &[
                "index.html",
                "t/index.html",
                "t/nginx/index.html",
                "t/a/index.html",
                "t/a/mine/index.html",
                "t/images/x.png",
            ],
            &["t/readme/index.html", "t/a/part/index.html", "t/nginx.mdx"],
        ),
        ("", &named, &["t/nginx.en/index.html", "t/nginx.de/index.html"], &["t/nginx/index.html"]),
    ] {
        let files = files(config, pages);
        let folder =
            TestSite::new(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>());
        let built = run_in(folder.path(), &["build"]);
        assert_eq!(built.status, 0, "{config} {built:?}");
        let is_there = |path: &&&str| folder.path().join("public").join(path).exists();
        let missing: Vec<_> = there.iter().filter(|path| !is_there(path)).collect();
        let left: Vec<_> = gone.iter().filter(is_there).collect();
        assert_eq!((missing, left), (Vec::new(), Vec::new()), "{config}{}", built.stderr);
        assert!(!built.stderr.contains("same-url"), "{config}{}", built.stderr);
    }
    let files = files("page_names: PART.LANGUAGE\n", &parts);
    let folder = TestSite::new(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>());
    for (name, title) in [("nginx", "One"), ("nginx-02", "Two"), ("content/t/nginx/02.en.md", "Two"), ("mine", "O")] {
        let plan = run_in(folder.path(), &["plan", name]);
        assert_eq!(plan.stdout.lines().next(), Some(title), "{name} {plan:?}");
    }
    let below = run_in(folder.path(), &["plan", "content/t/nginx", "--all"]);
    assert!(below.stdout.contains("\n2 guides: "), "{below:?}");
    let wrong = run_in(TestSite::new(&[("guidepost.yaml", "page_names: PARTS\n")]).path(), &["check"]);
    assert!(wrong.status == 2 && wrong.stderr.contains("guidepost.yaml:1:"), "{wrong:?}");
}

/// `index.md` is the page of its folder, for links, for what it says of verification and for what is done below it.
#[test]
fn folders_with_a_page_of_their_own() {
    let index = "---\ntitle: T\nverify:\n  skip: true\n  reason: of the folder\n---\n\n# T\n\n[N](nginx.mdx#do) [A](a/) [B](a/b.md)\n";
    let nginx = "---\ntitle: Nginx\n---\n\nimport X from '@x/y';\n\n# Nginx\n\n## Do\n\n    ls\n\n[T](./) [H](../index.md) {1}\n";
    let other = "---\ntitle: A\nhero: x\n---\n\n[T](../README.md)\n\n:::unknown\n:::\n";
    let files = [
        ("guidepost.yaml", "page_names: NAME\nmachines: {debian: {image: 'debian:bookworm'}}\n"),
        ("content/index.md", "# Home\n\n:::unknown\n:::\n"),
        ("content/t/README.md", index),
        ("content/t/nginx.mdx", nginx),
        ("content/t/a/index.md", other),
        ("content/t/a/b.md", "# B\n"),
        ("content/t/_category_.json", "{}"),
    ];
    let folder = TestSite::new(&files);
    let built = run_in(folder.path(), &["build"]);
    assert_eq!(built.status, 0, "{built:?}");
    assert!(!built.stderr.contains("broken-link"), "{}", built.stderr);
    // Each feature is drawn once, with its other places.
    assert_eq!(built.stderr.matches("container `:::unknown`").count(), 1, "{}", built.stderr);
    assert!(built.stderr.contains("\nalso: content/t/a/index.md:"), "{}", built.stderr);
    for told in ["`hero` of Starlight", "`_category_` file", "a value of JavaScript, `{…}`"] {
        assert!(built.stderr.contains(told), "{told}: {}", built.stderr);
    }
    let page = std::fs::read_to_string(folder.path().join("public/t/nginx/index.html")).expect("a page");
    assert!(!page.contains("@x/y"), "{page}");
    assert_eq!(page.matches("<h1").count(), 1, "{page}");
    let plan = run_in(folder.path(), &["plan", "content/t", "--all"]);
    assert!(plan.stdout.contains("2 plans skipped as a whole"), "{plan:?}");
}

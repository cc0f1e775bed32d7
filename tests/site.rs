//! A whole site, through the binary.

use crate::support::{self, TestSite};

fn library() -> TestSite {
    TestSite::new(&[
        (
            "guidepost.yaml",
            "title: Library\ndescription: All we know.\nbase_url: https://example.org/docs/\npermalinks:\n  guides: /guides/:slug/\npaginate: 2\nedit_url: https://git.example.org/edit/\nmenu:\n  - {name: Guides, url: /guides/}\n",
        ),
        ("content/_index.md", "---\ntitle: Library\n---\n\nWelcome.\n"),
        ("content/guides/_index.md", "---\ntitle: All guides\n---\n\nThe **text** of the section.\n"),
        (
            "content/guides/docker/one/index.md",
            "---\ntitle: One\nslug: first\npublished: 2020-01-01\nmodified: 2021-02-03\ntags: [docker, linux]\nauthors: ['[Ann](https://ann.example.org)']\nexternal_resources:\n  - '[Elsewhere](https://elsewhere.example.org)'\n---\n\nText with ![a picture](pic.png).\n\n## Same\n\n[two](../two.md) [by slug](third) [alias](/old-three/) [self](#same) [out](https://x.example.org)\n",
        ),
        (
            "content/guides/docker/two.md",
            "---\ntitle: Two\npublished: 2020-01-02\ntags: [docker]\ndeprecated: true\ndeprecated_link: /guides/first/\n---\n\ntext\n",
        ),
        (
            "content/guides/three.md",
            "---\ntitle: Three\nslug: third\npublished: 2020-01-03\nalias: old-three\ntags: Docker\n---\n\n[one](docker/one/) [the section](/guides/#top) [docs](/docs/guides/first/)\n",
        ),
        ("content/guides/four.md", "---\ntitle: Four\npublished: 2020-01-04\n---\n\nfour\n"),
        ("content/guides/draft.md", "---\ntitle: Draft\ndraft: true\n---\n\ndraft\n"),
        ("content/guides/expired.md", "---\ntitle: Expired\nexpiryDate: 2019-01-01\n---\n\nexpired\n"),
        ("static/robots.txt", "User-agent: *\n"),
        ("static/files/a.txt", "a\n"),
    ])
}

fn built() -> TestSite {
    let site = library();
    site.write("content/guides/docker/one/pic.png", include_bytes!("support/2x3.png"));
    let ran = site.run(&["build", "--strict"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    site
}

#[test]
fn pages_are_where_the_configuration_says() {
    let site = built();
    for path in [
        "index.html",
        "guides/index.html",
        "guides/first/index.html",
        "guides/two/index.html",
        "guides/third/index.html",
        "guides/docker/index.html",
        "guides/first/pic.png",
        "guides/first/index.md",
        "tags/index.html",
        "tags/docker/index.html",
        "tags/docker/page/2/index.html",
        "authors/ann/index.html",
        "old-three/index.html",
        "404.html",
        "atom.xml",
        "sitemap.xml",
        "robots.txt",
        "llms.txt",
        "files/a.txt",
    ] {
        assert!(site.has_output(path), "{path}");
    }
    for path in ["guides/draft/index.html", "guides/expired/index.html"] {
        assert!(!site.has_output(path), "{path}");
    }
    assert_eq!(site.output("robots.txt"), "User-agent: *\n", "the author's file");
}

#[test]
fn links_lead_to_pages_by_path_slug_and_alias() {
    let site = built();
    let one = site.output("guides/first/index.html");
    for href in ["/docs/guides/two/", "/docs/guides/third/", "#same", "https://x.example.org"] {
        assert!(one.contains(&format!("href=\"{href}\"")), "{href}");
    }
    assert!(one.matches("href=\"/docs/guides/third/\"").count() >= 2, "slug and alias");
    let three = site.output("guides/third/index.html");
    assert!(three.contains("href=\"/docs/guides/first/\"") && three.contains("href=\"/docs/guides/#top\""), "{three}");
    assert!(
        site.output("old-three/index.html").contains("url=/docs/guides/third/"),
        "{}",
        site.output("old-three/index.html")
    );
}

#[test]
fn a_page_says_all_that_its_front_matter_says() {
    let site = built();
    let one = site.output("guides/first/index.html");
    for text in [
        "<title>One | Library</title>",
        "<link rel=\"canonical\" href=\"https://example.org/docs/guides/first/\"",
        "src=\"/docs/guides/first/pic.png\"",
        "width=\"2\" height=\"3\"",
        "height=\"3\" decoding=\"async\">",
        "3 February 2021",
        "https://git.example.org/edit/content/guides/docker/one/index.md",
        "<a href=\"https://elsewhere.example.org\">Elsewhere</a>",
        "/docs/tags/linux/",
        "\"@type\":\"TechArticle\"",
        "property=\"og:title\"",
        "All guides",
    ] {
        assert!(one.contains(text), "{text}\n{one}");
    }
    let two = site.output("guides/two/index.html");
    assert!(two.to_lowercase().contains("deprecated") && two.contains("href=\"/docs/guides/first/\""), "{two}");
}

#[test]
fn lists_are_cut_and_ordered() {
    let site = built();
    let section = site.output("guides/index.html");
    assert!(section.contains("<strong>text</strong>"), "{section}");
    let at = |html: &str, needle: &str| html.find(needle).unwrap_or(usize::MAX);
    assert!(at(&section, ">Four<") < at(&section, ">Three<"), "newest first");
    let tag = site.output("tags/docker/index.html");
    let rows = &tag[at(&tag, "<main").min(tag.len())..];
    assert!(rows.contains("Three") && rows.contains("Two") && !rows.contains("/docs/guides/first/"), "{tag}");
    assert!(
        site.output("tags/docker/page/2/index.html").contains("/docs/guides/first/"),
        "`docker` and `Docker` are one tag"
    );
    let three = site.output("guides/third/index.html");
    assert!(three.contains("rel=\"prev\"") && three.contains("/docs/guides/four/"), "neighbours");
}

#[test]
fn programs_find_what_they_need() {
    let site = built();
    let feed = site.output("atom.xml");
    assert!(
        feed.contains("<updated>2021-02-03T00:00:00") && feed.contains("https://example.org/docs/guides/first/"),
        "{feed}"
    );
    let map = site.output("sitemap.xml");
    assert!(
        map.contains("<loc>https://example.org/docs/guides/first/</loc>")
            && map.contains("<lastmod>2021-02-03</lastmod>"),
        "{map}"
    );
    assert!(!map.contains("draft") && !map.contains("old-three"));
    let llms = site.output("llms.txt");
    assert!(
        llms.starts_with("# Library\n") && llms.contains("[One](https://example.org/docs/guides/first/index.md)"),
        "{llms}"
    );
    assert!(site.output("guides/first/index.md").starts_with("# One\n"));
}

#[test]
fn a_second_build_writes_nothing_and_a_change_writes_its_page() {
    let site = built();
    let ran = site.run(&["build"]);
    assert!(ran.stdout.contains("0 written"), "{}", ran.stdout);
    let before = support::tree(&site.path().join("public"));
    site.write("content/guides/four.md", "---\ntitle: Four\npublished: 2020-01-04\n---\n\nfour and more\n");
    assert_eq!(site.run(&["build"]).status, 0);
    let after = support::tree(&site.path().join("public"));
    let changed: Vec<String> = (after.iter().filter(|f| !before.contains(f)))
        .map(|(path, _)| path.to_string_lossy().into_owned())
        .filter(|p| p.ends_with(".html") || p.ends_with(".md"))
        .collect();
    assert!(changed.contains(&"guides/four/index.html".to_owned()), "{changed:?}");
    assert!(!changed.contains(&"guides/first/index.html".to_owned()), "{changed:?}");
    // The same bytes as a build from nothing.
    std::fs::remove_dir_all(site.path().join("public")).expect("removed");
    std::fs::remove_dir_all(site.path().join(".guidepost")).expect("removed");
    assert_eq!(site.run(&["build"]).status, 0);
    let fresh: Vec<_> = support::tree(&site.path().join("public"))
        .into_iter()
        .filter(|(p, _)| !p.starts_with(".guidepost-manifest"))
        .collect();
    let after: Vec<_> = after.into_iter().filter(|(p, _)| !p.starts_with(".guidepost-manifest")).collect();
    assert_eq!(fresh.len(), after.len());
    for (one, other) in fresh.iter().zip(&after) {
        assert!(one == other, "{}", one.0.display());
    }
}

#[test]
fn drafts_and_another_base_url_are_built_when_asked_for() {
    let site = built();
    assert_eq!(site.run(&["build", "--drafts", "--base-url", "http://localhost:8000/"]).status, 0);
    assert!(site.has_output("guides/draft/index.html"));
    assert!(site.output("guides/first/index.html").contains("href=\"/guides/two/\""));
}

#[test]
fn a_site_overrides_files_of_the_theme_one_by_one() {
    let site = TestSite::new(&[
        (
            "content/a.md",
            "---\ntitle: A\ncustom: {deep: value}\n---\n\n{{< note >}}n{{< /note >}}\n\n{{< mine who=\"you\" >}}**b**{{< /mine >}}\n\nText {{< badge >}} goes on.\n",
        ),
        ("data/x.yaml", "names: [ann, bob]\n"),
        ("themes/default/shortcodes/note.html", "<p class=own>{{ kind }}: {{ body | safe }}</p>"),
        ("themes/default/shortcodes/mine.html", "<section>{{ args.who }} {{ inner }} {{ body | safe }}</section>"),
        ("themes/default/shortcodes/badge.html", "<b>badge</b>"),
        (
            "themes/default/templates/page.html",
            "<main>{{ page.extra.custom.deep }} {% set d = load_data(path=\"data/x.yaml\") %}{{ d.names[1] }} {{ page.content | safe }} {{ url(path=\"/x/\") }}</main>",
        ),
        ("themes/default/static/extra.css", "b{color:red}"),
    ]);
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let html = site.output("a/index.html");
    for text in [
        "<main>value bob",
        "<p class=own>primary: <p>n</p>",
        "<section>you **b** <p><strong>b</strong></p>",
        "<p>Text <b>badge</b> goes on.</p>",
        "/x/</main>",
    ] {
        assert!(html.contains(text), "{text}\n{html}");
    }
    assert!(!site.output("index.html").contains("class=own"), "other templates are the built-in ones");
    assert!(
        support::tree(&site.path().join("public/assets"))
            .iter()
            .any(|(p, _)| p.to_string_lossy().starts_with("extra."))
    );
}

#[test]
fn included_bundles_bring_their_headings_and_images() {
    let site = TestSite::new(&[
        (
            "content/guides/x.md",
            "---\ntitle: X\n---\n\n[there](#from-the-bundle)\n\n{{< content \"part\" >}}\n\n## Own\n",
        ),
        ("content/shared/part/index.md", "---\nheadless: true\n---\n\n## From the bundle\n\n![pic](pic.png)\n"),
    ]);
    site.write("content/shared/part/pic.png", include_bytes!("support/2x3.png"));
    let ran = site.run(&["build", "--strict"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let html = site.output("guides/x/index.html");
    assert!(
        html.contains("id=\"from-the-bundle\"")
            && html.contains("href=\"#from-the-bundle\"")
            && html.contains("width=\"2\""),
        "{html}"
    );
    assert!(!site.has_output("shared/part/index.html") && site.has_output("shared/part/pic.png"));
    site.write("content/shared/part/index.md", "---\nheadless: true\n---\n\nChanged.\n");
    let ran = site.run(&["build"]);
    assert!(site.output("guides/x/index.html").contains("Changed."), "{ran:?}");
    assert!(ran.stderr.contains("has no place `#from-the-bundle`"), "{}", ran.stderr);
}

#[test]
fn an_included_file_is_shown_as_it_is() {
    let page = |name: &str, text: &str| format!("---\ntitle: {name}\n---\n\n{text}\n");
    let site = TestSite::new(&[
        ("content/a/index.md", &page("A", "{{< include \"app.py\" lines=\"2-\" path=\"/srv/app.py\" >}}")),
        ("content/a/app.py", "import os\n\ndef run():\n    return '<one>'\n"),
        ("content/b.md", &page("B", "{{< content \"part\" >}}")),
        ("content/part/index.md", "---\nheadless: true\n---\n\n{{< include \"/src/x.conf\" region=\"web\" >}}\n"),
        ("src/x.conf", "a\n#region web\n  listen 80;\n#endregion\n"),
        ("content/c.md", &page("C", "Nothing.")),
    ]);
    let ran = site.run(&["build", "--strict"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let of_a = |site: &TestSite| site.output("a/index.html");
    let shown = of_a(&site);
    assert!(shown.contains("/srv/app.py") && shown.contains("&lt;one&gt;") && !shown.contains("import"), "{shown}");
    // Highlighted as what its name says, and without markers and indentation.
    assert!(shown.contains("class=\"language-python\"") || shown.contains("class=language-python"), "{shown}");
    assert!(site.output("b/index.html").contains("listen") && !site.output("b/index.html").contains("endregion"));
    assert!(site.output("b/index.md").contains("\nlisten 80;\n"), "{}", site.output("b/index.md"));

    let written = |site: &TestSite| {
        let ran = site.run(&["build"]);
        assert_eq!(ran.status, 0, "{ran:?}");
        ran.stdout + &ran.stderr
    };
    let kept = support::tree(&site.path().join("public"));
    written(&site);
    assert_eq!(support::tree(&site.path().join("public")), kept);
    site.write("content/a/app.py", "import os\n\ndef run():\n    return '<two>'\n");
    site.write("src/x.conf", "#region web\n  listen 81;\n#endregion\n");
    written(&site);
    assert!(of_a(&site).contains("&lt;two&gt;"), "{}", of_a(&site));
    assert!(site.output("b/index.html").contains("81"));
    // One that is gone is an error of its page, which is well again when the file is.
    std::fs::remove_file(site.path().join("src/x.conf")).expect("it is there");
    let ran = site.run(&["build"]);
    assert!(ran.status == 1 && ran.stderr.contains("src/x.conf does not exist"), "{ran:?}");
    assert!(ran.stderr.contains("content/part/index.md:5:13"), "{ran:?}");
    site.write("src/x.conf", "#region web\n  listen 82;\n#endregion\n");
    written(&site);
    assert!(site.output("b/index.html").contains("82"));
}

#[test]
fn a_new_site_builds_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = support::run_in(folder.path(), &["new", "mine"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let site = folder.path().join("mine");
    let ran = support::run_in(&site, &["build", "--strict"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let ran = support::run_in(&site, &["check", "--strict"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{ran:?}");
    let before = support::tree(&site);
    assert_eq!(support::run_in(folder.path(), &["new", "mine"]).status, 2, "nothing is overwritten");
    assert_eq!(support::tree(&site), before);
}

#[test]
fn completions_and_man_pages_are_printed() {
    let folder = tempfile::tempdir().expect("a folder");
    for shell in ["bash", "zsh", "fish"] {
        assert!(support::run_in(folder.path(), &["completions", shell]).stdout.contains("guidepost"), "{shell}");
    }
    assert!(support::run_in(folder.path(), &["man"]).stdout.contains(".TH guidepost 1"));
    assert_eq!(support::run_in(folder.path(), &["man", "pages"]).status, 0);
    assert!(folder.path().join("pages/guidepost-build.1").exists());
}

#[test]
fn a_change_of_data_that_a_shortcode_reads_changes_its_pages() {
    let site = TestSite::new(&[
        ("content/a.md", "---\ntitle: A\n---\n\nVersion {{< version >}}: new.\n"),
        ("data/x.yaml", "version: 1\n"),
        ("themes/default/shortcodes/version.html", "{% set d = load_data(path=\"data/x.yaml\") %}{{ d.version }}\n"),
    ]);
    assert_eq!(site.run(&["build"]).status, 0);
    assert!(site.output("a/index.html").contains("<p>Version 1: new.</p>"), "{}", site.output("a/index.html"));
    site.write("data/x.yaml", "version: 2\n");
    assert_eq!(site.run(&["build"]).status, 0);
    assert!(site.output("a/index.html").contains("<p>Version 2: new.</p>"));
}

#[test]
fn a_markdown_copy_has_no_shortcodes_and_its_links_lead_somewhere() {
    let site = TestSite::new(&[
        (
            "content/guides/a.md",
            "---\ntitle: A\n---\n\n1.  Do:\n\n    {{< file \"x.js\" >}}\nlet x\n\ny\n{{< /file >}}\n\n2.  [b](b.md) [r]({{< ref \"b\" >}}) ![p](p.png) {{< placeholder \"IP\" >}}\n\n```bash\nssh {{< placeholder \"IP\" >}}\n```\n\n    {{</* note */>}}\n\n{{< note >}}\nTwo\nlines\n{{< /note >}}\n\nShow {{</* file */>}}.\n",
        ),
        ("content/guides/b.md", "---\ntitle: B\n---\n"),
    ]);
    site.write("content/guides/p.png", include_bytes!("support/2x3.png"));
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let expected = "# A\n\n1.  Do:\n\n    `x.js`:\n\n    ```js\n    let x\n\n    y\n    ```\n\n2.  [b](/guides/b/) [r](/guides/b/) ![p](/guides/p.png) <IP>\n\n```bash\nssh <IP>\n```\n\n    {{< note >}}\n\n> **Note**\n>\n> Two\n> lines\n\nShow {{< file >}}.\n";
    assert_eq!(site.output("guides/a/index.md"), expected);
}

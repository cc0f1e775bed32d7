//! Whatever changes, a build that keeps pages makes the same site as one that begins with nothing.

use crate::support::{self, TestSite};
use std::{collections::BTreeMap, fs, path::PathBuf};

fn site() -> TestSite {
    let site = TestSite::new(&[
        (
            "guidepost.yaml",
            "title: Library\nbase_url: https://example.org/docs/\npaginate: 2\nedit_url: https://git.example.org/\ntaxonomies: [tags, authors]\n",
        ),
        ("content/_index.md", "---\ntitle: Library\n---\n\nWelcome. [A](guides/a.md)\n"),
        ("content/guides/_index.md", "---\ntitle: Guides\n---\n\nAll.\n"),
        (
            "content/guides/a.md",
            "---\ntitle: A\ntags: [x, y]\nauthors: [Ann]\npublished: 2020-01-01\naliases: [/old-a/]\n---\n\n[b](b/index.md#two) [c](c) {{< content \"part\" >}}\n\n{{< note >}}n{{< /note >}}\n",
        ),
        (
            "content/guides/b/index.md",
            "---\ntitle: B\ntags: [x]\nauthors: [Bob]\ncontributors: [Dee]\npublished: 2020-01-02\nimage: p.png\n---\n\n![p](p.png)\n\n## One\n\n## Two\n\n```bash\nls\n```\n",
        ),
        (
            "content/guides/c.md",
            "---\ntitle: C\ntags: [y]\nauthors: [Dee]\npublished: 2020-01-03\n---\n\nc {{< mine >}}\n",
        ),
        (
            "content/guides/d.md",
            "---\ntitle: D\npublished: 2020-01-04\n---\n\n```bash\n$ ls\na\n```\n\n{{< include \"/examples/app.py\" >}}\n",
        ),
        (
            "content/shared/part/index.md",
            "---\nheadless: true\n---\n\n## From part\n\n![q](q.png)\n\n{{< include \"/examples/app.py\" region=\"part\" >}}\n",
        ),
        ("static/robots.txt", "User-agent: *\n"),
        ("data/d.yaml", "n: 1\n"),
        ("examples/app.py", "one = 1\n# [start:part]\ntwo = 2\n# [end:part]\n"),
        ("themes/default/shortcodes/mine.html", "<b>mine</b>"),
    ]);
    site.write("content/guides/b/p.png", include_bytes!("support/2x3.png"));
    site.write("content/shared/part/q.png", include_bytes!("support/2x3.png"));
    site
}

type Edit = fn(&TestSite);

/// What changes, one after another.
const EDITS: &[(&str, Edit)] = &[
    ("text of a page", |s| replace(s, "content/guides/d.md", "$ ls", "$ ls -l")),
    ("included file", |s| replace(s, "examples/app.py", "two = 2", "two = 3")),
    ("included file back", |s| replace(s, "examples/app.py", "two = 3", "two = 2")),
    ("title", |s| replace(s, "content/guides/b/index.md", "title: B", "title: Bee")),
    ("a sidecar decides what a block is", |s| {
        s.write("content/guides/b/verify.yaml", "steps:\n- contains: ls\n  path: /x\n")
    }),
    ("it says something else", |s| replace(s, "content/guides/b/verify.yaml", "path: /x", "role: listing")),
    ("it goes", |s| remove(s, "content/guides/b/verify.yaml")),
    ("slug", |s| replace(s, "content/guides/c.md", "title: C", "title: C\nslug: cee")),
    ("weight", |s| replace(s, "content/guides/a.md", "title: A", "title: A\nweight: 1")),
    ("date", |s| replace(s, "content/guides/d.md", "2020-01-04", "2019-12-31")),
    ("tags", |s| replace(s, "content/guides/b/index.md", "[x]", "[x, z]")),
    ("spelling of a tag", |s| replace(s, "content/guides/a.md", "[x, y]", "[X, y]")),
    ("heading that a link leads to", |s| replace(s, "content/guides/b/index.md", "## Two", "## Three")),
    ("heading back", |s| replace(s, "content/guides/b/index.md", "## Three", "## Two")),
    ("an author's only page goes", |s| remove(s, "content/guides/c.md")),
    ("a link to it goes", |s| replace(s, "content/guides/a.md", " [c](c)", "")),
    ("new page", |s| {
        s.write(
            "content/guides/e.md",
            "---\ntitle: E\ntags: [y]\nauthors: [Dee]\npublished: 2021-01-01\n---\n\n{{< mine >}}\n",
        )
    }),
    ("draft", |s| replace(s, "content/guides/e.md", "title: E", "title: E\ndraft: true")),
    ("no draft", |s| replace(s, "content/guides/e.md", "draft: true", "draft: false")),
    ("page becomes a bundle", |s| {
        let text = fs::read_to_string(s.path().join("content/guides/d.md")).expect("there");
        remove(s, "content/guides/d.md");
        s.write("content/guides/d/index.md", text);
    }),
    ("picture of another size", |s| s.write("content/guides/b/p.png", include_bytes!("support/4x4.png"))),
    ("bundle", |s| replace(s, "content/shared/part/index.md", "From part", "From the part")),
    ("moved bundle", |s| {
        fs::create_dir_all(s.path().join("content/parts")).expect("made");
        fs::rename(s.path().join("content/shared/part"), s.path().join("content/parts/part")).expect("moved");
    }),
    ("shortcode's template", |s| s.write("themes/default/shortcodes/mine.html", "<i>mine {{ page.title }}</i>")),
    ("shortcode that reads data", |s| {
        s.write("themes/default/shortcodes/mine.html", "{% set d = load_data(path=\"data/d.yaml\") %}{{ d.n }}")
    }),
    ("data", |s| s.write("data/d.yaml", "n: 2\n")),
    ("component that reads the site", |s| {
        s.write(
            "themes/default/templates/parts/own.html",
            "{% component own() %}{% for p in pages(limit=9) %}{{ p.title }};{% endfor %}{% endcomponent own %}",
        );
        s.write("themes/default/templates/taxonomy.html", "{{ <own /> }}");
    }),
    ("title that the component shows", |s| replace(s, "content/guides/e.md", "title: E", "title: Eve")),
    ("built-in shortcode", |s| s.write("themes/default/shortcodes/note.html", "<p>{{ body | safe }}</p>")),
    ("template", |s| s.write("themes/default/templates/404.html", "gone")),
    ("asset", |s| s.write("themes/default/static/own.css", "b{}")),
    ("title of a section", |s| replace(s, "content/guides/_index.md", "title: Guides", "title: All guides")),
    ("text of a section", |s| replace(s, "content/guides/_index.md", "All.", "Everything.")),
    ("title of the site", |s| replace(s, "guidepost.yaml", "title: Library", "title: Our library")),
    ("permalinks", |s| append(s, "guidepost.yaml", "permalinks:\n  guides: /g/:year/:slug/\n")),
    ("taxonomies", |s| replace(s, "guidepost.yaml", "[tags, authors]", "[tags]")),
    ("text for a taxonomy", |s| s.write("content/tags/_index.md", "---\ntitle: By tag\n---\n\nThe **tags**.\n")),
    ("static file", |s| remove(s, "static/robots.txt")),
    ("static file instead of a made one", |s| s.write("static/atom.xml", "<own/>")),
    ("base path", |s| replace(s, "guidepost.yaml", "example.org/docs/", "example.org/")),
];

#[test]
fn kept_pages_are_as_new_ones() {
    let site = site();
    assert_eq!(build(&site).0, 0, "the site is right at first");
    for (name, edit) in EDITS {
        edit(&site);
        let kept = build(&site);
        for folder in ["public", ".guidepost"] {
            fs::remove_dir_all(site.path().join(folder)).expect("there");
        }
        let new = build(&site);
        assert_eq!((kept.0, new.0), (0, 0), "{name}: exit status\n{}\n{}", kept.1, new.1);
        assert_eq!(kept.1, new.1, "{name}: problems");
        let paths = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(paths(&kept.2), paths(&new.2), "{name}: files");
        for (path, bytes) in &new.2 {
            let (old, new) = (String::from_utf8_lossy(&kept.2[path]), String::from_utf8_lossy(bytes));
            assert!(old == new, "{name}: {} differs:\n{old}\n---\n{new}", path.display());
        }
    }
}

/// Exit status, problems and files.
fn build(site: &TestSite) -> (i32, String, BTreeMap<PathBuf, Vec<u8>>) {
    let ran = site.run(&["build"]);

    let files = support::tree(&site.path().join("public"));
    let made = |path: &PathBuf| !path.to_string_lossy().starts_with(".guidepost-");
    (ran.status, ran.stderr, files.into_iter().filter(|(path, _)| made(path)).collect())
}

fn replace(site: &TestSite, path: &str, from: &str, to: &str) {
    let text = fs::read_to_string(site.path().join(path)).expect("there");
    assert!(text.contains(from), "{path} has {from}");
    site.write(path, text.replace(from, to));
}

fn append(site: &TestSite, path: &str, more: &str) {
    let text = fs::read_to_string(site.path().join(path)).expect("there");
    site.write(path, text + more);
}

fn remove(site: &TestSite, path: &str) {
    fs::remove_file(site.path().join(path)).expect("there");
}

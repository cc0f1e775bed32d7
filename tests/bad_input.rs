//! Bad input: a clear error at its place, and nothing lost.

use crate::support::{self, TestSite, parse};

const PAGE: &str = "content/guides/x.md";

/// A page, what `check` says of it (code, line, column, the start of the message), and its exit status.
struct Case {
    name: &'static str,
    text: &'static str,
    expected: &'static [(&'static str, usize, usize, &'static str)],
}

const CASES: &[Case] = &[
    Case {
        name: "bad yaml",
        text: "---\ntitle: x\ntags: [a, b\n---\n\ntext\n",
        expected: &[("front-matter", 3, 7, "")],
    },
    Case {
        name: "unclosed front matter",
        text: "---\ntitle: x\n\ntext\n",
        expected: &[("front-matter-unclosed", 1, 1, "")],
    },
    Case {
        name: "unknown shortcode",
        text: "---\ntitle: x\n---\n\n{{< fil \"a\" >}}\nx\n{{< /fil >}}\n",
        expected: &[("unknown-shortcode", 5, 5, "unknown shortcode `fil`")],
    },
    Case {
        name: "unclosed shortcode",
        text: "---\ntitle: x\n---\n\ntext {{< note >}}\nx\n",
        expected: &[("unclosed-shortcode", 5, 6, "shortcode `note` is never closed")],
    },
    Case {
        name: "mis-nested shortcodes",
        text: "---\ntitle: x\n---\n\n{{< note >}}\n{{< file \"a\" >}}\nx\n{{< /note >}}\n{{< /file >}}\n",
        expected: &[
            ("mis-nested-shortcode", 8, 1, "`note` is closed while `file` of line 6 is still open"),
            ("closes-nothing", 9, 1, "`file` is closed here and was not opened"),
        ],
    },
    Case {
        name: "a tag that never ends",
        text: "---\ntitle: x\n---\n\n{{< note\n\ntext\n",
        expected: &[("shortcode-tag", 5, 1, "this shortcode tag never ends")],
    },
    Case {
        name: "missing include",
        text: "---\ntitle: x\n---\n\n{{< content \"nothing\" >}}\n",
        expected: &[("missing-include", 5, 1, "there is no headless bundle `nothing` to include")],
    },
    Case {
        name: "missing included file",
        text: "---\ntitle: x\n---\n\n{{< include \"nothing.py\" >}}\n",
        expected: &[("included-file", 5, 13, "content/guides/nothing.py does not exist")],
    },
    Case {
        name: "included file outside the site",
        text: "---\ntitle: x\n---\n\n- {{< include \"../../../../etc/passwd\" >}}\n",
        expected: &[("included-file", 5, 15, "../../../../etc/passwd leads out of the site")],
    },
    Case {
        name: "included folder",
        text: "---\ntitle: x\n---\n\n{{< include source=\"/content\" >}}\n",
        expected: &[("included-file", 5, 13, "content is no file")],
    },
    Case {
        name: "lines that an included file has not",
        text: "---\ntitle: x\n---\n\n{{< include \"/guidepost.yaml\" lines=\"2-9\" >}}\n",
        expected: &[("included-part", 5, 31, "guidepost.yaml has 2 lines, and no line 9")],
    },
    Case {
        name: "region that an included file has not",
        text: "---\ntitle: x\n---\n\n{{< include \"/guidepost.yaml\" region=\"a\" >}}\n",
        expected: &[("included-part", 5, 31, "guidepost.yaml has no region `a`")],
    },
    Case {
        name: "lines and a region of an included file",
        text: "---\ntitle: x\n---\n\n{{< include \"/guidepost.yaml\" region=\"a\" lines=\"1\" >}}\n",
        expected: &[("shortcode-argument", 5, 1, "`lines` and `region` cannot both be")],
    },
    Case {
        name: "include of nothing",
        text: "---\ntitle: x\n---\n\n{{< include >}}\n",
        expected: &[("shortcode-argument", 5, 1, "`include` needs a file")],
    },
    Case {
        name: "missing image",
        text: "---\ntitle: x\n---\n\n![a](a.png) and ![b](/b.png)\n",
        expected: &[
            ("missing-image", 5, 1, "this image does not exist: a.png"),
            ("missing-image", 5, 17, "this image does not exist: /b.png"),
        ],
    },
    Case {
        name: "image outside the site",
        text: "---\ntitle: x\n---\n\n![a](../../../../etc/passwd)\n",
        expected: &[("missing-image", 5, 1, "this image lies outside of the site")],
    },
    Case {
        name: "a required guide that there is not, and one that requires itself",
        text: "---\ntitle: x\nverify:\n  requires:\n    - nosuch\n    - /guides/x/\n---\n",
        expected: &[
            ("required-guide", 5, 7, "`requires`: there is no guide `nosuch`"),
            ("required-guide", 6, 7, "content/guides/x.md requires itself"),
        ],
    },
    Case {
        name: "broken link and anchor",
        text: "---\ntitle: x\n---\n\n[a](/guides/y/), [b](#nowhere), [c](/guides/x/#here)\n\n## There\n",
        expected: &[
            ("broken-link", 5, 1, "this link leads to no page: /guides/y/"),
            ("broken-anchor", 5, 18, "content/guides/x.md has no place `#nowhere`"),
            ("broken-anchor", 5, 33, "content/guides/x.md has no place `#here`"),
        ],
    },
];

#[test]
fn every_case_is_named_at_its_place() {
    for case in CASES {
        let site = TestSite::new(&[(PAGE, case.text)]);
        let ran = site.run(&["check", "--format", "json"]);
        assert_eq!(ran.status, 1, "{}: {ran:?}", case.name);
        let report: serde_json::Value = ran.json();
        let found: Vec<(String, u64, u64, String)> = (report["diagnostics"].as_array().expect("a list").iter())
            .filter(|d| d["severity"] == "error")
            .map(|d| {
                let place = &d["place"];
                assert_eq!(place["path"], PAGE, "{}", case.name);
                let line = case.text.lines().nth(place["line"].as_u64().unwrap_or(1) as usize - 1).unwrap_or_default();
                assert_eq!(place["text"].as_str(), Some(line), "{}: the line itself", case.name);
                assert!(
                    d["help"].as_str().is_some_and(|h| !h.is_empty()) || d["code"] == "front-matter",
                    "{}: {d}",
                    case.name
                );
                (
                    d["code"].as_str().unwrap_or_default().into(),
                    place["line"].as_u64().unwrap_or(0),
                    place["column"].as_u64().unwrap_or(0),
                    d["message"].as_str().unwrap_or_default().into(),
                )
            })
            .collect();
        let shown = format!("{}: {found:#?}", case.name);
        assert_eq!(found.len(), case.expected.len(), "{shown}");
        for (found, expected) in found.iter().zip(case.expected) {
            assert_eq!(
                (found.0.as_str(), found.1 as usize, found.2 as usize),
                (expected.0, expected.1, expected.2),
                "{shown}"
            );
            assert!(found.3.starts_with(expected.3), "{shown}");
        }
    }
}

#[test]
fn a_suggestion_is_made() {
    let site = TestSite::new(&[(PAGE, "---\ntitle: x\nautors: [a]\n---\n\n{{< nota >}}x{{< /nota >}}\n")]);
    let ran = site.run(&["check"]);
    assert!(ran.stdout.contains("did you mean `authors`?"), "{}", ran.stdout);
    assert!(ran.stdout.contains("did you mean `note`?"), "{}", ran.stdout);
    assert!(ran.stdout.contains("content/guides/x.md:6:5"), "{}", ran.stdout);
    assert!(ran.stdout.contains("6 | {{< nota >}}x{{< /nota >}}"), "{}", ran.stdout);
}

#[test]
fn an_alias_bomb_is_refused_at_once() {
    let mut yaml = "---\na: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, before) in ('b'..='k').zip('a'..) {
        let many = vec![format!("*{before}"); 9].join(", ");
        yaml.push_str(&format!("{name}: &{name} [{many}]\n"));
    }
    yaml.push_str("---\n\ntext\n");
    let guide = parse(&yaml);
    assert!(guide.diagnostics.iter().any(|d| d.is_error() && d.code == "front-matter"), "{:?}", guide.diagnostics);
}

#[test]
fn bytes_that_are_no_utf8_are_named() {
    let site = TestSite::new(&[]);
    site.write(PAGE, b"---\ntitle: x\n---\n\nok\nbad \xff byte\n");
    let ran = site.run(&["check"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.contains("content/guides/x.md:6:5") && ran.stdout.contains("not UTF-8"), "{}", ran.stdout);
}

#[test]
fn windows_files_and_empty_files_are_fine() {
    let site = TestSite::new(&[
        (
            "content/bom.md",
            "\u{feff}---\r\ntitle: Windows\r\n---\r\n\r\n1.  one\r\n\r\n    {{< file \"a\" >}}\r\nx\r\n{{< /file >}}\r\n\r\n2.  two\r\n",
        ),
        ("content/empty.md", ""),
        ("content/only-front.md", "---\ntitle: Only\n---"),
    ]);
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let html = site.output("bom/index.html");
    assert!(html.contains("Windows") && !html.contains('\r'), "{html}");
    assert!(site.has_output("empty/index.html") && site.has_output("only-front/index.html"));
}

#[test]
fn fifty_thousand_levels_neither_crash_nor_take_long() {
    let n = 50_000;
    let lists: String = (0..1000).map(|i| format!("{}- x\n", " ".repeat(2 * i))).collect();
    let quotes = ">".repeat(n);
    for (name, text, too_deep) in [
        ("quotes", quotes.clone(), true),
        ("quoted alerts", "> [!NOTE]\n".to_owned() + &">".repeat(n) + " [!NOTE]\n", true),
        ("brackets", "[".repeat(n), false),
        ("images", "![".repeat(n), false),
        ("stars", "*a ".repeat(n), false),
        ("strong", "**a_b ".repeat(n), false),
        ("lists in one line", "+ - ".repeat(n), true),
        ("numbered lists", "1. ".repeat(n), true),
        ("lists", lists, true),
        ("tags", "{{< note >}}".repeat(n), true),
        ("closers", "{{< /note >}}".repeat(n), true),
    ] {
        let begin = support::computed();
        let guide = parse(&text);
        assert_eq!(guide.diagnostics.iter().any(|d| d.is_error()), too_deep, "{name}");
        if too_deep && name != "closers" {
            assert!(guide.diagnostics.iter().any(|d| d.code == "too-deep"), "{name}: {:?}", guide.diagnostics.first());
        } else {
            support::html(&text);
        }
        // Far above what linear time needs and far below what quadratic time would.
        let took = support::computed() - begin;
        assert!(took.as_secs() < 20, "{name}: {took:?}");
    }
    let site = TestSite::new(&[(PAGE, &quotes)]);
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("nested more than 200 deep"), "{}", ran.stderr);
}

#[test]
fn an_include_that_goes_in_a_circle_is_shown() {
    let site = TestSite::new(&[
        (PAGE, "---\ntitle: x\n---\n\n{{< content \"a\" >}}\n"),
        ("content/shared/a/index.md", "---\nheadless: true\n---\n\nA {{< content \"b\" >}}\n"),
        ("content/shared/b/index.md", "---\nheadless: true\n---\n\nB {{< content \"a\" >}}\n"),
    ]);
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("this include goes in a circle"), "{}", ran.stderr);
    assert!(ran.stderr.contains("content/shared/b/index.md:5:3"), "{}", ran.stderr);
    assert!(!site.has_output("index.html"), "nothing is published");
}

#[test]
fn links_out_of_the_site_are_refused() {
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(outside.path().join("secret.png"), b"x").expect("written");
    std::fs::write(outside.path().join("secret.md"), "secret").expect("written");
    let site = TestSite::new(&[(PAGE, "---\ntitle: x\n---\n\n![a](pic.png)\n")]);
    let link = |target: &str, name: &str| {
        std::os::unix::fs::symlink(outside.path().join(target), site.path().join("content/guides").join(name))
            .expect("linked");
    };
    link("secret.png", "pic.png");
    link("secret.md", "page.md");
    link("", "folder");
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 1);
    for name in ["pic.png", "page.md", "folder"] {
        assert!(ran.stderr.contains(&format!("content/guides/{name}:1:1")), "{}", ran.stderr);
    }
    assert_eq!(ran.stderr.matches("leads out of the site's folder").count(), 3, "{}", ran.stderr);
    assert!(!site.has_output("guides/pic.png") && !site.has_output("index.html"));
}

#[test]
fn links_inside_the_site_are_followed() {
    let site = TestSite::new(&[("content/guides/a.md", "---\ntitle: Same\n---\n\ntext\n")]);
    std::os::unix::fs::symlink("a.md", site.path().join("content/guides/b.md")).expect("linked");
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(site.has_output("guides/b/index.html"));
}

#[test]
fn two_pages_with_one_address_and_colliding_aliases() {
    let site = TestSite::new(&[
        ("content/guides/a.md", "---\ntitle: A\nslug: same\naliases: [/old/, /guides/c/]\n---\n"),
        ("content/guides/b.md", "---\ntitle: B\nslug: same\nalias: /old/\n---\n"),
        ("content/guides/c.md", "---\ntitle: C\n---\n"),
    ]);
    let ran = site.run(&["check"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stdout.contains("this page has the same address as content/guides/a.md: /guides/same/"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("this alias is already an address of content/guides/a.md: /old/"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("this alias is already an address of content/guides/c.md: /guides/c/"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("content/guides/a.md:4:18"), "{}", ran.stdout);
}

#[test]
fn a_template_error_names_the_template_and_its_line() {
    let site = TestSite::new(&[
        (PAGE, "---\ntitle: x\n---\n\n{{< mine >}}\n"),
        ("themes/default/shortcodes/mine.html", "<p>\n{{ args.missing.deep }}\n</p>\n"),
    ]);
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("themes/default/shortcodes/mine.html:2:"), "{}", ran.stderr);
    site.write("themes/default/shortcodes/mine.html", "<p>\n{% if %}\n</p>\n");
    site.write("themes/default/shortcodes/other.html", "{{ }}\n");
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr.contains("shortcodes/mine.html:2:") && ran.stderr.contains("shortcodes/other.html:1:"),
        "both are named: {}",
        ran.stderr
    );
}

#[test]
fn every_problem_is_reported_in_one_run() {
    let site = TestSite::new(&[
        ("content/a.md", "---\ntitle: [\n---\n"),
        ("content/b.md", "{{< nothing >}}\n"),
        ("content/c.md", "![x](x.png)\n"),
        ("content/d.md", "{{< content \"d\" >}}\n"),
    ]);
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 1);
    for page in ["a.md", "b.md", "c.md", "d.md"] {
        assert!(ran.stderr.contains(&format!("content/{page}:")), "{page}: {}", ran.stderr);
    }
    assert!(ran.stderr.contains("3 errors, 1 warning"), "{}", ran.stderr);
}

#[test]
fn the_configuration_and_the_command_line_are_exit_status_2() {
    let site = TestSite::new(&[("guidepost.yaml", "titel: x\n")]);
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("guidepost.yaml:1:1") && ran.stderr.contains("did you mean `title`?"),
        "{}",
        ran.stderr
    );
    for (registry, place) in [
        ("registry: https://registry.example.org/team", "2:1"),
        ("registry: team/guides", "2:1"),
        ("registry: 'reader:secret@registry.example.org/team'", "2:1"),
        ("menu: []\nregistry: registry.example.org/team:latest", "3:1"),
        ("registry: [registry.example.org]", "2:11"),
    ] {
        site.write("guidepost.yaml", format!("title: x\n{registry}\n"));
        let ran = site.run(&["check"]);
        assert_eq!(ran.status, 2, "{registry}: {ran:?}");
        let shown = [format!("guidepost.yaml:{place}\n"), registry.lines().last().unwrap_or_default().to_owned()];
        assert!(shown.iter().all(|text| ran.stderr.contains(text)), "{shown:?}: {}", ran.stderr);
    }
    let empty = tempfile::tempdir().expect("a folder");
    let ran = support::run_in(empty.path(), &["build"]);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("guidepost new"), "{}", ran.stderr);
    assert_eq!(site.run(&["biuld"]).status, 2);
    assert_eq!(site.run(&["build", "--base-url", "example.org"]).status, 2);
}

#[test]
fn output_folders_that_are_not_ours_are_refused_untouched() {
    let site = TestSite::new(&[("content/a.md", "text\n"), ("foreign/precious.txt", "mine\n")]);
    let before = site.tree();
    for out in [".", "/", "content", "foreign", "..", "themes/x/..", "guidepost.yaml"] {
        let ran = site.run(&["build", "--out", out]);
        assert_eq!(ran.status, 2, "{out}: {ran:?}");
        assert_eq!(site.tree(), before, "{out}");
    }
    let ran = site.run(&["build", "--out", "foreign"]);
    assert!(ran.stderr.contains("precious.txt"), "{}", ran.stderr);
}

#[test]
fn a_failed_build_leaves_the_old_site_whole() {
    let site = TestSite::new(&[("content/a.md", "first\n")]);
    assert_eq!(site.run(&["build"]).status, 0);
    let before = support::tree(&site.path().join("public"));
    site.write("content/a.md", "second {{< note >}}\n");
    site.write("content/b.md", "new\n");
    assert_eq!(site.run(&["build"]).status, 1);
    assert_eq!(support::tree(&site.path().join("public")), before);
    site.write("content/a.md", "second\n");
    assert_eq!(site.run(&["build"]).status, 0);
    assert!(site.output("a/index.html").contains("second") && site.has_output("b/index.html"));
    std::fs::remove_file(site.path().join("content/b.md")).expect("removed");
    site.write("public/CNAME", "example.org\n");
    assert_eq!(site.run(&["build"]).status, 0);
    assert!(!site.has_output("b/index.html"), "stale pages go");
    assert_eq!(site.output("CNAME"), "example.org\n", "files of others stay");
}

#[test]
fn what_build_refuses_check_finds() {
    for (files, message) in [
        (
            &[
                ("content/g/a.md", "---\ntitle: A\nslug: b\n---\n\n{{< nope >}}\n"),
                ("content/g/b.md", "---\ntitle: B\n---\n"),
            ][..],
            "unknown shortcode `nope`",
        ),
        (
            &[("content/a.md", "---\ntitle: A\ntags: [x]\naliases: [/tags/]\n---\n")][..],
            "/tags/ is the address of this and of the list of tags",
        ),
        (
            &[("content/a.md", "---\ntitle: A\ntags: [x]\naliases: [/tags/x/]\n---\n")][..],
            "/tags/x/ is the address of this and of the list of tags",
        ),
        (
            &[("content/a.md", "---\ntitle: A\naliases: [https://x.org/old/]\n---\n")][..],
            "an alias is a path of this site",
        ),
        (
            &[("content/a.md", "---\ntitle: A\naliases: [/f.txt]\n---\n"), ("static/f.txt", "f")][..],
            "this file has the same address as content/a.md: /f.txt",
        ),
        (
            &[
                ("content/a/inc/index.md", "---\nheadless: true\n---\n"),
                ("content/b/inc/index.md", "---\nheadless: true\n---\n"),
            ][..],
            "this bundle has the same name as content/a/inc/index.md",
        ),
        (
            &[("content/index.md", "---\ntitle: Home\n---\n"), ("content/a.md", "a\n")][..],
            "this file would make all of `content/` one page",
        ),
        (
            &[("content/a.md", "---\ntitle: A\n---\n\n# H {{< note >}}n{{< /note >}}\n")][..],
            "this is a block, and it stands inside a heading",
        ),
        (
            &[
                ("guidepost.yaml", "base_url: https://example.org/\npermalinks: {g: '/:year/:slug/'}\n"),
                ("content/g/a.md", "a\n"),
            ][..],
            "the address of this page needs a date",
        ),
    ] {
        let site = TestSite::new(files);
        let (check, build) = (site.run(&["check"]), site.run(&["build", "--strict"]));
        assert_eq!((check.status, build.status), (1, 1), "{message}: {check:?} {build:?}");
        assert!(check.stdout.contains(message) && build.stderr.contains(message), "{message}: {check:?} {build:?}");
        assert!(!site.has_output("index.html"), "{message}");
    }
}

#[test]
fn guides_that_require_each_other_are_named() {
    let guide = |requires: &str| format!("---\ntitle: x\nverify: {{requires: [{requires}]}}\n---\n");
    let site = TestSite::new(&[
        ("content/a.md", &guide("b")),
        ("content/b.md", &guide("c")),
        ("content/c.md", &guide("b")),
        ("content/d.md", &guide("e, e")),
        ("content/e.md", "---\ntitle: x\n---\n"),
    ]);
    let ran = site.run(&["check"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert_eq!(ran.stdout.matches("error[required-guide]").count(), 3, "{}", ran.stdout);
    for round in ["content/b.md → content/c.md → content/b.md", "content/c.md → content/b.md → content/c.md"] {
        assert!(ran.stdout.contains(&format!("`requires` leads round in a circle: {round}")), "{}", ran.stdout);
    }
    assert!(ran.stdout.contains("--> content/a.md:3:"), "{}", ran.stdout);
}

#[test]
fn harmless_repeats_build() {
    let site = TestSite::new(&[
        ("content/a.md", "---\ntitle: A\ntags: [x]\naliases: [/x/, /x]\n---\n"),
        ("content/tags/_index.md", "---\ntitle: By tag\n---\n\nOur **tags**.\n"),
        ("static/404.html", "gone\n"),
        ("static/sitemap.xml", "<mine/>\n"),
    ]);
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stderr.contains("this alias stands here twice: /x/"), "{}", ran.stderr);
    assert_eq!((site.output("404.html").as_str(), site.output("sitemap.xml").as_str()), ("gone\n", "<mine/>\n"));
    let tags = site.output("tags/index.html");
    assert!(tags.contains("By tag") && tags.contains("<strong>tags</strong>") && tags.contains("/tags/x/"), "{tags}");
}

#[test]
fn drafts_inside_bundles_are_not_published() {
    let site = TestSite::new(&[
        ("content/b/index.md", "---\ntitle: B\n---\n"),
        ("content/b/notes.md", "---\ndraft: true\n---\n\nSECRET\n"),
        ("content/x.markdown", "SECRET\n"),
    ]);
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stderr.contains("content/b/notes.md") && ran.stderr.contains("content/x.markdown"), "{}", ran.stderr);
    for (path, bytes) in support::tree(&site.path().join("public")) {
        assert!(!String::from_utf8_lossy(&bytes).contains("SECRET"), "{}", path.display());
    }
}

/// A comment that is never closed would take the footer with it, and in the preview what shows there.
#[test]
fn raw_html_swallows_no_page() {
    for (text, told, column) in [
        ("Text.\n\n<!-- for editors\n\nMore.\n", "this comment is never closed", 1),
        ("<div><script>\nx\n\ny\n", "this `script` is never closed", 6),
        ("> <!-- a --> <!-- b\n\nText.\n", "this comment is never closed", 14),
        ("- a\n\n  <textarea>\n  b\n", "this `textarea` is never closed", 3),
        ("<!-- a\n\n-->\n\n<style>\np {}\n</style>\n", "", 0),
        ("<!-- <script> -->\n", "", 0),
        ("<div><!--> <!---> <script >x</script ></div>\n", "", 0),
        ("<scripts>\n</scripts>\n", "", 0),
    ] {
        let site = TestSite::new(&[(PAGE, &format!("---\ntitle: x\n---\n\n{text}"))]);
        let built = site.run(&["build"]);
        assert_eq!(built.status, 0, "{text}: {built:?}");
        assert_eq!(built.stderr.contains("html-unclosed"), !told.is_empty(), "{text}: {built:?}");
        assert!(
            built.stderr.contains(told) && built.stderr.contains(&format!(":{column}\n")) || told.is_empty(),
            "{text}: {built:?}"
        );
        let page = site.output("guides/x/index.html");
        let (_, after) = page.rsplit_once("</article>").expect("the article ends");
        assert!(after.contains("<footer") && !after.contains("-->"), "{text}: {page}");
        let open = page.matches("<!--").count() == page.matches("-->").count();
        assert!(open && page.matches("<textarea").count() == page.matches("</textarea>").count(), "{text}: {page}");
    }
}

#[test]
fn misspelt_arguments_and_languages_are_warnings() {
    let site = TestSite::new(&[(
        PAGE,
        "---\ntitle: x\n---\n\n```js {hl_line=1 linenostart=18446744073709551615}\na\nb\n```\n\n```bsah\nls\n```\n\n{{< file pth=\"x\" >}}\nx\n{{< /file >}}\n",
    )]);
    let ran = site.run(&["check"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    for message in [
        "did you mean `hl_lines`?",
        "`linenostart` is a number",
        "there is no highlighting for `bsah`",
        "did you mean `bash`?",
        "did you mean `path`?",
    ] {
        assert!(ran.stdout.contains(message), "{message}: {}", ran.stdout);
    }
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let site = TestSite::new(&[]);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_guidepost"))
        .args(["check", "--format", "json"])
        .current_dir(site.path())
        .stdout(full)
        .status()
        .expect("runs");
    assert_eq!(status.code(), Some(3));
}

#[test]
fn links_of_front_matter_and_configuration_are_checked_and_resolved() {
    let site = TestSite::new(&[
        ("guidepost.yaml", "title: T\nbase_url: https://example.org/docs/\nmenu:\n  - {name: No, url: /nowhere/}\n"),
        (
            "content/guides/a.md",
            "---\ntitle: A\nimage: none.png\nexternal_resources:\n  - '[B](/guides/b/)'\n  - '[C](/guides/c/)'\ndeprecated: true\ndeprecated_link: /guides/d/\n---\n",
        ),
        ("content/guides/b.md", "---\ntitle: B\n---\n\n![q](100%25.png)\n"),
    ]);
    site.write("content/guides/100%.png", include_bytes!("support/2x3.png"));
    let ran = site.run(&["check"]);
    assert_eq!(ran.status, 1);
    for place in
        ["guidepost.yaml:4:21", "content/guides/a.md:3:1", "content/guides/a.md:4:1", "content/guides/a.md:8:1"]
    {
        assert!(ran.stdout.contains(place), "{place}: {}", ran.stdout);
    }
    assert!(
        ran.stdout.contains("no page: /guides/c/") && !ran.stdout.contains("no page: /guides/b/"),
        "{}",
        ran.stdout
    );
    site.write("content/guides/a.md", "---\ntitle: A\nexternal_resources: '[B](/guides/b/)'\n---\n");
    site.write("guidepost.yaml", "title: T\nbase_url: https://example.org/docs/\n");
    assert_eq!(site.run(&["build"]).status, 0);
    assert!(site.output("guides/a/index.html").contains("href=\"/docs/guides/b/\">B</a>"));
    assert!(site.output("guides/b/index.html").contains("src=\"/docs/guides/100%25.png\""));
}

#[test]
fn ids_are_unique_and_a_first_heading_is_the_title() {
    let site = TestSite::new(&[
        (
            "content/a.md",
            "# My title\n\nOne[^1], again[^1].\n\n## Menu\n\n## Main\n\n## gp\n\n{{< note >}}\nn[^1]\n\n[^1]: in the note\n{{< /note >}}\n\n{{< content \"part\" >}}\n\n{{< content \"part\" >}}\n\n[^1]: text\n",
        ),
        ("content/part/index.md", "---\nheadless: true\n---\n\n## Part\n\np[^1]\n\n[^1]: in part\n"),
    ]);
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let html = site.output("a/index.html");
    assert_eq!(html.matches("<h1").count(), 1, "{html}");
    let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "{html}");
    assert_eq!(site.output("a/index.md").matches("# My title").count(), 1);
}

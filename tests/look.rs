//! What `guidepost.yaml` says of the look of a site, and what every page has because of it.

use crate::support::{TestSite, run_in};

const PAGE: &str = "---\ntitle: One & all\npublished: 2026-01-01\n---\n\nText.\n";
const BASE: &str = "title: Test\nbase_url: https://example.org/docs/\n";

/// A site with a guide, some files, and these settings.
fn site(settings: &str) -> TestSite {
    let site = TestSite::new(&[
        ("guidepost.yaml", &format!("{BASE}{settings}")),
        ("content/_index.md", "---\ntitle: Test\n---\n"),
        ("content/guides/one.md", PAGE),
        ("static/css/own.css", "h1 { background: url(../img/logo.svg) }\n"),
        ("static/img/logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n"),
        ("static/img/dark.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"dark\"/>\n"),
        ("static/fonts/Inter.woff2", "font\n"),
        ("own/head.html", "<meta name=\"own\" content=\"{{ not a template }}\">\n"),
        ("own/footer.html", "<p>Imprint</p>\n"),
        ("own/code.mjs", "export {};\n"),
    ]);
    site.write("static/img/logo.png", include_bytes!("support/2x3.png"));
    site
}

/// The guide's page of a site with these settings, which is built without a warning.
fn page(settings: &str) -> String {
    let site = site(settings);
    let ran = site.run(&["build", "--strict"]);
    assert_eq!(ran.status, 0, "{settings}\n{ran:?}");
    site.output("guides/one/index.html")
}

/// What stands in a page between two texts.
fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    let at = page.find(start).unwrap_or_else(|| panic!("no {start} in {page}")) + start.len();
    &page[at..at + page[at..].find(end).unwrap_or_else(|| panic!("no {end} behind {start}"))]
}

/// The style sheet that settings become.
fn sheet(settings: &str) -> String {
    let site = site(settings);
    let ran = site.run(&["build", "--strict"]);
    assert_eq!(ran.status, 0, "{settings}\n{ran:?}");
    let name = between(&site.output("index.html"), "href=\"/docs/assets/look.", "\"").to_owned();
    site.output(&format!("assets/look.{name}"))
}

#[test]
fn each_setting_is_in_every_page() {
    for (settings, expected) in [
        ("look: { logo: static/img/logo.png }", "width=\"2\" height=\"3\"><span>Test</span></a>"),
        ("look: { logo: { light: static/img/logo.svg, replaces_title: true } }", "alt=\"Test\"></a>"),
        ("look: { favicon: static/img/logo.svg }", "type=\"image/svg+xml\">"),
        ("look: { head: own/head.html }", "<meta name=\"own\" content=\"{{ not a template }}\">\n</head>"),
        ("look: { footer: own/footer.html }", "<p>Imprint</p>\n</div>\n</footer>"),
        (
            "look: { colors: { dark: { background: \"#101020\" } } }",
            "content=\"#101020\" media=\"(prefers-color-scheme: dark)\"",
        ),
        (
            "announcement: New **[guide](/guides/one/)**",
            "<p>New <strong><a href=\"/docs/guides/one/\">guide</a></strong></p>",
        ),
        (
            "social: [{ name: GitHub, url: https://git.example.org/ }]",
            "<i class=\"icon github\"></i><span class=\"hidden\">GitHub</span></a>",
        ),
        (
            "social: [{ name: Matrix <3, url: /guides/one/ }]",
            "<a rel=\"me\" href=\"/docs/guides/one/\">Matrix &lt;3</a>",
        ),
        (
            "feedback_url: https://example.org/new?about={path}&at={url}&title={title}",
            "href=\"https://example.org/new?about=content%2Fguides%2Fone.md&amp;at=https%3A%2F%2Fexample.org%2Fdocs%2Fguides%2Fone%2F&amp;title=One%20%26%20all\"",
        ),
        ("feedback_url: /guides/one/?about={title}", "href=\"/docs/guides/one/?about=One%20%26%20all\""),
        (
            "analytics: { script: https://count.example.org/a.js, data: { domain: \"</script>\" } }",
            "{\"src\":\"https://count.example.org/a.js\",\"data-domain\":\"\\u003c/script\\u003e\"}",
        ),
    ] {
        let page = page(settings);
        assert!(page.contains(expected), "{settings}\n{expected}\n{page}");
    }
}

#[test]
fn files_have_addresses_that_change_with_them_and_lead_where_they_led() {
    let site = site(
        "look:\n  logo: { light: static/img/logo.svg, dark: static/img/dark.svg }\n  css: [static/css/own.css]\n  javascript: [own/code.mjs]\n",
    );
    assert_eq!(site.run(&["build", "--strict"]).status, 0);
    let address = |page: &str, start: &str| format!("{start}{}", between(page, start, "\""));
    let before = site.output("guides/one/index.html");
    let css = address(&before, "/docs/css/own.");
    assert_eq!(site.output(css.trim_start_matches("/docs/")), "h1 { background: url(../img/logo.svg) }\n");
    assert!(site.has_output("css/own.css") && site.has_output("img/logo.svg"), "what is static is there as it was");
    let module = address(&before, "<script src=\"/docs/assets/code.");
    assert!(before.contains(&format!("{module}\" type=\"module\">")), "{before}");
    for (scheme, file) in [("light", "logo."), ("dark", "dark.")] {
        assert!(before.contains(&format!("class=\"logo only-{scheme}\" src=\"/docs/img/{file}")), "{before}");
    }
    site.write("static/css/own.css", "h1 { color: red }\n");
    assert_eq!(site.run(&["build", "--strict"]).status, 0);
    let after = site.output("guides/one/index.html");
    assert_ne!(address(&after, "/docs/css/own."), css);
    assert!(!site.has_output(css.trim_start_matches("/docs/")), "what nobody links to is gone");
}

#[test]
fn settings_become_rules() {
    for (settings, expected) in [
        (
            "look: { colors: { light: { accent: \"#7a3fb0\" } } }",
            &[":root { --accent: #7a3fb0;", ":root[data-theme=\"dark\"] { --accent: #a279c8;"][..],
        ),
        (
            "look: { colors: { dark: { accent: \"#ABC\", background: \"#000\", text: \"#eee\" } } }",
            &["{ --bg: #000000; --soft: #0a0a0a;", "--accent: #aabbcc;", ".command { --accent: #aabbcc; }"],
        ),
        (
            "look: { fonts: { text: Inter, files: [{ family: Inter, file: static/fonts/Inter.woff2, weight: 100 900 }] } }",
            &[
                "@font-face { font-family: \"Inter\"; src: url(\"../fonts/Inter.",
                ".woff2\") format(\"woff2\"); font-weight: 100 900; font-display: swap; }",
                "--sans: Inter, system-ui,",
            ],
        ),
        (
            "look: { fonts: { code: Iosevka, headings: Lora } }",
            &["--mono: Iosevka, ui-monospace", ".brand { font-family: Lora, "],
        ),
        ("social: [{ name: mail, url: \"mailto:a@example.org\" }]", &[".icon.mail { --icon: url("]),
    ] {
        let sheet = sheet(settings);
        for rule in expected {
            assert!(sheet.contains(rule), "{settings}\n{rule}\n{sheet}");
        }
        assert!(!sheet.contains(".icon.github"), "icons that nobody uses are not there");
    }
}

#[test]
fn what_is_not_used_costs_nothing() {
    let site = site("");
    assert_eq!(site.run(&["build", "--strict"]).status, 0);
    let page = site.output("guides/one/index.html");
    for part in ["look.", "announcement", "social", "doNotTrack", "logo", "Tell us"] {
        assert!(!page.contains(part), "{part}\n{page}");
    }
    let look = std::fs::read_dir(site.path().join("public/assets")).expect("assets");
    assert!(look.filter_map(Result::ok).all(|file| !file.file_name().to_string_lossy().starts_with("look")));
}

#[test]
fn what_is_wrong_is_told_at_its_line() {
    for (settings, place, message) in [
        ("look:\n  css: [static/none.css]\n", "4:9", "\"static/none.css\" does not exist"),
        ("look:\n  css:\n    - css/own.css\n", "5:7", "paths begin at the site's folder: static/css/own.css"),
        ("look:\n  javascript: [https://cdn.example.org/x.js]\n", "4:16", "only files of the site are named here"),
        ("look:\n  head: ../head.html\n", "4:9", "leads out of the site"),
        ("look:\n  footer: static/img/logo.png\n", "4:11", "is not UTF-8"),
        ("look:\n  favicon: static/css/own.css\n", "4:12", "is no icon"),
        ("look:\n  logo: { light: static/img/logo.svg, dark: static/none.svg }\n", "4:45", "does not exist"),
        ("look:\n  fonts: { files: [{ family: A, file: own/code.mjs }] }\n", "4:39", "is no font file"),
        ("look:\n  fonts: { text: \"a; } b {\" }\n", "4:19", "no list of font families"),
        ("look:\n  fonts: { files: [{ family: A, file: a.woff2, weight: bold }] }\n", "4:56", "no weight"),
        ("look:\n  colors:\n    light:\n      accent: #0b6a55\n", "6:7", "write it in quotes"),
        ("look:\n  colors:\n    light:\n      accent: green\n", "6:7", "is no colour"),
        ("look:\n  colours: {}\n", "4:3", "did you mean `colors`?"),
        ("look:\n  logo: [a]\n", "4:3", "`logo` is a path, or a map"),
        ("feedback_url: https://example.org/{page}\n", "3:15", "known are {path}, {url} and {title}"),
        ("feedback_url: example.org\n", "3:15", "is no address"),
        ("analytics: { script: a.js }\n", "3:22", "is no address"),
        ("analytics: { script: /a.js, data: { \"on load\": x } }\n", "3:38", "cannot be the name of an attribute"),
    ] {
        let ran = site(settings).run(&["build"]);
        assert_eq!(ran.status, 2, "{settings}\n{ran:?}");
        assert!(ran.stderr.contains(&format!("guidepost.yaml:{place}\n")), "{settings}\n{}", ran.stderr);
        assert!(ran.stderr.contains(message), "{settings}\n{}", ran.stderr);
    }
}

#[test]
fn what_is_hard_to_read_or_leads_nowhere_is_a_warning() {
    for (settings, place, message) in [
        (
            "extra: { light: { accent: x } }\nlook:\n  colors:\n    light: { accent: \"#fc0\" }\n    dark: { accent: \"#62d0ad\" }\n",
            "6:14",
            "the contrast of #ffcc00 on #f5f7f6 is 1.41:1",
        ),
        (
            "look:\n  colors:\n    light: { accent: \"#062\" }\n    dark:\n      accent: \"#336\"\n",
            "7:7",
            "the contrast of #333366 on #19211f is 1.4",
        ),
        ("look:\n  colors:\n    light: { text: \"#999\" }\n", "5:14", "`text` is hard to read in the light scheme"),
        ("announcement: see [this](/none/)\n", "3:26", "leads to no page"),
        ("social: [{ name: X, url: /none/ }]\n", "3:26", "leads to no page"),
        ("feedback_url: /none/?page={path}\n", "3:15", "leads to no page"),
    ] {
        let ran = site(settings).run(&["build"]);
        assert_eq!(ran.status, 0, "{settings}\n{ran:?}");
        assert!(ran.stderr.contains(&format!("guidepost.yaml:{place}\n")), "{settings}\n{}", ran.stderr);
        assert!(ran.stderr.contains(message), "{settings}\n{}", ran.stderr);
        assert_eq!(site(settings).run(&["build", "--strict"]).status, 1, "{settings}");
    }
}

#[test]
fn an_announcement_is_known_by_its_text() {
    let key =
        |text: &str| between(&page(&format!("announcement: {text}\n")), "(\"gp-announcement\"),\"", "\"").to_owned();
    assert_eq!(key("One"), key("One"));
    assert_ne!(key("One"), key("Two"));
}

#[test]
fn a_file_of_the_theme_is_shown_and_copied_once() {
    let site = site("theme: mine\n");
    let shown = site.run(&["theme", "show", "parts/footer.html"]);
    assert_eq!(shown.status, 0, "{shown:?}");
    assert_eq!(shown.stdout, include_str!("../themes/default/templates/parts/footer.html"));
    let copied = site.run(&["theme", "copy", "parts/footer.html"]);
    assert_eq!(copied.status, 0, "{copied:?}");
    let path = "themes/mine/templates/parts/footer.html";
    let told = copied.stdout.replace('\\', "/");
    assert!(told.starts_with(path) && told.contains("does not reach it"), "{told}");
    let copy = || std::fs::read_to_string(site.path().join(path)).expect("the copy");
    assert_eq!(copy(), shown.stdout);
    assert_eq!(site.run(&["build", "--strict"]).status, 0, "a copy changes nothing");
    site.write(path, "mine\n");
    let again = site.run(&["theme", "copy", "templates/parts/footer.html"]);
    assert_eq!((again.status, copy().as_str()), (2, "mine\n"), "{again:?}");
    assert!(again.stderr.contains("is there, and stays as it is"), "{again:?}");
    let list = site.run(&["theme", "show"]).stdout.replace('\\', "/");
    assert!(list.contains(&format!("templates/parts/footer.html  (yours: {path})\n")), "{list}");
    assert!(list.contains("\nstatic/style.css\n"), "{list}");
    let unknown = site.run(&["theme", "copy", "parts/foter.html"]);
    assert_eq!(unknown.status, 2);
    assert!(unknown.stderr.contains("did you mean parts/footer.html?"), "{unknown:?}");
}

#[test]
fn the_theme_can_be_seen_without_a_site_and_not_copied() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(run_in(folder.path(), &["theme", "show"]).status, 0);
    let copied = run_in(folder.path(), &["theme", "copy", "parts/footer.html"]);
    assert_eq!(copied.status, 2, "{copied:?}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("it is there").count(), 0);
}

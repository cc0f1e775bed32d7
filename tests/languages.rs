//! What a site says to readers of a language, and sites in several.

use crate::support::TestSite;

const PAGE: &str = "---\ntitle: One\npublished: 2026-01-05\nmodified: 2026-02-06\ncontributors: [Ann, Bo]\ntags: [docker]\n---\n\nText[^1].\n\n> [!NOTE]\n> Careful.\n\n```command\ntrue\n```\n\n```output\nok\n```\n\n[^1]: More.\n";

/// A site with these settings and these files beside its two guides.
fn site(settings: &str, files: &[(&str, &str)]) -> TestSite {
    let config = format!("title: Test\nbase_url: https://example.org/docs/\n{settings}");
    let mut all = vec![
        ("guidepost.yaml", config.as_str()),
        ("content/_index.md", "---\ntitle: Test\n---\n"),
        ("content/guides/one.md", PAGE),
        ("content/guides/two.md", "---\ntitle: Two\n---\n\nText.\n"),
    ];
    all.extend(files);
    TestSite::new(&all)
}

/// A file of the output of a site that is built without a warning.
fn built(site: &TestSite, path: &str) -> String {
    let ran = site.run(&["build", "--strict"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    site.output(path)
}

#[test]
fn a_page_speaks_the_language_of_its_site() {
    for (language, parts) in [
        (
            "en",
            [
                "<html lang=\"en\" data-search",
                "Skip to content",
                "With contributions by Ann and Bo.",
                "Updated <time datetime=\"2026-02-06\">6 February 2026</time>",
                "1 min read",
                ">Note</p>",
                "aria-label=\"Footnotes\"",
            ],
        ),
        (
            "de",
            [
                "<html lang=\"de\" data-search",
                "Zum Inhalt springen",
                "Mit Beiträgen von Ann und Bo.",
                "Aktualisiert am <time datetime=\"2026-02-06\">6. Februar 2026</time>",
                "1 Minute Lesezeit",
                ">Hinweis</p>",
                "aria-label=\"Fußnoten\"",
            ],
        ),
        (
            "pt-BR",
            [
                "<html lang=\"pt-BR\" data-search",
                "Ir para o conteúdo",
                "Com contribuições de Ann e Bo.",
                "Atualizado em <time datetime=\"2026-02-06\">6 de fevereiro de 2026</time>",
                "1 min de leitura",
                ">Nota</p>",
                "aria-label=\"Notas de rodapé\"",
            ],
        ),
        (
            "ja",
            [
                "<html lang=\"ja\" data-search",
                "本文へ移動",
                "協力: Ann、Bo.",
                "更新: <time datetime=\"2026-02-06\">2026年2月6日</time>",
                "読了まで 1 分",
                ">注記</p>",
                "aria-label=\"脚注\"",
            ],
        ),
        (
            "ar",
            [
                "<html lang=\"ar\" dir=\"rtl\" data-search",
                "انتقل إلى المحتوى",
                "بمساهمة Ann وBo.",
                "حُدِّث في <time datetime=\"2026-02-06\">6 فبراير 2026</time>",
                "دقيقة للقراءة",
                ">ملاحظة</p>",
                "href=\"/docs/assets/rtl.",
            ],
        ),
        // Nobody has written texts of it.
        (
            "nl",
            [
                "<html lang=\"nl\" data-search",
                "Skip to content",
                "With contributions by Ann and Bo.",
                "6 February 2026",
                "1 min read",
                ">Note</p>",
                "aria-label=\"Footnotes\"",
            ],
        ),
    ] {
        let site = site(&format!("language: {language}\n"), &[]);
        let page = built(&site, "guides/one/index.html");
        for part in parts {
            assert!(page.contains(part), "{language}: {part}\n{page}");
        }
        assert_eq!(page.contains("rtl."), language == "ar", "only such pages load it");
    }
}

#[test]
fn texts_of_a_site_come_last() {
    let site = site(
        "language: de\ntaxonomies: [tags, products]\n",
        &[
            (
                "i18n/de.yaml",
                "guides: { one: '{count} Rezept', other: '{count} Rezepte' }\ntaxonomy_products: Produkte\nhello: Hallo {who}\n",
            ),
            ("themes/default/i18n/de.yaml", "guides: X\nskip_to_content: Runter\n"),
            ("themes/default/shortcodes/hello.html", "{{ text(key=\"hello\", who=params[0]) }}"),
            ("content/guides/three.md", "---\ntitle: Three\nproducts: [a]\n---\n\n{{< hello \"<b>\" >}}\n"),
        ],
    );
    let page = built(&site, "guides/three/index.html");
    for part in ["Hallo &lt;b&gt;\n", ">Runter</a>", ">Produkte</a>"] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(site.output("all/index.html").contains("<p class=\"lead\">3 Rezepte in 1 Bereich</p>"));
    // A text that changes is on every page after a build that is not the first.
    site.write("i18n/de.yaml", b"hello: Servus {who}\n");
    assert!(built(&site, "guides/three/index.html").contains("Servus &lt;b&gt;\n"));
}

#[test]
fn what_is_wrong_is_told_where_it_stands() {
    for (settings, files, status, expected) in [
        (
            "language: en_us\n",
            ("i18n/x.txt", ""),
            2,
            vec!["`language` is no tag of a language: \"en_us\"", "guidepost.yaml:3:1"],
        ),
        (
            "language: de\n",
            ("i18n/de.yaml", "copied: Fertig\npage_number: \"{nummer}\"\n"),
            1,
            vec!["nothing is called `{nummer}`", "i18n/de.yaml:2:1", "it is given {number}"],
        ),
        (
            "language: de\n",
            ("i18n/de.yaml", "copied: [x\n"),
            1,
            vec!["this table of texts cannot be read", "i18n/de.yaml:"],
        ),
        (
            "language: de\n",
            ("i18n/de.yaml", "kopied: x\ncopyed: y\n"),
            0,
            vec!["guidepost has no text `copyed`", "did you mean `copied`?", "i18n/de.yaml:2:1"],
        ),
        (
            "language: nl\n",
            ("i18n/nl.yaml", "copied: Klaar\n"),
            0,
            vec!["texts are missing here, and are shown in English: all_guides, ", "i18n/nl.yaml"],
        ),
    ] {
        let site = site(settings, &[files]);
        let ran = site.run(&["build"]);
        assert_eq!(ran.status, status, "{settings}{files:?}\n{ran:?}");
        for part in expected {
            assert!(ran.stderr.contains(part), "{part}\n{}", ran.stderr);
        }
    }
    let site = site(
        "",
        &[
            ("themes/default/shortcodes/x.html", "{{ text(key=\"copyed\") }}"),
            ("content/x.md", "---\ntitle: X\n---\n\n{{< x >}}\n"),
        ],
    );
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("there is no text `copyed`; did you mean `copied`?"), "{}", ran.stderr);
}

/// A site in three languages: German by the names of files, Arabic in a folder.
fn many(files: &[(&str, &str)]) -> TestSite {
    let page = |title: &str, body: &str| {
        format!("---\ntitle: {title}\npublished: 2026-01-05\ntags: [docker]\n---\n\n{body}\n")
    };
    let links = "[a](two.md) [b](/guides/two/) [c](two) [d](/) [e](three.md) [f](/tags/) [g](/guides/) ![p](/guides/four/p.png)";
    let texts = [
        ("content/guides/one.md", page("One", links)),
        ("content/guides/one.de.md", page("Eins", links)),
        ("content/ar/guides/one.md", page("واحد", "[a](/guides/two/)")),
        ("content/guides/two.md", page("Two", "## Install\n\nText.")),
        ("content/guides/two.de.md", page("Zwei", "Text.").replace("tags:", "slug: nummer-zwei\ntags:")),
        ("content/guides/three.md", page("Three", "Text.")),
        ("content/guides/four/index.md", page("Four", "![p](p.png)")),
        ("content/guides/four/index.de.md", page("Vier", "![p](p.png)")),
        ("content/guides/_index.md", "---\ntitle: Guides\n---\n".to_owned()),
        ("content/guides/_index.de.md", "---\ntitle: Anleitungen\n---\n\nAlle.\n".to_owned()),
    ];
    let settings = "languages:\n  de: { title: Prüfling, menu: [{ name: Alles, url: /guides/ }] }\n  ar:\nmenu: [{ name: Guides, url: /guides/ }]\n";
    let mut all: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (*path, text.as_str())).collect();
    all.extend(files);
    let site = site(settings, &all);
    site.write("content/guides/four/p.png", include_bytes!("support/2x3.png"));
    site
}

#[test]
fn each_language_has_its_pages_lists_and_files() {
    let site = many(&[]);
    // The two guides that `site` has beside these are in no language's way.
    built(&site, "index.html");
    for (path, parts, not) in [
        (
            "guides/one/index.html",
            vec![
                "<html lang=\"en\" data-search",
                "<link rel=\"alternate\" hreflang=\"x-default\" href=\"https://example.org/docs/guides/one/\">",
                "hreflang=\"de\" href=\"https://example.org/docs/de/guides/one/\">",
                "hreflang=\"ar\" href=\"https://example.org/docs/ar/guides/one/\">",
                "<a href=\"/docs/de/guides/one/\" lang=\"de\" hreflang=\"de\">Deutsch</a>",
                "<a href=\"/docs/guides/one/\" lang=\"en\" hreflang=\"en\" aria-current=\"true\">English</a>",
                "data-search-index=\"/docs/search/\"",
            ],
            vec!["Anleitungen", "Zwei"],
        ),
        // A page that is in one language only leads to the homes of the others, and names no alternates.
        ("guides/three/index.html", vec!["<a href=\"/docs/de/\" lang=\"de\"", "<a href=\"/docs/ar/\" lang=\"ar\""], vec!["rel=\"alternate\" hreflang"]),
        (
            "de/guides/one/index.html",
            vec![
                "<html lang=\"de\" data-search",
                "data-search-index=\"/docs/de/search/\"",
                "<title>Eins | Prüfling</title>",
                "<a href=\"/docs/de/guides/nummer-zwei/\">a</a> <a href=\"/docs/de/guides/nummer-zwei/\">b</a> <a href=\"/docs/de/guides/nummer-zwei/\">c</a> <a href=\"/docs/de/\">d</a> <a href=\"/docs/guides/three/\">e</a> <a href=\"/docs/de/tags/\">f</a> <a href=\"/docs/de/guides/\">g</a>",
                "<li><a href=\"/docs/de/\">Prüfling</a></li>\n<li><a href=\"/docs/de/guides/\">Anleitungen</a></li>",
                ">Alles</a>",
                "href=\"/docs/de/atom.xml\"",
                "<a class=\"brand\" href=\"/docs/de/\"",
                "Seite bearbeiten",
            ][..8].to_vec(),
            vec![">One<", ">Two<"],
        ),
        ("ar/guides/one/index.html", vec!["<html lang=\"ar\" dir=\"rtl\"", "<a href=\"/docs/guides/two/\">a</a>"], vec![]),
        ("de/guides/four/index.html", vec!["src=\"/docs/guides/four/p.png\"", "width=\"2\""], vec![]),
        ("de/guides/index.html", vec!["<p>Alle.</p>", ">Eins</a>", ">Zwei</a>"], vec![">One<"]),
        ("de/index.html", vec!["<h1>Prüfling</h1>", ">Anleitungen</a>", "3 Anleitungen"], vec![">One<"]),
        ("index.html", vec![">Guides</a>", "hreflang=\"x-default\" href=\"https://example.org/docs/\""], vec![">Eins<", "/docs/de/guides/"]),
        ("all/index.html", vec![">One</a>", "hreflang=\"de\" href=\"https://example.org/docs/de/all/\""], vec![">Eins<"]),
        ("de/all/index.html", vec![">Eins</a>"], vec![">One<"]),
        ("tags/docker/index.html", vec![">One</a>"], vec![">Eins<"]),
        ("de/tags/docker/index.html", vec![">Eins</a>", "Schlagwörter"], vec![">One<"]),
        ("atom.xml", vec!["<title>One</title>", "xml:lang=\"en\""], vec!["Eins"]),
        ("de/atom.xml", vec!["<title>Eins</title>", "xml:lang=\"de\"", "<title>Prüfling</title>"], vec!["<title>One"]),
        ("search/p-0.json", vec!["\"One\""], vec!["\"Eins\""]),
        ("de/search/p-0.json", vec!["\"Eins\"", "/docs/de/guides/one/"], vec!["\"One\""]),
        ("llms.txt", vec!["[One]"], vec!["Eins"]),
        ("de/llms.txt", vec!["# Prüfling", "[Eins]"], vec!["[One]"]),
        ("de/404.html", vec!["Hier gibt es keine Seite"], vec![]),
        (
            "sitemap.xml",
            vec![
                "xmlns:xhtml=\"http://www.w3.org/1999/xhtml\"",
                "<loc>https://example.org/docs/de/guides/nummer-zwei/</loc>",
                "<xhtml:link rel=\"alternate\" hreflang=\"de\" href=\"https://example.org/docs/de/guides/nummer-zwei/\"/>",
            ],
            vec![],
        ),
    ] {
        let file = site.output(path);
        for part in parts {
            assert!(file.contains(part), "{path}: {part}\n{file}");
        }
        for part in not {
            assert!(!file.contains(part), "{path} has {part}\n{file}");
        }
    }
}

#[test]
fn what_other_languages_have_is_shown_after_a_change() {
    let site = many(&[]);
    built(&site, "index.html");
    let change = |path: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(site.path().join(path)).expect("the file");
        site.write(path, text.replace(from, to));
    };
    change("content/guides/two.de.md", "nummer-zwei", "zwei");
    site.write("content/guides/three.de.md", "---\ntitle: Drei\n---\n\nText.\n");
    let warm = built(&site, "guides/two/index.html");
    assert!(warm.contains("https://example.org/docs/de/guides/zwei/"), "{warm}");
    let fresh = site.path().join("fresh");
    let ran = site.run(&["build", "--out", &fresh.to_string_lossy()]);
    assert_eq!(ran.status, 0, "{ran:?}");
    for path in [
        "guides/two/index.html",
        "guides/three/index.html",
        "de/guides/one/index.html",
        "de/index.html",
        "sitemap.xml",
        "all/index.html",
    ] {
        let fresh = std::fs::read_to_string(fresh.join(path)).expect("a file");
        assert_eq!(site.output(path), fresh, "{path}");
    }
}

#[test]
fn languages_that_are_none_are_told() {
    for (settings, file, status, expected) in [
        ("languages: { xx_yy: {} }\n", "content/x.md", 2, "`xx_yy` is no tag of a language"),
        ("languages: { de: {}, DE: {} }\n", "content/x.md", 2, "`de` stands twice among the languages"),
        ("languages: { de: { titel: x } }\n", "content/x.md", 2, "unknown setting `titel`"),
        (
            "languages: { de: {} }\n",
            "content/guides/one.fr.md",
            0,
            "the name of this page says that it is in the language `fr`, which the site does not have",
        ),
        ("languages: { de: {} }\n", "content/guides/node.js.md", 0, ""),
        ("", "content/guides/one.fr.md", 0, "the name of this page says that it is in the language `fr`"),
        ("", "content/guides/setup.vi.md", 0, ""),
        ("languages: { de: {} }\n", "content/index.de.md", 1, "the home page is `content/_index.de.md`"),
    ] {
        let site = site(settings, &[(file, "---\ntitle: X\n---\n\nText.\n")]);
        let ran = site.run(&["build"]);
        assert_eq!(ran.status, status, "{settings}{file}\n{ran:?}");
        assert_eq!(
            ran.stderr.contains("warning") || ran.stderr.contains("error"),
            !expected.is_empty(),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.contains(expected), "{expected}\n{}", ran.stderr);
    }
    let twice = "---\ntitle: X\n---\n\nText.\n";
    let site =
        site("languages: { de: {} }\n", &[("content/guides/one.de.md", twice), ("content/de/guides/one.md", twice)]);
    let ran = site.run(&["check"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(
        ran.stdout.contains("this page has the same address as content/de/guides/one.md: /de/guides/one/"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_translated_guide_is_verified_for_itself() {
    let command = |title: &str| format!("---\ntitle: {title}\n---\n\n```command\ntrue\n```\n");
    let site = site(
        "languages: { de: {} }\nmachines: { debian: { image: debian:bookworm } }\n",
        &[
            ("content/guides/three/index.md", &command("Three")),
            ("content/guides/three/index.de.md", &command("Drei")),
            ("content/guides/three/index.de.verify.yaml", "timeout: 7m\n"),
            ("content/guides/_index.md", "---\ntitle: Guides\nverify: { timeout: 9m }\n---\n"),
            ("content/guides/_index.de.md", "---\ntitle: Anleitungen\nverify: { timeout: 5m }\n---\n"),
        ],
    );
    let ran = site.run(&["plan", "--all", "--format", "jsonl"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let of = |path: &str| {
        let line =
            ran.stdout.lines().find(|line| line.contains(&format!("\"{path}\""))).unwrap_or_else(|| panic!("{ran:?}"));
        serde_json::from_str::<serde_json::Value>(line).expect("JSON")["key"].clone()
    };
    assert_ne!(of("content/guides/three/index.md"), of("content/guides/three/index.de.md"));
    let german = site.run(&["plan", "content/guides/three/index.de.md"]).stdout;
    let english = site.run(&["plan", "content/guides/three/index.md"]).stdout;
    assert!(german.contains("7m") && english.contains("9m"), "{german}\n{english}");
    let ran = site.run(&["build"]);
    assert!(ran.stderr.contains("`verify` of a section counts in its `_index.md`"), "{}", ran.stderr);
}

#[test]
fn other_versions_are_told_to_scripts_and_search_engines() {
    for (settings, parts, not) in [
        (
            "versions: { url: /versions.json, this: \"1.2\" }\n",
            vec![
                "<details class=\"switch\" data-versions=\"/versions.json\" data-version=\"1.2\" data-base=\"/docs/\" hidden></details>",
                "<script src=\"/docs/assets/versions.",
                "rel=\"canonical\" href=\"https://example.org/docs/guides/one/\"",
            ],
            vec![],
        ),
        (
            "versions: { url: \"https://example.org/v.json\", this: \"1.2\", canonical: \"https://example.org/newest\" }\n",
            vec!["rel=\"canonical\" href=\"https://example.org/newest/guides/one/\""],
            vec![],
        ),
        ("", vec!["rel=\"canonical\" href=\"https://example.org/docs/guides/one/\""], vec!["versions.", "switch."]),
    ] {
        let page = built(&site(settings, &[]), "guides/one/index.html");
        for part in parts {
            assert!(page.contains(part), "{settings}{part}\n{page}");
        }
        for part in not {
            assert!(!page.contains(part), "{settings} has {part}\n{page}");
        }
    }
    for (settings, expected) in [
        (
            "versions: { url: versions.json, this: \"1\" }\n",
            "`versions.url` is neither a web address nor a path of the host",
        ),
        ("versions: { url: /versions.json, this: \" \" }\n", "`versions.this` is empty"),
        ("versions: { url: /v.json, this: \"1\", canonical: newest }\n", "`versions.canonical` is not a web address"),
        ("versions: { url: /v.json }\n", "missing field `this`"),
    ] {
        let ran = site(settings, &[]).run(&["build"]);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.stderr.contains(expected) && ran.stderr.contains("guidepost.yaml:3:"), "{}", ran.stderr);
    }
}

#[test]
fn notes_of_dialects_are_called_what_their_kind_is_called() {
    let page = "---\ntitle: X\n---\n\n:::danger\nA\n:::\n\n!!! example\n    B\n\n:::tip[Tip]\nC\n:::\n\n:::info[Danger]\nD\n:::\n\n{{< note >}}\nE\n{{< /note >}}\n";
    for (language, titles) in [
        ("en", ["Danger", "Example", "Tip", "Danger", "Note"]),
        // What an author says stays as it is, whatever it is.
        ("de", ["Gefahr", "Beispiel", "Tip", "Danger", "Hinweis"]),
    ] {
        let site = site(&format!("language: {language}\n"), &[("content/guides/x.md", page)]);
        let html = built(&site, "guides/x/index.html");
        let shown: Vec<&str> = (html.split("class=\"note-title\"").skip(1))
            .filter_map(|rest| rest.split_once('>')?.1.split_once('<').map(|(title, _)| title))
            .collect();
        assert_eq!(shown, titles, "{language}");
        let copy = site.output("guides/x/index.md");
        assert!(titles.iter().all(|title| copy.contains(&format!("> **{title}**"))), "{copy}");
    }
}

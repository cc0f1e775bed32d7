//! What a site says to readers of a language, and sites in several.

mod support;

use support::TestSite;

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

use icu_plurals::PluralRules;
use include_dir::{Dir, include_dir};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};

use super::{
    script,
    table::{self, Text},
    words::{Words, plurals},
};
use crate::{
    report::Coverage,
    source::{Source, date::Date},
};

static THEME: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/themes/default");

/// Tables that guidepost has, by their tags.
fn built_in() -> BTreeMap<String, Source> {
    let files = THEME.get_dir("i18n").expect("there are tables").files();
    let table = |file: &include_dir::File<'_>| {
        let tag = file.path().file_stem().expect("a name").to_string_lossy().into_owned();
        (tag.clone(), Source::new(format!("{tag}.yaml"), file.contents_utf8().expect("UTF-8")))
    };
    files.map(table).collect()
}

fn words(tag: &str) -> Words {
    with(tag, None).0.expect("a built-in table")
}

/// The words of a language with a table of a site's own.
fn with(tag: &str, own: Option<(&str, &str)>) -> (Result<Words, String>, Vec<String>) {
    let mut tables: BTreeMap<String, Vec<Source>> = built_in().into_iter().map(|(tag, of)| (tag, vec![of])).collect();
    if let Some((tag, text)) = own {
        tables.entry(tag.to_owned()).or_default().push(Source::new(format!("i18n/{tag}.yaml"), text));
    }
    let mut warnings = Vec::new();
    let made = Words::new(tag, &|tag| tables.get(tag).into_iter().flatten().collect(), &mut warnings);
    let drawn = |problems: Vec<crate::diagnostic::Diagnostic>| {
        problems.iter().map(|problem| problem.draw(false)).collect::<Vec<_>>()
    };
    (made.map_err(|problems| drawn(problems).join("\n")), drawn(warnings))
}

#[test]
fn each_language_has_each_text_and_the_same_placeholders() {
    let read = |source: &Source| table::read(source, &BTreeMap::new(), &mut Vec::new()).expect("a table");
    let english = read(&built_in()["en"]);
    for (tag, source) in built_in() {
        let table = read(&source);
        let keys = |table: &BTreeMap<String, Text>| table.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(keys(&table), keys(&english), "{tag}");
        let rules: PluralRules = plurals(&tag);
        for (key, text) in &table {
            assert_eq!(text.placeholders(), english[key].placeholders(), "{tag}: {key}");
            assert!(text.wordings().iter().all(|wording| !wording.trim().is_empty()), "{tag}: {key}");
            if let Text::Forms(forms) = text {
                let needed: BTreeSet<&str> = (0..=1000_u64).map(|n| table::name(rules.category_for(n))).collect();
                assert_eq!(forms.keys().copied().collect::<BTreeSet<_>>(), needed, "{tag}: {key}");
            }
            assert_eq!(matches!(text, Text::Forms(_)), matches!(english[key], Text::Forms(_)), "{tag}: {key}");
        }
        assert!(["ltr", "rtl"].contains(&table["direction"].wordings()[0]), "{tag}");
    }
}

/// Templates of the theme, without comments.
fn templates() -> Vec<(String, String)> {
    fn walk(dir: &Dir<'_>, found: &mut Vec<(String, String)>) {
        for file in dir.files().filter(|file| file.path().extension().is_some_and(|e| e == "html")) {
            found.push((file.path().display().to_string(), file.contents_utf8().expect("UTF-8").to_owned()));
        }
        dir.dirs().for_each(|dir| walk(dir, found));
    }
    let mut found = Vec::new();
    walk(&THEME, &mut found);
    let comment = Regex::new(r"(?s)\{#.*?#\}").expect("a pattern");
    found.into_iter().map(|(path, text)| (path, comment.replace_all(&text, "").into_owned())).collect()
}

#[test]
fn no_template_holds_a_word_for_readers() {
    // Names that are the same in every language.
    const NAMES: &[&str] = &["guidepost", "guides", "badge.svg", "svg"];
    let pattern = |text: &str| Regex::new(text).expect("a pattern");
    let script = pattern(r"(?s)<(script|style)\b.*?</(script|style)>");
    // Names of classes, which a template puts into that of another.
    let class = pattern(r"(?s)\{% block (frame|layout) %\}.*?\{% endblock (frame|layout) %\}");
    let expression = pattern(r"(?s)\{\{.*?\}\}|\{%.*?%\}");
    let literal = pattern(r#""[A-Z][a-z]+[^"]*"|"[a-z]+ [a-z ]+""#);
    let attribute = pattern(r#"(?:aria-label|title|alt|placeholder)="([^"]*)""#);
    let tag = pattern(r"(?s)<[^>]*>");
    let word = pattern(r"\p{Alphabetic}{2,}");
    let mut seen = 0;
    for (path, text) in templates() {
        let text = script.replace_all(&text, "").into_owned();
        let text = class.replace_all(&text, "").into_owned();
        for found in expression.find_iter(&text) {
            let found = found.as_str();
            assert!(!literal.is_match(found), "{path}: {found}");
            seen += found.matches("text(key=").count();
        }
        let plain = expression.replace_all(&text, "");
        let of_attributes = attribute.captures_iter(&plain).map(|found| found[1].to_owned());
        let between = tag.replace_all(&plain, "\n").lines().map(str::to_owned).collect::<Vec<_>>();
        for shown in of_attributes.chain(between) {
            let shown = shown.replace("&nbsp;", "");
            let strange = word
                .find_iter(&shown)
                .map(|found| found.as_str())
                .find(|found| !NAMES.iter().any(|name| name.contains(found)));
            assert_eq!(strange, None, "{path}: {}", shown.trim());
        }
    }
    assert!(seen > 100, "only {seen} texts are asked for");
}

#[test]
fn no_script_holds_a_word_for_readers() {
    let said = Regex::new(r#"(say\(|"aria-label": |title: |placeholder: |textContent = |\.title = )["`][A-Za-z]"#)
        .expect("a pattern");
    let mut filled = 0;
    for file in THEME.get_dir("static").expect("static files").files() {
        let path = file.path().display().to_string();
        let Some(text) = path.ends_with(".js").then(|| file.contents_utf8().expect("UTF-8")) else { continue };
        if let Some(found) = said.find(text) {
            panic!("{path}: {}", text[found.start()..].lines().next().unwrap_or_default());
        }
        for tag in built_in().keys() {
            let made = script::fill(text, &path, &words(tag)).expect("texts that are there");
            filled += usize::from(made.is_some());
            if let Some(made) = made {
                assert!(!made.contains("const texts = {};"), "{path}");
            }
        }
    }
    assert_eq!(filled, 8 * built_in().len(), "site, all, search, status, player, zoom, diagram and versions.js speak");
}

#[test]
fn a_script_is_given_what_it_names() {
    let script = "const texts = {};\nsay(texts.copied, texts.found, my.texts.x, contexts.y);\n";
    let filled = script::fill(script, "own.js", &words("ja")).expect("texts").expect("it is filled");
    assert!(
        filled.starts_with("const texts = {\"copied\":\"コピーしました\",\"found\":\"{count} ページ\"};\nsay("),
        "{filled}"
    );
    assert_eq!(script::fill("say()", "own.js", &words("ja")).expect("nothing to fill"), None);
    let problem = script::fill("const texts = {}; texts.copyed", "own.js", &words("ja")).expect_err("no such text");
    assert!(
        problem.draw(false).contains("there is no text `copyed`, which this script names"),
        "{}",
        problem.draw(false)
    );
}

#[test]
fn counts_days_and_times_in_each_language() {
    let day = Date::parse("2017-12-08").expect("a day");
    for (tag, counts, date, time) in [
        ("en", ["0 guides", "1 guide", "2 guides", "5 guides", "11 guides"], "8 December 2017", "1 min 12 s"),
        (
            "de",
            ["0 Anleitungen", "1 Anleitung", "2 Anleitungen", "5 Anleitungen", "11 Anleitungen"],
            "8. Dezember 2017",
            "1 min 12 s",
        ),
        (
            "de-AT",
            ["0 Anleitungen", "1 Anleitung", "2 Anleitungen", "5 Anleitungen", "11 Anleitungen"],
            "8. Dezember 2017",
            "1 min 12 s",
        ),
        // Nothing is singular in French.
        ("fr", ["0 guide", "1 guide", "2 guides", "5 guides", "11 guides"], "8 décembre 2017", "1 min 12 s"),
        ("es", ["0 guías", "1 guía", "2 guías", "5 guías", "11 guías"], "8 de diciembre de 2017", "1 min 12 s"),
        ("pt", ["0 guia", "1 guia", "2 guias", "5 guias", "11 guias"], "8 de dezembro de 2017", "1 min 12 s"),
        (
            "ja",
            ["0 件のガイド", "1 件のガイド", "2 件のガイド", "5 件のガイド", "11 件のガイド"],
            "2017年12月8日",
            "1 分 12 秒",
        ),
        ("zh", ["0 篇指南", "1 篇指南", "2 篇指南", "5 篇指南", "11 篇指南"], "2017年12月8日", "1 分 12 秒"),
        ("ar", ["لا أدلة", "دليل واحد", "دليلان", "5 أدلة", "11 دليلًا"], "8 ديسمبر 2017", "1 د 12 ث"),
    ] {
        let words = words(tag);
        let said = [0_u64, 1, 2, 5, 11].map(|count| words.say("guides", &[("count", &count)]));
        assert_eq!(said, counts, "{tag}");
        assert_eq!((words.day(&day).as_str(), words.duration(72.0).as_str()), (date, time), "{tag}");
    }
}

#[test]
fn durations() {
    for (seconds, text) in
        [(0.0, "1 s"), (-3.0, "1 s"), (12.4, "12 s"), (59.5, "1 min 0 s"), (72.0, "1 min 12 s"), (3725.0, "1 h 2 min")]
    {
        assert_eq!(Words::english().duration(seconds), text);
    }
}

#[test]
fn english_says_of_coverage_what_reports_say() {
    let some = Coverage {
        blocks: 20,
        done: 15,
        commands: 12,
        outputs: 1,
        forgiven: 3,
        files: 2,
        skipped: 3,
        not_done: 2,
        ..Coverage::default()
    };
    for of in [
        Coverage::default(),
        some,
        Coverage { outputs: 0, broken: 1, undecided: 4, optional: 2, ..some },
        Coverage { blocks: 1, done: 1, commands: 1, ..Coverage::default() },
        Coverage { optional: 2, ..Coverage::default() },
    ] {
        assert_eq!(Words::english().coverage(&of), of.text());
    }
    let german = words("de").coverage(&some);
    assert_eq!(
        german,
        "15 von 20 Blöcken: 12 Befehle ausgeführt, 1 Ausgabe verglichen, 3 Abweichungen erlaubt, 2 Dateien gespeichert, 3 ausgelassen, 2 nicht ausgeführt"
    );
}

#[test]
fn a_site_says_it_otherwise() {
    let (words, warnings) =
        with("de", Some(("de", "guides: { one: \"{count} Rezept\", other: \"{count} Rezepte\" }\nown: Eigenes\n")));
    let words = words.expect("a table");
    assert_eq!((words.say("guides", &[("count", &2)]).as_str(), words.text("own").as_str()), ("2 Rezepte", "Eigenes"));
    assert_eq!(words.text("copied"), "Kopiert");
    assert!(warnings.is_empty(), "{warnings:?}");
    // A region's own table stands over that of its language, and English may be said otherwise, too.
    assert_eq!(
        with("de-AT", Some(("de-AT", "months: [Jänner, b, c, d, e, f, g, h, i, j, k, l]")))
            .0
            .expect("a table")
            .text("copied"),
        "Kopiert"
    );
    assert_eq!(with("en", Some(("en", "copied: Got it"))).0.expect("a table").text("copied"), "Got it");
    // A value that nobody gives stays as it is.
    assert_eq!(words.say("page_number", &[]), "Seite {number}");
}

#[test]
fn what_is_wrong_with_a_table_is_told() {
    for (text, expected) in [
        ("copied: [a]\n", "`copied` is one text"),
        ("months: [a, b]\n", "`months` has 2 texts instead of 12"),
        ("months: x\n", "`months` is a list of texts"),
        ("page_number: Strana {nummer}\n", "nothing is called `{nummer}` in the text `page_number`"),
        ("guides: { one: a, others: b }\n", "there is no form of the plural that is called `others`"),
        ("guides: { one: a }\n", "this text has no form `other`"),
        ("copied: true\n", "this is no text"),
        ("a: b\ncopied: \"x\n", "this table of texts cannot be read"),
    ] {
        let problem = with("cs", Some(("cs", text))).0.expect_err(text);
        assert!(problem.contains(expected) && problem.contains("i18n/cs.yaml:"), "{text}\n{problem}");
    }
    let (_, warnings) = with("cs", Some(("cs", "copied: Hotovo\ncopyed: x\n")));
    let told = warnings.join("\n");
    assert!(told.contains("guidepost has no text `copyed`") && told.contains("did you mean `copied`?"), "{told}");
    assert!(told.contains("i18n/cs.yaml:2:1"), "{told}");
    assert!(told.contains("are missing here, and are shown in English: all_guides, "), "{told}");
}

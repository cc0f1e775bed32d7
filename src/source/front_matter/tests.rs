use proptest::prelude::*;
use serde_json::json;
use std::time::{Duration, Instant};

use super::*;

fn taxonomies() -> Vec<String> {
    vec!["tags".into(), "authors".into()]
}

fn read(text: &str) -> Parsed {
    parse(&Source::new("a.md", text), &taxonomies())
}

/// Front matter of these lines that must be read without a word.
fn clean(yaml: &str) -> FrontMatter {
    let parsed = read(&format!("---\n{yaml}\n---\n"));
    assert_eq!(parsed.diagnostics, [], "{yaml}");
    parsed.front
}

fn drawn(parsed: &Parsed) -> Vec<String> {
    let draw = |d: &Diagnostic| {
        let place = d.place.as_ref().expect("a place");
        let mark = &place.text[place.mark.0..place.mark.1];
        let help = d.help.as_deref().unwrap_or_default();
        format!("{}:{} {mark:?} {}: {} ({help})", place.line, place.column, d.code, d.message)
    };
    parsed.diagnostics.iter().map(draw).collect()
}

#[test]
fn none_at_all() {
    for text in
        ["", "\u{feff}", "Hello\n", "---\n---\n", "---\n# nothing\n---\n", "---\ntitle:\ntags: ''\ndate: ~\n---\n"]
    {
        let parsed = read(text);
        let front = FrontMatter { taxonomies: parsed.front.taxonomies.clone(), ..FrontMatter::default() };
        assert_eq!((parsed.front, parsed.diagnostics.len()), (front, 0), "{text:?}");
    }
}

#[test]
fn a_real_guide() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/seed/docker-container-communication.md");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: there is no {}", path.display());
        return;
    };
    for text in [text.clone(), format!("\u{feff}{}", text.replace('\n', "\r\n"))] {
        let parsed = read(&text);
        assert_eq!(drawn(&parsed), [""; 0]);
        let front = &parsed.front;
        assert_eq!(front.title.as_deref(), Some("Connect Docker Containers"));
        assert_eq!(front.published.as_ref().map(Date::to_string).as_deref(), Some("2017-12-28"));
        assert_eq!(front.modified.as_ref().map(Date::to_string).as_deref(), Some("2017-11-29"));
        assert_eq!(front.keywords, ["docker", "containers", "database", "container communication"]);
        assert_eq!(front.authors, ["Jared Kobos"]);
        assert_eq!(front.modified_by.as_deref(), Some("Jared Kobos"));
        assert_eq!(front.external_resources.len(), 3);
        let tags = ["postgresql", "database", "container", "docker"].map(str::to_owned).to_vec();
        assert_eq!(front.taxonomies, [("tags".into(), tags), ("authors".into(), vec!["Jared Kobos".into()])]);
        let [(alias, span)] = &front.aliases[..] else { panic!("one alias") };
        assert_eq!(
            (alias.as_str(), &text[span.range()]),
            ("/applications/containers/docker-container-communication/", alias.as_str())
        );
        assert!(front.extra.is_empty());
        assert!(text[parsed.body.range()].trim_start().starts_with("![Connect Docker Containers]"));
    }
}

#[test]
fn texts_as_written() {
    let cases = [
        ("slug: 8.10", "8.10"),
        ("slug: 8.10 # version", "8.10"),
        ("slug: &version 8.10", "8.10"),
        ("slug: 2024", "2024"),
        ("slug: 0x10", "0x10"),
        ("slug: 007", "007"),
        ("slug: 1e3", "1e3"),
        ("slug: True", "True"),
        ("slug: yes", "yes"),
        ("slug: '8.10'", "8.10"),
        ("slug: >\n  a\n  b", "a b"),
        ("slug: 99999999999999999999999", "99999999999999999999999"),
        ("Slug: a", "a"),
        ("'slug': a", "a"),
        ("{slug: a}", "a"),
        ("slug: !mine a", "a"),
        ("x: &x [a]\nslug: b", "b"),
    ];
    for (yaml, slug) in cases {
        assert_eq!(clean(yaml).slug.as_deref(), Some(slug), "{yaml}");
    }
    assert_eq!(clean("tags: [3.10, 2.0, true, ~, '', a]").taxonomies[0].1, ["3.10", "2.0", "true", "a"]);
}

#[test]
fn lists() {
    let cases: &[(&str, &[&str])] = &[
        ("docker", &["docker"]),
        ("'a, b,, a'", &["a", "b"]),
        ("[a, 'b, c', a]", &["a", "b, c"]),
        ("\n- a\n-\n- b", &["a", "b"]),
        ("\n  - a\n  - b", &["a", "b"]),
        ("3.10", &["3.10"]),
    ];
    for (yaml, expected) in cases {
        assert_eq!(clean(&format!("keywords: {yaml}")).keywords, *expected, "{yaml}");
        assert_eq!(clean(&format!("tags: {yaml}")).taxonomies[0].1, *expected, "{yaml}");
    }
}

#[test]
fn people() {
    let cases: &[(&str, &[&str])] = &[
        ("author: Jane Doe", &["Jane Doe"]),
        ("authors: ['[Jane](https://j.org)', Joe]\nauthor: Joe", &["[Jane](https://j.org)", "Joe"]),
        ("author:\n  name: Jane\n  email: j@j.org", &["Jane"]),
        ("authors:\n- name: Jane\n  link: https://j.org\n- name: Joe\n  link: /joe", &["[Jane](https://j.org)", "Joe"]),
        ("authors: Doe, Jane", &["Doe, Jane"]),
    ];
    for (yaml, expected) in cases {
        let front = clean(yaml);
        assert_eq!(
            (&front.authors, &front.taxonomies[1].1),
            (&expected.iter().map(|s| s.to_string()).collect(), &front.authors)
        );
        let front = clean(&yaml.replace("author", "contributor"));
        assert_eq!(front.contributors, *expected, "{yaml}");
    }
    assert_eq!(
        clean("modified_by: {name: X, link: 'https://x.org'}").modified_by.as_deref(),
        Some("[X](https://x.org)")
    );
    assert_eq!(clean("modified_by: X").modified_by.as_deref(), Some("X"));
}

#[test]
fn dates() {
    let cases = [
        ("date: 2017-12-28", "2017-12-28T00:00:00Z"),
        ("date: '2017-12-28'", "2017-12-28T00:00:00Z"),
        ("publishDate: 2017-12-28 10:00:00 +0200", "2017-12-28T10:00:00+02:00"),
        ("publishdate: 2017-12-28T10:00:00Z", "2017-12-28T10:00:00Z"),
        ("date: 2018-01-01\npublished: Thursday, January 4th, 2018", "2018-01-04T00:00:00Z"),
    ];
    for (yaml, expected) in cases {
        assert_eq!(clean(yaml).published.map(|d| d.rfc3339()).as_deref(), Some(expected), "{yaml}");
    }
    assert_eq!(clean("lastmod: 2018-1-4").modified.map(|d| d.day).as_deref(), Some("2018-01-04"));
    assert_eq!(clean("expirydate: 2018/01/04").expiry_date.map(|d| d.day).as_deref(), Some("2018-01-04"));
}

#[test]
fn flags_numbers_and_data() {
    for (yaml, expected) in [
        ("true", true),
        ("\"true\"", true),
        ("yes", true),
        ("'1'", true),
        ("False", false),
        ("off", false),
        ("''", false),
    ] {
        let front = clean(&format!("deprecated: {yaml}\ndraft: {yaml}\nheadless: {yaml}"));
        assert_eq!([front.deprecated, front.draft, front.headless], [expected; 3], "{yaml}");
    }
    for (yaml, expected) in [("3", 3), ("'-4'", -4), ("5.0", 5)] {
        assert_eq!(clean(&format!("weight: {yaml}")).weight, Some(expected));
    }
    let builds = [
        ("_build: {render: never, list: never}", false, false),
        ("_build:\n  list: false", true, false),
        ("build: {render: link, list: local}", false, true),
        ("build: {publishResources: false}", true, true),
    ];
    for (yaml, render, list) in builds {
        let front = clean(yaml);
        assert_eq!((front.build_render, front.build_list), (render, list), "{yaml}");
    }
    let front = clean(
        "relations:\n  platform:\n    key: x\n    keywords:\n    - a: 1\nverify: {machine: m}\nlayout: wide\nown: [1, {a: .inf, 2: b}]\n1: one\n",
    );
    assert_eq!(front.relations, Some(json!({"platform": {"key": "x", "keywords": [{"a": 1}]}})));
    assert_eq!(front.verify, Some(json!({"machine": "m"})));
    assert_eq!(Value::Object(front.extra), json!({"layout": "wide", "own": [1, {"a": "inf", "2": "b"}], "1": "one"}));
}

#[test]
fn taxonomies_by_key() {
    let source = Source::new("a.md", "---\ntopics: a, b\ntags: c\nkeywords: d\ncontributor: E\n---\n");
    let parsed = parse(&source, &["topics".into(), "keywords".into(), "contributors".into(), "none".into()]);
    let terms = |key: &str, terms: &[&str]| (key.to_owned(), terms.iter().map(|t| t.to_string()).collect::<Vec<_>>());
    let expected =
        [terms("topics", &["a", "b"]), terms("keywords", &["d"]), terms("contributors", &["E"]), terms("none", &[])];
    assert_eq!(parsed.front.taxonomies, expected);
    assert_eq!(drawn(&parsed), [""; 0]);
    assert_eq!(Value::Object(parsed.front.extra), json!({"tags": "c"}));
}

#[test]
fn spans_of_aliases() {
    let cases = [
        "aliases: ['/a/', \"/b/\", /c/]",
        "aliases:\n- /a/\n- '/b/' # old\n- /c/",
        "title: ü\naliases:\n  # old\n  - /a/\n\n  -   \"/b/\"\nalias: /c/",
        "aliases: [\n  /a/, # one\n  /b/,\n  /c/ ]",
    ];
    for yaml in cases {
        for text in [format!("---\n{yaml}\n---\n"), format!("\u{feff}---\r\n{}\r\n---\r\n", yaml.replace('\n', "\r\n"))]
        {
            let parsed = read(&text);
            let found: Vec<_> =
                parsed.front.aliases.iter().map(|(alias, span)| (alias.as_str(), &text[span.range()])).collect();
            assert_eq!(found, [("/a/", "/a/"), ("/b/", "/b/"), ("/c/", "/c/")], "{text:?}");
            assert_eq!(drawn(&parsed), [""; 0]);
        }
    }
    // Where the place is not certain: the key.
    for yaml in ["aliases: [\"/\\u0061/\", *x]", "aliases: *x"] {
        let text = format!("---\nx: &x /y/\n{yaml}\n---\n");
        let parsed = read(&text);
        let last = parsed.front.aliases.last().expect("an alias");
        assert_eq!((last.0.as_str(), &text[last.1.range()]), ("/y/", "aliases"), "{text}");
    }
}

#[test]
fn key_spans() {
    let text = "\u{feff}---\r\n# c\r\ntitle: ü\r\n'slug' : x\r\nverify:\r\n  a: 1\r\n---\r\nbody: x\r\n";
    let source = Source::new("a.md", text);
    for key in ["title", "slug", "verify"] {
        assert_eq!(key_span(&source, key).map(|s| &text[s.range()]), Some(key));
    }
    assert_eq!(key_span(&source, "TITLE"), key_span(&source, "title"));
    assert_eq!([key_span(&source, "a"), key_span(&source, "body")], [None, None]);
    assert_eq!(key_span(&Source::new("a.md", "title: x"), "title"), None);
}

#[test]
fn warnings_and_errors() {
    let quotes = "put a value in quotes if it begins with a sign like [ { * & @ ` % or holds quotes itself";
    let one_line = "write it on one line, in quotes if it holds `: ` or begins with a bracket";
    let forms = "write it as 2018-01-04, 2018-01-04T10:00:00Z, 2018-01-04 10:00:00 +0200 or January 4, 2018";
    let nested = "put a value that holds `: ` in quotes, and indent keys of one level alike";
    let cases: &[(&str, &[&str])] = &[
        // Values
        ("a: 1\nautors: X", &["3:1 \"autors\" front-matter-key: unknown key `autors` (did you mean `authors`?)"]),
        ("autors: X\nauthors: Y", &[]),
        ("layout: x\ntype: x\nkeyword: x\ncategories: [x]\nsummary: x\nvideo: true\nlinkTitle: x", &[]),
        (
            "weight: heavy",
            &["2:1 \"weight\" front-matter-value: `weight` is \"heavy\", a whole number is wanted (write it as `10`)"],
        ),
        (
            "Draft: maybe",
            &["2:1 \"Draft\" front-matter-value: `draft` is \"maybe\", yes or no is wanted (write `true` or `false`)"],
        ),
        (
            "title: [a, b]",
            &[&format!("2:1 \"title\" front-matter-value: `title` is a list, text is wanted ({one_line})")],
        ),
        (
            "date: 2018-02-30\nlastmod: soon",
            &[
                &format!("2:1 \"date\" front-matter-value: `date` is \"2018-02-30\", a date is wanted ({forms})"),
                &format!("3:1 \"lastmod\" front-matter-value: `lastmod` is \"soon\", a date is wanted ({forms})"),
            ],
        ),
        (
            "tags:\n- a\n- b: c",
            &[
                "4:3 \"b: c\" front-matter-value: `tags` holds a map, text is wanted (put it in quotes if it is meant as text)",
            ],
        ),
        (
            "_build: {list: perhaps}",
            &[
                "2:1 \"_build\" front-matter-value: `_build` does not say `always` or `never` for `list` (write it as `_build: {render: never, list: never}`)",
            ],
        ),
        // YAML
        (
            "- a\n- b",
            &[
                "2:1 \"- a\" front-matter: the front matter is not a list of keys and values (write it as `key: value` lines)",
            ],
        ),
        (
            "# c\n\njust text",
            &[
                "4:1 \"just text\" front-matter: the front matter is not a list of keys and values (write it as `key: value` lines)",
            ],
        ),
        (
            "title: x\nslug: a\ntitle: y",
            &["4:1 \"t\" front-matter: the key `title` is given twice (remove one of them)"],
        ),
        (
            "title: x\nTitle: y",
            &["3:1 \"Title\" front-matter: the key `title` is given twice, as `Title` again (remove one of them)"],
        ),
        ("own:\n  a: 1\n  a: 2", &["4:3 \"a\" front-matter: own: the key `a` is given twice (remove one of them)"]),
        (
            "title: ü: x",
            &[&format!("2:9 \":\" front-matter: mapping values are not allowed in this context ({nested})")],
        ),
        (
            "a: 1\ntitle: @x",
            &[&format!(
                "3:8 \"@\" front-matter: found character that cannot start any token, while scanning for the next token ({quotes})"
            )],
        ),
        (
            "a: 1\n\ttitle: x",
            &[
                "3:1 \"\\t\" front-matter: found a tab character that violates indentation, while scanning a plain scalar that begins on line 2 (indent with spaces instead of tabs)",
            ],
        ),
        (
            "a: 1\ntitle: \"ü\nb: 2",
            &[
                "3:8 \"\\\"\" front-matter: found unexpected end of stream, while scanning a quoted scalar (close the quotes; a quote inside single quotes is written twice)",
            ],
        ),
        (
            "a: [x\nb: 2",
            &[&format!(
                "3:2 \":\" front-matter: did not find expected ',' or ']', while parsing a flow sequence that begins on line 2 ({quotes})"
            )],
        ),
        ("a: *x", &[&format!("2:4 \"*\" front-matter: unknown anchor ({quotes})")]),
        (
            "a:\n\tb: x",
            &[
                "3:1 \"\\t\" front-matter: found character that cannot start any token, while scanning for the next token (indent with spaces instead of tabs)",
            ],
        ),
        (
            "a: 1\n... \nb: 2",
            &[
                "3:1 \".\" front-matter: a line inside the front matter ends the YAML (remove the line: the front matter ends at a line `---`)",
            ],
        ),
        ("a: ü\u{1}", &["2:5 \"�\" front-matter: control characters are not allowed (remove the invisible character)"]),
        (
            "? [a]\n: b",
            &[
                "2:3 \"[\" front-matter: invalid type: sequence, expected a key as text (put a value in quotes if it begins with a sign like [ { * & @ ` % or holds quotes itself)",
            ],
        ),
    ];
    for (yaml, expected) in cases {
        let text = format!("---\n{yaml}\n---\n");
        assert_eq!(drawn(&read(&text)), *expected, "{yaml:?}");
        let text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        assert_eq!(drawn(&read(&text)), *expected, "{yaml:?} with CRLF");
    }
}

#[test]
fn bombs_are_refused_quickly() {
    let mut laughs = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n".to_owned();
    for i in 1..30 {
        laughs.push_str(&format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(", ")));
    }
    let wide = format!("a: &a [{}]\nb: [{}]\n", "x, ".repeat(10_000), "*a, ".repeat(10_000));
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(50_000), "*a, ".repeat(10_000));
    let keys = format!(
        "a: &a {}\nb: {{? *a : {{? *a : {{? *a : 1}}}}}}\nc: [{}]\n",
        "x".repeat(50_000),
        "{*a : 1}, ".repeat(10_000)
    );
    let itself = "a: &a [*a]\n".to_owned();
    let deep = format!("a: {}\n", "[".repeat(250_000));
    let deep_closed = format!("a: {}{}\n", "[".repeat(1_000), "]".repeat(1_000));
    let dashes = format!("{}x\n", "- ".repeat(100_000));
    let huge = format!("a: {}\n", "x".repeat(1_000_000));
    for yaml in [laughs, wide, long, keys, itself, deep, deep_closed, dashes, huge] {
        let start = Instant::now();
        let parsed = read(&format!("---\n{yaml}---\n"));
        let head: String = yaml.chars().take(40).collect();
        assert_eq!(parsed.diagnostics.len(), 1, "{head}");
        eprintln!("{:?} {:?} {head}", start.elapsed(), drawn(&parsed)[0].chars().take(300).collect::<String>());
        assert!(parsed.diagnostics[0].is_error(), "{head}");
        assert!(start.elapsed() < Duration::from_secs(20), "{head}: {:?}", start.elapsed());
    }
    // Honest use of anchors.
    let front = clean("x: &x\n- a\n- b\ntags: *x\nkeywords: *x\nslug: &s y\ntitle: *s");
    assert_eq!((front.keywords, front.title.as_deref()), (vec!["a".into(), "b".into()], Some("y")));
}

#[test]
fn survives_the_cache() {
    let front = clean(
        "title: x\ndate: 2018-01-04 10:00\naliases: [/a/]\nrelations: {a: [1, 2.5, ~]}\nverify: {m: x}\nown: {b: true}",
    );
    let bytes = postcard::to_stdvec(&front).expect("written");
    assert_eq!(postcard::from_bytes::<FrontMatter>(&bytes).expect("read"), front);
    let default = postcard::to_stdvec(&FrontMatter::default()).expect("written");
    assert_eq!(postcard::from_bytes::<FrontMatter>(&default).expect("read"), FrontMatter::default());
    let readable = serde_json::to_value(&front).expect("data");
    assert_eq!(
        (&readable["relations"], &readable["extra"]),
        (&json!({"a": [1, 2.5, null]}), &json!({"own": {"b": true}}))
    );
    assert_eq!(serde_json::from_value::<FrontMatter>(readable).expect("read"), front);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn never_panics_and_spans_are_in_bounds(
        yaml in prop_oneof![
            "\\PC{0,60}",
            "([a-z]|[\\[\\]{},:'\"#&*!|>%@?\\-ü\u{85}\u{2028}\r\n\t \u{1}]){0,60}",
            "((title|aliases|alias|date|tags|weight|draft|_build|authors)?:? ?(- |\\[|\\]|'|\"|/ü/|, | #|&a |\\*a|\\||\n|\n  |\r\n|\\.\\.\\.|1\\.0)?){0,20}",
        ],
        bom in any::<bool>(),
        open in prop_oneof![Just("---\n"), Just("---\r\n"), Just(""), Just("+++\n")],
        close in prop_oneof![Just("\n---\nbody"), Just("\r\n--- \r\n"), Just("\n+++"), Just("")],
    ) {
        let text = format!("{}{open}{yaml}{close}", if bom { "\u{feff}" } else { "" });
        let source = Source::new("a.md", text.as_str());
        let parsed = parse(&source, &taxonomies());
        prop_assert!(text.get(parsed.body.range()).is_some());
        for (_, span) in &parsed.front.aliases {
            prop_assert!(text.get(span.range()).is_some());
        }
        for key in ["title", "aliases", "a"] {
            prop_assert!(key_span(&source, key).is_none_or(|s| text.get(s.range()).is_some_and(|t| t.eq_ignore_ascii_case(key))));
        }
        for found in &parsed.diagnostics {
            let place = found.place.as_ref().expect("a place");
            prop_assert!(place.text.get(place.mark.0..place.mark.1).is_some());
        }
    }
}

#[test]
fn the_rows_say_what_is_read() {
    for key in known::KEYS {
        let (right, wrong) = key.form.examples();
        let schema = schema()["properties"][key.name].clone();
        let validator = jsonschema::validator_for(&schema).expect("a valid schema");
        let all = right.iter().map(|value| (value, true)).chain(wrong.iter().map(|value| (value, false)));
        for (value, is_right) in all {
            assert_eq!(validator.is_valid(value), is_right, "the schema of {} with {value}", key.name);
            let text = format!("---\n{}: {value}\n---\n", key.name);
            let parsed = parse(&Source::new("a.md", text), &[]);
            // Of Hugo's build options only some are read, and data is for whoever wants it.
            let told = parsed.diagnostics.iter().any(|problem| problem.code == "front-matter-value");
            assert_eq!(!told, is_right, "the reader of {} with {value}: {:?}", key.name, parsed.diagnostics);
            assert!(!parsed.front.extra.contains_key(key.name), "{} is typed", key.name);
        }
    }
}

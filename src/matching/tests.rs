use proptest::prelude::*;

use super::{Evidence, Rule, State, Verdict, Why, compare, update::updated};

mod forgiven;
mod outputs;
mod sources;

/// Compares, and says why it is not as expected.
fn check(documented: &str, real: &str, rule: Rule, expected: Verdict) {
    let found = compare(documented, real, rule);
    let wrong = found.lines.iter().filter(|l| l.state > State::Forgiven).collect::<Vec<_>>();
    assert_eq!(found.verdict, expected, "{}\n--- {documented}\n+++ {real}\n{wrong:#?}", found.why);
}

#[test]
fn wildcards_stand_for_lines_and_text() {
    use Verdict::{Broken, Holds};
    let cases = [
        ("a\n...\nd", "a\nb\nc\nd", Holds),
        ("a\n...\nd", "a\nd", Holds),
        ("a\n...", "a", Holds),
        ("...", "", Holds),
        ("...\nd", "a\nd", Holds),
        ("a\n[...]\nc\n...\ne", "a\nb\nc\nd\ne", Holds),
        ("a\n...\nc\n...\ne", "a\nb\ne", Broken),
        ("...\nx\n...\nx", "x", Broken),
        ("...\nx\n...\nx", "x\nx", Holds),
        ("a\n\n...\n\nd", "a\nb\nd", Holds),
        ("a\nd", "a\nb\nd", Broken),
        ("hello [..] world", "hello big wide world", Holds),
        ("hello [..]", "hello you", Holds),
        ("[..]world", "hello world", Holds),
        ("id-[..]", "id-abc123", Holds),
        ("172.17.[..] up", "172.17.0.1 up", Holds),
        ("at 12:00 from [..] ok", "at 13:30 from here ok", Holds),
        ("from [..] to [..] ok", "from a to b not ok", Holds),
        ("from [..] to [..] ok", "from a to b not", Broken),
        ("[..] 0 failed", "10 failed", Broken),
        ("2 passed, [..]", "12 passed, 3 s", Broken),
    ];
    for (documented, real, expected) in cases {
        check(documented, real, Rule::Auto, expected);
    }
}

#[test]
fn rules_differ() {
    use Verdict::{Broken, Drifted, Holds};
    let cases = [
        (Rule::Auto, "v1.2.3", "v1.2.4", Drifted),
        (Rule::Kinds, "v1.2.3", "v1.2.4", Holds),
        (Rule::Exact, "v1.2.3", "v1.2.4", Broken),
        (Rule::Exact, "at 12:00", "at 13:00", Broken),
        (Rule::Exact, "a  \nb\n\n", "a\nb", Holds),
        (Rule::Exact, "...", "anything", Broken),
        (Rule::Contains, "active (running)", "  Active: active (running) since", Holds),
        (Rule::Contains, "active (running)", "  Active: inactive (running)", Broken),
        (Rule::Contains, "b\nc", "a\nb\nc\nd", Holds),
        (Rule::Contains, "b\nd", "a\nb\nc\nd", Broken),
        (Rule::Contains, "b\n...\nd", "a\nb\nc\nd\ne", Holds),
        (Rule::Contains, "is b\n...\nis d\n...", "this is b.\nc\nhere is d!\ne", Holds),
        (Rule::Contains, "is d\n...\nis b", "this is b.\nc\nhere is d!\ne", Broken),
        (Rule::Contains, "is b\nis d", "this is b.\nc\nhere is d!\ne", Broken),
        (Rule::Contains, "0 failed", "10 failed", Broken),
        (Rule::Contains, "from 10.0.0.1 in 3 ms", "64 bytes from 10.2.3.4 in 5 ms.", Holds),
        (Rule::Contains, "nginx 1.2.3 is", "yes, nginx 1.2.4 is here", Drifted),
        (Rule::Regex, r"id: \d+", "id: 77", Holds),
        (Rule::Regex, r"id: \d+", "id: x", Broken),
        (Rule::Regex, "a+\n...\nb+", "aa\nx\ny\nbb", Holds),
        (Rule::Regex, "a+\n...\nb+", "aa\nbb\nc", Broken),
        (Rule::Regex, "...\nb", "b\nb", Holds),
        (Rule::Regex, "a(", "a(", Broken),
        (Rule::Json, r#"{"a": 1, "b": [1, 2]}"#, "{\"b\":[1,2],\"a\":1}", Holds),
        (Rule::Json, r#"{"a": 1}"#, r#"{"a": 2}"#, Broken),
        (Rule::Json, r#"{"a": 1}"#, r#"{"a": 1, "b": 2}"#, Broken),
        (Rule::Json, r#"{"a": 1, "...": 0}"#, r#"{"a": 1, "b": 2}"#, Holds),
        (Rule::Json, r#"{"a": ["x", "..."]}"#, r#"{"a": ["x", "y", "z"]}"#, Holds),
        (Rule::Json, r#"{"ip": "10.0.0.1"}"#, r#"{"ip": "10.0.0.7"}"#, Holds),
        (Rule::Json, r#"{"v": "1.2.3"}"#, r#"{"v": "1.2.9"}"#, Drifted),
        (Rule::Json, "{", "{}", Broken),
        (Rule::Unordered, "b\na", "a\nb", Holds),
        (Rule::Unordered, "b\na", "a\nb\nc", Broken),
        (Rule::Unordered, "b\n...\na", "a\nb\nc", Holds),
        (Rule::Unordered, "a\na", "a", Broken),
        (Rule::Unordered, "x 10.0.0.1\nx 10.0.0.2", "x 10.0.0.2\nx 10.0.0.9", Holds),
    ];
    for (rule, documented, real, expected) in cases {
        check(documented, real, rule, expected);
    }
}

#[test]
fn a_diff_marks_words() {
    let found = compare("a 10.0.0.1\nState: inactive now\nz\n", "a 10.0.0.2\nnew\nState: active now\n", Rule::Auto);
    let states: Vec<State> = found.lines.iter().map(|l| l.state).collect();
    assert_eq!(states, [State::Forgiven, State::Extra, State::Differs, State::Missing], "{found:#?}");
    let change = &found.lines[2].changes[0];
    assert_eq!((change.documented.clone(), change.real.clone(), change.why), (7..15, 7..13, Why::Differs));
    assert_eq!(found.why, "the output is not as documented: 1 differing line, 1 missing line, 1 undocumented line");
}

#[test]
fn blank_lines_around_do_not_shift_numbers() {
    let found = compare("\n\na\n\n", "\nb\n", Rule::Auto);
    assert_eq!(found.lines[0].documented, Some(2));
    assert!(found.lines.iter().any(|l| l.real == (1..2)), "{found:#?}");
}

#[test]
fn large_texts_come_to_an_end() {
    // Without bounds each of these would take hours.
    let real: String = (0..50_000).map(|i| format!("line {} of many, {} things\n", i % 7, i % 3)).collect();
    let mut documented: String = "...\n".to_owned();
    for i in 0..5_000 {
        documented += &format!("line {} of many, 1 things\n{}", i % 7, if i % 10 == 0 { "...\n" } else { "" });
    }
    for rule in [Rule::Auto, Rule::Unordered, Rule::Exact, Rule::Regex, Rule::Contains] {
        compare(&documented, &real[..real.len() / 5], rule);
    }
    compare(&documented, &real, Rule::Auto);
    let other: String = (0..10_000).map(|i| format!("nothing {i} alike {}\n", "x".repeat(i % 9))).collect();
    compare(&other, &real, Rule::Auto);
    let same = "a\n".repeat(999) + "b\n";
    check(&format!("...\n{same}...\n"), &"a\n".repeat(100_000), Rule::Auto, Verdict::Broken);
    compare(&format!("x[..]{}y", "a[..]".repeat(500)), &"a".repeat(10_000), Rule::Auto);
    compare(&"1.2.3a".repeat(2_000), &"1.2.3a".repeat(20_000), Rule::Auto);
}

#[test]
fn an_updated_line_is_indented_as_its_block() {
    for (documented, real, wanted) in [
        ("server {\nlisten 81;\n}", "server {\n    listen 80;\n}", "server {\n    listen 80;\n}"),
        ("  a 10.0.0.1 b", "a 10.0.0.2 c", "  a 10.0.0.1 c"),
        ("  same\nb", "same\nc", "same\nc"),
        ("  a\n  ...\n  1.2.3", "a\nx\n1.2.4", "  a\n  ...\n  1.2.4"),
    ] {
        assert_eq!(
            updated(documented, real, Rule::Auto, &Evidence::default()).as_deref(),
            Some(wanted),
            "{documented}"
        );
    }
}

/// Lines as terminals print them.
fn output() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("...\n".to_owned()),
        Just("[..]".to_owned()),
        Just("\n".to_owned()),
        Just("  ".to_owned()),
        Just("10.0.0.1".to_owned()),
        Just("1.2.3".to_owned()),
        Just("12:00:01 ".to_owned()),
        Just("deadbeef01".to_owned()),
        Just("1.5 MB".to_owned()),
        Just("-----".to_owned()),
        "[a-zA-Z0-9.:/@ -]{0,6}",
        "\\PC{0,4}",
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

const RULES: [Rule; 5] = [Rule::Auto, Rule::Exact, Rule::Kinds, Rule::Contains, Rule::Unordered];

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn identical_text_holds(text in output()) {
        for rule in RULES {
            prop_assert_eq!(compare(&text, &text, rule).verdict, Verdict::Holds, "{:?}", rule);
        }
    }

    #[test]
    fn comparing_is_total_and_its_lines_are_in_the_texts(documented in output(), real in output()) {
        let (ds, rs): (Vec<&str>, Vec<&str>) = (documented.lines().collect(), real.lines().collect());
        for rule in [Rule::Auto, Rule::Exact, Rule::Kinds, Rule::Contains, Rule::Regex, Rule::Json, Rule::Unordered] {
            let found = compare(&documented, &real, rule);
            for line in &found.lines {
                let d = line.documented.map(|d| ds[d]);
                let r = rs.get(line.real.clone()).expect("real lines exist");
                for change in &line.changes {
                    prop_assert!(d.unwrap_or_default().get(change.documented.clone()).is_some());
                    prop_assert!(r[0].get(change.real.clone()).is_some());
                }
            }
        }
    }

    #[test]
    fn every_line_is_shown_once(documented in output(), real in output()) {
        for rule in [Rule::Auto, Rule::Exact] {
            let found = compare(&documented, &real, rule);
            let shown: Vec<usize> = found.lines.iter().filter_map(|l| l.documented).collect();
            prop_assert!(shown.windows(2).all(|w| w[0] + 1 == w[1]));
            let shown: Vec<usize> = found.lines.iter().flat_map(|l| l.real.clone()).collect();
            prop_assert!(shown.windows(2).all(|w| w[0] + 1 == w[1]));
        }
    }

    #[test]
    fn an_update_holds_and_what_holds_is_not_updated(documented in output(), real in output()) {
        for rule in RULES {
            let verdict = compare(&documented, &real, rule).verdict;
            match updated(&documented, &real, rule, &Evidence::default()) {
                None => prop_assert!(verdict == Verdict::Holds || rule == Rule::Contains),
                Some(text) => {
                    prop_assert!(verdict != Verdict::Holds);
                    prop_assert_eq!(compare(&text, &real, rule).verdict, Verdict::Holds, "{:?} {:?}", rule, text);
                    prop_assert_eq!(updated(&text, &real, rule, &Evidence::default()), None);
                }
            }
        }
    }

    #[test]
    fn words_are_never_forgiven(before in "[a-z]{1,8}", a in "[g-z]{1,9}", b in "[g-z]{1,9}", ip in "10\\.0\\.0\\.[1-9]") {
        prop_assume!(a != b);
        for rule in RULES {
            let found = compare(&format!("{before} {ip}: {a}"), &format!("{before} 10.0.0.1: {b}"), rule);
            prop_assert_eq!(found.verdict, Verdict::Broken);
        }
    }
}

#[test]
fn the_line_that_is_wrong() {
    for (documented, real, line) in [
        ("a\nb\nc\n", "a\nb\nc", None),
        ("a\nb\nc\n", "a\nx\nc", Some(1)),
        ("a:\n  b:\n  c:\n", "a:\n  b:\n    c:", Some(2)),
        ("a\n...\nb\nc\n", "a\n1\n2\nb\nd", Some(3)),
        ("a\nb\n", "a\nnew\nb", Some(1)),
        ("a\n", "a\nnew", Some(0)),
        ("a\nnode v18.1.0\n", "a\nnode v20.1.0", Some(1)),
        ("a\n", "", Some(0)),
    ] {
        assert_eq!(compare(documented, real, Rule::Auto).first_wrong(), line, "{documented:?} {real:?}");
    }
}

use proptest::prelude::*;

use super::{EditError, How, apply};

mod files;
mod places;
mod seed;

/// A case: name, file, block, how it is chosen, the file after.
type Case = (&'static str, &'static str, &'static str, How, &'static str);

fn check(cases: &[Case]) {
    let mut wrong = Vec::new();
    for (name, file, block, how, expected) in cases {
        match apply(Some(file), block, &How::Auto) {
            Ok(edited) if (edited.text.as_str(), &edited.how) == (*expected, how) => {
                let again = apply(Some(&edited.text), block, how).map(|e| e.text);
                if *how != How::Append && again.as_ref() != Ok(&edited.text) {
                    wrong.push(format!("{name}: a second time gives {again:?}"));
                }
            }
            Ok(edited) => wrong.push(format!("{name}: {:?}: {}\n{}", edited.how, edited.why, edited.text)),
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A case: name, file, block, what the message holds.
type Refusal = (&'static str, Option<&'static str>, &'static str, How, &'static str);

#[test]
fn what_is_unclear_is_refused() {
    let cases: &[Refusal] = &[
        ("no file to elide", None, "a\n...\nb\n", How::Auto, "no file to take them from"),
        ("replace with an elision", Some("a\nx\nb\n"), "a\n# ...\nb\n", How::Replace, "say edit=patch"),
        ("append with an elision", Some("a\n"), "b\n...\nc\n", How::Append, "say edit=patch"),
        ("patch of nothing alike", Some("a = 1\n"), "zebra = 2\n", How::Patch, "unclear where it belongs"),
        (
            "program with nothing alike",
            Some("int main() {\n  run();\n}\n"),
            "void stop() {\n}\n",
            How::Auto,
            "unclear where",
        ),
        (
            "two places",
            Some("server {\n  listen 80;\n}\nserver {\n  listen 80;\n}\n"),
            "  listen 80;\n  deny all;\n",
            How::Auto,
            "line 2 and at line 5",
        ),
        ("json that loses a key", Some("{\"a\": 1, \"b\": 2}\n"), "{\"a\": 3}\n", How::Auto, "lose the key `b`"),
        ("setting without a section", Some("[Unit]\nA=1\n\n[Service]\nB=2\n"), "C=3\n", How::Auto, "unclear where"),
        ("elided statement that is not there", Some("a {\n}\n"), "a {\n}\nb { ... }\n", How::Auto, "does not have"),
        (
            "statement shown without most of it",
            Some("x;\nserver {\n  a 1;\n  b 2;\n  c 3;\n  d 4;\n  e 5;\n}\ny;\n"),
            "server {\n  a 1;\n}\n",
            How::Auto,
            "write `...` where lines stay",
        ),
    ];
    for (name, file, block, how, message) in cases {
        match apply(*file, block, how) {
            Err(error) => assert!(error.to_string().contains(message), "{name}: {error}"),
            Ok(edited) => panic!("{name}: {edited:?}"),
        }
    }
}

#[test]
fn line_ends_and_marks_are_kept() {
    let text = |file: &str, block: &str, how| apply(Some(file), block, &how).expect("it fits").text;
    assert_eq!(text("a = 1\r\nb = 2\r\n", "b = 3\n", How::Auto), "a = 1\r\nb = 3\r\n");
    assert_eq!(text("a = 1\nb = 2", "b = 3\n", How::Patch), "a = 1\nb = 3");
    assert_eq!(text("a = 1", "b = 3\n", How::Append), "a = 1\nb = 3\n");
    assert_eq!(text("aaa = 1\naab = 1\nset = 1\n", "set = 2\n", How::Auto), "aaa = 1\naab = 1\nset = 2\n");
    assert_eq!(text("\u{feff}a = 1\r\n", "c = 3\n", How::Replace), "\u{feff}c = 3\r\n");
    assert_eq!(apply(None, "x\n", &How::Auto).map(|e| (e.text, e.how)), Ok(("x\n".into(), How::Replace)));
    assert_eq!(apply(None, "x", &How::Append).map(|e| e.text), Ok("x".into()));
}

#[test]
fn what_changed_is_known() {
    let edited = apply(Some("a = 1\nb = 2\nc = 3\n"), "b = 5\n", &How::Auto).expect("it fits");
    assert_eq!(edited.changed, 1..2);
    let edited = apply(Some("a = 1\nb = 2\n"), "b = 2\n", &How::Auto).expect("it fits");
    assert!(edited.changed.is_empty(), "{edited:?}");
}

#[test]
fn long_files_are_aligned_or_refused() {
    let file: String = (0..20_000).map(|i| format!("setting_{i} = {i}\n")).collect();
    let edited = apply(Some(&file), "setting_9999 = x\n", &How::Auto).expect("it fits");
    assert_eq!(edited.changed, 9999..10_000);
    assert_eq!(apply(Some(&file), &file.replace('0', "1"), &How::Patch), Err(EditError::TooLarge(20_000, 20_000)));
}

fn lines() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("...".to_owned()),
        Just("# ...".to_owned()),
        Just("a {".to_owned()),
        Just("  b { ... }".to_owned()),
        Just("}".to_owned()),
        Just(String::new()),
        Just("#key = 1".to_owned()),
        Just("key = 2".to_owned()),
        Just("\tother: x".to_owned()),
        Just("[section]".to_owned()),
        "[ -~]{0,8}",
        "\\PC{0,4}",
    ];
    prop::collection::vec(line, 0..9).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn applying_is_total(file in lines(), block in lines()) {
        for how in [How::Auto, How::Replace, How::Patch, How::Append, How::Prepend, How::After(file.lines().next().unwrap_or_default().into()), How::Before("key = 2".into()), How::Instead("key = 2".into())] {
            if let Ok(edited) = apply(Some(&file), &block, &how) {
                prop_assert!(edited.how != How::Auto);
                prop_assert!(edited.changed.end <= edited.text.lines().count());
            }
            let _ = apply(None, &block, &how);
        }
    }

    #[test]
    fn a_file_patched_with_its_own_lines_stays(settings in prop::collection::btree_set("[a-z]{3,8}", 4..12), from in 0_usize..3, to in 0_usize..3) {
        let all: Vec<String> = settings.iter().map(|k| format!("{k} = 1")).collect();
        let file = all.join("\n") + "\n";
        let block = all[from..all.len() - to.min(all.len() - from - 1)].join("\n");
        prop_assert_eq!(apply(Some(&file), &block, &How::Patch).map(|e| e.text), Ok(file));
    }

    #[test]
    fn a_patch_of_one_setting_keeps_every_other_line(settings in prop::collection::btree_set("[a-z]{3,8}", 2..12), at in 0_usize..12) {
        let all: Vec<String> = settings.iter().map(|k| format!("{k} = 1")).collect();
        let at = at % all.len();
        let block = all[at].replace('1', "2");
        let edited = apply(Some(&(all.join("\n") + "\n")), &block, &How::Auto).expect("it fits");
        for (index, line) in edited.text.lines().enumerate() {
            prop_assert_eq!(line, if index == at { &block } else { &all[index] });
        }
    }
}

#[test]
fn an_elision_without_a_known_line_is_all_that_is_there() {
    const WEB: &str = "services:\n  web:\n    image: nginx\n";
    for (file, block, expected) in [
        ("one = 1\n", "...\ntwo = 2\n", Some("one = 1\ntwo = 2\n")),
        ("one = 1\n", "# ...\n\ntwo = 2\nthree = 3\n", Some("one = 1\ntwo = 2\nthree = 3\n")),
        ("one = 1", "two = 2\n...\n", Some("two = 2\none = 1\n")),
        ("import os\n", "[...]\n\ndef f():\n    pass\n", Some("import os\ndef f():\n    pass\n")),
        (WEB, "...\n  db:\n    picture: pg\n", Some("services:\n  web:\n    image: nginx\n  db:\n    picture: pg\n")),
        (WEB, "...\nvolumes:\n  data:\n", Some("services:\n  web:\n    image: nginx\nvolumes:\n  data:\n")),
        ("[a]\nx = 1\n", "z = 2\n...\n", Some("z = 2\n[a]\nx = 1\n")),
        // Where the file has no such place, or the block does not say which.
        (WEB, "...\n   odd:\n", None),
        ("server {\n  listen 80;\n}\n", "...\n  deny all;\n", None),
        ("{\n  \"a\": 1\n}\n", "...\n\"b\": 2\n", None),
        ("<a>\n<b/>\n</a>\n", "...\n<c/>\n", None),
        ("#!/bin/sh\necho\n", "set -e\n...\n", None),
        ("one = 1\n", "...\ntwo = 2\n...\n", None),
        ("one = 1\n", "two = 2\n...\nthree = 3\n", None),
    ] {
        for how in [How::Auto, How::Patch] {
            let found = apply(Some(file), block, &how);
            match expected {
                Some(text) => assert_eq!(found.map(|e| e.text), Ok(text.to_owned()), "{file}{block}"),
                None => assert!(found.is_err(), "{file}{block}{found:?}"),
            }
        }
    }
}

#[test]
fn indentation_is_not_destroyed() {
    const WEB: &str = "services:\n  web:\n    image: nginx\n    ports: x\n";
    for (file, block, says) in [
        ("image: nginx\n", "services:\n  web:\n    image: nginx\n    ports: [80]\n", "further to the left"),
        ("print(1)\n", "def main():\n    print(1)\n", "further to the left"),
        ("x:\n  a: 1\n", "top:\n      a: 1\n      b: 2\n", "`a: 1` would no longer stand below `x:`"),
        // What the block puts between two lines takes the second from its owner.
        (WEB, "    image: nginx\n  db:\n    picture: pg\n", "`ports: x` would no longer stand below `web:`"),
        (WEB, "services:\n  db:\n    image: nginx\n", "would no longer stand below"),
        ("a:\n  - x: 1\n    y: 2\n", "  - x: 1\n  - z: 3\n", "`y: 2` would no longer stand below `- x: 1`"),
        ("\u{a0}b: 1\n", "a:\n b: 1\n", ""),
    ] {
        let found = apply(Some(file), block, &How::Patch);
        if says.is_empty() {
            continue;
        }
        let message = found.as_ref().expect_err(&format!("{file}{block}")).to_string();
        assert!(message.contains(says), "{message}");
    }
    // Brackets say where a statement ends, whatever its indentation.
    let file = "server {\nlisten 80;\nroot /x;\n}\n";
    let edited = apply(Some(file), "server {\n    listen 81;\n    root /x;\n    deny all;\n}\n", &How::Patch);
    assert_eq!(edited.map(|e| e.text), Ok("server {\nlisten 81;\n    root /x;\ndeny all;\n}\n".to_owned()));
    // A level of the block is a level of the file.
    let edited = apply(Some("a:\n  b:\n    c: 1\n"), "        c: 1\n    d: 2\n", &How::Patch);
    assert_eq!(edited.map(|e| e.text), Ok("a:\n  b:\n    c: 1\n  d: 2\n".to_owned()));
}

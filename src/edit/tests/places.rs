//! Blocks that say where they belong.

use crate::edit::{
    How::{self, After, Before, Instead, Prepend},
    apply,
};

const NGINX: &str = "server {\n    listen 80;\n    server_name a;\n\n    location / {\n        root /x;\n    }\n}\n";
const SERVED: &str = "server {\n    listen 80;\n    listen [::]:80;\n    server_name a;\n\n    location / {\n        root /x;\n    }\n}\n";
const DENIED: &str =
    "server {\n    listen 80;\n    server_name a;\n\n    location / {\n        deny all;\n        root /x;\n    }\n}\n";
const CNF: &str = "[client]\nport = 1\n\n[mysqld]\n# bind\nbind-address = 127.0.0.1\n";
const YAML: &str = "services:\n  web:\n    image: a\n  db:\n    image: b\n";

/// The file after the edit, or what the message of its refusal holds.
type Case = (&'static str, &'static str, How, Result<&'static str, &'static str>);

fn check(cases: Vec<Case>) {
    for (file, block, how, expected) in cases {
        let found = apply(Some(file), block, &how);
        match (&found, expected) {
            (Ok(edited), Ok(text)) => {
                assert_eq!(edited.text, text, "{how}: {}", edited.why);
                // Who does it again changes nothing, but for what comes on top.
                let again = apply(Some(&edited.text), block, &how).map(|edited| edited.text);
                assert!(how == Prepend || again == Ok(text.to_owned()), "{how} again: {again:?}");
            }
            (Err(error), Err(says)) => assert!(error.to_string().contains(says), "{how}: {error}"),
            _ => panic!("{how} of {block}: {found:?}"),
        }
    }
}

#[test]
fn on_top() {
    check(vec![
        ("b\n", "a\n", Prepend, Ok("a\nb\n")),
        ("", "a\n", Prepend, Ok("a\n")),
        ("b\n", "a\n...\n", Prepend, Ok("a\nb\n")),
        ("#!/bin/sh\nls\n", "set -e\n", Prepend, Ok("#!/bin/sh\nset -e\nls\n")),
        ("b\n", "a\n...\nc\n", Prepend, Err("leaves out lines")),
        ("b\n", "\n", Prepend, Err("unclear")),
    ]);
}

#[test]
fn beside_a_line() {
    let after = |line: &str| After(line.into());
    let before = |line: &str| Before(line.into());
    check(vec![
        (NGINX, "listen [::]:80;\n", after("listen 80;"), Ok(SERVED)),
        (NGINX, "    listen 80;\n    listen [::]:80;\n", after("listen 80;"), Ok(SERVED)),
        (NGINX, "listen [::]:80;\n", before("server_name"), Ok(SERVED)),
        (NGINX, "deny all;\n", after("location / {"), Ok(DENIED)),
        ("a\n+auto.master\n", "/srv /etc/x\n", before("+auto.master"), Ok("a\n/srv /etc/x\n+auto.master\n")),
        ("x\ny\nx\n", "z\n", after("x\ny"), Ok("x\ny\nz\nx\n")),
        (
            YAML,
            "    restart: always\n",
            after("image: a"),
            Ok("services:\n  web:\n    image: a\n    restart: always\n  db:\n    image: b\n"),
        ),
        // A setting of the section is that setting, and a new one stands below its head.
        (
            CNF,
            "bind-address = ::\n",
            after("[mysqld]"),
            Ok("[client]\nport = 1\n\n[mysqld]\n# bind\nbind-address = ::\n"),
        ),
        (
            CNF,
            "user = a\n",
            after("[client]"),
            Ok("[client]\nuser = a\nport = 1\n\n[mysqld]\n# bind\nbind-address = 127.0.0.1\n"),
        ),
        // What is not there, or twice, is never guessed.
        (NGINX, "x;\n", after("listen 443;"), Err("no line of the file is `listen 443;`")),
        ("listen 8080;\n", "x;\n", after("listen 80"), Err("no line of the file is `listen 80`")),
        ("", "x;\n", after("listen 443;"), Err("no line of the file")),
        ("x\ny\nx\n", "z\n", before("x"), Err("at line 1 and at line 3")),
        (CNF, "a = 1\n", after("[other]"), Err("no line of the file is `[other]`")),
        (YAML, "  cache:\n    image: c\n", after("web:"), Err("would no longer stand below `web:`")),
        (NGINX, "a;\n...\nb;\n", after("listen 80;"), Err("leaves out lines")),
    ]);
}

#[test]
fn in_place_of_lines() {
    let old = |lines: &str| Instead(lines.into());
    check(vec![
        ("a\n#Port 22\nb\n", "Port 2222\n", old("#Port 22"), Ok("a\nPort 2222\nb\n")),
        // Another mark of a comment, another value: the same setting, and it is told.
        ("a\nPort 22\nb\n", "Port 2222\n", old("#Port 22"), Ok("a\nPort 2222\nb\n")),
        ("memory = 256M\n", "memory = 1G\n", old("memory = 128M"), Ok("memory = 1G\n")),
        ("  if x {\n    a\n  }\nb\n", "if y {\n  c\n}\n", old("if x {\n  a\n}"), Ok("  if y {\n    c\n  }\nb\n")),
        ("Port 2222\n", "Port 2222\n", old("Gone 1"), Ok("Port 2222\n")),
        // What only looks like the new lines is not there already.
        ("#Port 22\n", "Port 22\n", old("Gone 1"), Err("no line of the file is `Gone 1`")),
        ("Port 2222\n", "Port 22\n", old("Gone 1"), Err("no line of the file is `Gone 1`")),
        ("a\nb\n", "c\n", old("x = 1"), Err("no line of the file is `x = 1`")),
        ("a\nb\na\n", "c\n", old("a"), Err("at line 1 and at line 3")),
        ("a {\n  x 1;\n}\n", "a {\n  ...\n  y 2;\n}\n", old("a {\n  ...\n}"), Ok("a {\n  x 1;\n  y 2;\n}\n")),
    ]);
}

#[test]
fn old_lines_are_looked_at() {
    for (file, old, shows) in [
        ("a\n  memory = 128M\n", "memory = 128M", true),
        ("#Port 22\n", "Port 22", true),
        ("x\nx\n", "x", true),
        ("a {\n  b\n}\n", "a {\n...\n}", true),
        ("memory = 256M\n", "memory = 128M", false),
        ("memory = 1280M\n", "memory = 128", false),
    ] {
        assert_eq!(crate::edit::shows(file, old), shows, "{old}: {file}");
    }
}

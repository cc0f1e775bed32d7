//! `guidepost lsp`, as an editor speaks with it.

mod client;

use serde_json::{Value, json};
use std::collections::BTreeSet;

use self::client::{Client, uri};
use crate::support::{self, TestSite};

const HOME: &str = "---\ntitle: Home\n---\n\nHello.\n";

fn site(files: &[(&str, &str)]) -> TestSite {
    TestSite::new(&[&[("content/_index.md", HOME)], files].concat())
}

/// A file of the site, as it was written.
fn text(site: &TestSite, path: &str) -> String {
    std::fs::read_to_string(site.path().join(path)).expect("it is there")
}

#[test]
fn problems_are_those_of_check() {
    let site = site(&[
        ("content/a.md", "---\ntitle: A\ntags: [x]\nautors: [me]\n---\n\n{{< nte >}}\n\n[b](b.md#nowhere) [c](c.md)\n"),
        ("content/b.md", "---\ntitle: B\nverify: { machine: mars }\n---\n\n```command\necho a\n```\n\n![x](x.png)\n"),
        ("content/d/index.md", "---\ntitle: D\n---\n\n```command\ncd /x\n```\n"),
        ("content/d/verify.yaml", "timeut: 5m\nsteps:\n  - contains: nothing\n    skip: true\n"),
        ("content/e/_index.md", "---\ntitle: E\nverify: { rules: [{ commands: frob, skip: true, reason: x }] }\n---\n"),
        ("content/e/verify.yaml", "machine: x\n"),
        ("content/f.md", "\u{feff}---\r\ntitle: F\r\n---\r\n\r\né {{< nte >}}\r\n"),
        ("content/g.md", "---\ntitle: [\n---\n"),
    ]);
    let checked = support::run_in(site.path(), &["check", "--format", "json"]);
    let checked: Value = serde_json::from_str(&checked.stdout).expect("JSON");
    let expected: BTreeSet<(String, u64, String)> = checked["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|problem| {
            let path = problem["place"]["path"].as_str().unwrap_or("guidepost.yaml");
            let line = problem["place"]["line"].as_u64().unwrap_or(1) - 1;
            (uri(&site.path().join(path)), line, problem["code"].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    assert!(expected.len() > 10, "{expected:#?}");
    let mut client = Client::start(&[site.path()], &["utf-16"]);
    let mut told = BTreeSet::new();
    // On a busy machine a server is silent for more than a second.
    for _ in 0..60 {
        let all = client.settled().iter().flat_map(|(uri, problems)| {
            problems.iter().map(move |problem| {
                let line = problem["range"]["start"]["line"].as_u64().unwrap_or_default();
                (uri.clone(), line, problem["code"].as_str().unwrap_or_default().to_owned())
            })
        });
        told = all.collect();
        if told == expected {
            break;
        }
    }
    assert_eq!(told, expected);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn what_is_not_saved_counts_and_so_does_what_it_breaks_elsewhere() {
    let site = site(&[
        ("content/a.md", "---\ntitle: A\n---\n\n## First\n\nText.\n"),
        ("content/b.md", "---\ntitle: B\n---\n\n[a](a.md#first)\n"),
        ("content/c.md", "---\ntitle: C\n---\n\n{{< include \"/code/x.py\" >}}\n"),
        ("code/x.py", "print(1)\n"),
    ]);
    let [a, b, c, x] = ["content/a.md", "content/b.md", "content/c.md", "code/x.py"].map(|path| site.path().join(path));
    let mut client = Client::start(&[site.path()], &["utf-16"]);
    client.open(&a, &text(&site, "content/a.md"));
    client.change(&a, (4, 3), (4, 8), "Other");
    client.expect(&b, &["4:0 broken-anchor"]);
    client.change(&a, (6, 0), (6, 4), "{{< nte >}}");
    client.expect(&a, &["6:4 unknown-shortcode"]);
    client.change(&a, (4, 3), (4, 8), "First");
    client.expect(&b, &[]);
    // Closed without being saved, it is again what lies there.
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri(&a) } }));
    client.expect(&a, &[]);

    // What is included, and a page that is no file yet.
    client.open(&x, "print(1)\n");
    client.open(&c, &text(&site, "content/c.md").replace(" >}}", " lines=\"1-2\" >}}"));
    client.expect(&c, &["4:25 included-part"]);
    client.change(&x, (1, 0), (1, 0), "print(2)\n");
    client.expect(&c, &[]);
    client.open(&b, "---\ntitle: B\n---\n\n[new](new/index.md)\n");
    client.expect(&b, &["4:0 broken-link"]);
    client.open(&site.path().join("content/new/index.md"), "---\ntitle: New\n---\n");
    client.expect(&b, &[]);

    // What others do to files that are not open.
    std::fs::write(site.path().join("content/d.md"), "{{< nte >}}\n").expect("written");
    let d = site.path().join("content/d.md");
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri(&d), "type": 1 }] }));
    client.expect(&d, &["0:4 unknown-shortcode"]);
    std::fs::remove_file(&d).expect("removed");
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri(&d), "type": 3 }] }));
    client.expect(&d, &[]);
    assert_eq!(client.vanish(), Some(1), "it did not say goodbye");
}

#[test]
fn columns_count_what_was_agreed() {
    let page = "é🦀 {{< nte >}}\r\n";
    for (encodings, name, column, to) in
        [(&["utf-16"][..], "utf-16", 8, 11), (&["utf-16", "utf-8"][..], "utf-8", 11, 14)]
    {
        let site = site(&[("content/a.md", page), ("content/b.md", &format!("\u{feff}{page}"))]);
        let [a, b] = ["content/a.md", "content/b.md"].map(|path| site.path().join(path));
        let mut client = Client::start(&[site.path()], encodings);
        assert_eq!(client.capabilities["positionEncoding"], name);
        client.expect(&a, &[&format!("0:{column} unknown-shortcode")]);
        client.expect(&b, &[&format!("0:{column} unknown-shortcode")]);
        client.open(&a, page);
        client.change(&a, (0, column), (0, to), "oh");
        client.change(&a, (0, 0), (0, 0), "x\r\n");
        client.expect(&a, &[&format!("1:{column} unknown-shortcode")]);
    }
}

#[test]
fn settings_that_cannot_be_read_are_told_and_the_site_stays() {
    let site = site(&[("content/a.md", "---\ntitle: A\n---\n\n[b](b.md)\n")]);
    let [settings, a] = ["guidepost.yaml", "content/a.md"].map(|path| site.path().join(path));
    let mut client = Client::start(&[site.path()], &["utf-16"]);
    client.expect(&a, &["4:0 broken-link"]);
    client.open(&settings, &text(&site, "guidepost.yaml"));
    client.change(&settings, (0, 0), (0, 5), "titel");
    client.expect(&settings, &["0:0 configuration"]);
    client.open(&a, &text(&site, "content/a.md"));
    client.change(&a, (3, 0), (3, 0), "{{< nte >}}\n");
    client.expect(&a, &["3:4 unknown-shortcode", "5:0 broken-link"]);
    client.change(&settings, (0, 0), (0, 5), "title");
    client.expect(&settings, &[]);
    client.change(&settings, (2, 0), (2, 0), "external_paths: [b.md]\n");
    client.expect(&a, &["3:4 unknown-shortcode"]);
    // A site that cannot be read from the beginning.
    site.write("guidepost.yaml", "titel: x\n");
    let mut second = Client::start(&[site.path()], &["utf-16"]);
    second.expect(&settings, &["0:0 configuration"]);
    second.open(&a, &text(&site, "content/a.md"));
    site.write("guidepost.yaml", "title: x\nbase_url: https://example.org/\n");
    second.notify("textDocument/didSave", json!({ "textDocument": { "uri": uri(&settings) } }));
    second.expect(&settings, &[]);
    second.expect(&a, &["4:0 broken-link"]);
}

#[test]
fn what_a_sidecar_says_counts_before_it_is_saved() {
    let site = site(&[
        ("content/a/index.md", "---\ntitle: A\n---\n\n```command\necho a\n```\n"),
        ("content/a/verify.yaml", "timeout: 5m\n"),
    ]);
    let sidecar = site.path().join("content/a/verify.yaml");
    let mut client = Client::start(&[site.path()], &["utf-16"]);
    client.open(&sidecar, "timeout: 5m\n");
    client.change(&sidecar, (0, 9), (0, 11), "soon");
    client.expect(&sidecar, &["0:0 verify-setting"]);
    client.change(&sidecar, (0, 9), (0, 13), "5s");
    client.expect(&sidecar, &[]);
}

#[test]
fn a_file_belongs_to_the_site_that_it_lies_in_or_to_none() {
    let (one, two) = (site(&[]), site(&[("content/a.md", "{{< nte >}}\n")]));
    let nowhere = tempfile::tempdir().expect("a folder");
    // No folder is open.
    let mut client = Client::start(&[], &["utf-16"]);
    let readme = nowhere.path().join("README.md");
    client.open(&readme, "{{< nte >}}\n");
    client.notify(
        "textDocument/didOpen",
        json!({ "textDocument": {
        "uri": "untitled:Untitled-1", "languageId": "markdown", "version": 1, "text": "{{< nte >}}" } }),
    );
    let a = one.path().join("content/a.md");
    client.open(&a, "{{< nte >}}\n");
    client.expect(&a, &["0:4 unknown-shortcode"]);
    // A second site, by a folder in it.
    let folder = json!({ "uri": uri(&two.path().join("content")), "name": "two" });
    client.notify("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": [folder], "removed": [] } }));
    client.expect(&two.path().join("content/a.md"), &["0:4 unknown-shortcode"]);
    assert!(!client.settled().contains_key(&uri(&readme)));
    // What is asked of none has an answer.
    let document = json!({ "textDocument": { "uri": uri(&readme) }, "position": { "line": 0, "character": 0 } });
    assert_eq!(client.request("textDocument/hover", document), Value::Null);
    // The folder becomes a site: what is open in it belongs to it.
    let page = nowhere.path().join("content/x.md");
    client.open(&page, "{{< nte >}}\n");
    std::fs::write(nowhere.path().join("guidepost.yaml"), "title: X\nbase_url: https://example.org/\n")
        .expect("written");
    let settings = uri(&nowhere.path().join("guidepost.yaml"));
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": settings, "type": 1 }] }));
    client.expect(&page, &["0:4 unknown-shortcode"]);
    let unknown = client.ask("guidepost/unknown", json!({}));
    assert_eq!(unknown["error"]["code"], -32601, "{unknown}");
    assert_eq!(client.end(), Some(0));
}

/// Answers and notifications cross with a goodbye.
#[test]
fn what_comes_behind_a_goodbye_is_no_error() {
    let site = site(&[("content/a.md", "---\ntitle: A\n---\n\nText.\n")]);
    let mut client = Client::start(&[site.path()], &["utf-8"]);
    assert_eq!(client.request("shutdown", Value::Null), Value::Null);
    client.answer(1);
    client.notify("workspace/didChangeConfiguration", json!({ "settings": {} }));
    let answer = client.ask("textDocument/hover", json!({ "textDocument": { "uri": "file:///a.md" } }));
    assert_eq!(answer["error"]["code"], -32600, "{answer}");
    assert_eq!(client.exit(), Some(0));
}

#[test]
fn what_was_taken_back_is_not_done() {
    let site = site(&[("content/a.md", "Text.\n")]);
    let a = site.path().join("content/a.md");
    let mut client = Client::start(&[site.path()], &["utf-16"]);
    client.open(&a, "Text.\n");
    let id = client.next_id();
    client.notify("$/cancelRequest", json!({ "id": id }));
    let document = json!({ "textDocument": { "uri": uri(&a) }, "position": { "line": 0, "character": 0 } });
    let answer = client.ask("textDocument/hover", document);
    assert_eq!(answer["error"]["code"], -32800, "{answer}");
}

/// A place in a document, where `¦` stands in its text; the text without it.
fn marked(site: &TestSite, path: &str, text: &str) -> (Value, String) {
    let before = &text[..text.find('¦').expect("a cursor")];
    let line = before.rsplit('\n').next().unwrap_or_default();
    let at = json!({ "line": before.matches('\n').count(), "character": line.encode_utf16().count() });
    let document = json!({ "uri": uri(&site.path().join(path)) });
    (json!({ "textDocument": document, "position": at }), text.replacen('¦', "", 1))
}

/// The texts of the site after a workspace edit.
fn edited(site: &TestSite, open: &[(&str, &str)], edit: &Value) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for (changed, edits) in edit["changes"].as_object().expect("changes") {
        let path = changed.strip_prefix(&format!("{}/", uri(site.path()))).expect("in the site");
        let known = open.iter().find(|(open, _)| *open == path).map(|(_, text)| (*text).to_owned());
        let mut lines: Vec<Vec<u16>> =
            known.unwrap_or_else(|| text(site, path)).split('\n').map(|line| line.encode_utf16().collect()).collect();
        for edit in edits.as_array().expect("edits").iter().rev() {
            let at = |end: &str, what: &str| edit["range"][end][what].as_u64().expect("a number") as usize;
            assert_eq!(at("start", "line"), at("end", "line"));
            let new = edit["newText"].as_str().expect("a text").encode_utf16();
            lines[at("start", "line")].splice(at("start", "character")..at("end", "character"), new);
        }
        let text: Vec<String> = lines.iter().map(|line| String::from_utf16(line).expect("a text")).collect();
        texts.push((path.to_owned(), text.join("\n")));
    }
    texts.sort();
    texts
}

#[test]
fn questions_have_answers() {
    let site = site(&[
        (
            "guidepost.yaml",
            "title: T\nbase_url: https://example.org/\nmachines:\n  debian: { image: \"debian:bookworm\" }\n",
        ),
        ("content/b.md", "---\ntitle: B\n---\n\n🦀 [a](a.md#one)\n\n## Here\n"),
    ]);
    let a = "content/a.md";
    let file = site.path().join(a);
    let mut client = Client::start(&[site.path()], &["utf-16"]);
    client.open(&file, "");
    let mut version = 1;
    let mut ask = |client: &mut Client, method: &str, marked_text: &str, more: Value| {
        let (mut params, text) = marked(&site, a, marked_text);
        version += 1;
        let document = json!({ "uri": uri(&file), "version": version });
        let change = json!({ "textDocument": document, "contentChanges": [{ "text": text }] });
        client.notify("textDocument/didChange", change);
        for (key, value) in more.as_object().into_iter().flatten() {
            params[key] = value.clone();
        }
        client.ask(&format!("textDocument/{method}"), params)
    };

    let offers = ask(&mut client, "completion", "🦀 {{< content¦ >}}", json!({}));
    let offer = &offers["result"]["items"][0];
    assert_eq!((&offer["label"], &offer["textEdit"]["range"]["start"]["character"]), (&json!("content"), &json!(7)));
    let offers = ask(&mut client, "completion", "[b](/b/#¦)", json!({}));
    assert_eq!(offers["result"]["items"][0]["textEdit"]["newText"], "here");

    let said = ask(&mut client, "hover", "```command\necho¦ a\n```\n", json!({}));
    let said = &said["result"];
    assert!(said["contents"]["value"].as_str().is_some_and(|text| text.starts_with("It is **typed**.")), "{said}");
    assert_eq!(said["range"]["end"]["line"], 2, "{said}");

    let found = ask(&mut client, "definition", "[b](b¦.md#here)", json!({}));
    assert_eq!(found["result"]["uri"], uri(&site.path().join("content/b.md")));
    assert_eq!(found["result"]["range"]["start"], json!({ "line": 6, "character": 0 }));

    let page = "# Title\n\n## One¦\n\n[x](#one)\n";
    let found = ask(&mut client, "references", page, json!({ "context": { "includeDeclaration": false } }));
    let starts: Vec<&Value> =
        found["result"].as_array().expect("a list").iter().map(|place| &place["range"]["start"]).collect();
    assert_eq!(starts, [&json!({ "line": 4, "character": 0 }), &json!({ "line": 4, "character": 3 })]);
    let name = ask(&mut client, "prepareRename", page, json!({}));
    assert_eq!(name["result"]["placeholder"], "One");
    let edit = ask(&mut client, "rename", page, json!({ "newName": "Two" }));
    let plain = page.replace('¦', "");
    let texts = edited(&site, &[(a, &plain)], &edit["result"]);
    assert_eq!(texts[0], (a.to_owned(), "# Title\n\n## Two\n\n[x](#two)\n".to_owned()));
    assert!(texts[1].1.contains("🦀 [a](a.md#two)\n"), "{texts:?}");
    let refused = ask(&mut client, "rename", page, json!({ "newName": "" }));
    assert_eq!(refused["error"]["code"], -32803, "{refused}");

    let headings = ask(&mut client, "documentSymbol", page, json!({}));
    assert_eq!(headings["result"][0]["children"][0]["detail"], "#one", "{headings}");
    // No preview runs.
    let all = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 1, "character": 0 } });
    let found = ask(
        &mut client,
        "codeAction",
        "```command\necho¦ a\n```\n",
        json!({ "range": all, "context": { "diagnostics": [] } }),
    );
    assert_eq!(found["result"], json!([]));
    let command = json!({ "command": "guidepost.run", "arguments": [{ "site": site.path(), "guide": a }] });
    let refused = client.ask("workspace/executeCommand", command);
    assert_eq!(refused["error"]["message"], "save the guide first: the preview runs what lies in its file");
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri(&file) } }));
    let command =
        json!({ "command": "guidepost.run", "arguments": [{ "site": site.path(), "guide": "content/b.md" }] });
    let refused = client.ask("workspace/executeCommand", command);
    assert_eq!(
        refused["error"]["message"], "no preview runs for this site: start it with `guidepost serve`",
        "{refused}"
    );
}

#[test]
fn a_running_preview_does_what_the_editor_asks_for() {
    if !support::has_engine() {
        return;
    }
    let path = "content/a.md";
    let page = "---\ntitle: A\n---\n\n```command\necho real\n```\n\n```output\ndocumented\n```\n";
    let site = site(&[
        (
            "guidepost.yaml",
            "title: T\nbase_url: https://example.org/\nmachines:\n  debian: { image: \"debian:bookworm\" }\n",
        ),
        (path, page),
    ]);
    let mut preview = std::process::Command::new(env!("CARGO_BIN_EXE_guidepost"))
        .args(["serve", "--port", "0", "--site"])
        .arg(site.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    let wait = |what: &str, is_there: &mut dyn FnMut() -> bool| {
        let begin = std::time::Instant::now();
        while !is_there() {
            assert!(begin.elapsed().as_secs() < 120, "{what}");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    };
    let sign = site.path().join(".guidepost/serve.json");
    wait("the preview says that it runs", &mut || sign.is_file());
    let mut client = Client::start(&[site.path()], &["utf-16"]);
    client.open(&site.path().join(path), page);
    let output = json!({ "line": 9, "character": 0 });
    let params = json!({
        "textDocument": { "uri": uri(&site.path().join(path)) },
        "range": { "start": output, "end": output },
        "context": { "diagnostics": [] },
    });
    let offered = |client: &mut Client| client.request("textDocument/codeAction", params.clone());
    let run = offered(&mut client)[0]["command"].clone();
    assert_eq!(run["command"], "guidepost.run");
    client.request("workspace/executeCommand", run);
    let mut accept = Value::Null;
    wait("the output differs", &mut || {
        accept = offered(&mut client)[2]["command"].clone();
        accept["command"] == "guidepost.accept"
    });
    let place = json!({ "textDocument": { "uri": uri(&site.path().join(path)) }, "position": output });
    let said = client.request("textDocument/hover", place);
    assert!(said["contents"]["value"].as_str().is_some_and(|text| text.contains("**broken**")), "{said}");
    client.request("workspace/executeCommand", accept);
    assert_eq!(text(&site, path), page.replace("documented", "real"));
    // As far as this line, in a machine that stays open: nothing else is run meanwhile.
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri(&site.path().join(path)) } }));
    client.open(&site.path().join(path), &page.replace("documented", "real"));
    let to_here = offered(&mut client)[1]["command"].clone();
    assert_eq!(
        (&to_here["command"], &to_here["title"]),
        (&"guidepost.runTo".into(), &"Run to here in the preview".into())
    );
    assert_eq!(to_here["arguments"][0]["line"], 10);
    client.request("workspace/executeCommand", to_here.clone());
    let run = offered(&mut client)[0]["command"].clone();
    let refused = client.ask("workspace/executeCommand", run);
    assert_eq!(
        refused["error"]["message"], "something is being run, or another machine is open: stop it, or wait",
        "{refused}"
    );
    client.request("workspace/executeCommand", to_here);
    let pid = preview.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
    preview.wait().expect("it ends");
    assert!(!sign.exists(), "it says no longer that it runs");
}

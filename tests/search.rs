//! The search index, searched by the theme's own script in Node.

use crate::support::{TestSite, has_program, tree};
use guidepost::site::{
    record::SearchSection,
    search::{Page, PageTerms, build, prepare},
};
use serde_json::{Value, json};
use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/themes/default/static/search.js");

/// Asks the search; says itself how.
const ASK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/search/ask.mjs");

/// A small site: title, description, keywords, and sections as anchor, title, text and code.
type Guide = (&'static str, &'static str, &'static [&'static str], &'static [[&'static str; 4]]);

const GUIDES: &[Guide] = &[
    (
        "Networking for Containers",
        "Let containers talk.",
        &["bridge"],
        &[
            ["", "", "Docker containers need a network.", ""],
            [
                "make-one",
                "Make a network",
                "Create it with one command, then inspect it.",
                "docker network create front",
            ],
            ["dns", "Name resolution", "Containers find each other by name.", "ping -c 1 database"],
        ],
    ),
    (
        "Docker Compose",
        "Many containers at once.",
        &[],
        &[
            ["", "", "Write a file and start it.", ""],
            ["file", "The file", "Each service has an image.", "docker-compose.yml services web postgresql"],
        ],
    ),
    (
        "Install PostgreSQL",
        "A database on a server.",
        &["sql"],
        &[
            ["", "", "It is in every distribution.", ""],
            ["apt", "With APT", "Run this as root.", "apt-get install postgresql"],
        ],
    ),
    ("Crème brûlée", "Une recette française.", &[], &[["étapes", "Étapes", "Mélangez les œufs.", ""]]),
    ("コンテナの入門", "東京都のサーバーで動かす。", &[], &[["a", "準備", "容器を作成します。", "docker run"]]),
    ("Сети Ёжика", "Про контейнеры.", &[], &[["b", "Порты", "Откройте порт.", ""]]),
    ("إعداد الخَادِم", "كيف تشغّل خدمة.", &[], &[["c", "المنافذ", "افتح منفذًا في الجدار الناري.", ""]]),
];

/// The results of each query; `None` where there is no Node.
fn search(queries: &[&str]) -> Option<Vec<Value>> {
    let prepared: Vec<PageTerms> = GUIDES.iter().map(|(_, _, _, s)| prepare(&sections(s))).collect();
    let keywords: Vec<Vec<String>> =
        GUIDES.iter().map(|(_, _, k, _)| k.iter().map(|&k| k.to_owned()).collect()).collect();
    let pages: Vec<Page<'_>> = (GUIDES.iter().zip(&keywords).zip(&prepared).enumerate())
        .map(|(i, ((&(title, description, ..), keywords), terms))| Page {
            title,
            url: format!("/docs/{i}/"),
            description,
            keywords,
            terms,
        })
        .collect();
    in_node(&build(&pages), &queries.iter().map(|&q| json!([q, 10])).collect::<Vec<_>>())
}

fn sections(sections: &[[&str; 4]]) -> Vec<SearchSection> {
    let section = |section: &[&str; 4]| {
        let [anchor, title, text, code] = section.map(str::to_owned);
        SearchSection { anchor, title, text, commands: code.clone(), code }
    };
    sections.iter().map(section).collect()
}

fn in_node(files: &[(String, Vec<u8>)], queries: &[Value]) -> Option<Vec<Value>> {
    if !has_program("node", "--version") {
        return None;
    }
    let site = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(site.path().join("search")).expect("a folder");
    for (path, bytes) in files {
        fs::write(site.path().join(path), bytes).expect("a written file");
    }
    Some(ask(site.path(), queries))
}

/// The results of each query in the search of a built site.
fn ask(site: &Path, queries: &[Value]) -> Vec<Value> {
    let mut node = Command::new("node")
        .args([ASK, SCRIPT])
        .arg(site)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs");
    let mut input = node.stdin.take().expect("a pipe");
    input.write_all(Value::from(queries.to_vec()).to_string().as_bytes()).expect("it reads");
    drop(input);
    let output = node.wait_with_output().expect("it ends");
    assert!(output.status.success(), "the search failed");
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    let answer = |line| serde_json::from_str::<Value>(line).expect("JSON")["results"].take();
    lines.lines().map(answer).collect()
}

/// Titles of the pages found, in order.
fn titles(results: &Value) -> Vec<&str> {
    results.as_array().expect("a list").iter().map(|r| r["title"].as_str().expect("a title")).collect()
}

#[test]
fn queries_find_pages_in_order() {
    let [containers, compose, postgres, cream, tokyo, hedgehog, arabic] =
        [0, 1, 2, 3, 4, 5, 6].map(|i: usize| GUIDES[i].0);
    let cases: &[(&str, &[&str])] = &[
        // The title beats the text, and the heading beats the code.
        ("docker", &[compose, containers, tokyo]),
        ("postgresql", &[postgres, compose]),
        ("network", &[containers]),
        // The last word is a prefix, the others are whole.
        ("postg", &[postgres, compose]),
        ("docker contain", &[compose, containers]),
        ("contain docker", &[compose, containers]),
        // All words, then those with enough of them.
        ("docker network", &[containers]),
        ("install docker", &[postgres, compose]),
        ("nothing postgresql", &[postgres, compose]),
        // Keywords, names with punctuation, stop words, words being typed.
        ("bridge", &[containers]),
        ("docker-compose.yml", &[compose]),
        ("APT-GET", &[postgres]),
        ("how to install a server", &[postgres]),
        ("inst", &[postgres]),
        ("how to in", &[postgres, containers]),
        // Folding.
        ("creme BRULEE", &[cream]),
        ("melangez", &[cream]),
        ("étape", &[cream]),
        ("ежик", &[hedgehog]),
        ("порт", &[hedgehog]),
        // Scripts without spaces: a part, a single character.
        ("東京", &[tokyo]),
        ("京都の", &[tokyo]),
        ("容", &[tokyo]),
        ("コンテナ docker", &[tokyo]),
        // With vowel signs and without, with the article and without.
        ("الخادم", &[arabic]),
        ("خادم", &[arabic]),
        ("منافذ", &[arabic]),
        // Phrases, options, paths; plurals; typing errors; names that are written together or apart.
        ("docker network create", &[containers]),
        ("apt-get install postgresql", &[postgres]),
        ("images", &[compose]),
        ("containers", &[containers, compose]),
        ("postgersql", &[postgres, compose]),
        ("cotnainers", &[containers, compose]),
        ("post gresql", &[postgres, compose]),
        // Nothing.
        ("kubernetes", &[]),
        ("", &[]),
        ("the ", &[]),
        ("?!", &[]),
        ("constructor", &[]),
        ("__proto__", &[]),
    ];
    let Some(results) = search(&cases.iter().map(|(query, _)| *query).collect::<Vec<_>>()) else { return };
    let found = cases.iter().zip(&results).map(|((query, expected), results)| (query, *expected, titles(results)));
    let wrong: Vec<_> = found.filter(|(_, expected, found)| expected != found).collect();
    assert!(wrong.is_empty(), "query, expected, found: {wrong:#?}");
}

#[test]
fn results_name_sections() {
    let Some(results) = search(&["name database", "network", "docker"]) else { return };
    let expected = json!({
        "title": "Networking for Containers", "url": "/docs/0/", "description": "Let containers talk.",
        "sections": [{ "title": "Name resolution", "anchor": "dns", "excerpt": "Containers find each other by name." }]
    });
    assert_eq!(results[0][0], expected);
    assert_eq!(results[1][0]["sections"][0]["anchor"], "make-one");
    assert_eq!(results[2][0]["sections"][0]["anchor"], "file");
}

#[test]
fn a_large_site_is_searched_by_parts() {
    let sections = |i: usize| {
        let text = format!("common only{i} also{}", i % 7);
        vec![SearchSection { anchor: "s".into(), title: format!("Heading {i}"), text, ..SearchSection::default() }]
    };
    let prepared: Vec<PageTerms> = (0..3000).map(|i| prepare(&sections(i))).collect();
    let titles_of: Vec<String> = (0..3000).map(|i| format!("Page {i}")).collect();
    let pages: Vec<Page<'_>> = (titles_of.iter().zip(&prepared).enumerate())
        .map(|(i, (title, terms))| Page { title, url: format!("/{i}/"), description: "", keywords: &[], terms })
        .collect();
    let files = build(&pages);
    assert!(files.iter().all(|(_, bytes)| bytes.len() < 64 << 10), "no file is large");
    assert!(files.iter().all(|(path, _)| Path::new(path).extension().is_some_and(|e| e == "json")));
    let queries = [json!(["only2999", 10]), json!(["common only17", 2]), json!(["common", 3]), json!(["page 1234", 1])];
    let Some(results) = in_node(&files, &queries) else { return };
    assert_eq!(titles(&results[0]), ["Page 2999"]);
    assert_eq!(titles(&results[1]), ["Page 17", "Page 170"]);
    assert_eq!(titles(&results[2]), ["Page 0", "Page 1", "Page 2"]);
    assert_eq!(titles(&results[3]), ["Page 1234"]);
}

/// Guides of random words, for those of the questions to stand among: title, description and text of a number.
fn noise(number: usize) -> String {
    const WORDS: &str = "server container network database guide install configure service packet address volume image \
                         deploy command terminal output user password secure restart enable system update package \
                         version release cluster node replica query table index backup restore monitor log file port";
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut state = number as u32;
    let mut word = || {
        // Numerical Recipes' generator: the same guides at each run.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        words[(state >> 8) as usize % words.len()]
    };
    let title = format!("{} the {}, part {number}", word(), word());
    let mut text = |count: usize| (0..count).map(|_| word()).collect::<Vec<_>>().join(" ");
    let (description, first, second) = (text(6), text(40), text(30));
    format!(
        "---\ntitle: \"{title}\"\ndescription: {description}\n---\n\n{first}\n\n## {}\n\n```command\nsudo apt install -y {} {}\n```\n\n{second}\n",
        text(3),
        text(1),
        text(1)
    )
}

/// Of the questions of `tests/search/questions.tsv`, asked among 300 random guides, nearly all have the page that should be
/// first at the first place.
#[test]
fn questions_find_their_guides_first() {
    if !has_program("node", "--version") {
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/search");
    let site = TestSite::new(&[("guidepost.yaml", "title: Questions\nbase_url: https://example.org/docs/\n")]);
    for (path, bytes) in tree(&folder.join("guides")) {
        site.write(&format!("content/{}", path.display()), bytes);
    }
    for number in 0..300 {
        site.write(&format!("content/n{number}.md"), noise(number));
    }
    let built = site.run(&["build"]);
    assert_eq!(built.status, 0, "{built:?}");
    let questions = fs::read_to_string(folder.join("questions.tsv")).expect("the questions are there");
    let rows: Vec<Vec<&str>> = questions.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    let asked: Vec<Value> = rows.iter().map(|row| json!([row[1], 3])).collect();
    let mut later = Vec::new();
    for (row, results) in rows.iter().zip(ask(&site.path().join("public"), &asked)) {
        let found: Vec<String> = titles(&results).into_iter().map(str::to_owned).collect();
        if results[0]["url"] != format!("/docs/{}/", row[2]) {
            later.push((row, found));
        }
    }
    assert!(rows.len() >= 45 && later.len() <= 4, "of {} questions these are not first: {later:#?}", rows.len());
}

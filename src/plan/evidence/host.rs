//! On which of several hosts a page is, passage by passage: the first that is named is the reader's own.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    super::{
        blocks::Block,
        prose::{Kind, Passage, sentences},
    },
    phrase::{Phrase, says},
};
use crate::terminal::{command, line, prompt};

/// What a host is called with, and is still the one that the reader is on.
#[rustfmt::skip]
const OURS: &[&str] = &[
    "", "same", "new", "fresh", "remote", "target", "virtual", "dedicated", "root", "ubuntu", "debian", "linux", "main", "first", "production", "managed", "own",
    "private", "vps", "current", "actual", "test", "following", "existing", "running", "physical", "bare", "cloud", "above", "all", "every", "each", "both", "any", "these", "your",
];

/// What is no host, but a program that serves.
#[rustfmt::skip]
const SERVING: &[&str] = &[
    "web", "database", "db", "mail", "ftp", "vnc", "dns", "sql", "proxy", "game", "http", "https", "api", "application", "app", "file", "print", "ssh", "chat", "sftp", "smtp", "imap",
    "authentication", "auth", "update", "name", "time", "backup", "docker", "git", "x", "local", "virtual host", "default", "upstream", "backend",
];

/// What is never the reader's server.
const OTHERS: &[&str] = &["second", "other", "another", "third", "secondary", "slave", "replica", "home"];

/// For each passage, the other host that the page is on after it, if it is on another.
pub(in crate::plan) fn others(passages: &[Passage]) -> Vec<Option<String>> {
    let (mut first, mut current): (Option<String>, Option<String>) = (None, None);
    let (mut level, mut scope) = (0, 0);
    let mut found = Vec::with_capacity(passages.len());
    for passage in passages {
        if let Kind::Heading(this) = passage.kind {
            level = this;
            if this <= scope {
                current = None;
            }
        }
        let is_heading = matches!(passage.kind, Kind::Heading(_));
        if !passage.aside {
            let told = |sentence: &&str| {
                let first = sentence.split_whitespace().next().unwrap_or_default().to_lowercase();
                let first = first.trim_matches(|c: char| !c.is_alphanumeric());
                let begins =
                    ["on", "and", "now", "then", "next", "first", "ssh", "log", "login", "connect", "switch", "open"];
                // What a reader does only under a condition leads nowhere else.
                let is_condition = ["if", "in", "when", "should"].contains(&first) && sentence.contains(" you");
                is_heading || begins.contains(&first) || says(Phrase::Run, sentence) && !is_condition
            };
            for name in sentences(&passage.text).into_iter().filter(told).filter_map(|told| named(told, is_heading)) {
                scope = level;
                current = match name {
                    Named::Ours => None,
                    Named::Other(name) => Some(name),
                    Named::By(name) => {
                        let own = first.get_or_insert_with(|| name.clone());
                        (*own != name).then_some(name)
                    }
                };
            }
        }
        found.push(current.clone());
    }
    found
}

/// How many passages stand before the place where a page goes to its server for the first time, if nothing before tells that the
/// reader is there already; else 0.
pub(in crate::plan) fn connects(blocks: &[Block<'_>], prose: &[Passage]) -> usize {
    let lines = |block: &Block<'_>| -> Vec<String> {
        block.code.text.lines().map(|line| prompt::without_prompt(line).trim().to_owned()).collect()
    };
    let by_command = blocks.iter().find(|block| lines(block).iter().any(|line| command::enters_a_server(line)));
    let says_so = |passage: &&Passage| {
        !passage.aside && sentences(&passage.text).into_iter().any(|sentence| says(Phrase::Connect, sentence))
    };
    let by_prose = prose.iter().position(|passage| says_so(&passage)).map(|at| at + 1);
    let Some(at) = by_command.map(|block| block.passages).into_iter().chain(by_prose).min() else { return 0 };
    // What a cloud is told to do on a new server is not typed there.
    let of_cloud = |block: &&Block<'_>| {
        let lines = lines(block);
        let mut runs = lines.iter().flat_map(|line| line::pieces(line)).filter_map(line::Run::of);
        runs.any(|run| command::is_of_a_cloud(&run.name))
    };
    let before = || blocks.iter().filter(|block| block.passages < at && !of_cloud(block));
    let here = before().flat_map(&lines).any(|line| command::is_of_a_server(&line))
        || prose[..at].iter().any(|passage| sentences(&passage.text).into_iter().any(is_here));
    // Where only keys and files are handled below, the page is about the reader's own computer.
    let below = blocks.iter().filter(|block| block.passages >= at);
    let is_there = below.flat_map(lines).any(|line| line::runs(&line).any(|run| is_work(&run.name)));
    if here || !is_there { 0 } else { at }
}

/// Whether a program does more than to get to a server and to bring keys and files there.
fn is_work(name: &str) -> bool {
    const ARRIVING: &[&str] = &[
        "ssh",
        "ssh-add",
        "ssh-agent",
        "ssh-copy-id",
        "ssh-keygen",
        "ssh-keyscan",
        "scp",
        "sftp",
        "rsync",
        "cat",
        "cd",
        "chmod",
        "chown",
        "cp",
        "echo",
        "exit",
        "ls",
        "mkdir",
        "mv",
        "nano",
        "pwd",
        "rm",
        "tee",
        "touch",
        "vi",
        "vim",
    ];
    command::is_program(name) && !ARRIVING.contains(&name)
}

/// Whether a sentence says that the reader is on the server.
fn is_here(sentence: &str) -> bool {
    let begins = sentence.trim_start().to_lowercase();
    ["on your server", "on the server", "on your vps", "on the instance"].iter().any(|here| begins.starts_with(here))
}

enum Named {
    Ours,
    Other(String),
    By(String),
}

/// The host that a sentence says to be on.
fn named(sentence: &str, is_heading: bool) -> Option<Named> {
    static HOST: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"(?i)\b(?:(?P<state>running|runs|hosted|installed|located|available|listening|listens|stored|exists|present)\s+)?(?:on|into)\s+(?:(?:the|your|our|this|each|both|all|every|a)\s+)?(?P<name>(?:[\w`.*-]+\s+){0,2}?)(?P<kind>server|node|instance|vm|host|machine|client|vps|droplet|router)s?\b";
        Regex::new(pattern).expect("a valid pattern")
    });
    static LETTER: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"(?i)\b(?:on|at|from|to)\s+(?:the\s+)?(?:server|host|node|machine|vm|instance|site|peer)\s+`?([a-z]|\d+)`?(?:\W|$)";
        Regex::new(pattern).expect("a valid pattern")
    });
    static OTHER: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"(?i)\b(?:other|additional|more|further)\s+(?:server|host|machine|node|instance|vm)s\b";
        Regex::new(pattern).expect("a valid pattern")
    });
    if is_heading && OTHER.is_match(sentence) {
        return Some(Named::Other("other".into()));
    }
    if let Some(found) = LETTER.captures(sentence) {
        return Some(Named::By(found[1].to_lowercase()));
    }
    let found = HOST.captures(sentence)?;
    // Where something is says nothing of where the reader is.
    if found.name("state").is_some() {
        return None;
    }
    let name = found["name"].to_lowercase().replace(['`', '*'], "");
    let words: Vec<&str> =
        name.split_whitespace().filter(|word| !["the", "your", "of", "our", "this", "a"].contains(word)).collect();
    let name = words.join(" ");
    let last = words.last().copied().unwrap_or_default();
    if words.iter().any(|word| OTHERS.contains(word)) || found["kind"].eq_ignore_ascii_case("client") && words.len() < 2
    {
        return Some(Named::Other(name));
    }
    if SERVING.contains(&last) || command::is_program(last) {
        return None;
    }
    // Which one that is, an earlier sentence says.
    if ["corresponding", "respective", "relevant", "appropriate"].contains(&last) {
        return None;
    }
    if OURS.contains(&last) || !command::families(&name).is_empty() {
        return Some(Named::Ours);
    }
    Some(Named::By(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn others_of(texts: &[&str]) -> Vec<String> {
        let passage = |text: &&str| {
            let (kind, text) = text.strip_prefix("# ").map_or((Kind::Text, *text), |text| (Kind::Heading(2), text));
            Passage { kind, text: text.to_owned(), aside: false, label: false, items: Vec::new() }
        };
        let passages: Vec<Passage> = texts.iter().map(passage).collect();
        others(&passages).into_iter().map(Option::unwrap_or_default).collect()
    }

    #[test]
    fn which_host() {
        for (texts, expected) in [
            (
                &[
                    "# Install it on the primary node",
                    "Run:",
                    "# Join on the worker node",
                    "Run:",
                    "# Look at it",
                    "Run:",
                ][..],
                &["", "", "worker", "worker", "", ""][..],
            ),
            (&["On your server, run:", "Open a shell on the web server:"], &["", ""]),
            (&["Run it on the second server:", "Now on your server:"], &["second", ""]),
            (&["On server A run:", "And on Server B:"], &["", "b"]),
            (&["Log in on the Ubuntu machine:"], &[""]),
            (&["Then, do the same on Server A:", "Then, do the same on Server B:"], &["", "b"]),
            (&["To reach a service running on a client, run:"], &[""]),
            (&["# Install it", "Run:", "# Watch other servers", "Run:"], &["", "", "other", "other"]),
            (&["If you install it on other machines, do not forget to run the script."], &[""]),
        ] {
            assert_eq!(others_of(texts), expected, "{texts:?}");
        }
    }
}

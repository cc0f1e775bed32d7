//! What only the prose asks for, and no block shows: “uncomment `X`”, “set `A` to `B`” in a file that it names. It is offered as a
//! step, and done once an author takes it into verify.yaml.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    Act, At, Edit, LeftOut, Omission,
    blocks::{Block, Origin},
    evidence::mention,
    prose::{Kind, Passage, sentences},
};
use crate::{
    guide::Guide,
    source::Span,
    terminal::{editor, prompt::without_prompt},
};

/// The rule's name.
pub(super) const RULE: &str = "prose";

/// A step that has no block: what an author says in verify.yaml of a line of the prose.
#[derive(Debug, Clone)]
pub(super) struct Extra {
    /// The line of the prose.
    pub(super) at: At,
    pub(super) path: String,
    pub(super) text: String,
    pub(super) edit: Edit,
}

/// How a sentence begins that asks for something.
const LEAD: &str = r"(?i)^(?:\W*(?:first|then|now|next|also|and|finally|please|there|you (?:need|have|should|must)(?: to)?|make sure to|be sure to|scroll down and|go to the end and)\b,?\s*)*";

/// What makes a sentence no demand.
static NO_DEMAND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(if|in case|optional(ly)?|you (can|could|may|might)|want|prefer|instead|for example|e\.g|either|alternatively|do not|don't|never)\b").expect("a valid pattern")
});

static UNCOMMENT: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"uncomment(?: the| this)?(?: line| setting| entry| option| directive)?(?: that (?:says|reads|begins with))? `([^`]+)`";
    Regex::new(&format!("{LEAD}{pattern}")).expect("a valid pattern")
});

static SET: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?:set|change|adjust)(?: the| this)?(?: value of| value| setting| parameter| option| line| directive| variable)?(?: of| for)? `([^`]+)` (?:to|from `[^`]+` to) `([^`]+)`";
    Regex::new(&format!("{LEAD}{pattern}")).expect("a valid pattern")
});

static SET_BOTH: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"set(?: the)?(?: setting| parameter| option| line| variable)? `([A-Za-z_.]+ ?= ?[^`]+)`";
    Regex::new(&format!("{LEAD}{pattern}")).expect("a valid pattern")
});

/// What a page asks for in words only, each as a block that is not done; not what `taken` does already.
pub(super) fn offers(guide: &Guide, blocks: &[Block<'_>], prose: &[Passage], taken: &[Extra]) -> Vec<LeftOut> {
    let mut found = Vec::new();
    for (index, passage) in prose.iter().enumerate().filter(|(_, p)| p.kind == Kind::Text && !p.aside) {
        let before = blocks.iter().rev().find(|block| block.passages <= index);
        let own = |block: &&Block<'_>| matches!(block.origin, Origin::Page(_));
        for sentence in sentences(&passage.text) {
            let Some((code, asked)) = demand(sentence) else { continue };
            let known = asked.file.or_else(|| mention::file(&passage.text).filter(|file| *file != code));
            let Some(file) = known.or_else(|| before.and_then(edited)) else { continue };
            let from = before.filter(own).map_or(0, |block| block.span.end);
            let Some(at) = guide.source.text[from..].find(&format!("`{code}`")).map(|at| from + at + 1) else {
                continue;
            };
            let at = At::new(&guide.source, Span::new(at, at + code.len()));
            let shows = |block: &Block<'_>| block.code.text.contains(code.trim_start_matches(['#', ';', ' ']));
            let is_taken = taken.iter().any(|extra| extra.at.line == at.line);
            if is_taken || blocks.iter().any(shows) {
                continue;
            }
            let text = styled(asked.text, &file);
            let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
            let lines =
                format!("- line: {}\n  path: {}\n  edit: patch\n  text: {}\n", at.line, quoted(&file), quoted(&text));
            found.push(LeftOut {
                at,
                language: String::new(),
                why: format!("the text asks for `{text}` in {file}, and no block shows it"),
                omission: Omission::NotDone,
                tab: None,
                act: Act::Saved,
                rule: RULE,
                doubt: None,
                offer: Some(lines),
            });
        }
    }
    found
}

/// What a sentence asks for: the text of the file afterwards, or a name and its value.
struct Asked {
    text: (String, Option<String>),
    file: Option<String>,
}

/// The first code of a sentence that asks for an edit, and what it asks for.
fn demand(sentence: &str) -> Option<(String, Asked)> {
    if sentence.ends_with(':') || NO_DEMAND.is_match(sentence) {
        return None;
    }
    let (code, text, end) = if let Some(found) = UNCOMMENT.captures(sentence) {
        let code = found[1].to_owned();
        let text = code.trim_start_matches(['#', ';', ' ']).trim().to_owned();
        (code, (text, None), found.get(0)?.end())
    } else if let Some(found) = SET.captures(sentence) {
        (found[1].to_owned(), (found[1].to_owned(), Some(found[2].to_owned())), found.get(0)?.end())
    } else {
        let found = SET_BOTH.captures(sentence)?;
        (found[1].to_owned(), (found[1].to_owned(), None), found.get(0)?.end())
    };
    // A file is edited, and not set.
    if mention::is_path(&code) && code.contains('/') || text.0.is_empty() {
        return None;
    }
    let rest = &sentence[end..];
    let before = &sentence[..sentence.find(&format!("`{code}`"))?];
    let file = mention::file(rest).or_else(|| mention::file(before));
    Some((code, Asked { text, file }))
}

/// A setting as its file would have it.
fn styled((name, value): (String, Option<String>), file: &str) -> String {
    let Some(value) = value else { return name };
    let file = file.rsplit('/').next().unwrap_or(file);
    let name = name.trim_end_matches(['=', ':', ' ']);
    match file.rsplit_once('.').map_or(file, |(_, ending)| ending) {
        // The value may say all of it.
        _ if value.starts_with(name) => value,
        "yml" | "yaml" => format!("{name}: {value}"),
        "env" | "service" | "sh" => format!("{name}={value}"),
        ending if ending.ends_with("_config") => format!("{name} {value}"),
        _ => format!("{name} = {value}"),
    }
}

/// The file of the editor that a block opens at its end.
fn edited(block: &Block<'_>) -> Option<String> {
    let last = block.code.text.lines().rev().find(|line| !line.trim().is_empty())?;
    editor::editor(without_prompt(last))?.path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sentence_asks_for() {
        for (sentence, text, file) in [
            (
                "Uncomment the line `#PubkeyAuthentication yes` in `/etc/ssh/sshd_config`",
                "PubkeyAuthentication yes",
                Some("/etc/ssh/sshd_config"),
            ),
            (
                "Then set `PermitRootLogin` to `no` in `/etc/ssh/sshd_config`",
                "PermitRootLogin no",
                Some("/etc/ssh/sshd_config"),
            ),
            ("In `/etc/php.ini`, uncomment `x = 1`", "", None),
            (
                "Now change the value of `memory_limit` to `1G` in `/etc/php.ini`",
                "memory_limit = 1G",
                Some("/etc/php.ini"),
            ),
            ("Set `replicas` to `2` in `stack.yml`", "replicas: 2", Some("stack.yml")),
            ("Also set `DEBUG=false`", "DEBUG=false", None),
            ("You can set `A` to `B`", "", None),
            ("If you like, uncomment `A`", "", None),
            ("Set `A` to `B`:", "", None),
            ("Uncomment what you need", "", None),
        ] {
            let found = demand(sentence);
            let shown = found.map_or_else(
                || (String::new(), None),
                |(_, asked)| (styled(asked.text, asked.file.as_deref().unwrap_or("x.conf")), asked.file),
            );
            assert_eq!(shown, (text.to_owned(), file.map(str::to_owned)), "{sentence}");
        }
    }
}

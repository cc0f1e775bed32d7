//! What the prose says to stand for something: “Replace `X` with your domain”, “where `X` is your user”, a list of example names.

use std::sync::LazyLock;

use pulldown_cmark::Event;
use regex::Regex;

use super::{
    super::prose::{Kind as Of, Passage, Prose, codes, sentences},
    Found, How, Kind, kind, made,
};
use crate::guide::{Guide, Token, TokenKind};

/// Texts of which a page says that they stand for a value of the reader's.
#[derive(Debug, Clone, Default)]
pub struct Said(Vec<Text>);

#[derive(Debug, Clone)]
struct Text {
    /// As it stands in blocks.
    text: String,
    /// Without brackets.
    name: String,
    kind: Kind,
}

/// Longest text that stands for something, in bytes.
const LONGEST: usize = 60;

/// What a sentence has where a value of the reader's is meant, and no other text of the page.
const READERS: &str = r"(?i)\b(your|own|actual|desired|real|the (?:[\w-]+ ){0,2}(?:address|ip|ips|domain|hostname|username|user name|password|port|token|key|path) (?:of|you|that|for)|an? (?:strong|secure|random|unique|safe|long|valid|suitable) )";

impl Said {
    /// What the prose of a page says.
    pub(in crate::plan) fn of_prose(prose: &[Passage]) -> Self {
        let mut said = Self::default();
        let mut lists = false;
        for passage in prose {
            if matches!(passage.kind, Of::Heading(_)) || passage.items.is_empty() {
                lists = is_list_of_names(&passage.text);
            }
            if lists && !passage.items.is_empty() {
                said.listed(&passage.text);
            }
            let lower = passage.text.to_ascii_lowercase();
            if !WORDS.iter().any(|word| lower.contains(word)) {
                continue;
            }
            for sentence in sentences(&passage.text) {
                said.replaced(sentence);
                said.explained(sentence);
            }
        }
        said
    }

    /// What the prose of a guide says, without what it includes.
    pub fn of_guide(guide: &Guide) -> Self {
        let mut prose = Prose::default();
        walk(&guide.tokens, &mut prose);
        prose.end();
        Self::of_prose(&prose.passages)
    }

    /// Whether it says nothing of any.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where these texts stand in a line, as whole words.
    pub(super) fn in_line(&self, line: &str, how: How) -> Vec<Found> {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let mut found = Vec::new();
        for Text { text, name, kind } in &self.0 {
            for (at, _) in line.match_indices(text.as_str()) {
                let range = at..at + text.len();
                let (before, after) = (line[..at].chars().next_back(), line[range.end..].chars().next());
                let begins = !text.starts_with(is_word) || !before.is_some_and(|c| is_word(c) || c == '$' || c == '-');
                let ends = !text.ends_with(is_word) || !after.is_some_and(is_word);
                // An option, a variable that is set, and a longer address are other words.
                let other =
                    line[..at].ends_with("${") || after == Some('=') || *kind == Kind::Address && before == Some('.');
                if begins && ends && !other {
                    found.push(made(text, name, range, Some(*kind), true, how));
                }
            }
        }
        found
    }

    /// Adds a text; `alone`, if what is said of its kind is said of it only.
    fn add(&mut self, text: &str, kind: Option<Kind>, alone: bool) {
        let text = text.trim().trim_matches(['"', '\'', '“', '”']);
        let name = text.trim_matches(['<', '>', '[', ']', '{', '}', ' ']).to_owned();
        let is_one = name.chars().filter(|c| c.is_alphanumeric()).count() > 1
            && text.len() <= LONGEST
            && text.split_whitespace().count() <= 3
            && !text.starts_with(['-', '$'])
            && !text.contains(['=', ';', '|', '(']);
        if is_one && !self.0.iter().any(|known| known.text == text) {
            let more = |kind: &Kind| *kind != Kind::Name;
            let (by_name, by_phrase) = (kind::by_nouns(&name).filter(more), kind.filter(more));
            let named = if alone { by_phrase.or(by_name) } else { by_name.or(by_phrase) };
            let kind = kind::by_shape(&name).or(named).unwrap_or(Kind::Name);
            self.0.push(Text { text: text.to_owned(), name, kind });
        }
    }

    /// “Replace `X` and `Y` with your own …”, “use your domain instead of `X`”.
    fn replaced(&mut self, sentence: &str) {
        static REPLACE: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?i)\b(?:replace|replacing|substitute|substituting|exchange|swap|change|changing)\b(.*?)\b(?:with|by|to|for)\b(.*)").expect("a valid pattern")
        });
        static INSTEAD: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?i)\b(?:use|enter|insert|put|type|write|fill in)\b(.*?)\b(?:instead of|in place of)\b(.*)")
                .expect("a valid pattern")
        });
        static IS_READERS: LazyLock<Regex> = LazyLock::new(|| Regex::new(READERS).expect("a valid pattern"));
        let found = REPLACE.captures(sentence).map(|found| (found.get(1), found.get(2)));
        let found = found.or_else(|| INSTEAD.captures(sentence).map(|found| (found.get(2), found.get(1))));
        let Some((Some(what), Some(by))) = found else { return };
        let by = by.as_str().trim_start();
        // “Replace `a` with `b`” changes a file.
        if by.starts_with('`') || !IS_READERS.is_match(by) {
            return;
        }
        let mut texts: Vec<&str> = codes(what.as_str()).collect();
        if texts.is_empty() {
            let bare = what.as_str().split_whitespace().map(|word| word.trim_matches([',', '"', '\'', '“', '”']));
            texts.extend(bare.filter(|word| stands_out(word)));
        }
        // “`a` and `b` with your user and your port”: each its own.
        let each: Vec<&str> = by.split(" and ").collect();
        let alone = texts.len() == 1 || each.len() == texts.len();
        for (index, text) in texts.iter().enumerate() {
            let by = if each.len() == texts.len() { each[index] } else { each[0] };
            self.add(text, kind::by_phrase(by), alone);
        }
    }

    /// “where `X` is your …”, “`X` stands for …”, “`X` is a placeholder”.
    fn explained(&mut self, sentence: &str) {
        static IS: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?i)`([^`]+)`,? (?:is|are|means|must be|should be|has to be|needs to be|stands? for|represents?) (?:only |just |simply )?(a placeholder|placeholders|replaced (?:with|by) [^`]*|your (?:own |actual )?[\w -]+|the (?:[\w-]+ ){1,3}of your [\w -]+)").expect("a valid pattern")
        });
        for found in IS.captures_iter(sentence) {
            let of = kind::by_phrase(found[2].trim_start_matches("your own ").trim_start_matches("your "));
            // “`systemd` is your friend”: without a noun it is none.
            if of.is_some()
                || found[2].to_ascii_lowercase().contains("placeholder")
                || found[2].to_ascii_lowercase().starts_with("replaced")
            {
                self.add(&found[1], of.filter(|_| !found[2].contains("placeholder")), true);
            }
        }
    }

    /// “Username: `X`” in a list of example names.
    fn listed(&mut self, text: &str) {
        let Some((label, rest)) = text.split_once(':') else { return };
        let (label, rest) = (label.replace(['`', '*'], ""), rest.trim());
        if label.split_whitespace().count() > 5 {
            return;
        }
        if let Some(kind) = kind::by_nouns(&label) {
            codes(rest).take(2).for_each(|text| self.add(text, Some(kind), true));
        }
    }
}

/// Without one of these a passage says nothing of placeholders.
const WORDS: &[&str] = &[
    "replac",
    "substitut",
    "exchange",
    "swap",
    "chang",
    "instead of",
    "in place of",
    "placeholder",
    "stand",
    "represent",
    " is ",
    " are ",
    " means ",
    " be ",
];

/// Whether a text introduces a list of names that stand for the reader's: “Example terminology”.
fn is_list_of_names(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let short = text.split_whitespace().count() <= 16;
    let names = [
        "terminology",
        "placeholder",
        "example values",
        "example names",
        "example data",
        "names as examples",
        "following examples",
    ];
    short && names.iter().any(|name| lower.contains(name))
}

/// Whether a word of a sentence is no word of the language: `example.com`, `YOUR_IP`, `<name>`.
fn stands_out(word: &str) -> bool {
    let bracketed = word.len() > 2
        && (word.starts_with('<') && word.ends_with('>') || word.starts_with('[') && word.ends_with(']'));
    let upper = word.len() > 2
        && word.contains('_')
        && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let domain =
        matches!(kind::by_shape(word), Some(Kind::Domain | Kind::Address | Kind::Mail)) && !word.contains("://");
    bracketed || upper || domain
}

/// Reads the prose of tokens.
fn walk(tokens: &[Token], prose: &mut Prose) {
    for token in tokens {
        match &token.kind {
            TokenKind::Markdown(event) => prose.event(event),
            TokenKind::Code(_) => prose.end(),
            TokenKind::Shortcode(shortcode) if shortcode.name == "placeholder" => {
                prose.event(&Event::Text(shortcode.arguments.get("name", 0).unwrap_or_default().to_owned().into()));
            }
            TokenKind::Shortcode(shortcode) => walk(&shortcode.body, prose),
        }
    }
}

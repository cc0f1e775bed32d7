//! What a line is: an elision, a comment, a setting with its key.

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
};

/// What begins a comment, longest first.
const COMMENTS: &[&str] = &["<!--", "/*", "//", "--", "#", ";"];

/// A line of the file or of the block, looked at once.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Its text without the space around it, as a hash.
    pub(super) hash: u64,
    /// As `hash`, without a comment's mark, white space as one.
    pub(super) bare: u64,
    /// As `hash`, with every number as the same one.
    pub(super) numberless: u64,
    /// The key of a setting, also of one in a comment.
    pub(super) key: Option<String>,
    /// Whether it is a comment.
    pub(super) comment: bool,
    /// Whether it says something by itself: it has a letter or a digit.
    pub(super) substantive: bool,
    /// Hashes of its words.
    pub(super) words: BTreeSet<u64>,
    /// Brackets opened less brackets closed.
    pub(super) depth: i64,
    /// For `location / { ... }`: what stands before the elision, as a hash like [`Self::hash`].
    pub(super) head: Option<u64>,
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl Line {
    /// Looks at a line.
    pub(super) fn of(line: &str) -> Self {
        let text = line.trim();
        let body = uncommented(text);
        let comment = body.is_some();
        let bare = body.unwrap_or(text);
        let joined = bare.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = bare.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty()).map(hash);
        Self {
            hash: hash(text),
            bare: hash(&joined),
            numberless: hash(
                &text.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("0"),
            ),
            // `location / {` and `location /api {` are two statements.
            key: key(bare, comment).filter(|key| !key.ends_with(' ') || depth(bare) <= 0),
            comment,
            substantive: text.contains(char::is_alphanumeric),
            words: words.collect(),
            depth: if comment { 0 } else { depth(text) },
            head: head(text).map(|head| hash(&head)),
        }
    }

    /// How many of the words of two lines are the same, from 0 to 1.
    pub(super) fn likeness(&self, other: &Self) -> f32 {
        let common = self.words.intersection(&other.words).count();
        let all = self.words.len() + other.words.len() - common;
        if all == 0 { 0.0 } else { common as f32 / all as f32 }
    }
}

/// The text of a line that is only a comment.
fn uncommented(text: &str) -> Option<&str> {
    let mark = COMMENTS.iter().find(|mark| text.starts_with(**mark))?;
    let body = text.trim_start_matches(|c| mark.contains(c));
    Some(body.trim_end_matches("*/").trim_end_matches("-->").trim())
}

/// Whether a line of a block stands for lines of the file that it does not show.
pub(super) fn is_elision(line: &str) -> bool {
    let text = line.trim();
    let body = uncommented(text).unwrap_or(text).trim();
    if matches!(body, "..." | "[...]" | "…" | "[…]" | ". . ." | "<...>" | "{...}" | "(...)") {
        return true;
    }
    // `# ... other settings ...`
    body.len() < text.len() && (body.starts_with("...") || body.starts_with('…') || body.starts_with(". . ."))
}

/// What stands before an elision in brackets at the end of a line.
fn head(text: &str) -> Option<String> {
    let at = ["{ ... }", "{...}", "( ... )", "[ ... ]", "{ … }", "{…}", "{ /* ... */ }"]
        .iter()
        .find_map(|e| text.find(e))?;
    let head = text[..=at].trim();
    (head.len() > 1).then(|| head.to_owned())
}

/// Brackets outside of quotes, roughly: an apostrophe in a word does not begin a quote.
fn depth(text: &str) -> i64 {
    let mut depth = 0;
    let mut quote = None;
    let mut last = ' ';
    for c in text.chars() {
        match (quote, c) {
            (Some(q), c) if c == q && last != '\\' => quote = None,
            (Some(_), _) => {}
            (None, '"' | '`') => quote = Some(c),
            (None, '\'') if !last.is_alphanumeric() => quote = Some(c),
            (None, '{' | '(' | '[') => depth += 1,
            (None, '}' | ')' | ']') => depth -= 1,
            _ => {}
        }
        last = c;
    }
    depth
}

/// The name that a line sets: `a = 1`, `a: 1`, `"a": 1`, `const a = 1`, `Directive value`, `[section]`.
fn key(text: &str, comment: bool) -> Option<String> {
    if text.starts_with('[') && text.ends_with(']') && !comment {
        return Some(text.to_owned());
    }
    let name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | '$' | '@');
    let mut text = text.strip_prefix("- ").unwrap_or(text).trim_start();
    for word in ["const ", "let ", "var ", "export ", "set ", "local ", "static ", "public ", "def ", "function "] {
        let rest = text.strip_prefix(word).map(str::trim_start);
        // `set = 1` sets `set`.
        text = rest.filter(|rest| !rest.starts_with(['=', ':'])).unwrap_or(text);
    }
    let (quoted, rest) = match text.chars().next()? {
        q @ ('"' | '\'') => (true, text[1..].split_once(q)?),
        first if first.is_alphabetic() || first == '_' => {
            (false, text.split_at(text.find(|c| !name(c)).unwrap_or(text.len())))
        }
        _ => return None,
    };
    let (word, rest) = rest;
    let after = rest.trim_start();
    let sign = |text: &str| text.starts_with(['=', ':']) || text.starts_with("+=");
    if sign(after) && !after.starts_with("==") && !after.starts_with("://") && !after.starts_with("=>") {
        return Some(format!("{word}="));
    }
    if quoted {
        return None;
    }
    // A directive and its values. In a comment, only `#Directive value`, not a sentence.
    let values = after.split_whitespace().count();
    let spaced = !rest.is_empty() && rest.starts_with(char::is_whitespace) && !after.starts_with(['(', '.', ',']);
    (spaced && values > 0 && (!comment || values <= 3)).then(|| format!("{word} "))
}

//! What others write behind the language of a fence, as the attributes that it means.

use super::{super::Arguments, Argument, Unread, argument};
use crate::source::Span;

/// What a word behind a language means.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Means {
    /// Lines are numbered, from the value on if it is a number.
    Numbers,
    /// The lines of the value are marked.
    Marked,
    /// Nothing here.
    Nothing,
}

/// Words and names of attributes. Those that mean nothing here change how a block looks elsewhere, or what it is.
const WORDS: &[(&[&str], Means)] = &[
    (&["showLineNumbers", "lineNumbers", "numberLines", "linenums", "line-numbers", "startLineNumber"], Means::Numbers),
    (&["mark"], Means::Marked),
    (
        &[
            "ins",
            "del",
            "add",
            "remove",
            "collapse",
            "frame",
            "wrap",
            "live",
            "diff",
            "annotate",
            "super_user",
            "npm2yarn",
            "twoslash",
        ],
        Means::Nothing,
    ),
];

/// Reads the rest of an info string `info`, in which the spans of the arguments lie.
pub(in crate::guide) fn read(info: &str, word: &mut String, arguments: &mut Arguments, unread: &mut Vec<Unread>) {
    if word.is_empty() && arguments.0.is_empty() {
        return;
    }
    let mut read = Vec::new();
    colon(word, &mut read);
    let mut lines: Vec<Argument> = Vec::new();
    let mut rest = std::mem::take(&mut arguments.0).into_iter().peekable();
    while let Some(mut given) = rest.next() {
        // `js:title=app.js`, of which no language was read.
        if word.is_empty()
            && let Some((language, name)) = given.name.as_deref().and_then(|name| name.split_once(':'))
        {
            given.span.start += language.len() + 1;
            *word = language.to_owned();
            given.name = Some(name.to_owned());
        }
        if given.name.is_none() && in_braces(info, given.span) && are_lines(&given.value) {
            lines.push(given);
        } else if let Some(span) = bracketed(info, &given) {
            while rest.next_if(|next| next.span.start < span.end).is_some() {}
            read.push(argument("title", &info[span.start + 1..span.end - 1], span));
        } else if let Some(argument) = one(given, word, unread) {
            read.push(argument);
        }
    }
    if let (Some(first), Some(last)) = (lines.first(), lines.last()) {
        let values: Vec<&str> = lines.iter().map(|line| line.value.as_str()).collect();
        read.push(argument("hl_lines", values.join(" "), Span::new(first.span.start, last.span.end)));
    }
    arguments.0 = read;
}

/// `js:app.js` and `ts:line-numbers` as a first word.
fn colon(word: &mut String, read: &mut Vec<Argument>) {
    let Some((language, rest)) = word.split_once(':') else { return };
    let span = Span::new(language.len() + 1, word.len());
    let said = match rest {
        "line-numbers" => argument("linenos", "true", span),
        path if path.contains(['.', '/']) => argument("title", path, span),
        _ => return,
    };
    read.push(said);
    *word = language.to_owned();
}

/// One argument as it means something here, itself if it is no dialect's, or none.
fn one(given: Argument, word: &mut String, unread: &mut Vec<Unread>) -> Option<Argument> {
    let named = given.name.clone();
    let name = named.as_deref().unwrap_or(given.value.trim_end_matches(':'));
    if let Some(class) = given.value.strip_prefix('.').filter(|_| given.name.is_none()) {
        if word.is_empty() {
            class.clone_into(word);
        } else if class != "annotate" {
            // Notes to lines are read with it or without.
            tell(&format!(".{class}"), given.span, unread);
        }
        return None;
    }
    let text = given.name.is_none() && given.value.len() > 1 && given.value.starts_with(['"', '/']);
    let is_text = text && given.value.ends_with(['"', '/']);
    let means = WORDS.iter().find(|(names, _)| names.contains(&name)).map(|(_, means)| *means);
    match means {
        _ if is_text => tell("\"text\"", given.span, unread),
        Some(Means::Nothing) => tell(name, given.span, unread),
        Some(Means::Marked) => return Some(Argument { name: Some("hl_lines".to_owned()), ..given }),
        Some(Means::Numbers) => return Some(numbers(&given)),
        None if name.starts_with("custom_prefix(") => tell("custom_prefix", given.span, unread),
        None => return Some(given),
    }
    None
}

fn numbers(given: &Argument) -> Argument {
    let first = given.value.split(' ').next().filter(|first| given.name.is_some() && first.parse::<u32>().is_ok());
    match (first, given.value.as_str()) {
        (Some(first), _) => argument("linenostart", first, given.span),
        (None, "false") => argument("linenos", "false", given.span),
        (None, _) => argument("linenos", "true", given.span),
    }
}

fn tell(name: &str, at: Span, unread: &mut Vec<Unread>) {
    let what = format!("`{name}` behind the language of a fence");
    let help = "remove it, or say it in a sentence";
    unread.push(Unread { what, help, at, left_out: true });
}

/// Whether a word of an info string is the first in braces or stands behind a comma in them.
fn in_braces(info: &str, span: Span) -> bool {
    info[..span.start].trim_end().ends_with(['{', ','])
}

/// The place of a text in brackets that an argument begins.
fn bracketed(info: &str, given: &Argument) -> Option<Span> {
    let begins = given.name.is_none() && given.value.starts_with('[');
    let end = info[given.span.start..].find(']').filter(|_| begins)?;
    Some(Span::new(given.span.start, given.span.start + end + 1))
}

/// `2` or `4-6`.
fn are_lines(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('-') {
        Some((from, to)) => is_number(from) && is_number(to),
        None => is_number(text),
    }
}

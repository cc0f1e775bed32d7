//! Reader variables: what a guide's reader puts in for `IP_ADDRESS`, `<your_ip>` or `example_user`.

use serde_json::Value;
use std::{collections::BTreeMap, ops::Range};

use super::value;
use crate::guide::CodeBlock;

/// Elements of HTML: `<html>` in a command is markup, not something to be replaced.
#[rustfmt::skip]
const ELEMENTS: &[&str] = &[
    "a", "article", "b", "body", "br", "button", "code", "div", "em", "footer", "form", "h1", "h2", "h3", "h4", "head", "header",
    "hr", "html", "i", "img", "input", "li", "link", "main", "meta", "nav", "none", "ol", "option", "p", "pre", "script", "section",
    "select", "span", "strong", "style", "table", "tbody", "td", "th", "thead", "title", "tr", "u", "ul",
];

/// A placeholder that no variable binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unbound {
    /// Its name.
    pub(super) name: String,
    /// Line of the block's text, from 0.
    pub(super) line: usize,
    /// Bytes of that line.
    pub(super) range: Range<usize>,
    /// Whether it is the shortcode `placeholder`: then it is one for certain.
    pub(super) shortcode: bool,
}

/// A name in a line that stands for a value of the reader's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The variable's name.
    pub name: String,
    /// Bytes of the line, or of the block's text.
    pub range: Range<usize>,
    /// Whether it is the shortcode `placeholder`: then it is one for certain.
    pub shortcode: bool,
    /// Whether a variable has this name.
    pub bound: bool,
}

/// What a block's text names, in order: variables, and placeholders that no variable binds.
pub fn named(code: &CodeBlock, vars: &BTreeMap<String, String>) -> Vec<Named> {
    let mut found = Vec::new();
    let mut begin = 0;
    for line in code.text.split_inclusive('\n') {
        let inserts = inserts(code, begin..begin + line.len());
        let of_line = in_line(line, &inserts, vars).into_iter();
        found.extend(of_line.map(|named| Named { range: named.range.start + begin..named.range.end + begin, ..named }));
        begin += line.len();
    }
    found
}

/// Values of variables as `vars` of front matter or of `verify.yaml` has them; none where it is not as it should be.
pub fn values(vars: &Value) -> BTreeMap<String, String> {
    value::vars(vars).unwrap_or_default()
}

/// Puts values in for what a block names; also what it does not know. Lines stay lines.
pub(super) fn fill(code: &CodeBlock, vars: &BTreeMap<String, String>) -> (String, Vec<Unbound>) {
    let mut filled = String::with_capacity(code.text.len());
    let mut unbound = Vec::new();
    let mut begin = 0;
    for (number, line) in code.text.split_inclusive('\n').enumerate() {
        let inserts = inserts(code, begin..begin + line.len());
        fill_line(line, &inserts, vars, &mut filled, &mut |name, range, shortcode| {
            unbound.push(Unbound { name: name.to_owned(), line: number, range, shortcode });
        });
        begin += line.len();
    }
    (filled, unbound)
}

/// The shortcodes `placeholder` in a line of a block, as bytes of the line.
fn inserts(code: &CodeBlock, line: Range<usize>) -> Vec<Range<usize>> {
    (code.inserts.iter())
        .filter(|(range, shortcode)| {
            shortcode.name == "placeholder" && range.start >= line.start && range.end <= line.end
        })
        .map(|(range, _)| range.start - line.start..range.end - line.start)
        .collect()
}

/// Puts values in for the names in a path or title.
pub(super) fn fill_text(text: &str, vars: &BTreeMap<String, String>) -> String {
    let mut filled = String::with_capacity(text.len());
    fill_line(text, &[], vars, &mut filled, &mut |_, _, _| {});
    filled
}

fn fill_line(
    line: &str,
    inserts: &[Range<usize>],
    vars: &BTreeMap<String, String>,
    filled: &mut String,
    unbound: &mut dyn FnMut(&str, Range<usize>, bool),
) {
    let mut at = 0;
    for named in in_line(line, inserts, vars) {
        filled.push_str(&line[at..named.range.start]);
        at = named.range.end;
        match vars.get(&named.name) {
            Some(value) => filled.push_str(value),
            None => {
                filled.push_str(&line[named.range.clone()]);
                unbound(&named.name, named.range, named.shortcode);
            }
        }
    }
    filled.push_str(&line[at..]);
}

fn in_line(line: &str, inserts: &[Range<usize>], vars: &BTreeMap<String, String>) -> Vec<Named> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        let insert = inserts.iter().find(|range| range.start == at && range.end > at);
        let named = match insert {
            Some(range) => Some((line[range.clone()].to_owned(), range.end)),
            None if c == '<' => angled(line, at),
            None => None,
        };
        if let Some((name, end)) = named {
            let bound = vars.contains_key(&name);
            if bound || insert.is_some() || is_placeholder(line, at, end, &name) {
                found.push(Named { name, range: at..end, shortcode: insert.is_some(), bound });
            }
            at = end;
        } else if let Some(name) = bare(line, at, vars) {
            let range = at..at + name.len();
            at = range.end;
            found.push(Named { name: name.to_owned(), range, shortcode: false, bound: true });
        } else {
            at += c.len_utf8();
        }
    }
    found
}

/// `<name>` at `at`: its name, and where it ends.
fn angled(line: &str, at: usize) -> Option<(String, usize)> {
    let inner = &line[at + 1..];
    let name = &inner[..inner.find('>')?];
    let words = name.split(' ').all(|word| word.chars().any(char::is_alphabetic));
    // `<192.0.2.1>` and `<2001:db8::1>` as well, but no comparison.
    let number = name.starts_with(|c: char| c.is_ascii_digit()) && name.contains(['.', ':']) && !name.contains(' ');
    let fits = (name.starts_with(|c: char| c.is_ascii_alphabetic()) && words || number)
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.: ".contains(c))
        && !name.ends_with(' ')
        && name.split(' ').count() <= 6;
    fits.then(|| (name.to_owned(), at + name.len() + 2))
}

/// Whether `<name>` without a value is meant to be replaced: it is no redirection, no markup, no header of C.
fn is_placeholder(line: &str, at: usize, end: usize, name: &str) -> bool {
    let before = line[..at].chars().next_back();
    let after = line[end..].chars().next();
    let redirects =
        before.is_none_or(char::is_whitespace) && after.is_some_and(|c| c.is_alphanumeric() || "/._~$&".contains(c));
    !redirects
        && !before.is_some_and(char::is_alphanumeric)
        && !ELEMENTS.contains(&name.to_ascii_lowercase().as_str())
        && !line.contains(&format!("</{name}>"))
        && !line.trim_start().starts_with("#include")
}

/// The variable whose name stands at `at` as a whole word, and not as the shell's own variable.
fn bare<'v>(line: &str, at: usize, vars: &'v BTreeMap<String, String>) -> Option<&'v str> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let before = line[..at].chars().next_back();
    if before.is_some_and(|c| word(c) || c == '$') || line[..at].ends_with("${") {
        return None;
    }
    let fits =
        |name: &str| !name.is_empty() && line[at..].strip_prefix(name).is_some_and(|rest| !rest.starts_with(word));
    // The longest name: `example` must not hide `example.com`.
    vars.keys().filter(|name| fits(name)).max_by_key(|name| name.len()).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(line: &str, inserts: &[Range<usize>]) -> (String, Vec<String>) {
        let vars = [("IP", "10.0.0.1"), ("your_ip", "10.0.0.2"), ("example.com", "site.test"), ("example", "x")];
        let vars = vars.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        let (mut filled, mut names) = (String::new(), Vec::new());
        fill_line(line, inserts, &vars, &mut filled, &mut |name, range, _| {
            assert!(line[range].contains(name));
            names.push(name.to_owned());
        });
        (filled, names)
    }

    #[test]
    fn values_and_names_without_one() {
        for (line, expected, unbound) in [
            ("ping IP", "ping 10.0.0.1", &[][..]),
            ("ping IPS $IP ${IP} SHIP", "ping IPS $IP ${IP} SHIP", &[]),
            ("ssh root@<your_ip>", "ssh root@10.0.0.2", &[]),
            ("ssh <user>@<your_ip>:<path>", "ssh <user>@10.0.0.2:<path>", &["user", "path"]),
            ("curl http://example.com/example", "curl http://site.test/x", &[]),
            ("cmd < file > out", "cmd < file > out", &[]),
            ("cmd <file >out", "cmd <file >out", &[]),
            ("cmd <file>out", "cmd <file>out", &[]),
            ("cmd <in.txt>/tmp/x", "cmd <in.txt>/tmp/x", &[]),
            ("docker rm <container-id>", "docker rm <container-id>", &["container-id"]),
            ("curl http://<server address>/", "curl http://<server address>/", &["server address"]),
            ("ping <192.0.2.1>", "ping <192.0.2.1>", &["192.0.2.1"]),
            ("adduser <your name>", "adduser <your name>", &["your name"]),
            ("echo '<html><body>hi</body>'", "echo '<html><body>hi</body>'", &[]),
            ("echo '<note>x</note>'", "echo '<note>x</note>'", &[]),
            ("#include <stdio.h>", "#include <stdio.h>", &[]),
            ("Vec<String> a <- b <3 x>", "Vec<String> a <- b <3 x>", &[]),
            ("cat <<EOF > x", "cat <<EOF > x", &[]),
            ("a <(b) >(c) é<x", "a <(b) >(c) é<x", &[]),
        ] {
            let (text, names) = filled(line, &[]);
            assert_eq!((text.as_str(), names), (expected, unbound.iter().map(|n| (*n).to_owned()).collect()), "{line}");
        }
        let insert = 5..9;
        assert_eq!(filled("ping HOST", std::slice::from_ref(&insert)), ("ping HOST".into(), vec!["HOST".into()]));
        let insert = 5..7;
        assert_eq!(filled("ping IPx", std::slice::from_ref(&insert)), ("ping 10.0.0.1x".into(), vec![]));
    }
}

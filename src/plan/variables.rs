//! Reader variables: what a guide's reader puts in for `IP_ADDRESS`, `<your_ip>` or `example_user`.

use serde_json::Value;
use std::{collections::BTreeMap, ops::Range};

use super::{
    placeholder::{self, Found, How, Kind, Reading, Said},
    value,
};
use crate::guide::CodeBlock;

/// A name in a line that stands for a value of the reader's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The variable's name.
    pub name: String,
    /// Bytes of the line, or of the block's text.
    pub range: Range<usize>,
    /// What it stands for.
    pub kind: Kind,
    /// Whether it is the shortcode `placeholder`: then it is one for certain.
    pub shortcode: bool,
    /// Whether it certainly stands for something.
    pub sure: bool,
    /// Whether a variable has this name.
    pub bound: bool,
    /// Whether nothing can be done without a value.
    pub waits: bool,
}

/// What a block's text names, in order: variables, and placeholders that no variable binds. `said` is what the page's prose
/// says.
pub fn named(code: &CodeBlock, vars: &BTreeMap<String, String>, how: How, said: &Said) -> Vec<Named> {
    let mut found = Vec::new();
    let mut begin = 0;
    let reading = Reading { how, language: &code.language, block: &code.text, said };
    for line in code.text.split_inclusive('\n') {
        let inserts = inserts(code, begin..begin + line.len());
        let of_line = in_line(line, &inserts, vars, Some(reading)).into_iter();
        found.extend(of_line.map(|named| Named { range: named.range.start + begin..named.range.end + begin, ..named }));
        begin += line.len();
    }
    found
}

/// Values of variables as `vars` of front matter or of `verify.yaml` has them; none where it is not as it should be.
pub fn values(vars: &Value) -> BTreeMap<String, String> {
    value::vars(vars).unwrap_or_default()
}

/// Puts values in for what a block names; also what it names, with the line of the block, from 0. Lines stay lines. Of a text
/// that is neither typed nor saved, placeholders are not looked for.
pub(super) fn fill(
    code: &CodeBlock,
    vars: &BTreeMap<String, String>,
    how: Option<How>,
    said: &Said,
) -> (String, Vec<(usize, Named)>) {
    let mut filled = String::with_capacity(code.text.len());
    let mut found = Vec::new();
    let mut begin = 0;
    let reading = how.map(|how| Reading { how, language: &code.language, block: &code.text, said });
    for (number, line) in code.text.split_inclusive('\n').enumerate() {
        let inserts = inserts(code, begin..begin + line.len());
        let named = fill_line(line, &inserts, vars, reading, &mut filled);
        found.extend(named.into_iter().map(|named| (number, named)));
        begin += line.len();
    }
    (filled, found)
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
    fill_line(text, &[], vars, None, &mut filled);
    filled
}

/// What a path names that no variable binds.
pub(super) fn of_path(path: &str, vars: &BTreeMap<String, String>, said: &Said) -> Vec<Named> {
    let reading = Reading { how: How::Saved, language: "", block: path, said };
    in_line(path, &[], vars, Some(reading)).into_iter().filter(|named| !named.bound).collect()
}

fn fill_line(
    line: &str,
    inserts: &[Range<usize>],
    vars: &BTreeMap<String, String>,
    reading: Option<Reading<'_>>,
    filled: &mut String,
) -> Vec<Named> {
    let found = in_line(line, inserts, vars, reading);
    let mut at = 0;
    for named in &found {
        filled.push_str(&line[at..named.range.start]);
        at = named.range.end;
        filled.push_str(vars.get(&named.name).map_or(&line[named.range.clone()], String::as_str));
    }
    filled.push_str(&line[at..]);
    found
}

fn in_line(
    line: &str,
    inserts: &[Range<usize>],
    vars: &BTreeMap<String, String>,
    reading: Option<Reading<'_>>,
) -> Vec<Named> {
    let (mut found, mut at) = (Vec::new(), 0);
    let looked = reading.map(|reading| placeholder::find(line, reading)).unwrap_or_default();
    let of_name = |name: &str, range: Range<usize>, shortcode: bool| {
        let bound = vars.contains_key(name);
        let kind = placeholder::kind_of(name);
        Named { name: name.to_owned(), range, kind, shortcode, sure: true, bound, waits: shortcode && !bound }
    };
    while let Some(c) = line[at..].chars().next() {
        let insert = inserts.iter().find(|range| range.start == at && range.end > at);
        let look = looked.iter().find(|found| found.range.start == at && !hides(line, found, vars));
        let angled = if c == '<' { angled(line, at) } else { None };
        let named = match (insert, look, angled) {
            (Some(range), ..) => Some(of_name(&line[range.clone()], range.clone(), true)),
            (None, Some(Found { name, range, kind, sure, waits }), _) => {
                let bound = vars.contains_key(name);
                let (range, waits) = (range.clone(), *waits && !bound);
                Some(Named { name: name.clone(), range, kind: *kind, shortcode: false, sure: *sure, bound, waits })
            }
            // A variable of this name is meant, whatever it looks like otherwise.
            (None, None, Some((name, end))) if vars.contains_key(&name) => Some(of_name(&name, at..end, false)),
            _ => bare(line, at, vars).map(|name| of_name(name, at..at + name.len(), false)),
        };
        match named {
            Some(named) => {
                at = named.range.end;
                found.push(named);
            }
            None => at += c.len_utf8(),
        }
    }
    found
}

/// Whether a variable stands in what looks like a placeholder of another name: then that one is meant, unless brackets say
/// that all of it is one.
fn hides(line: &str, found: &Found, vars: &BTreeMap<String, String>) -> bool {
    let text = &line[found.range.clone()];
    let inner = text.char_indices().map(|(at, _)| found.range.start + at);
    !vars.contains_key(&found.name)
        && !text.starts_with(['<', '[', '{'])
        && inner.into_iter().any(|at| bare(line, at, vars).is_some())
}

/// `<name>` at `at`: its name, and where it ends.
fn angled(line: &str, at: usize) -> Option<(String, usize)> {
    let inner = &line[at + 1..];
    let name = &inner[..inner.find('>')?];
    let fits = name.starts_with(|c: char| c.is_ascii_alphanumeric()) && !name.contains(['<', '\n']);
    fits.then(|| (name.to_owned(), at + name.len() + 2))
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
        let vars = [
            ("IP", "10.0.0.1"),
            ("your_ip", "10.0.0.2"),
            ("example.com", "site.test"),
            ("example", "x"),
            ("PORT", "8080"),
        ];
        let vars = vars.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        let mut filled = String::new();
        let said = Said::default();
        let reading = Reading { how: How::Typed, language: "bash", block: line, said: &said };
        let found = fill_line(line, inserts, &vars, Some(reading), &mut filled);
        let names = found.into_iter().filter(|named| !named.bound).map(|named| {
            assert!(line[named.range].contains(&named.name));
            named.name
        });
        (filled, names.collect())
    }

    #[test]
    fn values_and_names_without_one() {
        for (line, expected, unbound) in [
            ("ping IP", "ping 10.0.0.1", &[][..]),
            ("ping IPS $IP ${IP} SHIP", "ping IPS $IP ${IP} SHIP", &[]),
            ("ssh root@<your_ip>", "ssh root@10.0.0.2", &[]),
            ("ssh <user>@<your_ip>:<path>", "ssh <user>@10.0.0.2:<path>", &["user", "path"]),
            ("curl http://example.com/example", "curl http://site.test/x", &[]),
            ("cat <IP>x", "cat 10.0.0.1x", &[]),
            ("nc your_ip [PORT]", "nc 10.0.0.2 8080", &[]),
            ("curl {{ your_ip }}:{{ IP }}", "curl 10.0.0.2:10.0.0.1", &[]),
            ("curl http://your_ip.example.com", "curl http://10.0.0.2.site.test", &[]),
            ("curl <other example>", "curl <other example>", &["other example"]),
            ("cmd < file > out", "cmd < file > out", &[]),
            ("cmd <file >out", "cmd <file >out", &[]),
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

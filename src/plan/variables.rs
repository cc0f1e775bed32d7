//! Reader variables: what a guide's reader puts in for `IP_ADDRESS`, `<your_ip>` or `example_user`.

use serde::Serialize;
use serde_json::Value;
use std::{collections::BTreeMap, ops::Range};

use super::{
    placeholder::{self, Found, How, Kind, Placeholder, Reading, Said},
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
    /// Whether it has a value: a variable has this name, or there is one for its kind.
    pub bound: bool,
    /// Whether nothing can be done without a value.
    pub waits: bool,
    /// Its value.
    pub(super) value: Option<String>,
}

impl Named {
    /// As a placeholder of a step, at this line of its file, from 1.
    pub(super) fn placeholder(&self, line: usize) -> Placeholder {
        let Self { name, kind, bound, sure, waits, .. } = self.clone();
        Placeholder { name, kind, bound, sure, waits, line }
    }
}

/// What a placeholder has because of its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Its name.
    pub name: String,
    /// What it stands for.
    pub kind: Kind,
    /// What is put in.
    pub value: String,
}

/// Values by kind, taken by the placeholders of one guide in the order of its page.
pub(super) struct ByKind<'v> {
    values: &'v BTreeMap<Kind, Vec<String>>,
    /// The names so far, each with its kind and what it has.
    names: Vec<(String, Kind, Option<String>)>,
    /// Placeholders as they stand, each with its value: outputs show them, too.
    texts: BTreeMap<String, String>,
}

impl<'v> ByKind<'v> {
    pub(super) fn new(values: &'v BTreeMap<Kind, Vec<String>>) -> Self {
        Self { values, names: Vec::new(), texts: BTreeMap::new() }
    }

    /// The value of a placeholder that stands so in a line. Several values are for as many names. A single one is for all, but of
    /// names that differ only by a number for the first: `server_2` is not `server_1`. A domain keeps what it has below that of
    /// a site: `www.example.com`.
    fn take(&mut self, name: &str, kind: Kind, text: &str) -> Option<String> {
        let is_one =
            text.starts_with(['<', '[', '{']) || !text.contains(|c: char| c.is_whitespace() || "<>".contains(c));
        let values = self.values.get(&kind).filter(|_| is_one)?;
        let known = self.names.iter().find(|(known, ..)| known == name);
        let value = match known {
            Some((.., value)) => value.clone(),
            None => {
                let of_kind = self.names.iter().filter(|(_, known, _)| *known == kind);
                let value = match values.as_slice() {
                    [one] => {
                        let numbered = of_kind.filter(|(other, ..)| apart_by_number(other, name)).count() > 0;
                        let below = subdomain(name).filter(|_| kind == Kind::Domain);
                        let value = below.map_or_else(|| one.clone(), |below| format!("{below}{one}"));
                        Some(value).filter(|_| !numbered)
                    }
                    several => several.get(of_kind.count()).cloned(),
                };
                self.names.push((name.to_owned(), kind, value.clone()));
                value
            }
        };
        if let Some(value) = &value {
            self.texts.insert(text.to_owned(), value.clone());
        }
        value
    }

    /// A text that shows what was typed, with the values of the placeholders in it.
    fn shown(&self, text: &str) -> String {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let mut shown = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let joins = |a: Option<char>, b: Option<char>| a.is_some_and(word) && b.is_some_and(word);
            let stands = |written: &str| {
                text[at..].strip_prefix(written).is_some_and(|rest| {
                    !joins(text[..at].chars().next_back(), Some(c))
                        && !joins(written.chars().next_back(), rest.chars().next())
                })
            };
            match self.texts.iter().filter(|(written, _)| stands(written)).max_by_key(|(written, _)| written.len()) {
                Some((written, value)) => {
                    shown.push_str(value);
                    at += written.len();
                }
                None => {
                    shown.push(c);
                    at += c.len_utf8();
                }
            }
        }
        shown
    }

    /// What placeholders have.
    pub(super) fn taken(self) -> Vec<Taken> {
        let one = |(name, kind, value): (String, Kind, Option<String>)| Some(Taken { name, kind, value: value? });
        self.names.into_iter().filter_map(one).collect()
    }
}

/// What a domain has before its last two labels, with the dot behind it.
fn subdomain(name: &str) -> Option<&str> {
    let is_domain = name.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c));
    let site = name.rmatch_indices('.').nth(1)?.0;
    Some(&name[..=site]).filter(|_| is_domain && site > 0)
}

/// Whether two names differ only by a number.
fn apart_by_number(one: &str, other: &str) -> bool {
    let digits = |c: char| c.is_ascii_digit();
    let plain = |name: &str| name.replace(digits, "").to_lowercase();
    let number = |name: &str| name.matches(digits).collect::<String>();
    plain(one) == plain(other) && number(one) != number(other)
}

/// What a block's text names, in order: variables, and placeholders that no variable binds. `said` is what the page's prose
/// says.
pub fn named(code: &CodeBlock, vars: &BTreeMap<String, String>, how: How, said: &Said) -> Vec<Named> {
    let mut found = Vec::new();
    let mut begin = 0;
    let reading = Reading { how, language: &code.language, block: &code.text, said };
    for line in code.text.split_inclusive('\n') {
        let inserts = inserts(code, begin..begin + line.len());
        let of_line = in_line(line, &inserts, vars, Some(reading), None).into_iter();
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
/// that is neither typed nor saved, placeholders are not looked for: it shows those that were.
pub(super) fn fill(
    code: &CodeBlock,
    vars: &BTreeMap<String, String>,
    how: Option<How>,
    said: &Said,
    by_kind: &mut ByKind<'_>,
) -> (String, Vec<(usize, Named)>) {
    let mut filled = String::with_capacity(code.text.len());
    let mut found = Vec::new();
    let mut begin = 0;
    let reading = how.map(|how| Reading { how, language: &code.language, block: &code.text, said });
    for (number, line) in code.text.split_inclusive('\n').enumerate() {
        let inserts = inserts(code, begin..begin + line.len());
        let named = fill_line(line, &inserts, vars, reading, by_kind, &mut filled);
        found.extend(named.into_iter().map(|named| (number, named)));
        begin += line.len();
    }
    (if how.is_none() { by_kind.shown(&filled) } else { filled }, found)
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

/// Puts values in for the names in a text of an author's own.
pub(super) fn fill_text(text: &str, vars: &BTreeMap<String, String>, by_kind: &mut ByKind<'_>) -> String {
    let mut filled = String::with_capacity(text.len());
    fill_line(text, &[], vars, None, by_kind, &mut filled);
    by_kind.shown(&filled)
}

/// Puts values in for what a path names.
pub(super) fn fill_path(path: &str, vars: &BTreeMap<String, String>, said: &Said, by_kind: &mut ByKind<'_>) -> String {
    let mut filled = String::with_capacity(path.len());
    let reading = Reading { how: How::Saved, language: "", block: path, said };
    fill_line(path, &[], vars, Some(reading), by_kind, &mut filled);
    filled
}

/// What a path names that has no value.
pub(super) fn of_path(path: &str, vars: &BTreeMap<String, String>, said: &Said) -> Vec<Named> {
    let reading = Reading { how: How::Saved, language: "", block: path, said };
    in_line(path, &[], vars, Some(reading), None).into_iter().filter(|named| !named.bound).collect()
}

fn fill_line(
    line: &str,
    inserts: &[Range<usize>],
    vars: &BTreeMap<String, String>,
    reading: Option<Reading<'_>>,
    by_kind: &mut ByKind<'_>,
    filled: &mut String,
) -> Vec<Named> {
    let found = in_line(line, inserts, vars, reading, Some(by_kind));
    let mut at = 0;
    for named in &found {
        filled.push_str(&line[at..named.range.start]);
        at = named.range.end;
        filled.push_str(named.value.as_deref().unwrap_or(&line[named.range.clone()]));
    }
    filled.push_str(&line[at..]);
    found
}

fn in_line(
    line: &str,
    inserts: &[Range<usize>],
    vars: &BTreeMap<String, String>,
    reading: Option<Reading<'_>>,
    mut by_kind: Option<&mut ByKind<'_>>,
) -> Vec<Named> {
    let (mut found, mut at) = (Vec::new(), 0);
    let looked = reading.map(|reading| placeholder::find(line, reading)).unwrap_or_default();
    let of_name = |name: &str, range: Range<usize>, shortcode: bool| {
        let value = vars.get(name).cloned();
        let (bound, kind) = (value.is_some(), placeholder::kind_of(name));
        Named { name: name.to_owned(), range, kind, shortcode, sure: true, bound, waits: shortcode && !bound, value }
    };
    while let Some(c) = line[at..].chars().next() {
        let insert = inserts.iter().find(|range| range.start == at && range.end > at);
        let look = looked.iter().find(|found| found.range.start == at && !hides(line, found, vars));
        let angled = if c == '<' { angled(line, at) } else { None };
        let named = match (insert, look, angled) {
            (Some(range), ..) => Some(of_name(&line[range.clone()], range.clone(), true)),
            (None, Some(Found { name, range, kind, sure, waits }), _) => {
                let value = vars.get(name).cloned();
                let (range, bound) = (range.clone(), value.is_some());
                let (kind, sure, waits) = (*kind, *sure, *waits && !bound);
                Some(Named { name: name.clone(), range, kind, shortcode: false, sure, bound, waits, value })
            }
            // A variable of this name is meant, whatever it looks like otherwise.
            (None, None, Some((name, end))) if vars.contains_key(&name) => Some(of_name(&name, at..end, false)),
            _ => bare(line, at, vars).map(|name| of_name(name, at..at + name.len(), false)),
        };
        match named {
            Some(mut named) => {
                // What can be typed as it stands is, and so is what only looks like a placeholder.
                let text = &line[named.range.clone()];
                if !named.bound
                    && named.sure
                    && (named.shortcode || !placeholder::is_value(named.kind, text))
                    && let Some(by_kind) = by_kind.as_deref_mut()
                {
                    named.value = by_kind.take(&named.name, named.kind, text);
                    (named.bound, named.waits) = (named.value.is_some(), named.waits && named.value.is_none());
                }
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
    // An option is called so.
    let options = line[..at].trim_end_matches('-');
    if options.len() < at && !options.ends_with(|c: char| !c.is_whitespace()) {
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
        let none = BTreeMap::new();
        let found = fill_line(line, inserts, &vars, Some(reading), &mut ByKind::new(&none), &mut filled);
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
            ("nc --PORT -IP --to=IP a-IP", "nc --PORT -IP --to=10.0.0.1 a-10.0.0.1", &[]),
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

    #[test]
    fn values_by_kind() {
        let values = |kinds: &[(Kind, &[&str])]| -> BTreeMap<Kind, Vec<String>> {
            kinds.iter().map(|(kind, all)| (*kind, all.iter().map(|one| (*one).to_owned()).collect())).collect()
        };
        let one = values(&[(Kind::Address, &["203.0.113.1"]), (Kind::User, &["ann"])]);
        let two = values(&[(Kind::Address, &["203.0.113.1", "203.0.113.2"])]);
        let site = values(&[(Kind::Domain, &["site.example"])]);
        for (values, lines) in [
            (&one, &[("ssh <user>@<server_ip>", "ssh ann@203.0.113.1"), ("ping <your_ip>", "ping 203.0.113.1")][..]),
            (
                &one,
                &[
                    ("ping <ip_1>", "ping 203.0.113.1"),
                    ("ping <ip_2>", "ping <ip_2>"),
                    ("ping <ip_1>", "ping 203.0.113.1"),
                ],
            ),
            (
                &two,
                &[
                    ("ping <a_ip>", "ping 203.0.113.1"),
                    ("ping <b_ip>", "ping 203.0.113.2"),
                    ("ping <c_ip>", "ping <c_ip>"),
                ],
            ),
            (&one, &[("curl https://<your-domain>/", "curl https://<your-domain>/")]),
            (
                &site,
                &[(
                    "dig <your-domain> www.example.com <office.example.com>",
                    "dig site.example www.example.com office.site.example",
                )],
            ),
            (&one, &[("ufw allow from 198.51.100.7", "ufw allow from 198.51.100.7")]),
        ] {
            let mut by_kind = ByKind::new(values);
            for (line, expected) in lines {
                let (mut filled, said) = (String::new(), Said::default());
                let reading = Reading { how: How::Typed, language: "bash", block: line, said: &said };
                fill_line(line, &[], &BTreeMap::new(), Some(reading), &mut by_kind, &mut filled);
                assert_eq!(&filled, expected, "{line}");
            }
        }
        let mut by_kind = ByKind::new(&one);
        assert_eq!(by_kind.take("your user", Kind::User, "your user"), None);
        assert_eq!(by_kind.take("your_user", Kind::User, "your_user").as_deref(), Some("ann"));
        assert_eq!(by_kind.shown("your_user@x your_users <your_user>"), "ann@x your_users <ann>");
    }
}

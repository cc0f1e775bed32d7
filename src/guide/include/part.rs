//! A part of a text: lines by their numbers, or a region between marker lines.

use regex::Regex;
use std::sync::LazyLock;

use crate::diagnostic::nearest;

/// Why a part is not there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Missing {
    /// What is wrong, said of the file: "has 3 lines, and no line 5".
    pub(super) what: String,
    pub(super) help: String,
}

fn missing<T>(what: impl Into<String>, help: impl Into<String>) -> Result<T, Missing> {
    Err(Missing { what: what.into(), help: help.into() })
}

/// The lines of these numbers, counted from 1: `2-5,8`. A range without an end goes on to the last line.
pub(super) fn lines(text: &str, numbers: &str) -> Result<String, Missing> {
    const HELP: &str = "write numbers and ranges as \"2-5,8\", or \"12-\" up to the end";
    let all: Vec<&str> = text.split_inclusive('\n').collect();
    let mut shown = String::new();
    for part in numbers.split([',', ' ']).filter(|part| !part.is_empty()) {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let last = if to.is_empty() { Ok(all.len().max(1)) } else { to.parse::<usize>() };
        let (Ok(from), Ok(to)) = (from.parse::<usize>(), last) else {
            return missing(format!("has no lines {part:?}"), HELP);
        };
        let highest = from.max(to);
        if highest > all.len() {
            let s = if all.len() == 1 { "" } else { "s" };
            let what = format!("has {} line{s}, and no line {highest}", all.len());
            return missing(
                what,
                "look at the file again: lines may have been removed, and a `region` would have followed them",
            );
        }
        if from == 0 || from > to {
            return missing(format!("has no lines {part:?}: they are counted from 1, and upwards"), HELP);
        }
        for line in &all[from - 1..to] {
            shown.push_str(line.strip_suffix('\n').unwrap_or(line));
            shown.push('\n');
        }
    }
    if shown.is_empty() { missing("is asked for no line", HELP) } else { Ok(shown) }
}

/// A marker line.
#[derive(Debug, PartialEq, Eq)]
enum Marker<'t> {
    Start(&'t str),
    /// Of the region that was opened last, if it has no name.
    End(&'t str),
}

/// `[start:NAME]` and `[end:NAME]`, in a line that has nothing else but the signs of a comment, with PyMdown's `--8<--` or without.
static BRACKETS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s*(?:(?:rem|dnl|-+8<-+|[^\w\s\[]+)\s*)+\[(start|end):\s*([^\]]*?)\s*\]\W*$").ok()
});

/// `#region NAME` and `#endregion`, as editors fold them, with signs of a comment before it or without.
static REGIONS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s*(?:rem\s+|[^\w\s]+\s+|//|--|/\*|<!--)?(?:#|//|--)(?:pragma\s+)?(end)?region\b[ \t]*(.*?)\s*(?:-->|--%>|\*/|\*\))?\s*$").ok()
});

fn marker(line: &str) -> Option<Marker<'_>> {
    let line = line.trim_end();
    let (ends, name) = if let Some(found) = BRACKETS.as_ref().and_then(|pattern| pattern.captures(line)) {
        (found.get(1)?.as_str().eq_ignore_ascii_case("end"), found.get(2)?.as_str())
    } else {
        let found = REGIONS.as_ref()?.captures(line)?;
        (found.get(1).is_some(), found.get(2)?.as_str())
    };
    Some(if ends { Marker::End(name) } else { Marker::Start(name) })
}

/// The lines between the markers of a name, without markers and without the indentation that all of them have.
pub(super) fn region(text: &str, name: &str) -> Result<String, Missing> {
    let name = name.trim();
    let mut open: Vec<&str> = Vec::new();
    let (mut names, mut shown, mut times) = (Vec::new(), Vec::new(), 0);
    for line in text.lines() {
        match marker(line) {
            Some(Marker::Start(started)) => {
                times += usize::from(started == name);
                names.push(started);
                open.push(started);
            }
            Some(Marker::End("")) => {
                open.pop();
            }
            Some(Marker::End(ended)) => {
                if let Some(at) = open.iter().rposition(|started| *started == ended) {
                    open.remove(at);
                }
            }
            None if open.contains(&name) => shown.push(line),
            None => {}
        }
    }
    let write = format!("write `[start:{name}]` and `[end:{name}]` into comments around it");
    if times == 0 || name.is_empty() {
        let known = names.into_iter().filter(|known| !known.is_empty());
        let help = nearest(name, known).map_or(write, |near| format!("did you mean `{near}`?"));
        return missing(format!("has no region `{name}`"), help);
    }
    if times > 1 {
        return missing(format!("has {times} regions `{name}`"), "give each a name of its own");
    }
    if open.contains(&name) {
        return missing(format!("has a region `{name}` that never ends"), format!("write `[end:{name}]` below it"));
    }
    if shown.iter().all(|line| line.trim().is_empty()) {
        return missing(format!("has nothing in its region `{name}`"), "put lines between its markers, or remove this");
    }
    Ok(outdented(&shown))
}

/// Lines without the indentation that they have in common.
fn outdented(lines: &[&str]) -> String {
    let indent = |line: &'_ str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let written = || lines.iter().copied().filter(|line| !line.trim().is_empty());
    let first = written().next().map_or("", |line| &line[..indent(line)]);
    // A tab and spaces are not the same.
    let shared = |line: &str| line.bytes().zip(first.bytes()).take_while(|(a, b)| a == b).count();
    let common = written().map(shared).min().unwrap_or(0);
    let cut = |line: &&str| line.get(common..).unwrap_or_default().to_owned() + "\n";
    lines.iter().map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_the_numbers() {
        const FIVE: &str = "one\ntwo\nthree\nfour\nfive";
        for (numbers, expected) in [
            ("1", Ok("one\n")),
            ("2-3", Ok("two\nthree\n")),
            ("2-3,5", Ok("two\nthree\nfive\n")),
            (" 5, 1 ", Ok("five\none\n")),
            ("4-", Ok("four\nfive\n")),
            ("6", Err("has 5 lines, and no line 6")),
            ("4-9", Err("has 5 lines, and no line 9")),
            ("9-", Err("has 5 lines, and no line 9")),
            ("0", Err("has no lines \"0\": they are counted from 1, and upwards")),
            ("3-2", Err("has no lines \"3-2\": they are counted from 1, and upwards")),
            ("-3", Err("has no lines \"-3\"")),
            ("two", Err("has no lines \"two\"")),
            ("", Err("is asked for no line")),
        ] {
            let came = lines(FIVE, numbers);
            assert_eq!(came.as_deref().map_err(|found| &*found.what), expected, "{numbers:?}");
        }
        assert_eq!(lines("", "1-").unwrap_err().what, "has 0 lines, and no line 1");
    }

    #[test]
    fn markers_are_known_in_comments_of_any_language() {
        for (line, expected) in [
            ("# [start:a]", Some(Marker::Start("a"))),
            ("    // [start: a b ]", Some(Marker::Start("a b"))),
            ("<!-- [end:a] -->", Some(Marker::End("a"))),
            ("/* [end:a] */", Some(Marker::End("a"))),
            ("; [start:a]", Some(Marker::Start("a"))),
            ("REM [start:a]", Some(Marker::Start("a"))),
            ("# --8<-- [start:a]", Some(Marker::Start("a"))),
            ("#region a", Some(Marker::Start("a"))),
            ("  // #region a", Some(Marker::Start("a"))),
            ("//#region a", Some(Marker::Start("a"))),
            ("//region a", Some(Marker::Start("a"))),
            ("<!-- #region a -->", Some(Marker::Start("a"))),
            ("/* #region a */", Some(Marker::Start("a"))),
            ("#pragma region a", Some(Marker::Start("a"))),
            ("# #endregion", Some(Marker::End(""))),
            ("#endregion a", Some(Marker::End("a"))),
            ("<!--#endregion-->", Some(Marker::End(""))),
            // A section of an INI file, a text of a program, and what is said of a region.
            ("[start:a]", None),
            ("print(\"[start:a]\")", None),
            ("# see [start:a]", None),
            ("# region of the world", None),
            ("region = a", None),
            ("#regional", None),
        ] {
            assert_eq!(marker(line), expected, "{line}");
        }
    }

    #[test]
    fn a_region_is_what_stands_between_its_markers() {
        const TEXT: &str = "a\n# [start:one]\n  b\n\n    c\n# [end:one]\nd\n\
                            #region two\ne\n#region three\n\tf\n#endregion\ng\n#endregion\n\
                            # [start:open]\nh\n# [start:empty]\n# [end:empty]\n# [start:twice]\ni\n# [end:twice]\n# [start:twice]\nj\n# [end:twice]\n";
        for (name, expected) in [
            ("one", Ok("b\n\n  c\n")),
            ("two", Ok("e\n\tf\ng\n")),
            ("three", Ok("f\n")),
            ("four", Err("has no region `four`")),
            ("", Err("has no region ``")),
            ("open", Err("has a region `open` that never ends")),
            ("empty", Err("has nothing in its region `empty`")),
            ("twice", Err("has 2 regions `twice`")),
        ] {
            let came = region(TEXT, name);
            assert_eq!(came.as_deref().map_err(|found| &*found.what), expected, "{name:?}");
        }
        assert_eq!(region(TEXT, "thee").unwrap_err().help, "did you mean `three`?");
        assert_eq!(region("// [start:x]\n\ta\n  b\n// [end:x]\n", "x").as_deref(), Ok("\ta\n  b\n"));
    }
}

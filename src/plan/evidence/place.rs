//! Lines of a file that a sentence names as a place: below `this`, before `that`, in place of it.

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

use super::{super::Edit, mention};

/// What lines of a file are called.
const WORDS: &[&str] =
    &["line", "entry", "directive", "statement", "option", "setting", "section", "block", "parameter"];

/// A sentence form, with the place that it names.
struct Row {
    pattern: &'static str,
    place: fn(String) -> Edit,
    #[cfg_attr(not(test), expect(dead_code, reason = "the test walks over them"))]
    examples: &'static [(&'static str, &'static str)],
}

/// What may stand between the word and the code: `after the existing line`, `below the section that begins with`.
macro_rules! between {
    () => {
        r"((?: (?:the|this|that|your|last|first|existing|line|lines|entry|directive|statement|option|setting|section|block|parameter|value|reads|says|begins|starts|with|containing|called|named)){0,6}):? ?`([^`]+)`"
    };
}

const ROWS: &[Row] = &[
    Row {
        pattern: concat!(r"\b(?:after|below|under|underneath|beneath|behind)", between!()),
        place: Edit::After,
        examples: &[
            ("Add the following line under `listen 80;`:", "listen 80;"),
            ("Below the section `[mysqld]` insert:", "[mysqld]"),
            ("Insert it right after the line that starts with `user =`:", "user ="),
        ],
    },
    Row {
        pattern: concat!(r"\b(?:before|above|in front of)", between!()),
        place: Edit::Before,
        examples: &[("Simply add this line before the last line `+auto.master`", "+auto.master")],
    },
    Row {
        pattern: r"\b(?:in|to|into|inside)( (?:the |your )?(?:section )?)`(\[[^`\]]+\])`",
        place: Edit::After,
        examples: &[("In the `[mysqld]` section, add:", "[mysqld]"), ("Add this to section `[Service]`:", "[Service]")],
    },
    Row {
        pattern: r"\b(?:replace|change|exchange)((?: (?:the|this|existing|old|line|lines|value|setting|directive|entry)){0,4}) `([^`]+)` (?:with|by|to|into)(?: (?:the|this|these|following|lines?|be|read|entry|block|one)){0,4}:?$",
        place: Edit::Instead,
        examples: &[
            ("Replace the line `#Port 22` with:", "#Port 22"),
            ("Change `listen 80;` to:", "listen 80;"),
            ("Open the file and change `Port 22` to:", "Port 22"),
        ],
    },
];

/// Where a sentence says that something belongs.
pub(in crate::plan) fn place(sentence: &str) -> Option<Edit> {
    static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        let regex = |row: &Row| RegexBuilder::new(row.pattern).case_insensitive(true).build().expect("a valid pattern");
        ROWS.iter().map(regex).collect()
    });
    ROWS.iter().zip(PATTERNS.iter()).find_map(|(row, pattern)| {
        let found = pattern.captures(sentence)?;
        let line = found[2].to_owned();
        // Below a folder is no line, and neither is a command, unless the sentence says that it is one.
        let is_said = WORDS.iter().any(|word| found[1].contains(word));
        let is_line = is_said || line.contains([';', '=', '{', '}', '[', ']', '<', '>', ':', '#', '+']);
        let is_setting = line.trim().contains(' ');
        let place = (!mention::is_path(&line)).then(|| (row.place)(line))?;
        // Commands stand before others, and are not changed to what follows.
        (is_line || is_setting && matches!(place, Edit::Instead(_))).then_some(place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_finds_its_line() {
        for row in ROWS {
            for (sentence, line) in row.examples {
                assert_eq!(place(sentence), Some((row.place)((*line).to_owned())), "{sentence}");
            }
        }
        for sentence in [
            "Put it below `/etc/nginx/`:",
            "Run `make` before `make install` is possible",
            "After running `apt update`, add:",
            "Add this to `/etc/hosts`:",
            "Replace `<ip>` with the address of your server.",
            "Change the `Port` to another one:",
        ] {
            assert_eq!(place(sentence), None, "{sentence}");
        }
    }
}

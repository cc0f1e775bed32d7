//! Text of guides and machines, made harmless for a log.

use std::borrow::Cow;

use crate::terminal::clean::clean;

/// Put into a workflow command so that no runner takes it for one; it takes no room on the screen.
pub const BREAKER: char = '\u{200b}';

/// Beginnings of commands that runners look for anywhere in a line: GitHub's old ones, Azure's, TeamCity's.
pub(super) const ANYWHERE: [&str; 3] = ["##[", "##vso[", "##teamcity["];

/// `text` without escape sequences and control characters: of these, only line feeds and tabs stay.
pub fn plain(text: &str) -> String {
    clean(text)
}

/// [`plain`], in one line.
pub fn line(text: &str) -> String {
    plain(text).split(['\n', '\t']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Breaks workflow commands with a [`BREAKER`]: `::name::` where a line begins (space before it does not count), after the
/// first colon; `##[name]` and its like anywhere, after the first `#`, because runners look for these in the whole line.
pub fn defused(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive('\n') {
        out.push_str(&defused_line(part));
    }
    out
}

fn defused_line(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    // Runners trim by rules of their own; what takes no room counts as space here.
    let start =
        text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{180e}' | '\u{200b}' | '\u{feff}'));
    if start.starts_with("::") {
        let colon = text.len() - start.len() + 1;
        text.to_mut().insert(colon, BREAKER);
    }
    for command in ANYWHERE {
        if text.contains(command) {
            text = text.replace(command, &format!("#{BREAKER}{}", &command[1..])).into();
        }
    }
    text
}

/// The end of a long text, and how many of its lines come before it.
pub(super) fn tail(text: &str, lines: usize) -> (usize, Vec<&str>) {
    let all: Vec<&str> = text.trim_end().lines().collect();
    let before = all.len().saturating_sub(lines);
    (before, all[before..].to_vec())
}

/// A long piece of one line, with its middle left out.
pub(super) fn short(text: &str, characters: usize) -> Cow<'_, str> {
    let count = text.chars().count();
    if count <= characters {
        return Cow::Borrowed(text);
    }
    let half = characters / 2;
    let head: String = text.chars().take(half).collect();
    let tail: String = text.chars().skip(count - half).collect();
    Cow::Owned(format!("{head} [{} characters] {tail}", count - 2 * half))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn breaks_commands() {
        for (text, safe) in [
            ("::error::x", ":\u{200b}:error::x"),
            ("a\n \t::set-env name=x::y\nb", "a\n \t:\u{200b}:set-env name=x::y\nb"),
            ("\u{feff}::x::", "\u{feff}:\u{200b}:x::"),
            (":::x", ":\u{200b}::x"),
            ("std::fs::read ::x::", "std::fs::read ::x::"),
            ("##[group]x", "#\u{200b}#[group]x"),
            ("a ##[error]x ###[y]", "a #\u{200b}#[error]x ##\u{200b}#[y]"),
            ("##vso[task.setvariable]x", "#\u{200b}#vso[task.setvariable]x"),
            ("## Heading", "## Heading"),
            ("", ""),
        ] {
            assert_eq!(defused(text), safe, "{text:?}");
            assert_eq!(defused(&defused(text)), safe, "again: {text:?}");
        }
    }

    #[test]
    fn shortens() {
        assert_eq!(short("short", 5), "short");
        assert_eq!(short("äbcdefghij", 4), "äb [6 characters] ij");
        assert_eq!(tail("a\nb\nc\n\n", 2), (1, vec!["b", "c"]));
        assert_eq!(line(" a \u{1b}[31m\n\n b\tc "), "a b c");
    }

    proptest! {
        #[test]
        fn plain_has_no_controls(text in "([\u{0}-\u{ff}]|\u{1b}|\u{9b}|[\\[\\]0-9;mPX\n\t]){0,80}") {
            prop_assert!(plain(&text).chars().all(|c| matches!(c, '\n' | '\t') || !c.is_control()));
        }

        #[test]
        fn no_command_is_left(text in "([ \n:#\\[\\]x\u{200b}\u{a0}]|::|##\\[|##vso\\[){0,40}") {
            let safe = defused(&text);
            prop_assert!(safe.lines().all(|l| !l.trim_start().starts_with("::")));
            prop_assert!(ANYWHERE.iter().all(|command| !safe.contains(command)));
        }
    }
}

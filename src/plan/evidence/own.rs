//! The programs that a page is about, of which nobody else knows: a line that calls one is a command.

use std::collections::HashSet;

use super::{super::blocks::Block, Look, mention, ways};
use crate::terminal::{line, program, prompt};

/// Endings of a package's name that its program has not.
const ENDINGS: &[&str] = &["-cli", "-client"];

/// What a page installs, and what its blocks of a shell call.
pub(in crate::plan) fn programs(blocks: &[Block<'_>]) -> HashSet<String> {
    let mut found = HashSet::new();
    for block in blocks {
        let of_shell = program::is_of_shell(&block.code.language);
        for command in block.code.text.lines().map(prompt::without_prompt).flat_map(line::commands) {
            for name in ways::installed(command).into_iter().flatten() {
                found.extend(ENDINGS.iter().filter_map(|ending| name.strip_suffix(ending)).map(str::to_owned));
                found.insert(name);
            }
            let is_name = |name: &String| name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.+".contains(c));
            found.extend(line::Run::of(command).filter(|_| of_shell).map(|run| run.name).filter(is_name));
        }
    }
    found
}

/// What a text looks like that nobody else can tell, or that would be sentences: commands, if each line calls such a program.
pub(super) fn look(look: Look, text: &str, own: &HashSet<String>) -> Look {
    if !matches!(look, Look::Maybe | Look::Prose | Look::Unknown) {
        return look;
    }
    let mut goes_on = false;
    let mut calls = |line: &str| {
        let is_call = goes_on || is_call(line, own);
        goes_on = line.ends_with('\\');
        is_call
    };
    let mut lines =
        text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')).peekable();
    if lines.peek().is_some() && lines.all(&mut calls) { Look::Commands } else { look }
}

/// Whether a line calls one of these programs, with something that no sentence goes on with: an option, a file, a text in quotes.
fn is_call(line: &str, own: &HashSet<String>) -> bool {
    let mut words = line.split_whitespace().skip_while(|word| line::is_assignment(word));
    let (Some(name), Some(argument)) = (words.next(), words.next()) else { return false };
    let is_argument =
        argument.starts_with(['-', '"', '\'', '.', '/', '~', '<', '|', '>']) || mention::is_path(argument);
    let is_option =
        |word: &str| word.starts_with('-') && word[1..].starts_with(|c: char| c == '-' || c.is_alphanumeric());
    own.contains(name) && (is_argument || words.any(is_option)) && !line.ends_with([':', '.'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_call_what_the_page_is_about() {
        let own: HashSet<String> = ["tool".to_owned()].into();
        for (text, expected) in [
            ("tool a.csv", Look::Commands),
            ("tool \"Hello\" --rule\n\ntool - \\\n  more\n", Look::Commands),
            ("tool serve a.db -p 80", Look::Commands),
            ("KEY=1 tool -a", Look::Commands),
            ("tool version 1.2.3", Look::Unknown),
            ("tool: a.csv is not there", Look::Unknown),
            ("tool", Look::Unknown),
            ("other a.csv", Look::Unknown),
            ("# tool a.csv", Look::Unknown),
        ] {
            assert_eq!(look(Look::Unknown, text, &own), expected, "{text}");
        }
        assert_eq!(look(Look::Synopsis, "tool --all FILE...", &own), Look::Synopsis);
    }
}

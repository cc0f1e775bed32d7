//! What a block has in common with earlier blocks of its page: the same call once more, the same thing installed again, a command
//! whose placeholders are filled in.

use std::collections::HashSet;

use super::{
    super::{
        blocks::Block,
        command::{Piece, pieces},
    },
    Standing,
    phrase::{Phrase, says},
    ways,
};
use crate::terminal::{command, line};

/// A block that was done.
#[derive(Debug, Clone, Default)]
pub(in crate::plan) struct Earlier {
    /// The list items that it stands in, outermost first.
    items: Vec<usize>,
    /// What its list item is called.
    label: String,
    /// The headings above it, outermost first.
    pub(in crate::plan) headings: Vec<String>,
    /// Its commands, without prompts.
    commands: Vec<String>,
    /// The programs that these run.
    runs: Vec<line::Run>,
    installs: Vec<String>,
}

impl Earlier {
    /// What is kept of a block that was typed.
    pub(in crate::plan) fn of(block: &Block<'_>, headings: &[&str], label: &str) -> Self {
        let commands = commands(&block.code.language, &block.code.text);
        Self {
            items: block.items.clone(),
            label: label.to_owned(),
            headings: headings.iter().map(|heading| (*heading).to_owned()).collect(),
            installs: installs(&commands),
            runs: commands.iter().flat_map(|typed| line::runs(typed)).collect(),
            commands,
        }
    }

    /// Whether it stands in the section with these headings, or in one below it.
    pub(in crate::plan) fn is_below(&self, headings: &[String]) -> bool {
        self.headings.starts_with(headings)
    }
}

/// Says of a block what it has in common with those before.
pub(in crate::plan) fn compare(own: &Earlier, before: &[Earlier], standing: &mut Standing) {
    standing.same_call =
        is_name(&own.label) && before.iter().any(|other| is_other_item(own, other) && calls_same(own, other));
    standing.installed_before = own.headings.last().is_some_and(|heading| is_name(heading))
        && before.iter().any(|other| installs_same(own, other));
    standing.filled = before.last().is_some_and(|other| is_filled(&own.commands, &other.commands));
    standing.of_own = before.iter().any(|other| is_about(own, other));
}

/// Whether all that a block does is to define functions which no other block calls.
pub(in crate::plan) fn is_uncalled<'t>(text: &str, mut others: impl Iterator<Item = &'t str>) -> bool {
    let names: Vec<&str> = text.lines().filter_map(defined).collect();
    let body = |line: &str| line.starts_with([' ', '\t', '}', '{']) || line.trim().is_empty() || line.starts_with('#');
    let calls =
        |text: &str| text.split(|c: char| !(c.is_alphanumeric() || "_-".contains(c))).any(|word| names.contains(&word));
    !names.is_empty() && text.lines().all(|line| body(line) || defined(line).is_some()) && !others.any(calls)
}

/// The function whose definition a line begins: `name() {`, `function name {`.
fn defined(line: &str) -> Option<&str> {
    let name = match line.strip_prefix("function ") {
        Some(rest) => rest.trim_end_matches(['{', ' ']).trim_end_matches("()"),
        None => line.strip_suffix('{')?.trim_end().strip_suffix("()")?,
    };
    let name = name.trim();
    (!name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-".contains(c))).then_some(name)
}

/// The commands of a text, each in one line, without prompts and comments.
fn commands(language: &str, text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let one = |piece: Piece| match piece {
        Piece::Typed(typed) => {
            let parts = typed.iter().map(|(line, prompt)| lines[*line][*prompt..].trim_end_matches('\\'));
            Some(parts.collect::<Vec<_>>().join(" ").trim().to_owned())
        }
        Piece::Shown(_) => None,
    };
    pieces(language, text).0.into_iter().filter_map(one).collect()
}

fn installs(commands: &[String]) -> Vec<String> {
    commands.iter().flat_map(|typed| line::commands(typed)).filter_map(ways::installed).flatten().collect()
}

/// Whether a label is a name, and asks for nothing: `RAID 5`, `CPU only`; not `List all screens`.
fn is_name(label: &str) -> bool {
    let label = label.trim().trim_end_matches(':');
    let words: Vec<&str> = label.split_whitespace().collect();
    const SMALL: &[&str] = &["a", "an", "the", "your", "this", "that", "it", "to"];
    let asks = [Phrase::Run, Phrase::Add, Phrase::Create, Phrase::Change, Phrase::Open, Phrase::Find, Phrase::Deed];
    !words.is_empty()
        && words.len() <= 4
        && !asks.iter().any(|phrase| says(*phrase, label))
        && !label.contains('`')
        && !words.iter().any(|word| SMALL.contains(word))
}

fn is_other_item(own: &Earlier, other: &Earlier) -> bool {
    let (Some((last, above)), Some((other_last, other_above))) = (own.items.split_last(), other.items.split_last())
    else {
        return false;
    };
    above == other_above && last != other_last && own.headings == other.headings
}

/// Whether two blocks begin by calling the same program for the same thing, with other options.
fn calls_same(own: &Earlier, other: &Earlier) -> bool {
    let last = |label: &str| label.split_whitespace().skip(1).last().map(str::to_lowercase);
    // `Round key`, `Square key`.
    let kinds = last(&own.label).is_some() && last(&own.label) == last(&other.label);
    let (Some(own), Some(other)) = (own.commands.first(), other.commands.first()) else { return false };
    let (Some(run), Some(before)) = (line::Run::of(own), line::Run::of(other)) else { return false };
    let things = |run: &line::Run| -> HashSet<String> {
        run.arguments.iter().filter(|word| !word.starts_with('-')).cloned().collect()
    };
    let script = own.split_whitespace().any(|word| word.starts_with("./") && word.ends_with(&run.name));
    let (mine, theirs) = (things(&run), things(&before));
    let shared = mine.intersection(&theirs).count();
    let same = shared > 1 && shared * 3 >= mine.len().min(theirs.len()) * 2;
    own != other
        && run.name == before.name
        && (script || same || kinds)
        && run.arguments.iter().any(|word| word.starts_with('-'))
}

/// Whether a section installs what a section before has installed, as one does on another machine.
fn installs_same(own: &Earlier, other: &Earlier) -> bool {
    let beside = own.headings.len() == other.headings.len() && own.headings != other.headings;
    let named = || other.headings.last().is_some_and(|heading| is_name(heading));
    let (mine, theirs): (HashSet<_>, HashSet<_>) = (own.installs.iter().collect(), other.installs.iter().collect());
    beside && !mine.is_empty() && mine == theirs && named()
}

/// Whether a command is the one before, with values where that has placeholders.
fn is_filled(own: &[String], template: &[String]) -> bool {
    let ([own], [template]) = (own, template) else { return false };
    let (own, template) = (line::words(own), line::words(template));
    let stands_for = |word: &str| {
        let bare = word.trim_matches(['<', '>', '[', ']', '{', '}']);
        bare.len() > 1 && (bare.len() < word.len() || bare.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
    };
    let pairs = || own.iter().zip(&template);
    own.len() == template.len() && own != template && pairs().all(|(own, other)| own == other || stands_for(other))
}

/// Whether a block names something that an earlier command named with the same program: a session, a container, a device.
fn is_about(own: &Earlier, other: &Earlier) -> bool {
    own.runs.iter().any(|run| {
        let names =
            run.arguments.iter().filter(|word| word.len() > 3 && !word.starts_with('-') && !command::is_program(word));
        let mut names = names.filter(|word| word.contains(['-', '_', '/']));
        names.any(|name| other.runs.iter().any(|before| before.name == run.name && before.arguments.contains(name)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn earlier(headings: &[&str], items: &[usize], label: &str, text: &str) -> Earlier {
        let commands = commands("console", text);
        Earlier {
            items: items.to_vec(),
            label: label.to_owned(),
            headings: headings.iter().map(|heading| (*heading).to_owned()).collect(),
            installs: installs(&commands),
            runs: commands.iter().flat_map(|typed| line::runs(typed)).collect(),
            commands,
        }
    }

    #[test]
    fn cases_of_items() {
        for (label, before, own, same) in [
            (
                "RAID 5",
                "sudo raidtool --make /dev/r0 sdb --level=1",
                "sudo raidtool --make /dev/r0 sdb sdc --level=5",
                true,
            ),
            ("CPU only", "./start.sh --fast", "./start.sh --slow", true),
            ("Square key", "keytool make -t round", "keytool make -t square -b 9", true),
            ("Square table", "keytool make -t round", "keytool make -t square -b 9", false),
            ("List all of them", "./start.sh --fast", "./start.sh --list", false),
            ("PHP", "sudo systemctl restart nginx", "sudo systemctl restart php-fpm", false),
            ("Again", "sudo systemctl restart nginx", "sudo systemctl restart nginx", false),
            ("Deploy the shop", "kubectl apply -f a/b.yaml", "kubectl apply -f a/c.yaml", false),
            ("PHP", "sudo apt install -y nginx", "sudo apt install -y php", false),
        ] {
            let mut standing = Standing::default();
            let first = earlier(&["a"], &[1], "A round key", before);
            compare(&earlier(&["a"], &[2], label, own), &[first], &mut standing);
            assert_eq!(standing.same_call, same, "{own}");
        }
    }

    #[test]
    fn what_is_installed_once_more() {
        for (headings, own, again) in [
            (["Setup", "Bob"], "apt install -y tunnel\ntunnel stop", true),
            (["Setup", "Bob"], "apt install -y tunnel curl", false),
            (["Setup", "Install the tunnel"], "apt install -y tunnel", false),
            (["Setup", "Alice"], "apt install -y tunnel", false),
        ] {
            let mut standing = Standing::default();
            let before = earlier(&["Setup", "Alice"], &[], "", "sudo apt install -y tunnel");
            compare(&earlier(&headings, &[], "", own), &[before], &mut standing);
            assert_eq!(standing.installed_before, again, "{headings:?} {own}");
        }
    }

    #[test]
    fn templates_that_are_filled_in() {
        for (template, own, filled) in [
            ("tool open --port PORT --proto <proto>", "tool open --port 80 --proto tcp", true),
            ("tool open --port 80", "tool open --port 81", false),
            ("tool open PORT", "tool close 80", false),
            ("tool open PORT", "tool open PORT", false),
            ("tool open PORT\nls", "tool open 80", false),
        ] {
            let mut standing = Standing::default();
            compare(&earlier(&[], &[], "", own), &[earlier(&[], &[], "", template)], &mut standing);
            assert_eq!(standing.filled, filled, "{own}");
        }
    }

    #[test]
    fn functions_that_nobody_calls() {
        let text = "# When it is done\nAFTER_ALL() {\n   clean --all\n}\n";
        let is_uncalled = |text: &str, others: &[&str]| is_uncalled(text, others.iter().copied());
        assert!(is_uncalled(text, &["make all"]));
        assert!(!is_uncalled(text, &["make all && AFTER_ALL"]));
        assert!(!is_uncalled(&format!("{text}AFTER_ALL\n"), &[]));
        assert!(is_uncalled("function clean {\n  x\n}\n", &[]));
        assert!(!is_uncalled("make all\n", &[]) && !is_uncalled("exit()\n", &[]));
    }

    #[test]
    fn names_of_what_was_made() {
        let about = |before: &str, own: &str| is_about(&earlier(&[], &[], "", own), &earlier(&[], &[], "", before));
        assert!(about("screen -S my-game", "screen -X -S my-game quit"));
        assert!(!about("screen -S my-game", "screen -list"));
        assert!(!about("unzip my-game.zip", "rm my-game.zip"));
    }
}

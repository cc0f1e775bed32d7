//! Signs that are prompts in some blocks: `# ` is root's, or begins a comment; `> ` is a shell's, or a redirection.

use crate::terminal::program::{is_everyday, is_of_shell};

use crate::terminal::command::{self, Known};

/// Languages of blocks that show a terminal.
const TERMINALS: &[&str] = &["console", "shell-session", "shellsession", "terminal"];

/// Whether a sign (`# ` or `> `) is the prompt of every command in this text.
pub(super) fn is_prompted(language: &str, text: &str, sign: &str) -> bool {
    if !text.trim_start().starts_with(sign) {
        return false;
    }
    // To a file that is named before any command, nobody redirects: `> tool file` is a prompt of a shell's block, too.
    let is_word = |line: &str| line.len() > 1 && line.chars().all(|c| is_of_name(c) || c == '-');
    let calls = |line: &str| {
        is_command(line) || is_word(line) || line.split_whitespace().count() > 1 && line.starts_with(is_of_name)
    };
    let all = || text.lines().all(|line| line.trim().is_empty() || line.strip_prefix(sign).is_some_and(calls));
    if !is_terminal(language) {
        // A block that says nothing about itself and has nothing but such lines is what a wiki has for root.
        let for_root = || {
            let mut lines = text.lines().filter(|line| !line.trim().is_empty());
            lines.all(|line| line.strip_prefix(sign).is_some_and(is_call))
        };
        let is_plain = language.is_empty() && sign == "# ";
        return sign == "> " && is_of_shell(language) && all() || is_plain && for_root();
    }
    let has_other = text.lines().any(|line| line.starts_with("$ ") || line.starts_with("% "));
    // Below a command, one word is a command, too: `# hello`.
    let first = text.trim_start().lines().next().and_then(|line| line.strip_prefix(sign));
    let reads = |line: &str| command::known(line) != Known::No && !line.ends_with(['.', ':']);
    let typed = |line: &str| line.strip_prefix(sign).is_none_or(|line| is_command(line) || reads(line));
    let untyped = |line: &str| line.starts_with(sign) || !is_command(line);
    // Nobody shows a terminal in which nothing is typed.
    let only = || {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        lines.all(|line| line.strip_prefix(sign).is_some_and(|line| reads(line) && line.starts_with(is_of_name)))
    };
    if !has_other && only() {
        return true;
    }
    !has_other && first.is_some_and(is_command) && text.lines().all(|line| typed(line) && untyped(line))
}

/// Whether a line begins with `$` and a command, with no space in between.
pub(super) fn is_glued(language: &str, line: &str) -> bool {
    let word = line.strip_prefix('$').and_then(|rest| rest.split_whitespace().next());
    is_terminal(language) && !line.starts_with("$ ") && word.is_some_and(is_everyday)
}

fn is_terminal(language: &str) -> bool {
    TERMINALS.iter().any(|terminal| terminal.eq_ignore_ascii_case(language))
}

/// Whether a line reads as a command, not as a sentence.
pub(super) fn is_command(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let Some(first) = words.next() else { return false };
    let name = first.rsplit('/').next().unwrap_or(first);
    let is_path = first.starts_with(['/', '.', '~']) && first.len() > 1;
    let is_option = |word: &str| word.starts_with('-') && word.len() > 1 && !word.starts_with("---");
    !line.ends_with(['.', ':']) && (is_everyday(name) || is_path || is_name(first) && words.any(is_option))
}

/// Whether a line calls a program that is known, and is no sentence that begins with its name: `make sure that it runs`.
fn is_call(line: &str) -> bool {
    const SMALL: &[&str] =
        &["a", "an", "and", "are", "for", "if", "is", "it", "of", "sure", "that", "the", "this", "to", "with", "your"];
    command::known(line) == Known::Yes
        && !line.ends_with(['.', ':'])
        && line.split_whitespace().count() > 1
        && !line.split_whitespace().any(|word| SMALL.contains(&word))
}

/// Whether names of programs begin with this character.
fn is_of_name(c: char) -> bool {
    c.is_ascii_lowercase()
}

/// Whether a word could be the name of a program.
fn is_name(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_prompts_and_comments() {
        for (language, text, prompted) in [
            ("console", "# whoami\nroot\n", true),
            ("bash", "# whoami\n", false),
            ("console", "# apt update\n# apt install -y nginx\n", true),
            ("shell-session", "# mount -a\n", true),
            ("console", "# /etc/init.d/x start\nStarting x.\n", true),
            ("console", "# apt install hello\nSetting up hello ...\n# hello\nHello, world!\n", true),
            ("console", "# whoami\nroot\n# Now look\n", false),
            ("console", "# setup\nmake\n", false),
            ("console", "# tunnel start\n", true),
            ("console", "# Start the tunnel\n", false),
            ("console", "# install the server\napt install x\n", false),
            ("console", "# apt needs a list:\napt update\n", false),
            ("console", "# apt update\napt update\n", false),
            ("console", "# ls\n$ ls\n", false),
            ("console", "ls\n# ls\n", false),
            ("bash", "# apt update\n", false),
            ("", "# mkfs.ext4 -L disk /dev/sdb1\n\n# mount /dev/sdb1 /mnt\n", true),
            ("", "# make sure that it runs\n", false),
            ("", "# mount /dev/sdb1\nDevice=/dev/sdb1\n", false),
            ("conf", "# mount /dev/sdb1\n", false),
            ("console", "", false),
        ] {
            assert_eq!(is_prompted(language, text, "# "), prompted, "{language} {text}");
        }
    }
}

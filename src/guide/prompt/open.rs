//! Prompts that are prompts only below the command that opens what shows them.

use super::root;

/// What the last command of a shell opened, if its prompt could as well be output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened {
    Nothing,
    /// A shell of root, at `# `.
    Root,
    /// Node.js, at `> `.
    Node,
}

impl Opened {
    /// The length of its prompt at the beginning of a line.
    pub(super) fn prompt_length(self, line: &str) -> Option<usize> {
        let shows = match self {
            Self::Nothing => false,
            Self::Root => line.strip_prefix("# ").is_some_and(root::is_command),
            Self::Node => line.starts_with("> "),
        };
        shows.then_some(2)
    }

    /// What is open after a line was typed: at its prompt (`inner`), at that of a shell, or elsewhere.
    pub(super) fn after(self, inner: bool, shell: bool, typed: &str) -> Self {
        let words: Vec<&str> = typed.split_whitespace().collect();
        if inner {
            let leaves = matches!(words.first(), Some(&("exit" | "logout" | ".exit")));
            return if leaves { Self::Nothing } else { self };
        }
        match words.as_slice() {
            _ if !shell => Self::Nothing,
            ["node" | "nodejs"] => Self::Node,
            ["su"] | ["su", "-" | "-l" | "root"] | ["su", "-" | "-l", "root"] => Self::Root,
            ["sudo", "-i" | "-s" | "bash" | "su"] | ["sudo", "su", "-"] => Self::Root,
            _ => Self::Nothing,
        }
    }
}

//! Where a session is: a shell, a program in it, a shell in that.

use std::fmt;

/// Something that reads commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What it is.
    pub kind: Kind,
    /// `bash`, `zsh`, `sh`, or the program's name.
    pub name: String,
    /// The user as which a shell runs.
    pub user: Option<String>,
    /// The prompt, as seen last.
    pub prompt: String,
    /// A shell's working directory.
    pub cwd: Option<String>,
    /// The command that opened it; empty for the first one.
    pub opened_by: String,
}

/// The kinds of places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A shell that marks its prompts.
    Shell {
        /// The number of the hidden line that it was told.
        mark: u32,
        /// Its process id, in its own namespace.
        pid: u32,
    },
    /// A program, or a shell without marks (csh, fish), known by its prompt.
    Program,
}

impl Place {
    /// The process id of a shell, in its own namespace.
    pub(crate) fn pid(&self) -> Option<u32> {
        match self.kind {
            Kind::Shell { pid, .. } => Some(pid),
            Kind::Program => None,
        }
    }

    /// The number of the hidden line that a shell was told.
    pub(crate) fn mark(&self) -> Option<u32> {
        match self.kind {
            Kind::Shell { mark, .. } => Some(mark),
            Kind::Program => None,
        }
    }
}

impl fmt::Display for Place {
    /// `bash as postgres in /srv`, `psql at nodejs=#`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match self.kind {
            Kind::Shell { .. } => {
                if let Some(user) = &self.user {
                    write!(f, " as {user}")?;
                }
                self.cwd.as_ref().map_or(Ok(()), |cwd| write!(f, " in {cwd}"))
            }
            Kind::Program => write!(f, " at {}", self.prompt.trim_end()),
        }
    }
}

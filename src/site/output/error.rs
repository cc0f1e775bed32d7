//! What can go wrong with the output folder.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use crate::diagnostic::Diagnostic;

/// Why the output folder cannot be used, or a file cannot be written to it.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// A build into this folder could destroy the author's own files.
    #[error("the output folder `{}` is {what}", folder.display())]
    Forbidden {
        /// The folder, with links resolved.
        folder: PathBuf,
        /// `the site's own folder`, and the like.
        what: String,
    },
    /// A file, or something else that is no folder.
    #[error("the output folder `{}` is not a folder", folder.display())]
    NotAFolder {
        /// The path.
        folder: PathBuf,
    },
    /// The folder was not made by guidepost.
    #[error("the output folder `{}` has files that guidepost did not write: {}", folder.display(), some(names, *more))]
    NotOurs {
        /// The folder.
        folder: PathBuf,
        /// The first names in it, sorted, at most five.
        names: Vec<String>,
        /// How many more there are.
        more: usize,
    },
    /// The list of what guidepost wrote cannot be understood, so nothing may be overwritten.
    #[error("the list of written files `{}` cannot be read: {reason}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Another build has the folder.
    #[error("another guidepost is writing to the output folder `{}`", folder.display())]
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// A path that cannot be in an output folder.
    #[error("`{path}` cannot be the path of an output file: {reason}")]
    Path {
        /// The path as given.
        path: String,
        /// Why.
        reason: &'static str,
    },
    /// Two files of one build would be the same file, at least where capitals do not count.
    #[error("two files of this build have the same place: `{first}` and `{second}`")]
    Twice {
        /// The one given first.
        first: String,
        /// The other one.
        second: String,
    },
    /// Files that guidepost did not write stand where it would write; all of them, sorted.
    #[error("{}", obstructed(folder, obstacles))]
    Obstructed {
        /// The folder.
        folder: PathBuf,
        /// What stands in the way.
        obstacles: Vec<Obstacle>,
    },
    /// The operating system refused.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// `write`, `copy`, …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file could not be staged, and the build wanted to go on all the same.
    #[error("the output folder `{}` is left as it was, because not every file could be written", folder.display())]
    Unfinished {
        /// The folder.
        folder: PathBuf,
    },
}

/// Something in the output folder that stands where guidepost would write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Obstacle {
    /// Its path, relative to the output folder.
    pub path: String,
    /// Written by guidepost once, and changed by somebody else since.
    pub changed: bool,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = if self.changed { "was changed since guidepost wrote it" } else { "was not written by guidepost" };
        write!(f, "`{}` {why}", self.path)
    }
}

impl OutputError {
    pub(super) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Forbidden { .. } => Some("choose a folder of its own, as `public` in the site's folder is"),
            Self::NotAFolder { .. } => Some("choose another output folder, or move this file away"),
            Self::NotOurs { .. } => Some("choose another output folder, or move these files away"),
            Self::Manifest { .. } => Some("delete the output folder, and build again"),
            Self::Busy { .. } => Some("wait until it is done, or choose another output folder"),
            Self::Obstructed { .. } => Some("guidepost does not overwrite it: move or delete it, and build again"),
            Self::Path { .. } | Self::Twice { .. } => Some("give one of the pages or files another name"),
            Self::Io { .. } | Self::Unfinished { .. } => None,
        }
    }

    /// For the report: one problem for each obstacle, else one.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let new = |message: String| {
            let diagnostic = Diagnostic::error(self.code(), message);
            if let Some(help) = self.help() { diagnostic.help(help) } else { diagnostic }
        };
        match self {
            Self::Obstructed { folder, obstacles } => {
                obstacles.iter().map(|o| new(format!("{o}, in the output folder `{}`", folder.display()))).collect()
            }
            _ => vec![new(self.to_string())],
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Forbidden { .. } | Self::NotAFolder { .. } | Self::NotOurs { .. } => "output-folder",
            Self::Manifest { .. } => "output-manifest",
            Self::Busy { .. } => "output-busy",
            Self::Path { .. } => "output-path",
            Self::Twice { .. } => "output-collision",
            Self::Obstructed { .. } => "output-obstructed",
            Self::Io { .. } | Self::Unfinished { .. } => "output-write",
        }
    }
}

fn some(names: &[String], more: usize) -> String {
    let mut text = names.join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

fn obstructed(folder: &Path, obstacles: &[Obstacle]) -> String {
    let lines: Vec<String> = obstacles.iter().map(Obstacle::to_string).collect();
    format!("in the output folder `{}`, {}", folder.display(), lines.join("; "))
}

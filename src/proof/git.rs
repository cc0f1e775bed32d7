//! What git says has changed in the site's folder.

use std::{collections::BTreeSet, path::Path};

use crate::{
    site::{
        failure::Failure,
        git::{git, succeeded},
    },
    terminal::clean::clean,
};

/// A commit of the repository that the site's folder lies in.
pub(crate) struct Commit<'s> {
    site: &'s Path,
    hash: String,
}

impl<'s> Commit<'s> {
    /// The commit of a revision as the user wrote it.
    ///
    /// # Errors
    /// If there is no git, no repository, or no such revision.
    pub(crate) fn find(site: &'s Path, revision: &str) -> Result<Self, Failure> {
        if revision.is_empty() || revision.starts_with('-') || revision.contains('\0') {
            let message = format!("--changed-since takes a revision of git, and this is none: {:?}", clean(revision));
            return Err(Failure::usage(message, "name a branch, a tag or a commit: --changed-since origin/main"));
        }
        let inside = git(site, &["rev-parse", "--is-inside-work-tree"])?;
        let said = String::from_utf8_lossy(&inside.stderr);
        if said.contains("not a git repository") || inside.stdout.starts_with(b"false") {
            let message = format!("{} lies in no working tree of git, which --changed-since asks", site.display());
            return Err(Failure::usage(message, "verify without --changed-since, or clone the repository"));
        }
        succeeded(&inside)?;
        let found = git(site, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])?;
        if !found.status.success() {
            let help = "fetch it first; a shallow clone has only its last commits (git fetch --unshallow)";
            return Err(Failure::usage(format!("git knows no revision `{}`", clean(revision)), help));
        }
        Ok(Self { site, hash: String::from_utf8_lossy(&found.stdout).trim().to_owned() })
    }

    /// Paths relative to the site's folder that are not as in this commit: changed, new, gone, committed or not. A path may be
    /// that of a folder (a repository in the repository). Files that git ignores are left out.
    ///
    /// # Errors
    /// If git fails.
    pub(crate) fn changed(&self) -> Result<BTreeSet<String>, Failure> {
        let diff = ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--relative", &self.hash, "--", "."];
        let mut paths = BTreeSet::new();
        for arguments in [&diff[..], &["ls-files", "--others", "--exclude-standard", "-z", "--", "."]] {
            let output = git(self.site, arguments)?;
            succeeded(&output)?;
            let listed = output.stdout.split(|byte| *byte == 0).filter(|path| !path.is_empty());
            paths.extend(listed.map(|path| String::from_utf8_lossy(path).trim_end_matches('/').to_owned()));
        }
        Ok(paths)
    }

    /// A file of the site as it is in this commit; `None` if it is not there, or no text.
    ///
    /// # Errors
    /// If git cannot be run.
    pub(crate) fn text(&self, path: &str) -> Result<Option<String>, Failure> {
        let output = git(self.site, &["show", &format!("{}:./{path}", self.hash)])?;
        Ok(output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten())
    }
}

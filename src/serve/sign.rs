//! Where a running preview says that it runs: for other programs of the same person, as the language server is one.

use serde::{Deserialize, Serialize};
use std::{
    io,
    path::{Path, PathBuf},
};

use crate::site::cache;

/// The file in the site's `.guidepost/`. Only whoever runs the preview can read it.
const FILE: &str = "serve.json";

/// What is said of a running preview. One that was killed leaves it behind: then nobody answers at its address, or not to its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sign {
    /// Where it listens, without a path.
    pub(crate) url: String,
    /// What it wants from whoever runs or writes something.
    pub(crate) token: String,
}

impl Sign {
    /// Puts it up, in the place of an older one. The file is made readable for its owner alone.
    pub(super) fn put_up(&self, site: &Path) -> io::Result<()> {
        cache::keep(site, FILE, |file| serde_json::to_writer(file, self).map_err(io::Error::from))
    }

    /// Takes it down, if it is still this one.
    pub(super) fn take_down(&self, site: &Path) {
        if Self::of(site).as_ref() == Some(self) {
            // Nobody answers there in any case.
            let _ = std::fs::remove_file(file(site));
        }
    }

    /// The one that is up in a site.
    pub(crate) fn of(site: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(file(site)).ok()?).ok()
    }
}

fn file(site: &Path) -> PathBuf {
    cache::folder(site).join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_one_that_was_put_up_counts_and_is_taken_down_by_its_own() {
        let site = tempfile::tempdir().expect("a folder");
        let [first, second] = ["a", "b"].map(|token| Sign { url: "http://127.0.0.1:1".into(), token: token.into() });
        assert_eq!(Sign::of(site.path()), None);
        first.put_up(site.path()).expect("written");
        second.put_up(site.path()).expect("written");
        first.take_down(site.path());
        assert_eq!(Sign::of(site.path()), Some(second.clone()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(file(site.path())).expect("it is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{mode:o}");
        }
        second.take_down(site.path());
        assert_eq!(Sign::of(site.path()), None);
    }
}

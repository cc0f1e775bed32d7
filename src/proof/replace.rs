//! A file of the author's is replaced as a whole, and only if it is what was read.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::source::inside::{Outside, inside};

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub enum Unwritten {
    /// It is not what was read, or leads out of the site.
    #[error("{path} {why}, so it is not written")]
    Refused {
        /// The file.
        path: String,
        /// What is in the way.
        why: String,
    },
    /// The system could not.
    #[error("{path} cannot be written: {error}")]
    System {
        /// The file.
        path: String,
        /// What it said.
        error: io::Error,
    },
}

/// A change of a file, whose path is relative to the site's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) path: String,
    /// The text as it was read; none if there was no file.
    pub(crate) old: Option<String>,
    /// The text that is to be; none if the file is to go.
    pub(crate) new: Option<String>,
}

impl Change {
    /// What takes it back.
    pub(crate) fn back(self) -> Self {
        Self { old: self.new, new: self.old, ..self }
    }

    /// Writes the file: a new one beside it, with its permissions and its owner, takes its place. A symbolic link inside the
    /// site stays, and the file that it leads to is written. `changed` says what is in the way if the file is another one by now.
    ///
    /// # Errors
    /// [`Unwritten`]; the file is then as it was.
    pub(crate) fn write(&self, site: &Path, changed: &str) -> Result<(), Unwritten> {
        let refused = |why: &str| Unwritten::Refused { path: self.path.clone(), why: why.to_owned() };
        let outside = |outside| match outside {
            Outside::Unreadable(error) => Unwritten::System { path: self.path.clone(), error },
            other => refused(&other.to_string()),
        };
        let file = match self.old {
            Some(_) => inside(site, Path::new(&self.path)).map_err(outside)?,
            None => self.beside(site).map_err(outside)?,
        };
        match self.put(&file, changed) {
            Ok(None) => Ok(()),
            Ok(Some(why)) => Err(refused(&why)),
            Err(error) => Err(Unwritten::System { path: self.path.clone(), error }),
        }
    }

    /// Where a file that is not there would be.
    fn beside(&self, site: &Path) -> Result<PathBuf, Outside> {
        let path = Path::new(&self.path);
        let folder = inside(site, path.parent().unwrap_or(Path::new("")))?;
        Ok(folder.join(path.file_name().unwrap_or_default()))
    }

    /// Nothing, or what is in the way.
    fn put(&self, file: &Path, changed: &str) -> io::Result<Option<String>> {
        let changed = || Ok(Some(changed.to_owned()));
        let folder = file.parent().ok_or(io::ErrorKind::InvalidInput)?;
        let mut beside = tempfile::Builder::new();
        beside.prefix(".guidepost-");
        let Some(old) = &self.old else {
            let Some(text) = &self.new else { return Ok(None) };
            // Like any other new file, it is not its owner's alone.
            #[cfg(unix)]
            beside.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
            let mut new = beside.tempfile_in(folder)?;
            new.write_all(text.as_bytes())?;
            new.as_file().sync_all()?;
            return match new.persist_noclobber(file) {
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => changed(),
                done => done.map(|_| None).map_err(|error| error.error),
            };
        };
        let meta = std::fs::metadata(file)?;
        if meta.permissions().readonly() {
            return Ok(Some("is read-only".into()));
        }
        let is_old = || Ok::<_, io::Error>(std::fs::read(file)? == old.as_bytes());
        let Some(text) = &self.new else {
            if !is_old()? {
                return changed();
            }
            return std::fs::remove_file(file).map(|()| None);
        };
        let mut new = beside.tempfile_in(folder)?;
        new.write_all(text.as_bytes())?;
        if !keep_owner(new.as_file(), &meta)? {
            return Ok(Some("belongs to somebody else".into()));
        }
        new.as_file().set_permissions(meta.permissions())?;
        new.as_file().sync_all()?;
        // Last, so that little time is left for somebody else to write it.
        if !is_old()? {
            return changed();
        }
        new.persist(file)?;
        Ok(None)
    }
}

/// Gives a new file the owner and the group of the one whose place it takes; false if the system does not allow it.
#[cfg(unix)]
fn keep_owner(new: &std::fs::File, old: &std::fs::Metadata) -> io::Result<bool> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let made = new.metadata()?;
    if (made.uid(), made.gid()) == (old.uid(), old.gid()) {
        return Ok(true);
    }
    match fchown(new, Some(old.uid()), Some(old.gid())) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(false),
        done => done.map(|()| true),
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &std::fs::File, _: &std::fs::Metadata) -> io::Result<bool> {
    Ok(true)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::{
        fs,
        os::unix::fs::{PermissionsExt, symlink},
    };

    fn change(path: &str, old: Option<&str>, new: Option<&str>) -> Change {
        Change { path: path.to_owned(), old: old.map(str::to_owned), new: new.map(str::to_owned) }
    }

    fn write(site: &Path, change: &Change) -> Result<(), String> {
        change.write(site, "has changed").map_err(|unwritten| unwritten.to_string())
    }

    #[test]
    fn only_what_was_read_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let site = &folder.path().join("site");
        fs::create_dir(site).unwrap();
        let file = site.join("a.md");
        fs::write(&file, "old\r\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("a.md", site.join("link.md")).unwrap();
        let updated = |path: &str| change(path, Some("old\r\n"), Some("new\r\n"));
        write(site, &updated("link.md")).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new\r\n");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(site.join("link.md")).unwrap().is_symlink());

        fs::write(folder.path().join("out.md"), "old\r\n").unwrap();
        symlink("../out.md", site.join("out.md")).unwrap();
        fs::write(site.join("locked.md"), "old\r\n").unwrap();
        fs::set_permissions(site.join("locked.md"), fs::Permissions::from_mode(0o444)).unwrap();
        for (path, why) in [
            ("a.md", "a.md has changed, so it is not written"),
            ("out.md", "out.md leads out of the site, so it is not written"),
            ("gone.md", "gone.md does not exist, so it is not written"),
            ("locked.md", "locked.md is read-only, so it is not written"),
        ] {
            assert_eq!(write(site, &updated(path)).unwrap_err(), why);
        }
        assert_eq!(fs::read_to_string(folder.path().join("out.md")).unwrap(), "old\r\n");
        let names: Vec<_> = fs::read_dir(site).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 4, "nothing is left beside them: {names:?}");
    }

    #[test]
    fn a_new_file_takes_nobodys_place_and_goes_only_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path();
        let new = change("v.yaml", None, Some("a\n"));
        write(site, &new).unwrap();
        let file = site.join("v.yaml");
        assert_eq!(fs::read_to_string(&file).unwrap(), "a\n");
        fs::write(site.join("other"), "").unwrap();
        let mode = |name: &str| fs::metadata(site.join(name)).unwrap().permissions().mode();
        assert_eq!(mode("v.yaml"), mode("other"), "it is like any other new file");
        assert_eq!(write(site, &new).unwrap_err(), "v.yaml has changed, so it is not written");
        fs::write(&file, "b\n").unwrap();
        let back = new.back();
        assert_eq!(write(site, &back).unwrap_err(), "v.yaml has changed, so it is not written");
        fs::write(&file, "a\n").unwrap();
        write(site, &back).unwrap();
        assert!(!file.exists());
        for path in ["../v.yaml", "/v.yaml", "gone/v.yaml"] {
            assert!(write(site, &change(path, None, Some("a\n"))).is_err(), "{path}");
        }
    }
}

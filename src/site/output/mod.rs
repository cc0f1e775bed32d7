//! The output folder: written as a whole or not at all, and never over what others wrote.
//!
//! ```text
//! open ─► the folder is guidepost's, and locked; a manifest says what is in it
//! keep ─► a file that is still as its inputs would make it
//! put, copy ─► others, staged in the folder's `.guidepost-staging-…`, from as many threads as you like
//! commit ─► all checked; then renamed into place, stale files removed, the manifest written
//! ```
//!
//! Until `commit` has checked everything, the site that is there stays as it is. A build that is killed later leaves a manifest
//! which knows the files of before and after, and the next build goes on from there. This holds for the death of the process;
//! files are not forced to the disk, and after a power failure a file may turn out to be "changed".

mod commit;
mod error;
mod folder;
mod manifest;
mod path;
#[cfg(test)]
mod tests;

pub use error::{Obstacle, OutputError};

use std::{
    collections::{BTreeSet, HashMap},
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use folder::{Claim, Staging};
use manifest::{Entry, Files, Live, Manifest, Stamp};

/// A fingerprint of all that a file is made from.
pub type Key = [u8; 32];

/// What a build did to the output folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files that are new or have new bytes.
    pub written: usize,
    /// Files that were right already.
    pub unchanged: usize,
    /// Files of earlier builds that this one did not have.
    pub removed: usize,
    /// Bytes of the files written.
    pub bytes: u64,
    /// Files of earlier builds that this one did not have, but that somebody has changed: they stay.
    pub left: Vec<String>,
}

/// An output folder that is being built. Dropped without [`commit`](Output::commit), it is as it was.
#[derive(Debug)]
pub struct Output {
    folder: PathBuf,
    old: Manifest,
    /// The manifest on disk must be written even if no file is.
    dirty: bool,
    build: Mutex<Build>,
    // In this order: what is staged must be gone before the folder is given up.
    staging: Staging,
    claim: Claim,
}

/// The files of this build.
#[derive(Debug, Default)]
struct Build {
    /// In lower case, because to some file systems that is the same; and as given.
    places: HashMap<String, String>,
    /// The folders of these, each with a file that is in it.
    folders: HashMap<String, String>,
    files: Files,
    staged: BTreeSet<String>,
    failed: bool,
}

impl Output {
    /// Takes an output folder for a build of the site in `site`; makes it if there is none.
    ///
    /// # Errors
    /// If a build into `out` could destroy what guidepost did not write, or another build has it. Then nothing was touched.
    pub fn open(site: &Path, out: &Path) -> Result<Self, OutputError> {
        let folder = folder::allowed(site, out)?;
        let claim = Claim::new(&folder)?;
        let found = Manifest::load(&folder)?;
        let dirty = found.as_ref().is_none_or(|m| m.pending.is_some());
        let old = found.unwrap_or_default().recover(&folder)?;
        let staging = Staging::new(&folder)?;
        Ok(Self { folder, old, dirty, build: Mutex::default(), staging, claim })
    }

    /// The real path of the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether `path` is still as it was put with the same `key`. Then it is part of this build, and need not be made.
    pub fn keep(&self, path: &str, key: &Key) -> bool {
        self.keep_all(&[path], key)
    }

    /// As [`keep`](Output::keep), for files that are made together: all of them are kept, or none.
    pub fn keep_all(&self, paths: &[&str], key: &Key) -> bool {
        let kept = |path: &&str| {
            let entry = self.old.files.get(*path).filter(|e| e.key.as_ref() == Some(key))?;
            match entry.live(&self.folder.join(path)) {
                Ok(Live::Ours(stamp)) => Some(((*path).to_owned(), Entry { stamp, ..entry.clone() })),
                // Whatever is wrong, `put` will say.
                _ => None,
            }
        };
        let Some(kept) = paths.iter().map(kept).collect::<Option<Vec<_>>>() else { return false };
        let mut build = self.build();
        let free = paths.iter().all(|path| build.taken(&path.to_lowercase()).is_none());
        if free {
            for (path, entry) in kept {
                build.take(&path);
                build.files.insert(path, entry);
            }
        }
        free
    }

    /// A file that this build could not make stays as the last one left it, if there is one.
    pub fn leave(&self, path: &str) {
        if let Some(key) = self.old.files.get(path).and_then(|entry| entry.key) {
            self.keep(path, &key);
        }
    }

    /// Gives a file to the build. `path` is relative and has `/`.
    ///
    /// # Errors
    /// If the path is not one, or was given already, or the file cannot be staged. The build cannot be committed then.
    pub fn put(&self, path: &str, key: &Key, bytes: &[u8]) -> Result<(), OutputError> {
        self.attempt(path, || {
            let hash = *blake3::hash(bytes).as_bytes();
            let entry = |stamp| Entry { stamp, hash, key: Some(*key), source: None };
            if let Some(stamp) = self.same(path, |_| Ok(hash))? {
                return Ok((entry(stamp), false));
            }
            let staged = self.stage(path, "write", |file| {
                let mut out = File::create_new(file)?;
                out.write_all(bytes)?;
                Stamp::of(&out.metadata()?)
            })?;
            Ok((entry(staged), true))
        })
    }

    /// Gives a copy of a file to the build; not read if neither it nor the copy was touched since.
    ///
    /// # Errors
    /// As [`put`](Output::put), or if `source` is not a readable regular file.
    pub fn copy(&self, path: &str, source: &Path) -> Result<(), OutputError> {
        self.attempt(path, || {
            let failed = |e| OutputError::io("copy", source, e);
            let metadata = fs::metadata(source).map_err(failed)?;
            if !metadata.is_file() {
                return Err(failed(io::Error::other("it is not a regular file")));
            }
            let from = Stamp::of(&metadata).map_err(failed)?;
            let entry = |stamp, hash| Entry { stamp, hash, key: None, source: Some(from) };
            let mut hash = [0; 32];
            let known = |old: &Entry| {
                hash = match old.source {
                    Some(stamp) if stamp == from => old.hash,
                    _ if old.stamp.size == from.size => manifest::hash(source).map_err(failed)?,
                    _ => [0; 32],
                };
                Ok(hash)
            };
            if let Some(stamp) = self.same(path, known)? {
                return Ok((entry(stamp, hash), false));
            }
            let (stamp, hash) = self.stage(path, "write", |file| {
                fs::copy(source, file)?;
                Ok((Stamp::of(&fs::metadata(file)?)?, manifest::hash(file)?))
            })?;
            Ok((entry(stamp, hash), true))
        })
    }

    /// Makes the folder be what was given to the build.
    ///
    /// # Errors
    /// If something stands in the way (then nothing was touched), or the disk fails: then the next build goes on from there.
    pub fn commit(self) -> Result<Summary, OutputError> {
        // Dropped from the last to the first: what is staged must be gone before the folder is given up.
        let Self { mut claim, staging, folder, old, dirty, build } = self;
        let build = build.into_inner().unwrap_or_else(PoisonError::into_inner);
        if build.failed {
            return Err(OutputError::Unfinished { folder });
        }
        let plan = commit::Plan::new(&folder, &old, build)?;
        if dirty || !plan.is_empty() {
            plan.prepare(&staging)?;
            claim.keep();
            plan.begin(&staging)?;
            plan.clear()?;
            plan.fill(&staging)?;
            plan.remove_stale()?;
            plan.end(&staging)?;
        }
        Ok(plan.summary())
    }

    fn build(&self) -> MutexGuard<'_, Build> {
        self.build.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place for the file that `make` makes; it says whether the file is staged.
    fn attempt(
        &self,
        path: &str,
        make: impl FnOnce() -> Result<(Entry, bool), OutputError>,
    ) -> Result<(), OutputError> {
        let claimed = path::check(path).and_then(|()| self.build().claim(path));
        let made = claimed.and_then(|()| make());
        let mut build = self.build();
        build.failed |= made.is_err();
        let (entry, staged) = made?;
        if staged {
            build.staged.insert(path.to_owned());
        }
        build.files.insert(path.to_owned(), entry);
        Ok(())
    }

    /// The stamp of the file on disk, if guidepost once wrote that path and the bytes are those of `hash` now.
    fn same(
        &self,
        path: &str,
        hash: impl FnOnce(&Entry) -> Result<Key, OutputError>,
    ) -> Result<Option<Stamp>, OutputError> {
        let Some(old) = self.old.files.get(path) else { return Ok(None) };
        let (stamp, there) = match old.live(&self.folder.join(path))? {
            Live::Ours(stamp) => (stamp, old.hash),
            Live::Changed(stamp, hash) => (stamp, hash),
            Live::Missing | Live::Other => return Ok(None),
        };
        Ok((hash(old)? == there).then_some(stamp))
    }

    fn stage<T>(
        &self,
        path: &str,
        action: &'static str,
        write: impl FnOnce(&Path) -> io::Result<T>,
    ) -> Result<T, OutputError> {
        let file = self.staging.files().join(path);
        let parent = file.parent().map_or(Ok(()), fs::create_dir_all);
        // The author knows the place where the file is to be, not the one where it waits.
        parent.and_then(|()| write(&file)).map_err(|e| OutputError::io(action, &self.folder.join(path), e))
    }
}

impl Build {
    /// Takes a place, if it is free.
    fn claim(&mut self, path: &str) -> Result<(), OutputError> {
        if let Some(first) = self.taken(&path.to_lowercase()) {
            return Err(OutputError::Twice { first: first.to_owned(), second: path.to_owned() });
        }
        self.take(path);
        Ok(())
    }

    /// The file that has the place, or its folder, or is in it.
    fn taken(&self, lower: &str) -> Option<&str> {
        let here = self.places.get(lower).or_else(|| self.folders.get(lower));
        here.or_else(|| path::ancestors(lower).find_map(|a| self.places.get(a))).map(String::as_str)
    }

    fn take(&mut self, path: &str) {
        let lower = path.to_lowercase();
        for folder in path::ancestors(&lower) {
            if self.folders.contains_key(folder) {
                break;
            }
            self.folders.insert(folder.to_owned(), path.to_owned());
        }
        self.places.insert(lower, path.to_owned());
    }
}

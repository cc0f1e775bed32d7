//! Which folder may be written to, and by whom.

use std::{
    env,
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Component, Path, PathBuf},
    time::{Duration, Instant},
};
use tempfile::TempDir;

use super::{
    error::OutputError,
    manifest::{self, stat},
    path::RESERVED,
};

/// Folders of a site that hold what people wrote, and what version control and guidepost keep.
const SOURCES: [&str; 7] = ["content", "themes", "static", "data", "machines", ".git", ".guidepost"];
/// Locked as long as a build has the folder. It stays: to remove a locked file is a race.
const LOCK: &str = ".guidepost-lock";
const STAGING: &str = ".guidepost-staging-";
/// A file in a staging folder that says whose it is.
const MARKER: (&str, &[u8]) =
    ("marker", b"guidepost builds here; this folder can be deleted when no build is running\n");
/// Names shown of the files that are not guidepost's.
const SHOWN: usize = 5;
/// How long a lock that somebody holds is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// A path with its links resolved, whether or not all of it exists.
fn resolve(path: &Path) -> Result<PathBuf, OutputError> {
    let failed = |e| OutputError::io("find", path, e);
    let mut real = PathBuf::new();
    for component in std::path::absolute(path).map_err(failed)?.components() {
        if component == Component::ParentDir {
            real.pop();
            continue;
        }
        real.push(component);
        match real.canonicalize() {
            Ok(canonical) => real = canonical,
            Err(_) if stat(&real).map_err(failed)?.is_none() => {}
            Err(e) => return Err(OutputError::io("follow", &real, e)),
        }
    }
    Ok(real)
}

/// The real path of an output folder, if a build into it can do no harm.
pub(super) fn allowed(site: &Path, out: &Path) -> Result<PathBuf, OutputError> {
    let (site, folder) = (resolve(site)?, resolve(out)?);
    let forbidden = |what: String| Err(OutputError::Forbidden { folder: folder.clone(), what });
    if folder.parent().is_none() {
        return forbidden("the root of the file system".into());
    }
    if env::home_dir().and_then(|home| home.canonicalize().ok()).is_some_and(|home| home == folder) {
        return forbidden("the home directory".into());
    }
    if folder == site {
        return forbidden("the site's own folder".into());
    }
    if site.starts_with(&folder) {
        return forbidden("a folder above the site".into());
    }
    for name in SOURCES {
        // A link that leads nowhere protects nothing, and is somebody else's to report.
        let Ok(source) = resolve(&site.join(name)) else { continue };
        if folder == source {
            return forbidden(format!("the site's `{name}`"));
        }
        if folder.starts_with(&source) {
            return forbidden(format!("inside the site's `{name}`"));
        }
        if source.starts_with(&folder) {
            return forbidden(format!("a folder above the site's `{name}`"));
        }
    }
    match stat(&folder).map_err(|e| OutputError::io("read", &folder, e))? {
        Some(metadata) if !metadata.is_dir() => Err(OutputError::NotAFolder { folder }),
        Some(_) => only_ours(&folder).map(|()| folder),
        None => Ok(folder),
    }
}

/// Refuses a folder with files and no manifest.
fn only_ours(folder: &Path) -> Result<(), OutputError> {
    let failed = |e| OutputError::io("read", folder, e);
    if stat(&folder.join(manifest::NAME)).map_err(failed)?.is_some_and(|m| m.is_file()) {
        return Ok(());
    }
    let mut names = Vec::new();
    for item in fs::read_dir(folder).map_err(failed)? {
        let name = item.map_err(failed)?.file_name().to_string_lossy().into_owned();
        if !name.starts_with(RESERVED) || name == manifest::NAME {
            names.push(name);
        }
    }
    names.sort();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    if names.is_empty() { Ok(()) } else { Err(OutputError::NotOurs { folder: folder.to_owned(), names, more }) }
}

/// The right to write to a folder. Until it is [kept](Claim::keep), what was made for it is undone in the end.
#[derive(Debug)]
pub(super) struct Claim {
    /// Held until it is closed.
    lock: Option<File>,
    /// In the order in which they were made.
    made: Vec<PathBuf>,
    made_lock: Option<PathBuf>,
}

impl Claim {
    /// Makes the folder if there is none, and locks it.
    pub(super) fn new(folder: &Path) -> Result<Self, OutputError> {
        let mut made: Vec<PathBuf> = folder.ancestors().take_while(|f| !f.exists()).map(Path::to_owned).collect();
        made.reverse();
        let mut claim = Self { lock: None, made, made_lock: None };
        fs::create_dir_all(folder).map_err(|e| OutputError::io("create", folder, e))?;
        let path = folder.join(LOCK);
        let failed = |e| OutputError::io("write", &path, e);
        let there = stat(&path).map_err(failed)?;
        if there.as_ref().is_some_and(|metadata| !metadata.is_file()) {
            return Err(failed(io::Error::other("it is not a regular file")));
        }
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match patiently(&lock) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OutputError::Busy { folder: folder.to_owned() }),
            // Some network file systems have no locks; a build is still possible.
            Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(e)) => return Err(OutputError::io("lock", &path, e)),
        }
        claim.lock = Some(lock);
        claim.made_lock = there.is_none().then_some(path);
        Ok(claim)
    }

    /// From now on the folder is an output folder.
    pub(super) fn keep(&mut self) {
        self.made.clear();
        self.made_lock = None;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(lock) = &self.made_lock {
            let _ = fs::remove_file(lock);
        }
        // Only empty folders can be removed so; anything else is not ours to remove.
        for folder in self.made.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
        self.lock = None;
    }
}

/// Locks a file; waits a moment if it is locked, because a process that another thread is just starting holds the lock until
/// its own program begins.
fn patiently(lock: &File) -> Result<(), TryLockError> {
    let begin = Instant::now();
    loop {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) if begin.elapsed() < PATIENCE => std::thread::sleep(PATIENCE / 20),
            result => return result,
        }
    }
}

/// Where files wait until all are there: in the output folder, and so on its file system. Removed in the end.
#[derive(Debug)]
pub(super) struct Staging(TempDir);

impl Staging {
    /// Removes what killed builds have left, and begins anew.
    pub(super) fn new(folder: &Path) -> Result<Self, OutputError> {
        let make = || {
            for item in fs::read_dir(folder)? {
                let item = item?;
                if item.file_name().to_string_lossy().starts_with(STAGING) && item.file_type()?.is_dir() {
                    remove_leftover(&item.path())?;
                }
            }
            let staging = tempfile::Builder::new().prefix(STAGING).tempdir_in(folder)?;
            fs::write(staging.path().join(MARKER.0), MARKER.1)?;
            fs::create_dir(staging.path().join("files"))?;
            Ok(Self(staging))
        };
        make().map_err(|e| OutputError::io("write to", folder, e))
    }

    /// The root of the staged files.
    pub(super) fn files(&self) -> PathBuf {
        self.0.path().join("files")
    }

    /// A place beside them, for a manifest.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Leaves it as a killed build would.
    #[cfg(test)]
    pub(super) fn abandon(mut self) {
        self.0.disable_cleanup(true);
    }
}

fn remove_leftover(staging: &Path) -> io::Result<()> {
    let marker = staging.join(MARKER.0);
    if stat(&marker)?.is_some_and(|m| m.is_file()) && fs::read(&marker)? == MARKER.1 {
        return fs::remove_dir_all(staging);
    }
    // Killed before the marker was there, or somebody else's: then it is not empty, and stays.
    let _ = fs::remove_dir(staging);
    Ok(())
}

//! What guidepost wrote to the output folder, kept in the folder itself.
//!
//! A first line names the format and its version, then follows `postcard`. While a commit is under way the manifest holds the
//! files of before and after, so that a build which is killed half-way leaves no file that nobody knows.

use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, Metadata},
    io::{self, Write},
    path::Path,
    time::UNIX_EPOCH,
};

use super::{Key, error::OutputError, path};

/// Name of the manifest in the output folder.
pub(super) const NAME: &str = ".guidepost-manifest";
const MAGIC: &[u8] = b"guidepost-manifest ";
const VERSION: &[u8] = b"1\n";

/// Size and time of a file: cheap to ask for, and they differ whenever somebody wrote to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub(super) size: u64,
    /// Nanoseconds since 1970.
    modified: i64,
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> io::Result<Self> {
        let time = metadata.modified()?;
        let nanos = |d: std::time::Duration| i64::try_from(d.as_nanos()).unwrap_or(i64::MAX);
        let modified = time.duration_since(UNIX_EPOCH).map_or_else(|before| -nanos(before.duration()), nanos);
        Ok(Self { size: metadata.len(), modified })
    }
}

/// A file as guidepost wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) stamp: Stamp,
    /// BLAKE3 of its bytes.
    pub(super) hash: Key,
    /// Of what it was made from; `None` for a copy.
    pub(super) key: Option<Key>,
    /// Of the file that it is a copy of.
    pub(super) source: Option<Stamp>,
}

/// What is at a path where guidepost once wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Live {
    Missing,
    /// The file that was written, though perhaps with a new time.
    Ours(Stamp),
    /// A file with other bytes.
    Changed(Stamp, Key),
    /// A folder, a link, a device.
    Other,
}

impl Entry {
    /// Compares with the disk: one `stat`, and the bytes only where that leaves a doubt.
    pub(super) fn live(&self, file: &Path) -> Result<Live, OutputError> {
        let look = || {
            let Some(metadata) = stat(file)? else { return Ok(Live::Missing) };
            if !metadata.is_file() {
                return Ok(Live::Other);
            }
            let stamp = Stamp::of(&metadata)?;
            if stamp == self.stamp {
                return Ok(Live::Ours(stamp));
            }
            let hash = hash(file)?;
            Ok(if hash == self.hash { Live::Ours(stamp) } else { Live::Changed(stamp, hash) })
        };
        look().map_err(|e| OutputError::io("read", file, e))
    }
}

/// BLAKE3 of the bytes of a file.
pub(super) fn hash(file: &Path) -> io::Result<Key> {
    Ok(*blake3::Hasher::new().update_reader(File::open(file)?)?.finalize().as_bytes())
}

/// What is at a path, links not followed; `None` if nothing.
pub(super) fn stat(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(e) => Err(e),
    }
}

/// Files by their path, relative to the output folder and with `/`.
pub(super) type Files = BTreeMap<String, Entry>;

/// Everything that guidepost wrote to an output folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) files: Files,
    /// Folders that guidepost made; others are the author's and stay.
    pub(super) folders: BTreeSet<String>,
    /// The files of a commit that has begun. Each file on disk is as in `files`, or as here.
    pub(super) pending: Option<Files>,
}

impl Manifest {
    /// Reads the manifest of an output folder; `None` if it has none.
    pub(super) fn load(folder: &Path) -> Result<Option<Self>, OutputError> {
        let file = folder.join(NAME);
        let read = || match stat(&file)? {
            Some(metadata) if metadata.is_file() => fs::read(&file).map(Some),
            _ => Ok(None),
        };
        let Some(bytes) = read().map_err(|e| OutputError::io("read", &file, e))? else { return Ok(None) };
        Self::decode(&bytes).map(Some).map_err(|reason| OutputError::Manifest { path: file, reason: reason.into() })
    }

    fn decode(bytes: &[u8]) -> Result<Self, &'static str> {
        let rest = bytes.strip_prefix(MAGIC).ok_or("it is not one of guidepost's")?;
        let rest = rest.strip_prefix(VERSION).ok_or("another version of guidepost wrote it")?;
        let (manifest, tail): (Self, _) = postcard::take_from_bytes(rest).map_err(|_| "it is damaged")?;
        // Whoever wrote this file, it must not make guidepost remove anything elsewhere.
        let pending = manifest.pending.iter().flat_map(BTreeMap::keys);
        let mut paths = manifest.files.keys().chain(&manifest.folders).chain(pending);
        if tail.is_empty() && paths.all(|p| path::check(p).is_ok()) { Ok(manifest) } else { Err("it is damaged") }
    }

    /// Writes to `file`, which must not exist.
    pub(super) fn save(&self, file: &Path) -> Result<(), OutputError> {
        let write = || {
            let bytes = postcard::to_extend(self, [MAGIC, VERSION].concat()).map_err(io::Error::other)?;
            File::create_new(file)?.write_all(&bytes)
        };
        write().map_err(|e| OutputError::io("write", file, e))
    }

    /// After a commit that did not end: finds out for each file whether the old or the new one is there.
    pub(super) fn recover(mut self, folder: &Path) -> Result<Self, OutputError> {
        let Some(pending) = self.pending.take() else { return Ok(self) };
        for (path, new) in pending {
            if matches!(new.live(&folder.join(&path))?, Live::Ours(_)) {
                self.files.insert(path, new);
            }
        }
        // Where a folder took the place of a file, one of them is there.
        let is_folder = |path: &str| stat(&folder.join(path)).is_ok_and(|there| there.is_some_and(|m| m.is_dir()));
        self.files.retain(|path, _| !(self.folders.contains(path) && is_folder(path)));
        Ok(self)
    }
}

//! From the staged files to the output folder, in steps between each of which a build may be killed.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fs, io,
    path::Path,
};

use super::{
    Build, Summary,
    error::{Obstacle, OutputError},
    folder::Staging,
    manifest::{self, Files, Live, Manifest, stat},
    path::ancestors,
};

/// What a commit will do, and that nothing stands in its way.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    folder: &'a Path,
    old: &'a Manifest,
    new: Manifest,
    staged: BTreeSet<String>,
    /// Stale files and folders that stand where new ones come; folders after what is in them.
    in_the_way: (Vec<&'a str>, Vec<&'a str>),
    /// All other stale files and folders.
    stale: (Vec<&'a str>, Vec<&'a str>),
    left: Vec<String>,
}

impl<'a> Plan<'a> {
    /// Looks at the folder; touches nothing.
    pub(super) fn new(folder: &'a Path, old: &'a Manifest, build: Build) -> Result<Self, OutputError> {
        let Build { places, files, staged, .. } = build;
        let mut ground = Ground { folder, old, new: &files, known: HashMap::new() };
        let mut obstacles = BTreeSet::new();
        for path in &staged {
            ground.check(path, &mut obstacles)?;
        }
        if !obstacles.is_empty() {
            return Err(OutputError::Obstructed {
                folder: folder.to_owned(),
                obstacles: obstacles.into_iter().collect(),
            });
        }

        let needed: BTreeSet<&str> = files.keys().flat_map(|p| ancestors(p)).collect();
        let made = |f: &str| old.folders.contains(f) || matches!(ground.known.get(f), Some(Folder::Missing));
        let folders = needed.iter().filter(|f| made(f)).map(|f| (*f).to_owned()).collect();

        let lower: HashSet<String> = staged.iter().map(|p| p.to_lowercase()).collect();
        let lower_folders: HashSet<&str> = lower.iter().flat_map(|p| ancestors(p)).collect();
        let in_the_way = |path: &str, is_file: bool| {
            let path = path.to_lowercase();
            lower.contains(&path)
                || ancestors(&path).any(|a| lower.contains(a))
                || (is_file && lower_folders.contains(path.as_str()))
        };
        let (mut now, mut later, mut left) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()), Vec::new());
        for (path, entry) in old.files.iter().filter(|(p, _)| !files.contains_key(*p)) {
            if !ground.is_real_above(path)? {
                continue;
            }
            match entry.live(&folder.join(path))? {
                Live::Missing => {}
                Live::Ours(_) if in_the_way(path, true) => now.0.push(path.as_str()),
                // Where capitals do not count, it may be a file of this build by another name.
                Live::Ours(_) if places.contains_key(&path.to_lowercase()) => left.push(path.clone()),
                Live::Ours(_) => later.0.push(path.as_str()),
                Live::Changed(..) | Live::Other => left.push(path.clone()),
            }
        }
        for path in old.folders.iter().rev().filter(|f| !needed.contains(f.as_str())) {
            if ground.is_real(path)? {
                if in_the_way(path, false) { &mut now.1 } else { &mut later.1 }.push(path.as_str());
            }
        }
        let new = Manifest { files, folders, pending: None };
        Ok(Self { folder, old, new, staged, in_the_way: now, stale: later, left })
    }

    /// Whether the folder is as it should be.
    pub(super) fn is_empty(&self) -> bool {
        self.staged.is_empty() && self.new == *self.old
    }

    /// Writes both manifests, so that a full disk is found out while nothing is touched.
    pub(super) fn prepare(&self, staging: &Staging) -> Result<(), OutputError> {
        let both = Manifest {
            files: self.old.files.clone(),
            folders: &self.old.folders | &self.new.folders,
            pending: Some(self.new.files.clone()),
        };
        both.save(&staging.beside("pending"))?;
        self.new.save(&staging.beside("manifest"))
    }

    /// From here on, every file of before and after is known to be guidepost's.
    pub(super) fn begin(&self, staging: &Staging) -> Result<(), OutputError> {
        rename(&staging.beside("pending"), &self.folder.join(manifest::NAME))
    }

    /// Removes what stands in the way of new files.
    pub(super) fn clear(&self) -> Result<(), OutputError> {
        self.remove(&self.in_the_way)
    }

    /// Moves the staged files in; folders that are new altogether at once.
    pub(super) fn fill(&self, staging: &Staging) -> Result<(), OutputError> {
        move_into(&staging.files(), self.folder)
    }

    /// Removes what this build does not have.
    pub(super) fn remove_stale(&self) -> Result<(), OutputError> {
        self.remove(&self.stale)
    }

    /// From here on, only the new files are known.
    pub(super) fn end(&self, staging: &Staging) -> Result<(), OutputError> {
        rename(&staging.beside("manifest"), &self.folder.join(manifest::NAME))
    }

    pub(super) fn summary(self) -> Summary {
        Summary {
            written: self.staged.len(),
            unchanged: self.new.files.len() - self.staged.len(),
            removed: self.in_the_way.0.len() + self.stale.0.len(),
            bytes: self.staged.iter().filter_map(|p| self.new.files.get(p)).map(|e| e.stamp.size).sum(),
            left: self.left,
        }
    }

    fn remove(&self, (files, folders): &(Vec<&str>, Vec<&str>)) -> Result<(), OutputError> {
        for path in files.iter().map(|p| self.folder.join(p)) {
            match fs::remove_file(&path) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(OutputError::io("remove", &path, e)),
                _ => {}
            }
        }
        for path in folders {
            // Fails if somebody has put a file of theirs there; then the folder is theirs, too.
            let _ = fs::remove_dir(self.folder.join(path));
        }
        Ok(())
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), OutputError> {
    fs::rename(from, to).map_err(|e| OutputError::io("write", to, e))
}

fn move_into(from: &Path, to: &Path) -> Result<(), OutputError> {
    let failed = |e| OutputError::io("write to", to, e);
    for item in fs::read_dir(from).map_err(failed)? {
        let item = item.map_err(failed)?;
        let (source, target) = (item.path(), to.join(item.file_name()));
        let is_folder = item.file_type().map_err(failed)?.is_dir();
        if is_folder && stat(&target).map_err(failed)?.is_some_and(|there| there.is_dir()) {
            move_into(&source, &target)?;
        } else {
            rename(&source, &target)?;
        }
    }
    Ok(())
}

/// A folder in the output folder.
#[derive(Debug, Clone)]
enum Folder {
    /// It can be made.
    Missing,
    /// It is there, and no link is on the way to it.
    Real,
    /// Something else is there.
    Blocked(Obstacle),
}

/// What the output folder looks like before the commit.
struct Ground<'a> {
    folder: &'a Path,
    old: &'a Manifest,
    new: &'a Files,
    known: HashMap<String, Folder>,
}

impl Ground<'_> {
    fn look(&mut self, path: &str) -> Result<Folder, OutputError> {
        if let Some(known) = self.known.get(path) {
            return Ok(known.clone());
        }
        let folder = match self.above(path)? {
            Folder::Real => match self.stat(path)? {
                None => Folder::Missing,
                Some(there) if there.is_dir() => Folder::Real,
                Some(_) if self.is_stale(path)? => Folder::Missing,
                Some(_) => Folder::Blocked(self.obstacle(path)),
            },
            other => other,
        };
        self.known.insert(path.to_owned(), folder.clone());
        Ok(folder)
    }

    fn above(&mut self, path: &str) -> Result<Folder, OutputError> {
        ancestors(path).next().map_or(Ok(Folder::Real), |parent| self.look(parent))
    }

    fn is_real(&mut self, path: &str) -> Result<bool, OutputError> {
        Ok(matches!(self.look(path)?, Folder::Real))
    }

    fn is_real_above(&mut self, path: &str) -> Result<bool, OutputError> {
        Ok(matches!(self.above(path)?, Folder::Real))
    }

    fn stat(&self, path: &str) -> Result<Option<fs::Metadata>, OutputError> {
        let full = self.folder.join(path);
        stat(&full).map_err(|e| OutputError::io("read", &full, e))
    }

    /// Whether the commit removes what is at `path`.
    fn is_stale(&self, path: &str) -> Result<bool, OutputError> {
        let Some(entry) = self.old.files.get(path).filter(|_| !self.new.contains_key(path)) else { return Ok(false) };
        Ok(matches!(entry.live(&self.folder.join(path))?, Live::Ours(_)))
    }

    fn obstacle(&self, path: &str) -> Obstacle {
        Obstacle { path: path.to_owned(), changed: self.old.files.contains_key(path) }
    }

    /// Whether a new file can be moved to `path`.
    fn check(&mut self, path: &str, obstacles: &mut BTreeSet<Obstacle>) -> Result<(), OutputError> {
        match self.above(path)? {
            Folder::Missing => return Ok(()),
            Folder::Blocked(obstacle) => {
                obstacles.insert(obstacle);
                return Ok(());
            }
            Folder::Real => {}
        }
        let Some(there) = self.stat(path)? else { return Ok(()) };
        if there.is_dir() {
            return self.check_folder(path, obstacles);
        }
        let ours = match self.old.files.get(path) {
            Some(entry) => matches!(entry.live(&self.folder.join(path))?, Live::Ours(_)),
            None => self.is_renamed(path)?,
        };
        if !ours {
            obstacles.insert(self.obstacle(path));
        }
        Ok(())
    }

    /// Whether a folder, where a file is to be, can be removed.
    fn check_folder(&self, path: &str, obstacles: &mut BTreeSet<Obstacle>) -> Result<(), OutputError> {
        if !self.old.folders.contains(path) {
            obstacles.insert(self.obstacle(path));
            return Ok(());
        }
        let full = self.folder.join(path);
        let failed = |e| OutputError::io("read", &full, e);
        for item in fs::read_dir(&full).map_err(failed)? {
            let item = item.map_err(failed)?;
            let inner = format!("{path}/{}", item.file_name().to_string_lossy());
            if item.file_type().map_err(failed)?.is_dir() {
                self.check_folder(&inner, obstacles)?;
            } else if !self.is_stale(&inner)? {
                obstacles.insert(self.obstacle(&inner));
            }
        }
        Ok(())
    }

    /// Where capitals do not count: whether the file at `path` is a stale one whose name differs in these.
    fn is_renamed(&self, path: &str) -> Result<bool, OutputError> {
        let lower = path.to_lowercase();
        let full = self.folder.join(path);
        let Ok(real) = full.canonicalize() else { return Ok(false) };
        let Some(name) = real.strip_prefix(self.folder).ok().and_then(Path::to_str) else { return Ok(false) };
        Ok(name != path && name.to_lowercase() == lower && self.is_stale(name)?)
    }
}

//! A site's folder in a temporary place, and what is in it.

use guidepost::site::output::{Key, Output, OutputError, Summary};
use rayon::prelude::*;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// A site's folder with an output folder to be.
pub(crate) struct Site {
    pub(crate) root: TempDir,
}

impl Site {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["content", "themes", "static", "data", "machines"] {
            fs::create_dir_all(root.path().join("site").join(folder).join("sub")).unwrap();
        }
        fs::write(root.path().join("site/content/page.md"), "page").unwrap();
        Self { root }
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    pub(crate) fn open(&self) -> Result<Output, OutputError> {
        Output::open(&self.path("site"), &self.path("site/public"))
    }

    pub(crate) fn try_build(&self, files: &[(&str, &str)]) -> Result<Summary, OutputError> {
        let output = self.open()?;
        files.par_iter().try_for_each(|(path, text)| output.put(path, &key(text), text.as_bytes()))?;
        output.commit()
    }

    /// Builds; says how many files were written, unchanged and removed.
    pub(crate) fn build(&self, files: &[(&str, &str)]) -> (usize, usize, usize) {
        let summary = self.try_build(files).unwrap();
        (summary.written, summary.unchanged, summary.removed)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).unwrap();
    }

    /// The output folder, guidepost's own files left out.
    pub(crate) fn public(&self) -> Vec<(String, String)> {
        tree(&self.path("site/public")).into_iter().filter(|(p, _)| !p.starts_with(".guidepost-")).collect()
    }
}

pub(crate) fn key(text: &str) -> Key {
    let mut key = [0; 32];
    key.iter_mut().zip(text.bytes()).for_each(|(k, b)| *k = b);
    key
}

/// Every path below a folder; with the text of a file, the target of a link, or `/`.
pub(crate) fn tree(folder: &Path) -> BTreeMap<String, String> {
    let items = walkdir::WalkDir::new(folder).min_depth(1).into_iter().map(Result::unwrap);
    let text = |item: &walkdir::DirEntry| match item.file_type() {
        t if t.is_dir() => "/".to_owned(),
        t if t.is_symlink() => format!("-> {}", fs::read_link(item.path()).unwrap().display()),
        _ => String::from_utf8_lossy(&fs::read(item.path()).unwrap()).into_owned(),
    };
    items.map(|i| (i.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned(), text(&i))).collect()
}

pub(crate) fn pairs(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

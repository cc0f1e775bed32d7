//! Tables of tests whose rows are folders: a guide as an author would write it, and what must come of it.

use guidepost::site;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// A row of a table.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Name of its folder.
    pub(crate) name: String,
    /// Its folder.
    folder: PathBuf,
    /// The file with what must come of it.
    file: &'static str,
    /// What must come of it.
    pub(crate) expected: String,
}

impl Row {
    /// The guide's path in the site of the table.
    pub(crate) fn path(&self) -> String {
        format!("content/{}/index.md", self.name)
    }

    /// Writes what came of it as what must come.
    pub(crate) fn renew(&self, told: &str) {
        std::fs::write(self.folder.join(self.file), told).expect("the folder can be written");
    }
}

/// All rows of `tests/TABLE`, by name; `file` is where a row says what must come of it.
pub(crate) fn rows(table: &str, file: &'static str) -> Vec<Row> {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(table);
    let mut rows: Vec<Row> = std::fs::read_dir(table)
        .expect("the table")
        .map(|entry| {
            let folder = entry.expect("a folder").path();
            let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
            let expected = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
            Row { name, folder, file, expected }
        })
        .collect();
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    rows
}

/// Whether the tables are to be written anew from what comes of them.
pub(crate) fn renews() -> bool {
    std::env::var_os("GUIDEPOST_RENEW").is_some()
}

/// A site of these guides: each is a bundle with the other files of its folder.
pub(crate) fn site(rows: &[Row], config: &str) -> (tempfile::TempDir, site::Options) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("guidepost.yaml"), config).expect("written");
    for row in rows {
        let bundle = folder.path().join("content").join(&row.name);
        std::fs::create_dir_all(&bundle).expect("a folder");
        for file in std::fs::read_dir(&row.folder).expect("a folder of files") {
            let file = file.expect("a file").path();
            let name = file.file_name().expect("a name").to_string_lossy().into_owned();
            match name.as_str() {
                name if name == row.file => continue,
                "guide.md" => std::fs::copy(&file, bundle.join("index.md")),
                name => std::fs::copy(&file, bundle.join(name)),
            }
            .expect("copied");
        }
    }
    let options = site_options(folder.path());
    (folder, options)
}

/// How a site of tests is read.
pub(crate) fn site_options(site: &Path) -> site::Options {
    site::Options {
        loose: Vec::new(),
        workspace: false,
        site: site.to_owned(),
        out: None,
        base_url: None,
        drafts: false,
        future: false,
        strict: false,
        offline: false,
        reports: Vec::new(),
        today: "2026-01-01".into(),
        texts: BTreeMap::new(),
    }
}

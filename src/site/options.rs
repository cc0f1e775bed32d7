//! What the command line says of a site.

use std::{collections::BTreeMap, path::PathBuf};

/// What the command line says.
#[derive(Debug, Clone)]
pub struct Options {
    /// The site's folder; of loose files, the folder that they lie in.
    pub site: PathBuf,
    /// Loose files, relative to that folder and sorted: Markdown that lies in no site. Without any, it is a site's folder.
    pub loose: Vec<String>,
    /// The output folder; `public` in the site's folder by default.
    pub out: Option<PathBuf>,
    /// Instead of the configuration's `base_url`.
    pub base_url: Option<String>,
    /// Whether machines get the files of the repository that loose files lie in.
    pub workspace: bool,
    /// Whether drafts are built.
    pub drafts: bool,
    /// Whether pages are built before their day.
    pub future: bool,
    /// Whether a warning fails the build.
    pub strict: bool,
    /// Whether pages are to be opened as files, without a server.
    pub offline: bool,
    /// Reports of `guidepost verify` that pages show, and folders of them.
    pub reports: Vec<PathBuf>,
    /// The day of the build, `YYYY-MM-DD`: pages expire by it.
    pub today: String,
    /// Texts of `guidepost.yaml` and of sidecars that are read instead of what lies there, by their paths: so it can be tried what
    /// would come of them.
    pub texts: BTreeMap<String, String>,
}

impl Options {
    /// The text of a file of the site, by its path.
    pub(crate) fn text(&self, path: &str) -> std::io::Result<String> {
        match self.texts.get(path) {
            Some(text) => Ok(text.clone()),
            None => std::fs::read_to_string(self.site.join(path)),
        }
    }
}

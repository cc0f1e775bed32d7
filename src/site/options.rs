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
    /// Texts that are read instead of what lies there, by paths relative to the site's folder: `guidepost.yaml`, pages, sidecars and
    /// what pages include. So it can be tried what would come of them, and an editor's unsaved texts are seen.
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

    /// The bytes of a file of the site, by its path.
    pub(crate) fn bytes(&self, path: &str) -> std::io::Result<Vec<u8>> {
        match self.texts.get(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => std::fs::read(self.site.join(path)),
        }
    }

    /// Whether there is a file of that path, or a text that is read instead.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.texts.contains_key(path) || self.site.join(path).is_file()
    }
}

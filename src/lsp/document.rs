//! A document of a site, as an editor has it.

use crate::{
    config,
    schema::Of,
    site::{address::Resolved, library::Page, load::Site},
};

/// A text with the site that it is part of.
pub(super) struct Document<'a> {
    pub(super) site: &'a Site<'a>,
    /// Relative to the site's folder.
    pub(super) path: &'a str,
    pub(super) text: &'a str,
}

impl<'a> Document<'a> {
    /// Which YAML it is, if it is some.
    pub(super) fn yaml(&self) -> Option<Of> {
        if self.path == config::FILE_NAME {
            Some(Of::Guidepost)
        } else {
            self.site.found.sidecars.iter().any(|sidecar| sidecar == self.path).then_some(Of::Verify)
        }
    }

    /// Whether it is one of the pages, or one of the texts that these include.
    pub(super) fn is_page(&self) -> bool {
        self.site.files.guide(self.path).is_some()
    }

    /// The page that a link in it leads to, without what stands behind `#`.
    pub(super) fn page_of(&self, target: &str) -> Option<&'a Page> {
        let library = &self.site.library;
        let own = library.by_source.get(self.path).map(|index| &library.pages[*index]);
        if target.is_empty() {
            return own;
        }
        let links = self.site.links().speaking(own.map_or(0, |page| page.record.language));
        match links.resolve(target, self.path) {
            Resolved::Here { page: Some(page), .. } => Some(&library.pages[page]),
            _ => None,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::site::{Options, load::Inputs};
    use std::{cell::RefCell, collections::BTreeMap};

    /// A text without the sign `¦`, and where that was.
    pub(in crate::lsp) fn cursor(marked: &str) -> (String, usize) {
        let at = marked.find('¦').expect("a cursor");
        (marked.replacen('¦', "", 1), at)
    }

    /// A site whose files lie in a folder.
    pub(in crate::lsp) struct Fixture {
        folder: tempfile::TempDir,
        /// As its files say it.
        inputs: RefCell<Inputs>,
    }

    impl Fixture {
        pub(in crate::lsp) fn new(files: &[(&str, &str)]) -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            for (path, text) in files {
                let file = folder.path().join(path);
                std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
                std::fs::write(file, text).expect("written");
            }
            let inputs = RefCell::new(inputs(&folder, BTreeMap::new()));
            Self { folder, inputs }
        }

        /// Opens a document with a cursor at `¦`.
        pub(in crate::lsp) fn with(&self, path: &str, marked: &str, look: impl FnOnce(&Document<'_>, usize)) {
            let (text, at) = cursor(marked);
            let texts = BTreeMap::from([(path.to_owned(), text.clone())]);
            if path == config::FILE_NAME {
                self.inputs.replace(inputs(&self.folder, texts));
            } else {
                self.inputs.borrow_mut().options.texts = texts;
            }
            let inputs = self.inputs.borrow();
            let site = Site::read(&inputs);
            look(&Document { site: &site, path, text: &text }, at);
        }
    }

    fn inputs(folder: &tempfile::TempDir, texts: BTreeMap<String, String>) -> Inputs {
        let options = Options {
            site: folder.path().to_owned(),
            loose: Vec::new(),
            out: None,
            base_url: None,
            workspace: false,
            drafts: false,
            future: false,
            strict: false,
            offline: false,
            reports: Vec::new(),
            today: "2026-11-29".into(),
            texts,
        };
        Inputs::load(&options).unwrap_or_else(|failure| panic!("{failure:?}"))
    }
}

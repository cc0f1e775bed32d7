//! What a file of the site's folder means for its pages when it changes.

use std::{collections::BTreeSet, path::Path};

use super::{SHARED, load::Site, look};
use crate::config::{self, Config};

/// What has to be read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Concern {
    /// Nothing of the site is made of it.
    Nothing,
    /// The pages that are made of it: see [`Site::update`].
    Files,
    /// Everything: all pages depend on it.
    All,
}

impl Concern {
    /// Of a path relative to the site's folder. `included` are those of [`Site::included`].
    pub(crate) fn of(path: &str, config: &Config, included: &BTreeSet<String>) -> Self {
        let is_shared = path == config::FILE_NAME
            || ["content", "static"].contains(&path)
            || SHARED.iter().any(|folder| Path::new(path).starts_with(folder))
            || look::files(config).contains(&path);
        if is_shared {
            Self::All
        } else if path.starts_with("content/") || path.starts_with("static/") || included.contains(path) {
            Self::Files
        } else {
            Self::Nothing
        }
    }
}

impl Site<'_> {
    /// Files that pages include, and those that the configuration names for all of them.
    pub(crate) fn included(&self) -> BTreeSet<String> {
        let files = self.library.pages.iter().flat_map(|page| &page.record.files);
        let named = look::files(&self.inputs.config).into_iter().map(str::to_owned);
        files.map(|include| include.source.clone()).chain(named).collect()
    }
}

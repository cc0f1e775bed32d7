//! The tables of texts that a theme and a site have.

use crate::{
    diagnostic::Diagnostic,
    language::{FOLDER, Words},
    source::Source,
    theme::BUILT_IN,
};
use std::{collections::BTreeMap, path::Path};

use super::{EMBEDDED, File};

/// Texts of languages, by tags: what guidepost has, what the theme has, what the site has.
#[derive(Debug, Default)]
pub(super) struct Tables(BTreeMap<String, Vec<Source>>);

impl Tables {
    /// Takes those of the theme out of its `files`, and reads those of the site.
    ///
    /// # Errors
    /// If one cannot be read.
    pub(super) fn read(files: &mut BTreeMap<String, File>, site: &Path) -> Result<Self, Vec<Diagnostic>> {
        let mut tables = Self::default();
        let mut problems = Vec::new();
        for file in EMBEDDED.get_dir(FOLDER).into_iter().flat_map(include_dir::Dir::files) {
            let path = file.path().to_string_lossy().replace('\\', "/");
            tables.add(&path, format!("{BUILT_IN}/{path}"), file.contents().to_vec(), &mut problems);
        }
        let (own, others) = std::mem::take(files)
            .into_iter()
            .partition(|(path, _)| path.starts_with(FOLDER) && path.ends_with(".yaml"));
        *files = others;
        let own: BTreeMap<String, File> = own;
        for (path, file) in own.into_iter().filter(|(_, file)| !file.built_in) {
            tables.add(&path, file.shown, file.bytes, &mut problems);
        }
        let folder = walkdir::WalkDir::new(site.join(FOLDER)).max_depth(1).sort_by_file_name().into_iter();
        let files =
            folder.filter_map(Result::ok).filter(|entry| entry.file_type().is_file() && !site.as_os_str().is_empty());
        for entry in files {
            let path = format!("{FOLDER}/{}", entry.file_name().to_string_lossy());
            match std::fs::read(entry.path()) {
                Ok(bytes) if path.ends_with(".yaml") => tables.add(&path, path.clone(), bytes, &mut problems),
                Ok(_) => {}
                Err(error) => problems
                    .push(Diagnostic::error("i18n", format!("this table cannot be read: {error}")).in_file(&path)),
            }
        }
        if problems.is_empty() { Ok(tables) } else { Err(problems) }
    }

    fn add(&mut self, path: &str, shown: String, bytes: Vec<u8>, problems: &mut Vec<Diagnostic>) {
        let tag = path.rsplit('/').next().and_then(|name| name.strip_suffix(".yaml")).unwrap_or_default().to_owned();
        match String::from_utf8(bytes) {
            Ok(text) => self.0.entry(tag).or_default().push(Source::new(shown, text)),
            Err(_) => problems.push(Diagnostic::error("encoding", "this table is not UTF-8").in_file(&shown)),
        }
    }

    /// The words of a language.
    ///
    /// # Errors
    /// As [`Words::new`].
    pub(super) fn words(&self, tag: &str, warnings: &mut Vec<Diagnostic>) -> Result<Words, Vec<Diagnostic>> {
        Words::new(tag, &|tag| self.0.get(tag).into_iter().flatten().collect(), warnings)
    }

    /// Changes when a table does.
    pub(super) fn fingerprint(&self, hasher: &mut blake3::Hasher) {
        for (tag, sources) in &self.0 {
            for source in sources {
                hasher.update(tag.as_bytes()).update(&[0]).update(blake3::hash(source.text.as_bytes()).as_bytes());
            }
        }
    }
}

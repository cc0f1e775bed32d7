//! What the verdict of a guide depends on, listed from the site as it is now.

use crate::{
    config,
    plan::Plan,
    site::{address::Resolved, load::Site, record::PageRecord},
    verify::{Input, InputKind},
};
use serde_json::Value;
use std::{cell::RefCell, collections::BTreeMap};

/// Lists inputs; a machine's folder is read once.
pub(crate) struct Lister<'s> {
    site: &'s Site<'s>,
    /// What all layers say of a page.
    outer: fn(&Site<'_>, usize) -> String,
    folders: RefCell<BTreeMap<String, String>>,
    /// What layers say of pages that are required, by their numbers.
    layers: RefCell<BTreeMap<usize, String>>,
}

impl<'s> Lister<'s> {
    pub(crate) fn new(site: &'s Site<'s>, outer: fn(&Site<'_>, usize) -> String) -> Self {
        Self { site, outer, folders: RefCell::default(), layers: RefCell::default() }
    }

    /// The inputs of a page that is planned so, and requires these pages.
    pub(crate) fn of(&self, index: usize, plan: &Plan, requires: &[usize]) -> Vec<Input> {
        let record = &self.site.library.pages[index].record;
        let mut inputs = self.texts(record);
        for required in requires {
            let texts = self.texts(&self.site.library.pages[*required].record);
            inputs.extend(texts.into_iter().map(|input| Input { kind: InputKind::Required, ..input }));
            inputs.extend(self.layers(*required));
        }
        inputs.extend(self.machine(&plan.machine));
        if !plan.outer.is_empty() {
            let (path, hash) = (format!("{}#verify:", config::FILE_NAME), Input::hash_of(plan.outer.as_bytes()));
            inputs.push(Input { path, kind: InputKind::Layers, hash });
        }
        inputs.extend(self.files(record));
        inputs
    }

    /// What the library and sections say of a page that others require.
    fn layers(&self, index: usize) -> Option<Input> {
        let source = &self.site.library.pages[index].record.source;
        let known = self.layers.borrow().get(&index).cloned();
        let outer = known.unwrap_or_else(|| (self.outer)(self.site, index));
        self.layers.borrow_mut().insert(index, outer.clone());
        let (path, kind) = (format!("{}#verify: of {source}", config::FILE_NAME), InputKind::Layers);
        (!outer.is_empty()).then(|| Input { path, kind, hash: Input::hash_of(outer.as_bytes()) })
    }

    /// A file, what it includes, and its sidecar.
    fn texts(&self, record: &PageRecord) -> Vec<Input> {
        let hex = |hash: [u8; 32]| blake3::Hash::from_bytes(hash).to_hex().to_string();
        let mut inputs = vec![Input { path: record.source.clone(), kind: InputKind::Text, hash: hex(record.hash) }];
        for include in record.includes.iter().chain(&record.files) {
            let (path, hash) = (include.source.clone(), hex(include.hash));
            inputs.push(Input { path, kind: InputKind::Include, hash });
        }
        if let Some(path) = self.site.sidecar_of(&record.source) {
            let hash = self.site.inputs.options.text(path).map(|text| Input::hash_of(text.as_bytes()));
            inputs.push(Input { path: path.to_owned(), kind: InputKind::Sidecar, hash: hash.unwrap_or_default() });
        }
        inputs
    }

    /// A machine's settings, and its folder.
    fn machine(&self, name: &str) -> Vec<Input> {
        let Some(settings) = self.site.inputs.config.machines.get(name) else { return Vec::new() };
        let path = format!("{}#{name}", config::FILE_NAME);
        let mut machine = settings.clone();
        if let Some(machine) = machine.as_object_mut() {
            // Who else may use it, and what readers call it, change nothing of what a guide finds.
            machine.remove("allow");
            machine.remove("title");
        }
        let hash = Input::hash_of(canonical(&machine).as_bytes());
        let mut inputs = vec![Input { path, kind: InputKind::Settings, hash }];
        if let Some(folder) = settings.get("build").and_then(Value::as_str) {
            let read = || crate::machine::folder_hash(&self.site.folder().join(folder)).unwrap_or_default();
            let hash = self.folders.borrow_mut().entry(folder.to_owned()).or_insert_with(read).clone();
            let path = format!("{}/", folder.trim_start_matches("./").trim_end_matches('/'));
            inputs.push(Input { path, kind: InputKind::Build, hash });
        }
        inputs
    }

    /// Files of the page's bundle, and of those that it includes, which it shows or links to.
    fn files(&self, record: &PageRecord) -> Vec<Input> {
        let links = self.site.links();
        let mut paths: Vec<&String> = (record.links.iter().chain(&record.images))
            .filter_map(|reference| match links.resolve(&reference.target, &reference.from) {
                Resolved::Here { url, .. } => {
                    let plain = self.site.inputs.languages.plain(&reference.from);
                    let folder = plain.strip_suffix("index.md")?;
                    self.site.library.files_by_url.get(&url).filter(|path| path.starts_with(folder))
                }
                _ => None,
            })
            .collect();
        paths.sort_unstable();
        paths.dedup();
        let file = |path: &String| Input { path: path.clone(), kind: InputKind::File, hash: String::new() };
        paths.into_iter().map(file).collect()
    }
}

/// A value as text, whatever the order of its keys.
pub(crate) fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<&String, String> = map.iter().map(|(key, value)| (key, canonical(value))).collect();
            format!("{sorted:?}")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_of_keys_says_nothing() {
        let read = |text: &str| canonical(&serde_json::from_str(text).expect("JSON"));
        assert_eq!(read(r#"{"a": 1, "b": {"c": "x", "d": [1]}}"#), read(r#"{"b": {"d": [1], "c": "x"}, "a": 1}"#));
        assert_ne!(read(r#"{"a": 1}"#), read(r#"{"a": "1"}"#));
    }
}

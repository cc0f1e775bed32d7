//! Functions that templates can call: `asset`, `url`, `text`, `pages`, `load_data`.

use serde_json::{Map, Value};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};
use tera::{Kwargs, State, Tera, TeraResult};

use super::Asset;
use crate::{
    diagnostic::Diagnostic,
    source::data::{self, Format},
};
use crate::{
    diagnostic::nearest,
    language::{Words, fill},
    render::escape,
};

/// What the functions read: filled by the build before the first page is rendered.
#[derive(Debug)]
pub struct SiteData {
    folder: PathBuf,
    assets: BTreeMap<String, String>,
    base_path: OnceLock<String>,
    pages: OnceLock<Vec<Value>>,
    fingerprint: OnceLock<[u8; 32]>,
    files: OnceLock<[u8; 32]>,
    all: OnceLock<Result<Value, Box<Diagnostic>>>,
}

impl SiteData {
    pub(super) fn new(folder: &Path, assets: &BTreeMap<String, Asset>) -> Self {
        let assets = assets.iter().map(|(name, asset)| (name.clone(), asset.output.clone())).collect();
        Self {
            folder: folder.to_owned(),
            assets,
            base_path: OnceLock::new(),
            pages: OnceLock::new(),
            fingerprint: OnceLock::new(),
            files: OnceLock::new(),
            all: OnceLock::new(),
        }
    }

    /// Fills in what only the build knows; the first call counts.
    pub fn fill(&self, base_path: String, pages: Vec<Value>) {
        let _ = self.base_path.set(base_path);
        let _ = self.pages.set(pages);
    }

    /// Changes when a page in a list, or a file below `data/`, changes.
    pub fn fingerprint(&self) -> &[u8; 32] {
        self.fingerprint.get_or_init(|| {
            let mut hasher = blake3::Hasher::new();
            let _ = serde_json::to_writer(&mut hasher, &self.pages.get());
            *hasher.update(self.files()).finalize().as_bytes()
        })
    }

    /// Changes when a file below `data/` changes. Before [`fill`](Self::fill), too.
    pub fn files(&self) -> &[u8; 32] {
        self.files.get_or_init(|| {
            let mut hasher = blake3::Hasher::new();
            let below = walkdir::WalkDir::new(self.folder.join("data")).sort_by_file_name().into_iter();
            for entry in below.filter_map(Result::ok) {
                if let Ok(bytes) = std::fs::read(entry.path()) {
                    hasher.update(entry.path().as_os_str().as_encoded_bytes()).update(blake3::hash(&bytes).as_bytes());
                }
            }
            *hasher.finalize().as_bytes()
        })
    }

    fn base(&self) -> &str {
        self.base_path.get().map_or("/", String::as_str)
    }

    /// The address of a static file of the theme: of a script, the one that speaks a language.
    pub fn asset(&self, path: &str, language: &str) -> Option<String> {
        let found = self.assets.get(&format!("{language}/{path}")).or_else(|| self.assets.get(path));
        found.map(|output| format!("{}{output}", self.base()))
    }
}

pub(super) fn register(tera: &mut Tera, data: &Arc<SiteData>, words: &Arc<Words>) {
    let (site, own) = (Arc::clone(data), Arc::clone(words));
    tera.register_function("asset", move |kwargs: Kwargs, _: &State| -> TeraResult<String> {
        let path: String = kwargs.must_get("path")?;
        site.asset(&path, &own.tag)
            .ok_or_else(|| tera::Error::message(format!("the theme has no static file `{path}`")))
    });
    let own = Arc::clone(words);
    tera.register_function("text", move |given: Kwargs, _: &State| text(&own, &given));
    let site = Arc::clone(data);
    tera.register_function("url", move |kwargs: Kwargs, _: &State| -> TeraResult<String> {
        let path: String = kwargs.must_get("path")?;
        Ok(format!("{}{}", site.base(), path.trim_start_matches('/')))
    });
    let (site, own) = (Arc::clone(data), Arc::clone(words));
    tera.register_function("pages", move |kwargs: Kwargs, _: &State| -> TeraResult<tera::Value> {
        let section: Option<String> = kwargs.get("section")?;
        let limit: Option<usize> = kwargs.get("limit")?;
        let in_section = |page: &&Value| {
            section.as_ref().is_none_or(|wanted| page["section_path"].as_str().is_some_and(|s| within(s, wanted)))
        };
        let pages = site.pages.get().map_or(&[][..], Vec::as_slice);
        let speaks = |page: &&Value| page["language"] == own.tag.as_str();
        let found: Vec<&Value> =
            pages.iter().filter(speaks).filter(in_section).take(limit.unwrap_or(usize::MAX)).collect();
        Ok(tera::Value::from_serializable(&found))
    });
    let site = Arc::clone(data);
    tera.register_function("load_data", move |kwargs: Kwargs, _: &State| -> TeraResult<tera::Value> {
        let path: String = kwargs.must_get("path")?;
        load(&site.folder, &path).map_err(tera::Error::message)
    });
}

/// A text of the page's language. The values that it is given are escaped unless they are HTML, as `{% set %}` with a body makes it.
fn text(words: &Words, given: &Kwargs) -> TeraResult<tera::Value> {
    let key: &str = given.must_get("key")?;
    let count: Option<u64> = given.get("count")?;
    let Some(wording) = words.wording(key, count) else {
        let near = nearest(key, words.keys()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(tera::Error::message(format!("there is no text `{key}`{near}")));
    };
    let value = |name: &str| {
        let (_, value) = given.iter().find(|(known, _)| known.as_str() == Some(name))?;
        let text = value.to_string();
        Some(if value.is_safe() { text } else { escape(&text) })
    };
    Ok(tera::Value::safe_string(&fill(&escape(wording), value)))
}

fn within(section: &str, wanted: &str) -> bool {
    let wanted = wanted.trim_matches('/');
    section == wanted || section.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('/'))
}

impl SiteData {
    /// Every file below `data/`, by folders and names: what templates know as `site.data`.
    ///
    /// # Errors
    /// That of the first file that cannot be read, at its place.
    pub fn all(&self) -> Result<&Value, Box<Diagnostic>> {
        self.all.get_or_init(|| self.read_all()).as_ref().map_err(Clone::clone)
    }

    fn read_all(&self) -> Result<Value, Box<Diagnostic>> {
        let mut all = Map::new();
        let below = walkdir::WalkDir::new(self.folder.join("data")).sort_by_file_name().into_iter();
        for entry in below.filter_map(Result::ok).filter(|entry| entry.file_type().is_file()) {
            let Ok(path) = entry.path().strip_prefix(&self.folder) else { continue };
            let path = path.to_string_lossy().replace('\\', "/");
            let Some(format) = Format::of(&path) else { continue };
            let text = std::fs::read_to_string(entry.path()).map_err(|error| {
                Box::new(Diagnostic::error("data", format!("this file cannot be read: {error}")).in_file(&path))
            })?;
            let value = data::parse(&path, format, text)?;
            let mut names = path.split('/').skip(1).collect::<Vec<_>>();
            let name = names.pop().and_then(|name| name.rsplit_once('.')).map_or("", |(stem, _)| stem);
            let folder = names.into_iter().fold(&mut all, |folder, name| {
                let below = folder.entry(name).or_insert_with(|| Value::Object(Map::new()));
                if !below.is_object() {
                    *below = Value::Object(Map::new());
                }
                below.as_object_mut().expect("made to be one")
            });
            folder.insert(name.to_owned(), value);
        }
        Ok(Value::Object(all))
    }
}

/// A file of data below `data/`.
fn load(folder: &Path, path: &str) -> Result<tera::Value, String> {
    if !path.starts_with("data/") {
        return Err(format!("`{path}` is not in the folder `data/`"));
    }
    let file = crate::source::inside::inside(folder, Path::new(path)).map_err(|e| format!("`{path}`: {e}"))?;
    let text = std::fs::read_to_string(file).map_err(|e| format!("`{path}` cannot be read: {e}"))?;
    let format = Format::of(path).ok_or_else(|| format!("`{path}` is neither .yaml, .json, .toml nor .csv"))?;
    let line = |problem: &Diagnostic| problem.place.as_ref().map_or(1, |place| place.line);
    let value = data::parse(path, format, text).map_err(|e| format!("`{path}`, line {}: {}", line(&e), e.message))?;
    Ok(tera::Value::from_serializable(&value))
}

//! Templates, shortcodes and static files: those of the binary, each of which a site can override in `themes/NAME/`.

use include_dir::{Dir, include_dir};
use serde::Serialize;
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};
use tables::Tables;
use tera::{Context, Tera};

use crate::{
    diagnostic::Diagnostic,
    guide::Registry,
    language::{self, Words},
    source::{Source, Span},
};

mod functions;
pub(crate) mod look;
mod tables;

pub use functions::SiteData;

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/themes/default");

/// Name of the theme whose folder is read when the configuration names none.
const DEFAULT: &str = "default";

/// Folder of the output that static files of the theme are in.
const ASSETS: &str = "assets/";

/// How templates read more than their context: by functions, and what lies in `data/`.
const READS_SITE: [&str; 3] = ["pages(", "load_data(", SITE_DATA];
/// What templates call all files below `data/`.
const SITE_DATA: &str = "site.data";

/// A file that pages link to under a name that changes with its content.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Path in the output folder: `assets/style.1a2b3c4d.css`.
    pub output: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The templates with the words of one language.
struct Spoken {
    words: Arc<Words>,
    tera: Tera,
}

/// Everything that makes the look of a site.
pub struct Theme {
    /// The site's own language first.
    spoken: Vec<Spoken>,
    sources: BTreeMap<String, Source>,
    /// Static files by their path in the theme.
    pub assets: BTreeMap<String, Asset>,
    /// The rules of what is only there if a site says so: `look.css`. What its settings become is put behind them.
    pub(crate) look: Vec<u8>,
    /// Drawings of the site and the theme, by name.
    icons: BTreeMap<String, String>,
    /// The shortcodes: built in, and the theme's own.
    pub registry: Registry,
    /// Changes when any file of the theme changes.
    pub fingerprint: [u8; 32],
    data: Arc<SiteData>,
    /// Templates that read the whole site.
    readers: BTreeSet<String>,
    /// Whether any template reads `site.data`.
    shows_data: bool,
    /// What an author should look at in tables of texts.
    pub(crate) warnings: Vec<Diagnostic>,
}

impl std::fmt::Debug for Theme {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Theme").field("templates", &self.sources.keys()).finish_non_exhaustive()
    }
}

impl Theme {
    /// Reads the theme of a site that speaks languages of these tags, its own first.
    ///
    /// # Errors
    /// Every problem of its templates, at its line, and of tables of texts.
    pub fn load(site: &Path, name: Option<&str>, tags: &[&str]) -> Result<Self, Vec<Diagnostic>> {
        let mut files = embedded();
        let folder = site.join(folder(name));
        if let Some(name) = name.filter(|_| !folder.is_dir()) {
            let problem =
                Diagnostic::error("theme", format!("there is no theme `{name}`")).in_file(crate::config::FILE_NAME);
            return Err(vec![problem.help(format!("make the folder `themes/{name}`, or remove `theme:`"))]);
        }
        let shown = format!("themes/{}", name.unwrap_or(DEFAULT));
        override_files(&folder, &shown, &mut files).map_err(|problem| vec![problem])?;
        own_icons(site, &mut files).map_err(|problem| vec![problem])?;
        Self::from_files(files, site, tags)
    }

    /// The theme that guidepost has in itself, without a site.
    ///
    /// # Errors
    /// Every problem of its templates.
    pub fn built_in() -> Result<Self, Vec<Diagnostic>> {
        Self::from_files(embedded(), Path::new(""), &["en"])
    }

    fn from_files(mut files: BTreeMap<String, File>, site: &Path, tags: &[&str]) -> Result<Self, Vec<Diagnostic>> {
        let mut hasher = blake3::Hasher::new();
        let tables = Tables::read(&mut files, site)?;
        tables.fingerprint(&mut hasher);
        let (mut sources, mut assets, mut problems) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let mut warnings = Vec::new();
        let mut words = Vec::new();
        for tag in tags {
            words.push(Arc::new(tables.words(tag, &mut warnings)?));
        }
        let mut look = Vec::new();
        let mut icons = BTreeMap::new();
        for (path, file) in files {
            hasher.update(path.as_bytes()).update(&[0]).update(blake3::hash(&file.bytes).as_bytes());
            if let Some(name) = path.strip_prefix("static/") {
                match spoken_scripts(name, &file, &words) {
                    Ok(scripts) if scripts.is_empty() => {
                        assets.insert(name.to_owned(), asset(ASSETS, name, file.bytes));
                    }
                    Ok(scripts) => assets.extend(scripts),
                    Err(problem) => problems.push(problem),
                }
            } else if let Some(name) = path.strip_prefix(ICONS).and_then(|name| name.strip_suffix(".svg")) {
                match drawing(&file) {
                    Ok(svg) => drop(icons.insert(name.to_owned(), svg)),
                    Err(problem) => problems.push(problem),
                }
            } else if path == look::SHEET {
                look = file.bytes;
            } else if path.ends_with(".html") {
                match String::from_utf8(file.bytes) {
                    Ok(text) => {
                        let name = path.strip_prefix("templates/").unwrap_or(&path).to_owned();
                        sources.insert(name, Source::new(file.shown, text));
                    }
                    Err(_) => {
                        problems.push(Diagnostic::error("encoding", "this template is not UTF-8").in_file(&file.shown))
                    }
                }
            }
        }
        let data = Arc::new(SiteData::new(site, &assets));
        check_syntax(&sources, &data, &words[0], &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut spoken = Vec::new();
        for words in words {
            let tera = compile(&sources, &data, &words).map_err(|problem| vec![problem])?;
            spoken.push(Spoken { words, tera });
        }
        let mut registry = Registry::default();
        for name in sources.keys().filter_map(|n| n.strip_prefix("shortcodes/")?.strip_suffix(".html")) {
            let variables =
                spoken[0].tera.get_template_variables(&format!("shortcodes/{name}.html")).unwrap_or_default();
            registry.add(name, variables.contains("inner") || variables.contains("body"));
        }
        // A shortcode of the site's own that is called so may know others.
        if sources.get("shortcodes/icon.html").is_some_and(|source| source.path.starts_with(BUILT_IN)) {
            let sheet = assets.get("style.css").map(|asset| String::from_utf8_lossy(&asset.bytes)).unwrap_or_default();
            registry = registry.with_icons(icons.keys().cloned().chain(icons_of(&sheet)).collect());
        }
        let fingerprint = *hasher.finalize().as_bytes();
        let mut theme = Self {
            spoken,
            sources,
            assets,
            look,
            icons,
            registry,
            fingerprint,
            data,
            readers: BTreeSet::new(),
            shows_data: false,
            warnings,
        };
        theme.shows_data = theme.sources.values().any(|source| source.text.contains(SITE_DATA));
        theme.readers = theme.sources.keys().filter(|name| theme.finds_reader(name)).cloned().collect();
        Ok(theme)
    }

    /// The texts of a language, by its number among those of the site.
    pub(crate) fn words(&self, language: usize) -> &Words {
        &self.spoken[language].words
    }

    /// What the functions of templates read.
    pub fn data(&self) -> &SiteData {
        &self.data
    }

    /// Adds a static file, or puts it in the place of one: with its name in the theme and the one that its address is made of. Says
    /// its path in the output folder.
    pub(crate) fn add_asset(&mut self, name: &str, file: &str, bytes: Vec<u8>) -> String {
        self.add_asset_in(ASSETS, name, file, bytes)
    }

    /// The same in another folder of the output: empty, or with `/` at its end.
    pub(crate) fn add_asset_in(&mut self, folder: &str, name: &str, file: &str, bytes: Vec<u8>) -> String {
        let asset = asset(folder, file, bytes);
        let output = asset.output.clone();
        self.assets.insert(name.to_owned(), asset);
        output
    }

    /// Whether there is a template of this name.
    pub fn has(&self, template: &str) -> bool {
        self.sources.contains_key(template)
    }

    /// Renders a template with a context, in a language by its number among those of the site.
    ///
    /// # Errors
    /// A diagnostic at the line of the template that failed.
    pub fn render(&self, language: usize, template: &str, context: &impl Serialize) -> Result<String, Diagnostic> {
        let context = if self.shows_data && self.reads_site(template) {
            let told = serde_json::to_value(context).map_err(|e| self.problem(template, &tera::Error::message(e)))?;
            Context::from_serialize(&self.with_data(told)?)
        } else {
            Context::from_serialize(context)
        };
        let context = context.map_err(|e| self.problem(template, &e))?;
        self.spoken[language].tera.render(template, &context).map_err(|e| self.problem(template, &e))
    }

    /// A context with all files below `data/`, if it has the site.
    fn with_data(&self, mut context: Value) -> Result<Value, Diagnostic> {
        if context["site"].is_object() {
            context["site"]["data"] = self.data.all().map_err(|problem| *problem)?.clone();
        }
        Ok(context)
    }

    /// Renders a shortcode; nothing if there is no template of that name, which is an error that the parser has told of.
    ///
    /// # Errors
    /// As [`render`](Self::render).
    pub fn shortcode(
        &self,
        language: usize,
        name: &str,
        mut context: Map<String, Value>,
        site: Value,
    ) -> Result<String, Diagnostic> {
        let template = format!("shortcodes/{name}.html");
        if !self.has(&template) {
            return Ok(String::new());
        }
        context.insert("site".into(), site);
        if name == "icon" {
            let given = context["args"]["name"].as_str().or_else(|| context["params"][0].as_str()).unwrap_or_default();
            let svg = self.icons.get(given).map(|svg| Value::from(svg.as_str()));
            context.insert("svg".into(), svg.unwrap_or_default());
        }
        self.render(language, &template, &Value::Object(context))
    }

    /// Whether any template calls a function that reads the whole site.
    pub fn any_reads_site(&self) -> bool {
        !self.readers.is_empty()
    }

    /// Whether a page of this template may show what a function read from the whole site: in the template, in one that it
    /// extends, or in any part or shortcode, which every page may use.
    pub fn reads_site(&self, template: &str) -> bool {
        self.readers.contains(template) || self.readers.iter().any(|name| name.contains('/'))
    }

    fn finds_reader(&self, template: &str) -> bool {
        let mut seen = Vec::new();
        let mut next = vec![template];
        while let Some(name) = next.pop() {
            let Some((name, source)) = self.sources.get_key_value(name) else { continue };
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            if READS_SITE.iter().any(|call| source.text.contains(call)) {
                return true;
            }
            next.extend(self.sources.keys().filter(|other| source.text.contains(other.as_str())).map(String::as_str));
        }
        false
    }

    fn problem(&self, template: &str, error: &tera::Error) -> Diagnostic {
        diagnostic(&self.sources, template, error)
    }
}

/// Files of the built-in theme by their paths.
pub fn built_in_files() -> BTreeMap<String, Vec<u8>> {
    embedded().into_iter().map(|(path, file)| (path, file.bytes)).collect()
}

/// Folder of a site that has its own files of the theme: `themes/NAME`.
pub fn folder(name: Option<&str>) -> PathBuf {
    Path::new("themes").join(name.unwrap_or(DEFAULT))
}

/// The folder of drawings, of a site and of a theme.
const ICONS: &str = "icons/";
/// Where the paths of the embedded theme's files begin, as they are shown.
pub(super) const BUILT_IN: &str = "(built-in theme)";

/// Adds the drawings that lie in the site's `icons/`.
fn own_icons(site: &Path, files: &mut BTreeMap<String, File>) -> Result<(), Diagnostic> {
    let Ok(folder) = std::fs::read_dir(site.join(ICONS)) else { return Ok(()) };
    for entry in folder.filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".svg") {
            let path = format!("{ICONS}{name}");
            let bytes = std::fs::read(entry.path()).map_err(|error| {
                Diagnostic::error("icon", format!("this drawing cannot be read: {error}")).in_file(&path)
            })?;
            files.insert(path.clone(), File { shown: path, bytes, built_in: false });
        }
    }
    Ok(())
}

/// A drawing as it stands in a page: without what comes before and behind it.
fn drawing(file: &File) -> Result<String, Diagnostic> {
    let text = String::from_utf8_lossy(&file.bytes);
    match (text.find("<svg"), text.rfind("</svg>")) {
        (Some(from), Some(to)) if from < to => Ok(text[from..to + "</svg>".len()].to_owned()),
        _ => Err(Diagnostic::error("icon", "this drawing has no `<svg>`")
            .in_file(&file.shown)
            .help("save it as plain SVG")),
    }
}

/// The icons that a style sheet has: `.icon.NAME {`.
fn icons_of(sheet: &str) -> Vec<String> {
    let names = sheet.lines().filter_map(|line| line.strip_prefix(".icon.")?.split_once(" {")).map(|(name, _)| name);
    names.filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')).map(str::to_owned).collect()
}

struct File {
    shown: String,
    bytes: Vec<u8>,
    /// Whether it is guidepost's own.
    built_in: bool,
}

fn embedded() -> BTreeMap<String, File> {
    fn walk(dir: &Dir<'static>, files: &mut BTreeMap<String, File>) {
        for file in dir.files() {
            let path = file.path().to_string_lossy().replace('\\', "/");
            let shown = format!("{BUILT_IN}/{path}");
            files.insert(path, File { shown, bytes: file.contents().to_vec(), built_in: true });
        }
        for dir in dir.dirs() {
            walk(dir, files);
        }
    }
    let mut files = BTreeMap::new();
    walk(&EMBEDDED, &mut files);
    files
}

fn override_files(folder: &Path, shown: &str, files: &mut BTreeMap<String, File>) -> Result<(), Diagnostic> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let unreadable = |e: &dyn std::fmt::Display| {
            Diagnostic::error("theme", format!("the theme cannot be read: {e}")).in_file(shown)
        };
        let entry = entry.map_err(|e| unreadable(&e))?;
        let Ok(relative) = entry.path().strip_prefix(folder) else { continue };
        let hidden = |part: std::path::Component<'_>| part.as_os_str().to_string_lossy().starts_with('.');
        if !entry.file_type().is_file() || relative.components().any(hidden) {
            continue;
        }
        let path = relative.to_string_lossy().replace('\\', "/");
        let bytes = std::fs::read(entry.path()).map_err(|e| unreadable(&e))?;
        files.insert(path.clone(), File { shown: format!("{shown}/{path}"), bytes, built_in: false });
    }
    Ok(())
}

fn asset(folder: &str, name: &str, bytes: Vec<u8>) -> Asset {
    let hash = blake3::hash(&bytes).to_hex();
    let short = &hash.as_str()[..10];
    let output = match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{folder}{stem}.{short}.{extension}"),
        None => format!("{folder}{name}.{short}"),
    };
    Asset { output, bytes }
}

/// A script that names texts, once for each language; nothing for any other file.
fn spoken_scripts(name: &str, file: &File, languages: &[Arc<Words>]) -> Result<BTreeMap<String, Asset>, Diagnostic> {
    let mut scripts = BTreeMap::new();
    let Some(text) = name.ends_with("js").then(|| str::from_utf8(&file.bytes).ok()).flatten() else {
        return Ok(scripts);
    };
    for (number, words) in languages.iter().enumerate() {
        if let Some(filled) = language::fill_script(text, &file.shown, words)? {
            let key = if number == 0 { name.to_owned() } else { format!("{}/{name}", words.tag) };
            scripts.insert(key, asset(ASSETS, name, filled.into_bytes()));
        }
    }
    Ok(scripts)
}

/// Reads each template by itself, so that every syntax error is reported.
fn check_syntax(
    sources: &BTreeMap<String, Source>,
    data: &Arc<SiteData>,
    words: &Arc<Words>,
    problems: &mut Vec<Diagnostic>,
) {
    for (name, source) in sources {
        let mut alone = Tera::default();
        functions::register(&mut alone, data, words);
        match alone.add_raw_template(name, &source.text) {
            Err(error) if matches!(error.kind(), tera::ErrorKind::SyntaxError(_)) => {
                problems.push(diagnostic(sources, name, &error));
            }
            _ => {}
        }
    }
}

/// All templates in a language.
fn compile(sources: &BTreeMap<String, Source>, data: &Arc<SiteData>, words: &Arc<Words>) -> Result<Tera, Diagnostic> {
    let mut tera = Tera::default();
    functions::register(&mut tera, data, words);
    let all: Vec<(&str, &str)> = sources.iter().map(|(name, source)| (name.as_str(), source.text.as_str())).collect();
    tera.add_raw_templates(all).map_err(|error| diagnostic(sources, "", &error))?;
    Ok(tera)
}

fn diagnostic(sources: &BTreeMap<String, Source>, template: &str, error: &tera::Error) -> Diagnostic {
    let report = match error.kind() {
        tera::ErrorKind::SyntaxError(report) | tera::ErrorKind::RenderingError(report) => Some(report),
        _ => None,
    };
    let message = report.map_or_else(|| error.to_string(), |r| r.message().to_owned());
    let message = message.lines().next().unwrap_or_default().trim_end_matches('.').to_owned();
    let problem = Diagnostic::error("template", format!("template error: {message}"));
    let name = report.map_or(template, |r| if r.filename().is_empty() { template } else { r.filename() });
    match (sources.get(name), report) {
        (Some(source), Some(report)) => {
            let range = report.span().range.clone();
            problem.at(source, Span::new(range.start.min(source.text.len()), range.end.min(source.text.len())))
        }
        (Some(source), None) => problem.in_file(&source.path),
        (None, _) => problem,
    }
}

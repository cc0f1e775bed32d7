//! Markdown files: read, parsed once, and remembered between builds.

use rayon::prelude::*;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use crate::{
    config::Config,
    diagnostic::{Diagnostic, Place},
    guide::{self, CodeBlock, Guide, Included},
    internal,
    render::{self, ImageInfo, World, highlight::Highlighter},
    site::{
        address::{file_name, title_case},
        included,
        languages::Languages,
        naming,
        options::Options,
        record::{Alias, Include, Kind, PageRecord, Reference},
    },
    source::{
        Source, Span,
        front_matter::{FrontMatter, key_span},
    },
    theme::Theme,
};

/// Everything that parsing a file depends on besides its text.
#[derive(Debug)]
pub(crate) struct Grammar<'a> {
    pub(crate) config: &'a Config,
    /// Names of pages say which one they are in.
    pub(crate) languages: &'a Languages,
    /// Its shortcodes are part of headings and of what is searched.
    pub(crate) theme: &'a Theme,
}

impl Grammar<'_> {
    /// Changes when any of it changes, and with guidepost's version.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(crate::site::cache::program().as_bytes());
        hasher.update(&self.theme.fingerprint);
        // What a site's own shortcodes say in headings can come from there.
        hasher.update(self.theme.data().files());
        hasher.update(self.config.taxonomies.join(",").as_bytes());
        hasher.update(&[u8::from(self.config.smart_punctuation), u8::from(self.config.mathematics)]);
        hasher.update(format!("{:?}{:?}", self.config.dialects, self.languages).as_bytes());
        hasher.update(format!("{:?}", self.config.page_names).as_bytes());
        let _ = serde_json::to_writer(&mut hasher, self.theme.registry.params());
        *hasher.finalize().as_bytes()
    }
}

/// A Markdown file whose guide is parsed when it is first wanted.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) hash: [u8; 32],
    /// Taken by the parse.
    text: Mutex<String>,
    guide: OnceLock<Arc<Guide>>,
}

impl File {
    /// Whether what it includes is as it was when its guide was parsed.
    fn is_current(&self, options: &Options) -> bool {
        let is_current = |file: &Included| included::hash(options, &file.path) == file.hash;
        self.guide.get().is_none_or(|guide| guide.included.iter().all(is_current))
    }

    /// Keeps no more than the text. What somebody still has of the guide stays.
    fn forget(&mut self) {
        if let Some(Ok(guide)) = self.guide.take().map(Arc::try_unwrap) {
            self.text = Mutex::new(guide.source.text);
        }
    }
}

/// The Markdown files of a site with their records.
pub(crate) struct Files<'a> {
    options: &'a Options,
    grammar: Grammar<'a>,
    pub(crate) files: Vec<File>,
    /// Knows the names of languages.
    highlighter: Highlighter,
    /// Headless bundles by their names: index into `files`.
    headless: BTreeMap<String, usize>,
}

/// Reads every file and makes or recalls its record. Files that cannot be read are reported and left out; those that are
/// `kept` from before are not read again.
pub(crate) fn read<'a>(
    options: &'a Options,
    paths: &[String],
    grammar: Grammar<'a>,
    mut kept: BTreeMap<String, File>,
    mut remembered: BTreeMap<String, PageRecord>,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Files<'a>, Vec<PageRecord>) {
    let (mut files, mut unread) = (Vec::with_capacity(paths.len()), Vec::new());
    for path in paths {
        match kept.remove(path).filter(|file| file.is_current(options)) {
            Some(file) => files.push(file),
            None => unread.push(path),
        }
    }
    let read: Vec<Result<File, Diagnostic>> = unread.par_iter().map(|path| read_file(options, path)).collect();
    for file in read {
        match file {
            Ok(file) => files.push(file),
            Err(problem) => diagnostics.push(problem),
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let known: Vec<Option<PageRecord>> =
        files.iter().map(|f| remembered.remove(&f.path).filter(|record| is_valid(record, f, options))).collect();
    let mut files = Files { options, grammar, files, highlighter: Highlighter::new(None), headless: BTreeMap::new() };
    let kinds: Vec<Kind> = files
        .files
        .par_iter()
        .zip(&known)
        .map(|(file, known)| known.as_ref().map_or_else(|| files.kind(&files.guide_of(file)), |k| k.kind))
        .collect();
    for (index, kind) in kinds.iter().enumerate() {
        if *kind == Kind::Headless {
            let path = files.files[index].path.clone();
            if let Some(other) = files.headless.insert(files.grammar.languages.bundle_name(&path), index) {
                let other = &files.files[other].path;
                let problem = Diagnostic::error("same-bundle", format!("this bundle has the same name as {other}"));
                diagnostics.push(problem.in_file(&path).help("rename the folder of one of them"));
            }
        }
    }
    let bundles = files.headless_fingerprint(&known);
    let records = (files.files.par_iter())
        .zip(known)
        .map(|(file, known)| match known {
            Some(known) if !known.uses_content || known.bundles == bundles => known,
            _ => files.record(file, bundles),
        })
        .collect();
    (files, records)
}

/// Whether a record still speaks of a file, and of the files that it included.
fn is_valid(record: &PageRecord, file: &File, options: &Options) -> bool {
    record.hash == file.hash
        && record.files.iter().all(|include| included::hash(options, &include.source) == include.hash)
}

fn read_file(options: &Options, path: &str) -> Result<File, Diagnostic> {
    let bytes = options
        .bytes(path)
        .map_err(|e| Diagnostic::error("unreadable", format!("this file cannot be read: {e}")).in_file(path))?;
    let hash = *blake3::hash(&bytes).as_bytes();
    match String::from_utf8(bytes) {
        Ok(text) => Ok(File { path: path.to_owned(), hash, text: Mutex::new(text), guide: OnceLock::new() }),
        Err(error) => {
            let bytes = error.as_bytes();
            let at = error.utf8_error().valid_up_to();
            let lossy = Source::new(path, String::from_utf8_lossy(bytes));
            // Everything before the bad byte is the same in both texts.
            let problem =
                Diagnostic::error("encoding", format!("this file is not UTF-8: byte {:#04x} here", bytes[at]));
            Err(problem
                .at(&lossy, crate::source::Span::new(at, at + '\u{fffd}'.len_utf8()))
                .help("save it as UTF-8 in your editor"))
        }
    }
}

/// A page that could not be read: without front matter and text, so that its address stays.
pub(crate) fn unread(path: &str, text: String, problem: Diagnostic) -> Guide {
    Guide {
        path: path.to_owned(),
        front: FrontMatter::default(),
        tokens: Vec::new(),
        diagnostics: vec![problem],
        included: Vec::new(),
        source: Source::new(path, text),
    }
}

impl Files<'_> {
    /// The files by their paths.
    pub(crate) fn take(self) -> BTreeMap<String, File> {
        self.files.into_iter().map(|file| (file.path.clone(), file)).collect()
    }

    /// Keeps no more than the texts of files, but for those that are `wanted`: the next who asks for a guide parses it again.
    pub(crate) fn forget(&mut self, wanted: impl Fn(&str) -> bool) {
        self.files.iter_mut().filter(|file| !wanted(&file.path)).for_each(File::forget);
    }
}

impl Files<'_> {
    /// The guide of a file, parsed at the first call.
    pub(crate) fn guide_of(&self, file: &File) -> Arc<Guide> {
        let parse = || {
            let text = std::mem::take(&mut *file.text.lock().unwrap_or_else(PoisonError::into_inner));
            let source = Source::new(file.path.clone(), text.as_str());
            let guide = internal::on_page(&file.path, "reading this page", || self.parse(source));
            Arc::new(guide.unwrap_or_else(|problem| unread(&file.path, text, problem)))
        };
        Arc::clone(file.guide.get_or_init(parse))
    }

    fn kind(&self, guide: &Guide) -> Kind {
        let path = self.grammar.languages.plain(&guide.path);
        if guide.front.headless {
            Kind::Headless
        } else if naming::is_of_folder(self.grammar.config, &path) {
            Kind::Section
        } else {
            Kind::Guide
        }
    }

    /// A text as a guide of this site.
    pub(crate) fn parse(&self, source: Source) -> Guide {
        let Grammar { config, theme, .. } = &self.grammar;
        let reader = |path: &str| included::read(self.options, path);
        guide::parse_in(&reader, source, &theme.registry, &config.taxonomies, config.smart_punctuation)
    }

    /// The guide of a path relative to the site's folder.
    pub(crate) fn guide(&self, path: &str) -> Option<Arc<Guide>> {
        let at = self.files.binary_search_by(|f| f.path.as_str().cmp(path)).ok()?;
        Some(self.guide_of(&self.files[at]))
    }

    /// Of the grammar that the files are parsed with.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        self.grammar.fingerprint()
    }

    /// The headless bundle of a name: that of its folder, or its path below `content/`.
    pub(crate) fn bundle(&self, name: &str) -> Option<Arc<Guide>> {
        let name = name.trim_matches('/');
        let by_path = || {
            let path = name.strip_prefix("content/").unwrap_or(name);
            let is_it = |i: &&usize| {
                self.files[**i]
                    .path
                    .strip_prefix("content/")
                    .is_some_and(|p| p.strip_suffix("/index.md").or_else(|| p.strip_suffix(".md")) == Some(path))
            };
            self.headless.values().find(is_it).copied()
        };
        let index = self.headless.get(name).copied().or_else(by_path)?;
        Some(self.guide_of(&self.files[index]))
    }

    pub(crate) fn bundle_names(&self) -> Vec<String> {
        self.headless.keys().cloned().collect()
    }

    /// Of all headless bundles, with the files that they include. `known` are the records that are valid, file by file.
    fn headless_fingerprint(&self, known: &[Option<PageRecord>]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        for (name, index) in &self.headless {
            let file = &self.files[*index];
            hasher.update(name.as_bytes()).update(&[0]).update(file.path.as_bytes()).update(&[0]).update(&file.hash);
            let included: Vec<[u8; 32]> = match &known[*index] {
                Some(record) => record.files.iter().map(|include| include.hash).collect(),
                None => self.guide_of(file).included.iter().map(|include| include.hash).collect(),
            };
            hasher.update(included.as_flattened());
        }
        *hasher.finalize().as_bytes()
    }

    /// A language that looks like a misspelt one. Others without highlighting are none of our business.
    fn unknown_language(&self, guide: &Guide, code: &CodeBlock) -> Option<Diagnostic> {
        if self.highlighter.knows(&code.language) {
            return None;
        }
        let near = self.highlighter.nearest(&code.language)?;
        let problem =
            Diagnostic::warning("unknown-language", format!("there is no highlighting for `{}`", code.language));
        let line_before = code.inner.start.saturating_sub(1);
        Some(problem.at(&guide.source, Span::new(line_before, line_before)).help(format!("did you mean `{near}`?")))
    }

    /// What a walk over a guide of this site finds.
    pub(crate) fn outline(&self, guide: &Guide) -> render::Outline {
        render::outline(guide, &Bundles(self))
    }

    /// What others need of a page; of one that guidepost fails on, as much as of a page without a text.
    fn record(&self, file: &File, bundles: [u8; 32]) -> PageRecord {
        let guide = self.guide_of(file);
        let record = |guide: &Guide| self.record_of(file, guide, bundles);
        internal::on_page(&file.path, "reading this page", || record(&guide))
            .unwrap_or_else(|problem| record(&unread(&file.path, String::new(), problem)))
    }

    fn record_of(&self, file: &File, guide: &Guide, bundles: [u8; 32]) -> PageRecord {
        let outline = self.outline(guide);
        let title = guide
            .front
            .title
            .clone()
            .or_else(|| outline.first_heading.clone())
            .unwrap_or_else(|| in_words(&self.grammar.languages.plain(&naming::markdown(&guide.path))));
        let mut diagnostics = guide.diagnostics.clone();
        diagnostics.extend(outline.diagnostics);
        diagnostics.extend(guide.code_blocks().into_iter().filter_map(|code| self.unknown_language(guide, code)));
        let include = |path: String| {
            let hash = self.files.iter().find(|f| f.path == path).map_or([0; 32], |f| f.hash);
            Include { source: path, hash }
        };
        let bundles_of = outline.includes.iter().filter_map(|path| self.guide(path));
        let mut included: Vec<Included> =
            bundles_of.flat_map(|bundle| bundle.included.clone()).chain(guide.included.iter().cloned()).collect();
        included.sort_by(|a, b| a.path.cmp(&b.path));
        included.dedup();
        let alias = |(path, span): &(String, crate::source::Span)| Alias {
            path: path.clone(),
            place: Place::new(&guide.source, *span),
        };
        let (mut links, mut images) = (outline.links, outline.images);
        links.extend(front_links(guide));
        images.extend(guide.front.image.as_ref().map(|image| front_reference(guide, "image", image)));
        PageRecord {
            lies: String::new(),
            language: 0,
            original: String::new(),
            part: None,
            source: file.path.clone(),
            hash: file.hash,
            bundles,
            uses_content: outline.uses_content,
            kind: self.kind(guide),
            title,
            summary: outline.summary,
            headings: outline.headings,
            anchors: outline.anchors,
            links,
            images,
            includes: outline.includes.into_iter().map(include).collect(),
            files: included.into_iter().map(|file| Include { source: file.path, hash: file.hash }).collect(),
            words: outline.words,
            terms: crate::site::search::prepare(&outline.search),
            diagnostics,
            aliases: guide.front.aliases.iter().map(alias).collect(),
            front: guide.front.clone(),
        }
    }
}

/// Links of the front matter.
fn front_links(guide: &Guide) -> Vec<Reference> {
    let front = &guide.front;
    let mut links = Vec::new();
    let mut add = |key: &str, markdown: &[String]| {
        for target in markdown.iter().flat_map(|text| render::inline_targets(text)) {
            links.push(front_reference(guide, key, &target));
        }
    };
    add("external_resources", &front.external_resources);
    add("license", front.license.as_slice());
    add("contributors", &front.contributors);
    add("modified_by", front.modified_by.as_slice());
    links.extend(front.deprecated_link.as_ref().map(|link| front_reference(guide, "deprecated_link", link)));
    links
}

fn front_reference(guide: &Guide, key: &str, target: &str) -> Reference {
    let span = key_span(&guide.source, key).unwrap_or_default();
    Reference { target: target.to_owned(), from: guide.path.clone(), place: Place::new(&guide.source, span) }
}

/// A file's name as a title: `how-to-install_docker.md` is "How to install docker".
fn in_words(path: &str) -> String {
    let name = if path.ends_with("/_index.md") {
        path.trim_end_matches("/_index.md").rsplit('/').next().unwrap_or(path)
    } else {
        file_name(path)
    };
    title_case(name)
}

/// What the first walk may ask: only includes.
struct Bundles<'a>(&'a Files<'a>);

impl World for Bundles<'_> {
    fn include(&self, name: &str) -> Option<Arc<Guide>> {
        self.0.bundle(name)
    }

    fn include_names(&self) -> Vec<String> {
        self.0.bundle_names()
    }

    fn link(&self, target: &str, _from: &str) -> String {
        target.to_owned()
    }

    fn image(&self, target: &str, _from: &str) -> ImageInfo {
        ImageInfo { src: target.to_owned(), ..ImageInfo::default() }
    }

    fn highlight(&self, _language: &str, _code: &str) -> String {
        String::new()
    }

    fn language_of_path(&self, _path: &str) -> Option<String> {
        None
    }

    fn shortcode(&self, name: &str, context: serde_json::Map<String, serde_json::Value>) -> Result<String, Diagnostic> {
        let Grammar { config, theme, .. } = &self.0.grammar;
        theme.shortcode(0, name, context, config.told(&config.base_path()))
    }
}

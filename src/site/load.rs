//! A site in memory: configuration, theme, pages with their addresses.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    build::{Failure, Options},
    cache,
    discover::{self, Found, is_sidecar},
    files::{self, Files, Grammar},
    inputs::Lister,
    layers::{self, Outer, Sections},
    library::{Choice, Library},
    links::{Findings, Links},
    loose, plans,
    record::{Kind, PageRecord},
    status,
    taxonomy::{self, Taxonomy},
    verified::{self, Verified},
    view::{Views, markdown_url},
};
use crate::{
    config::{self, Config},
    diagnostic::{Diagnostic, Severity},
    plan::Layer,
    render,
    report::{Report, history::History},
    source::Source,
    theme::Theme,
};

/// What the pages depend on.
pub(super) struct Inputs {
    pub(super) config: Config,
    pub(super) theme: Theme,
    /// The text of the configuration, to point at.
    pub(super) source: Source,
    /// What guidepost.yaml says of the verification of all guides.
    pub(super) library: Layer,
    /// What verification found, all reports together.
    pub(super) report: Option<Report>,
    /// What it found day by day.
    pub(super) history: History,
    /// Folders that recordings of it lie in.
    pub(super) recordings: Vec<PathBuf>,
    /// The folder of loose files, if it is no site.
    pub(super) loose: Option<PathBuf>,
}

impl Inputs {
    pub(super) fn load(options: &Options) -> Result<Self, Failure> {
        let file = options.site.join(config::FILE_NAME);
        if !options.site.is_dir() {
            return Err(Failure::usage(
                format!("there is no folder {}", options.site.display()),
                "name the site's folder with --site",
            ));
        }
        let text = match std::fs::read(&file) {
            _ if !options.loose.is_empty() => loose::configuration(&options.site),
            _ if options.texts.contains_key(config::FILE_NAME) => options.texts[config::FILE_NAME].clone(),
            Ok(bytes) => String::from_utf8(bytes).map_err(|_| {
                Failure::Configuration(vec![
                    Diagnostic::error("encoding", "this file is not UTF-8").in_file(config::FILE_NAME),
                ])
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let message = format!("there is no {} in {}", config::FILE_NAME, options.site.display());
                return Err(Failure::usage(
                    message,
                    "go to the site's folder, name it with --site, or make one: guidepost new DIR. `check`, `plan` and `verify` also take \
                     Markdown that lies in no site: guidepost verify README.md",
                ));
            }
            Err(error) => return Err(Failure::environment(format!("{} cannot be read: {error}", file.display()))),
        };
        let source = Source::new(config::FILE_NAME, text);
        let mut config = Config::parse(&source).map_err(|d| Failure::Configuration(vec![d]))?;
        if let Some(base_url) = &options.base_url {
            config.base_url.clone_from(base_url);
            if !config::is_base_url(base_url) {
                return Err(Failure::usage(
                    format!("--base-url is not a web address: {base_url}"),
                    "write it with its scheme and without `?` and `#`: https://example.org/docs/",
                ));
            }
        }
        let machines: Vec<String> = config.machines.keys().cloned().collect();
        let library = Layer::of_library(&source, &config.verify.clone().into(), &machines);
        if !library.diagnostics.is_empty() {
            return Err(Failure::Configuration(library.diagnostics));
        }
        let theme = Theme::load(&options.site, config.theme.as_deref()).map_err(Failure::Pages)?;
        let reports = verified::read_all(&options.reports)?;
        // One that speaks of no guide is none.
        let report = Report::merged(&reports).filter(|report| !report.guides.is_empty());
        let history = History::new(&reports, report.as_ref());
        let folder =
            |path: &PathBuf| if path.is_dir() { Some(path.clone()) } else { path.parent().map(Path::to_owned) };
        let recordings = options.reports.iter().filter_map(folder).collect();
        let loose = (!options.loose.is_empty()).then(|| options.site.clone());
        Ok(Self { config, theme, source, library, report, history, recordings, loose })
    }
}

/// Every page of the site, parsed and addressed.
pub(super) struct Site<'a> {
    pub(super) inputs: &'a Inputs,
    pub(super) files: Files<'a>,
    pub(super) found: Found,
    /// What is wrong with how files lie.
    discovered: Vec<Diagnostic>,
    pub(super) library: Library,
    /// What the pages of sections say of the verification of guides.
    sections: Sections,
    pub(super) taxonomies: Vec<Taxonomy>,
    pub(super) verified: Verified,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'a> Site<'a> {
    /// Reads `content/`; records of unchanged files come from the cache.
    pub(super) fn read(inputs: &'a Inputs, options: &Options) -> Self {
        let mut diagnostics = Vec::new();
        let grammar = Grammar { config: &inputs.config, theme: &inputs.theme };
        if inputs.loose.is_some() {
            let found = loose::found(options);
            let none = BTreeMap::new;
            let (files, records) =
                files::read(&options.site, &found.pages, grammar, none(), BTreeMap::new(), &mut diagnostics);
            return Self::of(inputs, files, found, diagnostics).arranged(records, options);
        }
        let mut found = discover::discover(&options.site, &inputs.config, &mut diagnostics);
        let more = options.texts.keys().filter(|path| is_sidecar(path) && !found.sidecars.contains(path));
        found.sidecars.extend(more.cloned().collect::<Vec<_>>());
        let discovered = diagnostics.clone();
        let fingerprint = grammar.fingerprint();
        let remembered = cache::load(&options.site, &fingerprint);
        let before: BTreeMap<String, ([u8; 32], [u8; 32])> =
            remembered.iter().map(|(p, r)| (p.clone(), (r.hash, r.bundles))).collect();
        let (files, records) =
            files::read(&options.site, &found.pages, grammar, BTreeMap::new(), remembered, &mut diagnostics);
        let unchanged = before.len() == records.len()
            && records.iter().all(|r| before.get(&r.source) == Some(&(r.hash, r.bundles)));
        if !unchanged {
            cache::save(&options.site, &fingerprint, &records);
        }
        let site = Self { discovered, ..Self::of(inputs, files, found, diagnostics) };
        site.arranged(records, options)
    }

    fn of(inputs: &'a Inputs, files: Files<'a>, found: Found, diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            inputs,
            files,
            found,
            discovered: Vec::new(),
            library: Library::default(),
            sections: Sections::new(),
            taxonomies: Vec::new(),
            verified: Verified::default(),
            diagnostics,
        }
    }

    /// The same site after files below `content/` and `static/` have changed, which are named relative to the site's folder.
    /// Nothing else is read again.
    pub(super) fn update(self, options: &Options, changed: &[String]) -> Self {
        let Self { mut found, mut discovered, .. } = self;
        if changed.iter().any(|path| !found.has(path) || !options.site.join(path).is_file()) {
            discovered = Vec::new();
            found = discover::discover(&options.site, &self.inputs.config, &mut discovered);
        }
        let mut diagnostics = discovered.clone();
        let records = self.library.into_records().into_iter().map(|record| (record.source.clone(), record)).collect();
        let (mut kept, grammar) = self.files.take();
        // Of a folder that changed, nothing is known of the files in it.
        let is_changed = |path: &str| {
            let below =
                |changed: &String| path.strip_prefix(changed.as_str()).is_some_and(|rest| rest.starts_with('/'));
            changed.iter().any(|changed| changed == path || below(changed))
        };
        kept.retain(|path, _| !is_changed(path));
        let (files, records) = files::read(&options.site, &found.pages, grammar, kept, records, &mut diagnostics);
        let site = Self { files, found, discovered, library: Library::default(), diagnostics, ..self };
        site.arranged(records, options)
    }

    /// With its records in the library.
    fn arranged(mut self, mut records: Vec<PageRecord>, options: &Options) -> Self {
        for record in &mut records {
            if self.inputs.loose.is_some() {
                record.diagnostics = record.diagnostics.drain(..).map(loose::softened).collect();
                // It is the file that was named.
                record.kind = Kind::Guide;
            }
            self.diagnostics.extend(record.diagnostics.iter().cloned());
        }
        let choice = Choice { drafts: options.drafts, today: options.today.clone() };
        let config = &self.inputs.config;
        // Files that are not published can have the same address.
        let published = self.inputs.loose.is_none();
        let mut between = Vec::new();
        self.library = Library::new(records, &self.found, config, &choice, &mut between);
        self.diagnostics.extend(between.into_iter().filter(|_| published));
        self.sections = layers::sections(&self.library, &self.files);
        self.verified = {
            let lister = Lister::new(&self, options);
            let current = |index, machine: &str| plans::current(&self, options, &lister, index, machine);
            let folders = &self.inputs.recordings;
            let mut found = Vec::new();
            let verified = Verified::new(self.inputs.report.as_ref(), &self.library, folders, &current, &mut found);
            self.diagnostics.extend(found);
            verified
        };
        for recording in self.verified.recordings() {
            self.library.add_made(&recording.url);
        }
        if self.inputs.report.is_some() {
            let guides = self.guide_indices().into_iter().map(|index| self.library.pages[index].url.as_str());
            let badges: Vec<String> = guides.chain([status::URL]).map(status::badge_url).collect();
            badges.iter().for_each(|url| self.library.add_made(url));
            self.library.add_made(status::URL);
        }
        self.taxonomies = taxonomy::group(&self.library, config);
        for (url, name) in Views::list_urls(&self.taxonomies) {
            self.library.add_list(&url, &name, &mut self.diagnostics);
        }
        for url in ["/atom.xml", "/sitemap.xml", "/robots.txt", "/llms.txt", "/404.html"] {
            self.library.add_made(url);
        }
        self.add_further_addresses();
        self
    }

    /// Further pages of lists, and Markdown copies.
    fn add_further_addresses(&mut self) {
        let config = &self.inputs.config;
        let mut lists: Vec<(String, usize)> = Vec::new();
        let terms = self.taxonomies.iter().flat_map(|t| &t.terms).map(|term| (term.url.clone(), term.pages.len()));
        lists.extend(terms);
        for (section, pages) in &self.library.sections {
            lists.extend(self.library.section_page(section).map(|i| (self.library.pages[i].url.clone(), pages.len())));
        }
        for (url, pages) in lists {
            for number in 2..=pages.div_ceil(config.paginate.max(1)) {
                self.library.add_made(&format!("{url}page/{number}/"));
            }
        }
        if config.markdown_copies {
            let copies: Vec<String> = self.library.pages.iter().map(|p| markdown_url(&p.url)).collect();
            for url in copies {
                self.library.add_made(&url);
            }
        }
    }

    /// What is said outside of guides about their verification.
    pub(super) fn outer(&self) -> Outer<'_> {
        Outer { library: &self.inputs.library, sections: &self.sections }
    }

    pub(super) fn links(&self) -> Links<'_> {
        Links {
            library: &self.library,
            config: &self.inputs.config,
            base_path: self.inputs.config.base_path(),
            loose: self.inputs.loose.as_deref(),
        }
    }

    /// Links, anchors and images of one page; what is broken is a warning.
    pub(super) fn check_links_of(&self, index: usize, folder: &Path) -> Vec<Diagnostic> {
        let links = self.links();
        let mut found = Findings::default();
        let page = &self.library.pages[index];
        if page.written {
            links.check(&page.record, Severity::Warning, &mut found);
            links.check_images(&page.record, folder, &mut found);
        }
        found.diagnostics
    }

    /// Links, anchors and images of every page. `severity` is that of a broken link.
    pub(super) fn check_links(&self, folder: &Path, severity: Severity) -> Vec<Diagnostic> {
        let links = self.links();
        let mut found = Findings::default();
        for page in self.library.pages.iter().filter(|p| p.written) {
            links.check(&page.record, severity, &mut found);
            links.check_images(&page.record, folder, &mut found);
        }
        let config = &self.inputs.config;
        let copyright = config.copyright.iter().flat_map(|text| render::inline_targets(text));
        for target in config.menu.iter().map(|item| item.url.clone()).chain(copyright) {
            links.check_configured(&target, &self.inputs.source, severity, &mut found);
        }
        found.diagnostics
    }
}

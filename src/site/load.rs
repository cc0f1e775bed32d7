//! A site in memory: configuration, theme, pages with their addresses.

use crate::{
    config::{self, Config},
    diagnostic::{Diagnostic, Severity},
    plan::Layer,
    render,
    report::{Report, history::History},
    site::{
        address::markdown_url,
        cache,
        discover::{self, Found},
        failure::Failure,
        files::{self, File, Files, Grammar},
        git,
        languages::Languages,
        layers::{self, Outer, Sections},
        library::{Choice, Library, is_listed},
        links::{Findings, Links},
        look::Look,
        loose,
        options::Options,
        record::{Kind, PageRecord},
        reports,
        sidecars::sidecar_path,
        taxonomy::{self, Taxonomy, newest_first},
    },
    source::Source,
    theme::Theme,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// What the pages depend on.
pub(crate) struct Inputs {
    /// What the command line says.
    pub(crate) options: Options,
    pub(crate) config: Config,
    pub(crate) languages: Languages,
    /// The settings in each further language.
    pub(crate) others: Vec<Config>,
    /// What git knows of pages, if it is asked.
    pub(crate) past: git::History,
    pub(crate) theme: Theme,
    /// What every page has because the configuration says so.
    pub(crate) look: Look,
    /// The text of the configuration, to point at.
    pub(crate) source: Source,
    /// What guidepost.yaml says of the verification of all guides.
    pub(crate) library: Layer,
    /// What verification found, all reports together.
    pub(crate) report: Option<Report>,
    /// What it found day by day.
    pub(crate) history: History,
    /// Folders that recordings of it lie in.
    pub(crate) recordings: Vec<PathBuf>,
}

impl Inputs {
    pub(crate) fn load(options: &Options) -> Result<Self, Failure> {
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
        config = config.in_language(&config.language);
        let languages = Languages::new(&config);
        let tags: Vec<&str> = languages.tags.iter().map(String::as_str).collect();
        let others = tags.iter().skip(1).map(|tag| config.in_language(tag)).collect();
        let machines: Vec<String> = config.machines.keys().cloned().collect();
        let library = Layer::of_library(&source, &config.verify.clone().into(), &machines);
        if !library.diagnostics.is_empty() {
            return Err(Failure::Configuration(library.diagnostics));
        }
        let mut theme = Theme::load(&options.site, config.theme.as_deref(), &tags).map_err(Failure::Pages)?;
        let registry = theme.registry.with_dialects(&config.dialects).with_params(config.said());
        theme.registry = registry.with_mathematics(config.mathematics);
        let look = Look::read(&options.site, &config, &source, &mut theme)?;
        let reports = reports::read_all(&options.reports)?;
        // One that speaks of no guide is none.
        let report = Report::merged(&reports).filter(|report| !report.guides.is_empty());
        let history = History::new(&reports, report.as_ref());
        let folder =
            |path: &PathBuf| if path.is_dir() { Some(path.clone()) } else { path.parent().map(Path::to_owned) };
        let recordings = options.reports.iter().filter_map(folder).collect();
        let past = git::History::read(&options.site, &config, &source)?;
        let options = options.clone();
        Ok(Self { options, config, languages, others, past, theme, look, source, library, report, history, recordings })
    }

    /// What its files are parsed with.
    pub(crate) fn grammar(&self) -> Grammar<'_> {
        Grammar { config: &self.config, languages: &self.languages, theme: &self.theme }
    }

    /// The settings in a language, by its number.
    pub(crate) fn config_in(&self, language: usize) -> &Config {
        language.checked_sub(1).map_or(&self.config, |other| &self.others[other])
    }

    /// The folder of loose files, if it is no site.
    pub(crate) fn loose(&self) -> Option<&Path> {
        (!self.options.loose.is_empty()).then_some(self.options.site.as_path())
    }
}

/// Every page of the site, parsed and addressed.
pub(crate) struct Site<'a> {
    pub(crate) inputs: &'a Inputs,
    pub(crate) files: Files<'a>,
    pub(crate) found: Found,
    /// What is wrong with how files lie.
    discovered: Vec<Diagnostic>,
    pub(crate) library: Library,
    /// What the pages of sections say of the verification of guides.
    sections: Sections,
    pub(crate) taxonomies: Vec<Taxonomy>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// What is known of a site's files when nothing is arranged.
pub(crate) struct Kept {
    found: Found,
    discovered: Vec<Diagnostic>,
    files: BTreeMap<String, File>,
    records: BTreeMap<String, PageRecord>,
}

impl<'a> Site<'a> {
    /// Reads `content/`; records of unchanged files come from the cache.
    pub(crate) fn read(inputs: &'a Inputs) -> Self {
        let options = &inputs.options;
        let mut diagnostics = Vec::new();
        let grammar = inputs.grammar();
        if inputs.loose().is_some() {
            let found = loose::found(options);
            let none = BTreeMap::new;
            let (files, records) =
                files::read(options, &found.pages, grammar, none(), BTreeMap::new(), &mut diagnostics);
            return Self::of(inputs, files, found, diagnostics).arranged(records);
        }
        let found = discover::discover(options, &inputs.config, &inputs.languages, &mut diagnostics);
        let discovered = diagnostics.clone();
        let fingerprint = grammar.fingerprint();
        let remembered = cache::load(&options.site, &fingerprint);
        let made_of = |record: &PageRecord| (record.hash, record.bundles, record.files.clone());
        let before: BTreeMap<String, _> = remembered.iter().map(|(p, r)| (p.clone(), made_of(r))).collect();
        let (files, records) =
            files::read(options, &found.pages, grammar, BTreeMap::new(), remembered, &mut diagnostics);
        let unchanged =
            before.len() == records.len() && records.iter().all(|r| before.get(&r.source) == Some(&made_of(r)));
        if !unchanged {
            cache::save(&options.site, &fingerprint, &records);
        }
        let site = Self { discovered, ..Self::of(inputs, files, found, diagnostics) };
        site.arranged(records)
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
            diagnostics,
        }
    }

    /// The same site after files below `content/` and `static/` have changed, which are named relative to the site's folder.
    /// Nothing else is read again.
    pub(crate) fn update(self, changed: &[String]) -> Self {
        let inputs = self.inputs;
        Self::again(inputs, self.kept(), changed)
    }

    /// What is true of the site's files, whatever they are arranged by.
    pub(crate) fn kept(self) -> Kept {
        let Self { found, discovered, files, library, .. } = self;
        let records = library.into_records().into_iter().map(|record| (record.source.clone(), record)).collect();
        Kept { found, discovered, files: files.take(), records }
    }

    /// The site of other inputs with the same grammar, after files have changed as for [`Site::update`].
    pub(crate) fn again(inputs: &'a Inputs, kept: Kept, changed: &[String]) -> Self {
        let options = &inputs.options;
        let Kept { mut found, mut discovered, mut files, records } = kept;
        if changed.iter().any(|path| !found.has(path) || !options.has(path)) {
            discovered = Vec::new();
            found = discover::discover(options, &inputs.config, &inputs.languages, &mut discovered);
        }
        let mut diagnostics = discovered.clone();
        // Of a folder that changed, nothing is known of the files in it.
        let is_changed = |path: &str| {
            let below =
                |changed: &String| path.strip_prefix(changed.as_str()).is_some_and(|rest| rest.starts_with('/'));
            changed.iter().any(|changed| changed == path || below(changed))
        };
        files.retain(|path, _| !is_changed(path));
        let (files, records) = files::read(options, &found.pages, inputs.grammar(), files, records, &mut diagnostics);
        let site = Self { discovered, ..Self::of(inputs, files, found, diagnostics) };
        site.arranged(records)
    }

    /// With its records in the library.
    fn arranged(mut self, mut records: Vec<PageRecord>) -> Self {
        let options = &self.inputs.options;
        let warnings =
            self.inputs.look.warnings.iter().chain(&self.inputs.theme.warnings).chain(&self.inputs.past.warnings);
        self.diagnostics.extend(warnings.cloned());
        for record in &mut records {
            self.inputs.past.tell(record);
            if self.inputs.loose().is_some() {
                record.diagnostics = record.diagnostics.drain(..).map(loose::softened).collect();
                // It is the file that was named.
                record.kind = Kind::Guide;
            }
            self.diagnostics.extend(record.diagnostics.iter().cloned());
        }
        let choice = Choice {
            drafts: options.drafts,
            future: options.future || self.inputs.config.build_future,
            today: options.today.clone(),
        };
        let config = &self.inputs.config;
        // Files that are not published can have the same address.
        let published = self.inputs.loose().is_none();
        let mut between = Vec::new();
        self.library = Library::new(records, &self.found, config, &self.inputs.languages, &choice, &mut between);
        self.diagnostics.extend(between.into_iter().filter(|_| published));
        self.sections = layers::sections(&self.library, &self.files);
        self.warn_of_silent_sections();
        self.taxonomies = taxonomy::group(&self.library, config, &self.inputs.languages);
        for (url, name) in taxonomy::list_urls(&self.taxonomies) {
            self.library.add_list(&url, &name, &mut self.diagnostics);
        }
        for url in ["/sitemap.xml", "/robots.txt"] {
            self.library.add_made(url);
        }
        for language in 0..self.inputs.languages.tags.len() {
            let prefix = self.inputs.languages.prefix(language);
            for url in ["/atom.xml", "/llms.txt", "/404.html", "/all/"] {
                self.library.add_made(&format!("{prefix}{url}"));
            }
        }
        self.add_further_addresses();
        self
    }

    /// What the page of a section says of verification counts for its folder; in a translation of it nobody would look.
    fn warn_of_silent_sections(&mut self) {
        let records = self.library.pages.iter().map(|page| &page.record);
        let silent = records.filter(|record| {
            record.kind == Kind::Section && record.front.verify.is_some() && !layers::says_of_verification(record)
        });
        let problem = |record: &PageRecord| {
            let message = "`verify` of a section counts in its `_index.md`, and not in a translation of that";
            let problem = Diagnostic::warning("section-verify", message).in_file(&record.source);
            problem.help("move it there; what it says is said for the translated guides of the folder, too")
        };
        let problems: Vec<Diagnostic> = silent.map(problem).collect();
        self.diagnostics.extend(problems);
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

    /// The site's folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.inputs.options.site
    }

    /// Names of its machines.
    pub(crate) fn machines(&self) -> Vec<String> {
        self.inputs.config.machines.keys().cloned().collect()
    }

    /// The sidecar of a page.
    pub(crate) fn sidecar_of(&self, source: &str) -> Option<&str> {
        let path = sidecar_path(source);
        self.found.sidecars.iter().find(|known| **known == path).map(String::as_str)
    }

    /// Sidecars, by their pages. One that cannot be read says nothing: planning tells of it.
    pub(crate) fn sidecars(&self) -> BTreeMap<String, Source> {
        let known: BTreeSet<&String> = self.found.sidecars.iter().collect();
        let read = |page: &String| {
            let path = Some(sidecar_path(page)).filter(|path| known.contains(path))?;
            let text = self.inputs.options.text(&path).ok()?;
            Some((page.clone(), Source::new(path, text)))
        };
        self.found.pages.iter().filter_map(read).collect()
    }

    /// What is said outside of guides about their verification.
    pub(crate) fn outer(&self) -> Outer<'_> {
        Outer { library: &self.inputs.library, sections: &self.sections }
    }

    pub(crate) fn links(&self) -> Links<'_> {
        Links {
            library: &self.library,
            config: &self.inputs.config,
            languages: &self.inputs.languages,
            language: 0,
            base_path: self.inputs.config.base_path(),
            loose: self.inputs.loose(),
        }
    }

    /// Links, anchors and images of one page; what is broken is a warning.
    pub(crate) fn check_links_of(&self, index: usize) -> Vec<Diagnostic> {
        let (links, folder) = (self.links(), self.folder());
        let mut found = Findings::default();
        let page = &self.library.pages[index];
        if page.written {
            links.check(&page.record, Severity::Warning, &mut found);
            links.check_images(&page.record, folder, &mut found);
        }
        found.diagnostics
    }

    /// Links, anchors and images of every page. `severity` is that of a broken link.
    pub(crate) fn check_links(&self, severity: Severity) -> Vec<Diagnostic> {
        let (links, folder) = (self.links(), self.folder());
        let mut found = Findings::default();
        for page in self.library.pages.iter().filter(|p| p.written) {
            links.check(&page.record, severity, &mut found);
            links.check_images(&page.record, folder, &mut found);
        }
        for target in self.configured_targets() {
            links.check_configured(&target, &self.inputs.source, severity, &mut found);
        }
        found.diagnostics
    }

    /// Where links of the configuration lead.
    pub(crate) fn configured_targets(&self) -> Vec<String> {
        let config = &self.inputs.config;
        let configs = || std::iter::once(config).chain(&self.inputs.others);
        let texts = configs().flat_map(|config| config.copyright.iter().chain(&config.announcement));
        let texts = texts.flat_map(|text| render::inline_targets(text));
        let addresses = config.analytics.iter().map(|analytics| &analytics.script).chain(&config.feedback_url).cloned();
        let menus = configs().flat_map(|config| &config.menu);
        let named = menus.chain(&config.social).map(|item| item.url.clone());
        let targets: BTreeSet<String> = named.chain(addresses).chain(texts).collect();
        targets.into_iter().collect()
    }

    /// Indices of all guides.
    pub(crate) fn guide_indices(&self) -> Vec<usize> {
        let pages = &self.library.pages;
        (0..pages.len()).filter(|i| pages[*i].record.kind == Kind::Guide).collect()
    }

    /// How many guides there are.
    pub(crate) fn guides(&self) -> usize {
        self.guide_indices().len()
    }

    /// Listed guides, newest first.
    pub(crate) fn newest(&self) -> Vec<usize> {
        let mut newest: Vec<usize> =
            self.guide_indices().into_iter().filter(|i| is_listed(&self.library.pages[*i])).collect();
        newest.sort_by_cached_key(|i| newest_first(&self.library.pages[*i].record));
        newest
    }
}

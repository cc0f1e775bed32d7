//! The languages of a site: which language a page is in, and where it would lie if each language had a folder of its own.
//!
//! Of three ways to say it, the first that is there counts: the name of the file (`nginx.de.md`, `index.de.md`), the first folder
//! below `content/` (`content/de/nginx.md`), and the site's own language. A page in the site's own language lies in no such folder, any
//! other in that of its language. So everything that is made of paths (addresses, sections, breadcrumbs, the tree beside a page) knows
//! languages without a word more.

use std::collections::BTreeMap;

use crate::{
    config::{Config, PageNames},
    diagnostic::Diagnostic,
    language::primary,
    site::{address::file_name, naming, record::PageRecord},
};

/// Languages of ISO 639-1.
const KNOWN: &[&str] = &[
    "aa", "ab", "ae", "af", "ak", "am", "an", "ar", "as", "av", "ay", "az", "ba", "be", "bg", "bi", "bm", "bn", "bo",
    "br", "bs", "ca", "ce", "ch", "co", "cr", "cs", "cu", "cv", "cy", "da", "de", "dv", "dz", "ee", "el", "en", "eo",
    "es", "et", "eu", "fa", "ff", "fi", "fj", "fo", "fr", "fy", "ga", "gd", "gl", "gn", "gu", "gv", "ha", "he", "hi",
    "ho", "hr", "ht", "hu", "hy", "hz", "ia", "id", "ie", "ig", "ii", "ik", "io", "is", "it", "iu", "ja", "jv", "ka",
    "kg", "ki", "kj", "kk", "kl", "km", "kn", "ko", "kr", "ks", "ku", "kv", "kw", "ky", "la", "lb", "lg", "li", "ln",
    "lo", "lt", "lu", "lv", "mg", "mh", "mi", "mk", "ml", "mn", "mr", "ms", "mt", "my", "na", "nb", "nd", "ne", "ng",
    "nl", "nn", "no", "nr", "nv", "ny", "oc", "oj", "om", "or", "os", "pa", "pi", "pl", "ps", "pt", "qu", "rm", "rn",
    "ro", "ru", "rw", "sa", "sc", "sd", "se", "sg", "si", "sk", "sl", "sm", "sn", "so", "sq", "sr", "ss", "st", "su",
    "sv", "sw", "ta", "te", "tg", "th", "ti", "tk", "tl", "tn", "to", "tr", "ts", "tt", "tw", "ty", "ug", "uk", "ur",
    "uz", "ve", "vi", "vo", "wa", "wo", "xh", "yi", "yo", "za", "zh", "zu",
];

/// The languages of a site, its own first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Languages {
    /// BCP 47 tags.
    pub(crate) tags: Vec<String>,
}

impl Languages {
    pub(crate) fn new(config: &Config) -> Self {
        let others = config.languages.keys().filter(|tag| !tag.eq_ignore_ascii_case(&config.language));
        Self { tags: std::iter::once(&config.language).chain(others).cloned().collect() }
    }

    /// Whether there is more than one.
    pub(crate) fn are_many(&self) -> bool {
        self.tags.len() > 1
    }

    /// The folder below `content/` that pages of a language lie in: none of the first.
    pub(crate) fn root(&self, language: usize) -> String {
        if language == 0 { String::new() } else { self.tags[language].to_lowercase() }
    }

    /// What stands before the paths of addresses: `/de`, or nothing.
    pub(crate) fn prefix(&self, language: usize) -> String {
        if language == 0 { String::new() } else { format!("/{}", self.root(language)) }
    }

    fn find(&self, text: &str) -> Option<usize> {
        self.tags.iter().position(|tag| tag.eq_ignore_ascii_case(text))
    }

    /// The path of a file without its language, and that.
    fn suffix<'p>(&self, path: &'p str) -> Option<(&'p str, usize)> {
        let (name, tag) = naming::stem(path)?.rsplit_once('.')?;
        let is_name = !name.is_empty() && !name.ends_with('/');
        self.find(tag).filter(|_| is_name && self.are_many()).map(|language| (name, language))
    }

    /// A path as if its name said nothing of languages: `content/a/index.md` of `content/a/index.de.md`.
    pub(crate) fn plain(&self, path: &str) -> String {
        self.suffix(path).map_or_else(|| path.to_owned(), |(name, _)| format!("{name}.md"))
    }

    /// The language of a file, and its path without what says so.
    fn read(&self, path: &str) -> (usize, String) {
        let named = self.suffix(path);
        let plain = self.plain(path);
        let rest = plain.strip_prefix("content/").unwrap_or(&plain);
        let folder = rest.split_once('/').and_then(|(folder, rest)| Some((self.find(folder)?, rest)));
        match (named, folder) {
            _ if !self.are_many() => (0, path.to_owned()),
            (Some((_, language)), Some((_, rest))) | (None, Some((language, rest))) => {
                (language, format!("content/{rest}"))
            }
            (Some((_, language)), None) => (language, plain),
            (None, None) => (0, plain),
        }
    }

    /// The name that a bundle is included by: `install`, and `install.de` of one that is in another language than its name alone says.
    pub(crate) fn bundle_name(&self, path: &str) -> String {
        let plain = self.plain(path);
        let name = file_name(&plain);
        match self.suffix(path) {
            Some((_, language)) => format!("{name}.{}", self.tags[language]),
            None => name.to_owned(),
        }
    }

    /// Whether a page would be all that is there in its language.
    pub(crate) fn is_whole(&self, path: &str) -> bool {
        self.read(path).1 == "content/index.md"
    }

    /// Says of a record which language it is in, and where it would lie. Names of other libraries were read before.
    pub(crate) fn place(&self, record: &mut PageRecord) {
        if !self.are_many() {
            return;
        }
        let (language, plain) = self.read(&record.source);
        let path = if record.lies.is_empty() { plain } else { self.read(&record.lies).1 };
        let rest = path.strip_prefix("content/").unwrap_or(&path);
        record.language = language;
        record.original = path.clone();
        let lies = match language {
            0 => path,
            _ => format!("content/{}/{rest}", self.root(language)),
        };
        record.lies = if lies == record.source { String::new() } else { lies };
    }

    /// Names of pages that look as if they said a language that the site does not have: a warning each. Without any other language,
    /// only what stands beside a page of the same name looks so.
    pub(crate) fn strangers(&self, config: &Config, pages: &[String]) -> Vec<Diagnostic> {
        if matches!(config.page_names, Some(PageNames::PartLanguage | PageNames::NameLanguage)) {
            return Vec::new();
        }
        let stranger = |path: &String| {
            let (name, tag) = path.strip_suffix(".md")?.rsplit_once('.')?;
            let is_language = self.find(tag).is_none()
                && KNOWN.contains(&primary(tag).to_ascii_lowercase().as_str())
                && crate::language::is_tag(tag);
            let beside = format!("{name}.md");
            let is_translation = self.are_many()
                || ["index", "_index"].contains(&name.rsplit('/').next().unwrap_or_default())
                || pages.binary_search(&beside).is_ok();
            if !is_language || !is_translation {
                return None;
            }
            let message =
                format!("the name of this page says that it is in the language `{tag}`, which the site does not have");
            let help = format!("add `{tag}` to `languages` in guidepost.yaml, or rename the file");
            Some(Diagnostic::warning("unknown-page-language", message).in_file(path).help(help))
        };
        pages.iter().filter_map(stranger).collect()
    }
}

/// The pages that say the same in each language, by the path that they have in common.
pub(crate) type Translations = BTreeMap<String, BTreeMap<usize, usize>>;

//! Images of pages: which file is meant, and whether it may be published.

use std::path::Path;

use crate::{
    diagnostic::{Diagnostic, nearest},
    media::{Depth, Pictures, Settings},
    site::{
        address::{decode, is_elsewhere},
        cache,
        library::Page,
        links::{Findings, Links},
        load::Site,
        loose,
        record::{PageRecord, Reference},
    },
    source::inside::{Outside, beside, inside},
};

/// Where the file of an image lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Image {
    /// On another site.
    Elsewhere,
    /// Path relative to the site's folder, and URL path.
    File { path: String, url: String },
    /// Nowhere that is published.
    Missing(Missing),
}

/// Why an image is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Missing {
    /// No such file: as written, and where it should be.
    NoFile { path: String, file: String },
    /// Out of the site.
    Outside { path: String },
    /// In the site, and in no folder that is published.
    Unpublished { file: String },
}

impl Site<'_> {
    /// What is known of the files of pixels that pages show, and their smaller pictures.
    pub(crate) fn pictures(&self, depth: Depth) -> Pictures {
        let config = &self.inputs.config.images;
        let mut widths = config.widths.clone();
        widths.sort_unstable();
        widths.dedup();
        let links = self.links();
        let is_asked = !widths.is_empty();
        let written = self.library.pages.iter().filter(|page| is_asked && page.written);
        // What links to a page show is no image of its text.
        let is_shown = |record: &PageRecord, image: &Reference| {
            record.front.image.as_ref() != Some(&image.target)
                || record.images.iter().filter(|other| other.target == image.target).nth(1).is_some()
        };
        let paths = written.flat_map(|page| {
            let links = links.speaking(page.record.language);
            let images = page.record.images.iter().filter(move |image| is_shown(&page.record, image));
            images.filter_map(move |image| match links.image(&image.target, &image.from, self.folder()) {
                Image::File { path, .. } if Pictures::is_one(&path) => Some(path),
                _ => None,
            })
        });
        let settings = Settings { widths, quality: config.quality };
        Pictures::read(self.folder(), &cache::folder(self.folder()), paths.collect(), &settings, depth)
    }

    /// Every image that is there and cannot be shown.
    pub(crate) fn check_pictures(&self, pictures: &Pictures) -> Vec<Diagnostic> {
        let links = self.links();
        let is_any = pictures.is_any_broken();
        let written = self.library.pages.iter().filter(|page| is_any && page.written);
        let broken = |links: &Links<'_>, image: &Reference| {
            let Image::File { path, .. } = links.image(&image.target, &image.from, self.folder()) else { return None };
            let why = pictures.broken(&path)?;
            let problem = Diagnostic::error("broken-image", format!("this image cannot be shown, {path}: {why}"));
            let problem = problem.help("save it again from the program that made it, or take another file");
            Some(Diagnostic { place: Some(Box::new(image.place.clone())), ..problem })
        };
        let of_page = |page: &Page| -> Vec<Diagnostic> {
            let links = links.speaking(page.record.language);
            page.record.images.iter().filter_map(|image| broken(&links, image)).collect()
        };
        written.flat_map(of_page).collect()
    }
}

impl Links<'_> {
    /// Finds the file of an image that the file `from` shows.
    pub(crate) fn image(&self, target: &str, from: &str, site: &Path) -> Image {
        if is_elsewhere(target) {
            return Image::Elsewhere;
        }
        let path = decode(target.split(['?', '#']).next().unwrap_or_default());
        if self.loose.is_some() {
            let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
            return match loose::has_image(site, target, from) {
                true => Image::Elsewhere,
                false => Image::Missing(Missing::NoFile { file: beside(folder, &path).unwrap_or_default(), path }),
            };
        }
        let library = self.library;
        let by_url = |url: &str| {
            library.files_by_url.get(url).map(|path| Image::File { path: path.clone(), url: url.to_owned() })
        };
        let missing = |file: String| Image::Missing(Missing::NoFile { path: path.clone(), file });
        if path.starts_with('/') {
            let without_base = path.strip_prefix(&self.base_path).map(|r| format!("/{r}"));
            let content = format!("content{path}");
            let by_path =
                || library.resources.get(&content).map(|url| Image::File { path: content.clone(), url: url.clone() });
            return by_url(&path)
                .or_else(|| without_base.and_then(|p| by_url(&p)))
                .or_else(by_path)
                .unwrap_or_else(|| missing(format!("static{path}")));
        }
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let Some(file) = beside(folder, &path) else { return Image::Missing(Missing::Outside { path }) };
        if let Some(url) = library.resources.get(&file) {
            return Image::File { path: file, url: url.clone() };
        }
        let by_page = library.by_source.get(from).and_then(|p| beside(library.pages[*p].url.trim_matches('/'), &path));
        if let Some(found) = by_page.and_then(|p| by_url(&format!("/{p}"))) {
            return found;
        }
        if let Err(Outside::Outside) = inside(site, Path::new(&file)) {
            return Image::Missing(Missing::Outside { path });
        }
        if file.starts_with("content/") || !site.join(&file).is_file() {
            missing(file)
        } else {
            Image::Missing(Missing::Unpublished { file })
        }
    }

    /// Every image of a page that is missing or outside of the site.
    pub(crate) fn check_images(&self, record: &PageRecord, site: &Path, found: &mut Findings<'_>) {
        for image in &record.images {
            if let Image::Missing(missing) = self.image(&image.target, &image.from, site) {
                let (message, help) = self.explain_missing(&missing, found.may_suggest());
                let problem = Diagnostic::error("missing-image", message).help(help);
                found.diagnostics.push(Diagnostic { place: Some(Box::new(image.place.clone())), ..problem });
            }
        }
    }

    fn explain_missing(&self, missing: &Missing, may_suggest: bool) -> (String, String) {
        match missing {
            Missing::NoFile { path, file } => {
                let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
                let files = self.library.resources.keys().chain(self.library.statics.keys());
                let siblings =
                    files.filter_map(|f| f.rsplit_once('/')).filter(|(f, _)| *f == folder).map(|(_, name)| name);
                let near = if may_suggest { nearest(name, siblings) } else { None };
                let help =
                    near.map_or_else(|| format!("put the file at `{file}`"), |near| format!("did you mean `{near}`?"));
                (format!("this image does not exist: {path}"), help)
            }
            Missing::Outside { path } => {
                let message = format!("this image lies outside of the site, so it is not published: {path}");
                (message, "copy it into the site".into())
            }
            Missing::Unpublished { file } => {
                let message =
                    format!("this image lies outside `content/` and `static/`, so it is not published: {file}");
                (message, "move it beside the page, or into `static/`".into())
            }
        }
    }
}

//! What lies in `content/` and `static/`: Markdown files, and files that belong to them.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::{
    config::{Config, PageNames},
    diagnostic::Diagnostic,
    plan::SIDECAR,
    site::{address, languages::Languages, naming, options::Options, sidecars::sidecar_path},
    source::inside::inside,
};

/// The files of a site, sorted by path.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Markdown files, as paths relative to the site's folder: `content/guides/x/index.md`.
    pub(crate) pages: Vec<String>,
    /// Other files below `content/`, likewise.
    pub(crate) resources: Vec<String>,
    /// Files `verify.yaml` and `NAME.verify.yaml` below `content/`, likewise: what guides say about their verification is not published.
    pub(crate) sidecars: Vec<String>,
    /// Files below `static/`, likewise.
    pub(crate) statics: Vec<String>,
}

impl Found {
    /// Whether a file is one of them.
    pub(crate) fn has(&self, path: &str) -> bool {
        [&self.pages, &self.resources, &self.sidecars, &self.statics].into_iter().flatten().any(|known| known == path)
    }
}

/// Walks over a site's folder. Texts that are read instead of files lie there, too.
pub(crate) fn discover(
    options: &Options,
    config: &Config,
    languages: &Languages,
    diagnostics: &mut Vec<Diagnostic>,
) -> Found {
    let mut found = Found::default();
    let are_names = config.page_names == Some(PageNames::Name);
    for path in walk(options, "content", diagnostics) {
        let extension = path.rsplit_once('.').map_or("", |(_, e)| e);
        if !are_names && languages.is_whole(&naming::markdown(&path)) {
            let problem = Diagnostic::error("home", "this file would make all of `content/` one page");
            let home = path.replace("/index.", "/_index.");
            let help = format!(
                "the home page is `{home}`: rename it; or, if every `index.md` of this library is the page of its folder, say \
                 `page_names: NAME` in guidepost.yaml"
            );
            diagnostics.push(problem.in_file(&path).help(help));
        } else if !languages.are_many() && naming::is_of_another_language(config, &path) {
            // It is neither a page of this site nor one of its files.
        } else if let Some((what, help)) = of_docusaurus(&path, are_names) {
            let problem = Diagnostic::warning("unread-syntax", format!("{what} is not read, and is left out"));
            diagnostics.push(problem.in_file(&path).help(help));
        } else if matches!(extension, "md" | "mdx") {
            found.pages.push(path);
        } else if extension.eq_ignore_ascii_case("md") || extension.eq_ignore_ascii_case("markdown") {
            let problem = Diagnostic::warning("not-a-page", "this file is neither read as a page nor published");
            diagnostics.push(problem.in_file(&path).help("pages end in `.md`: rename it"));
        } else if let Some(page) = copied_page(&path) {
            let problem = Diagnostic::warning("leftover", format!("this is a copy that a program left of `{page}`"));
            diagnostics.push(problem.in_file(&path).help("it is not published; remove it"));
        } else if is_sidecar(&path) {
            found.sidecars.push(path);
        } else {
            found.resources.push(path);
        }
    }
    found.statics = walk(options, "static", diagnostics);
    diagnostics.extend(languages.strangers(config, &found.pages));
    // A translation lies in the bundle of its original.
    let folder = |page: &String| match are_names {
        true => None,
        false => languages.plain(&naming::markdown(page)).strip_suffix("/index.md").map(str::to_owned),
    };
    let bundles: BTreeSet<String> = found.pages.iter().filter_map(folder).collect();
    let belongs: BTreeSet<String> = found.pages.iter().map(|page| sidecar_path(page)).collect();
    for sidecar in &found.sidecars {
        if !belongs.contains(sidecar) {
            let (page, help) = match sidecar.strip_suffix(SIDECAR).and_then(|name| name.strip_suffix('.')) {
                Some(name) => {
                    (format!("{}.md", name.rsplit('/').next().unwrap_or(name)), "name it as its guide is named")
                }
                None => ("index.md".to_owned(), "move it into the folder of its guide, or name it NAME.verify.yaml"),
            };
            let problem = Diagnostic::warning("sidecar-alone", format!("this {SIDECAR} stands beside no {page}"));
            diagnostics.push(problem.in_file(sidecar).help(help));
        }
    }
    let (mut kept, mut inner) = (Vec::new(), Vec::new());
    for page in &found.pages {
        let own = folder(page);
        let bundle = address::folders(page).find(|folder| bundles.contains(*folder) && Some(*folder) != own.as_deref());
        match bundle {
            None => kept.push(page.clone()),
            Some(bundle) => inner.push((page.clone(), bundle.to_owned())),
        }
    }
    for (page, bundle) in inner {
        let message = format!(
            "this file lies inside the page bundle `{bundle}`, so it is neither a page of its own nor published"
        );
        let help = "move it beside the bundle's folder; or, if every `index.md` of this library is the page of its folder, say \
                    `page_names: NAME` in guidepost.yaml";
        diagnostics.push(Diagnostic::warning("inside-bundle", message).in_file(&page).help(help));
    }
    found.pages = kept;
    found
}

/// Whether a file is a sidecar, by its name.
pub(crate) fn is_sidecar(path: &str) -> bool {
    path.rsplit('/').next() == Some(SIDECAR) || path.strip_suffix(SIDECAR).is_some_and(|name| name.ends_with('.'))
}

/// What a file is that says something of folders or pages in Docusaurus, and what to do: its name begins with a low line.
fn of_docusaurus(path: &str, are_names: bool) -> Option<(&'static str, &'static str)> {
    let name = path.rsplit('/').next().filter(|name| name.starts_with('_'))?;
    if ["_category_.json", "_category_.yml", "_category_.yaml"].contains(&name) {
        let help = "write the page of the folder, with `title` and `weight`: `_index.md`, or `index.md` with `page_names: NAME`";
        return Some(("a `_category_` file of Docusaurus", help));
    }
    let is_page = name.starts_with("_index.") || !(name.ends_with(".mdx") || are_names && name.ends_with(".md"));
    let help = "make a headless bundle of it, `NAME/index.md` with `headless: true`, and write `{{< content \"NAME\" >}}` where it is wanted";
    (!is_page).then_some(("a part of pages, `_NAME.mdx` of Docusaurus,", help))
}

/// Whether a file is what an editor or a desktop leaves behind, by its name: nobody means to publish it. (Names that begin with
/// a dot are not looked at anyway.)
fn is_leftover(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_emacs = name.len() > 2 && name.starts_with('#') && name.ends_with('#');
    let is_vim = [".swp", ".swo", ".swx"].iter().any(|end| name.ends_with(end));
    let is_desktop = ["thumbs.db", "desktop.ini", "ehthumbs.db"].contains(&name.to_ascii_lowercase().as_str());
    name.ends_with('~') || is_emacs || is_vim || is_desktop
}

/// The page that a file is an older text of: merges and editors write `index.md.orig` beside `index.md`.
fn copied_page(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (page, end) = name.rsplit_once('.')?;
    (page.ends_with(".md") && ["orig", "rej", "bak", "old", "backup", "tmp"].contains(&end)).then_some(page)
}

/// The files below a folder of the site, and the texts there.
fn walk(options: &Options, folder: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<String> {
    let mut paths = on_disk(&options.site, folder, diagnostics);
    let is_below = |path: &&String| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let texts: Vec<String> =
        options.texts.keys().filter(is_below).filter(|path| !paths.contains(path)).cloned().collect();
    if !texts.is_empty() {
        paths.extend(texts);
        paths.sort();
    }
    paths
}

fn on_disk(site: &Path, folder: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<String> {
    let root = site.join(folder);
    let mut paths = Vec::new();
    if !root.is_dir() {
        return paths;
    }
    let mut entries = walkdir::WalkDir::new(&root).follow_links(true).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error
                    .path()
                    .map_or_else(|| PathBuf::from(folder), |p| p.strip_prefix(site).unwrap_or(p).to_owned());
                let what = if error.loop_ancestor().is_some() {
                    "a symbolic link goes in a circle".to_owned()
                } else {
                    error.to_string()
                };
                diagnostics.push(Diagnostic::error("unreadable", what).in_file(&path.to_string_lossy()));
                continue;
            }
        };
        let relative = entry.path().strip_prefix(site).unwrap_or(entry.path());
        let hidden = entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
        let Some(shown) = relative.to_str().map(|p| p.replace('\\', "/")) else {
            let problem = Diagnostic::error("encoding", "the name of this file is not UTF-8");
            diagnostics.push(problem.in_file(&relative.to_string_lossy()).help("rename it"));
            continue;
        };
        let outside = entry.path_is_symlink() && inside(site, relative).is_err();
        if outside {
            let problem = Diagnostic::error("outside-site", "this symbolic link leads out of the site's folder");
            diagnostics.push(problem.in_file(&shown).help("copy what it points at into the site"));
        }
        if hidden || outside || (entry.file_type().is_file() && is_leftover(&shown)) {
            if entry.file_type().is_dir() {
                entries.skip_current_dir();
            }
            continue;
        }
        if entry.file_type().is_file() {
            paths.push(shown);
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_docusaurus_has_beside_pages() {
        for (path, are_names, expected) in [
            ("content/a/_category_.json", false, true),
            ("content/a/_part.mdx", false, true),
            ("content/a/_part.md", true, true),
            ("content/a/_part.md", false, false),
            ("content/a/_index.md", true, false),
            ("content/a/_index.de.mdx", false, false),
            ("content/_a/b.mdx", true, false),
            ("content/a/_b.png", true, false),
        ] {
            assert_eq!(of_docusaurus(path, are_names).is_some(), expected, "{path}");
        }
    }

    #[test]
    fn what_programs_leave_behind() {
        for (name, leftover, page) in [
            ("content/a/index.md~", true, None),
            ("content/a/#index.md#", true, None),
            ("content/a/index.md.swp", true, None),
            ("static/Thumbs.db", true, None),
            ("content/a/index.md.orig", false, Some("index.md")),
            ("content/a/index.md.bak", false, Some("index.md")),
            // What a guide may well bring.
            ("content/a/dump.bak", false, None),
            ("content/a/nginx.conf.orig", false, None),
            ("content/a/#1.png", false, None),
            ("content/a/c#", false, None),
            ("static/~home.png", false, None),
        ] {
            assert_eq!((is_leftover(name), copied_page(name)), (leftover, page), "{name}");
        }
    }
}

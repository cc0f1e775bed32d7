//! Markdown files that lie in no site: a project's README, its docs.
//!
//! Their links are GitHub's: from the folder of their file, or with `/` from the top of the repository, to whatever file is there
//! (<https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#relative-links>).
//! Nothing is published, so nothing has to have an address, and nothing is kept between runs: no file of guidepost's lies in a
//! stranger's tree.

use std::path::{Component, Path, PathBuf};

use crate::{
    config,
    diagnostic::{Diagnostic, Severity},
    site::{
        address::{Resolved, is_elsewhere},
        discover::Found,
        failure::Failure,
        options::Options,
        sidecars::sidecar_path,
    },
    source::inside::beside,
};

/// Where named files lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ground {
    /// In the site of this folder.
    Site(PathBuf),
    /// In no site.
    Loose {
        /// The folder that they lie in: the working directory, if all of them lie there.
        folder: PathBuf,
        /// Relative to it, with `/`.
        files: Vec<String>,
    },
}

/// Finds out where files and folders lie that the command line names: in the site of the working directory, if it is one, or in
/// that of a folder above them.
///
/// # Errors
/// If none of them is there, where there is no site, or if there is no Markdown in them.
pub fn ground(names: &[String]) -> Result<Ground, Failure> {
    let here = Path::new(".");
    let is_site = |folder: &Path| folder.join(config::FILE_NAME).is_file();
    if names.is_empty() || is_site(here) {
        return Ok(Ground::Site(here.to_owned()));
    }
    let mut paths = Vec::new();
    for name in names {
        let path = Path::new(name).canonicalize().map_err(|error| {
            let message = format!("`{name}` cannot be read: {error}, and this is no folder of a site");
            Failure::usage(message, "name a Markdown file or a folder of them, or go to the folder of a site")
        })?;
        paths.push(path);
    }
    let site = |path: &Path| path.ancestors().find(|folder| is_site(folder)).map(Path::to_owned);
    if let Some(site) = site(&paths[0])
        && paths.iter().all(|path| path.starts_with(&site))
    {
        return Ok(Ground::Site(site));
    }
    let cwd = std::env::current_dir().and_then(|folder| folder.canonicalize());
    let cwd = cwd.map_err(|error| Failure::environment(format!("the working directory cannot be read: {error}")))?;
    let inside = paths.iter().all(|path| path.starts_with(&cwd));
    let root = if inside { cwd } else { common(&paths) };
    let mut files = Vec::new();
    for path in &paths {
        markdown(path, &root, &mut files)?;
    }
    files.sort();
    files.dedup();
    if files.is_empty() {
        let message = format!("there is no Markdown in {}", names.join(", "));
        return Err(Failure::usage(message, "name a file that ends in `.md` or `.markdown`, or a folder of them"));
    }
    Ok(Ground::Loose { folder: if inside { here.to_owned() } else { root }, files })
}

/// The folder that all of them lie in.
fn common(paths: &[PathBuf]) -> PathBuf {
    let folder = |path: &PathBuf| if path.is_dir() { path.clone() } else { path.parent().unwrap_or(path).to_owned() };
    let mut folder = folder(&paths[0]);
    while !paths.iter().all(|path| path.starts_with(&folder)) && folder.pop() {}
    folder
}

/// Folders of what others wrote.
const OF_OTHERS: &[&str] = &["node_modules", "vendor", "target", "third_party", "site-packages"];

/// The Markdown files of a file or folder, hidden ones and those of others left out.
fn markdown(path: &Path, root: &Path, files: &mut Vec<String>) -> Result<(), Failure> {
    let of_others = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() > 0 && (name.starts_with('.') || entry.file_type().is_dir() && OF_OTHERS.contains(&&*name))
    };
    let entries = walkdir::WalkDir::new(path).sort_by_file_name().into_iter().filter_entry(|entry| !of_others(entry));
    for entry in entries {
        let entry = entry.map_err(|error| Failure::environment(error.to_string()))?;
        let is_markdown = entry.path().extension().is_some_and(|extension| {
            ["md", "markdown", "mdown", "mkd"].iter().any(|known| extension.eq_ignore_ascii_case(known))
        });
        if entry.file_type().is_file() && (is_markdown || entry.depth() == 0) {
            let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let Some(relative) = relative.to_str() else {
                let message = format!("the name of this file is not UTF-8: {}", entry.path().display());
                return Err(Failure::usage(message, "rename it"));
            };
            files.push(relative.replace('\\', "/"));
        }
    }
    Ok(())
}

/// The settings that loose files have: those of a new site.
pub(crate) fn configuration(folder: &Path) -> String {
    let name = folder.canonicalize().ok().and_then(|folder| Some(folder.file_name()?.to_string_lossy().into_owned()));
    let title = serde_json::Value::from(name.unwrap_or_else(|| "Guides".into()));
    format!(
        "title: {title}\nbase_url: https://localhost/\nmachines:\n  debian:\n    image: debian:bookworm\n    ca_certificates: host\n"
    )
}

/// What lies there: these files with their sidecars, and nothing beside them.
pub(crate) fn found(options: &Options) -> Found {
    let sidecars = options.loose.iter().map(|file| sidecar_path(file));
    let sidecars = sidecars.filter(|path| options.texts.contains_key(path) || options.site.join(path).is_file());
    Found { pages: options.loose.clone(), sidecars: sidecars.collect(), ..Found::default() }
}

/// What is wrong with a file that is read, as far as it matters where nothing is published: GitHub shows shortcodes as they
/// are, and any front matter as a table.
pub(crate) fn softened(problem: Diagnostic) -> Diagnostic {
    let of_sites =
        ["front-matter", "shortcode", "closes-nothing", "tab-outside-tabs", "stray-in-tabs", "missing-include"];
    let severity = match of_sites.iter().any(|code| problem.code.contains(code)) {
        true => Severity::Warning,
        false => problem.severity,
    };
    Diagnostic { severity, ..problem }
}

/// Where a link of a loose file leads; `page` finds a file among those that were read.
pub(crate) fn resolve(folder: &Path, target: &str, from: &str, page: impl Fn(&str) -> Option<usize>) -> Resolved {
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = crate::site::address::decode(path.split('?').next().unwrap_or_default());
    if is_elsewhere(target) || path.is_empty() && anchor.is_empty() {
        return Resolved::Elsewhere;
    }
    if path.is_empty() {
        return Resolved::Here { url: String::new(), page: page(from), anchor: anchor.to_owned() };
    }
    let own = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let known = beside(own, &path).and_then(|path| page(path.trim_end_matches('/')));
    if known.is_some() {
        return Resolved::Here { url: path, page: known, anchor: anchor.to_owned() };
    }
    let top = || repository(&folder.join(from));
    let Some(file) = (match path.strip_prefix('/') {
        Some(rest) => top().map(|top| top.join(rest)),
        None => Some(folder.join(own).join(&path)),
    }) else {
        // Without a repository, nobody knows where `/` is.
        return Resolved::Elsewhere;
    };
    match file.exists() {
        true => Resolved::Here { url: path, page: None, anchor: String::new() },
        // `../../issues` leads to GitHub's own pages.
        false if top().is_some_and(|top| !lexical(&file).starts_with(top)) => Resolved::Elsewhere,
        false => Resolved::Broken { path },
    }
}

/// Whether an image of a loose file is there.
pub(crate) fn has_image(folder: &Path, target: &str, from: &str) -> bool {
    let target = target.split(['?', '#']).next().unwrap_or_default();
    !matches!(resolve(folder, target, from, |_| None), Resolved::Broken { .. })
}

/// The top of the repository that a file lies in.
pub(crate) fn repository(file: &Path) -> Option<PathBuf> {
    let file = file.canonicalize().ok()?;
    file.ancestors().skip(1).find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}

/// A path without `.` and `..`, by its text.
fn lexical(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut out = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::ParentDir => drop(out.pop()),
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

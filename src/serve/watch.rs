//! Files that change.

use notify_debouncer_full::{
    DebounceEventResult, Debouncer, NoCache,
    notify::{self, Config, EventKind, RecommendedWatcher, RecursiveMode},
};
use std::{
    path::{Path, PathBuf},
    sync::mpsc::Sender,
    time::Duration,
};

use crate::site::{Options, preview::Ask};

/// How long a file must be left alone: editors write in several strokes.
const QUIET: Duration = Duration::from_millis(20);

/// Folders of a site that its pages are made from.
const FOLDERS: [&str; 4] = ["content", "static", "themes", "data"];

/// Stops watching when it is dropped.
pub(super) type Watching = Debouncer<RecommendedWatcher, NoCache>;

/// Tells the preview of changed files.
///
/// # Errors
/// Why some or all changes will not be seen.
pub(super) fn watch(options: &Options, asks: Sender<Ask>) -> Result<Watching, String> {
    let root = options.site.canonicalize().map_err(|error| error.to_string())?;
    let outside = options.report.as_deref().and_then(|report| report.canonicalize().ok());
    let (below, report) = (root.clone(), (options.report.clone(), outside.clone()));
    let tell = move |result: DebounceEventResult| {
        let Ok(events) = result else { return };
        let changes = events.iter().filter(|event| !matches!(event.kind, EventKind::Access(_)));
        let mut paths: Vec<PathBuf> =
            changes.flat_map(|event| &event.paths).filter_map(|path| relative(&below, path)).collect();
        // The report may lie anywhere.
        let of_report = |path: &PathBuf| report.1.as_ref() == Some(path);
        if events.iter().flat_map(|event| &event.paths).any(of_report) {
            paths.extend(report.0.clone());
        }
        paths.sort_unstable();
        paths.dedup();
        if !paths.is_empty() {
            let _ = asks.send(Ask::Changed(paths));
        }
    };
    let config = Config::default().with_follow_symlinks(true);
    let debouncer = notify_debouncer_full::new_debouncer_opt(QUIET, Some(QUIET / 4), tell, NoCache, config);
    let mut debouncer = debouncer.map_err(|error: notify::Error| error.to_string())?;
    let mut watch =
        |path: &Path, mode| debouncer.watch(path, mode).map_err(|error| format!("{}: {error}", path.display()));
    // Folders that come later are seen here, and watched from the next start of the site on.
    watch(&root, RecursiveMode::NonRecursive)?;
    for folder in FOLDERS.map(|folder| root.join(folder)).iter().filter(|folder| folder.is_dir()) {
        watch(folder, RecursiveMode::Recursive)?;
    }
    if let Some(folder) = outside.as_deref().and_then(Path::parent).filter(|folder| *folder != root) {
        watch(folder, RecursiveMode::NonRecursive)?;
    }
    Ok(debouncer)
}

/// A path below the site's folder, relative to it; `None` for what is no part of a site, and for what editors leave lying.
fn relative(root: &Path, path: &Path) -> Option<PathBuf> {
    let path = path.strip_prefix(root).ok()?;
    let first = path.components().next()?.as_os_str().to_str()?;
    let hidden = |part: std::path::Component<'_>| part.as_os_str().as_encoded_bytes().starts_with(b".");
    let leftover = path.file_name()?.as_encoded_bytes().ends_with(b"~");
    let is_part = FOLDERS.contains(&first) || path == Path::new(crate::config::FILE_NAME);
    (is_part && !leftover && !path.components().any(hidden)).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_site() {
        let root = Path::new("/s");
        for (path, expected) in [
            ("/s/content/a/index.md", Some("content/a/index.md")),
            ("/s/guidepost.yaml", Some("guidepost.yaml")),
            ("/s/static", Some("static")),
            ("/s/content/.a.md.swp", None),
            ("/s/content/a.md~", None),
            ("/s/public/index.html", None),
            ("/s/.guidepost/pages", None),
            ("/s", None),
            ("/t/content/a.md", None),
        ] {
            assert_eq!(relative(root, Path::new(path)).as_deref(), expected.map(Path::new), "{path}");
        }
    }
}

//! Files that change.

use notify_debouncer_full::{
    DebounceEventResult, Debouncer, NoCache,
    notify::{self, Config, EventKind, RecommendedWatcher, RecursiveMode},
};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, Weak, mpsc::Sender},
    time::Duration,
};

use crate::{
    preview::Ask,
    site::{Options, SHARED},
};

/// How long a file must be left alone: editors write in several strokes.
const QUIET: Duration = Duration::from_millis(20);

/// Folders of a site that its pages are made from.
const FOLDERS: [&str; 6] = ["content", "static", SHARED[0], SHARED[1], SHARED[2], SHARED[3]];

/// Files that pages include, which may lie anywhere in the site's folder.
#[derive(Debug, Clone, Default)]
pub(super) struct Included(Arc<Mutex<Further>>);

#[derive(Debug, Default)]
struct Further {
    root: PathBuf,
    /// Relative to the root.
    files: BTreeSet<PathBuf>,
    /// Folders that are watched because of them.
    folders: BTreeSet<PathBuf>,
    debouncer: Weak<Mutex<Debouncer<RecommendedWatcher, NoCache>>>,
}

impl Included {
    /// Watches these files from now on, where nobody does.
    pub(super) fn watch(&self, files: &BTreeSet<String>) {
        let mut further = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        further.files = files.iter().map(PathBuf::from).collect();
        let Some(debouncer) = further.debouncer.upgrade() else { return };
        let parents: BTreeSet<PathBuf> =
            further.files.iter().filter_map(|file| Some(further.root.join(file.parent()?))).collect();
        for folder in parents {
            let is_watched = folder == further.root
                || FOLDERS.into_iter().any(|known| folder.starts_with(further.root.join(known)))
                || further.folders.contains(&folder);
            let mut debouncer = debouncer.lock().unwrap_or_else(PoisonError::into_inner);
            // One that cannot be watched is one whose changes are not seen.
            if !is_watched && watch_one(&mut debouncer, &folder, RecursiveMode::NonRecursive).is_ok() {
                further.folders.insert(folder);
            }
        }
    }

    fn has(&self, path: &Path) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).files.contains(path)
    }
}

/// Stops watching when it is dropped.
pub(super) struct Watching {
    _debouncer: Arc<Mutex<Debouncer<RecommendedWatcher, NoCache>>>,
}

/// Tells the preview of changed files.
///
/// # Errors
/// Why some or all changes will not be seen.
pub(super) fn watch(options: &Options, asks: Sender<Ask>, included: &Included) -> Result<Watching, String> {
    let root = options.site.canonicalize().map_err(|error| error.to_string())?;
    let report = options.reports.first().cloned().and_then(|given| Some((given.canonicalize().ok()?, given)));
    let (events, heard) = std::sync::mpsc::channel();
    let config = Config::default().with_follow_symlinks(false);
    let debouncer = notify_debouncer_full::new_debouncer_opt(QUIET, Some(QUIET / 4), events, NoCache, config);
    let mut debouncer: Debouncer<RecommendedWatcher, NoCache> =
        debouncer.map_err(|error: notify::Error| error.to_string())?;
    watch_one(&mut debouncer, &root, RecursiveMode::NonRecursive)?;
    let mut watched = Vec::new();
    for folder in FOLDERS.into_iter().filter(|folder| root.join(folder).is_dir()) {
        watch_one(&mut debouncer, &root.join(folder), RecursiveMode::Recursive)?;
        watched.push(folder);
    }
    if let Some(folder) = report.as_ref().and_then(|(file, _)| file.parent()).filter(|folder| *folder != root) {
        watch_one(&mut debouncer, folder, RecursiveMode::NonRecursive)?;
    }
    let mut links = links(&root);
    watch_links(&mut debouncer, &root, &links, &mut Vec::new());
    let debouncer = Arc::new(Mutex::new(debouncer));
    let own = Arc::downgrade(&debouncer);
    let further = Further { root: root.clone(), debouncer: own.clone(), ..Further::default() };
    *included.0.lock().unwrap_or_else(PoisonError::into_inner) = further;
    let included = included.clone();
    std::thread::spawn(move || {
        // Ends when the debouncer is gone.
        for result in heard {
            let mut paths = changed(&root, &links, &included, report.as_ref(), &result);
            // A folder that has come is watched from now on, and so is one that was removed and came again: of that, the watch
            // is as dead as the folder was.
            watched.retain(|folder| root.join(folder).is_dir() && !paths.iter().any(|path| path == Path::new(folder)));
            for folder in FOLDERS.into_iter().filter(|folder| root.join(folder).is_dir()) {
                if watched.contains(&folder) {
                    continue;
                }
                let Some(debouncer) = own.upgrade() else { return };
                let mut debouncer = debouncer.lock().unwrap_or_else(PoisonError::into_inner);
                let _ = debouncer.unwatch(root.join(folder));
                if watch_one(&mut debouncer, &root.join(folder), RecursiveMode::Recursive).is_ok() {
                    watched.push(folder);
                    paths.push(folder.into());
                }
            }
            let now = if paths.is_empty() { links.clone() } else { self::links(&root) };
            if now != links {
                let Some(debouncer) = own.upgrade() else { return };
                let mut debouncer = debouncer.lock().unwrap_or_else(PoisonError::into_inner);
                let mut known = links.iter().map(|link| link.watched.clone()).collect();
                watch_links(&mut debouncer, &root, &now, &mut known);
                links = now;
            }
            if !paths.is_empty() && asks.send(Ask::Changed(paths)).is_err() {
                return;
            }
        }
    });
    Ok(Watching { _debouncer: debouncer })
}

fn watch_one(
    debouncer: &mut Debouncer<RecommendedWatcher, NoCache>,
    path: &Path,
    mode: RecursiveMode,
) -> Result<(), String> {
    debouncer.watch(path, mode).map_err(|error| format!("{}: {error}", path.display()))
}

/// A symbolic link below one of the folders, to something that lies elsewhere in the site's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Link {
    /// The link itself.
    path: PathBuf,
    /// Where it leads, without links in it.
    target: PathBuf,
    /// The folder to watch for it: a file is renamed over by many editors, so its folder it is.
    watched: PathBuf,
}

/// All links, those behind links included. What leads out of the site's folder is none of its pages.
fn links(root: &Path) -> Vec<Link> {
    let entries = FOLDERS
        .into_iter()
        .flat_map(|folder| walkdir::WalkDir::new(root.join(folder)).follow_links(true).sort_by_file_name().into_iter());
    let linked = entries.filter_map(Result::ok).filter(walkdir::DirEntry::path_is_symlink);
    linked
        .filter_map(|entry| {
            let target = entry.path().canonicalize().ok().filter(|target| target.starts_with(root))?;
            let watched = if target.is_dir() { target.clone() } else { target.parent()?.to_owned() };
            Some(Link { path: entry.into_path(), target, watched })
        })
        .collect()
}

/// Watches what links lead to, unless it is watched.
fn watch_links(
    debouncer: &mut Debouncer<RecommendedWatcher, NoCache>,
    root: &Path,
    links: &[Link],
    known: &mut Vec<PathBuf>,
) {
    for link in links {
        let in_folder = FOLDERS.into_iter().any(|folder| link.watched.starts_with(root.join(folder)));
        if in_folder || link.watched == root || known.contains(&link.watched) {
            continue;
        }
        let mode = if link.watched == link.target { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        // One that cannot be watched is one whose changes are not seen, as before.
        let _ = watch_one(debouncer, &link.watched, mode);
        known.push(link.watched.clone());
    }
}

/// The paths that a changed file has in the site: its own, and those through links.
fn paths_of(root: &Path, links: &[Link], path: &Path) -> Vec<PathBuf> {
    let through = links.iter().filter_map(|link| {
        let rest = path.strip_prefix(&link.target).ok()?;
        Some(if rest.as_os_str().is_empty() { link.path.clone() } else { link.path.join(rest) })
    });
    std::iter::once(path.to_owned()).chain(through).filter_map(|path| relative(root, &path)).collect()
}

/// Files of the site that events are about, relative to it, and the report, which may lie anywhere, as it was named.
fn changed(
    root: &Path,
    links: &[Link],
    included: &Included,
    report: Option<&(PathBuf, PathBuf)>,
    result: &DebounceEventResult,
) -> Vec<PathBuf> {
    // What was missed can be anything, so all is read again.
    let Ok(events) = result else { return vec!["content".into()] };
    if events.iter().any(|event| event.need_rescan()) {
        return vec!["content".into()];
    }
    let changes = events.iter().filter(|event| !matches!(event.kind, EventKind::Access(_)));
    let mut paths = Vec::new();
    for path in changes.flat_map(|event| &event.paths) {
        paths.extend(paths_of(root, links, path));
        paths.extend(path.strip_prefix(root).ok().filter(|file| included.has(file)).map(Path::to_owned));
        paths.extend(report.filter(|(file, _)| file == path).map(|(_, named)| named.clone()));
    }
    paths.sort_unstable();
    paths.dedup();
    paths
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
    fn a_file_behind_links_has_several_paths() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it is there");
        for made in ["content/guides", "shared/real", "static"] {
            std::fs::create_dir_all(root.join(made)).expect("it can be made");
        }
        std::fs::write(root.join("shared/one.md"), "x").expect("it can be written");
        let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, root.join(at)).expect("it can be linked");
        link("../../shared/real", "content/guides/linked");
        link("../../shared/one.md", "content/guides/one.md");
        link("/etc", "static/etc");
        link("../content", "content/round");
        let links = links(&root);
        let found = |path: &str| paths_of(&root, &links, &root.join(path));
        assert_eq!(found("shared/real/a/index.md"), [Path::new("content/guides/linked/a/index.md")]);
        assert_eq!(found("shared/one.md"), [Path::new("content/guides/one.md")]);
        assert_eq!(found("shared/other.md"), Vec::<PathBuf>::new());
        assert!(links.iter().all(|link| link.target.starts_with(&root)), "{links:?}");
        assert!(found("content/guides/a.md").contains(&"content/guides/a.md".into()));
    }

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

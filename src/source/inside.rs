//! Paths that an author wrote, kept inside the site.

use std::{
    io::ErrorKind,
    path::{Component, Path, PathBuf},
};

/// Why a path that an author wrote cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Outside {
    /// It leads out of the folder: by `..`, as an absolute path, or through a symbolic link.
    #[error("leads out of the site")]
    Outside,
    /// Nothing is there.
    #[error("does not exist")]
    NotFound,
    /// The system will not say: no permission, links in a circle.
    #[error("cannot be read: {0}")]
    Unreadable(std::io::Error),
}

/// A path that is written in a folder, by its parts; `None` if it leaves the root. Nothing has to be there, and a final `/` stays.
pub(crate) fn beside(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let slash = if path.ends_with('/') { "/" } else { "" };
    Some(format!("{}{slash}", parts.join("/")))
}

/// The way from a folder to a file, both from the same root: `../b/x.md`.
pub(crate) fn relative(folder: &str, file: &str) -> String {
    let (mut from, mut to) = (folder, file);
    while let (Some((a, rest_a)), Some((b, rest_b))) = (part(from), to.split_once('/')) {
        if a != b {
            break;
        }
        (from, to) = (rest_a, rest_b);
    }
    let up = from.split('/').filter(|part| !part.is_empty()).count();
    format!("{}{to}", "../".repeat(up))
}

/// The first part of a folder's path, and the rest.
fn part(folder: &str) -> Option<(&str, &str)> {
    (!folder.is_empty()).then(|| folder.split_once('/').unwrap_or((folder, "")))
}

/// Resolves `relative` against the folder `root`, links and all, to a real path below it.
///
/// A path that climbs above `root` is refused even where it would come back, and whether or not something is there: what a
/// page may name must not depend on where the site happens to lie.
///
/// # Errors
/// [`Outside`], without the path: the caller knows how its author wrote it.
pub fn inside(root: &Path, relative: &Path) -> Result<PathBuf, Outside> {
    let mut depth = 0_usize;
    for component in relative.components() {
        depth = match component {
            Component::Normal(_) => depth + 1,
            Component::CurDir => depth,
            Component::ParentDir => depth.checked_sub(1).ok_or(Outside::Outside)?,
            Component::RootDir | Component::Prefix(_) => return Err(Outside::Outside),
        };
    }
    let real = |path: &Path| {
        path.canonicalize().map_err(|e| match e.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidInput | ErrorKind::InvalidFilename => {
                Outside::NotFound
            }
            _ => Outside::Unreadable(e),
        })
    };
    let found = real(&root.join(relative))?;
    if found.starts_with(real(root)?) { Ok(found) } else { Err(Outside::Outside) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_way_from_a_folder_leads_to_the_file() {
        for (folder, file, expected) in [
            ("content", "content/a.md", "a.md"),
            ("content/a", "content/a.md", "../a.md"),
            ("content/a/b", "content/c/d.md", "../../c/d.md"),
            ("content/a", "content/a/b/c.md", "b/c.md"),
            ("", "a/b.md", "a/b.md"),
            ("content/ab", "content/a/b.md", "../a/b.md"),
        ] {
            assert_eq!(relative(folder, file), expected, "{folder} to {file}");
            assert_eq!(beside(folder, expected).as_deref(), Some(file));
        }
    }

    fn resolve(root: &Path, path: &str) -> String {
        match inside(root, Path::new(path)) {
            Ok(found) => found.strip_prefix(root.canonicalize().unwrap()).unwrap().to_str().unwrap().replace('\\', "/"),
            Err(e) => e.to_string(),
        }
    }

    #[test]
    fn only_what_is_in_the_folder_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let root = &folder.path().join("site");
        fs::create_dir_all(root.join("content/a")).unwrap();
        fs::write(root.join("content/a/x.png"), "x").unwrap();
        fs::write(folder.path().join("secret"), "s").unwrap();
        let cases = [
            ("content/a/x.png", "content/a/x.png"),
            ("./content/../content/a/x.png", "content/a/x.png"),
            ("content", "content"),
            ("", ""),
            ("content/y.png", "does not exist"),
            ("content/a/x.png/y", "does not exist"),
            ("content/\0", "does not exist"),
            ("../secret", "leads out of the site"),
            ("content/../../secret", "leads out of the site"),
            ("../site/content/a/x.png", "leads out of the site"),
            ("../missing", "leads out of the site"),
            ("/etc/passwd", "leads out of the site"),
        ];
        for (path, expected) in cases {
            assert_eq!(resolve(root, path), expected, "{path:?}");
        }
        assert_eq!(resolve(root, &"n".repeat(300)), "does not exist");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_may_lead_within_the_site_and_not_out_of_it() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let root = &folder.path().join("site");
        fs::create_dir_all(root.join("content")).unwrap();
        fs::write(root.join("content/x.png"), "x").unwrap();
        fs::write(folder.path().join("secret"), "s").unwrap();
        symlink("content/x.png", root.join("within")).unwrap();
        symlink("../secret", root.join("out")).unwrap();
        symlink("..", root.join("up")).unwrap();
        symlink("nowhere", root.join("dangling")).unwrap();
        symlink("circle", root.join("circle")).unwrap();
        assert_eq!(resolve(root, "within"), "content/x.png");
        assert_eq!(resolve(root, "out"), "leads out of the site");
        assert_eq!(resolve(root, "up/secret"), "leads out of the site");
        assert_eq!(resolve(root, "dangling"), "does not exist");
        assert!(resolve(root, "circle").starts_with("cannot be read: "));
        symlink(root, folder.path().join("alias")).unwrap();
        assert_eq!(resolve(&folder.path().join("alias"), "content/x.png"), "content/x.png");
    }
}

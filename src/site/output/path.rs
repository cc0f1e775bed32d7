//! Paths of output files: relative, with `/`, and never out of the folder.

use std::path::{Component, Path};

use super::error::OutputError;

/// Names that begin so, at the top of the output folder, are guidepost's own.
pub(super) const RESERVED: &str = ".guidepost-";
/// Bytes of a name on all common file systems.
const LONGEST_NAME: usize = 255;

/// Refuses what is not the plain relative path of a file.
pub(super) fn check(path: &str) -> Result<(), OutputError> {
    let bad = |reason| Err(OutputError::Path { path: path.to_owned(), reason });
    if path.contains('\0') {
        return bad("it has a NUL");
    }
    if path.to_lowercase().starts_with(RESERVED) {
        return bad("names that begin with `.guidepost-` are reserved");
    }
    for name in path.split('/') {
        let mut parts = Path::new(name).components();
        let plain = matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name);
        if !plain {
            return bad("it must be relative, without empty parts, `.` and `..`");
        }
        if name.len() > LONGEST_NAME {
            return bad("a part of it is longer than 255 bytes");
        }
    }
    Ok(())
}

/// The folders above a path, the nearest first, without the output folder itself.
pub(super) fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |p| p.rsplit_once('/').map(|(folder, _)| folder)).skip(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_relative_paths_are_taken() {
        let long = "n".repeat(256);
        let bad = [
            "",
            "/",
            "/etc/passwd",
            "..",
            "../x",
            "a/../b",
            "a/./b",
            ".",
            "a//b",
            "a/",
            "a\0b",
            ".guidepost-manifest",
            ".Guidepost-x/y",
            &long,
        ];
        for path in bad {
            assert!(check(path).is_err(), "{path:?}");
        }
        for path in ["index.html", "a/b/c.txt", ".nojekyll", "a/.guidepost-x", "ü/日本.html", "a b", &long[1..]] {
            assert!(check(path).is_ok(), "{path:?}");
        }
    }

    #[test]
    fn ancestors_are_the_folders_above() {
        assert_eq!(ancestors("a/b/c").collect::<Vec<_>>(), ["a/b", "a"]);
        assert_eq!(ancestors("a").count(), 0);
    }
}

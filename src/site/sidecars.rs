//! Files beside pages that say how they are verified.

use crate::plan::SIDECAR;

/// Where the sidecar of a page is looked for: `verify.yaml` in the folder of a bundle, `NAME.verify.yaml` beside `NAME.md`.
pub fn sidecar_path(source: &str) -> String {
    match source.strip_suffix("index.md").filter(|folder| folder.ends_with('/')) {
        Some(folder) => format!("{folder}{SIDECAR}"),
        None => format!("{}.{SIDECAR}", source.rsplit_once('.').map_or(source, |(name, _)| name)),
    }
}

/// The page that a sidecar belongs to.
pub(crate) fn page_of(path: &str) -> Option<String> {
    let folder = path.strip_suffix(SIDECAR)?;
    Some(folder.strip_suffix('.').map_or_else(|| format!("{folder}index.md"), |name| format!("{name}.md")))
}

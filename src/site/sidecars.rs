//! Files beside pages that say how they are verified.

use std::collections::BTreeMap;

use super::load::Site;
use crate::{plan::SIDECAR, source::Source};

/// Where the sidecar of a page is looked for: `verify.yaml` in the folder of a bundle, `NAME.verify.yaml` beside `NAME.md`.
pub fn sidecar_path(source: &str) -> String {
    match source.strip_suffix("index.md").filter(|folder| folder.ends_with('/')) {
        Some(folder) => format!("{folder}{SIDECAR}"),
        None => format!("{}.{SIDECAR}", source.rsplit_once('.').map_or(source, |(name, _)| name)),
    }
}

/// The sidecar of a page.
pub(crate) fn sidecar_of<'s>(site: &'s Site<'_>, source: &str) -> Option<&'s str> {
    let path = sidecar_path(source);
    site.found.sidecars.iter().find(|known| **known == path).map(String::as_str)
}

/// Sidecars, by their pages. One that cannot be read says nothing: planning tells of it.
pub(crate) fn sidecars(site: &Site<'_>) -> BTreeMap<String, Source> {
    let of_page = |path: &String| {
        let text = site.inputs.options.text(path).ok()?;
        let folder = path.strip_suffix(SIDECAR)?;
        let page = folder.strip_suffix('.').map_or_else(|| format!("{folder}index.md"), |name| format!("{name}.md"));
        Some((page, Source::new(path.as_str(), text)))
    };
    site.found.sidecars.iter().filter_map(of_page).collect()
}

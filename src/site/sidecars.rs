//! Files beside pages that say how they are verified.

use crate::{plan::SIDECAR, site::naming};

/// Where the sidecar of a page is looked for: `verify.yaml` in the folder of a bundle, `NAME.verify.yaml` beside `NAME.md`.
pub fn sidecar_path(source: &str) -> String {
    let plain = naming::markdown(source);
    match plain.strip_suffix("index.md").filter(|folder| folder.ends_with('/')) {
        Some(folder) => format!("{folder}{SIDECAR}"),
        None => format!("{}.{SIDECAR}", source.rsplit_once('.').map_or(source, |(name, _)| name)),
    }
}

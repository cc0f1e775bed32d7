//! Records of pages, kept between builds in the site's `.guidepost/`.
//!
//! A cache can always be deleted; one that cannot be read or written is as good as none.

use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
};

use super::record::PageRecord;

/// The folder of everything that guidepost keeps between builds.
pub(super) fn folder(site: &Path) -> PathBuf {
    site.join(".guidepost")
}

#[derive(Serialize, Deserialize)]
struct Kept<R> {
    /// Of the grammar that the records were made with.
    fingerprint: [u8; 32],
    records: R,
}

/// Records by the path of their file; none if the grammar has changed since.
pub(super) fn load(site: &Path, fingerprint: &[u8; 32]) -> BTreeMap<String, PageRecord> {
    let read = || {
        let bytes = std::fs::read(folder(site).join("pages")).ok()?;
        let kept: Kept<Vec<PageRecord>> = postcard::from_bytes(&bytes).ok()?;
        (kept.fingerprint == *fingerprint).then_some(kept.records)
    };
    read().unwrap_or_default().into_iter().map(|r| (r.source.clone(), r)).collect()
}

/// Keeps the records for the next build.
pub(super) fn save(site: &Path, fingerprint: &[u8; 32], records: &[PageRecord]) {
    let write = || -> Option<()> {
        let bytes = postcard::to_stdvec(&Kept { fingerprint: *fingerprint, records }).ok()?;
        let folder = folder(site);
        std::fs::create_dir_all(&folder).ok()?;
        let ignore = folder.join(".gitignore");
        if !ignore.exists() {
            std::fs::write(ignore, "*\n").ok()?;
        }
        let mut file = tempfile::NamedTempFile::new_in(&folder).ok()?;
        file.write_all(&bytes).ok()?;
        file.persist(folder.join("pages")).ok().map(drop)
    };
    write();
}

//! Records of pages, kept between builds in the site's `.guidepost/`.
//!
//! A cache can always be deleted; one that cannot be read or written is as good as none.

use rayon::prelude::*;
use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use crate::site::record::PageRecord;

/// The folder of everything that guidepost keeps between builds.
pub(crate) fn folder(site: &Path) -> PathBuf {
    site.join(".guidepost")
}

/// Which guidepost this is: what another one kept may mean something else to it.
pub(crate) fn program() -> &'static str {
    static PROGRAM: OnceLock<String> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let file = std::env::current_exe().and_then(std::fs::metadata);
        let built = file.and_then(|f| Ok((f.len(), f.modified()?))).ok();
        format!("{} {built:?}", env!("CARGO_PKG_VERSION"))
    })
}

/// Records in one part of the file: parts are read side by side.
const PART: usize = 128;

/// Records by the path of their file; none if the grammar has changed since.
pub(crate) fn load(site: &Path, fingerprint: &[u8; 32]) -> BTreeMap<String, PageRecord> {
    let bytes = std::fs::read(folder(site).join("pages")).unwrap_or_default();
    let records = read(&bytes, fingerprint).unwrap_or_default();
    records.into_iter().map(|r| (r.source.clone(), r)).collect()
}

/// The fingerprint, then parts: the length of each in bytes (32 bits, little-endian), and a list of records by postcard.
fn read(bytes: &[u8], fingerprint: &[u8; 32]) -> Option<Vec<PageRecord>> {
    let mut rest = bytes.strip_prefix(fingerprint)?;
    let mut parts = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let (part, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        parts.push(part);
        rest = after;
    }
    let read: Option<Vec<Vec<PageRecord>>> =
        parts.into_par_iter().map(|part| postcard::from_bytes(part).ok()).collect();
    Some(read?.into_iter().flatten().collect())
}

/// Keeps the records for the next build.
pub(crate) fn save(site: &Path, fingerprint: &[u8; 32], records: &[PageRecord]) {
    let parts: Vec<Vec<u8>> = records.par_chunks(PART).filter_map(|part| postcard::to_stdvec(part).ok()).collect();
    // Without a cache the next build takes longer, and that is all.
    let _ = keep(site, "pages", |file| {
        file.write_all(fingerprint)?;
        for part in &parts {
            file.write_all(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes())?;
            file.write_all(part)?;
        }
        Ok(())
    });
}

/// Writes a file of the folder as a whole.
pub(crate) fn keep(
    site: &Path,
    name: &str,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let folder = folder(site);
    std::fs::create_dir_all(&folder)?;
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        std::fs::write(ignore, "*\n")?;
    }
    write_with(&folder.join(name), write)
}

/// Writes a file as a whole, into a folder that is there.
pub(crate) fn write_whole(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    write_with(file, |to| to.write_all(bytes))
}

fn write_with(file: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut staged = std::io::BufWriter::new(tempfile::NamedTempFile::new_in(folder)?);
    write(&mut staged)?;
    staged.into_inner().map_err(std::io::IntoInnerError::into_error)?.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_and_damage_is_ignored() {
        let site = tempfile::tempdir().expect("a folder");
        let records: Vec<PageRecord> = (0..300)
            .map(|i| PageRecord::of_folder(format!("content/{i:03}/_index.md"), format!("Title {i}")))
            .collect();
        save(site.path(), &[7; 32], &records);
        let loaded = load(site.path(), &[7; 32]);
        assert_eq!(loaded.len(), 300);
        assert_eq!(loaded["content/299/_index.md"].title, "Title 299");
        assert!(load(site.path(), &[8; 32]).is_empty(), "another grammar");
        let file = folder(site.path()).join("pages");
        let bytes = std::fs::read(&file).expect("written");
        for cut in [0, 31, 33, bytes.len() / 2, bytes.len() - 1] {
            std::fs::write(&file, &bytes[..cut]).expect("written");
            assert!(load(site.path(), &[7; 32]).is_empty(), "cut at {cut}");
        }
    }
}

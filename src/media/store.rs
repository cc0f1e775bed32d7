//! The pictures of a site: made once, kept in `.guidepost/images/`.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use super::picture::{self, Picture, Settings, Variant};
use crate::site::{address::path_part, cache::write_whole};

/// Changes when pictures come out otherwise of the same files and settings.
const VERSION: &str = "1";

/// URL path of the folder that smaller pictures are in.
const FOLDER: &str = "/assets/images/";

/// How much is done about files that nothing is known of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Their beginnings are read, which finds what is no picture.
    Look,
    /// Smaller ones are made of them.
    Make,
}

/// What is known of files of pixels, by their paths in the site's folder.
#[derive(Debug, Default)]
pub(crate) struct Pictures {
    kept: PathBuf,
    files: BTreeMap<String, Picture>,
}

/// A smaller picture as a page links to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Smaller {
    /// In pixels.
    pub(crate) width: u32,
    /// URL path.
    pub(crate) url: String,
    /// BLAKE3 of its bytes.
    pub(crate) hash: [u8; 32],
    /// Where it is kept.
    pub(crate) file: PathBuf,
}

/// What is kept between builds.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Index {
    /// What the pictures were made with.
    made_with: String,
    /// Length and time of a file when it had these bytes (BLAKE3).
    seen: BTreeMap<String, (Stamp, [u8; 32])>,
    /// What became of these bytes.
    made: BTreeMap<[u8; 32], Picture>,
}

/// Length in bytes, and time of the last change in nanoseconds since 1970.
type Stamp = (u64, u128);

impl Pictures {
    /// Looks at the files at `paths` below `site`; those that the last build knows are not read again.
    pub(crate) fn read(site: &Path, cache: &Path, paths: BTreeSet<String>, settings: &Settings, depth: Depth) -> Self {
        let kept = cache.join("images");
        if settings.widths.is_empty() || paths.is_empty() {
            return Self { kept, files: BTreeMap::new() };
        }
        let made_with = format!("{VERSION} {settings:?}");
        let index = Index::load(&kept).filter(|index| index.made_with == made_with).unwrap_or_default();
        let look = |path: String| {
            let known = index.known(&kept, site, &path);
            let (stamp, hash, picture) = match depth {
                Depth::Make => known.or_else(|| index.make(&kept, &site.join(&path), settings))?,
                Depth::Look => known.or_else(|| Some(((0, 0), [0; 32], picture::look(&site.join(&path)))))?,
            };
            Some((path, stamp, hash, picture))
        };
        let looked: Vec<_> = paths.into_par_iter().filter_map(look).collect();
        if depth == Depth::Make {
            let mut next = Index { made_with, ..Index::default() };
            for (path, stamp, hash, picture) in &looked {
                next.seen.insert(path.clone(), (*stamp, *hash));
                next.made.insert(*hash, picture.clone());
            }
            if next.seen != index.seen {
                // Then the next build takes longer, and that is all.
                let _ = next.save(&kept);
            }
        }
        Self { kept, files: looked.into_iter().map(|(path, _, _, picture)| (path, picture)).collect() }
    }

    /// Whether a file is one that smaller pictures can be made of, by its name.
    pub(crate) fn is_one(path: &str) -> bool {
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        ["png", "jpg", "jpeg", "webp"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    }

    /// Width and height of a file as it is shown.
    pub(crate) fn size(&self, path: &str) -> Option<(usize, usize)> {
        match self.files.get(path)? {
            Picture::Pixels { width, height, .. } => Some((*width as usize, *height as usize)),
            Picture::AsItIs | Picture::Broken(_) => None,
        }
    }

    /// Whether there is a file that cannot be shown.
    pub(crate) fn is_any_broken(&self) -> bool {
        self.files.values().any(|picture| matches!(picture, Picture::Broken(_)))
    }

    /// Why a file cannot be shown.
    pub(crate) fn broken(&self, path: &str) -> Option<&str> {
        match self.files.get(path)? {
            Picture::Broken(why) => Some(why),
            Picture::AsItIs | Picture::Pixels { .. } => None,
        }
    }

    /// Smaller pictures of a file, the smallest first.
    pub(crate) fn smaller(&self, path: &str) -> Vec<Smaller> {
        let Some(Picture::Pixels { variants, .. }) = self.files.get(path) else { return Vec::new() };
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = path_part(name.rsplit_once('.').map_or(name, |(stem, _)| stem));
        let smaller = |variant: &Variant| Smaller {
            width: variant.width,
            url: format!("{FOLDER}{stem}-{}.{}.webp", variant.width, &blake3::Hash::from(variant.hash).to_hex()[..10]),
            hash: variant.hash,
            file: file(&self.kept, variant),
        };
        variants.iter().map(smaller).collect()
    }

    /// All smaller pictures, each once, by their URL paths.
    pub(crate) fn all(&self) -> BTreeMap<String, Smaller> {
        self.files.keys().flat_map(|path| self.smaller(path)).map(|smaller| (smaller.url.clone(), smaller)).collect()
    }
}

impl Index {
    fn load(kept: &Path) -> Option<Self> {
        postcard::from_bytes(&fs::read(kept.join("index")).ok()?).ok()
    }

    /// Saves it, and removes files that it does not know.
    fn save(&self, kept: &Path) -> io::Result<()> {
        fs::create_dir_all(kept)?;
        let bytes = postcard::to_stdvec(self).map_err(io::Error::other)?;
        write_whole(&kept.join("index"), &bytes)?;
        let variants = self.made.values().flat_map(|picture| match picture {
            Picture::Pixels { variants, .. } => variants.as_slice(),
            Picture::AsItIs | Picture::Broken(_) => &[],
        });
        let known: BTreeSet<PathBuf> = variants.map(|variant| file(kept, variant)).collect();
        for entry in fs::read_dir(kept)?.filter_map(Result::ok) {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "webp") && !known.contains(&path) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// What is known of a file that has not changed since.
    fn known(&self, kept: &Path, site: &Path, path: &str) -> Option<(Stamp, [u8; 32], Picture)> {
        let (seen, hash) = self.seen.get(path)?;
        let stamp = stamp(&site.join(path)).ok().filter(|stamp| stamp == seen)?;
        Some((stamp, *hash, self.whole(kept, hash)?.clone()))
    }

    /// Makes smaller pictures of a file, or finds those that were made of the same bytes.
    fn make(&self, kept: &Path, source: &Path, settings: &Settings) -> Option<(Stamp, [u8; 32], Picture)> {
        let stamp = stamp(source).ok()?;
        let bytes = fs::read(source).ok()?;
        let hash = *blake3::hash(&bytes).as_bytes();
        if let Some(picture) = self.whole(kept, &hash) {
            return Some((stamp, hash, picture.clone()));
        }
        let (mut picture, files) = picture::make(&bytes, settings);
        if keep(kept, &picture, &files).is_err() {
            // Without a cache the pages have the pictures as they are.
            picture = Picture::AsItIs;
        }
        Some((stamp, hash, picture))
    }

    /// What became of these bytes, if all of it is still there.
    fn whole(&self, kept: &Path, hash: &[u8; 32]) -> Option<&Picture> {
        let is_there = |variant: &Variant| file(kept, variant).is_file();
        self.made.get(hash).filter(|picture| match picture {
            Picture::Pixels { variants, .. } => variants.iter().all(is_there),
            Picture::AsItIs | Picture::Broken(_) => true,
        })
    }
}

fn stamp(file: &Path) -> io::Result<Stamp> {
    let about = fs::metadata(file)?;
    let since = about.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok((about.len(), since.as_nanos()))
}

/// Where a smaller picture is kept.
fn file(kept: &Path, variant: &Variant) -> PathBuf {
    kept.join(format!("{}.webp", blake3::Hash::from(variant.hash).to_hex()))
}

fn keep(kept: &Path, picture: &Picture, files: &[Vec<u8>]) -> io::Result<()> {
    let Picture::Pixels { variants, .. } = picture else { return Ok(()) };
    if !files.is_empty() {
        fs::create_dir_all(kept)?;
    }
    variants.iter().zip(files).try_for_each(|(variant, bytes)| write_whole(&file(kept, variant), bytes))
}

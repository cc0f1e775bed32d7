//! The file that keeps the runs of blocks between builds.
//!
//! It is read as one buffer and searched in place, so that opening it costs no more than reading it:
//!
//! ```text
//! magic 8 · checksum 16 · edition u32 · count u32
//! count × key 16          sorted
//! count × end u32, edition of last use u32
//! the runs of all blocks, one after the other
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Changes with the layout of the file.
const MAGIC: &[u8; 8] = b"gphl\0\0\0\x02";
const HEAD: usize = 32;
const KEY: usize = 16;

/// Blocks that a build did not ask for stay until the runs of all take more bytes than this. (A build that renders one
/// changed page asks for that page's blocks only; the others must outlive it.)
const MAX_RUNS: usize = 16 * 1024 * 1024;

/// What a block is known by: the begin of its hash.
pub(super) type Key = [u8; KEY];

/// A cache file as the last build left it.
#[derive(Debug, Default)]
pub(super) struct Cache {
    bytes: Vec<u8>,
    count: usize,
    edition: u32,
    used: Vec<AtomicBool>,
}

impl Cache {
    /// Reads a file; one that is absent, damaged or of another version of guidepost gives an empty cache.
    pub(super) fn read(path: &Path) -> Self {
        fs::read(path).ok().and_then(Self::parse).unwrap_or_default()
    }

    fn parse(bytes: Vec<u8>) -> Option<Self> {
        let body = bytes.get(24..)?;
        if !bytes.starts_with(MAGIC) || bytes[8..24] != checksum(body) {
            return None;
        }
        let count = number(&bytes, 28)? as usize;
        let cache = Self {
            edition: number(&bytes, 24)?,
            used: (0..count).map(|_| AtomicBool::new(false)).collect(),
            count,
            bytes,
        };
        (cache.bytes.len() >= cache.runs_start()).then_some(cache)
    }

    /// The runs of a block, which count as used from now on.
    pub(super) fn get(&self, key: &Key) -> Option<&[u8]> {
        let (keys, _) = self.bytes.get(HEAD..)?.as_chunks::<KEY>();
        let at = keys.get(..self.count)?.binary_search(key).ok()?;
        self.used[at].store(true, Ordering::Relaxed);
        self.runs(at)
    }

    /// Writes a file with the blocks of this one and `fresh` ones, the longest unused left out if they are too many.
    pub(super) fn write<'a>(&self, path: &Path, fresh: impl Iterator<Item = (Key, &'a [u8])>) -> io::Result<()> {
        let edition = self.edition.saturating_add(1);
        let mut blocks: BTreeMap<Key, (&[u8], u32)> = BTreeMap::new();
        let (keys, _) = self.bytes.get(HEAD..).unwrap_or_default().as_chunks::<KEY>();
        for (at, key) in keys.iter().take(self.count).enumerate() {
            if let (Some(runs), Some(last)) = (self.runs(at), self.last_use(at)) {
                let used = self.used[at].load(Ordering::Relaxed);
                blocks.insert(*key, (runs, if used { edition } else { last }));
            }
        }
        blocks.extend(fresh.map(|(key, runs)| (key, (runs, edition))));
        drop_oldest(&mut blocks, edition);

        let count = u32::try_from(blocks.len()).map_err(io::Error::other)?;
        let mut body = Vec::with_capacity(blocks.len() * 200);
        body.extend(edition.to_le_bytes());
        body.extend(count.to_le_bytes());
        body.extend(blocks.keys().flatten());
        let mut end = 0;
        for (runs, last) in blocks.values() {
            end += runs.len();
            body.extend(u32::try_from(end).map_err(io::Error::other)?.to_le_bytes());
            body.extend(last.to_le_bytes());
        }
        body.extend(blocks.values().flat_map(|(runs, _)| runs.iter()));

        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(MAGIC)?;
        file.write_all(&checksum(&body))?;
        file.write_all(&body)?;
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    }

    fn runs_start(&self) -> usize {
        HEAD + self.count * (KEY + 8)
    }

    fn runs(&self, at: usize) -> Option<&[u8]> {
        let ends = HEAD + self.count * KEY;
        let from = match at.checked_sub(1) {
            Some(before) => number(&self.bytes, ends + before * 8)?,
            None => 0,
        };
        let to = number(&self.bytes, ends + at * 8)?;
        self.bytes.get(self.runs_start()..)?.get(from as usize..to as usize)
    }

    fn last_use(&self, at: usize) -> Option<u32> {
        number(&self.bytes, HEAD + self.count * KEY + at * 8 + 4)
    }
}

/// Removes blocks that were not used in this edition, the oldest first, until the others fit.
fn drop_oldest(blocks: &mut BTreeMap<Key, (&[u8], u32)>, edition: u32) {
    let mut size: usize = blocks.values().map(|(runs, _)| runs.len()).sum();
    if size <= MAX_RUNS {
        return;
    }
    let mut unused: Vec<_> = blocks
        .iter()
        .filter(|(_, (_, last))| *last != edition)
        .map(|(key, (runs, last))| (*last, *key, runs.len()))
        .collect();
    unused.sort_unstable();
    for (_, key, length) in unused {
        if size <= MAX_RUNS {
            break;
        }
        blocks.remove(&key);
        size -= length;
    }
}

/// Covers what decides the runs too, so that a file of another version does not fit: the version and the rules.
fn checksum(body: &[u8]) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    for (scope, class) in super::class::RULES {
        hasher.update(scope.as_bytes());
        hasher.update(&[*class as u8]);
    }
    hasher.update(body);
    first_half(&hasher.finalize())
}

/// The key of a block of code.
pub(super) fn key(grammar: &str, code: &str) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher.update(grammar.as_bytes());
    hasher.update(&[0]);
    hasher.update(code.as_bytes());
    first_half(&hasher.finalize())
}

fn first_half(hash: &blake3::Hash) -> Key {
    let mut key = Key::default();
    key.copy_from_slice(&hash.as_bytes()[..KEY]);
    key
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(n: u8) -> Key {
        [n; KEY]
    }

    #[test]
    fn keeps_blocks_and_what_was_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/cache");
        let fresh = [(key_of(2), &b"two"[..]), (key_of(1), b""), (key_of(3), b"three")];
        Cache::default().write(&path, fresh.into_iter()).unwrap();

        let cache = Cache::read(&path);
        assert_eq!(cache.get(&key_of(2)), Some(&b"two"[..]));
        assert_eq!(cache.get(&key_of(1)), Some(&b""[..]));
        assert_eq!(cache.get(&key_of(4)), None);
        cache.write(&path, [(key_of(4), &b"four"[..])].into_iter()).unwrap();

        let cache = Cache::read(&path);
        assert_eq!(cache.get(&key_of(3)), Some(&b"three"[..]));
        assert_eq!(cache.get(&key_of(4)), Some(&b"four"[..]));
        let uses: Vec<_> = (0..4).map(|at| cache.last_use(at)).collect();
        assert_eq!(uses, [Some(2), Some(2), Some(1), Some(2)]);
    }

    #[test]
    fn the_oldest_unused_go_first() {
        let big = vec![0; MAX_RUNS / 2];
        let mut blocks: BTreeMap<Key, (&[u8], u32)> = (1..=4).map(|n| (key_of(n), (&big[..], u32::from(n)))).collect();
        drop_oldest(&mut blocks, 1);
        assert_eq!(blocks.keys().copied().collect::<Vec<_>>(), [key_of(1), key_of(4)]);
    }

    #[test]
    fn any_damage_makes_it_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache");
        Cache::default().write(&path, [(key_of(7), &b"seven"[..])].into_iter()).unwrap();
        let good = fs::read(&path).unwrap();
        assert!(Cache::parse(good.clone()).is_some());
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert!(Cache::parse(bad).is_none());
            assert!(Cache::parse(good[..at].to_vec()).is_none());
        }
        assert_eq!(Cache::read(&folder.path().join("absent")).get(&key_of(7)), None);
    }
}

//! Good answers, kept between checks in the site's `.guidepost/`, so that the same pages are not asked for every day.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path, time::Duration};

use crate::site::cache;

/// The file of them.
const FILE: &str = "external-links.json";

/// What is known of an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    /// When it answered, in seconds since 1970.
    pub(super) at: u64,
    /// Where it is for good, if elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) moved: Option<String>,
    /// Places that it has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) places: Vec<String>,
}

/// Answers by address.
#[derive(Debug, Default)]
pub(super) struct Cache(BTreeMap<String, Known>);

impl Cache {
    /// Reads what is not older than `keep`. What cannot be read is as good as nothing.
    pub(super) fn load(site: &Path, now: u64, keep: Duration) -> Self {
        let bytes = std::fs::read(cache::folder(site).join(FILE)).unwrap_or_default();
        let mut known: BTreeMap<String, Known> = serde_json::from_slice(&bytes).unwrap_or_default();
        known.retain(|_, known| known.at <= now && now - known.at < keep.as_secs());
        Self(known)
    }

    /// What is known of an address, if all these places of it are.
    pub(super) fn get(&self, url: &str, places: &[String]) -> Option<&Known> {
        self.0.get(url).filter(|known| places.iter().all(|place| known.places.contains(place)))
    }

    pub(super) fn insert(&mut self, url: &str, known: Known) {
        self.0.insert(url.to_owned(), known);
    }

    /// Keeps it for the next check, which without it takes longer, and that is all.
    pub(super) fn save(&self, site: &Path) {
        if let Ok(bytes) = serde_json::to_vec_pretty(&self.0) {
            let _ = cache::keep(site, FILE, |file| file.write_all(&bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_old_damaged_or_not_known_is_asked_again() {
        let site = tempfile::tempdir().expect("a folder");
        let day = Duration::from_secs(86_400);
        let mut cache = Cache::default();
        cache.insert("https://a.b/", Known { at: 1000, moved: None, places: vec!["x".into()] });
        cache.save(site.path());
        for (now, keep, places, expected) in [
            (1000, day, vec![], true),
            (1000 + 86_399, day, vec!["x"], true),
            (1000 + 86_400, day, vec![], false),
            (1000, day, vec!["x", "y"], false),
            (1000, Duration::ZERO, vec![], false),
            (999, day, vec![], false),
        ] {
            let places: Vec<String> = places.into_iter().map(str::to_owned).collect();
            let found = Cache::load(site.path(), now, keep).get("https://a.b/", &places).is_some();
            assert_eq!(found, expected, "{now} {keep:?} {places:?}");
        }
        std::fs::write(cache::folder(site.path()).join(FILE), "{\"https").expect("written");
        assert!(Cache::load(site.path(), 1000, day).get("https://a.b/", &[]).is_none());
    }
}

//! Links to other sites: asked one by one, politely, and told where they stand.
//!
//! The network is asked by threads, not by async: a host's next question waits for its last answer anyway.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};
use url::Url;

use crate::{diagnostic::Diagnostic, pages::Listener, site::load::Site};

mod ask;
mod cache;
mod client;
mod fragment;
mod gather;
mod reserved;
mod told;
mod turns;

use ask::{Asker, Outcome};
use cache::{Cache, Known};
use client::Fault;
use gather::{Gathered, Mention};

/// The code of a network that does not work: nobody's link is at fault then.
pub const NO_NETWORK: &str = "no-network";

/// How many addresses were looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Addresses that were asked.
    pub asked: usize,
    /// Addresses whose last answer is still believed.
    pub known: usize,
    /// Addresses that are not asked: examples, this computer, private networks, what the configuration leaves out.
    pub left_out: usize,
}

/// Looks at the links of a site to others; of these files only, if there are any.
pub(crate) fn check(
    site: &Site<'_>,
    files: Option<&BTreeSet<String>>,
    listener: &dyn Listener,
) -> (Vec<Diagnostic>, Summary) {
    let settings = &site.inputs.config.external_links;
    let Gathered { asked, left, mut diagnostics } = gather::gather(site, files);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map(|age| age.as_secs()).unwrap_or_default();
    // Loose files have no folder that anything is kept in.
    let folder = site.inputs.loose().is_none().then(|| site.folder());
    let mut cache = folder.map(|folder| Cache::load(folder, now, settings.keep())).unwrap_or_default();
    let mut outcomes: BTreeMap<&Url, Outcome> = BTreeMap::new();
    let mut hosts: BTreeMap<&str, Vec<(&Url, Vec<String>)>> = BTreeMap::new();
    for (url, mentions) in &asked {
        let places = places(mentions, settings.fragments);
        match cache.get(url.as_str(), &places) {
            Some(known) => {
                outcomes.insert(url, Outcome::There { moved: known.moved.clone(), missing: Vec::new() });
            }
            None => hosts.entry(url.host_str().unwrap_or_default()).or_default().push((url, places)),
        }
    }
    let known = outcomes.len();
    listener.begin(asked.len() - known);
    let asker = Asker::new(settings);
    let count = hosts.len();
    let queue: Mutex<VecDeque<_>> = Mutex::new(hosts.into_values().collect());
    let answers = Mutex::new(Vec::new());
    // Taken in a statement of its own, so that nobody waits for the queue while a host is asked.
    let next = || locked(&queue).pop_front();
    let work = || {
        while let Some(addresses) = next() {
            for (url, places) in addresses {
                let outcome = asker.ask(url, &places);
                listener.rendered();
                locked(&answers).push((url, places, outcome));
            }
        }
    };
    std::thread::scope(|scope| (0..settings.hosts.min(count)).for_each(|_| drop(scope.spawn(work))));
    let answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
    let summary = Summary { asked: answers.len(), known, left_out: left.len() };
    if !answers.is_empty()
        && !asker.was_answered()
        && is_silence(answers.iter().map(|(url, _, outcome)| (*url, outcome)))
    {
        diagnostics.push(told::no_network(&answers[0].2, answers.len()));
        return (diagnostics, summary);
    }
    for (url, mut places, outcome) in answers {
        if let Outcome::There { moved, missing } = &outcome {
            places.retain(|place| !missing.contains(place));
            cache.insert(url.as_str(), Known { at: now, moved: moved.clone(), places });
        }
        outcomes.insert(url, outcome);
    }
    if let Some(folder) = folder {
        cache.save(folder);
    }
    for (url, outcome) in outcomes {
        diagnostics.extend(asked[url].iter().filter_map(|mention| told::told(url, &outcome, mention)));
    }
    (diagnostics, summary)
}

fn locked<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The places of a page that links point at, each once.
fn places(mentions: &[Mention], are_looked_for: bool) -> Vec<String> {
    let places = mentions.iter().filter_map(|mention| mention.fragment.as_ref());
    let places: BTreeSet<&String> = places.filter(|place| are_looked_for && fragment::is_place(place)).collect();
    places.into_iter().cloned().collect()
}

/// Hosts of which it is not believed that nobody knows any of them, if no other answers: some networks say so of every name.
const TOO_MANY_UNKNOWN: usize = 3;

/// Whether it is the network that gave no answer, and not these hosts.
fn is_silence<'a>(answers: impl Iterator<Item = (&'a Url, &'a Outcome)>) -> bool {
    let mut unknown = BTreeSet::new();
    for (url, outcome) in answers {
        match outcome {
            Outcome::Fault(Fault::UnknownName) => drop(unknown.insert(url.host_str())),
            Outcome::Fault(fault) if fault.is_of_network() => {}
            Outcome::Unasked => {}
            _ => return false,
        }
    }
    unknown.is_empty() || unknown.len() >= TOO_MANY_UNKNOWN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_it_is_the_network() {
        let unknown = Outcome::Fault(Fault::UnknownName);
        let (unreached, slow) = (Outcome::Fault(Fault::Unreached), Outcome::Fault(Fault::Slow));
        for (answers, expected) in [
            (vec![("a", &unreached)], true),
            (vec![("a", &unknown)], false),
            (vec![("a", &unknown), ("a", &unknown), ("b", &unknown)], false),
            (vec![("a", &unknown), ("b", &unknown), ("c", &unknown)], true),
            (vec![("a", &unreached), ("b", &unknown)], false),
            (vec![("a", &unreached), ("b", &slow)], false),
            (vec![("a", &unreached), ("b", &Outcome::Unasked)], true),
        ] {
            let urls: Vec<(Url, &Outcome)> = answers
                .into_iter()
                .map(|(host, outcome)| (Url::parse(&format!("https://{host}.dev/")).expect("an address"), outcome))
                .collect();
            assert_eq!(is_silence(urls.iter().map(|(url, outcome)| (url, *outcome))), expected, "{urls:?}");
        }
    }
}

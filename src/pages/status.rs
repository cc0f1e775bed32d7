//! `/status/`: what the reports that a build was given say of the whole library, and badges of it and of each guide.

use crate::{
    pages::{
        badge::{STATUS, Tone, badge, badge_url},
        data::{Count, HistoryDay, Library, Link, StatusPage},
        view::Views,
    },
    report::{
        Verdict,
        safe::line,
        shown::{Around, Shown},
    },
    site::load::Site,
    source::date::Date,
};
use std::collections::BTreeSet;

/// Days of the history that are shown, the newest.
const DAYS: usize = 60;

/// Makes them.
pub(crate) struct Status<'v, 'a> {
    pub(crate) site: &'v Site<'a>,
    pub(crate) views: &'v Views<'a>,
}

/// What is known of a guide as it is now.
fn known(state: Option<&str>) -> (Tone, &'static str) {
    match state {
        Some("holds") => (Tone::Verified, "verified"),
        Some("partial") => (Tone::Partial, "partial"),
        Some("drifted") => (Tone::Drifted, "drifted"),
        Some("broken") => (Tone::Broken, "broken"),
        Some(_) => (Tone::Unknown, "stale"),
        None => (Tone::Unknown, "unverified"),
    }
}

impl Around for Status<'_, '_> {
    fn url(&self, path: &str) -> Option<String> {
        let page = self.site.library.by_source.get(path)?;
        Some(self.views.links.absolute_path(&self.site.library.pages[*page].url))
    }

    fn before(&self, path: &str, verdict: Verdict) -> Option<String> {
        let (since, now, before) = self.site.inputs.history.changed(path)?;
        // A verdict that is another one now has another reason than that day.
        let day = || Date::parse(since).map_or_else(|| since.to_owned(), |day| self.views.words.day(&day));
        (now == verdict).then(|| format!("{} since {}, before: {}", now.name(), day(), before.name()))
    }
}

impl<'v> Status<'v, '_> {
    /// Whether guidepost makes the page: there is a report, and the site has no page of its own there.
    pub(crate) fn is_made(&self) -> bool {
        self.site.inputs.report.is_some() && !self.site.library.has_own(STATUS)
    }

    /// The page.
    pub(crate) fn page(&self) -> Option<StatusPage<'v>> {
        let report = self.site.inputs.report.as_ref().filter(|_| self.is_made())?;
        let known = |path: &str| self.site.library.by_source.contains_key(path) && !self.is_stale(path);
        // What a report says of another text, it does not say of this one.
        let others: Vec<&str> =
            report.guides.iter().map(|guide| guide.path.as_str()).filter(|path| !known(path)).collect();
        let report = if others.is_empty() { report } else { &report.without(&others) };
        let base =
            self.views.base(&self.views.words.text("status"), STATUS, &self.views.words.text("status_description"));
        let badge = badge_url(STATUS);
        let told: BTreeSet<&str> = report.guides.iter().map(|guide| guide.path.as_str()).collect();
        let status = Library {
            url: self.views.links.absolute_path(STATUS),
            permalink: self.views.permalink(STATUS),
            badge: self.views.permalink(&badge),
            badge_url: self.views.links.absolute_path(&badge),
            message: self.library().1,
            changed: self.links(|path| self.is_stale(path)),
            unverified: self.links(|path| !told.contains(path) && !self.is_stale(path)),
        };
        Some(StatusPage { base, results: Shown::new(report, self), history: self.history(), status })
    }

    fn is_stale(&self, path: &str) -> bool {
        self.views.verified.state(path) == Some("stale")
    }

    /// Guides, by the paths of their files, with their addresses.
    fn links(&self, wanted: impl Fn(&str) -> bool) -> Vec<Link> {
        let pages = self.site.guide_indices().into_iter().map(|index| &self.site.library.pages[index]);
        let of = pages.filter(|page| wanted(&page.record.source));
        of.map(|page| Link { title: page.record.title.clone(), url: self.views.links.absolute_path(&page.url) })
            .collect()
    }

    /// Day by day, the newest first; nothing if there is only one.
    fn history(&self) -> Vec<HistoryDay> {
        let days = self.site.inputs.history.days(&|path| self.site.library.by_source.contains_key(path));
        if days.len() < 2 {
            return Vec::new();
        }
        let of = |day: &crate::report::history::Day<'_>| {
            let counts = Verdict::ALL.iter().rev().filter_map(|verdict| {
                let count = day.counts.get(verdict)?;
                Some(Count { name: verdict.name(), count: *count })
            });
            HistoryDay {
                day: Date::parse(day.day).as_ref().map(|day| self.views.date(day)),
                counts: counts.collect(),
                new: day.new,
                mended: day.mended,
            }
        };
        days.iter().rev().take(DAYS).map(of).collect()
    }

    /// What the library's badge says, and its title: the worst that is known, and how many guides that concerns.
    fn library(&self) -> (Tone, String, String) {
        let guides = self.site.guide_indices();
        let states: Vec<(Tone, &str)> = (guides.iter())
            .map(|index| known(self.views.verified.state(&self.site.library.pages[*index].record.source)))
            .collect();
        let total = states.len();
        let count = |word: &str| states.iter().filter(|(_, state)| *state == word).count();
        let words = ["verified", "partial", "drifted", "broken", "stale", "unverified"];
        let counts: Vec<String> = (words.iter())
            .map(|word| (word, count(word)))
            .filter(|(_, count)| *count > 0)
            .map(|(word, count)| format!("{count} {word}"))
            .collect();
        let title = format!("guides: {}", counts.join(", "));
        let (tone, message) = match (count("broken"), count("drifted"), count("verified")) {
            (broken @ 1.., ..) => (Tone::Broken, format!("{broken} of {total} broken")),
            (_, drifted @ 1.., _) => (Tone::Drifted, format!("{drifted} of {total} drifted")),
            (.., verified) if verified == total && total > 0 => (Tone::Verified, "verified".to_owned()),
            (.., 0) if count("partial") == 0 => (Tone::Unknown, "unverified".to_owned()),
            (.., verified) => (Tone::Partial, format!("{verified} of {total} verified")),
        };
        (tone, message, title)
    }

    /// Badges of the library and of each guide: paths in the output, and bytes. None without a report.
    pub(crate) fn badges(&self) -> Vec<(String, Vec<u8>)> {
        if self.site.inputs.report.is_none() {
            return Vec::new();
        }
        let (tone, message, title) = self.library();
        let of_library = (badge_url(STATUS), badge("guides", &message, tone, &title));
        let of_guide = |index: usize| {
            let page = &self.site.library.pages[index];
            let (tone, word) = known(self.views.verified.state(&page.record.source));
            let title = format!("{}: {word}", line(&page.record.title));
            (badge_url(&page.url), badge("guide", word, tone, &title))
        };
        let guides = self.site.guide_indices().into_iter().map(of_guide);
        // A page of the author's own at `/status/` has the library's.
        let all = std::iter::once(of_library).chain(guides.filter(|(url, _)| *url != badge_url(STATUS)));
        all.filter(|(url, _)| !self.site.library.has_own(url))
            .map(|(url, svg)| (crate::site::address::output_path(&url), svg.into_bytes()))
            .collect()
    }
}

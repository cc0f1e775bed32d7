//! What every page has because `guidepost.yaml` says so, as templates are told it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::{
    data::{Announcement, SocialLink},
    structured::in_script,
    view::Views,
};
use crate::{
    site::{library::Page, links::HOME},
    theme::look,
};

/// What RFC 3986 calls unreserved stays; all else could mean something in an address.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Hexadecimal digits that tell announcements apart.
const KEY: usize = 10;

impl Views<'_> {
    /// `site.announcement`: its HTML, and a word that changes with it.
    pub(super) fn announcement(&self) -> Option<Announcement> {
        let html = self.inline(self.config.announcement.as_deref()?, HOME);
        let key = &blake3::hash(html.as_bytes()).to_hex()[..KEY];
        Some(Announcement { key: key.to_owned(), html })
    }

    /// `site.social`.
    pub(super) fn social(&self) -> Vec<SocialLink> {
        let link = |item: &crate::config::MenuItem| SocialLink {
            name: item.name.clone(),
            url: self.links.href(&item.url, HOME),
            icon: look::icon(&item.name),
        };
        self.config.social.iter().map(link).collect()
    }

    /// `site.analytics`: attributes of a script as JSON that may stand in a script.
    pub(super) fn analytics(&self) -> Option<String> {
        let analytics = self.config.analytics.as_ref()?;
        let mut attributes = json!({ "src": self.links.href(&analytics.script, HOME) });
        for (name, value) in &analytics.data {
            attributes[format!("data-{name}")] = value.as_str().into();
        }
        Some(in_script(&attributes.to_string()))
    }

    /// Where readers say what is wrong with a page.
    pub(super) fn feedback_url(&self, page: &Page) -> Option<String> {
        let url = self.config.feedback_url.as_deref().filter(|_| page.written)?;
        let record = &page.record;
        let values = [("{path}", &record.source), ("{url}", &self.permalink(&page.url)), ("{title}", &record.title)];
        let put = |text: String, (placeholder, value): (&str, &String)| {
            text.replace(placeholder, &utf8_percent_encode(value, UNRESERVED).to_string())
        };
        Some(self.links.href(&values.into_iter().fold(url.to_owned(), put), HOME))
    }
}

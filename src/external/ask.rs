//! Asks for an address until it is known: redirects followed, busy hosts asked again later.

use crate::{config::ExternalLinks, external::locked};
use std::{collections::HashMap, sync::Mutex, time::Duration};
use url::Url;

use super::{
    client::{Client, Fault, Method, Reply},
    fragment::has_place,
    gather::is_allowed,
    reserved::{Standing, standing},
    turns::Turns,
};

/// Redirects that are followed, as browsers do about.
const MOST_REDIRECTS: usize = 10;
/// The first pause before a host is asked again; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// What asks to be left alone for longer is not waited for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Hosts without an answer, and none with one, after which it is the network that is at fault.
const ENOUGH_SILENCE: usize = 5;

/// What came of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is there.
    There {
        /// Where it is for good, if elsewhere.
        moved: Option<String>,
        /// Which of the places that were looked for it does not have.
        missing: Vec<String>,
    },
    /// It answers with an error.
    Status(u16),
    /// The host is busy, and asks to come back later than is waited for.
    Busy(Duration),
    /// Redirects that lead nowhere.
    Lost(String),
    /// There is no answer.
    Fault(Fault),
    /// It was not asked: no host answers, so the network does not work.
    Unasked,
}

/// See the module.
pub(super) struct Asker<'a> {
    settings: &'a ExternalLinks,
    client: Client,
    turns: Turns,
    /// Hosts that do not answer, and why; `None` once one did.
    silent: Mutex<(HashMap<String, Fault>, bool)>,
}

impl<'a> Asker<'a> {
    pub(super) fn new(settings: &'a ExternalLinks) -> Self {
        Self { settings, client: Client::new(settings), turns: Turns::new(settings.delay()), silent: Mutex::default() }
    }

    /// Whether any host has answered.
    pub(super) fn was_answered(&self) -> bool {
        locked(&self.silent).1
    }

    /// Looks whether an address is there, and has these places.
    pub(super) fn ask(&self, url: &Url, places: &[String]) -> Outcome {
        let (mut at, mut moved, mut for_good) = (url.clone(), None, true);
        for _ in 0..=MOST_REDIRECTS {
            let reply = match self.reply(&at, !places.is_empty()) {
                Ok(reply) => reply,
                Err(outcome) => return outcome,
            };
            match (reply.status, &reply.location) {
                (301 | 302 | 303 | 307 | 308, Some(location)) => {
                    let Some(next) = self.next(&at, location) else {
                        return Outcome::Lost(format!("it is redirected to {location}, which is not asked"));
                    };
                    for_good &= matches!(reply.status, 301 | 308);
                    at = next;
                    if for_good {
                        moved = Some(at.to_string());
                    }
                }
                (200..=299, _) => {
                    let missing = |html: &String| {
                        places.iter().filter(|place| !has_place(html, place)).cloned().collect::<Vec<_>>()
                    };
                    return Outcome::There { moved, missing: reply.html.as_ref().map(missing).unwrap_or_default() };
                }
                (429 | 503, _) if reply.retry_after.is_some_and(|pause| pause > LONGEST_PAUSE) => {
                    return Outcome::Busy(reply.retry_after.unwrap_or_default());
                }
                (status, _) => return Outcome::Status(status),
            }
        }
        Outcome::Lost(format!("it is redirected more than {MOST_REDIRECTS} times"))
    }

    /// Where a redirect leads, if that may be asked.
    fn next(&self, from: &Url, location: &str) -> Option<Url> {
        let mut next = from.join(location).ok()?;
        next.set_fragment(None);
        let is_web = matches!(next.scheme(), "http" | "https");
        let is_public = next.host().is_some_and(|host| standing(&host) == Standing::Public);
        (is_web && (is_public || is_allowed(self.settings, &next))).then_some(next)
    }

    /// The answer to `HEAD`, or to `GET` where that says more; of a busy host, what it says in the end.
    fn reply(&self, url: &Url, with_text: bool) -> Result<Reply, Outcome> {
        let host = url.host_str().unwrap_or_default();
        let mut method = if with_text { Method::Read } else { Method::Head };
        let mut retries = 0;
        loop {
            if let Some(outcome) = self.known(host) {
                return Err(outcome);
            }
            let pause = |answer: &Result<Reply, Fault>| self.pause(answer, retries).unwrap_or_default();
            let answer = self.turns.take(host, || self.client.ask(method, url), pause);
            let again = self.pause(&answer, retries).is_some();
            match answer {
                // Hosts that know no HEAD say many things to it.
                Ok(reply) if method == Method::Head && reply.status >= 400 && reply.status != 429 => {
                    method = Method::Get;
                }
                Err(Fault::Refused(_)) if method == Method::Head => method = Method::Get,
                _ if again => retries += 1,
                Ok(reply) => {
                    locked(&self.silent).1 = true;
                    return Ok(reply);
                }
                Err(fault) => {
                    if fault.is_of_host() {
                        let mut silent = locked(&self.silent);
                        silent.0.insert(host.to_owned(), fault.clone());
                    }
                    return Err(Outcome::Fault(fault));
                }
            }
        }
    }

    /// What is known of a host without asking it again.
    fn known(&self, host: &str) -> Option<Outcome> {
        let silent = locked(&self.silent);
        if let Some(fault) = silent.0.get(host) {
            return Some(Outcome::Fault(fault.clone()));
        }
        let no_ways = silent.0.values().filter(|fault| fault.is_of_network()).count();
        (!silent.1 && no_ways >= ENOUGH_SILENCE).then_some(Outcome::Unasked)
    }

    /// How long to wait before asking again; `None` where that is of no use.
    fn pause(&self, answer: &Result<Reply, Fault>, retries: u32) -> Option<Duration> {
        if retries >= self.settings.retries {
            return None;
        }
        let usual = FIRST_PAUSE * 2_u32.saturating_pow(retries);
        match answer {
            Ok(Reply { status: 429 | 500 | 502..=504, retry_after, .. }) => {
                Some(retry_after.unwrap_or(usual)).filter(|pause| *pause <= LONGEST_PAUSE)
            }
            Ok(_) => None,
            Err(fault) => fault.may_pass().then_some(usual),
        }
    }
}

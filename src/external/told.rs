//! What is said of an address, at each place where it stands.

use url::Url;

use super::{
    NO_NETWORK,
    ask::Outcome,
    client::Fault,
    gather::{Mention, private},
};
use crate::{diagnostic::Diagnostic, plan::duration};

/// Statuses of hosts that refuse programs, and may show a reader the page all the same.
const REFUSES_PROGRAMS: &[u16] = &[401, 402, 403, 405, 406, 407, 418, 429, 451, 999];

const CORRECT: &str = "correct it, or add it to `ignore` of `external_links` in guidepost.yaml";
const LOOK: &str = "look at it in a browser; if it is right, add it to `ignore` of `external_links` in guidepost.yaml";

/// What is said of an address where it is mentioned; nothing, if it is there.
pub(super) fn told(url: &Url, outcome: &Outcome, mention: &Mention) -> Option<Diagnostic> {
    let broken = |why: &str| {
        Diagnostic::error("broken-external-link", format!("this link leads nowhere: {url} {why}")).help(CORRECT)
    };
    let unproven = |why: &str| {
        Diagnostic::warning("unproven-external-link", format!("this link could not be looked at: {url} {why}"))
            .help(LOOK)
    };
    let problem = match outcome {
        Outcome::There { moved, missing } => {
            place(url, missing, mention).or_else(|| forwarded(moved.as_ref()?, mention))?
        }
        Outcome::Status(status) if REFUSES_PROGRAMS.contains(status) => unproven(&answered(*status)),
        Outcome::Status(status) => broken(&answered(*status)),
        Outcome::Busy(pause) => {
            let whole = std::time::Duration::from_secs(pause.as_secs());
            unproven(&format!("asks to come back in {}", duration::show(whole)))
        }
        Outcome::Lost(why) => broken(&format!("cannot be followed: {why}")),
        Outcome::Fault(Fault::Private(ip)) => private(url.host_str().unwrap_or_default(), Some(ip)),
        Outcome::Fault(Fault::UnknownName) => broken("has a host that nobody knows"),
        Outcome::Fault(Fault::Refused(why)) => broken(&format!("does not answer: {why}")),
        Outcome::Fault(Fault::Untrusted(why)) => broken(&format!("cannot prove who it is: {why}")),
        Outcome::Fault(Fault::NoWay(why)) => unproven(&format!("cannot be reached: {why}")),
        Outcome::Fault(Fault::Unreached) => broken("takes no connection in time"),
        Outcome::Fault(Fault::Slow) => broken("does not answer in time"),
        Outcome::Unasked => unproven("was not asked, for no host answers"),
    };
    Some(Diagnostic { place: Some(Box::new(mention.place.clone())), ..problem })
}

/// A place that a page does not have.
fn place(url: &Url, missing: &[String], mention: &Mention) -> Option<Diagnostic> {
    let place = mention.fragment.as_ref().filter(|place| missing.contains(place))?;
    let problem = Diagnostic::warning("external-anchor", format!("{url} has no place `#{place}`"));
    Some(problem.help("correct it; where a script makes that place, add the address to `ignore` of `external_links` in guidepost.yaml"))
}

/// A page that is elsewhere for good.
fn forwarded(to: &str, mention: &Mention) -> Option<Diagnostic> {
    let fragment = mention.fragment.as_ref().map(|place| format!("#{place}")).unwrap_or_default();
    let problem = Diagnostic::notice("moved-link", format!("this page has moved for good, to {to}{fragment}"));
    Some(problem.help("write the new address"))
}

/// `answered 404 Not Found`.
fn answered(status: u16) -> String {
    let known = ureq::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    match known {
        Some(reason) => format!("answered {status} {reason}"),
        None => format!("answered {status}"),
    }
}

/// What is said once if no host answers at all.
pub(super) fn no_network(first: &Outcome, addresses: usize) -> Diagnostic {
    let why = match first {
        Outcome::Fault(Fault::NoWay(why)) => why.as_str(),
        Outcome::Fault(Fault::UnknownName) => "no name is known",
        _ => "no host answers",
    };
    let count = if addresses == 1 { "1 address".to_owned() } else { format!("{addresses} addresses") };
    let message = format!("the network does not work, so links to other sites were not looked at: {why} ({count})");
    Diagnostic::error(NO_NETWORK, message)
        .help("where a proxy is needed, name it in HTTPS_PROXY; certificates of your own are found by SSL_CERT_FILE")
}

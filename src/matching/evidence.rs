//! What is known of values beside the two texts: those that the guide itself has set.
//!
//! A value that a reader has typed, saved or chosen must come out as it went in. So it is compared exactly, where an output
//! shows it and where a page does: that it is of the same kind forgives nothing.

use std::{collections::HashMap, net::IpAddr};

use super::kinds::{self, Kind, Place, What};

/// Lines of a text that are looked at; nobody's page has more.
const LINES: usize = 20_000;

/// How a guide sets a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// It is typed, in a command.
    Typed,
    /// It stands in a file that is saved, or is bound to a name.
    Saved,
}

/// The values that a guide sets, each with the steps that set it.
#[derive(Debug, Clone, Default)]
pub struct Values(HashMap<String, Vec<(usize, By)>>);

/// What is known when an output is compared.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence<'a> {
    /// The values that the guide sets.
    pub values: Option<&'a Values>,
    /// Number of the step whose output is compared; what later steps set says nothing.
    pub step: usize,
    /// Whether the page tells its reader to compare checksums.
    pub sums: bool,
}

impl Values {
    /// Notes the values in what a step types or saves. What holds from the beginning has the number 0.
    pub fn add(&mut self, text: &str, step: usize, by: By) {
        for line in text.lines().take(LINES).filter(|line| line.bytes().any(|b| b.is_ascii_digit())) {
            for token in kinds::tokens(line).iter().filter(|token| token.what.is_value()) {
                let value = &line[token.range.clone()];
                // An address is set with its prefix, too.
                let address = Some(without_prefix(value)).filter(|address| *address != value);
                for value in [value].into_iter().chain(address) {
                    let steps = self.0.entry(plain(value)).or_default();
                    if steps.last() != Some(&(step, by)) {
                        steps.push((step, by));
                    }
                }
            }
        }
    }
}

/// A value as it is known: spacing and case say nothing.
fn plain(value: &str) -> String {
    let value: String = value.chars().filter(|c| !c.is_whitespace()).collect();
    value.strip_prefix(['v', 'V']).unwrap_or(&value).to_lowercase()
}

/// `10.0.0.7` of `10.0.0.7/24`; any other value is as it is.
fn without_prefix(value: &str) -> &str {
    let address = value.split_once('/').map(|(address, _)| address).filter(|address| address.parse::<IpAddr>().is_ok());
    address.unwrap_or(value)
}

impl Evidence<'_> {
    /// Whether the guide has set one of two values of a kind that differ: then they must not.
    pub(super) fn sets(&self, kind: Kind, documented: &str, real: &str, place: Place) -> bool {
        let is_sum = |text: &str| text.len() >= 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if self.sums && (kind == Kind::Fingerprint || kind == Kind::Id && (is_sum(documented) || is_sum(real))) {
            return true;
        }
        let Some(scope) = Scope::of(kind, documented, real, place) else { return false };
        self.has(documented, scope.documented) || self.has(real, scope.real)
    }

    /// The value that the guide has set, of two values of a kind that differ; for messages.
    pub(super) fn set<'t>(&self, documented: &'t str, real: &'t str) -> Option<&'t str> {
        let kind = |text: &str| match kinds::tokens(text).as_slice() {
            [token] => match token.what {
                What::Value(kind) => Some(kind),
                _ => None,
            },
            _ => None,
        };
        kind(documented).filter(|of| kind(real) == Some(*of))?;
        [documented, real].into_iter().find(|value| self.has(value, Reach::All))
    }

    fn has(&self, value: &str, reach: Reach) -> bool {
        let Some(values) = self.values else { return false };
        let known = [value, without_prefix(value)].into_iter().filter_map(|value| values.0.get(&plain(value)));
        known.flatten().any(|(step, by)| match reach {
            Reach::All => *step <= self.step,
            Reach::Near => *step == self.step || (*step < self.step && *by == By::Saved),
            Reach::Here => *step == self.step,
        })
    }
}

/// How far the setting of a value reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Whatever the guide has set so far.
    All,
    /// Files and names, and the command that printed the output.
    Near,
    /// The command that printed the output.
    Here,
}

struct Scope {
    documented: Reach,
    real: Reach,
}

impl Scope {
    /// What counts for values of a kind. The fewer of its values there are, and the plainer it is a measure, the more often two
    /// are the same by chance.
    fn of(kind: Kind, documented: &str, real: &str, place: Place) -> Option<Self> {
        let both = |reach| Some(Self { documented: reach, real: reach });
        let bare = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        match kind {
            Kind::Spacing | Kind::Ruler | Kind::Host => None,
            Kind::Id | Kind::Uuid | Kind::Port | Kind::Fingerprint => both(Reach::All),
            _ if bare(documented) || bare(real) => {
                (documented.len().max(real.len()) > 2).then_some(()).and(both(Reach::Here))
            }
            Kind::Duration if place < Place::Open => both(Reach::Here),
            _ if place == Place::Row => both(Reach::Here),
            // Two numbers are the version of much.
            Kind::Version if documented.matches('.').count() < 2 => both(Reach::Here),
            // Pools are small: another guide's address is this machine's next.
            Kind::Ipv4 | Kind::Mac => Some(Self { documented: Reach::All, real: Reach::Near }),
            _ => both(Reach::All),
        }
    }
}

/// Whether a version goes on where the other ends: `3.9` and `3.9.2` may be the same.
pub(super) fn goes_on(documented: &str, real: &str) -> bool {
    let begins =
        |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with(['.', '-', '+']));
    begins(documented, real) || begins(real, documented)
}

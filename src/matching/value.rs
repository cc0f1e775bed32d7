//! Two values of a kind that are not equal: what that means.
//!
//! What varies by nature is forgiven. What is a setting as often as a measure is forgiven where it is plainly a measure, and
//! has drifted where it is not. Another magnitude, and all or nothing instead of some, is never the same thing.

use std::net::{IpAddr, Ipv4Addr};

use super::{
    Why,
    evidence::{Evidence, goes_on},
    kinds::{Kind, Place},
    line::Versions,
};

/// What two texts are compared by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale<'a> {
    /// Whether what moved is drift.
    pub(super) moved: Versions,
    /// What is known of the values.
    pub(super) evidence: &'a Evidence<'a>,
}

impl Scale<'_> {
    /// A value that is another one, and need not be.
    pub(super) fn moved(&self, kind: Kind) -> Why {
        match self.moved {
            Versions::Drift => Why::Drifted(kind),
            Versions::Forgive => Why::Forgiven(kind),
        }
    }
}

/// What it means that two values of a kind differ, where the real one stands in `place`.
pub(super) fn differ(kind: Kind, d: &str, r: &str, place: Place, scale: Scale<'_>) -> Why {
    if scale.evidence.sets(kind, d, r, place) && !(kind == Kind::Version && goes_on(d, r)) {
        return Why::Differs;
    }
    let moved = scale.moved(kind);
    match kind {
        Kind::Version => moved,
        // Nothing installed is not something installed.
        Kind::Count if (d == "0") != (r == "0") => Why::Differs,
        Kind::Count => moved,
        // A short id beside a long one is another format, but git's short ids grow.
        Kind::Id if d.len() != r.len() && d.len().max(r.len()) > 12 && !d.contains(['"', '-']) => Why::Differs,
        Kind::Id if place >= Place::Open => moved,
        Kind::Size => graded(size(d, r), place, kind, scale),
        Kind::Percentage => graded(percentage(d, r), place, kind, scale),
        Kind::Duration if place == Place::Setting => graded(duration(d, r), place, kind, scale),
        Kind::Date if place == Place::Setting || place == Place::Open && (is_day(d) || is_day(r)) => moved,
        Kind::Ipv4 | Kind::Ipv6 => address(d, r, place, kind, scale),
        _ => Why::Forgiven(kind),
    }
}

/// Whether two values of a kind are so far from each other that no run makes them the same.
pub(super) fn are_worlds_apart(kind: Kind, d: &str, r: &str) -> bool {
    match kind {
        Kind::Size => size(d, r) == Gap::Worlds,
        Kind::Percentage => percentage(d, r) == Gap::Worlds,
        Kind::Ipv4 | Kind::Ipv6 => network(d).1 != network(r).1,
        _ => false,
    }
}

/// How far two amounts are from each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// They are of one magnitude.
    Some,
    /// One is nothing, and the other something.
    Nothing,
    /// Another unit, or all instead of some.
    Magnitude,
    /// So far that no measure moves.
    Worlds,
}

fn graded(gap: Gap, place: Place, kind: Kind, scale: Scale<'_>) -> Why {
    match (gap, place) {
        (Gap::Some, Place::Row | Place::Cell | Place::Measured) => Why::Forgiven(kind),
        (Gap::Some, _) => scale.moved(kind),
        (Gap::Nothing, Place::Row | Place::Cell) => Why::Forgiven(kind),
        (Gap::Magnitude, Place::Row | Place::Cell | Place::Measured) if kind == Kind::Size => Why::Forgiven(kind),
        (_, Place::Row | Place::Cell | Place::Measured) => Why::Drifted(kind),
        (_, Place::Open | Place::Setting) => Why::Differs,
    }
}

/// The number of an amount, and its unit.
fn parts(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).unwrap_or(text.len());
    let number: f64 = text[..end].replace(',', "").parse().ok()?;
    Some((number, text[end..].trim()))
}

/// What separates two amounts of which `factor` tells the worth of a unit.
fn gap(d: &str, r: &str, factor: fn(&str) -> Option<f64>) -> Gap {
    let (Some((a, a_unit)), Some((b, b_unit))) = (parts(d), parts(r)) else { return Gap::Some };
    let (Some(a_factor), Some(b_factor)) = (factor(a_unit), factor(b_unit)) else { return Gap::Some };
    if a == 0.0 || b == 0.0 {
        return if a == b { Gap::Some } else { Gap::Nothing };
    }
    let times = (a * a_factor / (b * b_factor)).max(b * b_factor / (a * a_factor));
    if times >= 1e6 || (a == b && times > 1.5) {
        return Gap::Worlds;
    }
    if times >= 1e3 { Gap::Magnitude } else { Gap::Some }
}

fn size(d: &str, r: &str) -> Gap {
    gap(d, r, |unit| {
        let thousands = match unit.bytes().next().map(|b| b.to_ascii_lowercase()) {
            Some(b'k') => 1,
            Some(b'm') => 2,
            Some(b'g') => 3,
            Some(b't') => 4,
            Some(b'p') => 5,
            _ => 0,
        };
        Some(1000_f64.powi(thousands))
    })
}

fn duration(d: &str, r: &str) -> Gap {
    gap(d, r, |unit| {
        let seconds = match unit.trim_end_matches(" ago") {
            "ns" => 1e-9,
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            unit if unit.starts_with("mo") => 2.6e6,
            unit => match unit.bytes().next()? {
                b's' => 1.0,
                b'm' => 60.0,
                b'h' => 3600.0,
                b'd' => 86_400.0,
                b'w' => 604_800.0,
                b'y' => 3.2e7,
                _ => return None,
            },
        };
        Some(seconds)
    })
}

fn percentage(d: &str, r: &str) -> Gap {
    let (Some((a, _)), Some((b, _))) = (parts(d), parts(r)) else { return Gap::Some };
    match (a.min(b), a.max(b)) {
        (a, b) if a == b => Gap::Some,
        (_, most) if most >= 100.0 => Gap::Worlds,
        (0.0, _) => Gap::Nothing,
        _ => Gap::Some,
    }
}

/// Whether a date has no time of day.
fn is_day(text: &str) -> bool {
    !text.contains(':')
}

/// Whose an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// Nobody's: it stands in documents.
    Documents,
    /// A private network's, or the machine's own.
    Private,
    /// Somebody's.
    Public,
}

fn owner(address: IpAddr) -> Owner {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b);
            match v4 {
                _ if v4.is_documentation() => Owner::Documents,
                _ if v4.is_private() || v4.is_loopback() || v4.is_link_local() || shared => Owner::Private,
                _ => Owner::Public,
            }
        }
        IpAddr::V6(v6) => match v6.segments() {
            [0x2001, 0xdb8, ..] => Owner::Documents,
            [first, ..] if first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80 => Owner::Private,
            _ => Owner::Public,
        },
    }
}

/// The address, and the length of its network's prefix.
fn network(text: &str) -> (Option<IpAddr>, Option<&str>) {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    (address.split('%').next().unwrap_or_default().parse().ok(), prefix)
}

fn address(d: &str, r: &str, place: Place, kind: Kind, scale: Scale<'_>) -> Why {
    let ((a, a_prefix), (b, b_prefix)) = (network(d), network(r));
    let measured = place < Place::Open;
    if a_prefix != b_prefix {
        return if a == b || !measured { Why::Differs } else { Why::Drifted(kind) };
    }
    let (Some(a), Some(b)) = (a, b) else { return Why::Forgiven(kind) };
    let is_mask = |address| matches!(address, IpAddr::V4(v4) if Ipv4Addr::octets(&v4)[0] == 255);
    let same = owner(a) == owner(b) && owner(a) != Owner::Documents;
    match (is_mask(a), is_mask(b)) {
        (false, false) if measured || (same && place == Place::Open) => Why::Forgiven(kind),
        _ => scale.moved(kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_differ() {
        use Place::{Cell, Measured, Open, Row, Setting};
        let (drifted, forgiven) = (Why::Drifted, Why::Forgiven);
        for (kind, d, r, place, why) in [
            (Kind::Size, "12 MB", "14 MB", Measured, forgiven(Kind::Size)),
            (Kind::Size, "12 MB", "14 MB", Open, drifted(Kind::Size)),
            (Kind::Size, "1 GB", "1 KB", Open, Why::Differs),
            (Kind::Size, "1 GB", "1 KB", Row, drifted(Kind::Size)),
            (Kind::Size, "1 GB", "1 MB", Measured, drifted(Kind::Size)),
            (Kind::Size, "234Mi", "1.2Gi", Row, forgiven(Kind::Size)),
            (Kind::Size, "0B", "2.0Gi", Row, forgiven(Kind::Size)),
            (Kind::Size, "0 B", "2 GB", Open, Why::Differs),
            (Kind::Percentage, "0%", "2%", Row, forgiven(Kind::Percentage)),
            (Kind::Percentage, "0%", "100%", Row, drifted(Kind::Percentage)),
            (Kind::Percentage, "7%", "100%", Cell, drifted(Kind::Percentage)),
            (Kind::Percentage, "100%", "40%", Open, Why::Differs),
            (Kind::Percentage, "30%", "40%", Open, drifted(Kind::Percentage)),
            (Kind::Duration, "30s", "3h", Measured, forgiven(Kind::Duration)),
            (Kind::Duration, "30s", "90s", Setting, drifted(Kind::Duration)),
            (Kind::Duration, "30s", "30m", Setting, Why::Differs),
            (Kind::Date, "2030-01-01", "1999-01-01", Open, drifted(Kind::Date)),
            (Kind::Date, "2030-01-01", "1999-01-01", Measured, forgiven(Kind::Date)),
            (Kind::Date, "2030-01-01 10:00", "1999-01-01 11:00", Open, forgiven(Kind::Date)),
            (Kind::Date, "02:30", "14:45", Setting, drifted(Kind::Date)),
            (Kind::Ipv4, "10.0.0.0/8", "10.0.0.0/30", Measured, Why::Differs),
            (Kind::Ipv4, "172.17.0.2/16", "10.0.0.7/24", Measured, drifted(Kind::Ipv4)),
            (Kind::Ipv4, "172.17.0.2/16", "10.0.0.7/16", Open, forgiven(Kind::Ipv4)),
            (Kind::Ipv4, "172.17.0.2", "10.0.0.7", Setting, drifted(Kind::Ipv4)),
            (Kind::Ipv4, "192.0.2.7", "10.0.0.7", Open, drifted(Kind::Ipv4)),
            (Kind::Ipv4, "192.0.2.7", "10.0.0.7", Measured, forgiven(Kind::Ipv4)),
            (Kind::Ipv4, "8.8.8.8", "192.168.1.1", Open, drifted(Kind::Ipv4)),
            (Kind::Ipv4, "8.8.8.8", "1.1.1.1", Open, forgiven(Kind::Ipv4)),
            (Kind::Ipv4, "255.255.0.0", "255.255.255.0", Measured, drifted(Kind::Ipv4)),
            (Kind::Ipv6, "2001:db8::1", "2001:db8::2", Open, drifted(Kind::Ipv6)),
            (Kind::Ipv6, "fe80::1/64", "fe80::2/64", Open, forgiven(Kind::Ipv6)),
            (Kind::Id, "5d41402abc4b2a76b9719d911017c592", "7d793037a0760186574b0282f2f435e7", Open, drifted(Kind::Id)),
            (Kind::Pid, "7", "4711", Open, forgiven(Kind::Pid)),
        ] {
            let scale = Scale { moved: Versions::Drift, evidence: &Evidence::default() };
            assert_eq!(differ(kind, d, r, place, scale), why, "{d} {r} {place:?}");
            let scale = Scale { moved: Versions::Forgive, ..scale };
            let wanted =
                if why == drifted(kind) && differ(kind, d, r, place, scale) != why { forgiven(kind) } else { why };
            assert_eq!(differ(kind, d, r, place, scale), wanted, "{d} {r} {place:?}");
        }
    }
}

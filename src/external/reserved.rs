//! Which hosts are asked at all: none whose name is kept for examples, and none of a private network unless the site says so.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::Host;

/// What a host is by its name or number alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Of the public network, as far as its name tells.
    Public,
    /// This computer: what a reader's machine serves.
    Own,
    /// Of some private network.
    Private,
    /// Kept for documentation; nobody will ever be there.
    Reserved,
}

/// Names that are kept for examples and tests (RFC 2606, RFC 6761), and those that no DNS serves (RFC 7686).
const RESERVED: &[&str] = &["example", "example.com", "example.net", "example.org", "invalid", "onion", "test"];
/// Names of private networks (RFC 6762, RFC 8375, ICANN's of 2024), and those that are commonly used for them.
const PRIVATE: &[&str] = &["corp", "home", "home.arpa", "internal", "intranet", "lan", "local"];

/// See the module.
pub(super) fn standing(host: &Host<&str>) -> Standing {
    match host {
        Host::Domain(name) => of_name(name.trim_end_matches('.')),
        Host::Ipv4(ip) => of_ip(IpAddr::V4(*ip)),
        Host::Ipv6(ip) => of_ip(IpAddr::V6(*ip)),
    }
}

fn of_name(name: &str) -> Standing {
    let below =
        |known: &&'static str| name == *known || name.strip_suffix(known).is_some_and(|rest| rest.ends_with('.'));
    if below(&"localhost") {
        Standing::Own
    } else if RESERVED.iter().any(below) {
        Standing::Reserved
    } else if !name.contains('.') || PRIVATE.iter().any(below) {
        Standing::Private
    } else {
        Standing::Public
    }
}

/// What an address is, by the registries of special-purpose addresses (RFC 6890).
pub(super) fn of_ip(ip: IpAddr) -> Standing {
    match ip {
        IpAddr::V4(ip) => of_v4(ip),
        IpAddr::V6(ip) => of_v6(ip),
    }
}

fn of_v4(ip: Ipv4Addr) -> Standing {
    let [a, b, c, _] = ip.octets();
    if ip.is_loopback() || ip.is_unspecified() {
        return Standing::Own;
    }
    if ip.is_documentation() {
        return Standing::Reserved;
    }
    let shared = a == 100 && (64..128).contains(&b);
    let assigned = (a, b, c) == (192, 0, 0) || a == 198 && (18..20).contains(&b);
    if ip.is_private() || ip.is_link_local() || shared || assigned || a == 0 || a >= 224 {
        Standing::Private
    } else {
        Standing::Public
    }
}

fn of_v6(ip: Ipv6Addr) -> Standing {
    let segments = ip.segments();
    if ip.is_loopback() || ip.is_unspecified() {
        return Standing::Own;
    }
    let last = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        of_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // An address of IPv4 in another form: mapped, behind NAT64, in 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => last(high, low),
        [0x2002, high, low, ..] => last(high, low),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Standing::Reserved,
        // Unique local, link local, site local, multicast.
        [first, ..] if first & 0xfe00 == 0xfc00 || first & 0xff80 == 0xfe80 || first >= 0xff00 => Standing::Private,
        _ => Standing::Public,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    #[test]
    fn hosts() {
        for (url, expected) in [
            ("https://www.rust-lang.org/", Standing::Public),
            ("https://testing.org/", Standing::Public),
            ("https://notlocalhost.org/", Standing::Public),
            ("https://example.dev/", Standing::Public),
            ("http://8.8.8.8/", Standing::Public),
            ("http://[2606:4700::1111]/", Standing::Public),
            ("http://localhost:8080/", Standing::Own),
            ("http://app.localhost/", Standing::Own),
            ("http://127.0.0.1/", Standing::Own),
            ("http://2130706433/", Standing::Own),
            ("http://0.0.0.0:3000/", Standing::Own),
            ("http://[::1]/", Standing::Own),
            ("http://[::ffff:127.0.0.1]/", Standing::Own),
            ("https://example.com/", Standing::Reserved),
            ("https://www.example.org./", Standing::Reserved),
            ("https://shop.test/", Standing::Reserved),
            ("https://nobody.invalid/", Standing::Reserved),
            ("http://192.0.2.17/", Standing::Reserved),
            ("http://203.0.113.4:8080/", Standing::Reserved),
            ("http://[2001:db8::1]/", Standing::Reserved),
            ("http://wiki/", Standing::Private),
            ("http://printer.local/", Standing::Private),
            ("http://10.1.2.3/", Standing::Private),
            ("http://169.254.169.254/latest/", Standing::Private),
            ("http://100.64.0.1/", Standing::Private),
            ("http://[fd00::1]/", Standing::Private),
            ("http://[fe80::1]/", Standing::Private),
            ("http://[64:ff9b::a00:1]/", Standing::Private),
            ("http://[2002:a00:1::]/", Standing::Private),
        ] {
            let url = Url::parse(url).expect(url);
            assert_eq!(standing(&url.host().expect("a host")), expected, "{url}");
        }
    }
}

//! How plainly a value is a measure, by where it stands: what is a setting as often as a measure is forgiven only there.
//!
//! The shape of the line and the words beside the value tell it. Nothing here knows a program; the tables that are known by
//! their rows stand in `labels`.

use std::ops::Range;

use super::{Kind, Token, What};

/// How plainly a value is a measure. The plainest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::matching) enum Place {
    /// In a row of a table of measures, such as those of `ls -l` or `df`.
    Row,
    /// A whole cell of a table of three columns or more.
    Cell,
    /// Its neighbours say that it was measured: `Fetched 12 MB in 3s`.
    Measured,
    /// Nothing tells.
    Open,
    /// The value of a setting: `timeout = 30s`, `client_max_body_size 10m;`.
    Setting,
}

/// Words after which an amount was measured, beside participles.
const STATES: &[&str] = &["used", "free", "available", "total", "left", "of", "written", "read", "sent", "in"];

/// Participles that speak of what is to be, not of what was.
const LIMITS: &[&str] =
    &["allowed", "limited", "required", "needed", "reserved", "permitted", "supported", "expected", "fixed"];

/// Words before a duration that say how long something is to last.
const SPANS: &[&str] = &["for", "every", "within", "than", "until"];

/// Words of a key whose value was measured by a clock.
const CLOCKS: &[&str] =
    &["time", "elapsed", "duration", "uptime", "up", "age", "took", "cpu", "real", "user", "sys", "total", "latency"];

/// Words after which an address is whoever was there.
const PEERS: &[&str] = &["from", "inet", "inet6", "addr", "via", "src", "ping"];

/// What the whole line says of the values in it.
struct Line<'a> {
    text: &'a str,
    is_row: bool,
    cells: Vec<Range<usize>>,
    is_setting: bool,
    has_rate: bool,
    is_sum: bool,
}

/// Says of each value of a line how plainly it is a measure; `is_row` if the line is a row of a known table.
pub(super) fn mark(text: &str, is_row: bool, tokens: &mut [Token]) {
    let matters = |token: &Token| {
        use Kind::{Date, Duration, Id, Ipv4, Ipv6, Percentage, Size};
        matches!(token.what, What::Value(Size | Percentage | Duration | Date | Ipv4 | Ipv6 | Id))
    };
    if !tokens.iter().any(matters) {
        return;
    }
    let rate = |token: &Token| {
        token.what == What::Value(Kind::Size)
            && ["/s", "/sec"].iter().any(|end| text[token.range.clone()].ends_with(end))
    };
    let line = Line {
        text,
        is_row,
        cells: cells(text),
        is_setting: is_setting(text),
        has_rate: tokens.iter().any(rate),
        is_sum: is_sum(text),
    };
    for token in tokens.iter_mut().filter(|token| matters(token)) {
        if let What::Value(kind) = token.what {
            token.place = line.place(kind, &token.range, token.place);
        }
    }
}

impl Line<'_> {
    fn place(&self, kind: Kind, range: &Range<usize>, labelled: Place) -> Place {
        if self.is_row {
            return Place::Row;
        }
        if labelled < Place::Open {
            return labelled;
        }
        if kind == Kind::Id {
            return if self.is_sum { Place::Open } else { Place::Measured };
        }
        if self.is_setting {
            return Place::Setting;
        }
        if self.cells.len() > 2 && self.cells.iter().any(|cell| cell.start == range.start) {
            return Place::Cell;
        }
        let (before, after) = (&self.text[..range.start], &self.text[range.end..]);
        let measured = match kind {
            Kind::Duration => return self.duration(range, before),
            Kind::Size => self.has_rate || is_amount(before, after),
            Kind::Percentage => self.has_rate || is_progress(before, after),
            // A date alone is the clock's, and one at the beginning that of a log.
            Kind::Date => before.trim_matches([' ', '[', '\t']).is_empty(),
            _ => PEERS.contains(&last_word(before).as_str()),
        };
        if measured { Place::Measured } else { Place::Open }
    }

    /// How long something took, unless it says how long something is to last.
    fn duration(&self, range: &Range<usize>, before: &str) -> Place {
        let text = &self.text[range.clone()];
        let exact = text.contains(['.', ','])
            || text.ends_with("ago")
            || ["ms", "us", "µs", "ns"].iter().any(|u| text.ends_with(u));
        if exact || self.has_rate {
            return Place::Measured;
        }
        let word = last_word(before);
        let lasts = word == "for" && {
            let verb = last_word(before.trim_end().trim_end_matches("for"));
            verb.ends_with("ing") || verb.ends_with("ed") || verb == "up"
        };
        let key = before.trim().strip_suffix(':').filter(|_| self.text[range.end..].trim().is_empty());
        let key = key.filter(|key| key.split_whitespace().count() <= 4 && !key.contains(':'));
        match key {
            Some(key) if !CLOCKS.contains(&last_word(key).as_str()) => Place::Setting,
            None if SPANS.contains(&word.as_str()) && !lasts => Place::Setting,
            _ => Place::Measured,
        }
    }
}

/// Columns of a line: what two spaces or a tab part. A table drawn with bars is data, whatever its cells are.
fn cells(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if line.contains(['|', '│']) {
        return found;
    }
    let mut start = None;
    let space = |at: usize| line[at..].starts_with("  ") || line[at..].starts_with('\t');
    for (at, c) in line.char_indices() {
        match start {
            Some(begin) if space(at) => {
                found.push(begin..at);
                start = None;
            }
            None if !c.is_whitespace() => start = Some(at),
            _ => {}
        }
    }
    found.extend(start.map(|begin| begin..line.len()));
    found
}

/// `key = value`, `key=value` or `directive value;` as a whole line.
fn is_setting(line: &str) -> bool {
    let text = line.trim().trim_start_matches(['-', '+', '#', ';']).trim_start();
    let text = text.strip_prefix("export ").unwrap_or(text);
    let is_key = |key: &str| {
        !key.is_empty()
            && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\'' | '/' | '[' | ']'))
    };
    let assigned =
        text.split_once('=').is_some_and(|(key, value)| is_key(key.trim_end()) && !value.starts_with(['=', '>']));
    let directive = || {
        text.strip_suffix(';')
            .and_then(|text| text.split_once(' '))
            .is_some_and(|(word, _)| is_key(word) && word.starts_with(|c: char| c.is_ascii_lowercase()))
    };
    // `icmp_seq=1 ttl=64 time=0.04 ms` are results, one after the other.
    (assigned && text.matches('=').count() == 1) || directive()
}

/// A sum of a file as the programs of coreutils and BSD print it, which a reader may compare.
fn is_sum(line: &str) -> bool {
    let text = line.trim();
    let digits =
        |text: &str| matches!(text.len(), 32 | 40 | 56 | 64 | 96 | 128) && text.bytes().all(|b| b.is_ascii_hexdigit());
    let first = text.split_once([' ', '\t']).is_some_and(|(sum, name)| {
        digits(sum) && name.len() == name.trim_start().len() + 1 && !name.trim().contains(' ')
    });
    let last = || text.rsplit_once(") = ").or_else(|| text.rsplit_once(")= ")).is_some_and(|(_, sum)| digits(sum));
    first || last()
}

/// Whether what stands around an amount of data says that it was measured.
fn is_amount(before: &str, after: &str) -> bool {
    let done =
        |word: &str| STATES.contains(&word) || (word.ends_with("ed") && word.len() > 3 && !LIMITS.contains(&word));
    let opened = before.trim_end().strip_suffix('(').or_else(|| before.trim_end().strip_suffix(','));
    let in_words =
        opened.is_some_and(|before| before.trim_end().ends_with(|c: char| c.is_ascii_digit() || c == 's' || c == 'B'));
    // `10485760 bytes (10 MB)`, `3 MB/12 MB`.
    let counted = in_words && before.contains(|c: char| c.is_ascii_digit());
    let of_all = after.starts_with('/') && after[1..].trim_start().starts_with(|c: char| c.is_ascii_digit());
    // `[64.9 kB]`, behind what has this size.
    let aside = matches!(before.chars().next_back(), Some('[' | '(')) && after.starts_with([']', ')']);
    counted
        || aside
        || of_all
        || before.ends_with('/') && before.contains(|c: char| c.is_ascii_digit())
        || done(&first_word(after))
        || (done(&last_word(before)) && !before.trim_end().ends_with(['=']))
        // `Total reclaimed space: 1.2 GB`
        || before.trim_end().ends_with(':') && before.split_whitespace().any(|word| done(&word.to_lowercase()) && word.ends_with("ed"))
}

/// Whether a percentage is how far something has come.
fn is_progress(before: &str, after: &str) -> bool {
    let after = after.trim_start();
    let part =
        after.strip_prefix('(').is_some_and(|rest| rest.split(')').next().is_some_and(|part| part.contains('/')));
    part || after.starts_with(['[', '|'])
        || before.trim_end().ends_with("...")
        || before.trim_end().ends_with(['━', '█', '#'])
}

/// The word before a place, in lower case, without what stands between.
fn last_word(before: &str) -> String {
    let text = before.trim_end().trim_end_matches([':', '=', '(', ')', '[', '"', '\'']).trim_end();
    let at = text
        .rfind(|c: char| !c.is_alphanumeric())
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    text[at..].to_lowercase()
}

/// The word after a place, in lower case.
fn first_word(after: &str) -> String {
    after
        .trim_start_matches([' ', ')', '\t'])
        .chars()
        .take_while(|c| c.is_alphanumeric())
        .collect::<String>()
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::kinds::tokens;

    #[test]
    fn measures_and_settings() {
        use Place::{Cell, Measured, Open, Row, Setting};
        for (line, value, place) in [
            ("Fetched 12 MB in 3s", "12 MB", Measured),
            ("Fetched 12 MB in 3s", "3s", Measured),
            ("12 MB used, 3 GB free", "3 GB", Measured),
            ("Need to get 605 kB of archives.", "605 kB", Measured),
            ("Total reclaimed space: 1.2GB", "1.2GB", Measured),
            ("10485760 bytes (10 MB, 10 MiB) copied, 0.01 s, 850 MB/s", "10 MiB", Measured),
            ("limit 1 GB", "1 GB", Open),
            ("Maximum allowed 10 MB", "10 MB", Open),
            ("shared_buffers = 128MB", "128MB", Setting),
            ("MaxSize=100M", "100M", Setting),
            ("    client_max_body_size 10m;", "10m", Setting),
            ("idle_timeout = 90s", "90s", Setting),
            ("keepalive_timeout 65s;", "65s", Setting),
            ("Timeout: 30s", "30s", Setting),
            ("Uptime: 3 days", "3 days", Measured),
            ("valid for 365 days", "365 days", Setting),
            ("active (running) for 5min", "5min", Measured),
            ("waited for 3 s", "3 s", Measured),
            ("web  nginx  141MB", "141MB", Cell),
            (" size | 141MB | yes", "141MB", Open),
            ("-rw-r--r-- 1 ann ann 12 2024-01-01 a", "2024-01-01", Row),
            ("/dev/sda1        25G  1.5G   22G   7% /", "7%", Row),
            ("12K  ./app", "12K", Row),
            ("expires: 2030-01-01", "2030-01-01", Open),
            ("2030-01-01", "2030-01-01", Measured),
            ("listen 192.0.2.7:80", "192.0.2.7", Open),
            ("64 bytes from 192.0.2.7: icmp_seq=1", "192.0.2.7", Measured),
            ("    inet 192.0.2.7/24 brd 192.0.2.255", "192.0.2.7/24", Measured),
            ("Receiving objects: 100% (3/3), done.", "100%", Measured),
            ("Use% 40%", "40%", Open),
            ("5d41402abc4b2a76b9719d911017c592  app.tgz", "5d41402abc4b2a76b9719d911017c592", Open),
            ("MD5 (a) = 5d41402abc4b2a76b9719d911017c592", "5d41402abc4b2a76b9719d911017c592", Open),
            ("commit 9fceb02d0ae598e95dc970b74767f19372d61af8", "9fceb02d0ae598e95dc970b74767f19372d61af8", Measured),
        ] {
            let found = tokens(line);
            let token = found.iter().find(|token| &line[token.range.clone()] == value);
            assert_eq!(token.map(|token| token.place), Some(place), "{line}: {value}");
        }
    }
}

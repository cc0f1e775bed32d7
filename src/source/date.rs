//! Dates as tutorial libraries write them.

use chrono::{FixedOffset, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A calendar date, and the time where the author gave one.
///
/// Ordered by date, then time; without a time it counts as midnight.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Date {
    /// ISO 8601 date: `2017-12-28`.
    pub day: String,
    /// RFC 3339 time and offset where given: `10:00:00Z`.
    pub time: Option<String>,
}

impl Date {
    /// Reads a date: `2017-12-28`, with `/` too, `December 28, 2017`, `28 December 2017`, with or without a weekday,
    /// and a time behind it: `T10:00:00Z`, ` 10:00`, ` 10:00:00 +0200`. A time without an offset is UTC.
    ///
    /// `None` for anything else and for days that do not exist. A weekday is not checked.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (day, rest) =
            if text.starts_with(|c: char| c.is_ascii_digit()) && text.get(4..5).is_some_and(|c| c == "-" || c == "/") {
                numeric(text)?
            } else {
                in_words(text)?
            };
        let time = match rest.trim() {
            "" => None,
            time => Some(self::time(time.strip_prefix(['T', 't']).unwrap_or(time))?),
        };
        Some(Self { day: day.format("%Y-%m-%d").to_string(), time })
    }

    /// RFC 3339: `2017-12-28T00:00:00Z`.
    pub fn rfc3339(&self) -> String {
        format!("{}T{}", self.day, self.time.as_deref().unwrap_or("00:00:00Z"))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.day)
    }
}

/// Takes up to `most` digits off the front.
fn digits(text: &str, most: usize) -> Option<(u32, &str)> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    Some((text[..count].parse().ok()?, &text[count..]))
}

/// `2018-01-04`, `2018/1/4`, and what follows.
fn numeric(text: &str) -> Option<(NaiveDate, &str)> {
    let (year, rest) = digits(text, 4)?;
    let separator = if rest.starts_with('/') { '/' } else { '-' };
    let (month, rest) = digits(rest.strip_prefix(separator)?, 2)?;
    let (day, rest) = digits(rest.strip_prefix(separator)?, 2)?;
    let ends = rest.is_empty() || rest.starts_with(['T', 't', ' ', '\t']);
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    ends.then_some((date, rest))
}

/// `Thursday, January 4th, 2018`, `4 January 2018`, and what follows.
fn in_words(text: &str) -> Option<(NaiveDate, &str)> {
    let (mut year, mut month, mut day) = (None, None, None);
    let mut rest = text;
    for _ in 0..4 {
        rest = rest.trim_start_matches([' ', '\t', ',', '.']);
        let length = rest.find([' ', '\t', ',', '.']).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        rest = after;
        if let Some((number, suffix)) = digits(word, 4) {
            match suffix.to_ascii_lowercase().as_str() {
                "" if length == 4 && year.is_none() => year = Some(number),
                "" | "st" | "nd" | "rd" | "th" if day.is_none() => day = Some(number),
                _ => return None,
            }
        } else if let Ok(name) = word
            .parse::<chrono::Month>()
            .or_else(|e| if word == "Sept" { Ok(chrono::Month::September) } else { Err(e) })
        {
            if month.replace(name.number_from_month()).is_some() {
                return None;
            }
        } else if word.parse::<chrono::Weekday>().is_err() || year.or(month).or(day).is_some() {
            return None;
        }
        if let (Some(year), Some(month), Some(day)) = (year, month, day) {
            return Some((
                NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?,
                rest.trim_start_matches(','),
            ));
        }
    }
    None
}

/// `10:00`, `10:00:00.5 +0200`, as RFC 3339 without fractions of a second.
fn time(text: &str) -> Option<String> {
    let (hour, rest) = digits(text, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => digits(rest, 2)?,
        None => (0, rest),
    };
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let time = NaiveTime::from_hms_opt(hour, minute, second)?;
    let offset = match rest.trim() {
        "" | "Z" | "z" | "UTC" | "GMT" => "Z".to_owned(),
        offset => {
            let (hours, rest) = digits(offset.strip_prefix(['+', '-'])?, 2)?;
            let rest = rest.strip_prefix(':').unwrap_or(rest);
            let (minutes, rest) = if rest.is_empty() { (0, rest) } else { digits(rest, 2)? };
            FixedOffset::east_opt(i32::try_from(hours * 3600 + minutes * 60).ok()?)
                .filter(|_| minutes < 60 && rest.is_empty())?;
            format!("{}{hours:02}:{minutes:02}", &offset[..1])
        }
    };
    Some(format!("{}{offset}", time.format("%H:%M:%S")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let cases = [
            ("2017-12-28", "2017-12-28", None),
            (" 2017-12-28 ", "2017-12-28", None),
            ("2018-1-4", "2018-01-04", None),
            ("2018/01/04", "2018-01-04", None),
            ("2017-12-28T10:00:00Z", "2017-12-28", Some("10:00:00Z")),
            ("2017-12-28t10:00:00.123z", "2017-12-28", Some("10:00:00Z")),
            ("2017-12-28T10:00:00+02:00", "2017-12-28", Some("10:00:00+02:00")),
            ("2017-12-28T10:00:00-0530", "2017-12-28", Some("10:00:00-05:30")),
            ("2017-12-28 10:00:00 +0200", "2017-12-28", Some("10:00:00+02:00")),
            ("2017-12-28 10:00:00+02", "2017-12-28", Some("10:00:00+02:00")),
            ("2017-12-28 10:00", "2017-12-28", Some("10:00:00Z")),
            ("2017-12-28 9:05", "2017-12-28", Some("09:05:00Z")),
            ("2017-12-28 10:00:00 UTC", "2017-12-28", Some("10:00:00Z")),
            ("Thursday, January 4th, 2018", "2018-01-04", None),
            ("thu, jan 4 2018", "2018-01-04", None),
            ("January 4, 2018", "2018-01-04", None),
            ("Jan. 4, 2018", "2018-01-04", None),
            ("4 January 2018", "2018-01-04", None),
            ("22nd Sept 2018", "2018-09-22", None),
            ("Thu, 28 Dec 2017 10:00:00 +0200", "2017-12-28", Some("10:00:00+02:00")),
            ("2020-02-29", "2020-02-29", None),
        ];
        for (text, day, time) in cases {
            let date = Date::parse(text).unwrap_or_else(|| panic!("{text:?} is not read"));
            assert_eq!((date.day.as_str(), date.time.as_deref()), (day, time), "{text:?}");
            let rfc3339 = date.rfc3339();
            assert!(chrono::DateTime::parse_from_rfc3339(&rfc3339).is_ok(), "{rfc3339}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        let cases = [
            "",
            "soon",
            "2018",
            "2018-02",
            "2018-02-30",
            "2019-02-29",
            "2018-13-01",
            "2018-00-10",
            "2018-01/04",
            "2018-01-04x",
            "2018-01-045",
            "2018-01-04T",
            "2018-01-04 25:00",
            "2018-01-04 10",
            "2018-01-04 10:00 +9900",
            "2018-01-04 10:00 +02:75",
            "2018-01-04 10:00 PST",
            "2018-01-04T10:00:00Z and more",
            "01/04/2018",
            "4.1.2018",
            "January 2018",
            "January 41, 2018",
            "January January 4 2018",
            "4 January 2018 x",
            "Äpril 4, 2018",
            "20180104",
            "ä",
            "123ä-1-1",
        ];
        for text in cases {
            assert_eq!(Date::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn sorts_by_day_then_time() {
        let date = |text| Date::parse(text).expect("a date");
        let mut dates = [date("2018-01-04 10:00"), date("2018-01-04"), date("2017-12-28 23:00")];
        dates.sort();
        assert_eq!(
            dates.map(|d| d.rfc3339()),
            ["2017-12-28T23:00:00Z", "2018-01-04T00:00:00Z", "2018-01-04T10:00:00Z"]
        );
    }
}

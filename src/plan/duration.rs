//! Spans of time as authors write them: `30s`, `5m`, `1h30m`.

use serde::Serializer;
use std::time::Duration;

/// Longest span that is taken: a day.
const LONGEST: u64 = 24 * 60 * 60 * 1000;

/// Reads `500ms`, `30s`, `5m`, `1h30m`: numbers with units, from the largest to the smallest; at most a day.
///
/// # Errors
/// What to write instead.
pub fn parse(text: &str) -> Result<Duration, String> {
    const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];
    let text = text.trim();
    let mut rest = text;
    let mut total: u64 = 0;
    let mut smallest = u64::MAX;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let letters = rest[digits..].find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len() - digits);
        let (number, unit) = (&rest[..digits], &rest[digits..digits + letters]);
        if digits > 0 && unit.is_empty() && digits == text.len() {
            return Err(format!("give it a unit: {text}s or {text}m"));
        }
        let unit = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, length)| *length);
        let (Ok(number), Some(unit)) = (number.parse::<u64>(), unit.filter(|unit| *unit < smallest)) else {
            return Err("write it as 30s, 5m or 1h30m".into());
        };
        total = total.saturating_add(number.saturating_mul(unit));
        smallest = unit;
        rest = &rest[digits + letters..];
    }
    match total {
        0 => Err("write it as 30s, 5m or 1h30m".into()),
        1..=LONGEST => Ok(Duration::from_millis(total)),
        _ => Err("no step takes longer than 24h".into()),
    }
}

/// As an author would write it: `1h30m`.
pub fn show(duration: Duration) -> String {
    let mut left = duration.as_millis();
    let mut text = String::new();
    for (unit, length) in [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
        if left >= length {
            text.push_str(&format!("{}{unit}", left / length));
            left %= length;
        }
    }
    if text.is_empty() { "0s".into() } else { text }
}

/// For programs: in seconds.
pub(super) fn seconds<S: Serializer>(duration: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
    match duration {
        Some(duration) => to.serialize_f64(duration.as_secs_f64()),
        None => to.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, milliseconds) in [
            ("30s", 30_000),
            ("5m", 300_000),
            ("1h30m", 5_400_000),
            ("1h", 3_600_000),
            ("250ms", 250),
            ("1m5s", 65_000),
            ("24h", LONGEST),
        ] {
            let read = parse(text).expect(text);
            assert_eq!(read, Duration::from_millis(milliseconds), "{text}");
            assert_eq!(parse(&show(read)), Ok(read), "{text}");
        }
        for (text, help) in [
            ("30", "give it a unit: 30s or 30m"),
            ("", "write it as 30s, 5m or 1h30m"),
            ("0s", "write it as 30s, 5m or 1h30m"),
            ("5 m", "write it as 30s, 5m or 1h30m"),
            ("1m1h", "write it as 30s, 5m or 1h30m"),
            ("1m1m", "write it as 30s, 5m or 1h30m"),
            ("-1s", "write it as 30s, 5m or 1h30m"),
            ("é", "write it as 30s, 5m or 1h30m"),
            ("1.5h", "write it as 30s, 5m or 1h30m"),
            ("25h", "no step takes longer than 24h"),
            ("99999999999999999999h", "write it as 30s, 5m or 1h30m"),
            ("9999999999999999h", "no step takes longer than 24h"),
        ] {
            assert_eq!(parse(text), Err(help.to_owned()), "{text}");
        }
    }
}

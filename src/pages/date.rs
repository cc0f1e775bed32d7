//! Days as templates see them.

use serde_json::{Value, json};

use crate::source::date::Date;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(crate) fn date(date: &Date) -> Value {
    let part = |range: std::ops::Range<usize>| date.day.get(range).and_then(|p| p.parse::<usize>().ok());
    let text = match (part(8..10), part(5..7).and_then(|m| MONTHS.get(m.wrapping_sub(1))), date.day.get(..4)) {
        (Some(day), Some(month), Some(year)) => format!("{day} {month} {year}"),
        _ => date.day.clone(),
    };
    json!({ "iso": date.day, "rfc3339": date.rfc3339(), "text": text })
}

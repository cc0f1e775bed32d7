//! Dates as tutorial libraries write them.

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

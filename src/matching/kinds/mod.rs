//! Values that vary by nature, and how they are found in a line.
//!
//! `labels` finds what only its surroundings tell (a counter, a process id, a column of `ls -l`), `values` what its own shape
//! tells (an address, a date). `tokens` cuts a line into these and what lies between, and `place` says how plainly each is a measure.

pub(super) use place::Place;
pub(super) use tokens::{Token, What, tokens};
pub(super) use values::may_be_id;

mod labels;
mod place;
mod tokens;
mod values;

#[cfg(test)]
mod tests;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An IPv4 address, perhaps with the length of its prefix.
    Ipv4,
    /// An IPv6 address, perhaps with the length of its prefix.
    Ipv6,
    /// A hardware address.
    Mac,
    /// A hexadecimal id of a commit, container or image: 7 to 64 digits.
    Id,
    /// A UUID.
    Uuid,
    /// A date, a time of day, or both.
    Date,
    /// A length of time, `5 minutes ago` too.
    Duration,
    /// An amount of data, or of data per second.
    Size,
    /// A number after a label that is known to count.
    Counter,
    /// A port of the ephemeral range.
    Port,
    /// The id of a process.
    Pid,
    /// A path below a folder of temporary files whose name is random.
    TempPath,
    /// A percentage that is not a result.
    Percentage,
    /// A host's name in a prompt.
    Host,
    /// A key's fingerprint or a token.
    Fingerprint,
    /// An address in memory.
    Pointer,
    /// A line drawn in characters, of another length.
    Ruler,
    /// White space of another length.
    Spacing,
    /// A version; when it moves, the page drifted.
    Version,
    /// A number of packages or the like; when it moves, the page drifted.
    Count,
}

impl Kind {
    /// Whether it is a value: how a text is laid out is none.
    pub fn is_value(self) -> bool {
        !matches!(self, Self::Spacing | Self::Ruler)
    }

    /// Whether it moves with time, in one direction, and so varies on no machine.
    pub(super) fn moves(self) -> bool {
        matches!(self, Self::Version | Self::Count)
    }

    /// The name that messages use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ipv4 => "IPv4 address",
            Self::Ipv6 => "IPv6 address",
            Self::Mac => "MAC address",
            Self::Id => "id",
            Self::Uuid => "UUID",
            Self::Date => "date or time",
            Self::Duration => "duration",
            Self::Size => "size",
            Self::Counter => "counter",
            Self::Port => "ephemeral port",
            Self::Pid => "process id",
            Self::TempPath => "temporary path",
            Self::Percentage => "percentage",
            Self::Host => "host name in a prompt",
            Self::Fingerprint => "fingerprint",
            Self::Pointer => "memory address",
            Self::Ruler => "length of a ruler",
            Self::Spacing => "spacing",
            Self::Version => "version",
            Self::Count => "number of packages",
        }
    }
}

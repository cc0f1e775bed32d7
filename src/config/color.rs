//! Colours, and how well text of one can be read on another.

use serde::{Serialize, Serializer};

/// An opaque colour in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color([u8; 3]);

/// The contrast that WCAG 2.2 asks of text (AA, success criterion 1.4.3).
pub const READABLE: f64 = 4.5;

impl Color {
    /// White.
    pub const WHITE: Self = Self([255; 3]);
    /// Black.
    pub const BLACK: Self = Self([0; 3]);

    /// Reads `#rrggbb` or `#rgb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let digit = |at: usize| u8::from_str_radix(digits.get(at..=at)?, 16).ok();
        let part = |i: usize| match digits.len() {
            3 => digit(i).map(|d| d * 17),
            6 => Some(digit(2 * i)? * 16 + digit(2 * i + 1)?),
            _ => None,
        };
        Some(Self([part(0)?, part(1)?, part(2)?]))
    }

    /// With a share of another in it, from 0 to 1.
    #[must_use]
    pub fn mixed(self, other: Self, share: f64) -> Self {
        let part = |i: usize| (f64::from(self.0[i]) * (1.0 - share) + f64::from(other.0[i]) * share).round();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
        Self([0, 1, 2].map(|i| part(i) as u8))
    }

    /// The ratio of WCAG 2.2, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Whether it is nearer to white than to black, to the eye.
    pub fn is_light(self) -> bool {
        self.contrast(Self::BLACK) > self.contrast(Self::WHITE)
    }

    /// Relative luminance as WCAG 2.2 defines it.
    fn luminance(self) -> f64 {
        let linear = |byte: u8| {
            let c = f64::from(byte) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl std::fmt::Display for Color {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Serialize for Color {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_colour() {
        for (text, expected) in [
            ("#0b6a55", Some("#0b6a55")),
            ("#FFF", Some("#ffffff")),
            ("#a1c", Some("#aa11cc")),
            ("0b6a55", None),
            ("#0b6a5", None),
            ("#0b6a55ff", None),
            ("#éa", None),
            ("green", None),
        ] {
            assert_eq!(Color::parse(text).map(|c| c.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        // Values of the W3C's own examples and of its formula.
        for (one, other, expected) in
            [("#000", "#fff", 21.0), ("#777", "#fff", 4.48), ("#767676", "#fff", 4.54), ("#00f", "#fff", 8.59)]
        {
            let (one, other) = (Color::parse(one).expect(one), Color::parse(other).expect(other));
            assert!((one.contrast(other) - expected).abs() < 0.01, "{one} {other}: {}", one.contrast(other));
            assert!((other.contrast(one) - one.contrast(other)).abs() < f64::EPSILON);
        }
    }
}

//! Badges: small pictures of a word, to be shown in a README or anywhere else.

use crate::render::escape;

/// The address of the page of results in a site.
pub(crate) const STATUS: &str = "/status/";

/// Height, and room beside a text, in pixels.
const HEIGHT: usize = 20;
const ROOM: usize = 7;

/// What a badge says of a guide or a library. White text on each ground meets WCAG AA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// All that a reader would do was done, and holds.
    Verified,
    /// In part.
    Partial,
    /// With another version or value.
    Drifted,
    /// It does not hold.
    Broken,
    /// Nothing is known of it as it is now.
    Unknown,
}

impl Tone {
    fn ground(self) -> &'static str {
        match self {
            Self::Verified => "#0b6a55",
            Self::Partial => "#1d5fa8",
            Self::Drifted => "#8a5300",
            Self::Broken => "#ae2b33",
            Self::Unknown => "#57635f",
        }
    }
}

/// The picture: `label | message`, and in its title, which is read out, all that it means.
pub(crate) fn badge(label: &str, message: &str, tone: Tone, title: &str) -> String {
    let (left, right) = (width(label) + 2 * ROOM, width(message) + 2 * ROOM);
    let all = left + right;
    let text = |at: usize, text: &str| {
        format!(
            "<text x=\"{}\" y=\"14\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\">{}</text>",
            at + ROOM,
            width(text),
            escape(text)
        )
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all}\" height=\"{HEIGHT}\" viewBox=\"0 0 {all} {HEIGHT}\" role=\"img\" \
         aria-labelledby=\"t\"><title id=\"t\">{}</title>\
         <clipPath id=\"r\"><rect width=\"{all}\" height=\"{HEIGHT}\" rx=\"3\"/></clipPath>\
         <g clip-path=\"url(#r)\"><path fill=\"#24302d\" d=\"M0 0h{left}v{HEIGHT}H0z\"/>\
         <path fill=\"{}\" d=\"M{left} 0h{right}v{HEIGHT}H{left}z\"/></g>\
         <g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\">{}{}</g></svg>\n",
        escape(title),
        tone.ground(),
        text(0, label),
        text(left, message)
    )
}

/// About how wide a text is in Verdana of 11 pixels, whose widths most badges are made for.
fn width(text: &str) -> usize {
    let tenths = text.chars().map(|c| match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | '\'' | '|' | ' ' => 34,
        'f' | 'r' | 't' => 46,
        'm' | 'w' => 98,
        _ => 68,
    });
    tenths.sum::<usize>().div_ceil(10)
}

/// The address of the badge of a page.
pub(crate) fn badge_url(page: &str) -> String {
    let before = if page.ends_with('/') { "" } else { "-" };
    format!("{page}{before}badge.svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_is_xml_whatever_it_says() {
        let svg = badge("guide", "verified", Tone::Verified, "<b> & \"it\": verified");
        let mut reader = quick_xml::Reader::from_str(&svg);
        let mut texts = Vec::new();
        loop {
            match reader.read_event().expect("XML") {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Text(text) => texts.push(text.to_string()),
                _ => {}
            }
        }
        assert!(texts.iter().any(|text| text == "verified"), "{texts:?}");
        assert!(svg.contains("<title id=\"t\">&lt;b&gt; &amp; &quot;it&quot;: verified</title>"), "{svg}");
    }
}

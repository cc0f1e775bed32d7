//! What a link to a page looks like where people share it: a picture with its title.

use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree, fontdb::Database},
};
use std::{fmt::Write, path::Path, sync::Arc};

use crate::{config::Color, render::escape};

/// Changes when the same words make another picture.
const VERSION: &[u8] = b"1";

/// Width and height in pixels: what Open Graph's readers cut nothing off.
const SIZE: (u32, u32) = (1200, 630);
/// Pixels between the edge and the words.
const MARGIN: f32 = 84.0;
/// Sizes of a title in pixels, the best first, each with the most lines that it may have.
const TITLES: [(f32, usize); 4] = [(84.0, 2), (72.0, 3), (58.0, 4), (46.0, 5)];

/// Inter, with the letters of Latin, Greek and Cyrillic: see fonts/LICENSE.
const FONTS: [&[u8]; 2] = [include_bytes!("fonts/InterDisplay-Bold.otf"), include_bytes!("fonts/Inter-Medium.otf")];
/// What these have, as ranges of characters.
const LETTERS: [(char, char); 12] = [
    (' ', '~'),
    ('\u{a0}', '\u{17f}'),
    ('\u{218}', '\u{21b}'),
    ('\u{370}', '\u{3ff}'),
    ('\u{400}', '\u{45f}'),
    ('\u{490}', '\u{491}'),
    ('\u{1ea0}', '\u{1ef9}'),
    ('\u{2010}', '\u{2015}'),
    ('\u{2018}', '\u{2022}'),
    ('\u{2026}', '\u{2026}'),
    ('\u{20ac}', '\u{20ac}'),
    ('\u{2190}', '\u{2193}'),
];

/// What a card says, and its colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) title: String,
    /// Title of the section; empty for none.
    pub(crate) section: String,
    /// Title of the site; empty for none.
    pub(crate) site: String,
    pub(crate) background: Color,
    pub(crate) text: Color,
    pub(crate) accent: Color,
}

/// Draws cards.
pub(crate) struct Drawer {
    fonts: Arc<Database>,
}

impl Card {
    /// A hash of all that it shows.
    pub(crate) fn key(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(VERSION);
        for text in [&self.title, &self.section, &self.site] {
            hasher.update(text.as_bytes()).update(&[0]);
        }
        hasher.update(format!("{}{}{}", self.background, self.text, self.accent).as_bytes());
        *hasher.finalize().as_bytes()
    }

    /// Whether guidepost's own fonts have all of its letters.
    pub(crate) fn has_letters(&self) -> bool {
        let has = |c: char| LETTERS.iter().any(|(first, last)| (*first..=*last).contains(&c));
        [&self.title, &self.section, &self.site].into_iter().flat_map(|text| text.chars()).all(has)
    }
}

impl Drawer {
    /// With guidepost's fonts, and more from files of the site for letters that these do not have.
    pub(crate) fn new<'a>(more: impl IntoIterator<Item = &'a Path>) -> Self {
        let mut fonts = Database::new();
        FONTS.iter().for_each(|font| fonts.load_font_data(font.to_vec()));
        for file in more {
            // One that cannot be read is told where the look of the site is read.
            fonts.load_font_data(std::fs::read(file).unwrap_or_default());
        }
        Self { fonts: Arc::new(fonts) }
    }

    /// The card as PNG; `None` if it cannot be drawn.
    pub(crate) fn draw(&self, card: &Card) -> Option<Vec<u8>> {
        let tree = self.tree(&self.svg(card))?;
        let mut pixels = Pixmap::new(SIZE.0, SIZE.1)?;
        resvg::render(&tree, Transform::default(), &mut pixels.as_mut());
        pixels.encode_png().ok()
    }

    fn tree(&self, svg: &str) -> Option<Tree> {
        Tree::from_str(svg, &Options { fontdb: Arc::clone(&self.fonts), ..Options::default() }).ok()
    }

    fn svg(&self, card: &Card) -> String {
        let (width, height) = SIZE;
        let (size, lines) = self.title(&card.title);
        let soft = card.text.mixed(card.background, 0.3);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\
             <rect width=\"100%\" height=\"100%\" fill=\"{}\"/>\
             <rect y=\"{}\" width=\"100%\" height=\"14\" fill=\"{}\"/>",
            card.background,
            height - 14,
            card.accent,
        );
        let mut y = 138.0;
        if !card.section.is_empty() {
            let section = self.fitting(&card.section, "Inter Medium", 34.0);
            svg.push_str(&text(&section, "Inter Medium", 34.0, MARGIN, y, card.accent));
            y += 36.0;
        }
        for line in &lines {
            y += size * 1.14;
            svg.push_str(&text(line, "Inter Display", size, MARGIN, y - size * 0.16, card.text));
        }
        let site = self.fitting(&card.site, "Inter Medium", 34.0);
        svg.push_str(&text(&site, "Inter Medium", 34.0, MARGIN, 552.0, soft));
        svg.push_str("</svg>");
        svg
    }

    /// The size of a title, and its lines.
    fn title(&self, title: &str) -> (f32, Vec<String>) {
        for (size, most) in TITLES {
            let lines = self.lines(title, size);
            if lines.len() <= most && lines.iter().all(|line| self.width(line, "Inter Display", size) <= room()) {
                return (size, lines);
            }
        }
        let (size, most) = TITLES[TITLES.len() - 1];
        let mut lines = self.lines(title, size);
        let rest = lines.split_off(most.min(lines.len()) - 1).join(" ");
        lines.push(rest);
        (size, lines.iter().map(|line| self.fitting(line, "Inter Display", size)).collect())
    }

    /// A title broken between words where a line is full.
    fn lines(&self, title: &str, size: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in title.split_whitespace() {
            match lines.last_mut() {
                Some(line) if self.width(&format!("{line} {word}"), "Inter Display", size) <= room() => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines
    }

    /// A text, cut with `…` where there is no more room for it.
    fn fitting(&self, whole: &str, family: &str, size: f32) -> String {
        let mut shown = whole.to_owned();
        let mut kept: Vec<char> = whole.chars().collect();
        while self.width(&shown, family, size) > room() && kept.pop().is_some() {
            shown = format!("{}…", kept.iter().collect::<String>().trim_end());
        }
        shown
    }

    /// How wide a text is, in pixels.
    fn width(&self, words: &str, family: &str, size: f32) -> f32 {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\">{}</svg>",
            text(words, family, size, 0.0, 0.0, Color::BLACK)
        );
        self.tree(&svg).map_or(0.0, |tree| tree.root().abs_bounding_box().width())
    }
}

/// How wide a line may be, in pixels.
fn room() -> f32 {
    SIZE.0 as f32 - 2.0 * MARGIN
}

/// A line of text as SVG.
fn text(words: &str, family: &str, size: f32, x: f32, y: f32, fill: Color) -> String {
    let mut svg = String::new();
    let weight = if family == "Inter Medium" { 500 } else { 700 };
    // Writing to a string does not fail.
    let _ = write!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" font-family=\"{family}\" font-weight=\"{weight}\" font-size=\"{size}\" fill=\"{fill}\">{}</text>",
        escape(words)
    );
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(title: &str) -> Card {
        let color = |text: &str| Color::parse(text).expect("a colour");
        Card {
            title: title.into(),
            section: "Guides & more".into(),
            site: "Test <site>".into(),
            background: color("#111716"),
            text: color("#ffffff"),
            accent: color("#62d0ad"),
        }
    }

    #[test]
    fn titles_are_as_large_as_they_can_be_and_fit() {
        let drawer = Drawer::new([]);
        for (title, size, lines) in [
            ("Short", 84.0, 1),
            ("How to connect containers", 84.0, 1),
            ("How to connect containers on one server", 84.0, 2),
            ("Set up a firewall with nftables on Debian 12 and keep it after a restart", 72.0, 3),
            (&"word ".repeat(60), 46.0, 5),
            (&"Donaudampfschifffahrtsgesellschaft".repeat(5), 46.0, 1),
        ] {
            let (found, broken) = drawer.title(title);
            assert_eq!((found, broken.len()), (size, lines), "{title}: {broken:?}");
            for line in &broken {
                let width = drawer.width(line, "Inter Display", found);
                assert!(width > 0.0 && width <= room(), "{line}: {width}");
            }
        }
    }

    #[test]
    fn a_card_is_a_picture_with_words() {
        let drawer = Drawer::new([]);
        let png = drawer.draw(&card("Tëst & <more>")).expect("drawn");
        let picture = image::load_from_memory(&png).expect("a picture").into_rgb8();
        assert_eq!(picture.dimensions(), SIZE);
        assert_eq!(picture.get_pixel(5, 5).0, [0x11, 0x17, 0x16], "the ground");
        let white = picture.pixels().filter(|pixel| pixel.0 == [255; 3]).count();
        assert!(white > 2_000, "{white} pixels of the title");
        // Above the title, in the colour that stands out, and below it: the section and the site.
        let painted = |rows: std::ops::Range<u32>| {
            let pixels =
                picture.enumerate_pixels().filter(|(_, y, pixel)| rows.contains(y) && pixel.0 != [0x11, 0x17, 0x16]);
            pixels.count()
        };
        let (section, site) = (painted(90..150), painted(510..570));
        assert!(section > 500 && site > 500, "{section} pixels of the section, {site} of the site");
        assert!(drawer.draw(&card("Another")).expect("drawn") != png);
    }

    #[test]
    fn letters_that_are_there() {
        for (title, has) in
            [("Größe – “ελληνικά”, по-русски…", true), ("日本語", false), ("العربية", false), ("✓", false)]
        {
            assert_eq!(card(title).has_letters(), has, "{title}");
        }
    }
}

//! Cards of pages: the pictures that links to them show where people share them.

use rayon::prelude::*;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use crate::{
    config::{self, Color, READABLE},
    diagnostic::Diagnostic,
    media::{Card, Drawer},
    pages::{maker::Pages, view::Views},
    site::{
        address::{output_path, section_path},
        cache,
        failure::Failure,
        output::Output,
        record::Kind,
    },
};

/// URL path of their folder.
const FOLDER: &str = "/assets/cards/";

impl Views<'_> {
    /// The card of a page, if it has one: cards are asked for, and its author has named no other picture.
    pub(crate) fn social_card(&self, index: usize) -> Option<Card> {
        let page = &self.library.pages[index];
        let record = &page.record;
        if !self.config.social_cards || record.front.image.is_some() || record.kind == Kind::Headless {
            return None;
        }
        let is_home = self.is_home(index);
        let section = section_path(record.lies());
        let section = self.library.section_page(section).filter(|page| section != self.root && *page != index);
        let colors = &self.config.look.colors.dark;
        let known = |own: Option<Color>, text: &str| own.or_else(|| Color::parse(text)).unwrap_or(Color::BLACK);
        let background = known(colors.background, "#111716");
        let text = known(colors.text, "#f2f6f5");
        let accent = known(colors.accent.or(self.config.look.colors.light.accent), "#62d0ad");
        // An accent for the light scheme may be too dark here.
        let shares = [0.0, 0.15, 0.3, 0.45, 0.6, 0.75];
        let readable =
            shares.map(|share| accent.mixed(text, share)).into_iter().find(|a| a.contrast(background) >= READABLE);
        let card = Card {
            title: if is_home { self.config.title.clone() } else { record.title.clone() },
            section: section.map(|section| self.short_title(section).to_owned()).unwrap_or_default(),
            site: if is_home { self.config.description.clone() } else { self.config.title.clone() },
            background,
            text,
            accent: readable.unwrap_or(text),
        };
        (card.has_letters() || self.card_fonts().next().is_some()).then_some(card)
    }

    /// Fonts of the site that can be drawn with.
    fn card_fonts(&self) -> impl Iterator<Item = PathBuf> {
        let files = self.config.look.fonts.files.iter().map(|font| font.file.as_str());
        files.filter(|file| file.ends_with(".ttf") || file.ends_with(".otf")).map(|file| self.folder.join(file))
    }

    /// All cards, by their URL paths.
    pub(crate) fn social_cards(&self) -> BTreeMap<String, Card> {
        let pages = (0..self.library.pages.len()).filter(|index| self.is_here(*index));
        pages.filter_map(|index| self.social_card(index)).map(|card| (card_url(&card), card)).collect()
    }

    /// How many guides have none because no font has their letters.
    fn without_cards(&self) -> usize {
        let pages = &self.library.pages;
        let wanted = |index: &usize| {
            let record = &pages[*index].record;
            let may_have = record.front.image.is_none() && record.kind == Kind::Guide;
            self.is_here(*index) && may_have && self.social_card(*index).is_none()
        };
        if self.config.social_cards { (0..pages.len()).filter(wanted).count() } else { 0 }
    }
}

/// Tells of pages that have no card because no font has their letters.
pub(crate) fn check(pages: &Pages<'_>) -> Option<Diagnostic> {
    let without: usize = pages.all_views().map(Views::without_cards).sum();
    let problem = || {
        let message =
            format!("pages without a card, whose titles have letters that guidepost has no font for: {without}");
        let help = "name a .ttf or .otf file with these letters at `look.fonts.files`, or give the pages an `image`";
        Diagnostic::warning("social-card", message).in_file(config::FILE_NAME).help(help)
    };
    (without > 0).then(problem)
}

/// The URL path of a card: another one for whatever it shows.
pub(crate) fn card_url(card: &Card) -> String {
    format!("{FOLDER}{}.png", &blake3::Hash::from(card.key()).to_hex()[..20])
}

/// Puts all cards into the output. Those of the last build are kept, and of an earlier one found in the site's cache.
///
/// # Errors
/// If a file cannot be written.
pub(crate) fn write(pages: &Pages<'_>, output: &Output) -> Result<(), Failure> {
    let cards: BTreeMap<String, Card> = pages.all_views().flat_map(Views::social_cards).collect();
    let views = &pages.views;
    let kept = cache::folder(views.folder).join("cards");
    let is_new = |(url, card): &(&String, &Card)| !output.keep(&output_path(url), &card.key());
    let new: Vec<(&String, &Card)> = cards.iter().filter(is_new).collect();
    if new.is_empty() {
        return Ok(());
    }
    let fonts: Vec<PathBuf> = views.card_fonts().collect();
    // Of cards that are all kept no font is read.
    let drawer = LazyLock::new(|| Drawer::new(fonts.iter().map(PathBuf::as_path)));
    new.into_par_iter().try_for_each(|(url, card)| {
        let file = kept.join(url.rsplit('/').next().unwrap_or_default());
        let Some(png) = fs::read(&file).ok().or_else(|| drawn(&drawer, card, &file)) else { return Ok(()) };
        Ok(output.put(&output_path(url), &card.key(), &png)?)
    })
}

/// Draws a card and keeps it in a file, if it can.
fn drawn(drawer: &Drawer, card: &Card, file: &Path) -> Option<Vec<u8>> {
    let png = drawer.draw(card)?;
    // A cache that cannot be written costs time, not cards.
    let _ = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| cache::write_whole(file, &png));
    Some(png)
}

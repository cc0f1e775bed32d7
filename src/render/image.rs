//! `<img>` with what a browser needs to lay out the page before the picture is there, and to fetch no more than it shows.

use super::{
    ImageInfo,
    html::{Renderer, escape},
};

/// How wide a page shows an image at most, in CSS pixels: the column of text in `style.css`.
const WIDEST: usize = 752;

/// What an image's address and file become in a page.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// Smaller pictures with their widths, as `srcset` has them; empty if there are none.
    pub(super) srcset: String,
    /// How wide it is shown, as `sizes` has it.
    pub(super) sizes: String,
    /// Whether it is fetched when a reader comes near.
    pub(super) lazy: bool,
    /// Whether it is a link to itself, which opens it over the page.
    pub(super) zoom: bool,
}

impl Renderer<'_> {
    pub(super) fn image(&mut self, target: &str, alt: &str, title: &str, from: &str) -> String {
        let info = self.world.image(target, from);
        let shown = self.shown(&info, info.size.map(|(width, _)| width), self.links > 0);
        let size = info.size.map_or(String::new(), |(w, h)| format!(" width=\"{w}\" height=\"{h}\""));
        let title = if title.is_empty() { String::new() } else { format!(" title=\"{}\"", escape(title)) };
        let src = escape(&info.src);
        let lazy = if shown.lazy { " loading=\"lazy\"" } else { "" };
        let mut html = format!("<img src=\"{src}\" alt=\"{}\"{title}{size}{lazy} decoding=\"async\">", escape(alt));
        if !shown.srcset.is_empty() {
            let (srcset, sizes) = (escape(&shown.srcset), &shown.sizes);
            html =
                format!("<picture><source type=\"image/webp\" srcset=\"{srcset}\" sizes=\"{sizes}\">{html}</picture>");
        }
        if shown.zoom {
            let name = match alt.trim() {
                "" => format!(" aria-label=\"{}\"", escape(&self.world.word("image_whole"))),
                _ => String::new(),
            };
            html = format!("<a class=\"zoom\" href=\"{src}\"{name}>{html}</a>");
        }
        html
    }

    /// How an image is shown that takes `width` CSS pixels where there is room; one that is a link already is not opened.
    pub(super) fn shown(&mut self, info: &ImageInfo, width: Option<usize>, is_link: bool) -> Shown {
        self.images += 1;
        // What a reader sees at once must not wait.
        let lazy = self.images > 1;
        let widest = width.unwrap_or(WIDEST).min(WIDEST);
        let sizes = format!("{}(min-width: {}px) {widest}px, 100vw", if lazy { "auto, " } else { "" }, widest + 40);
        let candidates: Vec<String> = info.smaller.iter().map(|(url, width)| format!("{url} {width}w")).collect();
        let zoom = info.zoom && !is_link && info.size.is_some_and(|(own, _)| own > widest);
        self.uses.zoom |= zoom;
        Shown { srcset: candidates.join(", "), sizes, lazy, zoom }
    }
}

/// How many links a piece of raw HTML opens, less those that it closes.
pub(super) fn opened_links(html: &str) -> isize {
    let html = html.to_ascii_lowercase();
    let count = |tag: &str| isize::try_from(html.matches(tag).count()).unwrap_or_default();
    count("<a ") + count("<a>") + count("<a\n") - count("</a>")
}

//! `<img>` with what a browser needs to lay out the page before the picture is there.

use super::{
    World,
    html::{Renderer, escape},
};

impl Renderer<'_> {
    pub(super) fn image(&self, target: &str, alt: &str, title: &str, from: &str) -> String {
        img(self.world, target, alt, title, from)
    }
}

fn img(world: &dyn World, target: &str, alt: &str, title: &str, from: &str) -> String {
    let info = world.image(target, from);
    let size = info.size.map_or(String::new(), |(w, h)| format!(" width=\"{w}\" height=\"{h}\""));
    let title = if title.is_empty() { String::new() } else { format!(" title=\"{}\"", escape(title)) };
    let src = escape(&info.src);
    format!("<img src=\"{src}\" alt=\"{}\"{title}{size} loading=\"lazy\" decoding=\"async\">", escape(alt))
}

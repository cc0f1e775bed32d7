//! The bar of a build of many pages, on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::OnceLock;

use crate::pages::Listener;

/// A build of fewer pages is over before a bar could be read.
const MANY: usize = 100;

#[derive(Debug, Default)]
pub(super) struct Bar(OnceLock<ProgressBar>);

impl Bar {
    pub(super) fn clear(&self) {
        if let Some(bar) = self.0.get() {
            bar.finish_and_clear();
        }
    }
}

impl Listener for Bar {
    fn begin(&self, pages: usize) {
        if pages < MANY {
            return;
        }
        // Hidden by indicatif itself where stderr is no terminal.
        let bar = ProgressBar::with_draw_target(Some(pages as u64), ProgressDrawTarget::stderr_with_hz(15));
        if let Ok(style) = ProgressStyle::with_template("  building {bar:40} {pos}/{len} pages, {eta} left") {
            bar.set_style(style);
        }
        let _ = self.0.set(bar);
    }

    fn rendered(&self) {
        if let Some(bar) = self.0.get() {
            bar.inc(1);
        }
    }
}

//! The bar of what takes long, on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::OnceLock;

use crate::pages::Listener;

#[derive(Debug)]
pub(super) struct Bar {
    template: &'static str,
    /// What has fewer parts is over before a bar could be read.
    many: usize,
    bar: OnceLock<ProgressBar>,
}

impl Bar {
    /// Of pages that are built.
    pub(super) fn building() -> Self {
        Self { template: "  building {bar:40} {pos}/{len} pages, {eta} left", many: 100, bar: OnceLock::new() }
    }

    /// Of addresses that are asked for.
    pub(super) fn asking() -> Self {
        Self { template: "  asking {bar:40} {pos}/{len} addresses", many: 2, bar: OnceLock::new() }
    }

    pub(super) fn clear(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

impl Listener for Bar {
    fn begin(&self, parts: usize) {
        if parts < self.many {
            return;
        }
        // Hidden by indicatif itself where stderr is no terminal.
        let bar = ProgressBar::with_draw_target(Some(parts as u64), ProgressDrawTarget::stderr_with_hz(15));
        if let Ok(style) = ProgressStyle::with_template(self.template) {
            bar.set_style(style);
        }
        let _ = self.bar.set(bar);
    }

    fn rendered(&self) {
        if let Some(bar) = self.bar.get() {
            bar.inc(1);
        }
    }
}

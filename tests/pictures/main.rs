//! Pictures of pages: images in several widths, cards, diagrams.

#[path = "../support/mod.rs"]
mod support;

mod cards;
mod diagrams;
mod images;

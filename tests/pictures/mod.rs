//! Pictures of pages: images in several widths, cards, diagrams.

mod cards;
mod diagrams;
mod images;

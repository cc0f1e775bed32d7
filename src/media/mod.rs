//! Pictures that guidepost makes itself: those of pages in several sizes, and cards of pages.
//!
//! ```text
//! picture ─► a file's bytes to smaller pictures (pure)
//! webp ─► pixels to WebP (pure)
//! store ─► all pictures of a site: made once, kept in `.guidepost/`, looked up by those who show them
//! card ─► a title to a picture of it (pure)
//! ```

mod card;
mod picture;
mod store;
mod webp;

pub(crate) use card::{Card, Drawer};
pub(crate) use picture::Settings;
pub(crate) use store::{Depth, Pictures};

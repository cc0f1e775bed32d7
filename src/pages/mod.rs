//! From a site in memory to the files of its output folder.
//!
//! ```text
//! Site, Verified ─► Pages: views, lists (contexts of templates), world (what is asked while a text is rendered)
//!                     │
//!                     └─► write ─► pages, feed, sitemap, search … ─► output (staged, then renamed)
//! ```

pub(crate) mod badge;
pub(crate) mod card;
pub(crate) mod data;
pub mod feed;
mod fingerprint;
pub(crate) mod lists;
pub mod llms;
mod look;
pub(crate) mod maker;
mod offline;
mod programs;
mod reference;
pub mod related;
pub(crate) mod sidebar;
pub mod sitemap;
pub(crate) mod status;
pub mod structured;
mod switch;
pub(crate) mod verified;
pub(crate) mod view;
pub(crate) mod world;
pub(crate) mod write;

pub use reference::template_data;
pub use write::Listener;

/// What a page of the output is made of, as a hash.
type Fingerprint = [u8; 32];

//! From the files of a folder to a site in memory: pages with their addresses, sections and links.
//!
//! ```text
//! discover ─► files (read, parse, recall) ─► records ─► library (addresses, sections) ─► links checked
//! ```
//!
//! What is shown of it is made by `pages`, what is proved of it by `proof`; neither is known here.

pub(crate) mod address;
pub(crate) mod cache;
pub(crate) mod concern;
mod discover;
pub(crate) mod failure;
pub(crate) mod files;
pub(crate) mod git;
pub(crate) mod images;
mod included;
pub(crate) mod languages;
pub(crate) mod layers;
pub(crate) mod library;
pub(crate) mod links;
pub(crate) mod load;
pub(crate) mod look;
pub(crate) mod loose;
pub(crate) mod naming;
pub(crate) mod options;
pub mod output;
pub mod record;
pub(crate) mod reports;
pub mod search;
pub(crate) mod sidecars;
pub(crate) mod taxonomy;

/// Folders of a site that lie below each page: what changes in them may change all.
pub(crate) const SHARED: [&str; 4] = ["themes", "data", "i18n", "icons"];

pub use failure::Failure;
pub use loose::{Ground, ground};
pub use options::Options;
pub use reports::{LARGEST_REPORT, read as read_report, read_all as read_reports, read_results};
pub use sidecars::sidecar_path;

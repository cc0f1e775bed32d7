//! From the files of `content/` to the files of the output folder.
//!
//! ```text
//! discover ─► files (read, parse, recall) ─► records ─► library (addresses, sections) ─► links checked
//!                                                          │
//!            output (staged, then renamed) ◄─ write ◄─ view, lists, feed, sitemap, search …
//! ```

mod address;
mod allowed;
mod badge;
mod build;
mod cache;
mod changed;
mod decide;
mod discover;
pub mod feed;
mod files;
mod fingerprint;
mod git;
mod images;
mod inputs;
mod layers;
mod library;
mod links;
mod lists;
pub mod llms;
mod load;
mod loose;
mod machines;
mod naming;
pub mod output;
mod plans;
pub mod preview;
mod programs;
pub mod record;
pub mod related;
mod replace;
pub mod search;
pub mod sitemap;
mod status;
pub mod structured;
mod suggested;
mod taxonomy;
mod update;
mod verified;
mod view;
mod workspace;
mod world;
mod write;

pub use build::{Built, Failure, Listener, Options, build, check};
pub use changed::changed_since;
pub use decide::{Choice, Place};
pub use loose::{Ground, ground};
pub use machines::{add_machine, machines};
pub use plans::{jobs, jobs_and_unused, plans, sidecar_path};
pub use replace::Unwritten;
pub use suggested::{Suggested, Tried, suggest};
pub use update::{Updated, updates};
pub use verified::{LARGEST_REPORT, read as read_report, read_all as read_reports, read_results};

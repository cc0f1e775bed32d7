//! guidepost: a static site generator for runnable guides.
//!
//! The way of a page through the house:
//!
//! ```text
//! content/…/index.md ─ source ─► front matter + body, with byte spans
//!                      guide  ─► Guide: shortcodes and Markdown as blocks, parsed once
//!                      render ─► HTML, table of contents, links, search text
//!                      site   ─► pages with their addresses, sections, taxonomies, links
//!                      media  ─► pictures in several sizes
//!                      pages  ─► what is shown of them, feeds, search; the output folder
//!                      theme  ─► templates and static files, embedded or overridden
//! ```
//!
//! and of its steps:
//!
//! ```text
//! Guide ─ plan ─► Plan ─ verify ─► a session on a machine ─► verdicts ─ report ─► people, CI
//!                          │ session   the terminal engine      │ matching  outputs
//!                          │ machine   Docker                   │ edit      files
//! ```
//!
//! `source`, `terminal`, `guide`, `render`, `plan`, `matching`, `edit`, `record` and `shards` are pure, and so is the engine of `session`;
//! I/O lives in `site`, `media`, `pages`, `proof`, `theme`, `machine`, `verify` and `cli`.

pub mod build;
pub mod cli;
pub mod config;
pub mod diagnostic;
pub mod edit;
pub mod external;
pub mod guide;
pub mod internal;
mod language;
pub mod lsp;
pub mod machine;
pub mod matching;
mod media;
pub mod pages;
pub mod plan;
pub mod preview;
pub mod proof;
pub mod record;
pub mod render;
pub mod report;
pub mod schema;
pub mod serve;
pub mod session;
pub mod shards;
pub mod site;
pub mod source;
pub mod suggest;
pub mod terminal;
pub mod theme;
pub mod verify;

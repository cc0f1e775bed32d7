//! The language server: what `check` and `plan` know, in an editor, while guides are being written.
//!
//! ```text
//! client ─ messages ─► server (documents, routes) ─ orders ─► keeper (a thread a site, which owns it)
//!    ▲                                                           │ problems   what has changed at once, the rest in pauses
//!    │                                                           │ answers    completion, hover, places, rename, actions
//!    └──────────────── answers, problems ◄───────────────────────┘ text       positions of the protocol
//! ```
//!
//! It is synchronous: a site is borrowed by whoever looks at it, so one thread owns it, as in `preview`. What an editor has not
//! saved lies over the site's files (`Options::texts`), so that everything sees it as if it were saved.

mod actions;
mod answers;
mod completion;
mod cursor;
mod document;
mod hover;
mod keeper;
mod keys;
mod places;
mod preview;
mod problems;
mod rename;
mod server;
mod text;

pub use server::{Settings, run};

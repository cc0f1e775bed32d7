//! The search index: made at build time, read by plain JavaScript (`themes/default/static/search.js`).
//!
//! | file | holds |
//! | --- | --- |
//! | `search/meta.json` | `v`: hash of all the rest, added to its URLs as `?v=`; `pages`: their number; `chunk`: pages in a table; `shards`: names, a line each |
//! | `search/w-NAME.json` | a shard: `{term: postings}` for the terms from NAME up to the next shard's name: words, and before them pairs of words that stand beside each other in titles, headings, commands, outputs and paths, as `" docker network"` |
//! | `search/words.json` | the words of titles, descriptions and keywords, separated by spaces: what a word that is nowhere may have been meant as |
//! | `search/p-N.json` | a table: `[title, url, description, [[anchor, title, excerpt], …]]` for each of `chunk` pages |
//!
//! The names in `shards` are in the order of JavaScript's `<`; in a file's name everything but `a`–`z` and `0`–`9` is
//! its number in hexadecimal between two `_`. A search loads the shards of its words, and the tables of what it shows.
//!
//! [`prepare`] does what depends on one page alone and is kept between builds; [`build`] only merges.

mod build;
mod posting;
mod prepare;
mod shard;
mod words;

pub use build::{Page, build};
pub use prepare::{PageTerms, prepare};

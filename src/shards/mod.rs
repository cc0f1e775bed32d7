//! One library on many machines: what is to be done (`list`), who does which part of it (`cut`), and whether all of it came back
//! (`gathered`). Pure: the same input gives the same answer on every computer, so that nobody has to hand it around.
//!
//! guidepost has no queue and no agent. Whatever starts a number of tasks and tells each its number is enough: see `guidepost ci`.

mod cut;
mod gathered;
mod list;

pub use cut::{Cut, Guide, Part, Shard};
pub use gathered::{Gathered, Lost, OfCut, Why, gather};
pub use list::{Entry, List, Unreadable};

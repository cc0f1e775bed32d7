//! What an author decides about a block, written where the author would write it: into `verify.yaml`, or as an attribute in
//! the page. Pure: a text goes in, and a new one comes out that says one thing more and is otherwise the same.

pub mod merge;
pub mod page;
pub mod sidecar;

use super::Act;

/// What is said about a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying {
    /// What is done with it.
    pub act: Act,
    /// Where it is saved, if that has to be said.
    pub path: Option<String>,
}

impl Saying {
    /// As attributes; what has no value is not to be said any longer. A path that is said already can stay that of a file.
    fn attributes(&self) -> Vec<(&'static str, Option<&str>)> {
        let path = (self.path.is_some() || self.act != Act::Saved).then_some(("path", self.path.as_deref()));
        [("role", Some(self.act.role()))].into_iter().chain(path).collect()
    }
}

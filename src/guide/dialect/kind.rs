//! What notes of others are called, and what they are here.

use super::{Argument, argument};
use crate::source::{Span, capitalized};

/// A kind of note: the names that it has somewhere, and the `type` of `note` that it is.
struct Kind {
    names: &'static [&'static str],
    is: &'static str,
}

const KINDS: &[Kind] = &[
    Kind { names: &["note", "info", "abstract", "summary", "tldr", "todo", "important", "seealso"], is: "primary" },
    Kind { names: &["question", "help", "faq", "example", "quote", "cite", "secondary"], is: "primary" },
    Kind { names: &["tip", "hint", "success", "check", "done"], is: "secondary" },
    Kind { names: &["warning", "caution", "attention"], is: "warning" },
    Kind { names: &["danger", "error", "failure", "fail", "missing", "bug"], is: "alert" },
];

/// Whether some generator has notes of this name.
pub(super) fn is_known(name: &str) -> bool {
    KINDS.iter().any(|kind| kind.names.contains(&name.to_ascii_lowercase().as_str()))
}

/// The arguments of a `note` that is called `name` there, with its title if it has one: an empty one hides it.
pub(super) fn arguments(name: (&str, Span), title: Option<(String, Span)>) -> Vec<Argument> {
    let (name, at) = name;
    let lower = name.to_ascii_lowercase();
    let is = KINDS.iter().find(|kind| kind.names.contains(&lower.as_str())).map_or("primary", |kind| kind.is);
    let titled = match title {
        Some((title, at)) if title.is_empty() => argument("noTitle", "true", at),
        Some((title, at)) => argument("title", title, at),
        None => argument("title", capitalized(&lower), at),
    };
    vec![argument("type", is, at), titled]
}

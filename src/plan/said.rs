//! What a block says about itself: attributes of its fence or shortcode, and of the comment before it.

use serde_json::Value;

use super::{
    attributes::{Given, NAMES, unknown},
    blocks::Block,
    decision::Act,
    layer::{Origin, Scope},
};
use crate::{
    diagnostic::{Diagnostic, Place, nearest},
    edit::How,
    guide::{Argument, Role},
};

/// Attributes that say how a block looks, here or in the libraries that guides come from.
#[rustfmt::skip]
const LOOKS: &[&str] = &[
    "anchorlinenos", "class", "copy", "file", "filename", "guesssyntax", "hl_inline", "hl_lines", "hl_style", "id", "lang",
    "language", "lineanchors", "linenos", "linenostart", "lines", "name", "noclasses", "open", "respectIndent", "start",
    "style", "tabwidth", "title",
];

/// Adds what a block says about itself to what rules say of it. An attribute in the comment replaces one of the fence.
pub(super) fn read(block: &Block<'_>, given: &mut Given, diagnostics: &mut Vec<Diagnostic>) {
    let source = &block.origin.source;
    // What else a listing says is for whoever shows it.
    let mut ignored = Vec::new();
    let diagnostics = if block.code.role == Role::Listing { &mut ignored } else { diagnostics };
    for argument in &block.code.arguments.0 {
        let place = Place::new(source, argument.span);
        let origin = Origin { scope: Scope::Block, place, rule: None };
        let (name, value) = match &argument.name {
            Some(name) => (name.as_str(), Value::String(argument.value.clone())),
            None => {
                let in_comment = argument.span.start < block.span.start;
                let bare = in_comment || block.code.role == Role::Command;
                match argument.value.as_str() {
                    word @ ("background" | "skip") if bare => (word, Value::Bool(true)),
                    other => {
                        diagnostics.extend(in_comment.then(|| stranger(block, argument, other)).flatten());
                        continue;
                    }
                }
            }
        };
        if !NAMES.contains(&name) {
            diagnostics.extend(stranger(block, argument, name));
            continue;
        }
        if let Err(problem) = given.set_by(name, &value, origin) {
            let error = Diagnostic::error("verify-attribute", problem.message);
            diagnostics.push(error.at(source, argument.span).help(problem.help));
        }
    }
}

/// A name that is none of ours: an error in a comment, which is for us alone; in a fence only if it nearly is one.
fn stranger(block: &Block<'_>, argument: &Argument, name: &str) -> Option<Diagnostic> {
    let looks = LOOKS.iter().any(|known| known.eq_ignore_ascii_case(name));
    let in_comment = argument.span.start < block.span.start;
    if looks || !in_comment && nearest(name, NAMES.iter().copied()).is_none() {
        return None;
    }
    let problem = unknown(name, NAMES);
    let diagnostic = if in_comment {
        Diagnostic::error("verify-attribute", problem.message)
    } else {
        Diagnostic::warning("verify-attribute", problem.message)
    };
    Some(diagnostic.at(&block.origin.source, argument.span).help(problem.help))
}

/// What has no meaning on a block of this role, or lacks what it needs.
pub(super) fn unused(block: &Block<'_>, given: &Given) -> Option<Diagnostic> {
    let at = |name: &str| block.code.arguments.span_of(name).unwrap_or(block.span);
    let is_placed = matches!(given.edit, Some(How::After(_) | How::Before(_)));
    if given.inserts && !is_placed {
        let problem = Diagnostic::error("verify-attribute", "`insert` does not say where");
        let help = "name the line of the file that the block stands below or above: after=\"LINE\" or before=\"LINE\"";
        return Some(problem.at(&block.origin.source, at("edit")).help(help));
    }
    let role = match given.act {
        Some(Act::Typed) => Role::Command,
        Some(Act::Saved) => Role::File,
        Some(Act::Compared) => Role::Output,
        _ if given.path.is_some() && block.code.role != Role::Output => Role::File,
        _ => block.code.role,
    };
    let (what, useless): (_, &[&str]) = match role {
        Role::Command | Role::Listing => ("a command", &["after", "before", "edit", "how", "old", "path"]),
        Role::File if given.run.is_some() => return None,
        Role::File => (
            "a file",
            &["exit", "timeout", "answers", "until", "opens", "background", "terminal", "retry", "match", "expect"],
        ),
        Role::Output => (
            "an output",
            &[
                "exit",
                "timeout",
                "answers",
                "until",
                "opens",
                "background",
                "terminal",
                "after",
                "before",
                "edit",
                "how",
                "old",
                "path",
                "run",
                "expect",
                "retry",
            ],
        ),
    };
    let name = useless.iter().find(|name| given.says(name))?;
    let message = format!("`{name}` has no meaning on {what}");
    let help = match role {
        Role::Output => "say it on the command before",
        _ => "remove it",
    };
    Some(Diagnostic::warning("verify-attribute", message).at(&block.origin.source, at(name)).help(help))
}

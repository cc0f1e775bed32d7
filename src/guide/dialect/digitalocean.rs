//! Labels of DigitalOcean's tutorials, which stand in the first lines of a fence, and what is marked in its text.

use super::{
    super::{CodeBlock, Shortcode},
    argument,
};
use crate::source::Span;

/// How many labels a block can have.
const LABELS: usize = 3;

/// Around what is marked.
const MARK: &str = "<^>";

/// Takes labels and marks out of a block's text, and says what they say.
pub(in crate::guide) fn read(code: &mut CodeBlock) {
    if code.text.starts_with('[') {
        labels(code);
    }
    if code.text.contains(MARK) {
        marks(code);
    }
}

fn labels(code: &mut CodeBlock) {
    let (mut arguments, mut length) = (Vec::new(), 0);
    for (number, line) in code.text.split_inclusive('\n').take(LABELS).enumerate() {
        let written = line.trim_end();
        let label = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let Some((name, value)) = label.and_then(|label| label.split_once(' ')) else { break };
        let at = code.source_span(number, 0..written.len());
        match name {
            "secondary_label" if value.to_lowercase().contains("output") => {
                arguments.push(argument("role", "output", at));
                arguments.push(argument("title", value, at));
            }
            "label" | "secondary_label" => arguments.push(argument("title", value, at)),
            "environment" => {
                let reason = format!("it is done in another environment, `{value}`");
                arguments.extend([argument("verify", "skip", at), argument("reason", reason, at)]);
            }
            _ => break,
        }
        length += line.len();
    }
    if length == 0 {
        return;
    }
    // What the author says in the fence's line counts more.
    let said = |name: &Option<String>| name.as_deref().is_some_and(|name| code.arguments.named(name).is_some());
    arguments.retain(|argument| !said(&argument.name));
    code.leave_out(&whole_lines(&code.text, length));
    code.add_arguments(arguments);
}

/// The lines of the first bytes of a text.
fn whole_lines(text: &str, length: usize) -> Vec<std::ops::Range<usize>> {
    let mut at = 0;
    let lines = text[..length].split_inclusive('\n').map(|line| {
        at += line.len();
        at - line.len()..at
    });
    lines.collect()
}

/// Marks come in pairs, within a line.
fn marks(code: &mut CodeBlock) {
    let (mut cut, mut marked) = (Vec::new(), Vec::new());
    let (mut begin, mut gone) = (0, 0);
    for (number, line) in code.text.split_inclusive('\n').enumerate() {
        let signs: Vec<usize> = line.match_indices(MARK).map(|(at, _)| at).collect();
        for pair in signs.chunks_exact(2) {
            let (from, to) = (begin + pair[0], begin + pair[1]);
            let span = code.source_span(number, pair[0]..pair[1] + MARK.len());
            let text = &code.text[from + MARK.len()..to];
            marked.push((from - gone..to - gone - MARK.len(), shortcode(text, span)));
            cut.extend([from..from + MARK.len(), to..to + MARK.len()]);
            gone += 2 * MARK.len();
        }
        begin += line.len();
    }
    code.leave_out(&cut);
    // A placeholder in what is marked is shown as one.
    let is_free = |range: &std::ops::Range<usize>, code: &CodeBlock| {
        !code.inserts.iter().any(|(other, _)| other.start < range.end && range.start < other.end)
    };
    marked.retain(|(range, _)| is_free(range, code));
    code.inserts.extend(marked);
    code.inserts.sort_by_key(|(range, _)| range.start);
}

fn shortcode(text: &str, span: Span) -> Shortcode {
    Shortcode::inline("mark", vec![argument("text", text, span)], span)
}

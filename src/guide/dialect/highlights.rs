//! Comments of Docusaurus that mark lines of code: `// highlight-next-line`, `# highlight-start` and `# highlight-end`.

use regex::Regex;
use std::sync::LazyLock;

use super::{super::CodeBlock, argument};

/// A line that is nothing but such a comment, in the signs of most languages.
static MARK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^\s*(?:(?://|#|--|;|%)\s*|/\*\s*|<!--\s*|\{/\*\s*)highlight-(next-line|start|end)\s*(?:\*/\}?|-->)?\s*$",
    )
    .expect("a pattern")
});

/// Takes the comments out of a block's text, and marks the lines that they mean.
pub(in crate::guide) fn read(code: &mut CodeBlock) {
    let (mut cut, mut marked) = (Vec::new(), Vec::new());
    let (mut begin, mut number, mut next, mut open) = (0, 0, false, false);
    let mut first = None;
    for (written, line) in code.text.split_inclusive('\n').enumerate() {
        match MARK.captures(line).and_then(|captures| captures.get(1)).map(|kind| kind.as_str()) {
            Some(kind) => {
                cut.push(begin..begin + line.len());
                first = first.or(Some((written, line.trim_end().len())));
                match kind {
                    "next-line" => next = true,
                    kind => open = kind == "start",
                }
            }
            None => {
                number += 1;
                if open || std::mem::take(&mut next) {
                    marked.push(number.to_string());
                }
            }
        }
        begin += line.len();
    }
    let Some((line, length)) = first else { return };
    let at = code.source_span(line, 0..length);
    code.leave_out(&cut);
    if !marked.is_empty() && code.arguments.named("hl_lines").is_none() {
        code.add_arguments(vec![argument("hl_lines", marked.join(" "), at)]);
    }
}

//! What the cursor of an editor stands in, in a text that is being written: so nothing here needs the text to be right.

use crate::source::{Span, front_matter};

/// What a cursor stands in. `written` is the word around it, empty where none has begun.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum At<'t> {
    /// The YAML at the top of a page.
    FrontMatter(Span),
    /// The name of a shortcode.
    Name { written: Span, closes: bool },
    /// The name of an argument, or, if nothing names it, its value. `position` is that of an unnamed one, from 0.
    Argument { of: Owner<'t>, written: Span, position: usize, given: Vec<&'t str> },
    /// The value of an argument, without its quotes.
    Value { of: Owner<'t>, name: Option<&'t str>, written: Span, position: usize },
    /// The first word of a fence.
    Fence { written: Span },
    /// Where a link or an image leads.
    Link { written: Span, is_image: bool },
    /// Anything else.
    Text,
}

/// Whose argument it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner<'t> {
    Shortcode(&'t str),
    /// A block of code, by its fence or a comment.
    Block,
}

/// How far back a tag or a comment is looked for, in bytes.
const LONGEST: usize = 4096;

/// What stands at the byte `at` of a page.
pub(super) fn at(text: &str, at: usize) -> At<'_> {
    if let Some(yaml) = front(text)
        && yaml.start <= at
        && at <= yaml.end
    {
        return At::FrontMatter(yaml);
    }
    let line = Span::new(text[..at].rfind('\n').map_or(0, |end| end + 1), line_end(text, at));
    tag(text, at).or_else(|| comment(text, at)).unwrap_or_else(|| match is_in_fence(&text[..line.start]) {
        true => At::Text,
        false => fence(text, line, at).or_else(|| link(text, line, at)).unwrap_or(At::Text),
    })
}

/// The YAML of the front matter. Of one that is not closed yet, what stands before the first blank line.
fn front(text: &str) -> Option<Span> {
    let source = crate::source::Source::new("", text);
    front_matter::yaml_span(&source).or_else(|| {
        let start = text.find("---")?;
        let is_first = text[..start].trim_start_matches('\u{feff}').is_empty();
        let from = start + text[start..].find('\n')? + 1;
        let blank = text[from..].split_inclusive('\n').scan(from, |at, line| {
            *at += line.len();
            Some((*at - line.len(), line))
        });
        let end = blank.into_iter().find(|(_, line)| line.trim().is_empty()).map_or(text.len(), |(at, _)| at);
        (is_first && text[start..from].trim_end() == "---").then(|| Span::new(from, end))
    })
}

fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
    if text[at..end].ends_with('\r') { end - 1 } else { end }
}

/// Whether a block of code is open behind this text.
fn is_in_fence(before: &str) -> bool {
    let mut open: Option<&str> = None;
    for line in before.lines() {
        let Some(mark) = fence_mark(line).map(|start| &line[start..]).map(|rest| {
            let sign = rest.as_bytes()[0] as char;
            rest.split_at(rest.len() - rest.trim_start_matches(sign).len())
        }) else {
            continue;
        };
        open = match open {
            None => Some(mark.0),
            Some(begun) if mark.0.starts_with(begun) && mark.1.trim().is_empty() => None,
            Some(begun) => Some(begun),
        };
    }
    open.is_some()
}

/// Where the signs of a fence begin in a line: behind the signs of quotes and lists.
fn fence_mark(line: &str) -> Option<usize> {
    let mut rest = line;
    loop {
        let inner = rest.trim_start_matches([' ', '\t', '>']);
        let number = inner.trim_start_matches(|c: char| c.is_ascii_digit());
        let after = match inner.len() - number.len() {
            0 => inner.strip_prefix(['-', '*', '+']),
            _ => number.strip_prefix(['.', ')']),
        };
        match after.filter(|after| after.starts_with([' ', '\t'])) {
            Some(after) => rest = after,
            None => {
                let is_fence = inner.starts_with("```") || inner.starts_with("~~~");
                return is_fence.then(|| line.len() - inner.len());
            }
        }
    }
}

/// In a shortcode's tag.
fn tag(text: &str, at: usize) -> Option<At<'_>> {
    let from = crate::source::yaml::floor_boundary(text, at.saturating_sub(LONGEST));
    let open = text[from..at].rfind("{{<").max(text[from..at].rfind("{{%")).map(|open| from + open)?;
    let inner = open + 3;
    let mark = if text[..inner].ends_with('<') { ">}}" } else { "%}}" };
    if text[inner..].starts_with("/*") {
        return None;
    }
    let end = text[inner..].find(mark).map_or(text.len(), |length| inner + length);
    if end < at {
        return None;
    }
    let next = text[at..].find("{{").map_or(text.len(), |length| at + length);
    let end = end.min(next);
    let skipped = |at: usize| at + text[at..end].len() - text[at..end].trim_start().len();
    let mut name = skipped(inner);
    let closes = text[name..end].starts_with('/');
    if closes {
        name = skipped(name + 1);
    }
    let is_of_name = |c: char| c.is_alphanumeric() || "-_./".contains(c);
    let length = text[name..end].find(|c| !is_of_name(c)).unwrap_or(end - name);
    let after = name + text[name..name + length].trim_end_matches('/').len();
    if at <= after || text[name..after].is_empty() {
        let written = if at < name { Span::new(at, at) } else { Span::new(name, after) };
        return Some(At::Name { written, closes });
    }
    let of = Owner::Shortcode(&text[name..after]);
    (!closes).then(|| argument(text, Span::new(after, end), at, of, char::is_whitespace))
}

/// In a comment that says how the next block is verified.
fn comment(text: &str, at: usize) -> Option<At<'_>> {
    const BEGIN: &str = "<!-- verify:";
    let from = crate::source::yaml::floor_boundary(text, at.saturating_sub(LONGEST));
    let start = from + text[from..at].rfind(BEGIN)? + BEGIN.len();
    let end = text[start..].find("-->").map_or(line_end(text, at), |length| start + length);
    (at <= end).then(|| argument(text, Span::new(start, end), at, Owner::Block, char::is_whitespace))
}

/// In the info string of a fence.
fn fence<'t>(text: &'t str, line: Span, at: usize) -> Option<At<'t>> {
    let mark = line.start + fence_mark(&text[line.range()])?;
    let sign = text.as_bytes()[mark] as char;
    let info = line.end - text[mark..line.end].trim_start_matches(sign).len();
    if at < info {
        return None;
    }
    let is_separator = |c: char| c.is_whitespace() || matches!(c, ',' | '{' | '}');
    let length = text[info..line.end].find(is_separator).unwrap_or(line.end - info);
    let word = Span::new(info, info + length);
    if at <= word.end && !text[word.range()].contains('=') {
        return Some(At::Fence { written: word });
    }
    Some(argument(text, Span::new(word.end, line.end), at, Owner::Block, is_separator))
}

/// Among the arguments in `all`.
fn argument<'t>(text: &'t str, all: Span, at: usize, of: Owner<'t>, is_separator: impl Fn(char) -> bool) -> At<'t> {
    let (mut next, mut position, mut given) = (all.start, 0, Vec::new());
    loop {
        let rest = &text[next..all.end];
        let start = next + rest.len() - rest.trim_start_matches(&is_separator).len();
        if start >= all.end || at < start {
            return At::Argument { of, written: Span::new(at, at), position, given };
        }
        let word = &text[start..all.end];
        let length = word.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(word.len());
        let name = (length > 0 && word[length..].starts_with('=')).then(|| &word[..length]);
        if name.is_some() && at <= start + length {
            return At::Argument { of, written: Span::new(start, start + length), position, given };
        }
        let begin = name.map_or(start, |name| start + name.len() + 1);
        let (written, is_quoted, end) = value(text, begin, all.end, &is_separator);
        if at <= end {
            return match name {
                None if !is_quoted => At::Argument { of, written, position, given },
                _ => At::Value { of, name, written, position },
            };
        }
        match name {
            Some(name) => given.push(name),
            None => position += 1,
        }
        next = end.max(next + 1);
    }
}

/// A value without its quotes, whether it has some, and where it ends. One whose quote is not closed ends with its word.
fn value(text: &str, begin: usize, end: usize, is_separator: &impl Fn(char) -> bool) -> (Span, bool, usize) {
    let rest = &text[begin..end];
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '`' | '\''));
    let inner = begin + usize::from(quote.is_some());
    let line = text[inner..end].split('\n').next().unwrap_or_default();
    if let Some(length) = quote.and_then(|quote| line.find(quote)) {
        return (Span::new(inner, inner + length), true, inner + length + 1);
    }
    let length = line.find(is_separator).unwrap_or(line.len());
    (Span::new(inner, inner + length), quote.is_some(), inner + length)
}

/// Where a link, an image or a definition of one leads.
fn link<'t>(text: &'t str, line: Span, at: usize) -> Option<At<'t>> {
    let before = &text[line.start..at];
    let inline = before.rfind("](").map(|mark| (mark + 2, before[..mark].rfind('[')));
    let definition = || {
        let mark = before.find("]:").filter(|_| before.trim_start().starts_with('['))? + 2;
        Some((mark + before[mark..].len() - before[mark..].trim_start().len(), None))
    };
    let (start, bracket) = inline.or_else(definition)?;
    let start = start + usize::from(before[start..].starts_with('<'));
    if before[start..].contains([')', ' ', '\t', '>', '"']) {
        return None;
    }
    let start = line.start + start;
    let length = text[start..line.end].find([')', ' ', '\t', '>', '"']).unwrap_or(line.end - start);
    let is_image = bracket.is_some_and(|bracket| before[..bracket].ends_with('!'));
    Some(At::Link { written: Span::new(start, start + length), is_image })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::document::tests::cursor;

    /// What stands at `¦`, in words.
    fn shown(marked: &str) -> String {
        let (text, place) = cursor(marked);
        let word = |span: &Span| text[span.range()].to_owned();
        let owner = |of: &Owner<'_>| match of {
            Owner::Shortcode(name) => (*name).to_owned(),
            Owner::Block => "block".to_owned(),
        };
        match at(&text, place) {
            At::FrontMatter(yaml) => format!("front matter {:?}", word(&yaml)),
            At::Name { written, closes } => format!("{} {:?}", if closes { "end" } else { "name" }, word(&written)),
            At::Argument { of, written, position, given } => {
                format!("argument of {} {:?} {position} {given:?}", owner(&of), word(&written))
            }
            At::Value { of, name, written, position } => {
                let name = name.map_or(position.to_string(), str::to_owned);
                format!("value of {} {name} {:?}", owner(&of), word(&written))
            }
            At::Fence { written } => format!("fence {:?}", word(&written)),
            At::Link { written, is_image } => {
                format!("{} {:?}", if is_image { "image" } else { "link" }, word(&written))
            }
            At::Text => "text".to_owned(),
        }
    }

    #[test]
    fn a_cursor_stands_in() {
        for (marked, expected) in [
            ("---\nti¦\n---\nx", r#"front matter "ti\n""#),
            ("\u{feff}---\r\n¦\r\n---\r\nx", r#"front matter "\r\n""#),
            ("---\ntitle: x\nta¦\n\n# Text\n", r#"front matter "title: x\nta\n""#),
            ("---\ntitle: x\n---\n¦", "text"),
            ("{{< ¦", r#"name """#),
            ("{{<no¦te >}}", r#"name "note""#),
            ("é {{% no¦", r#"name "no""#),
            ("{{< /¦ >}}", r#"end """#),
            ("{{< /no¦te >}}", r#"end "note""#),
            ("{{</* no¦ */>}}", "text"),
            ("{{< note >}}¦", "text"),
            ("{{< note ¦>}}", r#"argument of note "" 0 []"#),
            ("{{< note ti¦ >}}", r#"argument of note "ti" 0 []"#),
            ("{{< note title=\"a b\" ty¦pe=x >}}", r#"argument of note "type" 0 ["title"]"#),
            ("{{< note type=¦ >}}", r#"value of note type """#),
            ("{{< note type=\"war¦n\" title=x >}}", r#"value of note type "warn""#),
            ("{{< note type=\"war¦ >}}", r#"value of note type "war""#),
            ("{{< content \"a¦\" >}}", r#"value of content 0 "a""#),
            ("{{< include \"a\" \"b¦\" >}}", r#"value of include 1 "b""#),
            ("{{< note\n  type=¦\n>}}", r#"value of note type """#),
            ("{{< a >}} {{< b ¦", r#"argument of b "" 0 []"#),
            ("{{< a ¦\n\n{{< b >}}", r#"argument of a "" 0 []"#),
            ("```¦", r#"fence """#),
            ("> 1.  ~~~ba¦sh {x=y}", r#"fence "bash""#),
            ("```bash {ti¦meout=5m}", r#"argument of block "timeout" 0 []"#),
            ("```bash {timeout=5m, ¦}", r#"argument of block "" 0 ["timeout"]"#),
            ("```bash {machine=\"de¦\"}", r#"value of block machine "de""#),
            ("```bash\n[a](¦", "text"),
            ("```bash\nx\n```\n[a](¦", r#"link """#),
            ("```bash\nx\n```\n```¦", r#"fence """#),
            ("<!-- verify: sk¦ -->", r#"argument of block "sk" 0 []"#),
            ("<!-- verify: skip=true -->¦", "text"),
            ("see [a](/guides/¦x/#y) and", r#"link "/guides/x/#y""#),
            ("see [a](</gui¦> \"t\")", r#"link "/gui""#),
            ("![a](x.p¦", r#"image "x.p""#),
            ("[a]: ../b¦.md", r#"link "../b.md""#),
            ("[a](b) c¦", "text"),
            ("plain¦", "text"),
        ] {
            assert_eq!(shown(marked), expected, "{marked:?}");
        }
    }

    #[test]
    fn every_place_of_odd_texts_is_something() {
        for text in
            ["---\né: [\n{{< \"`é", "```é {é=\"é\n{{%é é=é\n>}}", "<!-- verify: é", "[é](<é", "\u{feff}---", "{{</"]
        {
            for place in (0..=text.len()).filter(|place| text.is_char_boundary(*place)) {
                let _ = at(text, place);
            }
        }
    }
}

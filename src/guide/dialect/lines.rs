//! A range of the file in lines, with what each stands in: nothing inside of code is read as a dialect.

use crate::source::{Source, Span};

/// What a line stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::guide) enum State {
    /// Text.
    Free,
    /// A shortcode begins in it.
    Shortcode,
    /// It begins inside a shortcode.
    Inside,
    /// It opens a fence.
    Opens,
    /// It is between two fences, or the closing one.
    Fenced,
    /// It is deeper than its list by four columns or more.
    Indented,
    /// A comment, or HTML whose text is no markup.
    Raw,
}

/// A line.
#[derive(Debug)]
pub(in crate::guide) struct Line<'a> {
    pub(in crate::guide) start: usize,
    /// Columns before its text, those that are not the range's own left out.
    pub(in crate::guide) indent: usize,
    /// Where its text begins.
    pub(in crate::guide) at: usize,
    /// Without white space around it.
    pub(in crate::guide) text: &'a str,
    pub(in crate::guide) state: State,
}

impl Line<'_> {
    pub(in crate::guide) fn span(&self) -> Span {
        Span::new(self.at, self.at + self.text.len())
    }

    /// The place of a part of its text.
    pub(in crate::guide) fn part(&self, part: &str) -> Span {
        Span::of_part(self.at, self.text, part)
    }
}

/// The lines of a range.
#[derive(Debug)]
pub(in crate::guide) struct Lines<'a> {
    source: &'a str,
    pub(in crate::guide) all: Vec<Line<'a>>,
    /// Columns that are not the range's own.
    pub(in crate::guide) margin: usize,
    end: usize,
}

/// A list's item whose text begins at this column, or what a line is in.
#[derive(Debug, Default)]
struct Reading {
    columns: Vec<usize>,
    fence: Option<(char, usize, usize)>,
    /// What ends the raw HTML.
    raw: Option<&'static str>,
}

/// HTML of which nothing is Markdown until it ends (CommonMark 0.31, section 4.6, kinds 1 and 2).
const RAW: &[(&str, &str)] = &[
    ("<!--", "-->"),
    ("<script", "</script>"),
    ("<pre", "</pre>"),
    ("<style", "</style>"),
    ("<textarea", "</textarea>"),
];

impl<'a> Lines<'a> {
    /// `items` are the places of the shortcodes in it.
    pub(in crate::guide) fn new(source: &'a Source, range: Span, margin: usize, items: &[Span]) -> Self {
        let mut reading = Reading::default();
        let mut items = items.iter().peekable();
        let mut all: Vec<Line<'a>> = Vec::new();
        let mut at = range.start;
        for line in source.text[range.range()].split_inclusive('\n') {
            let text = line.trim();
            let before = &line[..line.len() - line.trim_start().len()];
            let indent = if text.is_empty() { 0 } else { columns(before).saturating_sub(margin) };
            let end = at + line.len();
            while items.next_if(|item| item.end <= at).is_some() {}
            let state = match items.peek() {
                Some(item) if item.start < at => State::Inside,
                Some(item) if item.start < end => match reading.state(indent, text) {
                    State::Free | State::Indented => State::Shortcode,
                    other => other,
                },
                _ => reading.state(indent, text),
            };
            all.push(Line { start: at, indent, at: at + before.len(), text, state });
            at = end;
        }
        let mut lines = Self { source: &source.text, all, margin, end: range.end };
        lines.end_open_fence(&reading);
        lines
    }

    /// A fence that nothing closes ends with the list that it stands in; outside of one it goes on to the end.
    fn end_open_fence(&mut self, reading: &Reading) {
        let Some((_, _, indent)) = reading.fence.filter(|(_, _, indent)| *indent > 0) else { return };
        let opening = self.all.iter().rposition(|line| line.state == State::Opens).unwrap_or(self.all.len());
        let below = self.all.iter_mut().skip(opening + 1);
        below.skip_while(|line| line.text.is_empty() || line.indent >= indent).for_each(|line| {
            if line.state == State::Fenced {
                line.state = State::Free;
            }
        });
    }

    /// Whether a block can begin in a line: it is text, and no code span goes through its beginning.
    pub(in crate::guide) fn may_begin(&self, line: usize) -> bool {
        self.all[line].state == State::Free && !self.all[line].text.is_empty() && !self.is_in_code_span(line)
    }

    fn is_in_code_span(&self, line: usize) -> bool {
        let is_text = |line: &&Line<'_>| !line.text.is_empty();
        let before: Vec<&str> = self.all[..line].iter().rev().take_while(is_text).map(|line| line.text).collect();
        let mut open = None;
        for text in before.iter().rev() {
            for run in ticks(text) {
                match open {
                    None => open = Some(run),
                    Some(length) if length == run => open = None,
                    Some(_) => {}
                }
            }
        }
        let Some(open) = open else { return false };
        let mut rest = self.all[line..].iter().take_while(is_text);
        rest.any(|line| ticks(line.text).any(|run| run == open))
    }

    /// The last line, from `line` on, of what is indented by at least `columns`; `None` if nothing is.
    pub(in crate::guide) fn indented_from(&self, line: usize, columns: usize) -> Option<usize> {
        let belongs = |line: &Line<'_>| line.text.is_empty() || line.state == State::Inside || line.indent >= columns;
        let count = self.all[line..].iter().take_while(|line| belongs(line)).count();
        let own = &self.all[line..line + count];
        own.iter().rposition(|line| !line.text.is_empty()).map(|last| line + last)
    }

    /// The text of the range from an offset on.
    pub(in crate::guide) fn text_from(&self, at: usize) -> &'a str {
        self.source.get(at..self.end).unwrap_or_default()
    }

    /// The text of a part of the file.
    pub(in crate::guide) fn text_of(&self, part: Span) -> &'a str {
        self.source.get(part.range()).unwrap_or_default()
    }

    /// Where the text of a line ends; a shortcode that begins in it is whole.
    pub(in crate::guide) fn end_of(&self, line: usize) -> usize {
        self.all[line].span().end
    }

    /// The indent that all lines of a part have in common, from the beginning of the line.
    pub(in crate::guide) fn common(&self, lines: std::ops::Range<usize>) -> usize {
        let own = self.all[lines].iter().filter(|line| !line.text.is_empty() && line.state != State::Inside);
        self.margin + own.map(|line| line.indent).min().unwrap_or(0)
    }
}

impl Reading {
    fn state(&mut self, indent: usize, text: &str) -> State {
        if let Some((sign, length, _)) = self.fence {
            if text.len() >= length && text.chars().all(|c| c == sign) {
                self.fence = None;
            }
            return State::Fenced;
        }
        if let Some(end) = self.raw {
            if contains(text, end) {
                self.raw = None;
            }
            return State::Raw;
        }
        if text.is_empty() {
            return State::Free;
        }
        while self.columns.last().is_some_and(|column| indent < *column) {
            self.columns.pop();
        }
        if indent >= self.columns.last().copied().unwrap_or(0) + 4 {
            return State::Indented;
        }
        let (mut column, mut rest) = (indent, text);
        while let Some(length) = marker(rest) {
            let spaces = rest[length..].len() - rest[length..].trim_start().len();
            column += length + if spaces > 4 { 1 } else { spaces };
            self.columns.push(column);
            rest = rest[length..].trim_start();
        }
        // What a quote opens ends with it, and no block begins in one.
        if let Some((sign, length)) = fence(rest) {
            self.fence = Some((sign, length, column));
            return State::Opens;
        }
        if let Some((begin, end)) =
            RAW.iter().find(|(begin, _)| rest.get(..begin.len()).is_some_and(|r| r.eq_ignore_ascii_case(begin)))
        {
            if !contains(&rest[begin.len()..], end) {
                self.raw = Some(end);
            }
            return State::Raw;
        }
        State::Free
    }
}

fn contains(text: &str, end: &str) -> bool {
    text.to_ascii_lowercase().contains(end)
}

/// The length of a list's marker with which a text begins.
fn marker(text: &str) -> Option<usize> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let length = match text.as_bytes().get(digits)? {
        b'-' | b'*' | b'+' if digits == 0 => 1,
        b'.' | b')' if (1..10).contains(&digits) => digits + 1,
        _ => return None,
    };
    text[length..].starts_with([' ', '\t']).then_some(length)
}

/// The sign of the fence that a text opens, and how often it stands there.
fn fence(text: &str) -> Option<(char, usize)> {
    let sign = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = text.chars().take_while(|c| *c == sign).count();
    (length >= 3 && (sign == '~' || !text[length..].contains('`'))).then_some((sign, length))
}

/// The lengths of the runs of backquotes in a text.
fn ticks(text: &str) -> impl Iterator<Item = usize> {
    text.split(|c| c != '`').map(str::len).filter(|length| *length > 0)
}

/// How many columns white space takes; a tab goes to the next multiple of four.
pub(in crate::guide) fn columns(space: &str) -> usize {
    space.bytes().fold(0, |column, byte| if byte == b'\t' { column + 4 - column % 4 } else { column + 1 })
}

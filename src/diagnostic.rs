//! Problems as plain data: the author's file, line and column, the line itself, what is wrong, what to do.
//!
//! Parsers collect diagnostics and go on; they are drawn at one edge, by [`Diagnostic::draw`] for people and through
//! `serde` for programs.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle};
use serde::{Deserialize, Serialize};

use crate::source::{Source, Span};

/// How bad it is: an error fails the build, a warning fails it only under `--strict`, a notice never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The page or the site cannot be built as it stands.
    Error,
    /// The page can be built, and its author should look.
    Warning,
    /// Nothing is wrong, and its author may want to know.
    Notice,
}

/// Where in the author's files: resolved to a line, so that it can outlive the source text (in the cache).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Path as shown to the author, relative to the site's folder.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// The author's line, without its line end; a very long line is cut to a window around the column.
    pub text: String,
    /// What to underline: byte offsets into `text`.
    pub mark: (usize, usize),
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// A stable name for programs, in kebab case: `unknown-shortcode`.
    pub code: String,
    /// What is wrong, in one sentence without a final stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where; `None` only where there is no file to point at.
    pub place: Option<Box<Place>>,
}

/// Bytes of an over-long line that are kept on each side of the column.
const WINDOW: usize = 120;

impl Place {
    /// The place of `span` in `source`. A span over several lines is marked to the end of its first line.
    pub fn new(source: &Source, span: Span) -> Self {
        let (line, line_range) = source.line_of(span.start);
        let full = &source.text[line_range.clone()];
        let start = span.start.clamp(line_range.start, line_range.end) - line_range.start;
        let end = span.end.clamp(line_range.start, line_range.end) - line_range.start;
        let column = full[..start].chars().count() + 1;
        let from = floor_boundary(full, start.saturating_sub(WINDOW));
        let to = floor_boundary(full, (start + WINDOW).min(full.len()));
        let clean = |c: char| if c.is_control() && c != '\t' { '\u{fffd}' } else { c };
        let head: String = full[from..start].chars().map(clean).collect();
        let marked: String = full[start..end.clamp(start, to.max(start))].chars().map(clean).collect();
        let tail: String =
            full[(start + (end.clamp(start, to.max(start)) - start))..to.max(start)].chars().map(clean).collect();
        let mark = (head.len(), head.len() + marked.len());
        Self { path: source.path.clone(), line, column, text: format!("{head}{marked}{tail}"), mark }
    }

    /// A place at the first line of a file whose text is not at hand (not UTF-8, unreadable).
    pub fn whole_file(path: &str) -> Self {
        Self { path: path.to_owned(), line: 1, column: 1, text: String::new(), mark: (0, 0) }
    }
}

fn floor_boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl Diagnostic {
    /// An error without a place; add one with [`Diagnostic::at`].
    pub fn error(code: &str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code: code.to_owned(), message: message.into(), help: None, place: None }
    }

    /// A warning without a place.
    pub fn warning(code: &str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// A notice without a place.
    pub fn notice(code: &str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Notice, ..Self::error(code, message) }
    }

    /// Points at the author's text.
    #[must_use]
    pub fn at(mut self, source: &Source, span: Span) -> Self {
        self.place = Some(Box::new(Place::new(source, span)));
        self
    }

    /// Points at a file as a whole.
    #[must_use]
    pub fn in_file(mut self, path: &str) -> Self {
        self.place = Some(Box::new(Place::whole_file(path)));
        self
    }

    /// Points at a line of a file whose text is not at hand, but for what stands there.
    #[must_use]
    pub fn at_line(mut self, path: &str, line: usize, text: &str) -> Self {
        let text: String = text.chars().take(WINDOW).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
        let mark = (0, text.len());
        self.place = Some(Box::new(Place { path: path.to_owned(), line, column: 1, text, mark }));
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether it fails a build.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Whether it fails a check, which warnings do under `strict`.
    pub fn fails(&self, strict: bool) -> bool {
        self.is_error() || strict && self.severity == Severity::Warning
    }

    /// Draws the problem with the author's line for a person, in several lines, without a final line end.
    pub fn draw(&self, color: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Notice => Level::NOTE,
        };
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut groups: Vec<Group<'_>> = Vec::new();
        let title = level.primary_title(&self.message).id(&self.code);
        match &self.place {
            Some(place) if !place.text.is_empty() => {
                let end = if place.mark.1 > place.mark.0 { place.mark.1 } else { place.mark.0 };
                let snippet = Snippet::source(&place.text)
                    .line_start(place.line)
                    .path(format!("{}:{}:{}", place.path, place.line, place.column))
                    .annotation(AnnotationKind::Primary.span(place.mark.0..end));
                groups.push(title.element(snippet));
            }
            Some(place) => {
                groups.push(title.element(annotate_snippets::Origin::path(format!(
                    "{}:{}:{}",
                    place.path, place.line, place.column
                ))))
            }
            None => groups.push(Group::with_title(title)),
        }
        if let Some(help) = &self.help {
            groups.push(Group::with_title(Level::HELP.secondary_title(help)));
        }
        let drawn = renderer.decor_style(DecorStyle::Ascii).render(&groups);
        match &self.place {
            Some(place) if !place.text.is_empty() => without_second_position(&drawn, place),
            _ => drawn,
        }
    }
}

/// annotate-snippets puts its own line and column behind the path; ours, in the path, are right for cut lines too.
fn without_second_position(drawn: &str, place: &Place) -> String {
    let shown = format!("{}:{}:{}", place.path, place.line, place.column);
    let Some(at) = drawn.find(&shown).map(|i| i + shown.len()) else { return drawn.to_owned() };
    let rest = &drawn[at..];
    let length = rest.find(|c: char| c != ':' && !c.is_ascii_digit()).unwrap_or(rest.len());
    format!("{}{}", &drawn[..at], &rest[length..])
}

/// Sorts by file, line, column, severity and removes exact repeats, so that a report reads in the author's order.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| d.place.as_ref().map(|p| (p.path.clone(), p.line, p.column));
        key(a).cmp(&key(b)).then(a.severity.cmp(&b.severity)).then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup();
}

/// The known name nearest to a mistyped one, if it is near enough to be what was meant.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let limit = if name.len() <= 4 { 1 } else { 2 };
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(&lower, &k.to_lowercase()), k))
        .filter(|(d, _)| *d <= limit)
        .min()
        .map(|(_, k)| k)
}

//! A patch: the block's lines put where they belong.

use std::ops::Range;

use super::{
    EditError, Edited, How,
    align::{self, Alignment, Place, at},
    finish,
    indents::Indents,
    nesting,
    shape::{self, Line},
    text::Text,
};

/// File and block, looked at line by line.
pub(super) struct Shapes<'a> {
    pub(super) text: Text,
    pub(super) file: Vec<Line>,
    pub(super) block_lines: Vec<&'a str>,
    pub(super) block: Vec<Line>,
    pub(super) elisions: Vec<bool>,
}

impl<'a> Shapes<'a> {
    pub(super) fn of(existing: &str, block: &'a str) -> Self {
        let text = Text::of(existing);
        let file = text.lines.iter().map(|l| Line::of(l)).collect();
        let mut block_lines: Vec<&str> = block.lines().collect();
        let blank = |l: Option<&&str>| l.is_some_and(|l| l.trim().is_empty());
        while blank(block_lines.last()) {
            block_lines.pop();
        }
        while blank(block_lines.first()) {
            block_lines.remove(0);
        }
        let block = block_lines.iter().map(|l| Line::of(l)).collect();
        let elisions = block_lines.iter().map(|l| shape::is_elision(l)).collect();
        Self { text, file, block_lines, block, elisions }
    }

    /// Where the block belongs, with brackets that close what they should.
    pub(super) fn align(&self) -> Result<Alignment, EditError> {
        let mut alignment = align::align(&self.file, &self.block, &self.elisions)?;
        let (closers, file_closers) = (closers(&self.block), closers(&self.file));
        for (opener, closer) in closers.iter().enumerate().filter_map(|(o, c)| c.map(|c| (o, c))) {
            if self.block[closer].substantive {
                continue;
            }
            let wanted = at(alignment.places[opener]).and_then(|o| file_closers[o]);
            let last = alignment.places[..closer].iter().rev().find_map(|p| at(*p));
            let next = alignment.places[closer + 1..].iter().find_map(|p| at(*p));
            alignment.places[closer] = match wanted {
                Some(w) if last.is_none_or(|l| l < w) && next.is_none_or(|n| w < n) => Place::At(w),
                _ => Place::New,
            };
        }
        // Between two lines that follow each other as in the file, a line with another number is that line.
        for b in 1..self.block.len().saturating_sub(1) {
            let around = (at(alignment.places[b - 1]), at(alignment.places[b + 1]));
            if let (Place::New, (Some(above), Some(below))) = (alignment.places[b], around)
                && below == above + 2
                && self.block[b].substantive
                && self.block[b].numberless == self.file[above + 1].numberless
            {
                alignment.places[b] = Place::At(above + 1);
            }
        }
        // A blank line before new lines at the end is new too: the file's own stays where it is.
        let last = (0..self.block.len()).rfind(|b| at(alignment.places[*b]).is_some() && !self.is_blank(*b));
        for b in last.map_or(0, |l| l + 1)..self.block.len() {
            let before_new = (b + 1..self.block.len()).any(|n| !self.is_blank(n));
            if self.is_blank(b) && before_new && alignment.places[b] != Place::Elision {
                alignment.places[b] = Place::New;
            }
        }
        Ok(alignment)
    }

    fn is_blank(&self, b: usize) -> bool {
        self.block_lines[b].trim().is_empty()
    }
}

/// For each line that opens brackets, the line that closes them.
fn closers(lines: &[Line]) -> Vec<Option<usize>> {
    let mut found = vec![None; lines.len()];
    let mut open: Vec<(usize, i64)> = Vec::new();
    let mut depth = 0;
    for (index, line) in lines.iter().enumerate() {
        let before = depth;
        depth += line.depth;
        while open.last().is_some_and(|(_, level)| depth <= *level) {
            if let Some((opener, _)) = open.pop() {
                found[opener] = Some(index);
            }
        }
        if line.depth > 0 {
            open.push((index, before));
        }
    }
    found
}

/// Patches a file.
pub(super) fn patch(existing: &str, block: &str, why: String) -> Result<Edited, EditError> {
    let shapes = Shapes::of(existing, block);
    let alignment = shapes.align()?;
    splice(existing, shapes, &alignment, why)
}

/// Writes the block's lines over the file's.
pub(super) fn splice(
    existing: &str,
    shapes: Shapes<'_>,
    alignment: &Alignment,
    why: String,
) -> Result<Edited, EditError> {
    let mut work = Splice {
        closers: closers(&shapes.file),
        indents: Indents::of(&shapes, alignment),
        whole: whole(&shapes, alignment)?,
        shapes: &shapes,
        next: 0,
        out: Vec::new(),
        removed: Vec::new(),
    };
    work.run(alignment)?;
    let (out, removed) = (work.out, work.removed);
    nesting::check(&shapes, &out)?;
    let mut new = shapes.text.clone();
    new.lines = out.into_iter().map(|line| line.text).collect();
    let mut why = format!("{why}: {} of its lines are in the file", alignment.placed);
    if !removed.is_empty() {
        let names: Vec<String> = removed.iter().take(3).map(|l| format!("`{}`", l.trim())).collect();
        let more = if removed.len() > 3 { ", …" } else { "" };
        why +=
            &format!("; removes {}, which it does not show: {}{more}", super::lines(removed.len()), names.join(", "));
    }
    Ok(finish(existing, new, How::Patch, why))
}

/// The gaps of the file that belong to a statement shown whole: there, what is not shown is gone.
fn whole(shapes: &Shapes<'_>, alignment: &Alignment) -> Result<Vec<Range<usize>>, EditError> {
    let file_closers = closers(&shapes.file);
    let mut found = Vec::new();
    for (opener, closer) in closers(&shapes.block).into_iter().enumerate().filter_map(|(o, c)| c.map(|c| (o, c))) {
        let (Some(from), Some(to)) = (at(alignment.places[opener]), at(alignment.places[closer])) else { continue };
        if file_closers[from] != Some(to) {
            continue;
        }
        let placed: Vec<usize> = alignment.places[opener..=closer].iter().filter_map(|p| at(*p)).collect();
        let elided = shapes.elisions[opener..=closer].contains(&true);
        let lost =
            (from..=to).filter(|f| shapes.file[*f].substantive && !shapes.file[*f].comment && !placed.contains(f));
        let lost = lost.count();
        if !elided && lost > 0 && lost * 2 > to - from + 1 {
            return Err(EditError::Incomplete(shapes.block_lines[opener].trim().to_owned(), lost));
        }
        found.push(from..to);
    }
    Ok(found)
}

struct Splice<'a> {
    shapes: &'a Shapes<'a>,
    closers: Vec<Option<usize>>,
    indents: Indents<'a>,
    whole: Vec<Range<usize>>,
    next: usize,
    out: Vec<Written>,
    removed: Vec<String>,
}

/// A line of the file after the edit, and which lines of block and file it is.
pub(super) struct Written {
    pub(super) text: String,
    pub(super) block: Option<usize>,
    pub(super) file: Option<usize>,
}

impl Splice<'_> {
    fn run(&mut self, alignment: &Alignment) -> Result<(), EditError> {
        let places = &alignment.places;
        let mut elided = true;
        let mut pending: Vec<Written> = Vec::new();
        let mut last = None;
        for (b, place) in places.iter().enumerate() {
            match *place {
                Place::Elision => elided = true,
                Place::New => {
                    let line = self.shapes.block_lines[b];
                    if self.shapes.block[b].head.is_some() {
                        return Err(EditError::NotFound(line.trim().to_owned()));
                    }
                    let near = last.or_else(|| places[b..].iter().position(|p| at(*p).is_some()).map(|i| b + i));
                    let near = near.and_then(|n| at(places[n]).map(|f| (n, f)));
                    let text = self.indents.indented(line, near).ok_or_else(|| shallow(line))?;
                    let line = Written { text, block: Some(b), file: None };
                    // New lines follow the line above them; after an elision, they precede the line below.
                    if elided { pending.push(line) } else { self.out.push(line) }
                }
                Place::At(f) => {
                    self.gap(f, elided, last.is_some());
                    self.out.append(&mut pending);
                    let following = places[b + 1..].iter().find_map(|p| at(*p));
                    self.line(b, f, following)?;
                    (elided, last) = (false, Some(b));
                }
            }
        }
        if !pending.is_empty() {
            // After a last elision: at the end of what the last placed line stands in, which is the file's end.
            self.keep(self.shapes.file.len());
            self.out.append(&mut pending);
        }
        self.keep(self.shapes.file.len());
        Ok(())
    }

    fn keep(&mut self, to: usize) {
        while self.next < to {
            let text = self.shapes.text.lines[self.next].clone();
            self.out.push(Written { text, block: None, file: Some(self.next) });
            self.next += 1;
        }
    }

    /// The file's lines between two of the block.
    fn gap(&mut self, to: usize, elided: bool, inside: bool) {
        let gap = self.next..to;
        let says = gap.clone().any(|f| self.shapes.file[f].substantive && !self.shapes.file[f].comment);
        let gone = self.whole.iter().any(|w| w.start < gap.start && gap.end <= w.end);
        if inside && !elided && says && gone {
            self.removed.extend(gap.map(|f| self.shapes.text.lines[f].clone()));
            self.next = to;
        } else {
            self.keep(to);
        }
    }

    /// A line of the block that is a line of the file.
    fn line(&mut self, b: usize, f: usize, following: Option<usize>) -> Result<(), EditError> {
        let (block, file) = (&self.shapes.block[b], &self.shapes.file[f]);
        let own = &self.shapes.text.lines[f];
        let end = self.closers[f].filter(|end| following.is_none_or(|next| *end < next));
        if block.head.is_some() {
            self.keep(end.unwrap_or(f) + 1);
            return Ok(());
        }
        self.next = f + 1;
        let ours = self.shapes.block_lines[b];
        let text = if block.hash == file.hash {
            self.indents.moved(b).map_or_else(|| own.clone(), |indent| indent + own.trim_start())
        } else if file.comment {
            self.indents.indented(ours, None).ok_or_else(|| shallow(ours))?
        } else {
            indent(own).to_owned() + ours.trim()
        };
        self.out.push(Written { text, block: Some(b), file: Some(f) });
        if block.hash == file.hash {
            return Ok(());
        }
        // A statement of many lines, replaced by one of one line.
        if file.depth > 0
            && block.depth <= 0
            && let Some(end) = end
        {
            self.removed.extend(self.shapes.text.lines[f + 1..=end].iter().cloned());
            self.next = end + 1;
        }
        Ok(())
    }
}

fn shallow(line: &str) -> EditError {
    EditError::Shallow(line.trim().to_owned())
}

/// The white space that a line begins with.
pub(super) fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

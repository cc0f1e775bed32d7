//! Where a block belongs in a file: which of its lines are which lines of the file.

use std::collections::HashMap;

use super::{EditError, shape::Line};

/// Pairs of lines up to which a block is aligned.
const MOST: usize = 40_000_000;

/// How good a pair of lines is, in points.
const EQUAL: i32 = 40;
/// Equal once a comment's mark is taken away.
const UNCOMMENTED: i32 = 38;
/// The same setting, active in the file.
const ACTIVE: i32 = 28;
/// The same setting, in a comment.
const INACTIVE: i32 = 22;
/// Much the same words.
const SIMILAR: i32 = 14;
/// Lines of brackets and blank lines say where, not what.
const FILLER: i32 = 3;
/// A line of the block that the file lacks.
const NEW: i32 = -2;
/// A line of the file between two of the block.
const BETWEEN: i32 = -1;

/// A line of a block beside the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It is this line of the file.
    At(usize),
    /// The file lacks it.
    New,
    /// It stands for lines of the file.
    Elision,
}

/// A block's place.
#[derive(Debug)]
pub(super) struct Alignment {
    /// For each line of the block.
    pub(super) places: Vec<Place>,
    /// Lines of the block that say where it belongs: equal, or the one setting of their name.
    pub(super) anchors: usize,
    /// Substantive lines of the block that have a place.
    pub(super) placed: usize,
    score: i32,
}

/// Aligns a block with a file. `elisions` says which lines of the block are one.
///
/// # Errors
/// [`EditError::NoAnchor`], [`EditError::Ambiguous`] or [`EditError::TooLarge`].
pub(super) fn align(file: &[Line], block: &[Line], elisions: &[bool]) -> Result<Alignment, EditError> {
    if file.len().saturating_mul(block.len()) > MOST {
        return Err(EditError::TooLarge(block.len(), file.len()));
    }
    let points = Points::new(file);
    let best = run(&points, block, elisions, &[]);
    if best.anchors == 0 {
        return Err(EditError::NoAnchor);
    }
    let substantive = |a: &Alignment| {
        a.places.iter().enumerate().filter_map(|(i, p)| at(*p).filter(|_| block[i].substantive)).collect::<Vec<_>>()
    };
    let mine = substantive(&best);
    let other = run(&points, block, elisions, &mine);
    if other.anchors > 0 && other.score >= best.score {
        let theirs = substantive(&other);
        let first = |lines: &[usize]| lines.first().map_or(0, |l| l + 1);
        let (a, b) = (first(&mine), first(&theirs));
        return Err(EditError::Ambiguous(a.min(b), a.max(b)));
    }
    Ok(best)
}

/// The line of the file, if it has one.
pub(super) fn at(place: Place) -> Option<usize> {
    match place {
        Place::At(line) => Some(line),
        Place::New | Place::Elision => None,
    }
}

/// What pairs are worth in one file.
struct Points<'a> {
    file: &'a [Line],
    /// For each key, how many active lines and how many comments have it.
    keys: HashMap<&'a str, (usize, usize)>,
}

impl<'a> Points<'a> {
    fn new(file: &'a [Line]) -> Self {
        let mut keys: HashMap<&str, (usize, usize)> = HashMap::new();
        for line in file {
            if let Some(key) = &line.key {
                let entry = keys.entry(key).or_default();
                *(if line.comment { &mut entry.1 } else { &mut entry.0 }) += 1;
            }
        }
        Self { file, keys }
    }

    /// The points of a pair, and whether it is an anchor.
    fn of(&self, b: &Line, f: usize) -> Option<(i32, bool)> {
        let f = &self.file[f];
        if b.hash == f.hash {
            return Some(if b.substantive { (EQUAL, true) } else { (FILLER, false) });
        }
        if let Some(head) = b.head {
            return (head == f.hash).then_some((EQUAL, true));
        }
        if !b.substantive || !f.substantive {
            return None;
        }
        if b.bare == f.bare && (b.comment || f.comment) {
            return Some((UNCOMMENTED, true));
        }
        if b.comment != f.comment && b.comment {
            return None;
        }
        let likeness = b.likeness(f);
        if let (Some(key), false) = (&b.key, b.comment)
            && f.key.as_ref() == Some(key)
        {
            let (active, inactive) = self.keys.get(key.as_str()).copied().unwrap_or_default();
            // The words of a comment are no setting unless no line is one.
            let candidates = if active > 0 { active } else { inactive };
            if f.comment && active > 0 {
                return None;
            }
            let bonus = (likeness * 8.0) as i32;
            let points = if f.comment { INACTIVE } else { ACTIVE } + bonus;
            // `host all all …` stands often in its file: a further one is new, unless it is much the same.
            if candidates > 1 && key.ends_with(' ') && likeness <= 0.65 {
                return None;
            }
            return Some((points, candidates == 1));
        }
        (!f.comment && !b.comment && b.words.len() > 2 && likeness >= 0.5 && b.key.is_none() == f.key.is_none())
            .then_some((SIMILAR, false))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Start,
    Pair,
    New,
    Between,
}

/// The best alignment that does not use the lines `without`: the block from end to end, the file from anywhere to anywhere.
fn run(points: &Points<'_>, block: &[Line], elisions: &[bool], without: &[usize]) -> Alignment {
    let (rows, width) = (block.len(), points.file.len() + 1);
    let mut blocked = vec![false; width];
    without.iter().for_each(|line| blocked[*line] = true);
    let mut steps = vec![Step::Start; (rows + 1) * width];
    let mut above = vec![0_i32; width];
    for i in 1..=rows {
        let line = &block[i - 1];
        let elision = elisions[i - 1];
        let new = if elision || !line.substantive { 0 } else { NEW };
        // Beside an elision of the block, lines of the file are passed freely.
        let between = if elision || elisions.get(i) == Some(&true) { 0 } else { BETWEEN };
        let mut row = vec![0_i32; width];
        row[0] = above[0] + new;
        steps[i * width] = Step::New;
        for j in 1..width {
            let mut best = (above[j] + new, Step::New);
            let pass = (row[j - 1] + if i == rows { BETWEEN } else { between }, Step::Between);
            if pass.0 > best.0 {
                best = pass;
            }
            if !elision
                && !blocked[j - 1]
                && let Some((value, _)) = points.of(line, j - 1)
                && above[j - 1] + value >= best.0
            {
                best = (above[j - 1] + value, Step::Pair);
            }
            row[j] = best.0;
            steps[i * width + j] = best.1;
        }
        above = row;
    }
    let score = above.iter().copied().max().unwrap_or(0);
    let mut j = above.iter().position(|s| *s == score).unwrap_or(0);
    let mut i = rows;
    let mut places = vec![Place::New; rows];
    let (mut anchors, mut placed) = (0, 0);
    while i > 0 {
        match steps[i * width + j] {
            Step::Pair => {
                (i, j) = (i - 1, j - 1);
                places[i] = Place::At(j);
                anchors += usize::from(points.of(&block[i], j).is_some_and(|(_, anchor)| anchor));
                placed += usize::from(block[i].substantive);
            }
            Step::Between => j -= 1,
            Step::New | Step::Start => {
                i -= 1;
                if elisions[i] {
                    places[i] = Place::Elision;
                }
            }
        }
    }
    Alignment { places, anchors, placed, score }
}

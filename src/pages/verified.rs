//! What `guidepost verify` found, as pages show it: a badge for the guide, and a mark for each of its blocks.
//!
//! A report speaks of a guide, and of all that its verdict depends on, as they were. Once any of it has changed, the page
//! says so, and its blocks say nothing.

use crate::{
    diagnostic::Diagnostic,
    pages::{
        Fingerprint,
        data::{Proof as Shown, Replay, Stands},
        view::Views,
    },
    plan::Omission,
    render::Mark,
    report::{self, Gap, GuideReport, Report, StepKind, StepReport, Verdict, Whole, safe::plain, shown::differences},
    site::{library::Library, record::Kind},
    source::date::Date,
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    io::{BufRead, Read},
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

/// Lines that are shown of the beginning of an output, and of its end.
const LINES: usize = 40;
/// Characters that are shown of a line.
const CHARACTERS: usize = 400;
/// Bytes of a recording that is published; those of `verify --record` are smaller.
const LARGEST_RECORDING: u64 = 8 << 20;
/// Bytes of the first line of a recording.
const HEADER: u64 = 64 << 10;

/// What a report says of the pages of a site.
#[derive(Debug, Default)]
pub(crate) struct Verified {
    /// By the paths of their files. Guides that were not done are not among them.
    guides: BTreeMap<String, Proof>,
}

/// Of one guide.
#[derive(Debug)]
struct Proof {
    /// `page.verified`, but for what is in the words of a language.
    page: Shown,
    /// When the first machine began.
    started: Option<Date>,
    /// None if the guide has changed since.
    steps: Vec<StepMark>,
    /// Likewise.
    recordings: Vec<Recording>,
    fingerprint: Fingerprint,
}

/// Of one step.
#[derive(Debug)]
struct StepMark {
    file: String,
    line: usize,
    mark: Mark,
    /// The recording and the seconds of it in which something was typed.
    clip: Option<(String, f64, f64)>,
    /// It stands in a tab that no machine is for.
    in_undone_tab: bool,
}

/// A recording that is published beside its page.
#[derive(Debug)]
pub(crate) struct Recording {
    /// The file that `verify --record` wrote.
    pub(crate) file: PathBuf,
    /// URL path without the base path of the site.
    pub(crate) url: String,
    machine: String,
}

impl Recording {
    /// Its address relative to the page.
    fn name(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or_default()
    }
}

impl Verified {
    /// `machine` is the title of one by its name, `current` lists what the verdict of a page on a machine depends on now. Recordings are looked for in `folders`, of
    /// which the first that has one counts.
    pub(crate) fn new(
        report: &Report,
        library: &Library,
        folders: &[PathBuf],
        machine: &dyn Fn(&str) -> String,
        current: &dyn Fn(usize, &str) -> BTreeMap<String, String>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        // A guide that is done on several machines has a report of each.
        let wholes = report.wholes();
        let is_done = |guide: &&GuideReport| !matches!(guide.verdict, Verdict::Skipped | Verdict::Unreached);
        let mut missing = Vec::new();
        let mut proof = |Whole { path, reports: guides }: Whole<'_>| {
            let index = *library.by_source.get(path).filter(|_| guides.iter().any(is_done))?;
            let page = &library.pages[index];
            let changed = |guide: &&GuideReport| {
                let own = blake3::Hash::from_bytes(page.record.hash).to_hex();
                // Reports of older versions know nothing but the guide's file.
                own.as_str() != guide.hash || !guide.inputs.is_empty() && guide.inputs != current(index, &guide.machine)
            };
            if page.record.kind != Kind::Guide {
                return None;
            }
            let stale = guides.iter().any(changed);
            let recordings = if stale { Vec::new() } else { recordings(&guides, &page.url, folders, &mut missing) };
            Some((path.to_owned(), Proof::new(Whole { path, reports: guides }, stale, recordings, machine)))
        };
        let guides = wholes.into_iter().filter_map(&mut proof).collect();
        if let Some(first) = missing.first() {
            let message = format!("{} of the report's recordings cannot be shown: {first}", missing.len());
            let help = "write both into one folder: guidepost verify --report DIR/report.json --record DIR";
            diagnostics.push(Diagnostic::warning("missing-recording", message).help(help));
        }
        Self { guides }
    }

    /// The recordings to publish.
    pub(crate) fn recordings(&self) -> impl Iterator<Item = &Recording> {
        self.guides.values().flat_map(|proof| &proof.recordings)
    }

    /// What came of the guide of a file, if it was done: `holds`, `partial`, `drifted`, `broken`, or `stale` if it is another
    /// one now.
    pub(crate) fn state(&self, source: &str) -> Option<&'static str> {
        Some(self.guides.get(source)?.page.state)
    }

    /// Titles of the machines that the guide of a file was done on.
    pub(crate) fn machine(&self, source: &str) -> Option<&str> {
        self.guides.get(source)?.page.machine.as_deref()
    }

    /// `page.verified` of the page of a file.
    pub(crate) fn page(&self, source: &str, views: &Views<'_>) -> Option<Shown> {
        self.guides.get(source).map(|proof| proof.told(views))
    }

    /// Changes when the page of a file has to show something else.
    pub(crate) fn fingerprint(&self, source: &str) -> Fingerprint {
        self.guides.get(source).map_or([0; 32], |proof| proof.fingerprint)
    }

    /// Whether a tab in these lines of `file` is one that no machine is for, on the page of the file `page`.
    pub(crate) fn is_undone_tab(&self, page: &str, file: &str, lines: RangeInclusive<usize>) -> bool {
        let steps = self.guides.get(page).map_or(&[][..], |proof| &proof.steps);
        steps.iter().any(|step| step.in_undone_tab && step.file == file && lines.contains(&step.line))
    }

    /// The mark of the block in these lines of `file`, on the page of the file `page`. Several steps of a block have one
    /// mark, that of the worst: a block holds if all of its steps do.
    pub(crate) fn mark(&self, page: &str, file: &str, lines: RangeInclusive<usize>) -> Option<Mark> {
        let steps = &self.guides.get(page)?.steps;
        let of_block = || steps.iter().filter(|step| step.file == file && lines.contains(&step.line));
        let verdict = of_block().map(|step| step.mark.verdict).max_by_key(|verdict| rank(*verdict))?;
        let joined = |part: fn(&Mark) -> Option<&str>, between: &str| {
            let mut parts: Vec<&str> =
                of_block().map(|step| &step.mark).filter(|mark| mark.verdict == verdict).filter_map(part).collect();
            parts.dedup();
            (!parts.is_empty()).then(|| parts.join(between))
        };
        let message = joined(|mark| mark.message.as_deref(), "; ");
        let rows = of_block().map(|step| &step.mark).filter(|mark| mark.verdict == verdict).map(|mark| &mark.rows);
        let rows = rows.filter_map(Value::as_array).flatten().cloned().collect::<Vec<_>>();
        let real = joined(|mark| mark.real.as_deref(), "\n");
        let rows = if rows.is_empty() { Value::Null } else { rows.into() };
        Some(Mark { verdict, message, real, rows, replay: replay(of_block()) })
    }
}

/// The part of a recording in which a block was typed: of all its steps, on the first machine that has one.
fn replay<'s>(steps: impl Iterator<Item = &'s StepMark>) -> Option<String> {
    let mut clips = steps.filter_map(|step| step.clip.as_ref());
    let (url, mut from, mut to) = clips.next()?.clone();
    for (_, begin, end) in clips.filter(|(other, ..)| *other == url) {
        (from, to) = (from.min(*begin), to.max(*end));
    }
    Some(format!("{url}#t={from},{to}"))
}

/// The recordings of a guide that are in the folders; of others, why not.
fn recordings(guides: &[&GuideReport], page: &str, folders: &[PathBuf], missing: &mut Vec<String>) -> Vec<Recording> {
    let mut found: Vec<Recording> = Vec::new();
    for guide in guides {
        let Some(name) = &guide.recording else { continue };
        // A report is data: it leads to no file elsewhere.
        let inside = Path::new(name).file_name().is_some_and(|own| own.to_str() == Some(name));
        let files: Vec<PathBuf> = folders.iter().filter(|_| inside).map(|folder| folder.join(name)).collect();
        let looked: Vec<Result<(), String>> = files.iter().map(|file| look(file)).collect();
        let Some(file) = files.iter().zip(&looked).find(|(_, found)| found.is_ok()).map(|(file, _)| file.clone())
        else {
            let why = looked.into_iter().filter_map(Result::err).find(|why| !why.is_empty());
            missing.push(match why {
                Some(why) => format!("{}: {}", plain(name), plain(&why)),
                None => format!("there is no recording {}", plain(name)),
            });
            continue;
        };
        let number = if found.is_empty() { String::new() } else { format!("-{}", found.len() + 1) };
        let before = if page.ends_with('/') { "" } else { "-" };
        found.push(Recording {
            file,
            url: format!("{page}{before}session{number}.cast"),
            machine: plain(&guide.machine),
        });
    }
    found
}

/// Looks whether a file is a recording that `verify --record` wrote; else says why not, with nothing if there is none.
fn look(file: &Path) -> Result<(), String> {
    let opened = report::file::open(file, LARGEST_RECORDING, false).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => String::new(),
        _ => error.to_string(),
    })?;
    let mut first = String::new();
    let read = std::io::BufReader::new(opened.take(HEADER)).read_line(&mut first);
    let header: Value = serde_json::from_str(&first).unwrap_or_default();
    let is_ours = read.is_ok() && header["version"] == 2 && !header["guidepost"].is_null();
    if is_ours { Ok(()) } else { Err("it is no recording of guidepost".into()) }
}

/// The worse, the higher. What was not reached proves less than what drifted.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Holds | Verdict::Partial => 0,
        Verdict::Drifted => 1,
        Verdict::Skipped => 2,
        Verdict::Unreached => 3,
        Verdict::Broken => 4,
    }
}

impl Proof {
    /// The worst verdict of all machines is the guide's, and the oldest time.
    fn new(whole: Whole<'_>, stale: bool, recordings: Vec<Recording>, title: &dyn Fn(&str) -> String) -> Self {
        let guides = &whole.reports;
        let state = match whole.verdict() {
            _ if stale => "stale",
            Verdict::Holds => "holds",
            // A machine that could not be made is not the page's fault, and proves nothing.
            Verdict::Partial | Verdict::Skipped | Verdict::Unreached => "partial",
            Verdict::Drifted => "drifted",
            Verdict::Broken => "broken",
        };
        let all = || guides.iter().flat_map(|guide| &guide.steps);
        let skipped = all().filter(|step| step.verdict == Verdict::Skipped).count();
        let coverage = whole.coverage();
        let machines: Vec<String> =
            guides.iter().map(|guide| plain(&title(&guide.machine))).filter(|m| !m.is_empty()).collect();
        let seconds: f64 = guides.iter().map(|guide| guide.seconds).sum();
        let started = Date::parse(guides.iter().map(|guide| guide.started.as_str()).min().unwrap_or_default());
        let replay = |r: &Recording| Replay { machine: plain(&title(&r.machine)), url: r.name().to_owned() };
        let page = Shown {
            state,
            at: None,
            machine: Some(machines.join(", ")).filter(|machines| !machines.is_empty()),
            seconds,
            duration: String::new(),
            steps: all().count(),
            skipped,
            coverage: Stands { text: String::new(), partial: coverage.is_partial(), coverage },
            reason: guides.iter().find_map(|guide| guide.reason.as_deref()).map(plain),
            recordings: recordings.iter().map(replay).collect(),
        };
        let marks = |guide: &&GuideReport| {
            let machine = plain(&guide.machine);
            let recording = recordings.iter().find(|r| r.machine == machine).map(|r| r.name().to_owned());
            let here = guide.steps.iter().filter(|step| step.omission != Some(Omission::Elsewhere));
            let steps = here.map(|step| StepMark::new(step, recording.as_deref()));
            steps.chain(guide.undone.iter().filter_map(StepMark::undone)).collect::<Vec<_>>()
        };
        let steps: Vec<StepMark> = if stale { Vec::new() } else { guides.iter().flat_map(marks).collect() };
        let fingerprint = *blake3::hash(format!("{page:?}{started:?}{steps:?}").as_bytes()).as_bytes();
        Self { page, started, steps, recordings, fingerprint }
    }

    /// `page.verified` in the words of a language.
    fn told(&self, views: &Views<'_>) -> Shown {
        let page = self.page.clone();
        let text = views.words.coverage(&page.coverage.coverage);
        Shown {
            at: self.started.as_ref().map(|day| views.date(day)),
            duration: views.words.duration(page.seconds),
            coverage: Stands { text, ..page.coverage },
            ..page
        }
    }
}

impl StepMark {
    fn new(step: &StepReport, recording: Option<&str>) -> Self {
        let differs = matches!(step.verdict, Verdict::Drifted | Verdict::Broken);
        // What a step that writes shows is why the file was edited as it was.
        let real = (differs && step.kind != StepKind::Write).then(|| excerpt(&step.output));
        let (verdict, message) = match (step.verdict, step.message.as_deref()) {
            (Verdict::Unreached, message) => (Verdict::Skipped, Some(message.unwrap_or("an earlier step broke"))),
            (verdict, message) => (verdict, message),
        };
        let may_differ = step.may_differ().filter(|_| step.verdict == Verdict::Holds);
        let mark = Mark {
            verdict,
            message: message.map(plain).or(may_differ),
            rows: real.as_ref().map_or(Value::Null, |_| differences(step)),
            real: real.filter(|real| !real.is_empty()),
            replay: None,
        };
        let typed = step.recorded.filter(|_| step.kind == StepKind::Run);
        let clip = recording.zip(typed).map(|(url, (from, to))| (url.to_owned(), from, to));
        Self { file: step.path.clone(), line: step.line, mark, clip, in_undone_tab: false }
    }

    /// Of a block without a step, unless readers only look at it.
    fn undone(gap: &Gap) -> Option<Self> {
        let mark = Mark {
            verdict: Verdict::Skipped,
            message: Some(plain(&gap.why)),
            real: None,
            rows: Value::Null,
            replay: None,
        };
        let in_undone_tab = gap.tab.is_some() && gap.omission == Omission::NotDone;
        (gap.omission != Omission::LookedAt).then(|| Self {
            file: gap.path.clone(),
            line: gap.line,
            mark,
            clip: None,
            in_undone_tab,
        })
    }
}

/// A page is no log: the beginning and the end of a long output, without control characters.
pub(crate) fn excerpt(output: &str) -> String {
    let text = plain(output);
    let lines: Vec<String> = text.trim_end().lines().map(cut).collect();
    let Some(between) = lines.len().checked_sub(2 * LINES).filter(|between| *between > 1) else {
        return lines.join("\n");
    };
    let (head, tail) = (&lines[..LINES], &lines[lines.len() - LINES..]);
    format!("{}\n[… {between} lines …]\n{}", head.join("\n"), tail.join("\n"))
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{} [… {} characters]", &line[..end], line[end..].chars().count()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts() {
        assert_eq!(excerpt("a\u{1b}[31mb\r\n\n"), "ab");
        let long = excerpt(&"x\n".repeat(100));
        assert_eq!(long.lines().count(), 2 * LINES + 1);
        assert!(long.contains("x\n[… 20 lines …]\nx"), "{long}");
        assert_eq!(excerpt(&"é".repeat(CHARACTERS + 7)), format!("{} [… 7 characters]", "é".repeat(CHARACTERS)));
    }
}

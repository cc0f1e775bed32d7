//! What happens while guides are done, on stderr: a living line a guide on a terminal, plain lines elsewhere.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::IsTerminal,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::{
    cli::{color, count, print},
    machine,
    report::{GuideReport, StepKind, StepReport, Verdict, safe::defused},
    terminal::clean::clean,
    verify::{Event, Listener, RESULT},
};

/// In plain lines, a machine that is made says so as often as this at most.
const SELDOM: Duration = Duration::from_secs(5);
/// Columns of what is typed, where there is a line of its output to show.
const TYPED: usize = 36;
/// Of more guides than this, plain lines tell how far all are, once a minute.
const FEW: usize = 10;
const MINUTE: Duration = Duration::from_secs(60);
/// How often a living line is drawn again, at least.
const TICK: Duration = Duration::from_millis(200);

/// Shows events.
pub(in crate::cli) struct Progress {
    screen: Option<MultiProgress>,
    color: bool,
    guides: Mutex<BTreeMap<String, Guide>>,
    night: Mutex<Night>,
    /// A result could not be written.
    loses: AtomicBool,
}

/// All guides of a run.
#[derive(Default)]
struct Night {
    bar: Option<ProgressBar>,
    /// How long guides took in earlier runs, in seconds, by their names.
    expected: BTreeMap<String, f64>,
    /// Those that are not over yet, or not begun.
    left: BTreeSet<String>,
    /// Guides at the same time.
    jobs: usize,
    all: usize,
    verdicts: BTreeMap<Verdict, usize>,
    /// Seconds of guides that are over, and what was expected of them.
    took: (f64, f64),
    /// When plain lines have told of all guides last.
    spoke: Option<Instant>,
}

/// A guide that is being done.
#[derive(Default)]
struct Guide {
    bar: Option<ProgressBar>,
    steps: usize,
    number: usize,
    what: String,
    /// When its machine was spoken of last.
    spoke: Option<Instant>,
}

impl Progress {
    /// On stderr, as it is.
    pub(in crate::cli) fn new() -> Self {
        let stderr = std::io::stderr();
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let ci = std::env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false");
        let screen = (stderr.is_terminal() && !dumb && !ci)
            .then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(12)));
        let (guides, night, loses) = Default::default();
        Self { screen, color: color(&stderr), guides, night, loses }
    }

    /// Tells of so many guides as a whole, too. `expected` are the seconds that guides took earlier, by their names.
    pub(super) fn of_all(self, names: BTreeSet<String>, expected: BTreeMap<String, f64>, jobs: usize) -> Self {
        let all = names.len();
        let bar = self.screen.as_ref().filter(|_| all > 1).map(|screen| {
            let bar = screen.add(ProgressBar::new(all as u64));
            let template = "{bar:24} {pos} of {len} guides, {elapsed}{msg}";
            bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_secs(1));
            bar
        });
        let spoke = Some(Instant::now());
        let night = Night { bar, expected, left: names, jobs, all, spoke, ..Night::default() };
        Self { night: Mutex::new(night), ..self }
    }

    /// Whether a result could not be written, so that nobody but this run knows it.
    pub(super) fn loses_results(&self) -> bool {
        self.loses.load(Ordering::Relaxed)
    }

    /// A guide is over: how far all are.
    fn ended(&self, name: &str, report: &GuideReport) {
        let mut night = self.night.lock().unwrap_or_else(PoisonError::into_inner);
        if !night.end(name, report) {
            return;
        }
        let text = night.told();
        if let Some(bar) = &night.bar {
            bar.set_position((night.all - night.left.len()) as u64);
            bar.set_message(format!(": {text}"));
        } else if self.screen.is_none() && night.all > FEW && night.spoke.is_none_or(|spoke| spoke.elapsed() > MINUTE) {
            night.spoke = Some(Instant::now());
            self.say(&format!("{} of {} guides: {text}", night.all - night.left.len(), night.all));
        }
    }

    /// Takes the living lines away: something else has the terminal now.
    pub(in crate::cli) fn clear(&self) {
        if let Some(bar) = self.night.lock().unwrap_or_else(PoisonError::into_inner).bar.take() {
            bar.finish_and_clear();
        }
        for guide in self.guides.lock().unwrap_or_else(PoisonError::into_inner).values_mut() {
            if let Some(bar) = guide.bar.take() {
                bar.finish_and_clear();
            }
        }
    }

    /// A line that stays.
    pub(super) fn say(&self, text: &str) {
        self.print(&clean(text));
    }

    /// A line that stays, with a verdict in it.
    fn judge(&self, before: &str, verdict: Verdict, after: &str) {
        let word = if verdict == Verdict::Holds { "ok" } else { verdict.name() };
        self.print(&format!("{}: {}{}", clean(before), painted(word, tone(verdict), self.color), clean(after)));
    }

    fn print(&self, text: &str) {
        match &self.screen {
            // Written as a line of its own, which is as long as its text: what a terminal is copied from, or recorded by, has
            // no padding in it then.
            Some(screen) => screen.suspend(|| print(std::io::stderr(), &format!("{text}\n"))),
            // It may be the log of a job.
            None => print(std::io::stderr(), &format!("{}\n", defused(text))),
        }
    }

    fn bar(&self, path: &str) -> Option<ProgressBar> {
        let bar = self.screen.as_ref()?.add(ProgressBar::new_spinner());
        let template = if self.color {
            "{spinner:.cyan} {prefix} {elapsed:.dim} {wide_msg}"
        } else {
            "{spinner} {prefix} {elapsed} {wide_msg}"
        };
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.set_prefix(name(path));
        bar.enable_steady_tick(TICK);
        Some(bar)
    }

    fn machine(&self, path: &str, guide: &mut Guide, event: &machine::Event) {
        let seldom = match event {
            machine::Event::Building { .. } | machine::Event::Pulling { .. } => true,
            machine::Event::Waiting(_)
            | machine::Event::Preloading(_)
            | machine::Event::NoNetwork
            | machine::Event::WithoutArchives(_) => false,
            // What is not as it was said stays to be read.
            machine::Event::WithoutRegistry(_) => return self.say(&format!("{path}: machine: {event}")),
            machine::Event::Degraded(_) => return,
        };
        let what = format!("machine: {event}");
        if let Some(bar) = &guide.bar {
            bar.set_message(one_line(&what));
        } else if !seldom || guide.spoke.is_none_or(|spoke| spoke.elapsed() > SELDOM) {
            guide.spoke = seldom.then(Instant::now).or(guide.spoke);
            self.say(&format!("{path}: {what}"));
        }
    }
}

impl Listener for Progress {
    fn event(&self, path: &str, event: Event<'_>) {
        let mut guides = self.guides.lock().unwrap_or_else(PoisonError::into_inner);
        let guide = guides.entry(path.to_owned()).or_default();
        match event {
            Event::Begin { steps } => {
                *guide = Guide { bar: self.bar(path), steps, ..Guide::default() };
                match &guide.bar {
                    Some(bar) => bar.set_message("machine: starting"),
                    None => self.say(&format!("{path}: {}", count(steps, "step"))),
                }
            }
            Event::Machine(event) => self.machine(path, guide, &event),
            Event::Setup { made } => {
                self.say(&format!("{path}: its setup was done at {made}, and the machine was kept"))
            }
            Event::SetupAnew { why } => self.say(&format!("{path}: its setup is done anew for each guide: {why}")),
            Event::Ready => {
                if let Some(bar) = &guide.bar {
                    bar.set_message("machine: ready, and others are first");
                }
            }
            Event::Step { number, what } => {
                (guide.number, guide.what) = (number, one_line(&what));
                if let Some(bar) = &guide.bar {
                    bar.set_prefix(format!("{} {number}/{}", name(path), guide.steps));
                    bar.set_message(guide.what.clone());
                }
            }
            Event::Line(line) => {
                if let Some(bar) = &guide.bar {
                    bar.set_message(typed_and_shown(&guide.what, &one_line(&line)));
                }
            }
            Event::Output(_) | Event::Screen(_) | Event::Answered { .. } | Event::Writing(_) => {}
            Event::StepDone { step } => {
                self.judge(&format!("{path}:{}", step.line), step.verdict, &what_was_done(step));
            }
            Event::Again { failure } => {
                if let Some(bar) = &guide.bar {
                    bar.set_prefix(name(path));
                    bar.set_message("machine: starting");
                }
                let why = format!("{path}:{}: once more, on a clean machine: {}", failure.line, failure.message);
                self.say(&why);
            }
            Event::Kept { command, goes_on } => {
                self.say(&format!("{path}: its machine stays: {command}"));
                self.say(&match goes_on {
                    Ok(()) => format!("{path}: mend it, and go on there: guidepost verify {path} --resume"),
                    Err(why) => format!("{path}: --resume cannot go on there: {why}"),
                });
            }
            Event::Shell => {
                if let Some(bar) = guide.bar.take() {
                    bar.finish_and_clear();
                }
                self.say(&format!("{path}: this is its machine, where it broke; `exit` removes it"));
            }
            Event::Unwritten { what, why } => {
                self.loses.fetch_or(what == RESULT, Ordering::Relaxed);
                self.say(&format!("{path}: its {what} cannot be written: {why}"));
            }
            Event::Known { report } => {
                self.say(&format!("{path}: {}, as its result says", report.verdict.name()));
                self.ended(path, report);
            }
            Event::End { report } => {
                if let Some(bar) = guide.bar.take() {
                    bar.finish_and_clear();
                }
                let why = report.reason.as_deref().filter(|_| report.verdict == Verdict::Unreached);
                let why = why.map(|why| format!(": {why}")).unwrap_or_default();
                self.say(&format!("{path}: {} in {:.1} s{why}", report.verdict.name(), report.seconds));
                self.ended(path, report);
            }
        }
    }
}

impl Night {
    /// Notes what came of a guide; whether it is one of these.
    fn end(&mut self, name: &str, report: &GuideReport) -> bool {
        if !self.left.remove(name) {
            return false;
        }
        *self.verdicts.entry(report.verdict).or_default() += 1;
        if let Some(expected) = self.expected.get(name) {
            self.took.0 += report.seconds;
            self.took.1 += expected;
        }
        true
    }

    /// `8 hold, 4 broken; about 12 min left`.
    fn told(&self) -> String {
        let counts: Vec<String> =
            self.verdicts.iter().map(|(verdict, guides)| format!("{guides} {}", verdict.name())).collect();
        let left = self.seconds_left().map(|seconds| match (seconds / 60.0).round() as u64 {
            0 => "; less than a minute left".to_owned(),
            minutes if minutes < 120 => format!("; about {minutes} min left"),
            minutes => format!("; about {} h {} min left", minutes / 60, minutes % 60),
        });
        format!("{}{}", counts.join(", "), left.unwrap_or_default())
    }

    /// How long those that are left take, as far as earlier runs tell: guides that are new to them take as long as the rest does on
    /// average, and all take longer or shorter as those that are over did.
    fn seconds_left(&self) -> Option<f64> {
        if self.left.is_empty() || self.expected.is_empty() {
            return None;
        }
        let known: Vec<f64> = self.left.iter().filter_map(|name| self.expected.get(name).copied()).collect();
        let average = self.expected.values().sum::<f64>() / self.expected.len() as f64;
        let all = known.iter().sum::<f64>() + average * (self.left.len() - known.len()) as f64;
        let pace = if self.took.1 > 0.0 { self.took.0 / self.took.1 } else { 1.0 };
        let longest = known.iter().copied().fold(0.0, f64::max);
        Some((all / self.jobs.max(1) as f64).max(longest) * pace)
    }
}

/// A guide's path without what all of them have.
fn name(path: &str) -> String {
    let path = path.strip_prefix("content/").unwrap_or(path);
    let (path, machine) = path.split_once(".md").unwrap_or((path, ""));
    clean(&format!("{}{machine}", path.strip_suffix("/index").unwrap_or(path)))
}

fn one_line(text: &str) -> String {
    clean(text).replace(['\n', '\t'], " ").trim().to_owned()
}

/// `apt-get install -y nginx | Unpacking nginx`.
fn typed_and_shown(typed: &str, shown: &str) -> String {
    match (typed, shown) {
        (_, "") => typed.to_owned(),
        ("", _) => shown.to_owned(),
        _ => format!("{} | {shown}", cut(typed, TYPED)),
    }
}

/// The beginning of a text, in so many columns; wide characters take two.
fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let fits = |c: &char| {
        let width = c.width().unwrap_or(0);
        let fits = width <= left;
        left = left.saturating_sub(width);
        fits
    };
    text.chars().take_while(fits).collect::<String>() + "…"
}

/// `: apt-get update (12.3 s)`, and what is wrong.
fn what_was_done(step: &StepReport) -> String {
    let what = match step.kind {
        StepKind::Expect => "output",
        StepKind::Run | StepKind::Write => step.first_typed(),
    };
    let why = step.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
    let time = if step.seconds < 1.0 { format!("{:.2} s", step.seconds) } else { format!("{:.1} s", step.seconds) };
    format!(": {what} ({time}){why}")
}

fn tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "32",
        Verdict::Skipped | Verdict::Unreached => "2",
        Verdict::Partial | Verdict::Drifted => "33",
        Verdict::Broken => "1;31",
    }
}

fn painted(text: &str, tone: &str, color: bool) -> String {
    if color && !tone.is_empty() { format!("\u{1b}[{tone}m{text}\u{1b}[0m") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_by_columns() {
        for (text, columns, left) in [
            ("short", 5, "short"),
            ("longer", 5, "long…"),
            ("日本語", 6, "日本語"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
        ] {
            assert_eq!(cut(text, columns), left, "{text} in {columns}");
        }
    }

    #[test]
    fn how_long_a_night_takes() {
        let names = ["a", "b", "c", "d"].map(str::to_owned);
        let expected = [("a".to_owned(), 60.0), ("b".to_owned(), 120.0), ("c".to_owned(), 600.0)].into();
        let mut night = Night { expected, left: names.into(), jobs: 2, all: 4, ..Night::default() };
        assert_eq!(night.told(), "; about 10 min left", "the longest counts");
        let took = |seconds, verdict| GuideReport { seconds, verdict, ..GuideReport::new("", "", "") };
        assert!(night.end("c", &took(300.0, Verdict::Holds)) && !night.end("c", &took(1.0, Verdict::Broken)));
        // 60, 120 and an average of 260 seconds, by two, at half the time.
        assert_eq!(night.told(), "1 holds; about 2 min left");
        for name in ["a", "b", "d"] {
            night.end(name, &took(1.0, Verdict::Broken));
        }
        assert_eq!(night.told(), "1 holds, 3 broken");
    }

    #[test]
    fn lines_are_short_and_clean() {
        assert_eq!(name("content/guides/first/index.md"), "guides/first");
        assert_eq!(name("content/a.md on debian"), "a on debian");
        assert_eq!(one_line("a\u{1b}[31m\r\n\tb\u{9b}2J"), "a  b");
        assert_eq!(typed_and_shown("ls", ""), "ls");
        assert_eq!(typed_and_shown("ls", "a b"), "ls | a b");
        assert_eq!(painted("x", "32", false), "x");
    }
}

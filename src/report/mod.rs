//! What a run of guides came to: for people, for CI, and for the site that shows it.
//!
//! The types here are the JSON report, schema version [`SCHEMA`]. Texts in it are what guides and machines printed: every
//! format has to make them harmless for its own reader.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::{
    diagnostic::Diagnostic,
    matching::Comparison,
    plan::Omission,
    shards::{Gathered, Shard},
};

pub mod asciicast;
pub mod baseline;
pub mod cause;
pub mod coverage;
pub mod file;
pub mod findings;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod human;
pub mod json;
pub mod junit;
pub mod safe;
pub mod secrets;
pub(crate) mod stream;
pub mod unified;
pub mod world;

pub use cause::{Cause, CauseKind, Part};
pub use coverage::{Coverage, Gap, Whole};
pub(crate) use difference::count_bytes;
pub use newest::Name;
pub use secrets::Secrets;
pub use whereabouts::Whereabouts;

mod difference;
mod forgiven;
pub(crate) mod history;
pub(crate) mod masked;
mod newest;
mod problem;
mod runs;
pub(crate) mod shown;
mod whereabouts;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod samples;

/// What a cause calls the limit of a whole guide, and of its machine's start.
pub(crate) const LIMIT: &str = "the guide";
pub(crate) const MACHINE: &str = "the machine";

/// Version of the JSON report. It grows when a field changes its meaning or goes; new fields do not count.
pub const SCHEMA: u32 = 2;

/// Of a step or of a guide. Better comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// A reader sees what the page says.
    Holds,
    /// Not done, for a reason that the author gave.
    Skipped,
    /// Of a guide: what was done holds, and something that a reader would do or compare was not done.
    Partial,
    /// A reader sees another version, or another value of the same shape.
    Drifted,
    /// An earlier step broke; of a guide: its machine could not be made.
    Unreached,
    /// A reader sees something else, or cannot go on.
    Broken,
}

impl Verdict {
    /// Whether it is that of something that did not come to its end.
    pub fn ends_early(self) -> bool {
        matches!(self, Self::Broken | Self::Unreached)
    }
}

/// What fails a run beside what is broken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deny {
    /// Outputs that show another version.
    pub drift: bool,
    /// Guides that hold only when they are done again.
    pub flaky: bool,
    /// Warnings of steps.
    pub warnings: bool,
    /// Guides of which something that a reader would do was not done.
    pub partial: bool,
}

/// A run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Version of guidepost.
    pub guidepost: String,
    /// When it began, by RFC 3339.
    pub started: String,
    /// How long it took.
    pub seconds: f64,
    /// Version of the Docker engine; of another one, its name and version.
    pub engine: String,
    /// Version of the interface that guidepost spoke with it.
    #[serde(default)]
    pub engine_api: String,
    /// What was installed in machines before anything was done, by the ids of their images.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub images: BTreeMap<String, world::Packages>,
    /// The part of a library that it speaks of, if that was cut into shards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// What was expected of several reports, and what of it came, where that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gathered: Option<Gathered>,
    /// In the order of their paths.
    pub guides: Vec<GuideReport>,
}

/// One guide.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GuideReport {
    /// Path of its file relative to the site's folder.
    pub path: String,
    /// Its title.
    pub title: String,
    /// BLAKE3 of the bytes of its file, in hexadecimal: another one means that the guide has changed since.
    pub hash: String,
    /// Everything that its verdict depends on, by path from the site's folder, each with the BLAKE3 of its content: its file,
    /// the bundles and files that it includes, `verify.yaml`, the guides that it requires, `guidepost.yaml#NAME` for the settings of its
    /// machine, and the folder that the machine is built from. Empty in reports of older versions.
    #[serde(default)]
    pub inputs: BTreeMap<String, String>,
    /// What stands for all of these and for the machine, see [`crate::verify::key`]; empty in reports of older versions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// Name of the machine.
    pub machine: String,
    /// Id of the machine's image, as the engine gives it.
    pub image: String,
    /// The registry's digest of that image, `debian@sha256:…`, if it has one.
    #[serde(default)]
    pub digest: Option<String>,
    /// The worst of its steps' verdicts; `Partial` if that is `Holds` and something was not done, `Skipped` if it was not run,
    /// `Unreached` if its machine could not be made.
    pub verdict: Verdict,
    /// Why it was not run, or what is wrong with it as a whole.
    pub reason: Option<String>,
    /// Why it did not come to its end, where that is no step's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// How often it was done, each time on a clean machine; the last time counts.
    #[serde(default = "once")]
    pub attempts: usize,
    /// It holds, and was broken in an earlier attempt.
    #[serde(default)]
    pub flaky: bool,
    /// What was wrong in each earlier attempt.
    #[serde(default)]
    pub failures: Vec<Failure>,
    /// When it began, by RFC 3339.
    pub started: String,
    /// How long it took, the machine's start included.
    pub seconds: f64,
    /// Of that, the time from the ready machine to the end of the last step.
    #[serde(default)]
    pub session_seconds: f64,
    /// File of its recording, in the folder of `--record`.
    #[serde(default)]
    pub recording: Option<String>,
    /// Packages that it has installed or brought to another version; those that it has removed have none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub packages: world::Packages,
    /// What has changed since it held, if it did in an earlier report that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<world::Since>,
    /// When its setup was done, by RFC 3339, if that was for an earlier guide, whose machine was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
    /// Blocks of it of which there is no step; of which it says so with a role, there is nothing here either.
    #[serde(default)]
    pub undone: Vec<Gap>,
    /// What is wrong with its plan.
    pub diagnostics: Vec<Diagnostic>,
    /// In order.
    pub steps: Vec<StepReport>,
}

fn once() -> usize {
    1
}

/// What was wrong in an attempt that does not count.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Failure {
    /// File of the step that broke, or of the guide.
    pub path: String,
    /// Line of that file, from 1.
    pub line: usize,
    /// The command that broke, its first line, or the path of a file; empty if no step broke.
    pub typed: String,
    /// In a sentence.
    pub message: String,
}

/// One step.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StepReport {
    /// From 1.
    pub number: usize,
    /// What was done.
    pub kind: StepKind,
    /// The nearest heading before it.
    pub section: String,
    /// File that the step stands in.
    pub path: String,
    /// Line of that file, from 1.
    pub line: usize,
    /// The line where its block begins, from 1: steps of one block have the same.
    pub block: usize,
    /// What came of it.
    pub verdict: Verdict,
    /// What it means for a reader that it was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub omission: Option<Omission>,
    /// In a sentence: why it is not `Holds`.
    pub message: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// Why it broke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// What to look at though its verdict is as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<StepWarning>,
    /// How long it took.
    pub seconds: f64,
    /// When it began and ended in the guide's recording, in seconds.
    #[serde(default)]
    pub recorded: Option<(f64, f64)>,
    /// Commands that it types.
    #[serde(default)]
    pub commands: usize,
    /// What was typed, or the path of the file.
    pub typed: Vec<String>,
    /// Of several commands the one that broke, or whose output is wrong, its first line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Where it was typed, from the outermost place to the innermost.
    pub place: Vec<String>,
    /// Exit status of the last command.
    pub status: Option<i32>,
    /// What was really shown; of a file, why it was edited as it was.
    pub output: String,
    /// Bytes in the middle of the output that were not kept.
    pub dropped: u64,
    /// The documented output.
    pub documented: Option<String>,
    /// Both side by side.
    pub comparison: Option<Comparison>,
}

/// Something odd about a step that breaks nothing: every format shows it as a warning, and `--strict` fails on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepWarning {
    /// A stable name, in kebab case.
    pub code: String,
    /// In a sentence.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "step-kind")]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    /// Commands are typed.
    Run,
    /// A file is written.
    Write,
    /// An output is compared.
    Expect,
}

impl Report {
    /// The engine and its version: `Docker 20.10.24`, `Podman 4.3.1`.
    pub fn engine_name(&self) -> String {
        let is_version = self.engine.starts_with(|c: char| c.is_ascii_digit());
        if is_version { format!("Docker {}", self.engine) } else { self.engine.clone() }
    }

    /// What came of a guide on a machine.
    pub fn guide(&self, path: &str, machine: &str) -> Option<&GuideReport> {
        self.guides.iter().find(|guide| guide.path == path && guide.machine == machine)
    }

    /// Guides of a verdict, each once.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.wholes().iter().filter(|guide| guide.verdict() == verdict).count()
    }

    /// Whether a guide was broken in one attempt, and not in the next.
    pub fn is_flaky(&self) -> bool {
        self.guides.iter().any(|guide| guide.flaky)
    }

    /// Warnings of steps.
    pub fn warnings(&self) -> usize {
        self.guides.iter().flat_map(|guide| &guide.steps).map(|step| step.warnings.len()).sum()
    }

    /// Whether a guide could not be done for a reason that is not its own: another time, or elsewhere, it may.
    pub fn is_incomplete(&self) -> bool {
        !self.guides.iter().all(GuideReport::is_final)
    }

    /// Whether a guide is broken or could not be done, or is what is denied.
    pub fn fails(&self, deny: Deny) -> bool {
        self.wholes().iter().any(|whole| whole.fails(deny))
    }
}

impl GuideReport {
    /// Of a guide that was not done yet, so far as that is known.
    pub fn new(path: &str, title: &str, machine: &str) -> Self {
        Self {
            path: path.to_owned(),
            title: title.to_owned(),
            hash: String::new(),
            inputs: BTreeMap::new(),
            key: String::new(),
            machine: machine.to_owned(),
            image: String::new(),
            digest: None,
            verdict: Verdict::Skipped,
            reason: None,
            cause: None,
            attempts: 1,
            flaky: false,
            failures: Vec::new(),
            started: String::new(),
            seconds: 0.0,
            session_seconds: 0.0,
            recording: None,
            packages: BTreeMap::new(),
            since: None,
            kept: None,
            undone: Vec::new(),
            diagnostics: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// That it began on a machine which an earlier guide's setup had made, if it did.
    pub(crate) fn began_on(&self) -> Option<String> {
        let made = self.kept.as_ref()?;
        Some(format!(
            "its setup was done at {made} for an earlier guide, and the machine was kept; --fresh does it anew"
        ))
    }

    /// Whether doing it once more, here or elsewhere, can change nothing but what the world changes: it was done, it lacks a value,
    /// or its machine is described wrongly.
    pub fn is_final(&self) -> bool {
        let lasts = |cause: &Cause| match cause.kind {
            CauseKind::PlaceholderUnbound => true,
            CauseKind::NoMachine => cause.part == Part::Author,
            _ => false,
        };
        self.verdict != Verdict::Unreached || self.cause.as_ref().is_some_and(lasts)
    }

    /// Whether it is the limit of the whole guide that has ended it.
    pub(crate) fn is_out_of_time(&self) -> bool {
        let limit =
            |cause: &Cause| cause.kind == CauseKind::OutOfTime && [LIMIT, MACHINE].contains(&cause.what.as_str());
        self.causes().iter().any(|(cause, _)| limit(cause))
    }

    /// Whether it is broken or could not be done, or is what is denied.
    pub(crate) fn fails(&self, deny: Deny) -> bool {
        let worst = if deny.drift { Verdict::Drifted } else { Verdict::Unreached };
        let warned = || self.steps.iter().any(|step| !step.warnings.is_empty());
        self.verdict >= worst || deny.flaky && self.flaky || deny.warnings && warned()
    }

    /// What is wrong with a broken guide, in short.
    pub fn failure(&self) -> Failure {
        let message = |text: &Option<String>| text.clone().unwrap_or_else(|| "it is broken".into());
        match self.broken() {
            Some(step) => Failure {
                path: step.path.clone(),
                line: step.line,
                typed: step.first_typed().to_owned(),
                message: message(&step.message),
            },
            None => Failure { path: self.path.clone(), line: 1, typed: String::new(), message: message(&self.reason) },
        }
    }

    /// Makes the worst verdict of its steps its own. Anything that is wrong with it as a whole breaks it.
    pub fn judge(&mut self) {
        let all_skipped = self.steps.iter().all(|step| step.verdict == Verdict::Skipped);
        let worst = self.steps.iter().map(|step| step.verdict).filter(|v| *v != Verdict::Skipped).max();
        self.verdict = match worst {
            _ if self.reason.is_some() => Verdict::Broken,
            Some(Verdict::Unreached) | None if !all_skipped => Verdict::Broken,
            Some(Verdict::Holds) if Coverage::of_guide(&[self]).is_partial() => Verdict::Partial,
            Some(worst) => worst,
            None => Verdict::Skipped,
        };
    }

    /// Says of steps that their outputs were written into the guide: what it documents now, by their numbers, is what they
    /// showed.
    pub fn set_updated(&mut self, documented: &BTreeMap<usize, String>) {
        for step in &mut self.steps {
            let Some(text) = documented.get(&step.number) else { continue };
            step.documented = Some(text.clone());
            step.verdict = Verdict::Holds;
            step.message = Some("the guide was updated with this output".into());
            step.help = None;
            step.cause = None;
            step.comparison = None;
        }
        self.judge();
    }

    /// Says where what stands in the guide's own file stands now, by the lines where it stood, since its outputs were written.
    pub fn set_lines(&mut self, lines: &dyn Fn(usize) -> usize) {
        for step in self.steps.iter_mut().filter(|step| step.path == self.path) {
            (step.line, step.block) = (lines(step.line), lines(step.block));
        }
        for gap in self.undone.iter_mut().filter(|gap| gap.path == self.path) {
            gap.line = lines(gap.line);
        }
        let places = self.diagnostics.iter_mut().filter_map(|problem| problem.place.as_deref_mut());
        for place in places.filter(|place| place.path == self.path) {
            place.line = lines(place.line);
        }
    }

    /// Whether something else broke it than an output that differs.
    pub fn stopped(&self) -> bool {
        let broke = |step: &StepReport| step.verdict == Verdict::Broken && step.kind != StepKind::Expect;
        self.verdict == Verdict::Broken
            && (self.reason.is_some() || self.steps.is_empty() || self.steps.iter().any(broke))
    }

    /// The first step that broke.
    pub fn broken(&self) -> Option<&StepReport> {
        self.steps.iter().find(|step| step.verdict == Verdict::Broken)
    }
}

impl StepReport {
    /// Of a step that holds, before it is done.
    pub fn new(number: usize, kind: StepKind, path: &str, line: usize) -> Self {
        Self {
            number,
            kind,
            section: String::new(),
            path: path.to_owned(),
            line,
            block: line,
            verdict: Verdict::Holds,
            omission: None,
            message: None,
            help: None,
            cause: None,
            warnings: Vec::new(),
            seconds: 0.0,
            recorded: None,
            commands: 0,
            typed: Vec::new(),
            command: None,
            place: Vec::new(),
            status: None,
            output: String::new(),
            dropped: 0,
            documented: None,
            comparison: None,
        }
    }

    /// In a line: the command that broke, or else the first of what was typed.
    pub fn first_typed(&self) -> &str {
        self.command.as_ref().or(self.typed.first()).map_or("", String::as_str)
    }
}

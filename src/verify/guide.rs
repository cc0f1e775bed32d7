//! One guide: its machine, its terminals, its steps in order.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{Event, Job, Listener, Options, live::Live, now, recording::Tape, shell};
use crate::{
    diagnostic::Diagnostic,
    machine::{self, Engine, Error, Identity, Name, Owner, RunId, RunningMachine},
    matching,
    plan::{Plan, Rule, Step, StepKind as Planned},
    report::{GuideReport, Secrets, StepKind, StepReport, Verdict},
    session::{End, Place},
};

/// Does a guide. If this is not the `last` attempt, nobody looks at its machine.
///
/// # Errors
/// If the environment is at fault. What is wrong with the guide is in its report.
pub(super) async fn verify(
    job: &Job,
    engine: &Engine,
    options: &Options,
    last: bool,
    listener: &dyn Listener,
) -> machine::Result<GuideReport> {
    let begin = Instant::now();
    let plan = &job.plan;
    let mut report = GuideReport {
        path: plan.path.clone(),
        title: plan.title.clone(),
        hash: job.inputs.first().map(|own| own.hash.clone()).unwrap_or_default(),
        inputs: super::hashes(&job.inputs),
        machine: plan.machine.clone(),
        image: String::new(),
        digest: None,
        verdict: Verdict::Skipped,
        reason: plan.settings.skip.clone(),
        attempts: 1,
        flaky: false,
        failures: Vec::new(),
        started: now(),
        seconds: 0.0,
        session_seconds: 0.0,
        recording: None,
        diagnostics: plan.diagnostics.clone(),
        steps: Vec::new(),
    };
    if plan.settings.skip.is_some() || plan.steps.is_empty() {
        report.reason.get_or_insert_with(|| "it has no steps".into());
        return Ok(report);
    }
    if plan.diagnostics.iter().any(Diagnostic::is_error) {
        report.verdict = Verdict::Broken;
        report.reason = Some("its plan has errors".into());
        return Ok(report);
    }
    let secrets = secrets(std::iter::once(plan).chain(&job.requires));
    let tape = options.record.as_ref().and_then(|_| Tape::new(&plan.title, secrets.clone()).ok());
    match on_machine(job, engine, options, last, listener, &secrets, tape.clone(), &mut report).await {
        Ok(()) => {}
        // A machine that a guide has brought down is the guide's verdict; an engine that is gone is nobody's.
        Err(error @ Error::Ended { .. }) => report.reason = Some(error.to_string()),
        Err(error) => return Err(error),
    }
    if let (Some(folder), Some(tape)) = (&options.record, &tape) {
        match tape.save(folder, job) {
            Ok(name) => report.recording = Some(name),
            Err(error) => listener.event(&job.name(), Event::Unrecorded { why: error.to_string() }),
        }
    }
    finish(&mut report, plan);
    report.seconds = begin.elapsed().as_secs_f64();
    Ok(report)
}

/// Steps that were not done are unreached, and the worst step is the guide's verdict.
fn finish(report: &mut GuideReport, plan: &Plan) {
    for step in &plan.steps[report.steps.len().min(plan.steps.len())..] {
        let mut unreached = describe(step);
        unreached.verdict = if step.skip.is_some() { Verdict::Skipped } else { Verdict::Unreached };
        unreached.message.clone_from(&step.skip);
        report.steps.push(unreached);
    }
    report.judge();
}

/// What must not be shown anywhere.
pub(crate) fn secrets<'p>(plans: impl Iterator<Item = &'p Plan> + Clone) -> Secrets {
    let steps = plans.clone().flat_map(|plan| &plan.steps).flat_map(|step| &step.attributes.answers);
    let guides = plans.flat_map(|plan| &plan.settings.answers);
    Secrets::new(guides.chain(steps).filter(|answer| answer.secret).map(|answer| answer.reply.as_str()))
}

/// Masks what is not a text of the machine, which is masked where it comes in.
fn mask(step: &mut StepReport, secrets: &Secrets) {
    let texts = [&mut step.message, &mut step.help, &mut step.documented];
    for text in texts.into_iter().flatten().chain(&mut step.typed).chain(&mut step.place) {
        *text = secrets.mask(text);
    }
}

#[expect(clippy::too_many_arguments, reason = "what one guide needs")]
async fn on_machine(
    job: &Job,
    engine: &Engine,
    options: &Options,
    last: bool,
    listener: &dyn Listener,
    secrets: &Secrets,
    tape: Option<Tape>,
    report: &mut GuideReport,
) -> machine::Result<()> {
    let name = &job.name();
    let begin = Instant::now();
    let too_long = || Some(format!("it took more than {} s", options.guide_timeout.as_secs()));
    let identity = Identity {
        run: RunId::random(),
        owner: Owner::this(),
        guide: Name::new(&job.plan.path),
        machine: Name::new(&job.plan.machine),
    };
    let tell = |event| listener.event(name, Event::Machine(event));
    let starting = machine::start(engine, &job.machine, &identity, &options.site, &tell);
    let Ok(machine) = tokio::time::timeout(options.guide_timeout, starting).await else {
        report.reason = too_long();
        return Ok(());
    };
    let machine = machine?;
    report.image.clone_from(&machine.image().id);
    report.digest.clone_from(&machine.image().digest);
    let ready = Instant::now();
    let mut stand = shell::Stand::default();
    let left = options.guide_timeout.saturating_sub(begin.elapsed());
    let doing = steps(job, &machine, options.update, listener, secrets, tape, &mut stand, report);
    let done = tokio::time::timeout(left, doing).await.unwrap_or(Ok(false));
    report.session_seconds = ready.elapsed().as_secs_f64();
    if matches!(done, Ok(false)) {
        report.reason = too_long();
    }
    let broken = last && (report.reason.is_some() || report.steps.iter().any(|step| step.verdict == Verdict::Broken));
    if options.keep && broken && done.is_ok() {
        listener.event(name, Event::Kept { command: secrets.mask(&stand.command(machine.container())) });
        let _ = machine.keep();
        return Ok(());
    }
    if options.shell && broken && done.is_ok() {
        listener.event(name, Event::Shell);
        shell::open(&machine, &stand).await?;
    }
    let closed = machine.close().await;
    done?;
    closed
}

/// Does the steps, and says that it came to their end. `stand` is where a person would continue.
#[expect(clippy::too_many_arguments, reason = "what a guide is done with, one by one")]
async fn steps(
    job: &Job,
    machine: &RunningMachine,
    update: bool,
    listener: &dyn Listener,
    secrets: &Secrets,
    tape: Option<Tape>,
    stand: &mut shell::Stand,
    report: &mut GuideReport,
) -> machine::Result<bool> {
    let name = &job.name();
    let (live, outcome) = Live::open(machine, None, tape).await?;
    if !matches!(outcome.end, End::Prompt { .. }) {
        report.reason = Some("the machine's shell showed no prompt".into());
        return Ok(true);
    }
    let mut doing = Doing {
        plan: &job.plan,
        machine,
        live,
        others: BTreeMap::new(),
        outputs: BTreeMap::new(),
        listener,
        name,
        secrets,
    };
    for required in &job.requires {
        let mut first = Doing { plan: required, outputs: BTreeMap::new(), ..doing };
        if let Some(reason) = first.prepare().await? {
            report.reason = Some(format!("the guide that it requires, {}: {reason}", required.path));
            return Ok(true);
        }
        for step in required.steps.iter().filter(|step| step.skip.is_none()) {
            let done = first.step(step).await?;
            if ends(&done, update) {
                report.reason = Some(format!(
                    "the guide that it requires, {}, broke at line {}: {}",
                    required.path,
                    done.line,
                    done.message.unwrap_or_default()
                ));
                return Ok(true);
            }
            if done.verdict == Verdict::Broken {
                let what = format!("the guide that it requires shows another output: {}:{}", done.path, done.line);
                let problem = Diagnostic::warning("required-output", what).in_file(&job.plan.path);
                report.diagnostics.push(problem.help("update that guide, too"));
            }
        }
        doing = Doing { plan: &job.plan, outputs: BTreeMap::new(), ..first };
    }
    if let Some(reason) = doing.prepare().await? {
        report.reason = Some(reason);
        return Ok(true);
    }
    for step in &job.plan.steps {
        if let Some(reason) = &step.skip {
            let mut skipped = describe(step);
            skipped.verdict = Verdict::Skipped;
            skipped.message = Some(reason.clone());
            report.steps.push(skipped);
            continue;
        }
        let first = describe(step).typed.into_iter().next().unwrap_or_default();
        listener.event(name, Event::Step { number: step.number, what: doing.secrets.mask(&first) });
        *stand = shell::Stand::of(doing.live.places());
        let done = doing.step(step).await?;
        if !doing.live.places().is_empty() {
            *stand = shell::Stand::of(doing.live.places());
        }
        listener.event(name, Event::StepDone { step: &done });
        let ended = ends(&done, update);
        report.steps.push(done);
        if ended {
            break;
        }
    }
    Ok(true)
}

/// Whether nothing is done after a step. An output that is going to be updated says nothing of what comes after it.
fn ends(step: &StepReport, update: bool) -> bool {
    step.verdict == Verdict::Broken && !(update && step.kind == StepKind::Expect)
}

/// What a step has shown.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// Its last command.
    pub(super) last: String,
    /// All of its commands.
    pub(super) all: String,
    /// What was typed.
    typed: Vec<String>,
    /// Where the last of it was typed.
    place: Vec<String>,
}

impl Shown {
    /// One more command has ended.
    pub(super) fn add(&mut self, output: &str) {
        if !self.all.is_empty() && !output.is_empty() {
            self.all.push('\n');
        }
        self.all.push_str(output);
    }

    /// The comparison with a documented output: most often that of the last command, and else that of the whole block. If both
    /// are as bad, the one that has more in common.
    fn compare(&self, documented: &str, rule: matching::Rule) -> (matching::Comparison, &str) {
        let last = matching::compare(documented, &self.last, rule);
        if last.verdict == matching::Verdict::Holds || self.all == self.last {
            return (last, &self.last);
        }
        let all = matching::compare(documented, &self.all, rule);
        if (all.verdict, distance(&all)) < (last.verdict, distance(&last)) {
            (all, &self.all)
        } else {
            (last, &self.last)
        }
    }
}

/// How far two outputs are from each other: lines too many or too few, and then lines that are not the same.
fn distance(comparison: &matching::Comparison) -> (usize, usize) {
    let lines = |state| comparison.lines.iter().filter(move |line| line.state == state);
    let missing = lines(matching::State::Missing).count();
    let extra: usize = lines(matching::State::Extra).map(|line| line.real.len()).sum();
    (missing.abs_diff(extra), missing + extra + lines(matching::State::Differs).count())
}

/// A guide in the middle of being done.
pub(super) struct Doing<'a> {
    pub(super) plan: &'a Plan,
    pub(super) machine: &'a RunningMachine,
    /// The terminal that is open from the first step to the last.
    pub(super) live: Live,
    /// Others, by their names.
    pub(super) others: BTreeMap<String, Live>,
    /// What each step has shown.
    pub(super) outputs: BTreeMap<usize, Shown>,
    pub(super) listener: &'a dyn Listener,
    /// What listeners call the guide.
    pub(super) name: &'a str,
    pub(super) secrets: &'a Secrets,
}

impl Doing<'_> {
    /// Types the plan's setup; gives what went wrong.
    async fn prepare(&mut self) -> machine::Result<Option<String>> {
        for command in &self.plan.settings.setup {
            if let Some((message, _)) = self.setup(command).await? {
                let reason = format!("its setup failed at `{}`: {message}", command.lines.join("\n"));
                return Ok(Some(self.secrets.mask(&reason)));
            }
        }
        Ok(None)
    }

    async fn step(&mut self, step: &Step) -> machine::Result<StepReport> {
        let begin = Instant::now();
        let mut report = describe(step);
        let typed = report.typed.first().map_or("output", String::as_str);
        let from = self.live.mark(&format!("{} {typed}", step.number));
        match &step.kind {
            Planned::Run { commands } => {
                self.run(step, commands, &mut report).await?;
                let shown = self.outputs.entry(step.number).or_default();
                shown.typed.clone_from(&report.typed);
                shown.place.clone_from(&report.place);
            }
            Planned::Write { file, text, edit, owner } => self.write(file, text, *edit, *owner, &mut report).await?,
            Planned::Expect { text, of, rule, .. } => self.expect(text, *of, *rule, &mut report),
        }
        report.seconds = begin.elapsed().as_secs_f64();
        let seconds = |at: Duration| (at.as_secs_f64() * 1e6).round() / 1e6;
        report.recorded = from.zip(self.live.recorded()).map(|(from, to)| (seconds(from), seconds(to)));
        mask(&mut report, self.secrets);
        Ok(report)
    }

    fn expect(&self, text: &str, of: usize, rule: Option<Rule>, report: &mut StepReport) {
        let Some(real) = self.outputs.get(&of) else {
            report.verdict = Verdict::Skipped;
            report.message = Some("the command that prints it is skipped".into());
            return;
        };
        let (typed, place) = (&real.typed, &real.place);
        let (comparison, real) = real.compare(text, matching_rule(rule));
        report.verdict = match comparison.verdict {
            matching::Verdict::Holds => Verdict::Holds,
            matching::Verdict::Drifted => Verdict::Drifted,
            matching::Verdict::Broken => Verdict::Broken,
        };
        if report.verdict != Verdict::Holds {
            report.message = Some(comparison.why.clone());
            report.typed.clone_from(typed);
            report.place.clone_from(place);
        }
        if report.verdict == Verdict::Broken {
            report.help = Some("change the output in the guide, or say how to compare it: match=\"contains\", or `...` for lines that vary".into());
        }
        real.clone_into(&mut report.output);
        report.comparison = Some(comparison);
    }

    /// Whether the output that step `of` has to show is there: for `retry`.
    pub(super) fn holds(&self, of: usize) -> bool {
        self.plan.steps.iter().all(|step| match &step.kind {
            Planned::Expect { text, of: number, rule, .. } if *number == of && step.skip.is_none() => {
                let compare = |shown: &Shown| shown.compare(text, matching_rule(*rule)).0.verdict;
                self.outputs.get(&of).is_some_and(|shown| compare(shown) != matching::Verdict::Broken)
            }
            _ => true,
        })
    }
}

pub(super) fn matching_rule(rule: Option<Rule>) -> matching::Rule {
    match rule {
        None => matching::Rule::Auto,
        Some(Rule::Exact) => matching::Rule::Exact,
        Some(Rule::Kinds) => matching::Rule::Kinds,
        Some(Rule::Contains) => matching::Rule::Contains,
        Some(Rule::Regex) => matching::Rule::Regex,
        Some(Rule::Json) => matching::Rule::Json,
        Some(Rule::Unordered) => matching::Rule::Unordered,
    }
}

/// A step that holds, before it is done.
pub(crate) fn describe(step: &Step) -> StepReport {
    let (kind, typed, documented) = match &step.kind {
        Planned::Run { commands } => (StepKind::Run, commands.iter().flat_map(|c| c.lines.clone()).collect(), None),
        Planned::Write { file, .. } => (StepKind::Write, vec![file.clone()], None),
        Planned::Expect { text, .. } => (StepKind::Expect, Vec::new(), Some(text.clone())),
    };
    StepReport {
        number: step.number,
        kind,
        section: step.section.clone(),
        path: step.at.path.clone(),
        line: step.at.line,
        verdict: Verdict::Holds,
        message: None,
        help: None,
        seconds: 0.0,
        recorded: None,
        typed,
        place: Vec::new(),
        status: None,
        output: String::new(),
        dropped: 0,
        documented,
        comparison: None,
    }
}

/// Places as people read them.
pub(super) fn shown(places: &[Place]) -> Vec<String> {
    places.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_belongs_to_the_last_command_or_to_all() {
        for (commands, documented, chosen) in [
            (&["a", "b"][..], "b", "b"),
            (&["a", "b"], "a\nb", "a\nb"),
            (&["a 1", "b 1"], "a 2\nb 2", "a 1\nb 1"),
            (&["a 1", "b 1"], "b 2", "b 1"),
            (&["a 1", "", "b 1\nc"], "b 2\nc", "b 1\nc"),
            (&["a"], "x", "a"),
        ] {
            let mut shown = Shown::default();
            for output in commands {
                shown.last = (*output).to_owned();
                shown.add(output);
            }
            assert_eq!(shown.compare(documented, matching::Rule::Auto).1, chosen, "{commands:?}: {documented}");
        }
    }
}

//! A guide in the middle of being done: its machine, its terminals, and one step at a time.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{
    Listener,
    fault::Fault,
    guide::Limit,
    host::Running,
    left::Left,
    live::Live,
    shells::{Shells, Waiting},
    shown::{Shown, matching_rule},
    stop::apart,
    survey::{Another, another},
};
use crate::{
    diagnostic::Diagnostic,
    machine,
    matching::{self, Evidence, Values},
    plan::{self, Omission, Plan, Rule, Step, StepKind as Planned, Told},
    report::{Cause, Secrets, StepKind, StepReport, Verdict, cause, count_bytes, masked::masked, world::Packages},
    session::{Kind, Place},
    terminal::{
        clean::clean,
        failure::{lacks_file, lacks_project_file, speaks_of_failure},
        line::quoted,
    },
};

/// The status of a command that was ended by the signal KILL.
const KILLED: i32 = 137;

/// Pauses before the terminal is asked again what jobs say.
const NOTICES: [Duration; 3] = [Duration::ZERO, Duration::from_millis(300), Duration::from_secs(1)];

/// The warning of a command that says that it failed, though its status is 0.
pub(super) const SAYS_FAILURE: &str = "says-failure";

/// Whether the setup is done, or why not.
pub(super) type Prepared = std::result::Result<(), Cause>;

/// A guide in the middle of being done.
pub(super) struct Doing<'a, M: Running> {
    pub(super) plan: &'a Plan,
    pub(super) machine: &'a M,
    /// The terminal that is open from the first step to the last.
    pub(super) live: Live<M::Terminal>,
    /// Others, by their names.
    pub(super) others: BTreeMap<String, Live<M::Terminal>>,
    /// The shells of its terminal that wait for others, as far as they could be asked; `None` if nobody wants to know.
    pub(super) waiting: Option<Vec<Waiting>>,
    /// What is left running, each in a terminal of its own.
    pub(super) left: Vec<Left>,
    /// The steps of its plan that were begun, and when.
    pub(super) begun: Vec<(usize, Instant)>,
    /// What the guide sets itself.
    pub(super) values: Values,
    /// What each step has shown.
    pub(super) outputs: BTreeMap<usize, Shown>,
    pub(super) listener: &'a dyn Listener,
    /// What listeners call the guide.
    pub(super) name: &'a str,
    pub(super) secrets: &'a Secrets,
    pub(super) limit: Limit,
    /// It is the guide itself, and not one that it requires.
    pub(super) own: bool,
    /// Most memory of the machine, in bytes.
    pub(super) memory: u64,
    /// How often the kernel has ended a process of the machine for lack of it.
    pub(super) killed: u64,
    /// A setup has asked something.
    pub(super) asked: bool,
    /// What was fetched, and which it was.
    pub(super) fetched: &'a RefCell<Packages>,
}

/// What a guide has left in its machine so far, whatever its text.
pub(super) struct State<T> {
    pub(super) live: Live<T>,
    pub(super) others: BTreeMap<String, Live<T>>,
    pub(super) waiting: Option<Vec<Waiting>>,
    pub(super) left: Vec<Left>,
    pub(super) begun: Vec<(usize, Instant)>,
    pub(super) outputs: BTreeMap<usize, Shown>,
    pub(super) killed: u64,
    pub(super) asked: bool,
}

impl<T> State<T> {
    /// A terminal in which nothing was done.
    pub(super) fn new(live: Live<T>) -> Self {
        let (others, left, begun, outputs) = (BTreeMap::new(), Vec::new(), Vec::new(), BTreeMap::new());
        Self { live, others, waiting: None, left, begun, outputs, killed: 0, asked: false }
    }

    /// Forgets what came of the steps behind this one.
    pub(super) fn forget_after(&mut self, step: usize) {
        self.outputs.retain(|number, _| *number <= step);
        self.begun.retain(|(number, _)| *number <= step);
    }
}

impl<M: Running> Doing<'_, M> {
    /// What the shells of its terminal are like, or why that cannot be known.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn shells(&mut self) -> machine::Result<Result<Shells, String>> {
        Shells::of(self.machine, &mut self.live, self.waiting.as_deref().unwrap_or_default()).await
    }

    /// Leaves what was done as it is.
    pub(super) fn into_state(self) -> State<M::Terminal> {
        let Self { live, others, waiting, left, begun, outputs, killed, asked, .. } = self;
        State { live, others, waiting, left, begun, outputs, killed, asked }
    }

    /// The file that an example needs and that only its reader has: its program says so, or it fails without a reason where none of
    /// the files that its line names is there; and nothing that was done before names it.
    pub(super) async fn lacks(&self, done: &StepReport, before: &[StepReport]) -> machine::Result<Option<String>> {
        // What goes on has no status, and says that it failed.
        let ended = done.status.is_some() || speaks_of_failure(&done.output).is_some();
        let failed = done.kind == StepKind::Run && done.verdict == Verdict::Broken && ended;
        let Some(typed) = done.command.as_ref().or(done.typed.last()).filter(|_| failed) else { return Ok(None) };
        let is_of_reader = |file: &String| is_of_reader(file, typed, done, before);
        let told = lacks_file(&done.output, typed).filter(is_of_reader);
        let told = told.or_else(|| lacks_project_file(&done.output).filter(is_of_reader));
        let file = match told {
            None if speaks_of_failure(&done.output).is_none() => {
                self.names_nothing_there(typed).await?.filter(is_of_reader)
            }
            told => told,
        };
        Ok(file.map(|file| {
            format!(
                "it needs `{file}`, which the page does not make: make it in `setup`, or name one that is there in `run`"
            )
        }))
    }

    /// The first of the files that a line names, if none of them is there.
    async fn names_nothing_there(&self, typed: &str) -> machine::Result<Option<String>> {
        let files = plan::files_of(typed);
        let folder = self.live.places().first().and_then(|place| place.cwd.as_deref());
        for file in &files {
            let command = ["test", "-e", file];
            if self
                .machine
                .run(&machine::Run { command: &command, folder, ..machine::Run::default() })
                .await?
                .is_success()
            {
                return Ok(None);
            }
        }
        Ok(files.into_iter().next())
    }

    /// Has the shell remember the lines of a setup that was done before it was opened, as if they had been typed.
    pub(super) async fn remember(&mut self) -> machine::Result<()> {
        let remembers = self.live.places().last().is_some_and(|place| place.name == "bash");
        for line in self.plan.settings.setup.iter().flat_map(|command| &command.lines).filter(|_| remembers) {
            let line = format!("history -s -- {}", quoted(line));
            self.live.quietly(crate::session::Step::new(&line)).await?;
        }
        Ok(())
    }

    /// Types the plan's setup; what is not well is noted at its line.
    pub(super) async fn prepare(&mut self, problems: &mut Vec<Diagnostic>) -> machine::Result<Prepared> {
        for command in &self.plan.settings.setup {
            let line = self.secrets.mask(&command.lines.join("\n"));
            let mut note = |problem: Diagnostic, help: String| {
                let problem = problem.help(self.secrets.mask(&help));
                problems.push(problem.at_line(&command.at.path, command.at.line, &line));
            };
            match apart(self.setup(command).await)? {
                Ok(warnings) => {
                    for Fault { message, help, .. } in warnings {
                        let message = format!("its setup, `{line}`: {}", self.secrets.mask(&message));
                        note(Diagnostic::warning(SAYS_FAILURE, message), help);
                    }
                }
                Err(fault) => {
                    let cause = fault.cause(&line, &fault.message);
                    let Fault { message, help, .. } = fault;
                    let message = format!("its setup failed at `{line}`: {}", self.secrets.mask(&message));
                    note(Diagnostic::error("setup-failed", message), help);
                    return Ok(Err(cause));
                }
            }
        }
        Ok(Ok(()))
    }

    /// Why a step broke, if it was not the guide.
    pub(super) async fn ended_by(&mut self, done: &StepReport) -> machine::Result<Option<Fault>> {
        match (done.kind, done.verdict) {
            (StepKind::Run, Verdict::Broken) => self.outside().await,
            // As it is documented.
            (StepKind::Run, _) if done.status == Some(KILLED) => self.look_at_memory().await.map(|()| None),
            _ => Ok(None),
        }
    }

    pub(super) async fn step(&mut self, step: &Step) -> machine::Result<StepReport> {
        self.log_in_again().await?;
        let begin = Instant::now();
        self.begun.push((step.number, begin));
        let mut report = describe(step);
        let typed = report.typed.first().map_or("output", String::as_str);
        let mark = || self.live.mark(&format!("{} {typed}", step.number));
        let from = if self.own { mark() } else { None };
        match &step.kind {
            Planned::Run { commands } => {
                self.run(step, commands, &mut report).await?;
                let shown = self.outputs.entry(step.number).or_default();
                shown.typed.clone_from(&report.typed);
                shown.command = commands.last().and_then(|command| command.lines.first().cloned());
                shown.place.clone_from(&report.place);
            }
            Planned::Write { file, text, edit, owner, through } => {
                self.write(file, text, edit, owner, through.as_ref(), &mut report).await?
            }
            Planned::Expect { text, of, rule, .. } => {
                self.hear_of_jobs(text, *of, *rule).await?;
                self.judge(step, &mut report);
            }
        }
        report.seconds = begin.elapsed().as_secs_f64();
        let seconds = |at: Duration| (at.as_secs_f64() * 1e6).round() / 1e6;
        report.recorded =
            from.and_then(|from| Some((from, self.live.recorded()?))).map(|(from, to)| (seconds(from), seconds(to)));
        self.look_at_lists(&mut report).await?;
        self.look_at_journal(&mut report).await?;
        if report.kind == StepKind::Run && report.verdict == Verdict::Holds {
            self.look_at_downloads(&report).await?;
        }
        mask(&mut report, self.secrets);
        Ok(report)
    }

    /// Compares what a step documents with what was shown.
    pub(super) fn judge(&self, step: &Step, report: &mut StepReport) {
        let Planned::Expect { text, of, rule, numbers, told, .. } = &step.kind else { return };
        let evidence = Evidence { sums: told.sums, ..self.evidence(*of) };
        self.expect(text, *of, *rule, &evidence, *told, report);
        // JSON says in words where it differs; its lines say little.
        let compared = report.comparison.as_ref().filter(|_| *rule != Some(Rule::Json));
        if let Some(number) = compared.and_then(|comparison| numbers.get(comparison.first_wrong()?)) {
            report.line = *number;
        }
    }

    /// What is known of the values that step `of` shows.
    fn evidence(&self, of: usize) -> Evidence<'_> {
        Evidence { values: Some(&self.values), step: of, sums: false }
    }

    /// Where the page shows what a job says and the terminal has not yet, it comes with a reader's next Enter, or a little later.
    async fn hear_of_jobs(&mut self, text: &str, of: usize, rule: Option<Rule>) -> machine::Result<()> {
        let is_last = self.outputs.keys().next_back() == Some(&of);
        let at_shell = self.live.places().last().is_some_and(|place| matches!(place.kind, Kind::Shell { .. }));
        for pause in NOTICES {
            let lacks = |shown: &Shown| shown.lacks_what_comes_late(text, matching_rule(rule));
            if !(is_last && at_shell && self.outputs.get(&of).is_some_and(lacks)) {
                break;
            }
            tokio::time::sleep(pause).await;
            let outcome = self.live.quietly(crate::session::Step::new("\n")).await?;
            let told = clean(&[outcome.output, outcome.beside].join("\n"));
            let shown = self.outputs.entry(of).or_default();
            shown.beside = [shown.beside.as_str(), told.trim_matches('\n')].join("\n").trim_matches('\n').to_owned();
        }
        Ok(())
    }

    fn expect(
        &self,
        text: &str,
        of: usize,
        rule: Option<Rule>,
        evidence: &Evidence<'_>,
        told: Told,
        report: &mut StepReport,
    ) {
        let Some(real) = self.outputs.get(&of) else {
            report.verdict = Verdict::Skipped;
            report.message = Some("the command that prints it is skipped".into());
            return;
        };
        let (typed, command, place) = (&real.typed, &real.command, &real.place);
        report.dropped = real.dropped;
        let (comparison, real) = real.compare(text, matching_rule(rule), evidence);
        let comparison = match report.dropped {
            0 => Some(comparison),
            _ => matching::over_the_limit(comparison, text, &real, matching_rule(rule), evidence),
        };
        let Some(comparison) = comparison else {
            report.verdict = Verdict::Skipped;
            report.message = Some(format!(
                "nobody can tell whether it is as documented: the output of `{}` is over the limit, and {} in its middle were not kept",
                command.as_deref().unwrap_or_default(),
                count_bytes(report.dropped)
            ));
            report.help = Some("let the command show less, or document only how its output begins and ends".into());
            return;
        };
        let broken = comparison.verdict == matching::Verdict::Broken && rule.is_none();
        let line = command.as_deref().unwrap_or_default();
        let another = broken.then(|| another(self.plan, of, line, text, told, &comparison)).flatten();
        let comparison = match another {
            Some(Another { why, .. }) => {
                matching::Comparison { verdict: matching::Verdict::Drifted, why: why.into(), ..comparison }
            }
            None => comparison,
        };
        report.verdict = match comparison.verdict {
            matching::Verdict::Holds => Verdict::Holds,
            matching::Verdict::Drifted => Verdict::Drifted,
            matching::Verdict::Broken => Verdict::Broken,
        };
        if report.verdict != Verdict::Holds {
            report.message = Some(comparison.why.clone());
            report.typed.clone_from(typed);
            report.command.clone_from(command);
            report.place.clone_from(place);
        }
        if report.verdict == Verdict::Broken {
            let help = match rule {
                Some(Rule::Json) => {
                    "change the output in the guide, or write \"...\" for a value or an item, or as a key, that varies"
                }
                _ => {
                    "change the output in the guide, or say how to compare it: match=\"contains\", or `...` for lines that vary"
                }
            };
            report.help = Some(help.into());
            report.cause = Some(cause::of_step(None, report));
        }
        if report.verdict == Verdict::Drifted {
            let help = "write it as it is now, or `[..]` where it may be another one; match=\"kinds\" forgives all that drifted";
            let help = another.map_or(help, |another| another.help);
            report.help = Some(help.into());
        }
        report.output = real.into_owned();
        report.comparison = Some(comparison);
    }

    /// What the page shows of a step.
    pub(super) fn documented(&self, of: usize) -> String {
        let texts = self.plan.steps.iter().filter_map(|step| match &step.kind {
            Planned::Expect { text, of: number, .. } if *number == of => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    /// Whether the page shows how a command failed, by an output that is what it printed. Its status is as documented, then.
    pub(super) fn shows_failure(&self, of: usize, line: &str, output: &str) -> bool {
        self.documents(of, output, |shown, text, rule| shown.is_documented_failure(line, text, rule))
    }

    /// Whether the page shows such a failure, by an output of which a part is another one: that is to be said of the output.
    pub(super) fn shows_such_failure(&self, of: usize, line: &str, output: &str) -> bool {
        self.documents(of, output, |shown, text, rule| shown.resembles_documented_failure(line, text, rule))
    }

    /// Whether one of the outputs that the page shows of a step is so.
    fn documents(&self, of: usize, output: &str, is: impl Fn(&Shown, &str, matching::Rule) -> bool) -> bool {
        let before = self.outputs.get(&of);
        let mut shown = Shown {
            last: output.to_owned(),
            all: before.map(|before| before.all.clone()).unwrap_or_default(),
            asked: before.map(|before| before.asked.clone()).unwrap_or_default(),
            ..Shown::default()
        };
        shown.add(output, 0);
        self.plan.steps.iter().any(|step| match &step.kind {
            Planned::Expect { text, of: number, rule, .. } if *number == of && step.undone().is_none() => {
                is(&shown, text, matching_rule(*rule))
            }
            _ => false,
        })
    }

    /// Whether the output that step `of` has to show is there: for `retry`.
    pub(super) fn holds(&self, of: usize) -> bool {
        self.plan.steps.iter().all(|step| match &step.kind {
            Planned::Expect { text, of: number, rule, .. } if *number == of && step.undone().is_none() => {
                let compare = |shown: &Shown| shown.compare(text, matching_rule(*rule), &self.evidence(of)).0.verdict;
                self.outputs.get(&of).is_some_and(|shown| compare(shown) != matching::Verdict::Broken)
            }
            _ => true,
        })
    }
}

/// A step that holds, before it is done.
pub(crate) fn describe(step: &Step) -> StepReport {
    let commands = if let Planned::Run { commands } = &step.kind { commands.len() } else { 0 };
    let (kind, typed, documented) = match &step.kind {
        Planned::Run { commands } => (StepKind::Run, commands.iter().flat_map(|c| c.lines.clone()).collect(), None),
        Planned::Write { file, .. } => (StepKind::Write, vec![file.clone()], None),
        Planned::Expect { text, .. } => (StepKind::Expect, Vec::new(), Some(text.clone())),
    };
    let report = StepReport::new(step.number, kind, &step.at.path, step.at.line);
    StepReport {
        block: step.block,
        omission: step.omission.or(step.waits_for().map(|_| Omission::NotDone)),
        section: step.section.clone(),
        commands,
        typed,
        documented,
        ..report
    }
}

/// Masks all texts of a step. Outputs are compared as they were printed, and masked here.
pub(super) fn mask(step: &mut StepReport, secrets: &Secrets) {
    if let (Some(comparison), Some(documented)) = (&mut step.comparison, &step.documented) {
        masked(comparison, documented, &step.output, secrets);
    }
    step.output = secrets.mask(&step.output);
    let texts = [&mut step.message, &mut step.help, &mut step.documented];
    let warnings =
        step.warnings.iter_mut().flat_map(|warning| std::iter::once(&mut warning.message).chain(&mut warning.help));
    let texts = texts.into_iter().flatten().chain(&mut step.typed).chain(&mut step.command).chain(&mut step.place);
    let cause = step.cause.iter_mut().flat_map(Cause::texts);
    for text in texts.chain(warnings).chain(cause) {
        *text = secrets.mask(text);
    }
}

/// Whether no step that was done before names a file, nor the step itself above the command that failed.
fn is_of_reader(file: &str, typed: &str, done: &StepReport, before: &[StepReport]) -> bool {
    let done_before = before.iter().filter(|step| matches!(step.verdict, Verdict::Holds | Verdict::Drifted));
    let mut own = done_before.flat_map(|step| &step.typed).chain(done.typed.iter().filter(|line| *line != typed));
    // `json-server.json` is not `server.js`.
    let goes_on = |c: char| c.is_alphanumeric() || "_-".contains(c);
    let names = |line: &str| {
        line.match_indices(file)
            .any(|(at, _)| !line[..at].ends_with(goes_on) && !line[at + file.len()..].starts_with(goes_on))
    };
    !own.any(|line| names(line))
}

/// Places as people read them.
pub(super) fn shown(places: &[Place]) -> Vec<String> {
    places.iter().map(ToString::to_string).collect()
}

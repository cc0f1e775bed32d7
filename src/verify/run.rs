//! Commands are typed, and their ends judged.

use std::time::{Duration, Instant};

use super::{
    COMMAND_TIMEOUT, Event,
    doing::{Doing, SAYS_FAILURE, shown},
    ended::Ended,
    fault::Fault,
    heard::Heard,
    host::Running,
    left::Left,
    live::{Live, Opening, last_line},
    recording::Tape,
    shells::Waiting,
    stop::{Done, apart},
    visit::Stand,
};
use crate::{
    machine::{Result, RunId},
    plan::{self, Command, Plan, Step as Planned},
    report::{CauseKind, StepReport, StepWarning, stream::Stream},
    session::{Answer, Answered, End, Kind, Outcome, Pattern, Service, Step, inject},
    terminal::{clean::clean, endless::is_in_use, failure::speaks_of_failure, program::is_elsewhere},
};

/// What a command comes to, apart from the environment: warnings, or what is wrong.
type Judged = std::result::Result<Vec<Fault>, Fault>;

/// How long a command in the background may take to show itself where the guide does not say what to wait for.
const BACKGROUND: Duration = Duration::from_secs(2);
/// Pause before a command is run again.
const AGAIN: Duration = Duration::from_millis(500);
/// What to do about a line of the setup that fails.
const NO_READER: &str = "mend it, or say that it may fail: `|| true`";
/// The terminal of a guide that names none.
const MAIN: &str = "main";

impl<M: Running> Doing<'_, M> {
    /// Types the commands of a step, until one of them breaks.
    pub(super) async fn run(&mut self, step: &Planned, commands: &[Command], report: &mut StepReport) -> Result<()> {
        for (index, command) in commands.iter().enumerate() {
            let last = index + 1 == commands.len();
            if last && step.attributes.background {
                return self.background(step, command, report).await;
            }
            let mut done = apart(self.command(step, command, last, report).await)?;
            if let (true, Some(patience)) = (last, step.attributes.retry) {
                done = self.again(step, command, patience, done, report).await?;
            }
            match done {
                Ok(warnings) => self.warn(SAYS_FAILURE, warnings, report),
                Err(fault) => {
                    report.command = command.lines.first().cloned();
                    report.typed.truncate(commands[..=index].iter().map(|command| command.lines.len()).sum());
                    report.line = command.at.line;
                    report.path.clone_from(&command.at.path);
                    fault.breaks(report);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Notes what the author should look at, though the step holds.
    pub(super) fn warn(&self, code: &str, warnings: impl IntoIterator<Item = Fault>, report: &mut StepReport) {
        let warning = |Fault { message, help, .. }| StepWarning {
            code: code.into(),
            message: self.secrets.mask(&message),
            help: Some(self.secrets.mask(&help)),
        };
        report.warnings.extend(warnings.into_iter().map(warning));
    }

    /// Runs the last command again until it holds, or patience ends.
    async fn again(
        &mut self,
        step: &Planned,
        command: &Command,
        patience: Duration,
        mut done: Judged,
        report: &mut StepReport,
    ) -> Result<Judged> {
        let begin = Instant::now();
        let patience = patience.min(self.limit.left());
        while (done.is_err() || !self.holds(step.number)) && begin.elapsed() < patience {
            tokio::time::sleep(AGAIN).await;
            done = apart(self.command(step, command, true, report).await)?;
        }
        Ok(done)
    }

    /// Types a command that prepares the machine. It is judged as one of a step, of which no page shows anything.
    pub(super) async fn setup(&mut self, command: &Command) -> Done<Vec<Fault>> {
        let mut warnings = Vec::new();
        let mut lines = command.lines.clone();
        while !lines.is_empty() {
            self.log_in_again().await?;
            let step = self.session_step(lines.clone(), &plan::Attributes::default(), None);
            let outcome = self.live.step(step, &mut |_, _| {}).await?;
            let line = lines[..outcome.typed.min(lines.len())].join("\n");
            self.asked |= !outcome.answered.is_empty();
            let ended = Ended { logs_out: true, ..Ended::new(&line, &outcome) };
            if let Some(fault) = self.limited(&outcome).or_else(|| ended.fault()) {
                return Err(match outcome.end {
                    // No reader sees it.
                    End::Prompt { .. } => Fault { help: NO_READER.into(), ..fault },
                    _ => fault,
                }
                .into());
            }
            warnings.extend(ended.warning());
            lines.drain(..outcome.typed.clamp(1, lines.len()));
        }
        Ok(warnings)
    }

    /// What is wrong if the limit of the guide has ended a command, not its own.
    fn limited(&self, outcome: &Outcome) -> Option<Fault> {
        (outcome.end == End::TimedOut && self.limit.left().is_zero()).then(|| self.limit.problem())
    }

    pub(super) fn session_step(&self, lines: Vec<String>, attributes: &plan::Attributes, until: Option<&str>) -> Step {
        let answers = answers(self.plan, attributes);
        let timeout =
            attributes.timeout.or(self.plan.settings.timeout).unwrap_or(COMMAND_TIMEOUT).min(self.limit.left());
        let until = until.map(pattern);
        Step { lines, answers, until, runs_on: false, stopped: false, opens: attributes.opens.clone(), timeout }
    }

    /// Types one command to its end. What it says against itself, though it has ended well, comes back.
    async fn command(
        &mut self,
        step: &Planned,
        command: &Command,
        last: bool,
        report: &mut StepReport,
    ) -> Done<Vec<Fault>> {
        let mut warnings = Vec::new();
        let mut lines = command.lines.clone();
        let mut output = String::new();
        let mut dropped = 0;
        report.status = None;
        let (name, listener, secrets) = (self.name, self.listener, self.secrets);
        let shows = self.own && listener.wants_screen() && is_in_main(step);
        loop {
            let until = step.attributes.until.as_deref().filter(|_| last);
            let mut typed = self.session_step(lines.clone(), &step.attributes, until);
            typed.stopped = command.stopped;
            self.stop_servers(&lines.join("\n")).await;
            self.look_at_shells(step, &lines).await?;
            let live = self.terminal(step).await?;
            let mut heard = listener.wants_output().then(|| Heard::new(secrets));
            let tell = |text| listener.event(name, Event::Output(text));
            let mut seen = shows.then(Stream::default);
            let show = |text| listener.event(name, Event::Screen(text));
            let mut shown_now = |bytes: &[u8], tail: &[u8]| {
                heard.as_mut().and_then(|heard| heard.push(bytes)).map(tell);
                seen.as_mut().and_then(|seen| seen.push(bytes, secrets)).map(show);
                listener.event(name, Event::Line(secrets.mask(&last_line(tail))));
            };
            let outcome = live.step(typed.clone(), &mut shown_now).await?;
            heard.as_mut().and_then(Heard::end).map(tell);
            seen.as_mut().and_then(|seen| seen.end(secrets)).map(show);
            let failed = matches!(outcome.end, End::Prompt { status: Some(status) } if status != 0);
            let in_way = failed && is_in_use(&outcome.output);
            if in_way
                && !self.is_to_fail(step, &lines, &outcome, last)
                && let Some(before) = self.left.iter().rposition(|left| !left.planned)
            {
                let before = self.left.remove(before);
                // A reader stops the one before, and types it again; what else runs may be needed.
                before.stop().await;
                continue;
            }
            let well = outcome.end == End::Serves && speaks_of_failure(&outcome.output).is_none();
            let serves = well && self.serve(typed, step).await?;
            let outcome = match serves {
                // As far as it has come it is well, but for what it has printed.
                true => Outcome { end: End::Prompt { status: Some(0) }, ..outcome },
                false => outcome,
            };
            for answered in &outcome.answered {
                let question = secrets.mask(&clean(&answered.question));
                listener.event(name, Event::Answered { question, reply: secrets.mask(&answered.reply) });
            }
            report.place = shown(&outcome.before);
            report.dropped += outcome.dropped;
            dropped += outcome.dropped;
            if !output.is_empty() && !outcome.output.is_empty() {
                output.push('\n');
            }
            let printed = clean(&outcome.output);
            output.push_str(&printed);
            let before = self.outputs.range(..step.number).next_back().map(|(_, before)| before.beside.clone());
            let shown_here = self.outputs.entry(step.number).or_default();
            shown_here.beside = clean(&outcome.beside);
            shown_here.before = before.unwrap_or_default();
            if let End::Prompt { status } | End::Interrupted { status } = &outcome.end {
                report.status = *status;
            }
            if serves {
                // It has none yet.
                report.status = None;
                report.message = outcome.service.map(left_running);
            }
            let typed = &lines[..outcome.typed.min(lines.len())];
            let line = typed.join("\n");
            let asked = outcome.answered.iter().flat_map(|Answered { question, reply }| {
                let question = clean(question).trim_end().to_owned();
                [format!("{question} {reply}"), question]
            });
            self.outputs.entry(step.number).or_default().asked.extend(asked);
            let failed = report.status.filter(|status| last && *status != 0);
            let failed = failed.filter(|_| self.shows_so(step.number, &line, &output));
            let exits: &[i32] = match &failed {
                _ if last && !step.attributes.exit.is_empty() => &step.attributes.exit,
                Some(status) => std::slice::from_ref(status),
                None => &[0],
            };
            let documented = self.documented(step.number);
            let shows_failure = || last && self.shows_failure(step.number, &line, &output);
            let ended = Ended {
                line: &line,
                outcome: &outcome,
                logs_out: command.logs_out,
                output: printed,
                exits,
                documented: &documented,
                shows_failure: &shows_failure,
            };
            let fault = self.limited(&outcome).or_else(|| ended.fault());
            let warning = if fault.is_none() { ended.warning() } else { None };
            let shown = self.outputs.entry(step.number).or_default();
            if shown.last != output {
                shown.last.clone_from(&output);
            }
            report.output.clone_from(&output);
            if let Some(fault) = fault {
                return Err(fault.into());
            }
            warnings.extend(warning);
            // A command of several lines may have ended before the last of them: the rest is a command of its own.
            lines.drain(..outcome.typed.clamp(1, lines.len()));
            if lines.is_empty() {
                let shown = self.outputs.entry(step.number).or_default();
                shown.add(&output, outcome.blank_end);
                shown.dropped += dropped;
                return Ok(warnings);
            }
        }
    }

    /// Asks the shell that is to wait for one that these lines open, if somebody wants to know.
    async fn look_at_shells(&mut self, step: &Planned, lines: &[String]) -> Result<()> {
        let Some(waiting) = &mut self.waiting else { return Ok(()) };
        // Those that were open and are left.
        waiting.truncate(self.live.places().len().saturating_sub(1));
        if let [command] = lines
            && is_in_main(step)
            && self.live.is_ready()
            // One that was opened unseen is between them.
            && waiting.len() + 1 == self.live.places().len()
        {
            waiting.extend(Waiting::before(command, step.number, self.machine, &mut self.live).await?);
        }
        Ok(())
    }

    /// Whether the guide itself says that a command fails so: by statuses, or by what it shows.
    fn is_to_fail(&self, step: &Planned, lines: &[String], outcome: &Outcome, last: bool) -> bool {
        let line = lines[..outcome.typed.min(lines.len())].join("\n");
        last && (!step.attributes.exit.is_empty() || self.shows_so(step.number, &line, &clean(&outcome.output)))
    }

    /// Whether the page shows that the line of a step fails, exactly so or with another text.
    fn shows_so(&self, of: usize, line: &str, output: &str) -> bool {
        self.shows_such_failure(of, line, output) || self.shows_failure(of, line, output)
    }

    /// What serves has been stopped in the guide's terminal, which is needed for what comes next. As readers do, it is started in
    /// another one, and left there. Whether it serves there, too.
    async fn serve(&mut self, typed: Step, step: &Planned) -> Result<bool> {
        let places = self.live.places();
        let at_shell = places.last().is_some_and(|place| matches!(place.kind, Kind::Shell { .. }));
        let here = !places.iter().any(|place| is_elsewhere(&place.opened_by));
        let is_said = !step.attributes.exit.is_empty() || step.attributes.terminal.is_some();
        if is_said || !at_shell || !here {
            return Ok(false);
        }
        let mut live = self.alike(None).await?;
        let (line, patience) = (typed.lines.join("\n"), typed.timeout.min(self.limit.left()));
        let runs = matches!(live.launch(typed, patience).await?.end, End::Serves | End::TimedOut);
        if runs {
            self.leave(live, step, line, false);
        }
        Ok(runs)
    }

    /// Leaves what this line of a step has started running.
    fn leave(&mut self, live: Live<M::Terminal>, step: &Planned, line: String, planned: bool) {
        // A required guide has a plan of its own.
        self.left.push(Left::new(live, if self.own { step.number } else { 0 }, line, planned));
    }

    /// Stops the servers that this line has left running.
    async fn stop_servers(&mut self, line: &str) {
        for server in self.left.extract_if(.., |left| !left.planned && left.line == line) {
            server.stop().await;
        }
    }

    /// Where a guide has logged out (`exit`), a reader logs in again to go on: at home, with the groups and the settings that there are now.
    pub(super) async fn log_in_again(&mut self) -> Result<()> {
        if self.live.has_ended() {
            let opening = Opening { columns: self.plan.settings.columns, ..Opening::default() };
            self.live = Live::open(self.machine, opening, self.live.tape()).await?;
        }
        Ok(())
    }

    /// The terminal that a step names.
    async fn terminal(&mut self, step: &Planned) -> Result<&mut Live<M::Terminal>> {
        let Some(name) = step.attributes.terminal.as_deref().filter(|name| *name != MAIN) else {
            self.log_in_again().await?;
            return Ok(&mut self.live);
        };
        if self.others.get(name).is_none_or(Live::has_ended) {
            let live = Live::open(self.machine, self.opening(), None).await?;
            self.others.insert(name.to_owned(), live);
        }
        Ok(self.others.entry(name.to_owned()).or_insert_with(|| unreachable!("it was opened above")))
    }

    /// Another terminal begins in the working directory of the first terminal's outermost shell, as a reader would open it.
    fn opening(&self) -> Opening {
        let folder = self.live.places().first().and_then(|place| place.cwd.clone());
        Opening { folder, columns: self.plan.settings.columns, ..Opening::default() }
    }

    /// A terminal that is as the guide's is now: its user, its folder, and what its shell exports. Of a shell that a program or
    /// another machine has left waiting, only user and folder are known.
    pub(super) async fn alike(&mut self, tape: Option<Tape>) -> Result<Live<M::Terminal>> {
        let places = self.live.places();
        let stand = Stand::of(places);
        let waits = places.last().is_some_and(|place| matches!(place.kind, Kind::Shell { .. }));
        let asked = waits && !places.iter().any(|place| is_elsewhere(&place.opened_by));
        let file = asked.then(|| format!("/tmp/.guidepost-{}", RunId::random().as_str()));
        if let Some(file) = &file {
            self.live.unseen(&inject::exported(file)).await?;
        }
        let opening = Opening { user: stand.user, folder: stand.folder, columns: self.plan.settings.columns };
        let mut live = Live::open(self.machine, opening, tape).await?;
        if let Some(file) = &file {
            live.unseen(&inject::inherited(file)).await?;
        }
        Ok(live)
    }

    /// A command that keeps running in a terminal of its own.
    async fn background(&mut self, step: &Planned, command: &Command, report: &mut StepReport) -> Result<()> {
        let mut live = self.alike(None).await?;
        let until = step.attributes.until.as_deref();
        let patience = until.map_or(BACKGROUND, |_| step.attributes.timeout.unwrap_or(COMMAND_TIMEOUT));
        let patience = patience.min(self.limit.left());
        let typed = self.session_step(command.lines.clone(), &step.attributes, until);
        report.place = shown(live.places());
        let outcome = live.launch(typed, patience).await?;
        let output = clean(&outcome.output);
        report.output.clone_from(&output);
        report.dropped += outcome.dropped;
        let shown = self.outputs.entry(step.number).or_default();
        shown.last.clone_from(&output);
        shown.add(&output, outcome.blank_end);
        shown.dropped += outcome.dropped;
        let line = command.lines.join("\n");
        let documented = self.documented(step.number);
        let fault = match &outcome.end {
            End::TimedOut => {
                // As far as it has come it is well, but for what it has printed.
                let so_far = Outcome { end: End::Prompt { status: Some(0) }, ..outcome.clone() };
                let ended = Ended { documented: &documented, ..Ended::new(&line, &so_far) };
                let unsaid = until.filter(|_| !outcome.until_seen).map(unsaid);
                let fault = ended.missing().or_else(|| ended.hidden()).or(unsaid);
                if fault.is_none() {
                    self.warn(SAYS_FAILURE, ended.warning(), report);
                }
                fault
            }
            end => Some(match (Ended::new(&line, &outcome).fault(), end) {
                // What was to keep running has no status that a page could say.
                (Some(fault), End::Prompt { status: Some(status) }) if *status != 127 => {
                    let help = "mend the command, or remove `background` if it ends by itself";
                    Fault { help: help.into(), ..fault }
                }
                (Some(fault), _) => fault,
                (None, _) => Fault::new("it has ended already", "remove `background`"),
            }),
        };
        match fault {
            None => self.leave(live, step, line, true),
            Some(fault) => {
                report.command = command.lines.first().cloned();
                let message = format!("this command was to keep running: {}", fault.message);
                Fault { message, ..fault }.breaks(report);
            }
        }
        Ok(())
    }
}

/// What is said of a command that is left running, and why.
fn left_running(service: Service) -> String {
    let why = match service {
        Service::Listens(port) => format!("it listens on port {port}"),
        Service::Program | Service::Says => "its program serves".into(),
    };
    format!("it is left running: {why}")
}

/// A command in the background has not shown what it was waited for.
fn unsaid(until: &str) -> Fault {
    let help = "correct what it shows when it is ready (until=\"…\"), or give it more time (timeout=10m)";
    Fault::new(format!("it has not shown `{until}` in time"), help).of(CauseKind::OutOfTime, until)
}

/// Whether a step is done in the terminal of a guide that names none.
fn is_in_main(step: &Planned) -> bool {
    step.attributes.terminal.as_deref().is_none_or(|name| name == MAIN)
}

/// What is answered to the questions of a step.
pub(super) fn answers(plan: &Plan, attributes: &plan::Attributes) -> Vec<Answer> {
    attributes.answers.iter().chain(&plan.settings.answers).map(answer).collect()
}

fn answer(answer: &plan::Answer) -> Answer {
    Answer { question: pattern(&answer.question), reply: answer.reply.clone(), secret: answer.secret }
}

/// `/…/` is a regular expression, anything else is text.
fn pattern(text: &str) -> Pattern {
    let regex = text.strip_prefix('/').and_then(|t| t.strip_suffix('/')).filter(|t| !t.is_empty());
    regex.and_then(|regex| Pattern::regex(regex).ok()).unwrap_or_else(|| Pattern::Text(text.to_owned()))
}

//! What is left running in a terminal of its own for the rest of a guide, and whether it has failed meanwhile.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Notify;

use super::{
    doing::{Doing, mask},
    fault::Fault,
    host::Running,
    live::{Live, TAIL, last_line},
};
use crate::{
    machine::Error,
    plan::StepKind,
    report::{StepReport, Verdict},
    session::{
        Mark, Piece, Scanner,
        driver::{Read, Terminal},
    },
    terminal::endless::ends_others,
};

/// What was left running in a terminal of its own.
pub(super) struct Left {
    /// The number of its step.
    pub(super) step: usize,
    /// What has started it.
    pub(super) line: String,
    /// When it was left.
    since: Instant,
    /// The plan has said that it is to run on. What only the run has shown to serve gives way to others.
    pub(super) planned: bool,
    died: Arc<Mutex<Option<Died>>>,
    stop: Arc<Notify>,
    ended: tokio::task::JoinHandle<()>,
}

/// How it has ended by itself.
#[derive(Debug, Clone)]
struct Died {
    status: i32,
    /// The last that it said.
    said: String,
    at: Instant,
}

/// Ends what runs in a terminal.
const CTRL_C: &[u8] = &[3];
/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// How long it may take until the prompt of its shell is back.
const STOPPING: Duration = Duration::from_secs(10);
/// How long the last of it is looked at before the guide ends, as a reader would: what cannot run has mostly failed by then.
const LOOKING: Duration = Duration::from_secs(3);
/// Statuses by signals that a program raises itself: ILL, TRAP, ABRT, BUS, FPE and SEGV.
const CRASHED: &[i32] = &[132, 133, 134, 135, 136, 139];

impl Left {
    /// Keeps reading, so that what this line of a step has started is never held up, and notes whether it ends.
    pub(super) fn new<T: Terminal<Error: Into<Error>> + 'static>(
        live: Live<T>,
        step: usize,
        line: String,
        planned: bool,
    ) -> Self {
        let (mut terminal, mut tail, key) = live.into_parts();
        let mut scanner = Scanner::new(&key);
        let stop = Arc::new(Notify::new());
        let died = Arc::new(Mutex::new(None));
        let (asked, found) = (Arc::clone(&stop), Arc::clone(&died));
        // Of what it has ended with, the first prompt tells.
        let note = move |status, tail: &[u8]| {
            let mut died = found.lock().unwrap_or_else(PoisonError::into_inner);
            died.get_or_insert_with(|| Died { status, said: last_line(tail), at: Instant::now() });
        };
        let ended = tokio::spawn(async move {
            let mut buffer = vec![0; 64 << 10];
            loop {
                tokio::select! {
                    read = terminal.read(&mut buffer, Duration::MAX) => match read {
                        Ok(Read::Bytes(length)) => {
                            if let Some(status) = ended(&mut scanner, &buffer[..length], &mut tail) {
                                note(status, &tail);
                            }
                        }
                        Ok(Read::Silence) => {}
                        // It has taken the place of its shell (`exec`).
                        Ok(Read::Closed(Some(status))) => {
                            note(status, &tail);
                            return;
                        }
                        Ok(Read::Closed(None)) | Err(_) => return,
                    },
                    () = asked.notified() => break,
                }
            }
            if terminal.write(CTRL_C).await.is_ok() {
                while let Ok(Read::Bytes(length)) = terminal.read(&mut buffer, Duration::MAX).await {
                    if ended(&mut scanner, &buffer[..length], &mut tail).is_some() {
                        return;
                    }
                }
            }
        });
        Self { step, line, since: Instant::now(), planned, died, stop, ended }
    }

    /// How it has ended by itself, if that is a failure: nobody has ended it by a signal.
    fn failed(&self) -> Option<Died> {
        let died = self.died.lock().unwrap_or_else(PoisonError::into_inner);
        died.clone().filter(|died| (1..128).contains(&died.status) || CRASHED.contains(&died.status))
    }

    /// Presses Ctrl-C, and waits until its shell has its prompt again: what it held, the next may take.
    pub(super) async fn stop(self) {
        self.stop.notify_one();
        // Whether it has ended in time is seen by what comes next.
        let _ = tokio::time::timeout(STOPPING, self.ended).await;
    }
}

/// The status in the first prompt that these bytes show; until then, what they show is added to the end of what there was.
fn ended(scanner: &mut Scanner, mut bytes: &[u8], tail: &mut Vec<u8>) -> Option<i32> {
    while let Some(piece) = scanner.next(&mut bytes) {
        match piece {
            Piece::Text(text) => {
                tail.extend_from_slice(text);
                tail.drain(..tail.len().saturating_sub(TAIL));
            }
            Piece::Mark(Mark::Prompt { status, .. }) => return status,
            Piece::Mark(_) => {}
        }
    }
    None
}

impl<M: Running> Doing<'_, M> {
    /// Waits until all that is left running has run for a while, or has ended.
    pub(super) async fn wait_for_left(&self) {
        let runs = |left: &&Left| left.died.lock().unwrap_or_else(PoisonError::into_inner).is_none();
        while let Some(since) = self.left.iter().filter(runs).map(|left| left.since).max() {
            let due = LOOKING.saturating_sub(since.elapsed()).min(self.limit.left());
            if due.is_zero() {
                // What has come until then is read.
                return tokio::time::sleep(PAUSE).await;
            }
            tokio::time::sleep(due.min(PAUSE)).await;
        }
    }

    /// What was left running for the rest of the guide, and has failed meanwhile, did not do what its step says.
    pub(super) fn look_at_left(&self, steps: &mut [StepReport]) {
        for left in &self.left {
            let Some(died) = left.failed().filter(|died| !self.is_ended_by_guide(died.at)) else { continue };
            let holds = |step: &&mut StepReport| {
                step.number == left.step && matches!(step.verdict, Verdict::Holds | Verdict::Drifted)
            };
            let Some(step) = steps.iter_mut().find(holds) else { continue };
            let Died { status, said, .. } = died;
            // Of what has said nothing, what was typed is the last.
            let silent = said.is_empty() || left.line.lines().last().is_some_and(|line| said.ends_with(line));
            let said = if silent { String::new() } else { format!(": {said}") };
            let message = format!("it was left running, and has ended with status {status}{said}");
            Fault::new(message, "mend what ends it; if it is to end, say so: exit, or until=\"…\"").breaks(step);
            mask(step, self.secrets);
        }
    }

    /// Whether the guide itself was ending something then, or a moment before: what leaves others running stops them, too.
    fn is_ended_by_guide(&self, at: Instant) -> bool {
        let mut begun = self.begun.iter().rev().skip_while(|(_, begin)| *begin > at);
        let under_way = begun.next();
        let just_before = begun.take_while(|_| under_way.is_some_and(|(_, begin)| at - *begin < STOPPING));
        let mut numbers = under_way.into_iter().chain(just_before.take(1)).map(|(number, _)| *number);
        numbers.any(|number| {
            self.plan.steps.iter().filter(|step| step.number == number).any(|step| match &step.kind {
                StepKind::Run { commands } => commands.iter().any(|command| ends_others(&command.lines.join("\n"))),
                _ => false,
            })
        })
    }
}

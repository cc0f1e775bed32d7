//! `verify --watch`: a guide whose machine stays open while it is written.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::{
    io::{IsTerminal, stdin},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tokio::sync::mpsc::Sender;

use super::{environment, for_people, interrupted, progress::Progress};
use crate::{
    cli::{Exit, color, drawn, print, report as report_failure},
    report::{GuideReport, Report},
    serve::{self, Chosen, Said, Undone},
    site::{self, Failure},
    verify::{Event, Job, Listener, Options, Wish, Writing},
};

/// Does the only guide among these, again and again.
pub(super) fn watch(site: &site::Options, jobs: &[Job], options: &Options) -> Exit {
    let usage = |message: String, help: &str| report_failure(&Failure::Usage { message, help: help.to_owned() });
    if !site.loose.is_empty() {
        let help = "make a site (guidepost new) and put the file into its content/, or leave out --watch";
        return usage("--watch needs a site, and this file lies in none".into(), help);
    }
    let [job] = jobs else {
        let help = "name one guide; one that is done on several machines: --machine NAME, too";
        return usage(format!("--watch keeps one guide's machine open, and these are {}", jobs.len()), help);
    };
    let chosen = Chosen { guide: job.plan.path.clone(), machine: job.plan.machine.clone() };
    let wishes = serve::wishes();
    let next = match hears_enter(&wishes.0) {
        true => "waiting for the next save; a clean run follows; Enter begins anew, Ctrl-C ends\n",
        false => "waiting for the next save; a clean run follows; Ctrl-C ends\n",
    };
    let watching = Watching::new(site, "in the open machine", Some(next));
    match serve::write(site, &chosen, options, &watching, &tell, wishes, interrupted()) {
        Ok(()) => {
            watching.clear();
            print(std::io::stderr(), "stopped; its machines and snapshots are removed\n");
            Exit::Ok
        }
        Err(Undone::Site(problems)) => {
            let stderr = std::io::stderr();
            print(&stderr, &drawn(&problems, color(&stderr)));
            Exit::Usage
        }
        Err(Undone::Engine(error)) => {
            watching.clear();
            environment(&error)
        }
    }
}

/// Pause between two looks at the terminal of whoever may press Enter.
const MOMENT: Duration = Duration::from_millis(300);

/// Has the guide done anew when somebody presses Enter, if there may be somebody.
fn hears_enter(wishes: &Sender<Wish>) -> bool {
    if !stdin().is_terminal() {
        return false;
    }
    let wishes = wishes.downgrade();
    std::thread::spawn(move || {
        while let Some(wishes) = wishes.upgrade() {
            match pressed_enter() {
                // One that waits is enough.
                Ok(Some(true)) if wishes.capacity() == wishes.max_capacity() => drop(wishes.try_send(Wish::Anew)),
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => return,
            }
        }
    });
    true
}

/// Whether there is a line on the terminal after a moment; nothing if it is at its end. In the background, who reads a terminal is stopped,
/// so that nothing is read there.
fn pressed_enter() -> std::io::Result<Option<bool>> {
    let mut asked = [PollFd::from_borrowed_fd(rustix::stdio::stdin(), PollFlags::IN)];
    let moment = Timespec::try_from(MOMENT).map_err(std::io::Error::other)?;
    if poll(&mut asked, Some(&moment))? == 0 {
        return Ok(Some(false));
    }
    if rustix::termios::tcgetpgrp(stdin())? != rustix::process::getpgrp() {
        std::thread::sleep(MOMENT);
        return Ok(Some(false));
    }
    Ok((stdin().read_line(&mut String::new())? > 0).then_some(true))
}

/// What is wrong with the guide is told with its plan.
fn tell(said: Said) {
    if let Said::Unwatched(why) = said {
        print(std::io::stderr(), &format!("changes of files may go unseen: {why}\n"));
    }
}

/// Tells what happens.
pub(super) struct Watching<'a> {
    progress: Progress,
    site: &'a site::Options,
    /// Where what is shown is done.
    place: &'static str,
    /// What is said where another text can follow.
    next: Option<&'static str>,
    /// A step is being done; what is told of others is what was told before.
    doing: AtomicBool,
}

impl<'a> Watching<'a> {
    pub(super) fn new(site: &'a site::Options, place: &'static str, next: Option<&'static str>) -> Self {
        Self { progress: Progress::new(), site, place, next, doing: AtomicBool::new(false) }
    }

    /// Nothing more is told.
    pub(super) fn clear(&self) {
        self.progress.clear();
    }

    /// A report of the guide, as `verify` tells it.
    fn show(&self, heading: &str, guide: &GuideReport) {
        let stdout = std::io::stdout();
        let report = Report { guides: vec![guide.clone()], seconds: guide.seconds, ..Report::empty(&guide.started) };
        let told = for_people(self.site, &report, color(&stdout));
        print(&stdout, &format!("\n{heading}\n{told}"));
    }
}

impl Listener for Watching<'_> {
    fn event(&self, path: &str, event: Event<'_>) {
        let Event::Writing(writing) = event else {
            match event {
                Event::Step { .. } => self.doing.store(true, Ordering::Relaxed),
                Event::StepDone { .. } if !self.doing.swap(false, Ordering::Relaxed) => return,
                _ => {}
            }
            return self.progress.event(path, event);
        };
        let say = |text: &str| self.progress.say(&format!("{path}: {text}"));
        match writing {
            Writing::Wrong { problem } => {
                let stderr = std::io::stderr();
                print(&stderr, &format!("\n{}", drawn(std::slice::from_ref(problem), color(&stderr))));
            }
            Writing::Waits { report, bent, .. } => {
                self.progress.clear();
                let place = self.place;
                let heading = match bent {
                    None => format!("So far, {place}; this is no verdict:"),
                    Some(step) => format!(
                        "So far, {place}, where another text of step {step} was tried; only a clean machine tells what readers see:"
                    ),
                };
                self.show(&heading, report);
                if let Some(next) = self.next {
                    print(std::io::stderr(), next);
                }
            }
            Writing::Proved { report, otherwise } => {
                let heading = format!("In a clean machine, in {:.1} s:", report.seconds);
                report.guides.iter().for_each(|guide| self.show(&heading, guide));
                if !otherwise.is_empty() {
                    let numbers: Vec<String> = otherwise.iter().map(usize::to_string).collect();
                    say(&format!(
                        "the open machine says otherwise of step {}: trust the clean one",
                        numbers.join(", ")
                    ));
                }
            }
            _ => {
                if let Writing::Text { steps, .. } = writing {
                    self.progress.event(path, Event::Begin { steps });
                }
                writing.told().as_deref().map(say);
            }
        }
    }
}

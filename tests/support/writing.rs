//! A guide that is written: its texts one after the other, on an open machine.

use super::{folders::site_options, local_host};
use guidepost::{
    proof,
    report::{GuideReport, Verdict},
    verify::{self, ByHand, Event, Host, Job, Listener, Wish, Writing},
};
use std::{
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::mpsc::{Sender, channel};

/// What is told when a text is done.
#[derive(Debug, Clone)]
pub(crate) struct Came {
    /// Steps that stayed done.
    pub(crate) kept: usize,
    /// Why others did not.
    pub(crate) why: Option<String>,
    /// What there was a snapshot of, if it went on from one.
    pub(crate) from: Option<usize>,
    /// Why a snapshot was not used, or could not be taken.
    pub(crate) without: Vec<String>,
    /// What came of it.
    pub(crate) report: GuideReport,
    /// The step before which another text was tried.
    pub(crate) bent: Option<usize>,
}

impl Came {
    /// Verdicts of its steps.
    pub(crate) fn verdicts(&self) -> Vec<Verdict> {
        verdicts(&self.report)
    }
}

pub(crate) fn verdicts(report: &GuideReport) -> Vec<Verdict> {
    report.steps.iter().map(|step| step.verdict).collect()
}

/// What a writer does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act<'a> {
    /// Saves a text, and waits for what comes of it.
    Saves(&'a str),
    /// The same, of which it is done as far as a line of the file.
    SavesTo(&'a str, usize),
    /// Has the step that broke done once more.
    Retries,
    /// Types keys, until the terminal has shown a text.
    Types(&'a str, &'a str),
}

/// What was shown at the terminal, and typed into it by hand.
#[derive(Debug, Clone, Default)]
pub(crate) struct AtTerminal {
    pub(crate) screen: String,
    pub(crate) typed: Vec<ByHand>,
}

/// A site with one guide.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

const CONFIG: &str = "title: T\nbase_url: https://example.org/\nmachines:\n  debian:\n    image: debian:bookworm\n";
const GUIDE: &str = "content/g/a.md";

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join("content/g")).expect("a folder");
        std::fs::write(folder.path().join("guidepost.yaml"), CONFIG).expect("written");
        Self { folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The job of a text of the guide.
    pub(crate) fn job(&self, text: &str) -> Job {
        std::fs::write(self.path().join(GUIDE), format!("---\ntitle: A\n---\n\n{text}")).expect("written");
        let mut jobs =
            proof::jobs(&site_options(self.path()), &[]).unwrap_or_else(|failure| panic!("{text}: {failure:?}"));
        assert_eq!(jobs.len(), 1, "{text}");
        jobs.remove(0)
    }

    fn options(&self) -> verify::Options {
        verify::Options { update: true, ..local_host::options(self.path()) }
    }

    /// What comes of each text, when the writer waits for each.
    pub(crate) async fn write(&self, host: &impl Host, texts: &[String]) -> Vec<Came> {
        let acts: Vec<Act<'_>> = texts.iter().map(|text| Act::Saves(text)).collect();
        self.does(host, &acts).await.0
    }

    /// What comes of what a writer does, who begins with a text.
    pub(crate) async fn does(&self, host: &impl Host, acts: &[Act<'_>]) -> (Vec<Came>, AtTerminal) {
        let [Act::Saves(first), acts @ ..] = acts else { panic!("there is a text") };
        let first = self.job(first);
        let acts = acts.iter().map(|act| match *act {
            Act::Saves(text) => (*act, Some(self.job(text))),
            Act::SavesTo(text, line) => (*act, Some(self.job(text).until(Some(line)))),
            _ => (*act, None),
        });
        let acts: Vec<(Act<'_>, Option<Job>)> = acts.collect();
        let (wishes, mut heard) = channel(1);
        let told = Told::default();
        let (sender, mut waits) = channel(1);
        let listener = Hears { told: &told, waits: sender };
        let options = self.options();
        let feed = async {
            let mut came = Vec::from_iter(waits.recv().await);
            for (act, job) in acts {
                let wish = match act {
                    Act::Types(keys, _) => Wish::Keys(keys.into()),
                    Act::Saves(_) | Act::SavesTo(..) => Wish::Saved(Box::new(job.expect("a text"))),
                    Act::Retries => Wish::Retry,
                };
                wishes.send(wish).await.expect("it is heard");
                match act {
                    Act::Types(_, shown) => {
                        while !told.shows(shown) {
                            tokio::time::sleep(Duration::from_millis(10)).await;
                        }
                    }
                    Act::Saves(_) | Act::SavesTo(..) | Act::Retries => came.extend(waits.recv().await),
                }
            }
            drop(wishes);
            came
        };
        let all = futures_util::future::join(verify::write_on(host, first, &options, &mut heard, &listener), feed);
        let (done, came) = tokio::time::timeout(Duration::from_secs(600), all).await.expect("in time");
        done.expect("the host is there");
        let at = told.at.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (came, at)
    }

    /// The line, from 1, as far as which another text is done where one was done as far as a line.
    pub(crate) fn moved(&self, line: usize, before: &str, now: &str) -> usize {
        verify::moved(line, &self.job(before).plan, &self.job(now).plan)
    }

    /// What comes of a text in a clean machine.
    pub(crate) async fn clean(&self, host: &impl Host, text: &str) -> GuideReport {
        let report = verify::run_on(host, vec![self.job(text)], &self.options(), &()).await;
        report.expect("the host is there").guides.remove(0)
    }
}

#[derive(Default)]
struct Told {
    text: Mutex<Text>,
    at: Mutex<AtTerminal>,
}

impl Told {
    fn shows(&self, text: &str) -> bool {
        self.at.lock().unwrap_or_else(PoisonError::into_inner).screen.contains(text)
    }
}

#[derive(Default, Clone)]
struct Text {
    kept: usize,
    why: Option<String>,
    from: Option<usize>,
    without: Vec<String>,
}

struct Hears<'a> {
    told: &'a Told,
    waits: Sender<Came>,
}

impl Listener for Hears<'_> {
    fn event(&self, _: &str, event: Event<'_>) {
        let mut text = self.told.text.lock().unwrap_or_else(PoisonError::into_inner);
        let mut at = self.told.at.lock().unwrap_or_else(PoisonError::into_inner);
        let writing = match event {
            Event::Writing(writing) => writing,
            Event::Screen(shown) => return at.screen.push_str(&shown),
            _ => return,
        };
        match writing {
            Writing::Text { kept, why, .. } => (text.kept, text.why) = (kept, why),
            Writing::From { after } => text.from = Some(after),
            Writing::NotFrom { why, .. } | Writing::NoSnapshot { why, .. } => text.without.push(why),
            Writing::Waits { report, bent, .. } => {
                let Text { kept, why, from, without } = std::mem::take(&mut *text);
                let came = Came { kept, why, from, without, report: report.clone(), bent };
                self.waits.try_send(came).expect("the writer waits");
            }
            Writing::Opened { prompt, .. } => at.screen = prompt,
            Writing::ByHand(command) => at.typed.push(command.clone()),
            Writing::Snapshot { .. } | Writing::Wrong { .. } | Writing::Proved { .. } | Writing::Unproved { .. } => {}
        }
    }

    fn wants_screen(&self) -> bool {
        true
    }
}

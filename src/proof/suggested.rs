//! What has been suggested, laid on the files that say it: `guidepost.yaml` for a library, a sidecar for a guide. First as texts, for
//! guides to be planned and done with, and written when somebody says so.

use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use crate::{
    config,
    machine::{self, settings::Init},
    plan::amend::merge::merge,
    proof::{
        plans::{jobs as jobs_of, plans},
        replace::{Change, Unwritten},
    },
    report::{GuideReport, Report, unified::unified},
    site::{failure::Failure, load::Inputs, options::Options, sidecars::sidecar_path},
    source::Source,
    suggest::{Learned, Place, Placed, Trial, further, offered},
    verify::Job,
};

/// A sidecar that is not there yet begins so.
const HEAD: &str = "# What verification has to know of the guide beside this file.\n";
/// Maps of a sidecar that are blocks, and one more below `verify:`.
const LEVELS: usize = 2;
/// Why a suggestion is not laid on a file.
const UNWRITABLE: &str = "its file says something else, or is written so that guidepost does not change it";

/// Each round shows what stands behind what the one before has mended.
const ROUNDS: usize = 6;

/// What has come of trying suggestions.
#[derive(Debug)]
pub struct Tried {
    /// All that was learned.
    pub learned: Learned,
    /// The files that say what has helped.
    pub laid: Suggested,
    /// The guides that it has helped, as they are with it.
    pub guides: Vec<GuideReport>,
    /// Why not all could be tried.
    pub ended: Option<String>,
}

/// A guide on a machine, as far as it has come.
struct Guide {
    job: Job,
    report: GuideReport,
    /// Something has helped it.
    helped: bool,
}

/// Learns from what has come of jobs, and does them again with what was learned, as long as that gets them further. `again` does
/// jobs, or says why it cannot. Nothing is written.
///
/// # Errors
/// If a file cannot be read, and as for every [`Failure`].
pub fn suggest(
    options: &Options,
    jobs: Vec<Job>,
    reports: &[GuideReport],
    again: &mut dyn FnMut(Vec<Job>) -> Result<Report, String>,
) -> Result<Tried, Failure> {
    let machine = machine_like(options)?;
    let mut guides = paired(jobs, reports, false);
    let mut learned = Learned::default();
    let mut done_before = None;
    let mut ended = None;
    for _ in 0..ROUNDS {
        for Guide { job, report, .. } in &guides {
            learned.learn(report, &job.plan, &machine);
        }
        if learned.trying().is_empty() {
            break;
        }
        let laid = suggested(options, &mut learned, &mut done_before)?;
        let paths = learned.trying();
        if paths.is_empty() {
            break;
        }
        let names: Vec<String> = paths.iter().cloned().collect();
        let mut jobs = jobs_of(&laid.options(options), &names)?;
        jobs.retain(|job| paths.contains(&job.plan.path));
        let done = match again(jobs.clone()) {
            Ok(report) => report.guides,
            Err(why) => {
                paths.iter().for_each(|path| learned.judge(path, &Trial::Untried(why.clone()), None));
                ended = Some(why);
                break;
            }
        };
        for path in &paths {
            let of = |guide: &&GuideReport| guide.path == *path;
            let before: Vec<&GuideReport> = guides.iter().map(|guide| &guide.report).filter(of).collect();
            let after: Vec<&GuideReport> = done.iter().filter(of).collect();
            match further_on_all(&before, &after) {
                Some(how) => {
                    let plan = jobs.iter().find(|job| job.plan.path == *path).map(|job| &job.plan);
                    learned.renew(path, &how);
                    learned.judge(path, &Trial::Further(how), plan);
                    guides.retain(|guide| guide.report.path != *path);
                    let jobs = jobs.iter().filter(|job| job.plan.path == *path).cloned().collect();
                    guides.extend(paired(jobs, &done, true));
                }
                None => learned.judge(path, &Trial::Vain, None),
            }
        }
    }
    let laid = suggested(options, &mut learned, &mut done_before)?;
    let guides = guides.into_iter().filter(|guide| guide.helped).map(|guide| guide.report).collect();
    Ok(Tried { learned, laid, guides, ended })
}

/// Jobs with what came of them.
fn paired(jobs: Vec<Job>, reports: &[GuideReport], helped: bool) -> Vec<Guide> {
    let of = |job: &Job| {
        let is_of = |report: &&GuideReport| (&report.path, &report.machine) == (&job.plan.path, &job.plan.machine);
        reports.iter().find(is_of).cloned()
    };
    jobs.into_iter().filter_map(|job| Some(Guide { report: of(&job)?, job, helped })).collect()
}

/// How far a guide gets on all its machines, if that is further on one and no less on any.
fn further_on_all(before: &[&GuideReport], after: &[&GuideReport]) -> Option<String> {
    let mut how = None;
    for after in after {
        let same = before.iter().find(|before| before.machine == after.machine);
        let before = same.or(before.first())?;
        match further(before, after) {
            Some(further) => how = how.or(Some(further)),
            None if after.ends_early() && !before.ends_early() => return None,
            None => {}
        }
    }
    how
}

/// What has to be written into a guide's sidecar so that it says what its author was offered, see [`offers`](crate::suggest::offers). `report` says
/// what was done of the guide, `number` which cause it is, and `reply` what to answer where only its author knows that.
///
/// # Errors
/// Why it cannot be written, in a sentence.
pub(crate) fn accepted(
    options: &Options,
    report: &GuideReport,
    number: usize,
    reply: Option<&str>,
) -> Result<Change, String> {
    let said = |failure: Failure| failure.message();
    let names = [report.path.clone()];
    let plan = plans(options, &names).map_err(said)?.0.into_iter().find(|plan| plan.machine == report.machine);
    let plan = plan.ok_or("the guide is not there any more")?;
    let (cause, _) = *report.causes().get(number).ok_or("nothing is offered any more")?;
    let says = offered(cause, report, &plan, reply)?;
    let mut laid = Suggested::default();
    let piece = Placed { number, place: Place::Guide(report.path.clone()), says };
    match laid.lay(options, &piece).map_err(said)? {
        true => laid.changes.pop().ok_or_else(|| "it is said already".to_owned()),
        false => Err(format!("it is to be said by hand: {UNWRITABLE}")),
    }
}

/// Files that say what has been suggested.
#[derive(Debug, Default)]
pub struct Suggested {
    changes: Vec<Change>,
}

/// Lays what is tried or has helped on the files that say it. What has no place there is said of the suggestions.
/// `before` is what is done in the guides as they are, once it is known.
fn suggested(options: &Options, learned: &mut Learned, before: &mut Option<Doings>) -> Result<Suggested, Failure> {
    loop {
        let placed = learned.placed(options.loose.is_empty());
        let mut suggested = Suggested::default();
        let mut refused = Vec::new();
        for piece in &placed {
            if !suggested.lay(options, piece)? {
                refused.push(piece);
            }
        }
        let apart: BTreeSet<usize> = match refused.is_empty() {
            true => suggested.of_others(options, learned, &placed, before)?,
            false => BTreeSet::new(),
        };
        if refused.is_empty() && apart.is_empty() {
            return Ok(suggested);
        }
        for piece in refused {
            match &piece.place {
                Place::Library => learned.set_apart(piece.number),
                Place::Guide(path) => learned.give_up(piece.number, path, UNWRITABLE),
            }
        }
        apart.into_iter().for_each(|number| learned.set_apart(number));
    }
}

impl Suggested {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The paths of the files.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.changes.iter().map(|change| change.path.as_str())
    }

    /// How many lines it adds.
    pub fn lines(&self) -> usize {
        let lines = |text: &Option<String>| text.as_deref().map_or(0, |text| text.lines().count());
        self.changes.iter().map(|change| lines(&change.new).saturating_sub(lines(&change.old))).sum()
    }

    /// The site as it is with these files.
    fn options(&self, options: &Options) -> Options {
        let texts = self.changes.iter().filter_map(|change| Some((change.path.clone(), change.new.clone()?)));
        Options { texts: texts.collect(), ..options.clone() }
    }

    /// As a unified diff.
    pub fn diff(&self, color: bool) -> String {
        let one = |change: &Change| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            unified(&change.path, &text(&change.old), &text(&change.new), color)
        };
        self.changes.iter().map(one).collect()
    }

    /// Writes the files.
    ///
    /// # Errors
    /// [`Unwritten`] for the first that is not written; those before it are.
    pub fn write(&self, options: &Options) -> Result<(), Unwritten> {
        let mut changes = self.changes.iter();
        changes.try_for_each(|change| change.write(&options.site, "has changed since it was read"))
    }

    /// Whether a piece could be laid on its file.
    fn lay(&mut self, options: &Options, piece: &Placed) -> Result<bool, Failure> {
        let (path, says, levels) = match &piece.place {
            Place::Library => {
                let verify = Map::from_iter([("verify".to_owned(), Value::Object(piece.says.clone()))]);
                (config::FILE_NAME.to_owned(), verify, LEVELS + 1)
            }
            Place::Guide(guide) => (sidecar_path(guide), piece.says.clone(), LEVELS),
        };
        let index = match self.changes.iter().position(|change| change.path == path) {
            Some(index) => index,
            None => {
                let old = match options.text(&path) {
                    Ok(text) => Some(text),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                    Err(error) => return Err(Failure::environment(format!("{path} cannot be read: {error}"))),
                };
                let new = old.clone().unwrap_or_else(|| HEAD.to_owned());
                self.changes.push(Change { path: path.clone(), old, new: Some(new) });
                self.changes.len() - 1
            }
        };
        let change = &mut self.changes[index];
        let source = Source::new(path, change.new.clone().unwrap_or_default());
        let merged = merge(&source, &says, levels);
        let laid = merged.is_some();
        match merged {
            Some(text) => change.new = Some(text),
            None if change.old.as_deref().unwrap_or(HEAD) == source.text => drop(self.changes.remove(index)),
            None => {}
        }
        Ok(laid)
    }

    /// What is said for the library and changes what is done in guides that do not need it: such suggestions are for each guide.
    fn of_others(
        &self,
        options: &Options,
        learned: &Learned,
        placed: &[Placed],
        before: &mut Option<Doings>,
    ) -> Result<BTreeSet<usize>, Failure> {
        let wide = placed.iter().filter(|piece| piece.place == Place::Library);
        // An answer changes nothing of what is done.
        let wide: BTreeSet<usize> =
            wide.filter(|piece| !piece.says.contains_key("answers")).map(|piece| piece.number).collect();
        if wide.is_empty() {
            return Ok(wide);
        }
        let before = match before {
            Some(before) => before,
            none => none.insert(doings(options)?),
        };
        let needs = |path: &String| wide.iter().any(|number| learned.suggestions()[*number].needs.contains_key(path));
        let after = doings(&self.options(options))?;
        let others = after.iter().any(|(path, what)| !needs(path) && before.get(path) != Some(what));
        Ok(if others { wide } else { BTreeSet::new() })
    }
}

/// What is done in each guide, by its path: of each of its machines, as text.
type Doings = BTreeMap<String, Vec<String>>;

fn doings(options: &Options) -> Result<Doings, Failure> {
    let mut found = Doings::new();
    for plan in plans(options, &[])?.0 {
        let what = serde_json::to_string(&(&plan.machine, &plan.steps)).unwrap_or_default();
        found.entry(plan.path).or_default().push(what);
    }
    Ok(found)
}

/// The name of a library's machine that is like one of guidepost's own: `server` has systemd, and `docker` an engine, too.
fn machine_like(options: &Options) -> Result<impl Fn(&str) -> Option<String> + use<>, Failure> {
    let inputs = Inputs::load(options)?;
    let (machines, _) = machine::machines(&inputs.config, &inputs.source);
    Ok(move |wanted: &str| {
        let fits = |name: &str, machine: &machine::Machine| match wanted {
            "docker" => machine.nested_docker,
            "ubuntu" => name.contains("ubuntu"),
            "server" => machine.init == Init::Systemd && !machine.nested_docker,
            _ => false,
        };
        let named = machines.contains_key(wanted).then(|| wanted.to_owned());
        named.or_else(|| machines.iter().find(|(name, machine)| fits(name, machine)).map(|(name, _)| name.clone()))
    })
}

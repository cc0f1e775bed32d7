//! `verify --changed-since`: guides of which something that they depend on is not as it was in a revision of git.

use std::{collections::BTreeSet, path::Path};

use crate::{
    config::{self, Config},
    diagnostic::Diagnostic,
    plan::{Plan, SIDECAR},
    proof::{git::Commit, inputs::canonical},
    site::{address, failure::Failure, naming, options::Options, sidecars::sidecar_path},
    source::Source,
    verify::{Input, InputKind, Job},
};

/// Of these jobs, those that changed since a revision, each with what changed.
///
/// # Errors
/// If there is no git, no repository, or no such revision.
pub fn changed_since(options: &Options, revision: &str, jobs: Vec<Job>) -> Result<Vec<(Job, Vec<String>)>, Failure> {
    let commit = Commit::find(&options.site, revision)?;
    let paths = commit.changed()?;
    let (mut before, mut now) = (None, None);
    if is_changed(&paths, config::FILE_NAME) {
        let parse = |text: String| Config::parse(&Source::new(config::FILE_NAME, text)).ok();
        before = Some(commit.text(config::FILE_NAME)?.and_then(parse));
        now = std::fs::read_to_string(options.site.join(config::FILE_NAME)).ok().and_then(parse);
    }
    let machines = before.map(|before| Machines { before: before.unwrap_or_default(), now: now.unwrap_or_default() });
    let of = |config: &Config| canonical(&config.verify.clone().into());
    let other = machines.as_ref().is_some_and(|Machines { before, now }| of(before) != of(now));
    let library = other.then(|| format!("what {} says of guides", config::FILE_NAME));
    let mut sections = BTreeSet::new();
    for page in paths.iter().filter(|path| naming::may_be_of_folder(path)) {
        let now = std::fs::read_to_string(options.site.join(page)).ok();
        if [commit.text(page)?, now].iter().flatten().any(|text| text.lines().any(|line| line.starts_with("verify:"))) {
            sections.insert(page.clone());
        }
    }
    let changes = Changes { site: &options.site, paths, sections, machines, library };
    let with_reasons = jobs.into_iter().map(|job| {
        let reasons = changes.reasons(&job.plan, &job.inputs);
        (job, reasons)
    });
    Ok(with_reasons.filter(|(_, reasons)| !reasons.is_empty()).collect())
}

/// What is not as it was.
struct Changes<'s> {
    site: &'s Path,
    paths: BTreeSet<String>,
    /// Pages of sections that have changed, and say something of guides or did.
    sections: BTreeSet<String>,
    /// If guidepost.yaml is another.
    machines: Option<Machines>,
    /// If guidepost.yaml says something else of guides: that it does.
    library: Option<String>,
}

/// The configuration of both times; a file that cannot be read has no machines.
struct Machines {
    before: Config,
    now: Config,
}

impl Changes<'_> {
    /// Why a guide with these inputs is to be done; nothing if it is as it was.
    fn reasons(&self, plan: &Plan, inputs: &[Input]) -> Vec<String> {
        let mut reasons: Vec<String> = inputs.iter().filter_map(|input| self.reason(plan, input)).collect();
        // A layer that is gone is no input any more.
        reasons.extend(self.library.clone());
        reasons.extend(self.section(&plan.path));
        if plan.diagnostics.iter().any(Diagnostic::is_error) {
            // Something that is gone is no input any more.
            reasons.push("its plan has errors".into());
        }
        let mut seen = BTreeSet::new();
        reasons.retain(|reason| seen.insert(reason.clone()));
        reasons
    }

    fn reason(&self, plan: &Plan, input: &Input) -> Option<String> {
        let path = input.path.as_str();
        match input.kind {
            // Those of its own are asked for in any case.
            InputKind::Layers => self.section(path.rsplit_once(" of ")?.1),
            InputKind::Settings => self.settings(plan, path.rsplit_once('#')?.1),
            InputKind::Build => {
                let folder = path.trim_end_matches('/');
                self.below(folder).map(|file| format!("a file of its machine's folder: {file}"))
            }
            InputKind::Text if self.is_changed(path) => Some("its text".into()),
            InputKind::Include if self.is_changed(path) => Some(format!("what it includes: {path}")),
            InputKind::Required if self.is_changed(path) => Some(format!("a guide that it requires: {path}")),
            // What is gone is no input any more: a sidecar, a file of the bundle.
            InputKind::Text if self.is_changed(&sidecar_path(path)) => Some(format!("its {SIDECAR}")),
            InputKind::Text | InputKind::Include => {
                // A translation, `index.de.md`, lies in the bundle of its original.
                let (bundle, name) = path.rsplit_once('/')?;
                self.below(name.starts_with("index.").then_some(bundle)?)
                    .map(|file| format!("a file of its bundle: {file}"))
            }
            InputKind::Required => {
                let sidecar = sidecar_path(path);
                self.is_changed(&sidecar).then(|| format!("a guide that it requires: {sidecar}"))
            }
            InputKind::Sidecar => self.is_changed(path).then(|| format!("its {SIDECAR}")),
            InputKind::File => self.is_changed(path).then(|| format!("a file of its bundle: {path}")),
        }
    }

    /// Whether guidepost.yaml says something else of a machine, or gives a guide that names none another one.
    fn settings(&self, plan: &Plan, name: &str) -> Option<String> {
        let Machines { before, now } = self.machines.as_ref()?;
        let of = |config: &Config| config.machines.get(name).map(canonical);
        if of(before) != of(now) {
            return Some(format!("the settings of its machine `{name}`"));
        }
        let first = |config: &Config| config.machines.keys().next().cloned();
        (!plan.settings.names_machine() && first(before) != first(now)).then(|| "the default machine".into())
    }

    /// Whether the page of a section above a guide says something else of guides.
    fn section(&self, guide: &str) -> Option<String> {
        let folder = |page: &str| page.rfind('/').map_or(0, |end| end);
        let is_above = |page: &&String| {
            page.as_str() != guide && address::folders(guide).any(|above| above == &page[..folder(page)])
        };
        self.sections.iter().find(is_above).map(|page| format!("its section: {page}"))
    }

    fn is_changed(&self, path: &str) -> bool {
        is_changed(&self.paths, path) || self.real(path).is_some_and(|real| is_changed(&self.paths, &real))
    }

    /// A changed file below a folder.
    fn below(&self, folder: &str) -> Option<String> {
        let of = |folder: &str| {
            if is_changed(&self.paths, folder) {
                return Some(folder.to_owned());
            }
            let inside =
                |path: &&String| folder == "." || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
            self.paths.iter().find(inside).cloned()
        };
        of(folder).or_else(|| of(&self.real(folder)?))
    }

    /// The path that a path with symbolic links leads to, if it is another.
    fn real(&self, path: &str) -> Option<String> {
        let real = self.site.join(path).canonicalize().ok()?;
        let real = real.strip_prefix(self.site.canonicalize().ok()?).ok()?.to_str()?.replace('\\', "/");
        (!real.is_empty() && real != path).then_some(real)
    }
}

/// Whether a path, or a folder that it lies in and of which git says no more, is among these.
fn is_changed(paths: &BTreeSet<String>, path: &str) -> bool {
    address::folders(path).chain([path]).any(|path| paths.contains(path))
}

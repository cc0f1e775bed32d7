//! Guides of a site as plans.

use crate::{
    config::Config,
    diagnostic::{self, Diagnostic, Severity, nearest},
    guide::Guide,
    internal,
    machine::Machine,
    plan::{self, Around, Plan},
    proof::{allowed, inputs::Lister, workspace},
    site::{
        address::{normal, path_part},
        failure::Failure,
        files::unread,
        library::Target,
        load::{Inputs, Site},
        options::Options,
        record::Kind,
    },
    source::Source,
    verify::{Job, Workspace, hashes},
};
use globset::GlobBuilder;
use rayon::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    path::Path,
};

/// Plans the guides with these names, in that order; every guide of the site if there are none, and then also tells the rules that fit no guide. A guide whose tabs are for
/// several machines has a plan for each.
///
/// A guide is named by its file or folder (relative to the site's folder or to the working directory), by its address, or by
/// its slug. Errors of its text are among the plan's diagnostics, because a plan of a text that cannot be read is half a plan.
///
/// # Errors
/// If a name fits no guide or several, and as for every [`Failure`].
pub fn plans(options: &Options, names: &[String]) -> Result<(Vec<Plan>, Vec<Diagnostic>), Failure> {
    let inputs = Inputs::load(options)?;
    let site = Site::read(&inputs);
    let mut plans: Vec<Plan> = planned(&site, names)?.into_iter().map(|(_, plan)| plan).collect();
    if options.workspace
        && let Some((_, workspace)) = workspace::named(&options.site, &options.loose)?
    {
        plans.iter_mut().for_each(|plan| plan.inferred.push(workspace.told(plan)));
    }
    let unused =
        if names.is_empty() { site.outer().unused(plans.iter().flat_map(|plan| &plan.fitted)) } else { Vec::new() };
    Ok((plans, unused))
}

/// The plans of the pages with these names, each with its page.
fn planned(site: &Site<'_>, names: &[String]) -> Result<Vec<(usize, Plan)>, Failure> {
    let whole = |index: usize| plan_whole(site, index).into_iter().map(move |plan| (index, plan));
    Ok(chosen(site, names)?.into_par_iter().flat_map_iter(whole).collect())
}

/// The pages with these names, in that order and each once; every guide of the site if there are none.
pub(crate) fn chosen(site: &Site<'_>, names: &[String]) -> Result<Vec<usize>, Failure> {
    let mut pages = Vec::new();
    // Loose files are those that were named.
    if names.is_empty() || site.inputs.loose().is_some() {
        pages.extend(site.guide_indices());
        return Ok(pages);
    }
    for name in names {
        // A file is itself, whatever signs its name has.
        let file = site.library.by_source.get(name).copied();
        if let Some(index) = file.filter(|index| site.library.pages[*index].record.kind == Kind::Guide) {
            pages.push(index);
            continue;
        }
        if let Some(fitting) = by_pattern(site, name) {
            match fitting? {
                fitting if fitting.is_empty() => {
                    let help = "`guidepost plan --all` lists the guides; `*` stays in a folder, `**` does not";
                    return Err(Failure::usage(format!("no guide is one of `{name}`"), help));
                }
                fitting => pages.extend(fitting),
            }
            continue;
        }
        match below(site, name) {
            below if below.is_empty() => pages.push(find(site, name)?),
            below => pages.extend(below),
        }
    }
    let mut seen = BTreeSet::new();
    pages.retain(|index| seen.insert(*index));
    Ok(pages)
}

/// The guides of a pattern, if a name is one: `guides/docker-*`, by their files with or without `content/`, or `tag:docker`.
fn by_pattern(site: &Site<'_>, name: &str) -> Option<Result<Vec<usize>, Failure>> {
    let (of_tags, pattern) = name.strip_prefix("tag:").map_or((false, name), |tag| (true, tag));
    if !of_tags && !pattern.contains(['*', '?', '[']) {
        return None;
    }
    let library = &site.library;
    let glob =
        GlobBuilder::new(pattern.trim_start_matches("./")).literal_separator(true).case_insensitive(of_tags).build();
    let glob = match glob {
        Ok(glob) => glob.compile_matcher(),
        Err(error) => {
            let message = format!("`{name}` is no pattern: {}", error.kind());
            return Some(Err(Failure::usage(message, "write `guides/docker-*`, `**/install.md` or `tag:docker`")));
        }
    };
    let fits = |index: &usize| {
        let record = &library.pages[*index].record;
        let file = record.source.as_str();
        let inner = file.strip_prefix("content/").unwrap_or(file);
        let bundle = inner.strip_suffix("/index.md").unwrap_or(inner);
        match of_tags {
            true => record.front.terms("tags").iter().any(|tag| glob.is_match(tag)),
            false => [file, inner, bundle].into_iter().any(|path| glob.is_match(path)),
        }
    };
    Some(Ok(site.guide_indices().into_iter().filter(fits).collect()))
}

/// All guides below a folder that is no guide itself.
fn below(site: &Site<'_>, name: &str) -> Vec<usize> {
    let library = &site.library;
    let sources = [Some(name.trim_start_matches("./").to_owned()), in_site(site.folder(), name)];
    let folders = sources.into_iter().flatten().map(|source| source.trim_end_matches('/').to_owned());
    let is_guide = |index: &usize| library.pages[*index].record.kind == Kind::Guide;
    let section = folders.filter(|folder| !library.by_source.get(&format!("{folder}/index.md")).is_some_and(is_guide));
    let prefixes: Vec<String> = section.map(|folder| format!("{folder}/")).collect();
    let is_below =
        |index: &usize| prefixes.iter().any(|prefix| library.pages[*index].record.source.starts_with(prefix.as_str()));
    site.guide_indices().into_iter().filter(is_below).collect()
}

/// The plans of a page, with the errors of its text.
fn plan_whole(site: &Site<'_>, index: usize) -> Vec<Plan> {
    let record = &site.library.pages[index].record;
    let mut plans = plan_page(site, index);
    for plan in &mut plans {
        if site.inputs.loose().is_some() {
            plan.add_basics();
        }
        plan.diagnostics.extend(record.diagnostics.iter().filter(|problem| problem.is_error()).cloned());
        diagnostic::sort(&mut plan.diagnostics);
    }
    plans
}

/// Guides with these names as jobs for `verify`: with their machines and with the guides that they require.
///
/// # Errors
/// If a machine is not described as it should be, and as for [`plans`].
pub fn jobs(options: &Options, names: &[String]) -> Result<Vec<Job>, Failure> {
    Ok(jobs_and_unused(options, names)?.0)
}

/// As [`jobs`], with the rules that fit no guide, as [`plans`] tells them.
///
/// # Errors
/// As [`jobs`].
pub fn jobs_and_unused(options: &Options, names: &[String]) -> Result<(Vec<Job>, Vec<Diagnostic>), Failure> {
    let inputs = Inputs::load(options)?;
    let site = Site::read(&inputs);
    let jobs = Jobs::of(&site)?;
    let of_guides = planned(&site, names)?.into_iter().map(|(index, plan)| jobs.job(index, plan)).collect();
    let of_guides = counted(of_guides);
    let fitted = of_guides.iter().flat_map(|job| &job.plan.fitted);
    let unused = if names.is_empty() { site.outer().unused(fitted) } else { Vec::new() };
    Ok((of_guides, unused))
}

/// The jobs of the guide in a file, one for each machine that it is done on.
///
/// # Errors
/// If there is no such guide, and as [`jobs`].
pub(crate) fn jobs_of(site: &Site<'_>, source: &str) -> Result<Vec<Job>, Failure> {
    let Some(index) = site.library.by_source.get(source).copied() else {
        return Err(Failure::usage(format!("there is no guide {source}"), "name the file of a guide"));
    };
    let jobs = Jobs::of(site)?;
    Ok(counted(plan_whole(site, index).into_iter().map(|plan| jobs.job(index, plan)).collect()))
}

/// What makes jobs of the plans of a site.
struct Jobs<'s> {
    site: &'s Site<'s>,
    machines: BTreeMap<String, Machine>,
    lister: Lister<'s>,
    workspace: Option<Workspace>,
}

impl<'s> Jobs<'s> {
    /// # Errors
    /// If a machine is not described as it should be.
    fn of(site: &'s Site<'s>) -> Result<Self, Failure> {
        let (machines, problems) = crate::machine::machines(&site.inputs.config, &site.inputs.source);
        if problems.iter().any(Diagnostic::is_error) {
            return Err(Failure::Configuration(problems));
        }
        let options = &site.inputs.options;
        let workspace = match options.workspace {
            true => workspace::of(&options.site, &options.loose)?,
            false => None,
        };
        Ok(Self { site, machines, lister: Lister::new(site, outer), workspace })
    }

    fn job(&self, index: usize, plan: Plan) -> Job {
        // One that is not described is an error of the plan, which is then not done.
        let mut machine = self.machines.get(&plan.machine).cloned().unwrap_or_default();
        machine.env.extend(plan.settings.env.clone());
        let runs = plan.settings.skip.is_none() && !plan.steps.is_empty();
        let required = if runs { before(self.site, &plan).0 } else { Vec::new() };
        let inputs = self.lister.of(index, &plan, &required);
        let requires = required_plans(self.site, &required, &plan.machine);
        Job {
            plan,
            requires,
            machine,
            inputs,
            workspace: self.workspace.clone(),
            one_of_several: false,
            until: None,
            behind: Vec::new(),
        }
    }
}

/// Says of jobs whether their guides are done on several machines.
fn counted(mut jobs: Vec<Job>) -> Vec<Job> {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    jobs.iter().for_each(|job| *times.entry(job.plan.path.clone()).or_default() += 1);
    for job in &mut jobs {
        job.one_of_several = times[&job.plan.path] > 1;
    }
    jobs
}

/// Plans of required pages; of one that has several, that for this machine or else the first.
fn required_plans(site: &Site<'_>, pages: &[usize], machine: &str) -> Vec<Plan> {
    let on_machine = |index: &usize| {
        let mut plans = plan_whole(site, *index);
        let at = plans.iter().position(|plan| plan.machine == machine).unwrap_or(0);
        (at < plans.len()).then(|| plans.swap_remove(at))
    };
    pages.iter().filter_map(on_machine).collect()
}

/// What the verdict of a page on a machine depends on, as a report would have it now.
pub(crate) fn current(site: &Site<'_>, lister: &Lister<'_>, index: usize, machine: &str) -> BTreeMap<String, String> {
    let plans = plan_page(site, index);
    let Some(plan) = plans.iter().find(|plan| plan.machine == machine) else { return BTreeMap::new() };
    let runs = plan.settings.skip.is_none() && !plan.steps.is_empty();
    // One that cannot be found was there when the guide was done: it is missed in the list.
    let required = if runs { before(site, plan).0 } else { Vec::new() };
    hashes(&lister.of(index, plan, &required))
}

/// What is wrong with plans: errors of every guide, and warnings of those that speak of their verification. Of a page
/// that nobody means to run, a placeholder without a value is no fault.
pub(crate) fn check(site: &Site<'_>) -> Vec<Diagnostic> {
    let planned: Vec<(usize, Vec<Plan>)> =
        site.guide_indices().into_iter().map(|index| (index, plan_page(site, index))).collect();
    let mut problems: Vec<Diagnostic> =
        planned.iter().flat_map(|(index, plans)| problems_of(site, *index, plans)).collect();
    problems.extend(site.outer().unused(planned.iter().flat_map(|(_, plans)| plans).flat_map(|plan| &plan.fitted)));
    // What is wrong with what a section says is wrong with each guide below it.
    let mut seen = HashSet::new();
    problems.retain(|problem| seen.insert(problem.clone()));
    problems
}

/// What `build` tells of plans: what [`check`] says of guides that speak of their verification, as warnings, since their pages
/// can be shown. Other guides would have to be read again for nothing.
pub(crate) fn warnings(site: &Site<'_>) -> Vec<Diagnostic> {
    let meant = |index: &usize| {
        let record = &site.library.pages[*index].record;
        record.front.verify.is_some() || site.sidecar_of(&record.source).is_some()
    };
    let problems = |index: usize| problems_of(site, index, &plan_page(site, index));
    let all = site.guide_indices().into_iter().filter(meant).flat_map(problems);
    all.map(|problem| Diagnostic { severity: Severity::Warning, ..problem }).collect()
}

/// What is wrong with the plans of a page, as [`check`] tells it.
pub(crate) fn problems_of(site: &Site<'_>, index: usize, plans: &[Plan]) -> Vec<Diagnostic> {
    let record = &site.library.pages[index].record;
    let meant = record.front.verify.is_some() || site.sidecar_of(&record.source).is_some();
    let mut problems: Vec<Diagnostic> = Vec::new();
    for problem in plans.iter().flat_map(|plan| &plan.diagnostics).filter(|problem| meant || problem.is_error()) {
        // What stands outside the tabs is in the plan of every machine.
        if !problems.contains(problem) {
            problems.push(problem.clone());
        }
    }
    problems
}

/// The plans of a page, one for each machine that it is done on.
pub(crate) fn plan_page(site: &Site<'_>, index: usize) -> Vec<Plan> {
    let record = &site.library.pages[index].record;
    let Some(guide) = site.files.guide(&record.source) else { return Vec::new() };
    let mut plans = plan_guide(site, &guide);
    let (machines, _) = crate::machine::machines(&site.inputs.config, &site.inputs.source);
    for plan in &mut plans {
        plan.title.clone_from(&record.title);
        let (required, problems) = before(site, plan);
        plan.diagnostics.extend(problems);
        plan.diagnostics.extend(allowed::problems(site, &machines, plan, &required));
        diagnostic::sort(&mut plan.diagnostics);
    }
    plans
}

/// What all layers say of a page.
pub(crate) fn outer(site: &Site<'_>, index: usize) -> String {
    let guide = site.files.guide(&site.library.pages[index].record.source);
    let plans = guide.map(|guide| plan_guide(site, &guide)).unwrap_or_default();
    plans.into_iter().map(|plan| plan.outer).collect()
}

/// The plans of a guide of this site, perhaps with another text; one at least.
pub(crate) fn plan_guide(site: &Site<'_>, guide: &Guide) -> Vec<Plan> {
    let machines = site.machines();
    let mut problem = None;
    let sidecar = site.sidecar_of(&guide.path).and_then(|path| {
        let text = site.inputs.options.text(path);
        text.map(|text| Source::new(path, text))
            .map_err(|e| {
                problem = Some(Diagnostic::error("unreadable", format!("this file cannot be read: {e}")).in_file(path))
            })
            .ok()
    });
    let (includes, outer) = (|name: &str| site.files.bundle(name), site.outer().of(&guide.path));
    let around = Around { includes: &includes, sidecar: sidecar.as_ref(), machines: &machines, outer: &outer };
    let plan = |guide: &Guide| plan::plans(guide, around);
    let mut plans = internal::on_page(&guide.path, "planning this guide", || plan(guide)).unwrap_or_else(|failed| {
        let plans = plan(&unread(&guide.path, String::new(), failed.clone()));
        problem = Some(failed);
        plans
    });
    for plan in &mut plans {
        plan.diagnostics.extend(problem.clone());
    }
    plans
}

/// The plans of the guides that a plan requires, as far as they can be found.
pub(crate) fn required(site: &Site<'_>, plan: &Plan) -> Vec<Plan> {
    required_plans(site, &before(site, plan).0, &plan.machine)
}

/// The pages to do before a plan, in order and each once: what it requires, and before that what those require. And what is
/// wrong with what it requires.
fn before(site: &Site<'_>, plan: &Plan) -> (Vec<usize>, Vec<Diagnostic>) {
    let Some(own) = site.library.by_source.get(&plan.path).copied() else { return (Vec::new(), Vec::new()) };
    let (mut order, mut problems) = (Vec::new(), Vec::new());
    for (name, place) in plan.settings.requires.iter().zip(&plan.settings.requires_at) {
        let mut problem = |message: String, help: String| {
            let problem = Diagnostic::error("required-guide", message).help(help);
            problems.push(Diagnostic { place: Some(Box::new(place.clone())), ..problem });
        };
        let page = match find(site, name) {
            Ok(page) => page,
            Err(failure) => {
                let why = failure.diagnostics().into_iter().next().map(|why| (why.message, why.help));
                let (message, help) = why.unwrap_or_default();
                problem(format!("`requires`: {message}"), help.unwrap_or_default());
                continue;
            }
        };
        if let Some(round) = visit(site, page, &mut vec![own], &mut order) {
            let paths: Vec<&str> = round.iter().map(|i| site.library.pages[*i].record.source.as_str()).collect();
            let message = match round.len() {
                2 => format!("{} requires itself", paths[0]),
                _ => format!("`requires` leads round in a circle: {}", paths.join(" → ")),
            };
            problem(message, "remove one of these requirements: the first of them could never be done".into());
        }
    }
    (order, problems)
}

/// Adds a page to `order`, after those that it requires. Gives the way, if it leads back to where it was.
fn visit(site: &Site<'_>, page: usize, way: &mut Vec<usize>, order: &mut Vec<usize>) -> Option<Vec<usize>> {
    if let Some(at) = way.iter().position(|passed| *passed == page) {
        return Some(way[at..].iter().copied().chain([page]).collect());
    }
    if order.contains(&page) {
        return None;
    }
    way.push(page);
    let guide = site.files.guide(&site.library.pages[page].record.source);
    let plan = guide.and_then(|guide| plan_guide(site, &guide).into_iter().next());
    let requires = plan.map(|plan| plan.settings.requires).unwrap_or_default();
    let round = requires.iter().filter_map(|name| find(site, name).ok()).find_map(|next| visit(site, next, way, order));
    way.pop();
    order.push(page);
    round
}

/// The files that a page is made of: its own, its sidecar, and the bundles and files that it includes.
pub(crate) fn files_of(site: &Site<'_>, index: usize) -> Vec<String> {
    let record = &site.library.pages[index].record;
    let sidecar = site.sidecar_of(&record.source).map(str::to_owned);
    let included = record.includes.iter().chain(&record.files).map(|include| include.source.clone());
    [record.source.clone()].into_iter().chain(sidecar).chain(included).collect()
}

/// The page of a name.
pub(crate) fn find(site: &Site<'_>, name: &str) -> Result<usize, Failure> {
    let library = &site.library;
    let sources = [Some(name.trim_start_matches("./").to_owned()), in_site(site.folder(), name)];
    for source in sources.into_iter().flatten() {
        let folder = source.trim_end_matches('/');
        for path in [source.clone(), format!("{folder}/index.md"), format!("{folder}/_index.md")] {
            if let Some(index) = library.by_source.get(&path) {
                return Ok(*index);
            }
            if let Some(reason) = library.hidden.get(&path) {
                return Err(Failure::usage(format!("{path} {reason}"), "drafts are included with --drafts"));
            }
        }
    }
    let url = url_path(&site.inputs.config, name);
    if let Some(Target::Page(index) | Target::Alias(index)) = url.and_then(|url| library.by_url.get(&url)) {
        return Ok(*index);
    }
    match library.by_name.iter().find_map(|names| names.get(&path_part(name))) {
        Some(Some(index)) => Ok(*index),
        Some(None) => {
            Err(Failure::usage(format!("several guides are called `{name}`"), "name its file: content/…/index.md"))
        }
        None => {
            let known = library.by_name.iter().flat_map(|names| names.keys()).map(String::as_str);
            let help = nearest(name, known).map_or_else(
                || "name it by its file, its address or its slug".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            Err(Failure::usage(format!("there is no guide `{name}`"), &help))
        }
    }
}

/// A path of the working directory as one of the site's folder.
fn in_site(site: &Path, name: &str) -> Option<String> {
    let path = Path::new(name).canonicalize().ok()?;
    let inside = path.strip_prefix(site.canonicalize().ok()?).ok()?;
    Some(inside.to_str()?.replace('\\', "/"))
}

/// An address as the library has it: without scheme, host and the site's base path.
fn url_path(config: &Config, name: &str) -> Option<String> {
    let path = match name.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/').unwrap_or(rest.len())..],
        None if name.starts_with('/') => name,
        None => return None,
    };
    let path = path.split(['#', '?']).next().unwrap_or_default();
    let base = config.base_path();
    Some(normal(path.strip_prefix(base.as_str()).unwrap_or(path)))
}

//! A guide that somebody records: a page that is not there yet, and becomes one.

use std::{
    collections::BTreeMap,
    path::{Component, Path},
};

use crate::{
    proof::{
        plans,
        replace::{Change, Unwritten},
    },
    record::{self, Deed, Draft, Subject},
    report::{Report, StepKind, Verdict},
    site::{
        address::{file_name, title_case},
        failure::Failure,
        load::{Inputs, Site},
        options::Options,
    },
    verify::Job,
};

/// A guide that is recorded.
#[derive(Debug)]
pub struct Recorded {
    options: Options,
    path: String,
    title: String,
    machine: Option<String>,
    columns: u16,
    vars: BTreeMap<String, String>,
    job: Job,
    deeds: Vec<Deed>,
    /// What was written of it.
    written: Option<String>,
}

/// How wide a terminal may be.
const WIDTHS: std::ops::RangeInclusive<u16> = 20..=1000;

impl Recorded {
    /// A guide of this name below `content/`, on this machine, in a terminal of so many columns; `vars` are values that it has by name.
    ///
    /// # Errors
    /// If there is such a page, if the name is none, if there is no such machine; and as for every [`Failure`].
    pub fn new(
        options: Options,
        name: &str,
        machine: Option<&str>,
        columns: u16,
        vars: BTreeMap<String, String>,
    ) -> Result<Self, Failure> {
        let path = path_of(name)?;
        let bundle = path.strip_suffix("/index.md").unwrap_or(&path).trim_end_matches(".md");
        for there in [format!("{bundle}/index.md"), format!("{bundle}.md"), path.clone()] {
            if options.site.join(&there).exists() {
                let message = format!("{there} is there, and nothing is overwritten");
                return Err(Failure::Usage { message, help: "name a guide that does not exist yet".into() });
            }
        }
        let options = Options { drafts: true, ..options };
        let title = title_of(bundle);
        let columns = columns.clamp(*WIDTHS.start(), *WIDTHS.end());
        // It is planned as it will be, with one command that nobody types.
        let (none, no_vars) = (&[], BTreeMap::new());
        let subject = Subject { title: &title, machine, columns, vars: &no_vars, own: &vars, answers: none };
        let text = record::draft(&[], &subject).text() + "\n```command\ntrue\n```\n";
        let mut planned = options.clone();
        planned.texts.insert(path.clone(), text);
        let inputs = Inputs::load(&planned)?;
        let mut jobs = plans::jobs_of(&Site::read(&inputs), &path)?;
        if jobs.is_empty() {
            return Err(Failure::usage(format!("{path} would be no guide"), "name another one"));
        }
        let job = jobs.swap_remove(0);
        if let Some((_, problem)) = job.wrong() {
            return Err(Failure::Configuration(vec![problem.clone()]));
        }
        let machine = machine.map(str::to_owned);
        Ok(Self { options, path, title, machine, columns, vars, job, deeds: Vec::new(), written: None })
    }

    /// What prepares its machine.
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Path of its file relative to the site's folder.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Takes one more command, and writes the draft so far: nothing is lost if that was the last one.
    ///
    /// # Errors
    /// If the file cannot be written, or is not what was written before.
    pub fn add(&mut self, deed: Deed) -> Result<(), Unwritten> {
        self.deeds.push(deed);
        let draft = self.draft();
        if draft.is_empty() { Ok(()) } else { self.write(&draft) }
    }

    /// The draft of all commands.
    pub fn draft(&self) -> Draft {
        let settings = &self.job.plan.settings;
        let subject = Subject {
            title: &self.title,
            machine: self.machine.as_deref(),
            columns: self.columns,
            vars: &settings.vars,
            own: &self.vars,
            answers: &settings.answers,
        };
        record::draft(&self.deeds, &subject)
    }

    /// Writes a draft.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn write(&mut self, draft: &Draft) -> Result<(), Unwritten> {
        let text = draft.text();
        if self.written.as_ref() == Some(&text) {
            return Ok(());
        }
        let file = self.options.site.join(&self.path);
        if let Some(folder) = file.parent() {
            let failed = |error| Unwritten::System { path: self.path.clone(), error };
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let change = Change { path: self.path.clone(), old: self.written.clone(), new: Some(text.clone()) };
        change.write(&self.options.site, "has been changed meanwhile")?;
        self.written = Some(text);
        Ok(())
    }

    /// How it is done in a clean machine: as it was written.
    ///
    /// # Errors
    /// As for every [`Failure`].
    pub fn jobs(&self) -> Result<Vec<Job>, Failure> {
        let inputs = Inputs::load(&self.options)?;
        plans::jobs_of(&Site::read(&inputs), &self.path)
    }

    /// The site, with its drafts.
    pub fn options(&self) -> &Options {
        &self.options
    }
}

/// What outputs have really shown that are not as documented, by their lines.
pub fn otherwise(report: &Report) -> BTreeMap<usize, String> {
    let steps = report.guides.iter().flat_map(|guide| &guide.steps);
    let differ = steps
        .filter(|step| step.kind == StepKind::Expect && matches!(step.verdict, Verdict::Broken | Verdict::Drifted));
    differ.map(|step| (step.line, step.output.clone())).collect()
}

/// The file of a guide of this name.
fn path_of(name: &str) -> Result<String, Failure> {
    let is_plain =
        |part: &str| !part.starts_with(['.', '_']) && part.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
    let below = name.strip_prefix("content/").unwrap_or(name).trim_end_matches('/');
    let below = below.strip_suffix("/index.md").unwrap_or(below);
    let parts = Path::new(below).components().map(|part| match part {
        Component::Normal(part) => part.to_str().filter(|part| is_plain(part)),
        _ => None,
    });
    let parts: Option<Vec<&str>> = parts.collect();
    match parts.filter(|parts| !parts.is_empty()) {
        Some(parts) if below.ends_with(".md") => Ok(format!("content/{}", parts.join("/"))),
        Some(parts) => Ok(format!("content/{}/index.md", parts.join("/"))),
        None => Err(Failure::usage(
            format!("`{name}` cannot name a guide"),
            "name it by folders below content/ and a word: guides/nginx-on-debian",
        )),
    }
}

/// `Nginx on debian` of `content/guides/nginx-on-debian`.
fn title_of(bundle: &str) -> String {
    title_case(file_name(bundle).trim_matches(['-', '_']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, path) in [
            ("nginx", Some("content/nginx/index.md")),
            ("guides/nginx", Some("content/guides/nginx/index.md")),
            ("content/guides/nginx/index.md", Some("content/guides/nginx/index.md")),
            ("guides/nginx.md", Some("content/guides/nginx.md")),
            ("../x", None),
            ("/etc/x", None),
            ("", None),
            ("a/.git/x", None),
            ("_index.md", None),
            ("two words", None),
        ] {
            assert_eq!(path_of(name).ok().as_deref(), path, "{name}");
        }
        assert_eq!(title_of("content/guides/nginx-on_debian"), "Nginx on debian");
    }
}

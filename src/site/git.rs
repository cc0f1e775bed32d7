//! What git says of the site's folder: how it is asked, and when and by whom files were written. Only the program `git` is asked,
//! without a shell, and nothing of the repository changes.

use std::{
    collections::{BTreeMap, HashMap},
    io::ErrorKind,
    path::Path,
    process::{Command, Output},
};

use crate::{
    config::{self, Config, FromGit},
    diagnostic::Diagnostic,
    site::{failure::Failure, record::PageRecord},
    source::{Source, date::Date, place},
    terminal::clean::clean,
};

/// Runs git in a folder, which alone says which repository is meant: a hook's variables would name another.
pub(crate) fn git(site: &Path, arguments: &[&str]) -> Result<Output, Failure> {
    let mut command = Command::new("git");
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(variable);
    }
    command.env("LC_ALL", "C").current_dir(site).args(["--no-optional-locks", "--literal-pathspecs"]).args(arguments);
    command.output().map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::environment("this needs the program git, which is not installed".into()),
        _ => Failure::environment(format!("git cannot be run: {error}")),
    })
}

/// What git said, if it could not do it.
pub(crate) fn succeeded(output: &Output) -> Result<(), Failure> {
    if output.status.success() {
        return Ok(());
    }
    let said = clean(&String::from_utf8_lossy(&output.stderr));
    Err(Failure::environment(format!("git failed: {}", said.trim())))
}

/// What one file has gone through, under all of its names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Past {
    /// When it was first committed; unknown in a clone that does not go back so far.
    first: Option<Date>,
    /// When it was last committed.
    last: Option<Date>,
    /// Who committed to it, the first one first.
    authors: Vec<String>,
}

/// The past of every file below `content/`.
#[derive(Debug, Default)]
pub(crate) struct History {
    files: BTreeMap<String, Past>,
    from: Vec<FromGit>,
    /// What an author should look at.
    pub(crate) warnings: Vec<Diagnostic>,
}

/// Begins a commit in what git writes; no name of a file has it.
const COMMIT: char = '\u{1}';

/// Between the parts of a commit's line.
const PART: char = '\u{2}';

impl History {
    /// Asks git once for all files, if the configuration wants anything of it.
    ///
    /// # Errors
    /// If there is no git, or the site lies in no repository.
    pub(crate) fn read(site: &Path, config: &Config, source: &Source) -> Result<Self, Failure> {
        if config.git.is_empty() {
            return Ok(Self::default());
        }
        let at = place::of(source, &["git"]);
        let inside = git(site, &["rev-parse", "--is-shallow-repository"])?;
        if String::from_utf8_lossy(&inside.stderr).contains("not a git repository") {
            let problem = Diagnostic::error(
                "configuration",
                "`git` asks for the history of pages, and the site lies in no repository",
            );
            let help = "clone the repository where the site is built, or remove `git`";
            return Err(Failure::Configuration(vec![problem.at(source, at).help(help)]));
        }
        succeeded(&inside)?;
        let is_shallow = inside.stdout.starts_with(b"true");
        let format = format!("--format={COMMIT}%aI{PART}%aN{PART}%P");
        let log = [
            "log",
            "--topo-order",
            "--name-status",
            "-M",
            "-z",
            "--no-ext-diff",
            "--relative",
            &format,
            "--",
            "content",
        ];
        let log = git(site, &log)?;
        succeeded(&log)?;
        let mut warnings = Vec::new();
        if is_shallow {
            let message = "this clone of the repository is shallow: when pages were first published is known of few, and who wrote them in part";
            let help = "fetch the whole history (git fetch --unshallow; in GitHub's actions/checkout, fetch-depth: 0)";
            warnings.push(Diagnostic::warning("shallow-clone", message).in_file(config::FILE_NAME).help(help));
        }
        let files = pasts(&String::from_utf8_lossy(&log.stdout), is_shallow);
        Ok(Self { files, from: config.git.clone(), warnings })
    }

    /// Says of a page what its front matter does not say.
    pub(crate) fn tell(&self, record: &mut PageRecord) {
        let Some(past) = self.files.get(&record.source) else { return };
        let front = &mut record.front;
        if self.from.contains(&FromGit::Dates) {
            front.published = front.published.take().or_else(|| past.first.clone());
            let is_later =
                past.last.as_ref().zip(front.published.as_ref()).is_none_or(|(last, first)| last.day > first.day);
            front.modified = front.modified.take().or_else(|| past.last.clone().filter(|_| is_later));
        }
        if self.from.contains(&FromGit::Authors) && front.authors.is_empty() {
            front.authors.clone_from(&past.authors);
            for (_, terms) in
                front.taxonomies.iter_mut().filter(|(key, _)| ["authors", "author"].contains(&key.as_str()))
            {
                terms.clone_from(&past.authors);
            }
        }
    }
}

/// Reads what `git log` wrote, the newest commit first: of each file, by its name now, what became of it.
fn pasts(log: &str, is_shallow: bool) -> BTreeMap<String, Past> {
    let mut files: BTreeMap<String, Past> = BTreeMap::new();
    // What files are called now that had another name then; nothing, if another file has had the name since.
    let mut names: HashMap<String, Option<String>> = HashMap::new();
    for commit in log.split(COMMIT).skip(1) {
        let (head, changes) = commit.split_once('\0').unwrap_or((commit, ""));
        let mut parts = head.trim_end().split(PART);
        let (Some(date), Some(author), Some(parents)) =
            (parts.next().and_then(Date::parse), parts.next(), parts.next())
        else {
            continue;
        };
        // At the end of a shallow clone every file looks as if it were new.
        if is_shallow && parents.is_empty() {
            continue;
        }
        let mut rest = changes.split('\0').map(|part| part.trim_start_matches('\n')).filter(|part| !part.is_empty());
        while let Some(status) = rest.next() {
            let Some(path) = rest.next() else { break };
            let moved = matches!(status.as_bytes()[0], b'R' | b'C').then(|| rest.next()).flatten();
            let now = match names.get(moved.unwrap_or(path)) {
                Some(None) => continue,
                Some(Some(now)) => now.clone(),
                None => moved.unwrap_or(path).to_owned(),
            };
            let past = files.entry(now.clone()).or_default();
            past.last.get_or_insert_with(|| date.clone());
            past.authors.retain(|known| known != author);
            past.authors.insert(0, author.to_owned());
            match (status.as_bytes()[0], moved) {
                (b'R', Some(new)) => {
                    names.insert(new.to_owned(), None);
                    names.insert(path.to_owned(), Some(now));
                }
                (b'A', _) | (b'C', _) => {
                    past.first = Some(date.clone());
                    names.insert(moved.unwrap_or(path).to_owned(), None);
                }
                (b'D', _) => {
                    names.insert(path.to_owned(), None);
                }
                _ => {}
            }
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What git writes of commits, the newest first: date, author, parents, changes.
    fn log(commits: &[(&str, &str, &str, &[&str])]) -> String {
        let commit = |(date, author, parents, changes): &(&str, &str, &str, &[&str])| {
            format!("{COMMIT}{date}T10:00:00+02:00{PART}{author}{PART}{parents}\0\n{}\0", changes.join("\0"))
        };
        commits.iter().map(commit).collect()
    }

    #[test]
    fn a_file_is_followed_through_its_names() {
        let log = log(&[
            ("2026-05-01", "Cy", "p", &["M", "content/c.md", "A", "content/a.md"]),
            ("2026-04-01", "Bo", "p", &["R090", "content/b.md", "content/c.md", "D", "content/gone.md"]),
            ("2026-03-01", "Ann", "p", &["M", "content/b.md"]),
            ("2026-02-01", "Bo", "p", &["R100", "content/a.md", "content/b.md"]),
            ("2026-01-01", "Ann", "", &["A", "content/a.md", "A", "content/gone.md"]),
        ]);
        let found = pasts(&log, false);
        let past = |first: &str, last: &str, authors: &[&str]| Past {
            first: Date::parse(&format!("{first}T10:00:00+02:00")),
            last: Date::parse(&format!("{last}T10:00:00+02:00")),
            authors: authors.iter().map(|name| (*name).to_owned()).collect(),
        };
        assert_eq!(found["content/c.md"], past("2026-01-01", "2026-05-01", &["Ann", "Bo", "Cy"]));
        // Another file has the name that it had.
        assert_eq!(found["content/a.md"], past("2026-05-01", "2026-05-01", &["Cy"]));
        // At the end of a shallow clone nothing is known of the first time.
        let shallow = pasts(&log, true);
        assert_eq!(shallow["content/c.md"].first, None);
        assert_eq!(shallow["content/c.md"].last, past("2026-01-01", "2026-05-01", &[]).last);
    }
}

//! What the shells of a terminal are like, apart from the files around them, so that others can be made like them.
//!
//! Bash says of itself what can be typed again (`declare -p`, `shopt -p`, `alias -p`, `trap -p`; bash(1), SHELL BUILTIN COMMANDS). It
//! is asked by a hidden line, and what it says goes into a file, so that the terminal shows nothing of it. Whether another shell is like
//! it, is not believed but compared: it is asked in the same way.
//!
//! A shell that waits for another one, which was opened in it (`su - ann`), cannot be asked. So it is asked before that, and what opened
//! the other one is typed again.

use serde::{Deserialize, Serialize};

use super::{
    host::Running,
    live::{Live, Opening},
};
use crate::{
    machine::{self, Error, Run, RunId},
    plan::Plan,
    session::{Place, Step, inject},
    terminal::{line::quoted, program},
};

/// What is asked, each with what shows it. History comes without numbers and times; `jobs` is told to nobody who would hear of it later,
/// as it is by a shell of its own. The hidden line has kept the last status.
const ASKED: [(&str, &str); 10] = [
    ("variables", "declare -p"),
    ("functions", "declare -f; declare -F"),
    ("aliases", "alias -p"),
    ("options", "shopt -p; shopt -po"),
    ("traps and limits", "trap -p; umask -p; ulimit -a"),
    ("completions and builtins", "complete -p; enable -p"),
    ("arguments", "echo \"${@@Q}\""),
    ("last status", "echo \"$__gp_s\""),
    ("history", "HISTTIMEFORMAT= history"),
    (
        "folder, groups, jobs and open files",
        "pwd; dirs -p; id -G; jobs -l | cat; for f in /proc/$$/fd/*; do echo \"${f##*/}\"; done",
    ),
];

/// Variables that are others in each shell, or say nothing of it; and so do those that bash alone sets, whose names begin with `BASH_`
/// or `COMP_` (its completion).
const VARY: [&str; 14] = [
    "_",
    "BASHPID",
    "DIRSTACK",
    "EPOCHREALTIME",
    "EPOCHSECONDS",
    "FUNCNAME",
    "GROUPS",
    "HISTCMD",
    "LINENO",
    "PIPESTATUS",
    "PPID",
    "RANDOM",
    "SECONDS",
    "SRANDOM",
];

/// Most bytes that a shell says of itself.
const LARGEST: usize = 4 << 20;

/// What stands for the mark of a shell, which is another one in each, in what it has said: no shell says a control character as it is.
const MARK: &str = "\u{1}mark\u{1}";

/// What a shell has said of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Shell {
    parts: Vec<String>,
    /// Its working directory.
    folder: String,
}

/// A shell that waits for one that was opened in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Waiting {
    /// What it was like before.
    shell: Shell,
    /// The command that has opened the other one.
    command: String,
    /// The number of its step, which says what is answered.
    step: usize,
}

impl Waiting {
    /// What the shell of a terminal is like, in which a step is about to type a command that opens another one; `None` if it does more than
    /// that, or the shell cannot be asked.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn before<M: Running>(
        command: &str,
        step: usize,
        machine: &M,
        live: &mut Live<M::Terminal>,
    ) -> machine::Result<Option<Self>> {
        if !program::only_opens_shell(command) {
            return Ok(None);
        }
        let shell = Shell::of(machine, live).await?.ok();
        Ok(shell.map(|shell| Self { shell, command: command.to_owned(), step }))
    }
}

/// The shells of a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shells {
    /// Those that wait, the outermost first.
    waiting: Vec<Waiting>,
    /// The one at whose prompt it stands.
    shell: Shell,
}

impl Shells {
    /// What the shells of a terminal are like, of which those that wait were asked before, or why that cannot be known.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn of<M: Running>(
        machine: &M,
        live: &mut Live<M::Terminal>,
        waiting: &[Waiting],
    ) -> machine::Result<Result<Self, String>> {
        let inner = live.places().get(1..).unwrap_or_default();
        let is_known = |(waiting, place): (&Waiting, &Place)| waiting.command == place.opened_by;
        // Behind those that wait may be some that were left, or in which nothing was opened.
        let waiting = waiting.get(..inner.len()).filter(|waiting| waiting.iter().zip(inner).all(is_known));
        let Some(waiting) = waiting else {
            return Ok(Err("another shell or program is open in the terminal".into()));
        };
        Ok(Shell::of(machine, live).await?.map(|shell| Self { waiting: waiting.to_vec(), shell }))
    }

    /// Those that wait, the outermost first.
    pub(super) fn waiting(&self) -> &[Waiting] {
        &self.waiting
    }

    /// Opens a terminal with shells like these: `plan` says what is answered to what opens them. Or why that cannot be done.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn put_back<M: Running>(
        &self,
        machine: &M,
        plan: &Plan,
    ) -> machine::Result<Result<Live<M::Terminal>, String>> {
        // In its folder from the beginning, as the one before may have been; those behind it go to theirs.
        let first = self.waiting.first().map_or(&self.shell, |waiting| &waiting.shell);
        let folder = Some(first.folder.clone());
        let opening = Opening { columns: plan.settings.columns, folder, ..Opening::default() };
        let mut live = match Live::open(machine, opening, None).await {
            // The folder is gone, or the shell shows no prompt.
            Err(error) if !error.is_of_engine() => return Ok(Err(error.to_string())),
            opened => opened?,
        };
        for Waiting { shell, command, step } in &self.waiting {
            if let Err(why) = shell.put_back(machine, &mut live).await? {
                return Ok(Err(why));
            }
            let depth = live.places().len();
            // What was known to the terminal before (`sudo`) is asked once more in this one.
            let mut steps: Vec<_> = plan.steps.iter().filter(|known| known.number <= *step).collect();
            steps.sort_by_key(|known| known.number != *step);
            let answers = steps.iter().flat_map(|step| super::run::answers(plan, &step.attributes)).collect();
            let outcome = live.quietly(Step { answers, ..Step::new(command) }).await?;
            if !outcome.ready || live.places().len() != depth + 1 {
                return Ok(Err(format!("`{command}` has not opened a shell once more")));
            }
        }
        Ok(self.shell.put_back(machine, &mut live).await?.map(|()| live))
    }
}

/// What the shell of a place marks its prompts with, if it is bash.
fn mark(key: &str, place: &Place) -> Option<String> {
    place.mark().filter(|_| place.name == "bash").map(|number| inject::mark(key, number))
}

impl Shell {
    /// What the shell at whose prompt a terminal stands is like, or why that cannot be known.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    async fn of<M: Running>(machine: &M, live: &mut Live<M::Terminal>) -> machine::Result<Result<Self, String>> {
        let place = live.places().last().cloned();
        let Some((place, mark)) = place.and_then(|place| mark(live.key(), &place).map(|mark| (place, mark))) else {
            return Ok(Err("its shell is not bash, which alone can say what it is like".into()));
        };
        let file = file();
        let shows: Vec<String> = ASKED.iter().map(|(_, show)| format!("{show}; printf '\\036\\n'")).collect();
        let asked = live.quietly(Step::new(&inject::said(&shows.join("; "), &file))).await?;
        if !asked.ready {
            return Ok(Err("no prompt has come back".into()));
        }
        let said = machine.read(&file, LARGEST).await;
        remove(machine, &[&file]).await?;
        let parts = match said {
            Ok(said) => parts(&String::from_utf8_lossy(&said.content).replace(&mark, MARK)),
            Err(Error::File(_)) => None,
            Err(error) => return Err(error),
        };
        let Some(parts) = parts else { return Ok(Err("its shell has not said what it is like".into())) };
        Ok(Ok(Self { parts, folder: place.cwd.unwrap_or_default() }))
    }

    /// Makes a shell that was just opened in a terminal like this one. What is still another is said.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    async fn put_back<M: Running>(
        &self,
        machine: &M,
        live: &mut Live<M::Terminal>,
    ) -> machine::Result<Result<(), String>> {
        let Some(place) = live.places().last().cloned() else { return Ok(Err("there is no shell".into())) };
        let mark = mark(live.key(), &place).unwrap_or_default();
        let (script, history) = (file(), file());
        let user = place.user.as_deref();
        // The first one was opened in its folder.
        let folder = quoted(&self.folder);
        let goes = match live.places().len() > 1 {
            true => format!("[ \"$PWD\" = {folder} ] || {{ cd -- {folder}; unset OLDPWD; }}"),
            false => String::new(),
        };
        for (file, text) in [(&history, self.part("history").to_owned()), (&script, self.script(&goes, &history))] {
            let text = text.replace(MARK, &mark);
            match machine.write(file, text.as_bytes(), user, Some(0o600)).await {
                Err(Error::File(why)) => return Ok(Err(format!("there is no place for what it was like: {why}"))),
                written => written?,
            }
        }
        live.quietly(Step::new(&inject::sourced(&script))).await?;
        remove(machine, &[&script, &history]).await?;
        let now = match Self::of(machine, live).await? {
            Ok(now) => now,
            Err(why) => return Ok(Err(why)),
        };
        let other = ASKED.iter().zip(self.parts.iter().zip(&now.parts)).find(|(_, (was, is))| was != is);
        Ok(match other {
            None => Ok(()),
            Some(((what, _), (was, is))) => {
                Err(format!("the {what} of its shell cannot be put back: {}", first(was, is)))
            }
        })
    }

    fn part(&self, name: &str) -> &str {
        ASKED.iter().zip(&self.parts).find(|((known, _), _)| *known == name).map_or("", |(_, part)| part)
    }

    /// A script that makes a shell like this one, in the folder to which `goes` goes. Functions come before aliases, which would change
    /// them, and options late: with some of them what cannot be set again would end the shell, and with one of them the lines of the
    /// script are history, too.
    fn script(&self, goes: &str, history: &str) -> String {
        let typed = |line: &&str| line.starts_with("trap ") || line.starts_with("umask ");
        let traps: Vec<&str> = self.part("traps and limits").lines().filter(typed).collect();
        let parts =
            ["functions", "aliases", "completions and builtins", "variables"].map(|name| self.part(name)).join("\n");
        let (traps, options) = (traps.join("\n"), self.part("options"));
        let (arguments, status) = (self.part("arguments").trim_end(), self.part("last status").trim_end());
        format!(
            "unalias -a\n{goes}\n{parts}\n{traps}\n{options}\nset -- {arguments}\n__gp_s={status}\nhistory -c; history -r {history}\n"
        )
    }
}

/// A new file in a machine, which is there only while a shell is asked.
fn file() -> String {
    format!("/tmp/.guidepost-{}", RunId::random().as_str())
}

async fn remove<M: Running>(machine: &M, files: &[&str]) -> machine::Result<()> {
    let command = [&["rm", "-f"], files].concat();
    machine.run(&Run { command: &command, ..Run::default() }).await?;
    Ok(())
}

/// The first line of one text that the other has otherwise.
fn first(was: &str, is: &str) -> String {
    let lacks = |text: &str, line: &&str| !text.lines().any(|other| other == *line);
    let gone = was.lines().find(|line| lacks(is, line));
    let line = gone.or_else(|| is.lines().find(|line| lacks(was, line))).unwrap_or("their order is another one");
    line.chars().take(80).collect()
}

/// What was said, part by part, without what varies; `None` if it is not all of it.
fn parts(said: &str) -> Option<Vec<String>> {
    let mut parts: Vec<&str> = said.split("\u{1e}\n").collect();
    let rest = parts.pop()?;
    if parts.len() != ASKED.len() || !rest.is_empty() {
        return None;
    }
    let kept = |(index, part): (usize, &str)| match ASKED[index].0 {
        "variables" => entries(part).into_iter().filter(|entry| !varies(entry)).collect(),
        // What it is asked with is there, until it is asked no more.
        "history" => {
            let lines = part.lines().map(unnumbered).filter(|line| !line.contains(inject::HIDDEN.trim()));
            lines.map(|line| format!("{line}\n")).collect()
        }
        _ => part.to_owned(),
    };
    Some(parts.into_iter().enumerate().map(kept).collect())
}

/// The entries of `declare -p`: a value may go on over lines.
fn entries(said: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in said.lines() {
        match entries.last_mut() {
            Some(last) if !line.starts_with("declare -") => {
                last.push_str(line);
                last.push('\n');
            }
            _ => entries.push(format!("{line}\n")),
        }
    }
    entries
}

/// Whether an entry of `declare -p` says nothing of the shell.
fn varies(entry: &str) -> bool {
    let name = entry.splitn(3, ' ').nth(2).unwrap_or_default();
    let name = name.split(['=', '\n']).next().unwrap_or_default();
    let is_of_bash = ["BASH_", "COMP_"].iter().any(|of| name.starts_with(of)) && name != "BASH_ENV";
    VARY.contains(&name) || is_of_bash || name.starts_with("__gp_")
}

/// A line of `history` without its number.
fn unnumbered(line: &str) -> &str {
    let line = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
    line.strip_prefix("* ").or_else(|| line.strip_prefix("  ")).unwrap_or(line)
}

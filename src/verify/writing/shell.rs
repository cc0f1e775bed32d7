//! What a shell is like, apart from the files around it, so that another one can be made like it.
//!
//! Bash says of itself what can be typed again (`declare -p`, `shopt -p`, `alias -p`, `trap -p`; bash(1), SHELL BUILTIN COMMANDS). It
//! is asked by a hidden line, and what it says goes into a file, so that the terminal shows nothing of it. Whether another shell is like
//! it, is not believed but compared: it is asked in the same way.

use serde::{Deserialize, Serialize};

use crate::{
    machine::{self, Error, Run, RunId},
    session::{Kind, Step, inject},
    verify::{host::Running, live::Live},
};

/// What is asked, each with what shows it. History comes without numbers and times.
const ASKED: [(&str, &str); 8] = [
    ("variables", "declare -p"),
    ("functions", "declare -f; declare -F"),
    ("aliases", "alias -p"),
    ("options", "shopt -p; shopt -po"),
    ("traps", "trap -p; umask -p; ulimit -a"),
    ("completions", "complete -p; enable -p"),
    ("history", "HISTTIMEFORMAT= history"),
    ("place", "pwd; dirs -p; jobs -l; for f in /proc/$$/fd/*; do echo \"${f##*/}\"; done"),
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

/// What a shell has said of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shell {
    parts: Vec<String>,
    /// Its working directory.
    pub(super) folder: String,
    /// What the marks of its prompts carry.
    pub(super) key: String,
}

impl Shell {
    /// What the shell at whose prompt a terminal stands is like, or why that cannot be known.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn of<M: Running>(
        machine: &M,
        live: &mut Live<M::Terminal>,
    ) -> machine::Result<Result<Self, String>> {
        let place = match live.places() {
            [place] if place.name == "bash" && matches!(place.kind, Kind::Shell { .. }) => place.clone(),
            [_] => return Ok(Err("its shell is not bash, which alone can say what it is like".into())),
            _ => return Ok(Err("another shell or program is open in the terminal".into())),
        };
        let file = file();
        let shows: Vec<String> = ASKED.iter().map(|(_, show)| format!("{show}; printf '\\036\\n'")).collect();
        live.quietly(Step::new(&inject::said(&shows.join("; "), &file))).await?;
        let said = machine.read(&file, LARGEST).await;
        remove(machine, &[&file]).await?;
        let parts = match said {
            Ok(said) => parts(&String::from_utf8_lossy(&said.content)),
            Err(Error::File(_)) => None,
            Err(error) => return Err(error),
        };
        let Some(parts) = parts else { return Ok(Err("its shell has not said what it is like".into())) };
        let key = live.key().to_owned();
        Ok(Ok(Self { parts, folder: place.cwd.unwrap_or_default(), key }))
    }

    /// Makes the shell of a terminal that was just opened like this one. What is still another is said.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn put_back<M: Running>(
        &self,
        machine: &M,
        live: &mut Live<M::Terminal>,
    ) -> machine::Result<Result<(), String>> {
        let Some(place) = live.places().first().cloned() else { return Ok(Err("there is no shell".into())) };
        let (script, history) = (file(), file());
        let user = place.user.as_deref();
        for (file, text) in [(&history, self.part("history").to_owned()), (&script, self.script(&history))] {
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

    /// A script that makes a shell like this one. Functions come before aliases, which would change them, and options late: with some
    /// of them what cannot be set again would end the shell, and with one of them the lines of the script are history, too.
    fn script(&self, history: &str) -> String {
        let typed = |line: &&str| line.starts_with("trap ") || line.starts_with("umask ");
        let traps: Vec<&str> = self.part("traps").lines().filter(typed).collect();
        let parts = ["functions", "aliases", "completions", "variables"].map(|name| self.part(name)).join("\n");
        let (traps, options) = (traps.join("\n"), self.part("options"));
        format!("unalias -a\n{parts}\n{traps}\n{options}\nhistory -c; history -r {history}\n")
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

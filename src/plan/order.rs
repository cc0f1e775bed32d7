//! In which order a page is done. A README is no tutorial: its reader installs first, wherever that stands, by the first way that
//! fits the machine, and tries each example by itself.

use serde::Serialize;
use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use regex::Regex;

use super::{Omission, Step, StepKind, blocks::Block, evidence, prose::Passage};
use crate::terminal::{
    command::{self, Family},
    line,
    program::need::{Need, needs},
};

/// In which order the steps of a page are done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// From the top to the end; what breaks ends the guide.
    #[default]
    Page,
    /// What installs first, then each part by itself: one that breaks does not hide the others.
    Readme,
}

impl Order {
    /// Both of them.
    pub(super) const ALL: [Self; 2] = [Self::Page, Self::Readme];

    /// Its name in YAML.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Readme => "readme",
        }
    }

    /// That of a file whose author says nothing: a README that is no page of a site is one.
    pub(super) fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let is_readme = stem.eq_ignore_ascii_case("readme") && !path.starts_with("content/");
        if is_readme { Self::Readme } else { Self::Page }
    }
}

/// The part that installs.
pub(crate) const INSTALLING: usize = 0;

/// Headings of what installs.
static HEADING: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"(?i)^\W*(?:[0-9]+[.)]?\s+)?(?:how to |quick )?(?:install(?:ation|ing)?\b|set(?:ting)? ?up\b|build(?:ing)?\b|prerequisites?\b|requirements?\b|dependencies\b|download(?:ing|s)?\b|get(?:ting)? (?:it|the)\b)";
    Regex::new(words).expect("a valid pattern")
});

/// How many levels of headings below the title part a README.
const DEPTH: usize = 2;

/// The part of each block of a README, by its file and line: [`INSTALLING`], or the number of its section.
pub(super) fn parts(blocks: &[Block<'_>], prose: &[Passage]) -> HashMap<(String, usize), usize> {
    let mut known: Vec<Vec<String>> = Vec::new();
    let part = |block: &Block<'_>| {
        let headings = evidence::headings(&prose[..block.passages]);
        let part = if headings.iter().any(|heading| HEADING.is_match(heading)) {
            INSTALLING
        } else {
            let outer: Vec<String> = headings.iter().take(DEPTH).map(|heading| (*heading).to_owned()).collect();
            let at = known.iter().position(|other| *other == outer).unwrap_or_else(|| {
                known.push(outer);
                known.len() - 1
            });
            at + 1
        };
        let at = block.at();
        ((at.path, at.line), part)
    };
    blocks.iter().map(part).collect()
}

/// Steps in the order of a README, numbered anew, and the part of each by its number. An output stays behind its command, wherever
/// the page shows it.
pub(super) fn readme(steps: Vec<Step>, parts: &HashMap<(String, usize), usize>) -> (Vec<Step>, BTreeMap<usize, usize>) {
    let place = |step: &Step| parts.get(&(step.at.path.clone(), step.block)).copied().unwrap_or(usize::MAX);
    let places: HashMap<usize, usize> = steps.iter().map(|step| (step.number, place(step))).collect();
    let shown: HashMap<usize, usize> = (steps.iter())
        .filter_map(|step| match &step.kind {
            StepKind::Expect { of, .. } => Some((step.number, *of)),
            _ => None,
        })
        .collect();
    let part = |number: usize| places[shown.get(&number).filter(|of| places.contains_key(of)).unwrap_or(&number)];
    let (installing, others): (Vec<Step>, Vec<Step>) =
        steps.into_iter().partition(|step| part(step.number) == INSTALLING);
    let mut ordered = installing;
    one_way(&mut ordered);
    ordered.extend(others);
    let numbers: HashMap<usize, usize> = ordered.iter().zip(1..).map(|(step, number)| (step.number, number)).collect();
    let mut found = BTreeMap::new();
    for step in &mut ordered {
        let part = part(step.number);
        step.number = numbers[&step.number];
        found.insert(step.number, part);
        if let StepKind::Expect { of, .. } = &mut step.kind {
            *of = numbers.get(of).copied().unwrap_or(*of);
        }
    }
    (ordered, found)
}

/// What a step installs, and how.
struct Installed {
    line: usize,
    /// The commands that install, as they are typed.
    typed: Vec<String>,
    things: Vec<String>,
}

impl Installed {
    /// Whether another step installs nothing that this one has not, in another way. What is typed again may be for another folder.
    fn makes_needless(&self, other: &Self) -> bool {
        other.things.iter().all(|thing| self.things.contains(thing)) && self.typed != other.typed
    }
}

/// Of several ways to install the same thing, the first that fits the machine is gone.
fn one_way(steps: &mut [Step]) {
    let mut gone: Vec<Installed> = Vec::new();
    for step in steps.iter_mut().filter(|step| step.skip.is_none()) {
        let StepKind::Run { commands } = &step.kind else { continue };
        let lines = commands.iter().flat_map(|command| &command.lines);
        let typed: Vec<&str> = lines.flat_map(|typed| line::commands(typed)).collect();
        let installs = typed.iter().filter_map(|command| Some((*command, installed(command)?)));
        let (installs, things): (Vec<&str>, Vec<Vec<String>>) = installs.unzip();
        let typed_there = installs.into_iter().map(str::to_owned).collect();
        let own = Installed { line: step.at.line, typed: typed_there, things: things.concat() };
        if own.things.is_empty() {
            continue;
        }
        let family = |command: &&str| line::Run::of(command).and_then(|run| command::family_of(&run.name));
        let mut families: Vec<Family> = typed.iter().filter_map(family).collect();
        families.dedup();
        let fits = families.contains(&Family::Debian);
        let why = match gone.iter().find(|before| before.makes_needless(&own)) {
            _ if fits && families.len() > 1 => {
                ("it has ways to install for several systems in one block".to_owned(), Omission::Undecided)
            }
            _ if !fits && !families.is_empty() => {
                ("it installs on another system than the machine's".to_owned(), Omission::Optional)
            }
            Some(before) => {
                (format!("it is another way to install what line {} installs", before.line), Omission::Optional)
            }
            None => {
                gone.push(own);
                continue;
            }
        };
        (step.skip, step.omission) = (Some(why.0), Some(why.1));
    }
}

/// What a command installs, without versions and extras: `pip install "tool[all]==1.2"` installs `tool`.
pub(super) fn installed(command: &str) -> Option<Vec<String>> {
    let verbs = ["install", "add", "i", "get", "global", "-S", "-Sy", "-Syu"];
    let run = line::Run::of(command)?;
    if !needs(command).contains(&Need::Network) && command::family_of(&run.name).is_none() {
        return None;
    }
    // `pipx install` runs what is called `install` no more than `pip install` does.
    let given = line::words(command);
    let at = given.iter().skip(1).position(|word| verbs.contains(&word.as_str()))? + 1;
    let name = |word: &String| {
        let name = word.split(".git@").next().unwrap_or(word).trim_end_matches(".git");
        let name = name.rsplit('/').next().unwrap_or(name);
        let end = name.find(['[', '=', '<', '>', '@', '~']).filter(|end| *end > 0).unwrap_or(name.len());
        name[..end].to_lowercase()
    };
    let words = given[at + 1..].iter().filter(|word| !word.starts_with('-') && !verbs.contains(&word.as_str()));
    Some(words.map(name).filter(|name| !name.is_empty() && name != ".").collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_what_installs() {
        for (heading, installs) in [
            ("Installation", true),
            ("📦 Install", true),
            ("How to install", true),
            ("2. Building from source", true),
            ("Setup", true),
            ("Requirements", true),
            ("Uninstall", false),
            ("Usage", false),
            ("Installed tools", false),
            ("Getting started", false),
        ] {
            assert_eq!(HEADING.is_match(heading), installs, "{heading}");
        }
    }

    #[test]
    fn what_commands_install() {
        for (line, things) in [
            ("pip install \"tool[all]==1.2\"", Some(vec!["tool"])),
            ("brew install me/tap/tool", Some(vec!["tool"])),
            ("sudo apt install -y tool", Some(vec!["tool"])),
            ("npm install -g @me/tool@next", Some(vec!["tool"])),
            ("sudo pacman -S tool", Some(vec!["tool"])),
            ("pip install git+https://example.org/me/tool.git@next", Some(vec!["tool"])),
            ("pip install .", Some(vec![])),
            ("pipx install tool", Some(vec!["tool"])),
            ("make install", None),
            ("tool install x", None),
        ] {
            let expected = things.map(|things| things.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(installed(line), expected, "{line}");
        }
    }

    #[test]
    fn what_another_way_is() {
        let step = |typed: &str| Installed {
            line: 1,
            typed: vec![typed.to_owned()],
            things: installed(typed).expect("it installs"),
        };
        for (before, after, needless) in [
            ("pip install tool", "pipx install tool", true),
            ("sudo apt install -y git tool", "pip install tool", true),
            ("sudo apt install -y git curl", "sudo apt install -y git make", false),
            ("pip install -r requirements.txt", "pip install -r requirements.txt", false),
        ] {
            assert_eq!(step(before).makes_needless(&step(after)), needless, "{before}: {after}");
        }
    }

    #[test]
    fn readmes_by_their_names() {
        for (path, order) in [
            ("README.md", Order::Readme),
            ("pkg/readme.markdown", Order::Readme),
            ("docs/use.md", Order::Page),
            ("content/guides/readme.md", Order::Page),
        ] {
            assert_eq!(Order::of(path), order, "{path}");
        }
    }
}

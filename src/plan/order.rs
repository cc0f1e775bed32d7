//! In which order a page is done. A README is no tutorial: its reader installs first, wherever that stands, and tries each example
//! by itself.

use serde::Serialize;
use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use regex::Regex;

use super::{
    Step, StepKind,
    blocks::Block,
    evidence,
    prose::{Kind, Passage},
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

/// Headings that pages about a program have, and tutorials have not.
static OF_REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"(?i)^\W*(?:(?:basic|detailed|api|cli|command[ -]?line) )?(?:usage(?: .*)?|options|api|cli|command[ -]?line interface|quick ?start|features|faq|licen[sc]e|contributing|change ?log|documentation|credits|acknowledge?ments|related)\W*$";
    Regex::new(words).expect("a valid pattern")
});

/// Whether a page is about a program as a whole, as a README is: its examples are tried one by one.
pub(super) fn is_reference(path: &str, prose: &[Passage]) -> bool {
    let is_heading = |passage: &&Passage| matches!(passage.kind, Kind::Heading(_));
    let mut headings = prose.iter().filter(is_heading);
    Order::of(path) == Order::Readme || headings.any(|heading| OF_REFERENCE.is_match(&heading.text))
}

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
    fn headings_of_pages_about_a_program() {
        for (heading, is) in [
            ("Usage", true),
            ("📖 Usage:", true),
            ("Command-line usage", true),
            ("Usage as a module", true),
            ("License", true),
            ("Using it", false),
            ("Step 1 - Usage of memory", false),
            ("Options for the firewall", false),
            ("Installation", false),
        ] {
            assert_eq!(OF_REFERENCE.is_match(heading), is, "{heading}");
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

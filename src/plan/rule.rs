//! Rules: what a place says of the guides, blocks or commands that a pattern selects.

use globset::{GlobBuilder, GlobMatcher};
use serde_json::{Map, Value};

use super::{
    attributes::{self, Given, unknown},
    blocks::Block,
    command, evidence,
    layer::{Origin, Scope},
    prose::Passage,
    settings::{self, Settings, Written},
    value::{self, Problem},
    yaml::Key,
};
use crate::{
    diagnostic::{Diagnostic, Place},
    guide::{Guide, Role},
    source::key::{Form, Row, names},
    terminal::{
        line::{self, Run},
        program,
    },
};

/// The key of rules.
pub(super) const RULES: &str = "rules";

/// What a rule selects by. All of them have to fit, and of several values of one of them any.
#[rustfmt::skip]
pub(super) const KEYS: &[Row] = &[
    Row { name: "path", form: Form::List, says: "Guides, by patterns of their files' paths: content/gcp/**" },
    Row { name: "section", form: Form::List, says: "Guides below a folder of content/: guides/docker" },
    Row { name: "tag", form: Form::List, says: "Guides, by their tags" },
    Row { name: "at", form: Form::List, says: "Blocks below a heading" },
    Row { name: "language", form: Form::List, says: "Blocks, by their languages" },
    Row { name: "command", form: Form::List, says: "Commands that begin so, `*` standing for anything: certbot, docker * push" },
];

const SELECTORS: &[&str] = &names::<{ KEYS.len() }>(KEYS);

/// What can be said of a single command.
const OF_COMMANDS: &[&str] = &[
    "answers",
    "background",
    "exit",
    "expect",
    "opens",
    "reason",
    "retry",
    "run",
    "skip",
    "terminal",
    "timeout",
    "until",
    "verify",
];

/// A rule that could be read.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    paths: Vec<GlobMatcher>,
    sections: Vec<String>,
    tags: Vec<GlobMatcher>,
    headings: Vec<GlobMatcher>,
    languages: Vec<GlobMatcher>,
    commands: Vec<Pattern>,
    /// What it says of the guides that it fits, or that have a block that it fits.
    pub(super) settings: Settings,
    /// What it says of the blocks or commands that it fits.
    pub(super) attributes: Vec<(String, Value)>,
    /// Where it stands.
    pub(super) place: Place,
    /// What it selects, in a few words.
    pub(super) told: String,
    /// As text, to tell whether it has changed.
    pub(super) raw: String,
    origin: Origin,
}

/// Reads a list of rules. One with an error selects nothing.
pub(super) fn read(rules: &Value, written: &Written<'_>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Rule> {
    let items = match rules {
        Value::Null => return Vec::new(),
        Value::Array(items) => items,
        other => {
            let help = "write `- command: certbot`, and below it `skip: true` and a `reason`";
            let problem = Problem::new(format!("`{RULES}` is {}, a list is wanted", value::kind(other)), help);
            diagnostics.push(written.error(problem, &[Key::Name(RULES.into())]));
            return Vec::new();
        }
    };
    let read = |(number, item): (usize, &Value)| {
        let mut problems = Vec::new();
        let rule = one(number, item, written, &mut problems);
        diagnostics.extend(problems.iter().cloned());
        rule.filter(|_| problems.is_empty())
    };
    items.iter().enumerate().filter_map(read).collect()
}

fn one(number: usize, item: &Value, written: &Written<'_>, problems: &mut Vec<Diagnostic>) -> Option<Rule> {
    let way = [Key::Name(RULES.into()), Key::Index(number)];
    let whole = |message: String, help: &str| written.error(Problem::new(message, help), &way);
    let select = "select guides by `path`, `section` or `tag`, blocks by `language` or `at`, commands by `command`";
    let Value::Object(map) = item else {
        problems.push(whole(format!("this rule is {}, a map is wanted", value::kind(item)), select));
        return None;
    };
    let origin = written.origin(&way);
    let told = told(map);
    let mut rule = Rule {
        paths: Vec::new(),
        sections: Vec::new(),
        tags: Vec::new(),
        headings: Vec::new(),
        languages: Vec::new(),
        commands: Vec::new(),
        settings: Settings::default(),
        attributes: Vec::new(),
        place: origin.place.clone(),
        raw: item.to_string(),
        origin: Origin { rule: Some(told.clone()), ..origin },
        told,
    };
    let below = Written {
        scope: written.scope,
        source: written.source,
        yaml: written.yaml,
        prefix: written.prefix.iter().chain(&way).cloned().collect(),
    };
    for (name, value) in map.iter().filter(|(name, _)| SELECTORS.contains(&name.as_str())) {
        if let Err(problem) = rule.select(name, value) {
            problems.push(below.error(problem, &[Key::Name(name.clone())]));
        }
    }
    let says = map.iter().filter(|(name, _)| !SELECTORS.contains(&name.as_str()));
    for (name, value) in says.clone() {
        if let Err(problem) = rule.say(name, value, &below) {
            problems.push(below.error(problem, &[Key::Name(name.clone())]));
        }
    }
    if !SELECTORS.iter().any(|name| map.contains_key(*name)) {
        problems.push(whole("this rule selects nothing".into(), select));
    } else if says.count() == 0 {
        problems.push(whole(
            "this rule says nothing of what it selects".into(),
            "say `skip: true` and a `reason`, for example",
        ));
    }
    let mut given = Given::default();
    let skips = rule.attributes.iter().all(|(name, value)| given.set(name, value).is_ok()) && given.skip == Some(true);
    if rule.settings.lacks_reason() || skips && given.reason.is_none() {
        problems.push(settings::without_reason(below.origin(&[Key::Name("skip".into())]).place));
    }
    rule.settings = rule.settings.by_rule(&rule.told);
    Some(rule)
}

/// What a rule selects, as its author has it.
fn told(map: &Map<String, Value>) -> String {
    let one = |(name, value): (&String, &Value)| {
        let values = value::list(name, value).unwrap_or_default();
        format!("{name} `{}`", values.join("`, `"))
    };
    let selectors = map.iter().filter(|(name, _)| SELECTORS.contains(&name.as_str()));
    selectors.map(one).collect::<Vec<_>>().join(" and ")
}

impl Rule {
    fn select(&mut self, name: &str, value: &Value) -> Result<(), Problem> {
        let texts = value::list(name, value)?;
        if texts.is_empty() {
            return Err(Problem::new(format!("`{name}` is an empty list, which fits nothing"), "name what it selects"));
        }
        let globs = |whole: bool| texts.iter().map(|text| glob(name, text, whole)).collect::<Result<Vec<_>, _>>();
        match name {
            "path" => self.paths = globs(false)?,
            "section" => {
                self.sections = texts.iter().map(|text| text.trim_matches('/').to_owned()).collect();
            }
            "tag" => self.tags = globs(true)?,
            "at" => self.headings = globs(true)?,
            "language" => self.languages = globs(true)?,
            _ => self.commands = texts.iter().map(|text| Pattern::new(text)).collect::<Result<_, _>>()?,
        }
        Ok(())
    }

    /// Takes what it says: of guides, where only guides are selected or only guides can have it; else of blocks and commands.
    fn say(&mut self, name: &str, value: &Value, written: &Written<'_>) -> Result<(), Problem> {
        let of_guides = settings::NAMES.contains(&name);
        // A block's own `machine` is another thing: where a guide is done, its rule says.
        let of_blocks = attributes::NAMES.contains(&name) && name != "machine";
        let selects_blocks = self.selects_blocks();
        if of_guides && !(of_blocks && selects_blocks) {
            return self.settings.set(name, value, written);
        }
        if !of_blocks {
            return Err(unknown(name, &[SELECTORS, settings::NAMES, attributes::NAMES].concat()));
        }
        if !selects_blocks {
            let help = "select blocks by `language` or `at`, or commands by `command`";
            return Err(Problem::new(format!("`{name}` is said of blocks, and this rule selects guides"), help));
        }
        if !self.commands.is_empty() && !OF_COMMANDS.contains(&name) {
            let help = "select blocks by `language` or `at` for that";
            return Err(Problem::new(format!("`{name}` cannot be said of a single command"), help));
        }
        Given::default().set(name, value)?;
        self.attributes.push((name.to_owned(), value.clone()));
        Ok(())
    }

    /// Whether it stands outside guides and their sidecars.
    pub(super) fn is_outer(&self) -> bool {
        self.origin.scope < Scope::Guide
    }

    /// Whether it speaks of blocks or commands.
    pub(super) fn selects_blocks(&self) -> bool {
        !(self.headings.is_empty() && self.languages.is_empty() && self.commands.is_empty())
    }

    /// Whether it speaks of single commands.
    pub(super) fn selects_commands(&self) -> bool {
        !self.commands.is_empty()
    }

    /// Whether a guide is one of those that it selects.
    pub(super) fn fits_guide(&self, guide: &Guide) -> bool {
        let path = guide.path.as_str();
        let inner = path.strip_prefix("content/").unwrap_or(path);
        let is_below = |section: &String| {
            section.is_empty() || inner.strip_prefix(section.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        let is_tagged = |glob: &GlobMatcher| guide.front.terms("tags").iter().any(|tag| glob.is_match(tag));
        any(&self.paths, |glob| glob.is_match(path) || glob.is_match(inner))
            && any(&self.sections, is_below)
            && any(&self.tags, is_tagged)
    }

    /// Whether a block is one of those that it selects, whatever its commands.
    pub(super) fn fits_block(&self, block: &Block<'_>, prose: &[Passage]) -> bool {
        let is_it = |text: &str| {
            let plain = text.replace('`', "");
            self.headings.iter().any(|glob| glob.is_match(plain.trim()))
        };
        let is_below = || {
            is_it(&block.section)
                || evidence::headings(prose.get(..block.passages).unwrap_or_default()).into_iter().any(is_it)
        };
        any(&self.languages, |glob| glob.is_match(&block.code.language)) && (self.headings.is_empty() || is_below())
    }

    /// Whether one of the lines that a block types has a command that it selects, if it selects commands.
    pub(super) fn fits_commands(&self, typed: &[String]) -> bool {
        self.commands.is_empty() || typed.iter().any(|typed| self.fits_command(typed))
    }

    /// Whether one of the commands of a typed line is one of those that it selects.
    pub(super) fn fits_command(&self, typed: &str) -> bool {
        let fits = |command| {
            let forms = forms(command);
            self.commands.iter().any(|pattern| pattern.fits(&forms))
        };
        !self.commands.is_empty() && line::commands(typed).any(fits)
    }

    /// Says of a block or command what it says. What the block says itself stays.
    pub(super) fn say_of(&self, given: &mut Given) {
        for (name, value) in &self.attributes {
            if !given.says(name) {
                // It was read before.
                let _ = given.set_by(name, value, self.origin.clone());
            }
        }
    }
}

/// Whether one of several fits, if there are any.
fn any<T>(all: &[T], fits: impl Fn(&T) -> bool) -> bool {
    all.is_empty() || all.iter().any(fits)
}

/// A pattern: of paths, where `*` stays within a folder and `**` does not, or of whole words.
fn glob(name: &str, text: &str, words: bool) -> Result<GlobMatcher, Problem> {
    let glob = GlobBuilder::new(text).literal_separator(!words).case_insensitive(words).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|error| {
        let help = "`*` and `?` stand for any letters, `{a,b}` for either, `**` for any folders";
        Problem::new(format!("`{name}` has a pattern that cannot be read: {}", error.kind()), help)
    })
}

/// The lines that a block types, if it has commands of a shell.
pub(super) fn commands_of(block: &Block<'_>) -> Vec<String> {
    let code = &block.code;
    let of_shell = code.role == Role::Command || code.language.is_empty() || program::is_of_shell(&code.language);
    if !of_shell || matches!(code.role, Role::File | Role::Output) {
        return Vec::new();
    }
    command::lines_of(&code.language, &code.text).into_iter().map(|(_, line)| line).collect()
}

/// A pattern of commands: words that a command begins with, `*` standing for any text in a word or for any words.
#[derive(Debug, Clone)]
struct Pattern {
    /// Each of them as words: as it is written, and as what it runs in the end.
    forms: Vec<Vec<GlobMatcher>>,
}

impl Pattern {
    fn new(text: &str) -> Result<Self, Problem> {
        let compile = |words: Vec<String>| {
            let words = words.iter().map(|word| glob("command", word, true));
            words.collect::<Result<Vec<_>, _>>()
        };
        let forms: Result<Vec<_>, _> = forms(text).into_iter().map(compile).collect();
        let forms: Vec<Vec<GlobMatcher>> = forms?;
        if forms.is_empty() {
            return Err(Problem::new("this pattern fits every command", "begin it with the name of a program"));
        }
        Ok(Self { forms })
    }

    /// Whether a command of these [forms](forms()) is one that it selects.
    fn fits(&self, command: &[Vec<String>]) -> bool {
        self.forms.iter().any(|pattern| command.iter().any(|words| begins(words, pattern)))
    }
}

/// The words of a command as they are written, and of what it runs in the end: those of `sudo reboot` and `reboot`. Not those of
/// `sudo *`, which could be anything.
fn forms(text: &str) -> Vec<Vec<String>> {
    let mut words = line::words(text);
    words.drain(..words.iter().take_while(|word| line::is_assignment(word)).count());
    if let Some(first) = words.first_mut() {
        *first = line::base(first).to_owned();
    }
    let run = Run::of(text).map(|run| [vec![run.name], run.arguments].concat());
    let mut forms: Vec<Vec<String>> = [Some(words), run].into_iter().flatten().collect();
    forms.retain(|words| words.first().is_some_and(|first| first.contains(|c: char| c.is_alphanumeric())));
    forms.dedup();
    forms
}

/// Whether words begin as a pattern has them.
fn begins(words: &[String], pattern: &[GlobMatcher]) -> bool {
    let Some((first, rest)) = pattern.split_first() else { return true };
    if first.glob().glob() == "*" {
        return (0..=words.len()).any(|skipped| begins(&words[skipped..], rest));
    }
    words.split_first().is_some_and(|(word, words)| first.is_match(word) && begins(words, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_patterns_of_commands_fit() {
        for (pattern, fits, others) in [
            (
                "reboot",
                &["reboot", "sudo reboot", "reboot now", "apt update && sudo reboot", "/sbin/reboot"][..],
                &["echo reboot", "rebooted", "systemctl reboot"][..],
            ),
            ("certbot *", &["certbot", "sudo certbot --nginx -d x"], &["certbot-auto", "apt install certbot"]),
            ("docker * push", &["docker push a", "docker image push a"], &["docker pull a", "git push"]),
            ("docker compose up", &["docker compose up -d", "sudo docker compose up"], &["docker compose down"]),
            ("apt* install", &["apt-get install -y x", "sudo apt install x"], &["apt update"]),
            ("sudo *", &["sudo reboot"], &["reboot"]),
            ("LANG=C make", &["make all", "A=b make"], &["cmake"]),
        ] {
            let pattern = Pattern::new(pattern).expect("a pattern");
            let fits_one = |typed: &str| line::commands(typed).any(|command| pattern.fits(&forms(command)));
            fits.iter().for_each(|typed| assert!(fits_one(typed), "{typed} {pattern:?}"));
            others.iter().for_each(|typed| assert!(!fits_one(typed), "{typed} {pattern:?}"));
        }
        assert!(Pattern::new("*").is_err() && Pattern::new("* x").is_err() && Pattern::new("a [").is_err());
    }

    #[test]
    fn the_rows_say_what_is_read() {
        let source = crate::source::Source::new("guidepost.yaml", "");
        let scope = Scope::Library;
        let yaml = crate::source::Span::new(0, 0);
        let written = Written { scope, source: &source, yaml, prefix: Vec::new() };
        let takes = |name: &str, value: &Value| {
            let item = Value::from(vec![Value::from_iter([
                (name.to_owned(), value.clone()),
                ("timeout".to_owned(), Value::from("5m")),
            ])]);
            let mut diagnostics = Vec::new();
            read(&item, &written, &mut diagnostics).len() == 1
        };
        crate::source::key::check(KEYS, takes);
    }
}

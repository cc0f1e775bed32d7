//! What is said about the verification of guides as a whole, in any of the places that can say it.

use serde::Serialize;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, time::Duration};

use super::{
    At, Command,
    attributes::{Answer, unknown},
    command, duration,
    layer::{Origin, Scope},
    order::Order,
    placeholder::Kind,
    value::{self, DEFAULTS, Problem},
    yaml::{self, Key},
};
use crate::{
    diagnostic::{Diagnostic, Place, nearest},
    machine::{self, DEFAULT},
    source::{
        Source, Span,
        key::{Form, Named, Row, names},
    },
};

/// The keys of `verify:`, wherever it stands, and of a sidecar.
#[rustfmt::skip]
pub(super) const KEYS: &[Row] = &[
    Row { name: "machine", form: Form::Name(Named::Machine), says: "Name of the machine; the first of guidepost.yaml by default" },
    Row { name: "machines", form: Form::Names(Named::Machine), says: "Names of machines, on each of which the guide is done; the results are told as one" },
    Row { name: "answers", form: Form::Answers, says: "Replies to questions of any step" },
    Row { name: "setup", form: Form::Lines, says: "Commands that prepare the machine, typed before the first step" },
    Row { name: "requires", form: Form::Names(Named::Guide), says: "Guides to do first, by slug, address or file" },
    Row { name: "timeout", form: Form::Time, says: "How long one command may take" },
    Row { name: "columns", form: Form::Columns, says: "How wide its terminals are" },
    Row { name: "order", form: Form::Word(|| Order::ALL.map(Order::name).to_vec()), says: "In which order its steps are done; `readme` for a README, `page` for others, by default" },
    Row { name: "skip", form: Form::Truth, says: "The guide is not done; a reason is required" },
    Row { name: "reason", form: Form::Text, says: "Why it is not done" },
    Row { name: "vars", form: Form::Vars, says: "Values for placeholders" },
    Row { name: "kinds", form: Form::Kinds(|| Kind::ALL.iter().map(|kind| kind.name()).collect()), says: "Values for placeholders by what they stand for; `defaults` has one for most" },
    Row { name: "env", form: Form::Env, says: "Environment variables of the machine" },
];

pub(super) const NAMES: &[&str] = &names::<{ KEYS.len() }>(KEYS);

/// The settings of one guide, of which each is what the nearest place says; or of one such place.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Settings {
    /// Replies to questions of any step.
    pub answers: Vec<Answer>,
    /// Commands that prepare the machine, typed before the first step and not part of the page.
    pub setup: Vec<Command>,
    /// Guides to do first, on the same machine, as their author names them.
    pub requires: Vec<String>,
    /// Where each of them is named.
    #[serde(skip)]
    pub(crate) requires_at: Vec<Place>,
    /// How long one command may take, where its step does not say; `None` leaves it to the verifier.
    #[serde(serialize_with = "duration::seconds")]
    pub timeout: Option<Duration>,
    /// How wide its terminals are; `None` leaves it to the verifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<u16>,
    /// In which order its steps are done; `None` leaves it to the page's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// Why the guide is not run.
    pub skip: Option<String>,
    /// Values of reader variables.
    pub vars: BTreeMap<String, String>,
    /// Values of placeholders that no variable has, by what they stand for: one for all, or one for each in the order of the page.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub kinds: BTreeMap<Kind, Vec<String>>,
    /// Environment variables of the machine, beside its own.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// Where each of them was said: `timeout`, `vars.NAME`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub from: BTreeMap<String, Origin>,
    /// The machine that was asked for.
    #[serde(skip)]
    machine: Option<String>,
    /// Machines that were asked for, on each of which the guide is done.
    #[serde(skip)]
    pub(super) machines: Vec<String>,
    #[serde(skip)]
    reason: Option<String>,
    #[serde(skip)]
    skipped: Option<bool>,
}

/// A map of YAML in an author's file.
pub(super) struct Written<'a> {
    pub(super) scope: Scope,
    pub(super) source: &'a Source,
    /// The YAML in the source.
    pub(super) yaml: Span,
    /// The way to the map.
    pub(super) prefix: Vec<Key>,
}

impl Written<'_> {
    /// The place of a key below the map, or of the nearest key above it.
    pub(super) fn span(&self, keys: &[Key]) -> Span {
        let mut path = self.prefix.clone();
        path.extend_from_slice(keys);
        while !path.is_empty() {
            if let Some(span) = yaml::find(self.source, self.yaml, &path) {
                return span;
            }
            path.pop();
        }
        Span::from(self.source.line_of(self.yaml.start).1)
    }

    pub(super) fn error(&self, problem: Problem, keys: &[Key]) -> Diagnostic {
        let below = problem.below.map(Key::Name);
        let keys: Vec<Key> = keys.iter().cloned().chain(below).collect();
        Diagnostic::error("verify-setting", problem.message).help(problem.help).at(self.source, self.span(&keys))
    }

    /// Where a value was said.
    pub(super) fn origin(&self, keys: &[Key]) -> Origin {
        Origin { scope: self.scope, place: Place::new(self.source, self.span(keys)), rule: None }
    }
}

impl Settings {
    /// Reads a map over what is there; keys in `others` are somebody else's.
    pub(super) fn read(
        &mut self,
        map: &Map<String, Value>,
        written: &Written<'_>,
        others: &[&str],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        for (name, value) in map.iter().filter(|(name, _)| !others.contains(&name.as_str())) {
            if let Err(problem) = self.set(name, value, written) {
                diagnostics.push(written.error(problem, &[Key::Name(name.clone())]));
            }
        }
    }

    /// Takes one setting.
    pub(super) fn set(&mut self, name: &str, value: &Value, written: &Written<'_>) -> Result<(), Problem> {
        let here = || written.span(&[Key::Name(name.to_owned())]);
        match name {
            "machine" => self.machine = Some(value::text(name, value)?),
            "machines" => {
                self.machines = value::list(name, value)?;
                if self.machines.is_empty() {
                    return Err(Problem::new("`machines` is an empty list", "name the machines, or remove it"));
                }
            }
            "answers" => value::merge(&mut self.answers, value::answers(value)?),
            "setup" => {
                let lines = value::lines(name, value)?;
                let whole = command::typed(&lines, &At::new(written.source, here()));
                let item = |(index, item): (usize, &Value)| {
                    let at = At::new(written.source, written.span(&[Key::Name(name.to_owned()), Key::Index(index)]));
                    command::typed(&value::lines(name, item).unwrap_or_default(), &at)
                };
                let items = value.as_array().into_iter().flatten().enumerate();
                let apart: Vec<Command> = items.flat_map(item).collect();
                // A here-document may go over several items: it stands at the first.
                let same = whole.len() == apart.len() && whole.iter().zip(&apart).all(|(a, b)| a.lines == b.lines);
                self.setup = if same { apart } else { whole };
            }
            "requires" => {
                self.requires = value::list(name, value)?;
                let at = |index| written.span(&[Key::Name(name.to_owned()), Key::Index(index)]);
                self.requires_at = (0..self.requires.len()).map(|i| Place::new(written.source, at(i))).collect();
            }
            "timeout" => self.timeout = Some(value::time(name, value)?),
            "columns" => self.columns = Some(value::columns(name, value)?),
            "order" => {
                let named = value::text(name, value)?;
                let order = Order::ALL.into_iter().find(|order| order.name() == named.trim());
                self.order = Some(order.ok_or_else(|| {
                    let message = format!("`order` is `page` or `readme`, and this is `{}`", named.escape_debug());
                    let help =
                        "`page` goes from the top to the end; `readme` installs first, and tries each part by itself";
                    Problem::new(message, help)
                })?);
            }
            "skip" => self.skipped = Some(value::truth(name, value)?),
            "reason" => self.reason = Some(value::text(name, value)?),
            "vars" => self.vars.extend(value::vars(value)?),
            "kinds" => self.kinds.extend(value::kinds(value)?),
            "env" => {
                let wrong = |(message, help): (String, String)| Problem::new(message, help);
                self.env.extend(machine::environment(name, value).map_err(wrong)?);
            }
            _ => return Err(unknown(name, NAMES)),
        }
        self.remember(name, value, written);
        Ok(())
    }

    /// Notes where a setting was said; of a map, each of its keys.
    fn remember(&mut self, name: &str, value: &Value, written: &Written<'_>) {
        let key = Key::Name(name.to_owned());
        let Some(known) = self.keys_of(name) else {
            self.from.insert(name.to_owned(), written.origin(&[key]));
            return;
        };
        let map = value.as_object();
        for known in known {
            let is_it = |key: &&String| **key == known || value::variable(key) == known;
            let own = map.and_then(|map| map.keys().find(is_it).or_else(|| map.keys().find(|key| *key == DEFAULTS)));
            // What an earlier place says was noted there.
            if own.is_some() || map.is_none() {
                let way = [Some(key.clone()), own.cloned().map(Key::Name)];
                let origin = written.origin(&way.into_iter().flatten().collect::<Vec<_>>());
                self.from.insert(format!("{name}.{known}"), origin);
            }
        }
    }

    /// The keys of a setting of which each counts by itself.
    fn keys_of(&self, name: &str) -> Option<Vec<String>> {
        match name {
            "answers" => Some(self.answers.iter().map(|answer| answer.question.clone()).collect()),
            "vars" => Some(self.vars.keys().cloned().collect()),
            "kinds" => Some(self.kinds.keys().map(|kind| kind.name().to_owned()).collect()),
            "env" => Some(self.env.keys().cloned().collect()),
            _ => None,
        }
    }

    /// Takes what a nearer place says: it replaces what is there, and of maps what has the same key.
    pub(super) fn take(&mut self, nearer: &Self) {
        let says = |name: &str| nearer.from.contains_key(name);
        if says("setup") {
            self.setup.clone_from(&nearer.setup);
        }
        if says("requires") {
            self.requires.clone_from(&nearer.requires);
            self.requires_at.clone_from(&nearer.requires_at);
        }
        value::merge(&mut self.answers, nearer.answers.clone());
        self.vars.extend(nearer.vars.clone());
        self.kinds.extend(nearer.kinds.clone());
        self.env.extend(nearer.env.clone());
        self.timeout = nearer.timeout.or(self.timeout);
        self.columns = nearer.columns.or(self.columns);
        self.order = nearer.order.or(self.order);
        self.skipped = nearer.skipped.or(self.skipped);
        self.reason = nearer.reason.clone().or(self.reason.take());
        if nearer.machine.is_some() || !nearer.machines.is_empty() {
            // One machine or several: the nearer word stands for both.
            self.machine.clone_from(&nearer.machine);
            self.machines.clone_from(&nearer.machines);
            self.from.retain(|name, _| !["machine", "machines"].contains(&name.as_str()));
        }
        self.from.extend(nearer.from.clone());
    }

    /// The same, said by a rule.
    pub(super) fn by_rule(mut self, rule: &str) -> Self {
        self.from.values_mut().for_each(|origin| origin.rule = Some(rule.to_owned()));
        self
    }

    /// Whether `skip` is said without a reason.
    pub(super) fn lacks_reason(&self) -> bool {
        self.skipped == Some(true) && self.reason.is_none()
    }

    /// When everything is read: whether the guide is skipped, and why.
    pub(super) fn finish(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        if self.skipped != Some(true) {
            return;
        }
        if self.reason.is_none()
            && let Some(origin) = self.from.get("skip")
        {
            diagnostics.push(without_reason(origin.place.clone()));
        }
        self.skip = Some(self.reason.clone().unwrap_or_else(|| "no reason is given".into()));
    }

    /// Whether the guide says itself which machine it wants.
    pub fn names_machine(&self) -> bool {
        self.from.get("machine").is_some_and(|origin| origin.scope >= Scope::Guide)
    }

    /// Where it is said which machine it wants.
    pub fn machine_at(&self) -> Option<&Place> {
        self.from.get("machine").or_else(|| self.from.get("machines")).map(|origin| &origin.place)
    }

    /// The machine of the guide, and why it is that one where nobody says so. The first of `machines` is the default.
    pub(super) fn machine(&self, machines: &[String], diagnostics: &mut Vec<Diagnostic>) -> (String, Option<String>) {
        let default = machines.first().map_or(DEFAULT, String::as_str);
        let (Some(name), Some(origin)) = (&self.machine, self.from.get("machine")) else {
            let why = match machines.first() {
                Some(first) => format!(
                    "on the machine `{first}`, because the guide names none and it is the first of guidepost.yaml"
                ),
                None => format!(
                    "on the machine `{DEFAULT}` (debian:bookworm), because neither the guide nor guidepost.yaml names one"
                ),
            };
            return (default.to_owned(), Some(why));
        };
        diagnostics.extend(self.unknown_machine(machines));
        let why = (origin.scope < Scope::Guide).then(|| format!("on the machine `{name}`, {origin}"));
        (name.clone(), why)
    }

    /// The first machine that was asked for, and that is not there.
    pub(super) fn unknown_machine(&self, machines: &[String]) -> Option<Diagnostic> {
        let one = self.machine.iter().zip(self.from.get("machine"));
        let several = self.machines.iter().filter_map(|name| Some((name, self.from.get("machines")?)));
        let is_known = |name: &String| machines.contains(name) || machines.is_empty() && name == DEFAULT;
        let (name, origin) = one.chain(several).find(|(name, _)| !is_known(name))?;
        let help = match nearest(name, machines.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if machines.is_empty() => "describe it under `machines:` in guidepost.yaml".into(),
            None => format!("guidepost.yaml describes {}", machines.join(", ")),
        };
        let message = format!("there is no machine `{}`", name.escape_debug());
        Some(placed(Diagnostic::error("unknown-machine", message), origin.place.clone()).help(help))
    }
}

/// `skip` without `reason`.
pub(super) fn without_reason(place: Place) -> Diagnostic {
    let problem = Diagnostic::error("skip-without-reason", "`skip` needs a `reason`: readers of the report will ask");
    placed(problem, place).help("write reason=\"needs a real domain\"")
}

fn placed(problem: Diagnostic, place: Place) -> Diagnostic {
    Diagnostic { place: Some(Box::new(place)), ..problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_say_what_is_read() {
        let source = Source::new("verify.yaml", "");
        let written = Written { scope: Scope::Sidecar, source: &source, yaml: Span::new(0, 0), prefix: Vec::new() };
        let takes = |name: &str, value: &Value| Settings::default().set(name, value, &written).is_ok();
        crate::source::key::check(KEYS, takes);
    }
}

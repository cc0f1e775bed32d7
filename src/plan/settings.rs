//! What a guide says about its verification as a whole: `verify:` in the front matter, and `verify.yaml` over it.

use serde::Serialize;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, time::Duration};

use super::{
    At, Command,
    attributes::{Answer, unknown},
    command, duration,
    order::Order,
    value::{self, Problem},
    yaml::{self, Key},
};
use crate::{
    diagnostic::{Diagnostic, Place, nearest},
    guide::Guide,
    machine::DEFAULT,
    source::{
        Source, Span, front_matter,
        key::{Form, Row, names},
    },
};

/// The keys of `verify:` and of a sidecar.
#[rustfmt::skip]
pub(super) const KEYS: &[Row] = &[
    Row { name: "machine", form: Form::Text, says: "Name of the machine; the first of guidepost.yaml by default" },
    Row { name: "answers", form: Form::Answers, says: "Replies to questions of any step" },
    Row { name: "setup", form: Form::Lines, says: "Commands that prepare the machine, typed before the first step" },
    Row { name: "requires", form: Form::List, says: "Guides to do first, by slug, address or file" },
    Row { name: "timeout", form: Form::Time, says: "How long one command may take" },
    Row { name: "columns", form: Form::Columns, says: "How wide its terminals are" },
    Row { name: "order", form: Form::Word(|| Order::ALL.map(Order::name).to_vec()), says: "In which order its steps are done; `readme` for a README, `page` for others, by default" },
    Row { name: "skip", form: Form::Truth, says: "The guide is not done; a reason is required" },
    Row { name: "reason", form: Form::Text, says: "Why it is not done" },
    Row { name: "vars", form: Form::Vars, says: "Values for placeholders" },
];

const NAMES: &[&str] = &names::<{ KEYS.len() }>(KEYS);

/// The settings of one guide, with the sidecar's over the front matter's.
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
    /// The machine that was asked for, and where.
    #[serde(skip)]
    machine: Option<(String, Place)>,
    #[serde(skip)]
    reason: Option<String>,
    #[serde(skip)]
    skipped: Option<(bool, Place)>,
}

/// A map of YAML in an author's file.
pub(super) struct Layer<'a> {
    pub(super) source: &'a Source,
    /// The YAML in the source.
    pub(super) yaml: Span,
    /// The way to the map.
    pub(super) prefix: Vec<Key>,
}

impl Layer<'_> {
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
        Diagnostic::error("verify-setting", problem.message).help(problem.help).at(self.source, self.span(keys))
    }
}

/// Reads the front matter's `verify:`.
pub(super) fn of_front_matter(guide: &Guide, settings: &mut Settings, diagnostics: &mut Vec<Diagnostic>) {
    let Some(verify) = &guide.front.verify else { return };
    let Some(yaml) = front_matter::yaml_span(&guide.source) else { return };
    let layer = Layer { source: &guide.source, yaml, prefix: vec![Key::Name("verify".into())] };
    match verify {
        Value::Object(map) => settings.read(map, &layer, &[], diagnostics),
        other => {
            let help = "write `verify: {skip: true, reason: …}`, or the name of a machine as `verify: {machine: …}`";
            let problem = Problem::new(format!("`verify` is {}, a map is wanted", value::kind(other)), help);
            diagnostics.push(layer.error(problem, &[]));
        }
    }
}

impl Settings {
    /// Reads a map over what is there; keys in `others` are somebody else's.
    pub(super) fn read(
        &mut self,
        map: &Map<String, Value>,
        layer: &Layer<'_>,
        others: &[&str],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        for (name, value) in map.iter().filter(|(name, _)| !others.contains(&name.as_str())) {
            let key = [Key::Name(name.clone())];
            if let Err(problem) = self.set(name, value, layer) {
                diagnostics.push(layer.error(problem, &key));
            }
        }
    }

    fn set(&mut self, name: &str, value: &Value, layer: &Layer<'_>) -> Result<(), Problem> {
        let here = || layer.span(&[Key::Name(name.to_owned())]);
        match name {
            "machine" => self.machine = Some((value::text(name, value)?, Place::new(layer.source, here()))),
            "answers" => value::merge(&mut self.answers, value::answers(value)?),
            "setup" => {
                let lines = value::lines(name, value)?;
                let whole = command::typed(&lines, &At::new(layer.source, here()));
                let item = |(index, item): (usize, &Value)| {
                    let at = At::new(layer.source, layer.span(&[Key::Name(name.to_owned()), Key::Index(index)]));
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
                let at = |index| layer.span(&[Key::Name(name.to_owned()), Key::Index(index)]);
                self.requires_at = (0..self.requires.len()).map(|i| Place::new(layer.source, at(i))).collect();
            }
            "timeout" => self.timeout = Some(value::time(name, value)?),
            "columns" => self.columns = Some(value::columns(name, value)?),
            "order" => {
                let named = value::text(name, value)?;
                let order = Order::ALL.into_iter().find(|order| order.name() == named.trim());
                self.order = Some(order.ok_or_else(|| Problem {
                    message: format!("`order` is `page` or `readme`, and this is `{}`", named.escape_debug()),
                    help: "`page` goes from the top to the end; `readme` installs first, and tries each part by itself".into(),
                })?);
            }
            "skip" => self.skipped = Some((value::truth(name, value)?, Place::new(layer.source, here()))),
            "reason" => self.reason = Some(value::text(name, value)?),
            "vars" => self.vars.extend(value::vars(value)?),
            _ => return Err(unknown(name, NAMES)),
        }
        Ok(())
    }

    /// When everything is read: whether the guide is skipped, and why.
    pub(super) fn finish(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        let Some((true, place)) = self.skipped.take() else { return };
        if self.reason.is_none() {
            diagnostics.push(without_reason(place));
        }
        self.skip = Some(self.reason.clone().unwrap_or_else(|| "no reason is given".into()));
    }

    /// Whether the guide says itself which machine it wants.
    pub fn names_machine(&self) -> bool {
        self.machine.is_some()
    }

    /// Where it says so.
    pub fn machine_at(&self) -> Option<&Place> {
        self.machine.as_ref().map(|(_, place)| place)
    }

    /// The machine of the guide, and why it is that one where nobody says so. The first of `machines` is the default.
    pub(super) fn machine(&self, machines: &[String], diagnostics: &mut Vec<Diagnostic>) -> (String, Option<String>) {
        let default = machines.first().map_or(DEFAULT, String::as_str);
        let Some((name, place)) = &self.machine else {
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
        if !machines.contains(name) && (!machines.is_empty() || name != DEFAULT) {
            let help = match nearest(name, machines.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None if machines.is_empty() => "describe it under `machines:` in guidepost.yaml".into(),
                None => format!("guidepost.yaml describes {}", machines.join(", ")),
            };
            let message = format!("there is no machine `{}`", name.escape_debug());
            diagnostics.push(placed(Diagnostic::error("unknown-machine", message), place.clone()).help(help));
        }
        (name.clone(), None)
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
        let layer = Layer { source: &source, yaml: Span::new(0, 0), prefix: Vec::new() };
        let takes = |name: &str, value: &Value| Settings::default().set(name, value, &layer).is_ok();
        crate::source::key::check(KEYS, takes);
    }
}

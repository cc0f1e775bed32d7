//! One vocabulary for what a fence, a comment and a sidecar can say about a block.

use serde::{Serialize, Serializer};
use serde_json::Value;
use std::{collections::BTreeMap, fmt, time::Duration};

use super::{decision::Act, duration, layer::Origin, value, value::Problem};
use crate::{
    diagnostic::nearest,
    edit::How,
    source::key::{Form, Named, Row, names},
};

/// Every attribute. `verify="skip"` is `skip=true`, and `verify="run"` is `skip=false`.
#[rustfmt::skip]
pub(crate) const KEYS: &[Row] = &[
    Row { name: "after", form: Form::Text, says: "The line of the file that the block is added below" },
    Row { name: "answers", form: Form::Answers, says: "Replies to questions, before those of the guide" },
    Row { name: "background", form: Form::Truth, says: "It keeps running in a terminal of its own" },
    Row { name: "before", form: Form::Text, says: "The line of the file that the block is added above" },
    Row { name: "edit", form: Form::Word(|| names_of(EDITS)), says: "How a file is changed that is there" },
    Row { name: "exit", form: Form::Statuses, says: "The exit status that a reader sees, if it is not 0" },
    Row { name: "expect", form: Form::Text, says: "What the command has to show, where the page does not show it" },
    Row { name: "how", form: Form::Word(|| names_of(EDITS)), says: "The same as `edit`" },
    Row { name: "machine", form: Form::Name(Named::Machine), says: "The block is done only on this machine" },
    Row { name: "match", form: Form::Word(|| names_of(RULES)), says: "How an output is compared" },
    Row { name: "old", form: Form::Text, says: "The lines of the file that the block takes the place of" },
    Row { name: "opens", form: Form::Text, says: "The prompt of a program that it opens" },
    Row { name: "path", form: Form::Text, says: "Where a file is saved, if not where its title says" },
    Row { name: "reason", form: Form::Text, says: "Why it is not done" },
    Row { name: "retry", form: Form::Time, says: "How long it is run again until it holds" },
    Row { name: "role", form: Form::Word(|| names_of(ROLES)), says: "What a reader does with the block" },
    Row { name: "run", form: Form::Lines, says: "What is typed instead, here" },
    Row { name: "skip", form: Form::Truth, says: "It is not done; a reason is required" },
    Row { name: "terminal", form: Form::Text, says: "The name of another terminal that it is typed into" },
    Row { name: "timeout", form: Form::Time, says: "How long one command may take" },
    Row { name: "until", form: Form::Text, says: "An endless command is stopped once it has shown this" },
    Row { name: "vars", form: Form::Vars, says: "Values for placeholders" },
    Row { name: "verify", form: Form::Word(|| vec!["skip", "run"]), says: "`skip` is skip=true, and `run` is skip=false" },
];

/// Their names.
pub const NAMES: &[&str] = &names::<{ KEYS.len() }>(KEYS);

/// How a documented output is compared with the real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// Character by character.
    Exact,
    /// Values that vary by nature are compared by kind.
    Kinds,
    /// It stands somewhere in the real output.
    Contains,
    /// Each line is a regular expression.
    Regex,
    /// As JSON data.
    Json,
    /// The same lines in any order.
    Unordered,
}

/// The reply to a question of a program.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// Text that the question contains.
    pub question: String,
    /// What is typed.
    pub reply: String,
    /// Whether the reply is hidden wherever anything is shown.
    pub secret: bool,
}

impl Answer {
    /// The reply, or dots for a secret one.
    pub fn shown(&self) -> &str {
        if self.secret { "••••" } else { &self.reply }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} => {:?}", self.question, self.shown())
    }
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            question: &'a str,
            reply: Option<&'a str>,
            secret: bool,
        }
        let reply = (!self.secret).then_some(self.reply.as_str());
        Shown { question: &self.question, reply, secret: self.secret }.serialize(to)
    }
}

/// What is said about how a step runs. What else is said (a path, a rule, a reason) has gone into the step itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Attributes {
    /// Exit statuses of the last command that are all right; empty means 0.
    pub exit: Vec<i32>,
    /// How long one command may take; `None` leaves it to the verifier.
    #[serde(serialize_with = "duration::seconds")]
    pub timeout: Option<Duration>,
    /// Replies to questions, before those of the guide.
    pub answers: Vec<Answer>,
    /// An endless command is stopped when it has shown this.
    pub until: Option<String>,
    /// The prompt of a program that a command opens, if it could be taken for a question.
    pub opens: Option<String>,
    /// The last command keeps running in a terminal of its own.
    pub background: bool,
    /// Name of the terminal that it is typed into, where that is not the first.
    pub terminal: Option<String>,
    /// How long the last command is run again until it holds.
    #[serde(serialize_with = "duration::seconds")]
    pub retry: Option<Duration>,
}

/// What was given for a block, before it is put to use.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    pub(super) runs: Attributes,
    pub(super) skip: Option<bool>,
    pub(super) reason: Option<String>,
    pub(super) expect: Option<String>,
    pub(super) edit: Option<How>,
    /// `edit=insert` was said, which a line must go with.
    pub(super) inserts: bool,
    pub(super) path: Option<String>,
    pub(super) rule: Option<Rule>,
    pub(super) run: Option<String>,
    /// What is done with it, by the author's word.
    pub(super) act: Option<Act>,
    pub(super) machine: Option<String>,
    pub(super) vars: BTreeMap<String, String>,
    /// Where each of them was said, by its name.
    pub(super) from: BTreeMap<String, Origin>,
}

impl Given {
    /// Takes one attribute, and notes where it was said.
    pub(super) fn set_by(&mut self, name: &str, value: &Value, origin: Origin) -> Result<(), Problem> {
        self.set(name, value)?;
        // `verify="skip"` is another word for `skip`.
        let name = if name == "verify" { "skip" } else { name };
        self.from.insert(name.to_owned(), origin);
        Ok(())
    }

    /// Takes one attribute; a later one replaces an earlier one.
    pub(super) fn set(&mut self, name: &str, value: &Value) -> Result<(), Problem> {
        match name {
            "skip" => self.skip = Some(value::truth(name, value)?),
            "verify" => {
                self.skip = Some(match value::text(name, value)?.as_str() {
                    "skip" => true,
                    "run" => false,
                    other => return Err(Problem::new(format!("`verify` cannot be `{other}`"), "write skip or run")),
                });
            }
            "reason" => self.reason = Some(value::text(name, value)?),
            "expect" => self.expect = Some(value::text(name, value)?),
            "exit" => self.runs.exit = exit(value)?,
            "timeout" => self.runs.timeout = Some(value::time(name, value)?),
            "retry" => self.runs.retry = Some(value::time(name, value)?),
            "answers" => value::merge(&mut self.runs.answers, value::answers(value)?),
            "until" => self.runs.until = Some(value::text(name, value)?),
            "opens" => self.runs.opens = Some(value::text(name, value)?),
            "background" => self.runs.background = value::truth(name, value)?,
            "terminal" => self.runs.terminal = Some(value::text(name, value)?),
            "edit" | "how" => self.how(edit(name, value)?),
            "after" => self.edit = Some(How::After(value::text(name, value)?)),
            "before" => self.edit = Some(How::Before(value::text(name, value)?)),
            "old" => self.edit = Some(How::Instead(value::text(name, value)?)),
            "path" => self.path = Some(value::text(name, value)?),
            "match" => self.rule = Some(rule(value)?),
            "role" => self.act = Some(act(value)?),
            "run" => self.run = Some(value::lines(name, value)?),
            "machine" => self.machine = Some(value::text(name, value)?),
            "vars" => self.vars.extend(value::vars(value)?),
            _ => return Err(unknown(name, NAMES)),
        }
        Ok(())
    }
}

impl Attributes {
    /// Without what is said of how the last command ends.
    pub(super) fn before_the_end(self) -> Self {
        let Self { timeout, answers, terminal, .. } = self;
        Self { timeout, answers, terminal, ..Self::default() }
    }
}

impl Given {
    /// Why it is skipped.
    pub(super) fn why(&self) -> String {
        self.reason.clone().unwrap_or_else(|| "no reason is given".into())
    }

    /// Whether the block itself or its sidecar says this of it, and no rule.
    pub(super) fn says(&self, name: &str) -> bool {
        let name = if name == "verify" { "skip" } else { name };
        self.from.get(name).is_some_and(|origin| origin.rule.is_none())
    }

    /// The same without what is said of how the last command of the block ends.
    pub(super) fn before_the_end(&self) -> Self {
        let mut given = Self { runs: self.runs.clone().before_the_end(), expect: None, ..self.clone() };
        given
            .from
            .retain(|name, _| !["exit", "until", "opens", "background", "retry", "expect"].contains(&name.as_str()));
        given
    }

    /// Takes how a file is changed. A line or lines that say where say more than `insert` and `replace`.
    fn how(&mut self, asked: Option<How>) {
        let is_placed = matches!(self.edit, Some(How::After(_) | How::Before(_) | How::Instead(_)));
        match asked {
            None => self.inserts = true,
            Some(How::Replace | How::Patch) if is_placed => {}
            how => self.edit = how,
        }
    }

    /// Whether something is said that has a meaning on commands only.
    pub(super) fn is_of_commands(&self) -> bool {
        let only = ["answers", "background", "exit", "expect", "opens", "retry", "run", "terminal", "timeout", "until"];
        only.iter().any(|name| self.says(name))
    }
}

/// The roles that an author can name, each with what is done then.
const ROLES: &[(&str, Act)] = &[
    ("command", Act::Typed),
    ("file", Act::Saved),
    ("output", Act::Compared),
    ("listing", Act::Looked),
    ("elsewhere", Act::Elsewhere),
    ("alternative", Act::Alternative),
];

impl Act {
    /// The role that an author names it by.
    pub fn role(self) -> &'static str {
        ROLES.iter().find(|(_, act)| *act == self).map_or("", |(name, _)| name)
    }

    /// What the role of this name means.
    pub fn of_role(name: &str) -> Option<Self> {
        ROLES.iter().find(|(known, _)| *known == name).map(|(_, act)| *act)
    }
}

fn act(value: &Value) -> Result<Act, Problem> {
    let name = value::text("role", value)?;
    Act::of_role(&name).ok_or_else(|| {
        let names: Vec<&str> = ROLES.iter().map(|(name, _)| *name).collect();
        let help = nearest(&name, names.iter().copied())
            .map_or_else(|| format!("roles are {}", names.join(", ")), |near| format!("did you mean `{near}`?"));
        Problem::new(format!("there is no role `{}`", name.escape_debug()), help)
    })
}

/// An unknown name, with the known one that may be meant.
pub(super) fn unknown(name: &str, known: &[&str]) -> Problem {
    let help = nearest(name, known.iter().copied())
        .map_or_else(|| format!("known are {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
    Problem::new(format!("unknown key `{}`", name.escape_debug()), help)
}

fn exit(value: &Value) -> Result<Vec<i32>, Problem> {
    let status = |text: &str| text.parse::<i32>().ok().filter(|status| (0..=255).contains(status));
    let statuses: Option<Vec<i32>> = match value {
        Value::Number(number) => Some(vec![number.to_string()]),
        Value::String(text) => {
            Some(text.split([',', ' ']).filter(|part| !part.is_empty()).map(str::to_owned).collect())
        }
        Value::Array(items) => Some(items.iter().map(|item| item.to_string().trim_matches('"').to_owned()).collect()),
        _ => None,
    }
    .and_then(|parts| parts.iter().map(|part| status(part)).collect());
    let statuses = statuses.filter(|statuses| !statuses.is_empty());
    statuses.ok_or_else(|| {
        Problem::new(
            format!("`exit` is {}, an exit status is wanted", value::kind(value)),
            "write a number from 0 to 255, or several: 0, 1",
        )
    })
}

/// How a file can be changed, as authors say it.
///
/// `None` is `insert`, which says nothing without its line.
const EDITS: &[(&str, Option<How>)] = &[
    ("auto", Some(How::Auto)),
    ("whole", Some(How::Replace)),
    ("replace", Some(How::Replace)),
    ("patch", Some(How::Patch)),
    ("append", Some(How::Append)),
    ("prepend", Some(How::Prepend)),
    ("insert", None),
];

/// How an output can be compared, as authors say it.
const RULES: &[(&str, Rule)] = &[
    ("exact", Rule::Exact),
    ("kinds", Rule::Kinds),
    ("contains", Rule::Contains),
    ("regex", Rule::Regex),
    ("json", Rule::Json),
    ("unordered", Rule::Unordered),
];

fn names_of<T>(known: &'static [(&'static str, T)]) -> Vec<&'static str> {
    known.iter().map(|(name, _)| *name).collect()
}

fn edit(name: &str, value: &Value) -> Result<Option<How>, Problem> {
    one_of(name, value, EDITS)
}

fn rule(value: &Value) -> Result<Rule, Problem> {
    one_of("match", value, RULES)
}

fn one_of<T: Clone>(name: &str, value: &Value, known: &[(&str, T)]) -> Result<T, Problem> {
    let word = value::text(name, value)?;
    known.iter().find(|(known, _)| *known == word).map(|(_, meaning)| meaning.clone()).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let help = nearest(&word, names.iter().copied())
            .map_or_else(|| format!("known are {}", names.join(", ")), |near| format!("did you mean `{near}`?"));
        Problem::new(format!("`{name}` cannot be `{}`", word.escape_debug()), help)
    })
}

impl Rule {
    /// As an author writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Kinds => "kinds",
            Self::Contains => "contains",
            Self::Regex => "regex",
            Self::Json => "json",
            Self::Unordered => "unordered",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The value's debug form, or the problem and its help.
    fn given(name: &str, value: Value) -> String {
        let mut given = Given::default();
        match given.set(name, &value) {
            Ok(()) => format!(
                "{:?} {:?} {:?} {:?} {:?} {:?}",
                given.skip, given.runs.exit, given.runs.answers, given.edit, given.rule, given.vars
            ),
            Err(problem) => format!("{}: {}", problem.message, problem.help),
        }
    }

    #[test]
    fn values() {
        for (name, value, expected) in [
            ("skip", json!(true), "Some(true) [] [] None None {}"),
            ("skip", json!("yes"), "Some(true) [] [] None None {}"),
            ("verify", json!("run"), "Some(false) [] [] None None {}"),
            ("exit", json!(1), "None [1] [] None None {}"),
            ("exit", json!("0, 130"), "None [0, 130] [] None None {}"),
            ("exit", json!([0, 1]), "None [0, 1] [] None None {}"),
            ("edit", json!("append"), "None [] [] Some(Append) None {}"),
            ("how", json!("whole"), "None [] [] Some(Replace) None {}"),
            ("after", json!("listen 80;"), "None [] [] Some(After(\"listen 80;\")) None {}"),
            ("before", json!("}"), "None [] [] Some(Before(\"}\")) None {}"),
            ("old", json!("a\nb"), "None [] [] Some(Instead(\"a\\nb\")) None {}"),
            ("match", json!("kinds"), "None [] [] None Some(Kinds) {}"),
            (
                "answers",
                json!({"[y/N]": true, "Password:": {"reply": "x", "secret": true}, "n": 3}),
                "None [] [\"[y/N]\" => \"true\", \"Password:\" => \"••••\", \"n\" => \"3\"] None None {}",
            ),
            (
                "answers",
                json!("Password: => a=b; [y/N] => y"),
                "None [] [\"Password:\" => \"a=b\", \"[y/N]\" => \"y\"] None None {}",
            ),
            ("vars", json!({"<your_ip>": "1.2.3.4"}), "None [] [] None None {\"your_ip\": \"1.2.3.4\"}"),
            ("vars", json!("IP=1; B=x=y"), "None [] [] None None {\"B\": \"x=y\", \"IP\": \"1\"}"),
        ] {
            assert_eq!(given(name, value), expected, "{name}");
        }
        for (name, value, expected) in [
            ("skip", json!("perhaps"), "`skip` is \"perhaps\", yes or no is wanted: write true or false"),
            ("verify", json!("skipp"), "`verify` cannot be `skipp`: write skip or run"),
            (
                "exit",
                json!("one"),
                "`exit` is \"one\", an exit status is wanted: write a number from 0 to 255, or several: 0, 1",
            ),
            (
                "exit",
                json!(256),
                "`exit` is 256, an exit status is wanted: write a number from 0 to 255, or several: 0, 1",
            ),
            ("edit", json!("apend"), "`edit` cannot be `apend`: did you mean `append`?"),
            ("how", json!("hole"), "`how` cannot be `hole`: did you mean `whole`?"),
            (
                "match",
                json!("fuzzy"),
                "`match` cannot be `fuzzy`: known are exact, kinds, contains, regex, json, unordered",
            ),
            ("timeout", json!(30), "`timeout` is 30: give it a unit: 30s or 30m"),
            ("timeout", json!([1]), "`timeout` is a list: write it as 30s, 5m or 1h30m"),
            ("timout", json!("5m"), "unknown key `timout`: did you mean `timeout`?"),
            ("until", json!({"a": 1}), "`until` is a map, text is wanted: put it in quotes if it is meant as text"),
            ("answers", json!("yes"), "`answers` has no ` => `: write it as `question => reply; question => reply`"),
            (
                "answers",
                json!({"q": {"repl": "x"}}),
                "the answer to `q` has an unknown key `repl`: write it as `{reply: …, secret: true}`",
            ),
            ("vars", json!("IP"), "`vars` has no `=`: write it as `NAME=value; NAME=value`"),
        ] {
            assert_eq!(given(name, value), expected, "{name}");
        }
    }

    #[test]
    fn the_rows_say_what_is_read() {
        crate::source::key::check(KEYS, |name, value| Given::default().set(name, value).is_ok());
    }

    #[test]
    fn a_line_says_more_than_how() {
        for (names, edit) in [
            (&[("how", "insert"), ("after", "x")][..], Some(How::After("x".into()))),
            (&[("after", "x"), ("how", "insert")], Some(How::After("x".into()))),
            (&[("edit", "replace"), ("old", "x")], Some(How::Instead("x".into()))),
            (&[("old", "x"), ("edit", "replace")], Some(How::Instead("x".into()))),
            (&[("after", "x"), ("edit", "append")], Some(How::Append)),
            (&[("how", "insert")], None),
        ] {
            let mut given = Given::default();
            names.iter().for_each(|(name, value)| assert!(given.set(name, &json!(value)).is_ok(), "{name}"));
            assert_eq!(given.edit, edit, "{names:?}");
        }
    }

    #[test]
    fn secrets_are_not_written() {
        let answer = Answer { question: "Password:".into(), reply: "hunter2".into(), secret: true };
        let written = format!("{answer:?} {}", serde_json::to_string(&answer).expect("it can be written"));
        assert!(!written.contains("hunter2"), "{written}");
    }
}

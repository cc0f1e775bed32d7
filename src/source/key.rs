//! Keys of YAML that authors write: each is a row with its name, the form of its value, and what it says. The readers take
//! their names from the rows, and `guidepost schema` its schemas, so that none of the two can know a key alone.

use serde_json::{Value, json};

/// A key of a map.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    /// What it says, as an editor shows it.
    pub(crate) says: &'static str,
}

/// The form of a value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// Text, or a number or truth value as it would be written.
    Text,
    /// A text, or a list of its lines.
    Lines,
    /// A text, or a list of texts.
    List,
    /// A list of texts.
    Texts,
    /// Yes or no.
    Truth,
    /// Yes or no, in Hugo's words as well.
    Flag,
    /// A span of time: `30s`.
    Time,
    /// The width of a terminal.
    Columns,
    /// A number from 1.
    Count,
    /// Numbers from 1, one or several, or the word `all`.
    Counts,
    /// A range of lines: `12-40`.
    Range,
    /// A whole number.
    Integer,
    /// A number between two others.
    Number(f64, f64),
    /// A number of bytes: `2GiB`.
    Size,
    /// Exit statuses.
    Statuses,
    /// Questions with their replies.
    Answers,
    /// Values of reader variables.
    Vars,
    /// Values by one of some words, or the word `defaults`.
    Kinds(fn() -> Vec<&'static str>),
    /// Environment variables.
    Env,
    /// One of some words.
    Word(fn() -> Vec<&'static str>),
    /// One of some words, or YAML's null or no for the last.
    WordOrNone(fn() -> Vec<&'static str>),
    /// A date.
    Date,
    /// People: texts, or maps with a name.
    People,
    /// The name of something in the site.
    Name(Named),
    /// One such name, or a list of them.
    Names(Named),
    /// A map of which only some is read.
    Map,
    /// Whatever it is.
    Data,
}

/// What in a site has names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    Machine,
    /// By slug, address or file.
    Guide,
    /// As links lead to it.
    Page,
    Bundle,
    File,
    Param,
}

/// The key of a schema that says what in the site a value is the name of. Validators leave it alone; the language server reads it.
pub(crate) const NAMES: &str = "x-guidepost-names";

impl Named {
    const ALL: [Self; 6] = [Self::Machine, Self::Guide, Self::Page, Self::Bundle, Self::File, Self::Param];

    fn word(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Guide => "guide",
            Self::Page => "page",
            Self::Bundle => "bundle",
            Self::File => "file",
            Self::Param => "param",
        }
    }

    /// By its word in a schema.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|named| named.word() == word)
    }
}

/// The names of rows, in order.
pub(crate) const fn names<const N: usize>(keys: &[Row]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut at = 0;
    while at < N {
        names[at] = keys[at].name;
        at += 1;
    }
    names
}

/// The schema of a map with these keys; `open` if others are for somebody else.
pub(crate) fn map(keys: &[Row], open: bool) -> Value {
    let properties: serde_json::Map<String, Value> =
        keys.iter().map(|key| (key.name.to_owned(), key.schema())).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": open })
}

impl Row {
    fn schema(&self) -> Value {
        let mut schema = self.form.schema();
        schema["description"] = self.says.into();
        schema
    }
}

impl Form {
    /// The schema of its values.
    pub(crate) fn schema(self) -> Value {
        let text = json!({ "type": ["string", "number", "boolean"] });
        match self {
            Self::Name(named) | Self::Names(named) => {
                let list = matches!(self, Self::Names(_));
                let mut schema = if list { Self::List.schema() } else { text };
                schema[NAMES] = named.word().into();
                if list {
                    schema["items"][NAMES] = named.word().into();
                }
                schema
            }
            Self::Text => text,
            Self::Lines | Self::List => {
                json!({ "type": ["string", "number", "boolean", "array"], "items": text })
            }
            Self::Texts => json!({ "type": "array", "items": { "type": ["string", "number"] } }),
            Self::Truth => json!({ "enum": [true, false, "true", "false", "yes", "no", "1", "0"] }),
            Self::Flag => json!({ "type": ["boolean", "string", "integer", "null"] }),
            Self::Time => json!({
                "type": "string",
                "pattern": r"^\s*([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?\s*$",
                "examples": ["30s", "5m", "1h30m"],
            }),
            Self::Columns => json!({ "type": ["integer", "string"], "minimum": 20, "maximum": 1000 }),
            Self::Count => json!({ "type": "integer", "minimum": 1 }),
            Self::Counts => {
                let one = json!({ "type": "integer", "minimum": 1 });
                json!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }, { "const": "all" }] })
            }
            Self::Range => json!({ "type": "string", "pattern": "^ *[1-9][0-9]* *(- *[1-9][0-9]* *)?$" }),
            Self::Integer => json!({ "type": ["integer", "string", "null"] }),
            Self::Number(least, most) => json!({ "type": "number", "minimum": least, "maximum": most }),
            Self::Size => json!({ "type": ["string", "number"], "examples": ["2GiB", "512MiB"] }),
            Self::Statuses => {
                let status = json!({ "type": ["integer", "string"], "minimum": 0, "maximum": 255 });
                json!({ "type": ["integer", "string", "array"], "minimum": 0, "maximum": 255, "items": status })
            }
            Self::Answers => json!({
                "type": ["object", "string"],
                "additionalProperties": {
                    "type": ["string", "number", "boolean", "object"],
                    "properties": { "reply": { "type": ["string", "number", "boolean", "null"] }, "secret": Self::Truth.schema() },
                    "anyOf": [{ "required": ["reply"] }, { "required": ["secret"] }],
                    "additionalProperties": false,
                },
            }),
            Self::Vars => json!({ "type": ["object", "string"], "additionalProperties": text }),
            Self::Kinds(words) => {
                let values = json!({ "type": ["string", "number", "boolean", "array"], "items": text, "minItems": 1 });
                let mut properties: serde_json::Map<String, Value> =
                    words().into_iter().map(|word| (word.to_owned(), values.clone())).collect();
                properties.insert("defaults".into(), Self::Truth.schema());
                json!({ "anyOf": [
                    { "type": "object", "properties": properties, "additionalProperties": false },
                    { "const": "defaults" },
                ] })
            }
            Self::Env => json!({ "type": "object", "additionalProperties": text }),
            Self::Word(words) => json!({ "enum": words() }),
            Self::WordOrNone(words) => {
                let words: Vec<Value> =
                    words().into_iter().map(Value::from).chain([Value::Null, false.into()]).collect();
                json!({ "enum": words })
            }
            Self::Date => json!({ "type": ["string", "number", "null"] }),
            Self::People => json!({
                "type": ["string", "array", "object", "null"],
                "items": { "type": ["string", "object", "null"], "properties": { "name": text, "link": text, "url": text } },
            }),
            Self::Map => json!({ "type": ["object", "null"] }),
            Self::Data => json!({}),
        }
    }

    /// Values of this form, and values that are none.
    #[cfg(test)]
    pub(crate) fn examples(self) -> (Vec<Value>, Vec<Value>) {
        let map = json!({ "a": { "b": ["c"] } });
        match self {
            Self::Text | Self::Name(_) => (vec![json!("x"), json!(3)], vec![json!(["x"]), map]),
            Self::Lines | Self::List | Self::Names(_) => {
                (vec![json!("x"), json!(["x", "y"])], vec![json!([["x"]]), map])
            }
            Self::Texts => (vec![json!(["x"])], vec![json!("x"), map]),
            Self::Truth => (vec![json!(true), json!("no")], vec![json!("perhaps"), json!(7)]),
            Self::Flag => (vec![json!(true), json!("yes")], vec![json!(["x"])]),
            Self::Time => {
                (vec![json!("30s"), json!("1h30m"), json!("500ms")], vec![json!(30), json!("30"), json!("5s1m")])
            }
            Self::Columns => (vec![json!(80)], vec![json!(5), json!([80])]),
            Self::Count => (vec![json!(1)], vec![json!(0), json!("x")]),
            Self::Counts => {
                (vec![json!(1), json!([1, 3]), json!("all")], vec![json!(0), json!([0]), json!([]), json!("some")])
            }
            Self::Range => (vec![json!("12-40"), json!("7")], vec![json!("x"), json!(true), json!([1, 2])]),
            Self::Integer => (vec![json!(-3)], vec![json!([3])]),
            Self::Number(least, most) => (vec![json!(least), json!(most)], vec![json!(most + 1.0), json!("x")]),
            Self::Size => (vec![json!("2GiB"), json!(4_000_000_000_u64)], vec![json!([1]), json!(true)]),
            Self::Statuses => (vec![json!(1), json!([0, 130]), json!("0, 1")], vec![json!(256), json!(true)]),
            Self::Answers => (
                vec![
                    json!({ "q": "a", "p": { "reply": "x", "secret": true }, "r": { "secret": true } }),
                    json!("q => a"),
                ],
                vec![json!({ "q": { "repl": "x" } }), json!({ "q": {} }), json!(3)],
            ),
            Self::Vars => (vec![json!({ "IP": "10.0.0.1", "N": 1 }), json!("A=b")], vec![map, json!(["A=b"])]),
            Self::Kinds(words) => {
                let every = words().into_iter().map(|word| json!({ (word): "x", "defaults": true }));
                let word = words()[0];
                let several = json!({ (word): ["x", 1] });
                (
                    every.chain([several, json!("defaults")]).collect(),
                    vec![map, json!("x"), json!({ (word): {} }), json!({ (word): [] }), json!({ "frobnicate": "x" })],
                )
            }
            Self::Env => (vec![json!({ "LANG": "C" })], vec![map, json!("x")]),
            Self::Word(words) => (words().into_iter().map(Value::from).collect(), vec![json!("frobnicate"), json!(3)]),
            Self::WordOrNone(words) => {
                let words = words().into_iter().map(Value::from).chain([Value::Null, json!(false)]);
                (words.collect(), vec![json!("frobnicate"), json!(3)])
            }
            Self::Date => (vec![json!("2018-01-04")], vec![json!(["x"])]),
            Self::People => (vec![json!("A"), json!([{ "name": "A" }, "B"])], vec![json!([["x"]])]),
            Self::Map => (vec![json!({ "render": "never" })], vec![json!("x")]),
            Self::Data => (vec![json!({ "a": ["b"] })], Vec::new()),
        }
    }
}

/// Holds a reader against the schema of its rows: both take the examples of each form, and none of the two what is no example.
#[cfg(test)]
pub(crate) fn check(keys: &[Row], takes: impl Fn(&str, &Value) -> bool) {
    let validator = jsonschema::validator_for(&map(keys, false)).expect("a valid schema");
    for key in keys {
        let (right, wrong) = key.form.examples();
        let all = right.iter().map(|value| (value, true)).chain(wrong.iter().map(|value| (value, false)));
        for (value, is_right) in all {
            let whole = json!({ (key.name): value });
            assert_eq!(validator.is_valid(&whole), is_right, "the schema of `{}` with {value}", key.name);
            assert_eq!(takes(key.name, value), is_right, "the reader of `{}` with {value}", key.name);
        }
    }
    assert!(!validator.is_valid(&json!({ "frobnicate": 1 })) && !takes("frobnicate", &json!(1)));
}

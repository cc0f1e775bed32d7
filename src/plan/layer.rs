//! The places that say how guides are verified, from the farthest to the nearest: guidepost.yaml for a library, `_index.md` for a
//! section, the front matter of a guide, its sidecar. All of them have the same keys and the same reader, and what stands nearer
//! counts. A block's own attributes come after them.

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, json};
use std::{fmt, sync::LazyLock};

use super::{
    attributes,
    rule::{self, RULES, Rule},
    settings::{self, Settings, Written},
    value::{self, Problem},
    yaml::{self, Key},
};
use crate::{
    diagnostic::{Diagnostic, Place},
    guide::Guide,
    source::{Source, Span, front_matter, key},
};

/// Where something is said, from the farthest to the nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// guidepost itself.
    Guidepost,
    /// guidepost.yaml.
    Library,
    /// `_index.md` of a section.
    Section,
    /// The front matter of a guide.
    Guide,
    /// `verify.yaml`.
    Sidecar,
    /// The block itself.
    Block,
}

/// Where a value was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// How near that is.
    pub scope: Scope,
    /// The file and line.
    pub place: Place,
    /// What the rule that says it selects, if a rule does.
    pub rule: Option<String>,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { path, line, .. } = &self.place;
        match &self.rule {
            Some(rule) if self.scope == Scope::Guidepost => write!(f, "by guidepost's own rule for {rule}"),
            Some(rule) => write!(f, "by the rule for {rule} of {path}:{line}"),
            None => write!(f, "by {path}:{line}"),
        }
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("scope", &self.scope)?;
        map.serialize_entry("path", &self.place.path)?;
        map.serialize_entry("line", &self.place.line)?;
        if let Some(rule) = &self.rule {
            map.serialize_entry("rule", rule)?;
        }
        map.end()
    }
}

/// Whether a layer can say this.
pub fn is_setting(key: &str) -> bool {
    key == RULES || settings::NAMES.contains(&key)
}

/// What one place says.
#[derive(Debug, Clone, Default)]
pub struct Layer {
    pub(super) settings: Settings,
    pub(super) rules: Vec<Rule>,
    /// All of it but its rules, as text, to tell whether it has changed.
    pub(super) raw: String,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// What is so for every library, unless somebody says otherwise.
const OF_GUIDEPOST: &str = "\
verify:
  rules:
    - command: [reboot, poweroff, halt, shutdown, systemctl reboot, systemctl poweroff, systemctl halt, init 0, init 6, telinit 0, telinit 6]
      skip: true
      reason: it would end the machine, where a reader waits and logs in again
";

impl Layer {
    /// What guidepost itself says, farther than any other place.
    pub(super) fn of_guidepost() -> &'static Self {
        static LAYER: LazyLock<Layer> = LazyLock::new(|| {
            let source = Source::new("guidepost", OF_GUIDEPOST);
            let verify = yaml::read(&source).ok().and_then(|map| map.get("verify").cloned()).unwrap_or_default();
            let yaml = Span::new(0, source.text.len());
            Layer::read(&verify, &under_verify(Scope::Guidepost, &source, yaml))
        });
        &LAYER
    }

    /// What guidepost.yaml, whose text is `source`, says under `verify:`. Machines that it names must be among these.
    pub fn of_library(source: &Source, verify: &Value, machines: &[String]) -> Self {
        let yaml = Span::new(0, source.text.len());
        let mut layer = Self::read(verify, &under_verify(Scope::Library, source, yaml));
        let all = [&layer.settings].into_iter().chain(layer.rules.iter().map(|rule| &rule.settings));
        let unknown: Vec<Diagnostic> = all.filter_map(|settings| settings.unknown_machine(machines)).collect();
        layer.diagnostics.extend(unknown);
        layer
    }

    /// What the page of a section says in its front matter.
    pub fn of_section(guide: &Guide) -> Option<Self> {
        Self::of_front_matter(guide, Scope::Section)
    }

    /// What a guide says in its front matter.
    pub(super) fn of_guide(guide: &Guide) -> Option<Self> {
        Self::of_front_matter(guide, Scope::Guide)
    }

    fn of_front_matter(guide: &Guide, scope: Scope) -> Option<Self> {
        let verify = guide.front.verify.as_ref()?;
        let yaml = front_matter::yaml_span(&guide.source)?;
        Some(Self::read(verify, &under_verify(scope, &guide.source, yaml)))
    }

    /// Reads a map; keys in `others` are somebody else's.
    pub(super) fn read_map(map: &serde_json::Map<String, Value>, written: &Written<'_>, others: &[&str]) -> Self {
        let mut layer = Self::default();
        let others: Vec<&str> = others.iter().copied().chain([RULES]).collect();
        layer.settings.read(map, written, &others, &mut layer.diagnostics);
        if let Some(rules) = map.get(RULES) {
            layer.rules = rule::read(rules, written, &mut layer.diagnostics);
        }
        let own = map.iter().filter(|(name, _)| !others.contains(&name.as_str()));
        layer.raw = own.map(|(name, value)| format!("{name}: {value}\n")).collect();
        layer
    }

    fn read(verify: &Value, written: &Written<'_>) -> Self {
        match verify {
            Value::Object(map) => Self::read_map(map, written, &[]),
            other => {
                let help =
                    "write `verify: {skip: true, reason: …}`, or the name of a machine as `verify: {machine: …}`";
                let problem = Problem::new(format!("`verify` is {}, a map is wanted", value::kind(other)), help);
                Self { diagnostics: vec![written.error(problem, &[])], ..Self::default() }
            }
        }
    }

    /// All that it says, as text, to tell whether it has changed.
    pub fn text(&self) -> String {
        self.rules.iter().fold(self.raw.clone(), |text, rule| text + &rule.raw + "\n")
    }

    /// Where its rules stand, each with what it selects.
    pub fn rules(&self) -> impl Iterator<Item = (&Place, &str)> {
        self.rules.iter().map(|rule| (&rule.place, rule.told.as_str()))
    }
}

fn under_verify(scope: Scope, source: &Source, yaml: Span) -> Written<'_> {
    Written { scope, source, yaml, prefix: vec![Key::Name("verify".into())] }
}

/// The JSON Schema of what any of these places says.
pub fn schema() -> Value {
    let mut schema = key::map(settings::KEYS, false);
    schema["type"] = json!(["object", "null"]);
    schema["description"] = "How guides are verified".into();
    let mut one = key::map(&[rule::KEYS, settings::KEYS, attributes::KEYS].concat(), false);
    one["anyOf"] = rule::KEYS.iter().map(|key| json!({ "required": [key.name] })).collect();
    schema["properties"][RULES] = json!({
        "type": ["array", "null"],
        "items": one,
        "description": "What is said of the guides, blocks and commands that a rule selects",
    });
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_guidepost_says_can_be_read() {
        let layer = Layer::of_guidepost();
        assert!(layer.diagnostics.is_empty(), "{:?}", layer.diagnostics);
        assert_eq!(layer.rules.len(), 1);
        for (command, ends) in [
            ("sudo reboot", true),
            ("systemctl reboot", true),
            ("sudo shutdown -r now", true),
            ("sudo init 6", true),
            ("systemctl restart nginx", false),
            ("echo reboot", false),
            ("init", false),
        ] {
            assert_eq!(layer.rules[0].fits_command(command), ends, "{command}");
        }
    }
}

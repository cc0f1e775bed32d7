//! JSON Schemas (draft 7, which editors know best) of the YAML that authors write: `guidepost.yaml`, `verify.yaml` and front matter.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::{config::Config, machine, plan, source::front_matter};

/// What a schema is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The settings of a site.
    Guidepost,
    /// A sidecar of a guide.
    Verify,
    /// The YAML at the top of a guide.
    FrontMatter,
}

impl Of {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Guidepost, Self::Verify, Self::FrontMatter];

    /// Its name on the command line and as a file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Guidepost => "guidepost",
            Self::Verify => "verify",
            Self::FrontMatter => "front-matter",
        }
    }
}

/// The schema.
pub fn schema(of: Of) -> Value {
    let (title, mut schema) = match of {
        Of::Guidepost => ("guidepost.yaml: the settings of a site", guidepost()),
        Of::Verify => ("verify.yaml: how a guide is verified", plan::sidecar_schema()),
        Of::FrontMatter => {
            let mut schema = front_matter::schema();
            schema["properties"]["verify"] = plan::schema();
            ("the front matter of a guide", schema)
        }
    };
    schema["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    schema["title"] = title.into();
    schema
}

/// Of the settings as serde reads them, with the machines and `verify` as their own readers do.
fn guidepost() -> Value {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<Config>().to_value();
    schema["properties"]["machines"]["additionalProperties"] = machine::schema();
    schema["properties"]["registry"]["pattern"] = machine::REGISTRY_PATTERN.into();
    schema["properties"]["registry"]["maxLength"] = machine::LONGEST_REGISTRY.into();
    schema["properties"]["verify"] = plan::schema();
    schema["properties"]["extra"]["additionalProperties"] = json!(true);
    schema
}

//! `guidepost schema`

use clap::{ValueEnum, builder::PossibleValue};
use std::path::Path;

use super::{Exit, print};
use crate::schema::{self, Of};

/// The folder in a new site that schemas are written to, so that editors find them without a network.
const FOLDER: &str = "schemas";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Of what
    #[arg(value_enum)]
    of: Of,
}

impl ValueEnum for Of {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Guidepost => "guidepost.yaml",
            Self::Verify => "verify.yaml",
            Self::FrontMatter => "The YAML at the top of a guide",
        };
        Some(PossibleValue::new(self.name()).help(help))
    }
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    print(std::io::stdout(), &text(arguments.of));
    Exit::Ok
}

fn text(of: Of) -> String {
    format!("{:#}\n", schema::schema(of))
}

/// Writes all schemas into a new site, and tells editors which is for which file. The comment at the top of a file is for
/// those that know the YAML language server; the settings are for those that are built on VS Code, which then complete every
/// `verify.yaml` without a comment in it.
pub(super) fn write(site: &Path) -> std::io::Result<()> {
    let folder = site.join(FOLDER);
    std::fs::create_dir_all(&folder)?;
    for of in Of::ALL {
        std::fs::write(folder.join(format!("{}.json", of.name())), text(of))?;
    }
    let settings = serde_json::json!({
        "yaml.schemas": {
            (format!("./{FOLDER}/guidepost.json")): "/guidepost.yaml",
            (format!("./{FOLDER}/verify.json")): "verify.yaml",
        },
    });
    let editor = site.join(".vscode");
    std::fs::create_dir_all(&editor)?;
    std::fs::write(editor.join("settings.json"), format!("{settings:#}\n"))
}

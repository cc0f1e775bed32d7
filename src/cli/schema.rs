//! `guidepost schema`

use clap::ValueEnum;
use std::path::Path;

use super::{Exit, print};
use crate::schema::{self, Of};

/// The folder in a new site that schemas are written to, so that editors find them without a network.
const FOLDER: &str = "schemas";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Of what
    #[arg(value_enum)]
    of: Name,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Name {
    /// guidepost.yaml
    Guidepost,
    /// verify.yaml
    Verify,
    /// The YAML at the top of a guide
    FrontMatter,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let of = match arguments.of {
        Name::Guidepost => Of::Guidepost,
        Name::Verify => Of::Verify,
        Name::FrontMatter => Of::FrontMatter,
    };
    print(std::io::stdout(), &text(of));
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

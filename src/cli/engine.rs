//! `guidepost engine`

use clap::ValueEnum;

use super::{Exit, print, verify::environment};
use crate::{
    machine::{self, Ability, Survey, size},
    terminal::clean::clean,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// How to show it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let surveyed = super::block_on(async { machine::survey(&machine::find().await?).await });
    let survey = match surveyed {
        Ok(Ok(survey)) => survey,
        Ok(Err(error)) => return environment(&error),
        Err(exit) => return exit,
    };
    let text = match arguments.format {
        Format::Text => shown(&survey),
        Format::Json => serde_json::to_string_pretty(&survey).unwrap_or_default() + "\n",
    };
    print(std::io::stdout(), &text);
    if survey.abilities.iter().any(|ability| ability.what == "machines" && ability.can == Some(false)) {
        return Exit::Environment;
    }
    Exit::Ok
}

fn shown(survey: &Survey) -> String {
    let engine = &survey.engine;
    let rights = if engine.rootless { "rootless" } else { "with root's rights" };
    let groups =
        format!("version {}, managed by {}", or_unknown(&engine.cgroup_version), or_unknown(&engine.cgroup_driver));
    let has = format!("{} processors, {} of memory, {}", engine.cpus, size(engine.memory), engine.platform);
    let mut text = format!("{} {}, {rights}, at {}\n", engine.name, engine.version, survey.address);
    for (name, said) in [
        ("found by", survey.by.as_str()),
        ("interface", &engine.api_version),
        ("control groups", &groups),
        ("stores images in", or_unknown(&engine.storage)),
        ("has", &has),
    ] {
        text.push_str(&format!("  {name:WIDTH$}{}\n", clean(said)));
    }
    if !survey.before.is_empty() {
        text.push_str("\nlooked at before:\n");
        survey
            .before
            .iter()
            .for_each(|look| text.push_str(&format!("  {}: {}\n", clean(&look.what), clean(&look.why))));
    }
    text.push_str("\nwhat it can do:\n");
    survey.abilities.iter().for_each(|ability| text.push_str(&line(ability)));
    text
}

/// Characters of the first column.
const WIDTH: usize = 24;

fn line(ability: &Ability) -> String {
    let can = match ability.can {
        Some(true) => "yes",
        Some(false) => "no",
        None => "?",
    };
    let mut text = format!("  {:WIDTH$}{can:5}{} ({})\n", ability.what, clean(&ability.seen), ability.how);
    if !ability.help.is_empty() {
        text.push_str(&format!("  {:WIDTH$}     {}\n", "", ability.help));
    }
    text
}

fn or_unknown(text: &str) -> &str {
    if text.is_empty() { "unknown" } else { text }
}

//! The machines of a site, and how one is added.

use include_dir::Dir;
use std::{collections::BTreeMap, path::Path};

use crate::{
    config::{self, Config},
    machine::{self, Machine, Ready},
    proof::replace::Change,
    site::{failure::Failure, load::Inputs, options::Options},
    source::Source,
};

/// The machines of a site by their names, and which of them is the default.
///
/// # Errors
/// If one is not described as it should be, and as for every [`Failure`].
pub fn machines(options: &Options) -> Result<(BTreeMap<String, Machine>, String), Failure> {
    let inputs = Inputs::load(options)?;
    let (machines, problems) = machine::machines(&inputs.config, &inputs.source);
    if !problems.is_empty() {
        return Err(Failure::Configuration(problems));
    }
    let first = inputs.config.machines.keys().next().cloned();
    Ok((machines, first.unwrap_or_else(|| machine::DEFAULT.to_owned())))
}

/// Adds a machine to a site under a name: its settings to guidepost.yaml, and the folder that it is built from. The default machine
/// stays what it is.
///
/// # Errors
/// If there is a machine or a folder of that name, if guidepost.yaml cannot be read, or is written so that it is not changed here, or if
/// a file cannot be written.
pub fn add_machine(site: &Path, ready: &Ready, name: &str) -> Result<(), Failure> {
    let path = site.join(config::FILE_NAME);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Failure::usage(format!("{} cannot be read: {error}", path.display()), "go to the site's folder")
    })?;
    let source = Source::new(config::FILE_NAME, text.as_str());
    let config = Config::parse(&source).map_err(|problem| Failure::Configuration(vec![problem]))?;
    if config.machines.contains_key(name) {
        let message = format!("there is a machine `{name}`");
        return Err(Failure::usage(message, "give the new one another name: --name NAME"));
    }
    let lines = ready.lines(name);
    let Some(new) = with_machine(&text, &config, name, &lines) else {
        let message = format!("the machines of {} are written so that guidepost adds none", config::FILE_NAME);
        let help = format!("add it by hand: {name}: {{{}}}", lines.join(", "));
        return Err(Failure::usage(message, &help));
    };
    if let Some(folder) = ready.folder {
        let target = site.join("machines").join(name);
        if target.exists() {
            let message = format!("{} is there, and nothing in it is overwritten", target.display());
            return Err(Failure::usage(message, "give the new machine another name: --name NAME"));
        }
        write(folder, &target)
            .map_err(|error| Failure::environment(format!("{} cannot be written: {error}", target.display())))?;
    }
    let change = Change { path: config::FILE_NAME.into(), old: Some(text), new: Some(new) };
    change.write(site, "has changed").map_err(|unwritten| Failure::environment(unwritten.to_string()))
}

fn write(dir: &Dir<'_>, target: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(target)?;
    for file in dir.files() {
        std::fs::write(target.join(file.path().file_name().unwrap_or_default()), file.contents())?;
    }
    Ok(())
}

/// A configuration with one machine more, as its last; none if its text, so changed, does not say just that.
fn with_machine(text: &str, config: &Config, name: &str, lines: &[String]) -> Option<String> {
    let block = |indent: &str| {
        let settings: String = lines.iter().map(|line| format!("{indent}{indent}{line}\n")).collect();
        format!("{indent}{name}:\n{settings}")
    };
    let ended = if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") };
    let new = if config.machines.is_empty() {
        // The first machine is the default, which this site has without saying so.
        let default = Ready::named(machine::DEFAULT).filter(|default| default.name != name);
        let own =
            default.map(|default| format!("  {}:\n    {}\n", default.name, default.lines(default.name).join("\n    ")));
        format!("{ended}\nmachines:\n{}{}", own.unwrap_or_default(), block("  "))
    } else {
        let mut at = 0;
        let mut inside = false;
        let mut indent = "  ".to_owned();
        let mut end = None;
        for line in ended.split_inclusive('\n') {
            let is_blank = line.trim().is_empty() || line.trim_start().starts_with('#');
            let own = &line[..line.len() - line.trim_start().len()];
            if inside && !is_blank {
                if own.is_empty() {
                    break;
                }
                if end.is_none() {
                    indent = own.to_owned();
                }
                end = Some(at + line.len());
            }
            inside |= line.trim_end() == "machines:";
            at += line.len();
        }
        let end = end?;
        format!("{}{}{}", &ended[..end], block(&indent), &ended[end..])
    };
    says_just_that(&new, config, name, lines).then_some(new)
}

/// Whether a text is the same configuration with this machine as its last.
fn says_just_that(text: &str, config: &Config, name: &str, lines: &[String]) -> bool {
    let Ok(mut new) = Config::parse(&Source::new(config::FILE_NAME, text)) else { return false };
    let wanted = serde_yaml::from_str::<serde_json::Value>(&lines.join("\n")).ok();
    let is_last = new.machines.keys().next_back().is_some_and(|last| last == name);
    let is_it = new.machines.remove(name) == wanted && wanted.is_some();
    if config.machines.is_empty() {
        new.machines.clear();
    }
    is_last && is_it && serde_json::to_value(&new).ok() == serde_json::to_value(config).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_more() {
        let lines = ["build: machines/server".to_owned(), "init: systemd".to_owned()];
        let new = "  server:\n    build: machines/server\n    init: systemd\n";
        for (text, expected) in [
            ("title: x\n", Some(format!("title: x\n\nmachines:\n  debian:\n    image: debian:bookworm\n{new}"))),
            (
                "machines:\n  debian:\n    image: a\n\n# more\nmenu: []\n",
                Some(format!("machines:\n  debian:\n    image: a\n{new}\n# more\nmenu: []\n")),
            ),
            ("machines:\n  debian: {image: a}", Some(format!("machines:\n  debian: {{image: a}}\n{new}"))),
            (
                "machines:\n    debian:\n        image: a\n",
                Some(format!("machines:\n    debian:\n        image: a\n{}", new.replace("  ", "    "))),
            ),
            ("machines: {debian: {image: a}}\n", None),
        ] {
            let config = Config::parse(&Source::new("guidepost.yaml", text)).expect("a configuration");
            assert_eq!(with_machine(text, &config, "server", &lines), expected, "{text}");
        }
    }
}

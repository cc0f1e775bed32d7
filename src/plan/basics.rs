//! What a reader's machine has, and Debian's smallest image has not.

use super::{At, Command, Plan, StepKind, command};
use crate::terminal::{
    command::{self as known, Family},
    line, program,
};

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
            if packages.contains(&"python3-venv") {
                // Debian's own Python refuses to install beside its packages (PEP 668).
                setup.push("python3 -m venv ~/.venv && export PATH=~/.venv/bin:$PATH".to_owned());
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

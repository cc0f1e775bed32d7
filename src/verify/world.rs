//! What is installed in a machine, so that it can be told later what has changed.

use super::host::Running;
use crate::{
    machine::Run,
    plan::{Plan, StepKind},
    report::world::{Packages, packages},
    terminal::command,
};

/// What the managers of Debian, Fedora and Alpine list, and the images that an engine inside has pulled.
const SYSTEM: &str = r"dpkg-query -W -f 'dpkg\t${Package}\t${Version}\t${db:Status-Status}\n' 2>/dev/null | sed -n 's/\tinstalled$//p'
rpm -qa --qf 'rpm\t%{NAME}\t%{VERSION}-%{RELEASE}\n' 2>/dev/null
docker image ls --digests --format 'image\t{{.Repository}}:{{.Tag}}\t{{.Digest}}' 2>/dev/null | grep -v '<none>'
apk list --installed 2>/dev/null | sed -nE 's/^([^ ]+)-([0-9][^ ]*-r[0-9]+) .*/apk\t\1\t\2/p'
";

/// Most bytes of a list.
const LARGEST: usize = 8 << 20;

/// What pip, npm, gem and cargo have put anywhere: in environments and folders of projects, too.
const LANGUAGES: &str = r#"find / -xdev -type d -name '*.dist-info' 2>/dev/null | sed -nE 's,.*/([^/]+)-([^-/]+)\.dist-info$,pip\t\1\t\2,p'
find / -xdev -type f -path '*/node_modules/*' -name package.json 2>/dev/null | grep -E 'node_modules/(@[^/]+/)?[^/]+/package\.json$' | head -5000 |
while read -r f; do v=$(sed -nE 's/^ *"version": *"([^"]+)".*/\1/p' "$f" | head -n1); n=${f%/package.json}; printf 'npm\t%s\t%s\n' "${n##*/node_modules/}" "$v"; done
find / -xdev -type f -path '*/specifications/*' -name '*.gemspec' 2>/dev/null | sed -nE 's,.*/([^/]+)-([0-9][^/-]*)\.gemspec$,gem\t\1\t\2,p'
sed -nE 's/^"([^ ]+) ([^ ]+) .*/cargo\t\1\t\2/p' /root/.cargo/.crates.toml /home/*/.cargo/.crates.toml 2>/dev/null
"#;

/// Whether a page installs by the means of a language.
pub(super) fn installs_by_language(plan: &Plan) -> bool {
    let typed = plan.steps.iter().filter_map(|step| match &step.kind {
        StepKind::Run { commands } => Some(commands),
        _ => None,
    });
    let mut lines = typed.flatten().flat_map(|command| &command.lines);
    lines.any(|typed| command::installs_by_language(typed))
}

/// Whether a package is one of the system's manager.
pub(super) fn is_of_system(package: &str) -> bool {
    ["dpkg ", "rpm ", "apk ", "image "].iter().any(|manager| package.starts_with(manager))
}

/// Everything that is installed; `None` if the machine cannot be asked, or has not told everything.
pub(super) async fn look(machine: &impl Running, languages: bool) -> Option<Packages> {
    let script = if languages { format!("{SYSTEM}{LANGUAGES}") } else { SYSTEM.to_owned() };
    let command = ["sh", "-c", &script];
    let output = machine.run(&Run { command: &command, limit: LARGEST, ..Run::default() }).await.ok()?;
    let whole = output.status.is_some() && output.dropped == 0;
    whole.then(|| packages(&String::from_utf8_lossy(&output.stdout))).filter(|packages| !packages.is_empty())
}

//! `guidepost machines`

use clap::{Subcommand, builder::PossibleValuesParser};
use std::{collections::BTreeMap, path::Path, time::Duration};

use super::{Exit, SiteArguments, print, report, with_engine};
use crate::{
    machine::{
        self, Engine, Identity, Machine, Name, READY, Ready, Run, Sharing,
        settings::{ImageSource, Init, Network},
    },
    proof,
    site::{self, Failure},
    terminal::clean::clean,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: SiteArguments,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Pull or build the images of machines
    Build {
        /// Which of them [default: all]
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// Push what is built from folders to the site's registry, unless it is there
        #[arg(long)]
        push: bool,
    },
    /// Start a machine, and say what is in it
    Show {
        /// Which one
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Add a machine to the site: its settings, and a folder with a Dockerfile that is yours from then on
    Add {
        /// Which one
        #[arg(value_name = "MACHINE", value_parser = PossibleValuesParser::new(READY.iter().map(|ready| ready.name)))]
        ready: String,
        /// What it is called in the site [default: its own name]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let options = arguments.site.options();
    let outcome = match &arguments.what {
        Some(What::Add { ready, name }) => {
            Ready::named(ready).map_or(Ok(()), |ready| add(&options.site, ready, name.as_deref().unwrap_or(ready.name)))
        }
        None => proof::machines(&options).map(|(machines, first)| print(std::io::stdout(), &list(&machines, &first))),
        Some(What::Build { names, push }) => {
            return on_engine(&options, names, if *push { Doing::Push } else { Doing::Build });
        }
        Some(What::Show { name }) => return on_engine(&options, std::slice::from_ref(name), Doing::Show),
    };
    match outcome {
        Ok(()) => Exit::Ok,
        Err(failure) => report(&failure),
    }
}

/// Adds a machine, and says so.
pub(super) fn add(site: &Path, ready: &Ready, name: &str) -> Result<(), Failure> {
    proof::add_machine(site, ready, name)?;
    let made = ready.folder.map_or_else(String::new, |_| format!(", and machines/{name}/ is what it is made of"));
    let text = format!("guidepost.yaml has the machine `{name}`{made}\nguides choose it with `machine: {name}`\n");
    print(std::io::stdout(), &text);
    Ok(())
}

/// The machines of a site, and those that could be added.
fn list(machines: &BTreeMap<String, Machine>, first: &str) -> String {
    let width = machines.keys().map(String::as_str).chain(READY.iter().map(|ready| ready.name)).map(str::len).max();
    let width = width.unwrap_or_default();
    let mut text = String::new();
    for (name, machine) in machines {
        let default = if name == first { ", the default" } else { "" };
        text.push_str(&format!("{name:width$}  {}{default}\n", clean(&told(machine))));
    }
    let others: Vec<&Ready> = READY.iter().filter(|ready| !machines.contains_key(ready.name)).collect();
    if !others.is_empty() {
        text.push_str("\nguidepost machines add:\n");
        others.iter().for_each(|ready| text.push_str(&format!("{:width$}  {}\n", ready.name, ready.says)));
    }
    text
}

/// A machine in a line.
fn told(machine: &Machine) -> String {
    let mut parts = vec![match &machine.source {
        ImageSource::Image(image) => image.clone(),
        ImageSource::Build(folder) => format!("built from {}", folder.path),
    }];
    parts.extend((machine.init == Init::Systemd).then(|| "systemd".into()));
    parts.extend(machine.nested_docker.then(|| "a Docker engine inside".into()));
    parts.extend(machine.user.iter().map(|user| format!("user {user}")));
    parts.extend(match machine.network {
        Network::Bridge => None,
        Network::Internal => Some("no way out".into()),
        Network::None => Some("no network".into()),
    });
    parts.push(format!("{} MiB of memory", machine.memory >> 20));
    parts.join(", ")
}

/// What is done with machines on an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Build,
    Push,
    Show,
}

/// Builds machines, and pushes them or shows what is in them.
fn on_engine(options: &site::Options, names: &[String], doing: Doing) -> Exit {
    let machines = match proof::machines(options) {
        Ok((machines, _)) => machines,
        Err(failure) => return report(&failure),
    };
    if let Some(unknown) = names.iter().find(|name| !machines.contains_key(*name)) {
        let known: Vec<&str> = machines.keys().map(String::as_str).collect();
        let message = format!("there is no machine `{unknown}`");
        return report(&Failure::Usage { message, help: format!("guidepost.yaml describes {}", known.join(", ")) });
    }
    let chosen = || machines.iter().filter(|(name, _)| names.is_empty() || names.contains(name));
    let has_no_registry =
        |machine: &Machine| matches!(&machine.source, ImageSource::Build(folder) if folder.registry.is_none());
    if doing == Doing::Push && chosen().any(|(_, machine)| has_no_registry(machine)) {
        let help = "name one in guidepost.yaml: `registry: registry.example.org/team/guides`".into();
        return report(&Failure::Usage { message: "there is no registry to push to".into(), help });
    }
    let done = with_engine(async |engine| {
        for (name, machine) in chosen() {
            match doing {
                Doing::Build => build(&engine, name, machine, &options.site).await?,
                Doing::Push => push(&engine, name, machine, &options.site).await?,
                Doing::Show => show(&engine, name, machine, &options.site).await?,
            }
        }
        Ok(())
    });
    done.map_or_else(|exit| exit, |()| Exit::Ok)
}

fn tell(event: machine::Event) {
    print(std::io::stderr(), &format!("{}\n", clean(&event.to_string())));
}

async fn build(engine: &Engine, name: &str, machine: &Machine, site: &Path) -> machine::Result<()> {
    let image = engine.image(&machine.source, site, &tell).await?;
    print(std::io::stdout(), &format!("{name}  {} {}\n", image.reference, image.id));
    Ok(())
}

async fn push(engine: &Engine, name: &str, machine: &Machine, site: &Path) -> machine::Result<()> {
    let (image, how) = match engine.image_pushed(&machine.source, site, &tell).await? {
        Sharing::Pushed(image) => (image, "pushed"),
        Sharing::Found(image) => (image, "in the registry already"),
        Sharing::NotBuilt(image) => (image, "not built, and not pushed"),
    };
    let digest = image.digest.map_or_else(String::new, |digest| format!(" {digest}"));
    print(std::io::stdout(), &format!("{name}  {} {}, {how}{digest}\n", image.reference, image.id));
    Ok(())
}

/// What a machine says of itself: a line each, with what it is about.
const LOOK: &str = "
. /etc/os-release 2>/dev/null && echo \"system: $PRETTY_NAME\"
echo \"kernel: $(uname -r)\"
echo \"user: $(id -un), groups $(id -Gn)\"
if command -v dpkg >/dev/null; then echo \"packages: $(dpkg-query -f '.\\n' -W | wc -l)\"
elif command -v rpm >/dev/null; then echo \"packages: $(rpm -qa | wc -l)\"
elif command -v apk >/dev/null; then echo \"packages: $(apk info 2>/dev/null | wc -l)\"; fi
if [ \"$(cat /proc/1/comm)\" = systemd ]; then echo \"services: $(systemctl list-units --type=service --state=running --no-legend --plain | cut -d' ' -f1 | sed 's/[.]service$//' | xargs)\"; fi
has= lacks=
for program in sudo curl wget git nano vi crontab sshd ufw docker python3 node gcc make ip ping dig; do
  if PATH=$PATH:/usr/sbin:/sbin command -v $program >/dev/null; then has=\"$has $program\"; else lacks=\"$lacks $program\"; fi
done
echo \"has:$has\"
echo \"lacks:$lacks\"
";

/// Time for a look at a machine that is ready.
const LOOKING: Duration = Duration::from_secs(600);

async fn show(engine: &Engine, name: &str, machine: &Machine, site: &Path) -> machine::Result<()> {
    let identity = Identity::new(Name::new("machines"), Name::new(name), LOOKING);
    let running = machine::start(engine, machine, &identity, site, &tell).await?;
    let user = machine.user.as_deref();
    let run = Run { command: &["/bin/sh", "-c", LOOK], user, env: &[], folder: None, limit: 0, timeout: None };
    let looked = running.run(&run).await;
    let closed = running.close().await;
    print(
        std::io::stdout(),
        &format!("{name}\n{}", looked?.text().lines().map(|line| format!("  {}\n", clean(line))).collect::<String>()),
    );
    closed
}

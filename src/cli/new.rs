//! `guidepost new`

use clap::{ValueEnum, builder::PossibleValuesParser};
use include_dir::{Dir, DirEntry, include_dir};
use std::path::{Path, PathBuf};

use super::{Exit, machines, print, report};
use crate::{
    machine::{DEFAULT, READY, Ready},
    site::Failure,
};

/// The files of a new site. A file `_name` becomes `.name`, because packages leave hidden files out.
static STARTER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/cli/starter");

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The folder to make
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Also a machine that is ready to be added, such as `server`
    #[arg(long, value_name = "MACHINE", value_parser = PossibleValuesParser::new(READY.iter().map(|ready| ready.name)))]
    machine: Option<String>,
    /// Also a pipeline that checks each change and does the guides each night
    #[arg(long, value_name = "FORGE", value_enum)]
    ci: Option<Forge>,
}

/// Where a repository lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Forge {
    /// GitHub, by guidepost's action
    Github,
    /// GitLab, by guidepost's image
    Gitlab,
}

impl Forge {
    /// Where its pipeline stands, and what it says.
    fn pipeline(self) -> (&'static str, &'static str) {
        match self {
            Self::Github => (".github/workflows/guides.yml", include_str!("pipeline/github.yaml")),
            Self::Gitlab => (".gitlab-ci.yml", include_str!("pipeline/gitlab.yaml")),
        }
    }

    fn write(self, folder: &Path) -> std::io::Result<()> {
        let (path, text) = self.pipeline();
        let path = folder.join(path);
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::write(path, text.replace("@VERSION@", env!("CARGO_PKG_VERSION")))
    }
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let folder = &arguments.folder;
    match std::fs::read_dir(folder).map(Iterator::count) {
        Ok(entries) if entries > 0 => {
            let message = format!("{} is not empty, and nothing in it is overwritten", folder.display());
            return report(&Failure::Usage { message, help: "name a folder that does not exist yet".into() });
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
            let message = format!("{} is a file", folder.display());
            return report(&Failure::Usage { message, help: "name a folder that does not exist yet".into() });
        }
        _ => {}
    }
    let pipeline = || arguments.ci.map_or(Ok(()), |forge| forge.write(folder));
    if let Err(error) = write(&STARTER, folder).and_then(|()| super::schema::write(folder)).and_then(|()| pipeline()) {
        return report(&Failure::Environment { message: format!("{} cannot be written: {error}", folder.display()) });
    }
    let ready = arguments.machine.as_deref().and_then(Ready::named).filter(|ready| ready.name != DEFAULT);
    if let Some(Err(failure)) = ready.map(|ready| machines::add(folder, ready, ready.name)) {
        return report(&failure);
    }
    let shown = folder.display();
    let pipeline =
        arguments.ci.map(|forge| format!("its pipeline is {}, which says what to change\n", forge.pipeline().0));
    let pipeline = pipeline.unwrap_or_default();
    print(std::io::stdout(), &format!("made a site in {shown}\n{pipeline}next: cd {shown} && guidepost serve\n"));
    Exit::Ok
}

fn write(dir: &Dir<'_>, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for entry in dir.entries() {
        match entry {
            DirEntry::Dir(dir) => write(dir, &folder.join(dir.path().file_name().unwrap_or_default()))?,
            DirEntry::File(file) => {
                let name = file.path().file_name().unwrap_or_default().to_string_lossy();
                let name = if name == "_gitignore" { ".gitignore" } else { &name };
                std::fs::write(folder.join(name), file.contents())?;
            }
        }
    }
    Ok(())
}

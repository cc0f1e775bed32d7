//! `guidepost theme`

use clap::Subcommand;
use std::{
    collections::BTreeMap,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use super::{Exit, SiteArguments, print, report};
use crate::{
    config::{self, Config},
    diagnostic::nearest,
    pages::template_data,
    site::Failure,
    source::Source,
    theme,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the files of the theme with those that the site has instead, or print one as guidepost has it
    Show {
        #[command(flatten)]
        site: SiteArguments,
        /// A file as it is listed; `templates/` can be left out
        file: Option<String>,
    },
    /// Print what each template is given, as Markdown
    Data,
    /// Copy a file of the theme into the site, where it takes the place of guidepost's. Never overwrites
    Copy {
        #[command(flatten)]
        site: SiteArguments,
        /// A file as `show` lists it; `templates/` can be left out
        file: String,
    },
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let files = theme::built_in_files();
    let done = match &arguments.command {
        Command::Show { site, file: None } => own_folder(&site.options().site, false).map(|(root, own)| {
            print(std::io::stdout(), &list(&files, &root, &own));
        }),
        Command::Show { file: Some(file), .. } => find(&files, file).map(|(_, bytes)| {
            // Bytes, since a theme may hold a picture.
            let _ = std::io::stdout().write_all(bytes);
        }),
        Command::Data => {
            print(std::io::stdout(), &template_data());
            Ok(())
        }
        Command::Copy { site, file } => find(&files, file).and_then(|(path, bytes)| {
            let (root, own) = own_folder(&site.options().site, true)?;
            copy(&root, &own.join(path), bytes)?;
            print(std::io::stdout(), &copied(&own, path));
            Ok(())
        }),
    };
    match done {
        Ok(()) => Exit::Ok,
        Err(failure) => report(&failure),
    }
}

/// The site's folder, and in it the one of its own theme. Without a site, that of a new one, unless there must be one.
fn own_folder(site: &Path, must: bool) -> Result<(PathBuf, PathBuf), Failure> {
    let file = site.join(config::FILE_NAME);
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound && !must => String::new(),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let message = format!("there is no {} in {}", config::FILE_NAME, site.display());
            return Err(Failure::usage(message, "go to the site's folder, or name it with --site"));
        }
        Err(error) => return Err(Failure::environment(format!("{} cannot be read: {error}", file.display()))),
    };
    let parsed = Config::parse(&Source::new(config::FILE_NAME, text));
    let config = parsed.map_err(|problem| Failure::Configuration(vec![problem]))?;
    Ok((site.to_owned(), theme::folder(config.theme.as_deref())))
}

/// The file that is meant.
fn find<'a>(files: &'a BTreeMap<String, Vec<u8>>, asked: &str) -> Result<(&'a str, &'a [u8]), Failure> {
    let whole = format!("templates/{asked}");
    let found = files.get_key_value(asked).or_else(|| files.get_key_value(&whole));
    found.map(|(path, bytes)| (path.as_str(), bytes.as_slice())).ok_or_else(|| {
        let names = files.keys().flat_map(|path| [Some(path.as_str()), path.strip_prefix("templates/")]).flatten();
        let help = match nearest(asked, names) {
            Some(near) => format!("did you mean {near}?"),
            None => "guidepost theme show lists its files".into(),
        };
        Failure::Usage { message: format!("the theme has no file {asked}"), help }
    })
}

/// A line each; what the site has instead is marked.
fn list(files: &BTreeMap<String, Vec<u8>>, site: &Path, own: &Path) -> String {
    let line = |path: &String| match own.join(path) {
        mine if site.join(&mine).is_file() => format!("{path}  (yours: {})\n", mine.display()),
        _ => format!("{path}\n"),
    };
    files.keys().map(line).collect()
}

fn copy(site: &Path, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let file = site.join(path);
    let folder = file.parent().unwrap_or(site);
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::File::create_new(&file))
        .and_then(|mut new| new.write_all(bytes));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Failure::usage(format!("{} is there, and stays as it is", path.display()), "remove it to begin anew")
        }
        _ => Failure::environment(format!("{} cannot be written: {error}", path.display())),
    })
}

fn copied(own: &Path, path: &str) -> String {
    format!(
        "{} is a copy of guidepost's, and takes its place from now on\n\
         what a later guidepost changes in {path} does not reach it: `guidepost theme show {path}` prints that\n",
        own.join(path).display()
    )
}

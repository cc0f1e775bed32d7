//! The command line: one file a subcommand, no logic of its own.
//!
//! Exit status: 0 all well; 1 a guide or page is at fault; 2 the command line or the configuration is; 3 nobody is: done again, or
//! elsewhere, it may go well (no engine, no disk, no permission). Results go to stdout, everything else to stderr.

use clap::{CommandFactory, Parser, Subcommand};
use std::{
    collections::BTreeMap,
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
};

use crate::{
    diagnostic::Diagnostic,
    machine::{self, Engine},
    site::{self, Failure, Ground, Options},
};

mod build;
mod changed;
mod check;
mod ci;
mod clean;
mod completions;
mod engine;
mod lsp;
mod machines;
mod man;
mod new;
mod plan;
mod progress;
mod record;
mod reports;
mod schema;
mod serve;
mod theme;
mod update;
mod verify;

/// A static site generator for runnable guides.
#[derive(Debug, Parser)]
#[command(name = "guidepost", version, about, long_about = None, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the site: content/ to public/
    Build(build::Arguments),
    /// Preview the site: pages reload as you save, and guides run from their pages
    Serve(serve::Arguments),
    /// Look at everything that needs no machine: front matter, shortcodes, links, anchors, images
    Check(check::Arguments),
    /// Show what verification would do with a guide, step by step, and why
    Plan(plan::Arguments),
    /// Do guides in Docker, as a reader would, and say whether they still work
    Verify(verify::Arguments),
    /// Open a shell in a machine, and make the draft of a guide of what is done there
    Record(record::Arguments),
    /// Show, convert and merge the reports of `verify`
    Report(reports::Arguments),
    /// Print a file that shares the guides among many machines: for Slurm, GitHub, GitLab or Kubernetes
    Ci(ci::Arguments),
    /// Make a new site that builds at once
    New(new::Arguments),
    /// List the site's machines, build them, show what is in them, or add one
    Machines(machines::Arguments),
    /// List the theme's files, print one, or copy one into the site to change it
    Theme(theme::Arguments),
    /// Say which engine was found and why, what it can do, and what is missing
    Engine(engine::Arguments),
    /// Remove what interrupted runs of `verify` left behind in Docker
    Clean(clean::Arguments),
    /// Print the JSON Schema of guidepost.yaml, verify.yaml or front matter, for editors
    Schema(schema::Arguments),
    /// Speak the Language Server Protocol with an editor, on standard input and output
    Lsp(lsp::Arguments),
    /// Print shell completions
    Completions(completions::Arguments),
    /// Write the man pages
    Man(man::Arguments),
}

/// The process's exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    Ok = 0,
    Guide = 1,
    Usage = 2,
    Environment = 3,
}

/// Runs the command that the process's arguments name.
pub fn run() -> ExitCode {
    let exit = match Cli::parse().command {
        Command::Build(arguments) => build::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Plan(arguments) => plan::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Record(arguments) => record::run(&arguments),
        Command::Report(arguments) => reports::run(&arguments),
        Command::Ci(arguments) => ci::run(&arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Machines(arguments) => machines::run(&arguments),
        Command::Theme(arguments) => theme::run(&arguments),
        Command::Engine(arguments) => engine::run(&arguments),
        Command::Clean(arguments) => clean::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Lsp(arguments) => lsp::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => man::run(&arguments),
    };
    ExitCode::from(exit as u8)
}

/// The command line's definition, for completions and man pages.
fn definition() -> clap::Command {
    Cli::command()
}

/// Which site, and what of it.
#[derive(Debug, clap::Args)]
struct SiteArguments {
    /// The site's folder [default: the working directory]
    #[arg(long, value_name = "DIR")]
    site: Option<PathBuf>,
    /// Include drafts
    #[arg(long)]
    drafts: bool,
    /// Include pages whose day of publication is still to come
    #[arg(long)]
    future: bool,
    /// Fail on warnings too
    #[arg(long)]
    strict: bool,
}

impl SiteArguments {
    /// For what takes a whole site.
    fn options(&self) -> Options {
        self.options_of(Ground::Site(self.site.clone().unwrap_or_else(|| ".".into())))
    }

    /// For what takes guides by their names, in a site or in none.
    fn options_for(&self, names: &[String]) -> Result<Options, Failure> {
        match &self.site {
            Some(_) => Ok(self.options()),
            None => Ok(self.options_of(site::ground(names)?)),
        }
    }

    fn options_of(&self, ground: Ground) -> Options {
        let (site, loose) = match ground {
            Ground::Site(site) => (site, Vec::new()),
            Ground::Loose { folder, files } => (folder, files),
        };
        Options {
            // A draft that is named is meant.
            drafts: self.drafts || !loose.is_empty(),
            future: self.future || !loose.is_empty(),
            site,
            loose,
            workspace: true,
            out: None,
            base_url: None,
            offline: false,
            reports: Vec::new(),
            strict: self.strict,
            today: chrono::Local::now().format("%Y-%m-%d").to_string(),
            texts: BTreeMap::new(),
        }
    }
}

/// Does something with the engine; what goes wrong is said.
fn with_engine<T>(work: impl AsyncFnOnce(Engine) -> machine::Result<T>) -> Result<T, Exit> {
    let done = block_on(async { work(Engine::connect().await?).await })?;
    done.map_err(|error| verify::environment(&error))
}

/// Waits for a future on this thread. A system that gives no runtime is told.
fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Exit> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| report(&Failure::Environment { message: error.to_string() }))?;
    Ok(runtime.block_on(work))
}

/// Whether a stream takes colour: a terminal, and nobody set `NO_COLOR`.
fn color(stream: &impl IsTerminal) -> bool {
    stream.is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
        && std::env::var_os("TERM").is_none_or(|t| t != "dumb")
}

/// Prints to a stream. A reader that went away is no problem of ours; a full disk is.
fn print(mut stream: impl Write, text: &str) {
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => std::process::exit(Exit::Environment as i32),
        _ => {}
    }
}

/// How many further places are named of what stands in many files.
const FURTHER: usize = 5;

/// Problems as people read them. What is not read of another generator's syntax stands in many files of a library that is moved: each
/// is drawn once, at its first place, with where else it stands.
fn drawn(diagnostics: &[Diagnostic], color: bool) -> String {
    let mut further: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    for problem in diagnostics.iter().filter(|problem| problem.code == UNREAD) {
        further.entry(feature(problem)).or_default().push(problem);
    }
    let mut text = String::new();
    for problem in diagnostics {
        let others = if problem.code == UNREAD { further.remove(feature(problem)) } else { Some(Vec::new()) };
        // It was drawn with the first one.
        let Some(others) = others else { continue };
        text += &problem.draw(color);
        let places = others.iter().skip(1).filter_map(|other| other.place.as_ref());
        let named: Vec<String> = places.take(FURTHER).map(|place| format!("{}:{}", place.path, place.line)).collect();
        if !named.is_empty() {
            let more = others.len() - 1 - named.len();
            let more = if more == 0 { String::new() } else { format!(" and {}", count(more, "more file")) };
            text += &format!("\nalso: {}{more}", named.join(", "));
        }
        text += "\n\n";
    }
    text
}

/// The code of what is not read of another generator's syntax.
const UNREAD: &str = "unread-syntax";

/// What is not read, without how often it stands in a file.
fn feature(problem: &Diagnostic) -> &str {
    let end = problem.message.rfind(", ").filter(|end| problem.message[*end..].ends_with(" times in this file"));
    &problem.message[..end.unwrap_or(problem.message.len())]
}

/// Says why nothing could be done.
fn report(failure: &Failure) -> Exit {
    let stderr = std::io::stderr();
    print(&stderr, &drawn(&failure.diagnostics(), color(&stderr)));
    exit_of(failure)
}

fn exit_of(failure: &Failure) -> Exit {
    match failure {
        Failure::Usage { .. } | Failure::Configuration(_) => Exit::Usage,
        Failure::Pages(_) => Exit::Guide,
        Failure::Environment { .. } => Exit::Environment,
    }
}

/// `1 guide`, `2 guides`.
fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

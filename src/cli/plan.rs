//! `guidepost plan`

use clap::ValueEnum;
use serde_json::json;
use std::{collections::BTreeMap, path::PathBuf};

mod table;

use super::{Exit, SiteArguments, color, count, drawn, print, report};
use crate::{
    diagnostic::Diagnostic,
    plan::{
        At, Attributes, Command, LeftOut, Omission, Owner, Plan, Scope, Settings, Step, StepKind, Summary, Taken,
        duration,
    },
    proof,
    report::Report,
    shards::{Entry, List},
    site::{self, Failure},
};

/// Lines of a file or an output that are shown.
const SHOWN: usize = 4;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: SiteArguments,
    /// Which guides: files, folders, addresses, slugs, patterns (`guides/docker-*`), tags (`tag:docker`)
    #[arg(value_name = "GUIDE", required_unless_present = "all")]
    guides: Vec<String>,
    /// A table of all guides, or of those that are named: what each needs, and what would have to be decided
    #[arg(long)]
    all: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// With --all --format jsonl: how long guides took, by reports or folders of results
    #[arg(long, value_name = "FILE|DIR", requires = "all")]
    durations: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One JSON object, for programs
    Json,
    /// A JSON object a line, one for each plan; with --all, the last line has the hash of the whole, and
    /// `report --expect` reads it
    Jsonl,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let options = match arguments.site.options_for(&arguments.guides) {
        Ok(options) => options,
        Err(failure) => return report(&failure),
    };
    let planned = match (arguments.all, arguments.format) {
        (true, Format::Jsonl) => listed(&options, arguments),
        _ => proof::plans(&options, &arguments.guides).map(|(plans, unused)| Planned { plans, unused, list: None }),
    };
    let Planned { plans, unused, list } = match planned {
        Ok(planned) => planned,
        Err(failure) => return report(&failure),
    };
    let stdout = std::io::stdout();
    match (arguments.all, arguments.format) {
        (true, format) => {
            let mut rows: Vec<Summary> = plans.iter().map(Summary::of).collect();
            Summary::sort(&mut rows);
            match (format, list) {
                (_, Some(list)) => print(stdout, &lines(&rows, &list)),
                (Format::Human, _) => print(stdout, &table::human(&rows)),
                _ => print(stdout, &format!("{:#}\n", table::json(&rows))),
            }
        }
        (false, Format::Human) => {
            let texts: Vec<String> = plans.iter().map(human).collect();
            print(stdout, &texts.join("\n"));
            let stderr = std::io::stderr();
            let problems: String = plans.iter().map(|plan| drawn(&plan.diagnostics, color(&stderr))).collect();
            print(&stderr, &problems);
        }
        (false, Format::Json) => {
            // One plan is the usual case, and has a key of its own.
            let mut shown = json!({ "version": 1, "plan": plans.first() });
            if plans.len() > 1 {
                shown["plans"] = json!(plans);
            }
            print(stdout, &format!("{shown:#}\n"));
        }
        (false, Format::Jsonl) => {
            print(stdout, &plans.iter().map(|plan| format!("{}\n", json!(plan))).collect::<String>());
        }
    }
    let stderr = std::io::stderr();
    print(&stderr, &drawn(&unused, color(&stderr)));
    let fails = |plan: &Plan| plan.diagnostics.iter().any(|problem| problem.is_error() || options.strict);
    if plans.iter().any(fails) || options.strict && !unused.is_empty() { Exit::Guide } else { Exit::Ok }
}

/// What was found out about guides.
struct Planned {
    plans: Vec<Plan>,
    /// About rules that fit no guide.
    unused: Vec<Diagnostic>,
    /// What is to be done, where that was asked.
    list: Option<List>,
}

/// With what is to be done, as everybody sees it who has this site.
fn listed(options: &site::Options, arguments: &Arguments) -> Result<Planned, Failure> {
    let durations = site::read_reports(&arguments.durations)?;
    let (jobs, unused) = proof::jobs_and_unused(options, &arguments.guides)?;
    let list = List::of(&jobs, &Report::durations(&durations));
    Ok(Planned { plans: jobs.into_iter().map(|job| job.plan).collect(), unused, list: Some(list) })
}

/// A line a row with its entry of the list, and the list's last.
fn lines(rows: &[Summary], list: &List) -> String {
    let entries: BTreeMap<(&str, &str), &Entry> =
        list.entries.iter().map(|entry| ((entry.path.as_str(), entry.machine.as_str()), entry)).collect();
    let line = |row: &Summary| {
        let (mut line, entry) = (json!(row), json!(entries.get(&(row.path.as_str(), row.machine.as_str()))));
        if let (Some(line), Some(entry)) = (line.as_object_mut(), entry.as_object()) {
            line.extend(entry.clone());
        }
        format!("{line}\n")
    };
    rows.iter().map(line).chain([list.last_line()]).collect()
}

fn human(plan: &Plan) -> String {
    let mut text = format!("{}\n{}, machine {}\n", visible(&plan.title), plan.path, visible(&plan.machine));
    let mut say = |line: String| text.push_str(&format!("  {}\n", visible(&line)));
    plan.inferred.iter().for_each(|why| say(why.clone()));
    if let Some(reason) = &plan.settings.skip {
        say(format!("skipped as a whole: {reason}{}", by(&plan.settings, "skip")));
    }
    let settings = &plan.settings;
    if !settings.requires.is_empty() {
        say(format!("after {}{}", settings.requires.join(", "), by(settings, "requires")));
    }
    for answer in &settings.answers {
        let key = format!("answers.{}", answer.question);
        say(format!("answers “{}” with {}{}", answer.question, answer.shown(), by(settings, &key)));
    }
    for (name, value) in &settings.vars {
        say(format!("types {value} for {name}{}", by(settings, &format!("vars.{name}"))));
    }
    for Taken { name, kind, value } in &plan.values {
        let from = by(settings, &format!("kinds.{}", kind.name()));
        say(format!("types {value} for {name}, {}{from}", kind.said()));
    }
    for (name, value) in &settings.env {
        say(format!("sets {name} to {value}{}", by(settings, &format!("env.{name}"))));
    }
    if let Some(columns) = settings.columns {
        say(format!("in terminals of {columns} columns{}", by(settings, "columns")));
    }
    let from = by(settings, "setup");
    for command in &settings.setup {
        say(format!("prepares the machine by {}{from}", command.lines.join(" ↵ ")));
    }
    let mut section = None;
    for step in &plan.steps {
        if section != Some(&step.section) {
            text.push('\n');
            if !step.section.is_empty() {
                text.push_str(&format!("{}\n", visible(&step.section)));
            }
            section = Some(&step.section);
        }
        text.push_str(&one(plan, step));
    }
    let is_open = |block: &&LeftOut| block.omission == Omission::Undecided;
    let (open, left): (Vec<&LeftOut>, Vec<&LeftOut>) = plan.left_out.iter().partition(is_open);
    if !open.is_empty() {
        text.push_str("\nTo decide, by {role=…} behind the language or by `role` in verify.yaml\n");
        open.iter().for_each(|block| text.push_str(&left_out(plan, block)));
    }
    if !left.is_empty() {
        text.push_str("\nNot done\n");
        left.iter().for_each(|block| text.push_str(&left_out(plan, block)));
    }
    let number = |wanted: fn(&StepKind) -> bool| plan.steps.iter().filter(|step| wanted(&step.kind)).count();
    let skipped = plan.steps.iter().filter(|step| step.skip.is_some()).count();
    let waiting = plan.steps.iter().filter(|step| step.skip.is_none() && step.waits_for().is_some()).count();
    let waiting = if waiting > 0 { format!(", {waiting} not done for want of a value") } else { String::new() };
    let undecided = if open.is_empty() { String::new() } else { format!(", {} to decide", open.len()) };
    text.push_str(&format!(
        "\n{}: {} run, {} write, {} expect; {skipped} skipped{waiting}{undecided}\n",
        count(plan.steps.len(), "step"),
        number(|kind| matches!(kind, StepKind::Run { .. })),
        number(|kind| matches!(kind, StepKind::Write { .. })),
        number(|kind| matches!(kind, StepKind::Expect { .. })),
    ));
    text
}

/// Where a setting was said, unless that is the guide itself.
fn by(settings: &Settings, key: &str) -> String {
    let origin = settings.from.get(key).filter(|origin| origin.scope != Scope::Guide);
    origin.map_or_else(String::new, |origin| format!(", {origin}"))
}

fn one(plan: &Plan, step: &Step) -> String {
    let (what, lines) = match &step.kind {
        StepKind::Run { commands } => ("run".to_owned(), commands.iter().flat_map(typed).collect()),
        StepKind::Write { file, text, edit, owner, .. } => {
            let root = match owner {
                Owner::Session => String::new(),
                Owner::Root => ", as root".to_owned(),
                Owner::User(user) => format!(", as {user}"),
            };
            (format!("write {file} ({edit}{root})"), first_lines(text))
        }
        StepKind::Expect { text, of, rule, .. } => {
            let rule = rule.map(|rule| format!(" ({})", rule.name())).unwrap_or_default();
            (format!("expect of step {of}{rule}"), first_lines(text))
        }
    };
    let place = place(plan, &step.at);
    let skipped = if step.skip.is_some() { "skip " } else { "" };
    let mut text = format!("{:>4}  {skipped}{} · {place}\n", step.number, visible(&what));
    let details = lines.into_iter().chain(notes(step));
    details.for_each(|line| text.push_str(&format!("      {}\n", visible(&line))));
    text
}

fn place(plan: &Plan, at: &At) -> String {
    if at.path == plan.path { format!("line {}", at.line) } else { format!("{}:{}", at.path, at.line) }
}

fn left_out(plan: &Plan, block: &LeftOut) -> String {
    let what = if block.offer.is_some() {
        "the text".to_owned()
    } else if block.language.is_empty() {
        "a block".to_owned()
    } else {
        format!("a `{}` block", block.language)
    };
    let mut text = format!("      {} · {}: {}\n", visible(&what), place(plan, &block.at), visible(&block.why));
    if let Some(lines) = &block.offer {
        text.push_str("        to have it done, write into `steps:` of verify.yaml:\n");
        lines.lines().for_each(|line| text.push_str(&format!("          {}\n", visible(line))));
    }
    text
}

/// A command with its prompt, further lines indented as far.
fn typed(command: &Command) -> Vec<String> {
    let prompt = if command.prompt.is_empty() { "$ " } else { &command.prompt };
    let rest = " ".repeat(prompt.chars().count());
    let lines = command.lines.iter().enumerate();
    lines.map(|(number, line)| format!("{}{line}", if number == 0 { prompt } else { &rest })).collect()
}

fn first_lines(text: &str) -> Vec<String> {
    let all = text.lines().count();
    let mut lines: Vec<String> = text.lines().take(SHOWN).map(|line| format!("| {line}")).collect();
    if all > SHOWN {
        lines.push(format!("| … {} more", count(all - SHOWN, "line")));
    }
    lines
}

/// Why it is skipped, what is said about it, and what was inferred.
fn notes(step: &Step) -> Vec<String> {
    let mut notes: Vec<String> = step.skip.iter().map(|reason| format!("skipped: {reason}")).collect();
    if step.skip.is_none() {
        notes.extend(step.waits_for().map(|placeholder| format!("not done: {}", placeholder.missed())));
    }
    let said = attributes(&step.attributes);
    if !said.is_empty() {
        notes.push(format!("with {}", said.join(", ")));
    }
    notes.extend(step.inferred.iter().map(|why| format!("- {why}")));
    notes.extend(origins(step).map(|(origin, names)| format!("- {} {origin}", names.join(", "))));
    notes
}

/// Where attributes were said, but for those that the block itself says, each with their names.
fn origins(step: &Step) -> impl Iterator<Item = (String, Vec<&str>)> {
    let mut found: Vec<(String, Vec<&str>)> = Vec::new();
    let own = [Scope::Block, Scope::Guide];
    for (name, origin) in step.from.iter().filter(|(_, origin)| !own.contains(&origin.scope)) {
        let written = origin.to_string();
        match found.iter_mut().find(|(known, _)| *known == written) {
            Some((_, names)) => names.push(name),
            None => found.push((written, vec![name])),
        }
    }
    found.into_iter()
}

fn attributes(attributes: &Attributes) -> Vec<String> {
    let mut said = Vec::new();
    if !attributes.exit.is_empty() {
        said.push(format!("exit {}", attributes.exit.iter().map(i32::to_string).collect::<Vec<_>>().join(" or ")));
    }
    said.extend(attributes.timeout.map(|time| format!("timeout {}", duration::show(time))));
    said.extend(attributes.retry.map(|time| format!("retry {}", duration::show(time))));
    said.extend(attributes.opens.iter().map(|prompt| format!("opens {prompt:?}")));
    said.extend(attributes.until.iter().map(|text| format!("until {text:?}")));
    said.extend(attributes.terminal.iter().map(|name| format!("terminal {name}")));
    said.extend(attributes.background.then(|| "background".to_owned()));
    said.extend(attributes.answers.iter().map(|a| format!("answer {:?} with {}", a.question, a.shown())));
    said
}

/// Text of a guide is not allowed to speak to the terminal.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}

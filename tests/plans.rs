//! Whole plans: each folder of `tests/plans` has a guide as an author would write it, and what a careful reader does with each
//! of its blocks, in the order of the page.
//!
//! To add one, make a folder with a `guide.md`, renew with `GUIDEPOST_RENEW=1 cargo test --test all plans::`, and read what came.

use crate::support::folders::{Row, renews, rows, site};
use guidepost::plan::{Edit, LeftOut, Omission, Owner, Plan, Step, StepKind};
use std::fmt::Write;

const CONFIG: &str = "title: Plans\nbase_url: https://example.org/\nmachines:\n  debian:\n    image: debian:bookworm\n  fedora:\n    image: fedora:41\n";

#[test]
fn what_a_careful_reader_does() {
    let rows: Vec<Row> = rows("plans", "plan.txt");
    let (_folder, options) = site(&rows, CONFIG);
    let mut wrong = Vec::new();
    for row in &rows {
        let (plans, _) =
            guidepost::proof::plans(&options, &[row.path()]).unwrap_or_else(|failure| panic!("{failure:?}"));
        let came = plans.iter().map(told).collect::<Vec<_>>().join("\n");
        if renews() {
            row.renew(&came);
        } else if came != row.expected {
            wrong.push(format!("{}\nexpected:\n{}\ncame:\n{came}", row.name, row.expected));
        }
    }
    assert!(wrong.is_empty(), "{} of {} came otherwise:\n\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

/// Whoever adds a rule shows what it does: each of these names stands in an expected plan.
#[test]
fn each_rule_of_doubt_has_a_guide() {
    let rows: Vec<Row> = rows("plans", "plan.txt");
    let source = include_str!("../src/plan/decision/doubt.rs");
    let names: Vec<&str> = source.split("name: \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(names.len() > 5, "{names:?}");
    if renews() {
        return;
    }
    let shown = |name: &&str| rows.iter().any(|row| row.expected.contains(&format!(" ({name})\n")));
    let missing: Vec<&str> = names.into_iter().filter(|name| !shown(name)).collect();
    assert!(missing.is_empty(), "no folder of tests/plans shows these rules: {missing:?}");
}

/// A plan as people read it: each block with what is done with it, and why.
fn told(plan: &Plan) -> String {
    let steps = plan.steps.iter().map(|step| (step.block, step.at.line, of_step(plan, step)));
    let left = plan.left_out.iter().map(|block| (block.at.line, block.at.line, of_block(block)));
    let mut all: Vec<_> = steps.chain(left).collect();
    all.sort_by_key(|(block, line, _)| (*block, *line));
    let mut text = format!("on {}\n", plan.machine);
    all.iter().for_each(|(_, line, told)| text += &format!("{line}: {told}"));
    for problem in &plan.diagnostics {
        let at = problem.place.as_ref().map_or(0, |place| place.line);
        let severity = format!("{:?}", problem.severity).to_lowercase();
        let _ = writeln!(text, "{at}: {severity}: {}: {}", problem.code, problem.message);
    }
    text
}

fn of_step(plan: &Plan, step: &Step) -> String {
    let (what, lines): (String, Vec<String>) = match &step.kind {
        StepKind::Run { commands } => {
            let typed = commands.iter().flat_map(|command| {
                let prompt = if command.prompt.is_empty() { "$ " } else { &command.prompt };
                command.lines.iter().enumerate().map(move |(at, line)| {
                    format!("{}{line}", if at == 0 { prompt.to_owned() } else { " ".repeat(prompt.chars().count()) })
                })
            });
            ("typed".into(), typed.collect())
        }
        StepKind::Write { file, text, edit, owner, .. } => {
            let how = if *edit == Edit::Auto { String::new() } else { format!(", {edit}") };
            let who = match owner {
                Owner::Session => String::new(),
                Owner::Root => ", as root".into(),
                Owner::User(user) => format!(", as {user}"),
            };
            (format!("saved at {file}{how}{who}"), quoted(text))
        }
        StepKind::Expect { text, of, .. } => {
            (format!("compared with what line {} shows", plan.steps[of - 1].at.line), quoted(text))
        }
    };
    let mut told = step.skip.as_ref().map_or_else(|| format!("{what}\n"), |why| format!("not {what}: {why}\n"));
    lines.iter().for_each(|line| told += &format!("    {line}\n"));
    step.inferred.iter().for_each(|why| told += &format!("  - {why}\n"));
    told
}

fn quoted(text: &str) -> Vec<String> {
    text.lines().map(|line| format!("| {line}").trim_end().to_owned()).collect()
}

fn of_block(block: &LeftOut) -> String {
    let rule = if block.rule.is_empty() { String::new() } else { format!(" ({})", block.rule) };
    match block.omission {
        Omission::Undecided => format!("to decide: {}{rule}\n", block.why),
        _ => format!("{}, because {}{rule}\n", block.act.said(), block.why),
    }
}

//! What there is to know about a place of a text.

use super::{
    completion::{rows, schema_of},
    cursor::{self, At, Owner},
    document::Document,
    keys::{self, Step, What},
    places::{self, Mention},
};
use crate::{
    guide::Registry,
    machine::title::title,
    plan::{self, Decided},
    preview::{Standing, StepState, aligned},
    proof::plans,
    report::{GuideReport, Report},
    schema::Of,
    source::{Source, Span, key::Named},
};

/// What is said of the byte `at`, in Markdown, and of what part of the text. `report` is what verification found last.
pub(super) fn hover(document: &Document<'_>, at: usize, report: Option<&Report>) -> Option<(Span, String)> {
    if let Some(of) = document.yaml() {
        return in_yaml(document, of, Span::new(0, document.text.len()), at);
    }
    if !document.is_page() {
        return None;
    }
    match cursor::at(document.text, at) {
        At::FrontMatter(yaml) => in_yaml(document, Of::FrontMatter, yaml, at),
        At::Name { written, .. } => {
            let name = &document.text[written.range()];
            let says = Registry::says(name);
            let arguments = rows(Owner::Shortcode(name)).into_iter();
            let listed: String = arguments.map(|row| format!("\n- `{}`: {}", row.name, row.says)).collect();
            (!says.is_empty()).then(|| (written, format!("`{name}`: {says}\n{listed}")))
        }
        At::Argument { of, written, .. } => of_argument(of, &document.text[written.range()], written),
        At::Value { of, name: Some(name), written, .. } => {
            of_name(document, at).or_else(|| of_argument(of, name, written))
        }
        _ => of_name(document, at).or_else(|| of_heading(document, at)).or_else(|| of_block(document, at, report)),
    }
}

fn of_argument(of: Owner<'_>, name: &str, written: Span) -> Option<(Span, String)> {
    let row = rows(of).into_iter().find(|row| row.name == name)?;
    Some((written, format!("`{name}`: {}", row.says)))
}

fn in_yaml(document: &Document<'_>, of: Of, yaml: Span, at: usize) -> Option<(Span, String)> {
    let spot = keys::spot(document.text, yaml, at)?;
    if let Some(named) = of_name(document, at) {
        return Some(named);
    }
    let mut path = spot.path;
    if spot.what == What::Key {
        path.push(Step::Key(document.text[spot.written.range()].to_owned()));
    }
    let says = keys::schemas(schema_of(of), &path).into_iter().map(keys::says).find(|says| !says.is_empty())?;
    Some((spot.written, says.to_owned()))
}

/// What is named at a place.
fn of_name(document: &Document<'_>, at: usize) -> Option<(Span, String)> {
    let Mention { span, what, name, .. } = places::mention(document, at)?;
    let site = document.site;
    let says = match what {
        Named::Machine => {
            let machines = &site.inputs.config.machines;
            let settings = machines.get(&name)?;
            let image = settings.get("image").or(settings.get("build")).and_then(serde_json::Value::as_str);
            format!("{}: `{}`", title(machines, &name), image.unwrap_or(&name))
        }
        Named::Page => {
            let (target, _) = name.split_once('#').unwrap_or((&name, ""));
            let record = &document.page_of(target)?.record;
            let description = record.front.description.as_deref().unwrap_or(&record.summary);
            format!("**{}**\n\n{description}\n\n`{}`", record.title, record.source)
        }
        _ => format!("`{}`", places::goal(document, at)?.path),
    };
    Some((span, says))
}

fn of_heading(document: &Document<'_>, at: usize) -> Option<(Span, String)> {
    let guide = document.site.files.guide(document.path)?;
    let heading = places::heading_at(document.site, &guide, at)?;
    Some((heading.span, format!("`#{}`", heading.id)))
}

/// What is done with a block of code, and what came of it.
fn of_block(document: &Document<'_>, at: usize, report: Option<&Report>) -> Option<(Span, String)> {
    let Document { site, path, text } = document;
    let index = *site.library.by_source.get(*path)?;
    let plans = plans::plan_page(site, index);
    if let Some(reason) = plans.iter().find_map(|plan| plan.settings.skip.as_ref()) {
        let block = block_at(text, path, at, plan::decided(plans.clone()))?;
        return Some((block.at.span, format!("The guide is not done: {reason}")));
    }
    let steps: Vec<(Option<&GuideReport>, Vec<StepState>)> = plans
        .iter()
        .map(|plan| {
            let known = report.and_then(|report| report.guide(&plan.path, &plan.machine));
            (known, aligned(plan, known))
        })
        .collect();
    let block = block_at(text, path, at, plan::decided(plans))?;
    let mut said = vec![of_decision(&block)];
    for (known, steps) in steps {
        let of_block = steps.iter().filter(|step| step.path == **path && step.block == block.at.line);
        let lines: Vec<String> = of_block.map(of_step).collect();
        if !lines.is_empty() {
            let when = known.map_or_else(|| "Not verified".to_owned(), |known| format!("Verified {}", known.started));
            said.push(format!("{when}:\n\n{}", lines.join("\n")));
        }
    }
    Some((block.at.span, said.join("\n\n")))
}

fn block_at(text: &str, path: &str, at: usize, blocks: Vec<Decided>) -> Option<Decided> {
    let line = Source::new(path, text).line_of(at).0;
    blocks.into_iter().find(|block| block.at.path == path && (block.at.line..=block.last).contains(&line))
}

fn of_decision(block: &Decided) -> String {
    let file = block.file.as_ref().map(|file| format!(" as `{file}`")).unwrap_or_default();
    let mut said = format!("It is **{}**{file}.", block.act.said());
    if block.said {
        said.push_str(" The guide says so.");
    } else if !block.why.is_empty() {
        said.push_str(&format!(" Why: {}.", block.why.trim_end_matches('.')));
    }
    if let Some(doubt) = block.doubt {
        said.push_str(&format!(" It could be {} as well: say which with `role`.", doubt.said()));
    }
    if let Some(skip) = &block.skip {
        said.push_str(&format!(" It is not done: {}.", skip.trim_end_matches('.')));
    }
    said
}

fn of_step(step: &StepState) -> String {
    let standing = match step.standing {
        Standing::Holds => "holds",
        Standing::Skipped => "skipped",
        Standing::Drifted => "drifted",
        Standing::Unreached => "unreached: an earlier step broke",
        Standing::Broken => "broken",
        Standing::Changed => "changed since then",
        Standing::Unknown => "not known",
    };
    let message = step.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
    format!("- step {} on `{}`: **{standing}**{message}", step.number, step.machine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::document::tests::Fixture;

    #[test]
    fn what_is_said() {
        let fixture = Fixture::new(&[
            (
                "guidepost.yaml",
                "title: T\nbase_url: https://example.org/\nmachines:\n  server: { image: \"debian:bookworm\" }\n",
            ),
            ("content/a.md", "---\ntitle: A page\ndescription: What it is about.\n---\n\n## One\n"),
            ("code/x.py", "x"),
        ]);
        for (path, marked, expected) in [
            ("content/x.md", "{{< no¦te >}}", "A note, in a box"),
            ("content/x.md", "{{< note ty¦pe=\"x\" >}}", "`type`: How it looks"),
            ("content/x.md", "{{< note type=\"¦x\" >}}", "`type`: How it looks"),
            ("content/x.md", "{{< include \"/code/x.py¦\" >}}", "`code/x.py`"),
            ("content/x.md", "```bash {timeo¦ut=5m}\nls\n```", "How long one command may take"),
            ("content/x.md", "---\ndra¦ft: true\n---\n", "Built only with --drafts"),
            ("content/x.md", "---\nverify: { timeo¦ut: 5m }\n---\n", "How long one command may take"),
            ("content/x.md", "---\nverify:\n  machine: ser¦ver\n---\n", "Debian 12: `debian:bookworm`"),
            ("content/x.md", "[x](/a¦/#one)", "**A page**\n\nWhat it is about."),
            ("content/x.md", "## Some th¦ing\n", "`#some-thing`"),
            ("content/x.md", "```command\nec¦ho a\n```\n", "It is **typed**. The guide says so.\n\nNot verified:"),
            ("content/x.md", "Type this:\n\n```bash\nec¦ho a\n```\n", "It is **typed**. Why: "),
            (
                "content/x.md",
                "---\nverify: {skip: true, reason: old}\n---\n\n```bash\nl¦s\n```\n",
                "The guide is not done: old",
            ),
            ("content/x.verify.yaml", "time¦out: 5m\n", "How long one command may take"),
            ("guidepost.yaml", "title: T\nbase_¦url: https://example.org/\n", "scheme, host"),
        ] {
            fixture.with(path, marked, |document, at| {
                let (_, said) = hover(document, at, None).unwrap_or_else(|| panic!("nothing is said of {marked:?}"));
                assert!(said.contains(expected), "{marked:?}: {said:?}");
            });
        }
        for marked in ["Some te¦xt.\n", "{{< unkno¦wn >}}", "[x](no¦where.md)"] {
            fixture.with("content/x.md", marked, |document, at| {
                assert_eq!(hover(document, at, None), None, "{marked:?}");
            });
        }
    }
}

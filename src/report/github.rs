//! Annotations and the summary of a step of GitHub Actions.
//!
//! Escaping follows `@actions/core`: `%`, CR and LF in a message, and also `:` and `,` in a property.

use super::{
    Deny, Report, StepReport, Verdict, Whereabouts, Whole,
    difference::{self, count},
    human,
    problem::{FORGIVEN, Level, Problem, from_root, problems},
    safe::{defused, line},
};
use crate::source::fence;

/// Bytes of one annotation's message; GitHub cuts at 64 KiB.
const MESSAGE: usize = 8 << 10;

/// Bytes of a summary; GitHub refuses more than 1 MiB.
const SUMMARY: usize = 900 << 10;

/// A workflow command a problem, each in one line: to be printed to the job's log. `at` is where the guides are, from the root
/// of the repository.
pub fn annotations(report: &Report, at: Whereabouts<'_>, deny: Deny) -> String {
    problems(report, deny).iter().map(|problem| annotation(problem, at)).collect()
}

fn annotation(problem: &Problem<'_>, at: Whereabouts<'_>) -> String {
    let command = match problem.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Notice => "notice",
    };
    let mut message = problem.message.clone();
    if let Some(help) = &problem.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    if let Some(step) = problem.step.filter(|_| !problem.aside) {
        message.push_str(&format!("\n\n{}\nlook: {}", difference::text(step, ""), at.look(&problem.guide.path)));
    }
    if message.len() > MESSAGE {
        let cut = (0..=MESSAGE).rev().find(|at| message.is_char_boundary(*at)).unwrap_or(0);
        message.truncate(cut);
        message.push_str("\n[...]");
    }
    format!(
        "::{command} file={},line={},title={}::{}\n",
        property(&from_root(at.folder(), &problem.path)),
        problem.line,
        property(&problem.title),
        data(&defused(&message)),
    )
}

/// A command's message.
pub(super) fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A command's property.
pub(super) fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Markdown for the file that `GITHUB_STEP_SUMMARY` names.
pub fn summary(report: &Report, at: Whereabouts<'_>, deny: Deny) -> String {
    let came_to = match report {
        _ if report.fails(Deny { flaky: false, partial: false, ..deny }) => "guides are broken",
        _ if report.fails(Deny { partial: false, ..deny }) => "guides are flaky",
        _ if report.wholes().iter().any(Whole::is_partial) => "guides hold in part",
        _ => "guides hold",
    };
    let mut out = format!("## guidepost: {came_to}\n\n");
    out.push_str(&format!(
        "{}.\n\n| | Guide | Machine | Stands on | Time |\n| --- | --- | --- | --- | ---: |\n",
        human::summary(report)
    ));
    let mut wholes = report.wholes();
    wholes.sort_by_key(|whole| std::cmp::Reverse(whole.verdict()));
    let all = wholes.len();
    if all > human::LONG {
        wholes.retain(|whole| !matches!(whole.verdict(), Verdict::Holds | Verdict::Skipped));
    }
    for (index, whole) in wholes.iter().enumerate() {
        if out.len() > SUMMARY / 2 {
            out.push_str(&format!("| | and {} more | | | |\n", wholes.len() - index));
            break;
        }
        let guide = whole.reports[0];
        let reasons = whole.reports.iter().filter_map(|guide| guide.reason.as_ref());
        let reason: String = reasons.map(|reason| format!("<br>{}", escaped(reason))).collect();
        let machines: Vec<String> = whole.reports.iter().map(|guide| escaped(&guide.machine)).collect();
        out.push_str(&format!(
            "| {} {} | {}{reason} | {} | {} | {} |\n",
            sign(whole.verdict()),
            whole.verdict().name(),
            escaped(if guide.title.is_empty() { &guide.path } else { &guide.title }),
            machines.join(", "),
            if whole.verdict() == Verdict::Skipped { String::new() } else { whole.coverage().text() },
            human::seconds(whole.reports.iter().map(|guide| guide.seconds).sum()),
        ));
    }
    out.push_str(&causes(report));
    let problems = problems(report, deny);
    let mut left = problems.iter().filter(|problem| problem.level != Level::Notice);
    for problem in left.by_ref() {
        let section = detail(problem, at);
        if out.len() + section.len() > SUMMARY {
            out.push_str(&format!("\n{} more: see the log.\n", count(left.count() + 1, "problem")));
            break;
        }
        out.push_str(&section);
    }
    let forgiven: Vec<String> = (problems.iter())
        .filter(|problem| problem.check == FORGIVEN)
        .map(|problem| format!("- {} ({}:{})\n", escaped(&problem.message), escaped(&problem.path), problem.line))
        .collect();
    let list = format!("\n<details><summary>Values that may differ</summary>\n\n{}\n</details>\n", forgiven.concat());
    if !forgiven.is_empty() && out.len() + list.len() <= SUMMARY {
        out.push_str(&list);
    }
    let (version, engine) = (escaped(&report.guidepost), escaped(&report.engine_name()));
    out.push_str(&format!("\nguidepost {version}, {engine}, {}\n", escaped(&report.started)));
    defused(&out)
}

/// What stands in the way of which guides, as a table; nothing if that is one guide.
fn causes(report: &Report) -> String {
    let groups = report.causes();
    if groups.iter().map(|group| group.guides.len()).sum::<usize>() < 2 {
        return String::new();
    }
    let mut out = String::from("\n| Guides | Cause | | What would mend it |\n| ---: | --- | --- | --- |\n");
    for group in groups.iter().take(human::GROUPS) {
        let mend = group
            .mend
            .map(|mend| format!("`{}`", line(mend).replace('`', "'").replace('|', "\\|")))
            .unwrap_or_default();
        let about = escaped(&human::about(group.kind, group.what));
        out.push_str(&format!("| {} | {about} | {} | {mend} |\n", group.guides.len(), group.part.words()));
    }
    out
}

fn detail(problem: &Problem<'_>, at: Whereabouts<'_>) -> String {
    let title = html(&problem.title);
    let mut out = format!("\n<details><summary>{title}</summary>\n\n{}", escaped(&problem.message));
    out.push_str(&format!(" ({}:{})\n", escaped(&problem.path), problem.line));
    if let Some(help) = &problem.help {
        out.push_str(&format!("\n{}\n", escaped(help)));
    }
    if let Some(step) = problem.step.filter(|_| !problem.aside) {
        out.push_str(&body(step));
        if let Some(since) = &problem.guide.since {
            out.push_str(&format!("\nIt {}.\n", escaped(&since.told())));
        }
        out.push_str(&format!("\nTo look for yourself:\n\n{}", fenced("sh", &at.look(&problem.guide.path))));
    }
    out + "\n</details>\n"
}

fn body(step: &StepReport) -> String {
    let typed = fenced("console", &difference::typed(step));
    let status = step.status.map(|status| format!(", exit status {status}")).unwrap_or_default();
    let place = escaped(&step.place.join(" > "));
    format!("\nTyped in {place}{status}:\n\n{typed}\n{}", fenced("diff", &difference::text(step, "")))
}

/// A fenced block whose fence is longer than any in its text.
fn fenced(language: &str, text: &str) -> String {
    let fence = fence(text);
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end())
}

/// One line of text that is Markdown and means itself.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in line(text).chars() {
        if "\\`*_{}[]()#+!|~@$&<>".contains(c) {
            // A character reference cannot begin a code span, a link, a mention or a cell.
            out.push_str(&format!("&#{};", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    // Nor is an address made a link.
    out.replace("://", "&#58;//")
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "✅",
        Verdict::Skipped => "⏭️",
        Verdict::Partial => "🟡",
        Verdict::Drifted => "⚠️",
        Verdict::Unreached | Verdict::Broken => "❌",
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{self, HERE},
        *,
    };
    use proptest::prelude::*;

    #[test]
    fn annotates() {
        let text = annotations(&sample::report(), Whereabouts::Site("docs"), Deny::default());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(
            lines[0],
            "::warning file=docs/content/guides/connect/index.md,line=4,title=Connect%3A 100%25%2C really%3A plan::\
             nothing binds <your_ip>%0Ahelp: add it to vars"
        );
        assert_eq!(
            lines[1],
            "::warning file=docs/content/guides/connect/index.md,line=7,title=Connect%3A 100%25%2C really%3A step 2 is \
             drifted::1 line moved: version%0A%0A- [-v18.12.0-]%0A+ {+v20.11.1+}  (moved: version)%0A%0A\
             look: guidepost verify --site docs content/guides/connect/index.md --shell"
        );
        assert!(lines[2].starts_with("::error file=docs/content/parts/ping.md,line=2,title="), "{}", lines[2]);
        assert!(lines[2].contains("forgiven: IPv4 address") && !lines[2].contains("##["), "{}", lines[2]);
        assert!(lines[3].starts_with("::notice ") && lines[4].starts_with("::error "));
        assert!(
            !annotations(&sample::report(), HERE, Deny { drift: true, ..Deny::default() })
                .contains("step 2 is drifted::warning")
        );
    }

    #[test]
    fn escapes() {
        for (text, message, in_property) in [("a:b,c", "a:b,c", "a%3Ab%2Cc"), ("5%\r\n", "5%25%0D%0A", "5%25%0D%0A")] {
            assert_eq!(data(text), message);
            assert_eq!(property(text), in_property);
        }
        assert_eq!(escaped("<b> & |x|\n@me"), "&#60;b&#62; &#38; &#124;x&#124; &#64;me");
        assert_eq!(fenced("", "a ```` b"), "`````\na ```` b\n`````\n");
    }

    #[test]
    fn summarises() {
        let text = summary(&sample::report(), Whereabouts::Site("docs"), Deny::default());
        for part in [
            "## guidepost: guides are broken\n",
            "4 guides: 1 holds, 1 skipped, 2 broken; 1 of 3 blocks: 2 commands ran, 2 outputs compared, 1 value forgiven, 1 file saved, 1 broken, 1 not done; in 1 min 32 s.\n",
            "| ⏭️ skipped | Later<br>needs a real domain | debian |  | 12.5 s |\n",
            "Typed in bash &#62; docker exec -it app bash, exit status 1:\n\n```console\nping -c 1 db\n```\n",
            "- service is [-active-] ([-running-])\n",
        ] {
            assert!(text.contains(part), "{part}\n---\n{text}");
        }
        assert!(!text.contains('\u{1b}') && !text.contains("##["));
    }

    proptest! {
        #[test]
        fn every_line_is_an_annotation(text in "([\u{0}-\u{ff}]|::error::x|\n|\r|%|,|\u{2028}){0,30}") {
            let mut report = sample::report();
            for guide in &mut report.guides {
                (guide.title, guide.path, guide.reason) = (text.clone(), text.clone(), Some(text.clone()));
                for step in &mut guide.steps {
                    (step.message, step.help, step.path) = (Some(text.clone()), Some(text.clone()), text.clone());
                    (step.output, step.documented, step.comparison) = (text.clone(), None, None);
                }
            }
            for part in annotations(&report, HERE, Deny::default()).split_inclusive('\n') {
                prop_assert!(["::error ", "::warning ", "::notice "].iter().any(|start| part.starts_with(start)), "{}", part);
                prop_assert!(part.trim_end_matches('\n').chars().all(|c| c == '\t' || !c.is_control()), "{:?}", part);
            }
        }
    }
}

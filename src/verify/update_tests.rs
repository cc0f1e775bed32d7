//! Guides brought up to date, without a machine.

use proptest::prelude::*;

use super::*;
use crate::{
    guide::{self, Registry},
    plan::plan,
};

fn read(source: Source) -> (Guide, Vec<Plan>) {
    let guide = guide::parse(source, &Registry::default(), &[], false);
    let bundle = std::sync::Arc::new(guide::parse(
        Source::new("shared.md", "```command\necho\n```\n\n```output\nold\n```\n"),
        &Registry::default(),
        &[],
        false,
    ));
    let plan = plan(&guide, &|name| (name == "shared").then(|| bundle.clone()), None, &["debian".to_owned()]);
    (guide, vec![plan])
}

fn read_one(text: &str) -> (Guide, Plan) {
    let (guide, mut plans) = read(Source::new("guide.md", text));
    (guide, plans.remove(0))
}

/// The text of a guide after an update, and why outputs were refused. `real` has what was shown, by the order of outputs.
fn updated_text(text: &str, real: &[Shown], secrets: &Secrets) -> (String, Vec<String>) {
    let (guide, plan) = read_one(text);
    let outputs = plan.steps.iter().filter(|step| matches!(step.kind, StepKind::Expect { .. }));
    let shown = outputs.map(|step| step.number).zip(real.iter().cloned()).collect();
    let update = update(&guide, &[Done { plan: &plan, shown: &shown }], secrets, &read);
    let refused = update.refused.iter().map(|problem| problem.message.clone()).collect();
    (apply_edits(text, update.edits).expect("edits do not overlap"), refused)
}

fn printed(output: &str) -> Shown {
    Shown { output: output.to_owned(), ..Shown::default() }
}

#[test]
fn outputs_are_written_where_they_stand() {
    for (text, real, expected) in [
        (
            "```command\na\n```\n\n```output\nold [..] 10.0.0.1\n...\nend\n```\n",
            &["new thing 10.0.0.7\n1\n2\nend"][..],
            "```command\na\n```\n\n```output\nnew thing 10.0.0.7\n...\nend\n```\n",
        ),
        ("```command\na\n```\n\n```output\nold\n```\n", &[""], "```command\na\n```\n\n```output\n```\n"),
        (
            "```console\n$ one\n1\n$ two\n2\n```\n",
            &["uno", "dos\nzwei"],
            "```console\n$ one\nuno\n$ two\ndos\nzwei\n```\n",
        ),
        (
            "---\ntitle: A\nverify:\n  vars: {IP: 192.0.2.1}\n---\n\n```command\nping {{< placeholder \"IP\" >}}\n```\n\n```output\nhost {{< placeholder \"IP\" >}} is up\nbye\n```\n",
            &["host 192.0.2.1 is up\nciao"],
            "---\ntitle: A\nverify:\n  vars: {IP: 192.0.2.1}\n---\n\n```command\nping {{< placeholder \"IP\" >}}\n```\n\n```output\nhost {{< placeholder \"IP\" >}} is up\nciao\n```\n",
        ),
    ] {
        let real: Vec<Shown> = real.iter().map(|output| printed(output)).collect();
        let none = Secrets::default();
        assert_eq!(updated_text(text, &real, &none), (expected.to_owned(), Vec::new()), "{text}");
        assert_eq!(updated_text(expected, &real, &none), (expected.to_owned(), Vec::new()), "a second time: {text}");
    }
}

#[test]
fn what_cannot_be_written_is_refused_and_the_rest_is_written() {
    let guide = |block: &str| format!("{block}\n```command\nb\n```\n\n```output\nold\n```\n");
    let fence = "```command\na\n```\n\n```output\nold\n```\n";
    let shortcode = "```command\na\n```\n\n{{< output >}}\nold\n{{< /output >}}\n";
    for (block, real, why) in [
        (fence, printed("```"), "the real output holds"),
        (shortcode, printed("{{< /output >}}"), "the real output holds"),
        ("```console\n$ a\nold\n```\n", printed("$ rm -rf /"), "would be one more command"),
        ("```command {expect=\"old\"}\na\n```\n", printed("new"), "it is said by `expect`"),
        ("{{< content \"shared\" >}}\n", printed("new"), "it stands in a bundle"),
        (fence, Shown { output: "new".into(), cut: true, ..Shown::default() }, "its middle was not kept"),
        (
            "```command\na\n```\n\n```output {match=\"contains\"}\nold\n```\n",
            printed("new"),
            "its `match` does not say",
        ),
        (fence, printed("a\n...\nb"), "the real one has `...`, which would stand for any text"),
        (fence, printed("[...]"), "the real one has `...`, which would stand for any text"),
        (fence, printed("a [..]"), "the real one has `[..]`, which would stand for any text"),
        (fence, printed("pass hunter2"), "shows a secret"),
        (fence, printed("pass [masked]"), "shows a secret"),
    ] {
        let text = guide(block);
        let (new, refused) = updated_text(&text, &[real.clone(), printed("new")], &Secrets::new(["hunter2"]));
        let expected = format!("{block}\n```command\nb\n```\n\n```output\nnew\n```\n");
        assert_eq!(new, expected, "{text} {real:?} {refused:?}");
        assert!(refused.len() == 1 && refused[0].contains(why), "{text} {real:?}: {refused:?}");
    }
}

/// How a block stands in a guide.
#[derive(Debug, Clone, Copy)]
enum Form {
    Fence,
    List,
    Quote,
    Shortcode,
    Console,
}

/// Lines as programs print them, some of which mean something in a guide.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[a-z]{1,5}( [a-z0-9.]{1,5}){0,2}",
        1 => Just("v1.2.3".to_owned()),
        1 => Just("v1.2.4 10.0.0.2".to_owned()),
        1 => Just("v1.2.4 10.0.0.3".to_owned()),
        1 => Just(String::new()),
        1 => Just("    indented".to_owned()),
        1 => Just("\ttab".to_owned()),
        1 => Just("...".to_owned()),
        1 => Just("a [..] b".to_owned()),
        1 => prop_oneof![
            Just("```"), Just("~~~"), Just("    ```"), Just("{{< /output >}}"), Just("{{< note >}}"), Just("$ ls"),
            Just("# ls"), Just("1. one"), Just("> quote"), Just("---"), Just("<!-- verify: skip -->"), Just("é {x}"),
        ].prop_map(str::to_owned),
    ]
}

/// A documented output and the real one, which may be the same.
fn pair() -> impl Strategy<Value = (Form, Vec<String>, Vec<String>)> {
    let form =
        prop_oneof![Just(Form::Fence), Just(Form::List), Just(Form::Quote), Just(Form::Shortcode), Just(Form::Console)];
    let lines = prop::collection::vec((line(), line(), 0..6_u8), 1..5);
    (form, lines).prop_map(|(form, lines)| {
        let (mut documented, mut real) = (Vec::new(), Vec::new());
        for (one, other, how) in lines {
            match how {
                0 => documented.push(other),
                1 => real.push(other),
                2 => documented.push("...".to_owned()),
                _ => documented.push(one.clone()),
            }
            real.push(one);
        }
        (form, documented, real)
    })
}

fn block(form: Form, number: usize, output: &[String]) -> String {
    let indented = |lead: &str, text: &str| -> String {
        text.lines().map(|line| format!("{lead}{line}").trim_end().to_owned() + "\n").collect()
    };
    let output: String = output.iter().map(|line| format!("{line}\n")).collect();
    let fences = format!("```command\nCMD{number}\n```\n\n```output\n{output}```\n");
    match form {
        Form::Fence => fences,
        Form::List => format!("1.  item\n\n{}", indented("    ", &fences)),
        Form::Quote => indented("> ", &fences),
        Form::Shortcode => format!("```command\nCMD{number}\n```\n\n{{{{< output >}}}}\n{output}{{{{< /output >}}}}\n"),
        Form::Console => format!("```console\n$ CMD{number}\n{output}```\n"),
    }
}

/// Tabs of two machines with an output each, and an output below them.
const TABS: &str = "{{< tabs >}}\n{{< tab \"Debian\" >}}\n```command\na\n```\n\n```output\nfirst\n```\n{{< /tab >}}\n{{< tab \"Alpine\" >}}\n```command\nb\nc\n```\n\n```command\nb\n```\n\n```output\nsecond\n```\n{{< /tab >}}\n{{< /tabs >}}\n\n```command\nd\n```\n\n```output\nboth took 5 s\n```\n";

#[test]
fn outputs_of_several_machines_hold_on_each() {
    let machines = ["debian".to_owned(), "alpine".to_owned()];
    let read = |source: Source| {
        let guide = guide::parse(source, &Registry::default(), &[], false);
        let plans = crate::plan::plans(&guide, crate::plan::Around::new(&|_| None, None, &machines));
        (guide, plans)
    };
    let differ = "this output is not updated: it is shown on several machines, and the real ones differ";
    let away = "this output is not updated: it is shown on the machine `alpine`, too, where it was not reached";
    for (debian, alpine, first, second, shared, refused) in [
        (&["new", "all took 5 s"][..], &["neu", "all took 7 s"][..], "new", "neu", "all took 5 s", None),
        (&["new", "both took 5 s"], &["second", "both took 7 s"], "new", "second", "both took 5 s", None),
        (&["new", "both took 5 s"], &["second", "all took 7 s"], "new", "second", "both took 5 s", Some(differ)),
        (&["new", "one"], &["neu", "two"], "new", "neu", "both took 5 s", Some(differ)),
        (&["new", "one"], &["neu"], "new", "neu", "both took 5 s", Some(away)),
        (&["first"], &["neu"], "first", "neu", "both took 5 s", None),
    ] {
        let (guide, plans) = read(Source::new("guide.md", TABS));
        assert_eq!(plans.len(), 2);
        let shown: Vec<BTreeMap<usize, Shown>> = (plans.iter().zip([debian, alpine]))
            .map(|(plan, real)| {
                let outputs = plan.steps.iter().filter(|step| matches!(step.kind, StepKind::Expect { .. }));
                outputs.map(|step| step.number).zip(real.iter().map(|output| printed(output))).collect()
            })
            .collect();
        let done: Vec<Done<'_>> = plans.iter().zip(&shown).map(|(plan, shown)| Done { plan, shown }).collect();
        let update = update(&guide, &done, &Secrets::default(), &read);
        let messages: Vec<&str> = update.refused.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(messages, refused.into_iter().collect::<Vec<_>>(), "{debian:?} {alpine:?}");
        let expected = TABS.replace("first", first).replace("second", second).replace("both took 5 s", shared);
        assert_eq!(apply_edits(TABS, update.edits).expect("no overlaps"), expected, "{debian:?} {alpine:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_holds_changes_no_byte_and_an_update_holds(
        pairs in prop::collection::vec(pair(), 1..4), crlf: bool, bom: bool, ends: bool,
    ) {
        let mut text = "---\ntitle: A\n---\n".to_owned();
        for (number, (form, documented, _)) in pairs.iter().enumerate() {
            text.push_str(&format!("\nPROSE{number}\n\n{}", block(*form, number, documented)));
        }
        let text = if ends { text } else { text.trim_end().to_owned() };
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let text = if bom { format!("\u{feff}{text}") } else { text };
        let (guide, plan) = read_one(&text);
        // What each command printed, whatever the generated text made of its output.
        let printed_by = |of: usize| {
            let StepKind::Run { commands } = &plan.steps.iter().find(|step| step.number == of)?.kind else { return None };
            let number: usize = commands.last()?.lines.last()?.strip_prefix("CMD")?.parse().ok()?;
            Some(printed(&pairs.get(number)?.2.join("\n")))
        };
        let shown: BTreeMap<usize, Shown> = plan.steps.iter().filter_map(|step| match step.kind {
            StepKind::Expect { of, .. } => Some((step.number, printed_by(of)?)),
            _ => None,
        }).collect();
        let differing = |plan: &Plan| -> Vec<usize> {
            plan.steps.iter().filter(|step| match (&step.kind, shown.get(&step.number)) {
                (StepKind::Expect { text, rule, .. }, Some(shown)) =>
                    matching::compare(text, &shown.output, matching_rule(*rule)).verdict != Verdict::Holds,
                _ => false,
            }).map(|step| step.number).collect()
        };
        let none = Secrets::default();
        let first = update(&guide, &[Done { plan: &plan, shown: &shown }], &none, &read);
        let new = apply_edits(&text, first.edits.clone()).expect("edits do not overlap");
        let wrong = differing(&plan);
        if wrong.is_empty() {
            prop_assert!(first.edits.is_empty() && first.refused.is_empty());
        }
        prop_assert_eq!(wrong.len(), first.steps.len() + first.refused.len());
        // The file is otherwise as it was.
        prop_assert!(!crlf || new.matches('\n').count() == new.matches("\r\n").count(), "{:?}", new);
        prop_assert!(crlf || !new.contains('\r'));
        prop_assert_eq!(new.starts_with('\u{feff}'), bom);
        prop_assert_eq!(new.ends_with('\n'), text.ends_with('\n'));
        for edit in &first.edits {
            prop_assert!(!text[edit.span.range()].contains("PROSE") && !text[edit.span.range()].contains("CMD"));
        }
        // What was written holds, what was refused stays, and a second time nothing happens.
        let (guide, plan) = read_one(&new);
        let left = differing(&plan);
        prop_assert!(first.steps.iter().all(|(number, _)| !left.contains(number)), "{:?}", new);
        prop_assert_eq!(left.len(), first.refused.len(), "{:?}", new);
        let second = update(&guide, &[Done { plan: &plan, shown: &shown }], &none, &read);
        prop_assert!(second.edits.is_empty(), "{:?}\n{:?}", new, second.edits);
    }
}

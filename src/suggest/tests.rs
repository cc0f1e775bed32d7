use super::*;
use crate::report::StepReport;

fn guide(verdict: Verdict, steps: &[(usize, CauseKind, &str)]) -> GuideReport {
    let step = |(line, kind, what): &(usize, CauseKind, &str)| StepReport {
        verdict: Verdict::Broken,
        cause: Some(Cause::new(*kind, *what, "")),
        ..StepReport::new(1, crate::report::StepKind::Run, "a.md", *line)
    };
    GuideReport { verdict, steps: steps.iter().map(step).collect(), ..GuideReport::new("a.md", "A", "debian") }
}

#[test]
fn how_far_is_further() {
    use CauseKind::{CommandFailed, CommandNotFound, OutputDiffers, QuestionUnanswered};
    let asks = |line, what| guide(Verdict::Broken, &[(line, QuestionUnanswered, what)]);
    let fails = |line| guide(Verdict::Broken, &[(line, CommandFailed, "x")]);
    for (before, after, how) in [
        (asks(3, "a"), guide(Verdict::Holds, &[]), Some("it holds")),
        (asks(3, "a"), asks(3, "a"), None),
        (asks(3, "a"), asks(3, "b"), Some("it goes on to line 3: a question has no answer")),
        (asks(3, "a"), fails(9), Some("it goes on to line 9: a command fails")),
        (asks(3, "a"), fails(2), None),
        (fails(3), guide(Verdict::Broken, &[(3, OutputDiffers, "x")]), None),
        (guide(Verdict::Partial, &[]), fails(3), None),
        (guide(Verdict::Partial, &[]), guide(Verdict::Partial, &[]), None),
        (
            guide(Verdict::Broken, &[(3, CommandNotFound, "a"), (9, CommandNotFound, "b")]),
            guide(Verdict::Broken, &[(3, CommandNotFound, "a")]),
            Some("it goes on to line 3: a command is not there"),
        ),
    ] {
        assert_eq!(further(&before, &after).as_deref(), how, "{:?} {:?}", before.causes(), after.causes());
    }
}

#[test]
fn a_machine_is_said_for_all_by_what_they_run() {
    let need = |program: &str| Need { line: 1, program: program.into(), trial: Trial::Running };
    let suggestion = |needs: &[(&str, &str)]| Suggestion {
        says: map(json!({"machine": "server"})),
        kind: CauseKind::NeedsMachine,
        what: "systemd".into(),
        needs: needs.iter().map(|(path, program)| ((*path).to_owned(), need(program))).collect(),
        apart: false,
    };
    let placed = |needs: &[(&str, &str)], has_library| {
        let learned = Learned { suggestions: vec![suggestion(needs)] };
        let placed = learned.placed(has_library);
        placed
            .iter()
            .map(|piece| (piece.place.clone(), serde_json::to_string(&piece.says).expect("JSON")))
            .collect::<Vec<_>>()
    };
    let own = |path: &str| (Place::Guide(path.into()), r#"{"machine":"server"}"#.to_owned());
    assert_eq!(placed(&[("a.md", "systemctl")], true), [own("a.md")]);
    let several = [("a.md", "systemctl"), ("b.md", "systemctl"), ("c.md", "ufw")];
    let rule = r#"{"rules":[{"command":["systemctl","ufw"],"machine":"server"}]}"#;
    assert_eq!(placed(&several, true), [(Place::Library, rule.to_owned())]);
    assert_eq!(placed(&several[..2], false), [own("a.md"), own("b.md")]);
    assert_eq!(placed(&[("a.md", "systemctl"), ("b.md", "")], true), [own("a.md"), own("b.md")]);
}

#[test]
fn what_is_offered_can_be_said_in_a_sidecar() {
    use CauseKind::{CommandFailed, CommandNotFound, NeedsMachine, OutOfTime, QuestionUnanswered};
    for (kind, what, mend, asks, says) in [
        (
            CommandNotFound,
            "curl",
            "setup: [apt-get install -y curl]",
            false,
            Ok::<_, String>(json!({"setup": ["apt-get install -y curl"]})),
        ),
        (
            CommandFailed,
            "curl",
            "rules: [{command: curl a, retry: 30s}]",
            false,
            Ok(json!({"rules": [{"command": "curl a", "retry": "30s"}]})),
        ),
        (OutOfTime, "make", "timeout: 20m", false, Ok(json!({"timeout": "20m"}))),
        (
            QuestionUnanswered,
            "Go on? [y/N]",
            "answers: {'Go on? [y/N]': 'y'}",
            false,
            Ok(json!({"answers": {"Go on? [y/N]": "y"}})),
        ),
        (
            QuestionUnanswered,
            "Which colour?",
            "answers: {'Which colour?': …}",
            true,
            Ok(json!({"answers": {"Which colour?": "it's: red"}})),
        ),
    ] {
        let mut report = guide(Verdict::Broken, &[(3, kind, what)]);
        report.steps[0].cause = Some(Cause::new(kind, what, "").mended_by(mend));
        let found = offers(&report);
        assert_eq!((found.len(), found[0].asks, found[0].says, found[0].line), (1, asks, mend, 3), "{mend}");
        let plan = crate::plan::plan(
            &crate::guide::parse(
                crate::source::Source::new("a.md", ""),
                &crate::guide::Registry::default(),
                &[],
                false,
            ),
            &|_| None,
            None,
            &["debian".to_owned()],
        );
        let said = offered(found[0].cause, &report, &plan, asks.then_some("it's: red")).map(Value::Object);
        assert_eq!(said, says, "{mend}");
    }
    let mut report = guide(Verdict::Broken, &[(3, NeedsMachine, "systemd"), (4, CommandFailed, "x")]);
    report.steps[0].cause = Some(Cause::new(NeedsMachine, "systemd", "").mended_by("machine: server"));
    assert_eq!(offers(&report), [], "another machine is chosen by hand, and nothing mends the other");
}

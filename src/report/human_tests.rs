use super::{
    super::sample::{self, HERE},
    *,
};
use proptest::prelude::*;

#[test]
fn works_without_sources() {
    let text = human(&sample::report(), HERE, &|_| None, false);
    assert!(text.contains("--> content/parts/ping.md:2:1"), "{text}");
}

#[test]
fn colours_the_difference() {
    let text = human(&sample::report(), HERE, &sample::source, true);
    assert!(text.contains("\u{1b}[1;7;31mv18.12.0\u{1b}[0m"), "{text:?}");
}

#[test]
fn edited_places_do_no_harm() {
    let mut report = sample::report();
    for mark in [(5, 900), (9, 2), (0, 0)] {
        let diagnostic = &mut report.guides[1].diagnostics[0];
        diagnostic.place.as_mut().unwrap().mark = mark;
        assert!(human(&report, HERE, &sample::source, false).contains("index.md:4"));
    }
}

#[test]
fn times_are_short() {
    for (time, text) in [(0.254, "0.25 s"), (12.52, "12.5 s"), (200.0, "3 min 20 s"), (f64::NAN, "0 min 0 s")] {
        assert_eq!(seconds(time), text);
    }
}

proptest! {
    #[test]
    fn no_control_and_no_command_gets_through(text in "([\u{0}-\u{ff}]|\n|::error::x|##\\[group\\]|\u{1b}\\[31m){0,20}") {
        let mut report = sample::report();
        for guide in &mut report.guides {
            (guide.title, guide.path, guide.reason) = (text.clone(), text.clone(), Some(text.clone()));
            guide.machine = text.clone();
            for step in &mut guide.steps {
                (step.message, step.help, step.path) = (Some(text.clone()), Some(text.clone()), text.clone());
                (step.output, step.documented, step.comparison) = (text.clone(), None, None);
                (step.typed, step.place) = (vec![text.clone()], vec![text.clone()]);
            }
        }
        let shown = human(&report, HERE, &|_| Some(text.clone()), false);
        prop_assert!(shown.chars().all(|c| matches!(c, '\n' | '\t') || !c.is_control()), "{:?}", shown);
        prop_assert!(!shown.contains("##[") && shown.lines().all(|l| !l.trim_start().starts_with("::")), "{}", shown);
    }
}

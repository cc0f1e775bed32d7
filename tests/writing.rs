//! A guide's machine stays open while it is written: what is done of each text, and whether what is told of it is what a clean machine
//! says. On this computer, without an engine; `tests/docker/writing.rs` does the same in Docker.

use crate::support::{
    local_host::LocalHost,
    writing::{Act, Came, Desk, verdicts},
};
use futures_util::StreamExt;
use guidepost::report::Verdict;
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

fn block(lines: &str) -> String {
    format!("```console\n{lines}\n```\n\n")
}

fn written(texts: &[&str]) -> Vec<Came> {
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(Desk::new().write(&LocalHost::default(), &texts))
}

#[test]
fn what_is_done_of_another_text() {
    let (one, two) = (block("$ echo one\none"), block("$ echo two\ntwo"));
    let both = format!("{one}{two}");
    let keeps = format!("{}{}", block("$ cd /tmp; A=1"), two);
    for (what, before, after, kept, why, verdict) in [
        ("a step is added", one.as_str(), both.as_str(), 2, None, Verdict::Holds),
        ("prose is added", &both, &format!("Some prose.\n\n{both}"), 4, None, Verdict::Holds),
        ("what is documented", &both, &both.replace("\ntwo", "\nzwei"), 4, None, Verdict::Broken),
        ("and mended", &both.replace("\ntwo", "\nzwei"), &both, 4, None, Verdict::Holds),
        ("the first step", &both, &both.replace("one", "eins"), 0, Some("line 5"), Verdict::Holds),
        ("a step is gone", &both, &one, 0, Some("gone"), Verdict::Holds),
        (
            "the state of the shell",
            &keeps,
            &format!("{keeps}{}", block("$ pwd; echo $A\n/tmp\n1")),
            3,
            None,
            Verdict::Holds,
        ),
        ("a broken step", &block("$ false"), &one, 0, None, Verdict::Holds),
    ] {
        let came = written(&[before, after]);
        let last = &came[1];
        assert_eq!((last.kept, last.report.verdict), (kept, verdict), "{what}: {last:#?}");
        assert_eq!(last.why.is_some(), why.is_some(), "{what}: {last:#?}");
        assert!(last.why.as_deref().unwrap_or_default().contains(why.unwrap_or_default()), "{what}: {last:#?}");
        assert_eq!(last.bent.is_some(), what == "a broken step", "{what}: {last:#?}");
    }
}

/// As far as a line, and then further: what was done stays done, and the outputs of what is typed belong to it.
#[test]
fn a_guide_is_done_as_far_as_a_line() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let shown = "```command\necho two\n```\n\n```output\ntwo\n```\n\n";
    let text = format!("{}{shown}{}", block("$ echo one\none"), block("$ A=1"));
    let line = |part: &str| 5 + text.lines().position(|line| line == part).expect("it is there");
    let acts = [
        Act::Saves("A sentence.\n"),
        Act::SavesTo(&text, line("$ echo one")),
        Act::SavesTo(&text, line("echo two")),
        Act::Saves(&text),
        Act::SavesTo(&text, line("echo two")),
    ];
    let (came, _) = runtime.block_on(Desk::new().does(&LocalHost::default(), &acts));
    let steps: Vec<_> = came.iter().map(|came| (came.report.steps.len(), came.kept, came.why.is_some())).collect();
    assert_eq!(steps, [(0, 0, false), (2, 0, false), (4, 2, false), (5, 4, false), (4, 0, true)], "{came:#?}");
    assert!(came[1..].iter().all(|came| came.report.verdict == Verdict::Holds), "{came:#?}");
}

/// What is saved is done as far as the same block, wherever it stands now.
#[test]
fn the_block_as_far_as_which_it_is_done_moves() {
    let (one, two, three) = (block("$ echo one"), block("$ echo two"), block("$ echo three"));
    let whole = format!("{one}{two}{three}");
    // A block has four lines, and begins at line 5, 9, 13.
    for (what, now, line) in [
        ("nothing", whole.clone(), 9),
        ("prose above", format!("Prose.\n\n{whole}"), 11),
        ("a block above", format!("{one}{}{two}{three}", block("$ echo new")), 13),
        ("a block above is gone", format!("{two}{three}"), 5),
        ("it is another one", format!("{one}{}{three}", block("$ echo other")), 9),
        ("behind it", format!("{one}{two}{}{three}", block("$ echo new")), 9),
        ("all of it", one.clone(), 5),
        ("and more", "Prose.\n".to_owned(), 9),
    ] {
        assert_eq!(Desk::new().moved(9, &whole, &now), line, "{what}");
    }
}

/// A text of a step that broke was tried there: what comes behind it may be otherwise in a clean machine, and that is said.
#[test]
fn a_broken_step_is_mended_where_it_stands() {
    let broken = block("$ mkdir a; cat b");
    let mended = block("$ mkdir a; ls");
    let came = written(&[&broken, &mended]);
    assert_eq!(came[0].report.verdict, Verdict::Broken);
    assert_eq!((came[1].bent, came[1].kept, came[1].why.clone()), (Some(1), 0, None), "{came:#?}");
}

/// What is typed by hand is shown, and known as commands with what came of them; it is no part of the guide, so that the next text that has
/// something to be done begins where nothing was typed.
#[test]
fn what_is_typed_by_hand_is_no_part_of_the_guide() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let one = block("$ echo one\none");
    let prose = format!("Some prose.\n\n{one}");
    let both = format!("{prose}{}", block("$ echo \"[$MINE]\"\n[]"));
    let acts = [
        Act::Saves(&one),
        Act::Types("echo t\u{7f}two; MINE=1\r", "two\r\n"),
        Act::Types("(exit 3)\r", "(exit 3)\r\n"),
        Act::Saves(&prose),
        Act::Types("for i in a b\rdo echo $i$i; done\r", "bb\r\n"),
        Act::Types("cat\rhello\r\u{4}", "hello\r\nhello\r\n"),
        Act::Types("echo end$((1 + 1))\r", "end2\r\n"),
        Act::Saves(&both),
    ];
    let (came, at) = runtime.block_on(Desk::new().does(&LocalHost::default(), &acts));
    let typed: Vec<_> = at.typed.iter().map(|typed| (&*typed.command, &*typed.output, typed.status)).collect();
    let expected = [
        ("echo two; MINE=1", "two", Some(0)),
        ("(exit 3)", "", Some(3)),
        ("for i in a b\ndo echo $i$i; done", "aa\nbb", Some(0)),
        ("cat", "hello\nhello", Some(0)),
    ];
    assert_eq!(typed[..4], expected, "{at:#?}");
    assert!(came.iter().all(|came| came.report.verdict == Verdict::Holds && came.bent.is_none()), "{came:#?}");
    // Prose changes nothing in the machine, and it stays as it is.
    assert_eq!((came[1].kept, came[1].why.as_deref()), (2, None), "{came:#?}");
    // And then it is as it was before. A copy of a folder is elsewhere, and so none of a machine: it begins anew.
    assert!(came[2].why.as_deref().is_some_and(|why| why.contains("by hand")), "{came:#?}");
    assert!(came[2].kept == 0 && came[2].without[0].contains("its shell cannot be put back"), "{came:#?}");
}

/// Where a step broke, the machine can be mended by hand and the step tried again, unless something is still open there.
#[test]
fn a_broken_step_is_tried_again_where_something_was_typed() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let text = block("$ cat a");
    for (keys, shows, why, verdict) in [
        ("echo mended >a; echo d''one\r", "done\r\n", None, Verdict::Holds),
        ("cat\rhey\r", "hey\r\nhey\r\n", Some("no prompt"), Verdict::Broken),
        ("echo unfinished", "echo unfinished", Some("no prompt"), Verdict::Broken),
    ] {
        let acts = [Act::Saves(&text), Act::Types(keys, shows), Act::Retries];
        let (came, _) = runtime.block_on(Desk::new().does(&LocalHost::default(), &acts));
        assert_eq!(came[1].report.verdict, verdict, "{keys}: {came:#?}");
        assert_eq!(came[1].why.is_some(), why.is_some(), "{keys}: {came:#?}");
        assert!(came[1].why.as_deref().unwrap_or_default().contains(why.unwrap_or_default()), "{keys}: {came:#?}");
        assert_eq!(came[1].bent.is_some(), why.is_none(), "{keys}: {came:#?}");
    }
}

/// A step of a random guide.
fn step() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[abc]".prop_map(|x| block(&format!("$ echo {x}\n{x}"))),
        1 => "[abc]".prop_map(|x| block(&format!("$ echo {x}\nother"))),
        2 => "[abc]".prop_map(|x| block(&format!("$ X={x}"))),
        2 => Just(block("$ echo \"[$X]\"")),
        1 => "[abc]".prop_map(|x| block(&format!("$ echo \"[$X]\"\n[{x}]"))),
        2 => "[abc]".prop_map(|x| block(&format!("$ mkdir -p {x}\n$ cd {x}"))),
        1 => "[abc]".prop_map(|x| block(&format!("$ mkdir {x}"))),
        1 => Just(block("$ cd ..; ls | wc -l")),
        1 => "[abc]".prop_map(|x| block(&format!("$ cat {x}.txt"))),
        2 => ("[abc]", "[xyz]").prop_map(|(x, y)| format!("{{{{< file \"{x}.txt\" >}}}}\n{y}\n{{{{< /file >}}}}\n\n")),
        1 => Just(block("$ false")),
        1 => Just(block("$ alias say=echo; f() { echo \"f $1\"; }")),
        1 => Just(block("$ f 1\nf 1")),
        1 => Just("A sentence.\n\n".to_owned()),
    ]
}

/// What a writer does to a guide.
#[derive(Debug, Clone)]
enum Edit {
    Add(String),
    Insert(usize, String),
    Replace(usize, String),
    Remove(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        4 => step().prop_map(Edit::Add),
        1 => (any::<usize>(), step()).prop_map(|(at, step)| Edit::Insert(at, step)),
        2 => (any::<usize>(), step()).prop_map(|(at, step)| Edit::Replace(at, step)),
        1 => any::<usize>().prop_map(Edit::Remove),
    ]
}

/// How many sequences of texts to try: these, or as many as `GUIDEPOST_SEQUENCES` says.
pub(crate) fn sequences(usual: usize) -> usize {
    std::env::var("GUIDEPOST_SEQUENCES").map_or(usual, |count| count.parse().expect("a number"))
}

/// The texts of a guide, from the first to the last.
pub(crate) fn texts(count: usize) -> Vec<Vec<String>> {
    let seed = [7; 32];
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let sequence = (proptest::collection::vec(step(), 1..5), proptest::collection::vec(edit(), 1..6));
    let all = (0..count).map(|_| sequence.new_tree(&mut runner).expect("a sequence").current());
    all.map(|(mut steps, edits)| {
        let mut texts = vec![steps.concat()];
        for edit in edits {
            let length = steps.len();
            match edit {
                Edit::Add(step) => steps.push(step),
                Edit::Insert(at, step) => steps.insert(at % (length + 1), step),
                Edit::Replace(at, step) if length > 0 => steps[at % length] = step,
                Edit::Remove(at) if length > 1 => drop(steps.remove(at % length)),
                Edit::Replace(..) | Edit::Remove(_) => {}
            }
            texts.push(steps.concat());
        }
        texts
    })
    .collect()
}

/// What the open machine says in the end is what a clean one says, or it has said that it cannot know. `GUIDEPOST_SEQUENCES=300` tries more.
#[test]
fn what_is_told_is_what_a_clean_machine_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let host = &LocalHost::default();
    let count = sequences(40);
    let all = texts(count).into_iter().map(|texts| async move {
        let desk = Desk::new();
        let came = desk.write(host, &texts).await;
        let last = came.last().expect("it came to something");
        let clean = desk.clean(host, texts.last().expect("a text")).await;
        let same = last.verdicts() == verdicts(&clean) && last.report.verdict == clean.verdict;
        assert!(same || last.bent.is_some(), "{texts:#?}\nopen: {last:#?}\nclean: {clean:#?}");
        (last.bent.is_some(), last.kept > 0)
    });
    let (mut bent, mut kept) = (0, 0);
    runtime.block_on(async {
        let mut done = futures_util::stream::iter(all).buffer_unordered(8);
        while let Some((was_bent, was_kept)) = done.next().await {
            bent += usize::from(was_bent);
            kept += usize::from(was_kept);
        }
    });
    assert!(bent < count / 2 && kept > count / 6, "{bent} cannot be known, {kept} were gone on with");
}

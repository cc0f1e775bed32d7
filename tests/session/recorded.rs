//! Recorded scripts: no program runs and no time passes.

use super::Session;
use super::script::{Event, Script};
use guidepost::session::{Action, End, Engine, Outcome, Service, Settings, Step};
use proptest::prelude::*;
use std::time::Duration;

fn typed(keys: &str) -> Event {
    Event::Typed(keys.as_bytes().to_vec())
}

fn print(text: &str) -> Event {
    Event::Print(text.as_bytes().to_vec())
}

fn pause(milliseconds: u64) -> Event {
    Event::Pause(Duration::from_millis(milliseconds))
}

/// A prompt of the shell that was told the hidden line number `shell`.
fn prompt(shell: u32, status: i32) -> String {
    format!(
        "\x1b]133;A;gp.{shell};{status};{};{status};/srv\x07u{shell}@h:/srv$ \x1b]133;B;gp.{shell}\x07",
        100 + shell
    )
}

/// A shell that shows a prompt, is asked for marks, and has them.
fn shell(shell: u32) -> Vec<Event> {
    vec![
        print(&format!("u{shell}@h:/srv$ ")),
        typed("read -r __gp_l"),
        print(&format!("hidden echo\r\n\x1b]133;R;gp.{shell}\x07")),
        typed("export PAGER"),
        print(&format!("more echo\r\n\x1b]133;I;gp.{shell};bash;u{shell}\x07{}", prompt(shell, 0))),
    ]
}

/// A shell, then this script.
fn play(script: Vec<Event>) -> (Session<Script>, Outcome) {
    let script = shell(1).into_iter().chain(script);
    Session::open(Script::new(script), Vec::new(), Settings::default()).unwrap()
}

#[test]
fn a_command() {
    let (mut session, opened) =
        play(vec![typed("echo hi\r"), print("echo hi\r\n\x1b]133;C;g"), print("p.1\x07hi\r\n"), print(&prompt(1, 3))]);
    assert_eq!(opened.after[0].to_string(), "bash as u1 in /srv");
    let outcome = session.run(Step::new("echo hi")).unwrap();
    assert_eq!((outcome.end, outcome.output.as_str()), (End::Prompt { status: Some(3) }, "hi"));
    assert_eq!(outcome.cwd.as_deref(), Some("/srv"));
    let shown = session.transcript;
    let shown: Vec<u8> = shown.into_iter().flat_map(|(_, bytes)| bytes).collect();
    let shown = String::from_utf8(shown).unwrap();
    assert_eq!(shown, "u1@h:/srv$ echo hi\r\nhi\r\nu1@h:/srv$ ");
}

/// `docker exec -it app bash` in an application's container, psql in it, and back.
#[test]
fn a_stack() {
    let mut script =
        vec![typed("docker exec -it app bash\r"), print("docker exec -it app bash\r\n\x1b]133;C;gp.1\x07")];
    script.extend(shell(2));
    script.extend([
        typed("psql nodejs\r"),
        print("psql nodejs\r\n\x1b]133;C;gp.2\x07psql (15.3)\r\nType \"help\" for help.\r\n\r\nnodejs=# "),
        typed("SELECT 1;\r"),
        print("SELECT 1;\r\n ?column? \r\n----------\r\n        1\r\n(1 row)\r\n\r\n"),
        pause(3000),
        print("nodejs=# "),
        typed("\\q\r"),
        print("\\q\r\n"),
        print(&prompt(2, 0)),
        typed("exit\r"),
        print("exit\r\n\x1b]133;C;gp.2\x07exit\r\n"),
        print(&prompt(1, 0)),
        typed("exit\r"),
        print("exit\r\n"),
        Event::Close(Some(0)),
    ]);
    let (mut session, _) = play(script);
    let outcome = session.run(Step::new("docker exec -it app bash")).unwrap();
    assert_eq!((outcome.end, outcome.after.len(), outcome.output.as_str()), (End::Prompt { status: None }, 2, ""));
    let outcome = session.run(Step::new("psql nodejs")).unwrap();
    assert_eq!(outcome.output, "psql (15.3)\nType \"help\" for help.");
    assert_eq!(outcome.after[2].to_string(), "psql at nodejs=#");
    let outcome = session.run(Step::new("SELECT 1;")).unwrap();
    assert_eq!(outcome.output, " ?column?\n----------\n        1\n(1 row)");
    let outcome = session.run(Step::new("\\q")).unwrap();
    assert!(outcome.left && outcome.after.len() == 2);
    let outcome = session.run(Step::new("exit")).unwrap();
    assert!(outcome.left && outcome.after.len() == 1);
    assert_eq!(session.run(Step::new("exit")).unwrap().end, End::SessionEnded { status: Some(0) });
}

/// An installation that stands still for minutes is no end, and its progress is no question.
#[test]
fn patience() {
    let (mut session, _) = play(vec![
        typed("apt-get install x\r"),
        print("apt-get install x\r\n\x1b]133;C;gp.1\x07Reading package lists... 0%\r"),
        pause(60_000),
        print("Reading package lists... Done\r\nDo you want to continue? [Y/n] "),
        typed("y\r"),
        print("y\r\nProgress: [ 33%] "),
        pause(100_000),
        print("\r\x1b[KSetting up x (1.0) ...\r\n"),
        print(&prompt(1, 0)),
    ]);
    let outcome = session.run(Step::new("apt-get install x")).unwrap();
    assert_eq!(outcome.end, End::Prompt { status: Some(0) });
    assert_eq!(
        outcome.output,
        "Reading package lists... Done\nDo you want to continue? [Y/n] y\nSetting up x (1.0) ..."
    );
    assert_eq!(outcome.answered.len(), 1);
}

/// The terminal tells what its foreground program does, and is asked more and more rarely.
#[test]
fn a_look_at_the_foreground() {
    use guidepost::session::Foreground::{Reads, Unknown, Works};
    let begin = [typed("work\r"), print("work\r\n\x1b]133;C;gp.1\x07")];
    let run = |script: Vec<Event>| {
        let (mut session, _) = play(begin.iter().cloned().chain(script).collect());
        session.run(Step::new("work")).unwrap()
    };
    let look = Event::Foreground;
    for (script, end, seconds) in [
        (vec![print("Ready? "), look(Reads)], End::Question { text: "Ready?".into() }, 2),
        (vec![print("Ready? "), look(Works), look(Works), look(Reads)], End::Question { text: "Ready?".into() }, 8),
        (vec![print("Ready? "), look(Works), look(Unknown)], End::Question { text: "Ready?".into() }, 4),
        (vec![look(Works), look(Unknown), look(Reads)], End::Question { text: String::new() }, 12),
        (vec![print("Name"), look(Reads)], End::Question { text: "Name".into() }, 3),
        // It was looked at while this was on its way.
        (vec![look(Reads), print("Name\r\n"), look(Reads)], End::Question { text: "Name".into() }, 9),
        (vec![print("a\r\n"), look(Works), look(Works), look(Works), look(Works)], End::TimedOut, 300),
        (vec![print("Ready? "), look(Works), pause(1000), print(&prompt(1, 0))], End::Prompt { status: Some(0) }, 3),
    ] {
        let shown = format!("{script:?}");
        let end_of_it = [pause(30), print(&prompt(1, 130))];
        let stopped = !matches!(end, End::Prompt { .. });
        let outcome = run(script.into_iter().chain(stopped.then(|| typed("\x03"))).chain(end_of_it).collect());
        assert_eq!((outcome.end, outcome.duration.as_secs()), (end, seconds), "{shown}");
    }
}

/// What says that it serves is asked whether it listens, at one of the ports that it names.
#[test]
fn a_look_at_the_ports() {
    let listens = Event::Listening;
    let serves = |port, seconds| (End::Serves, Some(Service::Listens(port)), seconds);
    let on = print("Server running on port 3000\r\n");
    for (script, (end, service, seconds)) in [
        (vec![on.clone(), listens(&[3000])], serves(3000, 20)),
        (vec![on.clone(), listens(&[80, 3000])], serves(3000, 20)),
        (vec![print("Press CTRL+C to quit\r\n"), listens(&[8080])], serves(8080, 20)),
        // It listens a little later.
        (vec![on.clone(), listens(&[]), listens(&[3000])], serves(3000, 40)),
        (
            vec![on.clone(), listens(&[40000]), listens(&[40000]), listens(&[])],
            (End::TimedOut, Some(Service::Says), 300),
        ),
        (vec![print("Press CTRL+C to quit\r\n")], (End::TimedOut, Some(Service::Says), 300)),
        (
            vec![on.clone(), listens(&[]), pause(5000), print(&prompt(1, 1))],
            (End::Prompt { status: Some(1) }, Some(Service::Says), 25),
        ),
        (vec![print("Running 3 tests\r\n")], (End::TimedOut, None, 300)),
    ] {
        let shown = format!("{script:?}");
        let stopped = !matches!(end, End::Prompt { .. });
        let begin = [typed("work\r"), print("work\r\n\x1b]133;C;gp.1\x07")];
        let end_of_it = stopped.then(|| [typed("\x03"), pause(30), print(&prompt(1, 130))]).into_iter().flatten();
        let (mut session, _) = play(begin.into_iter().chain(script).chain(end_of_it).collect());
        let outcome = session.run(Step::new("work")).unwrap();
        assert_eq!((outcome.end, outcome.service, outcome.duration.as_secs()), (end, service, seconds), "{shown}");
    }
}

/// What is known to serve is looked at sooner, and believed in the end: a worker listens nowhere.
#[test]
fn a_look_at_the_ports_of_a_server() {
    let listens = Event::Listening;
    let serves = |service, seconds| (End::Serves, Some(service), seconds);
    let port = Service::Listens(5000);
    let on = print(" * Running on http://127.0.0.1:5000\r\n");
    let tick = [print("tick\r\n"), listens(&[]), pause(3000)];
    let ticks = [&tick[..], &tick[..], &tick[..]].concat();
    for (script, (end, service, seconds)) in [
        (vec![on.clone(), listens(&[5000])], serves(port, 5)),
        (vec![listens(&[5000])], serves(port, 5)),
        (vec![print("importing\r\n"), listens(&[]), listens(&[5000])], serves(port, 10)),
        (vec![print("importing\r\n"), listens(&[]), pause(4000), on.clone(), listens(&[5000])], serves(port, 14)),
        // It prints something every eight seconds.
        ([&ticks[..], &[listens(&[5000])]].concat(), serves(port, 26)),
        ([&ticks[..], &ticks[..], &tick[..], &tick[..2]].concat(), serves(Service::Program, 61)),
        (vec![listens(&[]), listens(&[]), listens(&[])], serves(Service::Program, 20)),
        // Another one's port, and who cannot tell.
        (vec![on.clone(), listens(&[80]), listens(&[80]), listens(&[80])], serves(Service::Program, 20)),
        (vec![], serves(Service::Program, 20)),
        // On a slow machine it takes long until it finds that a module is missing.
        (
            vec![listens(&[]), pause(4000), print(&format!("No module named app\r\n{}", prompt(1, 1)))],
            (End::Prompt { status: Some(1) }, Some(Service::Program), 9),
        ),
    ] {
        let shown = format!("{script:?}");
        let stopped = end == End::Serves;
        let begin = [typed("flask run\r"), print("flask run\r\n\x1b]133;C;gp.1\x07")];
        let end_of_it = stopped.then(|| [typed("\x03"), pause(30), print(&prompt(1, 130))]).into_iter().flatten();
        let (mut session, _) = play(begin.into_iter().chain(script).chain(end_of_it).collect());
        let outcome = session.run(Step::new("flask run")).unwrap();
        assert_eq!((outcome.end, outcome.service, outcome.duration.as_secs()), (end, service, seconds), "{shown}");
    }
}

#[test]
fn the_machine_is_gone() {
    let (mut session, _) =
        play(vec![typed("reboot\r"), print("reboot\r\n\x1b]133;C;gp.1\x07"), pause(500), Event::Close(None)]);
    assert_eq!(session.run(Step::new("reboot")).unwrap().end, End::SessionEnded { status: None });
    assert_eq!(session.run(Step::new("ls")).unwrap().typed, 0);
}

/// A shell that does not know the hidden line, as fish, is a program.
#[test]
fn an_unknown_shell() {
    let (mut session, _) = play(vec![
        typed("fish\r"),
        print("fish\r\n\x1b]133;C;gp.1\x07me@h ~# "),
        typed("read -r __gp_l"),
        print("hidden echo\r\nfish: error\r\nme@h ~# "),
        typed("pwd\r"),
        print("pwd\r\n/srv\r\nme@h ~# "),
    ]);
    let outcome = session.run(Step::new("fish")).unwrap();
    assert_eq!(outcome.after[1].to_string(), "fish at me@h ~#");
    assert_eq!(session.run(Step::new("pwd")).unwrap().output, "/srv");
}

/// On a busy machine a shell reads the hidden line late: that it has shown nothing until then does not make it a program.
#[test]
fn a_shell_that_is_late_is_a_shell() {
    let late = |number| {
        let mut events = shell(number);
        events.splice(2..2, [pause(300), print("\x1b[0m"), pause(25_000)]);
        events
    };
    let su = [typed("su - u2\r"), print("su - u2\r\n\x1b]133;C;gp.1\x07")];
    let script = Script::new(late(1).into_iter().chain(su).chain(late(2)));
    let (mut session, opened) = Session::open(script, Vec::new(), Settings::default()).unwrap();
    assert_eq!(opened.after[0].to_string(), "bash as u1 in /srv");
    let outcome = session.run(Step::new("su - u2")).unwrap();
    assert_eq!(outcome.after.last().unwrap().to_string(), "bash as u2 in /srv");
}

/// So is one that is asked once more, because it has made its prompt anew.
#[test]
fn a_shell_that_is_late_again_is_a_shell() {
    let mut again = shell(2);
    let prompt_anew = "more echo\r\n\x1b]133;I;gp.2;bash;u2\x07\x1b]133;M;gp.2\x07u2@h:/srv$ ";
    again.splice(0..1, [print(prompt_anew)]);
    again.insert(2, pause(20_000));
    let script = [typed("su - u2\r"), print("su - u2\r\n\x1b]133;C;gp.1\x07")].into_iter();
    let (mut session, _) = play(script.chain(shell(2).into_iter().take(4)).chain(again).collect());
    let outcome = session.run(Step::new("su - u2")).unwrap();
    assert_eq!(outcome.after.last().unwrap().to_string(), "bash as u2 in /srv");
}

/// A prompt that was still on its way when the hidden line was typed does not answer it: the line would read the next command.
#[test]
fn a_prompt_from_before_answers_nothing() {
    let mut events = shell(1);
    events.insert(2, print(&prompt(1, 0)));
    events.extend([typed("false\r"), print("false\r\n\x1b]133;C;gp.1\x07"), print(&prompt(1, 1))]);
    let (mut session, opened) = Session::open(Script::new(events), Vec::new(), Settings::default()).unwrap();
    assert_eq!(opened.after[0].to_string(), "bash as u1 in /srv");
    assert_eq!(session.run(Step::new("false")).unwrap().end, End::Prompt { status: Some(1) });
}

/// What fails while Ctrl-C is on its way has a status: its terminal has not shown the key.
#[test]
fn what_fails_before_it_is_stopped_has_failed() {
    for (shown, end) in [
        ("", End::Prompt { status: Some(1) }),
        ("^C\r\n", End::Interrupted { status: Some(1) }),
        // The second Ctrl-C crosses with the prompt, and brings another one.
        ("^C\r\nlate", End::Interrupted { status: Some(1) }),
    ] {
        let again = if shown.ends_with("late") { prompt(1, 130) } else { String::new() };
        let (mut session, _) = play(vec![
            typed("ping a.example\r"),
            print("ping a.example\r\n\x1b]133;C;gp.1\x07PING a.example\r\none\r\ntwo\r\n"),
            typed("\x03"),
            pause(if again.is_empty() { 0 } else { 1500 }),
            print(&format!("{}{}", shown.trim_end_matches("late"), prompt(1, 1))),
            pause(if again.is_empty() { 0 } else { 500 }),
            print(&again),
            typed("true\r"),
            print("true\r\n\x1b]133;C;gp.1\x07"),
            print(&prompt(1, 0)),
        ]);
        assert_eq!(session.run(Step::new("ping a.example")).unwrap().end, end, "{shown}");
        assert_eq!(session.run(Step::new("true")).unwrap().end, End::Prompt { status: Some(0) }, "{shown}");
    }
}

/// A command in the background that ends in the moment of its limit has ended.
#[test]
fn an_end_at_the_limit_is_an_end() {
    let (mut session, _) = play(vec![
        typed("serve\r"),
        print("serve\r\n\x1b]133;C;gp.1\x07"),
        pause(2000),
        print(&format!("Error: taken\r\n{}", prompt(1, 1))),
    ]);
    let outcome = session.launch(Step::new("serve"), Duration::from_secs(2)).unwrap();
    assert_eq!((outcome.end, outcome.output.as_str()), (End::Prompt { status: Some(1) }, "Error: taken"));
}

/// The first thing in a terminal is a shell, or there is no session: of a program nobody would know how its commands end.
#[test]
fn what_does_not_answer_is_no_session() {
    for answer in ["hidden echo\r\nerror\r\n$ ", ""] {
        let script = vec![print("$ "), typed("read -r __gp_l"), print(answer), pause(120_000)];
        let (session, opened) = Session::open(Script::new(script), Vec::new(), Settings::default()).unwrap();
        assert_eq!(opened.end, End::TimedOut, "{answer}: {opened:#?}");
        assert!(session.session.places().is_empty());
    }
}

/// What comes after the first prompt, in chunks, with every kind of thing in it.
fn feed(chunks: &[&[u8]]) -> Outcome {
    let zero = Duration::ZERO;
    let mut engine = Engine::open(Settings::default(), zero);
    engine.feed(b"$ ", zero);
    let opened = Duration::from_millis(500);
    let Action::Type(_) = engine.poll(opened) else { panic!("no hidden line") };
    engine.feed(format!("\x1b]133;R;gp.1\x07\x1b]133;I;gp.1;bash;me\x07{}", prompt(1, 0)).as_bytes(), opened);
    let Action::Type(_) = engine.poll(opened) else { panic!("no script") };
    assert!(matches!(engine.poll(opened), Action::Done(_)));
    engine.begin(Step::block("first\nsecond\nthird"), opened);
    for chunk in chunks {
        engine.feed(chunk, opened);
    }
    loop {
        match engine.poll(opened) {
            Action::Type(_) => {}
            Action::Done(outcome) => return outcome,
            action => panic!("{action:?}"),
        }
    }
}

proptest! {
    #[test]
    fn chunks_do_not_matter(cuts in proptest::collection::vec(0usize..400, 0..12), middle in "[ -~é日\r\n\t\u{1b}]{0,60}") {
        let all = format!(
            "first\r\n> \x1b]133;P;gp.1\x07second\r\n\x1b]133;C;gp.1\x07{middle}\x1b\\\r\n50%\r100%\r\n日本\x1b[31mred\x1b[0m\x1b]0;t\x07{}",
            prompt(1, 2)
        );
        let all = all.as_bytes();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % all.len()).chain([0, all.len()]).collect();
        cuts.sort_unstable();
        let chunks: Vec<&[u8]> = cuts.windows(2).map(|w| &all[w[0]..w[1]]).collect();
        let outcome = feed(&[all]);
        prop_assert_eq!(&outcome.end, &End::Prompt { status: Some(2) });
        prop_assert_eq!(outcome.typed, 2);
        prop_assert_eq!(feed(&chunks), outcome);
    }

    /// Whatever is fed, the engine neither panics nor hangs: with time, every step ends.
    #[test]
    fn every_step_ends(chunks in proptest::collection::vec("([ -~\r\n\u{1b}]|\\$ |> |\u{1b}\\[\\?1049[hl]|\u{1b}\\]133;[ABCDPRI];gp\\.1;0;101;/\u{7}){0,20}", 0..8)) {
        let mut engine = Engine::open(Settings::default(), Duration::ZERO);
        let mut chunks = chunks.into_iter();
        let mut now = Duration::ZERO;
        let mut steps = 0;
        for _ in 0..2000 {
            match engine.poll(now) {
                Action::Type(_) | Action::Probe(_) | Action::Listening(_) => {}
                Action::Done(_) if steps < 3 => {
                    steps += 1;
                    engine.begin(Step::block("a\nb").timeout(Duration::from_secs(20)), now);
                }
                Action::Done(_) | Action::Idle => return Ok(()),
                Action::Wait(until) => match chunks.next() {
                    Some(chunk) => engine.feed(chunk.as_bytes(), now),
                    None => {
                        prop_assert!(until < Duration::MAX && until >= now);
                        now = until;
                    }
                },
            }
        }
        prop_assert!(false, "the steps do not end");
    }
}

/// 100 MB through the engine: memory is bounded by construction, so this is about time.
#[test]
fn a_hundred_megabytes() {
    let mut chunk = "x".repeat(98);
    chunk.push_str("\r\n");
    let chunk = chunk.repeat(650);
    let size = if cfg!(debug_assertions) { 10_000_000 } else { 100_000_000 };
    let start = std::time::Instant::now();
    let mut chunks: Vec<&[u8]> = vec![b"first\r\n\x1b]133;C;gp.1\x07"];
    chunks.extend(std::iter::repeat_n(chunk.as_bytes(), size / chunk.len()));
    let end = prompt(1, 0);
    chunks.push(end.as_bytes());
    let outcome = feed(&chunks);
    assert!(outcome.output.len() < 600 << 10 && outcome.dropped > size as u64 * 9 / 10);
    eprintln!("{} MB in {:?}", size / 1_000_000, start.elapsed());
}

//! A guide's machine stays open while it is written, in Docker: snapshots, what of a machine they cannot keep, and the same random guides as
//! on this computer. Without an engine that has `debian:bookworm` the tests are skipped, and say so.

use crate::{
    support::{
        TestSite, docker, has_engine,
        writing::{Came, Desk, verdicts},
    },
    writing::{sequences, texts},
};
use guidepost::{machine::Engine, report::Verdict};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

async fn written(texts: &[String]) -> Vec<Came> {
    let engine = Engine::connect().await.expect("an engine");
    let came = Desk::new().write(&engine, texts).await;
    engine.close().await.expect("closed");
    came
}

fn block(lines: &str) -> String {
    format!("```console\n{lines}\n```\n\n")
}

/// The folder, the environment, functions, aliases, options, history and files are as they were, where only the end of a guide changes.
#[test]
fn a_snapshot_is_the_whole_truth() {
    if !has_engine() {
        return;
    }
    let before = [
        "$ cd /srv; export A=1; B='two words'; set -o pipefail; umask 027",
        "$ f() { echo \"f $1\"; }; alias say=echo; trap 'echo bye' EXIT",
        "$ touch here; set -- one 'two words'; sleep 3.2; (exit 3)",
    ];
    let before = before.map(block).concat().replace("console\n$ touch", "console {exit=3}\n$ touch");
    let shows = "pwd; echo $A $B; f x; say y; set -o | grep pipefail; umask; ls; history | wc -l";
    let shown = "/srv\n1 two words\nf x\ny\npipefail       \ton\n0027\nhere";
    let last = |end: &str| {
        format!(
            "{before}{}{}",
            block("$ echo last $? $#: $2\nlast 3 2: two words"),
            block(&format!("$ {shows}{end}\n{shown}\n..."))
        )
    };
    let came = runtime()
        .block_on(written(&[last(""), last(" | cat").replace("last $?", "other $?").replace("last 3", "other 3")]));
    assert!(came.iter().all(|came| came.report.verdict == Verdict::Holds), "{came:#?}");
    assert!(came[1].from == Some(3) && came[1].without.is_empty(), "{came:#?}");
}

/// A shell in a shell is put back, too: the inner one is as it was, and so is the one that it is left for.
#[test]
fn shells_in_shells_are_put_back() {
    if !has_engine() {
        return;
    }
    let before = [
        "$ useradd -m -s /bin/bash ann; cd /srv; A=outer; f() { echo \"f $1\"; }",
        "$ bash",
        "$ su - ann",
        "$ B=inner; cd /tmp; alias say=echo; PS1='mine$ '; touch here; sleep 3.2",
    ];
    let before: String = before.map(block).concat();
    let text = |last: &str| {
        let inner = block("$ whoami; pwd; echo $B $A; say y; ls here\nann\n/tmp\ninner\ny\nhere");
        let outer = block("$ exit\n...\n$ whoami; pwd; echo $SHLVL $A\nroot\n/srv\n2");
        let outermost = block("$ exit\n...\n$ pwd; echo $A; f x\n/srv\nouter\nf x");
        format!("{before}{}{inner}{outer}{outermost}", block(&format!("$ echo {last}\n{last}")))
    };
    // What is added behind the last `exit` changes nothing of that.
    let more = format!("{}{}", text("b"), block("$ echo more\nmore"));
    let texts = [text("a"), text("b"), more, text("c").replace("sleep 3.2", "sleep 3.1")];
    let came = runtime().block_on(written(&texts));
    assert!(came.iter().all(|came| came.report.verdict == Verdict::Holds && came.without.is_empty()), "{came:#?}");
    // Where shells take long to open, there is another one behind the first `exit`.
    assert!(came[1].from >= Some(4) && came[2].why.is_none(), "{came:#?}");
}

/// A shell that is opened now has other groups than the one before.
#[test]
fn another_login_is_another_shell() {
    if !has_engine() {
        return;
    }
    let text = |last: &str| {
        format!(
            "{}{}{}",
            block("$ su -"),
            block("$ usermod -aG users root; sleep 3.2"),
            block(&format!("$ id -Gn; echo {last}\nroot\n{last}"))
        )
    };
    let came = runtime().block_on(written(&[text("a"), text("b")]));
    assert!(came.iter().all(|came| came.report.verdict == Verdict::Holds), "{came:#?}");
    let said = came[1]
        .without
        .iter()
        .any(|why| why.contains("folder, groups, jobs and open files of its shell cannot be put back"));
    // Where it takes long to open, there is one before the groups are others.
    assert!(came[1].from.is_none_or(|after| after < 2) && said, "{came:#?}");
}

/// What no image holds is no snapshot's: it begins anew, and says why.
#[test]
fn what_cannot_be_kept_is_said() {
    if !has_engine() {
        return;
    }
    for (what, first, why) in [
        ("a program runs", "$ sleep 1000 & sleep 3.2", "`sleep` runs in it"),
        ("what runs in a shell", "$ bash\n$ sleep 1000 & sleep 3.2", "`sleep` runs in it"),
        ("another shell", "$ bash\n$ sleep 3.2; sh", "another shell or program is open"),
        ("a shell that was opened by more", "$ cd /srv && bash\n$ sleep 3.2", "another shell or program is open"),
    ] {
        let text = |last: &str| format!("{}{}", block(first), block(&format!("$ echo {last}\n{last}")));
        let came = runtime().block_on(written(&[text("a"), text("b")]));
        assert!(came.iter().all(|came| came.report.verdict == Verdict::Holds), "{what}: {came:#?}");
        assert!(came[1].from.is_none_or(|after| after == 0), "{what}: {came:#?}");
        let said = came.iter().flat_map(|came| &came.without).any(|said| said.contains(why));
        assert!(said, "{what}: {came:#?}");
    }
}

#[test]
fn what_is_told_is_what_a_clean_machine_says() {
    if !has_engine() {
        return;
    }
    runtime().block_on(async {
        let engine = Engine::connect().await.expect("an engine");
        let (mut went_on, count) = (0, sequences(8));
        for texts in texts(count) {
            let desk = Desk::new();
            let came = desk.write(&engine, &texts).await;
            let last = came.last().expect("it came to something");
            let clean = desk.clean(&engine, texts.last().expect("a text")).await;
            let same = last.verdicts() == verdicts(&clean) && last.report.verdict == clean.verdict;
            assert!(same || last.bent.is_some(), "{texts:#?}\nopen: {last:#?}\nclean: {clean:#?}");
            went_on += came.iter().filter(|came| came.kept > 0).count();
        }
        assert!(went_on > count / 4, "{went_on} of {count}");
        engine.close().await.expect("closed");
    });
}

/// What `--keep` has kept is gone on with: the shells and the machine are as they were, and the verdict is that of a clean machine.
#[test]
fn a_kept_machine_is_gone_on_with() {
    if !has_engine() {
        return;
    }
    let text = |third: &str| {
        let first = ["$ cd /srv; export A=1; date +%N >here", "$ bash\n$ B=2"];
        let last = ["$ echo $A $B; pwd\n1 2\n/srv", "$ exit\n...\n$ echo $A $B\n1"];
        let steps = [first[0], first[1], third, last[0], last[1]];
        format!("---\ntitle: Kept\nverify: {{machine: kept}}\n---\n\n{}", steps.map(block).concat())
    };
    let site = TestSite::new(&[
        ("guidepost.yaml", "title: T\nmachines: {kept: {image: debian:bookworm}}\n"),
        ("content/a.md", &text("$ cat /srv/there")),
    ]);
    let none = site.run(&["verify", "a", "--resume"]);
    assert!(none.status == 2 && none.stderr.contains("no machine of content/a.md is kept"), "{none:?}");
    let broken = site.run(&["verify", "a", "--keep"]);
    let asks = "mend it, and go on there: guidepost verify content/a.md --resume";
    assert!(broken.status == 1 && broken.stderr.contains(asks), "{broken:?}");
    let again = site.run(&["verify", "a", "--resume"]);
    assert!(again.status == 1 && again.stderr.contains(asks), "{again:?}");

    site.write("content/a.md", text("$ echo before").replace("date +%N", "date"));
    let other = site.run(&["verify", "a", "--resume"]);
    assert!(other.status == 2 && other.stderr.contains("line 6, which was done, has changed"), "{other:?}");

    // It is this site's: another one may have a guide of the same name.
    let elsewhere = TestSite::new(&[
        ("guidepost.yaml", "title: T\nmachines: {kept: {image: debian:bookworm}}\n"),
        ("content/a.md", &text("$ cat /srv/there")),
    ]);
    let none = elsewhere.run(&["verify", "a", "--resume"]);
    assert!(none.status == 2 && none.stderr.contains("no machine of content/a.md is kept"), "{none:?}");
    // Other runs leave it there.
    site.write("content/b.md", "---\ntitle: B\nverify: {machine: kept}\n---\n\n```command\ntrue\n```\n");
    assert_eq!(site.run(&["verify", "b"]).status, 0);

    site.write("content/a.md", text("$ cat /srv/here\n..."));
    let mended = site.run(&["verify", "a", "--resume"]);
    assert!(mended.status == 0 && mended.stdout.contains("So far, in the kept machine"), "{mended:?}");
    assert!(mended.stderr.contains("2 of 10 steps stay done"), "{mended:?}");
    let gone = site.run(&["verify", "a", "--resume"]);
    assert!(gone.status == 2 && gone.stderr.contains("no machine"), "{gone:?}");
}

/// Who stops it leaves no machine and no snapshot behind.
#[test]
fn what_is_stopped_leaves_nothing() {
    if !has_engine() {
        return;
    }
    let text = "---\ntitle: A\nverify: {machine: kept}\n---\n\n```command\nsleep 3.2\n```\n\n```command\necho a\n```\n";
    let machines = "title: T\nmachines: {kept: {image: debian:bookworm}}\n";
    let site = TestSite::new(&[("guidepost.yaml", machines), ("content/a.md", text)]);
    let mut watching = std::process::Command::new(env!("CARGO_BIN_EXE_guidepost"))
        .args(["verify", "a", "--watch"])
        .current_dir(site.path())
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let said = std::io::BufReader::new(watching.stderr.take().expect("it says something"));
    let mut lines = std::io::BufRead::lines(said).map_while(Result::ok);
    assert!(lines.any(|line| line.contains("its machine is kept as it is after step 1")));
    let pid = watching.id().to_string();
    let ours = || {
        let format = "{{index .Config.Labels \"org.guidepost.owner\"}}";
        let images = docker(&["images", "-q", "guidepost-snapshot"]);
        // Those of other tests come and go.
        let inspect = |image: &str| {
            std::process::Command::new("docker").args(["image", "inspect", "--format", format, image]).output()
        };
        let of = |image: &str| inspect(image).is_ok_and(|said| said.stdout.starts_with(format!("{pid}:").as_bytes()));
        images.lines().filter(|image| of(image)).count()
    };
    // Another one may be there after the last step.
    assert!(ours() >= 1);
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
    lines.for_each(drop);
    watching.wait().expect("it ends");
    assert_eq!(ours(), 0);
}

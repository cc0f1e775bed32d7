//! What guidepost comes in: archives of releases, the script that installs them, the action's scripts.

use crate::support::{self, write};
use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const PROJECT: &str = env!("CARGO_MANIFEST_DIR");

/// Runs a script of the project.
fn script(path: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(Path::new(PROJECT).join(path));
    command.args(arguments).envs(variables.iter().copied());
    command.output().unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn executable(path: &Path, text: &str) {
    std::fs::write(path, text).expect("written");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
}

/// A folder with a release as it is published, of a program that says only which it is.
fn release(folder: &Path) -> PathBuf {
    let program = folder.join("guidepost");
    executable(&program, "#!/bin/sh\necho guidepost 9.9.9\n");
    let release = folder.join("releases/download/v9.9.9");
    for target in
        ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl", "x86_64-apple-darwin", "aarch64-apple-darwin"]
    {
        let packed =
            script("packaging/archive", &[&program.to_string_lossy(), target, &release.to_string_lossy()], &[]);
        assert!(packed.status.success(), "{}", stderr(&packed));
    }
    let mut sums = String::new();
    for entry in std::fs::read_dir(&release).expect("a release") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "sha256") {
            sums += &std::fs::read_to_string(&path).expect("a checksum");
        }
    }
    std::fs::write(release.join("SHA256SUMS"), sums).expect("written");
    release
}

#[test]
fn the_same_program_gives_the_same_archive() {
    let folder = tempfile::tempdir().expect("a folder");
    let packed = |name: &str| {
        let inside = folder.path().join(name);
        std::fs::create_dir(&inside).expect("made");
        let release = release(&inside);
        std::fs::read(release.join("guidepost-x86_64-unknown-linux-musl.tar.gz")).expect("an archive")
    };
    assert_eq!(packed("a"), packed("b"));
}

#[test]
fn a_release_is_installed() {
    let folder = tempfile::tempdir().expect("a folder");
    release(folder.path());
    let from = format!("file://{}/releases", folder.path().display());
    let to = folder.path().join("bin");
    let arguments = ["--from", &from, "--version", "v9.9.9", "--to", &to.to_string_lossy()].map(str::to_owned);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    for _ in 0..2 {
        let installed = script("install.sh", &arguments, &[]);
        assert!(installed.status.success(), "{}", stderr(&installed));
        assert!(stderr(&installed).contains("guidepost 9.9.9 is in "), "{}", stderr(&installed));
        let said = Command::new(to.join("guidepost")).output().expect("it runs");
        assert_eq!(said.stdout, b"guidepost 9.9.9\n");
        assert_eq!(std::fs::read_dir(&to).expect("a folder").count(), 1, "nothing else is there");
    }
}

#[test]
fn what_is_not_as_the_checksums_say_is_not_installed() {
    for (harm, said) in [
        ("archive", "is not what the release's checksums say"),
        ("sums", "the release has no guidepost-"),
        ("all", "there are no checksums at"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let release = release(folder.path());
        for entry in std::fs::read_dir(&release).expect("a release") {
            let path = entry.expect("an entry").path();
            let is_sums = path.ends_with("SHA256SUMS");
            match harm {
                "archive" if !is_sums => std::fs::write(&path, b"harm").expect("written"),
                "sums" if is_sums => std::fs::write(&path, b"").expect("written"),
                "all" => std::fs::remove_file(&path).expect("removed"),
                _ => {}
            }
        }
        let (from, to) = (format!("file://{}/releases", folder.path().display()), folder.path().join("bin"));
        executable_there(&to);
        let to = to.to_string_lossy();
        let failed = script("install.sh", &["--from", &from, "--version", "9.9.9", "--to", &to], &[]);
        assert_eq!(failed.status.code(), Some(1), "{harm}");
        assert!(stderr(&failed).contains(said), "{harm}: {}", stderr(&failed));
        assert_eq!(std::fs::read(Path::new(&*to).join("guidepost")).expect("it is there"), b"older", "{harm}");
    }
    let wrong = script("install.sh", &["--form", "x"], &[]);
    assert_eq!(wrong.status.code(), Some(2));
}

/// An older program, which must stay.
fn executable_there(to: &Path) {
    std::fs::create_dir(to).expect("made");
    std::fs::write(to.join("guidepost"), b"older").expect("written");
}

/// What the action's script calls, by a program of that name that writes down how it is called, and ends as it is told.
#[test]
fn the_action_says_what_is_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let bin = folder.path().join("bin");
    std::fs::create_dir(&bin).expect("made");
    let spy = "#!/bin/sh\necho \"$*\" >>\"$CALLS\"\n[ \"$1\" != \"$FAILS\" ] || exit \"$STATUS\"\n";
    executable(&bin.join("guidepost"), spy);
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").expect("a PATH"));
    let usual = "verify --site docs --results r --report r/report.json --format github";
    for (number, (variables, fails, calls, status)) in [
        (&[][..], "", vec!["check --site docs --format github".to_owned(), usual.to_owned()], 0),
        (
            &[("GUIDEPOST_CHECK", "strict"), ("GUIDEPOST_VERIFY", "none")],
            "",
            vec!["check --site docs --strict --format github".to_owned()],
            0,
        ),
        (
            &[("GUIDEPOST_CHECK", "false"), ("GUIDEPOST_SHARD", "2/3"), ("GUIDEPOST_DURATIONS", "old.json")],
            "",
            vec![format!("{usual} --shard 2/3 --durations old.json")],
            0,
        ),
        (
            &[
                ("GUIDEPOST_CHECK", "false"),
                ("GUIDEPOST_VERIFY", "tag:x guides/*"),
                ("GUIDEPOST_ARGUMENTS", "--jobs 2"),
            ],
            "",
            vec![format!("{usual} --jobs 2 tag:x guides/*")],
            0,
        ),
        // A block of YAML has a name a line; none may be left out.
        (
            &[("GUIDEPOST_CHECK", "false"), ("GUIDEPOST_VERIFY", "a.md\n  b.md c.md\n"), ("GUIDEPOST_ARGUMENTS", "\n")],
            "",
            vec![format!("{usual} a.md b.md c.md")],
            0,
        ),
        (&[], "check", vec!["check --site docs --format github".to_owned()], 1),
        (&[("GUIDEPOST_CHECK", "false")], "verify", vec![usual.to_owned()], 3),
    ]
    .into_iter()
    .enumerate()
    {
        let calls_file = folder.path().join(format!("calls-{number}"));
        let (calls_path, status_text) = (calls_file.to_string_lossy().into_owned(), status.to_string());
        let output = folder.path().join("output").to_string_lossy().into_owned();
        let of_test = [("PATH", path.as_str()), ("CALLS", &calls_path), ("FAILS", fails), ("STATUS", &status_text)];
        let of_job = [("GUIDEPOST_SITE", "docs"), ("GUIDEPOST_RESULTS", "r"), ("GITHUB_OUTPUT", &output)];
        let done = Command::new(Path::new(PROJECT).join("packaging/action/run"))
            .current_dir(folder.path())
            .envs(of_test.into_iter().chain(of_job).chain(variables.iter().copied()))
            .output()
            .expect("a script");
        assert_eq!(done.status.code(), Some(status), "{variables:?}: {}", stderr(&done));
        let called = std::fs::read_to_string(&calls_file).expect("calls");
        assert_eq!(called.lines().collect::<Vec<_>>(), calls, "{variables:?}");
    }
}

/// `changed` is since where the branch began, also in the shallow checkout of a pull request, with the real program.
#[test]
fn the_action_does_what_a_branch_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let git = |at: &str, arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-C"]);
        let done = command.arg(folder.path().join(at)).args(arguments).output().expect("git");
        assert!(done.status.success(), "{arguments:?}: {}", stderr(&done));
    };
    let skipped = |title: &str| {
        format!("---\ntitle: {title}\nverify:\n  skip: true\n  reason: not here\n---\n\n```command\ntrue\n```\n")
    };
    let site = folder.path().join("origin");
    write(&site, "guidepost.yaml", "title: A\nbase_url: https://example.org/\n");
    write(&site, "content/a.md", skipped("A"));
    write(&site, "content/b.md", skipped("B"));
    git("origin", &["init", "-q", "-b", "main"]);
    git("origin", &["add", "."]);
    git("origin", &["commit", "-qm", "one"]);
    git("origin", &["checkout", "-qb", "change"]);
    write(&site, "content/b.md", &(skipped("B") + "\nMore.\n"));
    git("origin", &["commit", "-qam", "two"]);
    git("origin", &["commit", "-qm", "three", "--allow-empty"]);
    git("origin", &["config", "uploadpack.allowAnySHA1InWant", "true"]);
    git(".", &["clone", "-q", "--depth", "1", "-b", "change", &format!("file://{}", site.display()), "job"]);
    let program = Path::new(env!("CARGO_BIN_EXE_guidepost")).parent().expect("a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").expect("a PATH"));
    let before = Command::new("git").arg("-C").arg(&site).args(["rev-parse", "main"]).output().expect("git").stdout;
    let before = String::from_utf8(before).expect("a hash").trim().to_owned();
    let none = "0".repeat(40);
    for (variable, value, others) in [
        // A push of two commits, of which the last changes nothing.
        ("GUIDEPOST_BEFORE", before.as_str(), false),
        ("GUIDEPOST_BASE", "main", false),
        ("GUIDEPOST_BEFORE", none.as_str(), true),
        ("GUIDEPOST_BEFORE", "", true),
    ] {
        let done = Command::new(Path::new(PROJECT).join("packaging/action/run"))
            .current_dir(folder.path().join("job"))
            .envs([("PATH", path.as_str()), ("GUIDEPOST_VERIFY", "changed"), (variable, value)])
            .output()
            .expect("a script");
        let said = stderr(&done);
        let report = folder.path().join("job/guidepost-results/report.json");
        let text = std::fs::read_to_string(&report).unwrap_or_default();
        assert!(text.contains("content/b.md") && text.contains("content/a.md") == others, "{value}: {said}\n{text}");
        std::fs::remove_file(report).expect("there");
    }
}

/// The pipelines of new sites are YAML, name the version that made them, and call guidepost as it can be called.
#[test]
fn a_new_site_has_a_pipeline() {
    for (forge, path, uses) in [
        ("github", ".github/workflows/guides.yml", format!("example/guidepost@v{}", env!("CARGO_PKG_VERSION"))),
        ("gitlab", ".gitlab-ci.yml", format!("ghcr.io/example/guidepost:{}", env!("CARGO_PKG_VERSION"))),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let ran = support::run_in(folder.path(), &["new", "mine", "--ci", forge]);
        assert!(ran.status == 0 && ran.stdout.contains(path), "{ran:?}");
        let text = std::fs::read_to_string(folder.path().join("mine").join(path)).expect("a pipeline");
        let data: serde_json::Value = serde_yaml::from_str(&text).expect("YAML");
        assert!(text.contains(&uses) && !text.contains("@VERSION@"), "{text}");
        // What is asked of the action, it knows.
        let action = std::fs::read_to_string(Path::new(PROJECT).join("action.yml")).expect("the action");
        let action: serde_json::Value = serde_yaml::from_str(&action).expect("YAML");
        let steps = data["jobs"]["guides"]["steps"].as_array().cloned().unwrap_or_default();
        for input in steps.iter().filter_map(|step| step["with"].as_object()).flatten().map(|(name, _)| name) {
            assert!(input == "persist-credentials" || !action["inputs"][input].is_null(), "{input}");
        }
        // Each of GitLab's lines is one that guidepost understands, up to the engine that it finds or not.
        let jobs = data.as_object().into_iter().flatten();
        let scripts = jobs.flat_map(|(_, job)| [&job["script"], &job["after_script"]]);
        let lines = scripts.filter_map(serde_json::Value::as_array).flatten();
        let lines: Vec<&str> = lines.filter_map(serde_json::Value::as_str).collect();
        assert_eq!(lines.len(), if forge == "gitlab" { 5 } else { 0 });
        for line in lines {
            let line =
                line.split('>').next().unwrap_or_default().replace("\"$CI_MERGE_REQUEST_DIFF_BASE_SHA\"", "HEAD");
            let mut words: Vec<&str> = line.split_whitespace().skip(1).collect();
            words.push("--help");
            assert_eq!(support::run_in(folder.path(), &words).status, 0, "{line}");
        }
    }
}

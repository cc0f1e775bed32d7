//! Which engine is found, and what is said of it.

use super::engine::with_engine;
use std::process::{Command, Output};

fn engine(arguments: &[&str], surroundings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guidepost"));
    command.arg("engine").args(arguments).envs(surroundings.iter().copied()).env("NO_COLOR", "1");
    command.output().expect("it runs")
}

#[test]
fn one_that_is_named_and_does_not_answer_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let meta = folder.path().join("contexts/meta/1");
    std::fs::create_dir_all(&meta).expect("folders");
    let said = r#"{ "Name": "ci", "Endpoints": { "docker": { "Host": "unix:///nowhere/ci.sock" } } }"#;
    std::fs::write(meta.join("meta.json"), said).expect("written");
    std::fs::write(folder.path().join("config.json"), r#"{ "currentContext": "ci" }"#).expect("written");
    let settings = folder.path().to_str().expect("a path");
    for (surroundings, expected) in [
        (&[("DOCKER_HOST", "unix:///nowhere/a.sock")][..], "no engine answers at unix:///nowhere/a.sock (DOCKER_HOST)"),
        (
            &[("DOCKER_HOST", ""), ("DOCKER_CONFIG", settings)],
            "no engine answers at unix:///nowhere/ci.sock (the context `ci` of docker)",
        ),
        (&[("DOCKER_HOST", "ssh://host")], "DOCKER_HOST=ssh://host cannot be used"),
    ] {
        let output = engine(&[], surroundings);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(3) && said.contains(expected), "{said}");
    }
}

#[test]
fn what_it_can_is_tried() {
    with_engine(|found| async move {
        let output = engine(&["--format", "json"], &[]);
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert_eq!(said["engine"]["version"], found.info().version, "{said}");
        assert_eq!(said["address"], found.address(), "{said}");
        let abilities = said["abilities"].as_array().expect("a list");
        let names: Vec<&str> = abilities.iter().filter_map(|ability| ability["what"].as_str()).collect();
        let expected = [
            "machines",
            "limits",
            "a way out",
            "machines with systemd",
            "an engine inside",
            "networks",
            "a limit of the disk",
        ];
        assert_eq!(names, expected);
        assert!(
            abilities.iter().all(|ability| ability["seen"].as_str().is_some_and(|seen| !seen.is_empty())),
            "{said}"
        );
        assert_eq!(abilities[0]["can"], true, "{said}");
    });
}

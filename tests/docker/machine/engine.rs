//! What these tests share: the engine, a small image, a runtime.

use guidepost::machine::{Engine, Event, Identity, Machine, Name, Run, RunningMachine, settings::ImageSource, start};
use std::{collections::HashMap, future::Future, path::Path, time::Duration};

use crate::support::docker;

/// The image that everything here starts from; `scripts/engine` makes sure of it.
pub(crate) const IMAGE: &str = "debian:bookworm";

/// Runs a test with an engine that has [`IMAGE`]. Skips loudly without; where everything must be installed (`CI=true`) that is
/// a failure.
pub(crate) fn with_engine<F: Future<Output = ()>>(test: impl FnOnce(Engine) -> F) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let problem = match Engine::connect().await {
            Ok(engine) => match engine.find_image(IMAGE).await {
                Ok(Some(_)) => return test(engine).await,
                Ok(None) => format!("the engine has no image {IMAGE}"),
                Err(e) => e.to_string(),
            },
            Err(e) => e.to_string(),
        };
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{problem}: run scripts/engine docker");
        eprintln!("SKIPPED: {problem}: run scripts/engine docker");
    });
}

/// Names for a machine of a test.
pub(crate) fn identity(guide: &str) -> Identity {
    Identity::new(Name::new(guide), Name::new("debian"), Duration::from_secs(600))
}

/// A plain machine of little memory.
pub(crate) fn plain() -> Machine {
    Machine { source: ImageSource::Image(IMAGE.into()), memory: 256 << 20, ..Machine::default() }
}

/// Starts a machine, from a folder that `build:` is relative to: this one.
pub(crate) async fn started(engine: &Engine, machine: &Machine, guide: &str) -> RunningMachine {
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/docker/machine");
    start(engine, machine, &identity(guide), &site, &|event| {
        if let Event::Building { line, .. } = event {
            eprintln!("{line}");
        }
    })
    .await
    .unwrap_or_else(|e| panic!("{e}\n{}", e.tail()))
}

/// What a shell script prints in a machine, both outputs, and its status.
pub(crate) async fn sh(machine: &RunningMachine, user: &str, script: &str) -> (i64, String) {
    let run = Run { command: &["sh", "-c", script], user: Some(user), ..Run::default() };
    let output = machine.run(&run).await.expect("it runs");
    (output.status.expect("in time"), output.text())
}

/// Names of containers, networks and volumes that have a label.
pub(crate) fn labelled(label: &str) -> Vec<String> {
    let filter = format!("label={label}");
    let containers = docker(&["ps", "--all", "--filter", &filter, "--format", "container {{.Names}}"]);
    let networks = docker(&["network", "ls", "--filter", &filter, "--format", "network {{.Name}}"]);
    let volumes = docker(&["volume", "ls", "--filter", &filter, "--format", "volume {{.Name}}"]);
    [containers, networks, volumes].iter().flat_map(|list| list.lines().map(str::to_owned)).collect()
}

/// `--label` arguments for labels.
pub(crate) fn label_arguments(labels: &HashMap<String, String>) -> Vec<String> {
    labels.iter().flat_map(|(key, value)| ["--label".to_owned(), format!("{key}={value}")]).collect()
}

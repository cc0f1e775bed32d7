//! `guidepost ci`: a file for an engine that starts tasks, ready to use. Each engine has its file beside this one.

use clap::ValueEnum;

use super::{Exit, print, report};
use crate::site::Failure;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// For which engine
    #[arg(value_name = "ENGINE", value_enum)]
    engine: Name,
    /// How many tasks run at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = number())]
    workers: usize,
    /// Into how many shards the guides are cut [default: ten for each worker]
    #[arg(long, value_name = "N", value_parser = number())]
    shards: Option<usize>,
}

fn number() -> clap::builder::RangedU64ValueParser<usize> {
    clap::builder::RangedU64ValueParser::new().range(1..)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// A batch script: an array, and a report that depends on it
    Slurm,
    /// A workflow of GitHub Actions: a matrix, and a report of its artifacts
    Github,
    /// A pipeline of GitLab CI: a parallel job, and a report of its artifacts
    Gitlab,
    /// Jobs of Kubernetes 1.33 or later: an indexed one, and a report
    #[value(name = "k8s", alias = "kubernetes")]
    Kubernetes,
}

/// What is known of an engine.
struct Engine {
    name: Name,
    file: &'static str,
    /// Most tasks that it takes at once, as it comes.
    most: usize,
    /// What its file says of itself: whether guidepost's makers have run it.
    proved: &'static str,
}

const NOT_PROVED: &str = "Not proved: its shell parts are tested, and the makers of guidepost have not run it there.";

const ENGINES: &[Engine] = &[
    Engine {
        name: Name::Slurm,
        file: include_str!("slurm.sh"),
        // MaxArraySize is 1001.
        most: 1000,
        proved: "Proved on Slurm 22.05 of Debian 12: with a node killed and an engine gone in the middle, every guide is in the report.",
    },
    Engine { name: Name::Github, file: include_str!("github.yaml"), most: 256, proved: NOT_PROVED },
    Engine { name: Name::Gitlab, file: include_str!("gitlab.yaml"), most: 200, proved: NOT_PROVED },
    Engine { name: Name::Kubernetes, file: include_str!("kubernetes.yaml"), most: 100_000, proved: NOT_PROVED },
];

/// Shards for each worker: with ten, nobody waits long for the last one, and a lost machine costs little.
const A_WORKER: usize = 10;

pub(super) fn run(arguments: &Arguments) -> Exit {
    let Some(engine) = ENGINES.iter().find(|engine| engine.name == arguments.engine) else { return Exit::Usage };
    let workers = arguments.workers;
    let shards = arguments.shards.unwrap_or_else(|| workers.saturating_mul(A_WORKER).min(engine.most));
    if shards > engine.most {
        let name = arguments.engine.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let message = format!("{name} starts {} tasks at most, and not {shards}", engine.most);
        return report(&Failure::usage(message, "take fewer: --shards N"));
    }
    print(std::io::stdout(), &filled(engine, workers, shards));
    Exit::Ok
}

/// The file with its numbers.
fn filled(engine: &Engine, workers: usize, shards: usize) -> String {
    let numbers: Vec<String> = (1..=shards).map(|number| number.to_string()).collect();
    engine
        .file
        .replace("@PROVED@", engine.proved)
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
        .replace("@SHARDS@", &shards.to_string())
        .replace("@WORKERS@", &workers.to_string())
        .replace("@NUMBERS@", &numbers.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_engine_has_a_file_with_nothing_left_to_fill_in() {
        for name in Name::value_variants() {
            let engines: Vec<&Engine> = ENGINES.iter().filter(|engine| engine.name == *name).collect();
            let [engine] = engines[..] else { panic!("{name:?} has {} rows", engines.len()) };
            let text = filled(engine, 7, 23);
            let left = ["@PROVED@", "@VERSION@", "@SHARDS@", "@WORKERS@", "@NUMBERS@"];
            assert!(!left.iter().any(|name| text.contains(name)), "{text}");
            assert!(text.contains("23") && text.contains('7') && text.contains(engine.proved), "{text}");
        }
    }
}

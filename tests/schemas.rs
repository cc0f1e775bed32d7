//! JSON Schemas: what guidepost reads without a complaint, they take; what it refuses, they refuse.

use crate::support::{self, run_in};
use guidepost::{
    config::Config,
    machine, plan,
    schema::{Of, schema},
    source::Source,
};
use serde_json::Value;
use std::path::{Path, PathBuf};

const PROJECT: &str = env!("CARGO_MANIFEST_DIR");

/// The YAML of a file, and what it is; none if it is no text that anybody could read.
fn yaml(path: &Path) -> Option<(Of, Source)> {
    let text = std::fs::read_to_string(path).ok()?;
    let name = path.file_name()?.to_str()?;
    match name {
        "guidepost.yaml" => Some((Of::Guidepost, Source::new(name, text))),
        _ if name == plan::SIDECAR || name.ends_with(".verify.yaml") => Some((Of::Verify, Source::new(name, text))),
        _ if name.ends_with(".md") && text.starts_with("---\n") => Some((Of::FrontMatter, Source::new(name, text))),
        _ => None,
    }
}

/// The data for the schema.
fn data(of: Of, source: &Source) -> Option<Value> {
    let text = match of {
        Of::FrontMatter => source.text[4..].split("\n---").next()?,
        _ => &source.text,
    };
    serde_yaml::from_str(text).ok()
}

/// Whether guidepost reads it without a complaint about a key or a value.
fn is_read(of: Of, source: &Source) -> bool {
    let guide = |text: &str| support::parse(text);
    let is_of_settings = |plan: &plan::Plan| {
        plan.diagnostics.iter().any(|problem| problem.code.starts_with("verify-") && problem.code != "verify-step")
    };
    match of {
        Of::Guidepost => Config::parse(source).is_ok_and(|config| machine::machines(&config, source).1.is_empty()),
        Of::Verify => !is_of_settings(&plan::plan(&guide("## x\n\n```bash\nls\n```\n"), &|_| None, Some(source), &[])),
        Of::FrontMatter => {
            let guide = guide(&source.text);
            let wrong = guide.diagnostics.iter().any(|problem| problem.code.starts_with("front-matter"));
            !wrong && !is_of_settings(&plan::plan(&guide, &|_| None, None, &[]))
        }
    }
}

#[test]
fn what_is_read_is_valid() {
    let folders = ["content", "src/cli/starter", "tests", "guidepost.yaml", "../shared/cases"];
    let cases = Path::new(PROJECT).join("../shared/cases");
    let files: Vec<PathBuf> = folders
        .iter()
        .map(|folder| Path::new(PROJECT).join(folder))
        .flat_map(|folder| walkdir::WalkDir::new(folder).sort_by_file_name())
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    if !cases.is_dir() {
        eprintln!("SKIPPED in part: there are no cases in {}", cases.display());
    }
    let validators = Of::ALL.map(|of| jsonschema::validator_for(&schema(of)).expect("a valid schema"));
    let mut seen = [0; 3];
    for file in files {
        let Some((of, source)) = yaml(&file) else { continue };
        let Some(data) = data(of, &source).filter(|_| is_read(of, &source)) else { continue };
        let at = Of::ALL.iter().position(|known| *known == of).expect("known");
        seen[at] += 1;
        let problems: Vec<String> = validators[at].iter_errors(&data).map(|problem| problem.to_string()).collect();
        assert!(problems.is_empty(), "{}: {problems:#?}", file.display());
    }
    assert!(seen[0] > 1 && seen[1] > 0 && seen[2] > 20, "{seen:?}");
}

#[test]
fn what_is_refused_is_not() {
    for (of, text) in [
        (Of::Guidepost, "titel: x\n"),
        (Of::Guidepost, "paginate: many\n"),
        (Of::Guidepost, "registry: https://registry.example.org/team\n"),
        (Of::Guidepost, "registry: team/guides\n"),
        (Of::Guidepost, "registry: [registry.example.org]\n"),
        (Of::Guidepost, "menu: [{name: x}]\n"),
        (Of::Guidepost, "machines: {m: {imge: x}}\n"),
        (Of::Guidepost, "machines: {m: {image: x, cpus: 0}}\n"),
        (Of::Verify, "maschine: x\n"),
        (Of::Verify, "timeout: 5\n"),
        (Of::Verify, "steps: {at: x}\n"),
        (Of::Verify, "steps:\n- {exit: 1}\n"),
        (Of::Verify, "steps:\n- {at: x, role: comand}\n"),
        (Of::Verify, "steps:\n- {line: 0, exit: 1}\n"),
        (Of::Verify, "steps:\n- {at: x, frobnicate: 1}\n"),
        (Of::FrontMatter, "---\nverify: {columns: 3}\n---\n"),
        (Of::FrontMatter, "---\ntitle: [x]\n---\n"),
    ] {
        let source = Source::new("x", text);
        let data = data(of, &source).expect("YAML");
        assert!(!is_read(of, &source), "{text} is read");
        assert!(!jsonschema::validator_for(&schema(of)).expect("a schema").is_valid(&data), "{text} is valid");
    }
}

#[test]
fn the_program_prints_them_and_a_new_site_has_them() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(run_in(folder.path(), &["new", "mine"]).status, 0);
    let site = folder.path().join("mine");
    for of in Of::ALL {
        let ran = run_in(folder.path(), &["schema", of.name()]);
        let printed: Value = ran.json();
        assert_eq!(printed, schema(of));
        assert!(jsonschema::meta::is_valid(&printed), "{}", of.name());
        let written = std::fs::read_to_string(site.join("schemas").join(format!("{}.json", of.name())));
        assert_eq!(written.expect("a file"), ran.stdout);
    }
    // What files and editors are told leads to them.
    let named = |file: &str| {
        let text = std::fs::read_to_string(site.join(file)).expect("a file");
        let path = text.lines().find_map(|line| line.strip_prefix("# yaml-language-server: $schema=")).expect("a line");
        assert!(site.join(file).parent().expect("a folder").join(path).is_file(), "{file}: {path}");
    };
    named("guidepost.yaml");
    named("content/guides/first-guide/index.md");
    let settings = std::fs::read_to_string(site.join(".vscode/settings.json")).expect("a file");
    let settings: Value = serde_json::from_str(&settings).expect("JSON");
    for (path, _) in settings["yaml.schemas"].as_object().expect("a map") {
        assert!(site.join(path).is_file(), "{path}");
    }
    assert_eq!(run_in(&site, &["check", "--strict"]).status, 0);
    assert_eq!(run_in(folder.path(), &["schema", "verfy"]).status, 2);
}

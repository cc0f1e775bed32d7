//! What several tests share.

pub(crate) mod folders;
pub(crate) mod local;
pub(crate) mod local_host;
pub(crate) mod many;
pub(crate) mod verifications;
pub(crate) mod writing;

use guidepost::{
    diagnostic::Diagnostic,
    guide::{self, Guide, Registry},
    render::{self, ImageInfo, PageInfo, World},
    source::Source,
};
use serde_json::{Map, Value};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// The text of the seed guide; `None`, with a word about it, where the project is checked out alone.
pub(crate) fn seed() -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/seed/docker-container-communication.md");
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("SKIPPED: the seed guide is not at {}", path.display());
    }
    text
}

/// Whether a program can be run. Where everything must be installed (`CI=true`), a missing one is a failure.
pub(crate) fn has_program(name: &str, version: &str) -> bool {
    let found = std::process::Command::new(name).arg(version).output().is_ok_and(|o| o.status.success());
    if !found {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{name} is not installed");
        eprintln!("SKIPPED: {name} is not installed");
    }
    found
}

/// Whether a Docker engine answers and has `debian:bookworm`. Where everything must be installed (`CI=true`), a missing one is
/// a failure.
pub(crate) fn has_engine() -> bool {
    let image = std::process::Command::new("docker").args(["image", "inspect", "debian:bookworm"]).output();
    let found = image.is_ok_and(|output| output.status.success());
    if !found {
        let problem = "no Docker engine with debian:bookworm: run scripts/engine docker";
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{problem}");
        eprintln!("SKIPPED: {problem}");
    }
    found
}

/// The `docker` command, to look at the engine with other eyes.
pub(crate) fn docker(arguments: &[&str]) -> String {
    let output = std::process::Command::new("docker").args(arguments).output().expect("the docker command");
    assert!(output.status.success(), "docker {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// How long this thread has computed so far: what a task costs, however busy the machine is.
pub(crate) fn computed() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.try_into().expect("it is not negative")
}

/// A site in a folder of its own.
pub(crate) struct TestSite {
    folder: tempfile::TempDir,
}

impl TestSite {
    /// A site with these files; `guidepost.yaml` has only a title unless it is among them.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let site = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        site.write("guidepost.yaml", "title: Test\nbase_url: https://example.org/\n");
        for (path, text) in files {
            site.write(path, text);
        }
        site
    }

    /// The site's folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// How the site is read.
    pub(crate) fn options(&self) -> guidepost::site::Options {
        guidepost::site::Options {
            loose: Vec::new(),
            workspace: false,
            site: self.path().to_owned(),
            out: None,
            base_url: None,
            offline: false,
            reports: Vec::new(),
            drafts: false,
            future: false,
            strict: false,
            today: "2026-11-25".into(),
            texts: BTreeMap::new(),
        }
    }

    /// Writes a file of the site.
    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        write(self.path(), path, bytes);
    }

    /// A file of the output folder.
    pub(crate) fn output(&self, path: &str) -> String {
        let file = self.path().join("public").join(path);
        std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
    }

    /// Whether the output folder has a file.
    pub(crate) fn has_output(&self, path: &str) -> bool {
        self.path().join("public").join(path).exists()
    }

    /// Runs the binary with this site as its working directory.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        run_in(self.path(), arguments)
    }

    /// Every file below the site's folder with its content, `.guidepost` left out.
    pub(crate) fn tree(&self) -> Vec<(PathBuf, Vec<u8>)> {
        tree(self.path())
    }
}

/// Writes a file below a folder, and makes the folders that it lies in.
pub(crate) fn write(folder: &Path, path: &str, bytes: impl AsRef<[u8]>) {
    let file = folder.join(path);
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("folders can be made");
    std::fs::write(file, bytes).expect("the file can be written");
}

/// Every file below a folder with its content, `.guidepost` left out.
pub(crate) fn tree(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok) {
        let inside = entry.path().strip_prefix(folder).expect("inside").to_owned();
        if entry.file_type().is_file() && !inside.starts_with(".guidepost") {
            files.push((inside, std::fs::read(entry.path()).expect("readable")));
        }
    }
    files
}

/// What a run of the binary came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<std::process::Output> for Ran {
    fn from(output: std::process::Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { status: output.status.code().unwrap_or(-1), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

impl Ran {
    /// What it printed, as JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Runs the binary in a folder.
pub(crate) fn run_in(folder: &Path, arguments: &[&str]) -> Ran {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_guidepost"))
        .current_dir(folder)
        .args(arguments)
        .env("NO_COLOR", "1")
        .output()
        .expect("the binary runs");
    output.into()
}

/// A site without pages, whose blocks are bare elements.
pub(crate) struct Bare;

impl World for Bare {
    fn include(&self, _: &str) -> Option<Arc<Guide>> {
        None
    }
    fn include_names(&self) -> Vec<String> {
        Vec::new()
    }
    fn link(&self, target: &str, _: &str) -> String {
        target.to_owned()
    }
    fn image(&self, target: &str, _: &str) -> ImageInfo {
        ImageInfo { src: target.to_owned(), ..ImageInfo::default() }
    }
    fn highlight(&self, _: &str, code: &str) -> String {
        let code = code.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        code.replace('"', "&quot;")
    }
    fn language_of_path(&self, _: &str) -> Option<String> {
        None
    }
    fn shortcode(&self, name: &str, context: Map<String, Value>) -> Result<String, Diagnostic> {
        let text = |key: &str| context[key].as_str().unwrap_or_default().to_owned();
        Ok(match name {
            "command" => format!("<pre><code>{}</code></pre>\n", text("code")),
            "file" | "output" | "listing" => match text("language").as_str() {
                "" => format!("<pre><code>{}</code></pre>\n", text("code")),
                language => {
                    let language = language.replace('>', "&gt;");
                    format!("<pre><code class=\"language-{language}\">{}</code></pre>\n", text("code"))
                }
            },
            "placeholder" => format!("<var {}>{}</var>", text("variable"), self.highlight("", &text("text"))),
            "note" | "caution" => format!("<aside>{}</aside>\n", text("body")),
            _ => format!("<div>{}</div>\n", text("body")),
        })
    }
}

/// A text as a guide, with what was found in it.
pub(crate) fn parse(text: &str) -> Guide {
    guide::parse(Source::new("guide.md", text), &Registry::default(), &[], false)
}

/// A text as HTML with bare blocks.
pub(crate) fn html(text: &str) -> String {
    render::page(&parse(text), &Bare, &PageInfo::default()).html
}

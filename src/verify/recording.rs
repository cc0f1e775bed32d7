//! What a guide's first terminal shows, recorded for a page to play: one asciicast a guide.

use std::{
    io::{self, BufRead, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::Job;
use crate::{
    machine::Name,
    report::{
        Secrets,
        asciicast::{Header, Recorder},
        file,
        safe::line,
    },
    session::{COLUMNS, ROWS},
};

/// Bytes of a recording; what comes after is left out.
const LARGEST: usize = 4 << 20;
/// Bytes of one step in it, so that a step that prints much leaves room for the others.
const LARGEST_STEP: usize = 512 << 10;
/// Bytes of what is left out that are remembered: its last line is the prompt that the next step is typed at.
const TAIL: usize = 4 << 10;
/// Characters of a marker's label.
const LABEL: usize = 120;
/// Seconds of silence that a player shows at most.
const IDLE: f64 = 2.0;

/// A recording under way, of which all clones are the same. It begins with the first [`Tape::mark`]: what prepares the machine
/// is not part of the guide.
#[derive(Debug, Clone)]
pub(super) struct Tape {
    inner: Arc<Mutex<Inner>>,
    /// When the terminal was opened, on the clock of the first.
    opened: Duration,
}

#[derive(Debug)]
struct Inner {
    recorder: Recorder<Vec<u8>>,
    /// When the first step began.
    zero: Option<Duration>,
    /// The latest time that it was told: a recording never goes back.
    latest: Duration,
    /// Nothing more fits.
    full: bool,
    /// The step has shown enough, or is none of the guide's: this is the end of what is left out.
    left_out: Option<Vec<u8>>,
    /// Bytes written when the step began.
    step: usize,
    /// The step has shown something.
    shown: bool,
}

impl Inner {
    fn at(&mut self, at: Duration) -> Duration {
        self.latest = self.latest.max(at);
        self.latest.saturating_sub(self.zero.unwrap_or(self.latest))
    }

    /// Writes the line that the terminal ended with, if something before it was left out.
    fn go_on(&mut self, at: Duration) {
        let Some(tail) = self.left_out.take() else { return };
        // Of a line that was cut, nothing is shown: it could begin in the middle of a secret.
        let cut = if tail.len() < TAIL { 0 } else { tail.len() };
        let line = tail.iter().rposition(|byte| *byte == b'\n').map_or(cut, |end| end + 1);
        // Writing to memory does not fail.
        let _ = self.recorder.output(at, &tail[line..]);
    }
}

impl Tape {
    /// Begins a recording. Secrets are masked in it.
    pub(super) fn new(title: &str, secrets: Secrets) -> io::Result<Self> {
        let header = Header {
            timestamp: Some(chrono::Utc::now().timestamp()),
            title: Some(line(title)),
            idle_time_limit: Some(IDLE),
            guidepost: Some(env!("CARGO_PKG_VERSION").to_owned()),
            ..Header::new(COLUMNS, ROWS)
        };
        let recorder = Recorder::new(Vec::new(), &header, secrets)?;
        let left_out = Some(Vec::new());
        let inner =
            Inner { recorder, zero: None, latest: Duration::ZERO, full: false, left_out, step: 0, shown: false };
        Ok(Self { inner: Arc::new(Mutex::new(inner)), opened: Duration::ZERO })
    }

    /// The same recording for a terminal that is opened now, whose clock begins at zero.
    pub(super) fn of_another(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), opened: self.inner().latest }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what the terminal showed, `at` this time after it was opened.
    pub(super) fn shown(&self, at: Duration, bytes: &[u8]) {
        let inner = &mut *self.inner();
        if inner.full || bytes.is_empty() {
            return;
        }
        inner.shown = true;
        if let Some(tail) = &mut inner.left_out {
            tail.extend_from_slice(&bytes[bytes.len().saturating_sub(TAIL)..]);
            tail.drain(..tail.len().saturating_sub(TAIL));
            return;
        }
        let at = inner.at(self.opened + at);
        let _ = inner.recorder.output(at, bytes);
        let note = if inner.recorder.written() > LARGEST {
            inner.full = true;
            format!("\r\n\x1b[m[the recording ends here, after {} MiB]\r\n", LARGEST >> 20)
        } else if inner.recorder.written() - inner.step > LARGEST_STEP {
            inner.left_out = Some(Vec::new());
            "\r\n\x1b[m[the rest of this step is left out]\r\n".to_owned()
        } else {
            return;
        };
        let _ = inner.recorder.output(at, note.as_bytes());
    }

    /// A step begins. Gives the time in the recording.
    pub(super) fn mark(&self, at: Duration, label: &str) -> Duration {
        let inner = &mut *self.inner();
        inner.latest = inner.latest.max(self.opened + at);
        inner.zero.get_or_insert(inner.latest);
        let at = inner.at(inner.latest);
        inner.go_on(at);
        // Masked before it is cut, so that no half of a secret is left.
        let label: String = inner.recorder.masked(&line(label)).chars().take(LABEL).collect();
        let _ = inner.recorder.marker(at, &label);
        (inner.step, inner.shown) = (inner.recorder.written(), false);
        at
    }

    /// The time in the recording, if the step has shown anything in it.
    pub(super) fn end(&self, at: Duration) -> Option<Duration> {
        let mut inner = self.inner();
        inner.shown.then(|| inner.at(self.opened + at))
    }

    /// Whether a step was begun.
    pub(super) fn has_begun(&self) -> bool {
        self.inner().zero.is_some()
    }

    /// Writes the recording into a folder, and gives the file's name.
    ///
    /// # Errors
    /// If it cannot be written, or something that guidepost did not write has its name.
    pub(super) fn save(&self, folder: &Path, job: &Job) -> io::Result<String> {
        let name = file_name(job);
        let path = folder.join(&name);
        if !is_free(&path) {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "a file of somebody else is there"));
        }
        let inner = &mut *self.inner();
        inner.recorder.flush()?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(inner.recorder.writer())?;
        let mode = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o644);
        file.as_file().set_permissions(mode)?;
        file.persist(&path)?;
        Ok(name)
    }
}

/// Files in the way of the recordings of some jobs: guidepost did not write them. The folder is made if it is missing.
///
/// # Errors
/// If the folder cannot be made.
pub fn in_the_way(folder: &Path, jobs: &[Job]) -> io::Result<Option<PathBuf>> {
    std::fs::create_dir_all(folder)?;
    Ok(jobs.iter().map(|job| folder.join(file_name(job))).find(|path| !is_free(path)))
}

/// `guides-first-debian-1a2b3c4d.cast`: what the guide and its machine are called, and a hash that tells them apart.
fn file_name(job: &Job) -> String {
    let path = job.plan.path.strip_prefix("content/").unwrap_or(&job.plan.path);
    let path = path.strip_suffix(".md").unwrap_or(path);
    let path = path.strip_suffix("/index").unwrap_or(path);
    format!("{}.cast", Name::new(&format!("{path}@{}", job.plan.machine)))
}

/// Whether there is nothing, or a recording by guidepost.
fn is_free(path: &Path) -> bool {
    if std::fs::symlink_metadata(path).is_err() {
        return true;
    }
    let mut first = Vec::new();
    let read = file::open(path, u64::MAX, false)
        .and_then(|file| io::BufReader::new(io::Read::take(file, 64 << 10)).read_until(b'\n', &mut first));
    let header: Option<serde_json::Value> = serde_json::from_slice(&first).ok();
    read.is_ok() && header.is_some_and(|header| header["version"] == 2 && !header["guidepost"].is_null())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(tape: &Tape) -> Vec<serde_json::Value> {
        let inner = &mut *tape.inner();
        inner.recorder.flush().unwrap();
        let text = String::from_utf8(inner.recorder.writer().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn has_marks_and_no_secrets() {
        let tape = Tape::new("A\u{1b}[31m", Secrets::new(["hunter2"])).unwrap();
        tape.mark(Duration::ZERO, "1 echo hunter2\n\u{9b}x");
        tape.shown(Duration::from_secs(1), b"$ echo hun");
        tape.shown(Duration::from_secs(2), b"ter2\r\n");
        let lines = lines(&tape);
        assert_eq!(lines[0]["title"], "A");
        assert_eq!(lines[0]["idle_time_limit"], 2.0);
        assert_eq!(lines[1], serde_json::json!([0.0, "m", "1 echo [masked]"]));
        assert_eq!(lines[2], serde_json::json!([1.0, "o", "$ echo "]));
        assert_eq!(lines[3], serde_json::json!([2.0, "o", "[masked]\r\n"]));
    }

    #[test]
    fn begins_with_the_first_step_at_its_prompt() {
        let tape = Tape::new("A", Secrets::default()).unwrap();
        tape.shown(Duration::from_secs(1), b"# apt-get update\r\nmuch\r\n# ");
        assert!(!tape.has_begun());
        assert_eq!(tape.mark(Duration::from_secs(60), "1 ls"), Duration::ZERO);
        assert_eq!(tape.end(Duration::from_secs(61)), None);
        tape.shown(Duration::from_secs(62), b"ls\r\na\r\n# ");
        assert_eq!(tape.end(Duration::from_secs(63)), Some(Duration::from_secs(3)));
        let lines = lines(&tape);
        assert_eq!(lines[1], serde_json::json!([0.0, "o", "# "]));
        assert_eq!(lines[2], serde_json::json!([0.0, "m", "1 ls"]));
        assert_eq!(lines[3], serde_json::json!([2.0, "o", "ls\r\na\r\n# "]));
    }

    #[test]
    fn no_step_takes_all_the_room() {
        let tape = Tape::new("A", Secrets::default()).unwrap();
        for step in 0..2 {
            tape.mark(Duration::from_secs(step), "yes");
            for _ in 0..20 {
                tape.shown(Duration::from_secs(step), &[b'x'; 64 << 10]);
            }
            tape.shown(Duration::from_secs(step), b"\r\n$ ");
        }
        tape.mark(Duration::from_secs(2), "ls");
        let lines = lines(&tape);
        let marks: Vec<usize> = (0..lines.len()).filter(|at| lines[*at][1] == "m").collect();
        for at in &marks[1..] {
            assert_eq!(lines[at - 1][2], "$ ");
            assert!(lines[at - 2][2].as_str().unwrap().contains("the rest of this step is left out"));
        }
        let sum: usize = lines[1..].iter().map(|line| line[2].as_str().unwrap().len()).sum();
        assert!(sum < 2 * (LARGEST_STEP + (128 << 10)), "{sum}");
    }

    #[test]
    fn ends_with_a_note() {
        let tape = Tape::new("A", Secrets::default()).unwrap();
        for step in 0..20 {
            tape.mark(Duration::from_secs(step), "yes");
            for _ in 0..7 {
                tape.shown(Duration::ZERO, &[b'x'; 64 << 10]);
            }
        }
        tape.mark(Duration::from_secs(99), "2 ls");
        let lines = lines(&tape);
        let sum: usize = lines[1..].iter().map(|line| line[2].as_str().unwrap().len()).sum();
        assert!(sum < LARGEST + (128 << 10), "{sum}");
        let last = lines.iter().rfind(|line| line[1] == "o").unwrap();
        assert!(last[2].as_str().unwrap().contains("ends here, after 4 MiB"));
        assert_eq!(lines[lines.len() - 1][1], "m");
    }

    #[test]
    fn only_recordings_of_guidepost_are_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (name, text, free) in [
            ("ours", "{\"version\":2,\"width\":1,\"height\":1,\"guidepost\":\"0.1.0\"}\n[0,\"o\",\"x\"]\n", true),
            ("other", "{\"version\":2,\"width\":1,\"height\":1}\n", false),
            ("empty", "", false),
            ("text", "notes\n", false),
        ] {
            std::fs::write(at(name), text).unwrap();
            assert_eq!(is_free(&at(name)), free, "{name}");
        }
        std::os::unix::fs::symlink(at("ours"), at("link")).unwrap();
        assert!(is_free(&at("nothing")) && !is_free(&at("link")) && !is_free(folder.path()));
    }
}

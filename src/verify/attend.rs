//! A person at the terminal of a machine that is prepared as for a guide: what they type, and what becomes of it on the disk.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    time::{Duration, Instant},
};

use super::{
    Job, Listener, Options, Run,
    doing::Doing,
    guide::Attempt,
    host::{Host, Running},
    walk::Walk,
};
use crate::{
    machine::{self, Error, FileError},
    record::{Deed, Edit},
    report::GuideReport,
    session::{
        End, Place,
        driver::{Came, Person},
    },
    terminal::{
        editor::{Through, editor},
        line::words,
        program::is_elsewhere,
    },
};

/// Largest file that becomes a block, in bytes.
const LARGEST: usize = 128 << 10;
/// Most files that are looked at after one command.
const MOST: usize = 20;

/// Lists files that changed in the last `$1` nanoseconds, where people keep what they write: in the folders that follow. Hidden files,
/// and copies that editors leave, are what programs keep for themselves.
const CHANGED: &str = r#"now=$(date +%s%N) && then=$((now - $1)) && shift || exit 0
find "$@" /etc /home /root /opt /srv /usr/local /var/www /var/spool -xdev -name '.?*' -prune -o \
-type f -newermt "@$((then / 1000000000)).$(printf %09d $((then % 1000000000)))" ! -name '*~' ! -name '#*#' -size -256 -print 2>/dev/null"#;

/// Opens a machine as for this guide, and lets a person type in it until they leave, who is asked in when it is ready. Before, what crashed runs left behind in the
/// engine is removed. `heard` is told each command as it ends. Gives the report of the guide if its machine could not be prepared:
/// why, it says.
///
/// # Errors
/// If the engine is missing or goes away, or if the person's terminal is broken.
pub async fn attend<P: Person>(
    job: &Job,
    options: &Options,
    person: impl FnOnce() -> io::Result<P>,
    listener: &dyn Listener,
    heard: &mut dyn FnMut(Deed),
) -> machine::Result<Option<GuideReport>> {
    let engine = super::engine(options, true).await?;
    let done = attend_on(&engine, job, options, person, listener, heard).await;
    engine.close().await.and(done)
}

/// As [`attend`], on a machine of a host.
///
/// # Errors
/// As [`attend`].
pub async fn attend_on<H: Host, P: Person>(
    host: &H,
    job: &Job,
    options: &Options,
    person: impl FnOnce() -> io::Result<P>,
    listener: &dyn Listener,
    heard: &mut dyn FnMut(Deed),
) -> machine::Result<Option<GuideReport>> {
    let run = Run::of_one(host, options, listener);
    let attempt = Attempt::new(job, &run);
    let mut report = GuideReport::new(&job.plan.path, &job.plan.title, &job.plan.machine);
    let Some(machine) = attempt.machine(&mut report).await? else { return Ok(Some(report)) };
    let walk = Box::pin(Walk::begin(&attempt, &machine, &mut report)).await?;
    let done = match walk {
        Some(walk) => {
            listener.event(&attempt.name, super::Event::Shell);
            let mut attending = Attending { doing: walk.doing, known: None, begin: Instant::now() };
            match person() {
                Ok(mut person) => Box::pin(attending.attend(&mut person, heard)).await.map(|()| None),
                Err(error) => Err(error.into()),
            }
        }
        None => Ok(Some(report)),
    };
    let closed = machine.close().await;
    let done = done?;
    closed.map(|()| done)
}

/// Files as they were before an editor had them.
#[derive(Default)]
struct Known {
    /// By their paths as they were named.
    files: BTreeMap<String, Option<String>>,
    /// A file that has no path of its own.
    through: Option<(String, Through, Option<String>)>,
    /// Nobody can look at them.
    unseen: bool,
}

struct Attending<'a, M: Running> {
    doing: Doing<'a, M>,
    /// Since an editor has the screen.
    known: Option<Known>,
    /// When the last command had ended.
    begin: Instant,
}

impl<M: Running> Attending<'_, M> {
    async fn attend(&mut self, person: &mut impl Person, heard: &mut dyn FnMut(Deed)) -> machine::Result<()> {
        let prompt = self.doing.live.places().last().map_or(String::new(), |place| place.prompt.clone());
        person.show(prompt.as_bytes())?;
        loop {
            match self.doing.live.attend(person).await? {
                Came::Over => return Ok(()),
                // The first look is the one before anything was changed.
                Came::FullScreen if self.known.is_some() => {}
                Came::FullScreen => self.known = Some(self.look().await?),
                Came::Ended(attended) => {
                    let is_over = matches!(attended.outcome.end, End::SessionEnded { .. });
                    let known = self.known.take();
                    let unseen = known.as_ref().is_some_and(|known| known.unseen);
                    let mut deed = Deed { attended, edits: Vec::new(), left_files: false, unseen };
                    if !is_over {
                        if let Some(known) = known.filter(|_| !unseen) {
                            deed.edits = self.edits(&known, &deed.attended.outcome.before).await?;
                        } else if deed.has_failed() {
                            deed.left_files = !self.changed(&deed.attended.outcome.before).await?.is_empty();
                        }
                    }
                    self.begin = Instant::now();
                    heard(deed);
                    if is_over {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Files that an editor may be about to change: those that its line names.
    async fn look(&self) -> machine::Result<Known> {
        let line = self.doing.live.typed_so_far().join("\n");
        let places = self.doing.live.places();
        if places.iter().any(|place| is_elsewhere(&place.opened_by)) || is_elsewhere(&line) {
            return Ok(Known { unseen: true, ..Known::default() });
        }
        let mut known = Known::default();
        let named = match editor(&line) {
            Some(editor) => {
                if let Some(through) = editor.through {
                    let by = if editor.root { "root" } else { user(places) };
                    let text = self.through(&through, by).await?;
                    known.through = Some((by.to_owned(), through, text));
                }
                editor.path.into_iter().collect()
            }
            None => words(&line),
        };
        for path in named.into_iter().take(MOST) {
            if let Some(text) = self.text(&path, places).await? {
                known.files.insert(path, text);
            }
        }
        Ok(known)
    }

    /// What an editor changed.
    async fn edits(&self, known: &Known, places: &[Place]) -> machine::Result<Vec<Edit>> {
        if let Some((by, through, before)) = &known.through {
            let after = self.through(through, by).await?.filter(|after| Some(after) != before.as_ref());
            let path = known.files.keys().next().cloned().unwrap_or_else(|| "crontab".to_owned());
            return Ok(after.map(|after| Edit { path, before: before.clone(), after }).into_iter().collect());
        }
        let mut edits = Vec::new();
        for (path, before) in &known.files {
            if let Some(Some(after)) = self.text(path, places).await?
                && Some(&after) != before.as_ref()
            {
                edits.push(Edit { path: path.clone(), before: before.clone(), after });
            }
        }
        if edits.is_empty() {
            for path in self.changed(places).await?.into_iter().take(MOST) {
                if let Some(Some(after)) = self.text(&path, places).await? {
                    // What it was before is not known.
                    edits.push(Edit { path, before: Some(String::new()), after });
                }
            }
        }
        Ok(edits)
    }

    /// The text of a file, `None` in it if it is not there; nothing, if no file can be there, or none that is text.
    async fn text(&self, path: &str, places: &[Place]) -> machine::Result<Option<Option<String>>> {
        let folder = places.iter().rev().find_map(|place| place.cwd.as_deref()).unwrap_or("/");
        let path = self.doing.absolute(path, user(places), folder).await?;
        match self.doing.machine.read(&path, LARGEST).await {
            Ok(file) => Ok(String::from_utf8(file.content).ok().filter(|text| !text.contains('\0')).map(Some)),
            Err(Error::File(FileError::NotFound { .. })) => Ok(Some(None)),
            Err(Error::File(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The text of a file that only its own commands read.
    async fn through(&self, through: &Through, by: &str) -> machine::Result<Option<String>> {
        let read = machine::Run { command: &["sh", "-c", &through.read], user: Some(by), ..machine::Run::default() };
        let read = self.doing.machine.run(&read).await?;
        Ok(read.is_success().then(|| String::from_utf8_lossy(&read.stdout).into_owned()))
    }

    /// Files that changed since the last command had ended.
    async fn changed(&self, places: &[Place]) -> machine::Result<Vec<String>> {
        const PATIENCE: Duration = Duration::from_secs(10);
        let age = self.begin.elapsed().as_nanos().to_string();
        let mut command = vec!["sh", "-c", CHANGED, "sh", &age];
        command.extend(places.iter().rev().find_map(|place| place.cwd.as_deref()).filter(|folder| *folder != "/"));
        let look =
            machine::Run { command: &command, timeout: Some(PATIENCE), limit: LARGEST, ..machine::Run::default() };
        let found = self.doing.machine.run(&look).await?;
        let found: BTreeSet<String> = String::from_utf8_lossy(&found.stdout).lines().map(str::to_owned).collect();
        Ok(found.into_iter().collect())
    }
}

/// Who types in the innermost shell.
fn user(places: &[Place]) -> &str {
    places.iter().rev().find_map(|place| place.user.as_deref()).unwrap_or("root")
}

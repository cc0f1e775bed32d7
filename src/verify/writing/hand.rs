//! The writer at the terminal of the open machine.
//!
//! What is typed by hand changes the machine, and is no part of the guide: the next text that has something to be done begins where
//! nothing was typed.

use std::io;

use crate::{
    machine,
    report::{Secrets, stream::Stream},
    session::{
        Attended, End, Place,
        driver::{Came, Doing, Person},
    },
    terminal::clean::clean,
    verify::{host::Running, live::Live},
};

/// A command that was typed by hand, from the prompt where the guide stands to the next one there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByHand {
    /// The command, of one line or several.
    pub command: String,
    /// What it printed, as a person sees it.
    pub output: String,
    /// Bytes in the middle of the output that were not kept.
    pub dropped: u64,
    /// Its exit status, if it is told.
    pub status: Option<i32>,
}

/// What a writer does by hand, from one text to the next.
pub(super) struct Hand<'a> {
    /// Where the guide stood when something was typed first; nothing, if nothing was.
    pub(super) stood: Option<Vec<Place>>,
    /// Keys that are still to be typed.
    keys: Vec<u8>,
    secrets: &'a Secrets,
    seen: Stream,
}

impl<'a> Hand<'a> {
    pub(super) fn new(secrets: &'a Secrets, stood: Option<Vec<Place>>) -> Self {
        Self { stood, keys: Vec::new(), secrets, seen: Stream::default() }
    }

    /// Keys were pressed. They are typed when the terminal is looked at.
    pub(super) fn press<M: Running>(&mut self, live: &Live<M::Terminal>, keys: &[u8]) {
        self.stood.get_or_insert_with(|| live.places().to_vec());
        self.keys.extend(keys);
    }

    /// Types, and shows what the terminal shows, once something was typed: until a command has ended. Giving up on it loses nothing.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn types<M: Running>(
        &mut self,
        live: &mut Live<M::Terminal>,
        show: &(dyn Fn(String) + Send + Sync),
    ) -> machine::Result<Option<ByHand>> {
        if self.stood.is_none() || live.has_ended() {
            return std::future::pending().await;
        }
        let mut writer = Writer { keys: &mut self.keys, seen: &mut self.seen, secrets: self.secrets, show };
        match live.attend(&mut writer).await? {
            Came::Ended(attended) => Ok(self.command(&attended)),
            Came::FullScreen | Came::Over => Ok(None),
        }
    }

    /// The command, if the guide could have it where it stands.
    fn command(&self, Attended { lines, outcome, .. }: &Attended) -> Option<ByHand> {
        let stood = self.stood.as_deref()?;
        let is_here = is_same(stood, &outcome.before) && is_same(stood, &outcome.after);
        let (End::Prompt { status } | End::Interrupted { status }) = outcome.end else { return None };
        let mask = |text: &str| self.secrets.mask(&clean(text));
        is_here.then(|| ByHand {
            command: mask(&lines.join("\n")),
            output: mask(&outcome.output),
            dropped: outcome.dropped,
            status,
        })
    }

    /// Whether the terminal is back where the guide stood, and nothing is typed there. Nobody types any more, then.
    pub(super) fn is_back<M: Running>(&self, live: &mut Live<M::Terminal>) -> bool {
        let stood = self.stood.as_deref().unwrap_or_default();
        live.has_ended() || (live.unattended() && is_same(stood, live.places()))
    }
}

/// Whether these are the same shells and programs, whatever has become of them.
fn is_same(stood: &[Place], now: &[Place]) -> bool {
    let kinds = |places: &[Place]| places.iter().map(|place| (place.kind, place.name.clone())).collect::<Vec<_>>();
    kinds(stood) == kinds(now)
}

/// Who types, for the session.
struct Writer<'h> {
    keys: &'h mut Vec<u8>,
    seen: &'h mut Stream,
    secrets: &'h Secrets,
    show: &'h (dyn Fn(String) + Send + Sync),
}

impl Person for Writer<'_> {
    async fn does(&mut self) -> io::Result<Doing> {
        if self.keys.is_empty() {
            // More of them come in another way.
            std::future::pending::<()>().await;
        }
        Ok(Doing::Keys(std::mem::take(self.keys)))
    }

    fn show(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(text) = self.seen.push(bytes, self.secrets) {
            (self.show)(text);
        }
        Ok(())
    }
}

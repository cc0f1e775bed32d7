//! A terminal that plays a script: what it prints, when, and what must have been typed before.

use guidepost::session::{
    Foreground,
    driver::{Read, Terminal},
};
use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::time::Duration;

/// A line of a script.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// Wait until these keys have been typed, after those of the events before.
    Typed(Vec<u8>),
    /// Print.
    Print(Vec<u8>),
    /// Print nothing for so long.
    Pause(Duration),
    /// What the program in the foreground does, if it is looked at now.
    Foreground(Foreground),
    /// On which ports it listens, if it is looked at now.
    Listening(&'static [u16]),
    /// The shell ends.
    Close(Option<i32>),
}

/// The terminal. Its clock moves only by pauses and by waiting, so that a script of an hour takes no time.
#[derive(Debug, Default)]
pub(crate) struct Script {
    events: VecDeque<Event>,
    now: Duration,
    typed: Vec<u8>,
    /// How many of the typed bytes the script has seen.
    seen: usize,
}

impl Script {
    /// Plays these events.
    pub(crate) fn new(events: impl IntoIterator<Item = Event>) -> Self {
        Self { events: events.into_iter().collect(), ..Self::default() }
    }

    fn next(&mut self, buffer: &mut [u8], until: Duration) -> io::Result<Read> {
        if until == Duration::MAX && self.events.is_empty() {
            return Err(io::Error::other("the script is over, and the session waits"));
        }
        match self.events.pop_front() {
            Some(Event::Print(mut bytes)) => {
                let length = bytes.len().min(buffer.len());
                buffer[..length].copy_from_slice(&bytes[..length]);
                if length < bytes.len() {
                    self.events.push_front(Event::Print(bytes.split_off(length)));
                }
                return Ok(Read::Bytes(length));
            }
            Some(Event::Close(status)) => return Ok(Read::Closed(status)),
            Some(Event::Typed(keys)) => {
                if let Some(at) = self.typed[self.seen..].windows(keys.len()).position(|window| window == keys) {
                    self.seen += at + keys.len();
                    return self.next(buffer, until);
                }
                self.events.push_front(Event::Typed(keys));
            }
            Some(Event::Pause(pause)) => {
                let left = until.saturating_sub(self.now);
                if pause <= left {
                    self.now += pause;
                    return self.next(buffer, until);
                }
                self.events.push_front(Event::Pause(pause - left));
            }
            // It is looked at later.
            Some(event @ (Event::Foreground(_) | Event::Listening(_))) => self.events.push_front(event),
            None => {}
        }
        self.now = self.now.max(until);
        Ok(Read::Silence)
    }
}

impl Terminal for Script {
    type Error = io::Error;

    fn now(&self) -> Duration {
        self.now
    }

    async fn write(&mut self, keys: &[u8]) -> io::Result<()> {
        self.typed.extend_from_slice(keys);
        Ok(())
    }

    async fn read(&mut self, buffer: &mut [u8], until: Duration) -> io::Result<Read> {
        self.next(buffer, until)
    }

    async fn foreground(&mut self, _: u32) -> Foreground {
        match self.events.pop_front() {
            Some(Event::Foreground(foreground)) => foreground,
            Some(event) => {
                self.events.push_front(event);
                Foreground::Unknown
            }
            None => Foreground::Unknown,
        }
    }

    async fn listening(&mut self, _: u32) -> BTreeSet<u16> {
        match self.events.front() {
            Some(Event::Listening(ports)) => {
                let ports = ports.iter().copied().collect();
                self.events.pop_front();
                ports
            }
            _ => BTreeSet::new(),
        }
    }
}

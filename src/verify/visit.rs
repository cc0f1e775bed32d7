//! A person in the machine of a broken guide: where they continue, and a terminal for them.

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use std::io::{self, Write};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, Interest, unix::AsyncFd},
    signal::unix::{Signal, SignalKind, signal},
};

use crate::{
    machine::{Result, RunningMachine, TerminalOptions},
    session::{
        ENVIRONMENT, Kind, Place,
        driver::{Doing, Person},
    },
    terminal::{line::quoted, program::is_elsewhere},
};

/// Who was typing, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Stand {
    pub(super) user: Option<String>,
    pub(super) folder: Option<String>,
    shell: Option<String>,
}

impl Stand {
    /// The innermost shell of the machine itself: of another machine that was entered from it, `docker exec` knows nothing.
    pub(super) fn of(places: &[Place]) -> Self {
        let own = places.iter().take_while(|place| !is_elsewhere(&place.opened_by));
        let Some(place) = own.filter(|place| matches!(place.kind, Kind::Shell { .. })).last() else {
            return Self::default();
        };
        Self { user: place.user.clone(), folder: place.cwd.clone(), shell: Some(place.name.clone()) }
    }

    fn shell(&self) -> &str {
        self.shell.as_deref().unwrap_or("sh")
    }

    /// What a person's terminal is opened with there.
    pub(super) fn options(&self) -> TerminalOptions {
        let env = ENVIRONMENT.iter().filter(|(name, _)| *name != "PAGER" && !name.ends_with("_PAGER"));
        TerminalOptions {
            user: self.user.clone(),
            command: vec![self.shell().to_owned()],
            env: env.map(|(name, value)| format!("{name}={value}")).collect(),
            folder: self.folder.clone(),
            size: size(),
        }
    }

    /// The command that opens a terminal there.
    pub(super) fn command(&self, container: &str) -> String {
        let mut words = vec!["docker exec -it".to_owned()];
        words.extend(self.user.iter().map(|user| format!("-u {}", quoted(user))));
        words.extend(self.folder.iter().map(|folder| format!("-w {}", quoted(folder))));
        words.push(container.get(..12).unwrap_or(container).to_owned());
        words.push(quoted(self.shell()));
        words.join(" ")
    }
}

/// Connects this process's terminal with a new one in the machine, until its shell ends. As with `docker exec -it`, what is
/// printed there reaches the person's terminal as it is.
///
/// # Errors
/// If the machine or the engine is gone.
pub(super) async fn visit(machine: &RunningMachine, options: &TerminalOptions) -> Result<()> {
    let (terminal, mut reader, mut writer) = machine.open(options).await?;
    let mut visitor = Visitor::enter()?;
    let mut output = vec![0; 64 << 10];
    loop {
        tokio::select! {
            read = reader.read(&mut output) => match read {
                Ok(length) if length > 0 => visitor.show(&output[..length])?,
                _ => break,
            },
            doing = visitor.does() => match doing? {
                Doing::Keys(keys) => if writer.write_all(&keys).await.is_err() {
                    break;
                },
                // A terminal that has just ended needs no size.
                Doing::Resizes((columns, rows)) => drop(terminal.resize(columns, rows).await),
                Doing::Leaves => break,
            },
        }
    }
    Ok(())
}

/// The person at this process's terminal, which hands on every key until this is dropped.
#[derive(Debug)]
pub struct Visitor {
    keyboard: AsyncFd<io::Stdin>,
    resized: Signal,
    /// Told first.
    size: Option<(u16, u16)>,
    /// Restored last.
    _raw: Raw,
}

impl Visitor {
    /// Takes the terminal, in a runtime.
    ///
    /// # Errors
    /// If stdin is no terminal.
    pub fn enter() -> io::Result<Self> {
        #[expect(deprecated, reason = "the new name needs unsafe code, for files that may be closed; stdin stays open")]
        let keyboard = AsyncFd::with_interest(io::stdin(), Interest::READABLE)?;
        let resized = signal(SignalKind::window_change())?;
        Ok(Self { keyboard, resized, size: None, _raw: Raw::enter()? })
    }

    /// As [`enter`](Self::enter), and what is opened is made as large as the terminal.
    ///
    /// # Errors
    /// If stdin is no terminal.
    pub fn sized() -> io::Result<Self> {
        Ok(Self { size: Some(size()), ..Self::enter()? })
    }

    /// Columns and rows of this process's terminal.
    pub fn size() -> (u16, u16) {
        size()
    }
}

impl Person for Visitor {
    async fn does(&mut self) -> io::Result<Doing> {
        if let Some(size) = self.size.take() {
            return Ok(Doing::Resizes(size));
        }
        tokio::select! {
            ready = self.keyboard.readable() => {
                let mut keys = [0; 4096];
                let length = rustix::io::read(self.keyboard.get_ref(), &mut keys).unwrap_or(0);
                ready?.clear_ready();
                Ok(if length == 0 { Doing::Leaves } else { Doing::Keys(keys[..length].to_vec()) })
            }
            _ = self.resized.recv() => Ok(Doing::Resizes(size())),
        }
    }

    fn show(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        stdout.flush()
    }
}

/// Columns and rows of this process's terminal.
fn size() -> (u16, u16) {
    match tcgetwinsize(io::stdin()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col, size.ws_row),
        _ => (80, 24),
    }
}

/// This process's terminal hands on every key, until it is dropped.
#[derive(Debug)]
struct Raw(Termios);

impl Raw {
    fn enter() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
        Ok(Self(before))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // A terminal that is gone needs no repair.
        let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(user: &str, cwd: &str, opened_by: &str) -> Place {
        Place {
            kind: Kind::Shell { mark: 1, pid: 2 },
            name: "bash".into(),
            user: Some(user.into()),
            prompt: "$ ".into(),
            cwd: Some(cwd.into()),
            opened_by: opened_by.into(),
        }
    }

    #[test]
    fn stands_in_the_innermost_own_shell() {
        let program = Place { kind: Kind::Program, name: "psql".into(), ..shell("x", "/", "psql") };
        let (root, postgres) = (shell("root", "/root", ""), shell("postgres", "/var/lib/it's", "su - postgres"));
        let inside = shell("root", "/app", "docker exec -it app bash");
        for (places, command) in [
            (vec![], "docker exec -it 0123456789ab sh"),
            (vec![root.clone()], "docker exec -it -u root -w /root 0123456789ab bash"),
            (
                vec![root.clone(), postgres, program],
                r"docker exec -it -u postgres -w '/var/lib/it'\''s' 0123456789ab bash",
            ),
            (vec![root, inside.clone(), inside], "docker exec -it -u root -w /root 0123456789ab bash"),
        ] {
            assert_eq!(Stand::of(&places).command("0123456789abcdef"), command);
        }
    }
}

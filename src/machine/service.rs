//! Podman needs no daemon: where nobody has started its service, guidepost does, for as long as it runs.

use std::{
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use super::{connection::Address, engine::Engine, error::Result};

/// Runs the service until its input is closed. That is so, too, when guidepost is killed; the time is for when this shell is.
const UNTIL_CLOSED: &str = r#"
exec 3<&0
"$1" system service --time=600 "unix://$2/podman.sock" >"$2/log" 2>&1 3<&- </dev/null &
service=$!
(read -r _ <&3; kill "$service"; sleep 10; kill -9 "$service") >/dev/null 2>&1 &
wait "$service"
kill "$!" 2>/dev/null
tail -c 500 "$2/log"
rm -rf "$2""#;

/// Time for the service to answer: rootless, its first start makes a user namespace.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(50);

/// A service of Podman's, which ends when it is dropped.
#[derive(Debug)]
pub(super) struct Service {
    child: Child,
    folder: PathBuf,
}

impl Service {
    /// Starts it, on a socket in a folder of its own that nobody else can enter.
    ///
    /// # Errors
    /// Why it does not run.
    pub(super) async fn start(podman: &Path, runtime: Option<&Path>) -> Result<Self, String> {
        let made = match runtime {
            Some(runtime) => tempfile::Builder::new().prefix("guidepost-").tempdir_in(runtime),
            None => tempfile::Builder::new().prefix("guidepost-").tempdir(),
        };
        // The shell removes it.
        let folder = made.map_err(|error| error.to_string())?.keep();
        let mut command = Command::new("sh");
        command.args(["-c", UNTIL_CLOSED, "sh"]).arg(podman).arg(&folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        apart(&mut command);
        let child = command.spawn().map_err(|error| error.to_string())?;
        let mut service = Self { child, folder };
        let began = Instant::now();
        while !service.socket().exists() {
            if let Ok(Some(_)) = service.child.try_wait() {
                return Err(service.log());
            } else if began.elapsed() > PATIENCE {
                service.end();
                return Err(format!("no answer for {} s: {}", PATIENCE.as_secs(), service.log()));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(service)
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("podman.sock")
    }

    /// The end of the log of a service that has ended.
    fn log(&mut self) -> String {
        let mut log = String::new();
        let read = self.child.stdout.as_mut().map(|stdout| stdout.read_to_string(&mut log));
        read.and_then(Result::err).map_or_else(|| log.trim().to_owned(), |error| error.to_string())
    }

    fn end(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }

    /// The engine that it is. With the last copy of it, the service ends.
    ///
    /// # Errors
    /// As [`Engine::connect_to`].
    pub(super) async fn engine(self) -> Result<Engine> {
        let engine = Engine::at(Address::Unix(self.socket())).await?;
        Ok(engine.served_by(Arc::new(self)))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.end();
    }
}

/// Ctrl-C is for guidepost, which then removes its machines: the service must outlive that.
#[cfg(unix)]
fn apart(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn apart(_: &mut Command) {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt};

    /// A program that stands for podman, which gets the address as its last argument.
    fn podman(folder: &Path, script: &str) -> PathBuf {
        let path = folder.join("podman");
        fs::write(&path, format!("#!/bin/sh\nsocket=${{4#unix://}}\n{script}")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
        path
    }

    fn wait<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
    }

    #[test]
    fn it_ends_with_what_needs_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let ended = folder.path().join("ended");
        let script =
            format!("trap 'touch {}; exit' TERM\ntouch \"$socket\"\nwhile :; do sleep 0.1; done", ended.display());
        let service = wait(Service::start(&podman(folder.path(), &script), Some(folder.path()))).expect("it runs");
        let own = service.folder.clone();
        assert!(own.starts_with(folder.path()) && own.is_dir() && !ended.exists());
        drop(service);
        assert!(ended.exists() && !own.exists());
    }

    #[test]
    fn one_that_cannot_run_says_why() {
        let folder = tempfile::tempdir().expect("a folder");
        let script = podman(folder.path(), "echo 'cannot find newuidmap' >&2; exit 125");
        let why = wait(Service::start(&script, Some(folder.path()))).expect_err("it has ended");
        assert_eq!(why, "cannot find newuidmap");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "only the script is left");
    }
}

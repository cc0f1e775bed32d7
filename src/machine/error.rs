//! What can go wrong between guidepost and an engine, and what to do about it.

use super::{FileError, Look};

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Trouble with a machine. None of it is ever a verdict on a guide.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing answers where the engine should be.
    #[error("no engine answers at {address}: {reason}")]
    NoEngine {
        /// `unix:///var/run/docker.sock`, and who has named it.
        address: String,
        /// What the system said.
        reason: String,
    },
    /// Nobody has named an engine, and none was found.
    #[error("no engine was found{}", looked.iter().map(|look| format!("\n  {}: {}", look.what, look.why)).collect::<String>())]
    NoEngineFound {
        /// What was looked at, in order.
        looked: Vec<Look>,
    },
    /// The engine that is named is of a kind that guidepost does not speak to.
    #[error("{address} cannot be used: {reason}")]
    BadAddress {
        /// Its address, and who has named it.
        address: String,
        /// Why.
        reason: String,
    },
    /// The engine has no addresses for another network: it may have some when another one is removed.
    #[error("the engine has no addresses for another network: {reason}")]
    NoNetwork {
        /// What it said.
        reason: String,
    },
    /// An image is neither on the engine nor can it be pulled.
    #[error("there is no image `{image}`: {reason}")]
    NoImage {
        /// As in `guidepost.yaml`.
        image: String,
        /// What the engine said.
        reason: String,
    },
    /// The `build` folder of a machine cannot be read, or has no Dockerfile.
    #[error("the machine folder `{folder}` {reason}")]
    NoBuildFolder {
        /// As in `guidepost.yaml`.
        folder: String,
        /// Why, to be read after the folder.
        reason: String,
    },
    /// An image's build ended with an error.
    #[error("building `{folder}` failed: {reason}")]
    BuildFailed {
        /// As in `guidepost.yaml`.
        folder: String,
        /// What the engine said.
        reason: String,
        /// The last lines of the build's output.
        tail: String,
    },
    /// What was built could not be pushed to the registry.
    #[error("`{image}` was not pushed: {reason}")]
    NotPushed {
        /// What it would be called there.
        image: String,
        /// The registry's host.
        registry: String,
        /// What the engine or the registry said.
        reason: String,
    },
    /// The user of the settings is not in the image.
    #[error("the machine `{machine}` has no user `{user}`")]
    NoUser {
        /// Name of the machine.
        machine: String,
        /// As in `guidepost.yaml`.
        user: String,
    },
    /// systemd or the nested engine did not come up in time.
    #[error("the machine `{machine}` was not ready after {seconds} s: {waited_for}")]
    NotReady {
        /// Name of the machine.
        machine: String,
        /// How long it was waited for.
        seconds: u64,
        /// What was waited for, and its last answer.
        waited_for: String,
        /// The last lines that the machine logged.
        tail: String,
    },
    /// A terminal of the machine has no shell that can be typed into.
    #[error("a terminal of the machine `{machine}` {reason}")]
    NoPrompt {
        /// Name of the machine.
        machine: String,
        /// What came of it, to be read after the machine.
        reason: String,
        /// What the terminal has shown.
        tail: String,
    },
    /// The container has stopped.
    #[error("the machine `{machine}` ended: {reason}")]
    Ended {
        /// Name of the machine.
        machine: String,
        /// Its exit status, or which limit it went over.
        reason: String,
        /// What to do about it; empty if nobody knows.
        help: String,
        /// Somebody else has ended it, or a limit, and not what was done in it.
        outside: bool,
    },
    /// The engine answered before, and no longer does.
    #[error("the engine went away: {reason}")]
    EngineGone {
        /// What the system said.
        reason: String,
    },
    /// The engine refused a request.
    #[error("the engine refused: {message} (status {status})")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Its message.
        message: String,
    },
    /// A file could not be put into the machine or taken out of it.
    #[error(transparent)]
    File(#[from] FileError),
}

/// What engines say when their pools of addresses are used up: Docker until 25, Docker since 26, Podman.
const NO_ADDRESSES: [&str; 3] = [
    "could not find an available, non-overlapping",
    "all predefined address pools have been fully subnetted",
    "could not find free subnet",
];

impl Error {
    /// What to do about it, in one sentence.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoEngine { .. } => "start it, or name another one: DOCKER_HOST, `docker context use`".into(),
            Self::NoEngineFound { .. } => {
                "install Podman, which needs neither root nor a daemon, or Docker; or name an engine: DOCKER_HOST"
                    .into()
            }
            Self::BadAddress { .. } => "name one at unix:///path/to/docker.sock or tcp://host:port".into(),
            Self::NoNetwork { .. } => {
                "remove networks that nobody uses (`guidepost clean`, `docker network prune`), do fewer guides at once (--jobs), or give the engine more (default-address-pools)".into()
            }
            Self::NoImage { .. } => {
                "check its name and the network, load it with `docker load`, or build it from a folder: `build:`".into()
            }
            Self::NoBuildFolder { .. } => "`build:` names a folder of the site that has a Dockerfile".into(),
            Self::BuildFailed { folder, .. } => format!("to see it whole: docker build {folder}"),
            Self::NotPushed { registry, .. } => {
                format!("see that {registry} answers and that you may push there: docker login {registry}")
            }
            Self::NoUser { user, .. } => format!("add it to the image: RUN useradd --create-home {user}"),
            Self::NotReady { .. } => "look at what its image starts: see the machine's log above".into(),
            Self::NoPrompt { .. } => {
                "look at what its shell reads when it starts (/etc/profile, ~/.bashrc), or do fewer guides at once (--jobs)".into()
            }
            Self::Ended { help, .. } if !help.is_empty() => help.clone(),
            Self::EngineGone { .. } => "start the engine again, and run guidepost again".into(),
            Self::Ended { .. } | Self::Refused { .. } | Self::File(_) => return None,
        })
    }

    /// Output to show beside the message: the end of a build's or a machine's log; empty if there is none.
    pub fn tail(&self) -> &str {
        match self {
            Self::BuildFailed { tail, .. } | Self::NotReady { tail, .. } | Self::NoPrompt { tail, .. } => tail,
            _ => "",
        }
    }

    /// The exit status of guidepost that it leads to: 2 if `guidepost.yaml` or a machine's folder is at fault, 3 if the
    /// environment is.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::NoBuildFolder { .. } | Self::BuildFailed { .. } | Self::NoUser { .. } => 2,
            _ => 3,
        }
    }

    /// Whether the machine is described so that it can be made nowhere. A build that fails may have found no network.
    pub(crate) fn is_of_description(&self) -> bool {
        matches!(self, Self::NoBuildFolder { .. } | Self::NoUser { .. })
    }

    /// Whether the engine itself is missing or gone, so that no other machine can be made either.
    pub(crate) fn is_of_engine(&self) -> bool {
        matches!(
            self,
            Self::NoEngine { .. } | Self::NoEngineFound { .. } | Self::BadAddress { .. } | Self::EngineGone { .. }
        )
    }

    /// What it is of a network that cannot be made.
    pub(super) fn of_network(self) -> Self {
        match self {
            Self::Refused { message, .. } if NO_ADDRESSES.iter().any(|said| message.contains(said)) => {
                Self::NoNetwork { reason: message }
            }
            other => other,
        }
    }

    /// Whether the engine says that something is not there.
    pub(super) fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    /// Whether Podman says that a container is about to have ended: Docker has no such state, so that `bollard` cannot read it.
    pub(super) fn is_ending(&self) -> bool {
        matches!(self, Self::EngineGone { reason } if reason.contains("unknown variant `stopped`"))
    }

    /// Whether it may say that a container has ended. Podman has no status of its own for that.
    pub(super) fn is_maybe_ended(&self) -> bool {
        let improper = matches!(self, Self::Refused { message, .. } if message.contains("container state improper"));
        improper || self.is_conflict() || self.is_not_found()
    }

    /// Whether the engine says that something is under way already, such as a removal.
    pub(super) fn is_conflict(&self) -> bool {
        matches!(self, Self::Refused { status: 409, .. })
    }
}

impl From<bollard::errors::Error> for Error {
    fn from(error: bollard::errors::Error) -> Self {
        use bollard::errors::Error as Bollard;
        match error {
            Bollard::DockerResponseServerError { status_code, message } => {
                Self::Refused { status: status_code, message: message.trim().to_owned() }
            }
            Bollard::DockerStreamError { error } => Self::Refused { status: 500, message: error },
            other => Self::EngineGone { reason: with_causes(&other) },
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::EngineGone { reason: with_causes(&error) }
    }
}

impl From<hyper::Error> for Error {
    fn from(error: hyper::Error) -> Self {
        Self::EngineGone { reason: with_causes(&error) }
    }
}

/// What caused an error in the end.
pub(super) fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// An error and what caused it; the outermost alone often says only "client error".
pub(super) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_run_out() {
        for (message, expected) in [
            (
                "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network",
                true,
            ),
            ("all predefined address pools have been fully subnetted", true),
            ("could not find free subnet from subnet pools", true),
            ("network with name guidepost-x already exists", false),
        ] {
            let error = Error::Refused { status: 500, message: message.into() }.of_network();
            assert_eq!(matches!(error, Error::NoNetwork { .. }), expected, "{message}");
        }
    }
}

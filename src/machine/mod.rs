//! Clean machines in Docker: where guides are done.
//!
//! ```text
//! guidepost.yaml ─ settings ─► Machine: typed, limits always set
//!                  spec     ─► what the engine is asked for; the ONE place where a container is described
//!                  image    ─► pulled, or built from a folder and cached by content
//!                  registry ─► where what was built is shared; credentials of Docker's client
//!                  running  ─► RunningMachine: started, healthy, removed at the end
//!                  archives ─► what packages are fetched from, kept on the machines' networks
//!                  kept     ─► images of machines on which a setup was done
//!                  find     ─► which engine, and why; survey what it can do; service Podman's, for a run
//!                  exec     ─► Terminal (a person's), run (ours)
//!                  file     ─► files in, files out
//!                  reaper   ─► what a crash left behind goes, and nothing else
//! ```
//!
//! A guide names a machine and no more: nothing of its text can reach [`spec`], whose arguments are settings of
//! `guidepost.yaml` and [`label::Identity`], made of validated names.
//!
//! **Trust.** A plain machine is an ordinary unprivileged container. A machine with `init: systemd` has more of the kernel's
//! interfaces (`SYS_ADMIN`, no seccomp filter, all of `/proc`): it keeps honest guides apart, and root in it who means harm is
//! not stopped; its limits are for accidents, since root there may write its own control group. The site's owner decides that
//! in `guidepost.yaml`, never a guide.

mod archives;
mod connection;
mod context;
mod credentials;
mod disk;
mod engine;
mod error;
mod exec;
mod file;
mod find;
mod image;
mod kept;
pub mod label;
mod life;
mod preload;
mod ready;
mod reaper;
mod registry;
mod running;
mod service;
pub mod settings;
pub mod spec;
mod survey;
pub(crate) mod title;
mod trust;

pub use context::{built_image, folder_hash};
pub use engine::{Engine, EngineInfo};
pub use error::{Error, Result};
pub use exec::{Ended, Output, Run, Terminal, TerminalOptions, TerminalReader, TerminalWriter};
pub use file::{FileError, RemoteFile};
pub use find::{Found, Look, find};
pub use image::{Event, Image, Sharing};
pub use kept::{Held, Kept, Process};
pub use label::{Identity, Name, Owner, RunId, site_name};
pub(crate) use life::size;
pub use ready::{READY, Ready};
pub use reaper::{Reaped, Scope, forget, let_go, reap};
pub use registry::Registry;
pub(crate) use registry::{LONGEST as LONGEST_REGISTRY, PATTERN as REGISTRY_PATTERN};
pub use running::{RunningMachine, adopt, start};
pub(crate) use settings::environment;
pub use settings::{DEFAULT, Machine, machines, schema};
pub use survey::{Ability, Survey, survey};

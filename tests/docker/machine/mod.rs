//! Machines in a real Docker engine. Without one the tests are skipped, and say so: `scripts/engine` starts one.

mod archives;
mod engine;
mod found;
mod jobs;
mod kept;
mod life;
mod plain;
mod reach;
mod registry;
mod server;

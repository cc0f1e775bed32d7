//! What is done in Docker, at least in part. Without an engine that has `debian:bookworm` these tests are skipped, and say so:
//! `scripts/engine` starts one.

mod cases;
mod guides;
mod image;
mod interrupted;
mod loose;
mod machine;
mod ready;
mod record;
mod update;
mod verify;
mod verify_runs;
mod watched;
mod writing;

//! What is typed at terminals, and what they show: the one room that knows programs.
//!
//! ```text
//! line     a typed line as pipelines and words
//! program  what is known of programs
//! prompt   prompts, in a page and on a terminal
//! syntax   where a command of a shell ends; statement: where one of a program does
//! endless  what does not end by itself, and what serves
//! command  whether a line is a command, and of which system
//! editor   commands that open an editor
//! fetched  what a line fetches, and where it leaves that
//! failure  how shells and programs say that they failed
//! clean    text that is safe to show
//! ```
//!
//! It is pure, and asks no other room.

pub mod clean;
pub(crate) mod command;
pub mod editor;
pub(crate) mod endless;
pub mod failure;
pub(crate) mod fetched;
pub(crate) mod line;
pub mod program;
pub mod prompt;
pub(crate) mod statement;
pub mod syntax;

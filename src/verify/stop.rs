//! Why a step of a guide is not done to its end.

use super::fault::Fault;
use crate::machine::{self, Error};

/// What ends a step: the guide is at fault, or the environment is.
#[derive(Debug)]
pub(super) enum Stop {
    /// What is wrong with the guide.
    Fault(Fault),
    /// What is wrong with the engine or the machine.
    Engine(Error),
}

/// What a part of a step comes to.
pub(super) type Done<T> = Result<T, Stop>;

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

/// The guide's fault apart from the environment's.
pub(super) fn apart<T>(done: Done<T>) -> machine::Result<Result<T, Fault>> {
    match done {
        Ok(value) => Ok(Ok(value)),
        Err(Stop::Fault(fault)) => Ok(Err(fault)),
        Err(Stop::Engine(error)) => Err(error),
    }
}

//! Why nothing can be done with a site, whatever its pages say.

use super::output::OutputError;
use crate::diagnostic::Diagnostic;

/// Why nothing could be built, whatever the pages say.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line is at fault: exit status 2.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// `guidepost.yaml`, or the output folder that was named, is at fault: exit status 2.
    #[error("the configuration cannot be used")]
    Configuration(Vec<Diagnostic>),
    /// The theme, or what pages are called, is at fault: exit status 1.
    #[error("the site cannot be built")]
    Pages(Vec<Diagnostic>),
    /// The machine is at fault (disk, permissions): exit status 3.
    #[error("{message}")]
    Environment {
        /// What went wrong.
        message: String,
    },
}

impl Failure {
    /// As problems, for a report.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            Self::Usage { message, help } => vec![Diagnostic::error("usage", message.as_str()).help(help.as_str())],
            Self::Configuration(diagnostics) | Self::Pages(diagnostics) => diagnostics.clone(),
            Self::Environment { message } => vec![Diagnostic::error("environment", message.as_str())],
        }
    }

    /// The first problem, in a sentence.
    pub(crate) fn message(&self) -> String {
        self.diagnostics().first().map_or_else(String::new, |problem| problem.message.clone())
    }

    pub(crate) fn usage(message: String, help: &str) -> Self {
        Self::Usage { message, help: help.to_owned() }
    }

    pub(crate) fn environment(message: String) -> Self {
        Self::Environment { message }
    }
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Self {
        match &error {
            OutputError::Io { .. } | OutputError::Unfinished { .. } => Self::Environment { message: chain(&error) },
            OutputError::Path { .. } | OutputError::Twice { .. } | OutputError::Obstructed { .. } => {
                Self::Pages(error.diagnostics())
            }
            _ => Self::Configuration(error.diagnostics()),
        }
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !message.contains(&text) {
            message.push_str(&format!(": {text}"));
        }
        cause = inner.source();
    }
    message
}

//! `guidepost lsp`

use super::{Exit, SiteArguments, report};
use crate::{
    lsp::{self, Settings},
    site::Failure,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Look at drafts as well
    #[arg(long)]
    drafts: bool,
    /// Look at pages whose day of publication is still to come as well
    #[arg(long)]
    future: bool,
    /// Standard input and output, as editors add it; there is no other way
    #[arg(long, hide = true)]
    stdio: bool,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let Arguments { drafts, future, stdio: _ } = *arguments;
    let site = SiteArguments { site: None, drafts, future, strict: false };
    match lsp::run(&Settings { site: site.options() }) {
        Ok(true) => Exit::Ok,
        // The protocol wants a status that says that nobody said goodbye.
        Ok(false) => Exit::Guide,
        Err(error) => report(&Failure::Environment { message: error.to_string() }),
    }
}

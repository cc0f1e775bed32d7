//! Whole verifications: each folder of `tests/verifications` has a guide as an author would write it, and what must come of
//! it. They are done on this computer, without an engine; `tests/verify.rs` does some of them in Docker.
//!
//! To add one, make a folder with a `guide.md`, renew with `GUIDEPOST_RENEW=1 cargo test --test verifications`, and read what
//! came. `GUIDEPOST_ONLY=NAME` does those with this in their names.

#[path = "support/local.rs"]
mod local;
#[path = "support/local_host.rs"]
mod local_host;
#[path = "support/verifications.rs"]
mod table;

use guidepost::{report::Verdict, verify};
use local_host::LocalHost;
use std::time::Instant;
use table::{Row, folders::renews, otherwise, rows, site, told};

/// Does rows on a host.
fn done(host: &LocalHost, rows: &[Row]) -> guidepost::report::Report {
    let (_folder, of_site) = site(rows);
    let jobs = guidepost::site::jobs(&of_site, &[]).unwrap_or_else(|failure| panic!("{failure:?}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(verify::run_on(host, jobs, &local_host::options(&of_site.site), &())).expect("the host is there")
}

/// A fault of guidepost's own is one of that guide: the others are done.
#[test]
fn a_panic_takes_no_other_guide_down() {
    let rows: Vec<Row> =
        rows().into_iter().filter(|row| ["a-command", "a-file"].contains(&row.name.as_str())).collect();
    let report = done(&LocalHost { panics: Some("a-command") }, &rows);
    let [command, file] = &report.guides[..] else { panic!("{report:#?}") };
    assert_eq!(file.verdict, Verdict::Holds, "{file:#?}");
    assert_eq!(command.verdict, Verdict::Unreached, "{command:#?}");
    assert!(command.steps.iter().all(|step| step.verdict == Verdict::Unreached) && command.steps.len() == 2);
    let reason = command.reason.as_deref().unwrap_or_default();
    for said in ["an internal error of guidepost", "the local machine was told to panic", "please report it"] {
        assert!(reason.contains(said), "{reason}");
    }
}

#[test]
fn whole_verifications() {
    let only = std::env::var("GUIDEPOST_ONLY").unwrap_or_default();
    let rows: Vec<Row> = rows().into_iter().filter(|row| row.name.contains(&only)).collect();
    let begin = Instant::now();
    let report = done(&LocalHost::default(), &rows);
    eprintln!("{} guides in {:?}", rows.len(), begin.elapsed());
    if renews() {
        rows.iter().for_each(|row| row.renew(&told(&report.guides, row)));
        return;
    }
    let wrong = otherwise(&report.guides, &rows);
    assert!(wrong.is_empty(), "{} of {} came otherwise:\n\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

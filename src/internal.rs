//! guidepost's own faults: a panic in the work on one page or guide ends that work, and is told as what it is.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    sync::Once,
};

use crate::diagnostic::Diagnostic;

/// The code of an internal error among diagnostics.
pub const CODE: &str = "internal-error";

/// What to do about it.
pub const HELP: &str = "this is a fault of guidepost and not of the page: please report it with this message, the page and what \
                        `guidepost --version` says; other pages are not affected";

thread_local! {
    /// How much guarded work this thread is in, and what the last panic in it said.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static SAID: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Does some work of which a panic shall reach nobody else.
///
/// What the work changes outside of itself must be of use after a panic, too. `what` is done, as in "rendering".
///
/// # Errors
/// The panic as an internal error without a place.
pub fn guarded<T>(what: &str, work: impl FnOnce() -> T) -> Result<T, Diagnostic> {
    hear_panics();
    DEPTH.set(DEPTH.get() + 1);
    let done = catch_unwind(AssertUnwindSafe(work));
    DEPTH.set(DEPTH.get() - 1);
    done.map_err(|payload| {
        let said = SAID.take().unwrap_or_else(|| message(payload.as_ref()));
        Diagnostic::error(CODE, format!("guidepost failed while {what}: {said}")).help(HELP)
    })
}

/// As [`guarded`], for the work on one file.
///
/// # Errors
/// As there, at the file.
pub fn on_page<T>(path: &str, what: &str, work: impl FnOnce() -> T) -> Result<T, Diagnostic> {
    guarded(what, work).map_err(|problem| problem.in_file(path))
}

/// Of a panic in guarded work nothing is printed: it is kept with its place, to be told once.
fn hear_panics() {
    static HEARD: Once = Once::new();
    HEARD.call_once(|| {
        let others = take_hook();
        set_hook(Box::new(move |panic| {
            if DEPTH.get() == 0 {
                return others(panic);
            }
            let place = panic.location().map(|at| format!(" ({}:{}:{})", at.file(), at.line(), at.column()));
            SAID.set(Some(message(panic.payload()) + &place.unwrap_or_default()));
        }));
    });
}

/// What a panic says, as it says it; `None` if that is no text.
pub(crate) fn said(payload: &(dyn Any + Send)) -> Option<&str> {
    payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

fn message(payload: &(dyn Any + Send)) -> String {
    // Of a text at fault, a panic shows all.
    let text: String = said(payload).unwrap_or("it panicked").chars().take(300).collect();
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_and_others_go_on() {
        assert_eq!(guarded("adding", || 1 + 1), Ok(2));
        let text = "é";
        let problem = on_page("content/a.md", "cutting", || text[..1].to_owned()).expect_err("it panics");
        assert!(problem.message.starts_with("guidepost failed while cutting: "), "{problem:?}");
        assert!(
            problem.message.contains("char boundary") && problem.message.contains("src/internal.rs:"),
            "{problem:?}"
        );
        assert_eq!((problem.code.as_str(), problem.place.expect("a place").path.as_str()), (CODE, "content/a.md"));
        // Within another one, and with something that is no text.
        let outer = guarded("the outer", || guarded("the inner", || std::panic::panic_any(7)).expect_err("it panics"));
        assert_eq!(
            outer.expect("the outer goes on").message.split(" (").next(),
            Some("guidepost failed while the inner: it panicked")
        );
    }
}

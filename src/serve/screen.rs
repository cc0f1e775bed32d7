//! The terminal of an open machine, as pages show it and type into it.
//!
//! What it has shown is kept, as far as it is of use, so that a page which is opened later shows the terminal as it is.

use axum::{
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use super::{App, runs::wished};
use crate::{session::ROWS, verify::Wish};

/// Bytes that are kept: several screens, with their colours.
const KEPT: usize = 256 << 10;
/// Bytes of keys that are taken at once.
const KEYS: usize = 16 << 10;

/// What the terminal has shown.
#[derive(Debug, Default)]
pub(super) struct Screen {
    /// Which terminal: of each machine that is made, it is another one. 0 for none.
    number: u64,
    columns: u16,
    text: String,
    /// Bytes before the text that are not kept.
    gone: usize,
}

/// How far somebody has seen it.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    number: u64,
    at: usize,
}

/// What a page is told of it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Piece {
    columns: u16,
    rows: u16,
    /// What was shown before is not there any more.
    anew: bool,
    text: String,
}

impl Screen {
    /// Another terminal, in which this prompt stands.
    pub(super) fn open(&mut self, columns: u16, prompt: &str) {
        *self = Self { number: self.number + 1, columns, text: prompt.to_owned(), gone: 0 };
    }

    /// There is no terminal any more.
    pub(super) fn close(&mut self) {
        self.open(0, "");
    }

    pub(super) fn push(&mut self, text: &str) {
        // What is shown before there is a terminal is of none of the guide's steps.
        if self.columns == 0 {
            return;
        }
        self.text.push_str(text);
        if self.text.len() > KEPT {
            // No character and no line is cut, and so hardly a sequence.
            let half = self.text.len() - KEPT / 2;
            let from =
                self.text.as_bytes()[half..].iter().position(|byte| *byte == b'\n').map_or(half, |at| half + at + 1);
            let from = (from..=self.text.len()).find(|at| self.text.is_char_boundary(*at)).unwrap_or(self.text.len());
            self.text.drain(..from);
            self.gone += from;
        }
    }

    /// What somebody has not seen yet.
    pub(super) fn since(&self, cursor: &mut Cursor) -> Option<Piece> {
        let anew = cursor.number != self.number || cursor.at < self.gone;
        let from = if anew { 0 } else { cursor.at - self.gone };
        *cursor = Cursor { number: self.number, at: self.gone + self.text.len() };
        let text = self.text[from..].to_owned();
        let piece = Piece { columns: self.columns, rows: ROWS, anew, text };
        (anew || !piece.text.is_empty()).then_some(piece)
    }
}

/// What is typed into the terminal.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Typed {
    /// Keys, as a terminal sends them.
    Keys(String),
    /// Text of a clipboard, in which nothing but ends of lines and tabs is a key.
    Paste(String),
}

impl Typed {
    fn keys(self) -> String {
        match self {
            Self::Keys(keys) => keys,
            Self::Paste(text) => {
                let keys = text.replace("\r\n", "\r").replace('\n', "\r");
                keys.chars().filter(|c| matches!(c, '\r' | '\t') || !c.is_control()).collect()
            }
        }
    }
}

/// `POST keys`
pub(super) async fn keys(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let Ok(typed) = serde_json::from_slice::<Typed>(&body) else {
        return (StatusCode::BAD_REQUEST, "say which keys: {\"keys\": \"ls\\r\"}\n").into_response();
    };
    let keys = typed.keys();
    if keys.len() > KEYS {
        return (StatusCode::PAYLOAD_TOO_LARGE, "these are more keys than a terminal takes at once\n").into_response();
    }
    if !app.runs.waits() {
        let why = "steps are being done: keys are taken when the guide waits for you\n";
        return (StatusCode::CONFLICT, why).into_response();
    }
    wished(&app, Wish::Keys(keys.into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_later_sees_the_terminal_as_it_is() {
        let (mut screen, mut early) = (Screen::default(), Cursor::default());
        assert_eq!(screen.since(&mut early), None);
        screen.push("nobody's");
        screen.open(80, "$ ");
        let piece = |anew, text: &str| Some(Piece { columns: 80, rows: ROWS, anew, text: text.into() });
        assert_eq!(screen.since(&mut early), piece(true, "$ "));
        screen.push("é");
        assert_eq!(screen.since(&mut early), piece(false, "é"));
        assert_eq!(screen.since(&mut early), None);
        assert_eq!(screen.since(&mut Cursor::default()), piece(true, "$ é"));
        screen.open(80, "# ");
        assert_eq!(screen.since(&mut early), piece(true, "# "));
        screen.close();
        assert_eq!(screen.since(&mut early).map(|piece| piece.columns), Some(0));
    }

    #[test]
    fn what_is_kept_has_an_end() {
        let (mut screen, mut cursor) = (Screen::default(), Cursor::default());
        screen.open(80, "");
        for number in 0..100_000 {
            screen.push(&format!("line {number} é\r\n"));
            assert!(screen.text.len() <= KEPT);
        }
        let piece = screen.since(&mut cursor).expect("something was shown");
        assert!(piece.text.starts_with("line ") && piece.text.ends_with("line 99999 é\r\n"), "{}", &piece.text[..40]);
        // Whoever was too slow is told all anew.
        let mut slow = Cursor { number: cursor.number, at: 10 };
        assert!(screen.since(&mut slow).is_some_and(|piece| piece.anew));
    }
}

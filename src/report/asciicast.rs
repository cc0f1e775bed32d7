//! A recording of a session: asciicast v2, <https://docs.asciinema.org/manual/asciicast/v2/>.

use serde::Serialize;
use std::{
    io::{self, Write},
    time::Duration,
};

use super::{json::escaped, secrets::Secrets, stream::Stream};

/// The first line of a recording.
#[derive(Debug, Clone, Serialize)]
pub struct Header {
    /// Always 2.
    pub version: u8,
    /// Columns of the terminal.
    pub width: u16,
    /// Rows of the terminal.
    pub height: u16,
    /// When it began, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<i64>,
    /// What is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Seconds of silence that a player shows at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_time_limit: Option<f64>,
    /// Version of the guidepost that wrote it: players pass over it, and guidepost knows its own files by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guidepost: Option<String>,
}

impl Header {
    /// A header with nothing but the terminal's size.
    pub fn new(width: u16, height: u16) -> Self {
        Self { version: 2, width, height, timestamp: None, title: None, idle_time_limit: None, guidepost: None }
    }
}

/// Writes a recording, event by event. Characters and secrets that come in pieces are kept back until they are whole; what
/// no piece completes is written by [`Recorder::finish`].
#[derive(Debug)]
pub struct Recorder<W> {
    writer: W,
    secrets: Secrets,
    stream: Stream,
    /// Time of the last event: time never goes back.
    last: Duration,
    /// Bytes written so far.
    written: usize,
}

impl<W: Write> Recorder<W> {
    /// Begins a recording.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn new(mut writer: W, header: &Header, secrets: Secrets) -> io::Result<Self> {
        let title = header.title.as_ref().map(|title| secrets.mask(title));
        let written = line(&mut writer, &Header { title, ..header.clone() })?;
        Ok(Self { writer, secrets, stream: Stream::default(), last: Duration::ZERO, written })
    }

    /// Adds what the terminal printed, `at` this time after the beginning.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn output(&mut self, at: Duration, bytes: &[u8]) -> io::Result<()> {
        self.last = self.last.max(at);
        let text = self.stream.push(bytes, &self.secrets);
        text.map_or(Ok(()), |text| self.event("o", &text))
    }

    /// Marks a moment, for players to jump to. What is kept back at that moment comes after it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn marker(&mut self, at: Duration, label: &str) -> io::Result<()> {
        self.last = self.last.max(at);
        self.event("m", &self.secrets.mask(label))
    }

    /// A text without secrets.
    pub fn masked(&self, text: &str) -> String {
        self.secrets.mask(text)
    }

    /// Bytes written so far.
    pub fn written(&self) -> usize {
        self.written
    }

    /// Where it is written to.
    pub fn writer(&self) -> &W {
        &self.writer
    }

    /// Writes what was kept back.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        if let Some(text) = self.stream.end(&self.secrets) {
            self.event("o", &text)?;
        }
        self.writer.flush()
    }

    /// Writes what was kept back, and gives the writer.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.flush()?;
        Ok(self.writer)
    }

    fn event(&mut self, kind: &str, text: &str) -> io::Result<()> {
        // Microseconds are what players use.
        let seconds = self.last.as_micros() as f64 / 1e6;
        self.written += line(&mut self.writer, &(seconds, kind, text))?;
        Ok(())
    }
}

/// One line of JSON, in which every control character is escaped: a recording is a program's to play, not a terminal's.
/// Gives its length.
fn line(writer: &mut impl Write, data: &impl Serialize) -> io::Result<usize> {
    let json = escaped(&serde_json::to_string(data)?, |_| false) + "\n";
    writer.write_all(json.as_bytes())?;
    Ok(json.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::stream::HELD;
    use proptest::prelude::*;

    /// Events, and the lines that they make.
    type Case<'a> = (&'a [(u64, &'a [u8])], &'a [&'a str]);

    fn recorded(secrets: &[&str], events: &[(u64, &[u8])]) -> Vec<String> {
        let mut recorder = Recorder::new(Vec::new(), &Header::new(80, 24), Secrets::new(secrets)).unwrap();
        for (at, bytes) in events {
            recorder.output(Duration::from_millis(*at), bytes).unwrap();
        }
        String::from_utf8(recorder.finish().unwrap()).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn records() {
        let long = "é".as_bytes();
        let cases: [Case; 6] = [
            (&[], &[]),
            (&[(1500, b"\x1b[1mhi\r\n")], &[r#"[1.5,"o","\u001b[1mhi\r\n"]"#]),
            (&[(1, &long[..1]), (2, &long[1..])], &[r#"[0.002,"o","é"]"#]),
            (
                &[(5, b"q"), (4, b"r\xff"), (6, b"\xe2\x82")],
                &[r#"[0.005,"o","q"]"#, r#"[0.005,"o","r�"]"#, r#"[0.006,"o","�"]"#],
            ),
            (&[(1, b"pw hun"), (2, b"ter2!")], &[r#"[0.001,"o","pw "]"#, r#"[0.002,"o","[masked]!"]"#]),
            (&[(1, b"hunt"), (2, b"ing \xc2\x9b")], &[r#"[0.002,"o","hunting \u009b"]"#]),
        ];
        for (events, lines) in cases {
            let recorded = recorded(&["hunter2"], events);
            assert_eq!(recorded[0], r#"{"version":2,"width":80,"height":24}"#);
            assert_eq!(&recorded[1..], lines);
        }
    }

    #[test]
    fn is_bounded() {
        let mut recorder = Recorder::new(Vec::new(), &Header::new(80, 24), Secrets::new(["abab"])).unwrap();
        for _ in 0..100 {
            recorder.output(Duration::ZERO, &b"ab".repeat(1024)).unwrap();
            assert!(recorder.stream.held.len() <= HELD);
        }
    }

    #[test]
    fn titles_are_masked() {
        let header = Header { title: Some("with hunter2".to_owned()), timestamp: Some(7), ..Header::new(1, 2) };
        let written = Recorder::new(Vec::new(), &header, Secrets::new(["hunter2"])).unwrap().finish().unwrap();
        let wanted = "{\"version\":2,\"width\":1,\"height\":2,\"timestamp\":7,\"title\":\"with [masked]\"}\n";
        assert_eq!(String::from_utf8(written).unwrap(), wanted);
    }

    proptest! {
        #[test]
        fn pieces_make_the_whole(text in "([é日🎉a\u{1b}\n]|secret){0,20}", size in 1usize..7) {
            let mut recorder = Recorder::new(Vec::new(), &Header::new(80, 24), Secrets::new(["secret"])).unwrap();
            for piece in text.as_bytes().chunks(size) {
                recorder.output(Duration::ZERO, piece).unwrap();
            }
            let written = String::from_utf8(recorder.finish().unwrap()).unwrap();
            let texts = written.lines().skip(1).map(|l| serde_json::from_str::<(f64, String, String)>(l).unwrap().2);
            prop_assert_eq!(texts.collect::<String>(), text.replace("secret", "[masked]"));
        }
    }
}

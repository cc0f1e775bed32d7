//! Prompt marks in what a terminal prints: OSC 133 sequences with the key of this session.
//!
//! A state machine, because a sequence can be cut anywhere between two reads. Operating system commands (OSC) and the other
//! control strings (DCS, SOS, PM, APC) never show on a screen, so they end here; all other bytes go on to the screen.

/// What a shell says about itself. `shell` is the number of the hidden line that the shell was told, see
/// [`inject`](super::inject).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A prompt begins.
    ///
    /// `pipe` are the statuses of the last pipeline's commands, where the shell tells them.
    Prompt { shell: u32, status: Option<i32>, pid: u32, pipe: Vec<i32>, cwd: String },
    /// The shell's line editor shows a prompt, whichever: the shell reads a line.
    Reads { shell: u32 },
    /// The prompt is complete: the shell waits for a command.
    Input { shell: u32 },
    /// The shell wants another line of the same command.
    More { shell: u32 },
    /// The command was accepted: its output begins.
    Accepted { shell: u32 },
    /// The command has ended: what follows is not its output.
    Ended { shell: u32 },
    /// The shell reads the hidden script.
    Asks { shell: u32 },
    /// The shell has understood the hidden script.
    Ready { shell: u32, kind: String, user: String },
}

/// A piece of a terminal's output.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Bytes for the screen.
    Text(&'a [u8]),
    /// A mark of this session.
    Mark(Mark),
}

/// The longest control string that can be a mark: a path has at most 4096 bytes.
const LONGEST: usize = 4096 + 256;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ground,
    /// After ESC, which is withheld.
    Escape,
    /// In an OSC, which may be a mark.
    Command,
    /// After ESC in an OSC or another control string: `\` ends it.
    End,
    /// In another control string.
    Ignored,
}

/// Takes the marks out of a stream of bytes.
#[derive(Debug)]
pub(crate) struct Scanner {
    key: String,
    state: State,
    command: Vec<u8>,
    was_command: bool,
}

impl Scanner {
    /// `key` is what the marks of this session carry.
    pub(crate) fn new(key: &str) -> Self {
        Self { key: key.into(), state: State::Ground, command: Vec::new(), was_command: false }
    }

    /// The next piece of `input`, which is shortened by it; `None` if nothing of `input` is left.
    pub(crate) fn next<'a>(&mut self, input: &mut &'a [u8]) -> Option<Piece<'a>> {
        loop {
            let (&byte, rest) = input.split_first()?;
            match self.state {
                State::Ground => {
                    let end = input.iter().position(|b| *b == 0x1b).unwrap_or(input.len());
                    let (text, rest) = input.split_at(end);
                    *input = rest;
                    if !text.is_empty() {
                        return Some(Piece::Text(text));
                    }
                    *input = &rest[1..];
                    self.state = State::Escape;
                }
                State::Escape => match byte {
                    b']' => self.enter(State::Command, rest, input),
                    b'P' | b'X' | b'^' | b'_' => self.enter(State::Ignored, rest, input),
                    0x1b => {
                        *input = rest;
                        return Some(Piece::Text(b"\x1b"));
                    }
                    _ => {
                        self.state = State::Ground;
                        return Some(Piece::Text(b"\x1b"));
                    }
                },
                State::Command | State::Ignored => {
                    *input = rest;
                    match byte {
                        // BEL ends an OSC, CAN and SUB cancel any string.
                        0x07 if self.state == State::Command => {
                            self.state = State::Ground;
                            if let Some(mark) = self.mark() {
                                return Some(Piece::Mark(mark));
                            }
                        }
                        0x18 | 0x1a => self.state = State::Ground,
                        0x1b => {
                            self.was_command = self.state == State::Command;
                            self.state = State::End;
                        }
                        _ if self.state == State::Command && self.command.len() < LONGEST => self.command.push(byte),
                        _ => {}
                    }
                }
                State::End => {
                    self.state = State::Ground;
                    if byte == b'\\' {
                        *input = rest;
                        if self.was_command
                            && let Some(mark) = self.mark()
                        {
                            return Some(Piece::Mark(mark));
                        }
                    } else {
                        // Any other ESC sequence ends the string too.
                        self.state = State::Escape;
                    }
                }
            }
        }
    }

    fn enter<'a>(&mut self, state: State, rest: &'a [u8], input: &mut &'a [u8]) {
        self.state = state;
        self.command.clear();
        *input = rest;
    }

    /// `133;LETTER;KEY.SHELL[;FIELD…]`
    fn mark(&self) -> Option<Mark> {
        let text = String::from_utf8_lossy(&self.command);
        let mut fields = text.strip_prefix("133;")?.splitn(7, ';');
        let letter = fields.next()?;
        let shell = fields.next()?.strip_prefix(&self.key)?.strip_prefix('.')?.parse().ok()?;
        Some(match letter {
            "A" => Mark::Prompt {
                shell,
                status: fields.next()?.parse().ok(),
                pid: fields.next()?.parse().ok()?,
                pipe: fields.next()?.split(' ').filter_map(|status| status.parse().ok()).collect(),
                cwd: fields.collect::<Vec<_>>().join(";"),
            },
            "B" => Mark::Input { shell },
            "P" => Mark::More { shell },
            "R" => Mark::Asks { shell },
            "C" => Mark::Accepted { shell },
            "D" => Mark::Ended { shell },
            "M" => Mark::Reads { shell },
            "I" => Mark::Ready { shell, kind: fields.next()?.into(), user: fields.next()?.into() },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pieces(chunks: &[&[u8]]) -> (Vec<u8>, Vec<(usize, Mark)>) {
        let mut scanner = Scanner::new("gp");
        let (mut text, mut marks) = (Vec::new(), Vec::new());
        for mut chunk in chunks.iter().copied() {
            while let Some(piece) = scanner.next(&mut chunk) {
                match piece {
                    Piece::Text(bytes) => text.extend_from_slice(bytes),
                    Piece::Mark(mark) => marks.push((text.len(), mark)),
                }
            }
        }
        (text, marks)
    }

    const ALL: &[u8] = b"a\x1b]133;A;gp.2;130;77;6 0;/a;b\x07$ \x1b]133;B;gp.2\x1b\\\x1b[1mx\x1b]0;title\x07y\x1b]133;B\x07\
        \x1b]133;B;other.2\x07\x1bPq#0\x1b\\z\x1b]133;P;gp.2\x07\x1b]133;C;gp.2\x07\x1b]133;D;gp.2\x07\x1b]133;M;gp.2\x07\x1b]133;I;gp.2;bash;me\x07";

    #[test]
    fn finds_marks_of_this_session_only() {
        let (text, marks) = pieces(&[ALL]);
        assert_eq!(String::from_utf8(text).unwrap(), "a$ \x1b[1mxyz");
        let shell = 2;
        let expected = [
            (1, Mark::Prompt { shell, status: Some(130), pid: 77, pipe: vec![6, 0], cwd: "/a;b".into() }),
            (3, Mark::Input { shell }),
            (10, Mark::More { shell }),
            (10, Mark::Accepted { shell }),
            (10, Mark::Ended { shell }),
            (10, Mark::Reads { shell }),
            (10, Mark::Ready { shell, kind: "bash".into(), user: "me".into() }),
        ];
        assert_eq!(marks, expected);
    }

    #[test]
    fn an_endless_string_takes_no_memory() {
        let mut scanner = Scanner::new("gp");
        let mut start: &[u8] = b"\x1b]133;";
        assert_eq!(scanner.next(&mut start), None);
        for _ in 0..100 {
            assert_eq!(scanner.next(&mut &[b'x'; 10_000][..]), None);
        }
        assert!(scanner.command.len() <= LONGEST);
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(cuts in proptest::collection::vec(0..ALL.len(), 0..8)) {
            let mut cuts = cuts;
            cuts.extend([0, ALL.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|w| &ALL[w[0]..w[1]]).collect();
            prop_assert_eq!(pieces(&chunks), pieces(&[ALL]));
        }
    }
}

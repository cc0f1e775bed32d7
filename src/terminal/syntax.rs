//! Where a command ends that is typed in several lines: a small reader of the shell's grammar.
//!
//! It follows what people write in guides (POSIX shells and bash) and knows only what keeps a command open: quotes, a `\` at
//! the end, `&&`, `||` and `|` at the end, here-documents, brackets, and the compound commands. It never fails: what it does
//! not understand is a word.

use std::collections::VecDeque;

/// Reads the lines of one command, one after the other.
#[derive(Debug, Default)]
pub struct Scanner {
    /// The quote that is open.
    quote: Option<char>,
    /// Words that must still come, innermost last: `done`, `fi`, `esac`, `}`, `)`.
    open: Vec<&'static str>,
    /// Here-documents whose text is still to come: the word that ends each, and whether tabs before it count for nothing.
    documents: VecDeque<(String, bool)>,
    /// The last line goes on, by its last characters.
    continues: bool,
}

/// What a word does where a command may begin.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Next {
    /// A command may begin here.
    Command,
    /// The name of a function, behind which its body begins.
    Name,
    /// An argument.
    Argument,
}

impl Scanner {
    /// What the command still waits for, in the author's words; `None` if it is complete.
    pub fn waits_for(&self) -> Option<&str> {
        if let Some((end, _)) = self.documents.front() {
            return Some(end);
        }
        match self.quote {
            Some('\'') => Some("'"),
            Some('"') => Some("\""),
            Some(_) => Some("`"),
            None => self.open.last().copied().or(self.continues.then_some("the next line")),
        }
    }

    /// Whether the next line belongs to a here-document.
    pub fn in_document(&self) -> bool {
        !self.documents.is_empty()
    }

    /// Reads the next line, without its prompt and its line end.
    pub fn line(&mut self, line: &str) {
        if let Some((end, tabs)) = self.documents.front() {
            let text = if *tabs { line.trim_start_matches('\t') } else { line };
            if text.trim_end() == end {
                self.documents.pop_front();
            }
            return;
        }
        self.continues = false;
        let chars: Vec<char> = line.chars().collect();
        let mut next = Next::Command;
        let mut at = 0;
        while at < chars.len() {
            if let Some(quote) = self.quote {
                at = self.quoted(&chars, at, quote);
                continue;
            }
            match chars[at] {
                '\\' if at + 1 == chars.len() => self.continues = true,
                '\\' => at += 1,
                quote @ ('\'' | '"' | '`') => {
                    self.quote = Some(quote);
                    next = Next::Argument;
                }
                '#' if at == 0 || chars[at - 1].is_whitespace() => break,
                '$' if chars.get(at + 1) == Some(&'{') => {
                    at += chars[at..].iter().position(|c| *c == '}').unwrap_or(1);
                    next = Next::Argument;
                }
                '<' if chars.get(at + 1) == Some(&'<') => at = self.document(&chars, at + 2),
                '(' => {
                    self.open.push(")");
                    next = Next::Command;
                }
                ')' => {
                    self.close(")");
                    next = Next::Command;
                }
                ';' | '|' | '&' => next = Next::Command,
                c if c.is_whitespace() => {}
                _ => {
                    let end = chars[at..].iter().position(|c| c.is_whitespace() || ";|&()<>\"'`\\$".contains(*c));
                    let end = end.map_or(chars.len(), |length| at + length.max(1));
                    let word: String = chars[at..end].iter().collect();
                    next = self.word(&word, next);
                    at = end - 1;
                }
            }
            at += 1;
        }
        let code = without_comment(line);
        self.continues |= self.quote.is_none() && ["&&", "||", "|"].iter().any(|mark| code.ends_with(mark));
    }

    /// One character, or an escaped one, inside quotes; where to go on.
    fn quoted(&mut self, chars: &[char], at: usize, quote: char) -> usize {
        if chars[at] == '\\' && quote != '\'' {
            return at + 2;
        }
        if chars[at] == quote {
            self.quote = None;
        }
        at + 1
    }

    /// A here-document's mark, behind its `<<`; where the last character of it stands.
    fn document(&mut self, chars: &[char], mut at: usize) -> usize {
        if chars.get(at) == Some(&'<') {
            return at;
        }
        let tabs = chars.get(at) == Some(&'-');
        at += usize::from(tabs);
        while chars.get(at) == Some(&' ') {
            at += 1;
        }
        let quotes = |c: &&char| matches!(**c, '\'' | '"' | '\\');
        let begin = at + chars[at.min(chars.len())..].iter().take_while(quotes).count();
        let word: String =
            chars[begin.min(chars.len())..].iter().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
        if !word.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return at.saturating_sub(1);
        }
        let end = begin + word.chars().count();
        self.documents.push_back((word, tabs));
        end + chars[end..].iter().take_while(quotes).count() - 1
    }

    fn close(&mut self, word: &str) {
        if self.open.last() == Some(&word) {
            self.open.pop();
        }
    }

    fn word(&mut self, word: &str, place: Next) -> Next {
        match place {
            Next::Argument => return Next::Argument,
            Next::Name => return Next::Command,
            Next::Command => {}
        }
        match word {
            "for" | "while" | "until" | "select" => self.open.push("done"),
            "if" => self.open.push("fi"),
            "case" => self.open.push("esac"),
            "{" => self.open.push("}"),
            "done" | "fi" | "esac" | "}" => self.close(word),
            "function" => return Next::Name,
            _ => {}
        }
        match word {
            "while" | "until" | "if" | "then" | "do" | "else" | "elif" | "!" | "{" | "time" => Next::Command,
            _ if word.contains('=') && !word.starts_with('=') => Next::Command,
            _ => Next::Argument,
        }
    }
}

/// The line up to a ` #` comment, without trailing blanks. Good enough for the last characters of a line.
fn without_comment(line: &str) -> &str {
    let comment = line.match_indices('#').map(|(i, _)| i).find(|i| *i == 0 || line[..*i].ends_with([' ', '\t']));
    line[..comment.unwrap_or(line.len())].trim_end()
}

/// Whether a line of a command block is a comment or blank: a reader does not type it.
pub fn is_idle(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line == "#" || line.starts_with("# ") || line.starts_with("##")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The commands of a text, by their lines; the last may be open.
    fn commands(text: &str) -> Vec<usize> {
        let mut found = Vec::new();
        let mut scanner = Scanner::default();
        let mut count = 0;
        for line in text.lines() {
            scanner.line(line);
            count += 1;
            if scanner.waits_for().is_none() {
                found.push(count);
                count = 0;
            }
        }
        assert_eq!(count, 0, "{text:?} waits for {:?}", scanner.waits_for());
        found
    }

    #[test]
    fn where_commands_end() {
        for (text, lines) in [
            ("ls\npwd", &[1, 1][..]),
            ("a \\\n  b \\\n  c\nd", &[3, 1]),
            ("a &&\nb\nc |\nd # x\ne || # why\nf", &[2, 2, 2]),
            ("cat <<EOF > f\nx 'y\nEOF\nls", &[3, 1]),
            ("cat <<-\"END\"\n\tx\n\tEND\nls", &[3, 1]),
            ("cat <<A <<B\na\nA\nb\nB\nls", &[5, 1]),
            ("cat <<< x\necho $((1 << 2))\nls", &[1, 1, 1]),
            ("echo 'a\nb'\nls", &[2, 1]),
            ("echo \"a \\\" '\nb\"\nls", &[2, 1]),
            ("echo it\\'s # don't\nls", &[1, 1]),
            ("for i in 1 2; do\n echo $i\ndone\nls", &[3, 1]),
            ("for i in 1 2; do echo $i; done\nls", &[1, 1]),
            ("while true\ndo\n if x; then\n  y\n fi\ndone\nls", &[6, 1]),
            ("case $x in\na) b;;\n*) c;;\nesac\nls", &[4, 1]),
            ("f() {\n x\n}\nfunction g {\n y\n}\nls", &[3, 3, 1]),
            ("x=$(\n ls\n)\n(\ncd a\nls\n)\nls", &[3, 4, 1]),
            ("echo for if { (a)\nls", &[1, 1]),
            ("echo ${x#y} $# a#b done\nls", &[1, 1]),
            ("awk '{print $1}' x\nfind . -name x -exec rm {} \\;\nls", &[1, 1, 1]),
            ("psql -c \"ALTER USER x WITH PASSWORD 'y';\"\nls", &[1, 1]),
            ("A=1 if x; then\ny\nfi", &[3]),
            ("docker run -v `pwd`:/b x\nls", &[1, 1]),
            ("echo for; done\nls", &[1, 1]),
        ] {
            assert_eq!(commands(text), lines, "{text:?}");
        }
    }

    #[test]
    fn what_is_missing() {
        for (text, missing) in [
            ("for i in 1; do", "done"),
            ("echo 'a", "'"),
            ("cat <<EOF\nx", "EOF"),
            ("ls \\", "the next line"),
            ("f() {", "}"),
        ] {
            let mut scanner = Scanner::default();
            text.lines().for_each(|line| scanner.line(line));
            assert_eq!(scanner.waits_for(), Some(missing), "{text:?}");
        }
    }
}

//! Where a command ends that is typed in several lines: a small reader of the shell's grammar.
//!
//! It follows what people write in guides (POSIX shells and bash) and knows only what keeps a command open: quotes, a `\` at
//! the end, `&&`, `||` and `|` at the end, here-documents, brackets, and the compound commands. It never fails: what it does
//! not understand is a word.

use std::collections::VecDeque;

/// Reads the lines of one command, one after the other.
#[derive(Debug, Default)]
pub struct Scanner {
    /// What is open, innermost last.
    open: Vec<Open>,
    /// Here-documents whose text is still to come: the word that ends each, and whether tabs before it count for nothing.
    documents: VecDeque<(String, bool)>,
    /// The last line goes on, by its last characters.
    continues: bool,
}

/// What keeps a command open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// A compound command, until this word: `done`, `fi`, `esac`, `}`, `)`.
    Until(&'static str),
    /// `$(`, `<(`.
    Substitution,
    /// `${`; in double quotes a `'` is a letter there.
    Parameter,
    /// `((`, `$((`.
    Arithmetic,
    /// A bracket in it.
    Bracket,
    /// `a=(`, where no word is a keyword.
    Array,
    /// `'`.
    Single,
    /// `$'`, where `\'` is a letter.
    Ansi,
    /// `"`.
    Double,
    /// A backquote.
    Back,
}

impl Open {
    /// What ends it.
    fn end(self) -> &'static str {
        match self {
            Self::Until(word) => word,
            Self::Substitution | Self::Bracket | Self::Array => ")",
            Self::Parameter => "}",
            Self::Arithmetic => "))",
            Self::Single | Self::Ansi => "'",
            Self::Double => "\"",
            Self::Back => "`",
        }
    }
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
        self.open.last().map(|open| open.end()).or(self.continues.then_some("the next line"))
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
            at = match self.open.last() {
                Some(Open::Single | Open::Ansi | Open::Double | Open::Parameter) => self.quoted(&chars, at),
                Some(Open::Arithmetic | Open::Bracket) => self.arithmetic(&chars, at),
                _ => match self.command(&chars, at, &mut next) {
                    Some(after) => after,
                    None => break,
                },
            };
        }
    }

    /// Opens what begins here with `$`, a quote or a backquote, in a command and in double quotes; where to go on.
    fn expansion(&mut self, chars: &[char], at: usize) -> Option<usize> {
        let in_quotes = matches!(self.open.last(), Some(Open::Double));
        let (open, length) = match (chars[at], chars.get(at + 1), chars.get(at + 2)) {
            ('$', Some('('), Some('(')) => (Open::Arithmetic, 3),
            ('$', Some('('), _) => (Open::Substitution, 2),
            ('$', Some('{'), _) => (Open::Parameter, 2),
            ('$', Some('\''), _) if !in_quotes => (Open::Ansi, 2),
            ('$', Some('"'), _) if !in_quotes => (Open::Double, 2),
            ('\'', ..) if !in_quotes => (Open::Single, 1),
            ('"', ..) if !in_quotes => (Open::Double, 1),
            ('`', ..) => (Open::Back, 1),
            _ => return None,
        };
        self.open.push(open);
        Some(at + length)
    }

    /// A character in quotes or in `${`; where to go on.
    fn quoted(&mut self, chars: &[char], at: usize) -> usize {
        let Some(open) = self.open.last().copied() else { return at + 1 };
        if chars[at] == '\\' && open != Open::Single {
            return at + 2;
        }
        if open.end().starts_with(chars[at]) {
            self.open.pop();
            return at + 1;
        }
        // In `"${x:-it's}"` the `'` is a letter.
        let letter = chars[at] == '\'' && open == Open::Parameter && self.open.contains(&Open::Double);
        let opens = matches!(open, Open::Double | Open::Parameter) && !letter;
        opens.then(|| self.expansion(chars, at)).flatten().unwrap_or(at + 1)
    }

    /// A character between `((` and `))`; where to go on.
    fn arithmetic(&mut self, chars: &[char], at: usize) -> usize {
        match (chars[at], self.open.last()) {
            ('(', _) => self.open.push(Open::Bracket),
            (')', Some(Open::Bracket)) => drop(self.open.pop()),
            (')', _) if chars.get(at + 1) == Some(&')') => {
                self.open.pop();
                return at + 2;
            }
            (')', _) => {
                // It was a shell in a shell: `$((a) | b)`.
                self.open.pop();
                self.open.push(Open::Substitution);
            }
            ('\\', _) => return at + 2,
            _ => return self.expansion(chars, at).unwrap_or(at + 1),
        }
        at + 1
    }

    /// A piece of a command; where to go on, or `None` at a comment.
    fn command(&mut self, chars: &[char], at: usize, next: &mut Next) -> Option<usize> {
        let before = at.checked_sub(1).map(|before| chars[before]);
        let operator = self.continues;
        if !chars[at].is_whitespace() && chars[at] != '#' {
            self.continues = false;
        }
        if chars[at] == '`' && self.open.last() == Some(&Open::Back) {
            self.open.pop();
            *next = Next::Argument;
            return Some(at + 1);
        }
        if let Some(after) = self.expansion(chars, at) {
            let runs = matches!(self.open.last(), Some(Open::Substitution | Open::Back));
            *next = if runs { Next::Command } else { Next::Argument };
            return Some(after);
        }
        Some(match chars[at] {
            '\\' => {
                self.continues = at + 1 == chars.len();
                // In backquotes `\`` begins others; at the beginning of a word it makes it none of the shell's own.
                *next = Next::Argument;
                at + 2
            }
            '#' if before.is_none_or(|c| c.is_whitespace() || ";|&(".contains(c)) => return None,
            '<' if chars.get(at + 1) == Some(&'<') => self.document(chars, at + 2) + 1,
            '<' | '>' if chars.get(at + 1) == Some(&'(') => {
                self.open.push(Open::Substitution);
                *next = Next::Command;
                at + 2
            }
            '(' if before == Some('=') => {
                self.open.push(Open::Array);
                at + 1
            }
            '(' if chars.get(at + 1) == Some(&'(') => {
                self.open.push(Open::Arithmetic);
                at + 2
            }
            '(' => {
                self.open.push(Open::Until(")"));
                *next = Next::Command;
                at + 1
            }
            ')' => {
                let inner = matches!(self.open.last(), Some(Open::Substitution | Open::Array));
                if inner || self.open.last() == Some(&Open::Until(")")) {
                    self.open.pop();
                }
                *next = if inner { Next::Argument } else { Next::Command };
                at + 1
            }
            c @ (';' | '|' | '&') => {
                *next = Next::Command;
                self.continues = c == '|' || c == '&' && (before == Some('&') || operator);
                at + 1
            }
            c if c.is_whitespace() => at + 1,
            '$' => {
                *next = Next::Argument;
                at + 1
            }
            _ => {
                let end = chars[at..].iter().position(|c| c.is_whitespace() || ";|&()<>\"'`\\$".contains(*c));
                let end = end.map_or(chars.len(), |length| at + length.max(1));
                let word: String = chars[at..end].iter().collect();
                // `for)` is a pattern of `case`.
                let pattern = word != "esac"
                    && self.open.last() == Some(&Open::Until("esac"))
                    && chars[end..].iter().find(|c| !c.is_whitespace()).is_some_and(|c| matches!(c, ')' | '|'));
                *next = if pattern || self.open.last() == Some(&Open::Array) {
                    Next::Argument
                } else {
                    self.word(&word, *next)
                };
                end
            }
        })
    }

    /// A here-document's mark, behind its `<<`; where the last character of it stands.
    fn document(&mut self, chars: &[char], mut at: usize) -> usize {
        if chars.get(at) == Some(&'<') {
            return at;
        }
        let begin = at;
        let tabs = chars.get(at) == Some(&'-');
        at += usize::from(tabs);
        while chars.get(at) == Some(&' ') {
            at += 1;
        }
        let quote = chars.get(at).copied().filter(|c| matches!(c, '\'' | '"'));
        at += usize::from(quote.is_some() || chars.get(at) == Some(&'\\'));
        let rest = chars.get(at..).unwrap_or_default();
        let in_word = |c: &&char| match quote {
            Some(quote) => **c != quote,
            None => c.is_alphanumeric() || "_-.!".contains(**c),
        };
        let word: String = rest.iter().take_while(in_word).collect();
        if !word.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return begin - 1;
        }
        let end = at + word.chars().count();
        self.documents.push_back((word, tabs));
        if quote.is_some() { end } else { end - 1 }
    }

    fn close(&mut self, word: &str) {
        if matches!(self.open.last(), Some(Open::Until(end)) if *end == word) {
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
            "for" | "while" | "until" | "select" => self.open.push(Open::Until("done")),
            "if" => self.open.push(Open::Until("fi")),
            "case" => self.open.push(Open::Until("esac")),
            "{" => self.open.push(Open::Until("}")),
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

/// Whether a line of a command block is a comment or blank: a reader does not type it.
pub fn is_idle(line: &str) -> bool {
    let line = line.trim();
    // `// ` is a comment of pages that highlight a terminal as source; no command begins so.
    line.is_empty() || line == "#" || ["# ", "##", "// "].iter().any(|mark| line.starts_with(mark))
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
            ("echo $'it\\'s'\nls", &[1, 1]),
            ("echo $'it\\'s'\ncat <<'EOF'\nisn't\nEOF\nls", &[1, 3, 1]),
            ("echo $\"it's\"\nls", &[1, 1]),
            ("echo \"$(echo \"a\nb\")\"\nls", &[2, 1]),
            ("echo \"$(echo ')' \"it's\")\"\nls", &[1, 1]),
            ("echo \"${NOPE:-it's}\"\nls", &[1, 1]),
            ("echo ${NOPE:-'}'}\nls", &[1, 1]),
            ("echo \"${a[${#a[@]}-1]}\" # don't\nls", &[1, 1]),
            ("echo `echo \"it's\"`\nls", &[1, 1]),
            ("echo \"`echo it`'s\"\nls", &[1, 1]),
            ("echo $((1<<x))\nls", &[1, 1]),
            ("for ((i = 0; i < 3; i++)); do\n echo $i\ndone\nls", &[3, 1]),
            ("((x = (1 + 2) << y)) && echo $x\nls", &[1, 1]),
            ("echo $((a) | b)\nls", &[1, 1]),
            ("a=(\n if  # it's one\n for\n)\nls", &[4, 1]),
            ("case $(echo a) in\n  if|for) echo \"it's\" ;;\n  (done) x;;\n  *) y;;\nesac\nls", &[5, 1]),
            ("x=$(case a in a) echo b;; esac)\nls", &[1, 1]),
            ("echo $(ls) done fi\nls", &[1, 1]),
            ("[[ \"it's\" =~ ^it\\'s$ ]] && echo yes\nls", &[1, 1]),
            ("echo \\| \nls \\&\\&\npwd", &[1, 1, 1]),
            ("echo '|'\necho a; # b |\nls", &[1, 1, 1]),
            ("a |&\nb\nls", &[2, 1]),
            ("diff <(ls a) <(ls\nb)\nls", &[2, 1]),
            ("cat <<'E O F'\nx\nE O F\nls", &[3, 1]),
            ("cat <<\\EOF\nit's\nEOF\nls", &[3, 1]),
            ("cat <<EOF-1 && x\nit's\nEOF-1\nls", &[3, 1]),
            ("$if x\n$(x) fi\nls", &[1, 1, 1]),
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

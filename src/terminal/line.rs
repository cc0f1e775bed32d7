//! A typed line as pipelines and words.

/// The name of a program by its path.
pub(crate) fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// The commands of the last pipeline of a line. Quotes are not looked at.
pub(crate) fn pipeline(line: &str) -> Vec<&str> {
    let bytes = line.as_bytes();
    let at = |index: usize| bytes.get(index).copied().unwrap_or(b' ');
    // `2>&1` and `&>file` are redirections.
    let separates = |index: usize| match bytes[index] {
        b';' => true,
        b'&' => at(index + 1) != b'>' && (index == 0 || at(index - 1) != b'>'),
        b'|' => at(index + 1) == b'|' || (index > 0 && at(index - 1) == b'|'),
        _ => false,
    };
    let (mut start, mut last) = (0, line);
    for end in (0..line.len()).filter(|index| separates(*index)).chain([line.len()]) {
        let part = &line[start..end];
        if !part.trim().is_empty() {
            last = part;
        }
        start = end + 1;
    }
    last.split('|').filter(|part| !part.trim().is_empty()).collect()
}

/// The words of a command, without `sudo`, its options and assignments.
pub(crate) fn words(command: &str) -> Vec<&str> {
    const WITH_VALUE: &[&str] = &["-u", "-g", "--user", "--group", "-D", "-C"];
    let mut words = command.split_whitespace().peekable();
    while let Some(word) = words.peek() {
        let value = WITH_VALUE.contains(word);
        if !(matches!(*word, "sudo" | "env" | "exec" | "time") || word.contains('=') || word.starts_with('-')) {
            break;
        }
        words.next();
        if value {
            words.next();
        }
    }
    words.collect()
}

/// The words of the last command of a line.
pub(crate) fn last_command(line: &str) -> Vec<&str> {
    pipeline(line).last().map_or_else(Vec::new, |command| words(command))
}

/// What `exec` runs in a container: the words after its options and the container's name.
pub(crate) fn in_container<'a>(words: &'a [&'a str]) -> &'a [&'a str] {
    const WITH_VALUE: &[&str] = &["-e", "-u", "-w", "--env", "--env-file", "--index", "--user", "--workdir"];
    match words {
        [option, _, rest @ ..] if WITH_VALUE.contains(option) => in_container(rest),
        [option, rest @ ..] if option.starts_with('-') => in_container(rest),
        [_, rest @ ..] => rest,
        [] => words,
    }
}

/// Options of a command.
pub(crate) struct Options<'a>(pub(crate) &'a [&'a str]);

impl Options<'_> {
    /// Whether the option `-LETTER` is among them, alone or behind others.
    pub(crate) fn short(&self, letter: char) -> bool {
        self.0.iter().any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains(letter))
    }

    pub(crate) fn long(&self, name: &str) -> bool {
        self.0.iter().any(|word| word.split('=').next() == Some(name))
    }

    pub(crate) fn has(&self, word: &str) -> bool {
        self.0.contains(&word)
    }

    pub(crate) fn follow(&self) -> bool {
        self.short('f') || self.long("--follow")
    }
}

/// The words after `--`.
pub(crate) fn after_dashes<'a>(words: &'a [&'a str]) -> &'a [&'a str] {
    words.iter().position(|word| *word == "--").map_or(&[], |at| &words[at + 1..])
}

pub(crate) fn is_in_background(line: &str) -> bool {
    line.trim_end().ends_with('&')
}

/// The words of a typed line, cut at spaces and at what means something to a shell.
pub(crate) fn pieces(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| c.is_whitespace() || ";&|()`{}<>\"'".contains(c))
}

/// The program that a part of a pipe runs.
pub(crate) fn program_of(part: &str) -> &str {
    let bytes = part.as_bytes();
    // The `&` of `2>&1` and of `&>` begins no command.
    let begins = |(at, c): &(usize, char)| match c {
        ';' | '(' => true,
        '&' => !matches!(at.checked_sub(1).map(|at| bytes[at]), Some(b'>' | b'<')) && bytes.get(at + 1) != Some(&b'>'),
        _ => false,
    };
    let last = part.char_indices().rfind(begins).map_or(part, |(at, _)| &part[at + 1..]);
    let words = last.split_whitespace();
    let mut words =
        words.skip_while(|word| matches!(*word, "sudo" | "env") || word.starts_with('-') || word.contains('='));
    words.next().map_or("", base)
}

/// A word for a shell.
pub(crate) fn quoted(word: &str) -> String {
    let simple = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "/._-+,@:".contains(c));
    if simple { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

//! A typed line as pipelines and words, quotes minded, and what it runs, whatever stands before that.

use shlex::Shlex;

use super::program::{Input, Program, When, named};

/// The name of a program by its path.
pub(crate) fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// The commands of the last pipeline of a line.
pub(crate) fn pipeline(line: &str) -> Vec<&str> {
    let mut last = Vec::new();
    let mut commands = Vec::new();
    for (command, ends) in commands_of(line) {
        if !command.is_empty() {
            commands.push(command);
        }
        if ends && !commands.is_empty() {
            last = std::mem::take(&mut commands);
        }
    }
    if commands.is_empty() { last } else { commands }
}

/// What the commands of a line run, without `sudo` and its like.
pub(crate) fn runs(line: &str) -> impl Iterator<Item = Run> {
    commands(line).filter_map(Run::of)
}

/// The commands of a line, whatever joins them.
pub(crate) fn commands(line: &str) -> impl Iterator<Item = &str> {
    commands_of(line).into_iter().map(|(command, _)| command).filter(|command| !command.is_empty())
}

/// The commands of a line, each with whether its pipeline ends with it. What stands in quotes or brackets separates nothing.
fn commands_of(line: &str) -> Vec<(&str, bool)> {
    let bytes = line.as_bytes();
    let at = |index: usize| bytes.get(index).copied().unwrap_or(b' ');
    let (mut found, mut start, mut index) = (Vec::new(), 0, 0);
    let (mut quote, mut depth) = (None, 0_usize);
    while index < bytes.len() {
        let byte = bytes[index];
        match (quote, byte) {
            (Some(b'\''), b'\'') => quote = None,
            (Some(b'\''), _) => {}
            (_, b'\\') => index += 1,
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"' | b'`') => quote = Some(byte),
            (None, b'(') if index > 0 && matches!(at(index - 1), b'$' | b'<' | b'>') => depth += 1,
            (None, b'(') if depth > 0 => depth += 1,
            (None, b')') if depth > 0 => depth -= 1,
            (None, _) if depth > 0 => {}
            (None, b'#') if index == 0 || at(index - 1).is_ascii_whitespace() => break,
            (None, b';' | b'\n' | b'(' | b')') => {
                found.push((line[start..index].trim(), true));
                start = index + 1;
            }
            // `2>&1` and `&>file` are redirections.
            (None, b'&') if at(index + 1) != b'>' && (index == 0 || !matches!(at(index - 1), b'>' | b'<')) => {
                found.push((line[start..index].trim(), true));
                start = index + 1;
            }
            (None, b'|') => {
                let either = at(index + 1) == b'|';
                found.push((line[start..index].trim(), either));
                index += usize::from(either || at(index + 1) == b'&');
                start = index + 1;
            }
            _ => {}
        }
        index += 1;
    }
    found.push((line[start..index.min(line.len())].trim(), true));
    found
}

/// The words of a command as its program gets them. Where a quote is not closed, it is a letter.
pub(crate) fn words(command: &str) -> Vec<String> {
    let mut shlex = Shlex::new(command);
    let words: Vec<String> = shlex.by_ref().collect();
    if shlex.had_error { command.split_whitespace().map(str::to_owned).collect() } else { words }
}

/// What the last command of a line runs.
pub(crate) fn last_run(line: &str) -> Option<Run> {
    Run::of(pipeline(line).last()?)
}

/// A command that takes what a reader types next: `cat > FILE`, `sudo tee FILE`, `wc -l`. One that is given a file, or a
/// here-document, does not.
pub(crate) fn reads_input(command: &str) -> bool {
    if command.contains(['<', '|']) {
        return false;
    }
    let Some(run) = last_run(command) else { return false };
    let is_target = |at: usize| at.checked_sub(1).is_some_and(|before| run.arguments[before].ends_with('>'));
    let mut given = run
        .arguments
        .iter()
        .enumerate()
        .filter(|(at, word)| !(is_target(*at) || word.contains('>') || word.starts_with('-')));
    match run.program.map(|program| program.input) {
        Some(Input::Always) => true,
        Some(Input::WithoutFile) => given.next().is_none(),
        _ => false,
    }
}

/// The words of a typed line, cut at spaces and at what means something to a shell.
pub(crate) fn pieces(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| c.is_whitespace() || ";&|()`{}<>\"'".contains(c))
}

pub(crate) fn is_in_background(line: &str) -> bool {
    line.trim_end().ends_with('&')
}

/// A word for a shell.
pub(crate) fn quoted(word: &str) -> String {
    let simple = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "/._-+,@:".contains(c));
    if simple { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// The options and words of a command.
pub(crate) struct Options<'a>(pub(crate) &'a [String]);

impl Options<'_> {
    /// Whether an option is given, a short one also behind others, or a word.
    pub(crate) fn has(&self, option: &str) -> bool {
        match option.strip_prefix('-') {
            Some(letter) if letter.chars().count() == 1 => {
                self.0.iter().any(|word| word.starts_with('-') && !word.starts_with("--") && word[1..].contains(letter))
            }
            _ => self.0.iter().any(|word| word == option || word.split('=').next() == Some(option)),
        }
    }
}

/// What a command runs in the end.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// The program's name.
    pub(crate) name: String,
    /// Its row.
    pub(crate) program: Option<&'static Program>,
    /// What it is given.
    pub(crate) arguments: Vec<String>,
    /// As root.
    pub(crate) root: bool,
    /// As somebody who is named.
    pub(crate) user: Option<String>,
    /// In another machine.
    pub(crate) is_elsewhere: bool,
    /// No command is given, so it opens a shell, or whatever an image runs.
    pub(crate) opens_shell: bool,
    /// The terminal's input reaches it.
    pub(crate) has_terminal: bool,
    /// Something before it ends it.
    pub(crate) is_ended: bool,
    image: Option<String>,
}

/// A command in a command in a command.
const DEEPEST: usize = 16;

impl Run {
    /// What a command runs, whatever stands before it.
    pub(crate) fn of(command: &str) -> Option<Self> {
        Self::of_words(words(command), 0)
    }

    fn of_words(mut words: Vec<String>, depth: usize) -> Option<Self> {
        let assigned = words.iter().take_while(|word| is_assignment(word) || word.as_str() == "{").count();
        words.drain(..assigned);
        if words.is_empty() {
            return None;
        }
        let arguments = words.split_off(1);
        let mut run = Self {
            name: base(&words[0]).to_owned(),
            program: named(&words[0]),
            arguments,
            root: false,
            user: None,
            is_elsewhere: false,
            opens_shell: false,
            has_terminal: true,
            is_ended: false,
            image: None,
        };
        // `docker compose` is `docker-compose`.
        if run.program.is_some_and(|program| program.before.is_some())
            && let Some(at) = run.arguments.iter().position(|word| !word.starts_with('-'))
            && !run.arguments[at].contains('/')
            && let whole = format!("{}-{}", run.name, run.arguments[at])
            && let Some(program) = named(&whole)
        {
            run.arguments.drain(..=at);
            (run.name, run.program) = (whole, Some(program));
        }
        let inner = match run.program {
            Some(program) if depth < DEEPEST => run.inner(program),
            _ => None,
        };
        match inner.map(|words| Self::of_words(words, depth + 1)) {
            Some(Some(inner)) => Some(Self {
                root: if inner.user.is_some() || inner.root { inner.root } else { run.root },
                user: inner.user.clone().or(run.user),
                is_elsewhere: run.is_elsewhere || inner.is_elsewhere,
                has_terminal: run.has_terminal && inner.has_terminal,
                is_ended: run.is_ended || inner.is_ended,
                ..inner
            }),
            _ => Some(run),
        }
    }

    /// The words of the command that this one does, if it does another.
    fn inner(&mut self, program: &'static Program) -> Option<Vec<String>> {
        let value = |options: &[&str], word: &str, next: Option<&String>| {
            let attached = |option: &&&str| option.len() == 2 && word.len() > 2 && word.starts_with(**option);
            if options.contains(&word) {
                next.cloned()
            } else if let Some((name, value)) = word.split_once('=') {
                options.contains(&name).then(|| value.to_owned())
            } else {
                options.iter().find(attached).map(|option| word[option.len()..].to_owned())
            }
        };
        let before = program.before;
        let mut verb = before.is_none_or(|before| before.verbs.is_empty());
        let mut own = before.map_or(0, |before| before.words);
        let mut at = 0;
        let mut script = None;
        while at < self.arguments.len() {
            let word = self.arguments[at].as_str();
            let next = self.arguments.get(at + 1);
            // `ssh -N`, `sudo -e`.
            let itself = program.batch.contains(&word) || program.edits.iter().any(|edits| edits.when.names(word));
            if before.is_some() && itself {
                return None;
            }
            if let Some(line) = value(program.inline, word, next) {
                return pipeline(&line).last().map(|command| words(command));
            }
            if let Some(user) = value(program.users, word, next) {
                self.user = Some(user);
            }
            if word == "--" && verb {
                at += 1;
                break;
            }
            if word.len() > 1 && word.starts_with('-') {
                self.opens_shell |= program.shells.contains(&word);
                at += if program.valued.contains(&word) { 2 } else { 1 };
            } else if before.is_none() {
                script.get_or_insert(at);
                at += 1;
            } else if !verb {
                if !before.is_some_and(|before| before.verbs.contains(&word)) {
                    return None;
                }
                verb = true;
                at += 1;
            } else if own > 0 {
                own -= 1;
                self.image = Some(word.to_owned());
                at += 1;
            } else if is_assignment(word) {
                at += 1;
            } else {
                break;
            }
        }
        let Some(before) = before else {
            let script = script.filter(|_| program.scripts)?;
            return named(&self.arguments[script]).map(|_| self.arguments[script..].to_vec());
        };
        if !verb || own > 0 {
            return None;
        }
        let options = Options(&self.arguments[..at.min(self.arguments.len())]);
        let detached = before.elsewhere && (options.has("-d") || options.has("--detach"));
        let interactive = ["-i", "-t", "--interactive", "--tty"].iter().any(|option| options.has(option));
        self.has_terminal = !detached && (!before.terminal || interactive);
        self.root = self.user.as_ref().map_or(before.root, |user| user == "root");
        self.is_elsewhere = before.elsewhere;
        self.is_ended = program.ends;
        if at >= self.arguments.len() {
            self.opens_shell |= before.shell && program.shells.is_empty() && self.has_terminal;
            return None;
        }
        self.opens_shell = false;
        Some(self.arguments[at..].to_vec())
    }

    /// The name of the image or container that it is done in.
    pub(crate) fn image(&self) -> Option<&str> {
        let image = base(self.image.as_deref()?);
        image.split([':', '@']).next()
    }

    /// Whether it shows what others wrote.
    pub(crate) fn is_showing(&self) -> bool {
        self.is(|program| program.shows)
    }

    /// Whether one of these is true of it.
    pub(super) fn is(&self, of: impl FnOnce(&'static Program) -> &'static [When]) -> bool {
        self.program.is_some_and(|program| of(program).iter().any(|when| when.is(&self.arguments)))
    }
}

/// Whether a word is `NAME=value`.
pub(crate) fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |(name, _)| name);
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_+[]".contains(c))
}

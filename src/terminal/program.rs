//! What is known of programs: one row a program, and what others ask about them.
//!
//! The rows stand in the files below, by what the programs are. To add a program, add a row to one of them: its names, and
//! what you know of it. Whatever you leave out is as in `PLAIN`. Tests walk over all rows: each example prompt is known to
//! the readers of pages and of terminals, each goodbye leaves, each example of an error is refused.

use std::{collections::HashMap, sync::LazyLock};

use regex::Regex;

use super::{
    line::{self, Options, Run, base},
    prompt,
};

mod before;
mod clients;
mod databases;
mod editors;
mod languages;
pub mod need;
mod shells;
mod tools;

/// All that is known of a program.
#[derive(Debug)]
pub struct Program {
    /// How it is called; the first is its name in messages.
    names: &'static [&'static str],

    /// It is a shell, or opens one: what is typed at its prompt has a shell's grammar.
    pub(super) shell: bool,
    /// It says of commands and files that they are not there: `bash: x: command not found`.
    pub(super) speaks: bool,
    /// It does the command that stands behind it, here or elsewhere.
    pub(super) before: Option<Before>,
    /// Options behind which a user's name stands.
    pub(super) users: &'static [&'static str],
    /// Options with which it opens a shell if no command stands behind it.
    pub(super) shells: &'static [&'static str],
    /// Options behind which a command stands as one word: `sh -c 'ls'`.
    pub(super) inline: &'static [&'static str],
    /// Without the name of another user, it makes you root.
    becomes_root: bool,
    /// It ends what stands behind it.
    pub(super) ends: bool,
    /// Typed once more, it opens a shell as it did before, or has another one do that: it keeps nothing, and nothing runs out.
    again: bool,

    /// When it reads commands from the terminal, as far as its first words tell.
    opens: When,
    /// How many words it takes and still reads commands: `psql nodejs`, but not `python3 app.py`.
    words: usize,
    /// Options whose value is the next word.
    pub(super) valued: &'static [&'static str],
    /// Options and words with which it reads no commands.
    pub(super) batch: &'static [&'static str],
    /// A word behind it is a script, which may be a program with a row of its own: `python3 manage.py`.
    pub(super) scripts: bool,
    /// The languages of code blocks that it reads.
    pub(super) languages: &'static [&'static str],
    /// Those of them that people rather type than save.
    typed: &'static [&'static str],
    /// How its statements end.
    pub(super) grammar: Grammar,
    /// Its prompts.
    pub(super) prompts: &'static [Prompt],
    /// What begins a statement so that even a prompt that is not sure is its prompt, as a regular expression.
    pub(super) begins: &'static str,
    /// Its prompts for more of a statement.
    pub(super) more: &'static [Prompt],
    /// How one says goodbye to it; what ends with `(` goes on.
    pub(super) goodbye: &'static [&'static str],
    /// How it says in a line that it did not do what was typed, and an example.
    pub(super) refuses: Option<(&'static str, &'static str)>,
    /// What it prints below a result that a page may leave out, and an example.
    footer: Option<(&'static str, &'static str)>,

    /// When it goes on until it is stopped, and prints what a reader looks at.
    pub(super) endless: &'static [When],
    /// When it serves until it is stopped.
    pub(super) serves: &'static [When],
    /// When its full screen is a pager's.
    pages: &'static [When],
    /// When it shows what others wrote.
    pub(super) shows: &'static [When],
    /// When it lists what the computer has, whoever looks: disks, memory, addresses, processes.
    surveys: &'static [When],
    /// When it opens an editor, and for which file.
    pub(super) edits: &'static [Edits],
    /// In a pipe it hands on all that it reads, and ends when that does.
    pub(super) hands_on: bool,
    /// Options with which it ends before.
    pub(super) ends_with: &'static [&'static str],
    /// No reader passes over its failure; these statuses say only that nobody read on.
    pub(super) tells: Option<&'static [i32]>,
    /// What it is for is to fetch something.
    pub(super) fetches: bool,
    /// When it takes what a reader types next.
    pub(super) input: Input,
    /// It fails for a missing file, and has left what was wanted.
    pub(super) removes: bool,
    /// How it asks whether to go on, to which every reader says yes.
    confirms: Option<&'static str>,
    /// It shows or moves the shell's jobs.
    jobs: bool,
    /// Its name begins commands of many guides, and no sentence.
    everyday: bool,
}

/// A program of which nothing is known.
const PLAIN: Program = Program {
    names: &[],
    shell: false,
    speaks: false,
    before: None,
    users: &[],
    shells: &[],
    inline: &[],
    becomes_root: false,
    ends: false,
    again: false,
    opens: NEVER,
    words: MANY,
    valued: &[],
    batch: &[],
    scripts: false,
    languages: &[],
    typed: &[],
    grammar: Grammar::Brackets,
    prompts: &[],
    begins: "",
    more: &[],
    goodbye: &[],
    refuses: None,
    footer: None,
    endless: &[],
    serves: &[],
    pages: &[],
    shows: &[],
    surveys: &[],
    edits: &[],
    hands_on: false,
    ends_with: &[],
    tells: None,
    fetches: false,
    input: Input::Never,
    removes: false,
    confirms: None,
    jobs: false,
    everyday: false,
};

/// As many words as one likes.
const MANY: usize = usize::MAX;

/// How the statements of a program end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grammar {
    /// At `;`.
    Sql,
    /// By indentation.
    Python,
    /// At the last closed bracket.
    Brackets,
}

/// When a program reads what is typed behind its command, until `^D`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    Never,
    /// If it is given no file.
    WithoutFile,
    Always,
}

/// A prompt.
#[derive(Debug)]
pub(super) struct Prompt {
    /// The whole of it, as a regular expression.
    pub(super) looks: &'static str,
    /// What people see.
    #[cfg_attr(not(test), expect(dead_code, reason = "a row shows what its pattern means, and tests walk over it"))]
    pub(super) examples: &'static [&'static str],
    /// Nothing else looks like it. If it is not sure, it is a prompt only below a command that opens its program.
    pub(super) sure: bool,
}

const fn sure(looks: &'static str, examples: &'static [&'static str]) -> Prompt {
    Prompt { looks, examples, sure: true }
}

const fn unsure(looks: &'static str, examples: &'static [&'static str]) -> Prompt {
    Prompt { looks, examples, sure: false }
}

/// What a program is called with, for something to be true of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct When {
    /// One of these words stands behind it.
    verbs: &'static [&'static str],
    /// One of these options is given.
    with: &'static [&'static str],
    /// None of these options is given.
    without: &'static [&'static str],
    /// A number is all that is given.
    number: bool,
    never: bool,
}

const ALWAYS: When = When { verbs: &[], with: &[], without: &[], number: false, never: false };
const NEVER: When = When { never: true, ..ALWAYS };

const fn verbs(verbs: &'static [&'static str]) -> When {
    When { verbs, ..ALWAYS }
}

const fn with(verbs: &'static [&'static str], with: &'static [&'static str]) -> When {
    When { verbs, with, ..ALWAYS }
}

const fn without(verbs: &'static [&'static str], without: &'static [&'static str]) -> When {
    When { verbs, without, ..ALWAYS }
}

impl When {
    /// Whether this option is one of those that are needed.
    pub(super) fn names(&self, option: &str) -> bool {
        self.with.contains(&option)
    }

    pub(super) fn is(&self, arguments: &[String]) -> bool {
        let given = Options(arguments);
        let any = |options: &[&str]| options.iter().any(|option| given.has(option));
        !self.never
            && (self.verbs.is_empty() || any(self.verbs))
            && (self.with.is_empty() || any(self.with))
            && !any(self.without)
            && (!self.number || arguments.len() == 1 && arguments[0].parse::<u32>().is_ok())
    }
}

/// How a program does the command behind it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before {
    /// One of these words must stand behind it first.
    pub(super) verbs: &'static [&'static str],
    /// Words of its own before the command: a container's name, a time.
    pub(super) words: usize,
    /// As root, if no user is named.
    pub(super) root: bool,
    /// In another machine.
    pub(super) elsewhere: bool,
    /// Without a command it opens a shell.
    pub(super) shell: bool,
    /// It needs an option (`-it`) to have a terminal.
    pub(super) terminal: bool,
}

/// How a program opens an editor.
#[derive(Debug)]
pub(super) struct Edits {
    /// When it does.
    pub(super) when: When,
    /// The file, if it is not the one that is named; `UNIT` is a service that is.
    pub(super) path: Option<&'static str>,
    /// As root.
    pub(super) root: bool,
    /// How the file is read and written, if that is not done by its path: `USER` is an option with the user's name, `$1` a
    /// file with what is to be written.
    pub(super) through: Option<(&'static str, &'static str)>,
}

/// All rows.
pub(super) fn rows() -> impl Iterator<Item = &'static Program> {
    [shells::ROWS, before::ROWS, databases::ROWS, languages::ROWS, clients::ROWS, tools::ROWS, editors::ROWS]
        .into_iter()
        .flatten()
}

/// The row of a program, by its name or path.
pub(crate) fn named(word: &str) -> Option<&'static Program> {
    static NAMES: LazyLock<HashMap<&str, &Program>> =
        LazyLock::new(|| rows().flat_map(|row| row.names.iter().map(move |name| (*name, row))).collect());
    NAMES.get(base(word)).copied()
}

/// Whether blocks in this language are mostly typed at the prompt of a program.
pub(crate) fn is_typed(language: &str) -> bool {
    rows().any(|row| row.typed.iter().any(|known| known.eq_ignore_ascii_case(language)))
}

/// Whether any program but a shell reads commands in this language.
pub(crate) fn is_read(language: &str) -> bool {
    rows().any(|row| !row.shell && row.reads(language))
}

/// How statements in this language end.
pub(super) fn grammar(language: &str) -> Grammar {
    rows().find(|row| !row.shell && row.reads(language)).map_or(Grammar::Brackets, |row| row.grammar)
}

/// Whether blocks in this language are typed at the prompt of a shell.
pub(crate) fn is_of_shell(language: &str) -> bool {
    rows().any(|row| row.shell && row.reads(language))
}

/// The program that is open after a command, if `open` was before.
pub(crate) fn after(open: Option<&'static Program>, prompt: &str, line: &str) -> Option<&'static Program> {
    let open = open.filter(|_| prompt.is_empty() || !prompt::is_shell(prompt));
    match open {
        Some(program) => open.filter(|_| !program.leaves(line)),
        None => Opening::of(line).map(|opening| opening.program).filter(|program| !program.shell),
    }
}

/// What a command opens that reads commands from the terminal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening {
    pub(crate) program: &'static Program,
    /// It runs as root.
    pub(crate) root: bool,
}

impl Opening {
    /// What the last command of a shell's line opens.
    pub(crate) fn of(line: &str) -> Option<Self> {
        if line.contains(['<', '>', '`']) || line::is_in_background(line) {
            return None;
        }
        let [command] = line::pipeline(line)[..] else { return None };
        let run = Run::of(command)?;
        if run.opens_shell {
            // An image is mostly called after what it runs.
            let image = run.image().and_then(named).filter(|program| !program.prompts.is_empty());
            // In a container one is mostly root.
            return Some(Self { program: image.or_else(|| named("sh"))?, root: run.root || run.is_elsewhere });
        }
        let program = run.program.filter(|program| run.has_terminal && program.is_open_with(&run.arguments))?;
        let user = run.arguments.iter().find(|word| !word.starts_with('-'));
        let root = run.root || run.is_elsewhere;
        let root = if program.becomes_root { user.is_none_or(|user| user == "root") } else { root };
        Some(Self { program, root })
    }
}

/// A command that may open a shell or a program that reads commands: such a prompt needs no further thought.
pub(crate) fn opens(line: &str) -> bool {
    line.split_whitespace().filter_map(named).any(Program::may_open)
}

/// A command that may open a program whose prompt looks like a question, as `> ` or `word> `: not a script that asks.
pub(crate) fn opens_program(line: &str) -> bool {
    const SUBCOMMANDS: &[&str] = &["console", "repl", "shell", "tinker"];
    let Some(run) = line::last_run(line) else { return false };
    let of_program = |word: &String| SUBCOMMANDS.contains(&word.as_str());
    match run.program {
        _ if run.opens_shell => true,
        Some(program) if program.may_open() => {
            program.is_open_with(&run.arguments) || run.arguments.iter().any(of_program)
        }
        _ => run.is_elsewhere || run.arguments.iter().any(of_program),
    }
}

/// A line that does nothing but open a shell, here and in the terminal: typed once more, it opens another one like it.
pub(crate) fn only_opens_shell(line: &str) -> bool {
    let is_one = line::commands(line).count() == 1 && !line.contains("$(");
    let words = line::words(line);
    let first = words.iter().find(|word| !line::is_assignment(word)).and_then(|word| named(word));
    let does_more = |program: &Program| !program.again && (program.shell || program.before.is_some());
    is_one
        && first.is_some_and(|program| program.again)
        && !words.iter().filter_map(|word| named(word)).any(does_more)
        && Opening::of(line).is_some_and(|opening| opening.program.again)
}

/// The name of the program that a line starts.
pub(crate) fn name(line: &str) -> String {
    line::last_run(line).map_or_else(|| "program".to_owned(), |run| run.name)
}

/// A line that says goodbye to a shell or a program, whichever it is.
pub(crate) fn leaves(line: &str) -> bool {
    static GOODBYE: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let mut words: Vec<&str> = rows().flat_map(|row| row.goodbye).copied().collect();
        words.sort_unstable();
        words.dedup();
        words
    });
    says_goodbye(line, &GOODBYE)
}

fn says_goodbye(line: &str, words: &[&str]) -> bool {
    let line = line.trim();
    let bare = line.trim_end_matches(';').trim_end();
    let first = bare.split_whitespace().next().unwrap_or_default();
    words.iter().any(|word| match word.strip_suffix('(') {
        Some(_) => line.starts_with(word),
        None => line == *word || bare == *word || first.eq_ignore_ascii_case(word) && !word.contains(' '),
    })
}

/// Whether a command enters another machine than the one where it is typed.
pub(crate) fn is_elsewhere(opened_by: &str) -> bool {
    line::last_run(opened_by).is_some_and(|run| run.is_elsewhere)
}

/// A command whose full screen is a pager's, whatever it shows.
pub(crate) fn runs_pager(line: &str) -> bool {
    line::last_run(line).is_some_and(|run| run.is(|program| program.pages))
}

/// Whether a command lists what the computer has, and so shows something else on each.
pub(crate) fn surveys(line: &str) -> bool {
    let first = line::pipeline(line).first().and_then(|first| Run::of(first));
    first.is_some_and(|run| !run.is_elsewhere && run.is(|program| program.surveys))
}

/// A command that shows or moves the shell's jobs on purpose.
pub(crate) fn is_about_jobs(line: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric()).filter_map(named).any(|program| program.jobs)
}

/// Whether a question is that of one of the commands typed whether it may go on.
pub(crate) fn confirms(question: &str, commands: &[String]) -> bool {
    let asks =
        |word: &str| named(word).and_then(|program| program.confirms).is_some_and(|asks| question.ends_with(asks));
    commands.iter().any(|command| line::pieces(command).any(asks))
}

/// Programs that the reader of a page has, and their packages in Debian, whose smallest image lacks them: what is on any server, and
/// the tools of those who use a language.
#[rustfmt::skip]
const BASICS: &[(&str, &str)] = &[
    ("sudo", "sudo"), ("curl", "curl"), ("wget", "wget"), ("git", "git"), ("gpg", "gnupg"), ("unzip", "unzip"), ("xz", "xz-utils"), ("less", "less"),
    ("nano", "nano"), ("ip", "iproute2"), ("ping", "iputils-ping"), ("ps", "procps"), ("lsb_release", "lsb-release"),
    ("pip", "python3-venv"), ("pip3", "python3-venv"), ("python", "python3-venv"), ("python3", "python3-venv"), ("pipx", "pipx"),
    ("npm", "npm"), ("npx", "npm"), ("node", "nodejs"), ("gem", "ruby"), ("bundle", "ruby-bundler"), ("cargo", "cargo"), ("go", "golang-go"),
    ("make", "build-essential"), ("gcc", "build-essential"), ("cmake", "cmake"), ("php", "php-cli"), ("composer", "composer"),
];

/// The packages of those programs that a line names.
pub(crate) fn basics(line: &str) -> impl Iterator<Item = &'static str> {
    let words: Vec<&str> = line::commands(line).flat_map(line::pieces).collect();
    BASICS.iter().filter(move |(name, _)| words.contains(name)).map(|(_, package)| *package)
}

/// Whether a program of this name reads commands that are no shell's.
pub(crate) fn reads_its_own(name: &str) -> bool {
    named(name).is_some_and(|program| !program.shell && !program.prompts.is_empty())
}

/// What a reader types to leave the program of this name.
pub(crate) fn goodbye(name: &str) -> Option<&'static str> {
    named(name)?.goodbye()
}

/// Whether a word is the name of a program that begins commands of many guides, and no sentence.
pub(crate) fn is_everyday(word: &str) -> bool {
    named(word).is_some_and(|program| program.everyday || program.before.is_some() || program.shell)
}

impl Program {
    /// Its name in messages.
    pub(crate) fn name(&self) -> &'static str {
        self.names[0]
    }

    /// Whether it reads blocks in this language.
    pub(crate) fn reads(&self, language: &str) -> bool {
        self.languages.iter().any(|known| known.eq_ignore_ascii_case(language))
    }

    /// The language of blocks that it reads.
    pub(crate) fn language(&self) -> Option<&'static str> {
        self.languages.first().copied()
    }

    /// Whether a line says goodbye to it.
    pub(crate) fn leaves(&self, line: &str) -> bool {
        says_goodbye(line, self.goodbye)
    }

    /// Whether it reads the language of scripts, and many machines have it.
    pub(crate) fn is_interpreter(&self) -> bool {
        self.scripts && self.everyday && !self.shell
    }

    /// What a reader types to leave it.
    pub(crate) fn goodbye(&self) -> Option<&'static str> {
        self.goodbye.first().copied()
    }

    /// Whether what is typed at its prompt is read by a shell's grammar.
    pub(crate) fn is_shell(&self) -> bool {
        self.shell
    }

    /// Whether it does the command that stands behind it: `sudo`, `env`.
    pub(crate) fn does_what_follows(&self) -> bool {
        self.before.is_some()
    }

    fn may_open(&self) -> bool {
        !self.opens.never || self.before.is_some_and(|before| before.shell)
    }

    /// Whether it reads commands from the terminal with these arguments.
    fn is_open_with(&self, arguments: &[String]) -> bool {
        let mut words = 0;
        let mut rest = arguments.iter().map(String::as_str);
        while let Some(word) = rest.next() {
            let name = word.split('=').next().unwrap_or(word);
            if self.batch.contains(&name) {
                return false;
            }
            if self.valued.contains(&word) {
                rest.next();
            } else if !word.starts_with('-') {
                words += 1;
            }
        }
        words <= self.words && self.opens.is(arguments)
    }
}

/// Where the footer of a client begins in its output, blank lines before it included: the output's length if it has none.
pub fn footer(output: &str) -> usize {
    static FOOTER: LazyLock<Regex> = LazyLock::new(|| {
        let looks: Vec<&str> = rows().filter_map(|row| row.footer).map(|(looks, _)| looks).collect();
        Regex::new(&format!("^({})$", looks.join("|"))).expect("a valid pattern")
    });
    let mut rest = output;
    let mut begins = output.len();
    loop {
        let before = rest.trim_end();
        let (start, line) = before.rfind('\n').map_or((0, before), |at| (at + 1, &before[at + 1..]));
        if !FOOTER.is_match(line.trim()) {
            return begins;
        }
        rest = &output[..start];
        begins = rest.trim_end().len();
    }
}

#[cfg(test)]
mod tests;

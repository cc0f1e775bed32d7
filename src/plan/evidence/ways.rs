//! Several ways to the same end, of which a reader goes one: of those that install the same, the first that the machine has the means
//! for; of those that the page joins by “or”, the first.

use std::collections::{HashMap, HashSet};

use super::{
    super::{
        blocks::Block,
        command::lines_of,
        prose::{Kind, Passage, sentences},
    },
    Tongue, headings, items,
    phrase::{Phrase, says},
    tongue,
};
use crate::terminal::{
    command::{self, Family},
    line,
    program::{self, Program},
};

/// How well a way fits Debian, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::plan) enum Fit {
    /// Debian's packages bring what it needs.
    Here,
    /// The project's own source, which is more work than a package.
    Source,
    /// It needs a program first that Debian does not bring.
    Bring,
    /// It is for another system, or changes how the machine is kept.
    Elsewhere,
}

/// An installer, how it is asked to install, and how well it fits.
struct Row {
    programs: &'static [&'static str],
    /// One of these words stands behind it, before what is installed.
    verbs: &'static [&'static str],
    fit: Fit,
    /// Lines that install `tool` with it.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test walks over them"))]
    with: &'static [&'static str],
}

const ROWS: &[Row] = &[
    Row {
        programs: &["apt", "apt-get", "aptitude"],
        verbs: &["install"],
        fit: Fit::Here,
        with: &["sudo apt install -y tool", "sudo apt-get install python3-tool"],
    },
    Row {
        programs: &["pip", "pip3", "pipx"],
        verbs: &["install"],
        fit: Fit::Here,
        with: &[
            "pip install \"tool[all]==1.2\"",
            "pip install git+https://example.org/me/tool.git@next",
            "pipx install tool",
        ],
    },
    Row {
        programs: &["npm"],
        verbs: &["install", "i", "add"],
        fit: Fit::Here,
        with: &["npm install -g @me/tool@next", "npm i --save tool"],
    },
    Row {
        programs: &["gem", "cargo", "go", "composer"],
        verbs: &["install", "add", "get", "require", "global"],
        fit: Fit::Here,
        with: &[
            "go install github.com/me/tool@latest",
            "cargo install --locked tool",
            "composer global require me/tool",
        ],
    },
    Row {
        programs: &["git"],
        verbs: &["clone"],
        fit: Fit::Source,
        with: &["git clone -b next https://example.org/me/tool.git"],
    },
    Row {
        programs: &["uv", "poetry", "pdm", "yarn", "pnpm", "bun", "deno"],
        verbs: &["install", "add", "i", "global", "tool"],
        fit: Fit::Bring,
        with: &["uv tool install tool@latest", "poetry add --group dev tool", "yarn global add tool"],
    },
    Row {
        programs: &["conda", "mamba", "micromamba", "snap", "flatpak", "nix", "asdf", "mise", "sdk"],
        verbs: &["install", "add", "profile"],
        fit: Fit::Elsewhere,
        with: &["conda install -c conda-forge tool", "snap install tool"],
    },
    Row {
        programs: &[
            "brew", "port", "dnf", "yum", "zypper", "pacman", "yay", "paru", "apk", "emerge", "pkg", "choco", "winget",
            "scoop", "nix-env",
        ],
        verbs: &["install", "add", "-S", "-Sy", "-Syu", "-iA"],
        fit: Fit::Elsewhere,
        with: &["brew install me/tap/tool", "sudo pacman -S tool"],
    },
];

/// Options of installers whose value is the next word.
const VALUED: &[&str] = &[
    "-b",
    "--branch",
    "--depth",
    "-c",
    "--channel",
    "--group",
    "-G",
    "--name",
    "-r",
    "--requirement",
    "--index-url",
    "--extra-index-url",
    "--registry",
    "--python",
    "--with",
    "--features",
    "-t",
    "--target",
    "--default-release",
];

/// What a command installs by name.
#[derive(Debug, Clone)]
struct Installs {
    program: String,
    fit: Fit,
    /// Names, without versions and extras.
    things: Vec<String>,
    /// Its programs are on the path.
    global: bool,
}

impl Installs {
    fn of(command: &str) -> Option<Self> {
        let words = line::words(command);
        let goes_before = |word: &str| {
            let before = program::named(line::base(word)).is_some_and(Program::does_what_follows);
            before && row_of(line::base(word)).is_none() || word.starts_with('-') || line::is_assignment(word)
        };
        let begin = words.iter().position(|word| !goes_before(word))?;
        let words = &words[begin..];
        let module = words.windows(2).position(|pair| pair[0] == "-m").map(|at| at + 1);
        let at = module.filter(|at| row_of(&words[*at]).is_some()).unwrap_or(0);
        let (program, given) = (line::base(&words[at]).to_owned(), &words[at + 1..]);
        let row = row_of(&program)?;
        let verb = given.iter().position(|word| row.verbs.contains(&word.as_str()))?;
        // An option may stand before, and no other verb: `npm run add`.
        if given[..verb].iter().any(|word| !word.starts_with('-') && word != "pip") {
            return None;
        }
        let mut things = Vec::new();
        // `uv tool install`, `yarn global add`.
        let two = ["tool", "global", "profile"].contains(&given[verb].as_str());
        let verb =
            verb + usize::from(two && given.get(verb + 1).is_some_and(|next| row.verbs.contains(&next.as_str())));
        let mut rest = given[verb + 1..].iter();
        while let Some(word) = rest.next() {
            if VALUED.contains(&word.as_str()) {
                rest.next();
            } else if !word.starts_with('-') {
                things.extend(Some(name(word)).filter(|name| !name.is_empty() && name != "."));
            }
            // What stands behind an address is where it goes.
            if row.fit == Fit::Source && !things.is_empty() {
                break;
            }
        }
        let local = ["npm", "yarn", "pnpm", "bun", "poetry", "pdm"].contains(&program.as_str());
        let global = !local || given.iter().any(|word| ["-g", "--global", "global"].contains(&word.as_str()));
        Some(Self { program, fit: row.fit, things, global })
    }

    /// Whether it leaves nothing to install for another command.
    fn covers(&self, other: &Self) -> bool {
        let has = |thing: &String| self.things.iter().any(|own| same(own) == same(thing));
        !other.things.is_empty() && other.things.iter().all(has) && (self.global || !other.global)
    }
}

/// The row of an installer.
fn row_of(program: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.programs.contains(&program))
}

/// The name of what a word installs: `tool` of `"@me/tool[all]==1.2"` or of an address.
fn name(word: &str) -> String {
    let name = word.split(".git@").next().unwrap_or(word).trim_end_matches('/').trim_end_matches(".git");
    let name = name.rsplit('/').next().unwrap_or(name);
    let end = name.find(['[', '=', '<', '>', '@', '~', '#']).filter(|end| *end > 0).unwrap_or(name.len());
    name[..end].to_lowercase()
}

/// A package's name without what managers put around it: `rich` of `python3-rich`, `rich-cli`.
fn same(thing: &str) -> String {
    let thing = thing.replace('_', "-");
    let bare = ["python3-", "python-", "node-"].iter().find_map(|begin| thing.strip_prefix(begin)).unwrap_or(&thing);
    ["-cli", "-bin", "-git"].iter().find_map(|end| bare.strip_suffix(end)).unwrap_or(bare).to_owned()
}

/// What a command installs, without versions and extras: `pip install "tool[all]==1.2"` installs `tool`.
pub(in crate::plan) fn installed(command: &str) -> Option<Vec<String>> {
    Installs::of(command).filter(|installs| installs.fit != Fit::Source).map(|installs| installs.things)
}

/// What a command of the text installs for the whole machine, if that is one thing and this machine has the means for it.
pub(in crate::plan) fn named(command: &str) -> Option<String> {
    let installs = Installs::of(command).filter(|installs| installs.global && installs.fit != Fit::Elsewhere)?;
    let [thing] = &installs.things[..] else { return None };
    (installs.fit != Fit::Source).then(|| same(thing))
}

/// How well the way of a command fits, the best first.
pub(in crate::plan) fn rank(command: &str) -> Option<Fit> {
    Installs::of(command).map(|installs| installs.fit)
}

/// A command, with where it stands.
struct Typed {
    /// Its first line in the block, from 0.
    at: usize,
    /// Its line in the file, from 1.
    line: usize,
    /// Without prompts, in one line.
    text: String,
}

/// A command of the page that installs.
struct Way {
    block: (String, usize),
    /// Its line in the file, from 1.
    line: usize,
    typed: String,
    installs: Installs,
    /// A reader of this machine may go it.
    open: bool,
}

/// The commands of a page that are another way to what a command does.
#[derive(Debug, Clone, Default)]
pub(in crate::plan) struct Ways {
    /// By the path and the line of their block: each command that installs, with the line of the one that is done instead.
    installs: Found,
    /// The same of those that the page joins by “or”.
    joined: Found,
    /// The blocks with the only way, or the best, to install what the page calls.
    only: HashSet<(String, usize)>,
}

/// By the path and the line of a block: commands, each with the line of the one that makes it needless.
type Found = HashMap<(String, usize), Vec<(String, usize)>>;

impl Ways {
    /// Those of all blocks.
    pub(in crate::plan) fn new(blocks: &[Block<'_>], prose: &[Passage]) -> Self {
        let mut all: Vec<Way> = blocks.iter().flat_map(|block| ways(block, prose)).collect();
        bring(&mut all, blocks);
        let called = called(blocks);
        let mut only = HashSet::new();
        let mut installs: Found = HashMap::new();
        for way in &all {
            let covers = |other: &&Way| other.open && other.installs.covers(&way.installs);
            // Of equals, `min_by_key` takes the first.
            let Some(best) = all.iter().filter(covers).min_by_key(|other| other.installs.fit) else { continue };
            if is_other(best, way) {
                installs.entry(way.block.clone()).or_default().push((way.typed.clone(), best.line));
            } else if way.installs.things.iter().any(|thing| called.contains(&same(thing))) {
                only.insert(way.block.clone());
            }
        }
        let joined = blocks.iter().map(|block| (key(block), joined_by_or(block, prose)));
        Self { installs, joined: joined.filter(|(_, found)| !found.is_empty()).collect(), only }
    }

    /// Why a command of a block is not typed: it is another way to what a command before it does.
    pub(in crate::plan) fn why_not(&self, block: &Block<'_>, command: &str) -> Option<String> {
        let installed = self.line(&self.installs, block, command);
        let install = |line| format!("it is another way to install what line {line} installs");
        let either = || self.line(&self.joined, block, command);
        installed.map(install).or_else(|| Some(format!("it is another way to what line {} does", either()?)))
    }

    /// Whether a block is the only way, or the best, to install what the page calls.
    pub(in crate::plan) fn is_only(&self, block: &Block<'_>) -> bool {
        self.only.contains(&key(block))
    }

    fn line(&self, found: &Found, block: &Block<'_>, command: &str) -> Option<usize> {
        let found = found.get(&key(block))?;
        found.iter().find(|(typed, _)| typed == command).map(|(_, line)| *line)
    }

    /// Whether all that a block does is to install in another way: its installers are asked for nothing else, or it goes on with
    /// the source that it fetches.
    pub(in crate::plan) fn installs_otherwise(&self, block: &Block<'_>) -> bool {
        if !self.installs.contains_key(&key(block)) {
            return false;
        }
        let typed = commands(block);
        let installs: Vec<(&str, Installs)> =
            typed.iter().filter_map(|typed| Some((typed.text.as_str(), Installs::of(first(&typed.text))?))).collect();
        let other = |(typed, _): &(&str, Installs)| self.line(&self.installs, block, typed).is_some();
        let source = installs.first().is_some_and(|(_, first)| first.fit == Fit::Source);
        let is_of = |name: &str| installs.iter().any(|(_, installs)| installs.program == name);
        let of_installer = |typed: &Typed| {
            Installs::of(first(&typed.text)).is_some() || line::runs(&typed.text).all(|run| is_of(&run.name))
        };
        let mut named = installs.iter().filter(|(_, installs)| !installs.things.is_empty());
        source && installs.first().is_some_and(other) || named.all(other) && typed.iter().all(of_installer)
    }
}

/// An installer that a page brings itself, before it uses it, is here.
fn bring(all: &mut [Way], blocks: &[Block<'_>]) {
    for way in all.iter_mut().filter(|way| way.installs.fit == Fit::Bring) {
        let before = blocks.iter().take_while(|block| key(block) != way.block);
        let names = |typed: &Typed| {
            let mut words = typed.text.split(|c: char| !c.is_alphanumeric());
            words.nth(1).is_some() && words.any(|word| word == way.installs.program)
        };
        if before.flat_map(commands).any(|typed| names(&typed)) {
            way.installs.fit = Fit::Here;
        }
    }
}

/// The programs that the commands of a page call.
fn called(blocks: &[Block<'_>]) -> HashSet<String> {
    let typed = blocks.iter().flat_map(commands);
    typed.flat_map(|typed| line::runs(&typed.text).map(|run| same(&run.name)).collect::<Vec<_>>()).collect()
}

fn key(block: &Block<'_>) -> (String, usize) {
    let at = block.at();
    (at.path, at.line)
}

/// The first command of a line: what it installs counts.
fn first(typed: &str) -> &str {
    line::commands(typed).find(|command| Installs::of(command).is_some()).unwrap_or(typed)
}

/// Whether a way is not the best one. What the system's own manager installs again may be for another place, and so may what is
/// typed again.
fn is_other(best: &Way, way: &Way) -> bool {
    let again = best.installs.program == way.installs.program && command::family_of(&way.installs.program).is_some();
    let itself = (&best.block, &best.typed) == (&way.block, &way.typed);
    !itself && best.typed != way.typed && !again
}

/// The commands of a block that install something by name.
fn ways(block: &Block<'_>, prose: &[Passage]) -> Vec<Way> {
    let all = &prose[..block.passages];
    let names = |text: &str| command::families_of_label(text);
    let is_short = |text: &&str| text.split_whitespace().count() <= 12;
    let labels: Vec<&str> = headings(all).into_iter().chain(items(all, block)).filter(is_short).collect();
    let of = labels.iter().map(|text| names(text)).rfind(|found| !found.is_empty());
    let open = !block.aside && block.folded.is_none() && of.is_none_or(|found| found.contains(&Family::Debian));
    let way = |typed: Typed| {
        let installs = Installs::of(first(&typed.text)).filter(|installs| !installs.things.is_empty())?;
        Some(Way { block: key(block), line: typed.line, typed: typed.text, installs, open })
    };
    commands(block).into_iter().filter_map(way).collect()
}

/// The commands of a block that are another way to what stands above them: behind a comment `# or`, or the second of two of which
/// the text says that either will do.
fn joined_by_or(block: &Block<'_>, prose: &[Passage]) -> Vec<(String, usize)> {
    let commands = commands(block);
    let lines: Vec<&str> = block.code.text.lines().collect();
    let said = prose[..block.passages].last().is_some_and(|passage| {
        passage.kind == Kind::Text && sentences(&passage.text).last().is_some_and(|told| says(Phrase::Either, told))
    });
    let mut found = Vec::new();
    let mut first: Option<usize> = None;
    for (number, typed) in commands.iter().enumerate() {
        let before = number.checked_sub(1).map(|before| &commands[before]);
        let between = before.map_or(&[][..], |before| &lines[before.at..typed.at]);
        let own_line = |line: &&str| line.trim_start().starts_with('#') && says_or(line);
        let behind = before.is_some_and(|before| says_or(lines[before.at]));
        let begins = behind || between.iter().any(own_line) || said && commands.len() == 2 && number == 1;
        // What stands right below belongs to the same way, unless only the command itself was set against the next.
        let ends = behind || between.len() > 1;
        first = match before {
            Some(before) if begins => Some(first.unwrap_or(before.line)),
            _ if ends => None,
            _ => first,
        };
        found.extend(first.map(|line| (typed.text.clone(), line)));
        if behind && !says_or(lines[typed.at]) {
            first = None;
        }
    }
    found
}

/// Whether a line says in a comment that what follows is another way: `# OR`.
fn says_or(line: &str) -> bool {
    let Some((_, comment)) = line.rsplit_once('#') else { return false };
    comment.split_whitespace().next().is_some_and(|word| word.trim_end_matches([':', ',']).eq_ignore_ascii_case("or"))
}

/// The commands of a block.
fn commands(block: &Block<'_>) -> Vec<Typed> {
    let code = &block.code;
    if !matches!(tongue(&code.language, code.form, code.role), Tongue::Shell | Tongue::Plain) {
        return Vec::new();
    }
    let typed = lines_of(&code.language, &code.text).into_iter();
    let line = |at: usize| code.lines.get(at).map_or(1, |at| block.origin.source.line_of(*at).0);
    typed.map(|(at, text)| Typed { at, line: line(at), text }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_installs_its_tool() {
        for row in ROWS {
            for line in row.with {
                let installs = Installs::of(line).unwrap_or_else(|| panic!("{line}"));
                assert_eq!((same(&installs.things[0]).as_str(), installs.fit), ("tool", row.fit), "{line}");
                assert_eq!(installs.things.len(), 1, "{line}");
            }
        }
    }

    #[test]
    fn what_commands_install() {
        for (line, things) in [
            ("pip install .", Some(vec![])),
            ("pip install -r requirements.txt", Some(vec![])),
            ("python3 -m pip install -U tool", Some(vec!["tool"])),
            ("uv pip install tool", Some(vec!["tool"])),
            ("sudo apt install -y git tool", Some(vec!["git", "tool"])),
            ("git clone https://example.org/me/tool", None),
            ("npm run add tool", None),
            ("make install", None),
            ("tool install x", None),
        ] {
            let expected = things.map(|things| things.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(installed(line), expected, "{line}");
        }
    }

    #[test]
    fn what_leaves_nothing_to_install() {
        for (own, other, covers) in [
            ("pip install tool", "pipx install tool", true),
            ("pip install tool", "pip install 'tool[all]'", true),
            ("pip install tool", "git clone https://example.org/me/tool", true),
            ("sudo apt install -y git tool", "pip install tool", true),
            ("sudo apt install -y git curl", "sudo apt install -y git make", false),
            ("npm install -g tool", "npm install tool", true),
            ("npm install tool", "npm install -g tool", false),
            ("pip install -r a.txt", "pip install -r b.txt", false),
        ] {
            let of = |line: &str| Installs::of(line).expect("it installs");
            assert_eq!(of(own).covers(&of(other)), covers, "{own}: {other}");
        }
    }
}

//! Why a guide did not come to its end, in a word of a small fixed list, with the line that shows it: what a night over a library is
//! sorted by.

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, net::IpAddr, sync::LazyLock};

use super::{GuideReport, Report, StepKind, StepReport};
use crate::plan::placeholder;
use crate::terminal::{
    failure::{not_found, said, unstarted},
    line::{self, Run},
    program::{
        self,
        need::{Need, needs},
    },
};

/// What stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CauseKind {
    /// The guide needs another machine: systemd, an engine, more rights, lists of packages.
    NeedsMachine,
    /// A command is not there.
    CommandNotFound,
    /// A package is not there.
    PackageNotFound,
    /// Something could not be fetched.
    DownloadFailed,
    /// A host does not answer, or has no name.
    HostUnreachable,
    /// A placeholder stands for a value that only its reader has.
    PlaceholderUnbound,
    /// A program asks, and the guide does not say what to answer.
    QuestionUnanswered,
    /// A program was not left: it runs on, or reads what is not for it.
    ProgramNotLeft,
    /// An output is another one.
    OutputDiffers,
    /// A file or a folder is not as the page expects it.
    FileUnexpected,
    /// A command, or the guide, takes longer than it may.
    OutOfTime,
    /// The machine has too little memory or room.
    OutOfMemory,
    /// The machine could not be made.
    NoMachine,
    /// The plan has errors.
    PlanWrong,
    /// A command fails for another reason.
    CommandFailed,
    /// guidepost itself has failed.
    Internal,
    /// Nobody reported it.
    Missing,
    /// What was reported is of other inputs.
    Stale,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The page's: it is not true, or no longer.
    Page,
    /// The author's, or the library's owner's: something has to be said for the page to be done.
    Author,
    /// The machine's: a reader's is another one.
    Machine,
}

/// Why a guide did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// What stands in the way.
    pub kind: CauseKind,
    /// Whose turn it is.
    pub part: Part,
    /// What it is about: the command, the package, the host, the question; empty if there is nothing to name.
    pub what: String,
    /// The line that shows it.
    pub evidence: String,
    /// What would mend it, as a line for `guidepost.yaml`, front matter or `verify.yaml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl CauseKind {
    /// In words, for a heading.
    pub fn words(self) -> &'static str {
        match self {
            Self::NeedsMachine => "needs another machine",
            Self::CommandNotFound => "a command is not there",
            Self::PackageNotFound => "a package is not there",
            Self::DownloadFailed => "a download failed",
            Self::HostUnreachable => "a host is not reachable",
            Self::PlaceholderUnbound => "a placeholder has no value",
            Self::QuestionUnanswered => "a question has no answer",
            Self::ProgramNotLeft => "a program was not left",
            Self::OutputDiffers => "an output differs",
            Self::FileUnexpected => "a file was not as expected",
            Self::OutOfTime => "it takes too long",
            Self::OutOfMemory => "the machine is too small",
            Self::NoMachine => "the machine could not be made",
            Self::PlanWrong => "the plan has errors",
            Self::CommandFailed => "a command fails",
            Self::Internal => "an internal error of guidepost",
            Self::Missing => "nobody reported it",
            Self::Stale => "its result is of other inputs",
        }
    }

    /// As reports and addresses write it: `command-not-found`.
    pub fn key(self) -> &'static str {
        match self {
            Self::NeedsMachine => "needs-machine",
            Self::CommandNotFound => "command-not-found",
            Self::PackageNotFound => "package-not-found",
            Self::DownloadFailed => "download-failed",
            Self::HostUnreachable => "host-unreachable",
            Self::PlaceholderUnbound => "placeholder-unbound",
            Self::QuestionUnanswered => "question-unanswered",
            Self::ProgramNotLeft => "program-not-left",
            Self::OutputDiffers => "output-differs",
            Self::FileUnexpected => "file-unexpected",
            Self::OutOfTime => "out-of-time",
            Self::OutOfMemory => "out-of-memory",
            Self::NoMachine => "no-machine",
            Self::PlanWrong => "plan-wrong",
            Self::CommandFailed => "command-failed",
            Self::Internal => "internal",
            Self::Missing => "missing",
            Self::Stale => "stale",
        }
    }

    /// Whose turn it mostly is.
    fn part(self) -> Part {
        match self {
            Self::PackageNotFound
            | Self::DownloadFailed
            | Self::OutputDiffers
            | Self::FileUnexpected
            | Self::CommandFailed => Part::Page,
            Self::PlaceholderUnbound
            | Self::QuestionUnanswered
            | Self::ProgramNotLeft
            | Self::OutOfTime
            | Self::PlanWrong
            | Self::HostUnreachable => Part::Author,
            Self::NeedsMachine
            | Self::CommandNotFound
            | Self::OutOfMemory
            | Self::NoMachine
            | Self::Internal
            | Self::Missing
            | Self::Stale => Part::Machine,
        }
    }
}

impl Part {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Page => "the page",
            Self::Author => "to be said",
            Self::Machine => "the machine",
        }
    }
}

impl Cause {
    /// A cause with the part that it mostly has.
    pub fn new(kind: CauseKind, what: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self { kind, part: kind.part(), what: what.into(), evidence: evidence.into(), mend: None }
    }

    /// What would mend it, as data; nothing if no line would, or if it needs what only its author knows.
    pub fn says(&self) -> Option<Map<String, Value>> {
        let mend = self.mend.as_deref().filter(|mend| !mend.contains(BLANK))?;
        serde_yaml::from_str(mend).ok()
    }

    /// Everything in it that a machine or a guide may have said.
    pub(crate) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        [&mut self.what, &mut self.evidence].into_iter().chain(&mut self.mend)
    }

    /// With what would mend it.
    pub fn mended_by(self, mend: impl Into<String>) -> Self {
        Self { mend: Some(mend.into()), ..self }
    }
}

/// How a program says in its output what it lacks. The group `what` is what it lacks.
struct Row {
    kind: CauseKind,
    pattern: &'static str,
    /// What it lacks, where the line's first group does not say it.
    what: &'static str,
    /// What mends it.
    mend: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "tests walk over the rows"))]
    example: (&'static str, &'static str),
}

const NEEDS: Row =
    Row { kind: CauseKind::NeedsMachine, pattern: "", what: "", mend: "machine: server", example: ("", "") };

const PACKAGE: Row = Row { kind: CauseKind::PackageNotFound, mend: "", ..NEEDS };

const HOST: Row = Row { kind: CauseKind::HostUnreachable, mend: "", ..NEEDS };

const DOWNLOAD: Row = Row { kind: CauseKind::DownloadFailed, mend: "", ..NEEDS };

/// The first that fits a line counts; the lines from above, since what comes first causes what follows.
const ROWS: &[Row] = &[
    Row {
        pattern: r"System has not been booted with systemd|Failed to connect to (the )?(system )?bus|Failed to get D-Bus connection",
        what: "systemd",
        example: ("System has not been booted with systemd as init system (PID 1). Can't operate.", "systemd"),
        ..NEEDS
    },
    Row {
        pattern: r"(?i)(cannot|can't|failed to) connect to the docker (daemon|api)|docker daemon is not running|dial unix \S*docker\.sock",
        what: "a Docker engine",
        mend: "machine: docker",
        example: (
            "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
            "a Docker engine",
        ),
        ..NEEDS
    },
    Row {
        pattern: r"(?i)are you root\?|(must|need to|has to) be (run|started|executed)? ?(as|by) (the )?(root|superuser)|only root (may|can)|run (this|it) as root|you (must|need to) be root|superuser privileges",
        what: "root's rights",
        mend: "",
        example: (
            "E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied), are you root?",
            "root's rights",
        ),
        ..NEEDS
    },
    Row {
        pattern: r"(?i)modprobe: (FATAL|ERROR)|RTNETLINK answers: operation not supported|: protocol not supported$|^Error: unknown device type",
        what: "a module of the kernel",
        mend: "",
        example: ("Error: Unknown device type.", "a module of the kernel"),
        ..NEEDS
    },
    Row {
        pattern: r"(?i)(RTNETLINK answers: operation not permitted|(setting|cannot set) \S+: (read-only|operation not permitted)|\b(iptables|nft|mount|sysctl|swapon|ip)\b.*: .*(operation not permitted|read-only file system|permission denied))",
        what: "the kernel's rights",
        example: (
            "sysctl: permission denied on key \"vm.swappiness\", ignoring: Operation not permitted",
            "the kernel's rights",
        ),
        ..NEEDS
    },
    Row {
        pattern: r"E: Unable to locate package (?P<what>\S+)|E: Package '(?P<what2>[^']+)' has no installation candidate|E: Couldn't find any package by (?:glob|regex) '(?P<what3>[^']+)'",
        example: ("E: Unable to locate package mongodb-org", "mongodb-org"),
        ..PACKAGE
    },
    Row {
        pattern: r"(?:No match for argument|Unable to find a match|No package (?:matches)?):? '?(?P<what>[^\s']+)'?|error: target not found: (?P<what2>\S+)|^\s*(?P<what3>\S+) \(no such package\):",
        example: ("No match for argument: epel-release", "epel-release"),
        ..PACKAGE
    },
    Row {
        pattern: r"ERROR: No matching distribution found for (?P<what>\S+)|npm (?:ERR!|error) 404 +'?(?P<what2>[^'\s]+)@|Could not find a valid gem '(?P<what3>[^']+)'|error: could not find `(?P<what4>[^`]+)` in registry",
        example: ("ERROR: No matching distribution found for no-such-thing==3", "no-such-thing==3"),
        ..PACKAGE
    },
    Row {
        pattern: r"The repository '(?P<what>[^']+)' (?:does not have|no longer has) a Release file|E: Failed to fetch (?P<what2>\S+)|Err:\d+ (?P<what3>\S+)",
        example: (
            "E: The repository 'http://ppa.example.org/x bookworm Release' does not have a Release file.",
            "http://ppa.example.org/x bookworm Release",
        ),
        ..DOWNLOAD
    },
    Row {
        pattern: r"(?i)ssh: (?:connect to host|could not resolve hostname) (?P<what>[^\s:]+)|(?:connect to|Connection to) (?P<what2>[\w.-]+)\S* (?:port \d+ )?(?:failed|refused|timed out)",
        example: ("ssh: connect to host 203.0.113.1 port 22: Connection refused", "203.0.113.1"),
        ..HOST
    },
    Row {
        pattern: r"(?i)^resolving (?P<what0>[\w.-]+) .*failed:|could not resolve host(?:name)?:? '?(?P<what>[\w.-]+)|unable to resolve host address .(?P<what2>[\w.-]+)|(?P<what3>[\w.-]+): (?:name or service not known|temporary failure in name resolution|no address associated with hostname)|temporary failure resolving '(?P<what4>[^']+)'|getaddrinfo \w+ (?P<what5>[\w.-]+)|lookup (?P<what6>[\w.-]+)( on \S+)?: (?:no such host|server misbehaving|i/o timeout)",
        example: ("curl: (6) Could not resolve host: get.example.org", "get.example.org"),
        ..HOST
    },
    Row {
        pattern: r"(?i)failed to connect to (?P<what>[\w.:-]+?) port|connecting to (?P<what2>[\w.-]+).*(?:failed|refused|timed out)|(?P<what3>[\w.-]+): (?:no route to host|network is unreachable)",
        example: (
            "curl: (7) Failed to connect to 127.0.0.1 port 8080 after 0 ms: Couldn't connect to server",
            "127.0.0.1",
        ),
        ..HOST
    },
    Row {
        pattern: r"curl: \((?:22|35|51|56|60|77)\) |(?:ERROR|error) [45]\d\d: |fatal: (?:unable to access|repository) '(?P<what>[^']+)'",
        example: ("curl: (22) The requested URL returned error: 404", ""),
        ..DOWNLOAD
    },
    Row {
        kind: CauseKind::OutOfMemory,
        pattern: r"(?i)no space left on device",
        mend: "",
        example: ("tar: x: Cannot write: No space left on device", ""),
        ..NEEDS
    },
    Row {
        kind: CauseKind::OutOfMemory,
        pattern: r"(?i)cannot allocate memory|out of memory|JavaScript heap out of memory",
        mend: "memory: 4GiB",
        example: ("fork: Cannot allocate memory", ""),
        ..NEEDS
    },
];

/// The rows' patterns, in their order.
static PATTERNS: LazyLock<Vec<Regex>> =
    LazyLock::new(|| ROWS.iter().map(|row| Regex::new(row.pattern).expect("a valid pattern")).collect());

/// What a row says of a line.
fn told(line: &str) -> Option<Cause> {
    // What curl has drawn of its progress stands before it.
    let line = line.rfind("curl: (").map_or(line, |at| &line[at..]);
    let (row, found) =
        ROWS.iter().zip(PATTERNS.iter()).find_map(|(row, pattern)| Some((row, pattern.captures(line)?)))?;
    let named = found.iter().skip(1).flatten().next().map_or("", |found| found.as_str());
    let what = if row.what.is_empty() { named.trim_end_matches(['.', ':']) } else { row.what };
    let cause = Cause::new(row.kind, what, line.trim());
    Some(if row.mend.is_empty() { cause } else { cause.mended_by(row.mend) })
}

/// Why a step broke: by what guidepost knows of its end (`known`), or else by what it printed.
pub(crate) fn of_step(known: Option<(CauseKind, String)>, step: &StepReport) -> Cause {
    let message = step.message.as_deref().unwrap_or_default();
    let name = || Run::of(step.first_typed()).map(|run| run.name).unwrap_or_default();
    let printed = said(&step.output);
    let printed = if printed.is_empty() { message } else { printed.trim_start_matches(": ") };
    match (known, step.kind) {
        (Some((CauseKind::CommandNotFound, _)), _) => missing(step),
        (Some((kind @ CauseKind::QuestionUnanswered, question)), _) => {
            let line = answers(&question);
            Cause::new(kind, question, message).mended_by(line)
        }
        (Some((kind @ CauseKind::OutOfTime, what)), _) => Cause::new(kind, what, message).mended_by("timeout: 20m"),
        (Some((kind @ CauseKind::ProgramNotLeft, what)), _) if what == SERVES => {
            Cause::new(kind, name(), message).mended_by(of_command(step.first_typed(), "background: true"))
        }
        (Some((kind @ CauseKind::DownloadFailed, what)), _) => {
            by_output(step).unwrap_or_else(|| Cause::new(kind, what, printed))
        }
        (Some((kind, what)), _) => Cause::new(kind, what, message),
        (None, StepKind::Expect) => Cause::new(CauseKind::OutputDiffers, name(), message),
        (None, StepKind::Write) => Cause::new(CauseKind::FileUnexpected, step.first_typed(), message),
        (None, StepKind::Run) if step.output.lines().any(|line| not_found(line).is_some()) => missing(step),
        (None, StepKind::Run) => by_output(step)
            .or_else(|| not_for(step))
            .unwrap_or_else(|| Cause::new(CauseKind::CommandFailed, name(), printed)),
    }
}

/// What a cause of [`CauseKind::ProgramNotLeft`] calls a command that serves.
pub(crate) const SERVES: &str = "it serves";

/// Where a line needs a value that only its author has.
pub(crate) const BLANK: &str = "…";

/// What is to be said of one command, as a rule.
fn of_command(line: &str, says: &str) -> String {
    format!("rules: [{{command: {}, {says}}}]", Value::from(line))
}

/// Replies that hardly any reader thinks about, and what is asked then; the first that fits counts. What nobody else may see is left
/// blank: guidepost makes something up.
const REPLIES: &[(&str, &str, &str)] = &[
    (r"(?i)\byes/no\b", "\"yes\"", "Are you sure you want to continue connecting (yes/no/[fingerprint])?"),
    (r"(?i)[\[(]y(es)?\s*[/|,]\s*no?\b|\by/n\b", "\"y\"", "Do you want to continue? [Y/n]"),
    (r"(?i)passw|passphrase|\bpin\b|secret|token", "{secret: true}", "Enter new UNIX password:"),
    (
        r"(?i)press\b.*\b(enter|return|key)\b|\[enter\]|\b(empty|blank) (for|to)\b|\[[^\]]*\]\s*[:?>]*$|\(default\b[^)]*\)\s*[:?>]*$",
        "\"\"",
        "Enter file in which to save the key (/root/.ssh/id_rsa) or press enter:",
    ),
];

/// What to write so that a question is answered: its text as a key of YAML. What readers choose as they like has a value of its kind.
pub(crate) fn answers(question: &str) -> String {
    static PATTERNS: LazyLock<Vec<Regex>> =
        LazyLock::new(|| REPLIES.iter().map(|row| Regex::new(row.0).expect("a valid pattern")).collect());
    let known = REPLIES.iter().zip(PATTERNS.iter()).find(|(_, pattern)| pattern.is_match(question));
    let asked = || placeholder::kind_of(question.trim_end_matches([':', '?', ' '])).default_value().unwrap_or(BLANK);
    let reply = known.map_or_else(|| Value::from(asked()).to_string(), |(row, _)| row.1.to_owned());
    format!("answers: {{{}: {reply}}}", Value::from(question))
}

/// A command that is not there.
fn missing(step: &StepReport) -> Cause {
    let said = step.output.lines().find_map(|line| Some((not_found(line)?, line)));
    let said = said.or_else(|| unstarted(&step.output));
    let of_message = || step.message.as_deref().and_then(|message| message.split('`').nth(1));
    let name = said.map(|(name, _)| name).or_else(of_message);
    let name = name.map_or_else(|| Run::of(step.first_typed()).map(|run| run.name).unwrap_or_default(), str::to_owned);
    let evidence = said.map_or_else(|| step.message.clone().unwrap_or_default(), |(_, line)| line.trim().to_owned());
    let cause = Cause::new(CauseKind::CommandNotFound, name.clone(), evidence);
    // With something behind it, it is not asked for its version only.
    let of_name = needs(&format!("{name} x"));
    // Debian has a Python without pip.
    let package =
        || if ["pip", "pip3"].contains(&name.as_str()) { Some("python3-pip") } else { program::basics(&name).next() };
    if needs(step.first_typed()).contains(&Need::Ubuntu) {
        Cause { kind: CauseKind::NeedsMachine, what: "Ubuntu".to_owned(), ..cause.mended_by("machine: ubuntu") }
    } else if of_name.contains(&Need::Docker) {
        cause.mended_by("machine: docker")
    } else if of_name.contains(&Need::Sudo) || of_name.contains(&Need::Systemd) {
        cause.mended_by("machine: server")
    } else if let Some(package) = package() {
        cause.mended_by(format!("setup: [apt-get update, apt-get install -y {package}]"))
    } else {
        cause
    }
}

/// By the first line of the output that says so.
fn by_output(step: &StepReport) -> Option<Cause> {
    let cause = step.output.lines().find_map(told)?;
    let typed = |name: &str| step.typed.iter().any(|line| line.contains(name));
    match cause.kind {
        CauseKind::HostUnreachable if is_fictitious(&cause.what) => {
            let skip = |run: Run| {
                // Who always goes to other computers is skipped wherever it goes.
                let host = if run.is_elsewhere { String::new() } else { format!(" * *{}*", cause.what) };
                of_command(&format!("{}{host}", run.name), "skip: true, reason: needs another host")
            };
            Some(Cause { mend: Run::of(step.first_typed()).map(skip), ..cause })
        }
        CauseKind::HostUnreachable if is_here(&cause.what) => {
            Some(Cause { mend: Some(of_command(step.first_typed(), "retry: 30s")), ..cause })
        }
        CauseKind::DownloadFailed if cause.what.is_empty() => {
            Some(Cause { what: address(step).unwrap_or_default().to_owned(), ..cause })
        }
        // The guide names it, or names what is fetched from there: the way there has ended.
        CauseKind::HostUnreachable
            if !is_here(&cause.what) && (typed(&cause.what) || needs(step.first_typed()).contains(&Need::Network)) =>
        {
            Some(Cause { kind: CauseKind::DownloadFailed, part: Part::Page, ..cause })
        }
        _ => Some(cause),
    }
}

/// The first address that a step fetches from.
fn address(step: &StepReport) -> Option<&str> {
    let address = |word: &'_ str| word.starts_with("http://") || word.starts_with("https://");
    step.typed.iter().flat_map(|line| line::pieces(line)).find(|word| address(word))
}

/// By what a service that did not start has said in its journal.
pub(crate) fn by_journal(journal: &str) -> Option<Cause> {
    journal.lines().find_map(told)
}

/// A command of a shell that was typed into a program that still reads.
fn not_for(step: &StepReport) -> Option<Cause> {
    let reads = step.place.last().and_then(|place| place.split_whitespace().next())?;
    let first = line::pieces(step.first_typed()).next()?;
    if !program::reads_its_own(reads) || !program::is_everyday(first) {
        return None;
    }
    let cause = Cause::new(CauseKind::ProgramNotLeft, reads, step.message.as_deref().unwrap_or_default());
    let line = step.first_typed();
    Some(match program::goodbye(reads) {
        Some(goodbye) => {
            let typed = format!("run: [{}, {}]", Value::from(goodbye), Value::from(line));
            cause.mended_by(of_command(line, &typed))
        }
        None => cause,
    })
}

/// Whether an address or a name stands for one of the reader's: RFC 5737, RFC 3849 and RFC 2606.
fn is_fictitious(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let of = |domain: &str| name == domain || name.ends_with(&format!(".{domain}"));
    let reserved = ["example.com", "example.org", "example.net", "example", "test", "invalid", "localdomain"];
    match name.parse() {
        Ok(IpAddr::V4(address)) => address.is_documentation() || address.is_private(),
        Ok(IpAddr::V6(address)) => address.segments()[0] == 0x2001 && address.segments()[1] == 0x0db8,
        Err(_) => reserved.into_iter().any(of),
    }
}

/// Whether a host is the machine itself.
fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Guides with the same cause.
#[derive(Debug)]
pub struct Group<'a> {
    /// What stands in the way.
    pub kind: CauseKind,
    /// Whose turn it is.
    pub part: Part,
    /// What it is about.
    pub what: &'a str,
    /// What would mend it, if the same does for all.
    pub mend: Option<&'a str>,
    /// Each with its cause and the line of its step.
    pub guides: Vec<(&'a GuideReport, &'a Cause, usize)>,
}

impl GuideReport {
    /// Whether it did not come to its end.
    pub fn ends_early(&self) -> bool {
        self.verdict.ends_early()
    }

    /// Why it did not come to its end, each with the line of its step: one, or in a README one a part.
    pub fn causes(&self) -> Vec<(&Cause, usize)> {
        let steps = self
            .steps
            .iter()
            .filter(|step| step.verdict.ends_early())
            .filter_map(|step| Some((step.cause.as_ref()?, step.line)));
        self.cause.iter().map(|cause| (cause, 1)).chain(steps).collect()
    }
}

impl Report {
    /// What stands in the way of which guides: the most frequent first, then by its name. A guide counts once a group.
    pub fn causes(&self) -> Vec<Group<'_>> {
        let mut groups: BTreeMap<(CauseKind, &str), Group<'_>> = BTreeMap::new();
        for guide in &self.guides {
            for (cause, line) in guide.causes() {
                let Cause { kind, part, what, mend, .. } = cause;
                // It is there already.
                let there = |mend: &&str| *mend != format!("machine: {}", guide.machine);
                let mend = mend.as_deref().filter(there);
                let group = groups.entry((*kind, what)).or_insert_with(|| Group {
                    kind: *kind,
                    part: *part,
                    what,
                    mend,
                    guides: Vec::new(),
                });
                group.mend = group.mend.filter(|known| mend == Some(*known));
                if !group.guides.iter().any(|(other, ..)| other.path == guide.path) {
                    group.guides.push((guide, cause, line));
                }
            }
        }
        let mut groups: Vec<Group<'_>> = groups.into_values().collect();
        groups.sort_by(|a, b| b.guides.len().cmp(&a.guides.len()).then(a.kind.cmp(&b.kind)).then(a.what.cmp(b.what)));
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict;
    use serde_json::json;

    #[test]
    fn each_row_knows_its_example() {
        for row in ROWS {
            let (line, what) = row.example;
            let cause = told(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((cause.kind, cause.what.as_str()), (row.kind, what), "{line}");
        }
    }

    #[test]
    fn a_key_is_the_word_of_the_json_report() {
        for row in ROWS {
            assert_eq!(serde_json::json!(row.kind), row.kind.key());
        }
    }

    fn broken(kind: StepKind, typed: &str, output: &str) -> StepReport {
        StepReport {
            verdict: Verdict::Broken,
            typed: vec![typed.into()],
            output: output.into(),
            message: Some("it ended with status 1".into()),
            ..StepReport::new(1, kind, "a.md", 3)
        }
    }

    #[test]
    fn each_reply_knows_its_question() {
        for (_, reply, question) in REPLIES {
            assert_eq!(answers(question), format!("answers: {{{}: {reply}}}", Value::from(*question)));
        }
        for (question, reply) in [
            ("Your name:", "\"…\""),
            ("Country [AU]:", "\"\""),
            ("Email address:", "\"reader@site.example\""),
            ("Username (leave blank to use 'root'):", "\"\""),
            ("Is this correct? (y/n)", "\"y\""),
            ("Enter passphrase (empty for no passphrase):", "{secret: true}"),
            ("Overwrite (y/N)?", "\"y\""),
            ("Which one? [1, 2]", "\"\""),
        ] {
            assert_eq!(answers(question), format!("answers: {{{}: {reply}}}", Value::from(question)));
        }
    }

    #[test]
    fn what_mends_is_data() {
        for (typed, output, says) in [
            (
                "curl -s http://localhost:80/ | grep -c x",
                "curl: (7) Failed to connect to localhost port 80 after 0 ms: x",
                json!({"rules": [{"command": "curl -s http://localhost:80/ | grep -c x", "retry": "30s"}]}),
            ),
            (
                "ssh root@203.0.113.1",
                "ssh: connect to host 203.0.113.1 port 22: Connection timed out",
                json!({"rules": [{"command": "ssh", "skip": true, "reason": "needs another host"}]}),
            ),
            (
                "curl -I http://203.0.113.1",
                "curl: (7) Failed to connect to 203.0.113.1 port 80 after 0 ms: x",
                json!({"rules": [{"command": "curl * *203.0.113.1*", "skip": true, "reason": "needs another host"}]}),
            ),
            ("gzip x", "gzip: x: No space left on device", Value::Null),
        ] {
            let cause = of_step(None, &broken(StepKind::Run, typed, output));
            assert_eq!(cause.says().map_or(Value::Null, Value::Object), says, "{typed}");
        }
        let inside = StepReport {
            place: vec!["psql".into()],
            ..broken(StepKind::Run, "ls -l", "ERROR:  syntax error at or near \"ls\"")
        };
        let left = json!({"rules": [{"command": "ls -l", "run": ["\\q", "ls -l"]}]});
        assert_eq!(of_step(None, &inside).says().map(Value::Object), Some(left));
        let asked = Some((CauseKind::QuestionUnanswered, "Your name:".to_owned()));
        assert_eq!(of_step(asked, &broken(StepKind::Run, "x", "")).says(), None, "only its author knows");
    }

    #[test]
    fn causes_by_what_was_printed() {
        for (typed, output, kind, part, what) in [
            (
                "apt install -y nginx",
                "E: Unable to locate package nginx",
                CauseKind::PackageNotFound,
                Part::Page,
                "nginx",
            ),
            (
                "ssh root@203.0.113.1",
                "ssh: connect to host 203.0.113.1 port 22: Connection timed out",
                CauseKind::HostUnreachable,
                Part::Author,
                "203.0.113.1",
            ),
            (
                "curl https://get.gone.dev | sh",
                "curl: (6) Could not resolve host: get.gone.dev",
                CauseKind::DownloadFailed,
                Part::Page,
                "get.gone.dev",
            ),
            (
                "curl https://get.gone.dev | sh",
                "  0     0    0     0 --:--:-- --:--:--     0curl: (6) Could not resolve host: get.gone.dev",
                CauseKind::DownloadFailed,
                Part::Page,
                "get.gone.dev",
            ),
            (
                "curl localhost:80",
                "curl: (7) Failed to connect to localhost port 80 after 0 ms: x",
                CauseKind::HostUnreachable,
                Part::Author,
                "localhost",
            ),
            (
                "systemctl start x",
                "System has not been booted with systemd as init system (PID 1). Can't operate.",
                CauseKind::NeedsMachine,
                Part::Machine,
                "systemd",
            ),
            (
                "wget http://get.gone.dev/x",
                "Resolving get.gone.dev (get.gone.dev)... failed: Name or service not known.",
                CauseKind::DownloadFailed,
                Part::Page,
                "get.gone.dev",
            ),
            (
                "docker compose up -d",
                "Error response from daemon: Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io on 127.0.0.11:53: no such host",
                CauseKind::DownloadFailed,
                Part::Page,
                "registry-1.docker.io",
            ),
            ("sudo pkg update", "sudo: pkg: command not found", CauseKind::CommandNotFound, Part::Machine, "pkg"),
            ("gzip x", "gzip: /root/x: Permission denied", CauseKind::CommandFailed, Part::Page, "gzip"),
            ("make", "make: *** No rule to make target 'x'.  Stop.", CauseKind::CommandFailed, Part::Page, "make"),
            ("grep -q x y", "", CauseKind::CommandFailed, Part::Page, "grep"),
        ] {
            let cause = of_step(None, &broken(StepKind::Run, typed, output));
            assert_eq!((cause.kind, cause.part, cause.what.as_str()), (kind, part, what), "{typed}: {output}");
        }
        let starts = "Traceback (most recent call last):\n  File \"subprocess.py\", line 1901, in _execute_child\n\
            FileNotFoundError: [Errno 2] No such file or directory: 'curl'";
        let known = Some((CauseKind::CommandNotFound, String::new()));
        let python = of_step(known, &broken(StepKind::Run, "tool x", starts));
        assert_eq!((python.what.as_str(), python.part), ("curl", Part::Machine));
        assert_eq!(python.mend.as_deref(), Some("setup: [apt-get update, apt-get install -y curl]"));
        let missing = of_step(
            Some((CauseKind::CommandNotFound, String::new())),
            &broken(StepKind::Run, "sudo ls", "bash: sudo: command not found"),
        );
        assert_eq!((missing.what.as_str(), missing.mend.as_deref()), ("sudo", Some("machine: server")));
        let ubuntu = of_step(
            None,
            &broken(StepKind::Run, "sudo add-apt-repository ppa:x/y", "sudo: add-apt-repository: command not found"),
        );
        assert_eq!((ubuntu.kind, ubuntu.mend.as_deref()), (CauseKind::NeedsMachine, Some("machine: ubuntu")));
        let pip = of_step(None, &broken(StepKind::Run, "pip3 install x", "bash: pip3: command not found"));
        assert_eq!(pip.mend.as_deref(), Some("setup: [apt-get update, apt-get install -y python3-pip]"));
        let inside = StepReport {
            place: vec!["psql".into()],
            ..broken(StepKind::Run, "ls -l", "ERROR:  syntax error at or near \"ls\"")
        };
        assert_eq!(of_step(None, &inside).kind, CauseKind::ProgramNotLeft);
        let differs = of_step(None, &broken(StepKind::Expect, "cat x", ""));
        assert_eq!((differs.kind, differs.what.as_str()), (CauseKind::OutputDiffers, "cat"));
    }

    #[test]
    fn hosts_of_readers() {
        for (host, fictitious) in [
            ("203.0.113.9", true),
            ("10.0.0.1", true),
            ("2001:db8::1", true),
            ("www.example.com", true),
            ("server.test", true),
            ("deb.debian.org", false),
            ("1.1.1.1", false),
            ("myexample.com", false),
        ] {
            assert_eq!(is_fictitious(host), fictitious, "{host}");
        }
    }

    #[test]
    fn guides_of_a_cause_stand_together() {
        let guide = |path: &str, what: &str| GuideReport {
            cause: Some(Cause::new(CauseKind::CommandNotFound, what, "").mended_by("machine: server")),
            ..GuideReport::new(path, "T", "debian")
        };
        let mut report = super::super::sample::report();
        report.guides =
            vec![guide("a.md", "docker"), guide("b.md", "sudo"), guide("c.md", "sudo"), guide("c.md", "sudo")];
        let groups: Vec<(&str, usize, Option<&str>)> =
            report.causes().iter().map(|group| (group.what, group.guides.len(), group.mend)).collect();
        assert_eq!(groups, [("sudo", 2, Some("machine: server")), ("docker", 1, Some("machine: server"))]);
    }
}

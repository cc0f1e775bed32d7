//! Blocks to steps.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    At, Attributes, Command, Decided, Edit, LeftOut, Omission, Owner, Settings, Step, StepKind,
    attributes::{Given, Rule},
    blocks::Block,
    command::{self, Piece},
    decision::{self, Act, Decision},
    evidence::phrase::{Phrase, says},
    interpreter::Unasked,
    offers::Extra,
    own::Told,
    placeholder::{How, Placeholder, Said},
    prose::{Kind, Passage},
    rule, said, settings,
    standing::Stands,
    transcript::Transcript,
    variables::{self, ByKind, Taken},
};
use crate::{
    diagnostic::Diagnostic,
    guide::Role,
    source::Span,
    terminal::{
        command::{Known, enters_a_server, known},
        editor::{self, Editor},
        endless,
        program::{self, Program, named},
        prompt, statement,
    },
};

/// What can be said of any step; the rule of comparing is said of outputs, and what else there is of what is done.
const OF_ALL: &[&str] = &["skip", "reason", "machine", "role", "vars"];

/// Folders that only root may write in.
const OF_ROOT: &[&str] = &["/etc/", "/usr/", "/lib/", "/boot/"];

/// Makes the steps, one block after the other.
pub(super) struct Builder<'a> {
    settings: &'a Settings,
    machine: &'a str,
    steps: Vec<Step>,
    pub(super) left_out: Vec<LeftOut>,
    /// What was decided for each block.
    blocks: Vec<Decided>,
    /// The file that the block would be saved to.
    pub(super) near: Option<String>,
    /// What the text says to type before the block.
    pub(super) first: Option<String>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Number of the last step that types commands.
    last_run: Option<usize>,
    /// What the prose says before the block of commands that it types.
    prose_of_run: String,
    /// The prose around the blocks.
    pub(super) prose: &'a [Passage],
    /// What it says to stand for values of the reader's.
    placeholders: &'a Said,
    /// What they have because of their kinds.
    by_kind: ByKind<'a>,
    /// Placeholders without a value that were told of.
    told: BTreeSet<String>,
    /// Where the reader stands, but for what is open.
    pub(super) stands: Stands,
    /// An editor that was opened, and waits for its file.
    pub(super) opened: Option<Opened>,
    /// The program that reads what is typed, as far as the guide tells.
    pub(super) program: Option<&'static Program>,
    /// An interpreter that the page shows and does not open.
    pub(super) unasked: Option<Unasked>,
    /// What was imported in it.
    pub(super) imported: Vec<String>,
}

/// What came of the blocks.
pub(super) struct Built {
    pub(super) steps: Vec<Step>,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) blocks: Vec<Decided>,
    pub(super) taken: Vec<Taken>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// An editor that waits for its file.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    pub(super) editor: Editor,
    /// The step that it is if no file follows.
    pub(super) alone: Step,
    /// The page says that its file is new.
    is_new: bool,
    problem: Diagnostic,
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        settings: &'a Settings,
        machine: &'a str,
        prose: &'a [Passage],
        placeholders: &'a Said,
        stands: Stands,
        diagnostics: Vec<Diagnostic>,
    ) -> Self {
        Self {
            settings,
            machine,
            prose,
            placeholders,
            by_kind: ByKind::new(&settings.kinds),
            told: BTreeSet::new(),
            stands,
            steps: Vec::new(),
            left_out: Vec::new(),
            blocks: Vec::new(),
            near: None,
            first: None,
            diagnostics,
            last_run: None,
            prose_of_run: String::new(),
            opened: None,
            program: None,
            unasked: None,
            imported: Vec::new(),
        }
    }

    pub(super) fn finish(mut self) -> Built {
        self.close_editor();
        log_out(&mut self.steps);
        let Self { steps, left_out, blocks, by_kind, diagnostics, .. } = self;
        Built { steps, left_out, blocks, taken: by_kind.taken(), diagnostics }
    }

    /// Adds the steps of a block. `rules` are those for single commands that fit it.
    pub(super) fn block(&mut self, block: &Block<'_>, given: Given, rules: Vec<&'a rule::Rule>) {
        if block.code.role != Role::Listing {
            self.diagnostics.extend(said::unused(block, &given));
        }
        let (skip, omission) = self.skip(block, &given).unzip();
        let mut vars = self.settings.vars.clone();
        vars.extend(given.vars.clone());
        self.leave_at_section(block);
        let decision = self.decide(block, &given);
        let act = decision.act;
        let done = skip.is_none();
        let fill = |path: &str| variables::fill_path(path, &vars, self.placeholders, &mut self.by_kind);
        let mut decided = Decided::new(block, &given, &decision, fill);
        decided.near = self.near.take();
        let transcript = (act == Act::Compared).then(|| self.transcript(block)).flatten();
        // One command alone, as it was typed, is told by its output.
        let transcript = transcript.filter(|shown| shown.commands > 1 || self.is_session(block));
        let session = act == Act::Compared && transcript.is_none() && self.is_session(block);
        if session || given.run.is_some() && act != Act::Compared {
            decided.act = Act::Typed;
        }
        self.blocks.push(decided);
        let draft = Draft { block, skip, omission, vars, inferred: block.inferred.clone(), given, rules };
        if matches!(act, Act::Typed | Act::Saved) || session || draft.given.run.is_some() {
            self.leave_unasked(block);
        }
        if let Some(first) = self.first.take() {
            self.typed_first(&draft, &first);
        }
        match (act, &draft.given.run, &transcript) {
            (Act::Compared, _, Some(shown)) => self.transcribed(draft, &decision, shown),
            (Act::Compared, ..) if session => self.session(draft),
            (Act::Compared, ..) if self.last_run.is_some() || draft.is_said() => self.output(draft, &decision),
            (_, Some(run), _) if act != Act::Compared => {
                let run = run.clone();
                self.instead(draft, &run);
            }
            (Act::Typed, ..) => self.typed(draft, &decision),
            (Act::Saved, ..) => self.file(draft, &decision),
            _ => self.leave(draft, &decision),
        }
        self.rest_unasked(block);
        self.stands.after(block, self.prose, done.then_some(act), decision.rule);
    }

    /// Why a block is not done.
    fn skip(&mut self, block: &Block<'_>, given: &Given) -> Option<(String, Omission)> {
        let machines = given.machine.as_deref().unwrap_or(self.machine);
        if !machines.split([',', ' ']).any(|machine| machine == self.machine) {
            return Some((format!("it is for the machine `{machines}`"), Omission::Elsewhere));
        }
        match given.skip {
            Some(true) => {
                if given.reason.is_none() {
                    let origin = given.from.get("skip");
                    self.diagnostics.extend(origin.map(|origin| settings::without_reason(origin.place.clone())));
                }
                Some((given.why(), Omission::Skipped))
            }
            Some(false) => None,
            None => block.folded.clone().map(|why| (why, Omission::Optional)),
        }
    }

    /// Types what only the text before a block says to type.
    fn typed_first(&mut self, draft: &Draft<'_, '_>, command: &str) {
        self.close_editor();
        let source = &draft.block.origin.source;
        let begin = draft.block.span.start;
        let Some(at) = source.text[..begin].rfind(&format!("`{command}`")).map(|at| at + 1) else { return };
        let at = At::new(source, Span::new(at, at + command.len()));
        self.run(draft, vec![Command::one(command, at.clone())], Attributes::default());
        if let Some(step) = self.steps.last_mut() {
            step.at = at.clone();
            step.inferred = vec!["it is typed, because the text says so, and what follows is about it".into()];
        }
        self.opened_by_text(draft, at);
    }

    /// `run`: something else is typed.
    fn instead(&mut self, mut draft: Draft<'_, '_>, run: &str) {
        self.close_editor();
        let commands = command::typed(&variables::fill_text(run, &draft.vars, &mut self.by_kind), &draft.block.at());
        draft.inferred.push("this is done instead of what the guide shows, because of `run`".into());
        let attributes = draft.attributes(self.settings, true);
        self.run(&draft, commands, attributes);
        self.expect_prose(&draft);
    }

    /// Whether a block that is marked as an output is a session: it begins with a prompt and a command, which was not typed
    /// before, and which no command before could print.
    fn is_session(&self, block: &Block<'_>) -> bool {
        let Some((line, command)) = first_command(&block.code.text) else { return false };
        let typed = &self.stands.typed;
        !typed.iter().any(|typed| typed.trim() == command || typed.contains(line))
    }

    fn session(&mut self, mut draft: Draft<'_, '_>) {
        draft.inferred.push("it is a session, because it begins with a prompt and a command".into());
        self.commands(draft);
    }

    /// A block that is typed.
    fn typed(&mut self, mut draft: Draft<'_, '_>, decision: &Decision) {
        let read = self.program.filter(|_| draft.block.code.role == Role::Listing && !draft.is_said());
        match read {
            Some(program) => {
                let why = format!("it is typed at the prompt of `{}`, which was opened and not left", program.name());
                draft.inferred.push(why);
            }
            None => draft.infer(decision),
        }
        self.diagnostics
            .extend(self.program.filter(|_| draft.skip.is_none()).and_then(|open| exit_missing(&draft, open)));
        self.commands(draft);
    }

    pub(super) fn commands(&mut self, draft: Draft<'_, '_>) {
        let mut draft = draft;
        self.close_editor();
        let block = draft.block;
        let (text, named) =
            variables::fill(&block.code, &draft.vars, Some(How::Typed), self.placeholders, &mut self.by_kind);
        let language = &block.code.language;
        // Without prompts, what a program reads is cut as the program reads it.
        let after = self.prose.get(block.passages).filter(|passage| passage.kind == Kind::Text);
        let text = command::with_end(text, &[&block.prose, after.map_or("", |passage| &passage.text)]);
        let own = program::is_read(language) && text.lines().all(|line| prompt::prompt_length(line).is_none());
        let cut = if own { statement::commands(language, &text) } else { Vec::new() };
        let (pieces, unfinished) = match own {
            true => (cut.iter().map(|(lines, _)| typed_whole(lines)).collect(), Vec::new()),
            false => command::pieces(language, &text),
        };
        let source = &block.origin.source;
        for problem in unfinished {
            let message = format!("this command is not finished in its block: it waits for `{}`", problem.waits_for);
            let help = "complete it, or quote what is meant as text";
            let span = whole_line(block, problem.line);
            self.diagnostics.push(Diagnostic::warning("command-unfinished", message).at(source, span).help(help));
        }
        let lines: Vec<&str> = text.lines().collect();
        // Of several ways in one block, a reader goes one.
        let other = |typed: &[(usize, usize)]| {
            let typed = command::joined(typed.iter().map(|(line, prompt)| &lines[*line][*prompt..]));
            draft.skip.is_none().then(|| self.stands.ways.why_not(block, &typed)).flatten()
        };
        let others: Vec<Option<String>> =
            pieces.iter().map(|piece| if let Piece::Typed(typed) = piece { other(typed) } else { None }).collect();
        let is_typed = |index: usize| matches!(pieces[index], Piece::Typed(_));
        let last_of = |other: bool| (0..pieces.len()).rev().find(|at| is_typed(*at) && others[*at].is_some() == other);
        let Some(last) = last_of(false).or_else(|| last_of(true)) else {
            let problem = Diagnostic::warning("no-command", "this block of commands has nothing to type");
            let help = "`# ` begins a comment; write a root prompt as `root@host:~# `, or mark the block as ```output";
            self.diagnostics.push(problem.at(source, block.span).help(help));
            self.leave_out(&draft, "nothing in it can be typed", Act::Typed);
            return;
        };
        self.open_unasked(&draft);
        let mut commands = Vec::new();
        let mut placeholders = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Typed(typed) => {
                    // An editor in the middle of a block has no file.
                    self.close_editor();
                    let mut command = command_of(block, &lines, typed);
                    if cut.get(index).is_some_and(|(_, ends_blank)| *ends_blank) {
                        command.lines.push(String::new());
                    }
                    if let Some(why) = &others[index] {
                        if !commands.is_empty() {
                            let attributes = draft.attributes(self.settings, index > last);
                            self.run_with(&draft, std::mem::take(&mut commands), None, attributes, &mut placeholders);
                            draft.inferred.clear();
                        }
                        self.other_way(&draft, command, why);
                        continue;
                    }
                    let special = self.special(&draft, &command, index == last);
                    if special.is_some() && !commands.is_empty() {
                        let attributes = draft.attributes(self.settings, false);
                        self.run_with(&draft, std::mem::take(&mut commands), None, attributes, &mut placeholders);
                        draft.inferred.clear();
                    }
                    let opens = opens_editor(special.as_ref().unwrap_or(&draft), &command);
                    let of_these = |(number, named): &&(usize, variables::Named)| {
                        typed.iter().any(|(line, prompt)| line == number && named.range.start >= *prompt)
                    };
                    placeholders.extend(self.placeholders_of(&draft, named.iter().filter(of_these)));
                    commands.push(command);
                    if let Some(special) = &special {
                        let commands = self.instead_of(special, std::mem::take(&mut commands));
                        let attributes = special.attributes(self.settings, true);
                        self.run_with(special, commands, opens, attributes, &mut placeholders);
                        if index != last {
                            self.expect_prose(special);
                        }
                    } else if opens.is_some() || matches!(pieces.get(index + 1), None | Some(Piece::Shown(_))) {
                        let attributes = draft.attributes(self.settings, index == last);
                        self.run_with(&draft, std::mem::take(&mut commands), opens, attributes, &mut placeholders);
                        draft.inferred.clear();
                    }
                }
                Piece::Shown(shown) => self.shown(&draft, &lines, shown),
            }
        }
        if others.iter().any(Option::is_some) {
            // What the page shows below is of what was typed.
            let typed = |step: &&Step| matches!(step.kind, StepKind::Run { .. }) && step.skip.is_none();
            self.last_run = self.steps.iter().rev().find(typed).map(|step| step.number).or(self.last_run);
        }
        self.expect_prose(&draft);
    }

    /// A command of which a reader types another one instead.
    fn other_way(&mut self, draft: &Draft<'_, '_>, command: Command, why: &str) {
        let mut step = draft.step(StepKind::Run { commands: vec![command] }, Attributes::default());
        (step.skip, step.omission) = (Some(why.to_owned()), Some(Omission::Optional));
        step.inferred.clear();
        self.last_run = Some(self.push(step));
    }

    /// What rules say of a single command of a block, over what is said of the block.
    fn special<'d>(&self, draft: &Draft<'d, 'a>, command: &Command, last: bool) -> Option<Draft<'d, 'a>> {
        let at_shell = match self.program {
            Some(program) => program.is_shell(),
            None => command.prompt.is_empty() || prompt::is_shell(&command.prompt),
        };
        let typed = command.line();
        let rules: Vec<&rule::Rule> = draft.rules.iter().copied().filter(|rule| rule.fits_command(&typed)).collect();
        if rules.is_empty() || !at_shell || draft.skip.is_some() {
            return None;
        }
        let mut given = if last { draft.given.clone() } else { draft.given.before_the_end() };
        rules.iter().for_each(|rule| rule.say_of(&mut given));
        let skip = given.skip.unwrap_or(false).then(|| given.why());
        let omission = skip.as_ref().map(|_| Omission::Skipped).or(draft.omission);
        Some(Draft { given, skip, omission, rules: Vec::new(), ..draft.clone() })
    }

    /// What is typed instead of a command, if a rule says so.
    fn instead_of(&mut self, special: &Draft<'_, '_>, commands: Vec<Command>) -> Vec<Command> {
        match &special.given.run {
            Some(run) => {
                command::typed(&variables::fill_text(run, &special.vars, &mut self.by_kind), &special.block.at())
            }
            None => commands,
        }
    }

    /// Types commands that stand for these placeholders.
    fn run_with(
        &mut self,
        draft: &Draft<'_, '_>,
        commands: Vec<Command>,
        opens: Option<Editor>,
        attributes: Attributes,
        placeholders: &mut Vec<Placeholder>,
    ) {
        let first = self.steps.len();
        self.run_and_open(draft, commands, opens, attributes);
        let placeholders = std::mem::take(placeholders);
        self.steps[first..].iter_mut().for_each(|step| step.placeholders.clone_from(&placeholders));
    }

    /// Commands, of which the last may open an editor: then it waits for its file.
    fn run_and_open(
        &mut self,
        draft: &Draft<'_, '_>,
        mut commands: Vec<Command>,
        opens: Option<Editor>,
        attributes: Attributes,
    ) {
        let Some(editor) = opens else { return self.run(draft, commands, attributes) };
        let Some(command) = commands.pop() else { return };
        if let Some(before) = &editor.before {
            commands.push(Command { lines: vec![before.clone()], ..command.clone() });
        }
        if !commands.is_empty() {
            self.run(draft, commands, attributes.clone());
        }
        let message = format!("`{}` opens an editor, and the guide does not show what to write", editor.command);
        let help = "show it in a `file` block below the command, or skip the command with a reason";
        let problem = Diagnostic::warning("editor-alone", message).at(&draft.block.origin.source, command.at.span);
        let mut alone = draft.step(StepKind::Run { commands: vec![command] }, attributes);
        alone.skip = Some("it opens an editor, and no file block says what to write".into());
        alone.omission = Some(Omission::NotDone);
        let is_new = says(Phrase::NewFile, &draft.block.prose);
        self.opened = Some(Opened { editor, alone, is_new, problem: problem.help(help) });
    }

    /// What waits for a file waits no longer.
    fn close_editor(&mut self) {
        if let Some(Opened { alone, problem, .. }) = self.opened.take() {
            self.diagnostics.push(problem);
            self.last_run = Some(self.push(alone));
        }
    }

    /// Lines in a block of commands that the command before shows.
    fn shown(&mut self, draft: &Draft<'_, '_>, lines: &[&str], shown: &[usize]) {
        self.close_editor();
        let Some(of) = self.last_run else { return };
        let mut step = draft.shows(lines, shown, Told::by(&[&draft.block.prose, self.label(draft.block)]), of);
        if step.skip.is_none()
            && let Step { skip: Some(reason), omission, .. } = &self.steps[of - 1]
        {
            step.skip = Some(format!("its command, step {of}, is skipped: {reason}"));
            step.omission = *omission;
        }
        let prompted = lines.iter().any(|line| prompt::prompt_length(line).is_some());
        let why = if prompted {
            "the block has prompts and these lines have none"
        } else {
            "none of its lines reads as a command"
        };
        step.inferred = vec![format!("it is what the command shows, because {why}")];
        self.push(step);
    }

    /// `expect=`: what the prose promises.
    fn expect_prose(&mut self, draft: &Draft<'_, '_>) {
        let (Some(expected), Some(of)) = (&draft.given.expect, self.last_run) else { return };
        let text = variables::fill_text(expected, &draft.vars, &mut self.by_kind) + "\n";
        let rule = Some(draft.given.rule.unwrap_or(Rule::Contains));
        let mut step = draft.step(
            StepKind::Expect { text, lines: Vec::new(), numbers: Vec::new(), told: Told::default(), of, rule },
            Attributes::default(),
        );
        step.inferred = vec!["it is looked for in what the command shows, because of `expect`".into()];
        self.push(step);
    }

    pub(super) fn file(&mut self, mut draft: Draft<'_, '_>, decision: &Decision) {
        let block = draft.block;
        let (text, named) =
            variables::fill(&block.code, &draft.vars, Some(How::Saved), self.placeholders, &mut self.by_kind);
        let saving = decision.saving.as_ref();
        let said = draft.given.path.clone().or_else(|| block.code.title.clone().filter(|_| saving.is_none()));
        let title = said.or_else(|| saving.and_then(|saving| saving.path.clone()));
        let title = title.map(|title| variables::fill_path(&title, &draft.vars, self.placeholders, &mut self.by_kind));
        let opened = self.opened.take().map(|opened| (opened, true));
        let opened = opened.or_else(|| self.stands.editing.clone().map(|opened| (opened, false)));
        let fits = |opened: &Opened| opened.editor.path_for(title.as_deref());
        let is_new = opened.as_ref().is_some_and(|(opened, first)| *first && opened.is_new);
        draft.infer(decision);
        let (file, owner, through) = match opened.map(|(opened, first)| (fits(&opened), opened, first)) {
            Some((Some(path), opened, first)) => {
                if first {
                    draft.inferred.splice(0..0, opened.alone.inferred.clone());
                }
                let path = if draft.given.path.is_some() { title.unwrap_or(path) } else { path };
                let editor = &opened.editor;
                let owner = saver(editor);
                let who = match &owner {
                    Owner::Session => "is written".to_owned(),
                    Owner::Root => "is written, as root,".to_owned(),
                    Owner::User(user) => format!("is written, as {user},"),
                };
                let command = &editor.command;
                draft.inferred.push(format!("the file {who} instead of typed, because `{command}` opens an editor"));
                let through = editor.through.clone();
                self.stands.editing = Some(opened);
                (path, owner, through)
            }
            other => {
                self.opened = other.filter(|(.., first)| *first).map(|(_, opened, _)| opened);
                self.close_editor();
                let Some(path) = title else {
                    let problem = Diagnostic::warning("file-without-path", "this file has no path to save it at");
                    let help = "write it as {title=\"app/app.js\"}";
                    self.diagnostics.push(problem.at(&block.origin.source, block.span).help(help));
                    self.leave_out(&draft, "it has no path to save it at", Act::Saved);
                    return;
                };
                // A crontab has no path: it is saved as its own editor would.
                let cron = (saving.is_some() && path == "crontab").then(|| {
                    let as_root = block.prose.contains("sudo crontab");
                    editor::editor(if as_root { "sudo crontab -e" } else { "crontab -e" })
                });
                let through = cron.flatten().and_then(|editor| editor.through);
                let folder = OF_ROOT.iter().find(|folder| path.starts_with(**folder));
                draft.inferred.extend(folder.map(|folder| {
                    format!("it is written as root, because only root may write in {}", folder.trim_end_matches('/'))
                }));
                (path, if folder.is_some() { Owner::Root } else { Owner::Session }, through)
            }
        };
        let mut placeholders = self.placeholders_of(&draft, named.iter());
        for named in variables::of_path(&file, &draft.vars, self.placeholders) {
            let line = draft.block.at().line;
            let placeholder = named.placeholder(line);
            if draft.skip.is_none() && self.told.insert(placeholder.name.clone()) {
                self.diagnostics.push(unbound(&placeholder).at(&block.origin.source, block.span));
            }
            placeholders.push(placeholder);
        }
        let said = saving.map(|saving| saving.edit.clone()).unwrap_or_default();
        let said = if is_new && said == Edit::Auto { Edit::Create } else { said };
        if said == Edit::Create && draft.given.edit.is_none() {
            draft.inferred.push("it is the whole file, because the text says that the file is new".into());
        }
        let edit = draft.given.edit.clone().unwrap_or(said);
        self.stands.file = Some(file.clone());
        let mut step = draft.step(StepKind::Write { file, text, edit, owner, through }, Attributes::default());
        step.placeholders = placeholders;
        self.push(step);
    }

    /// What stands for values of the reader's; what has none is told once a guide.
    fn placeholders_of<'n>(
        &mut self,
        draft: &Draft<'_, '_>,
        named: impl Iterator<Item = &'n (usize, variables::Named)>,
    ) -> Vec<Placeholder> {
        let block = draft.block;
        let mut found: Vec<Placeholder> = Vec::new();
        for (number, named) in named {
            let line = block.origin.source.line_of(whole_line(block, *number).start).0;
            let placeholder = named.placeholder(line);
            if !named.bound && draft.skip.is_none() && self.told.insert(placeholder.name.clone()) {
                self.diagnostics.push(not_bound(block, *number, named, &placeholder));
            }
            if found.iter().all(|known| known.name != placeholder.name) {
                found.push(placeholder);
            }
        }
        found
    }

    fn output(&mut self, mut draft: Draft<'_, '_>, decision: &Decision) {
        let block = draft.block;
        draft.infer(decision);
        let Some(of) = self.last_run else {
            let problem =
                Diagnostic::warning("output-without-command", "no command before this output could have shown it");
            let help = "put it below its command, or skip it with a reason";
            self.diagnostics.push(problem.at(&block.origin.source, block.span).help(help));
            self.leave_out(&draft, "no command before it could have shown it", Act::Compared);
            return;
        };
        if of != self.steps.len() {
            draft.inferred.push(format!("it is what step {of} shows, because that is the last command before it"));
        }
        if draft.skip.is_none()
            && let Step { skip: Some(reason), omission, .. } = &self.steps[of - 1]
        {
            draft.skip = Some(format!("its command, step {of}, is skipped: {reason}"));
            draft.omission = *omission;
        }
        let (mut text, _) = variables::fill(&block.code, &draft.vars, None, self.placeholders, &mut self.by_kind);
        let mut begins = block.code.lines.clone();
        // Some pages repeat the command, with its prompt, above what it shows.
        let repeats = |command: &str| self.stands.typed.last().is_some_and(|typed| typed.trim() == command);
        if first_command(&block.code.text).is_some_and(|(_, command)| repeats(command)) {
            without_first(&mut text, &mut begins);
            draft.inferred.push("its first line repeats the command, and is not compared".into());
        }
        if decision::says_output(&text) {
            without_first(&mut text, &mut begins);
            draft.inferred.push("its first line, a comment, says that the rest is an output".into());
        }
        let told = self.told(block);
        let kind = expect(block, text, begins, told, of, draft.given.rule);
        let step = draft.step(kind, Attributes::default());
        self.push(step);
    }

    /// What a transcript shows of each step that was done.
    fn transcribed(&mut self, mut draft: Draft<'_, '_>, decision: &Decision, transcript: &Transcript) {
        let block = draft.block;
        draft.infer(decision);
        draft.inferred.push("its commands were typed before, and are not typed again".into());
        let lines: Vec<&str> = block.code.text.lines().collect();
        let told = self.told(block);
        for (of, shown) in &transcript.parts {
            self.push(draft.shows(&lines, shown, told, *of));
        }
    }

    /// The steps so far.
    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What the text around an output of the command before says of it.
    fn told(&self, block: &Block<'_>) -> Told {
        Told::by(&[&block.prose, &self.prose_of_run, self.label(block)])
    }

    /// The label that a block is folded under.
    fn label(&self, block: &Block<'_>) -> &str {
        let fold = block.folds.last().and_then(|fold| self.prose.get(*fold));
        fold.map_or("", |fold| &fold.text)
    }

    fn run(&mut self, draft: &Draft<'_, '_>, mut commands: Vec<Command>, attributes: Attributes) {
        let after = self.prose.get(draft.block.passages).map_or("", |passage| &passage.text);
        if says(Phrase::LogsOut, &draft.block.prose) || says(Phrase::LogsOut, after) {
            commands.iter_mut().for_each(|command| command.logs_out = is_goodbye(&command.line()));
        }
        if draft.skip.is_none() {
            let touched = commands.iter().filter_map(|command| touched(command.lines.first()?)).next_back();
            self.stands.file = touched.or(self.stands.file.take());
            self.stands.typed = commands.iter().flat_map(|command| command.lines.first().cloned()).collect();
        }
        if draft.skip.is_none() && attributes.terminal.is_none() && !attributes.background {
            for Command { prompt, lines, .. } in &commands {
                self.program = program::after(self.program, prompt, lines.first().map_or("", String::as_str));
            }
        }
        let runs_on = attributes.background || attributes.until.is_some() || attributes.terminal.is_some();
        let serves = |command: &&Command| !command.stopped && endless::serves(&command.line());
        let server = commands.iter().find(serves).filter(|_| draft.skip.is_none() && !runs_on);
        let served =
            server.map(|command| format!("`{}` serves, and is left running in a terminal of its own", command.line()));
        let mut step = draft.step(StepKind::Run { commands }, attributes);
        step.inferred.extend(served);
        if draft.given.runs.timeout.is_none()
            && let Some(origin) = self.settings.from.get("timeout")
        {
            step.from.insert("timeout".into(), origin.clone());
        }
        self.last_run = Some(self.push(step));
        self.prose_of_run.clone_from(&draft.block.prose);
    }

    /// What the author says that only the prose asks for.
    pub(super) fn extra(&mut self, extra: &Extra) {
        let opened = self.opened.take_if(|opened| opened.editor.path_for(Some(&extra.path)).is_some());
        let rooted = OF_ROOT.iter().any(|folder| extra.path.starts_with(folder));
        let (owner, through) = match &opened {
            Some(Opened { editor, .. }) => (saver(editor), editor.through.clone()),
            None => (if rooted { Owner::Root } else { Owner::Session }, None),
        };
        let Extra { at, path, text, edit } = extra.clone();
        self.stands.file = Some(path.clone());
        self.push(Step {
            number: 0,
            block: at.line,
            at,
            kind: StepKind::Write { file: path, text, edit, owner, through },
            section: String::new(),
            skip: None,
            omission: None,
            attributes: Attributes::default(),
            placeholders: Vec::new(),
            inferred: vec!["only the text asks for it, and verify.yaml says how".into()],
            from: BTreeMap::new(),
        });
    }

    /// A block that a reader would do or compare, and that no step can be made of.
    pub(super) fn leave_out(&mut self, draft: &Draft<'_, '_>, why: &str, act: Act) {
        self.left_out.push(LeftOut {
            at: draft.block.at(),
            language: draft.block.code.language.clone(),
            why: draft.skip.clone().unwrap_or_else(|| why.to_owned()),
            omission: draft.omission.unwrap_or(Omission::NotDone),
            tab: None,
            act,
            rule: "",
            doubt: None,
            offer: None,
        });
    }

    /// Adds a step; its number.
    pub(super) fn push(&mut self, mut step: Step) -> usize {
        step.number = self.steps.len() + 1;
        if let StepKind::Expect { of, .. } = step.kind {
            // What is not typed shows nothing.
            let waiting = self.steps[of - 1].placeholders.iter().filter(|placeholder| placeholder.waits);
            step.placeholders.extend(waiting.cloned());
        }
        self.steps.push(step);
        self.steps.len()
    }
}

/// A block on its way to be steps.
#[derive(Clone)]
pub(super) struct Draft<'b, 'a> {
    pub(super) block: &'b Block<'a>,
    pub(super) given: Given,
    pub(super) skip: Option<String>,
    /// What `skip` means for a reader.
    pub(super) omission: Option<Omission>,
    vars: BTreeMap<String, String>,
    pub(super) inferred: Vec<String>,
    /// Rules for single commands.
    rules: Vec<&'b rule::Rule>,
}

impl Draft<'_, '_> {
    /// Whether the author names the role.
    pub(super) fn is_said(&self) -> bool {
        self.block.code.said_role || self.given.act.is_some()
    }

    /// Takes over why it is decided so.
    fn infer(&mut self, decision: &Decision) {
        let told = decision.act == Act::Typed && self.block.code.role == Role::Command;
        if !decision.why.is_empty() && !told {
            self.inferred.push(format!("it is {}, because {}", decision.act.said(), decision.why));
        }
    }

    pub(super) fn step(&self, kind: StepKind, attributes: Attributes) -> Step {
        let mut from = self.given.from.clone();
        from.retain(|name, _| {
            matches!(kind, StepKind::Expect { .. }) == (name == "match") || OF_ALL.contains(&name.as_str())
        });
        Step {
            number: 0,
            kind,
            at: self.block.at(),
            block: self.block.at().line,
            section: self.block.section.clone(),
            skip: self.skip.clone(),
            omission: self.omission,
            attributes,
            inferred: self.inferred.clone(),
            placeholders: Vec::new(),
            from,
        }
    }

    /// Of these lines of its block, which are what step `of` shows.
    fn shows(&self, lines: &[&str], shown: &[usize], told: Told, of: usize) -> Step {
        let block = self.block;
        let text = shown.iter().map(|line| lines[*line].to_owned() + "\n").collect();
        let begins = shown.iter().filter_map(|line| block.code.lines.get(*line).copied()).collect();
        let mut step = self.step(expect(block, text, begins, told, of, self.given.rule), Attributes::default());
        step.at = At::new(&block.origin.source, whole_lines(block, shown[0], shown[shown.len() - 1]));
        step
    }

    /// Of a run of commands; what is said about an end belongs to the last of its block.
    fn attributes(&self, settings: &Settings, last: bool) -> Attributes {
        let mut attributes = self.given.runs.clone();
        attributes.timeout = attributes.timeout.or(settings.timeout);
        if last { attributes } else { attributes.before_the_end() }
    }
}

/// Leaves out the first line of an output that says something, and what is blank above it; of where lines begin, too.
fn without_first(text: &mut String, begins: &mut Vec<usize>) {
    let above = text.lines().take_while(|line| line.trim().is_empty()).count();
    *text = text.split_inclusive('\n').skip(above + 1).collect();
    begins.drain(..(above + 1).min(begins.len()));
}

/// Who saves the file of an editor.
fn saver(editor: &Editor) -> Owner {
    match &editor.user {
        _ if editor.root => Owner::Root,
        Some(user) => Owner::User(user.clone()),
        None => Owner::Session,
    }
}

/// Commands of a shell where another program is open: the page forgets how to leave it.
fn exit_missing(draft: &Draft<'_, '_>, open: &'static Program) -> Option<Diagnostic> {
    let block = draft.block;
    let (text, language) = (&block.code.text, &block.code.language);
    let of_shell = program::is_of_shell(language) && !open.is_shell() && !open.reads(language);
    let prompted = text.lines().any(|line| prompt::prompt_length(line).is_some());
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let first = lines.next().filter(|line| of_shell && !prompted && !open.leaves(line.trim()))?;
    // What a shell does not know for certain could be for the program.
    let first = Some(first).filter(|line| known(line) == Known::Yes)?;
    let name = open.name();
    let message = format!("`{name}` is open here, and `{}` is a command of a shell", first.trim());
    let help = format!("is `exit` missing after `{name}`? Show how a reader leaves it");
    Some(Diagnostic::warning("exit-missing", message).at(&block.origin.source, block.span).help(help))
}

/// The file that a command makes: `touch x`.
fn touched(line: &str) -> Option<String> {
    let mut words = line.split_whitespace().skip_while(|word| *word == "sudo");
    let makes = words.next() == Some("touch");
    words.filter(|word| !word.starts_with('-')).last().filter(|_| makes).map(str::to_owned)
}

/// The editor that a command opens, unless it is skipped.
fn opens_editor(draft: &Draft<'_, '_>, command: &Command) -> Option<Editor> {
    let wanted = command.lines.len() == 1 && draft.skip.is_none();
    wanted.then(|| editor::editor(&command.lines[0])).flatten()
}

/// The first line of a session, and the command in it.
fn first_command(text: &str) -> Option<(&str, &str)> {
    let first = text.lines().find(|line| !line.trim().is_empty()).filter(|_| crate::guide::prompt::is_session(text))?;
    let command = first.get(prompt::prompt_length(first)?..)?;
    Some((first.trim(), command.trim()))
}

/// The source of a line of the block's text.
fn whole_line(block: &Block<'_>, line: usize) -> Span {
    let start = block.code.lines.get(line).copied().unwrap_or(block.span.start);
    Span::new(start, block.origin.source.line_of(start).1.end.max(start))
}

/// An output of the page, whose lines begin at these bytes.
fn expect(block: &Block<'_>, text: String, lines: Vec<usize>, told: Told, of: usize, rule: Option<Rule>) -> StepKind {
    let numbers = lines.iter().map(|at| block.origin.source.line_of(*at).0).collect();
    StepKind::Expect { text, lines, numbers, told, of, rule }
}

/// The source of some lines of the block's text.
fn whole_lines(block: &Block<'_>, first: usize, last: usize) -> Span {
    let start = whole_line(block, first).start;
    Span::new(start, whole_line(block, last).end.max(start))
}

/// Whoever logs out goes on with a connection, or has nothing more to type. What is not done is not typed.
fn log_out(steps: &mut [Step]) {
    let mut goes_on = true;
    for step in steps.iter_mut().rev().filter(|step| step.undone().is_none()) {
        let own = step.attributes.terminal.is_none() && !step.attributes.background;
        let StepKind::Run { commands } = &mut step.kind else { continue };
        for command in commands.iter_mut().rev().filter(|_| own) {
            let line = command.line();
            command.logs_out |= goes_on && is_goodbye(&line);
            goes_on = enters_a_server(&line);
        }
    }
}

/// Whether a line says goodbye to a shell.
fn is_goodbye(line: &str) -> bool {
    named("bash").is_some_and(|shell| shell.leaves(line))
}

/// Lines that are typed as they are.
fn typed_whole(lines: &[usize]) -> Piece {
    Piece::Typed(lines.iter().map(|line| (*line, 0)).collect())
}

fn command_of(block: &Block<'_>, lines: &[&str], typed: &[(usize, usize)]) -> Command {
    let (first, length) = typed[0];
    let (last, _) = typed[typed.len() - 1];
    let span = whole_lines(block, first, last);
    Command {
        lines: typed.iter().map(|(line, prompt)| lines[*line][*prompt..].to_owned()).collect(),
        prompt: lines[first][..length].to_owned(),
        stopped: command::is_stopped(lines, first, last + 1),
        logs_out: false,
        at: At::new(&block.origin.source, span),
    }
}

/// A placeholder without a value, at its place.
fn not_bound(block: &Block<'_>, line: usize, named: &variables::Named, placeholder: &Placeholder) -> Diagnostic {
    let code = &block.code;
    let begin: usize = code.text.split_inclusive('\n').take(line).map(str::len).sum();
    let at = begin + named.range.start;
    let own = code.inserts.iter().find(|(range, _)| named.shortcode && range.start == at);
    let span = own.map_or_else(|| code.source_span(line, named.range.clone()), |(_, shortcode)| shortcode.tag);
    unbound(placeholder).at(&block.origin.source, span)
}

fn unbound(placeholder: &Placeholder) -> Diagnostic {
    let (name, kind) = (&placeholder.name, placeholder.kind.said());
    let message = match (placeholder.waits, placeholder.sure) {
        (true, _) => format!("the placeholder `{name}` ({kind}) has no value, so its step is not done"),
        (false, true) => format!("the placeholder `{name}` ({kind}) has no value, and is used as it stands"),
        (false, false) => format!("`{name}` looks like a placeholder ({kind}), and is used as it stands"),
    };
    let for_all = placeholder.line_for_all().map(|line| format!("; for all guides, `{line}` in guidepost.yaml"));
    let line = placeholder.line_to_write();
    let help = format!("give it one in the front matter or in verify.yaml: `{line}`{}", for_all.unwrap_or_default());
    Diagnostic::warning("unbound-placeholder", message).help(help)
}

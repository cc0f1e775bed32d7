//! The Markdown of a draft.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use super::{Deed, Draft, Subject, files, hidden::Hidden, is_secret, output};
use crate::{
    session::{End, Kind, Reply, step::key},
    source::fence,
    terminal::{
        editor::editor,
        endless::is_endless,
        program::{goodbye, named, runs_pager},
    },
};

/// An answer that is left blank.
pub(super) const SECRET: &str = "{secret: true}";

/// A block of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// What is typed, in this language, with what the fence says.
    Commands { language: String, lines: Vec<String>, says: Vec<(&'static str, String)> },
    /// What it shows.
    Output(String),
    /// A file that is saved.
    File { path: String, text: String, says: Vec<(&'static str, String)> },
}

/// What a question was answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Given {
    Text(String),
    Secret,
}

/// The front matter, and the blocks.
pub(super) fn pieces(
    deeds: &[Deed],
    subject: &Subject<'_>,
    hidden: &Hidden,
    notes: &mut Vec<String>,
) -> (String, Vec<Piece>) {
    let answers = Answers::of(deeds, subject, hidden);
    let mut pieces = Vec::new();
    for deed in deeds {
        let ended = matches!(deed.attended.outcome.end, End::SessionEnded { .. });
        // The last shell is left by whoever records, and not by readers.
        if ended && deed.attended.lines.iter().all(|line| is_goodbye(line)) {
            continue;
        }
        if deed.attended.full_screen || !deed.edits.is_empty() {
            edited(deed, hidden, &mut pieces, notes);
            continue;
        }
        let mut says = Vec::new();
        if let Some(status) = deed.status().filter(|status| *status != 0) {
            says.push(("exit", status.to_string()));
        }
        if let Some(own) = answers.own(deed, hidden, notes) {
            says.push(("answers", own));
        }
        let lines: Vec<String> = typed(deed).iter().map(|line| hidden.mask(line)).collect();
        add(&mut pieces, language(deed), lines, says);
        if let Some(text) = output::documented(&shown(deed, hidden)) {
            pieces.push(Piece::Output(text));
        }
    }
    let text: String = pieces.iter().map(|piece| rendered(piece) + "\n").collect();
    let own = subject.own.iter().map(|(name, value)| (name.clone(), hidden.value(value)));
    let vars: BTreeMap<String, String> = own.chain(hidden.values(&text)).collect();
    (head(subject, &answers, &vars), pieces)
}

/// Adds commands: what shows nothing, and of which nothing is said, is one block with what comes after it. What a command reads, up to
/// the key that ends it, stands alone.
fn add(pieces: &mut Vec<Piece>, language: String, lines: Vec<String>, says: Vec<(&'static str, String)>) {
    let is_plain = |lines: &[String]| lines.iter().all(|line| key(line).is_none());
    match pieces.last_mut() {
        Some(Piece::Commands { language: known, lines: before, says: said })
            if *known == language && said.is_empty() && says.is_empty() && is_plain(before) && is_plain(&lines) =>
        {
            before.extend(lines);
        }
        _ => pieces.push(Piece::Commands { language, lines, says }),
    }
}

/// An editor, with what it changed; or what it was, if that was no editor or changed nothing.
fn edited(deed: &Deed, hidden: &Hidden, pieces: &mut Vec<Piece>, notes: &mut Vec<String>) {
    let line = deed.line();
    let known = editor(&line);
    if deed.edits.is_empty() {
        if runs_pager(&line) || is_endless(&line) {
            add(pieces, language(deed), vec![hidden.mask(&line)], Vec::new());
        } else if deed.unseen {
            notes.push(format!("`{line}` edited a file where nobody could look at it, and is left out: add the file"));
        } else {
            notes.push(format!("`{line}` had the whole screen and changed no file, and is left out"));
        }
        return;
    }
    let mut files = Vec::new();
    for edit in &deed.edits {
        let masked = super::Edit {
            path: hidden.mask(&edit.path),
            before: edit.before.as_deref().map(|text| hidden.mask(text)),
            after: hidden.mask(&edit.after),
        };
        let Some(blocks) = files::blocks(&masked, edit.before.as_deref()) else {
            notes.push(format!(
                "the change of {} is left out: lines of it look as if they stood for others (`...`)",
                edit.path
            ));
            continue;
        };
        let file = |block: files::Block| Piece::File {
            path: masked.path.clone(),
            text: block.text,
            says: block.how.into_iter().collect(),
        };
        files.extend(blocks.into_iter().map(file));
    }
    match known {
        _ if files.is_empty() => {}
        Some(_) => add(pieces, language(deed), vec![hidden.mask(&line)], Vec::new()),
        None => notes.push(format!("`{line}` is left out: what it changed is shown as a file")),
    }
    pieces.append(&mut files);
}

/// The language of a block that is typed where the deed was.
fn language(deed: &Deed) -> String {
    const SHELL: &str = "command";
    let of_program = deed.program().and_then(named).and_then(crate::terminal::program::Program::language);
    of_program.map_or_else(|| SHELL.to_owned(), |language| format!("{language} {{role=command}}"))
}

/// What is typed, with what the command reads without a question, and the keys that end it.
fn typed(deed: &Deed) -> Vec<String> {
    const END: &str = "^D";
    const STOP: &str = "^C";
    let attended = &deed.attended;
    if attended.lines.len() == 1 && attended.lines[0] == END {
        let way = match attended.outcome.before.last() {
            Some(place) if place.kind == Kind::Program => goodbye(&place.name).unwrap_or(END),
            _ => "exit",
        };
        return vec![way.to_owned()];
    }
    let mut lines = attended.lines.clone();
    if is_fed(deed) {
        for reply in &attended.replies {
            if !reply.text.is_empty() || !reply.ended {
                lines.push(reply.text.clone());
            }
            if reply.ended {
                lines.push(END.to_owned());
            }
        }
    }
    if attended.stopped && !is_endless(&deed.line()) {
        lines.push(STOP.to_owned());
    }
    lines
}

/// Whether a command reads what is typed until Ctrl-D, as `cat > FILE`.
fn is_fed(deed: &Deed) -> bool {
    let replies = &deed.attended.replies;
    replies.iter().any(|reply| reply.ended) && replies.iter().all(|reply| reply.shown || reply.text.is_empty())
}

/// Its output. What was typed for it to read is none.
fn shown(deed: &Deed, hidden: &Hidden) -> String {
    let output = &deed.attended.outcome.output;
    if !is_fed(deed) {
        return hidden.mask(output.trim_end_matches("^C"));
    }
    let mut replies = deed.attended.replies.iter().peekable();
    let own = output.lines().filter(|line| replies.next_if(|reply| reply.text.trim() == line.trim()).is_none());
    hidden.mask(&own.collect::<Vec<_>>().join("\n"))
}

fn is_goodbye(line: &str) -> bool {
    matches!(line.trim(), "^D" | "exit" | "logout")
}

/// What the questions of all commands were answered with.
struct Answers {
    /// Each question with its only answer, the longest first: a question that has another one in it comes before it.
    of_all: Vec<(String, Given)>,
    /// Questions with several answers.
    various: BTreeSet<String>,
}

impl Answers {
    fn of(deeds: &[Deed], subject: &Subject<'_>, hidden: &Hidden) -> Self {
        let mut given: BTreeMap<String, Vec<Given>> = BTreeMap::new();
        let replies = deeds.iter().filter(|deed| !is_fed(deed)).flat_map(|deed| &deed.attended.replies);
        for reply in replies.filter(|reply| is_answer(reply)) {
            let question = hidden.mask(reply.question.trim());
            // The library says it.
            if subject.knows(&reply.question) {
                continue;
            }
            let one = if is_secret(reply) { Given::Secret } else { Given::Text(hidden.mask(&reply.text)) };
            let all = given.entry(question).or_default();
            if !all.contains(&one) {
                all.push(one);
            }
        }
        // Whoever was heard once to type a secret there did not mean it to be seen the other time.
        for all in given.values_mut().filter(|all| all.contains(&Given::Secret)) {
            *all = vec![Given::Secret];
        }
        let various = given.iter().filter(|(_, all)| all.len() > 1).map(|(question, _)| question.clone()).collect();
        let mut of_all: Vec<(String, Given)> = given
            .into_iter()
            .filter(|(_, all)| all.len() == 1)
            .filter_map(|(question, mut all)| Some((question, all.pop()?)))
            .collect();
        of_all.sort_by_key(|(question, _)| std::cmp::Reverse(question.len()));
        Self { of_all, various }
    }

    /// What the block of a deed itself has to say: answers that are others elsewhere.
    fn own(&self, deed: &Deed, hidden: &Hidden, notes: &mut Vec<String>) -> Option<String> {
        let mut own = Vec::new();
        for reply in deed.attended.replies.iter().filter(|reply| is_answer(reply) && !is_secret(reply)) {
            let question = hidden.mask(reply.question.trim());
            if !self.various.contains(&question) {
                continue;
            }
            let text = format!("{question} => {}", hidden.mask(&reply.text));
            if text.contains(['"', ';', '`', '\\']) || text.matches("=>").count() > 1 {
                notes.push(format!("the answer to `{question}` is left out: it has signs that a fence cannot say"));
            } else if !own.contains(&text) {
                own.push(text);
            }
        }
        (!own.is_empty()).then(|| own.join("; "))
    }
}

/// Whether a reply answers something: Enter alone is pressed for other reasons, too, and keys of dialogues are no text.
fn is_answer(reply: &Reply) -> bool {
    !reply.question.trim().is_empty()
        && !reply.ended
        && !reply.text.chars().any(char::is_control)
        && (!reply.text.is_empty() || crate::session::is_question(&reply.question))
}

fn head(subject: &Subject<'_>, answers: &Answers, vars: &BTreeMap<String, String>) -> String {
    let mut head = format!("---\ntitle: {}\ndraft: true\n", quoted(subject.title));
    let mut verify = String::new();
    if let Some(machine) = subject.machine {
        verify += &format!("  machine: {}\n", quoted(machine));
    }
    if subject.columns != crate::session::COLUMNS {
        verify += &format!("  columns: {}\n", subject.columns);
    }
    if !vars.is_empty() {
        verify += "  vars:\n";
        verify.extend(vars.iter().map(|(name, value)| format!("    {}: {}\n", quoted(name), quoted(value))));
    }
    if !answers.of_all.is_empty() {
        verify += "  answers:\n";
        for (question, given) in &answers.of_all {
            let reply = match given {
                Given::Text(text) => quoted(text),
                Given::Secret => SECRET.to_owned(),
            };
            verify += &format!("    {}: {reply}\n", quoted(question));
        }
    }
    if !verify.is_empty() {
        head += &format!("verify:\n{verify}");
    }
    head + "---\n"
}

/// A text as YAML: plain, where it is a name, and otherwise as JSON has it, which YAML reads alike.
fn quoted(text: &str) -> String {
    let is_name = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c) || c == ' ')
        && !text.ends_with(' ')
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "y" | "n" | "yes" | "no" | "true" | "false" | "on" | "off" | "null"
        );
    if is_name { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

/// A block as Markdown.
fn rendered(piece: &Piece) -> String {
    let info = |name: &str, says: &[(&'static str, String)]| {
        let said: Vec<String> = says.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect();
        match (said.is_empty(), name.strip_suffix('}')) {
            (true, _) => name.to_owned(),
            (_, Some(open)) => format!("{open} {}}}", said.join(" ")),
            (_, None) => format!("{name} {{{}}}", said.join(" ")),
        }
    };
    let (info, text) = match piece {
        Piece::Commands { language, lines, says } => (info(language, says), lines.join("\n")),
        Piece::Output(text) => ("output".to_owned(), text.clone()),
        Piece::File { path, text, says } => {
            let title = [("title", path.clone())];
            (info("file", &[&title[..], says].concat()), text.trim_end_matches('\n').to_owned())
        }
    };
    let fence = fence(&text);
    format!("{fence}{info}\n{}\n{fence}\n", escaped(&text))
}

/// A text in which no shortcode begins: one that is commented out shows itself.
fn escaped(text: &str) -> String {
    let mut done = text.to_owned();
    for (open, close) in [("{{<", ">}}"), ("{{%", "%}}")] {
        let (mut new, mut rest) = (String::new(), done.as_str());
        while let Some(at) = rest.find(open) {
            let inner = &rest[at + open.len()..];
            let Some(end) = inner.find(close).filter(|_| !inner.starts_with("/*")) else { break };
            new += &format!("{}{open}/*{}*/{close}", &rest[..at], &inner[..end]);
            rest = &inner[end + close.len()..];
        }
        done = new + rest;
    }
    done
}

impl Draft {
    /// Its Markdown, and of each block the lines from its first fence to its last, from 1.
    pub(super) fn written(&self) -> (String, Vec<RangeInclusive<usize>>) {
        let mut text = self.head.clone();
        let mut lines = Vec::new();
        for piece in &self.pieces {
            text.push('\n');
            let first = text.lines().count() + 1;
            text += &rendered(piece);
            lines.push(first..=text.lines().count());
        }
        (text, lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks() {
        let commands = |lines: &[&str], says: &[(&'static str, &str)]| Piece::Commands {
            language: "command".into(),
            lines: lines.iter().map(ToString::to_string).collect(),
            says: says.iter().map(|(key, value)| (*key, (*value).to_owned())).collect(),
        };
        for (piece, text) in [
            (commands(&["ls", "pwd"], &[]), "```command\nls\npwd\n```\n"),
            (commands(&["false"], &[("exit", "1")]), "```command {exit=\"1\"}\nfalse\n```\n"),
            (Piece::Output("```\nx".into()), "````output\n```\nx\n````\n"),
            (Piece::Output("{{< x >}} {{ y }}".into()), "```output\n{{</* x */>}} {{ y }}\n```\n"),
            (
                Piece::File { path: "a.conf".into(), text: "x\n".into(), says: vec![("after", "y".into())] },
                "```file {title=\"a.conf\" after=\"y\"}\nx\n```\n",
            ),
            (
                Piece::Commands {
                    language: "sql {role=command}".into(),
                    lines: vec!["SELECT 1;".into()],
                    says: vec![("answers", "a => b".into())],
                },
                "```sql {role=command answers=\"a => b\"}\nSELECT 1;\n```\n",
            ),
        ] {
            assert_eq!(rendered(&piece), text);
        }
    }

    #[test]
    fn yaml() {
        for (text, yaml) in [
            ("Nginx on Debian", "Nginx on Debian"),
            ("yes", "\"yes\""),
            ("a: b", "\"a: b\""),
            ("1", "\"1\""),
            ("", "\"\""),
        ] {
            assert_eq!(quoted(text), yaml);
        }
    }
}

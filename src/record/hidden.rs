//! What must not stand in a draft: secrets, and values that have a name.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::{Captures, Regex};

use super::{Deed, Edit, Subject, is_secret};
use crate::{
    plan::blank,
    report::{Secrets, secrets::MASK},
    session::Reply,
};

/// What stands for the first secret; those after it have a number.
const PASSWORD: &str = "YOUR_PASSWORD";

/// A value of fewer characters is everywhere.
const SHORT: usize = 3;

/// What a draft hides.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    /// Texts and what stands for them, the longest first.
    names: Vec<(String, String)>,
    /// Names of secrets.
    passwords: Vec<String>,
    /// Words that are given as secrets, and stand elsewhere for what they mean: `PASSWORD=postgres`.
    words: Vec<(String, String)>,
    secrets: Secrets,
}

/// A value that is set under a name which says that it is a secret: `PGPASSWORD=x`, `--token x`, `PASSWORD 'x'`, `password: x`.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?i)(?:\w*(?:password|passwd|passphrase|secret|token|api_?key)["']?\s*[=:]\s*|\b(?:password|identified\s+by)\s+(?:=\s*)?|--\S*(?:password|passphrase|token|secret)[= ])(?:'([^'\s](?:[^']*[^'\s])?)'|"([^"\s](?:[^"]*[^"\s])?)"|([^\s'"$<>;|&(){}]+))"#;
    Regex::new(pattern).expect("a valid pattern")
});

impl Hidden {
    /// All secrets and named values of these deeds.
    pub(super) fn of(deeds: &[Deed], subject: &Subject<'_>) -> Self {
        let (mut secrets, mut given): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        for deed in deeds {
            let user = deed.attended.outcome.before.last().and_then(|place| place.user.as_ref());
            let replies =
                deed.attended.replies.iter().filter(|reply| is_secret(reply) && !reply.text.trim().is_empty());
            // What the library tells anybody, and every prompt shows, can be hidden from nobody.
            let is_name = |reply: &&Reply| user == Some(&reply.text) && subject.knows(&reply.question);
            secrets.extend(replies.filter(|reply| !is_name(reply)).map(|reply| reply.text.clone()));
            given.extend(deed.attended.lines.iter().flat_map(|line| named(line, true)));
            // In a file, a word is a value only where a sign says so, and what was there before is nobody's secret.
            let written = deed.edits.iter().flat_map(written);
            given.extend(written.flat_map(|line| named(line, false)));
        }
        let (mut known, mut words) = (Vec::new(), Vec::new());
        for secret in secrets {
            if !known.contains(&secret) {
                known.push(secret);
            }
        }
        for secret in given {
            let all = if is_word(&secret) { &mut words } else { &mut known };
            if !all.contains(&secret) {
                all.push(secret);
            }
        }
        words.retain(|word| !known.contains(word));
        let passwords: Vec<String> = (1..=known.len() + words.len())
            .map(|number| if number == 1 { PASSWORD.to_owned() } else { format!("{PASSWORD}_{number}") })
            .collect();
        let mut names: Vec<(String, String)> = known.iter().cloned().zip(passwords.iter().cloned()).collect();
        let words = words.into_iter().zip(passwords[known.len()..].iter().cloned()).collect();
        let of_vars = subject.vars.iter().filter(|(_, value)| value.chars().count() >= SHORT);
        names.extend(of_vars.map(|(name, value)| (value.clone(), name.clone())));
        names.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Self { names, passwords, words, secrets: Secrets::new(&known) }
    }

    /// A text with names in place of secrets and values. What a secret looks like in another form is a wildcard.
    pub(super) fn mask(&self, text: &str) -> String {
        let mut masked = NAMED
            .replace_all(text, |found: &Captures<'_>| {
                let (whole, value) = (found.get(0), (1..=3).find_map(|group| found.get(group)));
                let (Some(whole), Some(value)) = (whole, value) else { return String::new() };
                match self.words.iter().find(|(word, _)| word == value.as_str()) {
                    Some((_, name)) => {
                        let (begin, end) = (value.start() - whole.start(), value.end() - whole.start());
                        [&whole.as_str()[..begin], name, &whole.as_str()[end..]].concat()
                    }
                    None => whole.as_str().to_owned(),
                }
            })
            .into_owned();
        for (hidden, name) in &self.names {
            masked = replaced(&masked, hidden, name, self.passwords.contains(name));
        }
        self.secrets.mask(&masked).replace(MASK, "[..]")
    }

    /// The value of a variable that the draft sets, unless it is a secret: then, what is typed for one.
    pub(super) fn value(&self, value: &str) -> String {
        let is_secret = |(text, name): &&(String, String)| self.passwords.contains(name) && value.contains(text);
        if self.names.iter().any(|known| is_secret(&known)) { blank().to_owned() } else { value.to_owned() }
    }

    /// Values for the names of secrets that stand in a text: what guidepost types where a secret is asked for.
    pub(super) fn values(&self, text: &str) -> BTreeMap<String, String> {
        let used = self.passwords.iter().filter(|name| !replaced(text, name, "", false).eq(text));
        used.map(|name| (name.clone(), blank().to_owned())).collect()
    }
}

/// Whether a value may as well be a word: what is common as a password for trying things is.
fn is_word(value: &str) -> bool {
    value.chars().all(|c| c.is_ascii_lowercase())
}

/// The lines that somebody has written into a file.
fn written(edit: &Edit) -> impl Iterator<Item = &str> {
    let before = edit.before.as_deref().unwrap_or_default();
    edit.after.lines().filter(move |line| !before.lines().any(|known| known == *line))
}

/// Secrets that a line sets by their names.
fn named(line: &str, typed: bool) -> Vec<String> {
    let found = NAMED.captures_iter(line).filter_map(|found| {
        let quoted = found.get(1).or_else(|| found.get(2));
        let whole = found.get(0)?.as_str();
        let bare = found.get(3).filter(|_| whole.contains(['=', ':']) || (typed && whole.starts_with("--")));
        let value = quoted.or(bare)?.as_str();
        (value.chars().count() >= SHORT && !value.starts_with(['$', '/'])).then(|| value.to_owned())
    });
    found.collect()
}

/// A text with a name in place of a value that stands there as a word of its own; `anywhere`, also in a word, unless it is short.
fn replaced(text: &str, value: &str, name: &str, anywhere: bool) -> String {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let anywhere = anywhere && value.chars().count() > SHORT;
    let (mut done, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(value) {
        let (before, after) = (&rest[..at], &rest[at + value.len()..]);
        let joined = |a: Option<char>, b: Option<char>| is_word(a) && is_word(b);
        let last = before.chars().next_back().or_else(|| done.chars().next_back());
        let inside = joined(last, value.chars().next()) || joined(value.chars().next_back(), after.chars().next());
        done.push_str(before);
        done.push_str(if inside && !anywhere { value } else { name });
        rest = after;
    }
    done + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_by_name() {
        for (line, typed, secrets) in [
            ("PGPASSWORD=hunter2 psql -h db", true, &["hunter2"][..]),
            ("CREATE USER app WITH PASSWORD 's3cret';", true, &["s3cret"]),
            ("create user a identified by \"s3cret\"", true, &["s3cret"]),
            ("tool --password hunter2 --user ann", true, &["hunter2"]),
            ("tool --token=abc123", true, &["abc123"]),
            ("SECRET='two words' run", true, &["two words"]),
            ("read -sp 'Password: ' p; read -sp 'Again: ' q", true, &[]),
            ("echo $PASSWORD; PASSWORD=$OTHER", true, &[]),
            ("# the password for it is in the vault", true, &[]),
            ("passwd ann", true, &[]),
            ("db_password: hunter2", false, &["hunter2"]),
            ("  \"apiKey\": \"abc123\",", false, &["abc123"]),
            ("# password authentication is off", false, &[]),
            ("PasswordAuthentication no", false, &[]),
        ] {
            assert_eq!(named(line, typed), secrets, "{line}");
        }
    }

    #[test]
    fn values_are_words() {
        for (text, value, anywhere, masked) in [
            ("host db1 and db10", "db1", false, "host N and db10"),
            ("app.example.org", "example.org", false, "app.N"),
            ("xhunter2y", "hunter2", true, "xNy"),
            ("a cat, concat", "cat", true, "a N, concat"),
        ] {
            assert_eq!(replaced(text, value, "N", anywhere), masked, "{text}");
        }
    }
}

//! Paths that a sentence names.

use super::super::prose;
use crate::terminal::{editor, line};

/// Endings of host names, which no file has.
const DOMAINS: &[&str] = &[
    "com", "org", "net", "edu", "gov", "io", "dev", "de", "uk", "eu", "tld", "local", "internal", "example", "test",
    "app",
];

/// Names of files that have neither a folder nor an ending.
const NAMES: &[&str] = &[
    "Dockerfile",
    "Containerfile",
    "Makefile",
    "Gemfile",
    "Rakefile",
    "Vagrantfile",
    "Jenkinsfile",
    "Caddyfile",
    "Procfile",
    "Pipfile",
    "Brewfile",
    "crontab",
];

/// Endings of files that prose names without code.
#[rustfmt::skip]
const ENDINGS: &[&str] = &[
    "c", "cfg", "cnf", "conf", "config", "cpp", "css", "csv", "env", "go", "h", "hcl", "html", "inc", "ini", "java", "js", "json",
    "jsx", "list", "local", "log", "lua", "md", "php", "pl", "pp", "properties", "py", "rb", "repo", "rs", "rules", "service", "sh",
    "socket", "sql", "tf", "timer", "toml", "ts", "tsx", "txt", "vue", "xml", "yaml", "yml",
];

/// Hidden folders; other names that begin with a dot are of files.
const FOLDERS: &[&str] = &[
    ".aws", ".cache", ".config", ".docker", ".git", ".github", ".gnupg", ".kube", ".local", ".npm", ".ssh", ".venv",
    ".vscode",
];

/// A path in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::plan) struct Mention {
    /// As it is written.
    pub(in crate::plan) path: String,
    /// It is a folder.
    pub(in crate::plan) folder: bool,
}

/// The paths that a text names, in order.
pub(in crate::plan) fn paths(text: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut code = false;
    let mut before = "";
    for part in text.split('`') {
        if code {
            found.extend(of_code(part).filter(|_| !(part.starts_with('.') && speaks_of_ending(before))));
        } else {
            before = part;
            let words: Vec<&str> = part.split_whitespace().collect();
            found.extend((0..words.len()).filter_map(|at| of_word(words[at]).or_else(|| called_file(&words, at))));
        }
        code = !code;
    }
    found
}

/// The files that a typed line names by words of their own, as their endings tell; not those behind an option, or that it writes.
pub(crate) fn files_of(line: &str) -> Vec<String> {
    let of_command = |command| {
        let words = line::words(command);
        let named = |at: &usize| {
            let behind = words[at - 1].as_str();
            let ending = words[*at].rsplit_once('.').map_or("", |(_, ending)| ending);
            let fits = |c: char| c.is_alphanumeric() || "._-/".contains(c);
            let is_file = ENDINGS.contains(&ending) && words[*at].chars().all(fits) && is_path(&words[*at]);
            is_file && !behind.starts_with('-') && !behind.ends_with(['>', '<'])
        };
        (1..words.len()).filter(named).map(|at| words[at].clone()).collect::<Vec<_>>()
    };
    line::commands(line).flat_map(of_command).collect()
}

/// Whether a text goes on with how names of files end: `ends with .csv`.
fn speaks_of_ending(text: &str) -> bool {
    let mut words = text.split_whitespace().rev().map(|word| word.trim_matches(|c: char| !c.is_alphabetic()));
    let last = words.next().unwrap_or_default();
    let of_name = |word: &str| ["extension", "extensions", "suffix", "ending"].contains(&word);
    of_name(last) || ["with", "in"].contains(&last) && words.next().is_some_and(|word| word.starts_with("end"))
}

/// A word with a dot in it beside the word “file”: `the file auto.master`, `auto.master file`.
fn called_file(words: &[&str], at: usize) -> Option<Mention> {
    if !words[at].contains('.') {
        return None;
    }
    let is_file = |word: Option<&&str>| word.is_some_and(|word| word.trim_matches([',', '.', ':']) == "file");
    let beside = is_file(words.get(at + 1)) || at > 0 && is_file(words.get(at - 1));
    let word = words[at].trim_matches(|c: char| !c.is_alphanumeric());
    let is_name = word.rsplit_once('.').is_some_and(|(stem, ending)| {
        let letters = |text: &str| text.starts_with(|c: char| c.is_ascii_lowercase());
        letters(stem) && letters(ending) && ending.len() <= 12 && !DOMAINS.contains(&ending)
    });
    let fits = word.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    (beside && is_name && fits).then(|| mention(word))
}

/// The file that a piece of code names, alone or behind the name of an editor.
fn of_code(code: &str) -> Option<Mention> {
    let code = code.trim();
    if code.trim_start_matches("sudo ").starts_with("crontab") {
        return Some(Mention { path: "crontab".into(), folder: false });
    }
    if let Some(editor) = editor::editor(code) {
        return editor.path.map(|path| Mention { path, folder: false });
    }
    is_path(code).then(|| mention(code))
}

fn mention(path: &str) -> Mention {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    // One name below the root is a folder of the system's, or an address of a page.
    let top = path.starts_with('/') && path.matches('/').count() == 1 && !name.contains('.');
    // `/etc/x.d` holds files.
    let holds = name.ends_with(".d") || FOLDERS.contains(&name);
    // Devices and what the kernel tells are no files that anybody saves.
    let system = ["/dev/", "/proc/", "/sys/"].iter().any(|folder| path.starts_with(folder));
    let folder = system || path.ends_with('/') || name.starts_with("..") || name.is_empty() || top || holds;
    Mention { path: path.to_owned(), folder }
}

/// A path among the words of a sentence.
fn of_word(word: &str) -> Option<Mention> {
    let word = word
        .trim_matches(|c: char| {
            matches!(c, '"' | '\'' | '(' | ')' | ',' | ';' | ':' | '*' | '[' | ']' | '“' | '”' | '>')
        })
        .trim_end_matches(['.', ':', ',']);
    let special = NAMES.contains(&word) && word != "crontab";
    if !special && !word.contains(['/', '.']) {
        return None;
    }
    let absolute = (word.starts_with('/') || word.starts_with("~/")) && word.len() > 3 && word[1..].contains('/');
    let named = word.rsplit_once('.').is_some_and(|(name, ending)| {
        !name.is_empty()
            && ENDINGS.contains(&ending)
            && name.chars().all(|c| c.is_alphanumeric() || "._-/~".contains(c))
    });
    let below = word.split_once('/').is_some_and(|(folder, _)| !folder.is_empty() && !folder.contains('.'))
        && word.rsplit_once('.').is_some_and(|(_, ending)| {
            (2..=10).contains(&ending.len()) && ending.chars().all(|c| c.is_ascii_lowercase())
        });
    // `Node.js` is no file.
    let proper = word.starts_with(|c: char| c.is_uppercase()) && !word.contains('/') && !special;
    ((absolute || named || special || below) && !proper && is_path(word)).then(|| mention(word))
}

/// Whether a piece of code is a path.
pub(in crate::plan) fn is_path(code: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || "._-/~+@<>{}$[]*%".contains(c);
    if code.is_empty() || code.contains("://") || !code.chars().all(fits) || code.contains("//") {
        return false;
    }
    if NAMES.contains(&code) {
        return true;
    }
    if code.starts_with(['-', '<', '@', '%', '*', '[', '{', '+']) || code.contains('*') {
        return false;
    }
    let name = code.rsplit('/').next().unwrap_or(code);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    if code.contains('/') {
        let host = code.split('/').next().unwrap_or_default();
        let of_host = host.rsplit_once('.').is_some_and(|(_, end)| DOMAINS.contains(&end)) && !host.starts_with('.');
        let rooted = code.starts_with(['/', '~', '.', '$']);
        // `user/name` of a repository is no path, and neither is a fraction.
        return !of_host
            && !code.contains('@')
            && (rooted || !ending.is_empty() || code.matches('/').count() > 1 || code.ends_with('/'))
            && code.chars().any(char::is_alphabetic);
    }
    let letters = ending.starts_with(|c: char| c.is_ascii_alphabetic())
        && ending.len() <= 12
        && ending.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let known = ENDINGS.contains(&ending);
    // `.csv` is how names end, or a member.
    let ending_alone = stem.is_empty() && known && !["env", "config", "local"].contains(&ending);
    let dotted = code.starts_with('.') && code.len() > 2 && !code.contains("..") && !ending_alone;
    dotted
        || letters
            && !stem.is_empty()
            && (known || !DOMAINS.contains(&ending) && !code.contains('@'))
            // `client.connect`, `os.path`: a member, no file.
            && (known || !stem.contains('.') && (stem.chars().any(|c| !c.is_alphanumeric()) || ending.len() <= 4))
}

/// The path that the first line of a file says in a comment.
pub(in crate::plan) fn in_comment(text: &str) -> Option<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("#!"));
    let line = lines.take(1).next()?;
    let inner = ["#", "//", "--", ";", "<!--", "/*", "\""].iter().find_map(|mark| line.strip_prefix(mark))?;
    let inner = inner
        .trim_start_matches(['#', ' '])
        .trim()
        .trim_end_matches("-->")
        .trim_end_matches("*/")
        .trim()
        .trim_end_matches(':');
    let inner = inner
        .strip_prefix("File:")
        .or_else(|| inner.strip_prefix("file:"))
        .or_else(|| inner.strip_prefix("filename:"))
        .or_else(|| saved_as(inner))
        .unwrap_or(inner)
        .trim()
        .trim_matches('`');
    (is_path(inner) && !inner.ends_with('/')).then(|| inner.to_owned())
}

/// Whether a text begins with a comment that says to save it: `# save this as app.py`.
pub(in crate::plan) fn says_to_save(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("#!"));
    first.is_some_and(|line| saved_as(line.trim_start_matches(['#', '/', '-', ';', '<', '!', '*', '"', ' '])).is_some())
        && in_comment(text).is_some()
}

/// What a comment says to save a file as: `save this as app.py`.
fn saved_as(comment: &str) -> Option<&str> {
    let rest = comment.get(..5).filter(|begin| begin.eq_ignore_ascii_case("save ")).map(|_| &comment[5..])?;
    let rest = ["this as ", "it as ", "as ", "this to ", "to ", "this in ", "in "]
        .iter()
        .find_map(|begin| rest.strip_prefix(begin));
    rest.map(|path| path.trim_end_matches(['.', ':']))
}

/// Whether the text between two mentions joins a folder and a file: the folder of the first file is the second mention.
pub(in crate::plan) fn joined(file: &str, folders: &[Mention]) -> String {
    let folder = folders
        .iter()
        .rev()
        .find(|mention| mention.folder && (mention.path.starts_with(['/', '~']) || mention.path.ends_with('/')));
    match folder {
        Some(folder) if !file.starts_with(['/', '~', '.']) || file.starts_with(".env") => {
            format!("{}/{file}", folder.path.trim_end_matches('/'))
        }
        _ => file.to_owned(),
    }
}

/// The last file that a text names, below the folder that it names with it.
pub(in crate::plan) fn file(text: &str) -> Option<String> {
    let found = paths(text);
    let file = found.iter().rev().find(|mention| !mention.folder)?;
    Some(joined(&file.path, &found))
}

/// Whether a text is nothing but the name of a file.
pub(in crate::plan) fn is_only_a_file(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches([':', '.']);
    let code: Vec<&str> = prose::codes(text).collect();
    match code.as_slice() {
        [code] if text.trim_matches('`').len() == code.len() => of_code(code).filter(|m| !m.folder).map(|m| m.path),
        [] if !text.contains(' ') => of_word(text).filter(|m| !m.folder).map(|m| m.path),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_path() {
        for code in [
            "/etc/hosts",
            "app.js",
            ".env",
            "src/index.js",
            "~/.bashrc",
            "Dockerfile",
            "config/puma.rb",
            "/etc/x/<your-domain>.conf",
            "docker-compose.yml",
            ".dockerignore",
            "/var/www/",
        ] {
            assert!(is_path(code), "{code}");
        }
        for code in [
            "example.com",
            "npm install",
            "1.2.3",
            "user/repo",
            "https://a.b/c",
            "--help",
            "<name>",
            "os.environment",
            "example.com/path",
            "80/443",
            "user@host",
            "nginx",
        ] {
            assert!(!is_path(code), "{code}");
        }
    }

    #[test]
    fn the_files_of_a_command() {
        for (line, files) in [
            ("isort one.py src/two.py --diff", &["one.py", "src/two.py"][..]),
            ("sudo tool a.json && other b.csv", &["a.json", "b.csv"]),
            ("tool --output a.json example.com", &[]),
            ("tool *.py $NAME.py https://x.dev/a.py", &[]),
            ("tool < a.csv > b.csv", &[]),
            ("a.py", &[]),
        ] {
            assert_eq!(files_of(line), files, "{line}");
        }
    }

    #[test]
    fn the_file_of_a_sentence() {
        for (text, file_of) in [
            ("Create the file `/etc/motd.conf` with this content:", Some("/etc/motd.conf")),
            ("Open /etc/hosts and add:", Some("/etc/hosts")),
            ("`vim /opt/a.yaml`", Some("/opt/a.yaml")),
            ("In `/etc/nginx/sites-available/` create `shop.conf`:", Some("/etc/nginx/sites-available/shop.conf")),
            ("Run `npm start`:", None),
            ("Edit settings.py:", Some("settings.py")),
            ("Visit https://example.com/x", None),
            ("The auto.master file", Some("auto.master")),
            ("Edit bin/server.property as follows:", Some("bin/server.property")),
            ("Add it to `/etc/auto.master.d`:", None),
            ("It stands in `~/.ssh`:", None),
            ("Make a file system on `/dev/sdb1`:", None),
            ("If the file ends with `.ipynb`, it is shown:", None),
            ("Files with the extension `.foo`:", None),
            ("The method `.inc` takes a string:", None),
            ("Put it into `.env`:", Some(".env")),
        ] {
            assert_eq!(file(text).as_deref(), file_of, "{text}");
        }
        assert_eq!(in_comment("# /etc/a.conf\nx\n").as_deref(), Some("/etc/a.conf"));
        assert_eq!(in_comment("#!/bin/sh\n# /usr/bin/a.sh\nx\n").as_deref(), Some("/usr/bin/a.sh"));
        assert_eq!(in_comment("# Save this as app.py\nx\n").as_deref(), Some("app.py"));
        assert_eq!(in_comment("# save this as it is\nx\n"), None);
        assert!(says_to_save("# Save this as app.py\nx\n") && !says_to_save("# app.py\nx\n"));
        assert!(!says_to_save("# save this as it is\nx\n") && !says_to_save("save as app.py\n"));
        assert_eq!(in_comment("# a comment\n"), None);
        assert_eq!(is_only_a_file("`src/a.js`:").as_deref(), Some("src/a.js"));
        assert_eq!(is_only_a_file("see `src/a.js`"), None);
    }
}

//! What a line fetches, and where it leaves that.

use super::line::{self, Options, Run};

/// Something that came from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fetched {
    /// Where it came from, as it was typed.
    pub(crate) address: String,
    /// Where it is now, as far as the line tells.
    pub(crate) kept: Kept,
}

/// Where a line leaves what it fetches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kept {
    /// In a file, which may be relative to the working directory.
    File(String),
    /// In the working tree of a repository.
    Repository(String),
    /// Nowhere: another program has read it, or a person.
    Nowhere,
}

/// Options of `git clone` whose value is the next word.
const OF_CLONE: &[&str] = &["-b", "--branch", "--depth", "-o", "--origin", "-c", "--config", "--reference", "-j", "-u"];

/// What the commands of a line fetch from addresses that it names, in order.
pub(crate) fn fetched(line: &str) -> Vec<Fetched> {
    line::runs(line).filter(|run| !run.is_elsewhere).flat_map(|run| of(&run)).collect()
}

fn of(run: &Run) -> Vec<Fetched> {
    let addresses = || run.arguments.iter().filter(|word| is_address(word));
    match run.name.as_str() {
        "git" if run.arguments.iter().any(|word| word == "clone") => cloned(&run.arguments).into_iter().collect(),
        "curl" => {
            let named = value(&run.arguments, "-o", "--output").or_else(|| redirected(&run.arguments));
            let given = Options(&run.arguments);
            let by_address = ["-O", "--remote-name", "--remote-name-all"].iter().any(|option| given.has(option));
            let kept = |address: &str| match &named {
                Some(file) => file_of(file),
                None if by_address => of_address(address, ""),
                None => Kept::Nowhere,
            };
            addresses().map(|address| Fetched { kept: kept(address), address: address.clone() }).collect()
        }
        "wget" => {
            let named = value(&run.arguments, "-O", "--output-document");
            let folder = value(&run.arguments, "-P", "--directory-prefix").unwrap_or_default();
            let kept = |address: &str| named.as_deref().map_or_else(|| of_address(address, &folder), file_of);
            addresses().map(|address| Fetched { kept: kept(address), address: address.clone() }).collect()
        }
        _ => Vec::new(),
    }
}

fn is_address(word: &str) -> bool {
    ["http://", "https://", "ftp://"].iter().any(|scheme| word.starts_with(scheme))
}

/// The file that an option names; `-` is no file.
fn file_of(named: &str) -> Kept {
    if matches!(named, "-" | "/dev/null" | "/dev/stdout") { Kept::Nowhere } else { Kept::File(named.to_owned()) }
}

/// A file is called as the last part of its address, without a query.
fn of_address(address: &str, folder: &str) -> Kept {
    let path = address.split(['?', '#']).next().unwrap_or(address);
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    let name = path.split_once('/').map_or("", |(_, path)| line::base(path));
    let name = if name.is_empty() { "index.html" } else { name };
    let slash = if folder.is_empty() || folder.ends_with('/') { "" } else { "/" };
    Kept::File(format!("{folder}{slash}{name}"))
}

/// The value of an option: `-o x`, `-ox`, `-fsSLo x`, `--output x`, `--output=x`.
fn value(arguments: &[String], short: &str, long: &str) -> Option<String> {
    let letter = short.strip_prefix('-')?;
    arguments.iter().enumerate().find_map(|(at, word)| {
        let next = || arguments.get(at + 1).cloned();
        if word == long {
            return next();
        }
        if let Some((name, value)) = word.split_once('=')
            && name == long
        {
            return Some(value.to_owned());
        }
        let cluster = word.strip_prefix('-').filter(|cluster| !cluster.starts_with('-'))?;
        let (_, attached) = cluster.split_once(letter)?;
        if attached.is_empty() { next() } else { Some(attached.to_owned()) }
    })
}

/// The file behind a `>`.
fn redirected(arguments: &[String]) -> Option<String> {
    let at = arguments.iter().position(|word| word.trim_start_matches('1').starts_with('>'))?;
    let attached = arguments[at].trim_start_matches(['1', '>']);
    if attached.is_empty() { arguments.get(at + 1).cloned() } else { Some(attached.to_owned()) }
}

/// The repository of a `git clone`, and its folder.
fn cloned(arguments: &[String]) -> Option<Fetched> {
    let verb = arguments.iter().position(|word| word == "clone")?;
    let mut words = Vec::new();
    let mut rest = arguments[verb + 1..].iter();
    while let Some(word) = rest.next() {
        if OF_CLONE.contains(&word.as_str()) {
            rest.next();
        } else if !word.starts_with('-') {
            words.push(word);
        }
    }
    let address = (*words.first()?).clone();
    if !address.contains(':') {
        return None;
    }
    let name = address.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default();
    let name = name.strip_suffix(".git").unwrap_or(name);
    let folder = words.get(1).map_or_else(|| name.to_owned(), |folder| (*folder).clone());
    Some(Fetched { address, kept: Kept::Repository(folder) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lines_fetch() {
        let file = |path: &str| Kept::File(path.to_owned());
        let tree = |path: &str| Kept::Repository(path.to_owned());
        for (line, expected) in [
            ("curl -fsSLo get.sh https://x.dev/install", vec![("https://x.dev/install", file("get.sh"))]),
            ("sudo curl https://x.dev/k.asc --output /etc/k.asc", vec![("https://x.dev/k.asc", file("/etc/k.asc"))]),
            ("curl -LO https://x.dev/a/b.tar.gz?raw=1", vec![("https://x.dev/a/b.tar.gz?raw=1", file("b.tar.gz"))]),
            ("curl -s https://x.dev/i | sh", vec![("https://x.dev/i", Kept::Nowhere)]),
            ("curl https://x.dev/i > i.txt", vec![("https://x.dev/i", file("i.txt"))]),
            ("curl -I https://x.dev", vec![("https://x.dev", Kept::Nowhere)]),
            ("wget https://x.dev/a.deb && sudo dpkg -i a.deb", vec![("https://x.dev/a.deb", file("a.deb"))]),
            ("wget -qO- https://x.dev/k | gpg --dearmor", vec![("https://x.dev/k", Kept::Nowhere)]),
            (
                "wget -P /tmp https://x.dev/a https://x.dev/b/",
                vec![("https://x.dev/a", file("/tmp/a")), ("https://x.dev/b/", file("/tmp/index.html"))],
            ),
            ("wget https://x.dev", vec![("https://x.dev", file("index.html"))]),
            ("git clone --depth 1 https://x.dev/me/app.git", vec![("https://x.dev/me/app.git", tree("app"))]),
            ("cd /opt; git clone -b main git@x.dev:me/app here", vec![("git@x.dev:me/app", tree("here"))]),
            ("git clone ../other", vec![]),
            ("ssh web curl -O https://x.dev/a", vec![]),
            ("echo curl https://x.dev", vec![]),
            ("pip install x", vec![]),
        ] {
            let expected: Vec<Fetched> =
                expected.into_iter().map(|(address, kept)| Fetched { address: address.to_owned(), kept }).collect();
            assert_eq!(fetched(line), expected, "{line}");
        }
    }
}

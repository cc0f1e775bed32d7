//! Texts that look like placeholders, by rows: each with its pattern, its reason in words, and lines with and without one.

use std::{ops::Range, sync::LazyLock};

use regex::{Regex, RegexSet};

use super::{
    Found, How, Kind, Reading,
    kind::{by_nouns, words},
    made,
};

/// A look.
struct Look {
    /// What it looks like.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests name it"))]
    name: &'static str,
    /// The text; its group is the name.
    pattern: &'static str,
    /// Whether it certainly is one, where it fits.
    sure: fn(&Match<'_>) -> bool,
    /// Whether it fits there.
    fits: fn(&Match<'_>) -> bool,
    /// What it stands for, where its name does not say so.
    kind: Option<Kind>,
    /// Lines that are typed, each with the names in it.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test walks over them"))]
    with: &'static [(&'static str, &'static str)],
    /// Lines that are typed and have none.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test walks over them"))]
    without: &'static [&'static str],
}

/// A text that a pattern has found.
struct Match<'m> {
    line: &'m str,
    range: Range<usize>,
    name: &'m str,
    reading: Reading<'m>,
}

impl Match<'_> {
    fn before(&self) -> &str {
        &self.line[..self.range.start]
    }

    fn after(&self) -> &str {
        &self.line[self.range.end..]
    }

    /// Whether it is typed.
    fn typed(&self) -> bool {
        self.reading.how == How::Typed
    }

    /// Whether its name says that it is the reader's.
    fn is_readers(&self) -> bool {
        is_readers(self.name)
    }

    /// Whether it is a whole word of the line, outside of quotes, and its name is of several words.
    fn is_word_of_names(&self) -> bool {
        let alone = self.before().ends_with(' ') && (self.after().is_empty() || self.after().starts_with(' '));
        alone && self.name.contains('_') && !self.before().contains(['\'', '"'])
    }

    /// Whether it is a variable of a shell, or the name of a setting: `$X`, `X=`.
    fn is_variable(&self) -> bool {
        let (name, block) = (self.name, self.reading.block);
        let used = |sign: &str| {
            block
                .match_indices(&format!("{sign}{name}"))
                .any(|(at, found)| !block[at + found.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        };
        self.before().ends_with(['$', '%'])
            || self.before().ends_with("${")
            || self.after().starts_with(['=', '('])
            || used("$")
            || used("${")
    }

    /// Whether it stands in quotes.
    fn is_quoted(&self) -> bool {
        ['"', '\'', '`'].iter().any(|quote| self.before().matches(*quote).count() % 2 == 1)
    }

    /// Whether it can be text of a file at all: source code has names of its own.
    fn is_text(&self) -> bool {
        self.typed() || !CODE.contains(&self.language().as_str()) || self.is_quoted()
    }

    fn language(&self) -> String {
        self.reading.language.to_ascii_lowercase()
    }
}

/// Whether a name says that it is the reader's: `your_ip`.
fn is_readers(name: &str) -> bool {
    words(name).first().is_some_and(|word| word == "your")
}

/// Elements of HTML: `<html>` in a command is markup, not something to be replaced.
#[rustfmt::skip]
const ELEMENTS: &[&str] = &[
    "a", "article", "b", "body", "br", "button", "code", "div", "em", "footer", "form", "h1", "h2", "h3", "h4", "head", "header",
    "hr", "html", "i", "img", "input", "li", "link", "main", "meta", "nav", "none", "ol", "option", "p", "pre", "script", "section",
    "select", "span", "strong", "style", "table", "tbody", "td", "th", "thead", "title", "tr", "u", "ul",
];

/// Languages that have angle brackets of their own.
#[rustfmt::skip]
const ANGLED: &[&str] = &[
    "html", "xml", "xhtml", "svg", "vue", "svelte", "jsx", "tsx", "ts", "typescript", "java", "kotlin", "scala", "rust", "rs", "cpp", "c++", "c",
    "cs", "csharp", "swift", "php", "md", "markdown", "dart", "go", "erb", "ejs",
];

/// Languages whose words are names of the program.
#[rustfmt::skip]
const CODE: &[&str] = &[
    "js", "javascript", "jsx", "ts", "typescript", "tsx", "py", "python", "rb", "ruby", "java", "kotlin", "scala", "rust", "rs", "cpp", "c++", "c", "cs",
    "csharp", "swift", "php", "go", "lua", "perl", "r", "dart", "vue", "svelte", "elixir", "html",
];

/// Words in brackets that say how a command is written, and are no placeholders.
const SYNOPSIS: &[&str] =
    &["options", "option", "flags", "flag", "args", "arguments", "command", "commands", "subcommand", "file", "files"];

const SURE: fn(&Match<'_>) -> bool = |_| true;
const UNSURE: fn(&Match<'_>) -> bool = |_| false;

const LOOKS: &[Look] = &[
    Look {
        name: "angle brackets",
        pattern: r"<([A-Za-z0-9][A-Za-z0-9_.:@ /-]*)>",
        sure: SURE,
        fits: |m| {
            is_angled(m)
                && (m.typed()
                    || (m.is_readers() || !matches!(by_nouns(m.name), None | Some(Kind::Name)))
                        && !ANGLED.contains(&m.language().as_str()))
        },
        kind: None,
        with: &[
            ("ssh <user>@<your_ip>:<path>", "user your_ip path"),
            ("docker rm <container-id>", "container-id"),
            ("curl http://<server address>/", "server address"),
            ("ping <192.0.2.1>", "192.0.2.1"),
            ("adduser <your name>", "your name"),
        ],
        without: &[
            "cmd < file > out",
            "cmd <file >out",
            "cmd <file>out",
            "cmd <in.txt>/tmp/x",
            "echo '<html><body>hi</body>'",
            "echo '<note>x</note>'",
            "#include <stdio.h>",
            "Vec<String> a <- b <3 x>",
            "cat <<EOF > x",
            "a <(b) >(c) é<x",
        ],
    },
    Look {
        name: "square brackets",
        pattern: r"\[([A-Za-z][A-Za-z0-9]+(?:[ _-][A-Za-z0-9]+){0,5})\]",
        sure: SURE,
        fits: is_square,
        kind: None,
        with: &[
            ("mysql -u [DATABASE_USER] -p'[DATABASE_PASSWORD]'", "DATABASE_USER DATABASE_PASSWORD"),
            ("gsutil cp [FILENAME] gs://[BUCKET_NAME]", "FILENAME BUCKET_NAME"),
            ("./install [steam_username] [your password]", "steam_username your password"),
            ("nc [RELAY_SERVER] [PORT]", "RELAY_SERVER PORT"),
        ],
        without: &[
            "if [ -f x ]; then y; fi",
            "ls [abc]* file[AB]",
            "tar [OPTIONS] [FILE]",
            "mytool [OPTIONS] [NAME]",
            "pip install uvicorn[standard]",
            "echo ${names[user_name]} $[PORT]",
            "grep '[A-Z]' x | tr '[:upper:]' '[:lower:]'",
            "[mysqld_user]",
            "sed 's/[NAME]*/x/'",
        ],
    },
    Look {
        name: "double braces",
        pattern: r"\{\{ ?([A-Za-z][A-Za-z0-9_-]*) ?\}\}",
        sure: |m| m.is_readers(),
        fits: |m| {
            let formats = ["--format", "--template", " -f ", "ansible"].iter().any(|word| m.line.contains(word));
            !m.before().ends_with('$') && (m.is_readers() || m.typed() && !formats && by_nouns(m.name).is_some())
        },
        kind: None,
        with: &[("curl http://{{ domain }}/", "domain"), ("ping {{your-host}}", "your-host")],
        without: &[
            "docker inspect --format '{{.Name}}' x",
            "docker ps -a --format {{name}}",
            "echo ${{ domain }}",
            "echo {{end}}",
        ],
    },
    Look {
        name: "braces",
        pattern: r"\{([A-Za-z][A-Za-z0-9_-]*)\}",
        sure: SURE,
        fits: |m| !m.before().ends_with(['$', '{', '%', '\\']) && (m.is_readers() || m.typed() && m.is_word_of_names()),
        kind: None,
        with: &[
            ("curl http://{your_domain}/", "your_domain"),
            ("tool {source_file_or_directory}", "source_file_or_directory"),
        ],
        without: &["echo ${your_domain}", "mkdir {a,b}", "curl http://x/{id}", "jq '{user_name}' x", "fd -x {name}"],
    },
    Look {
        name: "your",
        pattern: r"\b((?:(?:[Yy]our|YOUR)(?:[_-][A-Za-z0-9]+)+|[Yy]our(?:[A-Z][A-Za-z0-9]+)+|[Yy]our(?:domain|name|user|username|password|pass|passwd|ip|host|hostname|server|port|email|site|token|key|secret|project|app|website|database)[0-9]*)(?:\.[A-Za-z0-9-]+)*)",
        sure: SURE,
        fits: |m| !m.before().ends_with('-') && !m.is_variable() && m.is_text(),
        kind: None,
        with: &[
            ("ping YOUR_IP", "YOUR_IP"),
            ("ssh root@your_server_ip", "your_server_ip"),
            ("curl https://your-domain.com/x", "your-domain.com"),
            ("certbot -d yourdomain.com -d www.yourdomain.com", "yourdomain.com yourdomain.com"),
            ("passwd YourUser", "YourUser"),
            ("scp x your_user@your_host:", "your_user your_host"),
        ],
        without: &[
            "echo your server is up",
            "export YOUR_IP=10.0.0.1",
            "ping $YOUR_IP",
            "apt install yourls",
            "cmd --your-option",
            "your_function() { ls; }",
        ],
    },
    Look {
        name: "own mail address",
        pattern: r"\b((?:you|(?:[Yy]our|YOUR)[_-]?(?:e-?mail|E-?MAIL|mail|name)[A-Za-z0-9_-]*)@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)",
        sure: SURE,
        fits: |m| !m.before().ends_with(['.', '-']),
        kind: Some(Kind::Mail),
        with: &[
            ("git config user.email you@example.com", "you@example.com"),
            ("certbot -m your_email@mail.com", "your_email@mail.com"),
        ],
        without: &["ssh thankyou@example.com", "ssh your@host"],
    },
    Look {
        name: "user before @",
        pattern: r"\b([A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)*)@",
        sure: SURE,
        fits: |m| {
            !m.is_variable()
                && by_nouns(m.name).is_some()
                && m.after()[1..].starts_with(|c: char| c.is_alphanumeric() || "<[{".contains(c))
        },
        kind: None,
        with: &[("ssh USERNAME@host", "USERNAME")],
        without: &["ssh root@host", "echo $USER@host", "echo A@b"],
    },
    Look {
        name: "host behind @ or ://",
        pattern: r"(?:[A-Za-z0-9>\]}]@|://)([A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)*|[a-z][a-z0-9]*(?:_[A-Za-z0-9]+)+)\b",
        sure: SURE,
        fits: |m| {
            let kind = by_nouns(m.name);
            let upper = !m.name.chars().any(char::is_lowercase);
            !m.is_variable()
                && (matches!(kind, Some(Kind::Address | Kind::Domain)) || upper && kind == Some(Kind::Host))
        },
        kind: None,
        with: &[
            ("ssh user@server_ip", "server_ip"),
            ("curl http://SERVER_IP:8080/", "SERVER_IP"),
            ("scp a root@HOST:", "HOST"),
            ("curl http://server_domain_name_or_IP", "server_domain_name_or_IP"),
        ],
        without: &[
            "curl http://my_service:8080",
            "ssh root@web_1",
            "curl http://$SERVER_IP/",
            "psql postgres://db_host/x",
        ],
    },
    Look {
        name: "address in capitals",
        pattern: r"\b([A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+)\b",
        sure: UNSURE,
        fits: |m| {
            m.typed()
                && !m.is_variable()
                && !m.before().ends_with(['-', '_', '.'])
                && matches!(by_nouns(m.name), Some(Kind::Address | Kind::Domain))
        },
        kind: None,
        with: &[("ping IP_ADDRESS", "IP_ADDRESS"), ("nc SERVER_IP 80", "SERVER_IP")],
        without: &[
            "SERVER_IP=10.0.0.1 make",
            "SERVER_IP=1; ping $SERVER_IP",
            "tail MAX_OPEN_FILES",
            "curl -H X-FORWARDED-FOR",
        ],
    },
    Look {
        name: "address of letters",
        pattern: r"\b([xyzXYZ]{1,3}(?:\.[xyzXYZ]{1,3}){3})\b",
        sure: SURE,
        fits: |_| true,
        kind: Some(Kind::Address),
        with: &[("ping XX.XX.XX.XX", "XX.XX.XX.XX"), ("ssh root@x.x.x.x", "x.x.x.x")],
        without: &["php-x.y.z", "ls x.y"],
    },
    Look {
        name: "crosses",
        pattern: r"(?:^|[\s='\x22:/@])(X{3,}|x{3,})(?:$|[\s'\x22:/,;])",
        sure: UNSURE,
        fits: |m| m.typed() && !m.line.contains("mktemp"),
        kind: None,
        with: &[("useradd -p XXX ann", "XXX"), ("kill xxxx", "xxxx")],
        without: &["mktemp -d /tmp/XXXXXX", "mktemp foo.XXXXXX", "ls foo.XXXX", "echo xx"],
    },
    Look {
        name: "documentation address",
        pattern: r"\b((?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}|2001:[dD][bB]8:[0-9a-fA-F:]*[0-9a-fA-F])\b",
        sure: UNSURE,
        fits: |m| m.typed() && !m.before().ends_with('.'),
        kind: Some(Kind::Address),
        with: &[("ping 203.0.113.7", "203.0.113.7"), ("ping 2001:db8::1", "2001:db8::1")],
        without: &["ping 192.168.0.2", "ping 10.192.0.2.1.x", "ping 2001:4860::8"],
    },
    Look {
        name: "path/to",
        pattern: r"(?:^|[\s='\x22(:])((?:~|\.{1,2})?/?path/to(?:/[A-Za-z0-9_.-]+)*)",
        sure: SURE,
        fits: |_| true,
        kind: Some(Kind::Path),
        with: &[("cp /path/to/file .", "/path/to/file"), ("cd path/to/app", "path/to/app")],
        without: &["cp /my/path/to/file .", "cd /path/x"],
    },
    Look {
        name: "change me",
        pattern: r"(?i)\b(change[_-]?me(?:[_-][a-z0-9]+)*|replace[_-]?me|insert[_-][a-z0-9]+(?:[_-][a-z0-9]+)*[_-]here)\b",
        sure: SURE,
        fits: |m| !m.is_variable() && m.is_text(),
        kind: None,
        with: &[("docker run -e PASSWORD=CHANGE_ME x", "CHANGE_ME"), ("x --key INSERT_KEY_HERE", "INSERT_KEY_HERE")],
        without: &["git log changes", "ls exchange-menu"],
    },
];

/// The placeholders of a line by their looks.
pub(super) fn in_line(line: &str, reading: Reading<'_>) -> Vec<Found> {
    static PATTERNS: LazyLock<Vec<Regex>> =
        LazyLock::new(|| LOOKS.iter().map(|look| Regex::new(look.pattern).expect("a valid pattern")).collect());
    static SET: LazyLock<RegexSet> =
        LazyLock::new(|| RegexSet::new(LOOKS.iter().map(|look| look.pattern)).expect("valid patterns"));
    let end = text_end(line, reading.how);
    let mut found = Vec::new();
    if is_synopsis(line) {
        return found;
    }
    // Most lines have none.
    for at in SET.matches(&line[..end]).iter() {
        let (look, pattern) = (&LOOKS[at], &PATTERNS[at]);
        for groups in pattern.captures_iter(&line[..end]) {
            let Some(group) = groups.get(1) else { continue };
            let name = group.as_str();
            // Brackets belong to the placeholder; what a pattern only looks at does not.
            let bracketed = groups.get(0).filter(|whole| whole.as_str().starts_with(['<', '[', '{']));
            let range = bracketed.unwrap_or(group).range();
            let found_here = Match { line, range: range.clone(), name, reading };
            if (look.fits)(&found_here) {
                found.push(made(&line[range.clone()], name, range, look.kind, (look.sure)(&found_here), reading.how));
            }
        }
    }
    found
}

/// Where the comment of a line begins, or its end. All of a comment of a file is one.
fn text_end(line: &str, how: How) -> usize {
    if how == How::Saved {
        let is_comment = ["#", "//", ";", "--", "*", "/*"].iter().any(|sign| line.trim_start().starts_with(sign));
        return if is_comment { 0 } else { line.len() };
    }
    line.match_indices(" # ").map(|(at, _)| at).find(|at| !line[..*at].trim().is_empty()).unwrap_or(line.len())
}

/// Whether a line only says how a command is written.
fn is_synopsis(line: &str) -> bool {
    line.match_indices('[').any(|(at, _)| {
        let inner = line[at + 1..].split(']').next().unwrap_or_default().trim_end_matches('.');
        SYNOPSIS.contains(&inner.to_ascii_lowercase().as_str()) && !inner.is_empty()
    })
}

/// Whether `<name>` is meant to be replaced: it is no redirection, no markup, no header of C.
fn is_angled(m: &Match<'_>) -> bool {
    let name = m.name;
    let number = name.starts_with(|c: char| c.is_ascii_digit()) && name.contains(['.', ':']) && !name.contains(' ');
    let fits = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.split(' ').all(|word| word.chars().any(char::is_alphabetic))
        || number;
    let before = m.before().chars().next_back();
    let after = m.after().chars().next();
    let redirects =
        before.is_none_or(char::is_whitespace) && after.is_some_and(|c| c.is_alphanumeric() || "/._~$&".contains(c));
    let is_path = name.contains('/') && m.typed();
    fits && !is_path
        && !name.ends_with(' ')
        && !name.contains('@')
        && name.split(' ').count() <= 6
        && !redirects
        && !before.is_some_and(char::is_alphanumeric)
        && !ELEMENTS.contains(&name.to_ascii_lowercase().as_str())
        && !m.reading.block.contains(&format!("</{name}>"))
        && !m.line.trim_start().starts_with("#include")
}

/// Whether `[name]` is meant to be replaced: it is no test, no pattern, no index, no heading of settings.
fn is_square(m: &Match<'_>) -> bool {
    let parts: Vec<&str> = m.name.split(['_', '-', ' ']).collect();
    let before = m.before().chars().next_back();
    let after = m.after().chars().next();
    let joined = parts.len() > 1 && parts.iter().all(|part| part.len() > 1);
    let upper = !m.name.chars().any(char::is_lowercase);
    let inside = before.is_some_and(|c| c.is_alphanumeric() || "$\\])}^*_".contains(c))
        || before == Some('/') && !m.before().ends_with("//") && !joined
        || after.is_some_and(|c| "*+?([{".contains(c));
    let whole = m.line.trim() == &m.line[m.range.clone()];
    // The brackets of `http://[2001:db8::1]/` stay.
    let of_address = by_nouns(m.name) == Some(Kind::Address) && m.before().ends_with("//");
    let named = m.is_readers()
        || m.typed() && (joined && (upper || by_nouns(m.name).is_some()) || upper && by_nouns(m.name).is_some());
    !inside && !whole && !of_address && named
}

#[cfg(test)]
mod tests {
    use super::{super::Said, *};

    #[test]
    fn each_look_finds_its_lines() {
        let said = Said::default();
        for look in LOOKS {
            let names = |line: &str| {
                let reading = Reading { how: How::Typed, language: "bash", block: line, said: &said };
                let found: Vec<String> =
                    super::super::find(line, reading).into_iter().map(|found| found.name).collect();
                found.join(" ")
            };
            for (line, expected) in look.with {
                assert_eq!(names(line), *expected, "{}: {line}", look.name);
            }
            for line in look.without {
                assert_eq!(names(line), "", "{}: {line}", look.name);
            }
        }
    }

    #[test]
    fn what_is_saved() {
        let said = Said::default();
        for (language, line, expected) in [
            ("nginx", "server_name <your-domain>;", "your-domain"),
            ("ini", "password = <password>", "password"),
            ("yaml", "host: YOUR_SERVER_IP", "YOUR_SERVER_IP"),
            ("js", "const key = 'YOUR_API_KEY';", "YOUR_API_KEY"),
            ("", "token: CHANGE_ME", "CHANGE_ME"),
            ("yaml", "host: {{your-domain}}", "your-domain"),
            // What must not be inferred.
            ("html", "<your-domain>", ""),
            ("yaml", "name: {{ domain }}", ""),
            ("yaml", "# your_ip stands here", ""),
            ("ini", "[USER_NAME]", ""),
            ("js", "const YourUser = yourUser(your_name);", ""),
            ("java", "Map<Host> yourHost = x;", ""),
            ("xml", "<password>x</password>", ""),
            ("toml", "name = [\"PORT\", NAME]", ""),
            ("conf", "allow 203.0.113.0;", ""),
        ] {
            let reading = Reading { how: How::Saved, language, block: line, said: &said };
            let found: Vec<String> = super::super::find(line, reading).into_iter().map(|found| found.name).collect();
            assert_eq!(found.join(" "), expected, "{language}: {line}");
        }
    }
}

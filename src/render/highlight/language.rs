//! Names of languages: as authors write them after the fence, and as file names tell them.

/// A language: the grammar's name in syntect's set, and the names that authors use. The first name is the usual one.
/// Those without a grammar are plain text.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("", &["text", "txt", "plain", "plaintext", "output", "none", "raw", "ascii"]),
    ("AWK", &["awk"]),
    ("Ada", &["ada"]),
    ("Apache Conf", &["apache", "apacheconf", "httpd", "htaccess"]),
    ("AppleScript", &["applescript"]),
    ("AsciiDoc (Asciidoctor)", &["asciidoc", "adoc"]),
    ("Batch File", &["bat", "batch", "cmd", "dos"]),
    (
        "Bourne Again Shell (bash)",
        &[
            "bash",
            "sh",
            "shell",
            "console",
            "zsh",
            "ash",
            "ksh",
            "dash",
            "terminal",
            "shell-session",
            "shellsession",
            "sh-session",
            "command",
            "commands",
            "bashrc",
        ],
    ),
    ("C", &["c", "h"]),
    ("C#", &["csharp", "cs", "c#", "dotnet"]),
    ("C++", &["cpp", "c++", "cxx", "cc", "hpp", "arduino", "ino"]),
    ("CMake", &["cmake"]),
    ("CSS", &["css"]),
    ("Clojure", &["clojure", "clj"]),
    ("CoffeeScript", &["coffeescript", "coffee"]),
    ("Crontab", &["crontab", "cron"]),
    ("Crystal", &["crystal", "cr"]),
    ("D", &["d"]),
    ("Dart", &["dart"]),
    ("Diff", &["diff", "patch", "udiff"]),
    ("Dockerfile (with bash)", &["dockerfile", "docker", "containerfile"]),
    ("DotENV", &["env", "dotenv"]),
    ("Elixir", &["elixir", "ex", "exs"]),
    ("Elm", &["elm"]),
    ("Erlang", &["erlang", "erl"]),
    ("F#", &["fsharp", "fs", "f#"]),
    ("Fish", &["fish"]),
    ("Fortran (Modern)", &["fortran", "f90"]),
    ("GLSL", &["glsl"]),
    ("Git Config", &["gitconfig"]),
    ("Git Ignore", &["gitignore", "dockerignore", "ignore"]),
    ("Go", &["go", "golang"]),
    ("Gomod", &["gomod", "go.mod"]),
    ("GraphQL", &["graphql", "gql"]),
    ("Graphviz (DOT)", &["dot", "graphviz"]),
    ("Groovy", &["groovy", "gradle", "jenkinsfile"]),
    ("HTML", &["html", "htm", "xhtml", "handlebars", "hbs", "mustache"]),
    ("HTML (Jinja2)", &["jinja", "jinja2", "j2", "tera", "nunjucks", "liquid", "django"]),
    ("HTML (Rails)", &["erb", "html.erb"]),
    ("HTML (Twig)", &["twig"]),
    ("HTTP Request and Response", &["http"]),
    ("Haskell", &["haskell", "hs"]),
    ("INI", &["ini", "conf", "cfg", "config", "cnf", "desktop", "systemd", "service", "editorconfig", "reg"]),
    ("JQ", &["jq"]),
    ("JSON", &["json", "jsonc", "json5", "ipynb", "geojson", "webmanifest"]),
    ("Java", &["java"]),
    ("Java Properties", &["properties"]),
    ("JavaScript (Babel)", &["js", "javascript", "node", "nodejs", "jsx", "mjs", "cjs", "es6"]),
    ("Julia", &["julia", "jl"]),
    ("Kotlin", &["kotlin", "kt", "kts"]),
    ("LaTeX", &["latex", "tex"]),
    ("Less", &["less"]),
    ("Lisp", &["lisp", "elisp", "scheme"]),
    ("Lua", &["lua"]),
    ("MATLAB", &["matlab"]),
    ("Makefile", &["make", "makefile", "mk"]),
    ("Markdown", &["md", "markdown", "mdx"]),
    ("Nim", &["nim"]),
    ("Ninja", &["ninja"]),
    ("Nix", &["nix"]),
    ("OCaml", &["ocaml", "ml"]),
    ("Objective-C", &["objective-c", "objectivec", "objc"]),
    ("PHP", &["php-html", "phtml"]),
    ("PHP Source", &["php"]),
    ("Pascal", &["pascal", "delphi"]),
    ("Perl", &["perl", "pl", "pm"]),
    ("PowerShell", &["powershell", "ps1", "ps", "pwsh", "psm1"]),
    ("Protocol Buffer", &["protobuf", "proto"]),
    ("Puppet", &["puppet", "pp"]),
    ("Python", &["python", "py", "python3", "py3", "python2", "pyi"]),
    ("QML", &["qml"]),
    ("R", &["r", "rscript"]),
    ("Rego", &["rego"]),
    ("Requirements.txt", &["requirements", "pip-requirements"]),
    ("Ruby", &["ruby", "rb", "irb", "gemfile", "vagrantfile"]),
    ("Rust", &["rust", "rs"]),
    ("SCSS", &["scss"]),
    ("SQL", &["sql", "psql", "mysql", "postgresql", "postgres", "sqlite", "plsql", "pgsql", "mariadb", "tsql"]),
    ("SSH Config", &["sshconfig", "ssh-config", "ssh_config"]),
    ("SSHD Config", &["sshdconfig", "sshd_config"]),
    ("Salt State (SLS)", &["sls", "salt"]),
    ("Sass", &["sass"]),
    ("Scala", &["scala", "sbt"]),
    ("Solidity", &["solidity", "sol"]),
    ("Stylus", &["stylus", "styl"]),
    ("Svelte", &["svelte"]),
    ("Swift", &["swift"]),
    ("TOML", &["toml"]),
    ("Tcl", &["tcl", "expect"]),
    ("Terraform", &["terraform", "hcl", "tf", "tfvars", "packer"]),
    ("TypeScript", &["ts", "typescript", "mts", "cts", "deno"]),
    ("TypeScriptReact", &["tsx"]),
    ("Typst", &["typst", "typ"]),
    ("Verilog", &["verilog"]),
    ("VimL", &["vim", "viml", "vimscript", "vimrc"]),
    ("Vue Component", &["vue"]),
    ("XML", &["xml", "svg", "xsd", "xsl", "xslt", "rss", "plist", "pom"]),
    ("YAML", &["yaml", "yml", "docker-compose", "compose", "ansible", "k8s", "kubernetes"]),
    ("Zig", &["zig"]),
    ("fstab", &["fstab"]),
    ("gnuplot", &["gnuplot"]),
    ("log", &["log"]),
    ("nginx", &["nginx", "nginxconf"]),
    ("reStructuredText", &["rst", "restructuredtext"]),
    ("syslog", &["syslog"]),
];

/// File names, in lower case, that tell the language.
const FILES: &[(&str, &str)] = &[
    (".bash_aliases", "bash"),
    (".bash_profile", "bash"),
    (".bashrc", "bash"),
    (".dockerignore", "gitignore"),
    (".editorconfig", "ini"),
    (".gitconfig", "gitconfig"),
    (".gitignore", "gitignore"),
    (".htaccess", "apache"),
    (".profile", "bash"),
    (".vimrc", "vim"),
    (".zshrc", "bash"),
    ("apache2.conf", "apache"),
    ("brewfile", "ruby"),
    ("cargo.lock", "toml"),
    ("cmakelists.txt", "cmake"),
    ("containerfile", "dockerfile"),
    ("crontab", "crontab"),
    ("dockerfile", "dockerfile"),
    ("fastcgi_params", "nginx"),
    ("fstab", "fstab"),
    ("gemfile", "ruby"),
    ("gnumakefile", "make"),
    ("go.mod", "gomod"),
    ("httpd.conf", "apache"),
    ("jenkinsfile", "groovy"),
    ("makefile", "make"),
    ("nginx.conf", "nginx"),
    ("pipfile", "toml"),
    ("podfile", "ruby"),
    ("rakefile", "ruby"),
    ("requirements.txt", "requirements"),
    ("ssh_config", "sshconfig"),
    ("sshd_config", "sshdconfig"),
    ("vagrantfile", "ruby"),
];

/// File name extensions that are no name of the language, or another one's.
const EXTENSIONS: &[(&str, &str)] = &[
    ("mount", "ini"),
    ("network", "ini"),
    ("path", "ini"),
    ("php", "php-html"),
    ("socket", "ini"),
    ("target", "ini"),
    ("timer", "ini"),
];

/// Directories whose configuration files have a language of their own.
const FOLDERS: &[(&str, &str)] =
    &[("nginx/", "nginx"), ("apache2/", "apache"), ("httpd/", "apache"), ("cron.d/", "crontab")];

/// The usual name of each language that has a grammar.
pub(crate) fn languages() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().filter_map(|(_, names)| names.first().copied())
}

/// The grammar for a language name; an empty one means plain text.
pub(super) fn grammar(language: &str) -> Option<&'static str> {
    LANGUAGES
        .iter()
        .find(|(_, names)| names.iter().any(|name| name.eq_ignore_ascii_case(language)))
        .map(|(grammar, _)| *grammar)
}

/// The listed name that `language` is a slip of the fingers away from, if there is one.
pub(super) fn nearest(language: &str) -> Option<&'static str> {
    let language = language.to_ascii_lowercase();
    LANGUAGES.iter().flat_map(|(_, names)| names.iter().copied()).find(|name| is_slip(&language, name))
}

/// Whether a word is another with two letters in the wrong order, or with one missing, too many or another one inside. What
/// differs at its ends is another word, as `https` is beside `http`, and so are short ones: `dns` and `dos`.
fn is_slip(word: &str, name: &str) -> bool {
    let (word, name) = (word.as_bytes(), name.as_bytes());
    let before = word.iter().zip(name).take_while(|(a, b)| a == b).count();
    let (word_rest, name_rest) = (&word[before..], &name[before..]);
    let after = word_rest.iter().rev().zip(name_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let core = |rest: &[u8]| rest[..rest.len() - after].to_vec();
    match (core(word_rest).as_slice(), core(name_rest).as_slice()) {
        ([a, b], [c, d]) => a == d && b == c && name.len() >= 4,
        ([_], [_]) => before > 0 && after > 0 && name.len() >= 6,
        ([_], []) | ([], [_]) => before > 0 && after > 0 && name.len() >= 4,
        _ => false,
    }
}

/// The usual name of the language of a file, by its name, its extension or the folder it is in; `None` if they do not
/// tell, as for `/etc/hosts`.
///
/// ```
/// # use guidepost::render::highlight::language_of_path;
/// assert_eq!(language_of_path("app/docker-compose.yml"), Some("yaml"));
/// assert_eq!(language_of_path("/etc/nginx/sites-available/shop"), Some("nginx"));
/// assert_eq!(language_of_path("/etc/hosts"), None);
/// ```
pub fn language_of_path(path: &str) -> Option<&'static str> {
    let path = path.to_ascii_lowercase();
    let name = path.rsplit(['/', '\\']).next().unwrap_or(&path);
    let listed = |table: &[(&str, &'static str)], key: &str| {
        table.iter().find(|(entry, _)| *entry == key).map(|(_, language)| *language)
    };
    if let Some(language) = listed(FILES, name) {
        return Some(language);
    }
    if name == ".env" || name.starts_with(".env.") {
        return Some("env");
    }
    if name.starts_with("dockerfile.") || name.starts_with("dockerfile-") {
        return Some("dockerfile");
    }
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    let by_extension = extension.and_then(|extension| listed(EXTENSIONS, extension).or_else(|| usual_name(extension)));
    let by_folder = FOLDERS
        .iter()
        .find(|(folder, _)| path.starts_with(folder) || path.contains(&format!("/{folder}")))
        .map(|(_, language)| *language);
    match extension {
        None | Some("conf" | "d" | "vhost") => by_folder.or(by_extension),
        Some(_) => by_extension,
    }
}

fn usual_name(name: &str) -> Option<&'static str> {
    LANGUAGES.iter().find(|(_, names)| names.contains(&name)).and_then(|(_, names)| names.first().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grammar_is_in_the_set_and_every_name_is_there_once() {
        let set = two_face::syntax::extra_newlines();
        let mut names: Vec<_> = LANGUAGES.iter().flat_map(|(_, names)| names.iter()).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
        for (grammar, _) in LANGUAGES.iter().skip(1) {
            assert!(set.find_syntax_by_name(grammar).is_some(), "{grammar}");
        }
        for (_, language) in FILES.iter().chain(EXTENSIONS).chain(FOLDERS) {
            assert!(grammar(language).is_some(), "{language}");
        }
    }

    #[test]
    fn names_in_any_case() {
        assert_eq!(grammar("Dockerfile"), grammar("docker"));
        assert_eq!(grammar("YAML"), Some("YAML"));
        assert_eq!(grammar("C++"), grammar("cpp"));
        assert_eq!(grammar("output"), Some(""));
        assert_eq!(grammar("klingon"), None);
    }

    #[test]
    fn nearest_name() {
        assert_eq!(nearest("pyhton"), Some("python"));
        assert_eq!(nearest("Javascrpt"), Some("javascript"));
        assert_eq!(nearest("klingon"), None);
        assert_eq!(nearest("bsah"), Some("bash"));
        assert_eq!(nearest("dokcerfile"), Some("dockerfile"));
        for word in ["", "https", "dns", "hcl2", "jsonx", "conf", "tls", "bask"] {
            assert_eq!(nearest(word), None, "{word}");
        }
    }

    #[test]
    fn languages_of_paths() {
        for (path, language) in [
            ("docker-compose.yml", Some("yaml")),
            ("Dockerfile", Some("dockerfile")),
            ("web/Dockerfile.prod", Some("dockerfile")),
            ("Makefile", Some("make")),
            ("nginx.conf", Some("nginx")),
            ("/etc/nginx/conf.d/shop.conf", Some("nginx")),
            ("/etc/apache2/sites-available/000-default.conf", Some("apache")),
            ("/etc/my.cnf", Some("ini")),
            ("/etc/redis/redis.conf", Some("ini")),
            (".env", Some("env")),
            (".env.local", Some("env")),
            ("/etc/hosts", None),
            ("/etc/systemd/system/shop.service", Some("ini")),
            ("index.PHP", Some("php-html")),
            ("src/main.rs", Some("rust")),
            ("notes.txt", Some("text")),
            ("app.js", Some("js")),
            (".bashrc", Some("bash")),
            ("", None),
        ] {
            assert_eq!(language_of_path(path), language, "{path}");
        }
    }
}

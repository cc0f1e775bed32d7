//! What does not end by itself, and what serves.

use super::line::{Options, after_dashes, base, in_container, is_in_background, pipeline, words};

/// A command that never ends by itself and goes on printing: a reader looks at it for a while and presses Ctrl-C.
pub(crate) fn is_endless(line: &str) -> bool {
    let commands = pipeline(line);
    let Some((first, others)) = commands.split_first().filter(|_| !is_in_background(line)) else { return false };
    // What hands on all that it reads ends when that does.
    let hands_on = |command: &&str| {
        let words = words(command);
        let options = Options(&words);
        match words.first().map(|word| base(word)) {
            Some("grep") => !options.short('m') && !options.short('q'),
            Some(name) => matches!(name, "cat" | "tee" | "jq"),
            None => false,
        }
    };
    is_endless_command(&words(first)) && others.iter().all(hands_on)
}

fn is_endless_command(words: &[&str]) -> bool {
    let Some((name, options)) = words.split_first() else { return false };
    let given = Options(options);
    match base(name) {
        "ping" | "ping4" | "ping6" => {
            !(given.short('c') || given.short('w') || given.long("--count") || given.short('V') || given.short('h'))
        }
        "tail" => given.follow() || given.short('F'),
        "journalctl" => given.follow(),
        "watch" => true,
        "top" | "htop" | "btop" | "atop" | "iotop" => !given.short('n'),
        "vmstat" | "iostat" => options.last().is_some_and(|word| word.parse::<u32>().is_ok()) && options.len() == 1,
        "dmesg" => given.short('w') || given.long("--follow"),
        "kubectl" => {
            (given.has("logs") && given.follow())
                || (given.has("get") && (given.short('w') || given.long("--watch")))
                || (given.has("exec") && is_endless_command(after_dashes(options)))
        }
        "docker" | "podman" | "nerdctl" | "docker-compose" => match options.iter().position(|word| *word == "exec") {
            Some(exec) => is_endless_command(in_container(&options[exec + 1..])),
            None => {
                (given.has("logs") && given.follow())
                    || (given.has("stats") && !given.long("--no-stream"))
                    || (options == ["events"])
            }
        },
        _ => false,
    }
}

/// A command that serves until it is stopped: what comes after it in a guide needs it, and so it cannot be stopped.
pub(crate) fn serves(line: &str) -> bool {
    const SERVERS: &[(&str, &[&str])] = &[
        ("artisan", &["serve"]),
        ("bundle", &["jekyll"]),
        ("cargo", &["watch"]),
        ("flask", &["run"]),
        ("hugo", &["server", "serve"]),
        ("jekyll", &["serve", "s"]),
        ("kubectl", &["port-forward", "proxy"]),
        ("manage.py", &["runserver"]),
        ("mkdocs", &["serve"]),
        ("rails", &["server", "s"]),
        ("zola", &["serve"]),
    ];
    let commands = pipeline(line);
    let Some(command) = commands.first().filter(|_| !is_in_background(line)) else { return false };
    let words = words(command);
    let Some((name, options)) = words.split_first() else { return false };
    let given = Options(options);
    let by_word = |name: &str, options: &[&str]| {
        let found = SERVERS.iter().find(|(server, _)| *server == name);
        found.is_some_and(|(_, wanted)| options.iter().any(|word| wanted.contains(word)))
    };
    match base(name) {
        "python" | "python3" => {
            given.has("http.server")
                || given.has("SimpleHTTPServer")
                || options.first().is_some_and(|script| by_word(base(script), options))
        }
        "php" => given.short('S') || options.first().is_some_and(|script| by_word(base(script), options)),
        "nc" | "ncat" | "netcat" => given.short('l'),
        "nodemon" | "http-server" | "live-server" | "uvicorn" => true,
        "docker" | "podman" | "nerdctl" | "docker-compose" => {
            let compose = base(name) == "docker-compose" || given.has("compose");
            let ends = ["--detach", "--wait", "--no-start", "--abort-on-container-exit", "--exit-code-from"];
            let up = options.iter().position(|word| *word == "up");
            compose
                && up.is_some_and(|up| !Options(&options[up..]).short('d'))
                && !ends.iter().any(|end| given.long(end))
        }
        name => by_word(name, options),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands() {
        for (line, endless) in [
            ("ping localhost", true),
            ("ping -c 2 localhost", false),
            ("ping -c2 localhost", false),
            ("tail -f /var/log/x", true),
            ("sudo tail -n 5 -f x", true),
            ("tail -n 5 x", false),
            ("watch ls", true),
            ("sudo journalctl -fu nginx", true),
            ("journalctl -u nginx", false),
            ("docker logs -f app", true),
            ("docker logs app", false),
            ("docker exec -it app ping host", true),
            ("docker exec -u root -it app ping -c 2 host", false),
            ("docker compose exec app tail -f x", true),
            ("docker exec -it app bash", false),
            ("docker exec", false),
            ("ping x | head -2", false),
            ("echo a; tail -f log", true),
            ("cd x && tail -f log 2>&1", true),
            ("tail -f log 2>/dev/null", true),
            ("tail -f log > copy &", false),
            ("sudo -u www-data tail -F log", true),
            ("tail -f log | grep --line-buffered x", true),
            ("tail -f log | grep -m 1 x", false),
            ("tail -f log; echo done", false),
            ("docker compose logs -f", true),
            ("docker compose logs", false),
            ("kubectl logs -f pod", true),
            ("kubectl logs pod", false),
            ("kubectl exec -it pod -- tail -f x", true),
            ("watch 'ps | grep x'", true),
            ("npm start", false),
            ("timeout 5 ping host", false),
            ("ls", false),
            ("", false),
            ("tail -f x &", false),
        ] {
            assert_eq!(is_endless(line), endless, "{line}");
        }
        for (line, serving) in [
            ("python3 -m http.server 8000", true),
            ("cd site && python3 -m http.server", true),
            ("python3 -m venv x", false),
            ("python3 manage.py runserver 0.0.0.0:8000", true),
            ("flask run --host 0.0.0.0", true),
            ("bin/rails server", true),
            ("rails new server-app", false),
            ("php -S localhost:8000", true),
            ("php artisan serve", true),
            ("nc -l 9000", true),
            ("nc -lk 9000 > out", true),
            ("nc host 9000", false),
            ("hugo server", true),
            ("hugo", false),
            ("mkdocs serve", true),
            ("cargo watch -x run", true),
            ("docker compose up", true),
            ("docker-compose up --build", true),
            ("docker compose up -d", false),
            ("docker compose -f x.yaml up --detach", false),
            ("kubectl port-forward svc/x 8080:80", true),
            ("python3 -m http.server &", false),
            ("npm start", false),
            ("", false),
        ] {
            assert_eq!(serves(line), serving, "{line}");
        }
    }
}

//! What does not end by itself, and what serves.

use regex::Regex;
use std::{collections::BTreeSet, sync::LazyLock};

use super::line::{Options, Run, base, commands, is_in_background, pipeline, words};

/// A command that never ends by itself and goes on printing: a reader looks at it for a while and presses Ctrl-C.
pub(crate) fn is_endless(line: &str) -> bool {
    let mut commands = pipeline(line).into_iter().map(Run::of);
    let Some(Some(first)) = commands.next().filter(|_| !is_in_background(line)) else { return false };
    // What hands on all that it reads ends when that does.
    let hands_on = |run: Run| {
        let ends = |program: &&str| Options(&run.arguments).has(program);
        run.program.is_some_and(|program| program.hands_on && !program.ends_with.iter().any(ends))
    };
    first.is(|program| program.endless) && !first.is_ended && commands.all(|run| run.is_some_and(hands_on))
}

/// A command that serves until it is stopped: what comes after it in a guide needs it, and so it cannot be stopped.
pub(crate) fn serves(line: &str) -> bool {
    let first = pipeline(line).first().and_then(|command| Run::of(command)).filter(|_| !is_in_background(line));
    first.is_some_and(|run| run.is(|program| program.serves) && !run.is_ended)
}

/// How programs say that they serve: where they listen on this computer, and how they are stopped.
static SERVING: LazyLock<Regex> = LazyLock::new(|| {
    let says = r"\b(listening|serving|running|available|accepting connections|started|ready)\b.{0,40}?";
    let here = r"(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|\bport\b)\W{0,3}(?<port>\d{2,5})\b";
    let stop = r"\b(press|hit|use|type) \W?(ctrl|control)\W{1,3}c\b\W{0,2} to (stop|quit|exit|shut ?down|terminate)\b";
    let local = r"^\W*(local|network|url|address)\W+http://(localhost|127\.0\.0\.1)\b";
    Regex::new(&format!("(?im)({says}{here}|{stop}|{local})")).expect("a valid pattern")
});

/// Whether a command that has not ended has printed that it serves now.
pub(crate) fn says_that_it_serves(output: &str) -> bool {
    SERVING.is_match(output)
}

/// Whether a command of a line ends what others have started: a process, a service, a container.
pub(crate) fn ends_others(line: &str) -> bool {
    const PROGRAMS: &[&str] = &["kill", "pkill", "killall", "skill", "fuser", "shutdown", "reboot", "poweroff", "halt"];
    const VERBS: &[&str] = &[
        "stop",
        "kill",
        "down",
        "rm",
        "remove",
        "delete",
        "del",
        "destroy",
        "terminate",
        "shutdown",
        "quit",
        "halt",
        "restart",
        "uninstall",
        "purge",
        "prune",
        "drain",
    ];
    let mut words = commands(line).flat_map(|command| words(command).into_iter().enumerate().collect::<Vec<_>>());
    words.any(|(at, word)| PROGRAMS.contains(&base(&word)) || at > 0 && VERBS.contains(&&*word.to_lowercase()))
}

/// The ports that it has named so.
pub(crate) fn ports_said(output: &str) -> BTreeSet<u16> {
    SERVING.captures_iter(output).filter_map(|said| said.name("port")?.as_str().parse().ok()).collect()
}

/// Whether a server says that another one is where it wants to be.
pub(crate) fn is_in_use(output: &str) -> bool {
    let output = output.to_ascii_lowercase();
    ["address already in use", "address in use", "eaddrinuse", "port is already in use", "is in use by another program"]
        .iter()
        .any(|said| output.contains(said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_say() {
        for (output, serves) in [
            ("INFO:     Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)", true),
            ("Serving HTTP on 0.0.0.0 port 8000 (http://0.0.0.0:8000/) ...", true),
            ("Listening on port 3000", true),
            ("Server listening at http://localhost:3000", true),
            ("   Accepting connections at http://localhost:3000", true),
            ("Starting up http-server\n\nAvailable on:\n  http://127.0.0.1:8080\nHit CTRL-C to stop the server", true),
            ("JSON Server started on PORT :3000\nPress CTRL-C to stop", true),
            ("  VITE v5.4.8  ready in 280 ms\n\n  \u{279c}  Local:   http://localhost:5173/", true),
            ("[info] listening on [::]:9000", true),
            ("Press ^C at any time to quit.\npackage name: (x)", false),
            ("Waiting for http://localhost:3000 to answer", false),
            ("Downloading http://127.0.0.1:8000/a.tar.gz", false),
            ("Running 3 tests on 4 cores", false),
            ("running migrations", false),
            ("Exporting to report.txt", false),
            ("", false),
        ] {
            assert_eq!(says_that_it_serves(output), serves, "{output}");
        }
        for (output, taken) in [
            ("[Errno 98] error while attempting to bind on address ('127.0.0.1', 8000): address already in use", true),
            ("Error: listen EADDRINUSE: address already in use :::3000", true),
            ("Port 5000 is in use by another program. Either identify and stop that program, or …", true),
            ("Error: That port is already in use.", true),
            ("the name is already in use", false),
        ] {
            assert_eq!(is_in_use(output), taken, "{output}");
        }
    }

    #[test]
    fn endings() {
        for (line, ends) in [
            ("kill %1", true),
            ("sudo pkill -f server.js", true),
            ("kill $(cat app.pid)", true),
            ("docker compose down", true),
            ("cd app && docker rm -f web", true),
            ("sudo systemctl restart nginx", true),
            ("kubectl delete pod web", true),
            ("npm run stop", true),
            ("rm -rf build", false),
            ("cat down.txt", false),
            ("curl localhost:3000", false),
            ("grep stopping log", false),
            ("", false),
        ] {
            assert_eq!(ends_others(line), ends, "{line}");
        }
    }

    #[test]
    fn lines() {
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

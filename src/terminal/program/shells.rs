//! Shells, and what opens one here.

use super::{ALWAYS, PLAIN, Program, Prompt, sure, unsure};

/// Prompts of shells, by what people see in tutorials.
const PROMPTS: &[Prompt] = &[
    // An activated environment, then: nothing, somebody at a host, a bracketed name.
    sure(r"(\([\w.@/+-]+\) ?)?[$%] ", &["$ ", "% ", "(venv) $ ", "(base) % "]),
    sure(
        r"(\([\w.@/+-]+\) ?)*[\w.+-]+@[\w.-]+(:|:?[~/][\w.~/@+ -]*?|:[\w.-]+)?[$#] ",
        &["user@host:~$ ", "root@9f1c:/# ", "(venv) me@host:/srv/a$ ", "postgres@vm:/work/a b$ ", "user@host$ "],
    ),
    sure(r"(\([\w.@/+-]+\) ?)*\[[\w.+-]+@[\w.-]+([ :][^\]]*)?\] ?[$#%] ", &["[root@host ~]# ", "[me@host dir]$ "]),
    sure(
        r"(\([\w.@/+-]+\) ?)*[\w.+-]+@[\w.-]+ [~/]?[\w.~/+-]* ?[%#$] ",
        &["user@host ~ % ", "me@MacBook-Pro shop % ", "root@host ~# "],
    ),
    // bash on macOS, Alpine, openSUSE.
    sure(r"[\w.-]+:[~/][\w.~/+-]*( [\w.-]+)?[$#] ", &["host:~ user$ ", "localhost:~# ", "web:/srv$ "]),
    sure(r"[\w.-]+:[~/][\w.~/+-]* # ", &["host:~ # "]),
    // busybox, and shells without a configuration.
    sure(r"[~/][\w.~/+-]* [#$] ", &["/ # ", "~ $ ", "/etc/nginx # "]),
    sure(r"(ba|da|z|k|a)?sh-\d[\w.-]*[$#%] ", &["bash-5.2$ ", "sh-5.1# "]),
    sure(r"\(initramfs\) |\((chroot|livecd)\) (\S+ )?# ", &["(chroot) # ", "(initramfs) "]),
    // fish, starship, oh-my-zsh.
    sure(
        r"(\([\w.@/+-]+\) ?)*[\w.+-]+@[\w.-]+ [~/][\w.~/+-]*( \([\w./-]+\))?> ",
        &["user@host ~> ", "root@host /e/nginx> ", "me@host ~/shop (main)> "],
    ),
    sure(r"(\([\w.@/+-]+\) ?)*([~/]\S* )?[❯λ] ", &["❯ ", "~/shop ❯ "]),
    sure(r"➜ +\S+ +(git:\([^)]*\) +)?([✗✔] +)?", &["➜  ~ ", "➜  shop git:(main) ✗ "]),
    // Windows.
    sure(
        r"(\([\w.@/+-]+\) ?)*PS( [A-Z]:\\[^<>|]*?| [~/][\w.~/+-]*)?> ",
        &["PS C:\\> ", "PS C:\\Users\\me> ", "PS /srv> ", "PS> "],
    ),
    sure(r"[A-Z]:\\[\w.\\ -]*>( )?", &["C:\\> ", "C:\\Users\\me> ", "C:\\Users\\me>"]),
    unsure(r"(\([\w.@/ +-]+\) ?)*[$#%] ", &["# "]),
    unsure(r"(\([\w.@/ +-]+\) ?)*\[[^\]]*\][$#%❯] ", &["[host]$ "]),
    unsure(r"(\([\w.@/ +-]+\) ?)*[~/]\S*? ?[$#%❯] ", &["~$ ", "/srv# "]),
    unsure(r"(\([\w.@/ +-]+\) ?)*\S*?@\S+?( [~/]\S*?)? ?[$#%❯] ", &["ü@vm$ "]),
    unsure(r"(\([\w.@/ +-]+\) ?)*\S+?@\S+?:[~/].*?[$#%❯] ", &["me@vm:~/Größe 2$ "]),
    // `33% ` is progress.
    unsure(r"(\([\w.@/ +-]+\) ?)*[\w.]([\w.:~/+-]*[\w.:~/+])?[$#] ", &["vm# ", "router1$ "]),
    unsure(r"(\([\w.@/ +-]+\) ?)*([\w.][\w.:~/+-]*)?[A-Za-z_.:~/+]% ", &["host% "]),
];

/// How a shell asks for more of a command.
const MORE: &[Prompt] = &[
    unsure("> ", &["> "]),
    unsure(
        r"(quote|dquote|heredoc|pipe|cmdsubst|cmdand|cmdor|for|while|if|then|else|case|function|bquote)( \w+)*> ",
        &["quote> ", "heredoc> "],
    ),
];

const GOODBYE: &[&str] = &["exit", "logout", "bye"];

/// Languages of blocks of commands.
const LANGUAGES: &[&str] = &[
    "bash",
    "sh",
    "shell",
    "console",
    "zsh",
    "shell-session",
    "shellsession",
    "terminal",
    "commandline",
    "ksh",
    "fish",
];

/// A shell, in which a script is run with the first word, and a command with `-c`.
const SHELL: Program = Program { shell: true, prompts: PROMPTS, more: MORE, goodbye: GOODBYE, ..PLAIN };

pub(super) static ROWS: &[Program] = &[
    Program {
        names: &["sh", "bash", "zsh", "dash", "ksh", "ash", "mksh", "rbash", "yash"],
        again: true,
        languages: LANGUAGES,
        opens: ALWAYS,
        words: 0,
        valued: &["-o", "-O", "--rcfile", "--init-file"],
        inline: &["-c"],
        scripts: true,
        speaks: true,
        ..SHELL
    },
    // They take no hidden line, and are known by their prompts alone.
    Program {
        names: &["fish", "csh", "tcsh", "nu", "xonsh", "elvish"],
        opens: ALWAYS,
        words: 0,
        inline: &["-c"],
        ..SHELL
    },
    Program {
        names: &["pwsh", "powershell"],
        opens: ALWAYS,
        words: 0,
        batch: &["-c", "-Command", "-File", "-f"],
        ..SHELL
    },
    Program { names: &["busybox", "toybox"], opens: super::verbs(&["sh", "ash"]), ..SHELL },
    // A shell as somebody else, or with other groups.
    Program {
        names: &["su", "runuser"],
        again: true,
        opens: ALWAYS,
        valued: &["-s", "-g", "-G", "-w", "--shell", "--group"],
        inline: &["-c", "--command"],
        becomes_root: true,
        ..SHELL
    },
    Program { names: &["newgrp"], again: true, opens: ALWAYS, ..SHELL },
    Program { names: &["sg"], again: true, opens: ALWAYS, inline: &["-c"], ..SHELL },
    Program { names: &["login"], opens: ALWAYS, ..SHELL },
    // A shell of which more is kept, or that is kept open.
    Program { names: &["script"], opens: ALWAYS, batch: &["-c"], ..SHELL },
    Program { names: &["tmux", "screen", "byobu", "zellij"], opens: ALWAYS, ..SHELL },
    Program { names: &["nix-shell", "guix"], opens: ALWAYS, batch: &["--run"], ..SHELL },
];

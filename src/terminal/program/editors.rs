//! Editors, and what opens one.

use super::{Edits, PLAIN, Program, When, verbs, with};

/// A file of another program, when it is started so; and how what was written is put where it belongs.
const fn of(when: When, path: &'static str, root: bool, through: Option<(&'static str, &'static str)>) -> Edits {
    Edits { when, path: Some(path), root, through }
}

/// What `systemctl edit` does when the editor ends.
const SAVED: &str = r#"install -D -m 644 "$1" PATH && { systemctl daemon-reload 2>/dev/null || true; }"#;

/// The file that it names.
const NAMED: Edits = Edits { when: super::ALWAYS, path: None, root: false, through: None };

#[rustfmt::skip]
pub(super) static ROWS: &[Program] = &[
    Program {
        names: &["nano", "vi", "vim", "nvim", "view", "ex", "emacs", "code", "codium", "subl", "pico", "gedit", "kate", "kwrite", "xed", "pluma", "mousepad", "micro", "joe", "jed", "ne", "helix", "hx", "kak", "mcedit", "editor", "sensible-editor", "$EDITOR", "${EDITOR}", "$VISUAL", "notepad", "mg", "zile", "tilde"],
        edits: &[NAMED],
        valued: &["-c", "-u", "-T", "-Y", "--cmd"],
        batch: &["--list", "--version", "--help", "--list-extensions", "--install-extension", "-es", "--batch", "--headless"],
        everyday: true,
        ..PLAIN
    },
    Program { names: &["sudoedit"], edits: &[Edits { root: true, ..NAMED }], valued: &["-u", "-g"], ..PLAIN },
    Program {
        names: &["crontab"],
        edits: &[of(with(&[], &["-e"]), "crontab", false, Some(("crontab USER -l", r#"crontab USER "$1""#)))],
        valued: &["-u"],
        users: &["-u"],
        everyday: true,
        ..PLAIN
    },
    Program { names: &["visudo"], edits: &[Edits { when: with(&[], &["-f"]), root: true, ..NAMED }, of(super::ALWAYS, "/etc/sudoers", true, None)], batch: &["-c", "--check"], ..PLAIN },
    Program { names: &["vipw"], edits: &[of(super::without(&[], &["-g", "-s"]), "/etc/passwd", true, None)], ..PLAIN },
    Program { names: &["vigr"], edits: &[of(super::without(&[], &["-p", "-s"]), "/etc/group", true, None)], ..PLAIN },
    Program {
        names: &["systemctl"],
        edits: &[
            of(with(&["edit"], &["--full"]), "/etc/systemd/system/UNIT", true, Some(("systemctl cat UNIT | grep -v '^# /'", SAVED))),
            of(verbs(&["edit"]), "/etc/systemd/system/UNIT.d/override.conf", true, Some(("cat PATH", SAVED))),
        ],
        pages: &[super::ALWAYS],
        shows: &[verbs(&["status"])],
        everyday: true,
        ..PLAIN
    },
];

//! The hidden line that makes a shell tell where its prompts begin and its commands end.
//!
//! It is typed once into every shell that opens. bash, zsh and the POSIX shells (dash, busybox, ksh) get the same line, for the
//! engine cannot know beforehand which of them has answered. Marks are OSC 133 sequences, as in the shell integration of
//! terminals, with a key of this session: output that contains marks of somebody else changes nothing.

/// What bash is told. `PS1` has the status and the folder itself, so that a guide that sets `PROMPT_COMMAND` does no harm;
/// `PROMPT_COMMAND` repairs `PS1`, so that a guide that sets `PS1` does none either.
///
/// `2>/dev/null` around each command hides it from `set -x`. The last lines take the hidden line out of the history.
const BASH: &str = r#"set +H
bind "set enable-bracketed-paste off" "set convert-meta off" "set input-meta on" "set output-meta on"
__gp() {
case "${PS1-}" in *@*) ;; *) PS1="\\[\\e]133;A;@;\$?;\$\$;\$PWD\\a\\]${PS1-}\\[\\e]133;B;@\\a\\]" ;; esac
case "${PS2-}" in *@*) ;; *) PS2="${PS2-}\\[\\e]133;P;@\\a\\]" ;; esac
case "${PS0-}" in *@*) ;; *) PS0="\\e]133;C;@\\a${PS0-}" ;; esac
}
PROMPT_COMMAND="{ printf \"\\033]133;D;@;%s\\007\" \"\${PIPESTATUS[*]}\"; } 2>/dev/null
${PROMPT_COMMAND-}
{ __gp; } 2>/dev/null"
__gp_h=$(HISTTIMEFORMAT= history 1)
case "$__gp_h" in *133*@*) __gp_h=${__gp_h#"${__gp_h%%[^ ]*}"}; history -d "${__gp_h%% *}" ;; esac
unset __gp_h"#;

/// What zsh is told. Its line editor redraws what is typed, so it is switched off: the terminal itself echoes.
const ZSH: &str = r#"unsetopt zle promptsp
setopt promptsubst interactivecomments nobanghist
__gp_c() { printf "\033]133;C;@\007" }
__gp_d() { printf "\033]133;D;@\007" }
__gp_r() {
[[ $PS1 == *@* ]] || PS1=$(printf "%%{\033]133;A;@;%%?;$$;%%/\007%%}%s%%{\033]133;B;@\007%%}" "$PS1")
[[ $PS2 == *@* ]] || PS2=$(printf "%s%%{\033]133;P;@\007%%}" "$PS2")
}
preexec_functions+=(__gp_c)
precmd_functions=(__gp_d $precmd_functions __gp_r)"#;

/// What any other POSIX shell is told: it has neither `PS0` nor `PROMPT_COMMAND`, but expands parameters in `PS1`.
const POSIX: &str = r#"PS1=$(printf "\033]133;A;@;\$?;\$\$;\$PWD\007%s\033]133;B;@\007." "${PS1-}")
PS1=${PS1%.}
PS2=$(printf "%s\033]133;P;@\007." "${PS2-> }")
PS2=${PS2%.}"#;

/// A text that only the hidden lines have.
pub(crate) const HIDDEN: &str = " __gp_s=$?";

/// The line to type at a prompt, without the Enter key: it asks for the [`script`]. It is short, for line editors have limits
/// (busybox: 1024 bytes); it keeps `$?`, and begins with a space, for many shells keep such lines out of their history.
pub(crate) fn line(key: &str) -> String {
    format!(
        "{HIDDEN}; printf '\\033]133;R;{key}\\007'; IFS= read -r __gp_l; eval \"$__gp_l\"; unset __gp_l; (exit \"$__gp_s\")"
    )
}

/// The line that the shell reads then. It is shorter than the 4095 bytes that a terminal takes in one line.
pub(crate) fn script(key: &str) -> String {
    format!(
        "export PAGER=cat GIT_PAGER=cat MANPAGER=cat SYSTEMD_PAGER=cat PSQL_PAGER=cat; \
         if [ -n \"${{BASH_VERSION-}}\" ]; then {}; elif [ -n \"${{ZSH_VERSION-}}\" ]; then {}; else {}; fi 2>/dev/null; \
         printf '\\033]133;I;{key};%s;%s\\007' \"${{BASH_VERSION:+bash}}${{ZSH_VERSION:+zsh}}\" \"$(id -un 2>/dev/null)\"",
        evaluated(BASH, key),
        evaluated(ZSH, key),
        evaluated(POSIX, key),
    )
}

/// A script of several lines as one line: the other shells must be able to read over it without understanding it.
fn evaluated(script: &str, key: &str) -> String {
    let script = script.replace('@', key).replace('\\', "\\\\").replace('\n', "\\n");
    format!("eval \"$(printf '%b' '{script}')\"")
}

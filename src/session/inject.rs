//! The hidden line that makes a shell tell where its prompts begin and its commands end.
//!
//! It is typed once into every shell that opens. bash, zsh and the POSIX shells (dash, busybox, ksh) get the same line, for the
//! engine cannot know beforehand which of them has answered. Marks are OSC 133 sequences, as in the shell integration of
//! terminals, with a key of this session: output that contains marks of somebody else changes nothing.
//!
//! In bash nothing is *run* for a mark: `PS0` and `PS1` are only expanded, so that `set -v`, `set -x`, `trap … DEBUG`, `$_` and
//! `PROMPT_COMMAND` are the reader's own. What the prompts' values show of it, the [`veil`](super::veil) takes away. A guide may set
//! another `PS1`: then the mark that bash's line editor makes by itself says that the shell reads, and the line is typed again.

/// What is put before the text of a prompt, behind it, and into `PS0`.
const BEGIN: &str = r"\[\e]133;A;@;$?;$$;${PIPESTATUS[@]};${PWD-}\a\]";
const END: &str = r"\[\e]133;B;@\a\]";
const MORE: &str = r"\[\e]133;P;@\a\]";
const ACCEPTED: &str = r"\e]133;C;@\a";

/// What bash is told. The line editor's mode is what makes its mark. The last lines take the hidden line out of the history.
const BASH: &str = r#"shopt -s promptvars
bind "set enable-bracketed-paste off" "set convert-meta off" "set input-meta on" "set output-meta on"
bind "set emacs-mode-string \"\\1\\e]133;M;@\\a\\2\"" "set vi-ins-mode-string \"\\1\\e]133;M;@\\a\\2\"" "set vi-cmd-mode-string \"\\1\\e]133;M;@\\a\\2\""
bind "set show-mode-in-prompt on"
case "${PS1-}" in *@*) ;; *) PS1='BEGIN'${PS1-}'END' ;; esac
case "${PS2-}" in *@*) ;; *) PS2=${PS2-}'MORE' ;; esac
case "${PS0-}" in *@*) ;; *) PS0='ACCEPTED'${PS0-} ;; esac
__gp_h=$(HISTTIMEFORMAT= history 1)
case "$__gp_h" in *133*@*) __gp_h=${__gp_h#"${__gp_h%%[^ ]*}"}; history -d "${__gp_h%% *}" ;; esac
unset __gp_h"#;

/// What bash is told besides where `PROMPT_COMMAND` makes its prompt anew each time: the last word is ours.
const AGAIN: &str = r#"__gp_h="case \${PS1-} in *@*) ;; *) PS1=$(printf %q 'BEGIN')\${PS1-}$(printf %q 'END') ;; esac"
case "$(declare -p PROMPT_COMMAND)" in
"declare -a"*) PROMPT_COMMAND+=("$__gp_h") ;;
*) PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND
}$__gp_h" ;;
esac"#;

/// What zsh is told. Its line editor redraws what is typed, so it is switched off: the terminal itself echoes.
const ZSH: &str = r#"unsetopt zle promptsp
setopt promptsubst interactivecomments
__gp_c() { printf "\033]133;C;@\007" }
__gp_d() { printf "\033]133;D;@\007" }
__gp_r() {
[[ $PS1 == *@* ]] || PS1=$(printf "%%{\033]133;A;@;%%?;$$;;%%/\007%%}%s%%{\033]133;B;@\007%%}" "$PS1")
[[ $PS2 == *@* ]] || PS2=$(printf "%s%%{\033]133;P;@\007%%}" "$PS2")
}
preexec_functions+=(__gp_c)
precmd_functions=(__gp_d $precmd_functions __gp_r)"#;

/// What any other POSIX shell is told: it has neither `PS0` nor `PROMPT_COMMAND`, but expands parameters in `PS1`.
const POSIX: &str = r#"PS1=$(printf "\033]133;A;@;\$?;\$\$;;\$PWD\007%s\033]133;B;@\007." "${PS1-}")
PS1=${PS1%.}
PS2=$(printf "%s\033]133;P;@\007." "${PS2-> }")
PS2=${PS2%.}"#;

/// A text that only the hidden lines have.
pub(crate) const HIDDEN: &str = " __gp_s=$?";

/// What the marks of a shell carry: the key of its session, and the number of its hidden line there.
pub(crate) fn mark(key: &str, number: u32) -> String {
    format!("{key}.{number}")
}

/// The line to type at a prompt, without the Enter key: it asks for the [`script`]. It is short, for line editors have limits
/// (busybox: 1024 bytes); it keeps `$?`, and begins with a space, for many shells keep such lines out of their history.
pub(crate) fn line(key: &str) -> String {
    format!(
        "{HIDDEN} __gp_u=$_; printf '\\033]133;R;{key}\\007'; IFS= read -r __gp_l; eval \"$__gp_l\"; unset __gp_l; {AS_BEFORE}"
    )
}

/// The last command of a hidden line: `$?` and `$_` are as they were. The comment's text is the last argument, hence `$_`; it ends
/// where a line would. A `!` outside of single quotes would be history to zsh.
const AS_BEFORE: &str = r#"__gp_p='[![:print:]]*'; __gp_u=${__gp_u%%$__gp_p}; eval "unset __gp_s __gp_u __gp_p; (exit $__gp_s) #" "$__gp_u""#;

/// The line that has a shell write what it exports to a new file, for [`inherited`].
pub(crate) fn exported(file: &str) -> String {
    unseen(&format!("(umask 077; export -p >{file}) 2>/dev/null"), file)
}

/// The line that has a shell write what a script says to a new file.
pub(crate) fn said(script: &str, file: &str) -> String {
    unseen(&format!("(umask 077; : >{file}); {{ {script}; }} >{file} 2>/dev/null"), file)
}

/// The line that has a shell read a file, of which the terminal shows nothing.
pub(crate) fn sourced(file: &str) -> String {
    unseen(&format!(". {file} >/dev/null 2>&1"), file)
}

/// The line that does something with a file, and leaves the shell, its history and its last status as they were.
fn unseen(what: &str, file: &str) -> String {
    format!(
        "{HIDDEN} __gp_u=$_; {what}; if [ -n \"${{BASH_VERSION-}}\" ]; then \
         __gp_h=$(HISTTIMEFORMAT= history 1); case \"$__gp_h\" in *{file}*) __gp_h=${{__gp_h#\"${{__gp_h%%[^ ]*}}\"}}; \
         history -d \"${{__gp_h%% *}}\" ;; esac; unset __gp_h; fi 2>/dev/null; {AS_BEFORE}"
    )
}

/// The line that has another shell read it.
pub(crate) fn inherited(file: &str) -> String {
    format!(" . {file} 2>/dev/null; rm -f {file}; cd \"$PWD\" 2>/dev/null")
}

/// The line that the shell reads then. It is shorter than the 4095 bytes that a terminal takes in one line. `again`: the prompt
/// did not stay as it was made.
pub(crate) fn script(key: &str, again: bool) -> String {
    let bash = if again { format!("{AGAIN}\n{BASH}") } else { BASH.to_owned() };
    format!(
        "export PAGER=cat GIT_PAGER=cat MANPAGER=cat SYSTEMD_PAGER=cat PSQL_PAGER=cat; \
         if [ -n \"${{BASH_VERSION-}}\" ]; then {}; elif [ -n \"${{ZSH_VERSION-}}\" ]; then {}; else {}; fi 2>/dev/null; \
         printf '\\033]133;I;{key};%s;%s\\007' \"${{BASH_VERSION:+bash}}${{ZSH_VERSION:+zsh}}\" \"$(id -un 2>/dev/null)\"",
        evaluated(&bash, key),
        evaluated(ZSH, key),
        evaluated(POSIX, key),
    )
}

/// What of this stands in the values of bash's prompts, as it was written there.
pub(crate) fn in_prompts(key: &str) -> [String; 4] {
    [BEGIN, END, MORE, ACCEPTED].map(|part| part.replace('@', key).replace(&format!("[{key}]"), "[@]"))
}

/// A script of several lines as one line: the other shells must be able to read over it without understanding it.
fn evaluated(script: &str, key: &str) -> String {
    let [begin, end, more, accepted] = in_prompts(key);
    let script = script.replace('@', key);
    let script = script.replace("BEGIN", &begin).replace("END", &end).replace("MORE", &more);
    let script =
        script.replace("ACCEPTED", &accepted).replace('\\', "\\\\").replace('\n', "\\n").replace('\'', "\\0047");
    format!("eval \"$(printf '%b' '{script}')\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_take_the_lines() {
        // The longest key that there can be: that of a run, and a number.
        let key = format!("{}.4294967295", "k".repeat(32));
        assert!(line(&key).len() < 1024, "{}", line(&key).len());
        assert!(script(&key, true).len() < 4000, "{}", script(&key, true).len());
    }
}

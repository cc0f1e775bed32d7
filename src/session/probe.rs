//! What the program in the foreground of a terminal does: whether it waits for somebody who types.
//!
//! Silence and a line that looks like a question are a guess; Linux knows more. A small script reads `/proc` and tells of each
//! thread of the foreground programs where it stands, and [`judge`] says what that means. It runs beside the terminal, in the
//! same process namespace, and needs nothing but a POSIX shell.

/// What the foreground program of a terminal does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreground {
    /// It waits for what is typed.
    Reads,
    /// It works, or waits for something else.
    Works,
    /// It works, or waits for another program, and the terminal shows nothing of what is typed: a secret is asked for, by
    /// whomever (gpg's question comes from a program in the background).
    Secret,
    /// Nobody can tell: it waits for several things at once (`docker`, `ssh`, an editor), or may not be looked at.
    Unknown,
}

/// For `sh -c SCRIPT sh PID`, with the process id of the terminal's first shell. It writes a line for each thread of the
/// programs in the foreground and of what they have started (`su -c` puts its command elsewhere): the user, the number of
/// threads of its process, the system call (`?` if it cannot be read), `tty` if that reads a terminal, and the function of
/// the kernel in which it waits. A device that may not be opened is the terminal of whoever has become this user (`su`), or is
/// `/dev/tty`, which is another one for each who opens it. A line `hidden` says that the terminal shows nothing of what is typed.
pub const SCRIPT: &str = r#"exec 2>/dev/null
look() { read -r l <"/proc/$1/stat" || return; set -- ${l##*) }; state=$1 group=$3 device=$5 front=$6; }
terminal() { [ -c "$1" ] && { [ ! -r "$1" ] || ! true <"$1" || [ -t 0 ] <"$1"; }; }
tell() {
u=- n=0
while read -r k r u x; do [ "$k" = Uid: ] && break; done <"/proc/$1/status"
for t in /proc/$1/task/*; do n=$((n + 1)); done
for t in /proc/$1/task/*; do
c='?' a=- w=- f=-
read -r c a x <"$t/syscall"
read -r w <"$t/wchan"
case ${c:=?} in
'?') terminal "/proc/$1/fd/0" && f=tty; for s in /proc/$1/fd/*; do [ -S "$s" ] && f=-; done ;;
0 | 3 | 19 | 63 | 65) case $a in 0x? | 0x?? | 0x???) terminal "/proc/$1/fd/$((a))" && f=tty ;; esac ;;
esac
echo "$u $n $c $f ${w:--}"
done
}
walk() {
look "$1" || return
[ "$group" = "$foreground" ] && inside=y
case $inside$state in yT | yt | yZ | yX | n*) ;; *) tell "$1" ;; esac
for t in /proc/$1/task/*; do
read -r kids <"$t/children"
for kid in $kids; do (walk "$kid"); done
done
}
inside=n
look "$1" && [ "$front" -gt 0 ] && foreground=$front || exit 0
case " $(stty -F "/dev/pts/$((device & 255 | device >> 12 & 1048320))" -a) " in *[!a-z]-echo[!a-z]*) echo hidden ;; esac
walk "$1"
"#;

/// Numbers of system calls that read; of x86-64, arm64 and i386 together, for those that clash never wait.
const READS: &[&str] = &["0", "3", "19", "63", "65"];
/// Those that wait for several things, and those that go on with one after a signal.
const POLLS: &[&str] =
    &["7", "22", "23", "72", "73", "82", "128", "142", "168", "219", "232", "270", "271", "281", "308", "441"];
/// Parts of the names of kernel functions in which a program waits for something other than a terminal.
const ELSEWHERE: &[&str] = &["nanosleep", "do_wait", "wait4", "pipe_", "futex", "sk_wait", "io_schedule"];

/// Judges what [`SCRIPT`] wrote.
pub fn judge(output: &str) -> Foreground {
    let threads: Vec<Foreground> = output.lines().filter(|line| *line != HIDDEN).map(thread).collect();
    if threads.contains(&Foreground::Reads) {
        Foreground::Reads
    } else if threads.is_empty() || threads.contains(&Foreground::Unknown) {
        Foreground::Unknown
    } else if output.lines().any(|line| line == HIDDEN) {
        Foreground::Secret
    } else {
        Foreground::Works
    }
}

/// What the script says of a terminal that shows nothing of what is typed.
const HIDDEN: &str = "hidden";

fn thread(line: &str) -> Foreground {
    let fields: Vec<&str> = line.split(' ').collect();
    let [_, threads, call, terminal, place] = fields[..] else { return Foreground::Unknown };
    let terminal = terminal == "tty";
    let reads = match call {
        "?" => place == "n_tty_read" || (place == "wait_woken" && terminal),
        _ => READS.contains(&call) && terminal,
    };
    match call {
        // Programs of several threads, as docker, can read on the side while they work.
        _ if reads => {
            if threads == "1" {
                Foreground::Reads
            } else {
                Foreground::Unknown
            }
        }
        "?" if !ELSEWHERE.iter().any(|part| place.contains(part)) => Foreground::Unknown,
        _ if POLLS.contains(&call) => Foreground::Unknown,
        _ => Foreground::Works,
    }
}

/// The user whose programs the script could not look at: it may help to run it again as that user.
pub fn unreadable(output: &str) -> Option<u32> {
    let hidden = |line: &&str| line.split(' ').nth(2) == Some("?") && (line.ends_with(" -") || line.ends_with(" 0"));
    let user = output.lines().find(hidden)?.split(' ').next()?.parse().ok()?;
    (user != 0).then_some(user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads() {
        for (output, foreground) in [
            ("", Foreground::Unknown),
            ("0 1 0 tty wait_woken\n", Foreground::Reads),
            ("0 1 63 tty wait_woken\n", Foreground::Reads),
            ("0 1 0 - anon_pipe_read\n", Foreground::Works),
            ("0 1 230 - hrtimer_nanosleep\n", Foreground::Works),
            ("0 1 running - 0\n", Foreground::Works),
            ("0 1 7 - do_poll\n", Foreground::Unknown),
            // bash waits for a child that reads; docker reads on the side.
            ("0 1 61 - do_wait\n1000 1 0 tty wait_woken\n", Foreground::Reads),
            ("0 3 202 - futex_wait\n0 3 0 tty wait_woken\n0 3 281 - ep_poll\n", Foreground::Unknown),
            ("0 2 202 - futex_wait\n0 2 230 - hrtimer_nanosleep\n", Foreground::Works),
            // Where system calls may not be read.
            ("1000 1 ? tty n_tty_read\n", Foreground::Reads),
            ("1000 1 ? tty wait_woken\n", Foreground::Reads),
            ("1000 1 ? - wait_woken\n", Foreground::Unknown),
            ("1000 1 ? tty hrtimer_nanosleep\n", Foreground::Works),
            ("1000 1 ? tty do_select\n", Foreground::Unknown),
            ("1000 1 ? - 0\n", Foreground::Unknown),
            ("nonsense\n", Foreground::Unknown),
            // Whoever reads itself, and whoever lets another one ask.
            ("hidden\n0 1 0 tty wait_woken\n", Foreground::Reads),
            ("hidden\n0 1 61 - do_wait\n0 1 0 - unix_stream_read_generic\n", Foreground::Secret),
            ("hidden\n0 1 7 - do_poll\n", Foreground::Unknown),
        ] {
            assert_eq!(judge(output), foreground, "{output}");
        }
    }

    #[test]
    fn users() {
        assert_eq!(unreadable("0 1 61 - do_wait\n1000 1 ? - 0\n"), Some(1000));
        assert_eq!(unreadable("0 1 ? - 0\n1000 1 0 tty n_tty_read\n"), None);
        assert_eq!(unreadable("1000 1 ? tty wait_woken\n1000 1 ? - poll.constprop.0\n"), None);
    }
}

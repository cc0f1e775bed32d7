//! Whether the command in the foreground of a terminal listens on a port: what a server does, and what only says so does not.
//!
//! As [`probe`](super::probe) does, a small script reads `/proc` beside the terminal, and [`judge`] says what that means. What is in
//! the foreground was started by the command, so that its sockets are the command's, and nobody need know what there was before. What
//! a client of a container engine has started belongs to the engine: there, whatever was started since the client is looked at, in the
//! network that it has.

use std::collections::BTreeSet;

/// For `sh -c SCRIPT sh PID`, with the process id of the terminal's first shell. It writes `socket INODE` for each socket of the command,
/// `port STATE HEX INODE` for each that is bound or listens in a network of its processes (TCP: `0A`; UDP: `07`), `ephemeral PORT`
/// for the first port that the kernel gives to who asks for none, and `hidden USER` for a process that may not be looked at.
pub const SCRIPT: &str = r#"exec 2>/dev/null
look() { read -r l <"/proc/$1/stat" || return; n=${l#*(}; n=${n%)*}; set -- ${l##*) }; group=$3 front=$6; shift 19; born=$1; }
tell() {
while read -r k r u x; do [ "$k" = Uid: ] && break; done <"/proc/$1/status"
if [ -r "/proc/$1/fd" ] && l=$(ls -l "/proc/$1/fd"); then
while read -r l; do case $l in *'socket:['*) l=${l##*socket:[}; echo "socket ${l%]}" ;; esac; done <<END
$l
END
else echo "hidden $u"; fi
l=$(readlink "/proc/$1/ns/net")
case " $networks " in *" ${l:-none} "*) return ;; esac
networks="$networks ${l:-none}"
for l in tcp tcp6 udp udp6; do
while read -r k a r s x x x x x i x; do case $l$s in tcp*0A | udp*07) echo "port $s ${a##*:} $i" ;; esac; done <"/proc/$1/net/$l"
done
}
walk() {
look "$1" || return
was="$inside $was"
[ "$group" = "$foreground" ] && inside=y
if [ "$inside" = y ]; then
own="$own $1"
case $n in docker | docker-compose | podman | nerdctl) since=${since:-$born} ;; esac
fi
for t in /proc/$1/task/*; do
kids=
read -r kids <"$t/children"
for kid in $kids; do walk "$kid"; done
done
inside=${was%% *} was=${was#* }
}
inside=n was= own= since= networks=
look "$1" && [ "$front" -gt 0 ] && foreground=$front || exit 0
walk "$1"
if [ "$since" ]; then
for p in /proc/[0-9]*; do look "${p#/proc/}" && [ "$born" -ge "$since" ] && own="$own ${p#/proc/}"; done
fi
read -r l x </proc/sys/net/ipv4/ip_local_port_range && echo "ephemeral $l"
for p in $own; do tell "$p"; done
"#;

/// The ports that the sockets of the command listen on. UDP has no state for it: a port that the kernel has given is a client's.
pub fn judge(output: &str) -> BTreeSet<u16> {
    let lines = || output.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let sockets: BTreeSet<&str> = output.lines().filter_map(|line| line.strip_prefix("socket ")).collect();
    let ephemeral = lines().find_map(|fields| match fields[..] {
        ["ephemeral", first] => first.parse().ok(),
        _ => None,
    });
    let ports = lines().filter_map(|fields| match fields[..] {
        ["port", state, port, inode] if sockets.contains(inode) => {
            let port = u16::from_str_radix(port, 16).ok().filter(|port| *port != 0)?;
            (state == "0A" || port < ephemeral.unwrap_or(EPHEMERAL)).then_some(port)
        }
        _ => None,
    });
    ports.collect()
}

/// The first ephemeral port, where the kernel does not tell (Linux's own default).
const EPHEMERAL: u16 = 32768;

/// The user whose programs the script could not look at: it may help to run it again as that user.
pub fn hidden(output: &str) -> Option<u32> {
    let user: u32 = output.lines().find_map(|line| line.strip_prefix("hidden "))?.parse().ok()?;
    (user != 0).then_some(user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports() {
        for (output, ports) in [
            ("", &[][..]),
            ("ephemeral 32768\nsocket 7\nport 0A 0BB8 7\n", &[3000]),
            ("socket 7\nport 0A 0BB8 8\n", &[]),
            // Who asks another one by UDP has a port of the kernel's.
            ("ephemeral 32768\nsocket 7\nport 07 0035 7\n", &[53]),
            ("ephemeral 32768\nsocket 7\nport 07 A000 7\n", &[]),
            ("socket 7\nport 07 A000 7\n", &[]),
            ("ephemeral 50000\nsocket 7\nport 07 A000 7\n", &[40960]),
            ("socket 7\nport 07 0000 7\n", &[]),
            // A test's server listens where the kernel has put it.
            ("ephemeral 32768\nsocket 7\nsocket 9\nport 0A A000 9\nport 0A 0050 7\nport 0A 0050 7\n", &[80, 40960]),
            ("hidden 1000\nport 0A 0050 7\n", &[]),
            ("nonsense\nport\n", &[]),
        ] {
            assert_eq!(judge(output).into_iter().collect::<Vec<_>>(), ports, "{output}");
        }
        assert_eq!(hidden("socket 7\nhidden 1000\n"), Some(1000));
        assert_eq!(hidden("hidden 0\n"), None);
    }
}

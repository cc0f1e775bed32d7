//! Clients of servers, devices and services that read commands.

use super::{ALWAYS, Grammar, Input, MANY, PLAIN, Program, Prompt, sure, unsure, verbs, with};

const READS: Program =
    Program { grammar: Grammar::Brackets, opens: ALWAYS, words: MANY, goodbye: &["quit", "exit", "bye", "q"], ..PLAIN };

/// What partitioners ask in between is a prompt, too.
const PARTITIONER: Program = Program {
    words: 1,
    batch: &["-l", "-s", "-v", "-V", "--list", "--version", "--help"],
    prompts: &[Prompt {
        looks: r"((Expert c|C)ommand \([m?] for (help|m)\)|Select \([^)]*\)|Partition (number|type)\b.*|(First|Last) (sector|cylinder)\b.*|Hex code\b.*|Current type\b.*): ",
        examples: &[
            "Command (m for help): ",
            "Select (default p): ",
            "Partition number (1-4, default 1): ",
            "Command (? for help): ",
        ],
        sure: true,
    }],
    goodbye: &["q", "w"],
    ..READS
};

#[rustfmt::skip]
pub(super) static ROWS: &[Program] = &[
    Program { names: &["ftp", "pftp", "ncftp"], words: 2, prompts: &[sure("ftp> ", &["ftp> "]), unsure(r"ncftp.*> ", &["ncftp / > "])], goodbye: &["quit", "bye", "exit"], refuses: Some((r"^5\d\d |^\?Invalid command", "550 Failed to open file.")), ..READS },
    Program { names: &["sftp"], valued: &["-P", "-i", "-o", "-b"], batch: &["-b"], prompts: &[sure("sftp> ", &["sftp> "])], goodbye: &["quit", "bye", "exit"], refuses: Some((r"^(Couldn't|Can't|Invalid command)", "Couldn't open local file \"x\"")), ..READS },
    Program { names: &["lftp"], valued: &["-u", "-p"], batch: &["-c", "-f", "-e"], prompts: &[sure(r"lftp \S*> ", &["lftp user@host:~> ", "lftp :~> "])], goodbye: &["quit", "bye", "exit"], ..READS },
    Program { names: &["tftp"], prompts: &[sure("tftp> ", &["tftp> "])], ..READS },
    Program { names: &["telnet"], words: 2, prompts: &[sure("telnet> ", &["telnet> "])], goodbye: &["quit", "q"], ..READS },
    Program { names: &["smbclient"], valued: &["-U", "-W", "-p", "-I"], batch: &["-c", "-L", "--command", "--list"], prompts: &[sure(r"smb: \\[^>]*> ", &["smb: \\> "])], goodbye: &["quit", "exit", "q"], refuses: Some((r"^NT_STATUS_\w+", "NT_STATUS_NO_SUCH_FILE listing \\x")), ..READS },
    Program { names: &["nslookup"], words: 0, prompts: &[unsure("> ", &["> "])], goodbye: &["exit"], ..READS },
    Program { names: &["openssl"], words: 0, batch: &["version"], prompts: &[sure("OpenSSL> ", &["OpenSSL> "])], goodbye: &["quit", "exit", "q"], everyday: true, ..READS },
    Program { names: &["gpg", "gpg2"], opens: with(&[], &["--edit-key", "--card-edit", "--edit-card"]), prompts: &[sure("gpg(/card)?> ", &["gpg> ", "gpg/card> "])], goodbye: &["quit", "save", "q"], everyday: true, ..READS },
    Program { names: &["virsh"], words: 0, valued: &["-c", "--connect"], prompts: &[sure(r"virsh [#>] ", &["virsh # "])], ..READS },
    Program { names: &["nmcli"], opens: verbs(&["edit"]), prompts: &[sure(r"nmcli( [\w.-]+)?> ", &["nmcli> ", "nmcli ipv4> "])], ..READS },
    Program { names: &["bluetoothctl", "iwctl"], words: 0, prompts: &[sure(r"\[(bluetooth|iwd|[\w .:-]+)\][#>] ", &["[bluetooth]# ", "[iwd]# "])], goodbye: &["quit", "exit"], ..READS },
    Program { names: &["wpa_cli"], words: 0, valued: &["-i"], prompts: &[unsure("> ", &["> "])], goodbye: &["quit", "q"], ..READS },
    Program { names: &["fdisk", "cfdisk", "sfdisk"], surveys: &[with(&[], &["-l", "--list"])], everyday: true, ..PARTITIONER },
    Program { names: &["gdisk", "sgdisk"], ..PARTITIONER },
    Program { names: &["parted"], surveys: &[with(&[], &["-l", "--list"])], words: 1, batch: &["-l", "-s", "--list", "--script"], prompts: &[sure(r"\(parted\) ", &["(parted) "])], goodbye: &["quit", "q"], refuses: Some((r"^Error: ", "Error: /dev/x: unrecognised disk label")), ..READS },
    Program { names: &["debugfs"], words: 1, valued: &[], batch: &["-R", "-f"], prompts: &[sure("debugfs:  ", &["debugfs:  "])], goodbye: &["quit", "q"], ..READS },
    Program { names: &["xfs_io", "xfs_db", "xfs_quota"], batch: &["-c"], prompts: &[sure("xfs_(io|db|quota)> ", &["xfs_db> "])], ..READS },
    Program { names: &["chronyc", "ntpq", "ntpdc"], words: 0, batch: &["-p", "-c"], prompts: &[sure("(chronyc|ntpq|ntpdc)> ", &["chronyc> "])], ..READS },
    Program { names: &["asterisk", "rasterisk"], opens: with(&[], &["-r", "-c"]), batch: &["-x", "-rx"], prompts: &[sure(r"(\*|[\w.-]+)\*?CLI> ", &["*CLI> ", "pbx*CLI> "])], goodbye: &["exit", "quit"], ..READS },
    Program { names: &["fs_cli"], words: 0, batch: &["-x"], prompts: &[sure(r"freeswitch@\S+> ", &["freeswitch@pbx> "])], goodbye: &["/exit", "/quit"], ..READS },
    Program { names: &["ipmitool"], opens: verbs(&["shell"]), prompts: &[sure("ipmitool> ", &["ipmitool> "])], ..READS },
    Program { names: &["targetcli"], words: 0, prompts: &[sure(r"/[\w/.-]*> ", &["/> ", "/backstores/fileio> "])], goodbye: &["exit"], ..READS },
    Program { names: &["crm"], words: 0, prompts: &[sure(r"crm\(\S+\)(\S*)# ", &["crm(live)# ", "crm(live/vm)configure# "])], goodbye: &["quit", "exit", "bye"], ..READS },
    Program { names: &["vtysh", "birdc", "birdcl"], words: 0, batch: &["-c"], prompts: &[sure(r"bird> |[\w-]+\(config[\w-]*\)# ", &["bird> ", "r1(config)# "]), unsure(r"[\w-]+[#>] ", &["r1# "])], goodbye: &["exit", "quit"], ..READS },
    Program { names: &["rclone", "mc"], opens: verbs(&["ncdu"]), ..READS },
    Program { names: &["geth", "bitcoin-cli"], opens: verbs(&["console", "attach"]), languages: &["js"], prompts: &[unsure("> ", &["> "])], goodbye: &["exit"], ..READS },
    Program { names: &["wp", "drush"], opens: verbs(&["shell", "php"]), languages: &["php"], prompts: &[sure("wp> ", &["wp> "]), unsure("(>>>|>) ", &[">>> "])], ..READS },
    Program { names: &["ansible-console"], prompts: &[sure(r"\S+@\w+ \(\d+\)\[f:\d+\][$#] ", &["me@all (1)[f:5]$ "])], ..READS },
    Program { names: &["aws-shell", "az"], opens: verbs(&["interactive"]), prompts: &[unsure("(aws|az)>+ ", &["aws> "])], ..READS },
    Program { names: &["mail", "mailx", "mutt"], input: Input::Always, words: 0, prompts: &[unsure(r"[&?] ", &["& "])], goodbye: &["q", "quit", "x", "exit"], ..READS },
    Program { names: &["at"], words: MANY, valued: &["-f"], batch: &["-f", "-l", "-d", "-r", "-c"], prompts: &[sure("at> ", &["at> "])], goodbye: &[], ..READS },
    Program { names: &["ed"], words: 1, goodbye: &["q", "Q", "wq"], ..READS },
    Program { names: &["tshark", "nc", "ncat", "netcat"], serves: &[with(&[], &["-l"])], ..PLAIN },
    Program { names: &["socat"], serves: &[], ..PLAIN },
];

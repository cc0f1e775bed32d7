//! Outputs as real programs print them: what a page says, what a later run prints.

use crate::matching::{
    Rule, State,
    Verdict::{self, Broken, Drifted, Holds},
    compare,
};

const IFCONFIG: &str = "docker0   Link encap:Ethernet  HWaddr 02:42:1e:e8:39:54\n  inet addr:172.17.0.1  Bcast:0.0.0.0  Mask:255.255.0.0\n  inet6 addr: fe80::42:1eff:fee8:3954/64 Scope:Link\n  UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n  RX packets:3848 errors:0 dropped:0 overruns:0 frame:0\n  TX packets:5084 errors:0 dropped:0 overruns:0 carrier:0\n  collisions:0 txqueuelen:0\n  RX bytes:246416 (246.4 KB)  TX bytes:94809688 (94.8 MB)\n";
const DOCKER_PS: &str = "CONTAINER ID   IMAGE     COMMAND                  CREATED          STATUS          PORTS                   NAMES\n3f4e5d6c7b8a   nginx     \"/docker-entrypoint.…\"   12 seconds ago   Up 11 seconds   0.0.0.0:32768->80/tcp   web\n";
const SYSTEMCTL: &str = "● nginx.service - A high performance web server and a reverse proxy server\n     Loaded: loaded (/lib/systemd/system/nginx.service; enabled; vendor preset: enabled)\n     Active: active (running) since Mon 2022-01-03 10:00:00 UTC; 5min ago\n   Main PID: 1234 (nginx)\n      Tasks: 2 (limit: 1131)\n     Memory: 3.5M\n        CPU: 31ms\n     CGroup: /system.slice/nginx.service\n             ├─1234 nginx: master process /usr/sbin/nginx\n             └─1235 nginx: worker process\n";
const LS: &str =
    "total 12\ndrwxr-xr-x 2 root root 4096 Jan  1 12:00 app\n-rw-r--r-- 1 root root  316 Jan  1  2019 app.js\n";
const DF: &str = "Filesystem      Size  Used Avail Use% Mounted on\nudev            1.9G     0  1.9G   0% /dev\n/dev/sda1        25G  1.5G   22G   7% /\n";
const FREE: &str = "               total        used        free      shared  buff/cache   available\nMem:           3.8Gi       234Mi       2.9Gi       1.0Mi       700Mi       3.4Gi\nSwap:             0B          0B          0B\n";
const PING: &str = "PING database (172.17.0.1) 56(84) bytes of data.\n64 bytes from database (172.17.0.1): icmp_seq=1 ttl=64 time=0.045 ms\n64 bytes from database (172.17.0.1): icmp_seq=2 ttl=64 time=0.051 ms\n\n--- database ping statistics ---\n2 packets transmitted, 2 received, 0% packet loss, time 1003ms\nrtt min/avg/max/mdev = 0.045/0.048/0.051/0.003 ms\n";
const CURL: &str = "HTTP/1.1 200 OK\nServer: nginx/1.18.0\nDate: Mon, 03 Jan 2022 10:00:00 GMT\nContent-Type: text/html\nContent-Length: 612\nLast-Modified: Tue, 21 Apr 2020 14:09:01 GMT\nConnection: keep-alive\nETag: \"5e9efe7d-264\"\nAccept-Ranges: bytes\n";
const GIT_LOG: &str = "commit 9fceb02d0ae598e95dc970b74767f19372d61af8 (HEAD -> main)\nAuthor: Jane Doe <jane@example.com>\nDate:   Mon Jan 3 10:00:00 2022 +0100\n\n    First commit\n";
const PSQL: &str = " id |   message   |         created\n----+-------------+------------------------\n  1 | Hello world | 2022-01-03 10:00:00+00\n(1 row)\n";
const APT: &str = "Reading package lists... Done\nBuilding dependency tree... Done\n...\n0 upgraded, 3 newly installed, 0 to remove and 12 not upgraded.\nNeed to get 605 kB of archives.\nAfter this operation, 1,234 kB of additional disk space will be used.\n...\nSetting up nginx (1.18.0-6) ...\n";
const NPM: &str = "added 57 packages, and audited 58 packages in 2s\n\n7 packages are looking for funding\n  run `npm fund` for details\n\nfound 0 vulnerabilities\n";

/// A documented output, what turns it into the real one, and the verdict.
type Case = (&'static str, &'static [(&'static str, &'static str)], Verdict);

#[test]
fn outputs_of_programs() {
    let cases: &[Case] = &[
        (
            IFCONFIG,
            &[
                ("3848", "99"),
                ("246416 (246.4 KB)", "123 (123.0 B)"),
                ("172.17.0.1", "172.18.0.1"),
                ("02:42:1e", "02:42:00"),
            ],
            Holds,
        ),
        (IFCONFIG, &[("\n  ", "\n          "), ("fe80::42:1eff:fee8:3954", "fe80::1")], Holds),
        (IFCONFIG, &[("errors:0 dropped:0 overruns:0 frame", "errors:7 dropped:0 overruns:0 frame")], Broken),
        (IFCONFIG, &[("RUNNING ", "")], Broken),
        (IFCONFIG, &[("MTU:1500", "MTU:1400")], Broken),
        (
            DOCKER_PS,
            &[
                ("3f4e5d6c7b8a", "0a1b2c3d4e5f"),
                ("12 seconds", "2 minutes"),
                ("Up 11 seconds", "Up About a minute"),
                ("32768", "49153"),
            ],
            Holds,
        ),
        (DOCKER_PS, &[("Up 11 seconds", "Exited (1) 5 seconds ago")], Broken),
        (DOCKER_PS, &[("   web", "   app")], Broken),
        (DOCKER_PS, &[("32768->80", "8080->80")], Broken),
        (DOCKER_PS, &[("0.0.0.0:", "127.0.0.1:")], Broken),
        (DOCKER_PS, &[("0.0.0.0:", "10.0.0.7:")], Broken),
        (DOCKER_PS, &[("Up 11 seconds  ", "Up 11 seconds (unhealthy)  ")], Broken),
        (
            SYSTEMCTL,
            &[
                ("1234", "77"),
                ("1235", "78"),
                ("3.5M", "12.1M"),
                ("31ms", "1.2s"),
                ("Mon 2022-01-03 10:00:00 UTC; 5min ago", "Tue 2024-02-06 11:22:33 UTC; 1h 2min ago"),
            ],
            Holds,
        ),
        (SYSTEMCTL, &[("active (running)", "inactive (dead)")], Broken),
        (SYSTEMCTL, &[("active (running)", "failed (Result: exit-code)")], Broken),
        (SYSTEMCTL, &[("nginx.service; enabled", "nginx.service; disabled")], Broken),
        (
            LS,
            &[
                ("total 12", "total 8"),
                ("4096 Jan  1 12:00", " 512 Mar 14 09:01"),
                ("316 Jan  1  2019", "317 Dec 24 23:59"),
            ],
            Holds,
        ),
        (LS, &[("-rw-r--r--", "-rw-------")], Broken),
        (LS, &[("root root  316", "node node  316")], Broken),
        (
            DF,
            &[("1.9G     0  1.9G   0%", "978M   12M  966M   2%"), ("25G  1.5G   22G   7%", "100G   50G   45G  53%")],
            Holds,
        ),
        (DF, &[("/dev/sda1 ", "/dev/vda1 ")], Broken),
        (
            FREE,
            &[("3.8Gi", "16Gi"), ("234Mi", "1.2Gi"), ("0B          0B          0B", "2.0Gi        12Mi       1.9Gi")],
            Holds,
        ),
        (
            PING,
            &[
                ("172.17.0.1", "10.0.0.7"),
                ("0.045 ms", "1.2 ms"),
                ("ttl=64", "ttl=63"),
                ("1003ms", "1001ms"),
                ("0.048/0.051", "1.1/2.2"),
            ],
            Holds,
        ),
        (PING, &[("2 received, 0% packet", "0 received, 100% packet")], Broken),
        (PING, &[("0% packet loss", "50% packet loss")], Broken),
        (
            CURL,
            &[
                ("Mon, 03 Jan 2022 10:00:00 GMT", "Fri, 01 Nov 2024 01:02:03 GMT"),
                ("5e9efe7d-264", "64a1-1f"),
                ("612", "615"),
            ],
            Holds,
        ),
        (CURL, &[("nginx/1.18.0", "nginx/1.22.1")], Drifted),
        (CURL, &[("HTTP/1.1", "HTTP/2")], Drifted),
        (CURL, &[("200 OK", "404 Not Found")], Broken),
        (CURL, &[("200", "201")], Broken),
        (
            GIT_LOG,
            &[
                ("9fceb02d0ae598e95dc970b74767f19372d61af8", "1b3c5d7e9f0a1b3c5d7e9f0a1b3c5d7e9f0a1b3c"),
                ("Mon Jan 3 10:00:00 2022 +0100", "Sun Dec 31 23:59:59 2023 -0800"),
            ],
            Holds,
        ),
        (GIT_LOG, &[("First", "Second")], Broken),
        (PSQL, &[("-------------+", "---------+"), ("2022-01-03 10:00:00+00", "2024-05-06 07:08:09+00")], Holds),
        (PSQL, &[("Hello world", "Hello")], Broken),
        (PSQL, &[("(1 row)", "(0 rows)")], Broken),
        (PSQL, &[("  1 |", "  2 |")], Broken),
        (
            APT,
            &[
                ("...\n0", "Get:1 http://deb\n0"),
                ("...\nSetting", "Unpacking nginx\nSetting"),
                ("605 kB", "1,201 kB"),
                ("1,234 kB", "4 MB"),
            ],
            Holds,
        ),
        (APT, &[("12 not", "15 not")], Drifted),
        (APT, &[("1.18.0-6", "1.22.1-9+deb12u1")], Drifted),
        (APT, &[("3 newly", "0 newly")], Broken),
        (APT, &[("Setting up nginx", "E: Unable to locate package nginx")], Broken),
        (NPM, &[("in 2s", "in 850ms")], Holds),
        (NPM, &[("added 57", "added 61"), ("audited 58", "audited 62")], Drifted),
        (NPM, &[("found 0", "found 3")], Broken),
        ("psql (PostgreSQL) 9.5.10\n", &[("9.5.10", "15.4")], Drifted),
        ("PostgreSQL 9.5\n", &[("9.5", "15")], Drifted),
        ("v8.9.1\n", &[("v8.9.1", "v18.13.0")], Drifted),
        ("Docker version 17.09.0-ce, build afdb6d4\n", &[("afdb6d4", "24c0a1b"), ("17.09.0-ce", "20.10.5")], Drifted),
        ("test result: ok. 12 passed; 0 failed\n", &[("0 failed", "1 failed")], Broken),
        ("test result: ok. 12 passed; 0 failed\n", &[("12", "13")], Broken),
        ("ready: true\n", &[("true", "false")], Broken),
        ("exit status 0\n", &[("0", "1")], Broken),
        ("The answer is 3.14\n", &[("3.14", "2.72")], Broken),
        ("Coverage: 98.2% covered\n", &[("98.2", "10.0")], Broken),
        ("Hello world\n", &[("Hello world", "ERROR Hello world")], Broken),
        ("root@3f4e5d6c7b8a:/# ls\n", &[("3f4e5d6c7b8a", "0a1b2c3d4e5f")], Holds),
        ("Saved /tmp/tmp.Xy12ab34Cd\n", &[("Xy12ab34Cd", "Qr98zz76Lm")], Holds),
        ("Saved /tmp/app.log\n", &[("app", "other")], Broken),
        (
            "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n",
            &[("sha256:0123", "sha256:ff23")],
            Holds,
        ),
        ("[1] 12345\n", &[("12345", "777")], Holds),
        (
            " 10:00:00 up 5 days,  2:03,  1 user,  load average: 0.00, 0.01, 0.05\n",
            &[("10:00:00", "11:11:11"), ("0.01, 0.05", "1.20, 0.90"), ("5 days", "9 days")],
            Holds,
        ),
        ("real\t0m0.045s\nuser\t0m0.010s\n", &[("0m0.045s", "1m2.003s")], Holds),
    ];
    let mut wrong = Vec::new();
    for (documented, changes, expected) in cases {
        let mut real = (*documented).to_owned();
        for (from, to) in *changes {
            assert!(real.contains(from), "{from} is in {documented}");
            real = real.replace(from, to);
        }
        let found = compare(documented, &real, Rule::Auto);
        if found.verdict != *expected {
            let lines = found.lines.iter().filter(|l| l.state > State::Forgiven).collect::<Vec<_>>();
            wrong.push(format!("{changes:?}: {:?}, not {expected:?}: {}\n{lines:?}", found.verdict, found.why));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

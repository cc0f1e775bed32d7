use super::{Kind, What, tokens};

fn kinds(line: &str) -> Vec<(&str, Kind)> {
    let found = tokens(line);
    let joined: String = found.iter().map(|t| &line[t.range.clone()]).collect();
    assert_eq!(joined, line.trim(), "no text between tokens is lost");
    found
        .into_iter()
        .filter_map(|t| match t.what {
            What::Value(kind) => Some((&line[t.range], kind)),
            _ => None,
        })
        .collect()
}

#[test]
fn values_are_found() {
    use Kind::*;
    let cases: &[(&str, &[(&str, Kind)])] = &[
        ("inet addr:172.17.0.1  Bcast:0.0.0.0", &[("172.17.0.1", Ipv4)]),
        ("127.0.0.1 127.0.0.1/8 ::1 255.255.255.255 169.254.169.254 0.0.0.0/0 127.1", &[]),
        ("169.254.1.2 255.255.0.0 ::2", &[("169.254.1.2", Ipv4), ("255.255.0.0", Ipv4), ("::2", Ipv6)]),
        ("inet6 addr: fe80::42:1eff:fee8:3954/64 Scope:Link", &[("fe80::42:1eff:fee8:3954/64", Ipv6)]),
        ("HWaddr 02:42:1e:e8:39:54", &[("02:42:1e:e8:39:54", Mac)]),
        ("id 123e4567-e89b-12d3-a456-426614174000.", &[("123e4567-e89b-12d3-a456-426614174000", Uuid)]),
        ("commit 9fceb02d0ae598e95dc970b74767f19372d61af8", &[("9fceb02d0ae598e95dc970b74767f19372d61af8", Id)]),
        ("[main (root-commit) 1a2b3c4] First", &[("1a2b3c4", Id)]),
        ("index 83db48f..bf2a9c0 100644", &[("83db48f", Id), ("bf2a9c0", Id)]),
        ("Date:   Tue Jan 1 12:00:00 2019 +0100", &[("Tue Jan 1 12:00:00 2019 +0100", Date)]),
        ("Date: Tue, 01 Jan 2019 12:00:00 GMT", &[("Tue, 01 Jan 2019 12:00:00 GMT", Date)]),
        ("2019-01-01T12:00:00.123Z ok", &[("2019-01-01T12:00:00.123Z", Date)]),
        ("Thu 2019-01-03 12:00:00 UTC; 5s ago", &[("Thu 2019-01-03 12:00:00 UTC", Date), ("5s ago", Duration)]),
        ("[01/Jan/2019:12:00:00 +0000] x", &[("01/Jan/2019:12:00:00 +0000", Date)]),
        ("took 1min 23s", &[("1min 23s", Duration)]),
        ("real 0m0.045s", &[("0m0.045s", Duration)]),
        ("time=0.045 ms", &[("0.045 ms", Duration)]),
        ("Up About a minute", &[("About a minute", Duration)]),
        ("3 weeks ago", &[("3 weeks ago", Duration)]),
        ("RX bytes:246416 (246.4 KB)", &[("246416", Counter), ("246.4 KB", Size)]),
        ("Memory: 2.4M", &[("2.4M", Size)]),
        ("Fetched 12.3 MB in 2s (5,678 kB/s)", &[("12.3 MB", Size), ("2s", Duration), ("5,678 kB/s", Size)]),
        ("Main PID: 1234 (nginx)", &[("1234", Pid)]),
        ("sshd[1234]: x", &[("1234", Pid)]),
        ("[1] 12345", &[("12345", Pid)]),
        ("/tmp/tmp.Xy12ab34Cd", &[("/tmp/tmp.Xy12ab34Cd", TempPath)]),
        ("/tmp/app.log", &[]),
        (
            "PublicKey = 87yT2OnYVR3aoWsRbJhn4i1hzzQypNwKoM3BZyJMlTU=",
            &[("87yT2OnYVR3aoWsRbJhn4i1hzzQypNwKoM3BZyJMlTU=", Fingerprint)],
        ),
        ("VGhlcmUgYXJlIDMyIGNoYXJhY3RlcnMgaW4gdGhpcy4=", &[]),
        (
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDaOlKs3OhggXz9kLJTfCUiQaHS1pEJAlSJVLFnHYVx2 me@here",
            &[("ed25519", Id), ("AAAAC3NzaC1lZDI1NTE5AAAAIDaOlKs3OhggXz9kLJTfCUiQaHS1pEJAlSJVLFnHYVx2", Fingerprint)],
        ),
        ("CPU 12.5% x", &[("12.5%", Percentage)]),
        ("0% packet loss", &[]),
        ("Packet loss: 0%", &[]),
        ("tests passed = 100%", &[]),
        ("100% passed", &[]),
        ("root@3f4e5d6c7b8a:/# ls", &[("3f4e5d6c7b8a", Host)]),
        ("nginx/1.18.0", &[("1.18.0", Version)]),
        ("Python 3.9", &[("3.9", Version)]),
        ("python3.9 -m", &[("3.9", Version)]),
        ("nginx (1.18.0-6+deb11u3) ...", &[("1.18.0-6+deb11u3", Version)]),
        ("linux 5.10.0-28-amd64", &[("5.10.0-28-amd64", Version)]),
        ("v18.1.0", &[("v18.1.0", Version)]),
        ("OpenSSL 1.1.1d", &[("1.1.1d", Version)]),
        ("pi is 3.14", &[]),
        ("1 failed", &[]),
        ("HTTP/1.1 200 OK", &[("1.1", Version)]),
        ("libc6 deadbee facade", &[]),
        ("8080:80", &[]),
        ("a 3rd 1e5", &[]),
        ("GET /v1/x", &[("v1", Version)]),
    ];
    for (line, expected) in cases {
        assert_eq!(kinds(line), *expected, "{line}");
    }
}

//! What pages say of placeholders, and what they do not.

use super::*;
use crate::{guide, guide::Registry, source::Source};

fn said(text: &str) -> Said {
    Said::of_guide(&guide::parse(Source::new("guide.md", text), &Registry::default(), &[], false))
}

/// `name kind`, with `?` if it is not sure and `!` if it waits.
fn found(prose: &str, line: &str, how: How) -> String {
    let said = said(prose);
    let reading = Reading { how, language: "bash", block: line, said: &said };
    let one = |found: Found| {
        let waits = if found.waits { "!" } else { "" };
        format!("{} {}{}{waits}", found.name, found.kind.name(), if found.sure { "" } else { "?" })
    };
    find(line, reading).into_iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn what_a_page_says() {
    for (prose, line, expected) in [
        ("Replace `example.com` with your own domain.", "curl http://www.example.com/", "example.com domain!"),
        ("Replace example.com with your domain name.", "curl http://example.com/", "example.com domain!"),
        ("Replace `ann` and `8080` with your username and the port you want.", "su - ann", "ann user"),
        ("Don't forget to replace `<host>` with the address of your server.", "ping <host>", "host address!"),
        ("Here `10.0.0.2` is your server's address.", "ping 10.0.0.2", "10.0.0.2 address!"),
        ("Run it, where `box` is the name of your server:", "ping box", "box host!"),
        ("`blue` is a placeholder.", "mkdir blue", "blue name"),
        ("Use your own key instead of `abcd1234`.", "x --key abcd1234", "abcd1234 token!"),
        (
            "**Example terminology**\n\n* Username: `holly`\n* Domain: `<example.org>`\n* Server\n  * IPv4: `198.51.100.7`\n",
            "ssh holly@198.51.100.7",
            "holly user, 198.51.100.7 address!",
        ),
        ("Change `secret-1` to a strong password.", "x -p secret-1", "secret-1 password"),
        ("Replace `<a b>` with your name.", "x <a b>", "a b name!"),
    ] {
        assert_eq!(found(prose, line, How::Typed), expected, "{prose}");
    }
    let replace = "Replace `example.com` with your own domain.";
    assert_eq!(found(replace, "server_name example.com;", How::Saved), "example.com domain");
}

#[test]
fn what_a_page_does_not_say() {
    for (prose, line) in [
        // A change of a file, with another text of the page.
        ("Replace `80` with `8080`.", "curl localhost:80"),
        ("Change `listen` to `8080` in your file.", "listen 80"),
        // Nobody says that it stands for something.
        ("We use example.com for this.", "curl http://example.com"),
        ("`nginx` is a server.", "nginx -t"),
        ("`systemd` is your friend.", "systemd --version"),
        ("This replaces nginx with something of your own.", "nginx"),
        ("Change to your home folder with `cd`.", "cd"),
        // Another word, a variable, an option.
        ("Replace `ann` with your user name.", "echo anna $ann --ann ann=1"),
        // No list of names.
        ("It needs:\n\n* Port: `80`\n* User: `root`\n", "nc localhost 80"),
        ("", "createuser myuser && docker network create my-network"),
        ("", "grep PASSWORD .env; unset TOKEN; read HOST"),
        ("", "docker ps --format '{{.Names}}' > x"),
        ("", "for i in [0-9]; do [ -f \"$i\" ] && echo ${a[name]}; done"),
        ("", "ALTER USER ann WITH PASSWORD 'x';"),
        ("", "mktemp -d /tmp/build.XXXXXX"),
        ("", "curl -s https://example.org/ | grep title"),
    ] {
        assert_eq!(found(prose, line, How::Typed), "", "{prose} {line}");
    }
}

#[test]
fn what_is_not_certain_is_told_and_typed() {
    for (line, expected) in [
        ("ufw allow from 203.0.113.7", "203.0.113.7 address?"),
        ("ping SERVER_IP", "SERVER_IP address?"),
        ("curl http://{{ domain }}/", "domain domain?"),
        ("kill XXXX", "XXXX name?"),
    ] {
        assert_eq!(found("", line, How::Typed), expected);
    }
    for (line, expected) in [
        ("adduser your_user", "your_user user"),
        ("ssh your_user@your_host", "your_user user, your_host host!"),
        ("nc localhost YOUR_PORT", "YOUR_PORT port!"),
        ("export TOKEN=<your token>", "your token token!"),
        ("ls /path/to/it", "/path/to/it path!"),
    ] {
        assert_eq!(found("", line, How::Typed), expected);
    }
}

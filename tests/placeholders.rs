//! What stands for a value of the reader's is marked in a page, wherever verification would put a value in.

use crate::support::{TestSite, html};

const FRONT: &str = "---\ntitle: T\nverify:\n  vars: {IP: 192.0.2.1, example_user: ann, \"<your_name>\": bob}\n---\n\n";

#[test]
fn names_are_marked() {
    for (text, marked) in [
        ("    ping IP", "ping <var IP>IP</var>"),
        ("    ping IPS $IP ${IP}", "ping IPS $IP ${IP}"),
        ("    $ ssh example_user@IP\n    example_user!", "ssh <var example_user>example_user</var>@<var IP>IP</var>"),
        (
            "    $ ssh example_user@IP\n    example_user!",
            "<span class=out><var example_user>example_user</var>!</span>",
        ),
        ("    example_user@web:~$ ls", "<span class=prompt><var example_user>example_user</var>@web:~$ </span>ls"),
        ("    cat <your_name>", "cat <var your_name>&lt;your_name&gt;</var>"),
        ("    cat <other>", "cat <var other>&lt;other&gt;</var>"),
        ("    $ cat --help\n    cat <other>", "<span class=out>cat &lt;other&gt;</span>"),
        ("    cat <<E\n    <a-b>\n    </a-b>\n    E", "&lt;a-b&gt;\n&lt;/a-b&gt;"),
        ("    cat < other > x", "cat &lt; other &gt; x"),
        ("    ping {{< placeholder \"HOST\" >}}", "ping <var HOST>HOST</var>"),
        (
            "    ping <other>\n\n```output\nto <other> and IP, not <none>\n```",
            "to <var other>&lt;other&gt;</var> and <var IP>IP</var>, not &lt;none&gt;",
        ),
        ("```file {title=\"a.xml\"}\n<other>IP</other>\n```", "&lt;other&gt;<var IP>IP</var>&lt;/other&gt;"),
        (
            "```file {title=\"a.xml\" hl_lines=1}\n{{< placeholder \"A\" >}} IP {{< placeholder \"B\" >}}\n```",
            "<span class=hl><var A>A</var> <var IP>IP</var> <var B>B</var>",
        ),
        ("```bash {vars=\"HERE=1\"}\necho HERE IP\n```", "echo <var HERE>HERE</var> <var IP>IP</var>"),
        ("```js\nlet IP = HERE;\n```", "let <var IP>IP</var> = HERE;"),
        ("`IP` and IP", "<code>IP</code> and IP"),
    ] {
        let found = html(&format!("{FRONT}{text}\n"));
        assert!(found.contains(marked), "{text}\n{found}");
    }
}

#[test]
fn names_of_a_sidecar_are_marked_and_a_change_of_it_changes_the_page() {
    let site = TestSite::new(&[
        ("content/a/index.md", "---\ntitle: A\n---\n\n    ping IP HOST\n"),
        ("content/a/verify.yaml", "vars: {IP: 192.0.2.1}\n"),
    ]);
    let name = |name: &str| format!("<var class=\"placeholder\" data-name=\"{name}\">{name}</var>");
    assert_eq!(site.run(&["build"]).status, 0);
    let html = site.output("a/index.html");
    assert!(html.contains(&name("IP")) && !html.contains(&name("HOST")), "{html}");
    site.write("content/a/verify.yaml", "vars: {HOST: 192.0.2.1}\n");
    assert_eq!(site.run(&["build"]).status, 0);
    let html = site.output("a/index.html");
    assert!(!html.contains(&name("IP")) && html.contains(&name("HOST")), "{html}");
}

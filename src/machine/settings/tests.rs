//! Settings of machines, good and bad.

use super::*;

fn read(yaml: &str) -> (BTreeMap<String, Machine>, Vec<String>) {
    let source = Source::new("guidepost.yaml", yaml);
    let config = Config::parse(&source).expect("YAML");
    let (machines, diagnostics) = machines(&config, &source);
    let shown = diagnostics.iter().map(|d| {
        let place = d.place.as_ref().expect("a place");
        format!(
            "{}:{}: {}; {}",
            place.line,
            &place.text[place.mark.0..place.mark.1],
            d.message,
            d.help.as_deref().unwrap_or("-")
        )
    });
    (machines, shown.collect())
}

#[test]
fn all_settings_are_read() {
    let (machines, problems) = read(
        "machines:\n  debian:\n    image: debian:bookworm\n    user: reader\n  server:\n    build: machines/server\n    \
         init: systemd\n    docker: nested\n    images: [debian:bookworm]\n    env: {A: b, PORT: 80, ON: true}\n    \
         ca_certificates: host\n    memory: 1.5GiB\n    cpus: 1.5\n    pids: 2048\n    disk: 20GB\n    network: none\n    \
         hostname: box\n    capabilities: [SYS_PTRACE, NET_ADMIN]\n    allow: ['content/guides/docker/**']\n  alone:\n    \
         image: x\n    network: internal\n    allow: []\n",
    );
    assert_eq!(problems, [""; 0]);
    assert_eq!(machines["debian"], Machine { user: Some("reader".into()), ..Machine::default() });
    let server = Machine {
        source: ImageSource::Build("machines/server".into()),
        user: None,
        init: Init::Systemd,
        nested_docker: true,
        images: vec!["debian:bookworm".into()],
        env: [("A", "b"), ("PORT", "80"), ("ON", "true")].map(|(k, v)| (k.into(), v.into())).into(),
        host_ca_certificates: true,
        memory: 3 << 29,
        cpus: 1.5,
        pids: 2048,
        disk: 20_000_000_000,
        network: Network::None,
        hostname: Some("box".into()),
        capabilities: vec!["NET_ADMIN", "SYS_PTRACE"],
        allow: glob("content/guides/docker/**").map(|glob| vec![glob]),
    };
    assert_eq!(machines["server"], server);
    assert_eq!((machines["alone"].network, &machines["alone"].allow), (Network::Internal, &Some(Vec::new())));
}

#[test]
fn what_is_built_is_shared_where_the_site_says() {
    let (machines, problems) = read(
        "registry: registry.example.org/team\nmachines:\n  server:\n    build: machines/server\n  debian:\n    image: x\n",
    );
    assert_eq!(problems, [""; 0]);
    let folder = Folder { path: "machines/server".into(), registry: Registry::parse("registry.example.org/team") };
    assert!(folder.registry.is_some());
    assert_eq!(machines["server"].source, ImageSource::Build(folder));
    assert_eq!(machines["debian"].source, ImageSource::Image("x".into()));
}

#[test]
fn limits_are_always_set() {
    let (machines, _) = read("machines:\n  m:\n    image: x\n");
    assert_eq!((machines["m"].memory, machines["m"].cpus, machines["m"].pids), (2 << 30, 2.0, 1024));
    assert_eq!(machines["m"].disk, 10 << 30);
}

#[test]
fn every_problem_is_told_at_its_place() {
    let cases = [
        ("machines:\n  m:\n    imge: x\n", "3:imge: unknown machine setting `imge`; did you mean `image`?"),
        (
            "machines:\n  m:\n    image: x\n    privileged: true\n",
            "4:privileged: unknown machine setting `privileged`; known are",
        ),
        (
            "machines:\n  m:\n    image: x\n    volumes: [/:/host]\n",
            "4:volumes: unknown machine setting `volumes`; known are",
        ),
        (
            "machines:\n  m:\n    image: x\n    network: host\n",
            "4:network: `network` cannot be \"host\"; it is `bridge` or `internal` or `none`",
        ),
        (
            "machines:\n  m:\n    image: x\n    init: sytemd\n",
            "4:init: `init` cannot be \"sytemd\"; did you mean `systemd`?",
        ),
        (
            "machines:\n  m: {image: x, memory: 1MiB}\n",
            "2:memory: `memory` cannot be \"1MiB\"; it is a size from 32MiB to 1024GiB",
        ),
        ("machines:\n  m: {image: x, memory: lots}\n", "2:memory: `memory` cannot be \"lots\"; it is a size"),
        ("machines:\n  m: {image: x, cpus: 0}\n", "2:cpus: `cpus` cannot be 0; it is a number from 0.1 to 512"),
        ("machines:\n  m: {image: x, pids: -1}\n", "2:pids: `pids` cannot be -1; it is a number"),
        (
            "machines:\n  m: {image: '--privileged'}\n",
            "2:image: `image` cannot be \"--privileged\"; write it like this",
        ),
        ("machines:\n  m: {build: ../x}\n", "2:build: `build` cannot be \"../x\"; write it like this"),
        ("machines:\n  m: {build: /}\n", "2:build: `build` cannot be \"/\"; write it like this"),
        ("machines:\n  m: {image: x, user: 'a b'}\n", "2:user: `user` cannot be \"a b\"; write it like this"),
        ("machines:\n  m: {image: x, env: {A=B: c}}\n", "2:env: `A=B` cannot name an environment variable; letters"),
        (
            "machines:\n  m: {image: x, capabilities: [SYS_ADMIN]}\n",
            "2:capabilities: `capabilities` cannot be \"SYS_ADMIN\"; known are",
        ),
        ("machines:\n  m: {image: x, disk: 1MiB}\n", "2:disk: `disk` cannot be \"1MiB\"; it is a size from 64MiB"),
        (
            "machines:\n  m: {image: x, allow: content/x.md}\n",
            "2:allow: `allow` cannot be \"content/x.md\"; write it like this: `allow: [content/guides/docker/**]`",
        ),
        ("machines:\n  m: {image: x, allow: ['guides/**']}\n", "2:allow: `allow` cannot be \"guides/**\"; write it"),
        ("machines:\n  m: {image: x, allow: ['content/[']}\n", "2:allow: `allow` cannot be \"content/[\"; write it"),
        (
            "machines:\n  m: {image: x, allow: ['content/../**']}\n",
            "2:allow: `allow` cannot be \"content/../**\"; write",
        ),
        ("machines:\n  m: {image: x, docker: nested}\n", "2:docker: `docker: nested` needs something"),
        ("machines:\n  m: {image: x, images: [y]}\n", "2:images: `images` are for a nested engine; add"),
        ("machines:\n  m: {image: x, build: y}\n", "2:build: a machine has either `image` or `build`; remove"),
        ("machines:\n  m: {user: y}\n", "2:m: a machine needs an image; add"),
        ("machines:\n  m:\n", "2:m: the machine `m` has no settings; at least"),
        ("machines:\n  Ma: {image: x}\n", "2:Ma: `Ma` is no name for a machine; a name"),
    ];
    for (yaml, expected) in cases {
        let (machines, problems) = read(yaml);
        assert!(problems.len() == 1 && problems[0].starts_with(expected), "{yaml}: {problems:?}");
        assert!(machines.is_empty(), "{yaml}");
    }
    let (_, both) = read("machines:\n  a:\n    image: x\n    cpu: 1\n  b:\n    image: x\n    cpu: 1\n");
    assert_eq!(both.len(), 2);
    assert!(both[0].starts_with("4:cpu") && both[1].starts_with("7:cpu"), "{both:?}");
}

#[test]
fn sizes_are_read_as_people_write_them() {
    let cases =
        [("2GiB", 2 << 30), ("512 MiB", 512 << 20), ("1g", 1 << 30), ("1GB", 1_000_000_000), ("67108864", 64 << 20)];
    for (text, bytes) in cases {
        assert_eq!(quantity("memory", &text.into(), 1, u64::MAX).ok(), Some(bytes), "{text}");
    }
}

#[test]
fn who_may_use_a_machine() {
    let machine = |globs: &[&str]| Machine {
        allow: Some(globs.iter().filter_map(|text| glob(text)).collect()),
        ..Machine::default()
    };
    assert!(Machine::default().allows("content/any.md"));
    for (globs, path, allowed) in [
        (&["content/guides/docker/**"][..], "content/guides/docker/a/index.md", true),
        (&["content/guides/docker/**"], "content/guides/docker.md", false),
        (&["content/guides/docker/**"], "content/guides/dockers/a.md", false),
        (&["content/*.md"], "content/a.md", true),
        (&["content/*.md"], "content/guides/a.md", false),
        (&["content/a.md", "**/b/*.md"], "content/x/b/c.md", true),
        (&["content/{a,b}.md"], "content/b.md", true),
        (&[], "content/a.md", false),
    ] {
        assert_eq!(machine(globs).allows(path), allowed, "{globs:?} {path}");
    }
}

#[test]
fn the_rows_say_what_is_read() {
    // Of texts that are more than texts (images, patterns, capabilities) the schema knows only that they are texts.
    let lists = ["capabilities", "allow"];
    let rows: Vec<Row> = ROWS.iter().filter(|row| !lists.contains(&row.name)).copied().collect();
    key::check(&rows, |name, value| set(&mut Machine::default(), name, value).is_ok());
    let mut machine = Machine::default();
    for (name, value) in [("capabilities", serde_json::json!(["NET_ADMIN"])), ("allow", serde_json::json!(["**/a.md"]))]
    {
        assert!(set(&mut machine, name, &value).is_ok(), "{name}");
        assert!(set(&mut machine, name, &serde_json::json!("x")).is_err(), "{name}");
    }
    assert_eq!(rows.len() + lists.len(), ROWS.len());
}

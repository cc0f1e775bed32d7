//! Values of `data/`, of front matter and of guidepost.yaml, in texts and in templates.

use crate::support::TestSite;
use serde_json::Value;

const CONFIG: &str = "title: Shop & more\nbase_url: https://example.org/\nparams:\n  region: eu-1\n  mirror: { host: mirror.example.org }\n";

/// A site whose guide has this text.
fn site(text: &str) -> TestSite {
    TestSite::new(&[
        ("guidepost.yaml", CONFIG),
        ("content/_index.md", "---\ntitle: Test\n---\n"),
        (
            "data/versions.yaml",
            "nginx: 1.29\nredis: { image: \"redis:8\", ports: [6379, 6380] }\nmarkup: \"<b>&amp; *x*\"\n",
        ),
        ("data/prices.csv", "name,cost\nsmall,5\nlarge,50\n"),
        ("data/team/people.toml", "[lead]\nname = \"Ada\"\n"),
        ("data/flags.json", "{\"beta\": true, \"none\": null}\n"),
        (
            "content/guide/index.md",
            &format!(
                "---\ntitle: Guide\ndescription: What\nparams:\n  release: 4.2\nregion: us-1\nowner: Eve\n---\n\n{text}\n"
            ),
        ),
    ])
}

/// The text of the guide's page, of a site that is built without a warning.
fn page(text: &str) -> String {
    let site = site(text);
    let ran = site.run(&["build", "--strict"]);
    assert_eq!(ran.status, 0, "{text}\n{ran:?}");
    site.output("guide/index.html")
}

#[test]
fn values_stand_wherever_text_does() {
    for (text, expected) in [
        ("Version {{< data \"versions.nginx\" >}}.", "<p>Version 1.29.</p>"),
        ("The port {{< data \"versions.redis.ports.1\" >}}", "<p>The port 6380</p>"),
        ("It costs {{< data \"prices.large.cost\" >}} or {{< data \"prices.0.cost\" >}}", "<p>It costs 50 or 5</p>"),
        ("Ask {{< data \"team.people.lead.name\" >}}", "<p>Ask Ada</p>"),
        ("{{< data path=\"flags.beta\" >}}", "<p>true</p>"),
        ("Say {{< data \"versions.markup\" >}}", "<p>Say &lt;b&gt;&amp;amp; *x*</p>"),
        ("Type `get {{< data \"versions.nginx\" >}}`.", "<code>get 1.29</code>"),
        ("## About {{< data \"versions.nginx\" >}}", "<h2 id=\"about-129\""),
        ("[here](https://a.dev/{{< data \"versions.nginx\" >}}/x)", "href=\"https://a.dev/1.29/x\""),
        ("<p title=\"{{< data \"versions.markup\" >}}\">x</p>", "title=\"&lt;b&gt;&amp;amp; *x*\""),
        ("```\nnginx {{< data \"versions.nginx\" >}}\n```", " 1.29</code>"),
        ("| a |\n| --- |\n| {{< data \"versions.nginx\" >}} |", "<td>1.29</td>"),
        ("Release {{< param \"release\" >}}", "<p>Release 4.2</p>"),
        ("Owner {{< param owner >}}", "<p>Owner Eve</p>"),
        ("Region {{< param \"region\" >}}", "<p>Region us-1</p>"),
        ("Region {{< param \"site.region\" >}}", "<p>Region eu-1</p>"),
        ("Host {{< param \"mirror.host\" >}}", "<p>Host mirror.example.org</p>"),
        ("On {{< param \"site.title\" >}}", "<p>On Shop &amp; more</p>"),
        ("This is {{< param \"page.title\" >}}", "<p>This is Guide</p>"),
        ("{{</* data \"versions.nginx\" */>}}", "{{&lt; data &quot;versions.nginx&quot; &gt;}}"),
    ] {
        let page = page(text);
        let page = page.replace("&quot;", "\"");
        assert!(page.contains(&expected.replace("&quot;", "\"")), "{text}: {expected}\n{page}");
    }
}

#[test]
fn what_is_not_there_is_an_error_with_its_place() {
    for (text, code, words, help, column) in [
        ("{{< data \"versions.ngnix\" >}}", "unknown-data", "data/versions.yaml has no `ngnix`", "`nginx`", 10),
        ("{{< data \"versions.redis.imag\" >}}", "unknown-data", "has no `redis.imag`", "`image`", 10),
        (
            "{{< data \"version.nginx\" >}}",
            "unknown-data",
            "there is no file of data for `version.nginx`",
            "data/version.yaml",
            10,
        ),
        ("{{< data \"versions.redis\" >}}", "unknown-data", "`versions.redis` is no single value", "image, ports", 10),
        ("{{< data \"versions.redis.ports\" >}}", "unknown-data", "is a list of 2", "versions.redis.ports.0", 10),
        ("{{< data \"flags.none\" >}}", "unknown-data", "`flags.none` is empty", "", 10),
        ("{{< data \"../secret\" >}}", "unknown-data", "is no name of a value", "", 10),
        ("{{< data >}}", "shortcode-argument", "`data` needs a `path`", "", 1),
        (
            "{{< param \"realease\" >}}",
            "unknown-param",
            "neither this page nor the site says `realease`",
            "`release`",
            11,
        ),
        ("{{< param \"site.release\" >}}", "unknown-param", "this site does not say `release`", "params:", 11),
    ] {
        let site = site(&format!("A {text}"));
        let ran = site.run(&["check", "--format", "json"]);
        let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        let found = &report["diagnostics"][0];
        assert_eq!(report["diagnostics"].as_array().map(Vec::len), Some(1), "{report:#}");
        assert_eq!((found["code"].as_str(), found["severity"].as_str()), (Some(code), Some("error")), "{text}");
        assert!(found["message"].as_str().is_some_and(|message| message.contains(words)), "{text}: {found:#}");
        assert!(found["help"].as_str().is_some_and(|told| told.contains(help)), "{text}: {found:#}");
        assert_eq!((&found["place"]["line"], &found["place"]["column"]), (&10.into(), &(column + 2).into()), "{text}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told_where_it_is_wrong() {
    let site = site("A {{< data \"versions.nginx\" >}} {{< data \"versions.redis\" >}}");
    site.write("data/versions.yaml", "nginx: 1\nredis: [\n");
    let ran = site.run(&["check"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.contains("error[data]") && ran.stdout.contains("data/versions.yaml:3:1"), "{}", ran.stdout);
    assert_eq!(ran.stdout.matches("error[").count(), 1, "{}", ran.stdout);
}

#[test]
fn a_value_that_changes_changes_its_pages() {
    let site = site("Version {{< data \"versions.nginx\" >}} in {{< param \"site.region\" >}}");
    let text = || {
        assert_eq!(site.run(&["build", "--strict"]).status, 0);
        site.output("guide/index.html")
    };
    assert!(text().contains("Version 1.29 in eu-1"));
    assert!(site.output("guide/index.md").contains("Version 1.29 in eu-1"));
    site.write("data/versions.yaml", "nginx: 1.30\n");
    assert!(text().contains("Version 1.30 in eu-1"), "a version is no number");
    site.write("guidepost.yaml", CONFIG.replace("eu-1", "eu-2"));
    assert!(text().contains(" in eu-2"));
}

#[test]
fn what_is_typed_has_the_value_and_the_verdict_depends_on_it() {
    let site = site("```command\nfetch nginx-{{< data \"versions.nginx\" >}} from {{< param \"site.region\" >}}\n```");
    let ran = site.run(&["plan", "guide"]);
    assert!(ran.stdout.contains("fetch nginx-1.29 from eu-1"), "{ran:?}");
    let ran = site.run(&["plan", "--all", "--format", "jsonl"]);
    let key = |text: &str| -> Value { serde_json::from_str(text.lines().next().expect("a line")).expect("JSON") };
    let before = key(&ran.stdout);
    site.write("data/versions.yaml", "nginx: 1.31\n");
    let after = key(&site.run(&["plan", "--all", "--format", "jsonl"]).stdout);
    assert_eq!(before["path"], after["path"]);
    assert_ne!(before["key"], after["key"], "{before:#} {after:#}");
}

#[test]
fn templates_know_all_of_it() {
    let site = site("{{< tell >}}");
    site.write(
        "themes/default/shortcodes/tell.html",
        "<p>{{ site.data.versions.nginx }} {{ site.data.team.people.lead.name }} {{ site.data.prices[1].cost }} {{ site.params.region }}</p>",
    );
    assert_eq!(site.run(&["build", "--strict"]).status, 0);
    assert!(site.output("guide/index.html").contains("<p>1.29 Ada 50 eu-1</p>"));
    site.write("data/prices.csv", "name,cost\na,1\nb,2\n");
    assert_eq!(site.run(&["build", "--strict"]).status, 0);
    assert!(site.output("guide/index.html").contains("<p>1.29 Ada 2 eu-1</p>"));
    site.write("data/prices.csv", "name,cost\na,1,2\n");
    let ran = site.run(&["build"]);
    assert!(ran.stderr.contains("data/prices.csv:2:1"), "{ran:?}");
}

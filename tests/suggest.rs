//! `verify --suggest`: what is learned from a run is tried in it, and what helps is written where it belongs.

use crate::support::{
    TestSite,
    folders::site_options,
    local_host::{self, LocalHost},
};
use guidepost::{
    proof,
    proof::Tried,
    report::{GuideReport, Verdict},
    site::{self},
    suggest::{Suggestion, Trial},
};
use std::collections::BTreeMap;

fn guide(commands: &[&str]) -> String {
    let blocks = commands.iter().map(|command| format!("```bash\n{command}\n```\n\n"));
    format!("---\ntitle: A guide\n---\n\nType this:\n\n{}", blocks.collect::<String>())
}

fn verdicts(guides: &[GuideReport]) -> BTreeMap<&str, Verdict> {
    guides.iter().map(|guide| (guide.path.rsplit('/').next().unwrap_or_default(), guide.verdict)).collect()
}

fn tried(options: &site::Options) -> (Vec<GuideReport>, Tried) {
    let jobs = proof::jobs(options, &[]).unwrap_or_else(|failure| panic!("{failure:?}"));
    let how = local_host::options(&options.site);
    let before = local_host::run_jobs(&LocalHost::default(), jobs.clone(), &how).guides;
    let mut again = |jobs| Ok(local_host::run_jobs(&LocalHost::default(), jobs, &how));
    let tried = proof::suggest(options, jobs, &before, &mut again).unwrap_or_else(|failure| panic!("{failure:?}"));
    (before, tried)
}

fn said(suggestion: &Suggestion) -> String {
    serde_json::to_string(&suggestion.says).expect("JSON")
}

#[test]
fn what_helps_is_written_where_it_belongs_and_nothing_else_is() {
    let go_on = "read -p 'Go on? [Y/n] ' x && echo \"went on: $x\"";
    let password = "read -s -p 'New password: ' p";
    let again = "read -s -p 'Retype new password: ' q && [ -n \"$p\" ] && [ \"$p\" = \"$q\" ]";
    let files = [
        ("guidepost.yaml", "title: T # mine\nbase_url: https://example.org/\n".to_owned()),
        ("content/one.md", guide(&[go_on])),
        ("content/two.md", guide(&[go_on, password, again])),
        ("content/name.md", guide(&["read -p 'Your name: ' x"])),
        ("content/user.md", guide(&["echo <your_username>"])),
        ("content/gone.md", guide(&["ls /no/such/folder"])),
        ("content/well.md", guide(&["echo well"])),
        ("content/well.verify.yaml", "# Mine.\ntimeout: 1m\n".to_owned()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let site = TestSite::new(&files);
    let options = site_options(site.path());
    let (before, tried) = tried(&options);
    let failing = ["gone.md", "name.md", "one.md", "two.md"];
    let broken = verdicts(&before).into_iter().filter(|(_, verdict)| *verdict == Verdict::Broken);
    assert_eq!(broken.map(|(name, _)| name).collect::<Vec<_>>(), failing);

    assert_eq!(tried.ended, None);
    let helped = [("one.md", Verdict::Holds), ("two.md", Verdict::Holds), ("user.md", Verdict::Holds)];
    assert_eq!(verdicts(&tried.guides), helped.into());
    let learned = tried.learned.suggestions();
    let of = |name: &str| -> Vec<(String, &Trial)> {
        let of = |suggestion: &'_ Suggestion| suggestion.needs.iter().any(|(path, _)| path.ends_with(name));
        let found = learned.iter().filter(|suggestion| of(suggestion));
        found.map(|one| (said(one), &one.needs[&format!("content/{name}")].trial)).collect()
    };
    let holds = Trial::Further("it holds".into());
    assert_eq!(of("one.md"), [(r#"{"answers":{"Go on? [Y/n]":"y"}}"#.to_owned(), &holds)]);
    let secret = |question: &str| format!(r#"{{"answers":{{"{question}":{{"secret":true}}}}}}"#);
    let [first, second, third] = &of("two.md")[..] else { panic!("{learned:#?}") };
    assert_eq!((&first.1, &second.1, &third.1), (&&holds, &&holds, &&holds));
    assert_eq!((second.0.clone(), third.0.clone()), (secret("New password:"), secret("Retype new password:")));
    assert!(matches!(of("name.md")[..], [(_, Trial::Untried(_))]), "only its author knows: {learned:#?}");
    assert!(of("gone.md").is_empty(), "what is gone is mended by nothing that could be said: {learned:#?}");

    // Nothing is written before somebody says so.
    assert!(!site.path().join("content/two.verify.yaml").exists());
    tried.laid.write(&options).expect("written");
    let text = |path: &str| std::fs::read_to_string(site.path().join(path)).expect(path);
    assert_eq!(
        text("guidepost.yaml"),
        "title: T # mine\nbase_url: https://example.org/\n\nverify:\n  answers:\n    'Go on? [Y/n]': 'y'\n"
    );
    assert_eq!(
        text("content/two.verify.yaml"),
        "# What verification has to know of the guide beside this file.\n\nanswers:\n  'New password:': {secret: true}\n  'Retype new password:': {secret: true}\n"
    );
    assert_eq!(text("content/well.verify.yaml"), "# Mine.\ntimeout: 1m\n");
    assert!(text("content/user.verify.yaml").contains("kinds:\n  user: example\n"));
    for path in ["content/name.verify.yaml", "content/gone.verify.yaml", "content/one.verify.yaml"] {
        assert!(!site.path().join(path).exists(), "{path}");
    }

    // And the next run says the same as the trial.
    let after = local_host::run(&LocalHost::default(), &options, &local_host::options(site.path())).guides;
    let expected = verdicts(&after).into_iter().filter(|(_, verdict)| *verdict == Verdict::Broken);
    assert_eq!(expected.map(|(name, _)| name).collect::<Vec<_>>(), ["gone.md", "name.md"]);
}

/// What several guides need is said once for all, unless that changes what is done in others.
#[test]
fn what_changes_others_is_said_for_each() {
    let user = guide(&["echo <your_username>"]);
    let skipped = user.replace("title: A guide\n", "title: A guide\nverify: {skip: true, reason: not yet}\n");
    for (other, files) in
        [(guide(&["echo c"]), &["guidepost.yaml"][..]), (skipped, &["content/a.verify.yaml", "content/b.verify.yaml"])]
    {
        let site = TestSite::new(&[("content/a.md", &user), ("content/b.md", &user), ("content/c.md", &other)]);
        let (_, tried) = tried(&site_options(site.path()));
        assert_eq!(tried.laid.paths().collect::<Vec<_>>(), files);
        assert_eq!(verdicts(&tried.guides), [("a.md", Verdict::Holds), ("b.md", Verdict::Holds)].into());
    }
}

/// A run that ends in the middle says so, and what it has found so far.
#[test]
fn what_could_not_be_tried_is_said() {
    let asks = guide(&["read -p 'Go on? [Y/n] ' x"]);
    let site =
        TestSite::new(&[("guidepost.yaml", "title: T\nbase_url: https://example.org/\n"), ("content/a.md", &asks)]);
    let options = site_options(site.path());
    let jobs = proof::jobs(&options, &[]).unwrap_or_else(|failure| panic!("{failure:?}"));
    let how = local_host::options(&options.site);
    let before = local_host::run_jobs(&LocalHost::default(), jobs.clone(), &how).guides;
    let mut again = |_| Err("the engine is gone".to_owned());
    let tried = proof::suggest(&options, jobs, &before, &mut again).unwrap_or_else(|failure| panic!("{failure:?}"));
    assert_eq!(tried.ended.as_deref(), Some("the engine is gone"));
    assert!(tried.laid.is_empty() && tried.guides.is_empty());
    let trial = &tried.learned.suggestions()[0].needs["content/a.md"].trial;
    assert_eq!(*trial, Trial::Untried("the engine is gone".into()));
}

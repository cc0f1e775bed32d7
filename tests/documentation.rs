//! What content/ says of the program is what the program says.

use crate::support::TestSite;

#[test]
fn the_help_is_as_documented() {
    let page = include_str!("../content/reference/command-line.md");
    let (_, sample) = page.split_once("$ guidepost --help\n").expect("the sample");
    let (sample, _) = sample.split_once("\n```").expect("its end");
    let help = TestSite::new(&[]).run(&["--help"]).stdout;
    assert_eq!(sample, help.trim_end(), "bring content/reference/command-line.md up to date:\n{help}");
}

/// What the guide about many machines shows of the files that `ci` prints stands there, line by line.
#[test]
fn files_for_engines_are_as_documented() {
    let page = include_str!("../content/guides/many-machines/index.md");
    let site = TestSite::new(&[]);
    let mut shown = 0;
    for section in page.split("\n### ").skip(1) {
        let (_, engine) = section.split_once("guidepost ci ").expect("a command");
        let engine = engine.split_whitespace().next().expect("an engine");
        let file = site.run(&["ci", engine]).stdout;
        for excerpt in section.split("{role=listing}\n").skip(1) {
            let (excerpt, _) = excerpt.split_once("```").expect("its end");
            assert!(file.contains(excerpt), "bring the guide up to date: {engine}\n{excerpt}");
            shown += 1;
        }
    }
    assert_eq!(shown, 4, "one of each engine");
}

/// `GUIDEPOST_RENEW=1 cargo test --test all documentation::` writes what templates are given into the reference.
#[test]
fn what_templates_are_given_is_as_documented() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("content/reference/template-data.md");
    let page = std::fs::read_to_string(&path).expect("readable");
    let data = TestSite::new(&[]).run(&["theme", "data"]).stdout;
    let (above, documented) = page.split_once("<!-- guidepost theme data -->\n\n").expect("the mark");
    if std::env::var_os("GUIDEPOST_RENEW").is_some() {
        std::fs::write(&path, format!("{above}<!-- guidepost theme data -->\n\n{data}")).expect("written");
    } else {
        assert!(
            documented == data,
            "GUIDEPOST_RENEW=1 cargo test --test all documentation:: brings {} up to date",
            path.display()
        );
    }
}

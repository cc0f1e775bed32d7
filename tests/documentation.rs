//! What content/ says of the program is what the program says.

mod support;

use support::TestSite;

#[test]
fn the_help_is_as_documented() {
    let page = include_str!("../content/reference/command-line.md");
    let (_, sample) = page.split_once("$ guidepost --help\n").expect("the sample");
    let (sample, _) = sample.split_once("\n```").expect("its end");
    let help = TestSite::new(&[]).run(&["--help"]).stdout;
    assert_eq!(sample, help.trim_end(), "bring content/reference/command-line.md up to date:\n{help}");
}

//! The report as one page that asks for nothing else: it can be kept, sent and opened anywhere.
//!
//! Its look is that of the default theme, whose style it carries. Templates escape every text, and what still were markup would
//! not run: only the page's own script may, by a word that no text of the report can know.

use serde_json::json;

use super::{Report, shown::Shown};
use crate::{diagnostic::Diagnostic, theme::Theme};

/// The page.
///
/// # Errors
/// What is wrong with the theme that guidepost has in itself.
pub fn html(report: &Report) -> Result<String, Vec<Diagnostic>> {
    let theme = Theme::built_in()?;
    let text = |name: &str| theme.assets.get(name).map(|asset| String::from_utf8_lossy(&asset.bytes).into_owned());
    let results = json!(Shown::new(report, &()));
    // A hash of everything in the page: nothing in it can hold it.
    let word = blake3::hash(results.to_string().as_bytes()).to_hex();
    let context = json!({
        "results": results,
        "word": word.as_str(),
        "style": [text("style.css"), text("status.css")],
        "script": text("status.js"),
    });
    theme.render(0, "report.html", &context).map_err(|problem| vec![problem])
}

#[cfg(test)]
mod tests {
    use super::{super::sample, *};

    #[test]
    fn a_page_of_its_own() {
        let report = sample::with_every_verdict();
        let page = html(&report).unwrap();
        assert_eq!(page, html(&report).unwrap(), "the same report gives the same page");
        for part in [
            "<title>2 of 7 guides are broken</title>",
            "href=\"#verdict=unreached\"",
            "<li id=\"cause=no-machine:debian\">",
            "<bdi lang=\"en\">an output differs: ping</bdi>",
            "<div id=\"content/guides/connect/index.md\" class=\"result-body\">",
            "<span class=\"old\">- service is <mark>active</mark> (<mark>running</mark>)\n</span>",
            "typed in bash &gt; docker exec -it app bash",
            "$ node --version\nok\n",
            "line 30 <b>not done</b>: no machine is for its tab “Fedora”",
        ] {
            assert!(page.contains(part), "{part}\n---\n{}", &page[page.find("<body>").unwrap()..]);
        }
        // Nothing is asked for from anywhere, and one script runs.
        assert!(!page.contains("src=") && !page.contains("@import") && !page.contains("url(http"), "{page}");
        assert_eq!(page.matches("<script").count(), 1);
        assert!(!page.contains('\u{1b}'));
    }

    #[test]
    fn nothing_in_a_report_is_markup() {
        let hostile = "</pre></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'`{{ 1 }}{% raw %}";
        let mut report = sample::with_every_verdict();
        let plain = html(&report).unwrap();
        for guide in &mut report.guides {
            guide.title = hostile.into();
            guide.machine = hostile.into();
            guide.path = format!("{hostile}/{}", guide.path);
            guide.reason = Some(hostile.into());
            for step in &mut guide.steps {
                (step.message, step.help, step.path) = (Some(hostile.into()), Some(hostile.into()), hostile.into());
                (step.typed, step.place) = (vec![hostile.into()], vec![hostile.into()]);
                (step.output, step.documented, step.comparison) = (hostile.into(), None, None);
                if let Some(cause) = &mut step.cause {
                    (cause.what, cause.evidence, cause.mend) = (hostile.into(), hostile.into(), Some(hostile.into()));
                }
            }
        }
        let page = html(&report).unwrap();
        assert!(!page.contains("<img") && !page.contains("</pre></script>"), "a text is markup");
        assert_eq!(page.matches("<script").count(), plain.matches("<script").count());
        assert!(page.contains("{{ 1 }}{% raw %}"), "it is told as it is");
    }
}

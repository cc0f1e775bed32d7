//! Another name for a heading, in all links that lead there.
//!
//! What is written is proved by reading it again, as `verify --update` does it: the page with its new heading must have the same
//! headings but for this one, and each text with changed links the same links but for those.

use std::collections::BTreeMap;

use super::{
    document::Document,
    places::{self, Heading, leading_to},
};
use crate::{
    guide::Guide,
    site::{
        address::{decode, encode},
        load::Site,
        record::Reference,
    },
    source::{Source, Span},
};

/// What is to be written in the place of a part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) span: Span,
    pub(super) text: String,
}

/// Edits by the paths of their files.
pub(super) type Edits = BTreeMap<String, Vec<Edit>>;

/// The heading at the byte `at` with another text, and all links to it.
///
/// # Errors
/// Why it cannot be done, in a sentence.
pub(super) fn heading(document: &Document<'_>, at: usize, title: &str) -> Result<Edits, String> {
    let Document { site, path, text } = document;
    let guide = site.files.guide(path).ok_or("this file is no page")?;
    let Heading { index, span, .. } = places::heading_at(site, &guide, at).ok_or("there is no heading here")?;
    let page = site.library.by_source.get(*path).map(|page| &site.library.pages[*page]);
    let title = title.trim();
    let renamed = replaced(text, &[Edit { span, text: title.to_owned() }]);
    let (before, after) = (site.files.outline(&guide), site.files.outline(&parsed(site, path, renamed)));
    let is_same = |i: usize| i == index || before.headings[i].title == after.headings[i].title;
    if title.is_empty() || before.headings.len() != after.headings.len() || !(0..before.headings.len()).all(is_same) {
        return Err("with this text it would be no heading, or another one would be".into());
    }
    let ids = || before.headings.iter().zip(&after.headings);
    let moved: BTreeMap<&str, &str> =
        ids().filter(|(old, new)| old.id != new.id).map(|(old, new)| (old.id.as_str(), new.id.as_str())).collect();
    let mut edits = Edits::from([((*path).to_owned(), vec![Edit { span, text: title.to_owned() }])]);
    let Some(page) = page else {
        return match moved.is_empty() {
            true => Ok(edits),
            false => {
                Err("a headless bundle is part of several pages, each with its own links: change it by hand".into())
            }
        };
    };
    let mut links: BTreeMap<&str, Vec<&Reference>> = BTreeMap::new();
    for link in leading_to(site, page, |anchor| moved.contains_key(anchor)) {
        links.entry(&link.from).or_default().push(link);
    }
    for (from, links) in links {
        let changed = in_links(site, from, &links, &moved)?;
        edits.entry(from.to_owned()).or_default().extend(changed);
    }
    edits.values_mut().for_each(|edits| edits.sort_by_key(|edit| edit.span.start));
    let overlap = |edits: &Vec<Edit>| edits.windows(2).any(|pair| pair[0].span.end > pair[1].span.start);
    match edits.values().any(overlap) {
        true => Err("the heading has a link to itself: change it by hand".into()),
        false => Ok(edits),
    }
}

/// What has to be written in a text so that these links lead to the new ids.
fn in_links(
    site: &Site<'_>,
    path: &str,
    links: &[&Reference],
    moved: &BTreeMap<&str, &str>,
) -> Result<Vec<Edit>, String> {
    let text = site.inputs.options.text(path).map_err(|error| format!("{path} cannot be read: {error}"))?;
    let guide = site.files.guide(path).ok_or_else(|| format!("{path} is no page"))?;
    let mut edits = Vec::new();
    for target in links.iter().map(|link| link.target.as_str()) {
        edits.extend(of_target(&text, &guide, target, moved));
    }
    edits.sort_by_key(|edit| edit.span.start);
    edits.dedup();
    let all = |guide: &Guide| site.files.outline(guide).links;
    let is_of_file = |link: &Reference| link.from == path;
    let before: Vec<Reference> = all(&guide).into_iter().filter(is_of_file).collect();
    let after = all(&parsed(site, path, replaced(&text, &edits)));
    let after: Vec<Reference> = after.into_iter().filter(is_of_file).collect();
    let wanted = |link: &Reference| match links.iter().any(|meant| meant.target == link.target) {
        true => led(&link.target, moved),
        false => link.target.clone(),
    };
    let is_right = before.len() == after.len() && before.iter().zip(&after).all(|(old, new)| wanted(old) == new.target);
    match is_right {
        true => Ok(edits),
        false => {
            let line = links.first().map_or(0, |link| link.place.line);
            Err(format!("a link is written in a way that cannot be changed here: {path}, line {line}"))
        }
    }
}

/// A target with the new id.
fn led(target: &str, moved: &BTreeMap<&str, &str>) -> String {
    let Some((path, anchor)) = target.split_once('#') else { return target.to_owned() };
    match moved.get(decode(anchor).as_str()) {
        Some(new) => format!("{path}#{}", encode(new)),
        None => target.to_owned(),
    }
}

/// Each place where a text has this target, outside of blocks of code.
fn of_target(text: &str, guide: &Guide, target: &str, moved: &BTreeMap<&str, &str>) -> Vec<Edit> {
    let code: Vec<Span> = guide.code_blocks().into_iter().map(|block| block.inner).collect();
    let ends = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || "()<>\"'[]=,".contains(c));
    let stands_alone = |at: usize| {
        let before = text[..at].chars().next_back();
        (ends(before) || before == Some(':')) && ends(text[at + target.len()..].chars().next())
    };
    let places = text.match_indices(target).map(|(at, _)| at).filter(|at| stands_alone(*at));
    let places = places.filter(|at| !code.iter().any(|code| code.start <= *at && *at < code.end));
    places.map(|at| Edit { span: Span::new(at, at + target.len()), text: led(target, moved) }).collect()
}

fn parsed(site: &Site<'_>, path: &str, text: String) -> Guide {
    site.files.parse(Source::new(path, text))
}

/// A text with edits, which are in order.
fn replaced(text: &str, edits: &[Edit]) -> String {
    let mut new = text.to_owned();
    for edit in edits.iter().rev() {
        new.replace_range(edit.span.range(), &edit.text);
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::document::tests::Fixture;

    /// The texts that come of it, by their files.
    fn shown(fixture: &Fixture, marked: &str, title: &str) -> Result<Vec<(String, String)>, String> {
        let mut texts = Ok(Vec::new());
        fixture.with("content/a.md", marked, |document, at| {
            texts = heading(document, at, title).map(|edits| {
                let text = |path: &str| document.site.inputs.options.text(path).expect("a text");
                edits.into_iter().map(|(path, edits)| (path.clone(), replaced(&text(&path), &edits))).collect()
            });
        });
        texts
    }

    #[test]
    fn a_heading_takes_its_links_along() {
        let fixture = Fixture::new(&[
            ("guidepost.yaml", "title: T\nbase_url: https://example.org/\n"),
            (
                "content/b.md",
                "[a](a.md#one) [b](/a/#one \"#one\") [c][l] {{< ref \"a.md#one\" >}} [d](a.md#one-1) [e](#one)\n\n## One\n\n`a.md#one`\n\n    a.md#one\n\n[l]: <a.md#one>\n",
            ),
            ("content/c.md", "---\ntitle: C\nexternal_resources: [\"[x](/a/#one)\"]\n---\n\n[é](/a/#one)\n"),
        ]);
        let found =
            shown(&fixture, "# A\n\n## O¦ne {.x}\n\n[here](#one)\n\n## One\n\n[next](#one-1)\n", "Two *things*");
        let expected = [
            ("content/a.md", "# A\n\n## Two *things* {.x}\n\n[here](#two-things)\n\n## One\n\n[next](#one)\n"),
            (
                "content/b.md",
                "[a](a.md#two-things) [b](/a/#two-things \"#one\") [c][l] {{< ref \"a.md#two-things\" >}} [d](a.md#one) [e](#one)\n\n## One\n\n`a.md#one`\n\n    a.md#one\n\n[l]: <a.md#two-things>\n",
            ),
            (
                "content/c.md",
                "---\ntitle: C\nexternal_resources: [\"[x](/a/#two-things)\"]\n---\n\n[é](/a/#two-things)\n",
            ),
        ];
        let found = found.expect("it can be done");
        for ((path, text), (expected_path, expected)) in found.iter().zip(expected) {
            assert_eq!((path.as_str(), text.as_str()), (expected_path, expected));
        }
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn what_cannot_be_proved_is_not_done() {
        let fixture = Fixture::new(&[("guidepost.yaml", "title: T\nbase_url: https://example.org/\n")]);
        for (marked, title, expected) in [
            ("## One¦\n", "", "with this text it would be no heading, or another one would be"),
            ("## One¦\n", "Two\n\n## Three", "with this text it would be no heading, or another one would be"),
            ("Text¦\n", "Two", "there is no heading here"),
            ("---\nheadless: true\n---\n\n## One¦\n", "Two", "a headless bundle is part of several pages"),
        ] {
            let error = shown(&fixture, marked, title).expect_err(marked);
            assert!(error.starts_with(expected), "{marked:?}: {error}");
        }
        // An id that the author gave stays.
        let kept = shown(&fixture, "## O¦ne {#own}\n\n[x](#own)\n", "Two").expect("it can be done");
        assert_eq!(kept, [("content/a.md".to_owned(), "## Two {#own}\n\n[x](#own)\n".to_owned())]);
    }
}

//! Updating documented outputs in a guide's source.

use proptest::prelude::*;

use crate::{
    guide::{self, CodeBlock, Guide, Registry, Role},
    matching::{
        Evidence, Rule,
        update::{Edit, Overlap, Unwritable, apply_edits, edits, updated},
    },
    source::{Source, Span},
};

fn parse(text: &str) -> Guide {
    guide::parse(Source::new("x.md", text), &Registry::default(), &[], false)
}

fn block(guide: &Guide) -> &CodeBlock {
    guide.code_blocks().into_iter().find(|b| b.role == Role::Output).expect("there is an output")
}

/// The source after an update against a real output.
fn update(source: &str, real: &str) -> Result<String, Unwritable> {
    let guide = parse(source);
    let block = block(&guide);
    let Some(new) = updated(&block.text, real, Rule::Auto, &Evidence::default()) else { return Ok(source.to_owned()) };
    let edits = edits(block, source, 0..block.lines.len(), &new)?;
    Ok(apply_edits(source, edits).expect("edits of a block do not overlap"))
}

#[test]
fn only_what_changed_is_rewritten() {
    let cases = [
        ("```output\na 10.0.0.1\nv1.2.3\n```\n", "a 10.0.0.9\nv1.2.4\n", "```output\na 10.0.0.1\nv1.2.4\n```\n"),
        (
            "1.  x\n\n    ```output\n    one\n    ...\n    two\n    ```\n",
            "one\n1\n2\nthree",
            "1.  x\n\n    ```output\n    one\n    ...\n    three\n    ```\n",
        ),
        (
            "1.  x\n\n    ```output\n    one\n    ```\n",
            "one\n\ntwo",
            "1.  x\n\n    ```output\n    one\n\n    two\n    ```\n",
        ),
        ("> ```output\n> one\n> two\n> ```\n", "two", "> ```output\n> two\n> ```\n"),
        ("```output\r\none\r\n```\r\n", "one\ntwo", "```output\r\none\r\ntwo\r\n```\r\n"),
        (
            "{{< output >}}\none 1\ntwo [..] 5 s\n{{< /output >}}\n",
            "one 2\ntwo x 6 s\n",
            "{{< output >}}\none 2\ntwo [..] 5 s\n{{< /output >}}\n",
        ),
        ("{{< output >}}\none\n{{< /output >}}\nx\n", "zero\none\n", "{{< output >}}\nzero\none\n{{< /output >}}\nx\n"),
    ];
    for (source, real, expected) in cases {
        assert_eq!(update(source, real).as_deref(), Ok(expected), "{source}");
        assert_eq!(update(expected, real).as_deref(), Ok(expected), "a second time changes nothing");
    }
}

#[test]
fn what_would_mean_something_is_not_written() {
    let source = "```output\na\n```\n";
    assert_eq!(update(source, "```"), Err(Unwritable::Meaning("```")));
    assert_eq!(update(source, "{{< note >}}"), Err(Unwritable::Meaning("{{<")));
    assert!(matches!(update("```output\n```\n", "x"), Err(Unwritable::Empty)));
}

#[test]
fn edits_that_overlap_are_refused() {
    let edit = |start, end| Edit { span: Span::new(start, end), replacement: "x".into() };
    assert_eq!(apply_edits("abcd", vec![edit(2, 4), edit(0, 2)]).as_deref(), Ok("xx"));
    assert_eq!(apply_edits("abcd", vec![edit(0, 0), edit(0, 2)]).as_deref(), Ok("xxcd"));
    assert_eq!(apply_edits("abcd", vec![edit(0, 3), edit(2, 4)]), Err(Overlap::Overlap(Span::new(2, 4))));
    assert_eq!(apply_edits("abcd", vec![edit(1, 1), edit(1, 1)]), Err(Overlap::Overlap(Span::new(1, 1))));
    assert_eq!(apply_edits("é", vec![edit(1, 1)]), Err(Overlap::Outside(Span::new(1, 1))));
    assert_eq!(apply_edits("a", vec![edit(0, 9)]), Err(Overlap::Outside(Span::new(0, 9))));
}

proptest! {
    #[test]
    fn an_update_stays_in_its_block(old in "([a-z0-9 .]{0,9}\n){1,6}", real in "([a-z0-9 .]{0,9}\n){0,6}", pad in 0_usize..3) {
        let lead = " ".repeat(pad);
        let body: String = old.lines().map(|l| format!("{lead}{l}\n")).collect();
        let source = format!("before\n\n{lead}```output\n{body}{lead}```\n\nafter\n");
        let found = update(&source, &real);
        prop_assert!(found.is_ok() || old.trim().is_empty(), "{found:?}");
        if let Ok(new) = found {
            let guide = parse(&new);
            prop_assert_eq!(updated(&block(&guide).text, &real, Rule::Auto, &Evidence::default()), None);
            prop_assert!(new.starts_with("before\n\n") && new.ends_with("```\n\nafter\n"));
        }
    }
}

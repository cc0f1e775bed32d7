use pulldown_cmark::Event;

use crate::{
    guide::{self, Dialect, Guide, Registry, Token, TokenKind},
    source::Source,
};

fn parse(text: &str, dialects: &[Dialect]) -> Guide {
    guide::parse(Source::new("page.md", text), &Registry::default().with_dialects(dialects), &[], false)
}

/// Tokens in a line: `note[type=primary]{text}`, `command bash|ls`.
fn shape(tokens: &[Token]) -> String {
    let mut parts = Vec::new();
    for token in tokens {
        match &token.kind {
            TokenKind::Markdown(Event::Text(text)) => parts.push(text.trim().to_owned()),
            TokenKind::Markdown(Event::Code(code)) => parts.push(format!("`{code}`")),
            TokenKind::Markdown(Event::Start(pulldown_cmark::Tag::Item)) => parts.push("-".to_owned()),
            TokenKind::Markdown(_) => {}
            TokenKind::Code(code) => {
                let role = format!("{:?}", code.role).to_lowercase();
                let title = code.title.as_deref().map(|title| format!("({title})")).unwrap_or_default();
                parts.push(format!("{role}{title}|{}", code.text.trim_end().replace('\n', "⏎")));
            }
            TokenKind::Shortcode(shortcode) => {
                let arguments: Vec<String> = (shortcode.arguments.0.iter())
                    .map(|a| format!("{}={}", a.name.as_deref().unwrap_or_default(), a.value))
                    .collect();
                parts.push(format!("{}[{}]{{{}}}", shortcode.name, arguments.join(","), shape(&shortcode.body)));
            }
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

fn problems(guide: &Guide) -> Vec<String> {
    let place = |problem: &crate::diagnostic::Diagnostic| {
        problem.place.as_ref().map_or_else(String::new, |place| format!("{}:{}", place.line, place.column))
    };
    guide.diagnostics.iter().map(|problem| format!("{} {}", place(problem), problem.message)).collect()
}

#[test]
fn blocks_are_read_as_what_they_mean() {
    for (text, expected) in [
        // MkDocs.
        ("!!! note\n    a\n\n    b\n\nc", "note[type=primary,title=Note]{a b} c"),
        ("!!! tip \"A `b`\"\n\n    a", "note[type=secondary,title=A b]{a}"),
        ("!!! warning \"\"\n    a", "note[type=warning,noTitle=true]{a}"),
        ("!!! danger inline end \"T\"\n\ta\n\n\t\tx", "note[type=alert,title=T]{a command|x}"),
        ("!!! my-own\n    a", "note[type=primary,title=My-own]{a}"),
        ("??? note \"T\"\n    a", "note[type=primary,title=T,isCollapsible=true]{a}"),
        ("???+ note \"T\"\n    a", "note[type=primary,title=T]{a}"),
        (
            "!!! note\n    ```sh\n    !!! note\n        ls\n    ```",
            "note[type=primary,title=Note]{command|!!! note⏎    ls}",
        ),
        (
            "!!! note\n    a\n\n    !!! tip\n        b\n\n    c",
            "note[type=primary,title=Note]{a note[type=secondary,title=Tip]{b} c}",
        ),
        ("- i\n\n    !!! note\n        a\n\n- j", "- i note[type=primary,title=Note]{a} - j"),
        ("1. i\n\n   !!! note\n\n       a\n\n2. j", "- i note[type=primary,title=Note]{a} - j"),
        (
            "=== \"A\"\n\n    a\n\n=== \"B\"\n    ```sh\n    b\n    ```\n\nc",
            "tabs[]{tab[title=A]{a} tab[title=B]{command|b}} c",
        ),
        ("=== \"A\"\n    a\n===! \"B\"\n    b", "tabs[]{tab[title=A]{a}} tabs[]{tab[title=B]{b}}"),
        ("!!! note\nno body", "!!! note no body"),
        ("Title\n===\n\nWow!!! note", "Title Wow!!! note"),
        ("    !!! note\n        a", "command|!!! note⏎    a"),
        // Containers.
        (":::note\na\n:::\nb", "note[type=primary,title=Note]{a} b"),
        (":::tip[A *b*]\n\na\n\n:::", "note[type=secondary,title=A b]{a}"),
        ("::: danger STOP now\na\n:::", "note[type=alert,title=STOP now]{a}"),
        (":::note{title=\"T\" .x #y}\na\n:::", "note[type=primary,title=T]{a}"),
        (":::{warning} T\na\n:::", "note[type=warning,title=T]{a}"),
        ("::::note\na\n:::tip\nb\n:::\n::::", "note[type=primary,title=Note]{a note[type=secondary,title=Tip]{b}}"),
        (":::note\n:::tip\nb\n:::\nc\n:::", "note[type=primary,title=Note]{note[type=secondary,title=Tip]{b} c}"),
        (":::note\n```sh\n:::\n```\n:::", "note[type=primary,title=Note]{command|:::}"),
        ("::: details T\na\n:::", "disclosure-note[title=T]{a}"),
        (
            "::: code-group\n```sh [npm it]\na\n```\n```sh\nb\n```\n:::",
            "tabs[]{tab[title=npm it]{command(npm it)|a} tab[title=sh]{command|b}}",
        ),
        ("- i\n\n  :::note\n  a\n  :::\n- j", "- i note[type=primary,title=Note]{a} - j"),
        (":::note\n{{< file \"x\" >}}\n:::\n{{< /file >}}\n:::", "note[type=primary,title=Note]{file(x)|:::}"),
        ("{{< note >}}\n:::tip\na\n:::\n{{< /note >}}", "note[]{note[type=secondary,title=Tip]{a}}"),
        // DocFX.
        ("# [A](#tab/a)\n\na\n\n# [B `c`](#tab/b)\n\nb\n\n***\n\nc", "tabs[]{tab[title=A]{a} tab[title=B c]{b}} c"),
        ("# [A](#tab/a)\n```sh\n***\n```\n***", "tabs[]{tab[title=A]{command|***}}"),
        ("# [A](b.md)\n\n***", "A"),
        // Components.
        (
            "<Tabs groupId=\"x\">\n  <TabItem value=\"a\" label=\"A\" default>\n\n  a\n\n  ```sh\n  x\n  ```\n\n  </TabItem>\n  <TabItem value=\"b\">b</TabItem>\n</Tabs>",
            "tabs[]{tab[title=A]{a command|x} tab[title=b]{b}}",
        ),
        ("<Steps>\n\n1. a\n2. b\n\n</Steps>", "steps[]{- a - b}"),
        ("<CardGrid>\n\t<Card title=\"T\" icon=\"x\">\n\t\ta\n\t</Card>\n</CardGrid>", "cards[]{card[title=T]{a}}"),
        (
            "<Aside type='tip' title={\"T\"}>\n<Aside>b</Aside>\n</Aside>",
            "note[type=secondary,title=T]{note[type=primary,title=Note]{b}}",
        ),
        ("<Aside\n  type=\"caution\"\n  title=\"a > b\"\n>\na\n</Aside> c", "note[type=warning,title=a > b]{a} c"),
        ("`<Tabs>`\n\n```\n<Tabs>\n```", "`<Tabs>` listing|<Tabs>"),
        ("<LinkCard title=\"T\" href=\"/x/\" description=\"D *e*\" />\n\na", "card[title=T,link=/x/]{D e} a"),
        (
            "<LinkButton href=\"/x/\" variant=\"minimal\">Go `on`</LinkButton>",
            "button[link=/x/,type=secondary,text=Go on]{Go `on`}",
        ),
        ("a <Badge text=\"New\" variant=\"caution\" /> b", "a badge[text=New,type=warning]{} b"),
        ("<Badge text=\"New\" />", "badge[text=New]{}"),
        // What no page shows.
        ("import A from '@x/A';\nimport {\n  B,\n  C\n} from './b';\n\n# D", "D"),
        (
            "import the file \"x\" from 'there'\nfrom \"Settings\" and go on",
            "import the file \"x\" from 'there' from \"Settings\" and go on",
        ),
        ("a\n\n{/* b\n\nc */}\n\nd", "a d"),
        ("```js\nimport A from '@x/A';\n```", "listing|import A from '@x/A';"),
        ("{{< note >}}\n```\n{/* a */}\n```\n{{< /note >}}", "note[]{listing|{/* a */}}"),
        ("[TOC]\n\na", "a"),
        ("HTML\n\n*[HTML]: Hypertext\n", "HTML"),
        ("[a](b.md){ .md-button } c\n\nd\n{: .lead }", "button[text=a,link=b.md,type=secondary]{} c d"),
        ("a\n\n:material-x:{ .y } b", "a b"),
        (
            "<Tabs values={[\n  {label: 'A', value: 'a'},\n]}>\n<TabItem value=\"a\">b</TabItem>\n</Tabs>",
            "tabs[]{tab[title=A]{b}}",
        ),
        ("a_{i=1}^{2} b_{j}^{3}", "a_{i=1}^{2} b_{j}^{3}"),
        ("![](a.png){ width=\"3\" loading=lazy }{ .x } b", "b"),
        ("a_{i=1} { .Values } `x`{: .y }", "a_{i=1} { .Values } `x`"),
        (":material-check:{ .green } yes", "yes"),
        (
            "press ++ctrl+arrow-up++, it is ==new== and x^2^ is ^^in^^.",
            "press Ctrl + Arrow Up , it is new and x 2 is in .",
        ),
        ("{{< note >}}\n==a== ==b== c\n{{< /note >}}", "note[]{a b c}"),
        // Callouts.
        ("> [!NOTE] A `b`\n> a\n> c\n\nd", "note[type=primary,title=A b]{a c} d"),
        ("> [!tip]- T\n>\n> ```sh\n> x\n> ```", "note[type=secondary,title=T,isCollapsible=true]{command|x}"),
        ("> [!bug]\n> a", "note[type=alert,title=Bug]{a}"),
        ("> [!bug] T\n> > [!tip] U\n> > a", "note[type=alert,title=T]{note[type=secondary,title=U]{a}}"),
        ("> [a] b", "[ a ] b"),
        ("> ```sh\n> x\n> ```\n\n:::note\na\n:::", "command|x note[type=primary,title=Note]{a}"),
        // Nothing inside of code.
        ("a `b\n!!! note\n    c` d", "a `b !!! note     c` d"),
        ("<!--\n:::note\na\n:::\n-->", ""),
        ("<pre>\n!!! note\n    a\n</pre>", ""),
    ] {
        assert_eq!(shape(&parse(text, &Dialect::ALL).tokens), expected, "{text}");
    }
}

#[test]
fn code_says_what_its_dialect_means() {
    for (text, expected, arguments) in [
        (
            "```js title=\"a.js\" {2,4-6} showLineNumbers\nx\n```",
            "listing(a.js)|x",
            "title=a.js linenos=true hl_lines=2 4-6",
        ),
        ("```js {1} title=a.js\nx\n```", "listing(a.js)|x", "title=a.js hl_lines=1"),
        ("``` { .bash .annotate title=\"T\" linenums=\"3\" }\nx\n```", "command(T)|x", "title=T linenostart=3"),
        ("```py hl_lines=\"2 3\" linenums=\"1\"\nx\n```", "listing|x", "hl_lines=2 3 linenostart=1"),
        ("```js:src/a.js\nx\n```", "listing(src/a.js)|x", "title=src/a.js"),
        ("```js:title=src/a.js\nx\n```", "listing(src/a.js)|x", "title=src/a.js"),
        ("```ts:line-numbers {1}\nx\n```", "listing|x", "linenos=true hl_lines=1"),
        ("```js mark={1,3-4} ins={2}\nx\n```", "listing|x", "hl_lines=1 3-4"),
        ("```file app.js js {2}\nx\n```", "file(app.js)|x", "=app.js =js hl_lines=2"),
        ("```js\n[label a.js]\nx\n```", "listing(a.js)|x", "title=a.js"),
        ("```\n[secondary_label Output]\nx\n[label y]\n```", "output(Output)|x⏎[label y]", "role=output title=Output"),
        (
            "```command\n[environment second]\n[label T]\nx\n```",
            "command(T)|x",
            "verify=skip reason=it is done in another environment, `second` title=T",
        ),
        ("```command\nssh <^>sammy<^>@<^>ip<^>\nls <^>\n```", "command|ssh sammy@ip⏎ls <^>", ""),
        ("```ini\n[section one]\nx\n```", "listing|[section one]⏎x", ""),
        (
            "```js\na\n// highlight-next-line\nb\nc\n  /* highlight-start */\nd\ne\n  /* highlight-end */\nf\n```",
            "listing|a⏎b⏎c⏎d⏎e⏎f",
            "hl_lines=2 4 5",
        ),
        ("```js\nx // highlight-next-line\n```", "listing|x // highlight-next-line", ""),
    ] {
        let guide = parse(text, &Dialect::ALL);
        assert_eq!(shape(&guide.tokens), expected, "{text}");
        let given: Vec<String> = (guide.code_blocks()[0].arguments.0.iter())
            .map(|a| format!("{}={}", a.name.as_deref().unwrap_or_default(), a.value))
            .collect();
        assert_eq!(given.join(" "), arguments, "{text}");
    }
}

#[test]
fn every_piece_knows_where_it_stands() {
    let text = "---\ntitle: x\n---\n- i\n\n    !!! tip \"Title\"\n        ```js {2} title=\"a.js\"\n        [label b]\n        a <^>b<^> c\n        ```\n";
    let guide = parse(text, &Dialect::ALL);
    let at = |span: crate::source::Span| &text[span.range()];
    let note = guide.tokens.iter().find_map(|token| match &token.kind {
        TokenKind::Shortcode(note) => Some((&**note, token.span)),
        _ => None,
    });
    let (note, span) = note.expect("a note");
    assert!(at(span).starts_with("!!! tip") && at(span).ends_with("```"), "{}", at(span));
    assert_eq!(at(note.tag), "!!! tip \"Title\"");
    assert_eq!(note.arguments.span_of("title").map(at), Some("Title"));
    let code = guide.code_blocks()[0];
    assert_eq!(code.arguments.span_of("hl_lines").map(at), Some("2"));
    assert_eq!(code.text, "a b c\n");
    assert_eq!(at(code.inner), "a <^>b<^> c\n");
    for (text, from) in [("a", "a"), ("b", "b"), ("c", "c"), ("b c", "b<^> c")] {
        let begin = code.text.find(text).expect(text);
        assert_eq!(at(code.source_span(0, begin..begin + text.len())), from, "{text}");
    }
    // What stands behind the colon of a language is the attribute.
    for text in ["```js:title=a.js\nx\n```\n", "```j\\_s:title=a.js\nx\n```\n"] {
        let guide = parse(text, &Dialect::ALL);
        let span = guide.code_blocks()[0].arguments.span_of("title").expect(text);
        assert_eq!(&text[span.range()], "title=a.js", "{text}");
    }
}

#[test]
fn what_is_not_read_is_told_once_with_its_place() {
    for (text, expected) in [
        (
            "a {% include x %}\n\n{% y %} `{% z %}`",
            vec![
                "1:3 a tag of Liquid or Jinja, `{% … %}` is not read, and is shown as it is written, 2 times in this file",
            ],
        ),
        ("\n:::unknown\na\n:::", vec!["2:1 container `:::unknown` is not read, and is shown as it is written"]),
        (":::note\na", vec!["1:1 container `:::note` that is never closed is not read, and is shown as it is written"]),
        ("import A from '@theme/A';\n\n<Unknown x />", vec!["3:1 component `<Unknown>` is not read, and is left out"]),
        (
            "<Tabs>\na",
            vec![
                "1:1 `<Tabs>` that is never closed is not read, and is shown as it is written",
                "1:1 component `<Tabs>` is not read, and is left out",
            ],
        ),
        ("> [!VIDEO https://x.y]", vec!["1:3 `[!VIDEO …]` of DocFX is not read, and is shown as it is written"]),
        (
            "```js ins={2} \"x\"\na\n```",
            vec![
                "1:15 `\"text\"` behind the language of a fence is not read, and is left out",
                "1:7 `ins` behind the language of a fence is not read, and is left out",
            ],
        ),
        ("import a from 'b' c\n\nexport const x = 1\n\nd", vec!["3:1 an export of MDX is not read, and is left out"]),
        (
            "[a](b){ .c } [d](e){ target=_blank }",
            vec![
                "1:7 an attribute list of Python-Markdown or kramdown, `{ … }`, is not read, and is left out, 2 times in this file",
            ],
        ),
        (
            "*[A]: B\n\n```py\n--8<-- \"a.py\"\n```\n\n`#!py x` :smile: ![](a.png#only-dark)",
            vec![
                "1:1 an abbreviation, `*[…]: …` is not read, and is left out",
                "4:1 a snippet of PyMdown, `--8<--` is not read, and is shown as it is written",
                "7:1 a language in a line of text, `#!python …` is not read, and is shown as it is written",
                "7:10 an emoji by its name, `:smile:` is not read, and is shown as it is written",
                "7:27 a picture for one scheme, `#only-dark` is not read, and is shown as it is written",
            ],
        ),
        (
            "H~2~O {++b++} ==a *b*==\n\n<img src={c} />\n\n<div markdown>\n*d*\n</div>",
            vec![
                "1:2 text below the line, `H~2~O` is not read, and is shown as it is written",
                "1:7 a change of CriticMarkup, `{++…++}`, is not read, and is shown as it is written",
                "1:15 marked text, `==…==` is not read, and is shown as it is written",
                "3:6 a value of JavaScript in a tag, `{…}` is not read, and is shown as it is written",
                "5:1 Markdown right inside of HTML, `markdown` is not read, and is shown as it is written",
            ],
        ),
        (
            "```\n{% x %} [[y]]\n```\n\n[[Page]] a b",
            vec!["5:1 a link of a wiki, `[[…]]` is not read, and is shown as it is written"],
        ),
        ("> !!! note\n>     a", vec!["1:1 `!!!` in a quote is not read, and is shown as it is written"]),
        ("a [b](c) `:::x` <b>d</b> {{ x", vec![]),
    ] {
        let mut found = problems(&parse(text, &Dialect::ALL));
        found.sort();
        let mut expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        expected.sort();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn a_dialect_that_is_off_is_text() {
    let text = "# [A](#tab/a)\n\na\n\n***\n\n!!! tip\n    b";
    assert_eq!(shape(&parse(text, &[Dialect::Mkdocs]).tokens), "A a note[type=secondary,title=Tip]{b}");
    assert_eq!(shape(&parse(text, &[]).tokens), "A a !!! tip b");
}

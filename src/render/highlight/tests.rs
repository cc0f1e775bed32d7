use proptest::prelude::*;

use super::*;

fn html(language: &str, code: &str) -> String {
    Highlighter::new(None).html(language, code)
}

/// What a browser shows of the HTML.
fn shown(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text += before;
        rest = after.split_once('>').unwrap().1;
    }
    text += rest;
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[test]
fn each_class() {
    for (language, code, expected) in [
        ("js", "if (a) b(1)", "<span class=k>if</span> (a) <span class=f>b</span>(<span class=n>1</span>)"),
        (
            "sh",
            "cd \"$A\" && x # y",
            "<span class=f>cd</span> <span class=s>&quot;</span><span class=v>$A</span><span class=s>&quot;</span> <span class=o>&amp;&amp;</span> <span class=f>x</span> <span class=c># y</span>",
        ),
        ("yml", "a: true", "<span class=a>a</span>: <span class=l>true</span>"),
        (
            "json",
            "{\"a\": \"b\\n\"}",
            "{<span class=a>&quot;a&quot;</span>: <span class=s>&quot;b</span><span class=e>\\n</span><span class=s>&quot;</span>}",
        ),
        ("html", "<b>&lt;", "&lt;<span class=g>b</span>&gt;<span class=e>&amp;lt;</span>"),
        ("java", "class A {}", "<span class=k>class</span> <span class=t>A</span> {}"),
        ("diff", "-a\n+b", "<span class=d>-a</span>\n<span class=i>+b</span>"),
        ("conf", "[a]\nb = c", "[<span class=h>a</span>]\n<span class=a>b</span> = c"),
        ("md", "# A", "<span class=h># A</span>"),
        ("sql", "x INT NOT NULL", "x <span class=k>INT NOT</span> <span class=l>NULL</span>"),
        ("DOCKER", "FROM a", "<span class=k>FROM</span> a"),
    ] {
        assert_eq!(html(language, code), expected, "{language}");
    }
}

#[test]
fn all_classes_have_a_letter_of_their_own() {
    let mut letters: Vec<_> = class::Class::ALL.iter().map(|class| class.letter()).collect();
    assert_eq!(letters.iter().collect::<String>(), " kscnftvoagleidh");
    letters.sort_unstable();
    letters.dedup();
    assert_eq!(letters.len(), 16);
    assert!(class::Class::ALL.iter().enumerate().all(|(i, class)| *class as usize == i));
}

#[test]
fn all_rules_are_scopes() {
    for (scope, _) in class::RULES {
        assert!(syntect::parsing::Scope::new(scope).is_ok(), "{scope}");
    }
}

#[test]
fn every_line_stands_alone() {
    assert_eq!(html("c", "/* a\n\n b */ x"), "<span class=c>/* a</span>\n\n <span class=c>b */</span> x");
    assert_eq!(html("js", "`a\nb`\n"), "<span class=s>`a</span>\n<span class=s>b`</span>");
}

#[test]
fn unknown_and_plain_languages_are_escaped_only() {
    for language in ["", "klingon", "text", "output"] {
        assert_eq!(html(language, "if <a> & \"b\"\n"), "if &lt;a&gt; &amp; &quot;b&quot;");
    }
    let highlighter = Highlighter::new(None);
    assert!(highlighter.knows("") && highlighter.knows("Plain") && highlighter.knows("strace"));
    assert!(!highlighter.knows("klingon"));
    assert_eq!(highlighter.nearest("dokcer"), Some("docker"));
}

#[test]
fn a_grammar_outside_the_table_is_found() {
    assert!(html("vhdl", "entity a is").contains("<span"));
}

#[test]
fn the_cache_file_serves_the_next_build() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache/highlight");
    let first = Highlighter::new(Some(&file));
    let expected = first.html("bash", "echo $A");
    assert_eq!(first.html("sh", "echo $A\n"), expected);
    assert_eq!(first.fresh.read().unwrap().len(), 1);
    first.save().unwrap();
    let written = std::fs::metadata(&file).unwrap().modified().unwrap();

    let second = Highlighter::new(Some(&file));
    assert_eq!(second.html("bash", "echo $A"), expected);
    assert!(second.fresh.read().unwrap().is_empty());
    second.save().unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().modified().unwrap(), written);

    std::fs::write(&file, "damaged").unwrap();
    let third = Highlighter::new(Some(&file));
    assert_eq!(third.html("bash", "echo $A"), expected);
    third.save().unwrap();
    let fourth = Highlighter::new(Some(&file));
    assert_eq!(fourth.html("bash", "echo $A"), expected);
    assert!(fourth.fresh.read().unwrap().is_empty());
}

#[test]
fn the_memory_of_lines_minds_what_came_before() {
    let highlighter = Highlighter::new(None);
    let blocks = [
        ("bash", "cat <<A\n$x 1\nA\nls 10"),
        ("bash", "cat <<B\n$x 1\nA\nls 23"),
        ("bash", "ls 10"),
        ("yaml", "a: |\n  b: 1\n c: 2"),
        ("yaml", "a: |\n    b: 1\n  c: 2"),
        ("python", "\"\"\"\nx = 1\n\"\"\"\nx = 1"),
        ("python", "x = 1"),
    ];
    for (language, code) in blocks {
        assert_eq!(highlighter.html(language, code), html(language, code), "{code}");
    }
}

#[test]
fn threads_share_what_they_learn() {
    let highlighter = Highlighter::new(None);
    let blocks: Vec<_> =
        (0..200).map(|i| format!("f() {{\n  cat <<E{}\n $x\nE{}\n  echo \"{i}\n $y\"\n}}\n", i % 3, i % 3)).collect();
    let expected: Vec<_> = blocks.iter().map(|code| html("bash", code)).collect();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for (code, expected) in blocks.iter().zip(&expected) {
                    assert_eq!(highlighter.html("bash", code), *expected);
                }
            });
        }
    });
}

#[test]
fn huge_input_stays_plain() {
    let line = "[1,".repeat(400_000);
    assert_eq!(html("json", &line), line);
    let long_line = format!("true\n{}\ntrue", "1 ".repeat(3_000));
    assert!(html("json", &long_line).ends_with("1 \n<span class=l>true</span>"));
}

#[test]
fn hostile_lines_take_little_time() {
    for (language, unit) in [
        ("coffeescript", "a"),
        ("ini", " "),
        ("ini", "\t"),
        ("r", "#"),
        ("julia", "#"),
        ("scala", "::"),
        ("md", "[a]"),
        ("md", "`"),
    ] {
        let _ = html(language, "a = 1");
        for length in [100, 150, 200, 4_000, 100_000] {
            let line = unit.repeat(length / unit.len());
            let computed = || rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime).tv_sec;
            let begin = computed();
            assert_eq!(shown(&html(language, &line)), line, "{language}");
            // Far more than it takes: it took minutes.
            let took = computed() - begin;
            assert!(took < 5, "{language}: {unit} to {length} bytes took {took} s of computing");
        }
    }
}

proptest! {
    #[test]
    fn text_stays_what_it_was(
        language in prop::sample::select(vec!["bash", "js", "yaml", "html", "md", "php", "sql", "docker", "python", "conf"]),
        code in "([a-z0-9 ={}()\\[\\]<>&\"'`$#/*:.|\\\\-]|<<A|\n|\t|é|\u{1f980}|\u{1}|<\\?php|/\\*|0x1){0,60}",
    ) {
        let html = html(language, &code);
        let text = code.strip_suffix('\n').unwrap_or(&code);
        prop_assert_eq!(shown(&html), text);
        for line in html.split('\n') {
            prop_assert_eq!(line.matches("<span").count(), line.matches("</span>").count());
        }
    }
}

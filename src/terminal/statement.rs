//! Where a statement of a program that reads commands ends.

use super::program::{self, Grammar};

/// The commands of a text in a program's language, as ranges of its lines; comments and blank lines between them are left out.
/// With each is whether an empty line ends it.
pub(crate) fn commands(language: &str, text: &str) -> Vec<(Vec<usize>, bool)> {
    let grammar = program::grammar(language);
    let lines: Vec<&str> = text.lines().collect();
    let mut found: Vec<(Vec<usize>, bool)> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].trim();
        let comment = match grammar {
            Grammar::Sql => line.starts_with("--"),
            Grammar::Python => line.starts_with('#'),
            Grammar::Brackets => line.starts_with("//"),
        };
        if line.is_empty() || comment {
            at += 1;
            continue;
        }
        let length = match grammar {
            Grammar::Sql => sql(&lines[at..]),
            Grammar::Python => python(&lines[at..]),
            Grammar::Brackets => brackets(&lines[at..]),
        };
        // Python takes a blank line for the end of a block.
        let own = (at..at + length).filter(|line| grammar != Grammar::Python || !lines[*line].trim().is_empty());
        let own: Vec<usize> = own.collect();
        let ends_blank = grammar == Grammar::Python && own.iter().any(|line| lines[*line].starts_with([' ', '\t']));
        found.push((own, ends_blank));
        at += length;
    }
    found
}

/// The lines of a statement: up to a `;` outside quotes, or one line for the client's own commands.
fn sql(lines: &[&str]) -> usize {
    let first = lines[0].trim();
    if first.starts_with(['\\', '.']) || first.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("use ")) {
        return 1;
    }
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        let code = line.split("--").next().unwrap_or(line).trim_end();
        text.push_str(code);
        let even = |mark: &str| text.matches(mark).count().is_multiple_of(2);
        if even("'") && even("$$") && (code.ends_with(';') || code.ends_with("\\G") || code.ends_with("\\g")) {
            return index + 1;
        }
    }
    lines.len()
}

/// The lines of a statement with those that are indented below it, or open with it.
fn python(lines: &[&str]) -> usize {
    let goes_on = |line: &&str| {
        let text = line.trim_end();
        let clause = ["else", "elif", "except", "finally"].iter().any(|word| text.starts_with(word));
        text.is_empty() || text.starts_with([' ', '\t', ')', ']', '}']) || clause
    };
    let length = 1 + lines[1..].iter().take_while(|line| goes_on(line)).count();
    lines[..length].iter().rposition(|line| !line.trim().is_empty()).map_or(length, |last| last + 1)
}

/// The lines up to the one that closes the last bracket.
fn brackets(lines: &[&str]) -> usize {
    let (mut depth, mut quote) = (0_usize, None);
    for (index, line) in lines.iter().enumerate() {
        let mut characters = line.chars();
        while let Some(c) = characters.next() {
            match (quote, c) {
                (_, '\\') => drop(characters.next()),
                (Some(open), c) if open == c => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'' | '`') => quote = Some(c),
                (None, '(' | '[' | '{') => depth += 1,
                (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        // Only a template goes on over lines.
        quote = quote.filter(|open| *open == '`');
        if depth == 0 && quote.is_none() {
            return index + 1;
        }
    }
    lines.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_commands_end() {
        for (language, text, expected) in [
            ("sql", "SELECT 1;\nSELECT 2;\n", &["SELECT 1;", "SELECT 2;"][..]),
            (
                "sql",
                "-- a table\nCREATE TABLE a (\n  b int -- why;\n);\n\n\\d\n",
                &["CREATE TABLE a (|  b int -- why;|);", "\\d"],
            ),
            ("sql", "INSERT INTO a VALUES ('x;\ny');\nq", &["INSERT INTO a VALUES ('x;|y');", "q"]),
            ("sql", "DO $$\nBEGIN\n  x;\nEND $$;\n", &["DO $$|BEGIN|  x;|END $$;"]),
            ("mysql", "USE app\nSELECT 1\\G\n", &["USE app", "SELECT 1\\G"]),
            ("python", "x = 1\ndef f():\n    a\n\n    b\n\nf()\n", &["x = 1", "def f():|    a|    b|", "f()"]),
            ("python", "if x:\n  a\nelse:\n  b\n# c\n", &["if x:|  a|else:|  b|"]),
            ("js", "f('(', {\n  a: 1,\n})\nconst x = `\n`\n", &["f('(', {|  a: 1,|})", "const x = `|`"]),
            ("redis", "SET a it's\nGET a\n", &["SET a it's", "GET a"]),
            ("sql", "", &[]),
        ] {
            let lines: Vec<&str> = text.lines().collect();
            let one = |(own, blank): (Vec<usize>, bool)| {
                let end = blank.then_some("");
                own.into_iter().map(|line| lines[line]).chain(end).collect::<Vec<_>>().join("|")
            };
            let found: Vec<String> = commands(language, text).into_iter().map(one).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}

//! `llms.txt` (<https://llmstxt.org>): the site as a list of Markdown copies, for programs that read.

use std::fmt::Write;

/// A section of the site.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its title.
    pub title: String,
    /// Its pages.
    pub entries: Vec<Entry>,
}

/// A page in the list.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Title as plain text.
    pub title: String,
    /// Absolute URL of the page's Markdown copy.
    pub url: String,
    /// One sentence; empty for none.
    pub description: String,
}

/// The text of `llms.txt`. Sections without pages are left out.
pub fn llms_txt(title: &str, description: &str, sections: &[Section]) -> String {
    let mut text = format!("# {}\n", line(title));
    let description = line(description);
    if !description.is_empty() {
        write!(text, "\n> {description}\n").expect("a String takes every character");
    }
    for section in sections.iter().filter(|s| !s.entries.is_empty()) {
        write!(text, "\n## {}\n\n", line(&section.title)).expect("a String takes every character");
        for entry in &section.entries {
            let title = line(&entry.title).replace('[', "\\[").replace(']', "\\]");
            // Parentheses and spaces would end a link's target.
            let url = entry.url.replace('(', "%28").replace(')', "%29").replace(' ', "%20");
            write!(text, "- [{title}]({url})").expect("a String takes every character");
            let description = line(&entry.description);
            if !description.is_empty() {
                write!(text, ": {description}").expect("a String takes every character");
            }
            text.push('\n');
        }
    }
    text
}

/// One line, as the format is made of lines.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site() {
        let entry = |title: &str, url: &str, description: &str| Entry {
            title: title.into(),
            url: url.into(),
            description: description.into(),
        };
        let entries = vec![
            entry("Arrays [a]", "https://example.org/a(b)/index.md", "How to\nuse them."),
            entry("Plain", "https://example.org/p/index.md", ""),
        ];
        let sections =
            [Section { title: "Guides".into(), entries }, Section { title: "Empty".into(), entries: Vec::new() }];
        let expected = "# Site\n\n> About it.\n\n## Guides\n\n\
            - [Arrays \\[a\\]](https://example.org/a%28b%29/index.md): How to use them.\n\
            - [Plain](https://example.org/p/index.md)\n";
        assert_eq!(llms_txt("Site", "About it.", &sections), expected);
        assert_eq!(llms_txt("Site", "", &[]), "# Site\n");
    }
}

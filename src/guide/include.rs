//! `include`: a file of the site, or a part of it, as a block of code.
//!
//! What the block shows is the file's text as it is when the page is read, so it cannot fall behind. Reading is the site's:
//! a guide asks a [`Reader`], and keeps which files it asked for.

use super::{CodeBlock, arguments::INCLUDE, document::Builder, shortcode::tree::Call};
use crate::{
    diagnostic::Diagnostic,
    source::{Span, inside::beside},
};

mod part;

/// A file that a guide includes, read or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Included {
    /// Path relative to the site's folder.
    pub path: String,
    /// BLAKE3 of its bytes; zeros if it could not be read.
    pub hash: [u8; 32],
}

/// What came of reading a file that is to be included.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The file, under each path that it has in the site.
    pub files: Vec<Included>,
    /// The language that its name says; empty if none.
    pub language: String,
    /// Its text, or why there is none and what to do.
    pub text: Result<String, Unusable>,
}

/// Why a file cannot be included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// What is wrong with it: "is not UTF-8".
    pub why: String,
    /// What to do.
    pub help: String,
}

/// Reads a file by its path relative to the site's folder, without `.` and `..` in it.
pub type Reader<'a> = &'a dyn Fn(&str) -> Reading;

/// The reader of a text that lies in no site.
pub(super) fn nowhere(_path: &str) -> Reading {
    let unusable = Unusable { why: "is no file of a site".into(), help: "put the page into a site".into() };
    Reading { files: Vec::new(), language: String::new(), text: Err(unusable) }
}

impl Builder<'_> {
    /// The block of an `include`: a file where its guide says a `path` to save it at, else a listing.
    pub(super) fn include(&mut self, call: &Call) -> CodeBlock {
        let mut arguments = call.arguments.clone();
        arguments
            .0
            .retain(|argument| argument.name.as_deref().is_some_and(|name| INCLUDE.iter().all(|row| row.name != name)));
        let mut block = CodeBlock::included(arguments, call.tag);
        match self.included_text(call) {
            Ok((text, language)) => {
                if block.language.is_empty() {
                    block.language = language;
                }
                block.push_made(&text, call.tag);
                block.finish();
            }
            Err(problem) => self.diagnostics.push(*problem),
        }
        block
    }

    /// The text that is asked for, and the language that its file's name says.
    fn included_text(&mut self, call: &Call) -> Result<(String, String), Box<Diagnostic>> {
        let given = &call.arguments;
        let source = self.source;
        let problem = |code, message: String, span: Span, help: &str| {
            Err(Box::new(Diagnostic::error(code, message).at(source, span).help(help)))
        };
        let span_of = |name: &str| given.span_of(name).unwrap_or(call.tag);
        let written = given.get("source", 0).unwrap_or_default().trim();
        if written.is_empty() {
            let help = "write `{{< include \"app.py\" >}}`; a path that begins with `/` begins at the site's folder";
            return problem("shortcode-argument", "`include` needs a file".into(), call.tag, help);
        }
        let at = given.span_of("source").or_else(|| given.0.iter().find(|a| a.name.is_none()).map(|a| a.span));
        let at = at.unwrap_or(call.tag);
        let Some(path) = in_site(&self.source.path, written) else {
            let help = "include files of the site's own folder";
            return problem("included-file", format!("{written} leads out of the site"), at, help);
        };
        let Reading { files, language, text } = (self.reader)(&path);
        self.included.extend(files);
        let text = match text {
            Ok(text) => text,
            Err(Unusable { why, help }) => return problem("included-file", format!("{path} {why}"), at, &help),
        };
        let part = match (given.named("lines"), given.named("region")) {
            (Some(_), Some(_)) => {
                let help = "say one of them, or include the file twice";
                return problem("shortcode-argument", "`lines` and `region` cannot both be".into(), call.tag, help);
            }
            (Some(lines), None) => part::lines(&text, lines).map_err(|found| (found, span_of("lines"))),
            (None, Some(region)) => part::region(&text, region).map_err(|found| (found, span_of("region"))),
            (None, None) => Ok(text),
        };
        match part {
            Ok(text) => Ok((text, language)),
            Err((part::Missing { what, help }, span)) => {
                problem("included-part", format!("{path} {what}"), span, &help)
            }
        }
    }
}

/// The path in the site that a page means: from its own folder, or with `/` from the site's; `None` if it leads out of it.
fn in_site(page: &str, written: &str) -> Option<String> {
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    beside(if written.starts_with('/') { "" } else { folder }, written.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_at_the_page_or_at_the_site_and_stay_there() {
        for (page, written, expected) in [
            ("content/guides/a/index.md", "app.py", Some("content/guides/a/app.py")),
            ("content/guides/a.md", "./b/app.py", Some("content/guides/b/app.py")),
            ("content/guides/a.md", "../../examples/app.py", Some("examples/app.py")),
            ("content/guides/a.md", "/examples//app.py", Some("examples/app.py")),
            ("README.md", "src/main.rs", Some("src/main.rs")),
            ("content/guides/a.md", "../../../app.py", None),
            ("content/guides/a.md", "/../site/app.py", None),
        ] {
            assert_eq!(in_site(page, written).as_deref(), expected, "{written} in {page}");
        }
    }
}

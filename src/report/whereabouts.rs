//! What somebody types who wants to look at a guide of a report.

use super::safe::line;

/// Where a report's guides are, from the folder in which its reader types. A folder is empty if it is that one.
#[derive(Debug, Clone, Copy)]
pub enum Whereabouts<'a> {
    /// In the site of this folder.
    Site(&'a str),
    /// Below this folder, which is no site's.
    Folder(&'a str),
}

impl<'a> Whereabouts<'a> {
    /// The folder that the report's paths begin at.
    pub fn folder(self) -> &'a str {
        let (Self::Site(folder) | Self::Folder(folder)) = self;
        let folder = folder.trim_start_matches("./").trim_end_matches('/');
        if folder == "." { "" } else { folder }
    }

    /// The command that opens a terminal at a guide's broken step.
    pub(super) fn look(self, path: &str) -> String {
        format!("guidepost verify {} --shell", self.words(path))
    }

    /// The command that shows what is done of a guide, and why.
    pub(super) fn plan(self, path: &str) -> String {
        format!("guidepost plan {}", self.words(path))
    }

    /// What names a guide.
    fn words(self, path: &str) -> String {
        match (self, self.folder()) {
            (_, "") => word(path),
            (Self::Site(_), folder) => format!("--site {} {}", word(folder), word(path)),
            (Self::Folder(_), folder) => word(&format!("{folder}/{path}")),
        }
    }
}

/// A word of a shell, quoted where it has to be.
fn word(text: &str) -> String {
    let text = line(text);
    let simple = !text.starts_with('-') && text.chars().all(|c| c.is_alphanumeric() || "/._-+,@".contains(c));
    if simple { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_name_a_guide_from_where_its_reader_is() {
        use Whereabouts::{Folder, Site};
        for (at, path, words) in [
            (Site(""), "content/a.md", "content/a.md"),
            (Site("."), "content/a.md", "content/a.md"),
            (Site("./"), "content/it's a.md", r"'content/it'\''s a.md'"),
            (Site(""), "a;rm -rf", "'a;rm -rf'"),
            (Site("./docs/"), "content/a.md", "--site docs content/a.md"),
            (Site("../my docs"), "content/a.md", "--site '../my docs' content/a.md"),
            (Site("/srv/docs"), "content/a.md", "--site /srv/docs content/a.md"),
            (Folder("."), "README.md", "README.md"),
            (Folder("/srv/tool"), "README.md", "/srv/tool/README.md"),
        ] {
            assert_eq!(at.look(path), format!("guidepost verify {words} --shell"));
            assert_eq!(at.plan(path), format!("guidepost plan {words}"));
        }
    }
}

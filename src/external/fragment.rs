//! Places in pages of other sites that links point at.

use html5gum::Tokenizer;
use percent_encoding::percent_decode_str;

/// What GitHub, GitLab and others put before the ids of what their users write.
const USER_CONTENT: &str = "user-content-";

/// Whether what stands behind `#` is the name of a place, and none of the other things that are written there: a text to find
/// (<https://wicg.github.io/scroll-to-text-fragment/>), a route of a page that is a program, the top.
pub(super) fn is_place(fragment: &str) -> bool {
    !fragment.is_empty()
        && fragment != "top"
        && !fragment.starts_with(['/', '!', '?'])
        && !fragment.contains(":~:")
        && !fragment.contains('=')
}

/// Whether a page has a place: an `id`, an `a` with a `name`, or, where scripts make the page, a string of theirs that is called so.
pub(super) fn has_place(html: &str, fragment: &str) -> bool {
    let decoded = percent_decode_str(fragment).decode_utf8_lossy();
    let named = |value: &[u8]| {
        let Ok(value) = std::str::from_utf8(value) else { return false };
        let value = value.strip_prefix(USER_CONTENT).unwrap_or(value);
        value == fragment || value == decoded
    };
    let attribute = Tokenizer::new(html).flatten().any(|token| match token {
        html5gum::Token::StartTag(tag) => {
            tag.attributes.get(b"id".as_slice()).is_some_and(|id| named(id))
                || tag.attributes.get(b"name".as_slice()).is_some_and(|name| **tag.name == *b"a" && named(name))
        }
        _ => false,
    });
    attribute || html.contains(&format!("\"{decoded}\"")) && html.contains("<script")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_pages() {
        for (html, fragment, expected) in [
            ("<h2 id=usage>Usage</h2>", "usage", true),
            ("<h2 id='über'>Usage</h2>", "%C3%BCber", true),
            ("<a name=\"old\"></a>", "old", true),
            ("<input name=\"old\">", "old", false),
            ("<h2 id=\"user-content-usage\">", "usage", true),
            ("<!-- <h2 id=usage> --><a href=\"#usage\">", "usage", false),
            ("<p>id=usage</p>", "usage", false),
            ("<h2 id=\"Usage\">", "usage", false),
            ("<script>page({\"anchor\":\"usage\"})</script>", "usage", true),
            ("<a title=\"usage\">", "usage", false),
        ] {
            assert_eq!(has_place(html, fragment), expected, "{html} {fragment}");
        }
    }

    #[test]
    fn what_is_no_place() {
        for (fragment, expected) in [
            ("usage", true),
            ("L10-L20", true),
            ("", false),
            ("top", false),
            (":~:text=hello", false),
            ("/route/of/a/program", false),
            ("!/old", false),
            ("page=3", false),
        ] {
            assert_eq!(is_place(fragment), expected, "{fragment}");
        }
    }
}

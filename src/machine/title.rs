//! What readers are told that a machine is.

use crate::source::capitalized;
use serde_json::{Map, Value};

/// Releases that have a name, with their numbers (<https://www.debian.org/releases/>, <https://wiki.ubuntu.com/Releases>).
const RELEASES: &[(&str, &str)] = &[
    ("bullseye", "11"),
    ("bookworm", "12"),
    ("trixie", "13"),
    ("forky", "14"),
    ("focal", "20.04"),
    ("jammy", "22.04"),
    ("noble", "24.04"),
];

/// The title of one of these machines, as guidepost.yaml has them: what it says, or else what its image is, or its name. Those that
/// would be called the same are told apart by their names.
pub(crate) fn title(machines: &Map<String, Value>, name: &str) -> String {
    let own = alone(machines, name);
    let is_shared = machines.keys().any(|other| other != name && alone(machines, other) == own);
    if is_shared && own != name { format!("{own} ({name})") } else { own }
}

fn alone(machines: &Map<String, Value>, name: &str) -> String {
    let settings = machines.get(name);
    let text = |key: &str| settings.and_then(|settings| settings.get(key)).and_then(Value::as_str);
    text("title").map(str::to_owned).or_else(|| text("image").and_then(of_image)).unwrap_or_else(|| name.to_owned())
}

/// `debian:bookworm` is Debian 12; nothing, where an image says no release.
fn of_image(image: &str) -> Option<String> {
    let image = image.split('@').next().unwrap_or(image);
    let (name, tag) = image.rsplit('/').next()?.split_once(':')?;
    let (release, slim) = tag.strip_suffix("-slim").map_or((tag, false), |release| (release, true));
    let number = RELEASES.iter().find(|(named, _)| *named == release).map(|(_, number)| *number);
    let number = number.or_else(|| release.starts_with(|c: char| c.is_ascii_digit()).then_some(release))?;
    let name = Some(capitalized(name)).filter(|name| !name.is_empty())?;
    Some(format!("{name} {number}{}", if slim { " (slim)" } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles() {
        for (settings, expected) in [
            (r#"{"image": "debian:bookworm"}"#, "Debian 12"),
            (r#"{"image": "docker.io/library/ubuntu:24.04"}"#, "Ubuntu 24.04"),
            (r#"{"image": "debian:trixie-slim"}"#, "Debian 13 (slim)"),
            (r#"{"image": "fedora:42@sha256:00"}"#, "Fedora 42"),
            (r#"{"image": "example/app:latest"}"#, "server"),
            (r#"{"image": "debian"}"#, "server"),
            (r#"{"build": "machines/server"}"#, "server"),
            (r#"{"build": "machines/server", "title": "Debian 12 with Docker"}"#, "Debian 12 with Docker"),
        ] {
            let machines = serde_json::from_str(&format!("{{\"server\": {settings}}}")).expect("JSON");
            assert_eq!(title(&machines, "server"), expected, "{settings}");
        }
        assert_eq!(title(&Map::new(), "gone"), "gone");
        let same = r#"{"one": {"image": "debian:bookworm"}, "two": {"image": "debian:bookworm"}, "three": {"image": "debian:13"}}"#;
        let same = serde_json::from_str(same).expect("JSON");
        let told = ["one", "two", "three"].map(|name| title(&same, name));
        assert_eq!(told, ["Debian 12 (one)", "Debian 12 (two)", "Debian 13"]);
    }
}

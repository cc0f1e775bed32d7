//! The style sheet that settings become: variables of the theme, fonts, icons.

use crate::config::{Color, Colors, FontFile, FontStyle, Fonts, Palette, READABLE};

/// The style sheet of a look, in the theme and among the files of the output.
pub(crate) const SHEET: &str = "look.css";

/// Where a scheme begins, if nothing is said of it: the variables of style.css.
#[derive(Debug, Clone, Copy)]
struct Scheme {
    name: &'static str,
    background: &'static str,
    soft: &'static str,
    text: &'static str,
    /// What text that stands out comes nearer to.
    end: Color,
}

const LIGHT: Scheme =
    Scheme { name: "light", background: "#ffffff", soft: "#f5f7f6", text: "#222c2a", end: Color::BLACK };
const DARK: Scheme =
    Scheme { name: "dark", background: "#111716", soft: "#19211f", text: "#d5dedb", end: Color::WHITE };

/// A colour that is hard to read where it stands.
#[derive(Debug, PartialEq)]
pub(crate) struct Faint {
    /// `light` or `dark`.
    pub(crate) scheme: &'static str,
    /// The key.
    pub(crate) key: &'static str,
    pub(crate) color: Color,
    pub(crate) ground: Color,
    pub(crate) ratio: f64,
    /// The nearest that can be read.
    pub(crate) instead: Color,
}

/// What became of the colours of a site.
#[derive(Debug)]
pub(crate) struct Painted {
    /// The rules; empty if nothing was said.
    pub(crate) css: String,
    pub(crate) faint: Vec<Faint>,
    /// Of the page in the light and the dark scheme.
    pub(crate) backgrounds: [Color; 2],
}

/// Colours as rules, and those that are hard to read.
pub(crate) fn paint(colors: &Colors) -> Painted {
    let mut faint = Vec::new();
    let light = scheme(LIGHT, &colors.light, colors.dark.accent, &mut faint);
    let dark = scheme(DARK, &colors.dark, colors.light.accent, &mut faint);
    let mut css = String::new();
    if !light.variables.is_empty() {
        css.push_str(&format!(":root {{ {} }}\n", light.variables));
    }
    if !dark.variables.is_empty() {
        css.push_str(&format!(":root[data-theme=\"dark\"] {{ {} }}\n", dark.variables));
        let automatic = ":root:not([data-theme=\"light\"])";
        css.push_str(&format!("@media (prefers-color-scheme: dark) {{ {automatic} {{ {} }} }}\n", dark.variables));
    }
    // Commands look like a terminal in both schemes.
    if let Some(accent) = dark.accent {
        css.push_str(&format!(".command {{ --accent: {accent}; }}\n"));
    }
    Painted { css, faint, backgrounds: [light.background, dark.background] }
}

struct Made {
    variables: String,
    accent: Option<Color>,
    background: Color,
}

fn scheme(scheme: Scheme, palette: &Palette, other_accent: Option<Color>, faint: &mut Vec<Faint>) -> Made {
    let known = |text: &str| Color::parse(text).unwrap_or(Color::WHITE);
    let background = palette.background.unwrap_or_else(|| known(scheme.background));
    let text = palette.text.unwrap_or_else(|| known(scheme.text));
    let is_own = palette.background.is_some() || palette.text.is_some();
    let soft = if is_own { background.mixed(text, 0.04) } else { known(scheme.soft) };
    let mut variables = Vec::new();
    let mut set = |name: &str, color: Color| variables.push(format!("--{name}: {color};"));
    if is_own {
        set("bg", background);
        set("soft", soft);
        set("line", background.mixed(text, 0.16));
        set("edge", background.mixed(text, 0.6));
        set("text", text);
        set("strong", text.mixed(scheme.end, 0.5));
        set("dim", readable(text.mixed(background, 0.25), text, &[background, soft]));
    }
    let grounds = [background, soft];
    let accent = palette.accent.or_else(|| other_accent.map(|other| readable(other, scheme.end, &grounds)));
    if let Some(accent) = accent {
        set("accent", accent);
        set("accent-soft", tint(background, accent));
    }
    let mut judge = |key, color: Option<Color>| {
        let Some(color) = color else { return };
        let (ground, ratio) = grounds
            .map(|ground| (ground, color.contrast(ground)))
            .into_iter()
            .fold((background, f64::INFINITY), |worst, this| if this.1 < worst.1 { this } else { worst });
        if ratio < READABLE {
            let end = if ground.is_light() { Color::BLACK } else { Color::WHITE };
            let instead = readable(color, end, &grounds);
            faint.push(Faint { scheme: scheme.name, key, color, ground, ratio, instead });
        }
    };
    judge("accent", palette.accent);
    judge("text", is_own.then_some(text));
    Made { variables: variables.join(" "), accent, background }
}

/// The colour itself, or with as much of another as it takes to be read on all grounds.
fn readable(color: Color, towards: Color, grounds: &[Color]) -> Color {
    let shares = (0..=20).map(|step| f64::from(step) / 20.0);
    let mut mixed = shares.map(|share| color.mixed(towards, share));
    mixed.find(|c| grounds.iter().all(|ground| c.contrast(*ground) >= READABLE)).unwrap_or(towards)
}

/// A ground with a little of the accent in it, as much as text of that colour bears.
fn tint(background: Color, accent: Color) -> Color {
    let mut shares = [0.14, 0.12, 0.1, 0.08, 0.06, 0.04].into_iter().map(|share| background.mixed(accent, share));
    shares.find(|ground| accent.contrast(*ground) >= READABLE).unwrap_or_else(|| background.mixed(accent, 0.04))
}

/// Families as rules.
pub(crate) fn families(fonts: &Fonts) -> String {
    let stack = |families: &str, rest: &str| format!("{}, {rest}", families.trim().trim_end_matches(','));
    let text = "system-ui, -apple-system, \"Segoe UI\", Roboto, \"Noto Sans\", sans-serif";
    let mut css = String::new();
    if let Some(families) = &fonts.text {
        css.push_str(&format!(":root {{ --sans: {}; }}\n", stack(families, text)));
    }
    if let Some(families) = &fonts.code {
        css.push_str(&format!(
            ":root {{ --mono: {}; }}\n",
            stack(families, "ui-monospace, Menlo, Consolas, monospace")
        ));
    }
    if let Some(families) = &fonts.headings {
        css.push_str(&format!("h1, h2, h3, h4, h5, h6, .brand {{ font-family: {}; }}\n", stack(families, text)));
    }
    css
}

/// A font file at an address; `None` if its name is not that of a font.
pub(crate) fn face(font: &FontFile, address: &str) -> Option<String> {
    let format = match font.file.rsplit('.').next()? {
        "woff2" => "woff2",
        "woff" => "woff",
        "ttf" => "truetype",
        "otf" => "opentype",
        _ => return None,
    };
    let family = font.family.trim_matches(['"', '\'']);
    let weight = font.weight.as_ref().map_or_else(String::new, |weight| format!(" font-weight: {weight};"));
    let style = if font.style == FontStyle::Italic { " font-style: italic;" } else { "" };
    Some(format!(
        "@font-face {{ font-family: \"{family}\"; src: url(\"{address}\") format(\"{format}\");{weight}{style} font-display: swap; }}\n"
    ))
}

/// Icons of links by their names, in a box of 24. All but `mail` are those of Simple Icons 11.15 (CC0).
const ICONS: [(&str, &str); 9] = [
    (
        "github",
        "M12 .297c-6.63 0-12 5.373-12 12 0 5.303 3.438 9.8 8.205 11.385.6.113.82-.258.82-.577 0-.285-.01-1.04-.015-2.04-3.338.724-4.042-1.61-4.042-1.61C4.422 18.07 3.633 17.7 3.633 17.7c-1.087-.744.084-.729.084-.729 1.205.084 1.838 1.236 1.838 1.236 1.07 1.835 2.809 1.305 3.495.998.108-.776.417-1.305.76-1.605-2.665-.3-5.466-1.332-5.466-5.93 0-1.31.465-2.38 1.235-3.22-.135-.303-.54-1.523.105-3.176 0 0 1.005-.322 3.3 1.23.96-.267 1.98-.399 3-.405 1.02.006 2.04.138 3 .405 2.28-1.552 3.285-1.23 3.285-1.23.645 1.653.24 2.873.12 3.176.765.84 1.23 1.91 1.23 3.22 0 4.61-2.805 5.625-5.475 5.92.42.36.81 1.096.81 2.22 0 1.606-.015 2.896-.015 3.286 0 .315.21.69.825.57C20.565 22.092 24 17.592 24 12.297c0-6.627-5.373-12-12-12",
    ),
    (
        "gitlab",
        "m23.6004 9.5927-.0337-.0862L20.3.9814a.851.851 0 0 0-.3362-.405.8748.8748 0 0 0-.9997.0539.8748.8748 0 0 0-.29.4399l-2.2055 6.748H7.5375l-2.2057-6.748a.8573.8573 0 0 0-.29-.4412.8748.8748 0 0 0-.9997-.0537.8585.8585 0 0 0-.3362.4049L.4332 9.5015l-.0325.0862a6.0657 6.0657 0 0 0 2.0119 7.0105l.0113.0087.03.0213 4.976 3.7264 2.462 1.8633 1.4995 1.1321a1.0085 1.0085 0 0 0 1.2197 0l1.4995-1.1321 2.4619-1.8633 5.006-3.7489.0125-.01a6.0682 6.0682 0 0 0 2.0094-7.003z",
    ),
    (
        "mastodon",
        "M23.268 5.313c-.35-2.578-2.617-4.61-5.304-5.004C17.51.242 15.792 0 11.813 0h-.03c-3.98 0-4.835.242-5.288.309C3.882.692 1.496 2.518.917 5.127.64 6.412.61 7.837.661 9.143c.074 1.874.088 3.745.26 5.611.118 1.24.325 2.47.62 3.68.55 2.237 2.777 4.098 4.96 4.857 2.336.792 4.849.923 7.256.38.265-.061.527-.132.786-.213.585-.184 1.27-.39 1.774-.753a.057.057 0 0 0 .023-.043v-1.809a.052.052 0 0 0-.02-.041.053.053 0 0 0-.046-.01 20.282 20.282 0 0 1-4.709.545c-2.73 0-3.463-1.284-3.674-1.818a5.593 5.593 0 0 1-.319-1.433.053.053 0 0 1 .066-.054c1.517.363 3.072.546 4.632.546.376 0 .75 0 1.125-.01 1.57-.044 3.224-.124 4.768-.422.038-.008.077-.015.11-.024 2.435-.464 4.753-1.92 4.989-5.604.008-.145.03-1.52.03-1.67.002-.512.167-3.63-.024-5.545zm-3.748 9.195h-2.561V8.29c0-1.309-.55-1.976-1.67-1.976-1.23 0-1.846.79-1.846 2.35v3.403h-2.546V8.663c0-1.56-.617-2.35-1.848-2.35-1.112 0-1.668.668-1.67 1.977v6.218H4.822V8.102c0-1.31.337-2.35 1.011-3.12.696-.77 1.608-1.164 2.74-1.164 1.311 0 2.302.5 2.962 1.498l.638 1.06.638-1.06c.66-.999 1.65-1.498 2.96-1.498 1.13 0 2.043.395 2.74 1.164.675.77 1.012 1.81 1.012 3.12z",
    ),
    (
        "rss",
        "M19.199 24C19.199 13.467 10.533 4.8 0 4.8V0c13.165 0 24 10.835 24 24h-4.801zM3.291 17.415c1.814 0 3.293 1.479 3.293 3.295 0 1.813-1.485 3.29-3.301 3.29C1.47 24 0 22.526 0 20.71s1.475-3.294 3.291-3.295zM15.909 24h-4.665c0-6.169-5.075-11.245-11.244-11.245V8.09c8.727 0 15.909 7.184 15.909 15.91z",
    ),
    (
        "youtube",
        "M23.498 6.186a3.016 3.016 0 0 0-2.122-2.136C19.505 3.545 12 3.545 12 3.545s-7.505 0-9.377.505A3.017 3.017 0 0 0 .502 6.186C0 8.07 0 12 0 12s0 3.93.502 5.814a3.016 3.016 0 0 0 2.122 2.136c1.871.505 9.376.505 9.376.505s7.505 0 9.377-.505a3.015 3.015 0 0 0 2.122-2.136C24 15.93 24 12 24 12s0-3.93-.502-5.814zM9.545 15.568V8.432L15.818 12l-6.273 3.568z",
    ),
    (
        "discord",
        "M20.317 4.3698a19.7913 19.7913 0 00-4.8851-1.5152.0741.0741 0 00-.0785.0371c-.211.3753-.4447.8648-.6083 1.2495-1.8447-.2762-3.68-.2762-5.4868 0-.1636-.3933-.4058-.8742-.6177-1.2495a.077.077 0 00-.0785-.037 19.7363 19.7363 0 00-4.8852 1.515.0699.0699 0 00-.0321.0277C.5334 9.0458-.319 13.5799.0992 18.0578a.0824.0824 0 00.0312.0561c2.0528 1.5076 4.0413 2.4228 5.9929 3.0294a.0777.0777 0 00.0842-.0276c.4616-.6304.8731-1.2952 1.226-1.9942a.076.076 0 00-.0416-.1057c-.6528-.2476-1.2743-.5495-1.8722-.8923a.077.077 0 01-.0076-.1277c.1258-.0943.2517-.1923.3718-.2914a.0743.0743 0 01.0776-.0105c3.9278 1.7933 8.18 1.7933 12.0614 0a.0739.0739 0 01.0785.0095c.1202.099.246.1981.3728.2924a.077.077 0 01-.0066.1276 12.2986 12.2986 0 01-1.873.8914.0766.0766 0 00-.0407.1067c.3604.698.7719 1.3628 1.225 1.9932a.076.076 0 00.0842.0286c1.961-.6067 3.9495-1.5219 6.0023-3.0294a.077.077 0 00.0313-.0552c.5004-5.177-.8382-9.6739-3.5485-13.6604a.061.061 0 00-.0312-.0286zM8.02 15.3312c-1.1825 0-2.1569-1.0857-2.1569-2.419 0-1.3332.9555-2.4189 2.157-2.4189 1.2108 0 2.1757 1.0952 2.1568 2.419 0 1.3332-.9555 2.4189-2.1569 2.4189zm7.9748 0c-1.1825 0-2.1569-1.0857-2.1569-2.419 0-1.3332.9554-2.4189 2.1569-2.4189 1.2108 0 2.1757 1.0952 2.1568 2.419 0 1.3332-.946 2.4189-2.1568 2.4189Z",
    ),
    (
        "x",
        "M18.901 1.153h3.68l-8.04 9.19L24 22.846h-7.406l-5.8-7.584-6.638 7.584H.474l8.6-9.83L0 1.154h7.594l5.243 6.932ZM17.61 20.644h2.039L6.486 3.24H4.298Z",
    ),
    (
        "linkedin",
        "M20.447 20.452h-3.554v-5.569c0-1.328-.027-3.037-1.852-3.037-1.853 0-2.136 1.445-2.136 2.939v5.667H9.351V9h3.414v1.561h.046c.477-.9 1.637-1.85 3.37-1.85 3.601 0 4.267 2.37 4.267 5.455v6.286zM5.337 7.433c-1.144 0-2.063-.926-2.063-2.065 0-1.138.92-2.063 2.063-2.063 1.14 0 2.064.925 2.064 2.063 0 1.139-.925 2.065-2.064 2.065zm1.782 13.019H3.555V9h3.564v11.452zM22.225 0H1.771C.792 0 0 .774 0 1.729v20.542C0 23.227.792 24 1.771 24h20.451C23.2 24 24 23.227 24 22.271V1.729C24 .774 23.2 0 22.222 0h.003z",
    ),
    (
        "mail",
        "M2 4h20a1 1 0 0 1 1 1v.8L12 13 1 5.8V5a1 1 0 0 1 1-1zM1 8.200V19a1 1 0 0 0 1 1h20a1 1 0 0 0 1-1V8.200l-11 7.200z",
    ),
];

/// The icon of a link: its name in lower case is one of the known.
pub(crate) fn icon(name: &str) -> Option<&'static str> {
    let known = |(known, _): &&(&'static str, &str)| known.eq_ignore_ascii_case(name.trim());
    ICONS.iter().find(known).map(|(name, _)| *name)
}

/// An icon as a rule.
pub(crate) fn icon_rule(name: &str) -> String {
    let path = ICONS.iter().find(|(known, _)| *known == name).map_or("", |(_, path)| path);
    format!(
        ".icon.{name} {{ --icon: url(\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Cpath d='{path}'/%3E%3C/svg%3E\"); }}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn palette(accent: Option<&str>, background: Option<&str>) -> Palette {
        Palette { accent: accent.and_then(Color::parse), background: background.and_then(Color::parse), text: None }
    }

    #[test]
    fn schemes_begin_where_the_theme_does() {
        let css = include_str!("../../themes/default/static/style.css");
        for scheme in [LIGHT, DARK] {
            for (name, value) in [("bg", scheme.background), ("soft", scheme.soft), ("text", scheme.text)] {
                let short = value.replace("#ffffff", "#fff");
                assert!(css.contains(&format!("--{name}: {short};")), "{} {name}", scheme.name);
            }
        }
    }

    #[test]
    fn nothing_said_changes_nothing() {
        assert_eq!(paint(&Colors::default()).css, "");
        assert_eq!(families(&Fonts::default()), "");
    }

    #[test]
    fn an_accent_that_is_hard_to_read_is_told() {
        for (light, dark, expected) in [
            (Some("#7a3fb0"), Some("#c9a2f0"), &[][..]),
            (Some("#7a3fb0"), None, &[]),
            (None, Some("#c9a2f0"), &[]),
            (Some("#ffcc00"), None, &["light accent"]),
            (None, Some("#333366"), &["dark accent"]),
            (Some("#ffcc00"), Some("#333366"), &["light accent", "dark accent"]),
        ] {
            let colors = Colors { light: palette(light, None), dark: palette(dark, None) };
            let told: Vec<String> =
                paint(&colors).faint.iter().map(|faint| format!("{} {}", faint.scheme, faint.key)).collect();
            assert_eq!(told, expected, "{light:?} {dark:?}");
        }
    }

    #[test]
    fn what_is_made_of_a_colour_can_be_read() {
        for accent in ["#7a3fb0", "#ffcc00", "#000000", "#ffffff", "#ff0000", "#767676"] {
            let accent = Color::parse(accent).expect("a colour");
            let colors =
                Colors { light: palette(None, None), dark: Palette { accent: Some(accent), ..Palette::default() } };
            let mut faint = Vec::new();
            let made = scheme(LIGHT, &colors.light, colors.dark.accent, &mut faint).accent.expect("it is made");
            assert!(made.contrast(Color::WHITE) >= READABLE, "{accent}: {made}");
        }
    }
}

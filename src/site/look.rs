//! The look of a site, read: the files that `guidepost.yaml` names for it, and the style sheet that its settings become.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    config::{Config, READABLE},
    diagnostic::Diagnostic,
    site::{address, failure::Failure},
    source::{Source, inside::inside, place},
    theme::{Theme, look},
};

/// What every page has because `guidepost.yaml` says so.
#[derive(Debug, Default)]
pub(crate) struct Look {
    /// As templates are told: `site.look`.
    pub(crate) data: Data,
    /// What an author should look at.
    pub(crate) warnings: Vec<Diagnostic>,
}

/// `site.look`. What is not set is null or empty.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
#[schemars(rename = "look")]
pub(crate) struct Data {
    /// The logo.
    logo: Option<Logo>,
    /// Address of the script that draws diagrams.
    mermaid: Option<String>,
    /// The icon of the browser's tab.
    favicon: Option<Favicon>,
    /// Addresses of style sheets.
    styles: Vec<String>,
    /// Scripts.
    scripts: Vec<Script>,
    /// The end of each page's `<head>`. **HTML**
    head: Option<String>,
    /// The end of each page. **HTML**
    footer: Option<String>,
    /// Colours of the page, for the browser's frame.
    theme_color: ThemeColor,
}

/// The logo.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "logo")]
struct Logo {
    /// One, or one a scheme.
    pictures: Vec<LogoPicture>,
    /// Whether it stands in place of the site's title.
    replaces_title: bool,
}

/// A picture of the logo.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "logo-picture")]
struct LogoPicture {
    /// The address.
    url: String,
    /// `light` or `dark`; null if it is for both.
    scheme: Option<&'static str>,
    /// Pixels, if the file says so.
    width: Option<usize>,
    /// Likewise.
    height: Option<usize>,
}

/// The icon of the browser's tab.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "favicon")]
struct Favicon {
    /// The address.
    url: String,
    /// Its media type.
    #[serde(rename = "type")]
    kind: &'static str,
}

/// A script.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "script")]
struct Script {
    /// The address.
    url: String,
    /// Whether it is a module.
    is_module: bool,
}

/// Colours of the page.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
#[schemars(rename = "theme-color")]
struct ThemeColor {
    /// In the light scheme.
    light: String,
    /// In the dark one.
    dark: String,
}

/// Reads files for the theme, and collects what is wrong with them.
struct Reader<'a> {
    site: &'a Path,
    config: &'a Config,
    source: &'a Source,
    theme: &'a mut Theme,
    problems: Vec<Diagnostic>,
}

/// A file that was read: its path, its address in the output, what is in it.
struct Read {
    output: String,
    url: String,
}

impl Look {
    /// Reads it, and adds its files to those of the theme.
    pub(crate) fn read(site: &Path, config: &Config, source: &Source, theme: &mut Theme) -> Result<Self, Failure> {
        let mut reader = Reader { site, config, source, theme, problems: Vec::new() };
        let painted = look::paint(&config.look.colors);
        let mut data = reader.data();
        let sheet = reader.sheet(&painted.css);
        if !reader.problems.is_empty() {
            return Err(Failure::Configuration(reader.problems));
        }
        data.styles.splice(0..0, sheet);
        let [light, dark] = painted.backgrounds.map(|color| color.to_string());
        data.theme_color = ThemeColor { light, dark };
        let warnings = painted.faint.iter().map(|faint| {
            let message = format!(
                "`{}` is hard to read in the {} scheme: the contrast of {} on {} is {:.2}:1",
                faint.key, faint.scheme, faint.color, faint.ground, faint.ratio
            );
            let other = if faint.ground.is_light() { "darker" } else { "lighter" };
            let help = format!("text needs {READABLE}:1 (WCAG 2.2, AA): take a {other} one, as \"{}\"", faint.instead);
            let at = place::of(source, &["look", "colors", faint.scheme, faint.key]);
            Diagnostic::warning("contrast", message).at(source, at).help(help)
        });
        Ok(Self { warnings: warnings.collect(), data })
    }
}

/// Files that a look is made of, as they are named: what is to be read again when they change.
pub(crate) fn files(config: &Config) -> Vec<&str> {
    let look = &config.look;
    let logo = look.logo.iter().flat_map(|logo| [Some(logo.light()), logo.dark()]).flatten();
    let single = [&look.favicon, &look.head, &look.footer].into_iter().flatten().map(String::as_str);
    let fonts = look.fonts.files.iter().map(|font| font.file.as_str());
    let single = single.chain(config.diagrams.mermaid.as_deref());
    let files = logo.chain(single).chain(fonts).chain(look.css.iter().chain(&look.javascript).map(String::as_str));
    files.map(|path| path.trim_start_matches("./")).collect()
}

impl Reader<'_> {
    fn data(&mut self) -> Data {
        let look = &self.config.look;
        let favicon = look.favicon.as_ref().and_then(|path| self.favicon(path));
        let styles: Vec<String> =
            look.css.iter().filter_map(|path| Some(self.asset(&["look", "css"], path)?.url)).collect();
        let scripts: Vec<Script> = (look.javascript.iter())
            .filter_map(|path| {
                let url = self.asset(&["look", "javascript"], path)?.url;
                Some(Script { url, is_module: path.ends_with(".mjs") })
            })
            .collect();
        let mermaid = self.config.diagrams.mermaid.as_ref();
        let mermaid = mermaid.and_then(|path| Some(self.asset(&["diagrams", "mermaid"], path)?.url));
        Data {
            logo: self.logo(),
            mermaid,
            favicon,
            styles,
            scripts,
            head: look.head.as_ref().and_then(|path| self.snippet(&["look", "head"], path)),
            footer: look.footer.as_ref().and_then(|path| self.snippet(&["look", "footer"], path)),
            theme_color: ThemeColor::default(),
        }
    }

    fn logo(&mut self) -> Option<Logo> {
        let logo = self.config.look.logo.as_ref()?;
        let mut picture = |path: &str, scheme: Option<&'static str>| {
            let read = self.asset(&["look", "logo"], path)?;
            let picture = &self.theme.assets.get(path.trim_start_matches("./"))?.bytes;
            let size = imagesize::blob_size(picture).ok();
            let (width, height) = (size.as_ref().map(|s| s.width), size.as_ref().map(|s| s.height));
            Some(LogoPicture { url: read.url, scheme, width, height })
        };
        let light = picture(logo.light(), logo.dark().map(|_| "light"));
        let dark = logo.dark().and_then(|path| picture(path, Some("dark")));
        Some(Logo { pictures: light.into_iter().chain(dark).collect(), replaces_title: logo.replaces_title() })
    }

    fn favicon(&mut self, path: &str) -> Option<Favicon> {
        let kind = match path.rsplit('.').next() {
            Some("svg") => "image/svg+xml",
            Some("png") => "image/png",
            Some("ico") => "image/x-icon",
            _ => {
                self.refuse(
                    &["look", "favicon"],
                    path,
                    format!("{path:?} is no icon of a browser's tab"),
                    "take an .svg, .png or .ico file".into(),
                );
                return None;
            }
        };
        Some(Favicon { url: self.asset(&["look", "favicon"], path)?.url, kind })
    }

    /// The style sheet of what is used; `None` if that is nothing.
    fn sheet(&mut self, colors: &str) -> Option<String> {
        let config = self.config;
        let mut made = String::new();
        for font in &config.look.fonts.files {
            let key = ["look", "fonts", "files"];
            let Some(read) = self.asset(&key, &font.file) else { continue };
            // The sheet lies one folder deep.
            match look::face(font, &format!("../{}", address::encode(&read.output))) {
                Some(face) => made.push_str(&face),
                None => {
                    let message = format!("{:?} is no font file", font.file);
                    self.refuse(&key, &font.file, message, "take a .woff2, .woff, .ttf or .otf file".into());
                }
            }
        }
        made.push_str(&look::families(&config.look.fonts));
        made.push_str(colors);
        let mut icons: Vec<&str> = config.social.iter().filter_map(|link| look::icon(&link.name)).collect();
        icons.sort_unstable();
        icons.dedup();
        icons.into_iter().for_each(|icon| made.push_str(&look::icon_rule(icon)));
        let uses_rules = config.look.logo.is_some() || config.announcement.is_some() || !config.social.is_empty();
        if made.is_empty() && !uses_rules {
            return None;
        }
        let bytes = [self.theme.look.as_slice(), made.as_bytes()].concat();
        let output = self.theme.add_asset(look::SHEET, look::SHEET, bytes);
        Some(self.url(&output))
    }

    /// A file as one that pages link to.
    fn asset(&mut self, key: &[&str], path: &str) -> Option<Read> {
        let bytes = self.bytes(key, path)?;
        // What is published under its own name, too, stays beside what it names.
        let shown = path.trim_start_matches("./");
        let output = match shown.strip_prefix("static/").and_then(|below| below.rsplit_once('/')) {
            Some((folder, name)) => self.theme.add_asset_in(&format!("{folder}/"), shown, name, bytes),
            None if shown.starts_with("static/") => self.theme.add_asset_in("", shown, &shown[7..], bytes),
            None => self.theme.add_asset(shown, address::file_name(shown), bytes),
        };
        Some(Read { url: self.url(&output), output })
    }

    fn url(&self, output: &str) -> String {
        format!("{}{}", self.config.base_path(), address::encode(output))
    }

    /// HTML that is put into pages as it is.
    fn snippet(&mut self, key: &[&str], path: &str) -> Option<String> {
        match String::from_utf8(self.bytes(key, path)?) {
            Ok(text) => Some(text.trim_start_matches('\u{feff}').trim_end().to_owned()),
            Err(_) => {
                self.refuse(key, path, format!("{path:?} is not UTF-8"), "save it as UTF-8".into());
                None
            }
        }
    }

    fn bytes(&mut self, key: &[&str], path: &str) -> Option<Vec<u8>> {
        let read = inside(self.site, Path::new(path)).map_err(|error| error.to_string());
        let read = read.and_then(|file| std::fs::read(file).map_err(|error| format!("cannot be read: {error}")));
        match read {
            Ok(bytes) => Some(bytes),
            Err(why) => {
                let published = format!("static/{}", path.trim_start_matches('/'));
                let help = if address::is_elsewhere(path) {
                    "only files of the site are named here; what another server has is loaded by HTML in `look: head:`"
                        .into()
                } else if inside(self.site, Path::new(&published)).is_ok() {
                    format!("paths begin at the site's folder: {published}")
                } else {
                    "name a file by its path in the site's folder: static/style.css".into()
                };
                self.refuse(key, path, format!("{path:?} {why}"), help);
                None
            }
        }
    }

    fn refuse(&mut self, key: &[&str], value: &str, message: String, help: String) {
        let at = place::of_value(self.source, key, value);
        self.problems.push(Diagnostic::error("configuration", message).at(self.source, at).help(help));
    }
}

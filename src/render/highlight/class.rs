//! The classes of highlighted text, and which scope of a grammar means which.

use std::collections::HashMap;
use std::sync::RwLock;

use syntect::parsing::Scope;

/// What a piece of code is, as far as the theme gives it a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub(super) enum Class {
    #[default]
    Plain,
    Keyword,
    String,
    Comment,
    Number,
    Function,
    Type,
    Variable,
    Operator,
    Attribute,
    Tag,
    Constant,
    Escape,
    Inserted,
    Deleted,
    Heading,
}

impl Class {
    /// All classes, each at the index of its number.
    pub(super) const ALL: [Self; 16] = [
        Self::Plain,
        Self::Keyword,
        Self::String,
        Self::Comment,
        Self::Number,
        Self::Function,
        Self::Type,
        Self::Variable,
        Self::Operator,
        Self::Attribute,
        Self::Tag,
        Self::Constant,
        Self::Escape,
        Self::Inserted,
        Self::Deleted,
        Self::Heading,
    ];

    /// True if a piece of class `inner` within text of this class is no more than a part of it: a quoted key is a key,
    /// and a string in a comment is comment.
    fn keeps(self, inner: Self) -> bool {
        match self {
            Self::Comment | Self::Heading | Self::Inserted | Self::Deleted => true,
            Self::Variable => inner != Self::Plain,
            Self::Attribute => inner == Self::String,
            Self::String => !matches!(inner, Self::Plain | Self::Escape | Self::Variable),
            _ => false,
        }
    }

    /// The class of a token of this class: operators of one sign stay plain, those that are words are keywords.
    pub(super) fn of_token(self, token: &str) -> Self {
        if !matches!(self, Self::Operator | Self::Keyword) {
            return self;
        }
        let token = token.trim_ascii();
        if token.contains(|c: char| c.is_alphanumeric()) {
            Self::Keyword
        } else if token.chars().nth(1).is_some() {
            self
        } else {
            Self::Plain
        }
    }

    /// The class name in HTML and in the theme's style sheet.
    pub(super) fn letter(self) -> char {
        char::from(b" kscnftvoagleidh"[self as usize])
    }
}

/// Scope prefixes and what they mean. The longest prefix that fits a scope decides; a scope that none fits leaves the
/// class that surrounds it.
pub(super) const RULES: &[(&str, Class)] = &[
    ("comment", Class::Comment),
    ("constant.character.entity", Class::Escape),
    ("constant.character.escape", Class::Escape),
    ("constant.language", Class::Constant),
    ("constant.numeric", Class::Number),
    ("constant.other.color", Class::Number),
    ("constant.other.datetime", Class::Number),
    ("constant.other.placeholder", Class::Escape),
    ("constant.other.symbol", Class::Constant),
    ("entity.name.class", Class::Type),
    ("entity.name.enum", Class::Type),
    ("entity.name.enum.tag-digest", Class::Plain),
    ("entity.name.function", Class::Function),
    ("entity.name.function.sql", Class::Type),
    ("entity.name.section", Class::Heading),
    ("entity.name.struct", Class::Type),
    ("entity.name.table", Class::Heading),
    ("entity.name.tag", Class::Tag),
    ("entity.name.tag.toml", Class::Attribute),
    ("entity.name.tag.yaml", Class::Attribute),
    ("entity.name.trait", Class::Type),
    ("entity.name.type", Class::Type),
    ("entity.other.attribute-name", Class::Attribute),
    ("entity.other.inherited-class", Class::Type),
    ("entity.other.jinja2", Class::Keyword),
    ("entity.other.pseudo-class", Class::Attribute),
    ("entity.section", Class::Heading),
    ("entity.tag", Class::Tag),
    ("keyword", Class::Keyword),
    ("keyword.name.ini", Class::Attribute),
    ("keyword.operator", Class::Operator),
    ("keyword.other.interpolation", Class::Escape),
    ("keyword.other.substitution", Class::Escape),
    ("keyword.other.unit", Class::Number),
    ("markup.deleted", Class::Deleted),
    ("markup.heading", Class::Heading),
    ("markup.inserted", Class::Inserted),
    ("markup.raw", Class::String),
    ("meta.diff.header", Class::Heading),
    ("meta.diff.range", Class::Heading),
    ("meta.embedded", Class::Plain),
    ("meta.group.expansion.arithmetic", Class::Plain),
    ("meta.group.expansion.command", Class::Plain),
    ("meta.group.expansion.parameter", Class::Variable),
    ("meta.interpolation", Class::Plain),
    ("meta.mapping.key.json", Class::Attribute),
    ("meta.template.expression", Class::Plain),
    ("source", Class::Plain),
    ("source.regexp", Class::String),
    ("storage", Class::Keyword),
    ("storage.type.function.arrow", Class::Operator),
    ("storage.type.string", Class::String),
    ("string", Class::String),
    ("string.name.value.ini", Class::Plain),
    ("string.unquoted", Class::Plain),
    ("string.unquoted.heredoc", Class::String),
    ("string.unquoted.html", Class::String),
    ("support.class", Class::Type),
    ("support.constant", Class::Constant),
    ("support.function", Class::Function),
    ("support.function.double-brace", Class::Plain),
    ("support.function.test", Class::Plain),
    ("support.macro", Class::Function),
    ("support.type", Class::Type),
    ("support.type.builtin.ts", Class::Constant),
    ("support.type.property-name", Class::Attribute),
    ("support.variable.automatic", Class::Variable),
    ("variable.annotation", Class::Function),
    ("variable.declaration.terraform", Class::Attribute),
    ("variable.function", Class::Function),
    ("variable.language", Class::Constant),
    ("variable.language.automatic.makefile", Class::Variable),
    ("variable.language.star", Class::Plain),
    ("variable.other.env", Class::Variable),
    ("variable.other.makefile", Class::Variable),
    ("variable.other.php", Class::Variable),
    ("variable.other.readwrite.assignment.shell", Class::Variable),
    ("variable.other.readwrite.powershell", Class::Variable),
    ("variable.parameter.makefile", Class::Variable),
    ("variable.parameter.php", Class::Variable),
];

/// Finds the class of a scope, once for each scope.
#[derive(Debug)]
pub(super) struct Classes {
    rules: Vec<(Scope, Class)>,
    known: RwLock<HashMap<Scope, Option<Class>>>,
}

impl Classes {
    pub(super) fn new() -> Self {
        let mut rules: Vec<_> =
            RULES.iter().filter_map(|(prefix, class)| Some((Scope::new(prefix).ok()?, *class))).collect();
        rules.sort_by_key(|(scope, _)| std::cmp::Reverse(scope.len()));
        Self { rules, known: RwLock::default() }
    }

    /// The class of a scope inside text of class `around`.
    pub(super) fn inside(&self, around: Class, scope: Scope) -> Class {
        let found = self.known.read().ok().and_then(|known| known.get(&scope).copied());
        let class = found.unwrap_or_else(|| {
            let class = self.rules.iter().find(|(prefix, _)| prefix.is_prefix_of(scope)).map(|(_, class)| *class);
            if let Ok(mut known) = self.known.write() {
                known.insert(scope, class);
            }
            class
        });
        match class {
            Some(class) if !around.keeps(class) => class,
            _ => around,
        }
    }
}

//! The blocks of a guide that its reader follows, in order: those of included bundles, and of one tab of each group.

use pulldown_cmark::{Event, Tag, TagEnd};
use std::{ops::Deref, sync::Arc};

use super::{
    At,
    prose::{Passage, Prose},
};
use crate::{
    guide::{CodeBlock, Guide, Role, Shortcode, Token, TokenKind},
    source::Span,
};

/// The file that a block stands in.
#[derive(Debug, Clone)]
pub(super) enum Origin<'a> {
    /// The guide's own.
    Page(&'a Guide),
    /// That of an included bundle.
    Included(Arc<Guide>),
}

impl Deref for Origin<'_> {
    type Target = Guide;

    fn deref(&self) -> &Guide {
        match self {
            Self::Page(guide) => guide,
            Self::Included(guide) => guide,
        }
    }
}

/// A block of code that may be a step.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) origin: Origin<'a>,
    pub(super) code: CodeBlock,
    pub(super) span: Span,
    /// Its number on the page, the blocks of all tabs counted.
    pub(super) number: usize,
    /// The nearest heading before it; empty if there is none.
    pub(super) section: String,
    /// What the prose says before it: the last paragraph between it and the block or heading above.
    pub(super) prose: String,
    /// How many passages of the prose stand before it.
    pub(super) passages: usize,
    /// The list items that it stands in, outermost first.
    pub(super) items: Vec<usize>,
    /// The passages that say what it is folded in, outermost first.
    pub(super) folds: Vec<usize>,
    /// It stands aside: in a quote or a note.
    pub(super) aside: bool,
    /// Why a reader does not see it at first.
    pub(super) folded: Option<String>,
    /// Why it is done at all, where there was a choice.
    pub(super) inferred: Vec<String>,
}

impl Block<'_> {
    pub(super) fn at(&self) -> At {
        At::new(&self.origin.source, self.span)
    }

    /// Its lines in its file, from 1.
    pub(super) fn lines(&self) -> std::ops::RangeInclusive<usize> {
        let line = |at: usize| self.origin.source.line_of(at).0;
        line(self.span.start)..=line(self.span.end.saturating_sub(1).max(self.span.start))
    }
}

/// A block in a tab that is not followed.
#[derive(Debug)]
pub(super) struct Unfollowed<'a> {
    pub(super) block: Block<'a>,
    /// Title of the outermost such tab.
    pub(super) tab: String,
}

/// Where the bundles that a guide includes come from.
pub(super) type Includes<'i> = &'i dyn Fn(&str) -> Option<Arc<Guide>>;

/// The blocks of a guide.
pub(super) struct Gathered<'a> {
    /// Those that are followed.
    pub(super) blocks: Vec<Block<'a>>,
    /// Those of tabs that are not.
    pub(super) unfollowed: Vec<Unfollowed<'a>>,
    /// The prose around those that are followed.
    pub(super) prose: Vec<Passage>,
    /// How many tabs the largest group has.
    pub(super) tabs: usize,
}

/// Gathers the blocks of a guide for one machine, and those of tabs that are not followed there. `named` are the machines for
/// which the guide is done, each with its own tabs; none if it is done only once. With `nth`, that tab of each group is
/// followed, from 0, or else its last.
pub(super) fn gather<'a>(
    guide: &'a Guide,
    includes: Includes<'_>,
    machine: &str,
    named: &[String],
    nth: Option<usize>,
) -> Gathered<'a> {
    let mut walk = Walk {
        includes,
        machine,
        named,
        nth,
        blocks: Vec::new(),
        number: 0,
        most: 0,
        unfollowed: Vec::new(),
        section: String::new(),
        prose: Prose::default(),
        folded: None,
        inferred: Vec::new(),
        including: vec![guide.path.clone()],
    };
    walk.tokens(&Origin::Page(guide), &guide.tokens);
    walk.prose.end();
    Gathered { blocks: walk.blocks, unfollowed: walk.unfollowed, prose: walk.prose.passages, tabs: walk.most }
}

/// Those of `machines` that tabs of a guide are for, in the same order.
pub(super) fn machines_of_tabs(guide: &Guide, includes: Includes<'_>, machines: &[String]) -> Vec<String> {
    let mut including = vec![guide.path.clone()];
    let mut tabs = Vec::new();
    tabs_in(&guide.tokens, includes, &mut including, &mut tabs);
    machines.iter().filter(|machine| tabs.iter().any(|tab| is_for(tab, machine))).cloned().collect()
}

fn tabs_in(tokens: &[Token], includes: Includes<'_>, including: &mut Vec<String>, tabs: &mut Vec<Shortcode>) {
    for token in tokens {
        let TokenKind::Shortcode(shortcode) = &token.kind else { continue };
        if shortcode.name == "tab" {
            tabs.push((**shortcode).clone());
        }
        if shortcode.name == "content" {
            let name = shortcode.arguments.get("name", 0).unwrap_or_default();
            if let Some(included) = includes(name).filter(|guide| !including.contains(&guide.path)) {
                including.push(included.path.clone());
                tabs_in(&included.tokens, includes, including, tabs);
                including.pop();
            }
        }
        tabs_in(&shortcode.body, includes, including, tabs);
    }
}

/// Whether a tab says that it is for a machine, by its argument or by the slug of its title.
fn is_for(tab: &Shortcode, machine: &str) -> bool {
    let title = tab.arguments.get("title", 0).unwrap_or_default();
    match tab.arguments.named("machine") {
        Some(named) => named.split([',', ' ']).any(|name| name.eq_ignore_ascii_case(machine)),
        None => title.eq_ignore_ascii_case(machine) || slug::slugify(title) == machine,
    }
}

struct Walk<'a, 'i> {
    includes: Includes<'i>,
    machine: &'i str,
    named: &'i [String],
    /// The tab of each group that is followed, if that is not said by the machine.
    nth: Option<usize>,
    /// How many blocks came so far, those of all tabs counted.
    number: usize,
    /// Tabs of the largest group so far.
    most: usize,
    blocks: Vec<Block<'a>>,
    unfollowed: Vec<Unfollowed<'a>>,
    section: String,
    prose: Prose,
    folded: Option<String>,
    /// Waits for the next block.
    inferred: Vec<String>,
    including: Vec<String>,
}

impl<'a> Walk<'a, '_> {
    fn tokens(&mut self, origin: &Origin<'a>, tokens: &[Token]) {
        let mut heading: Option<String> = None;
        for token in tokens {
            match &token.kind {
                TokenKind::Code(code) => self.code(origin, code, token.span),
                TokenKind::Shortcode(shortcode) => match &mut heading {
                    Some(text) if shortcode.name == "placeholder" => {
                        let name = shortcode.arguments.get("name", 0).unwrap_or_default();
                        text.push_str(name);
                        self.prose.text(name);
                    }
                    _ => self.shortcode(origin, shortcode),
                },
                TokenKind::Markdown(event) => {
                    match event {
                        Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                        Event::End(TagEnd::Heading(_)) => {
                            self.section = heading.take().unwrap_or_default().trim().to_owned();
                        }
                        Event::Text(text) | Event::Code(text) => {
                            heading.iter_mut().for_each(|heading| heading.push_str(text));
                        }
                        Event::InlineMath(formula) => {
                            heading.iter_mut().for_each(|heading| heading.push_str(&format!("${formula}$")));
                        }
                        _ => {}
                    }
                    self.prose.event(event);
                }
            }
        }
    }

    fn code(&mut self, origin: &Origin<'a>, code: &CodeBlock, span: Span) {
        self.prose.end();
        let before = self.blocks.last().map_or(0, |block| block.passages);
        self.number += 1;
        self.blocks.push(Block {
            origin: origin.clone(),
            code: code.clone(),
            span,
            number: self.number,
            section: self.section.clone(),
            prose: self.prose.said_since(before),
            passages: self.prose.passages.len(),
            items: self.prose.items.clone(),
            folds: self.prose.folds.clone(),
            aside: self.prose.is_aside(),
            folded: self.folded.clone(),
            inferred: match code.role {
                Role::Listing => self.inferred.clone(),
                _ => std::mem::take(&mut self.inferred),
            },
        });
    }

    fn shortcode(&mut self, origin: &Origin<'a>, shortcode: &Shortcode) {
        let given = &shortcode.arguments;
        match shortcode.name.as_str() {
            "content" => self.content(given.get("name", 0).unwrap_or_default()),
            "tabs" => self.tabs(origin, shortcode),
            "note" | "caution" if given.flag("isCollapsible", false) => self.fold(origin, shortcode),
            "disclosure-note" => self.fold(origin, shortcode),
            _ if shortcode.quoted => self.quote(origin, shortcode),
            _ => self.tokens(origin, &shortcode.body),
        }
    }

    /// A quote stands aside, whatever it is called.
    fn quote(&mut self, origin: &Origin<'a>, shortcode: &Shortcode) {
        self.prose.event(&Event::Start(Tag::BlockQuote(None)));
        self.tokens(origin, &shortcode.body);
        self.prose.event(&Event::End(TagEnd::BlockQuote(None)));
    }

    /// A bundle that is missing or goes in a circle is told of by the page's outline.
    fn content(&mut self, name: &str) {
        let Some(included) = (self.includes)(name).filter(|guide| !self.including.contains(&guide.path)) else {
            return;
        };
        self.including.push(included.path.clone());
        self.tokens(&Origin::Included(Arc::clone(&included)), &included.tokens);
        self.including.pop();
    }

    /// What a reader sees only after a click is not done, unless its block says so.
    fn fold(&mut self, origin: &Origin<'a>, shortcode: &Shortcode) {
        let title = shortcode.arguments.get("title", 0).unwrap_or("note");
        let before = self.folded.clone();
        self.folded.get_or_insert_with(|| {
            format!("it stands in the folded note “{title}”, which a reader need not open; verify=\"run\" does it")
        });
        self.tokens(origin, &shortcode.body);
        self.folded = before;
    }

    /// One tab of each group: that of the machine, or else the first.
    fn tabs(&mut self, origin: &Origin<'a>, shortcode: &Shortcode) {
        let tabs: Vec<&Shortcode> = (shortcode.body.iter())
            .filter_map(|token| match &token.kind {
                TokenKind::Shortcode(tab) if tab.name == "tab" => Some(&**tab),
                _ => None,
            })
            .collect();
        let title = |tab: &Shortcode| tab.arguments.get("title", 0).unwrap_or_default().to_owned();
        self.most = self.most.max(tabs.len());
        let machine = self.machine;
        let nth = self.nth.and_then(|nth| tabs.get(nth.min(tabs.len().saturating_sub(1))));
        let named = tabs.iter().find(|tab| tab.arguments.named("machine").is_some() && is_for(tab, machine));
        let titled = tabs.iter().find(|tab| is_for(tab, machine));
        // Where each machine has its own tabs, those of another one are not for this one.
        let first = tabs.iter().find(|tab| !self.named.iter().any(|machine| is_for(tab, machine)));
        let (tab, why) = match (named, titled, first) {
            _ if let Some(tab) = nth => (tab, String::new()),
            (Some(tab), ..) => (tab, format!("because it is for the machine `{machine}`")),
            (None, Some(tab), _) => (tab, format!("because its title is the machine's name, `{machine}`")),
            (None, None, Some(tab)) => {
                (tab, format!("because it is the first, and none is for the machine `{machine}`"))
            }
            (None, None, None) => {
                tabs.iter().for_each(|tab| self.unfollowed(origin, tab));
                return;
            }
        };
        let (before, after) = tabs.split_at(tabs.iter().position(|other| std::ptr::eq(*other, *tab)).unwrap_or(0));
        before.iter().for_each(|other| self.unfollowed(origin, other));
        self.inferred.push(format!("the tab “{}” is followed, {why}", title(tab)));
        let before = self.blocks.len();
        self.tokens(origin, &tab.body);
        if self.blocks[before..].iter().all(|block| block.code.role == Role::Listing) {
            self.inferred.pop();
        }
        after.iter().skip(1).for_each(|other| self.unfollowed(origin, other));
    }

    /// A tab that is not followed: its blocks are told apart, and the walk goes on as if it were not there.
    fn unfollowed(&mut self, origin: &Origin<'a>, tab: &Shortcode) {
        let (section, prose) = (self.section.clone(), std::mem::take(&mut self.prose));
        let inferred = std::mem::take(&mut self.inferred);
        let from = self.blocks.len();
        let known = self.unfollowed.len();
        self.tokens(origin, &tab.body);
        let title = tab.arguments.get("title", 0).unwrap_or_default();
        for inner in &mut self.unfollowed[known..] {
            title.clone_into(&mut inner.tab);
        }
        let blocks = self.blocks.split_off(from);
        self.unfollowed.extend(blocks.into_iter().map(|block| Unfollowed { block, tab: title.to_owned() }));
        (self.section, self.prose, self.inferred) = (section, prose, inferred);
    }
}

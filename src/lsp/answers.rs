//! Requests of the protocol and their answers, of one document: what is asked goes to the functions that know it, by bytes; what they
//! say comes back by positions.

use lsp_server::{ErrorCode, Request, ResponseError};
use lsp_types::{
    CodeAction, CodeActionParams, Command, CompletionItem, CompletionItemKind, CompletionList, CompletionParams,
    DocumentSymbol, DocumentSymbolParams, Hover, HoverParams, Location, MarkupContent, MarkupKind, PrepareRenameParams,
    PrepareRenamePlaceholder, Range, ReferenceParams, RenameParams, SymbolKind, TextEdit, Uri, WorkspaceEdit,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::HashMap;

use super::{
    actions::{actions, invalid},
    completion::{self, Kind, Offer},
    document::Document,
    hover::hover,
    places::{self, Goal},
    preview::Running,
    rename,
    text::{self, Units},
};
use crate::{
    report::Report,
    source::{Source, Span},
};

/// What a document is asked in.
pub(super) struct Asked<'a> {
    pub(super) document: Document<'a>,
    pub(super) units: Units,
    /// What verification found last.
    pub(super) report: Option<&'a Report>,
    /// The client's address of a file of the site, if it has it open.
    pub(super) open: &'a dyn Fn(&str) -> Option<Uri>,
}

type Answer = Result<Value, ResponseError>;

/// Answers a request.
///
/// # Errors
/// If it is none that is known, or what it asks for cannot be done.
pub(super) fn answer(asked: &Asked<'_>, request: &Request) -> Answer {
    match request.method.as_str() {
        "textDocument/completion" => {
            of(request, |params: CompletionParams| asked.completion(params.text_document_position_params.position))
        }
        "textDocument/hover" => {
            of(request, |params: HoverParams| asked.hover(params.text_document_position_params.position))
        }
        "textDocument/definition" => of(request, |params: lsp_types::DefinitionParams| {
            let at = asked.at(params.text_document_position_params.position);
            let goal = places::goal(&asked.document, at);
            Ok(goal.and_then(|goal| asked.location(&goal)))
        }),
        "textDocument/references" => {
            of(request, |params: ReferenceParams| asked.references(params.text_document_position_params.position))
        }
        "textDocument/prepareRename" => {
            of(request, |params: PrepareRenameParams| asked.renamed(params.text_document_position_params.position))
        }
        "textDocument/rename" => of(request, |params: RenameParams| {
            asked.rename(params.text_document_position_params.position, &params.new_name)
        }),
        "textDocument/documentSymbol" => of(request, |_: DocumentSymbolParams| Ok(asked.symbols())),
        "textDocument/codeAction" => of(request, |params: CodeActionParams| Ok(asked.actions(params.range))),
        method => Err(ResponseError {
            code: ErrorCode::MethodNotFound as i32,
            message: format!("this server knows no {method}"),
            data: None,
        }),
    }
}

fn of<P: DeserializeOwned, R: Serialize>(
    request: &Request,
    answer: impl FnOnce(P) -> Result<R, ResponseError>,
) -> Answer {
    let params = serde_json::from_value(request.params.clone()).map_err(|error| invalid(error.to_string()))?;
    serde_json::to_value(answer(params)?).map_err(|error| invalid(error.to_string()))
}

impl Asked<'_> {
    fn at(&self, position: lsp_types::Position) -> usize {
        text::offset(self.document.text, position, self.units)
    }

    fn range(&self, span: Span) -> Range {
        text::range(self.document.text, span, self.units)
    }

    fn completion(&self, position: lsp_types::Position) -> Result<CompletionList, ResponseError> {
        let (offers, is_incomplete) = completion::offers(&self.document, self.at(position));
        let items = offers.into_iter().enumerate().map(|(number, offer)| self.item(number, offer)).collect();
        Ok(CompletionList { is_incomplete, items, ..CompletionList::default() })
    }

    fn item(&self, number: usize, offer: Offer) -> CompletionItem {
        let Offer { kind, text, also, about, says, written } = offer;
        let kind = match kind {
            Kind::Shortcode => CompletionItemKind::Function,
            Kind::Argument | Kind::Key => CompletionItemKind::Property,
            Kind::Value => CompletionItemKind::Value,
            Kind::Page => CompletionItemKind::Reference,
            Kind::Anchor => CompletionItemKind::Reference,
            Kind::File => CompletionItemKind::File,
        };
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        CompletionItem {
            label: text.trim_end().to_owned(),
            kind: Some(kind),
            detail: some(about),
            documentation: some(says).map(Into::into),
            // In the order in which they are offered, where nothing was typed yet.
            sort_text: Some(format!("{number:04}")),
            filter_text: some(also).map(|also| format!("{text} {also}")),
            text_edit: Some(TextEdit { range: self.range(written), new_text: text }.into()),
            ..CompletionItem::default()
        }
    }

    fn hover(&self, position: lsp_types::Position) -> Result<Option<Hover>, ResponseError> {
        let said = hover(&self.document, self.at(position), self.report);
        Ok(said.map(|(span, value)| Hover {
            contents: MarkupContent { kind: MarkupKind::Markdown, value }.into(),
            range: Some(self.range(span)),
        }))
    }

    fn references(&self, position: lsp_types::Position) -> Result<Vec<Location>, ResponseError> {
        let Document { site, path, .. } = self.document;
        let guide = site.files.guide(path);
        let heading = guide.and_then(|guide| places::heading_at(site, &guide, self.at(position)));
        let page = site.library.by_source.get(path).map(|index| &site.library.pages[*index]);
        let (Some(heading), Some(page)) = (heading, page) else { return Ok(Vec::new()) };
        let links = places::leading_to(site, page, |anchor| anchor == heading.id);
        let goal = |link: &&crate::site::record::Reference| {
            let text = self.text_of(&link.from)?;
            let span = text::span_of_place(&text, &link.place);
            self.location(&Goal { path: link.from.clone(), span })
        };
        Ok(links.iter().filter_map(goal).collect())
    }

    /// The part that another name can be given to.
    fn renamed(&self, position: lsp_types::Position) -> Result<Option<PrepareRenamePlaceholder>, ResponseError> {
        let Document { site, path, text } = self.document;
        let guide = site.files.guide(path);
        let heading = guide.and_then(|guide| places::heading_at(site, &guide, self.at(position)));
        Ok(heading.map(|heading| PrepareRenamePlaceholder {
            range: self.range(heading.span),
            placeholder: text[heading.span.range()].to_owned(),
        }))
    }

    fn rename(&self, position: lsp_types::Position, name: &str) -> Result<WorkspaceEdit, ResponseError> {
        let edits = rename::heading(&self.document, self.at(position), name).map_err(|message| ResponseError {
            code: ErrorCode::RequestFailed as i32,
            message,
            data: None,
        })?;
        let mut changes = HashMap::new();
        for (path, edits) in edits {
            let (Some(uri), Some(text)) = (self.uri(&path), self.text_of(&path)) else { continue };
            let edits = edits
                .into_iter()
                .map(|edit| TextEdit { range: text::range(&text, edit.span, self.units), new_text: edit.text });
            changes.insert(uri, edits.collect());
        }
        Ok(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
    }

    /// The headings of a page, each with those below it.
    fn symbols(&self) -> Vec<DocumentSymbol> {
        let Document { site, path, text } = self.document;
        let Some(guide) = site.files.guide(path) else { return Vec::new() };
        let outline = site.files.outline(&guide);
        let own = outline.headings.iter().zip(&outline.places).filter(|(_, (file, _))| file == path);
        let own: Vec<_> = own.map(|(heading, (_, span))| (heading, *span)).collect();
        let ends = |at: usize, level: u8| {
            own[at + 1..].iter().find(|(next, _)| next.level <= level).map_or(text.len(), |(_, span)| span.start)
        };
        let mut open: Vec<(u8, DocumentSymbol)> = Vec::new();
        let mut done = Vec::new();
        let close = |open: &mut Vec<(u8, DocumentSymbol)>, done: &mut Vec<DocumentSymbol>| {
            let Some((_, symbol)) = open.pop() else { return };
            match open.last_mut() {
                Some((_, parent)) => parent.children.get_or_insert_default().push(symbol),
                None => done.push(symbol),
            }
        };
        for (at, (heading, span)) in own.iter().enumerate() {
            while open.last().is_some_and(|(level, _)| *level >= heading.level) {
                close(&mut open, &mut done);
            }
            // A name must not be empty.
            let name = if heading.title.is_empty() { &heading.id } else { &heading.title };
            let whole = self.range(Span::new(span.start, ends(at, heading.level)));
            let detail = Some(format!("#{}", heading.id));
            let own = self.range(*span);
            let symbol = DocumentSymbol::new(name.clone(), detail, SymbolKind::String, None, None, whole, own, None);
            open.push((heading.level, symbol));
        }
        while !open.is_empty() {
            close(&mut open, &mut done);
        }
        done
    }

    fn actions(&self, range: Range) -> Vec<CodeAction> {
        let Document { site, path, text } = self.document;
        if Running::of(site.folder()).is_none() {
            return Vec::new();
        }
        let source = Source::new(path, text);
        let line = |position| source.line_of(self.at(position)).0;
        let found = actions(&self.document, (line(range.start), line(range.end)), self.report);
        let action = |action: super::actions::Action| {
            let mut arguments = action.arguments;
            arguments["site"] = site.folder().to_string_lossy().into();
            let command = Command {
                title: action.title.clone(),
                command: action.command.to_owned(),
                arguments: Some(vec![arguments]),
                ..Command::default()
            };
            CodeAction { title: action.title, command: Some(command), ..CodeAction::default() }
        };
        found.into_iter().map(action).collect()
    }

    fn text_of(&self, path: &str) -> Option<String> {
        let text = self.document.site.inputs.options.text(path).ok()?;
        Some(text)
    }

    fn uri(&self, path: &str) -> Option<Uri> {
        (self.open)(path).or_else(|| Uri::from_file_path(self.document.site.folder().join(path)).ok())
    }

    fn location(&self, goal: &Goal) -> Option<Location> {
        let range = match goal.span.end {
            0 => Range::default(),
            _ => text::range(&self.text_of(&goal.path)?, goal.span, self.units),
        };
        Some(Location { uri: self.uri(&goal.path)?, range })
    }
}

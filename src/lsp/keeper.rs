//! The thread that has a site: it hears what changes, tells what is wrong, and answers.
//!
//! What waits to be answered is answered first, then problems of what has changed are told, and between two orders the guides
//! that may have other problems by now are planned one by one.

use lsp_server::{ErrorCode, Notification, Request, Response, ResponseError};
use lsp_types::{Diagnostic as Told, DiagnosticSeverity, PublishDiagnosticsParams, Uri};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::mpsc::{Receiver, TryRecvError},
    time::{Duration, Instant, SystemTime},
};

use super::{
    answers::{self, Asked},
    document::Document,
    problems::Checks,
    server::Client,
    text::{self, Units},
};
use crate::{
    config,
    diagnostic::{Diagnostic, Severity},
    internal, preview,
    report::Report,
    site::{
        Options,
        concern::Concern,
        load::{Inputs, Site},
        read_report,
    },
};

/// What a keeper is told, or asked.
pub(super) enum Order {
    /// A document is open and has this text.
    Text {
        /// Relative to the site's folder.
        path: String,
        text: String,
        /// As the client calls it.
        uri: Uri,
        version: i32,
    },
    /// A document is closed: what lies there counts again.
    Close {
        /// Relative to the site's folder.
        path: String,
    },
    /// Files have changed, come or gone; relative to the site's folder.
    Files(Vec<String>),
    /// A request about a document.
    Ask(Request),
}

/// How long nothing may come until what has changed is looked at, and at most: a key that is held down must not hold problems back.
const QUIET: Duration = Duration::from_millis(15);
const LONGEST: Duration = Duration::from_millis(150);

/// The same for settings, of which every page depends.
const QUIET_SETTINGS: Duration = Duration::from_millis(250);

/// How a document is known to the client.
struct Open {
    uri: Uri,
    version: i32,
}

/// See the module.
pub(super) struct Keeper {
    options: Options,
    units: Units,
    client: Client,
    /// Documents that are open, by their paths.
    open: BTreeMap<String, Open>,
    /// What was told of each file.
    told: BTreeMap<String, Vec<Told>>,
    checks: Checks,
    /// Why the settings cannot be read as they are now: then the site is shown as it was.
    unreadable: Vec<Diagnostic>,
    /// What verification found last, and when that was written.
    report: Option<Report>,
    report_of: Option<SystemTime>,
    /// What was heard and is still to be done.
    waiting: VecDeque<Order>,
}

/// Why a site is looked at anew.
enum Turn {
    /// Files of it have changed.
    Update(Vec<String>),
    /// Something that all of its pages depend on has.
    Reload(Vec<String>),
    /// Nobody tells anything any more.
    End,
}

impl Keeper {
    pub(super) fn new(options: Options, units: Units, client: Client) -> Self {
        Self {
            options,
            units,
            client,
            open: BTreeMap::new(),
            told: BTreeMap::new(),
            checks: Checks::default(),
            unreadable: Vec::new(),
            report: None,
            report_of: None,
            waiting: VecDeque::new(),
        }
    }

    /// Keeps the site until nobody tells anything any more.
    pub(super) fn run(mut self, orders: &Receiver<Order>) {
        let mut inputs: Option<Inputs> = None;
        let mut kept = None;
        let mut turn = Turn::Reload(Vec::new());
        loop {
            let changed = match turn {
                Turn::End => return,
                Turn::Update(changed) => changed,
                Turn::Reload(changed) => {
                    if let Some(read) = self.read() {
                        let is_other = |before: &Inputs| before.grammar().fingerprint() != read.grammar().fingerprint();
                        if inputs.as_ref().is_none_or(is_other) {
                            kept = None;
                        }
                        self.checks.doubt();
                        inputs = Some(read);
                    }
                    changed
                }
            };
            let Some(inputs) = &mut inputs else {
                self.publish(&self.unreadable.clone());
                turn = self.wait(orders);
                continue;
            };
            inputs.options.texts.clone_from(&self.options.texts);
            let shown = internal::guarded("looking at this site", || {
                let (mut site, changed) = match kept.take() {
                    Some(kept) => (Site::again(inputs, kept, &changed), changed),
                    None => (Site::read(inputs), Vec::new()),
                };
                let turn = self.show(&mut site, &changed, orders);
                (site.kept(), turn)
            });
            turn = match shown {
                Ok((site, turn)) => {
                    kept = Some(site);
                    turn
                }
                Err(problem) => {
                    self.publish(&[problem]);
                    self.wait(orders)
                }
            };
        }
    }

    /// Reads what all pages depend on; none if it cannot be read as it is now.
    fn read(&mut self) -> Option<Inputs> {
        self.unreadable = match internal::guarded("reading the settings", || Inputs::load(&self.options)) {
            Ok(Ok(read)) => {
                self.unreadable.clear();
                return Some(read);
            }
            Ok(Err(failure)) => failure.diagnostics(),
            Err(problem) => vec![problem],
        };
        None
    }

    /// Waits for something that could make a site of it.
    fn wait(&mut self, orders: &Receiver<Order>) -> Turn {
        loop {
            let Some(order) = self.waiting.pop_front().or_else(|| orders.recv().ok()) else { return Turn::End };
            match order {
                Order::Ask(request) => self.client.answer(Response::new_ok(request.id, Value::Null)),
                order => {
                    let changed = self.note(order);
                    if !changed.is_empty() {
                        return Turn::Reload(changed.into_iter().collect());
                    }
                }
            }
        }
    }

    /// Answers, and tells what is wrong, until something changes. `changed` is what has since it was told last.
    fn show(&mut self, site: &mut Site<'_>, changed: &[String], orders: &Receiver<Order>) -> Turn {
        let included = site.included();
        while let Some(Order::Ask(_)) = self.waiting.front() {
            if let Some(Order::Ask(request)) = self.waiting.pop_front() {
                self.answer(site, request);
            }
        }
        self.checks.update(site, changed);
        self.publish_all(site);
        let mut is_told = true;
        loop {
            let order = match self.waiting.pop_front() {
                Some(order) => order,
                None => match orders.try_recv() {
                    Ok(order) => order,
                    Err(TryRecvError::Disconnected) => return Turn::End,
                    Err(TryRecvError::Empty) => {
                        let open = &self.open;
                        if self.checks.plan_next(site, |path| open.contains_key(path)) {
                            is_told = false;
                            // Thousands of parsed guides are no use to anybody.
                            site.files.forget(|path| open.contains_key(path));
                            continue;
                        }
                        if !is_told {
                            self.publish_all(site);
                            is_told = true;
                        }
                        match orders.recv() {
                            Ok(order) => order,
                            Err(_) => return Turn::End,
                        }
                    }
                },
            };
            match order {
                Order::Ask(request) => self.answer(site, request),
                order => {
                    let mut changed = self.note(order);
                    self.gather(&mut changed, orders);
                    if let Some(turn) = turn(&changed, site, &included) {
                        return turn;
                    }
                }
            }
        }
    }

    /// Hears what else changes right now. A question ends that: it is answered as soon as what it is about is known.
    fn gather(&mut self, changed: &mut BTreeSet<String>, orders: &Receiver<Order>) {
        let begin = Instant::now();
        loop {
            let is_settings = changed.contains(config::FILE_NAME);
            let quiet = if is_settings { QUIET_SETTINGS } else { QUIET };
            if begin.elapsed() > LONGEST.max(quiet) {
                return;
            }
            match orders.recv_timeout(quiet) {
                Ok(order @ Order::Ask(_)) => return self.waiting.push_back(order),
                Ok(order) => changed.append(&mut self.note(order)),
                Err(_) => return,
            }
        }
    }

    /// Takes note of what has changed, and gives the paths of it.
    fn note(&mut self, order: Order) -> BTreeSet<String> {
        match order {
            Order::Text { path, text, uri, version } => {
                self.open.insert(path.clone(), Open { uri, version });
                match self.options.texts.insert(path.clone(), text) {
                    Some(before) if Some(&before) == self.options.texts.get(&path) => BTreeSet::new(),
                    _ => [path].into(),
                }
            }
            Order::Close { path } => {
                self.open.remove(&path);
                self.options.texts.remove(&path);
                [path].into()
            }
            // What is open counts as it is in the editor.
            Order::Files(paths) => paths.into_iter().filter(|path| !self.options.texts.contains_key(path)).collect(),
            Order::Ask(_) => BTreeSet::new(),
        }
    }

    fn answer(&mut self, site: &Site<'_>, request: Request) {
        if self.client.cancelled().contains(&request.id) {
            let code = ErrorCode::RequestCanceled as i32;
            return self.client.answer(Response::new_err(request.id, code, "it was taken back".into()));
        }
        self.read_report();
        let uri =
            request.params.pointer("/textDocument/uri").and_then(Value::as_str).and_then(|uri| Uri::parse(uri).ok());
        let path = self.open.iter().find(|(_, open)| Some(&open.uri) == uri.as_ref()).map(|(path, _)| path);
        let Some((path, text)) = path.and_then(|path| Some((path, self.options.texts.get(path)?))) else {
            return self.client.answer(Response::new_ok(request.id, Value::Null));
        };
        let asked = Asked {
            document: Document { site, path, text },
            units: self.units,
            report: self.report.as_ref(),
            open: &|path| self.open.get(path).map(|open| open.uri.clone()),
        };
        let answer = internal::guarded("answering", || answers::answer(&asked, &request)).unwrap_or_else(|problem| {
            Err(ResponseError { code: ErrorCode::InternalError as i32, message: problem.message, data: None })
        });
        self.client.answer(Response { id: request.id, response_result: answer });
    }

    /// Reads what was found from pages of the preview, if it is not what was read last.
    fn read_report(&mut self) {
        let file = preview::report_file(&self.options);
        let changed = std::fs::metadata(&file).and_then(|data| data.modified()).ok();
        if changed != self.report_of {
            self.report_of = changed;
            let given = self.options.reports.iter().chain([&file]).filter_map(|file| read_report(file).ok());
            self.report = Report::merged(&given.collect::<Vec<_>>());
        }
    }

    fn publish_all(&mut self, site: &Site<'_>) {
        let mut problems = self.checks.problems(site);
        problems.extend(self.unreadable.iter().cloned());
        self.publish(&problems);
    }

    /// Tells of each file what is wrong with it now, where that is something else than before.
    fn publish(&mut self, problems: &[Diagnostic]) {
        let mut now: BTreeMap<String, Vec<Told>> = self.told.keys().map(|path| (path.clone(), Vec::new())).collect();
        for problem in problems {
            let (path, told) = self.told(problem);
            now.entry(path).or_default().push(told);
        }
        // What is open comes first, and what was told of it is told again when its text is another.
        let mut changed: Vec<(String, Vec<Told>)> =
            now.into_iter().filter(|(path, told)| self.told.get(path) != Some(told)).collect();
        changed.sort_by_key(|(path, _)| !self.open.contains_key(path));
        for (path, told) in changed {
            let open = self.open.get(&path);
            let uri =
                open.map(|open| open.uri.clone()).or_else(|| Uri::from_file_path(self.options.site.join(&path)).ok());
            let Some(uri) = uri else { continue };
            let version = open.map(|open| open.version);
            let params = PublishDiagnosticsParams { uri, version, diagnostics: told.clone() };
            let notification = Notification::new("textDocument/publishDiagnostics".into(), params);
            self.client.send(notification.into());
            if told.is_empty() && open.is_none() {
                self.told.remove(&path);
            } else {
                self.told.insert(path, told);
            }
        }
    }

    /// A problem in the words of the protocol, with the path of its file.
    fn told(&self, problem: &Diagnostic) -> (String, Told) {
        let Diagnostic { severity, code, message, help, place } = problem;
        // A template of guidepost's own lies in no folder, and what is wrong with a folder is wrong with no line.
        let is_there = |path: &str| self.options.has(path);
        let there = place.as_deref().filter(|place| is_there(&place.path));
        let range = there.map(|place| {
            let open = self.options.texts.get(&place.path);
            let by_line = || text::range_in_line(place, self.units).filter(|_| open.is_none());
            let by_text = || {
                let text = self.options.text(&place.path).unwrap_or_default();
                text::range(&text, text::span_of_place(&text, place), self.units)
            };
            by_line().unwrap_or_else(by_text)
        });
        let mut message = match place {
            Some(place) if there.is_none() => format!("{}:{}: {message}", place.path, place.line),
            _ => message.clone(),
        };
        if let Some(help) = help {
            message = format!("{message}\nhelp: {help}");
        }
        let severity = match severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
            Severity::Notice => DiagnosticSeverity::Information,
        };
        let told = Told {
            range: range.unwrap_or_default(),
            severity: Some(severity),
            code: Some(code.clone().into()),
            source: Some("guidepost".into()),
            message: message.into(),
            ..Told::default()
        };
        (there.map_or(config::FILE_NAME, |place| &place.path).to_owned(), told)
    }
}

/// What is to be done about changes.
fn turn(changed: &BTreeSet<String>, site: &Site<'_>, included: &BTreeSet<String>) -> Option<Turn> {
    let concern = |path: &String| Concern::of(path, &site.inputs.config, included);
    if changed.iter().any(|path| concern(path) == Concern::All) {
        return Some(Turn::Reload(changed.iter().cloned().collect()));
    }
    let files: Vec<String> = changed.iter().filter(|path| concern(path) == Concern::Files).cloned().collect();
    (!files.is_empty()).then_some(Turn::Update(files))
}

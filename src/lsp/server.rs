//! The messages of one client: documents that it has open, and whom each message concerns.

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{
    CompletionOptions, DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams, ExecuteCommandOptions,
    RenameOptions, SaveOptions, ServerCapabilities, TextDocumentSyncKind, TextDocumentSyncOptions, Uri,
    WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{self, Sender},
    },
    thread::JoinHandle,
};

use super::{
    actions,
    keeper::{Keeper, Order},
    text::{self, Units},
};
use crate::config;

/// What the command line says.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What every site is read with; its folder is set for each.
    pub site: crate::site::Options,
}

/// Serves one client on standard input and output, until it says goodbye or is gone. Gives whether it said so, as the protocol wants
/// it.
///
/// # Errors
/// If the client does not speak the protocol, or nothing can be written.
pub fn run(settings: &Settings) -> io::Result<bool> {
    let (connection, threads) = Connection::stdio();
    let ended = serve(settings, &connection);
    // The thread that writes ends when nobody can write any more.
    drop(connection);
    let ended = ended.map_err(io::Error::other)?;
    threads.join()?;
    Ok(ended)
}

fn serve(settings: &Settings, connection: &Connection) -> Result<bool, lsp_server::ProtocolError> {
    let (id, params) = match connection.initialize_start() {
        Ok(start) => start,
        // It went away before it said anything.
        Err(error) if error.channel_is_disconnected() => return Ok(false),
        Err(error) => return Err(error),
    };
    let units = Units::agreed(&params["capabilities"]);
    let about = json!({ "name": "guidepost", "version": env!("CARGO_PKG_VERSION") });
    connection.initialize_finish(id, json!({ "capabilities": capabilities(units), "serverInfo": about }))?;
    let sender = connection.sender.clone();
    let mut server = Server {
        settings,
        units,
        client: Client::new(move |message| drop(sender.send(message))),
        documents: BTreeMap::new(),
        keepers: BTreeMap::new(),
    };
    server.watch_files(&params["capabilities"]);
    for folder in folders(&params) {
        server.keep(&folder);
    }
    let mut said_goodbye = false;
    for message in &connection.receiver {
        match message {
            Message::Request(request) if request.method == "shutdown" => {
                server.client.answer(Response::new_ok(request.id, Value::Null));
                server.wait_for_end(connection);
                said_goodbye = true;
                break;
            }
            Message::Request(request) => server.request(request),
            Message::Notification(notification) => server.notification(notification),
            // Nothing that the client is asked has an answer of interest.
            Message::Response(_) => {}
        }
    }
    server.end();
    Ok(said_goodbye)
}

/// What this server does.
fn capabilities(units: Units) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(units.kind()),
        text_document_sync: Some(
            TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::Incremental),
                save: Some(SaveOptions { include_text: Some(false) }.into()),
                ..Default::default()
            }
            .into(),
        ),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(
                ["<", " ", "\"", "/", "(", "#", "`", "{", ":", "=", "."].map(str::to_owned).to_vec(),
            ),
            ..Default::default()
        }),
        hover_provider: Some(true.into()),
        definition_provider: Some(true.into()),
        references_provider: Some(true.into()),
        document_symbol_provider: Some(true.into()),
        rename_provider: Some(RenameOptions { prepare_provider: Some(true), ..Default::default() }.into()),
        code_action_provider: Some(true.into()),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: [actions::RUN, actions::RUN_TO, actions::ACCEPT].map(Into::into).to_vec(),
            ..Default::default()
        }),
        workspace: Some(WorkspaceOptions {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(true.into()),
            }),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// The folders that the client has open: all of them, or the one that older clients name.
fn folders(params: &Value) -> Vec<PathBuf> {
    let all = params["workspaceFolders"].as_array();
    let uris = all.map(|folders| folders.iter().filter_map(|folder| folder["uri"].as_str()).collect::<Vec<_>>());
    let uris = uris.filter(|uris| !uris.is_empty()).unwrap_or_else(|| params["rootUri"].as_str().into_iter().collect());
    uris.into_iter().filter_map(|uri| Uri::parse(uri).ok()?.to_file_path().ok()).collect()
}

/// A document that is open.
struct Document {
    text: String,
    file: PathBuf,
    version: i32,
    /// Folder of the site that it lies in.
    site: Option<PathBuf>,
}

/// The thread of a site.
struct Kept {
    orders: Sender<Order>,
    thread: JoinHandle<()>,
}

struct Server<'a> {
    settings: &'a Settings,
    units: Units,
    client: Client,
    documents: BTreeMap<Uri, Document>,
    /// By the folders of their sites.
    keepers: BTreeMap<PathBuf, Kept>,
}

impl Server<'_> {
    /// After its goodbye, reads what the client had on its way, answers to what it was asked among it, until it is gone. Whatever it asks
    /// now is an error (Language Server Protocol 3.17, "Shutdown Request").
    fn wait_for_end(&self, connection: &Connection) {
        for message in &connection.receiver {
            match message {
                Message::Notification(notification) if notification.method == "exit" => return,
                Message::Request(request) => {
                    let late = "the server was shut down".to_owned();
                    self.client.answer(Response::new_err(request.id, ErrorCode::InvalidRequest as i32, late));
                }
                Message::Notification(_) | Message::Response(_) => {}
            }
        }
    }

    fn request(&mut self, request: Request) {
        if request.method == "workspace/executeCommand" {
            return self.execute(request);
        }
        let uri = request.params.pointer("/textDocument/uri").and_then(Value::as_str);
        let document = uri.and_then(|uri| self.documents.get(&Uri::parse(uri).ok()?));
        let site = document.and_then(|document| document.site.as_ref());
        match site.and_then(|site| self.keepers.get(site)) {
            Some(kept) => drop(kept.orders.send(Order::Ask(request))),
            // Of a file that belongs to no site there is nothing to say.
            None if uri.is_some() => self.client.answer(Response::new_ok(request.id, Value::Null)),
            None => {
                let unknown = format!("this server knows no {}", request.method);
                self.client.answer(Response::new_err(request.id, ErrorCode::MethodNotFound as i32, unknown));
            }
        }
    }

    /// Has a command done, in a thread of its own: it is about what lies in files, and no keeper waits for it.
    fn execute(&self, request: Request) {
        let command = request.params["command"].as_str().unwrap_or_default().to_owned();
        let arguments = request.params["arguments"][0].clone();
        let site = arguments["site"].as_str().map(PathBuf::from).filter(|site| self.keepers.contains_key(site));
        let guide = site.as_ref().and_then(|site| Some(site.join(arguments["guide"].as_str()?)));
        let mut documents = self.documents.values();
        let document = documents.find(|document| Some(&document.file) == guide.as_ref());
        // What the preview runs and writes is the file.
        let is_saved =
            |document: &Document| std::fs::read(&document.file).is_ok_and(|bytes| is_text(&bytes, &document.text));
        let unsaved = document.is_some_and(|document| !is_saved(document));
        let client = self.client.clone();
        std::thread::spawn(move || {
            let done = match site {
                _ if unsaved => Err("save the guide first: the preview runs what lies in its file".to_owned()),
                Some(site) => actions::execute(&site, &command, &arguments),
                None => Err("name the folder of a site that is open".to_owned()),
            };
            client.answer(match done {
                Ok(()) => Response::new_ok(request.id, Value::Null),
                Err(why) => Response::new_err(request.id, ErrorCode::RequestFailed as i32, why),
            });
        });
    }

    fn notification(&mut self, notification: Notification) {
        match notification.method.as_str() {
            "textDocument/didOpen" => self.with(notification, Self::opened),
            "textDocument/didChange" => self.with(notification, Self::changed),
            "textDocument/didClose" => self.with(notification, Self::closed),
            "textDocument/didSave" => self.with(notification, |server, params: DidSaveTextDocumentParams| {
                server.on_disk([params.text_document.uri]);
            }),
            "workspace/didChangeWatchedFiles" => {
                self.with(notification, |server, params: DidChangeWatchedFilesParams| {
                    server.on_disk(params.changes.into_iter().map(|change| change.uri));
                });
            }
            "workspace/didChangeWorkspaceFolders" => {
                self.with(notification, |server, params: DidChangeWorkspaceFoldersParams| {
                    // What lies in a folder that is gone is of interest as long as a document of it is open.
                    for folder in params.event.added.iter().filter_map(|folder| folder.uri.to_file_path().ok()) {
                        server.keep(&folder);
                    }
                });
            }
            "$/cancelRequest" => {
                if let Ok(id) = serde_json::from_value(notification.params["id"].clone()) {
                    self.client.cancelled().insert(id);
                }
            }
            _ => {}
        }
    }

    /// Hears a notification, if it is one: to one that cannot be read there is no answer.
    fn with<P: DeserializeOwned>(&mut self, notification: Notification, hear: impl FnOnce(&mut Self, P)) {
        if let Ok(params) = serde_json::from_value(notification.params) {
            hear(self, params);
        }
    }

    fn opened(&mut self, params: DidOpenTextDocumentParams) {
        let item = params.text_document;
        // What lies in no file is no page.
        let Ok(file) = item.uri.to_file_path() else { return };
        let site = self.keep(&file);
        let document = Document { text: item.text, file, version: item.version, site };
        self.tell(&item.uri, &document);
        self.documents.insert(item.uri, document);
    }

    fn changed(&mut self, params: DidChangeTextDocumentParams) {
        let uri = params.text_document.text_document_identifier.uri;
        let Some(mut document) = self.documents.remove(&uri) else { return };
        document.version = params.text_document.version;
        for change in params.content_changes {
            text::apply(&mut document.text, change, self.units);
        }
        self.tell(&uri, &document);
        self.documents.insert(uri, document);
    }

    fn closed(&mut self, params: DidCloseTextDocumentParams) {
        let Some(document) = self.documents.remove(&params.text_document.uri) else { return };
        self.order(&document, |path| Order::Close { path });
    }

    /// Tells the keeper of a document what its text is.
    fn tell(&self, uri: &Uri, document: &Document) {
        let Document { text, version, .. } = document;
        self.order(document, |path| Order::Text { path, text: text.clone(), uri: uri.clone(), version: *version });
    }

    fn order(&self, document: &Document, order: impl FnOnce(String) -> Order) {
        let Some(site) = &document.site else { return };
        if let (Some(kept), Some(path)) = (self.keepers.get(site), inside(site, &document.file)) {
            let _ = kept.orders.send(order(path));
        }
    }

    /// Files have changed, come or gone.
    fn on_disk(&mut self, uris: impl IntoIterator<Item = Uri>) {
        let files: Vec<PathBuf> = uris.into_iter().filter_map(|uri| uri.to_file_path().ok()).collect();
        for settings in files.iter().filter(|file| file.ends_with(config::FILE_NAME) && file.is_file()) {
            self.adopt(settings);
        }
        for (site, kept) in &self.keepers {
            let of_site: Vec<String> = files.iter().filter_map(|file| inside(site, file)).collect();
            if !of_site.is_empty() {
                let _ = kept.orders.send(Order::Files(of_site));
            }
        }
    }

    /// Where a folder has become a site, documents of it that are open belong to it from now on.
    fn adopt(&mut self, settings: &Path) {
        let Some(site) = self.keep(settings) else { return };
        let documents = std::mem::take(&mut self.documents);
        for (uri, mut document) in documents {
            if document.site.is_none() && document.file.starts_with(&site) {
                document.site = Some(site.clone());
                self.tell(&uri, &document);
            }
            self.documents.insert(uri, document);
        }
    }

    /// The folder of the site that a file or folder lies in; a thread has it from now on.
    fn keep(&mut self, path: &Path) -> Option<PathBuf> {
        let site = path.ancestors().find(|folder| folder.join(config::FILE_NAME).is_file())?.to_owned();
        if !self.keepers.contains_key(&site) {
            let (orders, heard) = mpsc::channel();
            let options = crate::site::Options { site: site.clone(), ..self.settings.site.clone() };
            let keeper = Keeper::new(options, self.units, self.client.clone());
            let thread = std::thread::spawn(move || keeper.run(&heard));
            self.keepers.insert(site.clone(), Kept { orders, thread });
        }
        Some(site)
    }

    /// Asks the client to say which files change, if it can.
    fn watch_files(&self, capabilities: &Value) {
        if capabilities.pointer("/workspace/didChangeWatchedFiles/dynamicRegistration") != Some(&Value::Bool(true)) {
            return;
        }
        let registration = json!({
            "id": "files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": { "watchers": [{ "globPattern": "**/*" }] },
        });
        let params = json!({ "registrations": [registration] });
        let request = Request { id: "files".to_owned().into(), method: "client/registerCapability".into(), params };
        self.client.send(request.into());
    }

    /// Waits until no keeper works any more.
    fn end(self) {
        for kept in self.keepers.into_values() {
            drop(kept.orders);
            // One that has panicked has said so.
            let _ = kept.thread.join();
        }
    }
}

/// Whether a file has this text. Buffers of editors have no byte order mark, and perhaps other line ends.
fn is_text(bytes: &[u8], text: &str) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).is_ok_and(|written| written.lines().eq(text.lines()))
}

/// The path of a file relative to a site's folder, with `/`.
fn inside(site: &Path, file: &Path) -> Option<String> {
    Some(file.strip_prefix(site).ok()?.to_str()?.replace('\\', "/"))
}

/// The way to the client, for every thread.
#[derive(Clone)]
pub(super) struct Client {
    write: Arc<dyn Fn(Message) + Send + Sync>,
    /// Requests that it has taken back.
    cancelled: Arc<Mutex<BTreeSet<RequestId>>>,
}

impl Client {
    pub(super) fn new(write: impl Fn(Message) + Send + Sync + 'static) -> Self {
        Self { write: Arc::new(write), cancelled: Arc::default() }
    }

    /// Writes a message. A client that is gone hears nothing, and soon says nothing.
    pub(super) fn send(&self, message: Message) {
        (self.write)(message);
    }

    pub(super) fn answer(&self, response: Response) {
        self.cancelled().remove(&response.id);
        self.send(response.into());
    }

    pub(super) fn cancelled(&self) -> MutexGuard<'_, BTreeSet<RequestId>> {
        self.cancelled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

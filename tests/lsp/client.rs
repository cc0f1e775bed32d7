//! A client of the language server, as an editor is one: it speaks JSON-RPC with the binary.

use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    messages: Receiver<Value>,
    last: i32,
    /// Problems of each file as they were told last.
    problems: BTreeMap<String, Vec<Value>>,
    /// What the server can do.
    pub(crate) capabilities: Value,
}

/// The address of a file.
pub(crate) fn uri(file: &Path) -> String {
    format!("file://{}", file.display())
}

impl Client {
    /// Opens folders; columns count what the client offers first.
    pub(crate) fn start(folders: &[&Path], encodings: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_guidepost"))
            .args(["lsp", "--stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("it starts");
        let stdin = child.stdin.take();
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut stdout) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let (problems, capabilities) = (BTreeMap::new(), Value::Null);
        let mut client = Self { child, stdin, messages, last: 0, problems, capabilities };
        let folders: Vec<Value> = folders.iter().map(|folder| json!({ "uri": uri(folder), "name": "site" })).collect();
        let params = json!({
            "processId": null,
            "rootUri": null,
            "workspaceFolders": folders,
            "capabilities": { "general": { "positionEncodings": encodings } },
        });
        client.capabilities = client.request("initialize", params)["capabilities"].take();
        client.notify("initialized", json!({}));
        client
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let stdin = self.stdin.as_mut().expect("it listens");
        write!(stdin, "Content-Length: {}\r\n\r\n{body}", body.len()).and_then(|()| stdin.flush()).expect("sent");
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Answers a request of the server's.
    pub(crate) fn answer(&mut self, id: i32) {
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": null }));
    }

    /// Asks, and gives the result.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let mut answer = self.ask(method, params);
        assert_eq!(answer.get("error"), None, "{method}");
        answer["result"].take()
    }

    /// Asks, and gives the whole answer.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let id = self.last;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.next(PATIENCE).unwrap_or_else(|| panic!("an answer to {method}"));
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
        }
    }

    /// The number of the next request.
    pub(crate) fn next_id(&self) -> i32 {
        self.last + 1
    }

    fn next(&mut self, patience: Duration) -> Option<Value> {
        let message = self.messages.recv_timeout(patience).ok()?;
        if message["method"] == "textDocument/publishDiagnostics" {
            let uri = message["params"]["uri"].as_str().expect("an address").to_owned();
            let told = message["params"]["diagnostics"].as_array().expect("a list").clone();
            self.problems.insert(uri, told);
        }
        Some(message)
    }

    pub(crate) fn open(&mut self, file: &Path, text: &str) {
        let item = json!({ "uri": uri(file), "languageId": "markdown", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
    }

    /// Puts a text in the place of another one. `from` and `to` are line and column, from 0.
    pub(crate) fn change(&mut self, file: &Path, from: (u32, u32), to: (u32, u32), text: &str) {
        let at = |(line, character): (u32, u32)| json!({ "line": line, "character": character });
        self.last += 1;
        let params = json!({
            "textDocument": { "uri": uri(file), "version": self.last },
            "contentChanges": [{ "range": { "start": at(from), "end": at(to) }, "text": text }],
        });
        self.notify("textDocument/didChange", params);
    }

    /// Problems of a file, `line:column code`, from 0, once they are these. Else it fails with what they are.
    #[track_caller]
    pub(crate) fn expect(&mut self, file: &Path, expected: &[&str]) {
        let begin = Instant::now();
        while self.lines(file) != expected {
            let left = PATIENCE.saturating_sub(begin.elapsed());
            if self.next(left).is_none() {
                panic!("{}: {:#?} and not {expected:#?}", file.display(), self.lines(file));
            }
        }
    }

    fn lines(&self, file: &Path) -> Vec<String> {
        let told = self.problems.get(&uri(file)).map_or(&[][..], Vec::as_slice);
        let line = |problem: &Value| {
            let at = &problem["range"]["start"];
            let code = problem["code"].as_str().unwrap_or_default();
            format!("{}:{} {code}", at["line"], at["character"])
        };
        told.iter().map(line).collect()
    }

    /// Problems of every file, once nothing new has come for a second.
    pub(crate) fn settled(&mut self) -> &BTreeMap<String, Vec<Value>> {
        while self.next(Duration::from_secs(1)).is_some() {}
        &self.problems
    }

    /// Says goodbye, and gives the exit status.
    pub(crate) fn end(mut self) -> Option<i32> {
        self.request("shutdown", Value::Null);
        self.exit()
    }

    /// The same, once it has said goodbye.
    pub(crate) fn exit(mut self) -> Option<i32> {
        self.notify("exit", Value::Null);
        self.child.wait().expect("it ends").code()
    }

    /// Goes away without a word, and gives the exit status.
    pub(crate) fn vanish(mut self) -> Option<i32> {
        self.stdin = None;
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.stdin = None;
        let _ = self.child.wait();
    }
}

fn read(from: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => {
                if let Some(written) = line.strip_prefix("Content-Length: ") {
                    length = written.parse().ok()?;
                }
            }
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

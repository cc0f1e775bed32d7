// A VS Code without a window: as much of its interface as the extension and its language client use. What is not here is whatever
// can be called, extended and asked for more.

const { pathToFileURL, fileURLToPath } = require("node:url");

class EventEmitter {
  listeners = new Set();
  event = (listener, self) => {
    const bound = self ? listener.bind(self) : listener;
    this.listeners.add(bound);
    return { dispose: () => this.listeners.delete(bound) };
  };
  fire(value) {
    for (const listener of this.listeners) listener(value);
  }
  dispose() {
    this.listeners.clear();
  }
}

class Uri {
  constructor(url) {
    this.url = new URL(url);
    this.scheme = this.url.protocol.slice(0, -1);
    this.path = decodeURIComponent(this.url.pathname);
    this.fsPath = this.scheme === "file" ? fileURLToPath(this.url) : this.path;
  }
  static file = (path) => new Uri(pathToFileURL(path));
  static parse = (text) => new Uri(text);
  toString = () => this.url.href;
}

class Position {
  constructor(line, character) {
    Object.assign(this, { line, character });
  }
}

class Range {
  constructor(...at) {
    const [start, end] = at.length === 4 ? [new Position(at[0], at[1]), new Position(at[2], at[3])] : at;
    Object.assign(this, { start, end });
  }
}

class Diagnostic {
  constructor(range, message, severity) {
    Object.assign(this, { range, message, severity });
  }
}

/** Anything: a class, a function, a table. */
const anything = () => {
  const made = class {
    constructor(...given) {
      this.given = given;
    }
  };
  return new Proxy(made, {
    get: (known, key) => {
      if (key in known || typeof key === "symbol") return known[key];
      if (key === "then") return undefined;
      return (known[key] = anything());
    },
    apply: () => ({ dispose() {} }),
  });
};

/** What this VS Code has heard, and how it is told. */
const heard = { problems: new Map(), errors: [], settings: {}, commands: new Map(), registered: [] };
const events = new Proxy({}, { get: (known, name) => (known[name] ??= new EventEmitter()) });
const disposable = () => ({ dispose() {} });

const workspace = {
  textDocuments: [],
  workspaceFolders: [],
  notebookDocuments: [],
  getConfiguration: (section) => ({
    get: (key, otherwise) => heard.settings[`${section}.${key}`] ?? otherwise,
    inspect: () => undefined,
  }),
  getWorkspaceFolder: () => workspace.workspaceFolders[0],
  createFileSystemWatcher: () => ({ ...disposable(), onDidCreate: disposable, onDidChange: disposable, onDidDelete: disposable }),
  asRelativePath: String,
};
const eventsOf = (table) =>
  new Proxy(table, { get: (known, name) => known[name] ?? (/^on(Did|Will)/.test(name) ? events[name].event : anything()) });

const channel = { append() {}, appendLine() {}, show() {}, clear() {}, dispose() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

const known = {
  version: "1.105.0",
  EventEmitter,
  Uri,
  Position,
  Range,
  Diagnostic,
  CancellationTokenSource: class {
    token = { isCancellationRequested: false, onCancellationRequested: disposable };
    cancel() {}
    dispose() {}
  },
  Disposable: class {
    constructor(dispose) {
      this.dispose = dispose ?? (() => {});
    }
    static from = disposable;
  },
  DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
  env: { appName: "a test", language: "en", clipboard: {} },
  workspace: eventsOf(workspace),
  window: eventsOf({
    activeTextEditor: undefined,
    visibleTextEditors: [],
    tabGroups: eventsOf({ all: [] }),
    createOutputChannel: () => channel,
    showErrorMessage: async (message) => void heard.errors.push(message),
    showInformationMessage: async () => undefined,
    showWarningMessage: async () => undefined,
  }),
  languages: eventsOf({
    match: (selector, document) =>
      [selector].flat().some((filter) => filter.language === document.languageId || filter.pattern?.includes(document.uri.path.split("/").pop()))
        ? 10
        : 0,
    createDiagnosticCollection: () => ({
      set: (uri, problems) => heard.problems.set(uri.toString(), problems ?? []),
      delete: (uri) => heard.problems.delete(uri.toString()),
      clear: () => heard.problems.clear(),
      dispose() {},
    }),
  }),
  commands: eventsOf({
    registerCommand: (name, run) => {
      heard.commands.set(name, run);
      heard.registered.push(name);
      return { dispose: () => heard.commands.delete(name) };
    },
  }),
};

module.exports = new Proxy(known, { get: (known, name) => (name in known || typeof name === "symbol" ? known[name] : (known[name] = anything())) });
module.exports.heard = heard;
module.exports.events = events;

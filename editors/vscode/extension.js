// The guidepost extension: starts `guidepost lsp` and leaves everything else to it.

const { commands, window, workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

/** What the settings say of the server: the program and its arguments. */
function server() {
  const settings = workspace.getConfiguration("guidepost");
  const args = ["lsp", ...["drafts", "future"].filter((name) => settings.get(name)).map((name) => `--${name}`)];
  return { command: settings.get("path") || "guidepost", args };
}

/** The documents that guides are made of. */
const documentSelector = [
  { scheme: "file", language: "markdown" },
  { scheme: "file", pattern: "**/guidepost.yaml" },
  { scheme: "file", pattern: "**/{verify,*.verify}.yaml" },
];

async function start() {
  client = new LanguageClient("guidepost", "guidepost", server(), { documentSelector });
  try {
    await client.start();
  } catch (error) {
    const path = server().command;
    window.showErrorMessage(`guidepost: ${path} cannot be started as a language server: ${error.message ?? error}`);
  }
}

async function restart() {
  await deactivate();
  await start();
}

async function activate(context) {
  context.subscriptions.push(
    commands.registerCommand("guidepost.restart", restart),
    workspace.onDidChangeConfiguration((change) => change.affectsConfiguration("guidepost") && restart()),
  );
  await start();
}

/** Milliseconds that the server may take to say goodbye: as many as VS Code gives an extension. */
const PATIENCE = 5000;

async function deactivate() {
  const running = client;
  client = undefined;
  if (!running?.isRunning()) return;
  try {
    await running.stop(PATIENCE);
  } catch (error) {
    // It is ended then by its client, and the next one can be started.
    console.error(`guidepost: ${error.message ?? error}`);
  }
}

module.exports = { activate, deactivate };

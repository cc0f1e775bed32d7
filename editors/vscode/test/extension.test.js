// The extension as it is built, in a VS Code without a window, with the real language server: GUIDEPOST names the program.

const assert = require("node:assert/strict");
const { mkdtempSync, mkdirSync, writeFileSync, rmSync } = require("node:fs");
const Module = require("node:module");
const { tmpdir } = require("node:os");
const { join, resolve } = require("node:path");
const test = require("node:test");

const resolved = Module._resolveFilename;
Module._resolveFilename = (name, ...rest) => (name === "vscode" ? join(__dirname, "vscode.js") : resolved(name, ...rest));
const { Uri, heard, events, workspace } = require("vscode");
const extension = require("../dist/extension.js");

const program = process.env.GUIDEPOST ?? resolve(__dirname, "../../../target/debug/guidepost");

/** Waits until something is so. */
async function until(what, is) {
  for (const begin = Date.now(); !is(); await new Promise((done) => setTimeout(done, 20))) {
    assert.ok(Date.now() - begin < 30_000, what);
  }
}

/** A document as VS Code has it. */
function document(file, languageId, text) {
  return { uri: Uri.file(file), languageId, version: 1, isClosed: false, isDirty: true, getText: () => text, fileName: file, lineCount: 1 };
}

test("problems of what is open are shown, and the server ends with the extension", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "guidepost-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "content"));
  writeFileSync(join(folder, "guidepost.yaml"), "title: T\nbase_url: https://example.org/\n");
  writeFileSync(join(folder, "content/a.md"), "Text.\n");
  workspace.workspaceFolders.push({ uri: Uri.file(folder), name: "site", index: 0 });
  heard.settings["guidepost.path"] = program;
  heard.settings["guidepost.drafts"] = true;
  const page = document(join(folder, "content/a.md"), "markdown", "---\ndraft: true\n---\n\n[x](nowhere.md)\n");
  workspace.textDocuments.push(page);
  const context = { subscriptions: [] };
  await extension.activate(context);
  assert.deepEqual(heard.errors, []);
  assert.ok(heard.commands.has("guidepost.run") && heard.commands.has("guidepost.accept"), [...heard.commands.keys()].join());
  // That of a draft is told only with --drafts.
  await until("a problem of the text that is not saved", () => heard.problems.get(page.uri.toString())?.length === 1);
  const [problem] = heard.problems.get(page.uri.toString());
  assert.equal(problem.code, "broken-link");
  assert.equal(problem.range.start.line, 4);
  heard.settings["guidepost.drafts"] = false;
  events.onDidChangeConfiguration.fire({ affectsConfiguration: (name) => name === "guidepost" });
  const starts = () => heard.registered.filter((name) => name === "guidepost.run").length;
  await until("the server was started again", () => starts() === 2);
  await extension.deactivate();
  assert.ok(!heard.commands.has("guidepost.run"), "its commands are gone");
});

test("a program that is not there is told", async () => {
  heard.settings["guidepost.path"] = "/nowhere/guidepost";
  await extension.activate({ subscriptions: [] });
  assert.match(heard.errors.at(-1), /\/nowhere\/guidepost cannot be started/);
  await extension.deactivate();
});

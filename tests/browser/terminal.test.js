// The terminal of an open machine, in the preview: what is shown and typed there, and who cannot type. Without a Docker engine, only that
// scripts of the site learn nothing. GUIDEPOST is the binary; GUIDEPOST_ENGINE says that there is an engine.

import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { eventually, inPreview, launch, leave, newSite, press, preview, violations, visit } from "./harness.js";

const GUIDE = "/guides/first-guide/";
const engine = { skip: !process.env.GUIDEPOST_ENGINE && "no Docker engine" };
let browser, end, site, base, stop;
const file = () => join(site, "content/guides/first-guide/index.md");
const write = (text) => writeFileSync(file(), `---\ntitle: A guide\n---\n\n${text}`);
const read = () => readFileSync(file(), "utf8");

before(async () => {
  const chromium = await launch();
  ({ browser } = chromium);
  end = () => chromium.close();
});
after(() => end());
beforeEach(async () => {
  site = newSite("guidepost-terminal-");
});
afterEach(async () => {
  await stop?.();
  rmSync(dirname(site), { recursive: true, force: true });
});

async function open(options) {
  if (!stop) ({ base, stop } = await preview(site));
  return visit(browser, base + GUIDE, options);
}
afterEach(() => { stop = undefined; });

/** What the terminal shows, row by row; its blanks do not break. */
const rows = (page) => inPreview(page, `(root) => [...root.querySelectorAll(".xterm-rows > div")].map((row) => row.textContent.replaceAll("\\u00a0", " ")).join("\\n")`);

/** Waits until the terminal shows something. */
async function shows(page, text) {
  for (const begin = Date.now(); ;) {
    const shown = await rows(page);
    if (shown.includes(text)) return;
    assert.ok(Date.now() - begin < 60_000, `never shown: ${text}\n${shown}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** Opens a machine and its terminal, with the guide done. */
async function live(page) {
  await press(page, "#write");
  await inPreview(page, "(root) => root.querySelector('#steps')?.textContent.startsWith('Live: ')");
  // The verdict of the clean run has the page loaded again.
  await eventually(page, () => document.querySelector(".verified"));
  await press(page, "#terminal");
  await inPreview(page, "(root) => root.activeElement?.id === 'terminal-keys'");
}

test("a writer sees the machine's terminal and types into it, and what is typed is no part of the guide", engine, async () => {
  write("```console\n$ echo one\none\n```\n");
  const page = await open();
  await live(page);
  await shows(page, "# echo one");
  await page.keyboard.type("echo t");
  await page.keyboard.press("Backspace");
  await page.keyboard.type("he''re é $((40 + 2)); touch mine");
  await page.keyboard.press("Enter");
  await shows(page, "here é 42");
  assert.deepEqual(await violations(page), []);
  // Ctrl C, arrows and the clipboard's text are keys, too.
  await page.keyboard.type("sleep 100");
  await page.keyboard.press("Enter");
  await page.keyboard.down("Control");
  await page.keyboard.press("c");
  await page.keyboard.up("Control");
  await shows(page, "^C");
  await page.keyboard.type("echo ba");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.type("''l");
  await page.keyboard.press("Enter");
  await shows(page, "bla");
  // Whoever comes later sees the same terminal.
  const later = await open();
  await press(later, "#terminal");
  await shows(later, "here é 42");
  await shows(later, "bla");
  await leave(later);
  // What is saved now is done where nothing was typed.
  write(`${read().split("---\n\n")[1]}\n\`\`\`console\n$ ls\n\`\`\`\n`);
  await inPreview(page, "(root) => root.querySelector('#steps')?.textContent === 'Live: 3 of 3 steps hold'");
  await inPreview(page, "(root) => root.activeElement?.id === 'terminal-keys'");
  await shows(page, "# ls");
  assert.ok(!(await rows(page)).includes("mine"), "another machine");
  // While a step is done, keys are refused, and that is said.
  write(`${read().split("---\n\n")[1]}\n\`\`\`console\n$ sleep 300\n\`\`\`\n`);
  await shows(page, "# sleep 300");
  await inPreview(page, "(root) => root.activeElement?.id === 'terminal-keys'");
  await page.keyboard.type("x");
  await inPreview(page, "(root) => root.querySelector('.dock .facts').textContent.startsWith('steps are being done')");
  await page.keyboard.down("Shift");
  await page.keyboard.press("Tab");
  await page.keyboard.up("Shift");
  await inPreview(page, "(root) => root.activeElement?.id !== 'terminal-keys'");
  await press(page, "#run");
  await inPreview(page, "(root) => root.querySelector('.dock').hidden");
  page.problems = page.problems.filter((one) => !one.startsWith("409"));
  await leave(page);
});

test("what was tried by hand is taken into the guide, and done there", engine, async () => {
  write("```console\n$ echo one\none\n```\n\nThe end.\n");
  const before = read();
  const page = await open();
  await live(page);
  for (const [at, line] of ["seq 3", "false"].entries()) {
    await page.keyboard.type(line);
    await page.keyboard.press("Enter");
    await inPreview(page, `(root) => root.querySelectorAll('.tries li').length === ${at + 1}`);
  }
  assert.deepEqual(await violations(page), []);
  await press(page, "#take-1");
  await inPreview(page, "(root) => root.querySelector('#steps')?.textContent === 'Live: 4 of 4 steps hold'");
  assert.equal(read(), before.replace("\n\nThe end", "\n\n```console\n$ seq 3\n1\n2\n3\n```\n\nThe end"));
  // The other one is still there, and goes behind the first.
  await press(page, "#take-2");
  await inPreview(page, "(root) => root.querySelector('#steps')?.textContent === 'Live: 5 of 5 steps hold'");
  assert.ok(read().includes("3\n```\n\n```console {exit=1}\n$ false\n```\n\nThe end"), read());
  await press(page, "#run");
  await inPreview(page, "(root) => root.querySelector('.dock').hidden");
  await leave(page);
});

test("a question that nobody answers is answered in the panel, and what else would mend a step is offered", engine, async () => {
  write("```console\n$ read -p 'Which colour? ' c; echo \"[$c]\"\n```\n\n```console\n$ curl --version\n```\n");
  const sidecar = join(dirname(file()), "verify.yaml");
  rmSync(sidecar, { force: true });
  const page = await open();
  await press(page, "#write");
  await inPreview(page, "(root) => root.querySelector('#offer-0-reply')");
  assert.match(await inPreview(page, "(root) => root.querySelector('.offer').textContent"), /Line 6: a question has no answer: Which colour\?/);
  assert.deepEqual(await violations(page), []);
  await press(page, "#offer-0-reply");
  await page.keyboard.type("it's red");
  await page.keyboard.press("Enter");
  // It goes on where it stands, and the next step lacks a program.
  await inPreview(page, "(root) => root.querySelector('#offer-0') && /curl/.test(root.querySelector('.offer').textContent)");
  assert.match(readFileSync(sidecar, "utf8"), /^answers:\n  'Which colour\?': 'it''s red'$/m);
  await press(page, "#offer-0");
  // It fetches that program.
  await inPreview(page, "(root) => root.querySelector('#steps')?.textContent === 'Live: 2 of 2 steps hold'", 300_000);
  assert.match(readFileSync(sidecar, "utf8"), /^setup: \[apt-get update, apt-get install -y curl\]$/m);
  await press(page, "#run");
  await inPreview(page, "(root) => root.querySelector('#run').textContent === 'Run this guide'");
  await leave(page);
});

test("a script of the site types nothing, and sees neither keys nor token", engine, async () => {
  const attack = `
    window.seen = [];
    const encode = JSON.stringify;
    let looks = false;
    const look = (what) => {
      if (looks) return;
      looks = true;
      try { seen.push(String(what())); } catch (error) { seen.push(String(error)); }
      looks = false;
    };
    // What a request is made of, by way of all prototypes.
    for (const name of ["signal", "mode", "cache", "credentials", "toJSON"]) {
      Object.defineProperty(Object.prototype, name, {
        configurable: true,
        get() { look(() => encode({ ...this, ...this.headers })); return undefined; },
        set(value) { Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true }); },
      });
    }
    // What listens, and what it is told.
    const listen = EventTarget.prototype.addEventListener;
    window.taken = [];
    EventTarget.prototype.addEventListener = function (name, hear, ...rest) { taken.push([name, hear]); return listen.call(this, name, hear, ...rest); };
    for (const name of ["keydown", "keypress", "keyup", "beforeinput", "input"]) {
      listen.call(window, name, (event) => seen.push("KEY " + event.key + event.data), true);
    }
    // What keys go through.
    JSON.stringify = (value, ...rest) => (value && Object.hasOwn(Object(value), "keys") ? '{"keys": "echo STOLEN"}' : encode(value, ...rest));
    Object.defineProperty(KeyboardEvent.prototype, "key", { get() { return "!"; } });
    window.type = () => {
      const root = document.querySelector("guidepost-preview").shadowRoot;
      const field = root.querySelector("#terminal-keys");
      const event = { isTrusted: true, key: "!", target: field, type: "keydown", composedPath: () => [field], preventDefault() {}, stopImmediatePropagation() {}, stopPropagation() {} };
      // Whoever hears of keys; what is clicked at would open dialogs, some time later.
      const keys = taken.filter(([name]) => /^(key|beforeinput|input|composition|paste)/.test(name));
      for (const [, hear] of keys) { try { (hear.handleEvent ?? hear).call(field, event); } catch {} }
      for (const name of ["keydown", "keypress", "keyup"]) field.dispatchEvent(new KeyboardEvent(name, { key: "!", keyCode: 49, bubbles: true, composed: true }));
      field.value = "!";
      field.dispatchEvent(new InputEvent("input", { data: "!", inputType: "insertText", bubbles: true, composed: true }));
      field.dispatchEvent(new CompositionEvent("compositionend", { data: "!", bubbles: true, composed: true }));
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", "!");
      field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, composed: true }));
    };`;
  write(`<script>${attack}</script>\n\n\`\`\`console\n$ echo one\none\n\`\`\`\n`);
  const page = await open();
  await live(page);
  await shows(page, "# echo one");
  await page.evaluate(() => type());
  await page.keyboard.type("echo my''keys");
  await page.keyboard.press("Enter");
  await shows(page, "mykeys");
  const screen = await rows(page);
  assert.ok(!screen.includes("!") && !screen.includes("STOLEN"), screen);
  const seen = (await page.evaluate(() => window.seen)).join("\n");
  const token = /data-token="([0-9a-f]{32})"/.exec(await (await fetch(base + GUIDE)).text())[1];
  assert.ok(!seen.includes("KEY") && !seen.includes(token), seen);
  assert.deepEqual(await page.evaluate(() => [document.scripts.length > 0, typeof Terminal]), [true, "undefined"]);
  await page.browserContext().close();
});

test("the terminal fits and is accessible: phone and desktop, light and dark", engine, async () => {
  write("```console\n$ echo one\none\n```\n");
  let first = true;
  for (const width of [390, 1440]) {
    for (const scheme of ["light", "dark"]) {
      const page = await open({ width, scheme });
      if (first) await live(page);
      else await press(page, "#terminal");
      first = false;
      await shows(page, "# echo one");
      assert.deepEqual(await violations(page), [], `${width}, ${scheme}`);
      const fits = await page.evaluate(() => {
        const dock = document.querySelector("guidepost-preview").shadowRoot.querySelector(".dock").getBoundingClientRect();
        return document.documentElement.scrollWidth <= innerWidth && dock.left >= 0 && dock.right <= innerWidth && dock.top >= 0;
      });
      assert.ok(fits, `${width}, ${scheme}: nothing is wider than the window`);
      await leave(page);
    }
  }
});

// A writer with the preview open: a mistake is seen and goes away, styles change without a reload, a guide is run from its
// page and a real output accepted. GUIDEPOST is the binary; GUIDEPOST_ENGINE says that there is a Docker engine.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { eventually, inPreview, launch, leave, newSite, press, preview, serve, violations, visit } from "./harness.js";

const GUIDE = "/guides/first-guide/";
let browser, end, site, base, stop, pid;
const file = () => join(site, "content/guides/first-guide/index.md");
const read = () => readFileSync(file(), "utf8");
const write = (text) => writeFileSync(file(), text);

async function start(port) {
  ({ base, stop, pid } = await preview(site, port));
}

before(async () => {
  const chromium = await launch();
  ({ browser } = chromium);
  end = () => chromium.close();
});
after(() => end());
beforeEach(async () => {
  site = newSite("guidepost-serve-");
  await start();
});
afterEach(async () => {
  await stop?.();
  rmSync(dirname(site), { recursive: true, force: true });
});

const open = (path = GUIDE, options) => visit(browser, base + path, options);

test("a mistake lies over the page with its line, and goes away when it is mended", async () => {
  const page = await open();
  await inPreview(page, "(root) => root.querySelector('#problems').textContent === 'no problems'");
  await page.evaluate(() => scrollTo({ top: 300, behavior: "instant" }));
  const text = read();
  write(text.replace("{{< note >}}", "{{< notte >}}"));
  const overlay = await inPreview(page, "(root) => !root.querySelector('.overlay').hidden && root.querySelector('.overlay').innerText");
  const line = text.split("\n").findIndex((one) => one.includes("{{< note >}}")) + 1;
  assert.match(overlay, new RegExp(`content/guides/first-guide/index.md:${line}:`));
  assert.match(overlay, /\{\{< notte >\}\}/);
  assert.match(overlay, /did you mean `note`/);
  assert.deepEqual(await violations(page), []);
  write(text.replace("Write a script", "Write another script"));
  await inPreview(page, "(root) => root.querySelector('.overlay').hidden");
  await eventually(page, () => document.body.textContent.includes("Write another script"));
  assert.equal(await page.evaluate(() => scrollY), 300, "the reader stays where they were");
  await leave(page);
});

test("Esc closes the overlay, and another page says that something is wrong elsewhere", async () => {
  write(`${read()}\n{{< notte >}}\n`);
  const page = await open();
  await inPreview(page, "(root) => !root.querySelector('.overlay').hidden");
  await page.keyboard.press("Escape");
  await inPreview(page, "(root) => root.querySelector('.overlay').hidden");
  await leave(page);
  const home = await open("/");
  await inPreview(home, "(root) => /1 error/.test(root.querySelector('#problems').textContent) && root.querySelector('.overlay').hidden");
  await press(home, "#problems");
  await inPreview(home, "(root) => root.querySelector('.panel').innerText.includes('first-guide/index.md')");
  assert.deepEqual(await violations(home), []);
  await leave(home);
});

test("styles change without a reload, of the theme and of the site", async () => {
  mkdirSync(join(site, "themes/default/static"), { recursive: true });
  await stop();
  await start();
  const page = await open();
  await page.evaluate(() => { globalThis.before = true; });
  await inPreview(page, "(root) => root.querySelector('#problems').textContent === 'no problems'");
  writeFileSync(join(site, "themes/default/static/style.css"), "body { background: rgb(1, 2, 3); }\n");
  await eventually(page, () => getComputedStyle(document.body).backgroundColor === "rgb(1, 2, 3)");
  writeFileSync(join(site, "themes/default/static/style.css"), "body { background: rgb(3, 2, 1); }\n");
  await eventually(page, () => getComputedStyle(document.body).backgroundColor === "rgb(3, 2, 1)");
  assert.equal(await page.evaluate(() => globalThis.before), true, "the page was not loaded again");
  // And a page that changes then is.
  write(read().replace("Write a script", "Write another script"));
  await eventually(page, () => document.body.textContent.includes("Write another script"));
  await leave(page);
});

test("a page that is open finds the next server", async () => {
  const page = await open();
  const port = new URL(base).port;
  await stop();
  await inPreview(page, "(root) => root.querySelector('.status').textContent.includes('stopped')");
  write(read().replace("Write a script", "Write another script"));
  await start(port);
  await eventually(page, () => document.body.textContent.includes("Write another script"));
  // What was asked while nobody answered counts for nothing.
  await page.browserContext().close();
});

test("a built site has nothing of the preview", async () => {
  assert.equal(spawnSync(process.env.GUIDEPOST, ["build", "--site", site]).status, 0);
  const html = readFileSync(join(site, "public/guides/first-guide/index.html"), "utf8");
  assert.ok(!html.includes("_guidepost") && !html.includes("data-guidepost"), html);
});

test("a guide is run from its page, and what it really shows is accepted", { skip: !process.env.GUIDEPOST_ENGINE && "no Docker engine" }, async () => {
  // A pause, so that the terminal can be seen before the run is over.
  write(read().replace("Hello, reader!", "Hello, nobody!").replace("    sh hello.sh\n", "    sh hello.sh\n    sleep 3\n"));
  const page = await open();
  await press(page, "#run");
  await inPreview(page, "(root) => root.querySelector('#run').textContent === 'Stop'");
  // The terminal's text comes into the page before the run is over.
  await inPreview(page, "(root) => [...root.querySelectorAll('.terminal')].some((one) => one.textContent.includes('Hello, world!'))");
  await inPreview(page, "(root) => root.querySelector('#run').textContent === 'Run this guide'");
  await inPreview(page, "(root) => root.querySelector('#steps').textContent === '1 of 4 steps broken'");
  assert.match(await page.$eval(".verdict.broken", (one) => one.textContent), /Hello, reader!/, "the page shows both");
  assert.deepEqual(await violations(page), []);
  assert.equal(await page.evaluate(() => fetch("session.cast").then((answer) => answer.status)), 200, "and replays it");
  await press(page, "details summary .broken");
  await press(page, "[id^=accept]");
  await eventually(page, () => document.querySelector(".output pre")?.textContent.includes("Hello, reader!") && !document.querySelector(".verdict.broken"));
  assert.ok(read().includes("Hello, reader!") && !read().includes("nobody"), read());
  await inPreview(page, "(root) => root.querySelector('#steps').textContent === '4 steps hold'");
  assert.ok(await page.$(".verified.holds"), "the page says so");
  // A step whose text changes is not what was verified.
  write(read().replace("sh hello.sh reader", "sh hello.sh you"));
  await eventually(page, () => document.querySelector(".guidepost-chip[data-state=changed]")?.textContent.includes("changed"));
  await inPreview(page, "(root) => root.querySelector('#steps').textContent === '1 of 4 steps changed'");
  await leave(page);
  // The next server knows it, too.
  await stop();
  await start();
  const again = await open();
  await inPreview(again, "(root) => root.querySelector('#steps').textContent === '1 of 4 steps changed'");
  await leave(again);
});

test("a run is stopped from its page, and by Ctrl-C: no container is left", { skip: !process.env.GUIDEPOST_ENGINE && "no Docker engine" }, async () => {
  // Others may use the engine, too: the owner's process is in a label.
  const format = '{{.ID}} {{.Label "org.guidepost.owner"}}';
  const containers = () => spawnSync("docker", ["ps", "-a", "--format", format], { encoding: "utf8" }).stdout.trim().split("\n").filter((one) => one.split(" ")[1]?.startsWith(`${pid}:`));
  write(read().replace("sh hello.sh reader", "sleep 300"));
  const page = await open();
  const running = () => inPreview(page, "(root) => [...root.querySelectorAll('.terminal')].some((one) => one.textContent.includes('Hello, world!'))");
  await press(page, "#run");
  await running();
  const ours = containers();
  assert.ok(ours.length >= 1, "it runs");
  await press(page, "#run");
  await inPreview(page, "(root) => root.querySelector('#run').textContent === 'Run this guide'");
  assert.deepEqual(containers(), [], "its container is gone");
  await inPreview(page, "(root) => root.querySelector('.run')?.textContent === 'Stopped.' && !root.querySelector('.sign.running')");
  await press(page, "#run");
  while (!containers().length) await new Promise((done) => setTimeout(done, 50));
  await stop();
  assert.deepEqual(containers(), [], "its container is gone");
  await page.browserContext().close();
});

test("a guide is written with a machine that stays open, from its page", { skip: !process.env.GUIDEPOST_ENGINE && "no Docker engine" }, async () => {
  const before = read();
  const page = await open();
  await press(page, "#write");
  const shows = (text) => inPreview(page, `(root) => root.querySelector('#steps')?.textContent === ${JSON.stringify(text)}`);
  await shows("Live: 4 of 4 steps hold");
  // What is added is done where the terminal stands, and what is done of it is beside the block.
  write(`${before}\n## More\n\n\`\`\`console\n$ ls hello.sh\nhello.sh\n$ false\n\`\`\`\n`);
  await shows("Live: 1 broken");
  await eventually(page, () => document.querySelector(".guidepost-chip[data-state=broken]"));
  await inPreview(page, "(root) => root.querySelector('.run').textContent === '4 of 7 steps stay done'");
  assert.deepEqual(await violations(page), []);
  // It is mended, and goes on there; that this is not what readers have is said.
  write(read().replace("$ false", "$ true"));
  await shows("Live: 7 of 7 steps hold");
  await inPreview(page, "(root) => root.querySelector('.live').textContent.includes('Another text of step 7 was tried')");
  await inPreview(page, "(root) => root.querySelector('.live').textContent.includes('holds in a clean machine')");
  // What a clean machine says is the verdict of the page.
  await eventually(page, () => document.querySelector(".verified.holds"));
  // An editor asks for less: it is done in a machine that has done less, and has no verdict.
  const sign = JSON.parse(readFileSync(join(site, ".guidepost/serve.json"), "utf8"));
  const to = (line) => fetch(`${sign.url}/_guidepost/write`, {
    method: "POST", headers: { "X-Guidepost-Token": sign.token }, body: JSON.stringify({ guide: "content/guides/first-guide/index.md", machine: "debian", line }),
  });
  const lines = read().split("\n");
  assert.equal((await to(lines.indexOf("## More"))).status, 202);
  await inPreview(page, "(root) => /^Live: 4 of 7 steps hold$/.test(root.querySelector('#steps')?.textContent)");
  await inPreview(page, "(root) => root.querySelector('.live').textContent.includes('It is done as far as line')");
  assert.deepEqual(await violations(page), []);
  await press(page, "#rest");
  await shows("Live: 7 of 7 steps hold");
  await inPreview(page, "(root) => root.querySelector('.live').textContent.includes('holds in a clean machine')");
  await press(page, "#run");
  await inPreview(page, "(root) => root.querySelector('#run').textContent === 'Run this guide'");
  await leave(page);
});

test("a script of the site reaches no token, and presses no button", async () => {
  const attack = `
    window.seen = [document.documentElement.outerHTML, ...[...document.scripts].map((one) => JSON.stringify(one.dataset))];
    const native = window.fetch;
    window.fetch = (...all) => { seen.push(JSON.stringify(all)); return native(...all); };
    const send = XMLHttpRequest.prototype.setRequestHeader;
    XMLHttpRequest.prototype.setRequestHeader = function (...all) { seen.push(JSON.stringify(all)); return send.apply(this, all); };
    addEventListener("load", async () => {
      const look = async (name, work) => { try { seen.push(await work()); } catch (error) { seen.push(name + error); } };
      await look("read", () => native(location.href).then((page) => page.text()));
      await look("frame", () => new Promise((done) => {
        const frame = document.createElement("iframe");
        frame.src = location.href;
        frame.onload = () => done(frame.contentDocument.documentElement.outerHTML);
        document.body.append(frame);
      }));
      await look("worker", () => navigator.serviceWorker.register("/worker.js").then(() => ["REGI", "STERED"].join("")));
      await look("addresses", () => performance.getEntriesByType("resource").map((one) => one.name).join(" "));
      await look("click", () => { document.querySelector("guidepost-preview").shadowRoot.querySelector("#run").click(); return "clicked"; });
      const mine = seen.join(" ").match(/[0-9a-f]{32}/g) ?? [];
      seen.push(...await Promise.all([...new Set(mine)].map((token) => native("/_guidepost/run", {
        method: "POST", body: JSON.stringify({ guide: "content/guides/first-guide/index.md" }),
        headers: { "X-Guidepost-Token": token, "Content-Type": "application/json" },
      }).then((answer) => "RUN " + answer.status))));
      window.over = true;
    });`;
  const before = read();
  mkdirSync(join(site, "static"), { recursive: true });
  writeFileSync(join(site, "static/worker.js"), "self.addEventListener('fetch', () => {});");
  write(`${before}\n<script>${attack.replaceAll("\n\n", "\n")}</script>\n`);
  const page = await open();
  await eventually(page, () => window.over === true);
  const seen = await page.evaluate(() => window.seen);
  assert.ok(seen.some((one) => one.includes("clicked")) && seen.some((one) => one.includes("<h1")), "it has tried");
  const all = seen.join("\n");
  const told = all.match(/.{0,80}(data-token|REGISTERED|RUN 2\d\d).{0,80}/g);
  assert.equal(told, null, told?.join("\n"));
  assert.equal(await inPreview(page, "(root) => root.querySelector('#run').textContent"), "Run this guide", "nothing runs");
  write(before);
  await leave(page);
});

test("the preview's own parts fit and are accessible: phone and desktop, light and dark", async () => {
  write(`${read()}\n{{< notte >}}\n`);
  for (const width of [390, 1440]) {
    for (const scheme of ["light", "dark"]) {
      const page = await open(GUIDE, { width, scheme });
      await inPreview(page, "(root) => !root.querySelector('.overlay').hidden");
      assert.deepEqual(await violations(page), [], `overlay, ${width}, ${scheme}`);
      await page.keyboard.press("Escape");
      for (const which of ["problems", "steps"]) {
        await press(page, `#${which}`);
        await inPreview(page, `(root) => !root.querySelector('.panel').hidden && root.querySelector('#${which}').getAttribute('aria-expanded') === 'true'`);
        assert.deepEqual(await violations(page), [], `${which}, ${width}, ${scheme}`);
      }
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing is wider than the window");
      await leave(page);
    }
  }
});

const UNDECIDED = "---\ntitle: Undecided\n---\n\n## One\n\n```bash\nls\n```\n\n```\nsome text\n```\n\nPut this into `/etc/one.conf`:\n\n```ini\na = 1\n```\n";
const sidecar = () => readFileSync(join(site, "content/guides/first-guide/verify.yaml"), "utf8");

test("what blocks are is decided by keys, written into verify.yaml, and taken back", async () => {
  write(UNDECIDED);
  const page = await open();
  await inPreview(page, "(root) => root.querySelector('#steps')");
  await press(page, "#steps");
  await inPreview(page, "(root) => root.querySelectorAll('.block').length === 3 && root.activeElement?.id === 'panel'");
  const chosen = (index) => inPreview(page, `(root) => root.querySelector('#block-${index}').classList.contains('current')`);
  const is = (index, role) => inPreview(page, `(root) => root.querySelector('#role-${index}').textContent === '${role}'`);
  assert.match(await inPreview(page, "(root) => root.querySelector('#block-0').innerText"), /Typed\s+Line 7: its language is a shell's/);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await chosen(1);
  await eventually(page, () => document.querySelector(".guidepost-current")?.textContent.includes("some text"));
  await page.keyboard.press("c");
  await is(1, "Compared");
  await eventually(page, () => document.querySelector(".block.output pre")?.textContent.includes("some text"));
  assert.ok(sidecar().endsWith("steps:\n  - contains: some text\n    role: output\n"), sidecar());
  // The page was loaded again, and the author goes on where they were.
  await inPreview(page, "(root) => root.querySelector('#block-1')?.classList.contains('current') && root.activeElement?.id === 'panel'");
  // A file asks where it is saved: what the text says is there already.
  await page.keyboard.press("k");
  await chosen(0);
  await page.keyboard.press("s");
  await inPreview(page, "(root) => root.activeElement?.id === 'file'");
  await page.keyboard.type("/srv/l");
  await page.keyboard.press("Escape");
  await inPreview(page, "(root) => !root.querySelector('#file') && !root.querySelector('.panel').hidden");
  await press(page, "#role-2");
  await chosen(2);
  await press(page, "#choose-file");
  assert.equal(await inPreview(page, "(root) => root.querySelector('#file')?.value"), "/etc/one.conf");
  await press(page, "#save");
  await inPreview(page, "(root) => root.querySelector('#block-2').innerText.includes('you say so')");
  assert.match(sidecar(), /contains: a = 1\n {4}role: file\n/);
  for (const left of [/some text/, undefined]) {
    await page.evaluate(() => document.querySelector("guidepost-preview").shadowRoot.querySelector("#panel").focus());
    await inPreview(page, "(root) => !root.querySelector('#back').disabled");
    await page.keyboard.press("u");
    if (left) await eventually(page, () => true), await inPreview(page, "(root) => !root.querySelector('#block-2').innerText.includes('you say so')");
  }
  await is(1, "Looked at");
  assert.throws(sidecar, "it was not there before");
  await leave(page);
});

test("what cannot be written is said, and the page itself can be written into", async () => {
  write(UNDECIDED);
  const file = join(site, "content/guides/first-guide/verify.yaml");
  writeFileSync(file, "{vars: {a: b}} # mine\n");
  const page = await open();
  await inPreview(page, "(root) => root.querySelector('#steps')");
  await press(page, "#steps");
  await press(page, "#role-1");
  await press(page, "#choose-output");
  assert.match(await inPreview(page, "(root) => root.querySelector('.trouble')?.textContent"), /by hand/);
  assert.equal(sidecar(), "{vars: {a: b}} # mine\n");
  assert.deepEqual(await violations(page), []);
  // What a script chooses, the preview does not hear.
  await page.evaluate(() => document.querySelector("guidepost-preview").shadowRoot.querySelector("#place").focus());
  await page.keyboard.press("ArrowDown");
  await inPreview(page, "(root) => root.querySelector('#place').value === 'page'");
  await press(page, "#choose-output");
  await eventually(page, () => document.querySelector(".block.output pre")?.textContent.includes("some text"));
  assert.equal(read(), UNDECIDED.replace("```\nsome", "``` {role=output}\nsome"));
  await page.browserContext().close();
});

test("deciding fits and is accessible: phone and desktop, light and dark", async () => {
  write(UNDECIDED);
  for (const width of [390, 1440]) {
    for (const scheme of ["light", "dark"]) {
      const page = await open(GUIDE, { width, scheme });
      await inPreview(page, "(root) => root.querySelector('#steps')");
      await press(page, "#steps");
      await press(page, "#role-2");
      await inPreview(page, "(root) => root.querySelector('#choose-file')");
      assert.deepEqual(await violations(page), [], `roles, ${width}, ${scheme}`);
      await press(page, "#choose-file");
      await inPreview(page, "(root) => root.querySelector('#file')");
      assert.deepEqual(await violations(page), [], `path, ${width}, ${scheme}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing is wider than the window");
      await leave(page);
    }
  }
});

test("a page looks in the preview as it does when it is built", async (t) => {
  const look = (page) => page.evaluate(() => [...document.querySelectorAll("body *:not(guidepost-preview, script)")].map((one) => {
    const { x, y, width, height } = one.getBoundingClientRect();
    return [one.localName, Math.round(x), Math.round(y), Math.round(width), Math.round(height)].join(" ");
  }));
  assert.equal(spawnSync(process.env.GUIDEPOST, ["build", "--site", site]).status, 0);
  const built = await serve(join(site, "public"));
  t.after(() => built.close());
  for (const path of ["/", GUIDE]) {
    const [there, here] = [await visit(browser, built.base + path), await open(path)];
    await inPreview(here, "(root) => root.querySelector('.status')");
    assert.deepEqual(await look(here), await look(there), path);
    await leave(there);
    await leave(here);
  }
});

test("everything of the preview is reached by keyboard", async () => {
  const page = await open();
  await inPreview(page, "(root) => root.querySelector('#run')");
  const inside = () => page.evaluate(() => document.querySelector("guidepost-preview").shadowRoot.activeElement?.id);
  await page.evaluate(() => document.querySelector("guidepost-preview").shadowRoot.querySelector("#problems").focus());
  await page.keyboard.press("Tab");
  assert.equal(await inside(), "steps");
  await page.keyboard.press("Enter");
  await inPreview(page, "(root) => !root.querySelector('.panel').hidden && root.activeElement === root.querySelector('.panel')");
  await page.keyboard.press("Tab");
  assert.equal(await inside(), "close");
  await page.keyboard.press("Escape");
  await inPreview(page, "(root) => root.querySelector('.panel').hidden && root.activeElement?.id === 'steps'");
  await leave(page);
});

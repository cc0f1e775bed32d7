// What browser tests share: a server for a folder, a browser, and pages that tell what went wrong in them.
//
//   const { browser, close } = await launch();
//   const page = await visit(browser, "http://127.0.0.1:PORT/path", { width: 390, scheme: "dark" });
//   … page.problems …
//
// GUIDEPOST_FIXTURE and GUIDEPOST_CONTENT are folders of built sites, CHROMIUM is the browser: tests/browser.rs sets them.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import puppeteer from "puppeteer-core";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
];

const TYPES = {
  ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".json": "application/json",
  ".svg": "image/svg+xml", ".png": "image/png", ".md": "text/markdown; charset=utf-8", ".cast": "application/x-asciicast",
};

/** Serves a folder on a free port; gives its address without a slash at the end, and a function that ends it. */
export async function serve(folder) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://x").pathname));
    const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
    const found = await readFile(file).catch(() => undefined);
    const body = found ?? (await readFile(join(folder, "404.html")).catch(() => "nothing here"));
    response.writeHead(found ? 200 : 404, { "content-type": found ? (TYPES[extname(file)] ?? "application/octet-stream") : TYPES[".html"] });
    response.end(body);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const close = () => new Promise((done) => {
    server.close(done);
    server.closeAllConnections();
  });
  return { base: `http://127.0.0.1:${server.address().port}`, close };
}

/** A browser with a profile of its own, and a function that ends both. */
export async function launch() {
  const profile = mkdtempSync(join(tmpdir(), "guidepost-browser-"));
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await puppeteer.launch({ executablePath, args: FLAGS, userDataDir: profile, timeout: 120_000, protocolTimeout: 120_000 });
  const close = async () => {
    await browser.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { browser, close };
}

/** The server of a built site and a browser: `base`, `browser`, and `close`, which ends both. */
export async function fixture(folder = process.env.GUIDEPOST_FIXTURE) {
  const server = await serve(folder);
  const chromium = await launch();
  const close = () => Promise.all([server.close(), chromium.close()]);
  return { base: server.base, browser: chromium.browser, close };
}

/**
 * Opens an address in a tab of its own (of a profile of its own unless `context` is given). `page.problems` lists errors of
 * scripts and requests, and requests to other hosts, which are refused.
 */
export async function visit(browser, address, { width = 1440, scheme = "light", script = true, motion = "reduce", context, status = 200, media } = {}) {
  const page = await (context ?? (await browser.createBrowserContext())).newPage();
  page.problems = [];
  page.setDefaultTimeout(60_000);
  await page.setViewport({ width, height: width < 500 ? 844 : 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }, { name: "prefers-reduced-motion", value: motion }]);
  if (media) await page.emulateMediaType(media);
  await page.setJavaScriptEnabled(script);
  // Without windows, no other page takes the keys meanwhile.
  await page.emulateFocusedPage(true);
  await page.setRequestInterception(true);
  const { host } = new URL(address);
  page.on("request", (request) => {
    const url = new URL(request.url());
    const isHere = url.protocol === "file:" ? address.startsWith("file:") : url.host === host && !address.startsWith("file:");
    if (isHere || ["data:", "blob:"].includes(url.protocol)) return request.continue();
    page.problems.push(`a request leaves the site: ${url}`);
    return request.abort();
  });
  page.on("pageerror", (error) => page.problems.push(`an error of a script: ${error.stack ?? error}`));
  page.on("response", (response) => {
    if (response.status() >= 400 && response.url() !== address) page.problems.push(`${response.status()} ${response.url()}`);
  });
  // An answer without a body, or one that nobody reads to its end, is aborted, and nothing is wrong.
  page.on("requestfailed", (request) => {
    const { errorText } = request.failure() ?? {};
    if (errorText !== "net::ERR_ABORTED") page.problems.push(`${errorText} ${request.url()}`);
  });
  const answer = await page.goto(address, { waitUntil: "load" });
  // Files have no status.
  assert.equal(answer.status(), address.startsWith("file:") ? 200 : status, address);
  return page;
}

/** Ends a tab and its profile; nothing may have gone wrong in it. */
export async function leave(page) {
  const { problems } = page;
  await page.browserContext().close();
  assert.deepEqual(problems, []);
}

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What axe-core finds wrong, one line each. */
export async function violations(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(await readFile(AXE, "utf8"));
  return page.evaluate(async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 150)} — ${node.failureSummary.split("\n").slice(1, 3).join(" ").trim()}`));
  });
}

/** Waits until a function of the page gives something true, and gives it. */
export async function until(page, check, ...values) {
  return (await page.waitForFunction(check, { polling: 50 }, ...values)).jsonValue();
}

/** The text of an element as a reader sees it. */
export const shown = (page, selector) => page.$eval(selector, (element) => element.innerText.trim());

/** All texts of elements as they are in the page. */
export const texts = (page, selector) => page.$$eval(selector, (elements) => elements.map((element) => element.textContent.trim()));

/** A new site in a folder of its own, whose name begins like this. */
export function newSite(prefix) {
  const site = join(mkdtempSync(join(tmpdir(), prefix)), "site");
  assert.equal(spawnSync(process.env.GUIDEPOST, ["new", site]).status, 0);
  return site;
}

/** The preview of a site: its address without a slash at the end, a function that ends it, and its process. */
export async function preview(site, port = "0") {
  const server = spawn(process.env.GUIDEPOST, ["serve", "--site", site, "--port", port]);
  let said = "";
  server.stderr.on("data", (data) => { said += data; });
  const base = await new Promise((ready, failed) => {
    let out = "";
    server.stdout.on("data", (data) => {
      out += data;
      const found = /at (http:\/\/\S+)\//.exec(out);
      if (found) ready(found[1]);
    });
    server.on("exit", () => failed(new Error(said)));
  });
  const stop = async () => {
    if (server.exitCode !== null) return;
    const ended = new Promise((done) => server.on("exit", done));
    server.kill("SIGINT");
    await ended;
  };
  return { base, stop, pid: server.pid };
}

/** Waits until a function of the page gives something true, and gives it; the page may be loaded again meanwhile. */
export async function eventually(page, check, milliseconds = 60_000) {
  for (const begin = Date.now(); Date.now() - begin < milliseconds;) {
    const found = await page.evaluate(check).catch(() => false);
    if (found) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new assert.AssertionError({ message: `never so: ${check}` });
}

/** Waits until something in the preview's shadow tree is so. `check` is given the tree's root. */
export function inPreview(page, check, milliseconds) {
  return eventually(page, `(() => { const root = document.querySelector("guidepost-preview")?.shadowRoot; return root && (${check})(root); })()`, milliseconds);
}

/** Clicks as a person does: the preview does not hear what a script clicks. */
export async function press(page, selector) {
  await inPreview(page, `(root) => root.querySelector(${JSON.stringify(selector)}) !== null`);
  for (const begin = Date.now(); ;) {
    const one = await page.evaluateHandle((selector) => document.querySelector("guidepost-preview").shadowRoot.querySelector(selector), selector);
    // What is drawn anew at this moment is looked for again.
    const clicked = await one.click().then(() => true, () => false);
    if (clicked) return;
    assert.ok(Date.now() - begin < 60_000, `never clicked: ${selector}`);
  }
}

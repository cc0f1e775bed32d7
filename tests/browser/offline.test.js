// A site that is opened as files: no server, and everything works.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launch, leave, shown, texts, until, visit } from "./harness.js";

const SITE = process.env.GUIDEPOST_OFFLINE;
const MANY = process.env.GUIDEPOST_OFFLINE_MANY;
let browser, close;

before(async () => { ({ browser, close } = await launch()); });
after(() => close());

const open = (path, options, site = SITE) => visit(browser, pathToFileURL(join(site, path)).href, options);
const files = (folder) => readdirSync(folder).flatMap((name) => {
  const path = join(folder, name);
  return statSync(path).isDirectory() ? files(path) : [path];
});

test("each link, picture, style sheet and script of each page is a file that is there", async () => {
  const page = await open("index.html", { script: false });
  let looked = 0;
  for (const file of files(SITE).filter((path) => path.endsWith(".html"))) {
    const html = readFileSync(file, "utf8");
    const targets = await page.evaluate((html) => {
      const parsed = new DOMParser().parseFromString(html, "text/html");
      return [...parsed.querySelectorAll("[href], [src]")].map((one) => one.getAttribute("href") ?? one.getAttribute("src"));
    }, html);
    for (const target of targets.filter((target) => !/^(#|[a-z]+:|\/\/)/.test(target))) {
      const path = fileURLToPath(new URL(target, pathToFileURL(file)));
      assert.ok(existsSync(path) && statSync(path).isFile(), `${file} leads to ${target}`);
      looked++;
    }
  }
  assert.ok(looked > 200, `${looked} are looked at`);
  await leave(page);
});

test("a page has its style, and the theme switch works and is remembered", async () => {
  const page = await open("guides/kitchen/index.html");
  assert.notEqual(await page.$eval("body", (body) => getComputedStyle(body).fontFamily), "Times New Roman");
  const ground = () => page.$eval("body", (body) => getComputedStyle(body).backgroundColor);
  const light = await ground();
  for (let i = 0; i < 2; i++) await page.click("[data-theme-switch]");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  assert.notEqual(await ground(), light);
  await page.reload();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await leave(page);
});

test("the search finds a page, and its result opens", async () => {
  for (const [from, query, title] of [["guides/second/index.html", "hidden", "Everything on one page"], ["404.html", "everything", "Everything on one page"]]) {
    const page = await open(from);
    await page.keyboard.press("/");
    await page.waitForSelector(".search-dialog[open] input");
    await page.keyboard.type(query);
    const first = await until(page, () => document.querySelector("[role=option]")?.href);
    assert.match(first, /^file:.*\/guides\/kitchen\/index\.html/);
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    assert.equal(await shown(page, "h1"), title);
    await leave(page);
  }
});

test("a page is copied as Markdown", async () => {
  const page = await open("guides/second/index.html");
  await page.evaluate(() => {
    Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText: async (text) => { globalThis.clip = text; } } });
  });
  await page.click("[data-copy-page]");
  assert.equal(await until(page, () => globalThis.clip), readFileSync(join(SITE, "guides/second/index.md"), "utf8"));
  await leave(page);
});

test("a recording is replayed", async () => {
  const page = await open("guides/verified/index.html");
  await page.click("button[data-replay], .actions [aria-label^=Replay]");
  await page.waitForSelector(".player .player-screen");
  await leave(page);
});

test("a section of the tree comes from its page, with links that lead on", async () => {
  const folder = dirname(files(MANY).find((path) => path.endsWith("index.html") && readFileSync(path, "utf8").includes("data-more")));
  const page = await open(join(folder, "index.html").slice(MANY.length), {}, MANY);
  const closed = await page.$("[data-tree] details[data-more]");
  await closed.evaluate((details) => { details.querySelector("summary").click(); });
  const links = await until(page, () => {
    const open = [...document.querySelectorAll("[data-tree] details[open]:not([data-more])")].map((one) => one.querySelectorAll("a").length);
    return open.some((count) => count > 3) && [...document.querySelectorAll("[data-tree] a")].map((link) => link.href);
  });
  for (const link of links) assert.ok(existsSync(fileURLToPath(link)), link);
  await leave(page);
});

test("guides are chosen on the page of all guides", async () => {
  const page = await open("all/index.html", {}, MANY);
  const count = () => page.$$eval("[data-all] .rows > li", (rows) => rows.filter((row) => row.getClientRects().length).length);
  const all = await count();
  await page.select("[name=section]", await page.$$eval("[name=section] option", (options) => options[1].value));
  assert.ok((await count()) > 0 && (await count()) < all, `${await count()} of ${all}`);
  assert.deepEqual((await texts(page, ".choose [role=status]")).map((text) => / of /.test(text)), [true]);
  await leave(page);
});

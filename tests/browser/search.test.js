// What was searched for stays: as a list of recent searches, and marked on the page that was found.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fixture, leave, shown, texts, until, visit } from "./harness.js";

let base, browser, close;
before(async () => { ({ base, browser, close } = await fixture()); });
after(() => close());

const open = (path, options) => visit(browser, base + path, options);
const kept = (page) => page.evaluate(() => localStorage.getItem("searches"));

/** Types into the search and opens the first page that is found. */
async function find(page, query) {
  await page.keyboard.press("/");
  await page.waitForSelector(".search-dialog[open] input");
  await page.keyboard.type(query);
  await until(page, () => document.querySelector(".search-results a"));
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
}

/** The texts that are marked, in order; the browser's own highlights change no element. */
const marks = (page) => page.evaluate(() => [...(CSS.highlights?.get("found") ?? [])].map(String));

test("recent searches are offered, chosen by keyboard, and forgotten", async () => {
  const page = await open("/guides/second/");
  await page.keyboard.press("/");
  await page.waitForSelector(".search-dialog[open] input");
  assert.deepEqual([await texts(page, "[role=option]"), await shown(page, ".search-status")], [[], ""]);
  await page.keyboard.type("nothing that is opened");
  await page.keyboard.press("Escape");
  assert.equal(await kept(page), null, "only what led to a page is kept");

  await page.goto(`${base}/guides/second/`);
  await find(page, "<i>hidden");
  await find(page, "second");
  await find(page, "<i>hidden");
  assert.equal(await kept(page), JSON.stringify(["<i>hidden", "second"]), "once each, the latest first");
  await page.keyboard.press("/");
  await until(page, () => document.querySelectorAll("[role=option]").length === 2);
  assert.deepEqual(await texts(page, "[role=option]"), ["<i>hidden", "second"]);
  assert.equal(await shown(page, ".search-status"), "Recent searches");
  assert.equal(await page.$eval("[role=listbox]", (list) => list.getAttribute("aria-label")), "Recent searches");
  const chosen = () => page.evaluate(() => document.getElementById(document.querySelector("[role=combobox]").getAttribute("aria-activedescendant"))?.textContent);
  assert.equal(await chosen(), undefined, "Enter chooses none of them by itself");
  await page.keyboard.press("ArrowUp");
  assert.equal(await chosen(), "second");
  await page.keyboard.press("ArrowDown");
  assert.equal(await chosen(), "<i>hidden");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await until(page, () => document.querySelector(".search-results a"));
  assert.equal(await page.$eval(".search-dialog input", (input) => input.value), "second");
  assert.equal(await page.$eval("[role=listbox]", (list) => list.getAttribute("aria-label")), "Results");
  assert.equal(await page.$eval(".search-forget", (button) => button.checkVisibility()), false);

  await page.$eval(".search-dialog input", (input) => input.select());
  await page.keyboard.press("Backspace");
  await until(page, () => document.querySelector(".search-forget").checkVisibility());
  await page.click(".search-forget");
  assert.deepEqual([await texts(page, "[role=option]"), await kept(page)], [[], null]);
  await leave(page);
});

test("what is kept and is no list of searches is passed over", async () => {
  const page = await open("/");
  await page.evaluate(() => localStorage.setItem("searches", '[{"a": 1}, 3, "", "good"]'));
  await page.keyboard.press("/");
  await until(page, () => document.querySelectorAll("[role=option]").length);
  assert.deepEqual(await texts(page, "[role=option]"), ["good"]);
  await leave(page);
});

test("the page that was found shows what it was found by, until Escape", async () => {
  const page = await open("/guides/second/");
  await find(page, "first commands");
  await until(page, () => CSS.highlights.get("found"));
  const found = (await marks(page)).map((text) => text.toLowerCase());
  assert.ok(found.includes("first") && found.includes("commands") && found.every((text) => ["first", "command", "commands"].includes(text)), found.join());
  assert.equal(new URL(page.url()).search, "", "the address is that of the page");
  const isInView = await page.evaluate(() => [...CSS.highlights.get("found")].some((range) => {
    const { top, bottom } = range.getBoundingClientRect();
    return top > 0 && bottom < innerHeight;
  }));
  assert.ok(isInView);
  assert.equal(await page.$("main mark"), null, "no element is added to what is copied");
  await page.keyboard.press("/");
  await page.waitForSelector(".search-dialog[open]");
  await page.keyboard.press("Escape");
  assert.ok((await marks(page)).length, "the dialog takes the first Escape");
  await page.keyboard.press("Escape");
  assert.deepEqual([await marks(page), await page.$(".unmark")], [[], null]);

  await find(page, "hidden");
  await page.waitForSelector(".unmark");
  await page.click(".unmark");
  assert.deepEqual([await marks(page), await page.$(".unmark")], [[], null]);
  await leave(page);
});

test("a passage far down is scrolled to", async () => {
  const page = await open("/guides/second/", { width: 390 });
  await find(page, "footnote");
  await until(page, () => CSS.highlights.get("found"));
  const { top, bottom } = await page.evaluate(() => {
    const { top, bottom } = [...CSS.highlights.get("found")][0].getBoundingClientRect();
    return { top, bottom };
  });
  assert.ok(await page.evaluate(() => scrollY) > 844 && top > 0 && bottom < 844, `${top} to ${bottom}`);
  await leave(page);
});

test("a browser without highlights marks prose, and leaves commands as they are", async () => {
  const page = await open("/");
  await page.evaluateOnNewDocument(() => { delete CSS.highlights; Object.defineProperty(CSS, "highlights", { value: undefined }); });
  await page.goto(`${base}/guides/kitchen/?found=server+echo`);
  await page.waitForSelector("main mark");
  assert.equal(await page.$("main :is(pre, code) mark"), null);
  const before = await page.$eval("main .prose", (prose) => prose.textContent);
  await page.keyboard.press("Escape");
  assert.deepEqual([await page.$("main mark"), await page.$eval("main .prose", (prose) => prose.textContent)], [null, before]);
  await leave(page);
});

test("a page that was not found by the search does not load it", async () => {
  const page = await open("/");
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  for (const path of ["/guides/kitchen/", "/guides/kitchen/?found="]) await page.goto(base + path);
  assert.deepEqual(asked.filter((path) => path.includes("search")), []);
  await page.goto(`${base}/guides/kitchen/?found=hidden`);
  await page.waitForSelector(".unmark");
  assert.deepEqual(asked.filter((path) => path.startsWith("/search/")), [], "no index is needed to mark");
  await leave(page);
});

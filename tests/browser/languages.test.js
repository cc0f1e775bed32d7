// Pages in several languages, one of which is read from right to left, and several versions of a site.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fixture, leave, shown, texts, until, violations, visit } from "./harness.js";

let base, browser, close;
before(async () => { ({ base, browser, close } = await fixture(process.env.GUIDEPOST_SPOKEN)); });
after(() => close());

for (const path of ["/old/ar/", "/old/ar/guides/", "/old/ar/guides/kitchen/", "/old/ar/all/", "/old/ar/tags/", "/old/de/guides/kitchen/"]) {
  test(`nothing is wrong with ${path}`, async () => {
    for (const width of [390, 1440]) {
      for (const scheme of ["light", "dark"]) {
        const page = await visit(browser, base + path, { width, scheme });
        await until(page, () => document.querySelector(".outdated"));
        await page.$$eval(".switch summary", ([first]) => first.click());
        const where = `${path}, ${width} px, ${scheme}`;
        assert.deepEqual(await violations(page), [], where);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, `${where}: wider than the screen`);
        await leave(page);
      }
    }
  });
}

test("right to left is the page, and not what is typed", async () => {
  const page = await visit(browser, `${base}/old/ar/guides/kitchen/`);
  const direction = (selector) => page.$eval(selector, (element) => getComputedStyle(element).direction);
  for (const [selector, expected] of [["html", "rtl"], [".prose > p", "rtl"], [".block pre", "ltr"], [".prose p code", "ltr"], [".values input", "ltr"], [".toc-wide", "rtl"]]) {
    assert.equal(await direction(selector), expected, selector);
  }
  const left = (selector) => page.$eval(selector, (element) => element.getBoundingClientRect().left);
  assert.ok((await left(".sidebar")) > (await left(".article")) && (await left(".article")) > (await left(".toc-wide")), "the tree is on the right");
  // The arrow that points to the next tab chooses it.
  const chosen = () => page.$eval(".tabs [role=tab][aria-selected=true]", (tab) => tab.textContent);
  const first = await chosen();
  await page.focus(".tabs [role=tab][aria-selected=true]");
  await page.keyboard.press("ArrowLeft");
  assert.notEqual(await chosen(), first);
  await page.keyboard.press("ArrowRight");
  assert.equal(await chosen(), first);
  await leave(page);
});

test("scripts speak the language of the page", async () => {
  for (const [path, label, placeholder] of [["/old/guides/kitchen/", "Copy", "Search the guides"], ["/old/de/guides/kitchen/", "Kopieren", "Anleitungen durchsuchen"], ["/old/ar/guides/kitchen/", "نسخ", "ابحث في الأدلة"]]) {
    const page = await visit(browser, base + path);
    assert.equal(await page.$eval(".block .actions button:last-child", (button) => button.title), label);
    await page.keyboard.press("/");
    assert.equal(await page.$eval(".search-dialog input", (input) => input.placeholder), placeholder);
    await leave(page);
  }
});

test("the search of a language finds its pages", async () => {
  const page = await visit(browser, `${base}/old/de/guides/kitchen/`);
  await page.keyboard.press("/");
  await page.type(".search-dialog input", "hidden");
  await until(page, () => document.querySelectorAll("[role=option]").length);
  const found = await page.$$eval("[role=option]", (options) => options.map((option) => new URL(option.href).pathname));
  assert.ok(found.every((path) => path.startsWith("/old/de/")), found.join(" "));
  assert.equal(await shown(page, ".search-status"), "1 Seite");
  await leave(page);
});

test("a switch leads to the same page in another language, with and without scripts", async () => {
  for (const script of [true, false]) {
    const page = await visit(browser, `${base}/old/guides/kitchen/`, { script });
    await page.click(".switch:not([data-versions]) summary");
    assert.deepEqual(await texts(page, ".switch:not([data-versions]) a"), ["English", "العربية", "Deutsch"]);
    await Promise.all([page.waitForNavigation(), page.click(".switch a[lang=de]")]);
    assert.equal(new URL(page.url()).pathname, "/old/de/guides/kitchen/");
    await leave(page);
  }
});

test("an old version says so, and leads to the same page of the newest, or to its home", async () => {
  for (const [path, there] of [["/old/guides/kitchen/", "/new/guides/kitchen/"], ["/old/guides/second/", "/new/"]]) {
    const page = await visit(browser, base + path);
    await until(page, () => document.querySelector(".outdated"));
    assert.equal(await shown(page, ".outdated"), "This is version 1.0, which is not the newest. Read version 2.0");
    assert.deepEqual(await texts(page, "[data-versions] a"), ["2.0", "1.0"]);
    // Whether the page is there is asked: that it is not is no fault, nor that nobody waits for the rest of the answer.
    await Promise.all([page.waitForNavigation(), page.click(".outdated a")]);
    assert.equal(new URL(page.url()).pathname, there);
    page.problems = page.problems.filter((problem) => !/^(404|net::ERR_ABORTED) .*\/new\/guides\/(kitchen|second)\/$/.test(problem));
    await until(page, () => !document.querySelector("[data-versions]").hidden);
    assert.equal(await page.$(".outdated"), null, "the newest has no banner");
    await leave(page);
  }
});

// Finding one's way: the tree beside a page, the menu, the page of all guides. GUIDEPOST_MANY is a library of 300 guides.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fixture, leave, shown, until, violations, visit } from "./harness.js";

let base, browser, close;
before(async () => { ({ base, browser, close } = await fixture(process.env.GUIDEPOST_MANY)); });
after(() => close());

/** The address of a guide that is far down in the tree. */
const far = async () => {
  const page = await visit(browser, `${base}/all/`);
  const path = await page.$$eval(".shelf:last-of-type .rows a", (links) => links.at(-1).getAttribute("href"));
  await leave(page);
  return path;
};
const rows = (page) => page.$$eval("[data-all] .rows > li", (all) => all.filter((row) => row.checkVisibility()).length);

test("the current page is in view in the tree, and others can be opened", async () => {
  const path = await far();
  for (const script of [true, false]) {
    const page = await visit(browser, base + path, { script });
    const at = await page.$eval(".sidebar", (box) => {
      const here = box.querySelector("[data-tree] [aria-current=page]").getBoundingClientRect();
      const { top, bottom } = box.getBoundingClientRect();
      return { seen: here.height > 0, inside: here.top >= top && here.bottom <= bottom };
    });
    assert.ok(at.seen, `script: ${script}`);
    if (script) assert.ok(at.inside, "it is scrolled into view");
    await leave(page);
  }
  const page = await visit(browser, base + path);
  const more = await page.$("[data-tree] details[data-more] > summary");
  const before = await page.$$eval("[data-tree] a", (links) => links.length);
  await more.click();
  await until(page, (before) => document.querySelectorAll("[data-tree] a").length > before, before);
  assert.equal(await page.$$eval("[data-tree] [aria-current]", (all) => all.length), 1);
  assert.deepEqual(await violations(page), []);
  await leave(page);
});

test("on narrow screens the tree is a drawer", async () => {
  const path = await far();
  for (const scheme of ["light", "dark"]) {
    const page = await visit(browser, base + path, { width: 390, scheme });
    const seen = () => page.$eval(".sidebar", (one) => one.checkVisibility());
    assert.equal(await seen(), false);
    await page.click(".menu-button");
    await until(page, () => document.querySelector(".sidebar").checkVisibility());
    assert.ok(await page.$eval("[data-tree] [aria-current=page]", (one) => one.getBoundingClientRect().top < innerHeight), "in view");
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press("Escape");
    await until(page, () => !document.querySelector(".sidebar").checkVisibility());
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
    await leave(page);
  }
});

test("guides are chosen, by what stands in the address", async () => {
  const page = await visit(browser, `${base}/all/`);
  assert.equal(await rows(page), 300);
  await page.select("select[name=verdict]", "broken");
  const broken = await rows(page);
  assert.ok(broken > 0 && broken < 300, `${broken}`);
  assert.equal(new URL(page.url()).search, "?verdict=broken");
  assert.equal(await shown(page, "[data-choose] [role=status]"), `${broken} of 300 guides`);
  assert.ok(await page.$$eval("[data-all] .rows > li", (all) => all.filter((row) => row.checkVisibility()).every((row) => row.dataset.verdict === "broken")));
  await page.type("input[name=text]", "server 12");
  const fewer = await rows(page);
  assert.ok(fewer > 0 && fewer < broken, `${fewer} of ${broken}`);
  const address = page.url();
  await page.click("button[type=reset]");
  await until(page, () => !location.search);
  assert.equal(await rows(page), 300);
  await leave(page);

  const linked = await visit(browser, address);
  assert.equal(await rows(linked), fewer);
  assert.deepEqual(await violations(linked), []);
  await leave(linked);

  // Without scripts all of them are there, and no form that does nothing.
  const plain = await visit(browser, address, { script: false });
  assert.equal(await rows(plain), 300);
  assert.equal(await plain.$eval("[data-choose]", (form) => form.checkVisibility()), false);
  await leave(plain);
});

test("the home page and the page of all guides: axe-core finds nothing", async () => {
  for (const path of ["/", "/all/"]) {
    for (const [width, scheme] of [[390, "dark"], [768, "light"], [1440, "light"], [1440, "dark"]]) {
      const page = await visit(browser, base + path, { width, scheme });
      const where = `${path}, ${width} px, ${scheme}`;
      assert.deepEqual(await violations(page), [], where);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, `${where}: wider than the screen`);
      await leave(page);
    }
  }
});

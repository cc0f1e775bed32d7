// axe-core finds nothing wrong: every kind of page, light and dark, on a telephone and on a desk.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fixture, leave, until, violations, visit } from "./harness.js";

const KINDS = [
  ["home", "/"],
  ["section", "/guides/"],
  ["taxonomy", "/tags/"],
  ["tag", "/tags/network/"],
  ["guide", "/guides/kitchen/"],
  ["shortcodes and formulas", "/guides/shown/"],
  ["verified guide", "/guides/verified/"],
  ["broken guide", "/guides/broken/"],
  ["no page", "/nowhere/", { status: 404 }],
  ["search opened", "/guides/second/", {
    async prepare(page) {
      await page.keyboard.press("/");
      await page.type(".search-dialog input", "hidden");
      await until(page, () => document.querySelectorAll("[role=option]").length);
    },
  }],
  ["recent searches", "/guides/second/", {
    async prepare(page) {
      await page.evaluate(() => localStorage.setItem("searches", '["hidden heading", "docker network create"]'));
      await page.keyboard.press("/");
      await until(page, () => document.querySelectorAll("[role=option]").length);
    },
  }],
  ["page found by the search", "/guides/kitchen/?found=server+echo", {
    async prepare(page) {
      await page.waitForSelector(".unmark");
    },
  }],
  ["recording opened", "/guides/verified/", {
    async prepare(page) {
      await page.click("button[data-replay]");
      await until(page, () => document.querySelector(".player-screen")?.innerText.includes("after"));
    },
  }],
  ["menu opened", "/", {
    async prepare(page, width) {
      if (width < 500) await page.click(".menu-button");
    },
  }],
];

let base, browser, close;
before(async () => { ({ base, browser, close } = await fixture()); });
after(() => close());

for (const [kind, path, { status = 200, prepare } = {}] of KINDS) {
  test(kind, async () => {
    for (const width of [390, 1440]) {
      for (const scheme of ["light", "dark"]) {
        const page = await visit(browser, base + path, { width, scheme, status });
        await prepare?.(page, width);
        const where = `${kind}, ${width} px, ${scheme}`;
        assert.deepEqual(await violations(page), [], where);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.equal(wide, 0, `${where}: the page is wider than the screen`);
        await leave(page);
      }
    }
  });
}

// Pages of results: `/status/` of a site, and the page of `guidepost report --format html`. GUIDEPOST_MANY is a site with both.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fixture, leave, shown, until, violations, visit } from "./harness.js";

let base, browser, close;
before(async () => { ({ base, browser, close } = await fixture(process.env.GUIDEPOST_MANY)); });
after(() => close());

/** Verdicts of the guides that are shown, each once. */
const verdicts = (page) => page.evaluate(() => {
  const guides = [...document.querySelectorAll(".result")].filter((guide) => guide.checkVisibility());
  return [...new Set(guides.map((guide) => guide.dataset.verdict))];
});
const count = (page) => page.evaluate(() => [...document.querySelectorAll(".result")].filter((guide) => guide.checkVisibility()).length);

for (const path of ["/report.html", "/status/"]) {
  test(`${path}: filters stand in the address`, async () => {
    const page = await visit(browser, base + path);
    assert.equal(await count(page), 300);
    await page.click(".counts .is-drifted");
    assert.deepEqual(await verdicts(page), ["drifted"]);
    assert.equal(new URL(page.url()).hash, "#verdict=drifted");
    assert.match(await shown(page, "[role=status]"), /^\d+ of 300 guides$/);

    await page.select("select[name=verdict]", "broken");
    await page.select("select[name=section]", "content/web");
    await page.type("input[name=text]", "sudo");
    const hash = "#text=sudo&verdict=broken&section=content/web";
    assert.equal(await page.evaluate(() => location.hash), hash);
    const of = await page.evaluate(() => [...document.querySelectorAll(".result")].filter((guide) => guide.checkVisibility()).map((guide) => [guide.dataset.section, guide.dataset.causes]));
    assert.ok(of.length > 0);
    for (const [section, causes] of of) {
      assert.ok(section.startsWith("content/web/"), section);
      assert.ok(causes.includes("command-not-found:sudo"), causes);
    }
    await page.click("button[type=reset]");
    await until(page, () => !location.hash);
    assert.equal(await count(page), 300);
    await leave(page);

    // A view can be linked, and so can a cause with signs in its name.
    const linked = await visit(browser, base + path + hash);
    assert.equal(await count(linked), of.length);
    await linked.evaluate(() => [...document.querySelectorAll(".causes a")].find((link) => link.textContent.includes("package-")).click());
    await until(linked, () => location.hash.startsWith("#cause=package-not-found:package-"));
    assert.deepEqual(await verdicts(linked), ["broken"]);
    await leave(linked);
  });

  test(`${path}: a guide that is named is opened`, async () => {
    const first = await visit(browser, base + path);
    const id = await first.evaluate(() => document.querySelector(".result[data-verdict=broken] .result-body").id);
    await leave(first);
    for (const script of [true, false]) {
      const page = await visit(browser, `${base}${path}#${id}`, { script });
      const at = await page.evaluate((id) => {
        const body = document.getElementById(id);
        const { top } = body.closest(".result").querySelector("summary").getBoundingClientRect();
        return { open: body.closest("details").open, seen: top >= 0 && top < innerHeight };
      }, id);
      assert.deepEqual(at, { open: true, seen: true }, `script: ${script}`);
      assert.match(await page.evaluate((id) => document.getElementById(id).textContent, id), /it ended with status 1/);
      await leave(page);
    }
  });

  test(`${path}: without scripts all of it is there`, async () => {
    const page = await visit(browser, base + path, { script: false });
    assert.equal(await count(page), 300);
    assert.equal(await page.evaluate(() => document.querySelector("[data-filters]").checkVisibility()), false);
    await page.click(".counts .is-drifted");
    const top = await page.evaluate(() => document.getElementById("verdict=drifted").getBoundingClientRect().top);
    assert.ok(top >= 0 && top < 900, `the link leads to the guides of the verdict: ${top}`);
    await page.click(".result[data-verdict=drifted] > summary");
    const diff = await page.evaluate(() => document.querySelector(".result[open] .diff").innerText);
    assert.match(diff, /- v18\.12\.0\s+\+ v20/);
    await leave(page);
  });

  test(`${path}: by keyboard`, async () => {
    const page = await visit(browser, base + path);
    await page.focus(".result > summary");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.parentElement.open), true);
    await leave(page);
  });

  test(`${path}: texts of a report are texts`, async () => {
    const page = await visit(browser, base + path);
    const found = await page.evaluate(() => [...document.querySelectorAll(".result-name")].filter((name) => name.textContent.includes("<img src=x onerror=alert(1)>")).length);
    assert.ok(found > 0);
    assert.equal(await page.evaluate(() => document.querySelectorAll("[onerror]").length), 0);
    await leave(page);
  });

  test(`${path}: axe-core finds nothing`, async () => {
    // Colours do not depend on the width: each of both once, for there are thousands of elements.
    for (const [width, scheme] of [[390, "light"], [1440, "dark"]]) {
      const page = await visit(browser, `${base}${path}#text=server+1&verdict=broken`.replace("+", "%20"), { width, scheme });
      await page.evaluate(() => {
        for (const details of document.querySelectorAll(".folded, .causes details, .result:not([hidden]), .transcript")) details.open = true;
      });
      const where = `${path}, ${width} px, ${scheme}`;
      assert.deepEqual(await violations(page), [], where);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.equal(wide, 0, `${where}: the page is wider than the screen`);
      await leave(page);
    }
  });
}

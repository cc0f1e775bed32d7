// Times pages of a site in Chromium, and prints what they weigh.
//
//   GUIDEPOST_MANY=FOLDER cargo test --test all browser:: -- --ignored    makes a library of 3,000 made-up results
//   node tests/bench/pages.mjs FOLDER/site /report.html /status/ [--axe]
//
// A page is loaded five times from a server on this computer, each time by a browser of its own; the median counts. "painted" is the
// first paint with content, "loaded" the end of the load event, "filtered" the time from a change of the address to the frame in which
// only the broken guides are there. With --axe, axe-core looks at each page once, too.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { launch, serve, violations } from "../browser/harness.js";

const ROUNDS = 5;
const axe = process.argv.includes("--axe");
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const [folder, ...paths] = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const server = await serve(folder);
for (const path of paths) {
  const bytes = readFileSync(join(folder, path.endsWith("/") ? `${path}index.html` : path));
  const times = { painted: [], loaded: [], filtered: [] };
  let elements, found;
  for (let round = 0; round < ROUNDS; round += 1) {
    const { browser, close } = await launch();
    const page = await browser.newPage();
    await page.setViewport({ width: 1440, height: 900 });
    await page.goto(server.base + path, { waitUntil: "load", timeout: 120_000 });
    const of = await page.evaluate(async () => {
      const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      await frame();
      const painted = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
      const loaded = performance.getEntriesByType("navigation")[0].loadEventEnd;
      const begin = performance.now();
      location.hash = "verdict=broken";
      while ([...document.querySelectorAll(".group")].filter((group) => !group.hidden).length !== 1) await frame();
      await frame();
      return { painted, loaded, filtered: performance.now() - begin, elements: document.querySelectorAll("*").length };
    });
    for (const name of Object.keys(times)) times[name].push(of[name]);
    elements = of.elements;
    if (axe && round === 0) {
      await page.evaluate(() => { location.hash = ""; });
      const begin = performance.now();
      found = `${(await violations(page)).join("\n  ") || "nothing"}; ${((performance.now() - begin) / 1000).toFixed(1)} s`;
    }
    await close();
  }
  const shown = Object.entries(times).map(([name, all]) => `${name} ${median(all).toFixed(0)} ms`).join(", ");
  console.log(`${path}: ${bytes.length} bytes, ${gzipSync(bytes).length} gzipped, ${elements} elements; ${shown}`);
  if (found) console.log(`  axe-core: ${found}`);
}
await server.close();

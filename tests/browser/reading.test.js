// What a reader does on a page: with the keyboard, with a mouse, without scripts, on paper.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fixture, leave, serve, shown, texts, until, visit } from "./harness.js";

const KITCHEN = "/guides/kitchen/";
let base, browser, close;

before(async () => { ({ base, browser, close } = await fixture()); });
after(() => close());

const open = (path, options) => visit(browser, base + path, options);
const focused = (page) => page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent.trim());

/** Clicks a button and gives what it put on the clipboard. */
async function copied(page, button) {
  await page.evaluate(() => {
    globalThis.clip = undefined;
    Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText: async (text) => { globalThis.clip = text; } } });
  });
  await (typeof button === "string" ? page.$(button) : button).then((element) => element.evaluate((one) => one.click()));
  return until(page, () => globalThis.clip);
}

const copyOf = (page, nth) => page.$$(`button[title=Copy]`).then((buttons) => buttons[nth]);

test("search is opened by / and by Ctrl-K, and used by keyboard alone", async () => {
  for (const keys of [["/"], ["Control", "k"]]) {
    const page = await open("/guides/second/");
    await page.focus(".brand");
    for (const key of keys) await page.keyboard.down(key);
    for (const key of keys) await page.keyboard.up(key);
    const input = await page.waitForSelector(".search-dialog[open] input");
    assert.equal(await input.evaluate((one) => one === document.activeElement && one.value), "", "it has the focus, and no slash in it");
    await page.keyboard.type("hidden");
    await until(page, () => document.querySelectorAll("[role=option]").length > 1);
    const state = () => page.evaluate(() => {
      const box = document.querySelector("[role=combobox]");
      const active = document.getElementById(box.getAttribute("aria-activedescendant"));
      return [box.getAttribute("aria-expanded"), box.getAttribute("aria-controls") === active.parentNode.id, active.getAttribute("aria-selected"), active.textContent];
    });
    assert.deepEqual(await state(), ["true", true, "true", "Everything on one page"]);
    await page.keyboard.press("ArrowDown");
    const section = await state();
    assert.match(section[3], /^Everything on one page › Hidden heading/);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    assert.notEqual((await state())[3], "Everything on one page", "it goes round");
    await page.keyboard.press("Escape");
    await page.waitForSelector(".search-dialog:not([open])");
    assert.equal(await focused(page), "Fixture", "the focus is where it was");
    await page.keyboard.press("/");
    await page.waitForSelector(".search-dialog[open]");
    await page.keyboard.type("hidden");
    await until(page, () => document.querySelector(".search-status").textContent === "1 page");
    await page.keyboard.press("ArrowDown");
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    assert.equal(new URL(page.url()).hash, "#hidden");
    assert.ok(await page.$eval("#hidden", (heading) => heading.checkVisibility() && heading.closest("details").open), "what hides it is opened");
    await leave(page);
  }
});

test("search says what it does not find, and shows text as text", async () => {
  const page = await open("/");
  await page.click("[data-search-open]");
  await page.type(".search-dialog input", "<u>qqqqq</u>");
  await until(page, () => document.querySelector(".search-status").textContent.startsWith("Nothing found"));
  assert.equal(await page.$(".search-dialog u"), null);
  await leave(page);
});

test("copy gives what is typed: no prompts, no outputs, no numbers", async () => {
  const page = await open(KITCHEN);
  const expected = [
    'ssh example_user@SERVER_IP\necho "$HOME and ${example_user}" \\\n  && ls\ncurl https://<your_domain>/?from=example_user',
    "echo first\necho second",
    "server {\n  server_name <your_domain>;\n  listen SERVER_IP:80; # Set up by example_user, with a comment that is much longer than a telephone's screen is wide.\n}",
    '#!/bin/sh\necho "Hello, example_user!"',
  ];
  for (const [nth, text] of expected.entries()) assert.equal(await copied(page, copyOf(page, nth)), text);
  assert.equal(await page.$(".output button[title=Copy]"), null, "an output is not typed");
  await until(page, () => [...document.querySelectorAll("[role=status]")].some((one) => one.textContent === "Copied"));
  assert.match(await copied(page, "[data-copy-page]"), /^# Everything on one page\n/);
  await leave(page);
});

test("tabs stay in step, are remembered, and have an address", async () => {
  const page = await open(KITCHEN);
  const selected = (where = page) => texts(where, "[role=tab][aria-selected=true]");
  assert.deepEqual(await selected(), ["Debian", "npm", "Debian"]);
  await (await page.$("[role=tab]")).focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(page), "Fedora");
  assert.deepEqual(await selected(), ["Fedora", "npm", "Fedora"]);
  assert.deepEqual(await texts(page, "[role=tabpanel]:not([hidden]) strong"), ["Fedora"]);
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(page), "Debian", "it goes round");
  await page.keyboard.press("End");
  assert.equal(await focused(page), "Fedora");
  await page.keyboard.press("Home");
  assert.equal(await focused(page), "Debian");
  await page.keyboard.press("ArrowLeft");
  const order = await page.$$eval("[role=tab]", (tabs) => tabs.map((tab) => [tab.tabIndex, document.getElementById(tab.getAttribute("aria-controls")).getAttribute("aria-labelledby") === tab.id]));
  assert.deepEqual(order, [[-1, true], [0, true], [0, true], [-1, true], [0, true], [-1, true]]);
  await page.evaluate(() => [...document.querySelectorAll("[role=tab]")].find((tab) => tab.textContent === "Yarn").click());
  const { search } = new URL(page.url());
  assert.equal(search, "?tab=fedora&tab=yarn");

  const next = await visit(browser, `${base}/guides/second/`, { context: page.browserContext() });
  assert.deepEqual(await selected(next), ["Fedora"], "remembered on another page");
  await next.evaluate(() => document.querySelectorAll("[role=tab]")[1].click());
  assert.deepEqual(await selected(next), ["Debian"]);

  const other = await open(`${KITCHEN}${search}`);
  assert.deepEqual(await selected(other), ["Fedora", "Yarn", "Fedora"], "the address counts");
  await leave(other);
  const linked = await open(`${KITCHEN}#on-fedora`);
  assert.equal((await selected(linked))[0], "Fedora", "a link into a panel shows it");
  await leave(linked);
  await leave(page);
});

test("values that are typed once are everywhere, kept, and text only", async () => {
  const page = await open(KITCHEN);
  assert.deepEqual(await texts(page, ".values label"), ["SERVER_IP", "example_user", "your_domain"]);
  const hostile = '<img src=x onerror="alert(1)"> $& $1 \\';
  await page.type(".values input[data-name=SERVER_IP]", "203.0.113.5");
  await page.type(".values input[data-name=example_user]", hostile);
  await page.type(".values input[data-name=your_domain]", "site.test");
  assert.equal(
    await copied(page, copyOf(page, 0)),
    `ssh ${hostile}@203.0.113.5\necho "$HOME and \${example_user}" \\\n  && ls\ncurl https://site.test/?from=${hostile}`,
  );
  assert.match(await shown(page, ".output pre"), /second to <img src=x/);
  assert.equal(await page.$("main img[src=x]"), null, "no markup comes of it");
  assert.equal(await shown(page, ".file figcaption"), "/etc/nginx/site.test.conf");
  const prose = await shown(page, ".prose > p");
  assert.match(prose, /^Replace 203\.0\.113\.5 by your server's address, <img .* by your name, and site\.test by your/);
  assert.match(prose, /such as example_users or your_domain stays/);
  const markdown = await copied(page, "[data-copy-page]");
  assert.ok(markdown.includes("Replace 203.0.113.5 by") && markdown.includes("server_name site.test;"), markdown);

  const next = await visit(browser, `${base}/guides/second/`, { context: page.browserContext() });
  assert.equal(await shown(next, ".command code"), "ssh root@203.0.113.5", "by name, on another page");
  assert.equal(await next.$eval(".values input", (input) => input.value), "203.0.113.5");
  await next.click(".values [type=reset]");
  await until(next, () => document.querySelector(".command code").innerText === "ssh root@SERVER_IP");
  await until(page, () => document.querySelector(".command code").innerText.includes("@SERVER_IP"));
  assert.equal(await page.$eval(".values input[data-name=your_domain]", (input) => input.value), "site.test", "other pages' names are not forgotten");
  await page.reload();
  assert.equal(await page.$eval(".values input[data-name=your_domain]", (input) => input.value), "site.test");
  await page.bringToFront();
  await page.click(".command .placeholder");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.name), "example_user", "a click on a placeholder leads to its value");
  await leave(page);

  const none = await open("/guides/verified/");
  assert.equal(await none.$(".values"), null);
  await leave(none);
});

test("what somebody else left in the browser breaks nothing", async () => {
  const page = await open("/");
  for (const rubbish of ["7", "{", '{"a":1}', '[["SERVER_IP"],["example_user",3],null]', "null", '["x"]']) {
    await page.evaluate((text) => {
      for (const key of ["values", "tabs", "theme"]) localStorage.setItem(key, text);
    }, rubbish);
    await page.goto(base + KITCHEN);
    assert.deepEqual(await texts(page, "[role=tab][aria-selected=true]"), ["Debian", "npm", "Debian"], rubbish);
    assert.equal(await page.$$eval("button[title=Copy]", (all) => all.length > 5), true, rubbish);
  }
  await leave(page);
});

test("files are downloaded under their names, with the values in them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "guidepost-downloads-"));
  const page = await open(KITCHEN);
  const session = await browser.target().createCDPSession();
  await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder, eventsEnabled: true, browserContextId: page.browserContext().id });
  const finished = () => new Promise((done) => session.on("Browser.downloadProgress", ({ state }) => state === "completed" && done()));
  await page.type(".values input[data-name=your_domain]", "site.test");
  assert.equal(await page.$$eval("button[title=Download]", (all) => all.length), 3, "files only");
  for (const [nth, name, text] of [
    [0, "site.test.conf", /^server \{\n {2}server_name site\.test;\n[^\n]+\n\}\n$/],
    [1, "hello.sh", /^#!\/bin\/sh\necho "Hello, example_user!"\n$/],
    [2, "app.js", /^console\.log\("hello"\);\n$/],
  ]) {
    const done = finished();
    const button = (await page.$$("button[title=Download]"))[nth];
    await button.evaluate((one) => one.click());
    await done;
    assert.match(readFileSync(join(folder, name), "utf8"), text);
  }
  rmSync(folder, { recursive: true });
  await leave(page);
});

test("the table of contents follows", async () => {
  const page = await open(KITCHEN);
  const current = () => page.$$eval(".toc-wide [aria-current]", (all) => all.map((one) => one.textContent));
  assert.deepEqual(await current(), []);
  for (const id of ["files", "notes", "tables-and-lists", "files"]) {
    await page.evaluate((id) => document.getElementById(id).scrollIntoView({ behavior: "instant" }), id);
    await until(page, (id) => document.querySelector(".toc-wide [aria-current]")?.hash === `#${id}`, id);
    assert.equal((await current()).length, 1);
  }
  await page.evaluate(() => scrollTo({ top: document.body.scrollHeight, behavior: "instant" }));
  await until(page, () => document.querySelector(".toc-wide [aria-current]")?.textContent === "The end");
  await leave(page);
  const phone = await open(KITCHEN, { width: 390 });
  await phone.click(".toc-narrow summary");
  await phone.click(".toc-narrow a[href='#notes']");
  await until(phone, () => !document.querySelector(".toc-narrow").open && location.hash === "#notes");
  await leave(phone);
});

test("light, dark, automatic: switched, told and remembered", async () => {
  const page = await open("/", { scheme: "dark" });
  const ground = (where = page) => where.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  const button = await page.$("[data-theme-switch]");
  const label = () => button.evaluate((one) => one.getAttribute("aria-label"));
  assert.equal(await label(), "Theme: automatic");
  await button.press("Enter");
  assert.equal(await label(), "Theme: light");
  const light = await ground();
  assert.notEqual(light, dark);
  await button.press("Enter");
  assert.equal(await label(), "Theme: dark");
  assert.equal(await ground(), dark);
  await button.press("Enter");
  assert.equal(await label(), "Theme: automatic");
  await button.press("Enter");
  const next = await visit(browser, base + KITCHEN, { context: page.browserContext(), scheme: "dark" });
  assert.equal(await ground(next), light, "remembered");
  await leave(page);
});

test("headings have addresses", async () => {
  const page = await open(KITCHEN);
  const broken = await page.$$eval(".prose h2 > .anchor, .prose h3 > .anchor", (all) => all.length > 8 && all.filter((one) => one.hash !== `#${one.parentNode.id}`).length);
  assert.equal(broken, 0);
  await leave(page);
});

test("everything is reached by keyboard, and the focus is seen", async () => {
  for (const path of [KITCHEN, "/guides/verified/", "/guides/broken/", "/"]) {
    const page = await open(path);
    // What is not seen in a long page is scrolled to; a mark tells when the circle is closed.
    const interactive = await page.evaluate(() => {
      const all = document.querySelectorAll("a[href], button, input:not([disabled]), select, summary, [tabindex='0']");
      return [...all].filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.tabIndex >= 0).map((one, i) => {
        one.dataset.stop = i;
        return one.outerHTML.slice(0, 90);
      });
    });
    const seen = new Set();
    for (let i = 0; i < interactive.length + 5; i++) {
      await page.keyboard.press("Tab");
      const [stop, visible, label] = await page.evaluate(() => {
        const one = document.activeElement;
        const style = getComputedStyle(one);
        const outlined = style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0;
        return [one.dataset.stop ?? null, outlined, one.outerHTML.slice(0, 90)];
      });
      if (stop === null) continue;
      seen.add(Number(stop));
      assert.ok(visible, `${path}: no outline around ${label}`);
    }
    assert.deepEqual(interactive.filter((_, i) => !seen.has(i)), [], path);
    await leave(page);
  }
});

test("the skip link leads to the content", async () => {
  const page = await open(KITCHEN);
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Skip to content");
  assert.ok(await page.$eval(".skip", (one) => one.getBoundingClientRect().top >= 0), "it is seen");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "gp-main");
  await leave(page);
});

test("what scrolls is reached by keyboard, what does not is passed over", async () => {
  const page = await open(KITCHEN, { width: 390 });
  const wrong = await page.$$eval(".block pre, .table", (all) => all.filter((one) => (one.scrollWidth > one.clientWidth) !== (one.tabIndex === 0)).map((one) => one.textContent));
  assert.deepEqual(wrong, []);
  assert.ok(await page.$$eval(".block pre", (all) => all.some((one) => one.tabIndex === 0)));
  await leave(page);
});

test("on paper all tabs are shown and all details are open", async () => {
  for (const script of [true, false]) {
    const page = await open(KITCHEN, { media: "print", script, scheme: "dark" });
    const hidden = await page.evaluate(() => [...document.querySelectorAll(".tab-body, .tab-title, .disclosure > div, details.note > div, .prose pre")].filter((one) => !one.checkVisibility() || one.getBoundingClientRect().height === 0).map((one) => one.outerHTML.slice(0, 80)));
    assert.deepEqual(hidden, [], `script: ${script}`);
    const tools = await page.evaluate(() => [...document.querySelectorAll("header.top, .toc, .actions button, .values, [role=tablist]")].filter((one) => one.checkVisibility()).length);
    assert.equal(tools, 0);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
    await leave(page);
  }
  // Browsers whose style sheets cannot open details do it by script.
  const page = await open(KITCHEN);
  const closed = () => page.$$eval("details:not([open])", (all) => all.length);
  const before = await closed();
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await closed(), 0);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  assert.equal(await closed(), before);
  await leave(page);
});

test("without scripts the page is complete", async () => {
  for (const width of [390, 1440]) {
    const page = await open(KITCHEN, { script: false, width });
    const hidden = await page.evaluate(() => [...document.querySelectorAll(".prose :is(p, pre, h2, h3, li, td)")].filter((one) => !one.closest("details:not([open])") && !one.checkVisibility()).map((one) => one.outerHTML.slice(0, 80)));
    assert.deepEqual(hidden, []);
    const idle = await page.evaluate(() => [...document.querySelectorAll("button, .needs-js, .values")].filter((one) => one.checkVisibility() && !one.hasAttribute("popovertarget")).map((one) => one.outerHTML.slice(0, 80)));
    assert.deepEqual(idle, [], "no control that does nothing");
    assert.ok(await page.$eval(".tabs", (tabs) => [...tabs.querySelectorAll(".tab-title")].every((one) => one.checkVisibility())), "tabs stand one below the other");
    assert.match(await shown(page, ".command code"), /ssh example_user@SERVER_IP/);
    await leave(page);
  }
  const verified = await open("/guides/verified/", { script: false });
  assert.match(await shown(verified, ".verified"), /^Verified 25 November 2026 on Debian 12/);
  await leave(verified);
});

test("verdicts are words", async () => {
  const page = await open("/guides/broken/");
  assert.match(await shown(page, ".verified"), /^Broken when last verified/);
  const tree = await page.accessibility.snapshot({ interestingOnly: false });
  const names = [];
  (function walk(node) {
    if (node.name) names.push(node.name);
    for (const child of node.children ?? []) walk(child);
  })(tree);
  const all = names.join("\n");
  for (const words of ["Verified", "Drifted", ": 1 line moved: version", "Not verified", ": it needs a real domain", "Broken"]) assert.ok(all.includes(words), `${words}\n${all}`);
  await leave(page);
});

test("a film asks nobody before it is asked for", async () => {
  const page = await open(KITCHEN);
  assert.equal(await page.$("iframe"), null);
  await page.evaluate(() => document.querySelector("a[data-video]").click());
  await page.waitForSelector("iframe[src^='https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ']");
  page.problems = page.problems.filter((problem) => !problem.includes("youtube-nocookie.com"));
  await leave(page);
});

test("no page of guidepost's own documentation asks another host, fails in a script, or is too wide", async () => {
  const site = await serve(process.env.GUIDEPOST_CONTENT);
  const map = readFileSync(join(process.env.GUIDEPOST_CONTENT, "sitemap.xml"), "utf8");
  const paths = [...map.matchAll(/<loc>([^<]+)<\/loc>/g)].map(([, address]) => new URL(address).pathname);
  assert.ok(paths.length > 20, "the pages are known");
  for (const path of paths) {
    const page = await visit(browser, site.base + path, { width: 390 });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, path);
    await leave(page);
  }
  await site.close();
});

// The recorded session: the terminal that plays it, and the player in a page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fixture, leave, until, visit } from "./harness.js";

// The file has no extension that tells Node of a module.
const source = readFileSync(new URL("../../themes/default/static/player.js", import.meta.url));
const { Terminal, read } = await import(`data:text/javascript;base64,${source.toString("base64")}`);

/** The lines of a terminal, with what left its top. */
const lines = (terminal) => [...terminal.history, ...terminal.lines].map((line) => line.cells.join("").trimEnd()).join("\n").trimEnd();

test("a terminal shows what a terminal shows", () => {
  for (const [name, input, expected] of [
    ["text", "one\r\ntwo", "one\ntwo"],
    ["carriage return", "12345\rab", "ab345"],
    ["backspace", "abc\b\bX", "aXc"],
    ["backspace at the margin", "\b\bx", "x"],
    ["tab", "a\tb", "a       b"],
    ["wrap", "0123456789abc", "0123456789\nabc"],
    ["wrap, then back", "0123456789\r\nab", "0123456789\nab"],
    ["line feeds keep the column", "ab\ncd", "ab\n  cd"],
    ["history", "1\r\n2\r\n3\r\n4\r\n5\r\n6", "1\n2\n3\n4\n5\n6"],
    ["erase to the end", "abcdef\x1b[3D\x1b[K", "abc"],
    ["erase to the beginning", "abcdef\x1b[3D\x1b[1K", "    ef"],
    ["erase a line", "abc\x1b[2Kd", "   d"],
    ["erase characters", "abcdef\r\x1b[2X", "  cdef"],
    ["erase below", "a\r\nb\r\nc\x1b[2;1H\x1b[J", "a"],
    ["erase above", "a\r\nb\r\nc\x1b[2;1H\x1b[1J", "\n\nc"],
    ["erase everything", "a\r\nb\x1b[H\x1b[2Jc", "c"],
    ["delete and insert characters", "abcdef\r\x1b[2P\x1b[1@", " cdef"],
    ["insert a line", "a\r\nb\r\nc\x1b[2;1H\x1b[Lx", "a\nx\nb\nc"],
    ["delete a line", "a\r\nb\r\nc\x1b[1;1H\x1b[M", "b\nc"],
    ["cursor", "abc\x1b[1;2HX\x1b[2BY\x1b[AZ\x1b[5GW", "aXc\n   ZW\n  Y"],
    ["next and previous line", "a\x1b[2Eb\x1b[Fc", "a\nc\nb"],
    ["cursor far away", "\x1b[999;999Hx\x1b[999A\x1b[999Dy", "y\n\n\n         x"],
    ["save and restore", "ab\x1b7\x1b[3;3Hx\x1b8c", "abc\n\n  x"],
    ["restore without save", "ab\x1b8c", "cb"],
    ["scroll region", "1\r\n2\r\n3\r\n4\x1b[2;3r\x1b[3;1H\nx", "1\n3\nx\n4"],
    ["reverse line feed", "1\r\n2\x1b[H\x1bM0", "0\n1\n2"],
    ["alternate screen", "main\x1b[?1049h\x1b[Hother\x1b[?1049l!", "main!"],
    ["left alone", "a\x1b[?1049lb", "ab"],
    ["colours leave no trace", "\x1b[1;31mred\x1b[0m \x1b[38;5;208mx\x1b[48;2;1;2;3my\x1b[m", "red xy"],
    ["a title is dropped", "a\x1b]0;title\x07b\x1b]2;more\x1b\\c", "abc"],
    ["strings are dropped", "a\x1bPq#0\x1b\\b\x1b_x\x1b\\c", "abc"],
    ["unknown sequences are dropped", "a\x1b[5;6~\x1b[>4;1m\x1b[?2004h\x1b(B\x1b=\x1b[!p\x07\x0e\x0f\x7f\x9bb", "ab"],
    ["bracketed paste", "\x1b[?2004h$ ls\x1b[?2004l\r\nx", "$ ls\nx"],
    ["wide characters", "日本x", "日本x"],
    ["wide characters wrap whole", "012345678日", "012345678\n日"],
    ["marks above letters", "e\u0301x", "e\u0301x"],
    ["huge numbers", "\x1b[99999999999M\x1b[99999999999L\x1b[99999999999T\x1b[99999999999@\x1b[99999999999P\x1b[99999999999999999999Cx", "         x"],
  ]) {
    for (const size of [input.length, 1, 3]) {
      const terminal = new Terminal(10, 4);
      for (let i = 0; i < input.length; i += size) terminal.write(input.slice(i, i + size));
      assert.equal(lines(terminal), expected, `${name}, ${size} at a time`);
    }
  }
});

test("colours", () => {
  for (const [input, style] of [
    ["x", ""],
    ["\x1b[31mx", "color:var(--t1)"],
    ["\x1b[1;92;44mx", "color:var(--t10);background:var(--t4);font-weight:700"],
    ["\x1b[7mx", "color:var(--term);background:var(--code-text)"],
    ["\x1b[31m\x1b[7mx", "color:var(--term);background:var(--t1)"],
    ["\x1b[31;4;9m\x1b[39mx", "text-decoration:underline line-through"],
    ["\x1b[38;5;196mx", "color:rgb(255 0 0)"],
    ["\x1b[38;5;255mx", "color:rgb(238 238 238)"],
    ["\x1b[38;5;9mx", "color:var(--t9)"],
    ["\x1b[38;2;80;160;255;3mx", "color:rgb(80 160 255);font-style:italic"],
    ["\x1b[1;3m\x1b[22;23mx", ""],
    ["\x1b[31m\x1b[mx", ""],
    ["\x1b[38;2mx", "color:rgb()"],
  ]) {
    const terminal = new Terminal(10, 4);
    terminal.write(input);
    assert.equal(terminal.lines[0].styles[0], style, JSON.stringify(input));
  }
});

test("no recording makes a terminal grow without bound, or slow", () => {
  const terminal = new Terminal(1e9, -5);
  assert.deepEqual([terminal.columns, terminal.rows], [500, 1]);
  for (let i = 0; i < 20; i++) terminal.write("x\r\n".repeat(1000));
  assert.ok(terminal.history.length <= 2000);
  assert.equal(terminal.line, 20_000);
  terminal.write("\x1b]0;".padEnd(1e6, "x"));
  assert.equal(terminal.unread.length < 1e5 + 10, true);
  for (let i = 0; i < 1e5; i++) terminal.write("\u0301");
  assert.ok(Math.max(...terminal.lines[0].cells.map((cell) => cell.length), 0) < 20);
});

test("long silences are short, steps begin with a moment, rubbish is passed over", () => {
  const header = { version: 2, width: 80, height: 24, idle_time_limit: 2 };
  const text = [header, [0.5, "o", "a"], [60, "m", "1 step"], [60.25, "o", "b"], "rubbish", [1, 2], [61, "x", "?"], ["1", "o", "c"], [62, "o", "d"]];
  const cast = read(text.map((line) => JSON.stringify(line)).join("\n") + "\n[6");
  assert.deepEqual(cast.events.map(({ time, text }) => [time, text]), [[0.5, "a"], [3.35, "b"], [5.1, "d"]]);
  assert.deepEqual(cast.marks.map(({ time, label }) => [time, label]), [[2.5, "1 step"]]);
  for (const [real, time] of [[0, 0], [0.5, 0.5], [30, 2.5], [60, 2.5], [60.25, 3.35], [61, 4.1], [100, 7.1]]) assert.ok(Math.abs(cast.at(real) - time) < 1e-9, `${real}: ${cast.at(real)}`);
  assert.throws(() => read("nothing"));
});

let base, browser, close;
before(async () => { ({ base, browser, close } = await fixture()); });
after(() => close());

const screen = (page) => page.$eval(".player-screen", (one) => one.innerText);
const states = (page) => page.$eval(".player", (player) => {
  const [toggle] = player.querySelectorAll("button");
  return [toggle.getAttribute("aria-label"), player.querySelector("input").getAttribute("aria-valuetext"), player.querySelector("select").value];
});

/** Remembers what the button of the player offers, one after the other: a recording may be over before anybody looks. */
const watch = (page) => page.evaluate(() => {
  globalThis.offers = [];
  const seen = (all) => all.forEach(({ target }) => globalThis.offers.push(target.getAttribute("aria-label")));
  new MutationObserver(seen).observe(document, { subtree: true, attributes: true, attributeFilter: ["aria-label"] });
});
const offered = (page, ...offers) => until(page, (wanted) => globalThis.offers.join() === wanted, offers.join());

test("nothing is loaded before it is asked for; a step is replayed and its text is text", async () => {
  const page = await visit(browser, `${base}/guides/verified/`);
  const asked = [];
  page.on("request", (request) => /player|cast/.test(request.url()) && asked.push(new URL(request.url()).pathname));
  const buttons = await page.$$(".actions button[title=Replay]");
  assert.equal(buttons.length, 4, "commands have it, files and outputs have not");
  assert.equal(await page.evaluate(() => performance.getEntriesByType("resource").filter(({ name }) => /player|cast/.test(name)).length), 0);
  await buttons[0].focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector(".player");
  assert.deepEqual(asked.map((path) => path.replace(/\.[0-9a-f]{10}\./, ".")), ["/assets/player.js", "/guides/verified/session.cast"]);
  // Motion is not wanted: it stands at its end.
  assert.match(await screen(page), /^root@debian:~# sh colours\.sh\n colour 1 {2}colour 2 .*\n turned {3}bold {3}indexed {2}true \n\[#{10}\] 100%\nroot@debian:~# +\n?$/);
  const colours = await page.$$eval(".player-screen span", (all) => all.map((one) => one.style.cssText));
  assert.ok(colours.includes("color: var(--t1);") && colours.some((css) => css.includes("rgb(80, 160, 255)")), colours.join("\n"));
  assert.equal(await buttons[0].evaluate((one) => one.getAttribute("aria-expanded")), "true");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Play");
  const selected = await page.evaluate(() => {
    getSelection().selectAllChildren(document.querySelector(".player-screen"));
    return getSelection().toString();
  });
  assert.match(selected, /sh colours\.sh\n colour 1/);
  await page.keyboard.press("Escape");
  assert.equal(await page.$(".player"), null);
  assert.deepEqual(await page.evaluate(() => [document.activeElement.title, document.activeElement.getAttribute("aria-expanded")]), ["Replay", "false"]);
  await buttons[1].evaluate((one) => one.click());
  await until(page, () => document.querySelector(".player-screen")?.innerText.includes("two"));
  assert.match(await screen(page), /^root@debian:~# echo one; sleep 1; echo two\none\ntwo\n.*wide: 日本 😀 é\n/s, "a block of two commands");
  await buttons[2].evaluate((one) => one.click());
  await until(page, () => document.querySelector(".player-screen")?.innerText.includes("seq 1 60"));
  assert.equal(await page.$$eval(".player", (all) => all.length), 1, "one at a time");
  assert.equal(asked.filter((path) => path.includes("player")).length, 1);
  await leave(page);
});

test("it is played, stopped, sought and made faster by keyboard", async () => {
  const page = await visit(browser, `${base}/guides/verified/`);
  await page.click("button[data-replay]");
  await page.waitForSelector(".player");
  assert.match((await states(page)).join(), /^Play,0:(\d\d) of 0:\1,1$/);
  assert.match(await screen(page), /^after\nroot@debian:~# /m, "the screen was cleared");
  await page.keyboard.press("Home");
  assert.match((await states(page))[1], /^0:00 of/);
  assert.equal((await screen(page)).trim(), "");
  await page.keyboard.press("ArrowRight");
  assert.match((await states(page))[1], /^0:02 of/);
  assert.match(await screen(page), /colour 1/);
  await page.keyboard.press("ArrowLeft");
  assert.match((await states(page))[1], /^0:00 of/);
  await page.keyboard.press(">");
  await page.keyboard.press(">");
  await page.keyboard.press(">");
  assert.equal((await states(page))[2], "8");
  await page.keyboard.press(">");
  await page.keyboard.press("<");
  assert.equal((await states(page))[2], "4");
  // The focus is on the button: Enter plays, and plays to the end.
  await watch(page);
  await page.keyboard.press("Enter");
  await offered(page, "Pause", "Play");
  assert.match(await screen(page), /^after\n/m);
  for (let i = 0; i < 4; i++) await page.keyboard.press("<");
  await page.focus(".player-screen");
  // Once more from the beginning, and stopped on the way.
  await page.keyboard.press("Space");
  await page.keyboard.press("Space");
  await offered(page, "Pause", "Play", "Pause", "Play");
  assert.doesNotMatch((await states(page))[1], /^(0:\d\d) of \1/);
  await page.keyboard.press("Home");
  const label = () => page.$eval(".player-label", (one) => one.textContent);
  const next = await page.$(".player [aria-label='Next step']");
  await next.press("Enter");
  assert.equal(await label(), "1 colours.sh");
  await next.press("Enter");
  assert.equal(await label(), "2 sh colours.sh");
  await page.$eval(".player input", (input) => {
    input.value = "1.5";
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  assert.match((await states(page))[1], /^0:01 of/);
  await (await page.$(".player [aria-label='Close the recording']")).press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Replay the session");
  await leave(page);
});

test("it begins by itself where motion is welcome", async () => {
  const page = await visit(browser, `${base}/guides/verified/`, { motion: "no-preference" });
  await watch(page);
  await page.click(".actions button[title=Replay]");
  await offered(page, "Pause", "Play");
  assert.match(await screen(page), /100%/);
  await leave(page);
});

test("what cannot be loaded is said", async () => {
  const page = await visit(browser, `${base}/guides/verified/`);
  await page.evaluate(() => { globalThis.fetch = async () => new Response("gone", { status: 404 }); });
  await page.click("button[data-replay]");
  await until(page, () => [...document.querySelectorAll("[role=status]")].some((one) => one.textContent === "The recording could not be loaded"));
  assert.equal(await page.$(".player"), null);
  await leave(page);
});

test("what a program printed is text", async () => {
  const page = await visit(browser, `${base}/guides/verified/`);
  await page.evaluate(() => {
    const hostile = '\u001b[31m<img src=x onerror="globalThis.hacked=1">\u001b]8;;javascript:alert(1)\u0007link\u001b]8;;\u0007\u001b[38;2;1;2;3m\r\n';
    const cast = [{ version: 2, width: 80, height: 24 }, [0, "m", "<b>mark</b>"], [1, "o", hostile]];
    globalThis.fetch = async () => new Response(cast.map((line) => JSON.stringify(line)).join("\n"));
  });
  await page.click("button[data-replay]");
  await page.waitForSelector(".player");
  assert.match(await screen(page), /<img src=x onerror="globalThis\.hacked=1">link/);
  assert.equal(await page.$eval(".player-label", (one) => one.textContent), "<b>mark</b>");
  assert.deepEqual(await page.evaluate(() => [document.querySelectorAll(".player img, .player a, .player b").length, globalThis.hacked ?? 0]), [0, 0]);
  await leave(page);
});

test("a page without a recording has no player", async () => {
  const page = await visit(browser, `${base}/guides/kitchen/`);
  assert.deepEqual(await page.$$eval("[data-replay], [data-player]", (all) => all.length), 0);
  await leave(page);
  const cast = readFileSync(join(process.env.GUIDEPOST_FIXTURE, "guides/verified/session.cast"), "utf8");
  assert.equal(JSON.parse(cast.split("\n")[0]).title, "What holds");
});

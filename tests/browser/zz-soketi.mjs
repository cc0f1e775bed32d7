import { launch } from "./harness.js";
const { browser, close } = await launch();
const page = await browser.newPage();
const cdp = await page.createCDPSession(); await cdp.send("Log.enable"); cdp.on("Log.entryAdded", e => console.log("log", JSON.stringify(e.entry)));
page.on("console", m => console.log("console", m.type(), m.text()));
page.on("pageerror", e => console.log("pageerror", e.message, e.stack));
page.on("requestfailed", r => console.log("failed", r.url(), r.failure()?.errorText));
page.on("response", r => console.log(r.status(), r.url()));
await page.goto(process.argv[2], { waitUntil: "domcontentloaded" });
for (const s of [1000, 3000, 8000, 10000]) {
await new Promise(d => setTimeout(d, s));
console.log(await page.evaluate(() => [document.readyState, location.href, !!document.querySelector("guidepost-preview"), [...document.scripts].map(s => s.outerHTML.slice(0,200)), [...document.body.children].map(c => c.outerHTML.slice(0, 60)), document.documentElement.outerHTML.length]));
}
await close();

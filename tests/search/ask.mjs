// Asks a site's search without a browser:
//
//   node tests/search/ask.mjs themes/default/static/search.js SITE < QUESTIONS
//
// QUESTIONS is JSON, `[[question, limit], …]`. For each, answered by a search that has loaded nothing yet, a line of JSON is printed:
// `results`, and what was loaded for it as `files` and `bytes` (compressed by gzip -9).

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const [script, site] = process.argv.slice(2);
const { open } = await import(`data:text/javascript;base64,${readFileSync(script, "base64")}`);
const known = new Map();
let files, bytes;

globalThis.fetch = async (url) => {
  const path = url.replace(/^\/docs\//, "").replace(/\?v=[0-9a-f]{10}$/, "");
  if (path === url || path.includes("?")) throw new Error(`unexpected ${url}`);
  if (!known.has(path)) {
    const content = readFileSync(`${site}/${path}`);
    known.set(path, [JSON.parse(content), gzipSync(content, { level: 9 }).length]);
  }
  const [json, size] = known.get(path);
  files += 1;
  bytes += size;
  return { ok: true, json: async () => json };
};

for (const [question, limit] of JSON.parse(readFileSync(0, "utf8"))) {
  files = bytes = 0;
  const results = await (await open("/docs/search/")).query(question, limit);
  console.log(JSON.stringify({ results, files, bytes }));
}

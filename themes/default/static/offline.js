// What stands in for a server where pages are opened as files: `guidepost build --offline` puts it before all other scripts. Texts
// and modules come as scripts, which give them by `guidepost.give`; of a text at `x.md`, that is `x.md.js`.
"use strict";
(() => {
  const loaded = new Map();
  const load = (address) => {
    if (!loaded.has(address)) {
      loaded.set(address, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = address;
        script.onload = () => resolve(script.given);
        script.onerror = () => {
          loaded.delete(address);
          reject(new TypeError(`${address} cannot be loaded`));
        };
        document.head.append(script);
      }));
    }
    return loaded.get(address);
  };
  globalThis.guidepost = {
    give(what) { document.currentScript.given = what; },
    module: (address) => load(new URL(address, location).href),
  };
  const ask = globalThis.fetch;
  globalThis.fetch = async (address, options) => {
    const url = new URL(address, location);
    if (url.protocol !== "file:") return ask(address, options);
    url.search = url.hash = "";
    return new Response(await load(`${url.href}.js`));
  };
})();

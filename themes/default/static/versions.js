// The list of versions that a site is published in: a switch in the header, and a banner where this is not the newest. Both lead to
// the same page in another version, or to its first page if that is not there. Without the list there is neither.
(async () => {
  // The texts of the page's language: guidepost puts them here.
  const texts = {};
  const tell = (text, values) => text.replace(/\{(\w+)\}/g, (found, name) => values[name] ?? found);
  const place = document.querySelector("[data-versions]");
  if (!place) return;
  const { versions: address, version: own, base } = place.dataset;
  /** Only what is a web page is linked to. */
  const link = (url) => {
    try {
      const absolute = new URL(url, new URL(address, location));
      return /^https?:$/.test(absolute.protocol) ? absolute : undefined;
    } catch { return undefined; }
  };
  let list;
  try {
    const answer = await fetch(address, { cache: "no-cache" });
    list = (await answer.json()).filter((one) => typeof one?.version === "string" && typeof one.url === "string" && link(one.url));
  } catch { return; }
  const here = list.find((one) => one.version === own);
  const newest = list.find((one) => one.newest === true) ?? list[0];
  if (!here || list.length < 2) return;
  const title = (one) => (typeof one.title === "string" ? one.title : one.version);

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  /** A link to the first page of a version; when it is followed, to this page of it, if it is there. */
  const way = (one, ...children) => {
    const home = link(one.url.endsWith("/") ? one.url : `${one.url}/`);
    const inside = location.pathname.startsWith(base) ? location.pathname.slice(base.length) : "";
    const page = Object.assign(new URL(inside, home), { search: location.search, hash: location.hash });
    const element = make("a", { href: home.href }, ...children);
    element.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      let there = false;
      try { there = (await fetch(page, { method: "HEAD" })).ok; } catch { /* Another host does not say. */ }
      location.assign(there ? page : home);
    });
    return element;
  };

  const summary = make("summary", {}, make("i", { class: "icon versions" }), make("span", { class: "hidden" }, `${texts.versions}: `), make("span", {}, title(here)));
  const items = list.map((one) => {
    const element = way(one, title(one));
    if (one === here) element.setAttribute("aria-current", "true");
    return make("li", {}, element);
  });
  place.append(summary, make("ul", {}, ...items));
  place.hidden = false;

  if (here === newest || here.newest === true) return;
  const banner = make("aside", { class: "outdated", "aria-label": texts.versions }, make("p", {}, `${tell(texts.version_old, { version: title(here) })} `));
  banner.firstChild.append(way(newest, tell(texts.version_newest, { version: title(newest) })));
  document.querySelector("header.top").before(banner);
})();

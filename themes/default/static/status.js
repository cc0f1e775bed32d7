// Chooses guides of a report by text, verdict, cause and section. What is chosen stands in the address, after `#`, so that it
// can be linked: #verdict=broken&cause=command-not-found:sudo. Any other fragment names a guide, which is opened.
"use strict";
(() => {
  const results = document.querySelector("[data-results]");
  if (!results) return;
  document.documentElement.classList.add("js");
  // The texts of the page's language: guidepost puts them here.
  const texts = {};
  const plural = new Intl.PluralRules(document.documentElement.lang);
  /** A text with values in it; of several forms the one for its `count`. */
  const tell = (text, values) => (text.other ? text[plural.select(values.count)] ?? text.other : text).replace(/\{(\w+)\}/g, (found, name) => values[name] ?? found);
  const form = results.querySelector("[data-filters]");
  const status = form.querySelector("[role=status]");
  const NAMES = ["text", "verdict", "cause", "section"];
  const groups = [...results.querySelectorAll(".group")].map((element) => ({
    element,
    count: element.querySelector("h3 .dim"),
    guides: [...element.querySelectorAll(":scope > .result")].map((guide) => ({
      element: guide,
      verdict: guide.dataset.verdict,
      section: guide.dataset.section,
      causes: guide.dataset.causes.split(" "),
      text: guide.querySelector("summary").textContent.toLowerCase(),
    })),
  }));
  const total = groups.reduce((sum, group) => sum + group.guides.length, 0);

  /** What the address chooses, or undefined if it names something else. Values are as they stand there. */
  function chosen() {
    const fragment = location.hash.slice(1);
    if (fragment && !fragment.includes("=")) return undefined;
    const found = {};
    for (const part of fragment.split("&")) {
      const [name, value] = part.split(/=(.*)/s);
      if (NAMES.includes(name)) found[name] = value;
    }
    return found;
  }

  /** Keys of causes are compared as they stand in the address; everything else is decoded. */
  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  function show({ text = "", verdict = "", cause = "", section = "" }) {
    const words = decoded(text).toLowerCase().split(/\s+/).filter(Boolean);
    const folder = decoded(section);
    let shown = 0;
    for (const group of groups) {
      let here = 0;
      for (const guide of group.guides) {
        const fits = (!verdict || guide.verdict === verdict)
          && (!cause || guide.causes.includes(cause))
          && (!folder || guide.section === folder || guide.section.startsWith(`${folder}/`))
          && words.every((word) => guide.text.includes(word));
        guide.element.hidden = !fits;
        if (fits) here += 1;
      }
      group.element.hidden = !here;
      group.count.textContent = here === group.guides.length ? here : tell(texts.count_of, { count: here, total: group.guides.length });
      shown += here;
    }
    status.textContent = shown === total ? tell(texts.guides, { count: shown }) : tell(texts.guides_of, { shown, count: total });
    for (const link of document.querySelectorAll(".counts a, .causes a[href^='#cause=']")) {
      const own = link.hash.slice(1);
      if (own === `verdict=${verdict}` || own === `cause=${cause}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  function fill(values) {
    for (const name of NAMES) {
      const field = form.elements[name];
      const value = values[name] ?? "";
      field.value = name === "cause" ? value : decoded(value);
    }
  }

  function read() {
    const values = chosen();
    if (values) {
      fill(values);
      show(values);
      return;
    }
    const named = document.getElementById(location.hash.slice(1));
    const guide = named?.closest(".result");
    if (!guide) return;
    fill({});
    show({});
    guide.open = true;
    guide.scrollIntoView();
  }

  function write() {
    const values = {};
    for (const name of NAMES) {
      const value = form.elements[name].value.trim();
      if (value) values[name] = name === "cause" ? value : encodeURIComponent(value).replaceAll("%2F", "/");
    }
    const fragment = NAMES.filter((name) => values[name]).map((name) => `${name}=${values[name]}`).join("&");
    history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname + location.search);
    show(values);
  }

  form.addEventListener("input", write);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(write));
  addEventListener("hashchange", read);
  read();
})();

// Chooses guides by text, section, tag, verdict and machine. What is chosen stands in the address, so that it can be linked:
// ?tag=docker&verdict=broken. Without this the page shows all of them.
"use strict";
(() => {
  const form = document.querySelector("[data-choose]");
  if (!form) return;
  // The texts of the page's language: guidepost puts them here.
  const texts = {};
  const plural = new Intl.PluralRules(document.documentElement.lang);
  /** A text with values in it; of several forms the one for its `count`. */
  const tell = (text, values) => (text.other ? text[plural.select(values.count)] ?? text.other : text).replace(/\{(\w+)\}/g, (found, name) => values[name] ?? found);
  const NAMES = ["text", "section", "tag", "verdict", "machine"];
  const status = form.querySelector("[role=status]");
  const verdicts = { holds: texts.holds, partial: texts.partial, drifted: texts.drifted, broken: texts.broken, stale: texts.stale, unverified: texts.unverified };
  const shelves = [...document.querySelectorAll("[data-all] > [data-section]")].map((element) => ({
    element,
    count: element.querySelector("h2 .dim"),
    rows: [...element.querySelectorAll(".rows > li")].map((row) => ({
      element: row,
      section: element.dataset.section,
      text: row.textContent.toLowerCase(),
      tag: (row.dataset.tags ?? "").split("|").filter(Boolean),
      verdict: [row.dataset.verdict ?? "unverified"],
      machine: (row.dataset.machine ?? "").split(", ").filter(Boolean),
    })),
  }));
  const rows = shelves.flatMap((shelf) => shelf.rows);

  // What can be chosen is what there is, the most frequent first; a choice of one is none.
  for (const name of ["tag", "verdict", "machine"]) {
    const counts = new Map();
    for (const value of rows.flatMap((row) => row[name])) counts.set(value, (counts.get(value) ?? 0) + 1);
    const field = form.elements[name];
    const known = [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
    for (const [value, count] of known) field.append(new Option(`${verdicts[value] ?? value} (${count})`, value));
    field.closest("label").hidden = known.length < 2;
  }

  const show = () => {
    const chosen = Object.fromEntries(NAMES.map((name) => [name, form.elements[name].value.trim()]));
    const parts = chosen.text.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (row) => (!chosen.section || row.section === chosen.section)
      && ["tag", "verdict", "machine"].every((name) => !chosen[name] || row[name].includes(chosen[name]))
      && parts.every((part) => row.text.includes(part));
    let shown = 0;
    for (const shelf of shelves) {
      let here = 0;
      for (const row of shelf.rows) {
        const is = fits(row);
        row.element.hidden = !is;
        here += is;
      }
      shelf.element.hidden = !here;
      shelf.count.textContent = here === shelf.rows.length ? here : tell(texts.count_of, { count: here, total: shelf.rows.length });
      shown += here;
    }
    status.textContent = shown === rows.length ? tell(texts.guides, { count: shown }) : tell(texts.guides_of, { shown, count: rows.length });
  };
  const read = () => {
    const asked = new URL(location).searchParams;
    for (const name of NAMES) form.elements[name].value = asked.get(name) ?? "";
    show();
  };
  const write = () => {
    const address = new URL(location);
    for (const name of NAMES) {
      const value = form.elements[name].value.trim();
      value ? address.searchParams.set(name, value) : address.searchParams.delete(name);
    }
    // A page that was opened as a file has no address of its own.
    try { history.replaceState(null, "", address); } catch { /* It is not linkable. */ }
    show();
  };
  form.addEventListener("input", write);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(write));
  addEventListener("popstate", read);
  read();
})();

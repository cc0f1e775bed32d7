// Deciding about the blocks of a guide: what each is, why, and keys to say something else. preview.js gives it its tools and
// draws what it makes.
globalThis[Symbol.for("guidepost.deciding")] = (tools) => {
  "use strict";
  const { make, memory, page, post, state, draw, focusOn, blockAt, say } = tools;
  /** Roles as authors write them, as they are told, and their keys. */
  const ROLES = [
    ["command", "Typed", "t"], ["file", "Saved", "s"], ["output", "Compared", "c"],
    ["listing", "Looked at", "l"], ["elsewhere", "Elsewhere", "e"], ["alternative", "Alternative", "a"],
  ];
  const told = (role) => (ROLES.find(([name]) => name === role)?.[1] ?? role).toLowerCase();
  /** How long a page waits to be loaded again while somebody decides, in milliseconds. */
  const PAUSE = 2500;

  const blocks = () => state().blocks ?? [];
  const unsure = () => blocks().filter((block) => block.doubt);
  const remembered = memory.get("deciding") ?? {};
  /** Number of the block that keys are about, from 0; none before somebody has chosen one. */
  let current = remembered.page === page ? remembered.current : null;
  /** The blocks that were decided, the last one last: those that are taken back. */
  const decided = remembered.page === page ? remembered.decided : [];
  /** The path that is asked for: {value, begin, end}. */
  let asking = null;
  let waits = false;
  let trouble = null;
  let until = 0;

  const remember = () => memory.set("deciding", { page, current, decided });
  const places = () => state().places;
  const place = () => (places()?.sidecar && memory.get("place") !== "page" ? "sidecar" : "page");
  const fileName = (path) => path.split("/").at(-1);

  /** Moves to a block, and shows it in the page and in the panel. */
  function select(index, { ask = false } = {}) {
    if (!blocks()[index]) return;
    const moves = current !== index;
    current = index;
    asking = ask ? { value: blocks()[index].file ?? "" } : null;
    remember();
    focusOn(asking ? "file" : "panel");
    draw(() => {
      document.querySelector(".guidepost-current")?.classList.remove("guidepost-current");
      const shown = blockAt(blocks()[index].path, blocks()[index].line);
      shown?.classList.add("guidepost-current");
      if (moves) shown?.scrollIntoView({ block: "center", behavior: "instant" });
    }, `block-${index}`);
  }

  /** The next block, or the previous one, that fits; round at the end. */
  function step(by, fits) {
    const count = blocks().length;
    const from = current ?? (by > 0 ? -1 : count);
    for (let n = 1; n <= count; n++) {
      const index = (((from + by * n) % count) + count) % count;
      if (fits(blocks()[index])) return select(index);
    }
    say("Nothing is left to decide");
  }

  async function choose(role, file = null) {
    const index = current ?? 0;
    const block = blocks()[index];
    if (!block || waits) return;
    if (role === "file" && file === null) return select(index, { ask: true });
    const open = block.doubt;
    asking = null;
    waits = true;
    until = Date.now() + PAUSE;
    const { path, line, id } = block;
    const written = place();
    trouble = await post("decide", { guide: state().guide, path, line, id, role, file, place: written });
    waits = false;
    until = Date.now() + PAUSE;
    if (!trouble) {
      decided.push(index);
      // Until the page's state comes.
      Object.assign(block, { role, said: true, doubt: null, file: file ?? block.file });
      say(`Line ${line} is ${told(role)}: written into ${written === "sidecar" ? fileName(places().sidecar) : "the page"}`);
    }
    remember();
    const next = blocks().findIndex((other, at) => at > index && other.doubt);
    if (!trouble && open && next >= 0) select(next);
    else select(index);
  }

  async function back() {
    if (waits || !places()?.back) return;
    waits = true;
    until = Date.now() + PAUSE;
    trouble = await post("back", { guide: state().guide });
    waits = false;
    if (!trouble) say("Taken back");
    const index = decided.pop() ?? current ?? 0;
    select(index);
  }

  /** Whether a key of the panel was for a block. */
  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !blocks().length) return false;
    if (event.target.localName === "input") {
      if (event.key === "Enter") choose("file", event.target.value.trim());
      else if (event.key === "Escape") select(current);
      else return false;
      return true;
    }
    if (event.target.localName === "select") return false;
    until = Math.max(until, until && Date.now() + PAUSE / 2);
    const role = ROLES.find(([, , letter]) => letter === event.key);
    if (role) {
      if (current === null) step(1, unsure().length ? (block) => block.doubt : () => true);
      else choose(role[0]);
      return true;
    }
    switch (event.key) {
      case "n": step(1, (block) => block.doubt); return true;
      case "p": step(-1, (block) => block.doubt); return true;
      case "j": case "ArrowDown": step(1, () => true); return true;
      case "k": case "ArrowUp": step(-1, () => true); return true;
      case "u": back(); return true;
      default: return false;
    }
  }

  const kbd = (letter) => make("kbd", { "aria-hidden": "true" }, letter);

  /** What stands above the blocks. */
  function head() {
    if (!blocks().length || !places()) return [];
    const count = (role) => blocks().filter((block) => block.role === role).length;
    const parts = ROLES.filter(([role]) => count(role)).map(([role]) => `${count(role)} ${told(role)}`);
    const open = unsure().length;
    const { sidecar, page: file, back: canGoBack } = places();
    return [
      trouble ? make("p.trouble", { role: "alert" }, trouble) : null,
      make("p", {}, `${blocks().length} ${blocks().length === 1 ? "block" : "blocks"}: ${parts.join(", ")}. `,
        open ? make("b.doubt", {}, `${open} to decide.`) : "Nothing is left to decide."),
      make("div.tools", {},
        make("button", { id: "next", type: "button", disabled: !open, onclick: () => step(1, (block) => block.doubt) }, "Next to decide ", kbd("n")),
        make("button", { id: "previous", type: "button", disabled: !open, onclick: () => step(-1, (block) => block.doubt) }, "Previous ", kbd("p")),
        make("button", { id: "back", type: "button", disabled: !canGoBack, onclick: back }, "Take back ", kbd("u")),
        sidecar
          ? make("label", {}, "Write into ", make("select", {
            id: "place",
            onchange: (event) => { memory.set("place", event.target.value); draw(); },
          }, make("option", { value: "sidecar", selected: place() === "sidecar" }, fileName(sidecar)),
            make("option", { value: "page", selected: place() === "page" }, "the page")))
          : make("span.facts", {}, `Written into ${fileName(file)}`)),
      make("p.facts", {}, kbd("j"), " and ", kbd("k"), " go from block to block, the letters behind roles choose."),
    ];
  }

  function why(block) {
    const parts = [block.said ? "you say so" : block.why];
    if (block.tab) parts.push(`in the tab “${block.tab}”`);
    if (block.skip) parts.push(`not done: ${block.skip}`);
    return `Line ${block.line}: ${parts.filter(Boolean).join("; ")}`;
  }

  function chooser(block, index) {
    if (asking) {
      const known = asking;
      const note = () => Object.assign(known, { begin: field.selectionStart, end: field.selectionEnd, value: field.value });
      const field = make("input", { id: "file", type: "text", spellcheck: "false", autocomplete: "off", oninput: () => note(), onkeyup: () => note() });
      field.value = known.value;
      field.caret = () => field.setSelectionRange(known.begin ?? 0, known.end ?? known.value.length);
      return make("form.tools", { onsubmit: (event) => { event.preventDefault(); choose("file", field.value.trim()); } },
        make("label", { for: "file" }, "Saved at "), field,
        make("button.main", { id: "save", type: "submit" }, "Write"),
        make("button", { id: "cancel", type: "button", onclick: () => select(index) }, "Cancel"));
    }
    return make("div.tools", { role: "group", "aria-label": "What a reader does with it" }, ...ROLES.map(([role, name, letter]) =>
      make(`button${role === block.doubt ? ".doubt" : ""}`, {
        id: `choose-${role}`, type: "button", "aria-pressed": String(block.role === role), onclick: () => choose(role),
      }, `${name} `, kbd(letter))));
  }

  /** A block with its steps. */
  function item(block, index, steps) {
    const open = index === current;
    const before = blocks()[index - 1];
    return make(`li.block${open ? ".current" : ""}`, { id: `block-${index}` },
      block.section && block.section !== before?.section ? make("h3", {}, block.section) : null,
      make("div.decision", {},
        make(`button.role${block.doubt ? ".open" : ""}`, {
          id: `role-${index}`, type: "button", "aria-expanded": String(open),
          onclick: () => (open ? close() : select(index)),
        }, `${ROLES.find(([role]) => role === block.role)?.[1] ?? block.role}${block.doubt ? "?" : ""}`),
        make("span.facts", {}, why(block), block.role === "file" && block.file && !steps.length ? make("code", {}, ` ${block.file}`) : null)),
      block.doubt ? make("p.doubt", {}, `It could be ${told(block.doubt)} as well: which is it?`) : null,
      open ? chooser(block, index) : null,
      steps.length ? make("ol.steps", {}, ...steps) : make("pre.beginning", {}, block.text));
  }

  function close() {
    current = null;
    asking = null;
    remember();
    document.querySelector(".guidepost-current")?.classList.remove("guidepost-current");
    draw();
  }

  return {
    blocks, head, item, key, close,
    open: () => unsure().length,
    /** Whether somebody is about to decide more, so that the page should stay. */
    busy: () => waits || asking !== null || Date.now() < until,
    /** Shows the block again that was chosen before the page was loaded. */
    restore: () => { if (current !== null && blocks()[current]) blockAt(blocks()[current].path, blocks()[current].line)?.classList.add("guidepost-current"); },
  };
};

// The preview's part of a page: reloads it, shows what is wrong with it, runs its guide.
// What it draws is in a shadow tree, so that neither the theme's styles nor its own get in each other's way; only the chips
// at blocks stand in the page itself.
//
// It stands in front of all scripts of the site, and takes for itself what they must not have or change: the token, and the ways to ask.
(() => {
  "use strict";
  const script = document.currentScript;
  const { page, version, token, hears } = script.dataset;
  const own = new URL(".", script.src).pathname;
  script.remove();
  const ask = globalThis.fetch.bind(globalThis);
  const Source = globalThis.EventSource;
  const { apply } = Reflect;
  const { parse, stringify } = JSON;
  const { addEventListener: listenTo } = EventTarget.prototype;
  const hearOn = (target, name, hear, options) => apply(listenTo, target, [name, hear, options]);
  const decidingOf = globalThis[Symbol.for("guidepost.deciding")];
  delete globalThis[Symbol.for("guidepost.deciding")];
  const terminalOf = globalThis[Symbol.for("guidepost.terminal")];
  delete globalThis[Symbol.for("guidepost.terminal")];
  if (document.readyState === "loading") hearOn(document, "DOMContentLoaded", begin, { once: true });
  else begin();

  function begin() {
  const memory = {
    get(key) { try { return JSON.parse(sessionStorage.getItem(`guidepost-${key}`)); } catch { return null; } },
    set(key, value) { try { sessionStorage.setItem(`guidepost-${key}`, JSON.stringify(value)); } catch { /* forgotten */ } },
  };

  // ---- drawing -------------------------------------------------------------------------------------------------------

  /** An element: `make("p.name", {attribute: value, onclick: …}, child, …)`; text is never HTML. */
  function make(what, attributes = {}, ...children) {
    const [name, ...classes] = what.split(".");
    const element = document.createElement(name);
    if (classes.length) element.className = classes.join(" ");
    for (const [key, value] of Object.entries(attributes)) {
      // What a script of the site's has clicked, no person has.
      if (key.startsWith("on")) hearOn(element, key.slice(2), (event) => event.isTrusted && value(event));
      else if (value === true) element.setAttribute(key, "");
      else if (value !== false && value != null) element.setAttribute(key, value);
    }
    element.append(...children.flat().filter((child) => child != null && child !== false));
    return element;
  }

  const style = (name) => make("link", { rel: "stylesheet", href: own + name });
  document.head.append(style("chips.css"));
  const host = make("guidepost-preview");
  const root = host.attachShadow({ mode: "open" });
  const bar = make("div.bar", { role: "region", "aria-label": "Preview" });
  const panel = make("section.panel", { id: "panel", role: "dialog", "aria-labelledby": "panel-title", hidden: true, tabindex: -1 });
  const overlay = make("section.overlay", { role: "alertdialog", "aria-labelledby": "overlay-title", hidden: true, tabindex: -1 });
  const live = make("p.hidden", { role: "status" });
  const dock = make("section.dock", { id: "dock", role: "region", "aria-labelledby": "dock-title", hidden: true });
  root.append(style("preview.css"), overlay, dock, panel, bar, live);
  document.body.append(host);

  const WORDS = {
    holds: "holds", partial: "verified in part", drifted: "drifted", broken: "broken", skipped: "skipped", unreached: "not reached",
    changed: "changed since it was verified", unknown: "not verified", running: "running", waiting: "waiting",
  };
  const SIGNS = {
    holds: "✓", partial: "◐", drifted: "≈", broken: "✗", skipped: "–", unreached: "○", changed: "±", unknown: "○", running: "…", waiting: "○",
  };

  // ---- what is known ---------------------------------------------------------------------------------------------------

  let state = { guide: null, part: null, steps: [], blocks: [], problems: [] };
  let site = { errors: 0, warnings: 0, first: [] };
  let online = true;
  /** The run that this page's guide is in: {over, text, help, steps: Map(key, {state, output, message}), current}. */
  let run = null;
  let busyElsewhere = null;
  let closedOverlay = "";
  let showsPanel = memory.get("panel") === page;
  let tab = memory.get("tab") || "steps";
  /** Commands that were typed by hand: {number, command, status, taken}. */
  let tries = [];
  let showsTerminal = memory.get("terminal") === page;
  const opened = new Set(memory.get(`opened-${page}`) || []);
  const key = (number, machine) => `${machine || ""}#${number}`;
  const machines = () => new Set(state.steps.map((step) => step.machine));
  const keyOf = (step) => key(step.number, machines().size > 1 ? step.machine : null);

  // ---- asking ----------------------------------------------------------------------------------------------------------

  const post = (what, body) => send(what, stringify({ __proto__: null, ...body }));

  /** Asks with the token. What a request is made of has no prototype, which scripts of the site could have given a way to look at it. */
  async function send(what, body) {
    const headers = { __proto__: null, "Content-Type": "application/json", "X-Guidepost-Token": token };
    try {
      const response = await ask(own + what, { __proto__: null, method: "POST", headers, body });
      return response.ok ? null : (await response.text()).trim();
    } catch {
      return "the preview server does not answer";
    }
  }

  let trouble = null;
  async function start() {
    trouble = await post("run", { guide: state.guide });
    show(true, "steps");
  }
  async function write(machine = state.steps[0]?.machine) {
    trouble = await post("write", { guide: state.guide, machine });
    show(true, "steps");
  }
  async function wish(what) {
    trouble = await post(what);
    draw();
  }
  async function stop() {
    trouble = await post("stop");
    draw();
  }
  async function accept(step) {
    const machine = step ? step.machine : state.steps.find((one) => one.acceptable).machine;
    trouble = await post("accept", { guide: state.guide, machine, step: step?.number });
    if (trouble) draw();
    else say("written into the guide");
  }
  function say(text) {
    live.textContent = text;
  }

  const deciding = decidingOf({
    make, memory, page, post, say, blockAt,
    state: () => state,
    draw(then, shown) {
      draw();
      // Behind the drawing.
      requestAnimationFrame(() => {
        then?.();
        root.getElementById(shown)?.scrollIntoView({ block: "nearest" });
      });
    },
    focusOn(id) { wanted = () => root.getElementById(id); },
  });
  const terminal = terminalOf({ make, own, ask: send, style, say });
  hearOn(panel, "keydown", (event) => {
    if (!event.isTrusted) return;
    const isDone = tab === "steps" && deciding.key(event);
    if (isDone) event.preventDefault();
    // The page has keys of its own: a path begins with the one that opens its search.
    const isText = ["input", "select"].includes(event.target.localName) && event.key !== "Escape";
    if (isDone || isText) event.stopPropagation();
  });

  // ---- the bar ---------------------------------------------------------------------------------------------------------

  function drawBar() {
    const focused = root.activeElement?.id;
    const { errors, warnings } = site;
    const wrong = errors + warnings
      ? [errors && `${errors} ${errors === 1 ? "error" : "errors"}`, warnings && `${warnings} ${warnings === 1 ? "warning" : "warnings"}`].filter(Boolean).join(", ")
      : "no problems";
    const running = run && !run.over;
    const stops = run?.live ? "Stop writing" : "Stop";
    bar.replaceChildren(
      make("span.status", {}, online ? "Preview" : "The server has stopped"),
      make(`button.problems${errors ? ".bad" : warnings ? ".warn" : ""}`, {
        id: "problems", type: "button", "aria-expanded": String(showsPanel && tab === "problems"),
        onclick: () => show(!(showsPanel && tab === "problems"), "problems"),
      }, wrong),
      ...(state.guide ? [
        make(`button${inPart() ? ".partial" : ""}`, {
          id: "steps", type: "button", "aria-expanded": String(showsPanel && tab === "steps"),
          onclick: () => show(!(showsPanel && tab === "steps"), "steps"),
        }, summary(), deciding.open() ? `, ${deciding.open()} to decide` : ""),
        hasTerminal()
          ? make("button", { id: "terminal", type: "button", "aria-expanded": String(showsTerminal), onclick: () => showTerminal(!showsTerminal) }, "Terminal") : null,
        !state.steps.length ? null : running
          ? make("button.main", { id: "run", type: "button", onclick: stop }, stops)
          : make("button.main", { id: "run", type: "button", disabled: !online || (busyElsewhere && "busy"), onclick: start }, "Run this guide"),
        !state.steps.length || running || machines().size > 1 ? null
          : make("button", { id: "write", type: "button", disabled: !online || (busyElsewhere && "busy"), onclick: () => write() }, "Write with a machine"),
      ].filter(Boolean) : []),
    );
    if (focused) root.getElementById(focused)?.focus();
  }

  /** Whether the guide holds as far as it was done, and was not done to its end. */
  function inPart() {
    return state.part && !(run && !run.over) && !state.steps.some((step) => ["broken", "drifted", "changed"].includes(step.standing));
  }

  /** What a guide comes to in its open machine, which is no verdict. */
  function summaryOfLive() {
    const states = [...run.steps.values()].map((step) => step.state);
    const worst = ["broken", "drifted"].find((one) => states.includes(one));
    const held = states.filter((one) => one === "holds").length;
    return worst ? `Live: ${states.filter((one) => one === worst).length} ${worst}` : `Live: ${held} of ${state.steps.length} steps hold`;
  }

  function summary() {
    if (run?.live && run.waits) return summaryOfLive();
    if (run && !run.over) {
      const done = [...run.steps.values()].filter((step) => step.state !== "running").length;
      return `Step ${Math.min(done + 1, state.steps.length)} of ${state.steps.length}`;
    }
    const count = (standing) => state.steps.filter((step) => step.standing === standing).length;
    const total = state.steps.length;
    if (!total) return `${state.blocks.length} ${state.blocks.length === 1 ? "block" : "blocks"}`;
    for (const standing of ["broken", "drifted", "changed"]) {
      if (count(standing)) return `${count(standing)} of ${total} steps ${standing}`;
    }
    if (inPart()) return state.part;
    if (count("unknown") === total) return `${total} ${total === 1 ? "step" : "steps"}`;
    return count("holds") === total ? `${total} steps hold` : `${count("holds")} of ${total} steps hold`;
  }

  // ---- the terminal ----------------------------------------------------------------------------------------------------

  const hasTerminal = () => run?.live && !run.over && terminal.is();

  function showTerminal(open) {
    showsTerminal = open;
    memory.set("terminal", open ? page : null);
    if (open) terminal.focus();
    else wanted = () => root.getElementById("terminal");
    draw();
  }

  const typed = make("div.tries", { role: "group", "aria-labelledby": "tries-title", tabindex: 0 });
  let triesTrouble = null;
  async function take(one) {
    triesTrouble = await post("take", { number: one.number });
    say(triesTrouble ?? "written into the guide");
    draw();
  }

  /** Commands that were typed by hand, the last one first. */
  function drawTries() {
    typed.hidden = !tries.length;
    const focused = root.activeElement?.id;
    typed.replaceChildren(
      make("h3", { id: "tries-title" }, "Typed by hand"),
      triesTrouble ? make("p.trouble", { role: "alert" }, triesTrouble) : "",
      make("ol", {}, ...tries.toReversed().map((one) => make("li", {},
        make("code", {}, one.command), one.status ? make("span.facts", {}, ` status ${one.status}`) : null,
        one.taken ? make("p.facts", {}, "taken into the guide")
          : make("button", { id: `take-${one.number}`, type: "button", "aria-label": `Take into the guide: ${one.command}`, onclick: () => take(one) }, "Take into the guide")))));
    if (focused?.startsWith("take-")) root.getElementById(focused)?.focus();
  }

  /** What is drawn of it stays: the terminal is no text that could be drawn anew. */
  function drawDock() {
    const shows = showsTerminal && hasTerminal();
    dock.hidden = !shows;
    host.classList.toggle("docked", shows);
    if (!shows) return;
    if (!dock.hasChildNodes()) {
      dock.append(
        make("div.head", {},
          make("h2", { id: "dock-title" }, "Terminal"), terminal.note,
          make("button.close", { id: "dock-close", type: "button", "aria-label": "Close the terminal", onclick: () => showTerminal(false) }, "×")),
        make("div.both", {}, terminal.place, typed));
    }
    drawTries();
    terminal.shown();
  }

  // ---- the panel -------------------------------------------------------------------------------------------------------

  function show(open, which) {
    const was = showsPanel;
    showsPanel = open;
    tab = which;
    memory.set("panel", open ? page : null);
    memory.set("tab", tab);
    if (open && !was) wanted = () => panel;
    if (!open && was) {
      wanted = () => root.getElementById(which);
      deciding.close();
    }
    draw();
  }

  function drawPanel() {
    panel.hidden = !showsPanel;
    if (!showsPanel) return panel.replaceChildren();
    const focused = root.activeElement?.id;
    const scroll = panel.querySelector(".body")?.scrollTop ?? 0;
    const title = tab === "problems" ? "Problems" : "Steps of this guide";
    panel.replaceChildren(
      make("div.head", {},
        make("h2", { id: "panel-title" }, title),
        make("button.close", { id: "close", type: "button", "aria-label": "Close", onclick: () => show(false, tab) }, "×")),
      make("div.body", { tabindex: 0, role: "group", "aria-label": title }, ...(tab === "problems" ? problemsBody() : stepsBody())),
    );
    panel.querySelector(".body").scrollTop = scroll;
    if (focused) root.getElementById(focused)?.focus();
    root.getElementById("file")?.caret?.();
  }

  function problemsBody() {
    const here = state.problems;
    const same = (a) => (b) => JSON.stringify(a) === JSON.stringify(b);
    const elsewhere = site.first.filter((problem) => !here.some(same(problem)));
    return [
      here.length ? make("h3", {}, "On this page") : null,
      ...here.map(problem),
      elsewhere.length ? make("h3", {}, "In the rest of the site") : null,
      ...elsewhere.map(problem),
      here.length + elsewhere.length ? null : make("p", {}, "All is well."),
      site.errors + site.warnings > site.first.length
        ? make("p", {}, `and ${site.errors + site.warnings - site.first.length} more: guidepost check`) : null,
    ].filter(Boolean);
  }

  /** A problem with its place, its line, and what to do. */
  function problem(one) {
    const at = one.place;
    const shown = [];
    if (at) shown.push(make("p.place", {}, at.line ? `${at.path}:${at.line}:${at.column}` : at.path));
    if (at?.text) {
      // Offsets are bytes of UTF-8.
      const bytes = new TextEncoder().encode(at.text);
      const part = (from, to) => new TextDecoder().decode(bytes.slice(from, to));
      shown.push(make("pre", { tabindex: 0, "aria-label": "The line" },
        make("span.number", { "aria-hidden": "true" }, `${at.line} `),
        part(0, at.mark[0]), make("mark", {}, part(at.mark[0], Math.max(at.mark[1], at.mark[0] + 1))), part(Math.max(at.mark[1], at.mark[0] + 1))));
    }
    return make(`article.problem.${one.severity}`, {},
      make("p", {}, make("b", {}, `${one.severity}: `), one.message),
      ...shown,
      one.help ? make("p.help", {}, make("b", {}, "help: "), one.help) : null);
  }

  function stepsBody() {
    const running = run && !run.over && !run.waits;
    const acceptable = state.steps.filter((step) => step.acceptable);
    const several = machines().size > 1;
    const blocks = deciding.blocks();
    const of = (block) => state.steps.filter((step) => step.path === block.path && step.block === block.line);
    const items = (steps) => steps.map((step) => stepItem(step, running, several));
    return [
      trouble ? make("p.trouble", { role: "alert" }, trouble) : null,
      inPart() ? make("p.partial", {}, `${SIGNS.partial} ${state.part}`) : null,
      run?.text ? make(`p.run${run.failed ? ".trouble" : ""}`, {}, run.text, run.help ? make("br") : null, run.help ?? null) : null,
      run?.live ? liveHead() : null,
      busyElsewhere ? make("p", {}, `Another guide is being run: ${busyElsewhere}`) : null,
      !running && acceptable.length > 1 && !several
        ? make("p", {}, make("button", { id: "accept-all", type: "button", onclick: () => accept(null) }, `Accept all ${acceptable.length} real outputs`)) : null,
      ...(running ? [] : deciding.head()),
      running || !blocks.length
        ? make("ol.steps", {}, ...items(state.steps))
        : make("ol.blocks", {}, ...blocks.map((block, index) => deciding.item(block, index, items(of(block))))),
    ].filter(Boolean);
  }

  /** What is typed into the fields of offers, by their questions. */
  const replies = new Map();

  /** What would mend a step that broke: a line for verify.yaml, or a question with a field for what to answer. */
  function offer(one) {
    const id = `offer-${one.offer}`;
    const accept = async () => {
      trouble = await post("say", { offer: one.offer, reply: one.asks ? replies.get(one.what) ?? "" : null });
      if (!trouble) say("written into verify.yaml");
      draw();
    };
    const field = one.asks ? make("input", {
      id: `${id}-reply`, "aria-labelledby": `${id}-what`, autocomplete: "off", value: replies.get(one.what) ?? "",
      oninput: (event) => replies.set(one.what, event.target.value),
      onkeydown(event) {
        // Keys of the panel are about blocks.
        event.stopPropagation();
        if (event.key === "Enter") accept();
      },
    }) : null;
    return make("div.offer", {},
      make("p", { id: `${id}-what` }, `Line ${one.line}: ${one.why}: `, make("code", {}, one.what)),
      one.asks ? null : make("p", {}, make("code", {}, one.says)),
      make("p.tools", {}, field, make("button", { id, type: "button", onclick: accept }, one.asks ? "Answer, in verify.yaml" : "Say so in verify.yaml")));
  }

  /** What is said of a guide whose machine is open, and what its writer can wish. */
  function liveHead() {
    const broken = [...run.steps.values()].some((step) => step.state === "broken");
    return make("div.live", {},
      make("p", {}, run.bent
        ? `Another text of step ${run.bent} was tried in this machine, so only a clean one can tell what readers see from there on.`
        : "What is shown here was done in the open machine; a verdict needs a clean one."),
      run.proof ? make("p", {}, make(`span.sign.${run.proof.verdict}`, { "aria-hidden": "true" }, `${SIGNS[run.proof.verdict]} `), `${WORDS[run.proof.verdict]} ${run.proof.text}`) : null,
      run.until ? make("p.facts", {}, `It is done as far as line ${run.until}, which is no verdict; a save is, too.`)
        : !run.proof && run.waits ? make("p.facts", {}, "A clean run follows when you pause.") : null,
      ...(run.waits ? (run.offers ?? []).map(offer) : []),
      run.notes.length ? make("ul.notes", {}, ...run.notes.map((note) => make("li", {}, note))) : null,
      run.waits ? make("p.tools", {},
        run.until ? make("button", { id: "rest", type: "button", onclick: () => write(run.machine) }, "Do the rest") : null,
        make("button", { id: "anew", type: "button", onclick: () => wish("anew") }, "Begin anew"),
        broken ? make("button", { id: "retry", type: "button", onclick: () => wish("retry") }, "Try the broken step again") : null) : null);
  }

  function stepItem(step, running, several) {
    const now = run?.steps.get(keyOf(step));
    const shown = now ? now.state : running ? "waiting" : step.standing;
    const output = now?.output ?? (now || running ? null : step.output);
    const message = now ? now.message : running ? null : step.message;
    const what = step.kind === "write" ? `write ${step.typed}` : step.kind === "expect" ? "output" : step.typed;
    const name = `${SIGNS[shown]} `;
    const head = [
      make(`span.sign.${shown}`, { "aria-hidden": "true" }, name),
      make("code", {}, what.split("\n")[0] + (what.includes("\n") ? " …" : "")),
      make("span.facts", {}, `${several ? `${step.machine}, ` : ""}line ${step.line}: ${WORDS[shown]}`),
    ];
    const details = make("details", { open: shown === "running" || opened.has(keyOf(step)) },
      make("summary", { id: `step-${keyOf(step)}` }, ...head),
      message ? make("p", {}, message) : null,
      !now && !running && step.help && step.standing !== "holds" ? make("p.help", {}, step.help) : null,
      output ? make("pre.terminal", { tabindex: 0, "aria-label": "What was really shown" }, output) : null,
      !output && !message ? make("p.facts", {}, shown === "changed" ? "It was not done since." : ["unknown", "unreached", "waiting"].includes(shown) ? "It was not done." : "Nothing was shown.") : null,
      make("p.tools", {},
        make("button", { id: `go-${keyOf(step)}`, type: "button", onclick: () => go(step) }, "Show in the page"),
        step.acceptable && !running
          ? make("button.main", { id: `accept-${keyOf(step)}`, type: "button", onclick: () => accept(step) }, "Accept real output") : null));
    hearOn(details, "toggle", () => {
      if (shown === "running") return;
      if (details.open) opened.add(keyOf(step)); else opened.delete(keyOf(step));
      memory.set(`opened-${page}`, [...opened]);
    });
    return make("li", {}, details);
  }

  // ---- chips at blocks -------------------------------------------------------------------------------------------------

  function blockOf(step) {
    return blockAt(step.path, step.line);
  }

  function blockAt(path, line) {
    for (const block of document.querySelectorAll("[data-guidepost-lines]")) {
      const [first, last] = block.dataset.guidepostLines.split("-").map(Number);
      if (block.dataset.guidepostFile === path && first <= line && line <= last) return block;
    }
    return null;
  }

  function go(step) {
    const block = blockOf(step);
    if (!block) return;
    // A tab or a closed part that holds it must be open to be seen.
    for (let parent = block.parentElement; parent; parent = parent.parentElement) {
      if (parent.localName === "details") parent.open = true;
      if (parent.getAttribute("role") === "tabpanel" && parent.hidden) document.getElementById(parent.getAttribute("aria-labelledby"))?.click();
    }
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    block.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
    block.classList.add("guidepost-here");
    setTimeout(() => block.classList.remove("guidepost-here"), 1500);
  }

  const WORSE = ["holds", "skipped", "waiting", "unknown", "unreached", "changed", "drifted", "broken", "running"];

  function drawChips() {
    const worst = new Map();
    for (const step of state.steps) {
      const now = run?.steps.get(keyOf(step));
      const shown = now ? now.state : step.standing === "changed" && !(run && !run.over) ? "changed" : null;
      const block = shown && blockOf(step);
      if (!block) continue;
      const known = worst.get(block);
      if (!known || WORSE.indexOf(shown) > WORSE.indexOf(known.shown)) worst.set(block, { shown, step });
    }
    for (const chip of document.querySelectorAll(".guidepost-chip")) {
      if (!worst.has(chip.parentElement)) chip.remove();
    }
    for (const [block, { shown, step }] of worst) {
      let chip = block.querySelector(":scope > .guidepost-chip");
      if (!chip) block.append(chip = make("button.guidepost-chip", { type: "button" }));
      chip.dataset.state = shown;
      chip.textContent = `${SIGNS[shown]} ${WORDS[shown]}`;
      chip.onclick = () => {
        opened.add(keyOf(step));
        show(true, "steps");
        root.getElementById(`step-${keyOf(step)}`)?.scrollIntoView({ block: "nearest" });
      };
    }
  }

  // ---- errors over the page --------------------------------------------------------------------------------------------

  function drawOverlay() {
    const errors = state.problems.filter((one) => one.severity === "error");
    const which = JSON.stringify(errors);
    const shows = errors.length > 0 && which !== closedOverlay;
    const was = !overlay.hidden;
    overlay.hidden = !shows;
    if (!shows) {
      overlay.replaceChildren();
      if (was && !errors.length) say("the errors are mended");
      return;
    }
    if (was && overlay.dataset.which === which) return;
    overlay.dataset.which = which;
    const close = () => {
      closedOverlay = which;
      drawOverlay();
    };
    overlay.replaceChildren(
      make("div.head", {},
        make("h2", { id: "overlay-title" }, errors.length === 1 ? "This page has an error" : `This page has ${errors.length} errors`),
        make("button.close", { type: "button", "aria-label": "Close", onclick: close }, "×")),
      make("div.body", { tabindex: 0, role: "group", "aria-label": "Errors" }, ...errors.map(problem)),
      make("p.facts", {}, "It goes away when it is mended. Esc closes it."));
    overlay.close = close;
    if (!was) overlay.focus({ preventScroll: true });
  }

  hearOn(globalThis, "keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (!overlay.hidden) overlay.close();
    else if (showsPanel && host.contains(document.activeElement)) show(false, tab);
  });

  let due = false;
  /** What gets the focus once it is drawn. */
  let wanted = null;
  function draw() {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      drawBar();
      drawPanel();
      drawDock();
      drawChips();
      drawOverlay();
      wanted?.()?.focus();
      wanted = null;
    });
  }

  // ---- listening -------------------------------------------------------------------------------------------------------

  /** Terminal text: a carriage return begins the line anew. */
  function append(text, more) {
    let all = text + more;
    if (all.includes("\r")) all = all.replace(/[^\n]*\r(?!\n|$)/g, "");
    return all.length > 200000 ? `…\n${all.slice(-150000)}` : all;
  }

  function heard(event) {
    if (event.what === "begin") {
      busyElsewhere = event.guide === state.guide ? null : event.guide;
      run = busyElsewhere ? null
        : { guide: event.guide, live: event.live, over: false, text: "The machine is made.", steps: new Map(), notes: [] };
      trouble = null;
      return;
    }
    if (busyElsewhere) {
      if (["end", "failed", "stopped"].includes(event.what)) busyElsewhere = null;
      return;
    }
    if (!run) return;
    const step = (changes) => {
      const at = key(event.number, event.machine);
      run.steps.set(at, { state: "running", output: "", message: null, ...run.steps.get(at), ...changes });
      return run.steps.get(at);
    };
    switch (event.what) {
      case "text": run.text = event.text; break;
      case "note": run.notes.push(event.text); break;
      case "waits":
        Object.assign(run, { waits: true, machine: event.machine, bent: event.bent, until: event.until, offers: event.offers, text: event.text ?? run.text });
        say(`${summaryOfLive()}; waiting for the next save`);
        break;
      case "proved":
        run.proof = event;
        say(`${WORDS[event.verdict]} ${event.text}`);
        break;
      case "machine": run.text = event.text; break;
      case "step":
        run.waits = false;
        if (!run.live) run.text = null;
        step({ state: "running" });
        break;
      case "output": {
        const now = step({});
        now.output = append(now.output, event.text);
        break;
      }
      case "answered": step({}); break;
      case "done": step({ state: event.verdict, message: event.message }); break;
      case "end":
        // What it found comes as the page's state.
        run = event.text ? { over: true, failed: true, text: event.text, steps: new Map() } : null;
        say(`The run is over: ${WORDS[event.verdict]}`);
        break;
      case "failed": Object.assign(run, { over: true, steps: new Map(), failed: true, text: event.text, help: event.help }); say("The guide cannot be run"); break;
      case "stopped": Object.assign(run, { over: true, steps: new Map(), text: "Stopped." }); say("Stopped"); break;
    }
  }

  let leaving = false;
  function reload() {
    leaving = true;
    memory.set("focus", [page, host.contains(document.activeElement) ? root.activeElement?.id || "panel" : null]);
    memory.set("scroll", [page, scrollX, scrollY]);
    location.reload();
  }

  function restore() {
    const [where, x, y] = memory.get("scroll") || [];
    memory.set("scroll", null);
    if (where === page) scrollTo({ left: x, top: y, behavior: "instant" });
    [focused.page, focused.id] = memory.get("focus") || [];
    memory.set("focus", null);
  }

  /** What had the focus before the page was loaded again. */
  const focused = {};
  function refocus() {
    if (focused.page === page && focused.id) {
      const { id } = focused;
      if (id === "terminal-keys" && showsTerminal) terminal.focus();
      else wanted = () => root.getElementById(id) ?? (showsPanel ? panel : null);
    }
    focused.id = null;
    if (showsPanel) deciding.restore();
  }

  /** Loads the page again, once nobody is about to decide more or types. */
  let soon = 0;
  function reloadSoon() {
    clearTimeout(soon);
    if (deciding.busy() || terminal.busy()) soon = setTimeout(reloadSoon, 200);
    else reload();
  }

  /** Style sheets take the place of others without a reload. */
  function restyle(old, now) {
    for (const link of document.querySelectorAll("link[rel~=stylesheet]")) {
      if (new URL(link.href).pathname !== old) continue;
      const next = link.cloneNode();
      next.href = now;
      // Until it is there, the old one stays.
      hearOn(next, "load", () => link.remove(), { once: true });
      link.after(next);
    }
  }

  let waiting = 0;
  function lost() {
    online = false;
    draw();
    if (waiting) return;
    // Another server has another token; its pages have it.
    waiting = setInterval(async () => {
      try {
        await ask(location.href, { method: "HEAD", cache: "no-store" });
      } catch {
        return;
      }
      clearInterval(waiting);
      reload();
    }, 1000);
  }

  let events = null;
  function listen() {
    if (events || leaving) return;
    const query = new URLSearchParams({ page, version, token: hears });
    events = new Source(`${own}events?${query}`);
    const on = (name, hear) => hearOn(events, name, (event) => {
      // What comes after a reload is about the page that is to be.
      if (leaving) return;
      hear(parse(event.data));
      draw();
    });
    events.onopen = () => {
      online = true;
      draw();
    };
    events.onerror = () => {
      rest();
      lost();
    };
    on("reload", reloadSoon);
    on("state", (now) => {
      state = now;
      refocus();
      // Style sheets that changed while nobody listened: `…/style.HASH.css`, whose hash has ten digits.
      for (const [, address] of now.styles) {
        for (const { href } of document.querySelectorAll("link[rel~=stylesheet]")) {
          const old = new URL(href).pathname;
          if (old !== address && old.length === address.length && old.startsWith(address.slice(0, -14))) restyle(old, address);
        }
      }
    });
    on("problems", (now) => { site = now; });
    on("run", heard);
    on("terminal", terminal.heard);
    on("tries", (now) => { tries = now; });
    on("styles", (pairs) => pairs.forEach(([old, now]) => restyle(old, now)));
    on("files", (files) => {
      for (const file of files) {
        if (file.endsWith(".css")) restyle(file, `${file}?${Date.now()}`);
        else if ([...document.querySelectorAll("[src], [href], [srcset]")].some((one) => [one.src, one.href, one.srcset].some((url) => typeof url === "string" && url.includes(file)))) reload();
      }
    });
  }

  function rest() {
    events?.close();
    events = null;
  }
  hearOn(globalThis, "pagehide", rest);
  hearOn(globalThis, "pageshow", (event) => event.persisted && location.reload());
  // A browser has six connections to a server: tabs that nobody sees leave theirs to others, and look again when they are seen.
  let unseen = false;
  hearOn(document, "visibilitychange", () => {
    if (document.hidden) {
      unseen = events !== null;
      rest();
    } else if (unseen) {
      run = null;
      listen();
    }
  });

  restore();
  draw();
  listen();
  }
})();

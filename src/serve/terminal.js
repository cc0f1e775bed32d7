// The terminal of an open machine: xterm.js draws it, and what a person types into it goes to the server. preview.js gives it its
// tools and the place where it stands.
//
// Scripts of the site may have changed whatever a browser has by the time when somebody types, so that what keys go through is taken
// before any of them runs, and xterm.js, which is loaded later, only draws: it is not asked what was typed. Keys that are for the
// terminal are heard before all others hear them, and nobody else hears them.
(() => {
  "use strict";
  const { apply } = Reflect;
  const { stringify } = JSON;
  const { now } = Date;
  const getter = (of, name) => {
    const { get } = Object.getOwnPropertyDescriptor(of.prototype, name);
    return (one) => apply(get, one, []);
  };
  const method = (of, name) => {
    const call = of.prototype[name];
    return (one, ...values) => apply(call, one, values);
  };
  const listen = method(EventTarget, "addEventListener");
  const pathOf = method(Event, "composedPath");
  const keep = method(Event, "preventDefault");
  const end = method(Event, "stopImmediatePropagation");
  const typeOf = getter(Event, "type");
  const codeAt = method(String, "charCodeAt");
  const pasted = method(DataTransfer, "getData");
  const key = {
    __proto__: null, name: getter(KeyboardEvent, "key"), shift: getter(KeyboardEvent, "shiftKey"), alt: getter(KeyboardEvent, "altKey"),
    control: getter(KeyboardEvent, "ctrlKey"), meta: getter(KeyboardEvent, "metaKey"), composes: getter(KeyboardEvent, "isComposing"),
    modifier: method(KeyboardEvent, "getModifierState"),
  };
  const input = {
    __proto__: null, data: getter(InputEvent, "data"), type: getter(InputEvent, "inputType"), composes: getter(InputEvent, "isComposing"),
  };
  const composed = getter(CompositionEvent, "data");
  const clipboard = getter(ClipboardEvent, "clipboardData");

  /** What a terminal sends for a key, as xterm does (ctlseqs): those of one sequence each, and those that modifiers change. */
  const ONE = {
    __proto__: null, Enter: "\r", Backspace: "\x7f", Tab: "\t", Escape: "\x1b", Insert: "\x1b[2~", Delete: "\x1b[3~", PageUp: "\x1b[5~",
    PageDown: "\x1b[6~", F1: "\x1bOP", F2: "\x1bOQ", F3: "\x1bOR", F4: "\x1bOS", F5: "\x1b[15~", F6: "\x1b[17~", F7: "\x1b[18~",
    F8: "\x1b[19~", F9: "\x1b[20~", F10: "\x1b[21~", F11: "\x1b[23~", F12: "\x1b[24~",
  };
  const MOVES = { __proto__: null, ArrowUp: "A", ArrowDown: "B", ArrowRight: "C", ArrowLeft: "D", Home: "H", End: "F" };
  /** With Ctrl, apart from letters. */
  const CONTROLS = { __proto__: null, " ": "\0", "@": "\0", "[": "\x1b", "\\": "\x1c", "]": "\x1d", "^": "\x1e", "_": "\x1f", "/": "\x1f" };
  const LETTERS = { __proto__: null };
  for (let code = 1; code <= 26; code++) {
    LETTERS[String.fromCharCode(96 + code)] = LETTERS[String.fromCharCode(64 + code)] = String.fromCharCode(code);
  }

  /** What a key sends; nothing if it is the browser's. */
  function sent(event, applies) {
    const name = key.name(event);
    const shift = key.shift(event);
    const alt = key.alt(event);
    const graph = key.modifier(event, "AltGraph");
    const control = key.control(event) && !graph;
    if (key.meta(event) || (name === "Tab" && shift)) return null;
    if (name in MOVES) {
      const modifiers = 1 + (shift ? 1 : 0) + (alt ? 2 : 0) + (control ? 4 : 0);
      return modifiers > 1 ? `\x1b[1;${modifiers}${MOVES[name]}` : (applies ? "\x1bO" : "\x1b[") + MOVES[name];
    }
    if (name in ONE) return (alt && !graph ? "\x1b" : "") + ONE[name];
    // Of a character beyond the first 65,536 there are two units.
    if (name.length > 2 || (name.length === 2 && codeAt(name, 0) < 0xd800)) return null;
    if (!control) return (alt && !graph ? "\x1b" : "") + name;
    // The clipboard is the browser's.
    if (shift || name === "v") return null;
    return LETTERS[name] ?? CONTROLS[name] ?? null;
  }

  /** Where keys are typed, and who hears them; none before there is a terminal. */
  let field = null;
  let hear = null;
  for (const name of ["keydown", "keypress", "keyup", "beforeinput", "input", "compositionstart", "compositionupdate", "compositionend", "paste"]) {
    listen(globalThis, name, (event) => {
      if (!field || pathOf(event)[0] !== field) return;
      // What a script has made up, no person has typed; what is drawn while a character is composed is xterm's.
      const goes = event.isTrusted && !hear(event);
      if (!goes) end(event);
    }, true);
  }

  globalThis[Symbol.for("guidepost.terminal")] = ({ make, own, ask, style, say }) => {
    let xterm = null;
    let loading = false;
    let all = "";
    let size = null;
    let applies = false;
    let wantsFocus = false;
    /** Until when somebody who types is not disturbed, and for how long after a key, in milliseconds. */
    let until = 0;
    const PAUSE = 2500;
    const place = make("div.screen");
    const note = make("p.facts", { role: "status" }, "");
    /** Characters that are kept for a terminal that is drawn later. */
    const KEPT = 400000;

    // ---- typing ----

    let waiting = "";
    let sending = false;
    async function send(what, text) {
      const why = await ask("keys", stringify({ __proto__: null, [what]: text }));
      note.textContent = why ?? "";
      return why === null;
    }
    /** Keys go one after the other, those together that were pressed meanwhile. */
    async function type(keys) {
      until = now() + PAUSE;
      waiting += keys;
      if (sending) return;
      sending = true;
      while (waiting) {
        const next = waiting;
        waiting = "";
        if (!await send("keys", next)) waiting = "";
      }
      sending = false;
    }

    /** Whether it was for the terminal. */
    hear = (event) => {
      switch (typeOf(event)) {
        case "keydown": {
          // An input method's: what comes of it is heard below.
          if (key.composes(event) || key.name(event) === "Process" || key.name(event) === "Unidentified") return false;
          // What is marked can be copied.
          if (key.control(event) && key.name(event) === "c" && xterm.hasSelection()) return false;
          const keys = sent(event, applies);
          if (keys === null) return true;
          keep(event);
          type(keys);
          return true;
        }
        case "input":
          field.value = "";
          if (input.type(event) === "deleteContentBackward") type("\x7f");
          else if (input.type(event) === "insertText" && !input.composes(event)) type(input.data(event) ?? "");
          return !input.composes(event);
        case "compositionend":
          type(composed(event));
          return false;
        case "compositionstart": case "compositionupdate":
          return false;
        case "paste":
          keep(event);
          send("paste", pasted(clipboard(event), "text/plain"));
          return true;
        default:
          return true;
      }
    };

    // ---- drawing ----

    /** Colours of the panel, which are those of the page's scheme. */
    function colours() {
      const { backgroundColor, color } = getComputedStyle(place);
      return { background: backgroundColor, foreground: color, cursor: color, cursorAccent: backgroundColor, selectionBackground: "#7aa2f766" };
    }

    async function load() {
      loading = true;
      place.before(style("xterm.css"));
      const { Terminal } = await import(`${own}xterm.mjs`);
      xterm = new Terminal({
        cols: size.columns, rows: size.rows, disableStdin: true, scrollback: 2000, fontSize: 12, minimumContrastRatio: 4.5,
        fontFamily: 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace', theme: colours(),
      });
      xterm.open(place);
      field = xterm.textarea;
      field.id = "terminal-keys";
      // xterm.js takes nothing from it; input methods and the keyboards of phones are to write into it.
      field.readOnly = false;
      field.setAttribute("aria-label", "Keys for the terminal. Shift Tab leaves it.");
      xterm.write(all, drawn);
      if (wantsFocus) field.focus();
    }

    function drawn() {
      applies = xterm.modes.applicationCursorKeysMode;
    }

    return {
      place, note,
      /** Whether somebody types. */
      busy: () => sending || now() < until,
      /** Whether there is a terminal. */
      is: () => size !== null,
      focus() {
        wantsFocus = true;
        field?.focus();
      },
      /** It is seen: what draws it is loaded, and has the page's colours. */
      shown() {
        if (!size) return;
        if (!loading) load().catch(() => say("the terminal cannot be drawn"));
        const theme = colours();
        if (xterm && xterm.options.theme.background !== theme.background) xterm.options.theme = theme;
      },
      /** A piece of what the terminal has shown. */
      heard({ columns, rows, anew, text }) {
        size = columns ? { columns, rows } : null;
        all = anew ? text : all + text;
        if (all.length > KEPT) all = all.slice(-KEPT / 2);
        if (!xterm) return;
        if (anew) xterm.reset();
        if (anew && columns) xterm.resize(columns, rows);
        xterm.write(text, drawn);
      },
    };
  };
})();

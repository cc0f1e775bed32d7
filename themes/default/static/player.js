// Plays an asciicast of a verified guide as text that can be selected. Loaded when a reader asks for it.

const PAUSE = 0.6;
const HISTORY = 2000;
const LARGEST = 16e6;
const TOKEN = /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]+[0-~]?|\x1b([0-~])?|([\0-\x1f\x7f-\x9f])|([^\0-\x1f\x7f-\x9f]+)/g;
const UNFINISHED = /\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)$/;
const MARK = /^[\p{M}\u200b-\u200d\ufe0f]$/u;
const WIDE = /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]$/u;

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const row = () => ({ cells: [], styles: [], changed: 0 });

/** As much of a terminal as recordings need; what it does not know, it drops. */
export class Terminal {
  constructor(columns, rows) {
    this.columns = clamp(columns | 0, 1, 500);
    this.rows = clamp(rows | 0, 1, 200);
    this.unread = "";
    /** Lines that are forgotten, and the first one that is shown. */
    this.dropped = this.base = 0;
    this.history = [];
    this.reset();
  }

  reset() {
    this.lines = Array.from({ length: this.rows }, row);
    this.x = this.y = this.top = 0;
    this.bottom = this.rows - 1;
    this.main = this.saved = null;
    this.cursor = true;
    this.pen = {};
    this.style = "";
  }

  /** The number of the cursor's line since the beginning. */
  get line() { return this.dropped + this.history.length + this.y; }

  write(text) {
    text = this.unread + text;
    const at = text.length < 1e5 ? text.search(UNFINISHED) : -1;
    this.unread = at < 0 ? "" : text.slice(at);
    for (const [, parameters, final, escape, control, printed] of (at < 0 ? text : text.slice(0, at)).matchAll(TOKEN)) {
      if (printed) for (const character of printed) this.put(character);
      else if (control) this.control(control);
      else if (final) this.sequence(final, parameters);
      else if (escape) this.escape(escape);
    }
  }

  put(character) {
    if (MARK.test(character)) {
      const { cells } = this.lines[this.y];
      if (this.x && cells[this.x - 1]?.length < 16) cells[this.x - 1] += character;
      return;
    }
    const width = WIDE.test(character) ? 2 : 1;
    if (this.x + width > this.columns) {
      this.x = 0;
      this.feed();
    }
    const line = this.lines[this.y];
    for (let i = 0; i < width; i++, this.x++) {
      while (line.cells.length < this.x) line.styles[line.cells.push(" ") - 1] = "";
      line.cells[this.x] = i ? "" : character;
      line.styles[this.x] = this.style;
    }
    line.changed++;
  }

  control(c) {
    if (c === "\n" || c === "\v" || c === "\f") this.feed();
    else if (c === "\r") this.x = 0;
    else if (c === "\b") this.x = Math.max(Math.min(this.x, this.columns - 1) - 1, 0);
    else if (c === "\t") this.x = Math.min((this.x & ~7) + 8, this.columns - 1);
  }

  escape(c) {
    if (c === "7") this.saved = [this.x, this.y, { ...this.pen }];
    else if (c === "8") this.restore();
    else if (c === "D") this.feed();
    else if (c === "E") { this.x = 0; this.feed(); }
    else if (c === "M") this.y === this.top ? this.scroll(-1) : this.y && this.y--;
    else if (c === "c") this.reset();
  }

  restore() {
    const [x, y, pen] = this.saved ?? [0, 0, {}];
    this.move(x, y);
    this.pen = { ...pen };
    this.paint();
  }

  feed() {
    if (this.y === this.bottom) this.scroll(1);
    else if (this.y < this.rows - 1) this.y++;
  }

  /** Scrolls the region from `top` up, or down if `count` is negative. */
  scroll(count, top = this.top) {
    for (let i = Math.min(Math.abs(count), this.rows); i > 0; i--) {
      if (count < 0) {
        this.lines.splice(this.bottom, 1);
        this.lines.splice(top, 0, row());
        continue;
      }
      const [gone] = this.lines.splice(top, 1);
      this.lines.splice(this.bottom, 0, row());
      if (top || this.main) continue;
      this.history.push(gone);
      if (this.history.length > HISTORY) this.dropped += this.history.splice(0, HISTORY / 2).length;
    }
  }

  erase(y, from, to) {
    const { cells, styles } = this.lines[y];
    this.lines[y].changed++;
    if (to >= cells.length) cells.length = styles.length = Math.min(from, cells.length);
    else for (let x = from; x < to; x++) [cells[x], styles[x]] = [" ", ""];
  }

  move(x, y) {
    this.x = clamp(x, 0, this.columns - 1);
    this.y = clamp(y, 0, this.rows - 1);
    if (!this.main) this.base = Math.min(this.base, this.line);
  }

  sequence(final, parameters) {
    const numbers = parameters.split(/[;:]/).map((number) => Math.min(Number(number) || 0, 9999));
    const n = numbers[0] || 1;
    const { x, y, columns, rows } = this;
    const { cells, styles } = this.lines[y];
    if (/^[<=>?]/.test(parameters)) {
      if (final === "h" || final === "l") this.mode(parameters.slice(1), final === "h");
      return;
    }
    switch (final) {
      case "A": return this.move(x, y - n);
      case "B": case "e": return this.move(x, y + n);
      case "C": case "a": return this.move(x + n, y);
      case "D": return this.move(Math.min(x, columns - 1) - n, y);
      case "E": return this.move(0, y + n);
      case "F": return this.move(0, y - n);
      case "G": case "`": return this.move(n - 1, y);
      case "d": return this.move(x, n - 1);
      case "H": case "f": return this.move((numbers[1] || 1) - 1, n - 1);
      case "J":
        for (let i = 0; i < rows; i++) if (numbers[0] === 2 || (numbers[0] === 0 ? i > y : numbers[0] === 1 && i < y)) this.erase(i, 0, columns);
        if (numbers[0] > 2) this.dropped += this.history.splice(0).length;
        if (numbers[0] > 1) return;
      // Falls through: the cursor's own line.
      case "K": return this.erase(y, numbers[0] ? 0 : x, numbers[0] === 1 ? x + 1 : columns);
      case "X": return this.erase(y, x, x + n);
      case "P":
        cells.splice(x, n);
        styles.splice(x, n);
        return void this.lines[y].changed++;
      case "@":
        if (x < cells.length) for (let i = Math.min(n, columns); i > 0; i--) { cells.splice(x, 0, " "); styles.splice(x, 0, ""); }
        cells.length = styles.length = Math.min(cells.length, columns);
        return void this.lines[y].changed++;
      case "L": return y >= this.top && y <= this.bottom ? this.scroll(-n, y) : undefined;
      case "M":
        for (let i = Math.min(n, rows); i > 0; i--) { this.lines.splice(y, 1); this.lines.splice(this.bottom, 0, row()); }
        return;
      case "S": return this.scroll(n);
      case "T": return this.scroll(-n);
      case "r": {
        const [top, bottom] = [n - 1, (numbers[1] || rows) - 1];
        if (top < bottom && bottom < rows) [this.top, this.bottom] = [top, bottom];
        return this.move(0, 0);
      }
      case "s": return this.escape("7");
      case "u": return this.restore();
      case "m": return this.colours(numbers);
    }
  }

  mode(number, on) {
    if (number === "25") this.cursor = on;
    if (!/^(47|1047|1049)$/.test(number) || on === !!this.main) return;
    if (on) {
      this.main = [this.lines, this.x, this.y];
      this.lines = Array.from({ length: this.rows }, row);
    } else {
      [this.lines, this.x, this.y] = this.main;
      this.main = null;
    }
    [this.top, this.bottom] = [0, this.rows - 1];
  }

  colours(numbers) {
    const { pen } = this;
    for (let i = 0; i < numbers.length; i++) {
      const n = numbers[i];
      if (n === 0) for (const key of Object.keys(pen)) delete pen[key];
      else if (n < 10) pen[n] = true;
      else if (n === 22) pen[1] = pen[2] = false;
      else if (n > 22 && n < 30) pen[n - 20] = false;
      else if (n === 38 || n === 48) {
        const ground = n === 48 ? "ground" : "text";
        if (numbers[i + 1] === 5) pen[ground] = indexed(numbers[(i += 2)] ?? 0);
        else if (numbers[i + 1] === 2) pen[ground] = `rgb(${numbers.slice(i + 2, (i += 4) + 1).join(" ")})`;
      } else if (n >= 30 && n <= 49) pen[n < 40 ? "text" : "ground"] = n % 10 === 9 ? undefined : indexed(n % 10);
      else if (n >= 90 && n <= 107) pen[n < 100 ? "text" : "ground"] = indexed((n % 10) + 8);
    }
    this.paint();
  }

  paint() {
    const { pen } = this;
    const [text, ground] = pen[7] ? [pen.ground ?? "var(--term)", pen.text ?? "var(--code-text)"] : [pen.text, pen.ground];
    const line = [pen[4] && "underline", pen[9] && "line-through"].filter(Boolean).join(" ");
    const rules = { color: text, background: ground, "font-weight": pen[1] && 700, opacity: pen[2] && 0.75, "font-style": pen[3] && "italic", "text-decoration": line };
    this.style = Object.entries(rules).filter(([, value]) => value).map((rule) => rule.join(":")).join(";");
  }
}

function indexed(n) {
  if (n < 16) return `var(--t${n})`;
  const level = (i) => (i ? 55 + 40 * i : 0);
  const grey = 8 + (n - 232) * 10;
  const rgb = n > 231 ? [grey, grey, grey] : [level(Math.floor((n - 16) / 36)), level(Math.floor((n - 16) / 6) % 6), level((n - 16) % 6)];
  return `rgb(${rgb.join(" ")})`;
}

/** A recording: its events and marks by time, with long silences made short, in seconds. */
export function read(text) {
  const lines = text.split("\n");
  const header = JSON.parse(lines[0]);
  const silence = header.idle_time_limit > 0 ? header.idle_time_limit : 2;
  const events = [];
  const marks = [];
  let [real, time, begun] = [0, 0, false];
  for (const line of lines.slice(1)) {
    let event;
    try { event = JSON.parse(line); } catch { continue; }
    if (!Array.isArray(event) || typeof event[0] !== "number" || typeof event[2] !== "string") continue;
    time += clamp(event[0] - real, 0, silence);
    real = Math.max(real, event[0]);
    if (event[1] === "m") {
      marks.push({ real, time, label: event[2] });
      begun = true;
    } else if (event[1] === "o") {
      // Most commands take no time: a moment before each lets a reader follow.
      if (begun) time += PAUSE;
      begun = false;
      events.push({ real, time, text: event[2] });
    }
  }
  const all = [...events, ...marks].sort((a, b) => a.real - b.real);
  /** Where a moment of the recording is when silences are short. */
  const at = (moment) => {
    const before = all.findLast((event) => event.real <= moment);
    return before ? before.time + Math.min(moment - before.real, silence) : 0;
  };
  return { width: header.width, height: header.height, events, marks, at, end: time };
}

// The texts of the page's language: guidepost puts them here.
const texts = {};

/** Opens a player in `host`; `address` may end in a part to play, `#t=FROM,TO`. Resolves to a function that closes it. */
export async function open({ make, icon, tell, host, address, title, closed }) {
  const [file, part] = address.split("#t=");
  const answer = await fetch(file, { cache: "no-cache" });
  if (!answer.ok) throw new Error(answer.statusText);
  const text = await answer.text();
  if (text.length > LARGEST) throw new Error("too large");
  const cast = read(text);
  const [from, to] = part ? part.split(",").map((moment) => cast.at(Number(moment))) : [0, cast.end];
  const marks = cast.marks.filter((mark) => mark.time >= from && mark.time <= to);

  const button = (name, label) => make("button", { class: "tool", type: "button", "aria-label": label, title: label }, icon(name));
  const screen = make("div", { class: "player-screen", tabindex: "0", role: "group", "aria-label": texts.terminal });
  const toggle = button("play", texts.play);
  const [back, forth] = [button("back", texts.previous_step), button("forth", texts.next_step)];
  const position = make("input", { type: "range", min: "0", max: String(to - from), step: "any", "aria-label": texts.position });
  const clock = make("span", { class: "player-clock" });
  const speed = make("select", { "aria-label": texts.speed }, ...[0.5, 1, 2, 4, 8].map((rate) => make("option", { value: rate }, `${rate}×`)));
  speed.value = "1";
  const close = button("close", texts.close_recording);
  const label = make("p", { class: "player-label" });
  const bar = make("div", { class: "player-bar" }, toggle, ...(marks.length > 1 ? [back, forth] : []), position, clock, speed, close);
  const player = make("div", { class: "player", role: "group", "aria-label": title }, label, screen, bar);

  let terminal, next, time, frame, before;
  const drawn = new WeakMap();
  const draw = (line, cursor) => {
    let element = drawn.get(line);
    if (!element) drawn.set(line, (element = make("div")));
    const state = `${line.changed} ${cursor}`;
    if (element.state === state) return element;
    element.state = state;
    const cells = [...line.cells];
    const styles = [...line.styles];
    while (cells.length <= cursor) styles[cells.push(" ") - 1] = "";
    if (cursor >= 0) styles[cursor] = "color:var(--term);background:var(--accent)";
    const runs = [];
    for (let x = 0; x < cells.length; x++) {
      if (x && styles[x] === styles[x - 1]) runs.at(-1).text += cells[x];
      else runs.push({ style: styles[x], text: cells[x] });
    }
    element.replaceChildren(...runs.map(({ style, text }) => {
      if (!style) return text;
      const span = make("span", {}, text);
      span.style.cssText = style;
      return span;
    }), ...(runs.length ? [] : ["\u200b"]));
    return element;
  };
  const render = () => {
    const { history, lines, main, y, x, cursor, dropped, base } = terminal;
    const all = main ? lines : [...history, ...lines];
    const here = all.length - lines.length + y;
    let end = all.length;
    while (end > here + 1 && !all[end - 1].cells.length) end--;
    const shown = all.slice(main ? 0 : Math.max(base - dropped, 0), end);
    shown.forEach((line, i) => {
      const element = draw(line, cursor && line === all[here] ? Math.min(x, terminal.columns - 1) : -1);
      if (screen.childNodes[i] !== element) screen.insertBefore(element, screen.childNodes[i] ?? null);
    });
    while (screen.childNodes.length > shown.length) screen.lastChild.remove();
    screen.scrollTop = screen.scrollHeight;
    const seconds = (moment) => `${Math.floor(moment / 60)}:${String(Math.floor(moment % 60)).padStart(2, "0")}`;
    position.value = time - from;
    const times = { time: seconds(time - from), end: seconds(to - from) };
    clock.textContent = `${times.time} / ${times.end}`;
    position.setAttribute("aria-valuetext", tell(texts.time_of, times));
    label.textContent = cast.marks.findLast((mark) => mark.time <= time)?.label ?? title;
  };
  const feed = (until) => {
    for (; next < cast.events.length && cast.events[next].time <= until; next++) terminal.write(cast.events[next].text);
    time = until;
  };
  const seek = (moment) => {
    moment = clamp(moment, from, to);
    if (!(moment >= time)) {
      // The screen as it was when the part began; only what comes then is shown.
      terminal = new Terminal(cast.width, cast.height);
      next = 0;
      if (part) feed(from - 1e-9);
      terminal.base = terminal.line;
    }
    feed(moment);
    render();
  };
  const offer = (name, what) => {
    toggle.firstChild.className = `icon ${name}`;
    toggle.title = what;
    toggle.setAttribute("aria-label", what);
  };
  const pause = () => {
    cancelAnimationFrame(frame);
    frame = undefined;
    offer("play", texts.play);
  };
  const step = (now) => {
    const moment = time + ((now - (before ?? now)) / 1000) * Number(speed.value);
    before = now;
    frame = requestAnimationFrame(step);
    seek(moment);
    if (moment >= to) pause();
  };
  const play = () => {
    if (time >= to) seek(from);
    before = undefined;
    frame = requestAnimationFrame(step);
    offer("pause", texts.pause);
  };
  const change = () => (frame === undefined ? play() : pause());
  const jump = (by) => {
    // Just begun, a step's beginning is not what "previous" means.
    const target = by > 0 ? marks.find((mark) => mark.time > time + 1e-6) : marks.findLast((mark) => mark.time < time - 0.5);
    seek(target?.time ?? (by > 0 ? to : from));
  };
  const end = () => {
    pause();
    player.remove();
    closed();
  };

  toggle.addEventListener("click", change);
  back.addEventListener("click", () => jump(-1));
  forth.addEventListener("click", () => jump(1));
  close.addEventListener("click", end);
  position.addEventListener("input", () => seek(from + Number(position.value)));
  player.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const rate = (by) => { speed.selectedIndex = clamp(speed.selectedIndex + by, 0, speed.length - 1); };
    const keys = {
      " ": change, ArrowLeft: () => seek(time - 2), ArrowRight: () => seek(time + 2), Home: () => seek(from), End: () => seek(to),
      "<": () => rate(-1), ">": () => rate(1), Escape: end,
    };
    const own = (target === speed && key !== "Escape") || (target.tagName === "BUTTON" && key === " ");
    if (own || !Object.hasOwn(keys, key)) return;
    event.preventDefault();
    keys[key]();
  });

  host.append(player);
  seek(to);
  // As high as it is in the end, so that nothing moves while it plays.
  screen.style.height = `${screen.offsetHeight}px`;
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) {
    seek(from);
    play();
  }
  toggle.focus();
  return end;
}

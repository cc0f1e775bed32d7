// What the pages of a site do beyond reading. Every page is complete without it.
(() => {
  const root = document.documentElement;
  // The texts of the page's language: guidepost puts them here.
  const texts = {};
  const plural = new Intl.PluralRules(document.documentElement.lang);
  /** A text with values in it; of several forms the one for its `count`. */
  const tell = (text, values) => (text.other ? text[plural.select(values.count)] ?? text.other : text).replace(/\{(\w+)\}/g, (found, name) => values[name] ?? found);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  /** Makes an element: its attributes, then its children. */
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const icon = (name) => make("i", { class: `icon ${name}` });

  /** What the reader chose, where the browser lets us keep it. */
  const memory = {
    get(key) {
      try { return localStorage.getItem(key); } catch { return null; }
    },
    set(key, value) {
      try { value === null ? localStorage.removeItem(key) : localStorage.setItem(key, value); } catch { /* private mode */ }
    },
    /** What was kept as JSON; nothing, where that is not what we wrote. */
    list(key) {
      try { return [...JSON.parse(this.get(key))]; } catch { return []; }
    },
  };
  /** What a script exports; pages that are opened as files have their own way to it. */
  const module = (address) => globalThis.guidepost?.module(address) ?? import(address);
  const literal = (text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

  const live = make("div", { class: "hidden", role: "status" });
  document.body.append(live);
  const say = (text) => {
    live.textContent = "";
    setTimeout(() => { live.textContent = text; }, 50);
  };

  // Theme: automatic, light, dark.
  const themes = ["auto", "light", "dark"];
  const theme = () => root.dataset.theme ?? "auto";
  for (const button of all("[data-theme-switch]")) {
    const name = () => {
      button.title = tell(texts.theme_is, { theme: { auto: texts.theme_auto, light: texts.theme_light, dark: texts.theme_dark }[theme()] });
      button.setAttribute("aria-label", button.title);
    };
    name();
    button.addEventListener("click", () => {
      const next = themes[(themes.indexOf(theme()) + 1) % themes.length];
      if (next === "auto") delete root.dataset.theme;
      else root.dataset.theme = next;
      memory.set("theme", next === "auto" ? null : next);
      name();
      say(button.title);
    });
  }

  // Placeholders: the reader's values, by name, on every page and in this browser only.
  let values = new Map();
  const names = [...new Set(all("var.placeholder").map((one) => one.dataset.name))].filter(Boolean);
  const either = (some) => [...some].sort((a, b) => b.length - a.length).map(literal).join("|") || "(?!)";
  // Words are mentions only of names that stand as words in the page: `<path>` is no reason to replace "path".
  const words = names.filter((name) => all("var.placeholder").some((one) => one.dataset.name === name && one.textContent === name));
  const mention = new RegExp(`<(${either(names)})>|(?<![\\w$]|\\$\\{)(${either(words)})(?!\\w)`, "g");
  /** Text with the reader's values in it. */
  const fill = (text) => text.replace(mention, (found, angled, word) => values.get(angled ?? word) || found);
  const placeholders = () => {
    for (const element of all(":not(pre) > code, .block > figcaption > span")) {
      for (const node of [...element.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE)) {
        const parts = node.data.split(mention);
        for (let i = 1; i < parts.length; i += 3) {
          const name = parts[i] ?? parts[i + 1];
          parts.splice(i, 2, make("var", { class: "placeholder", "data-name": name }, parts[i] ? `<${name}>` : name));
          i--;
        }
        if (parts.length > 1) node.replaceWith(...parts);
      }
    }
    const slots = all("var.placeholder").map((element) => [element, element.textContent]);
    const show = () => {
      for (const [element, text] of slots) {
        const value = values.get(element.dataset.name);
        element.textContent = value || text;
        element.classList.toggle("filled", !!value);
      }
    };
    const inputs = names.map((name) => make("input", { type: "text", "data-name": name, autocomplete: "off", autocapitalize: "off", spellcheck: "false", maxlength: "500" }));
    const load = () => {
      values = new Map(memory.list("values").filter((pair) => Array.isArray(pair) && pair.every((part) => typeof part === "string")));
      for (const input of inputs) input.value = values.get(input.dataset.name) ?? "";
      show();
    };
    const keep = () => {
      for (const { dataset, value } of inputs) value ? values.set(dataset.name, value) : values.delete(dataset.name);
      memory.set("values", values.size ? JSON.stringify([...values]) : null);
      show();
      reach();
    };
    const form = make(
      "form", { class: "values", "aria-labelledby": "gp-values", autocomplete: "off" },
      make("p", { id: "gp-values" }, texts.values_title),
      ...inputs.map((input) => make("label", {}, make("span", {}, input.dataset.name), input)),
      make("p", { class: "dim" }, texts.values_text, " "),
    );
    form.lastChild.append(make("button", { class: "link", type: "reset" }, texts.values_forget));
    form.addEventListener("input", keep);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => {
      keep();
      say(texts.values_forgotten);
    }));
    // Above a guide; pages that only show one ask for nothing.
    document.querySelector(".article > .prose")?.before(form);
    for (const [element] of slots) {
      element.addEventListener("click", () => {
        if (getSelection().isCollapsed && !element.closest("a, button, summary")) inputs[names.indexOf(element.dataset.name)]?.focus();
      });
    }
    addEventListener("storage", load);
    addEventListener("pageshow", (event) => event.persisted && load());
    load();
  };
  if (names.length) placeholders();

  // Copying.
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // No permission, or no secure context: the old way.
      const area = make("textarea", { class: "hidden", "aria-hidden": "true" });
      const before = document.activeElement;
      area.value = text;
      document.body.append(area);
      area.select();
      const copied = document.execCommand("copy");
      area.remove();
      before?.focus();
      if (!copied) throw new Error("The browser does not allow copying");
    }
  };
  const feedback = async (button, work) => {
    const shown = button.querySelector(".icon");
    const before = shown.className;
    try {
      await work();
      shown.className = "icon done";
      button.classList.add("copied");
      say(texts.copied);
      setTimeout(() => {
        shown.className = before;
        button.classList.remove("copied");
      }, 1600);
    } catch {
      say(texts.copy_failed);
    }
  };

  // Recordings: the player comes when it is asked for, one at a time.
  let close;
  function replayed(button, host, address) {
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", async () => {
      const opened = button.getAttribute("aria-expanded") === "true";
      close?.();
      if (opened) return;
      try {
        const { open } = await module(document.querySelector("[data-player]").dataset.player);
        const closed = () => {
          close = undefined;
          button.setAttribute("aria-expanded", "false");
          button.focus();
        };
        const title = button.title ? texts.recording_of_step : button.textContent;
        close?.();
        close = await open({ make, icon, tell, host, address, title, closed });
        button.setAttribute("aria-expanded", "true");
      } catch {
        say(texts.recording_failed);
      }
    });
  }
  for (const button of all("button[data-replay]")) replayed(button, button.closest(".head"), button.dataset.replay);

  /** The text of a block as it is typed: no prompts, no outputs, no line numbers. */
  const typed = (code) => {
    const clone = code.cloneNode(true);
    for (const span of all(".prompt, .ln", clone)) span.remove();
    for (const span of all(".out", clone)) span.textContent = "\0";
    const text = clone.textContent;
    return text.includes("\0") ? text.split("\n").filter((line) => !line.includes("\0")).join("\n") : text;
  };
  /** Adds a button to the corner of a block. */
  const act = (block, name, label, whole) => {
    let corner = block.querySelector(":scope > .actions");
    if (!corner) {
      block.append((corner = make("div", { class: "actions" })));
      corner.append(...all(":scope > .verdict.holds", block));
    }
    const button = make("button", { type: "button", "aria-label": whole, title: label }, icon(name));
    corner.append(button);
    block.style.setProperty("--actions", corner.childElementCount);
    return button;
  };
  for (const block of all(".block")) {
    const code = block.querySelector("pre > code");
    const caption = block.querySelector(":scope > figcaption");
    if (!code) continue;
    const what = caption?.textContent.trim() || (block.classList.contains("command") ? texts.what_command : texts.what_code);
    if (block.dataset.replay) replayed(act(block, "play", texts.replay, tell(texts.replay_what, { what })), block, block.dataset.replay);
    if ("file" in block.dataset) {
      act(block, "download", texts.download, tell(texts.download_what, { what })).addEventListener("click", () => {
        const text = typed(code);
        const address = URL.createObjectURL(new Blob([text.endsWith("\n") ? text : `${text}\n`], { type: "application/octet-stream" }));
        const link = make("a", { href: address, download: caption.textContent.trim().split("/").at(-1) });
        link.click();
        setTimeout(() => URL.revokeObjectURL(address), 60_000);
      });
    }
    if ("copy" in block.dataset) {
      const button = act(block, "copy", texts.copy, tell(texts.copy_what, { what }));
      button.addEventListener("click", () => feedback(button, () => copy(typed(code))));
    }
  }
  for (const button of all("[data-copy-page]")) {
    button.addEventListener("click", () => feedback(button, async () => {
      const answer = await fetch(button.dataset.copyPage);
      if (!answer.ok) throw new Error(answer.statusText);
      await copy(fill(await answer.text()));
    }));
  }

  // Only what scrolls needs to be reached by the keyboard.
  function reach() {
    const scrollers = all(".block pre, .table");
    const scrolls = scrollers.map((one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight);
    scrollers.forEach((one, i) => { scrolls[i] ? one.tabIndex = 0 : one.removeAttribute("tabindex"); });
  }

  const [forward, backward] = root.dir === "rtl" ? ["ArrowLeft", "ArrowRight"] : ["ArrowRight", "ArrowLeft"];
  // Tabs: those with the same label stay in step. The address tells which are chosen: `?tab=debian`.
  const remembered = () => memory.list("tabs");
  const chosen = new URL(location).searchParams.getAll("tab").concat(remembered());
  const groups = all(".tabs").map((group) => {
    const panels = all(":scope > .tab", group);
    const list = make("div", { role: "tablist" });
    const tabs = panels.map((panel) => {
      const title = panel.querySelector(".tab-title");
      const tab = make("button", { type: "button", role: "tab", id: `${panel.id}-tab`, "aria-controls": panel.id }, title.textContent);
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      tab.addEventListener("click", () => choose(group, panel.dataset.tab, panels));
      return tab;
    });
    list.addEventListener("keydown", (event) => {
      const at = tabs.indexOf(document.activeElement);
      const last = tabs.length - 1;
      const to = { [forward]: at === last ? 0 : at + 1, [backward]: at === 0 ? last : at - 1, Home: 0, End: last }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      tabs[to].focus();
      choose(group, panels[to].dataset.tab, panels);
    });
    const show = (label) => {
      const chosen = panels.findIndex((panel) => panel.dataset.tab === label);
      if (chosen < 0) return;
      tabs.forEach((tab, i) => {
        tab.setAttribute("aria-selected", i === chosen);
        tab.tabIndex = i === chosen ? 0 : -1;
        panels[i].hidden = i !== chosen;
      });
    };
    if (!panels.length) return { group, show };
    group.prepend(list);
    list.append(...tabs);
    const labels = panels.map((panel) => panel.dataset.tab);
    const label = chosen.find((one) => labels.includes(one)) ?? labels[0];
    chosen.push(label);
    show(label);
    group.dataset.ready = "";
    return { group, show };
  });
  const choose = (from, label, panels) => {
    // Groups above may change their height: what was clicked stays where it is.
    const top = from.getBoundingClientRect().top;
    for (const { show } of groups) show(label);
    scrollBy({ top: from.getBoundingClientRect().top - top, behavior: "instant" });
    memory.set("tabs", JSON.stringify([label, ...remembered().filter((other) => other !== label)].slice(0, 20)));
    const address = new URL(location);
    const others = address.searchParams.getAll("tab").filter((other) => !panels.some((panel) => panel.dataset.tab === other));
    address.searchParams.delete("tab");
    for (const one of [...others, label]) address.searchParams.append("tab", one);
    // A page that was opened as a file has no address of its own.
    try { history.replaceState(history.state, "", address); } catch { /* It is not linkable. */ }
    reach();
  };
  reach();
  addEventListener("resize", reach);
  document.addEventListener("toggle", reach, true);

  // On paper, everything is open, also where style sheets cannot say so.
  addEventListener("beforeprint", () => {
    for (const details of all("details:not([open])")) details.dataset.opened = details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of all("details[data-opened]")) {
      details.open = false;
      delete details.dataset.opened;
    }
  });

  // A link into a hidden panel or closed details shows it.
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const panel = target.closest("[role=tabpanel][hidden]");
    const details = target.closest("details:not([open])");
    if (panel) groups.find(({ group }) => group === panel.parentNode)?.show(panel.dataset.tab);
    if (details) details.open = true;
    if (panel || details) target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Videos: nothing is asked of YouTube before the reader does.
  for (const link of all("a[data-video]")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const frame = make("iframe", {
        src: `https://www.youtube-nocookie.com/embed/${encodeURIComponent(link.dataset.video)}?autoplay=1`,
        title: link.querySelector("span").textContent,
        allow: "autoplay; encrypted-media; fullscreen; picture-in-picture",
        allowfullscreen: "",
      });
      link.replaceWith(frame);
      frame.focus();
    });
  }

  // Table of contents: where the reader is.
  const toc = document.querySelector(".toc-wide");
  if (toc) {
    const entries = all("a", toc).map((link) => [link, document.getElementById(decodeURIComponent(link.hash.slice(1)))]).filter(([, heading]) => heading);
    let current;
    let waiting = false;
    const follow = () => {
      waiting = false;
      const end = scrollY > 0 && scrollY + innerHeight >= root.scrollHeight - 4;
      const line = end ? innerHeight : innerHeight * 0.25;
      // What a tab or closed details hide is nowhere.
      const passed = entries.filter(([, heading]) => heading.getClientRects().length && heading.getBoundingClientRect().top < line);
      const link = passed.at(-1)?.[0];
      if (link === current) return;
      current?.removeAttribute("aria-current");
      link?.setAttribute("aria-current", "true");
      current = link;
      if (link) toc.scrollTop = link.offsetTop - toc.clientHeight / 2;
    };
    addEventListener("scroll", () => {
      if (!waiting) requestAnimationFrame(follow);
      waiting = true;
    }, { passive: true });
    follow();
  }
  // A phone's table of contents closes behind the reader.
  document.querySelector(".toc-narrow")?.addEventListener("click", (event) => {
    if (event.target.closest("a")) event.currentTarget.open = false;
  });

  // The tree of guides: the current one in view; a section that is further away comes from its own page when it is opened.
  const tree = document.querySelector("[data-tree]");
  if (tree) {
    const box = tree.parentElement;
    const show = () => {
      const here = tree.querySelector("[aria-current=page]");
      if (here) box.scrollTop = here.offsetTop - box.clientHeight / 3;
    };
    show();
    box.addEventListener("toggle", show);
    tree.addEventListener("toggle", async ({ target }) => {
      const { more } = target.dataset;
      if (!target.open || !more) return;
      delete target.dataset.more;
      try {
        const answer = await fetch(more);
        if (!answer.ok) throw new Error(answer.statusText);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const here = page.querySelector("[data-tree] [aria-current=page]");
        here.removeAttribute("aria-current");
        const found = document.adoptNode(here.closest("details").querySelector("ul"));
        // In a site of files, addresses are those of that page.
        for (const link of all("a", found)) link.href = new URL(link.getAttribute("href"), new URL(more, location));
        for (const { dataset } of all("[data-more]", found)) dataset.more = new URL(dataset.more, new URL(more, location));
        target.querySelector("ul").replaceWith(found);
      } catch {
        // Its overview is there, and leads to it.
        target.dataset.more = more;
      }
    }, true);
  }

  // What of the menu does not fit goes into one of its own.
  const menu = document.querySelector(".main-menu");
  if (menu) {
    const list = menu.firstElementChild;
    const items = [...list.children];
    const rest = make("ul", { id: "gp-rest", class: "menu-rest", popover: "" });
    const button = make("button", { class: "tool", type: "button", popovertarget: "gp-rest" }, texts.more_menu);
    const last = make("li", {}, button);
    menu.after(rest);
    const fit = () => {
      rest.replaceChildren();
      list.replaceChildren(...items);
      const fits = () => menu.scrollWidth <= menu.clientWidth;
      if (fits()) return;
      list.append(last);
      while (!fits() && list.childElementCount > 1) rest.prepend(last.previousElementSibling);
    };
    rest.addEventListener("toggle", () => {
      const { left, right } = button.getBoundingClientRect();
      rest.style.insetInlineStart = `${root.dir === "rtl" ? root.clientWidth - right : left}px`;
    });
    addEventListener("resize", fit);
    fit();
  }

  // Search. What it does is in a script of its own, which is loaded when it is opened, and on pages that were found by it.
  if (!root.dataset.search) return;
  let dialog, input, status, ready;
  const finder = () => module(root.dataset.search);
  const build = () => {
    input = make("input", {
      type: "text", inputmode: "search", role: "combobox", "aria-label": texts.search, "aria-expanded": "false", "aria-controls": "gp-search-results", "aria-autocomplete": "list",
      placeholder: texts.search_guides, autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "go", autofocus: "",
    });
    const list = make("div", { class: "search-results", id: "gp-search-results", role: "listbox", "aria-label": texts.results, tabindex: "-1" });
    status = make("p", { class: "search-status", role: "status" });
    const close = make("button", { type: "button", title: texts.close }, make("kbd", {}, "Esc"));
    const form = make("form", { role: "search" }, icon("search"), input, close);
    dialog = make("dialog", { class: "search-dialog", "aria-label": texts.search }, form, status, list);
    document.body.append(dialog);
    close.addEventListener("click", () => dialog.close());
    form.addEventListener("submit", (event) => event.preventDefault());
  };
  const openSearch = () => {
    if (!dialog) build();
    if (!dialog.open) dialog.showModal();
    input.select();
    ready ??= finder().then(({ attend }) => attend(dialog, { index: root.dataset.searchIndex, all, literal, make, memory, tell }));
    ready.then((refresh) => refresh(), () => {
      ready = undefined;
      status.textContent = texts.search_failed;
    });
  };
  for (const button of all("[data-search-open]")) button.addEventListener("click", openSearch);
  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    const k = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
    if (!slash && !k) return;
    event.preventDefault();
    openSearch();
  });
  const found = new URL(location).searchParams.get("found");
  if (found) finder().then(({ mark }) => mark(found, { literal, make, say }));
})();

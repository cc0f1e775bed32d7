// Searches the index that guidepost wrote into `search/`; its format is described in guidepost's src/site/search/.
// `open(base)` takes the path of that folder, as "/docs/search/", and resolves to an object with
// `query(text, limit)`, which resolves to [{title, url, description, sections: [{title, anchor, excerpt}]}].
// `attend(dialog, tools)` makes site.js's dialog search; `mark(query, tools)` shows on a page what it was found by.

// The texts of the page's language: guidepost puts them here.
const texts = {};

const STOP_WORDS =
  'an and are as at be by can for from how if in is it of on or that the this to with you your'.split(' ');
// What a word counts in a section, by its level there; on a page, by where its head has it: nowhere, in the description or keywords, in
// a long title to a short one. Where a word is half as good as it can be.
const LEVELS = [0.2, 0.4, 0.6, 0.8, 1, 2];
const HEADS = [0, 2.5, 5.5, 6, 6.5, 7];
const HALF = 3;
// What pairs of words count beside words, and words that are together in one section.
const PAIRS = 1;
const TOGETHER = 0.3;
// A page without some of the words is shown if it is at least so good as this part of the best one.
const LEAST = 0.1;
const MAX_SHARDS = 8;
const MAX_MEANT = 6;

// Scripts that are written without spaces.
const UNSPACED =
  '\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3005-\\u3007\\u3040-\\u30ff\\u3400-\\u9fff\\u{20000}-\\u{3ffff}';
const RUN = new RegExp(`((?=[\\p{Alphabetic}\\p{N}])[${UNSPACED}])+|((?![${UNSPACED}])[\\p{Alphabetic}\\p{N}])+`, 'gu');

// Letters as they are compared: without marks and case.
const fold = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ς', 'σ');

// Words of a text, each once; the pairs of words that stand beside each other, with spaces before each word, and what they are in one.
function parse(text) {
  const folded = fold(text);
  const words = [], pairs = [];
  let before = '';
  for (const [run, unspaced] of folded.matchAll(RUN)) {
    const letters = [...run];
    if (!unspaced) {
      // A stop word that is still being typed may become another word.
      const typing = folded.endsWith(run);
      if (before) pairs.push({ pair: ` ${before} ${run}`, parts: [before, run], typing });
      if (letters.length > 1 && (typing || !STOP_WORDS.includes(run))) words.push(run);
    } else if (letters.length === 1) words.push(run);
    else for (let i = 1; i < letters.length; i++) words.push(letters[i - 1] + letters[i]);
    before = unspaced ? '' : run;
  }
  return { words: [...new Set(words)], pairs };
}

// Singular and plural of a word: the S stemmer of Harman, "How effective is suffixing?" (1991), and back. An Arabic word with its article
// and without (of light stemming: Larkey, Ballesteros, Connell, 2002).
function forms(word) {
  if (word.length < 3) return [word];
  const stem = word.replace(/(?<![ea])ies$/, 'y').replace(/(?<![aeo])es$/, 'e').replace(/(?<![us])s$/, '');
  const all = [word, stem, `${stem}s`];
  if (/[^aeiou]y$/.test(stem)) all.push(`${stem.slice(0, -1)}ies`);
  if (/(s|x|z|ch|sh)$/.test(stem)) all.push(`${stem}es`);
  if (/(s|x|z|ch|sh)es$/.test(word)) all.push(word.slice(0, -2));
  if (/^\p{Script=Arabic}/u.test(word)) all.push(word.replace(/^ال/, ''), `ال${word}`);
  return [...new Set(all)];
}

// How many letters are wrong, too many, missing, or changed places with the next one (optimal string alignment: Damerau, 1964), where
// `other` may go on if it is a prefix that was typed. More than `most` are not counted.
function distance(word, other, prefix, most) {
  if (Math.abs(word.length - other.length) > most && !(prefix && other.length > word.length)) return Infinity;
  let older, row = Array.from({ length: word.length + 1 }, (_, i) => i);
  let best = Infinity;
  for (let j = 1; j <= Math.min(other.length, word.length + most); j++) {
    const next = [j];
    for (let i = 1; i <= word.length; i++) {
      const same = word[i - 1] === other[j - 1];
      next[i] = Math.min(row[i] + 1, next[i - 1] + 1, row[i - 1] + !same);
      if (older && i > 1 && word[i - 1] === other[j - 2] && word[i - 2] === other[j - 1]) next[i] = Math.min(next[i], older[i - 2] + 1);
    }
    [older, row] = [row, next];
    if (Math.min(...row) > most) break;
    if (prefix || j === other.length) best = Math.min(best, row[word.length]);
  }
  return best;
}

function numbers(postings) {
  const all = [];
  let high = 0;
  for (let i = 0; i < postings.length; i++) {
    const c = postings.charCodeAt(i);
    if (c > 92) high = high * 34 + c - 93;
    else {
      all.push(high * 57 + c - 35);
      high = 0;
    }
  }
  return all;
}

// Adds to `pages`, a map from page to a map from section to its best value; section -1 is the title and description.
function read(postings, factor, pages) {
  const all = numbers(postings);
  for (let i = 0, page = -1; i < all.length; ) {
    const head = all[i] >> 1;
    const hasSections = all[i++] % 2;
    page += 1 + Math.floor(head / 6);
    let sections = pages.get(page);
    if (!sections) pages.set(page, (sections = new Map()));
    const put = (section, value) => sections.set(section, Math.max(value * factor, sections.get(section) || 0));
    if (head % 6) put(-1, HEADS[head % 6]);
    for (let section = -1, last = !hasSections; !last; ) {
      const number = all[i++];
      last = number % 2;
      section += 1 + Math.floor(number / 12);
      put(section, LEVELS[(number >> 1) % 6]);
    }
  }
}

export async function open(base) {
  const get = async (path, options) => {
    const response = await fetch(base + path, options);
    if (!response.ok) throw new Error(`${response.status} ${path}`);
    return response.json();
  };
  const meta = await get('meta.json', { cache: 'no-cache' });
  const shards = meta.shards ? meta.shards.split('\n') : [];
  const loaded = new Map();
  const load = (path) => {
    if (!loaded.has(path)) {
      const file = get(`${path}.json?v=${meta.v}`);
      file.catch(() => loaded.delete(path));
      loaded.set(path, file);
    }
    return loaded.get(path);
  };

  // The terms from one to another, with their postings.
  async function range(first, last) {
    const names = shards.filter((name, i) => name <= last && !(shards[i + 1] <= first)).slice(0, MAX_SHARDS);
    const escape = (c) => `_${c.codePointAt(0).toString(16)}_`;
    const files = await Promise.all(names.map((name) => load(`w-${name.replace(/[^a-z0-9]/gu, escape)}`)));
    return files.flatMap(Object.entries);
  }

  // Pages that have a term as it is or in another form, or one that begins so.
  async function lookup(term, prefix, others = [term]) {
    const pages = new Map();
    const ranges = await Promise.all(others.map((other) => range(other, prefix && other === term ? `${term}\uffff` : other)));
    for (const [other, postings] of new Map(ranges.flat())) {
      if (other === term) read(postings, 1, pages);
      else if (others.includes(other)) read(postings, 0.75, pages);
      else if (prefix && other.startsWith(term)) read(postings, (0.8 * term.length) / other.length, pages);
    }
    return pages;
  }

  // Pages that have the words which a word that is nowhere is nearest to: one wrong letter of four or more, two of eight or more.
  async function meant(word, prefix) {
    const most = word.length < 4 ? 0 : word.length < 8 ? 1 : 2;
    const pages = new Map();
    if (!most) return pages;
    const [near, known] = await Promise.all([range(word, word), load('words')]);
    const all = new Set([...near.map(([other]) => other).filter((other) => !other.startsWith(' ')), ...known.split(' ')]);
    const found = [...all].map((other) => [distance(word, other, prefix, most), other]).filter(([wrong]) => wrong <= most);
    const fewest = Math.min(...found.map(([wrong]) => wrong));
    const nearest = found.filter(([wrong]) => wrong === fewest).map(([, other]) => other);
    const length = (other) => Math.abs(other.length - word.length);
    for (const other of nearest.sort((a, b) => length(a) - length(b)).slice(0, MAX_MEANT)) {
      for (const [term, postings] of await range(other, other)) if (term === other) read(postings, 0.7 ** fewest, pages);
    }
    return pages;
  }

  async function query(text, limit = 10) {
    const { words, pairs } = parse(text);
    const [found, phrases, wholes] = await Promise.all([
      Promise.all(words.map((word, i) => lookup(word, i === words.length - 1, forms(word)))),
      Promise.all(pairs.map(({ pair, typing }) => lookup(pair, typing))),
      // "wire guard" is "wireguard".
      Promise.all(pairs.map(({ parts }) => (parts.every((part) => part.length > 1) ? lookup(parts.join('')) : new Map()))),
    ]);
    pairs.forEach(({ parts }, i) => {
      for (const pages of parts.map((part) => found[words.indexOf(part)])) {
        if (pages) for (const [page, sections] of wholes[i]) pages.set(page, new Map([...(pages.get(page) ?? []), ...sections]));
      }
    });
    await Promise.all(words.map(async (word, i) => {
      const last = i === words.length - 1;
      if (!found[i].size && !last && word.length > 2) found[i] = await lookup(word, true);
      if (!found[i].size) found[i] = await meant(word, last);
    }));

    // BM25 of the word's weighted frequency on the whole page (BM25F: Robertson, Zaragoza, Taylor, 2004).
    const results = new Map();
    const rarity = (pages) => Math.log(1 + (meta.pages - pages.size + 0.5) / (pages.size + 0.5));
    let possible = 0;
    const count = (pages, factor, isWord) => {
      const weight = rarity(pages) * factor;
      if (isWord && pages.size) possible += weight;
      for (const [page, sections] of pages) {
        let result = results.get(page);
        if (!result && !isWord) continue;
        if (!result) results.set(page, (result = { page, matched: 0, score: 0, sections: new Map() }));
        let frequency = 0;
        for (const [section, value] of sections) {
          frequency += value;
          result.sections.set(section, (result.sections.get(section) || 0) + weight * value);
        }
        if (isWord) result.matched += weight;
        result.score += (weight * frequency) / (frequency + HALF);
      }
    };
    for (const pages of found) count(pages, 1, true);
    for (const pages of phrases) count(pages, PAIRS, false);
    // A page without some of the words counts for less.
    for (const result of results.values()) {
      result.part = result.matched / possible;
      result.score += (TOGETHER * Math.max(...result.sections.values())) / HALF;
      result.score *= result.part ** 2;
    }
    const sorted = [...results.values()].sort((a, b) => b.score - a.score || a.page - b.page);
    const list = sorted.filter(({ part, score }) => part > 0.999 || score >= sorted[0].score * LEAST);
    return Promise.all(
      list.slice(0, limit).map(async ({ page, sections }) => {
        const table = await load(`p-${Math.floor(page / meta.chunk)}`);
        const [title, url, description, rows] = table[page % meta.chunk];
        const best = [...sections].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
        const shown = best.map(([section]) => rows[section]).filter((row) => row?.[0]).slice(0, 3);
        return { title, url, description, sections: shown.map(([anchor, title, excerpt]) => ({ title, anchor, excerpt })) };
      }),
    );
  }

  return { query };
}

// What was searched for lately, in this browser only: the newest first.
const LATELY = 'searches';
const MAX_LATELY = 6;

export function attend(dialog, { index, all, literal, make, memory, tell }) {
  const input = dialog.querySelector('input');
  const status = dialog.querySelector('[role=status]');
  const list = dialog.querySelector('[role=listbox]');
  const forget = make('button', { class: 'link search-forget', type: 'button', hidden: '' }, texts.searches_forget);
  list.after(forget);
  let engine;
  let turns = 0;

  const lately = () => memory.list(LATELY).filter((one) => typeof one === 'string' && one);
  const remember = (query) => {
    const others = lately().filter((one) => one !== query);
    memory.set(LATELY, JSON.stringify([query, ...others].slice(0, MAX_LATELY)));
  };
  // Text with the words of a query marked.
  const marked = (tag, text, words) => {
    const parts = words.length ? text.split(new RegExp(`(${words.join('|')})`, 'gi')) : [text];
    return make(tag, {}, ...parts.map((part, i) => (i % 2 ? make('mark', {}, part) : part)));
  };
  const options = () => all('[role=option]', list);
  const select = (option) => {
    for (const other of options()) other.setAttribute('aria-selected', other === option);
    option ? input.setAttribute('aria-activedescendant', option.id) : input.removeAttribute('aria-activedescendant');
    option?.scrollIntoView({ block: 'nearest' });
  };
  const show = (text, found = [], isLately = false) => {
    found.forEach((one, i) => { one.id = `gp-search-${i}`; });
    list.replaceChildren(...found);
    list.scrollTop = 0;
    list.setAttribute('aria-label', isLately ? texts.searches_lately : texts.results);
    status.textContent = text;
    forget.hidden = !isLately;
    input.setAttribute('aria-expanded', found.length > 0);
    select(isLately ? undefined : found[0]);
  };
  const showLately = () => {
    const found = lately().map((query) => {
      const one = make('div', { role: 'option', class: 'lately' }, query);
      one.addEventListener('click', () => {
        input.value = query;
        input.focus();
        search();
      });
      return one;
    });
    show(found.length ? texts.searches_lately : '', found, found.length > 0);
  };
  async function search() {
    const query = input.value.trim();
    const turn = ++turns;
    if (!query) return showLately();
    let results;
    try {
      engine ??= open(index);
      results = await (await engine).query(query);
    } catch {
      engine = undefined;
      return turn === turns && show(texts.search_failed);
    }
    if (turn !== turns) return;
    const words = query.split(/\s+/).map(literal);
    const option = (url, anchor, title, text, page) => {
      const address = new URL(url);
      address.searchParams.set('found', query);
      if (anchor) address.hash = anchor;
      const one = make('a', { href: address.href, role: 'option', tabindex: '-1' }, marked('b', title, words), ...(text ? [marked('span', text, words)] : []));
      if (page) {
        one.className = 'in';
        one.prepend(make('span', { class: 'hidden' }, `${page} › `));
      }
      return one;
    };
    const found = results.flatMap(({ title, url, description, sections }) => {
      const address = new URL(url, new URL(index, location)).href;
      const inside = sections.map((section) => option(address, section.anchor, section.title || title, section.excerpt, title));
      return [option(address, '', title, sections.length ? '' : description), ...inside];
    });
    const count = results.length;
    show(count ? tell(texts.found, { count }) : tell(texts.nothing_found, { query }), found);
  }

  input.addEventListener('input', search);
  input.form.addEventListener('submit', () => list.querySelector('[aria-selected=true]')?.click());
  input.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const found = options();
    if (!step || !found.length) return;
    event.preventDefault();
    const at = found.findIndex((one) => one.getAttribute('aria-selected') === 'true');
    select(found[at < 0 && step < 0 ? found.length - 1 : (at + step + found.length) % found.length]);
  });
  forget.addEventListener('click', () => {
    memory.set(LATELY, null);
    showLately();
    input.focus();
  });
  dialog.addEventListener('click', (event) => {
    if (event.target.closest('a')) remember(input.value.trim());
    if (event.target === dialog || event.target.closest('a')) dialog.close();
  });
  return search;
}

// A text folded as words are, and where each of its letters is in it.
function folded(text) {
  let letters = '';
  const places = [];
  for (let at = 0; at < text.length; at++) {
    const letter = fold(text[at]);
    letters += letter;
    for (let i = 0; i < letter.length; i++) places.push(at);
  }
  places.push(text.length);
  return { letters, places };
}

// Where the words of a query are in the text of an element: in any of their forms, and what begins with the last one.
function occurrences(query, element, literal) {
  const { words } = parse(query);
  if (!words.length) return [];
  const isUnspaced = new RegExp(`^[${UNSPACED}]`, 'u');
  const one = (word, i) => {
    if (isUnspaced.test(word)) return literal(word);
    const whole = forms(word).sort((a, b) => b.length - a.length).map(literal).join('|');
    const more = i === words.length - 1 ? `${literal(word)}[\\p{L}\\p{N}]*|` : '';
    return `(?<![\\p{L}\\p{N}])(?:${more}${whole})(?![\\p{L}\\p{N}])`;
  };
  const pattern = new RegExp(words.map(one).join('|'), 'gu');
  const found = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest('script, style, form, button, nav, .hidden')) continue;
    const { letters, places } = folded(node.data);
    for (const match of letters.matchAll(pattern)) {
      const range = document.createRange();
      range.setStart(node, places[match.index]);
      range.setEnd(node, places[match.index + match[0].length]);
      found.push(range);
    }
  }
  return found;
}

// Marks what a page was found by, until Escape is pressed, and shows the first place. It is not in the address any more then.
export function mark(query, { literal, make, say }) {
  const address = new URL(location);
  address.searchParams.delete('found');
  // A page that was opened as a file has no address of its own.
  try { history.replaceState(history.state, '', address); } catch { /* It stays there. */ }
  const ranges = occurrences(query, document.querySelector('main'), literal);
  if (!ranges.length) return;
  // Highlights change nothing on the page. Where a browser has none, code is left as it is, for it is copied.
  const elements = [];
  if (CSS.highlights) CSS.highlights.set('found', new Highlight(...ranges));
  else {
    for (const range of [...ranges].reverse()) {
      if (range.startContainer.parentElement.closest('pre, code, var')) continue;
      elements.push(make('mark'));
      range.surroundContents(elements.at(-1));
    }
  }
  const clear = () => {
    CSS.highlights?.delete('found');
    for (const element of elements) element.replaceWith(...element.childNodes);
    button.remove();
    removeEventListener('keydown', escape);
  };
  const escape = (event) => {
    if (event.key === 'Escape' && !document.querySelector('dialog[open]')) clear();
  };
  const button = make('button', { class: 'button unmark', type: 'button' }, texts.unmark, make('kbd', { 'aria-hidden': 'true' }, 'Esc'));
  button.addEventListener('click', clear);
  document.body.append(button);
  addEventListener('keydown', escape);
  say(texts.marked);

  const section = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const isSeen = ({ startContainer }) => startContainer.parentElement.checkVisibility?.() ?? true;
  const isAfter = ({ startContainer }) => !section || section.contains(startContainer) || section.compareDocumentPosition(startContainer) & Node.DOCUMENT_POSITION_FOLLOWING;
  const first = ranges.find((range) => isSeen(range) && isAfter(range));
  if (!first) return;
  // Where it is in view, the heading above it stays there, too.
  const { top, bottom } = first.getBoundingClientRect();
  if (bottom > innerHeight || top < 0) first.startContainer.parentElement.scrollIntoView({ block: 'center' });
}

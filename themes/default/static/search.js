// Searches the index that guidepost wrote into `search/`; its format is described in guidepost's src/site/search/.
// `open(base)` takes the path of that folder, as "/docs/search/", and resolves to an object with
// `query(text, limit)`, which resolves to [{title, url, description, sections: [{title, anchor, excerpt}]}].

const STOP_WORDS =
  'an and are as at be by can for from how if in is it of on or that the this to with you your'.split(' ');
// What a section's level counts, and what a page's title (2, 4) or description (1, 3) does.
const LEVELS = [0.2, 0.4, 0.6, 0.8, 1, 2];
const HEADS = [0, 3, 5, 3, 5];
const MAX_SHARDS = 8;

// Scripts that are written without spaces.
const UNSPACED =
  '\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3005-\\u3007\\u3040-\\u30ff\\u3400-\\u9fff\\u{20000}-\\u{3ffff}';
const RUN = new RegExp(`((?=[\\p{Alphabetic}\\p{N}])[${UNSPACED}])+|((?![${UNSPACED}])[\\p{Alphabetic}\\p{N}])+`, 'gu');

function words(text) {
  const folded = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ς', 'σ');
  const found = [];
  for (const [run, unspaced] of folded.matchAll(RUN)) {
    const letters = [...run];
    if (!unspaced) {
      // A stop word that is still being typed may become another word.
      const typing = folded.endsWith(run);
      if (letters.length > 1 && (typing || !STOP_WORDS.includes(run))) found.push(run);
    } else if (letters.length === 1) found.push(run);
    else for (let i = 1; i < letters.length; i++) found.push(letters[i - 1] + letters[i]);
  }
  return [...new Set(found)];
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
    page += 1 + Math.floor(all[i] / 5);
    const kind = all[i++] % 5;
    let sections = pages.get(page);
    if (!sections) pages.set(page, (sections = new Map()));
    const put = (section, value) => sections.set(section, Math.max(value * factor, sections.get(section) || 0));
    if (kind) put(-1, HEADS[kind]);
    for (let section = -1, last = kind > 2; !last; ) {
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
  const shards = meta.shards ? meta.shards.split(' ') : [];
  const loaded = new Map();
  const load = (path) => {
    if (!loaded.has(path)) {
      const file = get(`${path}.json?v=${meta.v}`);
      file.catch(() => loaded.delete(path));
      loaded.set(path, file);
    }
    return loaded.get(path);
  };

  // Pages that have a word, or one that begins so.
  async function lookup(word, prefix) {
    const end = prefix ? `${word}\uffff` : word;
    const names = shards.filter((name, i) => name <= end && !(shards[i + 1] <= word)).slice(0, MAX_SHARDS);
    const escape = (c) => `_${c.codePointAt(0).toString(16)}_`;
    const files = await Promise.all(names.map((name) => load(`w-${name.replace(/[^a-z0-9]/gu, escape)}`)));
    const pages = new Map();
    for (const [other, postings] of files.flatMap(Object.entries)) {
      if (other === word) read(postings, 1, pages);
      else if (prefix && other.startsWith(word)) read(postings, (0.8 * word.length) / other.length, pages);
    }
    return pages;
  }

  async function query(text, limit = 10) {
    const terms = words(text);
    const found = await Promise.all(terms.map((word, i) => lookup(word, i === terms.length - 1)));
    const results = new Map();
    for (const pages of found) {
      const rarity = Math.log(1 + meta.pages / pages.size);
      for (const [page, sections] of pages) {
        let result = results.get(page);
        if (!result) results.set(page, (result = { page, terms: 0, score: 0, sections: new Map() }));
        result.terms++;
        result.score += rarity * Math.max(...sections.values());
        for (const [section, value] of sections) {
          result.sections.set(section, (result.sections.get(section) || 0) + rarity * value);
        }
      }
    }
    let list = [...results.values()];
    const all = list.filter((result) => result.terms === terms.length);
    if (all.length) list = all;
    // Words together in one section count once more.
    for (const result of list) result.score += Math.max(...result.sections.values());
    list.sort((a, b) => b.terms - a.terms || b.score - a.score || a.page - b.page);
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

//! Syntax highlighting: code into HTML with fifteen classes of one letter.
//!
//! | class | marks | class | marks |
//! | --- | --- | --- | --- |
//! | `k` | keyword, storage | `a` | attribute, property key |
//! | `s` | string | `g` | tag name |
//! | `c` | comment | `l` | constant (`true`, `null`) |
//! | `n` | number | `e` | escape in a string |
//! | `f` | function | `i` | inserted (diff) |
//! | `t` | type | `d` | deleted (diff) |
//! | `v` | variable (shell, PHP, make) | `h` | heading, section |
//! | `o` | operator of several signs | | |
//!
//! ```text
//! code ─ blake3 ─► cache (this build, last build) ─► runs ─► HTML
//!                     └ miss ─► grammar: line by line, each distinct line once
//! ```

mod cache;
mod class;
mod grammar;
mod language;
mod runs;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use cache::{Cache, Key};
use grammar::Grammars;
pub use language::language_of_path;
pub(crate) use language::languages;

/// Highlights code into HTML; shared by all threads of a build.
///
/// Nothing is loaded before it is needed: the cache file at the first block, the grammars at the first block that is
/// not in it.
#[derive(Debug)]
pub struct Highlighter {
    grammars: Grammars,
    cache_file: Option<PathBuf>,
    cache: OnceLock<Cache>,
    fresh: RwLock<HashMap<Key, Arc<[u8]>>>,
    saved: AtomicUsize,
}

impl Highlighter {
    /// `cache_file` is where blocks highlighted in earlier builds are kept; `None` for no memory. A file that is
    /// damaged or of another version is ignored.
    pub fn new(cache_file: Option<&Path>) -> Self {
        Self {
            grammars: Grammars::new(),
            cache_file: cache_file.map(Path::to_owned),
            cache: OnceLock::new(),
            fresh: RwLock::default(),
            saved: AtomicUsize::new(0),
        }
    }

    /// The HTML of a block, line for line: the n-th line of the result, split at `\n`, is the n-th of `code`, and closes
    /// all spans it opens. One line end at the end of `code` is left out. If the language is unknown, the text is
    /// escaped and no more.
    pub fn html(&self, language: &str, code: &str) -> String {
        let code = code.strip_suffix('\n').unwrap_or(code);
        match self.grammar(language) {
            None | Some("") => runs::html(code, &[]),
            Some(grammar) => {
                let key = cache::key(grammar, code);
                if let Some(found) = self.cache().get(&key) {
                    return runs::html(code, found);
                }
                let found = self.fresh.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
                let runs = found.unwrap_or_else(|| self.highlight(key, grammar, code));
                runs::html(code, &runs)
            }
        }
    }

    /// Whether the name is that of a language; names of plain text, and no name at all, are known too.
    pub fn knows(&self, language: &str) -> bool {
        language.is_empty() || self.grammar(language).is_some()
    }

    /// The known language name that is most like an unknown one, if one is near.
    pub fn nearest(&self, language: &str) -> Option<&'static str> {
        language::nearest(language)
    }

    /// Writes the blocks of this build and earlier ones to the cache file, beside it and renamed; does nothing if no
    /// block is new.
    ///
    /// # Errors
    ///
    /// If the folder or the file cannot be written; the old file is then as it was.
    pub fn save(&self) -> io::Result<()> {
        let fresh = self.fresh.read().unwrap_or_else(PoisonError::into_inner);
        let Some(path) = self.cache_file.as_deref().filter(|_| fresh.len() > self.saved.load(Ordering::Relaxed)) else {
            return Ok(());
        };
        self.cache().write(path, fresh.iter().map(|(key, runs)| (*key, &runs[..])))?;
        self.saved.store(fresh.len(), Ordering::Relaxed);
        Ok(())
    }

    fn highlight(&self, key: Key, grammar: &str, code: &str) -> Arc<[u8]> {
        let runs: Arc<[u8]> = self.grammars.highlight(grammar, code).into();
        let mut fresh = self.fresh.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(fresh.entry(key).or_insert(runs))
    }

    fn grammar(&self, language: &str) -> Option<&str> {
        if language.is_empty() {
            return None;
        }
        language::grammar(language).or_else(|| self.grammars.find(language))
    }

    fn cache(&self) -> &Cache {
        self.cache.get_or_init(|| self.cache_file.as_deref().map(Cache::read).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;

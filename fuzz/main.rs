//! libFuzzer around one target, which the environment names: `GUIDEPOST_FUZZ=matching`. See scripts/fuzz.

#![no_main]

mod targets;

use std::sync::LazyLock;

static TARGET: LazyLock<targets::Target> = LazyLock::new(|| {
    let name = std::env::var("GUIDEPOST_FUZZ").unwrap_or_default();
    let found = targets::TARGETS.iter().find(|target| target.name == name);
    *found.unwrap_or_else(|| panic!("GUIDEPOST_FUZZ names none of {:?}", targets::TARGETS.map(|target| target.name)))
});

libfuzzer_sys::fuzz_target!(|input: &[u8]| (TARGET.run)(input));

//! One program for all parsers, for each would link the whole server: `LOOKALIKE_FUZZ` names the one.
#![no_main]

use std::sync::LazyLock;

use lookalike::fuzzing::{FuzzTarget, target};

static TARGET: LazyLock<FuzzTarget> = LazyLock::new(|| {
    let name = std::env::var("LOOKALIKE_FUZZ").expect("LOOKALIKE_FUZZ names a parser");
    target(&name).unwrap_or_else(|| panic!("there is no parser {name}"))
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| (*TARGET)(data));

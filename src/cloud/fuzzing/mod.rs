//! Parsers of what comes from outside, each as a function of bytes: cargo-fuzz calls them with what it makes up
//! (`fuzz/`), and the tests of the library with the corpus that was kept.
//!
//! A function panics where the parser does, or where its result breaks a rule that holds for all inputs.

mod archives;
mod documents;
mod requests;
#[cfg(test)]
mod tests;

/// A parser as a function of the bytes that it is given.
pub type FuzzTarget = fn(&[u8]);

/// The parsers by the names of their folders in `fuzz/corpus`.
pub const TARGETS: [(&str, FuzzTarget); 9] = [
    ("compressed", archives::compressed),
    ("disk_format", archives::disk_format),
    ("filter", requests::filter),
    ("patch", documents::patch),
    ("policy", documents::policy),
    ("query", requests::query),
    ("range", requests::range),
    ("seed", documents::seed),
    ("snapshot", archives::snapshot),
];

/// Returns the parser with this name.
#[must_use]
pub fn target(name: &str) -> Option<FuzzTarget> {
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.map(|(_, target)| *target)
}

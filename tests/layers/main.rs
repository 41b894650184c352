//! Checks the direction of imports: a room of `src` imports only from rooms below it, and no files import each other in a circle.
//!
//! What today's tree breaks is named in `allow.txt`, which may only shrink. After a move, `LAYERS_WRITE=1` writes that file
//! again, and refuses where it would grow.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on shall fail"
)]

mod circles;
mod resolve;
#[cfg(test)]
mod resolve_tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use resolve::{Arrow, Tree};

/// The rooms, top to bottom; those separated by `|` do not import each other.
const ORDER: &str = "cli → server → control → api | cloud → service → identity → app → store → db | source | keystone → simulation → config → dialect → runtime → domain → error";

/// Documents that show the order, for people.
const DOCUMENTS: [&str; 3] = ["ARCHITECTURE.md", "CONTRIBUTING.md", "src/lib.rs"];

const ALLOWED: &str = "tests/layers/allow.txt";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns each room's place in the order, 0 at the top.
fn ranks() -> BTreeMap<&'static str, usize> {
    let groups = ORDER.split(" → ").enumerate();
    groups
        .flat_map(|(rank, group)| group.split(" | ").map(move |room| (room, rank)))
        .collect()
}

/// Returns the imports that go up, or to a room of the same group. Rooms outside the order are reported by themselves.
fn upward(arrows: Vec<Arrow>) -> Vec<Arrow> {
    let ranks = ranks();
    let goes_up = |arrow: &Arrow| match (ranks.get(&*arrow.from), ranks.get(&*arrow.to)) {
        (Some(from), Some(to)) => to <= from,
        _ => false,
    };
    arrows.into_iter().filter(goes_up).collect()
}

/// Returns each breach of the rules: the line that allows it, and where it is.
fn breaches(tree: &Tree) -> BTreeMap<String, String> {
    let mut breaches = BTreeMap::new();
    for Arrow {
        file,
        line,
        from,
        to,
        path,
    } in upward(tree.arrows())
    {
        let places: &mut String = breaches.entry(format!("arrow {file} → {to}")).or_default();
        writeln!(places, "{file}:{line}: {from} → {to} ({path})").unwrap();
    }
    let ranks = ranks();
    for room in tree
        .rooms()
        .into_iter()
        .filter(|room| !ranks.contains_key(room))
    {
        breaches.insert(
            format!("room {room}"),
            format!("src/{room}: this room has no place in the order\n"),
        );
    }
    for circle in circles::find(&tree.file_imports()) {
        for file in &circle {
            let text = format!(
                "{file}: in an import circle of {} files: {}\n",
                circle.len(),
                circle.join(", ")
            );
            breaches.insert(format!("circle {file}"), text);
        }
    }
    breaches
}

#[test]
fn imports_go_down_and_not_in_circles() {
    let breaches = breaches(&Tree::read(root()));
    let allowed = std::fs::read_to_string(root().join(ALLOWED)).unwrap();
    let allowed: BTreeSet<_> = allowed.lines().filter(|line| !line.is_empty()).collect();
    if std::env::var_os("LAYERS_WRITE").is_some() {
        assert!(
            breaches.len() <= allowed.len(),
            "{ALLOWED} would grow from {} to {} lines",
            allowed.len(),
            breaches.len()
        );
        let lines: Vec<_> = breaches.keys().map(String::as_str).collect();
        let lines = lines.join("\n") + "\n";
        return std::fs::write(root().join(ALLOWED), lines).unwrap();
    }
    let mut report = String::new();
    for (line, places) in breaches
        .iter()
        .filter(|(line, _)| !allowed.contains(line.as_str()))
    {
        writeln!(report, "{places}    (not allowed: {line})").unwrap();
    }
    for line in allowed.iter().filter(|line| !breaches.contains_key(**line)) {
        writeln!(report, "{ALLOWED}: no longer occurs, remove it: {line}").unwrap();
    }
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn documents_show_the_one_order() {
    for document in DOCUMENTS {
        let text = std::fs::read_to_string(root().join(document)).unwrap();
        assert!(
            text.contains(ORDER),
            "{document} does not contain the line: {ORDER}"
        );
    }
}

//! Finds import circles.

use std::collections::{BTreeMap, BTreeSet};

type Imports<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Returns the groups of files in which each imports all others, directly or through more files of the group: the strongly
/// connected components with more than one file.
pub fn find<'a>(imports: &Imports<'a>) -> Vec<Vec<&'a str>> {
    let reachable: Imports<'a> = imports
        .keys()
        .map(|file| (*file, reachable(imports, file)))
        .collect();
    let reaches =
        |from: &str, to: &str| reachable.get(from).is_some_and(|files| files.contains(to));
    let mut circles: Vec<Vec<&str>> = Vec::new();
    for (file, files) in &reachable {
        if circles.iter().flatten().any(|other| other == file) || !files.contains(file) {
            continue;
        }
        circles.push(
            files
                .iter()
                .copied()
                .filter(|other| reaches(other, file))
                .collect(),
        );
    }
    circles
}

/// Returns the files that one imports, directly or not; itself only if it is in a circle.
fn reachable<'a>(imports: &Imports<'a>, file: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut next: Vec<&str> = imports.get(file).into_iter().flatten().copied().collect();
    while let Some(file) = next.pop() {
        if found.insert(file) {
            next.extend(imports.get(file).into_iter().flatten());
        }
    }
    found
}

#[test]
fn finds_circles_of_two_and_three_and_no_chain() {
    let imports = [
        ("a", vec!["b", "x"]),
        ("b", vec!["c"]),
        ("c", vec!["a"]),
        ("x", vec!["y", "z"]),
        ("y", vec!["x"]),
        ("z", vec![]),
    ];
    let imports = imports
        .into_iter()
        .map(|(file, targets)| (file, targets.into_iter().collect()))
        .collect();
    assert_eq!(find(&imports), [vec!["a", "b", "c"], vec!["x", "y"]]);
}

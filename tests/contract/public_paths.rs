//! The operations that other public documents of the Images API have: none is missing in ours.

use std::collections::BTreeSet;

use lookalike::DescribedApi;

use crate::document::Document;

/// Replaces the names of parameters, which everybody chooses anew.
fn without_names(operation: &str) -> String {
    let parts = operation.split(['{', '}']).enumerate();
    parts
        .map(|(place, part)| if place.is_multiple_of(2) { part } else { "{}" })
        .collect()
}

#[test]
fn nothing_that_others_describe_is_missing() {
    let document = Document::of(DescribedApi::Images);
    let ours: BTreeSet<_> = document
        .operations()
        .keys()
        .map(|name| without_names(name))
        .collect();
    for (list, count) in [
        (include_str!("public/gtema-image-v2.16.txt"), 81),
        (include_str!("public/platform9-image-v2.txt"), 11),
    ] {
        let theirs = list
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let theirs: BTreeSet<_> = theirs.map(without_names).collect();
        assert_eq!(theirs.len(), count);
        let missing: Vec<_> = theirs.difference(&ours).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}

//! The corpus that was kept, played once more.

use std::path::Path;

use super::TARGETS;

#[test]
fn nothing_in_the_corpus_breaks_a_parser() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, target) in TARGETS {
        let mut played = 0;
        for entry in std::fs::read_dir(corpus.join(name)).unwrap() {
            let input = std::fs::read(entry.unwrap().path()).unwrap();
            target(&input);
            played += 1;
        }
        assert!(played > 0, "{name} has no corpus");
    }
}

#[test]
fn every_folder_of_the_corpus_is_of_a_parser() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for entry in std::fs::read_dir(corpus).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(super::target(&name).is_some(), "{name}");
    }
}

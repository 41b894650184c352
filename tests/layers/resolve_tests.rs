//! Tests that the resolver finds each way to write an import.

use crate::resolve::Tree;
use crate::{ranks, upward};

const LIB: &str = "mod api; mod db; mod error; mod service; pub use error::Error; pub use crate::service::{Page as Listing};";
const SERVICE: &str = "pub mod images; pub use images::Image; pub struct Page;";
const FILES: [(&str, &str); 4] = [
    ("src/lib.rs", LIB),
    ("src/service.rs", SERVICE),
    ("src/service/images.rs", "pub struct Image;"),
    ("src/error.rs", "pub struct Error;"),
];

/// Returns the imports of one file, each as `line: from → to (path)`, and the files that it imports from.
fn imports(file: &str, text: &str) -> (Vec<String>, Vec<String>) {
    let tree = Tree::of(FILES.into_iter().chain([
        ("src/db.rs", "pub mod rows;"),
        ("src/db/rows/mod.rs", ""),
        (file, text),
    ]));
    let arrows = tree.arrows().into_iter().filter(|arrow| arrow.file == file);
    let arrows = arrows.map(|arrow| {
        format!(
            "{}: {} → {} ({})",
            arrow.line, arrow.from, arrow.to, arrow.path
        )
    });
    let files = tree.file_imports().remove(file).unwrap_or_default();
    (
        arrows.collect(),
        files.into_iter().map(str::to_owned).collect(),
    )
}

#[track_caller]
fn finds(text: &str, arrow: &str, files: &[&str]) {
    let found = imports("src/db/rows/mod.rs", text);
    assert_eq!(
        found,
        (
            vec![arrow.to_owned()],
            files.iter().map(|file| (*file).to_owned()).collect()
        )
    );
}

#[test]
fn finds_super_above_its_own_room() {
    finds(
        "use super::super::service::Page;",
        "1: db → service (super::super::service::Page)",
        &["src/service.rs"],
    );
    finds(
        "mod inner { fn f() { super::super::super::service::run() } }",
        "1: db → service (super::super::super::service::run)",
        &["src/service.rs"],
    );
}

#[test]
fn finds_each_name_of_a_group() {
    let text = "use crate::{\n  db::Row,\n  service::{self as upper, images::{Other}},\n};";
    let (arrows, files) = imports("src/db/rows/mod.rs", text);
    assert_eq!(
        arrows,
        [
            "3: db → service (crate::service)",
            "3: db → service (crate::service::images::Other)"
        ]
    );
    assert_eq!(files, ["src/db.rs", "src/service/images.rs"]);
}

#[test]
fn follows_an_alias() {
    let (arrows, files) = imports(
        "src/db/rows/mod.rs",
        "use crate as root;\nfn f(_: root::service::Page) {}",
    );
    assert_eq!(
        (arrows, files),
        (
            vec!["2: db → service (root::service::Page)".to_owned()],
            vec!["src/service.rs".to_owned()]
        )
    );
    let (arrows, _) = imports(
        "src/db/rows/mod.rs",
        "use super::super::service as below;\nconst X: u8 = below::X;",
    );
    assert_eq!(
        arrows,
        [
            "1: db → service (super::super::service)",
            "2: db → service (below::X)"
        ]
    );
}

#[test]
fn knows_what_lib_re_exports() {
    finds(
        "use crate::Listing;",
        "1: db → service (crate::Listing)",
        &["src/service.rs"],
    );
    finds(
        "use crate::Error;",
        "1: db → error (crate::Error)",
        &["src/error.rs"],
    );
}

#[test]
fn passes_a_re_export_on_to_the_file_that_defines() {
    finds(
        "use crate::service::Image;",
        "1: db → service (crate::service::Image)",
        &["src/service/images.rs"],
    );
}

#[test]
fn finds_globs_types_expressions_and_attributes() {
    finds(
        "use crate::service::*;",
        "1: db → service (crate::service)",
        &["src/service.rs"],
    );
    finds(
        "fn f() -> Option<crate::service::Page> { None }",
        "1: db → service (crate::service::Page)",
        &["src/service.rs"],
    );
    finds(
        "fn f() { let _ = crate::service::run(1); }",
        "1: db → service (crate::service::run)",
        &["src/service.rs"],
    );
    finds(
        "#[derive(crate::service::Trait)] struct S;",
        "1: db → service (crate::service::Trait)",
        &["src/service.rs"],
    );
}

#[test]
fn finds_paths_in_macros() {
    finds(
        "fn f() { json!({ \"a\": [crate::service::run(1)] }) }",
        "1: db → service (crate::service::run)",
        &["src/service.rs"],
    );
    finds(
        "many! { use crate::service::{Page}; }",
        "1: db → service (crate::service::Page)",
        &["src/service.rs"],
    );
    finds(
        "macro_rules! m { () => { super::super::service::run() } }",
        "1: db → service (super::super::service::run)",
        &["src/service.rs"],
    );
}

#[test]
fn leaves_tests_comments_strings_other_crates_and_its_own_room_out() {
    let text = "
        //! crate::service::Page
        mod late; // crate::service::Page
        use ::service::Page; use std::fmt; use super::Row; pub(in crate::db) struct S;
        #[cfg(test)] use crate::service::Page;
        #[cfg(test)] mod tests { use crate::service::Page; }
        impl S { #[cfg(test)] fn f() { crate::service::run() } }
        macro_rules! m { () => { $crate::service::run() } }
        fn f() { log!(\"crate::service::Page\"); fmt::format(x) }";
    assert_eq!(
        imports("src/db/rows/mod.rs", text),
        (vec![], vec!["src/db.rs".to_owned()])
    );
    assert_eq!(
        imports("src/db/tests/x.rs", "use crate::service::Page;"),
        (vec![], vec![])
    );
    let tree = Tree::of([
        ("src/db.rs", "#[cfg(test)] mod fake;"),
        ("src/db/fake.rs", "use crate::api::X;"),
        ("src/api.rs", ""),
    ]);
    assert_eq!(tree.arrows(), []);
}

#[test]
fn arrows_go_down_and_not_across() {
    assert!(ranks()["cli"] < ranks()["error"] && ranks()["db"] == ranks()["keystone"]);
    let files = |texts: [(&'static str, &'static str); 2]| {
        upward(Tree::of(FILES.into_iter().chain(texts)).arrows()).len()
    };
    assert_eq!(
        files([
            ("src/api.rs", "use crate::service::Page;"),
            ("src/db.rs", "use crate::Error;")
        ]),
        0
    );
    assert_eq!(
        files([("src/api.rs", "use crate::cloud::X;"), ("src/cloud.rs", "")]),
        1
    );
    assert_eq!(
        files([("src/db.rs", "use crate::api::X;"), ("src/api.rs", "")]),
        1
    );
}

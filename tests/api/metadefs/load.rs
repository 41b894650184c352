//! Definitions from files: what they become, and what is said of a bad one.

use std::fs;
use std::path::Path;

use lookalike::config::metadefs::Existing;
use lookalike::{Config, Server};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{NAMESPACES, at, full};
use crate::glance::{database, glance_with};

fn file(directory: &TempDir, name: &str, content: &Value) {
    fs::write(directory.path().join(name), content.to_string()).unwrap();
}

/// Why a server with these definitions does not start.
async fn refusal(path: &Path) -> String {
    let mut config = Config::for_tests();
    config.database_url = database().await;
    config.metadefs.metadefs = Some(path.to_owned());
    match Server::with(config).await {
        Ok(_) => "it started".into(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn files_are_loaded_at_the_start() {
    let directory = TempDir::new().unwrap();
    file(&directory, "b.json", &full("B"));
    file(
        &directory,
        "a.json",
        &json!({ "namespace": "A", "owner": "x", "visibility": "public", "protected": true, "unheard": 1, "description": null }),
    );
    fs::write(directory.path().join("README"), "no JSON").unwrap();
    let glance = glance_with(|it| it.metadefs.metadefs = Some(directory.path().into())).await;
    let alice = glance.person("alice");
    let names = alice.named(NAMESPACES, "namespaces", "namespace").await;
    assert_eq!(names, ["B", "A"]);
    let shown = alice.get(at("B", "")).await.is(200);
    assert_eq!(shown["owner"], "admin");
    assert!(!shown.keys().contains(&"updated_at"), "it has not changed");
    assert_eq!(shown["tags"], json!([{ "name": "two" }, { "name": "one" }]));
    assert_eq!(shown["properties"]["cores"]["default"], "2");
    assert_eq!(shown["objects"][0]["updated_at"], json!(null));
    assert_eq!(alice.get(at("A", "")).await["protected"], true);
}

#[tokio::test]
async fn the_last_file_is_the_first_of_a_list_although_the_clock_stands_still() {
    let directory = TempDir::new().unwrap();
    for (name, namespace, kind) in [("1", "M", "B"), ("2", "Z", "C"), ("3", "A", "A")] {
        let content = json!({ "namespace": namespace, "visibility": "public", "resource_type_associations": [{ "name": kind }] });
        file(&directory, &format!("{name}-{namespace}.json"), &content);
    }
    let glance = glance_with(|config| {
        config.metadefs.metadefs = Some(directory.path().into());
        config.determinism.clock_frozen = true;
    })
    .await;
    let alice = glance.person("alice");
    let names = alice.named(NAMESPACES, "namespaces", "namespace").await;
    assert_eq!(names, ["A", "Z", "M"]);
    let types = "/v2/metadefs/resource_types";
    let types = alice.named(types, "resource_types", "name").await;
    assert_eq!(types, ["B", "C", "A"]);
}

#[tokio::test]
async fn a_single_file_is_loaded() {
    let directory = TempDir::new().unwrap();
    file(&directory, "b.json", &full("B"));
    let path = directory.path().join("b.json");
    let glance = glance_with(|it| it.metadefs.metadefs = Some(path)).await;
    glance.person("alice").get(at("B", "")).await.is(200);
}

#[tokio::test]
async fn a_namespace_that_is_there_is_skipped_merged_changed_or_overwritten() {
    // Of two files with one namespace, the second meets what the first brought.
    for (existing, description, objects, default) in [
        (Existing::Skip, "old", vec!["Disk"], "2"),
        (Existing::Merge, "old", vec!["Disk", "New"], "2"),
        (Existing::PreferNew, "new", vec!["Disk", "New"], "3"),
        (Existing::Overwrite, "new", vec!["New"], "3"),
    ] {
        let directory = TempDir::new().unwrap();
        let mut old = full("A");
        old["description"] = "old".into();
        file(&directory, "1.json", &old);
        let mut new = full("A");
        new["description"] = "new".into();
        new["properties"]["cores"]["default"] = 3.into();
        new["objects"] = json!([{ "name": "New" }]);
        file(&directory, "2.json", &new);
        let glance = glance_with(|it| {
            it.metadefs.metadefs = Some(directory.path().into());
            it.metadefs.metadefs_existing = existing;
        })
        .await;
        let admin = glance.admin();
        let shown = admin.get(at("A", "")).await.is(200);
        assert_eq!(shown["description"], description, "{existing:?}");
        assert_eq!(
            shown["properties"]["cores"]["default"], default,
            "{existing:?}"
        );
        let names = admin.named(at("A", "/objects"), "objects", "name").await;
        assert_eq!(names, objects, "{existing:?}");
        assert_eq!(shown["tags"].as_array().unwrap().len(), 2, "{existing:?}");
    }
}

#[tokio::test]
async fn a_bad_file_stops_the_start_and_is_named() {
    for (content, reason) in [
        ("{", "EOF while parsing an object at line 1 column 1"),
        ("[]", "it holds no JSON object"),
        (
            "{}",
            "Provided object does not match schema 'namespace': 'namespace' is a required property",
        ),
        (
            r#"{"namespace": "A", "objects": [{"name": "x"}, {"name": "x"}]}"#,
            "A metadata definition object with name=x already exists in namespace=A.",
        ),
        (
            r#"{"namespace": "A", "properties": {"p": {"title": "", "type": "x"}}}"#,
            "Provided object does not match schema 'namespace': 'x' is not one of ['array', 'boolean', 'integer', 'number', 'object', 'string', None]",
        ),
    ] {
        let directory = TempDir::new().unwrap();
        file(&directory, "a.json", &full("Good"));
        let bad = directory.path().join("bad.json");
        fs::write(&bad, content).unwrap();
        let said = format!(
            "the metadata definitions {} cannot be loaded: {reason}",
            bad.display()
        );
        assert_eq!(refusal(directory.path()).await, said);
    }
}

#[tokio::test]
async fn a_directory_without_definitions_stops_the_start() {
    let directory = TempDir::new().unwrap();
    let said = refusal(directory.path()).await;
    assert!(said.ends_with("no file in it ends in .json"), "{said}");
    let said = refusal(&directory.path().join("none")).await;
    assert!(said.contains("none cannot be loaded"), "{said}");
}

//! Namespaces: made whole, shown whole, changed without their contents, gone with them.

use serde_json::json;

use super::{NAMESPACES, at, full};
use crate::glance::glance;

#[tokio::test]
async fn a_namespace_is_answered_as_it_came_and_shown_whole() {
    let glance = glance().await;
    let admin = glance.admin();
    let made = admin.namespace(full("A::B")).await;
    let location = format!("{}{}", glance.url(), at("A::B", ""));
    assert_eq!(made.header("location"), location);
    assert_eq!(
        made.keys(),
        [
            "namespace",
            "visibility",
            "protected",
            "owner",
            "created_at",
            "updated_at",
            "resource_type_associations",
            "properties",
            "objects",
            "tags",
            "self",
            "schema",
        ]
    );
    assert_eq!(made["objects"][0]["self"], json!(null));

    let shown = glance.person("alice").get(at("A::B", "")).await.is(200);
    assert_eq!(shown.keys(), made.keys());
    let disk = at("A::B", "/objects/Disk");
    assert_eq!(shown["objects"][0]["self"], json!(disk));
    assert_eq!(shown["tags"], json!([{ "name": "two" }, { "name": "one" }]));
    assert_eq!(shown["properties"]["cores"]["default"], "2");
}

#[tokio::test]
async fn properties_are_shown_with_the_prefix_of_a_resource_type() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    let shown = admin.get(at("A", "?resource_type=Server")).await.is(200);
    assert!(shown["properties"]["hw_cores"].is_object());
    assert_eq!(shown["objects"][0]["required"], json!(["hw_size"]));
    assert!(shown["objects"][0]["properties"]["hw_size"].is_object());
    let other = admin.get(at("A", "?resource_type=Volume")).await.is(200);
    assert!(other["properties"]["cores"].is_object());
}

#[tokio::test]
async fn what_comes_twice_in_a_namespace_leaves_nothing_behind() {
    let glance = glance().await;
    let admin = glance.admin();
    let twice = json!([{ "name": "x" }, { "name": "x" }]);
    for (kind, said) in [
        (
            "resource_type_associations",
            "The metadata definition resource-type association of resource-type=x to namespace=A already exists.",
        ),
        (
            "objects",
            "A metadata definition object with name=x already exists in namespace=A.",
        ),
        (
            "tags",
            "A metadata tag with name=x already exists in namespace=A. (Please note that metadata tag names are case insensitive).",
        ),
    ] {
        let mut fields = full("A");
        fields[kind] = twice.clone();
        let answer = admin.post(NAMESPACES).json(fields).await;
        answer.is(409).says(said);
        let gone = admin.get(at("A", "")).await;
        gone.is(404)
            .says("Metadata definition namespace=A was not found.");
    }
    let types = admin.get("/v2/metadefs/resource_types").await.is(200);
    assert_eq!(types["resource_types"], json!([]));
}

#[tokio::test]
async fn a_change_unsets_what_it_does_not_say_and_leaves_the_contents() {
    let glance = glance().await;
    let admin = glance.admin();
    let mut fields = full("A");
    fields["display_name"] = "a".into();
    fields["owner"] = "somebody".into();
    admin.namespace(fields).await;
    let changed = admin.put(at("A", "")).json(json!({ "namespace": "B" }));
    let changed = changed.await.is(200);
    assert_eq!(changed["visibility"], "private");
    assert_eq!(changed["owner"], "admin-project");
    assert_eq!(changed["display_name"], json!(null));
    admin.get(at("A", "")).await.is(404);
    let shown = admin.get(at("B", "")).await.is(200);
    assert_eq!(shown["objects"][0]["name"], "Disk");
    assert_eq!(shown["resource_type_associations"][0]["name"], "Server");
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(json!({ "namespace": "A" })).await;
    admin.namespace(json!({ "namespace": "B" })).await;
    let again = admin.post(NAMESPACES).json(json!({ "namespace": "A" }));
    again
        .await
        .is(409)
        .says("The metadata definition namespace=A already exists.");
    let onto = admin.put(at("B", "")).json(json!({ "namespace": "A" }));
    onto.await.is(409).says("Invalid update. It would result in a duplicate metadata definition namespace with the same name of A");
    admin.get(at("B", "")).await.is(200);
}

#[tokio::test]
async fn a_namespace_goes_with_all_that_is_in_it() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    admin.delete(at("A", "")).await.is(204);
    let gone = admin.delete(at("A", "")).await;
    gone.is(404).says("Namespace A not found");
    let anew = admin.namespace(json!({ "namespace": "A" })).await;
    let shown = admin.get(at("A", "")).await.is(200);
    assert_eq!(shown.keys(), anew.keys(), "nothing is in it");
    let types = admin.get("/v2/metadefs/resource_types").await.is(200);
    assert_eq!(types["resource_types"][0]["name"], "Server");
}

#[tokio::test]
async fn a_protected_namespace_keeps_all_that_is_in_it() {
    let glance = glance().await;
    let admin = glance.admin();
    let mut fields = full("A");
    fields["protected"] = true.into();
    admin.namespace(fields).await;
    for (path, what) in [
        ("", "namespace A"),
        ("/objects", "namespace A"),
        ("/properties", "namespace A"),
        ("/tags", "namespace A"),
        ("/objects/Disk", "object Disk"),
        ("/properties/cores", "property cores"),
        ("/tags/one", "tag one"),
        ("/resource_types/Server", "resource-type-association Server"),
    ] {
        let answer = admin.delete(at("A", path)).await;
        answer.is(403).says(&format!(
            "Metadata definition {what} is protected and cannot be deleted."
        ));
    }
}

#[tokio::test]
async fn everything_of_a_kind_goes_at_once_and_again() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    for kind in ["objects", "properties", "tags"] {
        for _ in 0..2 {
            admin.delete(at("A", &format!("/{kind}"))).await.is(204);
        }
        let shown = admin.get(at("A", "")).await.is(200);
        assert!(!shown.keys().contains(&kind));
    }
}

#[tokio::test]
async fn what_only_the_server_sets_is_refused_before_all_else() {
    let glance = glance().await;
    let admin = glance.admin();
    for field in ["self", "schema", "created_at", "updated_at"] {
        let answer = admin.post(NAMESPACES).json(json!({ field: "x" })).await;
        answer
            .is(403)
            .says(&format!("Attribute '{field}' is read-only."));
    }
}

#[tokio::test]
async fn what_both_databases_cannot_keep_is_refused() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    let nul = json!({ "namespace": "x", "description": "a\0b" });
    admin.post(NAMESPACES).json(nul).await.is(400);
    let nul = json!({ "name": "x", "properties": { "a\0": { "title": "", "type": "string" } } });
    admin.post(at("A", "/objects")).json(nul).await.is(400);
    for path in ["A%00", "A/objects/a%00", "A/tags/a%00", "A/properties/a%00"] {
        admin.get(at(path, "")).await.is(404);
    }
    admin.post(at("A", "/tags/a%00")).await.is(400);
    for query in ["marker=%00", "resource_types=%00", "sort_key=%00"] {
        let answer = admin.get(format!("{NAMESPACES}?{query}")).await;
        assert!(answer.status < 500, "{query}");
    }
}

#[tokio::test]
async fn names_may_have_letters_of_all_languages() {
    let glance = glance().await;
    let admin = glance.admin();
    let made = admin.namespace(json!({ "namespace": "Größe 日本" })).await;
    let shown = admin.get(at("Gr%C3%B6%C3%9Fe%20%E6%97%A5%E6%9C%AC", ""));
    assert_eq!(shown.await.is(200)["namespace"], made["namespace"]);
    assert!(made.header("location").is_ascii());
}

#[tokio::test]
async fn a_namespace_that_exists_is_named_before_duplicates_within_it() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    let twice = json!([{ "name": "x" }, { "name": "x" }]);
    for list in ["tags", "objects", "resource_type_associations"] {
        let body = json!({ "namespace": "A", list: twice });
        let answer = admin.post(NAMESPACES).json(body).await.is(409);
        answer.says("The metadata definition namespace=A already exists.");
    }
}

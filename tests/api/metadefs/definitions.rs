//! Objects, properties and resource types: made, shown, changed, and refused.

use serde_json::json;

use super::{at, full};
use crate::glance::glance;

#[tokio::test]
async fn an_object_is_made_shown_changed_and_deleted() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    let objects = at("A", "/objects");
    let made = admin.post(&objects).json(json!({ "name": "New" }));
    let keys = ["name", "created_at", "updated_at", "self", "schema"];
    assert_eq!(made.await.is(201).keys(), keys);
    let again = admin.post(&objects).json(json!({ "name": "New" }));
    again
        .await
        .is(409)
        .says("A metadata definition object with name=New already exists in namespace=A.");
    let new = at("A", "/objects/New");
    let shown = admin.get(&new).await.is(200);
    assert_eq!(
        (&shown["required"], &shown["properties"]),
        (&json!([]), &json!({}))
    );
    let renamed = admin
        .put(&new)
        .json(json!({ "name": "Newer", "required": ["a,b"] }));
    renamed.await.is(200);
    let gone = admin.get(&new).await;
    gone.is(404).says("Could not find metadata object New");
    let newer = at("A", "/objects/Newer");
    assert_eq!(admin.get(&newer).await["required"], json!(["a,b"]));
    admin.delete(&newer).await.is(204);
    assert_eq!(admin.named(&objects, "objects", "name").await, ["Disk"]);
}

#[tokio::test]
async fn the_list_of_objects_checks_parameters_that_it_does_not_use() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    let list = admin
        .get(at("A", "/objects?limit=1&marker=x&sort_key=y"))
        .await;
    assert_eq!(list.is(200)["schema"], "v2/schemas/metadefs/objects");
    let none = admin.get(at("A", "/objects?limit=0")).await;
    none.is(400).says("limit param must be positive");
}

#[tokio::test]
async fn a_property_is_made_shown_changed_and_deleted() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    let properties = at("A", "/properties");
    let fields = json!({ "type": "string", "title": "P", "name": "p", "default": true });
    let made = admin.post(&properties).json(fields.clone()).await.is(201);
    assert_eq!(
        made.text(),
        r#"{"name": "p", "type": "string", "title": "P", "default": "True"}"#
    );
    let again = admin.post(&properties).json(fields).await;
    again
        .is(409)
        .says("A metadata definition property with name=p already exists in namespace=A.");
    let all = admin.get(&properties).await.is(200);
    assert_eq!(all["properties"]["p"]["name"], "p");
    assert_eq!(all["properties"]["cores"]["name"], json!(null));
    let renamed = json!({ "name": "q", "type": "string", "title": "Q" });
    admin
        .put(at("A", "/properties/p"))
        .json(renamed)
        .await
        .is(200);
    let gone = admin.get(at("A", "/properties/p")).await;
    gone.is(404).says("Could not find property p");
    admin.delete(at("A", "/properties/q")).await.is(204);
    admin.delete(at("A", "/properties/q")).await.is(404);
}

#[tokio::test]
async fn a_property_is_found_by_its_prefix() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    let cores = |name: &str, of: &str| {
        admin.get(at("A", &format!("/properties/{name}?resource_type={of}")))
    };
    assert_eq!(cores("hw_cores", "Server").await.is(200)["name"], "cores");
    cores("cores", "Server").await.is(404).says("Property cores does not start with the expected resource type association prefix of 'hw_'.");
    cores("hw_cores", "None")
        .await
        .is(404)
        .says("The metadata definition resource-type with name=None, was not found.");
    admin
        .namespace(
            json!({ "namespace": "B", "resource_type_associations": [{ "name": "Volume" }] }),
        )
        .await;
    cores("hw_cores", "Volume").await.is(404).says("The metadata definition resource-type association of resource-type=Volume to namespace=A, was not found.");
}

#[tokio::test]
async fn nothing_takes_a_name_that_another_has() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    admin
        .post(at("A", "/objects"))
        .json(json!({ "name": "o" }))
        .await
        .is(201);
    let property = |name: &str| json!({ "name": name, "title": "", "type": "string" });
    admin
        .post(at("A", "/properties"))
        .json(property("p"))
        .await
        .is(201);
    let object = admin
        .put(at("A", "/objects/o"))
        .json(json!({ "name": "Disk" }));
    object.await.is(409).says("Invalid update. It would result in a duplicate metadata definition object with the same name=Disk in namespace=A.");
    let property = admin.put(at("A", "/properties/p")).json(property("cores"));
    property.await.is(409).says("Invalid update. It would result in a duplicate metadata definition property with the same name=cores in namespace=A.");
    let tag = admin
        .put(at("A", "/tags/one"))
        .json(json!({ "name": "two" }));
    tag.await.is(409);
    admin.get(at("A", "/objects/o")).await.is(200);
    admin.get(at("A", "/properties/p")).await.is(200);
    admin.get(at("A", "/tags/one")).await.is(200);
}

#[tokio::test]
async fn what_glance_crashes_on_is_refused() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    let property = |name: &str, value: serde_json::Value| {
        let mut property = json!({ "name": "x", "title": "", "type": "string" });
        property[name] = value;
        property
    };
    for (path, body) in [
        ("", json!([])),
        ("", json!({ "namespace": "" })),
        ("", json!({ "namespace": "B", "objects": [{}] })),
        (
            "",
            json!({ "namespace": "B", "tags": [{ "name": "t", "x": 1 }] }),
        ),
        (
            "",
            json!({ "namespace": "B", "tags": [{ "name": "x".repeat(81) }] }),
        ),
        ("/A/objects", json!([])),
        (
            "/A/objects",
            json!({ "name": "x", "properties": { "p": property("enum", json!([1])) } }),
        ),
        ("/A/properties", property("enum", json!([1]))),
        ("/A/properties", property("items", json!({}))),
        ("/A/properties", property("required", json!(["a"]))),
        ("/A/tags", json!({})),
        ("/A/tags", json!([])),
        ("/A/resource_types", json!([])),
    ] {
        let path = format!("{}{path}", super::NAMESPACES);
        let answer = admin.post(path).json(body).await;
        answer
            .is(400)
            .begins("Provided object does not match schema '");
    }
}

#[tokio::test]
async fn a_namespace_is_for_resource_types() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    let types = at("A", "/resource_types");
    let fields = json!({ "name": "Volume", "properties_target": "image" });
    let made = admin.post(&types).json(fields.clone()).await.is(201);
    assert_eq!(
        made.keys(),
        ["name", "properties_target", "created_at", "updated_at"]
    );
    let again = admin.post(&types).json(fields).await;
    again.is(409).says("The metadata definition resource-type association of resource-type=Volume to namespace=A already exists.");
    let list = "resource_type_associations";
    assert_eq!(
        admin.named(&types, list, "name").await,
        ["Server", "Volume"]
    );
    admin
        .delete(at("A", "/resource_types/Server"))
        .await
        .is(204);
    let gone = admin.delete(at("A", "/resource_types/Server")).await;
    gone.is(404)
        .says("Failed to find resource type Server to delete");
    assert_eq!(admin.named(&types, list, "name").await, ["Volume"]);
    let all = admin.named("/v2/metadefs/resource_types", "resource_types", "name");
    assert_eq!(all.await, ["Server", "Volume"], "a type stays");
}

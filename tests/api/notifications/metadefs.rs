//! Events of metadata definitions.

use serde_json::json;

use super::listen;
use crate::glance::glance;

#[tokio::test]
async fn a_namespace_and_what_comes_with_it_have_an_event_each() {
    let glance = glance().await;
    let admin = glance.admin();
    let mut events = listen(&glance).await;
    let body = json!({
        "namespace": "Own::Space", "description": "d",
        "resource_type_associations": [{ "name": "Own::Type", "prefix": "p_" }],
        "objects": [{ "name": "obj", "properties": { "size": { "title": "t", "type": "integer", "minimum": 0 } } }],
        "tags": [{ "name": "tag" }],
        "properties": { "cores": { "title": "c", "type": "integer", "minimum": 0 } },
    });
    let path = "/v2/metadefs/namespaces";
    let made = admin.post(path).json(body).await.is(201).json().clone();

    let namespace = events.next().await.unwrap().data;
    assert_eq!(namespace["event_type"], "metadef_namespace.create");
    let payload = json!({
        "namespace": "Own::Space", "namespace_old": "Own::Space", "display_name": null, "protected": false,
        "visibility": "private", "owner": "admin-project", "description": "d",
        "created_at": made["created_at"], "updated_at": made["updated_at"], "deleted": false, "deleted_at": null,
    });
    assert_eq!(namespace["payload"], payload);
    let association = events.next().await.unwrap().data;
    assert_eq!(association["event_type"], "metadef_resource_type.create");
    assert_eq!(association["payload"]["prefix"], "p_");
    let object = events.next().await.unwrap().data;
    assert_eq!(object["event_type"], "metadef_object.create");
    assert_eq!(object["payload"]["namespace"], "Own::Space");
    let size = &object["payload"]["properties"][0];
    assert_eq!(
        (&size["name"], &size["type"]),
        (&json!("size"), &json!("integer"))
    );
    assert_eq!(size["minimum"], json!(null), "0 counts as nothing there");
    assert_eq!(events.types(1).await, ["metadef_tag.create"]);
    let property = events.next().await.unwrap().data;
    assert_eq!(property["event_type"], "metadef_property.create");
    assert_eq!(property["payload"]["name"], "cores");
    assert_eq!(property["payload"]["minimum"], 0);
    assert_eq!(property["payload"]["enum"], json!(null));
}

#[tokio::test]
async fn changes_tell_the_former_name() {
    let glance = glance().await;
    let admin = glance.admin();
    let path = "/v2/metadefs/namespaces";
    let body = json!({ "namespace": "Old", "tags": [{ "name": "t" }] });
    admin.post(path).json(body).await.is(201);
    let mut events = listen(&glance).await;
    let at = |rest: &str| format!("{path}/Old{rest}");
    let tag = json!({ "name": "u" });
    admin.put(at("/tags/t")).json(tag).await.is(200);
    let payload = events.of_type("metadef_tag.update").await["payload"].clone();
    assert_eq!(payload["name"], "u");
    assert_eq!(payload["name_old"], "t");
    admin.delete(at("/tags")).await.is(204);
    assert_eq!(events.types(1).await, ["metadef_namespace.delete_tags"]);
    let renamed = json!({ "namespace": "New" });
    admin.put(at("")).json(renamed).await.is(200);
    let payload = events.of_type("metadef_namespace.update").await["payload"].clone();
    assert_eq!(payload["namespace"], "New");
    assert_eq!(payload["namespace_old"], "Old");
    admin.delete(format!("{path}/New")).await.is(204);
    let payload = events.of_type("metadef_namespace.delete").await["payload"].clone();
    assert_eq!(payload["deleted"], true);
}

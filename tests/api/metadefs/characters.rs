//! Characters of four bytes: where they are refused, and where not, as Glance's database layer does.

use serde_json::{Value, json};

use super::{NAMESPACES, at, full};
use crate::glance::{Person, glance};

const SMILE: &str = "\u{1F600}";

async fn is_refused(admin: &Person, path: &str, body: Value, what: &str) {
    let answer = admin.post(path).json(body.clone()).await;
    assert_eq!(answer.status, 400, "{body}: {}", answer.text());
    answer.says(&format!("{what} can't contain 4 byte unicode characters."));
}

#[tokio::test]
async fn no_field_of_a_namespace_has_them() {
    let glance = glance().await;
    let admin = glance.admin();
    for (what, fields) in [
        ("Namespace", json!({ "namespace": SMILE })),
        (
            "Display_Name",
            json!({ "namespace": "N", "display_name": SMILE, "description": SMILE }),
        ),
        (
            "Description",
            json!({ "namespace": "N", "description": SMILE }),
        ),
        ("Owner", json!({ "namespace": "N", "owner": SMILE })),
        (
            "Name",
            json!({ "namespace": "N", "objects": [{ "name": SMILE }] }),
        ),
        (
            "Name",
            json!({ "namespace": "N", "tags": [{ "name": SMILE }] }),
        ),
        (
            "Name",
            json!({ "namespace": "N", "properties": { SMILE: { "title": "t", "type": "string" } } }),
        ),
        (
            "Title",
            json!({ "namespace": "N", "properties": { "p": { "title": SMILE, "type": "string" } } }),
        ),
    ] {
        let what = format!("Couldn't create metadata namespace: {what}");
        is_refused(&admin, NAMESPACES, fields, &what).await;
    }
    // Nothing is kept of them.
    admin.get(at("N", "")).await.is(404);
    admin.namespace(full("A")).await;
    let change = json!({ "namespace": "A", "description": SMILE });
    let answer = admin.put(at("A", "")).json(change).await.is(400);
    answer.says(
        "Couldn't update metadata namespace: Description can't contain 4 byte unicode characters.",
    );
}

#[tokio::test]
async fn no_text_of_an_object_a_property_or_a_single_tag_has_them() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    let with = |member: &str| {
        let mut definition = json!({ "title": "t", "type": "string" });
        definition[member] = SMILE.into();
        definition
    };
    for (what, object) in [
        ("Name", json!({ "name": SMILE })),
        ("Required", json!({ "name": "o", "required": ["a", SMILE] })),
        ("Description", json!({ "name": "o", "description": SMILE })),
        (
            "Title",
            json!({ "name": "o", "properties": { "p": with("title") } }),
        ),
        (
            "Pattern",
            json!({ "name": "o", "properties": { "p": with("pattern") } }),
        ),
    ] {
        let what = format!("Couldn't create metadata object: {what}");
        is_refused(&admin, &at("A", "/objects"), object, &what).await;
    }
    for (what, mut property) in [
        ("Title", with("title")),
        ("Description", with("description")),
    ] {
        property["name"] = "p".into();
        let what = format!("Couldn't create metadata property: {what}");
        is_refused(&admin, &at("A", "/properties"), property, &what).await;
    }
    for (path, kind) in [("/objects/Disk", "object"), ("/tags/one", "tag")] {
        let answer = admin
            .put(at("A", path))
            .json(json!({ "name": SMILE }))
            .await;
        answer.is(400).says(&format!(
            "Couldn't update metadata {kind}: Name can't contain 4 byte unicode characters."
        ));
    }
    let property = json!({ "name": SMILE, "title": "t", "type": "string" });
    let answer = admin.put(at("A", "/properties/cores")).json(property).await;
    answer
        .is(400)
        .says("Couldn't update metadata property: Name can't contain 4 byte unicode characters.");
}

#[tokio::test]
async fn lists_tags_that_come_together_and_resource_types_may_have_them() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    let tags = json!({ "tags": [{ "name": SMILE }] });
    admin.post(at("A", "/tags")).json(tags).await.is(201);
    let resource_type = json!({ "name": SMILE, "prefix": SMILE });
    let associated = admin.post(at("A", "/resource_types")).json(resource_type);
    associated.await.is(201);
    let definition = json!({ "title": "t", "type": "string", "enum": [SMILE] });
    let object = json!({ "name": "o", "properties": { SMILE: definition } });
    admin.post(at("A", "/objects")).json(object).await.is(201);
}

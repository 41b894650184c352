//! A2: the image entity, and its data.

use serde_json::json;

use super::{SAMPLE, rackspace};

/// The fields of Glance's that images do not have here.
const ABSENT: [&str; 6] = [
    "os_hidden",
    "os_hash_algo",
    "os_hash_value",
    "stores",
    "locations",
    "direct_url",
];

#[tokio::test]
async fn a2_1_a_new_image_is_private_and_can_be_shared() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let image = ann.create(json!({})).await;
    assert_eq!(image["visibility"], "private");
    let member = json!({ "member": "bob-project" });
    ann.post(image.at("/members")).json(member).await.is(200);
    assert_eq!(ann.see(&image).await["visibility"], "private");
    glance.person("bob").get(&image).await.is(200);
}

#[tokio::test]
async fn a2_1_there_are_two_visibilities() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let image = ann.create(json!({ "visibility": "private" })).await;
    for word in ["shared", "community"] {
        let body = json!({ "visibility": word });
        ann.post("/v2/images").json(body).await.is(400);
        ann.set(&image, "visibility", word).await.is(400);
    }
    ann.set(&image, "visibility", "public").await.is(200);
    let answer = ann.set(&image, "visibility", "private").await.is(200);
    assert_eq!(answer["visibility"], "private");
    glance.person("bob").get(&image).await.is(404);
}

#[tokio::test]
async fn a2_2_fields_that_came_later_are_not_shown() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let image = ann.create_active(json!({})).await;
    let shown = ann.see(&image).await;
    for name in ABSENT {
        assert_eq!(shown.get(name), None, "{name}");
    }
}

#[tokio::test]
async fn a2_2_their_names_are_those_of_ordinary_properties() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let fields: serde_json::Map<_, _> = ABSENT
        .map(|name| (name.to_owned(), "x".into()))
        .into_iter()
        .collect();
    let image = ann.create(fields.into()).await;
    for name in ABSENT {
        assert_eq!(image[name], "x", "{name}");
        let found = ann.get(format!("/v2/images?{name}=x")).await.is(200);
        assert_eq!(found["images"][0]["id"], image.id, "{name}");
        ann.set(&image, name, "y").await.is(200);
        assert_eq!(ann.see(&image).await[name], "y");
        let remove = json!([{ "op": "remove", "path": format!("/{name}") }]);
        ann.patch(&image, remove).await.is(200);
        assert_eq!(ann.see(&image).await.get(name), None, "{name}");
    }
}

#[tokio::test]
async fn a2_6_the_data_of_a_queued_or_deactivated_image_is_forbidden() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let queued = ann.create(json!({})).await;
    ann.get(queued.at("/file")).await.is(403);
    let active = ann.create_active(json!({})).await;
    let admin = glance.admin();
    admin.post(active.at("/actions/deactivate")).await.is(204);
    ann.get(active.at("/file")).await.is(403);
}

#[tokio::test]
async fn a2_7_data_comes_once_and_as_octets() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let image = ann.create_active(json!({})).await;
    ann.upload(&image, "again").await.is(409);
    let request = ann.put(image.at("/file")).body("again");
    request.header("Content-Type", "text/plain").await.is(415);
}

#[tokio::test]
async fn a2_11_only_an_admin_deactivates_and_reactivates() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let image = ann.create_active(json!({})).await;
    for action in ["deactivate", "reactivate"] {
        let path = image.at(&format!("/actions/{action}"));
        ann.post(&path).await.is(403);
        glance.admin().post(&path).await.is(204);
    }
}

#[tokio::test]
async fn the_keys_of_an_entity_come_in_the_order_of_the_sample() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let sample = include_str!("../../seeds/rackspace-sample.json");
    let sample: serde_json::Map<_, _> = serde_json::from_str(sample).unwrap();
    let answer = ann.get(SAMPLE).await.is(200);
    assert_eq!(answer.keys(), sample.keys().collect::<Vec<_>>());
    assert_eq!(*answer.json(), serde_json::Value::Object(sample));
    let own = ann
        .post("/v2/images")
        .json(json!({ "com.mycompany.x": "1" }));
    let own = own.await.is(201);
    assert_eq!(own.keys().first(), Some(&"container_format"));
    assert_eq!(own.keys().last(), Some(&"com.mycompany.x"));
}

//! Section C: what the documents that the service is known from ask of a server.

use serde_json::{Map, Value, json};

use super::{SAMPLE, empty, rackspace, rackspace_with};

/// The sample image of these documents.
const DOCUMENT: &str = include_str!("../../seeds/rackspace-sample.json");

#[tokio::test]
async fn c1_images_are_created_shared_deleted_listed_and_updated() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let image = ann.create(json!({ "name": "mine" })).await;
    let member = json!({ "member": "bob-project" });
    ann.post(image.at("/members")).json(member).await.is(200);
    ann.set(&image, "name", "other").await.is(200);
    assert_eq!(ann.names("?name=other").await, ["other"]);
    ann.delete(&image).await.is(204);
    ann.get(&image).await.is(404);
}

#[tokio::test]
async fn c2_a_patch_adds_replaces_and_removes() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let image = ann.create(json!({})).await;
    for (operation, value) in [
        (
            json!({ "op": "add", "path": "/x", "value": "1" }),
            json!("1"),
        ),
        (
            json!({ "op": "replace", "path": "/x", "value": "2" }),
            json!("2"),
        ),
        (json!({ "op": "remove", "path": "/x" }), json!(null)),
    ] {
        let answer = ann.patch(&image, json!([operation])).await.is(200);
        assert_eq!(answer["x"], value);
    }
    let missing = json!([{ "op": "replace", "path": "/x", "value": "3" }]);
    ann.patch(&image, missing).await.is(409);
}

#[tokio::test]
async fn c3_members_are_added_listed_shown_updated_and_deleted() {
    let glance = rackspace().await;
    let (ann, bob) = (glance.person("ann"), glance.person("bob"));
    let image = ann.create(json!({})).await;
    let member = json!({ "member": "bob-project" });
    let added = ann.post(image.at("/members")).json(member).await.is(200);
    assert_eq!(added["status"], "pending");
    let list = ann.get(image.at("/members")).await.is(200);
    assert_eq!(list["members"].as_array().unwrap().len(), 1);
    let path = image.at("/members/bob-project");
    bob.put(&path)
        .json(json!({ "status": "accepted" }))
        .await
        .is(200);
    assert_eq!(ann.get(&path).await.is(200)["status"], "accepted");
    ann.delete(&path).await.is(204);
    ann.get(&path).await.is(404);
    bob.get(&image).await.is(404);
}

#[tokio::test]
async fn c5_a_tag_is_added_and_deleted_once() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let image = ann.create(json!({ "name": "tagged" })).await;
    let tag = image.at("/tags/production");
    ann.put(&tag).await.is(204);
    assert_eq!(ann.names("?tag=production").await, ["tagged"]);
    ann.delete(&tag).await.is(204);
    ann.delete(&tag).await.is(404);
}

#[tokio::test]
async fn c7_every_success_is_json() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let image = ann.create(json!({})).await;
    for path in [
        "/v2/images".to_owned(),
        SAMPLE.to_owned(),
        image.at(""),
        image.at("/members"),
        "/v2/schemas/image".to_owned(),
    ] {
        let request = ann.get(&path).header("Accept", "text/plain");
        let answer = request.await.is(200);
        assert_eq!(answer.header("content-type"), "application/json", "{path}");
        assert!(answer.json().is_object(), "{path}");
    }
}

#[tokio::test]
async fn c8_the_sample_is_served_with_all_types_kept() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    assert_eq!(*ann.get(SAMPLE).await.is(200).json(), document);
    let list = ann
        .get("/v2/images?name=Debian%2010%20(Buster)%20(PVHVM)")
        .await;
    assert_eq!(list["images"], json!([document]));
}

#[tokio::test]
async fn c8_the_samples_properties_make_another_image() {
    let glance = empty().await;
    let admin = glance.admin();
    let document: Map<String, Value> = serde_json::from_str(DOCUMENT).unwrap();
    let own = [
        "id",
        "status",
        "size",
        "virtual_size",
        "checksum",
        "created_at",
        "updated_at",
        "self",
        "file",
        "schema",
        "owner",
    ];
    let wanted = document
        .iter()
        .filter(|(name, _)| !own.contains(&name.as_str()));
    let wanted: Map<_, _> = wanted
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let image = admin.create(wanted.clone().into()).await;
    for (name, value) in &wanted {
        assert_eq!(image[name.as_str()], *value, "{name}");
    }
    let path = json!([{ "op": "add", "path": "/com.mycompany.x", "value": "1" }]);
    admin.patch(&image, path).await.is(200);
    assert_eq!(admin.see(&image).await["com.mycompany.x"], "1");
}

#[tokio::test]
async fn c9_an_ownerless_protected_public_image_is_not_deleted() {
    let glance = rackspace().await;
    let shown = glance.person("ann").get(SAMPLE).await.is(200);
    assert!(shown["owner"].is_null() && shown["protected"] == true);
    assert_eq!(shown["created_at"], "2021-02-20T01:39:41Z");
    for person in [glance.person("ann"), glance.admin()] {
        person.delete(SAMPLE).await.is(403);
    }
}

#[tokio::test]
async fn c10_links_are_relative() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let image = ann.create(json!({})).await;
    assert_eq!(image["self"], format!("/v2/images/{}", image.id));
    assert_eq!(image["file"], format!("/v2/images/{}/file", image.id));
    assert_eq!(image["schema"], "/v2/schemas/image");
    let list = ann.get("/v2/images?limit=1").await.is(200);
    assert_eq!(list["first"], "/v2/images?limit=1");
    assert_eq!(list["schema"], "/v2/schemas/images");
    assert!(list["next"].as_str().unwrap().starts_with("/v2/images?"));
}

#[tokio::test]
async fn c4_exports_and_imports_are_asked_for_listed_and_shown() {
    let glance = rackspace().await;
    let ann = glance.bearer("ann:929418:member,reader");
    let image = json!({ "image_uuid": "none", "receiving_swift_container": "c" });
    for task in [
        json!({ "type": "export", "input": image }),
        json!({ "type": "import", "input": { "import_from": "c/o", "image_properties": {} } }),
    ] {
        let made = ann.post("/v2/tasks").json(task.clone()).await.is(201);
        let path = format!("/v2/tasks/{}", made["id"].as_str().unwrap());
        let shown = ann.get(path).await.is(200);
        assert_eq!(
            (&shown["type"], &shown["input"]),
            (&task["type"], &task["input"])
        );
        let query = format!("/v2/tasks?type={}", task["type"].as_str().unwrap());
        let list = ann.get(query).await.is(200);
        assert_eq!(list["tasks"].as_array().unwrap().len(), 1);
    }
}

// Also row 23: it is the same API.
#[tokio::test]
async fn c24_the_control_panel_finds_its_columns_in_every_row() {
    let glance = rackspace().await;
    let account = glance.bearer("ann:929418:member,reader");
    let list = account.get("/v2/images?visibility=private").await.is(200);
    let images = list["images"].as_array().unwrap();
    assert_eq!(images.len(), 1);
    for column in ["name", "instance_uuid", "created_at", "id"] {
        assert!(images[0][column].is_string(), "{column}");
    }
    assert!(images[0]["size"].is_u64());
}

#[tokio::test]
async fn c25_there_is_a_home_region_and_others_have_endpoints_of_their_own() {
    let glance = rackspace_with(|config| {
        config.regions = ["IAD", "DFW"].map(str::to_owned).into();
    })
    .await;
    let key = json!({ "username": "rackspace", "apiKey": "0123456789abcdef0123456789abcdef" });
    let log_in = glance.nobody().post("/v2.0/tokens");
    let log_in = log_in.header("Content-Type", "application/json");
    let body = json!({ "auth": { "RAX-KSKEY:apiKeyCredentials": key } });
    let access = log_in.json(body).await.is(200)["access"].clone();
    assert_eq!(access["user"]["RAX-AUTH:defaultRegion"], "IAD");
    let mut services = access["serviceCatalog"].as_array().unwrap().iter();
    let images = services.find(|service| service["name"] == "cloudImages");
    let endpoints = images.unwrap()["endpoints"].as_array().unwrap().iter();
    let places: Vec<_> = endpoints
        .map(|endpoint| (endpoint["region"].as_str(), endpoint["publicURL"].as_str()))
        .collect();
    let base = glance.url();
    let (home, other) = (format!("{base}/v2"), format!("{base}/region/DFW/v2"));
    let home = (Some("IAD"), Some(home.as_str()));
    assert_eq!(places, [(Some("DFW"), Some(other.as_str())), home]);
}

#[tokio::test]
async fn c26_an_image_is_found_by_its_name() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let names = ann.names("?name=CentOS%207%20(PVHVM)").await;
    assert_eq!(names, ["CentOS 7 (PVHVM)"]);
    assert!(ann.names("?name=CentOS").await.is_empty());
}

#[tokio::test]
async fn c27_items_of_a_list_have_the_fields_of_an_image() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let list = ann.get("/v2/images").await.is(200);
    let images = list["images"].as_array().unwrap();
    assert_eq!(images.len(), 12);
    for image in images {
        let shown = ann.get(image["self"].as_str().unwrap()).await.is(200);
        assert_eq!(shown.json(), image);
    }
}

#[tokio::test]
async fn c28_every_item_has_name_date_size_and_id() {
    let glance = rackspace().await;
    let list = glance.person("ann").get("/v2/images").await.is(200);
    for image in list["images"].as_array().unwrap() {
        for name in ["name", "created_at", "id"] {
            assert!(image[name].is_string(), "{name}");
        }
        assert!(image["size"].is_u64());
    }
}

//! Unified limits: said by Keystone's API, held to by Glance's.

use std::convert::Infallible;

use futures_util::future::join_all;
use futures_util::stream;
use http::Method;
use serde_json::{Value, json};

use super::{Cloud, cloud, cloud_with, keys};
use crate::glance::Person;

/// A cloud that holds to limits, its admin's token, and somebody who works in a project of it.
pub(super) async fn limited() -> (Cloud, String, Person) {
    let cloud = cloud_with(|config| config.limits.use_keystone_limits = true).await;
    let admin = cloud.admin().await;
    let demo = cloud.server.bearer(cloud.of("demo", "demo").await);
    (cloud, admin, demo)
}

impl Cloud {
    async fn service(&self, admin: &str) -> String {
        let answer = self.get(admin, "/v3/services?type=image").await.is(200);
        answer.body["services"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub(super) async fn register(&self, admin: &str, name: &str, most: i64) -> super::Answer {
        let limit = json!({
            "service_id": self.service(admin).await,
            "region_id": "RegionOne",
            "resource_name": name,
            "default_limit": most,
        });
        let body = json!({ "registered_limits": [limit] });
        self.post(admin, "/v3/registered_limits", body).await
    }

    pub(super) async fn limit(&self, admin: &str, name: &str, most: i64) -> super::Answer {
        let limit = json!({
            "service_id": self.service(admin).await,
            "region_id": "RegionOne",
            "project_id": self.id(admin, "projects", "demo").await,
            "resource_name": name,
            "resource_limit": most,
        });
        self.post(admin, "/v3/limits", json!({ "limits": [limit] }))
            .await
    }
}

fn over(project: &str, what: &str, most: i64, usage: i64, more: i64) -> String {
    format!(
        "The request returned a 413 Request Entity Too Large. This generally means that rate \
         limiting or a quota threshold was breached.\n\nThe response body:\nProject {project} is \
         over a limit for [Resource {what} is over limit of {most} due to current usage {usage} \
         and delta {more}]"
    )
}

#[tokio::test]
async fn limits_are_registered_but_bound_nobody_until_one_is_set() {
    let (cloud, _, demo) = limited().await;
    let token = cloud.of("demo", "demo").await;
    let answer = cloud.get(&token, "/v3/registered_limits").await.is(200);
    let limits = answer.body["registered_limits"].as_array().unwrap();
    assert_eq!(limits.len(), 4);
    assert!(limits.iter().all(|it| it["default_limit"] == -1));
    demo.create_active(json!({})).await;
    let usage = demo.get("/v2/info/usage").await.is(200);
    assert_eq!(
        *usage.json(),
        json!({ "usage": {
            "image_size_total": { "usage": 0, "limit": -1 },
            "image_stage_total": { "usage": 0, "limit": -1 },
            "image_count_total": { "usage": 1, "limit": -1 },
            "image_count_uploading": { "usage": 0, "limit": -1 },
        }})
    );
    assert_eq!(
        keys(&usage["usage"]),
        [
            "image_size_total",
            "image_stage_total",
            "image_count_total",
            "image_count_uploading"
        ]
    );
}

#[tokio::test]
async fn where_limits_do_not_hold_usage_is_empty() {
    let cloud = cloud().await;
    let person = cloud.server.person("alice");
    let answer = person.get("/v2/info/usage").await.is(200);
    assert_eq!(answer.text(), r#"{"usage": {}}"#);
    person.post("/v2/info/usage").await.tells_nothing();
    let registered = cloud
        .get(&cloud.admin().await, "/v3/registered_limits")
        .await;
    assert_eq!(registered.body["registered_limits"], json!([]));
}

#[tokio::test]
async fn a_project_may_have_as_many_images_as_its_limit_says() {
    let (cloud, admin, demo) = limited().await;
    let id = cloud
        .limit(&admin, "image_count_total", 1)
        .await
        .is(201)
        .body["limits"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let first = demo.create(json!({})).await;
    let answer = demo.post("/v2/images").json(json!({ "tags": 5 })).await;
    answer.is(400);
    let answer = demo
        .post("/v2/images")
        .json(json!({ "id": first["id"] }))
        .await;
    let owner = first["owner"].as_str().unwrap();
    let words = over(owner, "image_count_total", 1, 1, 1);
    let answer = answer.is(413).says(&words);
    assert!(!answer.has("retry-after"));
    let path = format!("/v3/limits/{id}");
    let more = json!({ "limit": { "resource_limit": 2 } });
    cloud.patch(&admin, &path, more).await.is(200);
    demo.create(json!({})).await;
    demo.post("/v2/images").json(json!({})).await.is(413);
    demo.delete(&first).await.is(204);
    demo.create(json!({})).await;
}

#[tokio::test]
async fn of_many_who_want_the_last_places_at_once_just_so_many_get_them() {
    let (cloud, admin, demo) = limited().await;
    cloud.limit(&admin, "image_count_total", 3).await.is(201);
    let all = (0..10).map(|_| async { demo.post("/v2/images").json(json!({})).await.status });
    let statuses = join_all(all).await;
    assert_eq!(statuses.iter().filter(|it| **it == 201).count(), 3);
    assert_eq!(statuses.iter().filter(|it| **it == 413).count(), 7);
}

#[tokio::test]
async fn an_image_that_would_be_one_too_many_to_be_filled_stays_queued() {
    let (cloud, admin, demo) = limited().await;
    cloud
        .limit(&admin, "image_count_uploading", 0)
        .await
        .is(201);
    let image = demo
        .create(json!({ "disk_format": "raw", "container_format": "bare" }))
        .await;
    let owner = image["owner"].as_str().unwrap();
    let words = over(owner, "image_count_uploading", 0, 1, 0);
    demo.upload(&image, "data").await.is(413).says(&words);
    assert_eq!(demo.see(&image).await["status"], "queued");
}

#[tokio::test]
async fn the_upload_that_crosses_the_limit_of_bytes_succeeds_and_the_next_does_not() {
    const MIB: usize = 1 << 20;
    let (cloud, admin, demo) = limited().await;
    cloud.limit(&admin, "image_size_total", 1).await.is(201);
    let formats = json!({ "disk_format": "raw", "container_format": "bare" });
    let mut images = Vec::new();
    for _ in 0..4 {
        images.push(demo.create(formats.clone()).await);
    }
    let owner = images[0]["owner"].as_str().unwrap();
    let answer = demo.upload(&images[0], vec![1; 2 * MIB]).await.is(413);
    answer.says(&over(owner, "image_size_total", 1, 0, 2));
    // Even of an image that there is not.
    let answer = demo.put("/v2/images/nope/file").body(vec![1; 2 * MIB]);
    let answer = answer
        .header("Content-Type", "application/octet-stream")
        .await;
    answer.is(413);
    demo.upload(&images[0], vec![1; MIB]).await.is(204);
    demo.upload(&images[1], vec![1; MIB - 1]).await.is(204);
    demo.upload(&images[2], vec![1; 1]).await.is(204);
    let answer = demo.upload(&images[3], vec![1; 1]).await.is(413);
    answer.says(&over(owner, "image_size_total", 1, 2, 0));
    let usage = demo.get("/v2/info/usage").await.is(200);
    assert_eq!(
        usage["usage"]["image_size_total"],
        json!({ "usage": 2, "limit": 1 })
    );
}

#[tokio::test]
async fn the_size_that_a_client_vouches_for_counts_before_the_bytes_have_come() {
    let (cloud, admin, demo) = limited().await;
    cloud.limit(&admin, "image_size_total", 1).await.is(201);
    cloud.limit(&admin, "image_stage_total", 1).await.is(201);
    let formats = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = demo.create(formats).await;
    let owner = image["owner"].as_str().unwrap();
    let chunked = || reqwest::Body::wrap_stream(stream::iter([Ok::<_, Infallible>("data")]));
    let size = (2 << 20).to_string();
    let upload = demo.upload(&image, chunked());
    let answer = upload.header("X-OpenStack-Image-Size", &size).await;
    answer
        .is(413)
        .says(&over(owner, "image_size_total", 1, 0, 2));
    let stage = demo.stage(&image, chunked());
    let answer = stage.header("X-OpenStack-Image-Size", &size).await;
    answer
        .is(413)
        .says(&over(owner, "image_stage_total", 1, 0, 2));
    // It goes before the framing.
    let upload = demo.upload(&image, vec![1; 2 << 20]);
    let answer = upload.header("X-OpenStack-Image-Size", "1").await;
    answer.is(400);
    let upload = demo.upload(&image, chunked());
    upload.header("X-OpenStack-Image-Size", "4").await.is(204);
}

#[tokio::test]
async fn an_import_that_would_cross_a_limit_fails_before_a_store_is_tried() {
    let cloud = cloud_with(|config| {
        crate::imports::from_here(config);
        config.limits.use_keystone_limits = true;
        // Unified limits come in its place.
        config.images.user_storage_quota = 1;
    })
    .await;
    let admin = cloud.admin().await;
    let demo = cloud.server.bearer(cloud.of("demo", "demo").await);
    cloud.limit(&admin, "image_size_total", 1).await.is(201);
    let formats = json!({ "disk_format": "raw", "container_format": "bare" });
    let fits = demo.create(formats.clone()).await;
    demo.stage(&fits, "data").await.is(204);
    let image = demo.create(formats.clone()).await;
    demo.stage(&image, vec![1; 2 << 20]).await.is(204);
    let direct = json!({ "method": { "name": "glance-direct" } });
    let owner = image["owner"].as_str().unwrap();
    for (image, words) in [
        (&fits, String::new()),
        (&image, over(owner, "image_size_total", 1, 0, 2)),
    ] {
        let asked = demo.post(image.at("/import")).json(direct.clone());
        asked.await.is(202);
        let task = crate::imports::ended(&demo, image).await;
        let outcome = if words.is_empty() {
            "success"
        } else {
            "failure"
        };
        assert_eq!(task["status"], outcome, "{task}");
        if !words.is_empty() {
            assert_eq!(task["message"], words);
        }
    }
    let seen = demo.see(&image).await;
    assert_eq!(seen["status"], "queued");
    assert_eq!(seen["os_glance_importing_to_stores"], "");
    assert_eq!(seen["os_glance_failed_import"], "");
    assert_eq!(seen.get("os_glance_import_task"), None);

    cloud
        .limit(&admin, "image_count_uploading", 0)
        .await
        .is(201);
    let web = crate::web::Web::new().await;
    let fetch = json!({ "method": { "name": "web-download", "uri": web.data() } });
    let image = demo.create(formats).await;
    demo.post(image.at("/import")).json(fetch).await.is(202);
    let task = crate::imports::ended(&demo, &image).await;
    assert_eq!(
        task["message"],
        over(owner, "image_count_uploading", 0, 1, 0)
    );
    assert_eq!(demo.see(&image).await["status"], "queued");
}

#[tokio::test]
async fn what_is_not_registered_may_not_be_had() {
    let (cloud, admin, demo) = limited().await;
    let path = "/v3/registered_limits?resource_name=image_count_total";
    let answer = cloud.get(&admin, path).await.is(200);
    let id = answer.body["registered_limits"][0]["id"].as_str().unwrap();
    let path = format!("/v3/registered_limits/{id}");
    let shown = cloud.get(&admin, &path).await.is(200);
    assert_eq!(
        shown.body["registered_limit"],
        answer.body["registered_limits"][0]
    );
    cloud.call(Method::DELETE, &admin, &path).await.is(204);
    demo.post("/v2/images").json(json!({})).await.is(413);
}

#[tokio::test]
async fn a_limit_looks_as_keystones() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let answer = cloud.register(&admin, "x", 5).await.is(201);
    assert_eq!(keys(&answer.body), ["registered_limits"]);
    let registered = &answer.body["registered_limits"][0];
    let id = registered["id"].as_str().unwrap();
    assert_eq!(
        keys(registered),
        [
            "id",
            "service_id",
            "region_id",
            "resource_name",
            "default_limit",
            "description",
            "links"
        ]
    );
    let own = cloud.link(&format!("/registered_limits/{id}"));
    assert_eq!(registered["links"]["self"], own.as_str());
    let answer = cloud.limit(&admin, "x", 2).await.is(201);
    let limit = &answer.body["limits"][0];
    assert_eq!(
        keys(limit),
        [
            "id",
            "project_id",
            "domain_id",
            "resource_limit",
            "description",
            "service_id",
            "region_id",
            "resource_name",
            "links"
        ]
    );
    let model = cloud
        .get(&cloud.of("demo", "demo").await, "/v3/limits/model")
        .await;
    assert_eq!(model.is(200).body["model"]["name"], "flat");
}

#[tokio::test]
async fn a_project_sees_its_own_limits_and_changes_none() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let (demo, alt) = (cloud.of("demo", "demo").await, cloud.of("alt", "alt").await);
    let nothing = json!({ "registered_limits": [] });
    let answer = cloud
        .post(&demo, "/v3/registered_limits", nothing)
        .await
        .is(403);
    answer.says(
        "You are not authorized to perform the requested action: identity:create_registered_limits.",
    );
    cloud.register(&admin, "x", 5).await.is(201);
    let limit = cloud.limit(&admin, "x", 2).await.is(201);
    let path = format!(
        "/v3/limits/{}",
        limit.body["limits"][0]["id"].as_str().unwrap()
    );
    let count = |answer: super::Answer| answer.body["limits"].as_array().unwrap().len();
    assert_eq!(count(cloud.get(&demo, "/v3/limits").await.is(200)), 1);
    assert_eq!(count(cloud.get(&alt, "/v3/limits").await.is(200)), 0);
    assert_eq!(count(cloud.get(&admin, "/v3/limits").await.is(200)), 1);
    cloud.get(&demo, &path).await.is(200);
    let denied = "You are not authorized to perform the requested action: identity:get_limit.";
    cloud.get(&alt, &path).await.is(403).says(denied);
    cloud
        .get(&alt, "/v3/limits/nope")
        .await
        .is(403)
        .says(denied);
    let change = json!({ "limit": { "resource_limit": 9 } });
    cloud.patch(&demo, &path, change).await.is(403);
    cloud.call(Method::DELETE, &demo, &path).await.is(403);
}

#[tokio::test]
async fn a_limit_that_is_said_wrongly_is_refused_in_keystones_words() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let service = cloud.service(&admin).await;
    let registered = |change: Value| {
        let mut limit = json!({ "service_id": service, "resource_name": "x", "default_limit": 5 });
        for (name, value) in change.as_object().unwrap() {
            limit[name] = value.clone();
        }
        json!({ "registered_limits": [limit] })
    };
    let path = "/v3/registered_limits";
    for (body, words) in [
        (json!({}), "'registered_limits' is a required property"),
        (
            json!({ "registered_limits": [] }),
            "Invalid input for field/attribute registered_limits. Value: []. [] should be non-empty",
        ),
        (
            registered(json!({ "default_limit": -2 })),
            "Invalid input for field/attribute default_limit. Value: -2. -2 is less than the minimum of -1",
        ),
        (
            registered(json!({ "default_limit": "5" })),
            "Invalid input for field/attribute default_limit. Value: 5. '5' is not of type 'integer'",
        ),
        (
            json!({ "registered_limits": [{ "service_id": "s" }] }),
            "Invalid input for field/attribute 0. Value: {'service_id': 's'}. 'resource_name' is a required property",
        ),
    ] {
        cloud.post(&admin, path, body).await.is(400).says(words);
    }
    for change in [
        json!({ "service_id": "0123456789abcdef0123456789abcdef" }),
        json!({ "region_id": "nope" }),
    ] {
        let name = keys(&change)[0].to_owned();
        let answer = cloud.post(&admin, path, registered(change)).await.is(400);
        let words = answer.body["error"]["message"].as_str().unwrap();
        assert!(words.starts_with(&format!("Expecting to find {name} in registered_limit.")));
    }
    let both = json!({ "service_id": service, "resource_name": "x", "resource_limit": 1 });
    let answer = cloud
        .post(&admin, "/v3/limits", json!({ "limits": [both] }))
        .await;
    answer.is(400);
}

#[tokio::test]
async fn limits_go_with_their_project() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    cloud.register(&admin, "x", 5).await.is(201);
    cloud.limit(&admin, "x", 2).await.is(201);
    let demo = cloud.id(&admin, "projects", "demo").await;
    let path = format!("/v3/projects/{demo}");
    cloud.call(Method::DELETE, &admin, &path).await.is(204);
    let left = cloud.get(&admin, "/v3/limits").await.is(200);
    assert_eq!(left.body["limits"], json!([]));
}

//! `glance-download`: what another Glance has, found by the catalog of the caller's token.

use lookalike::Config;
use lookalike::config::ImportMethod;
use serde_json::{Value, json};

use super::{imported, is_queued_again, lists, raw, with, with_stores};
use crate::glance::{Glance, Person, glance_with};

async fn glance() -> Glance {
    glance_with(|config: &mut Config| {
        with_stores(config);
        config.tasks.enabled_import_methods = vec![ImportMethod::GlanceDownload];
    })
    .await
}

/// The admin that a new server has, logged in: the catalog of the token names the server itself, in
/// another region.
async fn logged_in(glance: &Glance) -> Person {
    let admin = log_in(glance).await;
    let post = async |of: &str, one: &str, body: Value| {
        let request = admin.post(format!("/identity/v3/{of}"));
        let request = request.header("Content-Type", "application/json");
        request.json(json!({ one: body })).await.is(201)
    };
    let region = json!({ "id": "Elsewhere" });
    post("regions", "region", region).await;
    let service = post("services", "service", json!({ "type": "image" })).await;
    let endpoint = json!({
        "service_id": service["service"]["id"],
        "region_id": "Elsewhere",
        "interface": "public",
        "url": glance.url(),
    });
    post("endpoints", "endpoint", endpoint).await;
    admin
}

async fn log_in(glance: &Glance) -> Person {
    let domain = json!({ "id": "default" });
    let user = json!({ "name": "admin", "password": "secret", "domain": domain });
    let body = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": user } },
        "scope": { "project": { "name": "admin", "domain": domain } },
    }});
    let request = glance.nobody().post("/identity/v3/auth/tokens");
    let request = request.header("Content-Type", "application/json");
    let answer = request.json(body).await.is(201);
    glance.bearer(answer.header("x-subject-token"))
}

fn download(region: &str, image: &str) -> Value {
    json!({ "method": {
        "name": "glance-download", "glance_region": region, "glance_image_id": image,
    }})
}

#[tokio::test]
async fn an_image_is_fetched_from_another_glance() {
    let glance = glance().await;
    let admin = logged_in(&glance).await;
    let fields = json!({ "os_distro": "debian", "hw_disk_bus": "virtio", "mine": "x" });
    let there = admin.create_active(fields).await;
    let fields = json!({ "disk_format": "qcow2", "container_format": "ovf" });
    let image = admin.create(fields).await;

    let (image, task) = imported(&admin, &image, download("elsewhere", &there.id)).await;

    assert_eq!(task["status"], "success");
    let method = &task["input"]["import_req"]["method"];
    assert_eq!(method["glance_service_interface"], "public");
    assert_eq!(image["status"], "active");
    assert_eq!(image["disk_format"], "raw");
    assert_eq!(image["container_format"], "bare");
    assert_eq!(image["os_distro"], "debian");
    assert_eq!(image["hw_disk_bus"], "virtio");
    assert_eq!(image.get("mine"), None);
    assert_eq!(lists(&image), ["", ""]);
    assert_eq!(admin.get(image.at("/file")).await.text(), "data");
}

#[tokio::test]
async fn what_another_glance_does_not_have_leaves_the_image_as_it_was() {
    let glance = glance().await;
    let admin = logged_in(&glance).await;
    let queued = admin.create(json!({})).await;
    let unknown = "00000000-0000-0000-0000-000000000000";
    let mut elsewhere = download("Elsewhere", unknown);
    elsewhere["method"]["glance_service_interface"] = "secret".into();
    for body in [
        download("Elsewhere", unknown),
        download("Elsewhere", &queued.id),
        download("RegionTwo", unknown),
        elsewhere,
    ] {
        let image = raw(&admin).await;
        let (image, task) = imported(&admin, &image, body).await;
        assert_eq!(task["status"], "failure");
        assert_eq!(task["message"], "Task failed due to Internal Error");
        is_queued_again(&image);
        // As Glance leaves them.
        assert_eq!(lists(&image), ["fast", ""]);
    }
}

#[tokio::test]
async fn a_token_without_a_catalog_leads_nowhere() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let body = download("RegionOne", &image.id);
    let (image, task) = imported(&alice, &image, body).await;
    assert_eq!(task["status"], "failure");
    is_queued_again(&image);
}

#[tokio::test]
async fn what_was_taken_over_from_another_glance_goes_where_the_import_fails() {
    let glance = glance().await;
    let admin = logged_in(&glance).await;
    let fields = json!({ "os_distro": "debian", "hw_disk_bus": "virtio" });
    let there = admin.create_active(fields).await;
    let fields = json!({
        "disk_format": "qcow2", "container_format": "ovf", "hw_disk_bus": "ide"
    });
    let image = admin.create(fields).await;

    // A store that takes nothing.
    let body = with(download("Elsewhere", &there.id), "stores", json!(["web"]));
    let (image, task) = imported(&admin, &image, body).await;

    assert_eq!(task["status"], "failure");
    is_queued_again(&image);
    assert_eq!(image["disk_format"], "qcow2");
    assert_eq!(image["container_format"], "ovf");
    assert_eq!(image["hw_disk_bus"], "ide");
    assert_eq!(image.get("os_distro"), None);
}

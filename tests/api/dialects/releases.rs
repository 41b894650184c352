//! Earlier releases of Glance: what came later is not there.

use lookalike::dialect::{GlanceRelease, PCD, RACKSPACE};
use lookalike::{Config, Server};
use serde_json::json;

use super::sandbox;
use crate::glance::{Glance, glance_with, store};

async fn at(release: &str) -> Glance {
    let release = release.parse().unwrap();
    glance_with(|config| config.dialect.glance_release = Some(release)).await
}

#[tokio::test]
async fn the_list_of_versions_ends_where_that_of_the_release_ended() {
    for (release, newest) in [
        ("train", "v2.9"),
        ("ussuri", "v2.9"),
        ("wallaby", "v2.9"),
        ("yoga", "v2.15"),
        ("2023.1", "v2.15"),
        ("2024.1", "v2.15"),
        ("2025.1", "v2.17"),
        ("2026.2", "v2.17"),
    ] {
        let glance = at(release).await;
        let list = glance.nobody().get("/versions").await.is(200);
        let versions = list["versions"].as_array().unwrap();
        let current: Vec<_> = versions
            .iter()
            .filter(|it| it["status"] == "CURRENT")
            .collect();
        assert_eq!(current.len(), 1, "{release}");
        assert_eq!(current[0]["id"], newest, "{release}");
    }
}

#[tokio::test]
async fn a_version_of_a_later_release_is_unknown() {
    let glance = at("wallaby").await;
    glance.person("alice").get("/v2.9/images").await.is(200);
    glance.person("alice").get("/v2.15/images").await.is(300);
}

#[tokio::test]
async fn routes_of_later_releases_are_not_there() {
    for (path, since) in [
        ("/v2/images/{}/tasks", "wallaby"),
        ("/v2/info/usage", "yoga"),
        ("/v2/info/stores/detail", "yoga"),
        ("/v2/cache", "yoga"),
        ("/v2/images/{}/locations", "2025.1"),
        ("/v2/cache/nodes/{}", "2026.2"),
    ] {
        let since: GlanceRelease = since.parse().unwrap();
        for release in GlanceRelease::ALL {
            let glance = at(release.as_str()).await;
            let admin = glance.admin();
            let image = admin.create(json!({})).await;
            let path = path.replace("{}", image["id"].as_str().unwrap());
            let answer = admin.get(&path).await;
            let unknown =
                answer.status == 404 && answer.message().0 == "The resource could not be found.";
            assert_eq!(
                unknown,
                *release < since,
                "{release} {path}: {}",
                answer.text()
            );
        }
    }
}

#[tokio::test]
async fn import_methods_of_later_releases_are_not_there() {
    for (release, methods) in [
        ("train", json!(["glance-direct", "web-download"])),
        (
            "yoga",
            json!(["glance-direct", "web-download", "copy-image"]),
        ),
        (
            "2026.2",
            json!(["glance-direct", "web-download", "copy-image"]),
        ),
    ] {
        let glance = at(release).await;
        let alice = glance.person("alice");
        let info = alice.get("/v2/info/import").await.is(200);
        assert_eq!(info["import-methods"]["value"], methods, "{release}");
    }
    let glance = at("train").await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    let import = alice.post(image.at("/import"));
    let import = import.json(json!({ "method": { "name": "copy-image" } }));
    import
        .await
        .is(400)
        .says("Unknown import method name 'copy-image'.");
}

#[tokio::test]
async fn a_method_of_a_later_release_cannot_be_switched_on() {
    let glance = glance_with(|config| {
        config.dialect.glance_release = Some(GlanceRelease::Yoga);
        config.tasks.enabled_import_methods = lookalike::config::ImportMethod::ALL.to_vec();
    })
    .await;
    let info = glance.person("alice").get("/v2/info/import").await.is(200);
    let methods = json!(["glance-direct", "web-download", "copy-image"]);
    assert_eq!(info["import-methods"]["value"], methods);
}

#[tokio::test]
async fn train_does_not_look_at_the_stores_of_an_import() {
    let glance = glance_with(|config| {
        config.dialect.glance_release = Some(GlanceRelease::Train);
        config.stores.store = vec![store("one=memory:"), store("two=memory:")];
    })
    .await;
    let alice = glance.person("alice");
    let image = alice
        .create(json!({ "disk_format": "raw", "container_format": "bare" }))
        .await;
    alice.stage(&image, "data").await.is(204);
    let asked = json!({ "method": { "name": "glance-direct" }, "stores": ["nowhere"] });
    alice.post(image.at("/import")).json(asked).await.is(202);
}

#[tokio::test]
async fn the_size_header_of_an_upload_is_read_by_the_newest_release_only() {
    for (release, status) in [("2025.1", 204), ("2026.2", 400)] {
        let glance = at(release).await;
        let alice = glance.person("alice");
        let fields = json!({ "disk_format": "raw", "container_format": "bare" });
        let image = alice.create(fields).await;
        let upload = alice
            .upload(&image, "data")
            .header("x-openstack-image-size", "5");
        upload.await.is(status);
    }
}

#[tokio::test]
async fn pcd_has_releases() {
    let glance = glance_with(|config| {
        config.dialect.dialect = &PCD;
        config.dialect.glance_release = Some(GlanceRelease::Yoga);
    })
    .await;
    let list = glance.nobody().get("/glance/versions").await.is(200);
    assert_eq!(list["versions"][0]["id"], "v2.15");
}

#[tokio::test]
async fn a_release_in_a_cloud_that_has_none_is_refused() {
    let mut config = Config::for_tests();
    config.dialect.dialect = &RACKSPACE;
    config.dialect.glance_release = Some(GlanceRelease::Train);
    let error = Server::with(config).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "glance_release: the dialect rackspace has no releases of Glance; it is allowed with \
         glance or pcd"
    );
}

#[tokio::test]
async fn a_sandbox_of_another_cloud_leaves_the_release_of_the_server() {
    let glance = at("train").await;
    for (dialect, status) in [("rackspace", 300), ("pcd", 200)] {
        let asked = json!({ "dialect": dialect });
        let made = sandbox(&glance, asked).await.is(201);
        let sandbox = glance.at(made["url"].as_str().unwrap(), "a:p:member");
        sandbox.get("/versions").await.is(status);
    }
}

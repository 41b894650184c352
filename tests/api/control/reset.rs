//! Back to the start.

use serde_json::json;

use crate::glance::{glance, glance_with};

#[tokio::test]
async fn a_reset_leaves_no_image() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({ "name": "cirros" })).await;

    glance.control().post("/reset").await.is(204);

    alice.get(&image).await.is(404);
    assert!(alice.names("").await.is_empty());
}

#[tokio::test]
async fn ids_of_before_are_free_again() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let fields = json!({ "id": "b26a9d0d-2d6d-4e2c-9ea4-5f6b2f1a6a11", "name": "cirros" });
    let image = alice.create_active(fields.clone()).await;
    alice.delete(&image).await.is(204);
    alice.post("/v2/images").json(fields.clone()).await.is(409);

    glance.reset().await.unwrap();

    alice.create_active(fields).await;
}

#[tokio::test]
async fn people_who_were_added_are_gone_and_the_first_ones_are_there() {
    let glance = glance().await;
    assert!(glance.token("demo", "demo").await.is_ok());
    glance.reset().await.unwrap();
    let token = glance.token("demo", "demo").await.unwrap();
    glance.bearer(token).get("/v2/images").await.is(200);
    let refused = glance.token("nobody", "demo").await.unwrap_err();
    assert!(refused.to_string().contains("no user nobody"));
}

#[tokio::test]
async fn users_and_projects_have_the_ids_of_before() {
    let glance = glance().await;
    let ids = async || {
        let token = glance.token("demo", "demo").await.unwrap();
        let projects = glance.bearer(token).get("/identity/v3/auth/projects").await;
        let projects = projects.is(200);
        projects["projects"][0]["id"].as_str().unwrap().to_owned()
    };
    // A test's PostgreSQL is a copy that another server began: its first users are that one's.
    glance.reset().await.unwrap();
    let before = ids().await;
    for _ in 0..2 {
        glance.reset().await.unwrap();
        assert_eq!(ids().await, before);
    }
}

#[tokio::test]
async fn tokens_of_before_are_worth_nothing() {
    let glance = glance().await;
    let token = glance.token("demo", "demo").await.unwrap();
    glance.reset().await.unwrap();
    glance.bearer(token).get("/v2/images").await.is(401);
}

#[tokio::test]
async fn an_upload_that_runs_ends_and_leaves_nothing() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = alice.create(fields).await;
    let (first, rest) = tokio::sync::oneshot::channel::<()>();
    let bytes = futures_util::stream::once(async { Ok::<_, std::io::Error>("begun".to_owned()) });
    let bytes = futures_util::StreamExt::chain(
        bytes,
        futures_util::stream::once(async move {
            rest.await.ok();
            Ok("ended".to_owned())
        }),
    );
    let upload = alice.upload(&image, reqwest::Body::wrap_stream(bytes));
    let upload = tokio::spawn(async move { upload.await });
    while alice.see(&image).await.document["status"] != "saving" {
        tokio::task::yield_now().await;
    }

    glance.reset().await.unwrap();
    drop(first);

    assert_eq!(upload.await.unwrap().status, 503);
    alice.get(&image).await.is(404);
}

#[tokio::test]
async fn requests_that_come_during_resets_are_all_answered() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let asking = tokio::spawn(async move {
        for _ in 0..50 {
            alice.get("/v2/images").await.is(200);
        }
    });
    while !asking.is_finished() {
        glance.reset().await.unwrap();
    }
    asking.await.unwrap();
}

#[tokio::test]
async fn a_cloud_with_an_image_cache_is_reset_and_loaded_as_well() {
    let home = tempfile::tempdir().unwrap();
    let cache = home.path().join("cache");
    let glance = glance_with(|it| it.cache_node.image_cache_dir = Some(cache)).await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({ "name": "cirros" })).await;
    alice.get(image.at("/file")).await.is(200);
    glance.save("one", true).await.unwrap();
    glance.reset().await.unwrap();
    alice.get(&image).await.is(404);
    glance.load("one").await.unwrap();
    alice.get(image.at("/file")).await.is(200);
}

#[tokio::test]
async fn a_policy_file_that_was_broken_meanwhile_leaves_the_cloud_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("policy.yaml");
    std::fs::write(&file, "get_image: role:reader\n").unwrap();
    let policy = file.clone();
    let glance = glance_with(|it| it.images.policy_file = Some(policy)).await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    std::fs::write(&file, "get_image: [").unwrap();
    let answer = glance.control().post("/reset").await.is(500);
    assert!(answer.text().contains("policy.yaml"));
    alice.get(&image).await.is(200);
}

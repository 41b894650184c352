//! A server that starts again with the seeds that it began with.

use serde_json::json;

use super::{named, written};
use crate::glance::{database, glance_with};

const SEED: &str = "
projects: [{name: team}]
users: [{name: ann, password: hers, roles: {team: [member]}}]
metadefs: [{namespace: OS::Test::Planted}]
tasks: [{type: import, status: success, input: {import_from: x}}]
images:
  - {name: unnamed id, owner: team}
  - {name: unnamed id, owner: team}
  - {name: x, disk_format: raw, container_format: bare, data: {text: data}}
  - {name: y, disk_format: raw, container_format: bare, data: {size: 66MiB, pattern: random(9)}}
  - {id: 11111111-2222-4333-8444-555555555555, name: gone}
";

#[tokio::test]
async fn what_is_there_already_stays_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let seed = written(SEED);
    let url = database().await;
    let start = || {
        glance_with(|config| {
            config.ephemeral = false;
            home.path().clone_into(&mut config.data);
            config.database_url.clone_from(&url);
            config.seeds.seed = vec![seed.word.clone()];
        })
    };
    let glance = start().await;
    let admin = glance.admin();
    let x = named(&admin, "x").await;
    admin.set(&x, "name", "z").await.is(200);
    admin
        .delete("/v2/images/11111111-2222-4333-8444-555555555555")
        .await
        .is(204);
    let before = admin.get("/v2/images?limit=100").await.is(200);
    glance.stop().await;

    let glance = start().await;
    let admin = glance.admin();
    let after = admin.get("/v2/images?limit=100").await.is(200);
    let ids = |it: &serde_json::Value| -> Vec<_> {
        let images = it.as_array().unwrap().iter();
        images
            .map(|it| (it["id"].clone(), it["name"].clone()))
            .collect()
    };
    assert_eq!(ids(&after["images"]), ids(&before["images"]));
    assert_eq!(after["images"].as_array().unwrap().len(), 4);
    assert_eq!(admin.see(&x).await["name"], json!("z"));
    assert_eq!(admin.get(x.at("/file")).await.is(200).text(), "data");
    // What was to be hashed still is.
    let mut y = named(&admin, "y").await;
    while y["checksum"].is_null() {
        y = admin.see(&y).await;
    }
}

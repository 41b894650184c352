//! The built-in seed `rackspace`: the sample image to the letter, base images like it, and an account.

use lookalike::Config;
use serde_json::{Map, Value};

use crate::glance::{Glance, database, glance_with};

/// The image that Rackspace published.
const SAMPLE: &str = include_str!("rackspace-sample.json");

/// Its path.
const PATH: &str = "/v2/images/cc45237e-27d1-4592-aa0a-817904b99c70";

fn with_seed(config: &mut Config) {
    config.seeds.seed = vec!["rackspace".into()];
}

/// The images that everybody sees, and the account's snapshot.
async fn names(glance: &Glance) -> Vec<String> {
    let admin = glance.bearer("root:929418:admin");
    admin.names("?limit=100").await
}

#[tokio::test]
async fn the_sample_image_has_every_field_as_it_was_published() {
    let glance = glance_with(with_seed).await;
    let shown = glance.person("ann").get(PATH).await.is(200);
    let sample: Map<String, Value> = serde_json::from_str(SAMPLE).unwrap();
    assert_eq!(sample.len(), 44);
    for (name, value) in &sample {
        assert_eq!(shown[name.as_str()], *value, "{name}");
    }
}

#[tokio::test]
async fn its_bytes_are_zeros_of_the_size_that_it_tells() {
    let glance = glance_with(with_seed).await;
    let request = glance.person("ann").get(format!("{PATH}/file"));
    let answer = request.header("Range", "bytes=-4").await.is(206);
    assert_eq!(answer.body, [0; 4].as_slice());
    assert_eq!(
        answer.header("content-range"),
        "bytes 741591036-741591039/741591040"
    );
}

#[tokio::test]
async fn it_belongs_to_nobody_and_nobody_deletes_it() {
    let glance = glance_with(with_seed).await;
    for person in [glance.person("ann"), glance.admin()] {
        let shown = person.get(PATH).await.is(200);
        assert_eq!(shown["owner"], Value::Null);
        person.delete(PATH).await.is(403);
    }
}

#[tokio::test]
async fn there_are_eleven_base_images_like_it_and_a_snapshot() {
    let glance = glance_with(with_seed).await;
    let ann = glance.person("ann");
    let list = ann.get("/v2/images?image_type=base&limit=100").await;
    let images = list["images"].as_array().unwrap().clone();
    assert_eq!(images.len(), 12);
    for image in &images {
        for (name, value) in [("status", "active"), ("visibility", "public")] {
            assert_eq!(image[name], value, "{image}");
        }
        assert!(image["protected"] == true && image["owner"].is_null());
    }
    let licensed = images
        .iter()
        .filter(|image| image["com.rackspace__1__options"] != "0");
    assert_eq!(licensed.count(), 3);
    let account = glance.bearer("root:929418:admin");
    let list = account.get("/v2/images?image_type=snapshot").await;
    let snapshot = &list["images"][0];
    assert_eq!(snapshot["owner"], "929418");
    assert!(snapshot["instance_uuid"].is_string());
    let file = format!("{}/file", snapshot["self"].as_str().unwrap());
    let bytes = account.get(file).await.is(200).body;
    assert!(bytes.starts_with(b"conectix"), "a dynamic VHD");
}

#[tokio::test]
async fn it_is_there_again_after_a_reset_and_in_a_sandbox() {
    let glance = glance_with(with_seed).await;
    let before = names(&glance).await;
    assert_eq!(before.len(), 13);
    glance.control().post("/reset").await.is(204);
    assert_eq!(names(&glance).await, before);
    let sandbox = glance.control().post("/sandboxes").await.is(201);
    let url = sandbox["url"].as_str().unwrap();
    let ann = glance.at(url, "ann:ann:member,reader");
    assert_eq!(ann.get(PATH).await.is(200)["size"], 741_591_040);
}

#[tokio::test]
async fn it_stays_over_a_restart_and_in_a_snapshot() {
    let home = tempfile::tempdir().unwrap();
    let url = database().await;
    let start = || {
        glance_with(|config| {
            with_seed(config);
            config.ephemeral = false;
            home.path().clone_into(&mut config.data);
            config.database_url.clone_from(&url);
        })
    };
    let glance = start().await;
    let before = names(&glance).await;
    glance.stop().await;
    let glance = start().await;
    assert_eq!(names(&glance).await, before);
    let control = glance.control();
    control.put("/snapshots/begun").await.is(201);
    let admin = glance.admin();
    let snapshot = "/v2/images/6d0c8a51-5b0e-4a55-9f0b-3a1c3f3f7c0c";
    admin.delete(snapshot).await.is(204);
    control.post("/snapshots/begun/load").await.is(204);
    assert_eq!(names(&glance).await, before);
    let answer = admin.get(format!("{snapshot}/file")).await.is(200);
    assert_eq!(answer.body.len(), 4096);
}

#[tokio::test]
async fn no_quota_stands_in_the_way_of_a_built_in_seed() {
    let glance = glance_with(|config| {
        with_seed(config);
        config.images.image_property_quota = 1;
    })
    .await;
    glance.person("ann").get(PATH).await.is(200);
}

#[tokio::test]
async fn servers_that_share_a_database_plant_it_once() {
    let Some(url) = database().await else {
        // SQLite has no servers beside each other.
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let start = |name: &'static str| {
        let (url, home) = (url.clone(), home.path().to_owned());
        glance_with(move |config| {
            with_seed(config);
            config.ephemeral = false;
            config.data = home.join(name);
            config.database_url = Some(url);
            config.database_shared = true;
        })
    };
    let (one, other) = tokio::join!(start("one"), start("other"));
    assert_eq!(names(&one).await, names(&other).await);
    assert_eq!(names(&one).await.len(), 13);
}

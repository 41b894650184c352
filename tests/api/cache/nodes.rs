//! Several servers with a cache each, on one database and over one store.

use serde_json::json;
use tempfile::TempDir;

use super::{cache, download, entry, ids, of_size, settings};
use crate::glance::{Glance, Image, database, glance_with};

/// Two servers that share everything but their caches.
async fn two() -> (Glance, Glance, TempDir) {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("shared.sqlite");
    let own = format!("sqlite://{}", file.display());
    let url = database().await.unwrap_or(own);
    let node = async |name: &str| {
        glance_with(|config| {
            settings(config, home.path());
            config.database_url = Some(url.clone());
            config.database_shared = true;
            config.cache_node.image_cache_dir = Some(home.path().join(name));
            config.cache_node.worker_self_reference_url = Some(format!("http://{name}"));
        })
        .await
    };
    let (one, two) = (node("one").await, node("two").await);
    (one, two, home)
}

async fn nodes(glance: &Glance, image: &Image) -> String {
    let path = format!("/v2/cache/nodes/{}", image.id);
    glance.admin().get(path).await.is(200).text().to_owned()
}

#[tokio::test]
async fn every_node_tells_which_of_them_have_an_image() {
    let (one, two, _home) = two().await;
    let alice = one.person("alice");
    let image = of_size(&alice, 4).await;
    assert_eq!(nodes(&one, &image).await, "[]");

    cache(&one, &image).await;

    for glance in [&one, &two] {
        assert_eq!(nodes(glance, &image).await, r#"["http://one"]"#);
    }
    assert!(ids(&two).await.is_empty());

    download(&two.person("alice"), &image).await;

    for glance in [&one, &two] {
        assert_eq!(
            nodes(glance, &image).await,
            r#"["http://one", "http://two"]"#
        );
        assert_eq!(ids(glance).await, std::slice::from_ref(&image.id));
    }
}

#[tokio::test]
async fn each_node_has_a_queue_and_a_cache_of_its_own() {
    let (one, two, _home) = two().await;
    let image = of_size(&one.person("alice"), 4).await;
    two.admin().put("/v2/queued_images/x").await.is(200);
    let state = one.admin().get("/v2/cache").await.is(200);
    assert_eq!(state["queued_images"], json!([]));
    for glance in [&one, &two] {
        cache(glance, &image).await;
    }

    two.admin().delete("/v2/cache").await.is(204);

    assert!(ids(&two).await.is_empty());
    assert_eq!(nodes(&two, &image).await, r#"["http://one"]"#);
    assert_eq!(ids(&one).await, std::slice::from_ref(&image.id));
    one.admin().delete(entry(&image)).await.is(204);
    assert_eq!(nodes(&two, &image).await, "[]");
}

#[tokio::test]
async fn an_image_deleted_on_one_node_leaves_the_caches_of_all() {
    let (one, two, home) = two().await;
    let image = of_size(&one.person("alice"), 4).await;
    for glance in [&one, &two] {
        cache(glance, &image).await;
    }

    one.person("alice").delete(&image).await.is(204);

    assert!(ids(&one).await.is_empty() && ids(&two).await.is_empty());
    assert!(!home.path().join("one").join(&image.id).exists());
    // The other's file goes when it next looks.
    two.admin().post("/v2/cache/clean").await.is(200);
    assert!(!home.path().join("two").join(&image.id).exists());
}

#[tokio::test]
async fn nodes_are_asked_for_images_that_there_are() {
    let (one, _two, _home) = two().await;
    let admin = one.admin();
    let answer = admin.get("/v2/cache/nodes/nothing").await.is(404);
    answer.says("Image nothing not found.");
    let answer = admin.get("/v2/cache/nodes/%00").await.is(404);
    answer.says("Image \0 not found.");
}

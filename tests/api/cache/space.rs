//! How much there may be in the cache, and what is tidied away.

use std::fs::{self, File};
use std::time::Duration;

use lookalike::Config;
use serde_json::json;
use tempfile::TempDir;

use super::{caching, caching_with, download, files, ids, lose, of_size, queued, settings};
use crate::glance::{Glance, database, glance_with};

#[tokio::test]
async fn the_least_recently_used_goes_when_a_new_one_does_not_fit() {
    let (glance, home) = caching_with(|it| it.cache.image_cache_max_size = 10).await;
    let alice = glance.person("alice");
    let mut images = Vec::new();
    for _ in 0..3 {
        images.push(of_size(&alice, 4).await);
    }
    download(&alice, &images[0]).await;
    download(&alice, &images[1]).await;
    // Now it is the second that was not used for longest.
    download(&alice, &images[0]).await;

    download(&alice, &images[2]).await;

    assert_eq!(ids(&glance).await, [&*images[0].id, &*images[2].id]);
    assert_eq!(files(&home).len(), 2);
    lose(&home, &images[1]);
    alice.get(images[1].at("/file")).await.is(204);
}

#[tokio::test]
async fn an_image_larger_than_all_of_it_is_not_cached() {
    let (glance, home) = caching_with(|it| it.cache.image_cache_max_size = 10).await;
    let alice = glance.person("alice");
    let (small, large) = (of_size(&alice, 10).await, of_size(&alice, 11).await);
    download(&alice, &small).await;
    assert_eq!(download(&alice, &large).await.body.len(), 11);
    assert_eq!(files(&home), std::slice::from_ref(&small.id));
    // It stays queued, for another time.
    let entry = super::entry(&large);
    glance.admin().put(entry).await.is(202);
    assert_eq!(queued(&glance).await, json!([large.id]));
    assert_eq!(ids(&glance).await, [small.id]);
}

/// A server whose database and cache outlive it.
async fn lasting(home: &TempDir, url: &str, change: impl FnOnce(&mut Config)) -> Glance {
    glance_with(|config| {
        settings(config, home.path());
        config.ephemeral = false;
        config.data = home.path().join("data");
        config.database_url = Some(url.to_owned());
        change(config);
    })
    .await
}

async fn lasting_database(home: &TempDir) -> String {
    let file = home.path().join("shared.sqlite");
    let own = format!("sqlite://{}", file.display());
    database().await.unwrap_or(own)
}

#[tokio::test]
async fn a_cache_that_became_too_large_is_pruned() {
    let home = tempfile::tempdir().unwrap();
    let url = lasting_database(&home).await;
    let glance = lasting(&home, &url, |_| {}).await;
    let alice = glance.person("alice");
    let mut images = Vec::new();
    for _ in 0..3 {
        let image = of_size(&alice, 4).await;
        download(&alice, &image).await;
        images.push(image);
    }
    download(&alice, &images[0]).await;
    glance.stop().await;

    let glance = lasting(&home, &url, |it| it.cache.image_cache_max_size = 4).await;
    assert_eq!(ids(&glance).await.len(), 3);
    let answer = glance.admin().post("/v2/cache/prune").await.is(200);

    let expected = json!({ "total_files_pruned": 2, "total_bytes_pruned": 8 });
    assert_eq!(answer.json(), &expected);
    assert_eq!(ids(&glance).await, std::slice::from_ref(&images[0].id));
    assert_eq!(files(&home), std::slice::from_ref(&images[0].id));
}

#[tokio::test]
async fn copies_outlive_their_server_and_what_it_left_undone_does_not() {
    let home = tempfile::tempdir().unwrap();
    let url = lasting_database(&home).await;
    let glance = lasting(&home, &url, |_| {}).await;
    let alice = glance.person("alice");
    let kept = of_size(&alice, 4).await;
    let lost = of_size(&alice, 4).await;
    for image in [&kept, &lost] {
        download(&alice, image).await;
    }
    glance.stop().await;
    let cache = home.path().join("cache");
    fs::remove_file(cache.join(&lost.id)).unwrap();
    let nobodys = "6d1b6f5e-6b7e-4d4a-8f3e-0a1b2c3d4e5f";
    fs::write(cache.join(nobodys), "data").unwrap();
    fs::write(cache.join(format!("{}.begun", kept.id)), "da").unwrap();

    let glance = lasting(&home, &url, |_| {}).await;

    assert_eq!(files(&home), std::slice::from_ref(&kept.id));
    assert_eq!(ids(&glance).await, std::slice::from_ref(&kept.id));
    lose(&home, &kept);
    download(&glance.person("alice"), &kept).await;
}

#[tokio::test]
async fn what_was_queued_is_cached_when_the_server_is_back() {
    let home = tempfile::tempdir().unwrap();
    let url = lasting_database(&home).await;
    let glance = lasting(&home, &url, |_| {}).await;
    let image = of_size(&glance.person("alice"), 4).await;
    let queue = format!("/v2/queued_images/{}", image.id);
    glance.admin().put(queue).await.is(200);
    glance.stop().await;
    let glance = lasting(&home, &url, |_| {}).await;
    super::until_cached(&glance, &image).await;
}

#[tokio::test]
async fn to_clean_removes_what_has_stalled_and_what_belongs_to_nothing() {
    let (glance, home) = caching_with(|it| it.cache.image_cache_stall_time = 60).await;
    let image = of_size(&glance.person("alice"), 4).await;
    download(&glance.person("alice"), &image).await;
    let cache = home.path().join("cache");
    let id = "6d1b6f5e-6b7e-4d4a-8f3e-0a1b2c3d4e5f";
    let fresh = format!("{id}.fresh");
    for (name, age) in [(id, 0), (&format!("{id}.old"), 3600), (&fresh, 0)] {
        fs::write(cache.join(name), "da").unwrap();
        let file = File::options().append(true).open(cache.join(name)).unwrap();
        let then = fs::metadata(&cache).unwrap().modified().unwrap();
        file.set_modified(then - Duration::from_secs(age)).unwrap();
    }

    glance.admin().post("/v2/cache/clean").await.is(200);

    let mut expected = [image.id, fresh];
    expected.sort();
    assert_eq!(files(&home), expected);
}

#[tokio::test]
async fn two_servers_do_not_share_a_directory() {
    let (_glance, home) = caching().await;
    let mut config = Config::for_tests();
    config.cache_node.image_cache_dir = Some(home.path().join("cache"));
    let refused = lookalike::Server::with(config).await.unwrap_err();
    let words = refused.to_string();
    assert!(words.contains("another server uses it"), "{words}");
}

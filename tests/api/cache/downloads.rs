//! What the cache has to do with downloads.

use chrono::TimeDelta;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::{
    cache, cached, caching, caching_with, download, files, ids, lose, of_size, queued, until_cached,
};
use crate::glance::{Glance, Image, glance_with, store};

#[tokio::test]
async fn a_download_fills_the_cache_and_the_next_one_comes_from_it() {
    let (glance, home) = caching().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;

    let first = download(&alice, &image).await;

    // Whoever has read all of it sees it at once.
    assert_eq!(files(&home), std::slice::from_ref(&image.id));
    assert_eq!(cached(&glance).await[0]["size"], 4);
    assert_eq!(cached(&glance).await[0]["hits"], 0);
    lose(&home, &image);
    for hits in 1..3 {
        let next = download(&alice, &image).await;
        assert_eq!(next.body, first.body);
        for header in ["content-length", "content-type", "content-md5"] {
            assert_eq!(next.header(header), first.header(header));
        }
        assert_eq!(cached(&glance).await[0]["hits"], hits);
    }
    let copy = &cached(&glance).await[0];
    assert!(copy["last_accessed"].as_f64() > copy["last_modified"].as_f64());
}

#[tokio::test]
async fn a_large_image_is_copied_whole() {
    let (glance, home) = caching().await;
    let alice = glance.person("alice");
    let image = of_size(&alice, (3 << 20) + 1).await;
    let first = download(&alice, &image).await;
    until_cached(&glance, &image).await;
    lose(&home, &image);
    assert!(download(&alice, &image).await.body == first.body);
}

#[tokio::test]
async fn every_kind_of_store_is_cached() {
    let (glance, home) = caching_with(|it| it.stores.store = vec![store("memory:")]).await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    download(&alice, &image).await;
    assert_eq!(files(&home), [image.id]);
}

#[tokio::test]
async fn a_part_neither_fills_the_cache_nor_comes_from_it() {
    let (glance, home) = caching().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    let part =
        |name: &'static str, range: &'static str| alice.get(image.at("/file")).header(name, range);
    // Even if it is all.
    part("Range", "bytes=0-3").await.is(206);
    part("Content-Range", "bytes 0-3/4").await.is(206);
    assert!(ids(&glance).await.is_empty());

    cache(&glance, &image).await;

    assert_eq!(part("Range", "bytes=1-2").await.is(206).text(), "at");
    part("Range", "bytes=9-").await.is(416);
    assert_eq!(cached(&glance).await[0]["hits"], 0);
    lose(&home, &image);
    part("Range", "bytes=1-2").await.is(204);
    // A header that says nothing asks for no part.
    assert_eq!(part("Range", "").await.is(200).text(), "data");
}

#[tokio::test]
async fn what_comes_from_the_cache_comes_from_no_store() {
    let (glance, _home) = caching().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    let path = image.at("/file?prefer=nowhere");
    alice.get(&path).await.is(400);
    assert!(ids(&glance).await.is_empty());
    cache(&glance, &image).await;
    assert_eq!(alice.get(&path).await.is(200).text(), "data");
}

#[tokio::test]
async fn the_same_people_may_download_what_is_cached() {
    let (glance, _home) = caching().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    cache(&glance, &image).await;
    let path = image.at("/file");
    let words = "You are not authorized to complete download_image action.";
    let reader = alice.with_roles("reader");
    reader.get(&path).await.is(403).says(words);
    let bob = glance.person("bob");
    bob.get(&path)
        .await
        .is(404)
        .says("No image found with ID {id}");
    glance.nobody().get(&path).await.is(401);
    assert_eq!(cached(&glance).await[0]["hits"], 0);
}

#[tokio::test]
async fn a_deactivated_image_has_no_part_in_the_cache() {
    let (glance, home) = caching().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let image = alice.create_active(json!({})).await;
    cache(&glance, &image).await;
    admin.post(image.at("/actions/deactivate")).await.is(204);

    let answer = alice.get(image.at("/file")).await.is(403);
    answer.says("The requested image has been deactivated. Image data download is forbidden.");
    download(&admin, &image).await;
    assert_eq!(cached(&glance).await[0]["hits"], 0);

    // It is still there when it comes back.
    admin.post(image.at("/actions/reactivate")).await.is(204);
    lose(&home, &image);
    download(&alice, &image).await;
}

#[tokio::test]
async fn a_deleted_image_leaves_cache_and_queue() {
    let (glance, home) = caching().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let image = alice.create_active(json!({})).await;
    let other = alice.create_active(json!({})).await;
    cache(&glance, &image).await;
    let queue = format!("/v2/queued_images/{}", other.id);
    admin.put(queue).await.is(200);

    alice.delete(&image).await.is(204);
    alice.delete(&other).await.is(204);

    assert!(ids(&glance).await.is_empty() && files(&home).is_empty());
    assert_eq!(queued(&glance).await, json!([]));
    admin.delete(super::entry(&image)).await.is(404);
}

#[tokio::test]
async fn data_that_is_not_the_images_is_passed_on_but_not_kept() {
    let (glance, home) = caching().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    let file = crate::data::data_file(&home, &image);
    for data in ["DATA", "dat", "data!"] {
        std::fs::write(&file, data).unwrap();
        assert_eq!(download(&alice, &image).await.text(), data);
        assert!(ids(&glance).await.is_empty(), "{data}");
        assert_eq!(files(&home), [""; 0], "{data}");
    }
    std::fs::write(&file, "data").unwrap();
    download(&alice, &image).await;
    assert_eq!(files(&home), [image.id]);
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_harms_no_download() {
    let (glance, home) = caching().await;
    let alice = glance.person("alice");
    let image = of_size(&alice, 1 << 20).await;
    std::fs::remove_dir_all(home.path().join("cache")).unwrap();
    for _ in 0..2 {
        assert_eq!(download(&alice, &image).await.body.len(), 1 << 20);
    }
    assert!(ids(&glance).await.is_empty());
}

#[tokio::test]
async fn a_copy_that_somebody_removed_is_made_again() {
    let (glance, home) = caching().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    download(&alice, &image).await;
    std::fs::remove_file(home.path().join("cache").join(&image.id)).unwrap();
    assert_eq!(download(&alice, &image).await.text(), "data");
    assert_eq!(files(&home), std::slice::from_ref(&image.id));
    assert_eq!(ids(&glance).await, [image.id]);
}

#[tokio::test]
async fn a_copy_that_was_tampered_with_is_not_given_out() {
    let (glance, home) = caching().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    download(&alice, &image).await;
    let copy = home.path().join("cache").join(&image.id);
    std::fs::write(&copy, "da").unwrap();
    assert_eq!(download(&alice, &image).await.text(), "data");
    assert_eq!(std::fs::read(&copy).unwrap(), b"data");
}

/// Large enough that a client which does not read holds up its download.
const HUGE: usize = 32 << 20;

/// Begins alice's download of an image and reads its first bytes.
async fn begin(glance: &Glance, image: &Image) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    // Or the system might take the whole image in for a client that does not read.
    socket.set_recv_buffer_size(64 * 1024).unwrap();
    let mut wire = socket.connect(glance.address()).await.unwrap();
    let head = format!(
        "GET {} HTTP/1.1\r\nHost: h\r\nX-Auth-Token: alice:alice-project:member,reader\r\n\r\n",
        image.at("/file")
    );
    wire.write_all(head.as_bytes()).await.unwrap();
    let mut block = vec![0; 4096];
    assert_ne!(wire.read(&mut block).await.unwrap(), 0);
    wire
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing() {
    let (glance, home) = caching().await;
    let alice = glance.person("alice");
    let image = of_size(&alice, HUGE).await;
    let wire = begin(&glance, &image).await;
    while files(&home).is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(files(&home)[0].starts_with(&format!("{}.", image.id)));

    drop(wire);

    while !files(&home).is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(ids(&glance).await.is_empty());
    // The next one fills it; until the first attempt is over, one is just a download.
    while ids(&glance).await.is_empty() {
        download(&alice, &image).await;
    }
    assert_eq!(files(&home), [image.id]);
}

#[tokio::test]
async fn of_two_downloads_at_once_one_fills_the_cache() {
    let (glance, home) = caching().await;
    let alice = glance.person("alice");
    let image = of_size(&alice, HUGE).await;
    let mut slow = begin(&glance, &image).await;

    let quick = download(&alice, &image).await;

    assert_eq!(quick.body.len(), HUGE);
    assert_eq!(files(&home).len(), 1);
    assert!(ids(&glance).await.is_empty());
    let mut left = HUGE;
    let mut block = vec![0; 1 << 20];
    while left > 4096 {
        let read = slow.read(&mut block).await.unwrap();
        assert_ne!(read, 0);
        left = left.saturating_sub(read);
    }
    until_cached(&glance, &image).await;
    assert_eq!(files(&home), [image.id]);
}

#[tokio::test]
async fn an_image_queued_while_a_client_reads_it_in_vain_is_cached_after_it() {
    let (glance, home) = caching().await;
    let alice = glance.person("alice");
    let image = of_size(&alice, HUGE).await;
    let slow = begin(&glance, &image).await;
    glance.admin().put(super::entry(&image)).await.is(202);
    assert_eq!(queued(&glance).await, json!([image.id]));

    drop(slow);

    until_cached(&glance, &image).await;
    assert_eq!(files(&home), [image.id]);
}

#[tokio::test]
async fn an_image_deleted_while_it_is_copied_is_not_cached() {
    let (glance, home) = caching().await;
    let alice = glance.person("alice");
    let image = of_size(&alice, HUGE).await;
    let mut slow = begin(&glance, &image).await;
    alice.delete(&image).await.is(204);
    let mut block = vec![0; 1 << 20];
    let mut left = HUGE;
    while left > 4096 {
        left = left.saturating_sub(slow.read(&mut block).await.unwrap());
    }
    while !files(&home).is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(ids(&glance).await.is_empty());
}

#[tokio::test]
async fn without_a_cache_nothing_is_copied() {
    let home = tempfile::tempdir().unwrap();
    let glance = glance_with(|config| {
        super::settings(config, home.path());
        config.cache_node.image_cache_dir = None;
    })
    .await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    download(&alice, &image).await;
    lose(&home, &image);
    alice.get(image.at("/file")).await.is(204);
}

#[tokio::test]
async fn when_a_copy_was_made_and_used_goes_by_the_clock() {
    let (glance, _home) = caching().await;
    let alice = glance.person("alice");
    let now = json!({ "now": "2030-01-01T00:00:00Z", "frozen": true });
    glance.control().put("/clock").json(now).await.is(200);
    let image = alice.create_active(json!({})).await;
    cache(&glance, &image).await;
    glance.advance(TimeDelta::hours(1)).await.unwrap();
    download(&alice, &image).await;
    let copy = &cached(&glance).await[0];
    assert_eq!(copy["last_modified"], 1_893_456_000.0);
    assert_eq!(copy["last_accessed"], 1_893_459_600.0);
}

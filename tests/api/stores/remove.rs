//! An image taken out of its stores.

use futures_util::future::join;
use serde_json::json;

use super::Site;

const LAST: &str = "Cannot delete image data from the only store containing it. Consider deleting \
                    the image instead.";

#[tokio::test]
async fn an_image_leaves_one_store_and_stays_in_the_others() {
    let site = Site::new().await;
    let (alice, admin) = (site.glance.person("alice"), site.glance.admin());
    let image = alice.create_active(json!({})).await;
    site.copy(&image, "fast", "cheap").await;
    let path = |store: &str| format!("/v2/stores/{store}/{}", image.id);

    admin.delete(path("fast")).await.is(204);
    assert_eq!(alice.see(&image).await["stores"], "cheap");
    assert!(site.kept("fast").is_empty());
    assert_eq!(alice.get(image.at("/file")).await.is(200).body, "data");
    // Whichever store is named, the last that has it keeps it.
    for store in ["cheap", "fast", "old"] {
        admin.delete(path(store)).await.is(403).says(LAST);
    }
}

#[tokio::test]
async fn an_image_is_not_taken_out_of_a_store_that_it_is_not_in() {
    let site = Site::new().await;
    let image = site.glance.person("alice").create_active(json!({})).await;
    site.copy(&image, "fast", "cheap").await;
    let id = &image.id;
    let answer = site.glance.admin().delete(format!("/v2/stores/old/{id}"));
    let answer = answer.await.is(404);
    answer.says(&format!("Image {id} is not stored in store old."));
}

#[tokio::test]
async fn the_checks_before_an_image_leaves_a_store_come_in_their_order() {
    let site = Site::new().await;
    let (alice, bob) = (site.glance.person("alice"), site.glance.person("bob"));
    let admin = site.glance.admin();
    let image = alice.create(json!({ "visibility": "private" })).await;
    let id = &image.id;
    let path = |store: &str| format!("/v2/stores/{store}/{id}");

    let unknown = "The selected store nope is not available on this node.";
    bob.delete(path("nope")).await.is(409).says(unknown);
    let unseen = format!("Failed to find image {id}");
    bob.delete(path("fast")).await.is(404).says(&unseen);
    let refused = "You are not authorized to complete delete_image_location action.";
    alice.delete(path("fast")).await.is(403).says(refused);
    let inactive =
        "It's not allowed to remove image data from store if image status is not 'active'";
    admin.delete(path("fast")).await.is(409).says(inactive);
    let image = alice
        .create_active(json!({ "visibility": "community" }))
        .await;
    let path = format!("/v2/stores/fast/{}", image.id);
    let refused = "You are not authorized to complete get_image_location action.";
    bob.delete(&path).await.is(403).says(refused);
}

#[tokio::test]
async fn of_two_who_take_an_image_out_of_both_stores_one_is_refused() {
    let site = Site::new().await;
    let (alice, admin) = (site.glance.person("alice"), site.glance.admin());
    for _ in 0..10 {
        let image = alice.create_active(json!({})).await;
        site.copy(&image, "fast", "cheap").await;
        let remove = async |store: &str| {
            let path = format!("/v2/stores/{store}/{}", image.id);
            admin.delete(path).await.status
        };
        let (one, other) = join(remove("fast"), remove("cheap")).await;
        let mut both = [one, other];
        both.sort_unstable();
        assert_eq!(both, [204, 403]);
        assert_eq!(alice.get(image.at("/file")).await.is(200).body, "data");
    }
}

#[tokio::test]
async fn a_deleted_image_leaves_all_stores() {
    let site = Site::new().await;
    let alice = site.glance.person("alice");
    let image = alice.create_active(json!({})).await;
    site.copy(&image, "fast", "cheap").await;
    alice.delete(&image).await.is(204);
    assert!(site.kept("fast").is_empty());
    assert!(site.kept("cheap").is_empty());
}

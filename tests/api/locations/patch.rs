//! `/locations` in a PATCH.

use serde_json::{Value, json};

use super::{add, change, location, queued, site, site_with, urls};
use crate::glance::store;

const HASH: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\
                    0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[tokio::test]
async fn a_queued_image_with_a_location_is_active() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    let url = files.url("/image");
    let answer = add(&alice, &image, &url).await.is(200);
    for seen in [answer, alice.get(&image).await.is(200)] {
        assert_eq!(seen["status"], "active");
        assert_eq!(seen["size"], 6);
        assert_eq!(seen["checksum"], Value::Null);
        assert_eq!(seen["os_hash_value"], Value::Null);
        assert_eq!(seen["virtual_size"], Value::Null);
        assert_eq!(seen["stores"], "web");
        let expected = json!([{ "url": url, "metadata": { "store": "web" } }]);
        assert_eq!(seen["locations"], expected);
    }
}

#[tokio::test]
async fn the_place_that_a_location_is_added_at_shows_in_the_answer_only() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    let [a, b, c] = ["/image/a", "/image/b", "/image/c"].map(|it| files.url(it));
    add(&alice, &image, &a).await.is(200);
    let at_first = change(&alice, &image, "add", "/0", location(&b));
    assert_eq!(urls(at_first.await.is(200).json()), [&*b, &*a]);
    assert_eq!(urls(&alice.see(&image).await), [&*a, &*b]);
    let past_the_end = change(&alice, &image, "add", "/99", location(&c));
    assert_eq!(urls(past_the_end.await.is(200).json()), [&*a, &*b, &*c]);
}

#[tokio::test]
async fn formats_may_be_set_in_the_same_patch_before_but_not_after() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let formats = json!([
        { "op": "replace", "path": "/disk_format", "value": "raw" },
        { "op": "replace", "path": "/container_format", "value": "bare" },
    ]);
    let place =
        json!({ "op": "add", "path": "/locations/-", "value": location(&files.url("/image")) });
    let image = alice.create(json!({})).await;
    let answer = alice.patch(&image, json!([place])).await.is(400);
    answer.says("Properties disk_format, container_format must be set prior to saving data.");
    let late = json!([formats[0], formats[1], place, formats[0]]);
    alice.patch(&image, late).await.is(403);
    assert_eq!(alice.see(&image).await["status"], "queued");
    let in_time = json!([formats[0], formats[1], place]);
    alice.patch(&image, in_time).await.is(200);
    assert_eq!(alice.see(&image).await["status"], "active");
}

#[tokio::test]
async fn a_location_without_bytes_that_may_be_fetched_is_invalid() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    for url in [
        &*files.url("/nothing"),
        &files.url("/empty"),
        &files.url("/away"),
        "http://169.254.169.254/",
        "http://0x7f.1/",
        "http://",
        "file:///etc/passwd",
        "filesystem:///etc/passwd",
        "swift+config://x",
        "memory:///x",
        "rbd://x",
        "",
        "x",
    ] {
        let answer = add(&alice, &image, url).await.is(400);
        answer.says("Invalid location");
    }
    assert_eq!(alice.see(&image).await["locations"], json!([]));
}

#[tokio::test]
async fn without_a_store_for_the_web_every_location_is_invalid() {
    let (glance, files) = site_with(|it| it.stores.store = vec![store("here=memory:")]).await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    let answer = add(&alice, &image, &files.url("/image")).await.is(400);
    answer.says("Invalid location");
}

#[tokio::test]
async fn loopback_is_refused_unless_it_is_let() {
    let (glance, files) = site_with(|it| it.filter.import_allow_loopback = false).await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    let answer = add(&alice, &image, &files.url("/image")).await.is(400);
    answer.says("Invalid location");
    assert!(files.asked().is_empty());
}

#[tokio::test]
async fn a_location_is_there_once() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    let url = files.url("/image");
    add(&alice, &image, &url).await.is(200);
    let answer = add(&alice, &image, &url).await.is(400);
    answer.says(&format!("The location {url} already exists"));
    // With other metadata it is another.
    let other = json!({ "url": url, "metadata": { "shelf": "2" } });
    change(&alice, &image, "add", "/-", other).await.is(200);
}

#[tokio::test]
async fn a_place_is_a_number_or_a_dash() {
    let (glance, files) = site().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let image = queued(&alice).await;
    for url in ["/image/a", "/image/b"] {
        add(&alice, &image, &files.url(url)).await.is(200);
    }
    for at in ["/x", "/-1", "/1.0"] {
        let adding = change(&alice, &image, "add", at, location(&files.url("/image")));
        let answer = adding.await.is(400);
        answer.says("Invalid position for adding a location.");
    }
    for at in ["/x", "/2", "/99999999999999999999999"] {
        let removing = change(&admin, &image, "remove", at, Value::Null);
        let answer = removing.await.is(400);
        answer.says("Invalid position for removing a location.");
    }
}

#[tokio::test]
async fn only_admins_remove_locations_and_never_the_last() {
    let (glance, files) = site().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let image = queued(&alice).await;
    let [a, b] = ["/image/a", "/image/b"].map(|it| files.url(it));
    add(&alice, &image, &a).await.is(200);
    add(&alice, &image, &b).await.is(200);
    let by_alice = change(&alice, &image, "remove", "/0", Value::Null);
    let answer = by_alice.await.is(403);
    answer.says("You are not authorized to complete delete_image_location action.");
    change(&admin, &image, "remove", "/0", Value::Null)
        .await
        .is(200);
    assert_eq!(urls(&alice.see(&image).await), [&*b]);
    let last = change(&admin, &image, "remove", "/7", Value::Null);
    let answer = last.await.is(403);
    answer.details("Cannot remove last location in the image.");
}

#[tokio::test]
async fn bytes_of_our_own_go_with_their_location() {
    let (glance, files) = site().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let image = alice.create_active(json!({})).await;
    add(&alice, &image, &files.url("/image")).await.is(200);
    assert_eq!(alice.see(&image).await["stores"], "here,web");
    assert_eq!(alice.get(image.at("/file")).await.text(), "data");
    change(&admin, &image, "remove", "/0", Value::Null)
        .await
        .is(200);
    assert_eq!(alice.see(&image).await["stores"], "web");
    assert_eq!(alice.see(&image).await["size"], 4);
}

#[tokio::test]
async fn locations_are_replaced_where_there_are_none_or_the_same() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    let [a, b] = ["/image/a", "/image/b"].map(|it| files.url(it));
    let both = json!([location(&a), location(&b)]);
    change(&alice, &image, "replace", "", both).await.is(200);
    let seen = alice.see(&image).await;
    assert_eq!(
        (&seen["status"], &seen["size"]),
        (&json!("active"), &json!(6))
    );
    let turned = json!([{ "url": b, "metadata": { "shelf": "2" } }, location(&a)]);
    change(&alice, &image, "replace", "", turned).await.is(200);
    let seen = alice.see(&image).await;
    assert_eq!(urls(&seen), [&*b, &*a]);
    assert_eq!(seen["locations"][0]["metadata"]["shelf"], "2");
    let others = change(&alice, &image, "replace", "", json!([location(&a)]));
    others
        .await
        .is(400)
        .begins("Original locations is not empty: [");
    let none = change(&alice, &image, "replace", "", json!([]));
    let answer = none.await.is(403);
    answer.details("Cannot set locations to empty list.");
}

#[tokio::test]
async fn there_are_no_more_locations_than_the_quota_allows() {
    let (glance, files) = site_with(|it| it.images.image_location_quota = 1).await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    add(&alice, &image, &files.url("/image/a")).await.is(200);
    let answer = add(&alice, &image, &files.url("/image/b")).await.is(413);
    let said = "The limit has been exceeded on the number of allowed image locations. Attempted: \
                2, Maximum: 1";
    assert!(answer.text().contains(said), "{}", answer.text());
}

#[tokio::test]
async fn bytes_elsewhere_count_for_the_quota_of_the_project() {
    let (glance, files) = site_with(|it| it.images.user_storage_quota = 10).await;
    let alice = glance.person("alice");
    let first = queued(&alice).await;
    add(&alice, &first, &files.url("/image/a")).await.is(200);
    let answer = add(&alice, &first, &files.url("/image/b")).await.is(413);
    let said = "Denying attempt to upload image because it exceeds the quota: The size of the data \
                6 will exceed the limit. 4 bytes remaining.";
    assert!(answer.text().contains(said), "{}", answer.text());
}

#[tokio::test]
async fn hashes_that_come_with_a_location_are_believed() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    let mut given = location(&files.url("/image"));
    let checksum = &HASH[..32];
    given["validation_data"] =
        json!({ "checksum": checksum, "os_hash_algo": "sha512", "os_hash_value": HASH });
    change(&alice, &image, "add", "/-", given.clone())
        .await
        .is(200);
    let seen = alice.see(&image).await;
    assert_eq!(seen["checksum"], checksum);
    assert_eq!(seen["os_hash_value"], HASH);
    let metadata = json!({ "store": "web" });
    assert_eq!(seen["locations"][0]["metadata"], metadata);
    // Later they must be the same.
    given["url"] = files.url("/image/b").into();
    change(&alice, &image, "add", "/-", given.clone())
        .await
        .is(200);
    given["validation_data"]["checksum"] = "0".repeat(32).into();
    let other = change(&alice, &image, "add", "/-", given);
    let answer = other.await.is(409);
    answer.says("checksum is already set with a different value");
}

#[tokio::test]
async fn hashes_that_are_none_are_refused() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    for (validation, said) in [
        (
            json!({ "os_hash_algo": "sha256", "os_hash_value": "00" }),
            "os_hash_algo must be sha512, not sha256",
        ),
        (
            json!({ "os_hash_algo": "sha512", "os_hash_value": "zz" }),
            "os_hash_value (zz) is not a valid hexadecimal value",
        ),
        (
            json!({ "os_hash_algo": "sha512", "os_hash_value": "00" }),
            "os_hash_value (00) is not the correct size for sha512 (should be 64 bytes)",
        ),
    ] {
        let mut given = location(&files.url("/image"));
        given["validation_data"] = validation;
        let answer = change(&alice, &image, "add", "/-", given).await.is(409);
        answer.says(said);
    }
    let active = alice.create_active(json!({})).await;
    let mut given = location(&files.url("/image"));
    given["validation_data"] = json!({ "os_hash_algo": "sha512", "os_hash_value": HASH });
    let answer = change(&alice, &active, "add", "/-", given).await.is(409);
    answer.says("os_hash_value is already set with a different value");
}

#[tokio::test]
async fn a_deactivated_image_keeps_its_locations() {
    let (glance, files) = site().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let image = alice.create_active(json!({})).await;
    admin.post(image.at("/actions/deactivate")).await.is(204);
    let url = files.url("/image");
    let several = json!([location(&url)]);
    for (op, at, value, verb) in [
        ("add", "/-", location(&url), "add"),
        ("replace", "", several, "replace"),
        ("remove", "/0", Value::Null, "remove"),
    ] {
        let answer = change(&admin, &image, op, at, value).await.is(409);
        let said = format!("It's not allowed to {verb} locations if image status is deactivated.");
        answer.says(&said);
    }
}

#[tokio::test]
async fn metadata_holds_texts() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    let given = json!({ "url": files.url("/image"), "metadata": { "shelf": 2 } });
    change(&alice, &image, "add", "/-", given).await.is(400);
    let given = json!({ "url": files.url("/image"), "metadata": { "a": ["b", { "c": "d" }] } });
    change(&alice, &image, "add", "/-", given).await.is(200);
}

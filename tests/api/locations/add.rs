//! `/v2/images/{image}/locations`

use serde_json::{Value, json};

use super::{locate, queued, site, site_with, until, urls};
use crate::glance::{Answer, glance_storing};

/// Of `cirros`.
const MD5: &str = "a320c2a3eb4fb45635ae2d338488f58b";
const SHA256: &str = "772187acc33620e4840d92741205e56ea75441734966aa08216623eaefef4d31";
const SHA512: &str = "d98f07e620b65981400b4e22f407efdc06bb26bb67267a58c085cb0c8b004905\
                      1f1bd4e91216144e7d7c62c531d45c740c241614ec7d2a1fe4232b749cb3b712";

#[tokio::test]
async fn those_who_serve_the_cloud_see_where_an_image_is() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    let path = image.at("/locations");
    let admin = glance.admin();
    assert_eq!(admin.get(&path).await.is(200).text(), "[]");
    let url = files.url("/image");
    super::add(&alice, &image, &url).await.is(200);
    let expected = json!([{ "url": url, "metadata": { "store": "web" } }]);
    assert_eq!(*admin.get(&path).await.is(200).json(), expected);
    let answer = alice.get(&path).await.is(403);
    answer.says("You are not authorized to complete fetch_image_location action.");
    glance.person("bob").get(&path).await.is(404);
}

#[tokio::test]
async fn a_location_makes_an_image_active_and_then_its_hashes_are_known() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    let accepted = locate(
        &alice,
        &image,
        json!({ "url": files.url("/image"), "more": 1 }),
    );
    let accepted = accepted.await.is(202);
    assert_eq!(accepted.text(), "");
    assert_eq!(accepted.header("content-type"), "text/html; charset=UTF-8");
    let seen = until(&alice, &image, |it| it["checksum"] != Value::Null).await;
    assert_eq!(seen["status"], "active");
    assert_eq!(seen["size"], 6);
    assert_eq!(seen["virtual_size"], Value::Null);
    assert_eq!(seen["checksum"], MD5);
    assert_eq!(seen["os_hash_algo"], "sha512");
    assert_eq!(seen["os_hash_value"], SHA512);
    assert_eq!(seen["stores"], "web");
}

fn with_hash(url: &str, value: &str) -> Value {
    json!({ "url": url, "validation_data": { "os_hash_algo": "sha256", "os_hash_value": value } })
}

#[tokio::test]
async fn hashes_are_held_to_the_bytes() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let url = files.url("/image");
    let image = queued(&alice).await;
    locate(&alice, &image, with_hash(&url, SHA256))
        .await
        .is(202);
    let seen = until(&alice, &image, |it| it["status"] == "active").await;
    assert_eq!(seen["os_hash_algo"], "sha256");
    assert_eq!(seen["os_hash_value"], SHA256);
    assert_eq!(seen["checksum"], MD5);

    let image = queued(&alice).await;
    let wrong = with_hash(&url, &"0".repeat(64));
    locate(&alice, &image, wrong).await.is(202);
    // It is importing for a while, and then waits again, with the location.
    let back = |it: &Answer| it["status"] == "queued" && it["locations"] != json!([]);
    let seen = until(&alice, &image, back).await;
    assert_eq!(urls(seen.json()), [&*url]);
    assert_eq!(seen["os_hash_value"], Value::Null);
}

#[tokio::test]
async fn hashes_are_believed_where_nothing_is_read() {
    let (glance, files) = site_with(|it| it.location.do_secure_hash = false).await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    let given = "0".repeat(64);
    locate(&alice, &image, with_hash(&files.url("/image"), &given))
        .await
        .is(202);
    let seen = until(&alice, &image, |it| it["status"] == "active").await;
    assert_eq!(seen["os_hash_value"], given);
    assert_eq!(seen["checksum"], Value::Null);
    assert!(files.asked().iter().all(|it| it.starts_with("head ")));
}

#[tokio::test]
async fn only_a_queued_image_is_given_a_location() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    let asked = json!({ "url": files.url("/image") });
    // This is said before anything about rights.
    for person in [&alice, &alice.with_roles("reader")] {
        let answer = locate(person, &image, asked.clone()).await.is(409);
        answer.says("It's not allowed to add locations if image status is active.");
    }
    let image = queued(&alice).await;
    let reader = alice.with_roles("reader");
    let answer = locate(&reader, &image, asked.clone()).await.is(403);
    answer.says("You are not authorized to complete add_image_location action.");
    locate(&glance.person("bob"), &image, asked).await.is(404);
}

#[tokio::test]
async fn users_need_a_store_for_the_web() {
    let said = "http store must be enabled to use location API by normal user.";
    let (site, _files) = site().await;
    let alice = site.person("alice");
    let image = queued(&alice).await;
    let answer = locate(&alice, &image, json!({ "url": "file:///x" })).await;
    answer.is(403).says(said);
    let named = glance_storing(&["here=memory:"]).await;
    let alice = named.person("alice");
    let image = queued(&alice).await;
    let answer = locate(&alice, &image, json!({ "url": "http://192.0.2.1/" })).await;
    answer.is(403).says(said);
}

#[tokio::test]
async fn a_url_that_may_not_be_fetched_is_refused() {
    let (glance, _files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    for url in ["http://169.254.169.254/", "http://", "http://0x7f.1/"] {
        let answer = locate(&alice, &image, json!({ "url": url })).await.is(400);
        answer.says(&format!(
            "URI for add location does not pass filtering: {url}"
        ));
    }
}

#[tokio::test]
async fn a_hash_must_be_one() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    for (value, said) in [
        ("zz", "os_hash_value (zz) is not a valid hexadecimal value"),
        (
            "00",
            "os_hash_value: (00) is not the correct size for (sha256) (should be (32) bytes)",
        ),
    ] {
        let asked = with_hash(&files.url("/image"), value);
        locate(&alice, &image, asked).await.is(400).says(said);
    }
}

#[tokio::test]
async fn a_body_of_another_shape_is_refused() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    let url = files.url("/image");
    for (body, said) in [
        (json!([]), "[] is not of type 'object'"),
        (json!({}), "'url' is a required property"),
        (json!({ "url": 5 }), "5 is not of type 'string'"),
        (
            json!({ "url": url, "validation_data": null }),
            "None is not of type 'object'",
        ),
        (
            json!({ "url": url, "validation_data": { "x": "y" } }),
            "Additional properties are not allowed ('x' was unexpected)",
        ),
        (
            json!({ "url": url, "validation_data": { "os_hash_algo": "sha256" } }),
            "'os_hash_value' is a dependency of 'os_hash_algo'",
        ),
        (
            json!({ "url": url, "validation_data": { "os_hash_algo": "x", "os_hash_value": "" } }),
            "'x' is not one of ['sha1', 'sha256', 'sha512', 'md5']",
        ),
    ] {
        let answer = locate(&alice, &image, body).await.is(400);
        answer.begins(&format!(
            "Provided object does not match schema 'location': {said}"
        ));
    }
}

//! Data given out, whole or in part.

use serde_json::json;

use super::{data_file, kept, on_disk, raw};
use crate::glance::{Glance, Image, Person, glance};

/// An image of the ten digits.
async fn digits(glance: &Glance) -> (Person, Image) {
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    alice.upload(&image, "0123456789").await.is(204);
    (alice, image)
}

#[tokio::test]
async fn a_download_says_what_it_is_and_no_more() {
    let glance = glance().await;
    let (alice, image) = digits(&glance).await;
    let request = alice.get(image.at("/file")).header("Accept", "text/plain");
    let request = request
        .header("If-None-Match", "*")
        .header("If-Modified-Since", "Sat, 01 Jan 2050 00:00:00 GMT");

    let answer = request.await.is(200);

    assert_eq!(answer.body, "0123456789");
    let mut names: Vec<_> = answer
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .collect();
    names.sort_unstable();
    let expected = [
        "content-length",
        "content-md5",
        "content-type",
        "date",
        "x-openstack-request-id",
    ];
    assert_eq!(names, expected);
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    assert_eq!(answer.header("content-length"), "10");
    assert_eq!(
        answer.header("content-md5"),
        "781e5e245d69b566979b86e28d23f2c7"
    );
}

#[tokio::test]
async fn an_image_without_data_is_no_content() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    for range in ["bytes=0-4", "bytes=20-", "bytes=-3"] {
        let answer = alice
            .get(image.at("/file"))
            .header("Range", range)
            .await
            .is(204);
        assert!(answer.body.is_empty());
        assert!(!answer.has("content-type") && !answer.has("content-length"));
    }
}

#[tokio::test]
async fn a_range_that_cannot_be_read_is_refused_of_an_image_without_data_too() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let ask = |header, range| alice.get(image.at("/file")).header(header, range);
    for range in ["", "nonsense", "bytes=4-2", "items=0-1"] {
        ask("Range", range).await.is(416).details(INVALID);
    }
    ask("Range", "bytes=0-1,3-4").await.is(400);
    let answer = ask("Content-Range", "bytes=0-4").await.is(416);
    answer.details("Invalid Content-Range header.");
    // Staged data has a size.
    alice.stage(&image, "0123456789").await.is(204);
    ask("Range", "bytes=5-").await.is(204);
    let answer = ask("Range", "bytes=10-").await.is(416);
    answer.details(
        "Invalid start position in Range header. Start position MUST be in the inclusive range [0, 9].",
    );
}

#[tokio::test]
async fn data_that_somebody_removed_from_the_disk_is_no_content() {
    let (glance, home) = on_disk().await;
    let (alice, image) = digits(&glance).await;
    std::fs::remove_file(data_file(&home, &image)).unwrap();
    alice.get(image.at("/file")).await.is(204);
    alice.delete(&image).await.is(204);
    assert_eq!(kept(&home), [""; 0]);
}

#[tokio::test]
async fn a_deactivated_image_is_for_admins_only() {
    let glance = glance().await;
    let (alice, image) = digits(&glance).await;
    let admin = glance.admin();
    admin.post(image.at("/actions/deactivate")).await.is(204);
    let words = "The requested image has been deactivated. Image data download is forbidden.";
    alice.get(image.at("/file")).await.is(403).says(words);
    // This comes before policy.
    alice
        .with_roles("reader")
        .get(image.at("/file"))
        .await
        .is(403)
        .says(words);
    admin.get(image.at("/file")).await.is(200);
    admin.post(image.at("/actions/reactivate")).await.is(204);
    alice.get(image.at("/file")).await.is(200);
}

#[tokio::test]
async fn data_is_for_those_who_see_the_image_and_are_members() {
    let glance = glance().await;
    let (alice, image) = digits(&glance).await;
    let bob = glance.person("bob");
    bob.get(image.at("/file"))
        .await
        .is(404)
        .says("No image found with ID {id}");
    let refused = alice
        .with_roles("reader")
        .get(image.at("/file"))
        .await
        .is(403);
    refused.says("You are not authorized to complete download_image action.");
    let member = json!({ "member": bob.project() });
    alice.post(image.at("/members")).json(member).await.is(200);
    bob.get(image.at("/file")).await.is(200);
    alice.set(&image, "visibility", "community").await.is(200);
    glance.person("carol").get(image.at("/file")).await.is(200);
}

#[tokio::test]
async fn one_store_leaves_nothing_to_prefer() {
    let glance = glance().await;
    let (alice, image) = digits(&glance).await;
    let answer = alice.get(image.at("/file?prefer=cheap")).await.is(400);
    answer.says(
        "Store selection for download is not available when multiple backends are not enabled.",
    );
    alice.get(image.at("/file?prefer=")).await.is(200);
    // The image is looked for first.
    alice.get("/v2/images/nope/file?prefer=cheap").await.is(404);
}

#[tokio::test]
async fn a_download_takes_no_body() {
    let glance = glance().await;
    let (alice, image) = digits(&glance).await;
    let answer = alice.get(image.at("/file")).body("why").await.is(400);
    answer.says("A body is not expected with this request.");
}

const START: &str =
    "Invalid start position in Range header. Start position MUST be in the inclusive range [0, 9].";
const INVALID: &str = "Invalid Range header.";

#[tokio::test]
async fn a_range_is_given_as_glance_reads_it() {
    let glance = glance().await;
    let (alice, image) = digits(&glance).await;
    for (range, sent, content) in [
        ("bytes=0-4", "bytes 0-4/10", "01234"),
        ("bytes=5-", "bytes 5-9/10", "56789"),
        ("bytes=0-100", "bytes 0-9/10", "0123456789"),
        ("bytes=9-9", "bytes 9-9/10", "9"),
        ("bytes=-3", "bytes 7-9/10", "789"),
        ("bytes=-20", "bytes 0-9/10", "0123456789"),
        ("bytes=-10", "bytes 0-9/10", "0123456789"),
        ("bytes=-0", "bytes 0-9/10", "0123456789"),
        ("BYTES=0-1", "bytes 0-1/10", "01"),
        ("bytes = 0-1", "bytes 0-1/10", "01"),
    ] {
        let answer = alice
            .get(image.at("/file"))
            .header("Range", range)
            .await
            .is(206);
        assert_eq!(answer.header("content-range"), sent, "{range}");
        assert_eq!(answer.header("content-length"), content.len().to_string());
        assert_eq!(
            answer.header("content-md5"),
            "781e5e245d69b566979b86e28d23f2c7"
        );
        assert_eq!(answer.body, content);
    }
}

#[tokio::test]
async fn a_range_that_there_is_not_is_refused() {
    let glance = glance().await;
    let (alice, image) = digits(&glance).await;
    for (range, words) in [
        ("bytes=10-", START),
        ("bytes=20-30", START),
        ("bytes=5-2", INVALID),
        ("bytes=a-b", INVALID),
        ("bits=0-1", INVALID),
        ("bytes=", INVALID),
        ("0-4", INVALID),
    ] {
        let answer = alice
            .get(image.at("/file"))
            .header("Range", range)
            .await
            .is(416);
        assert!(!answer.has("content-range"));
        answer.details(words);
    }
    let answer = alice
        .get(image.at("/file"))
        .header("Range", "bytes=0-1,3-4")
        .await;
    answer.is(400).says(
        "Requests with multiple ranges are not supported in Glance. You may make multiple \
         single-range requests instead.",
    );
}

#[tokio::test]
async fn an_empty_image_has_no_ranges() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    alice.upload(&image, "").await.is(204);
    for range in ["bytes=0-", "bytes=-1"] {
        let answer = alice
            .get(image.at("/file"))
            .header("Range", range)
            .await
            .is(416);
        answer.details(
            "Invalid start position in Range header. Start position MUST be in the inclusive range [0, -1].",
        );
    }
}

#[tokio::test]
async fn a_content_range_is_an_old_way_to_ask() {
    let glance = glance().await;
    let (alice, image) = digits(&glance).await;
    let ask = |range: &'static str| alice.get(image.at("/file")).header("Content-Range", range);
    for range in ["bytes 0-4/10", "bytes 0-4/*"] {
        let answer = ask(range).await.is(206);
        assert_eq!(answer.header("content-range"), "bytes 0-4/10");
        assert_eq!(answer.body, "01234");
    }
    ask("bytes 0-20/*").await.is(416).details(
        "Invalid stop position in Content-Range header. The stop position MUST be in the inclusive range [0, 9].",
    );
    ask("bytes 10-20/*").await.is(416);
    for range in ["bytes 4-0/10", "bytes */10", "bytes 0-4", "nonsense"] {
        ask(range)
            .await
            .is(416)
            .details("Invalid Content-Range header.");
    }
    // Where Glance announces more bytes than it sends.
    ask("bytes 0-20/30").await.is(416);
    let both = ask("bytes 0-4/10")
        .header("Range", "bytes=5-")
        .await
        .is(206);
    assert_eq!(both.body, "56789");
}

#[tokio::test]
async fn parts_of_a_large_image_are_its_own() {
    let (glance, _home) = on_disk().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let data: Vec<u8> = (0..3_000_000_u32).map(|it| it.to_be_bytes()[2]).collect();
    alice.upload(&image, data.clone()).await.is(204);
    for (start, end) in [
        (0, 0),
        (262_143, 262_144),
        (1, 2_999_998),
        (2_000_000, 2_999_999),
    ] {
        let range = format!("bytes={start}-{end}");
        let answer = alice
            .get(image.at("/file"))
            .header("Range", &range)
            .await
            .is(206);
        assert!(answer.body == data[start..=end], "{range}");
    }
}

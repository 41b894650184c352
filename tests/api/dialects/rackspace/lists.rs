//! A2: lists.

use serde_json::json;

use super::{SAMPLE, empty, rackspace};
use crate::glance::{Image, Person};

async fn share(owner: &Person, image: &Image, member: &Person) {
    let body = json!({ "member": member.project() });
    owner.post(image.at("/members")).json(body).await.is(200);
    let path = image.at(&format!("/members/{}", member.project()));
    let accepted = json!({ "status": "accepted" });
    member.put(path).json(accepted).await.is(200);
}

#[tokio::test]
async fn a2_4_every_word_filters_by_protection() {
    let glance = empty().await;
    let ann = glance.person("ann");
    ann.create(json!({ "name": "safe", "protected": true }))
        .await;
    ann.create(json!({ "name": "free" })).await;
    for (word, name) in [
        ("True", "safe"),
        ("true", "safe"),
        ("False", "free"),
        ("x", "free"),
    ] {
        assert_eq!(
            ann.names(&format!("?protected={word}")).await,
            [name],
            "{word}"
        );
    }
}

#[tokio::test]
async fn a2_5_a_list_is_sorted_by_owner_and_paged() {
    let glance = empty().await;
    for (person, name) in [("bob", "2"), ("ann", "1"), ("carl", "3")] {
        let fields = json!({ "name": name, "visibility": "public" });
        glance.person(person).create(fields).await;
    }
    let ann = glance.person("ann");
    assert_eq!(
        ann.names("?sort_key=owner&sort_dir=asc").await,
        ["1", "2", "3"]
    );
    assert_eq!(ann.names("?sort_key=owner").await, ["3", "2", "1"]);
    let first = ann
        .get("/v2/images?sort_key=owner&sort_dir=asc&limit=2")
        .await;
    let next = first["next"].as_str().unwrap();
    let rest = ann.get(next).await.is(200);
    assert_eq!(rest["images"][0]["name"], "3");
}

#[tokio::test]
async fn a2_5_timestamps_equal_what_is_shown() {
    let glance = empty().await;
    let ann = glance.person("ann");
    let image = ann.create(json!({ "name": "now" })).await;
    for field in ["created_at", "updated_at"] {
        let shown = image[field].as_str().unwrap();
        assert_eq!(ann.names(&format!("?{field}={shown}")).await, ["now"]);
        let other = "2001-01-01T00:00:00Z";
        assert!(ann.names(&format!("?{field}={other}")).await.is_empty());
    }
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let names = ann.names("?updated_at=2029-02-20T02:12:29Z").await;
    assert_eq!(names, ["Debian 10 (Buster) (PVHVM)"]);
}

#[tokio::test]
async fn a2_9_base_images_are_there_for_every_account() {
    let glance = rackspace().await;
    for name in ["ann", "bob"] {
        let list = glance.person(name).get("/v2/images?image_type=base").await;
        let images = list["images"].as_array().unwrap();
        assert_eq!(images.len(), 12);
        for image in images {
            assert!(image["owner"].is_null() && image["protected"] == true);
            assert_eq!(image["visibility"], "public");
        }
    }
}

#[tokio::test]
async fn a2_12_a_page_has_25_images_and_at_most_1000_and_no_offset() {
    let glance = empty().await;
    let ann = glance.person("ann");
    for number in 0..26 {
        ann.create(json!({ "name": format!("{number:02}") })).await;
    }
    assert_eq!(ann.names("").await.len(), 25);
    assert_eq!(ann.names("?limit=5000").await.len(), 26);
    assert_eq!(ann.names("?offset=20&limit=30").await.len(), 26);
}

#[tokio::test]
async fn shared_is_a_filter_for_images_of_others() {
    let glance = empty().await;
    let (ann, bob) = (glance.person("ann"), glance.person("bob"));
    let shared = ann.create(json!({ "name": "of ann" })).await;
    bob.create(json!({ "name": "of bob" })).await;
    share(&ann, &shared, &bob).await;
    assert_eq!(bob.names("?visibility=shared").await, ["of ann"]);
    assert_eq!(bob.names("?visibility=private").await, ["of bob"]);
    assert_eq!(bob.names("").await.len(), 2);
    assert!(ann.names("?visibility=shared").await.is_empty());
    assert_eq!(ann.names("?visibility=private").await, ["of ann"]);
    assert_eq!(glance.admin().names("?visibility=private").await.len(), 2);
    for word in ["community", "all", "x"] {
        ann.get(format!("/v2/images?visibility={word}"))
            .await
            .is(400);
    }
}

#[tokio::test]
async fn an_image_at_the_end_of_its_life_is_in_no_list_and_readable_by_its_id() {
    let glance = empty().await;
    let seed = json!({ "images": [{
        "id": "11111111-2222-4333-8444-555555555555", "name": "old", "owner": null,
        "visibility": "public", "os_hidden": true,
    }]});
    glance.control().post("/seeds").json(seed).await.is(201);
    let ann = glance.person("ann");
    assert!(ann.names("").await.is_empty());
    let old = "/v2/images/11111111-2222-4333-8444-555555555555";
    let shown = ann.get(old).await.is(200);
    assert!(shown["name"] == "old" && !shown.keys().contains(&"os_hidden"));
}

#[tokio::test]
async fn a_path_may_end_in_json_and_have_the_number_of_the_account() {
    let glance = rackspace().await;
    let ann = glance.bearer("ann:929418:member,reader");
    for path in [
        "/v2/images.json",
        "/v2/929418/images",
        "/v2/929418/images.json",
    ] {
        let answer = ann.get(path).await.is(200);
        assert_eq!(answer["images"].as_array().unwrap().len(), 13, "{path}");
    }
    ann.get(format!("{SAMPLE}.json")).await.is(200);
}

//! Page by page.

use chrono::TimeDelta;
use serde_json::json;

use crate::glance::{Person, glance, glance_with};

/// Makes this many images, called after their number.
async fn fill(person: &Person, count: usize) {
    for number in 0..count {
        person.create(json!({ "name": number.to_string() })).await;
    }
}

/// Follows `next` to the end: the names on each page.
async fn walk(person: &Person, query: &str) -> Vec<Vec<String>> {
    let mut path = format!("/v2/images{query}");
    let mut pages = Vec::new();
    loop {
        let answer = person.get(&path).await.is(200);
        let images = answer["images"].as_array().unwrap().iter();
        pages.push(
            images
                .map(|it| it["name"].as_str().unwrap_or("-").to_owned())
                .collect(),
        );
        match answer["next"].as_str() {
            Some(next) => next.clone_into(&mut path),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn next_leads_through_all_images_once() {
    let glance = glance().await;
    let alice = glance.person("alice");
    fill(&alice, 5).await;
    assert_eq!(
        walk(&alice, "?limit=2").await,
        [vec!["4", "3"], vec!["2", "1"], vec!["0"]]
    );
    let pages = walk(&alice, "?limit=2&sort=name:asc").await;
    assert_eq!(pages, [vec!["0", "1"], vec!["2", "3"], vec!["4"]]);
}

#[tokio::test]
async fn a_last_page_that_is_full_leads_to_an_empty_one() {
    let glance = glance().await;
    let alice = glance.person("alice");
    fill(&alice, 2).await;
    assert_eq!(walk(&alice, "?limit=2").await, [vec!["1", "0"], vec![]]);
    assert_eq!(walk(&alice, "?limit=3").await, [vec!["1", "0"]]);
}

#[tokio::test]
async fn images_without_a_size_are_paged_by_it_as_if_it_were_0() {
    let glance = glance().await;
    let alice = glance.person("alice");
    fill(&alice, 3).await;
    alice.create_active(json!({ "name": "full" })).await;
    let pages = walk(&alice, "?limit=1&sort=size:asc,created_at:asc").await;
    assert_eq!(pages.concat(), ["0", "1", "2", "full"]);
    let pages = walk(&alice, "?limit=1&sort=size:desc,created_at:asc").await;
    assert_eq!(pages.concat(), ["full", "0", "1", "2"]);
}

#[tokio::test]
async fn links_repeat_what_was_asked() {
    let glance = glance().await;
    let alice = glance.person("alice");
    alice
        .create(json!({ "name": "a", "p": "x y/z*:,\"é~" }))
        .await;
    let image = alice
        .create(json!({ "name": "b", "p": "x y/z*:,\"é~" }))
        .await;
    let query = "limit=1&p=x+y%2Fz%2A%3A%2C%22%C3%A9~&sort=name%3Adesc";
    let answer = alice.get(format!("/v2/images?{query}")).await.is(200);
    assert_eq!(answer.keys(), ["images", "first", "schema", "next"]);
    assert_eq!(answer["first"], format!("/v2/images?{query}"));
    assert_eq!(
        answer["next"],
        format!("/v2/images?{query}&marker={}", image.id)
    );

    let middle = format!("/v2/images?limit=1&marker={}&sort=name", image.id);
    let answer = alice.get(middle).await.is(200);
    assert_eq!(answer["first"], "/v2/images?limit=1&sort=name");
    let last = answer["images"][0]["id"].as_str().unwrap();
    assert_eq!(
        answer["next"],
        format!("/v2/images?limit=1&sort=name&marker={last}")
    );
    let answer = alice
        .get(format!("/v2/images?marker={}", image.id))
        .await
        .is(200);
    assert_eq!(answer["first"], "/v2/images");
    assert_eq!(
        alice.get("/v2/images?limit=5000").await["first"],
        "/v2/images?limit=5000"
    );
}

#[tokio::test]
async fn a_repeated_parameter_stays_repeated_in_links() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for tags in [json!(["a"]), json!(["a", "b"]), json!(["a", "b"])] {
        alice.create(json!({ "name": "x", "tags": tags })).await;
    }
    assert_eq!(walk(&alice, "?tag=b&tag=a&limit=1").await.concat().len(), 2);
}

#[tokio::test]
async fn a_limit_is_a_number_from_0_on() {
    let glance = glance().await;
    let alice = glance.person("alice");
    fill(&alice, 3).await;
    for (limit, count) in [
        ("0", 0),
        ("1", 1),
        ("+2", 2),
        ("%2B2", 2),
        ("%202%20", 2),
        ("99999999999999999999", 3),
    ] {
        let answer = alice.get(format!("/v2/images?limit={limit}")).await.is(200);
        assert_eq!(answer["images"].as_array().unwrap().len(), count, "{limit}");
        assert_eq!(answer.json().get("next").is_some(), (1..3).contains(&count));
    }
    for limit in ["", "x", "1.5", "0x1"] {
        let answer = alice.get(format!("/v2/images?limit={limit}")).await.is(400);
        answer.says("limit param must be an integer");
    }
    alice
        .get("/v2/images?limit=-1")
        .await
        .is(400)
        .says("limit param must be positive");
    alice.get("/v2/images?limit=0&marker=nothing").await.is(400);
}

#[tokio::test]
async fn a_page_has_a_usual_and_a_greatest_length() {
    let glance = glance_with(|config| {
        config.images.limit_param_default = 2;
        config.images.api_limit_max = 3;
    })
    .await;
    let alice = glance.person("alice");
    fill(&alice, 5).await;
    for (query, count) in [("", 2), ("?limit=1", 1), ("?limit=3", 3), ("?limit=100", 3)] {
        assert_eq!(alice.names(query).await.len(), count, "{query}");
    }
}

#[tokio::test]
async fn without_a_limit_a_page_has_25() {
    let glance = glance().await;
    let alice = glance.person("alice");
    fill(&alice, 26).await;
    assert_eq!(alice.names("").await.len(), 25);
}

#[tokio::test]
async fn a_marker_is_an_image_that_the_caller_may_see() {
    let glance = glance().await;
    let (alice, bob, admin) = (glance.person("alice"), glance.person("bob"), glance.admin());
    let image = alice.create(json!({ "visibility": "private" })).await;
    let path = format!("/v2/images?marker={}", image.id);
    alice.get(&path).await.is(200);
    let answer = bob.get(&path).await.is(403);
    answer.says(&format!(
        "Forbidding request, image {} not visible",
        image.id
    ));
    for person in [&alice, &admin] {
        let answer = person.get("/v2/images?marker=nothing").await.is(400);
        answer.says("No image found with ID nothing");
        person
            .get("/v2/images?marker=")
            .await
            .is(400)
            .says("No image found with ID ");
    }
    alice.delete(&image).await.is(204);
    let answer = alice.get(&path).await.is(400);
    answer.says(&format!("No image found with ID {}", image.id));
    admin.get(&path).await.is(200);
}

#[tokio::test]
async fn a_marker_need_not_pass_the_filters() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let mut marker = String::new();
    for name in ["x", "y", "x", "y"] {
        let image = alice.create(json!({ "name": name })).await;
        if name == "y" {
            marker = image.id;
        }
        glance.advance(TimeDelta::seconds(1)).await.unwrap();
    }
    assert_eq!(
        alice.names(&format!("?name=x&marker={marker}")).await,
        ["x", "x"]
    );
}

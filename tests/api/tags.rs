//! `/v2/images/{image}/tags/{tag}`

use serde_json::json;

use crate::glance::{glance, glance_with};

#[tokio::test]
async fn a_tag_is_put_and_deleted() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "tags": ["a"] })).await;
    for _ in 0..2 {
        let answer = alice.put(image.at("/tags/b")).await.is(204);
        assert!(answer.body.is_empty());
        assert_eq!(answer.header("content-type"), "text/html; charset=UTF-8");
        assert_eq!(alice.see(&image).await.tags(), ["a", "b"].into());
    }
    alice.delete(image.at("/tags/a")).await.is(204);
    assert_eq!(alice.see(&image).await.tags(), ["b"].into());
    alice.delete(image.at("/tags/a")).await.tells_nothing();
    alice.delete(image.at("/tags/B")).await.tells_nothing();
    alice
        .delete(image.at(&format!("/tags/{}", "x".repeat(300))))
        .await
        .tells_nothing();
}

#[tokio::test]
async fn tags_are_shown_in_one_order_everywhere() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let tags = json!(["b", "é", "a", "B", "10", "9"]);
    let order = json!(["10", "9", "B", "a", "b", "é"]);
    let made = alice
        .post("/v2/images")
        .json(json!({ "tags": tags }))
        .await
        .is(201);
    assert_eq!(made["tags"], order);
    let image = format!("/v2/images/{}", made["id"].as_str().unwrap());
    assert_eq!(alice.get(&image).await.is(200)["tags"], order);
    let list = alice.get("/v2/images").await.is(200);
    assert_eq!(list["images"][0]["tags"], order);
    alice.put(format!("{image}/tags/A")).await.is(204);
    let order = json!(["10", "9", "A", "B", "a", "b", "é"]);
    assert_eq!(alice.get(&image).await.is(200)["tags"], order);
    let list = alice.get("/v2/images?tag=A").await.is(200);
    assert_eq!(list["images"][0]["tags"], order);
}

#[tokio::test]
async fn a_tag_is_what_the_path_says_decoded_once() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for (path, tag) in [
        ("a+b", "a+b"),
        ("a%20b", "a b"),
        ("%20", " "),
        ("%25", "%"),
        ("%2541", "%41"),
        ("%3F", "?"),
        ("a,b", "a,b"),
        ("a.json", "a.json"),
        ("%C3%A9", "é"),
        ("...", "..."),
    ] {
        let image = alice.create(json!({})).await;
        alice.put(image.at(&format!("/tags/{path}"))).await.is(204);
        assert_eq!(alice.see(&image).await.tags(), [tag].into());
        alice
            .delete(image.at(&format!("/tags/{path}")))
            .await
            .is(204);
        assert!(alice.see(&image).await.tags().is_empty());
    }
}

#[tokio::test]
async fn no_tag_has_a_slash_and_none_is_empty() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    for path in ["/tags/a/b", "/tags/a%2Fb", "/tags/", "/tags"] {
        alice.put(image.at(path)).await.tells_nothing();
        alice.get(image.at(path)).await.tells_nothing();
        alice.post(image.at(path)).await.tells_nothing();
    }
}

#[tokio::test]
async fn a_tag_must_be_storable() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    let long = "x".repeat(256);
    let answer = alice
        .put(format!("/v2/images/nothing/tags/{long}"))
        .await
        .is(400);
    answer.begins(&format!(
        "Provided object does not match schema 'image': '{long}' is too long"
    ));
    let answer = alice.put(image.at("/tags/%F0%9F%98%80")).await.is(400);
    answer.says("Could not update image: Param values can't contain 4 byte unicode.");
    for path in ["/tags/%FF", "/tags/%C3"] {
        alice.put(image.at(path)).await.is(400);
        alice.delete(image.at(path)).await.is(400);
    }
    alice.put(image.at("/tags/%00")).await.is(400);
    assert!(alice.see(&image).await.tags().is_empty());
}

#[tokio::test]
async fn a_body_is_refused() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let answer = alice
        .put("/v2/images/nothing/tags/a")
        .json(json!({}))
        .await
        .is(400);
    answer.says("A body is not expected with this request.");
}

#[tokio::test]
async fn who_may_not_change_the_image_may_not_tag_it() {
    let glance = glance().await;
    let (alice, bob) = (glance.person("alice"), glance.person("bob"));
    let private = alice
        .create(json!({ "visibility": "private", "tags": ["a"] }))
        .await;
    let community = alice
        .create(json!({ "visibility": "community", "tags": ["a"] }))
        .await;
    for image in [&private, &community] {
        for tag in ["a", "b"] {
            let path = image.at(&format!("/tags/{tag}"));
            for request in [bob.put(&path), bob.delete(&path)] {
                let answer = request.await;
                if image.id == private.id {
                    answer.is(404).says("Image {id} not found.");
                } else {
                    answer
                        .is(403)
                        .says("You are not authorized to complete modify_image action.");
                }
            }
        }
    }
    alice
        .with_roles("other")
        .put(private.at("/tags/b"))
        .await
        .tells_nothing();
    alice
        .with_roles("other")
        .delete(private.at("/tags/a"))
        .await
        .tells_nothing();
    let answer = alice.put("/v2/images/nothing/tags/a").await.is(404);
    answer.says("Image {id} not found.");
}

#[tokio::test]
async fn an_image_has_only_so_many_tags() {
    let glance = glance_with(|config| config.images.image_tag_quota = 2).await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "tags": ["a", "b"] })).await;
    let answer = alice.put(image.at("/tags/c")).await.is(413);
    answer.says(
        "Image tag limit exceeded for image {id}: The limit has been exceeded on the number of \
         allowed image tags. Attempted: 3, Maximum: 2:",
    );
    alice.put(image.at("/tags/b")).await.is(204);
    alice.delete(image.at("/tags/b")).await.is(204);
    alice.put(image.at("/tags/c")).await.is(204);
}

#[tokio::test]
async fn other_methods_are_refused() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for request in [
        alice.get("/v2/images/x/tags/a"),
        alice.post("/v2/images/x/tags/a"),
    ] {
        assert_eq!(request.await.is(405).header("allow"), "PUT, DELETE");
    }
}

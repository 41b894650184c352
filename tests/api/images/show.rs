//! `GET /v2/images/{image}`

use chrono::TimeDelta;
use serde_json::json;

use crate::glance::{glance, glance_with};

#[tokio::test]
async fn what_is_not_there_is_404_whatever_its_name() {
    let glance = glance().await;
    for caller in [glance.person("alice"), glance.admin()] {
        for id in [
            "x",
            "0142411f-0776-40f3-b6f3-54047dba53da",
            "a%20b",
            "a.json",
        ] {
            let answer = caller.get(format!("/v2/images/{id}")).await.is(404);
            answer.says(&format!(
                "No image found with ID {}",
                id.replace("%20", " ")
            ));
        }
        let long = "x".repeat(300);
        caller
            .get(format!("/v2/images/{long}"))
            .await
            .is(404)
            .says("No image found with ID {id}");
    }
}

#[tokio::test]
async fn a_query_and_the_accept_header_change_nothing() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    let path = image.at("?visibility=nonsense&limit=x");
    let answer = alice.get(path).header("Accept", "text/html").await.is(200);
    assert_eq!(*answer.json(), image.document);
    assert_eq!(answer.header("content-type"), "application/json");
}

#[tokio::test]
async fn a_deleted_image_is_gone_for_admins_too() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    alice.delete(&image).await.is(204);
    for caller in [alice, glance.admin()] {
        caller
            .get(&image)
            .await
            .is(404)
            .says("No image found with ID {id}");
    }
}

#[tokio::test]
async fn an_image_of_nobody_is_seen_by_readers_unless_it_is_private() {
    let glance = glance().await;
    let (admin, alice) = (glance.admin(), glance.person("alice"));
    for visibility in ["public", "community", "shared"] {
        let image = admin
            .create(json!({ "owner": null, "visibility": visibility }))
            .await;
        alice.get(&image).await.is(200);
        let answer = alice.set(&image, "name", "x").await.is(403);
        answer.says("You are not authorized to complete modify_image action.");
    }
    let image = admin
        .create(json!({ "owner": null, "visibility": "private" }))
        .await;
    alice.get(&image).await.tells_nothing();
    admin.get(&image).await.is(200);
}

#[tokio::test]
async fn the_time_of_the_last_change_moves_with_every_change() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice
        .create_active(json!({ "name": "x", "tags": ["t"] }))
        .await;
    let mut before = alice.see(&image).await["updated_at"].clone();
    let changes = || {
        [
            (
                "replace name by itself",
                alice.set(&image, "name", "x"),
                true,
            ),
            ("put a tag it has", alice.put(image.at("/tags/t")), true),
            ("delete a tag", alice.delete(image.at("/tags/t")), true),
            (
                "deactivate",
                alice.post(image.at("/actions/deactivate")),
                true,
            ),
            (
                "deactivate again",
                alice.post(image.at("/actions/deactivate")),
                false,
            ),
            (
                "reactivate",
                alice.post(image.at("/actions/reactivate")),
                true,
            ),
            (
                "reactivate again",
                alice.post(image.at("/actions/reactivate")),
                false,
            ),
            ("patch nothing", alice.patch(&image, json!([])), false),
            (
                "add a member",
                alice
                    .post(image.at("/members"))
                    .json(json!({ "member": "m" })),
                false,
            ),
            (
                "remove a member",
                alice.delete(image.at("/members/m")),
                false,
            ),
        ]
    };
    for (change, request, moves) in changes() {
        glance.advance(TimeDelta::seconds(5)).await.unwrap();
        let answer = request.await;
        assert!(answer.status < 300, "{change}: {}", answer.text());
        let now = alice.see(&image).await;
        assert_eq!(now["updated_at"] != before, moves, "{change}");
        assert_eq!(now["created_at"], image["created_at"]);
        before = now["updated_at"].clone();
    }
}

#[tokio::test]
async fn where_the_bytes_are_is_shown_if_the_settings_say_so() {
    let glance = glance_with(|config| {
        config.images.show_multiple_locations = true;
        config.images.show_image_direct_url = true;
    })
    .await;
    let alice = glance.person("alice");
    let queued = alice.create(json!({})).await;
    assert_eq!(queued["locations"], json!([]));
    assert_eq!(queued.get("direct_url"), None);
    let image = alice.create_active(json!({})).await;
    let image = alice.see(&image).await;
    let [location] = image["locations"].as_array().unwrap().as_slice() else {
        panic!("{:?}", image["locations"]);
    };
    assert_eq!(location["url"], image["direct_url"]);
    assert!(location["metadata"].is_object());
    let keys: Vec<_> = image.document.as_object().unwrap().keys().collect();
    let order = [
        "updated_at",
        "locations",
        "direct_url",
        "tags",
        "self",
        "file",
        "schema",
    ];
    assert!(
        keys.ends_with(&order.map(String::from).each_ref()),
        "{keys:?}"
    );

    alice.post(image.at("/actions/deactivate")).await.is(204);
    let seen = alice.see(&image).await;
    assert_eq!(
        (&seen["locations"], seen.get("direct_url")),
        (&json!([]), None)
    );
    let seen = glance.admin().see(&image).await;
    assert_eq!(seen["locations"], image["locations"]);
}

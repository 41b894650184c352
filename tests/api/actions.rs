//! `/v2/images/{image}/actions/deactivate` and `…/reactivate`

use serde_json::json;

use crate::glance::glance;

const DEACTIVATE: &str = "/actions/deactivate";
const REACTIVATE: &str = "/actions/reactivate";

#[tokio::test]
async fn an_active_image_goes_out_of_use_and_comes_back() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    for (action, status) in [
        (REACTIVATE, "active"),
        (DEACTIVATE, "deactivated"),
        (DEACTIVATE, "deactivated"),
        (REACTIVATE, "active"),
    ] {
        let answer = alice.post(image.at(action)).await.is(204);
        assert!(answer.body.is_empty());
        assert_eq!(answer.header("content-type"), "text/html; charset=UTF-8");
        assert_eq!(alice.see(&image).await["status"], status);
    }
}

#[tokio::test]
async fn the_data_of_an_image_out_of_use_is_for_admins() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    alice.post(image.at(DEACTIVATE)).await.is(204);
    alice.get(image.at("/file")).await.is(403);
    assert_eq!(
        glance.admin().get(image.at("/file")).await.is(200).text(),
        "data"
    );
    alice.post(image.at(REACTIVATE)).await.is(204);
    assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");
}

#[tokio::test]
async fn all_else_of_an_image_out_of_use_works() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({ "name": "x" })).await;
    alice.post(image.at(DEACTIVATE)).await.is(204);
    assert_eq!(alice.names("?status=deactivated").await, ["x"]);
    alice.set(&image, "name", "y").await.is(200);
    alice.put(image.at("/tags/t")).await.is(204);
    alice
        .post(image.at("/members"))
        .json(json!({ "member": "m" }))
        .await
        .is(200);
    alice.delete(&image).await.is(204);
}

#[tokio::test]
async fn an_image_without_data_is_neither_in_use_nor_out_of_it() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    for action in ["deactivate", "reactivate"] {
        let answer = alice
            .post(image.at(&format!("/actions/{action}")))
            .await
            .is(403);
        answer.says(&format!("Not allowed to {action} image in status 'queued'"));
    }
}

#[tokio::test]
async fn a_body_is_refused() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for action in [DEACTIVATE, REACTIVATE] {
        let request = alice
            .post(format!("/v2/images/nothing{action}"))
            .json(json!({}));
        request
            .await
            .is(400)
            .says("A body is not expected with this request.");
    }
}

#[tokio::test]
async fn who_may_not_see_or_change_the_image_is_refused() {
    let glance = glance().await;
    let (alice, bob) = (glance.person("alice"), glance.person("bob"));
    let private = alice
        .create_active(json!({ "visibility": "private" }))
        .await;
    let community = alice
        .create_active(json!({ "visibility": "community" }))
        .await;
    for action in ["deactivate", "reactivate"] {
        let rest = format!("/actions/{action}");
        bob.post(private.at(&rest))
            .await
            .is(404)
            .says("No image found with ID {id}");
        alice
            .with_roles("other")
            .post(private.at(&rest))
            .await
            .tells_nothing();
        let answer = bob.post(community.at(&rest)).await.is(403);
        answer.says(&format!(
            "You are not authorized to complete {action} action."
        ));
        glance.admin().post(community.at(&rest)).await.is(204);
    }
}

#[tokio::test]
async fn there_are_no_other_actions_and_methods() {
    let glance = glance().await;
    let alice = glance.person("alice");
    alice
        .post("/v2/images/x/actions/delete")
        .await
        .tells_nothing();
    for action in [DEACTIVATE, REACTIVATE] {
        let answer = alice.put(format!("/v2/images/x{action}")).await.is(405);
        assert_eq!(answer.header("allow"), "POST");
    }
}

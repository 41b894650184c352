//! Who is asking, where it is not the embedded identity that tells; and the ids of requests.

use lookalike::config::AuthMode;
use serde_json::{Value, json};

use crate::glance::{glance, glance_with};

#[tokio::test]
async fn the_roles_of_a_fake_token_are_taken_literally() {
    let glance = glance().await;
    let member = glance.bearer("u:p:member");
    let image = member.create(json!({ "name": "x" })).await;
    let answer = member.get("/v2/images").await.is(403);
    answer.says("You are not authorized to complete get_images action.");
    member.get(&image).await.tells_nothing();
    member.set(&image, "name", "y").await.is(200);
    let nothing = glance.bearer("u:p:");
    nothing.get("/v2/images").await.is(403);
    nothing.get(&image).await.tells_nothing();
}

#[tokio::test]
async fn the_roles_of_a_fake_token_imply_others_if_the_settings_say_so() {
    let glance = glance_with(|config| config.access.fake_implied_roles = true).await;
    let member = glance.bearer("u:p:member");
    member.create(json!({ "name": "x" })).await;
    assert_eq!(member.names("").await, ["x"]);
    glance
        .bearer("u:q:admin")
        .create(json!({ "visibility": "public" }))
        .await;
}

#[tokio::test]
async fn roles_are_the_same_in_capitals_and_an_admin_of_any_project_is_admin() {
    let glance = glance().await;
    let image = glance
        .person("alice")
        .create(json!({ "visibility": "private" }))
        .await;
    for token in ["u:p:ADMIN", "u:none:admin", "u:p:other, Admin"] {
        glance.bearer(token).get(&image).await.is(200);
    }
}

#[tokio::test]
async fn without_a_project_there_are_public_images_and_on_demand_those_of_the_community() {
    let glance = glance().await;
    let admin = glance.admin();
    for visibility in ["public", "community", "shared", "private"] {
        let image = admin
            .create(json!({ "name": visibility, "visibility": visibility }))
            .await;
        if visibility == "shared" {
            let request = admin
                .post(image.at("/members"))
                .json(json!({ "member": "m" }));
            request.await.is(200);
        }
    }
    let eve = glance.bearer("eve:none:member,reader");
    assert_eq!(eve.names("").await, ["public"]);
    assert_eq!(eve.names("?visibility=community").await, ["community"]);
    assert_eq!(
        eve.names("?visibility=all&sort=name").await,
        ["public", "community"]
    );
    assert_eq!(
        eve.names("?visibility=shared&member_status=all").await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn without_keystone_nothing_leads_to_it() {
    let glance = glance_with(|config| config.access.auth = vec![AuthMode::Fake]).await;
    let answer = glance.nobody().get("/v2/images").await.is(401);
    assert!(!answer.has("www-authenticate"));
    glance.person("alice").get("/v2/images").await.is(200);
}

#[tokio::test]
async fn fake_tokens_are_taken_only_if_the_settings_say_so() {
    let glance = glance_with(|config| config.access.auth = vec![AuthMode::Keystone]).await;
    glance.person("alice").get("/v2/images").await.is(401);
}

#[tokio::test]
async fn without_authentication_everybody_is_an_admin_of_nothing() {
    let glance = glance_with(|config| config.access.auth = vec![AuthMode::None]).await;
    let nobody = glance.nobody();
    let image = nobody
        .create(json!({ "name": "x", "visibility": "public" }))
        .await;
    assert_eq!(image["owner"], Value::Null);
    assert_eq!(nobody.names("").await, ["x"]);
    nobody.delete(&image).await.is(204);
}

#[tokio::test]
async fn whoever_comes_in_without_a_token_only_reads() {
    let glance = glance_with(|config| config.images.allow_anonymous_access = true).await;
    let (alice, nobody) = (glance.person("alice"), glance.nobody());
    let image = alice.create(json!({ "visibility": "community" })).await;
    let answer = nobody.get("/v2/images").await.is(403);
    answer.says("You are not authorized to complete get_images action.");
    nobody.get(&image).await.tells_nothing();
    let answer = nobody.post("/v2/images").json(json!({})).await.is(403);
    answer.details("Read-only access");
    nobody
        .set(&image, "name", "x")
        .await
        .is(403)
        .details("Read-only access");
    let answer = nobody.post("/v2/images").json(json!({ "name": 5 })).await;
    answer
        .is(400)
        .begins("Provided object does not match schema");
    glance.bearer("wrong").get("/v2/images").await.is(401);
}

#[tokio::test]
async fn every_answer_to_a_known_caller_has_the_id_of_its_request() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for path in ["/v2/images", "/v2/images/x", "/v2/nonsense", "/v2"] {
        let answer = alice.get(path).await;
        let id = answer
            .header("x-openstack-request-id")
            .strip_prefix("req-")
            .unwrap();
        assert_eq!(id.len(), 36, "{path}");
        let again = alice.get(path).await;
        assert_ne!(again.header("x-openstack-request-id"), format!("req-{id}"));
        for (given, kept) in [("abc", "req-abc"), ("req-abc", "req-abc")] {
            let answer = alice
                .get(path)
                .header("X-Openstack-Request-Id", given)
                .await;
            assert_eq!(answer.header("x-openstack-request-id"), kept, "{path}");
        }
    }
}

#[tokio::test]
async fn a_request_id_has_a_length() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let request = alice
        .get("/v2/images")
        .header("X-Openstack-Request-Id", &"x".repeat(64));
    request.await.is(200);
    let request = alice
        .get("/v2/images")
        .header("X-Openstack-Request-Id", &"x".repeat(65));
    request.await.is(431);
}

//! The check of a request's token, which the images' API rests on.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Cloud, cloud, password, project};
use crate::glance::Person;

impl Cloud {
    async fn bearer(&self, user: &str, scope: Value) -> Person {
        let token = self.token(password(user, "secret"), Some(scope)).await;
        self.server.bearer(token)
    }
}

#[tokio::test]
async fn a_token_tells_project_and_roles() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let demo = cloud.bearer("demo", project("demo")).await;
    let image = demo.create(json!({ "name": "x" })).await;
    assert_eq!(image["owner"], cloud.id(&admin, "projects", "demo").await);
    assert_eq!(demo.names("").await, ["x"]);
    let answer = demo
        .post("/v2/images")
        .json(json!({ "visibility": "public" }))
        .await;
    answer
        .is(403)
        .says("You are not authorized to complete publicize_image action.");

    let reader = cloud.bearer("demo_reader", project("demo")).await;
    reader.get(&image).await.is(200);
    reader.set(&image, "name", "y").await.is(403);

    let admin = cloud.server.bearer(admin);
    assert_eq!(admin.names("").await, ["x"]);
    admin.set(&image, "visibility", "public").await.is(200);
    cloud
        .bearer("alt", project("alt"))
        .await
        .get(&image)
        .await
        .is(200);
}

#[tokio::test]
async fn the_token_of_a_whole_system_or_a_domain_may_do_nothing_with_images() {
    let cloud = cloud().await;
    let demo = cloud.bearer("demo", project("demo")).await;
    let image = demo.create(json!({ "visibility": "community" })).await;
    let system = cloud
        .bearer("admin", json!({ "system": { "all": true } }))
        .await;
    let answer = system.get("/v2/images").await.is(403);
    answer.says("You are not authorized to complete get_images action.");
    system.get(&image).await.tells_nothing();
}

#[tokio::test]
async fn no_token_or_an_unknown_one_is_nobodys() {
    let cloud = cloud().await;
    let challenge = format!("Keystone uri=\"{}/identity\"", cloud.server.url());
    let mut people = vec![cloud.server.nobody()];
    people.extend(["", "nope", "a:b", "a:b:c:d"].map(|it| cloud.server.bearer(it)));
    for person in people {
        for path in ["/v2/images", "/v2/nonsense"] {
            let answer = person.get(path).await.is(401);
            assert_eq!(answer.header("www-authenticate"), challenge);
            assert!(!answer.has("x-openstack-request-id"));
        }
    }
}

#[tokio::test]
async fn a_token_that_ended_or_was_revoked_is_nobodys() {
    let cloud = cloud().await;
    let token = cloud.of("demo", "demo").await;
    let demo = cloud.server.bearer(&token);
    demo.get("/v2/images").await.is(200);
    let request = cloud.request(http::Method::DELETE, "/v3/auth/tokens", &token);
    cloud
        .send(request.header("X-Subject-Token", &token))
        .await
        .is(204);
    demo.get("/v2/images").await.is(401);

    let demo = cloud.bearer("demo", project("demo")).await;
    cloud
        .server
        .advance(TimeDelta::seconds(3601))
        .await
        .unwrap();
    demo.get("/v2/images").await.is(401);
}

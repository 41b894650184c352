//! Registered limits, which the limits of projects need: one of a name, and unchanged while it is used.

use http::Method;
use serde_json::json;

use super::cloud;

#[tokio::test]
async fn a_limit_needs_a_registered_one_and_both_are_there_once() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let answer = cloud.limit(&admin, "x", 2).await.is(403);
    answer.says("Unable to create a limit that has no corresponding registered limit.");
    cloud.register(&admin, "x", 5).await.is(201);
    let answer = cloud.register(&admin, "x", 6).await.is(409);
    answer.says("Conflict occurred attempting to store registered_limit - Duplicate entry.");
    cloud.limit(&admin, "x", 2).await.is(201);
    let answer = cloud.limit(&admin, "x", 3).await.is(409);
    answer.says("Conflict occurred attempting to store limit - Duplicate entry.");
}

#[tokio::test]
async fn a_registered_limit_cannot_take_the_name_of_another() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    cloud.register(&admin, "x", 5).await.is(201);
    let other = cloud.register(&admin, "y", 5).await.is(201);
    let id = other.body["registered_limits"][0]["id"].as_str().unwrap();
    let path = format!("/v3/registered_limits/{id}");
    let change = json!({ "registered_limit": { "resource_name": "x" } });
    let answer = cloud.patch(&admin, &path, change).await.is(409);
    answer.says("Conflict occurred attempting to store registered_limit - Duplicate entry.");
    let answer = cloud.get(&admin, &path).await.is(200);
    assert_eq!(answer.body["registered_limit"]["resource_name"], "y");
}

#[tokio::test]
async fn a_registered_limit_that_is_used_stays_as_it_is() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let answer = cloud.register(&admin, "x", 5).await.is(201);
    let id = answer.body["registered_limits"][0]["id"].as_str().unwrap();
    let path = format!("/v3/registered_limits/{id}");
    let change = json!({ "registered_limit": { "default_limit": 6 } });
    let answer = cloud.patch(&admin, &path, change.clone()).await.is(200);
    assert_eq!(answer.body["registered_limit"]["default_limit"], 6);
    let limit = cloud.limit(&admin, "x", 2).await.is(201);
    let words = format!(
        "Unable to update or delete registered limit {id} because there are project limits \
         associated with it."
    );
    cloud
        .patch(&admin, &path, change)
        .await
        .is(403)
        .says(&words);
    cloud
        .call(Method::DELETE, &admin, &path)
        .await
        .is(403)
        .says(&words);
    let own = format!(
        "/v3/limits/{}",
        limit.body["limits"][0]["id"].as_str().unwrap()
    );
    cloud.call(Method::DELETE, &admin, &own).await.is(204);
    let answer = cloud.call(Method::DELETE, &admin, &own).await.is(404);
    assert!(
        answer.body["error"]["message"]
            .as_str()
            .unwrap()
            .starts_with("Could not find limit for ")
    );
    cloud.call(Method::DELETE, &admin, &path).await.is(204);
    cloud
        .get(&admin, &path)
        .await
        .is(404)
        .says(&format!("Could not find registered limit for {id}."));
}

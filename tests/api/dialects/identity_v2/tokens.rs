//! Tokens shown and revoked, tenants, and discovery.

use http::Method;
use serde_json::json;

use super::{ACCOUNT, CREATOR_KEY, FILES, enter, fails, key, password, rackspace, user_admin};

#[tokio::test]
async fn a_user_sees_his_own_token() {
    let glance = rackspace().await;
    let (person, access) = user_admin(&glance).await;
    let path = format!("/v2.0/tokens/{}", person.token());
    let shown = person.get(&path).await.is(200);
    assert_eq!(shown["access"]["token"], access["token"]);
    assert_eq!(shown["access"]["user"], access["user"]);
    assert!(shown["access"].get("serviceCatalog").is_none());
    let head = person.request(Method::HEAD, &path).await.is(200);
    assert!(head.body.is_empty());
    for tenant in [ACCOUNT, FILES] {
        person
            .get(format!("{path}?belongsTo={tenant}"))
            .await
            .is(200);
    }
    let answer = person.get(format!("{path}?belongsTo=1")).await;
    let words = "Token doesn't belong to Tenant with Id/Name: '1'";
    fails(&answer, 404, "itemNotFound", words);
}

#[tokio::test]
async fn the_token_of_another_is_shown_to_an_admin_only() {
    let glance = rackspace().await;
    let (person, _) = user_admin(&glance).await;
    let (other, _) = enter(&glance, key("rackspace-creator", CREATOR_KEY)).await;
    let (admin, _) = enter(&glance, password("admin", "secret")).await;
    let path = format!("/v2.0/tokens/{}", other.token());
    fails(&person.get(&path).await, 403, "forbidden", "Not Authorized");
    admin.get(&path).await.is(200);
    let answer = admin.get("/v2.0/tokens/nothing").await;
    fails(&answer, 404, "itemNotFound", "Token not found.");
}

#[tokio::test]
async fn the_endpoints_of_a_token_are_those_of_the_catalogue() {
    let glance = rackspace().await;
    let (person, _) = user_admin(&glance).await;
    let path = format!("/v2.0/tokens/{}/endpoints", person.token());
    let listed = person.get(path).await.is(200);
    let endpoints = listed["endpoints"].as_array().unwrap();
    let images = endpoints
        .iter()
        .find(|entry| entry["name"] == "cloudImages");
    let images = images.unwrap();
    assert_eq!(images["publicURL"], format!("{}/v2", glance.url()));
    assert_eq!(
        (&images["type"], &images["region"]),
        (&json!("image"), &json!("ORD"))
    );
}

#[tokio::test]
async fn a_token_that_was_revoked_is_good_for_nothing() {
    let glance = rackspace().await;
    let (person, _) = user_admin(&glance).await;
    person.delete("/v2.0/tokens").await.is(204);
    person.get("/v2.0/tenants").await.is(401);
    person.get("/v2/images").await.is(401);
    let (person, _) = user_admin(&glance).await;
    let (again, _) = user_admin(&glance).await;
    let path = format!("/v2.0/tokens/{}", person.token());
    again.delete(&path).await.is(204);
    person.get("/v2.0/tenants").await.is(401);
    let answer = again.delete(&path).await;
    fails(&answer, 404, "itemNotFound", "Token not found.");
    again.get("/v2.0/tenants").await.is(200);
}

#[tokio::test]
async fn the_tenants_of_a_user_are_the_account_and_its_files() {
    let glance = rackspace().await;
    let (person, _) = user_admin(&glance).await;
    let listed = person.get("/v2.0/tenants").await.is(200);
    let tenants = json!([
        { "id": ACCOUNT, "name": ACCOUNT, "enabled": true },
        { "id": FILES, "name": FILES, "enabled": true },
    ]);
    assert_eq!(listed["tenants"], tenants);
    assert_eq!(listed["tenants_links"], json!([]));
}

#[tokio::test]
async fn discovery_lists_both_versions() {
    let glance = rackspace().await;
    let link = format!("{}/identity/v2.0/", glance.url());
    for path in ["/v2.0", "/v2.0/", "/identity/v2.0", "/identity/v2.0/"] {
        let version = glance.nobody().get(path).await.is(200);
        assert_eq!(version["version"]["id"], "v2.0");
        assert_eq!(version["version"]["links"][0]["href"], link);
    }
    let versions = glance.nobody().get("/identity").await.is(300);
    let ids = versions["versions"]["values"].as_array().unwrap();
    let ids: Vec<_> = ids.iter().map(|version| &version["id"]).collect();
    assert_eq!(ids, ["v3.14", "v2.0"]);
    let extensions = glance.nobody().get("/v2.0/extensions").await.is(200);
    assert_eq!(extensions["extensions"]["values"], json!([]));
}

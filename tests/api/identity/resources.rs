//! Projects, users, services: made, listed, changed, removed.

use http::Method;
use serde_json::json;

use super::{DENIED, cloud, keys};

#[tokio::test]
async fn projects_live_and_die() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let new = json!({ "project": { "name": "p1", "domain_id": "default", "description": "d" } });
    let answer = cloud.post(&admin, "/v3/projects", new).await.is(201);
    let project = &answer.body["project"];
    let id = project["id"].as_str().unwrap();
    assert_eq!(id.len(), 32);
    let path = format!("/v3/projects/{id}");
    let expected = json!({
        "id": id, "name": "p1", "domain_id": "default", "description": "d", "enabled": true,
        "parent_id": "default", "is_domain": false, "tags": [], "options": {},
        "links": { "self": cloud.link(&format!("/projects/{id}")) },
    });
    assert_eq!(project.to_string(), expected.to_string());
    assert_eq!(
        cloud.get(&admin, &path).await.is(200).body["project"],
        expected
    );
    let listed = cloud
        .get(&admin, "/v3/projects?name=p1&domain_id=default&what=ever")
        .await
        .is(200);
    assert_eq!(listed.body["projects"], json!([expected]));
    let itself = cloud.link("/projects?name=p1&domain_id=default&what=ever");
    assert_eq!(
        listed.body["links"],
        json!({ "next": null, "self": itself, "previous": null })
    );
    let change = json!({ "project": { "description": "new" } });
    let changed = cloud.patch(&admin, &path, change).await.is(200);
    assert_eq!(changed.body["project"]["description"], "new");
    let order = [
        "id",
        "name",
        "domain_id",
        "description",
        "enabled",
        "parent_id",
        "is_domain",
        "tags",
        "extra",
        "options",
        "links",
    ];
    assert_eq!(keys(&changed.body["project"]), order);
    cloud
        .get(&admin, "/v3/projects/p1")
        .await
        .is(404)
        .says("Could not find project: p1.");
    cloud.call(Method::DELETE, &admin, &path).await.is(204);
    let words = format!("Could not find project: {id}.");
    cloud
        .call(Method::DELETE, &admin, &path)
        .await
        .is(404)
        .says(&words);
}

#[tokio::test]
async fn names_are_given_once() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let project = json!({ "project": { "name": "demo" } });
    let answer = cloud.post(&admin, "/v3/projects", project).await.is(409);
    let words = answer.body["error"]["message"].as_str().unwrap();
    let begin = "Conflict occurred attempting to store project - it is not permitted to have two projects with either the same name or same id in the same domain: name is demo, project id ";
    assert!(words.starts_with(begin), "{words}");
    assert_eq!(answer.body["error"]["title"], "Conflict");
    let user = json!({ "user": { "name": "demo" } });
    let words = "Conflict occurred attempting to store user - Duplicate entry found with name demo at domain ID default.";
    cloud
        .post(&admin, "/v3/users", user)
        .await
        .is(409)
        .says(words);
    let role = json!({ "role": { "name": "member" } });
    let words =
        "Conflict occurred attempting to store role - Duplicate entry found with name member.";
    cloud
        .post(&admin, "/v3/roles", role)
        .await
        .is(409)
        .says(words);
    let domain = json!({ "domain": { "name": "Default" } });
    cloud.post(&admin, "/v3/domains", domain).await.is(409);
    let alt = cloud.id(&admin, "users", "alt").await;
    let rename = json!({ "user": { "name": "demo" } });
    cloud
        .patch(&admin, &format!("/v3/users/{alt}"), rename)
        .await
        .is(409);
}

#[tokio::test]
async fn fields_that_do_not_fit_are_refused() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let words =
        "Invalid input for field/attribute project. Value: {}. 'name' is a required property";
    cloud
        .post(&admin, "/v3/projects", json!({ "project": {} }))
        .await
        .is(400)
        .says(words);
    let number = json!({ "project": { "name": 1 } });
    let words = "Invalid input for field/attribute name. Value: 1. 1 is not of type 'string'";
    cloud
        .post(&admin, "/v3/projects", number)
        .await
        .is(400)
        .says(words);
    let flag = json!({ "user": { "name": "x", "enabled": "maybe" } });
    cloud.post(&admin, "/v3/users", flag).await.is(400);
    let nul = json!({ "user": { "name": "a\u{0}b" } });
    cloud.post(&admin, "/v3/users", nul).await.is(400);
    cloud.get(&admin, "/v3/users/a%00b").await.is(400);
    let homeless = json!({ "user": { "name": "x", "domain_id": "nope" } });
    cloud
        .post(&admin, "/v3/users", homeless)
        .await
        .is(404)
        .says("Could not find domain: nope.");
}

#[tokio::test]
async fn a_user_keeps_what_else_he_is_given() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let new = json!({ "user": { "name": "u1", "password": "pw1", "domain_id": "default",
        "default_project_id": "p", "email": "u1@example.com", "enabled": true } });
    let answer = cloud.post(&admin, "/v3/users", new).await.is(201);
    let order = [
        "email",
        "id",
        "name",
        "domain_id",
        "enabled",
        "default_project_id",
        "password_expires_at",
        "options",
        "links",
    ];
    assert_eq!(keys(&answer.body["user"]), order);
}

#[tokio::test]
async fn members_administer_nothing_but_see_themselves() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let demo = cloud.of("demo", "demo").await;
    let words = "You are not authorized to perform the requested action: identity:list_projects.";
    cloud.get(&demo, "/v3/projects").await.is(403).says(words);
    cloud
        .post(&demo, "/v3/users", json!({ "user": { "name": "x" } }))
        .await
        .is(403);
    let user = cloud.id(&admin, "users", "demo").await;
    let other = cloud.id(&admin, "users", "alt").await;
    cloud.get(&demo, &format!("/v3/users/{user}")).await.is(200);
    cloud
        .get(&demo, &format!("/v3/users/{other}"))
        .await
        .is(403);
    cloud
        .get(&demo, &format!("/v3/users/{other}/projects"))
        .await
        .is(403);
    let mine = cloud
        .get(&demo, &format!("/v3/users/{user}/projects"))
        .await
        .is(200);
    assert_eq!(mine.names("projects"), ["demo"]);
    let mine = cloud.get(&demo, "/v3/auth/projects").await.is(200);
    assert_eq!(mine.names("projects"), ["demo"]);
    let id = mine.body["projects"][0]["id"].as_str().unwrap();
    cloud
        .get(&demo, &format!("/v3/projects/{id}"))
        .await
        .is(200);
    let empty = cloud.get(&demo, "/v3/auth/system").await.is(200);
    assert_eq!(empty.body["system"], json!([]));
}

#[tokio::test]
async fn without_a_token_there_is_nothing_to_see() {
    let cloud = cloud().await;
    for path in [
        "/v3/projects",
        "/v3/auth/projects",
        "/v3/limits",
        "/v3/regions",
    ] {
        cloud.get("", path).await.is(401).says(DENIED);
        cloud.get("nope", path).await.is(401).says(DENIED);
    }
}

#[tokio::test]
async fn services_and_endpoints_make_the_catalog() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let listed = cloud.get(&admin, "/v3/services?type=image").await.is(200);
    assert_eq!(listed.names("services"), ["glance"]);
    assert_eq!(
        keys(&listed.body["services"][0]),
        ["name", "id", "type", "enabled", "links"]
    );
    let new = json!({ "type": "image_remote", "name": "remote" });
    let service = cloud.create(&admin, "services", "service", new).await;
    let new = json!({ "service_id": service, "interface": "public", "region_id": "Two", "url": "http://there:1" });
    let refused = cloud
        .post(&admin, "/v3/endpoints", json!({ "endpoint": new }))
        .await;
    refused.is(400);
    cloud
        .create(&admin, "regions", "region", json!({ "id": "Two" }))
        .await;
    let endpoint = cloud.create(&admin, "endpoints", "endpoint", new).await;
    let path = format!("/v3/endpoints/{endpoint}");
    let shown = cloud.get(&admin, &path).await.is(200);
    let order = [
        "id",
        "interface",
        "region_id",
        "service_id",
        "url",
        "enabled",
        "region",
        "links",
    ];
    assert_eq!(keys(&shown.body["endpoint"]), order);
    let regions = cloud.get(&admin, "/v3/regions").await.is(200);
    assert_eq!(regions.body["regions"].as_array().unwrap().len(), 2);
    let catalog = cloud.get(&admin, "/v3/auth/catalog").await.is(200);
    assert_eq!(
        catalog.body["catalog"][2]["endpoints"][0]["url"],
        "http://there:1"
    );
    cloud
        .call(Method::DELETE, &admin, "/v3/regions/Two")
        .await
        .is(403);
    cloud
        .call(Method::DELETE, &admin, &format!("/v3/services/{service}"))
        .await
        .is(204);
    cloud.get(&admin, &path).await.is(404);
    cloud
        .call(Method::DELETE, &admin, "/v3/regions/Two")
        .await
        .is(204);
    let wrong = json!({ "endpoint": { "service_id": service, "interface": "side", "url": "x" } });
    cloud.post(&admin, "/v3/endpoints", wrong).await.is(400);
}

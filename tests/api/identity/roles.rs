//! Roles, and who has them.

use http::Method;
use serde_json::json;

use super::{cloud, keys, password};

#[tokio::test]
async fn the_seeded_roles_imply_one_another_and_stay() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let roles = cloud.get(&admin, "/v3/roles").await.is(200);
    assert_eq!(
        roles.names("roles"),
        ["admin", "manager", "member", "reader", "service"]
    );
    assert_eq!(
        roles.body["roles"][0]["options"],
        json!({ "immutable": true })
    );
    let id = roles.body["roles"][2]["id"].as_str().unwrap();
    cloud
        .call(Method::DELETE, &admin, &format!("/v3/roles/{id}"))
        .await
        .is(403);
    let implied = cloud.get(&admin, "/v3/role_inferences").await.is(200);
    let implied = implied.body["role_inferences"].as_array().unwrap();
    let pairs: Vec<_> = implied
        .iter()
        .map(|it| (&it["prior_role"]["name"], &it["implies"][0]["name"]))
        .collect();
    let expected = [
        ("admin", "manager"),
        ("manager", "member"),
        ("member", "reader"),
    ];
    assert_eq!(
        pairs,
        expected
            .map(|(a, b)| (json!(a), json!(b)))
            .iter()
            .map(|(a, b)| (a, b))
            .collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_removed_role_ends_the_tokens_that_have_it() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let role = cloud
        .create(&admin, "roles", "role", json!({ "name": "r1" }))
        .await;
    cloud.person(&admin, "carol", "r1", "alt").await;
    let carol = cloud.of("carol", "alt").await;
    cloud
        .call(Method::DELETE, &admin, &format!("/v3/roles/{role}"))
        .await
        .is(204);
    cloud.check(&carol).await.is(401);
}

#[tokio::test]
async fn assignments_are_listed_by_filter_with_names_and_implied() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let (user, path) = cloud.person(&admin, "carol", "member", "alt").await;
    let path = path.trim_start_matches("/v3");
    let plain = cloud
        .get(&admin, &format!("/v3/role_assignments?user.id={user}"))
        .await
        .is(200);
    let row = &plain.body["role_assignments"][0];
    assert_eq!(row["links"]["assignment"], cloud.link(path));
    assert_eq!(row["user"], json!({ "id": user }));
    assert_eq!(keys(&row["scope"]["project"]), ["id"]);
    let query = format!("/v3/role_assignments?user.id={user}&include_names=True&effective");
    let full = cloud.get(&admin, &query).await.is(200);
    let rows = full.body["role_assignments"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    let home = json!({ "id": "default", "name": "Default" });
    assert_eq!(
        rows[0]["user"],
        json!({ "id": user, "name": "carol", "domain": home })
    );
    assert_eq!(rows[1]["role"]["name"], "reader");
    let prior = rows[1]["links"]["prior_role"].as_str().unwrap();
    assert!(prior.contains("/v3/prior_role/"), "{prior}");
    let reader = cloud.id(&admin, "roles", "reader").await;
    let query = format!("/v3/role_assignments?user.id={user}&role.id={reader}");
    let none = cloud.get(&admin, &query).await.is(200);
    assert_eq!(none.body["role_assignments"], json!([]));
    let implied = cloud
        .get(&admin, &format!("{query}&effective"))
        .await
        .is(200);
    assert_eq!(
        implied.body["role_assignments"].as_array().unwrap().len(),
        1
    );
    let system = cloud
        .get(&admin, "/v3/role_assignments?scope.system=all")
        .await
        .is(200);
    let scope = &system.body["role_assignments"][0]["scope"];
    assert_eq!(scope, &json!({ "system": { "all": true } }));
    let both = format!("/v3/role_assignments?user.id={user}&group.id=g");
    cloud.get(&admin, &both).await.is(400);
}

#[tokio::test]
async fn roles_on_system_and_projects_are_listed_and_taken() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let user = cloud.id(&admin, "users", "demo").await;
    let role = cloud.id(&admin, "roles", "reader").await;
    let path = format!("/v3/system/users/{user}/roles");
    cloud
        .call(Method::PUT, &admin, &format!("{path}/{role}"))
        .await
        .is(204);
    assert_eq!(
        cloud.get(&admin, &path).await.is(200).names("roles"),
        ["reader"]
    );
    let system = json!({ "system": { "all": true } });
    let reader = cloud.token(password("demo", "secret"), Some(system)).await;
    cloud.get(&reader, "/v3/projects").await.is(200);
    cloud
        .post(
            &reader,
            "/v3/projects",
            json!({ "project": { "name": "x" } }),
        )
        .await
        .is(403);
    let demo = cloud.of("demo", "demo").await;
    cloud
        .call(Method::DELETE, &admin, &format!("{path}/{role}"))
        .await
        .is(204);
    cloud.check(&reader).await.is(401);
    cloud.check(&demo).await.is(200);
    let nobody = format!("/v3/system/users/nope/roles/{role}");
    cloud
        .call(Method::PUT, &admin, &nobody)
        .await
        .is(404)
        .says("Could not find user: nope.");
}

/// Assigns a role by this path, checks it in both ways, and revokes it.
async fn comes_and_goes(cloud: &super::Cloud, admin: &str, path: &str) {
    for (method, status) in [
        (Method::GET, 404),
        (Method::PUT, 204),
        (Method::GET, 204),
        (Method::HEAD, 204),
        (Method::DELETE, 204),
        (Method::HEAD, 404),
        (Method::DELETE, 404),
    ] {
        cloud.call(method, admin, path).await.is(status);
    }
}

#[tokio::test]
async fn a_role_comes_and_goes_for_users_and_groups_at_every_place() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let role = cloud.id(&admin, "roles", "member").await;
    let project = cloud.id(&admin, "projects", "alt").await;
    let (user, _) = cloud.person(&admin, "carol", "reader", "alt").await;
    let group = json!({ "name": "crew", "domain_id": "default" });
    let group = cloud.create(&admin, "groups", "group", group).await;
    for actor in [format!("users/{user}"), format!("groups/{group}")] {
        for place in [format!("projects/{project}"), "domains/default".into()] {
            let path = format!("{place}/{actor}/roles/{role}");
            comes_and_goes(&cloud, &admin, &format!("/v3/{path}")).await;
            let below = format!("/v3/OS-INHERIT/{path}/inherited_to_projects");
            comes_and_goes(&cloud, &admin, &below).await;
        }
        let path = format!("/v3/system/{actor}/roles/{role}");
        comes_and_goes(&cloud, &admin, &path).await;
    }
}

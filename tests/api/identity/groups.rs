//! Groups: their members have the roles that the group was given.

use http::Method;
use serde_json::json;

use super::{Cloud, cloud, password, project};

/// A group, a member of it named dora, and the path of the group's roles on the project demo.
async fn group(cloud: &Cloud, admin: &str) -> (String, String, String) {
    let new = json!({ "name": "team", "domain_id": "default" });
    let group = cloud.create(admin, "groups", "group", new).await;
    let new = json!({ "name": "dora", "password": "secret", "domain_id": "default" });
    let user = cloud.create(admin, "users", "user", new).await;
    let member = format!("/v3/groups/{group}/users/{user}");
    cloud.call(Method::PUT, admin, &member).await.is(204);
    let on = cloud.id(admin, "projects", "demo").await;
    let roles = format!("/v3/projects/{on}/groups/{group}/roles");
    (group, member, roles)
}

#[tokio::test]
async fn a_member_has_the_roles_of_the_group_until_leaving_it() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let (_, member, roles) = group(&cloud, &admin).await;
    let dora = password("dora", "secret");
    cloud
        .log_in(dora.clone(), Some(project("demo")))
        .await
        .is(401);
    let role = cloud.id(&admin, "roles", "reader").await;
    let grant = format!("{roles}/{role}");
    cloud.call(Method::PUT, &admin, &grant).await.is(204);
    let token = cloud.token(dora.clone(), Some(project("demo"))).await;
    let own = cloud.get(&token, "/v3/auth/projects").await.is(200);
    assert_eq!(own.names("projects"), ["demo"]);
    cloud.call(Method::DELETE, &admin, &member).await.is(204);
    cloud.check(&token).await.is(401);
    cloud.log_in(dora, Some(project("demo"))).await.is(401);
}

#[tokio::test]
async fn the_tokens_of_members_end_with_the_role_of_the_group() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let (group, _, roles) = group(&cloud, &admin).await;
    let role = cloud.id(&admin, "roles", "reader").await;
    let grant = format!("{roles}/{role}");
    for end in [grant.clone(), format!("/v3/groups/{group}")] {
        cloud.call(Method::PUT, &admin, &grant).await.is(204);
        let token = cloud
            .token(password("dora", "secret"), Some(project("demo")))
            .await;
        cloud.call(Method::DELETE, &admin, &end).await.is(204);
        cloud.check(&token).await.is(401);
    }
}

#[tokio::test]
async fn an_inherited_role_holds_on_the_projects_below_only() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let user = cloud.id(&admin, "users", "demo").await;
    let top = json!({ "name": "top", "domain_id": "default" });
    let top = cloud.create(&admin, "projects", "project", top).await;
    let low = json!({ "name": "low", "domain_id": "default", "parent_id": top });
    cloud.create(&admin, "projects", "project", low).await;
    let role = cloud.id(&admin, "roles", "reader").await;
    let grant =
        format!("/v3/OS-INHERIT/projects/{top}/users/{user}/roles/{role}/inherited_to_projects");
    cloud.call(Method::PUT, &admin, &grant).await.is(204);
    let demo = password("demo", "secret");
    cloud
        .log_in(demo.clone(), Some(project("top")))
        .await
        .is(401);
    let token = cloud.token(demo, Some(project("low"))).await;
    cloud.call(Method::DELETE, &admin, &grant).await.is(204);
    cloud.check(&token).await.is(401);
}

#[tokio::test]
async fn a_role_of_a_domain_is_in_no_token_but_implies_others() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let new = json!({ "name": "cook", "domain_id": "default" });
    let cook = cloud.create(&admin, "roles", "role", new).await;
    let reader = cloud.id(&admin, "roles", "reader").await;
    let implied = format!("/v3/roles/{cook}/implies/{reader}");
    cloud.call(Method::PUT, &admin, &implied).await.is(201);
    let new = json!({ "name": "dora", "password": "secret", "domain_id": "default" });
    let user = cloud.create(&admin, "users", "user", new).await;
    let on = cloud.id(&admin, "projects", "demo").await;
    let grant = format!("/v3/projects/{on}/users/{user}/roles/{cook}");
    cloud.call(Method::PUT, &admin, &grant).await.is(204);
    let dora = password("dora", "secret");
    let answer = cloud.log_in(dora, Some(project("demo"))).await.is(201);
    let roles = json!([{ "id": reader, "name": "reader" }]);
    assert_eq!(answer.body["token"]["roles"], roles);
    let everywhere = cloud.get(&admin, "/v3/roles?name=cook").await.is(200);
    assert!(everywhere.names("roles").is_empty());
}

#[tokio::test]
async fn a_manager_of_a_domain_makes_users_there_and_nowhere_else() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let domain = json!({ "name": "shire" });
    let domain = cloud.create(&admin, "domains", "domain", domain).await;
    let user = cloud.id(&admin, "users", "demo").await;
    let role = cloud.id(&admin, "roles", "manager").await;
    let grant = format!("/v3/domains/{domain}/users/{user}/roles/{role}");
    cloud.call(Method::PUT, &admin, &grant).await.is(204);
    let scope = json!({ "domain": { "id": domain } });
    let manager = cloud.token(password("demo", "secret"), Some(scope)).await;
    let new = |at: &str| json!({ "user": { "name": "sam", "domain_id": at } });
    cloud
        .post(&manager, "/v3/users", new(&domain))
        .await
        .is(201);
    cloud
        .post(&manager, "/v3/users", new("default"))
        .await
        .is(403);
    let listed = cloud.get(&manager, "/v3/users").await.is(200);
    assert_eq!(listed.names("users"), ["sam"]);
}
